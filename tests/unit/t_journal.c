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
#include <unistd.h>

#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal.h"
#include "scada/store/journal_chain.h"
#include "scada/store/keep.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

static struct db db;
static struct journal *journal;
static struct utc now;

static void
start(void)
{
	ck_assert_msg(db_open(&db, folder, true) == OK, "%s", db.text);
	journal = journal_open(&db, folder, now);
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
	folder_make();
	start();
}

static void
teardown(void)
{
	stop();
	folder_remove();
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

/* The same act once more, a later one with its token, and those that only look like it: kind, uid, text, values after. */
START_TEST(a_token_with_another_act_is_refused)
{
	const struct msg_journal_add act = { .token = 99,
		.time = now.us,
		.kind = JOURNAL_MANUAL,
		.reason = 255,
		.uid = 1000,
		.point = "ESS1.SOC",
		.user = "op",
		.terminal = "pts/3",
		.text = "gauge is stuck",
		.before = "50 %",
		.after = "60 % by hand" };
	struct msg_journal_add again = act;
	struct msg_journal out, then;
	uint8_t hash[JOURNAL_HASH];
	bool was_there;

	ck_assert_int_eq(db_begin(&db), OK);
	ck_assert_int_eq(journal_add(journal, &act, &then, hash, &was_there), OK);
	ck_assert(!was_there);
	again.time += US_PER_S;
	again.before = "60 %, entered by hand of op";
	again.terminal = "pts/4";
	ck_assert_int_eq(journal_add(journal, &again, &out, hash, &was_there), OK);
	ck_assert(was_there);
	ck_assert_uint_eq(out.seq, then.seq);
	ck_assert_str_eq(out.before, "50 %"); /* as it is recorded, not as it would be now */
	ck_assert_str_eq(out.terminal, "pts/3");
	for (int what = 0; what < 5; what++) {
		again = act;
		switch (what) {
		case 0: again.uid = 1001; break;
		case 1: again.kind = JOURNAL_SCAN; break;
		case 2: again.point = "ESS1.P"; break;
		case 3: again.text = "another reason"; break;
		default: again.after = "70 % by hand"; break;
		}
		ck_assert_int_eq(journal_add(journal, &again, &out, hash, &was_there), ERR_REFUSED);
		ck_assert(!was_there);
	}
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

/* Also when nothing comes any more, when the commit failed, and when the clock was set back. */
START_TEST(a_key_that_others_could_read_is_closed)
{
	char path[160];
	struct stat st;

	str_printf(path, sizeof(path), "%s/%s", folder, JOURNAL_KEY_FILE);
	stop();
	ck_assert_int_eq(chmod(path, 0644), 0);
	start();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(journal_newest(journal), 1); /* and it is the same */
}
END_TEST

START_TEST(it_is_told_when_a_checkpoint_is_due)
{
	char line[128];

	ck_assert(!journal_is_due(journal, now));
	now.us += JOURNAL_CHECK_MS * US_PER_MS;
	for (int i = 0; i < 2; i++) {
		ck_assert(journal_is_due(journal, now));
		ck_assert_int_eq(db_begin(&db), OK);
		ck_assert_int_eq(journal_checkpoint(journal, now, false, line, sizeof(line)), OK);
		ck_assert_str_ne(line, "");
		ck_assert(!journal_is_due(journal, now));
		if (i == 0) {
			db_rollback(&db);
			journal_rewind(journal);
		} else {
			commit();
		}
	}
	now.us += 2 * JOURNAL_CHECK_MS * US_PER_MS;
	ck_assert(!journal_is_due(journal, now)); /* nothing new */
	ck_assert_int_eq(db_begin(&db), OK);
	add("entry", 0, NULL);
	commit();
	now.us -= 24 * 3600 * US_PER_S;
	ck_assert(journal_is_due(journal, now));
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
	    &db, "SELECT c.seq, c.hash, c.key, c.signature, j.hash, c.us FROM checkpoint c JOIN journal j USING (seq)");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_mem_eq(sqlite3_column_blob(st, 1), sqlite3_column_blob(st, 4), JOURNAL_HASH);
	journal_signed(
	    (uint64_t)sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 5), sqlite3_column_blob(st, 1), message);
	ck_assert_int_eq(crypto_sign_verify_detached(
	                     sqlite3_column_blob(st, 3), message, sizeof(message), sqlite3_column_blob(st, 2)),
	    0);
	sodium_bin2hex(hex, sizeof(hex), sqlite3_column_blob(st, 1), JOURNAL_HASH);
	ck_assert_str_eq(strrchr(line, ' ') + 1, hex);
	sqlite3_finalize(st);
}
END_TEST

