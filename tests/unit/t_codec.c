/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_codec.c - runs of samples: to the bit and back for every kind of series, few bytes for a plant's, and hostile bytes refused.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/codec.h"
#include "tests/unit/t.h"

#define START INT64_C(1795000000000)

static uint64_t seed;

/* xorshift: the same walk in every run. */
static uint64_t
dice(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return below == 0 ? seed : seed % below;
}

static struct sample in[CHUNK_MOST], out[CHUNK_MOST];

static double
any_double(void)
{
	uint64_t bits = dice(0);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return isfinite(v) ? v : 0.5;
}

enum { NOISE, VOLTAGE, COUNTER, STATUS, FLOATS, DOUBLES, EXTREMES, MIXED, SORT_COUNT };

static double
value_of(int sort, size_t i, double last)
{
	static const double extremes[] = { 0, 1.7976931348623157e308, -1.7976931348623157e308, 5e-324, -5e-324,
		9007199254740993.0, 9223372036854775807.0, -9223372036854775808.0, 1e-300, 0.1 };

	switch (sort) {
	case NOISE: return (double)((int64_t)dice(20000) - 10000) / 10;
	case VOLTAGE: return (double)(2300 + (int64_t)dice(7)) / 10;
	case COUNTER: return last + (double)dice(3);
	case STATUS: return dice(50) == 0 ? (double)dice(8) : last;
	case FLOATS: return (double)((float)dice(100000) / 7.0f);
	case DOUBLES: return any_double();
	case EXTREMES: return extremes[dice(ARRAY_LEN(extremes))];
	default: return i % 97 == 5 ? (double)NAN : i % 41 == 0 ? any_double() : (double)dice(1000) / 100;
	}
}

/* times: 0 regular, 1 misses, 2 jitter, 3 wild */
static void
fill(int sort, int times, size_t n)
{
	int64_t ms = START;
	double last = 0;

	for (size_t i = 0; i < n; i++) {
		last = value_of(sort, i, isnan(last) ? 0 : last);
		in[i] = (struct sample){ .ms = ms, .v = last };
		if (sort == MIXED && dice(30) == 0) {
			in[i].quality = (uint16_t)(dice(Q_ALL + 1) | RECORD_CLOCK);
			in[i].cause = (uint16_t)dice(109);
		}
		ms += times == 0 ? 1000
		    : times == 1 ? 1000 * (1 + (int64_t)dice(4))
		    : times == 2 ? 1000 + (int64_t)dice(5)
		                 : (int64_t)dice(UINT64_C(1) << (dice(40) + 1));
	}
}

static void
go_round(size_t n, int decimals)
{
	struct wbuf b;
	size_t got = 0;

	wbuf_init(&b);
	chunk_encode(&b, in, n, decimals);
	ck_assert_uint_le(b.len, CHUNK_BYTES);
	ck_assert_int_eq(chunk_decode(b.data, b.len, out, CHUNK_MOST, &got), OK);
	ck_assert_uint_eq(got, n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(out[i].ms, in[i].ms);
		ck_assert(isnan(in[i].v) ? isnan(out[i].v) : memcmp(&out[i].v, &in[i].v, sizeof(double)) == 0);
		ck_assert_uint_eq(out[i].quality, in[i].quality);
		ck_assert_uint_eq(out[i].cause, in[i].cause);
	}
	if (n > 1)
		ck_assert_int_ne(chunk_decode(b.data, b.len, out, n - 1, &got), OK);
	wbuf_done(&b);
}

START_TEST(every_series_comes_back_to_the_bit)
{
	static const size_t sizes[] = { 1, 2, 3, 17, 600, CHUNK_MOST };

	seed = UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)_i;
	for (int times = 0; times < 4; times++)
		for (size_t k = 0; k < ARRAY_LEN(sizes); k++)
			for (int decimals = -6; decimals <= 12; decimals += sizes[k] > 600 ? 18 : 6) {
				fill(_i, times, sizes[k]);
				go_round(sizes[k], decimals);
			}
}
END_TEST

START_TEST(a_negative_zero_becomes_zero)
{
	struct wbuf b;
	size_t got;

	in[0] = (struct sample){ .ms = START, .v = -0.0 };
	wbuf_init(&b);
	chunk_encode(&b, in, 1, 1);
	ck_assert_int_eq(chunk_decode(b.data, b.len, out, 1, &got), OK);
	ck_assert(!signbit(out[0].v));
	wbuf_done(&b);
}
END_TEST

