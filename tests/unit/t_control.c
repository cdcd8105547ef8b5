/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_control.c - the way of a setpoint and of a switching command through the door, from the request to its truthful end.
 */
#include "config.h"

#include "t.h"

#include "control_kit.h"
#include "scada/control/control_private.h"

static struct kit k;

START_TEST(an_override_goes_its_whole_way)
{
	kit_start(&k);
	uint32_t dry = kit_do(&k, STEP_CHECK, SP, 300, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, dry)->e, OK);
	ck_assert_uint_eq(k.check_count, CHECK_COUNT);
	ck_assert_uint_eq(k.sends[SP], 0);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 0);

	uint32_t set = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 1);
	ck_assert_uint_eq(k.sends[SP], 0); /* not before the journal has it */
	kit_step(&k, 10 * US_PER_MS);
	ck_assert_uint_eq(k.sends[SP], 1);
	ck_assert_uint_eq(kit_answer(&k, set)->count, 0); /* accepted is not done */
	kit_run(&k, 3 * US_PER_S);
	ck_assert_msg(kit_answer(&k, set)->e == OK, "%s", kit_answer(&k, set)->text);
	ck_assert_uint_eq(kit_answer(&k, set)->detail, 0);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_uint_eq(k.entries[JOURNAL_OUTCOME], 1);
	ck_assert_uint_eq(k.entries[JOURNAL_OVERRIDE], 1);

	struct msg_output o = kit_told(&k, SP);
	ck_assert_uint_eq(o.slot, SLOT_OPERATOR);
	ck_assert_double_eq(o.slot_operator, 300);
	ck_assert_str_eq(o.user, "duty");
	ck_assert_str_eq(o.reason, "a test");
	ck_assert_int_le(o.until - o.since, OVERRIDE_DEFAULT_US);

	uint32_t off = kit_do(&k, STEP_RELEASE, SP, (double)NAN, &kit_relief);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, off)->e, OK);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert_uint_eq(k.entries[JOURNAL_OVERRIDE], 2);
	ck_assert_uint_eq(k.state_count, 0);
	kit_done(&k);
}
END_TEST

START_TEST(an_override_ends_by_itself_after_a_warning)
{
	kit_start(&k);
	struct msg_command m = kit_message(&k, STEP_OPERATE, SP, 300);
	m.until = k.now.us + 10 * 60 * US_PER_S;
	kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).flags & OUTPUT_ENDS_SOON, 0);
	kit_run(&k, 8 * 60 * US_PER_S); /* a fifth of it is two minutes */
	ck_assert_uint_ne(kit_told(&k, SP).flags & OUTPUT_ENDS_SOON, 0);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_OPERATOR);
	kit_run(&k, 2 * 60 * US_PER_S);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert_str_eq(k.last_entry[JOURNAL_OVERRIDE], "the end of the override has come");
	ck_assert_uint_eq(k.state_count, 0);
	kit_done(&k);
}
END_TEST

START_TEST(an_override_survives_a_restart_and_is_asserted)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	int64_t until = kit_told(&k, SP).until;
	k.device[SP] = 0; /* it lost it meanwhile */
	kit_kill(&k, 60 * US_PER_S);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	ck_assert_int_eq(kit_told(&k, SP).until, until);
	ck_assert_str_eq(kit_told(&k, SP).user, "duty");
	ck_assert_double_eq(k.device[SP], 300);
	kit_kill(&k, OVERRIDE_DEFAULT_US); /* it ended while nobody looked */
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert_uint_eq(k.state_count, 0);
	kit_done(&k);
}
END_TEST

/* ---- the table of states */

START_TEST(ends_are_ends_and_all_else_goes_on)
{
	for (unsigned s = 0; s < COMMAND_STATE_COUNT; s++) {
		unsigned ways = 0;
		for (unsigned e = 0; e < EVENT_COUNT; e++)
			ways += command_next((enum command_state)s, (enum command_event)e) != COMMAND_STATE_COUNT;
		ck_assert_msg((ways == 0) == command_state_is_end(s), "%s has %u ways on", command_state_word(s), ways);
	}
}
END_TEST

/* Which states can be reached from which? */
static bool
leads_to(enum command_state from, enum command_state to, unsigned depth)
{
	for (unsigned e = 0; e < EVENT_COUNT && depth > 0; e++) {
		enum command_state next = command_next(from, (enum command_event)e);
		if (next != COMMAND_STATE_COUNT && next != from && (next == to || leads_to(next, to, depth - 1)))
			return true;
	}
	return false;
}

