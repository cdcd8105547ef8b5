/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_alarm_act.c - 1. fields are filled in; 2. the whole is shown and y does it, no other key (E: alone, where two persons are asked
 * for); 3. the outcome stands until a key is pressed, with what the alarm then shows.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/alarm_acts.h"
#include "console/alarm_say.h"
#include "console/banner.h"
#include "console/frame.h"
#include "console/scr_alarm_act.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define LABEL_CELLS 14
#define FIELDS      2
#define SAY_MAX     700
#define OUT_MAX_US  (366 * INT64_C(86400) * US_PER_S)

enum step { STEP_FILL, STEP_ASK, STEP_SENT, STEP_ENDED };

static const struct row {
	enum alarm_act act;
	const char *title, *title_ja, *will, *labels[FIELDS], *first;
} rows[] = {
	{ ALARM_ACT_SHELVE, "Shelve an alarm", "警報の保留",
	    "off the list and silent; it is back by itself at its time, or when it returns", { "For", "Reason" },
	    "30m" },
	{ ALARM_ACT_OOS, "Out of service", "警報の除外", "off the list for maintenance until somebody puts it back",
	    { "Until", "Work order" }, "" },
	{ ALARM_ACT_LIMIT, "Another limit", "警報値の変更",
	    "holds from now on, also after a restart; the site file is not changed", { "New limit", "Reason" }, "" },
};

struct page {
	struct console *co;
	const struct row *row;
	enum step step;
	struct alarm_seen seen;
	struct prompt fields[FIELDS];
	int at;
	bool is_pasting, is_asked, is_emergency;
	char wrong[200];
	struct alarm_ask ask;
	uint32_t number; /* of the act */
};

static struct {
	const struct row *row;
	const char *alarm;
} to_open;

void
scr_alarm_act_open(struct console *co, enum alarm_act act, const char *alarm)
{
	if (!alarm_acts_allowed(co, act))
		return;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].act == act)
			to_open.row = &rows[i];
	to_open.alarm = alarm;
	console_open(co, &scr_alarm_act, NULL);
	to_open.row = NULL;
}

static const struct client_alarm *
alarm_of(const struct page *p)
{
	uint32_t alarm = client_alarms_find(p->co->client->alarms, p->seen.name);

	return alarm == ALARM_NONE ? NULL : &p->co->client->alarms->alarms[alarm];
}

static const char *
why_not(const struct client_alarm *a, enum alarm_act act)
{
	if (act == ALARM_ACT_SHELVE && !(a->flags & ALARM_MAY_SHELVE))
		return "the site file does not let this alarm be shelved";
	if (act == ALARM_ACT_LIMIT && isnan(a->limit))
		return "this alarm has no limit";
	return NULL;
}

static bool
open_act(struct console *co, void *private, const char *argument)
{
	struct page *p = private;

	(void)argument;
	if (to_open.row == NULL) {
		console_message(co, true, "acts on alarms begin in the alarm list: a");
		return false;
	}
	p->co = co;
	p->row = to_open.row;
	str_copy(p->seen.name, sizeof p->seen.name, to_open.alarm);
	const struct client_alarm *a = alarm_of(p);
	if (a != NULL && why_not(a, p->row->act) != NULL) {
		console_message(co, true, "%s: %s", a->name, why_not(a, p->row->act));
		return false;
	}
	if (a != NULL)
		p->seen.occurrence = a->m.occurrence;
	for (int i = 0; i < FIELDS; i++)
		prompt_open(&p->fields[i], "", 0, "");
	prompt_set(&p->fields[0], p->row->first);
	return true;
}

/* ---- 1. fields */

static int64_t
longest_us(const struct client_alarm *a)
{
	return (a->shelve_max_s > 0 ? (int64_t)a->shelve_max_s : ALARM_SHELVE_MAX_S) * US_PER_S;
}

static bool
is_shelf_wrong(struct page *p, const struct client_alarm *a, char *why, size_t size)
{
	char longest[32];
	int64_t until;

	p->ask.until = 0;
	if (strcmp(p->fields[0].text, "return") == 0)
		return false;
	str_duration(longest, sizeof longest, longest_us(a));
	if (!act_read_end(p->fields[0].text, p->co->now, &until))
		str_printf(why, size,
		    "how long? 30m, 2h, a time as 17:00, or return: until it returns to normal; at most %s", longest);
	else if (until - p->co->now.us > longest_us(a))
		str_printf(why, size, "this alarm is shelved for at most %s", longest);
	else
		p->ask.until = until;
	return p->ask.until == 0;
}

