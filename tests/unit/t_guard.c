/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_guard.c - the one-second guard against a small district in simulated time: each rule, and a week with faults.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/guard_kit.h"

START_TEST(a_plan_that_fits_stands_and_slot_2_is_empty)
{
	begin(GUARD_ECONOMIC);
	plan(15);
	run(100);
	for (unsigned i = 0; i < 4; i++)
		ck_assert(isnan(out.battery[i].kw));
	ck_assert_uint_eq(out.flags, 0);
	ck_assert_uint_eq(out.shed, 0);
}
END_TEST

START_TEST(a_step_of_the_plan_is_walked_by_the_ramp)
{
	begin(GUARD_ECONOMIC);
	run(5);
	plan(150);
	second();
	ck_assert_double_eq_tol(power[0], 18, 1e-9);
	ck_assert_int_eq(out.battery[0].reason, WHY_RAMP);
	run(10);
	ck_assert_double_eq_tol(sum3(), 450, 1e-9);
	ck_assert(isnan(out.battery[0].kw));
}
END_TEST

START_TEST(nothing_is_wanted_in_manual_and_figures_go_on)
{
	begin(GUARD_MANUAL);
	load_kw = 2500;
	run(900);
	for (unsigned i = 0; i < 4; i++)
		ck_assert(isnan(out.battery[i].kw));
	ck_assert_uint_eq(out.shed, 0);
	ck_assert_int_eq(out.demand.stage, DEMAND_WARNING);
	/* And back without a bump. */
	in.mode = GUARD_ECONOMIC;
	plan(0);
	second();
	ck_assert_double_le(fabs(sum3()), 54 + 1e-9);
	/* At once. */
	in.mode = GUARD_MANUAL;
	second();
	ck_assert(isnan(out.battery[0].kw));
}
END_TEST

START_TEST(what_one_cannot_give_the_others_take)
{
	begin(GUARD_ECONOMIC);
	plan(60);
	run(20);
	in.battery[1].is_available = false;
	run(20);
	ck_assert_double_eq_tol(power[0] + power[2], 180, 0.1);
	ck_assert_int_eq(out.battery[1].reason, WHY_OUT);
	ck_assert_int_eq(out.battery[0].reason, WHY_SHARED);
	ck_assert_uint_eq(out.flags, GUARD_BATTERY_OUT);
	in.battery[1].is_available = true;
	in.battery[0].held_kw = -50;
	run(20);
	ck_assert(isnan(out.battery[0].kw));
	ck_assert_int_eq(out.battery[0].reason, WHY_HELD);
}
END_TEST

START_TEST(the_reserve_is_kept_and_opens_in_an_island)
{
	begin(GUARD_ECONOMIC);
	plan(100);
	for (unsigned i = 0; i < 3; i++)
		soc[i] = 30.5;
	run(3600);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_double_ge(soc[i], 30);
	ck_assert_double_lt(sum3(), 5);
	ck_assert_int_eq(out.battery[0].reason, WHY_SOC_LOW);
	ck_assert_uint_ne(out.flags & GUARD_SHORT, 0);
	in.mode = GUARD_ISLAND;
	in.battery[0].is_forming = true;
	power[0] = 120;
	second();
	ck_assert(isnan(out.battery[0].kw)); /* it balances */
	ck_assert_double_gt(out.battery[1].kw, 10);
	ck_assert_int_ne(out.battery[1].reason, WHY_SOC_LOW);
}
END_TEST

START_TEST(an_island_sheds_when_batteries_are_at_their_limit_or_empty)
{
	begin(GUARD_ISLAND);
	in.battery[0].is_forming = true;
	for (unsigned i = 0; i < 3; i++)
		soc[i] = 60;
	for (unsigned i = 0; i < 35; i++) {
		power[0] = power[1] = power[2] = 175;
		second();
	}
	ck_assert_uint_eq(out.shed, 3);
	ck_assert_int_eq(out.shed_reason, WHY_ISLAND);
	for (unsigned i = 0; i < 310; i++) {
		power[0] = power[1] = power[2] = 50;
		second();
	}
	ck_assert_uint_eq(out.shed, 2);
	soc[2] = 12;
	second();
	ck_assert_uint_eq(out.shed, 3);
}
END_TEST

