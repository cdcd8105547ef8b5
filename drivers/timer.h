/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.h - a heap of deadlines that is given the time, so that thousands of devices cost one timer of the loop and
 * a day of polling can be tried in a second. Setting and stopping never allocate.
 */
#ifndef CHISAN_TIMER_H
#define CHISAN_TIMER_H

#include "scada/base/clock.h"

/* Both clocks, read together by the loop. */
struct moment {
	struct mono mono;
	struct utc utc;
};

struct timer {
	struct mono at;
	uint32_t place; /* in the heap, from 1; 0 = not set */
	void (*fire)(struct timer *t, struct moment now);
	void *arg;
};

struct timers {
	struct timer **heap;
	uint32_t count, cap, members;
	int64_t lag_us; /* longest delay of a timer since it was last cleared */
};

void timers_init(struct timers *h);
void timers_done(struct timers *h);
/* Room for `more` timers beside those that have room already; and given back. */
void timers_reserve(struct timers *h, uint32_t more);
void timers_release(struct timers *h, uint32_t fewer);
/* False: no timer is set. */
bool timers_next(const struct timers *h, struct mono *at);
/* Fires what is due; a timer that is set again for now waits for the next call. */
void timers_run(struct timers *h, struct moment now);

void timer_init(struct timer *t, void (*fire)(struct timer *t, struct moment now), void *arg);
void timer_set(struct timers *h, struct timer *t, struct mono at); /* moves it if it is set */
void timer_stop(struct timers *h, struct timer *t);
static inline bool
timer_is_set(const struct timer *t)
{
	return t->place != 0;
}

#endif
