/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_study.c - studies whose outcome is known by hand.
 */
#include "config.h"

#include "scada/dispatch/problem.h"
#include "tests/unit/t.h"
#include "tests/unit/study_kit.h"

#define BUS "  buses: [{name: MAIN, carrier: electricity}]\n  assets:\n"
#define LOAD \
	"    - {name: HOUSE, kind: load, bus: MAIN, lost_load_cost_per_kwh: 10, data: [{series: load_kw, column: " \
	"load}]}\n"
#define GRID \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, price_import: 0.2, co2_kg_per_kwh: 0.5," \
	" data: [{series: available, column: there}, {series: price_import, column: price}]}\n"
#define SUN "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 100, data: [{series: pv_kw, column: sun, scale: 100}]}\n"
#define BATTERY \
	"    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 100, charge_kw: 50, discharge_kw: 50, " \
	"efficiency_charge: 0.8," \
	" efficiency_discharge: 0.8, standby_pct_per_day: 0, soc_min_pct: 0, soc_max_pct: 100, wear_cost_per_kwh: " \
	"0.01}\n"
/* 0.25 a kWh, at least 10 kW. */
#define DIESEL \
	"    - {name: SET, kind: gas-turbine, bus: MAIN, rated_kw: 50, min_kw: 10, fuel_full_m3_per_h: 12.5, " \
	"fuel_idle_share: 0," \
	" fuel_price: 1, fuel_co2_kg_per_m3: 2, start_cost: 3}\n"

static struct kit k;

START_TEST(the_words_of_a_site_are_the_series_of_a_problem)
{
	const struct key_word *w = asset_data_schema.keys[0].words;

	for (int i = 0; i < SERIES_COUNT; i++)
		ck_assert_int_eq(series_find(w[i].word), i);
	for (int i = 0; i < SERIES_COUNT; i++)
		ck_assert_int_eq(w[i].value, i);
	ck_assert(w[SERIES_COUNT].word == NULL);
}
END_TEST

static const enum study_policy policies[] = { STUDY_PLAN, STUDY_RULES, STUDY_NONE };

START_TEST(a_grid_alone_costs_what_is_drawn)
{
	ck_assert_msg(kit_site(&k, "  co2_price_per_kg: 0.1\n" BUS GRID LOAD, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load,there,price\n0,10,1,0.2\n1,20,1,0.3\n2,30,1,0.1\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, policies[_i], STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->cost[COST_IMPORT], 11, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_CO2], 60 * 0.5 * 0.1, 1e-6);
	ck_assert_double_eq_tol(s->total, 14, 1e-6);
	ck_assert_double_eq_tol(s->co2_kg, 30, 1e-6);
	ck_assert_double_eq_tol(s->peak_kw, 30, 1e-6);
	ck_assert_double_eq_tol(s->import_kwh, 60, 1e-6);
	kit_balance(&k);
	kit_done(&k);
}
END_TEST

START_TEST(a_grid_that_fails_leaves_loads_unserved)
{
	ck_assert_msg(kit_site(&k, BUS GRID LOAD, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load,there,price\n0,10,1,0.2\n1,20,0,0.3\n2,30,1,0.1\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, policies[_i], STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->unserved_kwh, 20, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_LOST], 200, 1e-6);
	ck_assert_double_eq_tol(s->total, 205, 1e-6);
	kit_balance(&k);
	kit_done(&k);
}
END_TEST

/* 5 kW is less than the set's least: it runs, and 5 kW are taken by nobody. */
START_TEST(a_set_alone_serves_all)
{
	ck_assert_msg(kit_site(&k, "  over_cost_per_kwh: 1\n" BUS DIESEL LOAD, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load\n0,5\n1,20\n2,60\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, policies[_i], STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->unserved_kwh, 10, 1e-6);
	ck_assert_double_eq_tol(s->over_kwh, 5, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_FUEL], 80 * 0.25, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_START], 3, 1e-6);
	ck_assert_double_eq_tol(s->total, 100 + 5 + 20 + 3, 1e-6);
	ck_assert_double_eq_tol(s->co2_kg, 80 * 0.25 * 2, 1e-6);
	ck_assert_uint_eq(k.r.assets[0].starts, 1);
	kit_balance(&k);
	kit_done(&k);
}
END_TEST

