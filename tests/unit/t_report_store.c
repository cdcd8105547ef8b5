/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_report_store.c - reports from a database as the store writes it, against sums over the samples that were put in.
 */
#include "config.h"

#include <sodium.h>
#include <stdio.h>

#include "scada/base/str.h"
#include "scada/report/report.h"
#include "scada/site/reader.h"
#include "scada/store/history.h"
#include "scada/store/journal.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

#define DAYS   3
#define STEP   10000 /* ms */
#define POINTS (DAYS * 86400000 / STEP)

static struct db db;
static struct site *site;
static double power[POINTS];
static int64_t begin;

static struct site *
read_site(void)
{
	char path[512];
	const char *top = getenv("top_srcdir");
	snprintf(path, sizeof(path), "%s/tests/report/site", top != NULL ? top : ".");
	struct reader r = { .site = site_new(), .faults = faults_new(), .dir = path };
	files_read(&r);
	check_site(&r);
	ck_assert_uint_eq(faults_count(r.faults), 0);
	faults_free(r.faults);
	return r.site;
}

/* Three days of the receiving point, scanned all the time but for hour 7 of the second one. */
static void
fill(void)
{
	struct history *h = history_open(&db);
	double kwh = 99999500, sum = 0;
	uint64_t batch = 0, seed = 7;
	ck_assert_msg(h != NULL, "%s", db.text);
	ck_assert_int_eq(history_site(h, site, begin), OK);
	point_id p = site_find_point(site, "RX.P"), imp = site_find_point(site, "RX.IMP");
	int64_t first = begin;
	for (int i = 0; i < POINTS; i++) {
		int64_t ms = begin + (int64_t)i * STEP, hour = (ms - begin) / 3600000;
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		power[i] = (double)(3000 + (int64_t)(seed >> 33) % 8000) / 10;
		sum += power[i] * STEP / 3.6e6;
		bool is_seen = hour != 31;
		const struct sample a = { ms, power[i], 0, 0 },
		                    b = { ms,
			                    (double)((int64_t)((kwh + sum - power[i] * STEP / 3.6e6) * 100) %
			                        10000000000) /
			                        100,
			                    0, 0 };
		if (is_seen) {
			history_put(h, p, &a, ms);
			history_put(h, imp, &b, ms);
		} else {
			first = ms + STEP;
		}
		if (is_seen && (i % 6 == 5 || hour == 30)) {
			history_scan(h, site->points[p].device, first, ms, 15000);
			first = ms;
			ck_assert_int_eq(history_commit(h, ms, 1, ++batch), OK);
		}
	}
	history_close(h);
}

static double
mean_of(int from_hour, int to_hour)
{
	double sum = 0;
	int per = 3600000 / STEP;
	for (int i = from_hour * per; i < to_hour * per; i++)
		sum += power[i];
	return sum / ((to_hour - from_hour) * per);
}

/* Column k (from 0) of the row with the label in the first table. */
static const char *
field(const char *csv, const char *label, unsigned k, char *out, size_t size)
{
	char start[32];
	snprintf(start, sizeof(start), "\n%s,", label);
	const char *s = strstr(csv, start);
	ck_assert_msg(s != NULL, "no %s in\n%s", label, csv);
	s++;
	for (unsigned i = 0; i < k; i++)
		s += strcspn(s, ",") + 1;
	snprintf(out, size, "%.*s", (int)strcspn(s, ",\n"), s);
	return out;
}

/* Reading the journal is another file's part; this one has no entries. */
__attribute__((weak)) enum err
journal_read(
    struct db *d, const struct msg_journal_get *filter, bool (*each)(const struct msg_journal *m, void *arg), void *arg)
{
	(void)d;
	(void)filter;
	(void)each;
	(void)arg;
	return OK;
}

START_TEST(a_day_from_the_database_is_the_day_that_was_put_in)
{
	char cell[64], message[300], label[16];
	double v;
	struct report r;
	ck_assert_int_ge(sodium_init(), 0);
	ck_assert(clock_set_zone("Asia/Tokyo"));
	folder_make();
	ck_assert_int_eq(db_open(&db, folder, true), OK);
	ck_assert_int_eq(db_exec(&db, "PRAGMA synchronous = OFF"), OK);
	site = read_site();
	struct utc t;
	ck_assert(utc_from_iso("2026-11-21T00:00:00+09:00", &t));
	begin = t.us / 1000;
	fill();
	struct query *q = query_open(&db);
	ck_assert_msg(q != NULL, "%s", db.text);
	const struct report_source src = { site, q, &db, { (begin + DAYS * INT64_C(86400000)) * 1000 }, NULL };
	ck_assert_msg(
	    report_make(&src, "daily", "2026-11-22", false, &r, message, sizeof(message)) == OK, "%s", message);
	for (int h = 0; h < 24; h++) {
		snprintf(label, sizeof(label), "%02d:00", h);
		if (h == 7) { /* nobody looked: neither zero nor the last value */
			ck_assert_str_eq(field(r.csv, label, 2, cell, sizeof(cell)), "***");
			continue;
		}
		ck_assert_msg(str_to_double(field(r.csv, label, 2, cell, sizeof(cell)), &v), "%s: %s", label, cell);
		ck_assert_msg(fabs(v - mean_of(24 + h, 25 + h)) < 0.0501 + (h == 8 || h == 6 ? 5 : 0), "%s: %g, not %g",
		    label, v, mean_of(24 + h, 25 + h));
		if (h > 8 || h < 6) {
			ck_assert_msg(
			    str_to_double(field(r.csv, label, 10, cell, sizeof(cell)), &v), "%s: %s", label, cell);
			ck_assert_msg(fabs(v - mean_of(24 + h, 25 + h)) < 0.0701, "%s: %g kWh, not %g", label, v,
			    mean_of(24 + h, 25 + h));
		}
	}
	/* The counter went on while nobody looked: its day is whole all the same. */
	ck_assert(str_to_double(field(r.csv, "合計", 10, cell, sizeof(cell)), &v));
	ck_assert_msg(fabs(v - mean_of(24, 48) * 24) < 0.11, "%g kWh, not %g", v, mean_of(24, 48) * 24);
	report_done(&r);
	static const char *const others[][2] = { { "monthly", "2026-11" }, { "demand", "2026-11-22" },
		{ "co2", "2026-11" }, { "shift", "2026-11-22-1" } };
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		ck_assert_msg(report_make(&src, others[i][0], others[i][1], true, &r, message, sizeof(message)) == OK,
		    "%s", message);
		report_done(&r);
	}
	query_close(q);
	db_close(&db);
	site_free(site);
	folder_remove();
}
END_TEST

T_MAIN("report_store", T(a_day_from_the_database_is_the_day_that_was_put_in))
