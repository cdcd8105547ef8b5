/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_weigh.c - buckets against sums that are made millisecond by millisecond, and whole runs against their samples.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/store/weigh.h"
#include "tests/unit/series_kit.h"
#include "tests/unit/t.h"

#define MOST 500

static bool
is_share(float a, float b)
{
	return fabsf(a - b) < 1e-6F;
}

static struct sample s[MOST];
static struct stretch seen[40];
static uint32_t n, seen_count;

static void
sample(int64_t ms, double v, uint16_t quality)
{
	s[n++] = (struct sample){ .ms = ms, .v = v, .quality = quality };
}

static void
look(int64_t from, int64_t to)
{
	seen[seen_count++] = (struct stretch){ from, to };
}

static void
setup(void)
{
	n = seen_count = 0;
}

static void
weigh(const int64_t *edges, uint32_t count, double modulus, struct bucket *out)
{
	struct weigh w;

	weigh_begin(&w, edges, count, seen, seen_count, modulus, out);
	for (uint32_t i = 0; i < n; i++)
		weigh_sample(&w, &s[i]);
	weigh_end(&w);
}

START_TEST(a_value_holds_while_its_device_is_looked_at)
{
	const int64_t edges[] = { 1000, 2000, 3000, 4000, 5000 };
	struct bucket k[4];

	sample(500, 10, 0);
	sample(1500, 20, Q_STALE);
	sample(3100, 40, Q_NO_COMM);
	look(0, 2400);
	look(2900, 9000);
	weigh(edges, 4, -1, k);
	ck_assert_double_eq(k[0].mean, 15);
	ck_assert_double_eq(k[0].first, 10);
	ck_assert_double_eq(k[0].last, 20);
	ck_assert_double_eq(k[0].min, 10);
	ck_assert(is_share(k[0].good, 0.5F));
	ck_assert(is_share(k[0].seen, 1));
	ck_assert_uint_eq(k[0].marks, 0);
	ck_assert_uint_eq(k[0].samples, 1);
	ck_assert_uint_eq(k[0].quality, Q_STALE);
	ck_assert_double_eq(k[1].mean, 20); /* nothing new, but it holds */
	ck_assert_double_eq(k[1].max, 20);
	ck_assert(is_share(k[1].seen, 0.5F));
	ck_assert_uint_eq(k[1].marks, BUCKET_PARTIAL);
	ck_assert_double_eq(k[1].last, 20); /* it was being looked at again at the end */
	ck_assert_double_eq(k[2].mean, 20); /* a bad value counts for nothing */
	ck_assert(isnan(k[2].last));
	ck_assert_uint_eq(k[2].quality, Q_STALE | Q_NO_COMM);
	ck_assert(isnan(k[3].mean) && isnan(k[3].first) && isnan(k[3].min));
	ck_assert(is_share(k[3].seen, 1));
	ck_assert_uint_eq(k[3].quality, Q_NO_COMM);
	ck_assert(isnan(k[3].increment));
}
END_TEST

/* Silent, then chisand did not run, then both are there again. */
START_TEST(of_a_silent_device_the_quality_is_told_while_chisan_is_awake)
{
	const int64_t edges[] = { 1000, 2000, 3000, 4000, 5000, 6000 };
	const struct stretch awake[] = { { 0, 3000 }, { 4500, 9000 } };
	struct bucket k[5];
	struct weigh w;

	sample(500, 10, 0);
	sample(1500, 10, Q_NO_COMM);
	sample(5500, 11, 0);
	look(0, 1200);
	look(5500, 9000);
	weigh_begin(&w, edges, 5, seen, seen_count, -1, k);
	weigh_awake(&w, awake, 2);
	for (uint32_t i = 0; i < n; i++)
		weigh_sample(&w, &s[i]);
	weigh_end(&w);
	ck_assert_uint_eq(k[1].quality, Q_NO_COMM);
	ck_assert_uint_eq(k[1].samples, 0);
	ck_assert(is_share(k[1].seen, 0) && is_share(k[1].known, 0) && isnan(k[1].mean) && isnan(k[1].last));
	ck_assert_uint_eq(k[1].marks, BUCKET_PARTIAL);
	ck_assert_uint_eq(k[2].quality, 0); /* nobody was there to say so */
	ck_assert_uint_eq(k[3].quality, Q_NO_COMM);
	ck_assert_uint_eq(k[4].quality, Q_NO_COMM);
	ck_assert_double_eq(k[4].mean, 11);
	/* what was good when it was looked at last is not known to be any more, and not known to be bad */
	n = 1;
	weigh_begin(&w, edges, 5, seen, 1, -1, k);
	weigh_awake(&w, awake, 2);
	weigh_sample(&w, &s[0]);
	weigh_end(&w);
	ck_assert_uint_eq(k[1].quality, 0);
}
END_TEST

