/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wheel_actual.c - self-wheeling: actuals with gaps, the worked example, prices and their revisions, the running slot, closing.
 */
#include "config.h"

#include "tests/unit/wheel_kit.h"

static void
counted_is(const struct wheel_day *d, const struct wheel_meter *m, unsigned slot, double kwh, unsigned marks)
{
	struct wheel_amount a = wheel_counted(d, m, slot);
	ck_assert_uint_eq(a.marks, marks);
	ck_assert(isnan(kwh) ? isnan(a.kwh) : fabs(a.kwh - kwh) < 1e-9);
}

START_TEST(a_slot_is_the_sum_of_its_increments)
{
	struct wheel_day d = kit_day();
	struct wheel_meter m = { 0 };
	counted_is(&d, &m, 0, (double)NAN, WHEEL_MISSING);
	counted_is(&d, &m, 48, (double)NAN, WHEEL_MISSING);
	for (unsigned i = 0; i < 60; i++) { /* a minute each: two slots */
		struct utc from = utc_add(d.start, (int64_t)i * 60 * US_PER_S);
		ck_assert_int_eq(wheel_count(&d, &m, from, utc_add(from, 60 * US_PER_S), i < 30 ? 10 : 11, false), OK);
	}
	counted_is(&d, &m, 0, 300, 0);
	counted_is(&d, &m, 1, 330, 0);
	counted_is(&d, &m, 2, (double)NAN, WHEEL_MISSING);
}
END_TEST

START_TEST(what_was_not_counted_leaves_a_mark)
{
	struct wheel_day d = kit_day();
	struct wheel_meter m = { 0 };
	struct utc t = d.start;
	/* Slot 1 has ten seconds less and is whole; slot 2 has eleven less and is not. */
	ck_assert_int_eq(wheel_count(&d, &m, utc_add(t, 10 * US_PER_S), utc_add(t, WHEEL_SLOT_US), 5, false), OK);
	t = wheel_slot_start(&d, 1);
	ck_assert_int_eq(wheel_count(&d, &m, utc_add(t, 11 * US_PER_S), utc_add(t, WHEEL_SLOT_US), 5, false), OK);
	counted_is(&d, &m, 0, 5, 0);
	counted_is(&d, &m, 1, 5, WHEEL_PARTIAL);
	/* An hour that spans two slots and was entered by hand. */
	t = wheel_slot_start(&d, 2);
	ck_assert_int_eq(wheel_count(&d, &m, t, utc_add(t, 2 * WHEEL_SLOT_US), 9, true), OK);
	counted_is(&d, &m, 2, 4.5, WHEEL_SHARED | WHEEL_MANUAL);
	counted_is(&d, &m, 3, 4.5, WHEEL_SHARED | WHEEL_MANUAL);
	/* From before midnight: only what is of this day. */
	struct wheel_meter over = { 0 };
	ck_assert_int_eq(
	    wheel_count(&d, &over, utc_add(d.start, -WHEEL_SLOT_US), utc_add(d.start, WHEEL_SLOT_US), 8, false), OK);
	counted_is(&d, &over, 0, 4, WHEEL_SHARED);
	/* A second over the border is no guess. */
	struct wheel_meter fine = { 0 };
	t = wheel_slot_start(&d, 1);
	ck_assert_int_eq(wheel_count(&d, &fine, utc_add(t, -WHEEL_SLOT_US), utc_add(t, -US_PER_S / 2), 7, false), OK);
	ck_assert_int_eq(wheel_count(&d, &fine, utc_add(t, -US_PER_S / 2), utc_add(t, US_PER_S / 2), 0.002, false), OK);
	counted_is(&d, &fine, 0, 7.001, 0);
	counted_is(&d, &fine, 1, 0.001, WHEEL_PARTIAL);
}
END_TEST

