/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.c - cells, wide characters kept whole, and the dump that tests compare.
 */
#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "console/grid.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static const struct cell blank = { .text = " ", .width = 1, .look = LOOK_NORMAL };

struct grid *
grid_new(int columns, int rows, enum fold fold)
{
	struct grid *g = xcalloc(1, sizeof *g);

	g->fold = fold;
	grid_resize(g, columns, rows);
	return g;
}

void
grid_free(struct grid *g)
{
	if (g == NULL)
		return;
	free(g->cells);
	free(g);
}

static int
clamp(int v, int lo, int hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

void
grid_resize(struct grid *g, int columns, int rows)
{
	columns = clamp(columns, 1, GRID_COLUMNS_MAX);
	rows = clamp(rows, 1, GRID_ROWS_MAX);
	if (columns != g->columns || rows != g->rows || g->cells == NULL) {
		free(g->cells);
		g->cells = xcalloc((size_t)columns * (size_t)rows, sizeof *g->cells);
		g->columns = columns;
		g->rows = rows;
	}
	grid_clear(g);
}

void
grid_clear(struct grid *g)
{
	for (int i = 0; i < g->columns * g->rows; i++)
		g->cells[i] = blank;
	g->cursor_row = g->cursor_column = 0;
}

struct cell *
grid_at(struct grid *g, int row, int column)
{
	if (row < 0 || row >= g->rows || column < 0 || column >= g->columns)
		return NULL;
	return &g->cells[row * g->columns + column];
}

/* A wide character that loses one half loses the other too. */
static void
unhook(struct grid *g, int row, int column)
{
	struct cell *c = grid_at(g, row, column), *other;

	if (c == NULL)
		return;
	if (c->width == 0 && (other = grid_at(g, row, column - 1)) != NULL) {
		other->width = 1;
		str_copy(other->text, sizeof other->text, " ");
	} else if (c->width == 2 && (other = grid_at(g, row, column + 1)) != NULL) {
		other->width = 1;
		str_copy(other->text, sizeof other->text, " ");
	}
}

static void
put_cell(struct grid *g, int row, int column, int width, enum look look, const char *bytes, size_t len)
{
	struct cell *c = grid_at(g, row, column);

	if (c == NULL)
		return;
	for (int i = 0; i < width; i++)
		unhook(g, row, column + i);
	memcpy(c->text, bytes, len);
	c->text[len] = '\0';
	c->width = (uint8_t)width;
	c->look = (uint8_t)look;
	if (width == 2 && (c = grid_at(g, row, column + 1)) != NULL) {
		c->text[0] = '\0';
		c->width = 0;
		c->look = (uint8_t)look;
	}
}

/* A combining mark goes onto the cell before. */
static void
put_mark(struct grid *g, int row, int column, uint32_t cp)
{
	struct cell *c = grid_at(g, row, column);
	char bytes[4];
	size_t len = text_encode(cp, bytes), old;

	if (c != NULL && c->width == 0)
		c = grid_at(g, row, column - 1);
	if (c == NULL || g->fold == FOLD_ASCII || (old = strlen(c->text)) + len >= sizeof c->text)
		return;
	memcpy(c->text + old, bytes, len);
	c->text[old + len] = '\0';
}

int
grid_put(struct grid *g, int row, int column, int cells, enum look look, const char *text)
{
	int at = column, end = cells < 0 ? g->columns : column + cells;
	size_t left = strlen(text), used;
	uint32_t cp;

	if (end > g->columns)
		end = g->columns;
	for (; (used = text_next(text, left, &cp)) > 0; text += used, left -= used) {
		if (!text_is_inert(cp))
			cp = TEXT_REPLACEMENT;
		int width = text_char_width(cp);
		if (width == 0) {
			if (at > column)
				put_mark(g, row, at - 1, cp);
			continue;
		}
		uint32_t shown = fold_char(cp, g->fold);
		char bytes[4];
		size_t len = text_encode(shown, bytes);
		if (at + width > end)
			break;
		if (shown < 0x80)
			for (int i = 0; i < width; i++)
				put_cell(g, row, at + i, 1, look, bytes, len);
		else
			put_cell(g, row, at, width, look, bytes, len);
		at += width;
	}
	return at - column;
}

int
grid_printf(struct grid *g, int row, int column, enum look look, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	return grid_put(g, row, column, -1, look, buf);
}

void
grid_fit(struct grid *g, int row, int column, int cells, enum look look, const char *text, bool right)
{
	int width, used;

	if (cells <= 0)
		return;
	width = text_width(text);
	if (width > cells) {
		used = grid_put(g, row, column, cells - 1, look, text);
		for (; used < cells - 1; used++)
			grid_put(g, row, column + used, 1, look, " ");
		grid_put(g, row, column + cells - 1, 1, look, "~");
		return;
	}
	grid_fill(g, row, column, cells, look, " ");
	grid_put(g, row, right ? column + cells - width : column, width, look, text);
}

void
grid_fill(struct grid *g, int row, int column, int cells, enum look look, const char *text)
{
	for (int used = 0, n; used < cells; used += n)
		if ((n = grid_put(g, row, column + used, cells - used, look, text)) <= 0)
			break;
}

void
grid_paint(struct grid *g, int row, int column, int cells, enum look look)
{
	for (int i = 0; i < cells; i++) {
		struct cell *c = grid_at(g, row, column + i);
		if (c != NULL)
			c->look = (uint8_t)look;
	}
}

void
grid_dim(struct grid *g, int row, int rows)
{
	for (int r = row; r < row + rows; r++) {
		for (int i = 0; i < g->columns; i++) {
			struct cell *c = grid_at(g, r, i);
			if (c != NULL && !look_is_loud((enum look)c->look))
				c->look = LOOK_LOST;
		}
	}
}

bool
grid_same(const struct cell *a, const struct cell *b)
{
	return a->width == b->width && a->look == b->look && strcmp(a->text, b->text) == 0;
}

void
grid_copy(struct grid *to, const struct grid *from)
{
	if (to->columns != from->columns || to->rows != from->rows)
		grid_resize(to, from->columns, from->rows);
	memcpy(to->cells, from->cells, (size_t)from->columns * (size_t)from->rows * sizeof *from->cells);
	to->cursor_row = from->cursor_row;
	to->cursor_column = from->cursor_column;
}

void
grid_dump(const struct grid *g, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		const struct cell *line = &g->cells[r * g->columns];
		int end = g->columns;
		while (end > 0 && strcmp(line[end - 1].text, " ") == 0)
			end--;
		for (int i = 0; i < end; i++)
			fputs(line[i].text, out);
		fputc('\n', out);
	}
}

void
grid_dump_looks(const struct grid *g, FILE *out)
{
	for (int r = 0; r < g->rows; r++) {
		const struct cell *line = &g->cells[r * g->columns];
		int end = g->columns;
		while (end > 0 && line[end - 1].look == LOOK_NORMAL)
			end--;
		for (int i = 0; i < end; i++)
			fputc(look_letter((enum look)line[i].look), out);
		fputc('\n', out);
	}
	fprintf(out, "cursor %d %d\n", g->cursor_row, g->cursor_column);
}
