/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.c - what a solver says, held against the lp that it was given: is it within, is it the optimum, can there be nothing cheaper.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/planner/solver_private.h"

/* Clp's own tolerance is 1e-7 on scaled rows; what it gives is off by more where a row's figures are large. */
static const double tolerance = 1e-6;

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
solver_within(const struct lp *lp, const double *lower, const double *upper, struct solution *out)
{
	double greatest = 1;
	struct lp_label at;
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
	if (finite && out->violation <= tolerance * (1 + greatest))
		return true;
	if (!finite)
		snprintf(out->why, sizeof(out->why),
		    "the solver's answer holds a figure that is not finite; it is not used");
	else
		snprintf(out->why, sizeof(out->why),
		    "the solver's answer violates what it was given by %g, at most %g is right; it is not used",
		    out->violation, tolerance * (1 + greatest));
	out->end = SOLVE_BROKEN;
	return false;
}

bool
solver_verify(const struct lp *lp, const double *lower, const double *upper, struct solution *out)
{
	double scale;

	out->end = out->end == SOLVE_OPTIMAL ? SOLVE_OPTIMAL : SOLVE_FEASIBLE;
	if (!solver_within(lp, lower, upper, out))
		return false;
	if (out->end != SOLVE_OPTIMAL || optimum_gap(lp, lower, upper, out, &scale) <= 10 * tolerance * scale)
		return true;
	snprintf(out->why, sizeof(out->why),
	    "the solver calls %g the least cost and its duals do not prove it; it is not used", out->cost);
	out->end = SOLVE_BROKEN;
	return false;
}

/* The least of price x value for a value between lower and upper. */
static double
least(double price, double lower, double upper)
{
	double bound = price > 0 ? lower : upper;

	if (fabs(price) < 1e-9)
		return 0;
	return fabs(bound) >= LP_INFINITY ? -HUGE_VAL : price * bound;
}

double
solver_dual_bound(
    const struct lp *lp, const double *lower, const double *upper, const double *dual, double costs, double sign)
{
	double sum = costs * lp->fixed_cost;

	for (unsigned r = 0; r < lp->rows && isfinite(sum); r++)
		sum += least(sign * dual[r], lp->row_lower[r], lp->row_upper[r]);
	for (unsigned c = 0; c < lp->columns && isfinite(sum); c++) {
		double reduced = costs * lp->cost[c];
		for (int e = lp->start[c]; e < lp->start[c + 1]; e++)
			reduced -= sign * dual[lp->index[e]] * lp->value[e];
		sum += least(reduced, lower[c], upper[c]);
	}
	return sum;
}
