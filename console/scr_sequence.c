/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_sequence.c - guided sequences: the list of them; one of them with its steps, and what the check of the selected step reads.
 */
#include "config.h"

#include <string.h>

#include "console/client_control.h"
#include "console/list.h"
#include "console/screen.h"
#include "console/sequence_acts.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define WORD_CELLS  14 /* "NO LONGER SO" */
#define LEAST_SPLIT 12 /* rows, below which there is no room for both steps and details */
#define COLUMN_GAP  2

struct page {
	char name[SEQUENCE_NAME_MAX]; /* "" = the list */
	struct list list;
	uint64_t run; /* the cursor follows the current step of this run ... */
	uint32_t now; /* ... when it was on it */
	bool is_placed;
	struct sequence_seen seen, asked;
};

static const struct client_sequence *
told(const struct console *co, const struct page *p)
{
	return co->has_model && p->name[0] != '\0' ? client_sequence_find(co->client, p->name) : NULL;
}

static bool
open_sequence(struct console *co, void *private, const char *argument)
{
	struct page *p = private;
	const struct client_sequence *s;

	if (argument == NULL || argument[0] == '\0') {
		if (co->has_model && client_sequence_count(co->client) == 1 &&
		    (s = client_sequence(co->client, 0)) != NULL)
			str_copy(p->name, sizeof p->name, s->name);
		return true;
	}
	if (!co->has_model || client_sequence_find(co->client, argument) == NULL) {
		console_message(co, true, "there is no sequence %.40s; :sequence lists them", argument);
		return false;
	}
	str_copy(p->name, sizeof p->name, argument);
	return true;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	const struct client_sequence *s = told(co, private);

	(void)number;
	if (what == CHANGE_SECOND) /* a check that must hold for a time */
		return s != NULL && s->state == SEQ_RUNNING && s->steps[s->now].verdict == SEQ_WAITING ? DRAW_BODY
		                                                                                       : DRAW_NOTHING;
	return what == CHANGE_CONTROL || what == CHANGE_MODEL || what == CHANGE_LANGUAGE || what == CHANGE_PHASE ||
	        what == CHANGE_VALUES
	    ? DRAW_BODY
	    : DRAW_NOTHING;
}

/* In at most `rows` rows; returns how many it took. */
static int
put_rows(struct console *co, int row, int rows, int column, int cells, enum look look, const char *text)
{
	char safe[1400], line[1400];
	int used = 0;
	size_t skip;

	text_put_safe(safe, sizeof safe, text, -1);
	for (const char *rest = safe; used < rows && *rest != '\0'; used++) {
		size_t n = wrap_line(rest, cells < 2 ? 2 : cells, &skip);

		str_copy(line, sizeof line, rest);
		if (used + 1 < rows) /* the last one is cut, and says so */
			line[n] = '\0';
		grid_fit(co->grid, row + used, column, cells, look, line, false);
		rest += n + skip;
	}
	return used;
}

static const char *
title_of(struct console *co, const struct client_sequence *s)
{
	return console_title(co, s->title[0] != '\0' ? s->title : s->name, s->title_ja);
}

static void
mark_selected(struct console *co, int row, struct area a)
{
	grid_paint(co->grid, row, a.column, a.columns, LOOK_SELECTED);
	co->grid->cursor_row = row;
	co->grid->cursor_column = a.column;
}

/* ---- the list */

static void
draw_list(struct console *co, struct page *p, struct area a)
{
	char text[1400], state[900];

	list_fit(&p->list, (int)client_sequence_count(co->client), a.rows / 2 > 0 ? a.rows / 2 : 1);
	if (p->list.count == 0)
		grid_put(co->grid, a.row + 1, a.column + 3, -1, LOOK_LABEL, "The site file has no sequences.");
	for (int i = 0; i < p->list.rows && p->list.top + i < p->list.count; i++) {
		const struct client_sequence *s = client_sequence(co->client, (uint32_t)(p->list.top + i));
		int row = a.row + 2 * i;

		if (s == NULL)
			continue;
		str_printf(text, sizeof text, "%s  %s", s->name, title_of(co, s));
		put_rows(co, row, 1, a.column + 1, a.columns - 2, LOOK_TITLE, text);
		str_printf(text, sizeof text, "%u steps; %s", s->step_count,
		    client_sequence_text(s, co->is_ja, state, sizeof state));
		put_rows(co, row + 1, 1, a.column + 3, a.columns - 4,
		    s->state == SEQ_RUNNING ? LOOK_UNCERTAIN : LOOK_NORMAL, text);
		if (p->list.top + i == p->list.at)
			mark_selected(co, row, a);
	}
}