static void
flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t byte;

	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* Gone, cut short, a bit of its seed or of its public half flipped: another key is made, and the journal says so. */
START_TEST(a_lost_key_is_replaced_and_named)
{
	char path[128];

	stop();
	str_printf(path, sizeof(path), "%s/%s", folder, JOURNAL_KEY_FILE);
	if (_i < 2)
		ck_assert_int_eq(_i == 0 ? unlink(path) : truncate(path, 10), 0);
	else
		flip(path, _i == 2 ? 5 : 40);
	start();
	ck_assert_uint_eq(walk(), 2);
	sqlite3_stmt *st = db_prepare(&db,
	    "SELECT a.after = b.before AND a.after <> b.after FROM journal a, journal b WHERE a.seq = 1 AND b.seq = 2");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), 1);
	sqlite3_finalize(st);
}
END_TEST

/* ---- the proof */

static void
fill(int entries)
{
	char line[128];

	ck_assert_int_eq(db_begin(&db), OK);
	for (int i = 0; i < entries; i++)
		add("an entry", 1000 * journal_newest(journal) + (uint64_t)i + 1, NULL);
	ck_assert_int_eq(journal_checkpoint(journal, now, true, line, sizeof(line)), OK);
	commit();
}

static unsigned proved; /* enum verify_state of the last proof */

/* The first bad or unvouched entry, 0 = whole; a step is `most` entries. */
static uint64_t
prove_by(uint32_t most, const uint8_t *key, const char *known)
{
	struct journal_proof *p = journal_prove(&db, key, known);
	struct msg_verified out;
	bool done = false;
	uint64_t bad;

	while (!done)
		ck_assert_int_eq(journal_prove_step(p, most, &out, &done), OK);
	ck_assert_int_eq(out.state == VERIFY_WHOLE, out.first_bad == 0);
	proved = out.state;
	ck_assert(proved == VERIFY_WHOLE || out.text[0] != '\0');
	ck_assert(proved != VERIFY_WHOLE || strstr(out.text, "checkpoints") == NULL); /* the counts have fields */
	bad = out.first_bad;
	journal_prove_end(p);
	return bad;
}

static uint64_t
prove(void)
{
	return prove_by(1000, NULL, NULL);
}

/* What somebody does who has the file and knows the statements. */
static void
tamper(const char *sql)
{
	ck_assert_int_eq(sqlite3_exec(db.sqlite,
	                     "DROP TRIGGER IF EXISTS journal_stays; DROP TRIGGER IF EXISTS journal_is_kept;"
	                     "DROP TRIGGER IF EXISTS checkpoint_stays; DROP TRIGGER IF EXISTS checkpoint_is_kept",
	                     NULL, NULL, NULL),
	    SQLITE_OK);
	ck_assert_msg(
	    sqlite3_exec(db.sqlite, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db.sqlite));
}

START_TEST(an_untouched_chain_is_whole)
{
	fill(20);
	ck_assert_uint_eq(prove(), 0);
	ck_assert_uint_eq(prove_by(1, NULL, NULL), 0);
	ck_assert_uint_eq(prove_by(7, NULL, NULL), 0);
}
END_TEST

