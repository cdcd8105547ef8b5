/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bell.h - the terminal's bell: by the priority of what sounds, again and again until it is silenced; a new alarm rings at once.
 * Pure: whoever owns it rings when bell_due() says so.
 */
#ifndef CHISAN_BELL_H
#define CHISAN_BELL_H

#include "console/client_alarms.h"

#define BELL_FLOOD_US (30 * US_PER_S) /* in a flood, for all but priority 1 */

struct bell {
	bool is_off;  /* by its owner, here only */
	bool is_hush; /* silenced here; until something new sounds */
	bool was_lost;
	uint8_t priority; /* of what rang last */
	uint32_t alarm;
	int64_t since;
	struct utc rang;
	uint64_t rings; /* ever */
};

/* How long between two rings; 0 = once only. */
int64_t bell_period_us(unsigned priority, bool is_flood);
/* Ring now? all NULL: nothing is known. is_lost: no link; its loss rings once, since then no alarm can be heard. */
bool bell_due(struct bell *b, const struct client_alarms *all, bool is_lost, struct utc now);
void bell_hush(struct bell *b);

#endif
