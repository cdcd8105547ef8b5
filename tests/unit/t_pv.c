/* SPDX-License-Identifier: Apache-2.0 */
/* t_pv.c - forecasts of photovoltaics: night and rating, shade that is learned, clouds that stay, plants that stood still. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/forecast/fit.h"
#include "scada/forecast/pv.h"
#include "tests/unit/t.h"

#define MINUTE (60 * US_PER_S)
#define NONE   ((double)NAN)

enum { DAYS = 60, STEPS = (DAYS + 3) * 96 };
static double made[STEPS], light[STEPS], kw[PV_STEPS_MAX];
static struct asset_pv plant;
static struct past past, irradiance;
static struct pv_ask ask;
static struct pv_answer answer;
static char why[400];
static uint64_t seed;

static double
chance(void) /* -1..1 */
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(seed >> 33) / (double)(1u << 30) - 1;
}

static void
begin(const char *start, unsigned minutes)
{
	seed = 7;
	why[0] = '\0';
	plant = (struct asset_pv){ .peak_kw = 200, .performance_ratio = 0.8 };
	past = (struct past){ .step_us = minutes * MINUTE, .count = DAYS * 1440 / minutes, .v = made };
	ck_assert(utc_from_iso(start, &past.start));
	irradiance = past;
	irradiance.v = light;
	ask = (struct pv_ask){ .name = "PV1",
		.plant = &plant,
		.rated_kw = NONE,
		.latitude_deg = 35.7,
		.longitude_deg = 139.6,
		.past = &past,
		.count = 2880 / minutes };
	ask.from = utc_add(past.start, past.count * past.step_us);
}

static struct utc
step_at(unsigned i)
{
	return utc_add(past.start, (int64_t)i * past.step_us);
}

static double
clear_at(unsigned i)
{
	return pv_clear_kw(&plant, ask.latitude_deg, ask.longitude_deg, step_at(i), past.step_us);
}

/* A sky that lets through so much, more or less with a memory of so many hours. */
static void
fill(double share, double wander, double hours)
{
	double w = 0, keep = exp(-(double)past.step_us / (hours * 3600 * US_PER_S));
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		w = keep * w + wander * sqrt(1 - keep * keep) * 1.7 * chance();
		made[i] = clear_at(i) * fmin(fmax(share + w, 0.05), 1.1);
		light[i] = made[i] / (plant.peak_kw * plant.performance_ratio) * 1000;
	}
}

static void
make(void)
{
	enum err e = pv_forecast(&ask, kw, &answer, why, sizeof(why));
	ck_assert_msg(e == OK, "%s", why);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert(kw[i] >= 0 && kw[i] <= (ask.rated_kw > 0 ? ask.rated_kw : plant.peak_kw));
}

static void
set_up(void)
{
	begin("2026-09-01T00:00:00+09:00", 30);
}

static void
tear_down(void)
{
}

START_TEST(nights_are_dark_and_days_are_not)
{
	/* A year round, also where the sun does not rise for weeks, and where it is the other half of the year. */
	static const double places[][2] = { { 35.7, 139.6 }, { 69.6, 18.9 }, { -33.9, 151.2 }, { 0, 0 } };
	for (unsigned month = 1; month <= 12; month++) {
		char start[40];
		snprintf(start, sizeof(start), "2026-%02u-01T00:00:00Z", month);
		begin(start, 15);
		ask.latitude_deg = places[_i][0];
		ask.longitude_deg = places[_i][1];
		fill(0.6, 0.3, 5);
		ask.count = 192;
		make();
		for (unsigned i = 0; i < ask.count; i++) {
			double clear = clear_at(past.count + i);
			ck_assert((clear > 0) || (kw[i] == 0));
			ck_assert(clear < 40 || kw[i] > 0);
		}
	}
}
END_TEST

START_TEST(without_a_past_it_is_half_of_a_clear_sky)
{
	past.count = 0;
	ask.from = step_at(24);
	make();
	ck_assert_int_eq(answer.basis, PV_CLEAR);
	ck_assert_uint_eq(answer.days, 0);
	ck_assert_int_eq(answer.known_until.us, 0);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq_tol(kw[i], clear_at(24 + i) / 2, 1e-9);
}
END_TEST

