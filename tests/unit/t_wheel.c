/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wheel.c - self-wheeling: slots and gates to the microsecond, versions that race, answers, a restart.
 */
#include "config.h"

#include "tests/unit/wheel_kit.h"

START_TEST(a_day_has_the_slots_that_its_clocks_give_it)
{
	static const struct slot_row {
		const char *date, *start, *end;
		unsigned slots;
	} days[] = {
		{ "2026-11-23", "2026-11-23T00:00:00+09:00", "2026-11-24T00:00:00+09:00", 48 },
		{ "2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 46 },
		{ "2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 50 },
		{ "2026-10-04", "2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00", 47 },
	};
	const struct slot_row *t = &days[_i];
	struct wheel_day d = kit_day_of(t->date, t->start, t->end, t->start);
	ck_assert_uint_eq(d.slots, t->slots);
	ck_assert_int_eq(wheel_slot_at(&d, d.start), 0);
	ck_assert_int_eq(wheel_slot_at(&d, utc_add(d.start, -1)), -1);
	ck_assert_int_eq(wheel_slot_at(&d, utc_add(kit_time(t->end), -1)), (int)t->slots - 1);
	ck_assert_int_eq(wheel_slot_at(&d, kit_time(t->end)), -1);
	ck_assert_int_eq(utc_diff_us(kit_time(t->end), wheel_gate(&d, t->slots - 1)), 3 * WHEEL_SLOT_US);
}
END_TEST

START_TEST(what_is_no_day_is_refused)
{
	struct wheel_day d;
	struct wheel_terms bad = kit_terms;
	struct utc start = kit_time("2026-11-22T15:00:00Z");
	ck_assert_int_eq(
	    wheel_init(&d, &kit_terms, 20780, start, utc_add(start, 45 * WHEEL_SLOT_US), start), ERR_USAGE);
	ck_assert_int_eq(
	    wheel_init(&d, &kit_terms, 20780, start, utc_add(start, 51 * WHEEL_SLOT_US), start), ERR_USAGE);
	ck_assert_int_eq(
	    wheel_init(&d, &kit_terms, 20780, start, utc_add(start, 48 * WHEEL_SLOT_US + 1), start), ERR_USAGE);
	ck_assert_int_eq(
	    wheel_init(&d, &kit_terms, 20780, start, utc_add(start, 48 * WHEEL_SLOT_US), utc_add(start, 1)), ERR_USAGE);
	bad.loss_share = 1;
	ck_assert_int_eq(wheel_init(&d, &bad, 20780, start, utc_add(start, 48 * WHEEL_SLOT_US), start), ERR_USAGE);
	bad.loss_share = (double)NAN;
	ck_assert_int_eq(wheel_init(&d, &bad, 20780, start, utc_add(start, 48 * WHEEL_SLOT_US), start), ERR_USAGE);
}
END_TEST

START_TEST(phases_change_at_their_instants)
{
	struct wheel_day d = kit_day();
	static const struct {
		const char *at;
		enum wheel_phase before, then;
	} turns[] = {
		{ "2026-11-22T12:00:00+09:00", WHEEL_AHEAD, WHEEL_OPEN },
		{ "2026-11-23T09:00:00+09:00", WHEEL_OPEN, WHEEL_CLOSED },
		{ "2026-11-23T10:00:00+09:00", WHEEL_CLOSED, WHEEL_RUNNING },
		{ "2026-11-23T10:30:00+09:00", WHEEL_RUNNING, WHEEL_OVER },
	};
	for (size_t i = 0; i < ARRAY_LEN(turns); i++) { /* of the slot from 10:00 */
		ck_assert_int_eq(wheel_phase(&d, 20, utc_add(kit_time(turns[i].at), -1)), turns[i].before);
		ck_assert_int_eq(wheel_phase(&d, 20, kit_time(turns[i].at)), turns[i].then);
	}
	/* The gate of the day's first slots lies on the day before. */
	ck_assert_int_eq(wheel_phase(&d, 0, kit_time("2026-11-22T22:59:59+09:00")), WHEEL_OPEN);
	ck_assert_int_eq(wheel_phase(&d, 0, kit_time("2026-11-22T23:00:00+09:00")), WHEEL_CLOSED);
}
END_TEST

START_TEST(a_slot_is_changed_until_its_gate_and_not_at_it)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	unsigned n = kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	kit_answer(&d, n, true, "2026-11-22T11:05:00+09:00");
	p.generation[20] = 300;
	struct utc gate = kit_time("2026-11-23T09:00:00+09:00");
	kit_refused(&d, 1, &p, "duty", gate, ERR_REFUSED, "slot 21 (");
	kit_refused(&d, 1, &p, "duty", gate, ERR_REFUSED, "its gate closed at ");
	p.part[17][19] = 11;
	kit_refused(&d, 1, &p, "duty", gate, ERR_REFUSED, "slot 20 (");
	kit_refused(&d, 1, &p, "duty", gate, ERR_REFUSED, "and so with others");
	p.part[17][19] = 10;
	char why[400];
	ck_assert_int_eq(wheel_submit(&d, 1, &p, "duty", utc_add(gate, -1), &n, why, sizeof(why)), OK);
	ck_assert_uint_eq(n, 2);
	/* A later slot may go on being changed while the closed one stays as it is. */
	p.generation[21] = 310;
	ck_assert_int_eq(wheel_submit(&d, 2, &p, "duty", gate, &n, why, sizeof(why)), OK);
	wheel_done(&d);
}
END_TEST

START_TEST(a_clock_set_back_opens_no_gate)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	p.generation[40] = 300;
	kit_submit(&d, 1, &p, "duty", "2026-11-23T09:30:00+09:00");
	p.generation[20] = 300;
	kit_refused(&d, 2, &p, "duty", kit_time("2026-11-23T08:00:00+09:00"), ERR_REFUSED, "slot 21 (");
	p.generation[20] = 320;
	p.generation[41] = 300;
	unsigned n = kit_submit(&d, 2, &p, "duty", "2026-11-23T08:00:00+09:00");
	ck_assert_int_eq(wheel_version(&d, n)->submitted_at.us, kit_time("2026-11-23T09:30:00+09:00").us);
	wheel_done(&d);
}
END_TEST

