/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_cmd_alarms.c - the commands on alarms: what they print, what they send, and the exit code that scripts stand on.
 */
#include "config.h"

#include <jansson.h>
#include <signal.h>

#include "console/cmd.h"
#include "console/say.h"
#include "tests/screen/fakealarms.h"
#include "tests/unit/t.h"

#include "tests/unit/cmd_kit.h"
#include "tests/unit/fake.h"

static struct fake fake;
static struct fakerecords records;
static struct fakealarms alarms;
static ev_timer later; /* outlives a test that fails */

/* The second person of a shelf; the fake alarms have none. */
static struct two {
	bool is_on, is_over;
	enum approval_state ends; /* APPROVAL_PENDING: never */
	uint64_t token;
	unsigned asked, others; /* others: acts of another token */
} two;

static uint32_t
find_point(const char *name)
{
	for (uint32_t i = 0; i < FAKE_POINTS; i++)
		if (strcmp(fake_points[i].name, name) == 0)
			return i;
	return POINT_NONE;
}

static uint32_t
find_device(const char *name)
{
	return strcmp(name, "PV1") == 0 ? 1 : 0;
}

static void
publish(uint16_t type, struct wbuf *b, void *arg)
{
	(void)arg;
	fake_send(&fake, type, b);
}

static void
tell_approval(uint64_t number, enum approval_state state, const char *user, const char *what)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_approval_put(&b,
	    &(struct msg_approval){ .approval = number,
	        .state = (uint8_t)state,
	        .until = FAKE_NOW + 120 * US_PER_S,
	        .role = ROLE_OPERATOR,
	        .area = "gym",
	        .user = user,
	        .what = what,
	        .by = "" });
	fake_send(&fake, W_APPROVAL, &b);
	wbuf_done(&b);
}

static void
second_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	if (fake.conn == NULL || two.is_over)
		return;
	two.is_over = true;
	tell_approval(77, two.ends, "operator", "shelve ESS1.SOC.LL: x");
}

static void
second_answers(struct conn *c, uint32_t sequence)
{
	bool waits = !two.is_over;
	struct msg_result m = {
		.err = OK, .addcause = 255, .text = "recorded as entry 12: ESS1.SOC.LL: shelve, approved by bert"
	};
	struct wbuf b;

	if (waits) {
		m.detail = RESULT_NEEDS_SECOND;
		m.text = "this takes two persons: nothing is done yet; a second one has 120 s to approve it";
	} else if (two.ends != APPROVAL_YES) {
		m.err = ERR_REFUSED;
		m.addcause = AC_ABORT_CANCEL;
		m.text = two.ends == APPROVAL_NO ? "shelve was not done: bert said no: look first"
		                                 : "shelve was not done: no second person said yes in time";
	}
	wbuf_init(&b);
	msg_result_put(&b, &m);
	conn_send(c, W_RESULT, sequence, &b, NULL);
	wbuf_done(&b);
	if (two.asked == 1) {
		tell_approval(76, APPROVAL_PENDING, "relief", "shelve ESS1.SOC.LL: of another person");
		tell_approval(77, APPROVAL_PENDING, "operator", "shelve ESS1.SOC.LL: x");
		tell_approval(76, APPROVAL_NO, "relief", "shelve ESS1.SOC.LL: of another person");
	} else if (waits && two.ends != APPROVAL_PENDING) { /* that decision was not ours: now it is */
		ev_timer_init(&later, second_cb, 0.05, 0.);
		ev_timer_start(fake.loop, &later);
	}
}

static bool
second_takes(struct conn *c, const struct frame *f)
{
	struct msg_alarm_act m;
	struct rbuf r;

	rbuf_init(&r, f->body, f->length);
	if (!two.is_on || f->type != W_ALARM_ACT || !msg_alarm_act_get(&r, &m) || m.act != ALARM_ACT_SHELVE)
		return false;
	if (two.asked++ == 0)
		two.token = m.token;
	two.others += m.token != two.token;
	second_answers(c, f->sequence);
	return true;
}

static bool
take_frame(struct fake *s, struct conn *c, const struct frame *f)
{
	(void)s;
	return second_takes(c, f) || fakealarms_frame(&alarms, c, f);
}