START_TEST(what_was_sent_is_never_called_unsent)
{
	static const enum command_state unsent[] = { COMMAND_REFUSED, COMMAND_CANCELLED, COMMAND_EXPIRED,
		COMMAND_JOURNAL, COMMAND_SELECTED, COMMAND_APPROVAL };

	for (size_t i = 0; i < ARRAY_LEN(unsent); i++) {
		ck_assert(!leads_to(COMMAND_SENT, unsent[i], 4));
		ck_assert(!leads_to(COMMAND_WAITING, unsent[i], 4));
	}
	for (unsigned s = 0; s < COMMAND_STATE_COUNT; s++) /* nothing is sent that the journal was not asked about */
		for (unsigned e = 0; e < EVENT_COUNT; e++)
			if (command_next((enum command_state)s, (enum command_event)e) == COMMAND_SENT)
				ck_assert(s == COMMAND_JOURNAL || s == COMMAND_SENT || s == COMMAND_WAITING);
	for (unsigned s = 0; s < COMMAND_STATE_COUNT; s++) /* done only by what the device reports */
		for (unsigned e = 0; e < EVENT_COUNT; e++)
			if (command_next((enum command_state)s, (enum command_event)e) == COMMAND_DONE)
				ck_assert_uint_eq(e, EVENT_REPORTED);
	ck_assert(leads_to(COMMAND_APPROVAL, COMMAND_DONE, 6));
}
END_TEST

/* ---- select, then execute */

START_TEST(a_switch_is_selected_then_executed)
{
	kit_start(&k);
	uint32_t select = kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, select)->e, OK);
	ck_assert_uint_ne(kit_told(&k, CMD).flags & OUTPUT_SELECTED, 0);
	ck_assert_str_eq(kit_told(&k, CMD).selected_by, "duty");
	kit_run(&k, 5 * US_PER_S);
	ck_assert_uint_eq(k.sends[CMD], 0);
	uint32_t operate = kit_execute(&k, CMD, 1, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_msg(kit_answer(&k, operate)->e == OK, "%s", kit_answer(&k, operate)->text);
	ck_assert_uint_eq(k.sends[CMD], 1);
	ck_assert_double_eq(k.device[POS], 1);
	ck_assert_uint_eq(kit_told(&k, CMD).slot, SLOT_COUNT); /* a command holds nothing */
	ck_assert_uint_eq(kit_told(&k, CMD).flags, 0);
	ck_assert_uint_eq(k.entries[JOURNAL_OVERRIDE], 0);
	ck_assert(strstr(k.last_entry[JOURNAL_OUTCOME], "done") != NULL);
	ck_assert_uint_eq(k.state_count, 0);
	kit_done(&k);
}
END_TEST

START_TEST(what_has_to_be_selected_is_not_operated_directly)
{
	kit_start(&k);
	uint32_t n = kit_do(&k, STEP_OPERATE, CMD, 1, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_REFUSED);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_NOT_SELECTED);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[CMD], 0);
	kit_done(&k);
}
END_TEST

/* Each differs from what was selected by one thing; the selection stands, so that the person may try again. */
START_TEST(an_execution_is_of_what_was_selected)
{
	struct msg_command m;
	uint32_t n;

	kit_start(&k);
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	uint64_t id = k.last_command;
	m = kit_message(&k, STEP_OPERATE, CMD, 0);
	m.command = id;
	n = kit_ask(&k, &m, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_INCONSISTENT);
	ck_assert(strstr(kit_answer(&k, n)->text, "closed (1) was selected, not open (0)") != NULL);
	m.value = 1;
	m.typed = "D.CMd";
	n = kit_ask(&k, &m, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_INCONSISTENT);
	ck_assert(strstr(kit_answer(&k, n)->text, "typed exactly") != NULL);
	m.typed = "D.CMD";
	m.point = "D.TWO";
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &kit_duty))->addcause, AC_INCONSISTENT);
	m.point = "D.CMD";
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &kit_relief))->addcause, AC_LOCKED_BY_OTHER);
	struct actor other = kit_duty; /* the same person at another terminal */
	other.session = &kit_sessions[6];
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &other))->addcause, AC_LOCKED_BY_OTHER);
	m.command = id + 1000;
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &kit_duty))->addcause, AC_NOT_SELECTED);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[CMD], 0);
	m.command = id;
	n = kit_ask(&k, &m, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &kit_duty))->addcause, AC_ALREADY_IN_EXECUTION);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(k.sends[CMD], 1);
	kit_done(&k);
}
END_TEST

START_TEST(a_selection_is_checked_again_when_it_is_executed)
{
	kit_start(&k);
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	k.device[LOCK] = 0;
	kit_run(&k, 1100 * US_PER_MS);
	uint32_t n = kit_execute(&k, CMD, 1, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_BLOCKED_INTERLOCKING);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_REFUSED);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[CMD], 0);
	kit_done(&k);
}
END_TEST

START_TEST(a_selection_runs_out_or_is_cancelled)
{
	kit_start(&k);
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	uint64_t id = k.last_command;
	kit_run(&k, SELECT_US - US_PER_S);
	ck_assert_uint_eq(kit_command(&k, id)->state, COMMAND_SELECTED);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(kit_command(&k, id)->state, COMMAND_EXPIRED);
	uint32_t late = kit_execute(&k, CMD, 1, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, late)->addcause, AC_NOT_SELECTED);

	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	id = k.last_command;
	uint32_t no = kit_do(&k, STEP_CANCEL, CMD, 1, &kit_relief); /* not hers */
	ck_assert_int_eq(kit_answer(&k, no)->e, ERR_DENIED);
	uint32_t yes = kit_do(&k, STEP_CANCEL, CMD, 1, &kit_keeper); /* a supervisor's */
	ck_assert_int_eq(kit_answer(&k, yes)->e, OK);
	ck_assert_uint_eq(kit_command(&k, id)->state, COMMAND_CANCELLED);

	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	id = k.last_command;
	control_forget(k.c, kit_duty.session, k.now, k.mono);
	ck_assert_uint_eq(kit_command(&k, id)->state, COMMAND_CANCELLED);
	ck_assert_uint_eq(kit_told(&k, CMD).flags, 0);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[CMD], 0);
	kit_done(&k);
}
END_TEST

