/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weigh.h - what samples amount to in buckets of time, given when their device was looked at: one way of weighing for rolls,
 * trends and reports alike. Pure and streaming; allocates nothing.
 *
 * A value holds until the next sample, and counts while the device is looked at; a value that holds into a bucket counts there too.
 * What a counter counted belongs to the time before its reading: the step to a reading at the very end of a bucket is that
 * bucket's. If its device was not looked at in between and an edge lies in that time, the step is spread over it.
 *
 * A device that is silent is not looked at, and it is known all the same what became of its points: while Chisan itself was awake,
 * the quality that holds and is not good is told of a bucket, though nothing of its time counts. If nobody was awake, nothing is told.
 */
#ifndef CHISAN_WEIGH_H
#define CHISAN_WEIGH_H

#include "scada/base/trend.h"
#include "scada/store/codec.h"

struct weigh {
	const int64_t *edges;
	const struct stretch *seen, *awake;
	struct bucket *out;
	uint32_t n, at;               /* buckets; the one that is being filled */
	uint32_t seen_count, seen_at; /* seen_at: the first that ends after `now` */
	uint32_t awake_count, awake_at;
	double modulus;
	int64_t now;          /* ms up to which time is weighed */
	double held, counted; /* counted: the newest reading of a counter, NaN = none */
	int64_t counted_ms;
	uint16_t quality;             /* of what is held */
	enum validity told, validity; /* by the quality alone; V_BAD: nothing usable is held */
	bool is_held;
	/* of bucket `at`, so far */
	double base, area; /* of the value above `base`, times ms */
	double sum;        /* of samples */
	uint32_t usable;
	int64_t usable_ms, good_ms, seen_ms;
};

/*
 * edges: n + 1 rising ms; out: n buckets. seen: as far as it touches edges[0]..edges[n]; for counters from the last reading before
 * it to the first after. modulus as for summary_of. All three are the caller's and stay until weigh_end.
 */
void weigh_begin(struct weigh *w, const int64_t *edges, uint32_t n, const struct stretch *seen, uint32_t seen_count,
    double modulus, struct bucket *out);
/* When Chisan itself was awake, disjoint and rising, as far as it touches the edges; the caller's until weigh_end. Else: never. */
void weigh_awake(struct weigh *w, const struct stretch *awake, uint32_t count);
/*
 * Samples in order of time, of equal times the one that counts last. Give first the one that held at edges[0], and for a counter
 * also the first one at or after edges[n].
 */
void weigh_sample(struct weigh *w, const struct sample *s);
void weigh_samples(
    struct weigh *w, const struct sample *s, size_t n); /* the same, quicker where nothing but the value changes */
/* A whole run in its place in that order, if it lies within one bucket and says enough; false: give its samples instead. */
bool weigh_run(struct weigh *w, const struct summary *r);
/* A bucket of a roll in its place in that order: its time counts as it says, whatever `seen` is. Spread if it lies in several. */
void weigh_bucket(struct weigh *w, const struct bucket *k, int64_t from, int64_t to);
void weigh_end(struct weigh *w);

#endif
