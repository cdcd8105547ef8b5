/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_gas_turbine.c - a set in the plan: runs or not, power above its least, starts, least times up and down, waste heat.
 * A set that stands gives nothing in a step of which more than half would pass before it has started.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { ON, START, ABOVE, VENT };
enum { RANGE, STARTS };

static const double near_h = 1e-9;

static double
up_h(const struct part *a)
{
	return (double)((const struct asset_gtc *)a->param)->min_up_us / 3.6e9;
}

static double
down_h(const struct part *a)
{
	return (double)((const struct asset_gtc *)a->param)->min_down_us / 3.6e9;
}

static bool
has_heat(const struct part *a)
{
	return a->heat >= 0 && ((const struct asset_gtc *)a->param)->heat_full_t_per_h > 0;
}

static double
heat_per_kw(const struct part *a)
{
	const struct asset_gtc *g = a->param;

	return has_heat(a) && g->rated_kw > 0 ? g->heat_full_t_per_h / g->rated_kw : 0;
}

/* Is there anything to decide about whether it runs? */
static bool
is_whole(const struct part *a)
{
	const struct asset_gtc *g = a->param;

	return g->min_kw > 0 || g->fuel_idle_share > 0 || g->start_cost > 0 || up_h(a) > 0 || down_h(a) > 0;
}

static bool
may_run(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_gtc *g = a->param;

	if (!shape_is_available(s, a, t))
		return false;
	return a->in->is_on ||
	    (s->at[t] + s->p->hours[t] / 2 >= (double)g->start_time_us / 3.6e9 - near_h &&
	        a->in->in_state_h + s->at[t] >= down_h(a) - near_h);
}

static void
limit(const struct shape *s, struct part *a)
{
	const struct asset_gtc *g = a->param;
	double range = g->rated_kw - g->min_kw, before = a->in->is_on ? fmax(0, a->in->power_kw - g->min_kw) : 0;

	a->limits = arena_alloc(s->arena, s->p->steps * sizeof(*a->limits));
	for (unsigned t = 0; t < s->p->steps; t++) {
		a->limits[t].high = may_run(s, a, t) ? range : 0;
		a->has_ramp =
		    a->has_ramp || (g->ramp_kw_per_min > 0 && g->ramp_kw_per_min * 60 * s->p->hours[t] < range);
	}
	if (a->has_ramp)
		limits_ramp(
		    s, a, g->ramp_kw_per_min * 60, isnan(a->in->power_kw) && a->in->is_on ? (double)NAN : before);
	for (unsigned t = 0; t < s->p->steps; t++) {
		bool may = may_run(s, a, t);
		a->limits[t].high = may;
		a->limits[t].low = may && a->in->is_on && a->in->in_state_h + s->at[t] < up_h(a) - near_h;
		/* Once it is out, nothing keeps it running after. */
		if (t > 0 && a->limits[t - 1].low == 0)
			a->limits[t].low = 0;
	}
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	return 3u + has_heat(a);
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	return 2u + (up_h(a) > 0) + (down_h(a) > 0) + a->has_ramp + has_heat(a);
}

static double
fuel_price(const struct shape *s, const struct part *a, unsigned t)
{
	return shape_at(s, a, SERIES_FUEL_PRICE, t) +
	    s->p->co2_price_per_kg * ((const struct asset_gtc *)a->param)->fuel_co2_kg_per_m3;
}

/* m3/h that a kW more takes. */
static double
fuel_per_kw(const struct asset_gtc *g)
{
	return g->rated_kw > 0 ? g->fuel_full_m3_per_h * (1 - g->fuel_idle_share) / g->rated_kw : 0;
}

double
set_fuel_cost(const struct shape *s, const struct part *a, unsigned t, bool is_on, double kw, double *co2)
{
	const struct asset_gtc *g = a->param;
	double m3 = (is_on ? g->fuel_full_m3_per_h * g->fuel_idle_share + fuel_per_kw(g) * kw : 0) * s->p->hours[t];

	*co2 = m3 * g->fuel_co2_kg_per_m3;
	return m3 * shape_at(s, a, SERIES_FUEL_PRICE, t);
}

