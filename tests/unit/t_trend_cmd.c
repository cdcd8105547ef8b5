/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_trend_cmd.c - `chisan trend` against a small server with made history: its forms, its exit codes, and a server that is busy, gone,
 * silent, or stops half way.
 */
#include "config.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

#include "console/cmd.h"
#include "console/say.h"
#include "console/trend_chart.h"
#include "scada/base/text.h"
#include "tests/unit/t.h"

#include "tests/screen/fakehistory.h"
#include "tests/unit/cmd_kit.h"
#include "tests/unit/fake.h"

static struct fake fake;

static bool
find(const char *name, struct fakehistory_point *p, void *arg)
{
	(void)arg;
	if (strcmp(name, "OLD.P") == 0) { /* the site does not have it any more */
		*p = (struct fakehistory_point){ name, "kW", KIND_ANALOG, 1, (double)NAN, (double)NAN };
		return true;
	}
	for (unsigned i = 0; i < FAKE_POINTS; i++) {
		if (strcmp(fake_points[i].name, name) != 0)
			continue;
		*p = (struct fakehistory_point){ name, fake_points[i].unit, fake_points[i].kind,
			fake_points[i].decimals, (double)NAN, (double)NAN };
		return true;
	}
	return false;
}

static struct fakehistory history;

static bool
answer(struct fake *s, struct conn *c, const struct frame *f)
{
	(void)s;
	return fakehistory_answer(&history, c, f);
}

static void
setup(void)
{
	setenv("CHISAN_NOW", "2026-11-18T11:06:40.000Z", 1);
	unsetenv("LC_ALL");
	unsetenv("LANG");
	unsetenv("LC_MESSAGES");
	setenv("LC_CTYPE", "C.UTF-8", 1);
	say_init();
	fake_start(&fake, ev_default_loop(0));
	fake.answer = answer;
	history = (struct fakehistory){ .now = { FAKE_NOW }, .find = find, .mode = "" };
	setenv("CHISAN_SOCKET", fake.path, 1);
}

static void
teardown(void)
{
	fake_stop(&fake);
}

START_TEST(json_has_the_promised_shape)
{
	static const char *const numbers[] = { "min", "mean", "max", "last", "first", "good", "seen", "samples" };

	ck_assert_int_eq(run("trend ESS1.SOC --json --buckets 6"), CMD_DONE);
	json_t *j = json_loads(capture.out_text, JSON_REJECT_DUPLICATES, NULL);
	ck_assert(j != NULL);
	ck_assert_int_eq(json_integer_value(json_object_get(j, "schema")), 1);
	ck_assert_str_eq(json_string_value(json_object_get(j, "point")), "ESS1.SOC");
	ck_assert_str_eq(json_string_value(json_object_get(j, "unit")), "%");
	json_t *buckets = json_object_get(j, "buckets");
	ck_assert_uint_eq(json_array_size(buckets), 6);
	ck_assert_str_eq(
	    json_string_value(json_object_get(json_array_get(buckets, 0), "t")), "2026-11-18T10:06:40.000Z");
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		ck_assert_msg(json_object_get(json_array_get(buckets, 0), numbers[i]) != NULL, "%s", numbers[i]);
	for (size_t i = 0; i < 6; i++) {
		json_t *b = json_array_get(buckets, i), *mean = json_object_get(b, "mean");
		ck_assert(json_is_number(mean));
		ck_assert(json_number_value(json_object_get(b, "min")) <= json_number_value(mean));
		ck_assert(json_number_value(json_object_get(b, "max")) >= json_number_value(mean));
	}
	json_decref(j);
}
END_TEST

START_TEST(what_is_no_number_is_null)
{
	ck_assert_int_eq(run("trend ESS1.SOC --json --buckets 1 --since 24m --until 22m"), CMD_DONE);
	HAS(out, "\"mean\":null");
	HAS(out, "\"good\":0.0");
	HAS(out, "\"seen\":1.0");
	HAS(out, "\"flags\":[\"failure\"]");
	ck_assert_int_eq(run("trend ESS1.SOC --json --buckets 1 --since 39m --until 38m"), CMD_DONE);
	HAS(out, "\"seen\":0.0");
	HAS(out, "\"flags\":[]");
}
END_TEST

