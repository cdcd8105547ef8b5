/* SPDX-License-Identifier: Apache-2.0 */
/* t_poll.c - the scheduler in simulated time: devices that answer, are silent, refuse; a day passes in a second. */
#include "config.h"

#include <string.h>

#include "drivers/poll.h"
#include "tests/unit/t.h"

#define DEVICES   200
#define START     INT64_C(1000000000) /* us, monotonic */
#define UTC_START INT64_C(1800000000000000)

/* A request on its way, or the time-out of one. */
struct flight {
	struct device *device;
	struct errand errand;
	struct request request;
	int64_t sent, at;
	bool is_lost;
};

static struct world {
	struct moment now;
	struct timers timers;
	struct setup *setup;
	struct poll *poll;
	struct flight flights[DEVICES * 4];
	uint32_t flight_count;
	/* how devices behave, by index */
	int64_t latency_us[DEVICES];
	bool is_silent[DEVICES];
	enum err exception[DEVICES];
	uint32_t epoch[DEVICES];
	uint16_t hole_from, hole_to; /* exception 2 */
	uint16_t identity;
	/* what was seen, by device */
	uint32_t asked[DEVICES], samples[DEVICES], bad[DEVICES], most_in_flight[DEVICES], states[DEVICES],
	    downs[DEVICES], drops;
	enum err cause[DEVICES];
	struct utc sample_time[DEVICES];
	int64_t ask_times[100];
	uint32_t ask_count;
	struct request last_request;
} w;

static uint32_t
in_flight(const struct device *d)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w.flight_count; i++)
		n += w.flights[i].device == d;
	return n;
}

static void
pump(struct device *d)
{
	struct flight f = { .device = d, .sent = w.now.mono.us };
	uint32_t i = d->index;

	while (poll_next(d, w.epoch[i], w.now, &f.request, &f.errand)) {
		w.asked[i]++;
		if (i == 0 && w.ask_count < 100)
			w.ask_times[w.ask_count++] = w.now.mono.us;
		w.last_request = f.request;
		f.is_lost = w.is_silent[i];
		f.at = w.now.mono.us + (f.is_lost ? (int64_t)d->cfg->timeout_us : w.latency_us[i]);
		ck_assert_uint_lt(w.flight_count, DEVICES * 4);
		w.flights[w.flight_count++] = f;
		if (in_flight(d) > w.most_in_flight[i])
			w.most_in_flight[i] = in_flight(d);
	}
}

static void
want(struct device *d, struct moment now, void *arg)
{
	(void)now;
	(void)arg;
	pump(d);
}

static void
drop(struct device *d, struct moment now, void *arg)
{
	(void)now;
	(void)arg;
	w.epoch[d->index]++;
	w.drops++;
}

static void
samples(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < count; i++) {
		w.samples[d->index] += s[i].cause == OK;
		w.bad[d->index] += s[i].cause != OK;
		w.cause[d->index] = s[i].cause;
	}
	w.sample_time[d->index] = time;
}

static void
state(struct device *d, void *arg)
{
	(void)arg;
	w.states[d->index]++;
	w.downs[d->index] += d->state == DEVICE_DOWN;
}

/* ---- the world turns */

static void
answer(struct flight *f)
{
	static uint8_t data[300];
	uint32_t i = f->device->index, end = (uint32_t)f->request.address + f->request.count - 1;
	struct answer a = { .err = w.exception[i], .data = data, .len = (size_t)f->request.count * 2 };

	memset(data, 0, sizeof(data));
	data[0] = (uint8_t)(w.identity >> 8);
	data[1] = (uint8_t)w.identity;
	if (w.hole_to != 0 && f->request.address <= w.hole_to && end >= w.hole_from)
		a.err = ERR_EXC_ADDRESS;
	poll_answered(f->device, &f->errand, &a, (struct mono){ f->sent }, w.now);
	pump(f->device);
}

static void
land(struct flight f)
{
	struct device *d = f.device;

	if (!f.is_lost) {
		answer(&f);
		return;
	}
	for (uint32_t i = 0; i < w.flight_count;) {
		if (w.flights[i].device == d)
			w.flights[i] = w.flights[--w.flight_count];
		else
			i++;
	}
	w.epoch[d->index]++;
	poll_failed(d, ERR_TIMEOUT, w.now);
}

/* To the next thing that happens, but not beyond `end`; false: there. */
static bool
step(int64_t end)
{
	int64_t at = end;
	uint32_t next = UINT32_MAX;
	struct mono timer;

	for (uint32_t i = 0; i < w.flight_count; i++) {
		if (w.flights[i].at < at) {
			at = w.flights[i].at;
			next = i;
		}
	}
	if (timers_next(&w.timers, &timer) && timer.us < at) {
		at = timer.us;
		next = UINT32_MAX;
	}
	w.now.utc.us += at - w.now.mono.us;
	w.now.mono.us = at;
	if (at >= end)
		return false;
	if (next == UINT32_MAX) {
		timers_run(&w.timers, w.now);
	} else {
		struct flight f = w.flights[next];

		w.flights[next] = w.flights[--w.flight_count];
		land(f);
	}
	return true;
}