static void
more(struct fake *s, struct conn *c)
{
	(void)s;
	fakealarms_snapshot(&alarms, c);
}

static void
setup(void)
{
	static const char *const lines[] = {
		"alarm|ESS1.SOC.LL|ESS1.SOC||LL|1||5|1|gym|equipment||overview|600|",
		"say|Battery nearly empty|残量僅少|Stop the discharge.||It shuts down.|",
		"is|UNACK|75|4.8|0|0|0|||||||",
		"alarm|ESS1.SOC.L|ESS1.SOC||L|3||10|1|gym|equipment||||3600",
		"say|Battery low||Watch it.|||",
		"is|ACKED|300|9.2|1|4|2||64|duty||charging||250",
		"alarm|ESS1.STATE.STATE99|ESS1.STATE||STATE|2|3|99||plant|safety||||",
		"say|Battery fault||Read the panel.|||",
		"is|LATAK|900|99|0|0|0|||duty||||800",
		"alarm|PV1.COMM||PV1|COMM|3||||roof|comm||||",
		"is|SHLVD|60||0|0|0|||duty|works on the roof||1800|",
		"alarm|CEMS.EVIL|||CALC|4||||\\e[31m||||",
		"say|\\e]0;owned||\\e[2J|||",
		"is|UNACK|5|||0|0|||||||",
		"alarm|ESS1.P.H|ESS1.P||H|4||180||gym|||||",
	};

	setenv("CHISAN_NOW", "2026-11-18T11:06:40.400Z", 1); /* FAKE_NOW + 0.4 s */
	unsetenv("LC_ALL");
	unsetenv("LANG");
	unsetenv("LC_MESSAGES");
	setenv("LC_CTYPE", "C.UTF-8", 1);
	say_init();
	two = (struct two){ .is_on = false };
	fakerecords_init(&records, clock_utc(), 10);
	fakealarms_init(&alarms, (struct utc){ FAKE_NOW }, &records);
	alarms.find_point = find_point;
	alarms.find_device = find_device;
	alarms.publish = publish;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		fakealarms_line(&alarms, lines[i]);
	fake_start(&fake, ev_default_loop(0));
	fake.more = more;
	fake.answer = take_frame;
	setenv("CHISAN_SOCKET", fake.path, 1);
}

static void
teardown(void)
{
	ev_timer_stop(fake.loop, &later);
	fake_stop(&fake);
	fakealarms_done(&alarms);
	fakerecords_done(&records);
}

static json_t *
json(void)
{
	json_t *j = json_loads(capture.out_text, 0, NULL);

	ck_assert_msg(j != NULL, "no JSON: %s", capture.out_text);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "schema")), 1);
	return j;
}

static const char *
text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	ck_assert_msg(s != NULL, "no %s in %s", key, capture.out_text);
	return s;
}

/* ---- the list */

START_TEST(the_list_has_what_is_active_or_waits_the_worst_first)
{
	ck_assert_int_eq(run("alarms"), CMD_DONE);
	HAS(out, ">!1 20:05:25 UNACK");
	HAS(out, "4.8 % < 5");
	HAS_NOT(out, "PV1.COMM"); /* shelved */
	HAS_NOT(out, "ESS1.P.H"); /* at rest */
	ck_assert(strstr(capture.out_text, "ESS1.SOC.LL") < strstr(capture.out_text, "CEMS.EVIL"));
	ck_assert(strstr(capture.out_text, "CEMS.EVIL") < strstr(capture.out_text, "ESS1.STATE.STATE99"));
	ck_assert(strstr(capture.out_text, "ESS1.STATE.STATE99") < strstr(capture.out_text, "ESS1.SOC.L "));
	ck_assert(strchr(capture.out_text, '\033') == NULL);
}
END_TEST

