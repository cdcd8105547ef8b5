/* SPDX-License-Identifier: Apache-2.0 */
/* t_past.c - a past by civil day and slot: gaps, days of 23 and 25 hours, what cannot be true. */
#include "config.h"

#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/forecast/past.h"
#include "tests/unit/t.h"

#define MINUTE (60 * US_PER_S)
#define NONE   ((double)NAN)

static struct utc
at(const char *iso)
{
	struct utc t;
	ck_assert_msg(utc_from_iso(iso, &t), "%s", iso);
	return t;
}

static int64_t
day(const char *text)
{
	int64_t d;
	ck_assert(date_from_text(text, &d));
	return d;
}

START_TEST(a_past_has_steps_that_fit_a_clock)
{
	double v[4] = { 1, NONE, 3, NONE };
	struct past p = { at("2026-11-01T00:00:00Z"), 30 * MINUTE, 4, v };
	ck_assert_ptr_null(past_fault(&p));
	ck_assert_double_eq(past_at(&p, at("2026-11-01T00:00:00Z")), 1);
	ck_assert_double_eq(past_at(&p, at("2026-11-01T01:29:59Z")), 3);
	ck_assert_double_nan(past_at(&p, at("2026-11-01T02:00:00Z")));
	ck_assert_double_nan(past_at(&p, at("2026-10-31T23:59:59Z")));
	ck_assert_int_eq(past_known_until(&p).us, at("2026-11-01T01:30:00Z").us);
	p.count = 0;
	ck_assert_int_eq(past_known_until(&p).us, 0);
	p.start.us += 15 * MINUTE;
	ck_assert_str_eq(past_fault(&p), "it does not begin with a step");
	p.step_us = 20 * MINUTE;
	ck_assert_str_eq(past_fault(&p), "its steps are not of 15, 30 or 60 minutes");
	p = (struct past){ at("2026-11-01T00:00:00Z"), 60 * MINUTE, 400 * 24 + 1, v };
	ck_assert_str_eq(past_fault(&p), "it is longer than 400 days");
}
END_TEST

/* A count up from 0 in steps, of so many hours. */
static struct grid
counted(const char *zone, const char *from, unsigned minutes, unsigned count, const char *until, unsigned days)
{
	struct grid g;
	double *v = xcalloc(count, sizeof(*v));
	for (unsigned i = 0; i < count; i++)
		v[i] = i;
	ck_assert(clock_set_zone(zone));
	struct past p = { at(from), minutes * MINUTE, count, v };
	grid_make(&g, &p, at(until), days);
	free(v);
	return g;
}

START_TEST(steps_stand_where_clocks_show_them)
{
	/* In Japan the day begins at 15:00 UTC. */
	struct grid g = counted("Asia/Tokyo", "2026-10-31T15:00:00Z", 30, 96, "2026-11-02T03:00:00Z", 3);
	ck_assert_uint_eq(g.slots, 48);
	ck_assert_int_eq(g.first, day("2026-10-31"));
	ck_assert_double_nan(grid_at(&g, day("2026-10-31"), 47));
	ck_assert_double_eq(grid_at(&g, day("2026-11-01"), 0), 0);
	ck_assert_double_eq(grid_at(&g, day("2026-11-01"), 47), 47);
	ck_assert_double_eq(grid_at(&g, day("2026-11-02"), 23), 71);
	ck_assert_double_nan(grid_at(&g, day("2026-11-02"), 24)); /* 12:00: not before `until` */
	ck_assert_double_nan(grid_at(&g, day("2026-11-03"), 0));
	ck_assert_double_nan(grid_at(&g, day("2026-11-02"), 48));
	grid_done(&g);
}
END_TEST

START_TEST(zones_of_half_and_quarter_hours_have_whole_days)
{
	struct grid g =
	    counted("Asia/Kathmandu", "2026-10-31T18:00:00Z", 15, 200, "2026-11-02T18:15:00Z", 4); /* + 5:45 */
	ck_assert_double_eq(grid_at(&g, day("2026-10-31"), 95), 0);
	ck_assert_double_eq(grid_at(&g, day("2026-11-01"), 0), 1);
	ck_assert_double_eq(grid_at(&g, day("2026-11-02"), 0), 97);
	grid_done(&g);
}
END_TEST

START_TEST(an_hour_that_is_left_out_is_not_known)
{
	struct grid g = counted("America/Chicago", "2026-03-08T06:00:00Z", 60, 30, "2026-03-09T12:00:00Z", 2);
	ck_assert_double_eq(grid_at(&g, day("2026-03-08"), 1), 1);
	ck_assert_double_nan(grid_at(&g, day("2026-03-08"), 2)); /* 02:00 is 03:00 */
	ck_assert_double_eq(grid_at(&g, day("2026-03-08"), 3), 2);
	ck_assert_double_eq(grid_at(&g, day("2026-03-08"), 23), 22);
	ck_assert_double_eq(grid_at(&g, day("2026-03-09"), 0), 23);
	grid_done(&g);
}
END_TEST

START_TEST(an_hour_that_is_there_twice_is_the_mean_of_both)
{
	struct grid g = counted("America/Chicago", "2026-11-01T05:00:00Z", 60, 30, "2026-11-02T12:00:00Z", 2);
	ck_assert_double_eq(grid_at(&g, day("2026-11-01"), 0), 0);
	ck_assert_double_eq(grid_at(&g, day("2026-11-01"), 1), 1.5); /* 01:00 and 01:00 again */
	ck_assert_double_eq(grid_at(&g, day("2026-11-01"), 2), 3);
	ck_assert_double_eq(grid_at(&g, day("2026-11-02"), 0), 25);
	grid_done(&g);
}
END_TEST

