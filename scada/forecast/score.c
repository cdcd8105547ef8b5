/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score.c - errors of past forecasts, and the bands that follow from them. score_state.c brings them over a restart.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/forecast/score.h"

#define MINUTE_US (60 * US_PER_S)
#define DAY_US    (1440 * MINUTE_US)
#define FADE_DAYS 28
#define BLOCK_MIN (1440 / SCORE_BLOCKS)
#define OUTSIDE   0.2  /* share of the misses that bands leave out */
#define WIDEN     0.02 /* how quickly a width learns */
#define WIDE_MIN  0.5
#define WIDE_MAX  2.0
#define ROUNDING  1e-6 /* misses are kept as floats */
#define HINDCAST  192  /* steps; 48 h at 15 min */

const unsigned score_lead_min[SCORE_LEADS] = { 60, 180, 720, 1440, 2880 };

void
score_init(struct score *s, int64_t step_us)
{
	*s = (struct score){ .step_us = step_us };
	for (unsigned i = 0; i < SCORE_LEADS * SCORE_SORTS * SCORE_BLOCKS; i++)
		s->cell[i / SCORE_BLOCKS / SCORE_SORTS][i / SCORE_BLOCKS % SCORE_SORTS][i % SCORE_BLOCKS].wide = 1;
}

void
score_note(struct score *s, struct utc from, const double *v, unsigned count)
{
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		int64_t i = score_lead_min[lead] * MINUTE_US / s->step_us - 1;
		if (i >= (int64_t)count || !(fabs(v[i]) <= PAST_MOST))
			continue;
		int64_t step = from.us / s->step_us + i;
		s->noted[lead][step % SCORE_AHEAD] = (struct score_noted){ step, (float)v[i] };
	}
}

/* ---- quantiles */

static int
by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

/* Between the sorted values, in a straight line. n at least 1. */
static double
quantile(const float *sorted, unsigned n, double share)
{
	/* So that the next one lies below with this chance, however few there are (Weibull's positions). */
	double at = fmin(fmax(share * (n + 1) - 1, 0), n - 1);
	unsigned i = (unsigned)at, next = i + 1 < n ? i + 1 : i;
	return (double)sorted[i] + (at - i) * ((double)sorted[next] - (double)sorted[i]);
}

static struct score_band
band_of(float *miss, unsigned n)
{
	qsort(miss, n, sizeof(*miss), by_value);
	return (struct score_band){ quantile(miss, n, 0.1), quantile(miss, n, 0.5), quantile(miss, n, 0.9) };
}

/* Of one cell with its width. At least one is kept. */
static struct score_band
cell_band(const struct score_cell *c)
{
	float miss[SCORE_KEPT];
	memcpy(miss, c->miss, c->count * sizeof(*miss));
	struct score_band b = band_of(miss, c->count);
	b.low = b.middle + (double)c->wide * (b.low - b.middle);
	b.high = b.middle + (double)c->wide * (b.high - b.middle);
	return b;
}

/*
 * A miss outside widens the band, four inside take it back: in the long run one of five is outside, whatever the season does to errors
 * (Gibbs and Candes 2021, adaptive conformal inference, here on the logarithm of the width).
 */
static void
judge_width(struct score_cell *c, double miss)
{
	if (c->count < SCORE_LEAST)
		return;
	struct score_band b = cell_band(c);
	bool is_outside = miss < b.low - ROUNDING * fabs(b.low) || miss > b.high + ROUNDING * fabs(b.high);
	c->wide = (float)fmin(fmax((double)c->wide * exp(WIDEN * (is_outside - OUTSIDE)), WIDE_MIN), WIDE_MAX);
}

/* ---- scoring */

static void
keep_miss(struct score_cell *c, double miss)
{
	c->miss[c->next] = (float)miss;
	c->next = (uint16_t)((c->next + 1) % SCORE_KEPT);
	c->count = (uint16_t)(c->count < SCORE_KEPT ? c->count + 1 : SCORE_KEPT);
}

/* What "as it was then" would have missed by, beside what the forecast did. */
static void
add_rival(double *n, double *error, double *own, double fade, double was, double then, double miss)
{
	if (isnan(then))
		return;
	*n = *n * fade + 1;
	*error = *error * fade + fabs(was - then);
	*own = *own * fade + fabs(miss);
}

static void
score_one(struct score *s, unsigned lead, const struct past *past, struct utc step, struct score_cell *cell, double was,
    double foreseen)
{
	struct score_sums *u = &s->sums[lead];
	double fade = 1 - (double)s->step_us / (FADE_DAYS * DAY_US), miss = was - foreseen;
	/* 48 hours ahead yesterday is not known yet: the day before it is. */
	int64_t days = (score_lead_min[lead] + 1439) / 1440;
	judge_width(cell, miss);
	keep_miss(cell, miss);
	u->n = u->n * fade + 1;
	u->miss = u->miss * fade + miss;
	u->error = u->error * fade + fabs(miss);
	add_rival(&u->day_n, &u->day_error, &u->day_own, fade, was, past_at(past, utc_add(step, -days * DAY_US)), miss);
	add_rival(&u->week_n, &u->week_error, &u->week_own, fade, was, past_at(past, utc_add(step, -7 * DAY_US)), miss);
}

