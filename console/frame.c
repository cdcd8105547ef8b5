/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.c - the top line never says less than: which site, simulated or not, is the link alive, how old are the values, what time.
 */
#include "config.h"

#include <string.h>

#include "console/acts.h"
#include "console/banner.h"
#include "console/bell.h"
#include "console/client_sequence.h"
#include "console/frame.h"
#include "console/health.h"
#include "console/holds.h"
#include "console/view.h"

#include "scada/base/str.h"
#include "scada/base/text.h"

#define ALARM_ROW 1
#define TITLE_ROW 3
#define BODY_ROW  4
#define FRESH_US  (5 * US_PER_S)
#define OLD_US    (15 * US_PER_S) /* when not one device has a new scan */

bool
frame_is_too_small(const struct grid *g)
{
	return g->columns < FRAME_COLUMNS_MIN || g->rows < FRAME_ROWS_MIN;
}

struct area
frame_body(const struct grid *g)
{
	return (struct area){ .row = BODY_ROW, .column = 0, .rows = g->rows - BODY_ROW - 3, .columns = g->columns };
}

/* "00:37", "1:02:37" */
static void
running(char *buf, size_t size, int64_t us)
{
	long s = us > 0 ? (long)(us / US_PER_S) : 0;

	if (s >= 3600)
		str_printf(buf, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		str_printf(buf, size, "%02ld:%02ld", s / 60, s % 60);
}

/* The link in words. */
static void
link_text(const struct console *co, char *buf, size_t size, enum look *look)
{
	const struct client *c = co->client;
	char age[16];

	*look = LOOK_TOP;
	if (c->phase == CLIENT_LIVE) {
		struct utc newest = { 0 };
		for (uint32_t i = 0; i < c->group_count; i++)
			if (c->group_received[i].us > newest.us)
				newest = c->group_received[i];
		clock_age(age, sizeof age, utc_diff_us(co->now, newest));
		if (utc_diff_us(co->now, newest) < FRESH_US)
			str_copy(age, sizeof age, "< 5s"); /* a running number says nothing and costs bytes */
		str_printf(buf, size, newest.us == 0 ? "link up, no data" : "link up, data %s", age);
		if (utc_diff_us(co->now, newest) > OLD_US && newest.us != 0) {
			*look = LOOK_LOUD;
			str_printf(buf, size, " NO NEW DATA %s ", age);
		}
		return;
	}
	/* One word and a running time, whatever the attempts to connect are at. */
	*look = LOOK_LOUD;
	running(age, sizeof age, utc_diff_us(co->now, c->lost_at.us != 0 ? c->lost_at : co->started));
	str_printf(buf, size, " %s %s ",
	    c->lost_at.us != 0        ? "LINK LOST"
	        : c->why_text[0] != 0 ? "NO LINK"
	                              : "CONNECTING",
	    age);
}

/* The time of day in the site's zone; the seconds and the date go where the line is narrow or slow. */
static void
clock_text(const struct console *co, char *buf, size_t size)
{
	bool has_seconds = !co->is_slow && !co->is_accessible;
	const char *format = has_seconds ? "%m-%d %H:%M:%S %Z" : "%m-%d %H:%M %Z";

	if (co->grid->columns >= 100)
		format = has_seconds ? "%Y-%m-%d %H:%M:%S %Z" : "%Y-%m-%d %H:%M %Z";
	else if (co->grid->columns < 76)
		format = "%H:%M %Z";
	utc_civil(buf, size, co->now, format);
}

/* "V2 T1", what people hold; "" = nothing. On every page, in the top line. */
static void
hand_text(const struct client *c, char *buf, size_t size)
{
	buf[0] = '\0';
	if (c->control == NULL)
		return;
	if (c->control->overrides > 0)
		str_printf(buf, size, "V%u", c->control->overrides);
	if (c->control->tag_count > 0) {
		size_t used = strlen(buf);
		str_printf(buf + used, size - used, "%sT%u", used > 0 ? " " : "", c->control->tag_count);
	}
}

static void
draw_top(struct console *co)
{
	struct grid *g = co->grid;
	const struct client *c = co->client;
	char link[64], clock[64], site[128], who[140], hand[32];
	enum look look;
	int at, end, room, counts = 0;

	grid_fill(g, 0, 0, g->columns, LOOK_TOP, " ");
	link_text(co, link, sizeof link, &look);
	clock_text(co, clock, sizeof clock);
	text_put_safe(
	    site, sizeof site, co->has_model ? console_title(co, c->site_name, c->site_title_ja) : "Chisan", 24);
	at = 1 + grid_put(g, 0, 1, 24, LOOK_TOP, site);
	at += 1 +
	    grid_put(g, 0, at + 1, -1, co->is_control ? LOOK_LOUD : LOOK_TOP, co->is_control ? " CONTROL " : "VIEW");
	if (co->has_model && c->simulated)
		at += 1 + grid_put(g, 0, at + 1, -1, LOOK_BADGE, "SIM");
	hand_text(c, hand, sizeof hand);
	if (hand[0] != '\0')
		at += 1 + grid_put(g, 0, at + 1, -1, LOOK_TOP, hand);
	end = g->columns - text_width(clock) - 1;
	grid_put(g, 0, end, -1, LOOK_TOP, clock);
	if (co->has_model)
		counts = banner_counts(
		    co, 0, at + 2, end - at - 13 - (g->columns < 100 ? text_width(role_word(c->role)) + 1 : 0));
	if (counts > 0 && g->columns < 100 && strncmp(link, "link up, ", 9) == 0) { /* alarms need the room */
		memmove(link, link + 9, strlen(link + 9) + 1);
		if (strcmp(link, "data < 5s") == 0)
			str_copy(link, sizeof link, "live");
	}
	at += counts > 0 ? counts + 1 : 0;
	room = end - at - text_width(link) - 6;
	str_printf(who, sizeof who, "%s/%s", c->user, role_word(c->role));
	if (text_width(who) > room)
		str_copy(who, sizeof who, role_word(c->role));
	if (c->user[0] != '\0' && text_width(who) <= room)
		at += 2 + grid_put(g, 0, at + 2, -1, LOOK_TOP, who);
	grid_put(g, 0, at + 2, end - at - 3, look, link);
}

/* A figure of the server's own that cannot be known yet is nothing that an operator could see to. */
static bool
is_trouble(const struct client *c, uint32_t i)
{
	uint16_t q = c->cells[i].quality;
	uint32_t device = c->points[i].device;

	if ((q & Q_NEVER_READ) != 0 && device < c->device_count && c->devices[device].protocol == PROTOCOL_INTERNAL)
		return false;
	return quality_validity(q) != V_GOOD;
}

struct trouble {
	unsigned points, devices; /* not good; down */
	char names[160];
};

static void
look_for_trouble(const struct console *co, struct trouble *t)
{
	const struct client *c = co->client;

	*t = (struct trouble){ 0 };
	for (uint32_t i = 0; i < c->point_count; i++)
		t->points += is_trouble(c, i);
	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct client_device *d = &c->devices[i];
		if (!protocol_is_field(d->protocol) || !d->has_state || d->state.state != DEVICE_DOWN)
			continue;
		t->devices++;
		str_append(t->names, sizeof t->names, " ");
		str_append(t->names, sizeof t->names, d->name);
	}
}

