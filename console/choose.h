/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choose.h - what the options, the environment and the terminal mean together.
 */
#ifndef CHISAN_CHOOSE_H
#define CHISAN_CHOOSE_H

#include <stdbool.h>

#include "console/console.h"
#include "console/theme.h"

/* Are the words of the options words that exist? Says on stderr which is not. */
bool choose_check(const struct console_options *o);
bool choose_size(const char *size, int *columns, int *rows);    /* "80x24"; NULL: 80x24 */
enum color_depth choose_color(const struct console_options *o); /* option, then NO_COLOR */
bool choose_is_japanese(void);                                  /* LC_ALL, LC_MESSAGES, LANG */

#endif
