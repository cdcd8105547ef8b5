/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_reader_reports.c - reports over the pipe: filed ones listed and given, closed days filed by themselves, one made now.
 */
#include "config.h"

#include "tests/unit/query_kit.h"
#include "tests/unit/reader_kit.h"

#include "tests/unit/reader_fill.h"

static void
file(const char *report, const char *label, int revision, int64_t from, const char *text)
{
	sqlite3_stmt *st = db_prepare(&db,
	    "INSERT INTO report (report, label, revision, t0, t1, made, late, digest, text, csv, confirmed_by, "
	    "confirmed) VALUES "
	    "(?1, ?2, ?3, ?4, ?4 + 86400000, ?4 + 90000000, 0, zeroblob(32), ?5, 'a,b' || char(10), iif(?3 = 1, "
	    "'duty', NULL), "
	    "iif(?3 = 1, 77, NULL))");

	sqlite3_bind_text(st, 1, report, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, label, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 3, revision);
	sqlite3_bind_int64(st, 4, from);
	sqlite3_bind_text(st, 5, text, -1, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static struct asked *
report(const char *name, const char *label, uint32_t revision, unsigned form)
{
	msg_report_get_put(&out,
	    &(struct msg_report_get){
	        .report = name, .label = label, .revision = revision, .form = (uint8_t)form, .is_ja = 1 });
	return kit_answer(W_REPORT_GET);
}

START_TEST(filed_reports_are_listed_and_given)
{
	struct msg_report m;
	struct asked *a;
	struct rbuf r;

	kit_site(site_text);
	file("daily", "2026-11-22", 1, INT64_C(1795305600000), "first\n");
	file("daily", "2026-11-22", 2, INT64_C(1795305600000), "second\n");
	file("demand", "2026-11-21", 1, INT64_C(1795219200000), "other\n");
	msg_report_list_put(&out, &(struct msg_report_list){ .report = "", .most = 100 });
	a = kit_answer(W_REPORT_LIST);
	ck_assert_uint_eq(a->frames, 3);
	r = kit_body(a, 0, W_REPORT);
	ck_assert(msg_report_get(&r, &m));
	ck_assert_str_eq(m.report, "daily");
	ck_assert_uint_eq(m.revision, 2);
	ck_assert_int_eq(m.from, INT64_C(1795305600000000));
	ck_assert_uint_eq(m.is_final, 1);
	msg_report_list_put(&out, &(struct msg_report_list){ .report = "demand", .most = 100 });
	ck_assert_uint_eq(kit_answer(W_REPORT_LIST)->frames, 1);

	a = report("daily", "2026-11-22", 0, REPORT_TEXT);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_uint_eq(a->frames, 2);
	r = kit_body(a, 1, W_REPORT_DATA);
	ck_assert(memmem(r.data, r.len, "second", 6) != NULL);
	a = report("daily", "2026-11-22", 1, REPORT_CSV);
	r = kit_body(a, 0, W_REPORT);
	ck_assert(msg_report_get(&r, &m));
	ck_assert_uint_eq(m.revision, 1);
	ck_assert_str_eq(m.confirmed_by, "duty");
	ck_assert_int_eq(m.confirmed_at, 77000);
	r = kit_body(a, 1, W_REPORT_DATA);
	ck_assert_uint_eq(r.len, 8); /* BOM, a,b, CRLF */
}
END_TEST

START_TEST(reports_that_are_not_there_are_explained)
{
	struct asked *a;

	ck_assert_int_eq(report("daily", "2026-11-22", 0, 0)->err, ERR_BUSY); /* no site yet */
	kit_site(site_text);
	a = report("weekly", "2026-11-22", 0, 0);
	ck_assert_int_eq(a->err, ERR_NOT_FOUND);
	ck_assert_msg(strstr(a->text, "daily, monthly") != NULL, "%s", a->text);
	a = report("daily", "2026-13-22", 0, 0);
	ck_assert_int_eq(a->err, ERR_USAGE);
	a = report("daily", "2026-11-22", 7, 0);
	ck_assert_int_eq(a->err, ERR_NOT_FOUND);
	ck_assert_msg(strstr(a->text, "no revision 7") != NULL, "%s", a->text);
	ck_assert_int_eq(report("daily", "2026-11-22", 0, 9)->err, ERR_USAGE);
	msg_report_list_put(&out, &(struct msg_report_list){ .report = "daily", .most = 0 });
	ck_assert_int_eq(kit_answer(W_REPORT_LIST)->err, ERR_USAGE);
}
END_TEST

/* As each second, but at a time of the test's own. */
static void
seconds_at(const char *iso, int n)
{
	struct utc now;

	ck_assert(utc_from_iso(iso, &now));
	while (n-- > 0) {
		reader->rest_until.us = 0;
		reader_file(reader, now, clock_mono());
		ev_run(loop, EVRUN_NOWAIT);
	}
}

/* What was sent, as the writer files it. */
static void
file_what_was_sent(struct msg_report_file *m)
{
	sqlite3_stmt *st = db_prepare(&db,
	    "INSERT INTO report (report, label, revision, t0, t1, made, late, digest, text, csv) VALUES (?1, ?2, 1, "
	    "?3, ?4, ?4, ?5, "
	    "?6, ?7, ?8)");
	struct rbuf r;

	rbuf_init(&r, filed_body.data, filed_body.len);
	ck_assert(msg_report_file_get(&r, m));
	sqlite3_bind_text(st, 1, m->report, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, m->label, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, m->from / US_PER_MS);
	sqlite3_bind_int64(st, 4, m->to / US_PER_MS);
	sqlite3_bind_int64(st, 5, (int64_t)m->late);
	sqlite3_bind_blob(st, 6, m->digest.data, (int)m->digest.len, SQLITE_STATIC);
	sqlite3_bind_text(st, 7, (const char *)m->text.data, (int)m->text.len, SQLITE_STATIC);
	sqlite3_bind_text(st, 8, (const char *)m->csv.data, (int)m->csv.len, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

START_TEST(a_closed_day_is_filed_by_itself_and_once)
{
	uint8_t digest[32];
	struct msg_report_file m;
	struct msg_report head;
	struct asked *a;
	struct utc from;
	struct rbuf r;

	kit_site(site_text);
	ck_assert(utc_from_iso("2026-11-21T16:00:00Z", &from));
	kit_scan(1, from.us / US_PER_MS, from.us / US_PER_MS + HOUR);
	seconds_at("2026-11-22T15:05:00Z", 30);
	ck_assert_uint_eq(filed, 0);
	seconds_at("2026-11-22T15:15:00Z", 30);
	KIT_UNTIL(filed >= 1); /* this site has nothing for the daily report, but people acted or not on any day */
	ck_assert_uint_eq(filed, 1);
	file_what_was_sent(&m);
	ck_assert_str_eq(m.report, "operation");
	ck_assert_str_eq(m.label, "2026-11-22");
	ck_assert_int_eq(m.to - m.from, 24 * HOUR * US_PER_MS);
	crypto_generichash(digest, sizeof(digest), m.csv.data, m.csv.len, NULL, 0);
	ck_assert_mem_eq(digest, m.digest.data, 32);
	seconds_at("2026-11-22T16:15:00Z", 30);
	kit_turns(3);
	ck_assert_uint_eq(filed, 1);
	/* late data that change nothing in it make no revision */
	run_sql("INSERT INTO late (point, t0, t1) VALUES (?1, ?2, ?3)", POINT, from.us / US_PER_MS,
	    from.us / US_PER_MS + 1);
	seconds_at("2026-11-22T17:15:00Z", 30);
	seconds_at("2026-11-22T17:45:00Z", 30);
	kit_turns(3);
	ck_assert_uint_eq(filed, 1);
	/* in the language it was filed in, and in the other one with the same figures */
	for (int is_ja = 0; is_ja < 2; is_ja++) {
		msg_report_get_put(&out,
		    &(struct msg_report_get){
		        .report = "operation", .label = "2026-11-22", .form = REPORT_TEXT, .is_ja = (uint8_t)is_ja });
		a = kit_answer(W_REPORT_GET);
		ck_assert_msg(a->err == OK, "%s", a->text);
		r = kit_body(a, 0, W_REPORT);
		ck_assert(msg_report_get(&r, &head));
		ck_assert_uint_eq(head.revision, 1);
		ck_assert_mem_eq(head.digest.data, m.digest.data, 32);
		r = kit_body(a, 1, W_REPORT_DATA);
		ck_assert_int_eq(memmem(r.data, r.len, "操作", 6) != NULL, is_ja);
	}
}
END_TEST

/* What is filed of a day at a site that says so of its reports, in the language that the reader asks for. */
static void
file_a_day(const char *reports, bool in_en, bool in_ja)
{
	char text[sizeof(site_text) + 100];
	struct msg_report_file m;
	struct utc from;

	str_printf(text, sizeof(text), "%s%s", site_text, reports);
	kit_site(text);
	ck_assert(utc_from_iso("2026-11-21T16:00:00Z", &from));
	kit_scan(1, from.us / US_PER_MS, from.us / US_PER_MS + HOUR);
	seconds_at("2026-11-22T15:15:00Z", 30);
	KIT_UNTIL(filed >= 1);
	file_what_was_sent(&m);
	ck_assert_int_eq(memmem(m.text.data, m.text.len, "Operations", 10) != NULL, in_en);
	ck_assert_int_eq(memmem(m.text.data, m.text.len, "操作", 6) != NULL, in_ja);
	ck_assert_int_eq(memmem(m.csv.data, m.csv.len, "操作", 6) != NULL, in_ja && !in_en);
	for (int is_ja = 0; is_ja < 2; is_ja++) {
		msg_report_get_put(&out,
		    &(struct msg_report_get){
		        .report = "operation", .label = "2026-11-22", .form = REPORT_TEXT, .is_ja = (uint8_t)is_ja });
		struct asked *a = kit_answer(W_REPORT_GET);
		ck_assert_msg(a->err == OK, "%s", a->text);
		struct rbuf r = kit_body(a, 1, W_REPORT_DATA);
		ck_assert_int_eq(memmem(r.data, r.len, "操作", 6) != NULL, is_ja);
	}
}

START_TEST(a_japanese_title_alone_files_nothing_in_japanese)
{
	file_a_day("", true, false);
}
END_TEST

START_TEST(reports_are_filed_in_the_language_that_the_site_declares)
{
	static const struct {
		const char *reports;
		bool in_en, in_ja;
	} sites[] = { { "reports: {language: en}\n", true, false }, { "reports: {language: ja}\n", false, true },
		{ "reports: {language: both}\n", true, true } };

	file_a_day(sites[_i].reports, sites[_i].in_en, sites[_i].in_ja);
}
END_TEST

START_TEST(a_report_is_made_now_where_none_is_filed)
{
	struct msg_report m;
	struct asked *a;
	struct rbuf r;

	kit_site(site_text);
	a = report("operation", "2026-11-22", 0, REPORT_CSV);
	ck_assert_msg(a->err == OK, "%s", a->text);
	r = kit_body(a, 0, W_REPORT);
	ck_assert(msg_report_get(&r, &m));
	ck_assert_uint_eq(m.revision, 0);
	a = report("daily", "2026-11-22", 0, REPORT_TEXT);
	ck_assert_int_eq(a->err, ERR_NOT_FOUND); /* the site has no pages for it */
	ck_assert_str_ne(a->text, "");
}
END_TEST

/* The first number of the row with the key in the report of CO2 and cost so far. */
static double
figure(const char *key)
{
	char end[40], text[40], *line;
	double v;
	struct asked *a = report("saving", "2026-11-18", UINT32_MAX, REPORT_CSV);
	ck_assert_msg(a->err == OK, "%s", a->text);
	struct rbuf r = kit_body(a, 1, W_REPORT_DATA);
	str_printf(end, sizeof end, ",%s\r\n", key);
	char *csv = xstrndup((const char *)r.data, r.len), *at = strstr(csv, end);
	ck_assert_msg(at != NULL, "%s", csv);
	for (line = at; line > csv && line[-1] != '\n'; line--)
		;
	line += strcspn(line, ",") + 1;
	str_printf(text, sizeof text, "%.*s", (int)strcspn(line, ","), line);
	ck_assert_msg(str_to_double(text, &v), "%s", csv);
	free(csv);
	return v;
}

START_TEST(days_that_are_kept_are_forgotten_with_the_site)
{
	static const char text[] =
	    "site: Unit\ntimezone: Asia/Tokyo\ndevices:\n"
	    "  - {name: ESS1, profile: p, link: \"modbus-tcp://127.0.0.1:502/1\"}\nprofiles:\n  - profile: p\n    "
	    "points:\n"
	    "      - {tag: SOC, kind: analog, unit: kW, read: {table: holding, address: 0, type: i16}}\nreports:\n"
	    "  demand: {power: ESS1.SOC, target_kw: 100}\n  energy:\n"
	    "    - {name: A, point: ESS1.SOC, as: energy, role: purchased, kind: electricity}\nfactors:\n"
	    "  - {id: F, kind: electricity, basis: adjusted, value: 0.5, unit: kg-CO2/kWh, source: none, from: "
	    "2026-04-01}\n"
	    "tariffs:\n  - {from: 2026-04-01, plan: P, contract: agreed, contract_kw: 1, base_price: 1, source: none,\n"
	    "     energy: [{name: all, price: %d}]}\n";
	char yaml[sizeof text + 16];

	fill(20);
	str_printf(yaml, sizeof yaml, text, 100);
	kit_site(yaml);
	double kwh = figure("bought"), cost = figure("cost");
	ck_assert(kwh > 50);
	ck_assert_double_eq_tol(cost, 100 * kwh, 51); /* kWh are whole in it */
	ck_assert_double_eq_tol(figure("emitted"), kwh / 2, 1);
	ck_assert(figure("cost") == cost);
	str_printf(yaml, sizeof yaml, text, 200);
	const struct site *was = reader->site;
	kit_new_site(yaml);
	KIT_UNTIL(reader->site != was);
	ck_assert_double_eq_tol(figure("cost"), 2 * cost, 1.5);
	ck_assert(figure("bought") == kwh);
}
END_TEST

T_MAIN("reader_reports",
    T_FIXTURE(setup, teardown) T(filed_reports_are_listed_and_given) T(reports_that_are_not_there_are_explained)
        T(a_closed_day_is_filed_by_itself_and_once) T(a_japanese_title_alone_files_nothing_in_japanese)
            T_LOOP(reports_are_filed_in_the_language_that_the_site_declares, 0, 3)
                T(a_report_is_made_now_where_none_is_filed) T(days_that_are_kept_are_forgotten_with_the_site))
