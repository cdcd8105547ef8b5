/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_hand_page.c - commands to the field as a client carries them: what is known of outputs and tags, checks before anything is sent, and an
 * end that is never said before it is known. Exit codes and shapes as scripts were promised.
 */
#include "config.h"

#include <jansson.h>
#include <math.h>

#include "console/act.h"
#include "console/client_control.h"
#include "console/cmd.h"
#include "console/holds.h"
#include "console/hand.h"
#include "console/say.h"
#include "tests/screen/fakecontrol.h"
#include "tests/unit/t.h"

#include "tests/unit/cmd_kit.h"
#include "tests/unit/fake.h"

static struct fake fake;
static struct fakecontrol control;

static point_id
find(const char *name, void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < FAKE_POINTS; i++)
		if (strcmp(fake_points[i].name, name) == 0)
			return i;
	return POINT_NONE;
}

static double
value(point_id id, void *arg)
{
	(void)arg;
	return fake.values[id].v;
}

static bool
take_frame(struct fake *s, struct conn *c, const struct frame *f)
{
	(void)s;
	return fakecontrol_frame(&control, c, f);
}

static void
whole(struct fake *s)
{
	fakecontrol_snapshot(&control, s->conn);
}

static void
client_left(struct conn *c)
{
	fakecontrol_left(&control, c);
}

/* ESS1.P is a setpoint, 0 to 90 kW; ESS1.STATE is switched, ESS1.ALRM is what few may touch. */
static void
setup(void)
{
	setenv("CHISAN_NOW", "2026-11-18T11:06:40.400Z", 1); /* FAKE_NOW + 0.4 s */
	setenv("LC_CTYPE", "C.UTF-8", 1);
	say_init();
	fake_start(&fake, ev_default_loop(0));
	fakecontrol_init(&control, (struct utc){ FAKE_NOW });
	control.find = find;
	control.value = value;
	fakecontrol_add(&control, "ESS1.P", 0, 0, 90, (double)NAN, 30, "0 kW");
	fakecontrol_add(&control, "ESS1.STATE", OUT_SELECT, 0, 1, (double)NAN, 0, "");
	fakecontrol_add(&control, "PV1.P", OUT_SELECT | OUT_DANGEROUS | OUT_TWO_PERSON, 0, 1, (double)NAN, 0, "");
	control.outputs[0].m.slot_dispatch = 40;
	control.outputs[0].m.slot = SLOT_DISPATCH;
	fake.outputs[1] = OUT_WRITABLE;
	fake.outputs[2] = OUT_WRITABLE | OUT_SELECT;
	fake.outputs[4] = OUT_WRITABLE | OUT_SELECT | OUT_DANGEROUS | OUT_TWO_PERSON;
	fake.records = take_frame;
	fake.whole = whole;
	fake.left = client_left;
	setenv("CHISAN_SOCKET", fake.path, 1);
}

static void
teardown(void)
{
	fake_stop(&fake);
	fakecontrol_done(&control);
}

static json_t *
run_json(const char *line, int code)
{
	json_error_t e;

	ck_assert_int_eq(run(line), code);
	json_t *j = json_loads(capture.out_text, JSON_REJECT_DUPLICATES, &e);
	ck_assert_msg(j != NULL, "%s in %s", e.text, capture.out_text);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "schema")), 1);
	return j;
}

static const char *
word_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : "(none)";
}

/* ---- set */

START_TEST(a_dry_run_shows_the_checks_and_sends_nothing)
{
	ck_assert_int_eq(run("set ESS1.P 80 --for 30m --reason test --dry-run"), CMD_DONE);
	HAS(out, "Held by    dispatch");
	HAS(out, "from -120.2 kW to 80.0 kW");
	HAS(out, "passed     interlock");
	HAS(out, "(30m), then dispatch, 40.0 kW");
	HAS(out, "Nothing was sent");
	ck_assert_uint_eq(control.steps[STEP_CHECK], 1);
	ck_assert_uint_eq(control.steps[STEP_SELECT] + control.steps[STEP_OPERATE], 0);
	ck_assert_uint_eq(control.asked.token, 0);
}
END_TEST

