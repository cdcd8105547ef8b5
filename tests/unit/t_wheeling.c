/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wheeling.c - self-wheeling in chisand, in simulated time on a small site: drafts, filing, gates, answers, what is found, what is counted, what
 * a restart gives back.
 */
#include "config.h"

#include <string.h>

#include "scada/base/date.h"
#include "scada/base/str.h"
#include "scada/core/wheeling.h"
#include "scada/dispatch/wheel_actual.h"
#include "tests/unit/t.h"
#include "tests/unit/wheeling_kit.h"

START_TEST(a_day_is_made_changed_filed_and_accepted)
{
	int64_t tomorrow = today() + 1;
	must_not(WHEEL_MAKE, tomorrow, 0, "there is no plan of dispatch to make it from");
	must_not(WHEEL_FILE, tomorrow, 0, "there is no draft of that day");
	plan_of(-600, 20);
	must_not(WHEEL_MAKE, tomorrow, 0, "the plan of dispatch reaches until 2026-11-30 13:00:00 JST only");
	plan_of(-600, 192);
	must(WHEEL_MAKE, tomorrow, 0);
	ck_assert_str_eq(after, "plan of 2026-12-01: a draft from what is foreseen, 48 of 48 slots");
	look(tomorrow);
	ck_assert_uint_eq(day.m.edit, 1);
	ck_assert_double_eq(day.slot[0].plan[0], 300);
	ck_assert_double_eq_tol(day.slot[0].plan[1], 11 * 1.05, 0.001);    /* by night */
	ck_assert_double_eq_tol(day.slot[20].plan[1], 42.5 * 1.05, 0.001); /* a Tuesday */
	ck_assert_uint_eq(day.slot[0].changed, 1);
	ck_assert_uint_eq(day.slot[0].standing, WHEEL_NONE);
	ck_assert(set_slots(tomorrow, 16, 19, 280, ""));
	ck_assert_str_eq(after, "plan of 2026-12-01: draft: slots 17 to 20 of generation 280.000 kWh");
	ck_assert(set_slots(tomorrow, 16, 16, 25, "SCH02"));
	ck_assert(!set_slots(tomorrow, 16, 16, 25, "SCH09"));
	ck_assert_ptr_nonnull(strstr(why.text, "there is no part SCH09; SCH01 to SCH02"));
	ck_assert(!set_slots(tomorrow, 16, 48, 25, ""));
	ck_assert(!set_slots(tomorrow, 16, 16, -1, ""));
	must_not(WHEEL_FILE, tomorrow, 1, "the draft is another than the one that you saw: duty changed it");
	must(WHEEL_FILE, tomorrow, 3);
	ck_assert_str_eq(file_name, "wheel_2026-12-01_v001.csv");
	ck_assert_ptr_nonnull(strstr(file_text, "2026-12-01,17,2026-11-30T23:00:00.000Z,1,duty,"));
	look(tomorrow);
	ck_assert_uint_eq(day.m.edit, 0);
	ck_assert_uint_eq(day.m.latest, 1);
	ck_assert_uint_eq(day.m.in_force, 0);
	ck_assert_uint_eq(day.slot[16].standing, WHEEL_SUBMITTED);
	must_not(WHEEL_ACCEPT, tomorrow, 2, "there is no version 2");
	must(WHEEL_ACCEPT, tomorrow, 1);
	must_not(WHEEL_REJECT, tomorrow, 1, "version 1 is accepted already");
	look(tomorrow);
	ck_assert_uint_eq(day.m.in_force, 1);
	ck_assert_uint_eq(day.slot[16].standing, WHEEL_FILED);
	ck_assert_double_eq(day.slot[16].force[0], 280);
	must_not(WHEEL_MAKE, today() + 3, 0, "plans are worked with of 2026-11-29 to 2026-12-02");
}
END_TEST

