/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem_check.c - looks at every figure of a problem once, so that nobody after has to: a solver calls optimal what holds a NaN.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/problem.h"

#define PRICE_MAX 1e6 /* a kWh, a t, a kW */
#define KW_MAX    1e7

struct check {
	const struct problem *p;
	char *why;
	size_t size;
};

static bool say(const struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool
say(const struct check *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, c->size, fmt, ap);
	va_end(ap);
	return false;
}

static bool
is_within(double v, double low, double high)
{
	return isfinite(v) && v >= low && v <= high;
}

static const struct range {
	double low, high;
	bool may_be_nan;
	const char *right;
} ranges[SERIES_COUNT] = {
	[SERIES_AVAILABLE] = { 0, 1, false, "0 or 1" },
	[SERIES_FIXED_KW] = { -KW_MAX, KW_MAX, true, "kW, or NaN where it is free" },
	[SERIES_LOAD_KW] = { 0, KW_MAX, false, "0 or more kW" },
	[SERIES_HEAT] = { 0, 1e4, false, "0 or more t/h" },
	[SERIES_PV_KW] = { 0, KW_MAX, false, "0 or more kW" },
	[SERIES_STEAM] = { 0, 1e4, false, "0 or more t/h" },
	[SERIES_PRICE_IMPORT] = { -PRICE_MAX, PRICE_MAX, false, "a price from -1e6 to 1e6" },
	[SERIES_PRICE_EXPORT] = { -PRICE_MAX, PRICE_MAX, false, "a price from -1e6 to 1e6" },
	[SERIES_CO2] = { 0, 100, false, "0 to 100 kg" },
	[SERIES_IMPORT_MAX] = { 0, KW_MAX, false, "0 or more kW" },
	[SERIES_EXPORT_MAX] = { 0, KW_MAX, false, "0 or more kW" },
	[SERIES_FUEL_PRICE] = { 0, PRICE_MAX, false, "a price from 0 to 1e6" },
	[SERIES_FILED_KW] = { -KW_MAX, KW_MAX, true, "kW, or NaN where none is filed" },
	[SERIES_PRICE_SHORT] = { -PRICE_MAX, PRICE_MAX, false, "a price from -1e6 to 1e6" },
	[SERIES_PRICE_SURPLUS] = { -PRICE_MAX, PRICE_MAX, false, "a price from -1e6 to 1e6" },
};

static bool
check_series(const struct check *c, unsigned i, enum series_kind k)
{
	const double *v = c->p->assets[i].series[k];
	const struct range *r = &ranges[k];

	for (unsigned t = 0; v != NULL && t < c->p->steps; t++) {
		bool is_right = is_within(v[t], r->low, r->high) || (r->may_be_nan && isnan(v[t]));
		if (k == SERIES_AVAILABLE)
			is_right = v[t] == 0 || v[t] == 1;
		if (!is_right)
			return say(c, "%s: %s is %g in step %u; %s would be right", c->p->assets[i].asset->name,
			    series_name(k), v[t], t, r->right);
	}
	return true;
}

/* Numbers and durations of the kind's table: a problem need not come from a site file. */
static bool
check_parameters(const struct check *c, const struct asset *a)
{
	const struct schema *s = asset_kind_schema(a->kind);

	for (unsigned i = 0; i < s->key_count; i++) {
		const struct key *k = &s->keys[i];
		const char *member = (const char *)a->parameters + k->offset;
		double v;
		int64_t us;
		if (k->type == KEY_NUMBER)
			memcpy(&v, member, sizeof(v));
		else if (k->type == KEY_DURATION) {
			memcpy(&us, member, sizeof(us));
			v = (double)us / (double)US_PER_S;
		} else
			continue;
		if (!is_within(v, k->min, k->max))
			return say(c, "%s: %s is %g; %g to %g%s%s would be right", a->name, k->name, v, k->min, k->max,
			    k->type == KEY_DURATION ? " s"
			        : k->unit != NULL   ? " "
			                            : "",
			    k->type == KEY_NUMBER && k->unit != NULL ? k->unit : "");
	}
	return true;
}

static bool
ordered(const struct check *c, const struct asset *a, const char *low, double l, const char *high, double h)
{
	return l <= h ||
	    say(c, "%s: %s is %g and %s %g; the first may not be above the second", a->name, low, l, high, h);
}

