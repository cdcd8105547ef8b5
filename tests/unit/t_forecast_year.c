/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_forecast_year.c - a real year, forecast as it went: each hour for two days ahead from what was known then, learned anew each midnight. Errors by lead time
 * are printed (the table of docs/how-forecasts-work.md) and held against what has been reached, and against persistence.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/forecast/band.h"
#include "scada/forecast/load.h"
#include "scada/forecast/pv.h"
#include "scada/forecast/score.h"
#include "scada/model/tariff.h"
#include "tests/unit/t.h"

enum { HOURS = 8760, FIRST = 35 * 24, AHEAD = 48 };
#define HOUR_US (3600 * US_PER_S)
#define PV_PEAK 100

/*
 * The figures are of 2023 (it began on a Sunday; days off and summer time are those of that year) in Chicago's winter time; the daylight is San
 * Francisco's, in its own. error_pct: of the mean, at most, by lead; as it was reached, with a twentieth to spare.
 */
static const struct series {
	const char *name, *start, *zone;
	unsigned column;
	double scale;
	bool follows_terms;
	double error_pct[SCORE_LEADS];
} series[] = {
	{ "school", "2023-01-01T06:00:00Z", "America/Chicago", 1, 1, true, { 3.6, 6.1, 8.9, 9.3, 10.8 } },
	{ "office", "2023-01-01T06:00:00Z", "America/Chicago", 2, 1, false, { 4.2, 6.7, 8.8, 9.4, 10.3 } },
	{ "daylight", "2023-01-01T08:00:00Z", "America/Los_Angeles", 3, PV_PEAK, false,
	    { 10.7, 15.9, 20.5, 20.8, 21.6 } },
};

static const char *const days_off[] = { "2023-01-16", "2023-02-20", "2023-05-29", "2023-07-04", "2023-09-04",
	"2023-10-09", "2023-11-11", "2023-11-23", "2023-12-25" };
static struct holiday holidays[sizeof(days_off) / sizeof(*days_off)];
static struct term terms[2];
static const struct key_list holiday_list = { .v = holidays, .n = sizeof(days_off) / sizeof(*days_off) },
                             term_list = { .v = terms, .n = 2 };
static const struct asset_pv plant = { .peak_kw = PV_PEAK, .performance_ratio = 0.82 };

static double was[HOURS];
static struct past past;
static struct day_tables tables;
static const struct series *now;

static int64_t
day(const char *text)
{
	int64_t d;
	ck_assert(date_from_text(text, &d));
	return d;
}

static void
read_year(const struct series *s)
{
	char path[512], line[200];
	const char *top = getenv("top_srcdir");
	snprintf(path, sizeof(path), "%s/tests/data/year.csv", top != NULL ? top : ".");
	FILE *f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert(fgets(line, sizeof(line), f) != NULL);
	for (unsigned h = 0; h < HOURS; h++) {
		ck_assert(fgets(line, sizeof(line), f) != NULL);
		char *cell = line;
		for (unsigned c = 0; c < s->column; c++)
			cell = strchr(cell, ',') + 1;
		cell[strcspn(cell, ",")] = '\0';
		ck_assert_msg(str_to_double(cell, &was[h]), "%s", cell);
		was[h] *= s->scale;
	}
	fclose(f);
	now = s;
	ck_assert(clock_set_zone(s->zone));
	past = (struct past){ .step_us = HOUR_US, .count = HOURS, .v = was };
	ck_assert(utc_from_iso(s->start, &past.start));
}

static void
set_up(void)
{
	for (unsigned i = 0; i < holiday_list.n; i++)
		holidays[i].date = day(days_off[i]);
	terms[0] = (struct term){ .from = day("2023-01-01"), .to = day("2023-06-30") };
	terms[1] = (struct term){ .from = day("2023-09-01"), .to = day("2023-12-31") };
	tables = (struct day_tables){ &holiday_list, &term_list };
}

static void
tear_down(void)
{
}

/* Only what was known then is looked at: t_load.c and t_pv.c see to it. */
static struct load_model *load_model;
static struct pv_model *pv_model;

static void
forget(void)
{
	load_free(load_model);
	pv_free(pv_model);
	load_model = NULL;
	pv_model = NULL;
}

