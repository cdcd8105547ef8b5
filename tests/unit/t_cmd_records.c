/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_cmd_records.c - what the commands show of the record and do with it: journal, notes, reports, acts, backup.
 */
#include "config.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio_ext.h>
#include <sys/stat.h>

#include "console/act.h"
#include "console/cmd.h"
#include "console/entry.h"
#include "console/rkind.h"
#include "console/say.h"
#include "console/when.h"
#include "tests/screen/fakerecords.h"
#include "tests/unit/t.h"

#include "tests/unit/cmd_kit.h"
#include "tests/unit/fake.h"

static struct fake fake;
static struct fakerecords records;

static bool
take_frame(struct fake *s, struct conn *c, const struct frame *f)
{
	struct msg_subscribe m;
	struct rbuf r;

	if (f->type != W_SUBSCRIBE)
		return fakerecords_frame(&records, c, f);
	rbuf_init(&r, f->body, f->length);
	s->subscribed++;
	fake_snapshot(s);
	if (msg_subscribe_get(&r, &m))
		fakerecords_subscribed(&records, c, m.what);
	return true;
}

static void
client_left(struct conn *c)
{
	fakerecords_left(&records, c);
}

static void
setup(void)
{
	setenv("CHISAN_NOW", "2026-11-22T12:08:31.4Z", 1);
	setenv("LC_CTYPE", "C.UTF-8", 1);
	say_init();
	struct utc now = clock_utc();
	fakerecords_init(&records, now, 300);
	fake_start(&fake, ev_default_loop(0));
	cmd_folder = fake.folder;
	fake.records = take_frame;
	fake.left = client_left;
	setenv("CHISAN_SOCKET", fake.path, 1);
}

static ev_timer follow_timer; /* outlives a test that fails */

static void
teardown(void)
{
	char path[128];

	for (const char *const *name = (const char *const[]){ "b", "b.part", "r", "DAY_20261121_r2.csv", NULL };
	     *name != NULL; name++) {
		str_printf(path, sizeof path, "%s/%s", fake.folder, *name);
		unlink(path);
	}
	ev_timer_stop(fake.loop, &follow_timer);
	fake_stop(&fake);
	fakerecords_done(&records);
}

static unsigned
count_lines(void)
{
	unsigned n = 0;

	for (const char *p = capture.out_text; *p != '\0'; p++)
		n += *p == '\n';
	return n;
}

/* ---- journal */

START_TEST(the_journal_stands_newest_last)
{
	ck_assert_int_eq(run("journal -n 4"), CMD_DONE);
	ck_assert_uint_eq(count_lines(), 4);
	ck_assert(strncmp(capture.out_text, "    299 ", 8) == 0);
	const char *a = strstr(capture.out_text, "    299 "), *b = strstr(capture.out_text, "    302 ");
	ck_assert(a != NULL && b != NULL && a < b);
	ck_assert_int_eq(run("journal -n 4 --reverse"), CMD_DONE);
	ck_assert(strncmp(capture.out_text, "    302 ", 8) == 0);
}
END_TEST

START_TEST(the_journal_is_chosen_by_kind_point_user_text_and_time)
{
	ck_assert_int_eq(run("journal --kind manual,scan --since 20h"), CMD_DONE);
	HAS(out, " manual ");
	HAS(out, " scan ");
	HAS_NOT(out, " note ");
	ck_assert_int_eq(run("journal --point GTC.* --user rel*"), CMD_DONE);
	HAS(out, "setpoint refused (1200 kW -> 1600 kW) [reason 7, step limit]");
	HAS_NOT(out, "GTC.STATE");
	ck_assert_int_eq(run("journal --text 換気扇 --until 2026-11-22_03:01 --since 2026-11-22_02:00"), CMD_DONE);
	ck_assert_uint_eq(count_lines(), 1);
	HAS(out, "2026-11-22 03:00:00");
	HAS(out, "当直@pts/4");
}
END_TEST

