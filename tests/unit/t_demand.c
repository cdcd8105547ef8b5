/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_demand.c - the demand controller: its vectors, its stages and steps in simulated time, and that no disturbance makes a false demand.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/demand_kit.h"

START_TEST(the_vectors_of_the_rule)
{
	ck_assert_double_eq_tol(demand_forecast(280, 24, 12), 1424, 1e-9);
	ck_assert_double_eq_tol(demand_adjust(1450, 1424, 12), 43.333333, 1e-5);
	ck_assert_double_eq_tol(demand_forecast(280, 26.5, 12), 1514, 1e-9);
	ck_assert_double_eq_tol(demand_adjust(1450, 1514, 12), -106.666667, 1e-5);
	ck_assert_double_eq_tol(demand_now(362.5), 725, 1e-9);
	ck_assert_double_eq_tol(demand_adjust(1450, 1460, 29.99), demand_adjust(1450, 1460, 29), 1e-9);
}
END_TEST

/* 280 kWh in 12 min of which the last minute is 24 or 26.5: by counter, and by power alone. */
START_TEST(the_vectors_come_out_of_a_run)
{
	double p = _i & 1 ? 26.5 : 24;
	begin_at(-60);
	counts = _i < 2;
	run(1400, 60);
	run((280 - p) * 60 / 11, 660);
	run(p * 60, 60);
	ck_assert(out.is_known && !out.is_estimated);
	ck_assert_double_eq_tol(out.elapsed_min, 12, 1e-6);
	ck_assert_double_eq_tol(out.used_kwh, 280, 0.05);
	ck_assert_double_eq_tol(out.forecast_kw, _i & 1 ? 1514 : 1424, 1.5);
	ck_assert_double_eq_tol(out.adjust_kw, _i & 1 ? -106.7 : 43.3, 2.5);
	ck_assert_int_eq(out.stage, _i & 1 ? DEMAND_CAUTION : DEMAND_CLEAR);
}
END_TEST

START_TEST(nothing_is_said_or_shed_in_the_first_five_minutes_and_u_is_held_in_the_last)
{
	begin_at(-1);
	run(1900, 299);
	ck_assert_int_eq(out.stage, DEMAND_CLEAR);
	ck_assert_uint_eq(out.shed, 0);
	ck_assert_double_lt(out.adjust_kw, 0); /* but the batteries know */
	ck_assert_double_gt(out.battery_floor_kw, 400);
	run(1900, 3);
	ck_assert_int_eq(out.stage, DEMAND_WARNING); /* 180 kW of steps, no battery */
	ck_assert_uint_eq(out.shed, 1);
	begin_at(-1);
	run(1400, 1741);
	double u = out.adjust_kw;
	run(1300, 58);
	ck_assert_double_eq(out.adjust_kw, u);
	run(1300, 3);
	ck_assert_double_ne(out.adjust_kw, u);
}
END_TEST

START_TEST(over_is_said_when_it_is_certain_and_a_record_beside_it)
{
	begin_at(-1);
	in.month_max_kw = 1300;
	run(2900, 840);
	ck_assert(out.is_new_max); /* 1353 */
	ck_assert_int_eq(out.stage, DEMAND_WARNING);
	run(2900, 70);
	ck_assert_int_eq(out.stage, DEMAND_OVER);
	run(2900, 900 - 8);
	ck_assert(!out.is_new_max); /* the next window */
	ck_assert_int_eq(out.stage, DEMAND_CLEAR);
}
END_TEST

