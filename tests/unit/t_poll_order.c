/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_poll_order.c - writes and what belongs to them, among the polls of a device, in simulated time.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/poll_kit.h"

/* ---- orders: writes and what belongs to them */

static uint32_t done_count;
static enum err done_err;

static void
done(struct order *order, enum err e, const struct answer *a, struct moment now)
{
	ck_assert(!order->is_queued);
	ck_assert((e == OK) == (a != NULL));
	ck_assert_int_eq(now.mono.us, w.now.mono.us);
	done_count++;
	done_err = e;
}

static struct order
write_of(uint16_t address)
{
	static const uint8_t value[] = { 0, 9 };

	return (struct order){ .request = { .kind = REQUEST_WRITE,
		                   .table = TABLE_HOLDING,
		                   .address = address,
		                   .count = 1,
		                   .data = value },
		.done = done };
}

START_TEST(writes_go_before_reads)
{
	struct order a = write_of(200);

	begin();
	add_device(device_default());
	for (uint16_t i = 0; i < 6; i++)
		add_item(0, (uint16_t)(i * 1000), 100000);
	done_count = 0;
	go();
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a, false, w.now), ERR_NOT_CONNECTED);
	w.latency_us[0] = 30000;
	run_s(1);
	ck_assert_uint_eq(w.flight_count, 1); /* a scan is running, five blocks wait */
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a, false, w.now), OK);
	ck_assert_uint_eq(done_count, 0);
	run_s(0.031);
	ck_assert_uint_eq(w.last_request.kind, REQUEST_WRITE);
	ck_assert_uint_eq(w.last_request.unit, 1);
	run_s(0.031);
	ck_assert_uint_eq(done_count, 1);
	ck_assert_int_eq(done_err, OK);
	finish();
}
END_TEST

START_TEST(lost_write_has_no_known_outcome_and_is_not_repeated)
{
	struct order a = write_of(0), b = a;

	many(1, 1000000);
	done_count = 0;
	go();
	run_s(1.5);
	w.is_silent[0] = true;
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a, false, w.now), OK);
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &b, false, w.now), OK);
	while (done_count < 1)
		ck_assert(step(INT64_MAX));
	ck_assert_uint_eq(done_count, 2);
	ck_assert_int_eq(done_err, ERR_NOT_CONNECTED); /* the second was never sent */
	w.is_silent[0] = false;
	w.last_request.kind = REQUEST_READ;
	run_s(5);
	ck_assert_uint_eq(w.last_request.kind, REQUEST_READ);
	ck_assert_uint_eq(done_count, 2);
	finish();
}
END_TEST

START_TEST(orders_are_sent_one_at_a_time_in_their_order_whatever_the_window)
{
	struct msg_field_device m = device_default();
	struct order a[3] = { write_of(1), write_of(2), write_of(3) };

	begin();
	m.outstanding = 4;
	add_device(m);
	add_item(0, 0, 1000000);
	done_count = 0;
	go();
	run_s(1.5);
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a[1], false, w.now), OK);
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a[2], false, w.now), OK);
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a[0], true, w.now), OK); /* first of those not sent yet */
	for (uint16_t i = 0; i < 3; i++) {
		static const uint16_t want[] = { 2, 1, 3 };

		ck_assert_uint_eq(w.flight_count, 1);
		ck_assert_uint_eq(w.flights[0].request.address, want[i]);
		ck_assert(step(INT64_MAX));
		ck_assert_uint_eq(done_count, i + 1u);
	}
	finish();
}
END_TEST

START_TEST(only_what_is_patient_waits_for_a_device_and_only_reads_go_to_one_that_is_not_up)
{
	struct order clear = write_of(7), look = write_of(8), plain = write_of(9);
	struct device *d;

	many(1, 1000000);
	clear.is_patient = look.is_patient = true;
	look.request.kind = REQUEST_READ;
	done_count = 0;
	go();
	run_s(1.5);
	d = &w.poll->devices[0];
	w.is_silent[0] = true;
	run_s(3);
	ck_assert_int_eq(d->state, DEVICE_DOWN);
	ck_assert_int_eq(poll_order(d, &plain, false, w.now), ERR_NOT_CONNECTED);
	ck_assert_int_eq(poll_order(d, &clear, true, w.now), OK);
	ck_assert_int_eq(poll_order(d, &look, false, w.now), OK);
	while (done_count == 0) {
		ck_assert(w.flight_count == 0 || w.flights[0].request.kind == REQUEST_READ);
		ck_assert(step(INT64_MAX));
	}
	ck_assert_int_eq(done_err, ERR_TIMEOUT); /* the read was the probe, and was lost */
	w.is_silent[0] = false;
	w.last_request.kind = REQUEST_READ;
	while (w.last_request.kind == REQUEST_READ)
		ck_assert(step(INT64_MAX));
	ck_assert_int_eq(d->state, DEVICE_UP);
	ck_assert_uint_eq(w.last_request.address, 7);
	run_s(1);
	ck_assert_uint_eq(done_count, 2);
	ck_assert_int_eq(done_err, OK);
	finish();
}
END_TEST

