/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_saved.c - what a restart must not lose: kept, replaced, forgotten, all of a list or nothing.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/saved.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

static char seen[256];
static struct db db;

static void
setup(void)
{
	folder_make();
	ck_assert_int_eq(db_open(&db, folder, true), OK);
}

static void
teardown(void)
{
	db_close(&db);
	folder_remove();
}

static void
list(struct wbuf *b, unsigned kind, const char *name, const char *blob)
{
	w_u8(b, (uint8_t)kind);
	w_str(b, name);
	w_bytes(b, blob, strlen(blob));
}

static enum err
put(struct wbuf *b, int64_t us)
{
	struct msg_bytes states = { b->data, b->len };
	enum err e = saved_put(&db, &states, (struct utc){ us });

	wbuf_done(b);
	wbuf_init(b);
	return e;
}

static void
note(const struct msg_store_state *m, void *arg)
{
	char line[96];

	(void)arg;
	str_printf(line, sizeof(line), "%u %s %.*s %lld;", m->kind, m->name, (int)m->blob.len,
	    (const char *)m->blob.data, (long long)m->time);
	str_append(seen, sizeof(seen), line);
}

static const char *
all(void)
{
	uint32_t count;

	seen[0] = '\0';
	ck_assert_int_eq(saved_each(&db, note, NULL, &count), OK);
	return seen;
}

START_TEST(states_are_kept_replaced_and_forgotten)
{
	struct wbuf b;

	wbuf_init(&b);
	list(&b, STATE_MANUAL, "ESS1.SOC", "one");
	list(&b, STATE_COUNTER, "GRID.RX", "two");
	ck_assert_int_eq(put(&b, 5), OK);
	ck_assert_str_eq(all(), "0 ESS1.SOC one 5;3 GRID.RX two 5;");
	list(&b, STATE_MANUAL, "ESS1.SOC", "three");
	list(&b, STATE_COUNTER, "GRID.RX", "");
	list(&b, STATE_COUNTER, "never there", "");
	ck_assert_int_eq(put(&b, 6), OK);
	ck_assert_str_eq(all(), "0 ESS1.SOC three 6;");
	db_close(&db);
	ck_assert_int_eq(db_open(&db, folder, true), OK);
	ck_assert_str_eq(all(), "0 ESS1.SOC three 6;");
	wbuf_done(&b);
}
END_TEST

static int64_t
number(const char *sql)
{
	sqlite3_stmt *st = db_prepare(&db, sql);

	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

START_TEST(what_reports_are_made_from_is_late_when_it_changes)
{
	static const char *const others[] = { "2026-12-01/draft", "2026-12-01/meter", "2026-12-01/001",
		"2026-13-01/prices", "2026-12-01/pricesx", "2026-12-01", "x" };
	struct wbuf b;

	ck_assert(clock_set_zone("Asia/Tokyo"));
	wbuf_init(&b);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		list(&b, STATE_WHEEL, others[i], "one");
	list(&b, STATE_MANUAL, "2026-12-01/prices", "one");
	ck_assert_int_eq(put(&b, 5), OK);
	ck_assert_int_eq(number("SELECT count(*) FROM late"), 0);
	list(&b, STATE_WHEEL, "2026-12-01/prices", "one");
	ck_assert_int_eq(put(&b, 6), OK);
	ck_assert_int_eq(number("SELECT count(*) FROM late WHERE point = -1"), 1);
	ck_assert_int_eq(number("SELECT t0 FROM late"), INT64_C(1796050800000)); /* 2026-12-01T00:00:00+09:00 */
	ck_assert_int_eq(number("SELECT t1 - t0 FROM late"), 86400000 - 1);
	list(&b, STATE_WHEEL, "2026-12-01/prices", "one"); /* saved again as it was: at a start, say */
	ck_assert_int_eq(put(&b, 7), OK);
	ck_assert_int_eq(number("SELECT count(*) FROM late"), 1);
	list(&b, STATE_WHEEL, "2026-12-01/prices", "two");
	list(&b, STATE_WHEEL, "2026-12-01/utility-001", "one");
	ck_assert_int_eq(put(&b, 8), OK);
	ck_assert_int_eq(number("SELECT count(*) FROM late WHERE point = -1"), 2);
	ck_assert_int_eq(number("SELECT count(*) FROM late WHERE point = -2"), 1);
	list(&b, STATE_WHEEL, "2026-12-01/prices", ""); /* let go, long after */
	ck_assert_int_eq(put(&b, 9), OK);
	ck_assert_int_eq(number("SELECT count(*) FROM late"), 3);
	wbuf_done(&b);
}
END_TEST

START_TEST(a_bad_list_changes_nothing)
{
	struct wbuf b;

	wbuf_init(&b);
	list(&b, STATE_MANUAL, "A", "x");
	list(&b, STATE_KIND_COUNT, "B", "y");
	ck_assert_int_eq(put(&b, 5), ERR_FRAME);
	list(&b, STATE_MANUAL, "A", "x");
	list(&b, STATE_MANUAL, "", "y");
	ck_assert_int_eq(put(&b, 5), ERR_FRAME);
	list(&b, STATE_MANUAL, "A", "x");
	for (; b.len > 1; b.len--) {
		struct msg_bytes states = { b.data, b.len - 1 };

		ck_assert_int_eq(saved_put(&db, &states, (struct utc){ 5 }), ERR_FRAME);
	}
	ck_assert_str_eq(all(), "");
	wbuf_done(&b);
}
END_TEST

START_TEST(a_kind_of_a_later_version_is_passed_over_and_kept)
{
	ck_assert_int_eq(db_exec(&db, "INSERT INTO state VALUES (200, 'X', 1, x'31')"), OK);
	ck_assert_str_eq(all(), "");
	ck_assert_int_eq(db_exec(&db, "UPDATE state SET kind = 7"), OK);
	ck_assert_str_eq(all(), "7 X 1 1;");
}
END_TEST

START_TEST(those_of_a_day_are_found_by_its_name)
{
	struct wbuf b;

	wbuf_init(&b);
	list(&b, STATE_WHEEL, "2026-12-01/002", "two");
	list(&b, STATE_WHEEL, "2026-12-01/001", "one");
	list(&b, STATE_WHEEL, "2026-12-01", "none");
	list(&b, STATE_WHEEL, "2026-12-010/001", "none");
	list(&b, STATE_WHEEL, "2026-12-02/001", "none");
	list(&b, STATE_TAG, "2026-12-01/001", "none");
	ck_assert_int_eq(put(&b, 5), OK);
	seen[0] = '\0';
	ck_assert_int_eq(saved_of(&db, STATE_WHEEL, "2026-12-01", note, NULL), OK);
	ck_assert_str_eq(seen, "14 2026-12-01/001 one 5;14 2026-12-01/002 two 5;");
	wbuf_done(&b);
}
END_TEST

T_MAIN("saved",
    T_FIXTURE(setup, teardown) T(states_are_kept_replaced_and_forgotten)
        T(what_reports_are_made_from_is_late_when_it_changes) T(a_bad_list_changes_nothing)
            T(a_kind_of_a_later_version_is_passed_over_and_kept) T(those_of_a_day_are_found_by_its_name))