bool
frame_trouble(const struct console *co, char *buf, size_t size)
{
	struct trouble t;

	look_for_trouble(co, &t);
	str_printf(buf, size, "%u point%s not good", t.points, t.points == 1 ? "" : "s");
	if (t.devices > 0) {
		size_t used = strlen(buf);
		str_printf(
		    buf + used, size - used, ", %u device%s down:%s", t.devices, t.devices == 1 ? "" : "s", t.names);
	}
	return t.points > 0 || t.devices > 0;
}

/* The same beside an alarm: "7 not good, 1 down"; "" = none. */
static void
short_trouble(const struct console *co, char *buf, size_t size)
{
	struct trouble t;

	look_for_trouble(co, &t);
	buf[0] = '\0';
	if (t.points > 0)
		str_printf(buf, size, "%u not good", t.points);
	if (t.devices > 0) {
		size_t used = strlen(buf);
		str_printf(buf + used, size - used, "%s%u down", used > 0 ? ", " : "", t.devices);
	}
}

/* "2 by hand M, 1 off scan B: h" on every page; false: none. */
static bool
held_text(const struct console *co, char *buf, size_t size)
{
	unsigned manual = 0, off = 0;
	char part[40];

	for (uint32_t i = 0; i < co->client->point_count; i++) {
		manual += client_is_by_hand(co->client, i);
		off += client_is_off_scan(co->client, i);
	}
	buf[0] = '\0';
	if (manual > 0)
		str_printf(buf, size, "%u by hand (M)", manual);
	if (off > 0) {
		str_printf(part, sizeof part, "%s%u off scan (B)", manual > 0 ? ", " : "", off);
		str_append(buf, size, part);
	}
	if (manual + off > 0)
		str_append(buf, size, ": h");
	return manual + off > 0;
}