START_TEST(of_two_that_race_the_second_is_told_of_the_first)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320), q = kit_plan(330);
	kit_refused(&d, 1, &p, "duty", kit_time("2026-11-22T10:00:00+09:00"), ERR_BUSY, "no version holds");
	kit_submit(&d, 0, &p, "duty", "2026-11-22T10:00:00+09:00");
	kit_refused(&d, 0, &q, "relief", kit_time("2026-11-22T10:00:00+09:00"), ERR_BUSY, "version 1 of duty");
	unsigned n = kit_submit(&d, 1, &q, "relief", "2026-11-22T10:01:00+09:00");
	ck_assert_uint_eq(n, 2);
	/* Both are kept, whole, with who and when. */
	ck_assert_double_eq(wheel_version(&d, 1)->plan.generation[47], 320);
	ck_assert_str_eq(wheel_version(&d, 1)->author, "duty");
	ck_assert_double_eq(wheel_version(&d, 2)->plan.generation[47], 330);
	ck_assert_uint_eq(wheel_version(&d, 2)->base, 1);
	ck_assert_ptr_null(wheel_version(&d, 3));
	ck_assert_ptr_null(wheel_version(&d, 0));
	wheel_done(&d);
}
END_TEST

START_TEST(what_is_no_plan_is_refused_with_its_slot)
{
	static const char *const authors[] = { "", "=cmd", "+1", "-x", "@x", " duty", "du\ty", "\xFF", "a\342\200\256b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct wheel_day d = kit_day();
	struct wheel_plan good = kit_plan(320), p = good;
	struct utc at = kit_time("2026-11-22T10:00:00+09:00");
	for (size_t i = 0; i < ARRAY_LEN(authors); i++)
		kit_refused(&d, 0, &good, authors[i], at, ERR_USAGE, "the author's name ");
	p.generation[3] = -1;
	kit_refused(&d, 0, &p, "duty", at, ERR_USAGE, "slot 4: generation of -1 kWh");
	p = good, p.generation[3] = (double)INFINITY;
	kit_refused(&d, 0, &p, "duty", at, ERR_USAGE, "slot 4: generation of inf kWh");
	p = good, p.part[1][7] = 1000001;
	kit_refused(&d, 0, &p, "duty", at, ERR_USAGE, "slot 8: SCH02 of 1000001 kWh");
	p = good, p.part[1][7] = (double)NAN;
	kit_refused(&d, 0, &p, "duty", at, ERR_USAGE, "slot 8: SCH02 is not planned, generation is");
	p = kit_plan((double)NAN);
	kit_refused(&d, 0, &p, "duty", at, ERR_USAGE, "slot 1: SCH01 is planned, generation is not");
	for (unsigned i = 0; i < 18; i++)
		for (unsigned slot = 0; slot < 48; slot++)
			p.part[i][slot] = (double)NAN;
	kit_refused(&d, 0, &p, "duty", at, ERR_USAGE, "no slot is planned");
	kit_submit(&d, 0, &good, "当直", "2026-11-22T10:00:00+09:00");
	wheel_done(&d);
}
END_TEST

START_TEST(the_standing_of_a_slot_follows_the_answers)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	ck_assert_int_eq(wheel_standing(&d, 0), WHEEL_NONE);
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:59:59+09:00");
	ck_assert_int_eq(wheel_standing(&d, 0), WHEEL_SUBMITTED);
	ck_assert(isnan(wheel_planned(&d, wheel_in_force(&d), WHEEL_GENERATION, 0)));
	kit_answer(&d, 1, true, "2026-11-22T12:30:00+09:00"); /* in time is who submitted in time */
	ck_assert_int_eq(wheel_standing(&d, 0), WHEEL_FILED);
	ck_assert_double_eq(wheel_planned(&d, wheel_in_force(&d), WHEEL_GENERATION, 0), 320);
	ck_assert_double_eq(wheel_planned(&d, wheel_in_force(&d), WHEEL_DEMAND, 0), 189); /* 18 x 10 x 1.05 */
	p.generation[30] = 298;
	kit_submit(&d, 1, &p, "duty", "2026-11-23T06:00:00+09:00");
	ck_assert_int_eq(wheel_standing(&d, 30), WHEEL_SUBMITTED);
	ck_assert_int_eq(wheel_standing(&d, 29), WHEEL_FILED);
	ck_assert_double_eq(wheel_planned(&d, wheel_in_force(&d), WHEEL_GENERATION, 30), 320);
	kit_answer(&d, 2, true, "2026-11-23T06:01:00+09:00");
	ck_assert_int_eq(wheel_standing(&d, 30), WHEEL_CHANGED);
	ck_assert_int_eq(wheel_standing(&d, 29), WHEEL_FILED);
	p.generation[30] = 320; /* and back: as the day-ahead plan has it */
	kit_submit(&d, 2, &p, "duty", "2026-11-23T06:02:00+09:00");
	kit_answer(&d, 3, true, "2026-11-23T06:03:00+09:00");
	ck_assert_int_eq(wheel_standing(&d, 30), WHEEL_FILED);
	wheel_done(&d);
}
END_TEST

