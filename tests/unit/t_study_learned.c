/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_study_learned.c - studies that do not know what comes: what is decided in a step has nothing of what comes after it.
 */
#include "config.h"

#include "scada/dispatch/problem.h"
#include "tests/unit/t.h"
#include "tests/unit/study_kit.h"

enum { DAYS = 24, FIRST = 19 * 24, TURN = 21 * 24 + 10, NEXT_DAY = 22 * 24, ROWS = DAYS * 24, ASSETS = 8 };
#define SITE \
	"  co2_price_per_kg: 0.05\n  latitude_deg: 35\n  longitude_deg: 0\n  outage: 2h\n" \
	"  buses: [{name: MAIN, carrier: electricity}, {name: STEAM, carrier: heat}]\n  assets:\n" \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 300, export_max_kw: 300, price_export: 0.08," \
	" data: [{series: available, column: there}, {series: price_import, column: price}, {series: filed_kw, " \
	"column: " \
	"filed}," \
	" {series: price_short, column: short}, {series: price_surplus, column: surplus}, {series: price_export, " \
	"column: " \
	"sold}, {series: co2_kg_per_kwh, column: co2}]}\n" \
	"    - {name: F1, kind: furnace, heat_bus: STEAM, waste_t_per_h: 1, steam_t_per_h: 2," \
	" data: [{series: steam_t_per_h, column: f1}]}\n" \
	"    - {name: STG, kind: steam-turbine, bus: MAIN, heat_bus: STEAM, rated_kw: 400, kw_per_t: 60}\n" \
	"    - {name: DUMP, kind: dump, heat_bus: STEAM, max_t_per_h: 3}\n" \
	"    - {name: SUN, kind: pv, bus: MAIN, peak_kw: 60, data: [{series: pv_kw, column: sun, scale: 60}]}\n" \
	"    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 100, charge_kw: 50, discharge_kw: 50," \
	" efficiency_charge: 0.9, efficiency_discharge: 0.9, standby_pct_per_day: 0, soc_min_pct: 0, soc_max_pct: " \
	"100," \
	" wear_cost_per_kwh: 0.01}\n" \
	"    - {name: HOUSE, kind: load, bus: MAIN, heat_bus: STEAM, is_critical: true, lost_load_cost_per_kwh: 10," \
	" data: [{series: load_kw, column: load}, {series: heat_t_per_h, column: heat}]}\n"

static struct kit k;
static char csv[131072];
static double decided[2][ROWS][ASSETS];

static double
noise(unsigned h, unsigned which)
{
	uint32_t x = (h * 8 + which) * 2654435761u;

	x ^= x >> 15;
	return (x * 2246822519u >> 8) / 8388608.0 - 1;
}

/*
 * From `turn` on all is otherwise that nobody can know: loads, heat, sun, steam, whether the grid is there, prices of imbalance, CO2. What is
 * published for a day on the day before, at ten and at noon, is otherwise from the day after that on: at `turn` it comes out.
 */
static void
make_csv(unsigned turn)
{
	char row[200];

	str_copy(csv, sizeof(csv), "hour,load,heat,sun,f1,there,price,filed,short,surplus,sold,co2\n");
	for (unsigned h = 0; h < ROWS; h++) {
		unsigned of_day = h % 24;
		bool is_new = h >= turn, is_late = is_new && h >= NEXT_DAY, is_day = of_day >= 8 && of_day < 20;
		double load = (is_day ? 90 : 40) + 8 * noise(h, 0), heat = 0.3 + 0.1 * noise(h, 1),
		       sun = of_day > 6 && of_day < 18 ? (1 - fabs(of_day - 12.0) / 6) * (0.7 + 0.2 * noise(h, 2)) : 0,
		       steam = h % 300 < 290 ? 1.5 + 0.1 * noise(h, 3) : 0;
		bool there = is_new ? h % 24 != 15 : h % 100 != 50;
		double sold = 0.08 + 0.01 * noise(h, 4) + (is_late ? 0.6 : 0), off = is_new ? 20 : 1;
		str_printf(row, sizeof(row), "%u,%.6g,%.6g,%.6g,%.6g,%d,%g,%g,%g,%g,%g,%g\n", h,
		    is_new ? 0.5 * load + 60 : load, is_new ? 2 * heat : heat, is_new ? 0.4 * sun : sun,
		    is_new ? 0.8 * steam : steam, there, (is_day ? 0.3 : 0.15) + (is_late ? 1 : 0),
		    is_late ? 60.0 : -20.0, sold + off * 0.17, sold - off * 0.06, sold,
		    is_new ? 0.9 : 0.4 + 0.1 * noise(h, 5));
		str_append(csv, sizeof(csv), row);
	}
}

