/* SPDX-License-Identifier: Apache-2.0 */
/* t_output.c - the steps of writes in simulated time, with a device that keeps what it is told, or does not. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/output.h"
#include "tests/unit/t.h"

#define START     INT64_C(1000000000)
#define UTC_START INT64_C(1800000000000000)
#define TIMEOUT   500000
#define SEEN      64

/* How the device treats the next request of a kind. */
enum manner { ANSWERS, IS_SILENT, IS_DEAF, EXCEPTS };

static struct world {
	struct moment now;
	struct timers timers;
	struct setup *setup;
	struct poll *poll;
	struct outputs *outputs;
	bool has_flight;
	struct {
		struct errand errand;
		struct request request;
		uint8_t data[8];
		int64_t sent, at;
	} flight;
	uint32_t epoch;
	uint8_t coils[1000];
	uint16_t registers[1000];
	/* behaviour: silent takes a write and does not answer, deaf does not even take it */
	enum manner writes, reads;
	enum err exception;
	bool is_gone; /* silent to all */
	/* what was seen: writes as they came, in order */
	struct {
		uint8_t table, kind;
		uint16_t address, count, value;
		int64_t at;
	} seen[SEEN];
	uint32_t seen_count, reads_of[1000];
	struct {
		enum err err;
		int64_t time;
		uint32_t reply_to;
		char detail[256];
	} written[SEEN];          /* by number */
	uint32_t number, answers; /* writes asked for and answered */
	double sample[16];
	enum err cause[16];
	int64_t sample_time[16];
	uint32_t samples;
	struct msg_field_pulse pulses[16]; /* by point */
	uint32_t pulse_count;
} w;

