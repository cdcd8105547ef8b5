/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_poll_refused.c - the scheduler before devices that refuse, are busy or must be asked who they are; items that are off; writes.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/poll_kit.h"

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

/* Some devices know no exception for an address that they have not, and answer with nothing. */
START_TEST(empty_answers_cost_the_points_of_their_request_alone)
{
	uint32_t asked;

	begin();
	add_device(device_default());
	for (uint16_t i = 0; i < 8; i++)
		add_item(0, i, 1000000);
	w.hole_from = w.hole_to = 3;
	w.is_hole_empty = true;
	go();
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_uint_eq(w.downs[0], 0);
	ck_assert_int_eq(w.poll->readings[3].cause, ERR_BAD_COUNT);
	ck_assert_int_eq(w.poll->devices[0].error, ERR_BAD_COUNT);
	ck_assert_str_eq(w.poll->devices[0].detail, "holding 3, 0 bytes where 2 were expected");
	asked = w.asked[0];
	w.samples[0] = w.bad[0] = 0;
	run_s(100);
	ck_assert_uint_eq(w.asked[0] - asked, 300); /* 0..1, 2, 4..7: never the hole */
	ck_assert_uint_eq(w.samples[0], 700);
	ck_assert_uint_ge(w.bad[0], 99);
	w.hole_from = w.hole_to = 0;
	run_s(510);
	w.bad[0] = 0;
	run_s(10);
	ck_assert_uint_eq(w.bad[0], 0);
	finish();
}
END_TEST

START_TEST(one_empty_answer_is_no_habit)
{
	many(1, 1000000);
	go();
	run_s(5);
	w.exception[0] = ERR_BAD_COUNT;
	run_s(1);
	ck_assert_int_eq(w.cause[0], ERR_BAD_COUNT);
	w.exception[0] = OK;
	run_s(1);
	ck_assert_int_eq(w.cause[0], OK);
	ck_assert_uint_eq(w.downs[0], 0);
	finish();
}
END_TEST

START_TEST(a_device_of_which_every_answer_is_empty_is_down)
{
	uint32_t asked;

	begin();
	add_device(device_default());
	for (uint16_t i = 0; i < 8; i++)
		add_item(0, (uint16_t)(i + 1), i % 2 == 0 ? 1000000 : 2000000);
	go();
	run_s(5);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	w.exception[0] = ERR_BAD_COUNT;
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_int_eq(w.poll->devices[0].error, ERR_BAD_COUNT);
	asked = w.asked[0];
	run_s(300);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	ck_assert_uint_ge(w.asked[0] - asked, 4);
	ck_assert_uint_le(w.asked[0] - asked, 150); /* probed with a back-off, down to its items */
	w.hole_from = 0;                            /* in the middle of a probe it comes to its senses */
	w.is_hole_empty = true;
	for (w.hole_to = UINT16_MAX, w.exception[0] = OK, asked = w.asked[0]; w.asked[0] < asked + 8;)
		ck_assert(step(INT64_MAX));
	w.hole_to = 0;
	run_s(80);
	for (uint32_t i = 0; i < 8; i++)
		ck_assert_int_eq(w.poll->readings[i].cause, OK);
	w.exception[0] = ERR_BAD_COUNT;
	run_s(10);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_DOWN);
	w.exception[0] = OK;
	w.hole_from = w.hole_to = 1; /* in the first block that is asked for: the other one shows that it answers */
	run_s(80);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_int_eq(w.poll->readings[0].cause, ERR_BAD_COUNT);
	for (uint32_t i = 1; i < 8; i++)
		ck_assert_int_eq(w.poll->readings[i].cause, OK);
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
	ck_assert_int_eq(w.poll->devices[0].error, ERR_OTHER_DEVICE);
	ck_assert(strstr(w.poll->devices[0].detail, "0x0124") != NULL);
	ck_assert_uint_eq(w.samples[0], 0);
	ck_assert_uint_ge(w.drops, 1);
	w.identity = 0x0123;
	run_s(30);
	ck_assert_int_eq(w.poll->devices[0].state, DEVICE_UP);
	finish();
}
END_TEST

/* ---- items that are off */

START_TEST(items_that_are_off_give_no_sample_and_blocks_of_them_no_request)
{
	uint32_t asked, given;

	begin();
	add_device(device_default());
	add_item(0, 0, 1000000);
	add_item(0, 1, 1000000);
	add_item(0, 100, 1000000); /* a block of its own */
	go();
	run_s(10);
	asked = w.asked[0];
	given = w.samples[0];
	ck_assert_uint_ge(given, 27);
	w.poll->readings[0].is_off = true;
	run_s(10);
	ck_assert_uint_eq(w.asked[0], asked + 20); /* its neighbour is still read */
	ck_assert_uint_eq(w.samples[0], given + 20);
	w.poll->readings[1].is_off = true;
	asked = w.asked[0];
	run_s(10);
	ck_assert_uint_eq(w.asked[0], asked + 10); /* the other block alone */
	ck_assert_uint_eq(w.last_request.address, 100);
	w.poll->readings[2].is_off = true;
	run_s(1);
	asked = w.asked[0];
	given = w.samples[0];
	run_s(100);
	ck_assert_uint_eq(w.asked[0], asked); /* nothing at all */
	ck_assert_uint_eq(w.poll->devices[0].state, DEVICE_UP);
	w.poll->readings[0].is_off = false;
	run_s(10);
	ck_assert_uint_ge(w.samples[0], given + 9);
	ck_assert_uint_eq(w.poll->late, 0);
	finish();
}
END_TEST

START_TEST(a_device_of_which_all_is_off_is_probed_when_it_was_lost)
{
	uint32_t given;

	begin();
	add_device(device_default());
	add_item(0, 0, 1000000);
	add_item(0, 100, 1000000);
	go();
	run_s(5);
	w.is_silent[0] = true;
	run_s(10);
	ck_assert_uint_eq(w.poll->devices[0].state, DEVICE_DOWN);
	w.poll->readings[0].is_off = w.poll->readings[1].is_off = true;
	w.is_silent[0] = false;
	given = w.samples[0] + w.bad[0];
	run_s(100);
	ck_assert_uint_eq(w.poll->devices[0].state, DEVICE_UP);
	ck_assert_uint_eq(w.samples[0] + w.bad[0], given);
	finish();
}
END_TEST

T_MAIN("poll_refused",
    T(refused_items_are_asked_again_after_ten_minutes) T(refusals_are_forgotten_on_a_new_connection)
        T(empty_answers_cost_the_points_of_their_request_alone) T(one_empty_answer_is_no_habit)
            T(a_device_of_which_every_answer_is_empty_is_down) T(device_that_refuses_all_is_still_watched)
                T(gateway_exceptions_are_the_units_end) T(busy_is_asked_again_three_times_then_told)
                    T(identity_is_asked_first_and_on_every_connection)

                        T(items_that_are_off_give_no_sample_and_blocks_of_them_no_request)
                            T(a_device_of_which_all_is_off_is_probed_when_it_was_lost))
