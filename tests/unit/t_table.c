/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_table.c - the way of a sample through the table: pipeline, quality, staleness, deadband, changes, reload.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/core/table.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define T0     INT64_C(1795380786000000)
#define LAG_US 3000 /* from scan to reception */

static struct kit kit;
static struct table *table;
static int64_t clock_us; /* of both clocks, since the start of the test */

static void
setup(void)
{
	kit_init(&kit, 5000);
	table = NULL;
	clock_us = 0;
}

static void
teardown(void)
{
	table_free(table);
	kit_done(&kit);
}

static void
start(void)
{
	table = table_new(&kit.site);
}

static struct mono
mono(void)
{
	return (struct mono){ 1000 + clock_us };
}

static struct value
fed(point_id id, double raw, enum err cause)
{
	ck_assert(table_sample(
	    table, id, raw, cause, (struct utc){ T0 + clock_us }, (struct utc){ T0 + clock_us + LAG_US }, mono()));
	return table_values(table)[id];
}

/* A sample one period after the one before. */
static struct value
feed(point_id id, double raw)
{
	clock_us += KIT_PERIOD_US;
	return fed(id, raw, OK);
}

#define ck_value(given, number, flags, why) \
	do { \
		struct value got_ = (given); \
		ck_assert_double_eq_tol(got_.v, number, 1e-9); \
		ck_assert_uint_eq(got_.quality, flags); \
		ck_assert_int_eq(got_.cause, why); \
	} while (0)

static uint32_t
change_count(void)
{
	uint32_t n;
	table_changes_take(table, &n);
	return n;
}

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

static struct site_point_def *
add_counter(double modulus, double rate, double scale)
{
	struct site_point_def *d = kit_read(&kit, "M.E", KIND_COUNTER);
	d->counter = arena_alloc(kit.arena, sizeof(*d->counter));
	*d->counter = (struct site_counter){ .modulus = modulus, .max_rate_per_s = rate };
	d->read->scale = scale;
	return d;
}

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

/* ---- reporting */

START_TEST(reports_move_by_the_deadband)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->deadband = 5;
	start();
	feed(0, 100);
	ck_assert_uint_eq(change_count(), 1);
	feed(0, 104.9);
	ck_assert_uint_eq(change_count(), 0);
	ck_assert_double_eq(table_values(table)[0].v, 104.9);
	ck_assert_double_eq(table_reported(table)[0].v, 100);
	feed(0, 105);
	ck_assert_uint_eq(change_count(), 1);
	ck_assert_double_eq(table_reported(table)[0].v, 105);
	feed(0, 100.1);
	ck_assert_uint_eq(change_count(), 0);
	fed(0, 0, ERR_TIMEOUT); /* a quality is always told, with the number as it is */
	ck_assert_uint_eq(change_count(), 1);
	ck_assert_double_eq(table_reported(table)[0].v, 100.1);
	fed(0, 0, ERR_TIMEOUT);
	ck_assert_uint_eq(change_count(), 0);
	feed(0, 100.1);
	ck_assert_uint_eq(change_count(), 1);
}
END_TEST

START_TEST(without_a_deadband_any_change_is_told)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	feed(0, 1);
	ck_assert_uint_eq(change_count(), 1);
	feed(0, 1);
	ck_assert_uint_eq(change_count(), 0);
	feed(0, nextafter(1, 2));
	ck_assert_uint_eq(change_count(), 1);
}
END_TEST

START_TEST(the_longest_interval_brings_small_changes_too)
{
	struct site_point_def *d = kit_read(&kit, "A.P", KIND_ANALOG);
	d->deadband = 5;
	d->max_interval_us = 10 * US_PER_S;
	start();
	feed(0, 100);
	change_count();
	for (int i = 0; i < 9; i++) {
		feed(0, 101);
		ck_assert_uint_eq(change_count(), 0);
	}
	feed(0, 101);
	ck_assert_uint_eq(change_count(), 1);
	for (int i = 0; i < 30; i++)
		feed(0, 101);
	ck_assert_uint_eq(change_count(), 0);
}
END_TEST

START_TEST(an_uncertain_value_carries_its_time)
{
	kit_read(&kit, "A.P", KIND_ANALOG)->range = (struct key_range){ 0, 10 };
	start();
	feed(0, 11);
	change_count();
	feed(0, 11);
	ck_assert_uint_eq(change_count(), 1);
	ck_assert_int_eq(table_reported(table)[0].time.us, T0 + clock_us);
}
END_TEST