START_TEST(a_setpoint_is_checked_then_set_and_done)
{
	ck_assert_int_eq(run("set ESS1.P 80 --reason burner_test"), CMD_DONE);
	HAS(out, "DONE, command 17: the device reports it");
	ck_assert_str_eq(capture.err_text, "");
	ck_assert_uint_eq(control.steps[STEP_CHECK], 1);
	ck_assert_uint_eq(control.steps[STEP_SELECT], 0);
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 1);
	ck_assert_uint_ne(control.asked.token, 0);
	ck_assert_str_eq(control.asked.reason, "burner test");
	ck_assert_int_eq(control.asked.until, FAKE_NOW + 400 * US_PER_MS + OVERRIDE_DEFAULT_US);
}
END_TEST

START_TEST(the_end_in_json_has_the_promised_keys)
{
	json_t *j = run_json("set ESS1.P 80 --for 2h --reason x --json", CMD_DONE);

	ck_assert_int_eq(json_integer_value(json_object_get(j, "command")), 17);
	ck_assert_str_eq(word_of(j, "point"), "ESS1.P");
	ck_assert_str_eq(word_of(j, "result"), "done");
	ck_assert(json_is_null(json_object_get(j, "reason")));
	ck_assert_str_eq(word_of(j, "text"), "the device reports it after 0.4 s");
	ck_assert_str_eq(word_of(j, "state"), "done");
	ck_assert_str_eq(word_of(j, "until"), "2026-11-18T13:06:40.400Z");
	ck_assert_uint_eq(json_array_size(json_object_get(j, "checks")), CHECK_COUNT);
	json_decref(j);
}
END_TEST

START_TEST(what_is_not_passed_is_refused_with_its_reason)
{
	control.is_interlocked = true;
	ck_assert_int_eq(run("set ESS1.P 80 --reason x"), CMD_REFUSED);
	HAS(err, "REFUSED, nothing was sent: GAS_P > 0.15 is not met");
	HAS(err, "(reason 10, blocked by interlocking)");
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 0);

	json_t *j = run_json("set ESS1.P 95 --reason x --json", CMD_REFUSED);
	ck_assert_str_eq(word_of(j, "result"), "refused");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "reason")), AC_BLOCKED_INTERLOCKING);
	ck_assert(json_is_null(json_object_get(j, "command")));
	json_decref(j);

	control.is_interlocked = false;
	ck_assert_int_eq(
	    run("set ESS1.P 95 --reason x"), CMD_REFUSED); /* within the instrument's range, beyond its own */
	HAS(err, "may be set from 0 to 90");
	ck_assert_int_eq(run("set ESS1.P 80 --reason x --dry-run"), CMD_DONE);
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 0);
}
END_TEST

START_TEST(who_may_not_ends_with_4)
{
	control.is_denied = true;
	ck_assert_int_eq(run("set ESS1.P 80 --reason x"), CMD_DENIED);
	HAS(err, "this output needs a supervisor");
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 0);
}
END_TEST

START_TEST(what_makes_no_sense_is_said_before_anything_is_asked)
{
	ck_assert_int_eq(run("set ESS1.P 80"), CMD_USAGE);
	HAS(err, "--reason");
	ck_assert_int_eq(run("set ESS1.P 80 --reason x --for 9h"), CMD_USAGE);
	ck_assert_int_eq(run("set ESS1.P much --reason x"), CMD_USAGE);
	ck_assert_int_eq(run("set ESS1.P 500 --reason x"), CMD_REFUSED);
	ck_assert_int_eq(run("set ESS1.SOC 50 --reason x"), CMD_REFUSED);
	HAS(err, "ESS1.SOC is no output");
	ck_assert_int_eq(run("set ESS1.Q 50 --reason x"), CMD_NOT_FOUND);
	for (unsigned i = 0; i < STEP_COUNT; i++)
		ck_assert_uint_eq(control.steps[i], 0);
}
END_TEST

START_TEST(what_is_selected_first_is_selected_first)
{
	ck_assert_int_eq(run("set ESS1.STATE run --reason x"), CMD_DONE);
	ck_assert_uint_eq(control.steps[STEP_SELECT], 1);
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 1);
	ck_assert_uint_eq(control.asked.command, 17);
	ck_assert_int_eq(control.asked.until, 0); /* a command holds nothing */
}
END_TEST

