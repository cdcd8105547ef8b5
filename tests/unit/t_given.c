/* SPDX-License-Identifier: Apache-2.0 */
/* t_given.c - forecasts from elsewhere: every fault of a file with its line, and when what is given is taken. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/forecast/given.h"
#include "tests/unit/t.h"

#define MINUTE (60 * US_PER_S)
#define NONE   ((double)NAN)

struct said {
	unsigned count;
	char first[800], last[800];
};

static void
hear(const char *sentence, void *arg)
{
	struct said *s = arg;
	str_copy(s->count == 0 ? s->first : s->last, sizeof(s->first), sentence);
	s->count++;
}

static struct utc
at(const char *iso)
{
	struct utc t;
	ck_assert_msg(utc_from_iso(iso, &t), "%s", iso);
	return t;
}

#define HEAD "point,time,value\n"
static const char good[] = HEAD "HALL.P,2026-11-23T09:00:00+09:00,400\n"
                                "GYM.P,2026-11-23T00:00:00Z,180.5\n"
                                "HALL.P,2026-11-23T09:30:00+09:00,500\n"
                                "GYM.P,2026-11-23T01:00:00Z,-1.5e2\n"
                                "HALL.P,2026-11-23T10:00:00+09:00,\n"
                                "HALL.P,2026-11-23T10:30:00+09:00,700\n"
                                "HALL.P,2026-11-23T11:30:00+09:00,800";

static struct given g;

static void
set_up(void)
{
	struct said said = { 0 };
	enum err e = given_read("loads.csv", good, sizeof(good) - 1, &g, hear, &said);
	ck_assert_msg(e == OK && said.count == 0, "%s", said.first);
}

static void
tear_down(void)
{
	given_done(&g);
}

START_TEST(points_stand_in_any_order)
{
	ck_assert_uint_eq(g.count, 2);
	const struct given_point *hall = given_find(&g, "HALL.P"), *gym = given_find(&g, "GYM.P");
	ck_assert_ptr_nonnull(hall);
	ck_assert_ptr_nonnull(gym);
	ck_assert_ptr_null(given_find(&g, "ECO.P"));
	ck_assert_uint_eq(hall->count, 5);
	ck_assert_int_eq(hall->step_us, 30 * MINUTE);
	ck_assert_int_eq(hall->made_at.us, 0);
	ck_assert_int_eq(hall->rows[0].time.us, at("2026-11-23T00:00:00Z").us);
	ck_assert_double_nan(hall->rows[2].v);
	ck_assert_double_eq(gym->rows[1].v, -150);
	ck_assert_int_eq(gym->step_us, 60 * MINUTE);
}
END_TEST

/* From 09:00 in Japan on, quarters or halves of an hour, over a forecast of 1, 2, 3 ... */
static double v[16];
static bool is_given[16];

static struct given_ask
ask_at(const char *now, int64_t minutes, unsigned count)
{
	for (unsigned i = 0; i < 16; i++)
		v[i] = i + 1;
	return (struct given_ask){ .point = "HALL.P",
		.written_at = at("2026-11-22T21:00:00Z"),
		.max_age_us = 6 * 60 * MINUTE,
		.now = at(now),
		.from = at("2026-11-23T00:00:00Z"),
		.step_us = minutes * MINUTE,
		.count = count };
}

START_TEST(what_is_given_goes_before_and_gaps_stay_ones_own)
{
	struct given_ask ask = ask_at("2026-11-23T00:00:00Z", 30, 8);
	ck_assert_int_eq(given_over(&g, &ask, v, is_given), GIVEN_PARTLY);
	/* 09:00 400, 09:30 500, 10:00 no value, 10:30 700, 11:00 no row, 11:30 800 for its half hour, then the end */
	static const double want[8] = { 400, 500, 3, 700, 5, 800, 7, 8 };
	for (unsigned i = 0; i < 8; i++) {
		ck_assert_double_eq(v[i], want[i]);
		ck_assert_int_eq(is_given[i], want[i] >= 100);
	}
}
END_TEST