static const struct {
	const char *sql;
	uint64_t bad;
} tampered[] = {
	{ "UPDATE journal SET us = us + 1 WHERE seq = 5", 5 },
	{ "UPDATE journal SET kind = 3 WHERE seq = 5", 5 },
	{ "UPDATE journal SET kind = kind + 65536 WHERE seq = 5", 5 },
	{ "UPDATE journal SET reason = 0 WHERE seq = 5", 5 },
	{ "UPDATE journal SET uid = uid + 4294967296 WHERE seq = 5", 5 },
	{ "UPDATE journal SET token = 0 WHERE seq = 5", 5 },
	{ "UPDATE journal SET point = 'ESS2.SOC' WHERE seq = 5", 5 },
	{ "UPDATE journal SET user = 'other' WHERE seq = 5", 5 },
	{ "UPDATE journal SET terminal = '' WHERE seq = 5", 5 },
	{ "UPDATE journal SET text = text || ' ' WHERE seq = 5", 5 },
	{ "UPDATE journal SET before = '1' WHERE seq = 5", 5 },
	{ "UPDATE journal SET after = '1' WHERE seq = 5", 5 },
	{ "UPDATE journal SET uid = -1 WHERE seq = 1", 1 }, /* 4294967295 in 32 bits */
	{ "UPDATE journal SET kind = kind - 65536 WHERE seq = 5", 5 },
	{ "UPDATE journal SET text = text || char(0) || 'and more' WHERE seq = 5", 5 },
	{ "UPDATE journal SET hash = zeroblob(32) WHERE seq = 5", 5 },
	{ "UPDATE journal SET hash = x'' WHERE seq = 21", 21 },
	{ "DELETE FROM journal WHERE seq = 1", 1 },
	{ "DELETE FROM journal WHERE seq = 5", 5 },
	{ "DELETE FROM journal WHERE seq >= 15", 15 },
	{ "DELETE FROM journal WHERE seq = 5; UPDATE journal SET seq = seq - 1 WHERE seq > 5", 5 },
	{ "UPDATE journal SET seq = 900 WHERE seq = 7; UPDATE journal SET seq = 7 WHERE seq = 8; UPDATE journal SET "
	  "seq = 8 "
	  "WHERE seq = 900",
	    7 },
	{ "UPDATE checkpoint SET hash = zeroblob(32)", 21 },
	{ "UPDATE checkpoint SET us = us + 1", 21 },
	{ "UPDATE checkpoint SET key = zeroblob(32)", 21 },
	{ "UPDATE checkpoint SET signature = zeroblob(64)", 21 },
	{ "UPDATE checkpoint SET signature = x''", 21 },
};

START_TEST(what_was_done_to_the_chain_is_named)
{
	fill(20);
	tamper(tampered[_i].sql);
	ck_assert_uint_eq(prove(), tampered[_i].bad);
	ck_assert_uint_eq(prove_by(1, NULL, NULL), tampered[_i].bad);
}
END_TEST

/* The start looks at what new entries will stand on: entries after the newest checkpoint, and that one itself. */
START_TEST(what_was_done_to_the_end_is_seen_at_the_start)
{
	static const char *const done[] = { "UPDATE journal SET text = 'a lie' WHERE seq = 25",
		"DELETE FROM journal WHERE seq = 24", "DELETE FROM journal WHERE seq = 21",
		"UPDATE journal SET hash = zeroblob(32) WHERE seq = 21",
		"UPDATE checkpoint SET signature = zeroblob(64)", "UPDATE checkpoint SET us = us + 1",
		"UPDATE journal SET uid = 1001 WHERE seq = 26" };
	char text[200];
	bool is_whole;

	fill(20);
	ck_assert_int_eq(db_begin(&db), OK);
	for (int i = 0; i < 5; i++)
		add("after the checkpoint", 0, NULL);
	commit();
	ck_assert_int_eq(journal_check_end(&db, &is_whole, text, sizeof(text)), OK);
	ck_assert(is_whole);
	ck_assert_str_eq(text, "");
	tamper(done[_i]);
	ck_assert_int_eq(journal_check_end(&db, &is_whole, text, sizeof(text)), OK);
	ck_assert(!is_whole);
	ck_assert(strncmp(text, "entry 2", 7) == 0);
}
END_TEST

