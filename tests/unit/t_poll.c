/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_poll.c - the scheduler in simulated time: when each device is asked, and what comes of it; a day passes in a second.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/poll_kit.h"

START_TEST(polls_are_spread_over_the_period)
{
	uint32_t most = 0;

	many(100, 1000000);
	go();
	run_s(3);
	for (int slot = 0; slot < 100; slot++) {
		uint32_t before = 0, after = 0;

		for (int i = 0; i < 100; i++)
			before += w.asked[i];
		run_s(0.01);
		for (int i = 0; i < 100; i++)
			after += w.asked[i];
		most = after - before > most ? after - before : most;
	}
	ck_assert_uint_le(most, 3); /* of 100 that might have come together */
	finish();
}
END_TEST

START_TEST(every_period_has_its_scan_for_a_day)
{
	many(5, 1000000);
	go();
	run_s(86400);
	for (int i = 0; i < 5; i++) {
		ck_assert_uint_ge(w.samples[i], 86400);
		ck_assert_uint_le(w.samples[i], 86402);
		ck_assert_uint_eq(w.states[i], 2); /* connecting, up */
	}
	ck_assert_uint_eq(w.poll->late, 0);
	finish();
}
END_TEST

START_TEST(silent_devices_cost_the_others_nothing)
{
	uint32_t alive;

	many(100, 100000);
	go();
	run_s(20);
	alive = w.samples[50];
	finish();
	many(100, 100000);
	for (int i = 0; i < 100; i += 2)
		w.is_silent[i] = i != 50;
	go();
	run_s(20);
	ck_assert_uint_eq(w.samples[50], alive);
	ck_assert_uint_eq(w.samples[0], 0);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_int_eq(w.poll->devices[0].error, ERR_TIMEOUT);
	finish();
}
END_TEST

START_TEST(overdue_polls_are_counted_not_queued)
{
	many(1, 100000);
	w.latency_us[0] = 250000;
	go();
	run_s(10);
	ck_assert_uint_eq(w.most_in_flight[0], 1);
	ck_assert_uint_ge(w.samples[0], 39); /* one after the other, without a pause */
	ck_assert_uint_le(w.samples[0], 40);
	ck_assert_uint_ge(w.poll->late, 39);
	w.latency_us[0] = 10000; /* and no backlog afterwards */
	run_s(1);
	w.asked[0] = 0;
	run_s(10);
	ck_assert_uint_ge(w.asked[0], 99);
	ck_assert_uint_le(w.asked[0], 101);
	finish();
}
END_TEST

START_TEST(back_off_doubles_to_its_limit)
{
	many(1, 1000000);
	w.is_silent[0] = true;
	go();
	run_s(600);
	ck_assert_uint_ge(w.ask_count, 10);
	for (uint32_t i = 1; i < w.ask_count; i++) {
		double wait = (double)(w.ask_times[i] - w.ask_times[i - 1]) / 1e6 - 0.5,
		       want_s = (double)(1u << (i - 1));

		if (i > 6)
			want_s = 60;
		ck_assert_msg(wait >= want_s * 0.75 && wait <= want_s * 1.25, "retry %u after %.2f s", i, wait);
	}
	finish();
}
END_TEST

