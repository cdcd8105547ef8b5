/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_tell.c - a plan as the body of W_PLAN.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/planner/planning_private.h"

enum { HAS_ENERGY = 1, HAS_ON = 2, NONE_STEP_S = 900 /* of no step */ };

static void
put_asset(const struct plan *plan, const struct asset *a, const struct plan_asset *s, struct wbuf *b)
{
	w_str(b, a->name);
	w_str(b, asset_kind_word(a->kind));
	w_u8(b, (uint8_t)((s->energy != NULL ? HAS_ENERGY : 0) | (s->is_on != NULL ? HAS_ON : 0)));
	for (unsigned t = 0; t < plan->steps; t++) {
		w_f32(b, s->power_kw[t]);
		w_u8(b, s->reason[t]);
		w_f32(b, s->shadow[t]);
		if (s->energy != NULL)
			w_f32(b, s->energy[t]);
		if (s->is_on != NULL)
			w_u8(b, s->is_on[t]);
	}
}

static void
put_held(const struct planning *p, const struct plan *plan, struct wbuf *b)
{
	enum reserve_why why;

	for (unsigned i = 0; i < plan->asset_count; i++) {
		const struct asset *a = p->problem.assets[i].asset;

		if (a->kind != ASSET_BATTERY)
			continue;
		w_str(b, a->name);
		for (unsigned t = 0; t < plan->steps; t++) {
			w_f32(b, dispatch_plan_held(&p->problem, plan, i, t, &why));
			w_u8(b, (uint8_t)why);
		}
	}
}

static const char *
where(const struct planning *p, const struct plan_relaxed *r)
{
	const struct bus *buses = p->site->energy->buses.v;

	if (r->asset >= 0)
		return p->problem.assets[r->asset].asset->name;
	return r->bus >= 0 ? buses[r->bus].name : "";
}

/* Of the bus of the first connection that stands alone; the price of a kWh more. */
static void
put_prices(const struct planning *p, const struct plan *plan, struct wbuf *b)
{
	const struct bus *buses = p->site->energy->buses.v;
	unsigned bus = 0;

	while (bus + 1 < plan->bus_count && (buses[bus].carrier != CARRIER_ELECTRICITY || buses[bus].parent != NULL))
		bus++;
	for (unsigned t = 0; t < plan->steps; t++)
		w_f32(b, plan->price[bus * plan->steps + t]);
}

void
planning_tell(const struct planning *p, const struct msg_plan_ask *ask, const struct plan *plan,
    const struct solution *found, double gap, struct wbuf *out)
{
	struct wbuf costs = { .len = 0 }, assets = { .len = 0 }, prices = { .len = 0 }, relaxed = { .len = 0 },
	            held = { .len = 0 };

	for (unsigned c = 0; c < COST_PARTS; c++) {
		w_str(&costs, cost_name((enum cost_part)c));
		w_f64(&costs, plan->cost[c]);
	}
	for (unsigned i = 0; i < plan->asset_count; i++)
		put_asset(plan, p->problem.assets[i].asset, &plan->assets[i], &assets);
	put_prices(p, plan, &prices);
	put_held(p, plan, &held);
	for (unsigned i = 0; i < plan->relaxed_count; i++) {
		w_str(&relaxed, relax_name((enum relax)plan->relaxed[i].what));
		w_str(&relaxed, where(p, &plan->relaxed[i]));
		w_u16(&relaxed, (uint16_t)(plan->relaxed[i].step >= 0 ? plan->relaxed[i].step : 0));
		w_f64(&relaxed, plan->relaxed[i].size);
	}
	struct msg_plan m = {
		.serial = ask->serial,
		.is_good = 1,
		.made = ask->now,
		.start = plan->start.us,
		.steps = (uint16_t)plan->steps,
		.step_s = (uint32_t)(p->step_us / US_PER_S),
		.text = p->basis,
		.total = plan->total,
		.co2_kg = plan->co2_kg,
		.unserved_kwh = plan->unserved_kwh,
		.peak_kw = plan->peak_kw,
		.gap = gap,
		.seconds = found->seconds,
		.is_cut = found->end == SOLVE_FEASIBLE,
		.costs = { costs.data, costs.len },
		.assets = { assets.data, assets.len },
		.prices = { prices.data, prices.len },
		.relaxed = { relaxed.data, relaxed.len },
		.held = { held.data, held.len },
	};
	msg_plan_put(out, &m);
	wbuf_done(&costs);
	wbuf_done(&assets);
	wbuf_done(&prices);
	wbuf_done(&relaxed);
	wbuf_done(&held);
}

void
planning_tell_none(const struct msg_plan_ask *ask, const char *why, struct wbuf *out)
{
	msg_plan_put(out,
	    &(struct msg_plan){
	        .serial = ask->serial, .made = ask->now, .start = ask->now, .step_s = NONE_STEP_S, .text = why });
}
