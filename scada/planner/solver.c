/* SPDX-License-Identifier: Apache-2.0 */
/*
 * solver.c - Clp's dual simplex, warm where it can be.  Nothing of Clp is believed: what goes in is checked by lp_check(), what comes
 * out against the bounds, the rows and its own duals; what fails is tried once more from nothing with the primal simplex.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/planner/solver_private.h"

/* Clp's own tolerance is 1e-7 on scaled rows; what it gives is off by more where a row's figures are large. */
static const double tolerance = 1e-6;

struct solver *
solver_new(void)
{
	struct solver *s = xcalloc(1, sizeof(*s));

	s->clp = Clp_newModel();
	Clp_setLogLevel(s->clp, 0);
	return s;
}

static void
forget(struct solver *s)
{
	free(s->shape.start);
	free(s->shape.index);
	free(s->shape.value);
	memset(&s->shape, 0, sizeof(s->shape));
	free(s->status);
	s->status = NULL;
}

void
solver_free(struct solver *s)
{
	if (s == NULL)
		return;
	forget(s);
	free(s->commitment);
	Clp_deleteModel(s->clp);
	free(s);
}

void
solver_on_incumbent(struct solver *s, solver_hear *hear, void *whom)
{
	s->hear = hear;
	s->whom = whom;
}

void
solution_done(struct solution *s)
{
	free(s->x);
	free(s->dual);
	free(s->reduced);
	s->x = s->dual = s->reduced = NULL;
}

bool
solver_same_shape(const struct lp *a, const struct lp *b)
{
	return a->columns == b->columns && a->rows == b->rows && a->steps == b->steps &&
	    a->step_columns == b->step_columns && a->step_rows == b->step_rows;
}

void
solver_shift(void *values, unsigned steps, unsigned count, unsigned shift, size_t size)
{
	if (shift == 0 || shift >= steps)
		return;
	memmove(values, (char *)values + (size_t)shift * count * size, (size_t)(steps - shift) * count * size);
}

static bool
same_matrix(const struct lp *a, const struct lp *b)
{
	return solver_same_shape(a, b) && a->elements == b->elements &&
	    memcmp(a->start, b->start, (a->columns + 1) * sizeof(*a->start)) == 0 &&
	    memcmp(a->index, b->index, a->elements * sizeof(*a->index)) == 0 &&
	    memcmp(a->value, b->value, a->elements * sizeof(*a->value)) == 0;
}

static void *
copy(const void *from, size_t size)
{
	void *to = xmalloc(size > 0 ? size : 1);

	if (size > 0)
		memcpy(to, from, size);
	return to;
}

/* Gives clp the lp: numbers in place where the matrix is the one it holds, else whole, with the basis where that still fits. */
static void
load(struct solver *s, const struct lp *lp)
{
	if (s->shape.start != NULL && same_matrix(&s->shape, lp)) {
		Clp_chgRowLower(s->clp, lp->row_lower);
		Clp_chgRowUpper(s->clp, lp->row_upper);
		Clp_chgObjCoefficients(s->clp, lp->cost);
		return;
	}
	unsigned char *status = NULL;
	if (s->shape.start != NULL && solver_same_shape(&s->shape, lp)) {
		status = s->status;
		s->status = NULL;
	} else {
		free(s->commitment);
		s->commitment = NULL;
	}
	forget(s);
	s->status = status;
	s->shape = (struct lp){ .columns = lp->columns,
		.rows = lp->rows,
		.elements = lp->elements,
		.steps = lp->steps,
		.step_columns = lp->step_columns,
		.step_rows = lp->step_rows };
	s->shape.start = copy(lp->start, (lp->columns + 1) * sizeof(*lp->start));
	s->shape.index = copy(lp->index, lp->elements * sizeof(*lp->index));
	s->shape.value = copy(lp->value, lp->elements * sizeof(*lp->value));
	Clp_loadProblem(s->clp, (int)lp->columns, (int)lp->rows, lp->start, lp->index, lp->value, lp->lower, lp->upper,
	    lp->cost, lp->row_lower, lp->row_upper);
}