static bool
check_order(const struct check *c, const struct asset *a)
{
	const struct asset_stg *g = a->parameters;
	const struct asset_gtc *s = a->parameters;
	const struct asset_battery *b = a->parameters;
	const struct asset_boiler *o = a->parameters;

	switch (a->kind) {
	case ASSET_STG:
		if (a->heat_bus != NULL && g->kw_per_t <= 0)
			return say(c, "%s: kw_per_t is %g; more than 0 would be right", a->name, g->kw_per_t);
		return ordered(c, a, "min_kw", g->min_kw, "rated_kw", g->rated_kw) &&
		    ordered(c, a, "extraction_kw_per_t", g->extraction_kw_per_t, "kw_per_t", g->kw_per_t);
	case ASSET_GTC: return ordered(c, a, "min_kw", s->min_kw, "rated_kw", s->rated_kw);
	case ASSET_BATTERY: return ordered(c, a, "soc_min_pct", b->soc_min_pct, "soc_max_pct", b->soc_max_pct);
	case ASSET_BOILER: return ordered(c, a, "min_t_per_h", o->min_t_per_h, "rated_t_per_h", o->rated_t_per_h);
	default: return true;
	}
}

static bool
check_bus(const struct check *c, const struct asset *a, const char *name, int carrier)
{
	const struct bus *list = c->p->energy->buses.v;
	const char *key = carrier == CARRIER_HEAT ? "heat_bus" : "bus";
	int bus = problem_bus(c->p, name);

	if (name != NULL && bus < 0)
		return say(c, "%s: its %s %s does not exist; the name of a bus would be right", a->name, key, name);
	if (name != NULL && list[bus].carrier != carrier)
		return say(c, "%s: its %s %s carries %s; one that carries %s would be right", a->name, key, name,
		    list[bus].carrier == CARRIER_HEAT ? "heat" : "electricity",
		    carrier == CARRIER_HEAT ? "heat" : "electricity");
	return true;
}

static bool
is_electric(const struct asset *a)
{
	return a->kind != ASSET_FURNACE && a->kind != ASSET_BOILER && a->kind != ASSET_HEATSTORE &&
	    a->kind != ASSET_DUMP;
}

static bool
check_place(const struct check *c, const struct asset *a)
{
	if (!check_bus(c, a, a->bus, CARRIER_ELECTRICITY) || !check_bus(c, a, a->heat_bus, CARRIER_HEAT))
		return false;
	if (a->kind == ASSET_LOAD && a->bus == NULL && a->heat_bus == NULL)
		return say(c, "%s: it is on no bus; bus or heat_bus would be right", a->name);
	if (is_electric(a) && a->kind != ASSET_LOAD && a->bus == NULL)
		return say(c, "%s: it has no bus; an electric one would be right", a->name);
	if (!is_electric(a) && a->heat_bus == NULL)
		return say(c, "%s: it has no heat_bus; one would be right", a->name);
	return true;
}

/* What a kind cannot do without, and what it cannot use. */
static bool
check_needed(const struct check *c, unsigned i)
{
	const struct problem_asset *a = &c->p->assets[i];

	if (a->asset->kind == ASSET_LOAD && a->asset->bus != NULL && a->series[SERIES_LOAD_KW] == NULL)
		return say(c, "%s: load_kw is missing; a value for each step would be right", a->asset->name);
	if (a->asset->kind == ASSET_PV && a->series[SERIES_PV_KW] == NULL)
		return say(c, "%s: pv_kw is missing; a value for each step would be right", a->asset->name);
	if (a->series[SERIES_FIXED_KW] != NULL && (a->asset->bus == NULL || !is_electric(a->asset)))
		return say(c, "%s: fixed_kw is given and it is not electric; none would be right", a->asset->name);
	const double *low = a->series[SERIES_PRICE_SURPLUS], *high = a->series[SERIES_PRICE_SHORT];
	for (unsigned t = 0; a->asset->kind == ASSET_GRID && t < c->p->steps; t++)
		if ((low != NULL ? low[t] : 0) > (high != NULL ? high[t] : 0))
			return say(c,
			    "%s: price_surplus is above price_short in step %u; the same or less would be right",
			    a->asset->name, t);
	return true;
}

