/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_field_faults.c - chisan-field against devices that misbehave: what it says of them, what the others notice, and how it
 * comes back. Nothing sleeps for luck: frames are waited for with a deadline, and what must not happen is listened for.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/str.h"
#include "tests/fault/dev.h"
#include "tests/fault/fieldpipe.h"
#include "tests/unit/t.h"

#define PERIOD      50000             /* us */
#define SOON        4000              /* ms: any change of state, on a slow machine too */
#define TIMEOUT     300000            /* us, as fp_device_default has it */
#define NOT_STALLED (TIMEOUT - 50000) /* nobody waited for the time-out of another */

static struct fieldpipe fp;

/* One device, `points` registers from address 10. */
static void
poll_one(struct dev *d, uint32_t points)
{
	uint32_t device;

	fp_begin(&fp);
	device = fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", d->port, 0, 0), 1));
	for (uint32_t i = 0; i < points; i++)
		fp_u16(&fp, device, (uint16_t)(10 + i), PERIOD);
	fp_go(&fp);
}

static bool
is_live(uint32_t point)
{
	return fp.points[point].good > 0 && clock_mono().us - fp.points[point].came.us < 3 * PERIOD;
}

/* A bad and a good device side by side: point 0 is the bad one's, point 1 the good one's. */
static void
poll_two(struct dev *bad, struct dev *good)
{
	fp_begin(&fp);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", bad->port, 0, 0), 1)), 10, PERIOD);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", good->port, 0, 0), 1)), 20, PERIOD);
	fp_go(&fp);
	FP_UNTIL(
	    &fp, SOON, fp.device[0].state == DEVICE_UP && fp.device[1].state == DEVICE_UP && is_live(0) && is_live(1));
	fp_forget(&fp);
}

