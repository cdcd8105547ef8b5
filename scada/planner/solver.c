/* SPDX-License-Identifier: Apache-2.0 */
/*
 * solver.c - Clp's dual simplex, warm where it can be.  Nothing of Clp is believed: what goes in is checked by lp_check(), what comes
 * out against the bounds, the rows and its own duals; what fails is tried once more from nothing with the primal simplex.
 */
#include "config.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "scada/base/mem.h"
#include "scada/planner/solver_private.h"

static const double slice_s = 0.1;       /* of processor time, between looks at the clock */
static const double yield_slice_s = 0.2; /* at most, where it is to end for somebody else */
/*
 * Where a column without an upper bound stands that would rather rise, while the dual simplex works; Clp takes a greater one if that binds.
 * With Clp's own 1e10 costs that changed a little look like disaster, and it goes on with the primal simplex, which takes twice as long.
 */
static const double dual_bound = 1e5;

enum { ALIKE_WITHIN = 8 }; /* steps among which one like a new one is looked for */

/* Clp takes some MB for each linear programme and gives them back: those of the last are the next one's, not pages to be cleared anew. */
static void
keep_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

struct solver *
solver_new(void)
{
	struct solver *s = xcalloc(1, sizeof(*s));

	keep_memory();
	s->clp = Clp_newModel();
	s->cutoff = HUGE_VAL;
	Clp_setLogLevel(s->clp, 0);
	Clp_setDualBound(s->clp, dual_bound);
	return s;
}

