/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot.c - a canvas of fine dots becomes cells: braille directly, eighths and ASCII by what a column spans.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "console/plot.h"

#include "scada/base/mem.h"
#include "scada/base/text.h"

#define MARK_ABOVE "^"
#define MARK_BELOW "v"

int
plot_fine(enum graph g)
{
	return g == GRAPH_BRAILLE ? 2 : 1;
}

/* 0 at the bottom, 1 at the top; beyond them outside of the scale. */
static double
height(const struct plot *p, double v)
{
	return (v - p->lo) / (p->hi - p->lo);
}

/* Step from the top of `steps` in the whole height; the caller has seen that v is inside. */
static int
step_of(const struct plot *p, double v, int steps)
{
	int at = (int)lround((1 - height(p, v)) * (steps - 1));

	return at < 0 ? 0 : at >= steps ? steps - 1 : at;
}

int
plot_row(const struct plot *p, double v)
{
	double h = height(p, v);

	return !(h >= 0 && h <= 1) ? -1 : step_of(p, v, p->area.rows);
}

static bool
is_free(const struct plot *p, int row, int cell)
{
	const struct cell *c = grid_at(p->grid, p->area.row + row, p->area.column + cell);

	return c != NULL && c->text[0] == ' ';
}

static void
put(const struct plot *p, int row, int cell, enum look look, const char *text)
{
	grid_put(p->grid, p->area.row + row, p->area.column + cell, 1, look, text);
}

/* Beyond the scale: said at the edge instead of drawn there. */
static bool
put_outside(const struct plot *p, const struct plot_column *c, int cell)
{
	double h = height(p, c->mean);

	if (h > 1)
		put(p, 0, cell, LOOK_LIMIT, MARK_ABOVE);
	else if (h < 0)
		put(p, p->area.rows - 1, cell, LOOK_LIMIT, MARK_BELOW);
	return h > 1 || h < 0;
}

static double
clipped(const struct plot *p, double v)
{
	return v < p->lo ? p->lo : v > p->hi ? p->hi : v;
}

/* ---- braille */

struct canvas {
	uint8_t *dots; /* [rows * columns] */
	uint8_t *look; /* [columns], enum look */
	int rows, columns;
};

static void
dot(struct canvas *c, int x, int y)
{
	/* of the Unicode standard: dots 1 2 3 7 on the left, 4 5 6 8 on the right */
	static const uint8_t bits[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

	c->dots[y / 4 * c->columns + x / 2] |= bits[y % 4][x % 2];
}

static void
draw_dots(const struct plot *p, struct canvas *c, const struct plot_column *columns, int count)
{
	int steps = p->area.rows * 4, before = -1;

	for (int x = 0; x < count && x < c->columns * 2; x++) {
		const struct plot_column *k = &columns[x];
		double h = height(p, k->mean);
		if (!(h >= 0 && h <= 1)) {
			before = -1;
			continue;
		}
		int mean = step_of(p, k->mean, steps);
		if (!isnan(k->min) && !isnan(k->max)) /* the band is every second dot, so that the mean stands out */
			for (int y = step_of(p, clipped(p, k->max), steps); y <= step_of(p, clipped(p, k->min), steps);
			     y++)
				if ((x + y) % 2 == 0)
					dot(c, x, y);
		int from = before >= 0 && before < mean - 1 ? before + 1 : before > mean + 1 ? before - 1 : mean;
		for (int y = from < mean ? from : mean; y <= (from < mean ? mean : from); y++)
			dot(c, x, y);
		before = mean;
		if (look_is_loud(k->look) || c->look[x / 2] == LOOK_NORMAL)
			c->look[x / 2] = (uint8_t)k->look;
	}
}

static void
curve_in_braille(const struct plot *p, const struct plot_column *columns, int count)
{
	struct canvas c = { .rows = p->area.rows, .columns = p->area.columns };
	char text[5] = "";

	c.dots = xcalloc((size_t)(c.rows * c.columns) + 1, 1);
	c.look = xcalloc((size_t)c.columns + 1, 1);
	draw_dots(p, &c, columns, count);
	for (int row = 0; row < c.rows; row++) {
		for (int cell = 0; cell < c.columns; cell++) {
			uint8_t dots = c.dots[row * c.columns + cell];
			if (dots == 0)
				continue;
			text[text_encode(0x2800u + dots, text)] = '\0';
			put(p, row, cell, (enum look)c.look[cell], text);
		}
	}
	for (int x = 0; x < count && x < c.columns * 2; x++)
		put_outside(p, &columns[x], x / 2);
	free(c.dots);
	free(c.look);
}

/* ---- eighths: filled from below; darker from minimum to mean, lighter from mean to maximum */
static void
column_in_blocks(const struct plot *p, const struct plot_column *k, int cell)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	int eighths, rows = p->area.rows;
	bool has_band = !isnan(k->min) && !isnan(k->max);
	int top = has_band ? step_of(p, clipped(p, k->max), rows) : rows;
	int bottom = has_band ? step_of(p, clipped(p, k->min), rows) : 0;

	if (isnan(k->mean) || put_outside(p, k, cell))
		return;
	eighths = 1 + (int)lround(height(p, k->mean) * (rows * 8 - 1)); /* at least one: there was a value */
	for (int row = rows - 1; row >= 0; row--, eighths -= 8) {
		if (eighths >= 8)
			put(p, row, cell, k->look, row < bottom ? "▓" : blocks[8]);
		else if (eighths > 0)
			put(p, row, cell, k->look, blocks[eighths]);
		else if (row >= top)
			put(p, row, cell, k->look, "░");
	}
}

