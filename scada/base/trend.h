/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trend.h - what a stretch of time looked like: one bucket of a point's history, as it is stored, asked for and drawn.
 * A value holds until the next sample; time in which the device was not looked at counts for nothing. Without samples, seen and
 * quality nothing is recorded: Chisan did not run. With a quality alone the device was silent, and that is how its value stood.
 */
#ifndef CHISAN_TREND_H
#define CHISAN_TREND_H

#include "scada/base/wire.h"

struct bucket {
	struct utc from;       /* its length is that of its neighbours */
	uint32_t samples;      /* that lie in it */
	double min, mean, max; /* of values that are good or uncertain, mean weighted by time; NaN = none */
	double first,
	    last;         /* value that held at its begin and at its end; NaN = none, or it was bad or not looked at */
	double increment; /* counters: by how much it counted, over roll-over, reset and outage; else NaN */
	float good;       /* share of its time that was looked at and of good quality, 0..1 */
	float known;      /* in which a value was held that was good or uncertain: what the mean is weighted by */
	float seen;       /* in which the device was looked at at all */
	uint16_t
	    quality;   /* all flags that were there, also while its device was silent; enum quality and RECORD_CLOCK */
	uint8_t marks; /* enum bucket_mark */
};
enum bucket_mark {
	BUCKET_PARTIAL = 1,   /* some of it is missing */
	BUCKET_ESTIMATED = 2, /* counters: part of the increment was spread over an outage */
	BUCKET_RESET = 4,     /* counters: a reset; what it counted around it is not known */
};

/* In a W_TREND body, after its head. Doubles as they are; from: start + index * length is not sent. */
void bucket_put(struct wbuf *b, const struct bucket *k);
bool bucket_get(struct rbuf *r, struct bucket *k); /* leaves k->from alone */

#endif
