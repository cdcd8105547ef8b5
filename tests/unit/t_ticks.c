/* SPDX-License-Identifier: Apache-2.0 */
/* t_ticks.c - round values and round times, also on days of 23 and 25 hours. */
#include "config.h"

#include <string.h>

#include "tests/unit/t.h"

#include "console/ticks.h"
#include "console/when.h"

#include "scada/base/str.h"

static const struct {
	double lo, hi;
	int most;
	double step, first;
	int count, decimals;
} spans[] = {
	{ 0, 100, 6, 20, 0, 6, 0 },
	{ 0, 1, 6, 0.2, 0, 6, 1 },
	{ -3000, 4000, 6, 2000, -2000, 4, 0 },
	{ 49.95, 50.05, 6, 0.02, 49.96, 5, 2 },
	{ 37, 61, 5, 10, 40, 3, 0 },
	{ 0, 1e300, 6, 2e299, 0, 6, 0 },
	{ 0.001, 0.002, 3, 0.0005, 0.001, 3, 4 },
};

START_TEST(values_are_round)
{
	struct value_ticks t = ticks_values(spans[_i].lo, spans[_i].hi, spans[_i].most);

	ck_assert_double_eq_tol(t.step / spans[_i].step, 1, 1e-9);
	ck_assert_double_eq_tol(t.first, spans[_i].first, t.step * 1e-6);
	ck_assert_int_eq(t.count, spans[_i].count);
	ck_assert_int_eq(t.decimals, spans[_i].decimals);
}
END_TEST

START_TEST(what_is_no_span_has_no_ticks)
{
	ck_assert_int_eq(ticks_values(1, 1, 5).count, 0);
	ck_assert_int_eq(ticks_values(2, 1, 5).count, 0);
	ck_assert_int_eq(ticks_values((double)NAN, 1, 5).count, 0);
	ck_assert_int_eq(ticks_values(0, (double)INFINITY, 5).count, 0);
	ck_assert_int_eq(ticks_values(-1.7e308, 1.7e308, 5).count, 0);
	ck_assert_int_eq(ticks_values(0, 1, 1).count, 0);
}
END_TEST

START_TEST(a_tick_at_nought_is_nought)
{
	struct value_ticks t = ticks_values(-0.3, 0.3, 7);

	for (int i = 0; i < t.count; i++)
		ck_assert(fabs(ticks_value(&t, i)) > 0.05 || !(ticks_value(&t, i) < 0 || ticks_value(&t, i) > 0));
}
END_TEST

START_TEST(widening_reaches_round_values_and_keeps_equal_ones_apart)
{
	double lo = 37.2, hi = 61.1;

	ticks_widen(&lo, &hi, 6, 0.1);
	ck_assert_double_eq_tol(lo, 35, 1e-9);
	ck_assert_double_eq_tol(hi, 65, 1e-9);
	lo = hi = 55.5;
	ticks_widen(&lo, &hi, 6, 0.4);
	ck_assert(lo < 55.5 && hi > 55.5 && hi - lo < 1);
	lo = hi = 0;
	ticks_widen(&lo, &hi, 6, 4);
	ck_assert(lo < 0 && hi > 0);
	lo = hi = 1e300;
	ticks_widen(&lo, &hi, 6, 4);
	ck_assert(lo < hi);
}
END_TEST

static struct utc
at(const char *iso)
{
	struct utc t;

	ck_assert(utc_from_iso(iso, &t));
	return t;
}

/* "label label ..." */
static const char *
labels(const char *zone, const char *from, const char *to, int cells)
{
	static char text[2048];
	struct time_tick ticks[TICKS_MAX];

	ck_assert(clock_set_zone(zone));
	int n = ticks_times(at(from), at(to), cells, ticks);
	text[0] = '\0';
	for (int i = 0; i < n; i++) {
		ck_assert_int_ge(ticks[i].at.us, at(from).us);
		ck_assert_int_le(ticks[i].at.us, at(to).us);
		ck_assert(i == 0 || ticks[i].at.us > ticks[i - 1].at.us);
		str_append(text, sizeof text, i > 0 ? " " : "");
		str_append(text, sizeof text, ticks[i].label);
	}
	return text;
}

