/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_alarm_engine.c - the engine in simulated time: limits and delays, quality, suppression, what there is.
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

/* ---- limits and delays */

START_TEST(limit_rises_is_acknowledged_and_goes)
{
	one()->deadband = 5;
	ak_start(&k);
	ak_feed(&k, 0, 80);
	STATE_IS("D0.P.H", NORM);
	ak_feed(&k, 0, 91);
	STATE_IS("D0.P.H", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "value 91 kW above 90 kW");
	ck_assert_int_eq(ak_last(&k)->m.time.us, k.now.us);
	ck_assert(ak_last(&k)->m.occurrence != 0);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").by, "duty");
	ak_feed(&k, 0, 86); /* within the deadband */
	STATE_IS("D0.P.H", ACKED);
	ak_feed(&k, 0, 85);
	STATE_IS("D0.P.H", NORM);
	ck_assert(ak_last(&k)->m.is_close);
	ck_assert_uint_eq(ak_last(&k)->m.occurrence, k.moves[0].m.occurrence);
}
END_TEST

START_TEST(hh_beside_h_are_two_alarms)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	ak_limit(&k, p, LIMIT_H, 90);
	ak_limit(&k, p, LIMIT_HH, 100)->priority = 1;
	ak_start(&k);
	ak_feed(&k, 0, 101);
	STATE_IS("D0.P.H", UNACK);
	STATE_IS("D0.P.HH", UNACK);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	STATE_IS("D0.P.HH", UNACK);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 1);
	ak_feed(&k, 0, 95);
	STATE_IS("D0.P.HH", RTNUN);
	STATE_IS("D0.P.H", ACKED);
}
END_TEST

START_TEST(delays_are_exact)
{
	struct site_limit *l = one();
	l->delay_us = S(10);
	l->off_delay_us = S(5);
	ak_start(&k);
	ak_feed(&k, 0, 91);
	int64_t from = k.now.us;
	ak_pass(&k, S(10) - 1);
	STATE_IS("D0.P.H", NORM);
	ak_pass(&k, 1);
	STATE_IS("D0.P.H", UNACK);
	ck_assert_int_eq(ak_last(&k)->m.time.us, from + S(10));
	ak_feed(&k, 0, 80);
	ak_pass(&k, S(4));
	ak_feed(&k, 0, 91); /* again before the off-delay is over */
	ak_feed(&k, 0, 80);
	from = k.now.us;
	ak_pass(&k, S(5) - 1);
	STATE_IS("D0.P.H", UNACK);
	ak_pass(&k, 1);
	STATE_IS("D0.P.H", RTNUN);
	ck_assert_int_eq(ak_last(&k)->m.time.us, from + S(5));
	/* a turn that comes late changes no time */
	ak_feed(&k, 0, 91);
	from = k.now.us;
	k.now = utc_add(k.now, S(60));
	k.mono = mono_add(k.mono, S(60));
	ak_turn(&k);
	ck_assert_int_eq(ak_last(&k)->m.time.us, from + S(10));
}
END_TEST

/* The next sample comes after the delay was over, before any turn: both crossings count. */
START_TEST(what_lasted_long_enough_counts_though_it_is_over)
{
	struct site_limit *l = one();
	l->delay_us = S(1);
	ak_start(&k);
	ak_feed(&k, 0, 91);
	int64_t from = k.now.us;
	k.now = utc_add(k.now, S(3));
	k.mono = mono_add(k.mono, S(3));
	ak_sample(&k, 0, 80, 0, k.now);
	ak_turn(&k);
	ck_assert_uint_eq(k.move_count, 2);
	ck_assert_int_eq(k.moves[0].m.event, EVENT_RAISE);
	ck_assert_int_eq(k.moves[0].m.time.us, from + S(1));
	ck_assert_int_eq(k.moves[1].m.event, EVENT_CLEAR);
	STATE_IS("D0.P.H", RTNUN);
}
END_TEST

START_TEST(every_sample_of_a_turn_is_seen)
{
	one();
	ak_start(&k);
	for (int i = 0; i < 1000; i++)
		ak_sample(&k, 0, i % 2 ? 80 : 91, 0, utc_add(k.now, i));
	ak_turn(&k);
	ck_assert_uint_eq(k.move_count, 1000);
	ck_assert_uint_eq(ak_tell(&k, "D0.P.H").repeats, 499);
}
END_TEST

