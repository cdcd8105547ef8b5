/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_wheel.c - a day of self-wheeling: its half hours with plan, delivered, imbalance and state; its versions; what a person does with it.
 * It is asked for when the page opens, after each act, and every few seconds.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/keep.h"
#include "console/list.h"
#include "console/newfile.h"
#include "console/wheel_acts.h"
#include "console/wrap.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define EACH_S      5
#define TIME_CELLS  9 /* "48 23:30" */
#define CELLS       9
#define WIDE        110 /* columns from which both imbalances and the price have a place of their own */
#define SLIM        76  /* below: no place for what was used, nor for money */
#define HEAD_LEAST  14  /* rows from which all is said above the table */
#define DETAIL_ROWS 2

struct page {
	struct console *co;
	struct wheel_got *day, *incoming;
	uint32_t asked, asked_file;
	int64_t date; /* 0 = today, until it is known */
	int seconds;
	char failed[300];
	struct list list;
	bool is_placed; /* the list stands at the running slot */
	int part;       /* that is set: -1 the generation */
	char path[4096];
};

/* ---- questions */

static void
answer_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;

	(void)c;
	if (f->type == W_WHEEL_DAY && !p->incoming->is_there)
		(void)wheel_got_read(p->incoming, f->body, f->length);
}

/* A day is opened where it is worked on: today at the running slot. */
static void
place(struct page *p)
{
	int now = wheel_got_slot(p->day, (struct utc){ p->day->m.now });

	if (p->is_placed)
		return;
	p->is_placed = true;
	p->list.at = now > 0 ? now : 0;
	p->list.top = p->list.at > 4 ? p->list.at - 4 : 0;
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;
	struct wheel_got *was = p->day;

	(void)c;
	(void)addcause;
	p->asked = 0;
	client_answer_said(e, text, p->incoming->is_there, "day", p->failed, sizeof p->failed);
	p->day = p->incoming;
	p->incoming = was;
	wheel_got_done(was);
	if (p->day->is_there) {
		p->date = p->day->m.date;
		place(p);
	}
	console_changed(p->co, DRAW_ALL);
}

static const struct client_answer answer = { answer_frame, answer_done };

static void
ask(struct page *p)
{
	struct wbuf b = { .len = 0 };

	client_forget(p->co->client, &p->asked);
	wheel_got_done(p->incoming);
	p->seconds = 0;
	msg_wheel_get_put(&b, &(struct msg_wheel_get){ .date = p->date });
	p->asked = client_ask(p->co->client, W_WHEEL_GET, &b, &answer, p);
	if (p->asked == 0)
		str_copy(p->failed, sizeof p->failed, "it cannot be asked for without a link to chisand");
	wbuf_done(&b);
}

static bool
open_wheel(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	if (argument != NULL && argument[0] != '\0' && !date_from_text(argument, &p->date)) {
		console_message(co, true, "\"%.40s\" is no day; write it as 2026-12-01", argument);
		return false;
	}
	p->co = co;
	p->part = -1;
	p->day = xcalloc(1, sizeof *p->day);
	p->incoming = xcalloc(1, sizeof *p->incoming);
	ask(p);
	return true;
}

static void
close_wheel(struct console *co, void *private)
{
	struct page *p = private;

	client_forget(co->client, &p->asked);
	client_forget(co->client, &p->asked_file);
	wheel_got_done(p->day);
	wheel_got_done(p->incoming);
	free(p->day);
	free(p->incoming);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL || what == CHANGE_ACT)
		ask(p);
	else if (what == CHANGE_SECOND && ++p->seconds >= EACH_S && p->asked == 0 && !console_is_lost(co))
		ask(p);
	return what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE ? DRAW_ALL : DRAW_NOTHING;
}

/* ---- the page */

static void
put(struct console *co, int row, struct area a, enum look look, const char *raw)
{
	wrap_put(co->grid, row, 1, a.column + 1, a.columns - 2, look, raw);
}