START_TEST(times_are_round_in_the_zone)
{
	ck_assert_str_eq(labels("Asia/Tokyo", "2026-11-22T11:08:31Z", "2026-11-22T12:08:31Z", 70),
	    "20:10 20:20 20:30 20:40 20:50 21:00");
	ck_assert_str_eq(labels("Asia/Tokyo", "2026-11-22T12:08:00Z", "2026-11-22T12:09:00Z", 70),
	    "21:08:00 21:08:15 21:08:30 21:08:45 21:09:00");
	ck_assert_str_eq(labels("Asia/Kolkata", "2026-11-22T00:00:00Z", "2026-11-22T12:00:00Z", 60),
	    "06:00 08:00 10:00 12:00 14:00 16:00");
}
END_TEST

START_TEST(midnight_is_named_by_its_day)
{
	ck_assert_str_eq(
	    labels("Asia/Tokyo", "2026-11-22T12:00:00Z", "2026-11-22T21:00:00Z", 50), "22:00 11-23 02:00 04:00 06:00");
	struct time_tick ticks[TICKS_MAX];
	ck_assert_int_eq(ticks_times(at("2026-11-22T12:00:00Z"), at("2026-11-22T21:00:00Z"), 50, ticks), 5);
	ck_assert(ticks[1].is_major && !ticks[0].is_major);
}
END_TEST

START_TEST(days_weeks_months_and_years_follow_the_calendar)
{
	ck_assert_str_eq(
	    labels("Asia/Tokyo", "2026-11-18T00:00:00Z", "2026-11-22T00:00:00Z", 50), "11-19 11-20 11-21 11-22");
	ck_assert_str_eq(labels("Asia/Tokyo", "2026-11-01T00:00:00Z", "2026-11-30T00:00:00Z", 50),
	    "11-02 11-09 11-16 11-23 11-30"); /* Mondays */
	ck_assert_str_eq(labels("Asia/Tokyo", "2026-01-15T00:00:00Z", "2026-06-15T00:00:00Z", 70),
	    "2026-02 2026-03 2026-04 2026-05 2026-06");
	ck_assert_str_eq(
	    labels("Asia/Tokyo", "2016-01-15T00:00:00Z", "2027-06-15T00:00:00Z", 50), "2018 2020 2022 2024 2026");
}
END_TEST

START_TEST(a_day_of_25_hours_has_each_of_them)
{
	ck_assert_str_eq(labels("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T03:00:00Z", 60),
	    "10-25 01:00 02:00 02:00 03:00 04:00");
	ck_assert_str_eq(labels("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 60),
	    "10-25 06:00 12:00 18:00 10-26");
}
END_TEST

START_TEST(a_day_of_23_hours_has_no_hour_that_never_was)
{
	ck_assert_str_eq(labels("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T03:00:00Z", 60),
	    "03-29 01:00 03:00 04:00 05:00");
	ck_assert_str_eq(labels("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 105),
	    "03-29 04:00 06:00 08:00 10:00 12:00 14:00 16:00 18:00 20:00 22:00 03-30");
	ck_assert_str_eq(labels("Europe/Berlin", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z", 60),
	    "03-28 12:00 03-29 12:00 03-30 12:00 03-31");
}
END_TEST

START_TEST(labels_never_overlap)
{
	static const int64_t lengths[] = { 60, 200, 3600, 5000, 86400, 300000, 3000000, 31622400, 900000000 };
	struct time_tick ticks[TICKS_MAX];
	struct utc from = at("2026-02-17T05:13:08Z");

	clock_set_zone("America/New_York");
	for (int cells = 10; cells <= 480; cells += 47) {
		struct utc to = utc_add(from, lengths[_i] * US_PER_S);
		int n = ticks_times(from, to, cells, ticks);
		ck_assert_int_le(n, TICKS_MAX);
		for (int i = 1; i < n; i++) {
			int64_t gap = ticks[i].at.us - ticks[i - 1].at.us;
			int64_t room = gap / US_PER_S * cells / lengths[_i];
			ck_assert_int_ge(room, (int64_t)strlen(ticks[i].label));
		}
		if (cells >= 60)
			ck_assert_int_ge(n, 2);
	}
}
END_TEST

T_MAIN("ticks",
    T_LOOP(values_are_round, 0, (int)(sizeof spans / sizeof spans[0])) T(what_is_no_span_has_no_ticks)
        T(a_tick_at_nought_is_nought) T(widening_reaches_round_values_and_keeps_equal_ones_apart)
            T(times_are_round_in_the_zone) T(midnight_is_named_by_its_day)
                T(days_weeks_months_and_years_follow_the_calendar) T(a_day_of_25_hours_has_each_of_them)
                    T(a_day_of_23_hours_has_no_hour_that_never_was) T_LOOP(labels_never_overlap, 0, 9))
