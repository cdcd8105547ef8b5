/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_guard_limits.c - the guard where one thing of its rules alone decides: what its batteries report, where ramps begin, whose power is given, what
 * a source that is held down keeps. Each was written for a mutant of guard_mutants.sh that the week with faults did not notice.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/guard_kit.h"

#include "scada/dispatch/district.h"

/* The half hour is lost already, and now power goes out: what the demand controller would have is more than the connection may give. */
START_TEST(the_demand_pushes_no_power_out)
{
	begin(GUARD_ECONOMIC);
	set.export_max_kw = 100;
	set.demand.import_max_kw = 4000;
	again();
	load_kw = 3900;
	run(1200);
	load_kw = 60;
	run(60);
	ck_assert_double_gt(out.demand.battery_floor_kw, 540); /* all that they have */
	for (unsigned i = 0; i < 300; i++) {
		second();
		ck_assert_double_ge(grid_kw, -100.5);
	}
	ck_assert_double_lt(grid_kw, -99); /* and all that is allowed */
}
END_TEST

/* A battery that is held by hand is one of those that the demand controller asks. */
START_TEST(what_a_held_battery_gives_counts_for_the_half_hour)
{
	begin(GUARD_ECONOMIC);
	in.battery[0].held_kw = 100;
	load_kw = 1700; /* 250 are missing, and 100 of it is there */
	run(1500);
	ck_assert_double_eq_tol(sum3(), 250, 20);
	ck_assert_int_eq(out.battery[1].reason, WHY_PEAK);
}
END_TEST

/* On their way by the ramp batteries are behind what is wanted: that is no case for the loads. */
START_TEST(no_load_is_shed_while_batteries_are_on_their_way)
{
	begin(GUARD_ECONOMIC);
	load_kw = 1000;
	run(600);
	load_kw = 1900;
	for (unsigned i = 0; i < 300; i++) {
		second();
		ck_assert_uint_eq(out.shed, 0);
	}
}
END_TEST

/* What a source was told stays where it comes down late and less is too much now; as room comes back it is let go by 2 % a second. */
START_TEST(what_a_source_was_told_is_let_go_slowly)
{
	begin(GUARD_ECONOMIC);
	for (unsigned i = 0; i < 4; i++)
		in.battery[i].soc_pct = 90;
	in.source_kw[0] = 2000;
	for (unsigned i = 0; i < 70; i++) {
		double was = out.source[0].kw;
		in.demand.utc.us += US_PER_S;
		in.demand.mono.us += US_PER_S;
		in.demand.power_kw = i == 0 ? -900 : i < 10 ? -600 : 100;
		guard_step(&guard, &in, &out);
		if (i < 10)
			ck_assert_double_eq(out.source[0].kw, 1600);
		else if (i < 11 + 22)
			ck_assert_double_eq_tol(out.source[0].kw, was + 60, 1e-6);
		else if (i > 11 + 24)
			ck_assert(isnan(out.source[0].kw));
	}
}
END_TEST

/* Of the room that is there no more is given back. */
START_TEST(a_source_takes_no_more_than_the_room_that_is_there)
{
	begin(GUARD_ECONOMIC);
	for (unsigned i = 0; i < 4; i++)
		in.battery[i].soc_pct = 90;
	in.source_kw[0] = 2000;
	for (unsigned i = 0; i < 3; i++) {
		in.demand.utc.us += US_PER_S;
		in.demand.mono.us += US_PER_S;
		in.demand.power_kw = i == 0 ? -900 : -490;
		guard_step(&guard, &in, &out);
	}
	ck_assert_double_eq(out.source[0].kw, 1620); /* 10 kW in each of two seconds */
}
END_TEST