START_TEST(values_come_with_their_time)
{
	struct dev d;
	struct utc before = clock_utc();

	dev_start(&d);
	fp_start(&fp);
	poll_one(&d, 3);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2 && fp.points[2].good > 2);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert(fp.points[i].value == 10 + i);
		ck_assert(fp.points[i].time.us > before.us && fp.points[i].time.us <= clock_utc().us);
	}
	ck_assert_int_eq(fp.device[0].state, DEVICE_UP);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(three_registers_are_one_request_a_period)
{
	struct dev d;
	int64_t n;

	dev_start(&d);
	fp_start(&fp);
	poll_one(&d, 3);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
	dev_ask(&d, "requests");
	fp_listen(&fp, 1000);
	n = dev_ask(&d, "requests");
	ck_assert_int_le(n, 21);
	ck_assert_int_ge(n, 10);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* D01 */
START_TEST(refused_connections_back_off_and_recover)
{
	struct dev d;

	dev_start(&d);
	dev_tell(&d, "mute");
	fp_start(&fp);
	poll_one(&d, 1);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	ck_assert_int_eq(fp.device[0].error, ERR_CONNECT_REFUSED);
	fp_listen(&fp, 2000);
	/* 200, 400, 800, 800 ms with a quarter of jitter: never a storm */
	ck_assert_uint_ge(fp.device[0].error_count, 3);
	ck_assert_uint_le(fp.device[0].error_count, 8);
	ck_assert_uint_eq(fp.points[0].count, 0);
	dev_tell(&d, "listen");
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP && fp.points[0].good > 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* A full queue of a listener that never accepts: further connects vanish. */
static uint16_t
black_hole(int fds[8])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fds[0], (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(fds[0], 0), 0);
	getsockname(fds[0], (struct sockaddr *)&a, &len);
	for (int i = 1; i < 8; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ck_assert(connect(fds[i], (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EINPROGRESS);
	}
	return ntohs(a.sin_port);
}

/* D02 */
START_TEST(black_hole_costs_its_neighbour_nothing)
{
	struct dev d;
	int fds[8];
	uint16_t port = black_hole(fds);

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", port, 0, 0), 1)), 10, PERIOD);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1)), 20, PERIOD);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN && fp.points[1].good > 0);
	ck_assert_int_eq(fp.device[0].error, ERR_CONNECT_TIMEOUT);
	fp_forget(&fp);
	fp_listen(&fp, 1000);
	ck_assert_int_lt(fp.points[1].longest_us, NOT_STALLED);
	ck_assert_int_eq(fp.device[1].state, DEVICE_UP);
	fp_stop(&fp);
	dev_stop(&d);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
}
END_TEST

/* D03, D04: the connection stands, nobody answers */
START_TEST(stopped_device_is_down_within_two_time_outs)
{
	struct dev bad, good;
	struct mono since;

	dev_start(&bad);
	dev_start(&good);
	fp_start(&fp);
	poll_two(&bad, &good);
	kill(bad.pid, SIGSTOP);
	since = clock_mono();
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	ck_assert_int_lt(mono_diff_us(clock_mono(), since), PERIOD + 2 * TIMEOUT + 300000);
	ck_assert_int_eq(fp.device[0].error, ERR_TIMEOUT);
	ck_assert_str_eq(fp.device[0].detail, "holding 10");
	kill(bad.pid, SIGCONT);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP);
	ck_assert(!fp.device[1].was_down);
	ck_assert_int_lt(fp.points[1].longest_us, NOT_STALLED);
	fp_stop(&fp);
	dev_stop(&bad);
	dev_stop(&good);
}
END_TEST

/* D05 to D19: each is noticed for what it is, costs the neighbour nothing, gives no value, and is forgotten afterwards */
static const struct {
	const char *command;
	enum err error;
	bool gives_value; /* of the first answer, before the nonsense */
} breakages[] = {
	{ "rst", ERR_RESET, false },
	{ "fin", ERR_HANGUP, false },
	{ "silent", ERR_TIMEOUT, false },
	{ "delay 330", ERR_TIMEOUT, false },
	{ "drip 40", ERR_SPLIT_REPLY, false },
	{ "late", ERR_TIMEOUT, false },
	{ "tid", ERR_BAD_TRANSACTION, false },
	{ "proto", ERR_BAD_PROTOCOL, false },
	{ "unit", ERR_BAD_UNIT, false },
	{ "func", ERR_BAD_FUNCTION, false },
	{ "count", ERR_BAD_COUNT, false },
	{ "length 0", ERR_BAD_LENGTH, false },
	{ "length 1", ERR_BAD_LENGTH, false },
	{ "length 2", ERR_BAD_LENGTH, false },
	{ "length 4", ERR_BAD_LENGTH, false },
	{ "length 200", ERR_SPLIT_REPLY, false },
	{ "length 255", ERR_BAD_LENGTH, false },
	{ "length 60000", ERR_BAD_LENGTH, false },
	{ "short", ERR_SPLIT_REPLY, false },
	{ "unsolicited", ERR_BAD_TRANSACTION, false },
	{ "flood", ERR_UNSOLICITED, true },
	{ "exc 10", ERR_EXC_GATEWAY_PATH, false },
	{ "exc 11", ERR_EXC_GATEWAY_TARGET, false },
};

/* Many bad devices and a good one, the last, at once; device and point i are those of devs[i]. */
#define MANY 24
static struct dev devs[MANY + 1];

static void
poll_many(size_t n)
{
	fp_start(&fp);
	fp_begin(&fp);
	for (size_t i = 0; i <= n; i++) {
		dev_start(&devs[i]);
		fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", devs[i].port, 0, 0), 1)), 10,
		    PERIOD);
	}
	fp_go(&fp);
	for (size_t i = 0; i <= n; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 1);
	fp_forget(&fp);
}

/* All behave again, and are up again with the right value; the good one never noticed. */
static void
expect_all_back(size_t n, const char *before)
{
	for (size_t i = 0; i < n; i++) {
		dev_tell(&devs[i], "ok");
		if (before != NULL)
			dev_tell(&devs[i], before);
		fp.points[i].good = 0;
	}
	for (size_t i = 0; i < n; i++) {
		FP_UNTIL(&fp, SOON, fp.device[i].state == DEVICE_UP && fp.points[i].good > 2);
		ck_assert(fp.points[i].value == 10);
		ck_assert_int_eq(fp.points[i].cause, OK);
	}
	ck_assert(!fp.device[n].was_down);
	ck_assert_int_lt(fp.points[n].longest_us, NOT_STALLED);
	ck_assert_uint_eq(fp.device[n].errors + fp.device[n].timeouts, 0);
	fp_stop(&fp);
	for (size_t i = 0; i <= n; i++)
		dev_stop(&devs[i]);
}

#define BREAKAGES (sizeof(breakages) / sizeof(breakages[0]))

START_TEST(broken_replies_are_named_and_survived)
{
	uint32_t seen[BREAKAGES];

	poll_many(BREAKAGES);
	for (size_t i = 0; i < BREAKAGES; i++)
		dev_tell(&devs[i], breakages[i].command);
	for (size_t i = 0; i < BREAKAGES; i++) {
		FP_UNTIL(&fp, SOON, fp.device[i].error == breakages[i].error);
		if (!breakages[i].gives_value)
			FP_UNTIL(&fp, SOON, fp.device[i].state == DEVICE_DOWN);
		seen[i] = fp.points[i].good;
	}
	fp_listen(&fp, 2000); /* probes go on */
	for (size_t i = 0; i < BREAKAGES; i++) {
		const char *what = breakages[i].command;

		ck_assert_msg(fp.device[i].error == breakages[i].error, "%s: %s", what, err_word(fp.device[i].error));
		ck_assert_msg(breakages[i].gives_value || fp.points[i].good == seen[i], "%s gave a value", what);
		ck_assert_msg(fp.points[i].value == 10, "%s gave %g", what, fp.points[i].value);
		ck_assert_msg(fp.device[i].error_count + fp.device[i].requests > 3, "%s is not probed", what);
	}
	expect_all_back(BREAKAGES, NULL);
}
END_TEST

/* D07 */
START_TEST(slow_within_the_time_out_is_fine)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	dev_tell(&d, "delay 250");
	poll_one(&d, 1);
	FP_UNTIL(&fp, SOON * 2, fp.points[0].good > 3);
	ck_assert(!fp.device[0].was_down);
	ck_assert_uint_eq(fp.device[0].timeouts, 0);
	FP_UNTIL(&fp, SOON, fp.device[0].answer_us > 200000);
	/* one outstanding: overdue polls are counted, not queued */
	ck_assert_int_le(dev_ask(&d, "depth"), 1);
	FP_UNTIL(&fp, SOON, fp.stats.late > 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* D18: what each exception makes of the points of its block */
static const struct {
	const char *command;
	enum err error;
} exceptions[] = {
	{ "exc 1", ERR_EXC_FUNCTION },
	{ "exc 2", ERR_EXC_ADDRESS },
	{ "exc 3", ERR_EXC_VALUE },
	{ "exc 4", ERR_EXC_DEVICE },
	{ "exc 5", ERR_EXC_ACK },
	{ "exc 6", ERR_EXC_BUSY },
	{ "exc 7", ERR_EXC_NAK },
	{ "exc 8", ERR_EXC_PARITY },
	{ "exc 9", ERR_EXC_OTHER },
	{ "exc 119", ERR_EXC_OTHER },
	{ "exc 0", ERR_EXC_OTHER },
};

#define EXCEPTIONS (sizeof(exceptions) / sizeof(exceptions[0]))

START_TEST(exceptions_are_the_blocks_not_the_devices)
{
	poll_many(EXCEPTIONS);
	for (size_t i = 0; i < EXCEPTIONS; i++)
		dev_tell(&devs[i], exceptions[i].command);
	for (size_t i = 0; i < EXCEPTIONS; i++) {
		FP_UNTIL(
		    &fp, SOON, fp.points[i].cause == exceptions[i].error && fp.device[i].error == exceptions[i].error);
		fp.points[i].count = 0;
	}
	for (size_t i = 0; i < EXCEPTIONS; i++) {
		const char *what = exceptions[i].command;
		bool is_other = exceptions[i].error == ERR_EXC_OTHER;

		/* told with every scan: the cause does not go stale */
		FP_UNTIL(&fp, SOON, fp.points[i].count > 2);
		ck_assert_msg(fp.points[i].cause == exceptions[i].error, "%s: %s", what, err_word(fp.points[i].cause));
		ck_assert_msg(!fp.device[i].was_down, "%s took the device down", what);
		ck_assert_msg(is_other == (strstr(fp.device[i].detail, "holding 10, exception") != NULL), "%s: %s",
		    what, fp.device[i].detail);
		ck_assert_msg(strncmp(fp.device[i].detail, "holding 10", 10) == 0, "%s: %s", what, fp.device[i].detail);
	}
	expect_all_back(EXCEPTIONS, "reset"); /* what is refused is asked anew on a new connection */
}
END_TEST

START_TEST(busy_device_is_asked_again_within_the_scan)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_one(&d, 1);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2);
	dev_tell(&d, "busy 2");
	FP_UNTIL(&fp, SOON, fp.device[0].error == ERR_EXC_BUSY);
	fp.points[0].good = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2);
	ck_assert_uint_eq(fp.device[0].errors, 2);
	ck_assert(!fp.device[0].was_down);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* Nor does an answer without a register say that the stream is out of order: nothing is closed. */