START_TEST(a_dangerous_one_needs_its_name_once_more)
{
	ck_assert_int_eq(run("set PV1.P 1 --reason approved"), CMD_USAGE);
	HAS(err, "--yes-typed PV1.P");
	ck_assert_int_eq(run("set PV1.P 1 --reason approved --yes-typed PV1.Q"), CMD_USAGE);
	ck_assert_uint_eq(control.steps[STEP_CHECK] + control.steps[STEP_SELECT], 0);
	ck_assert_int_eq(run("set PV1.P 1 --reason approved --yes-typed PV1.P"), CMD_DONE);
	ck_assert_str_eq(control.asked.typed, "PV1.P");
	HAS(err, "a second person is asked, until");
}
END_TEST

START_TEST(what_an_output_asks_first_is_answered_first)
{
	fake.confirms[2] = "The utility permits\033[2J closing?";
	ck_assert_int_eq(run("set ESS1.STATE run --reason x"), CMD_USAGE);
	HAS(err, "ESS1.STATE asks first: \"The utility permits");
	HAS(err, "--yes-confirmed says that it is so; nothing was sent");
	HAS_NOT(err, "\033");
	ck_assert_int_eq(run("set ESS1.STATE run --reason x --yes"), CMD_USAGE);
	ck_assert_int_eq(run("undo ESS1.STATE"), CMD_USAGE);
	HAS(err, "--yes-confirmed");
	for (unsigned i = 0; i < STEP_COUNT; i++)
		ck_assert_uint_eq(control.steps[i], 0);
	ck_assert_int_eq(run("set ESS1.STATE run --reason x --dry-run"), CMD_DONE);
	ck_assert_int_eq(run("set ESS1.STATE run --reason x --yes-confirmed"), CMD_DONE);
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 1);
	ck_assert_int_eq(run("set ESS1.P 40 --reason x"), CMD_DONE); /* asks nothing */
}
END_TEST

START_TEST(the_second_person_says_no)
{
	json_t *j = run_json("set PV1.P 1 --reason rejected --yes-typed PV1.P --json", CMD_REFUSED);

	ck_assert_str_eq(word_of(j, "result"), "refused");
	ck_assert_str_eq(word_of(j, "state"), "refused");
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 0);
	json_decref(j);
}
END_TEST

START_TEST(an_emergency_asks_nobody)
{
	ck_assert_int_eq(run("set PV1.P 1 --reason fire --yes-typed PV1.P --emergency"), CMD_DONE);
	ck_assert(control.asked.is_emergency != 0);
	ck_assert_uint_eq(control.approval_count, 0);
}
END_TEST

START_TEST(each_end_has_its_code)
{
	ck_assert_int_eq(run("set ESS1.P 80 --reason fails"), CMD_FAILED);
	HAS(err, "FAILED, command 17: the device refuses");
	ck_assert_int_eq(run("set ESS1.P 80 --reason unknown"), CMD_UNKNOWN);
	HAS(err, "OUTCOME UNKNOWN");
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_int_eq(run("set ESS1.P 80 --reason sticks --timeout 1s"), CMD_UNKNOWN);
	HAS(err, "OUTCOME UNKNOWN");
}
END_TEST

START_TEST(a_link_that_breaks_after_it_was_sent_leaves_it_unknown)
{
	control.dies_at_operate = true;
	json_t *j = run_json("set ESS1.P 80 --reason x --json", CMD_UNKNOWN);

	ck_assert_str_eq(word_of(j, "result"), "unknown");
	ck_assert_str_eq(word_of(j, "state"), "sent");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "command")), 17);
	ck_assert_uint_eq(control.steps[STEP_OPERATE], 1); /* and is not sent again */
	json_decref(j);
}
END_TEST

START_TEST(silence_at_the_checks_means_that_nothing_was_sent)
{
	control.is_silent = true;
	ck_assert_int_eq(run("set ESS1.P 80 --reason x --timeout 1s"), CMD_NO_SERVER);
	HAS(err, "nothing was sent");
}
END_TEST

