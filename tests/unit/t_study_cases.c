/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_study_cases.c - 25 hourly microgrids: a grid, one that fails, a diesel set, alone and together, each with and without sun and batteries.
 * Prices as in published comparisons: lost load 10 a kWh, over-generation 1, wear 0.02 a kWh each way, CO2 0.1 a kg.  Loads, sun and CO2 are
 * two weeks of tests/data/year.csv.  With linear sets one plan over all of it is the optimum that nothing can beat.
 */
#include "config.h"

#include "tests/unit/t.h"
#include "tests/unit/study_kit.h"

enum { CASES = 25, STORES = 5, HOURS = 336, FIRST_HOUR = 4000 };
/* What is drawn, each way, through an efficiency of 0.9 each way: 0.02 x (1 + 1 / 0.81) of what is given. */
#define WEAR "0.0446914"

static const struct {
	bool has_grid, is_weak, has_set;
} supplies[] = { { true, false, false }, { true, true, false }, { false, false, true }, { true, false, true },
	{ true, true, true } };
static const struct {
	double sun_kw, battery_kwh;
} stores[STORES] = { { 0, 0 }, { 1500, 0 }, { 0, 2000 }, { 1500, 2000 }, { 1500, 500 } };

static struct kit k;
static char csv[65536];
static double load[HOURS], co2[HOURS], there[HOURS];

static double
price(int h)
{
	return h % 24 >= 8 && h % 24 < 22 ? 0.4 : 0.22;
}

static void
make_csv(bool is_weak)
{
	char path[1024], line[200];
	const char *top = getenv("top_srcdir");

	ck_assert(str_printf(path, sizeof(path), "%s/tests/data/year.csv", top != NULL ? top : "."));
	FILE *f = fopen(path, "r");
	ck_assert(f != NULL);
	str_copy(csv, sizeof(csv), "hour,load,sun,co2,there,price\n");
	for (int row = -1; row < FIRST_HOUR + HOURS && fgets(line, sizeof(line), f) != NULL; row++) {
		double school, sun;
		int h = row - FIRST_HOUR, hour;
		if (h < 0)
			continue;
		ck_assert_int_eq(sscanf(line, "%d,%lf,%lf,%lf,%lf", &hour, &school, &load[h], &sun, &co2[h]), 5);
		/* It fails every 31 hours, for 1 to 6 of them; not at the end, where that would be worth a full battery. */
		there[h] = !(is_weak && h < HOURS - 48 && h % 31 >= 24 && h % 31 < 25 + h / 31 % 6);
		str_printf(
		    line, sizeof(line), "%d,%.9g,%.9g,%.9g,%g,%g\n", h, load[h], sun, co2[h], there[h], price(h));
		str_append(csv, sizeof(csv), line);
	}
	fclose(f);
}

static void
make_case(int i)
{
	char energy[4096], line[400];
	const double sun = stores[i % STORES].sun_kw, kwh = stores[i % STORES].battery_kwh;

	make_csv(supplies[i / STORES].is_weak);
	str_copy(energy, sizeof(energy),
	    "  co2_price_per_kg: 0.1\n  over_cost_per_kwh: 1\n  buses: [{name: MAIN, carrier: electricity}]\n  "
	    "assets:\n"
	    "    - {name: HOUSE, kind: load, bus: MAIN, lost_load_cost_per_kwh: 10, data: [{series: load_kw, column: "
	    "load}]}\n");
	if (supplies[i / STORES].has_grid)
		str_append(energy, sizeof(energy),
		    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 2000, export_max_kw: 2000, price_export: "
		    "0.05,"
		    " data: [{series: available, column: there}, {series: price_import, column: price},"
		    " {series: co2_kg_per_kwh, column: co2}]}\n");
	if (supplies[i / STORES].has_set) /* 0.4 and 2 kg of CO2 a kWh */
		str_append(energy, sizeof(energy),
		    "    - {name: SET, kind: gas-turbine, bus: MAIN, rated_kw: 1400, min_kw: 0, fuel_full_m3_per_h: "
		    "1400,"
		    " fuel_idle_share: 0, fuel_price: 0.4, fuel_co2_kg_per_m3: 2}\n");
	if (sun > 0) {
		str_printf(line, sizeof(line),
		    "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: %g, data: [{series: pv_kw, column: sun, scale: "
		    "%g}]}\n",
		    sun, sun);
		str_append(energy, sizeof(energy), line);
	}
	if (kwh > 0) {
		str_printf(line, sizeof(line),
		    "    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: %g, charge_kw: %g, discharge_kw: %g,"
		    " efficiency_charge: 0.9, efficiency_discharge: 0.9, standby_pct_per_day: 0, soc_min_pct: 20,"
		    " soc_max_pct: 100, wear_cost_per_kwh: " WEAR "}\n",
		    kwh, kwh / 4, kwh / 4);
		str_append(energy, sizeof(energy), line);
	}
	ck_assert_msg(kit_site(&k, energy, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
}

static double
stored(void)
{
	double kwh = 0;

	for (unsigned i = 0; i < k.r.asset_count; i++)
		kwh += k.r.assets[i].stored_end;
	return kwh;
}

/* Each kWh where it is cheapest: without stores nothing else is to be decided. */
static double
by_hand(int i)
{
	double total = 0;

	for (int h = 0; h < HOURS; h++) {
		double left = load[h], set = 0.4 + 0.2, bought = price(h) + 0.1 * co2[h];
		bool grid = supplies[i / STORES].has_grid && there[h] > 0;
		if (grid && (!supplies[i / STORES].has_set || bought <= set)) {
			total += left * bought;
			left = 0;
		} else if (supplies[i / STORES].has_set) {
			total += fmin(left, 1400) * set;
			left -= fmin(left, 1400);
		}
		total += left * 10;
	}
	return total;
}

START_TEST(a_case_is_planned_as_well_as_can_be)
{
	make_case(_i);
	double whole = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, HOURS, HOURS)->total, left = stored();
	kit_balance(&k);
	double rolling = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0)->total;
	kit_balance(&k);
	ck_assert_uint_eq(k.r.plans, HOURS);
	ck_assert_uint_eq(k.r.plans_failed, 0);
	double lost = k.r.sums.unserved_kwh, rolling_left = stored();
	double rules = kit_run(&k, STUDY_RULES, STUDY_PERFECT, 48, 0)->total, rules_left = stored();
	kit_balance(&k);
	double none = kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0)->total;
	kit_balance(&k);
	/* What is left in a battery is worth 0.6 / 0.9 at most: what a set's kWh costs to be put there. */
	ck_assert_double_le(rolling - whole, 5e-4 * whole + 0.67 * fmax(0, rolling_left - left));
	ck_assert_double_ge(rolling - whole, -5e-4 * whole - 0.67 * fmax(0, left - rolling_left));
	ck_assert_double_le(whole, rules * (1 + 1e-6) + 0.67 * fmax(0, left - rules_left));
	ck_assert_double_le(
	    rules, none * (1 + 1e-6) + 0.67 * fmax(0, rules_left - 0.2 * stores[_i % STORES].battery_kwh));
	if (supplies[_i / STORES].has_grid && !supplies[_i / STORES].is_weak)
		ck_assert_double_eq_tol(lost, 0, 1e-6);
	if (_i % STORES == 0)
		ck_assert_double_eq_tol(rolling, by_hand(_i), 1e-6 * rolling);
	kit_done(&k);
}
END_TEST

T_MAIN("study_cases", T_TIMEOUT(120) T_LOOP(a_case_is_planned_as_well_as_can_be, 0, t_rounds(CASES)))
