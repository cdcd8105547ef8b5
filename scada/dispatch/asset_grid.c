/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_grid.c - the connection to the utility in the plan: import, export, and what was filed of it for each window.
 * What is filed is sold; what is missing of it is bought for price_short, what is too much brings price_surplus.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { IMPORT, EXPORT, MODE };

/*
 * Who does not know how a window comes out reckons with three ways of it: as foreseen, and so many standard deviations to either side with this
 * weight (so that their deviation is about the one: 2 x 0.3 x 1.2^2 = 0.86). The mean of the three is convex as each is, with bends at the
 * three: near what was filed a kWh less costs its price with 0.7 and saves the other with 0.3.
 */
#define OFF_DEVIATIONS 1.2
#define OFF_WEIGHT     0.3

static bool
has_filed(const struct part *a)
{
	return a->in->series[SERIES_FILED_KW] != NULL;
}

/* Does a bus further down live on what this one exports? */
static bool
has_fed(const struct shape *s, const struct part *a)
{
	for (unsigned i = 0; i < s->bus_count; i++)
		if (s->places[i].is_fed && s->places[i].grid == (int)shape_number(s, a))
			return true;
	return false;
}

static unsigned
filed_columns(const struct shape *s, const struct part *a)
{
	return !has_filed(a) ? 0 : s->p->unsure_kw != NULL ? 4 : 2;
}

static unsigned
columns(const struct shape *s, const struct part *a)
{
	return 2u + a->has_mode + filed_columns(s, a);
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	return 4u * a->has_mode + has_filed(a) + has_fed(s, a);
}

static double
most(const struct shape *s, const struct part *a, enum series_kind k, unsigned t)
{
	return shape_is_available(s, a, t) ? shape_at(s, a, k, t) : 0;
}

static double
most_ever(const struct shape *s, const struct part *a, enum series_kind k)
{
	double kw = 0;

	for (unsigned t = 0; t < s->p->steps; t++)
		kw = fmax(kw, shape_at(s, a, k, t));
	return kw;
}

/* Does giving bring more than taking costs? Then not both ways at once. */
static bool
pays(const struct shape *s, const struct part *a, unsigned t)
{
	return shape_at(s, a, SERIES_PRICE_EXPORT, t) > import_price(s, shape_number(s, a), t);
}

/* Held at something, it may be held at what nobody takes. */
static bool
is_held(const struct shape *s, const struct part *a, unsigned t)
{
	return !isnan(shape_at(s, a, SERIES_FIXED_KW, t));
}

static void
build_mode(struct build *b, const struct part *a, unsigned import, unsigned export)
{
	const struct shape *s = b->s;
	bool binds = pays(s, a, b->t);
	double in = most_ever(s, a, SERIES_IMPORT_MAX), out = most_ever(s, a, SERIES_EXPORT_MAX);

	unsigned mode = build_column(b, a, MODE, 0, binds, 0, true, LP_MODE);
	unsigned row = build_row(b, a, 0, -LP_INFINITY, binds ? 0 : LP_INFINITY, LP_MODE);

	lp_element(b->lp, row, import, 1);
	lp_element(b->lp, row, mode, -in);
	row = build_row(b, a, 1, -LP_INFINITY, binds ? out : LP_INFINITY, LP_MODE);
	lp_element(b->lp, row, export, 1);
	lp_element(b->lp, row, mode, out);
}

/* kWh of net export filed for the window that ends in step t; NaN: none, or not for all of it. */
static double
filed_kwh(const struct shape *s, const struct part *a, unsigned t)
{
	double kwh = 0;

	for (unsigned i = shape_window_begin(s->p, t); i <= t; i++)
		kwh += shape_at(s, a, SERIES_FILED_KW, i) * s->p->hours[i];
	return kwh;
}

/* The columns of what is less or more than filed: k and k + 1, and with them those within what nobody is sure of, k + 2 and k + 3. */
static void
build_off(struct build *b, const struct part *a, unsigned k, unsigned row, bool is_filed, double missing, double more)
{
	const struct shape *s = b->s;
	double upper = is_filed ? LP_INFINITY : 0;

	lp_element(b->lp, row, build_column(b, a, k, 0, upper, missing, false, LP_SHORT), 1);
	lp_element(b->lp, row, build_column(b, a, k + 1, 0, upper, more, false, LP_SURPLUS), -1);
	if (s->p->unsure_kw == NULL)
		return;
	double near = is_filed ? OFF_DEVIATIONS * s->p->unsure_kw[b->t] * shape_window_hours(s->p, b->t) : 0;
	double near_missing = missing - OFF_WEIGHT * (missing + more), near_more = more - OFF_WEIGHT * (missing + more);
	lp_element(b->lp, row, build_column(b, a, k + 2, 0, near, near_missing, false, LP_SHORT), 1);
	lp_element(b->lp, row, build_column(b, a, k + 3, 0, near, near_more, false, LP_SURPLUS), -1);
}