START_TEST(a_warning_is_told_and_permits)
{
	control.tags[control.tag_count++] = (struct msg_tag_state){ .tag = 9,
		.on = 1,
		.point = 1,
		.kind = TAG_CAUTION,
		.text = "go slow\033[31m",
		.permit = "",
		.owner = "duty" };
	ck_assert_int_eq(run("set ESS1.P 80 --reason x"), CMD_DONE);
	HAS(err, "warning, tag: caution of duty: go slow");
	HAS_NOT(err, "\033");
}
END_TEST

/* ---- the end of overrides */

START_TEST(an_override_is_listed_extended_and_released)
{
	ck_assert_int_eq(run("release ESS1.P"), CMD_REFUSED);
	ck_assert_int_eq(run("set ESS1.P 80 --reason burner_test"), CMD_DONE);
	ck_assert_int_eq(run("overrides"), CMD_DONE);
	HAS(out, "ESS1.P 80.0 kW");
	HAS(out, "burner test");
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "Mode      no plan is followed; 1 override, 0 tags");
	ck_assert_int_eq(run("get ESS1.P"), CMD_DONE);
	HAS(out, "-120.2 V kW");
	json_t *j = run_json("get ESS1.P --json", CMD_DONE);
	ck_assert_str_eq(word_of(json_array_get(json_object_get(j, "points"), 0), "held_by"), "operator");
	json_decref(j);
	j = run_json("overrides --json", CMD_DONE);
	const json_t *o = json_array_get(json_object_get(j, "overrides"), 0);
	ck_assert_str_eq(word_of(o, "by"), "operator");
	ck_assert_str_eq(word_of(o, "until"), "2026-11-18T12:06:40.400Z");
	json_decref(j);
	ck_assert_int_eq(run("extend ESS1.P --for 2h"), CMD_DONE);
	ck_assert_int_eq(control.outputs[0].m.until, FAKE_NOW + 400 * US_PER_MS + 2 * OVERRIDE_DEFAULT_US);
	ck_assert_int_eq(run("release ESS1.P"), CMD_DONE);
	HAS(out, "DONE: recorded as entry 303: released");
	ck_assert_int_eq(run("overrides"), CMD_DONE);
	HAS_NOT(out, "ESS1.P");
}
END_TEST

START_TEST(an_undo_is_a_command_of_its_own)
{
	ck_assert_int_eq(run("undo ESS1.P"), CMD_REFUSED);
	ck_assert_int_eq(run("set ESS1.P 80 --reason x"), CMD_DONE);
	json_t *j = run_json("undo ESS1.P --json", CMD_DONE);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "command")), 18);
	ck_assert_str_eq(word_of(j, "step"), "undo");
	json_decref(j);
}
END_TEST

/* ---- tags, approvals */

START_TEST(a_tag_goes_on_and_comes_off)
{
	ck_assert_int_eq(run("tag ESS1.P forbidden --text x"), CMD_USAGE);
	HAS(err, "inhibit, authority, caution and info");
	ck_assert_int_eq(run("tag ESS1.P inhibit"), CMD_USAGE);
	ck_assert_int_eq(run("tag ESS1.P inhibit --text at_work --until 10:00_ago"), CMD_USAGE);
	ck_assert_int_eq(run("tag ESS1.P inhibit --text at_work --until 2h --permit WP-7"), CMD_DONE);
	ck_assert_int_eq(control.tag.kind, TAG_INHIBIT);
	ck_assert_int_eq(control.tag.until, FAKE_NOW + 400 * US_PER_MS + 2 * 3600 * US_PER_S);
	ck_assert_str_eq(control.tag_permit, "WP-7");
	ck_assert_int_eq(run("tags"), CMD_DONE);
	HAS(out, "ESS1.P inhibit operator");
	HAS(out, "WP-7");
	ck_assert_int_eq(run("set ESS1.P 80 --reason x"), CMD_REFUSED);
	HAS(err, "inhibit of operator: at work");
	ck_assert_int_eq(run("get ESS1.P"), CMD_DONE);
	HAS(out, "-120.2 T kW");
	ck_assert_int_eq(run("untag ESS1.P"), CMD_USAGE);
	ck_assert_int_eq(run("untag ESS1.P --reason finished"), CMD_DONE);
	ck_assert_int_eq(run("untag ESS1.P --reason finished"), CMD_NOT_FOUND);
}
END_TEST

