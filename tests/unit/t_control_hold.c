/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_control_hold.c - what holds an output between commands: slots, protection, ramps, reversion timers, drift, losses, bad inputs, tags,
 * a new configuration.
 */
#include "config.h"

#include "t.h"

#include "control_kit.h"

static struct kit k;

static bool
want(enum slot slot, enum kit_point p, double value, int64_t for_us)
{
	char why[300];
	int addcause;
	struct utc until = { for_us != 0 ? k.now.us + for_us : 0 };
	bool ok = control_want(k.c, slot, p, value, until, "as planned", k.now, k.mono, &addcause, why, sizeof(why));

	ck_assert(ok || (addcause >= 0 && why[0] != '\0'));
	return ok;
}

static void
set(enum kit_point p, double value)
{
	kit_do(&k, STEP_OPERATE, p, value, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
}

/* ---- slots */

START_TEST(the_highest_filled_slot_wins)
{
	kit_init(&k);
	kit_def(&k, SP)->output->default_value = 50;
	kit_boot(&k);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_DEFAULT);
	ck_assert_double_eq(k.device[SP], 50);
	ck_assert(want(SLOT_DISPATCH, SP, 100, 0));
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 100);
	ck_assert(want(SLOT_GUARD, SP, 80, 0));
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 80);
	set(SP, 300);
	ck_assert(want(SLOT_DISPATCH, SP, 120, 0)); /* goes on below */
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_double_eq(kit_told(&k, SP).slot_dispatch, 120);
	kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 80);
	ck_assert(want(SLOT_GUARD, SP, (double)NAN, 0));
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 120);
	ck_assert(want(SLOT_DISPATCH, SP, (double)NAN, 0));
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 50);
	kit_done(&k);
}
END_TEST

START_TEST(a_plan_that_ends_lets_go)
{
	kit_start(&k);
	ck_assert(want(SLOT_DISPATCH, SP, 100, 5 * US_PER_S));
	kit_run(&k, 4 * US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_DISPATCH);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	kit_done(&k);
}
END_TEST

START_TEST(guard_and_plan_are_checked_too)
{
	kit_start(&k);
	ck_assert(!want(SLOT_DISPATCH, SP, 1001, 0));
	ck_assert(!want(SLOT_DISPATCH, POS, 1, 0));
	ck_assert(!want(SLOT_OPERATOR, SP, 1, 0));
	ck_assert(!want(SLOT_DEFAULT, SP, 1, 0));
	k.device[LOCK] = 0;
	kit_run(&k, 1100 * US_PER_MS);
	ck_assert(!want(SLOT_GUARD, SP, 1, 0));
	k.device[LOCK] = 1;
	kit_run(&k, 1100 * US_PER_MS);
	kit_tag(&k, SP, TAG_AUTHORITY, &kit_duty);
	ck_assert(!want(SLOT_GUARD, SP, 1, 0));
	ck_assert_uint_eq(k.sends[SP], 0);
	set(SP, 300); /* an operator may */
	ck_assert_double_eq(k.device[SP], 300);
	kit_done(&k);
}
END_TEST

START_TEST(a_switch_that_guard_wants_is_given_once)
{
	kit_start(&k);
	ck_assert(want(SLOT_GUARD, HELD, 1, 0));
	ck_assert_uint_eq(k.sends[HELD], 1); /* without waiting for the journal */
	for (int i = 0; i < 5; i++) {
		ck_assert(want(SLOT_GUARD, HELD, 1, 0));
		kit_run(&k, US_PER_S);
	}
	ck_assert_uint_eq(k.sends[HELD], 1);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_DONE);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 1);
	ck_assert(strstr(k.last_entry[JOURNAL_COMMAND], "by guard") != NULL);
	ck_assert(want(SLOT_GUARD, HELD, (double)NAN, 0));
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[HELD], 1); /* letting go switches nothing */
	ck_assert(want(SLOT_GUARD, HELD, 0, 0));
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(k.device[HELD], 0);
	kit_done(&k);
}
END_TEST

/* ---- an override goes on, up to the longest from now */

START_TEST(an_override_is_extended_from_now)
{
	struct msg_command m;
	uint32_t n;

	kit_start(&k);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_EXTEND, SP, 0, &kit_duty))->addcause, AC_POSITION_REACHED);
	set(SP, 300);
	kit_run(&k, 59 * 60 * US_PER_S);
	ck_assert_uint_ne(kit_told(&k, SP).flags & OUTPUT_ENDS_SOON, 0);
	m = kit_message(&k, STEP_EXTEND, SP, 0);
	m.reason = "";
	n = kit_ask(&k, &m, &kit_relief);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_told(&k, SP).flags & OUTPUT_ENDS_SOON, 0);
	ck_assert_int_ge(kit_told(&k, SP).until, k.now.us + OVERRIDE_DEFAULT_US - 2 * US_PER_S);
	m.until = k.now.us + OVERRIDE_MAX_US + US_PER_S;
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &kit_relief))->addcause, AC_INCONSISTENT);
	m.until = k.now.us + OVERRIDE_MAX_US;
	n = kit_ask(&k, &m, &kit_relief);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	kit_kill(&k, 7 * 3600 * US_PER_S); /* the store has the new end */
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	kit_run(&k, 3600 * US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	kit_done(&k);
}
END_TEST

