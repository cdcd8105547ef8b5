/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_dispatching.c - the guard in chisand: its modes, what it keeps, what a person holds, what survives a restart. What is planned and entered
 * ahead: t_dispatching_ahead.c.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/dispatching_kit.h"

START_TEST(a_site_begins_in_manual_and_only_watches)
{
	struct dispatch_facts f;

	load_kw = 1800;
	run(1200);
	ck_assert(nothing_is_wanted());
	dispatching_facts(d, &f);
	ck_assert(f.is_there && f.mode == GUARD_MANUAL && f.grid == GRID_THERE);
	ck_assert_double_eq_tol(f.forecast_kw, 1800, 20);
	ck_assert_double_gt(f.stage, DEMAND_CLEAR);
	ck_assert_double_eq(f.target_kw, 1000);
	ck_assert_double_eq(f.shed, 0);
}
END_TEST

START_TEST(without_a_plan_what_is_made_is_used_here)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
	ck_assert_str_eq(reasons[ESS_SP], "surplus");
	load_kw = -80; /* a surplus: more is made than taken */
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], -80, 3);
	ck_assert_uint_eq(told.mode, GUARD_ECONOMIC);
	ck_assert(told.flags & GUARD_NO_PLAN);
	ck_assert_str_eq(told.user, "duty");
}
END_TEST

/* What is filed of self-wheeling: through slot 2, in plan-following alone. */
START_TEST(what_is_filed_is_kept_to_in_plan_following)
{
	load_kw = 0;
	dispatching_filed(d, 60, 0);
	run(20);
	ck_assert(nothing_is_wanted()); /* manual */
	must_set(GUARD_FOLLOW);
	run(60);
	ck_assert_double_gt(wanted[ESS_SP], 55);
	ck_assert_double_lt(wanted[ESS_SP], 75); /* and what the first seconds lacked */
	ck_assert_str_eq(reasons[ESS_SP], "filed");
	dispatching_filed(d, (double)NAN, (double)NAN); /* nothing is in force: rules */
	run(60);
	ck_assert_str_ne(reasons[ESS_SP], "filed");
	dispatching_filed(d, 60, (double)NAN);
	must_set(GUARD_MANUAL);
	ck_assert(nothing_is_wanted());
}
END_TEST

START_TEST(manual_lets_all_go_at_once)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	ck_assert(!nothing_is_wanted());
	must_set(GUARD_MANUAL);
	ck_assert(nothing_is_wanted()); /* not a second later */
	run(10);
	ck_assert(nothing_is_wanted());
}
END_TEST

/* The battery first, then the steps of the load, and the target is kept; both go back by and by. */
START_TEST(the_half_hour_is_kept_below_its_target)
{
	struct dispatch_facts f;

	must_set(GUARD_PEAK);
	run(1800);
	load_kw = 1250;
	run(1750);
	dispatching_facts(d, &f);
	ck_assert_double_lt(f.now_kw, 1001);
	ck_assert_double_gt(wanted[ESS_SP], 100);
	ck_assert_double_ge(wanted[HALL_SHED], 1);
	ck_assert_str_eq(reasons[HALL_SHED], "peak");
	ck_assert_ptr_nonnull(strstr(logged, "1 of 2 steps of loads are shed, 0 before: keeps the half hour"));
	load_kw = 300;
	run(1800);
	ck_assert(isnan(wanted[HALL_SHED]));
	ck_assert_ptr_nonnull(strstr(logged, "0 of 2 steps of loads are shed"));
	ck_assert_double_gt(f.month_kw, 0);
}
END_TEST

/* 1500 kW of the turbine against 100 kW of load: 300 may go out; the battery takes 200, the turbine is held down for the rest. */
START_TEST(export_is_held_by_the_battery_then_by_the_source)
{
	load_kw = 100;
	gt_kw = 1500;
	must_set(GUARD_ECONOMIC);
	run(120);
	ck_assert_double_eq_tol(wanted[ESS_SP], -200, 3);
	ck_assert_double_le(wanted[GT_SP], 610);
	ck_assert_double_ge(wanted[GT_SP], 450);
	ck_assert_str_eq(reasons[GT_SP], "curtailed");
}
END_TEST

