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
#include "tests/fault/fieldpipe.h"
#include "tests/unit/t.h"

#define PERIOD      50000             /* us */
#define SOON        4000              /* ms: any change of state, on a slow machine too */
#define TIMEOUT     300000            /* us, as fp_device_default has it */
#define NOT_STALLED (TIMEOUT - 50000) /* nobody waited for the time-out of another */

/* ---- a device that misbehaves */

struct dev {
	pid_t pid;
	FILE *in, *out;
	uint16_t port;
};

static struct fieldpipe fp;

static void
dev_start(struct dev *d)
{
	const char *top = getenv("top_builddir");
	char path[512], line[64];
	int in[2], out[2];
	int64_t port;

	str_printf(path, sizeof(path), "%s/tests/fault/baddev", top != NULL ? top : ".");
	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	d->pid = fork();
	if (d->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execl(path, "baddev", (char *)NULL);
		perror(path);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	d->in = fdopen(in[1], "w");
	d->out = fdopen(out[0], "r");
	ck_assert(fgets(line, sizeof(line), d->out) != NULL);
	line[strcspn(line, "\n")] = '\0';
	ck_assert(str_to_i64(line, 1, 65535, &port));
	d->port = (uint16_t)port;
}

static void
dev_stop(struct dev *d)
{
	fclose(d->in);
	fclose(d->out);
	waitpid(d->pid, NULL, 0);
}

/* Says it, and waits until it holds. */
static void
tell(struct dev *d, const char *command)
{
	char line[128];

	fprintf(d->in, "%s\n", command);
	fflush(d->in);
	ck_assert(fgets(line, sizeof(line), d->out) != NULL);
	ck_assert_str_eq(line, "ok\n");
}

/* One number of its statistics, which begin anew. */
static int64_t
ask(struct dev *d, const char *what)
{
	char line[256], *p;
	int64_t n;

	fprintf(d->in, "stats\n");
	fflush(d->in);
	ck_assert(fgets(line, sizeof(line), d->out) != NULL);
	line[strcspn(line, "\n")] = '\0';
	p = strstr(line, what);
	ck_assert(p != NULL);
	p += strlen(what) + 1;
	p[strcspn(p, " ")] = '\0';
	ck_assert(str_to_i64(p, -1, INT64_MAX, &n));
	return n;
}

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

static void
expect_recovery(struct dev *d)
{
	uint32_t good = fp.points[0].good;

	tell(d, "ok");
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_UP && fp.points[0].good > good + 2);
	ck_assert(fp.points[0].value == 10);
	ck_assert_int_eq(fp.points[0].cause, OK);
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
	ask(&d, "requests");
	fp_listen(&fp, 1000);
	n = ask(&d, "requests");
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
	tell(&d, "mute");
	fp_start(&fp);
	poll_one(&d, 1);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	ck_assert_int_eq(fp.device[0].error, ERR_CONNECT_REFUSED);
	fp_listen(&fp, 2000);
	/* 200, 400, 800, 800 ms with a quarter of jitter: never a storm */
	ck_assert_uint_ge(fp.device[0].error_count, 3);
	ck_assert_uint_le(fp.device[0].error_count, 8);
	ck_assert_uint_eq(fp.points[0].count, 0);
	tell(&d, "listen");
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

START_TEST(broken_replies_are_named_and_survived)
{
	struct dev bad, good;
	enum err error = breakages[_i].error;
	uint32_t seen;

	dev_start(&bad);
	dev_start(&good);
	fp_start(&fp);
	poll_two(&bad, &good);
	tell(&bad, breakages[_i].command);
	FP_UNTIL(&fp, SOON, fp.device[0].error == error);
	if (!breakages[_i].gives_value) {
		FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
		seen = fp.points[0].good;
		fp_listen(&fp, 700); /* probes go on */
		ck_assert_uint_eq(fp.points[0].good, seen);
	} else {
		fp_listen(&fp, 700);
	}
	ck_assert_int_eq(fp.device[0].error, error);
	ck_assert(fp.points[0].value == 10);
	ck_assert(!fp.device[1].was_down);
	ck_assert_int_lt(fp.points[1].longest_us, NOT_STALLED);
	expect_recovery(&bad);
	fp_stop(&fp);
	dev_stop(&bad);
	dev_stop(&good);
}
END_TEST

/* D07 */
START_TEST(slow_within_the_time_out_is_fine)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "delay 250");
	poll_one(&d, 1);
	FP_UNTIL(&fp, SOON * 2, fp.points[0].good > 3);
	ck_assert(!fp.device[0].was_down);
	ck_assert_uint_eq(fp.device[0].timeouts, 0);
	FP_UNTIL(&fp, SOON, fp.device[0].answer_us > 200000);
	/* one outstanding: overdue polls are counted, not queued */
	ck_assert_int_le(ask(&d, "depth"), 1);
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