START_TEST(a_sample_at_an_edge_belongs_to_the_bucket_that_it_begins)
{
	const int64_t edges[] = { 0, 1000, 2000 };
	struct bucket k[2];

	sample(0, 1, 0);
	sample(1000, 5, 0);
	sample(1000, 7, 0);
	look(0, 2000);
	weigh(edges, 2, -1, k);
	ck_assert_double_eq(k[0].mean, 1);
	ck_assert_double_eq(k[0].last, 1);
	ck_assert_uint_eq(k[0].samples, 1);
	ck_assert_double_eq(k[1].first, 7);
	ck_assert_double_eq(k[1].mean, 7);
	ck_assert_double_eq(k[1].min, 5);
	ck_assert_uint_eq(k[1].samples, 2);
}
END_TEST

START_TEST(what_a_counter_counted_is_what_held_at_the_edges)
{
	const int64_t edges[] = { 1000, 2000, 3000, 4000 };
	struct bucket k[3];

	sample(900, 990, 0);
	sample(1500, 995, 0);
	sample(2000, 998, 0); /* closes the first */
	sample(2500, 4, 0);   /* over the modulus of 1000 */
	sample(3500, 1, 0);   /* a reset */
	sample(3600, 3, 0);
	look(0, 5000);
	weigh(edges, 3, 1000, k);
	ck_assert_double_eq(k[0].increment, 8);
	ck_assert_double_eq(k[1].increment, 6);
	ck_assert_double_eq(k[2].increment, 2);
	ck_assert_uint_eq(k[1].marks, 0);
	ck_assert_uint_eq(k[2].marks, BUCKET_RESET);
}
END_TEST

START_TEST(what_a_counter_counted_in_an_outage_is_spread_over_it)
{
	const int64_t edges[] = { 0, 1000, 2000, 3000, 4000 };
	struct bucket k[4];

	sample(0, 100, 0);
	sample(500, 110, 0);
	sample(3500, 170, 0);
	look(0, 500);
	look(3500, 4000);
	weigh(edges, 4, 0, k);
	ck_assert_double_eq_tol(k[0].increment, 10 + 10, 1e-9);
	ck_assert_double_eq_tol(k[1].increment, 20, 1e-9);
	ck_assert_double_eq_tol(k[2].increment, 20, 1e-9);
	ck_assert_double_eq_tol(k[3].increment, 10, 1e-9);
	ck_assert_double_eq_tol(k[0].increment + k[1].increment + k[2].increment + k[3].increment, 70, 1e-12);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(k[i].marks, BUCKET_ESTIMATED | BUCKET_PARTIAL);
	/* the same from further off: both its ends are outside */
	const int64_t inner[] = { 1000, 2000 };
	weigh(inner, 1, 0, k);
	ck_assert_double_eq_tol(k[0].increment, 20, 1e-9);
	ck_assert_uint_eq(k[0].marks, BUCKET_ESTIMATED | BUCKET_PARTIAL);
	/* and within one bucket nothing is estimated */
	const int64_t wide[] = { 0, 5000 };
	weigh(wide, 1, 0, k);
	ck_assert_double_eq(k[0].increment, 70);
	ck_assert_uint_eq(k[0].marks, BUCKET_PARTIAL);
}
END_TEST

/* ---- against a sum that walks through every millisecond */

struct slow {
	double area, min, max;
	int64_t ms, good, looked;
	uint32_t samples;
	uint16_t quality;
};

static bool
is_looked_at(int64_t ms)
{
	for (uint32_t i = 0; i < seen_count; i++)
		if (ms >= seen[i].from && ms < seen[i].to)
			return true;
	return false;
}

static void
add(struct slow *a, double v)
{
	a->min = !(a->min <= v) ? v : a->min;
	a->max = !(a->max >= v) ? v : a->max;
}

static void
walk(struct slow *a, int64_t from, int64_t to)
{
	*a = (struct slow){ .min = (double)NAN, .max = (double)NAN };
	for (int64_t ms = from; ms < to; ms++) {
		const struct sample *held = NULL;

		for (uint32_t i = 0; i < n && s[i].ms <= ms; i++) {
			held = &s[i];
			if (s[i].ms == ms) {
				a->samples++;
				a->quality |= s[i].quality;
				if (quality_validity(s[i].quality) != V_BAD && isfinite(s[i].v))
					add(a, s[i].v);
			}
		}
		if (!is_looked_at(ms))
			continue;
		a->looked++;
		if (held == NULL)
			continue;
		a->quality |= held->quality;
		if (quality_validity(held->quality) == V_BAD || !isfinite(held->v))
			continue;
		add(a, held->v);
		a->ms++;
		a->area += held->v;
		a->good += quality_validity(held->quality) == V_GOOD;
	}
}

