/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_step.c - one step out of a plan, and what it comes to in truth.
 */
#include "config.h"

#include <assert.h>
#include <math.h>

#include "scada/dispatch/plan_private.h"

struct plan *
dispatch_plan_step(const struct problem *p, const struct plan *from, unsigned step)
{
	struct shape *s = shape_new(p);
	struct plan *plan = plan_new(s);
	char why[1];

	assert(p->steps == 1 && p->asset_count == from->asset_count && step < from->steps);
	for (unsigned i = 0; i < p->asset_count; i++) {
		const struct plan_asset *a = &from->assets[i];
		struct plan_asset *out = &plan->assets[i];
		out->power_kw[0] = a->power_kw[step];
		out->reason[0] = a->reason[step];
		out->shadow[0] = a->shadow[step];
		if (out->energy != NULL)
			out->energy[0] = a->energy[step];
		if (out->heat != NULL)
			out->heat[0] = a->heat[step];
		if (out->is_on != NULL)
			out->is_on[0] = a->is_on[step];
	}
	for (unsigned b = 0; b < plan->bus_count; b++)
		plan->price[b] = from->price[b * from->steps + step];
	plan_settle(s, plan, HUGE_VAL, why, sizeof(why));
	shape_free(s);
	return plan;
}
