/* SPDX-License-Identifier: Apache-2.0 */
/* t_expect.c - bands around forecasts, and forecasts with their bands as the series of a problem. */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/expect.h"
#include "scada/forecast/band.h"
#include "tests/unit/t.h"

#define MINUTE (60 * US_PER_S)
#define NONE   ((double)NAN)

enum { STEPS = 96, COUNT = 96 };
static struct asset_load hall, gym;
static struct asset_pv roof;
static struct asset_battery ess;
static struct asset assets[] = { { .name = "HALL", .kind = ASSET_LOAD, .parameters = &hall },
	{ .name = "PV1", .kind = ASSET_PV, .parameters = &roof },
	{ .name = "GYM", .kind = ASSET_LOAD, .parameters = &gym },
	{ .name = "ESS1", .kind = ASSET_BATTERY, .parameters = &ess } };
static struct problem_asset problem_assets[4];
static double hours[STEPS], v[COUNT], low[COUNT], high[COUNT];
static struct problem p;
static struct expect e;
static struct expect_forecast list[4];
static char why[400];

static void
set_up(void)
{
	ck_assert(clock_set_zone("UTC"));
	memset(problem_assets, 0, sizeof(problem_assets));
	roof = (struct asset_pv){ .peak_kw = 100, .performance_ratio = 0.8 };
	for (unsigned i = 0; i < 4; i++)
		problem_assets[i].asset = &assets[i];
	p = (struct problem){ .steps = STEPS, .hours = hours, .assets = problem_assets, .asset_count = 4 };
	ck_assert(utc_from_iso("2026-11-23T00:00:00Z", &p.start));
	for (unsigned i = 0; i < STEPS; i++)
		hours[i] = 0.25;
	for (unsigned i = 0; i < COUNT; i++) {
		v[i] = 10 + i;
		low[i] = v[i] - 4;
		high[i] = v[i] + 3;
	}
	for (unsigned i = 0; i < 4; i++)
		list[i] = (struct expect_forecast){
			.from = p.start, .step_us = 30 * MINUTE, .count = COUNT, .v = v, .low = low, .high = high
		};
	list[0].asset = "HALL", list[0].kind = SERIES_LOAD_KW;
	list[1].asset = "PV1", list[1].kind = SERIES_PV_KW;
	list[2].asset = "GYM", list[2].kind = SERIES_LOAD_KW;
	list[3].asset = "GYM", list[3].kind = SERIES_HEAT;
	why[0] = '\0';
}

static void
tear_down(void)
{
	expect_done(&e);
}

static void
fill(unsigned n)
{
	ck_assert_msg(expect_fill(&p, list, n, &e, why, sizeof(why)) == OK, "%s", why);
}

START_TEST(forecasts_become_series_of_the_problem)
{
	fill(4);
	const double *series = problem_assets[0].series[SERIES_LOAD_KW];
	ck_assert_ptr_nonnull(series);
	for (unsigned t = 0; t < STEPS; t++) /* a half hour is two quarters */
		ck_assert_double_eq(series[t], 10 + t / 2);
	ck_assert_ptr_nonnull(problem_assets[1].series[SERIES_PV_KW]);
	ck_assert_ptr_nonnull(problem_assets[2].series[SERIES_HEAT]);
	ck_assert_ptr_null(problem_assets[0].series[SERIES_HEAT]);
	ck_assert_ptr_null(problem_assets[3].series[SERIES_LOAD_KW]);
	ck_assert_ptr_eq(expect_series(&e, 0, SERIES_LOAD_KW, EXPECT_MIDDLE), series);
	ck_assert_ptr_null(expect_series(&e, 3, SERIES_LOAD_KW, EXPECT_MIDDLE));
}
END_TEST

START_TEST(a_reserve_reckons_with_more_load_and_less_sun)
{
	fill(4);
	expect_use(&e, &p, EXPECT_CAREFUL);
	ck_assert_double_eq(problem_assets[0].series[SERIES_LOAD_KW][20], 20 + 3);
	ck_assert_double_eq(problem_assets[2].series[SERIES_HEAT][20], 20 + 3);
	ck_assert_double_eq(problem_assets[1].series[SERIES_PV_KW][20], 20 - 4);
	expect_use(&e, &p, EXPECT_MIDDLE);
	ck_assert_double_eq(problem_assets[1].series[SERIES_PV_KW][20], 20);
}
END_TEST

START_TEST(without_a_band_the_forecast_counts_as_certain)
{
	list[1].low = list[1].high = list[0].low = list[0].high = NULL;
	fill(2);
	ck_assert_double_eq(expect_series(&e, 0, SERIES_LOAD_KW, EXPECT_CAREFUL)[7], 13);
	ck_assert_double_eq(expect_series(&e, 1, SERIES_PV_KW, EXPECT_CAREFUL)[7], 13);
}
END_TEST

