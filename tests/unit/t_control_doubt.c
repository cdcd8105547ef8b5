/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_control_doubt.c - an override whose command ended as unknown: shown so, not written again, and then decided by what the device reports;
 * and coils of pulses that may have been left set.
 */
#include "config.h"

#include "scada/site/schema_site.h"
#include "tests/unit/t.h"

#include "tests/unit/control_kit.h"

static struct kit k;

/* The device hears the command, and then nobody hears of it any more: the link is down when its time is over. */
static uint32_t
ask_into_the_dark(enum kit_point p, double value, enum kit_fault fault)
{
	k.fault = fault;
	uint32_t n = kit_do(&k, STEP_OPERATE, p, value, &kit_duty);
	kit_run(&k, 300 * US_PER_MS);
	ck_assert_uint_gt(k.sends[p], 0);
	kit_device(&k, false);
	for (int s = 0; s < 200 && kit_answer(&k, n)->count == 0; s++)
		kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_UNKNOWN);
	return n;
}

static bool
is_unknown(enum kit_point p)
{
	return (kit_told(&k, p).flags & OUTPUT_UNKNOWN) != 0;
}

#define SAYS(where, words) ck_assert_msg(strstr(where, words) != NULL, "%s", where)

START_TEST(what_the_device_has_after_all_stands)
{
	kit_start(&k);
	uint32_t n = ask_into_the_dark(SP, 300, FAULT_SILENT);
	SAYS(kit_answer(&k, n)->text, "what the device reports next decides whether the override stands");
	ck_assert(is_unknown(SP));
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	k.fault = FAULT_NONE;
	unsigned sends = k.sends[SP];
	kit_run(&k, 120 * US_PER_S);
	ck_assert(is_unknown(SP)); /* for as long as it does not report */
	kit_device(&k, true);
	kit_run(&k, 2 * US_PER_S);
	ck_assert(!is_unknown(SP));
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_OPERATOR);
	SAYS(k.last_entry[JOURNAL_OVERRIDE], "confirmed later, #");
	SAYS(k.last_entry[JOURNAL_OVERRIDE], "the device reports 300 kW; the override of duty stands");
	kit_run(&k, 60 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], sends); /* it was there: nothing is written again */
	/* and it is an override as any other */
	k.device[SP] = 250;
	kit_run(&k, 40 * US_PER_S);
	ck_assert(k.drift[SP]);
	kit_kill(&k, US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	ck_assert(!is_unknown(SP));
	kit_done(&k);
}
END_TEST

START_TEST(what_the_device_does_not_have_is_given_up)
{
	kit_start(&k);
	ask_into_the_dark(SP, 300, FAULT_DEAF);
	ck_assert(is_unknown(SP));
	k.fault = FAULT_NONE;
	unsigned sends = k.sends[SP];
	kit_device(&k, true);
	kit_run(&k, 2 * US_PER_S);
	ck_assert(!is_unknown(SP));
	ck_assert(isnan(kit_told(&k, SP).slot_operator));
	SAYS(k.last_entry[JOURNAL_OVERRIDE], "given up, #");
	SAYS(k.last_entry[JOURNAL_OVERRIDE], "its outcome was unknown, and the device reports 200 kW");
	ck_assert_str_eq(k.last_after[JOURNAL_OVERRIDE], "no override");
	kit_run(&k, 120 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], sends); /* no rule of return asserts it */
	ck_assert_double_eq(k.device[SP], 200);
	kit_kill(&k, US_PER_S); /* the store knows it too */
	ck_assert(isnan(kit_told(&k, SP).slot_operator));
	kit_done(&k);
}
END_TEST

/* The link is up all the time; only the write is not answered. Its own time has already passed. */
START_TEST(a_deaf_device_that_goes_on_reporting_decides_with_its_next_report)
{
	kit_start(&k);
	k.fault = FAULT_DEAF;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	for (int s = 0; s < 2400 && kit_answer(&k, n)->count == 0; s++)
		kit_step(&k, 50 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_UNKNOWN);
	ck_assert(is_unknown(SP));
	ck_assert_uint_eq(k.entries[JOURNAL_OUTCOME], 1);
	unsigned sends = k.sends[SP];
	k.fault = FAULT_NONE;
	kit_run(&k, 1100 * US_PER_MS);
	ck_assert(isnan(kit_told(&k, SP).slot_operator));
	SAYS(k.last_entry[JOURNAL_OVERRIDE], "given up");
	kit_run(&k, 120 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], sends);
	kit_done(&k);
}
END_TEST

