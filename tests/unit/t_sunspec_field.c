/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_sunspec_field.c - a SunSpec device behind the scheduler, in simulated time: met, read in the fewest requests, swapped, moved, and
 * written with all that stands beside a value.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/output.h"
#include "drivers/output_private.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"
#include "tests/unit/sunspec_kit.h"

#define START     INT64_C(1000000000)
#define UTC_START INT64_C(1800000000000000)
#define TIMEOUT   500000
#define ANSWER    10000
#define POINTS    8
#define SEEN      64

enum { P, HZ, SOC, STATE, DCW2, ABSENT, MAKER_OWN, SETPOINT };

static struct world {
	struct moment now;
	struct timers timers;
	struct setup *setup;
	struct poll *poll;
	struct outputs *outputs;
	struct card card;
	bool has_flight, is_gone;
	uint16_t silent_at;  /* no word from this address; 0 = from all */
	uint16_t refused_at; /* writes there are refused */
	struct {
		struct errand errand;
		struct request request;
		uint8_t data[250];
		int64_t sent, at;
		bool is_lost;
	} flight;
	uint32_t epoch, reads, drops;
	struct {
		uint16_t address, count, first, last;
	} written[SEEN];
	uint32_t written_count;
	enum err cause[POINTS];
	double value[POINTS];
	enum err answer;
	char detail[256];
	uint32_t answers;
} w;

