/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_saving.c - CO2 and cost so far against sums made by hand: what local production and dispatch save, prices by half hour, gaps, clocks
 * that change, factors that change, counters that roll over, and days that are kept.
 */
#include "config.h"

#include <sodium.h>

#include "tests/unit/t.h"

#include "scada/core/today.h"
#include "scada/report/saving.h"

#include "tests/unit/report_kit.h"

#define STEP    INT64_C(600000)
#define HOUR    INT64_C(3600000)
#define DAY     (24 * HOUR)
#define GAS_KG  (2.05 * 298.15 / 273.15 * 101.325 / 100) /* of a m3N */
#define NIGHT   18.43                                    /* 15 - 1 + 0.25 + 4.18 */
#define DAYTIME 24.43

static struct query q;
static struct site *site;
static struct fake_record record;
static struct saving v;

static void
set_up(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	site = kit_site();
	memset(&q, 0, sizeof(q));
	memset(&record, 0, sizeof(record));
	memset(&v, 0, sizeof(v));
}

static void
tear_down(void)
{
	saving_done(&v);
	fake_done(&q);
	site_free(site);
}

/*
 * 100 kW drawn and 20 kW given all the time, 200 kW made, 10 m3N of gas an hour; the battery takes 60 kW from 0 to 4 o'clock and gives 50
 * from 16 to 20. The counter of what is drawn rolls over in its first hour.
 */
static void
fill(int64_t from, int64_t to)
{
	struct fake_series *imp = fake_add(&q, "RX.IMP", "kWh", KIND_COUNTER, 2),
	                   *out = fake_add(&q, "RX.EXP", "kWh", KIND_COUNTER, 2),
	                   *gas = fake_add(&q, "RX.GAS", "m3N", KIND_COUNTER, 1),
	                   *gen = fake_add(&q, "RX.GEN", "kW", KIND_ANALOG, 1),
	                   *given = fake_add(&q, "ESS1.KWH_D", "kWh", KIND_COUNTER, 1),
	                   *taken = fake_add(&q, "ESS1.KWH_C", "kWh", KIND_COUNTER, 1);
	double a = 1e8 - 50, b = 500, g = 1000, d = 0, c = 0, hours = (double)STEP / (double)HOUR;
	for (int64_t ms = from; ms <= to; ms += STEP) {
		int64_t minute = calendar_minute(ms);
		fake_put(imp, ms, fmod(a, 1e8), 0);
		fake_put(out, ms, b, 0);
		fake_put(gas, ms, g, 0);
		fake_put(gen, ms, 200, 0);
		fake_put(given, ms, d, 0);
		fake_put(taken, ms, c, 0);
		a += 100 * hours;
		b += 20 * hours;
		g += 10 * hours;
		d += minute >= 960 && minute < 1200 ? 50 * hours : 0;
		c += minute < 240 ? 60 * hours : 0;
	}
}

static void
read_with(const char *day, const char *now, struct saving_days *days)
{
	char message[400];
	const struct report_source src = {
		.site = site, .query = &q, .db = &record.db, .now = { kit_ms(now) * 1000 }, .days = days
	};
	int64_t date;
	ck_assert(date_from_text(day, &date));
	saving_done(&v);
	query_begin(&q);
	enum err e = saving_read(&src, calendar_begin(date), calendar_begin(date + 1), &v, message, sizeof(message));
	query_end(&q);
	ck_assert_msg(e == OK, "%s", message);
}

static double
saved_kg(enum saving_span span)
{
	unsigned marks;
	return use_saved_kg(&v.uses, v.spans[span].lines, &marks);
}

static double
emitted_kg(enum saving_span span)
{
	unsigned marks;
	return use_emitted_kg(&v.uses, v.spans[span].lines, &marks);
}

static void
check(double is, double wanted)
{
	ck_assert_double_eq_tol(is, wanted, 1e-6 * (1 + fabs(wanted)));
}

/* ---- half hours */

