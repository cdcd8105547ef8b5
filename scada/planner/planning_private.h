/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_private.h - what planning.c (the way of a plan), planning_series.c (what is expected), planning_schedule.c (what people entered ahead),
 * planning_filed.c (what is filed of self-wheeling),
 * planning_preview.c (what an override would do) and planning_tell.c (into a frame) share.
 */
#ifndef CHISAN_PLANNING_PRIVATE_H
#define CHISAN_PLANNING_PRIVATE_H

#include "scada/planner/planning.h"

#define TOLERANCE_KW 1e-2

struct planning_asset { /* how one stands; of W_PLAN_ASK */
	bool is_available, is_on;
	double power_kw, in_state_h, level, health, held_kw;
	int64_t held_until; /* utc; 0 = for an hour */
};
struct planning {
	const struct site *site;       /* NULL = none */
	struct solver *solver, *aside; /* aside: of previews */
	struct forecasting *forecasting;
	int64_t step_us;     /* of the site's plans */
	int64_t aside_us;    /* of the problem that it solved before; 0 = none */
	bool gave_way;       /* the last preview ended for something more urgent */
	int64_t start_us;    /* of the problem that was solved before; 0 = none */
	struct plan *before; /* the last that was whole; NULL = none */
	uint64_t state;      /* who was there and held, as of the last ask; 0 = never asked */
	/* ---- of the plan that is being made */
	struct arena *arena;
	struct problem problem;
	struct planning_asset *now;
	const double **heat_high; /* of each asset: the upper end of its heat's band, of steps; NULL = none is known */
	char basis[300];          /* what the series are made from */
};

/* When a step of the problem begins. */
struct utc planning_at(const struct planning *p, unsigned step);

/* planning_series.c: false: why there can be no plan, a sentence. */
bool planning_fill(
    struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, char *why, size_t size);

/* Once the schedule is in: heat with the upper end of its band where a furnace stands. */
void planning_heat(struct planning *p);

/* planning_calm.c */
/* Money that calm may cost: half for setpoints, half for a commitment that stays. Both are within energy.calm_within_pct of what is paid and earned. */
double planning_money(const struct planning *p, const struct plan *plan);
/* Another plan for what was found, calmer and true; NULL: none. Caller frees. */
struct plan *planning_calm(
    struct planning *p, const struct lp *lp, const struct solution *found, const struct plan *plan);
/* planning_schedule.c: of the whole schedule into the series; false as above. */
bool planning_schedule(struct planning *p, const struct msg_plan_ask *ask, char *why, size_t size);
/* planning_filed.c: the same of what is filed of self-wheeling. */
bool planning_filed(struct planning *p, const struct msg_plan_ask *ask, char *why, size_t size);

/* planning.c: the parts of a plan, for planning_preview.c. */
/* How the assets stand, into p->now, in the arena. */
bool planning_stand(struct planning *p, const struct msg_plan_ask *ask, char *why, size_t size);
/* The problem, from p->now. */
bool planning_pose(
    struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, char *why, size_t size);
/* Its plan, checked; NULL: why. found is to be freed (solution_done) in any case, the plan by the caller. */
struct plan *planning_solve(
    struct planning *p, double seconds, struct solution *found, double *gap, char *why, size_t size);

/* planning_tell.c */
void planning_tell(const struct planning *p, const struct msg_plan_ask *ask, const struct plan *plan,
    const struct solution *found, double gap, struct wbuf *out);
void planning_tell_none(const struct msg_plan_ask *ask, const char *why, struct wbuf *out);

#endif