START_TEST(of_several_tags_one_is_named)
{
	ck_assert_int_eq(run("tag ESS1.P info --text one"), CMD_DONE);
	ck_assert_int_eq(run("tag ESS1.P caution --text two"), CMD_DONE);
	ck_assert_int_eq(run("untag ESS1.P --reason x"), CMD_USAGE);
	HAS(err, "there are 2 tags on ESS1.P");
	ck_assert_int_eq(run("untag 17 --reason x"), CMD_DONE);
	control.tags[1].owner = "relief";
	ck_assert_int_eq(run("untag 18 --reason x"), CMD_DENIED);
	HAS(err, "only its owner relief or a supervisor");
	json_t *j = run_json("tags --json", CMD_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "tags")), 1);
	json_decref(j);
}
END_TEST

START_TEST(what_somebody_asks_is_listed_and_answered)
{
	char *line[20] = { (char *)(uintptr_t) "approval", (char *)(uintptr_t) "relief",
		(char *)(uintptr_t) "ESS1.STATE: run\033[2J", (char *)(uintptr_t) "3", (char *)(uintptr_t) "" };

	ck_assert(fakecontrol_line(&control, line));
	ck_assert_int_eq(run("approve"), CMD_DONE);
	HAS(out, "17 relief");
	HAS(out, "ESS1.STATE: run");
	HAS_NOT(out, "\033");
	ck_assert_int_eq(run("approve --reject --reason x"), CMD_USAGE);
	ck_assert_int_eq(run("approve 17 --reject"), CMD_USAGE);
	ck_assert_int_eq(run("approve 99"), CMD_NOT_FOUND);
	ck_assert_int_eq(run("approve 17 --reject --reason not_now"), CMD_DONE);
	ck_assert_int_eq(control.approve.yes, 0);
	ck_assert_str_eq(control.approve_reason, "not now");
	ck_assert_int_eq(run("approve 17"), CMD_NOT_FOUND);
}
END_TEST

/* ---- the model */

static struct client *model;
static unsigned told[4];

static void
phase(struct client *c, void *arg)
{
	(void)arg;
	if (c->phase == CLIENT_LIVE || c->phase == CLIENT_DOWN)
		ev_break(fake.loop, EVBREAK_ALL);
}

static void
tell(struct client *c, enum client_control_kind what, uint64_t number, void *arg)
{
	(void)c;
	(void)number;
	(void)arg;
	told[what]++;
	ev_break(fake.loop, EVBREAK_ALL);
}

static const struct client_ops model_ops = { .phase = phase, .control = tell };

static void
give_up(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)w;
	(void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void
turn(void)
{
	ev_timer limit;

	ev_timer_init(&limit, give_up, 5., 0.);
	ev_timer_start(fake.loop, &limit);
	ev_run(fake.loop, 0);
	ck_assert(ev_is_active(&limit)); /* else nothing happened */
	ev_timer_stop(fake.loop, &limit);
}

static void
live(void)
{
	memset(told, 0, sizeof told);
	model = client_new(fake.loop, fake.path, SUB_SITE | SUB_POINTS | SUB_VALUES | SUB_DEVICES | SUB_CONTROL, false,
	    &model_ops, NULL);
	while (model->phase != CLIENT_LIVE)
		turn();
}

static void
push(uint16_t type, struct wbuf *b)
{
	conn_send(fake.conn, type, 0, b, NULL);
	wbuf_done(b);
	turn();
}

static void
send_tag(uint64_t tag, bool on, point_id point, unsigned kind)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_tag_state_put(&b,
	    &(struct msg_tag_state){ .tag = tag,
	        .on = on,
	        .point = point,
	        .kind = (uint8_t)kind,
	        .text = "t",
	        .permit = "",
	        .owner = "duty" });
	push(W_TAG_STATE, &b);
}