START_TEST(what_a_person_holds_is_left_alone)
{
	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	held = 20;
	run(60);
	ck_assert(isnan(wanted[ESS_SP]));
	held = (double)NAN;
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
}
END_TEST

/* It is told why, left out for ten seconds, and asked again. */
START_TEST(an_output_that_refuses_is_said_and_asked_again)
{
	load_kw = 100;
	str_copy(refusal, sizeof(refusal), "the plant is in local");
	must_set(GUARD_ECONOMIC);
	run(5);
	ck_assert(nothing_is_wanted());
	struct rbuf r;
	rbuf_init(&r, told.wants.data, told.wants.len);
	ck_assert_uint_eq(r_u32(&r), ESS_SP);
	ck_assert_uint_eq(r_u8(&r), 0);
	ck_assert(isnan(r_f64(&r)));
	(void)r_f64(&r);
	ck_assert_str_eq(r_str(&r), "refused: the plant is in local");
	refusal[0] = '\0';
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
}
END_TEST

START_TEST(an_island_comes_and_goes_by_itself)
{
	struct dispatch_facts f;

	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	breaker = line = 0;
	run(3);
	dispatching_facts(d, &f);
	ck_assert(f.mode == GUARD_ISLAND && f.grid == GRID_LOST);
	ck_assert_ptr_nonnull(strstr(logged, "the utility's grid is lost"));
	ck_assert_ptr_nonnull(strstr(logged, "dispatch works as island now, economic before"));
	ck_assert_uint_eq(told.mode, GUARD_ECONOMIC);
	ck_assert_uint_eq(told.acting, GUARD_ISLAND);
	breaker = 1;
	line = 66;
	run(15);
	dispatching_facts(d, &f);
	ck_assert(f.mode == GUARD_ECONOMIC && f.grid == GRID_THERE);
	ck_assert_ptr_nonnull(strstr(logged, "the utility's grid is back"));
	must_set(GUARD_MANUAL);
	breaker = line = 0;
	run(10);
	dispatching_facts(d, &f);
	ck_assert(f.mode == GUARD_MANUAL && f.grid == GRID_LOST);
	ck_assert(nothing_is_wanted());
}
END_TEST

/* Between two seconds of the guard: half a second after both have said so; a dip is none. */
START_TEST(a_loss_does_not_wait_for_the_next_second)
{
	struct dispatch_facts f;
	int tenths = 0;

	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	for (int round = 0; round < 2; round++) {
		us += 100000;
		sample(BREAKER, 0);
		sample(LINE, 0);
		for (tenths = 0; tenths < 20; tenths++) {
			if (round == 0 && tenths == 4) { /* 0.4 s: protection rides through that */
				sample(BREAKER, 1);
				sample(LINE, 66);
			}
			dispatching_tick(d, now(), mono());
			dispatching_facts(d, &f);
			if (f.grid == GRID_LOST)
				break;
			us += 100000;
		}
		ck_assert_int_eq(tenths, round == 0 ? 20 : 5);
	}
	ck_assert(f.mode == GUARD_ISLAND);
	ck_assert_uint_eq(told.acting, GUARD_ISLAND); /* in the same tick */
}
END_TEST

START_TEST(demand_response_ends_by_itself)
{
	char why[200] = "";

	load_kw = 800;
	must_set(GUARD_PEAK);
	run(5);
	ck_assert(!set(GUARD_RESPONSE, (double)NAN, 600, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "what may be drawn"));
	ck_assert(!set(GUARD_RESPONSE, 700, -5, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "in the future"));
	ck_assert(!set(GUARD_RESPONSE, 700, 49 * 3600, why, sizeof(why)));
	ck_assert(set(GUARD_RESPONSE, 700, 600, why, sizeof(why)));
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 800, 700.5); /* no more than the battery can */
	ck_assert_double_ge(wanted[ESS_SP], 99);
	ck_assert_double_eq(told.response_kw, 700);
	run(600);
	ck_assert_uint_eq(told.mode, GUARD_PEAK);
	ck_assert(isnan(told.response_kw));
	ck_assert_ptr_nonnull(strstr(logged, "demand response is over; mode peak-cut again"));
}
END_TEST

