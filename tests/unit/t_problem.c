/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_problem.c - a problem is looked through whole, with a sentence for each fault; what holds where there is no series; the value at the end.
 */
#include "config.h"

#include <string.h>

#include "scada/dispatch/problem.h"
#include "tests/unit/t.h"
#include "tests/unit/problem_kit.h"

/* A district with one of each kind that has a state. */
static struct problem_kit *
district(void)
{
	struct problem_kit *k = kit_problem(8, 0.25);

	kit_bus(k, "MAIN", CARRIER_ELECTRICITY, NULL);
	kit_bus(k, "STEAM", CARRIER_HEAT, NULL);
	kit_bus(k, "SCH", CARRIER_ELECTRICITY, "MAIN");
	kit_grid(k, 500, 300, 20, 8);
	kit_load(k, "HALL", 80);
	kit_battery(k, "ESS", 50);
	kit_set(k, "SET", false);
	unsigned store = kit_asset(k, "TANK", ASSET_HEATSTORE, NULL, "STEAM");
	((struct asset_heatstore *)k->assets[store].parameters)->energy_gj = 10;
	unsigned pv = kit_asset(k, "PV", ASSET_PV, "SCH", NULL);
	kit_series(k, pv, SERIES_PV_KW, 5);
	kit_asset(k, "BOILER", ASSET_BOILER, NULL, "STEAM");
	unsigned stg = kit_asset(k, "STG", ASSET_STG, "MAIN", "STEAM");
	((struct asset_stg *)k->assets[stg].parameters)->kw_per_t = 150;
	((struct asset_stg *)k->assets[stg].parameters)->rated_kw = 1000;
	k->p.month_count = 1;
	return k;
}
enum { GRID, HALL, ESS, SET, TANK, PV, BOILER, STG };

static void
refused(struct problem_kit *k, const char *says)
{
	char why[300] = "";

	ck_assert_msg(!problem_check(&k->p, why, sizeof(why)), "let through; wanted: %s", says);
	ck_assert_msg(strstr(why, says) != NULL, "said: %s; wanted: %s", why, says);
}

static void
right(struct problem_kit *k)
{
	char why[300] = "";

	ck_assert_msg(problem_check(&k->p, why, sizeof(why)), "%s", why);
}

START_TEST(a_sound_problem_passes)
{
	struct problem_kit *k = district();

	right(k);
	kit_series(k, HALL, SERIES_FIXED_KW, (double)NAN);
	kit_series(k, GRID, SERIES_FILED_KW, (double)NAN);
	right(k);
	kit_drop(k);
}
END_TEST

/* Each member once with what it may not be. */
START_TEST(each_fault_has_its_sentence)
{
	struct problem_kit *k = district();
	const double nan = (double)NAN;
	struct asset_battery *b = k->assets[ESS].parameters;
	struct asset_gtc *g = k->assets[SET].parameters;
	struct asset_stg *s = k->assets[STG].parameters;
	const struct {
		double *where, value;
		const char *says;
	} faults[] = {
		{ &k->hours[3], 0, "hours is 0 in step 3; a second to 24 h would be right" },
		{ &k->hours[7], nan, "hours is nan in step 7" },
		{ &k->p.window_kwh, -1, "window_kwh is -1" },
		{ &k->p.window_hours, nan, "window_hours is nan" },
		{ &k->p.months[0].floor_kw, nan, "month 0: floor_kw nan" },
		{ &k->p.months[0].price, -1, "price -1" },
		{ &k->p.co2_price_per_kg, nan, "co2_price_per_kg is nan; 0 or more would be right" },
		{ &k->p.lost_price, -1, "lost_price is -1; 0 or more, or NaN would be right" },
		{ &k->p.reserve_price, HUGE_VAL, "reserve_price is inf" },
		{ &k->in[ESS].health, 0, "ESS: health is 0; 0.01 to 1.2" },
		{ &k->in[ESS].energy_kwh, 101, "ESS: energy_kwh stored is 101; 0 to 100 kWh would be right" },
		{ &k->in[ESS].energy_kwh, nan, "ESS: energy_kwh stored is nan" },
		{ &k->in[ESS].power_kw, HUGE_VAL, "ESS: power_kw is inf" },
		{ &k->in[SET].in_state_h, nan, "SET: in_state_h is nan" },
		{ &k->in[TANK].heat_gj, 11, "TANK: heat_gj is 11; 0 to 10 GJ" },
		{ &b->efficiency_charge, 0, "ESS: efficiency_charge is 0; 0.3 to 1 would be right" },
		{ &b->energy_kwh, nan, "ESS: energy_kwh is nan; 0.1 to 1e+07 kWh would be right" },
		{ &b->soc_min_pct, 100.5, "ESS: soc_min_pct is 100.5" },
		{ &b->soc_max_pct, -1, "ESS: soc_max_pct is -1" },
		{ &g->min_kw, 200, "SET: min_kw is 200 and rated_kw 100" },
		{ &s->extraction_kw_per_t, 200, "STG: extraction_kw_per_t is 200 and kw_per_t 150" },
		{ &s->kw_per_t, 0, "STG: kw_per_t is 0" },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		double before = *faults[i].where;
		*faults[i].where = faults[i].value;
		refused(k, faults[i].says);
		*faults[i].where = before;
		right(k);
	}
	kit_drop(k);
}
END_TEST

