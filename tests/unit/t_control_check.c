/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_control_check.c - each check refuses with its reason code and a sentence that says what would be right, in the dry run and when it
 * is meant; nothing is sent then.
 */
#include "config.h"

#include "t.h"

#include "control_kit.h"

static struct kit k;

/* ---- one row a refusal: what is arranged, who asks for what, which check it is */

static void
nothing(void)
{
}

static void
no_local(void)
{
	k.device[LOCAL] = 1;
}

static void
local_unknown(void)
{
	k.values[LOCAL].quality = Q_FAILURE;
}

static void
inhibited(void)
{
	kit_tag(&k, SP, TAG_INHIBIT, &kit_relief);
}

static void
mode_off(void)
{
	k.device[MODE] = 0;
}

static void
mode_unknown(void)
{
	k.values[MODE].quality = Q_FAILURE;
}

static void
lock_open(void)
{
	k.device[LOCK] = 0;
}

static void
lock_unknown(void)
{
	k.values[LOCK].quality = Q_FAILURE;
}

static void
needs_bad(void)
{
	k.values[IN].quality = Q_FAILURE;
}

static void
place_unknown(void)
{
	k.values[RAMP].quality = Q_FAILURE;
}

static void
device_down(void)
{
	control_device(k.c, 0, DEVICE_DOWN, k.now, k.mono);
}

static void
selected(void)
{
	kit_do(&k, STEP_SELECT, SP, 400, &kit_relief);
}

static void
under_way(void)
{
	k.fault = FAULT_DEAF;
	kit_do(&k, STEP_OPERATE, SP, 400, &kit_relief);
	kit_run(&k, 100 * US_PER_MS);
}

static void
there_already(void)
{
	k.device[POS2] = 1;
}

static void
held_there(void)
{
	k.device[HELD] = 1;
}