static void
note(const struct study_data *d, unsigned row, const struct problem *p, const struct plan *plan, double demand_kw,
    const struct study_guard_stepped *guard, void *arg)
{
	double(*out)[ASSETS] = arg;

	(void)d;
	ck_assert(guard == NULL);
	(void)demand_kw;
	ck_assert_uint_le(p->asset_count, ASSETS);
	for (unsigned i = 0; i < p->asset_count; i++)
		out[row][i] = plan->assets[i].power_kw[0];
}

static void
decide(unsigned turn, int64_t replan_us, double (*out)[ASSETS])
{
	const struct study_asked asked = { .policy = STUDY_PLAN,
		.forecast = STUDY_LEARNED,
		.horizon_us = 24 * KIT_HOUR,
		.replan_us = replan_us,
		.solver_s = 20 };

	make_csv(turn);
	ck_assert_msg(kit_site(&k, SITE, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = FIRST;
	k.d.end = TURN + 25; /* the horizon of TURN is whole */
	ck_assert_msg(study_run(&k.d, &asked, note, out, &k.r, k.why, sizeof(k.why)), "%s", k.why);
	ck_assert_uint_eq(k.r.plans_failed, 0);
	kit_done(&k);
}

START_TEST(what_comes_changes_nothing_before_it)
{
	static const int64_t replans[] = { 0, KIT_HOUR, 24 * KIT_HOUR };

	memset(decided, 0, sizeof(decided));
	decide(ROWS, replans[_i], decided[0]);
	decide(TURN, replans[_i], decided[1]);
	for (unsigned row = FIRST; row < TURN; row++)
		ck_assert_msg(memcmp(decided[0][row], decided[1][row], sizeof(decided[0][row])) == 0,
		    "row %u was decided otherwise because row %d will be", row, TURN);
	ck_assert(memcmp(decided[0][TURN], decided[1][TURN], sizeof(decided[0][TURN])) != 0);
}
END_TEST

#define SMALL \
	"  outage: 2h\n  buses: [{name: MAIN, carrier: electricity}]\n  assets:\n" \
	"    - {name: HOUSE, kind: load, bus: MAIN, is_critical: true, lost_load_cost_per_kwh: 10," \
	" data: [{series: load_kw, column: load}]}\n" \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, data: [{series: available, column: there}," \
	" {series: price_import, column: price}]}\n" \
	"    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 50, charge_kw: 50, discharge_kw: 50," \
	" efficiency_charge: 0.8, efficiency_discharge: 0.8, standby_pct_per_day: 0, soc_min_pct: 0, soc_max_pct: " \
	"100," \
	" wear_cost_per_kwh: 0.01}\n"

