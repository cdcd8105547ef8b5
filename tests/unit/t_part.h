/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_part.h - tests of one program in several files. In a further file, in place of T_MAIN:
 *   T_PART(plan_goals, T(goals_give_way) T(what_is_held_is_held))
 * and in the one with T_MAIN: T_PART_OF(plan_goals) above it, T_FROM(plan_goals) among its tests; its fixtures and time are for all.
 */
#ifndef CHISAN_T_PART_H
#define CHISAN_T_PART_H

#include "tests/unit/t.h"

#define T_PART_OF(name) void t_part_##name(TCase *t_case);
#define T_PART(name, tests) \
	T_PART_OF(name) \
	void t_part_##name(TCase *t_case) \
	{ \
		tests \
	}
#define T_FROM(name) t_part_##name(t_case);

#endif
