/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moves.c - commitments to try: the relaxation rounded, none, all; then the best with a run longer, shorter, earlier, later, gone, joined to
 * the next, or new where the relaxation would like one.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/planner/commit_private.h"

enum { FARTHEST = 8 }; /* steps that an edge moves at once */

/* A step's column k of the same kind in each step. */
static unsigned
at(const struct lp *lp, unsigned k, unsigned t)
{
	return t * lp->step_columns + k;
}

static void
from_best(struct search *h)
{
	memcpy(h->on, h->best_on, h->lp->columns * sizeof(*h->on));
}

static void
round_at(struct search *h, double threshold)
{
	for (unsigned c = 0; c < h->lp->columns; c++)
		h->on[c] = h->lp->is_binary[c] && h->relaxed[c] >= threshold;
	commit_try(h);
}

void
moves_first(struct search *h)
{
	static const double thresholds[] = { 0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.9, 0.1, 1e-3, 2, 0 };

	for (unsigned i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++)
		round_at(h, thresholds[i]);
}

static void
fill(struct search *h, unsigned k, unsigned from, unsigned to, bool is_on)
{
	for (unsigned t = from; t < to && t < h->lp->steps; t++)
		h->on[at(h->lp, k, t)] = is_on;
}

/* The best, with the steps from .. to - 1 of column k changed. */
static bool
try_filled(struct search *h, unsigned k, unsigned from, unsigned to, bool is_on)
{
	from_best(h);
	fill(h, k, from, to, is_on);
	return commit_try(h);
}

/* Behind the last step from `t` on that is as step t is in the best. */
static unsigned
run_end(const struct search *h, unsigned k, unsigned t)
{
	unsigned end = t;

	while (end < h->lp->steps && h->best_on[at(h->lp, k, end)] == h->best_on[at(h->lp, k, t)])
		end++;
	return end;
}

/* The edge before step t, so many steps to either side. */
static bool
move_edge(struct search *h, unsigned k, unsigned t, unsigned by)
{
	bool after = h->best_on[at(h->lp, k, t)];

	return try_filled(h, k, t > by ? t - by : 0, t, after) || try_filled(h, k, t, t + by, !after);
}

/* All of a run, on or off, from t to end - 1: gone, or a step to either side. */
static bool
move_run(struct search *h, unsigned k, unsigned t, unsigned end)
{
	bool is_on = h->best_on[at(h->lp, k, t)];

	if (try_filled(h, k, t, end, !is_on))
		return true;
	if (t == 0 || end >= h->lp->steps || end - t < 2)
		return false;
	from_best(h);
	fill(h, k, t, t + 1, !is_on);
	fill(h, k, end, end + 1, is_on);
	if (commit_try(h))
		return true;
	from_best(h);
	fill(h, k, t - 1, t, is_on);
	fill(h, k, end - 1, end, !is_on);
	return commit_try(h);
}

/* Where the relaxation runs a part of what stands in the best. */
static bool
insert_runs(struct search *h, unsigned k)
{
	const struct lp *lp = h->lp;
	bool is_better = false;

	for (unsigned t = 0; t < lp->steps; t++) {
		unsigned end = t;
		while (end < lp->steps && !h->best_on[at(lp, k, end)] && h->relaxed[at(lp, k, end)] > COMMIT_WHOLE)
			end++;
		if (end == t)
			continue;
		is_better |= try_filled(h, k, t, end, true);
		t = end - 1;
	}
	return is_better;
}

static bool
move_column(struct search *h, unsigned k)
{
	const struct lp *lp = h->lp;
	bool is_better = false;

	for (unsigned t = 0; t < lp->steps && !commit_is_over(h); t = run_end(h, k, t)) {
		/* One step first: with a new forecast that is most of it. */
		for (unsigned by = 1; t > 0 && by <= FARTHEST; by *= 2)
			if (move_edge(h, k, t, by)) {
				is_better = true;
				break;
			}
		is_better |= move_run(h, k, t, run_end(h, k, t));
	}
	return is_better;
}

bool
moves_improve(struct search *h)
{
	const struct lp *lp = h->lp;
	bool is_better = false;

	for (unsigned k = 0; k < lp->step_columns; k++) {
		bool decides = false;
		for (unsigned t = 0; t < lp->steps; t++)
			decides = decides || commit_is_decision(lp, at(lp, k, t));
		if (!decides || commit_is_mode(lp, k))
			continue;
		is_better |= move_column(h, k);
		is_better |= insert_runs(h, k);
	}
	return is_better;
}
