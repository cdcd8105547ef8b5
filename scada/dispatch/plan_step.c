/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_step.c - one step out of a plan, and setpoints that somebody else found: what they come to in truth.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

struct plan *
dispatch_plan_blank(const struct problem *p)
{
	struct shape *s = shape_new(p);
	struct plan *plan = plan_new(s);

	shape_free(s);
	return plan;
}

bool
dispatch_plan_settle(const struct problem *p, struct plan *plan, double tolerance_kw, char *why, size_t size)
{
	struct shape *s = shape_new(p);

	assert(p->steps == plan->steps && p->asset_count == plan->asset_count);
	free(plan->relaxed);
	plan->relaxed = NULL;
	plan->relaxed_count = 0;
	memset(plan->cost, 0, sizeof(plan->cost));
	plan->total = plan->co2_kg = plan->unserved_kwh = plan->over_kwh = plan->peak_kw = 0;
	bool is_right = plan_settle(s, plan, tolerance_kw, why, size);
	shape_free(s);
	return is_right;
}