START_TEST(the_draw_is_kept_below_the_limit_of_the_connection)
{
	begin(GUARD_ECONOMIC);
	set.demand.target_kw = 0;
	char why[200];
	ck_assert(guard_init(&guard, &set, why, sizeof(why)));
	run(10);
	load_kw = 2300;
	run(25);
	ck_assert_double_le(grid_kw, 2000.5);
	ck_assert_int_eq(out.battery[0].reason, WHY_GRID_LIMIT);
	load_kw = 3000;
	run(25);
	ck_assert_uint_ne(out.flags & GUARD_IMPORT, 0);
}
END_TEST

START_TEST(export_is_held_by_batteries_then_by_sources)
{
	begin(GUARD_ECONOMIC);
	load_kw = 600;
	sun_kw = 1300; /* 700 out */
	run(60);
	ck_assert_double_ge(grid_kw, -500.5);
	ck_assert_double_le(sum3(), -150);
	sun_kw = 2500;
	run(25);
	ck_assert_double_ge(grid_kw, -501);
	ck_assert(isfinite(out.source[0].kw));
	ck_assert_int_eq(out.source[0].reason, WHY_CURTAILED);
	ck_assert_double_eq_tol(sum3(), -540, 1);
	sun_kw = 100;
	run(120);
	ck_assert(isnan(out.source[0].kw));
}
END_TEST

/* One battery below its reserve is no alarm while the others hold it; one that is out counts on neither side; the one elsewhere is its own bus. */
START_TEST(the_reserve_is_that_of_the_bus)
{
	double one = 0.2 * 405 * 0.94;

	begin(GUARD_ECONOMIC);
	soc[0] = 25;
	soc[1] = 40;
	soc[2] = 30;
	second();
	ck_assert_uint_eq(out.flags & GUARD_RESERVE, 0);
	ck_assert_double_eq_tol(out.kept_kwh, 3 * one, 1e-6);
	ck_assert_double_eq_tol(out.stored_kwh, 3.25 * one, 1);
	soc[1] = 32;
	second();
	ck_assert_uint_ne(out.flags & GUARD_RESERVE, 0);
	in.battery[0].is_available = false;
	second();
	ck_assert_uint_eq(out.flags & GUARD_RESERVE, 0);
	ck_assert_double_eq_tol(out.kept_kwh, 2 * one, 1e-6);
	soc[3] = 29;
	second();
	ck_assert_uint_ne(out.flags & GUARD_RESERVE, 0);
}
END_TEST

/* A set at its least power goes no lower: what is too much is the next one's, and all of it. */
START_TEST(a_source_at_its_least_leaves_the_rest_to_the_next)
{
	char why[200];

	begin(GUARD_ECONOMIC);
	set.source_count = 2;
	set.source_rated_kw[0] = 1500;
	set.source_rated_kw[1] = 2650;
	set.source_least_kw[0] = 450;
	set.source_least_kw[1] = 600;
	ck_assert(guard_init(&guard, &set, why, sizeof(why)));
	for (unsigned i = 0; i < 4; i++)
		in.battery[i].soc_pct = 90; /* full */
	in.source_kw[0] = 500;
	in.source_kw[1] = 2000;
	in.demand.power_kw = -900; /* 400 too much */
	for (int i = 0; i < 10; i++) {
		in.demand.utc.us += US_PER_S;
		in.demand.mono.us += US_PER_S;
		guard_step(&guard, &in, &out);
	}
	ck_assert_double_eq_tol(out.source[0].kw, 450, 1e-6);
	ck_assert_double_eq_tol(out.source[1].kw, 1650, 1e-6);
	ck_assert_uint_eq(out.flags & GUARD_EXPORT, 0);
	in.source_kw[0] = 450;
	in.source_kw[1] = 600;
	in.demand.utc.us += US_PER_S;
	in.demand.mono.us += US_PER_S;
	guard_step(&guard, &in, &out);
	ck_assert_uint_ne(out.flags & GUARD_EXPORT, 0); /* nothing is left that could come down */
}
END_TEST

START_TEST(batteries_keep_the_half_hour_before_steps_do)
{
	begin(GUARD_ECONOMIC);
	load_kw = 1800;
	for (unsigned i = 0; i < 1799; i++) {
		second();
		ck_assert_uint_eq(out.shed, 0);
	}
	second();
	ck_assert(out.demand.window_closed);
	ck_assert_double_le(out.demand.closed_kw, 1450);
	begin(GUARD_ECONOMIC);
	load_kw = 2100; /* 650 too much for 540 */
	run(1790);
	ck_assert_uint_eq(out.shed, 3);
	ck_assert_int_eq(out.shed_reason, WHY_PEAK);
	ck_assert_double_le(out.demand.forecast_kw, 1460);
}
END_TEST

