/* SPDX-License-Identifier: Apache-2.0 */
/* t_load.c - forecasts of consumers from pasts that are made up: kinds of days, weather, level, and pasts that are bad. */
#include "config.h"

#include <string.h>

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/forecast/load.h"
#include "scada/model/tariff.h"
#include "tests/unit/t.h"

#define MINUTE (60 * US_PER_S)
#define NONE   ((double)NAN)

enum { DAYS = 60, STEPS_MAX = (DAYS + 8) * 96 };
static double value[STEPS_MAX], celsius[STEPS_MAX], kw[FORECAST_STEPS_MAX];
static struct past past, temperature;
static struct load_ask ask;
static struct load_answer answer;
static char why[400];
static struct holiday holidays[1];
static struct term terms[2];
static struct key_list holiday_list = { .v = holidays, .n = 1 }, term_list = { .v = terms, .n = 2 };
static uint64_t seed;

static double
chance(void) /* -1..1 */
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(seed >> 33) / (double)(1u << 30) - 1;
}

static int64_t
day(const char *text)
{
	int64_t d;
	ck_assert(date_from_text(text, &d));
	return d;
}

/* DAYS of the past from 2026-09-01 (a Tuesday) on; forecasts begin on 2026-10-31 (a Saturday). */
static void
begin(const char *zone, const char *start, unsigned minutes)
{
	ck_assert(clock_set_zone(zone));
	seed = 1;
	why[0] = '\0';
	past = (struct past){ .step_us = minutes * MINUTE, .count = DAYS * 1440 / minutes, .v = value };
	ck_assert(utc_from_iso(start, &past.start));
	temperature = past;
	temperature.v = celsius;
	temperature.count = (DAYS + 8) * 1440 / minutes;
	ask = (struct load_ask){ .name = "HALL.P", .past = &past, .count = 2880 / minutes };
	ask.from = utc_add(past.start, past.count * past.step_us);
}

/* A course of the day: 100 by night, 300 from 8 to 18 on working days, 150 on others. */
static double
course(int64_t date, unsigned slot, unsigned slots)
{
	struct day_kind k = day_kind_of(&ask.tables, date);
	double hour = (slot + 0.5) * 24 / slots;
	bool is_school_out = ask.follows_terms && k.term == TERM_OFF;
	return hour < 8 || hour > 18 || is_school_out ? 100 : day_is_off(&k) ? 150 : 300;
}

static double
course_at(struct utc t)
{
	int64_t date;
	unsigned slot, slots = (unsigned)(1440 * MINUTE / past.step_us);
	grid_place(t, slots, &date, &slot);
	return course(date, slot, slots);
}

static struct utc
step_at(unsigned i)
{
	return utc_add(past.start, (int64_t)i * past.step_us);
}

static void
fill(double noise)
{
	for (unsigned i = 0; i < past.count + ask.count; i++)
		value[i] = course_at(step_at(i)) * (1 + noise * chance());
}

static void
make(void)
{
	enum err e = load_forecast(&ask, kw, &answer, why, sizeof(why));
	ck_assert_msg(e == OK, "%s", why);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert(isfinite(kw[i]));
}

/* Mean distance of the forecast from the course, over so many steps. */
static double
distance(unsigned from, unsigned to)
{
	double sum = 0;
	for (unsigned i = from; i < to; i++)
		sum += fabs(kw[i] - course_at(step_at(past.count + i)));
	return sum / (to - from);
}

static void
set_up(void)
{
	begin("Asia/Tokyo", "2026-09-01T00:00:00+09:00", 30);
}

static void
tear_down(void)
{
}