/* 50 kWh over in the first hour: 40 are stored, 32 come back. */
START_TEST(rules_store_what_is_over)
{
	ck_assert_msg(kit_site(&k, BUS GRID LOAD SUN BATTERY, ""), "%s", k.said);
	ck_assert_msg(
	    kit_bind(&k, "hour,load,there,price,sun\n0,50,1,0.2,1\n1,30,1,0.2,0\n2,30,1,0.2,0\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, STUDY_RULES, STUDY_PERFECT, 48, 0);
	double given = k.r.assets[3].made_kwh;
	ck_assert_double_eq_tol(k.r.assets[3].taken_kwh, 50, 1e-6);
	ck_assert_double_gt(given, 30);
	ck_assert_double_le(given, 32 + 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_IMPORT], (60 - given) * 0.2, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_WEAR], given * 0.01, 1e-6);
	kit_balance(&k);
	s = kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->total, 60 * 0.2, 1e-6);
	ck_assert_double_eq_tol(s->curtailed_kwh, 50, 1e-6);
	kit_balance(&k);
	kit_done(&k);
}
END_TEST

/* 20 kWh at 1.0 come from 31.25 at 0.1, and are worn by 0.01. */
START_TEST(a_plan_buys_when_it_is_cheap)
{
	ck_assert_msg(kit_site(&k, BUS GRID LOAD BATTERY, ""), "%s", k.said);
	ck_assert_msg(
	    kit_bind(&k, "hour,load,there,price\n0,20,1,0.1\n1,20,1,0.1\n2,20,1,1\n3,0,1,0.001\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0);
	/* The last hour is so cheap that the battery is not left full of anything dearer; what it holds then was bought there. */
	double bought_last = k.r.assets[2].stored_end / 0.8 * 0.001;
	ck_assert_double_eq_tol(s->total - bought_last, 4 + 20 / 0.64 * 0.1 + 0.2, 1e-3);
	ck_assert_uint_eq(k.r.plans, 4);
	ck_assert_uint_eq(k.r.plans_failed, 0);
	kit_balance(&k);
	s = kit_run(&k, STUDY_RULES, STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->total, 24, 1e-6);
	kit_done(&k);
}
END_TEST

START_TEST(a_battery_carries_an_outage_that_is_foreseen)
{
	ck_assert_msg(kit_site(&k, BUS GRID LOAD BATTERY, ""), "%s", k.said);
	ck_assert_msg(
	    kit_bind(&k, "hour,load,there,price\n0,20,1,0.1\n1,20,1,0.1\n2,20,0,1\n3,10,1,0.1\n", 0), "%s", k.said);
	ck_assert_double_eq_tol(kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0)->unserved_kwh, 0, 1e-6);
	kit_balance(&k);
	ck_assert_double_eq_tol(kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0)->unserved_kwh, 20, 1e-6);
	kit_done(&k);
}
END_TEST

/* The set alone would have to run below its least by night. */
START_TEST(a_set_and_a_battery_without_a_grid)
{
	ck_assert_msg(kit_site(&k, "  over_cost_per_kwh: 1\n" BUS DIESEL LOAD SUN BATTERY, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load,sun\n0,40,0\n1,20,0.6\n2,20,0.5\n3,20,0\n4,30,0\n", 0), "%s", k.said);
	double plan = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0)->total;
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 0, 1e-6);
	kit_balance(&k);
	double fuel = 0.25 / 0.8; /* which a kWh in the battery saves */
	plan -= fuel * k.r.assets[3].stored_end;
	double rules = kit_run(&k, STUDY_RULES, STUDY_PERFECT, 48, 0)->total;
	rules -= fuel * k.r.assets[3].stored_end;
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 0, 1e-6);
	kit_balance(&k);
	double none = kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0)->total;
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 0, 1e-6);
	kit_balance(&k);
	ck_assert_double_le(plan, rules + 1e-6);
	ck_assert_double_lt(rules, none);
	kit_done(&k);
}
END_TEST

#define HEAT \
	"  heat_lost_cost_per_t: 500\n  buses: [{name: STEAM, carrier: heat}]\n  assets:\n" \
	"    - {name: BOILER, kind: boiler, heat_bus: STEAM, rated_t_per_h: 2, fuel_price: 0.5, fuel_m3_per_t: 80," \
	" fuel_co2_kg_per_m3: 2}\n" \
	"    - {name: BATH, kind: load, heat_bus: STEAM, data: [{series: heat_t_per_h, column: steam}]}\n"

