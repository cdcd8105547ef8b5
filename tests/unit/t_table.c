/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_table.c - the way of a sample through the pipeline of its point: scale, curve, range, filter, frozen, states, counters, value by hand.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/table_kit.h"

START_TEST(begins_never_read)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	struct value v = table_values(table)[0];
	ck_assert(isnan(v.v));
	ck_assert_uint_eq(v.quality, Q_NEVER_READ);
	ck_assert_int_eq(v.time.us, 0);
	ck_assert_uint_eq(table_count(table), 1);
	ck_assert(table_site(table) == &kit.site);
	ck_assert_uint_eq(change_count(), 0);
}
END_TEST

START_TEST(scale_offset_and_invert)
{
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->read->scale = 0.1;
	d->read->offset = -40;
	d = kit_read(&kit, "A.Q", KIND_SETPOINT);
	d->read->invert = true;
	start();
	ck_value(feed(0, 650), 25, 0, OK);
	ck_assert_int_eq(table_values(table)[0].time.us, T0 + clock_us);
	ck_value(feed(1, 7), -7, 0, OK);
}
END_TEST

START_TEST(a_curve_is_followed_and_prolonged)
{
	static struct key_pair pairs[] = { { 0, 10 }, { 10, 20 }, { 20, 50 } };
	struct site_point_def *d = kit_read(&kit, "A.T", KIND_ANALOG);
	d->curve = (struct key_pairs){ pairs, 3 };
	start();
	ck_value(feed(0, 0), 10, 0, OK);
	ck_value(feed(0, 5), 15, 0, OK);
	ck_value(feed(0, 10), 20, 0, OK);
	ck_value(feed(0, 15), 35, 0, OK);
	ck_value(feed(0, 20), 50, 0, OK);
	ck_value(feed(0, 22), 56, Q_OUT_OF_RANGE, ERR_RANGE);
	ck_value(feed(0, -1), 9, Q_OUT_OF_RANGE, ERR_RANGE);
}
END_TEST

START_TEST(square_root_of_a_flow)
{
	struct site_point_def *d = kit_read(&kit, "A.F", KIND_ANALOG);
	d->square_root = true;
	d->range = (struct key_range){ 0, 10 };
	start();
	ck_value(feed(0, 25), 5, 0, OK);
	ck_value(feed(0, -0.25), -0.5, Q_OUT_OF_RANGE, ERR_RANGE);
}
END_TEST

START_TEST(out_of_range_is_shown_and_flagged_never_clamped)
{
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->range = (struct key_range){ 0, 100 };
	start();
	ck_value(feed(0, 100), 100, 0, OK);
	ck_value(feed(0, 100.5), 100.5, Q_OUT_OF_RANGE, ERR_RANGE);
	ck_value(feed(0, -1), -1, Q_OUT_OF_RANGE, ERR_RANGE);
	ck_value(feed(0, 0), 0, 0, OK);
}
END_TEST

START_TEST(a_bad_sample_keeps_the_last_number_and_its_time)
{
	static const struct {
		double raw;
		enum err cause;
		uint16_t quality;
		enum err why;
	} rows[] = {
		{ 0, ERR_NOT_IMPLEMENTED, Q_FAILURE, ERR_NOT_IMPLEMENTED },
		{ 0, ERR_EXC_ADDRESS, Q_FAILURE, ERR_EXC_ADDRESS },
		{ 0, ERR_EXC_GATEWAY_TARGET, Q_FAILURE, ERR_EXC_GATEWAY_TARGET },
		{ 0, ERR_SCALE_FACTOR, Q_FAILURE, ERR_SCALE_FACTOR }, { 0, ERR_TIMEOUT, Q_NO_COMM, ERR_TIMEOUT },
		{ 0, ERR_CONNECT_REFUSED, Q_NO_COMM, ERR_CONNECT_REFUSED }, { 0, ERR_HELPER, Q_NO_COMM, ERR_HELPER },
		{ 0, ERR_DISABLED, Q_BLOCKED, ERR_DISABLED }, { 0, (enum err)12345, Q_FAILURE, ERR_FAILED },
		{ (double)NAN, OK, Q_FAILURE, ERR_NOT_A_NUMBER }, { (double)INFINITY, OK, Q_FAILURE, ERR_NOT_A_NUMBER },
		{ -(double)INFINITY, OK, Q_FAILURE, ERR_NOT_A_NUMBER },
		{ 1.7e308, OK, Q_FAILURE, ERR_NOT_A_NUMBER }, /* the scale makes it infinite */
	};
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->read->scale = 10;
	start();
	feed(0, 4.2);
	int64_t time = T0 + clock_us;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		clock_us += KIT_PERIOD_US;
		struct value v = fed(0, rows[i].raw, rows[i].cause);
		ck_value(v, 42, rows[i].quality, rows[i].why);
		ck_assert_int_eq(v.time.us, time);
		ck_assert(memcmp(&v, &table_reported(table)[0], sizeof(v)) == 0);
	}
	ck_value(feed(0, 5), 50, 0, OK);
}
END_TEST

