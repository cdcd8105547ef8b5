/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_links.c - communication with each device: up or not, how fast it answers, what went wrong last, and what to do about it.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "console/acts.h"
#include "console/list.h"
#include "console/scr_raw.h"
#include "console/shared_say.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define HELP_ROWS    3
#define SHARED_ROWS  2 /* more of them where the link of a device is lent */
#define FULL_COLUMNS 80

struct page {
	struct list list;
	char filter[64];
	uint32_t rows[DEVICE_MAX];
	uint32_t count;
	bool is_any_shared;
	char asked[POINT_NAME_MAX]; /* whose registers are asked for, while it is typed */
};

static bool
passes(const struct console *co, const struct page *p, const struct client_device *d)
{
	const char *text = p->filter;

	if (text[0] == '!') {
		if (!d->has_state || d->state.state == DEVICE_OFF)
			return false;
		if (d->state.state == DEVICE_UP && !client_is_failing(d, co->now))
			return false;
		text++;
	}
	return text[0] == '\0' || strcasestr(d->name, text) != NULL || strcasestr(d->title, text) != NULL ||
	    strcasestr(d->link, text) != NULL;
}

/* Calculated and internal points belong to devices without communication: they are not listed. */
static void
build(struct console *co, struct page *p)
{
	p->count = 0;
	p->is_any_shared = false;
	for (uint32_t i = 0; co->has_model && i < co->client->device_count; i++)
		p->is_any_shared |= co->client->devices[i].shared.is_known;
	for (uint32_t i = 0; co->has_model && i < co->client->device_count && p->count < DEVICE_MAX; i++)
		if (protocol_is_field(co->client->devices[i].protocol) && passes(co, p, &co->client->devices[i]))
			p->rows[p->count++] = i;
	list_fit(&p->list, (int)p->count, p->list.rows > 0 ? p->list.rows : 10);
}

static bool
open_links(struct console *co, void *private, const char *argument)
{
	(void)argument;
	build(co, private);
	return true;
}

static unsigned
update(struct console *co, void *private, enum change what, uint32_t number)
{
	struct page *p = private;

	(void)number;
	if (what == CHANGE_MODEL || (what == CHANGE_DEVICE && (p->filter[0] == '!' || !p->is_any_shared)))
		build(co, p);
	return what == CHANGE_VALUES || what == CHANGE_SECOND ? DRAW_NOTHING : DRAW_BODY;
}

static const char *
state_word(const struct console *co, const struct client_device *d)
{
	if (console_is_lost(co))
		return "?";
	if (client_is_failing(d, co->now))
		return "failing";
	return d->has_state ? device_state_word((enum device_state)d->state.state) : "-";
}

static enum look
state_look(const struct console *co, const struct client_device *d)
{
	if (console_is_lost(co))
		return LOOK_LOST;
	if (client_is_failing(d, co->now))
		return LOOK_UNCERTAIN;
	if (!d->has_state || d->state.state == DEVICE_UP)
		return LOOK_NORMAL;
	return d->state.state == DEVICE_DOWN      ? LOOK_BAD
	    : d->state.state == DEVICE_CONNECTING ? LOOK_UNCERTAIN
	                                          : LOOK_LABEL;
}

static void
number(struct console *co, int row, int *at, int cells, enum look look, unsigned long long n)
{
	char text[32];

	str_printf(text, sizeof text, "%llu", n);
	grid_fit(co->grid, row, *at, cells, look, text, true);
	*at += cells + 1;
}

static void
draw_head(struct console *co, struct area a, int name, int link)
{
	static const struct {
		const char *text;
		int cells;
		bool right;
	} heads[] = {
		{ "State", 10, false },
		{ "Answer", 8, true }, /* these two where there is room for 80 columns */
		{ "Requests", 8, true },
		{ "Timeouts", 8, true },
		{ "Errors", 6, true },
		{ "Since", 8, true },
	};
	int at = a.column + 1;

	grid_fit(co->grid, a.row, at, name, LOOK_TITLE, "Device", false);
	at += name + 1;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		if ((i == 1 || i == 2) && a.columns < FULL_COLUMNS)
			continue;
		grid_fit(co->grid, a.row, at, heads[i].cells, LOOK_TITLE, heads[i].text, heads[i].right);
		at += heads[i].cells + 1;
	}
	grid_put(co->grid, a.row, at, -1, LOOK_TITLE, "Last error");
	if (link > 0)
		grid_put(co->grid, a.row, at + 18, -1, LOOK_TITLE, "Title and link");
}