START_TEST(exceptions_are_the_blocks_not_the_devices)
{
	struct dev bad, good;
	enum err error = exceptions[_i].error;

	dev_start(&bad);
	dev_start(&good);
	fp_start(&fp);
	poll_two(&bad, &good);
	tell(&bad, exceptions[_i].command);
	FP_UNTIL(&fp, SOON, fp.points[0].cause == error && fp.device[0].error == error);
	ck_assert(!fp.device[0].was_down);
	if (error == ERR_EXC_OTHER)
		ck_assert(strstr(fp.device[0].detail, "holding 10, exception") != NULL);
	else
		ck_assert_str_eq(fp.device[0].detail, "holding 10");
	/* told with every scan: the cause does not go stale */
	fp.points[0].count = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].count > 2);
	ck_assert_int_eq(fp.points[0].cause, error);
	tell(&bad, "reset"); /* what is refused is asked anew on a new connection */
	expect_recovery(&bad);
	ck_assert(!fp.device[1].was_down);
	fp_stop(&fp);
	dev_stop(&bad);
	dev_stop(&good);
}
END_TEST

START_TEST(busy_device_is_asked_again_within_the_scan)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_one(&d, 1);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2);
	tell(&d, "busy 2");
	FP_UNTIL(&fp, SOON, fp.device[0].error == ERR_EXC_BUSY);
	fp.points[0].good = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2);
	ck_assert_uint_eq(fp.device[0].errors, 2);
	ck_assert(!fp.device[0].was_down);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(refused_block_is_split_down_to_the_item)
{
	struct dev d;
	int64_t n;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "hole 25 27");
	poll_one(&d, 40);
	FP_UNTIL(&fp, SOON, fp.points[14].good > 2 && fp.points[18].good > 2 && fp.points[15].count > 2);
	for (uint32_t i = 0; i < 40; i++) {
		bool is_hole = 10 + i >= 25 && 10 + i <= 27;

		ck_assert_int_eq(fp.points[i].cause, is_hole ? ERR_EXC_ADDRESS : OK);
		ck_assert(is_hole ? fp.points[i].good == 0 : fp.points[i].value == 10 + i);
	}
	ck_assert(!fp.device[0].was_down);
	/* the hole is remembered: nobody asks for it again, and the pieces are few */
	fp_listen(&fp, 200);
	ask(&d, "requests");
	fp.points[0].good = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].good == 10);
	n = ask(&d, "requests");
	ck_assert_int_le(n, 10 * 8);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(block_too_long_for_the_device_is_split)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "longest 20");
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
	tell(&d, "map 100");
	tell(&d, "reset"); /* it was restarted, with other registers */
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	good = fp.points[0].good;
	ck_assert_int_eq(fp.device[0].error, ERR_CONFIG);
	ck_assert_str_eq(
	    fp.device[0].detail, "another device answers: holding 5 is 0x0069, 0x0005 was expected (mask 0xFFFF)");
	fp_listen(&fp, 1000);
	ck_assert_uint_eq(fp.points[0].good, good);
	ck_assert_int_eq(fp.device[0].state, DEVICE_DOWN);
	tell(&d, "map 0");
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
	tell(&d, "hole 5 5");
	poll_identified(&d);
	FP_UNTIL(&fp, SOON, fp.device[0].state == DEVICE_DOWN);
	ck_assert_int_eq(fp.device[0].error, ERR_EXC_ADDRESS);
	ck_assert_uint_eq(fp.points[0].count, 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* ---- gateways */

/* `units` units from 1 behind one address, a register each. */
static void
poll_gateway(struct dev *d, uint32_t units, uint16_t connections, uint32_t gap_us, uint32_t period_us)
{
	uint32_t link;

	fp_begin(&fp);
	link = fp_link(&fp, "127.0.0.1", d->port, connections, gap_us);
	for (uint32_t i = 0; i < units; i++)
		fp_u16(&fp, fp_device(&fp, fp_device_default(link, (uint8_t)(i + 1))), (uint16_t)(10 + i), period_us);
	fp_go(&fp);
}

START_TEST(dead_unit_does_not_stall_its_neighbours)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "silent 3");
	poll_gateway(&d, 5, 1, 0, PERIOD);
	FP_UNTIL(
	    &fp, SOON, fp.device[2].state == DEVICE_DOWN && fp.device[4].state == DEVICE_UP && fp.points[4].good > 2);
	ck_assert_int_eq(fp.device[2].error, ERR_TIMEOUT);
	fp_forget(&fp);
	ask(&d, "connects");
	fp_listen(&fp, 3000);
	for (uint32_t i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		ck_assert(!fp.device[i].was_down);
		/* the time-out of the dead one is six periods: nobody waited for it */
		ck_assert_int_lt(fp.points[i].longest_us, NOT_STALLED);
	}
	ck_assert_int_eq(ask(&d, "connects"), 0);
	ck_assert_uint_ge(fp.device[2].timeouts, 2);
	tell(&d, "ok");
	FP_UNTIL(&fp, SOON, fp.device[2].state == DEVICE_UP && fp.points[2].value == 12);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(unit_that_falls_silent_leaves_the_connection_alone)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 3, 1, 0, PERIOD);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2 && fp.points[1].good > 2 && fp.points[2].good > 2);
	ask(&d, "connects");
	fp_forget(&fp);
	tell(&d, "silent 2");
	FP_UNTIL(&fp, SOON, fp.device[1].state == DEVICE_DOWN);
	fp_listen(&fp, 500);
	ck_assert(!fp.device[0].was_down && !fp.device[2].was_down);
	ck_assert_int_eq(ask(&d, "connects"), 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* A gateway that works off its requests one by one is held up by the dead unit, whatever is sent: probes go alone then */
START_TEST(serial_gateway_keeps_its_live_units)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "serial 400");
	tell(&d, "silent 2");
	poll_gateway(&d, 4, 1, 0, PERIOD);
	FP_UNTIL(&fp, SOON * 2, fp.points[0].good > 2 && fp.points[2].good > 2 && fp.points[3].good > 2);
	fp_forget(&fp);
	fp_listen(&fp, 4000);
	for (uint32_t i = 0; i < 4; i++) {
		if (i == 1)
			continue;
		ck_assert_msg(!fp.device[i].was_down, "unit %u went down", i + 1);
		ck_assert_int_lt(fp.points[i].longest_us, 1500000);
	}
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(gateway_that_dies_takes_all_its_units)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 3, 1, 0, PERIOD);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2 && fp.points[1].good > 2 && fp.points[2].good > 2);
	tell(&d, "silent");
	for (uint32_t i = 0; i < 3; i++)
		FP_UNTIL(&fp, SOON * 2, fp.device[i].state == DEVICE_DOWN);
	tell(&d, "ok");
	for (uint32_t i = 0; i < 3; i++)
		FP_UNTIL(&fp, SOON, fp.device[i].state == DEVICE_UP);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* D09 on a connection that goes on: the answer to what was given up comes when somebody else is asked */