START_TEST(release_and_extension_are_answered_when_recorded)
{
	kit_start(&k);
	set(SP, 300);
	k.records = false;
	uint32_t n = kit_do(&k, STEP_RELEASE, SP, 0, &kit_relief);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT); /* at once */
	ck_assert_uint_eq(kit_answer(&k, n)->count, 0);
	kit_record(&k, false);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_answer(&k, n)->detail, RESULT_NOT_RECORDED);
	ck_assert_str_eq(k.last_by[JOURNAL_OVERRIDE], "relief");
	kit_done(&k);
}
END_TEST

START_TEST(a_release_that_the_journal_refuses_is_saved_all_the_same)
{
	kit_start(&k);
	set(SP, 300);
	k.refuses = ERR_TOO_BIG;
	uint32_t n = kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_TOO_BIG);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert_uint_eq(k.state_count, 0); /* it does not come back after a restart */
	kit_done(&k);
}
END_TEST

START_TEST(release_on_the_way_ends_the_command)
{
	kit_start(&k);
	uint32_t n = kit_do(&k, STEP_OPERATE, RAMP, 300, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	kit_do(&k, STEP_RELEASE, RAMP, 0, &kit_relief);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_FAILED);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_ABORT_CANCEL);
	unsigned sends = k.sends[RAMP];
	kit_run(&k, 200 * US_PER_S);
	ck_assert_uint_eq(k.sends[RAMP], sends); /* nobody holds it: it is not refreshed either */
	kit_done(&k);
}
END_TEST

/* ---- ramps, protection, reversion timers */

START_TEST(a_ramp_is_walked)
{
	kit_start(&k);
	k.checks_ramp = true;
	uint32_t n = kit_do(&k, STEP_OPERATE, RAMP, 300, &kit_duty);
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_double_eq(k.last_sent[RAMP], 110); /* the first step at once */
	kit_run(&k, 10 * US_PER_S);
	ck_assert_double_ge(k.last_sent[RAMP], 190);
	ck_assert_double_le(k.last_sent[RAMP], 220);
	ck_assert_uint_ne(kit_told(&k, RAMP).flags & OUTPUT_RAMPING, 0);
	ck_assert_uint_eq(kit_answer(&k, n)->count, 0);
	kit_run(&k, 14 * US_PER_S);
	ck_assert_double_eq(k.device[RAMP], 300);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_told(&k, RAMP).flags & OUTPUT_RAMPING, 0);
	ck_assert(want(SLOT_DISPATCH, RAMP, 200, 0));
	kit_do(&k, STEP_RELEASE, RAMP, 0, &kit_duty); /* without a bump */
	kit_run(&k, 15 * US_PER_S);
	ck_assert_double_eq(k.device[RAMP], 200);
	kit_done(&k);
}
END_TEST

START_TEST(what_was_held_up_is_not_made_good_in_one_step)
{
	kit_start(&k);
	k.checks_ramp = true;
	kit_do(&k, STEP_OPERATE, RAMP, 900, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	double before = k.last_sent[RAMP];
	kit_step(&k, 30 * US_PER_S); /* the machine was asleep */
	ck_assert_double_le(k.last_sent[RAMP], before + 20);
	kit_done(&k);
}
END_TEST

START_TEST(protection_clamps_whoever_wins)
{
	kit_start(&k);
	k.device[HI] = 130;
	kit_run(&k, 1100 * US_PER_MS);
	uint32_t n = kit_do(&k, STEP_OPERATE, RAMP, 150, &kit_duty);
	kit_run(&k, 8 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert(strstr(kit_answer(&k, n)->text, "protection holds it there: at most 130 kW: the busbar") != NULL);
	struct msg_output o = kit_told(&k, RAMP);
	ck_assert_uint_ne(o.flags & OUTPUT_CLAMPED, 0);
	ck_assert_double_eq(o.wanted, 150);
	ck_assert_double_eq(o.target, 130);
	ck_assert_str_eq(o.clamp, "at most 130 kW: the busbar");
	ck_assert_str_eq(k.last_entry[JOURNAL_OVERRIDE], "protection holds the override");
	k.values[HI].quality = Q_FAILURE; /* a limit that is not known any more stays where it was */
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, RAMP).target, 130);
	k.values[HI].quality = 0;
	k.device[HI] = 1000;
	kit_run(&k, 8 * US_PER_S);
	ck_assert_double_eq(k.device[RAMP], 150);
	ck_assert_uint_eq(kit_told(&k, RAMP).flags & OUTPUT_CLAMPED, 0);
	kit_do(&k, STEP_RELEASE, RAMP, 0, &kit_duty);
	k.device[LO] = 170;
	ck_assert(want(SLOT_GUARD, RAMP, 100, 0)); /* guard too */
	kit_run(&k, 8 * US_PER_S);
	ck_assert_double_eq(k.device[RAMP], 170);
	kit_done(&k);
}
END_TEST

