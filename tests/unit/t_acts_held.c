/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_acts_held.c - what acts leave behind: values by hand and scans that are off over a restart, a reload and a wrong clock, their ends,
 * and sums that go on.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/acts_kit.h"

START_TEST(an_end_counts_on_the_clock_that_nobody_sets)
{
	feed(P, 40);
	manual_as(&asker_a, "duty", 0, "A.P", true, 55, now().us - 1, "over already");
	ck_assert_int_eq(result, ERR_REFUSED);
	store_answers();
	manual_as(&asker_a, "duty", 0, "A.P", true, 55, now().us + 3600 * US_PER_S, "for an hour");
	store_answers();
	step_us = 365 * 86400 * US_PER_S; /* the wall clock jumps by a year */
	held_tick(held, now(), mono());
	ck_assert_uint_eq(at(P)->quality, Q_SUBSTITUTED);
	step_us = -86400 * US_PER_S;
	clock_us += 3599 * US_PER_S;
	held_tick(held, now(), mono());
	ck_assert_uint_eq(at(P)->quality, Q_SUBSTITUTED);
	clock_us += US_PER_S;
	held_tick(held, now(), mono());
	ck_assert_uint_eq(ended, 1);
	ck_assert_double_eq(at(P)->v, 40);
	ck_assert_uint_eq(entry().kind, JOURNAL_MANUAL);
	ck_assert_uint_eq(entry().uid, LOGBOOK_NO_UID);
	ck_assert_uint_eq(saved_state().blob.len, 0);
	held_tick(held, now(), mono());
	ck_assert_uint_eq(ended, 1);
}
END_TEST

START_TEST(what_is_held_survives_a_restart_and_a_reload)
{
	struct wbuf manual_blob = { 0 }, scan_blob = { 0 };
	struct msg_store_state s;
	struct table *old;

	feed(P, 40);
	feed(Q, 2);
	manual_as(&asker_a, "duty", 0, "A.P", true, 55, now().us + 3600 * US_PER_S, "keep me");
	s = saved_state();
	memcpy(wbuf_grow(&manual_blob, s.blob.len), s.blob.data, s.blob.len);
	store_answers();
	scan("A.Q", false, "keep me too");
	s = saved_state();
	memcpy(wbuf_grow(&scan_blob, s.blob.len), s.blob.data, s.blob.len);
	store_answers();

	end(); /* killed; half an hour passes */
	clock_us += 1800 * US_PER_S;
	scans_off = 0;
	begin();
	s = (struct msg_store_state){
		.kind = STATE_MANUAL, .name = "A.P", .blob = { manual_blob.data, manual_blob.len }
	};
	ck_assert(held_restore(held, &s, now(), mono()));
	s = (struct msg_store_state){
		.kind = STATE_SCAN_OFF, .name = "A.Q", .blob = { scan_blob.data, scan_blob.len }
	};
	ck_assert(held_restore(held, &s, now(), mono()));
	ck_assert_double_eq(at(P)->v, 55);
	ck_assert_uint_eq(at(P)->quality, Q_SUBSTITUTED);
	ck_assert_uint_eq(at(Q)->quality, Q_BLOCKED);
	ck_assert_uint_eq(scans_off, 1);
	ck_assert_str_eq(held_find(held, STATE_MANUAL, "A.P")->user, "duty");
	ck_assert_str_eq(held_find(held, STATE_MANUAL, "A.P")->reason, "keep me");
	feed(P, 44);
	ck_assert_double_eq(at(P)->v, 55);

	/* a reload, in which A.P has another name */
	old = table;
	kit.site.points[P].name = "A.NEW";
	kit.site.points[P].was = "A.P";
	table = table_new(&kit.site);
	table_adopt(table, old);
	held_site(held, table, mono());
	acts_site(acts, table);
	calc_free(calc);
	calc = calc_new(table);
	table_free(old);
	ck_assert_uint_eq(renamed, 1);
	ck_assert_double_eq(at(P)->v, 55);
	ck_assert_uint_eq(at(Q)->quality, Q_BLOCKED);
	ck_assert(held_find(held, STATE_MANUAL, "A.NEW") != NULL);
	clock_us += 1801 * US_PER_S; /* the end counts from the act, over the restart */
	held_tick(held, now(), mono());
	ck_assert_double_eq(at(P)->v, 44);
	wbuf_done(&manual_blob);
	wbuf_done(&scan_blob);
}
END_TEST

/* A saved value by hand of A.P, as of that time. */
static void
restore_manual(const char *name, double v, int64_t time, int64_t until)
{
	struct hold h = {
		.kind = STATE_MANUAL, .value = v, .time = { time }, .until = { until }, .user = "duty", .reason = "old"
	};
	struct wbuf b = { 0 };
	struct msg_store_state s = { .kind = STATE_MANUAL, .name = name };

	held_put_blob(&h, &b);
	s.blob = (struct msg_bytes){ b.data, b.len };
	ck_assert(held_restore(held, &s, now(), mono()));
	wbuf_done(&b);
}

