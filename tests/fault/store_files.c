/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_files.c - chisan-store over files that somebody deleted, replaced, cut, damaged, locked or wrote into, and backups that are put
 * back. It tells so, loses nothing that it answered, and goes on by itself.  argv: names of cases; none = all.
 */
#include "config.h"

#include "tests/fault/store_cases.h"

static int64_t
count_of(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t n;

	MUST(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	MUST(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void
copy(const char *from, const char *to)
{
	const char *const argv[] = { "cp", "--", from, to, NULL };

	MUST(run(argv) == 0);
}

static bool
is_there(const char *ending)
{
	char path[256];

	str_printf(path, sizeof(path), "%s%s", file, ending);
	return access(path, F_OK) == 0;
}

/* ---- deleted, replaced */

static void
a_deleted_file_is_saved_from_the_open_one(void)
{
	start_with_work();
	MUST(unlink(file) == 0);
	SP_MUST(&sp, 8000, sp.seen[STORE_MEDDLED] > 0 && sp.ready == 2);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, states);
	MUST(sp.jumps == 0);
}

/* Until the copy has its place nothing is answered: it would be gone with the process. */
static void
a_deleted_file_that_cannot_be_saved_yet_answers_nothing(void)
{
	char part[140], inner[160];
	uint32_t answered;

	start_with_work();
	str_printf(part, sizeof(part), "%s.saving", file);
	str_printf(inner, sizeof(inner), "%s/in-the-way", part);
	MUST(mkdir(part, 0700) == 0 && mkdir(inner, 0700) == 0);
	MUST(unlink(file) == 0);
	SP_MUST(&sp, 8000, sp.health == STORE_FAILING);
	answered = sp.answered;
	more_work();
	SP_UNTIL(&sp, 3500, sp.answered > answered);
	MUST(sp.answered == answered && sp.health == STORE_FAILING);
	MUST(rmdir(inner) == 0 && rmdir(part) == 0);
	SP_MUST(&sp, 8000, sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, NULL);
	MUST(sp.jumps == 0);
}

static void
a_file_in_the_place_of_the_open_one_is_put_aside(void)
{
	char other[128];

	start_with_work();
	str_printf(other, sizeof(other), "%s/other", data);
	copy(file, other);
	MUST(rename(other, file) == 0);
	SP_MUST(&sp, 8000, sp.seen[STORE_MEDDLED] > 0 && sp.ready == 2);
	MUST(is_there(".replaced.1"));
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, states);
}

static void
a_deleted_log_is_written_back(void)
{
	start_with_work();
	MUST(unlink(wal) == 0);
	SP_MUST(&sp, 8000, sp.seen[STORE_MEDDLED] > 0 && sp.ready == 2);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	MUST(sp_kill(&sp) != 0);
	sp_check(&sp, data, states);
}

static void
files_deleted_all_at_once_are_saved(void)
{
	char shm[140];

	start_with_work();
	str_printf(shm, sizeof(shm), "%s-shm", file);
	MUST(unlink(wal) == 0 && unlink(shm) == 0 && unlink(file) == 0);
	SP_MUST(&sp, 8000, sp.seen[STORE_MEDDLED] > 0 && sp.ready == 2);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, states);
}

/* ---- damaged */

static void
work_goes_on_in_a_new_one(uint64_t newest)
{
	sp_forget(&sp);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	MUST(sp.newest > newest); /* sequences are never given twice */
	stop();
	sp_check(&sp, data, NULL);
	MUST(sp.jumps == 1);
}

static void
damage(off_t at, size_t len)
{
	char zeros[4096] = { 0 };
	int fd = open(file, O_WRONLY);

	MUST(fd >= 0 && pwrite(fd, zeros, len, at) == (ssize_t)len);
	close(fd);
}

static void
a_head_of_zeros_is_moved_aside(void)
{
	uint64_t newest;

	start_with_work();
	stop();
	newest = sp.newest;
	damage(0, 100);
	sp_begin(&sp, data, BOOT);
	SP_MUST(&sp, 5000, sp.health == STORE_RENEWED);
	MUST(strstr(sp.health_text, ".bad-") != NULL);
	work_goes_on_in_a_new_one(newest);
}