START_TEST(a_week_has_its_course)
{
	static const unsigned steps[] = { 15, 30, 60 };
	begin("Asia/Tokyo", "2026-09-01T00:00:00+09:00", steps[_i]);
	ask.count = 6 * 1440 / steps[_i] <= FORECAST_STEPS_MAX ? 6 * 1440 / steps[_i] : FORECAST_STEPS_MAX;
	fill(0.05);
	make();
	ck_assert_int_eq(answer.basis, LOAD_SIMILAR);
	ck_assert_uint_eq(answer.days, DAYS);
	ck_assert_uint_eq(answer.dropped, 0);
	ck_assert_int_eq(answer.known_until.us, ask.from.us);
	ck_assert_double_lt(distance(0, ask.count), 6);
	/* The first edge of Monday to the step: 2026-11-02 08:00. */
	unsigned edge = 56 * 60 / steps[_i];
	ck_assert_double_lt(kw[edge - 1], 115);
	ck_assert_double_gt(kw[edge], 270);
}
END_TEST

START_TEST(a_holiday_is_no_working_day)
{
	/* 2026-11-03 is a Tuesday; no holiday was in the past. */
	holidays[0].date = day("2026-11-03");
	ask.tables.holidays = &holiday_list;
	ask.count = 5 * 48;
	fill(0.02);
	make();
	ck_assert_double_lt(distance(3 * 48, 4 * 48), 6);
	ck_assert_double_lt(kw[3 * 48 + 24], 165);
	ck_assert_double_gt(kw[2 * 48 + 24], 280);
}
END_TEST

START_TEST(a_school_knows_when_term_begins)
{
	/* Holidays from 10 October on; school begins again on 2 November. */
	terms[0] = (struct term){ .from = day("2026-09-01"), .to = day("2026-10-09") };
	terms[1] = (struct term){ .from = day("2026-11-02"), .to = day("2026-12-25") };
	ask.tables.terms = &term_list;
	ask.follows_terms = true;
	ask.count = 5 * 48;
	fill(0.02);
	make();
	ck_assert_double_gt(kw[2 * 48 + 24], 270);
	ck_assert_double_lt(kw[24], 110);
	ask.follows_terms = false; /* an office would go on as it was */
	make();
	ck_assert_double_lt(kw[2 * 48 + 24], 200);
}
END_TEST

START_TEST(what_is_more_than_usual_now_is_so_in_the_next_hours)
{
	/* A level that wanders with a memory of 6 hours, by a third either way. */
	double level = 0, with = 0, without = 0;
	ask.count = 12;
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		level = level * exp(-0.5 / 6) + 25 * chance();
		value[i] = course_at(step_at(i)) + level;
	}
	unsigned whole = past.count;
	for (unsigned back = 0; back < 40; back++) {
		past.count = whole - back * 7;
		ask.from = step_at(past.count);
		make();
		for (unsigned i = 0; i < 2; i++) {
			with += fabs(kw[i] - value[past.count + i]);
			without += fabs(course_at(step_at(past.count + i)) - value[past.count + i]);
		}
	}
	ck_assert_double_lt(with, 0.75 * without);
}
END_TEST

START_TEST(a_level_that_is_chance_alone_is_not_believed)
{
	fill(0.2);
	value[past.count - 1] *= 1.2;
	value[past.count - 2] *= 1.2;
	make();
	ck_assert_double_lt(distance(0, 4), 20);
}
END_TEST

/* Daily means wander, 8 degrees by night and 16 by day: heating of 4 kW a degree below 15. */
static void
make_cold(double ahead_c)
{
	double mean = 10;
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		if (i % 48 == 0)
			mean = 10 + 5 * chance();
		if (i == past.count)
			mean = ahead_c;
		celsius[i] = mean - 4 * cos((i % 48 - 6) * 2 * 3.14159265 / 48);
		value[i] = course_at(step_at(i)) + 4 * fmax(15 - celsius[i], 0) + 2 * chance();
		temperature.count = i + 1;
		if (i >= past.count && ahead_c > 900)
			break;
	}
}

