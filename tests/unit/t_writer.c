/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_writer.c - the writer from its pipe's side: what comes is answered when it is durable, in order, once, and refused where it must be.
 */
#include "config.h"

#include <math.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/base/record.h"
#include "scada/base/spawn.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/report/report.h"
#include "tests/fault/storepipe.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

#define BOOT UINT64_C(0xB007)

static struct storepipe sp;

static void
setup(void)
{
	folder_make();
	sp_init(&sp);
	sp_begin(&sp, folder, BOOT);
}

static void
teardown(void)
{
	if (!sp.has_ended)
		ck_assert_int_eq(sp_stop(&sp), 0);
	sp_check(&sp, folder, NULL);
	sp_free(&sp);
	folder_remove();
}

static void
wait_for_all(void)
{
	SP_MUST(&sp, 5000, sp_all_answered(&sp));
}

static void
restart(void)
{
	ck_assert_int_eq(sp_stop(&sp), 0);
	sp_begin(&sp, folder, BOOT);
}

static int64_t
ask(const char *sql)
{
	char path[128];
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t n;

	str_printf(path, sizeof(path), "%s/store/chisan.db", folder);
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

START_TEST(an_act_is_answered_at_once_and_what_it_changed_is_there_again)
{
	sp_act(&sp, "set by hand", "D0.P0=42");
	wait_for_all();
	if (!t_is_short())
		ck_assert_int_lt(sp.act_us, 200000);
	ck_assert_uint_eq(sp.entries[0].seq, 2);
	ck_assert_int_eq(sp_kill(&sp) != 0, 1); /* answered is durable */
	sp_begin(&sp, folder, BOOT);
	ck_assert_str_eq(sp.state_text, "0 D0.P0 42;");
	ck_assert_uint_eq(sp.last_ready.journal, 2);
}
END_TEST

START_TEST(entries_keep_their_order_whoever_waits_for_them)
{
	for (int i = 0; i < 50; i++)
		if (i % 7 == 3)
			sp_act(&sp, "an act", NULL);
		else
			sp_note(&sp, "no act");
	wait_for_all();
	for (uint32_t i = 0; i < sp.count; i++)
		ck_assert_uint_eq(sp.entries[i].seq, 2 + i);
}
END_TEST

START_TEST(what_nobody_waits_for_is_answered_within_a_second)
{
	struct mono t = clock_mono();

	sp_note(&sp, "no act");
	wait_for_all();
	ck_assert_int_lt(mono_diff_us(clock_mono(), t), 1100000);
}
END_TEST

/* As chisand sends them: so many, and more when they are answered. Each time half a second would be five. */
START_TEST(a_burst_does_not_wait_half_a_second_for_each_part_of_it)
{
	struct mono t = clock_mono();

	for (unsigned part = 0; part < 10; part++) {
		for (unsigned i = 0; i < 256; i++)
			sp_note(&sp, "no act");
		wait_for_all();
	}
	if (!t_is_short())
		ck_assert_int_lt(mono_diff_us(clock_mono(), t), 4000000);
}
END_TEST

START_TEST(a_token_that_was_there_gets_the_entry_of_then)
{
	sp_act(&sp, "first", "A=one");
	sp_act(&sp, "second", "A=two");
	wait_for_all();
	restart();
	sp.tokens -= 2; /* the first one once more, with what it changed then */
	sp_act(&sp, "first", "A=one");
	wait_for_all();
	ck_assert_uint_eq(sp.entries[2].seq, sp.entries[0].seq);
	ck_assert_mem_eq(sp.entries[2].hash, sp.entries[0].hash, 32);
	restart();
	ck_assert_str_eq(sp.state_text, "0 A two;"); /* and it does not come true again */
}
END_TEST

START_TEST(batches_are_stored_once)
{
	sp_batch(&sp);
	sp_batch(&sp);
	wait_for_all();
	ck_assert_int_gt(ask("SELECT count(*) FROM tail"), 0);
	sp.batch = sp.stored = 0; /* chisand did not hear of it */
	sp_batch(&sp);
	SP_MUST(&sp, 5000, sp.stored == 2);
	sp_batch(&sp);
	sp_batch(&sp);
	wait_for_all();
	restart();
	ck_assert_uint_eq(sp.last_ready.batch, 3);
	ck_assert_int_gt(sp.last_ready.last, 0);
}
END_TEST

/* An hour without a store, or a clock that was set since: the samples keep their times. */
START_TEST(a_batch_that_waited_keeps_its_times)
{
	static const int64_t ages_s[] = { 3600, 1800, -3600 };

	for (size_t i = 0; i < ARRAY_LEN(ages_s); i++) {
		struct utc at = { (clock_utc().us - ages_s[i] * US_PER_S) / US_PER_MS * US_PER_MS };

		sp_batch_of(&sp, at);
		wait_for_all();
		restart();
		ck_assert_int_eq(sp.last_ready.last, at.us);
	}
}
END_TEST

START_TEST(another_run_of_chisand_counts_from_one)
{
	sp_batch(&sp);
	sp_batch(&sp);
	wait_for_all();
	ck_assert_int_eq(sp_stop(&sp), 0);
	sp.batch = sp.stored = 0;
	sp_begin(&sp, folder, BOOT + 1);
	ck_assert_uint_eq(sp.last_ready.batch, 0);
	sp_batch(&sp);
	wait_for_all();
}
END_TEST

/* chisand dropped the oldest ones before a store was there. */
START_TEST(the_first_batch_may_have_any_number)
{
	sp.batch = sp.stored = 36;
	sp_batch(&sp);
	wait_for_all();
	ck_assert_uint_eq(sp.stored, 37);
}
END_TEST

START_TEST(states_are_saved_without_entries)
{
	sp_state(&sp, "GRID.RX", "1");
	sp_state(&sp, "GRID.TX", "2");
	sp_batch(&sp);
	wait_for_all();
	sp_state(&sp, "GRID.TX", ""); /* forget it */
	sp_batch(&sp);
	wait_for_all();
	ck_assert_uint_eq(sp.newest, 0);
	restart();
	ck_assert_str_eq(sp.state_text, "3 GRID.RX 1;");
}
END_TEST

START_TEST(a_new_site_may_come_while_it_runs)
{
	sp_batch(&sp);
	wait_for_all();
	sp_site(&sp, BOOT);
	sp_batch(&sp);
	wait_for_all();
	ck_assert_uint_eq(sp.ready, 1);
}
END_TEST

/* ---- reports */

START_TEST(a_report_gets_a_revision_only_if_it_says_something_else)
{
	sp_report(&sp, "2026-11-22", "a,1\n");
	SP_MUST(&sp, 3000, sp.unasked == 1);
	sp_report(&sp, "2026-11-22", "a,1\n");
	sp_report(&sp, "2026-11-22", "a,2\n");
	SP_MUST(&sp, 3000, sp.unasked == 2);
	sp_report(&sp, "2026-11-22", "a,1\n"); /* as before, but not as the newest */
	SP_MUST(&sp, 3000, sp.unasked == 3);
	ck_assert_int_eq(ask("SELECT count(*) FROM report"), 3);
	ck_assert_int_eq(ask("SELECT max(revision) FROM report"), 3);
	ck_assert_int_eq(ask("SELECT count(*) FROM journal WHERE kind = 13 AND text LIKE '%daily of 2026-11-22%'"), 3);
	ck_assert_int_eq(ask("SELECT count(*) FROM journal WHERE text LIKE '%revision 2 because late data came%' AND "
	                     "before <> after"),
	    1);
}
END_TEST

/* A day's report of self-wheeling, which knows late data up to a row. */
static void
wheel_report(const char *csv, uint64_t late)
{
	uint8_t digest[32];
	struct wbuf b = { .len = 0 };
	const int64_t day = INT64_C(1796050800) * US_PER_S; /* 2026-12-01 in Tokyo */

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)csv, strlen(csv), NULL, 0);
	msg_report_file_put(&b,
	    &(struct msg_report_file){ .report = "wheel",
	        .label = "2026-12-01",
	        .from = day,
	        .to = day + INT64_C(86400) * US_PER_S,
	        .late = late,
	        .digest = { digest, sizeof(digest) },
	        .text = { (const uint8_t *)csv, strlen(csv) },
	        .csv = { (const uint8_t *)csv, strlen(csv) } });
	sp_send(&sp, W_REPORT_FILE, &b);
	wbuf_done(&b);
}

