/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning.h - one plan: from how the district stands and what its past tells to a checked plan in a frame. No I/O, no loop; it computes for
 * as long as its deadline permits.
 *
 * 1 series     loads, heat and sun by forecast (half hours) from the record, or a file that goes before; a load without a past: as it is
 *              measured now, and said so; for the reserve the careful ends of their bands;
 *              heat by the upper end of its band while a furnace of its bus stands
 *              furnaces: the steam of now; prices by the tariff that holds, else the connection's own; the grid that is lost: gone for the
 *              outage that reserves cover (4 h where the site names none)
 *   schedule   what people entered ahead (base/schedule.h): out of service over its steps, and back afterwards; a furnace's steam; an event of
 *              demand response and a demand target are goals with the weight of the contract; so is, where no entry sets another, the target that stands
 *   filed      in plan-following, what is in force of self-wheeling: net export of the receiving point as a goal of each of its half hours, of
 *              the running one what is left of it; a kWh more or less at the price of imbalance
 * 2 problem    48 h in steps of energy.plan_step (15 min); a month's greatest half hour is its floor; what a person holds is held for an hour
 * 3 solved     warm from the plan before, shifted; commitments by search; within PLANNING_SECONDS. When an asset came or went, the
 *              grid is lost or back, or a person holds something else: within PLANNING_QUICK_S first, and then once more with time
 * 4 calmed     setpoints that change less, from step to step and from the plan before, within energy.calm_within_pct; a commitment that is
 *              hardly dearer than the best stays
 * 5 checked    against every bound and balance (dispatch_plan_check), else there is no plan
 */
#ifndef CHISAN_PLANNING_H
#define CHISAN_PLANNING_H

#include "scada/dispatch/plan.h"
#include "scada/planner/forecasting.h"
#include "scada/planner/solver.h"
#include "scada/site/site.h"

enum { PLANNING_HORIZON_S = 48 * 3600 };
#define PLANNING_SECONDS 4.0
#define PLANNING_QUICK_S 0.1
#define PLANNING_CALM_S  1.0 /* for setpoints that change less, not after a quick one; twice at most */

enum planning_end {
	PLANNING_NONE, /* out says why */
	PLANNING_DONE, /* a plan */
	PLANNING_AGAIN, /* a plan, made at once because something has changed: tell it, and call again for a better and calmer one */
	PLANNING_LATE, /* none that quickly: call again */
};

struct planning;

struct planning *planning_new(void);
void planning_free(struct planning *p); /* NULL is fine */
/* What it foretells with, for who reads the record and files and saves errors. Lives as long as p. */
struct forecasting *planning_forecasting(struct planning *p);
/* Borrowed until the next call; the points whose past is of use go into `past`. NULL: none. */
void planning_site(struct planning *p, const struct site *s, struct past_ask *past);
/*
 * Makes the plan that the ask wants; the body of W_PLAN into out: a plan, or why there is none. is_again: the same ask once more, after
 * PLANNING_AGAIN or PLANNING_LATE.
 */
enum planning_end planning_make(
    struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, bool is_again, struct wbuf *out);

/*
 * What an override would do: the same plan twice, with one asset held as the ask says until its end, and with that asset free; PREVIEW_SECONDS each at
 * most. The body of W_PREVIEW into out: the figures of both, or why there are none. False: it gave way, and out is as it was.
 */
#define PREVIEW_SECONDS 2.0
/*
 * A preview yields to what is more urgent: asked many times a second while it works, and where that says true it ends within some tenths of a
 * second with nothing, to be asked again behind it. NULL: to nothing.
 */
typedef bool planning_yields(void *whom);
void planning_preview_yields(struct planning *p, planning_yields *yields, void *whom);
bool planning_preview(
    struct planning *p, const struct msg_plan_preview *m, const struct past_ask *past, struct wbuf *out);

#endif