static void
just_commanded(void)
{
	kit_do(&k, STEP_OPERATE, SP, 400, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
}

static const struct {
	void (*arrange)(void);
	enum kit_point point;
	double value;
	const struct actor *by;
	enum check check;
	enum addcause addcause;
	enum err e;
	const char *words; /* part of the sentence */
} rows[] = {
	{ nothing, POS, 1, &kit_duty, CHECK_POINT, AC_NOT_SUPPORTED, ERR_NOT_FOUND, "D.POS is no output" },
	{ nothing, SP, 300, &kit_guest, CHECK_ROLE, AC_NO_AUTHORITY, ERR_DENIED,
	    "guest is viewer; at least operator is needed" },
	{ nothing, SP, 300, &kit_southern, CHECK_AREA, AC_NO_AUTHORITY, ERR_DENIED,
	    "area north; southern answers for: south east" },
	{ no_local, SP, 300, &kit_duty, CHECK_LOCAL, AC_BLOCKED_HIERARCHY, ERR_REFUSED, "in local" },
	{ local_unknown, SP, 300, &kit_duty, CHECK_LOCAL, AC_BLOCKED_HIERARCHY, ERR_REFUSED, "nobody knows whether" },
	{ inhibited, SP, 300, &kit_duty, CHECK_TAG, AC_BLOCKED_COMMAND, ERR_REFUSED,
	    "of relief inhibits it: hands in it" },
	{ mode_off, SP, 300, &kit_duty, CHECK_MODE, AC_BLOCKED_MODE, ERR_REFUSED, "D.MODE == 1" },
	{ mode_unknown, SP, 300, &kit_duty, CHECK_MODE, AC_BLOCKED_MODE, ERR_REFUSED, "its mode is not known" },
	{ lock_open, SP, 300, &kit_duty, CHECK_INTERLOCK, AC_BLOCKED_INTERLOCKING, ERR_REFUSED,
	    "needed: the lock closed" },
	{ lock_unknown, SP, 300, &kit_duty, CHECK_INTERLOCK, AC_BLOCKED_INTERLOCKING, ERR_REFUSED, "cannot be judged" },
	{ needs_bad, SP, 300, &kit_duty, CHECK_QUALITY, AC_BLOCKED_PROCESS, ERR_REFUSED,
	    "not good and fresh now: D.IN" },
	{ place_unknown, RAMP, 300, &kit_duty, CHECK_QUALITY, AC_BLOCKED_PROCESS, ERR_REFUSED, "may not jump" },
	{ device_down, SP, 300, &kit_duty, CHECK_HEALTH, AC_BLOCKED_HEALTH, ERR_REFUSED,
	    "D does not answer, its state is down" },
	{ selected, SP, 300, &kit_duty, CHECK_SELECTED, AC_ALREADY_SELECTED, ERR_REFUSED,
	    "relief has selected it for 400 kW" },
	{ under_way, SP, 300, &kit_duty, CHECK_SELECTED, AC_ALREADY_IN_EXECUTION, ERR_REFUSED,
	    "a command of relief for 400 kW" },
	{ nothing, SP, 1000.5, &kit_duty, CHECK_RANGE, AC_INCONSISTENT, ERR_REFUSED, "is outside of what may be set" },
	{ nothing, SP, -1, &kit_duty, CHECK_RANGE, AC_INCONSISTENT, ERR_REFUSED,
	    "0 kW to 1000 kW; it is not changed by itself" },
	{ nothing, SP, (double)NAN, &kit_duty, CHECK_RANGE, AC_INCONSISTENT, ERR_REFUSED, "no number" },
	{ nothing, SP, (double)INFINITY, &kit_duty, CHECK_RANGE, AC_INCONSISTENT, ERR_REFUSED, "no number" },
	{ nothing, HELD, 2, &kit_duty, CHECK_RANGE, AC_INVALID_POSITION, ERR_REFUSED,
	    "they are: open (0), closed (1)" },
	{ nothing, HELD, 0.5, &kit_duty, CHECK_RANGE, AC_INVALID_POSITION, ERR_REFUSED, "0.5 is none of its states" },
	{ nothing, PULSE, 0, &kit_duty, CHECK_RANGE, AC_INCONSISTENT, ERR_REFUSED, "a pulse and ends by itself" },
	{ there_already, TWO, 1, &kit_duty, CHECK_POSITION, AC_POSITION_REACHED, ERR_REFUSED,
	    "reports closed (1) already" },
	{ held_there, HELD, 1, &kit_duty, CHECK_POSITION, AC_POSITION_REACHED, ERR_REFUSED,
	    "already; nothing is to be done" },
	{ just_commanded, SP, 300, &kit_duty, CHECK_RATE, AC_STEP_LIMIT, ERR_REFUSED, "1m have to lie between two" },
};

static void
arrange(int i)
{
	kit_init(&k);
	kit_def(&k, SP)->output->needs = "D.IN";
	if (rows[i].check == CHECK_RATE)
		kit_def(&k, SP)->output->least_gap_us = 60 * US_PER_S;
	kit_boot(&k);
	rows[i].arrange();
	if (rows[i].arrange != selected && rows[i].arrange != under_way)
		kit_run(&k, 1100 * US_PER_MS);
}

START_TEST(each_check_refuses_with_its_reason)
{
	unsigned before;
	uint32_t dry, real;

	arrange(_i);
	before = k.sends[rows[_i].point];
	dry = kit_do(&k, STEP_CHECK, rows[_i].point, rows[_i].value, rows[_i].by);
	ck_assert_uint_eq(k.checks[rows[_i].check].verdict, CHECK_NOT_PASSED);
	ck_assert_uint_eq(k.checks[rows[_i].check].addcause, rows[_i].addcause);
	ck_assert_msg(
	    strstr(k.check_texts[rows[_i].check], rows[_i].words) != NULL, "%s", k.check_texts[rows[_i].check]);
	ck_assert_int_eq(kit_answer(&k, dry)->e, rows[_i].e);
	if (rows[_i].check != CHECK_POINT)
		ck_assert_uint_eq(
		    k.check_count, CHECK_COUNT); /* all are made, also behind the first that is not passed */

	real = kit_do(&k, STEP_OPERATE, rows[_i].point, rows[_i].value, rows[_i].by);
	ck_assert_int_eq(kit_answer(&k, real)->e, rows[_i].e);
	ck_assert_int_eq(kit_answer(&k, real)->addcause, rows[_i].addcause);
	ck_assert_msg(strstr(kit_answer(&k, real)->text, rows[_i].words) != NULL, "%s", kit_answer(&k, real)->text);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[rows[_i].point], before);
	ck_assert(strstr(k.last_entry[JOURNAL_COMMAND], "refused: ") != NULL);
	kit_done(&k);
}
END_TEST

START_TEST(every_check_has_a_row)
{
	/* CHECK_END has tests of its own below */
	for (int check = 0; check < CHECK_END; check++) {
		bool has = false;
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			has |= rows[i].check == (enum check)check;
		ck_assert_msg(has, "%s has no row", check_word((unsigned)check));
	}
}
END_TEST

/* ---- reason and end of an override */

static uint32_t
set_until(const char *reason, int64_t until)
{
	struct msg_command m = kit_message(&k, STEP_OPERATE, SP, 300);

	m.reason = reason;
	m.until = until;
	return kit_ask(&k, &m, &kit_duty);
}

START_TEST(an_override_has_a_reason_and_an_end_in_time)
{
	const struct {
		const char *reason;
		int64_t until_us; /* from now; 0 = not given */
		const char *words;
	} bad[] = {
		{ "", 0, "the reason is empty" },
		{ " \t\n", 0, "the reason is empty" },
		{ "x", -1, "would have ended already" },
		{ "x", OVERRIDE_MAX_US + US_PER_S, "longer than 8h from now" },
	};
	static char longest[COMMAND_REASON + 1];

	kit_start(&k);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t n = set_until(bad[i].reason, bad[i].until_us == 0 ? 0 : k.now.us + bad[i].until_us);
		ck_assert_int_eq(kit_answer(&k, n)->e, ERR_REFUSED);
		ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_INCONSISTENT);
		ck_assert_msg(strstr(kit_answer(&k, n)->text, bad[i].words) != NULL, "%s", kit_answer(&k, n)->text);
	}
	memset(longest, 'x', COMMAND_REASON);
	ck_assert(strstr(kit_answer(&k, set_until(longest, 0))->text, "too long") != NULL);
	ck_assert_uint_eq(k.entries[JOURNAL_OVERRIDE], 0);
	set_until("x", k.now.us + OVERRIDE_MAX_US);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	kit_done(&k);
}
END_TEST