START_TEST(a_bad_meter_is_told_and_ends_in_nothing)
{
	struct dispatch_facts f;

	load_kw = 100;
	must_set(GUARD_ECONOMIC);
	run(60);
	is_meter_bad = true;
	run(20);
	dispatching_facts(d, &f);
	ck_assert((unsigned)f.flags & GUARD_METER_BAD);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
	run(330);
	ck_assert_double_eq_tol(wanted[ESS_SP], 0, 0.1);
	is_meter_bad = false;
	run(60);
	ck_assert_double_eq_tol(wanted[ESS_SP], 100, 3);
}
END_TEST

/* chisand begins anew with what was saved, in `len` bytes. */
static void
begin_anew(struct msg_store_state *s, size_t len)
{
	s->blob.len = len;
	dispatching_free(d);
	d = dispatching_new(book, &ops, NULL);
	dispatching_site(d, table, 2, hash, now(), mono());
	ck_assert(dispatching_restore(d, s, now(), mono()));
	dispatching_begin(d);
}

START_TEST(what_was_set_survives_a_restart)
{
	struct mode_ask target = { .what = MODE_TARGET, .kw = 700 };
	struct actor by = { .user = "chief", .terminal = "pts/2", .role = ROLE_SUPERVISOR };
	struct mode_entry e;
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "dispatch" };
	struct dispatch_facts before, after;
	struct rbuf r;

	must_set(GUARD_PEAK);
	run(1900);
	dispatching_describe(d, &target, &by, "winter", now(), mono(), &e);
	ck_assert_str_eq(e.before, "demand target 1000 kW");
	ck_assert_str_eq(e.after, "demand target 700 kW");
	rbuf_init(&r, e.states.data, e.states.len);
	ck_assert_uint_eq(r_u8(&r), STATE_DISPATCH);
	ck_assert_str_eq(r_str(&r), "dispatch");
	s.blob.data = r_bytes(&r, &s.blob.len);
	ck_assert(r_done(&r));
	dispatching_set(d, &target, &by, "winter", now(), mono());
	dispatching_facts(d, &before);
	ck_assert_double_eq(before.target_kw, 700);
	us += 5 * US_PER_S;
	begin_anew(&s, s.blob.len);
	run(2);
	dispatching_facts(d, &after);
	ck_assert_double_eq(after.target_kw, 700);
	ck_assert_double_eq(after.mode, GUARD_PEAK);
	ck_assert_double_eq_tol(after.now_kw, before.now_kw, 10);
	ck_assert_double_eq(after.month_kw, before.month_kw);
	for (size_t len = 0; len < s.blob.len; len++) { /* cut anywhere: not believed, and nothing changes */
		struct msg_store_state cut = s;
		cut.blob.len = len;
		ck_assert(!dispatching_restore(d, &cut, now(), mono()));
	}
	dispatching_facts(d, &after);
	ck_assert_double_eq(after.target_kw, 700);
	wbuf_done(&e.states);
}
END_TEST

/* chisand ends in the second after a load was shed, and nothing was asked of it before it did: what was handed to the store is all there is. */
START_TEST(a_kill_just_after_a_shed_forgets_no_least_time)
{
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "dispatch", .blob = { saved, 0 } };
	unsigned seconds = 0;

	soc = 30; /* the battery has nothing to give */
	must_set(GUARD_PEAK);
	run(299); /* 800 of 1000 kW */
	load_kw = 2000;
	while (isnan(wanted[HALL_SHED]) && seconds++ < 100)
		second();
	ck_assert_double_eq(wanted[HALL_SHED], 1);
	int64_t shed_at = us;

	wanted[HALL_SHED] = (double)NAN;
	us += 5 * US_PER_S;
	begin_anew(&s, saved_len);
	load_kw = 50;
	second();
	ck_assert_double_eq(wanted[HALL_SHED], 1);
	while (isfinite(wanted[HALL_SHED]))
		second();
	ck_assert_int_ge(us - shed_at, 300 * US_PER_S);
}
END_TEST

