/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report.c - reports against sums made another way from the same samples: days of 23, 24 and 25 hours, marks, demand, CO2, batteries.
 */
#include "config.h"

#include <sodium.h>

#include "tests/unit/t.h"

#include "tests/unit/report_kit.h"

#define MINUTE 60000

static struct query q;
static struct site *site;
static struct fake_record record;

static void
set_up(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	site = kit_site();
	memset(&q, 0, sizeof(q));
	memset(&record, 0, sizeof(record));
}

static void
tear_down(void)
{
	fake_done(&q);
	site_free(site);
}

static struct report
make(const char *name, const char *label, const char *now, bool is_ja)
{
	char message[400];
	struct report r;
	const struct report_source src = { site, &q, &record.db, { kit_ms(now) * 1000 }, NULL };
	enum err e = report_make(&src, name, label, is_ja, &r, message, sizeof(message));
	ck_assert_msg(e == OK, "%s %s: %s", name, label, message);
	return r;
}

/* Mean of samples a minute apart in from..to, and of their positive parts. */
static double
raw_mean(const char *name, int64_t from, int64_t to)
{
	const struct fake_series *f = kit_series(&q, name);
	double sum = 0, n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (f->s[i].ms >= from && f->s[i].ms < to) {
			sum += f->s[i].v;
			n++;
		}
	return sum / n;
}

/* A counter's reading at or before a time. */
static double
raw_reading(const char *name, int64_t ms)
{
	const struct fake_series *f = kit_series(&q, name);
	double v = (double)NAN;
	for (size_t i = 0; i < f->n && f->s[i].ms <= ms; i++)
		v = f->s[i].v;
	return v;
}

static void
check_day(const char *label, int64_t from, unsigned hours)
{
	char row[16], shown[24];
	struct report r = make("daily", label, "2027-01-01T00:00:00Z", false);
	ck_assert_int_eq(r.to - r.from, (int64_t)hours * 60 * MINUTE);
	ck_assert_int_eq(r.from, from);
	double energy = 0;
	for (unsigned h = 0; h < hours; h++) {
		int64_t a = from + (int64_t)h * 60 * MINUTE, b = a + 60 * MINUTE;
		struct utc t = { a * 1000 };
		utc_civil(row, sizeof(row), t, "%H:%M");
		int64_t before = calendar_minute(a - 60 * MINUTE), after = calendar_minute(b);
		snprintf(shown, sizeof(shown), "%s%s", row,
		    h > 0 && before == calendar_minute(a)              ? "b"
		        : h + 1 < hours && after == calendar_minute(a) ? "a"
		                                                       : "");
		double mean = raw_mean("RX.P", a, b), drawn = raw_reading("RX.IMP", b) - raw_reading("RX.IMP", a);
		drawn += drawn < 0 ? 1e8 : 0; /* it rolls over on the way */
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", shown, 0), mean, 0.0501);
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", shown, 3), raw_reading("RX.P", a), 1e-9);
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", shown, 4), drawn, 0.0501);
		energy += drawn;
	}
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 4), energy, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "平均", 0), raw_mean("RX.P", from, r.to), 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 6), raw_mean("RX.P", from, r.to) * hours, 0.0501);
	report_done(&r);
}

START_TEST(a_day_has_its_24_rows_and_the_sums_of_the_samples)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	kit_fill(&q, kit_ms("2026-11-21T00:00:00+09:00"), kit_ms("2026-11-24T00:00:00+09:00"), MINUTE);
	check_day("2026-11-22", kit_ms("2026-11-22T00:00:00+09:00"), 24);
}
END_TEST

START_TEST(the_day_on_which_summer_time_begins_has_23_rows)
{
	ck_assert(clock_set_zone("Europe/Berlin"));
	kit_fill(&q, kit_ms("2026-03-28T00:00:00+01:00"), kit_ms("2026-03-31T00:00:00+02:00"), MINUTE);
	check_day("2026-03-29", kit_ms("2026-03-29T00:00:00+01:00"), 23);
	struct report r = make("daily", "2026-03-29", "2027-01-01T00:00:00Z", false);
	char cell[64];
	ck_assert(!kit_cell(r.csv, "電力", "02:00", 2, cell, sizeof(cell)));
	report_done(&r);
}
END_TEST