/* The power that it is held at, as near as it can; NaN: free. */
static double
held_kw(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_gtc *g = a->param;
	double held = shape_at(s, a, SERIES_FIXED_KW, t);

	return isnan(held) ? held : held <= 0 ? 0 : fmax(g->min_kw, fmin(g->rated_kw, held));
}

/* The most above its least: held, as fast as the ramp lets it get down there. */
static double
above_kw(const struct shape *s, const struct part *a, unsigned t)
{
	const struct asset_gtc *g = a->param;
	double held = held_kw(s, a, t), range = a->limits[t].high > 0 ? g->rated_kw - g->min_kw : 0;

	if (isnan(held))
		return range;
	double most = fmax(0, held - g->min_kw);
	if (a->has_ramp && t > 0)
		most = fmax(most, above_kw(s, a, t - 1) - a->limits[t].down);
	else if (a->has_ramp && a->in->is_on && !isnan(a->in->power_kw))
		most = fmax(most, a->in->power_kw - g->min_kw - a->limits[0].down);
	return fmin(range, most);
}

static void
build_columns(struct build *b, const struct part *a)
{
	const struct asset_gtc *g = a->param;
	const struct shape *s = b->s;
	const struct limits *l = &a->limits[b->t];
	double price = b->h * fuel_price(s, a, b->t), kw = price * fuel_per_kw(g), held = held_kw(s, a, b->t);
	double most = above_kw(s, a, b->t);

	if (!isnan(held)) /* still on its way down: lower is better */
		kw += b->h * s->w.held * (held > 0 && most <= fmax(0, held - g->min_kw) ? -1 : 1);
	build_column(b, a, ON, l->low, l->high, price * g->fuel_full_m3_per_h * g->fuel_idle_share + kw * g->min_kw,
	    is_whole(a), LP_ON);
	build_column(b, a, START, 0, 1, g->start_cost, false, LP_START);
	build_column(b, a, ABOVE, 0, most, kw, false, LP_ABOVE);
	if (has_heat(a))
		build_column(b, a, VENT, 0, g->heat_full_t_per_h, 0, false, LP_VENT);
}

/* First of the steps in which a start would still matter at step t: less than so many hours ago. */
static unsigned
first_within(const struct shape *s, unsigned t, double hours)
{
	unsigned first = t;

	while (first > 0 && s->at[t] - s->at[first - 1] < hours - near_h)
		first--;
	return first;
}

/* Started lately: it runs. Ran just before that time: it was not started since. */
static void
build_times(struct build *b, const struct part *a)
{
	const struct shape *s = b->s;
	unsigned k = STARTS + 1;

	if (up_h(a) > 0) {
		unsigned row = build_row(b, a, k++, -LP_INFINITY, 0, LP_UP_TIME);
		for (unsigned t = first_within(s, b->t, up_h(a)); t <= b->t; t++)
			lp_element(b->lp, row, shape_column(s, a, t, START), 1);
		lp_element(b->lp, row, shape_column(s, a, b->t, ON), -1);
	}
	if (down_h(a) > 0) {
		unsigned first = first_within(s, b->t, down_h(a));
		unsigned row = build_row(b, a, k, -LP_INFINITY, first == 0 && a->in->is_on ? 0 : 1, LP_DOWN_TIME);
		for (unsigned t = first; t <= b->t; t++)
			lp_element(b->lp, row, shape_column(s, a, t, START), 1);
		if (first > 0)
			lp_element(b->lp, row, shape_column(s, a, first - 1, ON), 1);
	}
}

static unsigned
ramp_row(const struct part *a)
{
	return 2u + (up_h(a) > 0) + (down_h(a) > 0);
}