START_TEST(state_that_comes_late_is_merged_and_the_newer_act_wins)
{
	feed(P, 40);
	manual("A.P", true, 55, "newer");
	store_answers();
	restore_manual("A.P", 11, T0 - US_PER_S, 0);
	ck_assert_double_eq(at(P)->v, 55);
	restore_manual("A.P", 66, T0 + 3600 * US_PER_S, 0); /* the other way round */
	ck_assert_double_eq(at(P)->v, 66);
	manual("A.P", false, 0, "ended");
	clock_us += 7200 * US_PER_S;
	store_answers();
	restore_manual("A.P", 11, T0 - US_PER_S, 0); /* it was ended since */
	ck_assert_double_eq(at(P)->v, 40);
}
END_TEST

START_TEST(a_wrong_clock_ends_nothing)
{
	step_us = -T0; /* 1970 */
	restore_manual("A.P", 11, T0 - US_PER_S, T0 + 60 * US_PER_S);
	clock_us += 86400 * US_PER_S;
	held_tick(held, now(), mono());
	ck_assert_double_eq(at(P)->v, 11);
	step_us = -86400 * US_PER_S; /* now it is right: T0 */
	held_tick(held, now(), mono());
	ck_assert_double_eq(at(P)->v, 11);
	clock_us += 60 * US_PER_S;
	held_tick(held, now(), mono());
	ck_assert(isnan(at(P)->v));
	restore_manual("A.Q", 11, T0 - US_PER_S, T0 - 1); /* ended while nothing ran */
	held_tick(held, now(), mono());
	ck_assert(isnan(at(Q)->v));
}
END_TEST

START_TEST(a_hold_of_a_point_that_is_gone_is_kept)
{
	restore_manual("A.GONE", 11, T0, 0);
	ck_assert(held_find(held, STATE_MANUAL, "A.GONE") != NULL);
	ck_assert(held_find(held, STATE_MANUAL, "A.GONE")->is_unfit);
	kit.site.points[B].name = "A.GONE"; /* it comes back */
	struct table *old = table;
	table = table_new(&kit.site);
	held_site(held, table, mono());
	acts_site(acts, table);
	calc_free(calc);
	calc = calc_new(table);
	table_free(old);
	ck_assert_double_eq(at(B)->v, 11);
}
END_TEST

START_TEST(states_that_cannot_be_read_are_left_out)
{
	static const uint8_t bad[] = { 1, 2, 3 };
	struct msg_store_state s = { .kind = STATE_MANUAL, .name = "A.P", .blob = { bad, sizeof(bad) } };

	ck_assert(!held_restore(held, &s, now(), mono()));
	s.kind = STATE_SCAN_OFF;
	ck_assert(!held_restore(held, &s, now(), mono()));
	s.kind = STATE_COUNTER;
	ck_assert(!sums_restore(table, calc, &s, now(), mono()));
	s.name = "A.E";
	ck_assert(!sums_restore(table, calc, &s, now(), mono()));
	s.kind = STATE_INTEGRATOR;
	s.name = "C.INT";
	ck_assert(!sums_restore(table, calc, &s, now(), mono()));
	ck_assert(held_next(held, NULL) == NULL);
}
END_TEST

START_TEST(a_hold_that_the_site_no_longer_permits_holds_nothing)
{
	struct site_point_def *d = (struct site_point_def *)(uintptr_t)kit.site.points[P].def;
	struct msg_store_state s = { .kind = STATE_SCAN_OFF, .name = "C.SUM" };
	struct hold off = { .kind = STATE_SCAN_OFF, .user = "duty", .reason = "was read once" };
	struct wbuf b = { 0 };

	feed(P, 40);
	restore_manual("A.P", 500, T0 - US_PER_S, 0); /* the range was larger */
	restore_manual("A.SP", 5, T0 - US_PER_S, 0);  /* it was measured */
	restore_manual("A.S", 3, T0 - US_PER_S, 0);   /* it had another state */
	held_put_blob(&off, &b);
	s.blob = (struct msg_bytes){ b.data, b.len };
	ck_assert(held_restore(held, &s, now(), mono()));
	wbuf_done(&b);
	ck_assert_uint_eq(unfit, 4);
	ck_assert_double_eq(at(P)->v, 40);
	ck_assert_uint_eq(at(P)->quality, 0);
	ck_assert(!table_is_manual(table, SP) && !table_is_manual(table, S) && !table_is_off(table, SUM));
	ck_assert_uint_eq(scans_off, 0);
	held_site(held, table, mono()); /* told once */
	ck_assert_uint_eq(unfit, 4);
	d->range.hi = 1000; /* it fits again */
	held_site(held, table, mono());
	ck_assert_double_eq(at(P)->v, 500);
	ck_assert_uint_eq(at(P)->quality, Q_SUBSTITUTED);
}
END_TEST

