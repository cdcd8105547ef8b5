/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_journal_read.c - the filter of the journal against a plain loop over all rows, in both directions, whole and in steps.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

#define ENTRIES 500
#define BEGIN   (INT64_C(1795000000) * US_PER_S)

static struct db db;

static const char *const points[] = { "", "ESS1.SOC", "ESS1.P", "ESS2.SOC", "GTC.P" };
static const char *const users[] = { "", "relief", "duty" };
static const char *const texts[] = { "Started", "an override began", "\xe5\x81\x9c\xe6\xad\xa2", "OVERRIDE ended" };

static struct msg_journal
made(uint64_t seq)
{
	return (struct msg_journal){
		.seq = seq,
		/* the clock was set back by an hour after 300 */
		.time = BEGIN + (int64_t)seq * US_PER_S - (seq > 300 ? 3600 * US_PER_S : 0),
		.kind = (uint16_t)(seq * 67 % JOURNAL_KIND_COUNT),
		.reason = 255,
		.uid = 1000,
		.point = points[seq * 3 % 5],
		.user = users[seq % 3],
		.terminal = "pts/1",
		.text = texts[seq / 2 % 4],
		.before = seq % 50 == 0 ? "Before" : "",
		.after = seq % 70 == 0 ? "the override" : "",
	};
}