START_TEST(steps_of_any_length_get_their_means)
{
	/* 5 and 20 minutes, hours; the problem begins ten minutes into the forecast. */
	p.steps = 4;
	hours[0] = 1.0 / 12, hours[1] = 1.0 / 3, hours[2] = 1, hours[3] = 1.0 / 12;
	p.start.us += 10 * MINUTE;
	fill(1);
	const double *s = problem_assets[0].series[SERIES_LOAD_KW];
	ck_assert_double_eq_tol(s[0], 10, 1e-9);
	ck_assert_double_eq_tol(s[1], (15 * 10 + 5 * 11) / 20.0, 1e-9);
	ck_assert_double_eq_tol(s[2], (25 * 11 + 30 * 12 + 5 * 13) / 60.0, 1e-9);
	ck_assert_double_eq_tol(s[3], 13, 1e-9);
}
END_TEST

START_TEST(many_thirds_of_an_hour_reach_to_the_end)
{
	p.steps = 96;
	for (unsigned i = 0; i < p.steps; i++)
		hours[i] = 1.0 / 3;
	list[0].count = 64; /* 32 hours, to the microsecond */
	fill(1);
	ck_assert_double_eq_tol(problem_assets[0].series[SERIES_LOAD_KW][95], 73, 1e-6);
}
END_TEST

START_TEST(series_keep_to_what_can_be)
{
	v[0] = -5, low[1] = -2, v[1] = high[1] = 1;
	v[4] = low[4] = high[4] = 250;
	fill(2);
	ck_assert_double_eq(problem_assets[0].series[SERIES_LOAD_KW][0], 0);
	ck_assert_double_eq(problem_assets[0].series[SERIES_LOAD_KW][8], 250);
	ck_assert_double_eq(problem_assets[1].series[SERIES_PV_KW][8], 100); /* peak_kw */
	ck_assert_double_eq(expect_series(&e, 1, SERIES_PV_KW, EXPECT_CAREFUL)[2], 0);
}
END_TEST

static void
refuse(unsigned n, enum err want, const char *says)
{
	static const double *untouched = v;
	problem_assets[0].series[SERIES_LOAD_KW] = untouched;
	ck_assert_int_eq(expect_fill(&p, list, n, &e, why, sizeof(why)), want);
	ck_assert_str_eq(why, says);
	ck_assert_uint_eq(e.count, 0);
	ck_assert_ptr_eq(problem_assets[0].series[SERIES_LOAD_KW], untouched);
}

START_TEST(what_does_not_fit_is_said)
{
	list[1].asset = "PV9";
	refuse(2, ERR_NOT_FOUND, "a forecast for PV9: the problem has no such asset");
	list[1].asset = "HALL";
	refuse(2, ERR_USAGE,
	    "a forecast of pv_kw for HALL, a load: loads have load_kw and heat_t_per_h, photovoltaics pv_kw");
	list[1].asset = "ESS1";
	refuse(2, ERR_USAGE,
	    "a forecast of pv_kw for ESS1, a battery: loads have load_kw and heat_t_per_h, photovoltaics pv_kw");
	list[1].kind = SERIES_PRICE_IMPORT;
	refuse(2, ERR_USAGE,
	    "a forecast of that kind for ESS1, a battery: loads have load_kw and heat_t_per_h, photovoltaics pv_kw");
	list[1] = list[0];
	refuse(2, ERR_USAGE, "a second forecast of load_kw for HALL; give one");
	list[0].step_us = 0;
	refuse(1, ERR_USAGE, "the forecast of load_kw for HALL has steps of no length");
}
END_TEST

START_TEST(a_forecast_that_does_not_reach_is_refused)
{
	list[2].count = 40;
	refuse(3, ERR_BAD_DATA,
	    "the forecast of load_kw for GYM says nothing in step 80; it is of 2026-11-23T00:00:00.000Z to "
	    "2026-11-23T20:00:00.000Z, and "
	    "must be finite over all 96 steps");
	list[2].count = COUNT;
	list[2].from.us += 30 * MINUTE;
	refuse(3, ERR_BAD_DATA,
	    "the forecast of load_kw for GYM says nothing in step 0; it is of 2026-11-23T00:30:00.000Z to "
	    "2026-11-25T00:30:00.000Z, and "
	    "must be finite over all 96 steps");
}
END_TEST