/* D29, D45 */
START_TEST(another_device_is_never_written)
{
	static const uint8_t bytes[] = { TABLE_INPUT, 0, 7, 0xFF, 0xFF, 0x01, 0x23 };
	struct msg_field_device m = device_default();
	struct order clear = write_of(7), plain = write_of(9);
	struct device *d;

	begin();
	m.identity = (struct msg_bytes){ bytes, sizeof(bytes) };
	add_device(m);
	add_item(0, 0, 1000000);
	w.identity = 0x0123;
	clear.is_patient = true;
	done_count = 0;
	go();
	run_s(5);
	d = &w.poll->devices[0];
	ck_assert_int_eq(d->state, DEVICE_UP);
	w.identity = 0x0124;
	w.epoch[0]++; /* it was exchanged: nothing but the question who it is goes over the new connection */
	ck_assert_int_eq(poll_order(d, &plain, false, w.now), OK);
	ck_assert_uint_eq(w.last_request.kind, REQUEST_READ);
	while (done_count == 0)
		ck_assert(step(INT64_MAX));
	ck_assert_int_eq(done_err, ERR_NOT_CONNECTED);
	ck_assert_int_eq(poll_order(d, &clear, true, w.now), OK);
	for (int i = 0; i < 1000; i++) {
		ck_assert(step(INT64_MAX));
		ck_assert_uint_eq(w.last_request.kind, REQUEST_READ);
	}
	ck_assert_int_eq(d->error, ERR_OTHER_DEVICE);
	w.identity = 0x0123;
	run_s(120);
	ck_assert_uint_eq(done_count, 2);
	ck_assert_int_eq(done_err, OK);
	finish();
}
END_TEST

START_TEST(what_was_asked_before_a_write_was_answered_is_not_of_after_it)
{
	struct msg_field_device m = device_default();
	struct order a = write_of(1);
	struct utc answered;

	begin();
	m.outstanding = 2;
	add_device(m);
	add_item(0, 0, 1000000);
	done_count = 0;
	go();
	run_s(1.5);
	w.latency_us[0] = 200000;
	while (w.flight_count == 0)
		ck_assert(step(INT64_MAX));
	w.latency_us[0] = 10000; /* the write overtakes the read */
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a, false, w.now), OK);
	while (done_count == 0)
		ck_assert(step(INT64_MAX));
	answered = w.now.utc;
	w.samples[0] = 0;
	while (w.samples[0] == 0)
		ck_assert(step(INT64_MAX));
	ck_assert_int_le(w.sample_time[0].us, answered.us);
	finish();
}
END_TEST

START_TEST(an_exception_to_a_read_says_nothing_of_a_write_beside_it)
{
	struct msg_field_device m = device_default();
	struct order a = write_of(1);

	begin();
	m.outstanding = 2;
	add_device(m);
	add_item(0, 0, 1000000);
	done_count = 0;
	go();
	run_s(1.5);
	while (w.flight_count == 0)
		ck_assert(step(INT64_MAX));
	w.latency_us[0] = 200000;
	ck_assert_int_eq(poll_order(&w.poll->devices[0], &a, false, w.now), OK);
	w.exception[0] = ERR_EXC_GATEWAY_PATH; /* the read's: the unit is gone, with the write under way */
	while (done_count == 0)
		ck_assert(step(INT64_MAX));
	ck_assert_int_eq(done_err, ERR_UNKNOWN);
	finish();
}
END_TEST

/* A relay with a horn: one coil, and nothing to read. */
START_TEST(a_device_that_is_only_written_is_watched)
{
	struct msg_field_output o = {
		.table = TABLE_COIL, .address = 3, .bit_hi = 63, .open_address = UINT32_MAX, .timer_address = UINT32_MAX
	};

	begin();
	add_device(device_default());
	ck_assert_int_eq(setup_output(w.setup, &o), OK);
	go();
	run_s(1);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_uint_eq(w.last_request.table, TABLE_COIL);
	ck_assert_uint_eq(w.last_request.address, 3);
	ck_assert_uint_eq(w.last_request.kind, REQUEST_READ);
	w.asked[0] = 0;
	run_s(20);
	ck_assert_uint_ge(w.asked[0], 9);
	ck_assert_uint_le(w.asked[0], 11);
	w.is_silent[0] = true;
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	w.is_silent[0] = false;
	run_s(20);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

T_MAIN("poll_order",
    T(writes_go_before_reads) T(lost_write_has_no_known_outcome_and_is_not_repeated)
        T(orders_are_sent_one_at_a_time_in_their_order_whatever_the_window)
            T(only_what_is_patient_waits_for_a_device_and_only_reads_go_to_one_that_is_not_up) T(
                another_device_is_never_written) T(what_was_asked_before_a_write_was_answered_is_not_of_after_it)
                T(an_exception_to_a_read_says_nothing_of_a_write_beside_it) T(a_device_that_is_only_written_is_watched))