START_TEST(steps_of_another_length_are_means)
{
	struct given_ask ask = ask_at("2026-11-23T00:00:00Z", 60, 3);
	ck_assert_int_eq(given_over(&g, &ask, v, NULL), GIVEN_PARTLY);
	ck_assert_double_eq(v[0], 450);
	ck_assert_double_eq(v[1], 2); /* its second half is given, its first is not */
	ask = ask_at("2026-11-23T00:00:00Z", 15, 4);
	ck_assert_int_eq(given_over(&g, &ask, v, NULL), GIVEN_WHOLE);
	ck_assert_double_eq(v[1], 400);
	ck_assert_double_eq(v[2], 500);
	ask.from.us -= 15 * MINUTE; /* begins before it */
	ck_assert_int_eq(given_over(&g, &ask, v, is_given), GIVEN_PARTLY);
	ck_assert(!is_given[0] && is_given[1]);
	ask.from.us += 10 * MINUTE; /* across its edges */
	ask.count = 3;
	ask_at("2026-11-23T00:00:00Z", 15, 4);
	ck_assert_int_eq(given_over(&g, &ask, v, is_given), GIVEN_PARTLY);
	ck_assert(!is_given[0]);
	ck_assert_double_eq_tol(v[2], (400 * 5 + 500 * 10) / 15.0, 1e-9);
}
END_TEST

START_TEST(it_is_taken_while_it_is_fresh)
{
	static const struct {
		const char *now;
		enum given_state want;
	} ages[] = {
		{ "2026-11-22T21:00:00Z", GIVEN_WHOLE },
		{ "2026-11-23T03:00:00Z", GIVEN_WHOLE },
		{ "2026-11-23T03:00:01Z", GIVEN_LATE },
		{ "2026-11-22T20:50:00Z", GIVEN_WHOLE }, /* clocks may differ a little */
		{ "2026-11-22T20:49:59Z", GIVEN_EARLY },
	};
	for (unsigned i = 0; i < sizeof(ages) / sizeof(*ages); i++) {
		struct given_ask ask = ask_at(ages[i].now, 30, 2);
		ck_assert_int_eq(given_over(&g, &ask, v, is_given), ages[i].want);
		ck_assert_int_eq(is_given[0], ages[i].want == GIVEN_WHOLE);
		ck_assert_double_eq(v[0], ages[i].want == GIVEN_WHOLE ? 400 : 1);
	}
}
END_TEST

START_TEST(what_the_file_says_of_its_age_goes_before_that_of_the_file)
{
	static const char text[] =
	    "point,time,value,made_at\r\nHALL.P,2026-11-23T00:00:00Z,1000,2026-11-22T12:00:00Z\r\n"
	    "HALL.P,2026-11-23T01:00:00Z,2000,2026-11-22T12:00:00Z\r\n";
	struct said said = { 0 };
	given_done(&g);
	ck_assert_msg(given_read("f", text, sizeof(text) - 1, &g, hear, &said) == OK, "%s", said.first);
	struct given_ask ask = ask_at("2026-11-23T00:00:00Z", 30, 4);
	ck_assert_int_eq(given_over(&g, &ask, v, NULL), GIVEN_LATE); /* written 3 hours ago, made 12 */
	ask.max_age_us = 12 * 60 * MINUTE;
	ck_assert_int_eq(given_over(&g, &ask, v, NULL), GIVEN_WHOLE);
	ck_assert_double_eq(v[3], 2000);
}
END_TEST