START_TEST(who_comes_second_is_told_who_was_first)
{
	kit_start(&k);
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	uint64_t first = k.last_command;
	uint32_t n = kit_do(&k, STEP_SELECT, CMD, 1, &kit_relief);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_ALREADY_SELECTED);
	ck_assert(strstr(kit_answer(&k, n)->text, "duty has selected it") != NULL);
	ck_assert_uint_eq(k.last_command, first);
	/* one's own is replaced */
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	ck_assert_uint_eq(kit_command(&k, first)->state, COMMAND_CANCELLED);
	ck_assert_uint_ne(k.last_command, first);
	kit_done(&k);
}
END_TEST

/* ---- the journal */

START_TEST(a_command_waits_for_the_journal_for_200_ms)
{
	kit_start(&k);
	k.records = false;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_step(&k, 199 * US_PER_MS);
	ck_assert_uint_eq(k.sends[SP], 0);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_JOURNAL);
	kit_step(&k, 1 * US_PER_MS);
	ck_assert_uint_eq(k.sends[SP], 1);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->m.is_recorded, 0);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_answer(&k, n)->detail, RESULT_NOT_RECORDED);
	kit_done(&k);
}
END_TEST

START_TEST(what_is_recorded_late_is_told)
{
	kit_start(&k);
	k.records = false;
	k.fault = FAULT_LATE;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, US_PER_S);
	kit_record(&k, true);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->m.is_recorded, 1);
	kit_run(&k, 6 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_answer(&k, n)->detail, 0);
	kit_done(&k);
}
END_TEST

START_TEST(what_the_journal_refuses_is_not_sent)
{
	kit_start(&k);
	k.refuses = ERR_TOO_BIG;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_REFUSED);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_REFUSED);
	ck_assert_uint_eq(k.sends[SP], 0);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	ck_assert_uint_eq(k.state_count, 0);
	kit_done(&k);
}
END_TEST

START_TEST(what_is_blocked_while_it_waits_is_not_sent)
{
	kit_start(&k);
	k.records = false;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_tag(&k, SP, TAG_INHIBIT, &kit_relief);
	kit_record(&k, true);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_BLOCKED_COMMAND);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[SP], 0);
	ck_assert_uint_eq(k.state_count, 1); /* the tag */
	kit_done(&k);
}
END_TEST

/* ---- two persons */

START_TEST(two_persons_are_two_users_in_two_sessions)
{
	struct actor same_user = kit_duty, same_session = kit_relief;

	kit_start(&k);
	same_user.session = &kit_sessions[6];
	same_session.session = kit_duty.session;
	uint32_t n = kit_do(&k, STEP_OPERATE, TWO, 1, &kit_duty);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_APPROVAL);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[TWO], 0);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &kit_duty))->e, ERR_DENIED);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &same_user))->e, ERR_DENIED);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &same_session))->e, ERR_DENIED);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &kit_guest))->e, ERR_DENIED);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &kit_southern))->e, ERR_DENIED);
	ck_assert_uint_eq(k.approval, APPROVAL_PENDING);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &kit_relief))->e, OK);
	ck_assert_uint_eq(k.approval, APPROVAL_YES);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(k.sends[TWO], 1);
	ck_assert_str_eq(k.last_by[JOURNAL_COMMAND], "duty"); /* both names in one record */
	ck_assert(strstr(k.last_entry[JOURNAL_COMMAND], "second person: relief") != NULL);
	ck_assert_uint_eq(k.emergencies, 0);
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &kit_keeper))->e, ERR_NOT_FOUND);
	kit_done(&k);
}
END_TEST

START_TEST(a_second_person_may_say_no_or_nothing)
{
	kit_start(&k);
	uint32_t n = kit_do(&k, STEP_OPERATE, TWO, 1, &kit_duty);
	kit_approve(&k, false, &kit_relief);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_REFUSED);
	ck_assert_msg(
	    strstr(kit_answer(&k, n)->text, "relief says no: not now") != NULL, "%s", kit_answer(&k, n)->text);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_REFUSED);

	n = kit_do(&k, STEP_OPERATE, TWO, 1, &kit_duty);
	kit_run(&k, APPROVAL_US - US_PER_S);
	ck_assert_uint_eq(kit_answer(&k, n)->count, 0);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.approval, APPROVAL_EXPIRED);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_TIME_LIMIT);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_EXPIRED);

	kit_do(&k, STEP_OPERATE, TWO, 1, &kit_duty);
	control_forget(k.c, kit_duty.session, k.now, k.mono);
	ck_assert_uint_eq(k.approval, APPROVAL_WITHDRAWN);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_CANCELLED);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[TWO], 0);
	kit_done(&k);
}
END_TEST

