/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_solver.c - the relaxation: vectors, what is refused before the solver sees it, warm as cold, a solver that lies.
 */
#include "config.h"

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scada/planner/solver_private.h"
#include "tests/unit/t.h"
#include "tests/unit/unit_kit.h"

static const struct lp_label none = { -1, -1, LP_NO_STEP, 0 };

/* minimise x + 2 y with x + y >= least, x <= 3 */
static struct lp *
small(double least)
{
	struct lp *lp = lp_new();

	lp_column(lp, 0, 3, 1, false, none);
	lp_column(lp, 0, 10, 2, false, none);
	lp_row(lp, least, LP_INFINITY, none);
	lp_element(lp, 0, 0, 1);
	lp_element(lp, 0, 1, 1);
	lp_finish(lp);
	return lp;
}

static enum solve_end
ended(const struct lp *lp, double seconds, double *cost)
{
	struct solver *s = solver_new();
	struct solution out;

	solver_relax(s, lp, 0, seconds, &out);
	enum solve_end end = out.end;
	if (cost != NULL)
		*cost = out.cost;
	ck_assert(end == SOLVE_OPTIMAL || out.why[0] != '\0');
	solution_done(&out);
	solver_free(s);
	return end;
}

START_TEST(finds_the_least_cost_and_its_prices)
{
	struct lp *lp = small(5);
	struct solver *s = solver_new();
	struct solution out;

	solver_relax(s, lp, 0, 10, &out);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	ck_assert_double_eq_tol(out.cost, 7, 1e-9);
	ck_assert_double_eq_tol(out.x[0], 3, 1e-9);
	ck_assert_double_eq_tol(out.x[1], 2, 1e-9);
	ck_assert_double_eq_tol(out.dual[0], 2, 1e-9);
	ck_assert_double_eq_tol(out.reduced[0], -1, 1e-9);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

START_TEST(says_why_there_is_no_plan)
{
	struct lp *lp = small(14);

	ck_assert_int_eq(ended(lp, 10, NULL), SOLVE_INFEASIBLE);
	lp_free(lp);
	lp = small(5);
	lp->cost[1] = -1;
	lp->upper[1] = LP_INFINITY;
	ck_assert_int_eq(ended(lp, 10, NULL), SOLVE_UNBOUNDED);
	lp_free(lp);
}
END_TEST

START_TEST(refuses_before_the_solver_sees_it)
{
	struct lp *lp = small(5);

	lp->cost[0] = (double)NAN;
	ck_assert_int_eq(ended(lp, 10, NULL), SOLVE_BROKEN);
	lp->cost[0] = 1;
	lp->value[0] = HUGE_VAL;
	ck_assert_int_eq(ended(lp, 10, NULL), SOLVE_BROKEN);
	lp->value[0] = 1;
	lp->index[1] = 7;
	ck_assert_int_eq(ended(lp, 10, NULL), SOLVE_BROKEN);
	lp->index[1] = 0;
	ck_assert_int_eq(ended(lp, 0, NULL), SOLVE_TIME);
	ck_assert_int_eq(ended(lp, 10, NULL), SOLVE_OPTIMAL);
	lp_free(lp);
}
END_TEST

START_TEST(warm_costs_what_cold_costs)
{
	struct solver *s = solver_new();

	for (unsigned from = 0, shift = 0; from < 40; shift = 1 + from % 3, from += shift) {
		struct lp *lp = kit_units((uint64_t)_i, 3, 24, from);
		struct solution out;
		double cold;
		solver_relax(s, lp, shift, 10, &out);
		ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
		ck_assert_int_eq(ended(lp, 10, &cold), SOLVE_OPTIMAL);
		ck_assert_double_eq_tol(out.cost, cold, 1e-9 * (1 + fabs(cold)));
		solution_done(&out);
		lp_free(lp);
	}
	solver_free(s);
}
END_TEST

/* In every second step less may be missing: a step that is new at the end begins as the one two before it, not as the last that was. */
START_TEST(a_new_step_begins_as_one_like_it)
{
	struct solver *s = solver_new();
	struct lp *lp[2];
	struct solution out;
	unsigned char was[12 * 8 + 12 * 9];

	for (unsigned from = 0; from < 2; from++) {
		lp[from] = kit_units(1, 2, 12, from);
		for (unsigned t = from; t < 12; t += 2)
			lp[from]->upper[8 * t + 7] = 1e6;
	}
	solver_relax(s, lp[0], 0, 10, &out);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	solution_done(&out);
	memcpy(was, s->status, sizeof(was));
	ck_assert_int_ne(memcmp(was + 8 * 10, was + 8 * 11, 8), 0);
	ck_assert(solver_begin(s, lp[1], 1, &out));
	ck_assert_mem_eq(s->status, was + 8, sizeof(*was) * 8 * 11);
	ck_assert_mem_eq(s->status + 8 * 11, was + 8 * 10, 8);
	ck_assert_mem_eq(s->status + 8 * 12 + 9 * 11, was + 8 * 12 + 9 * 10, 9);
	for (int i = 0; i < 2; i++)
		lp_free(lp[i]);
	solver_free(s);
}
END_TEST

START_TEST(other_steps_start_cold)
{
	struct solver *s = solver_new();
	struct lp *lp[] = { kit_units(1, 2, 12, 0), small(5), kit_units(1, 2, 20, 0) };

	for (unsigned i = 0; i < 9; i++) {
		struct solution out;
		double cold, gap;
		solver_relax(s, lp[i % 3], 1, 10, &out);
		ck_assert_int_eq(ended(lp[i % 3], 10, &cold), SOLVE_OPTIMAL);
		ck_assert_double_eq_tol(out.cost, cold, 1e-9 * (1 + fabs(cold)));
		solution_done(&out);
		solver_commit(s, lp[(i + i / 3) % 3], 1, 0.05, &out, &gap);
		solution_done(&out);
	}
	for (int i = 0; i < 3; i++)
		lp_free(lp[i]);
	solver_free(s);
}
END_TEST

/* So many sets: each column and row is labelled as the set's that it is of. */
static struct lp *
labelled(unsigned units)
{
	struct lp *lp = kit_units(1, units, 12, 0);

	for (unsigned c = 0; c < lp->columns; c++) {
		unsigned k = c % lp->step_columns;
		lp->column_label[c].asset = k < 3 * units ? (int16_t)(k / 3) : 100;
		lp->column_label[c].what = (uint8_t)(k < 3 * units ? k % 3 + 1 : k - 3 * units + 4);
	}
	for (unsigned r = 0; r < lp->rows; r++) {
		unsigned k = r % lp->step_rows;
		lp->row_label[r].asset = k < 4 * units ? (int16_t)(k / 4) : 100;
		lp->row_label[r].what = (uint8_t)(k < 4 * units ? k % 4 + 1 : 5);
	}
	return lp;
}

/* One that has a set more in each step, and back: what ran and the basis, which is shifted at once, are those of the same sets. */
START_TEST(what_is_known_goes_over_to_other_columns)
{
	struct solver *s = solver_new();
	struct lp *two = labelled(2), *three = labelled(3);
	struct solution out;
	double gap, cold;
	bool ran[2 * 12];
	unsigned char basis[12 * 8], balance[12];

	solver_commit(s, two, 0, 20, &out, &gap);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	solution_done(&out);
	for (unsigned t = 0; t < 12; t++) {
		ran[2 * t] = s->commitment[8 * t];
		ran[2 * t + 1] = s->commitment[8 * t + 3];
		balance[t] = s->status[two->columns + 9 * t + 8];
	}
	memcpy(basis, s->status, sizeof(basis));
	ck_assert(solver_begin(s, three, 2, &out));
	for (unsigned t = 0; t < 10; t++) {
		ck_assert(s->commitment[11 * t] == ran[2 * t] && s->commitment[11 * t + 3] == ran[2 * t + 1]);
		ck_assert(!s->commitment[11 * t + 6]);
		ck_assert_uint_eq(s->status[11 * t + 2], basis[8 * (t + 2) + 2]);
		ck_assert_uint_eq(s->status[11 * t + 10], basis[8 * (t + 2) + 7]); /* behind the sets */
		ck_assert_uint_eq(s->status[three->columns + 13 * t + 12], balance[t + 2]);
	}
	for (int i = 0; i < 4; i++) {
		struct lp *lp = i % 2 == 0 ? three : two;
		solver_relax(s, lp, 0, 10, &out);
		ck_assert_int_eq(ended(lp, 10, &cold), SOLVE_OPTIMAL);
		ck_assert_double_eq_tol(out.cost, cold, 1e-9 * (1 + fabs(cold)));
		solution_done(&out);
	}
	lp_free(two);
	lp_free(three);
	solver_free(s);
}
END_TEST

/* No time at all, as for a preview that gives way at once: what is known still fits the lp that the solver holds. */
START_TEST(what_went_over_fits_also_without_time)
{
	struct solver *s = solver_new();
	struct lp *lp[] = { labelled(3), labelled(2) };
	struct solution out;
	double gap, cold;

	for (int i = 0; i < 6; i++) {
		struct lp *is = lp[i % 3 == 0 ? 0 : 1];
		bool has_time = i % 3 != 1;
		solver_commit(s, is, 0, has_time ? 20 : 0, &out, &gap);
		ck_assert_int_eq(out.end, has_time ? SOLVE_OPTIMAL : SOLVE_TIME);
		solution_done(&out);
		ck_assert(solver_same_shape(&s->shape, is));
	}
	ck_assert_int_eq(ended(lp[1], 10, &cold), SOLVE_OPTIMAL);
	solver_relax(s, lp[1], 0, 10, &out);
	ck_assert_double_eq_tol(out.cost, cold, 1e-9 * (1 + fabs(cold)));
	solution_done(&out);
	lp_free(lp[0]);
	lp_free(lp[1]);
	solver_free(s);
}
END_TEST

START_TEST(a_solver_that_lies_is_caught)
{
	struct lp *lp = small(5);
	double x[] = { 3, 2 }, dual[] = { 2 }, reduced[] = { -1, 0 };
	struct solution out = { .end = SOLVE_OPTIMAL, .cost = 7, .x = x, .dual = dual, .reduced = reduced };

	ck_assert(solver_verify(lp, lp->lower, lp->upper, &out));
	x[1] = 1.9; /* below the row */
	out.end = SOLVE_OPTIMAL;
	ck_assert(!solver_verify(lp, lp->lower, lp->upper, &out));
	ck_assert_int_eq(out.end, SOLVE_BROKEN);
	x[1] = (double)NAN;
	out.end = SOLVE_OPTIMAL;
	ck_assert(!solver_verify(lp, lp->lower, lp->upper, &out));
	x[0] = 1, x[1] = 4; /* allowed, and dearer than it says is possible */
	out.cost = 9;
	out.end = SOLVE_OPTIMAL;
	ck_assert(!solver_verify(lp, lp->lower, lp->upper, &out));
	out.end = SOLVE_FEASIBLE;
	ck_assert(solver_verify(lp, lp->lower, lp->upper, &out));
	lp_free(lp);
}
END_TEST

/* Any prices bound what things cost from below; those of an optimum bound it from both sides. */
START_TEST(prices_of_rows_bound_the_cost)
{
	struct lp *lp = kit_units(30 + (uint64_t)_i, 3, 24, 0);
	struct solver *s = solver_new();
	struct solution out;

	solver_relax(s, lp, 0, 10, &out);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	double bound = solver_dual_bound(lp, lp->lower, lp->upper, out.dual, 1, 1);
	ck_assert_double_eq_tol(bound, out.cost, 1e-6 * (1 + fabs(out.cost)));
	for (unsigned r = 0; r < lp->rows; r++)
		out.dual[r] *= 0.5 + kit_random(r, 77);
	bound = solver_dual_bound(lp, lp->lower, lp->upper, out.dual, 1, 1);
	ck_assert(bound <= out.cost + 1e-6 * (1 + fabs(out.cost)));
	/* There is something within, so nothing can show that there is not. */
	ck_assert(solver_dual_bound(lp, lp->lower, lp->upper, out.dual, 0, 1) <= 1e-6);
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

/* What is dearer than the cutoff is given up; what is not is found as without one. */
START_TEST(a_cutoff_hides_nothing_cheaper)
{
	struct lp *lp = kit_units(50 + (uint64_t)_i, 3, 24, 0);
	struct solver *s = solver_new();
	struct solution out;
	double least;

	ck_assert_int_eq(ended(lp, 10, &least), SOLVE_OPTIMAL);
	s->cutoff = least + 1;
	solver_relax(s, lp, 0, 10, &out);
	ck_assert_int_eq(out.end, SOLVE_OPTIMAL);
	ck_assert_double_eq_tol(out.cost, least, 1e-6 * (1 + fabs(least)));
	solution_done(&out);
	solver_free(s);
	s = solver_new();
	s->cutoff = least - 1;
	solver_relax(s, lp, 0, 10, &out);
	ck_assert(
	    out.end == SOLVE_DEARER || (out.end == SOLVE_OPTIMAL && out.cost >= least - 1e-6 * (1 + fabs(least))));
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

/* Takes a share of this processor, which the test is bound to. */
static pid_t
spin(void)
{
	pid_t parent = getpid(), pid = fork();

	while (pid == 0 && getppid() == parent)
		;
	if (pid == 0)
		_exit(0);
	return pid;
}

/* So large that it cannot be done in its time, on a processor that others use: the time is the clock's on the wall, not the processor's. */
START_TEST(ends_by_the_clock_on_a_busy_processor)
{
	struct lp *lp = kit_units(3, 20, 1500, 0);
	struct solver *s = solver_new();
	struct solution out;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((unsigned)sched_getcpu(), &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	pid_t others[] = { spin(), spin(), spin() };
	struct mono begin = clock_mono();
	solver_relax(s, lp, 0, 1, &out);
	double took = (double)mono_diff_us(clock_mono(), begin) / 1e6;
	for (int i = 0; i < 3; i++) {
		kill(others[i], SIGKILL);
		waitpid(others[i], NULL, 0);
	}
	ck_assert_int_ne(out.end, SOLVE_OPTIMAL);
	ck_assert_double_lt(took, 3); /* by the processor's it takes four seconds and more */
	solution_done(&out);
	solver_free(s);
	lp_free(lp);
}
END_TEST

T_MAIN("solver",
    T(finds_the_least_cost_and_its_prices) T(says_why_there_is_no_plan) T(refuses_before_the_solver_sees_it)
        T_LOOP(warm_costs_what_cold_costs, 0, 5) T(a_new_step_begins_as_one_like_it) T(other_steps_start_cold)
            T(what_is_known_goes_over_to_other_columns) T(what_went_over_fits_also_without_time)
                T(a_solver_that_lies_is_caught) T_LOOP(prices_of_rows_bound_the_cost, 0, 5)
                    T_LOOP(a_cutoff_hides_nothing_cheaper, 0, 5) T_LONG(ends_by_the_clock_on_a_busy_processor))
