/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spark.h - what the console has seen of points since it looks: one number a second, bounded, gaps where the value was not good.
 */
#ifndef CHISAN_SPARK_H
#define CHISAN_SPARK_H

#include <stdbool.h>
#include <stdint.h>

#include "scada/base/point.h"

#define SPARK_LENGTH 240  /* seconds kept */
#define SPARK_POINTS 2048 /* rings; further points take the ring that was asked for longest ago */

struct spark_store;
struct spark_store *spark_new(void);
void spark_free(struct spark_store *st);
void spark_reset(struct spark_store *st, uint32_t points); /* new numbers: all is forgotten */
void spark_watch(struct spark_store *st, point_id id);
/* Calls value() for each watched point and keeps what it says; NaN = a gap. Once a second. */
void spark_sample(struct spark_store *st, double (*value)(point_id id, void *arg), void *arg);
/* The newest `count` samples, oldest first, NaN where there is none; returns how many were ever taken, at most count. */
int spark_get(struct spark_store *st, point_id id, float *out, int count);

/* The same, but its right edge stands still for `step` samples and then moves on by as many. */
int spark_get_steady(struct spark_store *st, point_id id, float *out, int count, int step);

struct spark_span {
	float min, max, last;
	int samples;
};
/* Text of `cells` characters, each a block of eighths (or ASCII), empty in gaps. lo/hi NaN: from the samples. buf >= 4 * cells + 1 */
void spark_text(struct spark_store *st, point_id id, int cells, bool is_ascii, char *buf, struct spark_span *span);

#endif