START_TEST(late_reply_on_a_shared_connection_is_nobodys)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 2, 1, 0, PERIOD);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2 && fp.points[1].good > 2);
	tell(&d, "late");
	FP_UNTIL(&fp, SOON, fp.device[0].timeouts > 0 || fp.device[1].timeouts > 0);
	fp_listen(&fp, 1500);
	/* a request beside another is answered when that one comes, in time; what came too late was known and let go */
	ck_assert_int_eq(fp.device[0].error, ERR_TIMEOUT);
	ck_assert_int_eq(fp.device[1].error, ERR_TIMEOUT);
	ck_assert(fp.points[0].value == 10 && fp.points[1].value == 11);
	tell(&d, "ok");
	FP_UNTIL(&fp, SOON, fp.points[0].good > 2 && fp.points[1].good > 2);
	ck_assert(fp.points[0].value == 10 && fp.points[1].value == 11);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(device_of_one_client_serves_all_its_units)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "one");
	poll_gateway(&d, 4, 1, 0, PERIOD);
	FP_UNTIL(&fp, SOON,
	    fp.points[0].good > 1 && fp.points[1].good > 1 && fp.points[2].good > 1 && fp.points[3].good > 1);
	ck_assert_int_eq(ask(&d, "most"), 1);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

static const struct {
	uint16_t limit;
	int64_t most;
} limits[] = { { 0, 6 }, { 1, 1 }, { 2, 2 }, { 64, 6 } };