START_TEST(other_points_and_other_times_are_ones_own)
{
	struct given_ask ask = ask_at("2026-11-23T00:00:00Z", 30, 8);
	ask.point = "ECO.P";
	ck_assert_int_eq(given_over(&g, &ask, v, is_given), GIVEN_NO_POINT);
	ck_assert_double_eq(v[0], 1);
	ask = ask_at("2026-11-23T00:00:00Z", 30, 8);
	ask.from = at("2026-11-23T03:00:00Z");
	ck_assert_int_eq(given_over(&g, &ask, v, is_given), GIVEN_NOTHING);
	ck_assert_double_eq(v[7], 8);
	struct given none = { 0 };
	ck_assert_int_eq(given_over(&none, &ask, v, is_given), GIVEN_NO_POINT);
	ck_assert_str_eq(given_state_word(GIVEN_LATE), "late");
	ck_assert_str_eq(given_state_word(GIVEN_STATES), "unknown");
	ck_assert_str_eq(given_state_help(GIVEN_WHOLE), "all steps are taken from it");
}
END_TEST

START_TEST(no_forecast_of_ones_own_is_no_reason_to_invent_one)
{
	struct given_ask ask = ask_at("2026-11-23T00:00:00Z", 30, 4);
	for (unsigned i = 0; i < 4; i++)
		v[i] = NONE;
	ck_assert_int_eq(given_over(&g, &ask, v, is_given), GIVEN_PARTLY);
	ck_assert_double_eq(v[3], 700);
	ck_assert_double_nan(v[2]);
}
END_TEST

/* In the good file, the first `from` becomes `to`; that must be said so. */
static const struct {
	const char *from, *to, *says;
} faults[] = {
	{ "point", "Point", "loads.csv:1: column 1 is \"Point\"; it should be \"point\"" },
	{ "time,value", "value,time", "loads.csv:1: column 2 is \"value\"; it should be \"time\"" },
	{ ",value", "", "loads.csv:1: 2 columns; the first line is point,time,value or point,time,value,made_at" },
	{ "value", "value,made", "loads.csv:1: column 4 is \"made\"; it should be \"made_at\"" },
	{ "value", "value,made_at", "loads.csv:2: 3 columns; the first line has 4" },
	{ "value", "value,made_at,x", "loads.csv:1: more than 4 columns" },
	{ "HALL.P", "hall", "loads.csv:2:1: point is \"hall\"; it is the name of a point, as HALL.P" },
	{ "HALL.P", "", "loads.csv:2:1: point is \"\"" },
	{ "T09:00:00+09:00", "T09:00:00",
	    "loads.csv:2:8: time is \"2026-11-23T09:00:00\"; a time is such as 2026-11-22T15:00:00Z" },
	{ "2026-11-23T", "2026-11-31T", "loads.csv:2:8: time is \"2026-11-31T09:00:00+09:00\"" },
	{ "2026-11-23T", "1970-01-01T", "loads.csv:2:8: time is \"1970-01-01T09:00:00+09:00\"" },
	{ "400", "nan", "loads.csv:2:34: value is \"nan\"; it is a number as 412.5" },
	{ "400", "inf", "loads.csv:2:34: value is \"inf\"" },
	{ "400", "1e10", "loads.csv:2:34: value is \"1e10\"" },
	{ "400", "4O0", "loads.csv:2:34: value is \"4O0\"" },
	{ "400", " 400", "loads.csv:2:34: value is \" 400\"" },
	{ "180.5", "180,5", "loads.csv:3: 4 columns; the first line has 3, and numbers have a point as 12.5" },
	{ "T09:30", "T09:00",
	    "loads.csv:4:8: time is \"2026-11-23T09:00:00+09:00\"; the row of HALL.P before is of "
	    "2026-11-23T00:00:00.000Z" },
	{ "T09:30", "T08:30", "loads.csv:4:8: time is \"2026-11-23T08:30:00+09:00\"; the row of HALL.P before" },
	{ "GYM.P,2026-11-23T01", "ECO.P,2026-11-23T01",
	    "loads.csv:3: GYM.P has one row only; two at least say how long a value holds" },
	{ "GYM.P,2026-11-23T01", "GYM.P,2026-11-23T05", "loads.csv:3: the rows of GYM.P are more than 3 hours apart" },
	{ "\nGYM.P", "\n\nGYM.P", "loads.csv:3: an empty line" },
	{ "400", "\xFF", "loads.csv:2: byte 34 is no UTF-8; save the file as UTF-8" },
	{ "\nHALL", ";\nHALL", "loads.csv:1: column 3 is \"value;\"" },
};

