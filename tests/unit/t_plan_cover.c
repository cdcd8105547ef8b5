/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_plan_cover.c - the rows about heat that somebody must make, and about what a connection can give at all: they say what they should, and cut
 * nothing off.
 */
#include "config.h"

#include "scada/dispatch/lp_what.h"
#include "scada/dispatch/plan.h"
#include "tests/unit/t.h"
#include "tests/unit/problem_kit.h"
#include "tests/unit/plan_kit.h"
#include "tests/unit/plan_random.h"

/* A set of 2 t/h at full load whose heat a bath wants a tenth of; power is to be had for less. */
static struct problem_kit *
bath(unsigned *set)
{
	struct problem_kit *k = kit_problem(6, 1);

	k->p.end_value = 0;
	kit_bus(k, "MAIN", CARRIER_ELECTRICITY, NULL);
	kit_bus(k, "STEAM", CARRIER_HEAT, NULL);
	kit_grid(k, 500, 0, 1, 0);
	kit_load(k, "HALL", 200);
	*set = kit_set(k, "SET", false);
	k->assets[*set].heat_bus = "STEAM";
	((struct asset_gtc *)k->assets[*set].parameters)->heat_full_t_per_h = 2;
	double *heat = kit_series(k, kit_asset(k, "BATH", ASSET_LOAD, NULL, "STEAM"), SERIES_HEAT, 0.2);
	heat[3] = 0;
	return k;
}

START_TEST(a_tenth_of_the_heat_wants_the_whole_set)
{
	unsigned set;
	struct problem_kit *k = bath(&set);
	struct lp *lp = dispatch_plan_build(&k->p);
	struct solver *s = solver_new();
	struct solution relaxed;

	solver_relax(s, lp, 0, 10, &relaxed);
	ck_assert_int_eq(relaxed.end, SOLVE_OPTIMAL);
	struct plan *plan = kit_plan(k);
	/* It runs five hours at its least, for 180 an hour, and saves 40 of what is bought. */
	ck_assert_double_eq_tol(plan->total, 6 * 200 + 5 * (180 - 40), 0.1);
	ck_assert_double_eq_tol(relaxed.cost, plan->total, 0.5);
	ck_assert(!plan->assets[set].is_on[3]);
	ck_assert_uint_eq(plan->relaxed_count, 0);
	dispatch_plan_free(plan);
	solution_done(&relaxed);
	solver_free(s);
	lp_free(lp);
	kit_drop(k);
}
END_TEST

/* Opens the rows; how many of this kind said something. */
static unsigned
open_rows(struct lp *lp, enum lp_what what)
{
	unsigned n = 0;

	for (unsigned r = 0; r < lp->rows; r++)
		if (lp->row_label[r].what == what &&
		    (lp->row_lower[r] > -LP_INFINITY || lp->row_upper[r] < LP_INFINITY)) {
			lp->row_lower[r] = -LP_INFINITY;
			lp->row_upper[r] = LP_INFINITY;
			n++;
		}
	return n;
}

static double
least(const struct lp *lp)
{
	struct solver *s = solver_new();
	struct solution out;
	double gap;

	solver_commit(s, lp, 0, 60, &out, &gap);
	ck_assert_msg(out.end == SOLVE_OPTIMAL, "%s", out.why);
	double cost = out.cost;
	solution_done(&out);
	solver_free(s);
	return cost;
}

START_TEST(nothing_that_could_be_done_is_cut_off)
{
	struct problem_kit *k = dice_problem(9000 + (uint64_t)_i, 7);

	k->p.lost_price = 100;
	k->p.heat_lost_price = 3000;
	k->p.over_price = 1;
	k->p.reserve_price = 5;
	struct lp *lp = dispatch_plan_build(&k->p);
	double cost = least(lp);

	if (open_rows(lp, LP_COVER) + open_rows(lp, LP_NET) > 0)
		ck_assert_double_eq_tol(cost, least(lp), 1e-5 * (1 + fabs(cost)));
	lp_free(lp);
	kit_drop(k);
}
END_TEST

/* What was filed as drawn, at a price of 22 a kWh that is not: it is drawn for 5 and wasted for 1, though nobody takes it. */
START_TEST(what_was_filed_may_be_drawn_and_wasted)
{
	struct problem_kit *k = kit_problem(2, 0.5);

	k->p.end_value = 0;
	k->p.over_price = 1;
	k->p.filed_price = 2;
	kit_bus(k, "MAIN", CARRIER_ELECTRICITY, NULL);
	unsigned grid = kit_grid(k, 100, 100, 5, 20);
	kit_series(k, grid, SERIES_FILED_KW, -50);
	kit_series(k, grid, SERIES_PRICE_SHORT, 30);
	kit_series(k, grid, SERIES_PRICE_SURPLUS, 0);
	kit_load(k, "HALL", 10);
	struct lp *lp = dispatch_plan_build(&k->p);
	double cost = least(lp);
	ck_assert_uint_gt(open_rows(lp, LP_NET), 0);
	ck_assert_double_eq_tol(cost, least(lp), 1e-6 * (1 + fabs(cost)));
	struct plan *plan = kit_plan(k);
	ck_assert_double_eq_tol(plan->assets[grid].power_kw[0], 50, 1e-3);
	dispatch_plan_free(plan);
	lp_free(lp);
	kit_drop(k);
}
END_TEST

/* The dice throw such rows: else the test above says nothing. */
START_TEST(the_dice_throw_what_is_lacking)
{
	unsigned heat = 0, net = 0;

	for (uint64_t i = 0; i < 200; i++) {
		struct problem_kit *k = dice_problem(9000 + i, 7);
		struct lp *lp = dispatch_plan_build(&k->p);
		heat += open_rows(lp, LP_COVER) > 0;
		net += open_rows(lp, LP_NET) > 0;
		lp_free(lp);
		kit_drop(k);
	}
	ck_assert_msg(heat >= 10 && net >= 10, "only %u of 200 lack heat, and %u sell dearer than they buy", heat, net);
}
END_TEST

T_MAIN("plan_cover",
    T(a_tenth_of_the_heat_wants_the_whole_set) T(the_dice_throw_what_is_lacking)
        T(what_was_filed_may_be_drawn_and_wasted) T_LOOP(nothing_that_could_be_done_is_cut_off, 0, t_rounds(200)))
