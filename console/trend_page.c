/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_page.c - from what is known of the points to the chart, and what the operator is told when there is nothing to draw.
 */
#include "config.h"

#include <string.h>

#include "console/trend_lines.h"
#include "console/trend_page.h"
#include "console/when.h"

#include "scada/base/record.h"
#include "scada/base/str.h"

#define QUIET_US (300 * US_PER_MS) /* an answer within this needs no word before */
#define LONG_US  (3 * US_PER_S)

void
trend_page_want(struct trend_page *p)
{
	const struct trend_view *v = &p->view;

	if (!p->is_drawn) /* without a link nothing is asked, but what is seen is another time */
		return;
	trend_ahead_want(p->ahead, (const char(*)[POINT_NAME_MAX])p->names, p->count, p->co->now);
	trend_feed_want(p->feed, v->step_us, v->first * v->fine, v->cells * v->fine, p->co->now);
	trend_marks_want(p->marks, (const char(*)[POINT_NAME_MAX])p->names, p->count, trend_view_from(v),
	    trend_view_to(v), p->co->now);
}

/* Why the plot of the selected point is empty or incomplete; NULL = nothing to say. */
static const char *
explain(struct trend_page *p, const struct trend_feed_state *s, const struct bucket *b, int count)
{
	const char *name = p->names[p->selected];
	char age[16], *to = p->sentence;
	size_t size = sizeof p->sentence;
	bool is_seen, any = chart_has_any(b, count, &is_seen);
	int64_t waited = utc_diff_us(p->co->now, s->since);

	bool is_gone = client_find(p->co->client, name) == POINT_NONE;

	if (trend_view_from(&p->view).us > p->co->now.us) /* nothing is recorded of it, and nobody thinks so */
		return NULL;
	clock_age(age, sizeof age, waited);
	if (console_is_lost(p->co)) {
		str_copy(to, size, "No link to chisand: what was not seen yet cannot be asked for.");
		return any ? NULL : to;
	}
	if (s->is_asking && !s->is_known && waited > LONG_US)
		str_printf(
		    to, size, "The history was asked for %s ago and no answer has come. Live values go on.", age);
	else if (s->is_asking && !s->is_known && waited > QUIET_US)
		str_copy(to, size, "The history is asked for ...");
	else if (s->err == ERR_NOT_FOUND && !any && is_gone)
		str_printf(to, size, "There is no point %s, and nothing is recorded of one. t asks for another.", name);
	else if (s->err == ERR_NOT_FOUND && !any)
		str_printf(to, size, "There is no history of %s yet.%s", name,
		    p->view.is_live ? " What comes from now on is drawn at the right." : "");
	else if (s->err != OK && s->err != ERR_NOT_FOUND && !s->is_known)
		str_printf(to, size,
		    "The history cannot be read: %s. This page asks again by itself; live values go on.",
		    s->text[0] != '\0' ? s->text : err_text(s->err));
	else if (s->is_known && !any && is_seen)
		str_printf(to, size, "%s had no usable value in this time; the quality below says why.", name);
	else if (s->is_known && !any)
		str_printf(to, size, "Nothing is recorded of %s in this time: %s.", name,
		    is_gone ? "it is gone from the site; , and PgUp go back to when it was there"
		        : p->view.is_live
		        ? "the record begins now"
		        : "its device was not looked at, the record began later, or data so old are not kept");
	else
		return NULL;
	return to;
}

static const char *
state_word(const struct trend_feed_state *s)
{
	if (s->is_known)
		return NULL;
	return s->is_asking ? "asking" : s->err == ERR_NOT_FOUND ? "no record" : s->err != OK ? "no answer" : "unknown";
}

static void
fill_marks(struct trend_page *p)
{
	memset(p->row, 0, sizeof p->row);
	for (int i = 0; i < trend_marks_count(p->marks); i++) {
		const struct trend_mark *m = trend_marks_at(p->marks, i);
		int cell = trend_view_cell_of(&p->view, m->time);
		char letter = journal_kind_word(m->kind)[0];
		if (cell < 0)
			continue;
		p->row[cell].letter = p->row[cell].letter == '\0' || p->row[cell].letter == letter ? letter : '*';
		if (m->kind == JOURNAL_ALARM)
			p->row[cell].look = LOOK_LIMIT;
		else if (p->row[cell].look == LOOK_NORMAL)
			p->row[cell].look = LOOK_TITLE;
	}
}