static void
pump(struct device *d)
{
	struct request *q = &w.flight.request;

	if (w.has_flight || !poll_next(d, w.epoch, w.now, q, &w.flight.errand))
		return;
	w.has_flight = true;
	w.flight.sent = w.now.mono.us;
	w.flight.at = w.now.mono.us + 10000;
	if (q->kind == REQUEST_READ) {
		w.reads_of[q->address]++;
		if (w.is_gone || w.reads == IS_SILENT)
			w.flight.at = w.now.mono.us + TIMEOUT;
		return;
	}
	ck_assert_int_eq(d->state, DEVICE_UP); /* never to one that is not */
	ck_assert_uint_lt(w.seen_count, SEEN);
	w.seen[w.seen_count].table = q->table;
	w.seen[w.seen_count].kind = q->kind;
	w.seen[w.seen_count].address = q->address;
	w.seen[w.seen_count].count = q->count;
	w.seen[w.seen_count].at = w.now.mono.us;
	w.seen[w.seen_count].value = q->table == TABLE_COIL ? q->data[0] & 1 : (uint16_t)(q->data[0] << 8 | q->data[1]);
	w.seen_count++;
	if (w.is_gone || w.writes == IS_SILENT || w.writes == IS_DEAF)
		w.flight.at = w.now.mono.us + TIMEOUT;
	if (w.is_gone || w.writes == IS_DEAF || w.writes == EXCEPTS)
		return;
	for (uint16_t i = 0; i < q->count; i++) {
		if (q->table == TABLE_COIL)
			w.coils[q->address + i] = q->data[i / 8] >> (i % 8) & 1;
		else
			w.registers[q->address + i] = (uint16_t)(q->data[2 * i] << 8 | q->data[2 * i + 1]);
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
	(void)d;
	(void)now;
	(void)arg;
	w.epoch++;
}

static void
samples(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	(void)d;
	(void)arg;
	for (uint32_t i = 0; i < count; i++) {
		w.cause[s[i].point] = s[i].cause;
		w.sample[s[i].point] = s[i].value;
		w.sample_time[s[i].point] = time.us;
		w.samples++;
	}
}

static void
state(struct device *d, void *arg)
{
	(void)arg;
	if (w.outputs != NULL)
		outputs_device(w.outputs, d, w.now);
}

static void
written(const struct msg_field_written *m, uint32_t reply_to, void *arg)
{
	(void)arg;
	ck_assert(m->write > 0 && m->write < SEEN);
	ck_assert_msg(w.written[m->write].detail[0] == '\0', "write %u was answered twice", (unsigned)m->write);
	ck_assert_uint_gt(strlen(m->detail), 10);
	w.written[m->write].err = (enum err)m->err;
	w.written[m->write].time = m->time;
	w.written[m->write].reply_to = reply_to;
	memcpy(w.written[m->write].detail, m->detail, strlen(m->detail) + 1);
	w.answers++;
}

static void
land(void)
{
	static uint8_t data[300];
	struct device *d = &w.poll->devices[0];
	struct request *q = &w.flight.request;
	enum manner manner = q->kind == REQUEST_READ ? w.reads : w.writes;
	struct answer a = { .err = manner == EXCEPTS ? w.exception : OK, .data = data };
	struct errand errand = w.flight.errand;

	w.has_flight = false;
	if (w.is_gone || manner == IS_SILENT || manner == IS_DEAF) {
		w.epoch++;
		poll_failed(d, ERR_TIMEOUT, w.now);
		return;
	}
	memset(data, 0, sizeof(data));
	a.len = q->table == TABLE_COIL ? (q->count + 7u) / 8 : q->count * 2u;
	for (uint16_t i = 0; i < q->count && q->kind == REQUEST_READ; i++) {
		if (q->table == TABLE_COIL) {
			data[i / 8] |= (uint8_t)(w.coils[q->address + i] << (i % 8));
		} else {
			data[2 * i] = (uint8_t)(w.registers[q->address + i] >> 8);
			data[2 * i + 1] = (uint8_t)w.registers[q->address + i];
		}
	}
	poll_answered(d, &errand, &a, (struct mono){ w.flight.sent }, w.now);
	pump(d);
}

static bool
step(int64_t end)
{
	struct mono timer;
	int64_t at = w.has_flight && w.flight.at < end ? w.flight.at : end;
	bool is_timer = timers_next(&w.timers, &timer) && timer.us < at;

	at = is_timer ? timer.us : at;
	at = at < w.now.mono.us ? w.now.mono.us : at;
	w.now.utc.us += at - w.now.mono.us;
	w.now.mono.us = at;
	if (!is_timer && at >= end)
		return false;
	if (is_timer)
		timers_run(&w.timers, w.now);
	else
		land();
	return true;
}

static void
run_s(double seconds)
{
	int64_t end = w.now.mono.us + (int64_t)(seconds * 1e6);

	while (step(end))
		;
}

static void
run_until_answered(uint32_t n)
{
	for (int i = 0; i < 10000 && w.answers < n; i++)
		ck_assert(step(INT64_MAX));
	ck_assert_uint_eq(w.answers, n);
}

/* Point 0: an i32 setpoint at 100 with a timer at 110, read at 200. 1: bit 3 of register 120, read there. 2: a pulse on coil 7 alone.
 * 3: a pair of pulses, 11 and 12, read at 20. 4: a pair that stays, 13 and 14. 5: an u16 at 130 with a scale factor at 140, read by
 * itself only after writes. */
static void
add_output(uint32_t point, struct cfg_output c)
{
	struct msg_field_output m = { .point = point,
		.table = c.table,
		.address = c.address,
		.type = c.type,
		.bit_lo = c.bit_lo,
		.bit_hi = c.bit_hi,
		.open_address = c.open_address,
		.timer_address = c.timer_address,
		.pulse_us = c.pulse_us,
		.left_set = c.left_set,
		.has_sf = c.has_sf,
		.sf_address = c.sf_address,
		.is_echoed = c.is_echoed };

	ck_assert_msg(setup_output(w.setup, &m) == OK, "%s", w.setup->why);
}

static void
add_item(uint32_t point, uint8_t table, uint16_t address, uint8_t type, unsigned lo, unsigned hi, uint32_t period_us)
{
	struct msg_field_item m = { .point = point,
		.table = table,
		.address = address,
		.type = type,
		.bit_lo = (uint8_t)lo,
		.bit_hi = (uint8_t)hi,
		.period_us = period_us };

	ck_assert_msg(setup_item(w.setup, &m) == OK, "%s", w.setup->why);
}

static struct cfg_output
holding(unsigned type, uint16_t address, unsigned lo, unsigned hi)
{
	return (struct cfg_output){ .table = TABLE_HOLDING,
		.address = address,
		.type = (uint8_t)type,
		.bit_lo = (uint8_t)lo,
		.bit_hi = (uint8_t)hi,
		.open_address = UINT32_MAX,
		.timer_address = UINT32_MAX };
}

static struct cfg_output
coil(uint16_t address, uint32_t open_address, uint32_t pulse_us)
{
	return (struct cfg_output){ .table = TABLE_COIL,
		.address = address,
		.type = RAW_BIT,
		.bit_hi = 63,
		.open_address = open_address,
		.timer_address = UINT32_MAX,
		.pulse_us = pulse_us };
}

static void
describe_outputs(void)
{
	struct cfg_output c = holding(RAW_I32, 100, 0, 63);

	add_item(0, TABLE_HOLDING, 200, RAW_I32, 0, 63, 10000000);
	c.timer_address = 110;
	c.is_echoed = true;
	add_output(0, c);
	c = holding(RAW_U16, 120, 3, 3);
	c.is_echoed = true;
	add_item(1, TABLE_HOLDING, 120, RAW_U16, 3, 3, 10000000);
	add_output(1, c);
	add_output(2, coil(7, UINT32_MAX, 1000000));
	add_item(3, TABLE_COIL, 20, RAW_BIT, 0, 63, 10000000);
	c = coil(11, 12, 500000);
	c.is_echoed = true;
	add_output(3, c);
	add_output(4, coil(13, 14, 0));
	c = holding(RAW_U16, 130, 0, 63);
	c.has_sf = c.is_echoed = true;
	c.sf_address = 140;
	add_item(5, TABLE_HOLDING, 130, RAW_U16, 0, 63, 0);
	add_output(5, c);
}

static struct setup *
made_setup(const char *host, uint16_t generation)
{
	struct msg_field_link l = { .host = host, .port = 502 };
	struct msg_field_device d = { .unit = 1,
		.outstanding = 1,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.connect_timeout_us = 1000000,
		.timeout_us = TIMEOUT,
		.retry_min_us = 1000000,
		.retry_max_us = 4000000,
		.name = "ESS1" };

	w.setup = setup_new(generation);
	ck_assert_int_eq(setup_link(w.setup, &l), OK);
	ck_assert_int_eq(setup_device(w.setup, &d), OK);
	return w.setup;
}

static const struct poll_ops poll_ops = { .want = want, .drop = drop, .samples = samples, .state = state };
static void
pulse(const struct msg_field_pulse *m, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(m->point, ARRAY_LEN(w.pulses));
	w.pulses[m->point] = *m;
	w.pulse_count++;
}

static const struct outputs_ops outputs_ops = { .written = written, .pulse = pulse };

static void
go(void)
{
	struct msg_field_start m = { 1, 1, w.setup->item_count, w.setup->output_count };

	ck_assert_msg(setup_finish(w.setup, &m) == OK, "%s", w.setup->why);
	w.poll = poll_new(w.setup, &poll_ops, NULL, &w.timers, 42);
	w.outputs = outputs_new(w.poll, &outputs_ops, NULL);
	poll_start(w.poll, w.now);
}

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	w.now = (struct moment){ { START }, { UTC_START } };
	w.epoch = 1;
	timers_init(&w.timers);
	made_setup("127.0.0.1", 1);
	describe_outputs();
	go();
	run_s(1);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	memset(w.reads_of, 0, sizeof(w.reads_of));
	w.samples = 0;
}