START_TEST(what_changed_until_it_was_approved_counts)
{
	kit_start(&k);
	uint32_t n = kit_do(&k, STEP_OPERATE, TWO, 1, &kit_duty);
	k.device[LOCK] = 0;
	kit_run(&k, 1100 * US_PER_MS);
	kit_approve(&k, true, &kit_relief);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_BLOCKED_INTERLOCKING);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[TWO], 0);
	kit_done(&k);
}
END_TEST

START_TEST(an_emergency_is_one_person_and_is_told)
{
	kit_start(&k);
	struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
	m.is_emergency = 1;
	uint32_t n = kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(k.emergencies, 1);
	ck_assert(strstr(k.last_entry[JOURNAL_COMMAND], "alone, in a declared emergency") != NULL);
	/* where one person is enough, it is no emergency */
	m = kit_message(&k, STEP_OPERATE, SP, 300);
	m.is_emergency = 1;
	kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(k.emergencies, 1);
	kit_done(&k);
}
END_TEST

START_TEST(who_waits_in_vain_may_declare_an_emergency)
{
	kit_init(&k);
	kit_def(&k, TWO)->select_before_operate = true;
	kit_boot(&k);
	uint32_t select = kit_do(&k, STEP_SELECT, TWO, 1, &kit_duty);
	ck_assert_uint_eq(kit_answer(&k, select)->count, 0);
	uint32_t early = kit_execute(&k, TWO, 1, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, early)->addcause, AC_SELECT_FAILED);
	struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
	m.command = k.last_command;
	m.is_emergency = 1;
	uint32_t n = kit_ask(&k, &m, &kit_duty);
	ck_assert_uint_eq(k.approval, APPROVAL_WITHDRAWN);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_int_eq(kit_answer(&k, select)->e, OK);
	ck_assert_uint_eq(k.emergencies, 1);
	ck_assert_uint_eq(k.sends[TWO], 1);
	kit_done(&k);
}
END_TEST

START_TEST(a_selection_of_two_persons_is_executed_after_the_yes)
{
	kit_init(&k);
	kit_def(&k, TWO)->select_before_operate = true;
	kit_boot(&k);
	uint32_t select = kit_do(&k, STEP_SELECT, TWO, 1, &kit_duty);
	kit_run(&k, 60 * US_PER_S);
	kit_approve(&k, true, &kit_relief);
	ck_assert_int_eq(kit_answer(&k, select)->e, OK);
	kit_run(&k, 20 * US_PER_S); /* its 30 s count from the yes */
	uint32_t n = kit_execute(&k, TWO, 1, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert(strstr(k.last_entry[JOURNAL_COMMAND], "second person: relief") != NULL);
	kit_done(&k);
}
END_TEST

static enum approval_state decided;
static unsigned decisions;

static void
on_decided(
    enum approval_state state, const struct actor *second, const char *reason, char *outcome, size_t size, void *arg)
{
	(void)reason;
	(void)outcome;
	(void)size;
	ck_assert_ptr_eq(arg, &decided);
	ck_assert((second != NULL) == (state == APPROVAL_YES || state == APPROVAL_NO));
	decided = state;
	decisions++;
}

START_TEST(others_ask_for_a_second_person_too)
{
	kit_start(&k);
	decisions = 0;
	ck_assert_uint_ne(
	    approval_ask(k.c, &kit_duty, ROLE_SUPERVISOR, "north", "shelve P1", on_decided, &decided, k.now, k.mono),
	    0);
	ck_assert_int_eq(
	    kit_answer(&k, kit_approve(&k, true, &kit_relief))->e, ERR_DENIED); /* an operator is not enough */
	ck_assert_int_eq(kit_answer(&k, kit_approve(&k, true, &kit_keeper))->e, OK);
	ck_assert_uint_eq(decided, APPROVAL_YES);
	approval_ask(k.c, &kit_duty, ROLE_OPERATOR, "", "x", on_decided, &decided, k.now, k.mono);
	kit_run(&k, APPROVAL_US);
	ck_assert_uint_eq(decided, APPROVAL_EXPIRED);
	approval_ask(k.c, &kit_duty, ROLE_OPERATOR, "", "x", on_decided, &decided, k.now, k.mono);
	control_forget(k.c, kit_duty.session, k.now, k.mono);
	ck_assert_uint_eq(decided, APPROVAL_WITHDRAWN);
	ck_assert_uint_eq(decisions, 3);
	kit_done(&k);
}
END_TEST

/* ---- tokens */

START_TEST(a_token_that_comes_again_gets_the_first_outcome)
{
	kit_start(&k);
	struct msg_command m = kit_message(&k, STEP_OPERATE, SP, 300);
	m.token = 77;
	uint32_t first = kit_ask(&k, &m, &kit_duty);
	uint32_t while_open = kit_ask(&k, &m, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, first)->e, OK);
	ck_assert_int_eq(kit_answer(&k, while_open)->e, OK);
	uint32_t later = kit_ask(&k, &m, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, later)->e, OK);
	ck_assert_str_eq(kit_answer(&k, later)->text, kit_answer(&k, first)->text);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], 1);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 1);
	/* another request with it is refused, the same token of another user is another one */
	m.value = 400;
	ck_assert_int_eq(kit_answer(&k, kit_ask(&k, &m, &kit_duty))->e, ERR_REFUSED);
	kit_run(&k, US_PER_S);
	ck_assert_uint_eq(k.sends[SP], 1);
	uint32_t other = kit_ask(&k, &m, &kit_relief);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, other)->e, OK);
	ck_assert_double_eq(k.device[SP], 400);
	kit_done(&k);
}
END_TEST