START_TEST(without_batteries_less_is_given_then_more_is_drawn)
{
	static const struct {
		double drawn, given, discharged, without;
	} rows[] = {
		{ 50, 0, 25, 75 },   /* it gave 25: they would have been drawn */
		{ 50, 10, 25, 65 },  /* 10 of them would not have been given */
		{ 0, 30, 20, 0 },    /* all of it from what was given */
		{ 0, 30, 50, 20 },   /* the rest drawn */
		{ 100, 0, -60, 40 }, /* it took 60: they would not have been drawn */
		{ 30, 0, -60, 0 },   /* half of that is a surplus which would have been given */
		{ 30, 20, -60, 0 },
		{ 0, 0, -60, 0 },
		{ 80, 5, 0, 80 },
		{ 0, 0, 0, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(dispatched_drawn_without(rows[i].drawn, rows[i].given, rows[i].discharged), rows[i].without);
}
END_TEST

/* ---- a day, by hand */

START_TEST(a_day_saves_what_the_hand_says)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00"); /* a Tuesday */
	const struct site_use *least;
	fill(day, day + DAY);
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	const struct dispatched *h = &v.spans[SAVING_DAY].half;
	/* 2400 kWh x 0.5 + 240 m3N; (4800 - 480) kWh x 0.5 - 240 m3N */
	check(emitted_kg(SAVING_DAY), 1200 + 240 * GAS_KG);
	check(saved_kg(SAVING_DAY), 2160 - 240 * GAS_KG);
	check(emitted_kg(SAVING_DAY) + saved_kg(SAVING_DAY), (2400 + 4800 - 480) * 0.5);
	/* By night 8 half hours took 30 kWh each and drew all of them more; by day 8 gave 25, of which 10 would not have been given. */
	check(h->moved_kwh, 8 * -30 + 8 * 15);
	check(v.spans[SAVING_DAY].moved_kg, -120 * 0.5);
	check(h->moved_cost, -240 * NIGHT + 120 * DAYTIME);
	check(h->discharged_kwh, 200);
	check(h->charged_kwh, 240);
	check(h->drawn_kwh, 2400);
	check(h->cost, 1000 * NIGHT + 1400 * DAYTIME);
	check(h->greatest_kw, 100);
	check(h->greatest_without_kw, 130);
	ck_assert_uint_eq(h->marks, 0);
	check(saving_known(&v, SAVING_DAY, &least), 1);
	ck_assert_ptr_null(least);
}
END_TEST

START_TEST(a_month_and_a_year_have_what_is_known_and_say_how_much)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	const struct site_use *least;
	fill(day, day + DAY);
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	check(saved_kg(SAVING_MONTH), 2160 - 240 * GAS_KG);
	check(saved_kg(SAVING_YEAR), 2160 - 240 * GAS_KG);
	check(saving_known(&v, SAVING_MONTH, &least), 1.0 / 24);
	ck_assert(least != NULL);
	check(v.spans[SAVING_MONTH].half.moved_ms, (double)DAY);
	check(v.spans[SAVING_MONTH].half.length_ms, 24 * (double)DAY);
	ck_assert(saving_amount(&v, SAVING_MONTH, USE_PURCHASED, FACTOR_ELECTRICITY).marks & CELL_PARTIAL);
	/* 238 days of 365 are due; the 127 that are left come to as much a day as the one that is known. */
	check(saving_due(&v, SAVING_YEAR, 365000), 238000);
	check(saving_due(&v, SAVING_DAY, 365000), 1000);
	check(saving_expected(&v, 1000), 128000);
	/* An agreed contract costs the same whether anybody looked: April to November. */
	check(v.spans[SAVING_MONTH].base, 2536500);
	check(v.spans[SAVING_YEAR].base, 8 * 2536500);
	check(v.spans[SAVING_YEAR].base_without, 8 * 2536500);
}
END_TEST

START_TEST(a_day_that_runs_is_counted_until_now)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	fill(day, day + DAY);
	read_with("2026-11-24", "2026-11-24T06:10:00+09:00", NULL);
	const struct dispatched *h = &v.spans[SAVING_DAY].half;
	check(h->drawn_kwh, 100 * (6 + 1.0 / 6));
	check(h->length_ms, 6 * (double)HOUR + 600000);
	check(h->moved_kwh, -240);
	check(h->greatest_kw, 100);
	check(emitted_kg(SAVING_DAY), (50 + 10 * GAS_KG) * (6 + 1.0 / 6));
	ck_assert_uint_eq(saving_amount(&v, SAVING_DAY, USE_PURCHASED, -1).marks, 0); /* as of now nothing is missing */
}
END_TEST