static void
finish(void)
{
	poll_free(w.poll, w.now);
	outputs_free(w.outputs, w.now);
	setup_free(w.setup);
	timers_done(&w.timers);
}

/* The number of the write. */
static uint32_t
ask_timed(uint32_t point, double raw, uint32_t timer_s)
{
	struct msg_field_write m = { .write = ++w.number, .point = point, .raw = raw, .timer_s = timer_s };

	outputs_write(w.outputs, &m, 1000 + w.number, w.now);
	return w.number;
}

static uint32_t
ask(uint32_t point, double raw)
{
	return ask_timed(point, raw, 0);
}

START_TEST(a_setpoint_is_written_behind_its_timer_and_read_back_at_once)
{
	uint32_t n;

	begin();
	w.registers[201] = 77;
	n = ask_timed(0, -70000, 300);
	run_until_answered(1);
	ck_assert_int_eq(w.written[n].err, OK);
	ck_assert_uint_eq(w.written[n].reply_to, 1000 + n);
	ck_assert_str_eq(w.written[n].detail, "ESS1 accepted it, holding 100..101");
	ck_assert_uint_eq(w.seen_count, 2);
	ck_assert_uint_eq(w.seen[0].address, 110);
	ck_assert_uint_eq(w.seen[0].value, 300);
	ck_assert_uint_eq(w.seen[0].kind, REQUEST_WRITE);
	ck_assert_uint_eq(w.seen[1].address, 100);
	ck_assert_uint_eq(w.seen[1].count, 2);
	ck_assert_uint_eq(w.seen[1].kind, REQUEST_WRITE_MANY);
	ck_assert_int_eq((int32_t)((uint32_t)w.registers[100] << 16 | w.registers[101]), -70000);
	run_s(0.02);
	ck_assert_uint_eq(w.reads_of[200], 1); /* long before its scan */
	ck_assert(w.sample[0] == 77);
	ck_assert_int_gt(w.sample_time[0], w.written[n].time);
	finish();
}
END_TEST