START_TEST(limits_that_cross_or_leave_the_range_write_nothing_wild)
{
	kit_start(&k);
	k.device[LO] = 800;
	k.device[HI] = 400;
	kit_run(&k, 1100 * US_PER_MS);
	ck_assert(want(SLOT_GUARD, RAMP, 500, 0));
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(kit_told(&k, RAMP).target, 400);
	k.device[LO] = 5000;
	k.device[HI] = 9000;
	kit_run(&k, 1100 * US_PER_MS);
	ck_assert_double_eq(kit_told(&k, RAMP).target, 1000);
	kit_done(&k);
}
END_TEST

START_TEST(a_timer_is_refreshed_within_half_of_it)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, RAMP, 100, &kit_duty);
	int64_t last = k.mono.us;
	for (int i = 0; i < 6000; i++) {
		unsigned sends = k.sends[RAMP];
		kit_step(&k, 100 * US_PER_MS);
		if (k.sends[RAMP] != sends)
			last = k.mono.us;
		ck_assert_int_le(k.mono.us - last, 30 * US_PER_S);
	}
	ck_assert_uint_le(k.sends[RAMP], 30); /* and not all the time */
	ck_assert_uint_eq(k.timer_s, 60);
	kit_done(&k);
}
END_TEST

START_TEST(a_refresh_does_not_wait_for_an_answer_that_hangs)
{
	kit_init(&k);
	kit_def(&k, RAMP)->revert->after_us = 4 * US_PER_S; /* shorter than the time in which an answer may come */
	kit_boot(&k);
	ck_assert(want(SLOT_GUARD, RAMP, 100, 0));
	kit_run(&k, 5 * US_PER_S);
	k.fault = FAULT_SILENT;
	int64_t last = k.mono.us;
	for (int i = 0; i < 600; i++) {
		unsigned sends = k.sends[RAMP];
		kit_step(&k, 50 * US_PER_MS);
		if (k.sends[RAMP] != sends)
			last = k.mono.us;
		ck_assert_int_le(k.mono.us - last, 2 * US_PER_S);
	}
	kit_done(&k);
}
END_TEST

/* ---- drift */

START_TEST(a_device_that_drifts_is_told_after_a_while)
{
	kit_start(&k);
	set(SP, 300);
	k.device[SP] = 320;
	kit_run(&k, 29 * US_PER_S);
	ck_assert_uint_eq(k.drifts, 0);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(k.drifts, 1);
	ck_assert(strstr(k.drift_text, "reports 320 kW; 300 kW was written") != NULL);
	ck_assert_uint_ne(kit_told(&k, SP).flags & OUTPUT_DRIFTS, 0);
	k.device[SP] = 300.5; /* within the tolerance */
	kit_run(&k, 2 * US_PER_S);
	ck_assert(!k.drift[SP]);
	k.device[SP] = 310; /* shorter than the delay: nothing */
	kit_run(&k, 20 * US_PER_S);
	k.device[SP] = 300;
	kit_run(&k, 60 * US_PER_S);
	ck_assert_uint_eq(k.drifts, 1);
	k.device[SP] = 310;
	kit_run(&k, 35 * US_PER_S);
	ck_assert(k.drift[SP]);
	kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty); /* what nobody holds does not drift */
	kit_run(&k, US_PER_S);
	ck_assert(!k.drift[SP]);
	kit_done(&k);
}
END_TEST

START_TEST(a_refresh_does_not_hide_a_drift)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, RAMP, 100, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	k.fault = FAULT_OTHER; /* takes the refreshes, and keeps 150 */
	for (int i = 0; i < 80 && !k.drift[RAMP]; i++)
		kit_run(&k, US_PER_S);
	ck_assert(k.drift[RAMP]);
	ck_assert_uint_ge(k.sends[RAMP], 3);
	kit_done(&k);
}
END_TEST

