/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_dispatch.c - mode, grid, the half hour's demand, what an outage would find, and what dispatch wants of which output, and why.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/client_control.h"
#include "console/list.h"
#include "console/mode_acts.h"
#include "console/screen.h"
#include "console/wrap.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 11
#define BAR_LEAST   20
#define HALF_HOUR   30.0

struct page {
	struct list list;
};

static const struct client_dispatch *
told(const struct console *co)
{
	return co->has_model ? client_dispatch(co->client) : NULL;
}

static bool
open_dispatch(struct console *co, void *private, const char *argument)
{
	(void)co;
	(void)private;
	(void)argument;
	return true;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	(void)co;
	(void)private;
	(void)number;
	return what == CHANGE_CONTROL || what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE
	    ? DRAW_BODY
	    : DRAW_NOTHING;
}

/* ---- figures */

static const char *
kw(double v, char *buf, size_t size)
{
	char number[32];

	if (isnan(v))
		str_copy(buf, size, "-");
	else
		str_printf(buf, size, "%s kW", str_fixed(number, sizeof number, v, 0));
	return buf;
}

static void
label(struct console *co, int row, struct area a, const char *en, const char *ja)
{
	grid_put(co->grid, row, a.column + 1, LABEL_CELLS, LOOK_LABEL, console_title(co, en, ja));
}

/* Of a text behind its label. */
static int
text_cells(struct area a)
{
	return a.columns - LABEL_CELLS - 3;
}

static void
put_rows(struct console *co, int row, int rows, struct area a, enum look look, const char *text)
{
	wrap_put(co->grid, row, rows, a.column + LABEL_CELLS + 2, text_cells(a), look, text);
}

static void
put(struct console *co, int row, struct area a, enum look look, const char *text)
{
	put_rows(co, row, 1, a, look, text);
}

/* ---- which rows there is room for */

#define LIST_LEAST 4 /* outputs that are seen at a time before anything else has a second row */

struct room {
	char mode_text[700], grid_text[700], plan_text[700];
	char target_text[400];                                    /* "" = the schedule has none now */
	int mode, grid, target, plan, bar, gap, detail, greatest; /* rows of each */
	int list;                                                 /* rows of outputs */
};

static void
say_mode(const struct console *co, const struct client_dispatch *d, char *text, size_t size)
{
	char mode[200], since[40] = "", until[80] = "", when[40], limit[40];

	if (d->m.since != 0)
		str_printf(since, sizeof since, " since %s",
		    utc_civil(when, sizeof when, (struct utc){ d->m.since }, "%m-%d %H:%M"));
	if (d->m.acting == GUARD_RESPONSE)
		str_printf(until, sizeof until, ", at most %s until %s", kw(d->m.response_kw, limit, sizeof limit),
		    utc_civil(when, sizeof when, (struct utc){ d->m.until }, "%m-%d %H:%M"));
	str_printf(text, size, "%s%s%s%s%s%s", client_mode_text(d, co->is_ja, until, mode, sizeof mode), since,
	    d->m.user[0] != '\0' ? " by " : "", d->m.user, d->m.reason[0] != '\0' ? ": " : "", d->m.reason);
}

static void
say_grid(const struct console *co, const struct client_dispatch *d, char *text, size_t size)
{
	const char *flag;

	str_copy(text, size, grid_state_title(d->m.grid, co->is_ja));
	for (unsigned i = 0; (flag = guard_flag_help(d->m.flags, i)) != NULL; i++) {
		str_append(text, size, "; ");
		str_append(text, size, flag);
	}
}

static bool
has_bar(const struct console *co, const struct client_dispatch *d, struct area a)
{
	double most = fmax(fmax(d->m.forecast_kw, d->m.now_kw), d->m.target_kw);

	return !co->is_accessible && a.columns - LABEL_CELLS - 4 >= BAR_LEAST && most > 0 && !isnan(d->m.forecast_kw);
}