START_TEST(wrong_choices_are_said_before_anybody_is_asked)
{
	ck_assert_int_eq(run("journal --kind nte"), CMD_USAGE);
	HAS(err, "did you mean \"note\"?");
	ck_assert_int_eq(run("journal -f --reverse"), CMD_USAGE);
	ck_assert_int_eq(run("journal prove"), CMD_USAGE);
	ck_assert_uint_eq(fake.accepted, 0);
	ck_assert_int_eq(run("journal --since soon"), CMD_USAGE);
	HAS(err, "--since soon is no time");
	ck_assert_int_eq(run("journal --kind help"), CMD_DONE);
	HAS(out, "an operator's note");
}
END_TEST

START_TEST(an_entry_in_json_is_whole)
{
	json_error_t e;

	ck_assert_int_eq(run("journal -n 1 --json"), CMD_DONE);
	json_t *j = json_loads(capture.out_text, 0, &e);
	ck_assert_msg(j != NULL, "%s", e.text);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "schema")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "seq")), 302);
	ck_assert_str_eq(json_string_value(json_object_get(j, "kind")), "note");
	ck_assert_str_eq(json_string_value(json_object_get(j, "who")), "duty@pts/3");
	ck_assert_str_eq(json_string_value(json_object_get(j, "point")), "ESS1.SOC");
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(j, "hash"))), 64);
	ck_assert_uint_eq(strlen(json_string_value(json_object_get(j, "text"))), FAKERECORDS_BULK);
	json_decref(j);
}
END_TEST

START_TEST(nothing_hostile_leaves_the_journal)
{
	ck_assert_int_eq(run("journal --user mall*"), CMD_DONE);
	ck_assert_uint_eq(count_lines(), 1);
	for (const char *p = capture.out_text; *p != '\0'; p++)
		ck_assert(*p == '\n' || (unsigned char)*p >= ' ');
	HAS_NOT(out, "\u202E");
	HAS_NOT(out, "\u200B");
	HAS(out, "\uFFFD[2J");
	ck_assert_int_eq(run("journal --user mall* --json"), CMD_DONE);
	HAS(out, "\\u001B[2J"); /* whole, but escaped */
}
END_TEST

START_TEST(a_reader_that_goes_ends_the_journal)
{
	int ends[2], real;

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	fflush(stdout);
	real = dup(STDOUT_FILENO);
	dup2(ends[1], STDOUT_FILENO);
	static const char *const argv[] = { "chisan", "journal" };
	static struct options o;
	char message[256];
	ck_assert(options_read(&o, 2, argv, message, sizeof message));
	int code = cmd_run(&o);
	__fpurge(stdout); /* without a process of its own, the next test prints here too */
	clearerr(stdout);
	say_init();
	dup2(real, STDOUT_FILENO);
	ck_assert_int_eq(code, CMD_DONE);
	close(real);
	close(ends[1]);
}
END_TEST

START_TEST(without_a_store_the_journal_says_so)
{
	records.is_absent = true;
	ck_assert_int_eq(run("journal"), CMD_NO_SERVER);
	HAS(err, "chisan-store does not run");
}
END_TEST

/* Entries come while the question is being answered, and twice; then the link is lost and some are recorded meanwhile. */
static int follow_step;

static void
follow_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)revents;
	if (follow_step == 0 && records.questions == 0)
		return;
	switch (follow_step++) {
	case 0: fakerecords_add(&records, JOURNAL_NOTE, "", "duty", "the first to follow", true); break;
	case 1: fakerecords_add(&records, JOURNAL_NOTE, "", "duty", "not on the disk", false); break;
	case 2: /* the link breaks, and what is recorded then is not told */
		fake_die(&fake);
		fakerecords_add(&records, JOURNAL_NOTE, "", "duty", "while nobody listened", true);
		fake_listen(&fake);
		break;
	default:
		if (records.questions < 2)
			return;
		fakerecords_add(&records, JOURNAL_NOTE, "", "duty", "the last to follow", true);
		raise(SIGINT);
		ev_timer_stop(loop, w);
	}
}

