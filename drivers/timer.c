/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer.c - a binary heap of timers; each knows its place, so that moving one costs a walk up or down.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "drivers/timer.h"
#include "scada/base/mem.h"

void
timers_init(struct timers *h)
{
	*h = (struct timers){ 0 };
}

void
timers_done(struct timers *h)
{
	for (uint32_t i = 0; i < h->count; i++)
		h->heap[i]->place = 0;
	free(h->heap);
	timers_init(h);
}

void
timers_reserve(struct timers *h, uint32_t more)
{
	h->members += more;
	if (h->members <= h->cap)
		return;
	h->heap = xrecallocarray(h->heap, h->cap, h->members, sizeof(*h->heap));
	h->cap = h->members;
}

void
timers_release(struct timers *h, uint32_t fewer)
{
	assert(fewer <= h->members);
	h->members -= fewer;
}

static void
put(struct timers *h, uint32_t i, struct timer *t)
{
	h->heap[i] = t;
	t->place = i + 1;
}

static void
sift_up(struct timers *h, uint32_t i, struct timer *t)
{
	while (i > 0 && h->heap[(i - 1) / 2]->at.us > t->at.us) {
		put(h, i, h->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(h, i, t);
}

static void
sift_down(struct timers *h, uint32_t i, struct timer *t)
{
	for (uint32_t child; (child = 2 * i + 1) < h->count; i = child) {
		if (child + 1 < h->count && h->heap[child + 1]->at.us < h->heap[child]->at.us)
			child++;
		if (h->heap[child]->at.us >= t->at.us)
			break;
		put(h, i, h->heap[child]);
	}
	put(h, i, t);
}

void
timer_init(struct timer *t, void (*fire)(struct timer *t, struct moment now), void *arg)
{
	*t = (struct timer){ .fire = fire, .arg = arg };
}

void
timer_set(struct timers *h, struct timer *t, struct mono at)
{
	bool is_earlier = at.us < t->at.us;

	t->at = at;
	if (t->place == 0) {
		assert(h->count < h->members);
		sift_up(h, h->count++, t);
	} else if (is_earlier) {
		sift_up(h, t->place - 1, t);
	} else {
		sift_down(h, t->place - 1, t);
	}
}

void
timer_stop(struct timers *h, struct timer *t)
{
	uint32_t i;
	struct timer *last;

	if (t->place == 0)
		return;
	i = t->place - 1;
	t->place = 0;
	last = h->heap[--h->count];
	if (last == t)
		return;
	if (i > 0 && h->heap[(i - 1) / 2]->at.us > last->at.us)
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}

bool
timers_next(const struct timers *h, struct mono *at)
{
	if (h->count == 0)
		return false;
	*at = h->heap[0]->at;
	return true;
}

void
timers_run(struct timers *h, struct moment now)
{
	/* at most as many as are set now, so that a timer set for the past cannot hold the loop */
	for (uint32_t left = h->count; left > 0 && h->count > 0; left--) {
		struct timer *t = h->heap[0];
		int64_t lag = mono_diff_us(now.mono, t->at);

		if (lag < 0)
			return;
		if (lag > h->lag_us)
			h->lag_us = lag;
		timer_stop(h, t);
		t->fire(t, now);
	}
}