static const struct {
	const char *command;
	enum err error;
} holes[] = { { "hole 25 27", ERR_EXC_ADDRESS }, { "empty 25 27", ERR_BAD_COUNT } };

START_TEST(refused_block_is_split_down_to_the_item)
{
	struct dev d;
	int64_t n;

	dev_start(&d);
	fp_start(&fp);
	dev_tell(&d, holes[_i].command);
	poll_one(&d, 40);
	FP_UNTIL(&fp, SOON, fp.points[14].good > 2 && fp.points[18].good > 2 && fp.points[15].count > 2);
	for (uint32_t i = 0; i < 40; i++) {
		bool is_hole = 10 + i >= 25 && 10 + i <= 27;

		ck_assert_int_eq(fp.points[i].cause, is_hole ? holes[_i].error : OK);
		ck_assert(is_hole ? fp.points[i].good == 0 : fp.points[i].value == 10 + i);
	}
	ck_assert(!fp.device[0].was_down);
	/* the hole is remembered: nobody asks for it again, and the pieces are few */
	fp_listen(&fp, 200);
	dev_ask(&d, "requests");
	fp.points[0].good = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].good == 10);
	n = dev_ask(&d, "requests");
	ck_assert_int_le(n, 10 * 8);
	ck_assert_int_eq(fp.device[0].connects, 1);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(block_too_long_for_the_device_is_split)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	dev_tell(&d, "longest 20");
	poll_one(&d, 100);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 1 && fp.points[50].good > 1 && fp.points[99].good > 1);
	for (uint32_t i = 0; i < 100; i++)
		ck_assert(fp.points[i].value == 10 + i);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* ---- D29, D45: another device answers */

