/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.c - the binaries: first what is quick (the commitment before, the relaxation rounded), then better (edges of runs moved), then
 * proven (branch and bound, depth first, which also finds what rounding cannot). Each step is one warm linear programme.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/planner/solver_private.h"

static const double whole = 1e-6;  /* so near to 0 or 1 is decided */
static const double proven = 1e-6; /* relative: so near to the bound is the optimum */

struct search {
	struct solver *s;
	const struct lp *lp;
	double *lower, *upper; /* bounds of columns as they are tried */
	bool *on, *best_on;    /* of columns */
	struct solution best;  /* x NULL = none yet */
	double bound;          /* nothing is cheaper */
	struct mono begin;
	double seconds;
	unsigned solves;
	bool is_cut; /* the search ended before it had seen all */
};

static double
left(const struct search *h)
{
	return h->seconds - (double)mono_diff_us(clock_mono(), h->begin) / 1e6;
}

static bool
is_over(const struct search *h)
{
	return left(h) <= 0 || (h->best.x != NULL && h->best.cost - h->bound <= proven * (1 + fabs(h->best.cost)));
}

static bool
is_whole(const struct lp *lp, const double *x)
{
	for (unsigned c = 0; c < lp->columns; c++)
		if (lp->is_binary[c] && fabs(x[c] - round(x[c])) > whole)
			return false;
	return true;
}

/* Keeps what is better than the best and says so; what is not is freed. True: it was better. */
static bool
keep(struct search *h, struct solution *found)
{
	if ((found->end != SOLVE_OPTIMAL && found->end != SOLVE_FEASIBLE) || !is_whole(h->lp, found->x) ||
	    (h->best.x != NULL && found->cost >= h->best.cost - 1e-9 * (1 + fabs(h->best.cost)))) {
		solution_done(found);
		return false;
	}
	solution_done(&h->best);
	h->best = *found;
	h->best.end = SOLVE_FEASIBLE;
	h->best.solves = h->solves;
	for (unsigned c = 0; c < h->lp->columns; c++)
		h->best_on[c] = h->lp->is_binary[c] && found->x[c] > 0.5;
	if (h->s->hear != NULL)
		h->s->hear(h->s->whom, &h->best);
	return true;
}

static void
solve(struct search *h, struct solution *out)
{
	memset(out, 0, sizeof(*out));
	solver_bounded(h->s, h->lp, h->lower, h->upper, left(h), out);
	h->solves += out->solves;
}

/* The lp with the binaries as h->on, within their bounds. */
static bool
try_on(struct search *h)
{
	struct solution found;
	const struct lp *lp = h->lp;

	if (is_over(h))
		return false;
	for (unsigned c = 0; c < lp->columns; c++)
		if (lp->is_binary[c])
			h->lower[c] = h->upper[c] =
			    fmin(fmax(h->on[c] ? 1 : 0, ceil(lp->lower[c])), floor(lp->upper[c]));
	solve(h, &found);
	return keep(h, &found);
}

static void
round_at(struct search *h, const double *x, double threshold)
{
	for (unsigned c = 0; c < h->lp->columns; c++)
		h->on[c] = h->lp->is_binary[c] && x[c] >= threshold;
	try_on(h);
}

/* One end of a run, a step longer or shorter. True: something was better. */
static bool
move_edges(struct search *h)
{
	const struct lp *lp = h->lp;
	bool is_better = false;

	for (unsigned k = 0; k < lp->step_columns; k++)
		for (unsigned t = 0; t + 1 < lp->steps && !is_over(h); t++) {
			unsigned here = t * lp->step_columns + k, next = here + lp->step_columns;
			if (!lp->is_binary[here] || !lp->is_binary[next] || h->best_on[here] == h->best_on[next])
				continue;
			for (int side = 0; side < 2; side++) {
				memcpy(h->on, h->best_on, lp->columns * sizeof(*h->on));
				h->on[side ? next : here] = !h->on[side ? next : here];
				is_better |= try_on(h);
			}
		}
	return is_better;
}