static void
state_is_taken_over(const char *damaged_table)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	uint64_t newest;
	int page;

	start_with_work();
	stop();
	newest = sp.newest;
	MUST(sqlite3_open(file, &db) == SQLITE_OK);
	MUST(sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = ?1", -1, &st, NULL) == SQLITE_OK);
	MUST(sqlite3_bind_text(st, 1, damaged_table, -1, SQLITE_STATIC) == SQLITE_OK);
	MUST(sqlite3_step(st) == SQLITE_ROW);
	page = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	damage((off_t)(page - 1) * 4096, 100);
	sp_begin(&sp, data, BOOT);
	SP_MUST(&sp, 5000, sp.health == STORE_RENEWED);
	if (strcmp(sp.state_text, "0 A one;3 COUNTER 7;") != 0)
		fprintf(stderr, "states: %s\n", sp.state_text);
	MUST(strcmp(sp.state_text, "0 A one;3 COUNTER 7;") == 0);
	work_goes_on_in_a_new_one(newest);
}

/* Damage in the journal's pages leaves the saved state readable: it is taken over. */
static void
state_is_taken_over_from_a_damaged_one(void)
{
	state_is_taken_over("journal");
}

/* What is damaged is met at the very opening. */
static void
state_is_taken_over_from_one_that_cannot_be_opened(void)
{
	state_is_taken_over("meta");
}

static void
a_file_cut_short_is_noticed_while_it_runs(void)
{
	uint64_t newest;

	start_with_work();
	stop(); /* all of it is in the file now */
	sp_begin(&sp, data, BOOT);
	newest = sp.newest;
	MUST(truncate(file, 5 * 4096) == 0);
	SP_MUST(&sp, 20000, sp.health == STORE_RENEWED && sp.ready == 2);
	work_goes_on_in_a_new_one(newest);
}

/* Wherever a bit flips: it goes on with it, or begins a new one; it never ends, and never gives a sequence twice. */
static void
flipped_bits_are_survived(void)
{
	uint64_t random = 88172645463325252u;
	const char *wish = getenv("CHISAN_SWEEP");
	int rounds = wish != NULL && strcmp(wish, "all") == 0 ? 60 : 6;
	char kept[140];
	struct stat st;

	start_with_work();
	for (int i = 0; i < 300; i++)
		sp_note(&sp, "a note that fills some pages of the journal, so that there is something to damage");
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	str_printf(kept, sizeof(kept), "%s/kept", data);
	copy(file, kept);
	MUST(stat(kept, &st) == 0);
	for (int i = 0; i < rounds; i++) {
		uint64_t newest = sp.newest;
		uint8_t byte;
		int fd;

		copy(kept, file);
		fd = open(file, O_RDWR);
		for (int n = 0; n < 8; n++) { /* heads of pages hurt most */
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			off_t at = (off_t)(random % (uint64_t)(st.st_size / 4096)) * 4096 +
			    (off_t)(random >> 40) % (n < 4 ? 16 : 4096);

			MUST(pread(fd, &byte, 1, at) == 1);
			byte ^= (uint8_t)(1u << (random >> 61));
			MUST(pwrite(fd, &byte, 1, at) == 1);
		}
		close(fd);
		sp_forget(&sp);
		sp_begin(&sp, data, BOOT + 1 + (uint64_t)i);
		sp.batch = sp.stored = sp.last_ready.batch;
		more_work();
		SP_MUST(&sp, 10000, sp_all_answered(&sp));
		MUST(sp.newest > newest);
		stop();
	}
}

/* ---- of others */

static void
the_log_of_another_database_is_not_applied(void)
{
	char other[64] = "/tmp/chisan-test-XXXXXX", from[128], name[160];
	static struct storepipe two;
	const char *const clear[] = { "rm", "-rf", other, NULL };

	MUST(mkdtemp(other) != NULL);
	sp_init(&two);
	sp_begin(&two, other, BOOT);
	sp_act(&two, "of another", "A=false");
	SP_MUST(&two, 5000, sp_all_answered(&two));
	(void)sp_kill(&two);
	sp_free(&two);
	start_with_work();
	stop();
	str_printf(from, sizeof(from), "%s/store/chisan.db-wal", other);
	copy(from, wal);
	MUST(run(clear) == 0);
	sp_begin(&sp, data, BOOT);
	SP_MUST(&sp, 5000, sp.seen[STORE_MEDDLED] > 0);
	str_printf(name, sizeof(name), "%s.foreign.1", wal);
	MUST(access(name, F_OK) == 0);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, states);
}

/* What people do: a copy from before is put over the file, and the log that was there stays. */
static void
the_log_of_later_is_not_applied_to_an_older_file(void)
{
	char kept[128];
	uint64_t newest;

	start_with_work();
	stop();
	str_printf(kept, sizeof(kept), "%s/kept", data);
	copy(file, kept);
	sp_begin(&sp, data, BOOT);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	sp_begin(&sp, data, BOOT);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	newest = sp.newest;
	(void)sp_kill(&sp);
	copy(kept, file);
	sp_begin(&sp, data, BOOT);
	SP_MUST(&sp, 5000, sp.seen[STORE_MEDDLED] > 0);
	work_goes_on_in_a_new_one(newest);
}

