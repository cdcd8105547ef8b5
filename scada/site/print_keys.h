/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print_keys.h - the tables of keys as they stand in chisan-site(5).
 */
#ifndef CHISAN_PRINT_KEYS_H
#define CHISAN_PRINT_KEYS_H

#include <stdio.h>

void print_keys(FILE *out); /* mdoc */

#endif
