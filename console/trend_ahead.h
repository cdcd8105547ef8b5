/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend_ahead.h - what is still to come of a plan, for points that say what is planned (client_planned): asked of the server, asked again each half
 * minute, forgotten where no plan holds any more.
 */
#ifndef CHISAN_TREND_AHEAD_H
#define CHISAN_TREND_AHEAD_H

#include "console/client.h"
#include "scada/base/trend.h"

#define AHEAD_PENS     4
#define AHEAD_STEPS    600
#define AHEAD_AGAIN_US (30 * US_PER_S)
#define AHEAD_QUIET_US (10 * US_PER_S) /* an answer that did not come is given up */

struct ahead_plan { /* zero = there is none */
	struct utc made, start;
	uint32_t step_s;
	unsigned count;
	bool is_level; /* a value is that of the end of its step */
	double before, values[AHEAD_STEPS];
};

struct trend_ahead;
/* changed: there is something new to show. It is called from the loop. */
struct trend_ahead *trend_ahead_new(struct client *c, void (*changed)(void *arg), void *arg);
void trend_ahead_free(struct trend_ahead *a); /* NULL is fine */
/*
 * The points that are looked at, at most AHEAD_PENS, in any order; asks for those that are planned. About once a second. What is known of one
 * stays until the next answer, also when the points are in another order.
 */
void trend_ahead_want(struct trend_ahead *a, const char (*names)[POINT_NAME_MAX], int count, struct utc now);
void trend_ahead_reset(struct trend_ahead *a); /* the link is new: all is asked again, and shown as it was until then */

/* Until when one of them is planned; 0 = none is. */
struct utc trend_ahead_until(const struct trend_ahead *a);
/* NULL: nothing is planned for it. */
const struct ahead_plan *trend_ahead_find(const struct trend_ahead *a, const char *name);

/* ---- of one plan; pure */
/* Of a body of W_PLAN_AHEAD. False: it cannot be read, and p is empty. */
bool ahead_read(struct ahead_plan *p, const uint8_t *body, size_t length);
double ahead_at(const struct ahead_plan *p, struct utc t); /* NaN: it says nothing of then */
/* The time from..to as a bucket of a trend. */
struct bucket ahead_bucket(const struct ahead_plan *p, struct utc from, struct utc to);

#endif
