/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_point.c - words of points, quality, roles and reasons; the rules for names.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/point.h"
#include "tests/unit/t.h"

START_TEST(no_flag_is_good)
{
	ck_assert_int_eq(quality_validity(0), V_GOOD);
	ck_assert_str_eq(quality_letters(0), "");
	ck_assert_str_eq(quality_text(0), "good");
}
END_TEST

START_TEST(letters_are_those_of_the_first_flag_and_validity_of_the_worst)
{
	ck_assert_str_eq(quality_letters(Q_NO_COMM), "?c");
	ck_assert_str_eq(quality_letters(Q_NO_COMM | Q_BLOCKED), "B");
	ck_assert_str_eq(quality_letters(Q_STALE | Q_OUT_OF_RANGE), "~");
	ck_assert_str_eq(quality_letters(Q_SUBSTITUTED | Q_ADJUSTED), "M");
	ck_assert_int_eq(quality_validity(Q_SUBSTITUTED | Q_ADJUSTED), V_GOOD);
	ck_assert_int_eq(quality_validity(Q_SUBSTITUTED | Q_DERIVED), V_UNCERTAIN);
	ck_assert_int_eq(quality_validity(Q_STALE | Q_FAILURE), V_BAD);
	ck_assert_str_eq(quality_text(Q_FAILURE | Q_STALE), "the device reports an error; last value");
}
END_TEST

START_TEST(bits_beyond_the_list_are_nothing)
{
	ck_assert_int_eq(quality_validity(0xF000), V_GOOD);
	ck_assert_str_eq(quality_letters(0xF000), "");
	ck_assert(quality_flag_word(12) == NULL);
	ck_assert(quality_flag_word(64) == NULL);
	ck_assert_str_eq(quality_flag_word(0), "blocked");
	ck_assert_str_eq(quality_flag_word(11), "adjusted");
}
END_TEST

START_TEST(kinds_and_roles_read_back)
{
	enum point_kind k;
	enum role r;

	for (int i = 0; i < KIND_COUNT; i++)
		ck_assert(point_kind_from_word(point_kind_word((enum point_kind)i), &k) && (int)k == i);
	for (int i = 0; i < ROLE_COUNT; i++)
		ck_assert(role_from_word(role_word((enum role)i), &r) && (int)r == i);
	ck_assert(!point_kind_from_word("Analog", &k));
	ck_assert(!role_from_word("root", &r));
	ck_assert_str_eq(role_word((enum role)99), "unknown");
	ck_assert_str_eq(point_kind_word((enum point_kind)99), "unknown");
}
END_TEST

START_TEST(validities_and_reasons_have_words)
{
	ck_assert_str_eq(validity_word(V_GOOD), "good");
	ck_assert_str_eq(validity_word(V_UNCERTAIN), "uncertain");
	ck_assert_str_eq(validity_word(V_BAD), "bad");
	ck_assert_str_eq(addcause_text(AC_BLOCKED_INTERLOCKING), "blocked by interlocking");
	ck_assert_str_eq(addcause_text(27), "locked by other client");
	ck_assert_str_eq(addcause_text(255), "unknown");
}
END_TEST

START_TEST(names_of_points)
{
	static const char *const good[] = { "ESS1.SOC", "GRID.CB.52R", "A.B", "WTE.F1.STEAM_T", "GRID.RX.P", "A.1" };
	static const char *const bad[] = { "", "ESS1", ".SOC", "ESS1.", "ESS1..SOC", "1ESS.SOC", "_A.B", "ess1.soc",
		"ESS1.SO C", "ESS1.SOC\n", "ESS1-SOC.P", "$.STATE", "電池.P" };
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ck_assert_msg(point_name_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_msg(!point_name_is_valid(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(tags_may_begin_with_a_digit_and_have_one_part)
{
	ck_assert(point_tag_is_valid("P"));
	ck_assert(point_tag_is_valid("52R"));
	ck_assert(point_tag_is_valid("CB.52R"));
	ck_assert(!point_tag_is_valid(""));
	ck_assert(!point_tag_is_valid("."));
	ck_assert(!point_tag_is_valid("CB."));
	ck_assert(!point_tag_is_valid("cb"));
}
END_TEST

START_TEST(names_have_a_longest_length)
{
	char name[POINT_NAME_MAX + 2];
	memset(name, 'A', sizeof(name));
	name[1] = '.';
	name[POINT_NAME_MAX - 1] = '\0';
	ck_assert(point_name_is_valid(name));
	name[POINT_NAME_MAX - 1] = 'A';
	name[POINT_NAME_MAX] = '\0';
	ck_assert(!point_name_is_valid(name));
	ck_assert(!point_tag_is_valid(name));
}
END_TEST

T_MAIN("point",
    T(no_flag_is_good) T(letters_are_those_of_the_first_flag_and_validity_of_the_worst)
        T(bits_beyond_the_list_are_nothing) T(kinds_and_roles_read_back) T(validities_and_reasons_have_words)
            T(names_of_points) T(tags_may_begin_with_a_digit_and_have_one_part) T(names_have_a_longest_length))
