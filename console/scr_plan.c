/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_plan.c - the plan that chisand holds: what each asset is to do hour by hour, and why; behind it the forecasts that it was made from. It is
 * asked for when the page opens, when another one was made, and each minute.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/list.h"
#include "console/plan_forecasts.h"
#include "console/plan_got.h"
#include "console/screen.h"
#include "console/shown.h"
#include "scada/base/mem.h"
#include "scada/base/reason.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define EACH_S      60
#define TIME_CELLS  11 /* "12-01 08:00" */
#define PRICE_CELLS 8
#define CELLS       8  /* of a column of an asset */
#define HEAD_LEAST  14 /* rows of a page from which all is said above the table; below: only what is not kept */

struct page {
	struct console *co;
	struct plan_got *plan, *incoming;
	struct forecast_got forecasts;
	uint32_t asked, asked_errors;
	int seconds;  /* since it was asked for */
	int64_t seen; /* when the plan was made that dispatch spoke of as it was asked for */
	char failed[300];
	bool is_by_step, is_of_forecasts;
	struct list series; /* of forecasts */
	struct list list;   /* its rows: hours, or steps */
	int column, first;  /* of assets that are shown, then the loads: the one looked at, the first on the screen */
};

/* ---- questions */

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;

	(void)c;
	if (f->type == W_PLAN && !p->incoming->is_there)
		(void)plan_got_read(p->incoming, f->body, f->length);
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;
	struct plan_got *was = p->plan;

	(void)c;
	(void)addcause;
	p->asked = 0;
	client_answer_said(e, text, p->incoming->is_there, "plan", p->failed, sizeof p->failed);
	p->plan = p->incoming; /* one that is no longer held is no longer shown */
	p->incoming = was;
	plan_got_done(was);
	console_changed(p->co, DRAW_ALL);
}

static const struct client_answer answer = { answer_frame, answer_done };

/* When the plan was made that chisand holds; 0: none. */
static int64_t
told_of(const struct console *co)
{
	const struct client_dispatch *d = co->has_model ? client_dispatch(co->client) : NULL;

	return d != NULL ? d->m.plan_made : 0;
}

static void
errors_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;

	(void)c;
	if (f->type != W_FORECAST)
		return;
	forecast_got_done(&p->forecasts);
	(void)forecast_got_read(&p->forecasts, f->body, f->length);
}

/* That nothing was foretold yet is said where the table would be. */
static void
errors_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;

	(void)c;
	(void)e;
	(void)addcause;
	(void)text;
	p->asked_errors = 0;
	console_changed(p->co, DRAW_ALL);
}

static const struct client_answer errors_answer = { errors_frame, errors_done };

static void
ask(struct page *p)
{
	struct wbuf none = { .len = 0 };

	client_forget(p->co->client, &p->asked);
	plan_got_done(p->incoming);
	p->seconds = 0;
	p->seen = told_of(p->co);
	client_forget(p->co->client, &p->asked_errors);
	p->asked_errors = client_ask(p->co->client, W_FORECAST_GET, &none, &errors_answer, p);
	p->asked = client_ask(p->co->client, W_PLAN_GET, &none, &answer, p);
	if (p->asked == 0)
		str_copy(p->failed, sizeof p->failed, "it cannot be asked for without a link to chisand");
}

static bool
open_plan(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	(void)argument;
	p->co = co;
	p->plan = xcalloc(1, sizeof *p->plan);
	p->incoming = xcalloc(1, sizeof *p->incoming);
	ask(p);
	return true;
}

static void
close_plan(struct console *co, void *private)
{
	struct page *p = private;

	client_forget(co->client, &p->asked);
	client_forget(co->client, &p->asked_errors);
	forecast_got_done(&p->forecasts);
	plan_got_done(p->plan);
	plan_got_done(p->incoming);
	free(p->plan);
	free(p->incoming);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL || (what == CHANGE_CONTROL && told_of(co) != p->seen))
		ask(p);
	else if (what == CHANGE_SECOND && ++p->seconds >= EACH_S && p->asked == 0 && !console_is_lost(co))
		ask(p);
	return what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE ? DRAW_ALL : DRAW_NOTHING;
}