START_TEST(the_shape_of_the_json_is_the_promised_one)
{
	static const char *const keys[] = { "alarm", "state", "priority", "time", "value", "limit", "text",
		"response" };

	ck_assert_int_eq(run("alarms --json"), CMD_DONE);
	json_t *j = json(), *list = json_object_get(j, "alarms"), *first = json_array_get(list, 0);
	ck_assert_uint_eq(json_array_size(list), 4);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		ck_assert_msg(json_object_get(first, keys[i]) != NULL, "no %s", keys[i]);
	ck_assert_str_eq(text_of(first, "alarm"), "ESS1.SOC.LL");
	ck_assert_str_eq(text_of(first, "state"), "UNACK");
	ck_assert_str_eq(text_of(first, "time"), "2026-11-18T11:05:25.000Z");
	ck_assert_double_eq(json_real_value(json_object_get(first, "value")), 4.8);
	ck_assert_double_eq(json_number_value(json_object_get(first, "limit")), 5);
	ck_assert_str_eq(text_of(first, "response"), "Stop the discharge.");
	json_t *low = json_array_get(list, 3);
	ck_assert_str_eq(text_of(low, "comment"), "charging");
	ck_assert_str_eq(text_of(low, "comment_by"), "duty");
	ck_assert_str_eq(text_of(low, "commented"), "2026-11-18T11:02:30.000Z");
	ck_assert(json_is_null(json_object_get(first, "comment")) &&
	    json_is_null(json_object_get(first, "comment_by")) && json_is_null(json_object_get(first, "commented")));
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(low, "flags"), 0)), "doubtful");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(low, "flags"), 1)), "chatters");
	json_decref(j);
}
END_TEST

