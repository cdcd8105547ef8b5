/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.c - pages on a stack. Holding the values (pause) swaps the cells of the model while a page draws; the model goes on.
 */
#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/acts.h"
#include "console/alarm_acts.h"
#include "console/bell.h"
#include "console/keep.h"
#include "console/client_control.h"
#include "console/palette.h"
#include "console/scr_act.h"
#include "console/scr_hand.h"
#include "console/scr_report.h"
#include "console/view.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

static const struct screen_ops *const screens[] = {
#define SCREEN_ROW(name) &scr_##name,
	SCREEN_LIST(SCREEN_ROW)
#undef SCREEN_ROW
};

const struct screen_ops *
screen_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(screens); i++)
		if (strcmp(screens[i]->name, name) == 0)
			return screens[i];
	return NULL;
}

void
console_message(struct console *co, bool is_error, const char *fmt, ...)
{
	char raw[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	text_put_safe(co->message, sizeof co->message, raw, -1);
	co->message_is_error = is_error;
	co->message_is_link = false;
	co->message_at = co->now;
	co->dirty |= DRAW_ALL;
}

const char *
console_title(const struct console *co, const char *title, const char *title_ja)
{
	return co->is_ja && title_ja != NULL && title_ja[0] != '\0' ? title_ja : title;
}

bool
console_is_lost(const struct console *co)
{
	return co->client->phase != CLIENT_LIVE;
}

struct view *
console_top(struct console *co)
{
	assert(co->depth > 0);
	return &co->views[co->depth - 1];
}

static void
view_close(struct console *co, struct view *v)
{
	if (v->ops->close != NULL)
		v->ops->close(co, v->private);
	free(v->private);
}

bool
console_open(struct console *co, const struct screen_ops *ops, const char *argument)
{
	void *private = xcalloc(1, ops->private_size > 0 ? ops->private_size : 1);

	if (ops->open != NULL && !ops->open(co, private, argument)) {
		free(private);
		return false;
	}
	if (co->depth == VIEW_MAX) { /* the oldest goes */
		view_close(co, &co->views[0]);
		memmove(&co->views[0], &co->views[1], (VIEW_MAX - 1) * sizeof co->views[0]);
		co->depth--;
	}
	co->views[co->depth++] = (struct view){ ops, private };
	co->dirty |= DRAW_ALL;
	return true;
}

bool
console_open_word(struct console *co, const char *word)
{
	const struct screen_ops *ops = screen_find(word);
	const struct client *c = co->client;

	if (ops != NULL && ops != &scr_mimic && ops != &scr_point && ops != &scr_alarm)
		return console_open(co, ops, NULL);
	for (uint32_t i = 0; co->has_model && i < c->screen_count; i++)
		if (strcmp(c->screens[i].name, word) == 0)
			return console_open(co, &scr_mimic, word);
	if (co->has_model && client_find(c, word) != POINT_NONE)
		return console_open(co, &scr_point, word);
	if (co->has_model && client_alarms_find(c->alarms, word) != ALARM_NONE)
		return console_open(co, &scr_alarm, word);
	console_message(co, true, "there is no page, point or alarm %s; Tab completes names", word);
	return false;
}

bool
view_back(struct console *co)
{
	if (co->depth <= 1)
		return false;
	view_close(co, &co->views[--co->depth]);
	co->dirty |= DRAW_ALL;
	return true;
}

void
view_close_all(struct console *co)
{
	while (co->depth > 0)
		view_close(co, &co->views[--co->depth]);
}

void
view_head(struct console *co, struct view *v, char *title, size_t title_size, char *hint, size_t hint_size)
{
	str_copy(title, title_size, v->ops->title != NULL ? console_title(co, v->ops->title, v->ops->title_ja) : "");
	if (v->ops->head != NULL && (co->has_model || v->ops->works_alone))
		v->ops->head(co, v->private, title, title_size, hint, hint_size);
}

static void
swap_values(struct console *co)
{
	struct client *c = co->client;
	struct delta_cell *cells = c->cells;
	struct utc *group_time = c->group_time, *group_received = c->group_received, newest = c->newest;

	c->cells = co->pause.cells;
	c->group_time = co->pause.group_time;
	c->group_received = co->pause.group_received;
	c->newest = co->pause.newest;
	co->pause.cells = cells;
	co->pause.group_time = group_time;
	co->pause.group_received = group_received;
	co->pause.newest = newest;
}

void
view_draw(struct console *co, struct view *v, struct area a)
{
	if (co->pause.is_on)
		swap_values(co);
	v->ops->draw(co, v->private, a);
	if (co->pause.is_on)
		swap_values(co);
}

void
view_update(struct console *co, enum change what, uint32_t number)
{
	for (int i = 0; i < co->depth; i++) {
		struct view *v = &co->views[i];
		unsigned draw = v->ops->update != NULL ? v->ops->update(co, v->private, what, number) : DRAW_NOTHING;
		if (i == co->depth - 1 && !(co->pause.is_on && what == CHANGE_VALUES))
			co->dirty |= draw;
	}
}

void
pause_end(struct console *co)
{
	if (!co->pause.is_on)
		return;
	free(co->pause.cells);
	free(co->pause.group_time);
	free(co->pause.group_received);
	co->pause = (struct pause){ 0 };
	co->dirty |= DRAW_ALL;
}

void
pause_toggle(struct console *co)
{
	const struct client *c = co->client;

	if (co->pause.is_on) {
		pause_end(co);
		console_message(co, false, "the values go on");
		return;
	}
	if (!co->has_model)
		return;
	co->pause = (struct pause){ .is_on = true, .since = co->now, .newest = c->newest };
	co->pause.cells = xcalloc(c->point_count + 1, sizeof *co->pause.cells);
	co->pause.group_time = xcalloc(c->group_count + 1, sizeof *co->pause.group_time);
	co->pause.group_received = xcalloc(c->group_count + 1, sizeof *co->pause.group_received);
	if (c->point_count > 0)
		memcpy(co->pause.cells, c->cells, c->point_count * sizeof *c->cells);
	if (c->group_count > 0) {
		memcpy(co->pause.group_time, c->group_time, c->group_count * sizeof *c->group_time);
		memcpy(co->pause.group_received, c->group_received, c->group_count * sizeof *c->group_received);
	}
	console_message(co, false, "the values stand still; the plant goes on. z lets them go on");
}

static const char *
selected_point(struct console *co)
{
	struct view *v = console_top(co);

	return v->ops->selected != NULL && co->has_model ? v->ops->selected(co, v->private) : NULL;
}

/* Without a text it is asked for; what it will be about stands before it. */
static void
note(struct console *co, const char *text)
{
	/* in the journal an entry is selected; what one thinks of there is seldom about its point */
	const char *point = console_top(co)->ops == &scr_journal ? NULL : selected_point(co);

	if (text != NULL) {
		bool was_asked = co->prompt.purpose == REQ_NOTE; /* the selection may have gone on since */
		acts_note(co, was_asked ? co->note_point : point != NULL ? point : "", text);
		co->prompt.purpose = REQ_NONE;
		return;
	}
	if (!acts_is_allowed(co, W_NOTE, false))
		return;
	str_copy(co->note_point, sizeof co->note_point, point != NULL ? point : "");
	str_printf(
	    co->prompt_label, sizeof co->prompt_label, "note%s%s: ", point != NULL ? " on " : "", co->note_point);
	prompt_open(&co->prompt, co->prompt_label, REQ_NOTE, "");
	console_message(co, false, "Enter sends it, Esc drops it; --at 02:10 before the text says when it was");
}

/* "daily 2026-11-22" */
static void
open_report(struct console *co, const char *words)
{
	char kind[32];

	if (words == NULL || words[0] == '\0') {
		prompt_open(&co->prompt, "report: ", REQ_REPORT, "");
		return;
	}
	size_t len = strcspn(words, " ");
	str_printf(kind, sizeof kind, "%.*s", (int)(len > 31 ? 31 : len), words);
	scr_report_open(co, kind, words + len + strspn(words + len, " "), 0);
}

static void
bookmark(struct console *co)
{
	const char *name = selected_point(co);
	bool is_marked = false;

	if (name == NULL) {
		console_message(co, false, "select a point first, then b gives it a bookmark");
		return;
	}
	if (!keep_toggle(name, &is_marked))
		console_message(co, true, "the bookmarks cannot be written; is $XDG_STATE_HOME writable?");
	else
		console_message(
		    co, false, is_marked ? "%s has a bookmark; ' lists them" : "%s has no bookmark any more", name);
	view_update(co, CHANGE_LANGUAGE, 0);
}

static void
save_page(struct console *co)
{
	struct view *v = console_top(co);
	char path[1024], name[64];

	str_copy(name, sizeof name, v->ops->name);
	if (v->ops == &scr_mimic || v->ops == &scr_point)
		view_head(co, v, name, sizeof name, path, sizeof path);
	if (keep_page(co, name, path, sizeof path))
		console_message(co, false, "written to %s", path);
	else
		console_message(co, true, "the page cannot be written; is $XDG_STATE_HOME writable?");
}

/* Of the points named, or of the selected one; to add it to the last trend, its name begins with '+'. */
static void
open_trend(struct console *co, enum request req, const char *argument)
{
	struct view *v = console_top(co);
	const char *name = argument;
	char words[PROMPT_MAX];

	if (!co->has_model)
		return;
	if (name == NULL && v->ops->selected != NULL)
		name = v->ops->selected(co, v->private);
	str_printf(words, sizeof words, "%s%s", req == REQ_ADD && name != NULL ? "+" : "", name != NULL ? name : "");
	console_open(co, &scr_trend, words);
}

/* Of the point that is selected, if it is held; else what ends first. */
static void
extend(struct console *co)
{
	const char *name = selected_point(co);
	point_id id = name != NULL ? client_find(co->client, name) : POINT_NONE;

	scr_hand_extend(co, id != POINT_NONE && client_is_overridden(co->client, id) ? id : POINT_NONE);
}

/* What belongs to the record and to acts. */
static void
record_request(struct console *co, enum request req, const char *argument)
{
	switch (req) {
	case REQ_JOURNAL:
		if (argument == NULL && console_top(co)->ops == &scr_point) /* from a point: what was about it */
			argument = selected_point(co);
		console_open(co, &scr_journal, argument);
		break;
	case REQ_REPORTS: console_open(co, &scr_reports, NULL); break;
	case REQ_REPORT: open_report(co, argument); break;
	case REQ_HANDOVER: scr_report_open(co, "shift", argument != NULL ? argument : "", 0); break;
	case REQ_HELD: console_open(co, &scr_held, NULL); break;
	case REQ_DISPATCH: console_open(co, &scr_dispatch, NULL); break;
	case REQ_PLAN: console_open(co, &scr_plan, NULL); break;
	case REQ_WHEEL: console_open(co, &scr_wheel, argument); break;
	case REQ_SCHEDULE: console_open(co, &scr_schedule, NULL); break;
	case REQ_CO2: console_open(co, &scr_co2, NULL); break;
	case REQ_SEQUENCE: console_open(co, &scr_sequence, argument); break;
	case REQ_CONTROL: acts_toggle_control(co); break;
	case REQ_EXTEND: extend(co); break;
	case REQ_APPROVE: scr_act_approve(co, 0); break;
	case REQ_NOTE: note(co, argument); break;
	default: break;
	}
}

static void
alarm_request(struct console *co, enum request req, const char *argument)
{
	if (req == REQ_ALARMS) {
		console_open(co, &scr_alarms, argument);
	} else if (req == REQ_KPI) {
		console_open(co, &scr_kpi, argument);
	} else if (req == REQ_SILENCE) {
		alarm_acts_silence(co);
	} else {
		co->bell->is_off = !co->bell->is_off;
		console_message(co, false, "%s",
		    co->bell->is_off ? "the bell of this terminal is off; Ctrl-G: on"
		                     : "the bell of this terminal is on");
	}
}

static void
find_or_filter(struct console *co, enum request req, const char *argument)
{
	if (req == REQ_FIND && (console_top(co)->ops->modes & MODE_LIST) == 0)
		screen_request(co, REQ_GOTO, argument); /* no rows: what is sought is a point */
	else if (argument == NULL && co->has_model)
		prompt_open(&co->prompt, req == REQ_FIND ? "find: " : "filter (Esc shows all): ", (int)req, "");
}

unsigned
screen_request(struct console *co, enum request req, const char *argument)
{
	switch (req) {
	case REQ_HELP: console_open(co, &scr_help, NULL); break;
	case REQ_BACK:
		if (!view_back(co))
			console_message(co, false, "this is the first page; Q leaves the console");
		break;
	case REQ_QUIT: co->leave = true; break;
	case REQ_PALETTE: prompt_open(&co->prompt, ":", REQ_PALETTE, ""); break;
	case REQ_GOTO:
	case REQ_PAGE:
		if (argument != NULL && argument[0] != '\0')
			console_open_word(co, argument);
		else
			prompt_open(&co->prompt, req == REQ_GOTO ? "go to point: " : "page: ", (int)req, "");
		break;
	case REQ_FIND:
	case REQ_FILTER: find_or_filter(co, req, argument); break;
	case REQ_TREND:
	case REQ_ADD: open_trend(co, req, argument); break;
	case REQ_POINTS: console_open(co, &scr_points, argument); break;
	case REQ_ALARMS:
	case REQ_KPI:
	case REQ_SILENCE:
	case REQ_BELL: alarm_request(co, req, argument); break;
	case REQ_BOOKMARKS: console_open(co, &scr_bookmarks, NULL); break;
	case REQ_JOURNAL:
	case REQ_REPORTS:
	case REQ_REPORT:
	case REQ_HANDOVER:
	case REQ_HELD:
	case REQ_DISPATCH:
	case REQ_PLAN:
	case REQ_WHEEL:
	case REQ_SCHEDULE:
	case REQ_CO2:
	case REQ_SEQUENCE:
	case REQ_CONTROL:
	case REQ_EXTEND:
	case REQ_APPROVE:
	case REQ_NOTE: record_request(co, req, argument); break;
	case REQ_LINKS: console_open(co, &scr_links, NULL); break;
	case REQ_PAUSE: pause_toggle(co); break;
	case REQ_SAVE_PAGE: save_page(co); break;
	case REQ_BOOKMARK: bookmark(co); break;
	case REQ_JAPANESE:
		if (co->is_ascii) {
			console_message(co, true, "this terminal shows ASCII only; Japanese titles need UTF-8");
			break;
		}
		co->is_ja = !co->is_ja;
		view_update(co, CHANGE_LANGUAGE, 0);
		break;
	case REQ_THEME:
		if (argument != NULL && theme_find(argument) != NULL)
			co->theme = theme_find(argument);
		else
			console_message(co, true, "themes: default deutan mono high-contrast light");
		break;
	case REQ_RATE: {
		double hz;
		if (argument != NULL && str_to_double(argument, &hz) && hz >= 0.1 && hz <= 20)
			co->rate_hz = hz;
		else
			console_message(co, true, "rate takes a number from 0.1 to 20, redraws a second");
		break;
	}
	default: return DRAW_NOTHING;
	}
	return DRAW_ALL;
}

void
console_request(struct console *co, enum request req, const char *argument)
{
	struct view *v = console_top(co);
	unsigned draw = REQ_UNHANDLED;

	if (v->ops->request != NULL && (co->has_model || v->ops->works_alone))
		draw = v->ops->request(co, v->private, req, argument);
	if (draw & REQ_UNHANDLED)
		draw = screen_request(co, req, argument);
	co->dirty |= draw & (DRAW_BODY | DRAW_ALL);
}
