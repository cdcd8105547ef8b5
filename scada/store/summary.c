/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary.c - what a run of samples amounts to. A value holds until the next sample of the run.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/store/codec.h"

double
counter_increment(double a, double b, double modulus, bool *was_reset)
{
	double step = b - a;

	*was_reset = false;
	if (step >= 0)
		return step;
	if (step < 0 && modulus > 0 && -step > modulus / 2 && b >= 0)
		return step + modulus > 0 ? step + modulus : 0;
	*was_reset = true; /* or another meter, or no number: nothing is invented */
	return 0;
}

static int64_t
span(int64_t from, int64_t to)
{
	uint64_t ms = (uint64_t)to - (uint64_t)from;

	return ms > INT64_MAX ? INT64_MAX : (int64_t)ms;
}

static void
add_span(int64_t *sum, int64_t ms)
{
	*sum = *sum > INT64_MAX - ms ? INT64_MAX : *sum + ms;
}

/* What was not looked at, and how far it was looked through. */
struct unseen {
	const struct stretch *v;
	size_t n, at;
};

/* How long a sample held that was looked at; asked in order of time. */
static int64_t
held_ms(struct unseen *u, const struct sample *s, size_t n, size_t i)
{
	if (i + 1 >= n)
		return 0;
	int64_t from = s[i].ms, to = s[i + 1].ms, ms = span(from, to);

	for (; u->at < u->n && u->v[u->at].from < to; u->at++) {
		const struct stretch *v = &u->v[u->at];
		int64_t a = v->from > from ? v->from : from, b = v->to < to ? v->to : to;

		ms -= a < b ? span(a, b) : 0;
		if (v->to > to)
			break;
	}
	return ms;
}

static double
weight_of(const struct summary *sum, const struct sample *s, int64_t ms)
{
	if (quality_validity(s->quality) == V_BAD || !isfinite(s->v))
		return 0;
	return sum->usable_ms == 0 ? 1 : (double)ms;
}

/* For values and times whose products are too large for a double: weights become shares first, and halves are added. */
static double
mean_of(const struct summary *sum, const struct sample *s, size_t n, struct unseen u)
{
	double total = 0, half = 0;

	u.at = 0;
	for (size_t i = 0; i < n; i++)
		total += weight_of(sum, &s[i], held_ms(&u, s, n, i));
	u.at = 0;
	for (size_t i = 0; i < n; i++) {
		double weight = weight_of(sum, &s[i], held_ms(&u, s, n, i));

		if (weight > 0)
			half += s[i].v / 2 * (weight / total);
	}
	return total > 0 ? half * 2 : (double)NAN;
}

static void
count_counter(struct summary *sum, const struct sample *s, double modulus, double *last)
{
	bool was_reset;

	if (!isnan(*last)) {
		sum->increment += counter_increment(*last, s->v, modulus, &was_reset);
		sum->resets = (uint16_t)(sum->resets + (was_reset && sum->resets < UINT16_MAX));
	}
	*last = s->v;
}

/* Adds one usable value. */
static inline void
add_value(struct summary *sum, double v, double ms, double *area)
{
	sum->usable++;
	sum->sum += v;
	*area += v * ms;
	if (v < sum->min)
		sum->min = v;
	if (v > sum->max)
		sum->max = v;
}

/* Nothing usable is nothing known; the mean is never outside of the values, however they were rounded. */
static void
finish(struct summary *sum, const struct sample *s, size_t n, struct unseen u, double area)
{
	if (sum->usable == 0) {
		sum->min = sum->max = sum->sum = sum->mean = (double)NAN;
		return;
	}
	sum->mean = sum->usable_ms > 0 ? area / (double)sum->usable_ms : sum->sum / sum->usable;
	if (!isfinite(sum->mean))
		sum->mean = mean_of(sum, s, n, u);
	sum->mean = sum->mean < sum->min ? sum->min : sum->mean > sum->max ? sum->max : sum->mean;
}

static void
start(struct summary *sum, const struct sample *s, size_t n)
{
	memset(sum, 0, sizeof(*sum));
	sum->n = (uint32_t)n;
	sum->min = (double)INFINITY;
	sum->max = (double)-INFINITY;
	sum->first = sum->last = (double)NAN;
	if (n > 0) {
		sum->first = s[0].v;
		sum->from = s[0].ms;
		sum->last = s[n - 1].v;
		sum->to = s[n - 1].ms;
		sum->last_quality = s[n - 1].quality;
	}
}

void
summary_of(struct summary *sum, const struct sample *s, size_t n, double modulus, const struct stretch *unseen,
    size_t unseen_count)
{
	struct unseen u = { .v = unseen, .n = unseen_count };
	double area = 0, counted = (double)NAN;
	uint16_t quality = 0;
	enum validity validity = V_GOOD;

	start(sum, s, n);
	for (size_t i = 0; i < n; i++) {
		int64_t ms = held_ms(&u, s, n, i);

		if (s[i].quality != quality) {
			quality = s[i].quality;
			validity = quality_validity(quality);
			sum->flags |= quality;
		}
		if (validity == V_BAD || !isfinite(s[i].v))
			continue;
		if (modulus >= 0)
			count_counter(sum, &s[i], modulus, &counted);
		add_value(sum, s[i].v, (double)ms, &area);
		add_span(&sum->usable_ms, ms);
		if (validity == V_GOOD)
			add_span(&sum->good_ms, ms);
	}
	finish(sum, s, n, u, area);
}