START_TEST(strange_numbers_are_numbers)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	ck_value(feed(0, -0.0), 0, 0, OK);
	ck_value(feed(0, 5e-324), 0, 0, OK);
	ck_assert(table_values(table)[0].v > 0);
	ck_assert_double_eq(feed(0, 1.7e308).v, 1.7e308);
}
END_TEST

START_TEST(samples_for_nobody_are_refused)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_add(&kit, "A.START", KIND_COMMAND); /* write only */
	kit_calc(&kit, "A.SUM", "A.P + 1");
	start();
	ck_assert(!table_sample(table, 1, 1, OK, (struct utc){ T0 }, (struct utc){ T0 }, mono()));
	ck_assert(!table_sample(table, 2, 1, OK, (struct utc){ T0 }, (struct utc){ T0 }, mono()));
	ck_assert(!table_sample(table, 3, 1, OK, (struct utc){ T0 }, (struct utc){ T0 }, mono()));
	ck_assert(!table_sample(table, UINT32_MAX, 1, OK, (struct utc){ T0 }, (struct utc){ T0 }, mono()));
	ck_assert_uint_eq(change_count(), 0);
}
END_TEST

/* ---- filters and the watch for frozen values */

START_TEST(first_order_reaches_63_percent_after_its_time)
{
	static struct site_filter f = { .type = FILTER_FIRST_ORDER, .time_us = 10 * US_PER_S };
	kit_read(&kit, "A.P", KIND_ANALOG)->filter = &f;
	start();
	ck_value(feed(0, 0), 0, 0, OK);
	struct value v = { 0 };
	for (int i = 0; i < 10; i++)
		v = feed(0, 100);
	ck_assert_double_eq_tol(v.v, 100 * (1 - exp(-1)), 1e-6);
	for (int i = 0; i < 200; i++)
		v = feed(0, 100);
	ck_assert_double_eq_tol(v.v, 100, 1e-4);
	/* After an outage it begins anew. */
	fed(0, 0, ERR_TIMEOUT);
	ck_value(feed(0, 7), 7, 0, OK);
	clock_us -= 5 * KIT_PERIOD_US; /* time that stands or jumps back moves nothing */
	ck_value(fed(0, 1000, OK), 7, 0, OK);
}
END_TEST

START_TEST(a_median_drops_spikes)
{
	static struct site_filter f = { .type = FILTER_MEDIAN, .window = 3 };
	kit_read(&kit, "A.P", KIND_ANALOG)->filter = &f;
	start();
	ck_value(feed(0, 10), 10, 0, OK);
	ck_value(feed(0, 12), 11, 0, OK);
	ck_value(feed(0, 500), 12, 0, OK);
	ck_value(feed(0, 11), 12, 0, OK);
	ck_value(feed(0, 13), 13, 0, OK);
	ck_value(feed(0, 14), 13, 0, OK);
	fed(0, 0, ERR_TIMEOUT);
	ck_value(feed(0, 1), 1, 0, OK);
}
END_TEST

START_TEST(the_range_is_that_of_the_unfiltered_value)
{
	static struct site_filter f = { .type = FILTER_MEDIAN, .window = 5 };
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->filter = &f;
	d->range = (struct key_range){ 0, 100 };
	start();
	feed(0, 10);
	feed(0, 10);
	ck_value(feed(0, 500), 10, Q_OUT_OF_RANGE, ERR_RANGE);
}
END_TEST

