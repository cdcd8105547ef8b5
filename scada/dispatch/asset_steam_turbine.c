/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_steam_turbine.c - the turbine in the plan: power = kw_per_t x (main steam - internal) - extraction_kw_per_t x extracted.
 * It runs wherever the furnaces give steam for its least power; then that is its least.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { POWER, AUX_LOST, EXTRACTION };
enum { EXTRACTED };

/* Turbines on one bus take their plants' own steam in the order of the site. */
double
turbine_internal(const struct shape *s, const struct part *a, unsigned t)
{
	double left = furnace_steam(s, a->heat, t, NULL);

	for (const struct part *b = s->parts; b < a; b++)
		if (b->asset->kind == ASSET_STG && b->heat == a->heat)
			left -= ((const struct asset_stg *)b->param)->internal_steam_t_per_h;
	return fmax(0, fmin(left, ((const struct asset_stg *)a->param)->internal_steam_t_per_h));
}

double
turbine_aux_kw(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_stg *g = a->param;
	unsigned burning;

	if (a->heat < 0)
		return 0;
	furnace_steam(s, a->heat, t, &burning);
	return burning == 0 ? 0 : burning == 1 ? g->aux_kw_one : g->aux_kw_two;
}

/* t/h of main steam that the turbines before this one leave to it. */
static double
steam_for(const struct shape *s, const struct part *a, unsigned t)
{
	double left = furnace_steam(s, a->heat, t, NULL);

	for (const struct part *b = s->parts; b < s->parts + s->p->asset_count; b++)
		if (b->asset->kind == ASSET_STG && b->heat == a->heat) {
			left -= turbine_internal(s, b, t);
			if (b < a)
				left -= b->limits[t].low / ((const struct asset_stg *)b->param)->kw_per_t;
		}
	return fmax(left, 0);
}

/* Steam through it counts, whether more of it makes power or is extracted: at its least power it leaves the most. */
double
turbine_heat_most(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_stg *g = a->param;
	const struct limits *l = &a->limits[t];
	double power = fmax(0, l->least), extracted = l->high > 0 ? g->extraction_max_t_per_h : 0;

	if (g->extraction_kw_per_t > 0)
		extracted = fmin(extracted, fmax(0, steam_for(s, a, t) * g->kw_per_t - power) / g->extraction_kw_per_t);
	if (g->kw_per_t > g->extraction_kw_per_t) /* no more is extracted than goes in */
		extracted = fmin(extracted, power / (g->kw_per_t - g->extraction_kw_per_t));
	return extracted * fmax(0, 1 - g->extraction_kw_per_t / g->kw_per_t) - power / g->kw_per_t;
}

static void
limit(const struct shape *s, struct part *a)
{
	const struct asset_stg *g = a->param;
	double range = g->rated_kw - g->min_kw;

	a->limits = arena_alloc(s->arena, s->p->steps * sizeof(*a->limits));
	for (unsigned t = 0; t < s->p->steps; t++) {
		struct limits *l = &a->limits[t];
		double steam = a->heat < 0 ? HUGE_VAL : steam_for(s, a, t) * g->kw_per_t;
		if (shape_is_available(s, a, t) && steam > 0 && steam >= g->min_kw) {
			l->low = g->min_kw;
			l->high = fmin(g->rated_kw, steam);
		}
		a->has_ramp =
		    a->has_ramp || (g->ramp_kw_per_min > 0 && g->ramp_kw_per_min * 60 * s->p->hours[t] < range);
	}
	double ramp = a->has_ramp ? g->ramp_kw_per_min * 60 : HUGE_VAL;
	limits_hold(s, a, ramp, a->in->power_kw);
	limits_ramp(s, a, ramp, a->in->power_kw);
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	return a->heat < 0 ? 2 : 3;
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	return (a->heat >= 0) + a->has_ramp;
}

static void
build_heat(struct build *b, const struct part *a, unsigned power)
{
	const struct asset_stg *g = a->param;
	double most = a->limits[b->t].high > 0 ? g->extraction_max_t_per_h : 0;
	unsigned extraction = build_column(b, a, EXTRACTION, 0, most, 0, false, LP_EXTRACTION);
	/* No more is extracted than goes in. */
	unsigned row = build_row(b, a, EXTRACTED, -LP_INFINITY, 0, LP_EXTRACTION);

	lp_element(b->lp, row, extraction, g->kw_per_t - g->extraction_kw_per_t);
	lp_element(b->lp, row, power, -1);
	build_into(b, a->heat, power, -1 / g->kw_per_t);
	build_into(b, a->heat, extraction, 1 - g->extraction_kw_per_t / g->kw_per_t);
	build_taken(b, a->heat, turbine_internal(b->s, a, b->t));
}

