/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.c - the top line never says less than: which site, simulated or not, is the link alive, how old are the values, what time.
 */
#include "config.h"

#include <string.h>

#include "console/frame.h"
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

static void
draw_top(struct console *co)
{
	struct grid *g = co->grid;
	const struct client *c = co->client;
	char link[64], clock[64], site[128], who[140];
	enum look look;
	int at, end, room;

	grid_fill(g, 0, 0, g->columns, LOOK_TOP, " ");
	link_text(co, link, sizeof link, &look);
	clock_text(co, clock, sizeof clock);
	text_put_safe(
	    site, sizeof site, co->has_model ? console_title(co, c->site_name, c->site_title_ja) : "Chisan", 24);
	at = 1 + grid_put(g, 0, 1, 24, LOOK_TOP, site);
	at += 1 + grid_put(g, 0, at + 1, -1, LOOK_TOP, "VIEW");
	if (co->has_model && c->simulated)
		at += 1 + grid_put(g, 0, at + 1, -1, LOOK_BADGE, "SIM");
	end = g->columns - text_width(clock) - 1;
	grid_put(g, 0, end, -1, LOOK_TOP, clock);
	room = end - at - text_width(link) - 6;
	str_printf(who, sizeof who, "%s/%s", c->user, role_word(c->role));
	if (text_width(who) > room)
		str_copy(who, sizeof who, role_word(c->role));
	if (c->user[0] != '\0' && text_width(who) <= room)
		at += 2 + grid_put(g, 0, at + 2, -1, LOOK_TOP, who);
	grid_put(g, 0, at + 2, end - at - 3, look, link);
}

bool
frame_trouble(const struct console *co, char *buf, size_t size)
{
	const struct client *c = co->client;
	unsigned points = 0, devices = 0;
	char names[160] = "";

	for (uint32_t i = 0; i < c->point_count; i++)
		points += quality_validity(c->cells[i].quality) != V_GOOD;
	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct client_device *d = &c->devices[i];
		if (d->protocol != PROTOCOL_MODBUS || !d->has_state || d->state.state != DEVICE_DOWN)
			continue;
		devices++;
		str_append(names, sizeof names, " ");
		str_append(names, sizeof names, d->name);
	}
	str_printf(buf, size, "%u point%s not good", points, points == 1 ? "" : "s");
	if (devices > 0) {
		size_t used = strlen(buf);
		str_printf(buf + used, size - used, ", %u device%s down:%s", devices, devices == 1 ? "" : "s", names);
	}
	return points > 0 || devices > 0;
}

/* The rows of the alarms; below them what is wrong with the values themselves, on every page. */
static void
draw_alarms(struct console *co)
{
	char text[256];

	grid_put(co->grid, ALARM_ROW, 1, -1, LOOK_LABEL, "Alarms: not evaluated in this version");
	if (co->has_model && !console_is_lost(co) && frame_trouble(co, text, sizeof text))
		grid_fit(co->grid, ALARM_ROW + 1, 1, co->grid->columns - 2, LOOK_BAD, text, false);
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
	if (used + width + 5 > g->columns)
		width = g->columns - used - 5;
	if (width > 8)
		grid_fit(g, TITLE_ROW, g->columns - width - 1, width, LOOK_LABEL, text, true);
}

static void
draw_prompt(struct console *co)
{
	struct grid *g = co->grid;
	const struct prompt *p = &co->prompt;
	int row = g->rows - 3, at, room, cells = prompt_cursor_cells(p), skip = 0;
	const char *text = p->text;

	if (!p->is_open)
		return;
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

	if (text_width(text) > room && !co->prompt.is_open) {
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

static void
draw_message(struct console *co)
{
	const char *text = co->message;
	enum look look = co->message_is_error ? LOOK_ERROR : LOOK_NORMAL;

	if (text[0] == '\0' &&
	    console_is_lost(co)) { /* why there is no link, as long as there is nothing newer to say */
		text = co->client->why_text;
		look = LOOK_ERROR;
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

static void
draw_keys(struct console *co, const struct view *v)
{
	static const struct {
		const char *key, *word;
		unsigned where;
	} keys[] = {
		{ "?", "help", MODE_ALL },
		{ "q", "back", MODE_ALL },
		{ "Q", "quit", MODE_ALL },
		{ "#", "pages", MODE_ALL },
		{ "p", "points", MODE_ALL },
		{ "l", "links", MODE_ALL },
		{ "Enter", "open", MODE_ALL },
		{ "/", "find", MODE_LIST },
		{ "\\", "filter", MODE_LIST },
		{ "s", "sort", MODE_POINTS },
		{ ":", "command", MODE_ALL },
		{ "g", "goto", MODE_ALL },
		{ "z", "pause", MODE_ALL },
		{ "b", "bookmark", MODE_ALL },
		{ "P", "save page", MODE_ALL },
		{ "J", "日本語", MODE_ALL },
	};
	struct grid *g = co->grid;
	int at = 1, row = g->rows - 1;
	char digits[8];

	page_digits(co, digits, sizeof digits);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *key = strcmp(keys[i].key, "#") == 0 ? digits : keys[i].key;
		int need = text_width(key) + 1 + text_width(keys[i].word);
		if (key[0] == '\0')
			continue;
		if ((keys[i].where & (v->ops->modes | MODE_ALL)) == 0 ||
		    (co->is_ascii && strcmp(keys[i].key, "J") == 0))
			continue;
		if (at + need > g->columns - 1)
			break;
		at += grid_put(g, row, at, -1, LOOK_KEY, key) + 1;
		at += grid_put(g, row, at, -1, LOOK_LABEL, keys[i].word) + 2;
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
	else
		grid_put(co->grid, 2, 0, -1, LOOK_LABEL, "Alarms: not evaluated");
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
	if (co->has_model && console_is_lost(co))
		grid_dim(g, BODY_ROW, body.rows);
	draw_message(co);
	draw_keys(co, v);
	draw_prompt(co);
}
