/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_db.c - the database's file: made, opened again, refused, damaged, moved aside.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/store/db.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

static char path[128];
static struct db db;
static const struct utc now = { INT64_C(1795000000) * US_PER_S };

static void
setup(void)
{
	folder_make();
	str_printf(path, sizeof(path), "%s/%s", folder, DB_FILE);
}

static void
teardown(void)
{
	db_close(&db);
	folder_remove();
}

static int64_t
number(const char *sql)
{
	sqlite3_stmt *st = db_prepare(&db, sql);
	int64_t n;

	ck_assert_msg(st != NULL, "%s", db.text);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void
must(enum err e)
{
	ck_assert_msg(e == OK, "%s: %s", err_word(e), db.text);
}

static void
make(void)
{
	must(db_open(&db, folder, true));
	must(db_exec(&db, "INSERT INTO state VALUES (1, 'A', 5, x'01')"));
}

static void
overwrite(off_t at, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
	close(fd);
}

START_TEST(what_was_committed_is_there_again)
{
	make();
	db_close(&db);
	must(db_open(&db, folder, true));
	ck_assert_int_eq(number("SELECT count(*) FROM state"), 1);
	ck_assert_int_eq(number("PRAGMA synchronous"), 2);
	ck_assert_int_eq(number("PRAGMA user_version"), DB_SCHEMA);
	ck_assert_int_eq(number("PRAGMA auto_vacuum"), 2);
}
END_TEST

START_TEST(a_rolled_back_transaction_leaves_nothing)
{
	make();
	must(db_begin(&db));
	must(db_exec(&db, "INSERT INTO state VALUES (1, 'B', 5, x'01')"));
	db_rollback(&db);
	db_rollback(&db); /* harmless */
	ck_assert_int_eq(number("SELECT count(*) FROM state"), 1);
	must(db_begin(&db));
	must(db_commit(&db));
}
END_TEST

START_TEST(a_reader_waits_for_the_writer_to_make_it_and_writes_nothing)
{
	struct db reader;

	ck_assert_int_eq(db_open(&reader, folder, false), ERR_NOT_FOUND);
	make();
	ck_assert_int_eq(db_open(&reader, folder, false), OK);
	ck_assert_int_eq(db_exec(&reader, "DELETE FROM state"), ERR_IO);
	ck_assert(reader.text[0] != '\0');
	db_close(&reader);
	ck_assert_int_eq(number("SELECT count(*) FROM state"), 1);
}
END_TEST

START_TEST(entries_of_the_journal_stay)
{
	make();
	must(db_exec(&db, "INSERT INTO journal VALUES (1, 0, 0, 0, 0, 0, '', '', '', 'a', '', '', x'00')"));
	ck_assert_int_eq(db_exec(&db, "UPDATE journal SET text = 'b'"), ERR_REFUSED);
	ck_assert_int_eq(db_exec(&db, "DELETE FROM journal"), ERR_REFUSED);
	ck_assert(strstr(db.text, "append-only") != NULL);
	ck_assert_int_eq(
	    db_exec(&db, "INSERT OR REPLACE INTO journal VALUES (1, 0, 0, 0, 0, 0, '', '', '', 'b', '', '', x'00')"),
	    ERR_REFUSED);
	ck_assert_int_eq(number("SELECT count(*) FROM journal WHERE text = 'a'"), 1);
}
END_TEST

START_TEST(a_newer_schema_is_left_alone)
{
	make();
	must(db_exec(&db, "PRAGMA user_version = 99"));
	db_close(&db);
	ck_assert_int_eq(db_open(&db, folder, true), ERR_VERSION);
	ck_assert_msg(strstr(db.text, "newer Chisan") != NULL, "%s", db.text);
	ck_assert(db.sqlite == NULL);
	ck_assert_int_eq(db_open(&db, folder, false), ERR_VERSION);
}
END_TEST

START_TEST(a_database_of_others_is_left_alone)
{
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "CREATE TABLE mine (a)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	ck_assert_int_eq(db_open(&db, folder, true), ERR_VERSION);
	ck_assert_msg(strstr(db.text, "not one of Chisan") != NULL, "%s", db.text);
}
END_TEST

START_TEST(what_is_no_file_is_left_alone)
{
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_eq(db_open(&db, folder, true), ERR_VERSION);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(db_open(&db, folder, true), ERR_VERSION);
}
END_TEST

START_TEST(a_damaged_head_is_found_and_moved_aside)
{
	char moved[256], zeros[100] = { 0 };

	make();
	db_close(&db);
	overwrite(0, zeros, sizeof(zeros));
	ck_assert_int_eq(db_open(&db, folder, true), ERR_BAD_DATA);
	must(db_move_aside(&db, now, moved, sizeof(moved)));
	ck_assert_int_eq(access(moved, F_OK), 0);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_msg(strchr(moved + strlen(folder), ':') == NULL, "%s", moved);
	must(db_open(&db, folder, true));
	ck_assert_int_eq(number("SELECT count(*) FROM state"), 0);
}
END_TEST

START_TEST(a_name_that_was_taken_is_not_taken_again)
{
	char first[256], second[256];

	make();
	must(db_move_aside(&db, now, first, sizeof(first)));
	make();
	must(db_move_aside(&db, now, second, sizeof(second)));
	ck_assert_str_ne(first, second);
	ck_assert_int_eq(access(first, F_OK), 0);
	ck_assert_int_eq(access(second, F_OK), 0);
}
END_TEST

/* The file was deleted, its log was not: what stands in the log belongs to nothing. */
START_TEST(the_log_of_a_deleted_file_is_kept_and_not_applied)
{
	char wal[160], kept[160];

	make();
	str_printf(wal, sizeof(wal), "%s-wal", path);
	str_printf(kept, sizeof(kept), "%s/kept", folder);
	ck_assert_int_eq(link(wal, kept), 0);
	db_close(&db);
	ck_assert_int_eq(unlink(path), 0);
	(void)unlink(wal);
	ck_assert_int_eq(rename(kept, wal), 0);
	must(db_open(&db, folder, true));
	ck_assert_int_eq(number("SELECT count(*) FROM state"), 0);
	str_append(wal, sizeof(wal), ".orphan.1");
	ck_assert_int_eq(access(wal, F_OK), 0);
	ck_assert_int_eq(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}
END_TEST

START_TEST(a_missing_folder_is_said)
{
	ck_assert_int_eq(db_open(&db, "/nonexistent/chisan", true), ERR_IO);
	ck_assert(db.text[0] != '\0');
}
END_TEST

T_MAIN("db",
    T_FIXTURE(setup, teardown) T(what_was_committed_is_there_again) T(a_rolled_back_transaction_leaves_nothing)
        T(a_reader_waits_for_the_writer_to_make_it_and_writes_nothing) T(entries_of_the_journal_stay)
            T(a_newer_schema_is_left_alone) T(a_database_of_others_is_left_alone) T(what_is_no_file_is_left_alone)
                T(a_damaged_head_is_found_and_moved_aside) T(a_name_that_was_taken_is_not_taken_again)
                    T(the_log_of_a_deleted_file_is_kept_and_not_applied) T(a_missing_folder_is_said))