START_TEST(a_turn_tells_in_order_of_source_time)
{
	for (int i = 0; i < 20; i++)
		ak_limit(&k, ak_point(&k, arena_printf(k.site->arena, "P%d", i), KIND_ANALOG), LIMIT_H, 90);
	ak_start(&k);
	for (point_id id = 0; id < 20; id++)
		ak_sample(&k, id, 95, 0, (struct utc){ k.now.us - (id * 7 % 5) * 1000 });
	ak_turn(&k);
	ck_assert_uint_eq(k.move_count, 20);
	for (uint32_t i = 1; i < 20; i++) {
		const struct ak_move *x = &k.moves[i - 1], *y = &k.moves[i];
		ck_assert(x->m.time.us < y->m.time.us || (x->m.time.us == y->m.time.us && x->alarm < y->alarm));
		ck_assert_uint_lt(x->m.occurrence, y->m.occurrence);
	}
}
END_TEST

/* ---- quality */

START_TEST(bad_inputs_hold_the_alarm)
{
	one()->off_delay_us = S(10);
	ak_start(&k);
	ak_feed(&k, 0, 91);
	ak_sample(&k, 0, 0, Q_FAILURE, k.now);
	ak_turn(&k);
	STATE_IS("D0.P.H", UNACK);
	ck_assert(ak_tell(&k, "D0.P.H").bits & ALARM_DOUBTFUL);
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_BAD);
	ak_pass(&k, S(100));
	STATE_IS("D0.P.H", UNACK);
	ak_feed(&k, 0, 80);
	ck_assert(!(ak_tell(&k, "D0.P.H").bits & ALARM_DOUBTFUL));
	ak_pass(&k, S(4));
	ak_sample(&k, 0, 0, Q_STALE, k.now); /* six seconds of the delay are left, and stay */
	ak_turn(&k);
	ak_pass(&k, S(50));
	STATE_IS("D0.P.H", UNACK);
	ak_feed(&k, 0, 80);
	ak_pass(&k, S(6) - 1);
	STATE_IS("D0.P.H", UNACK);
	ak_pass(&k, 1);
	STATE_IS("D0.P.H", RTNUN);
}
END_TEST

START_TEST(bad_values_raise_nothing_and_doubtful_ones_do)
{
	one();
	ak_start(&k);
	ak_feed(&k, 0, 50);
	k.values[0].v = 500; /* whatever stands there */
	ak_sample(&k, 0, 0, Q_NO_COMM, k.now);
	ak_turn(&k);
	STATE_IS("D0.P.H", NORM);
	ck_assert_uint_eq(k.move_count, 0); /* an alarm at rest makes no noise for a dead line */
	ak_sample(&k, 0, 95, Q_OUT_OF_RANGE, k.now);
	ak_turn(&k);
	STATE_IS("D0.P.H", UNACK);
	ck_assert_uint_eq(ak_tell(&k, "D0.P.H").quality, Q_OUT_OF_RANGE);
}
END_TEST

START_TEST(rate_is_silent_after_an_outage)
{
	struct site_limit *l = ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_ROC, 1);
	l->window_us = S(4);
	ak_start(&k);
	for (int i = 0; i < 10; i++, ak_pass(&k, S(1)))
		ak_feed(&k, 0, i * 0.5);
	ak_sample(&k, 0, 0, Q_NO_COMM, k.now);
	ak_pass(&k, S(2)); /* less than the window */
	for (int i = 0; i < 10; i++, ak_pass(&k, S(1)))
		ak_feed(&k, 0, 100);
	ck_assert_uint_eq(k.move_count, 0);
	for (int i = 0; i < 5; i++, ak_pass(&k, S(1)))
		ak_feed(&k, 0, 100 + i * 2);
	STATE_IS("D0.P.ROC", UNACK);
}
END_TEST

