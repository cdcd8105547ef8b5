/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_worth.c - where a kWh may be worth less than nothing.  Only there does it pay to charge and discharge at once, to lose it on the way,
 * and only there is a column that forbids it worth its price. What this does not foresee, reading undoes.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

/* t/h that loads and dumps can take from a heat bus, and that others than sets make. */
static double
heat_takers(const struct shape *s, int heat, unsigned t, double *makers)
{
	double taken = 0;

	*makers = furnace_steam(s, heat, t, NULL);
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->heat != heat || !shape_is_available(s, a, t))
			continue;
		if (a->asset->kind == ASSET_LOAD)
			taken += shape_at(s, a, SERIES_HEAT, t);
		else if (a->asset->kind == ASSET_BOILER)
			*makers += ((const struct asset_boiler *)a->param)->rated_t_per_h;
		else if (a->asset->kind == ASSET_STG)
			*makers -= turbine_internal(s, a, t);
	}
	return taken;
}

static double
dump_max(const struct shape *s, int heat, unsigned t)
{
	double most = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->heat == heat && a->asset->kind == ASSET_DUMP && shape_is_available(s, a, t))
			most += ((const struct asset_dump *)a->param)->max_t_per_h;
	}
	return most;
}

/* A turbine makes power of the steam that nobody else takes. */
static double
turbine_forced(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_stg *g = a->param;
	const struct limits *l = &a->limits[t];

	if (a->heat < 0)
		return l->low;
	double makers, taken = heat_takers(s, a->heat, t, &makers);
	double left = g->kw_per_t * (makers - taken - dump_max(s, a->heat, t));
	return fmin(l->high, fmax(l->least, left)) - turbine_aux_kw(s, a, t);
}

/* A set runs where it must, in an island, on after a start, and where nobody else makes the heat. */
static double
set_forced(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_gtc *g = a->param;

	if (a->limits[t].high <= 0)
		return 0;
	if (a->heat >= 0 && g->heat_full_t_per_h > 0) {
		double makers, taken = heat_takers(s, a->heat, t, &makers);
		if (taken > makers)
			return g->rated_kw;
	}
	/* Where something was filed, what it makes beyond that is left to reading: else each step would have its column. */
	int grid = s->places[a->bus].grid;
	bool is_filed = grid >= 0 && !isnan(problem_at(s->p, (unsigned)grid, SERIES_FILED_KW, t));
	return a->limits[t].low > 0 || !is_filed || s->is_island[(unsigned)a->bus * s->p->steps + t] ? g->min_kw : 0;
}

static double
forced(const struct shape *s, const struct part *a, unsigned t)
{
	double held = shape_at(s, a, SERIES_FIXED_KW, t);

	if (!isnan(held) && held > 0 && a->asset->kind != ASSET_LOAD && a->asset->kind != ASSET_GRID)
		return held;
	switch (a->asset->kind) {
	case ASSET_STG: return turbine_forced(s, a, t);
	case ASSET_GTC: return set_forced(s, a, t);
	case ASSET_PV: return s->p->curtail_price > 0 ? shape_at(s, a, SERIES_PV_KW, t) : 0;
	case ASSET_LOAD: return -shape_at(s, a, SERIES_LOAD_KW, t);
	default: return 0;
	}
}

/* kW that the utility takes without asking money for it. */
static double
export_sink(const struct shape *s, const struct place *b, unsigned t)
{
	unsigned g = (unsigned)b->grid;
	double filed = problem_at(s->p, g, SERIES_FILED_KW, t);

	if (b->is_fed || problem_at(s->p, g, SERIES_PRICE_EXPORT, t) < 0)
		return 0;
	double most = problem_at(s->p, g, SERIES_EXPORT_MAX, t);
	return isnan(filed) ? most : fmin(most, fmax(0, filed));
}

/* The bus that it is one with: up to where the utility feeds it. */
static int
root(const struct shape *s, int bus)
{
	while (bus >= 0 && !s->places[bus].is_fed && s->places[bus].parent >= 0)
		bus = s->places[bus].parent;
	return bus;
}

static bool
may_be_burnt(const struct shape *s, unsigned bus, unsigned t)
{
	const struct place *b = &s->places[bus];
	double made = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++)
		if (root(s, s->parts[i].bus) == root(s, (int)bus) && shape_is_available(s, &s->parts[i], t))
			made += forced(s, &s->parts[i], t);
	if (s->is_island[bus * s->p->steps + t])
		return made > 0;
	unsigned g = (unsigned)b->grid;
	return import_price(s, g, t) < 0 || (b->is_fed && problem_at(s->p, g, SERIES_PRICE_EXPORT, t) < 0) ||
	    made > export_sink(s, b, t) + 1e-9;
}

void
worth_mark(struct shape *s)
{
	unsigned steps = s->p->steps;

	s->may_be_burnt = arena_alloc(s->arena, s->bus_count * steps * sizeof(*s->may_be_burnt));
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		struct part *a = &s->parts[i];
		unsigned bus = a->bus >= 0 ? (unsigned)a->bus : 0;
		for (unsigned t = 0; t < steps; t++) {
			if (a->asset->kind == ASSET_BATTERY) {
				s->may_be_burnt[bus * steps + t] = may_be_burnt(s, bus, t);
				a->has_mode = a->has_mode || s->may_be_burnt[bus * steps + t];
			}
			if (a->asset->kind == ASSET_GRID)
				a->has_mode =
				    a->has_mode || shape_at(s, a, SERIES_PRICE_EXPORT, t) > import_price(s, i, t);
		}
	}
}