/* All entries from 5 on written anew with right hashes, but without the key that signs. */
START_TEST(a_chain_written_anew_does_not_fit_its_checkpoint)
{
	struct journal *again;
	char path[128];

	fill(20);
	tamper("DELETE FROM journal WHERE seq >= 5");
	again = journal_open(&db, folder, now); /* takes up the chain at 4 */
	ck_assert(again != NULL);
	journal_close(journal);
	journal = again;
	ck_assert_int_eq(db_begin(&db), OK);
	for (int i = 0; i < 17; i++)
		add("a lie", 0, NULL);
	commit();
	ck_assert_uint_eq(prove(), 21);
	/* without the checkpoint only one that was seen elsewhere tells */
	tamper("DELETE FROM checkpoint");
	ck_assert_uint_eq(prove(), 0);
	str_printf(path, sizeof(path), "21 %064d", 0);
	ck_assert_uint_eq(prove_by(1000, NULL, path), 21);
	ck_assert_uint_eq(
	    prove_by(1000, NULL, "30 0000000000000000000000000000000000000000000000000000000000000000"), 22);
}
END_TEST

/* The first entry stays, a key of one's own is declared, and all else is written anew and signed with it. */
START_TEST(a_chain_written_anew_under_a_declared_key_is_not_vouched_for)
{
	uint8_t key[32];
	char path[128];

	fill(20);
	sqlite3_stmt *st = db_prepare(&db, "SELECT key FROM checkpoint");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	memcpy(key, sqlite3_column_blob(st, 0), sizeof(key));
	sqlite3_finalize(st);
	tamper("DELETE FROM journal WHERE seq > 1; DELETE FROM checkpoint");
	stop();
	str_printf(path, sizeof(path), "%s/%s", folder, JOURNAL_KEY_FILE);
	ck_assert_int_eq(unlink(path), 0);
	start();
	fill(19);
	ck_assert_uint_eq(prove(), 2);
	ck_assert_uint_eq(proved, VERIFY_UNVOUCHED);
	ck_assert_uint_eq(prove_by(3, key, NULL), 2);
	ck_assert_uint_eq(proved, VERIFY_UNVOUCHED);
}
END_TEST

START_TEST(a_known_checkpoint_that_cannot_be_read_is_refused)
{
	static const char *const bad[] = { "", " ", "5", "5 ", "5 00", "x 00", "0 ", "-1 ",
		"99999999999999999999999999 ", "5 000000000000000000000000000000000000000000000000000000000000000G",
		"5 000000000000000000000000000000000000000000000000000000000000000A",
		"5  00000000000000000000000000000000000000000000000000000000000000000",
		"5 00000000000000000000000000000000000000000000000000000000000000000" };
	struct journal_proof *p = journal_prove(&db, NULL, bad[_i]);
	struct msg_verified out;
	bool done;

	ck_assert_int_eq(journal_prove_step(p, 10, &out, &done), ERR_USAGE);
	ck_assert(!done);
	ck_assert_str_ne(db.text, "");
	journal_prove_end(p);
}
END_TEST

START_TEST(another_key_than_the_trusted_one_is_told)
{
	uint8_t key[32] = { 1 };

	fill(3);
	ck_assert_uint_eq(prove_by(1000, key, NULL), 1);
	sqlite3_stmt *st = db_prepare(&db, "SELECT key FROM checkpoint");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	memcpy(key, sqlite3_column_blob(st, 0), sizeof(key));
	sqlite3_finalize(st);
	ck_assert_uint_eq(prove_by(1000, key, NULL), 0);
}
END_TEST