/* The record itself, or acts that wait for it. */
static bool
record_trouble(const struct console *co, char *buf, size_t size)
{
	return health_trouble(co->client, buf, size) || acts_trouble(co, buf, size);
}

/* Right in the row, at most half of it; returns the cells that are no longer free. */
static int
put_right(struct console *co, int row, enum look look, const char *text)
{
	struct grid *g = co->grid;
	int width = text_width(text);

	if (text[0] == '\0')
		return 0;
	width = width > g->columns / 2 ? g->columns / 2 : width;
	grid_fit(g, row, g->columns - 1 - width, width, look, text, false);
	return width + 2;
}

/* A guided sequence that is under way: "black-start 4/14: E"; false: none. */
static bool
sequence_text(const struct console *co, char *buf, size_t size)
{
	unsigned running = 0;

	for (uint32_t i = 0; i < client_sequence_count(co->client); i++) {
		const struct client_sequence *s = client_sequence(co->client, i);

		if (s == NULL || s->state != SEQ_RUNNING)
			continue;
		if (++running > 1)
			str_printf(buf, size, "%u sequences: E", running);
		else
			str_printf(buf, size, "%.30s %u/%u: E", s->name, s->now + 1, s->step_count);
	}
	return running > 0;
}

/* What this console's owner, or a person, holds, and a sequence that is under way: "bell off, 2 by hand (M): h, black-start 4/14: E". */
static void
right_of_first(const struct console *co, char *buf, size_t size)
{
	char held[80];

	buf[0] = '\0';
	if (co->has_model && console_is_lost(co)) {
		str_copy(buf, size, "last known");
		return;
	}
	str_copy(buf, size, co->bell->is_off ? "bell off" : "");
	if (held_text(co, held, sizeof held)) {
		str_append(buf, size, buf[0] != '\0' ? ", " : "");
		str_append(buf, size, held);
	}
	if (sequence_text(co, held, sizeof held)) {
		str_append(buf, size, buf[0] != '\0' ? ", " : "");
		str_append(buf, size, held);
	}
}

/*
 * The two rows of the worst alarms that wait. Where there are fewer, what is wrong with the record and with the values has the room;
 * where there are two, it stands short beside the second. That acts are not recorded comes before values that are not good.
 */
static void
draw_alarms(struct console *co)
{
	bool is_told = co->has_model && !console_is_lost(co);
	char right[128], text[256], record[256] = "", beside[64] = "";
	int taken;

	right_of_first(co, right, sizeof right);
	taken = put_right(co, ALARM_ROW, LOOK_UNCERTAIN, right);
	if (is_told && !record_trouble(co, record, sizeof record))
		record[0] = '\0';
	bool has_first = co->has_model && banner_line(co, 0, ALARM_ROW, taken);
	if (!has_first && record[0] != '\0') {
		grid_fit(co->grid, ALARM_ROW, 1, co->grid->columns - 2 - taken, LOOK_BAD, record, false);
		record[0] = '\0';
	} else if (!has_first && co->has_model) {
		banner_calm(co, text, sizeof text);
		grid_fit(co->grid, ALARM_ROW, 1, co->grid->columns - 2 - taken, LOOK_LABEL, text, false);
	}
	if (!co->has_model)
		return;
	uint32_t worst[2];
	bool has_second = client_alarms_worst(co->client->alarms, worst, 2) == 2;
	if (is_told && (has_second || record[0] != '\0'))
		short_trouble(co, beside, sizeof beside);
	if (has_second) {
		taken = put_right(co, ALARM_ROW + 1, LOOK_BAD, record[0] != '\0' ? record : beside);
		banner_line(co, 1, ALARM_ROW + 1, taken);
	} else if (record[0] != '\0') {
		taken = put_right(co, ALARM_ROW + 1, LOOK_BAD, beside);
		grid_fit(co->grid, ALARM_ROW + 1, 1, co->grid->columns - 2 - taken, LOOK_BAD, record, false);
	} else if (is_told && frame_trouble(co, text, sizeof text)) {
		grid_fit(co->grid, ALARM_ROW + 1, 1, co->grid->columns - 2, LOOK_BAD, text, false);
	}
}