START_TEST(every_fault_is_said_with_its_place)
{
	char text[1024];
	struct said said = { 0 };
	struct given bad;
	const char *from = strstr(good, faults[_i].from);
	ck_assert_ptr_nonnull(from);
	int len = snprintf(
	    text, sizeof(text), "%.*s%s%s", (int)(from - good), good, faults[_i].to, from + strlen(faults[_i].from));
	ck_assert_int_eq(given_read("loads.csv", text, (size_t)len, &bad, hear, &said), ERR_USAGE);
	ck_assert_msg(strncmp(said.first, faults[_i].says, strlen(faults[_i].says)) == 0, "\"%s\" is not \"%s\"",
	    said.first, faults[_i].says);
	ck_assert_uint_eq(bad.count, 0);
	ck_assert_ptr_null(bad.points);
}
END_TEST

START_TEST(all_faults_are_said_in_one_run)
{
	static const char text[] =
	    HEAD "hall,yesterday,much\nHALL.P,2026-11-23T00:00:00Z,1\nHALL.P,2026-11-23T00:00:00Z,x\n";
	struct said said = { 0 };
	struct given bad;
	ck_assert_int_eq(given_read("f", text, sizeof(text) - 1, &bad, hear, &said), ERR_USAGE);
	ck_assert_uint_eq(said.count, 4);
	ck_assert_str_eq(said.last,
	    "f:4:29: value is \"x\"; it is a number as 412.5, at most 1e9 either way, or nothing where nothing is "
	    "foreseen");
}
END_TEST

START_TEST(a_file_holds_one_forecast_of_a_point)
{
	static const char text[] = "point,time,value,made_at\nA.P,2026-11-23T00:00:00Z,1,2026-11-22T12:00:00Z\n"
	                           "A.P,2026-11-23T01:00:00Z,2,2026-11-22T13:00:00Z\n";
	struct said said = { 0 };
	struct given bad;
	ck_assert_int_eq(given_read("f", text, sizeof(text) - 1, &bad, hear, &said), ERR_USAGE);
	ck_assert_str_eq(said.first,
	    "f:3:28: made_at is \"2026-11-22T13:00:00Z\"; in the rows of A.P before it was 2026-11-22T12:00:00.000Z: a "
	    "file holds one "
	    "forecast of a point");
}
END_TEST

START_TEST(empty_and_endless_files_are_said)
{
	struct said said = { 0 };
	struct given bad;
	ck_assert_int_eq(given_read("f", "", 0, &bad, hear, &said), ERR_USAGE);
	ck_assert_str_eq(
	    said.first, "f:1: the file is empty; its first line is point,time,value or point,time,value,made_at");
	said.count = 0;
	ck_assert_int_eq(given_read("f", HEAD, sizeof(HEAD) - 1, &bad, hear, &said), ERR_USAGE);
	ck_assert_str_eq(said.first, "f:1: no row after the first line; a forecast has a row each point and step");
	said.count = 0;
	char *big = xcalloc(1, GIVEN_FILE_MAX + 1);
	ck_assert_int_eq(given_read("f", big, GIVEN_FILE_MAX + 1, &bad, hear, &said), ERR_USAGE);
	ck_assert_str_eq(said.first, "f:1: the file is larger than 4 MB; give less points, or less far ahead");
	said.count = 0;
	ck_assert_int_eq(given_read("f", big, GIVEN_FILE_MAX, &bad, hear, &said), ERR_USAGE);
	ck_assert_uint_eq(said.count, 1);
	free(big);
}
END_TEST