START_TEST(the_day_on_which_it_ends_has_25_rows_none_of_them_alike)
{
	ck_assert(clock_set_zone("Europe/Berlin"));
	kit_fill(&q, kit_ms("2026-10-24T00:00:00+02:00"), kit_ms("2026-10-27T00:00:00+01:00"), MINUTE);
	check_day("2026-10-25", kit_ms("2026-10-25T00:00:00+02:00"), 25);
	struct report r = make("daily", "2026-10-25", "2027-01-01T00:00:00Z", false);
	ck_assert(strstr(r.csv, "02:00a,2026-10-25T02:00:00+02:00,") != NULL);
	ck_assert(strstr(r.csv, "02:00b,2026-10-25T02:00:00+01:00,") != NULL);
	ck_assert(strstr(r.text, "02:00a = 2026-10-25T02:00:00+02:00, 02:00b = 2026-10-25T02:00:00+01:00") != NULL);
	report_done(&r);
	r = make("demand", "2026-10-25", "2027-01-01T00:00:00Z", false);
	char cell[64];
	ck_assert(kit_cell(r.csv, "", "02:30b", 1, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "2026-10-25T02:30:00+01:00");
	ck_assert_uint_eq(kit_count_lines(r.csv, ",2026-10-25T"), 51); /* 50 rows, and the begin in the head */
	report_done(&r);
}
END_TEST

START_TEST(a_month_has_days_of_the_zone_whose_sum_is_the_counter)
{
	ck_assert(clock_set_zone("Europe/Berlin"));
	int64_t from = kit_ms("2026-03-01T00:00:00+01:00"), to = kit_ms("2026-04-01T00:00:00+02:00");
	kit_fill(&q, from - 86400000, to + 86400000, 5 * MINUTE);
	struct report r = make("monthly", "2026-03", "2027-01-01T00:00:00Z", true);
	double drawn = raw_reading("RX.IMP", to) - raw_reading("RX.IMP", from);
	drawn += drawn < 0 ? 1e8 : 0;
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 4), drawn, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "29 日", 6),
	    raw_mean("RX.P", kit_ms("2026-03-29T00:00:00+01:00"), kit_ms("2026-03-30T00:00:00+02:00")) * 23, 0.0501);
	/* The greatest and its hour. */
	const struct fake_series *f = kit_series(&q, "RX.P");
	size_t best = 0;
	for (size_t i = 0; i < f->n; i++)
		if (f->s[i].ms >= from && f->s[i].ms < to && (f->s[best].ms < from || f->s[i].v > f->s[best].v))
			best = i;
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "最大", 1), f->s[best].v, 1e-9);
	char cell[64], hour[16];
	ck_assert(kit_cell(r.csv, "電力", " 時刻", 4, cell, sizeof(cell)));
	struct utc hour_of = { f->s[best].ms / 3600000 * 3600000 * 1000 };
	ck_assert_str_eq(cell, utc_civil(hour, sizeof(hour), hour_of, "%d %H:%M"));
	ck_assert(strstr(r.csv, "蓄電池") == NULL); /* that page is of the daily report alone */
	report_done(&r);
}
END_TEST

START_TEST(a_year_goes_from_april_to_march_and_looks_back_a_year)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t from = kit_ms("2024-04-01T00:00:00+09:00"), mid = kit_ms("2025-04-01T00:00:00+09:00"),
	        to = kit_ms("2026-04-01T00:00:00+09:00");
	kit_fill(&q, from, to + 86400000, 120 * MINUTE);
	struct report r = make("yearly", "2025", "2026-05-01T00:00:00Z", false);
	ck_assert_int_eq(r.from, mid);
	ck_assert_int_eq(r.to, to);
	double is = fmod(raw_reading("RX.IMP", to) - raw_reading("RX.IMP", mid) + 1e8, 1e8);
	double was = fmod(raw_reading("RX.IMP", mid) - raw_reading("RX.IMP", from) + 1e8, 1e8);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 4), is, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "前年同期", 4), was, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", " 前年比%", 4), 100 * is / was, 0.0501);
	report_done(&r);
	/* While it runs only months that are over are compared: April to August. */
	r = make("yearly", "2025", "2025-09-10T00:00:00Z", false);
	ck_assert(!r.is_final);
	is = fmod(raw_reading("RX.IMP", kit_ms("2025-09-01T00:00:00+09:00")) - raw_reading("RX.IMP", mid) + 1e8, 1e8);
	was = fmod(raw_reading("RX.IMP", kit_ms("2024-09-01T00:00:00+09:00")) - raw_reading("RX.IMP", from) + 1e8, 1e8);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", " 前年比%", 4), 100 * is / was, 0.0501);
	char cell[64];
	ck_assert(kit_cell(r.csv, "電力", "2026-03", 2, cell, sizeof(cell)));
	ck_assert_str_eq(cell, ""); /* not yet: neither zero nor missing */
	report_done(&r);
}
END_TEST