/* 40 kWh can be given, the outage takes 20 an hour for so many hours, and comes as a surprise each time. */
START_TEST(an_outage_is_served_from_its_first_hour)
{
	double lasts = 1 + _i;
	char row[80];

	str_copy(csv, sizeof(csv), "hour,load,there,price\n");
	for (int h = 0; h < 120; h++) {
		str_printf(row, sizeof(row), "%d,20,%d,%g\n", h, h % 30 < 20 || h % 30 >= 20 + lasts, 0.2);
		str_append(csv, sizeof(csv), row);
	}
	ck_assert_msg(kit_site(&k, SMALL, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = 30; /* the first was seen */
	double unserved = kit_run(&k, STUDY_PLAN, STUDY_LEARNED, 24, 0)->unserved_kwh;
	ck_assert_double_eq_tol(unserved, 3 * fmax(0, 20 * lasts - 40), 1e-3);
	kit_done(&k);
}
END_TEST

/* The load is 10 or 30 kW, and nobody can know which: what is stored for an outage of two hours bears twice 30, not twice the mean of them. */
START_TEST(a_reserve_bears_the_upper_end_of_what_may_come)
{
	static const char site[] =
	    "  outage: 2h\n  buses: [{name: MAIN, carrier: electricity}]\n  assets:\n"
	    "    - {name: HOUSE, kind: load, bus: MAIN, is_critical: true, lost_load_cost_per_kwh: 10,"
	    " data: [{series: load_kw, column: load}]}\n"
	    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, price_import: 0.2,"
	    " data: [{series: available, column: there}]}\n"
	    "    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 200, charge_kw: 60, discharge_kw: 60,"
	    " standby_pct_per_day: 0, soc_min_pct: 0, soc_max_pct: 100, reserve_pct: 0,"
	    " wear_cost_per_kwh: 0.01}\n";
	enum { HOURS = 20 * 24, FROM = 5 * 24 };
	double needed = 0;
	char row[80];

	str_copy(csv, sizeof(csv), "hour,load,there\n");
	for (unsigned h = 0; h < HOURS; h++) {
		bool there = h % 31 != 0 && h % 31 != 1;
		double load = noise(h, 5) > 0 ? 30 : 10;
		needed += h >= FROM && !there ? load : 0;
		str_printf(row, sizeof(row), "%u,%g,%d\n", h, load, there);
		str_append(csv, sizeof(csv), row);
	}
	ck_assert_msg(kit_site(&k, site, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = FROM;
	ck_assert_double_gt(needed, 400);
	ck_assert_double_lt(kit_run(&k, STUDY_PLAN, STUDY_LEARNED, 24, 0)->unserved_kwh, 1e-3);
	kit_done(&k);
}
END_TEST

/*
 * 0.6 or 1 t/h are taken and nobody can know which; 20 a t that is missing, 17 an hour for the set that makes it, 30 a start. The middle is worth no start,
 * the upper end of it is; and no furnace that burns (1) calls for it.
 */
START_TEST(heat_is_planned_with_its_upper_end_while_a_furnace_stands)
{
	static const char site[] =
	    "  heat_lost_cost_per_t: 20\n  over_cost_per_kwh: 0\n"
	    "  buses: [{name: MAIN, carrier: electricity}, {name: STEAM, carrier: heat}]\n  assets:\n"
	    "    - {name: HOUSE, kind: load, bus: MAIN, heat_bus: STEAM, lost_load_cost_per_kwh: 10,"
	    " data: [{series: load_kw, column: load}, {series: heat_t_per_h, column: heat}]}\n"
	    "    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, export_max_kw: 100, price_import: 0.001}\n"
	    "    - {name: F1, kind: furnace, heat_bus: STEAM, waste_t_per_h: 1, steam_t_per_h: 2,"
	    " data: [{series: steam_t_per_h, column: f1}]}\n"
	    "    - {name: DUMP, kind: dump, heat_bus: STEAM, max_t_per_h: 3}\n"
	    "    - {name: SET, kind: gas-turbine, bus: MAIN, heat_bus: STEAM, rated_kw: 10, min_kw: 10,"
	    " fuel_full_m3_per_h: 17, fuel_idle_share: 0, heat_full_t_per_h: 1.2, fuel_price: 1, start_cost: 30}\n";
	enum { HOURS = 20 * 24, FROM = 18 * 24 };
	char row[80];

	str_copy(csv, sizeof(csv), "hour,load,heat,f1\n");
	for (unsigned h = 0; h < HOURS; h++) {
		str_printf(row, sizeof(row), "%u,1,%g,%g\n", h, noise(h, 6) > 0 ? 1 : 0.6, _i == 0 ? 0 : 0.001);
		str_append(csv, sizeof(csv), row);
	}
	ck_assert_msg(kit_site(&k, site, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = FROM;
	k.d.end = FROM + 12;
	kit_run(&k, STUDY_PLAN, STUDY_LEARNED, 24, 0);
	ck_assert_uint_eq(k.r.plans_failed, 0);
	for (unsigned i = 0; i < k.r.asset_count; i++)
		if (k.r.assets[i].asset->kind == ASSET_GTC)
			ck_assert_uint_eq(k.r.assets[i].starts, _i == 0);
	kit_done(&k);
}
END_TEST

/* Decided again with what is measured in the step, a day of surprises costs less than what was decided before it and held. */
START_TEST(planning_within_the_step_takes_up_what_was_not_foreseen)
{
	make_csv(ROWS);
	ck_assert_msg(kit_site(&k, SITE, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = FIRST;
	k.d.end = FIRST + 72;
	double perfect = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 24, 0)->total;
	double within = kit_run(&k, STUDY_PLAN, STUDY_LEARNED, 24, 0)->total;
	ck_assert_uint_eq(k.r.realised, 0);
	kit_balance(&k);
	double held = kit_run(&k, STUDY_PLAN, STUDY_LEARNED, 24, 1)->total;
	ck_assert_uint_gt(k.r.realised, 0);
	kit_balance(&k);
	double slack = 0.15 * 100; /* what may stand in the battery at the end */
	ck_assert_double_lt(within, held);
	ck_assert_double_ge(within, perfect - slack);
	kit_done(&k);
}
END_TEST

#define MARKET \
	"  buses: [{name: MAIN, carrier: electricity}]\n  assets:\n" \
	"    - {name: HOUSE, kind: load, bus: MAIN, data: [{series: load_kw, column: load}]}\n" \
	"    - {name: GRID, kind: grid, bus: MAIN, import_max_kw: 100, export_max_kw: 100, data: [{series: " \
	"price_import," \
	" column: price}, {series: filed_kw, column: filed}, {series: price_short, column: short}," \
	" {series: price_surplus, column: sold}, {series: price_export, column: sold}]}\n" \
	"    - {name: BAT, kind: battery, bus: MAIN, energy_kwh: 100, charge_kw: 5, discharge_kw: 5," \
	" efficiency_charge: 0.9, efficiency_discharge: 0.9, standby_pct_per_day: 0, soc_min_pct: 0, soc_max_pct: " \
	"100, wear_cost_per_kwh: 0.01}\n"

/* The next day is dear (0), or more is filed for it than the house leaves (1): a slow battery fills from the hour at which that is out. */
START_TEST(what_is_published_is_known_from_then_on)
{
	const struct study_asked asked = {
		.policy = STUDY_PLAN, .forecast = STUDY_LEARNED, .horizon_us = 24 * KIT_HOUR, .solver_s = 20
	};
	unsigned out = NEXT_DAY - 24 + (_i == 0 ? 10 : 12);
	char row[80];

	str_copy(csv, sizeof(csv), "hour,load,price,filed,short,sold\n");
	for (unsigned h = 0; h < ROWS; h++) {
		bool is_day = h % 24 >= 8 && h % 24 < 20, is_next = h >= NEXT_DAY;
		str_printf(row, sizeof(row), "%u,20,%g,%s,1.05,0.05\n", h,
		    (is_day ? 0.3 : 0.15) + (_i == 0 && is_next ? 1 : 0), _i == 1 && is_next ? "-10" : "");
		str_append(csv, sizeof(csv), row);
	}
	ck_assert_msg(kit_site(&k, MARKET, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = NEXT_DAY - 24 + 8;
	k.d.end = NEXT_DAY + 12;
	memset(decided[0], 0, sizeof(decided[0]));
	ck_assert_msg(study_run(&k.d, &asked, note, decided[0], &k.r, k.why, sizeof(k.why)), "%s", k.why);
	for (unsigned h = k.d.first; h < out; h++)
		ck_assert_double_ge(decided[0][h][2], -1e-6);
	ck_assert_double_lt(decided[0][out][2], -4.9);
	kit_done(&k);
}
END_TEST

static double
ignoring(enum study_policy policy, enum study_forecast forecast, bool ignores)
{
	const struct study_asked asked = { .policy = policy,
		.forecast = forecast,
		.horizon_us = 24 * KIT_HOUR,
		.solver_s = 20,
		.ignores_filed = ignores };

	study_result_done(&k.r);
	ck_assert_msg(study_run(&k.d, &asked, NULL, NULL, &k.r, k.why, sizeof(k.why)), "%s", k.why);
	kit_balance(&k);
	return k.r.sums.total;
}

/* The same as where nothing was filed; and what imbalance would have been is what it is where nobody can do anything about it. */
START_TEST(what_was_filed_can_be_ignored)
{
	make_csv(ROWS);
	ck_assert_msg(kit_site(&k, SITE, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = FIRST;
	k.d.end = FIRST + 24;
	double idle = ignoring(STUDY_NONE, STUDY_PERFECT, true), beside = k.r.sums.beside;
	ck_assert_double_eq(k.r.sums.cost[COST_IMBALANCE], 0);
	ck_assert_double_gt(fabs(beside), 1);
	ck_assert_double_eq_tol(ignoring(STUDY_NONE, STUDY_PERFECT, false), idle + beside, 1e-6);
	ck_assert_double_eq(k.r.sums.beside, 0);
	double planned = ignoring(STUDY_PLAN, STUDY_LEARNED, true);
	ck_assert_double_gt(fabs(k.r.sums.beside), 1);
	ck_assert_double_eq(k.r.months[0].sums.beside, k.r.sums.beside);
	k.d.was[0][SERIES_FILED_KW] = NULL;
	ck_assert_double_eq_tol(ignoring(STUDY_PLAN, STUDY_LEARNED, false), planned, 1e-6 * fabs(planned));
	kit_done(&k);
}
END_TEST

/* With all of it known it is perfect foresight; with loads alone it lies between, and a word that names nothing is refused. */
START_TEST(what_is_known_need_not_be_learned)
{
	static const char *const lists[] = { NULL, "load_kw,STG", "HOUSE,SUN,F1,GRID" };
	double total[3];

	make_csv(ROWS);
	ck_assert_msg(kit_site(&k, SITE, ""), "%s", k.said);
	ck_assert_msg(kit_bind(&k, csv, 0), "%s", k.said);
	k.d.first = FIRST;
	k.d.end = FIRST + 24;
	double perfect = kit_run(&k, STUDY_PLAN, STUDY_PERFECT, 24, 0)->total;
	struct study_asked asked = {
		.policy = STUDY_PLAN, .forecast = STUDY_LEARNED, .horizon_us = 24 * KIT_HOUR, .solver_s = 20
	};
	for (int i = 0; i < 3; i++) {
		asked.known = lists[i];
		study_result_done(&k.r);
		ck_assert_msg(study_run(&k.d, &asked, NULL, NULL, &k.r, k.why, sizeof(k.why)), "%s", k.why);
		total[i] = k.r.sums.total;
	}
	ck_assert_double_eq_tol(total[2], perfect, 1e-6 * fabs(perfect));
	ck_assert(total[0] != total[1] && total[1] != total[2]);
	asked.known = "load_kw,HOSE";
	study_result_done(&k.r);
	ck_assert(!study_run(&k.d, &asked, NULL, NULL, &k.r, k.why, sizeof(k.why)));
	ck_assert_str_eq(k.why,
	    "--known names \"HOSE\", which is neither a series nor an asset of the site; words as load_kw or HALL, "
	    "with "
	    "commas, would be right");
	asked =
	    (struct study_asked){ .policy = STUDY_PLAN, .horizon_us = 24 * KIT_HOUR, .solver_s = 20, .known = "SUN" };
	ck_assert(!study_run(&k.d, &asked, NULL, NULL, &k.r, k.why, sizeof(k.why)));
	ck_assert_ptr_nonnull(strstr(k.why, "--forecast learned, or no --known, would be right"));
	kit_done(&k);
}
END_TEST

T_MAIN("study_learned",
    T_TIMEOUT(120) T_LOOP(what_comes_changes_nothing_before_it, 0, t_rounds(3))
        T_LOOP(an_outage_is_served_from_its_first_hour, 0, t_rounds(4))
            T(planning_within_the_step_takes_up_what_was_not_foreseen) T(a_reserve_bears_the_upper_end_of_what_may_come)
                T_LOOP(heat_is_planned_with_its_upper_end_while_a_furnace_stands, 0, 2)
                    T_LONG(what_was_filed_can_be_ignored) T_LONG(what_is_known_need_not_be_learned)
                        T_LONG_LOOP(what_is_published_is_known_from_then_on, 0, 2))