/* The grid is lost, the battery is nearly empty, chisand is killed: what was shed stays shed while it finds out again that there is no grid. */
START_TEST(a_kill_in_an_island_lets_no_load_come_back)
{
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "dispatch", .blob = { saved, 0 } };

	load_kw = 50;
	must_set(GUARD_ECONOMIC);
	run(60);
	breaker = line = 0;
	soc = 14;
	run(3);
	ck_assert_double_eq(wanted[HALL_SHED], 2);
	for (int round = 0; round < 3; round++) {
		wanted[HALL_SHED] = (double)NAN;
		us += 5 * US_PER_S;
		if (round == 1) { /* the site is read anew */
			dispatching_site(d, table, 2, hash, now(), mono());
		} else {
			begin_anew(&s, saved_len);
		}
		if (round == 2) { /* back meanwhile: it comes back by and by */
			breaker = 1;
			line = 66;
			soc = 60;
		}
		for (int i = 0; i < (round == 2 ? 20 : 60); i++) {
			second();
			ck_assert_msg(wanted[HALL_SHED] == 2, "round %d, second %d: %g", round, i, wanted[HALL_SHED]);
		}
	}
	run(60);
	ck_assert(isnan(wanted[HALL_SHED]));
}
END_TEST

/* Killed, or told to read the site anew, again before it is known whether there is a grid: what is saved meanwhile is not that nothing is shed. */
START_TEST(a_second_kill_in_an_island_lets_no_load_come_back)
{
	struct msg_store_state s = { .kind = STATE_DISPATCH, .name = "dispatch", .blob = { saved, 0 } };

	load_kw = 50;
	must_set(GUARD_ECONOMIC);
	run(60);
	breaker = line = 0;
	soc = 14;
	run(3);
	for (int round = 0; round < 3; round++) {
		wanted[HALL_SHED] = (double)NAN;
		us += 5 * US_PER_S;
		if (round == 1 && _i == 1) {
			dispatching_site(d, table, 2, hash, now(), mono());
		} else {
			begin_anew(&s, saved_len);
		}
		second();
		ck_assert_msg(wanted[HALL_SHED] == 2, "round %d: %g", round, wanted[HALL_SHED]);
	}
	run(60);
	ck_assert_double_eq(wanted[HALL_SHED], 2);
	must_set(GUARD_MANUAL); /* a person's word ends it, also for the next one */
	run(2);
	breaker = 1;
	line = 66;
	soc = 60;
	begin_anew(&s, saved_len);
	must_set(GUARD_ECONOMIC);
	second();
	ck_assert(isnan(wanted[HALL_SHED]));
}
END_TEST

/* Each step that goes or comes, and else once a minute. */
START_TEST(no_more_is_saved_than_needed)
{
	unsigned changes = 0;
	double before = 0;

	soc = 30;
	must_set(GUARD_PEAK);
	run(299);
	save_count = 0;
	for (unsigned i = 0; i < 1200; i++) {
		load_kw = i < 200 ? 2000 : 100;
		second();
		double shed = isfinite(wanted[HALL_SHED]) ? wanted[HALL_SHED] : 0;
		changes += shed != before;
		before = shed;
	}
	ck_assert_uint_eq(changes, 4);
	ck_assert_uint_le(save_count, 20 + changes);
}
END_TEST

/* One sentence when it is found, one when it is over; as a flag meanwhile. */
START_TEST(a_counter_that_stands_is_said)
{
	struct dispatch_facts f;

	for (unsigned i = 0; i < 400; i++) {
		counter_stands = i >= 100 && i < 250;
		load_kw = 800 + i % 3;
		second();
		dispatching_facts(d, &f);
		if (i == 200) {
			ck_assert_uint_ne((unsigned)f.flags & GUARD_COUNTER_STANDS, 0);
			ck_assert_ptr_nonnull(
			    strstr(logged, "the receiving point's counter stands still while power is drawn"));
			ck_assert_ptr_null(strstr(logged, "counts again"));
		}
	}
	ck_assert_uint_eq((unsigned)f.flags & GUARD_COUNTER_STANDS, 0);
	ck_assert_ptr_nonnull(strstr(logged, "the receiving point's counter counts again"));
	ck_assert_ptr_null(strstr(strstr(logged, "stands still") + 1, "stands still"));
}
END_TEST