START_TEST(a_half_hour_that_runs_is_no_demand_yet)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	double a = 0;
	fill(day, day + 5 * STEP);
	struct fake_series *imp = kit_series(&q, "RX.IMP");
	imp->n = 0;
	for (int i = 0; i <= 5; i++, a += i <= 3 ? 100.0 / 6 : 600.0 / 6) /* 100 kW for half an hour, then 600 */
		fake_put(imp, day + i * STEP, a, 0);
	read_with("2026-11-24", "2026-11-24T00:50:00+09:00", NULL);
	check(v.spans[SAVING_DAY].half.drawn_kwh, 50 + 200);
	check(v.spans[SAVING_DAY].half.greatest_kw, 100);
	check(v.spans[SAVING_DAY].half.greatest_without_kw, 40);
	site->energy = NULL; /* and where there is no battery */
	read_with("2026-11-24", "2026-11-24T00:50:00+09:00", NULL);
	check(v.spans[SAVING_DAY].half.greatest_kw, 100);
	check(v.spans[SAVING_DAY].half.greatest_without_kw, 100);
	ck_assert(isnan(v.spans[SAVING_DAY].half.moved_kwh));
}
END_TEST

START_TEST(agreed_and_measured_contracts_see_the_peak_that_batteries_took)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	struct tariff *t = site->tariffs.v;
	fill(day, day + DAY);
	t->contract_kw = 120; /* 130 kW would have been 10 beyond it, at one and a half */
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	check(v.spans[SAVING_MONTH].base, 1900 * 120 * 0.89);
	check(v.spans[SAVING_MONTH].base_without, 1900 * (120 + 1.5 * 10) * 0.89);
	t->contract = CONTRACT_MEASURED_12M;
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	check(v.spans[SAVING_MONTH].base, 1900 * 100 * 0.89);
	check(v.spans[SAVING_MONTH].base_without, 1900 * 130 * 0.89);
	/* The months before are not known: what they cost neither. */
	check(v.spans[SAVING_YEAR].base, 1900 * 100 * 0.89);
	ck_assert(v.spans[SAVING_YEAR].base_marks & CELL_PARTIAL);
}
END_TEST

START_TEST(a_measured_contract_looks_back_over_the_turn_of_the_year)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t before = kit_ms("2026-03-10T00:00:00+09:00");
	struct tariff *t = site->tariffs.v;
	struct fake_series *imp = fake_add(&q, "RX.IMP", "kWh", KIND_COUNTER, 2);
	for (int64_t ms = before; ms <= before + DAY; ms += STEP)
		fake_put(imp, ms, 310 * (double)(ms - before) / (double)HOUR, 0);
	t->contract = CONTRACT_MEASURED_12M;
	read_with("2026-04-02", "2026-04-03T00:00:00+09:00", NULL);
	check(v.spans[SAVING_MONTH].base, 1900 * 310 * 0.89);
	check(v.spans[SAVING_YEAR].base, 1900 * 310 * 0.89);
	read_with("2027-03-02", "2027-03-03T00:00:00+09:00", NULL);
	ck_assert(isnan(v.spans[SAVING_MONTH].base)); /* twelve months later it is forgotten */
}
END_TEST

/* ---- clocks and tables that change */

START_TEST(days_of_23_and_25_hours_cost_what_they_last)
{
	ck_assert(clock_set_zone("Europe/Berlin"));
	fill(kit_ms("2026-10-25T00:00:00+02:00"), kit_ms("2026-10-26T00:00:00+01:00"));
	read_with("2026-10-25", "2026-10-26T00:00:00+01:00", NULL);
	check(v.spans[SAVING_DAY].half.length_ms, 25 * (double)HOUR);
	check(v.spans[SAVING_DAY].half.drawn_kwh, 2500);
	check(v.spans[SAVING_DAY].half.cost, 2500 * NIGHT);  /* a Sunday */
	check(v.spans[SAVING_DAY].half.charged_kwh, 5 * 60); /* the third hour is there twice */
	fake_done(&q);
	fill(kit_ms("2026-03-29T00:00:00+01:00"), kit_ms("2026-03-30T00:00:00+02:00"));
	read_with("2026-03-29", "2026-03-30T00:00:00+02:00", NULL);
	check(v.spans[SAVING_DAY].half.drawn_kwh, 2300);
	/* Before the first tariff nothing has a price: not known, not free. */
	ck_assert(v.spans[SAVING_DAY].half.lacks_price && isnan(v.spans[SAVING_DAY].half.cost));
	check(v.spans[SAVING_DAY].half.cost_ms, 0);
}
END_TEST

