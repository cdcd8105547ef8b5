/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_acts_alarm.c - acts of persons on alarms, from the request to its one answer: who may, two at once, two persons, tokens, a store that
 * hangs or refuses.
 */
#include "config.h"

#include <inttypes.h>

#include "tests/unit/t.h"

#include "tests/unit/acting_kit.h"

static const struct made tanks = { .devices = 4, .levels = 3 };

static void
setup(void)
{
	start(&tanks);
	feed("D0.L0", 95); /* H and HH */
	feed("D0.L1", 85);
	feed("D1.L1", 85);
	turn();
	w.line_count = 0;
}

static void
answered(enum err e, const char *words)
{
	ck_assert_msg(last_answer()->e == e, "%s: %s", err_text(last_answer()->e), last_answer()->text);
	ck_assert_msg(strstr(last_answer()->text, words) != NULL, "%s", last_answer()->text);
}

START_TEST(an_acknowledgement_is_recorded_with_the_state_before_it_is_answered)
{
	const struct line *l;

	w.mode = STORE_HANGS;
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	STATE_IS("D0.L1.H", ACKED); /* at once */
	ck_assert_uint_eq(w.answer_count, 0);
	w.mode = STORE_ANSWERS;
	turn();
	ck_assert_uint_eq(w.answer_count, 1);
	answered(OK, "D0.L1.H: ack");
	ck_assert(strstr(last_answer()->text, "recorded as entry") == last_answer()->text);
	ck_assert_uint_eq(last_answer()->detail, 0);
	ck_assert_uint_eq(last_answer()->sequence, 17);
	ck_assert_ptr_eq(last_answer()->asker, &console_a);
	ck_assert_uint_eq(w.line_count, 1);
	l = find_line("D0.L1.H P3 #");
	ck_assert(l != NULL && strstr(l->text, "ACK") != NULL && l->is_act);
	ck_assert_uint_eq(l->kind, JOURNAL_ACK);
	ck_assert_str_eq(l->user, "duty_a");
	ck_assert_str_eq(l->before, "UNACK");
	ck_assert_str_eq(l->after, "ACKED");
	ck_assert_str_eq(l->point, "D0.L1");
	ck_assert(kept(STATE_ALARM, "D0.L1.H") != NULL);
}
END_TEST

START_TEST(of_two_at_once_the_second_is_told_the_name_of_the_first)
{
	w.mode = STORE_HANGS;
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	do_act(&bert, act_on(ALARM_ACT_ACK), "D0.L1.H");
	ck_assert_uint_eq(w.answer_count, 1);
	ck_assert_ptr_eq(last_answer()->asker, &console_b);
	answered(ERR_REFUSED, "duty_a");
	ck_assert_int_eq(last_answer()->addcause, AC_POSITION_REACHED);
	w.mode = STORE_ANSWERS;
	turn();
	ck_assert_ptr_eq(last_answer()->asker, &console_a);
	answered(OK, "ack");
	ck_assert_uint_eq(count_lines("ACK"), 1);
}
END_TEST

START_TEST(role_area_and_name_are_judged_before_anything_is_done)
{
	struct actor viewer = duty_a, south = duty_a;

	viewer.role = ROLE_VIEWER;
	do_act(&viewer, act_on(ALARM_ACT_ACK), "D0.L1.H");
	answered(ERR_DENIED, "ack takes the role operator; yours is viewer");
	ck_assert_int_eq(last_answer()->addcause, AC_NO_AUTHORITY);
	do_act(&duty_a, act_on(ALARM_ACT_OOS), "D0.L1.H");
	answered(ERR_DENIED, "oos takes the role supervisor");
	do_act(&chief, act_on(ALARM_ACT_LIMIT), "D0.L1.H");
	answered(ERR_DENIED, "limit takes the role engineer");
	south.areas = "south east";
	do_act(&south, act_on(ALARM_ACT_ACK), "D1.L1.H D0.L1.H");
	answered(ERR_DENIED, "D0.L1.H is of area north, which is not yours (south east)");
	STATE_IS("D1.L1.H", UNACK); /* nothing at all */
	do_act(&south, act_on(ALARM_ACT_ACK), "D1.L1.H");
	turn();
	answered(OK, "ack");
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H D9.XX.H");
	answered(ERR_NOT_FOUND, "there is no alarm D9.XX.H");
	STATE_IS("D0.L1.H", UNACK);
	do_act(&duty_a, act_on((enum alarm_act)ALARM_ACT_COUNT), "D0.L1.H");
	answered(ERR_USAGE, "no such act");
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "");
	answered(ERR_USAGE, "no alarm is named");
	ck_assert(find_line("refused: ack takes the role operator") != NULL);
}
END_TEST

