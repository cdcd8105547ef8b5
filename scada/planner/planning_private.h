/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_private.h - what planning.c (the way of a plan), planning_series.c (what is expected) and planning_tell.c (into a frame) share.
 */
#ifndef CHISAN_PLANNING_PRIVATE_H
#define CHISAN_PLANNING_PRIVATE_H

#include "scada/planner/planning.h"

struct planning_asset { /* how one stands; of W_PLAN_ASK */
	bool is_available, is_on;
	double power_kw, in_state_h, level, health, held_kw;
};
struct planning {
	const struct site *site; /* NULL = none */
	struct solver *solver;
	int64_t start_us; /* of the plan before; 0 = none */
	uint32_t assets;  /* it had so many */
	/* ---- of the plan that is being made */
	struct arena *arena;
	struct problem problem;
	struct planning_asset *now;
	char basis[300]; /* what the series are made from */
};

/* planning_series.c: false: why there can be no plan, a sentence. */
bool planning_fill(
    struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, char *why, size_t size);

/* planning_tell.c */
void planning_tell(const struct planning *p, const struct msg_plan_ask *ask, const struct plan *plan,
    const struct solution *found, double gap, struct wbuf *out);
void planning_tell_none(const struct msg_plan_ask *ask, const char *why, struct wbuf *out);

#endif