START_TEST(a_key_that_was_changed_and_named_is_followed)
{
	char path[128];

	fill(3);
	stop();
	str_printf(path, sizeof(path), "%s/%s", folder, JOURNAL_KEY_FILE);
	ck_assert_int_eq(unlink(path), 0);
	start();
	fill(3);
	ck_assert_uint_eq(prove(), 5); /* whole, but the first key does not vouch for the second */
	ck_assert_uint_eq(proved, VERIFY_UNVOUCHED);
	tamper("UPDATE checkpoint SET key = (SELECT key FROM checkpoint WHERE seq = 4) WHERE seq > 4");
	ck_assert_uint_eq(prove(), 8);
}
END_TEST

/* ---- a database that is older than what the key folder remembers */

static void
copy_file(const char *from, const char *to)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("cp", "cp", "--", from, to, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(access(to, F_OK), 0);
}

/* The entry that declares it, and what stands before it. */
static void
expect_jump(uint64_t after, uint64_t before, uint64_t beyond)
{
	sqlite3_stmt *st = db_prepare(&db, "SELECT kind, text, before, after FROM journal WHERE seq = ?1");
	char text[24];

	ck_assert_uint_eq(journal_jumped(journal), after);
	ck_assert_uint_gt(after, beyond);
	sqlite3_bind_int64(st, 1, (int64_t)after);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), JOURNAL_STORE);
	ck_assert_str_eq((const char *)sqlite3_column_text(st, 1), JOURNAL_JUMP_TEXT);
	str_printf(text, sizeof(text), "%llu", (unsigned long long)before);
	ck_assert_str_eq((const char *)sqlite3_column_text(st, 2), text);
	str_printf(text, sizeof(text), "%llu", (unsigned long long)after);
	ck_assert_str_eq((const char *)sqlite3_column_text(st, 3), text);
	sqlite3_finalize(st);
}

static char db_path[128], spare_path[128];

static void
paths(void)
{
	str_printf(db_path, sizeof(db_path), "%s/%s", folder, DB_FILE);
	str_printf(spare_path, sizeof(spare_path), "%s/spare", folder);
}

START_TEST(an_older_copy_goes_on_beyond_all_that_was_given)
{
	uint8_t was[DB_IDENTITY];

	paths();
	fill(5); /* entries 1..6 */
	stop();
	copy_file(db_path, spare_path);
	start();
	fill(5);
	ck_assert_int_eq(journal_mark(journal, true), OK);
	memcpy(was, db.identity, sizeof(was));
	stop();
	copy_file(spare_path, db_path);
	start();
	expect_jump(journal_newest(journal), 6, 11);
	ck_assert(journal_is_due(journal, now));         /* until it is signed, anybody could have declared it */
	ck_assert_mem_ne(db.identity, was, sizeof(was)); /* a copy of the other line is told from it */
	fill(2);
	stop();
	start();
	ck_assert_uint_eq(journal_jumped(journal), 0); /* once is enough */
}
END_TEST

START_TEST(a_new_database_goes_on_beyond_all_that_was_given)
{
	paths();
	fill(5);
	ck_assert_int_eq(journal_mark(journal, true), OK);
	stop();
	ck_assert_int_eq(unlink(db_path), 0);
	start();
	expect_jump(journal_jumped(journal), 0, 6);
	ck_assert_uint_eq(journal_newest(journal), journal_jumped(journal) + 1); /* then the key, as in any first one */
}
END_TEST

/* Entries that were cut off after the mark was written: the file is the same, its newest entry is not there. */
START_TEST(a_journal_that_was_cut_off_does_not_give_its_numbers_again)
{
	fill(5);
	ck_assert_int_eq(journal_mark(journal, true), OK);
	tamper("DELETE FROM checkpoint; DELETE FROM journal WHERE seq > 3");
	stop();
	start();
	expect_jump(journal_newest(journal), 3, 6);
}
END_TEST