START_TEST(stale_is_raised_while_the_device_answers)
{
	ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_STALE, 0);
	ak_start(&k);
	ak_feed(&k, 0, 1);
	STATE_IS("D0.P.STALE", RTNUN); /* never read before, though its device answers */
	STATE_IS("D1.P.STALE", UNACK);
	ak_sample(&k, 0, 0, Q_STALE, k.now);
	ak_turn(&k);
	STATE_IS("D0.P.STALE", UNACK);
}
END_TEST

START_TEST(stale_waits_for_its_device)
{
	ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_STALE, 0);
	ak_build(&k);
	alarms_device(k.a, 0, DEVICE_CONNECTING, k.now, k.mono);
	alarms_device(k.a, 1, DEVICE_DOWN, k.now, k.mono);
	alarms_begin(k.a, k.now, k.mono);
	STATE_IS("D0.P.STALE", NORM);
	STATE_IS("D1.P.STALE", NORM);
	alarms_device(k.a, 0, DEVICE_UP, k.now, k.mono);
	ak_turn(&k);
	STATE_IS("D0.P.STALE", UNACK);
}
END_TEST

START_TEST(deviation_follows_both_points)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	ak_limit(&k, p, LIMIT_DEV, 5);
	ak_point(&k, "P_SP", KIND_SETPOINT);
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ak_feed(&k, 1, 50);
	STATE_IS("D0.P.DEV", NORM);
	ak_feed(&k, 1, 60); /* the setpoint alone */
	STATE_IS("D0.P.DEV", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "value 50 kW differs from D0.P_SP by -10 kW, more than 5 kW");
	ak_sample(&k, 1, 0, Q_NO_COMM, k.now);
	ak_turn(&k);
	ck_assert(ak_tell(&k, "D0.P.DEV").bits & ALARM_DOUBTFUL);
	ak_feed(&k, 1, 52);
	STATE_IS("D0.P.DEV", RTNUN);
}
END_TEST

START_TEST(conditions_are_over_points)
{
	ak_point(&k, "P", KIND_ANALOG);
	ak_point(&k, "Q", KIND_ANALOG);
	ak_calc(&k, "SITE.SUM", "D0.P + D0.Q > 100")->delay_us = S(2);
	ak_start(&k);
	ck_assert(ak_tell(&k, "SITE.SUM").bits & ALARM_DOUBTFUL);
	ak_feed(&k, 0, 60);
	ak_feed(&k, 1, 60);
	ak_pass(&k, S(2));
	STATE_IS("SITE.SUM", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "true: D0.P + D0.Q > 100");
	ak_sample(&k, 1, 0, Q_NO_COMM, k.now);
	k.values[0].v = 0;
	alarms_sample(k.a, 0, &k.values[0], k.mono);
	ak_turn(&k);
	STATE_IS("SITE.SUM", UNACK); /* bad: held */
	ak_feed(&k, 1, 60);
	STATE_IS("SITE.SUM", RTNUN);
}
END_TEST

/* ---- suppression */

static void
two_points(const char *of_point, const char *of_alarm)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	p->suppress_when = of_point;
	ak_limit(&k, p, LIMIT_H, 90)->suppress_when = of_alarm;
	ak_point(&k, "RUN", KIND_DIGITAL);
}

START_TEST(suppressed_by_design_while_true_and_a_hold_after)
{
	two_points("$.RUN == 0", NULL);
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ak_feed(&k, 1, 0);
	STATE_IS("D0.P.H", DSUPR);
	ck_assert_str_eq(ak_tell(&k, "D0.P.H").reason, "D0.RUN == 0");
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_SUPPRESS);
	ak_feed(&k, 0, 95);
	STATE_IS("D0.P.H", DSUPR);
	ck_assert_int_eq(ak_last(&k)->m.event, EVENT_RAISE); /* followed and journalled */
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert(!ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ak_feed(&k, 1, 1);
	ak_pass(&k, S(10) - 1);
	STATE_IS("D0.P.H", DSUPR);
	ak_pass(&k, 1);
	STATE_IS("D0.P.H", UNACK);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 3);
}
END_TEST

