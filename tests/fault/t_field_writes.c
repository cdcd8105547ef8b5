/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_field_writes.c - chisan-field writes to devices that take it, refuse it, answer falsely or not at all (D29, D37 to D40, D45):
 * each write is answered once and truthfully, none is sent twice, and what the device made of it is read at once.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/str.h"
#include "tests/fault/dev.h"
#include "tests/fault/fieldpipe.h"
#include "tests/unit/t.h"

#define SLOWLY 20000000 /* us: what is read sooner was read after a write */
#define SOON   5000     /* ms */

static struct fieldpipe fp;
static struct dev dev;
static uint32_t device;
static uint8_t left_set;

/* Points 0: u16 at 100; 1: i32 at 200, CDAB, with a timer at 210; 2: pulse of 300 ms on coil 7, read there; 3: bits 4..7 of 300. */
static void
add_points(uint32_t period_us)
{
	struct msg_field_output m;

	fp_u16(&fp, device, 100, period_us);
	fp_item(&fp,
	    (struct msg_field_item){ .device = device,
	        .table = TABLE_HOLDING,
	        .address = 200,
	        .type = RAW_I32,
	        .order = ORDER_CDAB,
	        .period_us = period_us });
	fp_item(&fp,
	    (struct msg_field_item){
	        .device = device, .table = TABLE_COIL, .address = 7, .type = RAW_BIT, .period_us = period_us });
	fp_item(&fp,
	    (struct msg_field_item){ .device = device,
	        .table = TABLE_HOLDING,
	        .address = 300,
	        .type = RAW_U16,
	        .bit_lo = 4,
	        .bit_hi = 7,
	        .period_us = period_us });
	fp_output(&fp, fp_output_default(device, 0, TABLE_HOLDING, 100, RAW_U16));
	m = fp_output_default(device, 1, TABLE_HOLDING, 200, RAW_I32);
	m.order = ORDER_CDAB;
	m.timer_address = 210;
	fp_output(&fp, m);
	m = fp_output_default(device, 2, TABLE_COIL, 7, RAW_BIT);
	m.pulse_us = 300000;
	m.left_set = left_set;
	fp_output(&fp, m);
	m = fp_output_default(device, 3, TABLE_HOLDING, 300, RAW_U16);
	m.bit_lo = 4;
	m.bit_hi = 7;
	fp_output(&fp, m);
}

static void
configure(uint32_t period_us)
{
	static const uint8_t identity[] = { TABLE_HOLDING, 0, 5, 0xFF, 0xFF, 0, 5 };
	struct msg_field_device m;

	fp_begin(&fp);
	m = fp_device_default(fp_link(&fp, "127.0.0.1", dev.port, 0, 0), 1);
	m.identity = (struct msg_bytes){ identity, sizeof(identity) };
	device = fp_device(&fp, m);
	add_points(period_us);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP);
	for (uint32_t i = 0; i < 4; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 0);
}

static void
setup(void)
{
	dev_start(&dev);
	fp_start(&fp);
	configure(SLOWLY);
	dev_ask(&dev, "writes");
}

static void
teardown(void)
{
	fp_stop(&fp);
	dev_stop(&dev);
}

static const struct fp_written *
outcome(uint64_t write)
{
	FP_UNTIL(&fp, SOON, fp.written[write].count == 1);
	return &fp.written[write];
}

/* A read that is of after the write has come. */
static double
read_back(uint32_t point, const struct fp_written *w)
{
	FP_UNTIL(&fp, SOON, fp.points[point].time.us > w->time.us);
	return fp.points[point].value;
}