static void
learn(struct utc from)
{
	char why[300] = "";
	struct load_answer load;
	struct pv_answer pv;
	enum err e;
	forget();
	if (now->column == 3) {
		struct pv_ask ask = { .name = now->name,
			.plant = &plant,
			.rated_kw = PV_PEAK,
			.latitude_deg = 37.6,
			.longitude_deg = -122.4,
			.past = &past,
			.from = from,
			.count = AHEAD };
		e = pv_learn(&ask, &pv_model, &pv, why, sizeof(why));
	} else {
		struct load_ask ask = { .name = now->name,
			.tables = tables,
			.follows_terms = now->follows_terms,
			.past = &past,
			.from = from,
			.count = AHEAD };
		e = load_learn(&ask, &load_model, &load, why, sizeof(why));
	}
	ck_assert_msg(e == OK, "%s", why);
}

static void
foresee(struct utc from, double *v)
{
	enum err e = now->column == 3 ? pv_foresee(pv_model, &past, NULL, from, v)
	                              : load_foresee(load_model, &past, NULL, from, v);
	ck_assert_int_eq(e, OK);
}

/* The sun does not care. */
static bool
is_off(int64_t date)
{
	struct day_kind k = day_kind_of(&tables, date);
	return now->column != 3 && day_is_off(&k);
}

struct tally {
	double error, bias, as_now, as_day, as_week;
	unsigned n, looked, banded, within;
};

static void
look_ahead(unsigned origin, const double *v, const struct score *score, struct tally *t)
{
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		unsigned ahead = score_lead_min[lead] / 60, h = origin + ahead - 1;
		double is = was[h], miss = is - v[ahead - 1];
		struct score_band b;
		int64_t date;
		unsigned minute;
		t[lead].n++;
		t[lead].error += fabs(miss);
		t[lead].bias -= miss;
		t[lead].as_now += fabs(is - was[origin - 1]);
		t[lead].as_day += fabs(is - was[h - 24 * ((ahead + 23) / 24)]);
		t[lead].as_week += fabs(is - was[h - 168]);
		grid_place(utc_add(past.start, h * HOUR_US), 1440, &date, &minute);
		if (now->column == 3 && v[ahead - 1] == 0) /* nights are no art */
			continue;
		t[lead].looked++;
		if (!score_band(score, score_lead_min[lead], minute, is_off(date), &b))
			continue;
		t[lead].banded++;
		t[lead].within += miss >= b.low - 1e-4 && miss <= b.high + 1e-4; /* misses are kept as floats */
	}
}

/* The year as it goes; figures become shares of the mean, in %. */
static void
live_a_year(unsigned every, struct tally *t)
{
	struct score *score = xcalloc(1, sizeof(*score));
	double v[AHEAD], sum = 0;
	score_init(score, HOUR_US);
	for (unsigned h = FIRST; h + AHEAD <= HOURS; h++) {
		struct utc at = utc_add(past.start, h * HOUR_US);
		int64_t date;
		unsigned minute;
		if (h % 24 == 0)
			learn(at);
		if (h % every == 0) {
			foresee(at, v);
			look_ahead(h, v, score, t);
			score_note(score, at, v, AHEAD);
		}
		grid_place(at, 1440, &date, &minute);
		score_learn(score, &past, at, minute, is_off(date));
	}
	for (unsigned h = FIRST; h < HOURS; h++)
		sum += was[h];
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		double share = 100 / (t[lead].n * sum / (HOURS - FIRST));
		t[lead].error *= share;
		t[lead].bias *= share;
		t[lead].as_now *= share;
		t[lead].as_day *= share;
		t[lead].as_week *= share;
	}
	free(score);
	forget();
}

