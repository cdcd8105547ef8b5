/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_actual.c - the amounts of slots from a counter's increments.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/wheel_actual.h"

#define INCREMENT_US_MAX (48 * WHEEL_SLOT_US)

enum err
wheel_count(
    const struct wheel_day *d, struct wheel_meter *m, struct utc from, struct utc to, double kwh, bool is_manual)
{
	int64_t us = utc_diff_us(to, from);
	if (us <= 0 || us > INCREMENT_US_MAX || from.us < m->until.us || !(kwh >= 0 && kwh <= WHEEL_KWH_MAX))
		return ERR_BAD_DATA;
	m->until = to;
	for (unsigned slot = 0; slot < d->slots; slot++) {
		int64_t start = wheel_slot_start(d, slot).us, end = start + WHEEL_SLOT_US;
		int64_t begin = from.us > start ? from.us : start, stop = to.us < end ? to.us : end;
		if (stop <= begin)
			continue;
		m->kwh[slot] += kwh * (double)(stop - begin) / (double)us;
		m->covered_us[slot] += stop - begin;
		/* A second's increment over the border is what a slot of counters always has; a longer one is a guess. */
		if (stop - begin < us && us > WHEEL_UNCOVERED_US)
			m->marks[slot] |= WHEEL_SHARED;
		if (is_manual)
			m->marks[slot] |= WHEEL_MANUAL;
	}
	return OK;
}

enum err
wheel_count_given(const struct wheel_day *d, struct wheel_meter *m, unsigned slot, double kwh, bool is_utility)
{
	if (slot >= d->slots || !(kwh >= 0 && kwh <= WHEEL_KWH_MAX))
		return ERR_USAGE;
	int64_t end = wheel_slot_start(d, slot).us + WHEEL_SLOT_US;
	m->kwh[slot] = kwh;
	m->covered_us[slot] = WHEEL_SLOT_US;
	m->marks[slot] = is_utility ? WHEEL_METERED : WHEEL_MANUAL;
	if (m->until.us < end) /* what is counted later of this slot is in it already */
		m->until.us = end;
	return OK;
}

struct wheel_amount
wheel_counted(const struct wheel_day *d, const struct wheel_meter *m, unsigned slot)
{
	if (slot >= d->slots || m->covered_us[slot] == 0)
		return (struct wheel_amount){ (double)NAN, WHEEL_MISSING };
	unsigned marks = m->marks[slot];
	if (m->covered_us[slot] < WHEEL_SLOT_US - WHEEL_UNCOVERED_US)
		marks |= WHEEL_PARTIAL;
	return (struct wheel_amount){ round(m->kwh[slot] * 1000) / 1000, marks };
}

struct wheel_amount
wheel_taken(const struct wheel_day *d, const struct wheel_meter *parts, unsigned slot)
{
	struct wheel_amount sum = { 0, 0 };
	unsigned missing = 0, metered = 0;
	for (unsigned p = 0; p < d->terms->part_count; p++) {
		struct wheel_amount a = wheel_counted(d, &parts[p], slot);
		if ((a.marks & WHEEL_MISSING) != 0) {
			missing++;
			continue;
		}
		sum.kwh += a.kwh;
		sum.marks |= a.marks & ~(unsigned)WHEEL_METERED;
		metered += (a.marks & WHEEL_METERED) != 0;
	}
	if (missing > 0 && missing == d->terms->part_count)
		return (struct wheel_amount){ (double)NAN, WHEEL_MISSING };
	if (missing > 0)
		sum.marks |= WHEEL_PARTIAL;
	if (metered > 0 && metered == d->terms->part_count) /* some alone do not make it the utility's */
		sum.marks |= WHEEL_METERED;
	sum.kwh = round(sum.kwh * (1 + d->terms->loss_share) * 1000) / 1000;
	return sum;
}
