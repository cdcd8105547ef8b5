/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_lp.c - the lp as it is built: sorted, added up, looked through before a solver sees it; violations found with their label.
 */
#include "config.h"

#include <string.h>

#include "scada/dispatch/lp.h"
#include "tests/unit/t.h"

static const struct lp_label none = { -1, -1, LP_NO_STEP, 0 };

/* 2 <= x + 3 y <= 10, y - z = 1 */
static struct lp *
small(void)
{
	struct lp *lp = lp_new();

	lp_element(lp, 1, 2, -1); /* its row and column come later */
	lp_column(lp, 0, 4, 1, false, (struct lp_label){ 0, -1, 0, 7 });
	lp_column(lp, 0, 1, 2, true, (struct lp_label){ 1, -1, 0, 7 });
	lp_column(lp, -5, LP_INFINITY, 0.5, false, (struct lp_label){ 2, -1, 1, 7 });
	lp_row(lp, 2, 10, (struct lp_label){ -1, 0, 0, 8 });
	lp_row(lp, 1, 1, (struct lp_label){ -1, 0, 1, 8 });
	lp_element(lp, 1, 1, 1);
	lp_element(lp, 0, 1, 1);
	lp_element(lp, 0, 0, 1);
	lp_element(lp, 0, 1, 2);
	lp->fixed_cost = 100;
	lp_finish(lp);
	return lp;
}

START_TEST(elements_are_sorted_and_added_up)
{
	struct lp *lp = small();
	static const int start[] = { 0, 1, 3, 4 }, index[] = { 0, 0, 1, 1 };
	static const double value[] = { 1, 3, 1, -1 };
	char why[200];

	ck_assert_uint_eq(lp->columns, 3);
	ck_assert_uint_eq(lp->rows, 2);
	ck_assert_uint_eq(lp->elements, 4);
	ck_assert_mem_eq(lp->start, start, sizeof(start));
	ck_assert_mem_eq(lp->index, index, sizeof(index));
	for (unsigned i = 0; i < 4; i++)
		ck_assert_double_eq(lp->value[i], value[i]);
	ck_assert(lp_check(lp, why, sizeof(why)));
	lp_free(lp);
	lp_free(NULL);
}
END_TEST

START_TEST(one_without_elements_is_whole)
{
	struct lp *lp = lp_new();
	char why[200];

	lp_column(lp, 0, 1, 1, false, none);
	ck_assert(!lp_check(lp, why, sizeof(why)));
	ck_assert(strstr(why, "not finished") != NULL);
	lp_finish(lp);
	ck_assert(lp_check(lp, why, sizeof(why)));
	ck_assert_int_eq(lp->start[1], 0);
	lp_free(lp);
}
END_TEST

START_TEST(violations_come_with_their_label)
{
	struct lp *lp = small();
	struct lp_label at;
	double fine[] = { 2, 1, 0 }, column[] = { 4.5, 1, 0 }, row[] = { 2, 1, 3 }, no[] = { 2, (double)NAN, 0 };

	ck_assert_double_eq(lp_violation(lp, fine, &at), 0);
	ck_assert_int_eq(at.asset, -1);
	ck_assert_double_eq(lp_cost(lp, fine), 104);
	ck_assert_double_eq_tol(lp_violation(lp, column, &at), 0.5, 1e-12);
	ck_assert_int_eq(at.asset, 0);
	ck_assert_int_eq(at.what, 7);
	ck_assert_double_eq_tol(lp_violation(lp, row, &at), 3, 1e-12);
	ck_assert_int_eq(at.step, 1);
	ck_assert_int_eq(at.what, 8);
	ck_assert(isinf(lp_violation(lp, no, &at)));
	lp_free(lp);
}
END_TEST

START_TEST(what_a_solver_would_choke_on_is_refused)
{
	struct lp *lp = small();
	char why[200];
	const struct {
		double *where, value;
		const char *says;
	} faults[] = { { &lp->cost[1], (double)NAN, "column 1 (asset 1, bus -1, step 0, what 7): cost nan" },
		{ &lp->cost[1], HUGE_VAL, "cost inf" }, { &lp->lower[0], (double)NAN, "column 0" },
		{ &lp->lower[0], 5, "bounds 5 and 4" }, { &lp->upper[2], HUGE_VAL, "beyond 1e30" },
		{ &lp->lower[2], LP_INFINITY, "below 1e30" }, { &lp->upper[1], 2, "0 or 1" },
		{ &lp->row_lower[1], 2, "row 1" },
		{ &lp->row_upper[0], (double)NAN, "row 0 (asset -1, bus 0, step 0, what 8)" },
		{ &lp->value[3], HUGE_VAL, "element inf in row 1" }, { &lp->fixed_cost, (double)NAN, "fixed cost" } };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		double before = *faults[i].where;
		*faults[i].where = faults[i].value;
		ck_assert_msg(!lp_check(lp, why, sizeof(why)), "fault %zu was let through", i);
		ck_assert_msg(strstr(why, faults[i].says) != NULL, "%s; wanted %s", why, faults[i].says);
		*faults[i].where = before;
		ck_assert(lp_check(lp, why, sizeof(why)));
	}
	lp->index[0] = 2;
	ck_assert(!lp_check(lp, why, sizeof(why)));
	ck_assert(strstr(why, "row 2; the rows are 0 to 1") != NULL);
	lp->index[0] = 0;
	lp->start[1] = 9;
	ck_assert(!lp_check(lp, why, sizeof(why)));
	lp->start[1] = 1;
	lp->steps = lp->step_columns = 2;
	ck_assert(!lp_check(lp, why, sizeof(why)));
	lp_free(lp);
}
END_TEST

T_MAIN("lp",
    T(elements_are_sorted_and_added_up) T(one_without_elements_is_whole) T(violations_come_with_their_label)
        T(what_a_solver_would_choke_on_is_refused))