START_TEST(the_list_is_chosen_by_shelf_area_priority_state_and_name)
{
	ck_assert_int_eq(run("alarms --shelved"), CMD_DONE);
	HAS(out, "PV1.COMM");
	HAS_NOT(out, "ESS1");
	ck_assert_int_eq(run("alarms --priority 2 --names"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.SOC.LL\nESS1.STATE.STATE99\n");
	ck_assert_int_eq(run("alarms --area gym --names"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.SOC.LL\nESS1.SOC.L\n");
	ck_assert_int_eq(run("alarms --state latak,SHLVD --names"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "ESS1.STATE.STATE99\nPV1.COMM\n");
	ck_assert_int_eq(run("alarms --all --names ESS1.*"), CMD_DONE);
	HAS(out, "ESS1.P.H");
	ck_assert_int_eq(run("alarms ESS1.P.H"), CMD_DONE);
	HAS(out, "none of these alarms is active or waits");
	ck_assert_int_eq(run("alarms ESS9.*"), CMD_NOT_FOUND);
	ck_assert_int_eq(run("alarms --state LOUD"), CMD_USAGE);
	HAS(err, "there is no state LOUD");
	ck_assert_int_eq(run("alarms --priority 5"), CMD_USAGE);
	ck_assert_int_eq(run("alarms -n 3"), CMD_USAGE);
}
END_TEST

/* ---- acts */

START_TEST(an_acknowledgement_names_what_was_seen)
{
	ck_assert_int_eq(run("ack ESS1.SOC.LL --comment on_my_way"), CMD_DONE);
	HAS(out, "DONE, recorded as entry 13");
	ck_assert_uint_eq(alarms.acts, 1);
	ck_assert_int_eq(alarms.last_act, ALARM_ACT_ACK);
	ck_assert_str_eq(alarms.last_reason, "on my way");
	ck_assert_uint_eq(alarms.last_seen, alarms.alarms[0].m.occurrence);
	ck_assert_int_eq(alarms.alarms[0].m.state, ALARM_ACKED);
	ck_assert_int_eq(run("ack ESS1.SOC.LL"), CMD_REFUSED);
	HAS(err, "acknowledged already");
	HAS(err, "(reason 4, invalid position)");
}
END_TEST

START_TEST(an_occurrence_that_is_over_is_not_acknowledged)
{
	ck_assert_int_eq(run("ack ESS1.SOC.LL#1"), CMD_REFUSED);
	ck_assert_uint_eq(alarms.last_seen, 1);
	ck_assert_int_eq(alarms.alarms[0].m.state, ALARM_UNACK);
}
END_TEST

START_TEST(alarms_are_named_one_by_one)
{
	ck_assert_int_eq(run("ack ESS1.*"), CMD_NOT_FOUND);
	HAS(err, "not by a pattern");
	ck_assert_int_eq(run("ack ess1.soc.ll"), CMD_NOT_FOUND);
	HAS(err, "did you mean ESS1.SOC.LL?");
	ck_assert_int_eq(run("ack ESS1.SOC.LL NOPE.X"), CMD_NOT_FOUND); /* then none of them */
	ck_assert_uint_eq(alarms.acts, 0);
	ck_assert_int_eq(run("ack ESS1.SOC.LL CEMS.EVIL"), CMD_DONE);
	ck_assert_uint_eq(alarms.last_count, 2);
}
END_TEST

START_TEST(the_outcome_as_json_tells_entry_and_reason)
{
	ck_assert_int_eq(run("ack ESS1.SOC.LL --json"), CMD_DONE);
	json_t *j = json();
	ck_assert_str_eq(text_of(j, "act"), "ack");
	ck_assert_str_eq(text_of(j, "alarm"), "ESS1.SOC.LL");
	ck_assert_str_eq(text_of(j, "result"), "done");
	ck_assert(json_is_true(json_object_get(j, "recorded")));
	ck_assert_int_eq(json_integer_value(json_object_get(j, "entry")), 13);
	json_decref(j);
	ck_assert_int_eq(run("ack ESS1.SOC.LL --json"), CMD_REFUSED);
	j = json();
	ck_assert_str_eq(text_of(j, "result"), "refused");
	ck_assert_int_eq(json_integer_value(json_object_get(j, "reason")), AC_INVALID_POSITION);
	json_decref(j);
}
END_TEST

START_TEST(a_trial_changes_nothing)
{
	ck_assert_int_eq(run("ack ESS1.SOC.LL --dry-run"), CMD_DONE);
	HAS(out, "DRY RUN, nothing was done");
	ck_assert_uint_eq(alarms.acts, 0);
	ck_assert_uint_eq(alarms.dry, 1);
	ck_assert_int_eq(alarms.alarms[0].m.state, ALARM_UNACK);
	ck_assert_int_eq(run("reset ESS1.SOC.LL --dry-run --json"), CMD_REFUSED);
	json_t *j = json();
	ck_assert_str_eq(text_of(j, "result"), "refused");
	json_decref(j);
	ck_assert_int_eq(run("ack ESS1.SOC.LL --dry-run --json"), CMD_DONE);
	j = json();
	ck_assert_str_eq(text_of(j, "result"), "dry-run");
	ck_assert(json_is_false(json_object_get(j, "recorded")));
	json_decref(j);
}
END_TEST

START_TEST(an_act_that_waits_for_the_store_says_so)
{
	records.is_slow_to_record = true;
	ck_assert_int_eq(run("ack ESS1.SOC.LL"), CMD_DONE);
	HAS(out, "DONE, NOT YET RECORDED");
	ck_assert_int_eq(run("reset ESS1.STATE.STATE99 --json"), CMD_DONE);
	json_t *j = json();
	ck_assert(json_is_false(json_object_get(j, "recorded")));
	json_decref(j);
}
END_TEST

START_TEST(an_act_without_an_answer_is_unknown)
{
	records.is_silent = true;
	ck_assert_int_eq(run("ack ESS1.SOC.LL --timeout 1s"), CMD_UNKNOWN);
	HAS(err, "sent, not confirmed");
	ck_assert_int_eq(run("ack ESS1.SOC.LL --timeout 1s --dry-run"), CMD_NO_SERVER); /* nothing can have been done */
}
END_TEST

START_TEST(a_shelf_has_a_time_and_a_reason)
{
	ck_assert_int_eq(run("shelve CEMS.EVIL --for 30m"), CMD_USAGE);
	HAS(err, "--reason TEXT is needed");
	ck_assert_int_eq(run("shelve CEMS.EVIL --reason x"), CMD_USAGE);
	ck_assert_int_eq(run("shelve CEMS.EVIL --for 30m --once --reason x"), CMD_USAGE);
	ck_assert_int_eq(run("shelve ESS1.SOC.L --for 2h --reason x"), CMD_REFUSED); /* at most 1 h */
	HAS(err, "shelved for at most 1h");
	ck_assert_uint_eq(alarms.acts, 0);
	ck_assert_int_eq(run("shelve CEMS.EVIL --for 30m --reason sensor_wet"), CMD_DONE);
	ck_assert_int_eq(alarms.last_until, clock_utc().us + 1800 * US_PER_S);
	ck_assert_str_eq(alarms.last_reason, "sensor wet");
	ck_assert_int_eq(run("unshelve CEMS.EVIL"), CMD_DONE);
	ck_assert_int_eq(run("shelve CEMS.EVIL --once --reason x"), CMD_DONE);
	ck_assert_int_eq(alarms.last_until, 0);
	two = (struct two){ .is_on = true, .ends = APPROVAL_NO };
	ck_assert_int_eq(run("shelve ESS1.SOC.LL --for 10m --reason x"), CMD_REFUSED);
	two.is_on = false;
	ck_assert_int_eq(run("shelve ESS1.SOC.LL --for 10m --reason x --emergency"), CMD_DONE);
	ck_assert(alarms.was_emergency);
}
END_TEST

/* ---- two persons */

#define SHELVE "shelve ESS1.SOC.LL --for 10m --reason x "

START_TEST(a_second_person_is_waited_for_and_named)
{
	two.is_on = true;
	two.ends = APPROVAL_YES;
	ck_assert_int_eq(run(SHELVE), CMD_DONE);
	HAS(err, "a second person is asked, until ");
	ck_assert(strstr(strstr(capture.err_text, "is asked") + 1, "is asked") == NULL); /* once */
	HAS(out, "DONE, recorded as entry 12: ESS1.SOC.LL: shelve, approved by bert");
	ck_assert_uint_eq(two.asked, 3); /* the act, after the decision that was not ours, and after ours */
	ck_assert_uint_eq(two.others, 0);
}
END_TEST

START_TEST(the_no_of_a_second_person_is_a_refusal)
{
	two.is_on = true;
	two.ends = APPROVAL_NO;
	ck_assert_int_eq(run(SHELVE), CMD_REFUSED);
	HAS(err, "bert said no: look first");
	ck_assert_str_eq(capture.out_text, "");
	two = (struct two){ .is_on = true, .ends = APPROVAL_EXPIRED };
	ck_assert_int_eq(run(SHELVE "--json"), CMD_REFUSED);
	json_t *j = json(); /* one object, when it is over */
	ck_assert_str_eq(text_of(j, "result"), "refused");
	ck_assert(strstr(text_of(j, "text"), "no second person said yes in time") != NULL);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "reason")), AC_ABORT_CANCEL);
	json_decref(j);
}
END_TEST

static void
interrupt_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	raise(SIGINT);
}

START_TEST(who_does_not_wait_is_told_that_it_may_still_be_approved)
{
	two.is_on = true;
	two.ends = APPROVAL_PENDING;
	ev_timer_init(&later, interrupt_cb, 0.3, 0.);
	ev_timer_start(fake.loop, &later);
	ck_assert_int_eq(run(SHELVE "--json"), CMD_UNKNOWN);
	HAS(err, "a second person is asked, until ");
	HAS(err, "interrupted; nothing is done yet, but a second person may still approve it until ");
	json_t *j = json();
	ck_assert_str_eq(text_of(j, "result"), "asked");
	ck_assert(json_is_false(json_object_get(j, "recorded")));
	json_decref(j);
}
END_TEST

static void
leave_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	conn_finish(fake.conn, ERR_CLOSED);
}

