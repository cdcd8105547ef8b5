/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_hand.c - the operator's hand between consoles, journal, store and field: requests in, answers out, what is saved and given back, what
 * a snapshot holds.  What control does by itself is tried in t_control.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "scada/core/describe.h"
#include "tests/unit/acting_kit.h"

static const struct made tanks = { .devices = 2, .levels = 1 };

static void
setup(void)
{
	start(&tanks);
	feed("D0.SP", 20);
	feed("D1.SP", 20);
	turn();
}

static struct msg_command
step_of(enum command_step step, const char *name, double value)
{
	return (struct msg_command){
		.step = (uint8_t)step, .value = value, .point = name, .reason = "because of a test", .typed = ""
	};
}

static void
do_command(const struct actor *by, struct msg_command m)
{
	struct wbuf b = { 0 };

	msg_command_put(&b, &m);
	request(by, W_COMMAND, &b, 21);
	wbuf_done(&b);
}

static void
do_tag(const struct actor *by, bool on, enum tag_kind kind, const char *name, uint64_t tag)
{
	struct msg_tag m = {
		.on = on, .tag = tag, .kind = (uint8_t)kind, .point = name, .text = "work at the pump", .permit = "W-17"
	};
	struct wbuf b = { 0 };

	msg_tag_put(&b, &m);
	request(by, W_TAG, &b, 22);
	wbuf_done(&b);
}

static void
field_answers(enum err e)
{
	struct msg_field_written m = { .write = w.writes[w.write_count - 1].write,
		.point = w.writes[w.write_count - 1].point,
		.err = (uint16_t)e,
		.time = now().us,
		.detail = "" };

	control_written(hand_control(w.hand), &m, now(), mono());
}

static void
answered(enum err e, const char *words)
{
	ck_assert_msg(last_answer()->e == e, "%s: %s", err_text(last_answer()->e), last_answer()->text);
	ck_assert_msg(strstr(last_answer()->text, words) != NULL, "%s", last_answer()->text);
}

/* An override of 55, done. */
static void
hold(const char *name)
{
	do_command(&duty_a, step_of(STEP_OPERATE, name, 55));
	turn();
	ck_assert_uint_gt(w.write_count, 0);
	field_answers(OK);
	w.us += S(1);
	feed(name, 55);
	turn();
	answered(OK, "");
}

START_TEST(a_command_goes_to_the_device_when_its_intent_is_recorded)
{
	w.mode = STORE_HANGS;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	turn();
	ck_assert_uint_eq(w.write_count, 0);
	ck_assert(find_line("D0.SP") != NULL || w.line_count > 0);
	w.mode = STORE_ANSWERS;
	turn();
	ck_assert_uint_eq(w.write_count, 1);
	ck_assert_double_eq(w.writes[0].value, 55);
	ck_assert_uint_eq(w.answer_count, 0);
	field_answers(OK);
	w.us += S(1);
	feed("D0.SP", 55);
	turn();
	answered(OK, "the device reports 55");
	ck_assert_uint_eq(last_answer()->detail, 0);
	ck_assert_uint_gt(w.frames[W_COMMAND_STATE], 2);
	ck_assert_uint_gt(w.frames[W_OUTPUT], 0);
	ck_assert(kept(STATE_OVERRIDE, "D0.SP") != NULL);
}
END_TEST

START_TEST(a_store_that_hangs_holds_it_up_for_two_tenths_of_a_second)
{
	w.mode = STORE_HANGS;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	pass(LOGBOOK_ACT_US - 2 * US_PER_MS);
	ck_assert_uint_eq(w.write_count, 0);
	pass(3 * US_PER_MS);
	ck_assert_uint_eq(w.write_count, 1);
	field_answers(OK);
	w.us += S(1);
	feed("D0.SP", 55);
	turn();
	answered(OK, "");
	ck_assert_uint_eq(last_answer()->detail, RESULT_NOT_RECORDED);
}
END_TEST

START_TEST(what_the_journal_refuses_is_not_sent)
{
	w.mode = STORE_REFUSES;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	turn();
	pass(S(1));
	ck_assert_uint_eq(w.write_count, 0);
	answered(ERR_REFUSED, "the journal refuses it, nothing was sent: the journal is closed");
}
END_TEST

START_TEST(without_a_store_commands_are_given)
{
	w.mode = STORE_AWAY;
	logbook_down(w.book, false, mono());
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	turn();
	ck_assert_uint_eq(w.write_count, 1);
}
END_TEST