START_TEST(an_override_in_doubt_is_shown_as_unknown)
{
	char text[600];

	control.outputs[0].m.slot_operator = 70;
	control.outputs[0].m.slot = SLOT_OPERATOR;
	control.outputs[0].m.flags = OUTPUT_UNKNOWN;
	live();
	holds_who(model, 1, (struct utc){ FAKE_NOW }, text, sizeof text);
	ck_assert_msg(strstr(text, "UNKNOWN whether the device has it") != NULL, "%s", text);
	ck_assert(holds_progress(model, 1, false, text, sizeof text));
	ck_assert_msg(strstr(text, "OUTCOME UNKNOWN") != NULL, "%s", text);
	client_free(model);
	model = NULL;
	ck_assert_int_eq(run("overrides"), CMD_DONE);
	ck_assert_msg(strstr(capture.out_text, "70.0 kW UNKNOWN") != NULL, "%s", capture.out_text);
	ck_assert_int_eq(run("overrides --json"), CMD_DONE);
	ck_assert_msg(strstr(capture.out_text, "\"unknown\":true") != NULL, "%s", capture.out_text);
}
END_TEST

START_TEST(the_model_knows_outputs_and_tags_and_keeps_them)
{
	char marks[MARKS_MAX];

	control.outputs[0].m.slot_operator = 70;
	control.outputs[0].m.flags = OUTPUT_LOCAL | OUTPUT_ENDS_SOON;
	control.outputs[0].m.until = FAKE_NOW + 1;
	live();
	ck_assert(client_is_output(model, 1) && !client_is_output(model, 0));
	ck_assert(client_is_overridden(model, 1) && !client_is_overridden(model, 2));
	ck_assert_uint_eq(model->control->overrides, 1);
	ck_assert_uint_eq(client_ends_soon(model), 1);
	ck_assert_str_eq(client_marks(model, 1, 0, marks, sizeof marks), "VL");
	send_tag(5, true, 1, TAG_INFO);
	send_tag(6, true, 1, TAG_INHIBIT);
	ck_assert_uint_eq(client_tags_of(model, 1), 2);
	ck_assert_uint_eq(client_tag_of(model, 1, 0)->tag, 6); /* the most severe first */
	ck_assert_str_eq(client_marks(model, 1, Q_NO_COMM, marks, sizeof marks), "?cVTL");
	send_tag(6, false, 1, TAG_INHIBIT);
	send_tag(5, true, 2, TAG_INFO); /* it moved */
	ck_assert_uint_eq(client_tags_of(model, 1), 0);
	ck_assert_uint_eq(client_tags_of(model, 2), 1);
	ck_assert_uint_eq(told[CONTROL_TAG], 4);
	fake_die(&fake);
	turn();
	ck_assert_int_eq(model->phase, CLIENT_DOWN);
	ck_assert(client_is_overridden(model, 1));
	ck_assert_uint_eq(client_tags_of(model, 2), 1);
	client_free(model);
}
END_TEST

START_TEST(ended_commands_are_forgotten_and_open_ones_are_not)
{
	struct wbuf b;

	live();
	for (uint64_t i = 1; i <= 3 * CLIENT_COMMANDS_OVER; i++) {
		wbuf_init(&b);
		msg_command_state_put(&b,
		    &(struct msg_command_state){ .command = i,
		        .state = i == 3 ? COMMAND_WAITING : COMMAND_DONE,
		        .time = FAKE_NOW + (int64_t)i,
		        .point = "ESS1.P",
		        .user = "operator",
		        .text = "" });
		push(W_COMMAND_STATE, &b);
	}
	ck_assert_uint_eq(model->control->command_count, CLIENT_COMMANDS_OVER + 1);
	ck_assert(client_command(model, 3) != NULL && client_command(model, 4) == NULL);
	ck_assert_uint_eq(client_last_done(model, "ESS1.P", "operator")->command, 3 * CLIENT_COMMANDS_OVER);
	ck_assert(client_last_done(model, "ESS1.P", "relief") == NULL);
	client_free(model);
}
END_TEST