static void
run_s(double seconds)
{
	int64_t end = w.now.mono.us + (int64_t)(seconds * 1e6);

	while (step(end))
		;
}

/* ---- setting up */

static struct msg_field_device
device_default(void)
{
	return (struct msg_field_device){
		.unit = 1,
		.outstanding = 1,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.max_gap = 8,
		.connect_timeout_us = 1000000,
		.timeout_us = 500000,
		.retry_min_us = 1000000,
		.retry_max_us = 60000000,
		.name = "D",
	};
}

static void
begin(void)
{
	struct msg_field_link l = { .host = "127.0.0.1", .port = 502 };

	memset(&w, 0, sizeof(w));
	w.now = (struct moment){ { START }, { UTC_START } };
	timers_init(&w.timers);
	w.setup = setup_new(1);
	ck_assert_int_eq(setup_link(w.setup, &l), OK);
	for (uint32_t i = 0; i < DEVICES; i++) {
		w.latency_us[i] = 10000;
		w.epoch[i] = 1;
	}
}

static void
add_device(struct msg_field_device m)
{
	m.device = w.setup->device_count;
	ck_assert_int_eq(setup_device(w.setup, &m), OK);
}

static void
add_item(uint32_t device, uint16_t address, uint32_t period_us)
{
	struct msg_field_item m = { .point = w.setup->item_count,
		.device = device,
		.table = TABLE_HOLDING,
		.address = address,
		.type = RAW_U16,
		.bit_hi = 63,
		.period_us = period_us };

	ck_assert_int_eq(setup_item(w.setup, &m), OK);
}

static void
go(void)
{
	static const struct poll_ops ops = { .want = want, .drop = drop, .samples = samples, .state = state };
	struct msg_field_start m = { w.setup->link_count, w.setup->device_count, w.setup->item_count };

	ck_assert_int_eq(setup_finish(w.setup, &m), OK);
	w.poll = poll_new(w.setup, &ops, NULL, &w.timers, 42);
	poll_start(w.poll, w.now);
}

static void
finish(void)
{
	poll_free(w.poll);
	setup_free(w.setup);
	timers_done(&w.timers);
}

/* n devices of one register at one period. */
static void
many(uint32_t n, uint32_t period_us)
{
	begin();
	for (uint32_t i = 0; i < n; i++) {
		add_device(device_default());
		add_item(i, 0, period_us);
	}
}

/* ---- tests */

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

START_TEST(refused_items_are_asked_again_after_ten_minutes)
{
	uint32_t asked;

	begin();
	add_device(device_default());
	for (uint16_t i = 0; i < 8; i++)
		add_item(0, i, 1000000);
	w.hole_from = w.hole_to = 3;
	go();
	run_s(100);
	asked = w.asked[0];
	run_s(100);
	ck_assert_uint_eq(w.asked[0] - asked, 300); /* 0..1, 2, 4..7: halves of halves around the hole */
	ck_assert_uint_ge(w.bad[0], 198);           /* and the cause of the one in it, each time */
	w.hole_to = w.hole_from = 0;
	run_s(420);
	asked = w.asked[0];
	w.bad[0] = 0;
	run_s(10);
	ck_assert_uint_eq(w.asked[0] - asked, 10);
	ck_assert_uint_eq(w.bad[0], 0);
	finish();
}
END_TEST

START_TEST(refusals_are_forgotten_on_a_new_connection)
{
	begin();
	add_device(device_default());
	for (uint16_t i = 0; i < 8; i++)
		add_item(0, i, 1000000);
	w.hole_from = w.hole_to = 3;
	go();
	run_s(10);
	w.hole_to = w.hole_from = 0;
	w.epoch[0]++;
	run_s(2);
	w.asked[0] = w.bad[0] = 0;
	run_s(10);
	ck_assert_uint_eq(w.asked[0], 10);
	ck_assert_uint_eq(w.bad[0], 0);
	finish();
}
END_TEST

START_TEST(device_that_refuses_all_is_still_watched)
{
	many(1, 1000000);
	w.exception[0] = ERR_EXC_ADDRESS;
	go();
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_int_eq(w.cause[0], ERR_EXC_ADDRESS);
	w.is_silent[0] = true;
	run_s(3);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	w.is_silent[0] = false;
	w.exception[0] = OK;
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_int_eq(w.cause[0], OK);
	finish();
}
END_TEST

