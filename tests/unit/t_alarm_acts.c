/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_acts.c - what persons do: acknowledge, reset, shelve, out of service, test, limits; and their refusals.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/alarm_kit.h"

static struct ak k;

static void
setup(void)
{
	ak_init(&k, 2);
}

static void
teardown(void)
{
	ak_done(&k);
}

#define STATE_IS(name, state) ck_assert_str_eq(alarm_state_word(ak_state(&k, name)), #state)

/* One analog point P with H at 90. */
static struct site_limit *
one(void)
{
	return ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_H, 90);
}

static void
two_points(const char *of_point, const char *of_alarm)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	p->suppress_when = of_point;
	ak_limit(&k, p, LIMIT_H, 90)->suppress_when = of_alarm;
	ak_point(&k, "RUN", KIND_DIGITAL);
}

/* ---- shelves and service */

START_TEST(a_shelf_ends_and_announces_anew)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ck_assert(ak_shelve(&k, "D0.P.H", S(3600)));
	STATE_IS("D0.P.H", SHLVD);
	ck_assert_int_eq(ak_tell(&k, "D0.P.H").until, k.now.us + S(3600));
	ak_pass(&k, S(3600) - 1);
	STATE_IS("D0.P.H", SHLVD);
	ak_pass(&k, 1);
	STATE_IS("D0.P.H", UNACK); /* though it was acknowledged before */
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").by, "");
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_EXPIRE);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ck_assert_uint_eq(ak_last(&k)->m.occurrence, k.moves[0].m.occurrence);
}
END_TEST

START_TEST(what_nobody_acknowledged_comes_back_from_the_shelf)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_shelve(&k, "D0.P.H", S(60)));
	ak_feed(&k, 0, 50);
	ak_pass(&k, S(60));
	STATE_IS("D0.P.H", RTNUN);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	STATE_IS("D0.P.H", NORM);
}
END_TEST

START_TEST(a_one_shot_shelf_ends_with_the_return)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ck_assert(ak_shelve(&k, "D0.P.H", 0));
	ck_assert(ak_tell(&k, "D0.P.H").bits & ALARM_ONE_SHOT);
	ck_assert_int_eq(ak_tell(&k, "D0.P.H").until, k.now.us + S(8 * 3600)); /* at latest */
	ak_feed(&k, 0, 50);
	STATE_IS("D0.P.H", NORM);
	ak_feed(&k, 0, 95);
	STATE_IS("D0.P.H", UNACK);
	ck_assert(ak_shelve(&k, "D0.P.H", 0));
	ak_pass(&k, S(8 * 3600));
	STATE_IS("D0.P.H", UNACK);
}
END_TEST

START_TEST(shelves_count_on_the_clock_that_is_not_set)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_shelve(&k, "D0.P.H", S(600)));
	k.now = utc_add(k.now, S(86400));
	ak_turn(&k);
	STATE_IS("D0.P.H", SHLVD);
	ck_assert_int_eq(ak_tell(&k, "D0.P.H").until, k.now.us + S(600)); /* its end has another name now */
	ak_pass(&k, S(300));
	k.now = utc_add(k.now, -S(2 * 86400));
	ak_pass(&k, S(299));
	STATE_IS("D0.P.H", SHLVD);
	ak_pass(&k, S(1));
	STATE_IS("D0.P.H", UNACK);
}
END_TEST

START_TEST(shelving_is_refused_with_reasons)
{
	one()->priority = 2;
	struct site_limit *l = ak_limit(&k, (struct site_point_def *)k.profile->points.v, LIMIT_HH, 100);
	l->may_shelve = false;
	ak_start(&k);
	ak_feed(&k, 0, 101);
	uint32_t n = ak_find(&k, "D0.P.H");
	struct alarm_request r = { .act = ALARM_ACT_SHELVE, .until = utc_add(k.now, S(9 * 3600)) };
	ck_assert(!ak_do(&k, &ak_duty, n, r));
	ck_assert_str_eq(ak_why, "it may be shelved for 8h at most; give an earlier end");
	ck_assert_int_eq(ak_cause, AC_INCONSISTENT);
	r.until = utc_add(k.now, -1);
	ck_assert(!ak_do(&k, &ak_duty, n, r));
	r.until = utc_add(k.now, S(60));
	r.reason = "  ";
	ck_assert(!ak_do(&k, &ak_duty, n, r));
	ck_assert_str_eq(ak_why, "give a reason");
	ck_assert(!ak_shelve(&k, "D0.P.HH", S(60)));
	ck_assert_str_eq(ak_why, "it may not be shelved; the site file says so");
	ck_assert(ak_shelve(&k, "D0.P.H", S(60)));
	ck_assert(!ak_shelve(&k, "D0.P.H", S(60)));
	ck_assert_str_eq(ak_why, "it is shelved already; take it from the shelf first (duty did it)");
	ck_assert_int_eq(ak_cause, AC_POSITION_REACHED);
}
END_TEST