START_TEST(what_comes_at_noon_is_late)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	for (unsigned slot = 0; slot < 2; slot++) { /* their gates are closed: they stay without a plan */
		p.generation[slot] = (double)NAN;
		for (unsigned i = 0; i < 18; i++)
			p.part[i][slot] = (double)NAN;
	}
	struct wheel_plan all = kit_plan(320);
	kit_refused(&d, 0, &all, "duty", kit_time("2026-11-22T23:30:00+09:00"), ERR_REFUSED, "slot 1 (");
	kit_submit(&d, 0, &p, "duty", "2026-11-22T23:30:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T23:31:00+09:00");
	ck_assert_int_eq(wheel_standing(&d, 0), WHEEL_NONE);
	ck_assert_int_eq(wheel_standing(&d, 2), WHEEL_LATE);
	ck_assert_ptr_null(wheel_day_ahead(&d));
	wheel_done(&d);
	d = kit_day();
	kit_submit(&d, 0, &all, "duty", "2026-11-22T12:00:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T12:00:01+09:00");
	ck_assert_int_eq(wheel_standing(&d, 2), WHEEL_LATE);
	wheel_done(&d);
}
END_TEST

START_TEST(a_rejected_version_takes_those_built_on_it_along)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	char why[400];
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T11:01:00+09:00");
	p.generation[20] = 300;
	kit_submit(&d, 1, &p, "duty", "2026-11-23T08:59:00+09:00");
	p.generation[30] = 310;
	kit_submit(&d, 2, &p, "relief", "2026-11-23T09:01:00+09:00");
	kit_answer(&d, 2, false, "2026-11-23T09:02:00+09:00");
	/* Else slot 21, whose gate is closed, would come in by the back door. */
	ck_assert_int_eq(wheel_version(&d, 3)->answer, WHEEL_DROPPED);
	ck_assert_uint_eq(wheel_latest(&d)->number, 1);
	ck_assert_int_eq(
	    wheel_answer(&d, 3, true, kit_time("2026-11-23T09:03:00+09:00"), why, sizeof(why)), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "version 3 is dropped already"));
	kit_refused(&d, 3, &p, "relief", kit_time("2026-11-23T09:03:00+09:00"), ERR_BUSY, "version 1 of duty");
	kit_refused(&d, 1, &p, "relief", kit_time("2026-11-23T09:03:00+09:00"), ERR_REFUSED, "slot 21 (");
	p.generation[20] = 320;
	ck_assert_uint_eq(kit_submit(&d, 1, &p, "relief", "2026-11-23T09:03:00+09:00"), 4);
	wheel_done(&d);
}
END_TEST

