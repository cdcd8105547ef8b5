/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_calm.c - the same money, or hardly more, with setpoints that change less.
 */
#include "config.h"

#include <math.h>

#include "scada/planner/planning_private.h"

double
planning_money(const struct planning *p, const struct plan *plan)
{
	double turnover = 0;

	for (int c = 0; c < COST_PARTS; c++)
		turnover += fabs(plan->cost[c]);
	/* Where nothing may be spent, a millionth: enough to choose among what costs the same. */
	return 0.5 * fmax(p->site->energy->calm_within_pct / 100, 1e-6) * turnover;
}

/* With this price on unrest, if money stays within bounds; NULL: it does not. */
static struct plan *
calm_at(struct planning *p, const struct lp *lp, const struct solution *found, const struct plan *plan,
    const struct prefer *wish, double within)
{
	struct lp *other = dispatch_plan_prefer(&p->problem, lp, found->x, wish);
	struct plan *calmer = NULL;
	struct solution out;
	char why[200];

	/* By the lp's own cost, in which what is stored at the end has its worth. */
	if (solver_calm(p->solver, lp, found, other, PLANNING_CALM_S, &out) &&
	    lp_cost(lp, out.x) <= found->cost + within + 1e-7 * (1 + fabs(found->cost))) {
		calmer = dispatch_plan_read(&p->problem, lp, out.x, found->dual, found->reduced);
		if (!dispatch_plan_check(&p->problem, calmer, TOLERANCE_KW, why, sizeof(why)) ||
		    calmer->relaxed_count > plan->relaxed_count) {
			dispatch_plan_free(calmer);
			calmer = NULL;
		}
	}
	solution_done(&out);
	lp_free(other);
	return calmer;
}

struct plan *
planning_calm(struct planning *p, const struct lp *lp, const struct solution *found, const struct plan *plan)
{
	double within = planning_money(p, plan);
	unsigned shift = p->before == NULL ? 0 : (unsigned)((p->problem.start.us - p->before->start.us) / p->step_us);
	struct prefer wish = { .within = 10 * within, .before = p->before, .shift = shift };

	/* At a price at which money surely stays within bounds a tenth of it is used: first one that is ten times as high. */
	struct plan *calmer = calm_at(p, lp, found, plan, &wish, within);
	wish.within = within;
	return calmer != NULL ? calmer : calm_at(p, lp, found, plan, &wish, within);
}