START_TEST(steps_go_one_by_one_and_come_back_at_the_end_of_the_window)
{
	unsigned most = 0;
	begin_at(-1);
	for (unsigned i = 0; i < 1799; i++) {
		double off = (out.shed > 0 ? 40 : 0) + (out.shed > 1 ? 60 : 0) + (out.shed > 2 ? 80 : 0);
		unsigned before = out.shed;
		second(1530 - off);
		ck_assert_uint_le(out.shed, before + 1);
		most = out.shed > most ? out.shed : most;
	}
	ck_assert_uint_eq(most, 2); /* 80 kW were too much: 40 and 60 do, the third was not needed */
	ck_assert_uint_eq(out.shed, 2);
	ck_assert_double_le(out.now_kw, 1450);
	/* The next window bears all. */
	run(1200, 60);
	ck_assert_uint_eq(out.shed, 0);
}
END_TEST

START_TEST(steps_stay_where_the_next_window_needs_them)
{
	begin_at(-1);
	double off = 0;
	for (unsigned i = 0; i < 1800 + 290; i++) {
		off = (out.shed > 0 ? 40 : 0) + (out.shed > 1 ? 60 : 0) + (out.shed > 2 ? 80 : 0);
		second(1530 - off);
		if (i > 1800)
			ck_assert_uint_eq(out.shed, 2);
	}
}
END_TEST

START_TEST(a_step_is_off_for_its_least_time_and_comes_back_below_95_percent)
{
	int64_t shed_at = 0;
	begin_at(-1);
	run(1300, 400);
	while (out.shed == 0)
		second(1700);
	shed_at = in.mono.us;
	while (out.shed > 0)
		second(300);
	ck_assert_int_ge(in.mono.us - shed_at, 300 * US_PER_S);
	ck_assert_double_lt(out.forecast_kw, 0.95 * 1450);
}
END_TEST

/* All three go at once as far as the rule lets them, and come back no faster: ten seconds between. */
START_TEST(steps_come_back_one_by_one)
{
	int64_t back_us = 0;
	begin_at(-1);
	run(1300, 400);
	while (out.shed < 3)
		second(1900);
	while (out.shed > 0) {
		unsigned before = out.shed;
		second(300);
		if (out.shed == before)
			continue;
		ck_assert_uint_eq(out.shed, before - 1);
		ck_assert_int_ge(in.mono.us - back_us, DEMAND_SHED_GAP_S * US_PER_S);
		back_us = in.mono.us;
	}
	ck_assert_int_gt(back_us, 0);
}
END_TEST

START_TEST(batteries_go_before_steps_and_are_not_counted_twice)
{
	double battery = 0;
	begin_at(-1);
	for (unsigned i = 0; i < 1798; i++) {
		in.battery_kw = battery;
		in.battery_more_kw = 540 - battery;
		second(1700 - battery);
		if (isfinite(out.battery_floor_kw))
			battery = fmin(540, fmax(out.battery_floor_kw, 0));
		ck_assert_uint_eq(out.shed, 0);
		/* 250 kW are missing: it neither swings nor winds up. */
		if (i > 120 && i < 1700)
			ck_assert_double_eq_tol(battery, 250, 30);
	}
	ck_assert_double_le(out.now_kw, 1450);
	ck_assert_double_gt(out.now_kw, 1430);
}
END_TEST

/* What is past has missed the target, and now power goes out: no load can make less than nothing be drawn. */
START_TEST(no_step_is_shed_where_nothing_is_drawn)
{
	begin_at(-1);
	set.min_off_s = 0;
	again();
	in.battery_more_kw = 1e4;
	run(2800, 1000); /* the batteries had something, and did nothing */
	ck_assert_uint_eq(out.shed, 0);
	in.battery_more_kw = 0;
	run(-50, 700);
	ck_assert_uint_eq(out.shed, 0);
	ck_assert_int_eq(out.stage, DEMAND_OVER);
	run(300, 30); /* and where something is, they go */
	ck_assert_uint_gt(out.shed, 0);
}
END_TEST