static void
draw_row(struct console *co, const struct client_device *d, int row, struct area a, int name, int link)
{
	const struct msg_device_state *s = &d->state;
	enum look look = state_look(co, d);
	char text[200], ms[48];
	int at = a.column + 1;

	grid_fit(co->grid, row, at, name, LOOK_NORMAL, d->name, false);
	at += name + 1;
	grid_fit(co->grid, row, at, 10, look, state_word(co, d), false);
	at += 11;
	if (!d->has_state)
		return;
	str_fixed(ms, sizeof ms, (double)s->answer_us / 1000, s->answer_us < 100000 ? 1 : 0);
	str_printf(text, sizeof text, "%s ms", ms);
	if (a.columns >= FULL_COLUMNS) {
		grid_fit(co->grid, row, at, 8, LOOK_NORMAL, s->state == DEVICE_UP ? text : "-", true);
		at += 9;
		number(co, row, &at, 8, LOOK_NORMAL, (unsigned long long)s->requests);
	}
	number(co, row, &at, 8, LOOK_NORMAL, (unsigned long long)s->timeouts);
	number(co, row, &at, 6, LOOK_NORMAL, (unsigned long long)s->errors);
	if (s->since != 0) {
		utc_civil(text, sizeof text, (struct utc){ s->since }, "%H:%M:%S");
		if (utc_diff_us(co->now, (struct utc){ s->since }) > 24 * 3600 * US_PER_S)
			utc_civil(text, sizeof text, (struct utc){ s->since }, "%m-%d");
		grid_fit(co->grid, row, at, 8, LOOK_NORMAL, text, true);
	}
	at += 9;
	if (s->last_error != OK)
		grid_fit(co->grid, row, at, link > 0 ? 17 : 15, look == LOOK_NORMAL ? LOOK_LABEL : look,
		    err_word((enum err)s->last_error), false);
	if (link > 0) {
		const char *address = strstr(d->link, "://"); /* the whole of it stands below, with the selected one */
		int title = link / 2;
		grid_fit(co->grid, row, at + 18, title, LOOK_LABEL, console_title(co, d->title, d->title_ja), false);
		grid_fit(co->grid, row, at + 19 + title, link - title - 1, LOOK_LABEL,
		    address != NULL ? address + 3 : d->link, false);
	}
}

/* One line a device, read from left to right. */
static void
draw_row_plain(struct console *co, const struct client_device *d, int row, struct area a)
{
	const struct msg_device_state *s = &d->state;
	char text[400], since[24] = "", errors[64] = "", shared[48] = "";

	if (d->has_state && s->since != 0)
		utc_civil(since, sizeof since, (struct utc){ s->since }, " since %m-%d %H:%M");
	if (d->has_state && s->timeouts + s->errors > 0)
		str_printf(errors, sizeof errors, ", timeouts %llu, errors %llu", (unsigned long long)s->timeouts,
		    (unsigned long long)s->errors);
	if (d->shared.is_known)
		str_printf(
		    shared, sizeof shared, ", shared with %u of %u masters", d->shared.masters, d->shared.clients);
	str_printf(text, sizeof text, "%s: %s%s%s%s%s%s, %s", d->name,
	    console_is_lost(co) ? "state not known" : state_word(co, d), console_is_lost(co) ? "" : since, errors,
	    s->last_error != OK ? ", last " : "", s->last_error != OK ? err_word((enum err)s->last_error) : "", shared,
	    console_title(co, d->title, d->title_ja));
	grid_fit(co->grid, row, a.column, a.columns, state_look(co, d), text, false);
}

/* Below the list; what has no room is marked. */
static void
put(struct console *co, int row, struct area a, enum look look, const char *text)
{
	char safe[700];
	int width, most = a.columns - 1;

	text_put_safe(safe, sizeof safe, text, -1);
	width = text_width(safe);
	grid_fit(co->grid, row, a.column + 1, width < most ? width : most, look, safe, false);
}

