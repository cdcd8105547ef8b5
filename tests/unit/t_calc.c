/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_calc.c - calculated points: order, what is evaluated when, quality through chains, cycles, reload.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/core/calc.h"
#include "tests/unit/sitekit.h"
#include "tests/unit/t.h"

#define T0 INT64_C(1795380786000000)

static struct kit kit;
static struct table *table;
static struct calc *calc;
static int64_t clock_us;

static void
setup(void)
{
	kit_init(&kit, 3000);
	table = NULL;
	calc = NULL;
	clock_us = 0;
}

static void
teardown(void)
{
	calc_free(calc);
	table_free(table);
	kit_done(&kit);
}

static void
start(void)
{
	table = table_new(&kit.site);
	calc = calc_new(table);
}

static void
feed(point_id id, double raw, enum err cause)
{
	ck_assert(table_sample(table, id, raw, cause, (struct utc){ T0 + clock_us }, (struct utc){ T0 + clock_us + 9 },
	    (struct mono){ clock_us }));
}

static void
run(void)
{
	clock_us += US_PER_S;
	calc_run(calc, (struct utc){ T0 + clock_us }, (struct mono){ clock_us });
}

static struct value
at(point_id id)
{
	return table_values(table)[id];
}

START_TEST(follows_its_inputs)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "B.P", KIND_ANALOG);
	kit_calc(&kit, "S.SUM", "A.P + B.P");
	start();
	ck_assert_uint_eq(calc_count(calc), 1);
	run();
	ck_assert_uint_eq(at(2).quality, Q_NEVER_READ);
	ck_assert_int_eq(at(2).cause, ERR_INPUT);
	ck_assert(isnan(at(2).v));
	feed(0, 3, OK);
	run();
	ck_assert_uint_eq(at(2).quality, Q_NEVER_READ); /* half of it is not it */
	feed(1, 4, OK);
	run();
	ck_assert_double_eq(at(2).v, 7);
	ck_assert_uint_eq(at(2).quality, 0);
	ck_assert_int_eq(at(2).time.us, T0 + clock_us);
	feed(1, 0, ERR_TIMEOUT);
	run();
	ck_assert_double_eq(at(2).v, 7);
	ck_assert_uint_eq(at(2).quality, Q_DERIVED);
	table_device_down(table, 0, ERR_RESET);
	feed(0, 5, OK);
	run();
	ck_assert_double_eq(at(2).v, 9);
	ck_assert_uint_eq(at(2).quality, Q_DERIVED);
}
END_TEST

START_TEST(what_waits_for_its_inputs_has_not_failed)
{
	uint32_t n;

	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "B.P", KIND_ANALOG);
	kit_calc(&kit, "S.SUM", "A.P + B.P");
	kit_calc(&kit, "S.TWICE", "S.SUM * 2");
	kit_calc(&kit, "S.E", "integrate(B.P, 1s)");
	kit_calc(&kit, "S.A", "A.P + 1");
	start();
	feed(0, 3, OK);
	run();
	ck_assert_uint_eq(at(3).quality, Q_NEVER_READ);
	ck_assert_uint_eq(at(4).quality, Q_NEVER_READ); /* not 0: an earlier run's sum may still come */
	ck_assert_double_eq(at(5).v, 4);
	ck_assert_int_eq(table_group_times(table, &n)[kit.site.points[2].group].us, 0); /* not looked at yet */
	feed(1, 0, ERR_TIMEOUT);
	run();
	ck_assert_uint_eq(at(2).quality, Q_FAILURE);
	ck_assert_uint_eq(at(3).quality, Q_FAILURE);
	ck_assert_uint_eq(at(4).quality, Q_FAILURE);
	ck_assert_int_eq(at(4).cause, ERR_INPUT);
	ck_assert_int_eq(table_group_times(table, &n)[kit.site.points[2].group].us, T0 + clock_us);
}
END_TEST

START_TEST(inputs_that_never_come_do_not_hold_up_the_others)
{
	uint32_t n;

	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "B.P", KIND_ANALOG);
	kit_calc(&kit, "S.SUM", "A.P + B.P");
	kit_calc(&kit, "S.A", "A.P + 1");
	start();
	feed(0, 3, OK);
	for (int64_t us = 0; us < CALC_SETTLE_US; us += US_PER_S) {
		run();
		ck_assert_uint_eq(at(2).quality, Q_NEVER_READ);
		ck_assert_int_eq(table_group_times(table, &n)[kit.site.points[2].group].us, 0);
	}
	run();
	ck_assert_int_eq(table_group_times(table, &n)[kit.site.points[2].group].us, T0 + clock_us);
	run();
	ck_assert_uint_eq(at(2).quality, Q_NEVER_READ | Q_STALE);
	feed(1, 4, OK);
	run();
	ck_assert_double_eq(at(2).v, 7);
	ck_assert_uint_eq(at(2).quality, 0);
}
END_TEST