START_TEST(following_loses_no_entry_and_repeats_none)
{
	follow_step = 0;
	ev_timer_init(&follow_timer, follow_cb, 0.05, 0.1);
	ev_timer_start(fake.loop, &follow_timer);
	ck_assert_int_eq(run("journal -f -n 2 --text follow"), CMD_DONE);
	HAS(out, "the first to follow");
	HAS_NOT(out, "not on the disk"); /* the filter holds for the stream too */
	follow_step = 0;
	records.questions = 0;
	ev_timer_init(&follow_timer, follow_cb, 0.05, 0.1);
	ev_timer_start(fake.loop, &follow_timer);
	ck_assert_int_eq(run("journal -f -n 1 --user duty"), CMD_DONE);
	HAS(out, "the first to follow");
	HAS(out, "not yet recorded");
	HAS(out, "while nobody listened");
	HAS(err, "trying again");
	HAS(err, "is back");
	for (const char *what = "while nobody listened", *p = strstr(capture.out_text, what); p != NULL;) {
		ck_assert(strstr(p + 1, what) == NULL);
		break;
	}
}
END_TEST

static const struct {
	uint8_t state;
	int code;
	const char *text;
} proofs[] = { { VERIFY_WHOLE, CMD_DONE, "WHOLE: 302 entries, 3 signed checkpoints" },
	{ VERIFY_BROKEN, CMD_FAILED, "BROKEN at entry 4" },
	{ VERIFY_UNVOUCHED, CMD_FAILED, "NOT VOUCHED FOR from entry 4 on" } };

START_TEST(a_proof_ends_in_a_word_and_a_code)
{
	records.verify = proofs[_i].state;
	ck_assert_int_eq(run("journal verify"), proofs[_i].code);
	HAS(out, proofs[_i].text);
	ck_assert_int_eq(run("journal verify --json"), proofs[_i].code);
	HAS(out, "\"schema\":1");
}
END_TEST

START_TEST(a_checkpoint_from_elsewhere_is_proved_by_the_store)
{
	char line[256], hash[80], known[160];

	entry_hash(&records.entries[99].m, hash, sizeof hash, 64);
	str_printf(line, sizeof line, "journal verify --checkpoint journal_checkpoint_100_%s", hash);
	ck_assert_int_eq(run(line), CMD_DONE);
	HAS(out, "and the one that was seen elsewhere");
	str_printf(known, sizeof known, "100 %s", hash);
	ck_assert_str_eq(records.known, known);
	records.verify = VERIFY_BROKEN;
	ck_assert_int_eq(run(line), CMD_FAILED);
	HAS(out, "BROKEN at entry 4\nentry 4 was changed");
	records.verify = VERIFY_WHOLE;
	ck_assert_int_eq(run("journal verify"), CMD_DONE);
	ck_assert_str_eq(records.known, "");
	HAS(out, "--checkpoint");
	ck_assert_int_eq(run("journal verify --checkpoint 900"), CMD_USAGE);
}
END_TEST

/* ---- acts */