/* ---- rows and columns */

static int
count_rows(const struct page *p)
{
	int n = 0;

	for (unsigned t = 0; t < p->plan->m.steps; t = plan_got_row_end(p->plan, t, !p->is_by_step))
		n++;
	return n;
}

/* The first step of a row. */
static unsigned
step_of(const struct page *p, int row)
{
	unsigned t = 0;

	for (int i = 0; i < row; i++)
		t = plan_got_row_end(p->plan, t, !p->is_by_step);
	return t;
}

static int
row_of(const struct page *p, unsigned step)
{
	int row = 0;

	for (unsigned t = plan_got_row_end(p->plan, 0, !p->is_by_step); t <= step && t < p->plan->m.steps;
	     t = plan_got_row_end(p->plan, t, !p->is_by_step))
		row++;
	return row;
}

/* Assets that are shown, and the loads. */
static int
count_columns(const struct page *p)
{
	int n = 1;

	for (unsigned i = 0; i < p->plan->asset_count; i++)
		n += plan_got_is_shown(&p->plan->assets[i]);
	return n;
}

static const struct plan_got_asset *
asset_of(const struct page *p, int column) /* NULL: the loads */
{
	for (unsigned i = 0; i < p->plan->asset_count; i++)
		if (plan_got_is_shown(&p->plan->assets[i]) && column-- == 0)
			return &p->plan->assets[i];
	return NULL;
}

/* ---- the page */

static void
put(struct console *co, int row, struct area a, enum look look, const char *raw)
{
	char safe[1024];

	text_put_safe(safe, sizeof safe, raw, -1);
	grid_fit(co->grid, row, a.column + 1, a.columns - 2, look, safe, false);
}

/* Returns its rows. */
static int
draw_head(struct console *co, const struct page *p, struct area a)
{
	const struct plan_got *plan = p->plan;
	char text[900], other[700], when[24], co2[32], peak[32];
	bool is_whole = a.rows >= HEAD_LEAST;
	bool has_file = is_whole && p->forecasts.is_there && p->forecasts.file != FORECAST_FILE_NONE;
	int last_row = is_whole ? a.row + 2 + has_file : a.row;

	str_printf(text, sizeof text, "%s %s; %s", console_title(co, "Made", "作成"),
	    utc_civil(when, sizeof when, (struct utc){ plan->m.made }, "%m-%d %H:%M"), plan->m.text);
	if (is_whole)
		put(co, a.row, a, LOOK_NORMAL, text);
	str_printf(text, sizeof text, "CO2 %s kg; %s %s kW; %s %s", str_fixed(co2, sizeof co2, plan->m.co2_kg, 0),
	    console_title(co, "greatest half hour", "最大30分値"), str_fixed(peak, sizeof peak, plan->m.peak_kw, 0),
	    console_title(co, "costs", "費用"), plan_got_costs(plan, other, sizeof other));
	if (is_whole)
		put(co, a.row + 1, a, LOOK_NORMAL, text);
	if (has_file)
		put(co, a.row + 2, a, p->forecasts.file == FORECAST_FILE_FRESH ? LOOK_NORMAL : LOOK_UNCERTAIN,
		    plan_forecasts_file(co, &p->forecasts, other, sizeof other));
	if (plan_got_relaxed(plan, 0, other, sizeof other)) {
		unsigned more = 0;
		char last[200];
		while (more < 999 && plan_got_relaxed(plan, more + 1, last, sizeof last))
			more++;
		str_printf(text, sizeof text, "%s %s", console_title(co, "Not kept:", "未達:"), other);
		if (more > 0)
			str_printf(last, sizeof last, co->is_ja ? "、他%u件" : ", and %u more", more);
		else
			last[0] = '\0';
		str_append(text, sizeof text, last);
		put(co, last_row, a, LOOK_UNCERTAIN, text);
	} else {
		put(co, last_row, a, LOOK_LABEL, console_title(co, "every goal is kept", "全目標達成"));
	}
	return last_row - a.row + 1;
}