START_TEST(heat_alone)
{
	ck_assert_msg(kit_site(&k, HEAT, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,steam\n0,1\n1,3\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, policies[_i], STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->cost[COST_FUEL], 3 * 80 * 0.5, 1e-6);
	ck_assert_double_eq_tol(s->heat_lost_t, 1, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_LOST], 500, 1e-6);
	ck_assert_double_eq_tol(s->co2_kg, 3 * 80 * 2, 1e-6);
	kit_done(&k);
}
END_TEST

/* A plant of its own: 2 t/h make 300 kW, of which it takes 50. */
#define PLANT \
	"  buses: [{name: MAIN, carrier: electricity}, {name: STEAM, carrier: heat}]\n  assets:\n" \
	"    - {name: F1, kind: furnace, heat_bus: STEAM, waste_t_per_h: 1, steam_t_per_h: 2}\n" \
	"    - {name: STG, kind: steam-turbine, bus: MAIN, heat_bus: STEAM, rated_kw: 400, kw_per_t: 150, " \
	"aux_kw_one: 50," \
	" aux_kw_two: 50}\n" \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, export_max_kw: 1000, price_import: 0.2, " \
	"price_export: 0.1}\n"

START_TEST(a_plant_serves_itself_before_it_sells)
{
	ck_assert_msg(kit_site(&k, PLANT LOAD, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load\n0,100\n1,100\n", 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, policies[_i], STUDY_PERFECT, 48, 0);
	ck_assert_double_eq_tol(s->unserved_kwh, 0, 1e-6);
	ck_assert_double_eq_tol(s->export_kwh, 2 * 150, 1e-3);
	ck_assert_double_eq_tol(s->total, -30, 1e-3);
	kit_done(&k);
}
END_TEST

#define TARIFF \
	"tariffs:\n  - from: 2025-01-01\n    plan: p\n    contract: agreed\n    contract_kw: 20\n    base_price: 10\n" \
	"    excess_factor: 1.5\n    power_factor_pct: 85\n    source: made up\n    energy:\n" \
	"      - {name: day, from: 08:00, to: 22:00, price: 0.3}\n      - {name: night, price: 0.1}\n"
#define DEAR_LOAD \
	"    - {name: HOUSE, kind: load, bus: MAIN, lost_load_cost_per_kwh: 1000, data: [{series: load_kw, column: " \
	"load}]}\n"
#define TARIFF_GRID "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100}\n"

/* Minutes: the half hour's mean counts, not its greatest minute. */
START_TEST(demand_is_the_mean_of_a_half_hour)
{
	char csv[8192] = "time,load\n", row[64];

	ck_assert_msg(kit_site(&k, BUS TARIFF_GRID DEAR_LOAD, TARIFF), "%s", k.said);
	for (int m = 0; m < 120; m++) {
		str_printf(row, sizeof(row), "2026-01-05T%02d:%02d:00Z,%d\n", 7 + m / 60, m % 60,
		    m < 30       ? 24
		        : m < 45 ? 40
		                 : 5);
		str_append(csv, sizeof(csv), row);
	}
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	const struct study_sums *s = kit_run(&k, policies[_i], STUDY_PERFECT, 2, 0);
	ck_assert_double_eq_tol(s->peak_kw, 24, 1e-6);
	/* An hour at 0.1, one at 0.3; 2 of 744 hours of the contract and 4 kW beyond it. */
	ck_assert_double_eq_tol(s->cost[COST_IMPORT], (12 + 10 + 1.25) * 0.1 + 5 * 0.3, 1e-6);
	ck_assert_double_eq_tol(s->cost[COST_DEMAND], (20 * 10 + 4 * 15) * 2 / 744.0, 1e-6);
	kit_done(&k);
}
END_TEST

START_TEST(a_plan_keeps_the_peak_down)
{
	ck_assert_msg(kit_site(&k, BUS TARIFF_GRID LOAD BATTERY, TARIFF), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load\n0,10\n1,10\n2,30\n3,10\n", 0), "%s", k.said);
	ck_assert_double_eq_tol(kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0)->peak_kw, 20, 1e-3);
	ck_assert_double_eq_tol(kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0)->peak_kw, 30, 1e-3);
	kit_done(&k);
}
END_TEST

START_TEST(rows_are_averaged_into_steps)
{
	ck_assert_msg(kit_site(&k, BUS GRID LOAD, ""), "%s", k.said);
	ck_assert_msg(
	    kit_bind(&k, "hour,load,there,price\n0,10,1,0.2\n0.5,30,1,0.4\n1,20,1,0.2\n1.5,20,0,0.2\n", KIT_HOUR), "%s",
	    k.said);
	const struct study_sums *s = kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0);
	ck_assert_uint_eq(k.r.steps, 2);
	ck_assert_double_eq_tol(s->cost[COST_IMPORT], 20 * 0.3, 1e-6);
	ck_assert_double_eq_tol(s->unserved_kwh, 20, 1e-6); /* out for a part is out */
	kit_done(&k);
}
END_TEST