static void
draw_title(struct console *co, struct view *v)
{
	struct grid *g = co->grid;
	char title[160] = "", hint[160] = "", held[32], text[192];
	int used;

	view_head(co, v, title, sizeof title, hint, sizeof hint);
	used = grid_put(g, TITLE_ROW, 1, g->columns - 2, LOOK_TITLE, title);
	if (co->pause.is_on) {
		running(held, sizeof held, utc_diff_us(co->now, co->pause.since));
		used += 2 + grid_printf(g, TITLE_ROW, used + 3, LOOK_LOUD, " PAUSED %s ", held);
		str_copy(hint, sizeof hint, "z lets the values go on");
	} else if (co->has_model && console_is_lost(co)) {
		used += 2 + grid_put(g, TITLE_ROW, used + 3, -1, LOOK_LOUD, " LAST KNOWN VALUES ");
		hint[0] = '\0';
	}
	str_printf(text, sizeof text, "%s", hint);
	int width = text_width(text);
	bool is_whole = used + width + 5 <= g->columns;
	if (!is_whole)
		width = g->columns - used - 5;
	if (is_whole ? width > 0 : width > 8) /* less than that of a sentence says nothing */
		grid_fit(g, TITLE_ROW, g->columns - width - 1, width, LOOK_LABEL, text, true);
}

static void
draw_prompt(struct console *co)
{
	struct grid *g = co->grid;
	const struct prompt *p = co->prompt.is_open ? &co->prompt : co->field;

	if (p == NULL)
		return;
	int row = g->rows - 3, at, room, cells = prompt_cursor_cells(p), skip = 0;
	const char *text = p->text;
	at = 1 + grid_put(g, row, 1, -1, LOOK_KEY, p->label);
	room = g->columns - at - 2;
	while (cells - skip > room && *text != '\0') { /* the end being typed stays in sight */
		uint32_t cp;
		size_t used = text_next(text, strlen(text), &cp);
		skip += text_char_width(cp);
		text += used;
	}
	grid_put(g, row, at, room + 1, LOOK_NORMAL, text);
	g->cursor_row = row;
	g->cursor_column = at + cells - skip;
	int end = at + text_width(text) + 2;
	if (p->choices[0] != '\0' && end + 4 < g->columns)
		grid_fit(g, row, end,
		    text_width(p->choices) < g->columns - end - 1 ? text_width(p->choices) : g->columns - end - 1,
		    LOOK_LABEL, p->choices, false);
}

/* A long sentence begins in the row of the prompt, where that is free; it breaks at a space where there is one. */
static void
put_message(struct console *co, enum look look, const char *text)
{
	struct grid *g = co->grid;
	int row = g->rows - 2, room = g->columns - 2;

	if (text_width(text) > room && !co->prompt.is_open && co->field == NULL) {
		char first[sizeof co->message];
		const char *space = NULL, *at = text;
		uint32_t cp;
		for (int cells = 0; *at != '\0'; at += text_next(at, strlen(at), &cp)) {
			text_next(at, strlen(at), &cp);
			if (cp == ' ')
				space = at;
			if ((cells += text_char_width(cp)) > room)
				break;
		}
		at = space != NULL && (space - text > room / 3 || text_width(space + 1) <= room) ? space : at;
		str_copy(first, sizeof first, text);
		first[at - text] = '\0';
		grid_fit(g, row - 1, 1, room, look, first, false);
		text = at + (*at == ' ');
	}
	grid_fit(g, row, 1, room, look, text, false);
}