START_TEST(what_is_accepted_is_read_back_at_once)
{
	struct mono before = clock_mono();
	const struct fp_written *w = outcome(fp_write(&fp, 0, 4711));

	ck_assert_int_eq(w->err, OK);
	ck_assert_uint_eq(w->point, 0);
	ck_assert_str_eq(w->detail, "D accepted it, holding 100");
	ck_assert(read_back(0, w) == 4711);
	ck_assert_int_lt(mono_diff_us(clock_mono(), before), 2 * US_PER_S);
	w = outcome(fp_write_timed(&fp, 1, -123456, 900));
	ck_assert_int_eq(w->err, OK);
	ck_assert(read_back(1, w) == -123456);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 3); /* with the timer */
}
END_TEST

START_TEST(bits_are_written_beside_others)
{
	const struct fp_written *w = outcome(fp_write(&fp, 3, 9)); /* 300 is 0x012C */

	ck_assert_int_eq(w->err, OK);
	ck_assert(read_back(3, w) == 9);
	w = outcome(fp_write(&fp, 3, 2));
	ck_assert(read_back(3, w) == 2);
	ck_assert_int_eq(outcome(fp_write(&fp, 3, 16))->err, ERR_RANGE);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 2);
}
END_TEST

START_TEST(a_pulse_comes_and_goes)
{
	const struct fp_written *w = outcome(fp_write(&fp, 2, 1));

	ck_assert_int_eq(w->err, OK);
	ck_assert(read_back(2, w) == 1);
	FP_UNTIL(&fp, SOON, fp.points[2].value == 0);
	ck_assert_int_ge(fp.points[2].time.us - w->time.us, 300000);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 2);
}
END_TEST

/* D37 */
START_TEST(accepted_and_not_taken_is_seen_in_the_read_back)
{
	const struct fp_written *w;

	dev_tell(&dev, "write keep");
	w = outcome(fp_write(&fp, 0, 4711));
	ck_assert_int_eq(w->err, OK);
	ck_assert(read_back(0, w) == 100);
}
END_TEST

/* D40 */
START_TEST(a_device_that_gives_a_setpoint_up_is_seen_in_the_next_scan)
{
	const struct fp_written *w;

	configure(200000);
	w = outcome(fp_write(&fp, 0, 4711));
	ck_assert(read_back(0, w) == 4711);
	dev_tell(&dev, "forget");
	FP_UNTIL(&fp, SOON, fp.points[0].value == 100);
	fp_listen(&fp, 500);
	ck_assert(fp.points[0].value == 100); /* and nobody writes it again by himself */
}
END_TEST

/* D18, D38, D39: what the device does, what is told, whether it may have been taken */
static const struct {
	const char *command;
	enum err err;
	double after; /* what the register holds then */
	bool goes_down;
	const char *words;
} manners[] = {
	{ "write exc 1", ERR_EXC_FUNCTION, 100, false, "D refused holding 100" },
	{ "write exc 2", ERR_EXC_ADDRESS, 100, false, "D refused holding 100" },
	{ "write exc 3", ERR_EXC_VALUE, 100, false, "D refused holding 100" },
	{ "write exc 4", ERR_EXC_DEVICE, 100, false, "D refused holding 100" },
	{ "write exc 6", ERR_EXC_BUSY, 100, false, "D refused holding 100" },
	{ "write exc 10", ERR_EXC_GATEWAY_PATH, 100, true, "D refused holding 100" },
	{ "write exc 119", ERR_EXC_OTHER, 100, false, "D refused holding 100" },
	{ "write exc 11", ERR_TIMEOUT, 100, true, "it may have been carried out or not" },
	{ "write echo-address", ERR_FAILED, 4711, true, "with another address or value than was written" },
	{ "write echo-value", ERR_FAILED, 4711, true, "with another address or value than was written" },
	{ "write silent", ERR_TIMEOUT, 4711, true, "it may have been carried out or not" },
	{ "write deaf", ERR_TIMEOUT, 100, true, "it may have been carried out or not" },
	{ "write rst", ERR_RESET, 4711, true, "it may have been carried out or not" },
	{ "write delay 450", ERR_TIMEOUT, 4711, true, "it may have been carried out or not" },
	{ "tid", ERR_BAD_TRANSACTION, 4711, true, "it may have been carried out or not" },
	{ "unit", ERR_BAD_UNIT, 4711, true, "it may have been carried out or not" },
	{ "func", ERR_BAD_FUNCTION, 4711, true, "it may have been carried out or not" },
	{ "fin", ERR_HANGUP, 4711, true, "it may have been carried out or not" },
	{ "short", ERR_SPLIT_REPLY, 4711, true, "it may have been carried out or not" },
};