START_TEST(without_a_plan_it_goes_by_rules)
{
	begin(GUARD_ECONOMIC);
	load_kw = 200;
	in.plan_until.us = in.demand.utc.us + 30 * US_PER_S;
	plan(-50);
	run(20);
	ck_assert_double_eq_tol(sum3(), -150, 1e-6);
	run(60);
	ck_assert_uint_ne(out.flags & GUARD_NO_PLAN, 0);
	ck_assert_double_eq_tol(grid_kw, 0, 3);
	ck_assert_int_eq(out.battery[0].reason, WHY_SURPLUS);
	in.plan_until.us = INT64_MAX;
	in.battery[0].plan_kw = none; /* not whole: no plan */
	second();
	ck_assert_uint_ne(out.flags & GUARD_NO_PLAN, 0);
}
END_TEST

START_TEST(a_filed_half_hour_is_met)
{
	begin(GUARD_FOLLOW);
	in.filed_kw = 300;
	load_kw = 600;
	sun_kw = 1000;
	double kwh = 0;
	for (unsigned i = 0; i < 1799; i++) {
		if (i == 600)
			sun_kw = 820;
		second();
		kwh -= grid_kw / 3600;
	}
	ck_assert_double_eq_tol(kwh, 150, 1);
	ck_assert_int_eq(out.battery[0].reason, WHY_FILED);
}
END_TEST

/* Its own count is gone then; the counter of the receiving point knows what went out. Without it the whole of it would go out again. */
START_TEST(a_restart_in_a_filed_half_hour_goes_on_where_it_was)
{
	char why[200];
	for (int has_made = 0; has_made < 2; has_made++) {
		begin(GUARD_FOLLOW);
		in.filed_kw = 300;
		load_kw = 600;
		sun_kw = 900;
		double kwh = 0;
		for (unsigned i = 0; i < 1799; i++) {
			if (i == 900)
				ck_assert_msg(guard_init(&guard, &set, why, sizeof(why)), "%s", why);
			in.has_made = has_made == 1;
			in.made_kwh = floor(kwh); /* a counter of whole kWh */
			second();
			kwh -= grid_kw / 3600;
		}
		if (has_made == 1)
			ck_assert_double_eq_tol(kwh, 150, GUARD_MADE_KWH);
		else
			ck_assert_double_gt(kwh, 180);
	}
}
END_TEST

/* The export's limit, state of charge and rating are stronger than what is filed: what they leave is given, and no more. */
START_TEST(what_is_filed_is_kept_to_within_limits_only)
{
	begin(GUARD_FOLLOW);
	in.filed_kw = 2000; /* the connection gives 500 */
	load_kw = 600;
	sun_kw = 1000;
	run(120);
	ck_assert_double_ge(grid_kw, -500.5);
	ck_assert_int_eq(out.battery[0].reason, WHY_GRID_LIMIT);
	begin(GUARD_FOLLOW);
	in.filed_kw = 300;
	load_kw = 900;
	sun_kw = 500; /* 700 kW are missing, and three batteries have 540 */
	run(120);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_double_le(power[i], 180.5);
	ck_assert_int_eq(out.battery[0].reason, WHY_POWER);
	ck_assert_uint_ne(out.flags & GUARD_SHORT, 0);
	begin(GUARD_FOLLOW);
	in.filed_kw = 300;
	load_kw = 900;
	sun_kw = 700;
	for (unsigned i = 0; i < 4; i++)
		soc[i] = 30; /* the reserve */
	run(120);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_double_le(power[i], 0.5);
	ck_assert_int_eq(out.battery[0].reason, WHY_SOC_LOW);
}
END_TEST

START_TEST(a_promise_of_demand_response_is_kept)
{
	begin(GUARD_RESPONSE);
	in.dr_kw = 300;
	run(40);
	ck_assert_double_le(grid_kw, 300.5);
	ck_assert_int_eq(out.battery[0].reason, WHY_RESPONSE);
}
END_TEST

START_TEST(peak_cut_holds_the_target_and_refills)
{
	begin(GUARD_PEAK);
	load_kw = 1700;
	run(60);
	ck_assert_double_le(grid_kw, 1453);
	load_kw = 900;
	run(60);
	ck_assert_double_eq_tol(grid_kw, 1160, 3);
}
END_TEST

