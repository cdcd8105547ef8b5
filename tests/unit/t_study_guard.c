/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_study_guard.c - the guard within the steps of a study: small cases that are reckoned by hand.
 */
#include "config.h"

#include "scada/dispatch/problem.h"
#include "tests/unit/t.h"
#include "tests/unit/study_kit.h"

#define DISPATCH "  dispatch: {target_kw: 100}\n"
#define SLOW     "  dispatch: {ramp_pct_per_s: 0.1}\n" /* 0.1 kW/s of BATTERY */
#define BUS      "  buses: [{name: MAIN, carrier: electricity}]\n  assets:\n"
#define GRID \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 500, export_max_kw: 50, price_import: 0.2, " \
	"price_export: 0.1}\n"
#define FAILING \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 500, export_max_kw: 50, price_import: 0.2," \
	" data: [{series: available, column: there}]}\n"
#define HOUSE \
	"    - {name: HOUSE, kind: load, bus: MAIN, lost_load_cost_per_kwh: 20, data: [{series: load_kw, column: " \
	"house}]}\n"
#define HALL \
	"    - {name: HALL, kind: load, bus: MAIN, priority: 2, lost_load_cost_per_kwh: 10, shed_kw: [30, 60]," \
	" data: [{series: load_kw, column: hall}]}\n"
#define SUN "    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 100, data: [{series: pv_kw, column: sun}]}\n"
/* It loses nothing, begins at its reserve of 20 kWh, and the column can hold it. */
#define BATTERY \
	"    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 200, charge_kw: 100, discharge_kw: 100," \
	" efficiency_charge: 1, efficiency_discharge: 1, standby_pct_per_day: 0, soc_min_pct: 5, soc_max_pct: 95, " \
	"reserve_pct: 10," \
	" wear_cost_per_kwh: 0.01, can_form_grid: true, data: [{series: fixed_kw, column: bat}]}\n"
#define PRICED /* what is given, by a column */ \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 500, export_max_kw: 50, price_import: 0.2," \
	" data: [{series: price_export, column: price}]}\n"

static const double none = (double)NAN;
static struct kit k;

static void
begin(const char *energy, const char *csv, int64_t step_us)
{
	ck_assert_msg(kit_site(&k, energy, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, step_us), "%s", k.said);
}

static const struct study_guarded *
run(enum study_policy policy, enum guard_mode mode, int tick_s, double target_kw)
{
	bool is_fed = k.site->energy->buses.n > 1; /* by the utility, which is no asset */

	ck_assert_msg(kit_guard(&k, policy, mode, tick_s, target_kw), "%s", k.why);
	if (!is_fed)
		kit_balance(&k);
	for (unsigned i = 0; i < k.r.asset_count; i++) {
		const struct study_asset *a = &k.r.assets[i];
		if (a->asset->kind == ASSET_BATTERY) /* BATTERY loses nothing */
			ck_assert_double_eq_tol(a->stored_end, a->stored_begin + a->taken_kwh - a->made_kwh, 1e-6);
	}
	return &k.r.guard;
}

/* Twelve rows an hour: `most` in the rows from..to, `least` in the others; bat: held at that, or free. */
static void
five_minutes(
    char *csv, size_t size, unsigned hour, double least, double most, unsigned from, unsigned to, const char *bat)
{
	char row[80];

	for (unsigned i = 0; i < 12; i++) {
		str_printf(row, sizeof(row), "2026-01-01T%02u:%02u:00Z,%g,%s\n", hour, 5 * i,
		    i >= from && i < to ? most : least, bat);
		str_append(csv, size, row);
	}
}

static const enum study_policy policies[] = { STUDY_PLAN, STUDY_RULES, STUDY_NONE };

/* Where there is nothing to do for it, all is as without it, to the last figure. */
START_TEST(a_guard_without_work_changes_nothing)
{
	begin(DISPATCH BUS GRID HOUSE, "hour,house\n0,10\n1,20\n2,30\n", 0);
	struct study_sums s = *kit_run(&k, policies[_i], STUDY_PERFECT, 48, 0);
	ck_assert_uint_eq(k.r.guard.half_hours, 0);
	const struct study_guarded *g = run(policies[_i], GUARD_ECONOMIC, 60, none);
	for (int c = 0; c < COST_PARTS; c++)
		ck_assert_double_eq_tol(k.r.sums.cost[c], s.cost[c], 1e-12);
	ck_assert_double_eq_tol(k.r.sums.import_kwh, 60, 1e-9);
	ck_assert_double_eq_tol(k.r.sums.peak_kw, 30, 1e-9);
	ck_assert_uint_eq(g->half_hours, 6);
	ck_assert_double_eq_tol(g->seconds, 10800, 1e-9);
	ck_assert_double_eq_tol(g->with.kw, 30, 1e-9);
	ck_assert_double_eq_tol(g->without.kw, 30, 1e-9);
	ck_assert_double_eq(g->limited_s, 0);
	kit_done(&k);
}
END_TEST

