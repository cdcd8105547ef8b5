/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_reader_backup.c - copies of the database while it is written, what is left of them, and what the sandbox of the reader permits.
 */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <time.h>

#include "scada/base/record.h"
#include "scada/base/sandbox.h"
#include "scada/base/spawn.h"
#include "scada/store/journal_chain.h"
#include "tests/unit/query_kit.h"
#include "tests/unit/reader_kit.h"

/* In place of SQLite's: another program holds the lock, so many times. */
static int busy_times, busy_code, busy_met;

int
sqlite3_backup_step(sqlite3_backup *b, int pages)
{
	static int (*real)(sqlite3_backup *, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_backup_step");
	if (busy_times > 0) {
		busy_times--;
		busy_met++;
		return busy_code;
	}
	return real(b, pages);
}

static void
setup(void)
{
	busy_times = busy_met = 0;

	ck_assert_int_ge(sodium_init(), 0);
	kit_folders();
	kit_database();
	kit_reader();
}

static void
teardown(void)
{
	kit_end();
}

static unsigned
files_in_spool(void)
{
	DIR *dir = opendir(reader->spool);
	unsigned n = 0;

	ck_assert(dir != NULL);
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* The copy as a file; its digest is the one that was told. */
static void
keep(const struct asked *a, const char *path)
{
	uint8_t digest[crypto_generichash_BYTES];
	char hex[2 * sizeof(digest) + 1], want[200];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_uint_lt(a->frames, 4000);
	crypto_generichash(digest, sizeof(digest), a->bodies.data, a->bodies.len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	str_printf(want, sizeof(want), "backup of %zu bytes, blake2b %s", a->bodies.len, hex);
	ck_assert_str_eq(a->text, want);
	ck_assert_int_eq(write(fd, a->bodies.data, a->bodies.len), (ssize_t)a->bodies.len);
	close(fd);
}

static int64_t
number(sqlite3 *of, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t n;

	ck_assert_int_eq(sqlite3_prepare_v2(of, sql, -1, &st, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void
add_blocks(int n)
{
	for (int i = 0; i < n; i++)
		run_sql("INSERT INTO block (data) VALUES (randomblob(100000))", 0, 0, 0);
}

START_TEST(a_copy_is_of_one_moment_while_the_writer_goes_on)
{
	char path[128];
	struct asked *a, *meanwhile;
	uint64_t entries = 1000;
	sqlite3 *copy;

	kit_entries(1, entries);
	add_blocks(200); /* 20 MB: many slices */
	a = kit_ask(W_BACKUP_GET);
	KIT_UNTIL(reader->is_copying);
	meanwhile = kit_journal(&(struct msg_journal_get){ .most = 1, .point = "", .user = "", .text = "" });
	while (!a->ended) {
		if (entries < 5000)
			kit_entries(entries + 1, entries + 100);
		entries = entries < 5000 ? entries + 100 : entries;
		kit_turn();
		ck_assert_uint_eq(files_in_spool(), 0); /* it has no name */
	}
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_uint_eq(meanwhile->order, 1);
	str_printf(path, sizeof(path), "%s/copy.db", folder);
	keep(a, path);
	ck_assert_int_eq(sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_int_eq(number(copy, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
	ck_assert_int_eq(number(copy, "SELECT count(*) FROM block"), 200);
	ck_assert_int_eq(number(copy, "SELECT count(*) = max(seq) FROM journal"), 1);
	ck_assert_int_ge(number(copy, "SELECT max(seq) FROM journal"), 1000);
	ck_assert_int_lt(number(copy, "SELECT max(seq) FROM journal"), (int64_t)entries); /* of its beginning */
	ck_assert_int_eq(number(copy, "PRAGMA application_id"), DB_APPLICATION_ID);
	sqlite3_close(copy);
}
END_TEST

/* Who takes the copy slowly holds no log of the database. */
START_TEST(a_copy_that_waits_to_be_taken_holds_nothing)
{
	struct asked *a;

	add_blocks(50);
	grants = false;
	a = kit_ask(W_BACKUP_GET);
	KIT_UNTIL(a->frames == 8);
	ck_assert(!reader->is_copying);
	add_blocks(10);
	ck_assert_int_eq(number(db.sqlite, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
	ck_assert_int_eq(kit_ask(W_BACKUP_GET)->ended, 0);
	conn_send(peer, W_CANCEL, a->sequence, NULL, NULL);
	KIT_UNTIL(a->ended && asked[1].frames == 8);
}
END_TEST

/* It rests between two attempts, others are served, and then it goes on. */
START_TEST(a_copy_that_meets_a_lock_waits_without_work)
{
	struct asked *a, *other;
	struct mono from = clock_mono();
	clock_t work;

	add_blocks(20);
	busy_times = 2;
	busy_code = _i == 0 ? SQLITE_BUSY : SQLITE_LOCKED;
	a = kit_ask(W_BACKUP_GET);
	KIT_UNTIL(busy_met == 1);
	work = clock();
	other = kit_journal(&(struct msg_journal_get){ .most = 1, .point = "", .user = "", .text = "" });
	KIT_UNTIL(other->ended);
	ck_assert(!a->ended);
	KIT_UNTIL(a->ended);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_int_eq(busy_met, 2);
	ck_assert_int_ge(mono_diff_us(clock_mono(), from), 900000);
	ck_assert_msg((double)(clock() - work) / CLOCKS_PER_SEC < 0.5, "it took %g s of the processor",
	    (double)(clock() - work) / CLOCKS_PER_SEC);
}
END_TEST

START_TEST(a_copy_that_meets_a_lock_for_long_is_given_up)
{
	struct asked *a;

	add_blocks(20);
	busy_times = INT_MAX;
	busy_code = SQLITE_BUSY;
	a = kit_ask(W_BACKUP_GET);
	KIT_UNTIL(busy_met >= 1);
	ck_assert(TAILQ_FIRST(&reader->questions)->is_resting);
	TAILQ_FIRST(&reader->questions)->waits_since.us -= 31 * US_PER_S;
	KIT_UNTIL(a->ended);
	ck_assert_int_le(busy_met, 4);
	ck_assert_int_eq(a->err, ERR_BUSY);
	ck_assert_msg(
	    strstr(a->text, "waits for another program") && strstr(a->text, "given up after 30 s"), "%s", a->text);
	ck_assert(!reader->is_copying);
	busy_times = 0;
	a = kit_answer(W_BACKUP_GET);
	ck_assert_msg(a->err == OK, "%s", a->text);
}
END_TEST

START_TEST(one_copy_is_made_at_a_time)
{
	struct asked *a, *b, *c;

	add_blocks(200);
	a = kit_ask(W_BACKUP_GET);
	KIT_UNTIL(reader->is_copying);
	b = kit_answer(W_BACKUP_GET);
	ck_assert_int_eq(b->err, ERR_BUSY);
	conn_send(peer, W_CANCEL, a->sequence, NULL, NULL);
	KIT_UNTIL(a->ended);
	ck_assert(!reader->is_copying);
	ck_assert_int_eq(number(db.sqlite, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
	c = kit_answer(W_BACKUP_GET);
	ck_assert_msg(c->err == OK, "%s", c->text);
	ck_assert_uint_eq(files_in_spool(), 0);
}
END_TEST

START_TEST(a_spool_that_is_not_there_is_said_so)
{
	struct asked *a;

	ck_assert_int_eq(rmdir(reader->spool), 0);
	a = kit_answer(W_BACKUP_GET);
	ck_assert_int_eq(a->err, ERR_IO);
	ck_assert_msg(strstr(a->text, "cannot be reached") != NULL, "%s", a->text);
	ck_assert(!reader->is_copying);
}
END_TEST

/* A disk that fills up while the copy is made: a limit on the size of files stands for it. */
START_TEST(a_copy_that_finds_no_room_ends_with_a_sentence)
{
	struct asked *a;

	add_blocks(100);
	must(db_exec(&db, "PRAGMA wal_checkpoint(TRUNCATE)"));
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 4 << 20, 4 << 20 }), 0);
	a = kit_answer(W_BACKUP_GET);
	ck_assert_int_eq(a->err, ERR_IO);
	ck_assert_msg(strstr(a->text, "the copy failed") != NULL, "%s", a->text);
	ck_assert_uint_eq(a->frames, 0);
	ck_assert(!reader->is_copying);
	ck_assert_uint_eq(files_in_spool(), 0);
}
END_TEST

START_TEST(what_a_crash_left_is_removed_at_the_start)
{
	const struct store_options o = { .data_folder = folder };
	char path[160];
	int pair[2], fd;

	str_printf(path, sizeof(path), "%s/copy-77.db", reader->spool);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	close(fd);
	ck_assert_uint_eq(files_in_spool(), 1);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	reader_free(reader_new(loop, pair[0], &o));
	close(pair[1]);
	ck_assert_uint_eq(files_in_spool(), 0);
}
END_TEST

/* ---- the sandbox */

static bool
is_off(void)
{
#if defined(CHISAN_SANITIZED) || defined(CHISAN_COVERAGE)
	return true;
#else
	const char *wish = getenv("CHISAN_SANDBOX");

	return wish != NULL && strcmp(wish, "off") == 0;
#endif
}

/* What the reader can do in a process of its own: bits of what went wrong. */
static int
try_all(void)
{
	const struct store_options o = { .data_folder = folder };
	char path[160];
	struct db mine;
	int bad = 0, fd;
	enum err e;

	if (reader_sandbox(&o) != OK)
		return 64;
	e = db_open(&mine, store_folder, false);
	if (e != OK)
		return e == ERR_IO ? 32 : 33;
	if (number(mine.sqlite, "SELECT count(*) FROM journal") != 10)
		bad |= 1;
	if (db_exec(&mine, "PRAGMA query_only = OFF; DELETE FROM block") == OK)
		bad |= 2;
	db_close(&mine);
	str_printf(path, sizeof(path), "%s/" DB_SPOOL_FOLDER "/x", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	bad |= fd < 0 || unlink(path) != 0 ? 4 : 0;
	str_printf(path, sizeof(path), "%s/" DB_KEY_FOLDER "/secret", folder);
	bad |= open(path, O_RDONLY) >= 0 ? 8 : 0;
	str_printf(path, sizeof(path), "%s/x", store_folder);
	bad |= open(path, O_RDWR | O_CREAT, 0600) >= 0 ? 16 : 0;
	return bad;
}

static int
in_a_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(try_all());
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status), "a refused call killed the process");
	return WEXITSTATUS(status);
}

static bool
has_landlock(void)
{
	pid_t pid = fork();
	static const char *const none[] = { "/nowhere", NULL };
	int status;

	if (pid == 0)
		_exit(sandbox_enter(SANDBOX_READ_FILES, none) == OK && open("/etc/passwd", O_RDONLY) < 0 ? 0 : 1);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/*
 * Read access is enough for a database with a log as long as its index is there: while the writer has it open, and after it crashed.
 * After a clean end, when SQLite has removed both, it cannot be opened until the writer is back.
 */
START_TEST(reading_needs_no_right_to_write)
{
	char path[160];
	int fd;

	if (is_off() || !has_landlock())
		return;
	str_printf(path, sizeof(path), "%s/" DB_KEY_FOLDER, folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	str_printf(path, sizeof(path), "%s/" DB_KEY_FOLDER "/secret", folder);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	close(fd);
	kit_entries(1, 10);
	ck_assert_int_eq(in_a_child(), 0);
	kit_leave_database();
	ck_assert_int_eq(in_a_child(), 32);
}
END_TEST

START_TEST(reading_goes_on_after_the_writer_crashed)
{
	pid_t pid;
	int status;

	if (is_off() || !has_landlock())
		return;
	kit_leave_database();
	pid = fork();
	if (pid == 0) { /* the descriptors are the child's own: killed, it writes nothing back */
		if (db_open(&db, store_folder, true) == OK)
			kit_entries(1, 10);
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(in_a_child(), 0);
}
END_TEST

/* The program itself, as chisand starts it. */
START_TEST(the_program_answers_from_its_sandbox)
{
	static const struct conn_ops ops = { .frame = kit_frame, .closed = kit_closed };
	const char *const argv[] = { "-r", "-d", folder, NULL };
	struct asked *a;
	char path[160];
	int fd, status;
	pid_t pid;

	kit_entries(1, 10);
	conn_free(peer);
	ck_assert_int_eq(spawn_start("chisan-store", argv, &pid, &fd), OK);
	peer = conn_new(loop, fd, &ops, NULL, NULL);
	conn_set_role(peer, ROLE_PEER);
	kit_greet();
	a = kit_journal(&(struct msg_journal_get){ .point = "", .user = "", .text = "" });
	KIT_UNTIL(a->ended);
	ck_assert_msg(a->err == OK, "%s", a->text);
	ck_assert_uint_eq(a->frames, 10);
	a = kit_answer(W_BACKUP_GET);
	ck_assert_msg(a->err == OK, "%s", a->text);
	str_printf(path, sizeof(path), "%s/copy.db", folder);
	keep(a, path);
	conn_free(peer);
	peer = NULL;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0); /* it ends with its pipe */
}
END_TEST

T_MAIN("reader_backup",
    T_FIXTURE(setup, teardown) T(a_copy_is_of_one_moment_while_the_writer_goes_on)
        T(a_copy_that_waits_to_be_taken_holds_nothing) T_LOOP(a_copy_that_meets_a_lock_waits_without_work, 0, 2)
            T(a_copy_that_meets_a_lock_for_long_is_given_up) T(one_copy_is_made_at_a_time)
                T(a_spool_that_is_not_there_is_said_so) T(a_copy_that_finds_no_room_ends_with_a_sentence)
                    T(what_a_crash_left_is_removed_at_the_start) T(reading_needs_no_right_to_write)
                        T(reading_goes_on_after_the_writer_crashed) T(the_program_answers_from_its_sandbox))
