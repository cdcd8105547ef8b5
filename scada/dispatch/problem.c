/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem.c - what a problem says of a step: its series, else the parameters of the asset; and which grid is behind a bus.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/problem.h"

#define NAME(id, name, help) name,
static const char *const names[] = { SERIES_LIST(NAME) };
#undef NAME

const char *
series_name(enum series_kind k)
{
	return k < SERIES_COUNT ? names[k] : "?";
}

int
series_find(const char *name)
{
	for (int k = 0; k < SERIES_COUNT; k++)
		if (strcmp(names[k], name) == 0)
			return k;
	return -1;
}

static double
of_grid(const struct asset_grid *g, enum series_kind k)
{
	switch (k) {
	case SERIES_PRICE_IMPORT: return g->price_import;
	case SERIES_PRICE_EXPORT: return g->price_export;
	case SERIES_CO2: return g->co2_kg_per_kwh;
	case SERIES_IMPORT_MAX: return g->import_max_kw;
	case SERIES_EXPORT_MAX: return g->export_max_kw;
	default: return 0;
	}
}

static double
without_series(const struct asset *a, enum series_kind k)
{
	if (k == SERIES_AVAILABLE)
		return 1;
	if (k == SERIES_FIXED_KW || k == SERIES_FILED_KW)
		return (double)NAN;
	if (a->kind == ASSET_GRID)
		return of_grid(a->parameters, k);
	if (k == SERIES_STEAM && a->kind == ASSET_FURNACE)
		return ((const struct asset_furnace *)a->parameters)->steam_t_per_h;
	if (k == SERIES_FUEL_PRICE && a->kind == ASSET_GTC)
		return ((const struct asset_gtc *)a->parameters)->fuel_price;
	if (k == SERIES_FUEL_PRICE && a->kind == ASSET_BOILER)
		return ((const struct asset_boiler *)a->parameters)->fuel_price;
	return 0;
}

double
problem_at(const struct problem *p, unsigned asset, enum series_kind k, unsigned t)
{
	const struct problem_asset *a = &p->assets[asset];

	return a->series[k] != NULL ? a->series[k][t] : without_series(a->asset, k);
}

int
problem_bus(const struct problem *p, const char *name)
{
	const struct bus *list = p->energy->buses.v;

	for (uint32_t i = 0; name != NULL && i < p->energy->buses.n; i++)
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return (int)i;
	return -1;
}

int
problem_grid(const struct problem *p, int bus)
{
	const struct bus *list = p->energy->buses.v;

	while (bus >= 0) {
		for (unsigned i = 0; i < p->asset_count; i++)
			if (p->assets[i].asset->kind == ASSET_GRID && problem_bus(p, p->assets[i].asset->bus) == bus)
				return (int)i;
		bus = problem_bus(p, list[bus].parent);
	}
	return -1;
}

bool
problem_is_island(const struct problem *p, int bus, unsigned t)
{
	int grid = problem_grid(p, bus);

	/* Several connections on one bus: one that is there is enough. */
	for (unsigned i = 0; grid >= 0 && i < p->asset_count; i++)
		if (p->assets[i].asset->kind == ASSET_GRID && problem_at(p, i, SERIES_AVAILABLE, t) > 0 &&
		    strcmp(p->assets[i].asset->bus, p->assets[grid].asset->bus) == 0)
			return false;
	return true;
}
