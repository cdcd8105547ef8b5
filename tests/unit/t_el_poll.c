/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_el_poll.c - nodes that answer, are silent, refuse, announce and remember, against a clock that jumps from one event to the next.
 */
#include "config.h"

#include "tests/unit/el_kit.h"

/* ---- tests */

START_TEST(values_come_with_coefficient_and_unit)
{
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_double_eq_tol(w.value[DEMAND], 250 * 60 * 0.1, 1e-9);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 60 * 0.01, 1e-6);
	ck_assert_double_eq(w.value[POWER], 4321);
	ck_assert(w.bad[DEMAND] + w.bad[ENERGY] + w.bad[POWER] + w.bad[LIMIT] == 0);
	/* the list, who it is, three meetings, three reads: what is of one instance is asked at once */
	ck_assert_uint_eq(w.asked, 8);
	/* stamped with the middle of the transaction, which ended with the last answer but two */
	ck_assert_int_lt(w.sample_time[POWER].us, w.now.utc.us);
	run(30 * US_PER_S);
	ck_assert_uint_ge(w.samples[POWER], 3);
	ck_assert_uint_le(w.samples[POWER], 5);
	ck_assert_uint_eq(w.late_count, 0); /* nobody knows of a gap */
}
END_TEST

START_TEST(a_unit_that_cannot_be_read_makes_no_number)
{
	w.refused_epc = 0xE6;
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(w.cause[ENERGY], ERR_SCALE_FACTOR);
	ck_assert_int_eq(w.cause[DEMAND], OK); /* it has a unit of its own */
}
END_TEST

START_TEST(an_absent_coefficient_is_one)
{
	w.knows_no_coefficient = true;
	begin(0);
	run(US_PER_S);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 0.01, 1e-9);
}
END_TEST

/* 60 times too little would be a lie; it is asked for again soon. */
START_TEST(a_coefficient_that_is_there_and_not_given_makes_no_number)
{
	w.lists_coefficient = w.knows_no_coefficient = true;
	w.most = _i == 1 ? 1 : 0; /* all at once, and each alone */
	begin(0);
	run(5 * US_PER_S);
	ck_assert_int_eq(w.cause[ENERGY], ERR_SCALE_FACTOR);
	w.knows_no_coefficient = false;
	run(80 * US_PER_S);
	ck_assert_int_eq(w.cause[ENERGY], OK);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 60 * 0.01, 1e-6);
}
END_TEST

START_TEST(what_is_refused_is_the_quality_of_that_point_alone)
{
	w.refused_epc = 0xC3;
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(w.cause[DEMAND], ERR_NOT_IMPLEMENTED);
	ck_assert_int_eq(w.cause[ENERGY], OK);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	w.refused_epc = 0;
	run(15 * US_PER_S);
	ck_assert_int_eq(w.cause[DEMAND], OK);
}
END_TEST

START_TEST(a_property_of_a_wrong_size_is_no_value)
{
	w.is_short = true;
	begin(0);
	run(US_PER_S);
	ck_assert_int_eq(w.cause[ENERGY], ERR_BAD_LENGTH);
	ck_assert_int_eq(w.cause[DEMAND], OK);
}
END_TEST

START_TEST(a_node_that_takes_few_properties_is_asked_for_few)
{
	w.most = 1;
	begin(0);
	run(5 * US_PER_S);
	ck_assert_double_eq_tol(w.value[DEMAND], 250 * 60 * 0.1, 1e-9);
	ck_assert_double_eq_tol(w.value[ENERGY], 123456 * 60 * 0.01, 1e-6);
	ck_assert_double_eq(w.value[POWER], 4321);
	ck_assert(w.bad[DEMAND] + w.bad[ENERGY] + w.bad[POWER] == 0);
}
END_TEST

START_TEST(a_silent_node_goes_down_and_is_tried_ever_more_rarely)
{
	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	run(20 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, ERR_TIMEOUT);
	unsigned before = w.asked;
	run(600 * US_PER_S);
	ck_assert_uint_lt(w.asked - before, 30);
	w.is_silent = false;
	run(80 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.states[DEVICE_UP], 2);
}
END_TEST

