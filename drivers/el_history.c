/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_history.c - the half hours that a meter remembers, of a time in which nobody asked it. A day is 48 numbers from midnight of its
 * civil time on, behind two bytes with the day: 0 is today.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/el_poll.h"

#define DAY_US (48 * EL_HALF_HOUR_US)

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
day_of(const struct el_device *d, struct utc t)
{
	return floor_div(t.us + d->cfg->offset_us, DAY_US);
}

void
el_history_want(struct el_device *d, struct utc since, struct moment now)
{
	int64_t from = floor_div(since.us + d->cfg->offset_us, EL_HALF_HOUR_US),
	        to = floor_div(now.utc.us + d->cfg->offset_us, EL_HALF_HOUR_US);
	int64_t days;

	if (since.us == 0 || from >= to)
		return; /* no half hour ended meanwhile, or nobody knows since when */
	days = day_of(d, now.utc) - day_of(d, since);
	if (days > EL_HISTORY_DAYS)
		days = EL_HISTORY_DAYS;
	/* a gap that is still being filled when the node falls again is one with the new one */
	if (d->gap_from.us == 0 || since.us < d->gap_from.us)
		d->gap_from = since;
	d->gap_to = now.utc;
	for (uint32_t i = 0; i < d->item_count; i++)
		if (d->items[i].cfg->history != 0 && d->items[i].cfg->period_us != 0 && d->items[i].history_day < days)
			d->items[i].history_day = (int16_t)days;
}

/* The slots of one item, those of the gap alone. */
static void
give(struct el_device *d, struct el_item *it, const struct el_prop *p, int64_t midnight)
{
	struct utc times[EL_HISTORY_SLOTS];
	double values[EL_HISTORY_SLOTS], factor;
	uint32_t n = 0;

	if (it->is_off || el_item_factor(it, &factor) != OK)
		return;
	for (unsigned i = 0; i < EL_HISTORY_SLOTS; i++) {
		const uint8_t *s = p->data + 2 + 4 * i;
		int64_t raw = (int64_t)s[0] << 24 | (int64_t)s[1] << 16 | (int64_t)s[2] << 8 | s[3];
		struct utc t = { midnight + (int64_t)i * EL_HALF_HOUR_US };
		double v = (double)raw * it->cfg->scale * factor;

		if (echonet_is_nothing(EL_U32, raw) || t.us <= d->gap_from.us || t.us > d->gap_to.us || !isfinite(v))
			continue;
		times[n] = t;
		values[n++] = v;
	}
	if (n > 0)
		d->poll->ops->late(d, it->cfg->point, times, values, n, d->poll->arg);
}

void
el_history_take(struct el_device *d, const struct el_prop *p, unsigned day, struct moment now)
{
	struct utc asked = utc_add(now.utc, -mono_diff_us(now.mono, d->ask.sent));
	int64_t midnight = (day_of(d, asked) - (int64_t)day) * DAY_US - d->cfg->offset_us;
	/* another controller may have chosen another day meanwhile */
	bool is_it = p != NULL && p->len == 2 + 4 * EL_HISTORY_SLOTS && (unsigned)(p->data[0] << 8 | p->data[1]) == day;

	for (uint32_t i = 0; i < d->ask.of->count; i++) {
		struct el_item *it = &d->items[d->ask.of->first + i];

		if (it->cfg->history != d->ask.epcs[0] || it->history_day != (int16_t)day)
			continue;
		if (is_it)
			give(d, it, p, midnight);
		it->history_day--;
	}
	for (uint32_t i = 0; i < d->item_count; i++)
		if (d->items[i].history_day >= 0)
			return;
	d->gap_from.us = 0;
}
