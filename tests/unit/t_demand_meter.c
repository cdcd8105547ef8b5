/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_demand_meter.c - the demand controller's energy: what counter and power say of it, alone and against each other.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/demand_kit.h"

START_TEST(export_never_offsets_import)
{
	begin_at(-1);
	counts = _i == 0;
	run(1000, 901);
	run(-2000, 898);
	ck_assert_double_eq_tol(out.used_kwh, 250, 0.6);
}
END_TEST

/* What power filled in while the counter was not read is not counted a second time when it is. */
START_TEST(a_counter_that_comes_back_counts_nothing_twice)
{
	begin_at(-1);
	run(1200, 600);
	counts = false;
	run(1200, 60);
	counts = true;
	run(1200, 60);
	ck_assert_double_eq_tol(out.used_kwh, counter - 5000, 0.5);
}
END_TEST

/* It rolls over while nobody reads: what it says of the gap is true all the same. */
START_TEST(a_counter_rolls_over_in_a_gap)
{
	begin_at(-1);
	set.counter_size_kwh = 10000;
	again();
	counter = 9790;
	run(1200, 600);
	counts = measures = false;
	run(300, 60);
	counter += 7 - 10000; /* more than a minute of the slope before */
	ck_assert_double_gt(counter, 0);
	counts = measures = true;
	run(1200, 5);
	ck_assert(!out.is_estimated);
	ck_assert_double_eq_tol(out.used_kwh, counter + 10000 - 9790, 0.5);
}
END_TEST

/* Begun anew while nobody looked: it spans nothing, and what the slope filled in stays, as an estimate. */
START_TEST(a_counter_that_began_anew_in_a_gap_spans_nothing)
{
	begin_at(-1);
	run(1200, 600);
	counts = measures = false;
	run(1200, 60);
	counter = 3;
	counts = true;
	run(1200, 3);
	ck_assert(out.is_estimated);
	ck_assert_double_eq_tol(out.used_kwh, 1200 * out.elapsed_min / 60, 2);
}
END_TEST

/* 0 rolled over, 1 exchanged for one that stands elsewhere, 2 restarted at 0, 3 one reading of nonsense, 4 the same without power. */
START_TEST(what_a_counter_does_makes_no_false_demand)
{
	begin_at(-1);
	if (_i == 0) {
		set.counter_size_kwh = 10000;
		again();
		counter = 9900;
	}
	measures = _i != 4;
	run(1200, 601);
	if (_i == 1)
		counter = 777777;
	if (_i == 2)
		counter = 0;
	if (_i >= 3) {
		double keep = counter;
		counter = 4e9;
		second(1200);
		counter = keep + 1200 / 3600.0;
	}
	for (unsigned i = 0; i < 1100; i++) {
		if (_i == 0 && counter >= 10000)
			counter -= 10000;
		second(1200);
		ck_assert_double_lt(out.forecast_kw, 1215);
		ck_assert_int_eq(out.stage, DEMAND_CLEAR);
	}
	ck_assert_double_eq_tol(out.used_kwh, 1200 * out.elapsed_min / 60, 1.5);
}
END_TEST

/* 0 less was drawn than before the gap, 1 more: neither is a jump when the meter is back, nor a slope, nor a step of the loads. */
START_TEST(what_the_counter_says_of_a_gap_lies_over_all_of_it)
{
	double kw = _i == 0 ? 100 : 1400;

	begin_at(-1);
	run(_i == 0 ? 1200 : 600, 600);
	counts = measures = false;
	run(kw, 200);
	counts = measures = true;
	second(kw);
	ck_assert(out.is_known && !out.is_estimated);
	ck_assert_double_eq_tol(out.used_kwh, counter - 5000, 0.5); /* the first second */
	ck_assert_double_eq_tol(out.slope_kwh_per_min * 60, kw, 5);
	ck_assert_int_eq(out.stage, DEMAND_CLEAR);
	run(kw, 1000);
	ck_assert_uint_eq(out.shed, 0);
}
END_TEST

START_TEST(a_gap_of_power_alone_goes_on_with_the_slope_and_is_marked)
{
	begin_at(-1);
	counts = false;
	run(1200, 600);
	measures = false;
	run(1200, 8);
	measures = true;
	second(1200);
	ck_assert(!out.is_estimated);
	measures = false;
	run(1200, 60);
	measures = true;
	run(1200, 60);
	ck_assert(out.is_known && out.is_estimated);
	ck_assert_double_eq_tol(out.used_kwh, 1200 * out.elapsed_min / 60, 1.5);
}
END_TEST