START_TEST(a_refresh_that_is_refused_is_told)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, RAMP, 100, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	k.fault = FAULT_REFUSES;
	kit_run(&k, 30 * US_PER_S);
	ck_assert(k.drift[RAMP]);
	ck_assert(strstr(k.drift_text, "does not take what is wanted") != NULL);
	kit_done(&k);
}
END_TEST

/* ---- after a loss */

static void
lose_for(int64_t us, double comes_back_with)
{
	kit_device(&k, false);
	kit_run(&k, us);
	k.device[SP] = comes_back_with;
	kit_device(&k, true);
	kit_run(&k, 5 * US_PER_S);
}

START_TEST(after_a_loss_it_is_asserted)
{
	kit_start(&k);
	set(SP, 300);
	unsigned sends = k.sends[SP];
	lose_for(60 * US_PER_S, 0);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_uint_eq(k.sends[SP], sends + 1);
	ck_assert_uint_eq(k.drifts, 0);
	kit_done(&k);
}
END_TEST

START_TEST(after_a_loss_it_is_compared)
{
	kit_init(&k);
	kit_def(&k, SP)->output->on_return = RETURN_COMPARE;
	kit_boot(&k);
	set(SP, 300);
	unsigned sends = k.sends[SP];
	lose_for(60 * US_PER_S, 300); /* equal: goes on */
	ck_assert_uint_eq(k.drifts, 0);
	lose_for(60 * US_PER_S, 0); /* else a person decides */
	kit_run(&k, 60 * US_PER_S);
	ck_assert(k.drift[SP]);
	ck_assert(strstr(k.drift_text, "reports 0 kW, and 300 kW is wanted: set it anew or release it") != NULL);
	ck_assert_uint_eq(k.sends[SP], sends);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300); /* not lost */
	set(SP, 300);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert(!k.drift[SP]);
	lose_for(60 * US_PER_S, 0);
	ck_assert(k.drift[SP]);
	kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert(!k.drift[SP]);
	ck_assert_double_eq(k.device[SP], 0);
	kit_done(&k);
}
END_TEST

START_TEST(a_walk_goes_on_after_a_loss_from_what_was_written_last)
{
	kit_init(&k);
	kit_def(&k, RAMP)->output->on_return = RETURN_COMPARE;
	kit_boot(&k);
	ck_assert(want(SLOT_DISPATCH, RAMP, 300, 0));
	kit_run(&k, 5 * US_PER_S);
	double at = k.device[RAMP];
	ck_assert(at > 0 && at < 300);
	kit_device(&k, false);
	kit_run(&k, 30 * US_PER_S);
	kit_device(&k, true);
	kit_run(&k, 120 * US_PER_S);
	ck_assert_uint_eq(k.drifts, 0);
	ck_assert_double_eq(k.device[RAMP], 300);
	ck_assert(want(SLOT_DISPATCH, RAMP, 0, 0));
	kit_run(&k, 5 * US_PER_S);
	kit_device(&k, false);
	kit_run(&k, 30 * US_PER_S);
	k.device[RAMP] = 40; /* somebody was at its panel */
	kit_device(&k, true);
	kit_run(&k, 120 * US_PER_S);
	ck_assert(k.drift[RAMP]);
	ck_assert_double_eq(k.device[RAMP], 40);
	kit_done(&k);
}
END_TEST

START_TEST(after_a_loss_it_is_given_up)
{
	kit_init(&k);
	kit_def(&k, SP)->output->on_return = RETURN_GIVE_UP;
	kit_def(&k, SP)->output->default_value = 50;
	kit_boot(&k);
	kit_run(&k, US_PER_S);
	ck_assert_uint_ne(kit_told(&k, SP).flags & OUTPUT_GIVEN_UP, 0); /* after the start too: chisand was away */
	set(SP, 300);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_uint_eq(kit_told(&k, SP).flags & OUTPUT_GIVEN_UP, 0);
	unsigned sends = k.sends[SP], entries = k.entries[JOURNAL_OVERRIDE];
	lose_for(60 * US_PER_S, 10);
	ck_assert_uint_eq(k.sends[SP], sends);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert_uint_ne(kit_told(&k, SP).flags & OUTPUT_GIVEN_UP, 0);
	ck_assert_uint_eq(k.entries[JOURNAL_OVERRIDE], entries + 1);
	ck_assert(strstr(k.last_entry[JOURNAL_OVERRIDE], "given up by its rule") != NULL);
	kit_done(&k);
}
END_TEST