START_TEST(a_bad_meter_holds_then_goes_to_nothing)
{
	begin(GUARD_ECONOMIC);
	load_kw = 700;
	plan(100);
	run(60);
	ck_assert_double_eq_tol(sum3(), 300, 1e-6);
	meter_ok = false;
	run(3);
	ck_assert_uint_eq(out.flags & GUARD_METER_BAD, 0);
	run(100);
	ck_assert_uint_ne(out.flags & GUARD_METER_BAD, 0);
	ck_assert(!out.demand.is_known);
	ck_assert_double_eq_tol(sum3(), 300, 1e-6);
	ck_assert_int_eq(out.battery[0].reason, WHY_BLIND);
	plan(-100); /* not followed blind */
	run(100);
	ck_assert_double_eq_tol(sum3(), 300, 1e-6);
	run(130);
	ck_assert_double_eq_tol(sum3(), 0, 1e-6);
	meter_ok = true;
	run(15);
	ck_assert_double_eq_tol(sum3(), -300, 1e-6);
}
END_TEST

/* Good in quality, and dead: by rules each second would ask for as much again. 0 stands for ever, 1 moves again. */
START_TEST(a_frozen_meter_is_a_bad_one)
{
	begin(GUARD_ECONOMIC);
	in.plan_until.us = 0;
	load_kw = 250;
	run(60);
	double held = sum3(), at_most = 0;
	ck_assert_double_eq_tol(held, 250, 3);
	load_kw = 350;
	second();
	load_kw = 250;
	frozen_kw = grid_kw; /* about 100, and no more of it is true */
	for (unsigned i = 0; i < GUARD_FROZEN_S + 30; i++) {
		second();
		at_most = fmax(at_most, sum3());
	}
	ck_assert_double_gt(at_most, 500);
	ck_assert_uint_ne(out.flags & GUARD_METER_BAD, 0);
	ck_assert_int_eq(out.battery[0].reason, WHY_BLIND);
	ck_assert_double_eq_tol(sum3(), held, 60); /* as it was when the meter last moved */
	ck_assert(!out.demand.is_known);
	if (_i == 1) {
		frozen_kw = none;
		run(30);
		ck_assert_uint_eq(out.flags & GUARD_METER_BAD, 0);
		ck_assert_double_eq_tol(grid_kw, 0, 3);
		return;
	}
	run(320);
	ck_assert_double_eq_tol(sum3(), 0, 1e-6);
}
END_TEST

/* One that stands where nothing moves says nothing against itself, nor does a 0. */
START_TEST(a_steady_meter_is_a_good_one)
{
	begin(GUARD_ECONOMIC);
	plan(_i == 0 ? 0 : 100);
	load_kw = _i == 0 ? 600 : 300; /* of which the batteries give nothing, or all */
	run(600);
	ck_assert_uint_eq(out.flags & GUARD_METER_BAD, 0);
	ck_assert(out.demand.is_known);
}
END_TEST

START_TEST(a_school_never_gives_back)
{
	begin(GUARD_ECONOMIC);
	in.battery[3].plan_kw = 100;
	run(30);
	ck_assert_double_eq(power[3], 30);
	ck_assert_int_eq(out.battery[3].reason, WHY_NO_RETURN);
	in.battery[3].site_load_kw = none;
	second();
	ck_assert_double_eq(power[3], 0);
	in.battery[3].plan_kw = -40;
	run(30);
	ck_assert_double_eq(power[3], -40);
}
END_TEST

static uint64_t seed = 7;

static double
any(double low, double high)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return low + (high - low) * (double)(seed >> 40) / (double)(1 << 24);
}

/* What happens in a minute of the week. */
static void
happen(unsigned minute)
{
	double hour = minute % 1440 / 60.0, day = hour > 6 && hour < 18 ? sin((hour - 6) / 12 * 3.14159265) : 0;
	load_kw = 500 + 1100 * day + any(-60, 60) + (any(0, 1) < 0.02 ? any(0, 600) : 0);
	sun_kw = minute / 1440 % 2 == 0 ? 1800 * day * any(0.2, 1) : 100 * day;
	meter_ok = any(0, 1) > (meter_ok ? 0.003 : 0.6);
	in.plan_until.us = any(0, 1) < 0.9 ? INT64_MAX : 0;
	for (unsigned i = 0; i < 4; i++) {
		struct guard_battery_in *b = &in.battery[i];
		b->is_available = any(0, 1) > (b->is_available ? 0.003 : 0.9);
		b->temperature_c = any(0, 1) < 0.02 ? any(-10, 60) : 25;
		b->held_kw = any(0, 1) < 0.002 ? any(-100, 100) : any(0, 1) < 0.3 ? (double)none : b->held_kw;
		b->site_load_kw = any(0, 60);
		if (minute % 15 == 0)
			b->plan_kw = hour < 6 ? any(-150, 0) : any(-80, 180);
	}
	static const enum guard_mode modes[] = { GUARD_ECONOMIC, GUARD_ECONOMIC, GUARD_FOLLOW, GUARD_PEAK,
		GUARD_RESPONSE };
	if (minute % 120 == 0)
		in.mode = modes[(unsigned)any(0, 5)];
	in.filed_kw = any(0, 400);
	in.dr_kw = 900;
}