START_TEST(windows_close_with_their_mean)
{
	unsigned closed = 0;
	begin_at(-600);
	for (unsigned i = 0; i < 600 + 3 * 1800 + 5; i++) {
		second(i < 600 ? 300 : 1000);
		if (out.window_closed) {
			ck_assert_double_eq_tol(out.closed_kw, closed == 0 ? 100 : 1000, 4);
			ck_assert_int_eq(out.closed_is_whole, closed > 0); /* nobody saw the first from its beginning */
			closed++;
		}
	}
	ck_assert_uint_eq(closed, 4);
}
END_TEST

START_TEST(pulses_make_the_window_and_a_lost_one_does_not_matter)
{
	unsigned closed = 0;
	begin_at(100);
	set.has_pulse = true;
	again();
	for (unsigned i = 0; i < 5 * 1800; i++) {
		in.pulse = i % 1800 == 500 && i / 1800 != 2; /* the third is lost */
		if (i == 1800 + 900)
			in.pulse = true; /* and one is false */
		second(900);
		ck_assert_double_lt(out.now_kw, 910);
		if (i == 2 * 1800 + 500 + 100)
			ck_assert(out.pulse_lost);
		if (out.window_closed && closed++ > 0)
			ck_assert_double_eq_tol(out.closed_kw, 900, 35);
		if (i > 500 && i % 1800 == 560)
			ck_assert_double_eq_tol(out.elapsed_min, 1, 0.05);
	}
	ck_assert_uint_eq(closed, 4);
}
END_TEST

START_TEST(a_bad_meter_is_said_held_and_let_go)
{
	begin_at(-1);
	for (unsigned i = 0; i < 700; i++)
		second(1530 - (out.shed > 0 ? 40 : 0) - (out.shed > 1 ? 60 : 0));
	unsigned shed = out.shed;
	double floor_kw = out.battery_floor_kw;
	ck_assert_uint_gt(shed, 0);
	counts = measures = false;
	run(1430, 4);
	ck_assert(out.is_known); /* patience */
	floor_kw = out.battery_floor_kw;
	run(1430, 4);
	ck_assert(!out.is_known);
	ck_assert(isnan(out.forecast_kw));
	floor_kw = out.battery_floor_kw;
	run(1430, 280);
	ck_assert_uint_eq(out.shed, shed);
	ck_assert_double_eq(out.battery_floor_kw, floor_kw);
	run(1430, 40);
	ck_assert_uint_eq(out.shed, 0); /* off longer than their least time */
	ck_assert(isnan(out.battery_floor_kw));
	/* The counter spans the gap when it is back: measured after all. */
	counts = measures = true;
	run(1430, 70);
	ck_assert(out.is_known && !out.is_estimated);
	ck_assert_double_eq_tol(out.used_kwh, counter - 5000, 1);
}
END_TEST

/* 0 with a counter, 1 without. */
START_TEST(a_restart_goes_on_where_it_was)
{
	struct wbuf blob;
	wbuf_init(&blob);
	begin_at(-1);
	counts = _i == 0;
	for (unsigned i = 0; i < 700; i++)
		second(1530 - (out.shed > 0 ? 40 : 0) - (out.shed > 1 ? 60 : 0));
	unsigned shed = out.shed;
	double used = out.used_kwh, f = out.forecast_kw;
	demand_save(&demand, in.utc, in.mono, &blob);
	again();
	in.utc.us += 40 * US_PER_S;
	in.mono.us = 90000 * US_PER_S;
	counter += 40 * 1430 / 3600.0;
	ck_assert(demand_restore(&demand, blob.data, blob.len, in.utc, in.mono));
	second(1430);
	ck_assert_uint_eq(out.shed, shed);
	ck_assert_double_eq_tol(out.used_kwh, used + 41 * 1430 / 3600.0, 1);
	ck_assert_double_eq_tol(out.forecast_kw, f, 15);
	ck_assert_int_eq(out.is_estimated, _i == 1);
	/* Cut anywhere, or of another window: refused. */
	for (size_t n = 0; n < blob.len; n++) {
		again();
		ck_assert(!demand_restore(&demand, blob.data, n, in.utc, in.mono));
	}
	in.utc.us += 1800 * US_PER_S;
	ck_assert(!demand_restore(&demand, blob.data, blob.len, in.utc, in.mono));
	wbuf_done(&blob);
}
END_TEST

