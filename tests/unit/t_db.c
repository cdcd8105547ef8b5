/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_db.c - the database's file: made, opened again, refused, damaged, moved aside.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
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
	ck_assert_int_eq(db_exec(&db, "UPDATE journal SET text = 'b'"), ERR_FAILED);
	ck_assert_int_eq(db_exec(&db, "DELETE FROM journal"), ERR_FAILED);
	ck_assert(strstr(db.text, "append-only") != NULL);
	ck_assert_int_eq(
	    db_exec(&db, "INSERT OR REPLACE INTO journal VALUES (1, 0, 0, 0, 0, 0, '', '', '', 'b', '', '', x'00')"),
	    ERR_FAILED);
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

/* Killed after the head was written, before there were tables. */
START_TEST(a_head_without_tables_is_begun_anew)
{
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(other, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL", NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(other);
	must(db_open(&db, folder, true));
	ck_assert_int_eq(number("PRAGMA user_version"), DB_SCHEMA);
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

/* What SQLite says of a damaged schema may have any bytes in it, and goes to screens and over the pipe. */
START_TEST(what_is_said_of_damage_is_text)
{
	make();
	ck_assert(db_prepare(&db, "SELECT * FROM \"jo\x83\xff\x1b[2J\"") == NULL);
	ck_assert(strstr(db.text, "no such table: jo") != NULL);
	ck_assert(text_is_utf8(db.text, strlen(db.text), NULL));
	ck_assert(strchr(db.text, 0x1b) == NULL);
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

/* ---- transactions are numbered, and a log is told by that */

static void
commit_one(void)
{
	must(db_begin(&db));
	must(db_exec(&db, "INSERT INTO late (point, t0, t1) VALUES (1, 2, 3)"));
	must(db_commit(&db));
}

START_TEST(transactions_are_counted_over_restarts_and_without_those_rolled_back)
{
	uint8_t identity[DB_IDENTITY];
	uint64_t n;

	must(db_open(&db, folder, true));
	n = db.commits;
	ck_assert_uint_gt(n, 0);
	memcpy(identity, db.identity, sizeof(identity));
	commit_one();
	must(db_begin(&db));
	db_rollback(&db);
	commit_one();
	ck_assert_uint_eq(db.commits, n + 2);
	db_close(&db);
	must(db_open(&db, folder, true));
	ck_assert_uint_eq(db.commits, n + 2);
	ck_assert_mem_eq(db.identity, identity, sizeof(identity));
	ck_assert_str_eq(db.remark, "");
}
END_TEST

static char wal[160], spare[160], spare_wal[168];

/* A copy of file and log as they are, while it is open: as after a crash. */
static void
keep(const char *what, const char *as)
{
	char command[400];
	pid_t pid;

	str_printf(command, sizeof(command), "cp -- %s %s", what, as);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(access(as, F_OK), 0);
}

static void
names(void)
{
	str_printf(wal, sizeof(wal), "%s-wal", path);
	str_printf(spare, sizeof(spare), "%s/spare", folder);
	str_printf(spare_wal, sizeof(spare_wal), "%s-wal", spare);
}

START_TEST(its_own_log_is_applied_after_a_crash)
{
	names();
	must(db_open(&db, folder, true));
	commit_one();
	keep(path, spare);
	keep(wal, spare_wal);
	db_close(&db);
	ck_assert_int_eq(rename(spare, path), 0);
	ck_assert_int_eq(rename(spare_wal, wal), 0);
	must(db_open(&db, folder, true));
	ck_assert_str_eq(db.remark, "");
	ck_assert_int_eq(number("SELECT count(*) FROM late"), 1);
}
END_TEST

/* An operator's note may hold anything, also what looks like the number of a transaction; 0: in the log's first transaction. */
START_TEST(a_text_that_looks_like_a_stamp_does_not_count)
{
	int left;

	names();
	must(db_open(&db, folder, true));
	must(db_checkpoint(&db, true, &left));
	if (_i != 0)
		commit_one();
	must(db_begin(&db));
	must(db_exec(&db,
	    "INSERT INTO journal VALUES (1, 2, 12, 255, 0, 0, 'chisanDB12345678abcdefgh', 'u', 't', "
	    "'chisanDB12345678abcdefgh', CAST(x'2003173c' AS TEXT) || 'stampchisanDB12345678abcdefgh', '', x'00')"));
	must(db_commit(&db));
	commit_one();
	keep(path, spare);
	keep(wal, spare_wal);
	db_close(&db);
	ck_assert_int_eq(rename(spare, path), 0);
	ck_assert_int_eq(rename(spare_wal, wal), 0);
	must(db_open(&db, folder, true));
	ck_assert_str_eq(db.remark, "");
	ck_assert_int_eq(number("SELECT count(*) FROM journal"), 1);
}
END_TEST

/* 0: transactions between are missing; 1: it is older than the file; 2: of another database. */
START_TEST(a_log_that_does_not_follow_the_file_is_not_applied)
{
	int left, rows;

	names();
	must(db_open(&db, folder, true));
	commit_one();
	if (_i != 0)
		keep(wal, spare_wal); /* of now */
	must(db_checkpoint(&db, true, &left));
	if (_i == 0)
		keep(path, spare); /* of now */
	commit_one();
	must(db_checkpoint(&db, true, &left));
	commit_one();
	if (_i == 0)
		keep(wal, spare_wal);
	rows = (int)number("SELECT count(*) FROM late");
	db_close(&db);
	if (_i == 0)
		ck_assert_int_eq(rename(spare, path), 0);
	if (_i == 2) {
		ck_assert_int_eq(unlink(path), 0);
		make();
		rows = 0;
		db_close(&db);
	}
	ck_assert_int_eq(rename(spare_wal, wal), 0);
	must(db_open(&db, folder, true));
	ck_assert_str_ne(db.remark, "");
	str_append(wal, sizeof(wal), ".foreign.1");
	ck_assert_int_eq(access(wal, F_OK), 0);
	ck_assert_int_eq(number("SELECT count(*) FROM late"), _i == 0 ? 1 : rows);
	ck_assert_int_eq(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}
END_TEST

/* ---- copies, upgrades, damage */

static enum err
open_copy(struct db *copy, const char *from)
{
	char to[200], sub[160];

	str_printf(sub, sizeof(sub), "%s/sub", folder);
	ck_assert(mkdir(sub, 0700) == 0 || errno == EEXIST);
	str_printf(to, sizeof(to), "%s/%s", sub, DB_FILE);
	ck_assert_int_eq(rename(from, to), 0);
	return db_open(copy, sub, true);
}

static unsigned lives;

static void
live(void *arg)
{
	(void)arg;
	lives++;
}

START_TEST(a_copy_holds_what_is_only_in_the_log_too)
{
	struct db copy;
	sqlite3_stmt *st;

	names();
	make();
	commit_one();
	must(db_exec(&db, "INSERT INTO block (data) VALUES (zeroblob(3000000))"));
	db_when_long(live, NULL);
	must(db_copy(&db, spare));
	db_when_long(NULL, NULL);
	ck_assert_uint_gt(lives, 1); /* it told that it lives meanwhile */
	ck_assert_int_eq(open_copy(&copy, spare), OK);
	st = db_prepare(&copy, "SELECT count(*) FROM late, state, block");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), 1);
	sqlite3_finalize(st);
	db_close(&copy);
}
END_TEST

static const struct db_step steps[] = {
	{ 1, "CREATE TABLE extra (a INTEGER NOT NULL); INSERT INTO extra SELECT kind FROM state" },
	{ 2, "ALTER TABLE extra ADD COLUMN b TEXT; UPDATE extra SET b = 'two'" },
	{ 3, "UPDATE extra SET nothing = 1" },
};

START_TEST(an_older_schema_is_brought_up_in_steps_and_kept_as_it_was)
{
	struct db copy;

	names();
	make();
	must(db_upgrade(&db, steps, 3, 1, 3));
	ck_assert_int_eq(number("PRAGMA user_version"), 3);
	ck_assert_int_eq(number("SELECT count(*) FROM extra WHERE a = 1 AND b = 'two'"), 1);
	ck_assert_str_ne(db.remark, "");
	str_printf(spare, sizeof(spare), "%s.before-1", path);
	ck_assert_int_eq(open_copy(&copy, spare), OK); /* still what this program writes */
	db_close(&copy);
}
END_TEST

START_TEST(a_database_of_version_1_gets_reasons_of_revisions)
{
	names();
	make();
	must(db_exec(&db,
	    "INSERT INTO report (report, label, revision, t0, t1, made, late, digest, text, csv) VALUES ('daily', 'x', "
	    "1, 0, 1, 2, "
	    "3, x'', '', ''); ALTER TABLE report DROP COLUMN why; PRAGMA user_version = 1"));
	db_close(&db);
	must(db_open(&db, folder, true));
	ck_assert_int_eq(number("PRAGMA user_version"), DB_SCHEMA);
	ck_assert_int_eq(number("SELECT count(*) FROM report WHERE why = 0 AND made = 2"), 1);
	ck_assert_ptr_nonnull(strstr(db.remark, "brought from 1 to 2"));
}
END_TEST

START_TEST(a_step_that_fails_changes_nothing)
{
	make();
	ck_assert_int_ne(db_upgrade(&db, steps, 3, 1, 4), OK);
	ck_assert_int_eq(number("PRAGMA user_version"), DB_SCHEMA);
	ck_assert_int_eq(number("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
	ck_assert_int_eq(db_upgrade(&db, steps + 1, 1, 1, 3), ERR_VERSION); /* no way from 1 to 2 */
	ck_assert_int_eq(number("SELECT count(*) FROM state"), 1);
}
END_TEST

START_TEST(walking_reads_all_rows_and_finds_damage)
{
	struct db_walk walk = { .table = 0 };
	char junk[4096];
	int64_t page;
	enum err e = OK;
	int left;

	memset(junk, 0xA5, sizeof(junk));
	make();
	must(db_exec(&db,
	    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
	    "INSERT INTO block SELECT i, zeroblob(900) FROM n"));
	while (walk.rounds < 2)
		must(db_walk(&db, &walk, 50));
	must(db_checkpoint(&db, true, &left));
	page = number("SELECT max(pageno) FROM dbstat WHERE name = 'block' AND pagetype = 'leaf'");
	db_close(&db);
	overwrite((off_t)(page - 1) * 4096, junk, sizeof(junk));
	must(db_open(&db, folder, true));
	walk.rounds = 0;
	while (e == OK && walk.rounds == 0)
		e = db_walk(&db, &walk, 50);
	ck_assert_int_eq(e, ERR_BAD_DATA);
	ck_assert_int_eq(db_trouble(&db), DB_IS_DAMAGED);
	db_walk_done(&walk);
}
END_TEST

START_TEST(files_that_went_are_noticed)
{
	bool log_too;

	names();
	make();
	ck_assert(!db_is_deleted(&db, &log_too) && !log_too);
	ck_assert_int_eq(unlink(wal), 0);
	ck_assert(!db_is_deleted(&db, &log_too) && log_too);
	keep(path, spare);
	ck_assert_int_eq(rename(spare, path), 0);
	ck_assert(db_is_deleted(&db, &log_too));
	db.is_spoilt = true;
}
END_TEST

/* In place of SQLite's: meanwhile the writer abandons the database and opens it again. */
static bool is_replaced;
static char shm[160];
static int torn; /* so often the index is found half written */

int
sqlite3_exec(sqlite3 *of, const char *sql, int (*each)(void *, int, char **, char **), void *arg, char **message)
{
	static int (*real)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_exec");
	if (is_replaced && strstr(sql, "query_only") != NULL) {
		ck_assert_int_eq(rename(shm, spare), 0);
		close(open(shm, O_RDWR | O_CREAT, 0600));
		is_replaced = false;
	}
	if (torn > 0 && strcmp(sql, "PRAGMA schema_version") == 0) {
		torn--;
		return SQLITE_READONLY_RECOVERY;
	}
	return real(of, sql, each, arg, message);
}

/* The old index is open, the new one stands under its name: it must not be taken for it. */
START_TEST(an_index_that_is_replaced_while_a_reader_opens_is_noticed)
{
	struct db reader;

	names();
	str_printf(shm, sizeof(shm), "%s-shm", path);
	make();
	is_replaced = true;
	ck_assert_int_eq(db_open(&reader, folder, false), ERR_BUSY);
	ck_assert_msg(strstr(reader.text, "opened it anew") != NULL, "%s", reader.text);
	ck_assert(!is_replaced && reader.sqlite == NULL);
	ck_assert_int_eq(rename(spare, shm), 0);
	ck_assert_int_eq(db_open(&reader, folder, false), OK);
	db_close(&reader);
}
END_TEST

/* A reader that may not repair the index looks again: the writer had just begun to write it. But not for ever. */
START_TEST(an_index_that_is_just_being_written_is_looked_at_again)
{
	struct db reader;

	make();
	ck_assert_int_eq(db_open(&reader, folder, false), OK);
	torn = 3;
	ck_assert_int_eq(db_begin_reading(&reader), OK);
	ck_assert_int_eq(torn, 0);
	ck_assert(sqlite3_get_autocommit(reader.sqlite) == 0);
	db_rollback(&reader);
	torn = 1000000;
	ck_assert_int_eq(db_begin_reading(&reader), ERR_IO);
	ck_assert(sqlite3_get_autocommit(reader.sqlite) != 0);
	ck_assert_int_lt(torn, 1000000 - 10);
	torn = 0;
	db_close(&reader);
}
END_TEST

START_TEST(its_files_are_for_its_group_to_read_and_nobody_else)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	mode_t mask = umask(0);
	struct stat st;

	names();
	make();
	db_close(&db);
	ck_assert_int_eq(chmod(path, 0666), 0); /* as an earlier Chisan or a restore by hand left it */
	must(db_open(&db, folder, true));
	must(db_exec(&db, "INSERT INTO state VALUES (2, 'A', 5, x'01')"));
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		str_printf(spare, sizeof(spare), "%s%s", path, endings[i]);
		ck_assert_int_eq(stat(spare, &st), 0);
		ck_assert_msg((st.st_mode & 0777) == 0640, "%s has mode %o", spare, (unsigned)st.st_mode);
	}
	(void)umask(mask);
}
END_TEST

/* What the kernel wrote back wrongly is clean for it afterwards: a sync must not be tried again as if nothing had happened. */
START_TEST(a_sync_that_failed_is_no_full_disk)
{
	struct db failed = { .code = SQLITE_IOERR_FSYNC, .system = ENOSPC, .why = ERR_IO };

	ck_assert_int_eq(db_trouble(&failed), DB_IS_FAILING);
	failed.code = SQLITE_IOERR_DIR_FSYNC;
	ck_assert_int_eq(db_trouble(&failed), DB_IS_FAILING);
	failed.code = SQLITE_IOERR_WRITE;
	ck_assert_int_eq(db_trouble(&failed), DB_IS_FULL);
}
END_TEST

T_MAIN("db",
    T_FIXTURE(setup, teardown) T(what_was_committed_is_there_again) T(a_rolled_back_transaction_leaves_nothing) T(
        a_reader_waits_for_the_writer_to_make_it_and_writes_nothing) T(entries_of_the_journal_stay)
        T(a_head_without_tables_is_begun_anew) T(a_newer_schema_is_left_alone) T(a_database_of_others_is_left_alone) T(
            what_is_no_file_is_left_alone) T(a_damaged_head_is_found_and_moved_aside)
            T(a_name_that_was_taken_is_not_taken_again) T(the_log_of_a_deleted_file_is_kept_and_not_applied) T(
                a_missing_folder_is_said) T(what_is_said_of_damage_is_text)
                T(transactions_are_counted_over_restarts_and_without_those_rolled_back) T(
                    its_own_log_is_applied_after_a_crash) T_LOOP(a_text_that_looks_like_a_stamp_does_not_count, 0, 2)
                    T_LOOP(a_log_that_does_not_follow_the_file_is_not_applied, 0, 3)
                        T(a_copy_holds_what_is_only_in_the_log_too) T(a_database_of_version_1_gets_reasons_of_revisions)
                            T(an_older_schema_is_brought_up_in_steps_and_kept_as_it_was)
                                T(a_step_that_fails_changes_nothing) T(walking_reads_all_rows_and_finds_damage)
                                    T(files_that_went_are_noticed)
                                        T(an_index_that_is_replaced_while_a_reader_opens_is_noticed)
                                            T(an_index_that_is_just_being_written_is_looked_at_again)
                                                T(its_files_are_for_its_group_to_read_and_nobody_else)
                                                    T(a_sync_that_failed_is_no_full_disk))
