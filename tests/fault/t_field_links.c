/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_field_links.c - chisan-field behind gateways, under limits, between polls, at the end of its descriptors and from one
 * generation to the next. Nothing sleeps for luck: frames are waited for with a deadline.
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

static bool
is_live(uint32_t point)
{
	return fp.points[point].good > 0 && clock_mono().us - fp.points[point].came.us < 3 * PERIOD;
}

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
	dev_tell(&d, "silent 3");
	poll_gateway(&d, 5, 1, 0, PERIOD);
	FP_UNTIL(
	    &fp, SOON, fp.device[2].state == DEVICE_DOWN && fp.device[4].state == DEVICE_UP && fp.points[4].good > 2);
	ck_assert_int_eq(fp.device[2].error, ERR_TIMEOUT);
	fp_forget(&fp);
	dev_ask(&d, "connects");
	fp_listen(&fp, 3000);
	for (uint32_t i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		ck_assert(!fp.device[i].was_down);
		/* the time-out of the dead one is six periods: nobody waited for it */
		ck_assert_int_lt(fp.points[i].longest_us, NOT_STALLED);
	}
	ck_assert_int_eq(dev_ask(&d, "connects"), 0);
	ck_assert_uint_ge(fp.device[2].timeouts, 2);
	dev_tell(&d, "ok");
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
	dev_ask(&d, "connects");
	fp_forget(&fp);
	dev_tell(&d, "silent 2");
	FP_UNTIL(&fp, SOON, fp.device[1].state == DEVICE_DOWN);
	fp_listen(&fp, 500);
	ck_assert(!fp.device[0].was_down && !fp.device[2].was_down);
	ck_assert_int_eq(dev_ask(&d, "connects"), 0);
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
	dev_tell(&d, "serial 400");
	dev_tell(&d, "silent 2");
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
	dev_tell(&d, "silent");
	for (uint32_t i = 0; i < 3; i++)
		FP_UNTIL(&fp, SOON * 2, fp.device[i].state == DEVICE_DOWN);
	dev_tell(&d, "ok");
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
	dev_tell(&d, "late");
	FP_UNTIL(&fp, SOON, fp.device[0].timeouts > 0 || fp.device[1].timeouts > 0);
	fp_listen(&fp, 1500);
	/* a request beside another is answered when that one comes, in time; what came too late was known and let go */
	for (uint32_t i = 0; i < 2; i++)
		ck_assert(fp.device[i].error == OK || fp.device[i].error == ERR_TIMEOUT);
	ck_assert(fp.points[0].value == 10 && fp.points[1].value == 11);
	dev_tell(&d, "ok");
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
	dev_tell(&d, "one");
	poll_gateway(&d, 4, 1, 0, PERIOD);
	FP_UNTIL(&fp, SOON,
	    fp.points[0].good > 1 && fp.points[1].good > 1 && fp.points[2].good > 1 && fp.points[3].good > 1);
	ck_assert_int_eq(dev_ask(&d, "most"), 1);
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
	ck_assert_int_eq(dev_ask(&d, "most"), limits[_i].most);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

static const uint16_t paced[] = { 1, 2, 0 }; /* connections; 0 = one a unit */

