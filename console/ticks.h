/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticks.h - where an axis is labelled: round values (1, 2, 5 times a power of ten) and round civil times of the zone that
 * clock_set_zone() has made the process's own. Pure functions of what they are given.
 */
#ifndef CHISAN_TICKS_H
#define CHISAN_TICKS_H

#include "scada/base/clock.h"

#define TICKS_MAX 100

struct value_ticks {
	double step, first; /* value of tick i: first + i * step */
	int count, decimals;
};
/* Ticks within lo..hi, at most `most` (2..) of them; lo < hi, both finite, else count is 0. */
struct value_ticks ticks_values(double lo, double hi, int most);
double ticks_value(const struct value_ticks *t, int i);
/* Moves lo and hi out to the next round values of such ticks; equal ones are moved apart by at least `least`. */
void ticks_widen(double *lo, double *hi, int most, double least);

struct time_tick {
	struct utc at;
	char label[12];
	bool is_major; /* a new day, where the others are hours */
};
/*
 * Rising times within from..to, far enough apart that their labels fit on an axis of `cells` cells. At most TICKS_MAX. A day of
 * 23 or 25 hours has one tick for each hour that it has.
 */
int ticks_times(struct utc from, struct utc to, int cells, struct time_tick *out);

#endif
