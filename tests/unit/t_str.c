/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_str.c - strict numbers and durations, globs, bounded printing.
 */
#include "config.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

START_TEST(numbers_are_read)
{
	static const struct {
		const char *text;
		double v;
	} rows[] = { { "0", 0 }, { "10", 10 }, { "-3.5", -3.5 }, { "+7", 7 }, { "0.25", 0.25 }, { "1e3", 1000 },
		{ "2.5E-1", 0.25 }, { "1e-400", 0 }, { "1e05", 100000 },
		{ "123456789012345678901234567890", 123456789012345678901234567890.0 } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double v = -1;
		ck_assert_msg(str_to_double(rows[i].text, &v), "%s", rows[i].text);
		ck_assert_double_eq(v, rows[i].v);
	}
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const bad[] = { "", " 1", "1 ", "010", "00", "-01", "0x10", "nan", "NaN", "inf", "-inf",
		"1_000", "1,5", "1.", ".5", "1e", "1e+", "e3", "--1", "+-1", "1e999", "1\n", "１", "1.5.2", "0b1", "1f",
		"infinity", "-" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		double v = 42;
		ck_assert_msg(!str_to_double(bad[i], &v), "%s", bad[i]);
		ck_assert_double_eq(v, 42);
	}
}
END_TEST

START_TEST(whole_numbers_keep_their_bounds)
{
	int64_t v;
	ck_assert(str_to_i64("9223372036854775807", INT64_MIN, INT64_MAX, &v) && v == INT64_MAX);
	ck_assert(str_to_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &v) && v == INT64_MIN);
	ck_assert(!str_to_i64("9223372036854775808", INT64_MIN, INT64_MAX, &v));
	ck_assert(!str_to_i64("-9223372036854775809", INT64_MIN, INT64_MAX, &v));
	ck_assert(str_to_i64("247", 0, 247, &v) && v == 247);
	ck_assert(!str_to_i64("248", 0, 247, &v));
	ck_assert(!str_to_i64("-1", 0, 247, &v));
	ck_assert(!str_to_i64("010", 0, 247, &v));
	ck_assert(!str_to_i64("1.0", 0, 247, &v));
	ck_assert(!str_to_i64("1e2", 0, 247, &v));
	ck_assert(!str_to_i64("", 0, 247, &v));
	ck_assert(!str_to_i64("-", 0, 247, &v));
}
END_TEST

