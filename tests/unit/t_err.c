/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_err.c - the list of errors: its words, its sentences, and errno in its terms.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "scada/base/err.h"
#include "scada/base/mem.h"
#include "tests/unit/t.h"

struct row {
	int number;
	const char *word, *text;
};
#define ROW(id, number, word, text) { id, word, text },
static const struct row rows[] = { ERR_LIST(ROW) };

START_TEST(numbers_rise_and_words_are_unique)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ck_assert(i == 0 || rows[i - 1].number < rows[i].number);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(rows[i].word, rows[j].word);
	}
}
END_TEST

START_TEST(every_row_is_found)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ck_assert(err_is_known((uint32_t)rows[i].number));
		ck_assert_str_eq(err_word((enum err)rows[i].number), rows[i].word);
		ck_assert_str_eq(err_text((enum err)rows[i].number), rows[i].text);
		ck_assert_uint_gt(strlen(rows[i].text), 3);
	}
}
END_TEST

START_TEST(numbers_of_other_versions_are_unknown_and_safe)
{
	static const uint32_t strange[] = { 18, 31, 73, 78, 80, 10000, UINT32_MAX };
	for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
		ck_assert(!err_is_known(strange[i]));
		ck_assert_str_eq(err_word((enum err)strange[i]), "unknown");
		ck_assert(err_text((enum err)strange[i]) != NULL);
	}
	ck_assert_str_ne(err_text((enum err)10000), err_text(ERR_UNKNOWN));
}
END_TEST

START_TEST(numbers_on_the_wire_stay)
{
	ck_assert_int_eq(OK, 0);
	ck_assert_int_eq(ERR_DENIED, 4);
	ck_assert_int_eq(ERR_TIMEOUT, 37);
	ck_assert_int_eq(ERR_EXC_ADDRESS, 64 + 2);
	ck_assert_int_eq(ERR_EXC_GATEWAY_TARGET, 64 + 11);
	ck_assert_int_eq(ERR_STATE, 108);
}
END_TEST

START_TEST(errno_becomes_a_reason)
{
	static const struct {
		int number;
		enum err e;
	} pairs[] = {
		{ 0, OK },
		{ ECONNREFUSED, ERR_CONNECT_REFUSED },
		{ ETIMEDOUT, ERR_CONNECT_TIMEOUT },
		{ EHOSTUNREACH, ERR_UNREACHABLE },
		{ ENETUNREACH, ERR_UNREACHABLE },
		{ ECONNRESET, ERR_RESET },
		{ EPIPE, ERR_HANGUP },
		{ EMFILE, ERR_NO_DESCRIPTOR },
		{ ENFILE, ERR_NO_DESCRIPTOR },
		{ ENOTCONN, ERR_NOT_CONNECTED },
		{ EIO, ERR_IO },
		{ -5, ERR_IO },
	};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		ck_assert_int_eq(err_from_errno(pairs[i].number), pairs[i].e);
}
END_TEST

T_MAIN("err",
    T(numbers_rise_and_words_are_unique) T(every_row_is_found) T(numbers_of_other_versions_are_unknown_and_safe)
        T(numbers_on_the_wire_stay) T(errno_becomes_a_reason))
