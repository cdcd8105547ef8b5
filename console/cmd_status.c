/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_status.c - the district on one page of 80x24: first what is wrong, then power beside heat, then the batteries.
 */
#include "config.h"

#include <string.h>

#include "console/alarm_say.h"
#include "console/cmd.h"
#include "console/health.h"
#include "console/jout.h"
#include "console/say.h"
#include "console/status.h"
#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define PAGE_CELLS 79
#define PAGE_LINES 23 /* one is left for the prompt */
#define LEFT_CELLS 40
#define HEAT_ROWS  8
#define DOWN_ROWS  2

#define RECORD_WAIT_US (2 * US_PER_S) /* for the newest entry: the page is worth more than that line */

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
	char text[512], held[64];

	put_at(&l, 0, "Mode");
	if (s->mode == POINT_NONE)
		str_copy(text, sizeof text, "no plan is followed");
	else
		client_format(c, s->mode, o->ja, text, sizeof text);
	str_printf(held, sizeof held, "; %u override%s, %u tag%s", s->overrides, s->overrides == 1 ? "" : "s", s->tags,
	    s->tags == 1 ? "" : "s");
	str_append(text, sizeof text, held);
	put_at(&l, 10, text);
	end_line(&l);
}

/* What must be said whole: in as many lines as it takes. */
static void
print_wrapped(const char *label, const char *text)
{
	struct line l = { .cells = 0 };

	put_at(&l, 0, label);
	while (*text != '\0') {
		size_t skip, used = wrap_line(text, PAGE_CELLS - 10, &skip);
		char part[PAGE_CELLS * 4 + 1];
		str_printf(part, sizeof part, "%.*s", (int)used, text);
		put_at(&l, 10, part);
		end_line(&l);
		text += used + skip;
	}
}

/* "FLOOD in area north: 12 in 10 min; 3 wait: !1 1, -3 2; 7 active; 1 shelved, 2 suppressed, 1 out of service" */
static void
print_alarms(const struct client *c)
{
	const struct client_alarms *a = c->alarms;
	const struct {
		uint32_t count;
		const char *words;
	} kept[] = { { a->shelved, "shelved" }, { a->suppressed, "suppressed" }, { a->out, "out of service" } };
	char text[256], part[48];
	uint32_t waits = 0, active = 0;

	for (unsigned p = 0; p < ALARM_PRIORITIES; p++) {
		waits += a->unacked[p];
		active += a->active[p];
	}
	alarm_flood(c, 2, text, sizeof text / 2);
	str_append(text, sizeof text, text[0] != '\0' ? "; " : "");
	str_printf(part, sizeof part, waits == 0 ? "none waits" : "%u wait", waits);
	str_append(text, sizeof text, part);
	for (unsigned p = 0, n = 0; p < ALARM_PRIORITIES; p++) {
		if (a->unacked[p] == 0)
			continue;
		str_printf(part, sizeof part, "%s%s %u", n++ == 0 ? ": " : ", ", alarm_code(p + 1), a->unacked[p]);
		str_append(text, sizeof text, part);
	}
	str_printf(part, sizeof part, "; %u active", active);
	str_append(text, sizeof text, part);
	for (size_t i = 0, n = 0; i < sizeof kept / sizeof kept[0]; i++) {
		if (kept[i].count == 0)
			continue;
		str_printf(part, sizeof part, "%s%u %s", n++ == 0 ? "; " : ", ", kept[i].count, kept[i].words);
		str_append(text, sizeof text, part);
	}
	if (a->count == 0)
		str_copy(text, sizeof text, "the site defines none");
	print_wrapped("Alarms", text);
}

static void
print_counts(const struct client *c, const struct status *s, struct utc now)
{
	struct line l = { .cells = 0 };
	char text[256], some[32] = "";
	unsigned failing = 0;

	for (uint32_t i = 0; i < c->device_count; i++)
		failing += protocol_is_field(c->devices[i].protocol) && client_is_failing(&c->devices[i], now);
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
take_newest(struct client *c, const struct frame *f, void *arg)
{
	struct msg_journal *newest = arg, m;
	struct rbuf r;

	(void)c;
	rbuf_init(&r, f->body, f->length);
	if (f->type == W_JOURNAL && msg_journal_get(&r, &m))
		*newest = (struct msg_journal){ .seq = m.seq, .time = m.time }; /* its strings are gone soon */
	return true;
}

/* The newest entry; how the record is has been told by the time that it comes, as both come over one connection. */
static void
ask_newest(const struct options *o, struct client *c, struct msg_journal *newest)
{
	struct msg_journal_get m = { .most = 1, .newest = 1, .point = "", .user = "", .text = "" };
	struct wbuf b;

	*newest = (struct msg_journal){ 0 };
	wbuf_init(&b);
	msg_journal_get_put(&b, &m);
	cmd_ask_quietly(o, c, W_JOURNAL_GET, &b, RECORD_WAIT_US, take_newest, newest);
	wbuf_done(&b);
}

static void
print_record(const struct client *c, const struct msg_journal *newest, struct utc now)
{
	char text[1024], entry[64], age[16];

	health_line(c, text, sizeof text);
	if (newest->seq != 0) {
		str_printf(entry, sizeof entry, "; entry %llu, %s ago", (unsigned long long)newest->seq,
		    clock_age(age, sizeof age, utc_diff_us(now, (struct utc){ newest->time })));
		str_append(text, sizeof text, entry);
	}
	print_wrapped("Record", text);
}

static bool
is_down(const struct client_device *d)
{
	return protocol_is_field(d->protocol) && d->has_state && d->state.state == DEVICE_DOWN;
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
	struct client *c =
	    cmd_snapshot(o, SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_DEVICES | SUB_ALARMS | SUB_CONTROL, &code);
	struct msg_journal newest;
	struct status s;

	if (c == NULL)
		return code;
	lines = 0;
	ask_newest(o, c, &newest);
	struct utc now = clock_utc();
	status_gather(&s, c);
	if (o->json) {
		json_t *j = status_json(&s, c, now);
		json_object_set_new(j, "record", health_json(c, &newest));
		jout_print(j);
	} else {
		print_head(o, c, now);
		print_mode(o, c, &s);
		print_alarms(c);
		print_counts(c, &s, now);
		print_record(c, &newest, now);
		print_down(c, &s);
		print_balance(o, c, &s);
		print_batteries(o, c, &s);
	}
	client_free(c);
	return code;
}
