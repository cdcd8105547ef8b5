/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_columns.c - the file of a study: what is read, and what each fault says.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/planner/columns.h"
#include "tests/unit/t.h"

static char said[4096];
static unsigned count;

static void
hear(const char *sentence, void *arg)
{
	(void)arg;
	count++;
	str_append(said, sizeof(said), sentence);
	str_append(said, sizeof(said), "\n");
}

static enum err
take(const char *text, struct columns *c)
{
	said[0] = '\0';
	count = 0;
	return columns_read("f.csv", text, strlen(text), (struct utc){ INT64_C(1767225600) * US_PER_S }, c, hear, NULL);
}

START_TEST(hours_are_counted_from_midnight)
{
	struct columns c;
	double v[3];

	ck_assert_int_eq(take("\xef\xbb\xbfhour,a,b\r\n0,1,x\r\n0.25,-2.5,y\r\n0.5,3e2,z\r\n", &c), OK);
	ck_assert_uint_eq(c.rows, 3);
	ck_assert_int_eq(c.step_us, 900 * US_PER_S);
	ck_assert_int_eq(c.start.us, INT64_C(1767225600) * US_PER_S);
	ck_assert(columns_take(&c, (unsigned)columns_find(&c, "a"), false, v));
	ck_assert(v[0] == 1 && v[1] == -2.5 && v[2] == 300);
	ck_assert_int_eq(columns_find(&c, "q"), -1);
	columns_done(&c);
}
END_TEST

START_TEST(a_minute_may_be_a_rounded_hour)
{
	struct columns c;

	ck_assert_int_eq(take("hour,a\n0,1\n0.0167,1\n0.0333,1\n0.05,1\n", &c), OK);
	ck_assert_int_eq(c.step_us, 60 * US_PER_S);
	columns_done(&c);
}
END_TEST

START_TEST(times_have_their_offset)
{
	struct columns c;

	ck_assert_int_eq(take("a,time\n1,2026-01-01T09:00:00+09:00\n2,2026-01-01T00:30:00Z\n", &c), OK);
	ck_assert_int_eq(c.step_us, 1800 * US_PER_S);
	ck_assert_int_eq(c.start.us, INT64_C(1767225600) * US_PER_S);
	columns_done(&c);
}
END_TEST

START_TEST(what_is_empty_is_no_number_unless_it_may_be)
{
	struct columns c;
	double v[2];

	ck_assert_int_eq(take("hour,a\n0,\n1,7\n", &c), OK);
	ck_assert(columns_take(&c, 1, true, v));
	ck_assert(isnan(v[0]) && v[1] == 7);
	ck_assert(!columns_take(&c, 1, false, v));
	ck_assert_str_eq(said, "f.csv:2:3: a is \"\"; a number as 12.5 would be right\n");
	columns_done(&c);
}
END_TEST

static const struct {
	const char *text, *sentence;
} faults[] = {
	{ "", "f.csv:1:1: the file is empty; a first line with the names of its columns would be right\n" },
	{ "hour,a\n", "f.csv:1:1: 0 rows after the first line; two at least would be right\n" },
	{ "hour,a\n0,1\n", "f.csv:2:1: 1 rows after the first line; two at least would be right\n" },
	{ "a,b\n0,1\n1,1\n",
	    "f.csv:1:1: there is no column of times; one column \"time\" (ISO 8601) or \"hour\" (0, 1, 2 ...) "
	    "would be right\n" },
	{ "hour,time\n0,1\n1,1\n",
	    "f.csv:1:1: there are both \"time\" and \"hour\"; one column \"time\" (ISO 8601) or \"hour\" "
	    "(0, 1, 2 ...) would be right\n" },
	{ "hour,a,a\n0,1,1\n1,1,1\n",
	    "f.csv:1:8: a second column is called \"a\"; every column with a name of its own would "
	    "be right\n" },
	{ "hour,\"a\"\n0,1\n1,1\n", "f.csv:1:6: column 2 is \"a\"; a name without quotes would be right\n" },
	{ "hour,a\n0,1\n\n1,1\n", "f.csv:3:1: an empty line; a row for each step and nothing else would be right\n" },
	{ "hour,a\n0,1\n1,1,5\n",
	    "f.csv:3:1: 3 columns and the first line has 2; as many, and numbers with a point as 12.5, "
	    "would be right\n" },
	{ "a,hour\n1,0\n1,x\n", "f.csv:3:3: hour is \"x\"; hours since the first midnight, as 0.25, would be right\n" },
	{ "time,a\n2026-01-01,0\n2026-01-02,1\n",
	    "f.csv:2:1: time is \"2026-01-01\"; as 2026-11-23T09:00:00+09:00 would be right\nf.csv:3:1: time is "
	    "\"2026-01-02\"; as "
	    "2026-11-23T09:00:00+09:00 would be right\n" },
	{ "hour,a\n0,1\n2,1\n",
	    "f.csv:3:1: the second row is 2h after the first; whole seconds from 1m to 1h would be right\n" },
	{ "hour,a\n1,1\n0,1\n",
	    "f.csv:3:1: the second row is 0s after the first; whole seconds from 1m to 1h would be right\n" },
	{ "hour,a\n0,1\n1,1\n3,1\n",
	    "f.csv:4:1: \"3\" is not one step after the row before; steps of 1h without gap or "
	    "repetition would be right\n" },
	{ "hour,a\n0,1\n1,1\n1,1\n",
	    "f.csv:4:1: \"1\" is not one step after the row before; steps of 1h without gap or "
	    "repetition would be right\n" },
	{ "hour,a\n0,1\n1,\xff\n", "f.csv:3:3: a byte that is no UTF-8; a file saved as UTF-8 would be right\n" },
};