START_TEST(a_loss_on_the_way_stops_the_walk_truthfully)
{
	kit_start(&k);
	uint32_t n = kit_do(&k, STEP_OPERATE, RAMP, 300, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	kit_device(&k, false);
	kit_run(&k, 2 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_FAILED);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_COMM_LOSS);
	ck_assert(strstr(kit_answer(&k, n)->text, "stopped on its way at 1") != NULL);
	ck_assert_double_eq(kit_told(&k, RAMP).slot_operator, 300);
	kit_run(&k, 60 * US_PER_S);
	k.device[RAMP] = 0; /* its timer has run out */
	k.checks_ramp = true;
	k.sends[RAMP] = 0;
	kit_device(&k, true);
	kit_run(&k, 35 * US_PER_S); /* and it is walked from where it is */
	ck_assert_double_eq(k.device[RAMP], 300);
	kit_done(&k);
}
END_TEST

START_TEST(local_pauses_and_remote_goes_on)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, RAMP, 100, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	k.device[LOCAL] = 1;
	kit_run(&k, 2 * US_PER_S);
	unsigned sends = k.sends[RAMP];
	k.device[RAMP] = 70; /* somebody turned it by hand */
	kit_run(&k, 100 * US_PER_S);
	ck_assert_uint_ne(kit_told(&k, RAMP).flags & OUTPUT_LOCAL, 0);
	ck_assert_uint_eq(k.sends[RAMP], sends);
	ck_assert_double_eq(kit_told(&k, RAMP).slot_operator, 100);
	k.device[LOCAL] = 0;
	k.checks_ramp = true;
	k.sends[RAMP] = 0;
	kit_run(&k, 10 * US_PER_S);
	ck_assert_double_eq(k.device[RAMP], 100);
	ck_assert_uint_eq(kit_told(&k, RAMP).flags & OUTPUT_LOCAL, 0);
	kit_done(&k);
}
END_TEST

START_TEST(a_switch_to_local_that_is_read_badly_stays_as_it_was)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, RAMP, 100, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	k.values[LOCAL].quality = Q_FAILURE; /* in remote, and nobody knows any more: what is held is held */
	int64_t last = k.last_send_at[RAMP];
	kit_run(&k, 60 * US_PER_S);
	ck_assert_int_gt(k.last_send_at[RAMP], last);
	k.values[LOCAL].quality = 0;
	k.device[LOCAL] = 1;
	kit_run(&k, 2 * US_PER_S);
	k.values[LOCAL].quality = Q_FAILURE; /* in local, and nobody knows any more: nothing is written */
	unsigned sends = k.sends[RAMP];
	kit_run(&k, 60 * US_PER_S);
	ck_assert_uint_eq(k.sends[RAMP], sends);
	kit_kill(&k, US_PER_S); /* nor after a restart, before it is known */
	kit_run(&k, 60 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, RAMP).slot_operator, 100);
	ck_assert_uint_eq(k.sends[RAMP], sends);
	kit_done(&k);
}
END_TEST

/* ---- inputs that turn bad */

static void
boot_with_rule(enum bad_input_rule rule)
{
	kit_init(&k);
	kit_def(&k, SP)->output->needs = "D.IN";
	kit_def(&k, SP)->output->on_bad_input = (int)rule;
	kit_def(&k, SP)->output->safe_value = 20;
	kit_boot(&k);
	set(SP, 300);
	k.values[IN].quality = Q_FAILURE;
	kit_run(&k, 2 * US_PER_S);
}

START_TEST(bad_inputs_hold_go_safe_or_release)
{
	boot_with_rule(BAD_INPUT_HOLD);
	ck_assert(want(SLOT_GUARD, SP, 10, 0) == false);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	kit_done(&k);

	boot_with_rule(BAD_INPUT_SAFE);
	ck_assert_double_eq(k.device[SP], 20);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	ck_assert_uint_ne(kit_told(&k, SP).flags & OUTPUT_CLAMPED, 0);
	ck_assert(strstr(kit_told(&k, SP).clamp, "its safe value: D.IN has no good inputs") != NULL);
	k.values[IN].quality = 0;
	kit_run(&k, 2 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 300);
	kit_done(&k);

	boot_with_rule(BAD_INPUT_RELEASE);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert(strstr(k.last_entry[JOURNAL_OVERRIDE], "released by its rule") != NULL);
	kit_done(&k);
}
END_TEST

/* ---- tags */

