/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_policy.c - what is decided in a step, and what comes of it.  What is decided is held; the rest of the district (grid, curtailment,
 * heat, what is not served) takes up what was not foreseen, within its limits.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scada/dispatch/rules.h"
#include "scada/dispatch/share.h"
#include "scada/planner/study_private.h"

static const double tolerance_kw = 1e-2, felt = 1e-3, now_s = 5, patience = 20;

static bool
has_binary(const struct lp *lp)
{
	for (unsigned c = 0; c < lp->columns; c++)
		if (lp->is_binary[c] && lp->lower[c] < lp->upper[c])
			return true;
	return false;
}

struct plan *
study_solve(struct study_run *s, struct solver *solver, const struct problem *p, unsigned shift, double seconds)
{
	struct solution out = { 0 };
	struct plan *plan = NULL;
	double gap = 0;

	if (!problem_check(p, s->why, s->size))
		return NULL;
	struct lp *lp = dispatch_plan_build(p);
	if (has_binary(lp)) {
		solver_commit(solver, lp, shift, seconds, &out, &gap);
		/* A study has time: a machine that is busy with other things must not turn a plan into none. */
		for (int more = 0; more < 2 && out.end == SOLVE_TIME; more++) {
			solution_done(&out);
			seconds *= patience;
			solver_commit(solver, lp, 0, seconds, &out, &gap);
		}
	} else
		solver_relax(solver, lp, shift, fmax(seconds, now_s), &out);
	if (out.end != SOLVE_OPTIMAL && out.end != SOLVE_FEASIBLE)
		snprintf(s->why, s->size, "%s", out.why);
	else {
		plan = dispatch_plan_read(p, lp, out.x, out.dual, out.reduced);
		if (!dispatch_plan_check(p, plan, tolerance_kw, s->why, s->size)) {
			dispatch_plan_free(plan);
			plan = NULL;
		}
	}
	if (solver == s->solver) {
		s->r->plans++;
		s->r->plans_failed += plan == NULL;
		s->r->plans_cut += plan != NULL && out.end == SOLVE_FEASIBLE;
		s->r->solve_s += out.seconds;
		s->r->solve_most_s = fmax(s->r->solve_most_s, out.seconds);
		s->r->gap_most = plan != NULL ? fmax(s->r->gap_most, gap) : s->r->gap_most;
		if (plan == NULL && s->r->failed[0] == '\0')
			snprintf(s->r->failed, sizeof(s->r->failed), "%s", s->why);
	}
	solution_done(&out);
	lp_free(lp);
	return plan;
}

/* ---- without a plan */

static const struct asset *
asset_of(const struct study_run *s, unsigned i)
{
	return s->state[i].asset;
}

/* On a bus that the utility feeds over another one: what a school's battery does is its plan's business. */
static bool
is_elsewhere(const struct study_run *s, unsigned i)
{
	const struct bus *list = s->d->energy->buses.v;
	int bus = problem_bus(&s->now, asset_of(s, i)->bus);

	return bus < 0 || list[bus].parent != NULL;
}

static bool
is_missing(const struct plan *plan)
{
	for (unsigned i = 0; i < plan->relaxed_count; i++)
		if ((plan->relaxed[i].what == RELAX_LOAD || plan->relaxed[i].what == RELAX_HEAT) &&
		    plan->relaxed[i].size > felt)
			return true;
	return false;
}

static struct plan *
solve_now(struct study_run *s)
{
	return study_solve(s, s->solver_now, &s->now, 0, now_s);
}

/* With batteries as kw says (NULL: at rest); sets stand unless something is missing without them. */
static struct plan *
step_with(struct study_run *s, const double *kw, bool may_help)
{
	struct problem *p = &s->now;

	study_problem_now(s);
	for (unsigned i = 0; i < p->asset_count; i++)
		if (asset_of(s, i)->kind == ASSET_BATTERY)
			study_problem_hold(s, p, i, kw != NULL ? kw[i] : 0);
		else if (asset_of(s, i)->kind == ASSET_GTC)
			study_problem_hold(s, p, i, 0);
	struct plan *plan = solve_now(s);
	if (plan == NULL || !may_help || !is_missing(plan))
		return plan;
	dispatch_plan_free(plan);
	study_problem_now(s);
	for (unsigned i = 0; i < p->asset_count; i++) {
		const struct asset *a = asset_of(s, i);
		/* Batteries that stand still do so in an island, too; with a guard those there are form its grid. */
		bool may_give = kw != NULL || s->guard != NULL;
		if (a->kind == ASSET_BATTERY && (!may_give || !problem_is_island(p, problem_bus(p, a->bus), 0)))
			study_problem_hold(s, p, i, kw != NULL ? kw[i] : 0);
	}
	return solve_now(s);
}