START_TEST(gap_between_requests_is_kept_over_all_connections)
{
	struct dev d;
	int64_t gap = 0;

	dev_start(&d);
	fp_start(&fp);
	poll_gateway(&d, 3, paced[_i], 20000, 10000);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0 && fp.points[1].good > 0 && fp.points[2].good > 0);
	/* As the device saw it, with the loop's millisecond. A device that had to wait for a processor sees none: it looks again. */
	for (int round = 0; round < 10; round++) {
		dev_ask(&d, "gap_us");
		fp.points[0].good = fp.points[2].good = 0;
		FP_UNTIL(&fp, SOON, fp.points[0].good > 8);
		gap = dev_ask(&d, "gap_us");
		if (gap >= 15000)
			break;
	}
	ck_assert_int_ge(gap, 15000);
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
	dev_tell(&d, "delay 20");
	fp_begin(&fp);
	m = fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1);
	m.outstanding = windows[_i];
	device = fp_device(&fp, m);
	for (uint32_t i = 0; i < 6; i++)
		fp_u16(&fp, device, (uint16_t)(1000 * i), PERIOD);
	fp_go(&fp);
	for (uint32_t i = 0; i < 6; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 2 && fp.points[i].value == 1000 * i);
	depth = dev_ask(&d, "depth");
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
		dev_tell(&d, "drop");
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
	dev_tell(&d, "blurt");
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
	dev_ask(&d, "connects");
	poll_gateway(&d, 4, 0, 0, PERIOD);
	for (uint32_t i = 0; i < 4; i++)
		FP_UNTIL(&fp, SOON, fp.points[i].good > 1 && fp.points[i].value == 10 + i);
	ck_assert_int_eq(dev_ask(&d, "connects"), 1); /* of the fourth */
	fp_begin(&fp);
	fp_go(&fp);
	fp_listen(&fp, 300);
	ck_assert_int_eq(dev_ask(&d, "open"), 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

START_TEST(new_generation_in_the_middle_of_a_request_takes_no_old_answer)
{
	struct dev d;

	dev_start(&d);
	fp_start(&fp);
	dev_tell(&d, "delay 100");
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

static void
look(uint32_t device, unsigned table, unsigned address, unsigned count)
{
	struct wbuf b;

	fp.looked_seen = fp.result_seen = 0;
	wbuf_init(&b);
	msg_registers_get_put(
	    &b, &(struct msg_registers_get){ device, (uint8_t)table, (uint16_t)address, (uint16_t)count });
	fp_send(&fp, W_REGISTERS_GET, &b);
	wbuf_done(&b);
	FP_UNTIL(&fp, SOON, fp.looked_seen + fp.result_seen > 0);
}

START_TEST(registers_are_read_by_hand_between_the_polls)
{
	struct dev d;
	struct msg_field_device m;

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	m = fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1);
	m.max_registers = 20;
	m.forbidden = (struct msg_bytes){ (const uint8_t *)"\x02\x00\x64\x00\x66", 5 }; /* holding 100..102 */
	fp_u16(&fp, fp_device(&fp, m), 10, PERIOD);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
	look(0, TABLE_HOLDING, 256, 2);
	ck_assert_uint_eq(fp.looked_seen, 1);
	ck_assert(fp.looked.address == 256 && fp.looked.count == 2 && fp.looked.time > 0);
	ck_assert_uint_eq(fp.looked.data.len, 4);
	ck_assert_int_eq(memcmp(fp.raw_bytes, "\x01\x00\x01\x01", 4), 0);
	look(0, TABLE_COIL, 0, 9);
	ck_assert_uint_eq(fp.looked.data.len, 2);
	look(0, TABLE_HOLDING, 0, 21); /* the device bears 20 */
	ck_assert(fp.looked_seen == 0 && fp.result == ERR_RANGE);
	look(0, TABLE_HOLDING, 95, 6);
	ck_assert_int_eq(fp.result, ERR_RANGE);
	look(0, TABLE_INPUT, 95, 6);
	ck_assert_uint_eq(fp.looked_seen, 1);
	look(0, TABLE_HOLDING, 65535, 2);
	ck_assert_int_eq(fp.result, ERR_RANGE);
	look(0, TABLE_HOLDING, 5, 0);
	ck_assert_int_eq(fp.result, ERR_RANGE);
	look(0, TABLE_COUNT, 5, 1);
	ck_assert_int_eq(fp.result, ERR_NOT_FOUND);
	look(7, TABLE_HOLDING, 5, 1);
	ck_assert_int_eq(fp.result, ERR_NOT_FOUND);
	ck_assert_int_eq(dev_ask(&d, "connects"), 1); /* all of it over the connection of the polls */
	ck_assert(is_live(0));
	ck_assert_int_eq(fp.device[0].state, DEVICE_UP);
	dev_tell(&d, "silent 1");
	FP_UNTIL(&fp, 2 * SOON, fp.device[0].state == DEVICE_DOWN);
	look(0, TABLE_HOLDING, 5, 1);
	ck_assert_int_eq(fp.result, ERR_NOT_CONNECTED);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

static void
look_on(uint32_t device, uint32_t seconds, uint32_t frames)
{
	struct wbuf b;

	fp.result_seen = 0;
	memset(fp.dumped, 0, sizeof(fp.dumped));
	wbuf_init(&b);
	msg_dump_get_put(&b, &(struct msg_dump_get){ .device = device, .seconds = seconds, .frames = frames });
	fp_send(&fp, W_DUMP_GET, &b);
	wbuf_done(&b);
}

START_TEST(frames_are_shown_to_who_looks_on)
{
	struct dev d;
	uint32_t first;

	dev_start(&d);
	fp_start(&fp);
	fp_begin(&fp);
	fp_u16(&fp, fp_device(&fp, fp_device_default(fp_link(&fp, "127.0.0.1", d.port, 0, 0), 1)), 10, PERIOD);
	fp_go(&fp);
	FP_UNTIL(&fp, SOON, fp.points[0].good > 0);
	look_on(0, 60, 5); /* as many, then it ends by itself */
	FP_UNTIL(&fp, SOON, fp.result_seen == 1);
	ck_assert_int_eq(fp.result, OK);
	ck_assert_uint_eq(fp.dumped[DUMP_REQUEST] + fp.dumped[DUMP_ANSWER], 5);
	ck_assert_uint_ge(fp.dumped[DUMP_ANSWER], 2);
	look_on(7, 60, 0);
	FP_UNTIL(&fp, SOON, fp.result_seen == 1);
	ck_assert_int_eq(fp.result, ERR_NOT_FOUND);
	look_on(0, 60, 0);
	first = fp.sequence;
	FP_UNTIL(&fp, SOON, fp.dumped[DUMP_ANSWER] > 0);
	look_on(0, 60, 0);
	FP_UNTIL(&fp, SOON, fp.result_seen == 1);
	ck_assert_int_eq(fp.result, ERR_BUSY);
	dev_tell(&d, "silent 1"); /* what does not come is shown as well */
	FP_UNTIL(&fp, 2 * SOON, fp.dumped[DUMP_NONE] > 0);
	look_on(0, 0, first - 1); /* that one is not open */
	look_on(0, 0, first);
	FP_UNTIL(&fp, SOON, fp.result_seen == 1);
	ck_assert_int_eq(fp.result, OK);
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
	ck_assert_int_eq(dev_ask(&d, "connects"), 0);
	fp_stop(&fp);
	dev_stop(&d);
}
END_TEST

/* clang-format off */
T_MAIN("field links",
    T(dead_unit_does_not_stall_its_neighbours)
    T(unit_that_falls_silent_leaves_the_connection_alone)
    T(serial_gateway_keeps_its_live_units)
    T(gateway_that_dies_takes_all_its_units)
    T(late_reply_on_a_shared_connection_is_nobodys)
    T(device_of_one_client_serves_all_its_units)
    T_LOOP(connections_keep_within_the_limit, 0, 4)
    T_LOOP(gap_between_requests_is_kept_over_all_connections, 0, 3)
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
    T(registers_are_read_by_hand_between_the_polls)
    T(frames_are_shown_to_who_looks_on)
    T(disabled_device_is_off_and_left_alone))
/* clang-format on */
