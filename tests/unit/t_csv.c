/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_csv.c - lines and cells of CSV files: where they end, what is refused, what is said.
 */
#include "config.h"

#include <string.h>

#include "scada/base/csv.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

START_TEST(lines_end_as_all_systems_end_them)
{
	static const char text[] = "\xef\xbb\xbf"
	                           "a,b\r\nc\n\n,\r\nlast";
	static const char *const want[] = { "a,b", "c", "", ",", "last" };
	struct csv_line l;
	size_t at = csv_begin(text, sizeof(text) - 1);
	unsigned n = 0;

	ck_assert_uint_eq(at, 3);
	for (; csv_line(text, sizeof(text) - 1, at, &l); at = l.next) {
		ck_assert_uint_lt(n, ARRAY_LEN(want));
		ck_assert_uint_eq(l.len, strlen(want[n]));
		ck_assert_mem_eq(l.s, want[n], l.len);
		n++;
	}
	ck_assert_uint_eq(n, ARRAY_LEN(want));
	ck_assert_uint_eq(csv_begin("ab", 2), 0);
	ck_assert(!csv_line("", 0, 0, &l));
}
END_TEST

START_TEST(a_line_that_is_no_text_is_refused)
{
	static const struct {
		const char *s;
		size_t len;
		enum csv_flaw flaw;
		size_t place;
	} rows[] = {
		{ "abcd", 4, CSV_FINE, 1 }, { "abcde", 5, CSV_TOO_LONG, 1 }, { "", 0, CSV_EMPTY, 1 },
		{ "a\0b", 3, CSV_ZERO, 1 }, { "ab\xff", 3, CSV_NOT_UTF8, 3 },
		{ "\xe7\x9b", 2, CSV_NOT_UTF8, 1 }, /* cut off */
	};
	size_t place;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct csv_line l = { rows[i].s, rows[i].len, 0 };
		ck_assert_int_eq(csv_check(&l, 4, &place), rows[i].flaw);
		ck_assert_uint_eq(place, rows[i].place);
	}
}
END_TEST

START_TEST(cells_without_quotes)
{
	struct csv_line l = { "a,,\"b\",", 7, 7 };
	size_t len;

	ck_assert_uint_eq(csv_count(&l), 4);
	ck_assert_mem_eq(csv_cell(&l, 0, &len), "a", 1);
	ck_assert_uint_eq(len, 1);
	(void)csv_cell(&l, 1, &len);
	ck_assert_uint_eq(len, 0);
	ck_assert_mem_eq(csv_cell(&l, 2, &len), "\"b\"", 3);
	ck_assert_uint_eq(len, 3);
	(void)csv_cell(&l, 3, &len);
	ck_assert_uint_eq(len, 0);
	l = (struct csv_line){ "ab,,cdef", 8, 8 };
	char cells[3][3];
	size_t place[3];
	csv_cells(&l, 3, sizeof(cells[0]), cells[0], place);
	ck_assert_str_eq(cells[0], "ab");
	ck_assert_str_eq(cells[1], "");
	ck_assert_str_eq(cells[2], "cd"); /* cut */
	ck_assert(place[0] == 1 && place[1] == 4 && place[2] == 5);
}
END_TEST

START_TEST(cells_with_quotes)
{
	static const struct {
		const char *s, *out;
		enum csv_cell_flaw flaw;
		size_t taken;
	} rows[] = {
		{ "ab,c", "ab", CSV_CELL_FINE, 2 },
		{ "", "", CSV_CELL_FINE, 0 },
		{ ",", "", CSV_CELL_FINE, 0 },
		{ "\"a,b\",c", "a,b", CSV_CELL_FINE, 5 },
		{ "\"a\"\"b\"", "a\"b", CSV_CELL_FINE, 6 },
		{ "\"\"", "", CSV_CELL_FINE, 2 },
		{ "\"a\"b", NULL, CSV_CELL_BEHIND, 0 },
		{ "a\"b", NULL, CSV_CELL_QUOTE, 0 },
		{ "\"ab", NULL, CSV_CELL_OPEN, 0 },
		{ "\"", NULL, CSV_CELL_OPEN, 0 },
		{ "abcdefg", "abcdefg", CSV_CELL_FINE, 7 },
		{ "abcdefgh", NULL, CSV_CELL_LONG, 0 },
		{ "\"abcdefgh\"", NULL, CSV_CELL_LONG, 0 },
	};
	char out[8];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *s = rows[i].s;
		bool is_open;
		ck_assert_int_eq(csv_take(&s, s + strlen(s), out, sizeof(out), &is_open), rows[i].flaw);
		if (rows[i].flaw == CSV_CELL_FINE) {
			ck_assert_str_eq(out, rows[i].out);
			ck_assert_uint_eq((size_t)(s - rows[i].s), rows[i].taken);
		}
		if (rows[i].flaw == CSV_CELL_LONG)
			ck_assert_int_eq(is_open, rows[i].s[0] == '"');
	}
}
END_TEST

static void
hear(const char *sentence, void *arg)
{
	str_copy(arg, 200, sentence);
}

START_TEST(faults_are_said_safely_and_not_without_end)
{
	char said[200] = "";
	struct csv_faults f = { .name = "a.csv", .say = hear, .arg = said, .most = 3 };

	csv_say(&f, 7, 0, "\"%s\" is none", "x\x1b[2J");
	ck_assert_ptr_null(strchr(said, '\x1b'));
	ck_assert_ptr_nonnull(strstr(said, "a.csv:7: \"x"));
	csv_say(&f, 8, 12, "none");
	ck_assert_str_eq(said, "a.csv:8:12: none");
	csv_say(&f, 9, 0, "none");
	ck_assert_str_eq(said, "a.csv:9: so many faults; the others are not said");
	csv_say(&f, 10, 0, "none");
	ck_assert_str_eq(said, "a.csv:9: so many faults; the others are not said");
	ck_assert_uint_eq(f.count, 4);
}
END_TEST

T_MAIN("csv",
    T(lines_end_as_all_systems_end_them) T(a_line_that_is_no_text_is_refused) T(cells_without_quotes)
        T(cells_with_quotes) T(faults_are_said_safely_and_not_without_end))
