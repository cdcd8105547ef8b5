/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_run.c - step after step.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/planner/study_private.h"

const char *const study_policy_words[] = { "plan", "rules", "none", NULL };
const char *const study_forecast_words[] = { "perfect", "learned", "file", NULL };

static bool
set_horizon(struct study_run *s)
{
	int64_t steps = s->asked->horizon_us / s->d->step_us;
	char step[32], horizon[32];

	if (s->asked->policy != STUDY_PLAN)
		steps = 1;
	if (steps >= 1 && steps <= PROBLEM_STEPS_MAX) {
		s->horizon = (unsigned)steps;
		return true;
	}
	snprintf(s->why, s->size,
	    "a horizon of %s in steps of %s is %lld steps; 1 to %d (a longer --step, a shorter --horizon) would be "
	    "right",
	    str_duration(horizon, sizeof(horizon), s->asked->horizon_us),
	    str_duration(step, sizeof(step), s->d->step_us), (long long)steps, PROBLEM_STEPS_MAX);
	return false;
}

/* Settles what was decided, which may become what the guard made of it; returns the demand. False: s->why. */
static bool
settle_step(struct study_run *s, struct plan *plan, double *demand_kw)
{
	if (s->guard == NULL) {
		study_outage_step(s, plan);
		*demand_kw = study_sums_step(s, &s->now, plan);
		return true;
	}
	struct plan *slices = study_guard_step(s, plan);
	if (slices == NULL)
		return false;
	study_outage_step(s, plan);
	*demand_kw = study_sums_step(s, study_guard_problem(s), slices);
	dispatch_plan_free(slices);
	return true;
}

static bool
can_ignore(const struct study_run *s)
{
	if (!s->asked->ignores_filed || s->asked->guard.tick_us == 0)
		return true;
	snprintf(s->why, s->size,
	    "--filed ignored is of studies without the guard, which keeps to what was filed; no --guard would be "
	    "right");
	return false;
}

static bool
run_steps(struct study_run *s, study_step_fn *step, void *arg)
{
	struct plan *(*const policies[STUDY_POLICIES])(struct study_run *) = {
		[STUDY_PLAN] = study_step_plan, [STUDY_RULES] = study_step_rules, [STUDY_NONE] = study_step_none
	};
	char why[300], at[32];

	for (s->row = s->d->first; s->row < s->d->end; s->row++) {
		struct plan *plan = policies[s->asked->policy](s);
		double kw;
		if (plan == NULL || !settle_step(s, plan, &kw)) {
			dispatch_plan_free(plan);
			str_copy(why, sizeof(why), s->why);
			snprintf(s->why, s->size, "the step of %s: %s",
			    utc_iso(at, sizeof(at), utc_add(s->d->start, (int64_t)s->row * s->d->step_us)), why);
			return false;
		}
		if (step != NULL)
			step(s->d, s->row, &s->now, plan, kw, study_guard_stepped(s), arg);
		dispatch_plan_free(plan);
	}
	return true;
}

bool
study_run(const struct study_data *d, const struct study_asked *asked, study_step_fn *step, void *arg,
    struct study_result *r, char *why, size_t size)
{
	struct study_run s = {
		.d = d, .asked = asked, .r = r, .solved = d->first, .window = -1, .why = why, .size = size
	};

	*r = (struct study_result){ 0 };
	bool learns = asked->policy == STUDY_PLAN && asked->forecast == STUDY_LEARNED;
	if (!set_horizon(&s) || !can_ignore(&s) || !study_can_know(&s) || (learns && !study_learn_can(d, why, size)))
		return false;
	s.arena = arena_new();
	s.solver = solver_new();
	s.solver_now = solver_new();
	study_problem_init(&s);
	study_sums_begin(&s);
	bool is_done = study_guard_begin(&s) && run_steps(&s, step, arg);
	study_guard_end(&s);
	study_sums_end(&s);
	study_learn_done(&s);
	dispatch_plan_free(s.plan);
	solver_free(s.solver);
	solver_free(s.solver_now);
	arena_free(s.arena);
	return is_done;
}

void
study_result_done(struct study_result *r)
{
	free(r->assets);
	*r = (struct study_result){ 0 };
}
