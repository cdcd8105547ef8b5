/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem_value.c - what is left in a store when the horizon ends is worth what it would cost to put it there again.
 */
#include "config.h"

#include <math.h>

#include "scada/base/mem.h"
#include "scada/dispatch/problem.h"

/* kW that a turbine makes of the steam of the furnaces on its heat bus, nothing extracted, its plant served. */
static double
turbine_kw(const struct problem *p, unsigned i, unsigned t)
{
	const struct asset_stg *g = p->assets[i].asset->parameters;
	int heat = problem_bus(p, p->assets[i].asset->heat_bus);
	double steam = -g->internal_steam_t_per_h;

	for (unsigned f = 0; heat >= 0 && f < p->asset_count; f++)
		if (p->assets[f].asset->kind == ASSET_FURNACE && problem_bus(p, p->assets[f].asset->heat_bus) == heat)
			steam += problem_at(p, f, SERIES_AVAILABLE, t) * problem_at(p, f, SERIES_STEAM, t);
	return problem_at(p, i, SERIES_AVAILABLE, t) * fmax(0, fmin(g->rated_kw, g->kw_per_t * steam)) - g->aux_kw_two;
}

/* What sun and turbine leave over on the bus that the grid is on. */
static double
surplus_kw(const struct problem *p, const char *bus_name, unsigned t)
{
	int bus = problem_bus(p, bus_name);
	double kw = 0;

	for (unsigned i = 0; i < p->asset_count; i++) {
		if (problem_bus(p, p->assets[i].asset->bus) != bus)
			continue;
		if (p->assets[i].asset->kind == ASSET_PV)
			kw += problem_at(p, i, SERIES_AVAILABLE, t) * problem_at(p, i, SERIES_PV_KW, t);
		else if (p->assets[i].asset->kind == ASSET_STG)
			kw += turbine_kw(p, i, t);
		else if (p->assets[i].asset->kind == ASSET_LOAD)
			kw -= problem_at(p, i, SERIES_LOAD_KW, t);
	}
	return kw;
}

/* A kWh of the cheapest set on the bus in step t; infinite: none. */
static double
set_price(const struct problem *p, int bus, unsigned t)
{
	double least = HUGE_VAL;

	for (unsigned i = 0; i < p->asset_count; i++) {
		if (p->assets[i].asset->kind != ASSET_GTC || problem_bus(p, p->assets[i].asset->bus) != bus ||
		    problem_at(p, i, SERIES_AVAILABLE, t) == 0)
			continue;
		const struct asset_gtc *g = p->assets[i].asset->parameters;
		double fuel = problem_at(p, i, SERIES_FUEL_PRICE, t) + p->co2_price_per_kg * g->fuel_co2_kg_per_m3;
		least = fmin(least, g->fuel_full_m3_per_h / fmax(g->rated_kw, 1e-6) * fuel);
	}
	return least;
}

/* The cheapest kWh on a bus over the horizon; infinite: there is none to be had. */
static double
cheapest_kwh(const struct problem *p, int bus)
{
	double least = HUGE_VAL;
	int grid = problem_grid(p, bus);

	for (unsigned t = 0; t < p->steps; t++) {
		if (problem_is_island(p, bus, t)) {
			least = fmin(least, set_price(p, bus, t));
			continue;
		}
		unsigned g = (unsigned)grid;
		least = fmin(least,
		    problem_at(p, g, SERIES_PRICE_IMPORT, t) + p->co2_price_per_kg * problem_at(p, g, SERIES_CO2, t));
		if (surplus_kw(p, p->assets[g].asset->bus, t) > 0)
			least = fmin(least, problem_at(p, g, SERIES_PRICE_EXPORT, t));
	}
	return fmax(least, 0);
}

/* The cheapest t of steam on a heat bus. */
static double
cheapest_steam(const struct problem *p, int heat)
{
	double least = HUGE_VAL;

	for (unsigned i = 0; i < p->asset_count; i++) {
		const struct asset *a = p->assets[i].asset;
		if (problem_bus(p, a->heat_bus) != heat)
			continue;
		if (a->kind == ASSET_STG) {
			double kwh = cheapest_kwh(p, problem_bus(p, a->bus));
			if (isfinite(kwh))
				least =
				    fmin(least, kwh * ((const struct asset_stg *)a->parameters)->extraction_kw_per_t);
		}
		if (a->kind != ASSET_BOILER)
			continue;
		const struct asset_boiler *b = a->parameters;
		for (unsigned t = 0; t < p->steps; t++)
			least = fmin(least,
			    b->fuel_m3_per_t *
			        (problem_at(p, i, SERIES_FUEL_PRICE, t) + p->co2_price_per_kg * b->fuel_co2_kg_per_m3));
	}
	return fmax(least, 0);
}

double
problem_end_value(const struct problem *p, unsigned asset)
{
	const struct asset *a = p->assets[asset].asset;
	double value = 0;

	if (a->kind == ASSET_BATTERY && isfinite(p->end_value))
		return p->end_value;
	if (a->kind == ASSET_BATTERY)
		value = cheapest_kwh(p, problem_bus(p, a->bus)) /
		    ((const struct asset_battery *)a->parameters)->efficiency_charge;
	if (a->kind == ASSET_HEATSTORE)
		value = cheapest_steam(p, problem_bus(p, a->heat_bus)) / STEAM_GJ_PER_T;
	return isfinite(value) ? value : 0;
}