START_TEST(a_real_year_is_foreseen_better_than_by_persistence)
{
	struct tally t[SCORE_LEADS] = { { 0 } };
	const struct series *s = &series[_i];
	read_year(s);
	live_a_year(1, t);
	printf("| series | lead | error | bias | as now | as yesterday | as last week | skill | within the band |\n");
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++)
		printf("| %s | %u h | %.1f | %+.1f | %.1f | %.1f | %.1f | %.2f | %.0f |\n", s->name,
		    score_lead_min[lead] / 60, t[lead].error, t[lead].bias, t[lead].as_now, t[lead].as_day,
		    t[lead].as_week, 1 - t[lead].error / fmin(fmin(t[lead].as_now, t[lead].as_day), t[lead].as_week),
		    100.0 * t[lead].within / t[lead].banded);
	fflush(stdout);
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		ck_assert_double_le(t[lead].error, s->error_pct[lead]);
		ck_assert_double_lt(t[lead].error, t[lead].as_now);
		ck_assert_double_lt(t[lead].error, t[lead].as_day);
		ck_assert_double_lt(t[lead].error, t[lead].as_week);
		ck_assert_double_lt(fabs(t[lead].bias), 2);
		/* Bands are to hold four of five. */
		ck_assert_uint_gt(t[lead].banded, t[lead].looked * 9 / 10);
		ck_assert(t[lead].within > 0.76 * t[lead].banded && t[lead].within < 0.84 * t[lead].banded);
	}
}
END_TEST

/* ---- a series that is new to the score */

static enum err
as_then(void *arg, struct utc from, unsigned count, double *v)
{
	char why[300];
	struct load_answer a;
	struct load_ask ask = { .name = now->name,
		.tables = tables,
		.follows_terms = now->follows_terms,
		.past = &past,
		.from = from,
		.count = count };
	++*(unsigned *)arg;
	return load_forecast(&ask, v, &a, why, sizeof(why));
}

START_TEST(a_new_series_has_bands_at_once)
{
	/* In each month the last four weeks are forecast as if it had been done; then the next two days. */
	struct score *score = xcalloc(1, sizeof(*score));
	double v[AHEAD], low[AHEAD], high[AHEAD];
	unsigned within = 0, n = 0, asked = 0;
	read_year(&series[_i]);
	for (unsigned month = 3; month < 12; month++) {
		struct utc from = utc_add(past.start, month * 30 * 24 * HOUR_US);
		struct band_ask ask = { .score = score,
			.tables = &tables,
			.from = from,
			.step_us = HOUR_US,
			.count = AHEAD,
			.least = 0,
			.most = (double)NAN };
		score_init(score, HOUR_US);
		ck_assert_uint_eq(score_hindcast(score, &past, from, 28, 6, &tables, as_then, &asked), 28 * 4);
		ck_assert_int_eq(as_then(&asked, from, AHEAD, v), OK);
		ck_assert_uint_eq(band_fill(&ask, v, low, high), AHEAD);
		for (unsigned i = 0; i < AHEAD; i++, n++) {
			ck_assert(0 <= low[i] && low[i] <= v[i] && v[i] <= high[i]);
			within += was[month * 30 * 24 + i] >= low[i] && was[month * 30 * 24 + i] <= high[i];
		}
	}
	printf("%s: %u of %u hours are within bands from four weeks that were forecast afterwards\n", now->name, within,
	    n);
	fflush(stdout);
	ck_assert(within > 0.7 * n && within < 0.95 * n);
	ck_assert_uint_eq(asked, 9 * (28 * 4 + 1));
	free(score);
}
END_TEST

START_TEST(holidays_and_terms_are_worth_having)
{
	struct tally with[SCORE_LEADS] = { { 0 } }, without[SCORE_LEADS] = { { 0 } };
	read_year(&series[0]);
	live_a_year(6, with);
	tables = (struct day_tables){ NULL, NULL };
	live_a_year(6, without);
	printf(
	    "a day ahead, school: %.1f %% with holidays and terms, %.1f %% without\n", with[3].error, without[3].error);
	fflush(stdout);
	ck_assert_double_lt(with[3].error, 0.95 * without[3].error);
}
END_TEST

T_MAIN("forecast_year",
    T_FIXTURE(set_up, tear_down) T_TIMEOUT(600)
        T_LONG_LOOP(a_real_year_is_foreseen_better_than_by_persistence, 0, t_rounds(3))
            T_LONG(holidays_and_terms_are_worth_having) T_LONG_LOOP(a_new_series_has_bands_at_once, 0, t_rounds(2)))
