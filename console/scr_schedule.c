/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_schedule.c - what is entered ahead for dispatch: assets out of service, steam of furnaces, events of demand response, demand
 * targets.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/client_control.h"
#include "console/list.h"
#include "console/schedule_acts.h"
#include "console/screen.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define NUMBER_CELLS 5
#define STATE_CELLS  9  /* "NOT KEPT" */
#define TIME_CELLS   17 /* "2026-12-01 08:00" */
#define WHAT_CELLS   26
#define DETAIL_ROWS  4

struct page {
	struct list list;
	struct schedule_seen asked;
	uint64_t selected;           /* number of the entry under the cursor; 0 = none */
	struct schedule_entry added; /* what was sent, while is_awaited; its id is the greatest known then */
	bool is_awaited;
};

static const struct client_schedule *
told(const struct console *co)
{
	return co->has_model ? client_schedule(co->client) : NULL;
}

static const struct schedule_entry *
selected_entry(const struct console *co, const struct page *p)
{
	const struct client_schedule *s = told(co);

	return s != NULL && p->list.at >= 0 && p->list.at < (int)s->count ? &s->list[p->list.at] : NULL;
}

static void
note_selected(const struct console *co, struct page *p)
{
	const struct schedule_entry *e = selected_entry(co, p);

	p->selected = e != NULL ? e->id : 0;
}

/* The one that this page has entered? Others enter some too. */
static bool
is_added(const struct page *p, const struct schedule_entry *e)
{
	const struct schedule_entry *a = &p->added;

	return p->is_awaited && e->id > a->id && e->kind == a->kind && e->from.us == a->from.us &&
	    e->until.us == a->until.us && (e->value == a->value || isnan(a->value)) &&
	    strcmp(e->asset, a->asset) == 0 && strcmp(e->reason, a->reason) == 0;
}

/* The cursor stays on its entry whatever comes before it, and goes to one that was entered here. */
static void
follow(const struct console *co, struct page *p)
{
	const struct client_schedule *s = told(co);
	int count = s != NULL ? (int)s->count : 0;

	for (int i = 0; i < count; i++)
		if (is_added(p, &s->list[i])) {
			p->selected = s->list[i].id;
			p->is_awaited = false;
		}
	for (int i = 0; i < count; i++)
		if (s->list[i].id == p->selected)
			list_follow(&p->list, i);
	list_fit(&p->list, count, p->list.rows);
	note_selected(co, p);
}

static void
await_added(const struct console *co, struct page *p, const struct schedule_entry *sent)
{
	const struct client_schedule *s = told(co);

	p->added = *sent;
	p->added.id = 0;
	for (unsigned i = 0; s != NULL && i < s->count; i++)
		if (s->list[i].id > p->added.id)
			p->added.id = s->list[i].id;
	p->is_awaited = true;
}

static bool
open_schedule(struct console *co, void *private, const char *argument)
{
	(void)co;
	(void)private;
	(void)argument;
	return true;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	(void)number;
	if (what == CHANGE_CONTROL || what == CHANGE_MODEL)
		follow(co, private);
	if (what == CHANGE_SECOND) /* one begins or ends */
		return co->now.us / US_PER_S % 60 == 0 ? DRAW_BODY : DRAW_NOTHING;
	return what == CHANGE_CONTROL || what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE
	    ? DRAW_ALL
	    : DRAW_NOTHING;
}

static void
put(struct console *co, int row, int column, int cells, enum look look, const char *raw)
{
	char safe[1200];

	text_put_safe(safe, sizeof safe, raw, -1);
	grid_fit(co->grid, row, column, cells, look, safe, false);
}

static enum look
look_of(enum schedule_look look)
{
	switch (look) {
	case ENTRY_NOW: return LOOK_TITLE;
	case ENTRY_NOT_KEPT: return LOOK_BAD;
	case ENTRY_OVER: return LOOK_LABEL;
	default: return LOOK_NORMAL;
	}
}

static void
draw_titles(struct console *co, int row, struct area a)
{
	int at = a.column + 1;

	grid_fit(co->grid, row, at, NUMBER_CELLS - 1, LOOK_TITLE, console_title(co, "No.", "番号"), true);
	grid_put(co->grid, row, at += NUMBER_CELLS, STATE_CELLS, LOOK_TITLE, console_title(co, "State", "状態"));
	grid_put(co->grid, row, at += STATE_CELLS, TIME_CELLS, LOOK_TITLE, console_title(co, "From", "開始"));
	grid_put(co->grid, row, at += TIME_CELLS, TIME_CELLS, LOOK_TITLE, console_title(co, "Until", "終了"));
	grid_put(co->grid, row, at + TIME_CELLS, -1, LOOK_TITLE, console_title(co, "What, and why", "内容・理由"));
}