START_TEST(of_several_alarms_each_that_is_refused_is_told_and_the_others_are_done)
{
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L0.H D0.L2.H D1.L1.H");
	turn();
	answered(ERR_REFUSED, "the others were done");
	answered(ERR_REFUSED, "D0.L2.H: it is normal; there is nothing to acknowledge");
	STATE_IS("D0.L0.H", ACKED);
	STATE_IS("D1.L1.H", ACKED);
	STATE_IS("D0.L2.H", NORM);
	ck_assert_uint_eq(count_lines("ACK"), 2);
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L0.HH D0.L1.H");
	turn();
	answered(OK, "ack: 2 alarms");
}
END_TEST

static void
ask_shelve(uint64_t token)
{
	struct msg_alarm_act m = act_on(ALARM_ACT_SHELVE);

	m.token = token;
	m.until = T0 + S(300); /* the same request, whenever it is sent */
	do_act(&duty_a, m, "D0.L0.HH");
}

START_TEST(each_refusal_names_its_alarm_once)
{
	struct msg_alarm_act m = act_on(ALARM_ACT_RESET);
	struct made fewer = { .devices = 4, .levels = 3, .first = "OTHER" };

	do_act(&duty_a, m, "D0.L1.H D0.L2.H");
	turn();
	ck_assert_str_eq(last_answer()->text,
	    "D0.L1.H: it does not latch; it goes by itself when its condition is gone; "
	    "D0.L2.H: it is normal; there is nothing to reset");
	do_act(&duty_a, m, "D0.L2.H"); /* one alone too: the journal's line is read without the page */
	turn();
	ck_assert_str_eq(last_answer()->text, "D0.L2.H: it is normal; there is nothing to reset");
	ck_assert(find_line("refused: D0.L2.H: it is normal") != NULL);
	ask_shelve(0);
	take_site(&fewer);
	devices_are(DEVICE_UP);
	turn();
	approve(&bert, true, "");
	turn();
	ck_assert(find_line("refused: there is no alarm D0.L0.HH any more") != NULL);
	ck_assert(find_line("D0.L0.HH: there is no alarm") == NULL);
}
END_TEST

START_TEST(refusals_that_have_no_room_are_counted)
{
	struct made many = { .devices = 40, .levels = 30 };
	static char names[40 * 30 * 12];
	unsigned more;
	const char *at;

	stop();
	start(&many);
	for (unsigned i = 0; i < 900; i++)
		str_printf(names + strlen(names), 12, "D%u.L%u.H ", i / 30, i % 30);
	do_act(&duty_a, act_on(ALARM_ACT_ACK), names);
	turn();
	answered(ERR_REFUSED, " more");
	at = strstr(last_answer()->text, "; and ");
	ck_assert(at != NULL && sscanf(at, "; and %u more", &more) == 1);
	ck_assert_uint_gt(more, 800);
	ck_assert_uint_lt(more, 900);
	for (unsigned i = 0; i < 200; i++)
		str_printf(names + strlen(names), 12, "D%u.L%u.H ", i / 30, i % 30);
	do_act(&duty_a, act_on(ALARM_ACT_ACK), names);
	answered(ERR_REFUSED, "more than 1000 alarms");
}
END_TEST