START_TEST(connections_keep_within_the_limit)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 6, limits[_i].limit, 0, PERIOD);
	for (uint32_t i = 0; i < 6; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 2 && fp.points[i].value == 10 + i);
	ck_assert_int_eq(ask(&d, "most"), limits[_i].most);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(gap_between_requests_is_kept)
{
	struct dev d;
	int64_t gap;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 3, 1, 20000, 10000);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0 && fp.points[1].good > 0 && fp.points[2].good > 0);
	ask(&d, "gap_us");
	fp.points[0].good = fp.points[2].good = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].good > 8);
	gap = ask(&d, "gap_us");
	ck_assert_int_ge(gap, 15000); /* as the device saw it, with the loop's millisecond and the machine's moods */
	/* turns are fair */
	ck_assert_uint_ge(fp.points[2].good, 6);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

static const uint8_t windows[] = { 1, 4 };

START_TEST(requests_in_flight_keep_within_the_window)
{
	struct dev d;
	struct msg_field_device m;
	uint32_t device;
	int64_t depth;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "delay 20");
	fp_begin(&fp);
	m = fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1);
	m.outstanding = windows[_i];
	device = fp_device(&fp, m);
	for (uint32_t i = 0; i < 6; i++)
		fp_u16(&fp, device, (uint16_t)(1000 * i), PERIOD);
	fp_go(&fp);
	for (uint32_t i = 0; i < 6; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 2 && fp.points[i].value == 1000 * i);
	depth = ask(&d, "depth");
	ck_assert_int_le(depth, windows[_i]);
	ck_assert_int_gt(depth, windows[_i] / 2);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* ---- between polls */

START_TEST(device_that_closes_between_polls_is_no_fault)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1)), 10, 400000);
	fp_go(&fp);
	for (int i = 0; i < 4; i++) {
		fp.points[0].good = 0;
		FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
		tell(&d, "drop");
	}
	ck_assert(!fp.device[0].was_down);
	ck_assert_uint_eq(fp.device[0].errors + fp.device[0].timeouts, 0);
	FP_UNTIL(&fp, SOON, fp.device[0].connects > 2);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(frame_out_of_the_blue_is_noted_and_closes)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1)), 10, 400000);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
	tell(&d, "blurt");
	FP_UNTIL(&fp, SOON, fp.device[0].error == ERR_UNSOLICITED);
	fp.points[0].good = 0;
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
	ck_assert(!fp.device[0].was_down);
	ck_assert(fp.points[0].value == 10);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* ---- the program itself */