/* What waits for a person, as long as there is no newer message: somebody asks, an override is about to end. */
static bool
hand_call(const struct console *co, char *buf, size_t size)
{
	const struct client *c = co->client;
	const struct client_control *k = c->control;
	char raw[600], until[48];
	point_id id;

	for (uint32_t i = 0; k != NULL && i < k->approval_count; i++) {
		const struct msg_approval *a = &k->approvals[i];
		if (!client_may_approve(c, a))
			continue;
		str_printf(raw, sizeof raw, "W answers %.40s, who asks: %.300s", a->user, a->what);
		text_put_safe(buf, size, raw, -1);
		return true;
	}
	if (k == NULL || (id = client_ends_soon(c)) == POINT_NONE)
		return false;
	str_printf(raw, sizeof raw, "the override of %s ends at %s: X extends it", c->points[id].name,
	    holds_until(k->outputs[id]->until, co->now, until, sizeof until));
	text_put_safe(buf, size, raw, -1);
	return true;
}

static void
draw_message(struct console *co)
{
	const char *text = co->message;
	char call[400];
	enum look look = co->message_is_error ? LOOK_ERROR : LOOK_NORMAL;

	if (text[0] == '\0' &&
	    console_is_lost(co)) { /* why there is no link, as long as there is nothing newer to say */
		text = co->client->why_text;
		look = LOOK_ERROR;
	}
	if (text[0] == '\0' && co->field == NULL && hand_call(co, call, sizeof call)) {
		text = call;
		look = LOOK_LIMIT;
	}
	if (text[0] != '\0')
		put_message(co, look, text);
}

/* "1-5": the digits that open drawings of this site; "" if none does. */
static void
page_digits(const struct console *co, char *buf, size_t size)
{
	uint32_t first = 0, last = 0;

	buf[0] = '\0';
	for (int i = 0; i < co->page_count; i++) {
		uint32_t key = co->pages[i].key;
		if (key < '0' || key > '9')
			continue;
		first = first == 0 || key < first ? key : first;
		last = key > last ? key : last;
	}
	if (first != 0)
		str_printf(buf, size, first == last ? "%c" : "%c-%c", (char)first, (char)last);
}

