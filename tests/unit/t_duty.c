/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_duty.c - who is told of which alarm, and when: in simulated time, with a program that takes everything or nothing.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/notify/duty.h"
#include "tests/unit/t.h"

#define S        US_PER_S
#define MINUTE   (60 * S)
#define HOUR     (60 * MINUTE)
#define CALLS    4000
#define MONO0    (1000 * S)
#define LOOP_MAX 100000

struct made {         /* a call that was made */
	int64_t at_s; /* since the start */
	char name[16];
	uint32_t count, more;
	char lines[4000];
};

static struct duty *d;
static struct site_notify notify;
static struct site_duty list[8];
static struct site_duty_time times[8];
static struct utc now, start;
static struct mono mono;
static struct made *made;
static unsigned made_count;
static bool is_failing; /* the program */

static void
set_up(void)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	ck_assert(utc_from_iso("2026-11-25T02:00:00+09:00", &now)); /* a Wednesday */
	start = now;
	mono = (struct mono){ MONO0 };
	memset(list, 0, sizeof(list));
	memset(times, 0, sizeof(times));
	notify = (struct site_notify){ .program = "/bin/tell",
		.timeout_us = 30 * S,
		.group_us = 10 * S,
		.least_gap_us = 60 * S,
		.most_an_hour = 30,
		.retries = 3,
		.duty = { list, 2 } };
	list[0] = (struct site_duty){ .name = "night", .address = "+81", .after_us = 3 * MINUTE, .priority = 3 };
	list[1] = (struct site_duty){ .name = "chief", .after_us = 15 * MINUTE, .priority = 1 };
	made = xcalloc(CALLS, sizeof(*made));
	made_count = 0;
	is_failing = false;
	d = duty_new();
	duty_site(d, &notify, false, mono);
	duty_begin(d);
	duty_end(d, now, mono);
}

static void
tear_down(void)
{
	duty_free(d);
	free(made);
}

static void
news_of(const char *name, unsigned priority, enum alarm_state state, uint64_t occurrence, const char *by)
{
	const struct duty_news n = { .name = name,
		.area = "heat",
		.text = "Too hot",
		.response = "Cool it",
		.priority = priority,
		.state = state,
		.occurrence = occurrence,
		.raised = now,
		.by = by };
	duty_take(d, &n, now, mono);
}

static void
news(const char *name, unsigned priority, enum alarm_state state, uint64_t occurrence)
{
	news_of(name, priority, state, occurrence, "");
}

static void
calls(void)
{
	struct duty_call c;
	while (duty_next(d, now, mono, &c)) {
		ck_assert_uint_lt(made_count, CALLS);
		struct made *m = &made[made_count++];
		m->at_s = (mono.us - MONO0) / S;
		str_copy(m->name, sizeof(m->name), c.name);
		str_copy(m->lines, sizeof(m->lines), c.lines);
		m->count = c.count;
		m->more = c.more;
		duty_done(d, c.duty, !is_failing, "exited with 1: no line", mono);
	}
}

/* As the loop does it: it wakes when duty_due says so, and at no other time. */
static void
run_to(int64_t seconds)
{
	struct mono end = { MONO0 + seconds * S }, at;
	for (unsigned i = 0; i < LOOP_MAX; i++) {
		calls();
		if (!duty_due(d, now, mono, &at) || mono_diff_us(at, end) > 0)
			break;
		ck_assert_int_ge(at.us, mono.us);
		at.us += at.us == mono.us; /* the clock goes on */
		now.us += at.us - mono.us;
		mono = at;
		ck_assert_uint_lt(i, LOOP_MAX - 1);
	}
	now.us += end.us - mono.us;
	mono = end;
	calls();
}

static void
expect(unsigned i, int64_t at_s, const char *name, uint32_t count)
{
	ck_assert_uint_gt(made_count, i);
	ck_assert_str_eq(made[i].name, name);
	ck_assert_int_eq(made[i].at_s, at_s);
	ck_assert_uint_eq(made[i].count, count);
}

/* ---- the chain */