/* What has not begun is what the plan says. */
static void
fill_ahead(struct trend_page *p, struct chart *c, int i, struct bucket *buckets)
{
	const struct ahead_plan *plan = trend_ahead_find(p->ahead, p->names[i]);
	int64_t step_us = c->view.step_us;

	c->pens[i].is_planned = plan != NULL;
	for (int k = 0; plan != NULL && k < c->view.cells * c->view.fine; k++) {
		struct utc from = { (c->view.first * c->view.fine + k) * step_us };
		if (chart_is_ahead_fine(c, k))
			buckets[k] = ahead_bucket(plan, from, utc_add(from, step_us));
	}
}

static void
fill_pen(struct trend_page *p, struct chart *c, int i)
{
	const struct client *client = p->co->client;
	point_id id = client_find(client, p->names[i]);
	const struct client_point *pt = id == POINT_NONE ? NULL : &client->points[id];
	struct bucket *buckets = &p->buckets[(size_t)i * TREND_COLUMNS_MAX];
	struct trend_feed_state state = trend_feed_state(p->feed, i);
	const struct trend_feed_point *known = trend_feed_point(p->feed, i);

	trend_feed_get(p->feed, i, c->now, buckets);
	c->pens[i] = (struct chart_pen){ .name = p->names[i],
		.title = pt != NULL ? console_title(p->co, pt->title, pt->title_ja)
		                    : console_title(p->co, "gone from the site", "現在のサイトにない点"),
		.unit = pt != NULL ? pt->unit : known->unit,
		.point = pt,
		.kind = pt != NULL ? pt->kind : known->kind,
		.decimals = pt != NULL ? pt->decimals
		    : known->is_known  ? known->decimals
		                       : 2,
		.buckets = buckets,
		.state = state_word(&state) };
	fill_ahead(p, c, i, buckets);
	if (i == p->selected)
		c->sentence = explain(p, &state, buckets, c->view.cells * c->view.fine);
}

void
trend_page_draw(struct console *co, void *private, struct area a)
{
	struct trend_page *p = private;
	struct utc now = co->pause.is_on ? co->pause.since : co->now;
	struct chart c = { .pen_count = p->count,
		.selected = p->selected,
		.scale = p->scale,
		.graph = co->graph,
		.ja = co->is_ja,
		.has_cursor = true,
		.now = now,
		.marks = p->row };
	int fine = co->is_accessible ? 1 : plot_fine(co->graph);
	struct area list = { 0 };

	trend_view_fit(&p->view, chart_cells(a.columns), fine, now);
	trend_view_ahead(&p->view, trend_ahead_until(p->ahead), now);
	p->is_drawn = true;
	trend_page_want(p);
	c.view = p->view;
	fill_marks(p);
	for (int i = 0; i < p->count; i++)
		fill_pen(p, &c, i);
	if (p->panel.is_open) {
		list = (struct area){ .rows = a.rows / 3, .column = a.column, .columns = a.columns };
		list.row = a.row + a.rows - list.rows;
		a.rows -= list.rows;
	}
	if (co->is_accessible)
		trend_lines_draw(&c, co->grid, a);
	else
		chart_draw_trend(&c, co->grid, a);
	if (p->panel.is_open)
		trend_panel_draw(&p->panel, p->marks, &p->view, co->grid, list);
	co->asking = trend_feed_open(p->feed) + (trend_marks_are_asked(p->marks) ? 1 : 0);
}

void
trend_page_head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct trend_page *p = private;
	struct when_fields from, to;
	char begin[32], end[32], span[32];

	if (!p->is_drawn)
		return;
	from = when_fields(trend_view_from(&p->view));
	to = when_fields(trend_view_to(&p->view));
	bool is_same_day = from.year == to.year && from.month == to.month && from.day == to.day;
	bool is_long = trend_view_to(&p->view).us - trend_view_from(&p->view).us > 7 * 86400 * US_PER_S;
	utc_civil(begin, sizeof begin, trend_view_from(&p->view), is_long ? "%Y-%m-%d" : "%Y-%m-%d %H:%M");
	utc_civil(end, sizeof end, trend_view_to(&p->view),
	    is_same_day   ? "%H:%M %Z"
	        : is_long ? "%Y-%m-%d %Z"
	                  : "%Y-%m-%d %H:%M %Z");
	chart_span(span, sizeof span, p->view.span_us);
	str_printf(title, title_size, "%s  %s to %s", console_title(co, "Trend", "トレンド"), begin, end);
	str_printf(hint, hint_size, "%s, %s", span,
	    !p->view.is_live
	        ? trend_view_from(&p->view).us > p->co->now.us ? "still to come; End: now" : "past; End: now"
	        : p->view.until.us != 0 ? "live, then the plan"
	                                : "live at the right");
}
