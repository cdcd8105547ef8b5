/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report_year.c - a real year of load in monthly and yearly reports, against sums over the file's own hours; and the same reports
 * from a database that the store wrote.
 */
#include "config.h"

#include <sodium.h>

#include "tests/unit/t.h"

#include "tests/unit/report_kit.h"

#define HOURS 8760

static double load[HOURS]; /* kW, from 2025-04-01 00:00 on: the file's year turned to April */
static struct site *site;
static struct query q;

/* office_kw of each hour. The file begins in January; April 1st is its hour 90 * 24. */
static void
read_year(void)
{
	char path[512], line[200];
	const char *top = getenv("top_srcdir");
	snprintf(path, sizeof(path), "%s/tests/data/year.csv", top != NULL ? top : ".");
	FILE *f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert(fgets(line, sizeof(line), f) != NULL);
	for (int h = 0; h < HOURS; h++) {
		ck_assert(fgets(line, sizeof(line), f) != NULL);
		char *s = strchr(strchr(line, ',') + 1, ',') + 1;
		s[strcspn(s, ",")] = '\0';
		ck_assert_msg(str_to_double(s, &load[(h + HOURS - 90 * 24) % HOURS]), "%s", s);
	}
	fclose(f);
}

static void
set_up(void)
{
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert(clock_set_zone("Asia/Tokyo"));
	site = kit_site();
	memset(&q, 0, sizeof(q));
	read_year();
	struct fake_series *p = fake_add(&q, "RX.P", "kW", KIND_ANALOG, 1),
	                   *imp = fake_add(&q, "RX.IMP", "kWh", KIND_COUNTER, 2);
	int64_t from = kit_ms("2025-04-01T00:00:00+09:00");
	double sum = 99500000;
	for (int h = 0; h <= HOURS; h++) {
		fake_put(p, from + h * MS_PER_HOUR, h < HOURS ? load[h] : 0, 0);
		fake_put(imp, from + h * MS_PER_HOUR, round(100 * fmod(sum, 1e8)) / 100, 0);
		sum += h < HOURS ? load[h] : 0;
	}
}

static void
tear_down(void)
{
	fake_done(&q);
	site_free(site);
}

static struct report
make(const char *name, const char *label)
{
	char message[400];
	struct report r;
	const struct report_source src = { site, &q, NULL, { kit_ms("2026-04-02T00:00:00+09:00") * 1000 }, NULL };
	enum err e = report_make(&src, name, label, false, &r, message, sizeof(message));
	ck_assert_msg(e == OK, "%s", message);
	return r;
}

static double
sum_of(int from, int to)
{
	double sum = 0;
	for (int h = from; h < to; h++)
		sum += load[h];
	return sum;
}

static const int month_days[] = { 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31 };

START_TEST(a_years_months_are_the_sums_of_its_hours)
{
	struct report r = make("yearly", "2025");
	int day = 0;
	for (int m = 0; m < 12; m++) {
		char label[16];
		double kwh = sum_of(day * 24, (day + month_days[m]) * 24);
		snprintf(label, sizeof(label), "%d-%02d", m < 9 ? 2025 : 2026, (m + 3) % 12 + 1);
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", label, 4), kwh, 0.0601);
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", label, 6), kwh, 0.0601);
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", label, 0), kwh / (month_days[m] * 24), 0.0501);
		day += month_days[m];
	}
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "合計", 4), sum_of(0, HOURS), 0.0601);
	ck_assert_double_eq_tol(kit_number(r.csv, "電力", "平均", 0), sum_of(0, HOURS) / HOURS, 0.0501);
	report_done(&r);
}
END_TEST

START_TEST(a_months_days_are_the_sums_of_their_hours)
{
	static const char *const week[] = { "日", "月", "火", "水", "木", "金", "土" };
	int day = 0;
	for (int m = 0; m < 12; m++) {
		char label[16];
		double most = 0;
		snprintf(label, sizeof(label), "%d-%02d", m < 9 ? 2025 : 2026, (m + 3) % 12 + 1);
		struct report r = make("monthly", label);
		for (int d = 0; d < month_days[m]; d++, day++) {
			double kwh = sum_of(day * 24, day * 24 + 24);
			snprintf(
			    label, sizeof(label), "%02d %s", d + 1, week[date_weekday(date_days(2025, 4, 1) + day)]);
			ck_assert_double_eq_tol(kit_number(r.csv, "電力", label, 6), kwh, 0.0501);
			for (int h = 0; h < 24; h++)
				most = load[day * 24 + h] > most ? load[day * 24 + h] : most;
		}
		ck_assert_double_eq_tol(kit_number(r.csv, "電力", "最大", 1), most, 0.0501);
		report_done(&r);
	}
}
END_TEST

T_MAIN("report_year",
    T_FIXTURE(set_up, tear_down) T(a_years_months_are_the_sums_of_its_hours)
        T(a_months_days_are_the_sums_of_their_hours))