START_TEST(identical_bits_for_too_long_are_frozen)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->frozen_us = 10 * US_PER_S;
	start();
	for (int i = 0; i < 10; i++)
		ck_value(feed(0, 5), 5, 0, OK);
	ck_value(feed(0, 5), 5, Q_INACCURATE, ERR_FROZEN);
	ck_value(feed(0, 5), 5, Q_INACCURATE, ERR_FROZEN);
	ck_value(feed(0, 5.0000001), 5.0000001, 0, OK);
	for (int i = 0; i < 9; i++)
		ck_value(feed(0, 5), 5, 0, OK);
	fed(0, 0, ERR_TIMEOUT); /* what was not seen was not frozen */
	for (int i = 0; i < 10; i++)
		ck_value(feed(0, 5), 5, 0, OK);
	ck_value(feed(0, 5), 5, Q_INACCURATE, ERR_FROZEN);
}
END_TEST

/* ---- digital */

START_TEST(states_have_names_or_are_told)
{
	static struct key_name states[] = { { 0, "stop" }, { 1, "run" }, { 7, "trip" }, { 99, "none" } };
	kit_read(&kit, "A.STATE", KIND_DIGITAL)->states = (struct key_names){ states, 4 };
	start();
	ck_value(feed(0, 0), 0, 0, OK);
	ck_value(feed(0, 99), 99, 0, OK);
	ck_value(feed(0, 7), 7, 0, OK);
	ck_value(feed(0, 8), 8, Q_OUT_OF_RANGE, ERR_STATE);
	ck_value(feed(0, 100), 100, Q_OUT_OF_RANGE, ERR_STATE);
	ck_value(feed(0, 0.5), 0.5, Q_OUT_OF_RANGE, ERR_STATE);
	ck_value(feed(0, -1), -1, Q_OUT_OF_RANGE, ERR_STATE);
	ck_value(feed(0, 1), 1, 0, OK);
}
END_TEST

START_TEST(bits_and_unnamed_states_are_whole_numbers)
{
	static struct key_name bits[] = { { 3, "OVER_TEMP" } };
	kit_read(&kit, "A.ALRM", KIND_DIGITAL)->bits = (struct key_names){ bits, 1 };
	kit_read(&kit, "A.RUN", KIND_DIGITAL)->read->invert = true;
	start();
	ck_value(feed(0, 65535), 65535, 0, OK);
	ck_value(feed(0, 1.5), 1.5, Q_OUT_OF_RANGE, ERR_STATE);
	ck_value(feed(1, 0), 1, 0, OK);
	ck_value(feed(1, 1), 0, 0, OK);
}
END_TEST

START_TEST(rising_edges_of_a_pulse_are_counted)
{
	static const double raws[] = { 0, 1, 1, 0, 1, 0, 0, 1 };
	kit_read(&kit, "A.PULSE", KIND_DIGITAL)->pulse = true;
	start();
	feed(0, 1); /* the first value is no edge */
	for (size_t i = 0; i < ARRAY_LEN(raws); i++)
		feed(0, raws[i]);
	ck_assert_uint_eq(table_pulses(table, 0), 3);
}
END_TEST

/* ---- counters */

START_TEST(a_counter_adds_up_from_its_first_value)
{
	add_counter(10000, 0, 0.1);
	start();
	ck_value(feed(0, 5000), 500, 0, OK);
	ck_assert_double_eq(table_total(table, 0), 0);
	ck_value(feed(0, 5010), 501, 0, OK);
	ck_value(feed(0, 5010), 501, 0, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 1, 1e-9);
}
END_TEST

START_TEST(a_counter_rolls_over)
{
	add_counter(100000, 0, 1);
	start();
	feed(0, 99990);
	ck_value(feed(0, 15), 15, Q_ADJUSTED, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 25, 1e-9);
	ck_value(feed(0, 16), 16, 0, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 26, 1e-9);
}
END_TEST