/* ---- ASCII */
static int
column_in_ascii(const struct plot *p, const struct plot_column *k, int cell, int before)
{
	int rows = p->area.rows, mean;

	if (isnan(k->mean) || put_outside(p, k, cell))
		return -1;
	mean = step_of(p, k->mean, rows);
	if (!isnan(k->min) && !isnan(k->max))
		for (int row = step_of(p, clipped(p, k->max), rows); row <= step_of(p, clipped(p, k->min), rows); row++)
			put(p, row, cell, k->look, ":");
	for (int row = mean + 1; before >= 0 && row < before; row++)
		put(p, row, cell, k->look, "|");
	for (int row = before + 1; before >= 0 && row < mean; row++)
		put(p, row, cell, k->look, "|");
	put(p, mean, cell, k->look, "*");
	return mean;
}

void
plot_curve(const struct plot *p, const struct plot_column *columns, int count)
{
	int before = -1;

	if (!(p->lo < p->hi) || p->area.rows < 1 || p->area.columns < 1)
		return;
	if (p->graph == GRAPH_BRAILLE) {
		curve_in_braille(p, columns, count);
		return;
	}
	for (int i = 0; i < count && i < p->area.columns; i++) {
		if (p->graph == GRAPH_BLOCK)
			column_in_blocks(p, &columns[i], i);
		else
			before = column_in_ascii(p, &columns[i], i, before);
	}
}

void
plot_letters(const struct plot *p, const struct plot_column *columns, int count, char letter, bool over)
{
	char text[2] = { letter, '\0' };
	int before = -1;

	for (int i = 0; i < count && i < p->area.columns; i++) {
		int row = plot_row(p, columns[i].mean);
		if (row < 0 && !isnan(columns[i].mean))
			put_outside(p, &columns[i], i);
		if (row >= 0) {
			int from = before < 0  ? row
			    : before < row - 1 ? before + 1
			    : before > row + 1 ? before - 1
			                       : row;
			for (int r = from < row ? from : row; r <= (from < row ? row : from); r++)
				if (over || is_free(p, r, i))
					put(p, r, i, columns[i].look, text);
		}
		before = row;
	}
}

void
plot_level(const struct plot *p, double v, enum look look, const char *name)
{
	int row = plot_row(p, v), width = text_width(name);

	if (row < 0)
		return;
	for (int cell = 0; cell < p->area.columns; cell += 2)
		if (is_free(p, row, cell))
			put(p, row, cell, look, "-");
	if (width < p->area.columns)
		grid_put(p->grid, p->area.row + row, p->area.column + p->area.columns - width, width, look, name);
}

void
plot_upright(const struct plot *p, int cell, enum look look)
{
	for (int row = 0; row < p->area.rows; row++)
		if (is_free(p, row, cell))
			put(p, row, cell, look, "|");
}