/* Each of these gives up a row, the first one first, until enough outputs have one; the empty row as soon as one is missing. */
static void
find_room(const struct console *co, const struct client_dispatch *d, struct area a, struct room *r)
{
	const struct schedule_entry *target = client_schedule_target(co->client, co->now);
	int count = (int)d->want_count, least = count < LIST_LEAST ? count : LIST_LEAST;

	say_mode(co, d, r->mode_text, sizeof r->mode_text);
	say_grid(co, d, r->grid_text, sizeof r->grid_text);
	r->target_text[0] = '\0';
	if (target != NULL)
		client_schedule_target_text(target, r->target_text, sizeof r->target_text);
	client_plan_text(d, co->now, r->plan_text, sizeof r->plan_text);
	r->mode = wrap_rows(r->mode_text, text_cells(a), 2);
	r->plan = wrap_rows(r->plan_text, text_cells(a), 2);
	r->grid = wrap_rows(r->grid_text, text_cells(a), 2);
	r->target = target != NULL ? wrap_rows(r->target_text, text_cells(a), 2) : 0;
	r->bar = has_bar(co, d, a);
	r->gap = r->greatest = 1;
	r->detail = a.rows >= 24 ? 2 : 1; /* of two the first is empty */
	struct {
		int *rows, least;
	} gives[] = { { &r->gap, 0 }, { &r->detail, 1 }, { &r->plan, 1 }, { &r->target, 1 }, { &r->mode, 1 },
		{ &r->grid, 1 }, { &r->detail, 0 }, { &r->bar, 0 }, { &r->greatest, 0 } };
	for (size_t i = 0;; i++) {
		r->list = a.rows - r->mode - r->grid - r->target - r->bar - r->gap - r->detail - r->greatest - r->plan -
		    4; /* one of titles */
		while (i < ARRAY_LEN(gives) && *gives[i].rows <= gives[i].least)
			i++;
		if (r->list >= (i == 0 ? count : least) || i == ARRAY_LEN(gives))
			return;
		--*gives[i].rows;
	}
}

/* ---- what is told */

static void
draw_mode(struct console *co, const struct client_dispatch *d, const struct room *r, int row, struct area a)
{
	label(co, row, a, "Mode", "モード");
	put_rows(co, row, r->mode, a, d->m.acting == GUARD_ISLAND ? LOOK_LIMIT : LOOK_TITLE, r->mode_text);
}

static void
draw_guard(struct console *co, const struct client_dispatch *d, const struct room *r, int row, struct area a)
{
	label(co, row, a, "Grid", "系統");
	put_rows(co, row, r->grid, a,
	    d->m.grid == GRID_LOST ? LOOK_BAD
	        : d->m.flags != 0  ? LOOK_UNCERTAIN
	                           : LOOK_NORMAL,
	    r->grid_text);
}

/* What is drawn, to where it goes at this slope, and the target in its place. */
static void
draw_bar(struct console *co, const struct client_dispatch *d, int row, struct area a)
{
	int at = a.column + LABEL_CELLS + 2, cells = a.columns - LABEL_CELLS - 4;
	double most = fmax(fmax(d->m.forecast_kw, d->m.now_kw), d->m.target_kw) * 1.1;

	int now = (int)lround(d->m.now_kw / most * cells), then = (int)lround(d->m.forecast_kw / most * cells);
	enum look look = d->m.stage == 0 ? LOOK_NORMAL : d->m.stage == 1 ? LOOK_UNCERTAIN : LOOK_BAD;
	grid_fill(co->grid, row, at, cells, LOOK_LABEL, co->is_ascii ? "." : "·");
	grid_fill(co->grid, row, at, then < 0 ? 0 : then, look, co->is_ascii ? "-" : "─");
	grid_fill(co->grid, row, at, now < 0 ? 0 : now, look, co->is_ascii ? "#" : "█");
	if (!isnan(d->m.target_kw))
		grid_put(co->grid, row, at + (int)lround(d->m.target_kw / most * cells), 1, LOOK_LIMIT, "|");
}