START_TEST(the_modulus_is_a_value_not_a_count_of_steps)
{
	add_counter(42949672.96, 0, 0.01);
	start();
	feed(0, 4294967295.0);
	ck_value(feed(0, 0), 0, Q_ADJUSTED, OK);
	ck_assert_double_eq(table_total(table, 0), 0.01);
}
END_TEST

START_TEST(a_counter_that_was_reset_invents_nothing)
{
	add_counter(100000, 0, 1);
	start();
	feed(0, 40000);
	feed(0, 40010);
	ck_value(feed(0, 3), 3, Q_ADJUSTED, ERR_COUNTER);
	ck_assert_double_eq_tol(table_total(table, 0), 10, 1e-9);
	ck_value(feed(0, 5), 5, 0, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 12, 1e-9);
}
END_TEST

START_TEST(a_jump_that_cannot_be_is_not_added)
{
	add_counter(1e9, 2, 1);
	start();
	feed(0, 100);
	ck_value(feed(0, 102), 102, 0, OK);
	ck_value(feed(0, 5000), 5000, Q_INACCURATE, ERR_COUNTER);
	ck_assert_double_eq_tol(table_total(table, 0), 2, 1e-9);
	ck_value(feed(0, 5002), 5002, 0, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 4, 1e-9);
	/* After an outage more can have been counted. */
	fed(0, 0, ERR_TIMEOUT);
	clock_us += 100 * US_PER_S;
	ck_value(feed(0, 5190), 5190, 0, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 192, 1e-9);
}
END_TEST

START_TEST(a_slow_counter_may_step)
{
	add_counter(1e9, 0.001, 1); /* 3.6 an hour, in steps of 1 */
	start();
	feed(0, 10);
	clock_us += 60 * US_PER_S;
	ck_value(feed(0, 11), 11, 0, OK);
	ck_value(feed(0, 12), 12, 0, OK);
	ck_value(feed(0, 14), 14, Q_INACCURATE, ERR_COUNTER);
}
END_TEST

START_TEST(the_modulus_follows_from_the_register)
{
	kit_read(&kit, "M.U16", KIND_COUNTER)->read->type = RAW_U16;
	kit_read(&kit, "M.U32", KIND_COUNTER)->read->type = RAW_U32;
	kit_read(&kit, "M.F32", KIND_COUNTER)->read->type = RAW_F32;
	start();
	feed(0, 65530);
	ck_value(feed(0, 4), 4, Q_ADJUSTED, OK);
	ck_assert_double_eq(table_total(table, 0), 10);
	feed(1, 4294967290.0);
	ck_value(feed(1, 4), 4, Q_ADJUSTED, OK);
	ck_assert_double_eq(table_total(table, 1), 10);
	feed(2, 4294967290.0);
	ck_value(feed(2, 4), 4, Q_ADJUSTED, ERR_COUNTER);
	ck_assert_double_eq(table_total(table, 2), 0);
}
END_TEST

START_TEST(a_total_never_falls_whatever_a_counter_does)
{
	unsigned seed = 9;
	add_counter(65536 * 0.5, _i == 0 ? 0 : 50, 0.5);
	start();
	double last = 0, raw = 0;
	for (int i = 0; i < 5000; i++) {
		switch (rand_r(&seed) % 12) {
		case 0: raw = rand_r(&seed) % 65536; break;
		case 1: raw = 0; break;
		case 2: raw = -5; break;
		case 3: raw = 1e6; break;
		default: raw = fmod(raw + rand_r(&seed) % 20, 65536);
		}
		if (rand_r(&seed) % 20 == 0)
			fed(0, 0, ERR_TIMEOUT);
		struct value v = feed(0, raw);
		ck_assert_double_eq_tol(v.v, raw * 0.5, 1e-9);
		ck_assert_double_ge(table_total(table, 0), last);
		ck_assert_double_le(table_total(table, 0) - last, 0.5 * (1e6 + 5));
		last = table_total(table, 0);
	}
	ck_assert_double_gt(last, 5000);
}
END_TEST