START_TEST(only_what_changed_is_evaluated)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "B.P", KIND_ANALOG);
	kit_calc(&kit, "S.A", "A.P");
	kit_calc(&kit, "S.B", "B.P");
	start();
	feed(0, 1, OK);
	feed(1, 1, OK);
	run();
	int64_t first = at(2).time.us;
	feed(0, 2, OK);
	feed(1, 1, OK);
	run();
	ck_assert_int_gt(at(2).time.us, first);
	ck_assert_int_eq(at(3).time.us, first);
	/* but its group says that it is as fresh as the last run, and that it was received when it was evaluated */
	uint32_t n;
	ck_assert_int_eq(table_group_times(table, &n)[1].us, T0 + clock_us);
	ck_assert_int_eq(table_group_received(table)[1].us, T0 + clock_us);
	ck_assert_int_eq(table_group_received(table)[0].us, T0 + clock_us - US_PER_S + 9);
}
END_TEST

START_TEST(a_chain_settles_in_one_run_whatever_its_order_in_the_file)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.C4", "S.C3 + S.C1");
	kit_calc(&kit, "S.C3", "S.C2 + 1");
	kit_calc(&kit, "S.C2", "S.C1 + 1");
	kit_calc(&kit, "S.C1", "A.P + 1");
	start();
	feed(0, 10, OK);
	run();
	ck_assert_double_eq(at(4).v, 11);
	ck_assert_double_eq(at(3).v, 12);
	ck_assert_double_eq(at(2).v, 13);
	ck_assert_double_eq(at(1).v, 24);
	feed(0, 0, ERR_TIMEOUT);
	run();
	ck_assert_uint_eq(at(1).quality, Q_DERIVED);
	feed(0, 20, OK);
	run();
	ck_assert_double_eq(at(1).v, 44);
	ck_assert_uint_eq(at(1).quality, 0);
}
END_TEST

START_TEST(changes_reach_the_publisher)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.A", "A.P > 5");
	start();
	uint32_t n;
	feed(0, 1, OK);
	run();
	table_changes_take(table, &n);
	ck_assert_uint_eq(n, 2);
	feed(0, 2, OK);
	run();
	const point_id *ids = table_changes_take(table, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(ids[0], 0);
	feed(0, 6, OK);
	run();
	table_changes_take(table, &n);
	ck_assert_uint_eq(n, 2);
	run();
	ck_assert(!table_has_changes(table));
}
END_TEST

START_TEST(integration_goes_on_without_changes)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.E", "integrate(A.P, 1h)");
	kit_calc(&kit, "S.E2", "S.E * 2");
	start();
	feed(0, 3600, OK);
	run(); /* the first only starts the time */
	ck_assert_double_eq(at(1).v, 0);
	for (int i = 0; i < 100; i++)
		run();
	ck_assert_double_eq_tol(at(1).v, 100, 1e-9);
	ck_assert_double_eq_tol(at(2).v, 200, 1e-9);
	feed(0, 0, ERR_TIMEOUT);
	run();
	ck_assert_double_eq_tol(at(1).v, 100, 1e-9);
	ck_assert_uint_eq(at(1).quality, Q_DERIVED);
}
END_TEST

START_TEST(integration_does_not_depend_on_how_often_it_runs)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.E", "integrate(A.P, 1s)");
	start();
	feed(0, 10, OK);
	run();
	uint32_t n;
	table_changes_take(table, &n);
	for (int i = 0; i < 999; i++) { /* within a period: no change, no report */
		clock_us += US_PER_S / 1000;
		calc_run(calc, (struct utc){ T0 + clock_us }, (struct mono){ clock_us });
	}
	ck_assert(!table_has_changes(table));
	clock_us += US_PER_S / 1000;
	calc_run(calc, (struct utc){ T0 + clock_us }, (struct mono){ clock_us });
	ck_assert_double_eq_tol(at(1).v, 10, 1e-9);
	clock_us += US_PER_S / 2;
	feed(0, 20, OK); /* a change counts at once */
	calc_run(calc, (struct utc){ T0 + clock_us }, (struct mono){ clock_us });
	ck_assert_double_eq_tol(at(1).v, 20, 1e-9);
}
END_TEST

