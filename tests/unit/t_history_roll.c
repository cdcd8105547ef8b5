/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_history_roll.c - half hours, days of a zone with daylight saving, and what is beyond its retention: a year made in seconds,
 * against sums from the series itself.
 */
#include "config.h"

#include "scada/store/roll.h"
#include "tests/unit/history_kit.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static struct hk k;

static void
setup(void)
{
	folder_make();
	memset(&k, 0, sizeof(k));
	k.boot = 1;
	ck_assert(clock_set_zone("Europe/Berlin"));
}

static void
teardown(void)
{
	if (k.h != NULL)
		hk_close(&k);
	folder_remove();
}

static void
begin(uint32_t points, const char *zone)
{
	hk_site(&k, points);
	k.site.timezone = zone;
	hk_open(&k, HK_START);
}

static void
tidy(int64_t now)
{
	for (unsigned i = 0; history_tidy(k.h, &k.site, now); i++)
		ck_assert_uint_lt(i, 200000);
}

static uint32_t
read_roll(int64_t point, int level, int64_t t0, int64_t *edges, struct bucket *out)
{
	sqlite3_stmt *st = db_prepare(&k.db, "SELECT data FROM roll WHERE point = ? AND level = ? AND t0 = ?");
	uint32_t n = 0;

	sqlite3_bind_int64(st, 1, point);
	sqlite3_bind_int(st, 2, level);
	sqlite3_bind_int64(st, 3, t0);
	if (sqlite3_step(st) == SQLITE_ROW)
		ck_assert_int_eq(
		    roll_get(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), edges, out, &n), OK);
	sqlite3_finalize(st);
	return n;
}

/* A power that follows the time of day, and a counter of it; both can be told at any time without a memory. */
static double
power(int64_t ms)
{
	int64_t s = ms / 1000;

	return (double)(s / 60 % 1440 + s % 60) / 10;
}

static double
counter(int64_t ms)
{
	return (double)((ms - HK_START) / 1000 % 1000000);
}

/* A sample each step from from to to (excluded), of a power (point 0) and a counter (point 3). */
static void
live(int64_t from, int64_t to, int64_t step)
{
	for (int64_t ms = from; ms < to; ms += step) {
		struct sample a = { .ms = ms, .v = power(ms) }, b = { .ms = ms, .v = counter(ms) };

		history_put(k.h, 0, &a, ms);
		history_put(k.h, 3, &b, ms);
		for (uint32_t d = 0; d < HK_DEVICES; d++)
			history_scan(k.h, d, ms, ms, 2 * step);
		if (ms / step % 20 == 0)
			hk_commit(&k, ms);
	}
	hk_commit(&k, to);
}

static double
mean_of(int64_t from, int64_t to, int64_t step)
{
	double sum = 0;

	for (int64_t ms = from; ms < to; ms += step)
		sum += power(ms);
	return sum / (double)((to - from) / step);
}

START_TEST(half_hours_are_what_the_samples_say)
{
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];

	begin(4, "Europe/Berlin");
	live(HK_START, HK_START + 2 * DAY + HOUR, 5000);
	tidy(HK_START + 2 * DAY + HOUR);
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START + 2 * DAY, edges, b), 0); /* not over yet */
	for (int64_t day = HK_START; day < HK_START + 2 * DAY; day += DAY) {
		ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, day, edges, b), 48);
		for (unsigned i = 0; i < 48; i++) {
			int64_t from = day + i * (HOUR / 2);

			ck_assert_int_eq(edges[i], from);
			ck_assert_double_eq_tol(b[i].mean, mean_of(from, from + HOUR / 2, 5000), 0.0001);
			ck_assert_uint_eq(b[i].samples, 360);
			ck_assert_double_eq(b[i].first, power(from));
			ck_assert_double_eq(b[i].last, power(from + HOUR / 2 - 5000));
			ck_assert_uint_eq(b[i].marks, 0);
			ck_assert(b[i].good >= 1 && b[i].seen >= 1);
		}
		ck_assert_uint_eq(read_roll(4, ROLL_HALF_HOURS, day, edges, b), 48);
		for (unsigned i = 0; i < 48; i++)
			ck_assert_double_eq(b[i].increment, 1800);
	}
}
END_TEST