/* 0 it takes less, 1 it gives less, 2 it is warm: what it reports is kept to, and the reason is told. */
START_TEST(what_a_battery_reports_is_kept_to)
{
	begin(GUARD_ECONOMIC);
	plan(_i == 0 ? -120 : 120);
	load_kw = 800;
	if (_i == 0)
		in.battery[0].device_charge_kw = 60;
	else if (_i == 1)
		in.battery[0].device_discharge_kw = 60;
	else
		in.battery[0].temperature_c = 50;
	run(30);
	ck_assert_double_eq_tol(power[0], _i == 0 ? -60 : _i == 1 ? 60 : 90, 1e-6);
	ck_assert_int_eq(out.battery[0].reason, _i == 2 ? WHY_TEMPERATURE : WHY_POWER);
	ck_assert_double_eq_tol(sum3(), _i == 0 ? -360 : 360, 1e-6); /* the others take what is left */
}
END_TEST

START_TEST(a_battery_has_a_ramp_of_its_own_and_a_pause_is_no_leap)
{
	begin(GUARD_ECONOMIC);
	run(5);
	plan(150);
	ess.ramp_kw_per_s = 5;
	second();
	ck_assert_double_eq_tol(power[0], 5, 1e-9);
	ess.ramp_kw_per_s = 50; /* the site's is less */
	second();
	ck_assert_double_eq_tol(power[0], 5 + 18, 1e-9);
	in.demand.utc.us += 60 * US_PER_S;
	in.demand.mono.us += 60 * US_PER_S;
	second();
	ck_assert_double_eq_tol(power[0], 5 + 18 + 5 * 18, 1e-9);
}
END_TEST

/* The first second, and the first after manual, begin from what batteries do and not from what was wanted once. */
START_TEST(a_ramp_begins_where_the_battery_is)
{
	begin(GUARD_ECONOMIC);
	plan(150);
	power[0] = power[1] = power[2] = 150;
	second();
	ck_assert_double_eq_tol(sum3(), 450, 1e-9);
	ck_assert(isnan(out.battery[0].kw));
	in.mode = GUARD_MANUAL;
	run(5);
	ck_assert_double_eq(sum3(), 0);
	in.mode = GUARD_ECONOMIC;
	second();
	ck_assert_double_eq_tol(sum3(), 3 * 18, 1e-9);
}
END_TEST

/* 0 its state of charge, 1 its power is not read: nothing is wanted of it, and the others do it all. */
START_TEST(a_battery_that_is_not_read_is_out)
{
	begin(GUARD_ECONOMIC);
	plan(100);
	run(20);
	if (_i == 0)
		soc[1] = none;
	else
		is_unread[1] = true;
	run(2);
	ck_assert(isnan(out.battery[1].kw));
	ck_assert_int_eq(out.battery[1].reason, WHY_OUT);
	ck_assert_uint_ne(out.flags & GUARD_BATTERY_OUT, 0);
	run(20);
	ck_assert_double_eq_tol(out.battery[0].kw + out.battery[2].kw, 300, 1e-6);
}
END_TEST

/* 0 out of service and gives 100 kW all the same, 1 held at it: both are as the load, the free ones have the rest. */
START_TEST(what_others_do_is_taken_as_given)
{
	begin(GUARD_ECONOMIC);
	in.plan_until.us = 0;
	load_kw = 250;
	if (_i == 0) {
		in.battery[1].is_available = false;
		stuck_kw[1] = 100;
	} else {
		in.battery[1].held_kw = 100;
	}
	run(60);
	ck_assert_double_eq_tol(grid_kw, 0, 3);
	ck_assert_double_eq_tol(power[0] + power[2], 150, 3);
	ck_assert_double_eq_tol(out.total_kw, 150, 3);
}
END_TEST

START_TEST(sources_stay_down_while_the_meter_is_bad)
{
	begin(GUARD_ECONOMIC);
	set.source_count = 2;
	set.source_rated_kw[1] = 2000;
	again();
	for (unsigned i = 0; i < 4; i++)
		in.battery[i].soc_pct = 90;
	in.source_kw[0] = 100;
	in.source_kw[1] = 1500;
	in.demand.power_kw = -900;
	for (unsigned i = 0; i < 400; i++) {
		in.demand.utc.us += US_PER_S;
		in.demand.mono.us += US_PER_S;
		guard_step(&guard, &in, &out);
		ck_assert_double_eq(out.source[0].kw, 0);
		ck_assert_double_eq(out.source[1].kw, 1200);
		in.demand.power_kw = none;
		in.source_kw[0] = 0;
		in.source_kw[1] = 1200;
	}
	ck_assert_uint_ne(out.flags & GUARD_METER_BAD, 0);
}
END_TEST

