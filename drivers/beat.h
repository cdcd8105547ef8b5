/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beat.h - the heartbeat of the controller: a register of a SunSpec device that is counted up each second, so that the device knows
 * that somebody is there. Only while the device is up, which means: while it is the one that is meant.
 */
#ifndef CHISAN_BEAT_H
#define CHISAN_BEAT_H

#include "drivers/poll.h"

#define BEAT_REFUSALS 3 /* in a row that end it, until the device is met again */

struct beat {
	struct device *device;
	struct order order;
	struct timer timer;
	uint32_t count;
	uint32_t epoch;   /* of the connection on which it was refused */
	uint8_t refusals; /* in a row */
	uint8_t data[4];
};

/* Reserves its timer and begins. The device's configuration has a heartbeat. */
void beat_init(struct beat *b, struct device *d, struct moment now);
/* Gives the timer back; the order must not be queued any more: its poll has ended. */
void beat_done(struct beat *b, struct timers *timers);

static inline bool
beat_is_wanted(const struct cfg_device *d)
{
	return d->enabled && d->sunspec != NULL && d->sunspec->beat_model != 0;
}

#endif
