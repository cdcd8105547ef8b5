/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_text.c - UTF-8, cells, and the door for text from outside.  Runs in LC_CTYPE C, as some programs do.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/text.h"
#include "tests/unit/t.h"

#define FFFD "\xEF\xBF\xBD"

START_TEST(decodes_what_it_encodes)
{
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp += cp < 0x3000 ? 1 : 37) {
		char b[4];
		uint32_t back;
		size_t n = text_encode(cp, b);
		bool is_right =
		    text_next(b, n, &back) == n && back == (cp >= 0xD800 && cp <= 0xDFFF ? TEXT_REPLACEMENT : cp);
		for (size_t cut = 1; cut < n; cut++)
			is_right = is_right && text_next(b, cut, &back) == 1 && back == TEXT_REPLACEMENT;
		if (!is_right)
			ck_abort_msg("U+%04X", (unsigned)cp);
	}
	char b[4];
	uint32_t cp;
	ck_assert_uint_eq(text_encode(0x110000, b), 3);
	ck_assert_uint_eq(text_next("", 0, &cp), 0);
}
END_TEST

static const char *const invalid[] = {
	"\x80",
	"\xBF",
	"\xC0\x80",
	"\xC1\xBF",
	"\xE0\x80\x80",
	"\xE0\x9F\xBF",
	"\xF0\x80\x80\x80",
	"\xF0\x8F\xBF\xBF",
	"\xED\xA0\x80",
	"\xED\xBF\xBF",
	"\xF4\x90\x80\x80",
	"\xF5\x80\x80\x80",
	"\xFE",
	"\xFF",
	"\xC2",
	"\xE3\x81",
	"\xF0\x9F\x98",
	"\xC2\x41",
	"\xE3\x81\x41",
	"\xF8\x88\x80\x80\x80",
	"\xC0\xAF",
};

START_TEST(invalid_bytes_are_taken_one_at_a_time)
{
	const char *s = invalid[_i];
	uint32_t cp;
	size_t bad = 99;
	char b[32];

	ck_assert_uint_eq(text_next(s, strlen(s), &cp), 1);
	ck_assert_uint_eq(cp, TEXT_REPLACEMENT);
	ck_assert(!text_is_utf8(s, strlen(s), &bad));
	ck_assert_uint_eq(bad, 0);
	text_put_safe(b, sizeof(b), s, -1);
	ck_assert(text_is_utf8(b, strlen(b), NULL));
	ck_assert(strncmp(b, FFFD, 3) == 0);
}
END_TEST

START_TEST(valid_text_is_valid)
{
	const char *s = "A é 電池 " FFFD " 🔋";
	size_t bad = 99;
	ck_assert(text_is_utf8(s, strlen(s), &bad));
	ck_assert_uint_eq(bad, 99);
	ck_assert(!text_is_utf8("ab\xFF", 3, &bad));
	ck_assert_uint_eq(bad, 2);
	ck_assert(text_is_utf8("", 0, NULL));
	ck_assert(text_is_utf8("a\0b", 3, NULL));
}
END_TEST

START_TEST(widths_in_cells)
{
	ck_assert_int_eq(text_char_width('A'), 1);
	ck_assert_int_eq(text_char_width(0xE9), 1);
	ck_assert_int_eq(text_char_width(0x96FB), 2);
	ck_assert_int_eq(text_char_width(0xFF76), 1); /* half-width katakana */
	ck_assert_int_eq(text_char_width(0xFF21), 2); /* full-width A */
	ck_assert_int_eq(text_char_width(0x0301), 0);
	ck_assert_int_eq(text_char_width(0x1F50B), 2);
	ck_assert_int_eq(text_char_width(0x1B), 1); /* drawn as U+FFFD */
	ck_assert_int_eq(text_char_width(0x200D), 1);
	ck_assert_int_eq(text_char_width(0x2500), 1);
	ck_assert_int_eq(text_width("電池 SOC"), 8);
	ck_assert_int_eq(text_width("e\xCC\x81"), 1);
	ck_assert_int_eq(text_width(""), 0);
}
END_TEST

START_TEST(ambiguous_characters_follow_the_setting)
{
	ck_assert_int_eq(text_width("→─±"), 3);
	text_set_ambiguous(2);
	ck_assert_int_eq(text_width("→─±"), 6);
	ck_assert_int_eq(text_width("A電"), 3);
	ck_assert_int_eq(text_char_width(0x1B), 2);
	ck_assert_int_eq(text_char_width(0x0301), 0);
	text_set_ambiguous(1);
	ck_assert_int_eq(text_width("→─±"), 3);
}
END_TEST