START_TEST(an_answer_is_given_once_and_not_before_the_question)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	char why[400];
	ck_assert_int_eq(
	    wheel_answer(&d, 1, true, kit_time("2026-11-22T11:00:00+09:00"), why, sizeof(why)), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why, "there is no version 1"));
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	ck_assert_int_eq(
	    wheel_answer(&d, 1, true, kit_time("2026-11-22T10:59:59+09:00"), why, sizeof(why)), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(why, "before it"));
	p.generation[0] = 310;
	kit_submit(&d, 1, &p, "duty", "2026-11-22T11:10:00+09:00");
	kit_answer(&d, 2, true, "2026-11-22T11:11:00+09:00"); /* overtakes 1 */
	ck_assert_int_eq(wheel_version(&d, 1)->answer, WHEEL_DROPPED);
	ck_assert_int_eq(
	    wheel_answer(&d, 1, true, kit_time("2026-11-22T11:12:00+09:00"), why, sizeof(why)), ERR_REFUSED);
	ck_assert_int_eq(
	    wheel_answer(&d, 2, false, kit_time("2026-11-22T11:12:00+09:00"), why, sizeof(why)), ERR_REFUSED);
	ck_assert_double_eq(wheel_planned(&d, wheel_in_force(&d), WHEEL_GENERATION, 0), 310);
	wheel_done(&d);
}
END_TEST

START_TEST(so_many_versions_and_no_more)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	for (unsigned n = 0; n < WHEEL_VERSIONS_MAX; n++) {
		p.generation[5] = n;
		ck_assert_uint_eq(kit_submit(&d, n, &p, "duty", "2026-11-22T11:00:00+09:00"), n + 1);
	}
	kit_refused(
	    &d, WHEEL_VERSIONS_MAX, &p, "duty", kit_time("2026-11-22T11:00:00+09:00"), ERR_TOO_BIG, "500 versions");
	wheel_done(&d);
}
END_TEST

/* ---- a restart */