START_TEST(a_calculation_in_a_group_that_is_read_leaves_its_time_alone)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "A.Q", "A.P + 1");
	kit.site.points[1].group = 0;
	start();
	feed(0, 1, OK);
	run();
	uint32_t n;
	ck_assert_int_eq(table_group_times(table, &n)[0].us, T0);
	ck_assert_int_eq(table_group_times(table, &n)[1].us, 0);
}
END_TEST

START_TEST(cycles_end)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.X", "default(S.Y, 0) + A.P");
	kit_calc(&kit, "S.Y", "default(S.X, 0) + 1");
	kit_calc(&kit, "S.SELF", "default(S.SELF, 0) + 1");
	kit_calc(&kit, "S.AFTER", "S.SELF * 2");
	start();
	feed(0, 1, OK);
	for (int i = 1; i <= 100; i++) {
		run();
		ck_assert_double_eq(at(3).v, i);
	}
	ck_assert_double_gt(at(1).v, 100);
}
END_TEST

START_TEST(an_expression_with_a_fault_is_a_failure_of_its_point)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.BAD", "A.P +");
	kit_calc(&kit, "S.USES", "default(S.BAD, 5)");
	start();
	feed(0, 1, OK);
	run();
	ck_assert_uint_eq(at(1).quality, Q_FAILURE);
	ck_assert_int_eq(at(1).cause, ERR_CONFIG);
	ck_assert_double_eq(at(2).v, 5);
}
END_TEST

START_TEST(patterns_stand_for_points)
{
	kit_read(&kit, "ESS1.P", KIND_ANALOG);
	kit_read(&kit, "ESS2.P", KIND_ANALOG);
	kit_read(&kit, "ESS10.P", KIND_ANALOG);
	kit_calc(&kit, "S.ESS", "sum(\"ESS?.P\")");
	start();
	for (point_id id = 0; id < 3; id++)
		feed(id, 10 + id, OK);
	run();
	ck_assert_double_eq(at(3).v, 21);
	feed(2, 99, OK);
	int64_t time = at(3).time.us;
	run();
	ck_assert_int_eq(at(3).time.us, time);
}
END_TEST

START_TEST(a_reload_keeps_sums)
{
	struct kit next;
	kit_init(&next, 10);
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_calc(&kit, "S.E", "integrate(A.P, 1h)");
	kit_calc(&kit, "S.F", "integrate(A.P, 1h)");
	kit_calc(&kit, "S.G", "integrate(A.P, 1h)");
	start();
	feed(0, 3600, OK);
	run();
	run();
	kit_read(&next, "A.P", KIND_ANALOG);
	kit_calc(&next, "S.H", "integrate(A.P, 1h)");
	next.site.points[1].was = "S.G";
	kit_calc(&next, "S.F", "integrate(A.P, 2h)");
	kit_calc(&next, "S.E", "integrate(A.P, 1h)");
	struct table *t2 = table_new(&next.site);
	struct calc *c2 = calc_new(t2);
	table_adopt(t2, table);
	calc_adopt(c2, calc);
	calc_free(calc);
	table_free(table);
	table = t2;
	calc = c2;
	run();
	ck_assert_double_eq_tol(at(1).v, 2, 1e-9);
	ck_assert_double_eq(at(2).v, 0); /* another expression begins anew */
	ck_assert_double_eq_tol(at(3).v, 2, 1e-9);
	calc_free(calc);
	table_free(table);
	calc = NULL;
	table = NULL;
	kit_done(&next);
}
END_TEST