/* ---- the steps */

static enum look
look_of(enum client_step_look look)
{
	switch (look) {
	case STEP_NO_LONGER: return LOOK_BAD;
	case STEP_NOW: return LOOK_TITLE;
	case STEP_WAITS: return LOOK_UNCERTAIN;
	case STEP_AHEAD: return LOOK_LABEL;
	default: return LOOK_NORMAL;
	}
}

static void
draw_step(struct console *co, const struct client_sequence *s, uint32_t i, int row, struct area a)
{
	const struct client_step *st = &s->steps[i];
	enum client_step_look look = client_step_look(s, i);
	char text[700], word[40];
	bool is_now = s->state == SEQ_RUNNING && i == s->now;

	str_printf(word, sizeof word, "%s%s", is_now ? "> " : "  ", client_step_word(look, co->is_ja));
	grid_fit(co->grid, row, a.column, WORD_CELLS, look_of(look), word, false);
	str_printf(text, sizeof text, "%2u %s%s", i + 1, console_title(co, st->text, st->text_ja),
	    st->flags & SEQ_DANGER ? " (!)" : "");
	put_rows(co, row, 1, a.column + WORD_CELLS + 1, a.columns - WORD_CELLS - 2, look_of(look), text);
}

/* The cursor stays on the current step as long as nobody moved it elsewhere. */
static void
place(struct page *p, const struct client_sequence *s)
{
	bool was_on_it = !p->is_placed || p->run != s->run || p->list.at == (int)p->now;
	int now = s->now < s->step_count ? (int)s->now : (int)s->step_count - 1;

	if (was_on_it && (!p->is_placed || p->run != s->run || p->now != s->now))
		p->list.at = s->state == SEQ_RUNNING ? now : p->list.at;
	p->is_placed = true;
	p->run = s->run;
	p->now = s->now;
}

static void
draw_steps(struct console *co, struct page *p, const struct client_sequence *s, int row, int rows, struct area a)
{
	place(p, s);
	list_fit(&p->list, (int)s->step_count, rows > 0 ? rows : 1);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		uint32_t step = (uint32_t)(p->list.top + i);

		draw_step(co, s, step, row + i, a);
		if (s->state == SEQ_RUNNING && step == s->now)
			p->seen = (struct sequence_seen){ true, s->run, s->now };
		if ((int)step == p->list.at)
			mark_selected(co, row + i, a);
	}
}

/* ---- the selected one */

static void
say_input(struct console *co, point_id id, char *buf, size_t size)
{
	const struct client_point *of = &co->client->points[id];
	struct value v = client_value(co->client, id);
	char value[200], marks[MARKS_MAX], age[40] = "";

	client_format(co->client, id, co->is_ja, value, sizeof value);
	(void)client_marks(co->client, id, v.quality, marks, sizeof marks);
	if (client_is_old(co->client, id, co->now))
		str_printf(
		    age, sizeof age, " %lld s old", (long long)(client_age_us(co->client, id, co->now) / US_PER_S));
	str_printf(buf, size, "%s  %s%s%s%s%s%s", of->name, value, of->unit[0] != '\0' ? " " : "", of->unit,
	    marks[0] != '\0' ? " " : "", marks, age);
}

