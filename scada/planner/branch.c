/* SPDX-License-Identifier: Apache-2.0 */
/*
 * branch.c - branch and bound, depth first.  What runs is decided before which way a battery goes; of the undecided, the least decided.
 */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "scada/planner/commit_private.h"

/* The binary that is least decided; columns: none. */
static unsigned
undecided(const struct lp *lp, const double *x)
{
	unsigned which = lp->columns;
	double most = 0;

	for (unsigned c = 0; c < lp->columns; c++) {
		double off = lp->is_binary[c] ? fabs(x[c] - round(x[c])) : 0;
		if (off <= COMMIT_WHOLE)
			continue;
		off += !commit_is_mode(lp, c);
		if (off > most) {
			most = off;
			which = c;
		}
	}
	return which;
}

/* All below the bounds as they stand. Returns the least cost that may still be there; as deep as there are binaries. */
static double
branch(struct search *h, double above)
{
	struct solution found;

	if (commit_is_over(h) || h->solves >= h->most_solves) {
		h->is_cut = true;
		return above;
	}
	commit_solve(h, &found);
	double cost = found.cost;
	if (found.end == SOLVE_INFEASIBLE || found.end == SOLVE_DEARER) {
		solution_done(&found);
		return found.end == SOLVE_INFEASIBLE ? HUGE_VAL : fmax(above, h->best.cost);
	}
	if (found.end != SOLVE_OPTIMAL) {
		solution_done(&found);
		h->is_cut = true;
		return above;
	}
	unsigned c = undecided(h->lp, found.x);
	if (c == h->lp->columns) {
		commit_keep(h, &found);
		return cost;
	}
	double first = found.x[c] >= 0.5 ? 1 : 0, lower = h->lower[c], upper = h->upper[c], least = HUGE_VAL;
	solution_done(&found);
	if (h->best.x != NULL && cost >= h->best.cost - COMMIT_PROVEN * (1 + fabs(h->best.cost)))
		return cost;
	for (int side = 0; side < 2; side++) {
		h->lower[c] = h->upper[c] = side == 0 ? first : 1 - first;
		least = fmin(least, branch(h, cost));
	}
	h->lower[c] = lower;
	h->upper[c] = upper;
	return fmax(least, cost);
}

void
branch_within(struct search *h, unsigned solves)
{
	bool is_cut = h->is_cut;

	h->most_solves = h->solves + solves;
	h->s->is_trial = true; /* nothing is proven here */
	branch(h, -HUGE_VAL);
	h->s->is_trial = false;
	h->is_cut = is_cut;
}

void
branch_prove(struct search *h)
{
	const struct lp *lp = h->lp;

	for (unsigned c = 0; c < lp->columns; c++) {
		h->lower[c] = lp->is_binary[c] ? ceil(lp->lower[c]) : lp->lower[c];
		h->upper[c] = lp->is_binary[c] ? floor(lp->upper[c]) : lp->upper[c];
	}
	h->most_solves = UINT_MAX;
	double least = branch(h, h->bound);
	h->bound = fmax(h->bound, fmin(least, h->best.x != NULL ? h->best.cost : HUGE_VAL));
}
