/* SPDX-License-Identifier: Apache-2.0 */
/* t_score.c - errors of forecasts against figures worked out by hand, bands that hold what they promise, scores over a restart. */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/forecast/score.h"
#include "tests/unit/t.h"

#define MINUTE (60 * US_PER_S)
#define NONE   ((double)NAN)

enum { DAYS = 80, STEPS = DAYS * 48 };
static double was[STEPS];
static struct past past;
static struct score *s;
static uint64_t seed;

static double
chance(void) /* -1..1, flat */
{
	uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64: neighbours do not know of each other */
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (double)((z ^ (z >> 31)) >> 33) / (double)(1u << 30) - 1;
}

static struct utc
step_at(unsigned i)
{
	return utc_add(past.start, (int64_t)i * past.step_us);
}

static void
set_up(void)
{
	ck_assert(clock_set_zone("UTC"));
	seed = 3;
	past = (struct past){ .step_us = 30 * MINUTE, .count = STEPS, .v = was };
	ck_assert(utc_from_iso("2026-01-01T00:00:00Z", &past.start));
	s = xcalloc(1, sizeof(*s));
	score_init(s, past.step_us);
	for (unsigned i = 0; i < STEPS; i++)
		was[i] = 100;
}

static void
tear_down(void)
{
	free(s);
}

/* At each step a forecast of all that is ahead, off by off(lead in steps); then the step is over. */
static void
live(unsigned from, unsigned to, double (*off)(unsigned lead, unsigned at))
{
	double v[96];
	for (unsigned i = from; i < to; i++) {
		for (unsigned k = 0; k < 96; k++)
			v[k] = i + k < STEPS ? was[i + k] + off(k + 1, i + k) : NONE;
		score_note(s, step_at(i), v, 96);
		score_learn(s, &past, step_at(i), i % 48 * 30, false);
	}
}

static double
two_more(unsigned lead, unsigned at)
{
	(void)at;
	return lead == 2 ? 2 : lead == 96 ? -5 : 0;
}

START_TEST(nothing_is_known_before_something_is_scored)
{
	struct score_figures f;
	struct score_band b;
	ck_assert(!score_figures(s, 0, &f));
	ck_assert_double_nan(f.error);
	ck_assert_double_nan(f.high);
	ck_assert(!score_band(s, 60, 0, false, &b));
	ck_assert_double_nan(b.low);
}
END_TEST

START_TEST(each_lead_has_its_own_error)
{
	struct score_figures f;
	live(10 * 48, 15 * 48, two_more);
	ck_assert(score_figures(s, 0, &f)); /* one hour: the second half hour */
	ck_assert_double_eq_tol(f.bias, 2, 1e-6);
	ck_assert_double_eq_tol(f.error, 2, 1e-6);
	ck_assert_double_eq_tol(f.low, -2, 1e-6);
	ck_assert_double_eq_tol(f.high, -2, 1e-6);
	ck_assert(score_figures(s, 3, &f));
	ck_assert_double_eq(f.error, 0);
	ck_assert(score_figures(s, 4, &f)); /* two days: seen from the first day on the third */
	ck_assert_double_eq_tol(f.bias, -5, 1e-6);
	ck_assert_double_eq_tol(f.middle, 5, 1e-6);
	ck_assert_uint_le(f.count, 3 * 48 + 1);
	ck_assert_uint_ge(f.count, 2 * 48);
}
END_TEST

static double
by_chance(unsigned lead, unsigned at)
{
	(void)lead;
	(void)at;
	return 10 * chance();
}

START_TEST(quantiles_are_those_of_what_happened)
{
	struct score_figures f;
	live(0, 40 * 48, by_chance);
	ck_assert(score_figures(s, 0, &f));
	ck_assert_double_eq_tol(f.low, -8, 0.8); /* flat from -10 to 10 */
	ck_assert_double_eq_tol(f.middle, 0, 0.8);
	ck_assert_double_eq_tol(f.high, 8, 0.8);
	ck_assert_double_eq_tol(f.error, 5, 0.4);
	ck_assert_double_eq_tol(f.bias, 0, 0.4);
}
END_TEST

static double
by_noon(unsigned lead, unsigned at)
{
	return (at % 48 >= 18 && at % 48 < 30 ? 10 : 1) * (lead < 10 ? 1 : 2) * (chance() + chance() + chance());
}