/* Values of what the check reads, in as many columns as there is room for. */
static int
draw_inputs(struct console *co, const struct client_step *st, int row, int rows, struct area a)
{
	char text[400];
	int columns = co->is_accessible || a.columns < 76 ? 1 : 2, width = (a.columns - 4) / columns - COLUMN_GAP;
	int shown = rows * columns < (int)st->input_count ? rows * columns : (int)st->input_count;
	bool is_cut = shown < (int)st->input_count;

	for (int i = 0; i < shown; i++) {
		enum validity v = quality_validity(client_value(co->client, st->inputs[i]).quality);

		say_input(co, st->inputs[i], text, sizeof text);
		if (is_cut && i == shown - 1)
			str_printf(text, sizeof text, "and %d more: chisan sequence NAME", (int)st->input_count - i);
		grid_fit(co->grid, row + i / columns, a.column + 3 + i % columns * (width + COLUMN_GAP), width,
		    v == V_GOOD            ? LOOK_NORMAL
		        : v == V_UNCERTAIN ? LOOK_UNCERTAIN
		                           : LOOK_BAD,
		    text, false);
	}
	return (shown + columns - 1) / columns;
}

static void
say_done(const struct client_sequence *s, uint32_t i, bool ja, char *buf, size_t size)
{
	const struct client_step *st = &s->steps[i];
	char when[40];

	str_printf(buf, size, "%s %s, %s%s%s", sequence_mark_title(st->mark, ja),
	    utc_civil(when, sizeof when, st->at, "%m-%d %H:%M:%S"), st->by, st->reason[0] != '\0' ? ": " : "",
	    st->reason);
	if (client_step_look(s, i) == STEP_NO_LONGER) {
		str_append(buf, size, "; ");
		str_append(buf, size, client_step_word(STEP_NO_LONGER, ja));
	}
}

static void
say_needs(struct console *co, const struct client_step *st, char *buf, size_t size)
{
	str_printf(buf, size, "%s: %s", console_title(co, "Needs", "条件"), client_step_needs(st, co->is_ja));
	if (st->tagged == POINT_NONE)
		return;
	str_append(buf, size, st->check[0] != '\0' ? "; " : "");
	str_append(buf, size, console_title(co, "an inhibit tag on ", "操作禁止札: "));
	str_append(buf, size, co->client->points[st->tagged].name);
}

static void
draw_detail(struct console *co, const struct client_sequence *s, uint32_t i, int row, int rows, struct area a)
{
	const struct client_step *st = &s->steps[i];
	int end = row + rows - 1, cells = a.columns - 4; /* the last row is the verdict's */
	bool is_now = s->state == SEQ_RUNNING && i == s->now;
	char text[1400];

	str_printf(text, sizeof text, "%u %s%s", i + 1, console_title(co, st->text, st->text_ja),
	    st->flags & SEQ_MAY_SKIP ? console_title(co, " (may be skipped)", "（省略可）") : "");
	row += put_rows(co, row, rows > 4 ? 2 : 1, a.column + 1, a.columns - 2, LOOK_TITLE, text);
	if (st->check[0] != '\0' || st->tagged != POINT_NONE) {
		say_needs(co, st, text, sizeof text);
		if (row < end)
			row += put_rows(co, row, rows > 7 ? 2 : 1, a.column + 3, cells, LOOK_NORMAL, text);
		if (row < end)
			row += draw_inputs(co, st, row, end - row, a);
	}
	if (st->mark != SEQ_OPEN)
		say_done(s, i, co->is_ja, text, sizeof text);
	else if (is_now)
		client_step_verdict(st, co->now, co->is_ja, text, sizeof text);
	else
		str_copy(text, sizeof text, console_title(co, "not reached", "未到達"));
	if (is_now || st->mark != SEQ_OPEN)
		put_rows(co, row <= end ? row : end, 1, a.column + 3, cells, look_of(client_step_look(s, i)), text);
	else
		put_rows(co, row <= end ? row : end, 1, a.column + 3, cells, LOOK_LABEL, text);
}