START_TEST(a_note_tells_its_entry)
{
	ck_assert_int_eq(run("note the door was open --point ESS1.SOC --at 02:10"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "DONE, recorded as entry 303: noted\n");
	ck_assert_str_eq(records.act_text, "the door was open");
	ck_assert_str_eq(records.act_point, "ESS1.SOC");
	ck_assert_int_eq(records.act_time, when_civil(2026, 11, 22, 2, 10, 0).us);
	uint64_t token = records.token;
	ck_assert_uint_ne(token, 0);
	ck_assert_int_eq(run("note again"), CMD_DONE);
	ck_assert_uint_ne(records.token, token);
	ck_assert_int_eq(run("note once more --json"), CMD_DONE);
	HAS(out, "\"entry\":305");
	ck_assert_int_eq(run("note x --point ESS9.SOC"), CMD_NOT_FOUND);
	ck_assert_int_eq(run("note _"), CMD_USAGE);
	ck_assert_uint_eq(records.acts, 3);
}
END_TEST

START_TEST(a_value_by_hand_is_read_and_checked)
{
	ck_assert_int_eq(run("manual ESS1.SOC 12.5 --reason meter --for 2h"), CMD_DONE);
	ck_assert(records.manual.on && records.manual.value > 12.4 && records.manual.value < 12.6);
	ck_assert_int_eq(records.manual.until, utc_add(clock_utc(), 7200 * US_PER_S).us);
	ck_assert_int_eq(run("manual ESS1.STATE run --reason seen"), CMD_DONE);
	ck_assert(records.manual.value > 0.9 && records.manual.value < 1.1);
	ck_assert_int_eq(records.manual.until, 0);
	ck_assert_int_eq(run("manual ESS1.SOC --off"), CMD_DONE);
	ck_assert(!records.manual.on);
	ck_assert_str_eq(records.act_text, ACT_NO_REASON); /* the server refuses an empty one */
	unsigned acts = records.acts;
	ck_assert_int_eq(run("manual ESS1.SOC -5 --reason x"), CMD_REFUSED);
	HAS(err, "outside the range of ESS1.SOC, 0 to 100 %");
	ck_assert_int_eq(run("manual ESS1.STATE walk --reason x"), CMD_USAGE);
	HAS(err, "stop, run, fault");
	ck_assert_int_eq(run("manual ESS1.SOC 5"), CMD_USAGE);
	HAS(err, "why?");
	ck_assert_int_eq(run("manual ESS1.SOC 5 --off"), CMD_USAGE);
	ck_assert_int_eq(run("manual ess1.soc 5 --reason x"), CMD_NOT_FOUND);
	HAS(err, "did you mean ESS1.SOC?");
	ck_assert_uint_eq(records.acts, acts);
}
END_TEST

START_TEST(scan_goes_off_with_a_reason_and_on_without)
{
	ck_assert_int_eq(run("scan ESS1.SOC off"), CMD_USAGE);
	ck_assert_int_eq(run("scan ESS1.SOC away --reason x"), CMD_USAGE);
	ck_assert_uint_eq(records.acts, 0);
	ck_assert_int_eq(run("scan ESS1.SOC off --reason maintenance"), CMD_DONE);
	ck_assert(!records.scan.on);
	ck_assert_int_eq(run("scan ESS1.SOC on"), CMD_DONE);
	ck_assert(records.scan.on);
}
END_TEST

START_TEST(an_act_that_is_not_recorded_yet_says_so)
{
	records.is_slow_to_record = true;
	ck_assert_int_eq(run("note x"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "DONE, NOT YET RECORDED: noted\n");
	ck_assert_int_eq(run("scan ESS1.SOC on --json"), CMD_DONE);
	HAS(out, "\"result\":\"done\",\"recorded\":false");
}
END_TEST

START_TEST(a_refused_act_ends_with_5_and_its_reason)
{
	records.is_refusing = true;
	ck_assert_int_eq(run("note x"), CMD_REFUSED);
	HAS(err, "only engineers do this (reason 20, no access authority)");
	ck_assert_int_eq(run("note x --json"), CMD_REFUSED);
	HAS(out, "\"result\":\"refused\",\"recorded\":false,\"reason\":20");
}
END_TEST

START_TEST(an_act_whose_link_breaks_is_unknown)
{
	records.dies_at_act = true;
	ck_assert_int_eq(run("scan ESS1.SOC on --json"), CMD_UNKNOWN);
	HAS(err, "sent, not confirmed");
	HAS(out, "\"result\":\"unknown\"");
	records.dies_at_act = false;
	records.is_silent = true;
	ck_assert_int_eq(run("note x --timeout 1s"), CMD_UNKNOWN);
	HAS(err, "not confirmed");
}
END_TEST

START_TEST(who_may_not_is_told_his_role)
{
	fake.role = ROLE_VIEWER;
	ck_assert_int_eq(run("note x"), CMD_DENIED);
	HAS(err, "this needs the role operator; you are viewer");
	ck_assert_uint_eq(records.acts, 0);
}
END_TEST

/* ---- reports */

START_TEST(a_report_comes_as_text_csv_and_file)
{
	struct stat st;
	char path[128];

	ck_assert_int_eq(run("report daily yesterday"), CMD_DONE);
	HAS(out, "2026-11-21");
	HAS(out, "\n23:00 ");
	ck_assert_int_eq(run("report daily 2026-11-21 --csv"), CMD_DONE);
	ck_assert_str_eq(capture.out_text, "\xEF\xBB\xBFhour,kWh\r\n00:00,12.5\r\n");
	ck_assert_int_eq(run("report daily 2026-11-21 --cp932 -o %d/r"), CMD_DONE);
	str_printf(path, sizeof path, "%s/r", fake.folder);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 20);
	ck_assert_int_eq(run("report daily 2026-11-21 --cp932 -o %d/r"), CMD_REFUSED);
	HAS(err, "is there already");
	ck_assert_int_eq(run("report daily 2026-11-21 --csv -o %d/"), CMD_DONE);
	HAS(err, "DAY_20261121_r2.csv");
	ck_assert_int_eq(run("handover --since 05:00"), CMD_DONE);
	HAS(out, "shift  2026-11-22T0500");
	ck_assert_int_eq(run("report heat"), CMD_NOT_FOUND);
	ck_assert_int_eq(run("report dayly"), CMD_USAGE);
	HAS(err, "did you mean \"daily\"?");
	ck_assert_int_eq(run("report daily 2026-11"), CMD_USAGE);
	ck_assert_int_eq(run("report daily --revision 9"), CMD_NOT_FOUND);
}
END_TEST

static json_t *
row_of(json_t *answer, const char *key)
{
	json_t *rows = json_object_get(answer, "rows"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "key")), key) == 0)
			return row;
	}
	ck_abort_msg("no row %s", key);
}