START_TEST(bands_hold_four_of_five_at_each_time_and_lead)
{
	static const unsigned leads[] = { 2, 6, 24, 48, 96 };
	struct score_band b;
	unsigned all = 0;
	live(0, 60 * 48, by_noon);
	for (unsigned l = 0; l < SCORE_LEADS; l++)
		for (unsigned h = 0; h < 24; h += 3) {
			unsigned in = 0;
			ck_assert(score_band(s, leads[l] * 30, h * 60, false, &b));
			for (int i = 0; i < 2000; i++) {
				double miss = -by_noon(leads[l], h * 2);
				in += miss >= b.low && miss <= b.high;
			}
			/* A hundred misses tell a quantile to some percent. */
			ck_assert_msg(in > 1250 && in < 1900, "%u h ahead at %u:00: %u of 2000", leads[l] / 2, h, in);
			all += in;
		}
	ck_assert_msg(all > 0.77 * 80000 && all < 0.83 * 80000, "%u of 80000", all);
	/* By night they are narrow, though noon is wide. */
	ck_assert(score_band(s, 60, 0, false, &b));
	ck_assert_double_lt(b.high - b.low, 4);
	ck_assert(score_band(s, 60, 12 * 60, false, &b));
	ck_assert_double_gt(b.high - b.low, 16);
}
END_TEST

static double
ever_worse(unsigned lead, unsigned at)
{
	(void)lead;
	return (20 + (double)at / 48) * (chance() + chance() + chance());
}

START_TEST(bands_hold_what_they_promise_while_errors_grow)
{
	/* Each day is worse than the one before: quantiles of the last weeks alone would be too narrow. */
	unsigned in = 0, n = 0;
	struct score_band b;
	for (unsigned i = 0; i < 70 * 48; i++) {
		double miss = -ever_worse(2, i);
		if (score_band(s, 60, i % 48 * 30, false, &b) && i >= 20 * 48) {
			in += miss >= b.low && miss <= b.high;
			n++;
		}
		live(i, i + 1, ever_worse);
	}
	ck_assert_uint_eq(n, 50 * 48);
	ck_assert_msg(in > 0.77 * n && in < 0.83 * n, "%u of %u", in, n);
}
END_TEST

START_TEST(days_off_have_bands_of_their_own)
{
	struct score_band work, off;
	double v[2] = { 100, 100 };
	for (unsigned i = 0; i < 60 * 48; i++) {
		bool is_off = i / 48 % 7 < 2;
		v[1] = was[i + 1] + (is_off ? 1 : 10) * chance();
		score_note(s, step_at(i), v, 2);
		score_learn(s, &past, step_at(i), i % 48 * 30, is_off);
	}
	ck_assert(score_band(s, 60, 600, false, &work) && score_band(s, 60, 600, true, &off));
	ck_assert_double_gt(work.high - work.low, 5 * (off.high - off.low));
}
END_TEST

START_TEST(between_leads_is_a_straight_line)
{
	struct score_band b, first, second;
	live(0, 20 * 48, by_noon);
	ck_assert(score_band(s, 180, 700, false, &first) && score_band(s, 720, 700, false, &second));
	ck_assert(score_band(s, 450, 700, false, &b));
	ck_assert_double_eq_tol(b.low, (first.low + second.low) / 2, 1e-9);
	ck_assert_double_eq_tol(b.high, (first.high + second.high) / 2, 1e-9);
	ck_assert(score_band(s, 60, 700, false, &first) && score_band(s, 10, 700, false, &b));
	ck_assert_double_eq(b.low, first.low);
	ck_assert(score_band(s, 2880, 700, false, &first) && score_band(s, 6000, 700, false, &b));
	ck_assert_double_eq(b.high, first.high);
}
END_TEST

START_TEST(few_misses_are_taken_with_those_of_the_whole_day)
{
	struct score_band b;
	live(0, 12, two_more);
	ck_assert(!score_band(s, 60, 0, false, &b)); /* 10 in all */
	live(12, 40, two_more);
	ck_assert(score_band(s, 60, 22 * 60, false, &b)); /* none in the evening yet */
	ck_assert_double_eq_tol(b.middle, -2, 1e-6);
	ck_assert(score_band(s, 2880, 0, false, &b)); /* nothing that far ahead: as far as is known */
	ck_assert_double_eq_tol(b.middle, 0, 1e-6);
}
END_TEST

