/* SPDX-License-Identifier: Apache-2.0 */
/*
 * district.c - assets sorted for the guard, as district.h says.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/dispatch/district.h"

#define FELT_KW 0.5 /* as the guard's own: what differs less does not differ */

static bool
is_of(const struct asset *a, int kind)
{
	return a->kind == kind && a->parameters != NULL && a->bus != NULL;
}

static const struct bus *
find_bus(const struct energy *e, const char *name)
{
	const struct bus *list = e->buses.v;

	for (uint32_t i = 0; i < e->buses.n; i++)
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static const struct asset *
find_grid(const struct energy *e, bool has_points)
{
	const struct asset *list = e->assets.v;

	for (uint32_t i = 0; i < e->assets.n; i++) {
		const struct bus *b = is_of(&list[i], ASSET_GRID) ? find_bus(e, list[i].bus) : NULL;

		if (b != NULL && b->parent == NULL && (!has_points || asset_point(&list[i], "p") != NULL))
			return &list[i];
	}
	return NULL;
}

const struct asset *
district_grid(const struct energy *e)
{
	return find_grid(e, true);
}

/* Is there a point with this role, where there are points? */
static bool
has(const struct district *d, const struct asset *a, const char *role)
{
	return !d->has_points || asset_point(a, role) != NULL;
}

static bool
is_here(const struct district *d, const struct asset *a)
{
	return strcmp(a->bus, d->grid->bus) == 0;
}

static bool
add_battery(struct district *d, const struct asset *a, char *why, size_t size)
{
	struct guard_settings *s = &d->set;

	if (!has(d, a, "p_sp"))
		return true; /* nothing can be told to it: part of what is measured */
	if (s->battery_count == GUARD_BATTERIES_MAX) {
		str_printf(why, size, "there are more than %d batteries", GUARD_BATTERIES_MAX);
		return false;
	}
	d->battery[s->battery_count] = a;
	s->battery[s->battery_count++] = (struct guard_battery_set){
		.asset = a->parameters, .min_kw = d->energy->dispatch->rest_kw, .is_elsewhere = !is_here(d, a)
	};
	return true;
}

static double
rated_of(const struct asset *a)
{
	switch (a->kind) {
	case ASSET_GTC: return ((const struct asset_gtc *)a->parameters)->rated_kw;
	case ASSET_STG: return ((const struct asset_stg *)a->parameters)->rated_kw;
	default: return ((const struct asset_pv *)a->parameters)->peak_kw;
	}
}

static double
least_of(const struct asset *a)
{
	switch (a->kind) {
	case ASSET_GTC: return ((const struct asset_gtc *)a->parameters)->min_kw;
	case ASSET_STG: return ((const struct asset_stg *)a->parameters)->min_kw;
	default: return 0;
	}
}

static void
add_sources(struct district *d, int kind)
{
	const struct asset *list = d->energy->assets.v;
	struct guard_settings *s = &d->set;

	for (uint32_t i = 0; i < d->energy->assets.n && s->source_count < GUARD_SOURCES_MAX; i++) {
		if (!is_of(&list[i], kind) || !is_here(d, &list[i]) || !has(d, &list[i], "p_sp"))
			continue;
		d->source[s->source_count] = &list[i];
		s->source_least_kw[s->source_count] = least_of(&list[i]);
		s->source_rated_kw[s->source_count++] = rated_of(&list[i]);
	}
}

static void
add_steps_of(struct district *d, const struct asset *a)
{
	const struct asset_load *l = a->parameters;
	struct demand_settings *s = &d->set.demand;
	double before = 0;

	for (uint32_t level = 0; level < l->shed_kw.n && s->step_count < DEMAND_STEPS_MAX; level++) {
		double gives = l->shed_kw.v[level] - before;

		before = l->shed_kw.v[level];
		d->step[s->step_count] = (struct district_step){ a, level + 1 };
		s->step_kw[s->step_count++] = gives > 0 ? gives : 0;
	}
}

/* Least important first: the next below the priority that was done last, as often as there are some. */
static void
add_steps(struct district *d)
{
	const struct asset *list = d->energy->assets.v;
	int64_t below = INT64_MAX;

	for (;;) {
		int64_t next = INT64_MIN;

		for (uint32_t i = 0; i < d->energy->assets.n; i++) {
			const struct asset_load *l = is_of(&list[i], ASSET_LOAD) ? list[i].parameters : NULL;

			if (l != NULL && is_here(d, &list[i]) && has(d, &list[i], "shed") && l->priority < below &&
			    l->priority > next)
				next = l->priority;
		}
		if (next == INT64_MIN)
			return;
		for (uint32_t i = 0; i < d->energy->assets.n; i++) {
			const struct asset_load *l = is_of(&list[i], ASSET_LOAD) ? list[i].parameters : NULL;

			if (l != NULL && is_here(d, &list[i]) && has(d, &list[i], "shed") && l->priority == next)
				add_steps_of(d, &list[i]);
		}
		below = next;
	}
}

static void
set_receiving_point(struct district *d)
{
	const struct energy_dispatch *k = d->energy->dispatch;
	const struct asset_grid *g = d->grid->parameters;

	d->set.demand = (struct demand_settings){
		.target_kw = k->target_kw > 0 ? k->target_kw : (double)NAN,
		.import_max_kw = g->import_max_kw,
		.slope_s = (unsigned)(k->slope_us / US_PER_S),
		.has_pulse = k->windows == WINDOWS_PULSE && asset_point(d->grid, "pulse") != NULL,
		.min_off_s = (double)k->least_off_us / 1e6,
		.blind_s = (double)k->blind_us / 1e6,
	};
	d->set.export_max_kw = g->export_max_kw;
	d->set.ramp_pct_per_s = k->ramp_pct_per_s;
	d->watch = (struct grid_settings){
		.limit_kw = g->import_max_kw,
		.voltage_v = g->voltage_v,
		.frequency_hz = g->frequency_hz,
		.line_voltage = g->line_voltage > 0 ? g->line_voltage : g->voltage_v,
	};
}

static bool
make(const struct energy *e, struct district *d, bool has_points, char *why, size_t size)
{
	const struct asset *list;

	memset(d, 0, sizeof(*d));
	d->has_points = has_points;
	if (e == NULL || e->dispatch == NULL) {
		str_copy(why, size, "the site file has no section energy: dispatch:");
		return false;
	}
	d->energy = e;
	d->grid = find_grid(e, has_points);
	if (d->grid == NULL) {
		str_copy(why, size,
		    has_points ? "no grid connection on a bus of its own has a point with role p: the receiving point "
		                 "is not measured"
		               : "no grid connection stands on a bus of its own: there is no receiving point");
		return false;
	}
	set_receiving_point(d);
	list = e->assets.v;
	for (uint32_t i = 0; i < e->assets.n; i++)
		if (is_of(&list[i], ASSET_BATTERY) && !add_battery(d, &list[i], why, size))
			return false;
	add_sources(d, ASSET_GTC);
	add_sources(d, ASSET_STG);
	add_sources(d, ASSET_PV);
	add_steps(d);
	return true;
}

bool
district_make(const struct energy *e, struct district *d, char *why, size_t size)
{
	return make(e, d, true, why, size);
}

bool
district_make_bare(const struct energy *e, struct district *d, char *why, size_t size)
{
	return make(e, d, false, why, size);
}

enum guard_mode
district_acting(enum guard_mode chosen, enum grid_state grid)
{
	return chosen != GUARD_MANUAL && grid == GRID_LOST ? GUARD_ISLAND : chosen;
}

bool
district_follows_plan(enum guard_mode acting)
{
	return acting == GUARD_ECONOMIC || acting == GUARD_FOLLOW || acting == GUARD_RESPONSE;
}

void
district_complete(const struct district *d, unsigned battery, enum guard_mode acting, struct guard_battery_in *in)
{
	in->is_forming = acting == GUARD_ISLAND && d->set.battery[battery].asset->can_form_grid;
	if (!(in->health > 0 && in->health <= 1))
		in->health = 1;
}

unsigned
district_level(const struct district *d, const struct asset *load, unsigned shed)
{
	unsigned level = 0;

	for (unsigned i = 0; i < shed && i < d->set.demand.step_count; i++)
		if (d->step[i].load == load && d->step[i].level > level)
			level = d->step[i].level;
	return level;
}

double
district_source_setpoint(const struct asset *source, double kw, bool is_percent)
{
	double rated = rated_of(source), least = least_of(source);
	double v = kw < least ? least : kw > rated ? rated : kw;

	return is_percent ? (rated > 0 ? 100 * v / rated : 0) : v;
}

bool
district_holds_sun(double grid_kw, double export_max_kw)
{
	return !(grid_kw <= -export_max_kw + FELT_KW);
}

bool
district_needs_sun(const struct guard *g, const struct guard_output *o, enum guard_mode acting)
{
	double target = g->demand.set.target_kw;
	bool is_near = target > 0 && o->demand.is_known &&
	    o->demand.forecast_kw > DEMAND_RELEASE * target; /* sooner than a load is shed */
	bool is_response = acting == GUARD_RESPONSE && (o->flags & GUARD_SHORT) != 0 && o->short_kw > 0;

	return is_near || o->shed > 0 || o->demand.stage != DEMAND_CLEAR || (o->flags & GUARD_IMPORT) != 0 ||
	    is_response;
}

double
district_hours(double stored_kwh, double critical_kw, double made_kw)
{
	double lacks = critical_kw - made_kw;

	if (!isfinite(stored_kwh) || !isfinite(lacks))
		return (double)NAN;
	if (!(lacks > 0) || stored_kwh / lacks > DISTRICT_HOURS_MAX)
		return DISTRICT_HOURS_MAX;
	return stored_kwh > 0 ? stored_kwh / lacks : 0;
}

double
district_deliverable_kwh(const struct asset_battery *b, double soc_pct, double health)
{
	double above = soc_pct - b->soc_min_pct, left = isfinite(health) ? health : 1;

	if (!isfinite(soc_pct))
		return (double)NAN;
	return above > 0 ? b->energy_kwh * left * above / 100 * b->efficiency_discharge : 0;
}