START_TEST(what_could_act_on_a_terminal_is_not_inert)
{
	static const uint32_t cps[] = { 0, 7, 8, 9, 0x0A, 0x0D, 0x1B, 0x1F, 0x7F, 0x80, 0x84, 0x90, 0x9B, 0x9D, 0x9F,
		0xAD, 0x34F, 0x61C, 0x115F, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A,
		0x202E, 0x2060, 0x2061, 0x2066, 0x2069, 0x206A, 0x206F, 0x3164, 0xD800, 0xDFFF, 0xE000, 0xF8FF, 0xFE00,
		0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFE, 0xFFFF, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xF0000, 0x10FFFF,
		0x110000, 0xFFFFFFFF, 0x0378 };
	for (size_t i = 0; i < ARRAY_LEN(cps); i++)
		ck_assert_msg(!text_is_inert(cps[i]), "U+%04X", (unsigned)cps[i]);
}
END_TEST

START_TEST(what_people_write_is_inert)
{
	static const uint32_t cps[] = { ' ', '~', 0xA0, 0xA5, 0xE9, 0x301, 0x3042, 0x30AC, 0x96FB, 0xAC00, 0x2192,
		0x2500, 0x25CF, 0xFF71, 0xFFFD, 0x1F50B, 0x20AC, 0x3099, 0x0E01, 0x05D0, 0x0627 };
	for (size_t i = 0; i < ARRAY_LEN(cps); i++)
		ck_assert_msg(text_is_inert(cps[i]), "U+%04X", (unsigned)cps[i]);
}
END_TEST

START_TEST(hostile_text_becomes_harmless)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain", "plain" }, { "a\x1B[31mred", "a" FFFD "[31mred" },
		{ "\x1B]0;title\x07", FFFD "]0;title" FFFD },
		{ "\xC2\x9B"
		  "31m",
		    FFFD "31m" }, /* CSI as C1 */
		{ "\x9B"
		  "31m",
		    FFFD "31m" },
		{ "line\nbreak\r\ttab", "line" FFFD "break" FFFD FFFD "tab" },
		{ "abc\xE2\x80\xAEgpj.exe", "abc" FFFD "gpj.exe" },
		{ "a\xE2\x80\x8D"
		  "b",
		    "a" FFFD "b" },
		{ "\xEF\xBB\xBFx", FFFD "x" }, { "\xF3\xA0\x81\xA1", FFFD }, { "\xC0\x80", FFFD FFFD },
		{ "e\xCC\x81", "\xC3\xA9" }, /* NFC */
		{ "\xE3\x82\xAB\xE3\x82\x99", "\xE3\x82\xAC" },
		{ "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", "\xEA\xB0\x81" }, /* Hangul */
		{ "\xE2\x84\xAB", "\xC3\x85" },                             /* Angstrom sign */
		{ "\xCC\x81x", FFFD "x" },                                  /* a mark without a base */
		{ "a\xCC\xA3\xCC\x82", "\xE1\xBA\xAD" },
		{ "a\xCC\x82\xCC\xA3", "\xE1\xBA\xAD" }, /* the same in the other order */
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char b[128];
		int cells = text_put_safe(b, sizeof(b), rows[i].in, -1);
		ck_assert_str_eq(b, rows[i].out);
		ck_assert_int_eq(cells, text_width(b));
	}
}
END_TEST

START_TEST(at_most_four_marks_follow_a_base)
{
	char in[10 * 2 + 2] = "a", out[64];
	for (int i = 0; i < 10; i++)
		memcpy(in + 1 + 2 * i, "\xCC\xA1", 2); /* U+0321, which does not compose */
	in[21] = '\0';
	ck_assert_int_eq(text_put_safe(out, sizeof(out), in, -1), 1);
	ck_assert_uint_eq(strlen(out), 1 + 4 * 2);
}
END_TEST

START_TEST(ten_kilobytes_are_cut_to_what_fits)
{
	char *in = xmalloc(10241), out[50];
	for (int kind = 0; kind < 4; kind++) {
		static const char *const unit[] = { "A", "\xE9\x9B\xBB", "\x1B", "\xCC\x81" };
		size_t n = strlen(unit[kind]), i;
		for (i = 0; i + n <= 10240; i += n)
			memcpy(in + i, unit[kind], n);
		in[i] = '\0';
		memset(out, 'x', sizeof(out));
		int cells = text_put_safe(out, sizeof(out), in, -1);
		ck_assert_uint_lt(strlen(out), sizeof(out));
		ck_assert(text_is_utf8(out, strlen(out), NULL));
		ck_assert_int_eq(cells, text_width(out));
		cells = text_put_safe(out, sizeof(out), in, 7);
		ck_assert_int_le(cells, 7);
	}
	free(in);
}
END_TEST