static bool
is_end_wrong(struct page *p, char *why, size_t size)
{
	int64_t until;

	if (act_read_end(p->fields[0].text, p->co->now, &until) && until - p->co->now.us <= OUT_MAX_US) {
		p->ask.until = until;
		return false;
	}
	str_copy(why, size, "when is the work expected to end? 17:00, 8h, 2026-11-25, \"2026-11-25 08:00\"");
	return true;
}

static bool
is_limit_wrong(struct page *p, const struct client_alarm *a, char *why, size_t size)
{
	char number[32];

	p->ask.limit = (double)NAN;
	if (strcmp(p->fields[0].text, "site") == 0) {
		if (a->has_moved)
			return false;
		str_copy(why, size, "the site file's limit holds already");
		return true;
	}
	if (!str_to_double(p->fields[0].text, &p->ask.limit)) {
		str_printf(why, size, "the limit is a number; site: the site file's again, %s",
		    str_double(number, sizeof number, a->limit));
		return true;
	}
	const struct client *c = p->co->client;
	return a->point < c->point_count && c->points[a->point].state_count == 0 &&
	    act_value_is_impossible(&c->points[a->point], p->ask.limit, why, size);
}

static bool
is_field_wrong(struct page *p, int field, char *why, size_t size)
{
	const struct client_alarm *a = alarm_of(p);
	const char *text = p->fields[field].text;

	if (a == NULL) {
		str_copy(why, size, "the site has no such alarm any more");
		return true;
	}
	if (field == 1) {
		bool is_empty = text[strspn(text, " ")] == '\0';
		if (is_empty)
			str_copy(why, size,
			    p->row->act == ALARM_ACT_OOS ? "which work order? it is kept in the journal"
			                                 : "why? the reason is kept in the journal");
		else if (strlen(text) >= ALARM_REASON)
			str_printf(why, size, "at most %d bytes", ALARM_REASON - 1);
		return is_empty || strlen(text) >= ALARM_REASON;
	}
	switch (p->row->act) {
	case ALARM_ACT_SHELVE: return is_shelf_wrong(p, a, why, size);
	case ALARM_ACT_OOS: return is_end_wrong(p, why, size);
	default: return is_limit_wrong(p, a, why, size);
	}
}

static bool
has_wrong_field(struct page *p, int from, int to)
{
	p->wrong[0] = '\0';
	for (int i = from; i <= to; i++) {
		if (!is_field_wrong(p, i, p->wrong, sizeof p->wrong))
			continue;
		p->at = i;
		return true;
	}
	return false;
}

static void
fill_key(struct page *p, uint32_t key)
{
	struct prompt *f = &p->fields[p->at];

	f->is_pasting = p->is_pasting;
	if (!p->is_pasting && (key == K_UP || key == K_BACKTAB || key == K_DOWN || key == K_TAB)) {
		p->at = (p->at + 1) % FIELDS;
		return;
	}
	switch (prompt_key(f, key)) {
	case PROMPT_DONE:
		if (p->at + 1 < FIELDS)
			p->at += !has_wrong_field(p, p->at, p->at);
		else if (!has_wrong_field(p, 0, FIELDS - 1))
			p->step = STEP_ASK;
		break;
	case PROMPT_LEFT:
		if (key == K_BACKSPACE)
			break;
		console_message(p->co, false, "nothing was done");
		console_request(p->co, REQ_BACK, NULL);
		break;
	case PROMPT_CHANGED: p->wrong[0] = '\0'; break;
	default: break;
	}
}

/* ---- 2. the question */

static bool
needs_two(const struct page *p)
{
	const struct client_alarm *a = alarm_of(p);

	return a != NULL && alarm_ask_needs_two(a, p->row->act);
}

static void
send(struct page *p, bool is_emergency)
{
	char what[ALARM_NAME_MAX + 32];

	if (!alarm_acts_allowed(p->co, p->row->act) || has_wrong_field(p, 0, FIELDS - 1)) {
		p->step = p->wrong[0] != '\0' ? STEP_FILL : p->step; /* time has gone on since */
		return;
	}
	p->ask.act = p->row->act;
	p->ask.is_emergency = p->is_emergency = is_emergency;
	p->ask.reason = p->fields[1].text;
	if (p->row->act != ALARM_ACT_LIMIT)
		p->ask.limit = (double)NAN;
	str_printf(what, sizeof what, "%s of %s", alarm_act_word(p->row->act), p->seen.name);
	p->number = alarm_acts_send(p->co, &p->ask, &p->seen, 1, what);
	if (p->number != 0)
		p->step = STEP_SENT;
}

static void
ask_key(struct page *p, uint32_t key)
{
	if (frame_is_too_small(p->co->grid))
		console_message(p->co, true, "the question cannot be read on so small a screen");
	else if (!p->is_asked) /* keys typed ahead */
		console_message(p->co, true, "the question was not on the screen yet: read it, then answer");
	else if (key == 'y' || (key == 'E' && needs_two(p)))
		send(p, key == 'E');
	else if (key == K_ESCAPE || key == K_BACKSPACE || key == 'n' || key == 'q')
		p->step = STEP_FILL;
	else
		console_message(p->co, false, "y does it, Esc goes back");
}

