/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_status.c - the district on one page of 80x24: first what is wrong, then power beside heat, then the batteries.
 */
#include "config.h"

#include <string.h>

#include "console/cmd.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/status.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define PAGE_CELLS 79
#define PAGE_LINES 23 /* one is left for the prompt */
#define LEFT_CELLS 40
#define HEAT_ROWS  8
#define DOWN_ROWS  2

/* A line is put together of pieces that stand in given cells. */
struct line {
	char text[2048];
	int cells;
};

static unsigned lines; /* printed so far */

static void
put_at(struct line *l, int column, const char *text)
{
	char safe[1024];
	int room = PAGE_CELLS - column;

	if (room <= 0)
		return;
	for (; l->cells < column; l->cells++)
		str_append(l->text, sizeof l->text, " ");
	int cells = text_put_safe(safe, sizeof safe, text, room);
	str_append(l->text, sizeof l->text, safe);
	l->cells += cells;
}

static void
put_right(struct line *l, int before, const char *text)
{
	put_at(l, before - text_width(text), text);
}

static void
end_line(struct line *l)
{
	say("%s\n", l->text);
	lines++;
	l->text[0] = '\0';
	l->cells = 0;
}

/* Value with its mark, right-aligned before `before`, then the unit. */
static void
put_value(struct line *l, const struct options *o, const struct client *c, point_id id, int before)
{
	char text[512];

	if (id == POINT_NONE)
		return;
	client_format(c, id, o->ja, text, sizeof text);
	put_right(l, before, text);
	put_at(l, before, quality_letters(c->cells[id].quality));
	put_at(l, before + 3, c->points[id].unit);
}

static void
print_head(const struct options *o, const struct client *c, struct utc now)
{
	struct line l = { .cells = 0 };
	char time[64], up[16], text[512];

	utc_civil(time, sizeof time, now, "%Y-%m-%d %H:%M:%S %Z");
	str_printf(text, sizeof text, "%s%s", cmd_in_language(o, c->site_name, c->site_title_ja),
	    c->simulated ? "  SIMULATED" : "");
	put_at(&l, 0, text);
	put_right(&l, PAGE_CELLS, time);
	end_line(&l);
	str_printf(text, sizeof text, "chisand %s, up %s; you are %s (%s)", c->server_build,
	    clock_age(up, sizeof up, utc_diff_us(now, c->server_started)), c->user[0] == '\0' ? "nobody" : c->user,
	    role_word(c->role));
	put_at(&l, 0, "Server");
	put_at(&l, 10, text);
	end_line(&l);
}

static void
print_mode(const struct options *o, const struct client *c, const struct status *s)
{
	struct line l = { .cells = 0 };
	char text[512];

	put_at(&l, 0, "Mode");
	if (s->mode == POINT_NONE)
		str_copy(text, sizeof text, "watching only: no alarms and no dispatch in this version");
	else
		client_format(c, s->mode, o->ja, text, sizeof text);
	put_at(&l, 10, text);
	end_line(&l);
}

static void
print_counts(const struct client *c, const struct status *s, struct utc now)
{
	struct line l = { .cells = 0 };
	char text[256], some[32] = "";
	unsigned failing = 0;

	for (uint32_t i = 0; i < c->device_count; i++)
		failing += c->devices[i].protocol == PROTOCOL_MODBUS && client_is_failing(&c->devices[i], now);
	if (failing > 0)
		str_printf(some, sizeof some, " (%u failing)", failing);

	put_at(&l, 0, "Links");
	str_printf(text, sizeof text, "%u up%s, %u down, %u connecting, %u off", s->links[DEVICE_UP], some,
	    s->links[DEVICE_DOWN], s->links[DEVICE_CONNECTING], s->links[DEVICE_OFF]);
	put_at(&l, 10, text);
	end_line(&l);
	put_at(&l, 0, "Points");
	str_printf(text, sizeof text, "%u: %u good, %u uncertain, %u bad (%u never read)", c->point_count,
	    s->validity[V_GOOD], s->validity[V_UNCERTAIN], s->validity[V_BAD], s->never_read);
	put_at(&l, 10, text);
	end_line(&l);
}