START_TEST(the_chain_is_climbed_until_somebody_acknowledges)
{
	news("A.H", 1, ALARM_UNACK, 7);
	run_to(600);
	ck_assert_uint_eq(made_count, 1);
	expect(0, 190, "night", 1);
	ck_assert_str_eq(made[0].lines, "P1 A.H 2026-11-25T02:00:00+0900 UNACK Too hot: Cool it\n");
	run_to(3600);
	ck_assert_uint_eq(made_count, 2);
	expect(1, 910, "chief", 1);
	news_of("A.H", 1, ALARM_ACKED, 7, "duty");
	run_to(86400);
	ck_assert_uint_eq(made_count, 2);
}
END_TEST

START_TEST(an_acknowledgement_in_time_spares_the_call)
{
	news("A.H", 1, ALARM_UNACK, 7);
	run_to(179);
	news("A.H", 1, ALARM_ACKED, 7);
	run_to(86400);
	ck_assert_uint_eq(made_count, 0);
}
END_TEST

START_TEST(what_returned_by_itself_calls_nobody_but_what_is_latched_does)
{
	news("A.H", 1, ALARM_UNACK, 7);
	news("B.H", 1, ALARM_UNACK, 8);
	run_to(60);
	news("A.H", 1, ALARM_RTNUN, 7);
	news("B.H", 1, ALARM_LATUN, 8);
	run_to(1800);
	ck_assert_uint_eq(made_count, 2);
	expect(0, 190, "night", 1);
	ck_assert(strstr(made[0].lines, "B.H") != NULL);
}
END_TEST

START_TEST(priority_and_area_say_whose_affair_it_is)
{
	list[0].areas = "heat, pv";
	list[1].areas = "pv";
	list[1].priority = 4;
	news("A.H", 4, ALARM_UNACK, 7); /* night: 3 and above; chief: another area */
	run_to(3600);
	ck_assert_uint_eq(made_count, 0);
	news("B.H", 3, ALARM_UNACK, 8);
	run_to(7200);
	ck_assert_uint_eq(made_count, 1);
	ck_assert_str_eq(made[0].name, "night");
	ck_assert(duty_wants(d, 4, "pv"));
	ck_assert(duty_wants(d, 4, "")); /* what has no area is everybody's */
	ck_assert(!duty_wants(d, 4, "heat"));
}
END_TEST

START_TEST(once_acknowledged_it_is_news_when_it_sounds_again)
{
	news("A.H", 3, ALARM_UNACK, 7);
	run_to(600);
	news("A.H", 3, ALARM_ACKED, 7);
	run_to(1000);
	news("A.H", 3, ALARM_UNACK, 7); /* the reminder of a stale one */
	run_to(3000);
	ck_assert_uint_eq(made_count, 2);
	expect(1, 1190, "night", 1);
	news("A.H", 3, ALARM_NORM, 0);
	run_to(3100);
	news("A.H", 3, ALARM_UNACK, 9);
	run_to(6000);
	ck_assert_uint_eq(made_count, 3);
	expect(2, 3290, "night", 1);
}
END_TEST

START_TEST(what_chatters_is_told_once)
{
	for (int i = 0; i < 200; i++) {
		news("A.H", 3, i % 2 == 0 ? ALARM_UNACK : ALARM_RTNUN, 7);
		run_to((i + 1) * 7);
	}
	ck_assert_uint_eq(made_count, 1);
}
END_TEST

/* ---- together, and not too often */

START_TEST(what_comes_together_goes_out_together_the_most_urgent_first)
{
	news("A.H", 3, ALARM_UNACK, 7);
	run_to(6);
	news("B.H", 1, ALARM_UNACK, 8);
	run_to(9);
	news("C.H", 2, ALARM_UNACK, 9);
	run_to(600);
	expect(0, 190, "night", 3);
	ck_assert_str_eq(made[0].lines,
	    "P1 B.H 2026-11-25T02:00:06+0900 UNACK Too hot: Cool it\n"
	    "P2 C.H 2026-11-25T02:00:09+0900 UNACK Too hot: Cool it\n"
	    "P3 A.H 2026-11-25T02:00:00+0900 UNACK Too hot: Cool it\n");
	ck_assert_uint_eq(made_count, 1);
}
END_TEST

