/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_boiler.c - a fired boiler in the plan: steam for fuel; with a least load it runs or not.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { STEAM, ON };
enum { MOST, LEAST };

static double
least(const struct part *a)
{
	return ((const struct asset_boiler *)a->param)->min_t_per_h;
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	return 1u + (least(a) > 0);
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	return least(a) > 0 ? 2 : 0;
}

double
boiler_fuel_cost(const struct shape *s, const struct part *a, unsigned t, double steam, double *co2)
{
	const struct asset_boiler *v = a->param;
	double m3 = v->fuel_m3_per_t * steam * s->p->hours[t];

	*co2 = m3 * v->fuel_co2_kg_per_m3;
	return m3 * shape_at(s, a, SERIES_FUEL_PRICE, t);
}

static void
build(struct build *b, const struct part *a)
{
	const struct asset_boiler *v = a->param;
	const struct shape *s = b->s;
	bool is_there = shape_is_available(s, a, b->t);
	double co2, cost = boiler_fuel_cost(s, a, b->t, 1, &co2);
	unsigned steam = build_column(
	    b, a, STEAM, 0, is_there ? v->rated_t_per_h : 0, cost + s->p->co2_price_per_kg * co2, false, LP_STEAM);

	build_into(b, a->heat, steam, 1);
	if (least(a) <= 0)
		return;
	unsigned on = build_column(b, a, ON, 0, is_there, 0, true, LP_ON);
	unsigned row = build_row(b, a, MOST, -LP_INFINITY, 0, LP_RANGE);
	lp_element(b->lp, row, steam, 1);
	lp_element(b->lp, row, on, -v->rated_t_per_h);
	row = build_row(b, a, LEAST, 0, LP_INFINITY, LP_RANGE);
	lp_element(b->lp, row, steam, 1);
	lp_element(b->lp, row, on, -least(a));
}

static void
relieve(struct build *b, const struct part *a, unsigned row, double need)
{
	if (least(a) > 0)
		lp_element(b->lp, row, shape_column(b->s, a, b->t, ON),
		    fmin(need, ((const struct asset_boiler *)a->param)->rated_t_per_h));
	else
		lp_element(b->lp, row, shape_column(b->s, a, b->t, STEAM), 1);
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	out->heat[t] = reading_x(r, a, t, STEAM);
	out->is_on[t] = least(a) > 0 ? reading_x(r, a, t, ON) > 0.5 : out->heat[t] > 1e-6;
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct asset_boiler *v = a->param;

	if (!shape_is_available(r->s, a, t))
		return REASON_OUT;
	*shadow = reading_price(r, a->heat, t);
	if (!out->is_on[t])
		return REASON_FUEL;
	if (out->heat[t] >= v->rated_t_per_h - 1e-4)
		return REASON_POWER;
	return out->heat[t] <= v->min_t_per_h + 1e-4 ? REASON_MINIMUM : REASON_HEAT;
}

static void
settle(struct settling *v, const struct part *a, const struct plan_asset *out, unsigned t)
{
	double co2;

	v->plan->cost[COST_FUEL] += boiler_fuel_cost(v->s, a, t, out->heat[t], &co2);
	v->plan->co2_kg += co2;
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct asset_boiler *v = a->param;

	if (out->is_on[t] && !shape_is_available(c->s, a, t))
		return checking_say(c, a, t, "runs and cannot");
	return checking_within(
	    c, a, t, "steam", out->heat[t], out->is_on[t] ? v->min_t_per_h : 0, out->is_on[t] ? v->rated_t_per_h : 0);
}

const struct asset_ops asset_boiler_ops = {
	.columns = columns,
	.rows = rows,
	.build = build,
	.relieve = relieve,
	.read = read,
	.reason = reason,
	.settle = settle,
	.check = check,
	.has_heat = true,
	.has_state = true,
};