START_TEST(what_is_not_filed_in_time_is_found)
{
	int64_t tomorrow = today() + 1;
	ck_assert_uint_eq(flags() & (WHEEL_NOT_YET | WHEEL_NOT_FILED), 0);
	go_to(H(3) + M(30) - US_PER_S);
	ck_assert_uint_eq(flags() & (WHEEL_NOT_YET | WHEEL_NOT_FILED), 0);
	go_to(H(3) + M(30));
	ck_assert_uint_eq(flags() & (WHEEL_NOT_YET | WHEEL_NOT_FILED), WHEEL_NOT_YET);
	go_to(H(4) - US_PER_S);
	ck_assert_uint_eq(flags() & (WHEEL_NOT_YET | WHEEL_NOT_FILED), WHEEL_NOT_YET);
	go_to(H(4));
	ck_assert_uint_eq(flags() & (WHEEL_NOT_YET | WHEEL_NOT_FILED), WHEEL_NOT_FILED);
	ck_assert_ptr_nonnull(strstr(logged, "plan of 2026-12-01 was not filed in time"));
	plan_of(-600, 192);
	must(WHEEL_MAKE, tomorrow, 0);
	must(WHEEL_FILE, tomorrow, 1);
	ck_assert_ptr_nonnull(strstr(after, "after the filing time"));
	pass(US_PER_S, 0, 0, 0);
	ck_assert_uint_eq(flags() & (WHEEL_NOT_YET | WHEEL_NOT_FILED), 0);
	must(WHEEL_ACCEPT, tomorrow, 1);
	look(tomorrow);
	ck_assert_uint_eq(day.slot[0].standing, WHEEL_LATE);
}
END_TEST

START_TEST(a_draft_is_made_by_itself_and_filed_by_a_person)
{
	set.make_at = 600; /* 10:00 */
	plan_of(-600, 192);
	go_to(H(2) - US_PER_S);
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 0);
	plan_of(-600, 192);
	go_to(H(2));
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 1);
	ck_assert_str_eq(day.m.draft_author, "chisand");
	ck_assert_ptr_nonnull(strstr(logged, "a draft was made from what is foreseen, 48 of 48 slots"));
	must(WHEEL_DROP, today() + 1, 1);
	go_to(H(3));
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 0); /* who drops it does not want it again */
}
END_TEST

/* A plan of today from noon on, accepted. */
static void
file_today(double kwh)
{
	ck_assert_msg(set_slots(today(), 24, 47, kwh, ""), "%s", why.text);
	ck_assert_msg(set_slots(today(), 24, 47, 20, "SCH01"), "%s", why.text);
	look(today());
	must(WHEEL_FILE, today(), day.m.edit);
	must(WHEEL_ACCEPT, today(), day.m.latest + 1);
}

START_TEST(nothing_changes_behind_a_gate)
{
	file_today(300);
	go_to(H(3) - US_PER_S); /* 10:59:59: the gate of 12:00 is open for a second */
	ck_assert(set_slots(today(), 24, 25, 250, ""));
	pass(0, 0, 0, 0);
	ck_assert_uint_eq(flags() & WHEEL_UNFILED, WHEEL_UNFILED);
	go_to(H(3));
	look(today());
	ck_assert_uint_eq(day.slot[24].phase, WHEEL_CLOSED);
	ck_assert_double_eq(day.slot[24].plan[0], 300); /* what is filed holds */
	ck_assert_double_eq(day.slot[25].plan[0], 250);
	ck_assert_ptr_nonnull(
	    strstr(logged, "the gate of slot 25 closed over a change in the draft that was not filed"));
	ck_assert(!set_slots(today(), 24, 24, 200, ""));
	ck_assert_ptr_nonnull(
	    strstr(why.text, "slot 25 may not be changed any more: its gate closed at 2026-11-30 11:00:00 JST"));
	must(WHEEL_FILE, today(), day.m.edit);
	go_to(H(3) + M(1));
	ck_assert_uint_eq(flags() & (WHEEL_UNFILED | WHEEL_AWAITED), WHEEL_AWAITED);
	must(WHEEL_ACCEPT, today(), 2);
	look(today());
	ck_assert_double_eq(day.slot[24].force[0], 300);
	ck_assert_double_eq(day.slot[25].force[0], 250);
}
END_TEST