START_TEST(two_calls_keep_their_gap)
{
	news("A.H", 3, ALARM_UNACK, 7);
	run_to(15);
	news("B.H", 1, ALARM_UNACK, 8);
	run_to(20);
	news("C.H", 1, ALARM_UNACK, 9);
	run_to(600);
	ck_assert_uint_eq(made_count, 2);
	expect(0, 190, "night", 1);
	expect(1, 250, "night", 2);
}
END_TEST

START_TEST(a_flood_is_counted_and_priority_1_is_told_all_the_same)
{
	char name[32];
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "F%03d.H", i);
		news(name, 3, ALARM_UNACK, 100 + (unsigned)i);
	}
	run_to(300);
	ck_assert_uint_eq(made_count, 1);
	expect(0, 190, "night", 30);
	ck_assert_uint_eq(made[0].more, 170);
	const char *last = strstr(made[0].lines, "and ");
	ck_assert(last != NULL);
	ck_assert_str_eq(last, "and 170 more: see chisan alarms\n");
	news("X.H", 3, ALARM_UNACK, 900);
	news("Y.H", 1, ALARM_UNACK, 901);
	run_to(1000);
	ck_assert_uint_eq(made_count, 2); /* at 490: the urgent one has a line, the other is counted */
	expect(1, 490, "night", 1);
	ck_assert_uint_eq(made[1].more, 1);
	ck_assert(strstr(made[1].lines, "P1 Y.H") == made[1].lines);
	news("Z.H", 3, ALARM_UNACK, 902);
	run_to(7200);
	/* chief: the urgent one after 15 minutes; night: the last one when the hour of the first call is over */
	ck_assert_uint_eq(made_count, 4);
	expect(2, 1210, "chief", 1);
	expect(3, 190 + 3600, "night", 1);
}
END_TEST

START_TEST(ten_thousand_at_once_are_one_call)
{
	char name[32];
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "F%05d.H", i);
		news(name, i == 5000 ? 1 : 2, ALARM_UNACK, 100 + (unsigned)i);
	}
	run_to(300);
	ck_assert_uint_eq(made_count, 1);
	ck_assert_uint_eq(made[0].count, 30);
	ck_assert_uint_eq(made[0].more, 9970);
	ck_assert(strstr(made[0].lines, "P1 F05000.H") == made[0].lines);
}
END_TEST

/* ---- times of duty */

static const struct {
	const char *zone, *time;
	int days;
	int64_t from_h, to_h;
	bool is_on;
} clocks[] = {
	{ "Asia/Tokyo", "2026-11-27T17:29:59+09:00", 31, 17, 8, true }, /* Friday evening */
	{ "Asia/Tokyo", "2026-11-27T16:59:59+09:00", 31, 17, 8, false },
	{ "Asia/Tokyo", "2026-11-28T07:59:00+09:00", 31, 17, 8, true }, /* Saturday morning: still Friday's night */
	{ "Asia/Tokyo", "2026-11-28T08:00:00+09:00", 31, 17, 8, false },
	{ "Asia/Tokyo", "2026-11-28T17:30:00+09:00", 31, 17, 8, false }, /* Saturday evening is no weekday's */
	{ "Asia/Tokyo", "2026-11-30T03:00:00+09:00", 31, 17, 8, false }, /* Monday morning: Sunday's night */
	{ "Asia/Tokyo", "2026-11-30T03:00:00+09:00", 96, 17, 8, true },
	{ "Asia/Tokyo", "2026-11-28T00:00:00+09:00", 96, 0, 24, true },
	{ "Asia/Tokyo", "2026-11-27T23:59:59+09:00", 96, 0, 24, false },
	{ "Asia/Tokyo", "2026-11-25T12:00:00+09:00", 0, 8, 17, true },
	{ "Asia/Tokyo", "2026-11-25T17:00:00+09:00", 0, 8, 17, false },
	{ "Asia/Tokyo", "2026-11-25T05:00:00+09:00", 0, 6, 6, true },     /* from six to six: always */
	{ "Europe/Berlin", "2026-03-29T01:59:59+01:00", 0, 2, 3, false }, /* 02:00 to 03:00 is left out that night */
	{ "Europe/Berlin", "2026-03-29T03:00:00+02:00", 0, 2, 3, false },
	{ "Europe/Berlin", "2026-03-29T03:30:00+02:00", 0, 22, 6, true },
	{ "Europe/Berlin", "2026-10-25T02:30:00+02:00", 0, 2, 3, true }, /* and twice in this one */
	{ "Europe/Berlin", "2026-10-25T02:30:00+01:00", 0, 2, 3, true },
	{ "Europe/Berlin", "2026-10-25T03:00:00+01:00", 0, 2, 3, false },
	{ "America/New_York", "2026-11-01T01:30:00-05:00", 64, 0, 2, true }, /* a Sunday */
	{ "Asia/Kathmandu", "2026-11-24T18:15:00Z", 4, 0, 1, true },         /* Wednesday 00:00 over there */
};

