/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roll.h - a row of table roll: the half hours of a day in UTC, or the days of a month in the site's zone, with their edges, so
 * that days of 23 and 25 hours need no calendar to be read. Values are kept exactly; a mean to a thousandth of the resolution.
 */
#ifndef CHISAN_ROLL_H
#define CHISAN_ROLL_H

#include "scada/base/trend.h"

#define ROLL_HALF_HOURS 1 /* level; t0 is midnight in UTC; always 48 buckets */
#define ROLL_DAYS \
	2 /* level; t0 is the midnight that begins the month in the zone of then; buckets up to the newest day */
#define ROLL_MOST 64

/* n 1..ROLL_MOST; edges: n + 1 rising ms; k[].from is not looked at. Appends to out. */
void roll_put(struct wbuf *out, const int64_t *edges, const struct bucket *k, uint32_t n, int decimals);
/* edges: room for ROLL_MOST + 1, out for ROLL_MOST. ERR_BAD_DATA. */
enum err roll_get(const void *data, size_t len, int64_t *edges, struct bucket *out, uint32_t *n);

/* roll_days.c: midnight at or before a time, in the zone of the process, and the next; what lies so far back that there is none counts in UTC. */
int64_t roll_day_of(int64_t ms);
int64_t roll_day_after(int64_t day);
/* Edges of all days from the first of a day's month to its own end. Returns how many days. */
uint32_t roll_month_of(int64_t day, int64_t edges[ROLL_MOST + 1]);

#endif
