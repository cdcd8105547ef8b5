/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_value.c - one value as people read it: found by name, as text, with its time and age.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/client_private.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

/* These say that the value was not renewed: its own time counts, not that of the last scan. */
#define Q_NOT_RENEWED (Q_BLOCKED | Q_NEVER_READ | Q_NO_COMM | Q_FAILURE | Q_STALE)

point_id
client_find(const struct client *c, const char *name)
{
	const struct client_model *m = c->private->live;
	struct client_entry *entry = NULL;

	if (m == NULL)
		return POINT_NONE;
	HASH_FIND(hh, m->hash, name, strlen(name), entry);
	return entry == NULL ? POINT_NONE : entry->id;
}

struct value
client_value(const struct client *c, point_id id)
{
	const struct delta_cell *cell = &c->cells[id];
	uint32_t group = c->points[id].group;
	struct value v = { .v = cell->v, .quality = cell->quality, .cause = cell->cause, .time = cell->time };

	if (!(cell->quality & Q_NOT_RENEWED) && group < c->group_count && c->group_time[group].us > v.time.us)
		v.time = c->group_time[group];
	if (cell->quality == 0 && group < c->group_count && c->group_time[group].us != 0)
		v.time = c->group_time[group];
	return v;
}

bool
client_is_by_hand(const struct client *c, point_id id)
{
	return (c->cells[id].quality & Q_SUBSTITUTED) != 0 && c->cells[id].cause == ERR_BY_HAND;
}

bool
client_is_off_scan(const struct client *c, point_id id)
{
	return (c->cells[id].quality & Q_BLOCKED) != 0 && c->cells[id].cause == ERR_SCAN_OFF;
}

static const char *
in_language(const struct client_name *n, bool ja)
{
	return ja && n->text_ja[0] != '\0' ? n->text_ja : n->text;
}

/* "none", "FAN, DOOR"; bits without a name follow as one number: "FAN, 0x100". */
static void
format_bits(const struct client_point *p, double v, bool ja, char *buf, size_t size)
{
	uint64_t word = v >= 0 && v < 18446744073709551616.0 ? (uint64_t)v : 0, rest = word;
	char number[24];

	buf[0] = '\0';
	for (uint32_t i = 0; i < p->bit_count; i++) {
		int64_t bit = p->bits[i].number;
		if (bit < 0 || bit > 63 || !(word >> bit & 1))
			continue;
		str_append(buf, size, buf[0] != '\0' ? ", " : "");
		str_append(buf, size, in_language(&p->bits[i], ja));
		rest &= ~((uint64_t)1 << bit);
	}
	if (rest != 0) {
		str_printf(number, sizeof number, "%s0x%llx", buf[0] != '\0' ? ", " : "", (unsigned long long)rest);
		str_append(buf, size, number);
	}
	if (word == 0)
		str_copy(buf, size, ja ? "なし" : "none");
}

void
client_format_value(const struct client *c, point_id id, double v, bool ja, char *buf, size_t size)
{
	const struct client_point *p = &c->points[id];
	char raw[512];

	if (isnan(v)) {
		str_copy(buf, size, "-");
		return;
	}
	for (uint32_t i = 0; i < p->state_count; i++) {
		if ((double)p->states[i].number == v) {
			text_put_safe(buf, size, in_language(&p->states[i], ja), -1);
			return;
		}
	}
	if (p->bit_count > 0)
		format_bits(p, v, ja, raw, sizeof raw);
	else
		str_fixed(raw, sizeof raw, v, p->decimals > 0 ? p->decimals : 0);
	text_put_safe(buf, size, raw, -1);
}

void
client_format(const struct client *c, point_id id, bool ja, char *buf, size_t size)
{
	const struct delta_cell *cell = &c->cells[id];

	client_format_value(c, id, cell->quality & Q_NEVER_READ ? (double)NAN : cell->v, ja, buf, size);
}

struct utc
client_received(const struct client *c, point_id id)
{
	uint32_t group = c->points[id].group;

	if ((c->cells[id].quality & Q_NEVER_READ) || group >= c->group_count)
		return (struct utc){ 0 };
	/* the wire rounds a group's times to milliseconds, a failed value carries its own in full */
	struct utc received = c->group_received[group], source = c->cells[id].time;
	return c->cells[id].quality != 0 && received.us != 0 && received.us < source.us ? source : received;
}

int64_t
client_age_us(const struct client *c, point_id id, struct utc now)
{
	struct utc since = client_received(c, id);

	/* its group may be received every second while it itself fails */
	if (since.us == 0 || (c->cells[id].quality & Q_NOT_RENEWED))
		since = client_value(c, id).time;
	if (since.us == 0)
		since = c->server_started; /* never read: since it could have been */
	if (since.us == 0 || since.us > now.us)
		return 0;
	return utc_diff_us(now, since);
}

bool
client_is_old(const struct client *c, point_id id, struct utc now)
{
	int64_t period = c->points[id].period_us;

	if (c->cells[id].quality & Q_NEVER_READ)
		return false;
	return client_age_us(c, id, now) > 2 * (period > 0 ? period : US_PER_S);
}

bool
client_is_failing(const struct client_device *d, struct utc now)
{
	int64_t period = d->poll_us > US_PER_S ? d->poll_us : US_PER_S;

	return d->has_state && d->state.state == DEVICE_UP && d->state.last_error != OK &&
	    d->state.last_error_time != 0 && utc_diff_us(now, (struct utc){ d->state.last_error_time }) < 3 * period;
}
