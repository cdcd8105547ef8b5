/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.h - long text in lines of so many cells, broken at spaces where there are some, never inside a character.
 */
#ifndef CHISAN_WRAP_H
#define CHISAN_WRAP_H

#include <stddef.h>

/* Bytes of the first line of text; *skip more (a space or a line's end) belong to no line. 0 only for "". cells >= 2. */
size_t wrap_line(const char *text, int cells, size_t *skip);

#endif