START_TEST(the_site_file_may_shorten_the_longest)
{
	kit_init(&k);
	kit_def(&k, SP)->output->longest_us = 1800 * US_PER_S;
	kit_boot(&k);
	ck_assert(strstr(kit_answer(&k, set_until("x", k.now.us + 3600 * US_PER_S))->text, "longer than 30m") != NULL);
	set_until("x", 0); /* the default is cut to it */
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_told(&k, SP).until - kit_told(&k, SP).since, 1800 * US_PER_S);
	kit_done(&k);
}
END_TEST

START_TEST(a_wrong_clock_permits_no_given_end)
{
	kit_start(&k);
	k.now.us = 5 * US_PER_S; /* 1970 */
	ck_assert(strstr(kit_answer(&k, set_until("x", 60 * US_PER_S))->text, "clock of the server is wrong") != NULL);
	set_until("x", 0);
	kit_run(&k, 2 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	kit_run(&k, OVERRIDE_DEFAULT_US);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT); /* and it ends all the same */
	kit_done(&k);
}
END_TEST

/* ---- what warns and does not forbid */

START_TEST(a_caution_warns_and_permits)
{
	kit_start(&k);
	kit_tag(&k, SP, TAG_CAUTION, &kit_relief);
	kit_run(&k, 100 * US_PER_MS);
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	ck_assert_uint_eq(k.checks[CHECK_TAG].verdict, CHECK_WARNS);
	ck_assert(strstr(k.check_texts[CHECK_TAG], "hands in it") != NULL);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	kit_done(&k);
}
END_TEST

START_TEST(protection_and_anothers_override_warn)
{
	kit_start(&k);
	k.device[HI] = 250;
	kit_run(&k, 1100 * US_PER_MS);
	kit_do(&k, STEP_CHECK, RAMP, 300, &kit_duty);
	ck_assert_uint_eq(k.checks[CHECK_RANGE].verdict, CHECK_WARNS);
	ck_assert_msg(strstr(k.check_texts[CHECK_RANGE], "250 kW now: at most 250 kW: the busbar") != NULL, "%s",
	    k.check_texts[CHECK_RANGE]);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_relief);
	kit_run(&k, 3 * US_PER_S);
	kit_do(&k, STEP_CHECK, SP, 400, &kit_duty);
	ck_assert_uint_eq(k.checks[CHECK_SELECTED].verdict, CHECK_WARNS);
	ck_assert(strstr(k.check_texts[CHECK_SELECTED], "override of relief: 300 kW") != NULL);
	kit_done(&k);
}
END_TEST

START_TEST(a_viewer_may_ask_what_would_be)
{
	kit_start(&k);
	uint32_t n = kit_do(&k, STEP_CHECK, SP, 300, &kit_guest);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_DENIED);
	ck_assert_uint_eq(k.checks[CHECK_RANGE].verdict, CHECK_PASSED);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 0); /* a question is no act */
	kit_done(&k);
}
END_TEST

START_TEST(refusals_do_not_fill_the_journal)
{
	kit_start(&k);
	for (int i = 0; i < 100; i++)
		kit_do(&k, STEP_OPERATE, SP, 5000, &kit_duty);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 30);
	kit_run(&k, 61 * US_PER_S);
	kit_do(&k, STEP_OPERATE, SP, 5000, &kit_duty);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 31);
	kit_done(&k);
}
END_TEST

START_TEST(hostile_words_are_inert)
{
	kit_start(&k);
	struct msg_command m = kit_message(&k, STEP_OPERATE, SP, 300);
	m.reason = "\x1b[2Jgone\nand \xe2\x80\xae back";
	kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert(strchr(kit_told(&k, SP).reason, '\x1b') == NULL);
	ck_assert(strchr(kit_told(&k, SP).reason, '\n') == NULL);
	ck_assert(strstr(kit_told(&k, SP).reason, "\xe2\x80\xae") == NULL);
	m.point = "D.\x1b[31mX";
	uint32_t n = kit_ask(&k, &m, &kit_duty);
	ck_assert(strchr(kit_answer(&k, n)->text, '\x1b') == NULL);
	kit_done(&k);
}
END_TEST

/* clang-format off */
T_MAIN("control_check",
	T_LOOP(each_check_refuses_with_its_reason, 0, (int)ARRAY_LEN(rows))
	T(every_check_has_a_row)
	T(an_override_has_a_reason_and_an_end_in_time)
	T(the_site_file_may_shorten_the_longest)
	T(a_wrong_clock_permits_no_given_end)
	T(a_caution_warns_and_permits)
	T(protection_and_anothers_override_warn)
	T(a_viewer_may_ask_what_would_be)
	T(refusals_do_not_fill_the_journal)
	T(hostile_words_are_inert))
/* clang-format on */
