/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_weights.c - what a goal weighs that names no price: more than what giving it up could gain, in the order of RELAX_LIST.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

#define NOW_FIRST 5e-7 /* of a load's weight, over the horizon */

enum { RESERVE_HOURS = 6, PEAK_TIMES = 20, PRIORITY_MAX = 100 };

static double
asset_price(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_gtc *g = a->param;
	const struct asset_boiler *b = a->param;
	double fuel = shape_at(s, a, SERIES_FUEL_PRICE, t);

	switch (a->asset->kind) {
	case ASSET_GRID:
		return fmax(
		    fmax(fabs(import_price(s, shape_number(s, a), t)), fabs(shape_at(s, a, SERIES_PRICE_EXPORT, t))),
		    fmax(fabs(shape_at(s, a, SERIES_PRICE_SHORT, t)), fabs(shape_at(s, a, SERIES_PRICE_SURPLUS, t))));
	case ASSET_GTC:
		return g->fuel_full_m3_per_h / fmax(g->rated_kw, 1e-3) *
		    (fuel + s->p->co2_price_per_kg * g->fuel_co2_kg_per_m3);
	case ASSET_BOILER:
		return b->fuel_m3_per_t / STEAM_KWH_PER_T * (fuel + s->p->co2_price_per_kg * b->fuel_co2_kg_per_m3);
	case ASSET_BATTERY: return ((const struct asset_battery *)a->param)->wear_cost_per_kwh;
	default: return 0;
	}
}

/* The greatest price of a kWh in the problem, and what a kWh less at a month's peak would save. */
static double
greatest_price(const struct shape *s, double *peak)
{
	double most = fmax(s->p->curtail_price, 1e-3), hours = 0.5;

	for (unsigned i = 0; i < s->p->asset_count; i++)
		for (unsigned t = 0; t < s->p->steps; t++)
			most = fmax(most, asset_price(s, &s->parts[i], t));
	*peak = 0;
	for (unsigned t = 0; t < s->p->steps; t++)
		if (shape_window_ends(s->p, t))
			hours = fmin(hours, shape_window_hours(s->p, t));
	for (unsigned m = 0; m < s->p->month_count; m++)
		*peak = fmax(*peak, s->p->months[m].price / fmax(hours, 0.05));
	return most;
}

/* Below 0 it would pay to draw what nobody takes: so much is to be asked for it at least. */
static double
paid_for_taking(const struct shape *s)
{
	double lowest = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++)
		for (unsigned t = 0; s->parts[i].asset->kind == ASSET_GRID && t < s->p->steps; t++)
			lowest = fmin(
			    lowest, fmin(import_price(s, i, t), shape_at(s, &s->parts[i], SERIES_PRICE_EXPORT, t)));
	return -2 * lowest;
}

static double
given(double price, double otherwise)
{
	return isnan(price) ? otherwise : price;
}

/*
 * Each weighs more than what those before it and the money could bring.  A reserve that is short stays so for hours: of them a load is
 * weighed against all, the rest against some, for the greater the weights, the less a solver sees of the money. So a month's peak counts
 * only as so many times the dearest kWh.
 */
struct weights
weights_of(const struct shape *s)
{
	struct weights w;
	const struct problem *p = s->p;
	double peak, price = greatest_price(s, &peak), money = price + fmin(peak, PEAK_TIMES * price), shortest = 1,
	             while_short = 0, always_short = 0;

	for (unsigned t = 0; t < p->steps; t++)
		shortest = fmin(shortest, p->hours[t]);
	w.least = 1e-5 * price;
	w.early = 2e-7 * price; /* over two days still less than `least` */
	w.filed = given(p->filed_price, 2 * money);
	w.contract = given(p->contract_price, 2 * (w.filed + money));
	w.reserve = given(p->reserve_price, 2 * (w.contract + w.filed + money) / shortest);
	for (unsigned i = 0; i < s->bus_count; i++)
		if (s->places[i].has_reserve) {
			while_short = w.reserve * fmin(s->at[p->steps], RESERVE_HOURS);
			always_short = 1.1 * w.reserve * s->at[p->steps];
		}
	w.over = given(p->over_price, 1.25 * fmax(while_short, 2 * (w.contract + w.filed + money)));
	w.over = fmax(w.over, paid_for_taking(s));
	w.heat =
	    given(p->heat_lost_price, 1.5 * STEAM_KWH_PER_T * fmax(fmax(w.over, 2 * peak), while_short + 2 * money));
	w.lost = given(p->lost_price, fmax(2 * fmax(w.heat / STEAM_KWH_PER_T, w.over), always_short));
	w.held =
	    8 * fmax(fmax(w.lost, w.over), fmax(w.heat / STEAM_KWH_PER_T, fmax(while_short, w.contract + w.filed)));
	for (unsigned i = 0; i < p->asset_count; i++)
		if (s->parts[i].asset->kind == ASSET_LOAD)
			w.held =
			    fmax(w.held, 4 * ((const struct asset_load *)s->parts[i].param)->lost_load_cost_per_kwh);
	return w;
}

/*
 * Of the same load, what is lost now weighs more than what is lost later, by less than a step of priority: an outage may be over sooner than was
 * thought, and what was promised is kept before what comes after it.
 */
double
weights_lost(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_load *l = a->param;
	double own = l->lost_load_cost_per_kwh, first = (double)(PRIORITY_MAX - l->priority) / PRIORITY_MAX,
	       soon = NOW_FIRST * (1 - s->at[t] / s->at[s->p->steps]);

	/* Of two with the same price the less important goes first. */
	if (!isnan(s->p->lost_price))
		return (own > 0 ? own : s->p->lost_price) * (1 + 1e-4 * first + soon);
	return fmax(own, s->w.lost * (1 + first)) * (1 + soon);
}
