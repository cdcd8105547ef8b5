/* SPDX-License-Identifier: Apache-2.0 */
/* t_kind.c - kinds of days from the site's tables, and how like another one is. */
#include "config.h"

#include "scada/forecast/kind.h"
#include "scada/model/tariff.h"
#include "tests/unit/t.h"

static struct holiday holidays[2];
static struct term terms[2];
static const struct key_list holiday_list = { .v = holidays, .n = 2 }, term_list = { .v = terms, .n = 2 };
static const struct day_tables tables = { &holiday_list, &term_list };

static int64_t
day(const char *text)
{
	int64_t d;
	ck_assert_msg(date_from_text(text, &d), "%s", text);
	return d;
}

static void
set_up(void)
{
	holidays[0].date = day("2026-11-23");
	holidays[1].date = day("2027-01-01");
	terms[0] = (struct term){ .from = day("2026-09-01"), .to = day("2026-12-25") };
	terms[1] = (struct term){ .from = day("2027-01-08"), .to = day("2027-03-25") };
}

static void
tear_down(void)
{
}

static double
like(const char *a, const char *b, bool is_school)
{
	struct day_kind x = day_kind_of(&tables, day(a)), y = day_kind_of(&tables, day(b));
	ck_assert_double_eq(day_likeness(&x, &y, is_school), day_likeness(&y, &x, is_school));
	return day_likeness(&x, &y, is_school);
}

/* date, weekday, holiday, term, off */
static const struct {
	const char *date;
	unsigned weekday;
	bool is_holiday;
	enum day_term term;
	bool is_off;
} kinds[] = {
	{ "2026-11-22", 0, false, TERM_ON, true }, { "2026-11-23", 1, true, TERM_ON, true },
	{ "2026-11-24", 2, false, TERM_ON, false }, { "2026-12-25", 5, false, TERM_ON, false },
	{ "2026-12-26", 6, false, TERM_OFF, true }, { "2026-12-28", 1, false, TERM_OFF, false },
	{ "2027-01-01", 5, true, TERM_OFF, true }, { "2027-01-08", 5, false, TERM_ON, false },
	{ "2026-08-31", 1, false, TERM_OFF, false },
	{ "2026-07-01", 3, false, TERM_OFF, false },     /* 62 days before the first term */
	{ "2026-06-30", 2, false, TERM_UNKNOWN, false }, /* the table says nothing */
	{ "2027-05-26", 3, false, TERM_OFF, false },
	{ "2027-05-27", 4, false, TERM_UNKNOWN, false }, /* nobody continued it: no endless holidays */
};

START_TEST(a_day_is_what_the_tables_say)
{
	struct day_kind k = day_kind_of(&tables, day(kinds[_i].date));
	ck_assert_uint_eq(k.weekday, kinds[_i].weekday);
	ck_assert_int_eq(k.is_holiday, kinds[_i].is_holiday);
	ck_assert_int_eq(k.term, kinds[_i].term);
	ck_assert_int_eq(day_is_off(&k), kinds[_i].is_off);
}
END_TEST

START_TEST(without_tables_there_are_weekdays)
{
	struct day_tables none = { NULL, NULL };
	struct key_list empty = { .v = NULL, .n = 0 };
	struct day_tables no_rows = { &empty, &empty };
	struct day_kind k = day_kind_of(&none, day("2026-11-23"));
	ck_assert_uint_eq(k.weekday, 1);
	ck_assert(!k.is_holiday);
	ck_assert_int_eq(k.term, TERM_UNKNOWN);
	ck_assert_int_eq(day_kind_of(&no_rows, day("2026-11-23")).term, TERM_UNKNOWN);
}
END_TEST

START_TEST(the_most_like_day_is_the_same_weekday)
{
	double same = like("2026-11-10", "2026-11-17", false), other = like("2026-11-10", "2026-11-18", false);
	double saturday = like("2026-11-10", "2026-11-14", false), sunday = like("2026-11-10", "2026-11-15", false);
	ck_assert_double_gt(same, 0.9);
	ck_assert(other < same && other > 0.4 * same);
	ck_assert(saturday < 0.05 * other && sunday < saturday && sunday > 0);
}
END_TEST

START_TEST(a_holiday_is_like_a_sunday)
{
	ck_assert_double_gt(like("2026-11-23", "2026-11-22", false), 0.6);
	ck_assert_double_gt(like("2026-11-23", "2026-11-22", false), like("2026-11-23", "2026-11-21", false));
	ck_assert_double_lt(like("2026-11-23", "2026-11-24", false), 0.01);
}
END_TEST

START_TEST(only_a_school_looks_at_terms)
{
	/* Two Mondays, the last of term and one of the holidays. */
	ck_assert_double_gt(like("2026-12-21", "2026-12-28", false), 0.9);
	ck_assert_double_lt(like("2026-12-21", "2026-12-28", true), 0.05);
	ck_assert_double_gt(like("2026-12-14", "2026-12-21", true), 0.9);
	/* Beyond the table nothing is known, and nothing is held against a day. */
	ck_assert_double_gt(like("2027-05-20", "2027-05-27", true), 0.9);
}
END_TEST

START_TEST(seasons_go_round_the_year)
{
	ck_assert_uint_eq(day_season_distance(day("2026-12-27"), day("2027-01-03")), 7);
	ck_assert_uint_eq(day_season_distance(day("2027-01-03"), day("2025-12-27")), 7);
	ck_assert_uint_eq(day_season_distance(day("2026-06-01"), day("2024-06-01")), 1); /* a leap year */
	ck_assert_uint_eq(
	    day_season_distance(day("2024-12-31"), day("2025-01-01")), 0); /* 366 days: the last is as the first */
	for (int64_t a = day("2023-12-01"), b = a; b < a + 800; b++)
		ck_assert_uint_le(day_season_distance(a, b), 182);
	/* Winter tells next to nothing about summer, the same week of last year tells all. */
	ck_assert_double_lt(like("2026-01-13", "2026-07-14", false), 0.001);
	ck_assert_double_gt(like("2025-11-11", "2026-11-10", false), 0.9);
}
END_TEST

T_MAIN("kind",
    T_FIXTURE(set_up, tear_down) T_LOOP(a_day_is_what_the_tables_say, 0, (int)(sizeof(kinds) / sizeof(*kinds)))
        T(without_tables_there_are_weekdays) T(the_most_like_day_is_the_same_weekday) T(a_holiday_is_like_a_sunday)
            T(only_a_school_looks_at_terms) T(seasons_go_round_the_year))