START_TEST(a_refused_value_is_told_as_refused_and_not_read_back)
{
	uint32_t n, m;

	begin();
	w.writes = EXCEPTS;
	w.exception = ERR_EXC_VALUE;
	n = ask(0, 5);
	run_s(1);
	ck_assert_int_eq(w.written[n].err, ERR_EXC_VALUE);
	ck_assert(strstr(w.written[n].detail, "ESS1 refused holding 100..101") != NULL);
	ck_assert_uint_eq(w.reads_of[200], 0);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	m = ask_timed(0, 5, 60); /* the timer is refused: the value is not sent behind it */
	run_s(1);
	ck_assert_int_eq(w.written[m].err, ERR_EXC_VALUE);
	ck_assert(strstr(w.written[m].detail, "the reversion timer, holding 110") != NULL);
	ck_assert(strstr(w.written[m].detail, "the value itself was not sent") != NULL);
	ck_assert_uint_eq(w.seen_count, 2);
	finish();
}
END_TEST

START_TEST(a_device_that_takes_its_time_has_accepted)
{
	uint32_t n;

	begin();
	w.writes = EXCEPTS;
	w.exception = ERR_EXC_ACK;
	n = ask(0, 5);
	run_s(1);
	ck_assert_int_eq(w.written[n].err, OK);
	ck_assert(strstr(w.written[n].detail, "needs time") != NULL);
	ck_assert_uint_eq(w.reads_of[200], 1);
	w.exception = ERR_EXC_GATEWAY_TARGET; /* the unit may have taken it, and only its answer was lost */
	n = ask(0, 6);
	run_until_answered(2);
	ck_assert_int_eq(w.written[n].err, ERR_TIMEOUT);
	w.writes = ANSWERS;
	run_s(3);
	ck_assert_uint_eq(w.seen_count, 2);
	ck_assert_uint_ge(w.reads_of[200], 2);
	finish();
}
END_TEST

/* D39 */
START_TEST(an_unanswered_write_is_unknown_read_back_first_and_never_sent_again)
{
	uint32_t n;

	begin();
	w.writes = IS_SILENT;
	n = ask(0, 5);
	run_until_answered(1);
	ck_assert_int_eq(w.written[n].err, ERR_TIMEOUT);
	ck_assert(strstr(w.written[n].detail, "it may have been carried out or not") != NULL);
	ck_assert_int_ne(w.poll->devices[0].state, DEVICE_UP);
	w.writes = ANSWERS;
	ck_assert_uint_eq(w.reads_of[200] + w.reads_of[120], 0);
	while (w.reads_of[200] == 0) {
		ck_assert(step(INT64_MAX));
		ck_assert_uint_eq(w.reads_of[120], 0); /* nothing is read before it */
	}
	run_s(30);
	ck_assert_int_gt(w.sample_time[0], w.written[n].time);
	ck_assert_uint_eq(w.seen_count, 1);
	finish();
}
END_TEST

START_TEST(a_timer_that_went_unanswered_leaves_the_value_unsent_and_says_so)
{
	uint32_t n;

	begin();
	w.writes = IS_DEAF;
	n = ask_timed(0, 5, 60);
	run_s(30);
	ck_assert_int_eq(w.written[n].err, ERR_TIMEOUT);
	ck_assert(strstr(w.written[n].detail, "the value itself was not sent") != NULL);
	ck_assert_uint_eq(w.seen_count, 1);
	ck_assert_uint_eq(w.seen[0].address, 110);
	finish();
}
END_TEST

START_TEST(what_cannot_be_sent_is_answered_at_once_and_not_sent)
{
	static const struct {
		uint32_t point;
		double raw;
		uint32_t timer_s;
	} bad[] = { { 0, 2147483648.0, 0 }, { 0, (double)NAN, 0 }, { 0, 1, 65536 }, { 1, 2, 0 }, { 1, 0, 30 },
		{ 2, 0, 0 }, { 2, 0.5, 0 }, { 3, -1, 0 } };

	begin();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t n = ask_timed(bad[i].point, bad[i].raw, bad[i].timer_s);

		ck_assert_int_eq(w.written[n].err, ERR_RANGE);
		ck_assert(strncmp(w.written[n].detail, "nothing was sent: ", 18) == 0);
	}
	ck_assert_int_eq(w.written[ask(9, 1)].err, ERR_DISABLED);
	w.is_gone = true;
	w.poll->readings[0].is_off = false;
	run_s(15);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_int_eq(w.written[ask(0, 1)].err, ERR_NOT_CONNECTED);
	ck_assert_uint_eq(w.seen_count, 0);
	ck_assert_uint_eq(w.answers, ARRAY_LEN(bad) + 2);
	finish();
}
END_TEST