START_TEST(durations_are_read_and_printed)
{
	static const struct {
		const char *text;
		int64_t us;
		const char *printed;
	} rows[] = {
		{ "500ms", INT64_C(500000), "500ms" },
		{ "1s", INT64_C(1000000), "1s" },
		{ "30m", INT64_C(1800000000), "30m" },
		{ "8h", INT64_C(28800000000), "8h" },
		{ "2d", INT64_C(172800000000), "2d" },
		{ "1h30m", INT64_C(5400000000), "1h30m" },
		{ "1m500ms", INT64_C(60500000), "1m500ms" },
		{ "90s", INT64_C(90000000), "1m30s" },
		{ "24h", INT64_C(86400000000), "1d" },
		{ "0s", 0, "0s" },
		{ "7us", 7, "7us" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t us = -1;
		char buf[64];
		ck_assert_msg(str_to_duration(rows[i].text, &us), "%s", rows[i].text);
		ck_assert_int_eq(us, rows[i].us);
		ck_assert_str_eq(str_duration(buf, sizeof(buf), us), rows[i].printed);
	}
}
END_TEST

START_TEST(what_is_no_duration_is_refused)
{
	static const char *const bad[] = { "", "5", "s", "1.5s", "-1s", "+1s", "1 s", " 1s", "30m1h", "1s1s", "1x",
		"01s", "1S", "1sec", "99999999999999999999s", "106751992d", "1h30", "1mss" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t us = 42;
		ck_assert_msg(!str_to_duration(bad[i], &us), "%s", bad[i]);
		ck_assert_int_eq(us, 42);
	}
}
END_TEST

START_TEST(every_printed_duration_reads_back)
{
	unsigned seed = 1;
	for (int i = 0; i < 20000; i++) {
		int64_t us = ((int64_t)rand_r(&seed) << 20 ^ rand_r(&seed)) >> (rand_r(&seed) % 40), back = -1;
		char buf[64];
		ck_assert(str_to_duration(str_duration(buf, sizeof(buf), us), &back));
		ck_assert_int_eq(back, us);
	}
	char buf[64];
	ck_assert_str_eq(str_duration(buf, sizeof(buf), -1500000), "-1s500ms");
	str_duration(buf, sizeof(buf), INT64_MIN);
	ck_assert_int_eq(buf[0], '-');
}
END_TEST

START_TEST(globs)
{
	static const struct {
		const char *pattern, *s;
		bool matches;
	} rows[] = {
		{ "ESS?.P", "ESS1.P", true },
		{ "ESS?.P", "ESS.P", false },
		{ "ESS?.P", "ESS12.P", false },
		{ "*", "", true },
		{ "*.SOC", "ESS1.SOC", true },
		{ "*.SOC", "ESS1.SOH", false },
		{ "ESS[1-3].P", "ESS2.P", true },
		{ "ESS[1-3].P", "ESS4.P", false },
		{ "ESS[!1-3].P", "ESS4.P", true },
		{ "ESS[13].P", "ESS3.P", true },
		{ "ess1.p", "ESS1.P", false },
		{ "a[", "a[", true },
		{ "a[b", "a[b", true },
		{ "[]]", "]", true },
		{ "[a-]", "-", true },
		{ "**A**", "xAx", true },
		{ "", "", true },
		{ "", "x", false },
		{ "?", "", false },
		{ "A*B*C", "AxBxBxC", true },
		{ "A*B*C", "AxBxBx", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ck_assert_msg(
		    str_glob(rows[i].pattern, rows[i].s) == rows[i].matches, "%s ~ %s", rows[i].pattern, rows[i].s);
}
END_TEST

/* The definition, exponential, for short strings. */
static bool
slow_glob(const char *p, const char *s)
{
	if (*p == '\0')
		return *s == '\0';
	if (*p == '*')
		return slow_glob(p + 1, s) || (*s != '\0' && slow_glob(p, s + 1));
	return *s != '\0' && (*p == '?' || *p == *s) && slow_glob(p + 1, s + 1);
}

START_TEST(globs_agree_with_their_definition)
{
	unsigned seed = 7;
	for (int i = 0; i < 20000; i++) {
		char p[8] = "", s[9] = "";
		for (int j = 0, n = rand_r(&seed) % 7; j < n; j++)
			p[j] = "ab*?"[rand_r(&seed) % 4];
		for (int j = 0, n = rand_r(&seed) % 8; j < n; j++)
			s[j] = "ab"[rand_r(&seed) % 2];
		ck_assert_msg(str_glob(p, s) == slow_glob(p, s), "%s ~ %s", p, s);
	}
}
END_TEST

START_TEST(a_hostile_glob_ends)
{
	char p[2001], s[4001];
	for (size_t i = 0; i < 2000; i++)
		p[i] = i % 2 ? 'a' : '*';
	p[1999] = 'b';
	p[2000] = '\0';
	memset(s, 'a', 4000);
	s[4000] = '\0';
	ck_assert(!str_glob(p, s));
}
END_TEST

START_TEST(copying_and_appending_never_overrun)
{
	char b[6] = "xxxxx";
	ck_assert(str_copy(b, sizeof(b), "12345"));
	ck_assert_str_eq(b, "12345");
	ck_assert(!str_copy(b, sizeof(b), "123456"));
	ck_assert_str_eq(b, "12345");
	ck_assert(str_copy(b, sizeof(b), "12"));
	ck_assert(str_append(b, sizeof(b), "345"));
	ck_assert(!str_append(b, sizeof(b), "6"));
	ck_assert_str_eq(b, "12345");
	ck_assert(!str_printf(b, sizeof(b), "%d", 1234567));
	ck_assert_str_eq(b, "12345");
	ck_assert(str_printf(b, sizeof(b), "%d", 7));
	ck_assert(!str_copy(b, 0, "x"));
	ck_assert_str_eq(b, "7");
}
END_TEST

START_TEST(doubles_are_printed_shortest)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = { { 0, "0" }, { 0.1, "0.1" }, { 55.5, "55.5" }, { 1.0 / 3, "0.3333333333333333" }, { 1e21, "1e+21" },
		{ -2, "-2" }, { 0.1 + 0.2, "0.30000000000000004" }, { 123456, "123456" },
		{ 5e-324, "4.94065645841247e-324" } };
	char buf[32];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ck_assert_str_eq(str_double(buf, sizeof(buf), rows[i].v), rows[i].text);
	ck_assert_str_eq(str_double(buf, sizeof(buf), (double)NAN), "nan");
	ck_assert_str_eq(str_double(buf, sizeof(buf), -(double)INFINITY), "-inf");
}
END_TEST

START_TEST(every_double_reads_back)
{
	unsigned seed = 3;
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = 0;
		for (int j = 0; j < 5; j++)
			bits = bits << 15 ^ (uint64_t)rand_r(&seed);
		double v, back;
		char buf[32];
		memcpy(&v, &bits, sizeof(v));
		if (!isfinite(v))
			continue;
		ck_assert_msg(str_to_double(str_double(buf, sizeof(buf), v), &back), "%s", buf);
		ck_assert(memcmp(&v, &back, sizeof(v)) == 0);
	}
}
END_TEST

START_TEST(fixed_decimals)
{
	static const struct {
		double v;
		int decimals;
		const char *text;
	} rows[] = { { 1234.567, 1, "1234.6" }, { -0.04, 1, "0.0" }, { -0.0, 0, "0" }, { -0.06, 1, "-0.1" },
		{ 1234, -2, "1200" }, { -40, -2, "0" }, { 0.5, 3, "0.500" }, { 1e20, 2, "1.000000e+20" },
		{ -12, 0, "-12" }, { 1e17, 12, "100000000000000000.000000000000" } };
	char buf[48];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ck_assert_str_eq(str_fixed(buf, sizeof(buf), rows[i].v, rows[i].decimals), rows[i].text);
	ck_assert_str_eq(str_fixed(buf, sizeof(buf), (double)NAN, 1), "nan");
	ck_assert_str_eq(str_fixed(buf, sizeof(buf), 1.7976931348623157e308, -300), "1.797693e+308");
	for (int d = -400; d < 400; d++)
		ck_assert_uint_lt(strlen(str_fixed(buf, sizeof(buf), -999999999999999999.0, d)), sizeof(buf));
}
END_TEST

START_TEST(a_comma_locale_changes_nothing)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (setlocale(LC_ALL, names[i]) != NULL)
			break;
	char buf[32];
	double v;
	ck_assert_str_eq(str_fixed(buf, sizeof(buf), 1.5, 1), "1.5");
	ck_assert_str_eq(str_double(buf, sizeof(buf), 1.5), "1.5");
	ck_assert(str_printf(buf, sizeof(buf), "%.1f", 1.5));
	ck_assert_str_eq(buf, "1.5");
	ck_assert(str_to_double("1.5", &v) && v == 1.5);
	ck_assert(!str_to_double("1,5", &v));
	setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(the_nearest_word)
{
	static const char *const names[] = { "title", "timeout", "profile", "poll", "link", NULL };
	ck_assert_str_eq(str_nearest("titel", names), "title");
	ck_assert_str_eq(str_nearest("time_out", names), "timeout");
	ck_assert_str_eq(str_nearest("POLL", names), "poll");
	ck_assert_str_eq(str_nearest("profil", names), "profile");
	ck_assert(str_nearest("registers", names) == NULL);
	ck_assert(str_nearest("", names) == NULL);
	char longest[10001];
	memset(longest, 'p', 10000);
	longest[10000] = '\0';
	ck_assert(str_nearest(longest, names) == NULL);
}
END_TEST

T_MAIN("str",
    T(numbers_are_read) T(what_is_no_number_is_refused) T(whole_numbers_keep_their_bounds)
        T(durations_are_read_and_printed) T(what_is_no_duration_is_refused) T(every_printed_duration_reads_back)
            T(globs) T(globs_agree_with_their_definition) T(a_hostile_glob_ends) T(copying_and_appending_never_overrun)
                T(doubles_are_printed_shortest) T(every_double_reads_back) T(fixed_decimals)
                    T(a_comma_locale_changes_nothing) T(the_nearest_word))