START_TEST(a_power_that_stands_is_said)
{
	must_set(GUARD_PEAK);
	for (unsigned i = 0; i < 100; i++) {
		load_kw = 800 + i % 3;
		second();
	}
	for (unsigned i = 0; i < 200; i++) {
		us += US_PER_S;
		kwh += 800 / 3600.0;
		sample(KWH, kwh);
		sample(METER, 250);
		table_tick(table, mono());
		dispatching_tick(d, now(), mono());
		logbook_tick(book, mono());
	}
	ck_assert_ptr_nonnull(
	    strstr(logged, "the receiving point's power stands still at 250 kW while its counter counts"));
	ck_assert_ptr_null(strstr(strstr(logged, "stands still") + 1, "stands still"));
	ck_assert_uint_ne(told.flags & GUARD_METER_BAD, 0);
}
END_TEST

START_TEST(a_site_without_the_section_says_so)
{
	char why[300];

	energy.dispatch = NULL;
	dispatching_site(d, table, 2, hash, now(), mono());
	run(2);
	ck_assert_uint_eq(told.is_there, 0);
	ck_assert(!set(GUARD_ECONOMIC, (double)NAN, 0, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "energy: dispatch:"));
	ck_assert(set(GUARD_MANUAL, (double)NAN, 0, why, sizeof(why)));
	energy.dispatch = &keys;
	keys.target_kw = 0;
	dispatching_site(d, table, 3, hash, now(), mono());
	ck_assert(!set(GUARD_PEAK, (double)NAN, 0, why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "needs a demand target"));
}
END_TEST

/* 400 kWh at 60 %, down to 10 %, at 95 %: 190 kWh for 100 kW that nobody else carries. */
START_TEST(the_hours_of_an_outage_are_reckoned)
{
	struct dispatch_facts f;

	load_kw = 100;
	run(2);
	dispatching_facts(d, &f);
	ck_assert_double_eq_tol(f.reserve_kwh, 190, 0.1);
	ck_assert_double_eq_tol(f.hours, 1.9, 0.01);
	gt_kw = 100;
	run(2);
	dispatching_facts(d, &f);
	ck_assert_double_eq(f.hours, DISTRICT_HOURS_MAX);
}
END_TEST

START_TEST(nothing_is_told_that_has_not_changed)
{
	energy.dispatch = NULL;
	dispatching_site(d, table, 2, hash, now(), mono());
	run(3);
	ck_assert_uint_eq(told_count, 1);
	run(100);
	ck_assert_uint_eq(told_count, 1);
}
END_TEST

T_MAIN("dispatching",
    T_FIXTURE(setup, teardown) T(a_site_begins_in_manual_and_only_watches) T(without_a_plan_what_is_made_is_used_here)
        T(what_is_filed_is_kept_to_in_plan_following) T(manual_lets_all_go_at_once)
            T(the_half_hour_is_kept_below_its_target) T(export_is_held_by_the_battery_then_by_the_source)
                T(what_a_person_holds_is_left_alone) T(an_output_that_refuses_is_said_and_asked_again)
                    T(a_loss_does_not_wait_for_the_next_second) T(an_island_comes_and_goes_by_itself)
                        T(demand_response_ends_by_itself) T(a_bad_meter_is_told_and_ends_in_nothing)
                            T(what_was_set_survives_a_restart) T(a_kill_in_an_island_lets_no_load_come_back)
                                T_LOOP(a_second_kill_in_an_island_lets_no_load_come_back, 0, 2)
                                    T(a_kill_just_after_a_shed_forgets_no_least_time) T(no_more_is_saved_than_needed)
                                        T(a_counter_that_stands_is_said) T(a_power_that_stands_is_said)
                                            T(a_site_without_the_section_says_so) T(the_hours_of_an_outage_are_reckoned)
                                                T(nothing_is_told_that_has_not_changed))