START_TEST(out_of_service_needs_a_work_order_and_an_end)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	uint32_t n = ak_find(&k, "D0.P.H");
	struct alarm_request r = { .act = ALARM_ACT_OOS, .reason = "" };
	ck_assert(!ak_do(&k, &ak_duty, n, r));
	ck_assert_str_eq(ak_why, "give the number of the work order");
	r.reason = "WO-17";
	ck_assert(!ak_do(&k, &ak_duty, n, r));
	ck_assert_str_eq(ak_why, "give the expected end of the work, in the future");
	r.until = utc_add(k.now, S(7200));
	ck_assert(ak_do(&k, &ak_duty, n, r));
	STATE_IS("D0.P.H", OOSRV);
	ak_pass(&k, S(86400)); /* it does not come back by itself */
	STATE_IS("D0.P.H", OOSRV);
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").reason, "WO-17");
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_RETURN));
	STATE_IS("D0.P.H", UNACK);
}
END_TEST

START_TEST(suppressions_stand_side_by_side)
{
	two_points("$.RUN == 0", NULL);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_shelve(&k, "D0.P.H", S(3600)));
	ak_feed(&k, 1, 0);
	STATE_IS("D0.P.H", DSUPR);
	ck_assert(ak_do(&k, &ak_duty, ak_find(&k, "D0.P.H"),
	    (struct alarm_request){ .act = ALARM_ACT_OOS, .reason = "WO-17", .until = utc_add(k.now, S(60)) }));
	STATE_IS("D0.P.H", OOSRV);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_RETURN));
	STATE_IS("D0.P.H", DSUPR);
	ak_feed(&k, 1, 1);
	ak_pass(&k, S(10));
	STATE_IS("D0.P.H", SHLVD);
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").reason, "because"); /* of the shelf, not the work order */
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_UNSHELVE));
	STATE_IS("D0.P.H", UNACK);
}
END_TEST

/* ---- persons */

START_TEST(the_second_of_two_is_told_who_was_first)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	uint32_t n = ak_find(&k, "D0.P.H");
	struct alarm_request r = { .act = ALARM_ACT_ACK, .seen = ak_tell(&k, "D0.P.H").occurrence };
	ck_assert(ak_do(&k, &ak_duty, n, r));
	uint32_t told = k.move_count;
	ck_assert(!ak_do(&k, &ak_relief, n, r));
	ck_assert_str_eq(ak_why, "it is acknowledged already: by duty at 2026-11-23 05:53:06 JST");
	ck_assert_int_eq(ak_cause, AC_POSITION_REACHED);
	ck_assert_uint_eq(k.move_count, told);
	ak_feed(&k, 0, 50);
	ck_assert(!ak_do(&k, &ak_relief, n, r));
	ck_assert_str_eq(ak_why, "it is acknowledged already, by duty at 2026-11-23 05:53:06 JST, and over");
	ak_feed(&k, 0, 95);
	ck_assert(!ak_do(&k, &ak_relief, n, r)); /* what was seen is not what is there */
	ck_assert_str_eq(ak_why, "what you saw is over, and it was raised again since; look at it again");
	STATE_IS("D0.P.H", UNACK);
}
END_TEST

START_TEST(roles_and_areas_are_asked)
{
	static const struct actor viewer = { .role = ROLE_VIEWER, .user = "guest", .areas = "" };
	static const struct actor operator= { .role = ROLE_OPERATOR, .user = "duty", .areas = "city, heat" };
	static const struct actor here = { .role = ROLE_OPERATOR, .user = "duty", .areas = "plant" };
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	uint32_t n = ak_find(&k, "D0.P.H");
	struct alarm_request ack = { .act = ALARM_ACT_ACK },
	                     oos = { .act = ALARM_ACT_OOS, .until = utc_add(k.now, S(60)) };
	ck_assert(!ak_do(&k, &viewer, n, ack));
	ck_assert_str_eq(ak_why, "ack asks for the role operator; yours is viewer");
	ck_assert_int_eq(ak_cause, AC_NO_AUTHORITY);
	ck_assert(!ak_do(&k, &operator, n, ack));
	ck_assert_str_eq(ak_why, "it belongs to the area plant; yours are city, heat");
	ck_assert(!ak_do(&k, &here, n, oos));
	ack.is_dry = true;
	ck_assert(ak_do(&k, &here, n, ack));
	STATE_IS("D0.P.H", UNACK);
	ack.is_dry = false;
	ck_assert(ak_do(&k, &here, n, ack));
	ck_assert_str_eq(ak_last(&k)->by, "duty");
}
END_TEST