START_TEST(silence_is_told_from_no_record)
{
	struct bucket b = { .quality = Q_NO_COMM, .marks = BUCKET_PARTIAL };
	char buf[40];
	bool is_seen;

	ck_assert_int_eq(chart_quality(NULL, &b, buf, sizeof buf), LOOK_BAD);
	ck_assert_str_eq(buf, "?c no-comm");
	b.mean = b.increment = (double)NAN;
	ck_assert(!chart_has_any(&b, 1, &is_seen));
	ck_assert(is_seen);
	b.quality = 0;
	ck_assert_int_eq(chart_quality(NULL, &b, buf, sizeof buf), LOOK_LABEL);
	ck_assert_str_eq(buf, "no record");
	ck_assert(!chart_has_any(&b, 1, &is_seen));
	ck_assert(!is_seen);
}
END_TEST

START_TEST(csv_is_a_line_a_bucket)
{
	int lines = 0;

	ck_assert_int_eq(run("trend ESS1.SOC ESS1.P --csv --buckets 10"), CMD_DONE);
	HAS(out, "time,point,unit,min,mean,max,first,last,increment,good,seen,samples,flags\n");
	HAS(out, "2026-11-18T10:06:40.000Z,ESS1.SOC,\"%\",");
	HAS(out, ",ESS1.P,\"kW\",");
	for (char *save, *line = strtok_r(capture.out_text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		int commas = 0;
		for (const char *p = line; *p != '\0'; p++)
			commas += *p == ',';
		ck_assert_int_eq(commas, 12);
		lines++;
	}
	ck_assert_int_eq(lines, 21);
}
END_TEST

START_TEST(without_a_terminal_it_is_a_table)
{
	ck_assert_int_eq(run("trend ESS1.SOC ESS1.STATE --buckets 4 --since today"), CMD_DONE);
	HAS(out, "TIME ");
	HAS(out, "2026-11-18 00:00:00 JST ESS1.SOC");
	HAS(out, "run");
	HAS_NOT(out, "\033");
}
END_TEST

START_TEST(samples_come_one_by_one)
{
	int lines = 0;

	ck_assert_int_eq(run("trend ESS1.SOC --samples --since 21m --until 20m"), CMD_DONE);
	for (const char *p = capture.out_text; *p != '\0'; p++)
		lines += *p == '\n';
	ck_assert_int_eq(lines, 6);
	HAS(out, " ? ");
	ck_assert_int_eq(run("trend ESS1.SOC --samples --json --since 21m --until 20m"), CMD_DONE);
	HAS(out, "\"quality\":\"bad\"");
	HAS(out, "\"cause\":\"exception-4\"");
	ck_assert_int_eq(run("trend ESS1.SOC --samples --csv --since 2m"), CMD_DONE);
	HAS(out, "time,point,unit,value,flags,cause\n");
	HAS(out, "Z,ESS1.SOC,\"%\",");
	/* two of one time are two: the later one is what history goes on with */
	history.mode = "pairs";
	ck_assert_int_eq(run("trend ESS1.SOC --samples --csv --since 21m --until 20m"), CMD_DONE);
	lines = 0;
	for (const char *p = strstr(capture.out_text, ",-7,"); p != NULL; p = strstr(p + 1, ",-7,"))
		lines++;
	ck_assert_int_eq(lines, 6);
}
END_TEST

START_TEST(a_point_that_is_gone_has_its_history)
{
	ck_assert_int_eq(run("trend OLD.P --buckets 2"), CMD_DONE);
	HAS(out, " OLD.P ");
	HAS(out, " kW ");
	ck_assert_int_eq(run("trend OLD.P ESS1.SOC --json --buckets 2"), CMD_DONE);
	HAS(out, "\"point\":\"OLD.P\",\"unit\":\"kW\"");
	ck_assert_int_eq(run("trend OLD.P --samples --since 2m"), CMD_DONE);
	HAS(out, " kW good\n");
	HAS(out, " OLD.P ");
	ck_assert_int_eq(run("trend OLD.Q"), CMD_NOT_FOUND);
	HAS(err, "there is no point OLD.Q");
	ck_assert_int_eq(run("trend no-name"), CMD_NOT_FOUND);
	history.mode = "gone";
	ck_assert_int_ne(run("trend OLD.P"), CMD_DONE);
	HAS(err, "not running");
}
END_TEST

static const struct {
	const char *line;
	int code;
	const char *says;
} faults[] = {
	{ "trend", CMD_USAGE, "something is missing" },
	{ "trend ESS1.SOX", CMD_NOT_FOUND, "did you mean ESS1.SOC?" },
	{ "trend ESS1.*", CMD_NOT_FOUND, "takes names" },
	{ "trend ESS1.SOC --since tomorrow", CMD_USAGE, "is no time" },
	{ "trend ESS1.SOC --since 1h --until 2h", CMD_USAGE, "must be before" },
	{ "trend ESS1.SOC --json --csv", CMD_USAGE, "not two" },
	{ "trend ESS1.SOC --samples --sixel", CMD_USAGE, "pictures are of buckets" },
	{ "trend ESS1.SOC --samples --buckets 5", CMD_USAGE, "leave one out" },
	{ "trend ESS1.SOC --buckets 0", CMD_USAGE, "not understood" },
	{ "trend ESS1.SOC --buckets 20001", CMD_USAGE, "not understood" },
	{ "points --csv", CMD_USAGE, "does not belong to points" },
};

START_TEST(what_is_wrong_is_said)
{
	ck_assert_int_eq(run(faults[_i].line), faults[_i].code);
	HAS(err, faults[_i].says);
	ck_assert_str_eq(capture.out_text, "");
}
END_TEST

static const struct {
	const char *mode;
	int code;
	const char *says;
} troubles[] = {
	{ "busy", CMD_NO_SERVER, "the store answers others" },
	{ "gone", CMD_FAILED, "the reader of the store is not running" },
	{ "mute", CMD_NO_SERVER, "has not answered in time" },
	{ "cut", CMD_NO_SERVER, "has not answered in time" },
};

START_TEST(trouble_of_the_server_has_its_code_and_prints_nothing)
{
	history.mode = troubles[_i].mode;
	ck_assert_int_eq(run("trend ESS1.SOC --json --timeout 1s"), troubles[_i].code);
	HAS(err, troubles[_i].says);
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_int_eq(run("trend ESS1.SOC --samples --timeout 1s"), _i == 3 ? CMD_DONE : troubles[_i].code);
}
END_TEST

static bool
die(struct fake *s, struct conn *c, const struct frame *f)
{
	(void)c;
	if (f->type != W_TREND_GET)
		return false;
	close(s->listener);
	ev_io_stop(s->loop, &s->accept_io);
	s->listener = -1;
	conn_finish(c, ERR_CLOSED);
	return true;
}

START_TEST(a_server_that_dies_meanwhile_ends_with_6)
{
	fake.answer = die;
	ck_assert_int_eq(run("trend ESS1.SOC --json"), CMD_NO_SERVER);
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_uint_gt(strlen(capture.err_text), 20);
	unlink(fake.path);
}
END_TEST

static bool
lie(struct fake *s, struct conn *c, const struct frame *f)
{
	struct wbuf b;

	(void)s;
	if (f->type != W_TREND_GET)
		return false;
	wbuf_init(&b);
	msg_trend_put(&b, &(struct msg_trend){ .first = 4000000000u, .count = 3, .unit = "%", .decimals_plus_8 = 200 });
	for (int i = 0; i < 3; i++)
		bucket_put(&b, &(struct bucket){ .mean = 1 });
	conn_send(c, W_TREND, f->sequence, &b, NULL);
	wbuf_done(&b);
	conn_result(c, f->sequence, OK, -1, "%s", "");
	return true;
}

START_TEST(an_answer_that_lies_is_refused)
{
	fake.answer = lie;
	ck_assert_int_eq(run("trend ESS1.SOC --json"), CMD_FAILED);
	HAS(err, "cannot be read");
	ck_assert_str_eq(capture.out_text, "");
}
END_TEST

START_TEST(a_picture_is_a_png_and_gnuplot_runs_nothing_of_ours)
{
	char line[256], file[128];
	struct stat st;
	unsigned char head[8] = "";

	if (access("/usr/bin/gnuplot", X_OK) != 0)
		return; /* not installed: the next test is about that */
	str_printf(file, sizeof file, "%s/t.png", fake.folder);
	str_printf(line, sizeof line, "trend ESS1.SOC ESS1.ALRM CEMS.LOAD_KW --since 2h --png %s", file);
	int code = run(line);
	ck_assert_msg(code == CMD_DONE, "%s", capture.err_text);
	ck_assert_str_eq(capture.out_text, "");
	FILE *f = fopen(file, "r");
	ck_assert(f != NULL);
	ck_assert_uint_eq(fread(head, 1, 8, f), 8);
	fclose(f);
	ck_assert_int_eq(memcmp(head, "\x89PNG", 4), 0);
	str_append(file, sizeof file, ".part");
	ck_assert_int_ne(stat(file, &st), 0);
	/* another one's file of that name is not written into, and what is no file is not put aside */
	ck_assert_int_eq(symlink("/dev/null", file), 0);
	ck_assert_int_eq(run(line), CMD_REFUSED);
	unlink(file);
	file[strlen(file) - 5] = '\0';
	unlink(file);
	ck_assert_int_eq(symlink("/dev/null", file), 0);
	ck_assert_int_eq(run(line), CMD_REFUSED);
	HAS(err, "is no ordinary file");
	ck_assert(lstat(file, &st) == 0 && S_ISLNK(st.st_mode));
	unlink(file);
	ck_assert_int_eq(run("trend ESS1.SOC --png /nowhere/t.png"), CMD_FAILED);
	HAS(err, "cannot write");
}
END_TEST

START_TEST(without_gnuplot_it_says_so)
{
	const char *path = getenv("PATH");
	char *before = xstrdup(path != NULL ? path : "/usr/bin:/bin");

	setenv("PATH", "bin:.:/nowhere", 1); /* relative folders are never looked into */
	ck_assert_int_eq(run("trend ESS1.SOC --sixel"), CMD_FAILED);
	HAS(err, "gnuplot");
	ck_assert_str_eq(capture.out_text, "");
	setenv("PATH", before, 1);
	free(before);
}
END_TEST

/* A gnuplot of our own, first in $PATH: a shell script of one line. */
static char path_before[4096];

static void
put_gnuplot(const char *line)
{
	char file[128], path[4400];
	FILE *f;

	str_printf(file, sizeof file, "%s/gnuplot", fake.folder);
	ck_assert((f = fopen(file, "w")) != NULL);
	fprintf(f, "#!/bin/sh\n%s\n", line);
	fclose(f);
	ck_assert_int_eq(chmod(file, 0700), 0);
	str_copy(path_before, sizeof path_before, getenv("PATH") != NULL ? getenv("PATH") : "/usr/bin:/bin");
	str_printf(path, sizeof path, "%s:%s", fake.folder, path_before);
	setenv("PATH", path, 1);
}

static void
take_gnuplot_away(void)
{
	char file[128];

	str_printf(file, sizeof file, "%s/gnuplot", fake.folder);
	unlink(file);
	setenv("PATH", path_before, 1);
}

START_TEST(a_gnuplot_that_hangs_is_ended)
{
	struct mono began = clock_mono();
	int patience = t_is_short() ? 10 : 1; /* the answers of the server are waited for as long */
	char line[300], file[128], words[64];
	struct stat st;

	put_gnuplot("exec sleep 60"); /* reads nothing either */
	str_printf(file, sizeof file, "%s/t.png", fake.folder);
	str_printf(line, sizeof line, "trend ESS1.SOC CEMS.LOAD_KW --buckets 5000 --since 30d --timeout %ds --png %s",
	    patience, file);
	ck_assert_int_eq(run(line), CMD_FAILED);
	take_gnuplot_away();
	str_printf(words, sizeof words, "gnuplot did not end within %d s", patience);
	HAS(err, words);
	ck_assert_int_lt(mono_diff_us(clock_mono(), began), 30 * US_PER_S);
	ck_assert_int_ne(stat(file, &st), 0);
	str_append(file, sizeof file, ".part");
	ck_assert_int_ne(stat(file, &st), 0);
}
END_TEST

/* 02:00 to 03:00 comes twice on that morning: a curve over the clock's own times would run back on itself. */
START_TEST(the_axis_of_a_picture_goes_on_while_the_clock_goes_back)
{
	char line[400], script[128], file[128], text[200];
	double before = -1, x, x2 = -1, x3 = -1;
	unsigned rows = 0;
	FILE *f;

	fake.timezone = "Europe/Berlin";
	str_printf(script, sizeof script, "%s/script", fake.folder);
	str_printf(file, sizeof file, "%s/t.png", fake.folder);
	str_printf(line, sizeof line, "exec cat >%s", script);
	put_gnuplot(line);
	str_printf(line, sizeof line,
	    "trend ESS1.SOC --buckets 72 --since 2026-10-24T22:00:00Z --until 2026-10-25T04:00:00Z --png %s", file);
	int code = run(line);
	take_gnuplot_away();
	clock_set_zone("Asia/Tokyo");
	ck_assert_msg(code == CMD_DONE, "%s", capture.err_text);
	ck_assert((f = fopen(script, "r")) != NULL);
	while (fgets(text, sizeof text, f) != NULL) {
		if (rows < 72 && text[0] == ' ' && sscanf(text, "%lf", &x) == 1) {
			ck_assert_double_gt(x, before);
			before = x;
			rows++;
		}
		const char *two = strstr(text, "'02:00'"), *again = two != NULL ? strstr(two + 1, "'02:00'") : NULL;
		if (again != NULL)
			ck_assert(sscanf(two + 7, "%lf", &x2) == 1 && sscanf(again + 7, "%lf", &x3) == 1);
	}
	fclose(f);
	ck_assert_uint_eq(rows, 72);
	ck_assert_double_eq(x2, 2 * 3600); /* from midnight on */
	ck_assert_double_eq(x3, 3 * 3600);
	unlink(script);
	unlink(file);
}
END_TEST

/* What was recorded is in chart form the same for the page and the command. */
START_TEST(the_help_names_its_options)
{
	ck_assert_int_eq(run("trend --help"), CMD_DONE);
	HAS(out, "--since T");
	HAS(out, "--buckets N");
	HAS(out, "--png FILE");
	HAS_NOT(out, "--names");
}
END_TEST

T_MAIN("trend_cmd",
    T_FIXTURE(setup, teardown) T(json_has_the_promised_shape) T(what_is_no_number_is_null)
        T(silence_is_told_from_no_record) T(csv_is_a_line_a_bucket) T(without_a_terminal_it_is_a_table)
            T(samples_come_one_by_one) T(a_point_that_is_gone_has_its_history)
                T_LOOP(what_is_wrong_is_said, 0, (int)ARRAY_LEN(faults))
                    T_LOOP(trouble_of_the_server_has_its_code_and_prints_nothing, 0, (int)ARRAY_LEN(troubles))
                        T(a_server_that_dies_meanwhile_ends_with_6) T(an_answer_that_lies_is_refused)
                            T(a_picture_is_a_png_and_gnuplot_runs_nothing_of_ours) T(a_gnuplot_that_hangs_is_ended)
                                T_LONG(the_axis_of_a_picture_goes_on_while_the_clock_goes_back)
                                    T(without_gnuplot_it_says_so) T(the_help_names_its_options))
