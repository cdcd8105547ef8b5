/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_oracle.h - buckets worked out again from all samples, slowly: every stretch between two events is looked at on its own.
 * Knows nothing of runs, rows and streams.
 */
#ifndef CHISAN_QUERY_ORACLE_H
#define CHISAN_QUERY_ORACLE_H

#include "scada/base/trend.h"
#include "scada/store/codec.h"

struct oracle {
	const struct sample *s; /* in order of time */
	size_t n;
	const struct stretch *seen, *awake;
	size_t seen_n, awake_n;
	double modulus;
};

static inline bool
oracle_is_in(const struct stretch *s, size_t n, int64_t ms)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].from <= ms && ms < s[i].to)
			return true;
	return false;
}

static inline bool
oracle_seen(const struct oracle *o, int64_t ms)
{
	return oracle_is_in(o->seen, o->seen_n, ms);
}

/* The sample that holds at ms; NULL: none. */
static inline const struct sample *
oracle_held(const struct oracle *o, int64_t ms)
{
	size_t low = 0, high = o->n;

	while (low < high) {
		size_t half = (low + high) / 2;

		if (o->s[half].ms <= ms)
			low = half + 1;
		else
			high = half;
	}
	return low > 0 ? &o->s[low - 1] : NULL;
}

static inline bool
oracle_usable(const struct sample *s)
{
	return s != NULL && quality_validity(s->quality) != V_BAD && isfinite(s->v);
}

static inline int64_t
oracle_next(const struct oracle *o, int64_t ms, int64_t end)
{
	const struct sample *held = oracle_held(o, ms);
	size_t i = held == NULL ? 0 : (size_t)(held - o->s) + 1;

	if (i < o->n && o->s[i].ms < end)
		end = o->s[i].ms;
	for (i = 0; i < o->seen_n + o->awake_n; i++) {
		const struct stretch *s = i < o->seen_n ? &o->seen[i] : &o->awake[i - o->seen_n];

		if (s->from > ms && s->from < end)
			end = s->from;
		if (s->to > ms && s->to < end)
			end = s->to;
	}
	return end;
}

static inline void
oracle_extreme(struct bucket *k, double v)
{
	k->min = isnan(k->min) || v < k->min ? v : k->min;
	k->max = isnan(k->max) || v > k->max ? v : k->max;
}

/* Steps of a counter from reading to reading, where the next one lies or spread over the time that nobody looked. */
static inline void
oracle_count(const struct oracle *o, int64_t from, int64_t to, struct bucket *k)
{
	const struct sample *before = NULL;
	double sum = 0;
	bool any = false;

	for (size_t i = 0; i < o->n; i++) {
		const struct sample *s = &o->s[i];
		int64_t since;
		double step;

		if (!oracle_usable(s))
			continue;
		if (before == NULL) {
			before = s;
			continue;
		}
		if (s->ms <= from) { /* it ended before */
			before = s;
			continue;
		}
		if (s->ms > to && before->ms >= to)
			break; /* it and all others begin later */
		step = s->v - before->v;
		if (step < 0) {
			bool rolls = o->modulus > 0 && -step > o->modulus / 2 && s->v >= 0;

			if (!rolls && s->ms > from && s->ms <= to)
				k->marks |= BUCKET_RESET;
			step = rolls ? step + o->modulus : 0;
			step = step < 0 ? 0 : step;
		}
		for (since = before->ms; since < s->ms && oracle_seen(o, since); since = oracle_next(o, since, s->ms))
			;
		if (step != 0 && since < s->ms) {
			int64_t a = since > from ? since : from, b = s->ms < to ? s->ms : to;

			if (a < b) {
				sum += step * ((double)(b - a) / (double)(s->ms - since));
				any = true;
				if (since < from || s->ms > to)
					k->marks |= BUCKET_ESTIMATED;
			}
		} else if (step != 0 && s->ms > from && s->ms <= to) {
			sum += step;
			any = true;
		}
		before = s;
	}
	if (any || k->known > 0)
		k->increment = sum;
}

static inline struct bucket
oracle_bucket(const struct oracle *o, int64_t from, int64_t to)
{
	const double none = (double)NAN;
	struct bucket k = { .from = { from * US_PER_MS },
		.min = none,
		.mean = none,
		.max = none,
		.first = none,
		.last = none,
		.increment = none };
	const struct sample *held = oracle_held(o, from);
	int64_t usable = 0, good = 0, seen = 0;
	long double area = 0, sum = 0;
	uint32_t count = 0;

	if (oracle_seen(o, from) || (held != NULL && held->ms == from))
		k.first = oracle_usable(held) ? held->v : none;
	held = oracle_held(o, to - 1);
	if (oracle_seen(o, to - 1) && oracle_usable(held))
		k.last = held->v;
	for (int64_t ms = from, next; ms < to; ms = next) {
		next = oracle_next(o, ms, to);
		held = oracle_held(o, ms);
		if (oracle_is_in(o->awake, o->awake_n, ms) && held != NULL && quality_validity(held->quality) != V_GOOD)
			k.quality |= held->quality;
		if (!oracle_seen(o, ms))
			continue;
		seen += next - ms;
		k.quality |= held != NULL ? held->quality : 0;
		if (!oracle_usable(held))
			continue;
		usable += next - ms;
		good += quality_validity(held->quality) == V_GOOD ? next - ms : 0;
		area += (long double)held->v * (long double)(next - ms);
		oracle_extreme(&k, held->v);
	}
	for (size_t i = 0; i < o->n && o->s[i].ms < to; i++) {
		if (o->s[i].ms < from)
			continue;
		k.samples++;
		k.quality |= o->s[i].quality;
		if (!oracle_usable(&o->s[i]))
			continue;
		oracle_extreme(&k, o->s[i].v);
		sum += (long double)o->s[i].v;
		count++;
	}
	k.mean = usable > 0 ? (double)(area / (long double)usable) : count > 0 ? (double)(sum / count) : none;
	k.good = (float)((double)good / (double)(to - from));
	k.known = (float)((double)usable / (double)(to - from));
	k.seen = (float)((double)seen / (double)(to - from));
	if (usable < to - from)
		k.marks |= BUCKET_PARTIAL;
	if (o->modulus >= 0)
		oracle_count(o, from, to, &k);
	return k;
}

#endif