/* A step that was shed before is off for the whole of its least time, whoever was away meanwhile. */
START_TEST(a_restart_forgets_no_least_time)
{
	struct wbuf blob;
	wbuf_init(&blob);
	begin_at(-1);
	run(1300, 400);
	while (out.shed == 0)
		second(1700);
	int64_t shed_at = in.utc.us;
	demand_save(&demand, in.utc, in.mono, &blob);
	again();
	in.utc.us += 30 * US_PER_S;
	in.mono.us = 90000 * US_PER_S;
	ck_assert(demand_restore(&demand, blob.data, blob.len, in.utc, in.mono));
	second(300);
	ck_assert_uint_eq(out.shed, 1);
	while (out.shed > 0)
		second(300);
	ck_assert_int_ge(in.utc.us - shed_at, 300 * US_PER_S);
	wbuf_done(&blob);
}
END_TEST

/* What a half hour needed that is over is not asked for in the next one, though nobody sees it. */
START_TEST(a_floor_does_not_outlive_its_half_hour)
{
	begin_at(-1);
	run(1700, 1780);
	ck_assert_double_gt(out.battery_floor_kw, 0);
	counts = measures = false;
	run(1700, 15);
	ck_assert(!out.is_known);
	ck_assert_double_gt(out.battery_floor_kw, 0);
	run(1700, 10);
	ck_assert(isnan(out.battery_floor_kw));
}
END_TEST

START_TEST(a_start_without_a_past_is_no_false_demand)
{
	begin_at(1500);
	second(3900); /* a motor starts just then */
	ck_assert(out.is_estimated);
	ck_assert_int_ne(out.stage, DEMAND_OVER);
	run(1000, 120);
	ck_assert_double_lt(out.forecast_kw, 1100);
	ck_assert_int_eq(out.stage, DEMAND_CLEAR);
	ck_assert_uint_eq(out.shed, 0);
}
END_TEST

START_TEST(settings_are_refused_with_a_sentence)
{
	char why[200] = "";
	begin_at(0);
	set.slope_s = 10;
	ck_assert(!demand_set(&demand, &set, why, sizeof(why)));
	ck_assert_str_eq(why, "demand: slope_s must be 60 to 180; the controller keeps what it had");
	set.slope_s = 180;
	set.step_kw[1] = (double)NAN;
	ck_assert(!demand_set(&demand, &set, why, sizeof(why)));
	set.step_count = 0;
	ck_assert(demand_set(&demand, &set, why, sizeof(why)));
}
END_TEST

T_MAIN("demand",
    T(the_vectors_of_the_rule) T_LOOP(the_vectors_come_out_of_a_run, 0, 4)
        T(nothing_is_said_or_shed_in_the_first_five_minutes_and_u_is_held_in_the_last) T(
            over_is_said_when_it_is_certain_and_a_record_beside_it)
            T(steps_go_one_by_one_and_come_back_at_the_end_of_the_window) T(steps_stay_where_the_next_window_needs_them)
                T(a_step_is_off_for_its_least_time_and_comes_back_below_95_percent)
                    T(batteries_go_before_steps_and_are_not_counted_twice) T(no_step_is_shed_where_nothing_is_drawn) T(
                        steps_come_back_one_by_one) T(windows_close_with_their_mean)
                        T(pulses_make_the_window_and_a_lost_one_does_not_matter) T(a_bad_meter_is_said_held_and_let_go)
                            T_LOOP(a_restart_goes_on_where_it_was, 0, 2) T(a_restart_forgets_no_least_time)
                                T(a_floor_does_not_outlive_its_half_hour) T(a_start_without_a_past_is_no_false_demand)
                                    T(settings_are_refused_with_a_sentence))