START_TEST(shelving_asks_for_a_reason_and_an_end_that_is_allowed)
{
	struct msg_alarm_act m = act_on(ALARM_ACT_SHELVE);

	m.reason = "";
	m.until = now().us + S(600);
	do_act(&duty_a, m, "D0.L1.H");
	answered(ERR_REFUSED, "reason");
	m.reason = "the transmitter is calibrated";
	m.until = now().us - 1;
	do_act(&duty_a, m, "D0.L1.H");
	answered(ERR_REFUSED, "past");
	STATE_IS("D0.L1.H", UNACK);
	m.until = now().us + S(600);
	do_act(&duty_a, m, "D0.L1.H");
	turn();
	answered(OK, "shelve");
	STATE_IS("D0.L1.H", SHLVD);
	do_act(&bert, m, "D0.L1.H");
	answered(ERR_REFUSED, "duty_a");
	pass(S(601));
	STATE_IS("D0.L1.H", UNACK); /* still there: announced again */
}
END_TEST

/* ---- two persons */

START_TEST(the_first_priority_is_shelved_by_two)
{
	const struct line *l;
	char number[48];

	ask_shelve(0);
	answered(OK, "two persons: nothing is done yet");
	str_printf(number, sizeof(number), "(approval %" PRIu64 ")", w.approval.approval);
	answered(OK, number); /* by which who asked knows the decision */
	ck_assert_uint_eq(last_answer()->detail, RESULT_NEEDS_SECOND);
	STATE_IS("D0.L0.HH", UNACK);
	ck_assert_uint_eq(w.approval.state, APPROVAL_PENDING);
	approve(&duty_a, true, "");
	answered(ERR_DENIED, "another person has to approve");
	approve(&bert, true, "");
	answered(OK, "approved");
	turn();
	STATE_IS("D0.L0.HH", SHLVD);
	ck_assert_uint_eq(w.approval.state, APPROVAL_YES);
	ck_assert_str_eq(w.approved_by, "bert");
	ck_assert_str_eq(w.outcome, ""); /* done */
	l = find_line("SHELVE");
	ck_assert(l != NULL && strstr(l->after, "approved by bert") != NULL);
	ck_assert_str_eq(l->user, "duty_a");
	ck_assert(find_line("EMERGENCY") == NULL);
}
END_TEST

START_TEST(a_second_person_may_say_no)
{
	ask_shelve(0);
	approve(&bert, false, "look at it first");
	turn();
	STATE_IS("D0.L0.HH", UNACK);
	ck_assert(find_line("shelve was not done: bert said no: look at it first") != NULL);
	ck_assert_uint_eq(w.approval.state, APPROVAL_NO);
	ck_assert_str_eq(w.approved_by, "bert");
	ck_assert_str_eq(w.outcome, "look at it first");
}
END_TEST

START_TEST(nobody_in_time_is_no)
{
	ask_shelve(0);
	pass(APPROVAL_US + S(1));
	STATE_IS("D0.L0.HH", UNACK);
	ck_assert(find_line("no second person said yes in time") != NULL);
	ck_assert_uint_eq(w.approval.state, APPROVAL_EXPIRED);
	ck_assert_str_eq(w.approved_by, "");
	ck_assert_str_eq(w.outcome, "nobody answered within 120 s");
}
END_TEST

START_TEST(one_alone_declares_an_emergency_which_is_an_alarm_until_somebody_confirms_it)
{
	struct msg_alarm_act m = act_on(ALARM_ACT_SHELVE);

	m.is_emergency = 1;
	do_act(&duty_a, m, "D0.L0.HH");
	turn();
	answered(OK, "shelve");
	STATE_IS("D0.L0.HH", SHLVD);
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	ck_assert_uint_eq(count_lines("CHISAN.EMERGENCY P2"), 1); /* told once */
	pass(S(3600));
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	do_act(&chief, act_on(ALARM_ACT_ACK), "CHISAN.EMERGENCY");
	turn();
	STATE_IS("CHISAN.EMERGENCY", NORM);
	/* what is not so grave is no emergency, though it is declared as one */
	do_act(&duty_a, m, "D0.L1.H");
	turn();
	STATE_IS("CHISAN.EMERGENCY", NORM);
}
END_TEST