START_TEST(a_clock_that_is_set_moves_the_window_and_loses_no_energy)
{
	int64_t by = _i == 0 ? 400 : _i == 1 ? -400 : _i == 2 ? 1500 : _i == 3 ? -1500 : 86400;
	begin_at(-1800);
	run(1200, 1800);
	run(600, 900);
	in.utc.us += by * US_PER_S;
	second(600);
	ck_assert(!out.window_closed);
	ck_assert_double_le(out.now_kw, 1200);
	ck_assert_double_eq_tol(out.elapsed_min * 60, (double)(in.utc.us % (1800 * US_PER_S)) / 1e6, 1e-6);
	double gone = out.elapsed_min * 60, low = gone < 900 ? gone : 900;
	ck_assert_double_eq_tol(out.used_kwh, (low * 600 + (gone - low) * 1200) / 3600, 1.0);
	run(600, 100);
	ck_assert_int_eq(out.stage, DEMAND_CLEAR);
}
END_TEST

/* Read each 10, 60 or 5 s it stands between, and what it says then is of all that time: nothing of it is lost, and nothing is a jump. */
START_TEST(a_counter_that_is_read_seldom_loses_nothing)
{
	begin_at(-1);
	poll_s = _i == 0 ? 10 : _i == 1 ? 60 : 5;
	for (unsigned i = 0; i < 1700; i++) {
		second(1200 + i % 3);
		ck_assert(!out.counter_stands && !out.is_estimated);
		if (i > 60)
			ck_assert_double_lt(out.forecast_kw, 1330);
		if (i > 400)
			ck_assert_double_eq_tol(out.slope_kwh_per_min * 60, 1201, 110);
	}
	ck_assert_double_eq_tol(out.used_kwh, counter - 5000, 1.5);
}
END_TEST

/* Power is lost just before the counter is read: what it says then was measured for the most part already. 0 power alone, 1 both for a while. */
START_TEST(a_counter_that_is_read_seldom_takes_over_without_a_leap)
{
	begin_at(-1);
	poll_s = 60;
	run(1200, 660);
	while ((in.mono.us / US_PER_S + 10) % poll_s != 0)
		second(1200);
	measures = false;
	counts = _i == 0;
	run(1200, 5);
	counts = true;
	run(1200, 66);
	ck_assert_double_eq_tol(out.used_kwh, in.counter_kwh - 5000, 0.5);
	measures = true;
	run(1200, 300);
	ck_assert_double_eq_tol(out.used_kwh, counter - 5000, 2);
}
END_TEST

/* 0: what was drawn meanwhile it never counts; 1: it did, and tells it at once when it is read truly again; 2: half of it. */
START_TEST(a_counter_that_stands_is_told_and_power_makes_the_half_hour)
{
	begin_at(-1);
	for (unsigned i = 0; i < 1700; i++) {
		stands = i >= 500 && i < 1100;
		if (i == 1100 && _i == 0)
			counter = in.counter_kwh;
		if (i == 1100 && _i == 2)
			counter = (counter + in.counter_kwh) / 2;
		second(1200 + i % 3);
		ck_assert_double_eq_tol(out.slope_kwh_per_min * 60, 1201, i >= 500 && i < 565 ? 1300 : 15);
		ck_assert_double_lt(out.forecast_kw, 1225);
		ck_assert(out.counter_stands || i < 566 || i >= 1100);
		ck_assert(!out.counter_stands || (i > 560 && i < 1165));
		ck_assert(!out.is_estimated);
	}
	ck_assert_double_eq_tol(out.used_kwh, 1201 * 1700 / 3600.0, 1.5);
}
END_TEST

/* Power was not there for a part of the time in which it stood: what neither measured is no half hour for the month. */
START_TEST(a_counter_that_stands_while_power_is_lost_is_an_estimate)
{
	bool is_closed = false;

	begin_at(-1);
	for (unsigned i = 0; i < 1810 && !is_closed; i++) {
		stands = i >= 500;
		measures = i < 520 || i >= 820;
		second(1200 + i % 3);
		is_closed = out.window_closed && i > 10;
		ck_assert(is_closed || !out.counter_stands || out.is_estimated);
	}
	ck_assert(out.counter_stands && is_closed && !out.closed_is_whole);
}
END_TEST

/* Steps are shed by what power says; where power goes too nothing is known any more, though the counter is good. */
START_TEST(a_counter_that_stands_hides_no_peak)
{
	begin_at(-1);
	stands = false;
	run(1300, 400);
	stands = true;
	for (unsigned i = 0; i < 500; i++)
		second(1600 + i % 3);
	ck_assert_uint_eq(out.shed, 3);
	ck_assert(out.is_known);
	measures = false;
	run(1600, 10);
	ck_assert(!out.is_known);
	measures = true;
	run(1600, 10);
	ck_assert(out.is_known);
}
END_TEST