/* What could not be given was not given: held is what was. 0 a single bad second, 1 one that lasts. */
START_TEST(what_was_short_is_not_made_up_for_blind)
{
	begin(GUARD_ECONOMIC);
	in.plan_until.us = 0;
	load_kw = 700;
	in.battery[2].is_available = false;
	run(30);
	ck_assert_double_eq_tol(sum3(), 360, 1e-6);
	meter_ok = false;
	in.battery[2].is_available = true;
	for (unsigned i = 0; i < (_i == 0 ? 3 : 60); i++) {
		second();
		ck_assert_double_le(sum3(), 360 + 1e-6);
	}
	/* Nothing new is tried in the first seconds either. */
	ck_assert_int_eq(out.battery[2].reason == WHY_BLIND || out.battery[2].reason == WHY_RAMP, 1);
}
END_TEST

/* One second with a counter beside the meter: what it counts of what is drawn. */
static void
second_counted(bool counts)
{
	load_kw += in.demand.mono.us / US_PER_S % 2 == 0 ? 1 : -1;
	if (isnan(in.demand.counter_kwh))
		in.demand.counter_kwh = 1000;
	in.demand.counter_kwh += counts && grid_kw > 0 ? grid_kw / 3600 : 0;
	second();
}

/* In manual too: a person is to look at it, whoever works. */
START_TEST(a_counter_that_stands_is_told)
{
	begin(_i == 0 ? GUARD_ECONOMIC : GUARD_MANUAL);
	set.demand.counter_step_kwh = 0.01;
	again();
	for (unsigned i = 0; i < 400; i++) {
		second_counted(i < 100 || i >= 250);
		if (i < 150 || i > 330)
			ck_assert_uint_eq(out.flags & GUARD_COUNTER_STANDS, 0);
		if (i > 170 && i < 250)
			ck_assert_uint_ne(out.flags & GUARD_COUNTER_STANDS, 0);
		ck_assert_uint_eq(out.flags & GUARD_METER_BAD, 0);
		ck_assert(out.demand.is_known);
	}
}
END_TEST

/* The meter shows 0 or 150 kW for ever, batteries do not move, and its counter counts 600. */
START_TEST(a_meter_that_its_own_counter_belies_is_a_bad_one)
{
	begin(GUARD_ECONOMIC);
	set.demand.counter_step_kwh = 0.01;
	again();
	for (unsigned i = 0; i < 100; i++)
		second_counted(true);
	frozen_kw = _i == 0 ? 0 : 150;
	for (unsigned i = 0; i < 300; i++) {
		second_counted(true);
		if (i < 110)
			ck_assert_uint_eq(out.flags & GUARD_METER_BAD, 0);
		if (i > 200)
			ck_assert_uint_ne(out.flags & GUARD_METER_BAD, 0);
	}
	ck_assert_int_eq(out.battery[0].reason, WHY_BLIND);
	ck_assert(out.demand.is_known);
	ck_assert_double_eq_tol(out.demand.slope_kwh_per_min * 60, 600, 20);
	frozen_kw = none;
	for (unsigned i = 0; i < 3; i++)
		second_counted(true);
	ck_assert_uint_eq(out.flags & GUARD_METER_BAD, 0);
}
END_TEST

/* One step each ten seconds, so that what it gave is seen before the next; what a person holds is not shared out. */
START_TEST(an_island_waits_for_what_a_step_gave)
{
	unsigned since = 0, steps = 0;

	begin(GUARD_ISLAND);
	in.battery[0].is_forming = true;
	in.battery[2].held_kw = -50;
	for (unsigned i = 0; i < 60; i++) {
		power[0] = power[1] = 178;
		power[2] = -50;
		second();
		ck_assert_double_eq(out.total_kw, 2 * 178);
		ck_assert(isnan(out.battery[2].kw));
		ck_assert_uint_eq(out.shed, 0); /* 306 kW of 540: a person can have more of the held one */
	}
	in.battery[2].held_kw = 178;
	for (unsigned i = 0; i < 60; i++) {
		unsigned before = out.shed;
		power[0] = power[1] = power[2] = 178;
		second();
		since++;
		if (out.shed == before)
			continue;
		ck_assert_uint_eq(out.shed, before + 1);
		ck_assert(steps++ == 0 || since >= GUARD_ISLAND_GAP_S);
		since = 0;
	}
	ck_assert_uint_eq(steps, 3);
}
END_TEST

