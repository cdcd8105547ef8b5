/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_trend.c - the history of up to four points: what keys and words of the operator do to the page of trend_page.h.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "console/client_dispatch.h"
#include "console/trend_page.h"
#include "console/when.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"

/* What the last trend showed: for T on another page, and for :trend alone. */
static struct {
	char names[TREND_PENS][POINT_NAME_MAX];
	int count;
	int64_t span_us;
} last;

/* Neither the site nor its record has such a point; false also while that is asked. */
static bool
is_unknown(const struct trend_page *p, int pen)
{
	struct trend_feed_state s = trend_feed_state(p->feed, pen);

	return client_find(p->co->client, p->names[pen]) == POINT_NONE && !s.is_asking && s.err == ERR_NOT_FOUND;
}

static void
remember(const struct trend_page *p)
{
	last.count = 0;
	for (int i = 0; i < p->count; i++)
		if (!is_unknown(p, i))
			str_copy(last.names[last.count++], POINT_NAME_MAX, p->names[i]);
	last.span_us = p->view.span_us;
}

static bool
is_top(const struct trend_page *p)
{
	return p->co->depth > 0 && console_top(p->co)->private == p;
}

static void drop_unknown(struct trend_page *p);

static void
set_pens(struct trend_page *p)
{
	if (p->selected >= p->count)
		p->selected = p->count > 0 ? p->count - 1 : 0;
	trend_feed_set_pens(p->feed, (const char(*)[POINT_NAME_MAX])p->names, p->count);
	remember(p);
	trend_page_want(p);
	drop_unknown(p); /* it may have been asked for before */
}

static void
take_out(struct trend_page *p, int pen)
{
	for (int i = pen; i + 1 < p->count; i++)
		str_copy(p->names[i], POINT_NAME_MAX, p->names[i + 1]);
	p->count--;
	if (p->selected > pen)
		p->selected--;
}

/* A name that neither the site nor its record knows was a slip: what was there before is there again. Alone on its page it explains. */
static void
drop_unknown(struct trend_page *p)
{
	bool has_changed = false;

	for (int i = p->count - 1; i >= 0; i--) {
		if (!is_unknown(p, i))
			continue;
		if (p->count == 1 && p->before.count == 0) {
			remember(p);
			continue;
		}
		console_message(p->co, true,
		    "there is no point %s, and nothing is recorded of one; Tab completes names", p->names[i]);
		take_out(p, i);
		has_changed = true;
		if (p->count > 0)
			continue;
		memcpy(p->names, p->before.names, sizeof p->names);
		p->count = p->before.count;
		p->selected = p->before.selected;
		p->before.count = 0;
		break;
	}
	if (has_changed)
		set_pens(p);
}

static void
changed(void *arg)
{
	struct trend_page *p = arg;

	drop_unknown(p);
	if (is_top(p))
		console_changed(p->co, DRAW_BODY);
}

/* ---- words of the operator */

static bool
add(struct trend_page *p, const char *name)
{
	struct console *co = p->co;

	/* one that is gone may have a history: who knows that is asked, and says so if there is none */
	if (client_find(co->client, name) == POINT_NONE && !point_name_is_valid(name)) {
		console_message(co, true, "there is no point %s; Tab completes names", name);
		return false;
	}
	for (int i = 0; i < p->count; i++) {
		if (strcmp(p->names[i], name) != 0)
			continue;
		p->selected = i;
		return true;
	}
	if (p->count == TREND_PENS) {
		console_message(co, true, "a trend shows %d points at most; x takes the selected one out", TREND_PENS);
		return false;
	}
	str_copy(p->names[p->count], POINT_NAME_MAX, name);
	p->selected = p->count++;
	return true;
}

/* "90m" "8h" "7d" "2w" "1y" */
static bool
read_span(const char *text, int64_t *us)
{
	size_t len = strlen(text);
	char number[32];
	int64_t n, day = 86400 * US_PER_S;

	if (len > 1 && len < sizeof number && (text[len - 1] == 'w' || text[len - 1] == 'y')) {
		str_copy(number, sizeof number, text);
		number[len - 1] = '\0';
		if (!str_to_i64(number, 1, 2000, &n))
			return false;
		*us = n * day * (text[len - 1] == 'w' ? 7 : 366);
	} else if (!str_to_duration(text, us)) {
		return false;
	}
	return *us >= TREND_SPAN_MIN && *us <= TREND_SPAN_MAX;
}

/* "A.B C.D 8h"; false: the message says what is wrong. */
static bool
take_words(struct trend_page *p, const char *words, int64_t *span_us)
{
	char copy[PROMPT_MAX], *at = copy, *one;

	str_copy(copy, sizeof copy, words);
	while ((one = strsep(&at, " ")) != NULL) {
		if (*one == '\0' || (one[0] >= '0' && one[0] <= '9' && read_span(one, span_us)))
			continue;
		if (!add(p, one))
			return false;
	}
	return true;
}