START_TEST(inhibit_blocks_until_every_one_is_removed)
{
	kit_start(&k);
	set(SP, 300);
	uint32_t first = kit_tag(&k, SP, TAG_INHIBIT, &kit_duty);
	uint64_t a = k.last_tag;
	kit_tag(&k, SP, TAG_INHIBIT, &kit_relief);
	uint64_t b = k.last_tag;
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, first)->e, OK);
	unsigned sends = k.sends[SP];
	k.device[SP] = 0;
	kit_run(&k, 60 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], sends);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_OPERATE, SP, 1, &kit_keeper))->addcause, AC_BLOCKED_COMMAND);
	/* its owner or a supervisor, with a reason */
	ck_assert_int_eq(kit_answer(&k, kit_untag(&k, b, "over", &kit_duty))->e, ERR_DENIED);
	ck_assert_int_eq(kit_answer(&k, kit_untag(&k, b, " ", &kit_relief))->e, ERR_REFUSED);
	uint32_t n = kit_untag(&k, b, "over", &kit_keeper);
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	kit_run(&k, 5 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], sends); /* one is left */
	n = kit_untag(&k, a, "over", &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_double_eq(k.device[SP], 300); /* the override stood all the time, and is asserted */
	ck_assert_int_eq(kit_answer(&k, kit_untag(&k, a, "over", &kit_duty))->e, ERR_NOT_FOUND);
	ck_assert_uint_eq(k.entries[JOURNAL_TAG], 4);
	kit_done(&k);
}
END_TEST

START_TEST(a_removal_counts_when_it_is_recorded)
{
	kit_start(&k);
	kit_tag(&k, SP, TAG_INHIBIT, &kit_duty);
	uint64_t tag = k.last_tag;
	kit_step(&k, 10 * US_PER_MS);
	k.records = false;
	uint32_t n = kit_untag(&k, tag, "over", &kit_duty);
	ck_assert_uint_eq(kit_answer(&k, n)->count, 0);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_OPERATE, SP, 1, &kit_duty))->addcause, AC_BLOCKED_COMMAND);
	ck_assert_int_eq(kit_answer(&k, kit_untag(&k, tag, "over", &kit_duty))->e, ERR_BUSY);
	kit_kill(&k, US_PER_S); /* and a kill before that leaves the tag */
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_OPERATE, SP, 1, &kit_duty))->addcause, AC_BLOCKED_COMMAND);
	kit_done(&k);
}
END_TEST

START_TEST(a_tag_that_the_journal_refuses_goes_again)
{
	kit_start(&k);
	k.refuses = ERR_TOO_BIG;
	uint32_t n = kit_tag(&k, SP, TAG_INHIBIT, &kit_duty);
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_TOO_BIG);
	k.refuses = OK;
	set(SP, 300);
	ck_assert_double_eq(k.device[SP], 300);
	kit_done(&k);
}
END_TEST

static unsigned seen_tags;

static void
see_tag(const struct msg_tag_state *m, void *arg)
{
	(void)arg;
	ck_assert_str_eq(m->owner, "duty");
	ck_assert_str_eq(m->permit, "W-7");
	ck_assert_str_eq(m->text, "hands in it");
	seen_tags++;
}

START_TEST(tags_have_no_end_of_their_own_and_survive)
{
	struct msg_tag m = { .on = 1, .kind = TAG_INFO, .point = "D.IN", .text = "hands in it", .permit = "W-7" };

	kit_start(&k);
	for (int i = 0; i < 50; i++) /* on a point that is no output, as many as it takes */
		kit_tag(&k, IN, (enum tag_kind)(i % TAG_KIND_COUNT), &kit_duty);
	kit_step(&k, 10 * US_PER_MS);
	m.until = k.now.us + 60 * US_PER_S;
	k.answers[++k.sequence] = (struct kit_answer){ .count = 0 };
	control_tag(k.c, &m, &kit_duty, &k, k.sequence, k.now, k.mono);
	kit_step(&k, 10 * US_PER_MS);
	unsigned entries = k.entries[JOURNAL_TAG];
	kit_run(&k, 61 * US_PER_S);
	ck_assert_uint_eq(k.entries[JOURNAL_TAG], entries + 1);
	ck_assert(strstr(k.last_entry[JOURNAL_TAG], "it stays until somebody removes it") != NULL);
	kit_kill(&k, US_PER_S);
	seen_tags = 0;
	control_each_tag(k.c, see_tag, NULL);
	ck_assert_uint_eq(seen_tags, 51);
	struct control_counts counts;
	control_counts(k.c, &counts);
	ck_assert_uint_eq(counts.tags, 51);
	kit_done(&k);
}
END_TEST