START_TEST(a_few_days_give_their_mean)
{
	fill(0.7, 0, 1);
	for (unsigned i = 0; i < past.count - 3 * 48; i++)
		made[i] = NONE;
	make();
	ck_assert_int_eq(answer.basis, PV_FEW);
	ck_assert_uint_eq(answer.days, 3);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq_tol(kw[i], 0.7 * clear_at(past.count + i), 0.01);
}
END_TEST

START_TEST(shade_in_the_afternoon_is_learned)
{
	static const unsigned steps[] = { 15, 30, 60 };
	begin("2026-09-01T00:00:00+09:00", steps[_i]);
	fill(0.8, 0.05, 2);
	unsigned noon = 13 * 60 / steps[_i], slots = 1440 / steps[_i];
	for (unsigned i = 0; i < past.count + ask.count; i++)
		made[i] *= i % slots >= noon ? 0.3 : 1;
	make();
	ck_assert_int_eq(answer.basis, PV_LEARNED);
	ck_assert_double_eq_tol(kw[noon - slots / 12], 0.8 * clear_at(past.count + noon - slots / 12), 8);
	ck_assert_double_eq_tol(kw[noon + slots / 24], 0.24 * clear_at(past.count + noon + slots / 24), 8);
}
END_TEST

START_TEST(more_than_a_level_clear_sky_is_learned_too)
{
	/* Tilted to the south in winter: 1.4 times what falls on the level; but the inverter gives 100. */
	begin("2026-11-01T00:00:00+09:00", 30);
	fill(1, 0, 1);
	ask.rated_kw = 100;
	for (unsigned i = 0; i < past.count + ask.count; i++)
		made[i] = fmin(1.4 * made[i], 100);
	make();
	double most = 0;
	for (unsigned i = 0; i < ask.count; i++) {
		most = fmax(most, kw[i]);
		ck_assert_double_eq_tol(kw[i], made[past.count + i], 9);
	}
	ck_assert_double_le(most, 100);
	ck_assert_double_gt(most, 95);
}
END_TEST

START_TEST(clouds_stay_for_some_hours)
{
	double with = 0, without = 0, far = 0, far_without = 0;
	fill(0.6, 0.25, 4);
	unsigned whole = past.count;
	ask.count = 60;
	for (unsigned back = 0; back < 20; back++) { /* from 11:00 of each of the last days */
		past.count = whole - back * 48 - 48 + 22;
		ask.from = step_at(past.count);
		make();
		with += fabs(kw[1] - made[past.count + 1]);
		without += fabs(0.6 * clear_at(past.count + 1) - made[past.count + 1]);
		far += fabs(kw[50] - made[past.count + 50]);
		far_without += fabs(0.6 * clear_at(past.count + 50) - made[past.count + 50]);
	}
	ck_assert_double_lt(with, 0.6 * without);
	ck_assert_double_lt(far, 1.3 * far_without);
}
END_TEST

START_TEST(irradiance_tells_the_sky_while_the_plant_is_held_down)
{
	fill(0.75, 0, 1);
	past.count -= 26; /* 11:00 */
	ask.from = step_at(past.count);
	ask.count = 4;
	/* Each second day is dark, so that it is known what darkness is; today is dark, and the plant was held down. */
	for (unsigned i = 0; i < past.count; i++) {
		double dark = (i / 48) % 2 == 1 ? 0.3 : 1;
		made[i] *= dark;
		light[i] *= dark;
	}
	ck_assert_uint_eq((past.count / 48) % 2, 1);
	for (unsigned i = past.count - 22; i < past.count; i++)
		made[i] = NONE;
	make();
	double blind = kw[1];
	ask.irradiance = &irradiance;
	make();
	ck_assert_double_lt(kw[1], 0.75 * blind);
	for (unsigned i = 0; i < irradiance.count; i++)
		light[i] = NONE;
	make();
	ck_assert_double_eq_tol(kw[1], blind, 1e-9);
}
END_TEST

START_TEST(a_plant_that_stood_still_is_not_believed)
{
	fill(0.7, 0.02, 2);
	for (unsigned i = past.count - 10 * 48; i < past.count - 26; i++)
		made[i] = 0;
	past.count -= 26; /* at 11:00 it stands still */
	ask.from = step_at(past.count);
	make();
	ck_assert_uint_gt(answer.dropped, 9 * 10);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq_tol(kw[i], 0.7 * clear_at(past.count + i), 8);
}
END_TEST

