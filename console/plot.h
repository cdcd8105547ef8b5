/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot.h - curves on the grid, within a rectangle and a scale. Knows no time and no points: columns of numbers only.
 * The curve in front is drawn finely, with its band; the others as letters, one a cell, so that no two look alike.
 */
#ifndef CHISAN_PLOT_H
#define CHISAN_PLOT_H

#include "console/graph.h"
#include "console/grid.h"

struct plot {
	struct grid *grid;
	struct area area;
	enum graph graph;
	double lo, hi; /* bottom and top; lo < hi */
};

/* Columns are fine: plot_fine() of them a cell. A mean that is NaN is a gap: nothing is drawn there, and no line across. */
struct plot_column {
	double min, mean, max; /* min, max NaN: no band */
	enum look look;
};
int plot_fine(enum graph g);

/* The row of a value, from the area's top; -1 outside of the scale or not a number. */
int plot_row(const struct plot *p, double v);
void plot_curve(const struct plot *p, const struct plot_column *columns, int count);
/* One column a cell. over: also where something stands already. */
void plot_letters(const struct plot *p, const struct plot_column *columns, int count, char letter, bool over);
/* A dashed line across, its name at the right; nothing where something stands. */
void plot_level(const struct plot *p, double v, enum look look, const char *name);
/* A line from top to bottom, where nothing stands. */
void plot_upright(const struct plot *p, int cell, enum look look);

#endif