/* What was found out of it outlives a restart: it is not believed for another 40 minutes. */
START_TEST(a_restart_believes_no_counter_that_stood)
{
	struct wbuf blob;
	wbuf_init(&blob);
	begin_at(-1);
	for (unsigned i = 0; i < 500; i++) {
		stands = i >= 300;
		second(1200 + i % 3);
	}
	ck_assert(out.counter_stands);
	demand_save(&demand, in.utc, in.mono, &blob);
	again();
	in.utc.us += 20 * US_PER_S;
	in.mono.us += 7000 * US_PER_S;
	ck_assert(demand_restore(&demand, blob.data, blob.len, in.utc, in.mono));
	for (unsigned i = 0; i < 600; i++) {
		second(1200 + i % 3);
		ck_assert(out.counter_stands);
	}
	ck_assert_double_eq_tol(out.used_kwh, 1201 * 1120 / 3600.0, 2);
	stands = false;
	counter = in.counter_kwh;
	for (unsigned i = 0; i < 100; i++)
		second(1200 + i % 3);
	ck_assert(!out.counter_stands);
	/* A form that was saved before the watch was there is read as well. */
	blob.data[0] = 1;
	again();
	ck_assert(demand_restore(&demand, blob.data, blob.len - 17, in.utc, in.mono));
	wbuf_done(&blob);
}
END_TEST

/* Nor for that half hours end meanwhile; a clock that was set back tells nothing. */
START_TEST(a_restart_over_the_end_of_a_half_hour_believes_none_either)
{
	struct wbuf blob;
	wbuf_init(&blob);
	begin_at(1400);
	for (unsigned i = 0; i < 390; i++) {
		stands = i >= 200;
		second(1200 + i % 3);
	}
	ck_assert(out.counter_stands);
	demand_save(&demand, in.utc, in.mono, &blob);
	again();
	in.utc.us += (_i == 0 ? 20 : _i == 1 ? 7200 : -7200) * US_PER_S;
	in.mono.us += 20 * US_PER_S;
	ck_assert(!demand_restore(&demand, blob.data, blob.len, in.utc, in.mono));
	for (unsigned i = 0; i < 100; i++)
		second(1200 + i % 3);
	ck_assert(out.counter_stands == (_i < 2));
	wbuf_done(&blob);
}
END_TEST

/* It shows 300 kW, and 2600 are drawn: the counter makes the half hour. */
START_TEST(a_power_that_stands_hides_no_peak)
{
	begin_at(-1);
	set.counter_step_kwh = _i == 0 ? 0.01 : 1; /* of which power makes the half hour */
	again();
	for (unsigned i = 0; i < 400; i++)
		second(300 + i % 3);
	for (unsigned i = 0; i < 900; i++) {
		double keep = in.power_kw;
		in.utc.us += US_PER_S;
		in.mono.us += US_PER_S;
		counter += 2600 / 3600.0;
		in.counter_kwh = _i == 0 ? floor(counter * 100) / 100 : floor(counter);
		in.power_kw = keep;
		demand_step(&demand, &in, &out);
	}
	ck_assert(out.power_stands && !out.counter_stands);
	ck_assert_uint_eq(out.shed, 3);
	ck_assert_double_eq_tol(out.slope_kwh_per_min * 60, 2600, 80);
	second(2600);
	ck_assert(!out.power_stands);
}
END_TEST

T_MAIN("demand_meter",
    T_LOOP(export_never_offsets_import, 0, 2) T(a_counter_that_comes_back_counts_nothing_twice)
        T(a_counter_rolls_over_in_a_gap) T(a_counter_that_began_anew_in_a_gap_spans_nothing) T_LOOP(
            what_a_counter_does_makes_no_false_demand, 0, 5) T_LOOP(what_the_counter_says_of_a_gap_lies_over_all_of_it,
            0, 2) T(a_gap_of_power_alone_goes_on_with_the_slope_and_is_marked)
            T_LOOP(a_clock_that_is_set_moves_the_window_and_loses_no_energy, 0, 5)
                T_LOOP(a_counter_that_is_read_seldom_loses_nothing, 0, 3)
                    T_LOOP(a_counter_that_stands_is_told_and_power_makes_the_half_hour, 0, 3)
                        T_LOOP(a_counter_that_is_read_seldom_takes_over_without_a_leap, 0, 2)
                            T(a_counter_that_stands_hides_no_peak)
                                T(a_counter_that_stands_while_power_is_lost_is_an_estimate)
                                    T(a_restart_believes_no_counter_that_stood)
                                        T_LOOP(a_restart_over_the_end_of_a_half_hour_believes_none_either, 0, 3)
                                            T_LOOP(a_power_that_stands_hides_no_peak, 0, 2))
