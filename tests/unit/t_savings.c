/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_savings.c - figures of CO2 and cost read back from the report's CSV, as the report writes it, and from what is none.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/t.h"

#include "console/savings.h"
#include "scada/base/mem.h"

static struct savings s;

static bool
take(const char *csv)
{
	return savings_read(csv, strlen(csv), &s);
}

#define HEAD \
	"report,CO2\nsite,X\n\nEnergy\nItem,Day,mark,Month,mark,Fiscal " \
	"year,mark,Unit,Key\ntag,2026-11-22,,2026-11,,2026,,,\n"

START_TEST(what_the_report_writes_is_read_whole)
{
	char path[512];
	const char *top = getenv("top_srcdir");
	char *text = xcalloc(1, 1 << 16);
	snprintf(path, sizeof path, "%s/tests/report/golden/saving.csv", top != NULL ? top : ".");
	FILE *f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	size_t n = fread(text, 1, (1 << 16) - 1, f);
	fclose(f);
	ck_assert(savings_read(text, n, &s));
	ck_assert(s.is_ja);
	ck_assert_str_eq(s.spans[0], "2026-11-22");
	ck_assert_str_eq(s.spans[1], "2026-11");
	ck_assert_str_eq(s.spans[2], "2026");
	static const char *const keys[] = { "saved_local", "saved_dispatch", "emitted", "without_local", "target_due",
		"target_share", "target", "expected", "bought", "given", "made", "local.GEN", "fuel.GAS", "cost",
		"cost_saved", "greatest", "greatest_without", "base", "base_saved", "known", "known_cost",
		"known_dispatch" };
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct savings_row *r = savings_find(&s, keys[i]);
		ck_assert_msg(r != NULL, "%s", keys[i]);
		/* Every row has a title in both languages that is not its key. */
		ck_assert_str_ne(savings_title(&s, r, false), keys[i]);
		ck_assert_str_ne(savings_title(&s, r, true), keys[i]);
		ck_assert(r->is_there[2] && !isnan(r->v[2]));
	}
	ck_assert_uint_eq(s.row_count, ARRAY_LEN(keys));
	ck_assert(!savings_find(&s, "base")->is_there[0]);
	ck_assert_str_eq(savings_title(&s, savings_find(&s, "local.GEN"), true), "発電");
	ck_assert_str_eq(savings_title(&s, savings_find(&s, "local.GEN"), false), "GEN");
	ck_assert_uint_ge(s.factor_count, 3);
	ck_assert_str_eq(s.tariffs[0].id, "Test plan");
	ck_assert_str_eq(s.tariffs[0].from, "2026-04-01");
	ck_assert_str_eq(s.least, "買電 (RX.IMP)");
	free(text);
}
END_TEST

START_TEST(numbers_have_marks_and_missing_ones_stars)
{
	char text[64];
	ck_assert(take(HEAD "\"saved, so\",-1234567.50,#S,***,,,,kg-CO2,saved_local\n"));
	const struct savings_row *r = savings_find(&s, "saved_local");
	ck_assert_str_eq(r->title, "saved, so");
	ck_assert_str_eq(savings_number(r, 0, text, sizeof text), "-1,234,567.50");
	ck_assert_str_eq(r->marks[0], "#S");
	ck_assert_str_eq(savings_number(r, 1, text, sizeof text), "***");
	ck_assert_str_eq(savings_number(r, 2, text, sizeof text), "");
	ck_assert(!s.is_ja);
}
END_TEST

START_TEST(byte_order_mark_and_line_ends_of_spreadsheets_are_no_text)
{
	ck_assert(take("\xEF\xBB\xBFreport,CO2\r\n\r\nEnergy\r\na,1,,2,,3,,kWh,bought\r\n"));
	ck_assert(!s.is_ja);
	ck_assert_str_eq(savings_find(&s, "bought")->unit, "kWh");
	ck_assert(savings_find(&s, "bought")->v[2] == 3);
}
END_TEST

START_TEST(what_is_no_such_report_gives_nothing)
{
	static const char *const texts[] = { "", "\n\n\n\n", "hour,kWh\n00:00,12.5\n", HEAD, HEAD "a,1,,2,,3,,kWh\n",
		HEAD "a,1,,2,,3,,kWh,bought,more\n", HEAD "a,1,,2,,3,,kWh,Key\n", HEAD "a,1,,2,,3,,kWh,.x\n",
		HEAD "\"a,1,,2,,3,,kWh,bought\n", "a,1,,2,,3,,kWh,bought\n" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(!take(texts[i]), "%s", texts[i]);
}
END_TEST

START_TEST(more_than_there_is_room_for_is_left_out)
{
	size_t size = 1 << 20, used;
	char *text = xcalloc(1, size), *wide = xcalloc(1, 5000);
	used = (size_t)snprintf(text, size, "%s", HEAD);
	memset(wide, 'w', 4999);
	used += (size_t)snprintf(text + used, size - used, "%s,1,,2,,3,,kWh,bought\n", wide);
	for (int i = 0; i < 1000; i++)
		used += (size_t)snprintf(text + used, size - used, "t%d,1,,2,,3,,kWh,local.L%d\n", i, i);
	used += (size_t)snprintf(text + used, size - used, "\nFactors\nheads\n");
	for (int i = 0; i < 1000; i++)
		used += (size_t)snprintf(text + used, size - used, "F%d,1,,u,,,2024-04-01,,s\n", i);
	ck_assert(take(text));
	ck_assert_uint_eq(s.row_count, SAVINGS_ROWS);
	ck_assert_uint_eq(s.factor_count, SAVINGS_FACTORS);
	ck_assert_uint_lt(strlen(s.rows[0].title), sizeof s.rows[0].title);
	free(text);
	free(wide);
}
END_TEST

T_MAIN("savings",
    T(what_the_report_writes_is_read_whole) T(numbers_have_marks_and_missing_ones_stars)
        T(byte_order_mark_and_line_ends_of_spreadsheets_are_no_text) T(what_is_no_such_report_gives_nothing)
            T(more_than_there_is_room_for_is_left_out))
