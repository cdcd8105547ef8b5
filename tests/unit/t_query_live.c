/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_query_live.c - a reader beside a writer at work: what was put is there once, to the bit, whatever moved from tail to chunks, was rolled
 * or trimmed meanwhile; and an answer in slices is of one moment.
 */
#include "config.h"

#include "scada/store/query.h"
#include "tests/unit/history_kit.h"
#include "tests/unit/query_oracle.h"
#include "tests/unit/series_kit.h"

#define POINTS 8
#define MOST   40000
#define HOUR   INT64_C(3600000)

static struct hk k;
static struct db reader;
static struct query *q;
static struct sample put[POINTS][MOST]; /* in order of time */
static uint32_t put_n[POINTS];
static struct stretch seen[64];
static size_t seen_n;
static struct kit dice;
static int64_t now;

static void
open_reader(void)
{
	ck_assert_int_eq(db_open(&reader, folder, false), OK);
	q = query_open(&reader);
	ck_assert_msg(q != NULL, "%s", reader.text);
}

static void
close_reader(void)
{
	query_close(q);
	db_close(&reader);
}

static void
setup(void)
{
	folder_make();
	k = (struct hk){ .boot = 1 };
	hk_site(&k, POINTS);
	k.site.timezone = "Europe/Berlin";
	hk_open(&k, HK_START);
	open_reader();
	memset(put_n, 0, sizeof(put_n));
	seen_n = 0;
	now = HK_START;
}

static void
teardown(void)
{
	close_reader();
	hk_close(&k);
	folder_remove();
}

static void
keep(uint32_t p, const struct sample *s)
{
	uint32_t at = put_n[p]++;

	ck_assert_uint_lt(at, MOST);
	for (; at > 0 && put[p][at - 1].ms > s->ms; at--)
		put[p][at] = put[p][at - 1];
	put[p][at] = *s;
}

static void
one(uint32_t p, int64_t ms)
{
	static double value[POINTS];
	struct sample s = { .ms = ms };

	value[p] += p % 4 == 3 ? (double)kit_below(&dice, 9) : ((double)kit_below(&dice, 41) - 20) / 10;
	s.v = value[p];
	if (kit_below(&dice, 200) == 0 && p % 4 != 3)
		s.quality = Q_STALE;
	history_put(k.h, p, &s, now);
	keep(p, &s);
}

/* The writer goes on for a while: scans each second or so, samples by exception, now and then a pause in which nobody looks. */
static void
run(uint32_t commits, int64_t step)
{
	for (uint32_t i = 0; i < commits; i++) {
		int64_t from = now;

		now += step;
		if (seen_n == 0 || kit_below(&dice, 400) == 0) {
			from += seen_n == 0 ? 0 : 10000;
			now = seen_n == 0 ? now : from + step;
			seen[seen_n++] = (struct stretch){ from, now };
			ck_assert_uint_lt(seen_n, 64);
		}
		seen[seen_n - 1].to = now;
		hk_scan(&k, from, now);
		for (uint32_t p = 0; p < POINTS; p++)
			if (p < 4 || kit_below(&dice, 20) == 0)
				one(p, now - (int64_t)kit_below(&dice, 3));
		hk_commit(&k, now);
	}
}

static void
tidy(void)
{
	while (history_tidy(k.h, &k.site, now))
		;
}

/* ---- what the reader says */

struct check {
	uint32_t point, n;
};

static bool
is_next(const struct sample *s, void *arg)
{
	struct check *c = arg;

	ck_assert_uint_lt(c->n, put_n[c->point]);
	ck_assert_msg(hk_is_same(&put[c->point][c->n], s), "point %u sample %u: %lld %g, want %lld %g", c->point, c->n,
	    (long long)s->ms, s->v, (long long)put[c->point][c->n].ms, put[c->point][c->n].v);
	c->n++;
	return true;
}

static struct query_point
find(uint32_t p)
{
	struct query_point point;

	ck_assert_int_eq(query_find(q, k.names[p], &point), OK);
	return point;
}

static void
check_samples(void)
{
	for (uint32_t p = 0; p < POINTS; p++) {
		struct check c = { .point = p };
		struct query_point point = find(p);

		ck_assert_int_eq(query_samples(q, &point, 0, now + HOUR, is_next, &c), OK);
		ck_assert_uint_eq(c.n, put_n[p]);
	}
	ck_assert_uint_eq(query_damaged(q), 0);
}

static void
check_bucket(const struct bucket *b, const struct bucket *want)
{
	ck_assert_uint_eq(b->samples, want->samples);
	ck_assert_msg((isnan(b->min) && isnan(want->min)) || (b->min <= want->min && b->min >= want->min), "min");
	ck_assert_msg((isnan(b->max) && isnan(want->max)) || (b->max <= want->max && b->max >= want->max), "max");
	ck_assert_msg((isnan(b->mean) && isnan(want->mean)) || fabs(b->mean - want->mean) < 1e-3, "mean %g, want %g",
	    b->mean, want->mean);
	ck_assert_msg((isnan(b->increment) && isnan(want->increment)) || fabs(b->increment - want->increment) < 1e-6,
	    "increment %.9g, want %.9g", b->increment, want->increment);
	ck_assert_msg(fabsf(b->seen - want->seen) < 1e-5f, "seen %g, want %g", (double)b->seen, (double)want->seen);
	ck_assert_msg(fabsf(b->good - want->good) < 1e-5f, "good %g, want %g", (double)b->good, (double)want->good);
	ck_assert_uint_eq(b->quality, want->quality);
	ck_assert_uint_eq(b->marks & (BUCKET_PARTIAL | BUCKET_RESET), want->marks & (BUCKET_PARTIAL | BUCKET_RESET));
}