START_TEST(a_dry_run_tells_each_check_and_sends_nothing)
{
	struct actor viewer = duty_a;

	viewer.role = ROLE_VIEWER;
	do_command(&duty_a, step_of(STEP_CHECK, "D0.SP", 55));
	turn();
	answered(OK, "nothing was sent");
	ck_assert_uint_eq(w.frames[W_CHECK], CHECK_COUNT);
	ck_assert_uint_eq(w.write_count, 0);
	ck_assert_uint_eq(w.line_count, 0);
	do_command(&viewer, step_of(STEP_CHECK, "D0.SP", 55));
	answered(ERR_DENIED, "operator");
	do_command(&viewer, step_of(STEP_OPERATE, "D0.SP", 55));
	answered(ERR_DENIED, "operator");
	do_command(&duty_a, step_of(STEP_CHECK, "D0.SP", 555));
	answered(ERR_REFUSED, "100");
}
END_TEST

START_TEST(a_field_program_that_does_not_run_and_a_value_that_cannot_be_told_differ)
{
	w.field = ERR_HELPER;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	turn();
	answered(ERR_FAILED, "the field program does not run; nothing was sent");
	pass(S(40)); /* what is not held is not tried for ever */
	w.field = ERR_RANGE;
	do_command(&bert, step_of(STEP_OPERATE, "D1.SP", 55));
	turn();
	turn();
	answered(ERR_FAILED, "the field says no");
	ck_assert_ptr_eq(last_answer()->asker, &console_b);
	ck_assert_uint_eq(w.write_count, 0);
	ck_assert(kept(STATE_OVERRIDE, "D1.SP") == NULL);
}
END_TEST

START_TEST(a_field_program_that_dies_leaves_a_command_unknown_and_nothing_is_sent_again)
{
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.HORN", 1));
	turn();
	ck_assert_uint_eq(w.write_count, 1);
	/* as links_down() tells: first its devices, then that it is gone */
	devices_are(DEVICE_DOWN);
	control_field_down(hand_control(w.hand), NULL, NULL, now(), mono());
	turn();
	pass(S(60));
	ck_assert_uint_eq(w.write_count, 1);
	answered(ERR_UNKNOWN, "");
	ck_assert_uint_eq(count_lines("unknown"), 1);
	devices_are(DEVICE_UP);
	pass(S(60));
	ck_assert_uint_eq(w.write_count, 1);
}
END_TEST

START_TEST(a_command_that_a_device_took_before_the_field_program_died_is_done)
{
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.HORN", 1));
	turn();
	devices_are(DEVICE_DOWN);
	control_field_down(hand_control(w.hand), NULL, NULL, now(), mono());
	turn();
	w.us += S(2);
	devices_are(DEVICE_UP);
	feed("D0.HORN", 1); /* it was off before: so it was this command */
	turn();
	answered(OK, "the device reports");
	ck_assert_uint_eq(w.write_count, 1);
}
END_TEST

START_TEST(bad_requests_are_answered)
{
	static const uint8_t rubbish[60] = { 1, 2, 3 };
	struct wbuf b = { .data = (uint8_t *)(uintptr_t)rubbish, .len = sizeof(rubbish) };

	request(&duty_a, W_COMMAND, &b, 30);
	answered(ERR_USAGE, "cannot be read");
	request(&duty_a, W_TAG, &b, 31);
	answered(ERR_USAGE, "cannot be read");
	request(&duty_a, W_APPROVE, &b, 32);
	answered(ERR_USAGE, "cannot be read");
	ck_assert_uint_eq(last_answer()->sequence, 32);
	do_command(&duty_a, step_of((enum command_step)STEP_COUNT, "D0.SP", 1));
	answered(ERR_USAGE, "step");
	do_command(&duty_a, step_of(STEP_OPERATE, "NO.SUCH", 1));
	answered(ERR_NOT_FOUND, "NO.SUCH");
}
END_TEST

START_TEST(what_waits_for_the_journal_when_chisand_ends_is_freed)
{
	w.mode = STORE_HANGS;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	do_tag(&duty_a, true, TAG_INHIBIT, "D1.SP", 0);
	ck_assert_uint_eq(logbook_waiting(w.book), 2);
	w.field = ERR_RANGE;
	w.mode = STORE_ANSWERS;
	store_runs(); /* sent, and its refusal by chisand itself not told yet */
} /* the teardown frees them: the leak checker looks */
END_TEST

