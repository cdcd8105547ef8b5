/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_plan_build.c - small problems whose answer can be worked out by hand: energy, peaks, sets, heat. plan_goals.c has reserves, goals and limits.
 */
#include "config.h"

#include <string.h>

#include "scada/dispatch/lp_what.h"
#include "scada/dispatch/plan.h"
#include "tests/unit/t_part.h"
#include "tests/unit/problem_kit.h"
#include "tests/unit/plan_kit.h"
#include "tests/unit/plan_small_kit.h"

/* An hour at 10, an hour at 30; 45 kWh are stored of 50, 40.5 come out: the load of 60 is served for 60 x 10 + 50 x 10 + 19.5 x 30. */
START_TEST(a_battery_moves_energy_from_cheap_to_dear)
{
	struct problem_kit *k = one_bus(2, 1);
	unsigned grid = kit_grid(k, 500, 0, 10, 0), ess;
	double *price = kit_series(k, grid, SERIES_PRICE_IMPORT, 10);

	kit_load(k, "HALL", 60);
	ess = kit_battery(k, "ESS", 0);
	price[1] = 30;
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], -50);
	near_kw(plan->assets[ess].power_kw[1], 40.5);
	near_kw(plan->assets[ess].energy[0], 45);
	near_kw(plan->cost[COST_IMPORT], 600 + 500 + 19.5 * 30);
	near_kw(plan->total, 1685);
	near_kw(plan->price[0], 10);
	near_kw(plan->price[1], 30);
	ck_assert_int_eq(plan->assets[ess].reason[0], REASON_POWER);
	ck_assert_double_eq_tol(plan->assets[ess].shadow[0], 30 * 0.81 - 10, 1e-2); /* of a kW more to charge with */
	ck_assert_int_eq(plan->assets[ess].reason[1], REASON_SOC_LOW);
	ck_assert_double_eq_tol(plan->assets[ess].shadow[1], 30 * 0.9, 1e-2); /* of a kWh below empty */
	ck_assert_uint_eq(plan->relaxed_count, 0);
	dispatch_plan_free(plan);

	/* 30 x 0.81 is 24.3: dearer than that it does not pay. */
	price[0] = 24.5;
	plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], 0);
	ck_assert_int_eq(plan->assets[ess].reason[0], REASON_SOC_LOW);
	dispatch_plan_free(plan);
	/* Nor if wear takes what is left: 30 - 10 / 0.81 = 17.65 */
	price[0] = 10;
	((struct asset_battery *)k->assets[ess].parameters)->wear_cost_per_kwh = 17.7;
	plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], 0);
	dispatch_plan_free(plan);
	((struct asset_battery *)k->assets[ess].parameters)->wear_cost_per_kwh = 17.6;
	plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], -50);
	near_kw(plan->cost[COST_WEAR], 40.5 * 17.6);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* Three hours at 10, then one at 30, and again: the first will do for both. */
START_TEST(of_hours_that_cost_the_same_the_first_charges)
{
	struct problem_kit *k = one_bus(8, 1);
	unsigned grid = kit_grid(k, 500, 0, 10, 0);
	double *price = kit_series(k, grid, SERIES_PRICE_IMPORT, 10);

	price[3] = price[7] = 30;
	kit_load(k, "HALL", 20);
	unsigned ess = kit_battery(k, "ESS", 0);
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], -2 * 20 / 0.81); /* for both */
	near_kw(plan->assets[ess].power_kw[1], 0);
	near_kw(plan->assets[ess].power_kw[2], 0);
	near_kw(plan->assets[ess].power_kw[3], 20);
	near_kw(plan->total, 10 * (6 * 20 + 2 * 20 / 0.81));
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* Half hours of 60, 60, 140, 60 kW, a month's peak of 100 so far: 20 kWh come from the battery, and no more is shaved than costs. */
START_TEST(a_peak_is_shaved_down_to_the_months_floor)
{
	struct problem_kit *k = one_bus(4, 0.5);
	kit_grid(k, 500, 0, 20, 0);
	unsigned hall = kit_load(k, "HALL", 60), ess = kit_battery(k, "ESS", 60);

	kit_series(k, hall, SERIES_LOAD_KW, 60)[2] = 140;
	k->p.month_count = 1;
	k->p.months[0] = (struct problem_month){ .floor_kw = 100, .price = 1500 };
	k->p.end_value = 20; /* so that it gives nothing but for the peak */
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[2], 40);
	near_kw(plan->peak_kw, 100);
	near_kw(plan->cost[COST_DEMAND], 0);
	ck_assert_int_eq(plan->assets[ess].reason[2], REASON_PEAK);
	ck_assert(plan->assets[ess].shadow[2] > 0);
	dispatch_plan_free(plan);

	k->p.months[0].floor_kw = 145;
	plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[2], 0);
	near_kw(plan->peak_kw, 140);
	dispatch_plan_free(plan);

	/* What was drawn in this half hour before the plan begins counts: 15 of 30 minutes, 40 kWh; the rest may be 40 kW on the mean. */
	k->p.months[0].floor_kw = 100;
	k->p.window_kwh = 40;
	k->p.window_hours = 0.25;
	k->hours[0] = 0.25;
	plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], 20);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* A contract of 100 kW, nothing that could help: it is exceeded, paid for and named. */