static void
poll_identified(struct dev *d)
{
	static const uint8_t identity[] = { TABLE_HOLDING, 0, 5, 0xFF, 0xFF, 0, 5 };
	struct msg_field_device m;

	fp_begin(&fp);
	m = fp_device_default(fp_link(&fp, "127.0.0.1", d->port, 0, 0), 1);
	m.identity = (struct msg_bytes){ identity, sizeof(identity) };
	fp_u16(&fp, fp_device(&fp, m), 10, PERIOD);
	fp_go(&fp);
}

START_TEST(another_device_at_the_address_gives_no_values)
{
	struct dev d;
	uint32_t good;

	dev_start(&d);
	fp_start(&fp);
	poll_identified(&d);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP && fp.points[0].good > 1);
	dev_tell(&d, "map 100");
	dev_tell(&d, "reset"); /* it was restarted, with other registers */
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	good = fp.points[0].good;
	ck_assert_int_eq(fp.device[0].error, ERR_OTHER_DEVICE);
	ck_assert_str_eq(fp.device[0].detail, "holding 5 is 0x0069, 0x0005 was expected (mask 0xFFFF)");
	fp_listen(&fp, 1000);
	ck_assert_uint_eq(fp.points[0].good, good);
	ck_assert_int_eq(fp.device[0].state, DEVICE_DOWN);
	dev_tell(&d, "map 0");
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP && fp.points[0].good > good);
	ck_assert(fp.points[0].value == 10);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(identity_that_cannot_be_read_is_no_identity)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	dev_tell(&d, "hole 5 5");
	poll_identified(&d);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	ck_assert_int_eq(fp.device[0].error, ERR_EXC_ADDRESS);
	ck_assert_uint_eq(fp.points[0].count, 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* clang-format off */
T_MAIN("field faults",
    T(values_come_with_their_time)
    T(three_registers_are_one_request_a_period)
    T(refused_connections_back_off_and_recover)
    T(black_hole_costs_its_neighbour_nothing)
    T(stopped_device_is_down_within_two_time_outs)
    T(broken_replies_are_named_and_survived)
    T(slow_within_the_time_out_is_fine)
    T(exceptions_are_the_blocks_not_the_devices)
    T(busy_device_is_asked_again_within_the_scan)
    T_LOOP(refused_block_is_split_down_to_the_item, 0, 2)
    T(block_too_long_for_the_device_is_split)
    T(another_device_at_the_address_gives_no_values)
    T(identity_that_cannot_be_read_is_no_identity))
/* clang-format on */