START_TEST(counters_go_on_from_a_saved_base)
{
	struct site_point_def *d = kit_read(&kit, "A.E", KIND_COUNTER);
	static struct site_counter c = { .modulus = 10000, .max_rate_per_s = 10 };
	double last, total;

	d->read->type = RAW_U32;
	d->counter = &c;
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	ck_assert(!table_counter(table, 0, &last, &total)); /* nothing to save yet */
	ck_assert(!table_counter_restore(table, 1, 1, 1, 0, mono()));
	ck_assert(table_counter_restore(table, 0, 9900, 500, 60 * US_PER_S, mono()));
	ck_value(feed(0, 300), 300, Q_ADJUSTED, OK); /* 400 in a minute and over the end: that can be */
	ck_assert_double_eq(table_total(table, 0), 900);
	ck_value(feed(0, 305), 305, 0, OK);
	ck_assert_double_eq(table_total(table, 0), 905);
	ck_assert(table_counter(table, 0, &last, &total));
	ck_assert_double_eq(last, 305);
	ck_assert_double_eq(total, 905);
	table_free(table);
	start();
	ck_assert(table_counter_restore(table, 0, 9900, 500, US_PER_S, mono()));
	ck_value(feed(0, 300), 300, Q_INACCURATE, ERR_COUNTER); /* and in two seconds it cannot */
	ck_assert_double_eq(table_total(table, 0), 500);
	table_free(table);
	start();
	ck_assert(table_counter_restore(table, 0, 300, 500, 60 * US_PER_S, mono()));
	ck_value(feed(0, 300), 300, 0, OK); /* it stood still: nothing to be flagged */
	ck_value(feed(0, 301), 301, 0, OK);
	ck_assert_double_eq(table_total(table, 0), 501);
}
END_TEST

/* ---- by hand */

START_TEST(a_value_by_hand_hides_all_that_comes_from_the_device)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	table_manual(table, 0, 7, (struct utc){ T0 }, mono()); /* before the first sample too */
	ck_value(table_values(table)[0], 7, Q_SUBSTITUTED, ERR_BY_HAND);
	ck_value(feed(0, 1), 7, Q_SUBSTITUTED, ERR_BY_HAND);
	change_count();
	feed(0, 2);
	ck_assert_uint_eq(change_count(), 0);
	table_device_down(table, 0, ERR_TIMEOUT);
	ck_value(table_values(table)[0], 7, Q_SUBSTITUTED, ERR_BY_HAND);
	clock_us += 100 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_value(table_values(table)[0], 7, Q_SUBSTITUTED, ERR_BY_HAND);
	ck_value(*table_measured(table, 0), 2, Q_NO_COMM, ERR_TIMEOUT);
	table_manual(table, 0, 8, (struct utc){ T0 }, mono()); /* replaced: what is measured is still there below */
	table_manual_end(table, 0, mono());
	ck_value(table_values(table)[0], 2, Q_NO_COMM, ERR_TIMEOUT);
	table_manual_end(table, 0, mono());
	ck_value(feed(0, 3), 3, 0, OK);
}
END_TEST

T_MAIN("table",
    T_FIXTURE(setup, teardown) T(begins_never_read) T(scale_offset_and_invert) T(a_curve_is_followed_and_prolonged)
        T(square_root_of_a_flow) T(out_of_range_is_shown_and_flagged_never_clamped) T(
            a_bad_sample_keeps_the_last_number_and_its_time) T(strange_numbers_are_numbers)
            T(samples_for_nobody_are_refused) T(first_order_reaches_63_percent_after_its_time) T(a_median_drops_spikes)
                T(the_range_is_that_of_the_unfiltered_value) T(identical_bits_for_too_long_are_frozen)
                    T(states_have_names_or_are_told) T(bits_and_unnamed_states_are_whole_numbers)
                        T(rising_edges_of_a_pulse_are_counted) T(a_counter_adds_up_from_its_first_value)
                            T(a_counter_rolls_over) T(the_modulus_is_a_value_not_a_count_of_steps)
                                T(a_counter_that_was_reset_invents_nothing) T(a_jump_that_cannot_be_is_not_added)
                                    T(a_slow_counter_may_step) T(the_modulus_follows_from_the_register)
                                        T_LOOP(a_total_never_falls_whatever_a_counter_does, 0, 2)
                                            T(a_value_by_hand_hides_all_that_comes_from_the_device)
                                                T(counters_go_on_from_a_saved_base))