static bool
check_state(const struct check *c, unsigned i)
{
	const struct problem_asset *a = &c->p->assets[i];
	const char *name = a->asset->name;

	if (isinf(a->power_kw) || fabs(a->power_kw) > KW_MAX)
		return say(c, "%s: power_kw is %g; kW, or NaN if it is not known, would be right", name, a->power_kw);
	if (a->asset->kind == ASSET_GTC && !(a->in_state_h >= 0))
		return say(c, "%s: in_state_h is %g; 0 or more hours would be right", name, a->in_state_h);
	if (a->asset->kind == ASSET_BATTERY) {
		const struct asset_battery *b = a->asset->parameters;
		if (!is_within(a->health, 0.01, 1.2))
			return say(c, "%s: health is %g; 0.01 to 1.2 would be right", name, a->health);
		if (!is_within(a->energy_kwh, 0, b->energy_kwh * a->health * (1 + 1e-9)))
			return say(c, "%s: energy_kwh stored is %g; 0 to %g kWh would be right", name, a->energy_kwh,
			    b->energy_kwh * a->health);
	}
	if (a->asset->kind == ASSET_HEATSTORE) {
		double most = ((const struct asset_heatstore *)a->asset->parameters)->energy_gj;
		if (!is_within(a->heat_gj, 0, most * (1 + 1e-9)))
			return say(c, "%s: heat_gj is %g; 0 to %g GJ would be right", name, a->heat_gj, most);
	}
	return true;
}

static bool
check_careful(const struct check *c, unsigned i)
{
	const struct problem_asset *a = &c->p->assets[i];

	if (a->careful_kw == NULL)
		return true;
	if (a->asset->kind != ASSET_LOAD && a->asset->kind != ASSET_PV)
		return say(c, "%s: careful_kw of a %s; loads and photovoltaics have it", a->asset->name,
		    asset_kind_word(a->asset->kind));
	for (unsigned t = 0; t < c->p->steps; t++)
		if (!is_within(a->careful_kw[t], 0, KW_MAX))
			return say(c, "%s: careful_kw is %g in step %u; 0 or more kW would be right", a->asset->name,
			    a->careful_kw[t], t);
	return true;
}

static bool
check_asset(const struct check *c, unsigned i)
{
	const struct asset *a = c->p->assets[i].asset;

	if (a == NULL || a->name == NULL || a->parameters == NULL || a->kind < 0 || a->kind >= ASSET_KIND_COUNT)
		return say(c, "asset %u of the problem: its name, kind or parameters are missing", i);
	if (!check_parameters(c, a) || !check_order(c, a) || !check_place(c, a))
		return false;
	for (int k = 0; k < SERIES_COUNT; k++)
		if (!check_series(c, i, k))
			return false;
	return check_needed(c, i) && check_state(c, i) && check_careful(c, i);
}

static bool
check_time(const struct check *c)
{
	const struct problem *p = c->p;

	if (p->steps < 1 || p->steps > PROBLEM_STEPS_MAX)
		return say(c, "steps is %u; 1 to %d would be right", p->steps, PROBLEM_STEPS_MAX);
	if (p->hours == NULL || p->window == NULL || (p->month == NULL && p->month_count > 0))
		return say(c, "%s is missing; a value for each step would be right",
		    p->hours == NULL        ? "hours"
		        : p->window == NULL ? "window"
		                            : "month");
	for (unsigned t = 0; t < p->steps; t++) {
		if (!is_within(p->hours[t], 1.0 / 3600, 24))
			return say(c, "hours is %g in step %u; a second to 24 h would be right", p->hours[t], t);
		if (t > 0 && p->window[t] < p->window[t - 1])
			return say(c, "window is %u in step %u and %u before; rising numbers would be right",
			    p->window[t], t, p->window[t - 1]);
		if (p->month_count == 0)
			continue;
		if (p->month[t] >= p->month_count)
			return say(c, "month is %u in step %u; less than month_count %u would be right", p->month[t], t,
			    p->month_count);
		if (t > 0 && p->window[t] == p->window[t - 1] && p->month[t] != p->month[t - 1])
			return say(c, "window %u is in two months in step %u; one would be right", p->window[t], t);
	}
	return true;
}