START_TEST(a_cold_day_that_is_foreseen_is_heated)
{
	double with = 0, without = 0;
	make_cold(0);
	ask.temperature = &temperature;
	make();
	ck_assert(answer.has_weather);
	for (unsigned i = 0; i < ask.count; i++)
		with += fabs(kw[i] - value[past.count + i]) / ask.count;
	ask.temperature = NULL;
	make();
	ck_assert(!answer.has_weather);
	for (unsigned i = 0; i < ask.count; i++)
		without += fabs(kw[i] - value[past.count + i]) / ask.count;
	ck_assert_double_gt(without, 15);
	ck_assert_double_lt(with, 0.25 * without);
}
END_TEST

START_TEST(temperatures_themselves_are_foreseen)
{
	/* Spells of a day or two, around freezing: what is forecast the same way is better than the usual course of the day. */
	double spell = 0, with = 0, without = 0;
	ask.count = 24;
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		spell = spell * exp(-0.5 / 60) + 1.1 * chance();
		value[i] = -4 * cos((i % 48 - 6.0) * 2 * 3.14159265 / 48) + spell;
	}
	unsigned whole = past.count;
	for (unsigned back = 0; back < 40; back++) {
		past.count = whole - back * 13;
		ask.from = step_at(past.count);
		make();
		for (unsigned i = 0; i < ask.count; i++) {
			double usual = -4 * cos(((past.count + i) % 48 - 6.0) * 2 * 3.14159265 / 48);
			with += fabs(kw[i] - value[past.count + i]);
			without += fabs(usual - value[past.count + i]);
		}
	}
	ck_assert_double_lt(with, 0.8 * without);
}
END_TEST

START_TEST(temperatures_that_end_now_do_no_harm)
{
	make_cold(10);
	ask.temperature = NULL;
	make();
	double plain = distance(0, ask.count);
	ask.temperature = &temperature;
	temperature.count = past.count;
	make();
	ck_assert_double_lt(distance(0, ask.count), 1.2 * plain + 1);
	temperature.count = 0;
	make();
	ck_assert(!answer.has_weather);
}
END_TEST

START_TEST(gaps_spikes_and_zeros_move_little)
{
	fill(0.03);
	for (unsigned i = 0; i < past.count; i++) {
		if (chance() > 0.6) /* a fifth is missing */
			value[i] = NONE;
		if (chance() > 0.995)
			value[i] = chance() > 0 ? 1e5 : -1e5;
	}
	for (unsigned i = past.count - 3 * 48; i < past.count - 2 * 48; i++)
		value[i] = 0; /* a meter stood still */
	for (unsigned i = past.count - 20 * 48; i < past.count - 15 * 48; i++)
		value[i] = NONE; /* five days are lost */
	for (unsigned i = past.count - 6; i < past.count; i++)
		value[i] = 0; /* and it stands still now */
	make();
	ck_assert_int_eq(answer.basis, LOAD_SIMILAR);
	ck_assert_uint_gt(answer.dropped, 48);
	ck_assert_double_lt(distance(0, ask.count), 9);
}
END_TEST

START_TEST(what_comes_after_the_beginning_is_not_looked_at)
{
	double before[96];
	fill(0.05);
	past.count -= 100;
	ask.from = step_at(past.count);
	ask.count = 96;
	make();
	memcpy(before, kw, sizeof(before));
	past.count += 100;
	for (unsigned i = past.count - 100; i < past.count; i++)
		value[i] = 1e6;
	make();
	ck_assert_int_eq(memcmp(before, kw, sizeof(before)), 0);
	ck_assert_int_eq(answer.known_until.us, ask.from.us);
}
END_TEST

START_TEST(a_past_that_ended_long_ago_still_tells_the_course)
{
	fill(0.02);
	past.count -= 9 * 48;
	make();
	ck_assert_int_eq(answer.known_until.us, step_at(past.count).us);
	past.count += 9 * 48; /* distance() counts from the forecast's beginning */
	ck_assert_double_lt(distance(0, ask.count), 8);
}
END_TEST

