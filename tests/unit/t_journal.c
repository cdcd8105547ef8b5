/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_journal.c - entries stand on each other, across rollbacks and restarts; tokens; checkpoints; the key.
 */
#include "config.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal.h"
#include "scada/store/journal_chain.h"
#include "tests/unit/t.h"

static char folder[64];
static struct db db;
static struct journal *journal;
static struct utc now;

static void
start(void)
{
	ck_assert_msg(db_open(&db, folder, true) == OK, "%s", db.text);
	journal = journal_open(&db, now);
	ck_assert_msg(journal != NULL, "%s", db.text);
}

static void
stop(void)
{
	journal_close(journal);
	journal = NULL;
	db_close(&db);
}

static void
setup(void)
{
	now.us = INT64_C(1795000000) * US_PER_S;
	str_copy(folder, sizeof(folder), "/tmp/chisan-journal-XXXXXX");
	ck_assert(mkdtemp(folder) != NULL);
	start();
}

static void
teardown(void)
{
	pid_t pid;

	stop();
	pid = fork();
	if (pid == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static uint64_t
add(const char *text, uint64_t token, bool *was_there)
{
	const struct msg_journal_add m = { .token = token,
		.time = now.us,
		.kind = JOURNAL_NOTE,
		.reason = 255,
		.uid = 1000,
		.point = "ESS1.SOC",
		.user = "op",
		.terminal = "pts/3",
		.text = text,
		.before = "",
		.after = "" };
	struct msg_journal out;
	uint8_t hash[JOURNAL_HASH];
	bool there;

	ck_assert_msg(
	    journal_add(journal, &m, &out, hash, was_there != NULL ? was_there : &there) == OK, "%s", db.text);
	return out.seq;
}

static void
commit(void)
{
	ck_assert_int_eq(db_commit(&db), OK);
	journal_committed(journal);
}

/* Walks the rows and computes each hash anew; returns how many entries stand. */
static uint64_t
walk(void)
{
	sqlite3_stmt *st = db_prepare(&db,
	    "SELECT seq, us, kind, reason, uid, token, point, user, terminal, text, before, after, hash FROM journal "
	    "ORDER BY seq");
	uint8_t hash[JOURNAL_HASH] = { 0 };
	uint64_t n = 0;

	while (sqlite3_step(st) == SQLITE_ROW) {
		const struct msg_journal m = {
			.seq = (uint64_t)sqlite3_column_int64(st, 0),
			.time = sqlite3_column_int64(st, 1),
			.kind = (uint16_t)sqlite3_column_int(st, 2),
			.reason = (uint16_t)sqlite3_column_int(st, 3),
			.uid = (uint32_t)sqlite3_column_int64(st, 4),
			.point = (const char *)sqlite3_column_text(st, 6),
			.user = (const char *)sqlite3_column_text(st, 7),
			.terminal = (const char *)sqlite3_column_text(st, 8),
			.text = (const char *)sqlite3_column_text(st, 9),
			.before = (const char *)sqlite3_column_text(st, 10),
			.after = (const char *)sqlite3_column_text(st, 11),
		};

		ck_assert_uint_eq(m.seq, ++n);
		journal_chain(hash, &m, (uint64_t)sqlite3_column_int64(st, 5), hash);
		ck_assert_int_eq(sqlite3_column_bytes(st, 12), JOURNAL_HASH);
		ck_assert_mem_eq(sqlite3_column_blob(st, 12), hash, JOURNAL_HASH);
	}
	sqlite3_finalize(st);
	return n;
}

START_TEST(the_first_entry_names_the_key)
{
	struct stat st;
	char path[128];

	ck_assert_uint_eq(walk(), 1);
	str_printf(path, sizeof(path), "%s/%s", folder, JOURNAL_KEY_FILE);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	stop();
	start();
	ck_assert_uint_eq(walk(), 1); /* the same key is not named again */
}
END_TEST

START_TEST(the_chain_goes_on_after_a_restart)
{
	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_uint_eq(add("one", 0, NULL), 2);
	ck_assert_uint_eq(add("two \xe5\xbc\x95\xe7\xb6\x99", 0, NULL), 3);
	commit();
	stop();
	start();
	ck_assert_uint_eq(journal_newest(journal), 3);
	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_uint_eq(add("three", 0, NULL), 4);
	commit();
	ck_assert_uint_eq(walk(), 4);
}
END_TEST

START_TEST(a_rollback_takes_entries_and_checkpoints_back)
{
	char line[128];

	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_uint_eq(add("lost", 0, NULL), 2);
	ck_assert_int_eq(journal_checkpoint(journal, now, true, line, sizeof(line)), OK);
	ck_assert_str_ne(line, "");
	db_rollback(&db);
	journal_rewind(journal);
	ck_assert_uint_eq(journal_newest(journal), 1);
	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_uint_eq(add("kept", 0, NULL), 2);
	ck_assert_int_eq(journal_checkpoint(journal, now, true, line, sizeof(line)), OK);
	ck_assert_str_ne(line, "");
	commit();
	ck_assert_uint_eq(walk(), 2);
}
END_TEST

START_TEST(a_repeated_token_gets_the_first_entry)
{
	bool was_there;

	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_uint_eq(add("act", UINT64_MAX - 5, &was_there), 2);
	ck_assert(!was_there);
	ck_assert_uint_eq(add("another", 78, &was_there), 3);
	commit();
	stop();
	start();
	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_uint_eq(add("act", UINT64_MAX - 5, &was_there), 2);
	ck_assert(was_there);
	ck_assert_uint_eq(add("no token", 0, &was_there), 4);
	ck_assert(!was_there);
	commit();
	ck_assert_uint_eq(walk(), 4);
}
END_TEST

START_TEST(checkpoints_come_by_count_and_by_time)
{
	char line[128];

	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_int_eq(journal_checkpoint(journal, now, false, line, sizeof(line)), OK);
	ck_assert_str_eq(line, "");
	now.us += JOURNAL_CHECK_MS * US_PER_MS;
	ck_assert_int_eq(journal_checkpoint(journal, now, false, line, sizeof(line)), OK);
	ck_assert_msg(strncmp(line, "journal checkpoint 1 ", 21) == 0, "%s", line);
	now.us += 2 * JOURNAL_CHECK_MS * US_PER_MS;
	ck_assert_int_eq(journal_checkpoint(journal, now, true, line, sizeof(line)), OK);
	ck_assert_str_eq(line, ""); /* nothing new to sign */
	for (int i = 0; i < JOURNAL_CHECK_ENTRIES; i++)
		add("entry", 0, NULL);
	now.us += 1;
	ck_assert_int_eq(journal_checkpoint(journal, now, false, line, sizeof(line)), OK);
	ck_assert_msg(strncmp(line, "journal checkpoint 1001 ", 24) == 0, "%s", line);
	commit();
}
END_TEST

START_TEST(a_checkpoint_is_signed_with_the_key_it_names)
{
	uint8_t message[JOURNAL_SIGNED_BYTES];
	sqlite3_stmt *st;
	char line[128], hex[2 * JOURNAL_HASH + 1];

	ck_assert_int_eq(db_begin(&db), OK);
	add("entry", 0, NULL);
	ck_assert_int_eq(journal_checkpoint(journal, now, true, line, sizeof(line)), OK);
	commit();
	st = db_prepare(
	    &db, "SELECT c.seq, c.hash, c.key, c.signature, j.hash FROM checkpoint c JOIN journal j USING (seq)");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_mem_eq(sqlite3_column_blob(st, 1), sqlite3_column_blob(st, 4), JOURNAL_HASH);
	journal_signed((uint64_t)sqlite3_column_int64(st, 0), sqlite3_column_blob(st, 1), message);
	ck_assert_int_eq(crypto_sign_verify_detached(
	                     sqlite3_column_blob(st, 3), message, sizeof(message), sqlite3_column_blob(st, 2)),
	    0);
	sodium_bin2hex(hex, sizeof(hex), sqlite3_column_blob(st, 1), JOURNAL_HASH);
	ck_assert_str_eq(strrchr(line, ' ') + 1, hex);
	sqlite3_finalize(st);
}
END_TEST

/* Gone, or cut short: another key is made, and the journal says so. */
START_TEST(a_lost_key_is_replaced_and_named)
{
	char path[128];

	stop();
	str_printf(path, sizeof(path), "%s/%s", folder, JOURNAL_KEY_FILE);
	ck_assert_int_eq(_i == 0 ? unlink(path) : truncate(path, 10), 0);
	start();
	ck_assert_uint_eq(walk(), 2);
	sqlite3_stmt *st = db_prepare(&db,
	    "SELECT a.after = b.before AND a.after <> b.after FROM journal a, journal b WHERE a.seq = 1 AND b.seq = 2");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), 1);
	sqlite3_finalize(st);
}
END_TEST

T_MAIN("journal",
    T_FIXTURE(setup, teardown) T(the_first_entry_names_the_key) T(the_chain_goes_on_after_a_restart)
        T(a_rollback_takes_entries_and_checkpoints_back) T(a_repeated_token_gets_the_first_entry)
            T(checkpoints_come_by_count_and_by_time) T(a_checkpoint_is_signed_with_the_key_it_names)
                T_LOOP(a_lost_key_is_replaced_and_named, 0, 2))