/* What cannot be ends the link, and harms nobody. */
START_TEST(impossible_frames_end_the_link)
{
	struct wbuf b;

	live();
	wbuf_init(&b);
	if (_i == 0)
		msg_tag_state_put(&b,
		    &(struct msg_tag_state){
		        .tag = 5, .on = 1, .point = 4000000, .text = "t", .permit = "", .owner = "duty" });
	else if (_i == 1)
		msg_tag_state_put(&b,
		    &(struct msg_tag_state){
		        .tag = 5, .on = 1, .kind = 99, .text = "t", .permit = "", .owner = "duty" });
	else if (_i == 2)
		msg_output_put(&b,
		    &(struct msg_output){
		        .point = 1, .slot = 77, .user = "", .reason = "", .clamp = "", .selected_by = "" });
	else
		msg_command_state_put(
		    &b, &(struct msg_command_state){ .command = 1, .state = 200, .point = "", .user = "", .text = "" });
	push(_i < 2 ? W_TAG_STATE : _i == 2 ? W_OUTPUT : W_COMMAND_STATE, &b);
	ck_assert_int_eq(model->phase, CLIENT_DOWN);
	ck_assert_int_eq(model->why, ERR_FRAME);
	client_free(model);
}
END_TEST

START_TEST(nobody_approves_what_he_asks_or_where_he_has_no_area)
{
	struct msg_approval a = {
		.approval = 1, .role = ROLE_OPERATOR, .area = "", .user = "relief", .what = "", .by = "", .outcome = ""
	};

	live();
	ck_assert(client_may_approve(model, &a));
	a.user = "operator";
	ck_assert(!client_may_approve(model, &a));
	a.user = "relief";
	a.role = ROLE_SUPERVISOR;
	ck_assert(!client_may_approve(model, &a));
	a.role = ROLE_OPERATOR;
	a.area = "heat";
	ck_assert(client_may_approve(model, &a)); /* of all areas */
	str_copy(model->areas, sizeof model->areas, "power water");
	ck_assert(!client_may_approve(model, &a));
	client_free(model);
}
END_TEST

/* ---- the hand itself */

static void
hand_turned(struct hand *h, void *arg)
{
	(void)h;
	(void)arg;
	ev_break(fake.loop, EVBREAK_ALL);
}

static void
until_phase(struct hand *h, enum hand_phase phase_wanted)
{
	while (h->phase != phase_wanted)
		turn();
}

START_TEST(leaving_takes_back_what_was_only_selected)
{
	struct hand h;

	live();
	hand_init(&h, model, hand_turned, NULL);
	str_copy(h.point, sizeof h.point, "ESS1.STATE");
	str_copy(h.reason, sizeof h.reason, "x");
	h.value = 1;
	ck_assert(hand_select(&h));
	until_phase(&h, HAND_SELECTED);
	ck_assert(!hand_is_sent(&h));
	hand_leave(&h);
	while (control.steps[STEP_CANCEL] == 0)
		turn();
	ck_assert_uint_eq(control.asked.command, 17);
	client_free(model);
}
END_TEST

START_TEST(a_link_lost_while_selected_sends_nothing)
{
	struct hand h;

	live();
	hand_init(&h, model, hand_turned, NULL);
	str_copy(h.point, sizeof h.point, "ESS1.STATE");
	ck_assert(hand_select(&h));
	until_phase(&h, HAND_SELECTED);
	fake_die(&fake);
	while (model->phase != CLIENT_DOWN)
		turn();
	hand_lost(&h, model->why_text);
	ck_assert_int_eq(h.phase, HAND_ENDED);
	ck_assert_int_eq(h.end, HAND_CANCELLED);
	ck_assert(strstr(h.text, "nothing was sent") != NULL);
	client_free(model);
}
END_TEST