/* Returns its rows. */
static int
draw_head(struct console *co, const struct page *p, struct area a)
{
	const struct wheel_got *g = p->day;
	char text[800], date[DATE_TEXT_MAX], other[600], number[5][40];
	struct wheel_got_sum s;
	bool is_whole = a.rows >= HEAD_LEAST;

	str_printf(text, sizeof text, "%s: %s", date_text(date, sizeof date, g->m.date),
	    wheel_got_standing(g, co->is_ja, other, sizeof other));
	put(co, a.row, a, g->m.edit != 0 ? LOOK_TITLE : LOOK_NORMAL, text);
	if (!is_whole)
		return 1;
	bool is_found = wheel_got_found(g, co->is_ja, other, sizeof other)[0] != '\0';
	int rows = wrap_put(co->grid, a.row + 1, 2, a.column + 1, a.columns - 2, is_found ? LOOK_UNCERTAIN : LOOK_LABEL,
	    is_found ? other : console_title(co, "nothing is found", "異常なし"));
	wheel_got_sum(g, &s);
	str_printf(text, sizeof text,
	    co->is_ja ? "計画 発電%s 需要%s kWh、受渡済 不足%s 余剰%s kWh %s円"
	              : "plan: gen. %s, demand %s kWh; missed: short %s, over %s kWh, %s yen",
	    str_fixed(number[0], sizeof number[0], s.plan[WHEEL_GENERATION], 0),
	    str_fixed(number[1], sizeof number[1], s.plan[WHEEL_DEMAND], 0),
	    str_fixed(number[2], sizeof number[2], s.shortage, 0), str_fixed(number[3], sizeof number[3], s.surplus, 0),
	    str_fixed(number[4], sizeof number[4], s.yen, 0));
	put(co, a.row + 1 + rows, a, LOOK_NORMAL, text);
	return 2 + rows;
}

static int
title(struct console *co, int row, int column, const char *en, const char *ja)
{
	grid_put(co->grid, row, column, 1, LOOK_TITLE, " ");
	grid_fit(co->grid, row, column + 1, CELLS - 2, LOOK_TITLE, console_title(co, en, ja), true);
	grid_put(co->grid, row, column + CELLS - 1, 1, LOOK_TITLE, " ");
	return column + CELLS;
}

static void
draw_titles(struct console *co, int row, struct area a)
{
	bool is_wide = a.columns >= WIDE;
	int column = a.column + 1 + TIME_CELLS;

	grid_put(co->grid, row, a.column + 1, TIME_CELLS, LOOK_TITLE, console_title(co, "No time", "コマ 時刻"));
	column = title(co, row, column, "gen.", "発電計");
	column = title(co, row, column, "made", "発電実");
	if (is_wide)
		column = title(co, row, column, "short", "発電差");
	column = title(co, row, column, "demand", "需要計");
	if (a.columns >= SLIM)
		column = title(co, row, column, "used", "需要実");
	column = title(co, row, column, is_wide ? "short" : "imbal.", is_wide ? "需要差" : "不均衡");
	if (is_wide)
		column = title(co, row, column, "price", "単価");
	if (a.columns >= SLIM)
		column = title(co, row, column, "yen", "円");
	column += a.columns < SLIM;
	grid_fit(co->grid, row, column, a.column + a.columns - 1 - column, LOOK_TITLE,
	    console_title(co, "State", "状態"), false);
}

/* A number with its mark behind it. */
static int
cell(struct console *co, int row, int column, enum look look, double v, int decimals, const char *mark)
{
	char number[40];

	grid_fit(co->grid, row, column, CELLS - 1, look,
	    isfinite(v) ? str_fixed(number, sizeof number, v, decimals) : "-", true);
	if (mark[0] != '\0')
		grid_put(co->grid, row, column + CELLS - 1, 1, LOOK_LABEL, mark);
	return column + CELLS;
}

