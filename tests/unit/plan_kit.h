/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_kit.h - a problem solved: built, committed, read and checked. Include after problem_kit.h; everything is static.
 */
#ifndef CHISAN_PLAN_KIT_H
#define CHISAN_PLAN_KIT_H

#include "scada/dispatch/plan.h"
#include "scada/planner/solver.h"

/* The solution of the problem; the lp is the caller's, too. */
static inline struct lp *
kit_commit(const struct problem *p, double seconds, struct solution *out)
{
	char why[300] = "";
	double gap;
	ck_assert_msg(problem_check(p, why, sizeof(why)), "%s", why);
	struct lp *lp = dispatch_plan_build(p);
	struct solver *s = solver_new();

	ck_assert_msg(lp_check(lp, why, sizeof(why)), "%s", why);
	solver_commit(s, lp, 0, seconds, out, &gap);
	ck_assert_msg(out->end == SOLVE_OPTIMAL || out->end == SOLVE_FEASIBLE, "%s", out->why);
	solver_free(s);
	return lp;
}

/* The plan, which passed its check. */
static inline struct plan *
kit_plan(const struct problem_kit *k)
{
	struct solution out;
	char why[300] = "";
	struct lp *lp = kit_commit(&k->p, 20, &out);
	struct plan *plan = dispatch_plan_read(&k->p, lp, out.x, out.dual, out.reduced);

	ck_assert_msg(dispatch_plan_check(&k->p, plan, 1e-3, why, sizeof(why)), "%s", why);
	solution_done(&out);
	lp_free(lp);
	return plan;
}

/* How many goals of this kind were not kept; *size: what they come to. */
static inline unsigned
kit_relaxed(const struct plan *plan, enum relax what, double *size)
{
	unsigned n = 0;

	*size = 0;
	for (unsigned i = 0; i < plan->relaxed_count; i++)
		if (plan->relaxed[i].what == what) {
			*size += plan->relaxed[i].size;
			n++;
		}
	return n;
}

#endif