START_TEST(only_months_known_in_both_years_are_compared)
{
	char cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	/* Recorded from October 2024 on: the fiscal year before lacks its first half. */
	int64_t from = kit_ms("2024-10-01T00:00:00+09:00"), to = kit_ms("2025-12-01T00:00:00+09:00");
	kit_fill(&q, from, to + 86400000, 60 * MINUTE);
	struct report r = make("yearly", "2025", "2025-12-01T12:00:00+09:00", false);
	double was =
	    fmod(raw_reading("RX.IMP", kit_ms("2024-12-01T00:00:00+09:00")) - raw_reading("RX.IMP", from) + 1e8, 1e8);
	double is =
	    fmod(raw_reading("RX.IMP", to) - raw_reading("RX.IMP", kit_ms("2025-10-01T00:00:00+09:00")) + 1e8, 1e8);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "前年同期", 4), was, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", " 前年比%", 4), 100 * is / was, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", " 月数", 4), 2, 1e-9);
	ck_assert_str_eq(kit_mark(r.csv, "電力", " 月数", 4, cell, sizeof(cell)), "#");
	report_done(&r);
}
END_TEST

START_TEST(what_a_row_should_not_exceed_stands_below_and_is_counted)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	kit_fill(&q, day - 86400000, day + 2 * 86400000, MINUTE);
	((struct site_column *)((struct site_page *)site->reports->pages.v)->columns.v)->limit = 1000;
	struct report r = make("daily", "2026-11-22", "2027-01-01T00:00:00Z", false);
	unsigned above = 0;
	for (int h = 0; h < 24; h++)
		above += raw_mean("RX.P", day + h * 3600000, day + (h + 1) * 3600000) > 1000;
	ck_assert_uint_eq(above, 12); /* 08:00 to 20:00, as the series is made */
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "管理値", 0), 1000, 1e-9);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "超過数", 0), above, 1e-9);
	report_done(&r);
}
END_TEST

START_TEST(a_shift_from_a_time_on_lasts_until_now)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	kit_fill(&q, day - 86400000, day + 2 * 86400000, MINUTE);
	struct report r = make("shift", "2026-11-22T0500", "2026-11-22T09:12:00+09:00", false);
	ck_assert_int_eq(r.from, kit_ms("2026-11-22T05:00:00+09:00"));
	ck_assert_int_eq(r.to, kit_ms("2026-11-22T09:12:00+09:00"));
	ck_assert_str_eq(r.label, "2026-11-22T0500");
	ck_assert(r.is_final);
	ck_assert(strstr(r.text, "2026-11-22 05:00 to 2026-11-22 09:12") != NULL);
	report_done(&r);
	char message[300];
	const struct report_source src = { site, &q, &record.db, { kit_ms("2026-11-22T09:12:00+09:00") * 1000 }, NULL };
	ck_assert_int_eq(report_make(&src, "shift", "2026-11-22T0913", false, &r, message, sizeof(message)), ERR_USAGE);
	ck_assert_str_eq(message, "2026-11-22T0913 has not begun yet; a report is made of what was");
}
END_TEST

START_TEST(what_is_missing_is_never_zero_and_what_is_not_measured_is_marked)
{
	char cell[64];
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	ck_assert(clock_set_zone("Asia/Tokyo"));
	kit_fill(&q, day - 86400000, day + 2 * 86400000, MINUTE);
	struct fake_series *p = kit_series(&q, "RX.P"), *imp = kit_series(&q, "RX.IMP");
	for (size_t i = 0; i < p->n; i++) {
		int64_t h = (p->s[i].ms - day) / 3600000, m = (p->s[i].ms - day) / MINUTE;
		if (h == 3 || m == 4 * 60 + 10)
			p->s[i].quality = Q_NO_COMM; /* hour 3, and a minute of hour 4 */
		if (m == 5 * 60 + 7)
			p->s[i].quality = Q_SUBSTITUTED;
		if (m == 6 * 60 + 7)
			p->s[i].quality = Q_OUT_OF_RANGE;
		if (m >= 7 * 60 + 5) /* the meter was changed: its counter begins anew */
			imp->s[i].v -= 10000;
	}
	p->gaps[0][0] = day + 8 * 3600000;
	p->gaps[0][1] = day + 9 * 3600000 - 1000;
	p->gap_count = 1;
	struct report r = make("daily", "2026-11-22", "2027-01-01T00:00:00Z", false);
	ck_assert(kit_cell(r.csv, "電力", "03:00", 2, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "***");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "03:00", 0, cell, sizeof(cell)), "");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "04:00", 0, cell, sizeof(cell)), "#");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "05:00", 0, cell, sizeof(cell)), "M");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "06:00", 0, cell, sizeof(cell)), "~");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "08:00", 0, cell, sizeof(cell)), "#");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "07:00", 4, cell, sizeof(cell)), "S");
	/* A total over a missing hour is partial. */
	ck_assert_str_eq(kit_mark(r.csv, "電力", "合計", 6, cell, sizeof(cell)), "#M~");
	ck_assert(strstr(r.text, "***") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(a_counter_between_two_known_readings_lacks_nothing)
{
	char cell[64];
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	ck_assert(clock_set_zone("Asia/Tokyo"));
	kit_fill(&q, day - 86400000, day + 2 * 86400000, MINUTE);
	struct fake_series *imp = kit_series(&q, "RX.IMP");
	static const int gaps[][2] = { { 8 * 60 + 10, 8 * 60 + 40 }, { 9 * 60 + 50, 10 * 60 + 10 } };
	for (size_t i = 0; i < ARRAY_LEN(gaps); i++) {
		imp->gaps[i][0] = day + gaps[i][0] * MINUTE;
		imp->gaps[i][1] = day + gaps[i][1] * MINUTE;
	}
	imp->gap_count = ARRAY_LEN(gaps);
	struct report r = make("daily", "2026-11-22", "2027-01-01T00:00:00Z", false);
	/* Nobody looked for half an hour in the middle: the readings around it are known. At an edge: the share is a guess. */
	ck_assert_str_eq(kit_mark(r.csv, "電力", "08:00", 4, cell, sizeof(cell)), "");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "09:00", 4, cell, sizeof(cell)), "#S");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "10:00", 4, cell, sizeof(cell)), "#S");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "11:00", 4, cell, sizeof(cell)), "");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "合計", 4, cell, sizeof(cell)), "");
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 4),
	    fmod(raw_reading("RX.IMP", r.to) - raw_reading("RX.IMP", day) + 1e8, 1e8), 0.0501);
	report_done(&r);
}
END_TEST