START_TEST(what_a_reserve_reckons_with_is_looked_at)
{
	struct problem_kit *k = district();
	double careful[8] = { 0 };

	k->in[HALL].careful_kw = k->in[PV].careful_kw = careful;
	right(k);
	careful[3] = (double)NAN;
	refused(k, "HALL: careful_kw is nan in step 3; 0 or more kW would be right");
	careful[3] = -1;
	refused(k, "HALL: careful_kw is -1 in step 3");
	careful[3] = 1;
	right(k);
	k->in[ESS].careful_kw = careful;
	refused(k, "ESS: careful_kw of a battery");
	kit_drop(k);
}
END_TEST

START_TEST(each_series_is_looked_at)
{
	struct problem_kit *k = district();

	for (int s = 0; s < SERIES_COUNT; s++) {
		const double *before = k->in[GRID].series[s];
		double *v = kit_series(k, GRID, s, 0);
		right(k);
		v[5] = HUGE_VAL;
		refused(k, "GRID: ");
		refused(k, series_name(s));
		refused(k, "in step 5");
		v[5] = (double)NAN;
		if (s == SERIES_FIXED_KW || s == SERIES_FILED_KW)
			right(k);
		else
			refused(k, "is nan in step 5");
		k->in[GRID].series[s] = before;
		ck_assert_int_eq(series_find(series_name(s)), s);
	}
	kit_series(k, GRID, SERIES_AVAILABLE, 0.5);
	refused(k, "available is 0.5 in step 0; 0 or 1 would be right");
	k->in[GRID].series[SERIES_AVAILABLE] = NULL;
	kit_series(k, GRID, SERIES_PRICE_SURPLUS, 3);
	refused(k, "price_surplus is above price_short in step 0");
	ck_assert_int_eq(series_find("sun"), -1);
	kit_drop(k);
}
END_TEST

START_TEST(what_is_missing_is_refused)
{
	struct problem_kit *k = district();
	const double *load = k->in[HALL].series[SERIES_LOAD_KW], *sun = k->in[PV].series[SERIES_PV_KW];

	k->in[HALL].series[SERIES_LOAD_KW] = NULL;
	refused(k, "HALL: load_kw is missing; a value for each step would be right");
	k->in[HALL].series[SERIES_LOAD_KW] = load;
	k->in[PV].series[SERIES_PV_KW] = NULL;
	refused(k, "PV: pv_kw is missing");
	k->in[PV].series[SERIES_PV_KW] = sun;
	k->p.hours = NULL;
	refused(k, "hours is missing");
	k->p.hours = k->hours;
	k->p.window = NULL;
	refused(k, "window is missing");
	k->p.window = k->window;
	k->p.month = NULL;
	refused(k, "month is missing");
	k->p.month = k->month;
	k->p.steps = 0;
	refused(k, "steps is 0; 1 to 600 would be right");
	k->p.steps = PROBLEM_STEPS_MAX + 1;
	refused(k, "steps is 601");
	k->p.steps = 8;
	kit_series(k, TANK, SERIES_FIXED_KW, 5);
	refused(k, "TANK: fixed_kw is given and it is not electric");
	k->in[TANK].series[SERIES_FIXED_KW] = NULL;
	k->window[4] = 0;
	refused(k, "window is 0 in step 4 and 1 before");
	k->window[4] = 2;
	k->month[6] = 1;
	refused(k, "month is 1 in step 6; less than month_count 1");
	k->p.month_count = 2;
	k->month[6] = 0;
	k->month[7] = 1;
	refused(k, "window 3 is in two months in step 7");
	kit_drop(k);
}
END_TEST