START_TEST(a_factor_that_changes_within_a_month_divides_it)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-15T00:00:00+09:00");
	fill(day, day + 2 * DAY);
	read_with("2026-11-16", "2026-11-17T00:00:00+09:00", NULL);
	check(emitted_kg(SAVING_DAY), 1200 + 240 * GAS_KG);
	check(emitted_kg(SAVING_MONTH), 960 + 1200 + 480 * GAS_KG);
	check(v.spans[SAVING_MONTH].moved_kg, -120 * 0.4 - 120 * 0.5);
	unsigned rows = 0;
	for (unsigned i = 0; i < v.uses.used_count; i++)
		rows += strcmp(v.uses.used[i].factor->id, "EL_2023") == 0 ||
		    strcmp(v.uses.used[i].factor->id, "EL_2024") == 0;
	ck_assert_uint_eq(rows, 2);
}
END_TEST

START_TEST(a_fiscal_year_begins_in_april_with_its_own_factor)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2027-03-31T00:00:00+09:00");
	struct factor *f = site->factors.v;
	for (uint32_t i = 0; i < site->factors.n; i++)
		if (strcmp(f[i].id, "EL_2024") == 0)
			f[i].from = date_days(2027, 4, 1);
	fill(day, day + 2 * DAY);
	read_with("2027-03-31", "2027-04-02T00:00:00+09:00", NULL);
	check(emitted_kg(SAVING_YEAR), 960 + 240 * GAS_KG);
	check(saving_due(&v, SAVING_YEAR, 1000), 1000); /* its last day */
	read_with("2027-04-01", "2027-04-02T00:00:00+09:00", NULL);
	check(emitted_kg(SAVING_YEAR), 1200 + 240 * GAS_KG);
	check(saving_due(&v, SAVING_YEAR, 366), 1); /* the first of 366: 2028 leaps */
}
END_TEST

/* ---- what is not known */

static void
gap(const char *name, int64_t from, int64_t to)
{
	struct fake_series *f = kit_series(&q, name);
	f->gaps[0][0] = from;
	f->gaps[0][1] = to;
	f->gap_count = 1;
}

START_TEST(a_gap_is_left_out_and_told)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	const struct site_use *least;
	fill(day, day + DAY);
	gap("RX.GEN", day + 12 * HOUR, day + 14 * HOUR);
	gap("RX.IMP", day + 12 * HOUR, day + 14 * HOUR);
	gap("ESS1.KWH_D", day + 16 * HOUR, day + 17 * HOUR);
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	/* A power does not know what it made meanwhile; a counter does, between its readings. */
	check(saving_amount(&v, SAVING_DAY, USE_LOCAL, -1).v, 4400);
	check(saving_amount(&v, SAVING_DAY, USE_PURCHASED, -1).v, 2400);
	check(saving_known(&v, SAVING_DAY, &least), 22.0 / 24);
	ck_assert_str_eq(least->name, "GEN");
	const struct dispatched *h = &v.spans[SAVING_DAY].half;
	check(h->cost_ms, 22 * (double)HOUR);
	check(h->cost, 1000 * NIGHT + 1200 * DAYTIME);
	check(h->moved_ms, 23 * (double)HOUR); /* where the battery stood still nothing was moved, whatever was drawn */
	check(h->moved_kwh, -240 + 6 * 15);
}
END_TEST

START_TEST(a_power_in_place_of_a_counter_costs_what_is_known_of_it)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	struct fake_series *p = fake_add(&q, "RX.P", "kW", KIND_ANALOG, 1);
	for (int64_t ms = day; ms <= day + DAY; ms += STEP)
		fake_put(p, ms, 90, 0);
	gap("RX.P", day + 10 * HOUR, day + 10 * HOUR + 2 * STEP);
	site->reports->demand->counter = NULL;
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	const struct dispatched *h = &v.spans[SAVING_DAY].half;
	check(h->drawn_kwh, 90 * (24 - 1.0 / 3));
	check(h->cost, 900 * NIGHT + 90 * (14 - 1.0 / 3) * DAYTIME);
	check(h->cost_ms, (double)(DAY - 2 * STEP));
	check(h->greatest_kw, 90);
}
END_TEST