START_TEST(a_bit_is_written_into_the_register_as_it_is_now)
{
	uint32_t n;

	begin();
	w.registers[120] = 0xA5A5; /* changed since the last scan */
	n = ask(1, 1);
	run_until_answered(1);
	ck_assert_int_eq(w.written[n].err, OK);
	ck_assert_uint_eq(w.registers[120], 0xA5AD);
	ck_assert_uint_eq(w.seen_count, 1);
	ck_assert_uint_eq(w.seen[0].kind, REQUEST_WRITE);
	w.registers[120] = 0xFFFF;
	n = ask(1, 0);
	run_until_answered(2);
	ck_assert_uint_eq(w.registers[120], 0xFFF7);
	w.reads = EXCEPTS; /* it cannot be read: then it is not written either */
	w.exception = ERR_EXC_BUSY;
	n = ask(1, 1);
	run_until_answered(3);
	ck_assert_int_eq(w.written[n].err, ERR_EXC_BUSY);
	w.reads = IS_SILENT;
	n = ask(1, 1);
	run_until_answered(4);
	ck_assert_int_eq(w.written[n].err, ERR_NOT_CONNECTED);
	ck_assert(strstr(w.written[n].detail, "could not be read before") != NULL);
	ck_assert_uint_eq(w.seen_count, 2);
	ck_assert_uint_eq(w.registers[120], 0xFFF7);
	finish();
}
END_TEST

START_TEST(a_scale_factor_is_read_before_each_write)
{
	uint32_t n;

	begin();
	w.registers[140] = (uint16_t)-1;
	n = ask(5, 12.3);
	run_until_answered(1);
	ck_assert_int_eq(w.written[n].err, OK);
	ck_assert_uint_eq(w.registers[130], 123);
	run_s(0.1);
	ck_assert_uint_eq(w.reads_of[130], 1); /* never read by itself, but after a write */
	ck_assert(w.sample[5] == 123);
	w.registers[140] = 0x8000;
	n = ask(5, 12.3);
	run_until_answered(2);
	ck_assert_int_eq(w.written[n].err, ERR_RANGE);
	w.registers[140] = (uint16_t)-5;
	n = ask(5, 12.3); /* 1230000 does not fit */
	run_until_answered(3);
	ck_assert_int_eq(w.written[n].err, ERR_RANGE);
	ck_assert_uint_eq(w.seen_count, 1);
	finish();
}
END_TEST

START_TEST(a_newer_value_takes_the_place_of_one_that_was_not_sent)
{
	uint32_t a, b, c, d;

	begin();
	ask(1, 1); /* keeps the device busy */
	a = ask(0, 1);
	b = ask(0, 2);
	c = ask_timed(0, 3, 60);
	ck_assert_int_eq(w.written[a].err, ERR_BUSY);
	ck_assert_int_eq(w.written[b].err, ERR_BUSY);
	ck_assert_str_eq(w.written[b].detail, "nothing was sent: a newer value took its place");
	run_until_answered(4);
	ck_assert_int_eq(w.written[c].err, OK);
	ck_assert_uint_eq(w.seen_count, 3);
	ck_assert_uint_eq(w.seen[1].address, 110);
	ck_assert_uint_eq(w.registers[101], 3);
	/* one that is on its way is let be; the next waits, and only the newest of them */
	a = ask(0, 4);
	while (w.seen_count < 4)
		ck_assert(step(INT64_MAX));
	b = ask(0, 5);
	d = ask(0, 6);
	ck_assert_int_eq(w.written[b].err, ERR_BUSY);
	run_until_answered(7);
	ck_assert_int_eq(w.written[a].err, OK);
	ck_assert_int_eq(w.written[d].err, OK);
	ck_assert_uint_eq(w.registers[101], 6);
	ck_assert_uint_eq(w.seen_count, 5);
	finish();
}
END_TEST

