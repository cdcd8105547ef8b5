/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_load.c - a load in the plan: what it takes, less what cannot be served. One that is held takes what it is held at.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

static double
asked_kw(const struct shape *s, const struct part *a, unsigned t)
{
	double held = shape_at(s, a, SERIES_FIXED_KW, t);

	if (a->bus < 0 || !shape_is_available(s, a, t))
		return 0;
	return isnan(held) ? shape_at(s, a, SERIES_LOAD_KW, t) : fmax(0, held);
}

static double
asked_heat(const struct shape *s, const struct part *a, unsigned t)
{
	return a->heat >= 0 && shape_is_available(s, a, t) ? shape_at(s, a, SERIES_HEAT, t) : 0;
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	return (a->bus >= 0) + (a->heat >= 0);
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 0;
}

static void
build(struct build *b, const struct part *a)
{
	const struct shape *s = b->s;
	double kw = asked_kw(s, a, b->t), heat = asked_heat(s, a, b->t);

	if (a->bus >= 0) {
		build_into(b, a->bus, build_column(b, a, 0, 0, kw, b->h * weights_lost(s, a, b->t), false, LP_LOST), 1);
		build_taken(b, a->bus, kw);
	}
	if (a->heat >= 0) {
		unsigned lost = build_column(b, a, a->bus >= 0, 0, heat, b->h * s->w.heat, false, LP_HEAT_LOST);
		build_into(b, a->heat, lost, 1);
		build_taken(b, a->heat, heat);
	}
}

static void
relieve(struct build *b, const struct part *a, unsigned row, double need)
{
	(void)need;
	lp_element(b->lp, row, shape_column(b->s, a, b->t, a->bus >= 0), 1);
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	const struct shape *s = r->s;

	out->power_kw[t] = a->bus >= 0 ? asked_kw(s, a, t) - reading_x(r, a, t, 0) : 0;
	out->heat[t] = a->heat >= 0 ? reading_x(r, a, t, a->bus >= 0) - asked_heat(s, a, t) : 0;
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct shape *s = r->s;

	*shadow = 0;
	if (out->power_kw[t] < asked_kw(s, a, t) - 1e-3) {
		*shadow = reading_price(r, a->bus, t);
		return REASON_SHED;
	}
	return -out->heat[t] < asked_heat(s, a, t) - 1e-4 ? REASON_SHED : REASON_NONE;
}

static void
settle(struct settling *v, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct shape *s = v->s;
	double own = ((const struct asset_load *)a->param)->lost_load_cost_per_kwh, h = s->p->hours[t];
	double lost = asked_kw(s, a, t) - out->power_kw[t], cold = asked_heat(s, a, t) + out->heat[t];
	double price = own > 0 ? own : isnan(s->p->lost_price) ? 0 : s->p->lost_price;

	if (lost > SETTLE_LEAST) {
		v->plan->cost[COST_LOST] += h * lost * price;
		v->plan->unserved_kwh += h * lost;
		settle_relax(v, RELAX_LOAD, (int)shape_number(s, a), a->bus, t, lost);
	}
	if (cold > SETTLE_LEAST) {
		v->plan->cost[COST_LOST] += h * cold * (isnan(s->p->heat_lost_price) ? 0 : s->p->heat_lost_price);
		settle_relax(v, RELAX_HEAT, (int)shape_number(s, a), a->heat, t, cold);
	}
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	return checking_within(c, a, t, "power", out->power_kw[t], 0, asked_kw(c->s, a, t)) &&
	    checking_within(c, a, t, "heat", out->heat[t], -asked_heat(c->s, a, t), 0);
}

const struct asset_ops asset_load_ops = {
	.columns = columns,
	.rows = rows,
	.build = build,
	.relieve = relieve,
	.read = read,
	.reason = reason,
	.settle = settle,
	.check = check,
	.has_power = true,
	.has_heat = true,
};