START_TEST(priority_1_takes_two_or_an_emergency)
{
	one()->priority = 1;
	ak_start(&k);
	ak_feed(&k, 0, 95);
	uint32_t n = ak_find(&k, "D0.P.H");
	ck_assert(alarms_needs_two(k.a, n, ALARM_ACT_SHELVE));
	ck_assert(!alarms_needs_two(k.a, n, ALARM_ACT_ACK));
	ck_assert(!ak_shelve(&k, "D0.P.H", S(60)));
	ck_assert_int_eq(ak_cause, AC_NO_AUTHORITY);
	ck_assert(ak_do(&k, &ak_duty, n, (struct alarm_request){ .act = ALARM_ACT_SHELVE, .is_dry = true }));
	ck_assert_str_eq(ak_why, "a second person has to say yes");
	struct alarm_request r = {
		.act = ALARM_ACT_SHELVE, .until = utc_add(k.now, S(60)), .is_approved = true, .approved_by = "relief"
	};
	ck_assert(ak_do(&k, &ak_duty, n, r));
	ck_assert_str_eq(ak_last(&k)->m.words, "until 2026-11-23 05:54:06 JST, approved by relief: because");
	STATE_IS("CHISAN.EMERGENCY", NORM);
	ak_pass(&k, S(60));
	r = (struct alarm_request){ .act = ALARM_ACT_SHELVE, .until = utc_add(k.now, S(60)), .is_emergency = true };
	ck_assert(ak_do(&k, &ak_duty, n, r));
	ak_turn(&k);
	STATE_IS("D0.P.H", SHLVD);
	ck_assert_str_eq(
	    ak_last(&k)->m.words, "until 2026-11-23 05:55:06 JST, alone, in a declared emergency: because");
	alarms_alone(k.a, &ak_duty, ALARM_ACT_SHELVE, &n, 1, k.now, k.mono);
	ak_turn(&k);
	STATE_IS("CHISAN.EMERGENCY", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "duty did alone: shelve D0.P.H");
	/* a second one before the first was confirmed is announced too */
	ak_pass(&k, S(60));
	r.until = utc_add(k.now, S(60));
	ck_assert(ak_do(&k, &ak_relief, n, r));
	alarms_alone(k.a, &ak_relief, ALARM_ACT_SHELVE, &n, 1, k.now, k.mono);
	ak_turn(&k);
	ck_assert_uint_eq(ak_tell(&k, "CHISAN.EMERGENCY").repeats, 1);
	ck_assert(ak_act(&k, "CHISAN.EMERGENCY", ALARM_ACT_ACK));
	ak_turn(&k);
	STATE_IS("CHISAN.EMERGENCY", NORM);
}
END_TEST

START_TEST(comments_are_kept_with_the_occurrence)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ck_assert(ak_do(&k, &ak_duty, ak_find(&k, "D0.P.H"),
	    (struct alarm_request){ .act = ALARM_ACT_COMMENT, .reason = "当直: 弁を確認" }));
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").comment, "当直: 弁を確認");
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_COMMENT);
	ck_assert(!ak_do(
	    &k, &ak_duty, ak_find(&k, "D0.P.H"), (struct alarm_request){ .act = ALARM_ACT_COMMENT, .reason = "" }));
	char longer[ALARM_REASON + 1];
	memset(longer, 'x', sizeof(longer) - 1);
	longer[ALARM_REASON] = '\0';
	ck_assert(!ak_do(
	    &k, &ak_duty, ak_find(&k, "D0.P.H"), (struct alarm_request){ .act = ALARM_ACT_COMMENT, .reason = longer }));
	ck_assert_str_eq(ak_why, "the text has 201 bytes; at most 200 are kept");
}
END_TEST