START_TEST(a_link_that_is_lost_meanwhile_is_no_end_either)
{
	two.is_on = true;
	two.ends = APPROVAL_PENDING;
	ev_timer_init(&later, leave_cb, 0.3, 0.);
	ev_timer_start(fake.loop, &later);
	ck_assert_int_eq(run(SHELVE), CMD_UNKNOWN);
	HAS(err, "the link to chisand is lost; nothing is done yet, but a second person may still approve it");
	ck_assert_str_eq(capture.out_text, "");
}
END_TEST

START_TEST(out_of_service_takes_an_order_and_an_end)
{
	ck_assert_int_eq(run("oos PV1.COMM --order W1 --until 8h"), CMD_DENIED);
	HAS(err, "oos needs the role supervisor; you are operator");
	fake.role = ROLE_SUPERVISOR;
	ck_assert_int_eq(run("oos PV1.COMM --until 8h"), CMD_USAGE);
	ck_assert_int_eq(run("oos PV1.COMM --order W1 --until yesterday"), CMD_USAGE);
	HAS(err, "is no time to come");
	ck_assert_int_eq(run("oos PV1.COMM --order W1 --until 8h --reason new_card"), CMD_DONE);
	ck_assert_str_eq(alarms.last_reason, "W1: new card");
	ck_assert_int_eq(alarms.last_until, clock_utc().us + 8 * 3600 * US_PER_S);
	ck_assert_int_eq(run("oos PV1.COMM --order W1 --until 21:00"), CMD_DONE); /* of the site: 20:06 there */
	ck_assert_int_eq(alarms.last_until, FAKE_NOW + (53 * 60 + 20) * US_PER_S);
	ck_assert_int_eq(run("oos PV1.COMM --return --order W1"), CMD_USAGE);
	ck_assert_int_eq(run("oos PV1.COMM --return"), CMD_DONE);
	ck_assert_int_eq(alarms.last_act, ALARM_ACT_RETURN);
}
END_TEST