START_TEST(a_meter_that_sleeps_by_night_and_stands_still_lacks_nothing)
{
	char cell[64];
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	ck_assert(clock_set_zone("Asia/Tokyo"));
	kit_fill(&q, day - 86400000, day + 2 * 86400000, MINUTE);
	struct fake_series *imp = kit_series(&q, "RX.IMP");
	double reading = 100;
	for (size_t i = 0; i < imp->n; i++) { /* it counts from 07:00 to 17:00 and answers from 06:30 to 17:30 */
		int64_t minute = calendar_minute(imp->s[i].ms);
		reading += minute >= 7 * 60 && minute < 17 * 60 ? 1 : 0;
		imp->s[i].v = reading;
	}
	for (int i = 0; i < 2; i++) {
		imp->gaps[i][0] = day + (i - 1) * 86400000 + (17 * 60 + 30) * MINUTE;
		imp->gaps[i][1] = day + i * 86400000 + (6 * 60 + 30) * MINUTE;
	}
	imp->gap_count = 2;
	struct report r = make("daily", "2026-11-22", "2027-01-01T00:00:00Z", false);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 4), 600, 1e-9);
	ck_assert_str_eq(kit_mark(r.csv, "電力", "合計", 4, cell, sizeof(cell)), "");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "06:00", 4, cell, sizeof(cell)), "");
	ck_assert_str_eq(kit_mark(r.csv, "電力", "17:00", 4, cell, sizeof(cell)), "");
	report_done(&r);
}
END_TEST

START_TEST(a_day_without_demand_has_no_load_factor)
{
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	ck_assert(clock_set_zone("Asia/Tokyo"));
	kit_fill(&q, kit_ms("2026-11-01T00:00:00+09:00"), day + 2 * 86400000, 10 * MINUTE);
	struct fake_series *imp = kit_series(&q, "RX.IMP");
	for (size_t i = 0; i < imp->n; i++)
		imp->s[i].v = 4711;
	struct report r = make("demand", "2026-11-22", "2027-01-01T00:00:00Z", false);
	ck_assert_msg(strstr(r.text, "nan") == NULL, "%s", r.text);
	ck_assert(strstr(r.text, "nothing was drawn") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(a_running_day_shows_what_there_is_and_no_more)
{
	char cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	kit_fill(&q, day - 86400000, day + 10 * 3600000 + 30 * MINUTE, MINUTE);
	struct report r = make("daily", "", "2026-11-22T10:30:00+09:00", false);
	ck_assert_str_eq(r.label, "2026-11-22");
	ck_assert(!r.is_final);
	ck_assert_str_eq(kit_mark(r.csv, "電力", "10:00", 0, cell, sizeof(cell)), "#");
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "10:00", 6),
	    raw_mean("RX.P", day + 10 * 3600000, day + 10 * 3600000 + 30 * MINUTE) / 2, 0.0501);
	ck_assert(kit_cell(r.csv, "電力", "11:00", 2, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "");
	report_done(&r);
	char message[300];
	const struct report_source src = { site, &q, NULL, { kit_ms("2026-11-22T10:30:00+09:00") * 1000 }, NULL };
	ck_assert_int_eq(report_make(&src, "daily", "2026-11-23", false, &r, message, sizeof(message)), ERR_USAGE);
	ck_assert_str_eq(message, "2026-11-23 has not begun yet; a report is made of what was");
	ck_assert_int_eq(report_make(&src, "dayly", "2026-11-23", false, &r, message, sizeof(message)), ERR_NOT_FOUND);
	ck_assert_str_eq(message, "there is no report 'dayly'; did you mean daily?");
}
END_TEST

START_TEST(the_digest_depends_on_the_data_alone)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	kit_fill(&q, day - 86400000, day + 2 * 86400000, MINUTE);
	struct report a = make("daily", "2026-11-22", "2026-11-23T00:00:10+09:00", false);
	struct report b = make("daily", "2026-11-22", "2027-06-01T12:00:00+09:00", true);
	ck_assert(a.is_final && b.is_final);
	ck_assert_str_eq(a.csv, b.csv);
	ck_assert_mem_eq(a.digest, b.digest, 32);
	uint8_t digest[32];
	crypto_generichash(digest, 32, (const unsigned char *)a.csv, strlen(a.csv), NULL, 0);
	ck_assert_mem_eq(a.digest, digest, 32);
	report_done(&b);
	kit_series(&q, "RX.P")->s[86400 / 60 + 5].v += 500;
	b = make("daily", "2026-11-22", "2027-06-01T12:00:00+09:00", true);
	ck_assert_mem_ne(a.digest, b.digest, 32);
	report_done(&a);
	report_done(&b);
}
END_TEST