START_TEST(jitter_parts_those_that_fell_together)
{
	int64_t first = INT64_MAX, last = 0;

	many(100, 1000000);
	for (int i = 0; i < 100; i++)
		w.is_silent[i] = true;
	go();
	run_s(1);
	for (int i = 0; i < 100; i++) {
		int64_t at = w.poll->devices[i].retry_at.us;

		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	ck_assert_int_ge(last - first, 300000);
	finish();
}
END_TEST

START_TEST(one_lost_answer_takes_no_device_down)
{
	many(1, 1000000);
	go();
	run_s(20);
	w.is_silent[0] = true;
	while (w.poll->devices[0].timeouts == 0)
		ck_assert(step(INT64_MAX));
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_CONNECTING);
	w.is_silent[0] = false;
	run_s(0.1);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_uint_eq(w.downs[0], 0);
	/* but a second one right after does: it is not tried at once for ever */
	w.is_silent[0] = true;
	run_s(2);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	w.is_silent[0] = false;
	run_s(5);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

START_TEST(first_values_come_at_once)
{
	many(100, 60000000);
	go();
	run_s(0.1);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(w.samples[i], 1);
	finish();
}
END_TEST

START_TEST(samples_carry_the_middle_of_the_transaction)
{
	many(1, 1000000);
	w.latency_us[0] = 200000;
	go();
	run_s(0.3);
	ck_assert_int_eq(w.sample_time[0].us, UTC_START + 100000);
	finish();
}
END_TEST

/* P21 */
START_TEST(steps_of_the_wall_clock_move_no_poll)
{
	many(1, 1000000);
	go();
	run_s(10);
	w.now.utc.us -= INT64_C(3600000000);
	run_s(10);
	w.now.utc.us += INT64_C(31536000000000);
	run_s(10);
	ck_assert_uint_ge(w.samples[0], 30);
	ck_assert_uint_le(w.samples[0], 32);
	ck_assert_uint_eq(w.poll->late, 0);
	finish();
}
END_TEST

START_TEST(each_period_is_a_scan_of_its_own)
{
	begin();
	add_device(device_default());
	for (int i = 0; i < 10; i++)
		add_item(0, (uint16_t)i, i < 5 ? 100000 : 1000000);
	add_item(0, 50, 0); /* read back after writes only */
	go();
	ck_assert_uint_eq(w.poll->devices[0].scan_count, 2);
	run_s(10);
	ck_assert_uint_ge(w.asked[0], 110);
	ck_assert_uint_le(w.asked[0], 113);
	ck_assert_uint_ge(w.samples[0], 550);
	finish();
}
END_TEST

START_TEST(window_is_filled_and_kept)
{
	struct msg_field_device m = device_default();

	begin();
	m.outstanding = 3;
	add_device(m);
	for (uint16_t i = 0; i < 10; i++)
		add_item(0, (uint16_t)(i * 1000), 1000000);
	go();
	run_s(5);
	ck_assert_uint_eq(w.most_in_flight[0], 3);
	ck_assert_uint_ge(w.samples[0], 50);
	/* all that was in flight is lost as one failure */
	w.is_silent[0] = true;
	run_s(2);
	ck_assert_uint_eq(w.poll->devices[0].timeouts, 2);
	w.is_silent[0] = false;
	run_s(3);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

START_TEST(steady_state_allocates_nothing)
{
	many(20, 100000);
	go();
	run_s(5);
	mem_fail_after(1);
	for (int i = 0; i < 20; i += 4)
		w.is_silent[i] = true;
	w.exception[1] = ERR_EXC_ADDRESS;
	run_s(1000);
	mem_fail_after(0);
	ck_assert_uint_ge(w.samples[3], 10000);
	finish();
}
END_TEST

START_TEST(timers_fire_in_order_and_can_be_moved)
{
	struct timers h;
	struct timer t[64];
	struct mono at;
	int64_t last = 0;

	timers_init(&h);
	timers_reserve(&h, 64);
	for (int i = 0; i < 64; i++) {
		timer_init(&t[i], NULL, NULL);
		timer_set(&h, &t[i], (struct mono){ (i * 37) % 64 + 1 });
	}
	for (int i = 0; i < 64; i += 3)
		timer_stop(&h, &t[i]);
	for (int i = 1; i < 64; i += 3)
		timer_set(&h, &t[i], (struct mono){ 1000 - i });
	while (timers_next(&h, &at)) {
		ck_assert_int_ge(at.us, last);
		last = at.us;
		ck_assert(timer_is_set(h.heap[0]));
		timer_stop(&h, h.heap[0]);
	}
	for (int i = 0; i < 64; i++)
		ck_assert(!timer_is_set(&t[i]));
	timers_done(&h);
}
END_TEST

T_MAIN("poll",
    T(polls_are_spread_over_the_period) T_LONG(every_period_has_its_scan_for_a_day) T_LONG(
        silent_devices_cost_the_others_nothing) T(overdue_polls_are_counted_not_queued) T(back_off_doubles_to_its_limit)
        T(jitter_parts_those_that_fell_together) T(one_lost_answer_takes_no_device_down) T(first_values_come_at_once)
            T(samples_carry_the_middle_of_the_transaction) T(steps_of_the_wall_clock_move_no_poll)
                T(each_period_is_a_scan_of_its_own) T(window_is_filled_and_kept) T(steady_state_allocates_nothing)
                    T(timers_fire_in_order_and_can_be_moved))