/* ---- what the device makes of it */

static const struct {
	enum kit_fault fault;
	enum kit_point point;
	enum command_state end;
	enum err e;
	unsigned sends; /* at most; of a switch exactly */
	const char *words;
} fates[] = {
	{ FAULT_NONE, SP, COMMAND_DONE, OK, 1, "the device reports 300 kW" },
	{ FAULT_LATE, SP, COMMAND_DONE, OK, 1, "the device reports 300 kW" },
	{ FAULT_SILENT, SP, COMMAND_DONE, OK, 1, "the device reports 300 kW" }, /* taken, as the read-back says */
	{ FAULT_DEAF, SP, COMMAND_UNKNOWN, ERR_UNKNOWN, 3, "it may have been carried out or not" },
	{ FAULT_REFUSES, SP, COMMAND_FAILED, ERR_FAILED, 1, "the device refuses it" },
	{ FAULT_OTHER, SP, COMMAND_FAILED, ERR_FAILED, 3, "the device reports 350 kW" },
	{ FAULT_NONE, TWO, COMMAND_DONE, OK, 1, "D.POS2 == 1" },
	{ FAULT_LATE, TWO, COMMAND_DONE, OK, 1, "D.POS2 == 1" },
	{ FAULT_SILENT, TWO, COMMAND_DONE, OK, 1, "D.POS2 == 1" },
	{ FAULT_DEAF, TWO, COMMAND_UNKNOWN, ERR_UNKNOWN, 1, "it may have been carried out or not" },
	{ FAULT_REFUSES, TWO, COMMAND_FAILED, ERR_FAILED, 1, "the device refuses it" },
	{ FAULT_OTHER, TWO, COMMAND_UNKNOWN, ERR_UNKNOWN, 1, "does not report it" },
	{ FAULT_NONE, HELD, COMMAND_DONE, OK, 1, "the device reports closed (1)" },
	{ FAULT_OTHER, HELD, COMMAND_FAILED, ERR_FAILED, 1, "the device reports 51" },
	{ FAULT_DEAF, HELD, COMMAND_UNKNOWN, ERR_UNKNOWN, 1, "may have been" },
	{ FAULT_NONE, PULSE, COMMAND_UNKNOWN, ERR_UNKNOWN, 1, "the device accepted; nothing reports" },
	{ FAULT_DEAF, PULSE, COMMAND_UNKNOWN, ERR_UNKNOWN, 1, "no answer" },
	{ FAULT_REFUSES, PULSE, COMMAND_FAILED, ERR_FAILED, 1, "the device refuses it" },
};

START_TEST(a_command_ends_as_the_device_says)
{
	kit_start(&k);
	k.fault = fates[_i].fault;
	struct msg_command m = kit_message(&k, STEP_OPERATE, fates[_i].point, fates[_i].point == SP ? 300 : 1);
	m.is_emergency = 1;
	uint32_t n = kit_ask(&k, &m, &kit_duty);
	for (int s = 0; s < 120 && kit_answer(&k, n)->count == 0; s++)
		kit_run(&k, US_PER_S);
	struct kit_command *x = kit_command(&k, k.last_command);
	ck_assert_msg(x->state == fates[_i].end, "%s: %s", command_state_word(x->state), x->text);
	ck_assert_int_eq(kit_answer(&k, n)->e, fates[_i].e);
	ck_assert_msg(strstr(kit_answer(&k, n)->text, fates[_i].words) != NULL, "%s", kit_answer(&k, n)->text);
	ck_assert_uint_eq(k.sends[fates[_i].point], fates[_i].sends);
	ck_assert_uint_eq(k.entries[JOURNAL_OUTCOME], 1);
	for (unsigned i = 0; i < k.state_count; i++)
		ck_assert_uint_ne(k.states[i].kind, STATE_COMMAND);
	k.fault = FAULT_NONE; /* a switch is not given again by itself, however long one waits */
	unsigned sends = k.sends[fates[_i].point];
	kit_run(&k, 120 * US_PER_S);
	if (fates[_i].point != SP)
		ck_assert_uint_eq(k.sends[fates[_i].point], sends);
	kit_done(&k);
}
END_TEST

START_TEST(what_the_device_refuses_is_not_held)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	k.fault = FAULT_REFUSES;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 400, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_FAILED);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300); /* the one before */
	k.fault = FAULT_NONE;
	kit_kill(&k, US_PER_S); /* and the store knows it */
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	kit_done(&k);
}
END_TEST

START_TEST(a_trip_on_the_way_is_a_failure)
{
	kit_start(&k);
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	k.fault = FAULT_OTHER; /* accepted, and does not move */
	uint32_t n = kit_execute(&k, CMD, 1, &kit_duty);
	kit_run(&k, 1500 * US_PER_MS);
	k.device[FAULT] = 1;
	kit_run(&k, 1500 * US_PER_MS);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_FAILED);
	ck_assert(strstr(kit_answer(&k, n)->text, "D.FAULT == 1") != NULL);
	kit_done(&k);
}
END_TEST