START_TEST(duty_is_by_the_clock_of_the_site)
{
	struct utc t;
	ck_assert(clock_set_zone(clocks[_i].zone));
	ck_assert(utc_from_iso(clocks[_i].time, &t));
	times[0] = (struct site_duty_time){
		.days = clocks[_i].days, .from_us = clocks[_i].from_h * HOUR, .to_us = clocks[_i].to_h * HOUR
	};
	const struct key_list l = { times, 1 };
	ck_assert_msg(
	    duty_is_on(&l, t) == clocks[_i].is_on, "%s: %s", clocks[_i].time, clocks[_i].is_on ? "off" : "on");
}
END_TEST

START_TEST(who_comes_on_duty_is_told_of_what_is_there)
{
	times[0] = (struct site_duty_time){ .from_us = 2 * HOUR + 40 * MINUTE, .to_us = 3 * HOUR };
	list[0].times = (struct key_list){ times, 1 };
	news("A.H", 3, ALARM_UNACK, 7);
	run_to(2399);
	ck_assert_uint_eq(made_count, 0);
	run_to(3500);
	ck_assert_uint_eq(made_count, 1);
	expect(0, 2400, "night", 1);
	news("B.H", 3, ALARM_UNACK, 8); /* at 02:58: due after the end of the duty */
	run_to(80000);
	ck_assert_uint_eq(made_count, 1);
	run_to(2400 + 86400);
	ck_assert_uint_eq(made_count, 2);
	expect(1, 2400 + 86400, "night", 1);
}
END_TEST

/* ---- a program that fails */

START_TEST(a_failing_program_is_tried_again_and_then_told_of)
{
	const char *text;
	list[1].priority = 3;
	is_failing = true;
	news("A.H", 3, ALARM_UNACK, 7);
	run_to(200);
	ck_assert_int_eq(duty_state(d, &text), NOTIFY_WELL); /* one failure is none yet */
	run_to(259);
	ck_assert_uint_eq(made_count, 3); /* 190, 200, 220 */
	expect(1, 200, "night", 1);
	expect(2, 220, "night", 1);
	ck_assert_int_eq(duty_state(d, &text), NOTIFY_WELL);
	run_to(261);
	expect(3, 260, "night", 1);
	ck_assert_int_eq(duty_state(d, &text), NOTIFY_FAILING);
	ck_assert_str_eq(text, "night cannot be told: exited with 1: no line");
	/* the chief takes the place: not at 15 minutes, but now */
	expect(4, 260, "chief", 1);
	is_failing = false;
	run_to(1000);
	ck_assert_int_eq(duty_state(d, &text), NOTIFY_WELL);
	ck_assert_str_eq(text, "");
	ck_assert_uint_eq(made_count, 7); /* and both know of it, once */
	expect(5, 270, "chief", 1);
	expect(6, 340, "night", 1);
}
END_TEST