/* What both sides come to, of what is known. */
static double
both(const struct wheel_got_row *w)
{
	double made = w->shortage[WHEEL_GENERATION], used = w->shortage[WHEEL_DEMAND];

	return isnan(made) ? used : isnan(used) ? made : made + used;
}

static bool
is_beyond(const struct wheel_got *g, const struct wheel_got_row *w, double v)
{
	double plan = fmax(w->in_force[WHEEL_GENERATION], w->in_force[WHEEL_DEMAND]),
	       share = g->m.limit_pct / 100 * plan;

	return isfinite(v) &&
	    ((isfinite(g->m.limit_kwh) && fabs(v) > g->m.limit_kwh) || (isfinite(share) && fabs(v) > share));
}

static void
draw_row(struct console *co, const struct page *p, int row, unsigned slot, struct area a)
{
	const struct wheel_got *g = p->day;
	const struct wheel_got_row *w = &g->rows[slot];
	bool is_wide = a.columns >= WIDE;
	int column = a.column + 1 + TIME_CELLS;
	char text[80], when[16];
	const char *foreseen = w->is_foreseen ? "?" : "", *changed = w->is_changed ? "*" : "";
	enum look look = w->phase == WHEEL_OVER ? LOOK_LABEL : LOOK_NORMAL;

	str_printf(
	    text, sizeof text, "%2u %s", slot + 1, utc_civil(when, sizeof when, wheel_got_start(g, slot), "%H:%M"));
	grid_put(co->grid, row, a.column + 1, TIME_CELLS, LOOK_LABEL, text);
	column = cell(co, row, column, look, w->plan[WHEEL_GENERATION], 1, changed);
	column =
	    cell(co, row, column, look, w->actual[WHEEL_GENERATION], 1, wheel_got_marks(w->marks[WHEEL_GENERATION]));
	double made = w->shortage[WHEEL_GENERATION];
	if (is_wide)
		column = cell(co, row, column, is_beyond(g, w, made) ? LOOK_UNCERTAIN : look, made, 1,
		    isfinite(made) ? foreseen : "");
	column = cell(co, row, column, look, w->plan[WHEEL_DEMAND], 1, changed);
	if (a.columns >= SLIM)
		column =
		    cell(co, row, column, look, w->actual[WHEEL_DEMAND], 1, wheel_got_marks(w->marks[WHEEL_DEMAND]));
	double miss = is_wide ? w->shortage[WHEEL_DEMAND] : both(w);
	column = cell(
	    co, row, column, is_beyond(g, w, miss) ? LOOK_UNCERTAIN : look, miss, 1, isfinite(miss) ? foreseen : "");
	if (is_wide)
		column = cell(co, row, column, look, w->price, 2,
		    w->kind == WHEEL_PRICE_EXPECTED          ? "?"
		        : w->kind == WHEEL_PRICE_PRELIMINARY ? "p"
		                                             : "");
	if (a.columns >= SLIM)
		column = cell(co, row, column, look, w->yen, 0, "");
	column += a.columns < SLIM; /* behind a mark */
	str_printf(text, sizeof text, "%s %s", wheel_phase_word(w->phase, co->is_ja),
	    wheel_standing_word(w->standing, co->is_ja));
	grid_fit(co->grid, row, column, a.column + a.columns - 1 - column,
	    w->phase == WHEEL_RUNNING ? LOOK_TITLE : look, text, false);
}