START_TEST(the_words_of_an_acknowledgement_stay_until_the_next_occurrence)
{
	struct msg_alarm m;
	struct utc said;
	uint32_t n;

	one();
	ak_start(&k);
	n = ak_find(&k, "D0.P.H");
	ak_feed(&k, 0, 95);
	ck_assert_int_eq(ak_tell(&k, "D0.P.H").commented, 0);
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").comment_by, "");
	ck_assert(ak_do(&k, &ak_duty, n, (struct alarm_request){ .act = ALARM_ACT_COMMENT, .reason = "look at it" }));
	said = k.now;
	ak_pass(&k, S(60));
	ck_assert(ak_do(
	    &k, &ak_relief, n, (struct alarm_request){ .act = ALARM_ACT_ACK, .reason = "on my way", .is_dry = true }));
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").comment, "look at it");
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").comment_by, "duty");
	ck_assert_int_eq(ak_tell(&k, "D0.P.H").commented, said.us);
	ck_assert(ak_do(&k, &ak_relief, n, (struct alarm_request){ .act = ALARM_ACT_ACK, .reason = "on my way" }));
	said = k.now;
	ak_feed(&k, 0, 50);
	STATE_IS("D0.P.H", NORM);
	m = ak_tell(&k, "D0.P.H"); /* what was said of it can still be read */
	ck_assert_str_eq(m.comment, "on my way");
	ck_assert_str_eq(m.comment_by, "relief");
	ck_assert_int_eq(m.commented, said.us);
	ck_assert(alarms_is_told(k.a, n));
	ak_feed(&k, 0, 95);
	m = ak_tell(&k, "D0.P.H");
	ck_assert_str_eq(m.comment, "");
	ck_assert_str_eq(m.comment_by, "");
	ck_assert_int_eq(m.commented, 0);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK)); /* without words */
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").comment, "");
	ak_feed(&k, 0, 50);
	ck_assert(!alarms_is_told(k.a, n));
	/* a refusal says nothing */
	ck_assert(!ak_do(&k, &ak_relief, n, (struct alarm_request){ .act = ALARM_ACT_ACK, .reason = "again" }));
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").comment, "");
}
END_TEST

START_TEST(latched_alarms_are_acknowledged_then_reset)
{
	one()->latched = true;
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 0, 50);
	STATE_IS("D0.P.H", LATUN);
	ck_assert(!ak_act(&k, "D0.P.H", ALARM_ACT_RESET));
	ck_assert_str_eq(ak_why, "acknowledge it first");
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	STATE_IS("D0.P.H", LATAK);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_RESET));
	STATE_IS("D0.P.H", NORM);
	ck_assert(ak_last(&k)->m.is_close);
}
END_TEST

START_TEST(advisories_make_no_noise)
{
	struct site_limit *l = one();
	l->advisory = true;
	l->priority = 4;
	ak_start(&k);
	ak_feed(&k, 0, 95);
	STATE_IS("D0.P.H", ACKED);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 0);
	ak_feed(&k, 0, 50);
	STATE_IS("D0.P.H", NORM);
	ck_assert(ak_last(&k)->m.is_close);
}
END_TEST

/* ---- tests of alarms */

START_TEST(a_test_rings_and_returns_by_itself)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 50);
	uint32_t n = ak_find(&k, "D0.P.H");
	ck_assert(!ak_do(&k, &ak_duty, n, (struct alarm_request){ .act = ALARM_ACT_TEST })); /* not an engineer */
	ck_assert(ak_do(&k, &ak_relief, n, (struct alarm_request){ .act = ALARM_ACT_TEST, .reason = "weekly" }));
	STATE_IS("D0.P.H", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "TEST: weekly");
	ck_assert(ak_tell(&k, "D0.P.H").marks & ALARM_IS_TEST);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 0); /* not counted */
	ak_pass(&k, S(10));
	STATE_IS("D0.P.H", RTNUN);
	ck_assert_str_eq(ak_last(&k)->m.words, "TEST: ends by itself");
	ck_assert(!(ak_tell(&k, "D0.P.H").marks & ALARM_FLEETING));
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ck_assert_str_eq(ak_last(&k)->m.words, "TEST");
	STATE_IS("D0.P.H", NORM);
	ck_assert(!(ak_tell(&k, "D0.P.H").marks & ALARM_IS_TEST));
}
END_TEST

START_TEST(a_real_alarm_ends_a_test)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ck_assert(ak_do(&k, &ak_relief, ak_find(&k, "D0.P.H"), (struct alarm_request){ .act = ALARM_ACT_TEST }));
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ak_pass(&k, S(3));
	ak_feed(&k, 0, 95);
	STATE_IS("D0.P.H", UNACK);
	ck_assert(!(ak_tell(&k, "D0.P.H").marks & ALARM_IS_TEST));
	ck_assert_str_eq(ak_last(&k)->m.words, "value 95 kW above 90 kW");
	ak_pass(&k, S(60));
	STATE_IS("D0.P.H", UNACK); /* the test's end does not end it */
}
END_TEST