/* 60 and 120 kW in its halves are 90 in an hour's step; the meter knows the halves. */
START_TEST(half_hours_are_those_of_the_clock)
{
	begin(DISPATCH BUS GRID HOUSE, "time,house\n2026-01-01T00:00:00Z,60\n2026-01-01T00:30:00Z,120\n", KIT_HOUR);
	ck_assert_double_eq_tol(kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0)->peak_kw, 90, 1e-9);
	const struct study_guarded *g = run(STUDY_NONE, GUARD_ECONOMIC, 60, 0);
	ck_assert_double_eq_tol(k.r.sums.peak_kw, 120, 1e-9);
	ck_assert_double_eq_tol(g->with.kw, 120, 1e-9);
	ck_assert_int_eq(g->with.at.us, (INT64_C(1767225600) + 1800) * US_PER_S);
	ck_assert(isnan(g->target_kw));
	ck_assert_uint_eq(g->with.above, 0);
	kit_done(&k);
}
END_TEST

/* What is given in one quarter does not pay what is drawn in the next: 20 kWh each way, where the half hour's mean is nothing. */
START_TEST(what_is_drawn_is_not_offset_by_what_is_given)
{
	begin(DISPATCH BUS GRID HOUSE SUN,
	    "time,house,sun\n2026-01-01T00:00:00Z,40,0\n2026-01-01T00:15:00Z,40,80\n2026-01-01T00:30:00Z,40,0\n"
	    "2026-01-01T00:45:00Z,40,80\n",
	    KIT_HOUR);
	ck_assert_double_eq_tol(kit_run(&k, STUDY_NONE, STUDY_PERFECT, 48, 0)->total, 0, 1e-9);
	run(STUDY_NONE, GUARD_ECONOMIC, 60, none);
	ck_assert_double_eq_tol(k.r.sums.import_kwh, 20, 1e-9);
	ck_assert_double_eq_tol(k.r.sums.export_kwh, 20, 1e-9);
	ck_assert_double_eq_tol(k.r.sums.total, 20 * 0.2 - 20 * 0.1, 1e-9);
	ck_assert_double_eq_tol(k.r.sums.peak_kw, 20, 1e-9);
	kit_done(&k);
}
END_TEST

/*
 * 240 kW for ten minutes, else 60: the half hour from 1:30 is (240 x 10 + 60 x 20) / 30 = 120. To keep 100 the battery must give at least
 * 20 kW x 0.5 h = 10 kWh, for longer than the peak lasts nothing is asked of it; it has 50 above its reserve.
 */
START_TEST(a_peak_of_ten_minutes_is_cut)
{
	static const int ticks[] = { 1, 60 };
	char csv[2000] = "time,house,bat\n";

	five_minutes(csv, sizeof(csv), 0, 20, 0, 0, 0, "-50");
	five_minutes(csv, sizeof(csv), 1, 60, 240, 6, 8, "");
	begin(DISPATCH BUS GRID HOUSE BATTERY, csv, KIT_HOUR);
	const struct study_guarded *g = run(STUDY_NONE, GUARD_ECONOMIC, ticks[_i], none);
	double given = k.r.assets[2].made_kwh;
	ck_assert_double_eq(g->target_kw, 100);
	ck_assert_double_eq_tol(g->without.kw, 120, 1e-6);
	ck_assert_uint_eq(g->without.above, 1);
	ck_assert_double_le(g->with.kw, 100.5);
	ck_assert_uint_eq(g->with.above, 0);
	ck_assert_double_ge(given, 10 - 0.25);
	ck_assert_double_le(given, 25);
	ck_assert_double_gt(g->reason_s[WHY_PEAK] + g->reason_s[WHY_POWER], 300);
	/* What went out, went before it was down again; 0.01 of wear. */
	double out = k.r.sums.export_kwh, in = k.r.sums.import_kwh, taken = k.r.assets[2].taken_kwh;
	ck_assert_double_eq_tol(taken, 50 + (40 + 30 + 20 + 10) / 3600.0, 1e-6); /* down by 10 kW a second */
	ck_assert_double_eq_tol(in - out, 20 + 90 + taken - given, 1e-6);
	ck_assert_double_le(out, 2);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_IMPORT], 0.2 * in, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_EXPORT], -0.1 * out, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_WEAR], 0.01 * given, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.peak_kw, g->with.kw, 1e-6);
	ck_assert_double_eq_tol(k.r.assets[2].stored_end, 20 + taken - given, 1e-6);
	kit_done(&k);
}
END_TEST