START_TEST(a_program_that_never_works_is_not_tried_without_end)
{
	is_failing = true;
	news("A.H", 3, ALARM_UNACK, 7);
	run_to(86400);
	ck_assert_uint_gt(made_count, 250); /* every five minutes */
	ck_assert_uint_lt(made_count, 300);
	news("A.H", 3, ALARM_ACKED, 7);
	unsigned before = made_count;
	run_to(2 * 86400);
	ck_assert_uint_eq(made_count, before);
}
END_TEST

/* ---- its end */

START_TEST(who_asked_for_it_is_told_that_it_is_over)
{
	list[1].returns = true;
	news("A.H", 1, ALARM_UNACK, 7);
	news("B.H", 1, ALARM_UNACK, 8);
	run_to(1000);
	ck_assert_uint_eq(made_count, 2);
	news_of("A.H", 1, ALARM_ACKED, 7, "relief");
	news("B.H", 1, ALARM_RTNUN, 8);
	run_to(2000);
	ck_assert_uint_eq(made_count, 3);
	expect(2, 1010, "chief", 2);
	ck_assert_str_eq(made[2].lines,
	    "P1 A.H 2026-11-25T02:16:40+0900 ACKED Too hot, by relief\n"
	    "P1 B.H 2026-11-25T02:16:40+0900 RTNUN Too hot\n");
	news("B.H", 1, ALARM_UNACK, 8); /* comes again: who believes that it is over is told */
	run_to(4000);
	ck_assert_uint_eq(made_count, 4);
	ck_assert_str_eq(made[3].name, "chief");
	news("A.H", 1, ALARM_NORM, 0);
	news("B.H", 1, ALARM_NORM, 0);
	run_to(9000);
	ck_assert_uint_eq(made_count, 5);
}
END_TEST

START_TEST(who_was_not_told_hears_nothing_of_its_end)
{
	list[0].returns = list[1].returns = true;
	news("A.H", 1, ALARM_UNACK, 7);
	run_to(100);
	news("A.H", 1, ALARM_ACKED, 7);
	run_to(86400);
	ck_assert_uint_eq(made_count, 0);
	is_failing = true;
	news("B.H", 1, ALARM_UNACK, 8);
	run_to(86400 + 200);
	ck_assert_uint_gt(made_count, 0);
	news("B.H", 1, ALARM_ACKED, 8);
	is_failing = false;
	unsigned before = made_count;
	run_to(2 * 86400);
	ck_assert_uint_eq(made_count, before);
}
END_TEST

/* ---- starts and reloads */

static void
start_again(const char *const names[], unsigned n)
{
	duty_free(d);
	d = duty_new();
	duty_site(d, &notify, false, mono);
	duty_begin(d);
	for (unsigned i = 0; i < n; i++) {
		const struct duty_news a = { .name = names[i],
			.area = "",
			.text = "Old",
			.response = "",
			.priority = 1,
			.state = ALARM_UNACK,
			.occurrence = 7 + i,
			.raised = start,
			.by = "" };
		duty_take(d, &a, now, mono);
	}
	duty_end(d, now, mono);
}

START_TEST(after_a_restart_it_is_told_at_most_once_more)
{
	const char *const names[] = { "A.H", "B.H" };
	news("A.H", 1, ALARM_UNACK, 7);
	news("B.H", 1, ALARM_UNACK, 8);
	run_to(1000);
	ck_assert_uint_eq(made_count, 2);
	start_again(names, 2);
	run_to(1059);
	ck_assert_uint_eq(made_count, 2);
	run_to(1100);
	ck_assert_uint_eq(made_count, 4); /* what is late already is told at once, but not before the gap */
	expect(2, 1060, "night", 2);
	expect(3, 1060, "chief", 2);
	run_to(86400);
	ck_assert_uint_eq(made_count, 4);
	/* a program that dies every 30 s rings nobody */
	for (int i = 0; i < 50; i++) {
		start_again(names, 2);
		run_to(86400 + (i + 1) * 30);
	}
	ck_assert_uint_eq(made_count, 4);
	/* but what is new after the start is told at its time */
	list[0].after_us = 0;
	start_again(names, 0);
	news("C.H", 1, ALARM_UNACK, 20);
	run_to(86400 + 1500 + 15);
	ck_assert_uint_eq(made_count, 5);
	expect(4, 86400 + 1500 + 10, "night", 1);
}
END_TEST

