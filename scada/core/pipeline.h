/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - the rarer steps of a point's pipeline, each a small machine with its own memory; table.c runs them in order.
 */
#ifndef CHISAN_PIPELINE_H
#define CHISAN_PIPELINE_H

#include "scada/base/point.h"
#include "scada/site/site.h"

#define MEDIAN_MAX 99 /* samples in the window of a median */

/* First-order lag or median; starts afresh after a value that was bad. */
struct filter {
	int type; /* enum filter_type */
	bool has_last;
	int64_t time_us;
	struct mono last;
	double y; /* first-order: the output */
	uint32_t window, filled, next;
	double *samples; /* median: a ring of `window` */
};

/* Raw values that stay the same to the bit for too long. */
struct frozen {
	int64_t limit_us; /* 0 = off */
	bool has_last;
	double last;
	struct mono since;
};

/* A device's counter: increments over roll-over and reset. */
struct counter {
	double modulus;        /* in raw units; 0 = it does not roll over */
	double unit;           /* of one raw step, in the point's unit */
	double max_rate_per_s; /* in the point's unit; 0 = any */
	bool has_last;
	bool is_restored; /* the next reading closes the pause since the last run */
	double first;     /* reading of this run */
	double last;
	struct mono changed; /* when it moved last */
	double total;        /* monotone sum of increments, in the point's unit */
};

struct pipeline {
	struct filter filter; /* type is FILTER_TYPE_COUNT: none */
	struct frozen frozen;
	struct counter counter;
	const struct key_pairs *curve; /* NULL = none */
	uint64_t pulses;
};

/* NULL if the point needs none of these steps. Freed by pipeline_free. */
struct pipeline *pipeline_new(const struct site_point_def *d);
void pipeline_free(struct pipeline *p); /* NULL is fine */
/* After a value that was bad: filters and watches begin again; counters do not. */
void pipeline_restart(struct pipeline *p);
/* Takes over sums and memories of a pipeline of the same point before a reload. */
void pipeline_adopt(struct pipeline *p, const struct pipeline *old);

/* Straight lines between the pairs, the outer ones prolonged; *is_outside then. */
double curve_at(const struct key_pairs *curve, double x, bool *is_outside);
double filter_step(struct filter *f, double x, struct mono now);
bool frozen_step(struct frozen *f, double raw, struct mono now); /* true: frozen */
/* Returns Q_ADJUSTED at a roll-over or (with ERR_COUNTER) a reset, Q_INACCURATE with ERR_COUNTER at a jump that cannot be. */
uint16_t counter_step(struct counter *c, double raw, struct mono now, enum err *cause);
/* The base of an earlier run, as of `saved`. If this run has readings already, the increment up to its first one is added. */
void counter_restore(struct counter *c, double last, double total, struct mono saved);

#endif
