/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_say.c - tables right to the cell, errors that no terminal obeys, and ASCII where it is asked for.
 */
#include "config.h"

#include <string.h>

#include "console/say.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

#include "tests/unit/capture.h"

static void
setup(void)
{
	setenv("LC_ALL", "C.UTF-8", 1);
	say_init();
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
	static const struct say_column columns[] = { { "NAME", false, 0 }, { "V", true, 6 }, { "END", false, 0 } };
	static const char *const cells[] = { "a", "1", "x", "蓄電池", "12345678", "long last column", "b\033[1m", "",
		"" };

	capture_begin();
	struct say_table *t = say_table_new(columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		say_table_cell(t, cells[i]);
	say_table_print(t);
	capture_end();
	ck_assert_str_eq(capture.out_text,
	    "NAME        V END\n"
	    "a           1 x\n"
	    "蓄電池 12345~ long last column\n"
	    "b\uFFFD[1m         \n");
}
END_TEST

START_TEST(a_table_without_rows_is_its_heads)
{
	static const struct say_column columns[] = { { "A", false, 0 }, { "B", true, 0 } };

	capture_begin();
	say_table_print(say_table_new(columns, ARRAY_LEN(columns)));
	capture_end();
	ck_assert_str_eq(capture.out_text, "A B\n");
}
END_TEST

START_TEST(errors_are_one_safe_line_on_stderr)
{
	capture_begin();
	say_error("there is no %s", "x\n\033]0;title\007y");
	capture_end();
	ck_assert_str_eq(capture.out_text, "");
	ck_assert_str_eq(capture.err_text, "chisan: there is no x\uFFFD\uFFFD]0;title\uFFFDy\n");
}
END_TEST

START_TEST(ascii_keeps_the_width)
{
	say_set_ascii(true);
	capture_begin();
	say("蓄%s|é|a\n", "電");
	capture_end();
	ck_assert_str_eq(capture.out_text, "????|?|a\n");
}
END_TEST

static const struct {
	const char *all, *ctype, *lang;
	bool is_ascii, is_ja;
} locales[] = {
	{ NULL, NULL, NULL, false, false }, /* a bare container: UTF-8 */
	{ "C", NULL, NULL, true, false },
	{ "C", NULL, "ja_JP.UTF-8", true, false },
	{ "", "C.UTF-8", NULL, false, false },
	{ NULL, "C.UTF-8", "ja_JP.UTF-8", false, true },
	{ NULL, NULL, "xx_NOT.installed", false, false },
	{ "POSIX", NULL, NULL, true, false },
};

static void
put_env(const char *name, const char *value)
{
	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, value, 1);
}

START_TEST(the_locale_is_honoured)
{
	put_env("LC_ALL", locales[_i].all);
	put_env("LC_CTYPE", locales[_i].ctype);
	put_env("LANG", locales[_i].lang);
	unsetenv("LC_MESSAGES");
	say_init();
	ck_assert_int_eq(say_is_ascii(), locales[_i].is_ascii);
	ck_assert_int_eq(say_locale_is_japanese(), locales[_i].is_ja);
}
END_TEST

T_MAIN("say",
    T_FIXTURE(setup, NULL) T(columns_are_as_wide_as_their_widest_cell) T(a_table_without_rows_is_its_heads)
        T(errors_are_one_safe_line_on_stderr) T(ascii_keeps_the_width)
            T_LOOP(the_locale_is_honoured, 0, (int)ARRAY_LEN(locales)))
