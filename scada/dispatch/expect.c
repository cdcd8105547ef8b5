/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect.c - forecasts into the steps of a problem.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/dispatch/expect.h"

#define US_PER_H (3600.0 * US_PER_S)

static const char *
kind_word(enum series_kind kind)
{
	return kind == SERIES_LOAD_KW ? "load_kw"
	    : kind == SERIES_HEAT     ? "heat_t_per_h"
	    : kind == SERIES_PV_KW    ? "pv_kw"
	                              : "that kind";
}

static bool
kind_fits(const struct asset *a, enum series_kind kind)
{
	return a->kind == ASSET_LOAD ? kind == SERIES_LOAD_KW || kind == SERIES_HEAT
	                             : a->kind == ASSET_PV && kind == SERIES_PV_KW;
}

static int
find_asset(const struct problem *p, const char *name)
{
	for (unsigned i = 0; i < p->asset_count; i++)
		if (strcmp(p->assets[i].asset->name, name) == 0)
			return (int)i;
	return -1;
}

/* Mean of v from..to, us since the forecast's beginning; NaN where it does not reach so far. */
static double
mean_of(const struct expect_forecast *f, const double *v, int64_t from, int64_t to)
{
	double sum = 0;
	if (from < 0 || to > (int64_t)f->count * f->step_us || to <= from)
		return (double)NAN;
	for (int64_t i = from / f->step_us, at = from; at < to; i++) {
		int64_t end = (i + 1) * f->step_us;
		end = end < to ? end : to;
		sum += v[i] * (double)(end - at);
		at = end;
	}
	return sum / (double)(to - from);
}

static const double *
side_of(const struct expect_forecast *f, enum expect_side side)
{
	const double *careful = f->kind == SERIES_PV_KW ? f->low : f->high;
	return side == EXPECT_CAREFUL && careful != NULL ? careful : f->v;
}

static double
most_of(const struct asset *a)
{
	return a->kind == ASSET_PV ? ((const struct asset_pv *)a->parameters)->peak_kw : (double)INFINITY;
}

/* One side over all steps. -1: done; else the step at which the forecast fails. */
static int
fill_side(
    const struct problem *p, const struct asset *a, const struct expect_forecast *f, enum expect_side side, double *out)
{
	int64_t at = p->start.us - f->from.us;
	double hours = 0;
	for (unsigned t = 0; t < p->steps; t++) {
		hours += p->hours[t];
		/* From the sum, so that steps of a third of an hour do not drift. */
		int64_t end = p->start.us - f->from.us + (int64_t)llround(hours * US_PER_H);
		double mean = mean_of(f, side_of(f, side), at, end);
		if (!isfinite(mean))
			return (int)t;
		out[t] = fmin(fmax(mean, 0), most_of(a));
		at = end;
	}
	return -1;
}

/* Is it one for this problem? *asset: where in it. */
static enum err
check_one(const struct problem *p, const struct expect_forecast *f, const struct expect *e, int *asset, char *why,
    size_t size)
{
	*asset = find_asset(p, f->asset);
	if (*asset < 0) {
		str_printf(why, size, "a forecast for %s: the problem has no such asset", f->asset);
		return ERR_NOT_FOUND;
	}
	const struct asset *a = p->assets[*asset].asset;
	if (!kind_fits(a, f->kind)) {
		str_printf(why, size,
		    "a forecast of %s for %s, a %s: loads have load_kw and heat_t_per_h, photovoltaics pv_kw",
		    kind_word(f->kind), f->asset, asset_kind_word(a->kind));
		return ERR_USAGE;
	}
	if (e->count == EXPECT_MAX || expect_series(e, (unsigned)*asset, f->kind, EXPECT_MIDDLE) != NULL) {
		str_printf(why, size, "a second forecast of %s for %s; give one", kind_word(f->kind), f->asset);
		return ERR_USAGE;
	}
	if (f->step_us <= 0) {
		str_printf(why, size, "the forecast of %s for %s has steps of no length", kind_word(f->kind), f->asset);
		return ERR_USAGE;
	}
	return OK;
}

static enum err
fill_one(const struct problem *p, const struct expect_forecast *f, struct expect *e, char *why, size_t size)
{
	char from[32], to[32];
	int asset, bad = -1;
	enum err fault = check_one(p, f, e, &asset, why, size);
	if (fault != OK)
		return fault;
	e->series[e->count].asset = (unsigned)asset;
	e->series[e->count].kind = f->kind;
	for (unsigned side = 0; side < EXPECT_SIDES; side++) {
		e->series[e->count].v[side] = xcalloc(p->steps, sizeof(double));
		if (bad < 0)
			bad = fill_side(
			    p, p->assets[asset].asset, f, (enum expect_side)side, e->series[e->count].v[side]);
	}
	e->count++;
	if (bad < 0)
		return OK;
	str_printf(why, size,
	    "the forecast of %s for %s says nothing in step %d; it is of %s to %s, and must be finite over all %u "
	    "steps",
	    kind_word(f->kind), f->asset, bad, utc_iso(from, sizeof(from), f->from),
	    utc_iso(to, sizeof(to), utc_add(f->from, (int64_t)f->count * f->step_us)), p->steps);
	return ERR_BAD_DATA;
}

enum err
expect_fill(struct problem *p, const struct expect_forecast *list, unsigned n, struct expect *e, char *why, size_t size)
{
	*e = (struct expect){ .steps = p->steps };
	for (unsigned i = 0; i < n; i++) {
		enum err fault = fill_one(p, &list[i], e, why, size);
		if (fault != OK) {
			expect_done(e);
			return fault;
		}
	}
	expect_use(e, p, EXPECT_MIDDLE);
	return OK;
}

void
expect_use(const struct expect *e, struct problem *p, enum expect_side side)
{
	for (unsigned i = 0; i < e->count; i++)
		p->assets[e->series[i].asset].series[e->series[i].kind] = e->series[i].v[side];
}

const double *
expect_series(const struct expect *e, unsigned asset, enum series_kind kind, enum expect_side side)
{
	for (unsigned i = 0; i < e->count; i++)
		if (e->series[i].asset == asset && e->series[i].kind == kind)
			return e->series[i].v[side];
	return NULL;
}

void
expect_done(struct expect *e)
{
	for (unsigned i = 0; i < e->count; i++)
		for (unsigned side = 0; side < EXPECT_SIDES; side++)
			free(e->series[i].v[side]);
	*e = (struct expect){ 0 };
}