START_TEST(what_stands_in_line_is_not_sent_to_a_device_that_went_away)
{
	uint32_t a, b;

	begin();
	w.writes = IS_DEAF;
	a = ask(0, 4);
	while (w.seen_count < 1)
		ck_assert(step(INT64_MAX));
	b = ask(0, 5);
	run_until_answered(2);
	ck_assert_int_eq(w.written[a].err, ERR_TIMEOUT);
	ck_assert_int_eq(w.written[b].err, ERR_NOT_CONNECTED);
	w.writes = ANSWERS;
	run_s(30);
	ck_assert_uint_eq(w.seen_count, 1);
	finish();
}
END_TEST

/* ---- coils */

START_TEST(a_pulse_is_cleared_after_its_time)
{
	uint32_t n;

	begin();
	n = ask(2, 1);
	run_until_answered(1);
	ck_assert_int_eq(w.written[n].err, OK);
	ck_assert_uint_eq(w.coils[7], 1);
	run_s(0.9);
	ck_assert_uint_eq(w.coils[7], 1);
	run_s(0.2);
	ck_assert_uint_eq(w.coils[7], 0);
	ck_assert_uint_eq(w.seen_count, 2);
	ck_assert_int_ge(w.seen[1].at - w.seen[0].at, 1000000);
	run_s(20);
	ck_assert_uint_eq(w.seen_count, 2);
	finish();
}
END_TEST

START_TEST(pulses_stand_in_line_and_are_all_given)
{
	uint32_t last = 0;

	begin();
	for (int i = 0; i < 3; i++)
		last = ask(2, 1);
	ck_assert_uint_eq(w.answers, 0);
	run_until_answered(3);
	run_s(2);
	ck_assert_int_eq(w.written[last].err, OK);
	ck_assert_uint_eq(w.seen_count, 6);
	for (uint32_t i = 0; i < 6; i++)
		ck_assert_uint_eq(w.seen[i].value, i % 2 == 0);
	for (int i = 0; i < 6; i++)
		last = ask(2, 1);
	ck_assert_int_eq(w.written[last].err, ERR_BUSY); /* not without end */
	finish();
}
END_TEST

START_TEST(a_pulse_the_other_way_ends_the_one_that_runs)
{
	begin();
	ask(3, 1);
	run_until_answered(1);
	ck_assert_uint_eq(w.coils[11], 1);
	run_s(0.1);
	ask(3, 0); /* open, while the coil that closes is set */
	run_until_answered(2);
	ck_assert_uint_eq(w.coils[11], 0);
	ck_assert_uint_eq(w.coils[12], 1);
	ck_assert_uint_eq(w.seen_count, 3);
	ck_assert_uint_eq(w.seen[1].address, 11);
	ck_assert_int_lt(w.seen[2].at - w.seen[0].at, 300000);
	run_s(1);
	ck_assert_uint_eq(w.coils[12], 0);
	ck_assert_uint_ge(w.reads_of[20], 2); /* its state was read after each */
	finish();
}
END_TEST

START_TEST(of_a_pair_that_stays_one_coil_is_cleared_before_the_other_is_set)
{
	begin();
	ask(4, 1);
	run_until_answered(1);
	ck_assert_uint_eq(w.seen[0].address, 14);
	ck_assert_uint_eq(w.seen[0].value, 0);
	ck_assert(w.coils[13] == 1 && w.coils[14] == 0);
	ask(4, 0);
	run_until_answered(2);
	ck_assert(w.coils[13] == 0 && w.coils[14] == 1);
	ck_assert_uint_eq(w.seen_count, 4);
	finish();
}
END_TEST

START_TEST(a_pulse_is_cleared_as_soon_as_the_device_is_back)
{
	begin();
	ask(2, 1);
	run_until_answered(1);
	w.is_gone = true;
	run_s(20);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_uint_eq(w.coils[7], 1);
	w.is_gone = false;
	while (w.poll->devices[0].state != DEVICE_UP)
		ck_assert(step(INT64_MAX));
	run_s(0.05);
	ck_assert_uint_eq(w.coils[7], 0);
	finish();
}
END_TEST

START_TEST(a_pulse_of_which_nobody_knows_whether_it_was_given_is_cleared_too)
{
	uint32_t n;

	begin();
	w.writes = IS_SILENT;
	n = ask(2, 1);
	run_until_answered(1);
	ck_assert_int_eq(w.written[n].err, ERR_TIMEOUT);
	ck_assert_uint_eq(w.coils[7], 1);
	w.writes = ANSWERS;
	run_s(5);
	ck_assert_uint_eq(w.coils[7], 0);
	ck_assert_uint_eq(w.seen_count, 2);
	ck_assert_uint_eq(w.seen[1].value, 0);
	finish();
}
END_TEST