struct plan *
study_step_none(struct study_run *s)
{
	return step_with(s, NULL, true);
}

/* kW that the district lacks with its batteries at rest; below 0: has over. */
static double
net_kw(struct study_run *s, const struct plan *plan)
{
	const struct problem *p = &s->now;
	double kw = 0;

	for (unsigned i = 0; i < p->asset_count; i++) {
		const struct asset *a = asset_of(s, i);
		double there = problem_at(p, i, SERIES_AVAILABLE, 0);
		if (is_elsewhere(s, i))
			continue;
		if (a->kind == ASSET_GRID)
			kw += plan->assets[i].power_kw[0];
		if (a->kind == ASSET_PV)
			kw -= there * problem_at(p, i, SERIES_PV_KW, 0) - plan->assets[i].power_kw[0];
		if (a->kind == ASSET_LOAD)
			kw += there * problem_at(p, i, SERIES_LOAD_KW, 0) - plan->assets[i].power_kw[0];
	}
	return kw - plan->over_kwh / s->d->hours;
}

/* As the guard sees it, with powers that its energy bears over the whole step. */
static struct share_battery
battery_of(struct study_run *s, unsigned i)
{
	const struct problem *p = &s->now;
	const struct asset *a = asset_of(s, i);
	const struct asset_battery *b = a->parameters;
	const struct problem_asset *in = &s->state[i];
	double full = b->energy_kwh * in->health, h = s->d->hours;
	double floor_pct =
	    problem_is_island(p, problem_bus(p, a->bus), 0) ? b->soc_min_pct : fmax(b->soc_min_pct, b->reserve_pct);

	return (struct share_battery){ .energy_kwh = b->energy_kwh,
		.charge_kw = b->charge_kw,
		.discharge_kw = b->discharge_kw,
		.device_charge_kw = fmax(0, b->soc_max_pct / 100 * full - in->energy_kwh) / (h * b->efficiency_charge),
		.device_discharge_kw = fmax(0, in->energy_kwh - floor_pct / 100 * full) / h * b->efficiency_discharge,
		.soc_pct = 100 * in->energy_kwh / full,
		.temperature_c = (double)NAN,
		.health = in->health,
		.floor_pct = floor_pct,
		.ceiling_pct = b->soc_max_pct,
		.ramp_kw = (double)NAN,
		.now_kw = (double)NAN,
		.is_available = problem_at(p, i, SERIES_AVAILABLE, 0) > 0 };
}

struct plan *
study_step_rules(struct study_run *s)
{
	struct share_battery list[SHARE_MAX];
	struct share_part parts[SHARE_MAX];
	unsigned of[SHARE_MAX], n = 0;
	double kw[PROBLEM_ASSETS_MAX] = { 0 };
	struct plan *rest = step_with(s, NULL, false);

	if (rest == NULL)
		return NULL;
	double total = rules_total(RULES_SELF, net_kw(s, rest), 0, (double)NAN, (double)NAN, (double)NAN, 0);
	dispatch_plan_free(rest);
	for (unsigned i = 0; i < s->now.asset_count && n < SHARE_MAX; i++)
		if (asset_of(s, i)->kind == ASSET_BATTERY && !is_elsewhere(s, i)) {
			list[n] = battery_of(s, i);
			of[n++] = i;
		}
	if (n > 0)
		share_among(list, n, total, parts);
	for (unsigned k = 0; k < n; k++)
		kw[of[k]] = parts[k].kw;
	return step_with(s, kw, true);
}

/* ---- with a plan */

/* Planned again within the step, as chisand does: with what is measured in it, and what was not measured yet foreseen. */
static bool
plans_within(const struct study_run *s)
{
	return s->asked->replan_us == 0 && s->asked->forecast != STUDY_PERFECT;
}