START_TEST(opening_is_done_when_it_is_no_longer_closed)
{
	kit_start(&k);
	k.device[POS] = 1;
	kit_run(&k, 1100 * US_PER_MS);
	kit_do(&k, STEP_SELECT, CMD, 0, &kit_duty);
	uint32_t n = kit_execute(&k, CMD, 0, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_double_eq(k.device[POS], 0);
	kit_done(&k);
}
END_TEST

/* 704.WSet says what was written; 701.W whether the battery does it. */
START_TEST(a_setpoint_is_done_when_what_it_is_for_follows)
{
	kit_init(&k);
	kit_def(&k, SP)->check_back->shown_by = "D.IN";
	kit_boot(&k);
	k.device[IN] = 50;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_uint_eq(kit_answer(&k, n)->count, 0); /* read back, and yet not done */
	k.device[IN] = 299.5;
	kit_run(&k, 2 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	k.device[IN] = 50;
	n = kit_do(&k, STEP_OPERATE, SP, 400, &kit_duty);
	kit_run(&k, 60 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_FAILED);
	ck_assert_msg(strstr(kit_answer(&k, n)->text, "the device reports 400 kW, and D.IN is 50 kW") != NULL, "%s",
	    kit_answer(&k, n)->text);
	kit_done(&k);
}
END_TEST

START_TEST(a_value_by_hand_is_no_report)
{
	kit_start(&k);
	k.fault = FAULT_OTHER;
	k.values[POS2] = (struct value){ .v = 0, .quality = Q_SUBSTITUTED, .time = k.now };
	struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
	m.is_emergency = 1;
	uint32_t n = kit_ask(&k, &m, &kit_duty);
	kit_run(&k, US_PER_S);
	k.values[POS2] = (struct value){ .v = 1, .quality = Q_SUBSTITUTED, .time = k.now };
	kit_run(&k, 20 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_UNKNOWN);
	kit_done(&k);
}
END_TEST

START_TEST(nothing_is_sent_while_the_field_program_is_away)
{
	kit_start(&k);
	k.is_field_up = false;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, ERR_FAILED);
	ck_assert_int_eq(kit_answer(&k, n)->addcause, AC_COMM_LOSS);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	kit_done(&k);
}
END_TEST

START_TEST(the_field_program_dies_with_a_command_in_its_hands)
{
	for (int takes = 0; takes < 2; takes++) {
		kit_start(&k);
		k.fault = takes ? FAULT_SILENT : FAULT_DEAF;
		struct msg_command m = kit_message(&k, STEP_OPERATE, TWO, 1);
		m.is_emergency = 1;
		uint32_t n = kit_ask(&k, &m, &kit_duty);
		kit_run(&k, 100 * US_PER_MS);
		k.is_field_up = false;
		control_field_down(k.c, NULL, NULL, k.now, k.mono);
		ck_assert_uint_eq(kit_answer(&k, n)->count, 0);
		kit_run(&k, US_PER_S);
		k.is_field_up = true;
		kit_device(&k, true);
		kit_run(&k, 20 * US_PER_S);
		ck_assert_int_eq(kit_answer(&k, n)->e, takes ? OK : ERR_UNKNOWN);
		ck_assert_uint_eq(k.sends[TWO], 1);
		kit_done(&k);
	}
}
END_TEST

/* ---- a session that goes */

START_TEST(what_was_sent_goes_on_without_its_session)
{
	kit_start(&k);
	k.fault = FAULT_LATE;
	uint32_t n = kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, US_PER_S);
	control_forget(k.c, kit_duty.session, k.now, k.mono);
	kit_run(&k, 6 * US_PER_S);
	ck_assert_uint_eq(kit_answer(&k, n)->count, 0); /* nobody is there */
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_DONE);
	ck_assert_double_eq(kit_told(&k, SP).slot_operator, 300);
	kit_done(&k);
}
END_TEST

/* ---- undo */

START_TEST(undo_is_a_command_of_its_own)
{
	kit_start(&k);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	uint64_t first = k.last_command;
	int64_t until = kit_told(&k, SP).until;
	kit_do(&k, STEP_OPERATE, SP, 400, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	uint32_t n = kit_do(&k, STEP_UNDO, SP, (double)NAN, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_gt(k.last_command, first);
	ck_assert_double_eq(k.device[SP], 300);
	ck_assert_int_eq(kit_told(&k, SP).until, until);
	ck_assert(strstr(kit_told(&k, SP).reason, "undo of #") != NULL);
	ck_assert_uint_eq(k.entries[JOURNAL_COMMAND], 3);
	kit_done(&k);
}
END_TEST

START_TEST(undo_of_a_first_override_gives_back_what_was)
{
	int addcause;
	char why[200];

	kit_start(&k);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty); /* nobody held it: the value of before */
	kit_run(&k, 3 * US_PER_S);
	kit_do(&k, STEP_UNDO, SP, 0, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 200);
	kit_do(&k, STEP_RELEASE, SP, 0, &kit_duty);
	kit_run(&k, US_PER_S);
	ck_assert(control_want(
	    k.c, SLOT_DISPATCH, SP, 500, (struct utc){ 0 }, "plan", k.now, k.mono, &addcause, why, sizeof(why)));
	kit_run(&k, 3 * US_PER_S);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty); /* the plan held it: to the plan again */
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(k.device[SP], 300);
	uint32_t n = kit_do(&k, STEP_UNDO, SP, 0, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_DISPATCH);
	ck_assert_double_eq(k.device[SP], 500);
	kit_done(&k);
}
END_TEST

