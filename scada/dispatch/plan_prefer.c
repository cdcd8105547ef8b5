/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_prefer.c - the lp once more, with a price on unrest.  What runs and which goals are not kept stays as it was found; of what is left open,
 * and a little beyond, that is taken which changes least: from step to step, and from the plan before.
 *
 * All is weighed in kW: a kW of change from one step to the next is 1, a kW off the plan before 2 (so it does not flap), and 0.5 beyond
 * the first hours, in which all will be planned again; early charging, less energy through batteries, and the same through each decide what
 * is still even.  A kW costs what is allowed, divided by the unrest of x: so no calmer plan can be dearer than x by more than what is
 * allowed, for it could only save that unrest.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

static const double change = 1, off_before = 2, off_later = 0.5, near_h = 6, early = 1e-3, through = 1e-2, uneven = 0.2;

enum { CHARGE, DISCHARGE, STORED }; /* of asset_battery.c */
enum { ABOVE = 2, POWER = 0 };      /* of asset_gas_turbine.c, asset_steam_turbine.c */

struct calm {
	const struct shape *s;
	const struct lp *from;
	const double *x;
	const struct prefer *wish;
	struct lp *lp;
	double unrest; /* of x, kW */
};

/* Held by a person, decided, or what is missing of a goal: not to be moved for calm. */
static bool
stays(const struct calm *c, unsigned column)
{
	const struct lp_label *l = &c->from->column_label[column];

	if (c->from->is_binary[column])
		return true;
	if (l->asset >= 0 && l->step >= 0 &&
	    !isnan(problem_at(c->s->p, (unsigned)l->asset, SERIES_FIXED_KW, (unsigned)l->step)))
		return true;
	switch (l->what) {
	case LP_OVER:
	case LP_RESERVE_SHORT:
	case LP_LOST:
	case LP_HEAT_LOST:
	case LP_EXCESS: return true;
	default: return false;
	}
}

/* All columns and rows in their places. */
static void
copy(struct calm *c)
{
	const struct lp *f = c->from;

	for (unsigned i = 0; i < f->columns; i++) {
		double v = fmin(fmax(c->x[i], f->lower[i]), f->upper[i]);
		bool stay = stays(c, i);
		lp_column(c->lp, stay ? v : f->lower[i], stay ? v : f->upper[i], 0, false, f->column_label[i]);
	}
	for (unsigned r = 0; r < f->rows; r++)
		lp_row(c->lp, f->row_lower[r], f->row_upper[r], f->row_label[r]);
	for (unsigned i = 0; i < f->columns; i++)
		for (int e = f->start[i]; e < f->start[i + 1]; e++)
			lp_element(c->lp, (unsigned)f->index[e], i, f->value[e]);
}

/* What is in the costs so far are weights of unrest: now their price, and the money. */
static void
put_prices(struct calm *c)
{
	double price = c->unrest > 0 ? c->wish->within / c->unrest : 0;

	for (unsigned i = 0; i < c->lp->columns; i++)
		c->lp->cost[i] = price * c->lp->cost[i] + (i < c->from->columns ? c->from->cost[i] : 0);
}

/* |plus - minus - those of the step before - right| at this price. minus or before below 0: none. */
static void
charge_for(struct calm *c, const int plus[2], const int minus[2], double right, double price)
{
	struct lp_label label = c->from->column_label[plus[0]];

	label.what = LP_CALM;
	unsigned row = lp_row(c->lp, right, right, label), more = lp_column(c->lp, 0, LP_INFINITY, price, false, label),
	         less = lp_column(c->lp, 0, LP_INFINITY, price, false, label);
	double off = -right;
	for (int k = 0; k < 2; k++) {
		off += (k == 0 ? 1 : -1) * ((plus[k] >= 0 ? c->x[plus[k]] : 0) - (minus[k] >= 0 ? c->x[minus[k]] : 0));
		if (plus[k] >= 0)
			lp_element(c->lp, row, (unsigned)plus[k], k == 0 ? 1 : -1);
		if (minus[k] >= 0)
			lp_element(c->lp, row, (unsigned)minus[k], k == 0 ? -1 : 1);
	}
	c->unrest += price * fabs(off);
	lp_element(c->lp, row, more, -1);
	lp_element(c->lp, row, less, 1);
}