START_TEST(a_session_that_goes_is_answered_no_more)
{
	w.mode = STORE_HANGS;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	hand_forget(w.hand, &console_a, now(), mono());
	w.mode = STORE_ANSWERS;
	turn();
	ck_assert_uint_eq(w.write_count, 1); /* it goes on */
	field_answers(OK);
	w.us += S(1);
	feed("D0.SP", 55);
	turn();
	ck_assert_uint_eq(w.answer_count, 0);
	ck_assert(find_line("done") != NULL);
}
END_TEST

/* ---- reload and restart */

START_TEST(an_override_goes_on_over_a_reload)
{
	struct msg_output m;

	hold("D0.SP");
	take_site(&tanks);
	devices_are(DEVICE_UP);
	w.us += S(1);
	feed("D0.SP", 55);
	turn();
	ck_assert(control_tell_output(hand_control(w.hand), point("D0.SP"), &m));
	ck_assert_double_eq(m.slot_operator, 55);
	ck_assert_str_eq(m.user, "duty_a");
}
END_TEST

START_TEST(an_override_and_a_tag_are_back_after_a_restart)
{
	struct control_counts n;

	hold("D0.SP");
	do_tag(&duty_a, true, TAG_CAUTION, "D1.SP", 0);
	turn();
	answered(OK, "");
	restart(&tanks, S(20), false);
	control_counts(hand_control(w.hand), &n);
	ck_assert_uint_eq(n.overrides, 1);
	ck_assert_uint_eq(n.tags, 1);
	restart(&tanks, S(20), true); /* the store comes late */
	control_counts(hand_control(w.hand), &n);
	ck_assert_uint_eq(n.overrides, 1);
	ck_assert_uint_eq(n.tags, 1);
	restart(&tanks, OVERRIDE_MAX_US + S(60), false); /* it came to its end meanwhile; a tag stays */
	pass(S(1));
	control_counts(hand_control(w.hand), &n);
	ck_assert_uint_eq(n.overrides, 0);
	ck_assert_uint_eq(n.tags, 1);
	ck_assert(kept(STATE_OVERRIDE, "D0.SP") == NULL);
}
END_TEST

START_TEST(what_was_on_its_way_is_not_sent_again_after_a_restart)
{
	unsigned writes;

	do_command(&duty_a, step_of(STEP_OPERATE, "D0.HORN", 1));
	turn();
	writes = w.write_count;
	ck_assert_uint_eq(writes, 1);
	restart(&tanks, S(3), false);
	pass(S(60));
	ck_assert_uint_eq(w.write_count, writes);
	ck_assert_uint_eq(count_lines("unknown"), 1);
	ck_assert_uint_eq(count_lines("may have been carried out or not"), 1);
}
END_TEST

START_TEST(an_override_finds_its_point_under_a_new_name)
{
	struct msg_store_state s = { .kind = STATE_OVERRIDE, .name = "D0.OLD" };
	struct made renamed = { .devices = 2, .levels = 1 };
	struct site_point *p;
	struct msg_output m;
	const struct kept *k;

	hold("D0.SP");
	k = kept(STATE_OVERRIDE, "D0.SP");
	ck_assert(k != NULL);
	s.time = k->at.us;
	s.blob = (struct msg_bytes){ k->blob, k->len };
	/* as if the same had been saved under the name of before */
	free_parts();
	w.us += S(5);
	start_parts(&renamed);
	p = &w.site->points[point("D0.SP")];
	p->was = "D0.OLD";
	ck_assert(hand_restore(w.hand, &s, now(), mono()));
	logbook_ready(w.book);
	begin_acting();
	ck_assert(control_tell_output(hand_control(w.hand), point("D0.SP"), &m));
	ck_assert_double_eq(m.slot_operator, 55);
	ck_assert(find_line("the point of the override has another name now") != NULL);
	ck_assert(kept(STATE_OVERRIDE, "D0.OLD") == NULL);
	ck_assert(kept(STATE_OVERRIDE, "D0.SP") != NULL);
}
END_TEST

START_TEST(a_new_database_gets_all_that_is_held)
{
	hold("D0.SP");
	do_tag(&duty_a, true, TAG_INHIBIT, "D1.SP", 0);
	turn();
	for (uint32_t i = 0; i < w.kept_count; i++)
		w.kept[i].len = 0;
	hand_save_all(w.hand, now());
	ck_assert(kept(STATE_OVERRIDE, "D0.SP") != NULL);
	unsigned tags = 0;
	for (uint32_t i = 0; i < w.kept_count; i++)
		tags += w.kept[i].kind == STATE_TAG && w.kept[i].len > 0;
	ck_assert_uint_eq(tags, 1);
}
END_TEST