START_TEST(a_cause_that_comes_back_within_the_hold_is_one_suppression)
{
	two_points(NULL, "$.RUN == 0");
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ak_feed(&k, 1, 0);
	ak_feed(&k, 1, 1);
	ak_pass(&k, S(5));
	ak_feed(&k, 1, 0);
	ak_pass(&k, S(100));
	STATE_IS("D0.P.H", DSUPR);
	ck_assert_uint_eq(k.move_count, 1);
}
END_TEST

START_TEST(bad_inputs_neither_begin_nor_end_a_suppression)
{
	two_points("$.RUN == 0", NULL);
	ak_start(&k);
	ak_feed(&k, 0, 50);
	ak_feed(&k, 1, 1);
	k.values[1].v = 0;
	ak_sample(&k, 1, 0, Q_NO_COMM, k.now);
	ak_turn(&k);
	STATE_IS("D0.P.H", NORM);
	ak_feed(&k, 1, 0);
	STATE_IS("D0.P.H", DSUPR);
	k.values[1].v = 1;
	ak_sample(&k, 1, 0, Q_STALE, k.now);
	ak_pass(&k, S(60));
	STATE_IS("D0.P.H", DSUPR);
}
END_TEST

/* The turbine trips and its power falls in the same scan: nobody is called for the power. */
START_TEST(suppression_is_known_before_alarms_of_the_same_turn)
{
	two_points("$.RUN == 0", NULL);
	ak_start(&k);
	ak_sample(&k, 0, 50, 0, k.now);
	ak_sample(&k, 1, 1, 0, k.now);
	ak_turn(&k);
	ak_sample(&k, 0, 95, 0, k.now); /* the alarm first */
	ak_sample(&k, 1, 0, 0, k.now);
	ak_turn(&k);
	STATE_IS("D0.P.H", DSUPR);
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
	ck_assert_uint_eq(ak_tell_horn(&k).rate, 0);
}
END_TEST

START_TEST(a_silent_device_suppresses_what_is_not_on_the_list)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	ak_limit(&k, p, LIMIT_H, 90);
	ak_limit(&k, p, LIMIT_L, 10);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	k.values[0].quality = Q_NO_COMM;
	alarms_device(k.a, 0, DEVICE_DOWN, k.now, k.mono);
	alarms_sample(k.a, 0, &k.values[0], k.mono);
	ak_pass(&k, S(2) - 1);
	STATE_IS("D0.P.L", NORM);
	ak_pass(&k, 1);
	STATE_IS("D0.P.L", DSUPR);
	STATE_IS("D0.P.H", UNACK);
	ck_assert(ak_tell(&k, "D0.P.H").bits & ALARM_DOUBTFUL);
	ck_assert_str_eq(ak_tell(&k, "D0.P.L").reason, "D0 does not answer");
	STATE_IS("D1.P.L", NORM);
	ak_pass(&k, S(3));
	STATE_IS("D0.COMM", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "D0 does not answer");
	uint32_t told = k.move_count;
	/* back: its children after the hold, on what they are now */
	alarms_device(k.a, 0, DEVICE_UP, k.now, k.mono);
	ak_feed(&k, 0, 5);
	STATE_IS("D0.COMM", RTNUN);
	STATE_IS("D0.P.H", RTNUN);
	STATE_IS("D0.P.L", DSUPR);
	ak_pass(&k, S(10));
	STATE_IS("D0.P.L", UNACK);
	ck_assert_uint_gt(k.move_count, told);
}
END_TEST

START_TEST(what_leaves_the_list_while_its_device_is_silent_is_suppressed)
{
	ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_H, 90);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	ak_feed(&k, 0, 50);
	STATE_IS("D0.P.H", RTNUN);
	alarms_device(k.a, 0, DEVICE_DOWN, k.now, k.mono);
	ak_pass(&k, S(20));
	STATE_IS("D0.P.H", RTNUN);
	ck_assert(ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	STATE_IS("D0.P.H", DSUPR);
}
END_TEST