static struct wbuf kept_blob;
static struct msg_store_state kept[4];
static char kept_names[4][POINT_NAME_MAX];
static unsigned kept_count;
static size_t kept_at[4];

static void
keep_cb(const struct msg_store_state *m, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(kept_count, 4);
	kept[kept_count] = *m;
	str_copy(kept_names[kept_count], POINT_NAME_MAX, m->name);
	kept_at[kept_count] = kept_blob.len;
	memcpy(wbuf_grow(&kept_blob, m->blob.len), m->blob.data, m->blob.len);
	kept_count++;
}

static void
restart_with_sums(int64_t pause_us)
{
	kept_count = 0;
	wbuf_init(&kept_blob);
	sums_save(table, calc, 0, POINT_NONE, now(), keep_cb, NULL);
	end();
	clock_us += pause_us;
	begin();
}

static void
give_sums(void)
{
	for (unsigned i = 0; i < kept_count; i++) {
		kept[i].name = kept_names[i];
		kept[i].blob.data = kept_blob.data + kept_at[i];
		ck_assert(sums_restore(table, calc, &kept[i], now(), mono()));
	}
	wbuf_done(&kept_blob);
}

START_TEST(sums_go_on_and_counters_count_over_the_pause)
{
	double sum;

	feed(Q, 3600);
	feed(Q, 3600);
	feed(Q, 3600);
	sum = at(INT)->v;
	ck_assert_double_gt(sum, 0);
	feed(E, 65000);
	feed(E, 65500);
	ck_assert_double_eq(table_total(table, E), 500);
	sum = at(INT)->v; /* it goes on each second */
	restart_with_sums(600 * US_PER_S);
	ck_assert_uint_eq(kept_count, 2);
	give_sums();
	feed(E, 100); /* rolled over meanwhile: 136 */
	ck_assert_double_eq(table_total(table, E), 636);
	ck_assert_uint_eq(at(E)->quality, Q_ADJUSTED); /* flagged */
	feed(E, 101);
	ck_assert_double_eq(table_total(table, E), 637);
	ck_assert_uint_eq(at(E)->quality, 0);
	feed(Q, 3600);
	ck_assert_double_ge(at(INT)->v, sum);
	ck_assert_double_le(at(INT)->v, sum + 5); /* what flowed in the pause is not invented */
}
END_TEST

START_TEST(sums_that_come_late_are_added)
{
	double sum;

	feed(Q, 3600);
	feed(E, 1000);
	feed(E, 1500);
	sum = at(INT)->v;
	restart_with_sums(600 * US_PER_S);
	feed(E, 1700);
	feed(E, 1800);
	feed(Q, 3600);
	feed(Q, 3600);
	double since = at(INT)->v;
	give_sums();
	ck_assert_double_eq(table_total(table, E), 800);
	calc_run(calc, now(), mono());
	ck_assert_double_eq_tol(at(INT)->v, sum + since, 1e-6);
}
END_TEST

START_TEST(sums_of_another_expression_are_not_taken)
{
	struct site_point_def *d = (struct site_point_def *)(uintptr_t)kit.site.points[INT].def;

	feed(Q, 3600);
	feed(Q, 3600);
	kept_count = 0;
	wbuf_init(&kept_blob);
	sums_save(table, calc, INT, INT + 1, now(), keep_cb, NULL);
	ck_assert_uint_eq(kept_count, 1);
	kept[0].name = "C.INT";
	kept[0].blob.data = kept_blob.data;
	d->expression = "integrate(A.P, 1h)";
	ck_assert(!sums_restore(table, calc, &kept[0], now(), mono()));
	wbuf_done(&kept_blob);
}
END_TEST

T_MAIN("acts_held",
    T_FIXTURE(setup, teardown) T(an_end_counts_on_the_clock_that_nobody_sets)
        T(what_is_held_survives_a_restart_and_a_reload) T(state_that_comes_late_is_merged_and_the_newer_act_wins)
            T(a_wrong_clock_ends_nothing) T(a_hold_of_a_point_that_is_gone_is_kept)
                T(states_that_cannot_be_read_are_left_out) T(sums_go_on_and_counters_count_over_the_pause)
                    T(sums_that_come_late_are_added) T(sums_of_another_expression_are_not_taken)
                        T(a_hold_that_the_site_no_longer_permits_holds_nothing))