START_TEST(places_that_do_not_exist_are_refused)
{
	struct problem_kit *k = district();

	k->assets[ESS].bus = "MIAN";
	refused(k, "ESS: its bus MIAN does not exist");
	k->assets[ESS].bus = "STEAM";
	refused(k, "ESS: its bus STEAM carries heat; one that carries electricity would be right");
	k->assets[ESS].bus = NULL;
	refused(k, "ESS: it has no bus");
	k->assets[ESS].bus = "MAIN";
	k->assets[TANK].heat_bus = NULL;
	refused(k, "TANK: it has no heat_bus");
	k->assets[TANK].heat_bus = "STEAM";
	k->buses[2].parent = "STEAM";
	refused(k, "bus SCH: its parent STEAM carries something else");
	k->buses[2].parent = "NO";
	refused(k, "bus SCH: its parent NO does not exist");
	k->buses[2].parent = "MAIN";
	k->buses[0].parent = "SCH";
	refused(k, "its parents lead back to it");
	k->buses[0].parent = NULL;
	right(k);
	kit_drop(k);
}
END_TEST

START_TEST(without_series_the_parameters_hold)
{
	struct problem_kit *k = district();
	double *price = kit_series(k, GRID, SERIES_PRICE_IMPORT, 20),
	       *available = kit_series(k, GRID, SERIES_AVAILABLE, 1);

	price[2] = 33;
	available[6] = 0;
	ck_assert_double_eq(problem_at(&k->p, GRID, SERIES_PRICE_IMPORT, 2), 33);
	ck_assert_double_eq(problem_at(&k->p, GRID, SERIES_PRICE_EXPORT, 2), 8);
	ck_assert_double_eq(problem_at(&k->p, GRID, SERIES_EXPORT_MAX, 2), 300);
	ck_assert_double_eq(problem_at(&k->p, SET, SERIES_FUEL_PRICE, 2), 10);
	ck_assert_double_eq(problem_at(&k->p, SET, SERIES_AVAILABLE, 2), 1);
	ck_assert_double_eq(problem_at(&k->p, HALL, SERIES_HEAT, 2), 0);
	ck_assert(isnan(problem_at(&k->p, HALL, SERIES_FIXED_KW, 2)));
	ck_assert_int_eq(problem_grid(&k->p, 2), GRID);
	ck_assert_int_eq(problem_grid(&k->p, 1), -1);
	ck_assert(!problem_is_island(&k->p, 2, 5));
	ck_assert(problem_is_island(&k->p, 2, 6));
	kit_drop(k);
}
END_TEST

START_TEST(what_is_left_is_worth_its_refilling)
{
	struct problem_kit *k = district();
	double *price = kit_series(k, GRID, SERIES_PRICE_IMPORT, 20), *sun = kit_series(k, PV, SERIES_PV_KW, 0);
	struct asset_boiler *b = k->assets[BOILER].parameters;

	price[3] = 18;
	ck_assert_double_eq_tol(problem_end_value(&k->p, ESS), 18 / 0.9, 1e-9);
	k->assets[PV].bus = "MAIN";
	sun[5] = 100; /* 80 are taken: what is left over is sold for 8 */
	ck_assert_double_eq_tol(problem_end_value(&k->p, ESS), 8 / 0.9, 1e-9);
	price[3] = -5;
	ck_assert_double_eq(problem_end_value(&k->p, ESS), 0);
	k->p.end_value = 4;
	ck_assert_double_eq(problem_end_value(&k->p, ESS), 4);
	k->p.end_value = (double)NAN;
	kit_series(k, GRID, SERIES_AVAILABLE, 0);
	ck_assert_double_eq_tol(problem_end_value(&k->p, ESS), 3 / 0.9, 1e-9); /* the set's fuel */
	b->fuel_m3_per_t = 54;
	b->fuel_price = 5;
	k->p.asset_count--; /* without the turbine */
	ck_assert_double_eq_tol(problem_end_value(&k->p, TANK), 100, 1e-9);
	ck_assert_double_eq(problem_end_value(&k->p, HALL), 0);
	kit_drop(k);
}
END_TEST

T_MAIN("problem",
    T(a_sound_problem_passes) T(each_fault_has_its_sentence) T(what_a_reserve_reckons_with_is_looked_at)
        T(each_series_is_looked_at) T(what_is_missing_is_refused) T(places_that_do_not_exist_are_refused)
            T(without_series_the_parameters_hold) T(what_is_left_is_worth_its_refilling))