static bool
check_demand(const struct check *c)
{
	const struct problem *p = c->p;

	if (p->month_count > PROBLEM_MONTHS_MAX)
		return say(c, "month_count is %u; at most %d would be right", p->month_count, PROBLEM_MONTHS_MAX);
	for (unsigned m = 0; m < p->month_count; m++) {
		const struct problem_month *v = &p->months[m];
		if (!is_within(v->floor_kw, 0, KW_MAX) || !is_within(v->free_kw, 0, KW_MAX) ||
		    !is_within(v->price, 0, PRICE_MAX))
			return say(c, "month %u: floor_kw %g, free_kw %g, price %g; 0 or more would be right", m,
			    v->floor_kw, v->free_kw, v->price);
	}
	for (unsigned t = 0; p->draw_kw != NULL && t < p->steps; t++)
		if (!isnan(p->draw_kw[t]) && !is_within(p->draw_kw[t], 0, KW_MAX))
			return say(
			    c, "draw_kw is %g in step %u; 0 or more kW, or none, would be right", p->draw_kw[t], t);
	for (unsigned t = 0; p->unsure_kw != NULL && t < p->steps; t++)
		if (!is_within(p->unsure_kw[t], 0, KW_MAX))
			return say(c, "unsure_kw is %g in step %u; 0 or more kW would be right", p->unsure_kw[t], t);
	if (p->draw_kw != NULL && p->month_count == 0)
		return say(c, "draw_kw wants a month to count in; month_count 1 would be right");
	if (!is_within(p->window_kwh, 0, KW_MAX))
		return say(c, "window_kwh is %g; 0 or more kWh would be right", p->window_kwh);
	if (!is_within(p->window_hours, 0, 24))
		return say(c, "window_hours is %g; 0 to 24 h would be right", p->window_hours);
	return true;
}

static bool
check_weights(const struct check *c)
{
	const struct problem *p = c->p;
	const struct {
		const char *name;
		double v;
		bool may_be_nan;
	} w[] = { { "co2_price_per_kg", p->co2_price_per_kg, false }, { "curtail_price", p->curtail_price, false },
		{ "filed_price", p->filed_price, true }, { "contract_price", p->contract_price, true },
		{ "over_price", p->over_price, true }, { "lost_price", p->lost_price, true },
		{ "heat_lost_price", p->heat_lost_price, true }, { "outage_h", p->outage_h, false },
		{ "reserve_price", p->reserve_price, true }, { "end_value", p->end_value, true } };

	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		if (!is_within(w[i].v, 0, PRICE_MAX) && !(w[i].may_be_nan && isnan(w[i].v)))
			return say(c, "%s is %g; 0 or more%s would be right", w[i].name, w[i].v,
			    w[i].may_be_nan ? ", or NaN" : "");
	return true;
}

/* Parents that exist, carry the same and end: a ring would have no grid and no end. */
static bool
check_buses(const struct check *c)
{
	const struct bus *list = c->p->energy->buses.v;

	for (uint32_t i = 0; i < c->p->energy->buses.n; i++) {
		int b = (int)i;
		uint32_t up = 0;
		if (list[i].name == NULL)
			return say(c, "bus %u has no name", i);
		for (; list[b].parent != NULL && up <= c->p->energy->buses.n; up++) {
			int parent = problem_bus(c->p, list[b].parent);
			if (parent < 0 || list[parent].carrier != list[b].carrier)
				return say(c, "bus %s: its parent %s %s; a bus that carries the same would be right",
				    list[b].name, list[b].parent,
				    parent < 0 ? "does not exist" : "carries something else");
			b = parent;
		}
		if (list[b].parent != NULL)
			return say(
			    c, "bus %s: its parents lead back to it; one without parent would be right", list[i].name);
	}
	return true;
}

bool
problem_check(const struct problem *p, char *why, size_t size)
{
	const struct check c = { p, why, size };

	assert(p->asset_count == 0 || p->assets != NULL);
	if (p->energy == NULL || p->energy->buses.n == 0)
		return say(&c, "the problem has no buses; at least one would be right");
	if (p->asset_count > PROBLEM_ASSETS_MAX)
		return say(&c, "asset_count is %u; at most %d would be right", p->asset_count, PROBLEM_ASSETS_MAX);
	if (!check_time(&c) || !check_demand(&c) || !check_weights(&c) || !check_buses(&c))
		return false;
	for (unsigned i = 0; i < p->asset_count; i++)
		if (!check_asset(&c, i))
			return false;
	return true;
}
