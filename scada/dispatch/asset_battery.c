/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_battery.c - a battery in the plan: charge, discharge, stored at the end of the step.  What it loses while it stands is of what lies
 * above its least: a battery at rest does not leave its band. Its ramp is a matter of seconds and left to the guard.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

#define LATE 4 /* times the least that a kWh costs, at the end of the horizon; far above what storing early is worth */
enum { CHARGE, DISCHARGE, STORED, MODE };
enum { ENERGY, MODE_CHARGE, MODE_DISCHARGE };

static double
kwh_at(const struct part *a, double soc_pct)
{
	return soc_pct / 100 * ((const struct asset_battery *)a->param)->energy_kwh * a->in->health;
}

/* What it begins with may be outside of its band: then it does not go further out. */
double
battery_low_kwh(const struct part *a)
{
	return fmin(a->in->energy_kwh, kwh_at(a, ((const struct asset_battery *)a->param)->soc_min_pct));
}

double
battery_high_kwh(const struct part *a)
{
	return fmax(a->in->energy_kwh, kwh_at(a, ((const struct asset_battery *)a->param)->soc_max_pct));
}

static double
kept(const struct shape *s, const struct part *a, unsigned t)
{
	return fmax(0, 1 - ((const struct asset_battery *)a->param)->standby_pct_per_day / 100 * s->p->hours[t] / 24);
}

/* kWh at the end of a step that began with `before`. */
static double
after(const struct shape *s, const struct part *a, unsigned t, double before, double kw)
{
	const struct asset_battery *v = a->param;
	double low = battery_low_kwh(a);

	return low + (before - low) * kept(s, a, t) -
	    s->p->hours[t] * (kw > 0 ? kw / v->efficiency_discharge : kw * v->efficiency_charge);
}

static void
limit(const struct shape *s, struct part *a)
{
	const struct asset_battery *v = a->param;

	a->limits = arena_alloc(s->arena, s->p->steps * sizeof(*a->limits));
	for (unsigned t = 0; t < s->p->steps; t++) {
		bool is_there = shape_is_available(s, a, t);
		a->limits[t].low = is_there ? -v->charge_kw : 0;
		a->limits[t].high = is_there ? v->discharge_kw : 0;
	}
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	return 3u + a->has_mode;
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	return 1u + 2u * a->has_mode;
}

static void
build_columns(struct build *b, const struct part *a)
{
	const struct asset_battery *v = a->param;
	const struct shape *s = b->s;
	double in = -a->limits[b->t].low, out = a->limits[b->t].high, held = shape_at(s, a, SERIES_FIXED_KW, b->t);
	double least = s->w.least * b->h, wear = v->wear_cost_per_kwh * b->h, reward = 0;
	/*
	 * Of two hours that cost the same the first one is served: nobody knows how long an outage lasts, and what is given makes room for
	 * sun that is not foreseen.
	 */
	double late = LATE * least * s->at[b->t] / s->at[s->p->steps];
	double worth = s->w.early * b->h + (b->t + 1 == s->p->steps ? a->end_value : 0);

	if (!isnan(held)) {
		in = fmin(in, fmax(0, -held));
		out = fmin(out, fmax(0, held));
		reward = s->w.held * b->h;
	}
	build_column(b, a, CHARGE, 0, in, least - reward, false, LP_CHARGE);
	build_column(b, a, DISCHARGE, 0, out, least + wear + late - reward, false, LP_DISCHARGE);
	build_column(b, a, STORED, battery_low_kwh(a), battery_high_kwh(a), -worth, false, LP_STORED);
}

static void
build_mode(struct build *b, const struct part *a)
{
	const struct asset_battery *v = a->param;
	const struct shape *s = b->s;
	bool binds = s->may_be_burnt[(unsigned)a->bus * s->p->steps + b->t] && a->limits[b->t].high > 0;
	unsigned mode = build_column(b, a, MODE, 0, binds, 0, true, LP_MODE);
	unsigned row = build_row(b, a, MODE_CHARGE, -LP_INFINITY, binds ? 0 : LP_INFINITY, LP_MODE);

	lp_element(b->lp, row, shape_column(s, a, b->t, CHARGE), 1);
	lp_element(b->lp, row, mode, -v->charge_kw);
	row = build_row(b, a, MODE_DISCHARGE, -LP_INFINITY, binds ? v->discharge_kw : LP_INFINITY, LP_MODE);
	lp_element(b->lp, row, shape_column(s, a, b->t, DISCHARGE), 1);
	lp_element(b->lp, row, mode, v->discharge_kw);
}