START_TEST(skill_is_against_the_last_day_that_was_known)
{
	struct score_figures f;
	for (unsigned i = 0; i < STEPS; i++)
		was[i] = 100 + i / 48; /* each day one more */
	live(10 * 48, 30 * 48, two_more);
	ck_assert(score_figures(s, 0, &f));
	ck_assert_double_eq_tol(f.day_error, 1, 1e-9);
	ck_assert_double_eq_tol(f.week_error, 7, 1e-9);
	ck_assert_double_eq_tol(f.day_skill, -1, 1e-6);
	ck_assert_double_eq_tol(f.week_skill, 1 - 2.0 / 7, 1e-6);
	ck_assert(score_figures(s, 4, &f)); /* two days ahead yesterday is not known */
	ck_assert_double_eq_tol(f.day_error, 2, 1e-9);
	ck_assert(score_figures(s, 2, &f));
	ck_assert_double_eq(f.day_skill, 1);
}
END_TEST

START_TEST(what_was_not_known_is_not_scored)
{
	struct score_figures f, g;
	live(10 * 48, 14 * 48, two_more);
	score_figures(s, 0, &f);
	for (unsigned i = 14 * 48; i < 16 * 48; i++)
		was[i] = NONE;
	live(14 * 48, 16 * 48, two_more);
	score_figures(s, 0, &g);
	ck_assert_uint_eq(f.count, g.count);
	ck_assert_double_eq(f.error, g.error);
	/* A week later it is not there to compare with, but forecasts are. */
	was[20 * 48] = 100;
	live(21 * 48, 23 * 48, two_more);
	score_figures(s, 0, &g);
	ck_assert_uint_gt(g.count, f.count + 70);
}
END_TEST

START_TEST(what_was_no_number_is_not_noted)
{
	static const double odd[] = { NONE, (double)INFINITY, -(double)INFINITY, 1e300, -2e9 };
	struct score_figures f;
	for (unsigned i = 0; i < 5 * 48; i++) {
		double v[2] = { odd[i % 5], odd[i % 5] };
		score_note(s, step_at(i), v, 2);
		score_learn(s, &past, step_at(i), i % 48 * 30, false);
	}
	ck_assert(!score_figures(s, 0, &f));
}
END_TEST

START_TEST(a_step_is_scored_once)
{
	struct score_figures f;
	live(0, 10, two_more);
	score_figures(s, 0, &f);
	unsigned before = f.count;
	score_learn(s, &past, step_at(9), 270, false);
	score_figures(s, 0, &f);
	ck_assert_uint_eq(f.count, before);
}
END_TEST

static double
worse(unsigned lead, unsigned at)
{
	(void)lead;
	return at < 40 * 48 ? 1 : 9;
}

START_TEST(old_errors_fade)
{
	struct score_figures f;
	live(0, DAYS * 48 - 96, worse);
	score_figures(s, 0, &f);
	ck_assert_double_gt(f.error, 5.5); /* 38 days at 9 after 40 at 1, fading in 28 */
	ck_assert_double_lt(f.error, 8.9);
	ck_assert_double_eq_tol(f.middle, -9, 1e-5); /* quantiles are of the last 28 days */
	ck_assert_uint_lt(f.count, 28 * 48 + 1);
}
END_TEST

START_TEST(a_score_comes_back_as_it_was)
{
	struct score *back = xcalloc(1, sizeof(*back));
	struct score_figures f, g;
	struct score_band b, c;
	struct wbuf w;
	live(0, (unsigned)_i, by_noon);
	wbuf_init(&w);
	score_save(s, &w);
	ck_assert_uint_le(w.len, SCORE_SIZE_MAX);
	ck_assert(score_restore(back, past.step_us, w.data, w.len));
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
			ck_assert_int_eq(score_figures(s, lead, &f), score_figures(back, lead, &g));
			ck_assert_uint_eq(f.count, g.count);
			ck_assert(f.count == 0 ||
			    (f.bias == g.bias && f.error == g.error && f.day_error == g.day_error && f.low == g.low &&
			        f.high == g.high));
			ck_assert_int_eq(
			    score_band(s, 100, lead * 200, false, &b), score_band(back, 100, lead * 200, false, &c));
			ck_assert(isnan(b.low) ? isnan(c.low) : b.low == c.low && b.high == c.high);
		}
		/* What was noted before is scored after. */
		for (unsigned i = (unsigned)_i; i < (unsigned)_i + 90; i++) {
			score_learn(s, &past, step_at(i), i % 48 * 30, false);
			score_learn(back, &past, step_at(i), i % 48 * 30, false);
		}
	}
	wbuf_done(&w);
	free(back);
}
END_TEST

