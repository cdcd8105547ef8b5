/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll_kit.h - a world for the scheduler: devices that answer, are silent or refuse, requests on their way, and a clock that jumps
 * from one event to the next. Include after t.h; everything is static.
 */
#ifndef CHISAN_POLL_KIT_H
#define CHISAN_POLL_KIT_H

#include <string.h>

#include "drivers/poll.h"

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
	uint16_t hole_from, hole_to; /* exception 2, or: */
	bool is_hole_empty;          /* no exception, but an answer without a register */
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
		a.err = w.is_hole_empty ? ERR_BAD_COUNT : ERR_EXC_ADDRESS;
	if (a.err == ERR_BAD_COUNT)
		a.len = 0;
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
	struct msg_field_start m = { w.setup->link_count, w.setup->device_count, w.setup->item_count,
		w.setup->output_count };

	ck_assert_int_eq(setup_finish(w.setup, &m), OK);
	w.poll = poll_new(w.setup, &ops, NULL, &w.timers, 42);
	poll_start(w.poll, w.now);
}

static void
finish(void)
{
	poll_free(w.poll, w.now);
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

#endif