/* ---- demand */

START_TEST(demand_is_the_mean_of_each_half_hour_by_the_counter)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00"), month = kit_ms("2026-11-01T00:00:00+09:00");
	kit_fill(&q, month - 86400000, day + 2 * 86400000, MINUTE);
	struct report r = make("demand", "2026-11-22", "2027-01-01T00:00:00Z", false);
	const char *table = "30分デマンド (RX.IMP)";
	double most = 0;
	for (int64_t t = month; t < day + 86400000; t += 30 * MINUTE) {
		char label[16];
		double kw = fmod(raw_reading("RX.IMP", t + 30 * MINUTE) - raw_reading("RX.IMP", t) + 1e8, 1e8) / 0.5;
		most = kw > most ? kw : most;
		if (t < day)
			continue;
		struct utc at = { t * 1000 };
		utc_civil(label, sizeof(label), at, "%H:%M");
		ck_assert_double_eq_tol(kit_number(r.csv, table, label, 0), 1450, 1e-9);
		ck_assert_double_eq_tol(kit_number(r.csv, table, label, 1), kw, 0.0501);
		ck_assert_double_eq_tol(kit_number(r.csv, table, label, 3), most, 0.0501);
		char cell[64];
		ck_assert(kit_cell(r.csv, table, label, 6, cell, sizeof(cell)));
		ck_assert_int_eq(cell[0] != '\0', kw > 1450);
	}
	/* 1,500 kW, 1,900 yen/kW, 96 %: the domain's vector. */
	ck_assert(strstr(r.text, "base charge 2,536,500 JPY a month") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(an_export_never_offsets_an_import)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	struct fake_series *p = fake_add(&q, "RX.P", "kW", KIND_ANALOG, 1);
	site->reports->demand->counter = NULL;
	/* 10 minutes of 600 kW drawn, 20 minutes of 300 kW given: 200 kW, not 0. */
	for (int64_t m = 0; m < 1440; m++)
		fake_put(p, day + m * MINUTE, m % 30 < 10 ? 600 : -300, 0);
	struct report r = make("demand", "2026-11-22", "2027-01-01T00:00:00Z", false);
	ck_assert_double_eq_tol(kit_number(r.csv, "30分デマンド (RX.P)", "00:00", 1), 200, 0.05);
	report_done(&r);
}
END_TEST

START_TEST(a_roll_over_makes_no_demand_and_a_gap_no_zero)
{
	char cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	struct fake_series *imp = fake_add(&q, "RX.IMP", "kWh", KIND_COUNTER, 2);
	imp->point.modulus = 1000;
	double a = 900;
	for (int64_t m = -1; m < 1441; m++, a += 10)
		fake_put(imp, day + m * MINUTE, fmod(a, 1000), m >= 120 && m < 180 ? Q_NO_COMM : 0);
	imp->gaps[0][0] = day + 120 * MINUTE;
	imp->gaps[0][1] = day + 180 * MINUTE;
	imp->gap_count = 1;
	struct report r = make("demand", "2026-11-22", "2027-01-01T00:00:00Z", false);
	const char *table = "30分デマンド (RX.IMP)";
	ck_assert_double_eq_tol(kit_number(r.csv, table, "00:00", 1), 600, 1e-6);
	ck_assert_double_eq_tol(kit_number(r.csv, table, "01:30", 1), 600, 25);
	ck_assert(kit_cell(r.csv, table, "02:30", 4, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "***");
	report_done(&r);
}
END_TEST

START_TEST(a_measured_contract_looks_at_the_months_before)
{
	static const double most[] = { 89, 82, 85, 60, 63, 78, 80, 83, 82, 74, 61, 77, 84, 93 }; /* July to August */
	static const char *const days[][2] = { { "2026-06-30", "contract 89 kW" }, { "2026-07-31", "contract 85 kW" },
		{ "2026-08-31", "contract 93 kW" } };
	struct tariff *t = site->tariffs.v;
	ck_assert(clock_set_zone("Asia/Tokyo"));
	struct fake_series *imp = fake_add(&q, "RX.IMP", "kWh", KIND_COUNTER, 2);
	int64_t first = date_days(2025, 7, 1), end = calendar_begin(date_days(2026, 9, 1));
	double kwh = 0;
	int month = 0;
	for (int64_t ms = calendar_begin(first); ms <= end; ms += 30 * MINUTE) {
		while (month < 13 && ms >= calendar_begin(calendar_month_begin(first, month + 1)))
			month++;
		bool is_most = ms == calendar_begin(calendar_month_begin(first, month)) + 14 * MS_PER_HOUR;
		fake_put(imp, ms, kwh, 0);
		kwh += (is_most ? most[month] : 20) / 2;
	}
	t->contract = CONTRACT_MEASURED_12M;
	t->from = date_days(2025, 4, 1);
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		struct report r = make("demand", days[i][0], "2027-01-01T00:00:00Z", false);
		ck_assert_msg(strstr(r.text, days[i][1]) != NULL, "%s:\n%s", days[i][1], r.text);
		report_done(&r);
	}
}
END_TEST