/* 130 kW against 100, without a battery: 15 kWh of each half hour have to go, in steps of 30 kW, and for 5 min at least. */
START_TEST(a_target_that_only_shedding_reaches)
{
	static const int ticks[] = { 1, 60 };

	begin(DISPATCH BUS GRID HOUSE HALL, "hour,house,hall\n0,50,80\n1,0,0\n", 0);
	const struct study_guarded *g = run(STUDY_NONE, GUARD_ECONOMIC, ticks[_i], none);
	ck_assert_uint_eq(g->without.above, 2);
	ck_assert_double_eq_tol(g->without.kw, 130, 1e-9);
	ck_assert_uint_eq(g->with.above, 0);
	ck_assert_double_le(g->with.kw, 100.5);
	ck_assert_uint_eq(g->shed_count, 2);
	double off = g->shed[0].kwh + g->shed[1].kwh;
	ck_assert_double_eq_tol(off, k.r.sums.unserved_kwh, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_LOST], 10 * off, 1e-6); /* of the hall, not of the house */
	ck_assert_double_eq_tol(k.r.sums.import_kwh, 130 - off, 1e-6);
	ck_assert_double_ge(off, 30 - 0.5);
	ck_assert_double_le(off, 31);
	ck_assert_double_ge(g->shed[0].seconds, g->shed[1].seconds); /* the first goes first and comes back last */
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_double_eq_tol(g->shed[i].kwh, 30 * g->shed[i].seconds / 3600, 1e-6);
		ck_assert(g->shed[i].seconds == 0 || g->shed[i].seconds >= 300);
	}
	g = run(STUDY_NONE, GUARD_ECONOMIC, 60, 0);
	ck_assert_double_eq(k.r.sums.unserved_kwh, 0);
	kit_done(&k);
}
END_TEST

/* 100 kW of sun, 20 are taken, 50 may go out: 30 are held down, but for the seconds until that is seen. */
START_TEST(an_export_limit_is_kept)
{
	begin(DISPATCH BUS GRID HOUSE SUN, "hour,house,sun\n0,20,0\n1,20,100\n2,20,40\n", 0);
	const struct study_guarded *g = run(STUDY_NONE, GUARD_ECONOMIC, 60, none);
	ck_assert_double_le(g->export_over_s, 25);
	ck_assert_double_eq_tol(g->export_over_kwh, k.r.sums.over_kwh, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.curtailed_kwh + k.r.sums.over_kwh, 30, 0.5);
	ck_assert_double_eq_tol(k.r.sums.export_kwh, 50 + 20, 0.5);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_EXPORT], -0.1 * k.r.sums.export_kwh, 1e-6);
	ck_assert_double_ge(g->reason_s[WHY_CURTAILED], 3500);
	ck_assert_double_eq_tol(k.r.sums.import_kwh, 20, 1e-6);
	kit_done(&k);
}
END_TEST

/*
 * 50 kW by a battery that may change by 0.1 kW each second: 480 s up to within the 2 kW in which the rules move nothing.  Meanwhile
 * sum of (50 - 0.1 k) / 3600 for k = 1..480 = 3.46 kWh are drawn, then 2 kW.
 */
START_TEST(a_ramp_is_paid_for)
{
	static const int ticks[] = { 1, 60 };

	begin(SLOW BUS GRID HOUSE BATTERY, "hour,house,bat\n0,0,-60\n1,0,0\n2,50,\n", 0);
	const struct study_guarded *g = run(STUDY_RULES, GUARD_ECONOMIC, ticks[_i], none);
	ck_assert_double_eq_tol(k.r.assets[2].taken_kwh, 60, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.import_kwh, 60 + 3.46 + 2 * 3120 / 3600.0, 0.1);
	ck_assert_double_eq_tol(g->reason_s[WHY_RAMP], 480, 5);
	kit_done(&k);
}
END_TEST