/* What another program put at the end of the journal must not make it refuse whatever comes after. */
static void
an_entry_of_another_writer_holds_nothing_up(void)
{
	sqlite3 *db;

	start_with_work();
	MUST(sqlite3_open(file, &db) == SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	MUST(sqlite3_exec(db,
	         "INSERT INTO journal SELECT seq + 1, us, kind, reason, uid, 0, point, user, terminal, 'put in', "
	         "before, after, "
	         "hash FROM journal ORDER BY seq DESC LIMIT 1",
	         NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp) && sp.seen[STORE_MEDDLED] > 0);
	for (uint32_t i = 0; i < sp.count; i++)
		MUST(!sp.entries[i].is_refused);
	MUST(count_of("SELECT count(*) FROM journal WHERE text = 'another act'") == 1);
	stop();
}

static void
another_writer_is_noticed(void)
{
	sqlite3 *db;

	start_with_work();
	MUST(sqlite3_open(file, &db) == SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	MUST(sqlite3_exec(db, "INSERT INTO meta VALUES ('meddled', 1)", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	SP_MUST(&sp, 5000, sp.seen[STORE_MEDDLED] > 0 && sp.unasked > 0);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	stop();
	sp_check(&sp, data, states);
}

static void
a_changed_entry_is_said_at_the_start(void)
{
	sqlite3 *db;

	start_with_work();
	sp_note(&sp, "what is changed later");
	SP_MUST(&sp, 3000, sp_all_answered(&sp));
	stop();
	MUST(sqlite3_open(file, &db) == SQLITE_OK);
	MUST(sqlite3_exec(db,
	         "DROP TRIGGER journal_stays; DROP TRIGGER checkpoint_is_kept; DELETE FROM checkpoint; "
	         "UPDATE journal SET text = 'a lie' WHERE seq = (SELECT max(seq) FROM journal)",
	         NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	sp_begin(&sp, data, BOOT);
	SP_MUST(&sp, 5000, sp.health == STORE_MEDDLED && sp.chain == 0);
	MUST(strstr(sp.health_text, "it was changed") != NULL);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp)); /* and it goes on */
	stop();
}

static void
a_lock_of_somebody_else_is_waited_for(void)
{
	sqlite3 *db;

	start_with_work();
	MUST(sqlite3_open(file, &db) == SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	MUST(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
	more_work();
	SP_MUST(&sp, 5000, sp.seen[STORE_SLOW] > 0);
	sp_ping(&sp);
	SP_MUST(&sp, 1000, sp.pongs == 1);
	MUST(!sp_all_answered(&sp));
	MUST(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	SP_MUST(&sp, 3000, sp_all_answered(&sp));
	MUST(sp.ready == 1);
	stop();
	sp_check(&sp, data, states);
}

static void
a_second_chisan_store_is_refused(void)
{
	static struct storepipe two;

	start_with_work();
	sp_init(&two);
	sp_start(&two, data, NULL);
	SP_MUST(&two, 5000, two.has_ended);
	MUST(sp_stop(&two) != 0);
	sp_free(&two);
	stop();
	sp_check(&sp, data, NULL);
}

/* ---- backups */

static int
restore(const char *from, bool is_forced)
{
	char path[1024];
	const char *argv[] = { path, "--restore", from, "-d", data, is_forced ? "--force" : NULL, NULL };

	MUST(spawn_find("chisan-store", path, sizeof(path)));
	return run(argv);
}

static void
a_backup_is_put_back_and_the_journal_says_so(void)
{
	static const char signed_jumps[] =
	    "SELECT count(*) FROM checkpoint JOIN journal USING (seq) WHERE text LIKE 'the record goes on%'";
	char kept[128];
	uint64_t newest;

	start_with_work();
	stop();
	str_printf(kept, sizeof(kept), "%s/kept", data);
	copy(file, kept);
	sp_begin(&sp, data, BOOT);
	more_work();
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
	MUST(restore(kept, false) != 0); /* while it runs */
	stop();
	newest = sp.newest;
	MUST(restore(kept, false) == 0);
	sp_begin(&sp, data, BOOT);
	MUST(strcmp(sp.state_text, "0 A one;3 COUNTER 7;") == 0);
	MUST(count_of(signed_jumps) == 1); /* before anybody can ask */
	work_goes_on_in_a_new_one(newest);
	sp_begin(&sp, data, BOOT); /* and only once */
	stop();
	sp_check(&sp, data, NULL);
	MUST(sp.jumps == 1);
}

static void
a_backup_that_is_damaged_or_changed_is_refused(void)
{
	char kept[128];
	sqlite3 *db;

	start_with_work();
	stop();
	str_printf(kept, sizeof(kept), "%s/kept", data);
	copy(file, kept);
	MUST(sqlite3_open(kept, &db) == SQLITE_OK);
	MUST(sqlite3_exec(db, "DROP TRIGGER journal_stays; UPDATE journal SET text = 'a lie' WHERE seq = 2", NULL, NULL,
	         NULL) == SQLITE_OK);
	sqlite3_close(db);
	MUST(restore(kept, false) == 1);
	sp_check(&sp, data, NULL); /* untouched */
	MUST(truncate(kept, 3 * 4096) == 0);
	MUST(restore(kept, true) == 1);
	MUST(restore("/nonexistent", false) == 1);
	MUST(restore("/etc/passwd", false) == 1);
	sp_check(&sp, data, NULL);
	sp_begin(&sp, data, BOOT);
	stop();
	sp_check(&sp, data, NULL);
	MUST(sp.jumps == 0);
}

/* Nothing, and a database without tables: a new database must not be begun in the place of the old one. */
static void
a_backup_that_holds_nothing_is_refused(void)
{
	char kept[128];
	sqlite3 *db;

	start_with_work();
	stop();
	str_printf(kept, sizeof(kept), "%s/kept", data);
	close(open(kept, O_WRONLY | O_CREAT | O_TRUNC, 0600));
	MUST(restore(kept, false) == 1);
	MUST(restore(kept, true) == 1);
	MUST(sqlite3_open(kept, &db) == SQLITE_OK);
	MUST(sqlite3_exec(db, "PRAGMA journal_mode = WAL; CREATE TABLE a (b); DROP TABLE a", NULL, NULL, NULL) ==
	    SQLITE_OK);
	sqlite3_close(db);
	MUST(restore(kept, true) == 1);
	sp_begin(&sp, data, BOOT);
	MUST(strcmp(sp.state_text, "0 A one;3 COUNTER 7;") == 0);
	stop();
	sp_check(&sp, data, NULL);
	MUST(sp.jumps == 0);
}

static void
give_away(const char *path)
{
	const char *const argv[] = { "chown", "-R", "--", "65534:65534", path, NULL };

	MUST(run(argv) == 0);
}

/* Who restores is root; the store must be able to go on with what it finds. */
static void
a_backup_that_root_puts_back_belongs_to_the_store(void)
{
	static const char *const files[] = { "store/chisan.db", "key/journal.mark" };
	char kept[64 + 16], path[128];
	struct stat st;

	if (geteuid() != 0)
		return;
	start_with_work();
	stop();
	str_printf(kept, sizeof(kept), "%s.kept", data);
	copy(file, kept);
	MUST(chmod(kept, 0600) == 0); /* root's own */
	give_away(data);
	MUST(restore(kept, false) == 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		str_printf(path, sizeof(path), "%s/%s", data, files[i]);
		MUST(stat(path, &st) == 0 && st.st_uid == 65534 && st.st_gid == 65534);
	}
	MUST(unlink(kept) == 0);
}

/* those first that take longest */
CASES(CASE(NOTHING, flipped_bits_are_survived), CASE(NOTHING, a_deleted_file_that_cannot_be_saved_yet_answers_nothing),
    CASE(NOTHING, a_file_cut_short_is_noticed_while_it_runs), CASE(NOTHING, a_deleted_file_is_saved_from_the_open_one),
    CASE(NOTHING, a_file_in_the_place_of_the_open_one_is_put_aside), CASE(NOTHING, a_deleted_log_is_written_back),
    CASE(NOTHING, files_deleted_all_at_once_are_saved), CASE(NOTHING, a_head_of_zeros_is_moved_aside),
    CASE(NOTHING, state_is_taken_over_from_a_damaged_one),
    CASE(NOTHING, state_is_taken_over_from_one_that_cannot_be_opened),
    CASE(NOTHING, the_log_of_another_database_is_not_applied),
    CASE(NOTHING, the_log_of_later_is_not_applied_to_an_older_file), CASE(NOTHING, another_writer_is_noticed),
    CASE(NOTHING, an_entry_of_another_writer_holds_nothing_up), CASE(NOTHING, a_changed_entry_is_said_at_the_start),
    CASE(NOTHING, a_lock_of_somebody_else_is_waited_for), CASE(NOTHING, a_second_chisan_store_is_refused),
    CASE(NOTHING, a_backup_is_put_back_and_the_journal_says_so),
    CASE(NOTHING, a_backup_that_is_damaged_or_changed_is_refused),
    CASE(NOTHING, a_backup_that_holds_nothing_is_refused),
    CASE(NOTHING, a_backup_that_root_puts_back_belongs_to_the_store))