START_TEST(a_new_snapshot_tells_nobody_again_and_ends_what_is_gone)
{
	list[0].returns = true;
	news("A.H", 3, ALARM_UNACK, 7);
	news("B.H", 3, ALARM_UNACK, 8);
	run_to(600);
	ck_assert_uint_eq(made_count, 1);
	/* the same site with another step before it */
	list[2] = list[1];
	list[1] = list[0];
	list[0] = (struct site_duty){ .name = "watch", .priority = 1 };
	notify.duty.n = 3;
	duty_site(d, &notify, false, mono);
	duty_begin(d);
	news("A.H", 3, ALARM_UNACK, 7);
	duty_end(d, now, mono);
	run_to(6000);
	ck_assert_uint_eq(made_count, 2);
	expect(1, 610, "night", 1);
	ck_assert(strstr(made[1].lines, "P3 B.H ") == made[1].lines);
	ck_assert(strstr(made[1].lines, " NORM ") != NULL);
	duty_site(d, NULL, false, mono);
	news("C.H", 1, ALARM_UNACK, 9);
	run_to(9000);
	ck_assert_uint_eq(made_count, 2);
	const char *text;
	ck_assert_int_eq(duty_state(d, &text), NOTIFY_IDLE);
}
END_TEST

START_TEST(the_answer_to_a_call_of_the_old_site_is_nobodys)
{
	struct duty_call c;
	list[0].after_us = 0;
	news("A.H", 3, ALARM_UNACK, 7);
	mono.us += 11 * S;
	now.us += 11 * S;
	ck_assert(duty_next(d, now, mono, &c));
	ck_assert(!duty_next(d, now, mono, &c)); /* under way: not twice at once */
	duty_site(d, &notify, false, mono);
	duty_done(d, 0, true, "", mono);
	ck_assert(duty_next(d, now, mono, &c)); /* rather told twice than not at all */
	duty_done(d, 0, true, "", mono);
	ck_assert(!duty_next(d, now, mono, &c));
}
END_TEST

START_TEST(hostile_texts_stay_in_their_line)
{
	const struct duty_news n = { .name = "A.H",
		.area = "",
		.text = "one\ntwo\r\x1b[31m\xE2\x80\xAE",
		.response = "do\nP1 FAKE.H",
		.priority = 1,
		.state = ALARM_UNACK,
		.occurrence = 3,
		.raised = now,
		.by = "" };
	duty_take(d, &n, now, mono);
	run_to(600);
	ck_assert_uint_eq(made_count, 1);
	const char *line = made[0].lines;
	ck_assert(strchr(line, '\n') == line + strlen(line) - 1);
	ck_assert(strchr(line, '\r') == NULL && strchr(line, '\x1b') == NULL && strstr(line, "\xE2\x80\xAE") == NULL);
}
END_TEST

/* ---- whatever happens */

#define ALARMS 12