/*
 * What is given costs 0.1 a kWh in the second hour: the plan holds the sun down to what the house takes, and so does the plant. In the third
 * more is to be had than the connection takes: that is the guard's. By rules, or without dispatch, nobody knows of prices: all is given.
 */
START_TEST(sun_that_a_plan_holds_down_for_money_is_held_down)
{
	begin(DISPATCH BUS PRICED HOUSE SUN, "hour,house,sun,price\n0,20,60,0.1\n1,20,60,-0.1\n2,20,100,0.1\n", 0);
	const struct study_guarded *g = run(STUDY_PLAN, GUARD_ECONOMIC, 60, none);
	ck_assert_double_eq_tol(k.r.sums.curtailed_kwh + k.r.sums.over_kwh, 40 + 30, 0.5);
	ck_assert_double_eq_tol(k.r.sums.export_kwh, 40 + 50, 0.5);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_EXPORT], -0.1 * 90, 0.05);
	ck_assert_double_eq_tol(g->reason_s[WHY_CURTAILED], 3600, 60); /* in the third hour alone */
	run(STUDY_PLAN, GUARD_PEAK, 60, none);                         /* follows no plan */
	ck_assert_double_eq_tol(k.r.sums.export_kwh, 40 + 40 + 50, 0.5);
	static const enum study_policy others[] = { STUDY_RULES, STUDY_NONE };
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		run(others[i], GUARD_ECONOMIC, 60, none);
		ck_assert_double_eq_tol(k.r.sums.cost[COST_EXPORT], -0.1 * 50, 0.05);
	}
	kit_done(&k);
}
END_TEST

/* 90 kW are taken as a mean, and as much of 100 kW of sun is planned; in the second half hour 130 are, of which 35 may be drawn. */
START_TEST(sun_that_is_needed_is_not_held_down_for_money)
{
	char csv[2000] = "time,house,price,sun\n";

	five_minutes(csv, sizeof(csv), 0, 50, 130, 6, 12, "-0.1,100");
	begin(DISPATCH BUS PRICED HOUSE SUN, csv, 3600 * US_PER_S);
	const struct study_guarded *g = run(STUDY_PLAN, GUARD_ECONOMIC, 60, 35);
	ck_assert_double_eq_tol(g->without.kw, 40, 1e-6);
	ck_assert_double_le(g->with.kw, 35);
	kit_done(&k);
}
END_TEST

/* Ten above its reserve, and no more: the last hundredth before it slower and slower. */
START_TEST(a_reserve_is_not_touched)
{
	static const int ticks[] = { 60, 300 };

	begin(DISPATCH BUS GRID HOUSE BATTERY, "hour,house,bat\n0,0,-10\n1,50,\n2,50,\n", 0);
	const struct study_guarded *g = run(STUDY_RULES, GUARD_ECONOMIC, ticks[_i], none);
	ck_assert_double_ge(k.r.assets[2].stored_end, 20 - 0.02); /* 50 kW for a second */
	ck_assert_double_le(k.r.assets[2].stored_end, 20.3);
	ck_assert_double_gt(g->reason_s[WHY_SOC_LOW], 3000);
	kit_done(&k);
}
END_TEST

/* The hour that the grid is away is served from the battery; a second until it is known, and 10 s more until it counts as there. */
START_TEST(without_the_grid_it_is_an_island)
{
	begin(DISPATCH BUS FAILING HOUSE BATTERY, "hour,house,bat,there\n0,30,-60,1\n1,30,,0\n2,0,0,1\n", 0);
	const struct study_guarded *g = run(policies[_i], GUARD_ECONOMIC, 60, none);
	ck_assert_double_eq_tol(g->island_s, 3600 - 1 + 10, 2);
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 0, 1e-6);
	ck_assert_double_eq_tol(k.r.assets[2].made_kwh, 30, 0.1);
	ck_assert_double_eq_tol(k.r.sums.import_kwh, 30 + 60, 1e-6);
	ck_assert_uint_eq(k.r.outages, 0); /* none of its loads is critical */
	kit_done(&k);
}
END_TEST