START_TEST(a_refused_pulse_is_not_cleared_and_a_refused_clearing_is_tried_again)
{
	begin();
	w.writes = EXCEPTS;
	w.exception = ERR_EXC_NAK;
	ask(2, 1);
	run_s(5);
	ck_assert_uint_eq(w.seen_count, 1);
	w.writes = ANSWERS;
	ask(2, 1);
	run_until_answered(2);
	w.writes = EXCEPTS;
	run_s(2.5);
	ck_assert_uint_eq(w.coils[7], 1);
	w.writes = ANSWERS;
	run_s(1.1);
	ck_assert_uint_eq(w.coils[7], 0);
	finish();
}
END_TEST

/* ---- a new configuration while something is under way */

static void
next_generation(const char *host, void (*outputs)(void))
{
	struct setup *old = w.setup;
	struct outputs *before = w.outputs;

	poll_free(w.poll, w.now);
	w.has_flight = false;
	w.epoch++;
	made_setup(host, 2);
	outputs();
	go();
	outputs_take_over(w.outputs, before, w.now);
	outputs_free(before, w.now);
	setup_free(old);
}

static void
only_a_reading(void)
{
	add_item(0, TABLE_HOLDING, 200, RAW_I32, 0, 63, 10000000);
}

START_TEST(writes_under_way_when_a_configuration_comes_are_answered_truthfully)
{
	uint32_t sent, unsent;

	begin();
	sent = ask(0, 4);
	while (w.seen_count < 1)
		ck_assert(step(INT64_MAX));
	unsent = ask(1, 1);
	next_generation("127.0.0.1", describe_outputs);
	ck_assert_int_eq(w.written[sent].err, ERR_UNKNOWN);
	ck_assert_int_eq(w.written[unsent].err, ERR_NOT_CONNECTED);
	run_s(20);
	ck_assert_uint_eq(w.seen_count, 1); /* and not sent again */
	finish();
}
END_TEST

START_TEST(pulses_are_cleared_by_the_configuration_that_follows)
{
	static void (*const after[])(void) = { describe_outputs, only_a_reading };

	begin();
	ask(2, 1);
	run_until_answered(1);
	run_s(0.3);
	next_generation("127.0.0.1", after[_i]);
	run_s(0.5);
	ck_assert_uint_eq(w.coils[7], 1); /* at its time */
	run_s(0.4);
	ck_assert_uint_eq(w.coils[7], 0);
	ck_assert_uint_eq(w.seen_count, 2);
	finish();
}
END_TEST

START_TEST(a_pulse_that_was_on_its_way_when_a_configuration_came_is_cleared)
{
	begin();
	ask(2, 1);
	while (w.seen_count < 1)
		ck_assert(step(INT64_MAX));
	next_generation("127.0.0.1", describe_outputs);
	ck_assert_int_eq(w.written[1].err, ERR_UNKNOWN);
	run_s(1);
	ck_assert_uint_eq(w.coils[7], 0);
	ck_assert_uint_eq(w.seen_count, 2);
	/* and of a device that is not there any more nothing is written elsewhere */
	ask(2, 1);
	run_until_answered(2);
	next_generation("127.0.0.2", describe_outputs);
	run_s(5);
	ck_assert_uint_eq(w.seen_count, 3);
	finish();
}
END_TEST

/* ---- left set by a field program that was killed */

/* The coils 7 and 11 to 13 are set; which of them are ours? The first configuration of the field program says it. */
static void
begin_left(uint8_t one, uint8_t pair)
{
	struct cfg_output c = coil(7, UINT32_MAX, 1000000);

	memset(&w, 0, sizeof(w));
	w.now = (struct moment){ { START }, { UTC_START } };
	w.epoch = 1;
	w.coils[7] = w.coils[11] = w.coils[12] = w.coils[13] = 1;
	timers_init(&w.timers);
	made_setup("127.0.0.1", 1);
	c.left_set = one;
	add_output(2, c);
	add_item(3, TABLE_COIL, 20, RAW_BIT, 0, 63, 10000000);
	c = coil(11, 12, 500000);
	c.is_echoed = true;
	c.left_set = pair;
	add_output(3, c);
	go();
	outputs_clear_left(w.outputs, w.now);
}