START_TEST(the_override_before_comes_back)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, SP, 250, &kit_relief);
	kit_run(&k, 3 * US_PER_S);
	ask_into_the_dark(SP, 300, FAULT_DEAF);
	k.fault = FAULT_NONE;
	kit_device(&k, true);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 250);
	ck_assert_double_eq(k.device[SP], 250);
	ck_assert_str_eq(k.last_after[JOURNAL_OVERRIDE], "250 kW of relief, as before");
	kit_kill(&k, US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 250);
	kit_done(&k);
}
END_TEST

/* What was on its way when chisand ended goes on by the site's rule of return; what was unknown already stays so. */
START_TEST(doubt_outlives_a_restart)
{
	for (int takes = 0; takes < 2; takes++) {
		kit_start(&k);
		ask_into_the_dark(SP, 300, takes ? FAULT_SILENT : FAULT_DEAF);
		kit_run(&k, US_PER_S);
		k.fault = FAULT_NONE;
		unsigned sends = k.sends[SP];
		kit_kill(&k, 10 * US_PER_S);
		ck_assert(is_unknown(SP));
		kit_run(&k, 60 * US_PER_S);
		kit_device(&k, true);
		kit_run(&k, 3 * US_PER_S);
		ck_assert(!is_unknown(SP));
		ck_assert_int_eq(isnan(kit_told(&k, SP).slot_operator), !takes);
		SAYS(k.last_entry[JOURNAL_OVERRIDE], takes ? "confirmed later" : "given up");
		kit_run(&k, 60 * US_PER_S);
		ck_assert_uint_eq(k.sends[SP], sends);
		kit_done(&k);
	}
}
END_TEST

START_TEST(whoever_sets_it_anew_or_releases_it_ends_the_doubt)
{
	kit_start(&k);
	ask_into_the_dark(SP, 300, FAULT_DEAF);
	uint32_t n = kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert(!is_unknown(SP));
	ck_assert(isnan(kit_told(&k, SP).slot_operator));
	k.fault = FAULT_NONE;
	kit_device(&k, true);
	kit_run(&k, 3 * US_PER_S);
	ask_into_the_dark(SP, 300, FAULT_DEAF);
	k.fault = FAULT_NONE;
	kit_device(&k, true);
	n = kit_do(&k, STEP_OPERATE, SP, 400, &kit_relief); /* before it has reported again */
	kit_run(&k, 5 * US_PER_S);
	ck_assert_msg(kit_answer(&k, n)->e == OK, "%s", kit_answer(&k, n)->text);
	ck_assert(!is_unknown(SP));
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 400);
	ck_assert_double_eq(k.device[SP], 400);
	kit_done(&k);
}
END_TEST

/* Nothing will ever decide: it stays unknown and is not written again, but protection is not kept from acting. */
START_TEST(what_nothing_reports_stays_unknown_and_protection_acts_all_the_same)
{
	kit_init(&k);
	struct site_point_def *d = kit_def(&k, SP);
	((struct site_output *)(uintptr_t)d->output)->protect_hi = "D.HI";
	d->read = NULL;
	kit_boot(&k);
	k.fault = FAULT_DEAF;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	for (int s = 0; s < 200 && kit_answer(&k, n)->count == 0; s++)
		kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_UNKNOWN);
	SAYS(kit_answer(&k, n)->text, "the override is not written again: set it anew or release it");
	k.fault = FAULT_NONE;
	unsigned sends = k.sends[SP];
	kit_run(&k, 300 * US_PER_S);
	ck_assert(is_unknown(SP));
	ck_assert_uint_eq(k.sends[SP], sends);
	k.device[HI] = 150;
	kit_run(&k, 40 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 150);
	ck_assert(!is_unknown(SP)); /* the device answers: it has what protection lets go */
	SAYS(k.last_entry[JOURNAL_OVERRIDE], "confirmed later");
	kit_done(&k);
}
END_TEST

/* ---- pulses: what the field program may have left set */