static bool
key_pressed(struct console *co, void *private, uint32_t key)
{
	struct page *p = private;

	if (key == K_PASTE_BEGIN || key == K_PASTE_END) {
		p->is_pasting = key == K_PASTE_BEGIN;
		return true;
	}
	if (key == 12 || key == 26 || (key == 'Q' && p->step != STEP_FILL) || (key == ' ' && p->step != STEP_FILL) ||
	    key == 7)
		return false; /* drawn anew, stopped, left, silenced: as everywhere */
	co->message[0] = '\0';
	if (p->step == STEP_FILL)
		fill_key(p, key);
	else if (p->is_pasting)
		return true;
	else if (p->step == STEP_ASK)
		ask_key(p, key);
	else if (p->step == STEP_ENDED || key == K_ESCAPE || key == 'q')
		console_request(co, REQ_BACK, NULL);
	else
		console_message(co, false, "sent; the outcome comes by itself. Esc leaves this page, not the act");
	return true;
}

/* ---- drawing */

struct cursor {
	struct page *p;
	struct area a;
	int row;
};

static void
put(struct cursor *c, const char *label, enum look look, const char *text)
{
	int cells = c->a.columns - LABEL_CELLS - 3;
	char line[SAY_MAX];
	size_t skip;

	do {
		size_t used = wrap_line(text, cells < 2 ? 2 : cells, &skip);
		str_copy(line, sizeof line, text);
		line[used < sizeof line ? used : sizeof line - 1] = '\0';
		if (c->row >= c->a.row + c->a.rows)
			return;
		grid_put(c->p->co->grid, c->row, c->a.column + 1, LABEL_CELLS, LOOK_LABEL, label);
		grid_put(c->p->co->grid, c->row++, c->a.column + LABEL_CELLS + 2, cells, look, line);
		label = "";
		text += used + skip;
	} while (*text != '\0');
}

static void
put_alarm(struct cursor *c)
{
	const struct client_alarm *a = alarm_of(c->p);
	struct console *co = c->p->co;
	char text[SAY_MAX], words[512], more[600], number[32], site[32];

	if (a == NULL) {
		put(c, "Alarm", LOOK_BAD, "the site has no such alarm any more");
		return;
	}
	alarm_words(co->client, a, co->is_ja, words, sizeof words);
	str_printf(text, sizeof text, "%s %s   %s", alarm_code(a->priority), a->name, words);
	put(c, "Alarm", LOOK_TITLE, text);
	alarm_more(a, co->now, more, sizeof more);
	str_printf(text, sizeof text, "%s%s%s", alarm_state_word(a->m.state), more[0] != '\0' ? ", " : "", more);
	put(c, "Now", banner_look(a), text);
	if (c->p->row->act != ALARM_ACT_LIMIT)
		return;
	str_printf(text, sizeof text, "%s holds; the site file says %s",
	    str_double(number, sizeof number, client_alarm_limit(a)), str_double(site, sizeof site, a->limit));
	put(c, "Limit", LOOK_NORMAL, text);
	if (a->has_moved) {
		char when[32];
		str_printf(text, sizeof text, "since %s by %s%s%s: %s",
		    utc_civil(when, sizeof when, (struct utc){ a->moved.time }, "%Y-%m-%d %H:%M"), a->moved.user,
		    a->moved.approved_by[0] != '\0' ? ", approved by " : "", a->moved.approved_by, a->moved.reason);
		put(c, "", LOOK_NORMAL, text);
	}
}

static void
put_field(struct cursor *c, int i)
{
	struct page *p = c->p;
	struct grid *g = p->co->grid;
	const struct prompt *f = &p->fields[i];
	int row = c->row, column = c->a.column + LABEL_CELLS + 2, room = c->a.columns - LABEL_CELLS - 4;
	int cells = prompt_cursor_cells(f), skip = 0;
	const char *text = f->text;
	bool is_at = i == p->at;

	if (p->step != STEP_FILL) {
		put(c, p->row->labels[i], LOOK_TITLE, text[0] != '\0' ? text : "-");
		return;
	}
	put(c, p->row->labels[i], LOOK_NORMAL, "");
	if (row >= c->a.row + c->a.rows)
		return;
	grid_put(g, row, c->a.column, 1, LOOK_KEY, is_at ? ">" : " ");
	while (cells - skip > room - 1 && *text != '\0') { /* the end being typed stays in sight */
		uint32_t cp;
		text += text_next(text, strlen(text), &cp);
		skip += text_char_width(cp);
	}
	grid_fill(g, row, column, room, is_at ? LOOK_SELECTED : LOOK_LABEL, is_at ? " " : "_");
	grid_put(g, row, column, room, is_at ? LOOK_SELECTED : LOOK_NORMAL, text);
	if (is_at) {
		g->cursor_row = row;
		g->cursor_column = column + cells - skip;
	}
}