/* The selected slot: its gate and its plan in force, then what s sets. */
static void
draw_detail(struct console *co, const struct page *p, int row, unsigned slot, struct area a)
{
	const struct wheel_got *g = p->day;
	const struct wheel_got_row *w = &g->rows[slot];
	char text[500], begin[16], end[16], gate[24], number[2][40], kwh[40];

	utc_civil(begin, sizeof begin, wheel_got_start(g, slot), "%H:%M");
	utc_civil(end, sizeof end, wheel_got_start(g, slot + 1), "%H:%M");
	utc_civil(gate, sizeof gate, utc_add(wheel_got_start(g, slot), -g->m.gate_us), "%m-%d %H:%M");
	str_printf(text, sizeof text,
	    co->is_ja ? "%u %s-%s  締切%s、有効な計画 発電%s 需要%s kWh"
	              : "%u %s-%s  gate %s; in force: generation %s, demand %s kWh",
	    slot + 1, begin, end, gate,
	    isnan(w->in_force[WHEEL_GENERATION])
	        ? "-"
	        : str_fixed(number[0], sizeof number[0], w->in_force[WHEEL_GENERATION], 1),
	    isnan(w->in_force[WHEEL_DEMAND]) ? "-"
	                                     : str_fixed(number[1], sizeof number[1], w->in_force[WHEEL_DEMAND], 1));
	put(co, row, a, LOOK_TITLE, text);
	if (p->part < 0) {
		str_printf(text, sizeof text,
		    co->is_ja ? "sで設定: 発電計画 (左右で学校等%u件を選択)"
		              : "s sets the generation; Left and Right: one of %u parts",
		    g->part_count);
	} else {
		const struct wheel_got_part *q = &g->parts[p->part];
		double v = (double)g->kwh[p->part][slot];
		str_printf(text, sizeof text, co->is_ja ? "sで設定: %s %s %s kWh%s" : "s sets %s, %s: %s kWh%s",
		    q->name, co->is_ja && q->title_ja[0] != '\0' ? q->title_ja : q->title,
		    isnan(v) ? "-" : str_fixed(kwh, sizeof kwh, v, 1),
		    q->has_counter  ? ""
		        : co->is_ja ? " (計量なし)"
		                    : "; nobody meters it here");
	}
	put(co, row + 1, a, LOOK_NORMAL, text);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column;
	if (!p->day->is_there) {
		grid_fit(co->grid, a.row + 1, a.column + 3, a.columns - 4,
		    p->failed[0] != '\0' ? LOOK_UNCERTAIN : LOOK_LABEL,
		    p->failed[0] != '\0' ? p->failed : "The day is asked for.", false);
		return;
	}
	int top = a.row + draw_head(co, p, a) + 1;
	int detail = a.rows >= 9 ? DETAIL_ROWS : 0, rows = a.row + a.rows - top - detail;
	list_fit(&p->list, p->day->m.slots, rows > 0 ? rows : 1);
	draw_titles(co, top - 1, a);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		draw_row(co, p, top + i, (unsigned)(p->list.top + i), a);
		if (p->list.top + i == p->list.at) {
			grid_paint(co->grid, top + i, a.column, a.columns, LOOK_SELECTED);
			co->grid->cursor_row = top + i;
			co->grid->cursor_column = a.column;
		}
	}
	if (detail > 0)
		draw_detail(co, p, a.row + a.rows - detail, (unsigned)p->list.at, a);
}

/* ---- a file */

static void
file_frame(struct client *c, const struct frame *f, void *arg)
{
	struct page *p = arg;
	struct msg_wheel_file m;
	struct newfile out;
	struct rbuf r;
	enum err e;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type != W_WHEEL_FILE || p->path[0] == '\0' || !msg_wheel_file_get(&r, &m) || !r_done(&r))
		return;
	e = newfile_open(&out, p->path, false);
	if (e == OK)
		e = newfile_write(&out, m.data.data, m.data.len);
	if (e == OK)
		e = newfile_finish(&out);
	if (e != OK) {
		console_message(p->co, true, "%s", out.why);
		newfile_drop(&out);
	} else {
		console_message(p->co, false, "written to %s", p->path);
	}
	p->path[0] = '\0';
}

static void
file_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	struct page *p = arg;
	char safe[300];

	(void)c;
	(void)addcause;
	p->asked_file = 0;
	text_put_safe(safe, sizeof safe, text, -1);
	if (e != OK)
		console_message(p->co, true, "%s", safe);
	else if (p->path[0] != '\0')
		console_message(p->co, true, "chisand sent no plan file that can be read");
	p->path[0] = '\0';
	console_changed(p->co, DRAW_ALL);
}