START_TEST(characters_are_never_split)
{
	char b[8];
	ck_assert_int_eq(text_put_safe(b, 5, "電池", -1), 2);
	ck_assert_str_eq(b, "電");
	ck_assert_int_eq(text_put_safe(b, 8, "電池", 3), 2);
	ck_assert_str_eq(b, "電");
	ck_assert_int_eq(text_put_safe(b, 1, "電池", -1), 0);
	ck_assert_str_eq(b, "");
	b[0] = 'x';
	ck_assert_int_eq(text_put_safe(b, 0, "電池", -1), 0);
	ck_assert_int_eq(b[0], 'x');
}
END_TEST

START_TEST(fits_exactly_into_cells)
{
	static const struct {
		const char *in;
		int cells;
		bool right;
		const char *out;
	} rows[] = {
		{ "SOC", 5, false, "SOC  " },
		{ "SOC", 5, true, "  SOC" },
		{ "SOC", 3, false, "SOC" },
		{ "SOCKET", 4, false, "SOC~" },
		{ "SOCKET", 4, true, "SOC~" },
		{ "電池残量", 8, false, "電池残量" },
		{ "電池残量", 7, false, "電池残~" },
		{ "電池残量", 6, false, "電池 ~" },
		{ "電", 1, false, "~" },
		{ "x", 0, false, "" },
		{ "x", -3, false, "" },
		{ "", 3, true, "   " },
		{ "e\xCC\x81", 2, false, "\xC3\xA9 " },
		{ "a\x1B", 2, false, "a" FFFD },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char b[64];
		text_fit(b, sizeof(b), rows[i].in, rows[i].cells, rows[i].right);
		ck_assert_str_eq(b, rows[i].out);
	}
	char small[4];
	text_fit(small, sizeof(small), "ABCDEFGH", 6, false);
	ck_assert_uint_le(strlen(small), 3);
	text_fit(small, sizeof(small), "AB", 6, true);
	ck_assert_str_eq(small, " AB");
}
END_TEST

/* Bytes that matter more than others. */
static void
random_text(unsigned *seed, char *s, size_t len)
{
	static const char *const pieces[] = { "A", "\x1B[", "\xC2\x9B", "\xE9\x9B\xBB", "\xCC\x81", "\xE2\x80\xAE",
		"\xE2\x80\x8D", "\xF0\x9F\x94\x8B", "\xE1\x84\x80", "\xE1\x85\xA1", "\xE3\x82\xAB", "\xE3\x82\x99",
		"\xE0\xA7\x87", "\xE0\xA6\xBE", "\xEF\xB8\x8F" };
	size_t used = 0;
	while (used + 4 < len) {
		if (rand_r(seed) % 4 == 0) {
			s[used++] = (char)(rand_r(seed) % 255 + 1);
			continue;
		}
		const char *p = pieces[(size_t)rand_r(seed) % ARRAY_LEN(pieces)];
		memcpy(s + used, p, strlen(p));
		used += strlen(p);
	}
	s[used] = '\0';
}

START_TEST(random_text_keeps_every_promise)
{
	unsigned seed = 11;
	for (int i = 0; i < 10000; i++) {
		char in[80], out[60], again[200], fitted[200];
		int max = rand_r(&seed) % 40;
		random_text(&seed, in, 5 + (size_t)rand_r(&seed) % (sizeof(in) - 5));
		size_t size = 1 + (size_t)rand_r(&seed) % sizeof(out);
		int cells = text_put_safe(out, size, in, max);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert_int_le(cells, max);
		ck_assert_int_eq(cells, text_width(out));
		ck_assert(text_is_utf8(out, strlen(out), NULL));
		for (size_t at = 0, len = strlen(out); at < len;) {
			uint32_t cp;
			at += text_next(out + at, len - at, &cp);
			if (!text_is_inert(cp))
				ck_abort_msg("U+%04X came through", (unsigned)cp);
		}
		ck_assert_int_eq(text_put_safe(again, sizeof(again), out, -1), cells);
		ck_assert_str_eq(again, out);
		text_fit(fitted, sizeof(fitted), in, max, i % 2);
		ck_assert_int_eq(text_width(fitted), max);
	}
}
END_TEST

T_MAIN("text",
    T(decodes_what_it_encodes) T_LOOP(invalid_bytes_are_taken_one_at_a_time, 0, (int)ARRAY_LEN(invalid))
        T(valid_text_is_valid) T(widths_in_cells) T(ambiguous_characters_follow_the_setting)
            T(what_could_act_on_a_terminal_is_not_inert) T(what_people_write_is_inert) T(hostile_text_becomes_harmless)
                T(at_most_four_marks_follow_a_base) T(ten_kilobytes_are_cut_to_what_fits) T(characters_are_never_split)
                    T(fits_exactly_into_cells) T(random_text_keeps_every_promise))
