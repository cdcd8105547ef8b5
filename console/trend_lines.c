/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_lines.c - what is at the cursor, the whole of each point, then the selected one in parts.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/trend_lines.h"
#include "console/wrap.h"

#include "scada/base/str.h"
#include "scada/base/text.h"

#define PARTS 12

struct lines {
	const struct chart *c;
	struct grid *g;
	struct area a;
	int row;
};

/* What is longer than a row goes on in the next: nothing of what is read aloud is cut. */
static void
line(struct lines *l, enum look look, const char *text)
{
	char part[512];
	size_t skip;

	do {
		size_t used = wrap_line(text, l->a.columns < 2 ? 2 : l->a.columns, &skip);
		str_copy(part, sizeof part, text);
		part[used < sizeof part ? used : sizeof part - 1] = '\0';
		if (l->row < l->a.rows)
			grid_fit(l->g, l->a.row + l->row++, l->a.column, l->a.columns, look, part, false);
		text += used + skip;
	} while (*text != '\0' && l->row < l->a.rows);
}

/* Cells from..end taken together; those that have not begun yet are no part of any share. */
static struct bucket
merge_past(const struct chart *c, const struct chart_pen *p, int from, int end)
{
	int64_t length = trend_view_cell_us(&c->view), begun = c->now.us / length - c->view.first + 1;

	if (end > begun && begun > from)
		end = (int)begun;
	return chart_merge(&p->buckets[from * c->view.fine], (end - from) * c->view.fine);
}

/* "mean 55.4, 53.0 to 56.1, good", of what begins with this cell */
static enum look
say_bucket(const struct chart *c, const struct chart_pen *p, int cell, const struct bucket *b, char *buf, size_t size)
{
	char mean[96], lo[96], hi[96], quality[96];
	enum look look = chart_quality_of(c, p, cell, b, quality, sizeof quality);
	const char *space = p->unit[0] != '\0' ? " " : "";

	chart_text(c, p, chart_value(p, b), mean, sizeof mean);
	chart_text(c, p, b->min, lo, sizeof lo);
	chart_text(c, p, b->max, hi, sizeof hi);
	if (isnan(chart_value(p, b)))
		str_copy(buf, size, p->state != NULL ? p->state : quality);
	else if (p->kind == KIND_COUNTER)
		str_printf(buf, size, "counted %s%s%s, %s", mean, space, p->unit, quality);
	else if (b->max > b->min)
		str_printf(buf, size, "%s%s%s, from %s to %s, %s", mean, space, p->unit, lo, hi, quality);
	else
		str_printf(buf, size, "%s%s%s, %s", mean, space, p->unit, quality);
	if (b->good > 0 && b->good < 0.995f) {
		char share[48];
		str_printf(share, sizeof share, ", good for %.0f%% of the time", (double)b->good * 100);
		str_append(buf, size, share);
	}
	return look;
}

static void
say_pen(struct lines *l, int i)
{
	const struct chart *c = l->c;
	const struct chart_pen *p = &c->pens[i];
	int cell = (int)(c->view.cursor - c->view.first);
	struct bucket at = chart_cell(c, i, cell);
	struct bucket all = merge_past(c, p, 0, c->view.cells);
	char text[512], values[300];
	enum look look = say_bucket(c, p, cell, &at, values, sizeof values);

	str_printf(text, sizeof text, "%s%s: %s, %s", i == c->selected && c->pen_count > 1 ? "selected " : "", p->name,
	    values, p->title);
	if (i == c->selected) {
		l->g->cursor_row = l->a.row + l->row;
		l->g->cursor_column = l->a.column;
	}
	line(l, look == LOOK_LABEL ? LOOK_NORMAL : look, text);
	say_bucket(c, p, 0, &all, values, sizeof values);
	str_printf(text, sizeof text, "  in the whole time: %s", values);
	line(l, LOOK_NORMAL, text);
}

static enum look
say_part(const struct lines *l, int part, int parts, char *buf, size_t size)
{
	const struct chart *c = l->c;
	const struct trend_view *v = &c->view;
	const struct chart_pen *p = &c->pens[c->selected];
	int at = v->cells * part / parts, end = v->cells * (part + 1) / parts;
	struct utc begin = { (v->first + at) * trend_view_cell_us(v) };
	struct bucket b = merge_past(c, p, at, end);
	char from[40], values[300];
	enum look look = say_bucket(c, p, at, &b, values, sizeof values);

	if (begin.us >= c->now.us && (!p->is_planned || isnan(b.mean)))
		buf[0] = '\0';
	else
		str_printf(buf, size, "from %s: %s",
		    utc_civil(from, sizeof from, begin, v->span_us > 2 * 86400 * US_PER_S ? "%m-%d %H:%M" : "%H:%M:%S"),
		    values);
	return look;
}

/* As many as there is room for, whole. */
static void
say_parts(struct lines *l)
{
	int room = l->a.rows - l->row - 1, parts = room > PARTS ? PARTS : room;
	char text[400];
	bool is_long = false;

	for (int i = 0; i < parts && !is_long; i++) {
		say_part(l, i, parts, text, sizeof text);
		is_long = text_width(text) > l->a.columns;
	}
	if (is_long)
		parts = room / 2 > PARTS ? PARTS : room / 2;
	if (parts < 2)
		return;
	str_printf(text, sizeof text, "%s in %d parts:", l->c->pens[l->c->selected].name, parts);
	line(l, LOOK_TITLE, text);
	for (int i = 0; i < parts; i++) {
		enum look look = say_part(l, i, parts, text, sizeof text);
		if (text[0] != '\0')
			line(l, look == LOOK_LABEL ? LOOK_NORMAL : look, text);
	}
}

void
trend_lines_draw(const struct chart *c, struct grid *g, struct area a)
{
	struct lines l = { c, g, a, 0 };
	char when[64], length[32], text[200];
	int marked = 0;

	utc_civil(when, sizeof when, trend_view_cursor(&c->view), "%Y-%m-%d %H:%M:%S %Z");
	chart_span(length, sizeof length, trend_view_cell_us(&c->view));
	for (int i = 0; c->marks != NULL && i < c->view.cells; i++)
		marked += c->marks[i].letter != '\0';
	str_printf(text, sizeof text, "At %s, for %s; Left and Right move, + and - zoom%s", when, length,
	    marked > 0 ? "; e reads journal and notes" : "");
	line(&l, LOOK_TITLE, text);
	if (c->sentence != NULL)
		line(&l, LOOK_TITLE, c->sentence);
	for (int i = 0; i < c->pen_count; i++)
		say_pen(&l, i);
	say_parts(&l);
}