/*
 * 30 kWh above its least for 20 + 60 kW: what the hour cannot serve is not served; and below 5 % over its least, at 20 kWh, the hall is shed
 * for the house, which so lives on.
 */
START_TEST(an_island_sheds_before_it_is_empty)
{
	begin(DISPATCH BUS FAILING HOUSE HALL BATTERY,
	    "hour,house,hall,bat,there\n0,0,0,-20,1\n1,20,60,,0\n2,0,0,0,1\n", 0);
	const struct study_guarded *g = run(STUDY_RULES, GUARD_ECONOMIC, 60, none);
	ck_assert_double_gt(g->shed[0].seconds, 0);
	ck_assert_double_gt(g->shed[1].seconds, 0);
	ck_assert_double_eq_tol(k.r.assets[1].taken_kwh, 20, 1e-6);
	ck_assert_double_ge(k.r.assets[3].stored_end, 10 - 1e-6);
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 80 - 20 - k.r.assets[2].taken_kwh, 1e-6);
	kit_done(&k);
}
END_TEST

/*
 * 150 kW for ten minutes where the connection carries 100: the battery gives 50 kW meanwhile, 8.33 kWh, and little before it is seen. No
 * target: the limit of the connection alone.
 */
START_TEST(an_import_limit_is_kept)
{
	char csv[2000] = "time,house,bat\n";

	five_minutes(csv, sizeof(csv), 0, 20, 0, 0, 0, "-50");
	five_minutes(csv, sizeof(csv), 1, 60, 150, 2, 4, "");
	begin(DISPATCH BUS
	    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, price_import: 0.2}\n" HOUSE BATTERY,
	    csv, KIT_HOUR);
	const struct study_guarded *g = run(STUDY_NONE, GUARD_ECONOMIC, 60, 0);
	ck_assert_double_eq_tol(k.r.assets[2].made_kwh, 50 / 6.0, 0.1);
	ck_assert_double_le(g->import_over_s, 25);
	ck_assert_double_le(g->import_over_kwh, 50 * 25 / 3600.0);
	ck_assert_double_ge(g->reason_s[WHY_GRID_LIMIT] + g->import_over_s, 595);
	kit_done(&k);
}
END_TEST

#define SCHOOL \
	"    - {name: SCHOOL, kind: load, bus: SITE, lost_load_cost_per_kwh: 5, data: [{series: load_kw, column: " \
	"house}]}\n" \
	"    - {name: BAT, kind: battery, bus: SITE, energy_kwh: 200, charge_kw: 100, discharge_kw: 100," \
	" efficiency_charge: 1, efficiency_discharge: 1, standby_pct_per_day: 0, soc_min_pct: 5, soc_max_pct: 95, " \
	"reserve_pct: 5," \
	" data: [{series: fixed_kw, column: bat}]}\n"
#define TWO \
	"  buses: [{name: MAIN, carrier: electricity}, {name: SITE, carrier: electricity, parent: MAIN}]\n  assets:\n"

/*
 * A school behind another connection, with 60 kWh: 50 kW of it for the dear hour, but the last hundredth (2 kWh) before its end goes slowly, and
 * the utility does the rest. In an outage it is alone: nobody tapers, 50 of 60 kWh, then what is left.
 */
START_TEST(a_battery_behind_another_connection)
{
	static const char *const there[] = { "1", "0" };
	char csv[400];

	str_printf(csv, sizeof(csv),
	    "hour,house,bat,there,price\n0,0,-60,1,0.1\n1,50,,%s,1\n2,50,,%s,1\n3,0,0,1,0.001\n", there[_i], there[_i]);
	begin(DISPATCH TWO
	    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 500, data: [{series: available, column: there},"
	    " {series: price_import, column: price}]}\n" SCHOOL,
	    csv, 0);
	run(STUDY_PLAN, GUARD_ECONOMIC, 60, none);
	double given = k.r.assets[2].made_kwh, late = k.r.assets[2].taken_kwh - 60; /* while it turns round */
	ck_assert_double_ge(late, 0);
	ck_assert_double_le(late, _i == 0 ? 0.1 : 1e-6);
	ck_assert_double_ge(given, _i == 0 ? 58 : 60 - 1e-2);
	ck_assert_double_le(given, 60 + late + 1e-6);
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, _i == 0 ? 0 : 100 - given, 1e-2);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_IMPORT], 60 * 0.1 + (_i == 0 ? 100 + late - given : 0), 1e-2);
	kit_done(&k);
}
END_TEST

