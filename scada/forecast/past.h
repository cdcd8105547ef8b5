/* SPDX-License-Identifier: Apache-2.0 */
/*
 * past.h - what a forecast is made from: the means of a point over equal steps; and the same laid out by civil day and time of day.
 * Pure but for the zone of this process (clock_set_zone), in which days begin.
 */
#ifndef CHISAN_FORECAST_PAST_H
#define CHISAN_FORECAST_PAST_H

#include "scada/base/clock.h"

#define PAST_MOST 1e9
enum { PAST_DAYS_MAX = 400, PAST_SLOTS_MAX = 96 };

struct past {
	struct utc start; /* of the first step; a whole number of steps since 1970 */
	int64_t step_us;  /* 15, 30 or 60 minutes */
	unsigned count;
	const double *v; /* mean of each step; NaN, or beyond PAST_MOST either way: not known; borrowed */
};

/* NULL = fine; else what is wrong with it, as a piece of a sentence. */
const char *past_fault(const struct past *p);
/* Of the step that begins then; NaN outside. */
double past_at(const struct past *p, struct utc t);
/* End of the newest step that is known; 0 = none is. */
struct utc past_known_until(const struct past *p);
struct utc past_known_before(const struct past *p, struct utc t); /* of those that are over at t */

/*
 * By civil day and slot of the day. A slot that clocks show twice (summer time ends) is the mean of both, one that they leave out is NaN.
 * Only the last `days` days, the newest is the one in which `until` lies; steps from `until` on are not looked at.
 */
struct grid {
	int64_t first; /* date of row 0, as base/date.h counts */
	unsigned days, slots;
	double *v; /* days x slots */
};
void grid_make(struct grid *g, const struct past *p, struct utc until, unsigned days);
void grid_done(struct grid *g);
double grid_at(const struct grid *g, int64_t day, unsigned slot); /* NaN outside */
/* Where clocks show the instant: date and slot. */
void grid_place(struct utc t, unsigned slots, int64_t *day, unsigned *slot);

/*
 * What cannot be true becomes NaN; returns how many slots. In this order:
 *   beyond  what is further outside the range of 2 to 98 % of all than that range is wide, for less than two days
 *   zeros   runs of exact zeros of an hour to two days, at times of day that are above zero on most days of the same sort: a meter that
 *           stood still, a feeder that was off. Longer runs are true: a heating that was shut down for the summer.
 */
unsigned grid_clean(struct grid *g);

#endif