START_TEST(what_goes_out_is_counted_and_what_will_miss_is_found)
{
	struct wheel_facts f;
	double kw, kwh;
	file_today(300);
	go_to(H(4));
	ck_assert_uint_eq(flags() & (WHEEL_UNPLANNED | WHEEL_IMBALANCE), WHEEL_IMBALANCE); /* nothing is made yet */
	for (int s = 0; s < 600; s++)
		pass(US_PER_S, 600.0 / 3600, 40.0 / 3600, -600);
	wheeling_filed(w, now(), &kw, &kwh);
	ck_assert_double_eq(kw, 600);
	ck_assert_double_eq_tol(kwh, 100, 0.2);
	us += 6 * US_PER_S; /* a counter that is read seldom is behind by what goes out meanwhile */
	wheeling_filed(w, now(), &kw, &kwh);
	ck_assert_double_eq_tol(kwh, 101, 0.2);
	us += 6 * US_PER_S;
	wheeling_filed(w, now(), &kw, &kwh);
	ck_assert_double_nan(kwh); /* for so long nobody knows */
	us -= 12 * US_PER_S;
	ck_assert_uint_eq(flags() & (WHEEL_UNPLANNED | WHEEL_IMBALANCE), 0);
	look(today());
	ck_assert_uint_eq(day.slot[24].phase, WHEEL_RUNNING);
	ck_assert_double_eq_tol(day.slot[24].miss[0], 0, 0.5);
	ck_assert_uint_eq(day.slot[24].is_foreseen, 1);
	pass(US_PER_S, 0.1, 0, -400); /* 19m59s at 400 kW are 67 kWh too little */
	ck_assert_uint_eq(flags() & WHEEL_IMBALANCE, WHEEL_IMBALANCE);
	wheeling_facts(w, &f);
	look(today());
	ck_assert_double_gt(f.made_short_kwh, 60);
	ck_assert_double_eq(f.made_short_kwh, day.slot[24].miss[0]); /* each side as its column of the page has it */
	ck_assert_double_eq(f.use_short_kwh, day.slot[24].miss[1]);
	ck_assert_double_ne(f.use_short_kwh, 0);
	ck_assert_double_eq(f.imbalance_kwh, wheel_imbalance(f.made_short_kwh, f.use_short_kwh));
	look(today());
	ck_assert_double_eq_tol(day.slot[24].miss[0], 66.7, 1);
	ck_assert_double_eq(day.slot[24].price, 15);
	ck_assert_uint_eq(day.slot[24].kind, WHEEL_PRICE_EXPECTED);
	for (int s = 601; s < 1800; s++)
		pass(US_PER_S, 400.0 / 3600, 40.0 / 3600, -400);
	pass(5 * US_PER_S, 0, 0, -400);
	look(today());
	ck_assert_uint_eq(day.slot[24].phase, WHEEL_OVER);
	ck_assert_uint_eq(day.slot[24].marks[0], 0);
	ck_assert_double_eq_tol(day.slot[24].actual[0], 233.3, 0.5);
	ck_assert_double_eq_tol(day.slot[24].miss[0], 66.7, 0.5);
	ck_assert_double_eq_tol(day.slot[24].actual[1], 20 * 1.05, 0.1); /* of one school of two */
	ck_assert_uint_eq(day.slot[24].marks[1], WHEEL_PARTIAL);
}
END_TEST

