/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_el_who.c - which node it is that answers; and frames of those who mean no good.
 */
#include "config.h"

#include "tests/unit/el_kit.h"

/* ---- who it is */

static const uint8_t one[EL_ID_MAX] = { 0xFE, 0, 0, 0x77, [16] = 1 }, other[EL_ID_MAX] = { 0xFE, 0, 0, 0x77, [16] = 2 };
#define ONE_TEXT "FE00007700000000000000000000000001"

static void
hello(void)
{
	static const uint8_t bytes[] = { 0x10, 0x81, 0, 9, 0x0E, 0xF0, 1, 0x0E, 0xF0, 1, 0x73, 1, 0xD5, 4, 1, 2, 0x8A,
		1 };

	arrive(bytes, sizeof(bytes));
}

/* 0: noticed at its connect; 1: by its announcement; 2: by the question before a write; 3: within the hour. */
START_TEST(a_node_in_the_place_of_another_is_not_written_to)
{
	memcpy(w.id, one, sizeof(one));
	begin_with(0, _i % 2 == 1 ? ONE_TEXT : "");
	run(20 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	if (_i == 0) {
		w.is_silent = true;
		run(20 * US_PER_S);
		w.is_silent = false;
	}
	memcpy(w.id, other, sizeof(other));
	if (_i == 1)
		hello();
	if (_i == 1 || _i == 2)
		write_limit(5, 1500);
	run(_i == 3 ? 3700 * US_PER_S : 70 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, ERR_OTHER_DEVICE);
	ck_assert_str_eq(node()->detail,
	    _i % 2 == 1 ? "it is FE00007700000000000000000000000002, " ONE_TEXT " was expected"
	                : "it is FE00007700000000000000000000000002, " ONE_TEXT " was there");
	if (_i == 1 || _i == 2) {
		ck_assert_uint_eq(w.writes, 1);
		ck_assert_int_eq(w.written.err, ERR_NOT_CONNECTED);
		ck_assert_str_eq(w.detail, "nothing was sent: another node answers in its place");
	}
	write_limit(6, 100);
	ck_assert_int_eq(w.written.err, ERR_NOT_CONNECTED);
	ck_assert_mem_eq(w.limit, "\0\0\0", 4);
	/* and what it announces is nobody's value */
	unsigned before = w.samples[ENERGY];
	announce(METER, EL_INF, 0xE3, 5, 7, 11);
	ck_assert_uint_eq(w.samples[ENERGY], before);
	/* the right one comes back */
	memcpy(w.id, one, sizeof(one));
	run(90 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_int_eq(w.cause[ENERGY], OK);
}
END_TEST

/* While nobody looked: a configuration or a field program ended, and the next one begins. 0: without, 1: with serial: in the site file. */
START_TEST(a_node_that_was_put_in_the_place_of_another_meanwhile_is_noticed)
{
	memcpy(w.id, one, sizeof(one));
	begin_known(0, "", "");
	run(20 * US_PER_S);
	ck_assert_uint_eq(w.met, 1);
	ck_assert_mem_eq(w.met_id.bytes, one, sizeof(one));
	el_poll_free(w.poll, w.now);
	el_setup_free(w.setup);
	memcpy(w.id, other, sizeof(other));
	begin_known(0, _i == 1 ? "FE00007700000000000000000000000002" : "", ONE_TEXT);
	run(20 * US_PER_S);
	if (_i == 1) { /* who wrote that it is the right one knows better */
		ck_assert_int_eq(node()->state, DEVICE_UP);
		ck_assert_uint_eq(w.met, 2);
		ck_assert_mem_eq(w.met_id.bytes, other, sizeof(other));
		return;
	}
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, ERR_OTHER_DEVICE);
	ck_assert_str_eq(node()->detail, "it is FE00007700000000000000000000000002, " ONE_TEXT " was there");
	write_limit(5, 1500);
	ck_assert_int_eq(w.written.err, ERR_NOT_CONNECTED);
	memcpy(w.id, one, sizeof(one));
	run(90 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.met, 1); /* that is known */
}
END_TEST

/* Hours in which another node answered are missing of the right one. */
START_TEST(what_another_node_measured_meanwhile_is_still_missing)
{
	memcpy(w.id, one, sizeof(one));
	begin(0);
	run(US_PER_S);
	struct utc from = w.now.utc;
	memcpy(w.id, other, sizeof(other));
	hello();
	run(5 * 3600 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	memcpy(w.id, one, sizeof(one));
	run(90 * US_PER_S);
	check_history(from, w.now.utc);
	ck_assert_uint_ge(w.late_count, 9);
}
END_TEST

START_TEST(a_node_that_has_to_say_who_it_is_and_does_not_is_none)
{
	w.ignores_id = _i == 1; /* refused, or not answered */
	begin_with(0, ONE_TEXT);
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, _i == 1 ? ERR_TIMEOUT : ERR_EXC_NAK);
	if (_i == 0)
		ck_assert_str_eq(node()->detail, "it does not say which it is, " ONE_TEXT " was expected");
	ck_assert_uint_eq(w.samples[ENERGY], 0);
}
END_TEST

/* One that has none, or knows no such question, is read and written as ever, and not asked again and again. */
START_TEST(a_node_without_identification_is_taken_as_it_is)
{
	w.ignores_id = _i == 1;
	begin(0);
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	for (unsigned i = 0; i < 5; i++) {
		write_limit(5 + i, 1500);
		run(15 * US_PER_S);
	}
	ck_assert_uint_eq(w.writes, 5);
	ck_assert_int_eq(w.written.err, OK);
	ck_assert_uint_eq(w.asked_who, 1);
}
END_TEST

/* One question that was lost when it was met is not for good. */
START_TEST(a_node_that_was_not_heard_to_say_who_it_is_is_asked_again_within_the_hour)
{
	memcpy(w.id, one, sizeof(one));
	w.ignores_id = true;
	begin(0);
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	w.ignores_id = false;
	run(3600 * US_PER_S);
	memcpy(w.id, other, sizeof(other));
	write_limit(5, 1500);
	run(20 * US_PER_S);
	ck_assert_int_eq(node()->error, ERR_OTHER_DEVICE);
	ck_assert_int_eq(w.written.err, ERR_NOT_CONNECTED);
	ck_assert_mem_eq(w.limit, "\0\0\0", 4);
}
END_TEST

START_TEST(a_node_that_has_moved_is_told_where_it_is)
{
	uint8_t bytes[] = { 0x10, 0x81, 0, 9, 0x0E, 0xF0, 1, 0x05, 0xFF, 1, 0x72, 1, EPC_ID, EL_ID_MAX,
		[14 + EL_ID_MAX - 1] = 0 };
	struct el_address from;
	struct el_frame f;

	memcpy(w.id, one, sizeof(one));
	begin(0);
	run(US_PER_S);
	ck_assert(el_address_take("127.0.1.9", 3610, &from));
	memcpy(bytes + 14, one, sizeof(one));
	ck_assert_int_eq(el_frame_take(bytes, sizeof(bytes), &f), OK);
	ck_assert(
	    !el_poll_frame(w.poll, 0, &from.addr, &f, w.now)); /* it is up where it should be: somebody else's error */
	ck_assert_str_eq(node()->detail, "");
	w.is_silent = true;
	run(20 * US_PER_S);
	ck_assert(!el_poll_frame(w.poll, 0, &from.addr, &f, w.now));
	ck_assert_int_eq(node()->error, ERR_TIMEOUT);
	ck_assert_str_eq(node()->detail, "it answers at 127.0.1.9 now: give it its old address, or change link:");
	run(30 * US_PER_S); /* and that stays to be read while it is asked in vain */
	ck_assert_str_eq(node()->detail, "it answers at 127.0.1.9 now: give it its old address, or change link:");
	w.is_silent = false;
	run(90 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	w.is_silent = true;
	bytes[14 + 16] = 7; /* another one there is of no interest */
	run(200 * US_PER_S);
	ck_assert_str_ne(node()->detail, "it answers at 127.0.1.9 now: give it its old address, or change link:");
	ck_assert(!el_poll_frame(w.poll, 0, &from.addr, &f, w.now));
	ck_assert_ptr_null(strstr(node()->detail, "127.0.1.9"));
}
END_TEST

/* The same node under two links would count twice: it is said at the second. */
START_TEST(a_node_that_was_entered_twice_is_told)
{
	struct msg_echonet_device d = { .enabled = 1,
		.port = 3610,
		.timeout_us = 500000,
		.retry_min_us = 1000000,
		.retry_max_us = 60000000,
		.own = "127.0.0.1",
		.node = "127.0.1.1",
		.name = "N",
		.id = "",
		.was = "" };
	struct msg_echonet_start s = { 2, 0 };

	w.setup = el_setup_new();
	ck_assert_int_eq(el_setup_device(w.setup, &d), OK);
	d.device = 1;
	d.node = _i == 0 ? "127.0.1.2" : "127.0.1.1"; /* two devices of one node are none too many */
	d.name = "M";
	ck_assert_int_eq(el_setup_device(w.setup, &d), OK);
	ck_assert_int_eq(el_setup_finish(w.setup, &s), OK);
	w.poll = el_poll_new(w.setup, &ops, NULL, &w.timers, 7, 0);
	el_poll_start(w.poll, w.now);
	memcpy(w.id, one, sizeof(one));
	run(5 * US_PER_S);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_int_eq(w.poll->devices[1].state, DEVICE_UP);
	ck_assert_str_eq(
	    w.poll->devices[1].detail, _i == 0 ? "N has the same identification: is it one node with two links?" : "");
	ck_assert_str_eq(w.poll->devices[0].detail, "");
}
END_TEST

/* ---- a hostile network */

START_TEST(a_flood_of_announcements_is_read_instead)
{
	w.is_announcing = true;
	begin(0);
	run(3 * US_PER_S);
	unsigned before = w.samples[ENERGY], asked = w.asked;
	for (unsigned i = 0; i < 2000; i++)
		announce(METER, EL_INF, 0xE3, 1000 + i, 7, 11); /* in two seconds */
	ck_assert_uint_lt(w.samples[ENERGY] - before, 2 * (EL_TOLD_MAX + 10) + 120);
	ck_assert_uint_lt(w.asked - asked, 20);
	ck_assert_int_eq(node()->error, ERR_UNSOLICITED);
	run(30 * US_PER_S);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 0.6, 1e-6); /* as it is when asked */
	ck_assert_double_eq(w.value[POWER], 4321);
}
END_TEST

START_TEST(a_flood_of_greetings_does_not_keep_anybody_from_reading)
{
	memcpy(w.id, one, sizeof(one));
	begin(0);
	run(US_PER_S);
	unsigned samples = w.samples[POWER], asked = w.asked;
	for (unsigned i = 0; i < 6000; i++) {
		hello();
		run(5 * US_PER_MS);
	}
	ck_assert_uint_ge(w.samples[POWER] - samples, 3);
	ck_assert_uint_lt(w.asked - asked, 60);
	ck_assert_int_eq(node()->state, DEVICE_UP);
}
END_TEST

/* The answer twice, that of another instance, with another service, of a number that is over: nothing of it counts. */
START_TEST(answers_that_nobody_waits_for_change_nothing)
{
	static const uint8_t lies[][20] = {
		{ 0x10, 0x81, 0, 0, 0x02, 0x79, 1, 0x05, 0xFF, 1, 0x72, 1, 0xE0, 2, 0xFF, 0 },
		{ 0x10, 0x81, 0, 0, 0x02, 0x79, 2, 0x05, 0xFF, 1, 0x72, 1, 0xE0, 2, 0xFF, 0 },
		{ 0x10, 0x81, 0, 0, 0x02, 0x79, 1, 0x05, 0xFF, 1, 0x71, 1, 0xE0, 2, 0xFF, 0 },
		{ 0x10, 0x81, 0, 0, 0x02, 0x79, 1, 0x05, 0xFF, 1, 0x7E, 0, 1, 0xE0, 1, 0xFF },
	};
	uint8_t copy[20];

	begin(0);
	run(US_PER_S);
	for (unsigned tid = 0; tid < 64; tid++)
		for (unsigned i = 0; i < ARRAY_LEN(lies); i++) {
			memcpy(copy, lies[i], sizeof(copy));
			copy[3] = (uint8_t)tid;
			arrive(copy, 16);
		}
	ck_assert_double_eq(w.value[POWER], 4321);
	ck_assert_uint_eq(w.bad[POWER], 0);
	ck_assert_uint_eq(w.poll->late, 64 * ARRAY_LEN(lies));
	run(11 * US_PER_S);
	ck_assert_double_eq(w.value[POWER], 4321);
}
END_TEST

/* Bytes of true frames, turned, cut off and told again under the number that is waited for: no crash, and all is well afterwards. */
START_TEST(noise_leaves_nothing_behind)
{
	static const uint8_t frames[][40] = {
		{ 0x10, 0x81, 0, 0, 0x0E, 0xF0, 1, 0x05, 0xFF, 1, 0x72, 1, 0xD6, 10, 3, 0x02, 0x8A, 1, 0x02, 0x79, 1,
		    0x01, 0x57, 1 },
		{ 0x10, 0x81, 0, 0, 0x0E, 0xF0, 1, 0x05, 0xFF, 1, 0x72, 1, 0x83, 17, 0xFE, 0, 0, 0x77, [30] = 1 },
		{ 0x10, 0x81, 0, 0, 0x02, 0x8A, 1, 0x05, 0xFF, 1, 0x72, 3, 0x9D, 3, 2, 0xC3, 0xE3, 0xD3, 4, 0, 0, 0, 60,
		    0xE6, 1, 2 },
		{ 0x10, 0x81, 0, 0, 0x02, 0x8A, 1, 0x05, 0xFF, 1, 0x7E, 1, 0xE1, 0, 1, 0xE7, 10, 0, 0, 1, 2, 3, 4, 5, 6,
		    7, 8 },
		{ 0x10, 0x81, 0, 0, 0x02, 0x79, 1, 0x0E, 0xF0, 1, 0x74, 2, 0xE0, 2, 0x10, 0, 0x88, 1, 0x42 },
	};
	static const uint8_t lengths[] = { 24, 31, 26, 27, 19 };
	uint64_t r = 88172645463325252u;

	memcpy(w.id, one, sizeof(one));
	begin(0);
	run(US_PER_S);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned k = i % ARRAY_LEN(lengths), len = lengths[k];
		struct el_address from;
		struct el_frame f;
		uint8_t copy[40];

		memcpy(copy, frames[k], sizeof(copy));
		copy[2] = (uint8_t)(w.last_tid >> 8);
		copy[3] = (uint8_t)w.last_tid;
		for (unsigned n = 0; n < i % 4; n++) {
			r ^= r << 13;
			r ^= r >> 7;
			r ^= r << 17;
			copy[4 + r % 36] = (uint8_t)(r >> 32);
			len -= (r >> 40) % 16 == 0;
		}
		ck_assert(el_address_take("127.0.1.1", 3610, &from));
		if (el_frame_take(copy, len, &f) == OK)
			(void)el_poll_frame(w.poll, 0, &from.addr, &f, w.now);
		if (i % 10 == 0)
			run(50 * US_PER_MS);
	}
	run(4000 * US_PER_S); /* what it announces is asked within the hour */
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 60 * 0.01, 1e-6);
	ck_assert_double_eq(w.value[POWER], 4321);
	ck_assert(w.cause[ENERGY] == OK && w.cause[POWER] == OK && w.cause[LIMIT] == OK);
}
END_TEST

T_MAIN("el_who",
    T_FIXTURE(set_up, tear_down) T_LOOP(a_node_in_the_place_of_another_is_not_written_to, 0, 4)
        T_LOOP(a_node_that_was_put_in_the_place_of_another_meanwhile_is_noticed, 0, 2)
            T(what_another_node_measured_meanwhile_is_still_missing)
                T_LOOP(a_node_that_has_to_say_who_it_is_and_does_not_is_none, 0, 2) T_LOOP(
                    a_node_without_identification_is_taken_as_it_is, 0, 2) T(a_node_that_has_moved_is_told_where_it_is)
                    T(a_node_that_was_not_heard_to_say_who_it_is_is_asked_again_within_the_hour)
                        T_LOOP(a_node_that_was_entered_twice_is_told, 0, 2) T(a_flood_of_announcements_is_read_instead)
                            T(a_flood_of_greetings_does_not_keep_anybody_from_reading)
                                T(answers_that_nobody_waits_for_change_nothing) T(noise_leaves_nothing_behind))