START_TEST(what_is_older_than_the_grid_is_left_out)
{
	struct grid g = counted("Asia/Tokyo", "2026-09-30T15:00:00Z", 60, 24 * 31, "2026-10-31T15:00:00Z", 4);
	ck_assert_int_eq(g.first, day("2026-10-29"));
	ck_assert_double_eq(grid_at(&g, day("2026-10-29"), 0), 28 * 24);
	ck_assert_double_eq(grid_at(&g, day("2026-10-31"), 23), 31 * 24 - 1);
	ck_assert_double_nan(grid_at(&g, day("2026-11-01"), 0));
	grid_done(&g);
}
END_TEST

/* ---- what cannot be true: four weeks of 50 by night, 100 by day, half hours; the zone is UTC */

static double *values;
static struct grid grid;

static void
set_up(void)
{
	ck_assert(clock_set_zone("UTC"));
	values = xcalloc(28 * 48, sizeof(*values));
	for (int i = 0; i < 28 * 48; i++)
		values[i] = i % 48 >= 16 && i % 48 < 40 ? 100 + i % 7 : 50;
}

static void
tear_down(void)
{
	free(values);
	grid_done(&grid);
}

static unsigned
clean(void)
{
	struct past p = { at("2026-10-01T00:00:00Z"), 30 * MINUTE, 28 * 48, values };
	grid_make(&grid, &p, at("2026-10-29T00:00:00Z"), 29);
	return grid_clean(&grid);
}

START_TEST(a_sound_past_is_left_alone)
{
	ck_assert_uint_eq(clean(), 0);
	for (int i = 0; i < 28 * 48; i++)
		ck_assert_double_eq(grid.v[i], values[i]);
	ck_assert_double_nan(grid.v[28 * 48]);
}
END_TEST

START_TEST(a_meter_that_stood_at_zero_is_not_known)
{
	for (int i = 10 * 48 + 20; i < 11 * 48 + 30; i++)
		values[i] = 0;
	values[100] = 0; /* half an hour: an outage is true */
	ck_assert_uint_eq(clean(), 48 + 10);
	ck_assert_double_nan(grid.v[10 * 48 + 20]);
	ck_assert_double_nan(grid.v[11 * 48 + 29]);
	ck_assert_double_eq(grid.v[11 * 48 + 30], values[11 * 48 + 30]);
	ck_assert_double_eq(grid.v[100], 0);
}
END_TEST

START_TEST(what_is_zero_for_long_was_shut_down)
{
	for (int i = 20 * 48; i < 28 * 48; i++)
		values[i] = 0;
	ck_assert_uint_eq(clean(), 0);
	ck_assert_double_eq(grid.v[27 * 48], 0);
}
END_TEST

START_TEST(what_is_zero_each_night_is_zero)
{
	for (int i = 0; i < 28 * 48; i++)
		values[i] = i % 48 < 16 ? 0 : values[i];
	ck_assert_uint_eq(clean(), 0);
}
END_TEST

START_TEST(what_is_zero_each_sunday_is_zero)
{
	/* 2026-10-01 is a Thursday: Saturdays are days 2, 9, ..., Sundays 3, 10, ... */
	for (int d = 2; d < 28; d += 7)
		for (int i = d * 48; i < (d + 2) * 48; i++)
			values[i] = 0;
	ck_assert_uint_eq(clean(), 0);
}
END_TEST

START_TEST(what_no_range_explains_is_not_known)
{
	values[500] = 1e6;
	values[700] = -400;
	values[800] = (double)INFINITY; /* was not known before */
	values[801] = 1e300;
	values[900] = 150; /* much, but such a thing can be */
	ck_assert_uint_eq(clean(), 2);
	ck_assert_double_nan(grid.v[500]);
	ck_assert_double_nan(grid.v[700]);
	ck_assert_double_eq(grid.v[900], 150);
}
END_TEST

START_TEST(a_consumer_that_grew_for_good_is_believed)
{
	for (int i = 25 * 48 - 3; i < 28 * 48; i++)
		values[i] *= 10; /* 3 days: a tenth of the past, so that it is within the 98 % */
	ck_assert_uint_eq(clean(), 0);
}
END_TEST

START_TEST(nothing_and_one_value_are_no_trouble)
{
	for (int i = 0; i < 28 * 48; i++)
		values[i] = NONE;
	ck_assert_uint_eq(clean(), 0);
	grid_done(&grid);
	values[17] = 3;
	ck_assert_uint_eq(clean(), 0);
	ck_assert_double_eq(grid.v[17], 3);
}
END_TEST

T_MAIN("past",
    T(a_past_has_steps_that_fit_a_clock) T(steps_stand_where_clocks_show_them)
        T(zones_of_half_and_quarter_hours_have_whole_days) T(an_hour_that_is_left_out_is_not_known)
            T(an_hour_that_is_there_twice_is_the_mean_of_both) T(what_is_older_than_the_grid_is_left_out)
                T_FIXTURE(set_up, tear_down) T(a_sound_past_is_left_alone) T(a_meter_that_stood_at_zero_is_not_known)
                    T(what_is_zero_for_long_was_shut_down) T(what_is_zero_each_night_is_zero)
                        T(what_is_zero_each_sunday_is_zero) T(what_no_range_explains_is_not_known)
                            T(a_consumer_that_grew_for_good_is_believed) T(nothing_and_one_value_are_no_trouble))