START_TEST(a_contract_that_cannot_be_kept_is_named)
{
	struct problem_kit *k = one_bus(2, 0.5);
	kit_grid(k, 500, 0, 20, 0);
	unsigned hall = kit_load(k, "HALL", 60);
	double size;

	kit_series(k, hall, SERIES_LOAD_KW, 60)[1] = 130;
	k->p.month_count = 1;
	k->p.months[0] = (struct problem_month){ .floor_kw = 10, .free_kw = 100, .price = 1500 };
	struct plan *plan = kit_plan(k);
	near_kw(plan->cost[COST_DEMAND], 30 * 1500);
	near_kw(plan->unserved_kwh, 0);
	ck_assert_uint_eq(plan->relaxed_count, 1);
	ck_assert_uint_eq(kit_relaxed(plan, RELAX_CONTRACT, &size), 1);
	near_kw(size, 30);
	ck_assert_int_eq(plan->relaxed[0].step, 1);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* No more than 40 kW were promised for the second hour: the battery carries the rest; without one it is exceeded and named. */
START_TEST(what_was_promised_is_a_goal_like_the_contract)
{
	struct problem_kit *k = one_bus(2, 1);
	unsigned grid = kit_grid(k, 500, 0, 20, 0), ess;
	double size, draw[2] = { (double)NAN, 40 };

	kit_load(k, "HALL", 60);
	ess = kit_battery(k, "ESS", 50);
	k->p.month_count = 1;
	k->p.draw_kw = draw;
	struct plan *plan = kit_plan(k);
	ck_assert_uint_eq(plan->relaxed_count, 0);
	ck_assert_double_le(plan->assets[grid].power_kw[1], 40.001);
	ck_assert_double_ge(plan->assets[ess].power_kw[1], 19.999);
	dispatch_plan_free(plan);
	kit_series(k, ess, SERIES_FIXED_KW, 0);
	plan = kit_plan(k);
	near_kw(plan->unserved_kwh, 0); /* no load goes for it */
	ck_assert_uint_eq(plan->relaxed_count, 1);
	ck_assert_uint_eq(kit_relaxed(plan, RELAX_CONTRACT, &size), 1);
	near_kw(size, 20);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* Sun of 100 at noon over a load of 40; export brings 8, a kWh in the evening costs 30: what fits is stored, the rest is given away. */
START_TEST(sun_is_stored_before_it_is_sold_badly)
{
	struct problem_kit *k = one_bus(2, 1);
	unsigned grid = kit_grid(k, 500, 500, 30, 8), hall = kit_load(k, "HALL", 40);
	unsigned pv = kit_asset(k, "PV", ASSET_PV, "MAIN", NULL), ess = kit_battery(k, "ESS", 0);

	kit_series(k, pv, SERIES_PV_KW, 0)[0] = 100;
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[ess].power_kw[0], -40 / 0.81); /* so that 40 kWh come out in the evening */
	near_kw(plan->assets[ess].power_kw[1], 40);
	near_kw(plan->assets[grid].power_kw[0], -(60 - 40 / 0.81));
	near_kw(plan->assets[hall].power_kw[0], 40);
	ck_assert_int_eq(plan->assets[pv].reason[0], REASON_SUN);
	ck_assert_int_eq(plan->assets[ess].reason[0], REASON_SURPLUS);
	dispatch_plan_free(plan);

	/* Nobody takes the rest: held down, and no goal is broken by it. */
	((struct asset_grid *)k->assets[grid].parameters)->export_max_kw = 0;
	plan = kit_plan(k);
	ck_assert_int_eq(plan->assets[pv].reason[0], REASON_CURTAILED);
	ck_assert_uint_eq(plan->relaxed_count, 0);
	near_kw(plan->over_kwh, 0);
	dispatch_plan_free(plan);
	/* Neither gained nor lost by giving: it is given; at the least cost it is not, unless that of holding it down is more. */
	static const struct {
		double price, curtail;
		enum plan_reason reason;
	} cases[] = { { 0, 0, REASON_SUN }, { -0.1, 0, REASON_CURTAILED }, { -0.1, 0.2, REASON_SUN } };
	((struct asset_grid *)k->assets[grid].parameters)->export_max_kw = 500;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		((struct asset_grid *)k->assets[grid].parameters)->price_export = cases[i].price;
		k->p.curtail_price = cases[i].curtail;
		plan = kit_plan(k);
		ck_assert_int_eq(plan->assets[pv].reason[0], cases[i].reason);
		dispatch_plan_free(plan);
	}
	((struct asset_grid *)k->assets[grid].parameters)->export_max_kw = 0;
	k->p.curtail_price = 0.5;
	plan = kit_plan(k);
	ck_assert(plan->cost[COST_OVER] > 0.5 * (60 - 50 - 1e-3));
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* A kWh of the set is 3 at full load, 100 + 200/100 x P for an hour. Grid at 2, 9, 2, 9. */
START_TEST(a_set_starts_when_it_pays_and_runs_its_time)
{
	struct problem_kit *k = one_bus(4, 1);
	unsigned grid = kit_grid(k, 500, 0, 2, 0), set;
	double *price = kit_series(k, grid, SERIES_PRICE_IMPORT, 2);
	struct asset_gtc *g;

	price[1] = price[3] = 9;
	kit_load(k, "HALL", 150);
	set = kit_set(k, "SET", false);
	g = k->assets[set].parameters;
	g->start_cost = 50;
	struct plan *plan = kit_plan(k);
	const bool twice[] = { false, true, false, true };
	ck_assert_mem_eq(plan->assets[set].is_on, twice, sizeof(twice));
	near_kw(plan->assets[set].power_kw[1], 100);
	near_kw(plan->cost[COST_START], 100);
	near_kw(plan->cost[COST_FUEL], 600);
	near_kw(plan->total, 2 * 300 + 2 * 450 + 700);
	dispatch_plan_free(plan);

	/* Through the cheap hour at its least: 40 kW, 180 of fuel for 80 saved. A start at 120 is dearer than that. */
	g->start_cost = 120;
	plan = kit_plan(k);
	near_kw(plan->cost[COST_START], 120);
	near_kw(plan->assets[set].power_kw[2], 40);
	ck_assert_int_eq(plan->assets[set].reason[2], REASON_MINIMUM);
	dispatch_plan_free(plan);

	/* Three hours down before it starts again: once only. Two hours up: on through hour 2, whatever it costs. */
	g->start_cost = 0;
	g->min_down_us = INT64_C(3) * 3600 * US_PER_S;
	plan = kit_plan(k);
	near_kw(plan->assets[set].power_kw[2], 40); /* 100 lost in the cheap hour, 600 won in the dear one */
	dispatch_plan_free(plan);
	g->min_down_us = 0;
	g->min_up_us = INT64_C(2) * 3600 * US_PER_S;
	price[3] = 2;
	plan = kit_plan(k);
	ck_assert(plan->assets[set].is_on[1] && (plan->assets[set].is_on[0] || plan->assets[set].is_on[2]));
	ck_assert(!plan->assets[set].is_on[3]);
	dispatch_plan_free(plan);
	g->min_up_us = INT64_C(3) * 3600 * US_PER_S;
	g->fuel_price = 20; /* 6 a kWh: 300 won, 2 x 280 lost */
	plan = kit_plan(k);
	ck_assert(!plan->assets[set].is_on[1]);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

START_TEST(a_set_goes_on_where_it_was)
{
	struct problem_kit *k = one_bus(4, 1);
	kit_grid(k, 500, 0, 1, 0); /* the set is never worth it */
	kit_load(k, "HALL", 150);
	unsigned on = kit_set(k, "A", true), off = kit_set(k, "B", false);
	struct asset_gtc *a = k->assets[on].parameters, *b = k->assets[off].parameters;

	a->min_up_us = INT64_C(3) * 3600 * US_PER_S;
	k->in[on].in_state_h = 1;
	struct plan *plan = kit_plan(k);
	const bool two_more[] = { true, true, false, false };
	ck_assert_mem_eq(plan->assets[on].is_on, two_more, sizeof(two_more));
	ck_assert_int_eq(plan->assets[on].reason[1], REASON_UP_TIME);
	dispatch_plan_free(plan);

	/* Out of service ends it at once. */
	kit_series(k, on, SERIES_AVAILABLE, 0);
	plan = kit_plan(k);
	ck_assert(!plan->assets[on].is_on[0]);
	ck_assert_int_eq(plan->assets[on].reason[0], REASON_OUT);
	dispatch_plan_free(plan);

	/* Now it would pay, and may not start yet: an hour of standing is left, then half an hour of starting. */
	kit_series(k, 0, SERIES_PRICE_IMPORT, 100);
	b->min_down_us = INT64_C(2) * 3600 * US_PER_S;
	k->in[off].in_state_h = 1;
	plan = kit_plan(k);
	const bool later[] = { false, true, true, true };
	ck_assert_mem_eq(plan->assets[off].is_on, later, sizeof(later));
	ck_assert_int_eq(plan->assets[off].reason[0], REASON_DOWN_TIME);
	dispatch_plan_free(plan);
	b->min_down_us = 0;
	b->start_time_us = INT64_C(90) * 60 * US_PER_S;
	plan = kit_plan(k);
	ck_assert_mem_eq(plan->assets[off].is_on, later, sizeof(later));
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* 10 t/h of steam, 2 internal: 160 x 8 = 1280 kW; a t/h to the baths costs 110 kW as extraction, 160 beside the turbine. */
START_TEST(heat_costs_power)
{
	unsigned stg;
	struct problem_kit *k = steam_district(3, &stg);
	unsigned bath = kit_asset(k, "BATH", ASSET_LOAD, NULL, "STEAM");
	double *heat = kit_series(k, bath, SERIES_HEAT, 0);

	heat[1] = 2;
	heat[2] = 4;
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[stg].power_kw[0], 1280);
	near_kw(plan->assets[stg].power_kw[1], 1280 - 220);
	near_kw(plan->assets[stg].power_kw[2], 1280 - 330 - 160);
	near_kw(plan->assets[stg].heat[0], -10);
	near_kw(plan->assets[stg].heat[2], -6);
	near_kw(plan->assets[bath].heat[2], -4);
	near_kw(plan->assets[0].power_kw[0], -980); /* less the plant's own 300 */
	near_kw(plan->cost[COST_EXPORT], -10 * (980 + 760 + 490));
	ck_assert_uint_eq(plan->relaxed_count, 0);
	dispatch_plan_free(plan);

	/* More than there is: named, with its size. */
	double size;
	heat[2] = 9;
	plan = kit_plan(k);
	ck_assert_uint_eq(kit_relaxed(plan, RELAX_HEAT, &size), 1);
	ck_assert(size > 0.9 && size < 3);
	ck_assert_int_eq(plan->assets[bath].reason[2], REASON_SHED);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* The furnace stops: the turbine follows faster than its ramp, since there is no steam. */
START_TEST(a_turbine_follows_its_steam)
{
	unsigned stg;
	struct problem_kit *k = steam_district(3, &stg);
	double size, *steam = kit_series(k, 1, SERIES_STEAM, 10);

	((struct asset_stg *)k->assets[stg].parameters)->ramp_kw_per_min = 2;
	k->in[stg].power_kw = 1280;
	steam[1] = 0;
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[stg].power_kw[1], 0);
	near_kw(plan->assets[stg].power_kw[2], 200); /* its least, where 120 an hour would not do */
	ck_assert_int_eq(plan->assets[stg].reason[1], REASON_SCHEDULE);
	ck_assert_uint_eq(kit_relaxed(plan, RELAX_LOAD, &size), 0);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* Waste heat replaces the boiler, its heat store carries what is left over into the hour without. */
START_TEST(waste_heat_is_used_before_fuel)
{
	struct problem_kit *k = one_bus(2, 1);

	kit_bus(k, "STEAM", CARRIER_HEAT, NULL);
	unsigned grid = kit_grid(k, 500, 0, 9, 0), set = kit_set(k, "SET", false);
	double *price = kit_series(k, grid, SERIES_PRICE_IMPORT, 9);
	price[1] = 1;
	k->assets[set].heat_bus = "STEAM";
	((struct asset_gtc *)k->assets[set].parameters)->heat_full_t_per_h = 2;
	kit_load(k, "HALL", 100);
	unsigned bath = kit_asset(k, "BATH", ASSET_LOAD, NULL, "STEAM");
	kit_series(k, bath, SERIES_HEAT, 0.5);
	unsigned boiler = kit_asset(k, "BOILER", ASSET_BOILER, NULL, "STEAM");
	struct asset_boiler *b = k->assets[boiler].parameters;
	b->rated_t_per_h = 5;
	b->fuel_price = 1;
	b->fuel_m3_per_t = 60;
	struct plan *plan = kit_plan(k);
	near_kw(plan->assets[set].power_kw[0], 100);
	near_kw(plan->assets[set].heat[0], 0.5); /* the rest goes up the stack */
	near_kw(plan->assets[boiler].heat[0], 0);
	near_kw(plan->assets[boiler].heat[1], 0.5);
	near_kw(plan->cost[COST_FUEL], 300 + 30);
	dispatch_plan_free(plan);

	unsigned tank = kit_asset(k, "TANK", ASSET_HEATSTORE, NULL, "STEAM");
	struct asset_heatstore *v = k->assets[tank].parameters;
	v->energy_gj = 10;
	v->charge_t_per_h = v->discharge_t_per_h = 3;
	v->loss_pct_per_h = 10;
	plan = kit_plan(k);
	near_kw(plan->assets[boiler].heat[1], 0);
	near_kw(plan->assets[tank].heat[1], 0.5);
	ck_assert(plan->assets[tank].energy[0] >= 0.5 * 2.7 / 0.9 - 1e-4);
	near_kw(plan->cost[COST_FUEL], 300);
	dispatch_plan_free(plan);

	/* Least load: the boiler makes 0.8 or nothing. */
	k->p.asset_count--;
	b->min_t_per_h = 0.8;
	unsigned dump = kit_asset(k, "DUMP", ASSET_DUMP, NULL, "STEAM");
	((struct asset_dump *)k->assets[dump].parameters)->max_t_per_h = 1;
	plan = kit_plan(k);
	near_kw(plan->assets[boiler].heat[1], 0.8);
	near_kw(plan->assets[dump].heat[1], -0.3);
	ck_assert_int_eq(plan->assets[dump].reason[1], REASON_SURPLUS);
	ck_assert(plan->assets[boiler].is_on[1] && !plan->assets[boiler].is_on[0]);
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

START_TEST(every_word_is_there)
{
	for (int i = 0; i < RELAX_COUNT; i++)
		ck_assert(relax_name(i)[0] != '\0' && relax_help(i)[0] != '\0');
	for (int i = 1; i < REASON_COUNT; i++)
		ck_assert(plan_reason_name(i)[0] != '\0' && plan_reason_help(i)[0] != '\0');
	for (int i = 0; i < COST_PARTS; i++)
		ck_assert(cost_name(i)[0] != '\0');
	for (int i = 1; i < LP_WHAT_COUNT; i++)
		ck_assert(lp_what_name(i)[0] != '\0');
	ck_assert_str_eq(relax_name(RELAX_COUNT), "?");
}
END_TEST

T_PART_OF(plan_goals)
T_MAIN("plan_build",
    T(of_hours_that_cost_the_same_the_first_charges) T(a_battery_moves_energy_from_cheap_to_dear)
        T(a_peak_is_shaved_down_to_the_months_floor) T(a_contract_that_cannot_be_kept_is_named)
            T(sun_is_stored_before_it_is_sold_badly) T(a_set_starts_when_it_pays_and_runs_its_time)
                T(a_set_goes_on_where_it_was) T(heat_costs_power) T(a_turbine_follows_its_steam)
                    T(waste_heat_is_used_before_fuel) T(what_was_promised_is_a_goal_like_the_contract)
                        T(every_word_is_there) T_FROM(plan_goals))
