/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_codec.c - runs of samples come back to the bit, whatever they hold; and bytes from anywhere do no harm.
 */
#include "config.h"

#include "tests/bench/plant_series.h"
#include "tests/unit/series_kit.h"
#include "tests/unit/t.h"

static struct sample in[CHUNK_MOST], out[CHUNK_MOST];
static struct wbuf body;

static void
check_run(size_t n, int decimals)
{
	size_t got;

	wbuf_reset(&body);
	chunk_encode(&body, in, n, decimals);
	ck_assert_uint_le(body.len, CHUNK_BYTES);
	ck_assert_int_eq(chunk_decode(body.data, body.len, out, n, &got), OK);
	ck_assert_uint_eq(got, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(kit_is_same(&in[i], &out[i]), "sample %zu of %zu: %a is %a", i, n, in[i].v, out[i].v);
}

START_TEST(every_run_comes_back_to_the_bit)
{
	static const size_t sizes[] = { 1, 2, 3, 63, 64, 65, 600, 1000, CHUNK_MOST };
	struct kit k = { 0x1234567 + (uint64_t)_i };

	for (unsigned time = 0; time < KIT_TIMES; time++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			kit_run(&k, in, sizes[i], (unsigned)_i, time);
			check_run(sizes[i], (int)kit_below(&k, 19) - 6);
		}
}
END_TEST

START_TEST(the_worst_run_stays_within_its_bytes)
{
	struct kit k = { 99 };

	for (size_t i = 0; i < CHUNK_MOST; i++) {
		uint64_t bits = kit_random(&k);

		in[i] = (struct sample){ .ms = i == 0
			    ? INT64_MIN
			    : in[i - 1].ms + (int64_t)(UINT64_C(1) << 51) + (int64_t)(kit_random(&k) >> 14),
			.quality = (uint16_t)kit_random(&k),
			.cause = (uint16_t)kit_random(&k) };
		memcpy(&in[i].v, &bits, sizeof(bits));
	}
	check_run(CHUNK_MOST, 1);
}
END_TEST

START_TEST(times_may_span_all_that_there_is)
{
	in[0] = (struct sample){ .ms = INT64_MIN, .v = 1 };
	in[1] = (struct sample){ .ms = 0, .v = 2 };
	in[2] = (struct sample){ .ms = INT64_MAX, .v = 3 };
	check_run(3, 0);
	in[1].ms = INT64_MAX;
	check_run(2, 0);
	check_run(3, 0);
}
END_TEST

START_TEST(a_negative_zero_becomes_zero)
{
	size_t n;

	in[0] = (struct sample){ .ms = 1, .v = -0.0 };
	wbuf_reset(&body);
	chunk_encode(&body, in, 1, 1);
	ck_assert_int_eq(chunk_decode(body.data, body.len, out, 1, &n), OK);
	ck_assert(!signbit(out[0].v));
}
END_TEST

START_TEST(a_plants_series_are_short)
{
	static const double most[PLANT_KINDS] = { 0.78, 0.34, 0.58, 0.09, 0.16, 0.22, 0.05, 0.05 };

	for (uint32_t point = 0; point < 20; point++) {
		struct plant_series p;

		plant_init(&p, point);
		for (int chunk = 0; chunk < 20; chunk++) {
			for (size_t i = 0; i < CHUNK_SAMPLES; i++)
				in[i] =
				    (struct sample){ .ms = 1764000000000 + (chunk * CHUNK_SAMPLES + (int64_t)i) * 1000,
					    .v = plant_next(&p, 1) };
			check_run(CHUNK_SAMPLES, plant_decimals[p.kind]);
			ck_assert_msg((double)body.len <= most[p.kind] * 1.15 * CHUNK_SAMPLES, "%s: %zu bytes",
			    plant_kind_words[p.kind], body.len);
		}
	}
}
END_TEST

START_TEST(what_does_not_change_takes_a_few_bytes)
{
	for (size_t i = 0; i < CHUNK_MOST; i++)
		in[i] = (struct sample){
			.ms = 1764000000000 + (int64_t)i * 250, .v = 17.3, .quality = Q_STALE, .cause = ERR_TIMEOUT
		};
	check_run(CHUNK_MOST, 1);
	ck_assert_uint_le(body.len, 32);
}
END_TEST

START_TEST(registers_with_a_factor_or_of_floats_are_decimals_too)
{
	struct kit k = { 7 };

	for (size_t i = 0; i < 600; i++)
		in[i] = (struct sample){ .ms = (int64_t)i * 1000, .v = (double)(3000 + kit_below(&k, 16)) * 0.1 };
	check_run(600, 1);
	ck_assert_uint_le(body.len, 600);
	for (size_t i = 0; i < 600; i++)
		in[i].v = (double)((float)(3000 + kit_below(&k, 16)) / 10.0F);
	check_run(600, 1);
	ck_assert_uint_le(body.len, 600);
	for (size_t i = 0; i < 600; i++)
		in[i].v = (double)(3000 + kit_below(&k, 16)) * 0.01 - 273.15;
	check_run(600, 2);
	ck_assert_uint_le(body.len, 1000);
}
END_TEST

START_TEST(a_few_exceptions_do_not_ruin_a_run)
{
	struct kit k = { 8 };

	for (size_t i = 0; i < 600; i++)
		in[i] = (struct sample){ .ms = (int64_t)i * 1000, .v = (double)(3000 + kit_below(&k, 16)) / 10 };
	check_run(600, 1);
	size_t plain = body.len;
	in[0].v = (double)NAN;
	in[100].v = 1.0 / 3;
	in[300].v = 1e300;
	check_run(600, 1);
	ck_assert_uint_le(body.len, plain + 80);
}
END_TEST

START_TEST(a_chunk_cut_short_or_lengthened_is_refused)
{
	struct kit k = { 5 };
	size_t n;

	kit_run(&k, in, 100, 7, 1);
	wbuf_reset(&body);
	chunk_encode(&body, in, 100, 1);
	for (size_t len = 0; len < body.len; len++)
		ck_assert_int_eq(chunk_decode(body.data, len, out, CHUNK_MOST, &n), ERR_BAD_DATA);
	ck_assert_int_eq(chunk_decode(body.data, body.len, out, 99, &n), ERR_BAD_DATA);
	w_u8(&body, 0);
	ck_assert_int_eq(chunk_decode(body.data, body.len, out, CHUNK_MOST, &n), ERR_BAD_DATA);
	body.data[0]++;
	ck_assert_int_eq(chunk_decode(body.data, body.len - 1, out, CHUNK_MOST, &n), ERR_BAD_DATA);
}
END_TEST

START_TEST(bytes_from_anywhere_do_no_harm)
{
	struct kit k = { 31 };
	uint8_t garbage[512];
	size_t n;

	for (int round = 0; round < 3000; round++) {
		size_t len = kit_below(&k, sizeof(garbage));

		for (size_t i = 0; i < len; i++)
			garbage[i] = (uint8_t)kit_random(&k);
		garbage[0] = 1;
		if (round % 2) { /* or a chunk with one bit the other way */
			kit_run(&k, in, 50, (unsigned)kit_below(&k, KIT_VALUES), (unsigned)kit_below(&k, KIT_TIMES));
			wbuf_reset(&body);
			chunk_encode(&body, in, 50, 1);
			body.data[kit_below(&k, body.len)] ^= (uint8_t)(1 << kit_below(&k, 8));
			(void)chunk_decode(body.data, body.len, out, CHUNK_MOST, &n);
		} else {
			(void)chunk_decode(garbage, len, out, CHUNK_MOST, &n);
		}
		ck_assert_uint_le(n, CHUNK_MOST);
		for (size_t i = 1; i < n; i++)
			ck_assert_int_ge(out[i].ms, out[i - 1].ms);
	}
}
END_TEST

/* ---- what a run amounts to */

static void
given(size_t i, int64_t ms, double v, uint16_t quality)
{
	in[i] = (struct sample){ .ms = ms, .v = v, .quality = quality };
}

START_TEST(a_value_holds_until_the_next)
{
	struct summary sum;

	given(0, 0, 10, 0);
	given(1, 1000, 20, 0);
	given(2, 4000, 100, 0);
	summary_of(&sum, in, 3, -1, NULL, 0);
	ck_assert_uint_eq(sum.n, 3);
	ck_assert_uint_eq(sum.usable, 3);
	ck_assert_double_eq(sum.min, 10);
	ck_assert_double_eq(sum.max, 100);
	ck_assert_double_eq(sum.sum, 130);
	ck_assert_double_eq_tol(sum.mean, 17.5, 1e-12); /* the last one weighs nothing yet */
	ck_assert_double_eq(sum.first, 10);
	ck_assert_double_eq(sum.last, 100);
	ck_assert_int_eq(sum.from, 0);
	ck_assert_int_eq(sum.to, 4000);
	ck_assert_int_eq(sum.usable_ms, 4000);
	ck_assert_int_eq(sum.good_ms, 4000);
	ck_assert_double_eq(sum.increment, 0);
}
END_TEST

START_TEST(a_bad_value_counts_for_nothing_and_its_time_neither)
{
	struct summary sum;

	given(0, 0, 10, 0);
	given(1, 1000, 10, Q_NO_COMM);
	given(2, 3000, 50, Q_STALE);
	given(3, 4000, 30, Q_SUBSTITUTED);
	given(4, 6000, 1e9, Q_FAILURE);
	summary_of(&sum, in, 5, -1, NULL, 0);
	ck_assert_uint_eq(sum.n, 5);
	ck_assert_uint_eq(sum.usable, 3);
	ck_assert_double_eq(sum.max, 50);
	ck_assert_int_eq(sum.usable_ms, 4000);
	ck_assert_int_eq(sum.good_ms, 3000);
	ck_assert_double_eq_tol(sum.mean, (10.0 + 50 + 60) / 4, 1e-12);
	ck_assert_uint_eq(sum.flags, Q_NO_COMM | Q_STALE | Q_SUBSTITUTED | Q_FAILURE);
	ck_assert_uint_eq(sum.last_quality, Q_FAILURE);
	ck_assert_double_eq(sum.last, 1e9);
}
END_TEST

START_TEST(what_was_not_looked_at_weighs_nothing)
{
	const struct stretch dark[] = { { -50, 500 }, { 600, 600 }, { 1500, 3000 }, { 3500, 9000 } };
	struct summary sum;

	given(0, 0, 10, 0);
	given(1, 1000, 20, Q_STALE);
	given(2, 2000, 40, 0);
	given(3, 4000, 80, 0);
	summary_of(&sum, in, 4, -1, dark, 4);
	ck_assert_int_eq(sum.usable_ms, 500 + 500 + 500);
	ck_assert_int_eq(sum.good_ms, 1000);
	ck_assert_double_eq_tol(sum.mean, (10.0 + 20 + 40) / 3, 1e-12);
	ck_assert_double_eq(sum.max, 80);
}
END_TEST

START_TEST(nothing_usable_is_nothing_known)
{
	struct summary sum;

	given(0, 5, (double)NAN, Q_NEVER_READ);
	given(1, 6, (double)NAN, 0);
	summary_of(&sum, in, 2, 0, NULL, 0);
	ck_assert_uint_eq(sum.usable, 0);
	ck_assert(isnan(sum.min) && isnan(sum.max) && isnan(sum.sum) && isnan(sum.mean) && isnan(sum.last));
	summary_of(&sum, in, 0, 0, NULL, 0);
	ck_assert_uint_eq(sum.n, 0);
	ck_assert(isnan(sum.mean) && isnan(sum.first));
}
END_TEST

START_TEST(a_mean_is_never_outside_of_its_values)
{
	struct summary sum;
	struct kit k = { 77 };

	given(0, 7, 3, 0);
	summary_of(&sum, in, 1, -1, NULL, 0);
	ck_assert_double_eq(sum.mean, 3);
	given(0, INT64_MIN, DBL_MAX, 0);
	given(1, 0, DBL_MAX, 0);
	given(2, INT64_MAX, DBL_MAX, 0);
	summary_of(&sum, in, 3, -1, NULL, 0);
	ck_assert_double_eq(sum.mean, DBL_MAX);
	ck_assert_int_eq(sum.usable_ms, INT64_MAX);
	for (unsigned kind = 0; kind < KIT_VALUES; kind++)
		for (unsigned time = 0; time < KIT_TIMES; time++) {
			kit_run(&k, in, 200, kind, time);
			summary_of(&sum, in, 200, 0, NULL, 0);
			ck_assert(sum.usable == 0 || (sum.mean >= sum.min && sum.mean <= sum.max));
			ck_assert(sum.good_ms <= sum.usable_ms && sum.usable_ms >= 0);
		}
}
END_TEST

START_TEST(a_counter_counts_over_roll_over_and_reset)
{
	bool was_reset;
	struct summary sum;

	ck_assert_double_eq(counter_increment(10, 15, 0, &was_reset), 5);
	ck_assert(!was_reset);
	ck_assert_double_eq(counter_increment(65530, 4, 65536, &was_reset), 10);
	ck_assert(!was_reset);
	ck_assert_double_eq(counter_increment(30000, 4, 65536, &was_reset), 0);
	ck_assert(was_reset);
	ck_assert_double_eq(counter_increment(65530, 4, 0, &was_reset), 0);
	ck_assert(was_reset);
	ck_assert_double_eq(counter_increment(65530, -4, 65536, &was_reset), 0);
	ck_assert(was_reset);
	ck_assert_double_eq(counter_increment(90000, 4, 65536, &was_reset), 0); /* it stood beyond its modulus */
	ck_assert(!was_reset);

	given(0, 0, 65000, 0);
	given(1, 1, 65500, 0);
	given(2, 2, 0, Q_NO_COMM); /* not counted */
	given(3, 3, 100, 0);       /* 136 on */
	given(4, 4, 50, 0);        /* reset */
	given(5, 5, 60, 0);
	summary_of(&sum, in, 6, 65536, NULL, 0);
	ck_assert_double_eq(sum.increment, 500 + 136 + 10);
	ck_assert_uint_eq(sum.resets, 1);
}
END_TEST

T_MAIN("codec",
    T_LONG_LOOP(every_run_comes_back_to_the_bit, 0, KIT_VALUES) T(the_worst_run_stays_within_its_bytes)
        T(times_may_span_all_that_there_is) T(a_negative_zero_becomes_zero) T_LONG(a_plants_series_are_short)
            T(what_does_not_change_takes_a_few_bytes) T(registers_with_a_factor_or_of_floats_are_decimals_too)
                T(a_few_exceptions_do_not_ruin_a_run) T(a_chunk_cut_short_or_lengthened_is_refused)
                    T(bytes_from_anywhere_do_no_harm) T(a_value_holds_until_the_next)
                        T(a_bad_value_counts_for_nothing_and_its_time_neither) T(what_was_not_looked_at_weighs_nothing)
                            T(nothing_usable_is_nothing_known) T(a_mean_is_never_outside_of_its_values)
                                T(a_counter_counts_over_roll_over_and_reset))