static void
make_up(struct kit *k)
{
	static const uint16_t qualities[] = { 0, 0, 0, Q_STALE, Q_NO_COMM, Q_SUBSTITUTED };
	int64_t ms = (int64_t)kit_below(k, 40) - 20;

	n = seen_count = 0;
	for (uint32_t i = 0; i < 60; i++) {
		sample(ms, kit_below(k, 30) == 0 ? (double)NAN : (double)kit_below(k, 1000) / 10,
		    qualities[kit_below(k, 6)]);
		ms += (int64_t)kit_below(k, 12);
	}
	for (int64_t at = (int64_t)kit_below(k, 30) - 20; at < 420 && seen_count < 30;) {
		int64_t to = at + 1 + (int64_t)kit_below(k, 120);

		look(at, to);
		at = to + (int64_t)kit_below(k, 30);
	}
}

START_TEST(buckets_are_what_a_walk_through_all_time_finds)
{
	struct kit r = { (uint64_t)_i * 7919 + 1 };
	int64_t edges[9];
	struct bucket k[8];

	for (unsigned round = 0; round < 40; round++) {
		make_up(&r);
		edges[0] = (int64_t)kit_below(&r, 30) - 10;
		for (unsigned i = 0; i < 8; i++)
			edges[i + 1] = edges[i] + 1 + (int64_t)kit_below(&r, 90);
		weigh(edges, 8, -1, k);
		for (unsigned i = 0; i < 8; i++) {
			double length = (double)(edges[i + 1] - edges[i]);
			struct slow a;

			walk(&a, edges[i], edges[i + 1]);
			ck_assert_uint_eq(k[i].samples, a.samples);
			ck_assert_uint_eq(k[i].quality, a.quality);
			ck_assert(is_share(k[i].seen, (float)((double)a.looked / length)));
			ck_assert(is_share(k[i].good, (float)((double)a.good / length)));
			ck_assert(
			    isnan(a.min) ? isnan(k[i].min) && isnan(k[i].max) : k[i].min == a.min && k[i].max == a.max);
			if (a.ms > 0)
				ck_assert_double_eq_tol(k[i].mean, a.area / (double)a.ms, 1e-9);
			ck_assert_int_eq(!(k[i].marks & BUCKET_PARTIAL), a.ms == edges[i + 1] - edges[i]);
		}
	}
}
END_TEST

/* ---- runs and rolls */

static void
unseen_in(int64_t from, int64_t to, struct stretch *out, size_t *count)
{
	int64_t at = from;

	*count = 0;
	for (uint32_t i = 0; i <= seen_count; i++) {
		int64_t begin = i < seen_count ? seen[i].from : to;

		if (begin > at && at < to)
			out[(*count)++] = (struct stretch){ at, begin < to ? begin : to };
		if (i < seen_count && seen[i].to > at)
			at = seen[i].to;
	}
}

START_TEST(a_run_at_once_is_what_its_samples_are)
{
	struct kit r = { (uint64_t)_i * 31 + 5 };
	double modulus = _i % 2 == 0 ? -1 : 100;
	struct bucket k[8], whole[8];
	struct stretch dark[64];
	int64_t edges[9];
	struct weigh w;
	uint32_t taken = 0;

	for (unsigned round = 0; round < 40; round++) {
		make_up(&r);
		for (unsigned i = 0; i < 9; i++)
			edges[i] = (int64_t)i * 45;
		weigh(edges, 8, modulus, k);
		weigh_begin(&w, edges, 8, seen, seen_count, modulus, whole);
		for (uint32_t i = 0, m; i < n; i += m) {
			struct summary sum;
			size_t count;

			m = 1 + (uint32_t)kit_below(&r, 9);
			m = m > n - i ? n - i : m;
			unseen_in(s[i].ms, s[i + m - 1].ms, dark, &count);
			summary_of(&sum, s + i, m, modulus, dark, count);
			if (weigh_run(&w, &sum))
				taken++;
			else
				for (uint32_t j = 0; j < m; j++)
					weigh_sample(&w, &s[i + j]);
		}
		weigh_end(&w);
		for (unsigned i = 0; i < 8; i++) {
			ck_assert_uint_eq(whole[i].samples, k[i].samples);
			ck_assert_uint_eq(whole[i].marks, k[i].marks);
			ck_assert_uint_eq(whole[i].quality, k[i].quality);
			ck_assert(is_share(whole[i].good, k[i].good));
			ck_assert(is_share(whole[i].seen, k[i].seen));
			ck_assert(isnan(k[i].mean) ? isnan(whole[i].mean) : fabs(k[i].mean - whole[i].mean) < 1e-9);
			ck_assert(isnan(k[i].min) ? isnan(whole[i].min) : k[i].min == whole[i].min);
			ck_assert(isnan(k[i].max) ? isnan(whole[i].max) : k[i].max == whole[i].max);
			ck_assert(isnan(k[i].first) ? isnan(whole[i].first) : k[i].first == whole[i].first);
			ck_assert(isnan(k[i].last) ? isnan(whole[i].last) : k[i].last == whole[i].last);
			ck_assert(isnan(k[i].increment) ? isnan(whole[i].increment)
			                                : fabs(k[i].increment - whole[i].increment) < 1e-9);
		}
	}
	ck_assert_uint_gt(taken, 20);
}
END_TEST

