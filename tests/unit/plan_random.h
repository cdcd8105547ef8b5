/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_random.h - a district at random, the same for the same seed: any assets in any state, prices that may be below 0, outages, what is
 * held, what was filed. Include after problem_kit.h; everything is static.
 */
#ifndef CHISAN_PLAN_RANDOM_H
#define CHISAN_PLAN_RANDOM_H

#include "scada/dispatch/problem.h"

static uint64_t dice_state;

static inline double
dice(double low, double high)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint64_t z = (dice_state ^ (dice_state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	return low + (high - low) * (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static inline bool
chance(double p)
{
	return dice(0, 1) < p;
}

/* A series that wanders about between low and high. */
static inline double *
dice_series(struct problem_kit *k, unsigned i, enum series_kind kind, double low, double high)
{
	double *v = kit_series(k, i, kind, 0);

	for (unsigned t = 0; t < k->p.steps; t++)
		v[t] = dice(low, high);
	return v;
}

static inline bool
has_steam(const struct problem_kit *k)
{
	return k->energy.buses.n > 1 && k->buses[1].carrier == CARRIER_HEAT;
}

static inline void
dice_available(struct problem_kit *k, unsigned i, double p)
{
	if (!chance(p))
		return;
	double *v = kit_series(k, i, SERIES_AVAILABLE, 1);
	unsigned from = (unsigned)dice(0, k->p.steps), to = (unsigned)dice(from, k->p.steps);
	for (unsigned t = from; t <= to && t < k->p.steps; t++)
		v[t] = 0;
}

static inline void
dice_held(struct problem_kit *k, unsigned i, double low, double high)
{
	if (!chance(0.12))
		return;
	double *v = kit_series(k, i, SERIES_FIXED_KW, (double)NAN), kw = chance(0.3) ? 0 : dice(low, high);
	for (unsigned t = (unsigned)dice(0, k->p.steps); t < k->p.steps; t++)
		v[t] = kw;
}

static inline void
dice_grid(struct problem_kit *k)
{
	unsigned i = kit_grid(k, dice(50, 400), chance(0.7) ? dice(0, 300) : 0, 20, 8);
	bool is_free = chance(0.15); /* prices below 0, and giving dearer than taking */

	((struct asset_grid *)k->assets[i].parameters)->co2_kg_per_kwh = dice(0, 1);
	dice_series(k, i, SERIES_PRICE_IMPORT, is_free ? -10 : 12, 40);
	dice_series(k, i, SERIES_PRICE_EXPORT, is_free ? -10 : 0, is_free ? 30 : 11);
	dice_available(k, i, 0.3);
	if (chance(0.25)) {
		double *filed = dice_series(k, i, SERIES_FILED_KW, -50, 100);
		kit_series(k, i, SERIES_PRICE_SHORT, dice(10, 30));
		kit_series(k, i, SERIES_PRICE_SURPLUS, dice(0, 10));
		filed[0] = chance(0.5) ? (double)NAN : filed[0];
	}
	if (chance(0.5))
		return;
	k->p.month_count = 1;
	k->p.months[0] = (struct problem_month){
		.floor_kw = dice(0, 150), .free_kw = chance(0.5) ? dice(20, 200) : 0, .price = dice(0, 2000)
	};
	if (chance(0.3)) {
		k->p.window_hours = k->hours[0] < 0.4 ? 0.25 : 0;
		k->p.window_kwh = k->p.window_hours > 0 ? dice(0, 40) : 0;
	}
}

static inline void
dice_battery(struct problem_kit *k, const char *name, const char *bus)
{
	unsigned i = kit_battery(k, name, dice(0, 100));
	struct asset_battery *b = k->assets[i].parameters;

	k->assets[i].bus = bus;
	b->standby_pct_per_day = dice(0, 5);
	b->soc_min_pct = dice(0, 20);
	b->soc_max_pct = dice(80, 100);
	b->reserve_pct = chance(0.5) ? dice(0, 60) : 0;
	b->wear_cost_per_kwh = chance(0.5) ? dice(0, 5) : 0;
	k->in[i].health = dice(0.8, 1);
	k->in[i].energy_kwh *= k->in[i].health;
	dice_available(k, i, 0.1);
	dice_held(k, i, -50, 50);
}

static inline void
dice_set(struct problem_kit *k, const char *name)
{
	unsigned i = kit_set(k, name, chance(0.5));
	struct asset_gtc *g = k->assets[i].parameters;

	g->fuel_price = dice(2, 10);
	g->fuel_co2_kg_per_m3 = chance(0.5) ? 2.2 : 0;
	g->start_cost = chance(0.7) ? dice(0, 300) : 0;
	g->min_up_us = chance(0.5) ? (int64_t)(dice(0, 3) * 3600e6) : 0;
	g->min_down_us = chance(0.5) ? (int64_t)(dice(0, 2) * 3600e6) : 0;
	g->start_time_us = chance(0.5) ? (int64_t)(dice(0, 40) * 60e6) : 0;
	g->ramp_kw_per_min = chance(0.4) ? dice(0.3, 3) : 0;
	g->can_black_start = chance(0.5);
	k->in[i].in_state_h = dice(0, 3);
	k->in[i].power_kw = !k->in[i].is_on ? 0 : chance(0.2) ? (double)NAN : dice(40, 100);
	if (has_steam(k) && chance(0.7)) {
		k->assets[i].heat_bus = "STEAM";
		g->heat_full_t_per_h = dice(0.1, 0.5);
	}
	dice_available(k, i, 0.2);
	dice_held(k, i, 0, 120);
}

static inline void
dice_load(struct problem_kit *k, const char *name, const char *bus, int priority)
{
	unsigned i = kit_load(k, name, 0);
	struct asset_load *l = k->assets[i].parameters;

	k->assets[i].bus = bus;
	l->priority = priority;
	l->is_critical = chance(0.5);
	l->lost_load_cost_per_kwh = chance(0.5) ? dice(100, 3000) : 0;
	dice_series(k, i, SERIES_LOAD_KW, 0, 90);
	if (has_steam(k) && chance(0.5)) {
		k->assets[i].heat_bus = "STEAM";
		dice_series(k, i, SERIES_HEAT, 0, 1);
	}
}

static inline void
dice_steam(struct problem_kit *k)
{
	if (chance(0.7)) {
		unsigned f = kit_asset(k, "F1", ASSET_FURNACE, NULL, "STEAM");
		double *steam = kit_series(k, f, SERIES_STEAM, dice(1, 3));
		((struct asset_furnace *)k->assets[f].parameters)->steam_t_per_h = steam[0];
		dice_available(k, f, 0.4);
		unsigned i = kit_asset(k, "STG", ASSET_STG, "MAIN", "STEAM");
		struct asset_stg *g = k->assets[i].parameters;
		g->rated_kw = 300;
		g->min_kw = dice(0, 60);
		g->kw_per_t = 160;
		g->internal_steam_t_per_h = dice(0, 0.6);
		g->extraction_kw_per_t = dice(60, 150);
		g->extraction_max_t_per_h = dice(0, 1);
		g->aux_kw_one = dice(0, 40);
		g->ramp_kw_per_min = chance(0.6) ? dice(0.5, 10) : 0;
		k->in[i].power_kw = chance(0.3) ? (double)NAN : dice(0, 300);
		dice_available(k, i, 0.1);
		dice_held(k, i, 0, 300);
	}
	if (chance(0.5)) {
		unsigned i = kit_asset(k, "BOILER", ASSET_BOILER, NULL, "STEAM");
		struct asset_boiler *b = k->assets[i].parameters;
		b->rated_t_per_h = 1;
		b->min_t_per_h = chance(0.6) ? 0.3 : 0;
		b->fuel_price = dice(20, 100);
		b->fuel_co2_kg_per_m3 = 2.2;
		dice_available(k, i, 0.1);
	}
	if (chance(0.5)) {
		unsigned i = kit_asset(k, "TANK", ASSET_HEATSTORE, NULL, "STEAM");
		struct asset_heatstore *v = k->assets[i].parameters;
		v->energy_gj = 5;
		v->charge_t_per_h = v->discharge_t_per_h = 1;
		v->loss_pct_per_h = dice(0, 5);
		k->in[i].heat_gj = dice(0, 5);
	}
	if (chance(0.5))
		((struct asset_dump *)k->assets[kit_asset(k, "DUMP", ASSET_DUMP, NULL, "STEAM")].parameters)
		    ->max_t_per_h = 1;
}

/* Five minutes at first, then a quarter, half an hour, an hour. */
static inline void
dice_lengths(struct problem_kit *k)
{
	double at = 0;

	for (unsigned t = 0; t < k->p.steps; t++) {
		k->hours[t] = t < 6 ? 1.0 / 12 : t < 8 ? 0.25 : t < 9 ? 0.5 : 1;
		k->window[t] = (unsigned)floor(at * 2 + 1e-6);
		at += k->hours[t];
	}
}

static inline struct problem_kit *
dice_problem(uint64_t seed, unsigned most_steps)
{
	dice_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	dice(0, 1);
	static const double lengths[] = { 0.25, 0.5, 1 };
	struct problem_kit *k = kit_problem((unsigned)dice(3, most_steps + 1), lengths[(int)dice(0, 3)]);
	bool is_warm = chance(0.5), has_school = chance(0.4);

	if (chance(0.3))
		dice_lengths(k);
	kit_bus(k, "MAIN", CARRIER_ELECTRICITY, NULL);
	if (is_warm)
		kit_bus(k, "STEAM", CARRIER_HEAT, NULL);
	if (chance(0.85))
		dice_grid(k);
	dice_load(k, "HALL", "MAIN", 1);
	dice_load(k, "POOL", "MAIN", 2);
	if (chance(0.7))
		dice_battery(k, "ESS1", "MAIN");
	if (chance(0.3))
		dice_battery(k, "ESS2", "MAIN");
	if (chance(0.6)) {
		unsigned pv = kit_asset(k, "PV", ASSET_PV, "MAIN", NULL);
		dice_series(k, pv, SERIES_PV_KW, 0, 150);
		dice_held(k, pv, 0, 100);
	}
	if (chance(0.5))
		dice_set(k, "SET1");
	if (chance(0.2))
		dice_set(k, "SET2");
	if (is_warm)
		dice_steam(k);
	if (has_school) {
		kit_bus(k, "SCH", CARRIER_ELECTRICITY, "MAIN");
		dice_load(k, "SCHOOL", "SCH", 3);
		dice_battery(k, "ESS4", "SCH");
	}
	k->p.co2_price_per_kg = chance(0.5) ? 3 : 0;
	k->p.curtail_price = chance(0.2) ? 1 : 0;
	k->p.outage_h = chance(0.4) ? dice(0, 3) : 0;
	if (chance(0.3)) { /* prices of its own, as a study gives */
		k->p.lost_price = 100;
		k->p.heat_lost_price = 3000;
		k->p.over_price = 1;
		k->p.reserve_price = 5;
		k->p.filed_price = 0;
		k->p.contract_price = 0;
	}
	return k;
}

#endif
