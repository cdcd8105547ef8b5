/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_chart.c - rows from above: what stands at the cursor, the plot, quality of the selected pen, axis with marks, times.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/ticks.h"
#include "console/trend_chart.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define AXIS_CELLS 10 /* numbers, a space, the line */

int
chart_cells(int columns)
{
	return columns > AXIS_CELLS + 2 ? columns - AXIS_CELLS - 1 : 1;
}

struct drawing {
	const struct chart *c;
	struct grid *g;
	struct area whole;
	struct plot plot; /* of the selected pen */
	bool has_scale;
	struct plot_column *columns; /* [cells * fine] */
};

static enum look
column_look(const struct bucket *b, enum look calm)
{
	switch (quality_validity(b->quality & Q_ALL)) {
	case V_BAD: return LOOK_BAD;
	case V_UNCERTAIN: return LOOK_UNCERTAIN;
	default: return calm;
	}
}

static void
fill_columns(struct drawing *d, int pen, int each)
{
	const struct chart_pen *p = &d->c->pens[pen];
	int count = d->c->view.cells * d->c->view.fine / each;

	for (int i = 0; i < count; i++) {
		struct bucket b = each > 1 ? chart_merge(&p->buckets[i * each], each) : p->buckets[i];
		bool has_band = p->kind != KIND_COUNTER && b.max > b.min;
		bool is_ahead = chart_is_ahead_fine(d->c, i * each);
		d->columns[i] = (struct plot_column){ .mean = chart_value(p, &b),
			.min = has_band && !is_ahead ? b.min : (double)NAN,
			.max = has_band && !is_ahead ? b.max : (double)NAN,
			.look = is_ahead ? LOOK_LABEL : column_look(&b, chart_look(pen)) };
	}
}

/* The first cell that has not begun; as many as there are: none. */
static int
first_ahead(const struct chart *c)
{
	int cell = 0;

	while (cell < c->view.cells && !chart_is_ahead(c, cell))
		cell++;
	return cell;
}

/* What is still to come is dotted. */
static void
thin_out(struct drawing *d)
{
	int count = d->c->view.cells * d->c->view.fine;

	for (int i = 1; i < count; i += 2)
		if (chart_is_ahead_fine(d->c, i))
			d->columns[i].mean = (double)NAN;
}

/* A limit that the scale does not reach is named at the edge, so that nobody takes its absence for none. */
static void
draw_far_limit(struct drawing *d, int row, const char *name, double v, const char *sign)
{
	char number[48], text[80];

	str_double(number, sizeof number, v);
	str_printf(text, sizeof text, "%s %s %s", name, number, sign);
	int width = text_width(text), column = d->plot.area.column + d->plot.area.columns - width;

	for (int i = 0; i < width; i++) {
		const struct cell *cell = grid_at(d->g, d->plot.area.row + row, column + i);
		if (cell == NULL || (cell->text[0] != ' ' && cell->text[0] != '|'))
			return;
	}
	grid_put(d->g, d->plot.area.row + row, column, width, LOOK_LABEL, text);
}

static void
draw_far_limits(struct drawing *d, const struct client_point *pt)
{
	double high = isnan(pt->h) ? pt->hh : pt->h, low = isnan(pt->l) ? pt->ll : pt->l;

	if (high > d->plot.hi)
		draw_far_limit(d, 0, isnan(pt->h) ? "HH" : "H", high, "^");
	if (low < d->plot.lo)
		draw_far_limit(d, d->plot.area.rows - 1, isnan(pt->l) ? "LL" : "L", low, "v");
}

static void
draw_levels(struct drawing *d)
{
	const struct client_point *pt = d->c->pens[d->c->selected].point;

	if (pt == NULL)
		return;
	plot_level(&d->plot, pt->hh, LOOK_LABEL, "HH");
	plot_level(&d->plot, pt->h, LOOK_LABEL, "H");
	plot_level(&d->plot, pt->l, LOOK_LABEL, "L");
	plot_level(&d->plot, pt->ll, LOOK_LABEL, "LL");
	draw_far_limits(d, pt);
}

static void
draw_others(struct drawing *d, bool over)
{
	const struct chart *c = d->c;
	struct plot plot = d->plot;

	for (int i = c->pen_count - 1; i >= 0; i--) {
		if (i == c->selected || !chart_scale_of(c, i, &plot.lo, &plot.hi))
			continue;
		fill_columns(d, i, c->view.fine);
		int now = first_ahead(c);
		plot_letters(&plot, d->columns, now, (char)('A' + i), over);
		for (int k = 0; k < now; k++)
			d->columns[k].mean = (double)NAN;
		plot_letters(&plot, d->columns, c->view.cells, (char)('a' + i), over);
	}
}

