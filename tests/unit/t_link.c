/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_link.c - two units behind one connection, a guest beside our own polls, and a device that hangs up: whose fault it is.
 */
#include "config.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/transport.h"
#include "tests/unit/t.h"

#define PERIOD_US 50000
#define GUESTS    77 /* the register that a guest asks for */
#define WAIT_US   (20 * US_PER_S)
#define REQUEST   12 /* bytes of each */

static struct ev_loop *loop;
static struct timers timers;
static struct net *net;
static struct setup *setup;
static struct poll *polls;
static int listener, device;
static unsigned downs, ended;
static enum err ended_with;
static uint8_t behind[REQUEST]; /* the last request of until_a_guest_is_first() */

static void
want(struct device *d, struct moment now, void *arg)
{
	(void)arg;
	net_want(d, now);
}

static void
drop(struct device *d, struct moment now, void *arg)
{
	(void)arg;
	net_drop(d, now);
}

static void
samples(struct device *d, struct utc time, const struct sample *s, uint32_t count, void *arg)
{
	(void)d;
	(void)time;
	(void)s;
	(void)count;
	(void)arg;
}

static void
state(struct device *d, void *arg)
{
	(void)arg;
	downs += d->state == DEVICE_DOWN;
}

static void
add_device(uint8_t unit, uint8_t outstanding)
{
	struct msg_field_device m = { .device = setup->device_count,
		.unit = unit,
		.outstanding = outstanding,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.max_gap = 8,
		.connect_timeout_us = 10000000,
		.timeout_us = 10000000,
		.retry_min_us = 100000,
		.retry_max_us = 1000000,
		.name = "D" };
	struct msg_field_item item = { .point = setup->item_count,
		.device = setup->device_count,
		.table = TABLE_HOLDING,
		.type = RAW_U16,
		.bit_hi = 63,
		.period_us = PERIOD_US };

	ck_assert_int_eq(setup_device(setup, &m), OK);
	ck_assert_int_eq(setup_item(setup, &item), OK);
}

/* Most requests under way at each. */
static void
begin(uint8_t outstanding)
{
	static const struct poll_ops ops = { .want = want, .drop = drop, .samples = samples, .state = state };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct msg_field_link link = { .host = "127.0.0.1", .connections = 1 };
	socklen_t len = sizeof(at);

	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(listener, 4), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	device = -1;
	downs = ended = 0;
	loop = ev_loop_new(0);
	timers_init(&timers);
	setup = setup_new(1);
	link.port = ntohs(at.sin_port);
	ck_assert_int_eq(setup_link(setup, &link), OK);
	add_device(1, outstanding);
	add_device(2, outstanding);
	ck_assert_int_eq(setup_finish(setup, &(struct msg_field_start){ 1, 2, 2, 0 }), OK);
	net = net_new(loop, &timers);
	polls = poll_new(setup, &ops, NULL, &timers, 42);
	net_seat(net, polls);
	poll_start(polls, moment_now());
}

static void
tear_down(void)
{
	net_free(net);
	poll_free(polls, moment_now());
	setup_free(setup);
	timers_done(&timers);
	ev_loop_destroy(loop);
	if (device >= 0)
		close(device);
	close(listener);
}

static void
turn(void)
{
	ev_run(loop, EVRUN_NOWAIT);
	timers_run(&timers, moment_now());
}

/* The next request that the device gets; it takes a connection where it has none. */
static void
hear(uint8_t request[REQUEST])
{
	struct mono end = mono_add(clock_mono(), WAIT_US);
	size_t len = 0;

	while (len < REQUEST) {
		struct pollfd p = { .fd = device >= 0 ? device : listener, .events = POLLIN };

		ck_assert_msg(mono_diff_us(end, clock_mono()) > 0, "nothing is asked");
		turn();
		if (poll(&p, 1, 1) <= 0)
			continue;
		if (device < 0) {
			device = accept(listener, NULL, NULL);
		} else {
			ssize_t n = recv(device, request + len, REQUEST - len, 0);

			ck_assert_int_gt(n, 0);
			len += (size_t)n;
		}
	}
}

static void
say(const uint8_t request[REQUEST])
{
	uint8_t reply[] = { request[0], request[1], 0, 0, 0, 5, request[6], 3, 2, 0, 1 };

	ck_assert_int_eq(send(device, reply, sizeof(reply), 0), sizeof(reply));
}

static void
hang_up(void)
{
	close(device);
	device = -1;
}

static unsigned
register_of(const uint8_t request[REQUEST])
{
	return (unsigned)request[8] << 8 | request[9];
}

static void
guest_done(struct order *o, enum err e, const struct answer *a, struct moment now)
{
	(void)o;
	(void)a;
	(void)now;
	ended++;
	ended_with = e;
}