/* Two weeks of hours, the same each day but for a sawtooth. */
static void
days(char *csv, size_t size, int count)
{
	char row[80];

	str_copy(csv, size, "hour,load,there,price,sun\n");
	for (int h = 0; h < 24 * count; h++) {
		double day = h % 24 >= 8 && h % 24 < 20 ? 1 : 0;
		str_printf(row, sizeof(row), "%d,%g,1,%g,%g\n", h, 20 + 20 * day + (h * 7 % 5), day > 0 ? 0.4 : 0.1,
		    h % 24 >= 8 && h % 24 < 16 ? (1 - fabs(h % 24 - 11.5) / 5) * (0.8 + 0.02 * (h / 24 * 3 % 7)) : 0);
		str_append(csv, size, row);
	}
}

START_TEST(learned_forecasts_cost_little_more_than_knowing)
{
	static char csv[65536];

	ck_assert_msg(
	    kit_site(&k, "  latitude_deg: 35\n  longitude_deg: 0\n" BUS GRID LOAD SUN BATTERY, ""), "%s", k.said);
	days(csv, sizeof(csv), 14);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	double perfect = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 24, 0)->total;
	double learned = kit_run(&k, STUDY_PLAN, STUDY_LEARNED, 24, 0)->total;
	ck_assert_uint_eq(k.r.plans_failed, 0);
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 0, 1e-6);
	kit_balance(&k);
	double none = kit_run(&k, STUDY_NONE, STUDY_PERFECT, 24, 0)->total;
	ck_assert_double_ge(learned, perfect - 1);
	ck_assert_double_lt(none - perfect, 2 * (none - learned)); /* it keeps more than half of what can be saved */
	kit_done(&k);
}
END_TEST

START_TEST(seldom_planning_costs_no_less)
{
	static char csv[65536];

	ck_assert_msg(kit_site(&k, BUS GRID LOAD SUN BATTERY, ""), "%s", k.said);
	days(csv, sizeof(csv), 5);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	double night = 0.1 / 0.8; /* a kWh in the battery */
	double each = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0)->total - night * k.r.assets[3].stored_end;
	unsigned plans = k.r.plans;
	double daily = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 24)->total - night * k.r.assets[3].stored_end;
	ck_assert_uint_eq(plans, 120);
	ck_assert_uint_eq(k.r.plans, 5);
	ck_assert_double_ge(daily, each - 1e-3 * fabs(each));
	kit_done(&k);
}
END_TEST

static const struct {
	const char *energy, *csv, *sentence;
} faults[] = {
	{ BUS GRID LOAD, "hour,lod,there,price\n0,1,1,1\n1,1,1,1\n",
	    "data.csv:1:1: there is no column \"load\", which the site file wants as load_kw of HOUSE; did you mean "
	    "lod?\n" },
	{ BUS GRID LOAD, "hour,load,there,price\n0,1,1,1\n1,-3,1,1\n",
	    "data.csv:3:3: load_kw of HOUSE is -3 (column x 1 + 0); 0 to 1e7 kW would be right\n" },
	{ BUS GRID LOAD, "hour,load,there,price\n0,1,0.5,1\n1,3,1,nan\n",
	    "data.csv:2:5: available of GRID is 0.5 (column x 1 + 0); 0 or 1 would be right\n"
	    "data.csv:3:7: price is \"nan\"; a number as 12.5 would be right\n" },
	{ BUS "    - {name: HOUSE, kind: load, bus: MAIN}\n", "hour,load\n0,1\n1,2\n",
	    "data.csv:1:1: the load HOUSE has no column; data: [{series: load_kw, column: ...}] in the site file would "
	    "be "
	    "right\n" },
	{ BUS "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 5}\n", "hour,load\n0,1\n1,2\n",
	    "data.csv:1:1: SUN has no column; data: [{series: pv_kw, column: ...}] in the site file would be right\n" },
};