START_TEST(what_a_counter_counted_over_midnight_is_known_of_the_month)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t month = kit_ms("2026-11-01T00:00:00+09:00");
	const struct site_use *least;
	fill(month, month + 2 * DAY);
	gap("RX.EXP", month + 23 * HOUR, month + 25 * HOUR);
	read_with("2026-11-02", "2026-11-03T00:00:00+09:00", NULL);
	check(saving_amount(&v, SAVING_MONTH, USE_SOLD, -1).v, 960);
	ck_assert_uint_eq(saving_amount(&v, SAVING_MONTH, USE_SOLD, -1).marks, 0);
	check(saving_known(&v, SAVING_MONTH, &least), 1);
	check(saving_known(&v, SAVING_DAY, &least), 23.0 / 24); /* how much of it was of the second day nobody knows */
	ck_assert_str_eq(least->name, "SOLD");
}
END_TEST

START_TEST(a_battery_without_counters_goes_by_its_power)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	fill(day, day + DAY);
	snprintf(kit_series(&q, "ESS1.KWH_C")->point.name, sizeof(q.series[0].point.name), "GONE.C");
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	ck_assert(isnan(v.spans[SAVING_DAY].half.moved_kwh));
	ck_assert(isnan(v.spans[SAVING_DAY].moved_kg));
	check(v.spans[SAVING_DAY].half.moved_ms, 0);
	struct fake_series *p = fake_add(&q, "ESS1.P", "kW", KIND_ANALOG, 1);
	for (int64_t ms = day; ms <= day + DAY; ms += STEP) {
		int64_t minute = calendar_minute(ms);
		fake_put(p, ms, minute < 240 ? -60 : minute >= 960 && minute < 1200 ? 50 : 0, 0);
	}
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	check(v.spans[SAVING_DAY].half.moved_kwh, -120);
}
END_TEST

START_TEST(a_battery_on_a_bus_of_its_own_counts_in_co2_alone)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	struct key_list was = site->energy->assets;
	struct asset list[2] = { { .name = "GRID", .kind = ASSET_GRID, .bus = "MAIN" }, *(struct asset *)was.v };
	list[1].bus = "SCHOOL";
	site->energy->assets.v = list;
	site->energy->assets.n = 2;
	fill(day, day + DAY);
	read_with("2026-11-24", "2026-11-25T00:00:00+09:00", NULL);
	check(v.spans[SAVING_DAY].half.moved_kwh, 0);
	check(v.spans[SAVING_DAY].half.apart_kwh, 200 - 240);
	check(v.spans[SAVING_DAY].half.moved_cost, 0);
	check(v.spans[SAVING_DAY].moved_kg, -40 * 0.5);
	check(v.spans[SAVING_DAY].half.greatest_without_kw, 100);
	site->energy->assets = was;
}
END_TEST

/* ---- days that are kept */

START_TEST(days_that_are_over_are_read_once)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-01T00:00:00+09:00");
	struct saving_days *days = saving_days_new();
	fill(day, day + 25 * DAY);
	read_with("2026-11-25", "2026-11-25T12:00:00+09:00", days);
	unsigned all = q.spans;
	double kg = saved_kg(SAVING_YEAR), cost = v.spans[SAVING_YEAR].half.cost;
	q.spans = 0;
	read_with("2026-11-25", "2026-11-25T12:00:00+09:00", days);
	ck_assert_uint_lt(q.spans, all / 50);
	ck_assert(saved_kg(SAVING_YEAR) == kg && v.spans[SAVING_YEAR].half.cost == cost);
	/* Ten minutes after its end a day may still get what is on its way. */
	read_with("2026-11-25", "2026-11-26T00:05:00+09:00", days);
	q.spans = 0;
	read_with("2026-11-25", "2026-11-26T00:06:00+09:00", days);
	ck_assert_uint_gt(q.spans, 48);
	saving_days_free(days);
}
END_TEST