static void
build_filed(struct build *b, const struct part *a, unsigned k, unsigned row)
{
	const struct shape *s = b->s;
	double kwh = shape_window_ends(s->p, b->t) ? filed_kwh(s, a, b->t) : (double)NAN;
	double sold = shape_at(s, a, SERIES_PRICE_EXPORT, b->t);

	row = build_row(b, a, row, isnan(kwh) ? -LP_INFINITY : kwh, isnan(kwh) ? LP_INFINITY : kwh, LP_FILED);
	build_off(b, a, k, row, !isnan(kwh), shape_at(s, a, SERIES_PRICE_SHORT, b->t) - sold + s->w.filed,
	    sold - shape_at(s, a, SERIES_PRICE_SURPLUS, b->t) + s->w.filed);
	for (unsigned t = shape_window_begin(s->p, b->t); !isnan(kwh) && t <= b->t; t++) {
		lp_element(b->lp, row, shape_column(s, a, t, EXPORT), s->p->hours[t]);
		lp_element(b->lp, row, shape_column(s, a, t, IMPORT), -s->p->hours[t]);
	}
}

static void
build_fed(struct build *b, const struct part *a, unsigned export, unsigned k)
{
	const struct shape *s = b->s;
	unsigned row = build_row(b, a, k, -LP_INFINITY, 0, LP_WHEEL);

	lp_element(b->lp, row, export, -1);
	for (unsigned i = 0; i < s->bus_count; i++) {
		const struct place *v = &s->places[i];
		if (v->is_fed && v->grid == (int)shape_number(s, a))
			lp_element(b->lp, row, b->t * s->step_columns + v->column + 1u + v->has_reserve, 1);
	}
}

static void
build(struct build *b, const struct part *a)
{
	const struct shape *s = b->s;
	double held = shape_at(s, a, SERIES_FIXED_KW, b->t), in = most(s, a, SERIES_IMPORT_MAX, b->t),
	       out = most(s, a, SERIES_EXPORT_MAX, b->t);
	double bring = b->h * shape_at(s, a, SERIES_PRICE_EXPORT, b->t),
	       cost = b->h * import_price(s, shape_number(s, a), b->t);

	if (!isnan(held)) {
		in = fmin(in, fmax(held, 0));
		out = fmin(out, fmax(-held, 0));
		cost -= b->h * s->w.held * (held > 0);
		bring += b->h * s->w.held * (held < 0);
	}
	unsigned import = build_column(b, a, IMPORT, 0, in, cost, false, LP_IMPORT);
	unsigned export = build_column(b, a, EXPORT, 0, out, -bring, false, LP_EXPORT);
	build_into(b, a->bus, import, 1);
	build_into(b, a->bus, export, -1);
	if (a->has_mode)
		build_mode(b, a, import, export);
	if (has_filed(a))
		build_filed(b, a, MODE + a->has_mode, 2u * a->has_mode);
	if (has_fed(s, a))
		build_fed(b, a, export, 2u * a->has_mode + has_filed(a));
	if (a->has_mode) {
		unsigned net = 2u * a->has_mode + has_filed(a) + has_fed(s, a);
		bool binds = pays(s, a, b->t) && !is_held(s, a, b->t);
		unsigned drawn = build_row(b, a, net, -LP_INFINITY, LP_INFINITY, LP_NET);
		unsigned given = build_row(b, a, net + 1, -LP_INFINITY, LP_INFINITY, LP_NET);
		if (binds) {
			build_drawn(b, a, drawn);
			build_given(b, a, given);
		}
	}
}

unsigned
grid_filed_row(const struct part *a)
{
	return 2u * a->has_mode;
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	out->power_kw[t] = reading_x(r, a, t, IMPORT) - reading_x(r, a, t, EXPORT);
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	const struct shape *s = r->s;
	double kw = out->power_kw[t];

	if (!shape_is_available(s, a, t))
		return REASON_ISLAND;
	if (fabs(kw) < 1e-3)
		return REASON_NONE;
	double limit = kw > 0 ? most(s, a, SERIES_IMPORT_MAX, t) : -most(s, a, SERIES_EXPORT_MAX, t);
	if (fabs(kw - limit) > 1e-3)
		return reading_common(r, a, t, true, shadow);
	double own = kw > 0 ? import_price(s, shape_number(s, a), t) : shape_at(s, a, SERIES_PRICE_EXPORT, t);
	*shadow = r->dual != NULL ? fabs(reading_price(r, a->bus, t) - own) : 0;
	return REASON_GRID_LIMIT;
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	return checking_within(c, a, t, "power", out->power_kw[t], -most(c->s, a, SERIES_EXPORT_MAX, t),
	    most(c->s, a, SERIES_IMPORT_MAX, t));
}

const struct asset_ops asset_grid_ops = {
	.columns = columns,
	.rows = rows,
	.build = build,
	.read = read,
	.reason = reason,
	.check = check,
	.has_power = true,
};
