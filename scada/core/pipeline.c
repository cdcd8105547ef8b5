/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.c - curves, filters, the watch for frozen values, counters.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/core/pipeline.h"

/* ---- curve */

double
curve_at(const struct key_pairs *curve, double x, bool *is_outside)
{
	const struct key_pair *v = curve->v;
	uint32_t lo = 0, hi = curve->n - 1;

	*is_outside = x < v[lo].x || x > v[hi].x;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (x < v[mid].x)
			hi = mid;
		else
			lo = mid;
	}
	return v[lo].y + (x - v[lo].x) * ((v[hi].y - v[lo].y) / (v[hi].x - v[lo].x));
}

/* ---- filter */

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median_step(struct filter *f, double x)
{
	double sorted[MEDIAN_MAX];

	f->samples[f->next] = x;
	f->next = (f->next + 1) % f->window;
	if (f->filled < f->window)
		f->filled++;
	memcpy(sorted, f->samples, f->filled * sizeof(*sorted));
	qsort(sorted, f->filled, sizeof(*sorted), by_value);
	double middle = sorted[f->filled / 2];
	return f->filled % 2 ? middle : sorted[f->filled / 2 - 1] + (middle - sorted[f->filled / 2 - 1]) / 2;
}

double
filter_step(struct filter *f, double x, struct mono now)
{
	if (f->type == FILTER_MEDIAN)
		return median_step(f, x);
	int64_t dt_us = mono_diff_us(now, f->last);
	if (!f->has_last)
		f->y = x;
	else if (dt_us > 0)
		f->y += (x - f->y) * -expm1(-(double)dt_us / (double)f->time_us);
	f->has_last = true;
	f->last = now;
	return f->y;
}

static void
filter_init(struct filter *f, const struct site_filter *d)
{
	f->type = FILTER_TYPE_COUNT;
	if (d == NULL)
		return;
	if (d->type == FILTER_FIRST_ORDER && d->time_us > 0) {
		f->type = FILTER_FIRST_ORDER;
		f->time_us = d->time_us;
	} else if (d->type == FILTER_MEDIAN && d->window > 1) {
		f->type = FILTER_MEDIAN;
		f->window = d->window < MEDIAN_MAX ? (uint32_t)d->window : MEDIAN_MAX;
		f->samples = xcalloc(f->window, sizeof(*f->samples));
	}
}

/* ---- frozen */

bool
frozen_step(struct frozen *f, double raw, struct mono now)
{
	if (!f->has_last || memcmp(&raw, &f->last, sizeof(raw)) != 0) {
		f->has_last = true;
		f->last = raw;
		f->since = now;
		return false;
	}
	return mono_diff_us(now, f->since) >= f->limit_us;
}

/* ---- counter */

/* Can it have moved so far since it moved last? One step is always possible: a slow counter stands still for long. */
static bool
is_possible(const struct counter *c, double increment, struct mono now)
{
	if (c->max_rate_per_s <= 0)
		return true;
	double seconds = (double)mono_diff_us(now, c->changed) / (double)US_PER_S;
	return increment <= c->max_rate_per_s * (seconds > 0 ? seconds : 0) + c->unit;
}

uint16_t
counter_step(struct counter *c, double raw, struct mono now, enum err *cause)
{
	double step = raw - c->last;
	uint16_t quality = 0;

	if (!c->has_last) {
		c->has_last = true;
		c->first = c->last = raw;
		c->changed = now;
		return 0;
	}
	if (c->is_restored) {
		c->is_restored = false;
		c->first = raw;
		quality = step != 0 ? Q_ADJUSTED : 0; /* counted while nobody looked */
	}
	if (step == 0)
		return quality;
	if (step < 0 && c->modulus > 0 && -step > c->modulus / 2 && raw >= 0) {
		step += c->modulus; /* beyond the modulus it counted from 0 */
		if (step < 0)
			step = 0;
		quality = Q_ADJUSTED;
	} else if (step < 0) {
		/* A reset, or another meter: what it counted meanwhile is not known, and nothing is invented. */
		step = 0;
		quality = Q_ADJUSTED;
		*cause = ERR_COUNTER;
	}
	if (!is_possible(c, step * c->unit, now)) {
		step = 0;
		quality = Q_INACCURATE;
		*cause = ERR_COUNTER;
	}
	c->total += step * c->unit;
	c->last = raw;
	c->changed = now;
	return quality;
}