START_TEST(late_data_open_the_days_they_touch)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-01T00:00:00+09:00"), tenth = day + 9 * DAY;
	struct saving_days *days = saving_days_new();
	fill(day, day + 25 * DAY);
	read_with("2026-11-24", "2026-11-25T12:00:00+09:00", days);
	double kwh = saving_amount(&v, SAVING_MONTH, USE_LOCAL, -1).v;
	struct fake_series *gen = kit_series(&q, "RX.GEN");
	for (size_t i = 0; i < gen->n; i++)
		if (gen->s[i].ms >= tenth && gen->s[i].ms < tenth + DAY)
			gen->s[i].v = 300;
	read_with("2026-11-24", "2026-11-25T12:00:00+09:00", days);
	check(saving_amount(&v, SAVING_MONTH, USE_LOCAL, -1).v, kwh); /* nobody said that there is something new */
	q.late = 7;
	q.late_from = tenth + HOUR;
	q.late_to = tenth + 2 * HOUR;
	q.spans = 0;
	read_with("2026-11-24", "2026-11-25T12:00:00+09:00", days);
	check(saving_amount(&v, SAVING_MONTH, USE_LOCAL, -1).v, kwh + 2400);
	unsigned once = q.spans;
	q.spans = 0;
	read_with("2026-11-24", "2026-11-25T12:00:00+09:00", days);
	ck_assert_uint_lt(q.spans, once);
	/* Another site or database: all of it anew. */
	saving_days_forget(days);
	q.spans = 0;
	read_with("2026-11-24", "2026-11-25T12:00:00+09:00", days);
	ck_assert_uint_gt(q.spans, once * 10);
	saving_days_free(days);
}
END_TEST

/* ---- as a report */

/* The field before the marks of a span in the row with the key. */
static const char *
field(const char *csv, const char *key, unsigned index, char *out, size_t size)
{
	char end[80];
	snprintf(end, sizeof(end), ",%s\n", key);
	const char *at = strstr(csv, end);
	ck_assert_msg(at != NULL, "no %s in:\n%s", key, csv);
	while (at > csv && at[-1] != '\n')
		at--;
	for (unsigned i = 0; i < index; i++)
		at += strcspn(at, ",\n") + 1;
	snprintf(out, size, "%.*s", (int)strcspn(at, ",\n"), at);
	return out;
}