START_TEST(changes_are_taken_once_in_rising_order)
{
	char name[32];
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "A.P%d", i);
		kit_read(&kit, name, KIND_ANALOG);
	}
	start();
	unsigned seed = 2;
	for (int round = 0; round < 50; round++) {
		bool is_changed[1000] = { false };
		uint32_t n, want = 0;
		for (int i = 0; i < 300; i++) {
			point_id id = (point_id)rand_r(&seed) % 1000;
			want += !is_changed[id];
			is_changed[id] = true;
			fed(id, round * 1000 + i, OK);
		}
		ck_assert(table_has_changes(table));
		const point_id *ids = table_changes_take(table, &n);
		ck_assert_uint_eq(n, want);
		for (uint32_t i = 0; i < n; i++)
			if (!is_changed[ids[i]] || (i != 0 && ids[i - 1] >= ids[i]))
				ck_abort_msg("%u at place %u", (unsigned)ids[i], (unsigned)i);
		ck_assert(!table_has_changes(table));
		table_changes_take(table, &n);
		ck_assert_uint_eq(n, 0);
		table_live_take(table, &n);
		ck_assert_uint_eq(n, want);
	}
}
END_TEST

/* ---- communication */

START_TEST(a_device_that_is_down_takes_its_points_along_at_once)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG);
	kit_add(&kit, "A.START", KIND_COMMAND);
	kit.site.nodes[0].count = 3;
	kit_calc(&kit, "A.SUM", "A.P + 1");
	start();
	feed(0, 5);
	change_count();
	table_device_down(table, 0, ERR_CONNECT_TIMEOUT);
	ck_value(table_values(table)[0], 5, Q_NO_COMM, ERR_CONNECT_TIMEOUT);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_NO_COMM);
	ck_assert(isnan(table_values(table)[1].v));
	ck_assert_uint_eq(table_values(table)[2].quality, Q_NEVER_READ);
	ck_assert_uint_eq(table_values(table)[3].quality, Q_NEVER_READ);
	ck_assert_uint_eq(change_count(), 2);
	table_device_down(table, 0, ERR_CONNECT_TIMEOUT);
	ck_assert_uint_eq(change_count(), 0);
	table_device_down(table, 0, ERR_UNREACHABLE);
	ck_assert_uint_eq(change_count(), 2);
	ck_value(feed(0, 6), 6, 0, OK);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_NO_COMM);
	table_device_down(table, 0, ERR_DISABLED);
	ck_value(table_values(table)[0], 6, Q_BLOCKED, ERR_DISABLED);
	table_device_down(table, 77, ERR_DISABLED); /* no such device: nothing happens */
}
END_TEST

START_TEST(without_samples_points_go_stale)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG)->stale_periods = 10;
	kit_read(&kit, "A.R", KIND_ANALOG)->stale_periods = 0; /* never */
	kit_add(&kit, "A.START", KIND_COMMAND);
	start();
	table_tick(table, mono());
	for (point_id id = 0; id < 3; id++)
		fed(id, 1, OK);
	change_count();
	clock_us = 3 * KIT_PERIOD_US - 1;
	table_tick(table, mono());
	ck_assert_uint_eq(change_count(), 0);
	clock_us++;
	table_tick(table, mono());
	ck_value(table_values(table)[0], 1, Q_STALE, ERR_NO_SAMPLE);
	ck_assert_int_eq(table_values(table)[0].time.us, T0);
	ck_assert_uint_eq(change_count(), 1);
	table_tick(table, mono());
	ck_assert_uint_eq(change_count(), 0);
	ck_value(fed(0, 2, OK), 2, 0, OK);
	clock_us = 10 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_STALE);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_STALE);
	ck_assert_uint_eq(table_values(table)[2].quality, 0);
	ck_assert_uint_eq(table_values(table)[3].quality, Q_NEVER_READ);
}
END_TEST

START_TEST(a_point_that_never_came_is_told_after_the_stale_time)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	clock_us = 50 * KIT_PERIOD_US; /* the machine runs longer than chisand */
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_NEVER_READ);
	ck_assert_int_eq(table_values(table)[0].cause, OK);
	clock_us += 3 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_NEVER_READ | Q_STALE);
	ck_assert_int_eq(table_values(table)[0].cause, ERR_NO_SAMPLE);
	ck_value(feed(0, 3), 3, 0, OK);
}
END_TEST

START_TEST(a_point_without_communication_is_not_called_stale_too)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "A.Q", KIND_ANALOG);
	start();
	table_tick(table, mono());
	table_device_down(table, 0, ERR_TIMEOUT);
	fed(1, 0, ERR_EXC_ADDRESS);
	change_count();
	clock_us = 100 * KIT_PERIOD_US;
	table_tick(table, mono());
	ck_assert_uint_eq(table_values(table)[0].quality, Q_NO_COMM);
	ck_assert_int_eq(table_values(table)[0].cause, ERR_TIMEOUT);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_FAILURE | Q_STALE);
}
END_TEST

