/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_plan_check.c - districts at random: each plan passes its check, and none of which a single figure was changed does.
 */
#include "config.h"

#include <string.h>

#include "scada/dispatch/lp_what.h"
#include "scada/dispatch/plan.h"
#include "tests/unit/t.h"
#include "tests/unit/problem_kit.h"
#include "tests/unit/plan_kit.h"
#include "tests/unit/plan_random.h"

enum { SEEDS = 300, STEPS = 10, CORRUPTED = 40 };

START_TEST(every_plan_is_true)
{
	struct problem_kit *k = dice_problem((uint64_t)_i, STEPS);
	struct plan *plan = kit_plan(k);

	ck_assert(isfinite(plan->total));
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

static bool
passes(const struct problem_kit *k, const struct plan *plan)
{
	char why[300] = "";
	bool is_right = dispatch_plan_check(&k->p, plan, 1e-3, why, sizeof(why));

	ck_assert(is_right || why[0] != '\0');
	return is_right;
}

/* The figure a little more and a little less, and not a number. */
static void
corrupt(const struct problem_kit *k, const struct plan *plan, double *v, double by, const char *what, unsigned i)
{
	double before = *v;
	const double bad[] = { before + by, before - by, (double)NAN, HUGE_VAL };

	for (unsigned n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		if (isnan(before) && isnan(bad[n]))
			continue;
		*v = bad[n];
		ck_assert_msg(!passes(k, plan), "seed's plan with %s %u of %g instead of %g was called true", what, i,
		    bad[n], before);
	}
	*v = before;
}

static void
corrupt_asset(const struct problem_kit *k, struct plan *plan, unsigned i, unsigned t)
{
	struct plan_asset *a = &plan->assets[i];
	uint8_t reason = a->reason[t];

	corrupt(k, plan, &a->power_kw[t], 0.5, "power of", i);
	if (a->energy != NULL)
		corrupt(k, plan, &a->energy[t], 0.5, "energy of", i);
	if (a->heat != NULL)
		corrupt(k, plan, &a->heat[t], 0.05, "heat of", i);
	if (a->is_on != NULL && (k->assets[i].kind != ASSET_BOILER || a->is_on[t])) {
		a->is_on[t] = !a->is_on[t];
		ck_assert_msg(
		    !passes(k, plan), "asset %u that runs instead of stands, or the reverse, was called true", i);
		a->is_on[t] = !a->is_on[t];
	}
	a->reason[t] = REASON_COUNT;
	ck_assert(!passes(k, plan));
	a->reason[t] = reason;
}

static void
corrupt_sums(const struct problem_kit *k, struct plan *plan)
{
	double *sums[] = { &plan->total, &plan->co2_kg, &plan->unserved_kwh, &plan->over_kwh, &plan->peak_kw };

	for (unsigned i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		corrupt(k, plan, sums[i], 0.5, "sum", i);
	for (unsigned i = 0; i < COST_PARTS; i++)
		corrupt(k, plan, &plan->cost[i], 0.5, "cost", i);
	for (unsigned b = 0; b < plan->bus_count; b++) {
		unsigned at = b * plan->steps + (unsigned)dice(0, plan->steps);
		corrupt(k, plan, &plan->reserve_kwh[at], 0.5, "reserve", b);
		corrupt(k, plan, &plan->survival_h[at], 0.5, "survival", b);
	}
	if (plan->relaxed_count > 0) {
		struct plan_relaxed *r = &plan->relaxed[(unsigned)dice(0, plan->relaxed_count)];
		corrupt(k, plan, &r->size, 0.5, "size of a goal", 0);
		r->step++;
		ck_assert(!passes(k, plan));
		r->step--;
		r->what = (uint8_t)(r->what + 1) % RELAX_COUNT;
		ck_assert(!passes(k, plan));
		r->what = (uint8_t)(r->what + RELAX_COUNT - 1) % RELAX_COUNT;
		plan->relaxed_count--;
		ck_assert(!passes(k, plan));
		plan->relaxed_count++;
	}
	plan->steps--;
	ck_assert(!passes(k, plan));
	plan->steps++;
	plan->start.us++;
	ck_assert(!passes(k, plan));
	plan->start.us--;
	corrupt(k, plan, &plan->hours[0], 0.1, "hours", 0);
}

START_TEST(no_corrupted_plan_is_called_true)
{
	struct problem_kit *k = dice_problem((uint64_t)_i, STEPS);
	struct plan *plan = kit_plan(k);

	for (unsigned i = 0; i < plan->asset_count; i++)
		corrupt_asset(k, plan, i, (unsigned)dice(0, plan->steps));
	corrupt_sums(k, plan);
	ck_assert(passes(k, plan));
	dispatch_plan_free(plan);
	kit_drop(k);
}
END_TEST

/* Without duals there are no shadow prices, and the plan is the same. */
START_TEST(duals_are_not_needed)
{
	struct problem_kit *k = dice_problem((uint64_t)_i, STEPS);
	struct solution out;
	struct lp *lp = kit_commit(&k->p, 20, &out);
	struct plan *plan = dispatch_plan_read(&k->p, lp, out.x, NULL, NULL);

	ck_assert(passes(k, plan));
	for (unsigned i = 0; i < plan->asset_count; i++)
		for (unsigned t = 0; t < plan->steps; t++)
			ck_assert(plan->assets[i].shadow[t] == 0);
	dispatch_plan_free(plan);
	solution_done(&out);
	lp_free(lp);
	kit_drop(k);
}
END_TEST

/* What is left out of the money: what nobody takes may weigh more than it costs, a turbine's plant has no price, losses were undone. */
static bool
is_all_money(const struct problem_kit *k, const struct plan *plan, const struct lp *lp, const double *x)
{
	for (unsigned i = 0; i < plan->relaxed_count; i++) {
		const struct plan_relaxed *r = &plan->relaxed[i];
		if (r->what == RELAX_OVER || r->what == RELAX_HELD ||
		    (r->what == RELAX_LOAD && k->assets[r->asset].kind == ASSET_STG))
			return false;
	}
	for (unsigned i = 0; i < plan->asset_count; i++)
		if (k->in[i].series[SERIES_FIXED_KW] != NULL && k->assets[i].kind != ASSET_LOAD)
			return false;
	for (unsigned c = 0; c < lp->columns; c++)
		if (lp->column_label[c].what == LP_CHARGE && fmin(x[c], x[c + 1]) > 1e-6)
			return false;
	return true;
}

/* With prices on all goals, what the lp minimises is what the plan costs, less what is left in the stores. */
START_TEST(the_lp_minimises_what_the_plan_costs)
{
	struct problem_kit *k = dice_problem((uint64_t)_i, STEPS);
	struct solution out;

	k->p.lost_price = 100;
	k->p.heat_lost_price = 3000;
	k->p.over_price = 1;
	k->p.reserve_price = k->p.filed_price = k->p.contract_price = 0;
	struct lp *lp = kit_commit(&k->p, 20, &out);
	struct plan *plan = dispatch_plan_read(&k->p, lp, out.x, out.dual, out.reduced);
	double left = 0, scale = 1,
	       through = 0; /* what goes through a battery costs a trifle, what is stored early brings one */
	for (unsigned i = 0; i < COST_PARTS; i++)
		scale += fabs(plan->cost[i]);
	for (unsigned i = 0; i < plan->asset_count; i++) {
		if (plan->assets[i].energy != NULL)
			left += problem_end_value(&k->p, i) * plan->assets[i].energy[plan->steps - 1];
		for (unsigned t = 0; k->assets[i].kind == ASSET_BATTERY && t < plan->steps; t++)
			through += fabs(plan->assets[i].power_kw[t]) * plan->hours[t];
	}
	if (is_all_money(k, plan, lp, out.x))
		ck_assert_double_eq_tol(out.cost, plan->total - left, 0.02 + 2e-4 * scale + 1e-3 * through);
	dispatch_plan_free(plan);
	solution_done(&out);
	lp_free(lp);
	kit_drop(k);
}
END_TEST

/* A parameter of an asset at its table's least or most, or at nothing that is a number. */
static void
bend_parameter(struct problem_kit *k, unsigned i)
{
	const struct schema *s = asset_kind_schema(k->assets[i].kind);
	const struct key *key = &s->keys[(unsigned)dice(0, s->key_count)];
	const double bad[] = { key->min, key->max, key->min - 1, (double)NAN };
	double v = bad[(unsigned)dice(0, 4)];

	if (key->type == KEY_NUMBER)
		memcpy((char *)k->assets[i].parameters + key->offset, &v, sizeof(v));
}

static void
bend(struct problem_kit *k)
{
	static const double odd[] = { 0, -1, 1, 1e5, -1e5, 1e30 };
	unsigned i = (unsigned)dice(0, k->p.asset_count);
	double v = chance(0.1) ? (double)NAN : odd[(unsigned)dice(0, 6)];

	switch ((int)dice(0, 5)) {
	case 0: bend_parameter(k, i); break;
	case 1: kit_series(k, i, (enum series_kind)dice(0, SERIES_COUNT), v); break;
	case 2: *(chance(0.5) ? &k->in[i].power_kw : &k->in[i].energy_kwh) = v; break;
	case 3: *(chance(0.5) ? &k->in[i].heat_gj : &k->in[i].in_state_h) = v; break;
	default: *(chance(0.5) ? &k->p.outage_h : &k->p.months[0].price) = v;
	}
}

/* Whatever is bent: it is refused with a sentence, or there is a plan, and it is true. */
START_TEST(what_is_not_refused_is_planned)
{
	struct problem_kit *k = dice_problem(7000 + (uint64_t)_i, STEPS);
	char why[300] = "";

	for (unsigned n = 0; n < 3; n++)
		bend(k);
	if (problem_check(&k->p, why, sizeof(why)))
		dispatch_plan_free(kit_plan(k));
	else
		ck_assert(strstr(why, "would be right") != NULL || strstr(why, "above the second") != NULL);
	kit_drop(k);
}
END_TEST

T_MAIN("plan_check",
    T_LOOP(every_plan_is_true, 0, t_rounds(SEEDS)) T_LOOP(no_corrupted_plan_is_called_true, 1000,
        1000 + t_rounds(CORRUPTED)) T_LOOP(the_lp_minimises_what_the_plan_costs, 0, t_rounds(SEEDS))
        T_LOOP(what_is_not_refused_is_planned, 0, t_rounds(SEEDS)) T_LOOP(duals_are_not_needed, 0, 10))