/* After a loss the outcome is unknown; a new snapshot that knows the command lifts that. */
START_TEST(an_unknown_one_is_heard_of_again)
{
	struct hand h;
	struct wbuf b;

	live();
	hand_init(&h, model, hand_turned, NULL);
	str_copy(h.point, sizeof h.point, "ESS1.P");
	str_copy(h.reason, sizeof h.reason, "waits");
	h.value = 50;
	ck_assert(hand_operate(&h));
	while (!h.has_state || h.state != COMMAND_WAITING)
		turn();
	ck_assert(hand_is_sent(&h));
	h.ask = 0; /* as if its answer had been lost with the link */
	hand_lost(&h, "the link is lost");
	ck_assert_int_eq(h.end, HAND_UNKNOWN);
	hand_look(&h);
	ck_assert_int_eq(h.phase, HAND_UNDER_WAY);
	wbuf_init(&b);
	control.commands[0].state = COMMAND_DONE;
	msg_command_state_put(&b, &control.commands[0]);
	push(W_COMMAND_STATE, &b);
	hand_look(&h);
	ck_assert_int_eq(h.phase, HAND_ENDED);
	ck_assert_int_eq(h.end, HAND_DONE);
	client_free(model);
}
END_TEST

START_TEST(a_cancel_that_comes_too_late_says_so_by_going_on)
{
	struct hand h;

	live();
	hand_init(&h, model, hand_turned, NULL);
	str_copy(h.point, sizeof h.point, "ESS1.P");
	str_copy(h.reason, sizeof h.reason, "waits");
	ck_assert(hand_operate(&h));
	while (!h.has_state || h.state != COMMAND_WAITING)
		turn();
	ck_assert(hand_cancel(&h));
	while (h.ask != 0)
		turn();
	ck_assert_int_eq(h.phase, HAND_UNDER_WAY);
	client_free(model);
}
END_TEST

START_TEST(the_end_of_a_tag_lies_ahead)
{
	struct utc now = { FAKE_NOW };
	int64_t until;

	clock_set_zone("Asia/Tokyo"); /* 20:06:40 */
	ck_assert(act_read_end("2h", now, &until));
	ck_assert_int_eq(until, FAKE_NOW + 2 * 3600 * US_PER_S);
	ck_assert(act_read_end("21:00", now, &until));
	ck_assert_int_eq(until - FAKE_NOW, (53 * 60 + 20) * US_PER_S);
	ck_assert(act_read_end("17:00", now, &until)); /* is over today: tomorrow's */
	ck_assert_int_eq(until - FAKE_NOW, (21 * 3600 - 6 * 60 - 40) * US_PER_S);
	ck_assert(!act_read_end("2026-11-01", now, &until));
	ck_assert(!act_read_end("yesterday", now, &until));
	ck_assert(!act_read_end("soon", now, &until));
}
END_TEST

T_MAIN("hand_page",
    T_FIXTURE(setup, teardown) T(a_dry_run_shows_the_checks_and_sends_nothing) T(
        a_setpoint_is_checked_then_set_and_done) T(the_end_in_json_has_the_promised_keys)
        T(what_is_not_passed_is_refused_with_its_reason) T(who_may_not_ends_with_4) T(
            what_makes_no_sense_is_said_before_anything_is_asked) T(what_is_selected_first_is_selected_first)
            T(a_dangerous_one_needs_its_name_once_more) T(what_an_output_asks_first_is_answered_first) T(
                the_second_person_says_no) T(an_emergency_asks_nobody) T(each_end_has_its_code)
                T(a_link_that_breaks_after_it_was_sent_leaves_it_unknown) T(
                    silence_at_the_checks_means_that_nothing_was_sent) T(a_warning_is_told_and_permits)
                    T(an_override_is_listed_extended_and_released) T(an_undo_is_a_command_of_its_own) T(
                        a_tag_goes_on_and_comes_off) T(of_several_tags_one_is_named)
                        T(what_somebody_asks_is_listed_and_answered) T(
                            the_model_knows_outputs_and_tags_and_keeps_them) T(an_override_in_doubt_is_shown_as_unknown)
                            T(ended_commands_are_forgotten_and_open_ones_are_not) T_LOOP(impossible_frames_end_the_link,
                                0, 4) T(nobody_approves_what_he_asks_or_where_he_has_no_area)
                                T(leaving_takes_back_what_was_only_selected) T(
                                    a_link_lost_while_selected_sends_nothing) T(an_unknown_one_is_heard_of_again)
                                    T(a_cancel_that_comes_too_late_says_so_by_going_on) T(the_end_of_a_tag_lies_ahead))