START_TEST(an_emergency_over_many_alarms_is_announced_once_and_each_is_journalled)
{
	struct made many = { .devices = 8, .levels = 2 };
	struct msg_alarm_act m = act_on(ALARM_ACT_SHELVE);

	stop();
	start(&many);
	feed_all(95);
	turn();
	w.line_count = 0;
	m.is_emergency = 1;
	do_act(&duty_a, m, "D0.L0.HH D1.L0.HH D2.L0.HH D3.L0.HH D4.L0.HH D5.L0.HH D0.L1.H");
	turn();
	answered(OK, "shelve: 7 alarms");
	ck_assert_uint_eq(count_lines("CHISAN.EMERGENCY P2"), 1);
	ck_assert(
	    find_line("duty_a did alone: shelve of 6 alarms: D0.L0.HH, D1.L0.HH, D2.L0.HH, D3.L0.HH and 2 more") !=
	    NULL);
	ck_assert_uint_eq(count_lines("SHELVE: "), 7);
	ck_assert_uint_eq(
	    count_lines(", alone, in a declared emergency: "), 6); /* each by itself; one takes one person */
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	/* another act before the first is confirmed is announced again, and again once */
	do_act(&bert, m, "D6.L0.HH D7.L0.HH");
	turn();
	ck_assert(find_line("bert did alone: shelve of 2 alarms: D6.L0.HH, D7.L0.HH") != NULL);
	ck_assert_uint_eq(count_lines(" RAISE: bert did alone"), 1);
	ck_assert_uint_eq(count_lines("CHISAN.EMERGENCY P2"), 3); /* raised, ended by the second, raised */
}
END_TEST

START_TEST(who_asked_may_leave_and_the_site_may_change_while_a_second_person_thinks)
{
	ask_shelve(0);
	acts_forget(w.acts, &console_a);
	hand_forget(w.hand, &console_a, now(), mono());
	ck_assert_uint_eq(
	    w.approval.state, APPROVAL_PENDING); /* a command of the shell is gone long before anybody answers */
	take_site(&tanks);
	devices_are(DEVICE_UP);
	turn();
	approve(&bert, true, "");
	turn();
	STATE_IS("D0.L0.HH", SHLVD);
	ask_shelve(0);
	acts_forget(w.acts, &console_a);
	ask_shelve(0);
}
END_TEST

START_TEST(an_alarm_that_is_gone_when_the_second_person_says_yes_is_told)
{
	struct made fewer = { .devices = 4, .levels = 3, .first = "OTHER" };

	ask_shelve(0);
	take_site(&fewer);
	devices_are(DEVICE_UP);
	turn();
	approve(&bert, true, "");
	turn();
	ck_assert(find_line("refused: there is no alarm D0.L0.HH any more") != NULL);
	ck_assert_uint_eq(w.approval.state, APPROVAL_YES); /* said yes, and not done */
	ck_assert_str_eq(w.outcome, "there is no alarm D0.L0.HH any more");
}
END_TEST

START_TEST(what_waits_for_a_second_person_keeps_nobody_from_acting)
{
	unsigned asked = 0;

	for (unsigned i = 0; i < 70; i++) {
		struct msg_alarm_act m = act_on(ALARM_ACT_SHELVE);
		char reason[32];

		w.answer_count = 0;
		str_printf(reason, sizeof(reason), "number %u", i);
		m.reason = reason;
		do_act(&duty_a, m, "D0.L0.HH");
		asked += last_answer()->e == OK;
	}
	ck_assert_uint_eq(asked, 64);
	answered(ERR_BUSY, "wait for a second person");
	do_act(&bert, act_on(ALARM_ACT_ACK), "D0.L1.H");
	turn();
	answered(OK, "ack");
	pass(APPROVAL_US + S(1));
	w.answer_count = 0;
	ask_shelve(0);
	answered(OK, "nothing is done yet");
}
END_TEST

START_TEST(alarms_of_two_areas_have_no_one_second_person)
{
	feed("D1.L0", 95);
	turn();
	do_act(&duty_a, act_on(ALARM_ACT_SHELVE), "D0.L0.HH D1.L0.HH");
	answered(ERR_REFUSED, "several areas");
}
END_TEST

/* ---- tokens */