START_TEST(tags_are_refused_with_a_sentence)
{
	static const char many[] = "1234567890123456789012345678901234567890123456789012345678901234567890123";
	struct msg_tag m = { .on = 1, .kind = TAG_INFO, .point = "D.IN", .text = "x", .permit = "" };
	const struct {
		uint8_t kind;
		const char *point, *text;
		int64_t until;
		const struct actor *by;
		enum err e;
	} bad[] = {
		{ TAG_KIND_COUNT, "D.IN", "x", 0, &kit_duty, ERR_REFUSED },
		{ TAG_INFO, "D.NONE", "x", 0, &kit_duty, ERR_NOT_FOUND },
		{ TAG_INFO, "D.IN", "", 0, &kit_duty, ERR_REFUSED },
		{ TAG_INFO, "D.IN", many, 0, &kit_duty, ERR_REFUSED },
		{ TAG_INFO, "D.IN", "x", 5, &kit_duty, ERR_REFUSED },
		{ TAG_INFO, "D.IN", "x", 0, &kit_guest, ERR_DENIED },
		{ TAG_INFO, "D.IN", "x", 0, &kit_southern, ERR_DENIED },
	};

	kit_start(&k);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		m.kind = bad[i].kind;
		m.point = bad[i].point;
		m.text = bad[i].text;
		m.until = bad[i].until;
		k.answers[++k.sequence] = (struct kit_answer){ .count = 0 };
		control_tag(k.c, &m, bad[i].by, &k, k.sequence, k.now, k.mono);
		ck_assert_int_eq(kit_answer(&k, k.sequence)->e, bad[i].e);
	}
	m = (struct msg_tag){ .on = 1, .kind = TAG_INFO, .point = "D.IN", .text = many + 1, .permit = "" };
	k.answers[++k.sequence] = (struct kit_answer){ .count = 0 };
	control_tag(k.c, &m, &kit_duty, &k, k.sequence, k.now, k.mono); /* 72 letters are enough */
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, k.sequence)->e, OK);
	kit_done(&k);
}
END_TEST

START_TEST(authority_leaves_it_to_operators)
{
	kit_start(&k);
	ck_assert(want(SLOT_DISPATCH, SP, 500, 0));
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[SP], 500);
	kit_tag(&k, SP, TAG_AUTHORITY, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	set(SP, 300);
	ck_assert_double_eq(k.device[SP], 300);
	kit_done(&k);
}
END_TEST

START_TEST(a_command_may_leave_a_tag_behind)
{
	kit_init(&k);
	kit_def(&k, TWO)->output->tag_after = "D.CMD";
	kit_boot(&k);
	struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
	m.is_emergency = 1;
	kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty))->addcause, AC_BLOCKED_COMMAND);
	ck_assert_int_eq(
	    kit_answer(&k, kit_untag(&k, k.last_tag, "over", &kit_duty))->e, ERR_DENIED); /* nobody's own */
	uint32_t n = kit_untag(&k, k.last_tag, "over", &kit_keeper);
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty))->e, OK);
	kit_done(&k);
}
END_TEST

START_TEST(a_tag_is_left_behind_only_when_it_is_due)
{
	static const struct {
		double fault;
		bool is_bad, is_tagged;
	} rows[] = { { 0, false, false }, { 1, false, true }, { 0, true, true } };

	kit_init(&k);
	kit_def(&k, TWO)->output->tag_after = "D.CMD";
	kit_def(&k, TWO)->output->tag_when = "D.FAULT == 1";
	kit_boot(&k);
	k.device[FAULT] = k.values[FAULT].v = rows[_i].fault;
	if (rows[_i].is_bad)
		k.values[FAULT].quality = Q_FAILURE;
	struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
	m.is_emergency = 1;
	kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(k.tags_on[CMD], rows[_i].is_tagged);
	kit_done(&k);
}
END_TEST

/* ---- a new configuration */

START_TEST(a_reload_keeps_what_is_held_by_name)
{
	struct site *old;

	kit_start(&k);
	set(SP, 300);
	kit_tag(&k, CMD, TAG_INHIBIT, &kit_duty);
	kit_step(&k, 10 * US_PER_MS);
	old = k.site;
	k.site = kit_site(true);
	control_site(k.c, k.site, k.values, k.now, k.mono);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	site_free(old);
	kit_record(&k, true);
	for (unsigned i = 0; i < k.state_count; i++)
		if (k.states[i].kind == STATE_OVERRIDE)
			ck_assert_str_eq(k.states[i].name, "D.SETPOINT");
	control_device(k.c, 0, DEVICE_UP, k.now, k.mono);
	kit_run(&k, 5 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty))->addcause, AC_BLOCKED_COMMAND);
	kit_done(&k);
}
END_TEST

START_TEST(an_override_waits_for_a_site_that_has_its_point)
{
	kit_start(&k);
	set(SP, 300);
	control_site(k.c, NULL, NULL, k.now, k.mono);
	kit_run(&k, US_PER_S);
	control_site(k.c, k.site, k.values, k.now, k.mono);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	control_site(k.c, NULL, NULL, k.now, k.mono);
	kit_run(&k, OVERRIDE_DEFAULT_US);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.state_count, 0); /* its end comes all the same, and is journalled */
	control_site(k.c, k.site, k.values, k.now, k.mono);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	kit_done(&k);
}
END_TEST