/* Where what was ends and what is planned begins. */
static void
draw_now(struct drawing *d)
{
	static const char word[] = "now";
	int cell = first_ahead(d->c) - 1, width = (int)sizeof word - 1, row = d->plot.area.row;

	if (d->c->view.until.us == 0 || cell < 0 || cell + 1 >= d->c->view.cells)
		return;
	plot_upright(&d->plot, cell, LOOK_LABEL);
	for (int i = 1; i <= width; i++) {
		const struct cell *at = grid_at(d->g, row, d->plot.area.column + cell - i);
		if (cell < width || at == NULL || at->text[0] != ' ')
			return;
	}
	grid_put(d->g, row, d->plot.area.column + cell - width, width, LOOK_LABEL, word);
}

static void
draw_curves(struct drawing *d)
{
	const struct chart *c = d->c;

	if (c->graph != GRAPH_BLOCK)
		draw_others(d, true);
	if (d->has_scale) {
		fill_columns(d, c->selected, 1);
		thin_out(d);
		plot_curve(&d->plot, d->columns, c->view.cells * c->view.fine);
	}
	if (c->graph == GRAPH_BLOCK) /* they would vanish below what is filled */
		draw_others(d, true);
	if (c->has_cursor &&
	    !c->view.is_following) /* on the newest value it would hide it, and move each time it moves */
		plot_upright(&d->plot, (int)(c->view.cursor - c->view.first), LOOK_LABEL);
	draw_now(d);
	if (d->has_scale)
		draw_levels(d);
}

static void
axis_label(struct drawing *d, int row, const char *text)
{
	grid_fit(d->g, d->plot.area.row + row, d->whole.column, AXIS_CELLS - 1, LOOK_LABEL, text, true);
	grid_put(d->g, d->plot.area.row + row, d->plot.area.column - 1, 1, LOOK_LABEL, "┤");
}

static void
draw_value_axis(struct drawing *d)
{
	const struct chart_pen *p = &d->c->pens[d->c->selected];
	struct value_ticks t = ticks_values(d->plot.lo, d->plot.hi, d->plot.area.rows >= 10 ? 6 : 4);
	char text[64];

	for (int row = 0; row < d->plot.area.rows; row++)
		grid_put(d->g, d->plot.area.row + row, d->plot.area.column - 1, 1, LOOK_LABEL, "│");
	if (!d->has_scale)
		return;
	for (uint32_t i = 0; chart_is_named(p) && i < p->point->state_count; i++) {
		int row = plot_row(&d->plot, (double)p->point->states[i].number);
		chart_text(d->c, p, (double)p->point->states[i].number, text, sizeof text);
		if (row >= 0)
			axis_label(d, row, text);
	}
	for (int i = 0; !chart_is_named(p) && i < t.count; i++) {
		double v = ticks_value(&t, i);
		int row = plot_row(&d->plot, v);
		if (fabs(v) >= 1e8 || (t.step < 1e-5 && fabs(v) > 0))
			str_printf(text, sizeof text, "%.2e", v);
		else
			str_fixed(text, sizeof text, v, t.decimals);
		if (row >= 0)
			axis_label(d, row, text);
	}
}

/* One letter a cell for what is not good of the selected pen; '-' where nothing is recorded, '.' where a part is not. */
static void
draw_quality_row(struct drawing *d, int row)
{
	const struct chart *c = d->c;
	const struct chart_pen *p = &c->pens[c->selected];
	char letter[2] = "";
	bool any = false;

	for (int i = 0; i < c->view.cells; i++) {
		struct bucket b = chart_merge(&p->buckets[i * c->view.fine], c->view.fine);
		struct utc from = utc_add(trend_view_from(&c->view), i * trend_view_cell_us(&c->view));
		uint16_t q = b.quality & Q_ALL;
		enum look look = column_look(&b, LOOK_LABEL);
		if (from.us >= c->now.us)
			break;
		letter[0] = q != 0 ? quality_letters(q)[0] : '\0';
		if (q == 0 && b.seen < CHART_WHOLE && p->state == NULL &&
		    utc_add(from, trend_view_cell_us(&c->view)).us <= c->now.us - 5 * US_PER_S)
			letter[0] = b.seen < 0.5f ? '-' : '.';
		if (letter[0] == '\0')
			continue;
		grid_put(d->g, row, d->plot.area.column + i, 1, look, letter);
		any = true;
	}
	if (any)
		grid_fit(d->g, row, d->whole.column, AXIS_CELLS - 1, LOOK_LABEL, "quality", true);
}

