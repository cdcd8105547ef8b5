/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_panel.c - the selected entry is known by its sequence, so that new ones do not move the selection.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/trend_panel.h"

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static int
find(const struct trend_panel *p, const struct trend_marks *m)
{
	for (int i = 0; i < trend_marks_count(m); i++)
		if (trend_marks_at(m, i)->seq == p->seq)
			return i;
	return -1;
}

static int
nearest(const struct trend_marks *m, struct utc to)
{
	int best = -1;

	for (int i = 0; i < trend_marks_count(m); i++) {
		int64_t far = llabs(trend_marks_at(m, i)->time.us - to.us);
		if (best < 0 || far < llabs(trend_marks_at(m, best)->time.us - to.us))
			best = i;
	}
	return best;
}

void
trend_panel_open(struct trend_panel *p, const struct trend_marks *m, const struct trend_view *v)
{
	int at = nearest(m, utc_add(trend_view_cursor(v), trend_view_cell_us(v) / 2));

	p->is_open = !p->is_open;
	p->is_reading = false;
	p->seq = at < 0 ? 0 : trend_marks_at(m, at)->seq;
}

bool
trend_panel_request(
    struct trend_panel *p, const struct trend_marks *m, const struct trend_view *v, enum request req, struct utc *at)
{
	int now = find(p, m), to = now;

	*at = (struct utc){ 0 };
	switch (req) {
	case REQ_BACK:
		if (p->is_reading)
			p->is_reading = false;
		else
			p->is_open = false;
		return true;
	case REQ_OPEN: p->is_reading = now >= 0 && !p->is_reading; return true;
	case REQ_UP:
	case REQ_PREVIOUS: to = now - 1; break;
	case REQ_DOWN:
	case REQ_NEXT: to = now + 1; break;
	case REQ_LEFT:
	case REQ_RIGHT: { /* the cursor moves, the list comes along */
		int64_t step = req == REQ_LEFT ? -1 : 1;
		*at = (struct utc){ (v->cursor + step) * trend_view_cell_us(v) };
		int there = nearest(m, utc_add(*at, trend_view_cell_us(v) / 2));
		p->seq = there < 0 ? 0 : trend_marks_at(m, there)->seq;
		return true;
	}
	default: return false;
	}
	if (to >= 0 && to < trend_marks_count(m)) {
		p->seq = trend_marks_at(m, to)->seq;
		*at = trend_marks_at(m, to)->time;
	}
	return true;
}

static void
line_of(const struct trend_mark *k, char *buf, size_t size)
{
	char when[40];

	utc_civil(when, sizeof when, k->time, "%m-%d %H:%M:%S");
	str_printf(buf, size, "%s %-8s %s%s%s%s%s", when, journal_kind_word(k->kind), k->point,
	    k->point[0] != '\0' ? "  " : "", k->user, k->user[0] != '\0' ? ": " : "", k->text);
}

static void
draw_text(const struct trend_mark *k, struct grid *g, struct area a)
{
	char whole[4096], line[1024], when[40];
	const char *at = whole;
	int row = a.row + 1;

	utc_civil(when, sizeof when, k->time, "%Y-%m-%d %H:%M:%S %Z");
	str_printf(whole, sizeof whole, "%s  %s  %s  %s", when, journal_kind_word(k->kind), k->point, k->user);
	grid_fit(g, row++, a.column + 1, a.columns - 2, LOOK_TITLE, whole, false);
	str_printf(whole, sizeof whole, "%s%s%s%s%s", k->text, k->before[0] != '\0' || k->after[0] != '\0' ? "  " : "",
	    k->before, k->after[0] != '\0' ? " -> " : "", k->after);
	while (*at != '\0' && row < a.row + a.rows) {
		int used = text_put_safe(line, sizeof line, at, a.columns - 2), cells = 0;
		const char *end = at, *space = NULL;
		uint32_t cp;
		while (*end != '\0') {
			size_t n = text_next(end, strlen(end), &cp);
			if (cp == ' ')
				space = end;
			if ((cells += text_char_width(cp)) > a.columns - 2)
				break;
			end += n;
		}
		if (*end != '\0' && space != NULL && space > at) { /* broken at a space */
			str_copy(line, sizeof line, at);
			line[(size_t)(space - at) < sizeof line ? (size_t)(space - at) : sizeof line - 1] = '\0';
			end = space + 1;
		}
		if (used == 0)
			break;
		grid_put(g, row++, a.column + 1, a.columns - 2, LOOK_NORMAL, line);
		at = end;
	}
}

void
trend_panel_draw(
    const struct trend_panel *p, const struct trend_marks *m, const struct trend_view *v, struct grid *g, struct area a)
{
	int count = trend_marks_count(m), at = find(p, m), rows = a.rows - 1, top;
	const char *trouble = trend_marks_trouble(m);
	char text[1024];

	(void)v;
	str_printf(text, sizeof text, "Journal and notes: %d near this time", count);
	grid_put(g, a.row, a.column + 1, a.columns - 2, LOOK_TITLE, text);
	if (trouble[0] != '\0')
		grid_printf(g, a.row, a.column + 3 + text_width(text), LOOK_ERROR, "cannot be read: %s", trouble);
	else
		grid_put(g, a.row, a.column + 3 + text_width(text), -1, LOOK_LABEL,
		    p->is_reading ? "Enter or q: back to the list" : "arrows select, Enter reads, e or q closes");
	if (p->is_reading && at >= 0) {
		draw_text(trend_marks_at(m, at), g, a);
		return;
	}
	if (count == 0)
		grid_put(g, a.row + 1, a.column + 1, -1, LOOK_LABEL,
		    trend_marks_are_asked(m) ? "The journal is asked for ..."
		                             : "No entry about these points, and no note.");
	top = at - rows / 2;
	top = top > count - rows ? count - rows : top;
	top = top < 0 ? 0 : top;
	for (int i = 0; i < rows && top + i < count; i++) {
		line_of(trend_marks_at(m, top + i), text, sizeof text);
		grid_fit(g, a.row + 1 + i, a.column + 1, a.columns - 2, LOOK_NORMAL, text, false);
		if (top + i != at)
			continue;
		grid_paint(g, a.row + 1 + i, a.column, a.columns, LOOK_SELECTED);
		g->cursor_row = a.row + 1 + i;
		g->cursor_column = a.column + 1;
	}
}