static const struct client_answer file_answer = { file_frame, file_done };

static void export(struct page *p, const char *path)
{
	char folder[700], name[64], date[DATE_TEXT_MAX];
	struct wbuf b = { .len = 0 };

	if (!p->day->is_there) {
		console_message(p->co, true, "there is nothing to write yet");
		return;
	}
	if (path == NULL) {
		if (!keep_folder(folder, sizeof folder))
			str_copy(folder, sizeof folder, ".");
		str_printf(name, sizeof name, "/wheel_%s.csv", date_text(date, sizeof date, p->day->m.date));
		str_append(folder, sizeof folder, name);
		prompt_open(&p->co->prompt, "write to: ", REQ_EXPORT, folder);
		return;
	}
	str_copy(p->path, sizeof p->path, path);
	msg_wheel_file_get_put(&b, &(struct msg_wheel_file_get){ .date = p->day->m.date });
	client_forget(p->co->client, &p->asked_file);
	p->asked_file = client_ask(p->co->client, W_WHEEL_FILE_GET, &b, &file_answer, p);
	if (p->asked_file == 0)
		console_message(p->co, true, "it cannot be asked for without a link to chisand");
	wbuf_done(&b);
}

/* ---- keys */

static void
leaf(struct page *p, int by)
{
	if (!p->day->is_there)
		return;
	if (p->day->m.date + by < p->day->m.first || p->day->m.date + by > p->day->m.last) {
		console_message(p->co, true, "%s",
		    by < 0 ? "days before are in the wheel report" : "no plans are worked with beyond that day");
		return;
	}
	p->date = p->day->m.date + by;
	p->is_placed = false;
	ask(p);
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	int parts = p->day->is_there ? (int)p->day->part_count : 0;

	if (list_request(&p->list, req))
		return DRAW_BODY | DRAW_ALL;
	switch (req) {
	case REQ_LEFT: p->part -= p->part >= 0; break;
	case REQ_RIGHT: p->part += p->part + 1 < parts; break;
	case REQ_BEFORE: leaf(p, -1); break;
	case REQ_AFTER: leaf(p, 1); break;
	case REQ_EXPORT: export(p, argument); break;
	case REQ_WHEEL_MAKE: wheel_acts_make(co, p->day, argument); break;
	case REQ_WHEEL_SET:
		wheel_acts_set(co, p->day, (unsigned)p->list.at, p->part < parts ? p->part : -1, argument);
		break;
	case REQ_WHEEL_FILE: wheel_acts_file(co, p->day, argument); break;
	case REQ_WHEEL_DROP: wheel_acts_drop(co, p->day, argument); break;
	case REQ_WHEEL_ACCEPT: wheel_acts_accept(co, p->day, argument); break;
	case REQ_WHEEL_REJECT: wheel_acts_reject(co, p->day, argument); break;
	default: return REQ_UNHANDLED;
	}
	return DRAW_ALL;
}

static void
head(struct console *co, void *private, char *name, size_t name_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	char span[48];

	str_copy(name, name_size, console_title(co, "Self-wheeling, kWh", "自己託送 kWh"));
	if (!p->day->is_there)
		return;
	list_span(&p->list, span, sizeof span);
	str_printf(hint, hint_size, "%s", span);
}

const struct screen_ops scr_wheel = {
	.name = "wheel",
	.title = "Self-wheeling, kWh",
	.title_ja = "自己託送 kWh",
	.help = "self-wheeling: the plan of a day by half hours, what was delivered, what it costs to miss it",
	.modes = MODE_ALL | MODE_WHEEL,
	.private_size = sizeof(struct page),
	.open = open_wheel,
	.update = update,
	.draw = draw,
	.request = request,
	.close = close_wheel,
	.head = head,
};
