/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_fill.h - a reader with a history to ask about: a sample a second of one point, all of them looked at.
 * Include after reader_kit.h; everything is static.
 */
#ifndef CHISAN_READER_FILL_H
#define CHISAN_READER_FILL_H

#include <sodium.h>

#include "scada/base/record.h"

#define HOUR INT64_C(3600000)

static const char site_text[] =
    "site: Unit\n"
    "title_ja: 試験\n"
    "timezone: Asia/Tokyo\n"
    "devices:\n"
    "  - {name: D0, profile: p, link: \"modbus-tcp://127.0.0.1:502/1\"}\n"
    "profiles:\n"
    "  - profile: p\n"
    "    points:\n"
    "      - {tag: P0, kind: analog, unit: kW, read: {table: holding, address: 0, type: i16}}\n";
static const char *const soc[] = { "ESS1.SOC", NULL };
static struct sample samples[4000];

static const struct msg_journal_get everything = { .point = "", .user = "", .text = "" };

/* A sample a second in chunks of 500, all of them looked at. */
static inline void
fill(size_t chunks)
{
	for (size_t c = 0; c < chunks; c++) {
		for (size_t i = 0; i < 500; i++)
			samples[i] = (struct sample){ .ms = T0 + (int64_t)(c * 500 + i) * 1000,
				.v = (double)((c + i) % 997) / 10 };
		kit_chunk(samples, 500, 0);
	}
	kit_scan(1, T0, T0 + (int64_t)chunks * 500000);
}

static inline void
is_trend_of(const struct asked *a, uint32_t points, int64_t from, int64_t to, uint32_t n)
{
	struct bucket *want = xcalloc(n, sizeof(*want)), got = { 0 };
	uint32_t index = 0, next = 0;
	struct msg_trend m;

	must(query_buckets(q, &point, from, to, n, want));
	for (unsigned f = 0; f < a->frames; f++) {
		struct rbuf r = kit_body(a, f, W_TREND);

		ck_assert(msg_trend_get(&r, &m));
		ck_assert_uint_eq(m.index, index);
		ck_assert_uint_eq(m.first, next);
		ck_assert_str_eq(m.unit, "kW");
		ck_assert_uint_eq(m.kind, KIND_ANALOG);
		ck_assert_uint_eq(m.decimals_plus_8, 9);
		for (uint32_t i = 0; i < m.count; i++) {
			const struct bucket *w = &want[next + i];

			ck_assert(bucket_get(&r, &got));
			ck_assert_uint_eq(got.samples, w->samples);
			ck_assert(got.mean == w->mean || (isnan(got.mean) && isnan(w->mean)));
			ck_assert(got.max == w->max || (isnan(got.max) && isnan(w->max)));
			ck_assert_uint_eq(got.marks, w->marks);
		}
		ck_assert(r_done(&r));
		next += m.count;
		if (next == n) {
			next = 0;
			index++;
		}
	}
	ck_assert_uint_eq(index, points);
	ck_assert_uint_eq(next, 0);
	free(want);
}

static inline bool
collect(const struct sample *s, void *arg)
{
	size_t *n = arg;

	ck_assert_uint_lt(*n, 20000);
	w_i64(&out, s->ms * US_PER_MS);
	w_f64(&out, s->v);
	++*n;
	return true;
}

/* The answer holds the first n samples that the query gives. */
static inline size_t
is_history_of(const struct asked *a, int64_t from, int64_t to)
{
	struct msg_history m;
	size_t all = 0, n = 0;
	struct rbuf want;

	must(query_samples(q, &point, from, to, collect, &all));
	rbuf_init(&want, out.data, out.len);
	for (unsigned f = 0; f < a->frames; f++) {
		struct rbuf r = kit_body(a, f, W_HISTORY);

		ck_assert(msg_history_get(&r, &m));
		for (uint32_t i = 0; i < m.count; i++, n++) {
			ck_assert_int_eq(r_i64(&r), r_i64(&want));
			ck_assert(r_f64(&r) == r_f64(&want));
			(void)r_u16(&r);
			(void)r_u16(&r);
		}
		ck_assert(r_done(&r));
	}
	wbuf_reset(&out);
	ck_assert(!want.bad);
	return n;
}

static void
setup(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	kit_folders();
	kit_database();
	kit_reader();
}

static void
teardown(void)
{
	kit_end();
}

#endif