START_TEST(what_exceeds_an_agreed_contract_is_penalised)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	struct fake_series *imp = fake_add(&q, "RX.IMP", "kWh", KIND_COUNTER, 2);
	for (int64_t i = 0; i <= 48; i++)
		fake_put(imp, day + i * 30 * MINUTE, (double)i * 800, 0); /* 1,600 kW */
	struct report r = make("demand", "2026-11-22", "2027-01-01T00:00:00Z", false);
	/* 2,536,500 and 1,900 x 1.5 x 100 kW x 0.89 */
	ck_assert(
	    strstr(r.text, "base charge 2,790,150 JPY a month without tax, with what exceeds the contract") != NULL);
	ck_assert(strstr(r.text, "48 above the target") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(a_holiday_is_called_by_its_name)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t day = kit_ms("2026-11-22T00:00:00+09:00");
	kit_fill(&q, day, day + 3 * INT64_C(86400000), 10 * MINUTE);
	struct report r = make("daily", "2026-11-23", "2027-01-01T00:00:00Z", true);
	ck_assert(strstr(r.text, "2026-11-23 (月・祝) 勤労感謝の日") != NULL);
	report_done(&r);
	r = make("daily", "2026-11-23", "2027-01-01T00:00:00Z", false);
	ck_assert(strstr(r.text, "2026-11-23 Monday, Labour Thanksgiving Day") != NULL);
	report_done(&r);
}
END_TEST

/* ---- CO2 and energy */

START_TEST(co2_takes_the_factor_of_each_day_and_names_it)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t from = kit_ms("2026-11-01T00:00:00+09:00"), to = kit_ms("2026-12-01T00:00:00+09:00"),
	        change = kit_ms("2026-11-16T00:00:00+09:00");
	kit_fill(&q, from - 86400000, to + 86400000, 5 * MINUTE);
	struct report r = make("co2", "2026-11", "2027-01-01T00:00:00Z", false);
	double before = fmod(raw_reading("RX.IMP", change) - raw_reading("RX.IMP", from) + 1e8, 1e8);
	double after = fmod(raw_reading("RX.IMP", to) - raw_reading("RX.IMP", change) + 1e8, 1e8);
	double gas = (raw_reading("RX.GAS", to) - raw_reading("RX.GAS", from)) *
	    (298.15 / 273.15 * 101.325 / 100); /* m3N to m3 at 25 degC */
	double bought_t = (before * 0.4 + after * 0.5) / 1000, gas_t = gas * 2.05 / 1000;
	ck_assert_double_eq_tol(kit_number(r.csv, "日別", "合計", 6), bought_t + gas_t, 0.002 + 1e-5 * gas_t);
	ck_assert_double_eq_tol(
	    kit_number(r.csv, "日別", "合計", 4), (before + after) * 0.00864 + gas * 0.04, 0.06 + 1e-5 * gas * 0.04);
	double gj = (before + after) * 0.00864 + gas * 0.04;
	ck_assert_double_eq_tol(kit_number(r.csv, "日別", "合計", 5), gj * 0.0258, 0.002 + 1e-5 * gj);
	double sold = (raw_reading("RX.EXP", change) - raw_reading("RX.EXP", from)) * 0.4 +
	    (raw_reading("RX.EXP", to) - raw_reading("RX.EXP", change)) * 0.5;
	double made = raw_mean("RX.GEN", from, change) * 15 * 24 * 0.4 + raw_mean("RX.GEN", change, to) * 15 * 24 * 0.5;
	ck_assert_double_eq_tol(
	    kit_number(r.csv, "日別", "合計", 7), (made - sold) / 1000 - gas_t, 0.003 + 1e-5 * gas_t);
	/* Each row that was used is named, with its source; one of another basis is not. */
	ck_assert(strstr(r.csv, "EL_2023,0.4,,kg-CO2/kWh,2023,調整後,2024-04-01,,made for tests") != NULL);
	ck_assert(strstr(r.csv, "EL_2024,0.5,,t-CO2/MWh,2024,調整後,2026-11-16,,made for tests") != NULL);
	ck_assert(strstr(r.csv, "GAS_13A,2.05,,t-CO2/1000m3,,\"25degC, converted\",") != NULL);
	ck_assert(strstr(r.csv, "EL_RAW") == NULL);
	report_done(&r);
}
END_TEST