/* A battery beside another connection of its own, which does what a slow ramp leaves undone: as in a_plan_is_followed. */
START_TEST(another_connection_makes_up)
{
	begin(SLOW "  buses: [{name: MAIN, carrier: electricity}, {name: SITE, carrier: electricity}]\n  assets:\n" GRID
	           "    - {name: OTHER, kind: grid, bus: SITE, import_max_kw: 500, data: [{series: price_import, "
	           "column: price}]}\n" SCHOOL,
	    "hour,house,bat,price\n0,10,,0.1\n1,40,,1\n2,0,0,0.001\n", 0);
	run(STUDY_PLAN, GUARD_ECONOMIC, 60, none);
	kit_balance(&k);
	double given = k.r.assets[3].made_kwh, taken = k.r.assets[3].taken_kwh;
	ck_assert_double_eq_tol(taken, 40, 0.05);
	ck_assert_double_eq_tol(given, 31.6, 0.1);
	ck_assert_double_eq_tol(k.r.assets[1].made_kwh, 10 + 40 + taken - given, 1e-6);
	ck_assert_double_eq(k.r.assets[0].made_kwh, 0);
	kit_done(&k);
}
END_TEST

/* A set alone with its load, no battery: it goes with the minutes, down to its least, where 5 kW are taken by nobody. */
START_TEST(a_set_balances_an_island)
{
	char csv[2000] = "time,house,there\n";

	five_minutes(csv, sizeof(csv), 0, 0, 0, 0, 0, "1");
	five_minutes(csv, sizeof(csv), 1, 45, 5, 0, 3, "0");
	begin("  over_cost_per_kwh: 1\n" DISPATCH BUS FAILING HOUSE
	      "    - {name: SET, kind: gas-turbine, bus: MAIN, rated_kw: 50, min_kw: 10, fuel_full_m3_per_h: 12.5,"
	      " fuel_idle_share: 0, fuel_price: 1, start_cost: 3}\n",
	    csv, KIT_HOUR);
	run(STUDY_RULES, GUARD_ECONOMIC, 60, none);
	ck_assert_double_eq_tol(k.r.sums.unserved_kwh, 0, 1e-6);
	ck_assert_double_eq_tol(k.r.assets[2].made_kwh, 45 * 0.75 + 10 * 0.25, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.over_kwh, 5 * 0.25, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_FUEL], 0.25 * k.r.assets[2].made_kwh, 1e-6);
	ck_assert_double_eq_tol(k.r.sums.cost[COST_START], 3, 1e-9);
	kit_done(&k);
}
END_TEST

/* Below 80 of the 100 kW it charges, up to them; above it gives. */
START_TEST(peak_cut_recharges_below_the_target)
{
	begin(DISPATCH BUS GRID HOUSE BATTERY, "hour,house,bat\n0,30,\n1,130,\n", 0);
	const struct study_guarded *g = run(STUDY_RULES, GUARD_PEAK, 60, none);
	ck_assert_double_eq_tol(k.r.assets[2].taken_kwh, 50, 0.2);
	ck_assert_double_eq_tol(k.r.assets[2].made_kwh, 30, 0.5);
	ck_assert_double_le(g->with.kw, 100.5);
	ck_assert_double_eq_tol(
	    g->without.kw, 130, 1e-6); /* rules are the guard's: without it the battery is at rest */
	ck_assert_uint_eq(g->without.above, 2);
	ck_assert_double_gt(g->reason_s[WHY_PEAK], 7000);
	kit_done(&k);
}
END_TEST

/* What is planned is done, as far as the ramp lets it: 40 kWh from the cheap hour for the dear one. */
START_TEST(a_plan_is_followed)
{
	begin(SLOW BUS "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 500, data: [{series: price_import, "
	               "column: price}]}\n" HOUSE BATTERY,
	    "hour,house,bat,price\n0,10,,0.1\n1,40,,1\n2,0,0,0.001\n", 0);
	kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 48, 0);
	double planned = k.r.assets[2].made_kwh;
	ck_assert_double_eq_tol(planned, 40, 1e-6);
	run(STUDY_PLAN, GUARD_ECONOMIC, 60, none);
	/*
	 * 400 s up to 40 kW lack 40 x 200 / 3600 = 2.22 kWh, which it takes on the way back: so 37.78 are planned for the second hour, and it gives
	 * them but for 400 s until it takes nothing more, and half of 377.8 s.
	 */
	double kw = 40 - 40 * 200 / 3600.0;
	ck_assert_double_eq_tol(k.r.assets[2].taken_kwh, 40, 0.05);
	ck_assert_double_eq_tol(k.r.assets[2].made_kwh, kw * (3600 - 400 - kw / 0.1 / 2) / 3600, 0.05);
	kit_done(&k);
}
END_TEST

