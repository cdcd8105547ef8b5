/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_lines.c - lines of an alarm list, as wide as the screen lets them be.
 */
#include "config.h"

#include "console/alarm_lines.h"
#include "console/alarm_say.h"
#include "console/banner.h"
#include "console/frame.h"
#include "console/wrap.h"
#include "scada/base/str.h"

#define ROOMY 16 /* rows of a body from which what to do has two */

struct columns {
	int time, name, first, times, value, words, since;
};

static struct columns
layout(int columns)
{
	struct columns w = { .time = 8, .name = 17, .first = 2, .times = 0 };
	int fixed = 1 + 3 + 1 + 5 + 1 + 3 + 1 + 1;

	if (columns >= 120)
		w = (struct columns){ .time = 14, .name = 22, .first = 2, .times = 4, .value = 18, .since = 4 };
	w.words = columns - fixed - w.time - 1 - w.name - 1 - w.first - 1 - (w.times > 0 ? w.times + 1 : 0) -
	    (w.value > 0 ? w.value + 1 : 0) - (w.since > 0 ? w.since + 1 : 0);
	return w;
}

/* "Alarms 12   Shelved 3   Suppressed by design 40   Out of service 1": where one is stands out. */
static void
draw_shelves(struct console *co, const struct alarm_rows *rows, struct area a)
{
	static const char *const narrow[] = { "Alarms", "Shelved", "Suppressed", "Out of service", "All" };
	const struct client_alarms *all = co->client->alarms;
	uint32_t listed = 0;
	int at = a.column + 1;

	for (uint32_t i = 0; all != NULL && i < all->standing_count; i++)
		listed += alarm_is_listed((enum alarm_state)all->alarms[all->standing[i]].m.state);
	for (unsigned s = 0; all != NULL && s < SHELF_COUNT; s++) {
		uint32_t counts[] = { listed, all->shelved, all->suppressed, all->out, all->count };
		char text[80];
		str_printf(text, sizeof text, " %s %u ", co->is_ja ? alarm_shelf_title(s, true) : narrow[s], counts[s]);
		at += grid_put(
		    co->grid, a.row, at, a.columns - at - 1, s == rows->filter.shelf ? LOOK_FOUND : LOOK_LABEL, text);
	}
}

static void
draw_head(struct console *co, struct area a, const struct columns *w)
{
	struct grid *g = co->grid;
	int row = a.row + 1, at = a.column + 1;

	grid_put(g, row, at + 1, 2, LOOK_TITLE, "P");
	grid_put(g, row, at += 4, w->time, LOOK_TITLE, "Raised");
	grid_put(g, row, at += w->time + 1, w->name, LOOK_TITLE, "Alarm");
	grid_put(g, row, at += w->name + 1, 5, LOOK_TITLE, "State");
	grid_put(g, row, at += 10, w->first, LOOK_TITLE, "F");
	at += w->first + 1;
	if (w->times > 0) {
		grid_fit(g, row, at, w->times, LOOK_TITLE, "Rep", false);
		at += w->times + 1;
	}
	if (w->value > 0) {
		grid_fit(g, row, at, w->value, LOOK_TITLE, "Value, limit", false);
		at += w->value + 1;
	}
	grid_put(g, row, at, w->words, LOOK_TITLE, "What");
	if (w->since > 0)
		grid_fit(g, row, at + w->words + 1, w->since, LOOK_TITLE, "For", true);
}

static void
draw_alarm(struct console *co, const struct alarm_row *r, int row, struct area a, const struct columns *w)
{
	const struct client *c = co->client;
	const struct client_alarm *x = &c->alarms->alarms[r->alarm];
	struct grid *g = co->grid;
	char text[512], words[600];
	enum look look = banner_look(x);
	int at = a.column + 5;

	banner_put_code(g, row, a.column + 1, x);
	grid_fit(g, row, at, w->time, look, alarm_time(x, co->now, w->time < 14, text, sizeof text), false);
	at += w->time + 1;
	str_printf(text, sizeof text, "%s%s", r->is_inside ? " " : "", x->name);
	grid_fit(g, row, at, w->name, look, text, false);
	grid_fit(g, row, at += w->name + 1, 5, look, alarm_state_word(x->m.state), false);
	grid_fit(g, row, at += 6, 3, LOOK_UNCERTAIN, alarm_marks(x, text, sizeof text), false);
	at += 4;
	if (x->m.first_out > 0)
		grid_printf(g, row, at, look, "F%u", x->m.first_out > 9 ? 9 : x->m.first_out);
	at += w->first + 1;
	if (w->times > 0) {
		str_printf(text, sizeof text, "x%u", x->m.repeats + 1);
		grid_fit(g, row, at, w->times, look, x->m.repeats > 0 ? text : "", false);
		at += w->times + 1;
	}
	alarm_value(c, x, co->is_ja, text, sizeof text);
	if (w->value > 0) {
		grid_fit(g, row, at, w->value, look, text, false);
		at += w->value + 1;
	}
	alarm_words(c, x, co->is_ja, words, sizeof words);
	if (w->times == 0 && x->m.repeats > 0) {
		char times[16];
		str_printf(times, sizeof times, " x%u", x->m.repeats + 1);
		str_append(words, sizeof words, times);
	}
	if (w->value == 0 && text[0] != '\0') {
		str_append(words, sizeof words, ": ");
		str_append(words, sizeof words, text);
	}
	grid_fit(g, row, at, w->words, look, words, false);
	if (w->since > 0 && x->m.active != 0 && x->m.state != ALARM_NORM)
		grid_fit(g, row, at + w->words + 1, w->since, LOOK_LABEL,
		    clock_age(text, 8, utc_diff_us(co->now, (struct utc){ x->m.active })), true);
}