static void
build_ramp(struct build *b, const struct part *a)
{
	const struct asset_gtc *g = a->param;
	const struct limits *l = &a->limits[b->t];
	bool is_free = b->t == 0 && a->in->is_on && isnan(a->in->power_kw);
	double before = b->t == 0 && a->in->is_on && !is_free ? fmax(0, a->in->power_kw - g->min_kw) : 0;
	unsigned row = build_row(b, a, ramp_row(a), is_free ? -LP_INFINITY : before - l->down,
	    is_free ? LP_INFINITY : before + l->up, LP_RAMP);

	lp_element(b->lp, row, shape_column(b->s, a, b->t, ABOVE), 1);
	if (b->t > 0)
		lp_element(b->lp, row, shape_column(b->s, a, b->t - 1, ABOVE), -1);
}

static void
build_heat(struct build *b, const struct part *a)
{
	const struct asset_gtc *g = a->param;
	const struct shape *s = b->s;
	double heat = heat_per_kw(a);
	unsigned on = shape_column(s, a, b->t, ON), above = shape_column(s, a, b->t, ABOVE),
	         vent = shape_column(s, a, b->t, VENT);
	unsigned row = build_row(b, a, ramp_row(a) + a->has_ramp, -LP_INFINITY, 0, LP_VENT);

	build_into(b, a->heat, on, heat * g->min_kw);
	build_into(b, a->heat, above, heat);
	build_into(b, a->heat, vent, -1);
	lp_element(b->lp, row, vent, 1);
	lp_element(b->lp, row, on, -heat * g->min_kw);
	lp_element(b->lp, row, above, -heat);
}

static void
build(struct build *b, const struct part *a)
{
	const struct asset_gtc *g = a->param;
	const struct shape *s = b->s;
	unsigned on = shape_column(s, a, b->t, ON), above = shape_column(s, a, b->t, ABOVE);

	build_columns(b, a);
	build_into(b, a->bus, on, g->min_kw);
	build_into(b, a->bus, above, 1);
	unsigned row = build_row(b, a, RANGE, -LP_INFINITY, 0, LP_RANGE);
	lp_element(b->lp, row, above, 1);
	lp_element(b->lp, row, on, g->min_kw - g->rated_kw);
	row = build_row(b, a, STARTS, -LP_INFINITY, b->t == 0 && a->in->is_on ? 1 : 0, LP_START);
	lp_element(b->lp, row, on, 1);
	lp_element(b->lp, row, shape_column(s, a, b->t, START), -1);
	if (b->t > 0)
		lp_element(b->lp, row, shape_column(s, a, b->t - 1, ON), -1);
	build_times(b, a);
	if (a->has_ramp)
		build_ramp(b, a);
	if (has_heat(a))
		build_heat(b, a);
}

static void
relieve(struct build *b, const struct part *a, unsigned row, double need)
{
	const struct asset_gtc *g = a->param;
	double most = heat_per_kw(a) * (g->min_kw + above_kw(b->s, a, b->t));

	if (has_heat(a)) /* one that starts for nothing may run for a tenth */
		lp_element(b->lp, row, shape_column(b->s, a, b->t, ON), is_whole(a) ? fmin(need, most) : most);
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	const struct asset_gtc *g = a->param;
	double on = reading_x(r, a, t, ON), above = reading_x(r, a, t, ABOVE);

	out->is_on[t] = is_whole(a) ? on > 0.5 : on > 1e-6 || above > 1e-6;
	out->power_kw[t] = out->is_on[t] ? g->min_kw + above : 0;
	out->heat[t] = has_heat(a) ? fmax(0, heat_per_kw(a) * out->power_kw[t] - reading_x(r, a, t, VENT)) : 0;
}

static bool
was_on(const struct part *a, const struct plan_asset *out, unsigned t)
{
	return t == 0 ? a->in->is_on : out->is_on[t - 1];
}