/* From the running half hour, 08:00, to the last in force; what is filed and not accepted is not told. */
START_TEST(the_planner_is_told_what_is_in_force)
{
	static const char prices[] = "date,slot,price,kind,published_at\n"
	                             "2026-11-30,26,18.5,preliminary,2026-11-30T08:00:00+09:00\n";
	struct wbuf b = { 0 };
	struct rbuf r;

	wheeling_put_filed(w, now(), &b);
	ck_assert_uint_eq(b.len, 0);
	ck_assert(set_slots(today(), 24, 47, 250, ""));
	look(today());
	must(WHEEL_FILE, today(), day.m.edit);
	wheeling_put_filed(w, now(), &b);
	ck_assert_uint_eq(b.len, 0);
	must(WHEEL_ACCEPT, today(), 1);
	wheeling_take_prices(w, "prices.csv", prices, sizeof(prices) - 1, now(), mono());
	wheeling_put_filed(w, now(), &b);
	ck_assert_uint_eq(b.len, 32 * 2 * sizeof(double));
	rbuf_init(&r, b.data, b.len);
	for (unsigned slot = 16; slot < 48; slot++) {
		double kw = r_f64(&r), price = r_f64(&r);
		if (slot < 24) {
			ck_assert_double_nan(kw);
			ck_assert_double_nan(price);
			continue;
		}
		ck_assert_double_eq(kw, 500);
		ck_assert_double_eq(price, slot == 25 ? 18.5 : 15);
	}
	wbuf_reset(&b);
	go_to(H(15) + M(29)); /* 23:29 */
	wheeling_put_filed(w, now(), &b);
	ck_assert_uint_eq(b.len, 2 * 2 * sizeof(double));
	wbuf_done(&b);
}
END_TEST

START_TEST(a_restart_forgets_nothing)
{
	double kw, kwh, before;
	file_today(300);
	ck_assert(set_slots(today() + 1, 0, 47, 111, ""));
	go_to(H(4));
	for (int s = 0; s < 660; s++)
		pass(US_PER_S, 600.0 / 3600, 0, -600);
	wheeling_filed(w, now(), &kw, &before);
	restart();
	look(today());
	ck_assert_uint_eq(day.m.in_force, 1);
	ck_assert_double_eq(day.slot[47].force[0], 300);
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 1);
	ck_assert_double_eq(day.slot[47].plan[0], 111);
	pass(US_PER_S, 600.0 / 3600, 0, -600);
	wheeling_filed(w, now(), &kw, &kwh);
	ck_assert_double_eq(kw, 600);
	ck_assert_double_eq_tol(
	    kwh, before, 0.5); /* counted over the gap, though meters are saved every five minutes */
}
END_TEST

START_TEST(a_file_comes_back_as_a_draft)
{
	struct wbuf body = { .len = 0 };
	struct msg_wheel_file m;
	struct rbuf r;
	char text[300];
	ck_assert_int_eq(wheeling_file(w, today() + 1, 0, now(), &body, text, sizeof(text)), ERR_NOT_FOUND);
	plan_of(-600, 192);
	must(WHEEL_MAKE, today() + 1, 0);
	ck_assert_int_eq(wheeling_file(w, today() + 1, 0, now(), &body, text, sizeof(text)), OK);
	rbuf_init(&r, body.data, body.len);
	ck_assert(msg_wheel_file_get(&r, &m) && r_done(&r));
	ck_assert_str_eq(m.name, "wheel_2026-12-01_draft.csv");
	struct wheel_ask ask = ask_of(WHEEL_IMPORT, today() + 1, 0);
	ask.data = (const char *)m.data.data;
	ask.len = m.data.len;
	ask.name = "plan.csv";
	ck_assert_msg(do_ask(&ask), "%s", why.text);
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 2);
	ck_assert_double_eq(day.slot[0].plan[0], 300);
	ask.len = m.data.len / 2;
	ck_assert(!do_ask(&ask));
	ck_assert_ptr_nonnull(strstr(why.text, "nothing was taken: plan.csv:"));
	ask.date = today() + 2;
	ask.len = m.data.len;
	ck_assert(!do_ask(&ask));
	ck_assert_ptr_nonnull(strstr(why.text, "the plan is for 2026-12-02"));
	wbuf_done(&body);
}
END_TEST