START_TEST(faults_have_an_end_and_reach_no_terminal)
{
	struct said said = { 0 };
	struct given bad;
	char text[200 * 20] = HEAD;
	for (int i = 0; i < 150; i++)
		str_append(text, sizeof(text), "\033[2J,a,b\n");
	ck_assert_int_eq(given_read("f", text, strlen(text), &bad, hear, &said), ERR_USAGE);
	ck_assert_uint_eq(said.count, GIVEN_FAULTS_MAX);
	ck_assert_str_eq(said.last, "f:35: so many faults; the others are not said");
	ck_assert_ptr_null(strchr(said.first, '\033'));
}
END_TEST

START_TEST(a_file_that_is_cut_is_no_trouble)
{
	for (size_t cut = 0; cut < sizeof(good) - 1; cut++) {
		struct said said = { 0 };
		struct given some;
		char *exact = xmalloc(cut + 1); /* so that a read beyond it is seen */
		memcpy(exact, good, cut);
		enum err e = given_read("f", exact, cut, &some, hear, &said);
		ck_assert((e == OK) == (said.count == 0) && (e == OK) == (some.count > 0));
		given_done(&some);
		free(exact);
	}
}
END_TEST

START_TEST(a_file_holds_a_whole_district)
{
	char name[32], row[120];
	struct said said = { 0 };
	struct {
		char *v;
		size_t n;
	} b = { xcalloc(1, GIVEN_FILE_MAX), 0 };
	struct given big;
	b.n = (size_t)snprintf(b.v, GIVEN_FILE_MAX, HEAD);
	for (int t = 0; t < 192; t++)
		for (int p = 0; p <= GIVEN_POINTS_MAX; p++) {
			if (p == GIVEN_POINTS_MAX && t > 0)
				continue;
			snprintf(name, sizeof(name), "D%d.P", p);
			snprintf(row, sizeof(row), "%s,2026-11-%02dT%02d:%02d:00Z,%d\n", name, 20 + t / 96, t / 4 % 24,
			    t % 4 * 15, p);
			size_t len = strlen(row);
			ck_assert_uint_lt(b.n + len, GIVEN_FILE_MAX);
			memcpy(b.v + b.n, row, len);
			b.n += len;
		}
	ck_assert_int_eq(given_read("f", b.v, b.n, &big, hear, &said), ERR_USAGE);
	ck_assert_uint_eq(said.count, 1);
	ck_assert_str_eq(said.first, "f:258: D256.P is one point too many; a file holds at most 256");
	char *last = strstr(b.v, "D256.P");
	memmove(last, strchr(last, '\n') + 1, strlen(strchr(last, '\n')));
	b.n = strlen(b.v);
	said.count = 0;
	ck_assert_msg(given_read("f", b.v, b.n, &big, hear, &said) == OK, "%s", said.first);
	ck_assert_uint_eq(big.count, GIVEN_POINTS_MAX);
	ck_assert_uint_eq(given_find(&big, "D255.P")->count, 192);
	given_done(&big);
	free(b.v);
}
END_TEST

T_MAIN("given",
    T_FIXTURE(set_up, tear_down) T(points_stand_in_any_order) T(what_is_given_goes_before_and_gaps_stay_ones_own)
        T(steps_of_another_length_are_means) T(it_is_taken_while_it_is_fresh)
            T(what_the_file_says_of_its_age_goes_before_that_of_the_file) T(other_points_and_other_times_are_ones_own)
                T(no_forecast_of_ones_own_is_no_reason_to_invent_one)
                    T_LOOP(every_fault_is_said_with_its_place, 0, (int)(sizeof(faults) / sizeof(*faults)))
                        T(all_faults_are_said_in_one_run) T(a_file_holds_one_forecast_of_a_point)
                            T(empty_and_endless_files_are_said) T(faults_have_an_end_and_reach_no_terminal)
                                T(a_file_that_is_cut_is_no_trouble) T(a_file_holds_a_whole_district))
