/* SPDX-License-Identifier: Apache-2.0 */
/*
 * windows.c - where branching proves nothing in time: all is held as in the best but a window of steps, in which everything is decided
 * anew, by branch and bound, for as many linear programmes as are given to it; then the next window, then wider ones.  First, what
 * the relaxation and the best do not agree about.
 */
#include "config.h"

#include <math.h>

#include "scada/planner/commit_private.h"

enum { NARROWEST = 6, SOLVES = 150 };

/* Bounds of all columns: the lp's; a decision is held as in the best. */
static void
hold(struct search *h)
{
	const struct lp *lp = h->lp;

	for (unsigned c = 0; c < lp->columns; c++) {
		h->lower[c] = lp->is_binary[c] ? ceil(lp->lower[c]) : lp->lower[c];
		h->upper[c] = lp->is_binary[c] ? floor(lp->upper[c]) : lp->upper[c];
		if (lp->is_binary[c] && !commit_is_mode(lp, c))
			h->lower[c] = h->upper[c] = h->best_on[c];
	}
}

static void
let_go(struct search *h, unsigned column)
{
	if (!commit_is_decision(h->lp, column))
		return;
	h->lower[column] = 0;
	h->upper[column] = 1;
}

/* Decides anew what is let go. True: something was better. */
static bool
decide(struct search *h)
{
	double before = h->best.cost;

	solver_use_basis(h->s, h->lp, h->best_basis);
	branch_within(h, SOLVES);
	return h->best.cost < before;
}

static bool
try_disagreed(struct search *h)
{
	hold(h);
	for (unsigned c = 0; c < h->lp->columns; c++)
		if (h->lp->is_binary[c] && fabs(h->relaxed[c] - h->best_on[c]) > 0.1)
			let_go(h, c);
	return decide(h);
}

/* One round of windows of this width, each half over the one before. */
static bool
try_windows(struct search *h, unsigned width)
{
	const struct lp *lp = h->lp;
	bool is_better = false;

	for (unsigned from = 0; from < lp->steps && !commit_is_over(h); from += width / 2) {
		hold(h);
		for (unsigned t = from; t < from + width && t < lp->steps; t++)
			for (unsigned k = 0; k < lp->step_columns; k++)
				let_go(h, t * lp->step_columns + k);
		is_better |= decide(h);
	}
	return is_better;
}

void
windows_improve(struct search *h)
{
	if (h->best.x == NULL)
		return;
	while (!commit_is_over(h) && try_disagreed(h))
		;
	for (unsigned width = NARROWEST; width < 2 * h->lp->steps && !commit_is_over(h);)
		if (!try_windows(h, width))
			width *= 2;
}