START_TEST(a_token_that_comes_again_gets_the_first_outcome)
{
	struct msg_alarm_act m = act_on(ALARM_ACT_ACK);
	char first[200];

	m.token = 4711;
	w.mode = STORE_HANGS;
	do_act(&duty_a, m, "D0.L1.H");
	do_act(&duty_a, m, "D0.L1.H"); /* still under way: it waits with it */
	ck_assert_uint_eq(w.answer_count, 0);
	w.mode = STORE_ANSWERS;
	turn();
	ck_assert_uint_eq(w.answer_count, 2);
	str_copy(first, sizeof(first), last_answer()->text);
	do_act(&duty_a, m, "D0.L1.H");
	ck_assert_uint_eq(w.answer_count, 3);
	ck_assert_str_eq(last_answer()->text, first);
	ck_assert_uint_eq(count_lines("ACK"), 1);
	ck_assert_uint_eq(w.lines[0].token, 4711);
	do_act(&duty_a, m, "D0.L0.H"); /* another act */
	answered(ERR_REFUSED, "its token is that of another act");
	STATE_IS("D0.L0.H", UNACK);
}
END_TEST

START_TEST(sent_again_while_it_waits_for_a_second_person_it_is_told_so_at_once)
{
	ask_shelve(815);
	ask_shelve(815);
	ck_assert_uint_eq(w.answer_count, 2);
	answered(OK, "nothing is done yet");
	ck_assert_uint_eq(last_answer()->detail, RESULT_NEEDS_SECOND);
	approve(&bert, true, "");
	turn();
	ask_shelve(815);
	answered(OK, "shelve");
	ck_assert_uint_eq(count_lines("SHELVE"), 1);
}
END_TEST

/* ---- the store */

START_TEST(a_store_that_hangs_is_waited_for_two_tenths_of_a_second)
{
	w.mode = STORE_HANGS;
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L0.H D0.L1.H");
	pass(LOGBOOK_ACT_US - 2 * US_PER_MS);
	ck_assert_uint_eq(w.answer_count, 0);
	pass(3 * US_PER_MS);
	ck_assert_uint_eq(w.answer_count, 1);
	answered(OK, "not yet recorded: ack: 2 alarms");
	ck_assert_uint_eq(last_answer()->detail, RESULT_NOT_RECORDED);
	ck_assert_uint_eq(logbook_waiting(w.book), 2);
	w.mode = STORE_ANSWERS;
	turn();
	ck_assert_uint_eq(logbook_waiting(w.book), 0);
	ck_assert_uint_eq(w.answer_count, 1); /* one answer */
}
END_TEST

START_TEST(without_a_store_operators_act)
{
	w.mode = STORE_AWAY;
	logbook_down(w.book, false, mono());
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	turn();
	answered(OK, "not yet recorded");
	STATE_IS("D0.L1.H", ACKED);
	w.mode = STORE_ANSWERS;
	logbook_ready(w.book);
	turn();
	ck_assert(find_line("D0.L1.H P3") != NULL);
	ck_assert(kept(STATE_ALARM, "D0.L1.H") != NULL);
}
END_TEST

START_TEST(an_entry_that_the_journal_refuses_does_not_undo_the_act_and_is_told)
{
	w.mode = STORE_REFUSES;
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	turn();
	answered(ERR_FAILED, "it is done, but the journal refuses its entry: the journal is closed");
	ck_assert_uint_eq(last_answer()->detail, RESULT_NOT_RECORDED);
	STATE_IS("D0.L1.H", ACKED);
}
END_TEST

/* ---- dry runs, silence, limits */

START_TEST(a_dry_run_does_nothing)
{
	struct msg_alarm_act m = act_on(ALARM_ACT_ACK);
	struct msg_horn horn;

	m.is_dry = 1;
	do_act(&duty_a, m, "D0.L1.H");
	answered(OK, "D0.L1.H: ack would be done");
	STATE_IS("D0.L1.H", UNACK);
	do_act(&duty_a, m, "D0.L2.H");
	answered(ERR_REFUSED, "");
	m.act = ALARM_ACT_SHELVE;
	m.reason = "because of a test";
	do_act(&duty_a, m, "D0.L0.HH");
	answered(OK, "shelve would be done when a second person says yes");
	m.act = ALARM_ACT_SILENCE;
	do_act(&duty_a, m, "");
	answered(OK, "silence would be done");
	alarms_tell_horn(alarming_engine(w.alarming), &horn);
	ck_assert_uint_eq(horn.priority, 1); /* it still sounds */
	turn();
	ck_assert_uint_eq(w.line_count, 0);
}
END_TEST