static void
draw_time_axis(struct drawing *d, int row)
{
	const struct trend_view *v = &d->c->view;
	struct time_tick ticks[TICKS_MAX];
	int column = d->plot.area.column, free_from = column - AXIS_CELLS;
	int count = ticks_times(trend_view_from(v), trend_view_to(v), v->cells, ticks);

	grid_put(d->g, row, column - 1, 1, LOOK_LABEL, "└");
	grid_fill(d->g, row, column, v->cells, LOOK_LABEL, "─");
	for (int i = 0; i < count; i++) {
		int cell = trend_view_cell_of(v, ticks[i].at), width = (int)strlen(ticks[i].label);
		if (cell < 0)
			continue;
		grid_put(d->g, row, column + cell, 1, LOOK_LABEL, "┬");
		int at = column + cell - width / 2;
		if (at + width > d->whole.column + d->whole.columns)
			at = d->whole.column + d->whole.columns - width;
		if (at < free_from)
			continue;
		grid_put(d->g, row + 1, at, -1, ticks[i].is_major ? LOOK_TITLE : LOOK_LABEL, ticks[i].label);
		free_from = at + width + 1;
	}
	for (int i = 0; d->c->marks != NULL && i < v->cells; i++) {
		char letter[2] = { d->c->marks[i].letter, '\0' };
		if (letter[0] != '\0')
			grid_put(d->g, row, column + i, 1, d->c->marks[i].look, letter);
	}
	if (d->c->has_cursor) {
		int cell = (int)(v->cursor - v->first);
		bool is_marked = d->c->marks != NULL && d->c->marks[cell].letter != '\0';
		if (!is_marked)
			grid_put(d->g, row, column + cell, 1, LOOK_KEY, "^");
		grid_paint(d->g, row, column + cell, 1, LOOK_SELECTED);
		d->g->cursor_row = row;
		d->g->cursor_column = column + cell;
	}
}

/* ---- the rows above the plot */

struct rows {
	int name, value, min, max, unit, good, quality, title; /* cells; columns of them follow with a space between */
};

static struct rows
layout(int columns)
{
	struct rows r = { .name = 20, .value = 10, .min = 10, .max = 10, .unit = 6, .good = 4, .quality = 10 };
	int left = columns - 4 - r.name - r.value - r.min - r.max - r.unit - r.good - r.quality - 6;

	if (left < 0) { /* a narrow terminal: what is drawn shows the band */
		left += r.min + r.max;
		r.min = r.max = 0;
	}
	if (left >= 20) {
		r.title = left - 11;
		r.quality += 10;
	} else {
		r.quality += left > 0 ? left : 0;
	}
	return r;
}

static void
draw_head(struct drawing *d, const struct rows *r)
{
	const struct chart *c = d->c;
	char when[64] = "", text[128], length[32];
	int at = d->whole.column + 4;

	if (c->has_cursor) {
		bool is_short = trend_view_cell_us(&c->view) < 60 * US_PER_S; /* else its seconds say nothing */
		utc_civil(when, sizeof when, trend_view_cursor(&c->view),
		    is_short ? "%Y-%m-%d %H:%M:%S %Z" : "%Y-%m-%d %H:%M %Z");
		chart_span(length, sizeof length, trend_view_cell_us(&c->view));
		str_printf(text, sizeof text, "%s +%s", when, length);
	} else {
		str_copy(text, sizeof text, "Over the whole time");
	}
	grid_put(d->g, d->whole.row, d->whole.column + 1, r->name + 3 + r->value - 4, LOOK_TITLE, text);
	grid_fit(d->g, d->whole.row, at + r->name + 1 + r->value - 4, 4, LOOK_TITLE, "Mean", true);
	at += r->name + r->value + 2;
	grid_fit(d->g, d->whole.row, at, r->min, LOOK_TITLE, "Min", true);
	grid_fit(d->g, d->whole.row, at += r->min + 1, r->max, LOOK_TITLE, "Max", true);
	grid_fit(d->g, d->whole.row, at += r->max + 1, r->unit, LOOK_TITLE, "Unit", false);
	grid_fit(d->g, d->whole.row, at += r->unit + 1, r->good, LOOK_TITLE, "Good", true);
	grid_fit(d->g, d->whole.row, at += r->good + 1, r->quality, LOOK_TITLE, "Quality", false);
	if (r->title > 0)
		grid_fit(
		    d->g, d->whole.row, at + r->quality + 1, r->title, LOOK_TITLE, c->ja ? "名称" : "Title", false);
}

static void
put_number(struct drawing *d, int row, int at, int cells, enum look look, const struct chart_pen *p, double v)
{
	char text[128];

	chart_text(d->c, p, v, text, sizeof text);
	if (text_width(text) > cells && !chart_is_named(p) && !isnan(v))
		str_printf(text, sizeof text, "%.*e", cells > 9 ? 3 : 1, v);
	grid_fit(d->g, row, at, cells, look, text, true);
}