START_TEST(prices_are_read_and_kept)
{
	static const char good[] =
	    "date,slot,price,kind,published_at\n2026-11-30,25,18.5,preliminary,2026-11-30T08:00:00+09:00\n"
	    "2026-10-01,1,20,final,2026-11-30T08:00:00+09:00\n";
	struct wheel_ask ask = ask_of(WHEEL_PRICES, 0, 0);
	ask.name = "prices.csv";
	ask.data = good;
	ask.len = sizeof(good) - 1;
	ck_assert_msg(do_ask(&ask), "%s", why.text);
	ck_assert_str_eq(after, "2 prices of imbalance from prices.csv, of 2026-10-01 to 2026-11-30");
	ck_assert(is_stored("2026-11-30/prices") && is_stored("2026-10-01/prices"));
	ck_assert_msg(do_ask(&ask), "%s", why.text); /* the same again changes nothing */
	restart();
	look(today());
	ck_assert_double_eq(day.slot[24].price, 18.5);
	ck_assert_uint_eq(day.slot[24].kind, WHEEL_PRICE_PRELIMINARY);
	ck_assert_uint_eq(day.slot[25].kind, WHEEL_PRICE_EXPECTED);
	logged[0] = '\0';
	wheeling_take_prices(w, "prices.csv", good, sizeof(good) - 1, now(), mono());
	ck_assert_str_eq(logged, ""); /* no news */
	wheeling_take_prices(w, "prices.csv", "x", 1, now(), mono());
	ck_assert_ptr_nonnull(strstr(logged, "prices of imbalance: nothing was taken: prices.csv:1: 1 columns"));
	ask.data = "date,slot,price,kind,published_at\n2026-11-30,49x,-3,final,2026-11-30T08:00:00+09:00\n";
	ask.len = strlen(ask.data);
	ck_assert(!do_ask(&ask));
	ck_assert_ptr_nonnull(strstr(why.text, "prices.csv:2: slot is \"49x\""));
	ck_assert_ptr_nonnull(strstr(why.text, "price -3 is below zero"));
}
END_TEST

START_TEST(amounts_of_the_utility_go_before_what_was_counted)
{
	static const char good[] =
	    "date,slot,of,kwh,source\n2026-11-30,25,generation,250,utility\n2026-11-30,25,SCH01,31,utility\n";
	struct wheel_ask ask = ask_of(WHEEL_ACTUAL, today(), 0);
	ask.name = "meter.csv";
	ask.data = good;
	ask.len = sizeof(good) - 1;
	ask.reason = "list of the utility";
	file_today(300);
	ck_assert(!do_ask(&ask));
	ck_assert_ptr_nonnull(strstr(why.text, "nothing was taken: meter.csv:2:12: slot 25 is not over yet"));
	go_to(H(4));
	for (int s = 0; s < 1800; s += 30)
		pass(30 * US_PER_S, 10.0 / 3, 1, -400);
	pass(30 * US_PER_S, 0, 0, -400);
	ck_assert_msg(do_ask(&ask), "%s", why.text);
	ck_assert_str_eq(after, "amounts of 2026-11-30 from meter.csv: 2 of the utility's meters, 0 by hand");
	ck_assert(is_stored("2026-11-30/utility-001"));
	for (int again = 0; again < 2; again++) {
		look(today());
		ck_assert_double_eq(day.slot[24].actual[0], 250);
		ck_assert_double_eq(day.slot[24].miss[0], 50);
		ck_assert_uint_eq(day.slot[24].marks[0], WHEEL_METERED);
		ck_assert_double_eq_tol(day.slot[24].actual[1], 31 * 1.05, 1e-6);
		ck_assert_uint_eq(day.slot[24].marks[1] & WHEEL_METERED, 0); /* one of two schools */
		restart();
	}
	/* each is an entry of its own; also of a day that is worked with no more, for its report */
	ask.data = "date,slot,of,kwh,source\n2026-11-30,25,generation,260,hand\n";
	ask.len = strlen(ask.data);
	ck_assert_msg(do_ask(&ask), "%s", why.text);
	ck_assert(is_stored("2026-11-30/utility-002"));
	look(today());
	ck_assert_uint_eq(day.slot[24].marks[0], WHEEL_MANUAL);
	ask.date = today() - WHEELING_KEEP_DAYS - 1;
	ck_assert(!do_ask(&ask));
	ck_assert_ptr_nonnull(strstr(why.text, "amounts are entered of 2026-08-22 to 2026-11-30"));
	for (int i = 0; i < 2; i++) {
		ask.date = i == 0 ? INT64_MAX : INT64_MIN;
		ck_assert(!do_ask(&ask));
		ck_assert_ptr_nonnull(strstr(why.text, "amounts are entered of 2026-08-22 to 2026-11-30"));
	}
	ck_assert(date_from_text("2026-10-01", &ask.date));
	ask.data = "date,slot,of,kwh,source\n2026-10-01,48,SCH02,7,utility\n";
	ask.len = strlen(ask.data);
	ck_assert_msg(do_ask(&ask), "%s", why.text);
	ck_assert(is_stored("2026-10-01/utility-001"));
}
END_TEST