START_TEST(co2_and_cost_come_with_their_factors)
{
	double v;

	ck_assert_int_eq(run("co2"), CMD_DONE);
	HAS(out, "Saved by local production");
	HAS(out, " 623,511# ");
	HAS(out, " *** kg-CO2");
	HAS(out, "known least: PV, city hall (PV1.KWH)");
	HAS(out, "factor GRID_2024 0.43 kg-CO2/kWh, from 2024-04-01; ");
	HAS(out, "tariff Special high voltage, example, from 2025-04-01; ");
	ck_assert_int_eq(run("co2 --ja"), CMD_DONE);
	HAS(out, "地産による削減量");
	ck_assert_int_eq(run("co2 --json"), CMD_DONE);
	ck_assert_uint_eq(count_lines(), 1);
	json_t *j = json_loads(capture.out_text, 0, NULL), *row = row_of(j, "saved_dispatch");
	ck_assert_int_eq(json_unpack(row, "{s:{s:f}}", "month", "value", &v), 0);
	ck_assert_double_eq(v, 310.5);
	ck_assert(json_is_null(json_object_get(json_object_get(row, "fiscal_year"), "value")));
	ck_assert(json_is_null(json_object_get(row_of(j, "base"), "today"))); /* a day has no demand charge */
	ck_assert_int_eq(json_unpack(json_array_get(json_object_get(j, "factors"), 1), "{s:F}", "value", &v), 0);
	ck_assert_double_eq(v, 2.05);
	json_decref(j);
	records.is_absent = true;
	ck_assert_int_ne(run("co2"), CMD_DONE);
}
END_TEST

START_TEST(filed_reports_are_listed)
{
	ck_assert_int_eq(run("report --list -n 5"), CMD_DONE);
	ck_assert_uint_eq(count_lines(), 6);
	HAS(out, "keeper");
	ck_assert_int_eq(run("report --list daily --json -n 3"), CMD_DONE);
	ck_assert_uint_eq(count_lines(), 3);
	HAS_NOT(out, "demand");
}
END_TEST

START_TEST(confirming_needs_a_person_and_what_he_saw)
{
	int in = open("/dev/null", O_RDONLY), real = dup(STDIN_FILENO);

	dup2(in, STDIN_FILENO);
	ck_assert_int_eq(run("report confirm daily yesterday"), CMD_USAGE);
	HAS(err, "Digest   abcdef01");
	HAS(err, "--yes");
	dup2(real, STDIN_FILENO);
	close(in);
	close(real);
	ck_assert_uint_eq(records.confirmed, 0);
	ck_assert_int_eq(run("report confirm daily yesterday --yes"), CMD_DONE);
	ck_assert_uint_eq(records.confirmed, 1);
	ck_assert_int_eq(run("report confirm daily yesterday --yes"), CMD_REFUSED);
	HAS(err, "confirmed already, by keeper");
	ck_assert_int_eq(run("report confirm daily today --yes"), CMD_REFUSED);
	HAS(err, "its period is not over");
	ck_assert_int_eq(run("report confirm saving today --yes"), CMD_REFUSED);
	HAS(err, "made when they are asked for");
	HAS(err, "not filed");
}
END_TEST

/* ---- backup and status */