START_TEST(a_lost_answer_is_asked_for_again_and_nothing_is_noticed)
{
	begin(0);
	run(US_PER_S);
	unsigned samples = w.samples[POWER];
	w.is_silent = true;
	run(9400 * US_PER_MS); /* a read is under way, and was lost once */
	w.is_silent = false;
	run(2 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_gt(w.samples[POWER], samples);
	ck_assert_uint_eq(w.bad[POWER], 0);
}
END_TEST

START_TEST(an_instance_that_is_silent_costs_the_others_nothing)
{
	begin(0);
	run(US_PER_S);
	w.silent_object = PV;
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_int_eq(w.cause[POWER], ERR_TIMEOUT);
	ck_assert_int_eq(w.cause[ENERGY], OK);
	ck_assert_int_gt(w.sample_time[ENERGY].us, w.now.utc.us - 15 * US_PER_S);
	w.silent_object = 0;
	run(90 * US_PER_S);
	ck_assert_int_eq(w.cause[POWER], OK);
}
END_TEST

START_TEST(an_instance_that_the_node_has_not_is_not_asked_for)
{
	w.has_pv_not = true;
	begin(0);
	run(30 * US_PER_S);
	ck_assert_int_eq(w.cause[POWER], ERR_EXC_ADDRESS);
	ck_assert_uint_eq(w.asked_power, 0);
	ck_assert_int_eq(w.cause[ENERGY], OK);
}
END_TEST

START_TEST(late_answers_are_dropped)
{
	w.latency_us = 600000; /* beyond the time-out */
	begin(0);
	run(20 * US_PER_S);
	ck_assert_uint_gt(w.poll->late, 0);
	ck_assert_int_ne(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.samples[POWER], 0);
}
END_TEST

START_TEST(what_is_announced_is_a_sample_at_once)
{
	w.is_announcing = true;
	begin(0);
	run(3 * US_PER_S);
	unsigned before = w.samples[ENERGY];
	announce(METER, EL_INF, 0xE3, 123500, 7, 11);
	ck_assert_uint_eq(w.samples[ENERGY], before + 1);
	ck_assert_double_eq_tol(w.value[ENERGY], 123500 * 0.6, 1e-6);
	ck_assert_int_ge(w.sample_time[ENERGY].us, w.now.utc.us - 1000);
	announce(METER, EL_INFC, 0xE3, 123501, 7, 11);
	ck_assert_double_eq_tol(w.value[ENERGY], 123501 * 0.6, 1e-6);
	announce(METER, EL_INF, 0xE3, 0, 0, 3); /* nonsense: the quality of that point, no crash */
	ck_assert_int_eq(w.cause[ENERGY], ERR_BAD_LENGTH);
	announce(0x028A02, EL_INF, 0xE3, 5, 7, 11); /* of an instance that nobody reads */
	ck_assert_double_eq_tol(w.value[ENERGY], 123501 * 0.6, 1e-6);
}
END_TEST

START_TEST(what_is_announced_is_polled_more_slowly_and_never_goes_stale)
{
	w.is_announcing = true;
	begin(0);
	run(US_PER_S);
	w.asked_energy = w.asked_power = 0;
	run(100 * US_PER_S);
	ck_assert_uint_eq(w.asked_energy, 4);
	ck_assert_uint_eq(w.asked_power, 10);
}
END_TEST

START_TEST(a_node_that_comes_back_says_so_and_is_asked_at_once)
{
	static const uint8_t hello[] = { 0x10, 0x81, 0, 9, 0x0E, 0xF0, 1, 0x0E, 0xF0, 1, 0x73, 1, 0xD5, 4, 1, 2, 0x8A,
		1 };

	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	run(400 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	w.is_silent = false;
	arrive(hello, sizeof(hello));
	run(100 * US_PER_MS);
	ck_assert_int_eq(node()->state, DEVICE_UP);
}
END_TEST

/* ---- history */

START_TEST(half_hours_of_an_outage_are_fetched_afterwards)
{
	begin(0);
	run(US_PER_S);
	struct utc from = w.now.utc;
	w.has_no_setget = _i == 1;
	w.is_silent = true;
	run(30 * 3600 * US_PER_S); /* over a midnight */
	w.is_silent = false;
	run(70 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	check_history(from, w.now.utc);
	ck_assert_uint_ge(w.late_count, 60 - 2);
	ck_assert_uint_le(w.late_count, 60);
	ck_assert_uint_eq(w.day, 0); /* the meter stands at today again */
	if (_i == 1)
		ck_assert_uint_eq(w.setgets, 1); /* tried once */
	unsigned before = w.asked;
	run(5 * US_PER_S);
	ck_assert_uint_lt(w.asked - before, 5); /* and that was it */
}
END_TEST

START_TEST(a_short_silence_within_a_half_hour_asks_for_nothing)
{
	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	run(300 * US_PER_S);
	w.is_silent = false;
	run(80 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
	ck_assert_uint_eq(w.late_count, 0);
	ck_assert_uint_eq(w.setgets, 0);
}
END_TEST

START_TEST(what_was_missed_while_nobody_ran_is_fetched_at_the_start)
{
	begin(UTC - 5 * 3600 * US_PER_S);
	run(5 * US_PER_S);
	check_history((struct utc){ UTC - 5 * 3600 * US_PER_S }, w.now.utc);
	ck_assert_uint_ge(w.late_count, 9);
	ck_assert_uint_le(w.late_count, 10);
}
END_TEST

/* ---- writes */

START_TEST(a_write_is_answered_and_read_back_at_once)
{
	begin(0);
	run(US_PER_S);
	write_limit(5, 1500);
	run(100 * US_PER_MS);
	ck_assert_uint_eq(w.writes, 1);
	ck_assert_uint_eq(w.written.write, 5);
	ck_assert_int_eq(w.written.err, OK);
	ck_assert_double_eq(w.value[LIMIT], 1500);
	ck_assert_int_gt(w.sample_time[LIMIT].us, w.written.time);
}
END_TEST

START_TEST(a_refused_write_says_so)
{
	begin(0);
	run(US_PER_S);
	write_limit(5, 40000); /* beyond what the node takes */
	run(100 * US_PER_MS);
	ck_assert_int_eq(w.written.err, ERR_EXC_NAK);
	write_limit(6, 5e9); /* beyond what the property holds: not sent */
	ck_assert_int_eq(w.written.err, ERR_RANGE);
	ck_assert_uint_eq(w.writes, 2);
}
END_TEST

START_TEST(a_write_that_is_not_answered_is_not_sent_again)
{
	begin(0);
	run(US_PER_S);
	unsigned before = w.asked;
	w.is_silent = true;
	write_limit(5, 100);
	write_limit(6, 200); /* waits */
	write_limit(7, 300); /* takes its place */
	ck_assert_uint_eq(w.asked, before + 1);
	ck_assert_int_eq(w.written.err, ERR_BUSY);
	ck_assert_uint_eq(w.written.write, 6);
	run(510 * US_PER_MS);
	ck_assert_uint_eq(w.writes, 2);
	ck_assert_int_eq(w.written.err, ERR_TIMEOUT);
	ck_assert_uint_eq(w.written.write, 5);
	run(30 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	write_limit(8, 400);
	ck_assert_int_eq(w.written.err, ERR_NOT_CONNECTED);
	ck_assert_mem_eq(w.limit, "\0\0\0", 4);
}
END_TEST

START_TEST(a_write_ends_with_its_configuration)
{
	begin(0);
	run(US_PER_S);
	w.is_silent = true;
	write_limit(5, 100);
	el_poll_free(w.poll, w.now);
	w.poll = NULL;
	ck_assert_uint_eq(w.writes, 1);
	ck_assert_int_eq(w.written.err, ERR_UNKNOWN);
}
END_TEST

/* A port that cannot be opened takes its nodes down with its reason, and they come back with it. */
START_TEST(a_port_that_fails_is_the_reason_of_its_nodes)
{
	begin(0);
	run(US_PER_S);
	el_poll_port_failed(w.poll, 0, ERR_NO_DESCRIPTOR, "no more", w.now);
	ck_assert_int_eq(node()->state, DEVICE_DOWN);
	ck_assert_int_eq(node()->error, ERR_NO_DESCRIPTOR);
	run(10 * US_PER_S);
	ck_assert_int_eq(node()->state, DEVICE_UP);
}
END_TEST

T_MAIN("el_poll",
    T_FIXTURE(set_up, tear_down) T(values_come_with_coefficient_and_unit) T(
        a_unit_that_cannot_be_read_makes_no_number) T(an_absent_coefficient_is_one)
        T(what_is_refused_is_the_quality_of_that_point_alone) T(a_property_of_a_wrong_size_is_no_value) T(
            a_node_that_takes_few_properties_is_asked_for_few) T(a_silent_node_goes_down_and_is_tried_ever_more_rarely)
            T(a_lost_answer_is_asked_for_again_and_nothing_is_noticed) T(
                an_instance_that_is_silent_costs_the_others_nothing)
                T(an_instance_that_the_node_has_not_is_not_asked_for) T(late_answers_are_dropped) T(
                    what_is_announced_is_a_sample_at_once)
                    T(what_is_announced_is_polled_more_slowly_and_never_goes_stale) T(
                        a_node_that_comes_back_says_so_and_is_asked_at_once)
                        T_LOOP(half_hours_of_an_outage_are_fetched_afterwards, 0, 2) T(
                            a_short_silence_within_a_half_hour_asks_for_nothing)
                            T(what_was_missed_while_nobody_ran_is_fetched_at_the_start) T(
                                a_write_is_answered_and_read_back_at_once) T(a_refused_write_says_so)
                                T(a_write_that_is_not_answered_is_not_sent_again) T(a_write_ends_with_its_configuration)
                                    T(a_port_that_fails_is_the_reason_of_its_nodes)
                                        T_LOOP(a_coefficient_that_is_there_and_not_given_makes_no_number, 0, 2))