static double
bytes_a_sample(int sort)
{
	struct wbuf b;
	double bytes;

	seed = 7;
	fill(sort, 0, 600);
	wbuf_init(&b);
	chunk_encode(&b, in, 600, 1);
	bytes = (double)b.len / 600;
	wbuf_done(&b);
	return bytes;
}

START_TEST(a_plants_values_take_little_room)
{
	ck_assert_double_le(bytes_a_sample(VOLTAGE), 0.60); /* seven values of equal chance: 2.8 bits are the least */
	ck_assert_double_le(bytes_a_sample(COUNTER), 0.40);
	ck_assert_double_le(bytes_a_sample(STATUS), 0.15);
	ck_assert_double_le(bytes_a_sample(NOISE), 2.10); /* 20,000 values of equal chance: 14.3 bits are the least */
}
END_TEST

START_TEST(every_short_chunk_is_refused)
{
	struct wbuf b;
	size_t got;

	seed = 11;
	fill(_i, 2, 60);
	wbuf_init(&b);
	chunk_encode(&b, in, 60, 1);
	for (size_t len = 0; len < b.len; len++) {
		uint8_t *part = xmalloc(len + 1); /* a reader that goes beyond is caught */

		memcpy(part, b.data, len);
		part = xrecallocarray(part, len + 1, len == 0 ? 1 : len, 1);
		ck_assert_int_eq(chunk_decode(part, len, out, CHUNK_MOST, &got), ERR_BAD_DATA);
		free(part);
	}
	wbuf_done(&b);
}
END_TEST

/* Any bytes: refused or decoded, within bounds and in time. */
START_TEST(garbage_does_no_harm)
{
	struct wbuf b;
	size_t got;

	seed = 13;
	for (int round = 0; round < 3000; round++) {
		size_t n = 1 + dice(80);

		fill((int)dice(SORT_COUNT), (int)dice(4), n);
		wbuf_init(&b);
		chunk_encode(&b, in, n, (int)dice(4));
		for (uint64_t flips = 1 + dice(4); flips > 0; flips--)
			b.data[dice(b.len)] ^= (uint8_t)(1u << dice(8));
		enum err e = chunk_decode(b.data, b.len, out, CHUNK_MOST, &got);
		ck_assert(e == ERR_BAD_DATA || (e == OK && got <= CHUNK_MOST));
		wbuf_done(&b);
	}
}
END_TEST

START_TEST(a_summary_weighs_by_time_and_leaves_bad_values_out)
{
	const struct sample s[] = {
		{ START, 10, 0, 0 },
		{ START + 1000, 20, 0, 0 },
		{ START + 4000, 20, Q_NO_COMM, ERR_TIMEOUT },
		{ START + 5000, 5, Q_OUT_OF_RANGE, ERR_RANGE },
		{ START + 7000, 30, 0, 0 },
	};
	struct summary m;

	summary_of(&m, s, ARRAY_LEN(s), -1);
	ck_assert_uint_eq(m.n, 5);
	ck_assert_uint_eq(m.usable, 4);
	ck_assert_double_eq(m.min, 5);
	ck_assert_double_eq(m.max, 30);
	ck_assert_double_eq(m.sum, 65);
	ck_assert_int_eq(m.usable_ms, 6000);
	ck_assert_int_eq(m.good_ms, 4000);
	ck_assert_double_eq_tol(m.mean, (10 * 1 + 20 * 3 + 5 * 2) / 6.0, 1e-12);
	ck_assert_uint_eq(m.flags, Q_NO_COMM | Q_OUT_OF_RANGE);
}
END_TEST

START_TEST(a_counter_counts_over_roll_over_and_not_over_a_reset)
{
	bool was_reset = false;

	ck_assert_double_eq(counter_increment(10, 25, 1000, &was_reset), 15);
	ck_assert(!was_reset);
	ck_assert_double_eq(counter_increment(990, 5, 1000, &was_reset), 15);
	ck_assert(!was_reset);
	ck_assert_double_eq(counter_increment(400, 5, 1000, &was_reset), 0);
	ck_assert(was_reset);
	ck_assert_double_eq(counter_increment(990, 5, 0, &was_reset), 0);
	ck_assert(was_reset);
}
END_TEST

T_MAIN("codec",
    T_LOOP(every_series_comes_back_to_the_bit, 0, SORT_COUNT) T(a_negative_zero_becomes_zero) T(
        a_plants_values_take_little_room) T_LOOP(every_short_chunk_is_refused, 0, SORT_COUNT) T(garbage_does_no_harm)
        T(a_summary_weighs_by_time_and_leaves_bad_values_out) T(a_counter_counts_over_roll_over_and_not_over_a_reset))