START_TEST(nothing_is_counted_twice_and_no_reset_is_counted)
{
	struct wheel_day d = kit_day();
	struct wheel_meter m = { 0 };
	struct utc a = d.start, b = utc_add(a, 600 * US_PER_S), c = utc_add(b, 600 * US_PER_S);
	ck_assert_int_eq(wheel_count(&d, &m, a, b, 100, false), OK);
	ck_assert_int_eq(wheel_count(&d, &m, a, b, 100, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count(&d, &m, utc_add(b, -1), c, 100, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count(&d, &m, b, c, -99999, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count(&d, &m, b, c, (double)NAN, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count(&d, &m, b, b, 1, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count(&d, &m, c, b, 1, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count(&d, &m, b, utc_add(b, 48 * WHEEL_SLOT_US + 1), 1, false), ERR_BAD_DATA);
	counted_is(&d, &m, 0, 100, WHEEL_PARTIAL);
	ck_assert_int_eq(wheel_count_given(&d, &m, 0, 310, false), OK);
	counted_is(&d, &m, 0, 310, WHEEL_MANUAL);
	/* What comes late of that slot is in it already. */
	ck_assert_int_eq(wheel_count(&d, &m, b, c, 100, false), ERR_BAD_DATA);
	ck_assert_int_eq(wheel_count_given(&d, &m, 48, 310, false), ERR_USAGE);
	ck_assert_int_eq(wheel_count_given(&d, &m, 1, -1, false), ERR_USAGE);
}
END_TEST

START_TEST(a_school_that_does_not_answer_makes_the_sum_partial)
{
	struct wheel_day d = kit_day();
	struct wheel_meter m[WHEEL_PARTS_MAX] = { 0 };
	struct wheel_amount a = wheel_taken(&d, m, 0);
	ck_assert(isnan(a.kwh) && a.marks == WHEEL_MISSING);
	for (unsigned i = 0; i < 17; i++)
		ck_assert_int_eq(wheel_count(&d, &m[i], d.start, utc_add(d.start, WHEEL_SLOT_US), 10, false), OK);
	a = wheel_taken(&d, m, 0);
	ck_assert_double_eq_tol(a.kwh, 178.5, 1e-9);
	ck_assert_uint_eq(a.marks, WHEEL_PARTIAL);
	ck_assert_int_eq(wheel_count_given(&d, &m[17], 0, 10, false), OK);
	a = wheel_taken(&d, m, 0);
	ck_assert_double_eq_tol(a.kwh, 189, 1e-9);
	ck_assert_uint_eq(a.marks, WHEEL_MANUAL);
}
END_TEST

START_TEST(the_worked_example_comes_out_to_the_yen)
{
	ck_assert_double_eq(wheel_shortage(WHEEL_GENERATION, 320, 298), 22);
	ck_assert_double_eq(wheel_yen(22, 18.50), 407.00);
	ck_assert_double_eq(wheel_shortage(WHEEL_DEMAND, 298, 320), 22);
	ck_assert_double_eq(wheel_shortage(WHEEL_DEMAND, 320, 298), -22);
	ck_assert_double_eq(wheel_yen(-22, 18.50), -407.00);
	ck_assert(isnan(wheel_shortage(WHEEL_DEMAND, (double)NAN, 298)));
	ck_assert(isnan(wheel_yen(22, (double)NAN)));
	/* 0.1 + 0.2 and the like leave no tail, and nothing is -0. */
	ck_assert_double_eq(wheel_shortage(WHEEL_GENERATION, 0.3, 0.1 + 0.2), 0);
	ck_assert(!signbit(wheel_shortage(WHEEL_GENERATION, 0.3, 0.1 + 0.2)) && !signbit(wheel_yen(-0.0001, 1)));
}
END_TEST

START_TEST(a_final_price_replaces_a_preliminary_one)
{
	struct wheel_day d = kit_day();
	struct utc t = d.start;
	int64_t days = 86400 * US_PER_S;
	const struct wheel_price rows[] = {
		{ d.date, 3, false, utc_add(t, 5 * days), 18.50 },
		{ d.date, 3, false, utc_add(t, 6 * days), 18.60 },
		{ d.date, 3, true, utc_add(t, 60 * days), 19.00 },
		{ d.date, 3, false, utc_add(t, 61 * days), 17.00 }, /* a late preliminary one does not undo it */
		{ d.date, 3, true, utc_add(t, 70 * days), 19.10 },
		{ d.date, 3, true, utc_add(t, 71 * days), -1 }, /* not a price: as if it were not there */
		{ d.date + 1, 3, true, utc_add(t, 5 * days), 50 },
		{ d.date, 4, true, utc_add(t, 5 * days), 60 },
	};
	static const struct {
		int day;
		double price;
	} seen[] = { { 5, 18.50 }, { 6, 18.60 }, { 60, 19.00 }, { 61, 19.00 }, { 99, 19.10 } };
	ck_assert_ptr_null(wheel_price_find(rows, ARRAY_LEN(rows), d.date, 3, utc_add(t, 5 * days - 1)));
	for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
		const struct wheel_price *p =
		    wheel_price_find(rows, ARRAY_LEN(rows), d.date, 3, utc_add(t, seen[i].day * days));
		ck_assert_ptr_nonnull(p);
		ck_assert_double_eq(p->price, seen[i].price);
	}
}
END_TEST

START_TEST(a_price_is_from_0_to_600)
{
	ck_assert_ptr_null(wheel_price_fault(0));
	ck_assert_ptr_null(wheel_price_fault(600));
	ck_assert_ptr_nonnull(strstr(wheel_price_fault(600.01), "above 600"));
	ck_assert_ptr_nonnull(strstr(wheel_price_fault(-0.01), "below zero"));
	ck_assert_str_eq(wheel_price_fault((double)NAN), "is no price");
	ck_assert_str_eq(wheel_price_fault((double)INFINITY), "is no price");
}
END_TEST

START_TEST(an_imbalance_is_foreseen_and_its_alarm_has_hysteresis)
{
	struct wheel_day d = kit_day();
	struct utc t = wheel_slot_start(&d, 20);
	ck_assert_double_eq_tol(wheel_expected(&d, 20, utc_add(t, 600 * US_PER_S), 100, 600), 300, 1e-9);
	ck_assert_double_eq_tol(
	    wheel_expected(&d, 21, utc_add(t, 600 * US_PER_S), 0, 600), 300, 1e-9); /* to come: all of it */
	ck_assert_double_eq(wheel_expected(&d, 20, utc_add(t, WHEEL_SLOT_US), 298, 600), 298);
	ck_assert_double_eq(wheel_expected(&d, 20, utc_add(t, WHEEL_SLOT_US), 298, (double)NAN), 298);
	ck_assert(isnan(wheel_expected(&d, 20, t, 0, (double)NAN)));
	ck_assert_double_eq(wheel_imbalance(30, -50), -50);
	ck_assert_double_eq(wheel_imbalance(25, 20), 45);
	ck_assert_double_eq(wheel_imbalance(-60, 10), -60);
	ck_assert_double_eq(wheel_imbalance((double)NAN, 10), 10);
	ck_assert_double_eq(wheel_imbalance(10, (double)NAN), 10);
	ck_assert(isnan(wheel_imbalance((double)NAN, (double)NAN)));
	static const struct {
		double kwh;
		bool is_on;
	} walk[] = { { 39, false }, { 40, false }, { 40.001, true }, { 35, true }, { (double)NAN, true },
		{ 32.001, true }, { 32, false }, { (double)NAN, false }, { -40, false }, { -41, true }, { 0, false } };
	bool is_on = false;
	for (size_t i = 0; i < ARRAY_LEN(walk); i++) {
		is_on = wheel_alarm(is_on, walk[i].kwh, 40, 32);
		ck_assert_msg(is_on == walk[i].is_on, "step %zu", i);
	}
}
END_TEST

START_TEST(batteries_are_to_make_what_the_plan_lacks)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	struct utc t = wheel_slot_start(&d, 20);
	double nan = (double)NAN;
	ck_assert(isnan(wheel_follow(&d, 20, t, 0, 600, nan, -720, 720).target_kw)); /* nothing is filed */
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T11:01:00+09:00");
	struct wheel_follow f = wheel_follow(&d, 20, t, 0, 600, nan, -720, 720);
	ck_assert_double_eq_tol(f.target_kw, 40, 1e-9); /* 320 kWh in half an hour are 640 kW */
	ck_assert_double_eq_tol(f.left_kwh, 0, 1e-9);
	f = wheel_follow(&d, 20, utc_add(t, 1200 * US_PER_S), 190, 600, nan, -720, 720);
	ck_assert_double_eq_tol(f.target_kw, 180, 1e-6); /* 130 kWh in ten minutes: 780 kW */
	f = wheel_follow(&d, 20, utc_add(t, 1200 * US_PER_S), 320, 600, nan, -720, 720);
	ck_assert_double_eq_tol(f.target_kw, -600, 1e-6);
	f = wheel_follow(&d, 20, utc_add(t, 1200 * US_PER_S), 100, 600, nan, -720, 420);
	ck_assert(f.is_limited && !f.is_held);
	ck_assert_double_eq(f.target_kw, 420);
	ck_assert_double_eq_tol(f.left_kwh, 50, 1e-6); /* 220 less 1020 kW for ten minutes */
	wheel_done(&d);
}
END_TEST

START_TEST(in_the_last_minute_the_target_is_held)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	struct utc t = wheel_slot_start(&d, 20), end = wheel_slot_start(&d, 21);
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T11:01:00+09:00");
	struct wheel_follow f = wheel_follow(&d, 20, utc_add(end, -60 * US_PER_S), 310, 540, 77, -720, 720);
	ck_assert(!f.is_held);
	ck_assert_double_eq_tol(f.target_kw, 60, 1e-6);
	f = wheel_follow(&d, 20, utc_add(end, -60 * US_PER_S + 1), 310, 540, 77, -720, 720);
	ck_assert(f.is_held);
	ck_assert_double_eq(f.target_kw, 77);
	ck_assert_double_eq(wheel_follow(&d, 20, utc_add(end, -1), 310, 540, (double)NAN, -720, 720).target_kw, 0);
	ck_assert_double_eq(wheel_follow(&d, 20, utc_add(end, -1), 310, 540, 77, -720, 50).target_kw, 50);
	ck_assert(isnan(wheel_follow(&d, 20, end, 310, 540, 77, -720, 720).target_kw));
	ck_assert(isnan(wheel_follow(&d, 20, utc_add(t, -1), 0, 540, 77, -720, 720).target_kw));
	/* No reading: no target, also now. */
	ck_assert(isnan(wheel_follow(&d, 20, utc_add(end, -1), (double)NAN, 540, 77, -720, 720).target_kw));
	wheel_done(&d);
}
END_TEST

START_TEST(closing_adds_up_and_says_what_is_not_known)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T11:01:00+09:00");
	const struct wheel_price first = { d.date, 0, false, d.start, 18.50 }, last = { d.date, 0, true, d.start, 20 };
	const struct {
		struct wheel_amount actual;
		const struct wheel_price *price;
	} slots[] = { { { 298, 0 }, &first }, { { 330, WHEEL_PARTIAL }, &last },
		{ { (double)NAN, WHEEL_MISSING }, &last }, { { 300, 0 }, NULL } };
	struct wheel_sum day = { 0 }, month = { 0 };
	for (unsigned i = 0; i < ARRAY_LEN(slots); i++) {
		struct wheel_closed c = wheel_close(&d, WHEEL_GENERATION, i, slots[i].actual, slots[i].price);
		wheel_sum_add(&day, &c);
	}
	wheel_sum_merge(&month, &day);
	wheel_sum_merge(&month, &day);
	ck_assert_uint_eq(month.slots, 8);
	ck_assert_uint_eq(month.unknown, 2);
	ck_assert_uint_eq(month.marked, 2);
	ck_assert_uint_eq(month.unpriced, 2);
	ck_assert_uint_eq(month.preliminary, 2);
	ck_assert_double_eq(month.plan, 2 * 960);
	ck_assert_double_eq(month.actual, 2 * 928);
	ck_assert_double_eq(month.shortage, 2 * 42);
	ck_assert_double_eq(month.surplus, 2 * 10); /* never set off against the shortage */
	ck_assert_double_eq(month.bought, 2 * 407);
	ck_assert_double_eq(month.sold, 2 * 200);
	ck_assert(!wheel_sum_is_final(&month));
	struct wheel_sum whole = { 0 };
	ck_assert(!wheel_sum_is_final(&whole));
	struct wheel_closed c = wheel_close(&d, WHEEL_DEMAND, 0, (struct wheel_amount){ 200, 0 }, &last);
	ck_assert_double_eq(c.shortage, 11);
	ck_assert_double_eq(c.yen, 220);
	wheel_sum_add(&whole, &c);
	ck_assert(wheel_sum_is_final(&whole));
	wheel_done(&d);
}
END_TEST

T_MAIN("wheel_actual",
    T(a_slot_is_the_sum_of_its_increments) T(what_was_not_counted_leaves_a_mark)
        T(nothing_is_counted_twice_and_no_reset_is_counted) T(a_school_that_does_not_answer_makes_the_sum_partial)
            T(the_worked_example_comes_out_to_the_yen) T(a_final_price_replaces_a_preliminary_one)
                T(a_price_is_from_0_to_600) T(an_imbalance_is_foreseen_and_its_alarm_has_hysteresis)
                    T(batteries_are_to_make_what_the_plan_lacks) T(in_the_last_minute_the_target_is_held)
                        T(closing_adds_up_and_says_what_is_not_known))