START_TEST(every_manner_is_told_truthfully_and_nothing_is_sent_twice)
{
	const struct fp_written *w;
	uint64_t second;

	dev_tell(&dev, manners[_i].command);
	fp_forget(&fp);
	w = outcome(fp_write(&fp, 0, 4711));
	ck_assert_msg(w->err == manners[_i].err, "%s: %s", manners[_i].command, err_word(w->err));
	ck_assert_msg(strstr(w->detail, manners[_i].words) != NULL, "%s: %s", manners[_i].command, w->detail);
	dev_tell(&dev, "ok");
	if (manners[_i].goes_down)
		ck_assert_msg(read_back(0, w) == manners[_i].after, "%s: %g", manners[_i].command, fp.points[0].value);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP);
	fp_listen(&fp, 700); /* a late answer has come by then, to a connection that is closed */
	ck_assert_int_eq(dev_ask(&dev, "writes"), 1);
	second = fp_write(&fp, 0, 4712); /* and all is well again */
	w = outcome(second);
	ck_assert_msg(w->err == OK, "%s, then: %s", manners[_i].command, w->detail);
	ck_assert(read_back(0, w) == 4712);
}
END_TEST

START_TEST(what_cannot_reach_a_device_is_not_sent)
{
	dev_tell(&dev, "mute");
	dev_tell(&dev, "reset");
	FP_UNTIL(&fp, SOON, fp.device[0].error == ERR_RESET); /* noticed between two requests: it may be back already */
	ck_assert_int_eq(outcome(fp_write(&fp, 0, 1))->err, ERR_NOT_CONNECTED);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	ck_assert_int_eq(outcome(fp_write(&fp, 0, 1))->err, ERR_NOT_CONNECTED);
	ck_assert_int_eq(outcome(fp_write(&fp, 9, 1))->err, ERR_DISABLED);
	dev_tell(&dev, "listen");
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP);
	fp_listen(&fp, 300);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 0);
}
END_TEST

/* D29, D45 */
START_TEST(another_device_at_the_address_is_not_written)
{
	uint64_t n;

	outcome(fp_write(&fp, 2, 1)); /* its coil is to be cleared, and not that of another */
	dev_tell(&dev, "map 100");
	dev_tell(&dev, "reset");
	FP_UNTIL(&fp, SOON, fp.device[0].error == ERR_RESET);
	n = fp_write(&fp, 0, 4711);
	ck_assert_int_eq(outcome(n)->err, ERR_NOT_CONNECTED);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	fp_listen(&fp, 1500);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 1);
	dev_tell(&dev, "map 0");
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP);
	FP_UNTIL(&fp, SOON, fp.points[2].value == 0);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 1);
}
END_TEST

START_TEST(a_pulse_is_cleared_when_the_device_comes_back)
{
	outcome(fp_write(&fp, 2, 1));
	dev_tell(&dev, "mute");
	dev_tell(&dev, "reset");
	fp_listen(&fp, 600);
	dev_ask(&dev, "writes");
	dev_tell(&dev, "listen");
	FP_UNTIL(&fp, SOON, fp.points[2].value == 0);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 1);
}
END_TEST

