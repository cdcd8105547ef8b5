/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report_period.c - days, months, fiscal years and shifts as people write them, in zones that change their clocks at odd times.
 */
#include "config.h"

#include "tests/unit/t.h"

#include "tests/unit/report_kit.h"

static const struct {
	const char *kind, *label, *zone, *from, *to;
} good[] = {
	{ "daily", "2026-11-22", "Asia/Tokyo", "2026-11-22T00:00:00+09:00", "2026-11-23T00:00:00+09:00" },
	{ "daily", "2028-02-29", "Asia/Tokyo", "2028-02-29T00:00:00+09:00", "2028-03-01T00:00:00+09:00" },
	{ "daily", "2026-03-29", "Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00" },
	{ "daily", "2026-10-25", "Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00" },
	/* Midnight is left out: the day begins at 01:00. */
	{ "daily", "2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00" },
	/* Clocks go back from midnight: the day before lasts 25 hours. */
	{ "daily", "2018-02-17", "America/Sao_Paulo", "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00" },
	{ "daily", "2026-10-04", "Australia/Lord_Howe", "2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00" },
	{ "daily", "2026-06-01", "Asia/Kathmandu", "2026-06-01T00:00:00+05:45", "2026-06-02T00:00:00+05:45" },
	{ "monthly", "2026-02", "Asia/Tokyo", "2026-02-01T00:00:00+09:00", "2026-03-01T00:00:00+09:00" },
	{ "monthly", "2026-12", "Asia/Tokyo", "2026-12-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00" },
	{ "monthly", "2026-03", "Europe/Berlin", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00" },
	{ "yearly", "2026", "Asia/Tokyo", "2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00" },
	{ "yearly", "2026", "Europe/Berlin", "2026-04-01T00:00:00+02:00", "2027-04-01T00:00:00+02:00" },
	{ "shift", "2026-11-22-1", "Asia/Tokyo", "2026-11-22T08:30:00+09:00", "2026-11-22T20:30:00+09:00" },
	{ "shift", "2026-11-22-2", "Asia/Tokyo", "2026-11-22T20:30:00+09:00", "2026-11-23T08:30:00+09:00" },
	{ "shift", "2026-11-22", "Asia/Tokyo", "2026-11-22T08:30:00+09:00", "2026-11-23T08:30:00+09:00" },
	{ "shift", "2026-11-30T0500", "Asia/Tokyo", "2026-11-30T05:00:00+09:00", NULL },
	{ "alarms", "2026-11-30T0501", "Asia/Tokyo", "2026-11-30T05:01:00+09:00", NULL },
	{ "shift", "2026-11-30T0059", "Asia/Tokyo", "2026-11-30T00:59:00+09:00", NULL },
	{ "shift", "2026-03-29T0230", "Europe/Berlin", "2026-03-29T03:00:00+02:00",
	    NULL }, /* the clocks leave it out */
	{ "alarms", "2026-W48", "Asia/Tokyo", "2026-11-23T00:00:00+09:00", "2026-11-30T00:00:00+09:00" },
	{ "alarms", "2026-W53", "Asia/Tokyo", "2026-12-28T00:00:00+09:00", "2027-01-04T00:00:00+09:00" },
	{ "alarms", "2025-W01", "Asia/Tokyo", "2024-12-30T00:00:00+09:00", "2025-01-06T00:00:00+09:00" },
	{ "alarms", "2026-W13", "Europe/Berlin", "2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00" },
	{ "shift", "2026-10-24-2", "Europe/Berlin", "2026-10-24T20:30:00+02:00", "2026-10-25T08:30:00+01:00" },
};

START_TEST(a_period_is_the_zones_own_and_reads_back)
{
	char message[300], label[16];
	int64_t from, to;
	struct site *site = kit_site();
	const struct report_kind *k = report_find(good[_i].kind);
	ck_assert(clock_set_zone(good[_i].zone));
	ck_assert_msg(report_period_of(site, k, good[_i].label, &from, &to, message, sizeof(message)), "%s", message);
	ck_assert_int_eq(from, kit_ms(good[_i].from));
	ck_assert_int_eq(to, good[_i].to != NULL ? kit_ms(good[_i].to) : REPORT_UNTIL_NOW);
	if (good[_i].to != NULL && (strcmp(good[_i].label, "2026-11-22") != 0 || k->period == PERIOD_DAY)) {
		report_label_of(site, k, from, label, sizeof(label));
		ck_assert_str_eq(label, good[_i].label);
		report_label_of(site, k, to - 1, label, sizeof(label));
		ck_assert_str_eq(label, good[_i].label);
		report_label_of(site, k, to, label, sizeof(label));
		ck_assert_str_ne(label, good[_i].label);
	}
	site_free(site);
}
END_TEST

static const struct {
	const char *kind, *label, *message;
} bad[] = {
	{ "daily", "2026-02-30", "'2026-02-30' is no day; write the day as 2026-11-22" },
	{ "daily", "2026-11", "'2026-11' is no day; write the day as 2026-11-22" },
	{ "daily", "2026-1-2", "'2026-1-2' is no day; write the day as 2026-11-22" },
	{ "daily", "2026-11-22 ", "'2026-11-22 ' is no day; write the day as 2026-11-22" },
	{ "daily", "22.11.2026", "'22.11.2026' is no day; write the day as 2026-11-22" },
	{ "daily", "", "'' is no day; write the day as 2026-11-22" },
	{ "daily", "1999-12-31", "'1999-12-31' is no day; write the day as 2026-11-22" },
	{ "daily", "\033[2J", "'\357\277\275[2J' is no day; write the day as 2026-11-22" },
	{ "monthly", "2026-13", "'2026-13' is no month; write the month as 2026-11" },
	{ "monthly", "2026-11-22", "'2026-11-22' is no month; write the month as 2026-11" },
	{ "monthly", "2026-1", "'2026-1' is no month; write the month as 2026-11" },
	{ "yearly", "26", "'26' is no fiscal year; write the fiscal year as 2026, which begins in April" },
	{ "yearly", "2026-04", "'2026-04' is no fiscal year; write the fiscal year as 2026, which begins in April" },
	{ "alarms", "2025-W53",
	    "'2025-W53' is no week, day or month; write the week as 2026-W48, which begins on Monday, a day as "
	    "2026-11-22, a month as 2026-11, or from a time on until now as 2026-11-22T2030" },
	{ "alarms", "2026-W00",
	    "'2026-W00' is no week, day or month; write the week as 2026-W48, which begins on Monday, a day as "
	    "2026-11-22, a month as 2026-11, or from a time on until now as 2026-11-22T2030" },
	{ "alarms", "2026-W1",
	    "'2026-W1' is no week, day or month; write the week as 2026-W48, which begins on Monday, a day as "
	    "2026-11-22, a month as 2026-11, or from a time on until now as 2026-11-22T2030" },
	{ "alarms", "2026-11-22T2460",
	    "'2026-11-22T2460' is no week, day or month; write the week as 2026-W48, which begins on Monday, a day as "
	    "2026-11-22, a month as 2026-11, or from a time on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22-0",
	    "'2026-11-22-0' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a time "
	    "on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22T2400",
	    "'2026-11-22T2400' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a "
	    "time on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22T0860",
	    "'2026-11-22T0860' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a "
	    "time on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22T830",
	    "'2026-11-22T830' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a "
	    "time on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22T08:30",
	    "'2026-11-22T08:30' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a "
	    "time on until now as 2026-11-22T2030" },
	{ "shift", "2026-02-30T0500",
	    "'2026-02-30T0500' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a "
	    "time on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22 0500",
	    "'2026-11-22 0500' is no shift; write the day as 2026-11-22, its second shift as 2026-11-22-2, or from a "
	    "time on until now as 2026-11-22T2030" },
	{ "shift", "2026-11-22-3", "the site has 2 shifts a day, not 3; write 2026-11-22-1 and so on" },
};

START_TEST(what_is_no_period_is_told_what_would_be)
{
	char message[300];
	int64_t from, to;
	struct site *site = kit_site();
	ck_assert(clock_set_zone("Asia/Tokyo"));
	ck_assert(
	    !report_period_of(site, report_find(bad[_i].kind), bad[_i].label, &from, &to, message, sizeof(message)));
	ck_assert_str_eq(message, bad[_i].message);
	site_free(site);
}
END_TEST

START_TEST(every_moment_of_a_year_lies_in_the_period_of_its_label)
{
	static const char *const zones[] = { "Asia/Tokyo", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago",
		"Africa/Cairo" };
	char label[16], message[300];
	int64_t from, to;
	struct site *site = kit_site();
	ck_assert(clock_set_zone(zones[_i]));
	for (size_t k = 0; report_row(k) != NULL; k++)
		for (int64_t t = kit_ms("2026-01-01T00:00:00Z"); t < kit_ms("2027-01-02T00:00:00Z");
		     t += (t_is_short() ? 130 : 13) * INT64_C(3599000)) {
			report_label_of(site, report_row(k), t, label, sizeof(label));
			ck_assert_msg(
			    report_period_of(site, report_row(k), label, &from, &to, message, sizeof(message)), "%s",
			    message);
			ck_assert_msg(t >= from && t < to, "%s of %s", label, report_row(k)->name);
		}
	site_free(site);
}
END_TEST

START_TEST(hours_of_every_day_are_whole_and_no_label_is_twice)
{
	static const char *const zones[] = { "Asia/Tokyo", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo",
		"Asia/Kathmandu" };
	int64_t edges[CALENDAR_ROWS + 1];
	char labels[CALENDAR_ROWS][16];
	ck_assert(clock_set_zone(zones[_i]));
	for (int64_t day = date_days(2018, 1, 1); day < date_days(2019, 1, 1); day++)
		for (int step = 30; step <= 60; step += 30) {
			int64_t from = calendar_begin(day), to = calendar_begin(day + 1);
			unsigned n = calendar_steps(from, to, step, edges, CALENDAR_ROWS + 1);
			ck_assert_int_eq(edges[0], from);
			ck_assert_int_eq(edges[n], to);
			for (unsigned i = 0; i < n; i++) {
				ck_assert_int_lt(edges[i], edges[i + 1]);
				calendar_hour(labels[i], sizeof(labels[i]), edges, n, i);
				for (unsigned k = 0; k < i; k++)
					ck_assert_str_ne(labels[i], labels[k]);
			}
		}
}
END_TEST

START_TEST(files_have_the_names_of_the_trade)
{
	char buf[64];
	ck_assert_str_eq(
	    report_file_name(report_find("daily"), "2026-11-22", 1, REPORT_CSV, buf, sizeof(buf)), "DAY_20261122.csv");
	ck_assert_str_eq(report_file_name(report_find("daily"), "2026-11-22", 3, REPORT_TEXT, buf, sizeof(buf)),
	    "DAY_20261122_r3.txt");
	ck_assert_str_eq(report_file_name(report_find("monthly"), "2026-11", 0, REPORT_CSV_CP932, buf, sizeof(buf)),
	    "MONTH_202611.csv");
	ck_assert_str_eq(
	    report_file_name(report_find("yearly"), "2026", 1, REPORT_CSV, buf, sizeof(buf)), "YEAR_2026.csv");
	ck_assert_str_eq(report_file_name(report_find("shift"), "2026-11-22-2", 1, REPORT_TEXT, buf, sizeof(buf)),
	    "SHIFT_20261122-2.txt");
	ck_assert_str_eq(
	    report_file_name(report_find("daily"), "../../x", 1, REPORT_TEXT, buf, sizeof(buf)), "DAY_.txt");
}
END_TEST

START_TEST(dates_are_read_strictly_and_written_the_same)
{
	static const char *const wrong[] = { "2026-00-01", "2026-13-01", "2026-04-31", "2027-02-29", "2026-4-1",
		"26-04-01", "2026/04/01", "2026-04-01T", "1999-12-31", "2200-01-01", "" };
	char buf[32];
	int64_t days, minutes;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_msg(!date_from_text(wrong[i], &days), "%s", wrong[i]);
	for (int64_t d = DATE_MIN; d <= DATE_MAX; d += t_is_short() ? 13 : 1) {
		ck_assert(date_from_text(date_text(buf, sizeof(buf), d), &days));
		ck_assert_int_eq(days, d);
	}
	ck_assert_uint_eq(date_weekday(date_days(2026, 11, 22)), 0);
	ck_assert(daytime_from_text("08:30", &minutes) && minutes == 510);
	ck_assert(daytime_from_text("24:00", &minutes) && minutes == 1440);
	ck_assert(!daytime_from_text("24:01", &minutes) && !daytime_from_text("8:30", &minutes) &&
	    !daytime_from_text("08:60", &minutes));
}
END_TEST

T_MAIN("report_period",
    T_LOOP(a_period_is_the_zones_own_and_reads_back, 0, (int)ARRAY_LEN(good))
        T_LOOP(what_is_no_period_is_told_what_would_be, 0, (int)ARRAY_LEN(bad))
            T_LOOP(every_moment_of_a_year_lies_in_the_period_of_its_label, 0, t_rounds(5))
                T_LONG_LOOP(hours_of_every_day_are_whole_and_no_label_is_twice, 0, t_rounds(5))
                    T(files_have_the_names_of_the_trade) T(dates_are_read_strictly_and_written_the_same))