/* ---- limits */

START_TEST(a_limit_is_moved_and_moved_back)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	ak_limit(&k, p, LIMIT_H, 90)->deadband = 5;
	ak_limit(&k, p, LIMIT_HH, 100);
	ak_start(&k);
	ak_feed(&k, 0, 93);
	STATE_IS("D0.P.H", UNACK);
	uint32_t n = ak_find(&k, "D0.P.H");
	struct alarm_request r = { .act = ALARM_ACT_LIMIT, .limit = 95 };
	bool is_moved;
	ck_assert(!ak_do(&k, &ak_duty, n, r)); /* not an engineer */
	r.limit = 100.5;
	ck_assert(!ak_do(&k, &ak_relief, n, r));
	ck_assert_str_eq(
	    ak_why, "H of 100.5 kW would not be below HH of 100 kW; limits rise from LL over L and H to HH");
	r.limit = 90;
	ck_assert(!ak_do(&k, &ak_relief, n, r));
	ck_assert_str_eq(ak_why, "the limit is 90 kW already");
	r.limit = 95;
	ck_assert(ak_do(&k, &ak_relief, n, r));
	ck_assert_double_eq(alarms_limit(k.a, n, &is_moved), 95);
	ck_assert(is_moved);
	STATE_IS("D0.P.H", RTNUN); /* what nobody acknowledged stays until somebody does */
	ck_assert_str_eq(k.moves[k.move_count - 2].m.words, "limit 95 kW instead of 90 kW: because");
	ck_assert_str_eq(ak_last(&k)->m.words, "limit changed from 90 kW to 95 kW");
	struct msg_alarm_limit m;
	ck_assert(alarms_tell_limit(k.a, n, &m));
	ck_assert_str_eq(m.user, "relief");
	ck_assert(ak_tell(&k, "D0.P.H").marks & ALARM_MOVED_LIMIT);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ak_feed(&k, 0, 94);
	STATE_IS("D0.P.H", NORM);
	r.limit = (double)NAN;
	ck_assert(ak_do(&k, &ak_relief, n, r));
	STATE_IS("D0.P.H", NORM);
	ak_turn(&k);
	STATE_IS("D0.P.H", UNACK);
	ck_assert_double_eq(alarms_limit(k.a, n, &is_moved), 90);
	ck_assert(!is_moved && !alarms_tell_limit(k.a, n, &m));
}
END_TEST

START_TEST(limits_of_guarded_classes_take_two)
{
	one()->class = "safety";
	ak_start(&k);
	uint32_t n = ak_find(&k, "D0.P.H");
	struct alarm_request r = { .act = ALARM_ACT_LIMIT, .limit = 95 };
	ck_assert(alarms_needs_two(k.a, n, ALARM_ACT_LIMIT));
	ck_assert(!ak_do(&k, &ak_relief, n, r));
	r.is_approved = true;
	r.approved_by = "duty";
	ck_assert(ak_do(&k, &ak_relief, n, r));
	ck_assert_str_eq(ak_last(&k)->m.words, "limit 95 kW instead of 90 kW, approved by duty: because");
	ck_assert(!ak_do(&k, &ak_relief, ak_find(&k, "D0.COMM"), r));
	ck_assert_str_eq(ak_why, "an alarm of kind COMM has no limit");
}
END_TEST

/* clang-format off */
T_MAIN("alarm_acts",
    T_FIXTURE(setup, teardown)
    T(a_shelf_ends_and_announces_anew)
    T(what_nobody_acknowledged_comes_back_from_the_shelf)
    T(a_one_shot_shelf_ends_with_the_return)
    T(shelves_count_on_the_clock_that_is_not_set)
    T(shelving_is_refused_with_reasons)
    T(out_of_service_needs_a_work_order_and_an_end)
    T(suppressions_stand_side_by_side)
    T(the_second_of_two_is_told_who_was_first)
    T(roles_and_areas_are_asked)
    T(priority_1_takes_two_or_an_emergency)
    T(comments_are_kept_with_the_occurrence)
    T(the_words_of_an_acknowledgement_stay_until_the_next_occurrence)
    T(latched_alarms_are_acknowledged_then_reset)
    T(advisories_make_no_noise)
    T(a_test_rings_and_returns_by_itself)
    T(a_real_alarm_ends_a_test)
    T(a_limit_is_moved_and_moved_back)
    T(limits_of_guarded_classes_take_two))
/* clang-format on */