START_TEST(days_roll_on_and_old_rows_go)
{
	int64_t first = today();
	char text[200];
	file_today(300);
	go_to(H(26));
	ck_assert_int_eq(today(), first + 1);
	look(first); /* yesterday */
	ck_assert_uint_eq(day.m.in_force, 1);
	ck_assert_uint_eq(day.slot[47].phase, WHEEL_OVER);
	go_to(H(50));
	ck_assert_int_eq(wheeling_day(w, first, now(), &day.body, text, sizeof(text)), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(text, "the wheel report has those before"));
	ck_assert(is_stored("2026-11-30/001")); /* for it */
	go_to(H(24 * (WHEELING_KEEP_DAYS + 2)));
	ck_assert(!is_stored("2026-11-30/001"));
}
END_TEST

START_TEST(other_parts_begin_anew)
{
	file_today(300);
	set.gate_us = M(30);
	wheeling_site(w, table, now(), mono());
	look(today());
	ck_assert_uint_eq(day.m.in_force, 1); /* gates may move */
	ck_assert_int_eq(day.m.gate_us, M(30));
	set.loss_pct = 6;
	wheeling_site(w, table, now(), mono());
	look(today());
	ck_assert_uint_eq(day.m.in_force, 0);
	ck_assert_ptr_nonnull(strstr(logged, "other parts, another loss or filing time"));
	kit.site.wheel = NULL;
	wheeling_site(w, table, now(), mono());
	pass(US_PER_S, 0, 0, 0);
	must_not(WHEEL_MAKE, today(), 0, "the site file has no self-wheeling");
}
END_TEST

/* 10 kWh a half hour on mornings of work, else 2. */
static void
live_days(int days)
{
	for (int i = 0; i < days * 48; i++) {
		int64_t minutes, date = utc_date(now(), &minutes);
		bool is_off = date_weekday(date) == 0 || date_weekday(date) == 6;
		pass(M(30), 0, !is_off && minutes >= 600 && minutes < 720 ? 10 : 2, 0);
	}
}

START_TEST(a_school_is_learned_from_its_own_counter)
{
	plan_of(-600, 192);
	must(WHEEL_MAKE, today() + 1, 0);
	look(today() + 1);
	ck_assert_double_eq_tol(day.slot[20].plan[1], (22.5 + 20) * 1.05, 0.001); /* nothing is known yet */
	live_days(15);                                                            /* a Tuesday's morning again */
	for (int again = 0; again < 2; again++) {
		for (int s = 0; s < 5; s++)
			pass(US_PER_S, 0, 0, 0);
		plan_of(-600, 192);
		must(WHEEL_MAKE, today() + 1, 0);
		look(today() + 1);
		ck_assert_double_eq_tol(day.slot[20].plan[1], (10 + 20) * 1.05, 0.6);
		ck_assert_double_eq_tol(day.slot[30].plan[1], (2 + 20) * 1.05, 0.6);
		ck_assert_double_eq_tol(day.slot[4].plan[1], (2 + 5) * 1.05, 0.6);
		restart(); /* from what was saved it is learned again */
	}
}
END_TEST