static void
draw_one(struct console *co, struct page *p, const struct client_sequence *s, struct area a)
{
	char text[900];
	int head = put_rows(co, a.row, a.rows >= LEAST_SPLIT ? 2 : 1, a.column + 1, a.columns - 2,
	    s->state == SEQ_RUNNING ? LOOK_TITLE : LOOK_NORMAL, client_sequence_text(s, co->is_ja, text, sizeof text));
	int left = a.rows - head,
	    detail = left >= LEAST_SPLIT ? (left * 2 / 5 > 7 ? left * 2 / 5 : 7)
	    : left >= 6                  ? 3
	                                 : 0;
	int rows = left - detail - (detail > 3 ? 1 : 0);

	if (rows > (int)s->step_count) {
		detail += rows - (int)s->step_count;
		rows = (int)s->step_count;
	}
	draw_steps(co, p, s, a.row + head, rows, a);
	if (detail > 0 && p->list.at >= 0 && p->list.at < (int)s->step_count)
		draw_detail(co, s, (uint32_t)p->list.at, a.row + a.rows - detail, detail, a);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	const struct client_sequence *s = told(co, p);

	p->seen.is_there = false;
	if (p->name[0] == '\0')
		draw_list(co, p, a);
	else if (s != NULL)
		draw_one(co, p, s, a);
	else
		grid_put(
		    co->grid, a.row + 1, a.column + 3, -1, LOOK_LABEL, "The site file has no such sequence any more.");
}

/* ---- keys */

static const char *
selected(struct console *co, void *private)
{
	const struct page *p = private;
	const struct client_sequence *s = told(co, p);

	if (s == NULL || p->list.at < 0 || p->list.at >= (int)s->step_count || s->steps[p->list.at].point == POINT_NONE)
		return NULL;
	return co->client->points[s->steps[p->list.at].point].name;
}

static void
open_selected(struct console *co, struct page *p)
{
	const char *point = selected(co, p);
	const struct client_sequence *s =
	    p->name[0] == '\0' && p->list.at >= 0 ? client_sequence(co->client, (uint32_t)p->list.at) : NULL;

	if (s != NULL)
		console_open(co, &scr_sequence, s->name);
	else if (point != NULL)
		console_open(co, &scr_point, point);
	else
		console_message(co, false, "this step is about no point");
}

static unsigned
act(struct console *co, struct page *p, enum request req, const char *argument)
{
	const struct client_sequence *s = told(co, p);

	if (s == NULL) {
		console_message(co, true, "Enter opens a sequence; then this can be done");
		return DRAW_ALL;
	}
	switch (req) {
	case REQ_SEQ_BEGIN: sequence_acts_begin(co, s, argument); break;
	case REQ_SEQ_REMARK: sequence_acts_remark(co, s, &p->seen, &p->asked, argument); break;
	case REQ_SEQ_SKIP: sequence_acts_skip(co, s, &p->seen, &p->asked, argument); break;
	case REQ_SEQ_ABORT: sequence_acts_abort(co, s, &p->asked, argument); break;
	default: sequence_acts_confirm(co, s, &p->seen, &p->asked, argument); break;
	}
	if (!p->seen.is_there && s->state == SEQ_RUNNING) /* it is to be seen now */
		p->list.at = (int)s->now;
	return DRAW_ALL;
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;

	if (list_request(&p->list, req))
		return DRAW_BODY;
	switch (req) {
	case REQ_OPEN: open_selected(co, p); return DRAW_ALL;
	case REQ_SEQ_BEGIN:
	case REQ_SEQ_CONFIRM:
	case REQ_SEQ_REMARK:
	case REQ_SEQ_SKIP:
	case REQ_SEQ_ABORT: return act(co, p, req, argument);
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	const struct client_sequence *s = told(co, p);
	char span[48];

	if (s != NULL)
		str_copy(title, title_size, title_of(co, s));
	else
		str_copy(title, title_size, console_title(co, "Guided sequences", "操作手順"));
	list_span(&p->list, span, sizeof span);
	str_copy(hint, hint_size, span);
}

const struct screen_ops scr_sequence = {
	.name = "sequence",
	.title = "Guided sequences",
	.title_ja = "操作手順",
	.help = "guided sequences: steps, checks, who confirmed what",
	.modes = MODE_ALL | MODE_SEQUENCE,
	.private_size = sizeof(struct page),
	.open = open_sequence,
	.update = update,
	.draw = draw,
	.request = request,
	.head = head,
	.selected = selected,
};
