/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_filing.c - which reports are due, in simulated time: once a period, after its end, what was missed, and again when data come late.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/filing.h"
#include "scada/store/saved.h"
#include "scada/store/tail.h"
#include "tests/unit/query_kit.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static struct filing *f;
static struct filing_due due[4000];
static int64_t due_at[4000];
static size_t due_count;
static bool files; /* what was sent is in the database at once */

static int64_t
at(const char *iso)
{
	struct utc t;

	ck_assert(utc_from_iso(iso, &t));
	return t.us / US_PER_MS;
}

static void
setup(void)
{
	kit_open(KIND_ANALOG, -1);
	ck_assert(clock_set_zone("Asia/Tokyo"));
	f = filing_new();
	due_count = 0;
	files = true;
}

static void
teardown(void)
{
	filing_free(f);
	kit_close();
}

static void
file(const struct filing_due *d, int64_t late)
{
	sqlite3_stmt *st = db_prepare(&db,
	    "INSERT INTO report (report, label, revision, t0, t1, made, late, digest, text, csv) VALUES (?1, ?2, "
	    "(SELECT "
	    "ifnull(max(revision), 0) + 1 FROM report WHERE report = ?1 AND label = ?2), ?3, ?4, 0, ?5, x'', '', '')");

	sqlite3_bind_text(st, 1, d->kind->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, d->label, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, d->from);
	sqlite3_bind_int64(st, 4, d->to);
	sqlite3_bind_int64(st, 5, late);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static struct utc
utc_of(int64_t ms)
{
	return (struct utc){ ms * US_PER_MS };
}

/* All kinds, until nothing more is due at this time. */
static size_t
round_at(int64_t now)
{
	size_t before = due_count, quiet = 0;

	while (quiet <= 12) {
		struct filing_due d;

		quiet++;
		if (!filing_next(f, NULL, &db, q, utc_of(now), &d))
			continue;
		quiet = 0;
		ck_assert_uint_lt(due_count, 4000);
		due_at[due_count] = now;
		due[due_count++] = d;
		if (files)
			file(&d, query_late_newest(q));
		filing_done(f, &d, OK, 0, utc_of(now));
	}
	return due_count - before;
}

/* Kinds that file themselves: daily, demand, operation, wheel; alarms of a week. */
enum { OF_A_DAY = 4, DAY_AND_WEEK = OF_A_DAY + 1 };

static size_t
count(const char *kind, const char *label)
{
	size_t n = 0;

	for (size_t i = 0; i < due_count; i++)
		n += strcmp(due[i].kind->name, kind) == 0 && (label == NULL || strcmp(due[i].label, label) == 0);
	return n;
}

START_TEST(nothing_is_due_before_there_is_anything)
{
	ck_assert_uint_eq(round_at(at("2026-11-22T03:00:00Z")), 0);
	kit_scan(1, at("2026-11-22T03:00:00Z"), at("2026-11-22T04:00:00Z"));
	ck_assert_uint_eq(round_at(at("2026-11-22T04:00:00Z")), 0); /* its day is not over */
	ck_assert_uint_eq(round_at(at("1970-01-03T00:00:00Z")), 0);
	ck_assert_uint_eq(round_at(at("2026-11-22T15:09:59Z")), 0); /* midnight in Tokyo was ten minutes ago, nearly */
	ck_assert_uint_gt(round_at(at("2026-11-22T15:10:00Z")), 0);
	ck_assert_uint_eq(count("daily", "2026-11-22"), 1);
	ck_assert_uint_eq(due_count, DAY_AND_WEEK); /* a Sunday, which ends its week */
	ck_assert_int_eq(due[0].from, at("2026-11-21T15:00:00Z"));
	ck_assert_int_eq(due[0].to, at("2026-11-22T15:00:00Z"));
}
END_TEST

/* Three hours at a time over a year and a half: each period once, soon after its end. */
START_TEST(each_period_is_filed_once)
{
	int64_t begin = at("2026-01-10T00:00:00Z"), end = at("2027-07-15T00:00:00Z"), days = 0;
	int64_t step = getenv("CHISAN_VALGRIND") != NULL ? 20 * HOUR : 6 * HOUR;

	kit_scan(1, begin, end);
	for (int64_t now = begin; now < end; now += step)
		round_at(now);
	for (size_t i = 0; i < due_count; i++) {
		ck_assert_uint_eq(count(due[i].kind->name, due[i].label), 1);
		ck_assert_int_ge(due_at[i], due[i].to + FILING_DELAY_MS);
		ck_assert_int_lt(due_at[i], due[i].to + FILING_DELAY_MS + step);
		ck_assert(!due[i].is_late);
	}
	for (int64_t day = begin; day + DAY < end; day += DAY)
		days++;
	ck_assert_uint_eq(count("daily", NULL), (size_t)days + 1);
	ck_assert_uint_eq(count("monthly", NULL), 18);
	ck_assert_uint_eq(count("yearly", NULL), 2); /* fiscal years end in March */
	ck_assert_uint_eq(count("yearly", "2025"), 1);
	ck_assert_uint_eq(count("shift", NULL), 0);
	ck_assert_uint_eq(count("alarms", NULL), 79); /* weeks from that of 2026-01-05 to that before 2027-07-12 */
	ck_assert_uint_eq(count("alarms", "2026-W53"), 1);
}
END_TEST

START_TEST(days_of_23_and_25_hours_are_filed_once)
{
	int64_t begin = at("2026-03-20T00:00:00Z"), end = at("2026-11-05T00:00:00Z");
	bool has_short = false, has_long = false;

	ck_assert(clock_set_zone("Europe/Berlin"));
	kit_scan(1, begin, end);
	for (int64_t now = begin; now < end; now += 3 * HOUR)
		round_at(now);
	for (size_t i = 0; i < due_count; i++) {
		ck_assert_uint_eq(count(due[i].kind->name, due[i].label), 1);
		has_short =
		    has_short || (due[i].to - due[i].from == 23 * HOUR && strcmp(due[i].label, "2026-03-29") == 0);
		has_long =
		    has_long || (due[i].to - due[i].from == 25 * HOUR && strcmp(due[i].label, "2026-10-25") == 0);
	}
	ck_assert(has_short && has_long);
	ck_assert_uint_eq(count("daily", NULL), 12 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 3);
}
END_TEST

START_TEST(what_was_missed_is_made_up_for_and_no_more)
{
	int64_t now = at("2026-11-22T03:00:00Z");

	kit_scan(1, at("2020-01-01T00:00:00Z"), now);
	round_at(now);
	ck_assert_uint_eq(count("daily", NULL), 40);
	ck_assert_uint_eq(count("daily", "2026-11-21"), 1);
	ck_assert_uint_eq(count("daily", "2026-10-13"), 1);
	ck_assert_uint_eq(count("monthly", NULL), 13);
	ck_assert_uint_eq(count("monthly", "2025-10"), 1);
	ck_assert_uint_eq(count("yearly", NULL), 1);
	ck_assert_uint_eq(count("yearly", "2025"), 1);
	ck_assert_str_eq(due[0].label, "2026-11-21"); /* the newest first */
	ck_assert_uint_eq(round_at(now + MINUTE), 0);
	/* also after a restart */
	filing_free(f);
	f = filing_new();
	ck_assert_uint_eq(round_at(now + 2 * MINUTE), 0);
}
END_TEST

START_TEST(a_period_before_the_first_scan_has_no_report)
{
	kit_scan(1, at("2026-11-20T03:00:00Z"), at("2026-11-22T03:00:00Z"));
	round_at(at("2026-11-22T03:00:00Z"));
	ck_assert_uint_eq(count("daily", NULL), 2);
	ck_assert_uint_eq(count("monthly", NULL), 0);
}
END_TEST

static void
stretch_goes_on(int64_t from, int64_t to)
{
	const struct tail_scan scans[] = { { 0, to - MINUTE, to }, { 1, from, to } };
	struct tail_head head = { .boot = 1, .batch = 1, .ms = to };
	struct tail_out row = { 0 };
	struct wbuf b = { 0 };
	sqlite3_stmt *st = db_prepare(&db, "INSERT INTO tail (data) VALUES (?1)");

	tail_row(&b, &row, &head, NULL, 0, scans, 2);
	ck_assert(st != NULL);
	sqlite3_bind_blob(st, 1, b.data, (int)b.len, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	wbuf_done(&b);
}

/* Devices that never failed are looked at since the begin: nothing of it is in table scan yet. */
START_TEST(a_site_that_runs_without_a_break_has_its_reports)
{
	int64_t now = at("2026-11-22T15:10:00Z");

	stretch_goes_on(at("2026-11-20T15:00:00Z"), now);
	ck_assert_uint_eq(round_at(now), OF_A_DAY + DAY_AND_WEEK);
	ck_assert_uint_eq(count("daily", "2026-11-21"), 1);
	ck_assert_uint_eq(count("daily", "2026-11-22"), 1);
}
END_TEST

START_TEST(the_same_outcome_is_no_news)
{
	int64_t now = at("2026-11-22T15:10:00Z");
	struct filing_due d = { .kind = report_find("daily"), .label = "2026-11-22" };

	ck_assert(filing_done(f, &d, ERR_IO, 0, utc_of(now)));
	ck_assert(!filing_done(f, &d, ERR_IO, 0, utc_of(now + FILING_AGAIN_MS)));
	ck_assert(filing_done(f, &d, ERR_TOO_BIG, 0, utc_of(now + 2 * FILING_AGAIN_MS)));
	ck_assert(filing_done(f, &d, OK, 0, utc_of(now + 3 * FILING_AGAIN_MS)));
	ck_assert(!filing_done(f, &d, OK, 0, utc_of(now + 4 * FILING_AGAIN_MS)));
	d.is_late = true;
	ck_assert(filing_done(f, &d, OK, 0, utc_of(now + 5 * FILING_AGAIN_MS)));
	ck_assert(filing_done(f, &d, ERR_IO, 0, utc_of(now + 6 * FILING_AGAIN_MS)));
	ck_assert(!filing_done(f, &d, ERR_IO, 0, utc_of(now + 7 * FILING_AGAIN_MS)));
}
END_TEST

/* The writer may be away: what was sent and is not there is sent again, but not at once. */
START_TEST(what_was_sent_and_not_filed_is_sent_again)
{
	int64_t now = at("2026-11-22T15:10:00Z");

	kit_scan(1, at("2026-11-22T03:00:00Z"), now);
	files = false;
	ck_assert_uint_eq(round_at(now), DAY_AND_WEEK);
	ck_assert_uint_eq(round_at(now + FILING_AGAIN_MS - 1), 0);
	ck_assert_uint_eq(round_at(now + FILING_AGAIN_MS), DAY_AND_WEEK);
	files = true;
	ck_assert_uint_eq(round_at(now + 2 * FILING_AGAIN_MS), DAY_AND_WEEK);
	ck_assert_uint_eq(round_at(now + 3 * FILING_AGAIN_MS), 0);
}
END_TEST

START_TEST(a_clock_that_is_set_back_holds_nothing_up)
{
	int64_t now = at("2026-11-25T15:10:00Z");

	kit_scan(1, at("2026-11-22T03:00:00Z"), now);
	files = false;
	ck_assert_uint_gt(round_at(now), 0);
	files = true;
	ck_assert_uint_gt(round_at(now - DAY), 0);
}
END_TEST

static void
comes_late(int64_t from, int64_t to)
{
	run_sql("INSERT INTO late (point, t0, t1) VALUES (7, ?1, ?2)", from, to, 0);
}

START_TEST(late_data_make_a_new_revision_when_they_settle)
{
	int64_t begin = at("2026-11-22T03:00:00Z"), now = at("2026-11-24T03:00:00Z");

	kit_scan(1, begin, now);
	ck_assert_uint_eq(round_at(now), OF_A_DAY + DAY_AND_WEEK);
	comes_late(begin, begin + MINUTE);
	ck_assert_uint_eq(round_at(now + MINUTE), 0);
	comes_late(begin + MINUTE, begin + 2 * MINUTE); /* the swarm goes on */
	ck_assert_uint_eq(round_at(now + MINUTE + FILING_SETTLE_MS - 1), 0);
	ck_assert_uint_eq(round_at(now + MINUTE + FILING_SETTLE_MS), DAY_AND_WEEK); /* of that day and its week alone */
	ck_assert_uint_eq(count("daily", "2026-11-22"), 2);
	ck_assert_uint_eq(count("daily", "2026-11-23"), 1);
	ck_assert(due[due_count - 1].is_late);
	ck_assert_uint_eq(round_at(now + 6 * HOUR), 0);
	/* more of it soon after: not before an hour has passed */
	comes_late(begin, begin + MINUTE);
	now += MINUTE + FILING_SETTLE_MS;
	due_count = 0;
	for (int64_t t = now + 6 * HOUR; t < now + 6 * HOUR + HOUR / 2; t += MINUTE)
		round_at(t);
	ck_assert_uint_eq(due_count, DAY_AND_WEEK);
	comes_late(begin, begin + MINUTE);
	for (int64_t t = now + 6 * HOUR + HOUR / 2; t < now + 6 * HOUR + HOUR; t += MINUTE)
		round_at(t);
	ck_assert_uint_eq(due_count, DAY_AND_WEEK);
	for (int64_t t = now + 6 * HOUR + HOUR; t < now + 6 * HOUR + 2 * HOUR; t += MINUTE)
		round_at(t);
	ck_assert_uint_eq(due_count, 2 * DAY_AND_WEEK);
}
END_TEST

/* As saved.c notes them. */
static void
prices_come(const char *day, int as)
{
	char iso[40];

	str_printf(iso, sizeof(iso), "%sT00:00:00+09:00", day);
	run_sql("INSERT INTO late (point, t0, t1) VALUES (?1, ?2, ?3)", as, at(iso), at(iso) + DAY - 1);
}

START_TEST(prices_make_a_new_revision_of_what_is_made_from_them)
{
	int64_t now = at("2026-12-20T03:00:00Z");

	kit_scan(1, at("2026-08-01T03:00:00Z"), now);
	round_at(now);
	ck_assert_uint_eq(count("imbalance", "2026-11"), 1);
	ck_assert_uint_eq(count("imbalance", "2026-10"), 1);
	ck_assert_uint_eq(count("imbalance", "2026-08"), 0); /* of its first days nothing is kept any more */
	ck_assert_uint_eq(count("wheel", "2026-12-19"), 1);
	due_count = 0;
	prices_come("2026-11-30", LATE_PRICES);
	round_at(now + MINUTE);
	ck_assert_uint_eq(round_at(now + MINUTE + FILING_SETTLE_MS), 2); /* the day and its month alone */
	ck_assert_uint_eq(count("wheel", "2026-11-30"), 1);
	ck_assert_uint_eq(count("imbalance", "2026-11"), 1);
	ck_assert(due[0].is_late && due[1].is_late);
	now += DAY;
	due_count = 0;
	/* final ones two months later, of days that were filed when they closed; amounts from the utility's meters too */
	prices_come("2026-10-02", LATE_METERED);
	file(&(struct filing_due){ report_find("wheel"), "2026-10-02", at("2026-10-02T00:00:00+09:00"),
	         at("2026-10-03T00:00:00+09:00"), false },
	    0);
	for (int64_t t = now; t <= now + FILING_LATE_MS + FILING_SETTLE_MS; t += MINUTE)
		round_at(t);
	ck_assert_uint_eq(count("wheel", "2026-10-02"), 1);
	ck_assert_uint_eq(count("imbalance", "2026-10"), 1);
	ck_assert_uint_eq(count("daily", "2026-10-02") + count("monthly", "2026-10"), 0);
	/* a day that was never filed is not begun so late; what is kept no longer is not made again */
	due_count = 0;
	now += DAY;
	prices_come("2026-10-03", LATE_PRICES);
	prices_come("2026-09-01", LATE_PRICES);
	file(&(struct filing_due){ report_find("wheel"), "2026-09-01", at("2026-09-01T00:00:00+09:00"),
	         at("2026-09-02T00:00:00+09:00"), false },
	    0);
	for (int64_t t = now; t <= now + FILING_LATE_MS + FILING_SETTLE_MS; t += MINUTE)
		round_at(t);
	ck_assert_uint_eq(count("wheel", "2026-10-03") + count("wheel", "2026-09-01"), 0);
}
END_TEST

/* What came late and changes no figure is looked at once: the revision that is filed stays. */
START_TEST(late_data_that_change_nothing_are_looked_at_once)
{
	int64_t begin = at("2026-11-22T03:00:00Z"), now = at("2026-11-23T03:00:00Z");
	struct filing_due d;
	size_t looked = 0;

	kit_scan(1, begin, now);
	ck_assert_uint_eq(round_at(now), DAY_AND_WEEK);
	comes_late(begin, begin + MINUTE);
	for (int64_t t = now; t < now + 6 * HOUR; t += MINUTE)
		if (filing_next(f, NULL, &db, q, utc_of(t), &d)) {
			filing_done(f, &d, OK, query_late_newest(q), utc_of(t));
			looked++;
		}
	ck_assert_uint_eq(looked, DAY_AND_WEEK);
}
END_TEST

START_TEST(what_the_site_has_nothing_for_is_not_tried_again)
{
	int64_t now = at("2026-11-22T15:10:00Z");
	struct filing_due d;
	unsigned tries = 0;

	kit_scan(1, at("2026-11-22T03:00:00Z"), now);
	for (int i = 0; i < 100; i++)
		if (filing_next(f, NULL, &db, q, utc_of(now + i * DAY), &d)) {
			filing_done(f, &d, ERR_NOT_FOUND, 0, utc_of(now + i * DAY));
			tries++;
		}
	ck_assert_uint_le(tries, 10); /* once each kind */
	due_count = 0;
	filing_forget(f); /* another site */
	ck_assert_uint_gt(round_at(now), 0);
}
END_TEST

START_TEST(what_failed_is_tried_again_later)
{
	int64_t now = at("2026-11-22T15:10:00Z");
	struct filing_due d;
	unsigned tries = 0;

	kit_scan(1, at("2026-11-22T03:00:00Z"), now);
	for (int i = 0; i < 100; i++)
		if (filing_next(f, NULL, &db, q, utc_of(now), &d)) {
			filing_done(f, &d, ERR_IO, 0, utc_of(now));
			tries++;
		}
	ck_assert_uint_eq(tries, DAY_AND_WEEK);
	ck_assert_uint_eq(round_at(now + FILING_AGAIN_MS), DAY_AND_WEEK);
}
END_TEST

T_MAIN("filing",
    T_FIXTURE(setup, teardown) T_TIMEOUT(240) T(nothing_is_due_before_there_is_anything)
        T_LONG(each_period_is_filed_once) T_LONG(days_of_23_and_25_hours_are_filed_once)
            T(what_was_missed_is_made_up_for_and_no_more) T_LONG(a_site_that_runs_without_a_break_has_its_reports)
                T(the_same_outcome_is_no_news) T(a_period_before_the_first_scan_has_no_report)
                    T(what_was_sent_and_not_filed_is_sent_again) T(a_clock_that_is_set_back_holds_nothing_up)
                        T(late_data_make_a_new_revision_when_they_settle)
                            T(prices_make_a_new_revision_of_what_is_made_from_them) T(
                                late_data_that_change_nothing_are_looked_at_once)
                                T(what_the_site_has_nothing_for_is_not_tried_again) T(what_failed_is_tried_again_later))