/* D27: 500 devices that come back at once */
START_TEST(reconnect_storm_is_spread)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fds[600], n = 0, most = 0, from = 0, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct mono times[600], end;
	char host[32];

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&a, sizeof(a)), 0);
	getsockname(listener, (struct sockaddr *)&a, &len);
	fp_start(&fp);
	fp_begin(&fp);
	for (uint32_t i = 0; i < 500; i++) {
		struct msg_field_device m;

		str_printf(host, sizeof(host), "127.3.%u.%u", i / 250, i % 250 + 1);
		m = fp_device_default(fp_link(&fp, host, ntohs(a.sin_port), 0, 0), 1);
		m.timeout_us = 10000000;
		m.retry_max_us = 300000;
		fp_u16(&fp, fp_device(&fp, m), 0, 1000000);
	}
	fp_go(&fp);
	for (uint32_t i = 0; i < 500; i++)
		FP_UNTIL(&fp, 3 * SOON, fp.device[i].state == DEVICE_DOWN);
	ck_assert_int_eq(listen(listener, 600), 0);
	end = mono_add(clock_mono(), 10 * US_PER_S);
	while (n < 500 && clock_mono().us < end.us) {
		fp_pump(&fp, 1000);
		while (n < 600 && (fds[n] = accept(listener, NULL, NULL)) >= 0)
			times[n++] = clock_mono();
	}
	ck_assert_int_eq(n, 500);
	for (int i = 0; i < n; i++) {
		while (mono_diff_us(times[i], times[from]) > US_PER_S)
			from++;
		most = i - from + 1 > most ? i - from + 1 : most;
	}
	ck_assert_int_le(most, 330); /* 200 a second and a burst of 100 */
	for (int i = 0; i < n; i++)
		close(fds[i]);
	close(listener);
	fp_stop(&fp);
}
END_TEST

