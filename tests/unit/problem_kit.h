/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem_kit.h - a problem made by hand: steps of one length, a window each half hour, one month, assets with their tables' defaults
 * and series that are level until a test writes into them. Include after t.h; everything is static.
 */
#ifndef CHISAN_PROBLEM_KIT_H
#define CHISAN_PROBLEM_KIT_H

#include <math.h>
#include <string.h>

#include "scada/dispatch/problem.h"

enum { KIT_BUSES = 8 };

struct problem_kit {
	struct arena *arena;
	struct energy energy;
	struct bus buses[KIT_BUSES];
	struct asset assets[PROBLEM_ASSETS_MAX];
	struct problem_asset in[PROBLEM_ASSETS_MAX];
	double hours[PROBLEM_STEPS_MAX];
	unsigned window[PROBLEM_STEPS_MAX], month[PROBLEM_STEPS_MAX];
	struct problem p;
};

static inline struct problem_kit *
kit_problem(unsigned steps, double hours)
{
	struct arena *arena = arena_new();
	struct problem_kit *k = arena_alloc(arena, sizeof(*k));

	k->arena = arena;
	k->energy.buses.v = k->buses;
	k->energy.assets.v = k->assets;
	k->p = (struct problem){ .energy = &k->energy,
		.start = { INT64_C(1790000000) * US_PER_S },
		.steps = steps,
		.hours = k->hours,
		.window = k->window,
		.month = k->month,
		.assets = k->in,
		.filed_price = (double)NAN,
		.contract_price = (double)NAN,
		.over_price = (double)NAN,
		.lost_price = (double)NAN,
		.heat_lost_price = (double)NAN,
		.reserve_price = (double)NAN,
		.end_value = (double)NAN };
	for (unsigned t = 0; t < steps; t++) {
		k->hours[t] = hours;
		k->window[t] = (unsigned)floor(t * hours * 2 + 1e-9);
	}
	return k;
}

static inline void
kit_drop(struct problem_kit *k)
{
	arena_free(k->arena);
}

static inline void
kit_bus(struct problem_kit *k, const char *name, int carrier, const char *parent)
{
	ck_assert(k->energy.buses.n < KIT_BUSES);
	k->buses[k->energy.buses.n++] = (struct bus){ .name = name, .carrier = carrier, .parent = parent };
}

/* Its number in the problem. Parameters that the kind's table requires are 0 until set. */
static inline unsigned
kit_asset(struct problem_kit *k, const char *name, int kind, const char *bus, const char *heat_bus)
{
	unsigned i = k->p.asset_count++;
	const struct schema *s = asset_kind_schema(kind);

	k->assets[i] = (struct asset){ .name = name,
		.kind = kind,
		.bus = bus,
		.heat_bus = heat_bus,
		.parameters = arena_alloc(k->arena, s->size) };
	ck_assert(schema_defaults(s, k->assets[i].parameters, k->arena));
	for (unsigned n = 0; n < s->key_count; n++)
		if (s->keys[n].type == KEY_NUMBER && s->keys[n].is_required)
			memset((char *)k->assets[i].parameters + s->keys[n].offset, 0, sizeof(double));
	k->in[i] =
	    (struct problem_asset){ .asset = &k->assets[i], .power_kw = (double)NAN, .health = 1, .in_state_h = 1000 };
	k->energy.assets.n = k->p.asset_count;
	return i;
}

/* The series of an asset, level at `value` when it is made. */
static inline double *
kit_series(struct problem_kit *k, unsigned i, enum series_kind kind, double value)
{
	double *v = arena_alloc(k->arena, k->p.steps * sizeof(*v));

	for (unsigned t = 0; t < k->p.steps; t++)
		v[t] = value;
	k->in[i].series[kind] = v;
	return v;
}

static inline unsigned
kit_grid(struct problem_kit *k, double import_max, double export_max, double price_import, double price_export)
{
	unsigned i = kit_asset(k, "GRID", ASSET_GRID, "MAIN", NULL);
	struct asset_grid *g = k->assets[i].parameters;

	g->import_max_kw = import_max;
	g->export_max_kw = export_max;
	g->price_import = price_import;
	g->price_export = price_export;
	return i;
}

static inline unsigned
kit_load(struct problem_kit *k, const char *name, double kw)
{
	unsigned i = kit_asset(k, name, ASSET_LOAD, "MAIN", NULL);

	kit_series(k, i, SERIES_LOAD_KW, kw);
	return i;
}

/* 100 kWh, 50 kW each way, 0.9 each way, all of it usable, nothing lost while it stands. */
static inline unsigned
kit_battery(struct problem_kit *k, const char *name, double energy_kwh)
{
	unsigned i = kit_asset(k, name, ASSET_BATTERY, "MAIN", NULL);
	struct asset_battery *b = k->assets[i].parameters;

	b->energy_kwh = 100;
	b->charge_kw = b->discharge_kw = 50;
	b->efficiency_charge = b->efficiency_discharge = 0.9;
	b->standby_pct_per_day = b->soc_min_pct = 0;
	b->soc_max_pct = 100;
	k->in[i].energy_kwh = energy_kwh;
	return i;
}

/* 100 kW, 40 at least, 10 m3/h + 20 at full load at 10 a m3: 3 a kWh at full load. */
static inline unsigned
kit_set(struct problem_kit *k, const char *name, bool is_on)
{
	unsigned i = kit_asset(k, name, ASSET_GTC, "MAIN", NULL);
	struct asset_gtc *g = k->assets[i].parameters;

	g->rated_kw = 100;
	g->min_kw = 40;
	g->fuel_full_m3_per_h = 30;
	g->fuel_idle_share = 1.0 / 3;
	g->fuel_price = 10;
	g->start_time_us = 0;
	k->in[i].is_on = is_on;
	return i;
}

#endif
