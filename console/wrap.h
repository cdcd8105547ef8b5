/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.h - long text in lines of so many cells, broken at spaces where there are some, never inside a character.
 */
#ifndef CHISAN_WRAP_H
#define CHISAN_WRAP_H

#include <stddef.h>

#include "console/grid.h"

/* Bytes of the first line of text; *skip more (a space or a line's end) belong to no line. 0 only for "". cells >= 2. */
size_t wrap_line(const char *text, int cells, size_t *skip);
/* How many lines it makes, at most `most`, at least 1. */
int wrap_rows(const char *raw, int cells, int most);
/* Made safe, in at most `rows` rows from `row` on; the last one is cut if that is not enough, and says so. Returns how many it took. */
int wrap_put(struct grid *g, int row, int rows, int column, int cells, enum look look, const char *raw);

#endif