/* Who else asks it. */
static void
draw_shared(struct console *co, const struct client_device *d, int row, struct area a)
{
	char text[SHARED_SAY];

	if (!d->shared.is_known)
		return;
	put(co, row, a, console_is_lost(co) ? LOOK_LOST : LOOK_NORMAL, shared_say(&d->shared, text));
	put(co, row + 1, a, LOOK_LABEL, shared_say_last(&d->shared, co->now, text));
}

/* What happened last to the selected device, how often, when, and what helps. */
static void
draw_help(struct console *co, const struct page *p, const struct client_device *d, struct area a)
{
	const struct msg_device_state *s = &d->state;
	int row = a.row + a.rows - HELP_ROWS - (p->is_any_shared ? SHARED_ROWS : 0);
	char text[700], when[64], times[32] = "";

	draw_shared(co, d, row + HELP_ROWS, a);

	str_printf(text, sizeof text, "%s  %s  %s", d->name, console_title(co, d->title, d->title_ja), d->link);
	put(co, row, a, LOOK_NORMAL, text);
	if (!d->has_state) {
		grid_put(co->grid, row + 1, a.column + 1, -1, LOOK_LABEL, "not heard of yet");
		return;
	}
	if (s->last_error == OK) {
		grid_put(co->grid, row + 1, a.column + 1, -1, LOOK_LABEL, "No error so far.");
		return;
	}
	utc_civil(when, sizeof when, (struct utc){ s->last_error_time }, "%Y-%m-%d %H:%M:%S");
	if (s->last_error_count > 1)
		str_printf(times, sizeof times, ", %u times", s->last_error_count);
	str_printf(text, sizeof text, "%s%s",
	    client_is_failing(d, co->now) ? "up, but some answers fail: "
	        : s->state == DEVICE_UP   ? "up; its last error: "
	                                  : "",
	    err_text((enum err)s->last_error));
	put(co, row + 1, a, state_look(co, d), text);
	str_printf(text, sizeof text, "last at %s%s%s%s", when, times,
	    s->detail != NULL && s->detail[0] != '\0' ? ", at " : "", s->detail != NULL ? s->detail : "");
	put(co, row + 2, a, LOOK_LABEL, text);
}

static void
draw(struct console *co, void *private, struct area a)
{
	struct page *p = private;
	int name = a.columns >= 100 ? 16 : 9, link = a.columns - name - 78;
	int rows = a.rows - 1 - HELP_ROWS - (p->is_any_shared ? SHARED_ROWS : 0) - 1;

	list_fit(&p->list, (int)p->count, rows);
	if (!co->is_accessible)
		draw_head(co, a, name, link > 12 ? link : 0);
	for (int i = 0; i < rows && p->list.top + i < p->list.count; i++) {
		int at = p->list.top + i, row = a.row + 1 + i;
		if (co->is_accessible)
			draw_row_plain(co, &co->client->devices[p->rows[at]], row, a);
		else
			draw_row(co, &co->client->devices[p->rows[at]], row, a, name, link > 12 ? link : 0);
		if (at == p->list.at) {
			grid_paint(co->grid, row, a.column, a.columns, LOOK_SELECTED);
			co->grid->cursor_row = row;
			co->grid->cursor_column = a.column;
		}
	}
	if (p->count > 0)
		draw_help(co, p, &co->client->devices[p->rows[p->list.at]], a);
	else
		grid_put(co->grid, a.row + 2, a.column + 3, -1, LOOK_LABEL,
		    p->filter[0] != '\0' ? "No device passes the filter; \\ then Esc shows all."
		                         : "The site has no devices.");
}

static unsigned
find(struct console *co, struct page *p, int from, int step)
{
	for (int n = 0; n < (int)p->count; n++) {
		int at = ((from + n * step) % (int)p->count + (int)p->count) % (int)p->count;
		const struct client_device *d = &co->client->devices[p->rows[at]];
		if (strcasestr(d->name, co->found) != NULL || strcasestr(d->title, co->found) != NULL) {
			p->list.at = at;
			list_fit(&p->list, (int)p->count, p->list.rows);
			return DRAW_ALL;
		}
	}
	console_message(co, true, "nothing here contains %s", co->found);
	return DRAW_ALL;
}