static void
take(const struct solver *s, const struct lp *lp, struct solution *out)
{
	memcpy(out->x, Clp_primalColumnSolution(s->clp), lp->columns * sizeof(double));
	memcpy(out->dual, Clp_dualRowSolution(s->clp), lp->rows * sizeof(double));
	memcpy(out->reduced, Clp_dualColumnSolution(s->clp), lp->columns * sizeof(double));
	out->cost = lp_cost(lp, out->x);
}

/* What complementary slackness leaves open: 0 at an optimum. price: reduced cost or dual; value: between lower and upper. */
static double
slack_gap(double price, double value, double lower, double upper)
{
	double bound = price > 0 ? lower : upper;

	if (fabs(bound) >= LP_INFINITY)
		return fabs(price) * fmax(1, fabs(value));
	return fabs(price) * fabs(value - bound);
}

/* How far the cost may be from the optimum by the duals that came with it; scale: what the cost is made of. */
static double
optimum_gap(const struct lp *lp, const double *lower, const double *upper, const struct solution *out, double *scale)
{
	double gap = 0, *sum = xcalloc(lp->rows + 1, sizeof(*sum));

	*scale = 1 + fabs(out->cost);
	for (unsigned c = 0; c < lp->columns; c++) {
		double reduced = lp->cost[c];
		for (int e = lp->start[c]; e < lp->start[c + 1]; e++) {
			reduced -= out->dual[lp->index[e]] * lp->value[e];
			sum[lp->index[e]] += lp->value[e] * out->x[c];
		}
		gap += slack_gap(reduced, out->x[c], lower[c], upper[c]);
		*scale += fabs(lp->cost[c] * out->x[c]);
	}
	for (unsigned r = 0; r < lp->rows; r++)
		gap += slack_gap(out->dual[r], sum[r], lp->row_lower[r], lp->row_upper[r]);
	free(sum);
	return gap;
}

bool
solver_verify(const struct lp *lp, const double *lower, const double *upper, struct solution *out)
{
	double greatest = 1, scale;
	struct lp_label at;

	out->end = out->end == SOLVE_OPTIMAL ? SOLVE_OPTIMAL : SOLVE_FEASIBLE;
	bool finite = isfinite(out->cost);
	for (unsigned c = 0; c < lp->columns; c++) {
		finite = finite && isfinite(out->x[c]);
		greatest = fmax(greatest, fabs(out->x[c]));
	}
	for (unsigned r = 0; r < lp->rows; r++)
		finite = finite && isfinite(out->dual[r]);
	out->violation = finite ? lp_violation(lp, out->x, &at) : HUGE_VAL;
	for (unsigned c = 0; finite && c < lp->columns; c++)
		out->violation = fmax(out->violation, fmax(lower[c] - out->x[c], out->x[c] - upper[c]));
	if (!finite)
		snprintf(out->why, sizeof(out->why),
		    "the solver's answer holds a figure that is not finite; it is not used");
	else if (out->violation > tolerance * (1 + greatest))
		snprintf(out->why, sizeof(out->why),
		    "the solver's answer violates what it was given by %g, at most %g is right; it is not used",
		    out->violation, tolerance * (1 + greatest));
	else if (out->end == SOLVE_OPTIMAL && optimum_gap(lp, lower, upper, out, &scale) > 10 * tolerance * scale)
		snprintf(out->why, sizeof(out->why),
		    "the solver calls %g the least cost and its duals do not prove it; it is not used", out->cost);
	else
		return true;
	out->end = SOLVE_BROKEN;
	return false;
}

/* Every row basic, every column at its lower bound: ClpSimplex::Status 1 and 3. */
static void
start_cold(struct solver *s, const struct lp *lp)
{
	unsigned char *status = xmalloc(lp->columns + lp->rows + 1);

	memset(status, 3, lp->columns);
	memset(status + lp->columns, 1, lp->rows);
	Clp_copyinStatus(s->clp, status);
	free(status);
}

