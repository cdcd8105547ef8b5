/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_heat_store.c - a heat store in the plan: one flow in or out, GJ at the end of the step.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { FLOW, STORED };

static double
kept(const struct shape *s, const struct part *a, unsigned t)
{
	return fmax(0, 1 - ((const struct asset_heatstore *)a->param)->loss_pct_per_h / 100 * s->p->hours[t]);
}

static double
after(const struct shape *s, const struct part *a, unsigned t, double before, double flow)
{
	return before * kept(s, a, t) - s->p->hours[t] * STEAM_GJ_PER_T * flow;
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 2;
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 1;
}

static void
build(struct build *b, const struct part *a)
{
	const struct asset_heatstore *v = a->param;
	const struct shape *s = b->s;
	bool is_there = shape_is_available(s, a, b->t), is_last = b->t + 1 == s->p->steps;
	double rest = b->t == 0 ? kept(s, a, 0) * a->in->heat_gj : 0;
	unsigned flow = build_column(
	    b, a, FLOW, is_there ? -v->charge_t_per_h : 0, is_there ? v->discharge_t_per_h : 0, 0, false, LP_STEAM);
	unsigned stored = build_column(
	    b, a, STORED, 0, fmax(v->energy_gj, a->in->heat_gj), is_last ? -a->end_value : 0, false, LP_STORED);
	unsigned row = build_row(b, a, 0, rest, rest, LP_ENERGY);

	build_into(b, a->heat, flow, 1);
	lp_element(b->lp, row, stored, 1);
	lp_element(b->lp, row, flow, b->h * STEAM_GJ_PER_T);
	if (b->t > 0)
		lp_element(b->lp, row, shape_column(s, a, b->t - 1, STORED), -kept(s, a, b->t));
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	out->heat[t] = reading_x(r, a, t, FLOW);
	out->energy[t] = after(r->s, a, t, t == 0 ? a->in->heat_gj : out->energy[t - 1], out->heat[t]);
	out->energy[t] = fmax(0, out->energy[t]);
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct asset_heatstore *v = a->param;

	if (!shape_is_available(r->s, a, t))
		return REASON_OUT;
	*shadow = reading_reduced(r, a, t, STORED) * r->s->p->hours[t];
	if (out->energy[t] <= 1e-4)
		return REASON_SOC_LOW;
	if (out->energy[t] >= v->energy_gj - 1e-4)
		return REASON_SOC_HIGH;
	if (out->heat[t] >= v->discharge_t_per_h - 1e-4 || out->heat[t] <= -v->charge_t_per_h + 1e-4) {
		*shadow = reading_reduced(r, a, t, FLOW);
		return REASON_POWER;
	}
	*shadow = reading_price(r, a->heat, t);
	return REASON_PRICE;
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct asset_heatstore *v = a->param;
	bool is_there = shape_is_available(c->s, a, t);
	double stored = after(c->s, a, t, t == 0 ? a->in->heat_gj : out->energy[t - 1], out->heat[t]);

	return checking_within(c, a, t, "heat", out->heat[t], is_there ? -v->charge_t_per_h : 0,
	           is_there ? v->discharge_t_per_h : 0) &&
	    checking_within(c, a, t, "stored", out->energy[t], 0, fmax(v->energy_gj, a->in->heat_gj)) &&
	    checking_within(c, a, t, "stored, from its heat,", out->energy[t], stored, stored);
}

const struct asset_ops asset_heat_store_ops = {
	.columns = columns,
	.rows = rows,
	.build = build,
	.read = read,
	.reason = reason,
	.check = check,
	.has_heat = true,
	.has_energy = true,
};
