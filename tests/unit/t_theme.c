/* SPDX-License-Identifier: Apache-2.0 */
/* t_theme.c - every theme can tell apart what must be told apart, also without any colour. */
#include "config.h"

#include <string.h>

#include "tests/unit/t.h"

#include "console/console.h"
#include "console/theme.h"

static bool
same(struct style a, struct style b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attr == b.attr;
}

START_TEST(the_names_are_those_of_the_table)
{
	int i = 0;

	for (; theme_at(i) != NULL; i++) {
		ck_assert(console_theme_names()[i] != NULL);
		ck_assert_str_eq(theme_name(theme_at(i)), console_theme_names()[i]);
		ck_assert(theme_help(theme_at(i))[0] != '\0');
		ck_assert_ptr_eq(theme_find(theme_name(theme_at(i))), theme_at(i));
	}
	ck_assert_ptr_eq(console_theme_names()[i], NULL);
	ck_assert_ptr_eq(theme_find("no-such"), NULL);
}
END_TEST

START_TEST(what_is_wrong_never_looks_normal)
{
	static const enum look wrong[] = { LOOK_UNCERTAIN, LOOK_BAD, LOOK_LIMIT, LOOK_LOST, LOOK_LOUD, LOOK_ERROR,
		LOOK_SELECTED, LOOK_BADGE };

	for (int t = 0; theme_at(t) != NULL; t++)
		for (int depth = COLOR_NEVER; depth <= COLOR_256; depth++)
			for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
				ck_assert(!same(theme_style(theme_at(t), wrong[i], (enum color_depth)depth),
				    theme_style(theme_at(t), LOOK_NORMAL, (enum color_depth)depth)));
}
END_TEST

START_TEST(bad_differs_from_uncertain)
{
	for (int t = 0; theme_at(t) != NULL; t++)
		for (int depth = COLOR_NEVER; depth <= COLOR_256; depth++)
			ck_assert(!same(theme_style(theme_at(t), LOOK_BAD, (enum color_depth)depth),
			    theme_style(theme_at(t), LOOK_UNCERTAIN, (enum color_depth)depth)));
}
END_TEST

START_TEST(without_colours_there_is_none)
{
	for (int t = 0; theme_at(t) != NULL; t++) {
		for (int i = 0; i < LOOK_COUNT; i++) {
			struct style s = theme_style(theme_at(t), (enum look)i, COLOR_NEVER);
			ck_assert_int_eq(s.fg, -1);
			ck_assert_int_eq(s.bg, -1);
		}
	}
}
END_TEST

START_TEST(normal_has_no_colour_in_any_theme)
{
	static const enum look calm[] = { LOOK_NORMAL, LOOK_LABEL, LOOK_TITLE, LOOK_TOP, LOOK_KEY, LOOK_SELECTED };

	for (int t = 0; theme_at(t) != NULL; t++)
		for (size_t i = 0; i < sizeof calm / sizeof calm[0]; i++)
			ck_assert_int_eq(theme_style(theme_at(t), calm[i], COLOR_256).fg, -1);
}
END_TEST

START_TEST(red_and_green_are_not_used)
{
	for (int t = 0; theme_at(t) != NULL; t++) {
		for (int i = 0; i < LOOK_COUNT; i++) {
			int fg = theme_style(theme_at(t), (enum look)i, COLOR_256).fg & 7;
			if (theme_style(theme_at(t), (enum look)i, COLOR_256).fg >= 0)
				ck_assert(fg != 1 && fg != 2);
		}
	}
}
END_TEST

START_TEST(letters_of_looks_are_unique)
{
	for (int i = 0; i < LOOK_COUNT; i++) {
		ck_assert(look_help((enum look)i)[0] != '\0');
		for (int k = 0; k < i; k++)
			ck_assert_int_ne(look_letter((enum look)i), look_letter((enum look)k));
	}
}
END_TEST

START_TEST(colour_words_are_strict)
{
	enum color_depth d;

	ck_assert(color_from_word("auto", &d) && d == COLOR_AUTO);
	ck_assert(color_from_word("16", &d) && d == COLOR_16);
	ck_assert(!color_from_word("red", &d));
	ck_assert(!color_from_word("", &d));
}
END_TEST

T_MAIN("theme",
    T(the_names_are_those_of_the_table) T(what_is_wrong_never_looks_normal) T(bad_differs_from_uncertain)
        T(without_colours_there_is_none) T(normal_has_no_colour_in_any_theme) T(red_and_green_are_not_used)
            T(letters_of_looks_are_unique) T(colour_words_are_strict))