/* What must hold over any sequence of events: each rule of duty.h, counted from outside. */
START_TEST(random_nights_keep_the_rules)
{
	static const enum alarm_state states[] = { ALARM_UNACK, ALARM_UNACK, ALARM_RTNUN, ALARM_ACKED, ALARM_NORM,
		ALARM_LATUN, ALARM_SHLVD };
	uint64_t seed = 1000 + (uint64_t)_i, occurrence[ALARMS] = { 0 }, next = 1;
	enum alarm_state state[ALARMS] = { ALARM_NORM };
	unsigned told[ALARMS][2] = { { 0 } };
	char name[16];
	list[0].after_us = (_i % 4) * MINUTE;
	notify.most_an_hour = 5 + _i % 7;
	for (unsigned step = 0; step < 600; step++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		unsigned a = (unsigned)(seed >> 33) % ALARMS;
		enum alarm_state to = states[(seed >> 40) % ARRAY_LEN(states)];
		if (state[a] == ALARM_NORM && to != ALARM_NORM)
			occurrence[a] = next++;
		if (to != ALARM_UNACK && to != ALARM_LATUN && to != ALARM_RTNUN)
			told[a][0] = told[a][1] = 0;
		state[a] = to;
		is_failing = (seed >> 50) % 5 == 0;
		snprintf(name, sizeof(name), "A%02u.H", a);
		news(name, 1 + a % 3, to, to == ALARM_NORM ? 0 : occurrence[a]);
		unsigned before = made_count;
		run_to((mono.us - MONO0) / S + (int64_t)((seed >> 20) % 90));
		for (unsigned i = before; i < made_count; i++) {
			unsigned duty = strcmp(made[i].name, "chief") == 0;
			for (unsigned k = 0; k < ALARMS; k++) {
				snprintf(name, sizeof(name), " A%02u.H ", k);
				if (strstr(made[i].lines, name) == NULL)
					continue;
				ck_assert(state[k] == ALARM_UNACK || state[k] == ALARM_LATUN);
				ck_assert_uint_le(1 + k % 3, duty == 1 ? 1u : 3u);
				told[k][duty] += !is_failing;
				ck_assert_uint_le(told[k][duty], 1);
			}
		}
	}
	/* calls that were taken keep their gap, and their lines within an hour */
	for (unsigned i = 0; i < made_count; i++)
		ck_assert(made[i].count + made[i].more > 0);
	is_failing = false;
	run_to((mono.us - MONO0) / S + 4 * 3600);
	struct mono at;
	ck_assert(!duty_due(d, now, mono, &at)); /* all who had to know, know */
}
END_TEST

START_TEST(an_hour_has_no_more_lines_than_it_may)
{
	char name[32];
	notify.most_an_hour = 7;
	notify.duty.n = 1;
	list[0].after_us = 0;
	for (unsigned i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "A%03u.H", i);
		news(name, 2, ALARM_UNACK, 1 + i);
		run_to((i + 1) * 60);
	}
	for (unsigned i = 0; i < made_count; i++) {
		uint32_t lines = 0;
		for (unsigned k = i; k < made_count && made[k].at_s < made[i].at_s + 3600; k++)
			lines += made[k].count;
		ck_assert_uint_le(lines, 7);
		if (i > 0)
			ck_assert_int_ge(made[i].at_s - made[i - 1].at_s, 60);
	}
	ck_assert_uint_gt(made_count, 20);
}
END_TEST

T_MAIN("duty",
    T_FIXTURE(set_up, tear_down) T(the_chain_is_climbed_until_somebody_acknowledges) T(
        an_acknowledgement_in_time_spares_the_call) T(what_returned_by_itself_calls_nobody_but_what_is_latched_does)
        T(priority_and_area_say_whose_affair_it_is) T(once_acknowledged_it_is_news_when_it_sounds_again) T(
            what_chatters_is_told_once) T(what_comes_together_goes_out_together_the_most_urgent_first)
            T(two_calls_keep_their_gap) T(a_flood_is_counted_and_priority_1_is_told_all_the_same) T(
                ten_thousand_at_once_are_one_call) T_LOOP(duty_is_by_the_clock_of_the_site, 0, (int)ARRAY_LEN(clocks))
                T(who_comes_on_duty_is_told_of_what_is_there) T(a_failing_program_is_tried_again_and_then_told_of)
                    T(a_program_that_never_works_is_not_tried_without_end) T(who_asked_for_it_is_told_that_it_is_over)
                        T(who_was_not_told_hears_nothing_of_its_end) T(after_a_restart_it_is_told_at_most_once_more)
                            T(a_new_snapshot_tells_nobody_again_and_ends_what_is_gone) T(
                                the_answer_to_a_call_of_the_old_site_is_nobodys) T(hostile_texts_stay_in_their_line)
                                T(an_hour_has_no_more_lines_than_it_may) T_LOOP(random_nights_keep_the_rules, 0, 40))