START_TEST(a_fault_says_where_and_what)
{
	struct columns c;

	ck_assert_int_eq(take(faults[_i].text, &c), ERR_USAGE);
	ck_assert_str_eq(said, faults[_i].sentence);
	ck_assert_uint_eq(c.count, 0);
}
END_TEST

START_TEST(so_many_faults_and_no_more)
{
	struct columns c;
	static char text[20000] = "hour,a\n";
	double v[1000];

	for (int i = 0; i < 500; i++) {
		char row[32];
		str_printf(row, sizeof(row), "%d,x%d\n", i, i);
		str_append(text, sizeof(text), row);
	}
	ck_assert_int_eq(take(text, &c), OK);
	ck_assert(!columns_take(&c, 1, false, v));
	ck_assert_uint_eq(count, COLUMNS_FAULTS_MAX);
	columns_say(&c, 3, 1, "one more");
	ck_assert_uint_eq(count, COLUMNS_FAULTS_MAX);
	columns_done(&c);
}
END_TEST

START_TEST(a_fault_of_a_figure_has_its_place)
{
	struct columns c;

	ck_assert_int_eq(take("hour,a,b\n0,1,5\n1,100,7\n", &c), OK);
	columns_say(&c, 1, 2, "b is %d", 7);
	ck_assert_str_eq(said, "f.csv:3:7: b is 7\n");
	columns_done(&c);
}
END_TEST

/* Any bytes in any place: read, or refused with a sentence; what is read can be taken. */
START_TEST(damaged_files_are_read_or_refused)
{
	static const char whole[] = "hour,a,b\n0,1,5\n0.5,100,7\n1,-3e2,\n1.5,4,0\n2,1,1\n";
	static const char bytes[] = "\0\n\r,.-+e\"0159\xff\xc3\xa9 hourtime";
	uint64_t seed = 7;
	double v[16];

	for (int round = 0; round < t_rounds(20000); round++) {
		char text[sizeof(whole)];
		struct columns c;
		memcpy(text, whole, sizeof(whole));
		size_t len = sizeof(whole) - 1;
		for (int k = 0; k < 1 + round % 4; k++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
			text[(seed >> 33) % len] = bytes[(seed >> 20) % (sizeof(bytes) - 1)];
		}
		if (round % 5 == 0)
			len = (seed >> 40) % sizeof(whole);
		said[0] = '\0';
		count = 0;
		enum err e =
		    columns_read("f.csv", text, len, (struct utc){ INT64_C(1767225600) * US_PER_S }, &c, hear, NULL);
		ck_assert((e == OK) == (count == 0));
		for (unsigned k = 0; k < c.count; k++)
			ck_assert(columns_take(&c, k, true, v) == (c.said.count == 0) || c.said.count > 0);
		ck_assert(count == 0 || strncmp(said, "f.csv:", 6) == 0);
		columns_done(&c);
	}
}
END_TEST

T_MAIN("columns",
    T(hours_are_counted_from_midnight) T(a_minute_may_be_a_rounded_hour) T(times_have_their_offset)
        T(what_is_empty_is_no_number_unless_it_may_be) T_LOOP(a_fault_says_where_and_what, 0, 16)
            T(so_many_faults_and_no_more) T(a_fault_of_a_figure_has_its_place) T(damaged_files_are_read_or_refused))
