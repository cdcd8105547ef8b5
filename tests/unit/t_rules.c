/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_rules.c - what the batteries do without a plan.
 */
#include "config.h"

#include "scada/dispatch/rules.h"
#include "tests/unit/t.h"

static const double none = (double)NAN;

START_TEST(surplus_is_taken_and_draw_is_met)
{
	ck_assert_double_eq(rules_total(RULES_SELF, 100, 0, none, 0, 0, 2), 100);
	ck_assert_double_eq(rules_total(RULES_SELF, -80, 0, none, 0, 0, 2), -80);
	/* What they give already is not asked for twice. */
	ck_assert_double_eq(rules_total(RULES_SELF, 0, 100, 100, 0, 0, 2), 100);
	ck_assert_double_eq(rules_total(RULES_SELF, -30, 100, 100, 0, 0, 2), 70);
	ck_assert_double_eq(rules_total(RULES_SELF, 1.5, 100, 100, 0, 0, 2), 100);
}
END_TEST

START_TEST(peaks_are_cut_and_batteries_filled_below_them)
{
	static const struct {
		double grid, battery, total;
	} v[] = { { 1000, 0, 200 }, { 800, 200, 200 }, { 700, 0, 0 }, { 640, 0, 0 }, { 500, 0, -140 },
		{ 640, -140, -140 }, { -50, 0, -50 }, { 0, 0, 0 } };
	for (unsigned i = 0; i < sizeof(v) / sizeof(*v); i++)
		ck_assert_double_eq_tol(
		    rules_total(RULES_PEAK, v[i].grid, v[i].battery, none, 800, 640, 2), v[i].total, 1e-9);
}
END_TEST

START_TEST(what_is_not_known_moves_nothing)
{
	ck_assert_double_eq(rules_total(RULES_SELF, none, 50, 50, 0, 0, 2), 0);
	ck_assert_double_eq(rules_total(RULES_PEAK, (double)INFINITY, 50, 50, 800, 640, 2), 0);
}
END_TEST

T_MAIN("rules",
    T(surplus_is_taken_and_draw_is_met) T(peaks_are_cut_and_batteries_filled_below_them)
        T(what_is_not_known_moves_nothing))