START_TEST(sequences_stay_below_what_is_reserved)
{
	struct keep_mark m;

	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(db_begin(&db), OK);
		for (int k = 0; k < KEEP_RESERVE / 3; k++)
			add("entry", 0, NULL);
		commit();
		ck_assert_int_eq(journal_mark(journal, false), OK);
		ck_assert_int_eq(keep_mark_read(folder, &m), OK);
		ck_assert_uint_le(journal_newest(journal), m.reserved);
	}
}
END_TEST

START_TEST(a_mark_that_says_so_makes_it_jump)
{
	struct keep_mark m;

	fill(5);
	ck_assert_int_eq(journal_mark(journal, true), OK);
	stop();
	ck_assert_int_eq(keep_mark_read(folder, &m), OK);
	m.must_jump = true;
	ck_assert(keep_mark_write(folder, &m));
	start();
	expect_jump(journal_newest(journal), 6, m.reserved);
}
END_TEST

static const char *const bad_marks[] = { "", "chisan-mark 2\n", "chisan-mark 1\nidentity 00\n",
	"chisan-mark 1\nidentity 0000000000000000\nseq 5\nhash "
	"0000000000000000000000000000000000000000000000000000000000000000\nreserved 4\njump 0\n",
	"chisan-mark 1\nidentity 0000000000000000\nseq 5\nhash "
	"0000000000000000000000000000000000000000000000000000000000000000\nreserved 9\njump 2\n",
	"chisan-mark 1\nidentity 0000000000000000\nseq -5\nhash "
	"0000000000000000000000000000000000000000000000000000000000000000\nreserved 9\njump 0\n" };

START_TEST(a_mark_that_cannot_be_understood_is_written_anew)
{
	struct keep_mark m;

	fill(5);
	stop();
	ck_assert(keep_file(folder, KEEP_MARK_FILE, 0600, bad_marks[_i], strlen(bad_marks[_i])));
	ck_assert_int_eq(keep_mark_read(folder, &m), ERR_BAD_DATA);
	start();
	ck_assert_uint_eq(journal_jumped(journal), 0);
	ck_assert_uint_eq(journal_newest(journal), 6);
	ck_assert_int_eq(keep_mark_read(folder, &m), OK);
	ck_assert_uint_eq(m.seq, 6);
}
END_TEST

T_MAIN("journal",
    T_FIXTURE(setup, teardown) T(the_first_entry_names_the_key) T(the_chain_goes_on_after_a_restart)
        T(a_rollback_takes_entries_and_checkpoints_back) T(a_repeated_token_gets_the_first_entry)
            T(a_token_with_another_act_is_refused) T(checkpoints_come_by_count_and_by_time) T(
                it_is_told_when_a_checkpoint_is_due) T(a_key_that_others_could_read_is_closed)
                T(a_checkpoint_is_signed_with_the_key_it_names) T_LOOP(a_lost_key_is_replaced_and_named, 0, 4) T(
                    an_untouched_chain_is_whole) T_LOOP(what_was_done_to_the_chain_is_named, 0,
                    (int)(sizeof(tampered) / sizeof(tampered[0]))) T_LOOP(what_was_done_to_the_end_is_seen_at_the_start,
                    0, 7) T(a_chain_written_anew_does_not_fit_its_checkpoint)
                    T(a_chain_written_anew_under_a_declared_key_is_not_vouched_for)
                        T_LOOP(a_known_checkpoint_that_cannot_be_read_is_refused, 0, 13)
                            T(another_key_than_the_trusted_one_is_told) T(a_key_that_was_changed_and_named_is_followed)
                                T(an_older_copy_goes_on_beyond_all_that_was_given)
                                    T(a_new_database_goes_on_beyond_all_that_was_given)
                                        T(a_journal_that_was_cut_off_does_not_give_its_numbers_again) T(
                                            sequences_stay_below_what_is_reserved) T(a_mark_that_says_so_makes_it_jump)
                                            T_LOOP(a_mark_that_cannot_be_understood_is_written_anew, 0, 6))