/* Columns of assets that fit; `first` follows the one that is looked at. */
static int
fit_columns(struct page *p, struct area a)
{
	int count = count_columns(p), fit = (a.columns - 2 - TIME_CELLS - PRICE_CELLS) / CELLS;

	fit = fit < 1 ? 1 : fit > count ? count : fit;
	p->column = p->column < 0 ? 0 : p->column >= count ? count - 1 : p->column;
	p->first = p->first > p->column ? p->column : p->first;
	p->first = p->column - p->first >= fit ? p->column - fit + 1 : p->first;
	p->first = p->first + fit > count ? count - fit : p->first;
	return fit;
}

static int
column_at(const struct page *p, struct area a, int column)
{
	return a.column + 1 + TIME_CELLS + PRICE_CELLS + (column - p->first) * CELLS;
}

static void
draw_titles(struct console *co, const struct page *p, int row, struct area a, int fit)
{
	grid_put(co->grid, row, a.column + 1, TIME_CELLS, LOOK_TITLE, console_title(co, "Time", "時刻"));
	grid_fit(co->grid, row, a.column + 1 + TIME_CELLS, PRICE_CELLS, LOOK_TITLE,
	    console_title(co, "per kWh", "単価"), true);
	for (int i = p->first; i < p->first + fit; i++) {
		const struct plan_got_asset *s = asset_of(p, i);
		const char *name = s == NULL ? console_title(co, "loads", "負荷計") : s->name;
		grid_put(co->grid, row, column_at(p, a, i), 1, LOOK_TITLE, " ");
		grid_fit(co->grid, row, column_at(p, a, i) + 1, CELLS - 1, i == p->column ? LOOK_SELECTED : LOOK_TITLE,
		    name, true);
	}
	if (p->first > 0)
		grid_put(co->grid, row, column_at(p, a, p->first), 1, LOOK_LABEL, "<");
	if (p->first + fit < count_columns(p))
		grid_put(co->grid, row, column_at(p, a, p->first + fit), 1, LOOK_LABEL, ">");
}

static bool
is_off(const struct plan_got_asset *s, unsigned from, unsigned to)
{
	for (unsigned t = from; t < to; t++)
		if (s->on[t])
			return false;
	return true;
}

/* What is entered ahead for a row of the plan; "" = nothing. */
static const char *
entered(struct console *co, const struct page *p, unsigned from, unsigned to, char *buf, size_t size)
{
	const struct client_schedule *s = co->has_model ? client_schedule(co->client) : NULL;
	char what[160];

	buf[0] = '\0';
	for (unsigned i = 0; s != NULL && i < s->count; i++) {
		const struct schedule_entry *e = &s->list[i];
		if (e->from.us >= plan_got_time(p->plan, to).us || e->until.us <= plan_got_time(p->plan, from).us)
			continue;
		str_append(buf, size, buf[0] != '\0' ? ", " : "");
		str_append(buf, size, schedule_say(e, co->is_ja, what, sizeof what));
	}
	return buf;
}

