/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_market.c - what a plan pays and gets at the receiving point: energy, what was filed, half hours and months.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

/* What buses further down take from the utility behind this connection. */
static double
fed_kw(const struct settling *v, unsigned grid)
{
	double kw = 0;

	for (unsigned b = 0; b < v->s->bus_count; b++)
		if (v->s->places[b].is_fed && v->s->places[b].grid == (int)grid)
			kw += v->fed[b];
	return kw;
}

/* The window that ends in step t, against what was filed for it. */
static void
settle_filed(struct settling *v, unsigned grid, unsigned t)
{
	const struct problem *p = v->s->p;
	double more = 0, hours = 0, sold = problem_at(p, grid, SERIES_PRICE_EXPORT, t), *cost = v->plan->cost;

	for (unsigned i = shape_window_begin(p, t); i <= t; i++) {
		more -= p->hours[i] * (v->plan->assets[grid].power_kw[i] + problem_at(p, grid, SERIES_FILED_KW, i));
		hours += p->hours[i];
	}
	if (isnan(more))
		return;
	/* What was filed is sold, whatever is given. */
	cost[COST_EXPORT] += sold * more;
	cost[COST_IMBALANCE] -= more > 0 ? problem_at(p, grid, SERIES_PRICE_SURPLUS, t) * more
	                                 : problem_at(p, grid, SERIES_PRICE_SHORT, t) * more;
	if (fabs(more) / hours > SETTLE_LEAST)
		settle_relax(v, RELAX_FILED, (int)grid, v->s->parts[grid].bus, t, fabs(more) / hours);
}

void
settle_market(struct settling *v, unsigned t)
{
	const struct problem *p = v->s->p;

	for (unsigned g = 0; g < p->asset_count; g++) {
		if (p->assets[g].asset->kind != ASSET_GRID)
			continue;
		double kw = v->plan->assets[g].power_kw[t], in = fmax(kw, 0), out = fmax(-kw, 0), fed = fed_kw(v, g);
		double sold = problem_at(p, g, SERIES_PRICE_EXPORT, t), h = p->hours[t];
		double wheeled = sold < import_price(v->s, g, t) ? fmin(out, fed) : 0;
		double bought = h * (in + fed - wheeled);
		v->plan->cost[COST_IMPORT] += bought * problem_at(p, g, SERIES_PRICE_IMPORT, t);
		v->plan->cost[COST_EXPORT] -= h * (out - wheeled) * sold;
		v->plan->co2_kg += bought * problem_at(p, g, SERIES_CO2, t);
		if (p->assets[g].series[SERIES_FILED_KW] != NULL && shape_window_ends(p, t))
			settle_filed(v, g, t);
	}
}

static double
drawn_kwh(const struct settling *v, unsigned t)
{
	const struct problem *p = v->s->p;
	double kwh = shape_window_before(p, t);

	for (unsigned i = shape_window_begin(p, t); i <= t; i++)
		for (unsigned g = 0; g < p->asset_count; g++)
			if (p->assets[g].asset->kind == ASSET_GRID)
				kwh += p->hours[i] * fmax(0, v->plan->assets[g].power_kw[i]);
	return kwh;
}

void
settle_demand(struct settling *v)
{
	const struct problem *p = v->s->p;
	double most[PROBLEM_MONTHS_MAX] = { 0 };

	for (unsigned t = 0; t < p->steps; t++) {
		if (!shape_window_ends(p, t))
			continue;
		double kw = drawn_kwh(v, t) / shape_window_hours(p, t);
		v->plan->peak_kw = fmax(v->plan->peak_kw, kw);
		if (p->month_count == 0)
			continue;
		most[p->month[t]] = fmax(most[p->month[t]], kw);
		double goal = shape_window_most(p, t);
		if (kw > goal + SETTLE_LEAST)
			settle_relax(v, RELAX_CONTRACT, -1, -1, t, kw - goal);
	}
	for (unsigned m = 0; m < p->month_count; m++)
		v->plan->cost[COST_DEMAND] +=
		    p->months[m].price * fmax(0, most[m] - fmax(p->months[m].floor_kw, p->months[m].free_kw));
}