/* P13 as far as it meets the field: the rest goes on, and it does not spin */
START_TEST(no_descriptors_left_is_said_and_waited_out)
{
	struct rlimit old, low = { 16, 16 };
	struct dev d;
	uint32_t up = 0, without = 0;
	uint64_t errors = 0;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	dev_start(&d);
	low.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	low.rlim_max = 16;
	if (setrlimit(RLIMIT_NOFILE, &low) != 0)
		return;
	fp_start(&fp);
	poll_gateway(&d, 30, 0, 0, PERIOD);
	(void)setrlimit(RLIMIT_NOFILE, &old); /* only root can; the others need no more than 16 */
	fp_listen(&fp, 4000);
	for (uint32_t i = 0; i < 30; i++) {
		up += fp.device[i].state == DEVICE_UP && is_live(i);
		without += fp.device[i].error == ERR_NO_DESCRIPTOR && fp.device[i].state == DEVICE_DOWN;
		errors += fp.device[i].errors;
	}
	ck_assert_uint_ge(up, 3);
	ck_assert_uint_eq(up + without, 30);
	ck_assert_uint_le(errors, 30 * 5); /* one to two seconds apart */
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(new_generation_keeps_its_connections)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 3, 0, 0, PERIOD);
	for (uint32_t i = 0; i < 3; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 1);
	ask(&d, "connects");
	poll_gateway(&d, 4, 0, 0, PERIOD);
	for (uint32_t i = 0; i < 4; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 1 && fp.points[i].value == 10 + i);
	ck_assert_int_eq(ask(&d, "connects"), 1); /* of the fourth */
	fp_begin(&fp);
	fp_go(&fp);
	fp_listen(&fp, 300);
	ck_assert_int_eq(ask(&d, "open"), 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(new_generation_in_the_middle_of_a_request_takes_no_old_answer)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	tell(&d, "delay 100");
	for (int i = 0; i < 10; i++) {
		poll_gateway(&d, 1, 1, 0, PERIOD);
		fp_listen(&fp, 130 + i * 7);
	}
	FP_UNTIL(&fp, SOON, fp.points[0].good > 1);
	ck_assert(fp.points[0].value == 10);
	ck_assert_uint_eq(fp.device[0].errors, 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(faulty_configuration_is_refused_with_a_sentence)
{
	fp_start(&fp);
	fp_begin(&fp);
	fp_link(&fp, _i == 0 ? "localhost" : "127.0.0.1", 502, 0, 0);
	if (_i == 1)
		fp_u16(&fp, 7, 0, PERIOD); /* of no device */
	if (_i == 2) {
		fp_device(&fp, fp_device_default(0, 1));
		fp_u16(&fp, 0, 0, PERIOD);
		fp.items++; /* says more than it sent */
	}
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.bye_seen > 0 && fp.has_ended);
	ck_assert_int_eq(fp.bye, ERR_CONFIG);
	fp_stop(&fp);
}
END_TEST

START_TEST(ipv6_is_polled_as_well)
{
	struct dev d;
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	if (probe < 0 || bind(probe, (struct sockaddr *)&a, sizeof(a)) != 0)
		return; /* none on this machine */
	close(probe);
	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "::1", d.port, 0, 0), 1)), 10, PERIOD);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 1 && fp.points[0].value == 10);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(raw_registers_can_be_asked_for)
{
	struct dev d;
	struct msg_raw_get m = { .point = 0 };
	struct wbuf b;

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1));
	fp_item(&fp,
	    (struct msg_field_item){ .device = 0,
	        .table = TABLE_INPUT,
	        .address = 256,
	        .type = RAW_U32,
	        .order = ORDER_CDAB,
	        .period_us = PERIOD });
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
	wbuf_init(&b);
	msg_raw_get_put(&b, &m);
	fp_send(&fp, W_RAW_GET, &b);
	FP_UNTIL(&fp, SOON, fp.raw_seen == 1);
	ck_assert_uint_eq(fp.raw.raw.len, 4);
	ck_assert_int_eq(memcmp(fp.raw_bytes, "\x01\x00\x01\x01", 4), 0);
	ck_assert(fp.raw.decoded == 0x01010100);
	ck_assert_int_eq(fp.raw.order, ORDER_CDAB);
	ck_assert(fp.raw.time > 0);
	wbuf_reset(&b);
	m.point = 99;
	msg_raw_get_put(&b, &m);
	fp_send(&fp, W_RAW_GET, &b);
	FP_UNTIL(&fp, SOON, fp.result_seen == 1);
	ck_assert_int_eq(fp.result, ERR_NOT_FOUND);
	wbuf_done(&b);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(disabled_device_is_off_and_left_alone)
{
	struct dev d;
	struct msg_field_device m;

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	m = fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1);
	m.enabled = 0;
	fp_u16(&fp, fp_device(&fp, m), 10, PERIOD);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.device[0].count > 0);
	fp_listen(&fp, 300);
	ck_assert_int_eq(fp.device[0].state, DEVICE_OFF);
	ck_assert_int_eq(ask(&d, "connects"), 0);
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
    T_LOOP(broken_replies_are_named_and_survived, 0, (int)(sizeof(breakages) / sizeof(breakages[0])))
    T(slow_within_the_time_out_is_fine)
    T_LOOP(exceptions_are_the_blocks_not_the_devices, 0, (int)(sizeof(exceptions) / sizeof(exceptions[0])))
    T(busy_device_is_asked_again_within_the_scan)
    T(refused_block_is_split_down_to_the_item)
    T(block_too_long_for_the_device_is_split)
    T(another_device_at_the_address_gives_no_values)
    T(identity_that_cannot_be_read_is_no_identity)
    T(dead_unit_does_not_stall_its_neighbours)
    T(unit_that_falls_silent_leaves_the_connection_alone)
    T(serial_gateway_keeps_its_live_units)
    T(gateway_that_dies_takes_all_its_units)
    T(late_reply_on_a_shared_connection_is_nobodys)
    T(device_of_one_client_serves_all_its_units)
    T_LOOP(connections_keep_within_the_limit, 0, 4)
    T(gap_between_requests_is_kept)
    T_LOOP(requests_in_flight_keep_within_the_window, 0, 2)
    T(device_that_closes_between_polls_is_no_fault)
    T(frame_out_of_the_blue_is_noted_and_closes)
    T(reconnect_storm_is_spread)
    T(no_descriptors_left_is_said_and_waited_out)
    T(new_generation_keeps_its_connections)
    T(new_generation_in_the_middle_of_a_request_takes_no_old_answer)
    T_LOOP(faulty_configuration_is_refused_with_a_sentence, 0, 3)
    T(ipv6_is_polled_as_well)
    T(raw_registers_can_be_asked_for)
    T(disabled_device_is_off_and_left_alone))
/* clang-format on */
