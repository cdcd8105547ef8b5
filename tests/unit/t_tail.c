/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_tail.c - rows of the tail and of rolls come back as they were, and nothing that a damaged one holds does harm.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/store/roll.h"
#include "scada/store/tail.h"
#include "tests/bench/plant_series.h"
#include "tests/unit/series_kit.h"
#include "tests/unit/t.h"

#define KEYS 60
#define MOST 1000

struct told {
	struct {
		uint32_t key;
		struct sample s;
	} v[MOST];
	uint32_t n, done[KEYS], done_count, scan_count;
	struct tail_scan scans[8];
};
static struct told given, got;

static void
on_sample(void *arg, uint32_t key, const struct sample *s)
{
	struct told *t = arg;

	if (t->n < MOST) {
		t->v[t->n].key = key;
		t->v[t->n++].s = *s;
	}
}

static void
on_done(void *arg, uint32_t key)
{
	struct told *t = arg;

	if (t->done_count < KEYS)
		t->done[t->done_count++] = key;
}

static void
on_scan(void *arg, const struct tail_scan *s)
{
	struct told *t = arg;

	if (t->scan_count < 8)
		t->scans[t->scan_count++] = *s;
}

static const struct tail_each each = { .done = on_done, .scan = on_scan, .sample = on_sample, .arg = &got };

static void
make_row(struct kit *r, struct tail_out *out, struct tail_bases *b, int64_t ms)
{
	given = (struct told){ 0 };
	tail_out_reset(out);
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t key = kit_below(r, 4) != 0 && i > 0 ? given.v[i - 1].key % (KEYS - 1) + 1
		                                             : 1 + (uint32_t)kit_below(r, KEYS - 1);
		struct sample s = { .ms = ms + (kit_below(r, 9) == 0 ? (int64_t)kit_below(r, 5000) - 2500 : 0),
			.v = kit_value(r, (unsigned)(key % KIT_VALUES), 100, i),
			.quality = kit_below(r, 20) == 0 ? (uint16_t)kit_random(r) : 0 };

		s.v = s.v == 0 ? 0 : s.v;
		tail_put(out, b, key, &s, (int)(key % 4));
		on_sample(&given, key, &s);
	}
	for (uint32_t key = 1; key < KEYS; key++)
		if (kit_below(r, 6) == 0)
			on_done(&given, key);
	for (uint32_t i = 0; i < 5; i++)
		on_scan(&given, &(struct tail_scan){ i * 3, ms - (int64_t)kit_below(r, 1u << 30), ms - (int64_t)i });
}

static void
check_told(void)
{
	ck_assert_uint_eq(got.n, given.n);
	for (uint32_t i = 0; i < given.n; i++)
		ck_assert(got.v[i].key == given.v[i].key && kit_is_same(&given.v[i].s, &got.v[i].s));
	ck_assert_uint_eq(got.done_count, given.done_count);
	ck_assert_mem_eq(got.done, given.done, given.done_count * sizeof(given.done[0]));
	ck_assert_uint_eq(got.scan_count, given.scan_count);
	for (uint32_t i = 0; i < given.scan_count; i++)
		ck_assert(got.scans[i].device == given.scans[i].device && got.scans[i].from == given.scans[i].from &&
		    got.scans[i].to == given.scans[i].to);
}

START_TEST(rows_come_back_as_they_were)
{
	struct kit r = { (uint64_t)_i + 99 };
	struct tail_bases w = { 0 }, b = { 0 };
	struct tail_out out = { 0 };
	struct wbuf row;

	wbuf_init(&row);
	tail_bases_room(&w, KEYS);
	tail_bases_room(&b, KEYS);
	for (uint64_t i = 0; i < 50; i++) {
		struct tail_head head = { .boot = 7, .batch = i, .ms = INT64_C(1795392000000) + (int64_t)i * 1000 },
		                 had;

		make_row(&r, &out, &w, head.ms);
		wbuf_reset(&row);
		tail_row(&row, &out, &head, given.done, given.done_count, given.scans, given.scan_count);
		got = (struct told){ 0 };
		ck_assert_int_eq(tail_read(row.data, row.len, &b, &had, &each), OK);
		check_told();
		ck_assert_uint_eq(head.boot, had.boot);
		ck_assert_uint_eq(head.batch, had.batch);
		ck_assert_int_eq(head.ms, had.ms);
		ck_assert_uint_eq(head.done, had.done);
		ck_assert_uint_eq(head.scans, had.scans);
		ck_assert_uint_eq(head.samples, had.samples);
		for (uint32_t j = 0; j < given.done_count; j++) {
			tail_base_reset(&w, given.done[j]);
			tail_base_reset(&b, given.done[j]);
		}
	}
	wbuf_done(&row);
	wbuf_done(&out.samples);
	tail_bases_done(&w);
	tail_bases_done(&b);
}
END_TEST

START_TEST(a_sample_of_the_plant_takes_about_a_byte)
{
	static struct plant_series p[MOST];
	struct tail_bases b = { 0 };
	struct tail_out out = { 0 };
	size_t sum = 0;

	tail_bases_room(&b, MOST + 1);
	for (uint32_t i = 0; i < MOST; i++)
		plant_init(&p[i], i);
	for (int64_t t = 0; t < 100; t++) {
		tail_out_reset(&out);
		for (uint32_t i = 0; i < MOST; i++) {
			struct sample s = { .ms = t * 1000, .v = plant_next(&p[i], 1) };
			tail_put(&out, &b, i + 1, &s, plant_decimals[p[i].kind]);
		}
		sum += out.samples.len;
	}
	ck_assert_uint_lt(sum, 100 * MOST * 115 / 100);
	wbuf_done(&out.samples);
	tail_bases_done(&b);
}
END_TEST

