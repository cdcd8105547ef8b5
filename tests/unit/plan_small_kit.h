/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_small_kit.h - the small districts of t_plan_build: one bus of electricity, and steam beside it. Include after plan_kit.h; everything is
 * static.
 */
#ifndef CHISAN_PLAN_SMALL_KIT_H
#define CHISAN_PLAN_SMALL_KIT_H

#include "tests/unit/problem_kit.h"

static inline struct problem_kit *
one_bus(unsigned steps, double hours)
{
	struct problem_kit *k = kit_problem(steps, hours);

	kit_bus(k, "MAIN", CARRIER_ELECTRICITY, NULL);
	k->p.end_value = 0;
	return k;
}

static inline void
near_kw(double v, double right)
{
	ck_assert_double_eq_tol(v, right, 1e-4);
}

static inline struct problem_kit *
steam_district(unsigned steps, unsigned *stg)
{
	struct problem_kit *k = one_bus(steps, 1);

	kit_bus(k, "STEAM", CARRIER_HEAT, NULL);
	kit_grid(k, 3000, 3000, 20, 10);
	unsigned f = kit_asset(k, "F1", ASSET_FURNACE, NULL, "STEAM");
	((struct asset_furnace *)k->assets[f].parameters)->steam_t_per_h = 10;
	*stg = kit_asset(k, "STG", ASSET_STG, "MAIN", "STEAM");
	struct asset_stg *g = k->assets[*stg].parameters;
	g->rated_kw = 2000;
	g->min_kw = 200;
	g->kw_per_t = 160;
	g->internal_steam_t_per_h = 2;
	g->extraction_kw_per_t = 110;
	g->extraction_max_t_per_h = 3;
	g->aux_kw_one = 300;
	return k;
}

#endif