/* "ESS3: 24 alarms, 12 not acknowledged; the worst: ..." */
static void
group_text(const struct console *co, const struct alarm_rows *rows, const struct alarm_row *r, char *buf, size_t size)
{
	const struct client *c = co->client;
	bool is_open = rows->has_open && rows->open == r->device;

	str_printf(buf, size, "%s: %u alarm%s, %u not acknowledged; Enter %s",
	    r->device < c->device_count ? c->devices[r->device].name : "others", r->members, r->members == 1 ? "" : "s",
	    r->unacked, is_open ? "closes it" : "opens it");
}

static void
draw_group(struct console *co, const struct alarm_rows *rows, const struct alarm_row *r, int row, struct area a)
{
	const struct client_alarm *x = &co->client->alarms->alarms[r->alarm];
	char text[400], time[32];

	group_text(co, rows, r, text, sizeof text);
	banner_put_code(co->grid, row, a.column + 1, x);
	grid_fit(
	    co->grid, row, a.column + 5, 8, banner_look(x), alarm_time(x, co->now, true, time, sizeof time), false);
	grid_fit(co->grid, row, a.column + 14, a.columns - 15, banner_look(x), text, false);
}

void
alarm_lines_head(struct console *co, const struct alarm_rows *rows, struct area a)
{
	struct columns w = layout(a.columns);

	draw_shelves(co, rows, a);
	if (!co->is_accessible)
		draw_head(co, a, &w);
}

void
alarm_lines_row(struct console *co, const struct alarm_rows *rows, const struct alarm_row *r, int row, struct area a)
{
	struct columns w = layout(a.columns);
	char line[ALARM_LINE_MAX];

	if (!co->is_accessible) {
		if (r->members > 0)
			draw_group(co, rows, r, row, a);
		else
			draw_alarm(co, r, row, a, &w);
		return;
	}
	if (r->members > 0)
		group_text(co, rows, r, line, sizeof line);
	else
		alarm_said(co->client, &co->client->alarms->alarms[r->alarm], co->now, co->is_ja, line, sizeof line);
	grid_fit(co->grid, row, a.column, a.columns, LOOK_NORMAL, line, false);
}

int
alarm_lines_below(const struct console *co)
{
	return co->is_accessible ? 0 : frame_body(co->grid).rows >= ROOMY ? 3 : 2;
}

/* What to do about the selected one, whole where there is room, and how it stands. */
void
alarm_lines_preview(struct console *co, const struct alarm_rows *rows, struct area a)
{
	const struct alarm_row *r = alarm_rows_selected(rows);
	int row = a.row + a.rows;
	char text[900];

	if (r == NULL || r->members > 0)
		return;
	const struct client_alarm *x = &co->client->alarms->alarms[r->alarm];
	const char *response = console_title(co, x->response, x->response_ja);
	grid_put(co->grid, row, a.column + 1, 3, LOOK_LABEL, "Do:");
	row += wrap_put(co->grid, row, alarm_lines_below(co) - 1, a.column + 5, a.columns - 6,
	    response[0] != '\0' ? LOOK_NORMAL : LOOK_LABEL,
	    response[0] != '\0' ? response : "the site file names no response");
	alarm_more(x, co->now, text, sizeof text);
	grid_fit(co->grid, row, a.column + 5, a.columns - 6, LOOK_LABEL, text, false);
}

void
alarm_lines_empty(struct console *co, const struct alarm_rows *rows, struct area a)
{
	static const char *const texts[] = { "No alarm: nothing is active and nothing waits.", "Nothing is shelved.",
		"Nothing is suppressed by design.", "Nothing is out of service.", "The site defines no alarms." };
	const struct alarm_filter *f = &rows->filter;
	bool is_chosen = f->text[0] != '\0' || f->area[0] != '\0' || f->priority > 0 || f->want != WANT_ANY;

	grid_put(co->grid, a.row + ALARM_LINES_HEADS + 1, a.column + 3, -1, LOOK_LABEL,
	    is_chosen ? "No alarm passes the filter; \\ then Esc shows all." : texts[f->shelf]);
}