START_TEST(a_backup_is_whole_or_not_there)
{
	struct stat st;
	char path[128];

	str_printf(path, sizeof path, "%s/b", fake.folder);
	ck_assert_int_eq(run("backup %d/b"), CMD_DENIED);
	ck_assert_int_ne(stat(path, &st), 0);
	fake.role = ROLE_ENGINEER;
	records.is_damaged = true;
	ck_assert_int_eq(run("backup %d/b"), CMD_FAILED);
	HAS(err, "is not what the server sent");
	ck_assert_int_ne(stat(path, &st), 0);
	records.is_damaged = false;
	ck_assert_int_eq(run("backup %d/b"), CMD_DONE);
	HAS(err, "whole, blake2b");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 180000);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(run("backup %d/b"), CMD_REFUSED);
	ck_assert_int_eq(run("backup %d/b --force"), CMD_DONE);
	str_append(path, sizeof path, ".part");
	ck_assert_int_ne(stat(path, &st), 0);
	close(open(path, O_CREAT | O_WRONLY, 0600)); /* another one is at work */
	ck_assert_int_eq(run("backup %d/b --force"), CMD_REFUSED);
	HAS(err, "another one is writing it");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(run("backup %d/nowhere/b"), CMD_FAILED);
}
END_TEST

START_TEST(status_tells_how_the_record_is)
{
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "Record    well; 1.3 GB, 50.2 GB free: full in 38 years; entry 302, 10s ago");
	records.health = STORE_FULL;
	records.health_text = "nothing is recorded since 02:13; 12 entries wait";
	ck_assert_int_eq(run("status"), CMD_DONE);
	HAS(out, "Record    RECORD FULL: nothing is recorded since 02:13; 12 entries wait");
	records.health_text = "the database is older than what was recorded here before, so somebody has put it there";
	ck_assert_int_eq(run("status"), CMD_DONE); /* in two rows, none of it cut */
	HAS(out,
	    "Record    RECORD FULL: the database is older than what was recorded here\n          before, so somebody "
	    "has put it there");
	ck_assert_int_eq(run("status --json"), CMD_DONE);
	HAS(out, "\"record\":{\"state\":\"full\"");
	HAS(out, "\"newest\":{\"seq\":302");
	for (unsigned state = STORE_WELL + 1; state < STORE_STATE_COUNT; state++) { /* each has words of its own */
		records.health = state;
		records.health_text = "";
		ck_assert_int_eq(run("status"), CMD_DONE);
		ck_assert(strstr(capture.out_text, "RECORD NOT WELL") == NULL);
	}
	records.is_absent = true;
	ck_assert_int_eq(run("status"), CMD_DONE); /* the page is worth more than that line */
}
END_TEST

/* ---- the small parts */

static const struct {
	const char *kind, *text, *label;
} periods[] = {
	{ "daily", "", "2026-11-21" },
	{ "daily", "today", "2026-11-22" },
	{ "daily", "2026-02-28", "2026-02-28" },
	{ "monthly", "", "2026-10" },
	{ "monthly", "2026-11-22", "2026-11" },
	{ "yearly", "", "2025" },
	{ "yearly", "2026-03", "2025" }, /* from April */
	{ "yearly", "2024", "2024" },
	{ "shift", "", "" },
	{ "shift", "2026-11-22-2", "2026-11-22-2" },
	{ "shift", "08:30", "2026-11-22T0830" },
	{ "shift", "2026-11-22-0", NULL },
	{ "energy", "2026-11", "2026" },
	{ "daily", "2026", NULL },
	{ "monthly", "november", NULL },
	{ "alarms", "", "2026-W46" }, /* 2026-11-22 is a Sunday: its week goes on */
	{ "alarms", "today", "2026-W47" },
	{ "alarms", "2026-W01", "2026-W01" },
	{ "alarms", "2026-11", "2026-11" },
	{ "alarms", "2026-11-03", "2026-11-03" },
	{ "alarms", "2026-W1", NULL },
};

START_TEST(a_period_is_read_as_people_write_it)
{
	char label[RKIND_LABEL] = "";
	bool ok;

	ck_assert(clock_set_zone("Asia/Tokyo"));
	ok = rkind_read(rkind_find(periods[_i].kind), periods[_i].text, clock_utc(), label, sizeof label);
	ck_assert_int_eq(ok, periods[_i].label != NULL);
	if (ok)
		ck_assert_str_eq(label, periods[_i].label);
}
END_TEST