static bool
open_page(struct console *co, void *private, const char *argument)
{
	struct trend_page *p = private;
	int64_t span_us = last.span_us > 0 ? last.span_us : TREND_SPAN_OPEN;
	const char *words = argument != NULL ? argument : "";

	p->co = co;
	if (words[0] == '+' || words[0] == '\0')
		for (int i = 0; i < last.count; i++)
			str_copy(p->names[p->count++], POINT_NAME_MAX, last.names[i]);
	if (words[0] == '\0' && p->count == 0) {
		console_message(co, false, "select a point first, then t shows its history; or type :trend POINT 8h");
		return false;
	}
	if (!take_words(p, words + (words[0] == '+'), &span_us))
		return false;
	if (words[0] != '+' && words[0] != '\0')
		p->selected = 0;
	trend_view_init(&p->view, span_us);
	p->feed = trend_feed_new(co->client, changed, p);
	p->marks = trend_marks_new(co->client, changed, p);
	p->ahead = trend_ahead_new(co->client, changed, p);
	p->buckets = xcalloc((size_t)TREND_PENS * TREND_COLUMNS_MAX, sizeof *p->buckets);
	set_pens(p);
	return true;
}

static void
close_page(struct console *co, void *private)
{
	struct trend_page *p = private;

	co->asking = 0;
	trend_feed_free(p->feed);
	trend_marks_free(p->marks);
	trend_ahead_free(p->ahead);
	free(p->buckets);
}

/* ---- time goes on */

static void
note_live(struct console *co, struct trend_page *p)
{
	for (int i = 0; i < p->count; i++) {
		point_id id = client_find(co->client, p->names[i]);
		struct value v = { 0 };
		bool is_seen = !console_is_lost(co) && id != POINT_NONE && co->client->points[id].kind != KIND_COUNTER;
		if (is_seen)
			v = client_value(co->client, id);
		trend_feed_live(p->feed, i, &v, is_seen && (v.quality & Q_NEVER_READ) == 0, co->now);
	}
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct trend_page *p = private;

	(void)number;
	switch (what) {
	case CHANGE_MODEL:
		trend_feed_reset(p->feed, co->now);
		trend_marks_reset(p->marks);
		trend_ahead_reset(p->ahead);
		return DRAW_ALL;
	case CHANGE_JOURNAL: return trend_marks_take(p->marks, co->entry) ? DRAW_BODY : DRAW_NOTHING;
	case CHANGE_PHASE: return DRAW_ALL;
	case CHANGE_LANGUAGE: return DRAW_BODY;
	case CHANGE_SECOND:
		note_live(co, p);
		if (!is_top(p) || !p->is_drawn)
			return DRAW_NOTHING;
		if (!co->pause.is_on)
			trend_view_follow(&p->view, co->now);
		trend_page_want(p);
		trend_feed_second(p->feed, co->now);
		return co->is_accessible || co->pause.is_on ? DRAW_NOTHING : DRAW_BODY;
	default: return DRAW_NOTHING; /* values are taken once a second */
	}
}

/* ---- keys */

static unsigned
shown(struct trend_page *p)
{
	remember(p);
	trend_page_want(p);
	return DRAW_ALL;
}

static unsigned
ask_for(struct trend_page *p, enum request req, const char *label)
{
	prompt_open(&p->co->prompt, label, (int)req, "");
	return DRAW_ALL;
}

static unsigned
replace_pens(struct trend_page *p, const char *words)
{
	struct trend_page before = *p;
	int64_t span_us = p->view.span_us;

	p->count = 0;
	if (!take_words(p, words, &span_us) || p->count == 0) { /* "8h" alone is a span */
		bool is_span = p->count == 0 && span_us != p->view.span_us;
		memcpy(p->names, before.names, sizeof p->names);
		p->count = before.count;
		p->selected = before.selected;
		if (!is_span)
			return DRAW_ALL;
	} else {
		p->selected = 0;
		memcpy(p->before.names, before.names, sizeof p->before.names);
		p->before.count = before.count;
		p->before.selected = before.selected;
	}
	trend_view_span(&p->view, span_us, p->co->now);
	set_pens(p);
	return DRAW_ALL;
}

static unsigned
remove_pen(struct trend_page *p)
{
	if (p->count == 1) {
		console_message(p->co, false, "the last point stays; q leaves the trend");
		return DRAW_ALL;
	}
	take_out(p, p->selected);
	set_pens(p);
	return DRAW_ALL;
}

static unsigned
raise_pen(struct trend_page *p)
{
	char name[POINT_NAME_MAX];

	if (p->selected == 0)
		return DRAW_NOTHING;
	str_copy(name, sizeof name, p->names[p->selected]);
	str_copy(p->names[p->selected], POINT_NAME_MAX, p->names[p->selected - 1]);
	str_copy(p->names[--p->selected], POINT_NAME_MAX, name);
	set_pens(p);
	return DRAW_ALL;
}

static unsigned
go_to(struct trend_page *p, const char *text)
{
	struct utc at;

	if (!when_read(text, p->co->now, &at)) {
		console_message(p->co, true, "%s is no time; one such %s", text, WHEN_HELP);
		return DRAW_ALL;
	}
	if (at.us > p->co->now.us && at.us >= p->view.until.us)
		console_message(p->co, false,
		    p->view.until.us != 0 ? "no plan reaches so far; this is its end"
		                          : "that is still to come; this is now");
	trend_view_goto(&p->view, at, p->co->now);
	return shown(p);
}

