/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.c - the binaries: first what is quick (the relaxation, the commitment before, the relaxation rounded), then better (runs moved: moves.c), then
 * proven (branch.c, which also finds what rounding cannot), or, where that takes too long, better by parts (windows.c). Each step is one warm linear programme, given up as soon as its dual shows that
 * it will be dearer than the best.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/lp_what.h"
#include "scada/planner/commit_private.h"

static double
left(const struct search *h)
{
	if (solver_is_to_yield(h->s))
		return 0;
	return h->seconds - (double)mono_diff_us(clock_mono(), h->begin) / 1e6;
}

bool
commit_is_over(const struct search *h)
{
	return left(h) <= 0 ||
	    (h->best.x != NULL && h->best.cost - h->bound <= COMMIT_PROVEN * (1 + fabs(h->best.cost)));
}

static double *
copy(const double *from, unsigned count)
{
	double *to = xcalloc(count + 1, sizeof(*to));

	memcpy(to, from, count * sizeof(*to));
	return to;
}

bool
commit_is_decision(const struct lp *lp, unsigned c)
{
	return lp->is_binary[c] && ceil(lp->lower[c]) < floor(lp->upper[c]);
}

static bool
is_whole(const struct lp *lp, const double *x)
{
	for (unsigned c = 0; c < lp->columns; c++)
		if (lp->is_binary[c] && fabs(x[c] - round(x[c])) > COMMIT_WHOLE)
			return false;
	return true;
}

bool
commit_keep(struct search *h, struct solution *found)
{
	if ((found->end != SOLVE_OPTIMAL && found->end != SOLVE_FEASIBLE) || !is_whole(h->lp, found->x) ||
	    !solver_within(h->lp, h->lp->lower, h->lp->upper, found) ||
	    (h->best.x != NULL && found->cost >= h->best.cost - 1e-9 * (1 + fabs(h->best.cost)))) {
		solution_done(found);
		return false;
	}
	if (h->is_before) { /* perhaps it is kept nonetheless: finish() */
		h->before = h->best;
		h->before_basis = h->best_basis;
		h->best_basis = NULL;
		h->is_before = false;
	} else {
		solution_done(&h->best);
	}
	h->best = *found;
	h->best.end = SOLVE_FEASIBLE;
	h->best.solves = h->solves;
	for (unsigned c = 0; c < h->lp->columns; c++)
		h->best_on[c] = h->lp->is_binary[c] && found->x[c] > 0.5;
	solver_keep_basis(h->s, h->lp, &h->best_basis);
	if (h->s->hear != NULL)
		h->s->hear(h->s->whom, &h->best);
	return true;
}

void
commit_solve(struct search *h, struct solution *out)
{
	memset(out, 0, sizeof(*out));
	h->s->cutoff = h->best.x != NULL ? h->best.cost - 1e-9 * (1 + fabs(h->best.cost)) : HUGE_VAL;
	solver_bounded(h->s, h->lp, h->lower, h->upper, left(h), out);
	h->s->cutoff = HUGE_VAL;
	h->solves += out->solves;
}

/* FNV-1a over what runs; never 0. */
static uint64_t
hash_of(const struct search *h)
{
	uint64_t v = UINT64_C(14695981039346656037);

	for (unsigned c = 0; c < h->lp->columns; c++)
		if (h->lp->is_binary[c] && !commit_is_mode(h->lp, c))
			v = (v ^ h->on[c]) * UINT64_C(1099511628211);
	return v | 1;
}

static bool
was_tried(struct search *h)
{
	uint64_t v = hash_of(h);

	for (unsigned i = 0; i < h->tried_count && i < COMMIT_TRIED; i++)
		if (h->tried[i] == v)
			return true;
	h->tried[h->tried_count++ % COMMIT_TRIED] = v;
	return false;
}

bool
commit_is_mode(const struct lp *lp, unsigned c)
{
	return lp->column_label[c].what == LP_MODE;
}

/*
 * The mode of a battery or connection stands behind its two ways (asset_battery.c, asset_grid.c): charge, discharge, stored, mode; import,
 * export, mode. 1 is the first way. Sets x to the way that is the greater. False: both ways are used.
 */
static bool
is_of_battery(const struct lp *lp, unsigned c)
{
	return c >= 3 && lp->column_label[c - 3].what == LP_CHARGE;
}

static bool
set_mode(const struct lp *lp, unsigned c, double *x)
{
	unsigned back = is_of_battery(lp, c) ? 3 : 2;

	if (c < back)
		return false;
	double first = x[c - back], second = x[c - back + 1];
	x[c] = first >= second;
	return fmin(first, second) <= COMMIT_WHOLE;
}

static bool
is_open_mode(const struct lp *lp, unsigned c, const double *x)
{
	return lp->is_binary[c] && commit_is_mode(lp, c) && fabs(x[c] - round(x[c])) > COMMIT_WHOLE;
}