static void
draw_pen_row(struct drawing *d, const struct rows *r, int row, int pen)
{
	const struct chart *c = d->c;
	const struct chart_pen *p = &c->pens[pen];
	const struct trend_view *v = &c->view;
	int cell = (int)(v->cursor - v->first), at = d->whole.column + 1;
	struct bucket b = c->has_cursor ? chart_cell(c, pen, cell) : chart_merge(p->buckets, v->cells * v->fine);
	char letter[2] = { (char)('A' + pen), '\0' }, text[96], quality[128], share[16], unit[64];
	bool is_count = p->kind == KIND_COUNTER;
	bool is_ahead = c->has_cursor && chart_is_ahead(c, cell);
	enum look look = is_ahead ? chart_quality_of(c, p, cell, &b, text, sizeof text)
	                          : chart_quality(p, &b, text, sizeof text),
	          name_look = pen == c->selected ? LOOK_TITLE : LOOK_NORMAL;

	if (pen == c->selected && c->pen_count > 1)
		grid_put(d->g, row, at, 1, LOOK_KEY, ">");
	grid_put(d->g, row, at + 1, 1, chart_look(pen), letter);
	grid_fit(d->g, row, at += 3, r->name, name_look, p->name, false);
	enum look value_look = look == LOOK_LABEL ? LOOK_NORMAL : look;
	put_number(d, row, at += r->name + 1, r->value, value_look, p, is_count ? b.increment : chart_value(p, &b));
	put_number(d, row, at += r->value + 1, r->min, LOOK_NORMAL, p, b.min);
	put_number(d, row, at += r->min + 1, r->max, LOOK_NORMAL, p, b.max);
	str_printf(unit, sizeof unit, "%s%s", is_count ? "+" : "", p->unit);
	grid_fit(d->g, row, at += r->max + 1, r->unit, LOOK_LABEL, unit, false);
	str_printf(share, sizeof share, "%.0f%%", floor((double)b.good * 100 + 0.5));
	if (is_ahead) /* nobody knows how good it will be */
		str_copy(share, sizeof share, "-");
	grid_fit(d->g, row, at += r->unit + 1, r->good, look == LOOK_LABEL ? LOOK_LABEL : LOOK_NORMAL, share, true);
	if (p->state != NULL && isnan(chart_value(p, &b)))
		str_copy(text, sizeof text, p->state);
	str_printf(quality, sizeof quality, "%s%s", p->point == NULL && p->state == NULL ? "gone, " : "", text);
	grid_fit(d->g, row, at += r->good + 1, r->quality, look, quality, false);
	if (r->title > 0)
		grid_fit(d->g, row, at + r->quality + 1, r->title, LOOK_LABEL, p->title, false);
}

static void
draw_sentence(struct drawing *d)
{
	char line[512];
	const char *at = d->c->sentence;
	int room = d->plot.area.columns - 4, row = d->plot.area.row + d->plot.area.rows / 3;

	while (*at != '\0' && row < d->plot.area.row + d->plot.area.rows) {
		size_t len = strlen(at), take = 0;
		str_copy(line, sizeof line, at);
		while (text_width(line) > room &&
		    (take = (size_t)(strrchr(line, ' ') != NULL ? strrchr(line, ' ') - line : 0)) > 0)
			line[take] = '\0';
		len = strlen(line);
		grid_printf(d->g, row++, d->plot.area.column + 2, LOOK_TITLE, " %s ", line);
		at += len;
		while (*at == ' ')
			at++;
	}
}

void
chart_draw_trend(const struct chart *c, struct grid *g, struct area a)
{
	struct drawing d = { .c = c, .g = g, .whole = a };
	struct rows r = layout(a.columns);
	bool is_low = a.rows < c->pen_count + 8; /* then the selected one alone is told in numbers */
	int head = is_low ? 2 : 1 + c->pen_count, foot = 3;

	d.plot = (struct plot){ .grid = g,
		.graph = c->graph,
		.area = { a.row + head, a.column + AXIS_CELLS, a.rows - head - foot, c->view.cells } };
	draw_head(&d, &r);
	for (int i = 0; i < c->pen_count; i++)
		if (!is_low || i == c->selected)
			draw_pen_row(&d, &r, a.row + 1 + (is_low ? 0 : i), i);
	if (d.plot.area.rows < 2 || c->pen_count == 0)
		return;
	d.columns = xcalloc((size_t)(c->view.cells * c->view.fine) + 1, sizeof *d.columns);
	d.has_scale = chart_scale_of(c, c->selected, &d.plot.lo, &d.plot.hi);
	draw_curves(&d);
	draw_value_axis(&d);
	draw_quality_row(&d, a.row + a.rows - 3);
	draw_time_axis(&d, a.row + a.rows - 2);
	if (c->sentence != NULL)
		draw_sentence(&d);
	free(d.columns);
}
