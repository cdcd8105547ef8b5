/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_clock.c - clocks, ISO 8601 both ways, zones, ages.  $CHISAN_NOW is set before the clock is first read.
 */
#include "config.h"

#include <stdio.h>
#include <math.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "scada/base/clock.h"
#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

START_TEST(the_environment_freezes_wall_time)
{
	setenv("CHISAN_NOW", "2026-11-22T20:53:06Z", 1);
	ck_assert_int_eq(clock_utc().us, INT64_C(1795380786000000));
	struct mono a = clock_mono(), b = clock_mono();
	ck_assert_int_ge(mono_diff_us(b, a), 0);
	ck_assert_int_gt(a.us, 0);
}
END_TEST

START_TEST(iso_is_printed)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {
		{ INT64_C(1795380786123999), "2026-11-22T20:53:06.123Z" },
		{ INT64_C(1), "1970-01-01T00:00:00.000Z" },
		{ INT64_C(-1), "1969-12-31T23:59:59.999Z" },
		{ INT64_C(951782400000000), "2000-02-29T00:00:00.000Z" },
		{ INT64_C(4107542399999999), "2100-02-28T23:59:59.999Z" },
		{ INT64_C(4107542400000000), "2100-03-01T00:00:00.000Z" },
		{ INT64_C(253402300799999999), "9999-12-31T23:59:59.999Z" },
		{ INT64_C(253402300800000000), "-" },
		{ INT64_MAX, "-" },
		{ INT64_MIN, "-" },
		{ 0, "-" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[32];
		ck_assert_str_eq(utc_iso(buf, sizeof(buf), (struct utc){ rows[i].us }), rows[i].text);
	}
}
END_TEST

START_TEST(iso_is_read)
{
	static const struct {
		const char *text;
		int64_t us;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-22T20:53:06.123Z", INT64_C(1795380786123000) },
		{ "2026-11-23T05:53:06.123+09:00", INT64_C(1795380786123000) },
		{ "2026-11-22T15:23:06-05:30", INT64_C(1795380786000000) },
		{ "2026-11-22T20:53:06.1234567Z", INT64_C(1795380786123456) },
		{ "2000-02-29T00:00:00Z", INT64_C(951782400000000) },
		{ "1969-12-31T23:59:59Z", INT64_C(-1000000) },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct utc t = { -42 };
		ck_assert_msg(utc_from_iso(rows[i].text, &t), "%s", rows[i].text);
		ck_assert_int_eq(t.us, rows[i].us);
	}
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = { "", "2026-11-22", "2026-11-22T20:53:06", "2026-11-22 20:53:06Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
		"2026-11-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T20:60:06Z", "2026-11-22T20:53:60Z",
		"2026-11-22T20:53:06.Z", "2026-11-22T20:53:06Zx", "2026-11-22T20:53:06+9", "2026-11-22T20:53:06+24:00",
		"2026-11-22T20:53:06+09:60", " 2026-11-22T20:53:06Z", "26-11-22T20:53:06Z", "now" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct utc t = { 42 };
		ck_assert_msg(!utc_from_iso(bad[i], &t), "%s", bad[i]);
		ck_assert_int_eq(t.us, 42);
	}
}
END_TEST