/* 2026-10-25 has 25 hours in Berlin, 2027-03-28 has 23; the month's row has the days that are over, with their edges. */
static const struct {
	int64_t day, month;
	int64_t hours;
	unsigned at;
} days[] = {
	{ INT64_C(1792879200000), INT64_C(1790805600000), 25, 24 },
	{ INT64_C(1806188400000), INT64_C(1803855600000), 23, 27 },
};

START_TEST(days_of_a_zone_have_23_and_25_hours)
{
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1], day = days[_i].day, end = day + days[_i].hours * HOUR;

	begin(4, "Europe/Berlin");
	live(day - 3 * DAY, end + 2 * HOUR, 60000);
	tidy(end + 2 * HOUR);
	uint32_t n = read_roll(1, ROLL_DAYS, days[_i].month, edges, b);
	ck_assert_uint_eq(n, days[_i].at + 1);
	ck_assert_int_eq(edges[days[_i].at], day);
	ck_assert_int_eq(edges[days[_i].at + 1], end);
	ck_assert_uint_eq(b[days[_i].at].samples, (uint32_t)days[_i].hours * 60);
	ck_assert_double_eq_tol(b[days[_i].at].mean, mean_of(day, end, 60000), 0.0001);
	ck_assert_uint_eq(b[days[_i].at].marks, 0);
	ck_assert_uint_eq(b[0].samples, 0);
	ck_assert_uint_eq(read_roll(4, ROLL_DAYS, days[_i].month, edges, b), n);
	ck_assert_double_eq(b[days[_i].at].increment, (double)days[_i].hours * 3600);
}
END_TEST

START_TEST(late_data_make_rolls_again)
{
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1], gap = HK_START + 5 * HOUR;

	begin(4, "Europe/Berlin");
	live(HK_START, gap, 60000);
	live(gap + HOUR, HK_START + 3 * DAY, 60000);
	tidy(HK_START + 3 * DAY);
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START, edges, b), 48);
	ck_assert_uint_eq(b[10].samples, 0);
	ck_assert_uint_eq(b[10].marks, BUCKET_PARTIAL);
	ck_assert_uint_eq(read_roll(4, ROLL_HALF_HOURS, HK_START, edges, b), 48);
	ck_assert_double_eq_tol(b[10].increment, 1800, 61); /* spread */
	ck_assert_uint_ne(b[10].marks & BUCKET_ESTIMATED, 0);
	for (int64_t ms = gap; ms < gap + HOUR; ms += 60000) {
		struct sample s = { .ms = ms, .v = power(ms) };
		history_put(k.h, 0, &s, HK_START + 3 * DAY);
	}
	hk_commit(&k, HK_START + 3 * DAY + 1000);
	tidy(HK_START + 3 * DAY + 1000);
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START, edges, b), 48);
	ck_assert_uint_eq(b[10].samples, 30);
	ck_assert_uint_eq(b[11].samples, 30);
	ck_assert_uint_eq(read_roll(1, ROLL_DAYS, INT64_C(1793487600000), edges, b), 25);
	ck_assert_uint_eq(b[22].samples, 24 * 60 - 60);
	ck_assert_int_eq(
	    hk_number(&k, "SELECT value FROM meta WHERE key = 'late'"), hk_number(&k, "SELECT max(id) FROM late"));
}
END_TEST