START_TEST(a_damaged_row_does_no_harm)
{
	struct kit r = { (uint64_t)_i + 1 };
	struct tail_bases w = { 0 }, b = { 0 };
	struct tail_head head = { .ms = 5000 };
	struct tail_out out = { 0 };
	struct wbuf row;

	wbuf_init(&row);
	tail_bases_room(&w, KEYS);
	tail_bases_room(&b, KEYS);
	make_row(&r, &out, &w, 5000);
	tail_row(&row, &out, &head, given.done, given.done_count, given.scans, given.scan_count);
	for (size_t len = 0; len < row.len; len++) { /* in memory of just its size, for those who watch over it */
		uint8_t *copy = xmalloc(len + 1);

		memcpy(copy, row.data, len);
		ck_assert_int_eq(tail_read(copy, len, &b, &head, &each), ERR_BAD_DATA);
		free(copy);
	}
	for (unsigned i = 0; i < 2000; i++) {
		size_t at = kit_below(&r, row.len);
		uint8_t was = row.data[at];

		row.data[at] = (uint8_t)kit_random(&r);
		got = (struct told){ 0 };
		(void)tail_read(row.data, row.len, &b, &head, &each);
		row.data[at] = was;
	}
	wbuf_done(&row);
	wbuf_done(&out.samples);
	tail_bases_done(&w);
	tail_bases_done(&b);
}
END_TEST

/* ---- rolls */

static bool
is_share(float a, float b)
{
	return fabsf(a - b) < 1e-6F;
}

static void
make_buckets(struct kit *r, struct bucket *k, int64_t *edges, uint32_t n)
{
	edges[0] = INT64_C(1795392000000);
	for (uint32_t i = 0; i < n; i++) {
		double v = (double)kit_below(r, 10000) / 10, none = (double)NAN;
		bool is_empty = kit_below(r, 5) == 0, is_odd = kit_below(r, 9) == 0;

		edges[i + 1] = edges[i] + (i % 7 == 3 ? 82800000 : 86400000);
		k[i] = (struct bucket){ .from = { edges[i] * 1000 },
			.samples = (uint32_t)kit_below(r, 90000),
			.min = v,
			.mean = v + (is_odd ? 0.01 / 3 : 0.0625),
			.max = is_odd ? v + 1.0 / 3 : v + 2,
			.first = v,
			.last = v + 1,
			.increment = (double)kit_below(r, 100000) / 10,
			.good = (float)kit_below(r, 1801) / 1800,
			.seen = (float)kit_below(r, 1801) / 1800,
			.quality = (uint16_t)kit_random(r),
			.marks = (uint8_t)kit_below(r, 8) };
		if (is_empty)
			k[i].min = k[i].mean = k[i].max = k[i].first = k[i].last = k[i].increment = none;
	}
}

static bool
is_same(double a, double b, double off)
{
	return isnan(a) ? isnan(b) : fabs(a - b) <= off;
}

START_TEST(a_roll_comes_back_as_it_was)
{
	static const uint32_t sizes[] = { 1, 2, 28, 31, 48, ROLL_MOST };
	struct kit r = { (uint64_t)_i + 3 };
	struct bucket k[ROLL_MOST], out[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1], had[ROLL_MOST + 1];
	struct wbuf row;
	uint32_t n = sizes[(unsigned)_i % ARRAY_LEN(sizes)], m;

	wbuf_init(&row);
	make_buckets(&r, k, edges, n);
	roll_put(&row, edges, k, n, 1);
	ck_assert_int_eq(roll_get(row.data, row.len, had, out, &m), OK);
	ck_assert_uint_eq(m, n);
	ck_assert_mem_eq(had, edges, (n + 1) * sizeof(edges[0]));
	for (uint32_t i = 0; i < n; i++) {
		ck_assert_int_eq(out[i].from.us, k[i].from.us);
		ck_assert(is_same(k[i].min, out[i].min, 0) && is_same(k[i].max, out[i].max, 0));
		ck_assert(is_same(k[i].first, out[i].first, 0) && is_same(k[i].last, out[i].last, 0));
		ck_assert(is_same(k[i].mean, out[i].mean, 0.00005));
		ck_assert(is_same(k[i].increment, out[i].increment, 1e-9));
		ck_assert(is_share(k[i].good, out[i].good));
		ck_assert(is_share(k[i].seen, out[i].seen));
		ck_assert_uint_eq(k[i].samples, out[i].samples);
		ck_assert_uint_eq(k[i].quality, out[i].quality);
		ck_assert_uint_eq(k[i].marks, out[i].marks);
	}
	for (size_t len = 0; len < row.len; len++)
		ck_assert_int_eq(roll_get(row.data, len, had, out, &m), ERR_BAD_DATA);
	for (unsigned i = 0; i < 1000; i++) {
		size_t at = kit_below(&r, row.len);
		uint8_t was = row.data[at];

		row.data[at] = (uint8_t)kit_random(&r);
		(void)roll_get(row.data, row.len, had, out, &m);
		row.data[at] = was;
	}
	wbuf_done(&row);
}
END_TEST

T_MAIN("tail",
    T_LOOP(rows_come_back_as_they_were, 0, 10) T(a_sample_of_the_plant_takes_about_a_byte)
        T_LOOP(a_damaged_row_does_no_harm, 0, 10) T_LOOP(a_roll_comes_back_as_it_was, 0, 24))
