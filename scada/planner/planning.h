/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning.h - one plan: from how the district stands and what its past tells to a checked plan in a frame. No I/O, no loop; it computes for
 * as long as its deadline permits.
 *
 * 1 series     loads, heat and sun by forecast (half hours) from the record; a load without a past: as it is measured now, and said so
 *              furnaces: the steam of now; prices by the tariff that holds, else the connection's own; the grid that is lost: gone for the
 *              outage that reserves cover (4 h where the site names none)
 * 2 problem    48 h in steps of 15 min; a month's greatest half hour is its floor; what a person holds is held for an hour
 * 3 solved     warm from the plan before, shifted; commitments by search; within the seconds that are given: PLANNING_QUICK_S first, so that
 *              there is something at once when the grid is lost, and PLANNING_SECONDS where that was not proven to be the best
 * 4 checked    against every bound and balance (dispatch_plan_check), else there is no plan
 */
#ifndef CHISAN_PLANNING_H
#define CHISAN_PLANNING_H

#include "scada/dispatch/plan.h"
#include "scada/planner/past_ask.h"
#include "scada/planner/solver.h"
#include "scada/site/site.h"

enum { PLANNING_STEPS = 192, PLANNING_STEP_S = 900 };
#define PLANNING_SECONDS 4.0
#define PLANNING_QUICK_S 0.1

enum planning_end {
	PLANNING_NONE, /* out says why */
	PLANNING_LATE, /* none within its seconds: out says so */
	PLANNING_CUT,  /* one, and with more time there may be a better one */
	PLANNING_BEST,
};

struct planning;

struct planning *planning_new(void);
void planning_free(struct planning *p); /* NULL is fine */
/* Borrowed until the next call; the points whose past is of use go into `past`. NULL: none. */
void planning_site(struct planning *p, const struct site *s, struct past_ask *past);
/* Makes the plan that the ask wants; the body of W_PLAN into out: a plan, or why there is none. */
enum planning_end planning_make(
    struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, double seconds, struct wbuf *out);

#endif