/* Returns the row behind it. */
static int
draw_demand(struct console *co, const struct client_dispatch *d, const struct room *r, int row, struct area a)
{
	char text[400], now[32], then[32], target[32], minutes[32], month[32], year[32];
	double left = HALF_HOUR - d->m.elapsed_min;
	enum look look = d->m.stage == 0 ? LOOK_NORMAL : d->m.stage == 1 ? LOOK_UNCERTAIN : LOOK_BAD;

	label(co, row, a, "Half hour", "30分");
	if (isnan(d->m.now_kw)) {
		put(co, row, a, LOOK_BAD, "not known: the receiving point is not measured");
	} else {
		str_printf(text, sizeof text, "%s: will be %s of %s; so far%s %s, %s min left",
		    client_stage_word(d->m.stage, co->is_ja), kw(d->m.forecast_kw, then, sizeof then),
		    kw(d->m.target_kw, target, sizeof target), d->m.is_estimated ? " about" : "",
		    kw(d->m.now_kw, now, sizeof now), str_fixed(minutes, sizeof minutes, left, left < 10 ? 1 : 0));
		put(co, row, a, look, text);
	}
	if (r->bar > 0)
		draw_bar(co, d, ++row, a);
	label(co, ++row, a, "Now", "現在");
	put(co, row, a, look, client_now_text(d, text, sizeof text));
	if (r->greatest == 0)
		return row + 1;
	label(co, ++row, a, "Greatest", "最大");
	str_printf(text, sizeof text, "month %s, 12 months %s; %u of %u steps of loads shed",
	    kw(d->m.month_kw, month, sizeof month), kw(d->m.year_kw, year, sizeof year), d->m.shed, d->m.steps);
	put(co, row, a, d->m.shed > 0 ? LOOK_UNCERTAIN : LOOK_NORMAL, text);
	return row + 1;
}

/* By which entry of the schedule the target is another than otherwise. */
static void
draw_target(struct console *co, const struct room *r, int row, struct area a)
{
	label(co, row, a, "Target", "目標値");
	put_rows(co, row, r->target, a, LOOK_NORMAL, r->target_text);
}

static void
draw_outage(struct console *co, const struct client_dispatch *d, int row, struct area a)
{
	char text[300], stored[96], kwh[32], kept[32], hours[32];

	label(co, row, a, "Outage", "停電");
	if (isnan(d->m.kept_kwh))
		str_printf(stored, sizeof stored, "%s kWh stored", str_fixed(kwh, sizeof kwh, d->m.reserve_kwh, 0));
	else
		str_printf(stored, sizeof stored, "%s kWh stored, reserve %s",
		    str_fixed(kwh, sizeof kwh, d->m.reserve_kwh, 0), str_fixed(kept, sizeof kept, d->m.kept_kwh, 0));
	if (isnan(d->m.hours))
		str_copy(text, sizeof text, "how long it would be survived is not known");
	else if (d->m.hours >= 999)
		str_printf(text, sizeof text, "what runs now carries critical loads; %s", stored);
	else
		str_printf(text, sizeof text, "critical loads carried for %s h; %s",
		    str_fixed(hours, sizeof hours, d->m.hours, 1), stored);
	put(co, row, a, d->m.hours < 1 ? LOOK_BAD : LOOK_NORMAL, text);
}

/* ---- what is wanted */

static void
draw_want(struct console *co, const struct client_want *w, int row, struct area a)
{
	const struct client_point *p = &co->client->points[w->point];
	char number[40], wanted[64], measured[64], why[400];
	int at = a.column + 1;

	if (isnan(w->wanted))
		str_copy(wanted, sizeof wanted, "-");
	else
		str_printf(wanted, sizeof wanted, "%s %s", str_fixed(number, sizeof number, w->wanted, 0), p->unit);
	grid_fit(co->grid, row, at, 16, LOOK_NORMAL, p->name, false);
	grid_fit(co->grid, row, at + 17, 9, isnan(w->wanted) ? LOOK_LABEL : LOOK_TITLE, wanted, true);
	grid_fit(co->grid, row, at + 27, 9, LOOK_NORMAL, kw(w->measured, measured, sizeof measured), true);
	text_put_safe(why, sizeof why, w->why, -1);
	grid_fit(co->grid, row, at + 38, a.columns - 40, strncmp(why, "refused", 7) == 0 ? LOOK_UNCERTAIN : LOOK_NORMAL,
	    why, false);
}

/* What a battery keeps of what is stored in it, and what for; of others the reason, which the list may have cut. */
static void
draw_detail(struct console *co, const struct client_want *w, int row, struct area a)
{
	char text[700], held[200];

	client_held_text(w, held, sizeof held);
	if (held[0] == '\0' && w->why[0] == '\0')
		return;
	str_printf(text, sizeof text, "%s%s %s", co->client->points[w->point].name, held[0] != '\0' ? "" : ":",
	    held[0] != '\0' ? held : w->why);
	wrap_put(co->grid, row, 1, a.column + 1, a.columns - 2, LOOK_NORMAL, text);
}

static void
draw_wants(
    struct console *co, struct page *p, const struct client_dispatch *d, const struct room *r, int row, struct area a)
{
	int rows = r->list;