/* Random samples, outages and ticks against the definition of staleness. */
START_TEST(staleness_agrees_with_its_definition)
{
	enum { N = 40 };
	int64_t last[N], limit[N];
	bool is_down[N] = { false };
	unsigned seed = 21;
	char name[32];

	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "A.P%d", i);
		struct site_point_def *d = kit_read(&kit, name, KIND_ANALOG);
		d->stale_periods = 2 + i % 5;
		limit[i] = (2 + i % 5) * KIT_PERIOD_US;
		kit.site.points[i].group = (uint32_t)i % 2;
		last[i] = 0;
	}
	start();
	table_tick(table, mono());
	for (int step = 0; step < 10000; step++) {
		clock_us += rand_r(&seed) % 400000;
		table_tick(table, mono());
		for (int i = 0; i < N; i++) {
			bool want = !is_down[i] && clock_us - last[i] >= limit[i];
			bool is = (table_values(table)[i].quality & Q_STALE) != 0;
			if (want != is)
				ck_abort_msg("point %d at %lld, last %lld", i, (long long)clock_us, (long long)last[i]);
		}
		point_id id = (point_id)rand_r(&seed) % N;
		if (rand_r(&seed) % 50 == 0) {
			table_device_down(table, 0, ERR_TIMEOUT);
			memset(is_down, 1, sizeof(is_down));
		} else if (rand_r(&seed) % 10 == 0) {
			fed(id, 0, ERR_TIMEOUT);
			last[id] = clock_us;
			is_down[id] = true;
		} else {
			fed(id, step, OK);
			last[id] = clock_us;
			is_down[id] = false;
		}
	}
}
END_TEST

START_TEST(groups_know_when_they_were_read_and_received)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	uint32_t n;
	const struct utc *times = table_group_times(table, &n), *received = table_group_received(table);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(times[0].us, 0);
	ck_assert_int_eq(received[0].us, 0);
	feed(0, 1);
	ck_assert_int_eq(times[0].us, T0 + clock_us);
	ck_assert_int_eq(received[0].us, T0 + clock_us + LAG_US);
	clock_us += KIT_PERIOD_US;
	fed(0, 1, ERR_TIMEOUT);
	ck_assert_int_eq(times[0].us, T0 + clock_us - KIT_PERIOD_US);
	ck_assert_int_eq(received[0].us, T0 + clock_us - KIT_PERIOD_US + LAG_US);
	table_group_touch(table, 1, (struct utc){ 77 });
	ck_assert_int_eq(times[1].us, 77);
	ck_assert_int_eq(received[1].us, 77);
	table_group_touch(table, 2, (struct utc){ 77 });
}
END_TEST