START_TEST(an_energy_without_a_factor_is_missing_not_free)
{
	char cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t from = kit_ms("2023-05-01T00:00:00+09:00");
	kit_fill(&q, from - 86400000, from + 32 * INT64_C(86400000), 30 * MINUTE);
	struct report r = make("co2", "2023-05", "2023-07-01T00:00:00Z", false); /* before any row of CO2 */
	ck_assert(kit_cell(r.csv, "日別", "合計", 2 + 2 * 6, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "***");
	ck_assert(strstr(r.text, "factors: of the site has no row") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(the_energy_report_adds_up_months_to_the_year)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t from = kit_ms("2025-04-01T00:00:00+09:00"), to = kit_ms("2026-04-01T00:00:00+09:00");
	kit_fill(&q, from - 86400000, to + 86400000, 60 * MINUTE);
	struct report r = make("energy", "2025", "2026-05-01T00:00:00Z", false);
	double bought = fmod(raw_reading("RX.IMP", to) - raw_reading("RX.IMP", from) + 1e8, 1e8);
	double gas = (raw_reading("RX.GAS", to) - raw_reading("RX.GAS", from)) * (298.15 / 273.15 * 101.325 / 100),
	       kl = (bought * 0.00864 + gas * 0.04) * 0.0258;
	ck_assert_double_eq_tol(kit_number(r.csv, "月別", "合計", 0), bought, 0.0501);
	ck_assert_double_eq_tol(kit_number(r.csv, "月別", "合計", 5), kl, 0.002 + 1e-5 * kl);
	ck_assert(strstr(r.text, kl >= 1500 ? ": it is due" : "from which a report is due\n") != NULL);
	report_done(&r);
}
END_TEST

/* ---- batteries and heat */

START_TEST(batteries_have_cycles_efficiency_and_kept_reserve)
{
	char cell[64];
	double v;
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t from = kit_ms("2026-11-01T00:00:00+09:00"), to = kit_ms("2026-12-01T00:00:00+09:00");
	kit_fill(&q, from - 86400000, to + 86400000, 10 * MINUTE);
	struct report r = make("battery", "2026-11", "2027-01-01T00:00:00Z", false);
	const struct fake_series *soc = kit_series(&q, "ESS1.SOC");
	double at = 0, n = 0;
	for (size_t i = 0; i < soc->n; i++)
		if (soc->s[i].ms >= from && soc->s[i].ms < to) {
			at += soc->s[i].v >= 30;
			n++;
		}
	double out = raw_reading("ESS1.KWH_D", to) - raw_reading("ESS1.KWH_D", from);
	ck_assert(kit_cell(r.csv, "蓄電池一覧", "蓄電池1号", 1, cell, sizeof(cell)));
	ck_assert(str_to_double(cell, &v));
	ck_assert_double_eq_tol(v, out, 0.0501);
	ck_assert(kit_cell(r.csv, "蓄電池一覧", "蓄電池1号", 7, cell, sizeof(cell)));
	ck_assert(str_to_double(cell, &v));
	ck_assert_double_eq_tol(v, out / 400, 0.00501);
	ck_assert(kit_cell(r.csv, "蓄電池一覧", "蓄電池1号", 17, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "100.00");
	ck_assert(kit_cell(r.csv, "蓄電池一覧", "蓄電池1号", 25, cell, sizeof(cell)));
	ck_assert(str_to_double(cell, &v));
	ck_assert_double_eq_tol(v, 100 * at / n, 0.02);
	report_done(&r);
}
END_TEST

START_TEST(heat_has_loss_and_condensate_of_what_was_sent)
{
	ck_assert(clock_set_zone("Asia/Tokyo"));
	int64_t from = kit_ms("2026-11-01T00:00:00+09:00"), to = kit_ms("2026-12-01T00:00:00+09:00");
	kit_fill(&q, from - 86400000, to + 86400000, 30 * MINUTE);
	struct report r = make("heat", "2026-11", "2027-01-01T00:00:00Z", false);
	ck_assert_double_eq_tol(kit_number(r.csv, "熱供給 日別", "01 日", 0), 3.2 * 24, 0.006);
	ck_assert_double_eq_tol(kit_number(r.csv, "熱供給 日別", "01 日", 2), 4.1 * 24, 0.02);
	ck_assert_double_eq_tol(
	    kit_number(r.csv, "熱供給 日別", "01 日", 4), 0.7 * 24, 0.06); /* sent less what the hall took, in t */
	ck_assert_double_eq_tol(kit_number(r.csv, "熱供給 日別", "01 日", 5), 100 * 2.8 / 3.2, 0.06);
	report_done(&r);
}
END_TEST

/* ---- what is not there */

START_TEST(a_site_without_it_is_told_which_key_to_write)
{
	char message[300];
	struct report r;
	const struct report_source src = { site, &q, &record.db, { kit_ms("2027-01-01T00:00:00Z") * 1000 }, NULL };
	ck_assert(clock_set_zone("Asia/Tokyo"));
	site->reports = NULL;
	site->energy = NULL;
	static const char *const kinds[][2] = { { "daily", "2026-11-22" }, { "monthly", "2026-11" },
		{ "yearly", "2025" }, { "demand", "2026-11-22" }, { "co2", "2026-11" }, { "energy", "2025" },
		{ "saving", "2026-11-22" }, { "battery", "2026-11" }, { "heat", "2026-11" }, { "wheel", "2026-11-22" },
		{ "imbalance", "2026-11" } };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		ck_assert_int_eq(
		    report_make(&src, kinds[i][0], kinds[i][1], false, &r, message, sizeof(message)), ERR_NOT_FOUND);
		ck_assert_msg(
		    strstr(message, "; write ") != NULL && strstr(message, "chisan-site(5)") != NULL, "%s", message);
		ck_assert(r.text == NULL && r.csv == NULL);
	}
}
END_TEST

START_TEST(a_point_without_history_is_missing_and_named)
{
	char cell[64];
	ck_assert(clock_set_zone("Asia/Tokyo"));
	(void)fake_add(&q, "OTHER.P", "kW", KIND_ANALOG, 1);
	struct report r = make("daily", "2026-11-22", "2027-01-01T00:00:00Z", false);
	ck_assert(kit_cell(r.csv, "電力", "05:00", 2, cell, sizeof(cell)));
	ck_assert_str_eq(cell, "***");
	ck_assert(strstr(r.text, "RX.IMP: nothing of it was recorded") != NULL);
	report_done(&r);
}
END_TEST

START_TEST(every_kind_says_what_it_is)
{
	for (size_t i = 0; report_row(i) != NULL; i++) {
		const struct report_kind *k = report_row(i);
		ck_assert(k->make != NULL);
		ck_assert(
		    k->title[0] != '\0' && k->title_ja[0] != '\0' && k->help[0] != '\0' && k->file_prefix[0] != '\0');
		ck_assert_ptr_eq(report_find(k->name), k);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(report_row(j)->file_prefix, k->file_prefix);
	}
}
END_TEST

T_MAIN("report",
    T_FIXTURE(set_up, tear_down) T(a_day_has_its_24_rows_and_the_sums_of_the_samples)
        T(the_day_on_which_summer_time_begins_has_23_rows) T(the_day_on_which_it_ends_has_25_rows_none_of_them_alike)
            T(a_month_has_days_of_the_zone_whose_sum_is_the_counter) T(
                a_year_goes_from_april_to_march_and_looks_back_a_year) T(only_months_known_in_both_years_are_compared)
                T(what_a_row_should_not_exceed_stands_below_and_is_counted) T(a_shift_from_a_time_on_lasts_until_now) T(
                    a_counter_between_two_known_readings_lacks_nothing)
                    T(a_meter_that_sleeps_by_night_and_stands_still_lacks_nothing) T(
                        a_day_without_demand_has_no_load_factor)
                        T(what_is_missing_is_never_zero_and_what_is_not_measured_is_marked) T(
                            a_running_day_shows_what_there_is_and_no_more) T(the_digest_depends_on_the_data_alone)
                            T(demand_is_the_mean_of_each_half_hour_by_the_counter) T(an_export_never_offsets_an_import)
                                T(a_roll_over_makes_no_demand_and_a_gap_no_zero)
                                    T_LONG(a_measured_contract_looks_at_the_months_before) T(
                                        what_exceeds_an_agreed_contract_is_penalised) T(a_holiday_is_called_by_its_name)
                                        T(co2_takes_the_factor_of_each_day_and_names_it)
                                            T(an_energy_without_a_factor_is_missing_not_free)
                                                T(the_energy_report_adds_up_months_to_the_year)
                                                    T(batteries_have_cycles_efficiency_and_kept_reserve)
                                                        T(heat_has_loss_and_condensate_of_what_was_sent)
                                                            T(a_site_without_it_is_told_which_key_to_write)
                                                                T(a_point_without_history_is_missing_and_named)
                                                                    T(every_kind_says_what_it_is))