/* Half hours and days of a device that is silent say so, as long as Chisan itself was awake; when it was not, they say nothing. */
START_TEST(a_silent_device_has_rolls_that_say_so)
{
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1], silent = HK_START + 2 * HOUR, end = HK_START + 4 * DAY;

	begin(4, "Europe/Berlin");
	live(HK_START, silent, 60000);
	struct sample s = { .ms = silent, .v = power(silent), .quality = Q_NO_COMM };
	history_put(k.h, 0, &s, silent);
	for (int64_t ms = HK_START; ms < end; ms += 60000) {
		bool is_down = ms >= HK_START + 10 * HOUR && ms < HK_START + 12 * HOUR;

		if (!is_down)
			history_scan(k.h, DEVICE_NONE, ms, ms, 120000);
		if (!is_down && ms % HOUR == 0)
			hk_commit(&k, ms);
	}
	hk_commit(&k, end);
	tidy(end);
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START, edges, b), 48);
	ck_assert_uint_eq(b[3].quality, 0);
	for (unsigned i = 4; i < 48; i++) {
		ck_assert_msg(b[i].quality == (i >= 20 && i < 24 ? 0 : Q_NO_COMM), "%u: %x", i, b[i].quality);
		ck_assert(b[i].seen <= 0 && b[i].samples == (i == 4));
	}
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START + 2 * DAY, edges, b), 48);
	ck_assert_uint_eq(b[0].quality, Q_NO_COMM);
	ck_assert_uint_eq(read_roll(2, ROLL_HALF_HOURS, HK_START + 2 * DAY, edges, b), 0); /* never had a value */
}
END_TEST

/* What a counter counted in an outage over midnight is known only with the next reading: the day before is made again. */
START_TEST(an_outage_over_midnight_changes_the_day_before)
{
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];

	begin(4, "Europe/Berlin");
	live(HK_START, HK_START + DAY - HOUR, 60000);
	for (int64_t ms = HK_START + DAY; ms <= HK_START + DAY + HOUR; ms += 60000)
		hk_commit(&k, ms);
	tidy(HK_START + DAY + HOUR);
	ck_assert_uint_eq(read_roll(4, ROLL_HALF_HOURS, HK_START, edges, b), 48);
	ck_assert(isnan(b[47].increment));
	live(HK_START + DAY + HOUR, HK_START + DAY + 2 * HOUR, 60000);
	tidy(HK_START + DAY + 2 * HOUR);
	ck_assert_uint_eq(read_roll(4, ROLL_HALF_HOURS, HK_START, edges, b), 48);
	ck_assert_double_eq_tol(b[47].increment, 1800, 61);
	ck_assert_uint_ne(b[47].marks & BUCKET_ESTIMATED, 0);
}
END_TEST

/* A meter is silent over days, and all that is recorded of it meanwhile is that. Nothing of what it counted is lost. */
START_TEST(a_counter_counts_on_over_bad_readings)
{
	const int64_t outages[] = { 40 * 60000, 30 * HOUR, 5 * DAY };
	int64_t silent = HK_START + DAY - HOUR, back = silent + outages[_i], end = HK_START + 8 * DAY;
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];
	double counted = 0;

	begin(4, "Europe/Berlin");
	live(HK_START, silent, 60000);
	for (int64_t ms = silent; ms < back; ms += 600000) { /* the last reading is told with it */
		struct sample s = { .ms = ms, .v = counter(silent - 60000), .quality = Q_NO_COMM };

		history_put(k.h, 3, &s, ms);
		history_scan(k.h, DEVICE_NONE, ms, ms, 1200000);
		hk_commit(&k, ms);
	}
	tidy(back);
	live(back, end, 60000);
	tidy(end);
	for (int64_t day = HK_START; day < end - DAY; day += DAY) {
		ck_assert_uint_eq(read_roll(4, ROLL_HALF_HOURS, day, edges, b), 48);
		for (unsigned i = 0; i < 48; i++)
			counted += isnan(b[i].increment) ? 0 : b[i].increment;
	}
	ck_assert_double_eq_tol(counted, 7 * 86400, 61);
}
END_TEST