START_TEST(what_is_not_finite_is_refused)
{
	static const double bad[] = { (double)NAN, (double)INFINITY, -(double)INFINITY };
	double own[COUNT];
	memcpy(own, v, sizeof(own));
	own[3] = bad[_i];
	list[1].low = own; /* only the careful side */
	refuse(2, ERR_BAD_DATA,
	    "the forecast of pv_kw for PV1 says nothing in step 6; it is of 2026-11-23T00:00:00.000Z to "
	    "2026-11-25T00:00:00.000Z, and "
	    "must be finite over all 96 steps");
}
END_TEST

/* ---- bands */

static struct score *
scored(double miss_by_day, double miss_by_night)
{
	static double was[60 * 48];
	struct past past = { p.start, 30 * MINUTE, 60 * 48, was };
	struct score *s = xcalloc(1, sizeof(*s));
	double f[96];
	score_init(s, past.step_us);
	for (unsigned i = 0; i < 50 * 48; i++) {
		for (unsigned k = 0; k < 96;
		     k++) { /* misses: from 0 to all of it, upwards, in turn; far ahead twice as much */
			double share = (double)((i + k) * 7 % 11) / 10;
			f[k] =
			    was[i + k] - share * ((i + k) % 48 >= 24 ? miss_by_day : miss_by_night) * (k < 40 ? 1 : 2);
		}
		score_note(s, utc_add(past.start, i * past.step_us), f, 96);
		score_learn(s, &past, utc_add(past.start, i * past.step_us), i % 48 * 30, false);
	}
	return s;
}

START_TEST(a_band_follows_what_was_measured)
{
	struct score *s = scored(10, 1);
	struct band_ask ask = {
		.score = s, .from = p.start, .step_us = 30 * MINUTE, .count = 96, .least = 0, .most = NONE
	};
	for (unsigned i = 0; i < 96; i++)
		v[i] = 50;
	ck_assert_uint_eq(band_fill(&ask, v, low, high), 96);
	ck_assert_double_eq_tol(high[4], 51, 0.3);
	ck_assert_double_eq_tol(high[30], 62, 1.5);    /* by day, between 12 and 24 h ahead */
	ck_assert_double_eq_tol(high[48 + 40], 69, 4); /* nearly two days ahead */
	for (unsigned i = 0; i < 96; i++)
		ck_assert(low[i] <= 50 && low[i] > 48 && high[i] >= 50);
	free(s);
}
END_TEST

START_TEST(what_was_never_scored_has_a_wide_band)
{
	struct band_ask ask = { .from = p.start, .step_us = 30 * MINUTE, .count = 4, .least = 0, .most = 15 };
	v[0] = 10, v[1] = 0, v[2] = 15, v[3] = 4;
	ck_assert_uint_eq(band_fill(&ask, v, low, high), 0);
	ck_assert_double_eq(low[0], 5);
	ck_assert_double_eq(high[0], 15);
	ck_assert(low[1] == 0 && high[1] == 0);
	ck_assert_double_eq(high[2], 15);
	ck_assert_double_eq(low[3], 2);
	struct score *s = xcalloc(1, sizeof(*s));
	score_init(s, 30 * MINUTE);
	ask.score = s;
	ask.least = ask.most = NONE;
	v[1] = -10; /* what flows both ways */
	ck_assert_uint_eq(band_fill(&ask, v, low, high), 0);
	ck_assert(low[1] == -15 && high[1] == -5);
	free(s);
}
END_TEST

START_TEST(nights_have_no_band_of_the_sun)
{
	struct score *s = scored(10, 10);
	struct band_ask ask = { .score = s,
		.from = p.start,
		.step_us = 30 * MINUTE,
		.count = 96,
		.least = 0,
		.most = 100,
		.is_sun = true };
	v[5] = 0, v[6] = 98;
	band_fill(&ask, v, low, high);
	ck_assert(low[5] == 0 && high[5] == 0);
	ck_assert_double_eq(high[6], 100);
	ask.is_sun = false;
	band_fill(&ask, v, low, high);
	ck_assert_double_gt(high[5], 5);
	free(s);
}
END_TEST

T_MAIN("expect",
    T_FIXTURE(set_up, tear_down) T(forecasts_become_series_of_the_problem)
        T(a_reserve_reckons_with_more_load_and_less_sun) T(without_a_band_the_forecast_counts_as_certain)
            T(steps_of_any_length_get_their_means) T(many_thirds_of_an_hour_reach_to_the_end)
                T(series_keep_to_what_can_be) T(what_does_not_fit_is_said) T(a_forecast_that_does_not_reach_is_refused)
                    T_LOOP(what_is_not_finite_is_refused, 0, 3) T(a_band_follows_what_was_measured)
                        T(what_was_never_scored_has_a_wide_band) T(nights_have_no_band_of_the_sun))
