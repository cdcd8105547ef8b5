/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t.h - a unit test file is only tests:
 *   START_TEST(limit_has_hysteresis) { ... } END_TEST
 *   T_MAIN("wire", T(limit_has_hysteresis) T_LOOP(decodes_all_orders, 0, 4))
 */
#ifndef CHISAN_T_H
#define CHISAN_T_H

#include <check.h>
#include <math.h>
#include <stdlib.h>

#define T(test)                   tcase_add_test(t_case, test);
#define T_LOOP(test, from, below) tcase_add_loop_test(t_case, test, from, below);
/* One that takes seconds. */
#define T_LONG(test) \
	if (!t_is_short()) \
		tcase_add_test(t_case, test);
#define T_LONG_LOOP(test, from, below) \
	if (!t_is_short()) \
		tcase_add_loop_test(t_case, test, from, below);
#define T_FIXTURE(setup, teardown) tcase_add_checked_fixture(t_case, setup, teardown);
#define T_TIMEOUT(seconds)         tcase_set_timeout(t_case, seconds);

/* What takes long is done less often, or not at all, where each step costs twenty times as much (CHISAN_VALGRIND); with sanitizers a third
 * of the rounds, which differ in their numbers and not in their lines. The release does all. */
static inline int
t_is_short(void)
{
	return getenv("CHISAN_VALGRIND") != NULL;
}
static inline int
t_rounds(int all)
{
#ifdef CHISAN_SANITIZED
	all = (all + 2) / 3;
#endif
	return t_is_short() ? (all + 9) / 10 : all;
}

#define T_MAIN(name, tests) \
	int main(void) \
	{ \
		Suite *t_suite = suite_create(name); \
		TCase *t_case = tcase_create(name); \
		tcase_set_timeout(t_case, 60); \
		tests suite_add_tcase(t_suite, t_case); \
		SRunner *t_runner = srunner_create(t_suite); \
		srunner_run_all(t_runner, CK_ENV); \
		int t_failed = srunner_ntests_failed(t_runner); \
		srunner_free(t_runner); \
		return t_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE; \
	}

#endif