static void
wheel_state(const char *what, const char *blob)
{
	struct wbuf b = { .len = 0 };

	msg_store_state_put(&b,
	    &(struct msg_store_state){
	        .kind = STATE_WHEEL, .name = what, .blob = { (const uint8_t *)blob, strlen(blob) } });
	sp_send(&sp, W_STORE_STATE, &b);
	wbuf_done(&b);
}

START_TEST(a_revision_says_what_made_it)
{
	wheel_report("a,1\n", 0);
	wheel_state("2026-12-01/prices", "18.5");
	wheel_state("2026-12-02/utility-001", "of another day");
	wheel_report("a,2\n", 2);
	wheel_state("2026-12-01/utility-001", "320");
	wheel_report("a,3\n", 3);
	SP_MUST(&sp, 3000, sp.unasked == 3);
	ck_assert_int_eq(ask("SELECT count(*) FROM report WHERE revision = 1 AND why = 0"), 1);
	ck_assert_int_eq(ask("SELECT why FROM report WHERE revision = 2"), REPORT_PRICES);
	ck_assert_int_eq(ask("SELECT why FROM report WHERE revision = 3"), REPORT_METERED);
	ck_assert_int_eq(ask("SELECT count(*) FROM journal WHERE text LIKE '%wheel of 2026-12-01 was made again as "
	                     "revision 2 because prices came%'"),
	    1);
}
END_TEST