static void
insert(const struct msg_journal *m)
{
	sqlite3_stmt *st = db_prepare(
	    &db, "INSERT INTO journal VALUES (?1, ?2, ?3, 255, 1000, 0, ?4, ?5, 'pts/1', ?6, ?7, ?8, x'01')");
	const char *const strings[] = { m->point, m->user, m->text, m->before, m->after };

	sqlite3_bind_int64(st, 1, (int64_t)m->seq);
	sqlite3_bind_int64(st, 2, m->time);
	sqlite3_bind_int(st, 3, m->kind);
	for (int i = 0; i < 5; i++)
		sqlite3_bind_text(st, 4 + i, strings[i], -1, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static void
setup(void)
{
	folder_make();
	ck_assert_msg(db_open(&db, folder, true) == OK, "%s", db.text);
	ck_assert_int_eq(db_begin(&db), OK);
	for (uint64_t i = 1; i <= ENTRIES; i++) {
		const struct msg_journal m = made(i);

		if (i != 100) /* one is missing, as after a restore */
			insert(&m);
	}
	ck_assert_int_eq(db_commit(&db), OK);
}

static void
teardown(void)
{
	db_close(&db);
	folder_remove();
}

struct got {
	uint64_t seq[ENTRIES];
	uint32_t n, stop_after;
};

static bool
take(const struct msg_journal *m, void *arg)
{
	const struct msg_journal want = made(m->seq);
	struct got *g = arg;

	ck_assert_uint_lt(g->n, ENTRIES);
	ck_assert_int_eq(m->time, want.time);
	ck_assert_uint_eq(m->kind, want.kind);
	ck_assert_uint_eq(m->uid, 1000);
	ck_assert_str_eq(m->point, want.point);
	ck_assert_str_eq(m->user, want.user);
	ck_assert_str_eq(m->terminal, want.terminal);
	ck_assert_str_eq(m->text, want.text);
	ck_assert_str_eq(m->before, want.before);
	ck_assert_str_eq(m->after, want.after);
	ck_assert_uint_eq(m->hash.len, 1);
	g->seq[g->n++] = m->seq;
	return g->stop_after == 0 || g->n % g->stop_after != 0;
}

#define FILTER(...) \
	{ \
		.point = "", .user = "", .text = "", __VA_ARGS__ \
	}
static bool
all(const struct msg_journal *m)
{
	(void)m;
	return true;
}
static bool
of_time(const struct msg_journal *m)
{
	return m->time >= BEGIN + 250 * US_PER_S && m->time < BEGIN + 290 * US_PER_S;
}
static bool
of_time_set_back(const struct msg_journal *m)
{
	return m->time < BEGIN;
}
static bool
since(const struct msg_journal *m)
{
	return m->time >= BEGIN - 3200 * US_PER_S;
}
static bool
never(const struct msg_journal *m)
{
	(void)m;
	return false;
}
static bool
of_sequence(const struct msg_journal *m)
{
	return m->seq > 95 && m->seq < 105;
}
static bool
of_kinds(const struct msg_journal *m)
{
	return m->kind == JOURNAL_NOTE || m->kind == JOURNAL_PLAN;
}
static bool
of_point(const struct msg_journal *m)
{
	return strcmp(m->point, "ESS1.SOC") == 0;
}
static bool
of_points(const struct msg_journal *m)
{
	return strncmp(m->point, "ESS", 3) == 0 && strstr(m->point, ".SOC") != NULL;
}
static bool
of_any_point(const struct msg_journal *m)
{
	return m->point[0] != '\0';
}
static bool
of_user(const struct msg_journal *m)
{
	return strcmp(m->user, "duty") == 0 || strcmp(m->user, "relief") == 0;
}
static bool
of_text(const struct msg_journal *m)
{
	return strstr(m->text, "verride") != NULL || strstr(m->text, "VERRIDE") != NULL ||
	    strstr(m->after, "override") != NULL;
}
static bool
of_before(const struct msg_journal *m)
{
	return m->before[0] != '\0';
}
static bool
of_japanese(const struct msg_journal *m)
{
	return m->text[0] == '\xe5';
}
static bool
of_all_at_once(const struct msg_journal *m)
{
	return of_time(m) && of_points(m) && of_user(m) && m->seq < 280;
}

static const struct {
	struct msg_journal_get f;
	bool (*is_wanted)(const struct msg_journal *m);
} cases[] = {
	{ FILTER(.kinds = 0), all },
	{ FILTER(.from = BEGIN + 250 * US_PER_S, .to = BEGIN + 290 * US_PER_S), of_time },
	{ FILTER(.to = BEGIN), of_time_set_back },
	{ FILTER(.from = BEGIN - 3200 * US_PER_S), since },
	{ FILTER(.from = BEGIN + 99999 * US_PER_S), never },
	{ FILTER(.to = 5), never },
	{ FILTER(.after = 95, .before = 105), of_sequence },
	{ FILTER(.after = UINT64_MAX), never },
	{ FILTER(.before = 1), never },
	{ FILTER(.before = UINT64_MAX), all },
	{ FILTER(.kinds = UINT64_C(1) << JOURNAL_NOTE | UINT64_C(1) << JOURNAL_PLAN), of_kinds },
	{ FILTER(.kinds = UINT64_C(1) << 63), never },
	{ { .point = "ESS1.SOC", .user = "", .text = "" }, of_point },
	{ { .point = "ESS?.SOC", .user = "", .text = "" }, of_points },
	{ { .point = "?*", .user = "", .text = "" }, of_any_point },
	{ { .point = "ESS9.SOC", .user = "", .text = "" }, never },
	{ { .point = "", .user = "[dr]*", .text = "" }, of_user },
	{ { .point = "", .user = "", .text = "Override" }, of_text },
	{ { .point = "", .user = "", .text = "before" }, of_before },
	{ { .point = "", .user = "", .text = "\xe6\xad\xa2" }, of_japanese },
	{ { .point = "ESS[12].SOC",
	      .user = "?*",
	      .text = "",
	      .from = BEGIN + 250 * US_PER_S,
	      .to = BEGIN + 290 * US_PER_S,
	      .before = 280 },
	    of_all_at_once },
};

/* What a plain loop over all entries finds. */
static struct got
expect(const struct msg_journal_get *f, bool (*is_wanted)(const struct msg_journal *m))
{
	struct got g = { 0 };

	for (uint64_t i = 1; i <= ENTRIES; i++) {
		uint64_t seq = f->newest ? ENTRIES + 1 - i : i;
		const struct msg_journal m = made(seq);

		if (seq != 100 && is_wanted(&m) && (f->most == 0 || g.n < f->most))
			g.seq[g.n++] = seq;
	}
	return g;
}

static void
compare(const struct got *a, const struct got *b)
{
	ck_assert_uint_eq(a->n, b->n);
	for (uint32_t i = 0; i < a->n; i++)
		ck_assert_uint_eq(a->seq[i], b->seq[i]);
}

START_TEST(the_filter_gives_what_a_loop_over_all_finds)
{
	static const uint32_t steps[] = { 1, 7, 499, 500, 10000 }, mosts[] = { 0, 1, 13 };

	for (int newest = 0; newest < 2; newest++)
		for (size_t k = 0; k < 3; k++) {
			struct msg_journal_get f = cases[_i].f;
			struct got want, got = { 0 };

			f.newest = (uint8_t)newest;
			f.most = mosts[k];
			want = expect(&f, cases[_i].is_wanted);
			if (k == 0)
				ck_assert(cases[_i].is_wanted == never ? want.n == 0 : want.n > 0);
			ck_assert_int_eq(journal_read(&db, &f, take, &got), OK);
			compare(&got, &want);
			for (size_t i = 0; i < 5; i++) { /* in steps, also stopped at every second and fourth one */
				struct journal_scan *s = journal_scan_new(&db, &f);
				bool done = false;

				got = (struct got){ .stop_after = (uint32_t)i };
				while (!done)
					ck_assert_int_eq(journal_scan_step(s, steps[i], take, &got, &done), OK);
				journal_scan_free(s);
				compare(&got, &want);
			}
		}
}
END_TEST

START_TEST(who_stops_gets_no_more)
{
	const struct msg_journal_get f = FILTER(.kinds = 0);
	struct got got = { .stop_after = 3 };

	ck_assert_int_eq(journal_read(&db, &f, take, &got), OK);
	ck_assert_uint_eq(got.n, 3);
}
END_TEST

/* Entries that come while it is read: forwards they are given too, backwards not. */
START_TEST(entries_that_come_meanwhile_are_given_once)
{
	const struct msg_journal_get f = FILTER(.newest = (uint8_t)_i, .after = 490);
	struct journal_scan *s = journal_scan_new(&db, &f);
	struct msg_journal late = made(501);
	struct got got = { 0 };
	bool done = false;

	ck_assert_int_eq(journal_scan_step(s, 5, take, &got, &done), OK);
	insert(&late);
	while (!done)
		ck_assert_int_eq(journal_scan_step(s, 5, take, &got, &done), OK);
	journal_scan_free(s);
	ck_assert_uint_eq(got.n, _i ? 10 : 11);
}
END_TEST

/* What is asked often must not look at every entry: the plans name the indexes. */
START_TEST(indexes_are_used)
{
	static const struct {
		const char *sql, *index;
	} plans[] = {
		{ "SELECT us, seq FROM journal WHERE (us, seq) > (?1, ?2) AND us < ?3 ORDER BY us, seq LIMIT ?4",
		    "COVERING INDEX journal_time" },
		{ "SELECT seq, text FROM journal WHERE seq BETWEEN ?1 AND ?2 AND point = ?4 AND point <> '' ORDER BY "
		  "seq "
		  "DESC LIMIT ?3",
		    "journal_point" },
	};
	char sql[300];
	sqlite3_stmt *st;

	str_printf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", plans[_i].sql);
	st = db_prepare(&db, sql);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_msg(strstr((const char *)sqlite3_column_text(st, 3), plans[_i].index) != NULL, "%s",
	    (const char *)sqlite3_column_text(st, 3));
	ck_assert_int_eq(sqlite3_step(st), SQLITE_DONE); /* and nothing is sorted */
	sqlite3_finalize(st);
}
END_TEST

T_MAIN("journal_read",
    T_FIXTURE(setup, teardown) T_LONG_LOOP(the_filter_gives_what_a_loop_over_all_finds, 0,
        (int)(sizeof(cases) / sizeof(cases[0]))) T(who_stops_gets_no_more)
        T_LOOP(entries_that_come_meanwhile_are_given_once, 0, 2) T_LOOP(indexes_are_used, 0, 2))