START_TEST(what_does_not_fit_is_said_and_nothing_runs)
{
	ck_assert_msg(kit_site(&k, faults[_i].energy, ""), "%s", k.said);
	ck_assert(!kit_bind(&k, faults[_i].csv, 0));
	ck_assert_str_eq(k.said, faults[_i].sentence);
	kit_done(&k);
}
END_TEST

START_TEST(a_series_that_a_kind_has_not_is_a_fault_of_the_site)
{
	ck_assert(!kit_site(
	    &k, BUS "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 5, data: [{series: load_kw, column: a}]}\n", ""));
	ck_assert_msg(
	    strstr(k.said, "a pv has no series 'load_kw'; it takes available fixed_kw pv_kw") != NULL, "%s", k.said);
	ck_assert(!kit_site(&k,
	    BUS "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 5, data: [{series: pv_kw, column: a}, {series: pv_kw, "
	        "column: b}]}\n",
	    ""));
	ck_assert_msg(strstr(k.said, "a second column for pv_kw") != NULL, "%s", k.said);
}
END_TEST

START_TEST(a_span_beyond_the_file_is_refused)
{
	ck_assert_msg(kit_site(&k, BUS GRID LOAD, ""), "%s", k.said);
	k.csv = xstrdup("hour,load,there,price\n0,10,1,0.2\n0.016667,20,1,0.3\n");
	ck_assert_int_eq(columns_read("data.csv", k.csv, strlen(k.csv), (struct utc){ INT64_C(1767225600) * US_PER_S },
	                     &k.c, kit_hear, &k),
	    OK);
	/* So far beyond that the number of its step would not fit an unsigned. */
	ck_assert(!study_bind(k.site, &k.c, NULL, 0,
	    (struct utc){ k.c.start.us + (INT64_C(1) << 32) * (KIT_HOUR / 60) }, (struct utc){ 0 }, &k.d));
	ck_assert_msg(strstr(k.said, "leave no step of the file") != NULL, "%s", k.said);
	kit_done(&k);
}
END_TEST

START_TEST(a_horizon_of_too_many_steps_is_refused)
{
	const struct study_asked asked = { .policy = STUDY_PLAN, .horizon_us = 601 * KIT_HOUR, .solver_s = 1 };

	ck_assert_msg(kit_site(&k, BUS GRID LOAD, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, "hour,load,there,price\n0,10,1,0.2\n1,20,1,0.3\n", 0), "%s", k.said);
	ck_assert(!study_run(&k.d, &asked, NULL, NULL, &k.r, k.why, sizeof(k.why)));
	ck_assert_str_eq(k.why,
	    "a horizon of 25d1h in steps of 1h is 601 steps; 1 to 600 (a longer --step, a shorter --horizon) would be "
	    "right");
	kit_done(&k);
}
END_TEST

T_MAIN("study",
    T(the_words_of_a_site_are_the_series_of_a_problem) T_LOOP(a_grid_alone_costs_what_is_drawn, 0, 3) T_LOOP(
        a_grid_that_fails_leaves_loads_unserved, 0, 3) T_LOOP(a_set_alone_serves_all, 0, 3) T(rules_store_what_is_over)
        T(a_plan_buys_when_it_is_cheap) T(a_battery_carries_an_outage_that_is_foreseen)
            T(a_set_and_a_battery_without_a_grid) T_LOOP(heat_alone, 0, 3) T_LOOP(a_plant_serves_itself_before_it_sells,
                0, 3) T_LOOP(demand_is_the_mean_of_a_half_hour, 0, 3) T(a_plan_keeps_the_peak_down)
                T(rows_are_averaged_into_steps) T_LONG(learned_forecasts_cost_little_more_than_knowing)
                    T_LONG(seldom_planning_costs_no_less) T_LOOP(what_does_not_fit_is_said_and_nothing_runs, 0, 5)
                        T(a_series_that_a_kind_has_not_is_a_fault_of_the_site) T(a_horizon_of_too_many_steps_is_refused)
                            T(a_span_beyond_the_file_is_refused))