START_TEST(without_a_past_there_is_no_forecast)
{
	for (unsigned i = 0; i < past.count; i++)
		value[i] = NONE;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_NOT_FOUND);
	ck_assert_str_eq(why,
	    "no forecast of HALL.P: no value of the last 365 days is known; record it for a day at least, or give a "
	    "forecast as a "
	    "file");
	ck_assert_double_nan(kw[0]);
	ck_assert_double_nan(kw[ask.count - 1]);
	ck_assert_int_eq(answer.basis, LOAD_NONE);
	past.count = 0;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_NOT_FOUND);
}
END_TEST

START_TEST(some_hours_give_their_mean)
{
	fill(0);
	for (unsigned i = 0; i < past.count - 4; i++)
		value[i] = NONE;
	value[past.count - 4] = 10, value[past.count - 3] = 20, value[past.count - 2] = NONE,
	                   value[past.count - 1] = 30;
	make();
	ck_assert_int_eq(answer.basis, LOAD_FLAT);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq(kw[i], 20);
}
END_TEST

START_TEST(some_days_give_their_course)
{
	fill(0);
	for (unsigned i = 0; i < past.count - 3 * 48; i++)
		value[i] = NONE;
	make(); /* of Wednesday to Friday: a Saturday is not known to be another day */
	ck_assert_int_eq(answer.basis, LOAD_PLAIN);
	ck_assert_uint_eq(answer.days, 3);
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq_tol(kw[i], i % 48 >= 16 && i % 48 < 36 ? 300 : 100, 1e-9);
}
END_TEST

START_TEST(a_heating_that_was_shut_down_stays_so)
{
	for (unsigned i = 0; i < past.count; i++)
		value[i] = i < past.count - 9 * 48 ? 2 + 0.2 * chance() : 0;
	make();
	double sum = 0;
	for (unsigned i = 0; i < ask.count; i++)
		sum += kw[i] / ask.count;
	ck_assert_double_lt(sum, 0.4); /* a fifth of what it was, after one weekend without it */
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_ge(kw[i], 0);
}
END_TEST

/* Clocks are set at the place, from, the wall hour at which the course steps up. */
static const struct {
	const char *start;
} clocks[] = {
	{ "2026-01-08T00:00:00-06:00" }, /* 60 days later: 9 March, the second day after */
	{ "2026-01-06T00:00:00-06:00" }, /* 7 March: the day before */
	{ "2026-09-01T00:00:00-05:00" }, /* 31 October: the day before clocks go back */
	{ "2026-09-02T00:00:00-05:00" }, /* the day itself */
	{ "2026-09-03T00:00:00-05:00" }, /* the day after */
};

START_TEST(a_course_goes_by_the_clock_when_it_is_set)
{
	for (unsigned minutes = 15; minutes <= 60; minutes *= 2) {
		begin("America/Chicago", clocks[_i].start, minutes);
		fill(0.01);
		make();
		ck_assert_double_lt(distance(0, ask.count), 4);
	}
}
END_TEST

START_TEST(forecasts_stay_within_what_has_been)
{
	fill(0.02);
	for (unsigned i = past.count - 48; i < past.count; i++)
		value[i] *= 1.45; /* a day as never before */
	make();
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert(kw[i] >= 0 && kw[i] <= 1.25 * 1.45 * 310);
}
END_TEST

START_TEST(what_flows_both_ways_may_be_below_zero)
{
	for (unsigned i = 0; i < past.count; i++)
		value[i] = i % 48 < 24 ? -50 : 50;
	make();
	ck_assert_double_eq_tol(kw[0], -50, 1);
	ck_assert_double_eq_tol(kw[30], 50, 1);
}
END_TEST

START_TEST(a_constant_is_foreseen_as_such)
{
	for (unsigned i = 0; i < past.count; i++)
		value[i] = _i * 41.5;
	make();
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq_tol(kw[i], _i * 41.5, 1e-9);
}
END_TEST

