/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_commit.c - what runs when: against every choice there is, rolling, within its time.
 */
#include "config.h"

#include <string.h>

#include "scada/planner/solver_private.h"
#include "tests/unit/t.h"
#include "tests/unit/unit_kit.h"

/* The least cost over every choice of the binaries; infinite: none is allowed. */
static double
exhaustive(struct lp *lp)
{
	unsigned at[16], count = 0;
	double least = HUGE_VAL;
	struct solver *s = solver_new();

	for (unsigned c = 0; c < lp->columns; c++)
		if (lp->is_binary[c])
			at[count++] = c;
	for (unsigned choice = 0; choice < 1u << count; choice++) {
		struct solution out;
		for (unsigned i = 0; i < count; i++)
			lp->lower[at[i]] = lp->upper[at[i]] = choice >> i & 1;
		solver_relax(s, lp, 0, 10, &out);
		if (out.end == SOLVE_OPTIMAL)
			least = fmin(least, out.cost);
		else
			ck_assert_int_eq(out.end, SOLVE_INFEASIBLE);
		solution_done(&out);
	}
	for (unsigned i = 0; i < count; i++) {
		lp->lower[at[i]] = 0;
		lp->upper[at[i]] = 1;
	}
	solver_free(s);
	return least;
}

START_TEST(no_choice_is_cheaper)
{
	struct lp *lp = kit_units(100 + (uint64_t)_i, 2, 5, 0);
	struct solver *s = solver_new();
	struct solution out;
	double gap, least = exhaustive(lp);

	solver_commit(s, lp, 0, 20, &out, &gap);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	ck_assert_double_eq_tol(out.cost, least, 1e-5 * (1 + fabs(least)));
	ck_assert(gap <= 1e-5);
	for (unsigned c = 0; c < lp->columns; c++)
		ck_assert(!lp->is_binary[c] || fabs(out.x[c] - round(out.x[c])) < 1e-6);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

START_TEST(says_when_no_choice_is_allowed)
{
	const struct lp_label none = { -1, -1, LP_NO_STEP, 0 };
	struct lp *lp = lp_new();
	struct solver *s = solver_new();
	struct solution out;
	double gap;

	/* a + b = 1 and a = b: only halves */
	lp_column(lp, 0, 1, 1, true, none);
	lp_column(lp, 0, 1, 1, true, none);
	lp_row(lp, 1, 1, none);
	lp_row(lp, 0, 0, none);
	lp_element(lp, 0, 0, 1);
	lp_element(lp, 0, 1, 1);
	lp_element(lp, 1, 0, 1);
	lp_element(lp, 1, 1, -1);
	lp_finish(lp);
	solver_commit(s, lp, 0, 10, &out, &gap);
	ck_assert_int_eq(out.end, SOLVE_INFEASIBLE);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

struct heard {
	unsigned count;
	double cost;
};
static void
hear(void *whom, const struct solution *found)
{
	struct heard *h = whom;

	ck_assert(h->count == 0 || found->cost < h->cost);
	h->cost = found->cost;
	h->count++;
}

START_TEST(rolls_within_its_time_and_says_what_it_has)
{
	struct solver *s = solver_new();

	for (unsigned from = 0; from < 5; from++) {
		struct lp *lp = kit_units(7, 3, 48, from);
		struct solution out;
		struct heard h = { 0, 0 };
		double gap;
		solver_on_incumbent(s, hear, &h);
		solver_commit(s, lp, from > 0, 1, &out, &gap);
		ck_assert(out.end == SOLVE_OPTIMAL || out.end == SOLVE_FEASIBLE);
		ck_assert(h.count > 0);
		ck_assert_double_eq(h.cost, out.cost);
		ck_assert(gap >= 0 && gap < 0.1);
		struct lp_label at;
		ck_assert(lp_violation(lp, out.x, &at) < 1e-3);
		solution_done(&out);
		lp_free(lp);
	}
	solver_free(s);
}
END_TEST

/*
 * Two sets of which one must run, a tenth of a yen apart: the one that runs stays, unless the other is really cheaper. The relaxation says which is;
 * what ran costs a linear programme of its own only where it may stay.
 */
START_TEST(what_runs_does_not_change_for_next_to_nothing)
{
	const struct lp_label none = { -1, -1, LP_NO_STEP, 0 };
	struct lp *lp = lp_new();
	struct solver *s = solver_new();
	struct solution out;
	double gap;

	lp->steps = 1;
	lp->step_columns = 2;
	lp->step_rows = 1;
	lp_column(lp, 0, 1, 10, true, none);
	lp_column(lp, 0, 1, 10.1, true, none);
	lp_row(lp, 1, LP_INFINITY, none);
	lp_element(lp, 0, 0, 1);
	lp_element(lp, 0, 1, 1);
	lp_finish(lp);
	solver_stick(s, 0.2);
	for (int i = 0; i < 2; i++) {
		solver_commit(s, lp, 0, 10, &out, &gap);
		ck_assert_double_eq_tol(out.x[0], 1, 1e-6);
		ck_assert_uint_eq(out.solves, 1);
		solution_done(&out);
	}
	lp->cost[0] = 10.2;
	solver_commit(s, lp, 0, 10, &out, &gap);
	ck_assert_double_eq_tol(out.x[0], 1, 1e-6);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	ck_assert_double_eq_tol(out.cost, 10.2, 1e-6);
	ck_assert_double_eq_tol(gap, 0.1 / 10.2, 1e-4); /* and says what it costs */
	ck_assert_uint_eq(out.solves, 2);
	solution_done(&out);
	lp->cost[0] = 10.4;
	solver_commit(s, lp, 0, 10, &out, &gap);
	ck_assert_double_eq_tol(out.x[1], 1, 1e-6);
	ck_assert_uint_eq(out.solves, 1);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

/* Where branching proves nothing in time, parts are decided anew: what Cbc needs a minute for, nearly so. */
START_TEST(what_cannot_be_proven_gets_better_by_parts)
{
	static const struct {
		uint64_t seed;
		double cbc; /* to 0.01 % */
	} cases[] = { { 1, 67554.71 }, { 4, 70105.28 } };
	struct lp *lp = kit_units(cases[_i].seed, 3, 48, 1);
	struct solver *s = solver_new();
	struct solution out;
	double gap;

	solver_commit(s, lp, 0, 3, &out, &gap);
	ck_assert(out.end == SOLVE_OPTIMAL || out.end == SOLVE_FEASIBLE);
	ck_assert_double_ge(out.cost, cases[_i].cbc * (1 - 1.1e-4));
	ck_assert_double_le(out.cost, cases[_i].cbc * 1.002);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

T_MAIN("commit",
    T_LOOP(no_choice_is_cheaper, 0, t_rounds(8)) T(says_when_no_choice_is_allowed)
        T(what_runs_does_not_change_for_next_to_nothing) T_LONG(rolls_within_its_time_and_says_what_it_has)
            T_LONG_LOOP(what_cannot_be_proven_gets_better_by_parts, 0, 2))
