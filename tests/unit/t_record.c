/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_record.c - batches of samples and scans, buckets: the round trip to the bit, every short body, and lies.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/trend.h"
#include "tests/unit/t.h"

#define SAMPLES 300
#define START   (INT64_C(1795000000) * US_PER_S)

struct taken {
	struct record records[SAMPLES];
	struct scan_record scans[SAMPLES];
	uint32_t record_count, scan_count;
};

static void
take_record(const struct record *r, void *arg)
{
	struct taken *t = arg;

	ck_assert_uint_lt(t->record_count, SAMPLES);
	t->records[t->record_count++] = *r;
}

static void
take_scan(const struct scan_record *r, void *arg)
{
	struct taken *t = arg;

	ck_assert_uint_lt(t->scan_count, SAMPLES);
	t->scans[t->scan_count++] = *r;
}

/* Points and times go up and down; values are of every sort. */
static void
fill(struct record *r)
{
	static const double odd[] = { 0.0, -0.0, 1e308, -5e-324, 0.1, -12345.678, (double)NAN };

	for (uint32_t i = 0; i < SAMPLES; i++)
		r[i] = (struct record){
			.point = (i * 7919u) % POINT_MAX,
			.time = { START + (int64_t)(i % 7) * 1000003 - (int64_t)(i % 3) * INT64_C(31536000000000) },
			.v = odd[i % ARRAY_LEN(odd)],
			.quality = (uint16_t)(i % 5 == 0 ? Q_NO_COMM
			        : i % 11 == 0            ? RECORD_CLOCK | Q_SUBSTITUTED
			                                 : 0),
			.cause = (uint16_t)(i % 5 == 0 ? ERR_TIMEOUT : OK),
		};
}

START_TEST(samples_come_back_to_the_bit)
{
	struct record sent[SAMPLES];
	struct taken t = { .record_count = 0 };
	struct wbuf b;
	struct rbuf r;

	fill(sent);
	wbuf_init(&b);
	record_put_samples(&b, sent, SAMPLES);
	rbuf_init(&r, b.data, b.len);
	ck_assert(record_get_samples(&r, SAMPLES, take_record, &t));
	ck_assert(r_done(&r));
	ck_assert_uint_eq(t.record_count, SAMPLES);
	for (uint32_t i = 0; i < SAMPLES; i++) {
		ck_assert_uint_eq(t.records[i].point, sent[i].point);
		ck_assert_int_eq(t.records[i].time.us, sent[i].time.us);
		ck_assert(memcmp(&t.records[i].v, &sent[i].v, sizeof(double)) == 0);
		ck_assert_uint_eq(t.records[i].quality, sent[i].quality);
		ck_assert_uint_eq(t.records[i].cause, sent[i].cause);
	}
	wbuf_done(&b);
}
END_TEST

START_TEST(every_short_batch_is_refused)
{
	struct record sent[SAMPLES];
	struct wbuf b;
	struct rbuf r;

	fill(sent);
	wbuf_init(&b);
	record_put_samples(&b, sent, 20);
	for (size_t len = 0; len < b.len; len++) {
		struct taken t = { .record_count = 0 };

		rbuf_init(&r, b.data, len);
		ck_assert(!record_get_samples(&r, 20, take_record, &t));
		ck_assert_uint_lt(t.record_count, 20);
	}
	wbuf_done(&b);
}
END_TEST

static bool
is_taken(int64_t point, uint64_t quality, uint64_t cause)
{
	struct taken t = { .record_count = 0 };
	struct wbuf b;
	struct rbuf r;
	bool ok;

	wbuf_init(&b);
	w_zigzag(&b, point);
	w_zigzag(&b, START);
	w_varint(&b, quality);
	w_varint(&b, cause);
	w_f64(&b, 1);
	rbuf_init(&r, b.data, b.len);
	ok = record_get_samples(&r, 1, take_record, &t);
	ck_assert_uint_eq(t.record_count, ok ? 1 : 0);
	wbuf_done(&b);
	return ok;
}

START_TEST(samples_that_cannot_be_are_refused)
{
	ck_assert(is_taken(0, Q_ALL | RECORD_CLOCK, ERR_TIMEOUT));
	ck_assert(is_taken(POINT_MAX - 1, 0, OK));
	ck_assert(!is_taken(POINT_MAX, 0, OK));
	ck_assert(!is_taken(-1, 0, OK));
	ck_assert(!is_taken(INT64_MIN, 0, OK));
	ck_assert(!is_taken(0, 0x2000, OK));
	ck_assert(!is_taken(0, UINT64_MAX, OK));
	ck_assert(!is_taken(0, 0, 12345));
	ck_assert(!is_taken(0, 0, UINT64_C(1) << 32)); /* not OK in disguise */
}
END_TEST