/* The binary that is least decided; columns: none. */
static unsigned
undecided(const struct lp *lp, const double *x)
{
	unsigned which = lp->columns;
	double most = whole;

	for (unsigned c = 0; c < lp->columns; c++) {
		double off = lp->is_binary[c] ? fabs(x[c] - round(x[c])) : 0;
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

	if (is_over(h)) {
		h->is_cut = true;
		return above;
	}
	solve(h, &found);
	double cost = found.cost;
	if (found.end == SOLVE_INFEASIBLE) {
		solution_done(&found);
		return HUGE_VAL;
	}
	if (found.end != SOLVE_OPTIMAL) {
		solution_done(&found);
		h->is_cut = true;
		return above;
	}
	unsigned c = undecided(h->lp, found.x);
	if (c == h->lp->columns) {
		keep(h, &found);
		return cost;
	}
	double first = found.x[c] >= 0.5 ? 1 : 0, lower = h->lower[c], upper = h->upper[c], least = HUGE_VAL;
	solution_done(&found);
	if (h->best.x != NULL && cost >= h->best.cost - proven * (1 + fabs(h->best.cost)))
		return cost;
	for (int side = 0; side < 2; side++) {
		h->lower[c] = h->upper[c] = side == 0 ? first : 1 - first;
		least = fmin(least, branch(h, cost));
	}
	h->lower[c] = lower;
	h->upper[c] = upper;
	return fmax(least, cost);
}

static void
search(struct search *h, const double *relaxed, unsigned shift)
{
	const struct lp *lp = h->lp;
	double seconds = h->seconds;

	/* Half the time at most: where rows tie the binaries together, rounding may find nothing and branching does. */
	h->seconds = seconds / 2;
	if (h->s->commitment != NULL) {
		memcpy(h->on, h->s->commitment, lp->columns * sizeof(*h->on));
		solver_shift(h->on, lp->steps, lp->step_columns, shift, sizeof(*h->on));
		/* With a new forecast an edge or two are off by a step: that is found sooner here than by rounding. */
		if (try_on(h))
			while (move_edges(h))
				;
	}
	for (int i = 5, sign = 1, n = 0; n < 9; n++, sign = -sign)
		round_at(h, relaxed, (i += sign * n) / 10.0);
	while (h->best.x != NULL && move_edges(h))
		;
	h->seconds = seconds;
	for (unsigned c = 0; c < lp->columns; c++) {
		h->lower[c] = lp->is_binary[c] ? ceil(lp->lower[c]) : lp->lower[c];
		h->upper[c] = lp->is_binary[c] ? floor(lp->upper[c]) : lp->upper[c];
	}
	if (!is_over(h))
		h->bound = fmax(h->bound, fmin(branch(h, h->bound), h->best.x != NULL ? h->best.cost : HUGE_VAL));
}

static void
finish(struct search *h, struct solution *out, double *gap)
{
	if (h->best.x == NULL) {
		out->end = h->is_cut || left(h) <= 0 ? SOLVE_TIME : SOLVE_INFEASIBLE;
		snprintf(out->why, sizeof(out->why), "%s",
		    out->end == SOLVE_TIME ? "the time was over before a commitment was found; no plan"
		                           : "no choice of what runs satisfies all rows and bounds; no plan");
	} else {
		solution_done(out);
		*out = h->best;
		*gap = fmax(0, out->cost - h->bound) / fmax(1, fabs(out->cost));
		if (out->cost - h->bound <= 2 * proven * (1 + fabs(out->cost)))
			out->end = SOLVE_OPTIMAL;
		free(h->s->commitment);
		h->s->commitment = h->best_on;
		h->best_on = NULL;
	}
	out->solves = h->solves;
	out->seconds = (double)mono_diff_us(clock_mono(), h->begin) / 1e6;
}

void
solver_commit(struct solver *s, const struct lp *lp, unsigned shift, double seconds, struct solution *out, double *gap)
{
	struct search h = { .s = s, .lp = lp, .begin = clock_mono(), .seconds = seconds };

	*gap = HUGE_VAL;
	if (s->commitment != NULL && (s->shape.start == NULL || !solver_same_shape(&s->shape, lp))) {
		free(s->commitment);
		s->commitment = NULL;
	}
	solver_relax(s, lp, shift, seconds, out);
	if (out->end != SOLVE_OPTIMAL) {
		if (out->end == SOLVE_FEASIBLE && !is_whole(lp, out->x))
			out->end = SOLVE_TIME;
		return;
	}
	h.solves = out->solves;
	h.bound = out->cost;
	h.on = xcalloc(lp->columns + 1, sizeof(*h.on));
	h.best_on = xcalloc(lp->columns + 1, sizeof(*h.best_on));
	h.lower = xcalloc(lp->columns + 1, sizeof(double));
	h.upper = xcalloc(lp->columns + 1, sizeof(double));
	memcpy(h.lower, lp->lower, lp->columns * sizeof(double));
	memcpy(h.upper, lp->upper, lp->columns * sizeof(double));
	search(&h, out->x, shift);
	finish(&h, out, gap);
	free(h.on);
	free(h.best_on);
	free(h.lower);
	free(h.upper);
}