static void
draw_row(struct console *co, const struct page *p, int row, unsigned from, unsigned to, struct area a, int fit)
{
	char when[24], number[40], ahead[400];

	grid_put(co->grid, row, a.column + 1, TIME_CELLS, LOOK_LABEL,
	    utc_civil(when, sizeof when, plan_got_time(p->plan, from), "%m-%d %H:%M"));
	if (entered(co, p, from, to, ahead, sizeof ahead)[0] != '\0')
		grid_put(co->grid, row, a.column + 1 + TIME_CELLS, 1, LOOK_LIMIT, "*");
	double price = plan_got_mean(p->plan->price, from, to); /* where a goal is not kept that may be thousands */
	grid_fit(co->grid, row, a.column + 2 + TIME_CELLS, PRICE_CELLS - 1, LOOK_LABEL,
	    shown_shorten(number, sizeof number, price, 2, PRICE_CELLS - 2) ? number : "######", true);
	for (int i = p->first; i < p->first + fit; i++) {
		const struct plan_got_asset *s = asset_of(p, i);
		double kw = s == NULL ? plan_got_loads(p->plan, from, to) : plan_got_mean(s->kw, from, to);
		bool out = s != NULL && plan_got_is_out(s, from, to), off = s != NULL && !out && is_off(s, from, to);
		const char *text = out ? console_title(co, "out", "除外")
		    : off              ? console_title(co, "off", "停止")
		                       : str_fixed(number, sizeof number, kw, 0);
		grid_fit(co->grid, row, column_at(p, a, i) + 1, CELLS - 1,
		    out       ? LOOK_UNCERTAIN
		        : off ? LOOK_LABEL
		              : LOOK_NORMAL,
		    text, true);
	}
}

/* The reasons of a row's steps, each once, the first one's in full. */
static void
say_reasons(const struct plan_got_asset *s, unsigned from, unsigned to, char *buf, size_t size)
{
	unsigned seen = 1U << (s->reason[from] & 31U);

	str_printf(buf, size, "%s%s%s", plan_reason_name(s->reason[from]), s->reason[from] != REASON_NONE ? ": " : "",
	    plan_reason_help(s->reason[from]));
	for (unsigned t = from + 1; t < to; t++) {
		if ((seen >> (s->reason[t] & 31U) & 1U) != 0 || s->reason[t] == REASON_NONE)
			continue;
		seen |= 1U << (s->reason[t] & 31U);
		str_append(buf, size, "; then ");
		str_append(buf, size, plan_reason_name(s->reason[t]));
	}
}

/* What the cell under both cursors says: figures in the first row, the reason in the second. */
static void
draw_detail(struct console *co, const struct page *p, int row, unsigned from, unsigned to, struct area a)
{
	const struct plan_got_asset *s = asset_of(p, p->column);
	char text[1000], why[400], ahead[400], begin[24], end[24], number[40], stored[80] = "", worth[80] = "";

	utc_civil(begin, sizeof begin, plan_got_time(p->plan, from), "%m-%d %H:%M");
	utc_civil(end, sizeof end, plan_got_time(p->plan, to), "%H:%M");
	if (s == NULL) {
		str_printf(text, sizeof text, "%s-%s  %s %s kW", begin, end, console_title(co, "all loads", "全負荷"),
		    str_fixed(number, sizeof number, plan_got_loads(p->plan, from, to), 1));
		put(co, row, a, LOOK_TITLE, text);
		return;
	}
	if (s->has_energy && isfinite(s->energy[to - 1]))
		str_printf(stored, sizeof stored, co->is_ja ? "、終わりに %s %s" : ", %s %s at its end",
		    str_fixed(number, sizeof number, s->energy[to - 1], 1),
		    strcmp(s->kind, "battery") == 0 ? "kWh" : "GJ");
	if (fabs(s->shadow[from]) >= 0.005)
		str_printf(worth, sizeof worth, co->is_ja ? "、限界値 %s" : "; a kWh more: %s",
		    str_fixed(number, sizeof number, s->shadow[from], 2));
	str_printf(text, sizeof text, "%s-%s  %s %s kW%s%s", begin, end, s->name,
	    str_fixed(number, sizeof number, plan_got_mean(s->kw, from, to), 1), stored, worth);
	put(co, row, a, LOOK_TITLE, text);
	say_reasons(s, from, to, why, sizeof why);
	if (entered(co, p, from, to, ahead, sizeof ahead)[0] != '\0') {
		str_printf(text, sizeof text, "* %s; %s", ahead, why);
		put(co, row + 1, a, LOOK_NORMAL, text);
		return;
	}
	put(co, row + 1, a, LOOK_NORMAL, why);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column;
	if (p->is_of_forecasts) {
		plan_forecasts_draw(co, &p->forecasts, &p->series, a);
		return;
	}
	if (!p->plan->is_there) {
		grid_fit(co->grid, a.row + 1, a.column + 3, a.columns - 4,
		    p->failed[0] != '\0' ? LOOK_UNCERTAIN : LOOK_LABEL,
		    p->failed[0] != '\0' ? p->failed : "The plan is asked for.", false);
		return;
	}
	int top = a.row + draw_head(co, p, a) + 1;
	int detail = a.rows >= 9 ? 2 : 0, rows = a.row + a.rows - top - detail;
	int fit = fit_columns(p, a);
	list_fit(&p->list, count_rows(p), rows > 0 ? rows : 1);
	draw_titles(co, p, top - 1, a, fit);
	unsigned from = step_of(p, p->list.top);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		unsigned to = plan_got_row_end(p->plan, from, !p->is_by_step);
		draw_row(co, p, top + i, from, to, a, fit);
		if (p->list.top + i == p->list.at) {
			grid_paint(co->grid, top + i, a.column, a.columns, LOOK_SELECTED);
			co->grid->cursor_row = top + i;
			co->grid->cursor_column = a.column;
			if (detail > 0)
				draw_detail(co, p, a.row + a.rows - detail, from, to, a);
		}
		from = to;
	}
}