/* What the last line tells, in this order, as far as it goes. */
static const struct {
	const char *key, *word;
	unsigned where, but; /* modes: in one of the first and none of the second */
	uint16_t act;        /* what one must be allowed to do; 0 = to look */
} hints[] = {
	{ "?", "help", MODE_ALL, 0, 0 },
	{ "q", "back", MODE_ALL, 0, 0 },
	{ "+-", "zoom", MODE_TREND, 0, 0 },
	{ ",.", "scroll", MODE_TREND, 0, 0 },
	{ "@", "time", MODE_TREND, 0, 0 },
	{ "s", "span", MODE_TREND, 0, 0 },
	{ "t", "add", MODE_TREND, 0, 0 },
	{ "x", "remove", MODE_TREND, 0, 0 },
	{ "y", "scale", MODE_TREND, 0, 0 },
	{ "e", "events", MODE_TREND, 0, 0 },
	{ "End", "now", MODE_TREND, 0, 0 },
	{ "o", "set", MODE_POINT | MODE_HELD, 0, W_TAG },
	{ "O", "release", MODE_POINT | MODE_HELD, 0, W_TAG },
	{ "X", "extend", MODE_HELD, 0, W_TAG },
	{ "f", "untag", MODE_HELD, 0, W_TAG },
	{ "S", "stop", MODE_DISPATCH, 0, W_MODE },
	{ "o", "mode", MODE_DISPATCH, 0, W_MODE },
	{ "O", "target", MODE_DISPATCH, 0, W_MODE },
	{ "v", "plan", MODE_DISPATCH, 0, 0 },
	{ "H", "schedule", MODE_DISPATCH, 0, 0 },
	{ "o", "enter", MODE_SCHEDULE, 0, W_SCHEDULE },
	{ "c", "change", MODE_SCHEDULE, 0, W_SCHEDULE },
	{ "O", "end", MODE_SCHEDULE, 0, W_SCHEDULE },
	{ "s", "set", MODE_WHEEL, 0, W_WHEEL },
	{ "M", "make", MODE_WHEEL, 0, W_WHEEL },
	{ "Y", "file", MODE_WHEEL, 0, W_WHEEL },
	{ "y", "accepted", MODE_WHEEL, 0, W_WHEEL },
	{ "[ ]", "other days", MODE_WHEEL, 0, 0 },
	{ "x", "to a file", MODE_WHEEL, 0, 0 },
	{ "y", "confirm", MODE_SEQUENCE, 0, W_SEQUENCE },
	{ "s", "skip", MODE_SEQUENCE, 0, W_SEQUENCE },
	{ "B", "begin", MODE_SEQUENCE, 0, W_SEQUENCE },
	{ "A", "abort", MODE_SEQUENCE, 0, W_SEQUENCE },
	{ "M", "by hand", MODE_POINT, 0, W_MANUAL },
	{ "B", "scan", MODE_POINT, 0, W_SCAN },
	{ "c", "confirm", MODE_REPORTS | MODE_REPORT, 0, W_REPORT_CONFIRM },
	{ "[ ]", "other dates", MODE_REPORT, 0, 0 },
	{ "x", "to a file", MODE_REPORT, 0, 0 },
	{ "K", "kinds", MODE_JOURNAL | MODE_REPORTS, 0, 0 },
	{ "m", "note", MODE_JOURNAL, 0, W_NOTE },
	{ "\\", "filter", MODE_JOURNAL, 0, 0 },
	{ "a", "ack", MODE_ALARMS | MODE_ALARM, 0, W_ALARM_ACT },
	{ "A", "ack page", MODE_ALARMS, 0, W_ALARM_ACT },
	{ "Space", "silence", MODE_ALARMS | MODE_ALARM, 0, W_ALARM_ACT },
	{ "i", "point", MODE_ALARMS | MODE_ALARM, 0, 0 },
	{ "s", "shelve", MODE_ALARMS | MODE_ALARM, 0, W_ALARM_ACT },
	{ "R", "reset", MODE_ALARMS | MODE_ALARM, 0, W_ALARM_ACT },
	{ "O", "out", MODE_ALARMS | MODE_ALARM, 0, W_ALARM_ACT },
	{ "c", "remark", MODE_ALARMS | MODE_ALARM, 0, W_ALARM_ACT },
	{ "d", "drawing", MODE_ALARMS | MODE_ALARM, 0, 0 },
	{ "t", "trend", MODE_ALARMS | MODE_ALARM, 0, 0 },
	{ "R", "registers", MODE_LINKS | MODE_RAW, 0, W_REGISTERS_GET },
	{ "[ ]", "before, after", MODE_RAW, 0, 0 },
	{ "Enter", "again", MODE_RAW, 0, 0 },
	{ "%", "other span", MODE_KPI, 0, 0 },
	{ "%", "figures", MODE_ALARMS, 0, 0 },
	{ "Q", "quit", MODE_ALL, 0, 0 },
	{ "a", "alarms", MODE_ALL, MODE_ALARMS | MODE_ALARM, 0 },
	{ "#", "pages", MODE_ALL, 0, 0 },
	{ "p", "points", MODE_ALL, 0, 0 },
	{ "t", "trend", MODE_POINTS | MODE_POINT | MODE_MIMIC, 0, 0 },
	{ "e", "journal", ~(unsigned)(MODE_ALL | MODE_TREND), MODE_JOURNAL, 0 },
	{ "Enter", "open", MODE_ALL, MODE_RAW, 0 },
	{ "/", "find", MODE_LIST, 0, 0 },
	{ "l", "links", MODE_ALL, 0, 0 },
	{ "\\", "filter", MODE_LIST, MODE_JOURNAL, 0 },
	{ "s", "sort", MODE_POINTS, 0, 0 },
	{ "r", "reports", MODE_ALL, 0, 0 },
	{ "D", "dispatch", MODE_ALL, MODE_DISPATCH, 0 },
	{ ":", "command", MODE_ALL, 0, 0 },
	{ "g", "goto", MODE_ALL, 0, 0 },
	{ "m", "note", MODE_ALL, 0, W_NOTE },
	{ "z", "pause", MODE_ALL, 0, 0 },
	{ "b", "bookmark", MODE_ALL, 0, 0 },
	{ "E", "sequences", MODE_ALL, MODE_SEQUENCE, 0 },
	{ "P", "save page", MODE_ALL, 0, 0 },
	{ "J", "日本語", MODE_ALL, 0, 0 },
};