/* What the plan before wanted of it in this step; NaN: nothing. */
static double
before_kw(const struct calm *c, const struct part *a, unsigned t)
{
	const struct plan *b = c->wish->before;
	unsigned i = shape_number(c->s, a), step = t + c->wish->shift;

	if (b == NULL || b->asset_count != c->s->p->asset_count || step >= b->steps)
		return (double)NAN;
	double kw = b->assets[i].power_kw[step];
	if (a->asset->kind != ASSET_GTC)
		return kw;
	return fmax(0, kw - ((const struct asset_gtc *)a->param)->min_kw);
}

/* The power of an asset is that of one column less that of another. */
static void
keep_calm(struct calm *c, const struct part *a, int plus, int minus)
{
	const struct shape *s = c->s;

	for (unsigned t = 0; t < s->p->steps; t++) {
		int up[2] = { (int)shape_column(s, a, t, (unsigned)plus), -1 }, down[2] = { -1, -1 };
		if (minus >= 0)
			down[0] = (int)shape_column(s, a, t, (unsigned)minus);
		double kw = before_kw(c, a, t);
		if (!isnan(kw))
			charge_for(c, up, down, kw, s->at[t] < near_h ? off_before : off_later);
		if (t == 0)
			continue;
		up[1] = up[0] - (int)s->step_columns;
		if (minus >= 0)
			down[1] = down[0] - (int)s->step_columns;
		charge_for(c, up, down, 0, change);
	}
}

static void
use_battery(struct calm *c, const struct part *a)
{
	const struct shape *s = c->s;

	for (unsigned t = 0; t < s->p->steps; t++) {
		double h = s->p->hours[t];
		unsigned in = shape_column(s, a, t, CHARGE), out = shape_column(s, a, t, DISCHARGE),
		         stored = shape_column(s, a, t, STORED);
		c->lp->cost[in] = c->lp->cost[out] = through * h;
		c->lp->cost[stored] = -early * h;
		c->unrest += h * (through * (c->x[in] + c->x[out]) + early * (c->from->upper[stored] - c->x[stored]));
	}
}

/* Of the batteries on one bus: what goes through each, in times of what it holds, between a least and a most. */
static void
wear_evenly(struct calm *c, int bus)
{
	const struct shape *s = c->s;
	const struct lp_label label = { -1, (int16_t)bus, LP_NO_STEP, LP_CALM };
	double price = 0, lowest = HUGE_VAL, highest = 0;
	unsigned most = 0, least = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct asset_battery *v = a->param;
		double sum = 0;
		if (a->asset->kind != ASSET_BATTERY || a->bus != bus || v->energy_kwh <= 0)
			continue;
		if (price <= 0) {
			price = uneven * v->energy_kwh;
			most = lp_column(c->lp, 0, LP_INFINITY, price, false, label);
			least = lp_column(c->lp, 0, LP_INFINITY, -price, false, label);
		}
		unsigned below = lp_row(c->lp, -LP_INFINITY, 0, label), above = lp_row(c->lp, 0, LP_INFINITY, label);
		for (unsigned t = 0; t < s->p->steps; t++) {
			unsigned out = shape_column(s, a, t, DISCHARGE);
			double cycles = s->p->hours[t] / v->energy_kwh;
			lp_element(c->lp, below, out, cycles);
			lp_element(c->lp, above, out, cycles);
			sum += cycles * c->x[out];
		}
		lp_element(c->lp, below, most, -1);
		lp_element(c->lp, above, least, -1);
		lowest = fmin(lowest, sum);
		highest = fmax(highest, sum);
	}
	c->unrest += price * fmax(0, highest - lowest);
}

struct lp *
dispatch_plan_prefer(const struct problem *p, const struct lp *from, const double *x, const struct prefer *wish)
{
	struct shape *s = shape_new(p);
	struct calm c = { .s = s, .from = from, .x = x, .wish = wish, .lp = lp_new() };

	copy(&c);
	for (unsigned i = 0; i < p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		switch (a->asset->kind) {
		case ASSET_BATTERY:
			use_battery(&c, a);
			keep_calm(&c, a, DISCHARGE, CHARGE);
			break;
		case ASSET_GTC: keep_calm(&c, a, ABOVE, -1); break;
		case ASSET_STG: keep_calm(&c, a, POWER, -1); break;
		default: break;
		}
	}
	for (unsigned b = 0; b < s->bus_count; b++)
		if (!s->places[b].is_heat)
			wear_evenly(&c, (int)b);
	put_prices(&c);
	lp_finish(c.lp);
	shape_free(s);
	return c.lp;
}