START_TEST(a_dead_line_is_one_entry_of_the_journal)
{
	for (int i = 0; i < 30; i++)
		ak_limit(&k, ak_point(&k, arena_printf(k.site->arena, "P%d", i), KIND_ANALOG), LIMIT_H, 90);
	ak_start(&k);
	for (point_id id = 0; id < 30; id++)
		ak_feed(&k, id, 50);
	alarms_device(k.a, 0, DEVICE_DOWN, k.now, k.mono);
	for (point_id id = 0; id < 30; id++)
		ak_sample(&k, id, 0, Q_NO_COMM, k.now);
	ak_pass(&k, S(60));
	struct alarm_counts c;
	alarms_counts(k.a, &c);
	ck_assert_uint_eq(c.suppressed, 30);
	ck_assert_uint_eq(k.move_count, 1);
	alarms_device(k.a, 0, DEVICE_UP, k.now, k.mono);
	for (point_id id = 0; id < 30; id++)
		ak_feed(&k, id, 50);
	ak_pass(&k, S(60));
	alarms_counts(k.a, &c);
	ck_assert_uint_eq(c.suppressed, 0);
	ck_assert_uint_eq(k.move_count, 2);
}
END_TEST

START_TEST(connecting_for_the_first_time_is_no_silence)
{
	ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_H, 90);
	ak_build(&k);
	alarms_device(k.a, 0, DEVICE_CONNECTING, k.now, k.mono);
	alarms_device(k.a, 1, DEVICE_UP, k.now, k.mono);
	alarms_begin(k.a, k.now, k.mono);
	ak_pass(&k, S(60));
	STATE_IS("D0.COMM", NORM);
	STATE_IS("D0.P.H", NORM);
	alarms_device(k.a, 0, DEVICE_DOWN, k.now, k.mono);
	alarms_device(k.a, 1, DEVICE_CONNECTING, k.now, k.mono); /* after it was up */
	ak_pass(&k, S(5));
	STATE_IS("D0.COMM", UNACK);
	STATE_IS("D1.COMM", UNACK);
}
END_TEST

START_TEST(a_device_switched_off_closes_its_alarms)
{
	ak_limit(&k, ak_point(&k, "P", KIND_ANALOG), LIMIT_H, 90);
	ak_start(&k);
	ak_feed(&k, 0, 95);
	alarms_device(k.a, 0, DEVICE_OFF, k.now, k.mono);
	STATE_IS("D0.P.H", NORM);
	ck_assert(ak_last(&k)->m.is_close);
	ck_assert_str_eq(ak_last(&k)->m.words, "its device is switched off in the site file");
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 0);
}
END_TEST

/* ---- Chisan's own */

