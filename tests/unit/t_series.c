/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_series.c - what is not sealed yet comes back in order of time, however it arrived, and takes little memory.
 */
#include "config.h"

#include "scada/store/series.h"
#include "tests/bench/plant_series.h"
#include "tests/unit/series_kit.h"
#include "tests/unit/t.h"

#define MOST 2000

static struct sample in[MOST], out[MOST], expected[MOST];
static uint64_t tags[MOST];
static size_t count; /* of in, in order of arrival */

/* The slow and simple way: what is in, in order of time. */
static uint32_t
by_hand(uint64_t tag)
{
	uint32_t n = 0;

	for (size_t i = 0; i < count; i++) {
		if (tags[i] <= tag && tag != 0)
			continue;
		uint32_t at = n++;
		for (; at > 0 && expected[at - 1].ms > in[i].ms; at--)
			expected[at] = expected[at - 1];
		expected[at] = in[i];
	}
	return n;
}

static void
check_same(uint32_t n, uint32_t m)
{
	ck_assert_uint_eq(n, m);
	for (uint32_t i = 0; i < n; i++)
		ck_assert_msg(
		    kit_is_same(&expected[i], &out[i]), "sample %u of %u: %a is %a", i, n, expected[i].v, out[i].v);
}

static void
check_all(const struct series *s)
{
	struct sample newest;
	uint32_t n = by_hand(0);

	check_same(n, series_read(s, out));
	ck_assert_uint_eq(s->count, n);
	ck_assert(series_newest(s, &newest) == (n > 0));
	if (n == 0)
		return;
	ck_assert(kit_is_same(&expected[n - 1], &newest));
	ck_assert_int_eq(s->first, expected[0].ms);
	ck_assert_int_eq(s->last, expected[n - 1].ms);
}

/* Some arrive late: they change their place with one that is up to 20 later. */
static void
shuffle(struct kit *k, size_t n, unsigned one_of)
{
	for (size_t i = 0; i + 20 < n; i++)
		if (kit_below(k, one_of) == 0) {
			size_t j = i + kit_below(k, 20);
			struct sample x = in[i];

			in[i] = in[j];
			in[j] = x;
		}
}

static void
fill(struct series *s, struct kit *k, size_t n, bool is_late)
{
	uint64_t tag = 1;

	count = n;
	if (is_late)
		shuffle(k, n, 30);
	for (size_t i = 0; i < n; i++) {
		tag += kit_below(k, 8) == 0 ? kit_below(k, 1000) : 1;
		tags[i] = tag;
		series_put(s, &in[i], tag);
	}
}

START_TEST(every_series_comes_back_in_order)
{
	struct kit k = { 0x777 + (uint64_t)_i };

	for (unsigned time = 0; time < KIT_TIMES; time++)
		for (int late = 0; late < 2; late++) {
			struct series s;

			series_init(&s, (int)kit_below(&k, 19) - 6);
			kit_run(&k, in, 700, (unsigned)_i, time);
			fill(&s, &k, 700, late);
			check_all(&s);
			series_done(&s);
		}
}
END_TEST

START_TEST(what_came_after_a_tag_can_be_read_and_the_rest_forgotten)
{
	struct kit k = { 0x999 + (uint64_t)_i };

	for (int late = 0; late < 2; late++) {
		struct series s;

		series_init(&s, 1);
		kit_run(&k, in, 500, (unsigned)_i, 2);
		fill(&s, &k, 500, late);
		for (size_t at = 0; at < 500; at += 83) {
			check_same(by_hand(tags[at]), series_read_after(&s, tags[at], out));
			series_forget(&s, tags[at]);
			size_t gone = 0;
			while (gone < count && tags[gone] <= tags[at])
				gone++;
			ck_assert_uint_eq(s.count, 500 - gone);
			check_same(by_hand(tags[at]), series_read(&s, out));
		}
		series_forget(&s, UINT64_MAX);
		ck_assert_uint_eq(s.count, 0);
		series_put(&s, &in[0], 3);
		ck_assert_uint_eq(series_read(&s, out), 1);
		ck_assert(kit_is_same(&in[0], &out[0]));
		series_done(&s);
	}
}
END_TEST

START_TEST(the_oldest_can_be_cut_off)
{
	struct kit k = { 0xABC };

	for (int late = 0; late < 2; late++) {
		struct series s;

		series_init(&s, 1);
		kit_run(&k, in, 500, 1, 2);
		count = 500;
		if (late)
			shuffle(&k, 500, 10);
		for (size_t i = 0; i < 500; i++) {
			tags[i] = 0;
			series_put(&s, &in[i], 0);
		}
		uint32_t n = by_hand(0);
		series_cut(&s, 0);
		ck_assert_uint_eq(s.count, 500);
		series_cut(&s, 123);
		ck_assert_uint_eq(series_read(&s, out), n - 123);
		for (uint32_t i = 0; i < n - 123; i++)
			ck_assert(kit_is_same(&expected[i + 123], &out[i]));
		ck_assert_int_eq(s.first, expected[123].ms);
		series_put(&s, &expected[n - 1], 0);
		ck_assert_uint_eq(series_read(&s, out), n - 122);
		series_cut(&s, 1000);
		ck_assert_uint_eq(s.count, 0);
		series_done(&s);
	}
}
END_TEST

START_TEST(of_equal_times_the_later_arrival_stands_after)
{
	struct series s;

	series_init(&s, 0);
	for (int i = 0; i < 5; i++)
		series_put(&s, &(struct sample){ .ms = 1000 + i, .v = i }, 0);
	series_put(&s, &(struct sample){ .ms = 1002, .v = 99 }, 0);
	ck_assert_uint_eq(series_read(&s, out), 6);
	ck_assert_double_eq(out[2].v, 2);
	ck_assert_double_eq(out[3].v, 99);
	series_put(&s, &(struct sample){ .ms = 1004, .v = 100 }, 0);
	ck_assert(series_newest(&s, &out[0]));
	ck_assert_double_eq(out[0].v, 100);
	series_done(&s);
}
END_TEST

START_TEST(regular_samples_take_about_a_byte)
{
	size_t bytes = 0;

	for (uint32_t point = 0; point < 20; point++) {
		struct series s;
		struct plant_series p;

		plant_init(&p, point);
		series_init(&s, plant_decimals[p.kind]);
		for (int i = 0; i < 1200; i++)
			series_put(&s, &(struct sample){ .ms = 1764000000000 + i * 1000, .v = plant_next(&p, 1) },
			    (uint64_t)i);
		bytes += series_bytes(&s);
		ck_assert_uint_le(s.len, 1300);
		series_done(&s);
	}
	ck_assert_uint_le(bytes, 20 * 2000);
}
END_TEST

START_TEST(an_empty_series_is_harmless)
{
	struct series s;

	series_init(&s, 3);
	ck_assert_uint_eq(series_bytes(&s), 0);
	ck_assert_uint_eq(series_read(&s, out), 0);
	ck_assert_uint_eq(series_read_after(&s, 0, out), 0);
	ck_assert(!series_newest(&s, out));
	series_forget(&s, 5);
	series_cut(&s, 5);
	series_reset(&s);
	series_done(&s);
	series_done(&s);
}
END_TEST

T_MAIN("series",
    T_LOOP(every_series_comes_back_in_order, 0, KIT_VALUES)
        T_LOOP(what_came_after_a_tag_can_be_read_and_the_rest_forgotten, 0, KIT_VALUES) T(the_oldest_can_be_cut_off)
            T(of_equal_times_the_later_arrival_stands_after) T(regular_samples_take_about_a_byte)
                T(an_empty_series_is_harmless))
