/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_check.c - is a plan true?  Nothing of the lp is in here: limits of each asset, then balances, costs and goals settled again.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/dispatch/plan_private.h"

static bool say(const struct checking *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool
say(const struct checking *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, c->size, fmt, ap);
	va_end(ap);
	return false;
}

bool
checking_say(const struct checking *c, const struct part *a, unsigned t, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(c->why, c->size, "%s, step %u: ", a->asset->name, t);

	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < c->size)
		vsnprintf(c->why + n, c->size - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

bool
checking_within(
    const struct checking *c, const struct part *a, unsigned t, const char *what, double v, double low, double high)
{
	if (v >= low - c->tolerance && v <= high + c->tolerance)
		return true;
	return checking_say(c, a, t, "%s %g; %g to %g would be right", what, v, low, high);
}

static bool
is_finite(const double *v, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

/* The arrays that its kind wants are there and hold numbers. */
static bool
check_asset_form(const struct checking *c, unsigned i)
{
	const struct plan_asset *out = &c->plan->assets[i];
	const struct asset_ops *ops = c->s->parts[i].ops;
	const char *name = c->s->parts[i].asset->name;
	unsigned steps = c->plan->steps;

	if (out->power_kw == NULL || out->reason == NULL || out->shadow == NULL ||
	    (ops->has_energy != (out->energy != NULL)) || (ops->has_heat != (out->heat != NULL)) ||
	    (ops->has_state != (out->is_on != NULL)))
		return say(c, "%s: the plan does not hold what its kind has", name);
	if (!is_finite(out->power_kw, steps) || !is_finite(out->shadow, steps) ||
	    (out->energy != NULL && !is_finite(out->energy, steps)) ||
	    (out->heat != NULL && !is_finite(out->heat, steps)))
		return say(c, "%s: the plan holds a figure that is not finite", name);
	for (unsigned t = 0; t < steps; t++) {
		if (out->reason[t] >= REASON_COUNT)
			return say(c, "%s, step %u: reason %u; less than %d would be right", name, t, out->reason[t],
			    REASON_COUNT);
		if (!ops->has_power && out->power_kw[t] != 0)
			return say(c, "%s, step %u: power %g and it is not electric", name, t, out->power_kw[t]);
	}
	return true;
}

static bool
check_form(const struct checking *c)
{
	const struct plan *plan = c->plan;
	const struct problem *p = c->s->p;

	if (plan->hours == NULL || plan->assets == NULL || plan->price == NULL || plan->reserve_kwh == NULL ||
	    plan->need_kwh == NULL || plan->survival_h == NULL || (plan->relaxed == NULL && plan->relaxed_count > 0))
		return say(c, "the plan does not hold what a plan has");
	if (plan->steps != p->steps || plan->asset_count != p->asset_count || plan->bus_count != c->s->bus_count)
		return say(c, "the plan has %u steps, %u assets, %u buses; %u, %u, %u would be right", plan->steps,
		    plan->asset_count, plan->bus_count, p->steps, p->asset_count, c->s->bus_count);
	if (plan->start.us != p->start.us)
		return say(c, "the plan begins at another time than the problem");
	for (unsigned t = 0; t < p->steps; t++)
		if (!(fabs(plan->hours[t] - p->hours[t]) < 1e-9))
			return say(c, "step %u: it has %g h; %g would be right", t, plan->hours[t], p->hours[t]);
	if (!is_finite(plan->price, plan->steps * plan->bus_count))
		return say(c, "the plan holds a price that is not finite");
	for (unsigned i = 0; i < p->asset_count; i++)
		if (!check_asset_form(c, i))
			return false;
	return true;
}

static bool
same(const struct checking *c, const char *what, double v, double right)
{
	if (isnan(v) && isnan(right))
		return true;
	if (fabs(v - right) <= 1e-6 * (1 + fabs(right)))
		return true;
	return say(c, "%s is %.9g; %.9g would be right", what, v, right);
}

static bool
check_relaxed(const struct checking *c, const struct plan *right)
{
	if (c->plan->relaxed_count != right->relaxed_count)
		return say(c, "%u goals are said not to be kept; %u would be right", c->plan->relaxed_count,
		    right->relaxed_count);
	for (unsigned i = 0; i < right->relaxed_count; i++) {
		const struct plan_relaxed *v = &c->plan->relaxed[i], *r = &right->relaxed[i];
		if (v->what != r->what || v->asset != r->asset || v->bus != r->bus || v->step != r->step ||
		    !(fabs(v->size - r->size) <= 1e-6 * (1 + r->size)))
			return say(c,
			    "goal %u that is not kept: %s of asset %d, bus %d, step %d by %g; %s, %d, %d, %d, %g would "
			    "be right",
			    i, relax_name(v->what), v->asset, v->bus, v->step, v->size, relax_name(r->what), r->asset,
			    r->bus, r->step, r->size);
	}
	return true;
}

static bool
check_sums(const struct checking *c, const struct plan *right)
{
	const struct plan *v = c->plan;

	for (int k = 0; k < COST_PARTS; k++)
		if (!same(c, cost_name(k), v->cost[k], right->cost[k]))
			return false;
	for (unsigned i = 0; i < v->steps * v->bus_count; i++)
		if (!same(c, "reserve_kwh", v->reserve_kwh[i], right->reserve_kwh[i]) ||
		    !same(c, "need_kwh", v->need_kwh[i], right->need_kwh[i]) ||
		    !same(c, "survival_h", v->survival_h[i], right->survival_h[i]))
			return false;
	return same(c, "total", v->total, right->total) && same(c, "co2_kg", v->co2_kg, right->co2_kg) &&
	    same(c, "unserved_kwh", v->unserved_kwh, right->unserved_kwh) &&
	    same(c, "over_kwh", v->over_kwh, right->over_kwh) && same(c, "peak_kw", v->peak_kw, right->peak_kw);
}

/* The same setpoints, settled anew. */
static bool
check_settled(const struct checking *c)
{
	struct plan right = { .steps = c->plan->steps,
		.asset_count = c->plan->asset_count,
		.bus_count = c->plan->bus_count,
		.hours = c->plan->hours,
		.assets = c->plan->assets };
	unsigned flat = right.steps * right.bus_count;

	right.reserve_kwh = xcalloc(flat, sizeof(*right.reserve_kwh));
	right.need_kwh = xcalloc(flat, sizeof(*right.need_kwh));
	right.survival_h = xcalloc(flat, sizeof(*right.survival_h));
	bool is_right = plan_settle(c->s, &right, c->tolerance, c->why, c->size) && check_relaxed(c, &right) &&
	    check_sums(c, &right);
	free(right.reserve_kwh);
	free(right.need_kwh);
	free(right.survival_h);
	free(right.relaxed);
	return is_right;
}

static bool
check(const struct checking *c)
{
	if (!check_form(c))
		return false;
	for (unsigned i = 0; i < c->s->p->asset_count; i++) {
		const struct part *a = &c->s->parts[i];
		for (unsigned t = 0; t < c->s->p->steps; t++)
			if (!a->ops->check(c, a, &c->plan->assets[i], t))
				return false;
	}
	return check_settled(c);
}

bool
dispatch_plan_check(const struct problem *p, const struct plan *plan, double tolerance_kw, char *why, size_t size)
{
	struct shape *s = shape_new(p);
	const struct checking c = { .s = s, .plan = plan, .tolerance = tolerance_kw, .why = why, .size = size };
	bool is_right = check(&c);

	shape_free(s);
	return is_right;
}