static void
put_until(struct cursor *c)
{
	struct page *p = c->p;
	char when[64];

	if (p->row->act == ALARM_ACT_LIMIT || p->step == STEP_FILL)
		return;
	if (p->ask.until == 0)
		put(c, "Ends", LOOK_NORMAL, "when it returns to normal");
	else
		put(c, p->row->act == ALARM_ACT_OOS ? "Expected end" : "Ends", LOOK_NORMAL,
		    utc_civil(when, sizeof when, (struct utc){ p->ask.until }, "%Y-%m-%d %H:%M %Z"));
}

static void
put_outcome(struct cursor *c)
{
	struct page *p = c->p;
	const struct client_alarm *a = alarm_of(p);
	bool has_ended = false;
	enum act_end end = ACT_UNKNOWN;
	const char *text;

	switch (p->step) {
	case STEP_FILL:
		put(c, "", p->wrong[0] != '\0' ? LOOK_ERROR : LOOK_LABEL,
		    p->wrong[0] != '\0' ? p->wrong : "Enter: next field, then the question; Esc: nothing is done");
		break;
	case STEP_ASK:
		if (needs_two(p))
			put(c, "Two persons", LOOK_UNCERTAIN,
			    "a second one has to say yes within 2 minutes; E does it alone, declares an emergency and "
			    "calls the duty list");
		put(c, "Do it?", LOOK_LOUD,
		    needs_two(p) ? " y asks the second person, E alone, Esc goes back "
		                 : " y does it, Esc goes back to the fields ");
		break;
	case STEP_SENT: put(c, "Outcome", LOOK_UNCERTAIN, "sent, waiting for the outcome"); break;
	case STEP_ENDED:
		text = alarm_acts_outcome(p->co, p->number, &has_ended, &end);
		put(c, "Outcome", end <= ACT_ASKED ? LOOK_TITLE : LOOK_ERROR,
		    text != NULL ? text : "it is told in the journal");
		if (a != NULL) {
			char now[64];
			str_printf(now, sizeof now, "the alarm is now %s", alarm_state_word(a->m.state));
			put(c, "Checked", LOOK_NORMAL, now);
		}
		put(c, "", LOOK_LABEL,
		    text != NULL && end == ACT_ASKED
		        ? "the answer comes here, and to the message line of another page; any key goes back"
		        : "any key goes back");
		break;
	}
}

static void
draw(struct console *co, void *private, struct area a)
{
	static const char *const keys[] = { "Enter next  Tab Up Down fields  Ctrl-U empties  Esc nothing is done",
		"y does it  Esc back", "Esc leaves this page, not the act", "any key goes back" };
	struct page *p = private;
	struct cursor c = { p, a, a.row };

	co->grid->cursor_row = a.row;
	co->grid->cursor_column = a.column + LABEL_CELLS + 2;
	p->is_asked = p->step == STEP_ASK;
	put_alarm(&c);
	c.row += a.rows >= 14;
	put(&c, "Effect", LOOK_NORMAL, p->row->will);
	for (int i = 0; i < FIELDS; i++)
		put_field(&c, i);
	put_until(&c);
	c.row += a.rows >= 14;
	int last = a.row + a.rows - 4; /* what matters most is never pushed out */
	c.row = c.row > last ? last : c.row;
	put_outcome(&c);
	str_copy(co->form_keys, sizeof co->form_keys, keys[p->step]);
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	if (what == CHANGE_ACT && number == p->number && number != 0 &&
	    (p->step == STEP_SENT || p->step == STEP_ENDED)) { /* the latter: a second person has decided */
		p->step = STEP_ENDED;
		if (console_top(co)->private == p)
			co->message[0] = '\0'; /* the page says it */
	}
	return what == CHANGE_SECOND || what == CHANGE_DEVICE || what == CHANGE_VALUES ? DRAW_NOTHING : DRAW_BODY;
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;

	(void)hint;
	(void)hint_size;
	str_copy(title, title_size, console_title(co, p->row->title, p->row->title_ja));
}

const struct screen_ops scr_alarm_act = {
	.name = "alarm-act",
	.title = "Act on an alarm",
	.title_ja = "警報操作",
	.help = "an act on an alarm, confirmed first",
	.modes = MODE_ALL,
	.private_size = sizeof(struct page),
	.open = open_act,
	.update = update,
	.draw = draw,
	.head = head,
	.key = key_pressed,
};