START_TEST(what_is_no_score_is_refused_whole)
{
	struct score *back = xcalloc(1, sizeof(*back));
	struct score_figures f;
	struct wbuf w;
	live(0, 300, by_noon);
	wbuf_init(&w);
	score_save(s, &w);
	ck_assert(!score_restore(back, 15 * MINUTE, w.data, w.len)); /* of other steps */
	for (size_t len = 0; len < w.len; len += 97) {
		uint8_t *cut = xmalloc(len + 1); /* so that a read beyond it is seen */
		memcpy(cut, w.data, len);
		ck_assert(!score_restore(back, past.step_us, cut, len));
		ck_assert(!score_figures(back, 0, &f));
		free(cut);
	}
	for (int i = 0; i < t_rounds(20000);
	     i++) { /* any byte may be any other: no crash, and what is taken is finite */
		size_t at = (size_t)((chance() + 1) / 2 * (double)(w.len - 1));
		uint8_t old = w.data[at];
		w.data[at] = (uint8_t)(128 + 127 * chance());
		if (score_restore(back, past.step_us, w.data, w.len))
			for (unsigned lead = 0; lead < SCORE_LEADS; lead++)
				ck_assert(!score_figures(back, lead, &f) || (isfinite(f.error) && isfinite(f.high)));
		w.data[at] = old;
	}
	wbuf_done(&w);
	free(back);
}
END_TEST

static enum err
as_yesterday(void *arg, struct utc from, unsigned count, double *v)
{
	unsigned *asked = arg;
	++*asked;
	for (unsigned i = 0; i < count; i++)
		v[i] = past_at(&past, utc_add(from, ((int64_t)(i % 48) - 48) * past.step_us));
	return *asked % 10 == 0 ? ERR_NOT_FOUND : OK;
}

START_TEST(a_new_series_has_its_errors_from_the_past)
{
	struct score_figures f;
	unsigned asked = 0;
	for (unsigned i = 0; i < STEPS; i++)
		was[i] = 100 + i / 48;
	ck_assert_uint_eq(score_hindcast(s, &past, step_at(STEPS), 20, 6, NULL, as_yesterday, &asked), 20 * 8 - 16);
	ck_assert_uint_eq(asked, 20 * 8);
	ck_assert(score_figures(s, 0, &f));
	ck_assert_uint_ge(f.count, 100);
	ck_assert_double_eq_tol(f.error, 1, 1e-6);
	ck_assert_double_eq_tol(f.bias, -1, 1e-6);
	ck_assert(score_figures(s, 4, &f));
	ck_assert_double_eq_tol(f.error, 2, 0.1);
}
END_TEST

T_MAIN("score",
    T_FIXTURE(set_up, tear_down) T(nothing_is_known_before_something_is_scored) T(each_lead_has_its_own_error)
        T(quantiles_are_those_of_what_happened) T(bands_hold_four_of_five_at_each_time_and_lead)
            T(bands_hold_what_they_promise_while_errors_grow) T(days_off_have_bands_of_their_own)
                T(between_leads_is_a_straight_line) T(few_misses_are_taken_with_those_of_the_whole_day)
                    T(skill_is_against_the_last_day_that_was_known) T(what_was_not_known_is_not_scored)
                        T(what_was_no_number_is_not_noted) T(a_step_is_scored_once) T(old_errors_fade)
                            T_LOOP(a_score_comes_back_as_it_was, 0, 1) T_LOOP(a_score_comes_back_as_it_was, 700, 701)
                                T(what_is_no_score_is_refused_whole) T(a_new_series_has_its_errors_from_the_past))