START_TEST(a_reload_in_the_middle_of_a_command_is_survived)
{
	kit_start(&k);
	k.fault = FAULT_LATE;
	struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
	m.is_emergency = 1;
	uint32_t n = kit_ask(&k, &m, &kit_duty);
	kit_run(&k, US_PER_S);
	struct site *old = k.site;
	k.site = kit_site(false);
	control_site(k.c, k.site, k.values, k.now, k.mono);
	site_free(old);
	control_device(k.c, 0, DEVICE_UP, k.now, k.mono);
	kit_run(&k, 10 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK); /* the answer was lost, the report came */
	ck_assert_uint_eq(k.sends[TWO], 1);
	kit_done(&k);
}
END_TEST

START_TEST(states_that_come_late_are_merged_the_newer_wins)
{
	struct kit_state saved[4];
	unsigned count;

	kit_start(&k);
	set(SP, 300);
	kit_run(&k, 60 * US_PER_S);
	count = k.state_count;
	ck_assert_uint_eq(count, 1);
	saved[0] = k.states[0];
	k.state_count = 0; /* the store does not answer at the start */
	kit_kill(&k, US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	set(SP, 400);
	control_restore(k.c, saved[0].kind, saved[0].name, saved[0].blob, saved[0].len, k.now, k.now, k.mono);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 400);
	kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty);
	control_restore(k.c, saved[0].kind, saved[0].name, saved[0].blob, saved[0].len, k.now, k.now, k.mono);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT); /* a release is newer too */
	kit_kill(&k, US_PER_S);
	control_restore(k.c, saved[0].kind, saved[0].name, saved[0].blob, saved[0].len, k.now, k.now, k.mono);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 300); /* where nobody acted, it holds */
	kit_done(&k);
}
END_TEST

START_TEST(before_the_beginning_nothing_is_written)
{
	kit_init(&k);
	kit_def(&k, SP)->output->default_value = 50;
	k.c = control_new(&kit_ops, &k);
	control_site(k.c, k.site, k.values, k.now, k.mono);
	kit_scan(&k);
	control_device(k.c, 0, DEVICE_UP, k.now, k.mono);
	kit_run(&k, 5 * US_PER_S);
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_BLOCKED_HEALTH);
	ck_assert_uint_eq(k.sends[SP], 0);
	control_begin(k.c, k.now, k.mono);
	kit_run(&k, 2 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 50);
	kit_done(&k);
}
END_TEST

/* clang-format off */
T_MAIN("control_hold",
	T(the_highest_filled_slot_wins)
	T(a_plan_that_ends_lets_go)
	T(guard_and_plan_are_checked_too)
	T(a_switch_that_guard_wants_is_given_once)
	T(an_override_is_extended_from_now)
	T(release_and_extension_are_answered_when_recorded)
	T(a_release_that_the_journal_refuses_is_saved_all_the_same)
	T(release_on_the_way_ends_the_command)
	T(a_ramp_is_walked)
	T(what_was_held_up_is_not_made_good_in_one_step)
	T(protection_clamps_whoever_wins)
	T(limits_that_cross_or_leave_the_range_write_nothing_wild)
	T(a_timer_is_refreshed_within_half_of_it)
	T(a_refresh_does_not_wait_for_an_answer_that_hangs)
	T(a_device_that_drifts_is_told_after_a_while)
	T(a_refresh_does_not_hide_a_drift)
	T(a_refresh_that_is_refused_is_told)
	T(after_a_loss_it_is_asserted)
	T(after_a_loss_it_is_compared)
	T(a_walk_goes_on_after_a_loss_from_what_was_written_last) T(after_a_loss_it_is_given_up)
	T(a_loss_on_the_way_stops_the_walk_truthfully)
	T(local_pauses_and_remote_goes_on)
	T(a_switch_to_local_that_is_read_badly_stays_as_it_was)
	T(bad_inputs_hold_go_safe_or_release)
	T(inhibit_blocks_until_every_one_is_removed)
	T(a_removal_counts_when_it_is_recorded)
	T(a_tag_that_the_journal_refuses_goes_again)
	T(tags_have_no_end_of_their_own_and_survive)
	T(tags_are_refused_with_a_sentence)
	T(authority_leaves_it_to_operators)
	T(a_command_may_leave_a_tag_behind)
	T_LOOP(a_tag_is_left_behind_only_when_it_is_due, 0, 3)
	T(a_reload_keeps_what_is_held_by_name)
	T(an_override_waits_for_a_site_that_has_its_point)
	T(a_reload_in_the_middle_of_a_command_is_survived)
	T(states_that_come_late_are_merged_the_newer_wins)
	T(before_the_beginning_nothing_is_written))
/* clang-format on */