START_TEST(silence_names_no_alarm)
{
	ck_assert_int_eq(run("silence"), CMD_DONE);
	ck_assert_int_eq(alarms.last_act, ALARM_ACT_SILENCE);
	ck_assert_uint_eq(alarms.last_count, 0);
	ck_assert_int_eq(run("silence ESS1.SOC.LL"), CMD_USAGE);
	fake.role = ROLE_VIEWER;
	ck_assert_int_eq(run("silence"), CMD_DENIED);
	ck_assert_int_eq(run("ack ESS1.SOC.LL"), CMD_DENIED);
}
END_TEST

/* ---- as they come */

static void
raise_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)loop;
	(void)w;
	(void)revents;
	if (fake.conn == NULL)
		return;
	fakealarms_go(&alarms, 5, ALARM_UNACK);
	fakealarms_tell_horn(&alarms, 4, 5, false); /* no line */
	fakealarms_go(&alarms, 5, ALARM_NORM);
}

START_TEST(the_status_counts_them)
{
	json_error_t e;
	int priority[4], shelved, suppressed, out, flood, overrides, tags;

	alarms.horn.is_flood = 1;
	ck_assert_int_eq(run("status"), CMD_DONE);
	alarms.horn.rate = 14;
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "Alarms    FLOOD: 14 in 10 min; 2 wait: !1 1, .4 1; 3 active; 1 shelved\n");
	ck_assert_int_eq(run("status --json"), CMD_DONE);
	json_t *j = json_loads(capture.out_text, JSON_REJECT_DUPLICATES, &e);
	ck_assert_msg(j != NULL, "%s", e.text);
	ck_assert_int_eq(
	    json_unpack(j, "{s:{s:[iiii],s:i,s:i,s:i,s:b},s:i,s:i}", "alarms", "unacknowledged", &priority[0],
	        &priority[1], &priority[2], &priority[3], "shelved", &shelved, "suppressed", &suppressed,
	        "out_of_service", &out, "flood", &flood, "overrides", &overrides, "tags", &tags),
	    0);
	ck_assert_int_eq(priority[0], 1);
	ck_assert_int_eq(priority[1] + priority[2], 0);
	ck_assert_int_eq(priority[3], 1);
	ck_assert_int_eq(shelved, 1);
	ck_assert_int_eq(suppressed + out, 0);
	ck_assert(flood);
	ck_assert_int_eq(overrides + tags, 0);
	json_decref(j);
}
END_TEST