START_TEST(iso_agrees_with_the_library_and_reads_back)
{
	unsigned seed = 5;
	for (int i = 0; i < 20000; i++) {
		int64_t s = (int64_t)rand_r(&seed) * 119 - 62135596800;
		time_t clock = (time_t)s;
		struct tm tm;
		char want[32], buf[32];
		struct utc back;
		ck_assert(gmtime_r(&clock, &tm) != NULL);
		ck_assert_uint_ne(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000Z", &tm), 0);
		if (tm.tm_year + 1900 < 1000 || tm.tm_year + 1900 > 9999 || s == 0)
			continue;
		utc_iso(buf, sizeof(buf), (struct utc){ s * US_PER_S });
		ck_assert_str_eq(buf, want);
		ck_assert(utc_from_iso(buf, &back));
		ck_assert_int_eq(back.us, s * US_PER_S);
	}
}
END_TEST

START_TEST(a_dead_clock_is_not_plausible)
{
	struct utc t;
	ck_assert(!utc_is_plausible((struct utc){ 0 }));
	ck_assert(utc_from_iso("2023-12-31T23:59:59Z", &t) && !utc_is_plausible(t));
	ck_assert(utc_from_iso("2024-01-01T00:00:00Z", &t) && utc_is_plausible(t));
	ck_assert(utc_from_iso("2099-12-31T23:59:59Z", &t) && utc_is_plausible(t));
	ck_assert(utc_from_iso("2100-01-01T00:00:00Z", &t) && !utc_is_plausible(t));
}
END_TEST

START_TEST(a_step_of_the_wall_clock_is_seen_and_slewing_is_not)
{
	int64_t offset = 0;

	ck_assert_int_eq(clock_step_us(&offset, (struct mono){ 5 }, (struct utc){ 1000 * US_PER_S }), 0);
	ck_assert_int_eq(
	    clock_step_us(&offset, (struct mono){ 5 + US_PER_S }, (struct utc){ 1001 * US_PER_S + 900 * US_PER_MS }),
	    0);
	ck_assert_int_eq(clock_step_us(&offset, (struct mono){ 5 + 2 * US_PER_S },
	                     (struct utc){ 4602 * US_PER_S + 900 * US_PER_MS }),
	    3600 * US_PER_S);
	ck_assert_int_eq(clock_step_us(&offset, (struct mono){ 5 + 3 * US_PER_S },
	                     (struct utc){ 1003 * US_PER_S + 900 * US_PER_MS }),
	    -3600 * US_PER_S);
	ck_assert_int_eq(clock_step_us(&offset, (struct mono){ 5 + 4 * US_PER_S },
	                     (struct utc){ 1004 * US_PER_S + 900 * US_PER_MS }),
	    0);
}
END_TEST

START_TEST(zones_are_looked_for_in_one_place_only)
{
	static const char *const bad[] = { "", "Asia/Tokio", "../../../etc/passwd", "/usr/share/zoneinfo/Asia/Tokyo",
		"Asia", "zone.tab", "Asia/..", "UTC\n", "./UTC", "Asia/Tokyo;rm" };
	ck_assert(clock_zone_exists("Asia/Tokyo"));
	ck_assert(clock_zone_exists("UTC"));
	ck_assert(clock_zone_exists("Etc/GMT-9"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!clock_zone_exists(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(civil_time_is_that_of_the_zone)
{
	struct utc t;
	char buf[32];
	ck_assert(utc_from_iso("2026-11-22T20:53:06Z", &t));
	ck_assert(clock_set_zone("Asia/Tokyo"));
	ck_assert_str_eq(utc_civil(buf, sizeof(buf), t, "%Y-%m-%d %H:%M"), "2026-11-23 05:53");
	ck_assert_str_eq(utc_said(buf, sizeof(buf), t), "2026-11-23 05:53:06 JST");
	ck_assert_str_eq(utc_said(buf, sizeof(buf), (struct utc){ 0 }), "-");
	ck_assert(clock_set_zone("Europe/Berlin"));
	ck_assert_str_eq(utc_civil(buf, sizeof(buf), t, "%H:%M:%S"), "21:53:06");
	ck_assert(!clock_set_zone("Mars/Olympus"));
	ck_assert_str_eq(utc_civil(buf, sizeof(buf), t, "%H:%M:%S"), "21:53:06");
	ck_assert_str_eq(utc_civil(buf, sizeof(buf), (struct utc){ 0 }, "%H:%M"), "-");
	ck_assert_str_eq(utc_civil(buf, 3, t, "%H:%M"), "-");
}
END_TEST

START_TEST(days_of_the_zone_begin_and_end)
{
	int64_t day, minutes;
	char buf[32];
	ck_assert(date_from_text("2026-11-23", &day));
	ck_assert(clock_set_zone("Asia/Tokyo"));
	ck_assert_str_eq(utc_iso(buf, sizeof(buf), utc_of_date(day, 0)), "2026-11-22T15:00:00.000Z");
	ck_assert_int_eq(utc_date(utc_of_date(day, 0), &minutes), day);
	ck_assert_int_eq(minutes, 0);
	ck_assert_int_eq(utc_date(utc_add(utc_of_date(day, 0), -1), &minutes), day - 1);
	ck_assert_int_eq(minutes, 23 * 60 + 59);
	ck_assert_str_eq(utc_iso(buf, sizeof(buf), utc_of_date(day, 720)), "2026-11-23T03:00:00.000Z");
	ck_assert(clock_set_zone("Europe/Berlin")); /* 25 and 23 hours */
	ck_assert(date_from_text("2026-10-25", &day));
	ck_assert_int_eq(utc_diff_us(utc_of_date(day + 1, 0), utc_of_date(day, 0)), 25 * 3600 * US_PER_S);
	ck_assert(date_from_text("2026-03-29", &day));
	ck_assert_int_eq(utc_diff_us(utc_of_date(day + 1, 0), utc_of_date(day, 0)), 23 * 3600 * US_PER_S);
	ck_assert_int_eq(utc_date(utc_of_date(day, 12 * 60), NULL), day);
}
END_TEST

START_TEST(ages_take_five_cells)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {
		{ -5, "0.0s" },
		{ 0, "0.0s" },
		{ 449999, "0.4s" },
		{ 9999999, "9.9s" },
		{ 10000000, "10s" },
		{ 59 * US_PER_S, "59s" },
		{ 60 * US_PER_S, "1m" },
		{ 3599 * US_PER_S, "59m" },
		{ 3600 * US_PER_S, "1h" },
		{ 86399 * US_PER_S, "23h" },
		{ 2 * 86400 * US_PER_S, "2d" },
		{ 9999 * 86400 * US_PER_S, "9999d" },
		{ INT64_MAX, ">9999" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[8];
		ck_assert_str_eq(clock_age(buf, sizeof(buf), rows[i].us), rows[i].text);
		ck_assert_uint_le(strlen(buf), 5);
	}
}
END_TEST

START_TEST(how_far_the_clock_is_off_is_what_the_kernel_says)
{
	static const struct {
		long offset, esterror;
		int status, state;
		double ms;
	} rows[] = {
		{ 0, 0, STA_PLL, TIME_OK, 0 },
		{ -2500, 900, STA_PLL, TIME_OK, 2.5 },
		{ -2500, 3000, STA_PLL, TIME_OK, 3 },
		{ 150000000, 16, STA_PLL | STA_NANO, TIME_OK, 150 },
		{ 100, 1200000, 0, TIME_INS, 1200 }, /* a leap second to come is no fault */
		{ 100, 0, STA_UNSYNC, TIME_ERROR, (double)NAN },
		{ 100, 0, STA_UNSYNC, TIME_OK, (double)NAN },
		{ 100, 0, 0, TIME_ERROR, (double)NAN },
		{ 100, 0, 0, -1, (double)NAN },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct timex t = { .offset = rows[i].offset, .esterror = rows[i].esterror, .status = rows[i].status };
		double ms = clock_off_of(&t, rows[i].state);
		if (isnan(rows[i].ms))
			ck_assert_double_nan(ms);
		else
			ck_assert_double_eq_tol(ms, rows[i].ms, 1e-9);
	}
	double now = clock_off_ms();
	ck_assert(isnan(now) || now >= 0);
}
END_TEST

T_MAIN("clock",
    T(the_environment_freezes_wall_time) T(iso_is_printed) T(iso_is_read) T(what_is_no_time_is_refused)
        T(iso_agrees_with_the_library_and_reads_back) T(a_dead_clock_is_not_plausible)
            T(a_step_of_the_wall_clock_is_seen_and_slewing_is_not) T(zones_are_looked_for_in_one_place_only)
                T(civil_time_is_that_of_the_zone) T(days_of_the_zone_begin_and_end) T(ages_take_five_cells)
                    T(how_far_the_clock_is_off_is_what_the_kernel_says))