static void
draw_keys(struct console *co, const struct view *v)
{
	struct grid *g = co->grid;
	int at = 1, row = g->rows - 1;
	char digits[8];

	if (v->ops->key != NULL) { /* it takes all keys itself */
		grid_put(g, row, 1, g->columns - 2, LOOK_LABEL, co->form_keys);
		return;
	}
	page_digits(co, digits, sizeof digits);
	const char *point = v->ops == &scr_point && co->has_model ? v->ops->selected(co, v->private) : NULL;
	bool is_measured = point != NULL && !client_is_output(co->client, client_find(co->client, point));
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		const char *key = strcmp(hints[i].key, "#") == 0 ? digits : hints[i].key;
		int need = text_width(key) + 1 + text_width(hints[i].word);
		if (key[0] == '\0')
			continue;
		if (is_measured && (key[0] == 'o' || key[0] == 'O'))
			continue;
		if ((hints[i].where & (v->ops->modes | MODE_ALL)) == 0 || (hints[i].but & v->ops->modes) != 0 ||
		    (co->is_ascii && strcmp(hints[i].key, "J") == 0) ||
		    (hints[i].act != 0 && !acts_may(co, hints[i].act)) ||
		    (strcmp(hints[i].word, "out") == 0 && co->client->role < alarm_act_role(ALARM_ACT_OOS)))
			continue;
		if (at + need > g->columns - 1)
			break;
		at += grid_put(g, row, at, -1, LOOK_KEY, key) + 1;
		at += grid_put(g, row, at, -1, LOOK_LABEL, hints[i].word) + 2;
	}
}

static void
draw_too_small(struct console *co)
{
	char link[64], trouble[256];
	enum look look;

	link_text(co, link, sizeof link, &look);
	grid_put(co->grid, 0, 0, -1, LOOK_NORMAL, "too small: 60x16 needed");
	grid_put(co->grid, 1, 0, -1, look, link);
	if (co->has_model && !console_is_lost(co) && frame_trouble(co, trouble, sizeof trouble))
		grid_put(co->grid, 2, 0, -1, LOOK_BAD, trouble);
	if (co->has_model && banner_counts(co, 5, 0, co->grid->columns) == 0)
		grid_put(co->grid, 5, 0, -1, LOOK_LABEL, "no alarm waits");
	if (co->has_model && !console_is_lost(co) && record_trouble(co, trouble, sizeof trouble))
		grid_put(co->grid, 4, 0, -1, LOOK_BAD, trouble);
	if (co->prompt.is_open) {
		grid_put(co->grid, 3, 0, -1, LOOK_KEY, co->prompt.label);
		grid_put(co->grid, 3, text_width(co->prompt.label), -1, LOOK_NORMAL, co->prompt.text);
	}
}

static void
draw_waiting(struct console *co, struct area a)
{
	char path[256];

	text_put_safe(path, sizeof path, co->client->socket, -1);
	grid_put(co->grid, a.row + 1, 3, -1, LOOK_NORMAL, "No values yet: waiting for chisand.");
	grid_printf(co->grid, a.row + 3, 3, LOOK_LABEL, "It is asked at %s again and again;", path);
	grid_put(co->grid, a.row + 4, 3, -1, LOOK_LABEL, "this page opens by itself as soon as it answers. Q leaves.");
}

void
frame_draw(struct console *co)
{
	struct grid *g = co->grid;
	struct view *v = console_top(co);
	struct area body = frame_body(g);

	grid_clear(g);
	co->field = NULL;
	if (frame_is_too_small(g)) {
		draw_too_small(co);
		return;
	}
	draw_top(co);
	draw_alarms(co);
	g->cursor_row = BODY_ROW;
	if (co->has_model || v->ops->works_alone)
		view_draw(co, v, body);
	else
		draw_waiting(co, body);
	draw_title(co, v); /* after the body, which learns there how many rows it has */
	if (co->has_model && console_is_lost(co)) {
		grid_dim(g, ALARM_ROW, 2);
		grid_dim(g, BODY_ROW, body.rows);
	}
	draw_message(co);
	draw_keys(co, v);
	draw_prompt(co);
}