START_TEST(gateway_exceptions_are_the_units_end)
{
	struct msg_field_device m = device_default();

	begin();
	m.outstanding = 3; /* the answers to what was in flight beside it are void */
	add_device(m);
	for (uint16_t i = 0; i < 6; i++)
		add_item(0, (uint16_t)(i * 1000), 1000000);
	go();
	run_s(2);
	w.exception[0] = ERR_EXC_GATEWAY_TARGET;
	run_s(5);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_int_eq(w.poll->devices[0].error, ERR_EXC_GATEWAY_TARGET);
	w.exception[0] = OK;
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

START_TEST(busy_is_asked_again_three_times_then_told)
{
	many(1, 10000000);
	go();
	run_s(15);
	w.exception[0] = ERR_EXC_BUSY;
	w.asked[0] = 0;
	run_s(10);
	ck_assert_uint_eq(w.asked[0], 1 + SCAN_BUSY_TRIES);
	ck_assert_uint_eq(w.bad[0], 1);
	ck_assert_int_eq(w.cause[0], ERR_EXC_BUSY);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

START_TEST(identity_is_asked_first_and_on_every_connection)
{
	static const uint8_t bytes[] = { TABLE_INPUT, 0, 7, 0x0F, 0xFF, 0x01, 0x23 };
	struct msg_field_device m = device_default();

	begin();
	m.identity = (struct msg_bytes){ bytes, sizeof(bytes) };
	add_device(m);
	add_item(0, 0, 1000000);
	w.identity = 0xF123; /* the mask leaves the first digit out */
	go();
	ck_assert(step(INT64_MAX));
	ck_assert_uint_eq(w.last_request.table, TABLE_INPUT);
	ck_assert_uint_eq(w.last_request.address, 7);
	run_s(5);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_uint_ge(w.samples[0], 5);
	w.identity = 0x0124;
	run_s(5);
	ck_assert_uint_eq(w.downs[0], 0); /* nobody asks on a connection that stands */
	w.epoch[0]++;
	w.samples[0] = 0;
	run_s(5);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_int_eq(w.poll->devices[0].error, ERR_CONFIG);
	ck_assert(strstr(w.poll->devices[0].detail, "0x0124") != NULL);
	ck_assert_uint_eq(w.samples[0], 0);
	ck_assert_uint_ge(w.drops, 1);
	w.identity = 0x0123;
	run_s(30);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

/* ---- writes: no message carries one yet, the way is there */

static uint32_t done_count;
static enum err done_err;

static void
done(struct write *write, enum err e)
{
	(void)write;
	done_count++;
	done_err = e;
}

START_TEST(writes_go_before_reads)
{
	static const uint8_t value[] = { 0, 9 };
	struct write a = {
		.request = { .kind = REQUEST_WRITE, .table = TABLE_HOLDING, .address = 200, .count = 1, .data = value },
		.done = done
	};

	begin();
	add_device(device_default());
	for (uint16_t i = 0; i < 6; i++)
		add_item(0, (uint16_t)(i * 1000), 100000);
	done_count = 0;
	go();
	ck_assert_int_eq(poll_write(&w.poll->devices[0], &a, w.now), ERR_NOT_CONNECTED);
	w.latency_us[0] = 30000;
	run_s(1);
	ck_assert_uint_eq(w.flight_count, 1); /* a scan is running, five blocks wait */
	ck_assert_int_eq(poll_write(&w.poll->devices[0], &a, w.now), OK);
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
	static const uint8_t value[] = { 0, 9 };
	struct write a = { .request = { .kind = REQUEST_WRITE, .table = TABLE_HOLDING, .count = 1, .data = value },
		.done = done },
	             b = a;

	many(1, 1000000);
	done_count = 0;
	go();
	run_s(1.5);
	w.is_silent[0] = true;
	ck_assert_int_eq(poll_write(&w.poll->devices[0], &a, w.now), OK);
	ck_assert_int_eq(poll_write(&w.poll->devices[0], &b, w.now), OK);
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

/* clang-format off */
T_MAIN("poll",
    T(polls_are_spread_over_the_period)
    T(every_period_has_its_scan_for_a_day)
    T(silent_devices_cost_the_others_nothing)
    T(overdue_polls_are_counted_not_queued)
    T(back_off_doubles_to_its_limit)
    T(jitter_parts_those_that_fell_together)
    T(one_lost_answer_takes_no_device_down)
    T(first_values_come_at_once)
    T(samples_carry_the_middle_of_the_transaction)
    T(steps_of_the_wall_clock_move_no_poll)
    T(each_period_is_a_scan_of_its_own)
    T(window_is_filled_and_kept)
    T(refused_items_are_asked_again_after_ten_minutes)
    T(refusals_are_forgotten_on_a_new_connection)
    T(device_that_refuses_all_is_still_watched)
    T(gateway_exceptions_are_the_units_end)
    T(busy_is_asked_again_three_times_then_told)
    T(identity_is_asked_first_and_on_every_connection)
    T(writes_go_before_reads)
    T(lost_write_has_no_known_outcome_and_is_not_repeated)
    T(steady_state_allocates_nothing)
    T(timers_fire_in_order_and_can_be_moved))
/* clang-format on */