START_TEST(what_comes_after_the_beginning_is_not_looked_at)
{
	double before[96];
	fill(0.6, 0.2, 3);
	past.count -= 70;
	ask.from = step_at(past.count);
	make();
	memcpy(before, kw, sizeof(before));
	past.count += 70;
	for (unsigned i = past.count - 70; i < past.count; i++)
		made[i] = 150;
	make();
	ck_assert_int_eq(memcmp(before, kw, sizeof(before)), 0);
	ck_assert_int_eq(answer.known_until.us, ask.from.us);
}
END_TEST

START_TEST(the_sun_knows_no_summer_time)
{
	double first[96];
	ck_assert(clock_set_zone("America/Chicago"));
	fill(0.6, 0.2, 3);
	make();
	memcpy(first, kw, sizeof(first));
	ck_assert(clock_set_zone("Asia/Tokyo"));
	make();
	ck_assert_int_eq(memcmp(first, kw, sizeof(first)), 0);
}
END_TEST

START_TEST(any_numbers_give_finite_forecasts)
{
	static const double odd[] = { 0, -0.0, 1e308, -1e308, 1e-300, 1e9, -1e9, (double)INFINITY };
	for (int round = 0; round < t_rounds(20); round++) {
		for (unsigned i = 0; i < past.count; i++) {
			double c = chance();
			made[i] = c > 0.5 ? odd[(i * 5 + (unsigned)round) % 8] : c < -0.7 ? NONE : 100 * c;
			light[i] = c > 0.8 ? odd[i % 8] : c < -0.6 ? NONE : 900 * c;
		}
		ask.irradiance = round % 2 != 0 ? &irradiance : NULL;
		ask.rated_kw = round % 3 != 0 ? 120 : -1;
		make();
	}
}
END_TEST