/* With the first thing that comes after the site: rolling, which needs days too, begins only when there is time for it. */
START_TEST(a_day_of_prices_is_one_of_the_site)
{
	wheel_state("2026-12-01/prices", "18.5");
	sp_act(&sp, "behind it", NULL);
	wait_for_all();
	ck_assert_int_eq(ask("SELECT t0 FROM late WHERE point = -1"), INT64_C(1796050800000)); /* midnight of Tokyo */
	ck_assert_int_eq(ask("SELECT t1 - t0 FROM late WHERE point = -1"), 86400000 - 1);
}
END_TEST

START_TEST(a_person_confirms_what_was_seen_once)
{
	sp_report(&sp, "2026-11", "a,1\n");
	SP_MUST(&sp, 3000, sp.unasked == 1);
	sp_sign(&sp, "2026-11", 1, "a,2\n"); /* saw another */
	wait_for_all();
	ck_assert_int_eq(sp.entries[0].err, ERR_REFUSED);
	sp_sign(&sp, "2026-11", 2, "a,1\n");
	wait_for_all();
	ck_assert_int_eq(sp.entries[1].err, ERR_NOT_FOUND);
	sp_sign(&sp, "2026-11", 1, "a,1\n");
	wait_for_all();
	ck_assert_uint_gt(sp.entries[2].seq, 0);
	sp_sign(&sp, "2026-11", 1, "a,1\n");
	wait_for_all();
	ck_assert_int_eq(sp.entries[3].err, ERR_REFUSED);
	ck_assert(strstr(sp.result_text, "op confirmed it already") != NULL);
	sp.tokens -= 2; /* the one that was accepted, once more */
	sp_sign(&sp, "2026-11", 1, "a,1\n");
	wait_for_all();
	ck_assert_uint_eq(sp.entries[4].seq, sp.entries[2].seq);
	ck_assert_int_eq(ask("SELECT count(*) FROM report WHERE confirmed_by = 'op' AND confirmed > 0"), 1);
}
END_TEST

/* ---- what is not as it should be */

static void
send_bytes(uint16_t type, size_t len)
{
	struct wbuf b;

	wbuf_init(&b);
	memset(wbuf_grow(&b, len), 0xFE, len);
	sp_send(&sp, type, &b);
	wbuf_done(&b);
}

START_TEST(frames_that_cannot_be_read_hurt_nobody)
{
	static const uint16_t types[] = { W_RECORDS, W_STORE_STATE, W_JOURNAL_ADD, W_REPORT_FILE, W_REPORT_SIGN };

	send_bytes(types[_i], 300);
	sp_act(&sp, "an act", NULL);
	sp_batch(&sp);
	wait_for_all();
	ck_assert_uint_eq(sp.ready, 1);
	ck_assert_uint_eq(sp.stored, 1);
	restart();
	ck_assert_uint_eq(sp.last_ready.batch, 1);
}
END_TEST

START_TEST(an_entry_that_is_too_long_is_refused)
{
	char *text = malloc(20000);

	memset(text, 'x', 20000);
	text[19999] = '\0';
	sp_note(&sp, text);
	wait_for_all();
	ck_assert_int_eq(sp.entries[0].err, ERR_TOO_BIG);
	free(text);
}
END_TEST