/* What is good and what is bad came at one time: the good one is counted from. */
START_TEST(a_counter_counts_from_what_was_good_a_moment_before)
{
	int64_t midnight = HK_START + DAY;
	struct sample good = { .ms = midnight - 60000, .v = counter(midnight - 60000) }, bad = good;
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];

	bad.quality = Q_NO_COMM;
	begin(4, "Europe/Berlin");
	live(HK_START, midnight - 60000, 60000);
	history_put(k.h, 3, &good, midnight);
	history_put(k.h, 3, &bad, midnight);
	live(midnight + HOUR, midnight + DAY + HOUR, 60000);
	tidy(midnight + DAY + HOUR);
	ck_assert_uint_eq(read_roll(4, ROLL_HALF_HOURS, midnight, edges, b), 48);
	ck_assert_double_eq_tol(b[0].increment, 1800, 61);
	ck_assert_double_eq_tol(b[1].increment, 1800, 61);
}
END_TEST

/* Rolls and reports remember the number of the newest late row that they know: no later row has it again when all are gone. */
START_TEST(what_comes_late_is_new_also_when_what_came_before_is_gone)
{
	struct site_retention brief = { .name = "default", .samples_us = INT64_C(3) * 86400 * US_PER_S };
	int64_t end = HK_START + 9 * DAY;

	hk_site(&k, 4);
	k.site.timezone = "Europe/Berlin";
	k.site.retention = (struct key_list){ &brief, 1 };
	hk_open(&k, HK_START);
	live(HK_START, HK_START + 8 * HOUR, 600000); /* in heaps: each came late */
	tidy(HK_START + 8 * HOUR);
	int64_t known = hk_number(&k, "SELECT value FROM meta WHERE key = 'late'");
	ck_assert_int_gt(known, 1);
	for (int64_t ms = HK_START + 8 * HOUR; ms < end; ms += HOUR)
		live(ms, ms + 1, HOUR);
	tidy(end);
	ck_assert_int_eq(hk_number(&k, "SELECT value FROM meta WHERE key = 'late'"), known);
	ck_assert_int_le(hk_number(&k, "SELECT count(*) FROM late"), 1);
	live(end, end + 8 * HOUR, 600000);
	ck_assert_int_gt(hk_number(&k, "SELECT max(id) FROM late"), known);
	ck_assert_int_ge(hk_number(&k, "SELECT min(id) FROM late"), known);
}
END_TEST

static struct site_retention kept = { .name = "default",
	.samples_us = INT64_C(40) * 86400 * US_PER_S,
	.half_hours_us = INT64_C(100) * 86400 * US_PER_S,
	.days_us = 0 };

/* A year of two points at 10 minutes, housekeeping each hour as it would be. */
START_TEST(a_year_keeps_what_it_should)
{
	int64_t end = HK_START + 365 * DAY;
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];
	double counted = 0;

	hk_site(&k, 4);
	k.site.timezone = "Europe/Berlin";
	k.site.retention = (struct key_list){ &kept, 1 };
	hk_open(&k, HK_START);
	for (int64_t ms = HK_START; ms < end; ms += HOUR) {
		live(ms, ms + HOUR, 600000);
		(void)history_tidy(k.h, &k.site, ms + HOUR);
		if ((ms - HK_START) % DAY == 0)
			tidy(ms + HOUR);
	}
	tidy(end + HOUR);
	int64_t first = hk_number(&k, "SELECT min(t0) FROM chunk");
	ck_assert_int_ge(first, end - 43 * DAY);
	ck_assert_int_le(first, end - 39 * DAY);
	ck_assert_int_eq(hk_number(&k, "SELECT count(*) FROM block"), hk_number(&k, "SELECT count(*) FROM chunk"));
	first = hk_number(&k, "SELECT min(t0) FROM roll WHERE level = 1");
	ck_assert_int_ge(first, end - 103 * DAY);
	ck_assert_int_le(first, end - 99 * DAY);
	sqlite3_stmt *st = db_prepare(&k.db, "SELECT t0 FROM roll WHERE point = 4 AND level = 2 ORDER BY t0");
	uint32_t sum = 0, months = 0;
	while (sqlite3_step(st) == SQLITE_ROW) {
		uint32_t n = read_roll(4, ROLL_DAYS, sqlite3_column_int64(st, 0), edges, b);

		months++;
		for (uint32_t i = 0; i < n; i++) {
			counted += isnan(b[i].increment) ? 0 : b[i].increment;
			sum += b[i].samples;
		}
	}
	sqlite3_finalize(st);
	ck_assert_uint_eq(months, 13);
	/* up to the last midnight in Berlin, 23:00 in UTC */
	ck_assert_uint_eq(sum, (uint32_t)(364 * 144 + 23 * 6));
	ck_assert_double_eq_tol(counted, 364 * 86400.0 + 23 * 3600.0, 1e-3);
}
END_TEST