START_TEST(undo_of_a_switch_is_selected_as_the_switch_is)
{
	kit_start(&k);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_UNDO, CMD, 0, &kit_duty))->e, ERR_REFUSED); /* nothing yet */
	kit_do(&k, STEP_SELECT, CMD, 1, &kit_duty);
	kit_execute(&k, CMD, 1, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, kit_do(&k, STEP_UNDO, CMD, 0, &kit_relief))->e, ERR_REFUSED); /* not hers */
	uint32_t n = kit_do(&k, STEP_UNDO, CMD, 0, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, n)->e, OK);
	ck_assert_uint_eq(kit_command(&k, k.last_command)->state, COMMAND_SELECTED);
	kit_run(&k, US_PER_S);
	ck_assert_double_eq(k.device[POS], 1);
	kit_execute(&k, CMD, 0, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	ck_assert_double_eq(k.device[POS], 0);
	/* a pulse has no way back */
	kit_do(&k, STEP_OPERATE, PULSE, 1, &kit_duty);
	kit_run(&k, 3 * US_PER_S);
	n = kit_do(&k, STEP_UNDO, PULSE, 0, &kit_duty);
	ck_assert(strstr(kit_answer(&k, n)->text, "is not known") != NULL);
	kit_done(&k);
}
END_TEST

/* ---- one's own setpoint on its way makes room, another's does not */

START_TEST(a_setpoint_on_its_way_can_be_set_anew)
{
	kit_start(&k);
	uint32_t first = kit_do(&k, STEP_OPERATE, RAMP, 300, &kit_duty);
	kit_run(&k, 5 * US_PER_S);
	uint32_t other = kit_do(&k, STEP_OPERATE, RAMP, 120, &kit_relief);
	ck_assert_int_eq(kit_answer(&k, other)->addcause, AC_ALREADY_IN_EXECUTION);
	uint32_t second = kit_do(&k, STEP_OPERATE, RAMP, 120, &kit_duty);
	ck_assert_int_eq(kit_answer(&k, first)->e, ERR_FAILED);
	ck_assert_int_eq(kit_answer(&k, first)->addcause, AC_PARAMETER_CHANGE);
	kit_run(&k, 10 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, second)->e, OK);
	ck_assert_double_eq(k.device[RAMP], 120);
	/* also from a new connection, after the old one was lost */
	struct actor again = kit_duty;
	again.session = &kit_sessions[6];
	kit_do(&k, STEP_OPERATE, RAMP, 300, &kit_duty);
	kit_run(&k, 2 * US_PER_S);
	control_forget(k.c, kit_duty.session, k.now, k.mono);
	uint32_t third = kit_do(&k, STEP_OPERATE, RAMP, 130, &again);
	kit_run(&k, 10 * US_PER_S);
	ck_assert_int_eq(kit_answer(&k, third)->e, OK);
	kit_done(&k);
}
END_TEST

/* ---- kills: in each state, then what is told is true */

START_TEST(an_intent_without_outcome_is_unknown_and_read_back)
{
	static const struct {
		enum kit_point point;
		enum kit_fault fault;
		int64_t after_us; /* the kill */
	} kills[] = {
		{ TWO, FAULT_NONE, 10 * US_PER_MS },
		{ TWO, FAULT_DEAF, 3 * US_PER_S },
		{ SP, FAULT_DEAF, 3 * US_PER_S },
		{ SP, FAULT_LATE, US_PER_S },
		{ RAMP, FAULT_NONE, 5 * US_PER_S },
		{ PULSE, FAULT_DEAF, US_PER_S },
	};
	bool is_switch = kills[_i].point == TWO || kills[_i].point == PULSE;

	kit_start(&k);
	k.fault = kills[_i].fault;
	struct msg_command m = kit_message(&k, STEP_OPERATE, kills[_i].point, is_switch ? 1 : 300);
	m.is_emergency = 1;
	kit_ask(&k, &m, &kit_duty);
	uint64_t id = k.last_command;
	kit_step(&k, kills[_i].after_us / 2);
	kit_step(&k, kills[_i].after_us / 2);
	unsigned sends = k.sends[kills[_i].point], outcomes = k.entries[JOURNAL_OUTCOME];
	ck_assert_uint_eq(sends > 0, 1);
	k.fault = FAULT_NONE;
	kit_kill(&k, 20 * US_PER_S);
	kit_run(&k, 2 * US_PER_S);
	ck_assert_uint_eq(kit_command(&k, id)->state, COMMAND_UNKNOWN);
	ck_assert_uint_eq(k.entries[JOURNAL_OUTCOME], outcomes + 1);
	ck_assert_msg(
	    strstr(k.last_entry[JOURNAL_OUTCOME], "read back: ") != NULL, "%s", k.last_entry[JOURNAL_OUTCOME]);
	for (unsigned i = 0; i < k.state_count; i++)
		ck_assert_uint_ne(k.states[i].kind, STATE_COMMAND);
	kit_run(&k, 60 * US_PER_S);
	if (is_switch)
		ck_assert_uint_eq(k.sends[kills[_i].point], sends); /* never a second time */
	else
		ck_assert_double_eq(k.device[kills[_i].point], 300); /* the override stands, and is asserted */
	kit_done(&k);
}
END_TEST