START_TEST(it_says_how_it_is)
{
	SP_MUST(&sp, 3000, sp.healths > 0);
	ck_assert_int_eq(sp.health, STORE_WELL);
	ck_assert_uint_eq(sp.chain, 1);
	ck_assert_uint_gt(sp.size, 0);
	ck_assert_uint_gt(sp.space, 0);
	ck_assert_uint_ge(sp.total, sp.space);
	ck_assert(isnan(sp.growth)); /* of a new database nobody can know it yet */
	sp_ping(&sp);
	SP_MUST(&sp, 1000, sp.pongs == 1);
}
END_TEST

START_TEST(folders_are_made_with_care)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = { { "store", 0750 }, { "key", 0700 }, { "spool", 0750 }, { "key/journal.key", 0600 },
		{ "key/journal.mark", 0600 }, { "store/chisan.db", 0640 } };
	char path[128];
	struct stat st;

	ck_assert_int_eq(sp_stop(&sp), 0);
	str_printf(path, sizeof(path), "%s/key", folder);
	ck_assert_int_eq(chmod(path, 0755), 0); /* as a copy by hand may leave it */
	sp_begin(&sp, folder, BOOT);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		str_printf(path, sizeof(path), "%s/%s", folder, folders[i].name);
		ck_assert_msg(stat(path, &st) == 0, "%s", path);
		ck_assert_uint_eq(st.st_mode & 0777 & ~folders[i].mode, 0);
	}
}
END_TEST

START_TEST(files_of_the_first_layout_find_their_place)
{
	static const char *const names[][2] = { { "store/chisan.db-wal", "chisan.db-wal" },
		{ "store/chisan.db", "chisan.db" }, { "key/journal.key", "journal.key" },
		{ "key/journal.pub", "journal.pub" } };
	char from[128], to[128];

	sp_act(&sp, "an act", "A=one");
	wait_for_all();
	ck_assert_int_ne(sp_kill(&sp), 0); /* so that the log has something */
	for (size_t i = 0; i < 4; i++) {
		str_printf(from, sizeof(from), "%s/%s", folder, names[i][0]);
		str_printf(to, sizeof(to), "%s/%s", folder, names[i][1]);
		ck_assert_int_eq(rename(from, to), 0);
	}
	sp_begin(&sp, folder, BOOT);
	ck_assert_str_eq(sp.state_text, "0 A one;");
	ck_assert_uint_eq(sp.last_ready.journal, 2); /* the key is the same */
}
END_TEST

/* What no helper can be talked into. */
START_TEST(its_options_are_checked)
{
	static const char *const lines[] = { "", "-d", "-x", "-r", "--restore", "-V", "--help", "-d /tmp -r",
		"-d /tmp" };
	static const int codes[] = { 2, 2, 2, 2, 2, 0, 0, 1, 1 };
	char path[512], command[700];
	int status;
	pid_t pid;

	ck_assert(spawn_find("chisan-store", path, sizeof(path)));
	str_printf(command, sizeof(command), "exec %s %s >/dev/null 2>&1 3>&-", path, lines[_i]);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), codes[_i]);
}
END_TEST

T_MAIN("writer",
    T_FIXTURE(setup, teardown) T(an_act_is_answered_at_once_and_what_it_changed_is_there_again)
        T(entries_keep_their_order_whoever_waits_for_them) T(what_nobody_waits_for_is_answered_within_a_second) T(
            a_burst_does_not_wait_half_a_second_for_each_part_of_it) T(a_token_that_was_there_gets_the_entry_of_then)
            T(batches_are_stored_once) T(a_batch_that_waited_keeps_its_times) T(another_run_of_chisand_counts_from_one)
                T(the_first_batch_may_have_any_number) T(states_are_saved_without_entries)
                    T(a_new_site_may_come_while_it_runs) T(a_report_gets_a_revision_only_if_it_says_something_else)
                        T(a_revision_says_what_made_it) T(a_day_of_prices_is_one_of_the_site) T(
                            a_person_confirms_what_was_seen_once) T_LOOP(frames_that_cannot_be_read_hurt_nobody, 0, 5)
                            T(an_entry_that_is_too_long_is_refused) T(it_says_how_it_is) T(folders_are_made_with_care)
                                T(files_of_the_first_layout_find_their_place) T_LOOP(its_options_are_checked, 0, 9))
