/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_reader_damage.c - the database under the reader: not there yet, replaced, growing, damaged in a run, a page or its head.
 */
#include "config.h"

#include "tests/unit/query_kit.h"
#include "tests/unit/reader_kit.h"

#include "tests/unit/reader_fill.h"

START_TEST(nothing_recorded_yet_is_said_and_then_answered)
{
	struct asked *a;

	kit_leave_database();
	reader_free(reader);
	conn_free(peer);
	ev_loop_destroy(loop);
	folder_remove();
	kit_folders();
	kit_reader();
	a = kit_trend(T0, T0 + HOUR, 10, soc);
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, ERR_NOT_FOUND);
	ck_assert_msg(strstr(a->text, "nothing is recorded yet") != NULL, "%s", a->text);
	kit_database();
	fill(2);
	do {
		kit_turn();
		a = kit_trend(T0, T0 + HOUR, 10, soc);
		KIT_UNTIL(a->ended);
	} while (a->err == ERR_NOT_FOUND && asked_count < ASKED_MAX);
	ck_assert_msg(a->err == OK, "%s", a->text);
	is_trend_of(a, 1, T0, T0 + HOUR, 10);
}
END_TEST

START_TEST(a_replaced_database_is_opened_anew)
{
	struct asked *begun, *next;
	char moved[200];

	fill(2);
	kit_entries(1, 30);
	grants = false;
	begun = kit_journal(&everything);
	KIT_UNTIL(begun->frames == 8);
	query_close(q);
	must(db_move_aside(&db, (struct utc){ T0 * US_PER_MS }, moved, sizeof(moved)));
	kit_database();
	kit_entries(1, 2);
	next = kit_journal(&everything);
	KIT_UNTIL(next->ended && begun->ended);
	ck_assert_int_eq(begun->err, ERR_BUSY);
	ck_assert_msg(strstr(begun->text, "was replaced") != NULL, "%s", begun->text);
	ck_assert_int_eq(next->err, OK);
	ck_assert_uint_eq(next->frames, 2);
}
END_TEST

/* Between two looks at the files the writer opens the database anew, and this step reads what is being written over. */
static enum turn
step_on_thin_ice(struct question *ask)
{
	char index[160], wrong[180];

	str_printf(index, sizeof(index), "%s-shm", db.path);
	str_printf(wrong, sizeof(wrong), "%s.old", index);
	ck_assert_int_eq(rename(index, wrong), 0);
	close(open(index, O_RDWR | O_CREAT, 0600));
	w_u8(&ask->reader->out, 1);
	question_send(ask, W_TREND, &ask->reader->out);
	return question_end(ask, OK, "%s", "");
}

START_TEST(what_was_read_while_the_database_was_opened_anew_is_no_answer)
{
	struct asked *a;
	struct answer thin;

	fill(4);
	a = kit_trend(T0, T0 + HOUR, 100, soc);
	KIT_UNTIL(TAILQ_FIRST(&reader->questions) != NULL);
	thin = *TAILQ_FIRST(&reader->questions)->answer;
	thin.step = step_on_thin_ice;
	TAILQ_FIRST(&reader->questions)->answer = &thin;
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, ERR_BUSY);
	ck_assert_msg(strstr(a->text, "replaced while") != NULL, "%s", a->text);
	ck_assert(TAILQ_EMPTY(&reader->questions));
}
END_TEST

START_TEST(a_report_of_two_databases_is_none)
{
	struct report made = { 0 };
	char index[160], wrong[180], message[300] = "";

	fill(4);
	kit_site(site_text);
	ck_assert_int_eq(source_ready(&reader->source, clock_mono()), OK);
	ck_assert_int_eq(
	    reader_make(reader, "operation", "2026-11-22", false, clock_utc(), &made, message, sizeof(message)), OK);
	report_done(&made);
	str_printf(index, sizeof(index), "%s-shm", db.path);
	str_printf(wrong, sizeof(wrong), "%s.old", index);
	ck_assert_int_eq(rename(index, wrong), 0);
	made = (struct report){ 0 };
	ck_assert_int_eq(
	    reader_make(reader, "operation", "2026-11-22", false, clock_utc(), &made, message, sizeof(message)),
	    ERR_BUSY);
	ck_assert_msg(strstr(message, "replaced while") != NULL, "%s", message);
	ck_assert_int_eq(rename(wrong, index), 0);
}
END_TEST