START_TEST(finished_values_are_put_and_reported_by_deadband)
{
	kit_calc(&kit, "A.SUM", "1")->deadband = 2;
	start();
	table_put(table, 0, &(struct value){ .v = 10, .time = { T0 } }, mono());
	ck_assert_uint_eq(change_count(), 1);
	table_put(table, 0, &(struct value){ .v = 11, .time = { T0 + 1 } }, mono());
	ck_assert_uint_eq(change_count(), 0);
	ck_assert_double_eq(table_values(table)[0].v, 11);
	ck_assert_double_eq(table_reported(table)[0].v, 10);
	uint32_t n;
	table_live_take(table, &n);
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(names_and_patterns_find_points)
{
	static const char *const names[] = { "ESS2.P", "ESS1.SOC", "ESS1.P", "GRID.P", "ESS10.P", "ESS.P" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		kit_read(&kit, names[i], KIND_ANALOG);
	start();
	for (point_id id = 0; id < ARRAY_LEN(names); id++)
		ck_assert_uint_eq(table_find(table, names[id]), id);
	ck_assert_uint_eq(table_find(table, "ESS3.P"), POINT_NONE);
	ck_assert_uint_eq(table_find(table, ""), POINT_NONE);
}
END_TEST

static point_id globbed[16];
static uint32_t globbed_count;

static void
note(point_id id, void *arg)
{
	ck_assert_ptr_eq(arg, &globbed_count);
	globbed[globbed_count++] = id;
}

START_TEST(globs_give_rising_numbers)
{
	static const char *const names[] = { "ESS2.P", "ESS1.SOC", "ESS1.P", "GRID.P", "ESS10.P", "ESS.P" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		kit_read(&kit, names[i], KIND_ANALOG);
	start();
	globbed_count = 0;
	table_glob(table, "ESS?.P", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 2);
	ck_assert_uint_eq(globbed[0], 0);
	ck_assert_uint_eq(globbed[1], 2);
	table_glob(table, "*", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 8);
	ck_assert_uint_eq(globbed[7], 5);
	table_glob(table, "ESS1.P", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 9);
	table_glob(table, "X*", note, &globbed_count);
	ck_assert_uint_eq(globbed_count, 9);
}
END_TEST

START_TEST(a_reload_keeps_what_stays)
{
	struct kit next;
	kit_init(&next, 10);
	kit_read(&kit, "A.P", KIND_ANALOG)->unit = "kW";
	kit_read(&kit, "A.GONE", KIND_ANALOG);
	kit_read(&kit, "A.KIND", KIND_ANALOG);
	kit_read(&kit, "A.UNIT", KIND_ANALOG)->unit = "kW";
	kit_read(&kit, "A.OLD", KIND_ANALOG);
	add_counter(65536, 0, 1);
	start();
	for (point_id id = 0; id < 6; id++)
		feed(id, 100 + id);
	feed(5, 110);
	table_device_down(table, 0, ERR_RESET);
	/* In another order, some changed. */
	kit_read(&next, "M.E", KIND_COUNTER)->counter = arena_alloc(next.arena, sizeof(struct site_counter));
	next.site.points[0].def->counter->modulus = 65536;
	kit_read(&next, "A.UNIT", KIND_ANALOG)->unit = "MW";
	kit_read(&next, "A.KIND", KIND_DIGITAL);
	kit_read(&next, "A.NEW", KIND_ANALOG);
	next.site.points[3].was = "A.OLD";
	kit_read(&next, "A.P", KIND_ANALOG)->unit = "kW";
	struct table *old = table;
	table = table_new(&next.site);
	table_adopt(table, old);
	table_free(old);
	ck_value(table_values(table)[4], 100, Q_NO_COMM, ERR_RESET);
	ck_value(table_values(table)[3], 104, Q_NO_COMM, ERR_RESET);
	ck_assert_uint_eq(table_values(table)[1].quality, Q_NEVER_READ);
	ck_assert_uint_eq(table_values(table)[2].quality, Q_NEVER_READ);
	ck_assert_double_eq(table_total(table, 0), 5);
	ck_value(feed(0, 65535), 65535, 0, OK);
	ck_value(feed(0, 1), 1, Q_ADJUSTED, OK);
	ck_assert_double_eq_tol(table_total(table, 0), 5 + 65535 - 110 + 2, 1e-9);
	table_free(table);
	table = NULL;
	kit_done(&next);
}
END_TEST

START_TEST(an_empty_site_is_a_table_too)
{
	kit.site.group_count = kit.site.node_count = 0;
	start();
	uint32_t n;
	table_tick(table, mono());
	table_changes_take(table, &n);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(table_find(table, "A.P"), POINT_NONE);
	ck_assert(!table_sample(table, 0, 1, OK, (struct utc){ T0 }, (struct utc){ T0 }, mono()));
	table_free(NULL);
}
END_TEST

T_MAIN("table",
    T_FIXTURE(setup, teardown) T(begins_never_read) T(scale_offset_and_invert) T(a_curve_is_followed_and_prolonged) T(
        square_root_of_a_flow) T(out_of_range_is_shown_and_flagged_never_clamped)
        T(a_bad_sample_keeps_the_last_number_and_its_time) T(strange_numbers_are_numbers) T(
            samples_for_nobody_are_refused) T(first_order_reaches_63_percent_after_its_time) T(a_median_drops_spikes)
            T(the_range_is_that_of_the_unfiltered_value) T(identical_bits_for_too_long_are_frozen) T(
                states_have_names_or_are_told) T(bits_and_unnamed_states_are_whole_numbers)
                T(rising_edges_of_a_pulse_are_counted) T(a_counter_adds_up_from_its_first_value) T(
                    a_counter_rolls_over) T(the_modulus_is_a_value_not_a_count_of_steps)
                    T(a_counter_that_was_reset_invents_nothing) T(a_jump_that_cannot_be_is_not_added) T(
                        a_slow_counter_may_step) T(the_modulus_follows_from_the_register)
                        T_LOOP(a_total_never_falls_whatever_a_counter_does, 0, 2) T(reports_move_by_the_deadband) T(
                            without_a_deadband_any_change_is_told) T(the_longest_interval_brings_small_changes_too)
                            T(an_uncertain_value_carries_its_time) T(changes_are_taken_once_in_rising_order) T(
                                a_device_that_is_down_takes_its_points_along_at_once) T(without_samples_points_go_stale)
                                T(a_point_that_never_came_is_told_after_the_stale_time)
                                    T(a_point_without_communication_is_not_called_stale_too)
                                        T(staleness_agrees_with_its_definition)
                                            T(groups_know_when_they_were_read_and_received)
                                                T(finished_values_are_put_and_reported_by_deadband)
                                                    T(names_and_patterns_find_points) T(globs_give_rising_numbers)
                                                        T(a_reload_keeps_what_stays) T(an_empty_site_is_a_table_too))