START_TEST(the_report_names_its_rows_factors_and_tariff)
{
	char message[400], cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	struct report r;
	const struct report_source src = {
		.site = site, .query = &q, .db = &record.db, .now = { kit_ms("2026-11-25T00:20:00+09:00") * 1000 }
	};
	fill(day, day + DAY);
	ck_assert_int_eq(report_make(&src, "saving", "2026-11-24", LANGUAGE_EN, &r, message, sizeof(message)), OK);
	ck_assert_str_eq(field(r.csv, "saved_local", 1, cell, sizeof(cell)), "1616");
	ck_assert_str_eq(field(r.csv, "saved_dispatch", 1, cell, sizeof(cell)), "-60.0");
	ck_assert_str_eq(field(r.csv, "saved_dispatch", 4, cell, sizeof(cell)), "#");
	ck_assert_str_eq(field(r.csv, "without_local", 1, cell, sizeof(cell)), "3360");
	ck_assert_str_eq(field(r.csv, "cost", 1, cell, sizeof(cell)), "52632");
	ck_assert_str_eq(field(r.csv, "cost_saved", 1, cell, sizeof(cell)), "-1492");
	ck_assert_str_eq(field(r.csv, "base", 1, cell, sizeof(cell)), ""); /* a day has none */
	ck_assert_str_eq(field(r.csv, "base", 3, cell, sizeof(cell)), "2536500");
	ck_assert_str_eq(field(r.csv, "known", 1, cell, sizeof(cell)), "100.0");
	ck_assert_str_eq(field(r.csv, "known", 3, cell, sizeof(cell)), "4.2");
	ck_assert_str_eq(field(r.csv, "local.GEN", 1, cell, sizeof(cell)), "4800");
	ck_assert_str_eq(field(r.csv, "target", 5, cell, sizeof(cell)), "1000000");
	ck_assert(strstr(r.text, "GAS_13A") != NULL && strstr(r.text, "EL_2024") != NULL);
	ck_assert(strstr(r.text, "Test plan") != NULL);
	ck_assert(strstr(r.text, "known least: ") != NULL);
	report_done(&r);
	/* Without a meter of demand there is no price of a half hour, and it is said. */
	site->reports->demand = NULL;
	site->reports->co2_target_t = (double)NAN;
	ck_assert_int_eq(report_make(&src, "saving", "2026-11-24", LANGUAGE_EN, &r, message, sizeof(message)), OK);
	ck_assert(strstr(r.csv, ",cost\n") == NULL && strstr(r.csv, ",target\n") == NULL);
	ck_assert(strstr(r.text, "cost: not known") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(of_a_day_that_runs_nothing_is_missing_up_to_a_minute_ago)
{
	char message[400], cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	struct report r;
	struct report_source src = {
		.site = site, .query = &q, .db = &record.db, .now = { kit_ms("2026-11-24T06:16:02+09:00") * 1000 }
	};
	fill(day, day + 6 * HOUR + 10 * 60000); /* what came in the last minute is still on its way */
	static const char *const names[] = { "RX.IMP", "RX.EXP", "RX.GAS", "RX.GEN", "ESS1.KWH_D", "ESS1.KWH_C" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		gap(names[i], day + 6 * HOUR + 15 * 60000 + 10000, day + DAY);
	ck_assert_int_eq(report_make(&src, "saving", "", LANGUAGE_EN, &r, message, sizeof(message)), OK);
	static const char *const keys[] = { "saved_local", "saved_dispatch", "emitted", "bought", "cost",
		"cost_saved" };
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		ck_assert_msg(field(r.csv, keys[i], 2, cell, sizeof(cell))[0] == '\0', "%s: %s", keys[i], cell);
	ck_assert_str_eq(field(r.csv, "known", 1, cell, sizeof(cell)), "100.0");
	ck_assert(strstr(r.text, "until a minute before") != NULL);
	report_done(&r);
	/* When the gap has grown beyond that, it is told; the battery stands still meanwhile. */
	src.now.us += 60 * US_PER_S;
	ck_assert_int_eq(report_make(&src, "saving", "", LANGUAGE_EN, &r, message, sizeof(message)), OK);
	ck_assert_int_eq(field(r.csv, "saved_local", 2, cell, sizeof(cell))[0], '#');
	ck_assert_int_eq(field(r.csv, "cost", 2, cell, sizeof(cell))[0], '#');
	report_done(&r);
}
END_TEST

/* ---- as points say it */

/* The report of the day in which now is, as chisand asks for it. */
static struct today_figures
told_at(const char *now)
{
	char message[400];
	struct report r;
	struct today_figures f;
	const struct report_source src = { .site = site, .query = &q, .db = &record.db, .now = { kit_ms(now) * 1000 } };
	ck_assert_msg(report_make(&src, "saving", "", LANGUAGE_JA, &r, message, sizeof(message)) == OK, "%s", message);
	ck_assert(today_read(r.csv, strlen(r.csv), &f));
	report_done(&r);
	return f;
}

static void
tell_all(const struct today_figures *f, double saved, double local, double cost)
{
	const double wanted[TODAY_COUNT] = { saved, local, cost };
	for (int i = 0; i < TODAY_COUNT; i++) {
		ck_assert_msg(fabs(f->v[i] - wanted[i]) <= (i == TODAY_SAVED ? 0.05 : 0.5), "figure %d is %g, not %g",
		    i, f->v[i], wanted[i]);
		ck_assert_msg(!f->is_part[i], "figure %d is of a part of the day", i);
	}
}

START_TEST(points_say_of_the_day_what_the_report_says)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	fill(day, day + DAY + HOUR);
	struct today_figures f = told_at("2026-11-24T06:11:00+09:00");
	double hours = 6 + 1.0 / 6; /* until a minute before */
	tell_all(&f, -240 * 0.5, ((200 - 20) * 0.5 - 10 * GAS_KG) * hours, 100 * hours * NIGHT);
	read_with("2026-11-24", "2026-11-24T06:10:00+09:00", NULL);
	tell_all(&f, v.spans[SAVING_DAY].moved_kg, saved_kg(SAVING_DAY), v.spans[SAVING_DAY].half.cost);
	/* The day's turn: of the new one nothing is over for a minute, then it begins at nought. */
	f = told_at("2026-11-25T00:00:30+09:00");
	for (int i = 0; i < TODAY_COUNT; i++)
		ck_assert(isnan(f.v[i]));
	/* 902 s, which are no more nor less when counted in hours; meters have counted for ten minutes, the power is known for all of it. */
	f = told_at("2026-11-25T00:16:02+09:00");
	tell_all(&f, -10 * 0.5, 200 * 0.5 * 902 / 3600 - (20 * 0.5 + 10 * GAS_KG) / 6, 100 * NIGHT / 6);
}
END_TEST

START_TEST(points_have_days_of_23_and_25_hours)
{
	ck_assert(clock_set_zone("Europe/Berlin"));
	double an_hour = (200 - 20) * 0.5 - 10 * GAS_KG;
	fill(kit_ms("2026-10-25T00:00:00+02:00"), kit_ms("2026-10-26T00:00:00+01:00"));
	struct today_figures f = told_at("2026-10-25T23:51:00+01:00"); /* a Sunday; the third hour is there twice */
	double hours = 24 + 5.0 / 6;
	tell_all(&f, (-5 * 60 + 4 * 30) * 0.4, hours * ((200 - 20) * 0.4 - 10 * GAS_KG), hours * 100 * NIGHT);
	fake_done(&q);
	fill(kit_ms("2027-03-28T00:00:00+01:00"), kit_ms("2027-03-29T00:00:00+02:00"));
	f = told_at("2027-03-28T23:51:00+02:00");
	hours = 22 + 5.0 / 6;
	tell_all(&f, (-3 * 60 + 4 * 30) * 0.5, hours * an_hour, hours * 100 * NIGHT);
}
END_TEST

START_TEST(points_say_that_a_part_of_the_day_was_not_measured)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-24T00:00:00+09:00");
	fill(day, day + DAY);
	gap("RX.GEN", day + HOUR, day + 2 * HOUR); /* a power: nobody knows what it made meanwhile; counters do */
	struct today_figures f = told_at("2026-11-24T06:11:00+09:00");
	ck_assert(!f.is_part[TODAY_SAVED]);
	ck_assert(!f.is_part[TODAY_COST]);
	ck_assert(f.is_part[TODAY_LOCAL]);
	gap("RX.IMP", day + HOUR, day + 2 * HOUR);
	gap("ESS1.KWH_C", day + HOUR, day + 2 * HOUR);
	f = told_at("2026-11-24T06:11:00+09:00");
	ck_assert(f.is_part[TODAY_SAVED]); /* in which half hours, at which price? */
	ck_assert(f.is_part[TODAY_COST]);
	/* The first day, from ten past four, and from ten past midnight on. */
	for (int64_t late = 10 * 60000; late <= 4 * HOUR + 10 * 60000; late += 4 * HOUR) {
		fake_done(&q);
		fill(day + late, day + DAY);
		f = told_at("2026-11-24T06:11:00+09:00");
		for (int i = 0; i < TODAY_COUNT; i++)
			ck_assert_msg(
			    isfinite(f.v[i]) && f.is_part[i], "figure %d from %d min on", i, (int)(late / 60000));
	}
}
END_TEST

T_MAIN("saving",
    T_FIXTURE(set_up, tear_down) T(without_batteries_less_is_given_then_more_is_drawn) T(a_day_saves_what_the_hand_says)
        T_LONG(a_month_and_a_year_have_what_is_known_and_say_how_much) T(a_day_that_runs_is_counted_until_now)
            T(a_half_hour_that_runs_is_no_demand_yet) T_LONG(
                agreed_and_measured_contracts_see_the_peak_that_batteries_took)
                T_LONG(a_measured_contract_looks_back_over_the_turn_of_the_year) T_LONG(
                    days_of_23_and_25_hours_cost_what_they_last) T_LONG(a_factor_that_changes_within_a_month_divides_it)
                    T_LONG(a_fiscal_year_begins_in_april_with_its_own_factor) T(a_gap_is_left_out_and_told)
                        T_LONG(a_power_in_place_of_a_counter_costs_what_is_known_of_it)
                            T(what_a_counter_counted_over_midnight_is_known_of_the_month)
                                T_LONG(a_battery_without_counters_goes_by_its_power)
                                    T(a_battery_on_a_bus_of_its_own_counts_in_co2_alone) T_LONG(
                                        days_that_are_over_are_read_once) T_LONG(late_data_open_the_days_they_touch)
                                        T(the_report_names_its_rows_factors_and_tariff)
                                            T(of_a_day_that_runs_nothing_is_missing_up_to_a_minute_ago)
                                                T(points_say_of_the_day_what_the_report_says)
                                                    T_LONG(points_have_days_of_23_and_25_hours)
                                                        T_LONG(points_say_that_a_part_of_the_day_was_not_measured))