START_TEST(a_week_with_faults_keeps_every_limit)
{
#ifdef CHISAN_SANITIZED
	const int days = 2;
#else
	const int days = 7;
#endif
	unsigned seconds = (unsigned)t_rounds(days * 86400), over_export = 0, over_import = 0, windows = 0;
	bool excused = false;
	begin(GUARD_ECONOMIC);
	for (unsigned k = 0; k < seconds; k++) {
		if (k % 60 == 0)
			happen(k / 60);
		second();
		for (unsigned i = 0; i < 4; i++) {
			const struct guard_want *w = &out.battery[i];
			double least_pct = in.battery[i].soc_pct - 30;
			ck_assert(!(w->kw > 180 + 1e-9) && !(w->kw < -180 - 1e-9));
			ck_assert(isnan(w->kw) || in.battery[i].is_available);
			ck_assert(isnan(w->kw) || isnan(in.battery[i].held_kw));
			ck_assert(!(least_pct <= 0 && w->kw > 0));
			ck_assert(!(in.battery[i].soc_pct >= 90 && w->kw < 0));
			ck_assert(isnan(w->kw) || w->kw == 0 || w->reason != WHY_NONE);
		}
		ck_assert(!(out.battery[3].kw > in.battery[3].site_load_kw));
		bool is_seen = meter_ok;
		over_export = is_seen && grid_kw < -500 - 5 ? over_export + 1 : 0;
		over_import = is_seen && grid_kw > 2000 + 5 && (out.flags & GUARD_IMPORT) == 0 ? over_import + 1 : 0;
		ck_assert_uint_le(over_export, 25);
		ck_assert_uint_le(over_import, 25);
		excused = excused || !out.demand.is_known || out.demand.stage >= DEMAND_WARNING;
		if (out.demand.window_closed) {
			windows++;
			ck_assert(out.demand.closed_kw <= 1450 * 1.005 || excused);
			excused = false;
		}
	}
	ck_assert_uint_ge(windows, seconds / 1800 - 1);
}
END_TEST

START_TEST(every_reason_and_mode_has_its_words)
{
	for (unsigned i = 1; i < GUARD_REASONS; i++) {
		ck_assert_str_ne(guard_reason_name(i), "");
		for (unsigned j = 1; j < i; j++)
			ck_assert_str_ne(guard_reason_name(i), guard_reason_name(j));
	}
	for (unsigned i = 0; i < GUARD_MODES; i++)
		ck_assert_str_ne(guard_mode_name(i), "");
}
END_TEST

T_MAIN("guard",
    T_TIMEOUT(300) T(a_plan_that_fits_stands_and_slot_2_is_empty) T(a_step_of_the_plan_is_walked_by_the_ramp)
        T(nothing_is_wanted_in_manual_and_figures_go_on) T(what_one_cannot_give_the_others_take)
            T(the_reserve_is_kept_and_opens_in_an_island) T(an_island_sheds_when_batteries_are_at_their_limit_or_empty)
                T(the_draw_is_kept_below_the_limit_of_the_connection) T(export_is_held_by_batteries_then_by_sources)
                    T(batteries_keep_the_half_hour_before_steps_do) T(without_a_plan_it_goes_by_rules)
                        T(a_filed_half_hour_is_met) T(a_restart_in_a_filed_half_hour_goes_on_where_it_was)
                            T(what_is_filed_is_kept_to_within_limits_only) T(a_promise_of_demand_response_is_kept) T(
                                the_reserve_is_that_of_the_bus) T(a_source_at_its_least_leaves_the_rest_to_the_next)
                                T(peak_cut_holds_the_target_and_refills) T(a_bad_meter_holds_then_goes_to_nothing)
                                    T_LOOP(a_frozen_meter_is_a_bad_one, 0, 2) T_LOOP(a_steady_meter_is_a_good_one, 0, 2)
                                        T(a_school_never_gives_back) T_LONG(a_week_with_faults_keeps_every_limit)
                                            T(every_reason_and_mode_has_its_words))