/* Another counter has another total: the difference of the two is nobody's energy. */
START_TEST(another_counter_is_not_counted_from_the_one_before)
{
	file_today(300);
	go_to(H(4));
	for (int s = 0; s < 60; s++)
		pass(US_PER_S, 0.1, 0, -360);
	readings[SCHOOL] += 5000;
	pass(US_PER_S, 0, 0, -360);
	set.export = "SCH01.KWH";
	wheeling_site(w, table, now(), mono());
	pass(US_PER_S, 0, 0.1, -360);
	pass(US_PER_S, 0, 0.1, -360);
	look(today());
	ck_assert_double_eq_tol(day.slot[24].actual[0], 6.1, 0.05);
	for (int s = 0; s < 360; s++) /* and it is saved so */
		pass(US_PER_S, 0, 0, -360);
	set.export = "RX.KWH";
	restart();
	pass(US_PER_S, 0, 0, -360);
	pass(US_PER_S, 0, 0, -360);
	look(today());
	ck_assert_double_eq_tol(day.slot[24].actual[0], 6.1, 0.05);
}
END_TEST

START_TEST(a_clock_set_back_over_midnight_forgets_nothing)
{
	file_today(300);
	go_to(H(16) + US_PER_S);
	look(today() - 1);
	ck_assert_double_eq(day.slot[47].force[0], 300);
	us -= 5 * US_PER_S;
	wheeling_tick(w, now(), (struct mono){ mono().us + 10 * US_PER_S });
	look(today());
	ck_assert_uint_eq(day.m.in_force, 1);
	us += 10 * US_PER_S;
	wheeling_tick(w, now(), (struct mono){ mono().us + 20 * US_PER_S });
	look(today() - 1);
	ck_assert_uint_eq(day.m.in_force, 1);
}
END_TEST

/* A site file that comes while the journal takes an act. */
START_TEST(what_is_of_another_site_file_is_not_done)
{
	struct wheel_ask ask = ask_of(WHEEL_SET, today() + 1, 0);
	ask.kwh = 5;
	struct wheel_change *c = wheeling_try(w, &ask, &duty, now(), &why);
	ck_assert_ptr_nonnull(c);
	set.loss_pct = 6;
	wheeling_site(w, table, now(), mono());
	wheeling_apply(w, c, now(), mono());
	wheeling_end(w, c);
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 0);
	ck_assert_ptr_nonnull(strstr(logged, "another site file came"));
}
END_TEST

START_TEST(one_acts_at_a_time)
{
	struct wheel_ask ask = ask_of(WHEEL_SET, today() + 1, 0);
	struct wheel_change *c;
	ask.kwh = 5;
	c = wheeling_try(w, &ask, &duty, now(), &why);
	ck_assert_ptr_nonnull(c);
	ck_assert_ptr_null(wheeling_try(w, &ask, &duty, now(), &why));
	ck_assert_int_eq(why.e, ERR_BUSY);
	look(today() + 1);
	ck_assert_uint_eq(day.m.edit, 0); /* nothing before the journal has it */
	wheeling_end(w, c);
	ck_assert(do_ask(&ask));
}
END_TEST

T_MAIN("wheeling",
    T_FIXTURE(setup, teardown) T(a_day_is_made_changed_filed_and_accepted) T(what_is_not_filed_in_time_is_found)
        T(a_draft_is_made_by_itself_and_filed_by_a_person) T(nothing_changes_behind_a_gate)
            T(what_goes_out_is_counted_and_what_will_miss_is_found) T(the_planner_is_told_what_is_in_force)
                T(a_restart_forgets_nothing) T(a_file_comes_back_as_a_draft) T(prices_are_read_and_kept)
                    T(amounts_of_the_utility_go_before_what_was_counted) T(days_roll_on_and_old_rows_go)
                        T(other_parts_begin_anew) T(one_acts_at_a_time) T(a_school_is_learned_from_its_own_counter)
                            T(another_counter_is_not_counted_from_the_one_before)
                                T(a_clock_set_back_over_midnight_forgets_nothing)
                                    T(what_is_of_another_site_file_is_not_done))
