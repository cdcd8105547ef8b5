/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_pv.c - the sun in the plan: all that it gives, or less where nobody takes it.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 1;
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 0;
}

static double
sun(const struct shape *s, const struct part *a, unsigned t)
{
	return shape_is_available(s, a, t) ? shape_at(s, a, SERIES_PV_KW, t) : 0;
}

static void
build(struct build *b, const struct part *a)
{
	const struct shape *s = b->s;
	double kw = sun(s, a, b->t), held = shape_at(s, a, SERIES_FIXED_KW, b->t), worth = s->p->curtail_price * b->h;

	b->lp->fixed_cost += worth * kw;
	worth += s->w.least * b->h; /* what costs nothing to give is given: it is held down for money alone */
	if (!isnan(held)) {
		kw = fmax(0, fmin(kw, held));
		worth += s->w.held * b->h;
	}
	build_into(b, a->bus, build_column(b, a, 0, 0, kw, -worth, false, LP_POWER), 1);
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	out->power_kw[t] = reading_x(r, a, t, 0);
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	*shadow = 0;
	return out->power_kw[t] >= sun(r->s, a, t) - 1e-3 ? REASON_SUN : REASON_CURTAILED;
}

static void
settle(struct settling *v, const struct part *a, const struct plan_asset *out, unsigned t)
{
	v->plan->cost[COST_OVER] +=
	    v->s->p->curtail_price * v->s->p->hours[t] * fmax(0, sun(v->s, a, t) - out->power_kw[t]);
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	return checking_within(c, a, t, "power", out->power_kw[t], 0, sun(c->s, a, t));
}

const struct asset_ops asset_pv_ops = {
	.columns = columns,
	.rows = rows,
	.build = build,
	.read = read,
	.reason = reason,
	.settle = settle,
	.check = check,
	.has_power = true,
};