START_TEST(any_numbers_give_finite_forecasts)
{
	static const double odd[] = { 0, -0.0, 1e308, -1e308, 1e-300, 1e9, -1e9, 5e8 };
	for (int round = 0; round < t_rounds(20); round++) {
		for (unsigned i = 0; i < past.count + ask.count; i++) {
			double c = chance();
			value[i] = c > 0.5 ? odd[(i * 7 + (unsigned)round) % 8] : c < -0.8 ? (double)INFINITY : 100 * c;
			celsius[i] = c > 0.9 ? 1e9 : c < -0.9 ? NONE : 20 * c;
		}
		ask.temperature = round % 2 != 0 ? &temperature : NULL;
		temperature.count = past.count + ask.count;
		make();
	}
}
END_TEST

START_TEST(what_cannot_be_asked_is_said)
{
	fill(0);
	ask.count = 0;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of HALL.P: a forecast is of 1 to 600 steps");
	ask.count = FORECAST_STEPS_MAX + 1;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ask.count = 96;
	ask.from.us++;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of HALL.P: the forecast does not begin with a step");
	ask.from.us--;
	ask.temperature = &temperature;
	temperature.step_us = 15 * MINUTE;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of HALL.P: its temperatures do not have the steps that it has");
	past.step_us = 7 * MINUTE;
	ck_assert_int_eq(load_forecast(&ask, kw, &answer, why, sizeof(why)), ERR_USAGE);
	ck_assert_str_eq(why, "no forecast of HALL.P: its steps are not of 15, 30 or 60 minutes");
}
END_TEST

/* ---- learned once, asked often */

static struct load_model *model;

static void
learn(void)
{
	ck_assert_msg(load_learn(&ask, &model, &answer, why, sizeof(why)) == OK, "%s", why);
}

START_TEST(what_was_learned_forecasts_the_same)
{
	double often[96];
	make_cold(3);
	ask.temperature = _i == 0 ? &temperature : NULL;
	if (_i == 2) /* a plain one */
		for (unsigned i = 0; i < past.count - 3 * 48; i++)
			value[i] = NONE;
	make();
	learn();
	ck_assert_int_eq(load_foresee(model, &past, ask.temperature, ask.from, often), OK);
	ck_assert_int_eq(memcmp(often, kw, sizeof(often)), 0);
	load_free(model);
}
END_TEST

START_TEST(a_pool_is_closed_on_the_day_that_it_is_closed)
{
	/* Thursdays, and nobody told: Sundays and Saturdays are as any other day. */
	static double is[7 * 48];
	ask.count = 7 * 48;
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		int64_t date;
		unsigned slot;
		grid_place(step_at(i), 48, &date, &slot);
		value[i] = (slot < 16 || slot > 36 || date_weekday(date) == 4 ? 100 : 300) * (1 + 0.05 * chance());
	}
	memcpy(is, value + past.count, sizeof(is));
	make();
	double closed = 0, open = 0;
	for (unsigned i = 0; i < ask.count; i++) {
		int64_t date;
		unsigned slot;
		grid_place(step_at(past.count + i), 48, &date, &slot);
		double miss = slot >= 16 && slot <= 36 ? fabs(kw[i] - is[i]) : 0;
		*(date_weekday(date) == 4 ? &closed : &open) += miss;
	}
	ck_assert_double_lt(closed / 21, 15);
	ck_assert_double_lt(open / 21 / 6, 15);
}
END_TEST

START_TEST(a_furnace_that_stood_still_is_foreseen_burning)
{
	/* 200 while it burns, not at all for three weeks and at some hours since; when it burns, whoever asks knows. */
	for (unsigned i = 0; i < past.count + ask.count; i++)
		value[i] = 200 + 5 * chance();
	for (unsigned i = past.count - 23 * 48; i < past.count - 2 * 48; i++)
		value[i] = i % 7 == 0 ? 1 : 0;
	ask.while_on = true;
	make();
	for (unsigned i = 0; i < ask.count; i++)
		ck_assert_double_eq_tol(kw[i], 200, 8);
	/* Off in the step that is under way: no reason to think less of it. */
	double now = 0;
	ask.now = &now;
	make();
	ck_assert_double_eq_tol(kw[0], 200, 8);
	/* No course of the day is made of chance. */
	for (unsigned i = 2; i < 48; i++)
		ck_assert_double_eq_tol(kw[i], kw[1], 3);
}
END_TEST