/* Typed here, shown on a page of its own. The device is that of the question, whatever the list has become meanwhile. */
static void
ask_registers(struct console *co, struct page *p, const char *typed)
{
	char what[POINT_NAME_MAX + PROMPT_MAX];
	struct msg_registers_get m;
	bool was_asked = typed != NULL && co->prompt.purpose == REQ_RAW;

	co->prompt.purpose = REQ_NONE;
	if (!acts_is_allowed(co, W_REGISTERS_GET, false))
		return;
	if (p->count == 0) {
		console_message(co, true, "no device is selected");
		return;
	}
	if (!was_asked)
		str_copy(p->asked, sizeof p->asked, co->client->devices[p->rows[p->list.at]].name);
	if (typed == NULL) {
		scr_raw_prompt(co, p->asked, "holding ");
	} else if (scr_raw_typed(co, p->asked, typed, &m)) {
		str_printf(what, sizeof what, "%s %s", p->asked, typed);
		console_message(co, false, "%s", ""); /* what was wrong with it at first */
		console_open(co, &scr_raw, what);
	}
}

static unsigned
request(struct console *co, void *private, enum request req, const char *argument)
{
	struct page *p = private;
	char points[POINT_NAME_MAX + 2];

	if (list_request(&p->list, req))
		return DRAW_BODY;
	switch (req) {
	case REQ_OPEN:
		if (p->count > 0 &&
		    str_printf(points, sizeof points, "%s.*", co->client->devices[p->rows[p->list.at]].name))
			console_open(co, &scr_points, points);
		return DRAW_ALL;
	case REQ_RAW: ask_registers(co, p, argument); return DRAW_ALL;
	case REQ_FIND:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(co->found, sizeof co->found, argument);
		return argument[0] == '\0' ? DRAW_ALL : find(co, p, p->list.at, 1);
	case REQ_FIND_NEXT: return co->found[0] == '\0' ? REQ_UNHANDLED : find(co, p, p->list.at + 1, 1);
	case REQ_FIND_PREV: return co->found[0] == '\0' ? REQ_UNHANDLED : find(co, p, p->list.at - 1, -1);
	case REQ_FILTER:
		if (argument == NULL)
			return REQ_UNHANDLED;
		str_copy(p->filter, sizeof p->filter, argument);
		build(co, p);
		return DRAW_ALL;
	default: return REQ_UNHANDLED;
	}
}

static void
head(struct console *co, void *private, char *title, size_t title_size, char *hint, size_t hint_size)
{
	struct page *p = private;
	uint32_t down = 0, up = 0, connecting = 0, failing = 0;
	char more[32] = "", some[32] = "", span[48];

	for (uint32_t i = 0; i < co->client->device_count; i++) {
		const struct client_device *d = &co->client->devices[i];
		if (!protocol_is_field(d->protocol))
			continue;
		up += d->has_state && d->state.state == DEVICE_UP;
		down += d->has_state && d->state.state == DEVICE_DOWN;
		connecting += d->has_state && d->state.state == DEVICE_CONNECTING;
		failing += client_is_failing(d, co->now);
	}
	if (failing > 0)
		str_printf(some, sizeof some, " (%u failing)", failing);
	list_span(&p->list, span, sizeof span);
	if (connecting > 0)
		str_printf(more, sizeof more, ", %u connecting", connecting);
	str_copy(title, title_size, console_title(co, "Communication", "通信"));
	if (p->filter[0] != '\0')
		str_printf(hint, hint_size, "filter: %s   %s", p->filter, span);
	else
		str_printf(hint, hint_size, "%u up%s, %u down%s   %s", up, some, down, more, span);
}

const struct screen_ops scr_links = {
	.name = "links",
	.title = "Communication",
	.title_ja = "通信",
	.help = "communication with each device",
	.modes = MODE_ALL | MODE_LIST | MODE_LINKS,
	.private_size = sizeof(struct page),
	.open = open_links,
	.update = update,
	.draw = draw,
	.request = request,
	.head = head,
};
