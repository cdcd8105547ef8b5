/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_plan_cbc.c - districts at random against Cbc, which knows nothing of commitments: the least cost is the same. Left out where there is
 * no Cbc.
 */
#include "config.h"

#include "scada/dispatch/plan.h"
#include "tests/unit/t.h"
#include "tests/unit/problem_kit.h"
#include "tests/unit/plan_kit.h"
#include "tests/unit/plan_random.h"
#include "tests/unit/lp_mps.h"

/* Prices of a study: weights that make an order of goals would hide behind their size what a kWh costs. */
static void
price(struct problem_kit *k)
{
	k->p.lost_price = 100;
	k->p.heat_lost_price = 3000;
	k->p.over_price = 1;
	k->p.reserve_price = 5;
	k->p.filed_price = 2;
	k->p.contract_price = 3;
}

START_TEST(costs_what_cbc_says)
{
	struct problem_kit *k = dice_problem(5000 + (uint64_t)_i, 24);
	struct solution out;

	price(k);
	struct lp *lp = kit_commit(&k->p, 20, &out);
	double cbc = mps_cbc(lp, "0", "50"), near_cost = 1e-5 * (1 + fabs(cbc));
	ck_assert_msg(isfinite(cbc), "Cbc found no optimum");
	ck_assert_msg(out.cost >= cbc - near_cost, "%.9g is cheaper than Cbc's optimum %.9g", out.cost, cbc);
	if (out.end == SOLVE_OPTIMAL)
		ck_assert_msg(out.cost <= cbc + near_cost, "%.9g is called the optimum; Cbc has %.9g", out.cost, cbc);
	else
		/* Cut by its time, as on a busy machine: it says so, and is near. */
		ck_assert_msg(out.cost <= cbc + 1 + 2e-2 * fabs(cbc), "%.9g in 20 s; Cbc has %.9g", out.cost, cbc);
	solution_done(&out);
	lp_free(lp);
	kit_drop(k);
}
END_TEST

static int
run(void)
{
	Suite *suite = suite_create("plan_cbc");
	TCase *t_case = tcase_create("plan_cbc");

	tcase_set_timeout(t_case, 120);
	tcase_add_loop_test(t_case, costs_what_cbc_says, 0, t_rounds(60));
	suite_add_tcase(suite, t_case);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(void)
{
	if (access(CBC, X_OK) != 0) {
		printf("skipped: no %s (package coinor-cbc)\n", CBC);
		return 77;
	}
	return run();
}