START_TEST(scans_come_back_and_lies_are_refused)
{
	const struct scan_record sent[] = {
		{ 0, { START }, { START + 1000000 }, 5000000 },
		{ DEVICE_NONE, { START - 77 }, { START - 77 }, 0 },
		{ DEVICE_MAX - 1, { 0 }, { INT64_MAX }, INT64_MAX },
	};
	struct taken t = { .scan_count = 0 };
	struct wbuf b;
	struct rbuf r;

	wbuf_init(&b);
	record_put_scans(&b, sent, ARRAY_LEN(sent));
	rbuf_init(&r, b.data, b.len);
	ck_assert(record_get_scans(&r, ARRAY_LEN(sent), take_scan, &t));
	ck_assert(r_done(&r));
	for (uint32_t i = 0; i < ARRAY_LEN(sent); i++) {
		ck_assert_uint_eq(t.scans[i].device, sent[i].device);
		ck_assert_int_eq(t.scans[i].first.us, sent[i].first.us);
		ck_assert_int_eq(t.scans[i].last.us, sent[i].last.us);
		ck_assert_int_eq(t.scans[i].allowed_us, sent[i].allowed_us);
	}
	for (size_t len = 0; len < b.len; len++) {
		t.scan_count = 0;
		rbuf_init(&r, b.data, len);
		ck_assert(!record_get_scans(&r, ARRAY_LEN(sent), take_scan, &t));
	}
	wbuf_reset(&b);
	w_u32(&b, 3);
	w_i64(&b, INT64_MAX - 5);
	w_varint(&b, 100); /* beyond the end of time */
	w_varint(&b, 0);
	rbuf_init(&r, b.data, b.len);
	t.scan_count = 0;
	ck_assert(!record_get_scans(&r, 1, take_scan, &t));
	wbuf_reset(&b);
	w_u32(&b, DEVICE_MAX);
	w_i64(&b, START);
	w_varint(&b, 0);
	w_varint(&b, 0);
	rbuf_init(&r, b.data, b.len);
	ck_assert(!record_get_scans(&r, 1, take_scan, &t));
	ck_assert_uint_eq(t.scan_count, 0);
	wbuf_done(&b);
}
END_TEST

START_TEST(kinds_have_one_word_each)
{
	enum journal_kind k;

	for (unsigned i = 0; i < JOURNAL_KIND_COUNT; i++) {
		ck_assert(journal_kind_from_word(journal_kind_word(i), &k));
		ck_assert_uint_eq(k, i);
		ck_assert(journal_kind_help(i) != NULL);
	}
	ck_assert_str_eq(journal_kind_word(JOURNAL_KIND_COUNT), "unknown");
	ck_assert(journal_kind_help(JOURNAL_KIND_COUNT) == NULL);
	ck_assert(!journal_kind_from_word("unknown", &k));
	ck_assert(JOURNAL_KIND_COUNT <= 64); /* a filter has a bit for each */
}
END_TEST

START_TEST(buckets_come_back)
{
	const struct bucket full = { .samples = 86400,
		.min = -1.5,
		.mean = 0.1,
		.max = 1e9,
		.first = 3,
		.last = -0.5,
		.increment = 12.25,
		.good = 1,
		.known = 0.75f,
		.seen = 0.5f,
		.quality = Q_STALE | RECORD_CLOCK,
		.marks = BUCKET_PARTIAL | BUCKET_RESET };
	const struct bucket empty = { .min = (double)NAN,
		.mean = (double)NAN,
		.max = (double)NAN,
		.first = (double)NAN,
		.last = (double)NAN,
		.increment = (double)NAN };
	struct bucket got;
	struct wbuf b;
	struct rbuf r;

	wbuf_init(&b);
	bucket_put(&b, &full);
	rbuf_init(&r, b.data, b.len);
	ck_assert(bucket_get(&r, &got));
	ck_assert(r_done(&r));
	ck_assert_uint_eq(got.samples, full.samples);
	ck_assert_double_eq(got.min, full.min);
	ck_assert_double_eq(got.mean, full.mean);
	ck_assert_double_eq(got.max, full.max);
	ck_assert_double_eq(got.first, full.first);
	ck_assert_double_eq(got.last, full.last);
	ck_assert_double_eq(got.increment, full.increment);
	ck_assert_double_eq((double)got.good, 1);
	ck_assert_double_eq_tol((double)got.known, 0.75, 1e-4);
	ck_assert_double_eq_tol((double)got.seen, 0.5, 1e-4);
	ck_assert_uint_eq(got.quality, full.quality);
	ck_assert_uint_eq(got.marks, full.marks);
	for (size_t len = 0; len < b.len; len++) {
		rbuf_init(&r, b.data, len);
		ck_assert(!bucket_get(&r, &got));
	}
	wbuf_reset(&b);
	bucket_put(&b, &empty);
	ck_assert_uint_le(b.len, 8); /* a gap is cheap on a slow line */
	rbuf_init(&r, b.data, b.len);
	ck_assert(bucket_get(&r, &got));
	ck_assert(isnan(got.min) && isnan(got.mean) && isnan(got.max) && isnan(got.last) && isnan(got.increment));
	ck_assert_double_eq((double)got.good, 0);
	b.data[0] = 0xFF; /* more numbers than there are */
	rbuf_init(&r, b.data, b.len);
	ck_assert(!bucket_get(&r, &got));
	wbuf_done(&b);
}
END_TEST

T_MAIN("record",
    T(samples_come_back_to_the_bit) T(every_short_batch_is_refused) T(samples_that_cannot_be_are_refused)
        T(scans_come_back_and_lies_are_refused) T(kinds_have_one_word_each) T(buckets_come_back))
