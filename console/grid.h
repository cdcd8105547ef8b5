/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.h - the cells that screens draw on: text, width and what it means. Knows no terminal; can be dumped as text.
 * Last wall for hostile text: a character that is not inert becomes U+FFFD here, whatever was forgotten before.
 */
#ifndef CHISAN_GRID_H
#define CHISAN_GRID_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "console/fold.h"
#include "console/theme.h"

#define CELL_BYTES       18 /* a character, up to 3 marks on it, and the end */
#define GRID_COLUMNS_MAX 500
#define GRID_ROWS_MAX    200

struct cell {
	char text[CELL_BYTES]; /* "" in the right half of a wide character */
	uint8_t width;         /* 1 or 2; 0 = right half */
	uint8_t look;          /* enum look */
};
struct grid {
	int columns, rows;
	struct cell *cells; /* [rows * columns] */
	enum fold fold;
	int cursor_row, cursor_column; /* where the selection stands */
};

/* A rectangle on it. */
struct area {
	int row, column, rows, columns;
};

struct grid *grid_new(int columns, int rows, enum fold fold);
void grid_free(struct grid *g);
void grid_resize(struct grid *g, int columns, int rows); /* empties it */
void grid_clear(struct grid *g);
struct cell *grid_at(struct grid *g, int row, int column); /* NULL outside */

/*
 * Writes text from (row, column) on, at most `cells` cells (< 0: to the right edge). Outside nothing happens; a wide character is
 * never split: half of one becomes a space. Returns the cells used.
 */
int grid_put(struct grid *g, int row, int column, int cells, enum look look, const char *text);
int grid_printf(struct grid *g, int row, int column, enum look look, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* As grid_put, but exactly `cells` cells: padded, '~' in the last cell when cut. right: pad on the left. */
void grid_fit(struct grid *g, int row, int column, int cells, enum look look, const char *text, bool right);
void grid_fill(struct grid *g, int row, int column, int cells, enum look look, const char *text); /* repeats it */
/* Changes the look alone. */
void grid_paint(struct grid *g, int row, int column, int cells, enum look look);
/* Every look of the rows becomes the given one, except those that say that something is wrong. */
void grid_dim(struct grid *g, int row, int rows);

bool grid_same(const struct cell *a, const struct cell *b);
void grid_copy(struct grid *to, const struct grid *from); /* sizes become equal */

/* Lines without trailing spaces. */
void grid_dump(const struct grid *g, FILE *out);
/* The same size in letters of enum look, then "cursor ROW COLUMN". */
void grid_dump_looks(const struct grid *g, FILE *out);

#endif