/* ---- keys */

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;

	(void)co;
	(void)argument;
	if (req == REQ_NEXT || req == REQ_PREVIOUS) {
		p->is_of_forecasts = !p->is_of_forecasts;
		return DRAW_ALL;
	}
	if (p->is_of_forecasts)
		return list_request(&p->series, req) ? DRAW_ALL : REQ_UNHANDLED;
	if (list_request(&p->list, req))
		return DRAW_BODY | DRAW_ALL;
	switch (req) {
	case REQ_LEFT: p->column -= p->column > 0; return DRAW_ALL;
	case REQ_RIGHT: p->column++; return DRAW_ALL; /* brought back where it is drawn */
	case REQ_OPEN:
		if (p->plan->is_there) {
			unsigned step = step_of(p, p->list.at);
			p->is_by_step = !p->is_by_step;
			list_fit(&p->list, count_rows(p), p->list.rows);
			p->list.at = row_of(p, step);
		}
		return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char span[48];

	if (p->is_of_forecasts) {
		str_copy(title, title_size, console_title(co, "Forecasts and their errors", "予測と予測誤差"));
		str_copy(hint, hint_size, console_title(co, "Tab: plan", "Tab: 計画"));
		return;
	}
	str_copy(title, title_size, console_title(co, "Plan, kW", "運転計画 kW"));
	str_copy(hint, hint_size, console_title(co, "Tab: forecasts", "Tab: 予測"));
	if (!p->plan->is_there)
		return;
	list_span(&p->list, span, sizeof span);
	str_printf(hint, hint_size, "%s, %s, %s", span,
	    p->is_by_step ? console_title(co, "Enter: by hours", "Enter: 時間毎")
	                  : console_title(co, "Enter: by steps", "Enter: 各コマ"),
	    console_title(co, "Tab: forecasts", "Tab: 予測"));
}

const struct screen_ops scr_plan = {
	.name = "plan",
	.title = "Plan, kW",
	.title_ja = "運転計画 kW",
	.help = "the plan of dispatch: what each asset is to do hour by hour, and why",
	.modes = MODE_ALL,
	.private_size = sizeof(struct page),
	.open = open_plan,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_plan,
	.head = head,
};