START_TEST(what_cannot_be_asked_is_said)
{
	fill(0.6, 0, 1);
	ask.latitude_deg = NONE;
	ck_assert_int_eq(pv_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(
	    why, "no forecast of PV1: nobody knows where it stands; write latitude_deg and longitude_deg into energy:");
	ck_assert_double_nan(kw[0]);
	ask.latitude_deg = 35;
	plant.peak_kw = 0;
	ck_assert_int_eq(pv_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of PV1: its plant has no peak_kw above 0 and performance_ratio up to 1");
	plant.peak_kw = 10;
	ask.count = 601;
	ck_assert_int_eq(pv_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of PV1: a forecast is of 1 to 600 steps");
	ask.count = 600;
	ask.irradiance = &irradiance;
	irradiance.step_us = 60 * MINUTE;
	ck_assert_int_eq(pv_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of PV1: its irradiance does not have the steps that it has");
	past.start.us += 1;
	ck_assert_int_eq(pv_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of PV1: it does not begin with a step");
}
END_TEST

/* ---- learned once, asked often */

START_TEST(what_was_learned_forecasts_the_same)
{
	struct pv_model *m;
	double often[96];
	fill(0.6, 0.2, 4);
	for (unsigned i = 0; _i == 1 && i < past.count - 3 * 48; i++)
		made[i] = NONE;
	ask.irradiance = _i == 2 ? &irradiance : NULL;
	for (unsigned i = 0; _i == 2 && i < past.count; i += 5)
		made[i] = NONE;
	make();
	ck_assert_int_eq(pv_learn(&ask, &m, &answer, why, sizeof(why)), OK);
	ck_assert_int_eq(pv_foresee(m, &past, ask.irradiance, ask.from, often), OK);
	ck_assert_int_eq(memcmp(often, kw, sizeof(often)), 0);
	pv_free(m);
}
END_TEST

START_TEST(the_step_under_way_is_as_it_is_measured)
{
	double plain[96], now;
	fill(0.7, 0.25, 4);
	ask.count = 48;
	unsigned noon = past.count - 24;
	past.count = noon;
	ask.from = step_at(noon);
	make();
	memcpy(plain, kw, sizeof(plain));
	ask.now = &now;
	now = 0.3 * plain[0]; /* a cloud has come */
	make();
	ck_assert_double_eq(kw[0], now);
	ck_assert_double_lt(kw[1], 0.95 * plain[1]);
	ck_assert_double_gt(kw[1], now);
	now = 0; /* under a high sun: it stands still */
	make();
	ck_assert_int_eq(memcmp(plain, kw, 48 * sizeof(*kw)), 0);
	ask.count = 1;
	now = 0.3 * plain[0];
	make();
	ck_assert_double_eq(kw[0], now);
}
END_TEST

START_TEST(what_came_since_it_was_learned_counts)
{
	struct pv_model *m;
	double first[96], often[96], again[96];
	fill(0.7, 0.25, 4);
	ask.count = 96;
	unsigned midnight = past.count - 48, noon = midnight + 24;
	ask.from = step_at(midnight);
	past.count = midnight;
	ck_assert_int_eq(pv_learn(&ask, &m, &answer, why, sizeof(why)), OK);
	for (unsigned i = midnight; i < noon; i++)
		made[i] = 0.15 * clear_at(i); /* a dark morning */
	past.count = noon;
	ck_assert_int_eq(pv_foresee(m, &past, NULL, step_at(noon), often), OK);
	ck_assert_double_lt(often[0], 0.5 * clear_at(noon));
	ask.from = step_at(noon);
	ck_assert_int_eq(pv_forecast(&ask, again, &answer, why, sizeof(why)), OK);
	for (unsigned i = 0; i < 96; i++)
		ck_assert_double_eq_tol(often[i], again[i], 25);
	ck_assert_int_eq(pv_foresee(m, &past, NULL, step_at(midnight), first), OK);
	ck_assert_int_eq(pv_foresee(m, &past, NULL, step_at(noon), again), OK);
	ck_assert_int_eq(memcmp(often, again, sizeof(often)), 0);
	ck_assert_int_eq(pv_foresee(m, &past, NULL, step_at(noon + 25), again), ERR_USAGE);
	ck_assert_int_eq(pv_foresee(m, &past, NULL, step_at(midnight - 1), again), ERR_USAGE);
	ck_assert_int_eq(pv_foresee(m, &past, NULL, utc_add(step_at(noon), 1), again), ERR_USAGE);
	irradiance.step_us *= 2;
	ck_assert_int_eq(pv_foresee(m, &past, &irradiance, step_at(noon), again), ERR_USAGE);
	ck_assert_int_eq(memcmp(often, again, sizeof(often)), 0);
	pv_free(m);
	pv_free(NULL);
}
END_TEST

START_TEST(a_basis_has_its_word)
{
	ck_assert_str_eq(pv_basis_word(PV_LEARNED), "learned");
	ck_assert_str_eq(pv_basis_word(PV_BASES), "unknown");
	ck_assert_str_eq(pv_basis_help(PV_BASES), "");
}
END_TEST

START_TEST(a_fit_finds_what_was_put_in)
{
	struct fit f = fit_new(4, 1e-9);
	double x[4], out[4];
	static const double truth[4] = { 2, -1, 0.5, 0 };
	for (int i = 0; i < 100; i++) {
		double y = 0;
		for (int k = 0; k < 4; k++) {
			x[k] = chance();
			y += truth[k] * x[k];
		}
		fit_add(&f, x, y, 1 + fabs(chance()));
	}
	fit_solve(&f, out);
	for (int k = 0; k < 4; k++)
		ck_assert_double_eq_tol(out[k], truth[k], 1e-6);
	f = fit_new(4, 1); /* nothing seen: nothing claimed */
	fit_solve(&f, out);
	for (int k = 0; k < 4; k++)
		ck_assert_double_eq(out[k], 0);
}
END_TEST

T_MAIN("pv",
    T_FIXTURE(set_up, tear_down) T_LONG_LOOP(nights_are_dark_and_days_are_not, 0, 4)
        T(without_a_past_it_is_half_of_a_clear_sky) T(a_few_days_give_their_mean)
            T_LOOP(shade_in_the_afternoon_is_learned, 0, 3) T(more_than_a_level_clear_sky_is_learned_too)
                T(clouds_stay_for_some_hours) T(irradiance_tells_the_sky_while_the_plant_is_held_down)
                    T(a_plant_that_stood_still_is_not_believed) T(what_comes_after_the_beginning_is_not_looked_at)
                        T(the_sun_knows_no_summer_time) T(any_numbers_give_finite_forecasts)
                            T(what_cannot_be_asked_is_said) T_LOOP(what_was_learned_forecasts_the_same, 0, 3)
                                T(what_came_since_it_was_learned_counts) T(the_step_under_way_is_as_it_is_measured)
                                    T(a_basis_has_its_word) T(a_fit_finds_what_was_put_in))