START_TEST(one_leafs_from_period_to_period)
{
	char label[RKIND_LABEL] = "2026-03-01";

	ck_assert(clock_set_zone("Europe/Berlin"));
	rkind_step(rkind_find("daily"), label, sizeof label, -1);
	ck_assert_str_eq(label, "2026-02-28");
	str_copy(label, sizeof label, "2026-03-29"); /* 23 hours */
	rkind_step(rkind_find("daily"), label, sizeof label, 1);
	ck_assert_str_eq(label, "2026-03-30");
	str_copy(label, sizeof label, "2026-01");
	rkind_step(rkind_find("monthly"), label, sizeof label, -1);
	ck_assert_str_eq(label, "2025-12");
	static const char *const weeks[][3] = { { "2026-W53", "2027-W01", "2026-W52" },
		{ "2026-W13", "2026-W14", "2026-W12" }, { "2026-11", "2026-12", "2026-10" },
		{ "2026-03-29", "2026-03-30", "2026-03-28" } };
	for (size_t i = 0; i < ARRAY_LEN(weeks); i++)
		for (int step = 1; step >= -1; step -= 2) {
			str_copy(label, sizeof label, weeks[i][0]);
			rkind_step(rkind_find("alarms"), label, sizeof label, step);
			ck_assert_str_eq(label, weeks[i][step == 1 ? 1 : 2]);
		}
	str_copy(label, sizeof label, "2026-11-22-2");
	rkind_step(rkind_find("shift"), label, sizeof label, -1);
	ck_assert_str_eq(label, "2026-11-21");
}
END_TEST

START_TEST(two_shifts_of_a_day_have_two_names)
{
	char name[64];

	rkind_file(rkind_find("shift"), "2026-11-22-2", 1, false, name, sizeof name);
	ck_assert_str_eq(name, "SHIFT_20261122-2.txt");
	rkind_file(rkind_find("shift"), "2026-11-30T0500", 0, false, name, sizeof name);
	ck_assert_str_eq(name, "SHIFT_20261130-0500.txt");
	rkind_file(rkind_find("alarms"), "2026-W11", 0, true, name, sizeof name);
	ck_assert_str_eq(name, "ALARMS_2026W11.csv");
	rkind_file(rkind_find("alarms"), "2026-11", 0, true, name, sizeof name);
	ck_assert_str_eq(name, "ALARMS_202611.csv");
	rkind_file(rkind_find("daily"), "2026-11-22", 2, true, name, sizeof name);
	ck_assert_str_eq(name, "DAY_20261122_r2.csv");
}
END_TEST

T_MAIN("cmd_records",
    T_FIXTURE(setup, teardown) T(the_journal_stands_newest_last)
        T(the_journal_is_chosen_by_kind_point_user_text_and_time) T(wrong_choices_are_said_before_anybody_is_asked)
            T(an_entry_in_json_is_whole) T(nothing_hostile_leaves_the_journal) T(without_a_store_the_journal_says_so)
                T(a_reader_that_goes_ends_the_journal) T(following_loses_no_entry_and_repeats_none) T_LOOP(
                    a_proof_ends_in_a_word_and_a_code, 0, 3) T(a_checkpoint_from_elsewhere_is_proved_by_the_store)
                    T(a_note_tells_its_entry) T(a_value_by_hand_is_read_and_checked)
                        T(scan_goes_off_with_a_reason_and_on_without) T(an_act_that_is_not_recorded_yet_says_so)
                            T(a_refused_act_ends_with_5_and_its_reason) T(an_act_whose_link_breaks_is_unknown)
                                T(who_may_not_is_told_his_role) T(a_report_comes_as_text_csv_and_file)
                                    T(co2_and_cost_come_with_their_factors) T(filed_reports_are_listed)
                                        T(confirming_needs_a_person_and_what_he_saw) T(a_backup_is_whole_or_not_there)
                                            T(status_tells_how_the_record_is)
                                                T_LOOP(a_period_is_read_as_people_write_it, 0, (int)ARRAY_LEN(periods))
                                                    T(one_leafs_from_period_to_period)
                                                        T(two_shifts_of_a_day_have_two_names))