/* ---- snapshots */

static const uint32_t devices[] = { 1, 127, 128, 129, 300 };

START_TEST(a_snapshot_has_every_output_and_what_hangs)
{
	struct made m = { .devices = devices[_i], .levels = 0 };
	unsigned outputs = 0, tags = 0, commands = 0, approvals = 0;
	struct wbuf b = { 0 };

	stop();
	start(&m);
	do_tag(&duty_a, true, TAG_CAUTION, "D0.SP", 0);
	w.mode = STORE_HANGS;
	do_command(&duty_a, step_of(STEP_OPERATE, "D0.SP", 55));
	approval_ask(hand_control(w.hand), &duty_a, ROLE_OPERATOR, "north", "something", NULL, NULL, now(), mono());
	for (uint32_t i = 0; i < hand_pieces(w.hand); i++) {
		wbuf_reset(&b);
		hand_piece(w.hand, i, 9, &b);
		for (size_t at = 0, used = 0; at < b.len; at += used) {
			struct frame f;
			ck_assert_int_eq(wire_take(b.data + at, b.len - at, &f, &used), OK);
			ck_assert_uint_eq(f.generation, 9);
			outputs += f.type == W_OUTPUT;
			tags += f.type == W_TAG_STATE;
			commands += f.type == W_COMMAND_STATE;
			approvals += f.type == W_APPROVAL;
		}
	}
	ck_assert_uint_eq(outputs, 2 * devices[_i]);
	ck_assert_uint_eq(tags, 1);
	ck_assert_uint_eq(commands, 1);
	ck_assert_uint_eq(approvals, 1);
	wbuf_done(&b);
}
END_TEST

START_TEST(a_point_tells_what_it_asks_first)
{
	static const char *const questions[] = { "The utility permits closing?", NULL };
	point_id id = site_find_point(w.site, "D0.SP");
	const struct site_point_def *was = w.site->points[id].def;
	struct wbuf b = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		struct site_output output = { .confirm = questions[i] };
		struct site_point_def def = *was;
		struct msg_point m;
		struct rbuf r;
		def.output = i == 0 ? &output : NULL;
		w.site->points[id].def = &def;
		describe_point(w.site, id, &b);
		w.site->points[id].def = was;
		rbuf_init(&r, b.data, b.len);
		ck_assert(msg_point_get(&r, &m) && r_done(&r));
		ck_assert_str_eq(m.confirm, questions[i] != NULL ? questions[i] : "");
	}
	wbuf_done(&b);
}
END_TEST

START_TEST(nothing_is_due_when_nothing_waits)
{
	struct mono at;

	turn();
	ck_assert(!hand_due(w.hand, &at) || at.us > mono().us);
	ck_assert(!alarming_due(w.alarming, &at) || at.us > mono().us);
	hold("D0.SP");
	pass(S(5));
	ck_assert(!hand_due(w.hand, &at) || at.us > mono().us); /* a loop that turns for nothing heats the room */
}
END_TEST

T_MAIN("hand",
    T_FIXTURE(setup, stop) T(a_command_goes_to_the_device_when_its_intent_is_recorded)
        T(a_store_that_hangs_holds_it_up_for_two_tenths_of_a_second) T(what_the_journal_refuses_is_not_sent)
            T(without_a_store_commands_are_given) T(a_dry_run_tells_each_check_and_sends_nothing) T(
                a_field_program_that_does_not_run_and_a_value_that_cannot_be_told_differ)
                T(a_field_program_that_dies_leaves_a_command_unknown_and_nothing_is_sent_again) T(
                    a_command_that_a_device_took_before_the_field_program_died_is_done) T(bad_requests_are_answered)
                    T(what_waits_for_the_journal_when_chisand_ends_is_freed) T(a_session_that_goes_is_answered_no_more)
                        T(an_override_goes_on_over_a_reload) T(an_override_and_a_tag_are_back_after_a_restart)
                            T(what_was_on_its_way_is_not_sent_again_after_a_restart)
                                T(an_override_finds_its_point_under_a_new_name) T(a_new_database_gets_all_that_is_held)
                                    T_LOOP(a_snapshot_has_every_output_and_what_hangs, 0, 5)
                                        T(a_point_tells_what_it_asks_first) T(nothing_is_due_when_nothing_waits))