/* The clock jumps a year ahead for an hour: nothing may go for that. */
START_TEST(a_clock_that_is_ahead_takes_nothing_away)
{
	hk_site(&k, 4);
	k.site.timezone = "Europe/Berlin";
	k.site.retention = (struct key_list){ &kept, 1 };
	hk_open(&k, HK_START);
	live(HK_START, HK_START + DAY, 60000);
	int64_t n = hk_number(&k, "SELECT sum(n) FROM chunk WHERE t0 < 1795478400000");
	ck_assert_int_gt(n, 0);
	int64_t ahead = HK_START + 366 * DAY;
	for (int64_t ms = ahead; ms < ahead + HOUR; ms += 60000) {
		hk_commit(&k, ms);
		for (unsigned i = 0; i < 50; i++)
			(void)history_tidy(k.h, &k.site, ms);
	}
	ck_assert_int_ge(hk_number(&k, "SELECT sum(n) FROM chunk WHERE t0 < 1795478400000"), n);
	live(HK_START + DAY + HOUR, HK_START + 3 * DAY, 60000);
	tidy(HK_START + 3 * DAY);
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START + 2 * DAY, edges, b), 48);
	ck_assert_uint_eq(b[5].samples, 30);
}
END_TEST

static int
note_statement(unsigned kind, void *count, void *statement, void *text)
{
	(void)kind;
	(void)statement;
	(void)text;
	++*(unsigned *)count;
	return 0;
}

/* A site of which nothing is recorded has no oldest sample, however often that is asked: not once more for each point. */
START_TEST(points_without_history_are_not_asked_for_again)
{
	unsigned n = 0;

	begin(HK_POINTS, "UTC");
	ck_assert_int_eq(sqlite3_trace_v2(k.db.sqlite, SQLITE_TRACE_STMT, note_statement, &n), SQLITE_OK);
	tidy(HK_START + HOUR);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(n, 4 * HK_POINTS + 16);
	n = 0;
	ck_assert(!history_tidy(k.h, &k.site, HK_START + HOUR));
	ck_assert_uint_lt(n, HK_POINTS / 2);
	live(HK_START + HOUR, HK_START + 3 * DAY, 60000); /* and what is recorded then has its rolls */
	tidy(HK_START + 3 * DAY);
	struct bucket b[ROLL_MOST];
	int64_t edges[ROLL_MOST + 1];
	ck_assert_uint_eq(read_roll(1, ROLL_HALF_HOURS, HK_START + DAY, edges, b), 48);
}
END_TEST

T_MAIN("history_roll",
    T_TIMEOUT(300) T_FIXTURE(setup, teardown) T(points_without_history_are_not_asked_for_again)
        T(half_hours_are_what_the_samples_say) T_LOOP(days_of_a_zone_have_23_and_25_hours, 0, ARRAY_LEN(days))
            T(late_data_make_rolls_again) T(what_comes_late_is_new_also_when_what_came_before_is_gone)
                T(a_silent_device_has_rolls_that_say_so) T(an_outage_over_midnight_changes_the_day_before) T_LOOP(
                    a_counter_counts_on_over_bad_readings, 0, 3) T(a_counter_counts_from_what_was_good_a_moment_before)
                    T_LONG(a_year_keeps_what_it_should) T_LONG(a_clock_that_is_ahead_takes_nothing_away))