/*
 * Batteries that go both ways in a step burn what nobody takes, each alone. What they can do instead is to hand it on, and lose as much on the
 * way: of those of a bus one gives and the others take, in turn.
 */
static void
take_turns(const struct lp *lp, unsigned c, double *x)
{
	unsigned others = 0, before = 0;

	if (!is_of_battery(lp, c) || c >= lp->steps * lp->step_columns)
		return;
	unsigned t = c / lp->step_columns;
	for (unsigned o = t * lp->step_columns; o < (t + 1) * lp->step_columns; o++) {
		bool is_alike = o != c && lp->is_binary[o] && commit_is_mode(lp, o) && is_of_battery(lp, o) &&
		    lp->column_label[o].bus == lp->column_label[c].bus && fmin(x[o - 3], x[o - 2]) > COMMIT_WHOLE;
		others += is_alike;
		before += is_alike && o < c;
	}
	if (others > 0)
		x[c] = t % (others + 1) != before;
}

/* The modes that the lp left open; those that go both ways are bound for another try. False: there are some. */
static bool
set_modes(struct search *h, double *x)
{
	const struct lp *lp = h->lp;
	bool is_one_way = true;

	for (unsigned c = 0; c < lp->columns; c++) {
		if (!is_open_mode(lp, c, x))
			continue;
		if (!set_mode(lp, c, x)) {
			is_one_way = false;
			take_turns(lp, c, x);
		}
		h->lower[c] = h->upper[c] = x[c];
	}
	return is_one_way;
}

static void
bind(struct search *h)
{
	const struct lp *lp = h->lp;

	for (unsigned c = 0; c < lp->columns; c++) {
		if (!lp->is_binary[c])
			continue;
		h->lower[c] = ceil(lp->lower[c]);
		h->upper[c] = floor(lp->upper[c]);
		if (commit_is_mode(lp, c))
			continue;
		h->on[c] = fmin(fmax(h->on[c] ? 1 : 0, h->lower[c]), h->upper[c]) > 0.5;
		h->lower[c] = h->upper[c] = h->on[c];
	}
}

bool
commit_try(struct search *h)
{
	struct solution found;

	if (commit_is_over(h))
		return false;
	bind(h);
	if (was_tried(h))
		return false;
	/* From the basis of the best, of which this is a neighbour. */
	if (h->best_basis != NULL)
		solver_use_basis(h->s, h->lp, h->best_basis);
	h->s->is_trial = true;
	commit_solve(h, &found);
	/* Each round binds what went both ways, and may make others do so. */
	while (found.end == SOLVE_OPTIMAL && !set_modes(h, found.x)) {
		solution_done(&found);
		commit_solve(h, &found);
	}
	h->s->is_trial = false;
	return commit_keep(h, &found);
}

/* ---- the order of things */

/* What ran before, as far as it may, into on, lower and upper. False: nothing did. */
static bool
take_before(struct search *h)
{
	const struct lp *lp = h->lp;

	if (h->s->commitment == NULL)
		return false;
	memcpy(h->on, h->s->commitment, lp->columns * sizeof(*h->on));
	solver_shift(h->on, lp->steps, lp->step_columns, h->shift, sizeof(*h->on));
	bind(h);
	return true;
}

/* With a new forecast an edge or two of what ran are off by a step: that is found sooner so than by rounding. */
static void
try_before(struct search *h)
{
	if (h->best.x == NULL && take_before(h))
		h->is_before = commit_try(h) && h->s->stick > 0;
}

static void
search(struct search *h)
{
	double seconds = h->seconds;

	/* Half the time at most: where rows tie the binaries together, rounding may find nothing and branching does. */
	h->seconds = seconds / 2;
	moves_first(h);
	while (h->best.x != NULL && !commit_is_over(h) && moves_improve(h))
		;
	/* Most is proven in a moment; what is not in a third of what is left gets better by parts. */
	h->seconds = seconds;
	double gone = seconds - left(h);
	h->seconds = h->best.x != NULL ? gone + (seconds - gone) / 3 : seconds;
	if (!commit_is_over(h))
		branch_prove(h);
	h->seconds = seconds;
	windows_improve(h);
	if (!commit_is_over(h))
		branch_prove(h);
}

/* The commitment before, if it is hardly dearer than the best: what runs does not change for so little. */
static void
stick(struct search *h)
{
	if (h->before.x == NULL || h->before.cost - h->best.cost > h->s->stick)
		return;
	solution_done(&h->best);
	h->best = h->before;
	h->before.x = h->before.dual = h->before.reduced = NULL;
	free(h->best_basis);
	h->best_basis = h->before_basis;
	h->before_basis = NULL;
	for (unsigned c = 0; c < h->lp->columns; c++)
		h->best_on[c] = h->lp->is_binary[c] && h->best.x[c] > 0.5;
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
		bool is_proven = h->best.cost - h->bound <= 2 * COMMIT_PROVEN * (1 + fabs(h->best.cost));
		stick(h);
		solution_done(out);
		*out = h->best;
		*gap = fmax(0, out->cost - h->bound) / fmax(1, fabs(out->cost));
		if (is_proven)
			out->end = SOLVE_OPTIMAL;
		free(h->s->commitment);
		h->s->commitment = h->best_on;
		h->best_on = NULL;
		solver_use_basis(h->s, h->lp, h->best_basis);
	}
	out->solves = h->solves;
	out->seconds = (double)mono_diff_us(clock_mono(), h->begin) / 1e6;
}

