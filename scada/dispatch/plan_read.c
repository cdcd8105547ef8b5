/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_read.c - from a solution to setpoints, and why each is what it is.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/dispatch/plan_private.h"

static const double felt = 1e-6; /* a shadow price of less is none */

double
reading_x(const struct reading *r, const struct part *a, unsigned t, unsigned k)
{
	return r->x[shape_column(r->s, a, t, k)];
}

double
reading_dual(const struct reading *r, const struct part *a, unsigned t, unsigned k)
{
	return r->dual != NULL ? r->dual[shape_row(r->s, a, t, k)] / r->s->p->hours[t] : 0;
}

double
reading_reduced(const struct reading *r, const struct part *a, unsigned t, unsigned k)
{
	return r->reduced != NULL ? fabs(r->reduced[shape_column(r->s, a, t, k)]) / r->s->p->hours[t] : 0;
}

double
reading_price(const struct reading *r, int bus, unsigned t)
{
	return r->dual != NULL && bus >= 0 ? r->dual[shape_balance(r->s, bus, t)] / r->s->p->hours[t] : 0;
}

static unsigned
window_end(const struct problem *p, unsigned t)
{
	while (!shape_window_ends(p, t))
		t++;
	return t;
}

/* What a kWh drawn in step t costs by its half hour, beside its price. */
static double
peak_price(const struct reading *r, unsigned t)
{
	const struct shape *s = r->s;

	if (!s->has_demand)
		return 0;
	const double *dual = r->dual + window_end(s->p, t) * s->step_rows + s->window_row;
	return fabs(dual[0]) + (s->has_contract ? fabs(dual[1]) : 0);
}

static double
filed_price(const struct reading *r, const struct part *a, unsigned t)
{
	const struct shape *s = r->s;
	int g = s->places[a->bus].grid;

	if (g < 0 || s->p->assets[g].series[SERIES_FILED_KW] == NULL)
		return 0;
	const struct part *grid = &s->parts[g];
	return fabs(r->dual[shape_row(s, grid, window_end(s->p, t), grid_filed_row(grid))]);
}

enum plan_reason
reading_common(const struct reading *r, const struct part *a, unsigned t, bool gives, double *shadow)
{
	const struct shape *s = r->s;
	const struct place *at = &s->places[a->bus];

	*shadow = 0;
	if (r->dual == NULL)
		return REASON_NONE;
	if ((*shadow = filed_price(r, a, t)) > felt)
		return REASON_FILED;
	double reserve = at->has_reserve ? fabs(r->dual[t * s->step_rows + at->row + 1]) : 0,
	       peak = at->is_fed ? 0 : peak_price(r, t);
	if (peak > felt && (gives || reserve <= felt)) {
		*shadow = peak;
		return REASON_PEAK;
	}
	*shadow = reserve > felt ? reserve : 0;
	return reserve > felt ? REASON_RESERVE : REASON_NONE;
}

static void
read_reason(const struct reading *r, unsigned i, unsigned t)
{
	const struct part *a = &r->s->parts[i];
	struct plan_asset *out = &r->plan->assets[i];
	double shadow = 0;
	enum plan_reason why;

	if (!isnan(shape_at(r->s, a, SERIES_FIXED_KW, t)))
		why = REASON_HELD;
	else if (a->asset->kind != ASSET_GRID && !shape_is_available(r->s, a, t))
		why = REASON_OUT;
	else
		why = a->ops->reason(r, a, out, t, &shadow);
	out->reason[t] = (uint8_t)why;
	out->shadow[t] = isfinite(shadow) && r->dual != NULL && fabs(shadow) > felt ? shadow : 0;
}

struct plan *
plan_new(const struct shape *s)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));
	unsigned steps = s->p->steps, flat = steps * s->bus_count;

	plan->start = s->p->start;
	plan->steps = steps;
	plan->asset_count = s->p->asset_count;
	plan->bus_count = s->bus_count;
	plan->hours = xcalloc(steps, sizeof(*plan->hours));
	memcpy(plan->hours, s->p->hours, steps * sizeof(*plan->hours));
	plan->assets = xcalloc(plan->asset_count + 1, sizeof(*plan->assets));
	for (unsigned i = 0; i < plan->asset_count; i++) {
		struct plan_asset *out = &plan->assets[i];
		const struct asset_ops *ops = s->parts[i].ops;
		out->power_kw = xcalloc(steps, sizeof(*out->power_kw));
		out->energy = ops->has_energy ? xcalloc(steps, sizeof(*out->energy)) : NULL;
		out->heat = ops->has_heat ? xcalloc(steps, sizeof(*out->heat)) : NULL;
		out->is_on = ops->has_state ? xcalloc(steps, sizeof(*out->is_on)) : NULL;
		out->reason = xcalloc(steps, sizeof(*out->reason));
		out->shadow = xcalloc(steps, sizeof(*out->shadow));
	}
	plan->price = xcalloc(flat, sizeof(*plan->price));
	plan->reserve_kwh = xcalloc(flat, sizeof(*plan->reserve_kwh));
	plan->need_kwh = xcalloc(flat, sizeof(*plan->need_kwh));
	plan->survival_h = xcalloc(flat, sizeof(*plan->survival_h));
	return plan;
}

void
dispatch_plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	for (unsigned i = 0; i < plan->asset_count; i++) {
		struct plan_asset *out = &plan->assets[i];
		void *arrays[] = { out->power_kw, out->energy, out->heat, out->is_on, out->reason, out->shadow };
		for (size_t k = 0; k < ARRAY_LEN(arrays); k++)
			free(arrays[k]);
	}
	void *arrays[] = { plan->hours, plan->assets, plan->price, plan->reserve_kwh, plan->need_kwh, plan->survival_h,
		plan->relaxed, plan };
	for (size_t k = 0; k < ARRAY_LEN(arrays); k++)
		free(arrays[k]);
}

struct plan *
dispatch_plan_read(
    const struct problem *p, const struct lp *lp, const double *x, const double *dual, const double *reduced)
{
	struct shape *s = shape_new(p);
	struct plan *plan = plan_new(s);
	struct reading r = { .s = s, .x = x, .dual = dual, .reduced = reduced, .plan = plan };
	char why[1];

	assert(lp->steps == p->steps && lp->step_columns == s->step_columns && lp->step_rows == s->step_rows);
	for (unsigned t = 0; t < p->steps; t++)
		for (unsigned i = 0; i < p->asset_count; i++)
			s->parts[i].ops->read(&r, &s->parts[i], &plan->assets[i], t);
	plan_settle(s, plan, HUGE_VAL, why, sizeof(why));
	for (unsigned t = 0; t < p->steps; t++) {
		for (unsigned i = 0; i < p->asset_count; i++)
			read_reason(&r, i, t);
		for (unsigned b = 0; b < s->bus_count; b++)
			plan->price[b * p->steps + t] = s->places[b].is_heat ? 0 : reading_price(&r, (int)b, t);
	}
	shape_free(s);
	return plan;
}