START_TEST(buckets_of_a_roll_make_coarser_and_finer_ones)
{
	const int64_t edges[] = { 0, 1000, 2000, 3000, 4000 }, coarse[] = { 0, 2000, 4000 }, fine[] = { 0, 500, 1000 };
	struct bucket k[4], out[2];
	struct weigh w;

	sample(0, 100, 0);
	for (int64_t ms = 10; ms <= 4000; ms += 10)
		sample(ms > 0 ? ms : 1, 100 + (double)(ms / 10), 0);
	look(0, 4000);
	weigh(edges, 4, 0, k);
	weigh_begin(&w, coarse, 2, NULL, 0, 0, out);
	for (unsigned i = 0; i < 4; i++)
		weigh_bucket(&w, &k[i], edges[i], edges[i + 1]);
	weigh_end(&w);
	ck_assert_double_eq_tol(out[0].mean, (k[0].mean + k[1].mean) / 2, 1e-9);
	ck_assert_double_eq_tol(out[0].increment + out[1].increment, 400, 1e-9);
	ck_assert_double_eq(out[1].min, k[2].min);
	ck_assert_double_eq(out[1].max, k[3].max);
	ck_assert_double_eq(out[0].first, 100);
	ck_assert_double_eq(out[1].last, k[3].last);
	ck_assert(is_share(out[0].seen, 1));
	ck_assert_uint_eq(out[0].samples, 200);
	ck_assert_uint_eq(out[0].marks, 0);
	weigh_begin(&w, fine, 2, NULL, 0, 0, out);
	weigh_bucket(&w, &k[0], 0, 1000);
	weigh_end(&w);
	ck_assert_double_eq(out[0].mean, k[0].mean);
	ck_assert_double_eq_tol(out[0].increment, k[0].increment / 2, 1e-9);
	ck_assert_uint_eq(out[1].marks, BUCKET_ESTIMATED);
}
END_TEST

START_TEST(an_end_beyond_the_samples_is_as_far_as_it_was_looked_at)
{
	const int64_t edges[] = { 0, 1000, 2000 };
	struct bucket k[2];

	sample(0, 5, 0);
	look(0, 250);
	weigh(edges, 2, -1, k);
	ck_assert_double_eq(k[0].mean, 5);
	ck_assert(is_share(k[0].good, 0.25F));
	ck_assert(isnan(k[0].last) && isnan(k[1].mean));
	ck_assert(is_share(k[1].seen, 0));
	setup();
	weigh(edges, 2, 0, k);
	ck_assert(isnan(k[0].mean) && isnan(k[0].increment));
	ck_assert_uint_eq(k[0].marks, BUCKET_PARTIAL);
}
END_TEST

T_MAIN("weigh",
    T_FIXTURE(setup, NULL) T(a_value_holds_while_its_device_is_looked_at) T(
        of_a_silent_device_the_quality_is_told_while_chisan_is_awake)
        T(a_sample_at_an_edge_belongs_to_the_bucket_that_it_begins) T(what_a_counter_counted_is_what_held_at_the_edges)
            T(what_a_counter_counted_in_an_outage_is_spread_over_it)
                T_LOOP(buckets_are_what_a_walk_through_all_time_finds, 0, 20) T_LOOP(
                    a_run_at_once_is_what_its_samples_are, 0, 20) T(buckets_of_a_roll_make_coarser_and_finer_ones)
                    T(an_end_beyond_the_samples_is_as_far_as_it_was_looked_at))