static void
pump(struct device *d)
{
	struct request *q = &w.flight.request;

	if (w.has_flight || !poll_next(d, w.epoch, w.now, q, &w.flight.errand))
		return;
	w.has_flight = true;
	w.flight.is_lost = w.is_gone || (w.silent_at != 0 && q->address == w.silent_at);
	w.flight.sent = w.now.mono.us;
	w.flight.at = w.now.mono.us + (w.flight.is_lost ? TIMEOUT : ANSWER);
	if (q->kind == REQUEST_READ) {
		w.reads++;
		return;
	}
	ck_assert_int_eq(d->state, DEVICE_UP);
	ck_assert(d->is_identified);
	ck_assert_int_eq(q->kind, REQUEST_WRITE_MANY); /* the one function that all SunSpec devices know */
	memcpy(w.flight.data, q->data, 2 * (size_t)q->count);
	if (w.written_count < SEEN) {
		w.written[w.written_count].address = q->address;
		w.written[w.written_count].count = q->count;
		w.written[w.written_count].first = (uint16_t)(q->data[0] << 8 | q->data[1]);
		w.written[w.written_count].last =
		    (uint16_t)(q->data[2 * q->count - 2] << 8 | q->data[2 * q->count - 1]);
		w.written_count++;
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
	w.drops++;
}

static void
samples(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	(void)d;
	(void)time;
	(void)arg;
	for (uint32_t i = 0; i < count; i++) {
		w.cause[s[i].point] = s[i].cause;
		w.value[s[i].point] = s[i].value;
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
	(void)reply_to;
	(void)arg;
	w.answer = (enum err)m->err;
	w.answers++;
	str_copy(w.detail, sizeof(w.detail), m->detail);
}

static void
land(void)
{
	static uint8_t data[250];
	struct device *d = &w.poll->devices[0];
	struct request *q = &w.flight.request;
	struct errand errand = w.flight.errand;
	struct answer a = { .data = data, .len = 2 * (size_t)q->count };

	w.has_flight = false;
	if (w.flight.is_lost) {
		w.epoch++;
		poll_failed(d, ERR_TIMEOUT, w.now);
		return;
	}
	if (q->kind == REQUEST_READ)
		a.err = card_read(&w.card, q->address, q->count, data);
	else if (w.refused_at != 0 && q->address == w.refused_at)
		a.err = ERR_EXC_VALUE;
	else
		for (uint16_t i = 0; i < q->count; i++)
			w.card.words[q->address + i] = (uint16_t)(w.flight.data[2 * i] << 8 | w.flight.data[2 * i + 1]);
	poll_answered(d, &errand, &a, (struct mono){ w.flight.sent }, w.now);
	pump(d);
}

static void
run_s(double seconds)
{
	int64_t end = w.now.mono.us + (int64_t)(seconds * 1e6);

	for (;;) {
		struct mono timer;
		int64_t at = w.has_flight && w.flight.at < end ? w.flight.at : end;
		bool is_timer = timers_next(&w.timers, &timer) && timer.us < at;

		at = is_timer ? timer.us : at;
		at = at < w.now.mono.us ? w.now.mono.us : at;
		w.now.utc.us += at - w.now.mono.us;
		w.now.mono.us = at;
		if (!is_timer && at >= end)
			return;
		if (is_timer)
			timers_run(&w.timers, w.now);
		else
			land();
	}
}

/* ---- the device: 701, 713, 704, 160 with two strings, 715; and a register of its maker at 41000 */

static uint32_t m701, m713, m704, m160, m715;

static void
lay(uint32_t base, const char *serial)
{
	struct card *c = &w.card;

	memset(c, 0, sizeof(*c));
	card_begin(c, base);
	card_common(c, "Maker", "Box", serial);
	m160 = card_model(c, 160, 48);
	m701 = card_model(c, 701, 153);
	m704 = card_model(c, 704, 65);
	m713 = card_model(c, 713, 7);
	m715 = card_model(c, 715, 7);
	card_end(c);
	c->words[m701 + 10] = (uint16_t)-1800;
	c->words[m701 + 116] = 2;
	c->words[m701 + 17] = 0;
	c->words[m701 + 18] = 5001;
	c->words[m701 + 115] = (uint16_t)-2;
	c->words[m701 + 4] = 3;
	c->words[m713 + 4] = 555;
	c->words[m713 + 8] = (uint16_t)-1;
	c->words[m160 + 30 + 11] = 77;
	c->words[m160 + 4] = 1;
	c->words[m704 + 55] = (uint16_t)-1;
	card_put(c, 41000, 9);
}

static void
add_item(uint32_t point, const char *place, uint32_t period_us)
{
	struct sunspec_place p;
	char why[200];
	double none = 0;
	struct wbuf invalid;

	wbuf_init(&invalid);
	ck_assert_msg(sunspec_parse(place, &p, why, sizeof(why)), "%s", why);
	ck_assert(sunspec_invalid(p.point, &none));
	w_f64(&invalid, none);
	struct msg_field_item m = { .point = point,
		.table = TABLE_HOLDING,
		.address = (uint16_t)sunspec_offset(&p),
		.type = (uint8_t)sunspec_raw_type(p.point),
		.bit_hi = 63,
		.period_us = period_us,
		.has_sf = sunspec_factor_offset(&p) >= 0,
		.sf_address = (uint16_t)sunspec_factor_offset(&p),
		.invalid = { invalid.data, invalid.len } };
	struct msg_field_place at = { .point = point, .model = p.model };
	ck_assert_msg(setup_item(w.setup, &m) == OK, "%s", w.setup->why);
	ck_assert_msg(setup_place(w.setup, &at) == OK, "%s", w.setup->why);
	wbuf_done(&invalid);
}

/* 704 as a battery wants it: mode first, enabled last, its timer of two registers. */
static void
add_setpoint(void)
{
	struct msg_field_output m = { .point = SETPOINT,
		.table = TABLE_HOLDING,
		.address = 24,
		.type = RAW_I32,
		.bit_hi = 63,
		.open_address = UINT32_MAX,
		.has_sf = 1,
		.sf_address = 55,
		.timer_address = 31,
		.is_echoed = 1 };
	struct msg_field_place at = {
		.point = SETPOINT, .is_output = 1, .model = 704, .timer_model = 704, .timer_registers = 2
	};
	struct msg_field_step
	    mode = { .point = SETPOINT, .model = 704, .address = 23, .type = RAW_U16, .value = 1 },
	    twin = { .point = SETPOINT, .model = 704, .address = 26, .type = RAW_I32, .is_times = 1, .value = -1 },
	    enable = { .point = SETPOINT, .is_after = 1, .model = 704, .address = 22, .type = RAW_U16, .value = 1 };

	add_item(SETPOINT, "704.WSet", 0);
	ck_assert_msg(setup_output(w.setup, &m) == OK, "%s", w.setup->why);
	ck_assert_msg(setup_place(w.setup, &at) == OK, "%s", w.setup->why);
	ck_assert_msg(setup_step(w.setup, &mode) == OK, "%s", w.setup->why);
	ck_assert_msg(setup_step(w.setup, &twin) == OK, "%s", w.setup->why);
	ck_assert_msg(setup_step(w.setup, &enable) == OK, "%s", w.setup->why);
}

static void
begin(const char *serial, bool has_beat)
{
	struct msg_field_link l = { .host = "127.0.0.1", .port = 502 };
	struct msg_field_device d = { .unit = 1,
		.outstanding = 1,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.max_gap = 124,
		.connect_timeout_us = 1000000,
		.timeout_us = TIMEOUT,
		.retry_min_us = 1000000,
		.retry_max_us = 4000000,
		.name = "ESS1" };
	struct msg_field_sunspec s = { .manufacturer = "Maker",
		.model = "",
		.serial = serial,
		.beat_model = has_beat ? 715 : 0,
		.beat_address = 5,
		.beat_registers = 2,
		.beat_us = 1000000 };
	struct msg_field_item own = { .point = MAKER_OWN,
		.table = TABLE_HOLDING,
		.address = 41000,
		.type = RAW_U16,
		.bit_hi = 63,
		.period_us = 1000000 };
	static const struct poll_ops poll_ops = { .want = want, .drop = drop, .samples = samples, .state = state };
	static const struct outputs_ops outputs_ops = { .written = written };

	w.now = (struct moment){ { START }, { UTC_START } };
	w.epoch = 1;
	timers_init(&w.timers);
	w.setup = setup_new(1);
	ck_assert_int_eq(setup_link(w.setup, &l), OK);
	ck_assert_int_eq(setup_device(w.setup, &d), OK);
	ck_assert_msg(setup_sunspec(w.setup, &s) == OK, "%s", w.setup->why);
	add_item(P, "701.W", 1000000);
	add_item(HZ, "701.Hz", 1000000);
	add_item(SOC, "713.SoC", 1000000);
	add_item(STATE, "701.InvSt", 1000000);
	add_item(DCW2, "160.module[2].DCW", 1000000);
	add_item(ABSENT, "802.SoC", 1000000);
	ck_assert_int_eq(setup_item(w.setup, &own), OK);
	add_setpoint();
	struct msg_field_start m = { 1, 1, w.setup->item_count, w.setup->output_count };
	ck_assert_msg(setup_finish(w.setup, &m) == OK, "%s", w.setup->why);
	w.poll = poll_new(w.setup, &poll_ops, NULL, &w.timers, 42);
	w.outputs = outputs_new(w.poll, &outputs_ops, NULL);
	poll_start(w.poll, w.now);
	outputs_begin(w.outputs, w.now);
}

static void
start(void)
{
	memset(&w, 0, sizeof(w));
	lay(40000, "A1");
}

static void
finish(void)
{
	poll_free(w.poll, w.now);
	outputs_free(w.outputs, w.now);
	setup_free(w.setup);
	timers_done(&w.timers);
}

static void
ask(double raw, uint32_t timer_s)
{
	struct msg_field_write m = { .write = 1, .point = SETPOINT, .raw = raw, .timer_s = timer_s };

	w.written_count = w.answers = 0;
	outputs_write(w.outputs, &m, 1, w.now);
}

static const struct device *
device(void)
{
	return &w.poll->devices[0];
}

START_TEST(its_values_come_with_their_scale_factors)
{
	begin("A1", false);
	run_s(3);
	ck_assert_int_eq(device()->state, DEVICE_UP);
	ck_assert_double_eq(w.value[P], -180000);
	ck_assert_double_eq(w.value[HZ], 50.01);
	ck_assert_double_eq(w.value[SOC], 55.5);
	ck_assert_double_eq(w.value[STATE], 3);
	ck_assert_double_eq(w.value[DCW2], 770);
	ck_assert_double_eq(w.value[MAKER_OWN], 9);
	ck_assert_int_eq(w.cause[ABSENT], ERR_NOT_IMPLEMENTED); /* it has no model 802 */
	/* a scale factor that changes on the fly changes with its value */
	w.card.words[m701 + 116] = 1;
	w.card.words[m701 + 10] = (uint16_t)-18000;
	run_s(1);
	ck_assert_double_eq(w.value[P], -180000);
}
END_TEST

START_TEST(what_it_does_not_implement_is_quality)
{
	begin("A1", false);
	w.card.words[m701 + 10] = 0x8000;
	w.card.words[m701 + 17] = w.card.words[m701 + 18] = 0xFFFF;
	w.card.words[m701 + 4] = 0xFFFF;
	w.card.words[m713 + 8] = 0x8000; /* the scale factor itself */
	run_s(3);
	ck_assert_int_eq(w.cause[P], ERR_NOT_IMPLEMENTED);
	ck_assert_int_eq(w.cause[HZ], ERR_NOT_IMPLEMENTED);
	ck_assert_int_eq(w.cause[STATE], ERR_NOT_IMPLEMENTED);
	ck_assert_int_eq(w.cause[SOC], ERR_SCALE_FACTOR);
	ck_assert_int_eq(w.cause[DCW2], OK);
	w.card.words[m713 + 8] = 11; /* beyond what SunSpec allows */
	run_s(1);
	ck_assert_int_eq(w.cause[SOC], ERR_SCALE_FACTOR);
}
END_TEST

START_TEST(a_scan_takes_the_fewest_requests)
{
	uint32_t before;

	begin("A1", false);
	run_s(3);
	before = w.reads;
	run_s(10);
	/* 160 to 713 are 288 registers in use, in blocks of at most 125 that hold each value with its factor: 3; and the maker's own */
	ck_assert_uint_eq(w.reads - before, 10 * 4);
}
END_TEST

START_TEST(another_serial_number_is_noticed_and_not_written_to)
{
	begin("A1", true);
	run_s(3);
	lay(40000, "B2");
	w.is_gone = true;
	run_s(3);
	w.is_gone = false;
	run_s(10);
	ck_assert_int_eq(device()->state, DEVICE_DOWN);
	ck_assert_int_eq(device()->error, ERR_OTHER_DEVICE);
	ck_assert_str_eq(device()->detail, "serial number \"B2\", \"A1\" was expected");
	ck_assert_uint_gt(w.drops, 0);
	ask(5, 60);
	ck_assert_int_eq(w.answer, ERR_NOT_CONNECTED);
	w.written_count = 0;
	run_s(20);
	ck_assert_uint_eq(w.written_count, 0); /* no heartbeat either */
	card_text(&w.card, 40002 + 50, "A1");
	run_s(10);
	ck_assert_int_eq(device()->state, DEVICE_UP);
}
END_TEST

START_TEST(without_a_given_serial_number_the_first_one_counts)
{
	begin("", false);
	run_s(3);
	ck_assert_int_eq(device()->state, DEVICE_UP);
	lay(40000, "B2");
	w.is_gone = true;
	run_s(3);
	w.is_gone = false;
	run_s(10);
	ck_assert_int_eq(device()->error, ERR_OTHER_DEVICE);
	ck_assert_str_eq(device()->detail, "serial number \"B2\", \"A1\" was there before");
	lay(40000, "A1");
	run_s(10);
	ck_assert_int_eq(device()->state, DEVICE_UP);
}
END_TEST

START_TEST(another_maker_is_another_device)
{
	begin("", false);
	card_text(&w.card, 40002 + 2, "Other");
	run_s(3);
	ck_assert_int_eq(device()->state, DEVICE_DOWN);
	ck_assert_str_eq(device()->detail, "manufacturer \"Other\", \"Maker\" was expected");
}
END_TEST

START_TEST(a_chain_that_moved_is_found_again)
{
	begin("A1", false);
	run_s(3);
	w.is_gone = true;
	run_s(3);
	lay(0, "A1");
	w.card.words[m701 + 10] = 12;
	w.is_gone = false;
	run_s(8);
	ck_assert_int_eq(device()->state, DEVICE_UP);
	ck_assert_double_eq(w.value[P], 1200);
	ck_assert_double_eq(w.value[SOC], 55.5);
}
END_TEST

START_TEST(silence_at_40000_is_no_failure_of_the_device)
{
	lay(0, "A1");
	w.silent_at = 40000;
	begin("A1", false);
	run_s(1.5); /* one time-out, and no back-off */
	ck_assert_int_eq(device()->state, DEVICE_UP);
	run_s(1);
	ck_assert_double_eq(w.value[P], -180000);
}
END_TEST

START_TEST(a_setpoint_is_written_with_all_that_stands_beside_it)
{
	begin("A1", false);
	run_s(3);
	ask(-50000, 60);
	run_s(1);
	ck_assert_uint_eq(w.answers, 1);
	ck_assert_msg(w.answer == OK, "%s", w.detail);
	ck_assert_uint_eq(w.written_count, 5);
	ck_assert_uint_eq(w.written[0].address, m704 + 23); /* mode */
	ck_assert_uint_eq(w.written[0].first, 1);
	ck_assert_uint_eq(w.written[1].address, m704 + 26); /* the opposite, by the same power of ten */
	ck_assert_int_eq((int32_t)((uint32_t)w.written[1].first << 16 | w.written[1].last), 500000);
	ck_assert_uint_eq(w.written[2].address, m704 + 31); /* timer, two registers */
	ck_assert_uint_eq(w.written[2].count, 2);
	ck_assert_uint_eq(w.written[2].last, 60);
	ck_assert_uint_eq(w.written[3].address, m704 + 24);
	ck_assert_int_eq((int32_t)((uint32_t)w.written[3].first << 16 | w.written[3].last), -500000);
	ck_assert_uint_eq(w.written[4].address, m704 + 22); /* enabled last */
	ck_assert_uint_eq(w.written[4].first, 1);
	ck_assert_double_eq(w.value[SETPOINT], -50000); /* read back, by its factor */
}
END_TEST

START_TEST(what_is_refused_behind_the_value_is_told)
{
	begin("A1", false);
	run_s(3);
	w.refused_at = (uint16_t)(m704 + 22);
	ask(100, 60);
	run_s(1);
	ck_assert_int_eq(w.answer, ERR_EXC_VALUE);
	ck_assert_msg(strstr(w.detail, "what makes it hold") != NULL && strstr(w.detail, "was sent before") != NULL,
	    "%s", w.detail);
	ck_assert_double_eq(w.value[SETPOINT], 100); /* and what stands there now is shown */
	w.refused_at = (uint16_t)(m704 + 23);
	ask(200, 60);
	run_s(1);
	ck_assert_int_eq(w.answer, ERR_EXC_VALUE);
	ck_assert_uint_eq(w.written_count, 1);
	ck_assert_msg(strstr(w.detail, "was not sent") != NULL, "%s", w.detail);
}
END_TEST

START_TEST(a_value_whose_opposite_does_not_fit_is_not_sent)
{
	begin("A1", false);
	run_s(3);
	w.card.words[m704 + 55] = 0;
	ask(-2147483648.0, 60);
	run_s(1);
	ck_assert_int_eq(w.answer, ERR_RANGE);
	ck_assert_uint_eq(w.written_count, 0);
}
END_TEST

START_TEST(an_output_that_the_device_lacks_is_refused)
{
	memset(&w.card, 0, sizeof(w.card));
	card_begin(&w.card, 40000);
	card_common(&w.card, "Maker", "Box", "A1");
	card_model(&w.card, 704, 20); /* too short for WSet */
	card_end(&w.card);
	card_put(&w.card, 41000, 1);
	begin("A1", true);
	run_s(3);
	ask(5, 60);
	run_s(1);
	ck_assert_int_eq(w.answer, ERR_DISABLED);
	ck_assert_msg(strstr(w.detail, "has no model 704") != NULL, "%s", w.detail);
	ck_assert_uint_eq(w.written_count, 0); /* and no heartbeat where model 715 is not */
}
END_TEST

START_TEST(the_heartbeat_counts_up_each_second_until_it_is_refused)
{
	begin("A1", true);
	run_s(3.5);
	w.written_count = 0;
	run_s(5);
	ck_assert_uint_eq(w.written_count, 5);
	for (uint32_t i = 0; i < 5; i++) {
		ck_assert_uint_eq(w.written[i].address, m715 + 5);
		ck_assert_uint_eq(w.written[i].count, 2);
		ck_assert_uint_eq(w.written[i].last, w.written[0].last + i);
	}
	w.refused_at = (uint16_t)(m715 + 5);
	w.written_count = 0;
	run_s(20);
	ck_assert_uint_eq(w.written_count, BEAT_REFUSALS);
	w.refused_at = 0;
	w.is_gone = true; /* met again, it gets one again */
	run_s(2);
	w.is_gone = false;
	run_s(10);
	ck_assert_uint_gt(w.written_count, BEAT_REFUSALS);
}
END_TEST

/* Hostile frames: each of these is refused with a sentence. */
START_TEST(places_that_cannot_be_are_refused)
{
	begin("A1", false);
	struct setup *c = w.setup;
	struct msg_field_sunspec s = { .device = 0, .manufacturer = "", .model = "", .serial = "" };
	struct msg_field_place p = { .point = P, .model = 701 };
	struct msg_field_step step = { .point = SETPOINT, .model = 704, .type = RAW_F32 };

	ck_assert_int_eq(setup_sunspec(c, &s), ERR_CONFIG); /* twice */
	s.device = 77;
	ck_assert_int_eq(setup_sunspec(c, &s), ERR_CONFIG);
	ck_assert_int_eq(setup_place(c, &p), ERR_CONFIG); /* twice */
	p = (struct msg_field_place){ .point = MAKER_OWN, .model = 0 };
	ck_assert_int_eq(setup_place(c, &p), ERR_CONFIG);
	p.model = 65535;
	ck_assert_int_eq(setup_place(c, &p), ERR_CONFIG);
	p = (struct msg_field_place){ .point = 9999, .model = 701, .is_output = 1 };
	ck_assert_int_eq(setup_place(c, &p), ERR_CONFIG);
	ck_assert_int_eq(setup_step(c, &step), ERR_CONFIG);
	step.type = RAW_U16;
	step.value = (double)NAN;
	ck_assert_int_eq(setup_step(c, &step), ERR_CONFIG);
	step.value = 0.5;
	ck_assert_int_eq(setup_step(c, &step), ERR_CONFIG);
	step.value = 1; /* before the value, after one that comes behind it */
	ck_assert_int_eq(setup_step(c, &step), ERR_CONFIG);
	ck_assert_uint_gt(strlen(c->why), 10);
	step.is_after = 1;
	for (int i = 0; i < CFG_STEPS - 3; i++)
		ck_assert_int_eq(setup_step(c, &step), OK);
	ck_assert_int_eq(setup_step(c, &step), ERR_CONFIG);
}
END_TEST

T_MAIN("sunspec_field",
    T_FIXTURE(start, finish) T(its_values_come_with_their_scale_factors) T(what_it_does_not_implement_is_quality)
        T(a_scan_takes_the_fewest_requests) T(another_serial_number_is_noticed_and_not_written_to)
            T(without_a_given_serial_number_the_first_one_counts) T(another_maker_is_another_device)
                T(a_chain_that_moved_is_found_again) T(silence_at_40000_is_no_failure_of_the_device) T(
                    a_setpoint_is_written_with_all_that_stands_beside_it) T(what_is_refused_behind_the_value_is_told)
                    T(a_value_whose_opposite_does_not_fit_is_not_sent) T(an_output_that_the_device_lacks_is_refused)
                        T(the_heartbeat_counts_up_each_second_until_it_is_refused) T(places_that_cannot_be_are_refused))