/* The least important load goes first, all its levels before the next load's; of equals the first in the file. */
START_TEST(steps_go_by_priority)
{
	static double two[] = { 10, 30 }, one[] = { 50 }, three[] = { 5, 10, 20 };
	static struct key_point p[] = { { "p", "A" } }, shed[] = { { "shed", "B" } };
	static struct asset_grid grid = { .import_max_kw = 2000, .export_max_kw = 300, .voltage_v = 6600 };
	static struct asset_load hall = { .priority = 1, .shed_kw = { two, 2 } },
	                         gym = { .priority = 3, .shed_kw = { one, 1 } },
	                         pool = { .priority = 2, .shed_kw = { three, 3 } },
	                         light = { .priority = 3, .shed_kw = { one, 1 } };
	static struct bus buses[] = { { .name = "MAIN" } };
	static struct asset assets[] = {
		{ .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN", .points = { p, 1 }, .parameters = &grid },
		{ .name = "HALL", .kind = ASSET_LOAD, .bus = "MAIN", .points = { shed, 1 }, .parameters = &hall },
		{ .name = "GYM", .kind = ASSET_LOAD, .bus = "MAIN", .points = { shed, 1 }, .parameters = &gym },
		{ .name = "POOL", .kind = ASSET_LOAD, .bus = "MAIN", .points = { shed, 1 }, .parameters = &pool },
		{ .name = "LIGHT", .kind = ASSET_LOAD, .bus = "MAIN", .points = { shed, 1 }, .parameters = &light },
	};
	static const struct {
		const char *load;
		double kw;
	} order[] = { { "GYM", 50 }, { "LIGHT", 50 }, { "POOL", 5 }, { "POOL", 5 }, { "POOL", 10 }, { "HALL", 10 },
		{ "HALL", 20 } };
	struct energy_dispatch keys = { .ramp_pct_per_s = 10, .slope_us = 60 * US_PER_S };
	struct energy energy = { .buses = { buses, 1 }, .assets = { assets, 5 }, .dispatch = &keys };
	struct district d;
	char why[200];

	ck_assert_msg(district_make(&energy, &d, why, sizeof(why)), "%s", why);
	ck_assert_uint_eq(d.set.demand.step_count, sizeof(order) / sizeof(*order));
	for (unsigned i = 0; i < d.set.demand.step_count; i++) {
		ck_assert_str_eq(d.step[i].load->name, order[i].load);
		ck_assert_double_eq(d.set.demand.step_kw[i], order[i].kw);
	}
	ck_assert_uint_eq(district_level(&d, &assets[3], 4), 2);
}
END_TEST

T_MAIN("guard_limits",
    T(the_demand_pushes_no_power_out) T(what_a_held_battery_gives_counts_for_the_half_hour)
        T(no_load_is_shed_while_batteries_are_on_their_way) T(what_a_source_was_told_is_let_go_slowly)
            T(a_source_takes_no_more_than_the_room_that_is_there) T_LOOP(what_a_battery_reports_is_kept_to, 0, 3)
                T(a_battery_has_a_ramp_of_its_own_and_a_pause_is_no_leap) T(a_ramp_begins_where_the_battery_is)
                    T_LOOP(a_battery_that_is_not_read_is_out, 0, 2) T_LOOP(what_others_do_is_taken_as_given, 0, 2) T(
                        sources_stay_down_while_the_meter_is_bad) T_LOOP(what_was_short_is_not_made_up_for_blind, 0, 2)
                        T_LOOP(a_counter_that_stands_is_told, 0, 2)
                            T_LOOP(a_meter_that_its_own_counter_belies_is_a_bad_one, 0, 2)
                                T(an_island_waits_for_what_a_step_gave) T(steps_go_by_priority))