START_TEST(own_alarms_say_what_they_were_told)
{
	ak_point(&k, "P", KIND_ANALOG);
	ak_start(&k);
	alarms_own(k.a, OWN_STORE, true, "the disk is full", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("CHISAN.STORE", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "the disk is full");
	ck_assert_uint_eq(ak_tell_horn(&k).priority, 2);
	alarms_own(k.a, OWN_STORE, true, "the disk is still full", k.now, k.mono);
	ak_turn(&k);
	ck_assert_uint_eq(k.move_count, 1);
	alarms_own(k.a, OWN_STORE, false, "", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("CHISAN.STORE", RTNUN);
	ck_assert_str_eq(ak_last(&k)->m.words, "it is well again");
}
END_TEST

/* A point of a figure of chisand's own with alarms for these states. */
static void
own_point(const char *name, const char *figure, const char *states)
{
	struct site_point_def *d = ak_point(&k, name, KIND_DIGITAL);

	((struct site_register *)(uintptr_t)d->read)->internal = figure;
	for (; *states != '\0'; states++)
		ak_limit(&k, d, LIMIT_STATE, *states - '0');
}

static void
store_point(const char *states)
{
	own_point("STORE", "store-state", states);
}

START_TEST(a_store_that_the_site_file_watches_raises_one_alarm)
{
	store_point("2347");
	ak_start(&k);
	ak_feed(&k, 0, STORE_FULL);
	alarms_own(k.a, OWN_STORE, true, "the disk is full", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("D0.STORE.STATE2", UNACK);
	STATE_IS("CHISAN.STORE", NORM);
	ck_assert_uint_eq(k.move_count, 1);
}
END_TEST

START_TEST(a_journal_that_the_site_file_watches_raises_one_alarm)
{
	store_point("6");
	own_point("AUDIT", "journal-chain", "0");
	ak_start(&k);
	ak_feed(&k, 1, 0);
	alarms_own(k.a, OWN_JOURNAL, true, "the journal's chain is broken", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("D0.AUDIT.STATE0", UNACK);
	STATE_IS("CHISAN.JOURNAL", NORM);
	ck_assert_uint_eq(k.move_count, 1);
}
END_TEST

START_TEST(a_journal_that_the_site_file_watches_in_part_raises_chisans_own)
{
	own_point("AUDIT", "journal-chain", "0"); /* not when it was meddled with */
	ak_start(&k);
	alarms_own(k.a, OWN_JOURNAL, true, "another program wrote to it", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("CHISAN.JOURNAL", UNACK);
}
END_TEST

START_TEST(a_store_that_the_site_file_watches_in_part_raises_chisans_own)
{
	store_point("237"); /* not when it is read-only */
	ak_start(&k);
	ak_feed(&k, 0, STORE_READ_ONLY);
	alarms_own(k.a, OWN_STORE, true, "the disk cannot be written", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("CHISAN.STORE", UNACK);
	ck_assert_uint_eq(k.move_count, 1);
}
END_TEST

START_TEST(a_store_that_a_device_switched_off_watches_raises_chisans_own)
{
	store_point("2347");
	k.list[0].enabled = k.list[1].enabled = false;
	ak_start(&k);
	alarms_own(k.a, OWN_STORE, true, "the disk is full", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("CHISAN.STORE", UNACK);
}
END_TEST

START_TEST(outputs_that_can_be_written_have_a_drift_alarm)
{
	struct site_point_def *p = ak_point(&k, "P_SP", KIND_SETPOINT);
	p->write = p->read;
	ak_point(&k, "Q", KIND_SETPOINT);
	ak_start(&k);
	ck_assert_uint_eq(alarms_find(k.a, "D0.Q.DRIFT"), ALARM_NONE);
	alarms_drift(k.a, 0, true, "the device keeps 40, written was 50", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("D0.P_SP.DRIFT", UNACK);
	ck_assert_str_eq(ak_last(&k)->m.words, "the device keeps 40, written was 50");
	alarms_drift(k.a, 0, false, "", k.now, k.mono);
	ak_turn(&k);
	STATE_IS("D0.P_SP.DRIFT", RTNUN);
}
END_TEST

/* ---- definitions */

START_TEST(definitions_are_whole)
{
	struct site_point_def *p = ak_point(&k, "P", KIND_ANALOG);
	struct site_limit *l = ak_limit(&k, p, LIMIT_HH, 90);
	static struct key_name names[] = { { 6, "Trip" } };
	l->priority = 1;
	l->class = "safety";
	l->delay_us = S(10);
	l->respond_in_us = S(180);
	ak_limit(&k, p, LIMIT_LL, 5)->priority = 1; /* two persons for its shelf, one for its limit */
	struct site_point_def *d = ak_point(&k, "STATE", KIND_DIGITAL);
	d->states = (struct key_names){ names, 1 };
	ak_limit(&k, d, LIMIT_STATE, 6);
	ak_limit(&k, d, LIMIT_STATE, 7);
	ak_calc(&k, "SITE.X", "D0.P > 1");
	ak_start(&k);
	struct msg_alarm_def m;
	for (uint32_t n = 0; n < alarms_count(k.a); n++) {
		const struct alarm_def *def = alarms_def(k.a, n);
		ck_assert_uint_eq(alarms_find(k.a, def->name), n);
		ck_assert(def->text != NULL && def->text[0] != '\0');
		ck_assert(def->text_ja != NULL && def->response != NULL && def->class != NULL && def->group != NULL &&
		    def->area != NULL);
		alarms_describe(k.a, n, &m);
		ck_assert_str_eq(m.name, def->name);
	}
	alarms_describe(k.a, ak_find(&k, "D0.P.HH"), &m);
	ck_assert_str_eq(m.text, "Level very high");
	ck_assert_str_eq(m.text_ja, "液位 上上限");
	ck_assert_double_eq(m.limit, 90);
	ck_assert_uint_eq(m.on_delay_ms, 10000);
	ck_assert_uint_eq(m.respond_s, 180);
	ck_assert_uint_eq(m.shelve_max_s, 8 * 3600);
	ck_assert_uint_eq(m.flags, ALARM_NEEDS_ACK | ALARM_MAY_SHELVE | ALARM_TWO_PERSON);
	alarms_describe(k.a, ak_find(&k, "D0.P.LL"), &m);
	ck_assert_uint_eq(m.flags, ALARM_NEEDS_ACK | ALARM_MAY_SHELVE);
	ck_assert(alarms_needs_two(k.a, ak_find(&k, "D0.P.LL"), ALARM_ACT_SHELVE));
	ck_assert(!alarms_needs_two(k.a, ak_find(&k, "D0.P.LL"), ALARM_ACT_LIMIT));
	ck_assert_str_eq(m.area, "plant");
	alarms_describe(k.a, ak_find(&k, "D0.STATE.STATE7"), &m);
	ck_assert_str_eq(m.text, "Level state 7");
	alarms_describe(k.a, ak_find(&k, "D0.STATE.STATE6"), &m);
	ck_assert_str_eq(m.text, "Level Trip");
	ck_assert(isnan(m.limit));
	ck_assert_uint_eq(alarms_find(k.a, "D0.P.H"), ALARM_NONE);
}
END_TEST

START_TEST(nothing_happens_before_the_begin)
{
	one();
	ak_build(&k);
	struct mono at;
	k.values[0] = (struct value){ .v = 95, .time = k.now };
	alarms_sample(k.a, 0, &k.values[0], k.mono);
	alarms_own(k.a, OWN_STORE, true, "no store", k.now, k.mono);
	ak_turn(&k);
	ck_assert(!alarms_has_begun(k.a));
	ck_assert(!alarms_due(k.a, &at));
	ck_assert_uint_eq(k.move_count, 0);
	ck_assert(!ak_act(&k, "D0.P.H", ALARM_ACT_ACK));
	ck_assert_str_eq(ak_why, "the server has only just started; alarms are not known yet, try again in a second");
	ak_begin(&k);
	STATE_IS("D0.P.H", UNACK);
	STATE_IS("CHISAN.STORE", UNACK);
}
END_TEST

/* clang-format off */
T_MAIN("alarm_engine",
    T_FIXTURE(setup, teardown)
    T(limit_rises_is_acknowledged_and_goes)
    T(hh_beside_h_are_two_alarms)
    T(delays_are_exact)
    T(what_lasted_long_enough_counts_though_it_is_over)
    T(every_sample_of_a_turn_is_seen)
    T(a_turn_tells_in_order_of_source_time)
    T(bad_inputs_hold_the_alarm)
    T(bad_values_raise_nothing_and_doubtful_ones_do)
    T(rate_is_silent_after_an_outage)
    T(stale_is_raised_while_the_device_answers)
    T(stale_waits_for_its_device)
    T(deviation_follows_both_points)
    T(conditions_are_over_points)
    T(suppressed_by_design_while_true_and_a_hold_after)
    T(a_cause_that_comes_back_within_the_hold_is_one_suppression)
    T(bad_inputs_neither_begin_nor_end_a_suppression)
    T(suppression_is_known_before_alarms_of_the_same_turn)
    T(a_silent_device_suppresses_what_is_not_on_the_list)
    T(what_leaves_the_list_while_its_device_is_silent_is_suppressed)
    T(a_dead_line_is_one_entry_of_the_journal)
    T(connecting_for_the_first_time_is_no_silence)
    T(a_device_switched_off_closes_its_alarms)
    T(own_alarms_say_what_they_were_told)
    T(a_store_that_the_site_file_watches_raises_one_alarm)
    T(a_journal_that_the_site_file_watches_raises_one_alarm)
    T(a_journal_that_the_site_file_watches_in_part_raises_chisans_own)
    T(a_store_that_the_site_file_watches_in_part_raises_chisans_own)
    T(a_store_that_a_device_switched_off_watches_raises_chisans_own)
    T(outputs_that_can_be_written_have_a_drift_alarm)
    T(definitions_are_whole)
    T(nothing_happens_before_the_begin))
/* clang-format on */