static void
build(struct build *b, const struct part *a)
{
	const struct shape *s = b->s;
	const struct limits *l = &a->limits[b->t];
	double aux = turbine_aux_kw(s, a, b->t);
	unsigned power = build_column(b, a, POWER, l->low, l->high, 0, false, LP_POWER);
	unsigned lost = build_column(b, a, AUX_LOST, 0, aux, 3 * s->w.lost * b->h, false, LP_LOST);

	build_into(b, a->bus, power, 1);
	build_into(b, a->bus, lost, 1);
	build_taken(b, a->bus, aux);
	if (a->heat >= 0)
		build_heat(b, a, power);
	if (!a->has_ramp)
		return;
	double before = b->t == 0 ? a->in->power_kw : 0;
	bool is_free = isnan(before);
	unsigned row = build_row(b, a, a->heat >= 0, is_free ? -LP_INFINITY : before - l->down,
	    is_free ? LP_INFINITY : before + l->up, LP_RAMP);
	lp_element(b->lp, row, power, 1);
	if (b->t > 0)
		lp_element(b->lp, row, shape_column(s, a, b->t - 1, POWER), -1);
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	const struct asset_stg *g = a->param;

	out->power_kw[t] = reading_x(r, a, t, POWER);
	out->heat[t] = 0;
	if (a->heat < 0)
		return;
	double extracted = reading_x(r, a, t, EXTRACTION);
	out->heat[t] = extracted - (out->power_kw[t] + g->extraction_kw_per_t * extracted) / g->kw_per_t -
	    turbine_internal(r->s, a, t);
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct limits *l = &a->limits[t];
	double kw = out->power_kw[t];

	if (l->high <= 0)
		return shape_is_available(r->s, a, t) ? REASON_SCHEDULE : REASON_OUT;
	if (a->has_ramp && fabs(reading_dual(r, a, t, a->heat >= 0)) > 1e-6) {
		*shadow = fabs(reading_dual(r, a, t, a->heat >= 0));
		return REASON_RAMP;
	}
	*shadow = reading_reduced(r, a, t, POWER);
	if (kw >= ((const struct asset_stg *)a->param)->rated_kw - 1e-3)
		return REASON_POWER;
	if (kw <= l->low + 1e-3)
		return REASON_MINIMUM;
	double price = reading_price(r, a->heat, t);
	if (kw >= l->high - 1e-3)
		return REASON_SCHEDULE; /* all the steam that there is */
	*shadow = price;
	return a->heat >= 0 &&
	        out->heat[t] >
	            -l->high / ((const struct asset_stg *)a->param)->kw_per_t - turbine_internal(r->s, a, t) + 1e-3
	    ? REASON_HEAT
	    : REASON_CURTAILED;
}

/* Steam through it and extracted, from power and heat. */
static bool
check_heat(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct asset_stg *g = a->param;
	double net = out->heat[t] + turbine_internal(c->s, a, t), k = g->kw_per_t, e = g->extraction_kw_per_t;
	double slack = c->tolerance / k;

	if (k - e < 1e-9 * k) /* power alone says what goes in */
		return checking_within(c, a, t, "steam", net, -out->power_kw[t] / k - slack, 0);
	double extracted = (out->power_kw[t] / k + net) * k / (k - e), in = extracted - net;
	double most = a->limits[t].high > 0 ? g->extraction_max_t_per_h : 0;
	return checking_within(c, a, t, "steam extracted", extracted, 0, most) &&
	    checking_within(c, a, t, "steam taken", in, extracted - slack, steam_for(c->s, a, t) + slack);
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct limits *l = &a->limits[t];
	double before = t == 0 ? a->in->power_kw : out->power_kw[t - 1];

	if (!checking_within(c, a, t, "power", out->power_kw[t], l->low, l->high))
		return false;
	if (a->has_ramp && !isnan(before) &&
	    !checking_within(c, a, t, "change of power", out->power_kw[t] - before, -l->down, l->up))
		return false;
	return a->heat < 0 || check_heat(c, a, out, t);
}

const struct asset_ops asset_steam_turbine_ops = {
	.limit = limit,
	.columns = columns,
	.rows = rows,
	.build = build,
	.read = read,
	.reason = reason,
	.check = check,
	.has_power = true,
	.has_heat = true,
};