void
score_learn(struct score *s, const struct past *past, struct utc step, unsigned minute, bool is_off)
{
	int64_t number = step.us / s->step_us;
	double was = past_at(past, step);
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		struct score_noted *n = &s->noted[lead][number % SCORE_AHEAD];
		if (n->step != number)
			continue;
		if (!isnan(was))
			score_one(s, lead, past, step, &s->cell[lead][is_off][minute / BLOCK_MIN % SCORE_BLOCKS], was,
			    (double)n->v);
		n->step = 0;
	}
}

/* ---- figures */

static const struct score_band unknown = { (double)NAN, (double)NAN, (double)NAN };

/* Of a block on all days; of the whole day where block is SCORE_BLOCKS. unknown with less than `least`. */
static struct score_band
band_at(const struct score *s, unsigned lead, unsigned block, unsigned least)
{
	float miss[SCORE_SORTS * SCORE_BLOCKS * SCORE_KEPT];
	unsigned n = 0;
	for (unsigned i = 0; i < SCORE_SORTS * SCORE_BLOCKS; i++) {
		const struct score_cell *c = &s->cell[lead][i / SCORE_BLOCKS][i % SCORE_BLOCKS];
		if (block != SCORE_BLOCKS && block != i % SCORE_BLOCKS)
			continue;
		memcpy(miss + n, c->miss, c->count * sizeof(*miss));
		n += c->count;
	}
	return n >= least ? band_of(miss, n) : unknown;
}

static double
part(double sum, double n)
{
	return n > 0 ? sum / n : (double)NAN;
}

static double
skill(double own, double theirs)
{
	return theirs > 0 ? 1 - own / theirs : (double)NAN;
}

bool
score_figures(const struct score *s, unsigned lead, struct score_figures *f)
{
	const struct score_sums *u = &s->sums[lead];
	struct score_band b = band_at(s, lead, SCORE_BLOCKS, 1);
	*f = (struct score_figures){
		.count = (unsigned)(u->n + 0.5),
		.bias = part(-u->miss, u->n),
		.error = part(u->error, u->n),
		.day_error = part(u->day_error, u->day_n),
		.week_error = part(u->week_error, u->week_n),
		.day_skill = skill(u->day_own, u->day_error),
		.week_skill = skill(u->week_own, u->week_error),
		.low = b.low,
		.middle = b.middle,
		.high = b.high,
	};
	return u->n > 0;
}

/* ---- bands */

static bool
lead_band(const struct score *s, unsigned lead, unsigned sort, unsigned block, struct score_band *b)
{
	const struct score_cell *c = &s->cell[lead][sort][block];
	*b = c->count >= SCORE_LEAST ? cell_band(c) : band_at(s, lead, block, SCORE_LEAST);
	if (isnan(b->middle))
		*b = band_at(s, lead, SCORE_BLOCKS, SCORE_LEAST);
	return !isnan(b->middle);
}

bool
score_band(const struct score *s, double lead_min, unsigned minute, bool is_off, struct score_band *b)
{
	unsigned block = minute / BLOCK_MIN % SCORE_BLOCKS;
	struct score_band before = unknown, after = unknown;
	double from = 0, to = 0;
	/* The nearest leads on both sides of which enough is known; beyond the last or before the first, that one. */
	for (unsigned lead = 0; lead < SCORE_LEADS && isnan(after.middle); lead++) {
		struct score_band here;
		if (!lead_band(s, lead, is_off, block, &here))
			continue;
		if (score_lead_min[lead] <= lead_min) {
			before = here;
			from = score_lead_min[lead];
		} else {
			after = here;
			to = score_lead_min[lead];
		}
	}
	if (isnan(before.middle) || isnan(after.middle)) {
		*b = isnan(before.middle) ? after : before;
		return !isnan(b->middle);
	}
	double share = (lead_min - from) / (to - from);
	*b = (struct score_band){ before.low + share * (after.low - before.low),
		before.middle + share * (after.middle - before.middle),
		before.high + share * (after.high - before.high) };
	return true;
}

/* ---- as if forecasts had been made all along */

unsigned
score_hindcast(struct score *s, const struct past *past, struct utc until, unsigned days, unsigned every,
    const struct day_tables *tables, score_forecast_fn *forecast, void *arg)
{
	static const struct day_tables none = { NULL, NULL };
	double v[HINDCAST];
	unsigned made = 0, slots = (unsigned)(DAY_US / s->step_us), count = 2 * slots, first = days * slots;
	until.us -= until.us % s->step_us;
	for (unsigned i = 0; i < first; i++) {
		struct utc now = utc_add(until, ((int64_t)i - first) * s->step_us);
		if (i % every == 0 && forecast(arg, now, count, v) == OK) {
			score_note(s, now, v, count);
			made++;
		}
		/* The step that begins now, as seen from its end. */
		int64_t day;
		unsigned slot;
		grid_place(now, 1440, &day, &slot);
		struct day_kind kind = day_kind_of(tables != NULL ? tables : &none, day);
		score_learn(s, past, now, slot, day_is_off(&kind));
	}
	return made;
}