static void
forget(struct solver *s)
{
	free(s->shape.start);
	free(s->shape.index);
	free(s->shape.value);
	free(s->shape.column_label);
	free(s->shape.row_label);
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
solver_yield_to(struct solver *s, solver_yields *yields, void *whom)
{
	s->yields = yields;
	s->yields_whom = whom;
}

bool
solver_has_yielded(const struct solver *s)
{
	return s->has_yielded;
}

bool
solver_is_to_yield(struct solver *s)
{
	s->has_yielded = s->has_yielded || (s->yields != NULL && s->yields(s->yields_whom));
	return s->has_yielded;
}

void
solver_stick(struct solver *s, double money)
{
	s->stick = money;
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

/* Gives clp the lp: numbers in place where the matrix is the one it holds, else whole; what solver_begin() left of the basis fits it. */
static void
load(struct solver *s, const struct lp *lp)
{
	if (s->shape.start != NULL && same_matrix(&s->shape, lp)) {
		Clp_chgRowLower(s->clp, lp->row_lower);
		Clp_chgRowUpper(s->clp, lp->row_upper);
		Clp_chgObjCoefficients(s->clp, lp->cost);
		return;
	}
	unsigned char *status = s->status;
	s->status = NULL;
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
	s->shape.column_label = copy(lp->column_label, lp->columns * sizeof(*lp->column_label));
	s->shape.row_label = copy(lp->row_label, lp->rows * sizeof(*lp->row_label));
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

/*
 * Clp counts processor time, and on a busy machine that is a part of what goes by: it gets it in slices, and the clock is looked at between
 * them. What it had is where it goes on; as each slice begins with some work of its own, they grow.
 */
static int
simplex(struct solver *s, bool is_primal, double seconds)
{
	struct mono begin = clock_mono();
	double gone = 0, used = 0;
	double longest = s->yields != NULL ? yield_slice_s : seconds;
	int64_t first = clock_processor_us();
	int status;

	do {
		double share = gone > slice_s / 2 ? fmin(1, fmax(0.05, used / gone)) : 1;
		Clp_setMaximumSeconds(s->clp, fmin((seconds - gone) * share, fmin(longest, fmax(slice_s, gone))));
		if (is_primal)
			Clp_primal(s->clp, 0);
		else
			Clp_dual(s->clp, 0);
		status = Clp_status(s->clp);
		gone = (double)mono_diff_us(clock_mono(), begin) / 1e6;
		used = (double)(clock_processor_us() - first) / 1e6;
	} while (status == 3 && gone < seconds && !solver_is_to_yield(s));
	return status;
}

/* One run of the simplex and what to make of it. */
static void
run(struct solver *s, const struct lp *lp, const double *lower, const double *upper, bool is_cold, double seconds,
    struct solution *out)
{
	double cutoff = is_cold ? HUGE_VAL : s->cutoff;

	if (is_cold)
		start_cold(s, lp);
	Clp_setDualObjectiveLimit(s->clp, cutoff >= HUGE_VAL ? DBL_MAX : cutoff - lp->fixed_cost);
	int status = simplex(s, is_cold || s->is_primal, fmax(seconds, 0));
	out->solves++;
	out->why[0] = '\0';
	take(s, lp, out);
	switch (status) {
	case 0:
		out->end = SOLVE_OPTIMAL;
		solver_verify(lp, lower, upper, out);
		break;
	case 1:
		out->end =
		    cutoff < HUGE_VAL && Clp_isDualObjectiveLimitReached(s->clp) ? SOLVE_DEARER : SOLVE_INFEASIBLE;
		snprintf(out->why, sizeof(out->why), "%s",
		    out->end == SOLVE_DEARER ? "nothing is cheaper than what there is"
		                             : "nothing satisfies all rows and bounds; no plan");
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

/* Is what the dual simplex calls bad news proven by its own figures? Then it need not be asked twice. */
static bool
is_proven(struct solver *s, const struct lp *lp, const double *lower, const double *upper, const struct solution *out)
{
	if (s->is_trial && (out->end == SOLVE_DEARER || out->end == SOLVE_INFEASIBLE))
		return true; /* a guess that is given up too soon costs nothing but itself */
	if (out->end == SOLVE_DEARER)
		return solver_dual_bound(lp, lower, upper, out->dual, 1, 1) >= s->cutoff;
	if (out->end != SOLVE_INFEASIBLE)
		return out->end != SOLVE_UNBOUNDED && out->end != SOLVE_BROKEN;
	double *ray = Clp_infeasibilityRay(s->clp);
	if (ray == NULL)
		return false;
	bool is = solver_dual_bound(lp, lower, upper, ray, 0, 1) > 1e-6 ||
	    solver_dual_bound(lp, lower, upper, ray, 0, -1) > 1e-6;
	Clp_freeRay(s->clp, ray);
	return is;
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
	if (!is_proven(s, lp, lower, upper, out) && gone < seconds)
		run(s, lp, lower, upper, true, seconds - gone, out);
	if (out->end == SOLVE_OPTIMAL) {
		free(s->status);
		s->status = copy(Clp_statusArray(s->clp), lp->columns + lp->rows);
	}
	out->seconds = (double)mono_diff_us(clock_mono(), begin) / 1e6;
}

/* Which bounds there are: none, one, both, both at the same. */
static unsigned
make_of(double lower, double upper)
{
	return lower == upper ? 4 : (lower > -LP_INFINITY) + 2u * (upper < LP_INFINITY);
}

/* In how many columns and rows two steps do not have the same bounds. */
static unsigned
differences(const struct lp *lp, unsigned t, unsigned u)
{
	unsigned n = 0;

	for (unsigned k = 0; k < lp->step_columns; k++) {
		unsigned a = t * lp->step_columns + k, b = u * lp->step_columns + k;
		n += make_of(lp->lower[a], lp->upper[a]) != make_of(lp->lower[b], lp->upper[b]);
	}
	for (unsigned k = 0; k < lp->step_rows; k++) {
		unsigned a = t * lp->step_rows + k, b = u * lp->step_rows + k;
		n += make_of(lp->row_lower[a], lp->row_upper[a]) != make_of(lp->row_lower[b], lp->row_upper[b]);
	}
	return n;
}

/*
 * Of the last of so many known steps, the one that is most like step t; the last of several. Not the very last, in which the horizon ended: what
 * is stored is worth something there.
 */
static unsigned
most_alike(const struct lp *lp, unsigned t, unsigned known)
{
	unsigned best = known - 1, least = UINT_MAX;

	for (unsigned u = known - 1; u > 0 && known - u <= ALIKE_WITHIN && least > 0; u--) {
		unsigned n = differences(lp, t, u - 1);
		if (n < least) {
			least = n;
			best = u - 1;
		}
	}
	return best;
}

/*
 * The basis moves with the horizon. A step that is new at its end begins as one like it: a half hour ends in every second quarter, and a row
 * that is free where it was bound makes the whole basis singular.
 */
static void
shift_basis(struct solver *s, const struct lp *lp, unsigned shift)
{
	unsigned char *rows = s->status + lp->columns;

	if (shift == 0 || shift >= lp->steps)
		return;
	solver_shift(s->status, lp->steps, lp->step_columns, shift, 1);
	solver_shift(rows, lp->steps, lp->step_rows, shift, 1);
	for (unsigned t = lp->steps - shift; t < lp->steps; t++) {
		unsigned u = most_alike(lp, t, lp->steps - shift);
		memcpy(s->status + t * lp->step_columns, s->status + u * lp->step_columns, lp->step_columns);
		memcpy(rows + t * lp->step_rows, rows + u * lp->step_rows, lp->step_rows);
	}
}

bool
solver_begin(struct solver *s, const struct lp *lp, unsigned shift, struct solution *out)
{
	bool is_same = s->shape.start != NULL && solver_same_shape(&s->shape, lp);

	memset(out, 0, sizeof(*out));
	if (!lp_check(lp, out->why, sizeof(out->why))) {
		out->end = SOLVE_BROKEN;
		return false;
	}
	if (!is_same && s->shape.start != NULL && lp->steps > 0 && lp->steps == s->shape.steps) {
		solver_fit(s, lp);
		load(s, lp); /* what is known has to fit what clp holds, also if there is no time for this one */
	} else if (!is_same) {
		free(s->status);
		free(s->commitment);
		s->status = NULL;
		s->commitment = NULL;
	}
	if (s->status != NULL)
		shift_basis(s, lp, shift);
	return true;
}

void
solver_relax(struct solver *s, const struct lp *lp, unsigned shift, double seconds, struct solution *out)
{
	if (solver_begin(s, lp, shift, out))
		solver_bounded(s, lp, lp->lower, lp->upper, seconds, out);
}

void
solver_keep_basis(const struct solver *s, const struct lp *lp, unsigned char **to)
{
	free(*to);
	*to = s->status != NULL ? copy(s->status, lp->columns + lp->rows) : NULL;
}

void
solver_use_basis(struct solver *s, const struct lp *lp, const unsigned char *from)
{
	free(s->status);
	s->status = from != NULL ? copy(from, lp->columns + lp->rows) : NULL;
}