START_TEST(the_step_under_way_is_as_it_is_measured)
{
	/* More than usual for half an hour, and more is measured now. */
	double often[95], now = 0, level = 0;
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		level = level * exp(-0.5 / 8) + 20 * chance();
		value[i] = course_at(step_at(i)) + level;
	}
	ask.count = 96;
	value[past.count - 1] = course_at(step_at(past.count - 1)) + 60;
	make();
	double before = kw[1];
	ask.now = &now;
	now = course_at(ask.from) + 60;
	make();
	ck_assert_double_eq(kw[0], now);
	ck_assert_double_gt(kw[1], before + 5);
	value[past.count++] = now;
	ask.now = NULL;
	ask.count = 95;
	learn();
	ask.now = &now;
	ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(past.count), often), OK);
	/* Learned one value later: nearly the same. */
	for (unsigned i = 0; i < 95; i++)
		ck_assert_double_eq_tol(often[i], kw[i + 1], 10);
	ck_assert_double_gt(kw[1], course_at(step_at(past.count)) + 20);
	load_free(model);
	past.count--;
	ask.count = 1;
	make();
	ck_assert_double_eq(kw[0], now);
	now = 1e5; /* cannot be true */
	make();
	ck_assert_double_lt(kw[0], 400);
}
END_TEST

START_TEST(a_measurement_that_is_none_changes_nothing)
{
	double none = NONE, plain[96];
	fill(0.05);
	make();
	memcpy(plain, kw, sizeof(plain));
	ask.now = &none;
	make();
	ck_assert_int_eq(memcmp(plain, kw, ask.count * sizeof(*kw)), 0);
}
END_TEST

START_TEST(what_came_since_it_was_learned_counts)
{
	/* Learned at midnight; the day is a half more than usual. At noon that is known, also without learning anew. */
	double often[96], again[96], level = 0;
	for (unsigned i = 0; i < past.count + ask.count; i++) {
		level = level * exp(-0.5 / 8) + 20 * chance();
		value[i] = course_at(step_at(i)) + level;
	}
	unsigned midnight = past.count, noon = midnight + 24;
	learn();
	for (unsigned i = midnight; i < noon; i++)
		value[i] += 60;
	past.count = noon;
	ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(noon), often), OK);
	ck_assert_double_gt(often[0], course_at(step_at(noon)) + 30);
	ask.from = step_at(noon);
	ck_assert_int_eq(load_forecast(&ask, again, &answer, why, sizeof(why)), OK);
	for (unsigned i = 0; i < 48; i++)
		ck_assert_double_eq_tol(often[i], again[i], 25);
	/* Nothing of an earlier question sticks. */
	double first[96];
	ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(midnight), first), OK);
	ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(noon), again), OK);
	ck_assert_int_eq(memcmp(often, again, sizeof(often)), 0);
	past.count = midnight;
	ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(midnight), again), OK);
	ck_assert_int_eq(memcmp(first, again, sizeof(first)), 0);
	load_free(model);
}
END_TEST

START_TEST(a_day_of_spikes_and_zeros_since_then_moves_little)
{
	double often[96];
	fill(0.03);
	learn();
	for (unsigned i = past.count; i < past.count + 40; i++)
		value[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? 1e7 : (double)INFINITY;
	past.count += 40;
	ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(past.count), often), OK);
	for (unsigned i = 0; i < 48; i++)
		ck_assert_double_eq_tol(often[i], course_at(step_at(past.count + i)), 12);
	load_free(model);
}
END_TEST