START_TEST(a_kill_before_the_journal_leaves_nothing)
{
	kit_start(&k);
	k.records = false;
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_step(&k, 100 * US_PER_MS);
	kit_kill(&k, US_PER_S);
	k.records = true;
	kit_run(&k, 5 * US_PER_S);
	ck_assert_uint_eq(k.sends[SP], 0);
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	kit_done(&k);
}
END_TEST

START_TEST(ids_are_not_used_again_after_an_old_backup)
{
	kit_start(&k);
	k.fault = FAULT_DEAF;
	kit_do(&k, STEP_OPERATE, TWO, 1, &kit_duty);
	uint64_t id = k.last_command;
	k.state_count = 0; /* the backup knows nothing of it */
	kit_kill(&k, 10 * US_PER_MS);
	kit_do(&k, STEP_OPERATE, SP, 1, &kit_duty);
	ck_assert_uint_gt(k.last_command, id);
	ck_assert_uint_ge(k.last_command, (uint64_t)k.now.us / 1000 - 2000);
	kit_done(&k);
}
END_TEST

START_TEST(damaged_states_are_left_alone)
{
	uint8_t blob[1024];

	kit_start(&k);
	kit_do(&k, STEP_OPERATE, SP, 300, &kit_duty);
	kit_tag(&k, RAMP, TAG_INFO, &kit_duty);
	kit_step(&k, US_PER_MS);
	ck_assert_uint_eq(k.state_count, 3); /* override, command, tag */
	control_free(k.c);                   /* one that knows none of them */
	k.c = control_new(&kit_ops, &k);
	control_site(k.c, k.site, k.values, k.now, k.mono);
	for (unsigned i = 0; i < k.state_count; i++)
		for (size_t len = 1; len < k.states[i].len; len++) { /* every prefix */
			memcpy(blob, k.states[i].blob, len);
			ck_assert(
			    !control_restore(k.c, k.states[i].kind, k.states[i].name, blob, len, k.now, k.now, k.mono));
		}
	ck_assert(!control_restore(k.c, STATE_TAG, "no number", (const uint8_t *)"x", 1, k.now, k.now, k.mono));
	ck_assert(!control_restore(k.c, STATE_ALARM, "1", (const uint8_t *)"x", 1, k.now, k.now, k.mono));
	ck_assert_uint_eq(kit_told(&k, SP).slot, SLOT_COUNT);
	kit_done(&k);
}
END_TEST

/* clang-format off */
T_MAIN("control",
	T(an_override_goes_its_whole_way)
	T(an_override_ends_by_itself_after_a_warning)
	T(an_override_survives_a_restart_and_is_asserted)
	T(ends_are_ends_and_all_else_goes_on)
	T(what_was_sent_is_never_called_unsent)
	T(a_switch_is_selected_then_executed)
	T(what_has_to_be_selected_is_not_operated_directly)
	T(an_execution_is_of_what_was_selected)
	T(a_selection_is_checked_again_when_it_is_executed)
	T(a_selection_runs_out_or_is_cancelled)
	T(who_comes_second_is_told_who_was_first)
	T(a_command_waits_for_the_journal_for_200_ms)
	T(what_is_recorded_late_is_told)
	T(what_the_journal_refuses_is_not_sent)
	T(what_is_blocked_while_it_waits_is_not_sent)
	T(two_persons_are_two_users_in_two_sessions)
	T(a_second_person_may_say_no_or_nothing)
	T(what_changed_until_it_was_approved_counts)
	T(an_emergency_is_one_person_and_is_told)
	T(who_waits_in_vain_may_declare_an_emergency)
	T(a_selection_of_two_persons_is_executed_after_the_yes)
	T(others_ask_for_a_second_person_too)
	T(a_token_that_comes_again_gets_the_first_outcome)
	T_LOOP(a_command_ends_as_the_device_says, 0, (int)ARRAY_LEN(fates))
	T(what_the_device_refuses_is_not_held)
	T(a_trip_on_the_way_is_a_failure)
	T(opening_is_done_when_it_is_no_longer_closed)
	T(a_setpoint_is_done_when_what_it_is_for_follows)
	T(a_value_by_hand_is_no_report)
	T(nothing_is_sent_while_the_field_program_is_away)
	T(the_field_program_dies_with_a_command_in_its_hands)
	T(what_was_sent_goes_on_without_its_session)
	T(undo_is_a_command_of_its_own)
	T(undo_of_a_first_override_gives_back_what_was)
	T(undo_of_a_switch_is_selected_as_the_switch_is)
	T(a_setpoint_on_its_way_can_be_set_anew)
	T_LOOP(an_intent_without_outcome_is_unknown_and_read_back, 0, 6)
	T(a_kill_before_the_journal_leaves_nothing)
	T(ids_are_not_used_again_after_an_old_backup)
	T(damaged_states_are_left_alone))
/* clang-format on */