static unsigned
set_span(struct trend_page *p, const char *text)
{
	int64_t us;

	if (!read_span(text, &us)) {
		console_message(p->co, true, "%s is no span; one from 1m to 30y, as 90m, 8h, 7d, 2w or 1y", text);
		return DRAW_ALL;
	}
	trend_view_span(&p->view, us, p->co->now);
	return shown(p);
}

static unsigned
next_scale(struct trend_page *p)
{
	p->scale = (enum chart_scale)((p->scale + 1) % 3);
	console_message(p->co, false, "%s", chart_scale_word(p->scale));
	return DRAW_ALL;
}

/* The line of the plan beside that of the selected point, or away again. */
static unsigned
turn_planned(struct trend_page *p)
{
	const struct client *c = p->co->client;
	point_id id = client_find(c, p->names[p->selected]), planned = client_planned(c, id);
	int actual = p->selected;

	if (planned == POINT_NONE) {
		console_message(p->co, false, "nothing is planned for %s", p->names[p->selected]);
		return DRAW_ALL;
	}
	for (int i = 0; i < p->count; i++) {
		if (strcmp(p->names[i], c->points[planned].name) != 0)
			continue;
		take_out(p, i);
		set_pens(p);
		return DRAW_ALL;
	}
	if (add(p, c->points[planned].name)) {
		p->selected = actual;
		set_pens(p);
	}
	return DRAW_ALL;
}

/* Keys that move through time. */
static bool
move(struct trend_page *p, enum request req)
{
	struct trend_view *v = &p->view;
	struct utc now = p->co->now;

	switch (req) {
	case REQ_LEFT: trend_view_move(v, -1, now); break;
	case REQ_RIGHT: trend_view_move(v, 1, now); break;
	case REQ_PAGE_UP: trend_view_scroll(v, -v->cells, now); break;
	case REQ_PAGE_DOWN: trend_view_scroll(v, v->cells, now); break;
	case REQ_EARLIER: trend_view_scroll(v, -v->cells / 2, now); break;
	case REQ_LATER: trend_view_scroll(v, v->cells / 2, now); break;
	case REQ_HOME: trend_view_move(v, (int)(v->first - v->cursor), now); break;
	case REQ_END: trend_view_now(v, now); break;
	case REQ_ZOOM_IN: trend_view_zoom(v, 1, now); break;
	case REQ_ZOOM_OUT: trend_view_zoom(v, -1, now); break;
	default: return false;
	}
	return true;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct trend_page *p = private;
	struct utc at;

	if (p->panel.is_open && trend_panel_request(&p->panel, p->marks, &p->view, req, &at)) {
		if (at.us > 0)
			trend_view_move(
			    &p->view, (int)(at.us / trend_view_cell_us(&p->view) - p->view.cursor), co->now);
		return shown(p);
	}
	if (move(p, req))
		return shown(p);
	switch (req) {
	case REQ_UP:
	case REQ_PREVIOUS: p->selected = (p->selected + p->count - 1) % p->count; return DRAW_ALL;
	case REQ_DOWN:
	case REQ_NEXT: p->selected = (p->selected + 1) % p->count; return DRAW_ALL;
	case REQ_OPEN: console_open(co, &scr_point, p->names[p->selected]); return DRAW_ALL;
	case REQ_TREND:
		return argument == NULL ? ask_for(p, REQ_ADD, "add point (Tab completes): ")
		                        : replace_pens(p, argument);
	case REQ_ADD:
		if (argument == NULL)
			return ask_for(p, REQ_ADD, "add point (Tab completes): ");
		if (add(p, argument))
			set_pens(p);
		return DRAW_ALL;
	case REQ_REMOVE: return remove_pen(p);
	case REQ_RAISE: return raise_pen(p);
	case REQ_SPAN: return argument == NULL ? ask_for(p, req, "span, as 1m 8h 7d 2w 1y: ") : set_span(p, argument);
	case REQ_AT:
		return argument == NULL ? ask_for(p, req, "to the time, as 13:00, yesterday, 2026-11-22, 2h: ")
		                        : go_to(p, argument);
	case REQ_SCALE: return next_scale(p);
	case REQ_PLANNED: return turn_planned(p);
	case REQ_JOURNAL: trend_panel_open(&p->panel, p->marks, &p->view); return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static const char *
selected(struct console *co, void *private)
{
	struct trend_page *p = private;

	(void)co;
	return p->names[p->selected];
}

const struct screen_ops scr_trend = {
	.name = "trend",
	.title = "Trend",
	.title_ja = "トレンド",
	.help = "the history of up to four points",
	.modes = MODE_ALL | MODE_TREND,
	.private_size = sizeof(struct trend_page),
	.open = open_page,
	.update = update,
	.draw = trend_page_draw,
	.request = request,
	.close = close_page,
	.head = trend_page_head,
	.selected = selected,
};