/* Answers until both are up and a guest of the first is under way; then until the second asks behind it, and answers no more. */
static void
until_a_guest_is_first(struct order *guest)
{
	uint8_t *request = behind;

	*guest =
	    (struct order){ .request = { .table = TABLE_HOLDING, .address = GUESTS, .count = 1 }, .done = guest_done };
	do {
		hear(request);
		if (register_of(request) != GUESTS)
			say(request);
		turn();
		if (guest->done != NULL && !guest->is_sent && ended == 0 && polls->devices[0].guest == NULL &&
		    polls->devices[0].state == DEVICE_UP && polls->devices[1].state == DEVICE_UP)
			ck_assert_int_eq(poll_guest(&polls->devices[0], guest, moment_now()), OK);
	} while (register_of(request) != GUESTS);
	do {
		hear(request);
		ck_assert_uint_ne(register_of(request), GUESTS);
	} while (request[6] != 2);
}

static uint64_t
faults(void)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < 2; i++)
		n += polls->devices[i].errors + polls->devices[i].timeouts;
	return n;
}

START_TEST(hang_up_over_a_guest_is_no_fault_of_ours)
{
	uint8_t request[REQUEST];
	struct order guest;
	bool was_asked[2] = { false, false };

	begin(2);
	until_a_guest_is_first(&guest);
	hang_up();
	for (unsigned i = 0; i < 6 || !was_asked[0] || !was_asked[1]; i++) {
		hear(request);
		ck_assert_uint_ne(register_of(request), GUESTS); /* it is not asked again by itself */
		was_asked[request[6] - 1] = true;
		say(request);
	}
	ck_assert(ended == 1 && ended_with == ERR_TIMEOUT);
	ck_assert_uint_eq(faults(), 0);
	ck_assert_uint_eq(downs, 0);
	ck_assert(polls->devices[0].state == DEVICE_UP && polls->devices[1].state == DEVICE_UP);
}
END_TEST

START_TEST(hang_up_over_a_guest_that_was_given_up_is_no_fault_of_ours)
{
	uint8_t request[REQUEST];
	struct order guest;

	begin(1);
	setup->devices[0].timeout_us = 500000;
	until_a_guest_is_first(&guest); /* of one at a time: ours goes when his time is over */
	ck_assert(ended == 1 && ended_with == ERR_TIMEOUT);
	hang_up();
	for (unsigned i = 0; i < 6; i++) {
		hear(request);
		say(request);
	}
	ck_assert_uint_eq(faults(), 0);
	ck_assert_uint_eq(downs, 0);
}
END_TEST

START_TEST(hang_up_after_later_answers_is_no_fault_of_a_guest_that_was_given_up)
{
	uint8_t request[REQUEST];
	struct order guest;

	begin(1);
	setup->devices[0].timeout_us = 500000;
	until_a_guest_is_first(&guest);
	ck_assert(ended == 1 && ended_with == ERR_TIMEOUT);
	say(behind); /* asked behind him */
	hear(request);
	ck_assert_uint_eq(faults(), 0);
	hang_up();
	hear(request);
	ck_assert_uint_ge(faults(), 1);
}
END_TEST

START_TEST(hang_up_again_over_what_was_spared_is_the_devices)
{
	uint8_t request[REQUEST];
	struct order guest;

	begin(2);
	until_a_guest_is_first(&guest);
	hang_up();
	hear(request); /* ours, on the new connection */
	ck_assert_uint_ne(register_of(request), GUESTS);
	hang_up();
	hear(request);
	ck_assert_uint_ge(faults(), 1);
}
END_TEST

START_TEST(hang_up_in_the_middle_of_an_answer_is_the_devices)
{
	struct mono end = mono_add(clock_mono(), WAIT_US);
	struct order guest;

	begin(2);
	until_a_guest_is_first(&guest);
	ck_assert_int_eq(send(device, "\0\1\0", 3, 0), 3);
	for (int i = 0; i < 5; i++)
		turn();
	hang_up();
	while (faults() == 0 && mono_diff_us(end, clock_mono()) > 0)
		turn();
	ck_assert_uint_ge(faults(), 1);
}
END_TEST

/* clang-format off */
T_MAIN("link",
    T_FIXTURE(NULL, tear_down)
    T(hang_up_over_a_guest_is_no_fault_of_ours)
    T(hang_up_again_over_what_was_spared_is_the_devices)
    T(hang_up_in_the_middle_of_an_answer_is_the_devices)
    T(hang_up_over_a_guest_that_was_given_up_is_no_fault_of_ours)
    T(hang_up_after_later_answers_is_no_fault_of_a_guest_that_was_given_up))
/* clang-format on */