/* The plan that holds in this step: a new one, or the last where that is not yet to be replaced or no new one can be had. */
static bool
renew_plan(struct study_run *s)
{
	unsigned every = s->asked->replan_us <= s->d->step_us ? 1 : (unsigned)(s->asked->replan_us / s->d->step_us);

	if (s->plan != NULL && s->row < s->plan_row + s->plan->steps && (s->row - s->d->first) % every != 0)
		return true;
	if (!study_unsure_begin(s, plans_within(s)) || !study_problem_wide(s, plans_within(s)))
		return false;
	study_unsure(s, plans_within(s));
	struct plan *plan = study_solve(s, s->solver, &s->wide, s->row - s->solved, s->asked->solver_s);
	s->solved = s->row;
	if (plan == NULL && (s->plan == NULL || s->row >= s->plan_row + s->plan->steps))
		return false;
	if (plan != NULL) {
		dispatch_plan_free(s->plan);
		s->plan = plan;
		s->plan_row = s->row;
	}
	return true;
}

/* The horizon again with its first step as it was: batteries and sets as planned, if they can be; in an island they balance. */
static struct plan *
realise(struct study_run *s, bool is_free)
{
	struct problem *p = &s->wide;
	unsigned step = s->row - s->plan_row;

	if (!study_problem_wide(s, true))
		return NULL;
	for (unsigned i = 0; !is_free && i < p->asset_count; i++) {
		const struct asset *a = asset_of(s, i);
		if ((a->kind == ASSET_BATTERY || a->kind == ASSET_GTC) &&
		    !problem_is_island(p, problem_bus(p, a->bus), 0))
			study_problem_hold(s, p, i, s->plan->assets[i].power_kw[step]);
	}
	struct plan *wide = study_solve(s, s->solver, p, s->row - s->solved, s->asked->solver_s), *plan = NULL;
	s->solved = s->row;
	if (wide == NULL)
		return NULL;
	study_problem_now(s);
	plan = dispatch_plan_step(&s->now, wide, 0);
	dispatch_plan_free(wide);
	if (dispatch_plan_check(&s->now, plan, tolerance_kw, s->why, s->size))
		return plan;
	dispatch_plan_free(plan);
	return NULL;
}

/* What its energy bears of what is planned: batteries are not where the plan saw them, by what the guard did since. The grid makes up for it. */
static void
fit_batteries(struct study_run *s, struct plan *plan)
{
	const struct problem *p = &s->now;
	double h = s->d->hours;

	for (unsigned i = 0; i < p->asset_count; i++) {
		const struct asset *a = asset_of(s, i);
		const struct asset_battery *b = a->parameters;
		if (a->kind != ASSET_BATTERY)
			continue;
		double kwh = s->state[i].energy_kwh, full = b->energy_kwh * s->state[i].health;
		double low = fmin(kwh, b->soc_min_pct / 100 * full), high = fmax(kwh, b->soc_max_pct / 100 * full);
		double stands = low + (kwh - low) * fmax(0, 1 - b->standby_pct_per_day / 100 * h / 24);
		double planned = plan->assets[i].power_kw[0];
		double kw = fmin((stands - low) / h * b->efficiency_discharge, planned);
		kw = fmax(-(high - stands) / (h * b->efficiency_charge), kw);
		plan->assets[i].power_kw[0] = kw;
		plan->assets[i].energy[0] =
		    stands - h * (kw > 0 ? kw / b->efficiency_discharge : kw * b->efficiency_charge);
		for (unsigned g = 0; g < p->asset_count; g++)
			if (asset_of(s, g)->kind == ASSET_GRID && strcmp(asset_of(s, g)->bus, a->bus) == 0) {
				plan->assets[g].power_kw[0] += planned - kw;
				break;
			}
	}
	dispatch_plan_settle(p, plan, HUGE_VAL, s->why, s->size);
}

struct plan *
study_step_plan(struct study_run *s)
{
	if (!renew_plan(s))
		return study_step_rules(s); /* no plan that holds: as the guard does then */
	if (s->asked->forecast == STUDY_PERFECT || plans_within(s)) {
		study_problem_now(s);
		struct plan *plan = dispatch_plan_step(&s->now, s->plan, s->row - s->plan_row);
		if (s->guard != NULL)
			fit_batteries(s, plan);
		if (dispatch_plan_check(&s->now, plan, tolerance_kw, s->why, s->size))
			return plan;
		dispatch_plan_free(plan);
	}
	s->r->realised++;
	struct plan *plan = realise(s, false);
	if (plan != NULL && (is_missing(plan) || plan->over_kwh > felt)) {
		/* The guard lets nothing go unserved that a battery or a set could serve. */
		struct plan *better = realise(s, true);
		if (better != NULL) {
			dispatch_plan_free(plan);
			plan = better;
		}
	}
	return plan != NULL ? plan : study_step_rules(s);
}