START_TEST(versions_come_back_from_their_bytes)
{
	struct wheel_day d = kit_day(), e = kit_day();
	struct wheel_plan p = kit_plan(320.123);
	p.generation[47] = (double)NAN;
	for (unsigned i = 0; i < 18; i++)
		p.part[i][47] = (double)NAN;
	kit_submit(&d, 0, &p, "当直", "2026-11-22T11:00:00+09:00");
	kit_answer(&d, 1, true, "2026-11-22T11:01:00+09:00");
	p.generation[46] = 0;
	kit_submit(&d, 1, &p, "relief", "2026-11-22T13:00:00+09:00");
	for (unsigned n = 1; n <= 2; n++) {
		struct wbuf b, again;
		wbuf_init(&b);
		wbuf_init(&again);
		wheel_put(&b, &d, wheel_version(&d, n));
		ck_assert_uint_lt(b.len, 65000);
		for (size_t cut = 0; cut < b.len; cut += cut < 400 ? 1 : 97)
			ck_assert_int_ne(wheel_take(&e, b.data, cut), OK);
		ck_assert_int_eq(wheel_take(&e, b.data, b.len), OK);
		ck_assert_int_eq(wheel_take(&e, b.data, b.len), ERR_USAGE); /* it is there */
		wheel_put(&again, &e, wheel_version(&e, n));
		ck_assert_mem_eq(again.data, b.data, b.len);
		b.data[0]++;
		ck_assert_int_eq(wheel_take(&e, b.data, b.len), ERR_VERSION);
		wbuf_done(&b);
		wbuf_done(&again);
	}
	ck_assert_uint_eq(wheel_latest(&e)->number, 2);
	ck_assert_int_eq(wheel_standing(&e, 46), WHEEL_SUBMITTED);
	ck_assert_int_eq(wheel_standing(&e, 47), WHEEL_NONE);
	wheel_done(&d);
	wheel_done(&e);
}
END_TEST

START_TEST(bytes_of_another_day_or_other_parts_are_refused)
{
	struct wheel_day d = kit_day();
	struct wheel_plan p = kit_plan(320);
	struct wheel_terms other = kit_terms;
	struct wbuf b;
	kit_submit(&d, 0, &p, "duty", "2026-11-22T11:00:00+09:00");
	wbuf_init(&b);
	wheel_put(&b, &d, wheel_version(&d, 1));
	struct wheel_day e = kit_day_of(
	    "2026-11-24", "2026-11-24T00:00:00+09:00", "2026-11-25T00:00:00+09:00", "2026-11-23T12:00:00+09:00");
	ck_assert_int_eq(wheel_take(&e, b.data, b.len), ERR_USAGE);
	e = kit_day();
	other.parts[3] = "SCH05", other.parts[4] = "SCH04";
	e.terms = &other;
	ck_assert_int_eq(wheel_take(&e, b.data, b.len), ERR_USAGE);
	other = kit_terms, other.loss_share = 0.04;
	ck_assert_int_eq(wheel_take(&e, b.data, b.len), ERR_USAGE);
	ck_assert_uint_eq(e.version_count, 0);
	wbuf_done(&b);
	wheel_done(&d);
}
END_TEST

T_MAIN("wheel",
    T_LOOP(a_day_has_the_slots_that_its_clocks_give_it, 0, 4) T(what_is_no_day_is_refused)
        T(phases_change_at_their_instants) T(a_slot_is_changed_until_its_gate_and_not_at_it)
            T(a_clock_set_back_opens_no_gate) T(of_two_that_race_the_second_is_told_of_the_first)
                T(what_is_no_plan_is_refused_with_its_slot) T(the_standing_of_a_slot_follows_the_answers)
                    T(what_comes_at_noon_is_late) T(a_rejected_version_takes_those_built_on_it_along)
                        T(an_answer_is_given_once_and_not_before_the_question) T(so_many_versions_and_no_more)
                            T(versions_come_back_from_their_bytes) T(bytes_of_another_day_or_other_parts_are_refused))