START_TEST(what_the_writer_adds_is_seen)
{
	struct asked *a;

	for (unsigned i = 1; i <= 20; i++) {
		kit_entries(i, i);
		a = kit_journal(&everything);
		KIT_UNTIL(a->ended);
		ck_assert_uint_eq(a->frames, i);
	}
	/* and the log can begin anew: nothing is held between questions */
	sqlite3_stmt *st = db_prepare(&db, "PRAGMA wal_checkpoint(TRUNCATE)");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), 0);
	sqlite3_finalize(st);
	kit_entries(21, 21);
	a = kit_journal(&everything);
	KIT_UNTIL(a->ended);
	ck_assert_uint_eq(a->frames, 21);
}
END_TEST

/* Also while a question waits for credit nothing is held. */
START_TEST(a_question_that_waits_holds_no_log)
{
	kit_entries(1, 30);
	grants = false;
	struct asked *a = kit_journal(&everything);
	KIT_UNTIL(a->frames == 8);
	kit_entries(31, 40);
	sqlite3_stmt *st = db_prepare(&db, "PRAGMA wal_checkpoint(TRUNCATE)");
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(st, 0), 0);
	sqlite3_finalize(st);
}
END_TEST

START_TEST(damaged_runs_are_told_and_the_rest_is_given)
{
	struct asked *a;

	fill(10);
	must(db_exec(&db, "UPDATE block SET data = x'00ff00ff' WHERE id = 3"));
	a = kit_history(T0, T0 + 5000000, 1000000, "ESS1.SOC");
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, OK);
	ck_assert_msg(strstr(a->text, "damaged") != NULL, "%s", a->text);
	ck_assert_uint_ge(is_history_of(a, T0, T0 + 5000000), 4500);
	a = kit_history(T0, T0 + 900000, 1000000, "ESS1.SOC");
	KIT_UNTIL(a->ended);
	ck_assert_str_eq(a->text, ""); /* only who asked for it is told */
}
END_TEST

static int
page_of(const char *table)
{
	sqlite3_stmt *st =
	    db_prepare(&db, "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' LIMIT 1 OFFSET 1");
	int page;

	sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	page = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return page;
}

START_TEST(a_damaged_page_costs_only_what_lies_in_it)
{
	static const uint8_t zeros[4096];
	struct asked *a;
	char path[128];
	int page, fd;

	fill(10);
	kit_entries(1, 3000);
	page = page_of("journal");
	must(db_exec(&db, "PRAGMA wal_checkpoint(TRUNCATE)"));
	str_printf(path, sizeof(path), "%s/%s", store_folder, DB_FILE);
	fd = open(path, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, zeros, 4096, (off_t)(page - 1) * 4096), 4096);
	close(fd);
	a = kit_journal(&everything);
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, ERR_BAD_DATA);
	ck_assert_msg(strstr(a->text, "all else is still answered") != NULL, "%s", a->text);
	ck_assert_uint_gt(a->frames, 1);
	a = kit_trend(T0, T0 + HOUR, 100, soc);
	KIT_UNTIL(a->ended);
	ck_assert_int_eq(a->err, OK);
	a = kit_answer(W_VERIFY_GET);
	ck_assert_int_eq(a->err, OK); /* the outcome is: broken */
}
END_TEST

START_TEST(a_damaged_file_is_said_to_be_so)
{
	struct asked *a;
	char path[128];
	int fd;

	kit_leave_database();
	str_printf(path, sizeof(path), "%s/%s", store_folder, DB_FILE);
	fd = open(path, O_WRONLY | O_TRUNC);
	ck_assert_int_eq(
	    write(fd,
	        "no database at all, but as long as a head would be; and some more. Enough of it now to fill 100.", 96),
	    96);
	close(fd);
	do {
		kit_turn();
		a = kit_trend(T0, T0 + HOUR, 10, soc);
		KIT_UNTIL(a->ended);
	} while (a->err != ERR_BAD_DATA && asked_count < ASKED_MAX);
	ck_assert_int_eq(a->err, ERR_BAD_DATA);
	ck_assert_msg(strstr(a->text, "moves it aside") != NULL, "%s", a->text);
}
END_TEST

T_MAIN("reader_damage",
    T_FIXTURE(setup, teardown) T(nothing_recorded_yet_is_said_and_then_answered) T(a_replaced_database_is_opened_anew)
        T(what_was_read_while_the_database_was_opened_anew_is_no_answer) T(a_report_of_two_databases_is_none)
            T(what_the_writer_adds_is_seen) T(a_question_that_waits_holds_no_log)
                T(damaged_runs_are_told_and_the_rest_is_given) T(a_damaged_page_costs_only_what_lies_in_it)
                    T(a_damaged_file_is_said_to_be_so))
