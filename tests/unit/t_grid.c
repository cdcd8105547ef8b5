/* SPDX-License-Identifier: Apache-2.0 */
/* t_grid.c - cells: widths, wide characters at edges, stand-ins, hostile text, the dump. */
#include "config.h"

#include <string.h>

#include "tests/unit/t.h"

#include "console/grid.h"
#include "scada/base/mem.h"

static char dumped[8192];

static const char *
dump(const struct grid *g)
{
	FILE *f = fmemopen(dumped, sizeof dumped, "w");

	grid_dump(g, f);
	fclose(f);
	return dumped;
}

START_TEST(text_goes_where_it_is_put_and_trailing_spaces_are_not_dumped)
{
	struct grid *g = grid_new(10, 2, FOLD_NONE);

	ck_assert_int_eq(grid_put(g, 1, 2, -1, LOOK_NORMAL, "abc"), 3);
	ck_assert_str_eq(dump(g), "\n  abc\n");
	grid_free(g);
}
END_TEST

START_TEST(nothing_is_written_outside)
{
	struct grid *g = grid_new(4, 2, FOLD_NONE);

	grid_put(g, -1, 0, -1, LOOK_NORMAL, "x");
	grid_put(g, 2, 0, -1, LOOK_NORMAL, "x");
	grid_put(g, 0, 3, -1, LOOK_NORMAL, "xyz");
	grid_put(g, 0, 9, -1, LOOK_NORMAL, "x");
	ck_assert_str_eq(dump(g), "   x\n\n");
	grid_free(g);
}
END_TEST

START_TEST(a_wide_character_is_never_split_at_the_edge)
{
	struct grid *g = grid_new(5, 1, FOLD_NONE);

	ck_assert_int_eq(grid_put(g, 0, 0, -1, LOOK_NORMAL, "蓄電池"), 4);
	ck_assert_str_eq(dump(g), "蓄電\n");
	grid_free(g);
}
END_TEST

START_TEST(half_of_a_wide_character_becomes_a_space)
{
	struct grid *g = grid_new(6, 1, FOLD_NONE);

	grid_put(g, 0, 0, -1, LOOK_NORMAL, "蓄電");
	grid_put(g, 0, 1, -1, LOOK_NORMAL, "x");
	ck_assert_str_eq(dump(g), " x電\n");
	grid_put(g, 0, 2, 1, LOOK_NORMAL, "y");
	ck_assert_str_eq(dump(g), " xy\n");
	grid_free(g);
}
END_TEST

START_TEST(marks_stay_on_their_character)
{
	struct grid *g = grid_new(6, 1, FOLD_NONE);

	ck_assert_int_eq(grid_put(g, 0, 0, -1, LOOK_NORMAL, "e\xcc\x81x"), 2);
	ck_assert_str_eq(dump(g), "e\xcc\x81x\n");
	for (int i = 0; i < 50; i++) /* a heap of them is bounded */
		grid_put(g, 0, 3, -1, LOOK_NORMAL,
		    "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
	ck_assert_uint_lt(strlen(grid_at(g, 0, 3)->text), CELL_BYTES);
	grid_free(g);
}
END_TEST

START_TEST(a_cut_is_shown)
{
	struct grid *g = grid_new(8, 1, FOLD_NONE);

	grid_fit(g, 0, 0, 5, LOOK_NORMAL, "abcdefgh", false);
	ck_assert_str_eq(dump(g), "abcd~\n");
	grid_fit(g, 0, 0, 8, LOOK_NORMAL, "12", true);
	ck_assert_str_eq(dump(g), "      12\n");
	grid_fit(g, 0, 0, 4, LOOK_NORMAL, "蓄電池", false); /* two wide ones do not fit beside the sign */
	ck_assert_str_eq(dump(g), "蓄 ~  12\n");
	grid_free(g);
}
END_TEST

static const char *const hostile[] = { "a\033]0;owned\007b", "a\033[31mb",
	"a\x7f"
	"b",
	"a\xc2\x9b"
	"31mb",
	"a\xe2\x80\xae"
	"b",
	"a\xe2\x80\x8b"
	"b",
	"a\xef\xbb\xbf"
	"b",
	"a\nb", "a\rb",
	"a\xff\xfe"
	"b",
	"a\xf3\xa0\x81\x81"
	"b" };

START_TEST(hostile_text_is_inert)
{
	struct grid *g = grid_new(40, 1, FOLD_NONE);

	grid_put(g, 0, 0, -1, LOOK_NORMAL, hostile[_i]);
	dump(g);
	for (const char *p = dumped; *p != '\0' && *p != '\n'; p++)
		ck_assert((unsigned char)*p >= 0x20 && *p != 0x7f);
	ck_assert_ptr_eq(strstr(dumped, "\xc2\x9b"), NULL);
	ck_assert_ptr_eq(strstr(dumped, "\xe2\x80\xae"), NULL);
	ck_assert(strstr(dumped, "\xef\xbf\xbd") != NULL);
	grid_free(g);
}
END_TEST

START_TEST(ascii_stands_in_cell_for_cell)
{
	struct grid *g = grid_new(30, 1, FOLD_ASCII);

	ck_assert_int_eq(grid_put(g, 0, 0, -1, LOOK_NORMAL, "┌─┐│▲→█蓄池é"), 12);
	ck_assert_str_eq(dump(g), "+-+|^>#?????\n");
	grid_free(g);
}
END_TEST

START_TEST(ambiguous_ones_become_ascii_and_wide_ones_stay)
{
	struct grid *g = grid_new(30, 1, FOLD_AMBIGUOUS);

	ck_assert_int_eq(grid_put(g, 0, 0, -1, LOOK_NORMAL, "─│→蓄"), 5);
	ck_assert_str_eq(dump(g), "-|>蓄\n");
	grid_free(g);
}
END_TEST

START_TEST(sizes_are_bounded)
{
	struct grid *g = grid_new(100000, -5, FOLD_NONE);

	ck_assert_int_eq(g->columns, GRID_COLUMNS_MAX);
	ck_assert_int_eq(g->rows, 1);
	grid_free(g);
}
END_TEST

START_TEST(dimming_leaves_what_is_wrong)
{
	struct grid *g = grid_new(4, 1, FOLD_NONE);

	grid_put(g, 0, 0, -1, LOOK_NORMAL, "a");
	grid_put(g, 0, 1, -1, LOOK_BAD, "b");
	grid_dim(g, 0, 1);
	ck_assert_int_eq(grid_at(g, 0, 0)->look, LOOK_LOST);
	ck_assert_int_eq(grid_at(g, 0, 1)->look, LOOK_BAD);
	grid_free(g);
}
END_TEST

T_MAIN("grid",
    T(text_goes_where_it_is_put_and_trailing_spaces_are_not_dumped) T(nothing_is_written_outside)
        T(a_wide_character_is_never_split_at_the_edge) T(half_of_a_wide_character_becomes_a_space)
            T(marks_stay_on_their_character) T(a_cut_is_shown) T_LOOP(hostile_text_is_inert, 0, (int)ARRAY_LEN(hostile))
                T(ascii_stands_in_cell_for_cell) T(ambiguous_ones_become_ascii_and_wide_ones_stay) T(sizes_are_bounded)
                    T(dimming_leaves_what_is_wrong))