START_TEST(a_flood_is_told_with_its_areas)
{
	struct wbuf list;

	wbuf_init(&list);
	w_str(&list, "gym");
	w_i64(&list, FAKE_NOW);
	w_u32(&list, 12);
	alarms.horn.is_flood = alarms.horn.flood_count = 1;
	alarms.horn.rate = 14;
	alarms.horn.floods = (struct msg_bytes){ list.data, list.len };
	ck_assert_int_eq(run("alarms"), CMD_DONE);
	ck_assert(strstr(capture.out_text, "FLOOD in area gym: 12 in 10 min\n") == capture.out_text);
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "Alarms    FLOOD in area gym: 12 in 10 min; 2 wait: !1 1, .4 1;");
	w_str(&list, "roof\033[2J");
	w_i64(&list, FAKE_NOW);
	w_u32(&list, 11);
	alarms.horn.flood_count = 4;
	alarms.horn.window_s = 90;
	alarms.horn.floods = (struct msg_bytes){ list.data, list.len };
	ck_assert_int_eq(run("alarms"), CMD_DONE);
	HAS(out, "FLOOD in area gym: 12, roof\xef\xbf\xbd[2J: 11 and 2 more; 14 in 90 s\n");
	ck_assert_int_eq(run("alarms --names"), CMD_DONE);
	HAS_NOT(out, "FLOOD");
	ck_assert_int_eq(run("status --json"), CMD_DONE);
	json_t *j = json(), *areas = json_object_get(json_object_get(j, "alarms"), "flood_areas");
	ck_assert_uint_eq(json_array_size(areas), 2);
	ck_assert_str_eq(text_of(json_array_get(areas, 0), "area"), "gym");
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(areas, 0), "rate")), 12);
	json_decref(j);
	wbuf_done(&list);
}
END_TEST

START_TEST(changes_are_followed_in_lines)
{
	ev_timer_init(&later, raise_cb, 0.2, 0.);
	ev_timer_start(fake.loop, &later);
	ck_assert_int_eq(run("alarms -f -n 6"), CMD_DONE);
	char *last = strstr(capture.out_text, ".4 UNACK     ESS1.P.H");
	ck_assert_msg(last != NULL, "%s", capture.out_text);
	ck_assert(strstr(last, ".4 NORM      ESS1.P.H") != NULL);
	ck_assert(strstr(capture.out_text, "!1 UNACK     ESS1.SOC.LL") < last);
	ck_assert(strchr(capture.out_text, '\033') == NULL);
}
END_TEST

START_TEST(lines_are_chosen_too)
{
	ev_timer_init(&later, raise_cb, 0.2, 0.);
	ev_timer_start(fake.loop, &later);
	ck_assert_int_eq(run("alarms -f -n 2 --json ESS1.P.*"), CMD_DONE);
	char *second = strchr(capture.out_text, '\n');
	ck_assert(second != NULL);
	*second++ = '\0';
	json_t *j = json();
	ck_assert_str_eq(text_of(j, "alarm"), "ESS1.P.H");
	ck_assert_str_eq(text_of(j, "state"), "UNACK");
	json_decref(j);
	HAS_NOT(out, "ESS1.SOC");
	ck_assert(strstr(second, "\"NORM\"") != NULL);
	ck_assert_int_eq(run("alarms -f NOPE.*"), CMD_NOT_FOUND);
}
END_TEST

T_MAIN("cmd_alarms",
    T_FIXTURE(setup, teardown) T(the_list_has_what_is_active_or_waits_the_worst_first)
        T(the_shape_of_the_json_is_the_promised_one) T(the_list_is_chosen_by_shelf_area_priority_state_and_name)
            T(an_acknowledgement_names_what_was_seen) T(an_occurrence_that_is_over_is_not_acknowledged) T(
                alarms_are_named_one_by_one) T(the_outcome_as_json_tells_entry_and_reason) T(a_trial_changes_nothing)
                T(an_act_that_waits_for_the_store_says_so) T(an_act_without_an_answer_is_unknown) T(
                    a_shelf_has_a_time_and_a_reason) T(a_second_person_is_waited_for_and_named)
                    T(the_no_of_a_second_person_is_a_refusal) T(who_does_not_wait_is_told_that_it_may_still_be_approved)
                        T(a_link_that_is_lost_meanwhile_is_no_end_either) T(out_of_service_takes_an_order_and_an_end)
                            T(silence_names_no_alarm) T(the_status_counts_them) T(a_flood_is_told_with_its_areas)
                                T(changes_are_followed_in_lines) T(lines_are_chosen_too))