START_TEST(what_was_left_set_is_cleared_as_soon_as_the_device_is_up)
{
	begin_left(PULSE_COIL, PULSE_COIL | PULSE_OPEN_COIL);
	run_s(2);
	ck_assert_uint_eq(w.coils[7] + w.coils[11] + w.coils[12], 0);
	ck_assert_uint_eq(w.coils[13], 1); /* of somebody else */
	ck_assert_uint_eq(w.seen_count, 3);
	ck_assert_uint_eq(w.pulses[2].coils + w.pulses[3].coils, 0);
	ck_assert_uint_eq(w.pulse_count, 3);
	run_s(20);
	ck_assert_uint_eq(w.seen_count, 3);
	finish();
}
END_TEST

START_TEST(what_was_not_left_set_is_not_touched)
{
	begin_left(0, 0);
	run_s(20);
	ck_assert_uint_eq(w.seen_count, 0);
	finish();
}
END_TEST

START_TEST(which_coils_may_be_set_is_told)
{
	begin();
	ask(3, 1);
	run_until_answered(1);
	ck_assert_uint_eq(w.pulses[3].coils, PULSE_COIL);
	ask(3, 0);
	run_until_answered(2);
	ck_assert_uint_eq(w.pulses[3].coils, PULSE_OPEN_COIL);
	run_s(1);
	ck_assert_uint_eq(w.pulses[3].coils, 0);
	w.writes = EXCEPTS;
	w.exception = ERR_EXC_DEVICE;
	ask(2, 1);
	run_until_answered(3);
	ck_assert_uint_eq(w.pulses[2].coils, 0); /* refused */
	w.writes = ANSWERS;
	ask(2, 1);
	run_until_answered(4);
	w.writes = EXCEPTS;
	run_s(20);
	ck_assert_uint_eq(w.pulses[2].coils, 0);
	ck_assert_uint_eq(w.pulses[2].refused, PULSE_COIL); /* it stays set, and nobody hides it */
	finish();
}
END_TEST

START_TEST(at_the_end_all_pulses_are_cleared_at_once)
{
	begin();
	ck_assert(!outputs_end(w.outputs, w.now));
	ask(2, 1);
	run_until_answered(1);
	ask(2, 1);
	ck_assert(outputs_end(w.outputs, w.now));
	run_s(0.05);
	ck_assert_uint_eq(w.coils[7], 0);
	ck_assert(!outputs_end(w.outputs, w.now));
	ck_assert_int_eq(w.written[2].err, ERR_NOT_CONNECTED); /* what stood in line */
	finish();
}
END_TEST

START_TEST(writing_allocates_nothing)
{
	begin();
	mem_fail_after(1);
	for (int i = 0; i < 10; i++) {
		ask(0, i);
		ask(1, i % 2);
		ask(3, i % 2);
		run_s(2);
	}
	mem_fail_after(0);
	ck_assert_uint_eq(w.answers, 30);
	finish();
}
END_TEST

/* clang-format off */
T_MAIN("output",
    T(a_setpoint_is_written_behind_its_timer_and_read_back_at_once)
    T(a_refused_value_is_told_as_refused_and_not_read_back)
    T(a_device_that_takes_its_time_has_accepted)
    T(an_unanswered_write_is_unknown_read_back_first_and_never_sent_again)
    T(a_timer_that_went_unanswered_leaves_the_value_unsent_and_says_so)
    T(what_cannot_be_sent_is_answered_at_once_and_not_sent)
    T(a_bit_is_written_into_the_register_as_it_is_now)
    T(a_scale_factor_is_read_before_each_write)
    T(a_newer_value_takes_the_place_of_one_that_was_not_sent)
    T(what_stands_in_line_is_not_sent_to_a_device_that_went_away)
    T(a_pulse_is_cleared_after_its_time)
    T(pulses_stand_in_line_and_are_all_given)
    T(a_pulse_the_other_way_ends_the_one_that_runs)
    T(of_a_pair_that_stays_one_coil_is_cleared_before_the_other_is_set)
    T(a_pulse_is_cleared_as_soon_as_the_device_is_back)
    T(a_pulse_of_which_nobody_knows_whether_it_was_given_is_cleared_too)
    T(a_refused_pulse_is_not_cleared_and_a_refused_clearing_is_tried_again)
    T(writes_under_way_when_a_configuration_comes_are_answered_truthfully)
    T_LOOP(pulses_are_cleared_by_the_configuration_that_follows, 0, (int)2)
    T(a_pulse_that_was_on_its_way_when_a_configuration_came_is_cleared)
    T(what_was_left_set_is_cleared_as_soon_as_the_device_is_up)
    T(what_was_not_left_set_is_not_touched)
    T(which_coils_may_be_set_is_told)
    T(at_the_end_all_pulses_are_cleared_at_once)
    T(writing_allocates_nothing))
/* clang-format on */