/* Random graphs: after each run every calculated point equals what a fresh evaluation in file order, repeated, settles to. */
START_TEST(random_graphs_agree_with_repeated_evaluation)
{
	enum { INPUTS = 20, CALCS = 200 };
	unsigned seed = 17;
	int left[CALCS], right[CALCS], rank[CALCS];
	double model[INPUTS + CALCS];
	char name[32], text[96];

	for (int i = 0; i < INPUTS; i++) {
		snprintf(name, sizeof(name), "I.N%d", i);
		kit_read(&kit, name, KIND_ANALOG);
	}
	/* Each depends on two of lower rank; the ranks are shuffled over the file. */
	for (int i = 0; i < CALCS; i++)
		rank[i] = i;
	for (int i = CALCS - 1; i > 0; i--) {
		int j = rand_r(&seed) % (i + 1), t = rank[i];
		rank[i] = rank[j];
		rank[j] = t;
	}
	int of_rank[CALCS];
	for (int i = 0; i < CALCS; i++)
		of_rank[rank[i]] = i;
	for (int i = 0; i < CALCS; i++) {
		int *sides[] = { &left[i], &right[i] };
		for (int k = 0; k < 2; k++) {
			int pick = rand_r(&seed) % (INPUTS + rank[i]);
			*sides[k] = pick < INPUTS ? pick : INPUTS + of_rank[pick - INPUTS];
		}
		char a[32], b[32];
		snprintf(
		    a, sizeof(a), left[i] < INPUTS ? "I.N%d" : "C.N%d", left[i] < INPUTS ? left[i] : left[i] - INPUTS);
		snprintf(b, sizeof(b), right[i] < INPUTS ? "I.N%d" : "C.N%d",
		    right[i] < INPUTS ? right[i] : right[i] - INPUTS);
		snprintf(name, sizeof(name), "C.N%d", i);
		snprintf(text, sizeof(text), "max(%s, %s) - %d", a, b, i % 3);
		kit_calc(&kit, name, text);
	}
	start();
	for (int i = 0; i < INPUTS; i++) {
		model[i] = i;
		feed((point_id)i, i, OK);
	}
	for (int round = 0; round < 500; round++) {
		for (int n = rand_r(&seed) % 4; n > 0; n--) {
			int i = rand_r(&seed) % INPUTS;
			model[i] = rand_r(&seed) % 100;
			feed((point_id)i, model[i], OK);
		}
		run();
		for (int r = 0; r < CALCS; r++) {
			int i = of_rank[r];
			model[INPUTS + i] = fmax(model[left[i]], model[right[i]]) - i % 3;
			ck_assert_double_eq(at((point_id)(INPUTS + i)).v, model[INPUTS + i]);
		}
	}
}
END_TEST

START_TEST(no_calculations_are_fine)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	start();
	run();
	ck_assert_uint_eq(calc_count(calc), 0);
	calc_free(NULL);
}
END_TEST

START_TEST(the_mark_of_a_value_by_hand_goes_through_all_that_is_made_of_it)
{
	kit_read(&kit, "A.P", KIND_ANALOG);
	kit_read(&kit, "B.P", KIND_ANALOG);
	kit_calc(&kit, "S.SUM", "A.P + B.P");
	kit_calc(&kit, "S.TWICE", "S.SUM * 2");
	kit_calc(&kit, "S.IF", "if(B.P > 0, B.P, A.P)");
	start();
	feed(0, 3, OK);
	feed(1, 4, OK);
	run();
	table_manual(table, 0, 10, (struct utc){ T0 }, (struct mono){ clock_us });
	run();
	ck_assert_double_eq(at(3).v, 28);
	ck_assert_uint_eq(at(2).quality, Q_SUBSTITUTED);
	ck_assert_uint_eq(at(3).quality, Q_SUBSTITUTED);
	ck_assert_uint_eq(at(4).quality, 0); /* which does not use it */
	feed(1, 0, ERR_TIMEOUT);
	run();
	ck_assert_uint_eq(at(3).quality, Q_DERIVED | Q_SUBSTITUTED); /* the worst counts, and the mark stays */
	feed(1, 4, OK);
	/* a calculation that is replaced itself goes on below */
	table_manual(table, 2, 100, (struct utc){ T0 }, (struct mono){ clock_us });
	run();
	ck_assert_double_eq(at(3).v, 200);
	feed(1, 5, OK);
	run();
	ck_assert_double_eq(at(2).v, 100);
	ck_assert_double_eq(table_measured(table, 2)->v, 15);
	table_manual_end(table, 0, (struct mono){ clock_us });
	table_manual_end(table, 2, (struct mono){ clock_us });
	run();
	ck_assert_double_eq(at(3).v, 16);
	ck_assert_uint_eq(at(3).quality, 0);
}
END_TEST

T_MAIN("calc",
    T_FIXTURE(setup, teardown) T(follows_its_inputs) T(what_waits_for_its_inputs_has_not_failed)
        T(inputs_that_never_come_do_not_hold_up_the_others) T(only_what_changed_is_evaluated)
            T(a_chain_settles_in_one_run_whatever_its_order_in_the_file) T(changes_reach_the_publisher)
                T(integration_goes_on_without_changes) T(integration_does_not_depend_on_how_often_it_runs)
                    T(a_calculation_in_a_group_that_is_read_leaves_its_time_alone) T(cycles_end)
                        T(an_expression_with_a_fault_is_a_failure_of_its_point) T(patterns_stand_for_points)
                            T(a_reload_keeps_sums) T(random_graphs_agree_with_repeated_evaluation)
                                T(no_calculations_are_fine)
                                    T(the_mark_of_a_value_by_hand_goes_through_all_that_is_made_of_it))
