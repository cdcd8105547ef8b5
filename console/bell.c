/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bell.c - when to ring.
 */
#include "config.h"

#include "console/bell.h"

int64_t
bell_period_us(unsigned priority, bool is_flood)
{
	static const int64_t seconds[] = { 0, 3, 10, 30, 0 };

	if (priority > ALARM_PRIORITIES || seconds[priority] == 0)
		return 0;
	if (is_flood && priority > 1)
		return BELL_FLOOD_US;
	return seconds[priority] * US_PER_S;
}

static bool
ring(struct bell *b, struct utc now)
{
	b->rang = now;
	b->rings += !b->is_off;
	return !b->is_off;
}

bool
bell_due(struct bell *b, const struct client_alarms *all, bool is_lost, struct utc now)
{
	if (is_lost) {
		bool is_new = !b->was_lost && all != NULL;
		b->was_lost = true;
		return is_new && ring(b, now);
	}
	b->was_lost = false;
	if (all == NULL || all->horn.priority == 0) {
		b->priority = 0;
		b->is_hush = false;
		return false;
	}
	const struct msg_horn *h = &all->horn;
	bool is_new = b->priority == 0 || h->alarm != b->alarm || h->since != b->since;
	bool is_worse = b->priority == 0 || h->priority < b->priority;
	bool is_flood = client_alarms_flood(all, h->alarm); /* one of another area is not one of many */
	int64_t period = bell_period_us(h->priority, is_flood), gone = utc_diff_us(now, b->rang);
	b->priority = h->priority;
	b->alarm = h->alarm;
	b->since = h->since;
	if (is_new && !(is_flood && h->priority > 1 && !is_worse && gone >= 0 && gone < BELL_FLOOD_US)) {
		b->is_hush = false;
		return ring(b, now);
	}
	/* a clock that was set back must not make it silent */
	if (b->is_hush || period == 0 || (gone >= 0 && gone < period))
		return false;
	return ring(b, now);
}

void
bell_hush(struct bell *b)
{
	b->is_hush = true;
}