	list_fit(&p->list, (int)d->want_count, rows > 0 ? rows : 1);
	if (rows < 1)
		return;
	grid_fit(co->grid, row, a.column + 1, 16, LOOK_TITLE, console_title(co, "Output", "出力"), false);
	grid_fit(co->grid, row, a.column + 18, 9, LOOK_TITLE, console_title(co, "Wanted", "指令"), true);
	grid_fit(co->grid, row, a.column + 28, 9, LOOK_TITLE, console_title(co, "Measured", "計測"), true);
	grid_put(co->grid, row, a.column + 39, -1, LOOK_TITLE, console_title(co, "Why", "理由"));
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		draw_want(co, &d->wants[p->list.top + i], row + 1 + i, a);
		if (p->list.top + i != p->list.at)
			continue;
		grid_paint(co->grid, row + 1 + i, a.column, a.columns, LOOK_SELECTED);
		co->grid->cursor_row = row + 1 + i;
		co->grid->cursor_column = a.column;
	}
	if (r->detail > 0 && p->list.at >= 0 && (uint32_t)p->list.at < d->want_count)
		draw_detail(co, &d->wants[p->list.at], a.row + a.rows - 1, a);
}

static void
draw(struct console *co, void *private, struct area a)
{
	const struct client_dispatch *d = told(co);
	struct page *p = private;
	int row = a.row;
	struct room r;

	if (d == NULL) {
		grid_put(co->grid, a.row + 1, a.column + 3, -1, LOOK_LABEL, "Nothing was told of dispatch yet.");
		return;
	}
	if (!d->m.is_there) {
		char safe[512];

		text_put_safe(safe, sizeof safe, d->m.reason, -1);
		grid_put(co->grid, a.row + 1, a.column + 3, -1, LOOK_NORMAL, "There is no dispatch here:");
		grid_put(co->grid, a.row + 2, a.column + 3, -1, LOOK_NORMAL, safe);
		return;
	}
	find_room(co, d, a, &r);
	draw_mode(co, d, &r, row, a);
	draw_guard(co, d, &r, row += r.mode, a);
	row = draw_demand(co, d, &r, row + r.grid, a);
	if (r.target > 0)
		draw_target(co, &r, row, a);
	draw_outage(co, d, row += r.target, a);
	label(co, ++row, a, "Plan", "計画");
	put_rows(co, row, r.plan, a, LOOK_NORMAL, r.plan_text);
	draw_wants(co, p, d, &r, row + r.plan + r.gap, a);
}

/* ---- keys */

static const char *
selected(struct console *co, void *private)
{
	const struct client_dispatch *d = told(co);
	const struct page *p = private;

	if (d == NULL || p->list.at < 0 || (uint32_t)p->list.at >= d->want_count)
		return NULL;
	return co->client->points[d->wants[p->list.at].point].name;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	const struct client_dispatch *d = told(co);
	const char *name;

	list_fit(
	    &p->list, d != NULL ? (int)d->want_count : 0, p->list.rows); /* keys may come before the first drawing */
	if (list_request(&p->list, req))
		return DRAW_BODY;
	switch (req) {
	case REQ_OPEN:
		name = selected(co, private);
		if (name != NULL)
			console_open(co, &scr_point, name);
		return DRAW_ALL;
	case REQ_STOP: mode_acts_stop(co); return DRAW_ALL;
	case REQ_MODE: mode_acts_set(co, argument); return DRAW_ALL;
	case REQ_TARGET: mode_acts_target(co, argument); return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	const struct client_dispatch *d = told(co);
	struct page *p = private;
	char span[48];

	str_copy(title, title_size, console_title(co, "Dispatch and demand", "需給制御・デマンド"));
	list_span(&p->list, span, sizeof span);
	str_copy(hint, hint_size, d != NULL && d->m.is_there ? span : "");
}

const struct screen_ops scr_dispatch = {
	.name = "dispatch",
	.title = "Dispatch and demand",
	.title_ja = "需給制御・デマンド",
	.help = "mode of dispatch, demand, what is wanted and why",
	.modes = MODE_ALL | MODE_DISPATCH,
	.private_size = sizeof(struct page),
	.open = open_dispatch,
	.update = update,
	.draw = draw,
	.request = request,
	.head = head,
	.selected = selected,
};