static void
draw_entry(struct console *co, const struct schedule_entry *e, int row, struct area a)
{
	enum schedule_look state = client_schedule_look(co->client, e, co->now);
	enum look look = look_of(state);
	int at = a.column + 1, room = a.columns - 2 - NUMBER_CELLS - STATE_CELLS - 2 * TIME_CELLS;
	char text[600], what[160], when[24];

	str_printf(text, sizeof text, "%llu", (unsigned long long)e->id);
	grid_fit(co->grid, row, at, NUMBER_CELLS - 1, LOOK_LABEL, text, true);
	put(co, row, at += NUMBER_CELLS, STATE_CELLS - 1, look, client_schedule_word(state, co->is_ja));
	put(co, row, at += STATE_CELLS, TIME_CELLS - 1, look, utc_civil(when, sizeof when, e->from, "%Y-%m-%d %H:%M"));
	put(co, row, at += TIME_CELLS, TIME_CELLS - 1, look, utc_civil(when, sizeof when, e->until, "%Y-%m-%d %H:%M"));
	str_printf(text, sizeof text, "%s: %s", schedule_say(e, co->is_ja, what, sizeof what), e->reason);
	put(co, row, at + TIME_CELLS, room, look, text);
}

/* The whole of the selected one. */
static void
draw_detail(struct console *co, const struct schedule_entry *e, int row, int rows, struct area a)
{
	char text[900], what[160], from[40], until[40], set[40];

	utc_civil(from, sizeof from, e->from, "%a %Y-%m-%d %H:%M");
	utc_civil(until, sizeof until, e->until, "%a %Y-%m-%d %H:%M %Z");
	str_printf(text, sizeof text, "%llu %s, %s - %s", (unsigned long long)e->id,
	    schedule_say(e, co->is_ja, what, sizeof what), from, until);
	put(co, row, a.column + 1, a.columns - 2, LOOK_TITLE, text);
	const struct client_dispatch *d = client_dispatch(co->client);
	if (d != NULL && client_schedule_look(co->client, e, co->now) == ENTRY_NOT_KEPT) {
		str_printf(text, sizeof text, "%s%s",
		    console_title(co, "not kept while dispatch is in ", "未実施: 制御モードは"),
		    guard_mode_title(d->m.acting, co->is_ja));
		put(co, row + 1, a.column + 1, a.columns - 2, LOOK_BAD, text);
	} else {
		put(co, row + 1, a.column + 1, a.columns - 2, LOOK_LABEL, schedule_kind_help(e->kind));
	}
	str_printf(
	    text, sizeof text, "%s, %s: %s", utc_civil(set, sizeof set, e->set, "%m-%d %H:%M"), e->user, e->reason);
	wrap_put(co->grid, row + 2, rows - 2, a.column + 1, a.columns - 2, LOOK_NORMAL, text);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	const struct client_schedule *s = told(co);
	int detail = a.rows >= 9 ? DETAIL_ROWS : 0, rows = a.rows - 1 - detail - (detail > 0);

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column;
	list_fit(&p->list, s != NULL ? (int)s->count : 0, rows > 0 ? rows : 1);
	note_selected(co, p);
	if (s == NULL || s->count == 0) {
		grid_put(co->grid, a.row + 1, a.column + 3, -1, LOOK_LABEL,
		    console_title(
		        co, "Nothing is entered ahead. o enters something.", "予定はありません。o で登録します。"));
		return;
	}
	draw_titles(co, a.row, a);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		draw_entry(co, &s->list[p->list.top + i], a.row + 1 + i, a);
		if (p->list.top + i != p->list.at)
			continue;
		grid_paint(co->grid, a.row + 1 + i, a.column, a.columns, LOOK_SELECTED);
		co->grid->cursor_row = a.row + 1 + i;
	}
	if (detail > 0)
		draw_detail(co, &s->list[p->list.at], a.row + a.rows - detail, detail, a);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	struct schedule_entry sent;

	follow(co, p); /* keys may come before the first drawing */
	if (list_request(&p->list, req)) {
		note_selected(co, p);
		p->is_awaited = false; /* who looks at another is not taken away from it */
		return DRAW_BODY;
	}
	switch (req) {
	case REQ_SCHEDULE_ADD:
		if (schedule_acts_add(co, argument, &sent))
			await_added(co, p, &sent);
		return DRAW_ALL;
	case REQ_OPEN:
	case REQ_SCHEDULE_CHANGE: schedule_acts_change(co, selected_entry(co, p), &p->asked, argument); return DRAW_ALL;
	case REQ_SCHEDULE_END: schedule_acts_end(co, selected_entry(co, p), &p->asked, argument); return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char span[48];

	str_copy(title, title_size, console_title(co, "Schedule of dispatch", "運転予定・DR"));
	list_span(&p->list, span, sizeof span);
	str_copy(hint, hint_size, p->list.count > 0 ? span : "");
}

const struct screen_ops scr_schedule = {
	.name = "schedule",
	.title = "Schedule of dispatch",
	.title_ja = "運転予定・DR",
	.help = "what is entered ahead: out of service, steam, demand response",
	.modes = MODE_ALL | MODE_SCHEDULE,
	.private_size = sizeof(struct page),
	.open = open_schedule,
	.update = update,
	.draw = draw,
	.request = request,
	.head = head,
};