void
counter_restore(struct counter *c, double last, double total, struct mono saved)
{
	struct counter before = *c;
	enum err cause = OK;

	before.has_last = true;
	before.is_restored = false;
	before.last = last;
	before.total = total;
	before.changed = saved;
	if (!c->has_last) {
		*c = before;
		c->is_restored = true;
		return;
	}
	if (c->is_restored)
		return; /* twice: the first one holds */
	(void)counter_step(&before, c->first, c->changed, &cause);
	c->total += before.total;
	c->first = last; /* and not again */
}

/* The site file gives the modulus as a value; the register counts whole steps: 42949672.96 in steps of 0.01 is 2^32. */
static double
steps_of(double modulus, double unit)
{
	double steps = modulus / unit, whole = round(steps);
	return fabs(steps - whole) <= 1e-9 * whole ? whole : steps;
}

static void
counter_init(struct counter *c, const struct site_point_def *d)
{
	double rate = d->counter != NULL ? d->counter->max_rate_per_s : 0;
	double scale = d->read != NULL ? fabs(d->read->scale) : 1;

	c->unit = scale > 0 && isfinite(scale) ? scale : 1;
	c->max_rate_per_s = rate > 0 ? rate : 0;
	if (d->counter != NULL && d->counter->modulus > 0)
		c->modulus = steps_of(d->counter->modulus, c->unit);
	else
		c->modulus = d->read != NULL ? raw_type_modulus((enum raw_type)d->read->type) : 0;
}

/* ---- all of a point */

struct pipeline *
pipeline_new(const struct site_point_def *d)
{
	bool is_number = d->kind == KIND_ANALOG || d->kind == KIND_SETPOINT;
	bool has_filter = is_number && d->filter != NULL;
	bool has_curve = is_number && d->curve.n >= 2;

	if (!has_filter && !has_curve && d->frozen_us <= 0 && d->kind != KIND_COUNTER && !d->pulse)
		return NULL;
	struct pipeline *p = xcalloc(1, sizeof(*p));
	filter_init(&p->filter, has_filter ? d->filter : NULL);
	p->frozen.limit_us = d->frozen_us > 0 ? d->frozen_us : 0;
	p->curve = has_curve ? &d->curve : NULL;
	counter_init(&p->counter, d);
	return p;
}

void
pipeline_free(struct pipeline *p)
{
	if (p == NULL)
		return;
	free(p->filter.samples);
	free(p);
}

void
pipeline_restart(struct pipeline *p)
{
	p->filter.has_last = false;
	p->filter.filled = p->filter.next = 0;
	p->frozen.has_last = false;
}

void
pipeline_adopt(struct pipeline *p, const struct pipeline *old)
{
	if (p->counter.unit == old->counter.unit && p->counter.modulus == old->counter.modulus) {
		p->counter.has_last = old->counter.has_last;
		p->counter.is_restored = old->counter.is_restored;
		p->counter.first = old->counter.first;
		p->counter.last = old->counter.last;
		p->counter.changed = old->counter.changed;
	}
	p->counter.total = old->counter.total;
	p->pulses = old->pulses;
	if (p->filter.type == FILTER_FIRST_ORDER && old->filter.type == FILTER_FIRST_ORDER) {
		p->filter.has_last = old->filter.has_last;
		p->filter.last = old->filter.last;
		p->filter.y = old->filter.y;
	}
	p->frozen.has_last = old->frozen.has_last;
	p->frozen.last = old->frozen.last;
	p->frozen.since = old->frozen.since;
}