static void
build(struct build *b, const struct part *a)
{
	const struct asset_battery *v = a->param;
	const struct shape *s = b->s;
	double low = battery_low_kwh(a), keep = kept(s, a, b->t);
	double rest = low * (1 - keep) + (b->t == 0 ? keep * a->in->energy_kwh : 0);

	build_columns(b, a);
	unsigned charge = shape_column(s, a, b->t, CHARGE), discharge = shape_column(s, a, b->t, DISCHARGE);
	build_into(b, a->bus, charge, -1);
	build_into(b, a->bus, discharge, 1);
	unsigned row = build_row(b, a, ENERGY, rest, rest, LP_ENERGY);
	lp_element(b->lp, row, shape_column(s, a, b->t, STORED), 1);
	lp_element(b->lp, row, charge, -b->h * v->efficiency_charge);
	lp_element(b->lp, row, discharge, b->h / v->efficiency_discharge);
	if (b->t > 0)
		lp_element(b->lp, row, shape_column(s, a, b->t - 1, STORED), -keep);
	if (a->has_mode)
		build_mode(b, a);
}

/* Both ways at once is one way and a loss: that way is taken, and what then no longer fits, there or later, is not charged. */
static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	const struct asset_battery *v = a->param;
	double before = t == 0 ? a->in->energy_kwh : out->energy[t - 1], high = battery_high_kwh(a);
	double charge = reading_x(r, a, t, CHARGE), discharge = reading_x(r, a, t, DISCHARGE), kw = discharge - charge;
	double stored = after(r->s, a, t, before, kw);

	if (stored > high) {
		kw = fmin(0, kw + (stored - high) / (r->s->p->hours[t] * v->efficiency_charge));
		stored = after(r->s, a, t, before, kw);
	}
	out->power_kw[t] = kw;
	out->energy[t] = fmin(high, fmax(battery_low_kwh(a), stored));
}

static enum plan_reason
at_its_end(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	*shadow = reading_reduced(r, a, t, STORED) * r->s->p->hours[t];
	if (out->energy[t] <= battery_low_kwh(a) + 1e-3)
		return REASON_SOC_LOW;
	return out->energy[t] >= battery_high_kwh(a) - 1e-3 ? REASON_SOC_HIGH : REASON_NONE;
}

static bool
is_surplus(const struct reading *r, const struct part *a, unsigned t)
{
	const struct shape *s = r->s;
	int grid = s->places[a->bus].grid;

	if (r->dual == NULL)
		return false;
	if (grid < 0 || s->is_island[(unsigned)a->bus * s->p->steps + t])
		return reading_price(r, a->bus, t) <= 1e-6;
	return reading_price(r, a->bus, t) <= problem_at(s->p, (unsigned)grid, SERIES_PRICE_EXPORT, t) + 1e-6;
}

/* What a goal wants of it goes first, then what stops it, then what a kWh is worth. */
static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct limits *l = &a->limits[t];
	double kw = out->power_kw[t];
	bool gives = kw > 1e-3, takes = kw < -1e-3;
	enum plan_reason why = reading_common(r, a, t, gives, shadow);

	if ((gives && (why == REASON_PEAK || why == REASON_FILED)) ||
	    (takes && (why == REASON_RESERVE || why == REASON_FILED)))
		return why;
	if (takes && is_surplus(r, a, t)) {
		*shadow = reading_price(r, a->bus, t);
		return REASON_SURPLUS;
	}
	if ((gives && kw >= l->high - 1e-3) || (takes && kw <= l->low + 1e-3)) {
		*shadow = reading_reduced(r, a, t, gives ? DISCHARGE : CHARGE);
		return REASON_POWER;
	}
	enum plan_reason end = at_its_end(r, a, out, t, shadow);
	if (end != REASON_NONE)
		return end;
	why = gives || takes ? REASON_NONE : reading_common(r, a, t, false, shadow);
	if (why != REASON_NONE)
		return why;
	*shadow = reading_price(r, a->bus, t);
	return REASON_PRICE;
}

static void
settle(struct settling *v, const struct part *a, const struct plan_asset *out, unsigned t)
{
	v->plan->cost[COST_WEAR] +=
	    ((const struct asset_battery *)a->param)->wear_cost_per_kwh * v->s->p->hours[t] * fmax(0, out->power_kw[t]);
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	const struct limits *l = &a->limits[t];
	double before = t == 0 ? a->in->energy_kwh : out->energy[t - 1];
	double stored = after(c->s, a, t, before, out->power_kw[t]);

	return checking_within(c, a, t, "power", out->power_kw[t], l->low, l->high) &&
	    checking_within(c, a, t, "stored", out->energy[t], battery_low_kwh(a), battery_high_kwh(a)) &&
	    checking_within(c, a, t, "stored, from its power,", out->energy[t], stored, stored);
}

const struct asset_ops asset_battery_ops = {
	.limit = limit,
	.columns = columns,
	.rows = rows,
	.build = build,
	.read = read,
	.reason = reason,
	.settle = settle,
	.check = check,
	.has_power = true,
	.has_energy = true,
};