START_TEST(silence_is_recorded_and_the_second_is_told_who_was_first)
{
	const struct line *l;
	struct msg_horn horn;

	do_act(&duty_a, act_on(ALARM_ACT_SILENCE), "");
	turn();
	answered(OK, "silenced");
	alarms_tell_horn(alarming_engine(w.alarming), &horn);
	ck_assert_uint_eq(horn.priority, 0);
	STATE_IS("D0.L0.HH", UNACK);
	l = find_line("silenced");
	ck_assert(l != NULL && strcmp(l->user, "duty_a") == 0 && l->kind == JOURNAL_ACK);
	do_act(&bert, act_on(ALARM_ACT_SILENCE), "");
	answered(ERR_REFUSED, "duty_a");
}
END_TEST

START_TEST(a_limit_is_of_one_alarm_and_is_saved)
{
	struct actor engineer = chief;
	struct msg_alarm_act m = act_on(ALARM_ACT_LIMIT);

	engineer.role = ROLE_ENGINEER;
	m.limit = 88;
	do_act(&engineer, m, "D0.L1.H D0.L2.H");
	answered(ERR_USAGE, "one alarm");
	do_act(&engineer, m, "D0.L1.H");
	turn();
	answered(OK, "limit");
	ck_assert(kept(STATE_LIMIT, "D0.L1.H") != NULL);
	ck_assert_uint_gt(w.frames[W_ALARM_LIMIT], 0);
	STATE_IS("D0.L1.H", RTNUN); /* 85 is below it */
	m.limit = (double)NAN;
	do_act(&engineer, m, "D0.L1.H");
	turn();
	ck_assert(kept(STATE_LIMIT, "D0.L1.H") == NULL);
	STATE_IS("D0.L1.H", UNACK);
}
END_TEST

START_TEST(nothing_is_acted_on_before_alarms_begin)
{
	stop();
	memset(&w, 0, sizeof(w));
	w.field = OK;
	start_parts(&tanks);
	logbook_ready(w.book);
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	answered(ERR_REFUSED, "only just started");
	alarming_site(w.alarming, NULL, 0, now(), mono());
	do_act(&duty_a, act_on(ALARM_ACT_ACK), "D0.L1.H");
	answered(ERR_BUSY, "before the site is read");
}
END_TEST

T_MAIN("acts_alarm",
    T_FIXTURE(setup, stop) T(an_acknowledgement_is_recorded_with_the_state_before_it_is_answered) T(
        of_two_at_once_the_second_is_told_the_name_of_the_first)
        T(role_area_and_name_are_judged_before_anything_is_done) T(
            of_several_alarms_each_that_is_refused_is_told_and_the_others_are_done) T(each_refusal_names_its_alarm_once)
            T(refusals_that_have_no_room_are_counted) T(shelving_asks_for_a_reason_and_an_end_that_is_allowed)
                T(the_first_priority_is_shelved_by_two) T(a_second_person_may_say_no) T(nobody_in_time_is_no)
                    T(one_alone_declares_an_emergency_which_is_an_alarm_until_somebody_confirms_it)
                        T(an_emergency_over_many_alarms_is_announced_once_and_each_is_journalled)
                            T(who_asked_may_leave_and_the_site_may_change_while_a_second_person_thinks)
                                T(an_alarm_that_is_gone_when_the_second_person_says_yes_is_told)
                                    T(what_waits_for_a_second_person_keeps_nobody_from_acting)
                                        T(alarms_of_two_areas_have_no_one_second_person) T(
                                            a_token_that_comes_again_gets_the_first_outcome)
                                            T(sent_again_while_it_waits_for_a_second_person_it_is_told_so_at_once) T(
                                                a_store_that_hangs_is_waited_for_two_tenths_of_a_second)
                                                T(without_a_store_operators_act) T(
                                                    an_entry_that_the_journal_refuses_does_not_undo_the_act_and_is_told)
                                                    T(a_dry_run_does_nothing)
                                                        T(silence_is_recorded_and_the_second_is_told_who_was_first)
                                                            T(a_limit_is_of_one_alarm_and_is_saved)
                                                                T(nothing_is_acted_on_before_alarms_begin))