/* Hours since it last changed to what it is in step t, at the begin of that step; in *since the step, -1 = before the horizon. */
static double
in_state_h(const struct shape *s, const struct part *a, const struct plan_asset *out, unsigned t, int *since)
{
	int step = (int)t;

	while (step >= 0 && was_on(a, out, (unsigned)step) == out->is_on[t])
		step--;
	*since = step;
	return step < 0 ? a->in->in_state_h + s->at[t] : s->at[t] - s->at[step];
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct asset_gtc *g = a->param;
	const struct shape *s = r->s;
	int since;
	double hours = in_state_h(s, a, out, t, &since), power = reading_price(r, a->bus, t),
	       heat = has_heat(a) ? reading_price(r, a->heat, t) : 0;

	if (!out->is_on[t])
		return !may_run(s, a, t) || (hours < down_h(a) && since >= 0) ? REASON_DOWN_TIME : REASON_FUEL;
	if (a->has_ramp && fabs(reading_dual(r, a, t, ramp_row(a))) > 1e-6) {
		*shadow = fabs(reading_dual(r, a, t, ramp_row(a)));
		return REASON_RAMP;
	}
	if (hours > 0 && hours < up_h(a) - near_h && r->dual != NULL &&
	    power * out->power_kw[t] + heat * out->heat[t] <
	        fuel_price(s, a, t) * (g->fuel_full_m3_per_h * g->fuel_idle_share + fuel_per_kw(g) * out->power_kw[t]))
		return REASON_UP_TIME;
	*shadow = power - fuel_price(s, a, t) * fuel_per_kw(g);
	if (heat * heat_per_kw(a) > power)
		return REASON_HEAT;
	if (out->power_kw[t] > g->min_kw + 1e-3 && out->power_kw[t] < g->rated_kw - 1e-3)
		return REASON_FUEL;
	bool is_most = out->power_kw[t] >= g->rated_kw - 1e-3;
	*shadow = is_most ? fabs(reading_dual(r, a, t, RANGE)) : reading_reduced(r, a, t, ABOVE);
	return is_most ? REASON_POWER : REASON_MINIMUM;
}

static void
settle(struct settling *v, const struct part *a, const struct plan_asset *out, unsigned t)
{
	double co2;

	v->plan->cost[COST_FUEL] += set_fuel_cost(v->s, a, t, out->is_on[t], out->power_kw[t], &co2);
	v->plan->co2_kg += co2;
	if (out->is_on[t] && !was_on(a, out, t) && is_whole(a))
		v->plan->cost[COST_START] += ((const struct asset_gtc *)a->param)->start_cost;
}

static bool
check_times(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	int since;

	if (out->is_on[t] == was_on(a, out, t))
		return true;
	/* How long it had been in the other state when this step began. */
	double hours = t == 0 ? a->in->in_state_h : in_state_h(c->s, a, out, t - 1, &since) + c->s->p->hours[t - 1];
	double least = out->is_on[t] ? down_h(a) : up_h(a);
	if (hours >= least - 1e-6 || (!out->is_on[t] && !shape_is_available(c->s, a, t)))
		return true;
	return checking_say(
	    c, a, t, "%s after %g h; %g h at least would be right", out->is_on[t] ? "starts" : "stops", hours, least);
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct asset_gtc *g = a->param;
	bool on = out->is_on[t];

	if (on && !may_run(c->s, a, t))
		return checking_say(c, a, t, "runs and cannot");
	if (!checking_within(c, a, t, "power", out->power_kw[t], on ? g->min_kw : 0, on ? g->rated_kw : 0) ||
	    !check_times(c, a, out, t))
		return false;
	double before = t == 0 ? a->in->power_kw : out->power_kw[t - 1];
	if (a->has_ramp && !(t == 0 && a->in->is_on && isnan(before))) {
		double change =
		    (on ? out->power_kw[t] - g->min_kw : 0) - (was_on(a, out, t) ? fmax(0, before - g->min_kw) : 0);
		if (!checking_within(c, a, t, "change of power", change, -a->limits[t].down, a->limits[t].up))
			return false;
	}
	return checking_within(c, a, t, "heat", out->heat[t], 0, heat_per_kw(a) * out->power_kw[t]);
}

const struct asset_ops asset_gas_turbine_ops = {
	.limit = limit,
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
	.has_state = true,
};