START_TEST(a_day_of_set_clocks_is_asked_through)
{
	double often[96];
	for (unsigned c = 0; c < sizeof(clocks) / sizeof(*clocks); c++) {
		begin("America/Chicago", clocks[c].start, 30);
		fill(0.01);
		for (unsigned i = past.count; i < past.count + 200; i++)
			value[i] = course_at(step_at(i));
		unsigned midnight = past.count;
		past.count += 96;
		learn();
		for (unsigned i = 0; i <= 48; i++) {
			ck_assert_int_eq(load_foresee(model, &past, NULL, step_at(midnight + i), often), OK);
			double sum = 0;
			for (unsigned k = 0; k < 96; k++)
				sum += fabs(often[k] - course_at(step_at(midnight + i + k))) / 96;
			ck_assert_double_lt(sum, 6);
		}
		load_free(model);
	}
}
END_TEST

START_TEST(what_was_learned_is_good_for_a_day)
{
	double often[96] = { 7 };
	struct past other = past;
	fill(0.02);
	learn();
	ck_assert_int_eq(load_foresee(model, &past, NULL, utc_add(ask.from, 48 * past.step_us), often), OK);
	often[0] = 7;
	ck_assert_int_eq(load_foresee(model, &past, NULL, utc_add(ask.from, 49 * past.step_us), often), ERR_USAGE);
	ck_assert_int_eq(load_foresee(model, &past, NULL, utc_add(ask.from, -past.step_us), often), ERR_USAGE);
	ck_assert_int_eq(load_foresee(model, &past, NULL, utc_add(ask.from, 1), often), ERR_USAGE);
	other.step_us = 60 * MINUTE;
	ck_assert_int_eq(load_foresee(model, &other, NULL, ask.from, often), ERR_USAGE);
	ck_assert_double_eq(often[0], 7);
	load_free(model);
	make_cold(3);
	ask.temperature = &temperature;
	learn();
	ck_assert_int_eq(
	    load_foresee(model, &past, NULL, ask.from, often), ERR_USAGE); /* it was learned with temperatures */
	load_free(model);
	load_free(NULL);
}
END_TEST

START_TEST(a_basis_has_its_word)
{
	ck_assert_str_eq(load_basis_word(LOAD_SIMILAR), "similar");
	ck_assert_str_eq(load_basis_word(LOAD_BASES), "unknown");
	ck_assert_str_eq(load_basis_help(LOAD_NONE), "nothing is known of the past");
}
END_TEST

T_MAIN("load",
    T_FIXTURE(set_up, tear_down) T_LOOP(a_week_has_its_course, 0, 3) T(a_holiday_is_no_working_day)
        T(a_school_knows_when_term_begins) T_LONG(what_is_more_than_usual_now_is_so_in_the_next_hours) T(
            a_level_that_is_chance_alone_is_not_believed) T(a_cold_day_that_is_foreseen_is_heated)
            T(temperatures_themselves_are_foreseen) T(temperatures_that_end_now_do_no_harm) T(
                gaps_spikes_and_zeros_move_little) T(what_comes_after_the_beginning_is_not_looked_at)
                T(a_past_that_ended_long_ago_still_tells_the_course) T(without_a_past_there_is_no_forecast) T(
                    some_hours_give_their_mean) T(some_days_give_their_course) T(a_heating_that_was_shut_down_stays_so)
                    T_LOOP(a_course_goes_by_the_clock_when_it_is_set, 0, 5) T(forecasts_stay_within_what_has_been) T(
                        what_flows_both_ways_may_be_below_zero) T_LOOP(a_constant_is_foreseen_as_such, 0, 2)
                        T(any_numbers_give_finite_forecasts) T(what_cannot_be_asked_is_said) T_LOOP(
                            what_was_learned_forecasts_the_same, 0, 3) T(a_furnace_that_stood_still_is_foreseen_burning)
                            T(what_came_since_it_was_learned_counts) T(a_pool_is_closed_on_the_day_that_it_is_closed)
                                T(the_step_under_way_is_as_it_is_measured) T(a_measurement_that_is_none_changes_nothing)
                                    T(a_day_of_spikes_and_zeros_since_then_moves_little)
                                        T(a_day_of_set_clocks_is_asked_through) T(what_was_learned_is_good_for_a_day)
                                            T(a_basis_has_its_word))