static void
check_buckets(int64_t from, int64_t to, uint32_t n)
{
	static struct bucket out[500];

	for (uint32_t p = 0; p < POINTS; p++) {
		struct query_point point = find(p);
		struct oracle o = {
			.s = put[p], .n = put_n[p], .seen = seen, .seen_n = seen_n, .modulus = point.modulus
		};

		ck_assert_int_eq(query_buckets(q, &point, from, to, n, out), OK);
		for (uint32_t i = 0; i < n; i++) {
			int64_t end = i + 1 < n ? out[i + 1].from.us / US_PER_MS : to;
			struct bucket want = oracle_bucket(&o, out[i].from.us / US_PER_MS, end);

			check_bucket(&out[i], &want);
		}
	}
}

START_TEST(what_is_put_is_read_at_once_and_stays)
{
	dice.random = (uint64_t)_i * 31337 + 3;
	for (unsigned round = 0; round < 6; round++) {
		run(1 + (uint32_t)kit_below(&dice, 900), 1000);
		if (kit_below(&dice, 2))
			(void)query_refresh(q, 1 + (uint32_t)kit_below(&dice, 5000));
		if (kit_below(&dice, 3) == 0) { /* a writer that was started anew */
			hk_close(&k);
			hk_open(&k, now);
		}
		if (kit_below(&dice, 3) == 0) {
			close_reader();
			open_reader();
		}
		check_samples();
		check_buckets(HK_START - 1000, now + 60000, 1 + (uint32_t)kit_below(&dice, 40));
	}
}
END_TEST

/* Days of it, so that runs are sealed, days are rolled and the tail is trimmed. */
START_TEST(days_are_the_same_from_rolls_runs_and_tail)
{
	dice.random = (uint64_t)_i * 7919 + 11;
	for (unsigned round = 0; round < 3; round++) {
		run(2500, 30000);
		tidy();
		check_samples();
		check_buckets(HK_START - HOUR, now + HOUR, 3);
		check_buckets(HK_START, now, 60);
	}
	ck_assert_int_gt(hk_number(&k, "SELECT count(*) FROM roll"), 0);
}
END_TEST

/* Two slices of one moment, and the writer seals in between. */
START_TEST(what_is_open_is_of_one_moment)
{
	struct check c = { .point = 1 };
	struct query_point point;
	int64_t half;

	dice.random = 5;
	run(600, 1000);
	half = now - 200000;
	point = find(1);
	uint32_t before = put_n[1];
	ck_assert_int_eq(query_begin(q), OK);
	ck_assert_int_eq(query_samples(q, &point, 0, half, is_next, &c), OK);
	run(4000, 1000);
	tidy();
	/* the one that held at its begin was told by the first slice */
	c.n -= put[1][c.n].ms > half;
	ck_assert_int_eq(query_samples(q, &point, half, INT64_MAX, is_next, &c), OK);
	ck_assert_uint_eq(c.n, before);
	query_end(q);
	check_samples();
}
END_TEST

/* Slices of moments of their own: what is cut by time is told once. */
START_TEST(slices_by_time_tell_each_sample_once)
{
	uint64_t told = 0, want = 0;
	struct bucket b;
	int64_t end;

	dice.random = (uint64_t)_i * 17 + 7;
	run(1500, 1000);
	end = now;
	end -= (end - HK_START) % 100000;
	for (int64_t from = HK_START; from < end; from += 100000) {
		struct query_point point = find(2);

		ck_assert_int_eq(query_buckets(q, &point, from, from + 100000, 1, &b), OK);
		told += b.samples;
		run((uint32_t)kit_below(&dice, 200), 1000);
	}
	for (uint32_t i = 0; i < put_n[2]; i++)
		want += put[2][i].ms >= HK_START && put[2][i].ms < end;
	ck_assert_uint_eq(told, want);
}
END_TEST

/* The present stretch is only in the newest row of the tail: what holds now holds as long as it was looked at. */
START_TEST(the_last_value_holds_as_long_as_it_was_looked_at)
{
	struct query_point point;
	struct bucket b[4];
	struct sample s;

	dice.random = 1;
	run(10, 1000);
	point = find(0);
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM scan"), 0);
	ck_assert_int_eq(query_seen_ms(q, &point, HK_START, now + HOUR), 10000);
	ck_assert_int_eq(query_at(q, &point, now, &s), OK);
	ck_assert(hk_is_same(&s, &put[0][put_n[0] - 1]));
	ck_assert_int_eq(query_at(q, &point, now + 1, &s), ERR_NOT_FOUND);
	ck_assert_int_eq(query_buckets(q, &point, now - 10000, now + 30000, 4, b), OK);
	ck_assert(b[0].seen >= 1 && b[0].samples > 0);
	ck_assert(b[1].seen <= 0 && isnan(b[1].mean) && isnan(b[1].last));
	ck_assert(b[3].seen <= 0 && b[3].marks == BUCKET_PARTIAL);
}
END_TEST

T_MAIN("query_live",
    T_FIXTURE(setup, teardown) T_LOOP(what_is_put_is_read_at_once_and_stays, 0, t_rounds(6))
        T_LONG_LOOP(days_are_the_same_from_rolls_runs_and_tail, 0, t_rounds(2)) T(what_is_open_is_of_one_moment) T_LOOP(
            slices_by_time_tell_each_sample_once, 0, t_rounds(3)) T(the_last_value_holds_as_long_as_it_was_looked_at))
