/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_settle.c - what a plan comes to: balances, costs, goals that are not kept, reserve; worked out from its setpoints.  The same for
 * one that was just read and for one that somebody hands in.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/dispatch/plan_private.h"

void
settle_relax(struct settling *v, enum relax what, int asset, int bus, unsigned step, double size)
{
	struct plan *p = v->plan;

	if (p->relaxed_count == v->room) {
		v->room = v->room < 16 ? 16 : 2 * v->room;
		p->relaxed = xrecallocarray(p->relaxed, p->relaxed_count, v->room, sizeof(*p->relaxed));
	}
	p->relaxed[p->relaxed_count++] = (struct plan_relaxed){
		.what = (uint8_t)what, .asset = (int16_t)asset, .bus = (int16_t)bus, .step = (int16_t)step, .size = size
	};
}

static int
in_order(const void *a, const void *b)
{
	const struct plan_relaxed *x = a, *y = b;

	if (x->what != y->what)
		return (int)x->what - (int)y->what;
	if (x->step != y->step)
		return x->step - y->step;
	return x->asset != y->asset ? x->asset - y->asset : x->bus - y->bus;
}

static void
add_parts(struct settling *v, unsigned t)
{
	const struct shape *s = v->s;

	memset(v->into, 0, s->bus_count * sizeof(*v->into));
	memset(v->fed, 0, s->bus_count * sizeof(*v->fed));
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct plan_asset *out = &v->plan->assets[i];
		if (a->ops->has_power && a->bus >= 0)
			v->into[a->bus] += a->asset->kind == ASSET_LOAD ? -out->power_kw[t] : out->power_kw[t];
		if (a->ops->has_heat && a->heat >= 0)
			v->into[a->heat] += out->heat[t];
		if (a->asset->kind == ASSET_STG)
			v->into[a->bus] -= turbine_aux_kw(s, a, t);
		if (a->ops->settle != NULL)
			a->ops->settle(v, a, out, t);
	}
}

static unsigned
depth(const struct shape *s, unsigned bus)
{
	unsigned n = 0;

	for (int b = s->places[bus].parent; b >= 0; b = s->places[b].parent)
		n++;
	return n;
}

/* What a bus lacks comes from above: the lowest first. */
static void
feed(struct settling *v, unsigned t)
{
	const struct shape *s = v->s;

	for (unsigned level = s->bus_count; level > 0; level--)
		for (unsigned b = 0; b < s->bus_count; b++) {
			const struct place *at = &s->places[b];
			if (depth(s, b) != level)
				continue;
			if (at->is_fed) {
				v->fed[b] = s->is_island[b * s->p->steps + t] ? 0 : fmax(0, -v->into[b]);
				v->into[b] += v->fed[b];
			} else if (!at->is_heat || v->into[b] < 0) {
				v->into[at->parent] += v->into[b];
				v->into[b] = 0;
			}
		}
}

/* What turbines' plants go without, before a bus that lacks something is called wrong. */
static void
lose_aux(struct settling *v, unsigned bus, unsigned t)
{
	const struct shape *s = v->s;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->asset->kind != ASSET_STG || a->bus != (int)bus || v->into[bus] >= -SETTLE_LEAST)
			continue;
		double lost = fmin(-v->into[bus], turbine_aux_kw(s, a, t));
		if (lost <= 0)
			continue;
		v->into[bus] += lost;
		v->plan->unserved_kwh += lost * s->p->hours[t];
		settle_relax(v, RELAX_LOAD, (int)i, (int)bus, t, lost);
	}
}

static bool
balance(struct settling *v, unsigned bus, unsigned t, double tolerance, char *why, size_t size)
{
	const struct problem *p = v->s->p;
	const struct bus *list = p->energy->buses.v;
	bool is_heat = v->s->places[bus].is_heat;

	lose_aux(v, bus, t);
	double over = v->into[bus];
	if (over < -tolerance) {
		snprintf(why, size, "bus %s, step %u: %g %s more is taken than made; 0 would be right", list[bus].name,
		    t, -over, is_heat ? "t/h" : "kW");
		return false;
	}
	if (over <= SETTLE_LEAST)
		return true;
	double kwh = over * p->hours[t] * (is_heat ? STEAM_KWH_PER_T : 1);
	if (!is_heat)
		v->plan->over_kwh += kwh;
	v->plan->cost[COST_OVER] += isnan(p->over_price) ? 0 : p->over_price * kwh;
	settle_relax(v, RELAX_OVER, -1, (int)bus, t, over);
	return true;
}

/* What is held and is not where it is held. A load takes what it is held at; what it cannot have is said of loads. */
static void
settle_held(struct settling *v, unsigned t)
{
	const struct shape *s = v->s;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		double held = shape_at(s, a, SERIES_FIXED_KW, t);
		if (isnan(held) || a->asset->kind == ASSET_LOAD)
			continue;
		double off = fabs(v->plan->assets[i].power_kw[t] - held);
		if (off > SETTLE_LEAST)
			settle_relax(v, RELAX_HELD, (int)i, a->bus, t, off);
	}
}

static void
settle_reserve(struct settling *v, unsigned t)
{
	const struct shape *s = v->s;

	for (unsigned b = 0; b < s->bus_count; b++) {
		double kwh = (double)NAN, need = s->need[b * s->p->steps + t];
		for (unsigned i = 0; i < s->p->asset_count; i++) {
			const struct part *a = &s->parts[i];
			const struct asset_battery *c = a->param;
			if (a->asset->kind != ASSET_BATTERY || a->bus != (int)b)
				continue;
			double least = c->soc_min_pct / 100 * c->energy_kwh * a->in->health;
			kwh = (isnan(kwh) ? 0 : kwh) + (v->plan->assets[i].energy[t] - least) * c->efficiency_discharge;
		}
		v->plan->reserve_kwh[b * s->p->steps + t] = kwh;
		v->plan->need_kwh[b * s->p->steps + t] = need;
		if (!isnan(kwh) && need - kwh > SETTLE_LEAST)
			settle_relax(v, RELAX_RESERVE, -1, (int)b, t, need - kwh);
	}
}

static bool
settle_step(struct settling *v, unsigned t, double tolerance, char *why, size_t size)
{
	add_parts(v, t);
	feed(v, t);
	for (unsigned b = 0; b < v->s->bus_count; b++)
		if (!balance(v, b, t, tolerance, why, size))
			return false;
	settle_market(v, t);
	settle_held(v, t);
	settle_reserve(v, t);
	return true;
}

bool
plan_settle(const struct shape *s, struct plan *plan, double tolerance, char *why, size_t size)
{
	struct settling v = { .s = s, .plan = plan };
	bool is_right = true;

	v.into = xcalloc(s->bus_count, sizeof(*v.into));
	v.fed = xcalloc(s->bus_count, sizeof(*v.fed));
	for (unsigned t = 0; is_right && t < s->p->steps; t++)
		is_right = settle_step(&v, t, tolerance, why, size);
	settle_demand(&v);
	plan->cost[COST_CO2] = s->p->co2_price_per_kg * plan->co2_kg;
	for (int c = 0; c < COST_PARTS; c++)
		plan->total += plan->cost[c];
	if (plan->relaxed_count > 0)
		qsort(plan->relaxed, plan->relaxed_count, sizeof(*plan->relaxed), in_order);
	plan_survive(s, plan);
	free(v.into);
	free(v.fed);
	return is_right;
}