/* What is below every choice; false: `out` says what else. */
static bool
relax(struct search *h, struct solution *out)
{
	const struct lp *lp = h->lp;

	memset(out, 0, sizeof(*out));
	solver_bounded(h->s, lp, lp->lower, lp->upper, left(h), out);
	h->solves += out->solves;
	if (out->end == SOLVE_OPTIMAL) {
		h->bound = out->cost;
		h->relaxed = out->x;
		return true;
	}
	if (h->best.x != NULL) /* the time was over: what there is goes without a bound */
		return true;
	if (out->end == SOLVE_FEASIBLE && !is_whole(lp, out->x))
		out->end = SOLVE_TIME;
	return false;
}

/* Might what ran before be kept, though this is the least cost? Not if it is the same, nor if prices of rows show that it is too dear. */
static bool
may_stay(struct search *h, const struct solution *least)
{
	const struct lp *lp = h->lp;
	bool is_same = true;

	if (h->s->stick <= 0 || !take_before(h))
		return false;
	for (unsigned c = 0; c < lp->columns && is_same; c++)
		is_same = !lp->is_binary[c] || commit_is_mode(lp, c) || h->on[c] == (least->x[c] > 0.5);
	return !is_same && solver_dual_bound(lp, h->lower, h->upper, least->dual, 1, 1) <= least->cost + h->s->stick;
}

/* Where the relaxation decides all by itself, it is what is sought: with rows as those of plan_cover.c it often does. */
static void
take_relaxed(struct search *h, const struct solution *relaxed)
{
	const struct lp *lp = h->lp;
	struct solution whole = *relaxed;

	whole.x = copy(relaxed->x, lp->columns);
	if (!set_modes(h, whole.x) || !is_whole(lp, whole.x)) {
		free(whole.x);
		return;
	}
	whole.cost = lp_cost(lp, whole.x);
	whole.dual = copy(relaxed->dual, lp->rows);
	whole.reduced = copy(relaxed->reduced, lp->columns);
	unsigned char *basis = NULL;
	solver_keep_basis(h->s, lp, &basis);
	if (may_stay(h, &whole))
		try_before(h);
	solver_use_basis(h->s, lp, basis);
	free(basis);
	commit_keep(h, &whole);
}

/*
 * The relaxation, then what ran before. A machine that is too slow for the first has the second in half of its time. False: `out` says why there
 * is neither.
 */
static bool
begin(struct search *h, struct solution *out)
{
	double seconds = h->seconds;

	if (h->s->commitment != NULL)
		h->seconds = seconds / 2;
	bool has_begun = relax(h, out);
	h->seconds = seconds;
	if (h->relaxed != NULL)
		take_relaxed(h, out);
	else if (out->end == SOLVE_INFEASIBLE || out->end == SOLVE_UNBOUNDED)
		return false;
	try_before(h);
	if (h->relaxed == NULL && h->best.x != NULL) {
		solution_done(out);
		has_begun = relax(h, out);
	}
	return has_begun;
}

static void
open_search(struct search *h)
{
	const struct lp *lp = h->lp;

	h->on = xcalloc(lp->columns + 1, sizeof(*h->on));
	h->best_on = xcalloc(lp->columns + 1, sizeof(*h->best_on));
	h->lower = xcalloc(lp->columns + 1, sizeof(double));
	h->upper = xcalloc(lp->columns + 1, sizeof(double));
	memcpy(h->lower, lp->lower, lp->columns * sizeof(double));
	memcpy(h->upper, lp->upper, lp->columns * sizeof(double));
}

static void
close_search(struct search *h)
{
	free(h->on);
	free(h->best_on);
	free(h->best_basis);
	free(h->before_basis);
	solution_done(&h->before);
	free(h->lower);
	free(h->upper);
	free(h);
}

void
solver_commit(struct solver *s, const struct lp *lp, unsigned shift, double seconds, struct solution *out, double *gap)
{
	*gap = HUGE_VAL;
	memset(out, 0, sizeof(*out));
	s->has_yielded = false;
	if (!solver_begin(s, lp, shift, out))
		return;
	struct search *h = xcalloc(1, sizeof(*h));
	h->s = s;
	h->lp = lp;
	h->begin = clock_mono();
	h->seconds = seconds;
	h->shift = shift;
	h->bound = -HUGE_VAL;
	open_search(h);
	if (begin(h, out)) {
		if (h->relaxed != NULL && !commit_is_over(h))
			search(h);
		finish(h, out, gap);
	}
	close_search(h);
}