static bool
is_down(const struct client_device *d)
{
	return d->protocol == PROTOCOL_MODBUS && d->has_state && d->state.state == DEVICE_DOWN;
}

/* The devices that are down: with the reason while there is room, else their names. */
static void
print_down(const struct client *c, const struct status *s)
{
	struct line l = { .cells = 0 };
	char text[512];
	bool has_room = s->links[DEVICE_DOWN] <= DOWN_ROWS;

	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct client_device *d = &c->devices[i];
		if (!is_down(d))
			continue;
		if (l.cells == 0)
			put_at(&l, 0, "  down");
		if (l.cells + text_width(d->name) > PAGE_CELLS - 5) {
			put_at(&l, l.cells, " ...");
			break;
		}
		put_at(&l, l.cells < 10 ? 10 : l.cells + 1, d->name);
		if (!has_room)
			continue;
		str_printf(text, sizeof text, ": %s", err_text((enum err)d->state.last_error));
		put_at(&l, l.cells, text);
		end_line(&l);
	}
	if (l.cells > 0)
		end_line(&l);
}

static void
print_balance(const struct options *o, const struct client *c, const struct status *s)
{
	point_id power[STATUS_POWER_COUNT];
	enum status_power words[STATUS_POWER_COUNT];
	uint32_t n = 0, heat = s->heat_count < HEAT_ROWS ? s->heat_count : HEAT_ROWS;
	struct line l = { .cells = 0 };

	for (unsigned i = 0; i < STATUS_POWER_COUNT; i++)
		if (s->power[i] != POINT_NONE) {
			words[n] = (enum status_power)i;
			power[n++] = s->power[i];
		}
	if (n == 0 && heat == 0)
		return;
	end_line(&l);
	if (n > 0)
		put_at(&l, 0, "POWER");
	if (heat > 0)
		put_at(&l, LEFT_CELLS, "HEAT");
	end_line(&l);
	for (uint32_t i = 0; i < n || i < heat; i++) {
		if (i < n) {
			put_at(&l, 0, status_power_words(words[i], o->ja));
			put_value(&l, o, c, power[i], 27);
		}
		if (i < heat) {
			put_at(&l, LEFT_CELLS, c->points[s->heat[i]].name);
			put_value(&l, o, c, s->heat[i], LEFT_CELLS + 27);
		}
		end_line(&l);
	}
}

static void
print_batteries(const struct options *o, const struct client *c, const struct status *s)
{
	struct line l = { .cells = 0 };

	if (s->battery_count == 0)
		return;
	end_line(&l);
	put_at(&l, 0, "BATTERY         CHARGE          POWER          STATE");
	end_line(&l);
	uint32_t room = lines < PAGE_LINES ? PAGE_LINES - lines : 1, n = s->battery_count;
	if (n > room)
		n = room - 1;
	for (uint32_t i = 0; i < n; i++) {
		const struct status_battery *b = &s->batteries[i];
		char text[512];
		put_at(&l, 0, c->devices[b->device].name);
		put_value(&l, o, c, b->soc, 19);
		put_value(&l, o, c, b->power, 37);
		if (b->state != POINT_NONE) {
			client_format(c, b->state, o->ja, text, sizeof text);
			put_at(&l, 47, text);
			if (c->cells[b->state].quality != 0)
				put_at(&l, l.cells + 1, quality_letters(c->cells[b->state].quality));
		}
		end_line(&l);
	}
	if (n < s->battery_count)
		say("and %u more: chisan points '*.SOC'\n", s->battery_count - n);
}

int
cmd_status(const struct options *o)
{
	int code;
	struct client *c = cmd_snapshot(o, SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_DEVICES, &code);
	struct utc now = clock_utc();
	struct status s;

	if (c == NULL)
		return code;
	lines = 0;
	status_gather(&s, c);
	if (o->json) {
		jout_print(status_json(&s, c, now));
	} else {
		print_head(o, c, now);
		print_mode(o, c, &s);
		print_counts(c, &s, now);
		print_down(c, &s);
		print_balance(o, c, &s);
		print_batteries(o, c, &s);
	}
	client_free(c);
	return code;
}