/* One run of the simplex and what to make of it. */
static void
run(struct solver *s, const struct lp *lp, const double *lower, const double *upper, bool is_cold, double seconds,
    struct solution *out)
{
	if (is_cold)
		start_cold(s, lp);
	Clp_setMaximumSeconds(s->clp, fmax(seconds, 0));
	if (is_cold)
		Clp_primal(s->clp, 0);
	else
		Clp_dual(s->clp, 0);
	int status = Clp_status(s->clp);
	out->solves++;
	out->why[0] = '\0';
	take(s, lp, out);
	switch (status) {
	case 0:
		out->end = SOLVE_OPTIMAL;
		solver_verify(lp, lower, upper, out);
		break;
	case 1:
		out->end = SOLVE_INFEASIBLE;
		snprintf(out->why, sizeof(out->why), "nothing satisfies all rows and bounds; no plan");
		break;
	case 2:
		out->end = SOLVE_UNBOUNDED;
		snprintf(
		    out->why, sizeof(out->why), "the cost falls without end: a bound is missing in the model; no plan");
		break;
	case 3:
		out->end = SOLVE_FEASIBLE;
		if (!solver_verify(lp, lower, upper, out)) {
			out->end = SOLVE_TIME;
			snprintf(out->why, sizeof(out->why), "the time was over before there was a plan");
		}
		break;
	default:
		out->end = SOLVE_BROKEN;
		snprintf(out->why, sizeof(out->why), "the solver gave up with status %d; no plan", status);
	}
}

void
solver_bounded(struct solver *s, const struct lp *lp, const double *lower, const double *upper, double seconds,
    struct solution *out)
{
	struct mono begin = clock_mono();

	out->x = xcalloc(lp->columns + 1, sizeof(double));
	out->reduced = xcalloc(lp->columns + 1, sizeof(double));
	out->dual = xcalloc(lp->rows + 1, sizeof(double));
	if (seconds <= 0) {
		out->end = SOLVE_TIME;
		snprintf(out->why, sizeof(out->why), "the time was over before there was a plan");
		return;
	}
	load(s, lp);
	Clp_chgColumnLower(s->clp, lower);
	Clp_chgColumnUpper(s->clp, upper);
	if (s->status != NULL)
		Clp_copyinStatus(s->clp, s->status);
	else
		start_cold(s, lp);
	run(s, lp, lower, upper, false, seconds, out);
	double gone = (double)mono_diff_us(clock_mono(), begin) / 1e6;
	/* From a poor basis the dual simplex may call feasible what is not, and the reverse: what is bad news is asked twice. */
	if (out->end == SOLVE_INFEASIBLE || out->end == SOLVE_UNBOUNDED || out->end == SOLVE_BROKEN)
		if (gone < seconds)
			run(s, lp, lower, upper, true, seconds - gone, out);
	if (out->end == SOLVE_OPTIMAL) {
		free(s->status);
		s->status = copy(Clp_statusArray(s->clp), lp->columns + lp->rows);
	}
	out->seconds = (double)mono_diff_us(clock_mono(), begin) / 1e6;
}

void
solver_relax(struct solver *s, const struct lp *lp, unsigned shift, double seconds, struct solution *out)
{
	memset(out, 0, sizeof(*out));
	if (!lp_check(lp, out->why, sizeof(out->why))) {
		out->end = SOLVE_BROKEN;
		return;
	}
	if (s->status != NULL && solver_same_shape(&s->shape, lp)) {
		solver_shift(s->status, lp->steps, lp->step_columns, shift, 1);
		solver_shift(s->status + lp->columns, lp->steps, lp->step_rows, shift, 1);
	}
	solver_bounded(s, lp, lp->lower, lp->upper, seconds, out);
}
