/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_held.c - the reserve of a bus, battery by battery: a plan keeps it of all together, and people ask what each keeps of it.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/dispatch/plan.h"

/* AC kWh above the least at the end of the step. */
static double
stored(const struct problem_asset *a, const struct plan_asset *v, unsigned step)
{
	const struct asset_battery *b = a->asset->parameters;
	double least = b->soc_min_pct / 100 * b->energy_kwh * a->health;

	return fmax(0, (v->energy[step] - least) * b->efficiency_discharge);
}

/* What its own reserve asks for. */
static double
own(const struct problem_asset *a)
{
	const struct asset_battery *b = a->asset->parameters;

	return fmax(0, b->reserve_pct - b->soc_min_pct) / 100 * b->energy_kwh * a->health * b->efficiency_discharge;
}

double
dispatch_plan_held(
    const struct problem *p, const struct plan *plan, unsigned asset, unsigned step, enum reserve_why *why)
{
	const struct asset *a = p->assets[asset].asset;
	int bus = a->kind == ASSET_BATTERY ? problem_bus(p, a->bus) : -1;
	double need = bus >= 0 ? plan->need_kwh[(unsigned)bus * plan->steps + step] : 0, all = 0, owns = 0;

	*why = RESERVE_NONE;
	if (!(need > 0))
		return 0;
	for (unsigned i = 0; i < p->asset_count; i++) {
		if (p->assets[i].asset->kind != ASSET_BATTERY || problem_bus(p, p->assets[i].asset->bus) != bus)
			continue;
		all += stored(&p->assets[i], &plan->assets[i], step);
		owns += own(&p->assets[i]);
	}
	*why = need > owns * (1 + 1e-9) ? RESERVE_OUTAGE : RESERVE_OWN;
	double has = stored(&p->assets[asset], &plan->assets[asset], step);
	return all > need ? has * need / all : has;
}