START_TEST(a_pulse_that_a_killed_program_left_set_is_cleared_by_the_next_one)
{
	outcome(fp_write(&fp, 2, 1));
	fp_kill(&fp);
	fp_start(&fp);
	configure(SLOWLY);
	fp_listen(&fp, 600);
	ck_assert(fp.points[2].value == 1); /* nobody told it */
	fp_kill(&fp);
	fp_start(&fp);
	left_set = PULSE_COIL;
	configure(SLOWLY);
	FP_UNTIL(&fp, SOON, fp.points[2].value == 0);
	FP_UNTIL(&fp, SOON, fp.pulses == 1 && fp.pulse.coils == 0);
	ck_assert_uint_eq(fp.pulse.point, 2);
	left_set = 0;
}
END_TEST

START_TEST(the_end_of_the_pipe_leaves_no_coil_set)
{
	outcome(fp_write(&fp, 2, 1));
	fp_stop(&fp); /* chisand has gone; a helper ends within 2 s */
	ck_assert_int_eq(dev_ask(&dev, "writes"), 2);
	fp_start(&fp);
	configure(SLOWLY);
	ck_assert(fp.points[2].value == 0);
}
END_TEST

START_TEST(a_configuration_that_comes_meanwhile_answers_what_is_under_way)
{
	uint64_t n;
	const struct fp_written *w;

	dev_tell(&dev, "write delay 250");
	n = fp_write(&fp, 0, 4711);
	fp_listen(&fp, 100);
	configure(SLOWLY);
	w = outcome(n);
	ck_assert_int_eq(w->err, ERR_UNKNOWN);
	ck_assert_uint_eq(w->point, UINT32_MAX); /* whoever asked knows it by its number */
	fp_listen(&fp, 500);
	ck_assert_int_eq(dev_ask(&dev, "writes"), 1);
	dev_tell(&dev, "write ok");
	ck_assert_int_eq(outcome(fp_write(&fp, 0, 4712))->err, OK);
}
END_TEST

/* ---- whose turn it is */

START_TEST(a_write_goes_before_the_reads_of_all_that_share_the_connection)
{
	uint32_t link;
	struct mono before;

	fp_begin(&fp);
	link = fp_link(&fp, "127.0.0.1", dev.port, 1, 30000); /* one connection, 30 ms between requests */
	for (uint8_t unit = 1; unit <= 20; unit++)
		fp_u16(&fp, fp_device(&fp, fp_device_default(link, unit)), 100, 50000);
	fp_output(&fp, fp_output_default(7, 7, TABLE_HOLDING, 100, RAW_U16));
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.points[19].good > 0 && fp.points[7].good > 0);
	for (int i = 0; i < 5; i++) {
		uint64_t n;

		fp_listen(&fp, 110);
		before = clock_mono();
		n = fp_write(&fp, 7, i);
		ck_assert_int_eq(outcome(n)->err, OK);
		/* all in turn would be 20 times 30 ms */
		ck_assert_int_lt(mono_diff_us(clock_mono(), before), 400000);
		ck_assert(read_back(7, &fp.written[n]) == i);
	}
}
END_TEST

/* clang-format off */
T_MAIN("field writes",
    T_FIXTURE(setup, teardown)
    T(what_is_accepted_is_read_back_at_once)
    T(bits_are_written_beside_others)
    T(a_pulse_comes_and_goes)
    T(accepted_and_not_taken_is_seen_in_the_read_back)
    T(a_device_that_gives_a_setpoint_up_is_seen_in_the_next_scan)
    T_LOOP(every_manner_is_told_truthfully_and_nothing_is_sent_twice, 0, (int)(sizeof(manners) / sizeof(manners[0])))
    T(what_cannot_reach_a_device_is_not_sent)
    T(another_device_at_the_address_is_not_written)
    T(a_pulse_is_cleared_when_the_device_comes_back)
    T(a_pulse_that_a_killed_program_left_set_is_cleared_by_the_next_one)
    T(the_end_of_the_pipe_leaves_no_coil_set)
    T(a_configuration_that_comes_meanwhile_answers_what_is_under_way)
    T(a_write_goes_before_the_reads_of_all_that_share_the_connection))
/* clang-format on */