static void
field_says(uint8_t coils, uint8_t refused)
{
	control_pulse(k.c, &(struct msg_field_pulse){ .point = PULSE, .coils = coils, .refused = refused });
}

static bool
is_saved(void)
{
	for (unsigned i = 0; i < k.state_count; i++)
		if (k.states[i].kind == STATE_PULSE)
			return true;
	return false;
}

START_TEST(a_pulse_that_a_field_program_left_set_is_told_to_the_next_one)
{
	kit_start(&k);
	ck_assert_uint_eq(control_left_set(k.c, PULSE), 0);
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	ck_assert(!is_saved());
	kit_run(&k, 100 * US_PER_MS);
	ck_assert(is_saved());
	field_says(PULSE_COIL, 0);
	k.is_field_up = false; /* killed in the middle */
	control_field_down(k.c, NULL, NULL, k.now, k.mono);
	kit_run(&k, 5 * US_PER_S);
	SAYS(k.last_entry[JOURNAL_SYSTEM], "the field program ended in the middle of a pulse");
	ck_assert_uint_eq(control_left_set(k.c, PULSE), PULSE_COIL);
	ck_assert_uint_eq(control_left_set(k.c, HELD), 0);
	k.is_field_up = true;
	field_says(PULSE_COIL, 0);
	field_says(0, 0);
	SAYS(k.last_entry[JOURNAL_SYSTEM], "has been cleared");
	ck_assert_uint_eq(control_left_set(k.c, PULSE), 0);
	ck_assert(!is_saved());
	/* the next one runs its course: nothing is said */
	unsigned entries = k.entries[JOURNAL_SYSTEM];
	kit_device(&k, true);
	kit_run(&k, 2 * US_PER_S);
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(k.entries[JOURNAL_SYSTEM], entries);
	ck_assert(!is_saved());
	kit_done(&k);
}
END_TEST

START_TEST(a_write_of_a_pulse_that_nobody_heard_of_again_may_have_set_it)
{
	kit_start(&k);
	k.fault = FAULT_DEAF;
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_uint_eq(k.sends[PULSE], 1);
	control_field_down(k.c, NULL, NULL, k.now, k.mono);
	ck_assert_uint_eq(control_left_set(k.c, PULSE), PULSE_COIL);
	kit_run(&k, US_PER_S);
	ck_assert(is_saved());
	kit_done(&k);
}
END_TEST

START_TEST(a_pulse_outlives_the_kill_of_chisand_too)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	kit_run(&k, 500 * US_PER_MS);
	field_says(PULSE_COIL, 0);
	k.is_up = false;
	kit_kill(&k, US_PER_S);
	SAYS(k.last_entry[JOURNAL_SYSTEM], "chisand ended in the middle of a pulse");
	ck_assert_uint_eq(control_left_set(k.c, PULSE), PULSE_COIL);
	field_says(PULSE_COIL, 0);
	field_says(0, PULSE_COIL);
	SAYS(k.last_entry[JOURNAL_SYSTEM], "it stays set");
	ck_assert_uint_eq(control_left_set(k.c, PULSE), 0);
	ck_assert(!is_saved());
	kit_done(&k);
}
END_TEST

START_TEST(what_was_refused_or_never_sent_is_not_saved)
{
	kit_start(&k);
	k.fault = FAULT_REFUSES;
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert(!is_saved());
	k.is_field_up = false;
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert(!is_saved());
	kit_done(&k);
}
END_TEST

/* clang-format off */
T_MAIN("control_doubt",
	T(what_the_device_has_after_all_stands)
	T(what_the_device_does_not_have_is_given_up)
	T(a_deaf_device_that_goes_on_reporting_decides_with_its_next_report)
	T(the_override_before_comes_back)
	T(doubt_outlives_a_restart)
	T(whoever_sets_it_anew_or_releases_it_ends_the_doubt)
	T(what_nothing_reports_stays_unknown_and_protection_acts_all_the_same)
	T(a_pulse_that_a_field_program_left_set_is_told_to_the_next_one)
	T(a_write_of_a_pulse_that_nobody_heard_of_again_may_have_set_it)
	T(a_pulse_outlives_the_kill_of_chisand_too)
	T(what_was_refused_or_never_sent_is_not_saved))
/* clang-format on */