/* A plan of a day holds though a ramp put the battery elsewhere than it saw: nothing is planned again. */
START_TEST(a_plan_holds_though_the_battery_is_elsewhere)
{
	const struct study_asked asked = { .policy = STUDY_PLAN,
		.horizon_us = 48 * KIT_HOUR,
		.replan_us = 24 * KIT_HOUR,
		.solver_s = 5,
		.guard = { .tick_us = 60 * US_PER_S, .mode = GUARD_ECONOMIC, .target_kw = none } };

	begin(SLOW BUS "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 500, data: [{series: price_import, "
	               "column: price}]}\n" HOUSE BATTERY,
	    "hour,house,bat,price\n0,10,,0.1\n1,40,,1\n2,0,0,0.001\n", 0);
	ck_assert_msg(study_run(&k.d, &asked, NULL, NULL, &k.r, k.why, sizeof(k.why)), "%s", k.why);
	ck_assert_uint_eq(k.r.plans, 1);
	ck_assert_uint_eq(k.r.realised, 0);
	/* 40 kW, but for 400 s until it takes nothing more and half of 400 s up. */
	ck_assert_double_eq_tol(k.r.assets[2].made_kwh, 40 * (3600 - 400 - 200) / 3600.0, 0.05);
	kit_done(&k);
}
END_TEST

START_TEST(what_cannot_be_guarded_is_said)
{
	begin(BUS GRID HOUSE, "hour,house\n0,10\n1,10\n", 0);
	ck_assert(!kit_guard(&k, STUDY_NONE, GUARD_ECONOMIC, 60, none));
	ck_assert_str_eq(k.why,
	    "the guard cannot work here: the site file has no section energy: dispatch:; one, as dispatch: "
	    "{target_kw: 500}, would be right");
	kit_done(&k);
	begin(DISPATCH BUS HOUSE, "hour,house\n0,10\n1,10\n", 0);
	ck_assert(!kit_guard(&k, STUDY_NONE, GUARD_ECONOMIC, 60, none));
	ck_assert_ptr_nonnull(strstr(k.why, "there is no receiving point"));
	kit_done(&k);
	begin(DISPATCH BUS GRID HOUSE, "time,house\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,1\n", 0);
	ck_assert(!kit_guard(&k, STUDY_NONE, GUARD_ECONOMIC, 300, none));
	ck_assert_str_eq(k.why,
	    "the guard's ticks of 5m do not fit into rows of 1m; whole seconds, up to 5m, of which half an hour "
	    "and a row are a multiple, would be right");
	kit_done(&k);
}
END_TEST

T_MAIN("study_guard",
    T_LOOP(a_guard_without_work_changes_nothing, 0, 3) T(half_hours_are_those_of_the_clock)
        T(what_is_drawn_is_not_offset_by_what_is_given) T_LOOP(a_peak_of_ten_minutes_is_cut, 0, 2)
            T_LOOP(a_target_that_only_shedding_reaches, 0, 2) T(an_export_limit_is_kept)
                T(sun_that_a_plan_holds_down_for_money_is_held_down) T(sun_that_is_needed_is_not_held_down_for_money)
                    T(an_import_limit_is_kept) T_LOOP(a_ramp_is_paid_for, 0, 2) T_LOOP(a_reserve_is_not_touched, 0, 2)
                        T_LOOP(without_the_grid_it_is_an_island, 0, 3) T(an_island_sheds_before_it_is_empty)
                            T(a_set_balances_an_island) T_LOOP(a_battery_behind_another_connection, 0, 2)
                                T(peak_cut_recharges_below_the_target) T(a_plan_is_followed)
                                    T(a_plan_holds_though_the_battery_is_elsewhere) T(another_connection_makes_up)
                                        T(what_cannot_be_guarded_is_said))
