/* SPDX-License-Identifier: Apache-2.0 */
/*
 * district_problem.h - 48 hours of a shipped layout as a planning problem: a weekday of its loads, sun, heat, tariff by time; one furnace
 * stands on the second day.  `from` is the first step, so that from + 1 is the same a step later; another seed is another forecast.
 * Everything is static.
 */
#ifndef CHISAN_DISTRICT_PROBLEM_H
#define CHISAN_DISTRICT_PROBLEM_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/problem.h"

struct district {
	struct arena *arena;
	struct problem p;
};

static inline double
district_noise(uint64_t seed, uint64_t what, uint64_t step)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15u + what * 0xbf58476d1ce4e5b9u + step * 0x94d049bb133111ebu;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 4503599627370496.0 - 1; /* -1 .. 1 */
}

static inline double
district_day(double hour, double from, double to) /* 0 outside, 1 inside, an hour to rise and fall */
{
	return fmax(0, fmin(1, fmin(hour - from + 0.5, to - hour + 0.5)));
}

static inline double
district_load(const struct asset_load *l, double hour)
{
	switch (l->profile) {
	case LOAD_OFFICE: return l->base_kw + (l->peak_kw - l->base_kw) * district_day(hour, 8.5, 18.5);
	case LOAD_GYM: return l->base_kw + (l->peak_kw - l->base_kw) * district_day(hour, 8, 22);
	case LOAD_SCHOOL: return l->base_kw + (l->peak_kw - l->base_kw) * district_day(hour, 8, 17);
	case LOAD_LIGHTING: return hour > 18 || hour < 6 ? l->peak_kw : l->base_kw;
	default: return l->base_kw + (l->peak_kw - l->base_kw) * district_day(hour, 9, 21);
	}
}

static inline double *
district_series(struct district *d, unsigned i, enum series_kind k)
{
	double *v = arena_alloc(d->arena, d->p.steps * sizeof(*v));

	d->p.assets[i].series[k] = v;
	return v;
}

static inline void
district_fill(struct district *d, unsigned i, unsigned from, uint64_t seed, double error)
{
	const struct asset *a = d->p.assets[i].asset;
	enum series_kind first = a->kind == ASSET_LOAD ? SERIES_LOAD_KW
	    : a->kind == ASSET_PV                      ? SERIES_PV_KW
	    : a->kind == ASSET_FURNACE                 ? SERIES_STEAM
	    : a->kind == ASSET_GRID                    ? SERIES_PRICE_IMPORT
	                                               : SERIES_COUNT;
	if (first == SERIES_COUNT)
		return;
	double *v = district_series(d, i, first),
	       *heat = a->kind == ASSET_LOAD && a->heat_bus != NULL ? district_series(d, i, SERIES_HEAT) : NULL,
	       *export = a->kind == ASSET_GRID ? district_series(d, i, SERIES_PRICE_EXPORT) : NULL;
	for (unsigned t = 0; t < d->p.steps; t++) {
		double hour = fmod((from + t) * 0.25, 24), wander = 1 + error * district_noise(seed, i, from + t);
		const struct asset_load *l = a->parameters;
		if (a->kind == ASSET_LOAD)
			v[t] = district_load(l, hour) * wander;
		if (heat != NULL)
			heat[t] = l->heat_peak_t_per_h * (0.35 + 0.65 * district_day(hour, 7, 20)) * wander;
		if (a->kind == ASSET_PV)
			v[t] = ((const struct asset_pv *)a->parameters)->peak_kw * 0.8 *
			    fmax(0, sin((hour - 6) / 12 * acos(-1))) * (1 - fabs(wander - 1));
		if (a->kind == ASSET_FURNACE)
			v[t] = ((const struct asset_furnace *)a->parameters)->steam_t_per_h *
			    (strcmp(a->name, "F2") == 0 && from + t >= 96 && from + t < 160 ? 0 : wander);
		if (a->kind == ASSET_GRID) {
			v[t] = hour >= 8 && hour < 22 ? hour >= 13 && hour < 16 ? 30 : 24 : 17;
			export[t] = 9 + 3 * district_day(hour, 17, 20) + 0.5 * district_noise(seed, 99, (from + t) / 2);
		}
	}
}

/* The energy stays borrowed. Batteries begin at 50 %. */
static inline struct district *
district_problem(const struct energy *e, unsigned steps, unsigned from, uint64_t seed, double error)
{
	struct arena *arena = arena_new();
	struct district *d = arena_alloc(arena, sizeof(*d));
	double *hours = arena_alloc(arena, steps * sizeof(*hours));
	unsigned *window = arena_alloc(arena, steps * sizeof(*window)),
	         *month = arena_alloc(arena, steps * sizeof(*month));
	const struct asset *list = e->assets.v;

	d->arena = arena;
	for (unsigned t = 0; t < steps; t++) {
		hours[t] = 0.25;
		window[t] = (from + t) / 2;
	}
	d->p = (struct problem){ .energy = e,
		.start = { INT64_C(1790000000) * US_PER_S + (int64_t)from * 900 * US_PER_S },
		.steps = steps,
		.hours = hours,
		.window = window,
		.month = month,
		.months = { { 600, 1500, 1900 } },
		.month_count = 1,
		.window_hours = from % 2 * 0.25,
		.assets = arena_alloc(arena, e->assets.n * sizeof(*d->p.assets)),
		.asset_count = e->assets.n,
		.co2_price_per_kg = e->co2_price_per_kg,
		.filed_price = (double)NAN,
		.contract_price = (double)NAN,
		.over_price = (double)NAN,
		.lost_price = (double)NAN,
		.heat_lost_price = (double)NAN,
		.outage_h = (double)e->outage_us / 3.6e9,
		.reserve_price = (double)NAN,
		.end_value = (double)NAN };
	for (unsigned i = 0; i < e->assets.n; i++) {
		struct problem_asset *a = &d->p.assets[i];
		*a = (struct problem_asset){
			.asset = &list[i], .power_kw = (double)NAN, .in_state_h = 100, .health = 1
		};
		if (list[i].kind == ASSET_BATTERY)
			a->energy_kwh = 0.5 * ((const struct asset_battery *)list[i].parameters)->energy_kwh;
		if (list[i].kind == ASSET_GTC)
			a->power_kw = 0;
		district_fill(d, i, from, seed, error);
	}
	return d;
}

static inline void
district_free(struct district *d)
{
	arena_free(d->arena);
}

#endif
