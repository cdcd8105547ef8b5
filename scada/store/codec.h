/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec.h - a run of samples of one point as bytes, and back to the bit; and what the run amounts to without its bytes.
 * Pure: no clock, no database. What is decoded is treated as hostile.
 */
#ifndef CHISAN_CODEC_H
#define CHISAN_CODEC_H

#include "scada/base/record.h"

#define CHUNK_SAMPLES 900    /* a full chunk */
#define CHUNK_MOST    4096   /* samples that a chunk may hold at all */
#define CHUNK_BYTES   131072 /* and bytes, however bad its samples compress */

/* Times are kept to the millisecond: a scan's own jitter is larger, and every bit of it would cost a bit. */
struct sample {
	int64_t ms; /* utc */
	double v;   /* NaN only if there never was a good value */
	uint16_t quality, cause;
};

/*
 * Times rise (equal ones may follow each other). decimals: the point's resolution, tried first; values that are none at it are
 * kept exactly all the same. -0.0 becomes 0.0. n 1..CHUNK_MOST. Appends to out.
 */
void chunk_encode(struct wbuf *out, const struct sample *s, size_t n, int decimals);
/* ERR_BAD_DATA: these bytes are no chunk, or more samples than max. */
enum err chunk_decode(const uint8_t *data, size_t len, struct sample *out, size_t max, size_t *n);

/* A piece of time, ms, half open. Lists of them rise and do not overlap. */
struct stretch {
	int64_t from, to;
};

/* What a run amounts to, from its first sample to its last; the last holds beyond it and counts for the next run. */
struct summary {
	uint32_t n, usable;         /* samples; those that are not bad */
	double min, max, sum, mean; /* of usable values; mean weighted by time; NaN if there are none */
	double first, last;         /* of the run, whatever their quality */
	int64_t from, to;           /* ms */
	int64_t usable_ms, good_ms; /* time that was looked at, in which the value held was not bad, was good */
	uint16_t flags;             /* all qualities that were there, or-ed */
	uint16_t last_quality;
	double increment; /* if counters were asked for; over roll-over and reset */
	uint16_t resets;
};
/* modulus: of a counter in the point's unit, 0 = does not roll over; < 0: no counter. unseen: when the device was not looked at. */
void summary_of(struct summary *sum, const struct sample *s, size_t n, double modulus, const struct stretch *unseen,
    size_t unseen_count);

/* By how much a counter counted from a to b; *was_reset: that is not known, and 0 is returned. As counter_step() of chisand. */
double counter_increment(double a, double b, double modulus, bool *was_reset);

#endif
