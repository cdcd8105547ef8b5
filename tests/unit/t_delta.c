/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_delta.c - packed changes: writer and reader agree to the bit, few bytes are used, and lies are refused.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/delta.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

#define POINTS 500
#define GROUPS 20
#define START  (INT64_C(1795000000) * US_PER_S)

static uint64_t seed;

/* xorshift: the same walk in every run. */
static uint64_t
dice(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

struct ends {
	struct delta_cell sent[POINTS], got[POINTS];
	struct utc groups[GROUPS], received[GROUPS];
	struct value values[POINTS];
	struct wbuf body;
	struct delta_writer w;
	struct delta_sink sink;
	unsigned changed;
};

static void
count_change(uint32_t point, void *arg)
{
	struct ends *e = arg;

	ck_assert_uint_lt(point, POINTS);
	e->changed++;
}

static struct ends *
ends_new(void)
{
	struct ends *e = xcalloc(1, sizeof(*e));

	seed = 0x9E3779B97F4A7C15u;
	for (int i = 0; i < POINTS; i++) {
		e->sent[i].decimals = e->got[i].decimals = (int8_t)(i % 19 - 6);
		e->values[i] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	}
	e->sink = (struct delta_sink){ .groups = GROUPS,
		.points = POINTS,
		.group_time = e->groups,
		.group_received = e->received,
		.cells = e->got,
		.changed = count_change,
		.arg = e };
	return e;
}

static void
ends_free(struct ends *e)
{
	wbuf_done(&e->body);
	delta_writer_done(&e->w);
	free(e);
}

static void
begin(struct ends *e, struct utc now, bool is_absolute)
{
	wbuf_reset(&e->body);
	delta_begin(&e->w, &e->body, now, is_absolute);
}

static enum err
finish(struct ends *e, uint16_t type)
{
	struct frame f = { .type = type };
	struct utc time;

	delta_end(&e->w);
	f.length = (uint32_t)e->body.len;
	f.body = e->body.data;
	return delta_read(&f, &e->sink, &time);
}

static bool
same(const struct delta_cell *a, const struct delta_cell *b)
{
	return a->n == b->n && memcmp(&a->v, &b->v, sizeof(a->v)) == 0 && a->quality == b->quality &&
	    a->cause == b->cause && a->time.us == b->time.us;
}

static void
agree_all(const struct ends *e)
{
	int i = 0;

	while (i < POINTS && same(&e->sent[i], &e->got[i]))
		i++;
	ck_assert_msg(i == POINTS, "point %d differs", i);
}

static void
snapshot(struct ends *e, struct utc now)
{
	begin(e, now, true);
	for (uint32_t i = 0; i < POINTS; i++)
		delta_point(&e->w, i, &e->sent[i], &e->values[i]);
	ck_assert_int_eq(finish(e, W_VALUES), OK);
}

static double
some_value(void)
{
	switch (dice(12)) {
	case 0: return (double)NAN;
	case 1: return (double)INFINITY;
	case 2: return -0.0;
	case 3: return 1e300;
	case 4: return 9007199254740993.0;
	case 5: return -9007199254740992.0;
	case 6: return 5e-324;
	default: return ((double)dice(2000001) - 1000000.0) / 997.0;
	}
}

START_TEST(both_ends_agree_exactly_over_random_walks)
{
	struct ends *e = ends_new();
	struct utc now = { START };

	seed += (uint64_t)_i;
	snapshot(e, now);
	agree_all(e);
	struct utc scanned[GROUPS] = { 0 }, received[GROUPS] = { 0 };
	for (int round = 0; round < 200; round++) {
		now = utc_add(now, (int64_t)dice(100000));
		begin(e, now, false);
		for (uint32_t g = 0; g < GROUPS; g++)
			if (dice(3) == 0) {
				int64_t ago = (int64_t)dice(3000000);
				scanned[g] = utc_add(now, -ago);
				received[g] = utc_add(scanned[g], (int64_t)dice((uint64_t)ago + 1));
				delta_group(&e->w, g, scanned[g], received[g]);
			}
		e->changed = 0;
		for (uint32_t i = 0; i < POINTS; i++) {
			struct value *v = &e->values[i];

			if (dice(5) != 0)
				continue;
			v->v = some_value();
			v->quality = dice(4) == 0 ? (uint16_t)(dice(Q_ALL + 1)) : 0;
			v->cause = v->quality == 0 ? OK : ERR_TIMEOUT;
			v->time = dice(9) == 0 ? (struct utc){ 0 } : utc_add(now, -(int64_t)dice(90000000));
			delta_point(&e->w, i, &e->sent[i], v);
		}
		unsigned written = e->w.count;
		ck_assert_int_eq(finish(e, W_CHANGES), OK);
		ck_assert_uint_eq(e->changed, written);
		for (int g = 0; g < GROUPS; g++) {
			ck_assert_int_lt(llabs(scanned[g].us - e->groups[g].us), US_PER_MS);
			ck_assert_int_lt(llabs(received[g].us - e->received[g].us), US_PER_MS);
		}
		agree_all(e);
	}
	ends_free(e);
}
END_TEST

START_TEST(a_receiver_sees_the_value_at_its_decimals)
{
	struct ends *e = ends_new();

	e->sent[7].decimals = e->got[7].decimals = 1;
	e->values[7] = (struct value){ .v = 55.4999, .time = { START } };
	snapshot(e, (struct utc){ START });
	ck_assert_double_eq(e->got[7].v, 55.5);
	ck_assert_double_eq(delta_round(55.4999, 1), 55.5);
	ends_free(e);
}
END_TEST

START_TEST(rounding_has_no_negative_zero_and_keeps_what_does_not_fit)
{
	ck_assert(!signbit(delta_round(-0.0, 2)));
	ck_assert(!signbit(delta_round(-0.0001, 2)));
	ck_assert_double_eq(delta_round(1e300, 3), 1e300);
	ck_assert(isnan(delta_round((double)NAN, 0)));
	ck_assert(isinf(delta_round((double)INFINITY, 12)));
	ck_assert_double_eq(delta_round(123456.0, -3), 123000.0);
	ck_assert_double_eq(delta_round(0.1 + 0.2, 6), 0.3);
}
END_TEST

START_TEST(a_time_that_is_not_known_stays_so)
{
	struct ends *e = ends_new();

	snapshot(e, (struct utc){ START + 123456 });
	ck_assert_int_eq(e->got[0].time.us, 0);
	ends_free(e);
}
END_TEST

START_TEST(a_value_that_is_not_good_keeps_its_own_time)
{
	struct ends *e = ends_new();
	struct utc now = { START }, then = { START - 37 * US_PER_S };

	e->values[3] = (struct value){ .v = 4, .quality = Q_NO_COMM, .cause = ERR_TIMEOUT, .time = then };
	snapshot(e, now);
	ck_assert_int_eq(e->got[3].time.us, then.us);
	ck_assert_uint_eq(e->got[3].cause, ERR_TIMEOUT);
	ends_free(e);
}
END_TEST

/* Each row: scanned and received by the broadcast's clock, and what the other end makes of them. */
START_TEST(a_group_says_when_it_was_scanned_and_when_received)
{
	static const struct {
		int64_t scanned, received, got_scanned, got_received;
		size_t bytes; /* of the whole body */
	} row[] = {
		{ START - 100000, START - 97000, START - 100000, START - 97000, 8 + 1 + 4 + 1 },
		{ START - 50000, START - 50000, START - 50000, START - 50000, 8 + 1 + 3 + 1 },
		{ START - 50000, START - 90000, START - 50000, START - 50000,
		    8 + 1 + 3 + 1 }, /* received before the scan */
		{ START - 50000, 0, START - 50000, START - 50000, 8 + 1 + 3 + 1 },
		{ START + 50000, START, START + 50000, START + 50000, 8 + 1 + 3 + 1 }, /* a clock that is ahead */
		{ START - 3 * DELTA_LAG_MAX_MS * 1000, START, START - 3 * DELTA_LAG_MAX_MS * 1000,
		    START - 2 * DELTA_LAG_MAX_MS * 1000, 8 + 1 + 10 + 1 },
		{ -START, INT64_MAX, -START, -START + DELTA_LAG_MAX_MS * 1000, 8 + 1 + 12 + 1 },
		{ 0, START, 0, 0, 8 + 1 + 8 + 1 }, /* never scanned */
		/* no time at all: the other end still takes the body */
		{ INT64_MIN, START, START - (INT64_C(1) << 60), START - (INT64_C(1) << 60) + DELTA_LAG_MAX_MS * 1000,
		    8 + 1 + 13 + 1 },
		{ INT64_MAX, INT64_MIN, START + (INT64_C(1) << 60), START + (INT64_C(1) << 60), 8 + 1 + 10 + 1 },
	};
	struct ends *e = ends_new();

	for (int absolute = 0; absolute < 2; absolute++) {
		begin(e, (struct utc){ START }, absolute != 0);
		delta_group(&e->w, 2, (struct utc){ row[_i].scanned }, (struct utc){ row[_i].received });
		ck_assert_int_eq(finish(e, absolute ? W_VALUES : W_CHANGES), OK);
		ck_assert_int_lt(llabs(e->groups[2].us - row[_i].got_scanned), US_PER_MS);
		ck_assert_int_lt(llabs(e->received[2].us - row[_i].got_received), US_PER_MS);
		ck_assert_uint_eq(e->body.len, row[_i].bytes);
		ck_assert_int_eq(e->received[1].us, 0);
	}
	ends_free(e);
}
END_TEST

START_TEST(an_unchanged_quality_is_not_sent_again)
{
	struct ends *e = ends_new();
	struct utc now = { START };
	size_t once;

	for (int i = 0; i < POINTS; i++)
		e->values[i] = (struct value){ .v = 1, .quality = Q_STALE, .cause = ERR_NO_SAMPLE, .time = now };
	snapshot(e, now);
	begin(e, utc_add(now, 123456), false);
	delta_point(&e->w, 0, &e->sent[0], &e->values[0]);
	once = delta_length(&e->w);
	ck_assert_int_eq(finish(e, W_CHANGES), OK);
	/* 8 time, 1 groups, 1 points, 1 step, 1 value */
	ck_assert_uint_eq(e->body.len, 12);
	ck_assert_uint_ge(once, e->body.len);
	ck_assert(same(&e->sent[0], &e->got[0]));
	ends_free(e);
}
END_TEST

/* limits.md 3 measured 2.02 bytes a point on such a mix. */
START_TEST(a_plant_like_mix_takes_at_most_2_2_bytes_a_change)
{
	enum { N = 10000 };
	struct delta_cell *cells = xcalloc(N, sizeof(*cells));
	struct value *values = xcalloc(N, sizeof(*values));
	struct delta_writer w = { 0 };
	struct wbuf body = { 0 };
	struct utc now = { START };
	size_t bytes = 0, changes = 0;

	seed = 42;
	for (int i = 0; i < N; i++) {
		cells[i].decimals = (int8_t)(i % 10 < 4 ? 1 : i % 10 < 8 ? 0 : 3);
		values[i].v = (double)dice(100000) / 10;
	}
	delta_begin(&w, &body, now, true);
	for (uint32_t i = 0; i < N; i++)
		delta_point(&w, i, &cells[i], &values[i]);
	delta_end(&w);
	for (int round = 0; round < 100; round++) {
		now = utc_add(now, 100000);
		wbuf_reset(&body);
		delta_begin(&w, &body, now, false);
		for (uint32_t g = 0; g < 100; g++)
			if (dice(10) == 0)
				delta_group(
				    &w, g, utc_add(now, -(int64_t)dice(50000)), utc_add(now, -(int64_t)dice(10000)));
		for (uint32_t i = 0; i < N; i++) {
			if (dice(10) != 0)
				continue;
			/* 40 % noisy power in tenths, slow temperatures, counters, frequency in thousandths */
			if (i % 10 < 4)
				values[i].v += ((double)dice(61) - 30) / 10;
			else if (i % 10 < 8)
				values[i].v += (double)dice(5) - 2;
			else
				values[i].v += ((double)dice(41) - 20) / 1000;
			delta_point(&w, i, &cells[i], &values[i]);
			changes++;
		}
		delta_end(&w);
		bytes += body.len;
	}
	ck_assert_uint_gt(changes, 90000);
	ck_assert_msg((double)bytes / (double)changes <= 2.2, "%.3f bytes a change", (double)bytes / (double)changes);
	delta_writer_done(&w);
	wbuf_done(&body);
	free(cells);
	free(values);
}
END_TEST

/* ---- lies */

static enum err
read_bytes(struct ends *e, uint16_t type, const struct wbuf *b)
{
	/* of exactly its size, so that a sanitizer sees a read beyond */
	uint8_t *copy = xmalloc(b->len + 1);
	struct frame f = { .type = type, .length = (uint32_t)b->len, .body = copy };
	struct utc time;
	enum err r;

	if (b->len > 0)
		memcpy(copy, b->data, b->len);
	r = delta_read(&f, &e->sink, &time);
	free(copy);
	return r;
}

START_TEST(every_truncation_is_refused)
{
	struct ends *e = ends_new();
	struct wbuf part;

	for (int i = 0; i < POINTS; i++)
		e->values[i] =
		    (struct value){ .v = some_value(), .quality = i % 2 == 0 ? 0 : Q_STALE, .time = { START } };
	begin(e, (struct utc){ START }, true);
	delta_group(&e->w, 3, (struct utc){ START }, (struct utc){ START + 200 * US_PER_MS });
	for (uint32_t i = 0; i < 20; i++)
		delta_point(&e->w, i * 3, &e->sent[i * 3], &e->values[i * 3]);
	ck_assert_int_eq(finish(e, W_VALUES), OK);
	for (size_t n = 0; n < e->body.len; n++) {
		part = (struct wbuf){ .data = e->body.data, .len = n };
		ck_assert_int_eq(read_bytes(e, W_VALUES, &part), ERR_FRAME);
	}
	ends_free(e);
}
END_TEST

enum lie {
	LIE_POINT,
	LIE_STEP,
	LIE_COUNT,
	LIE_GROUP,
	LIE_GROUPS,
	LIE_TIME,
	LIE_LAG,
	LIE_LAG_WIDE,
	LIE_AGE,
	LIE_JUMP,
	LIE_QUALITY,
	LIE_CAUSE,
	LIE_BARE,
	LIE_TAIL,
	LIE_END
};

static void
lie_point(struct wbuf *b, enum lie lie)
{
	w_varint(b, lie == LIE_COUNT ? POINTS + 1 : 2);
	w_varint(b, 4 * 498 + 1);
	w_varint(b, 0);
	w_varint(b, 0);
	w_zigzag(b, lie == LIE_AGE ? INT64_MAX : 0);
	w_zigzag(b, 5);
	w_varint(b, lie == LIE_POINT ? 4 * 1 + 1 : lie == LIE_STEP ? UINT64_MAX : lie == LIE_BARE ? 0 : 1);
	if (lie != LIE_BARE) {
		w_varint(b, lie == LIE_QUALITY ? Q_ALL + 1 : 0);
		w_varint(b, lie == LIE_CAUSE ? 65536 : 0);
		w_zigzag(b, 0);
	}
	w_zigzag(b, lie == LIE_JUMP ? INT64_C(9007199254740993) : 7);
	if (lie == LIE_TAIL)
		w_u8(b, 0);
}

START_TEST(lies_are_refused)
{
	struct ends *e = ends_new();
	enum lie lie = (enum lie)_i;
	struct wbuf b = { 0 };

	w_i64(&b, lie == LIE_TIME ? INT64_MAX : START);
	w_varint(&b, lie == LIE_GROUPS ? GROUPS + 1 : 1);
	w_varint(&b, lie == LIE_GROUP ? GROUPS : 0);
	w_zigzag(&b, 100);
	w_varint(&b, lie == LIE_LAG_WIDE ? UINT64_MAX : (uint64_t)DELTA_LAG_MAX_MS + (lie == LIE_LAG));
	lie_point(&b, lie);
	ck_assert_int_eq(read_bytes(e, W_VALUES, &b), lie == LIE_END ? OK : ERR_FRAME);
	wbuf_done(&b);
	ends_free(e);
}
END_TEST

START_TEST(a_delta_beyond_what_a_double_holds_is_refused)
{
	struct ends *e = ends_new();
	struct wbuf b = { 0 };

	e->got[0].n = INT64_C(9007199254740992);
	w_i64(&b, START);
	w_varint(&b, 0);
	w_varint(&b, 1);
	w_varint(&b, 0);
	w_zigzag(&b, INT64_MAX);
	ck_assert_int_eq(read_bytes(e, W_CHANGES, &b), ERR_FRAME);
	wbuf_done(&b);
	ends_free(e);
}
END_TEST

T_MAIN("delta",
    T_LONG_LOOP(both_ends_agree_exactly_over_random_walks, 0, 5) T(a_receiver_sees_the_value_at_its_decimals) T(
        rounding_has_no_negative_zero_and_keeps_what_does_not_fit) T(a_time_that_is_not_known_stays_so)
        T(a_value_that_is_not_good_keeps_its_own_time) T_LOOP(a_group_says_when_it_was_scanned_and_when_received, 0, 10)
            T(an_unchanged_quality_is_not_sent_again) T(a_plant_like_mix_takes_at_most_2_2_bytes_a_change)
                T(every_truncation_is_refused) T_LOOP(lies_are_refused, 0, LIE_END + 1)
                    T(a_delta_beyond_what_a_double_holds_is_refused))
