/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_flow.c - what flows while the guard looks: loads and sun as their series are, batteries and sources as they were told, the connection
 * takes up the rest, and where it is away batteries, sets and loads do. All else is as it was decided for the step.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/planner/study_flow.h"

#define NOTHING_KW 1e-9 /* what is less is rounding: a meter that reads 0 reads 0 */

static const struct asset *
asset_of(const struct study_run *s, unsigned i)
{
	return s->state[i].asset;
}

static double
base_kw(const struct study_run *s, unsigned i)
{
	return s->guard->base->assets[i].power_kw[0];
}

static bool
is_there(const struct study_run *s, unsigned i)
{
	return problem_at(&s->now, i, SERIES_AVAILABLE, 0) > 0;
}

bool
study_flow_is_held(const struct study_run *s, unsigned i)
{
	const double *v = s->d->was[i][SERIES_FIXED_KW];

	return v != NULL && !isnan(v[s->row]);
}

/* A series at this time: of the file's rows where the step is of several. */
static double
series_now(const struct study_run *s, unsigned i, enum series_kind k)
{
	const double *fine = s->d->fine != NULL && s->guard->is_here[i] ? s->d->fine[i][k] : NULL;

	return fine != NULL ? fine[s->guard->fine] : problem_at(&s->now, i, k, 0);
}

static double
into_bus(const struct asset *a, double kw)
{
	return a->kind == ASSET_LOAD ? -kw : kw;
}

/* ---- loads and sources */

/* What the step did not serve is not served within it, in proportion. */
static double
served_kw(const struct study_run *s, unsigned i)
{
	double base = base_kw(s, i), mean = problem_at(&s->now, i, SERIES_LOAD_KW, 0), asked = s->guard->asked_kw[i];

	if (!s->guard->is_here[i] || !is_there(s, i) || study_flow_is_held(s, i))
		return base;
	return base >= mean - 1e-6 ? asked : asked * base / mean;
}

/* Of the steps that are off as much as the load would have taken. */
static double
after_shedding(const struct study_run *s, unsigned i, double kw)
{
	struct study_guard *g = s->guard;
	const struct asset_load *l = asset_of(s, i)->parameters;
	unsigned level = district_level(&g->district, asset_of(s, i), g->shed);
	double left = level > 0 ? fmin(kw, fmax(0, g->asked_kw[i] - l->shed_kw.v[level - 1])) : kw, off = kw - left;

	for (unsigned k = 0; k < g->district.set.demand.step_count; k++) {
		if (g->load[k] != i)
			continue;
		double step = g->district.step[k].level <= level ? fmin(off, g->district.set.demand.step_kw[k]) : 0;
		g->shed_kw[k] = step;
		off -= step;
	}
	return left;
}

/* A turbine that makes or takes heat is part of what was decided with it: it is not held down. */
static bool
is_set(const struct study_run *s, unsigned i)
{
	return asset_of(s, i)->kind == ASSET_GTC && asset_of(s, i)->heat_bus == NULL &&
	    s->guard->base->assets[i].is_on[0];
}

static double
sun_kw(const struct study_run *s, unsigned i)
{
	bool follows = s->guard->is_here[i] && !study_flow_is_held(s, i);

	return follows ? (is_there(s, i) ? s->guard->asked_kw[i] : 0) : base_kw(s, i);
}

/* As chisand's slot of the plan: below the guard, which may hold it down further. Without dispatch nobody does so for money. */
static double
planned_cap_kw(const struct study_run *s, unsigned i)
{
	const struct study_guard *g = s->guard;
	const struct plan *p = g->base;
	bool is_followed = s->asked->policy == STUDY_PLAN && district_follows_plan(g->acting) && !g->is_cut;

	return is_followed && g->is_here[i] && p->assets[i].reason[0] == REASON_CURTAILED &&
	        district_holds_sun(p->assets[g->grid].power_kw[0], problem_at(&s->now, g->grid, SERIES_EXPORT_MAX, 0))
	    ? base_kw(s, i)
	    : (double)NAN;
}

/* Powers of all that is not told or balances; returns what they leave to the connection, and without the guard to it. */
static double
set_powers(struct study_run *s, double *without_kw)
{
	struct study_guard *g = s->guard;
	double rest = g->base_grid_kw;

	*without_kw = rest;
	for (unsigned i = 0; i < s->now.asset_count; i++) {
		const struct asset *a = asset_of(s, i);
		double kw = base_kw(s, i), plain = kw;
		if (a->kind == ASSET_LOAD && a->bus != NULL) {
			g->asked_kw[i] = series_now(s, i, SERIES_LOAD_KW);
			plain = served_kw(s, i);
			kw = g->is_here[i] ? after_shedding(s, i, plain) : plain;
		} else if (a->kind == ASSET_PV) {
			g->asked_kw[i] = series_now(s, i, SERIES_PV_KW);
			plain = fmin(sun_kw(s, i), planned_cap_kw(s, i));
			kw = g->needs_sun ? sun_kw(s, i) : plain;
			kw = g->is_here[i] && g->cap_kw[i] < kw ? fmax(0, g->cap_kw[i]) : kw;
		} else if (a->kind == ASSET_GTC && is_set(s, i) && g->cap_kw[i] < kw)
			kw = fmax(g->cap_kw[i], ((const struct asset_gtc *)a->parameters)->min_kw);
		g->kw[i] = kw;
		if (!g->is_here[i] || a->kind == ASSET_GRID)
			continue;
		rest -= into_bus(a, kw) - into_bus(a, base_kw(s, i));
		/* Rules are the guard's: without it batteries are at rest. */
		plain = a->kind == ASSET_BATTERY && !g->is_plan && !study_flow_is_held(s, i) ? 0 : plain;
		*without_kw -= into_bus(a, plain) - into_bus(a, base_kw(s, i));
	}
	return rest;
}

/* ---- batteries */

struct band { /* kW that its energy bears over this time */
	double low, high;
};

static struct band
band_of(const struct study_run *s, unsigned i, double hours)
{
	const struct asset_battery *b = asset_of(s, i)->parameters;
	double kwh = s->guard->energy_kwh[i], full = b->energy_kwh * s->state[i].health;
	double low = fmin(kwh, full * b->soc_min_pct / 100), high = fmax(kwh, full * b->soc_max_pct / 100);

	if (!is_there(s, i))
		return (struct band){ 0, 0 };
	return (struct band){ -fmin(b->charge_kw, (high - kwh) / (hours * b->efficiency_charge)),
		fmin(b->discharge_kw, (kwh - low) / hours * b->efficiency_discharge) };
}

static bool
is_island(const struct study_guard *g)
{
	return g->is_cut || g->acting == GUARD_ISLAND;
}

/* In an island: those that can form its grid; where none says so, all. */
bool
study_flow_balances(const struct study_run *s, unsigned i)
{
	const struct study_guard *g = s->guard;
	const struct asset_battery *b = asset_of(s, i)->parameters;

	return is_island(g) && g->is_here[i] && is_there(s, i) && !study_flow_is_held(s, i) &&
	    (b->can_form_grid || !g->has_forming);
}

static bool
is_island_bus(const struct study_run *s, const char *bus)
{
	return problem_is_island(&s->now, problem_bus(&s->now, bus), 0);
}

static double
set_batteries(struct study_run *s, double hours, double rest)
{
	struct study_guard *g = s->guard;

	for (unsigned k = 0; k < g->district.set.battery_count; k++) {
		unsigned i = g->battery[k];
		struct band b = band_of(s, i, hours);
		/* Behind another connection that is away: it balances what is there, as was decided. */
		bool is_alone = !g->is_here[i] && is_island_bus(s, asset_of(s, i)->bus);
		double told = is_alone ? base_kw(s, i) : g->told_kw[i];
		g->kw[i] = study_flow_balances(s, i) ? 0 : fmin(b.high, fmax(b.low, told));
		if (g->is_here[i])
			rest -= g->kw[i] - base_kw(s, i);
	}
	return rest;
}

/* ---- an island */

/* Each as much of it as of what all can. Returns what is left. */
static double
balance_batteries(struct study_run *s, double hours, double rest)
{
	struct study_guard *g = s->guard;
	double can = 0;

	for (int pass = 0; pass < 2; pass++)
		for (unsigned k = 0; k < g->district.set.battery_count; k++) {
			unsigned i = g->battery[k];
			if (!study_flow_balances(s, i))
				continue;
			struct band b = band_of(s, i, hours);
			double own = rest > 0 ? b.high : b.low;
			if (pass == 0)
				can += own;
			else if (can != 0)
				g->kw[i] = own * fmin(1, rest / can);
		}
	return can == 0 ? rest : rest - can * fmin(1, rest / can);
}

static double
balance_sets(struct study_run *s, double rest)
{
	struct study_guard *g = s->guard;

	for (unsigned i = 0; i < s->now.asset_count; i++) {
		if (!g->is_here[i] || !is_set(s, i) || study_flow_is_held(s, i))
			continue;
		const struct asset_gtc *a = asset_of(s, i)->parameters;
		double to = fmin(a->rated_kw, fmax(a->min_kw, g->kw[i] + rest));
		rest -= to - g->kw[i];
		g->kw[i] = to;
	}
	return rest;
}

static double
hold_sun(struct study_run *s, double over)
{
	struct study_guard *g = s->guard;

	for (unsigned i = 0; i < s->now.asset_count && over > 0; i++)
		if (g->is_here[i] && asset_of(s, i)->kind == ASSET_PV) {
			double by = fmin(over, g->kw[i]);
			g->kw[i] -= by;
			over -= by;
		}
	return over;
}

/* Least important first. What then is still missing is what a plant takes itself: settling names it. */
static void
lose_loads(struct study_run *s, const char *bus, double missing)
{
	struct study_guard *g = s->guard;

	while (missing > 0) {
		const struct asset *last = NULL;
		unsigned which = 0;
		for (unsigned i = 0; i < s->now.asset_count; i++) {
			const struct asset *a = asset_of(s, i);
			if (a->kind == ASSET_LOAD && a->bus != NULL && strcmp(a->bus, bus) == 0 && g->kw[i] > 0 &&
			    (last == NULL ||
			        ((const struct asset_load *)a->parameters)->priority >
			            ((const struct asset_load *)last->parameters)->priority)) {
				last = a;
				which = i;
			}
		}
		if (last == NULL)
			return;
		double by = fmin(missing, g->kw[which]);
		g->kw[which] = by < g->kw[which] ? g->kw[which] - by : 0;
		missing -= by;
	}
}

static void
balance(struct study_run *s, double hours, double rest)
{
	rest = balance_sets(s, balance_batteries(s, hours, rest));
	if (rest > 0)
		lose_loads(s, s->guard->district.grid->bus, rest);
	else
		hold_sun(s, -rest);
}

/* ---- all of it */

/* What is given beyond the limit of the connection is taken by nobody, as in a plan; what is drawn beyond it is drawn. */
static void
set_grid(struct study_run *s, double rest)
{
	struct study_guard *g = s->guard;

	for (unsigned i = 0; i < s->now.asset_count; i++)
		if (i != g->grid && g->is_here[i] && asset_of(s, i)->kind == ASSET_GRID)
			rest -= g->kw[i];
	g->meter_kw = fabs(rest) < NOTHING_KW ? 0 : rest;
	g->kw[g->grid] = fmax(g->meter_kw, -problem_at(&s->now, g->grid, SERIES_EXPORT_MAX, 0));
}

/* What a battery behind another connection leaves undone of what was decided: its own grid does it, where the utility feeds the bus that. */
static void
make_up(struct study_run *s, unsigned battery)
{
	struct study_guard *g = s->guard;
	const char *bus = asset_of(s, battery)->bus;
	double missing = base_kw(s, battery) - g->kw[battery];

	if (is_island_bus(s, bus)) {
		lose_loads(s, bus, missing);
		return;
	}
	for (unsigned i = 0; i < s->now.asset_count; i++)
		if (asset_of(s, i)->kind == ASSET_GRID && strcmp(asset_of(s, i)->bus, bus) == 0 && is_there(s, i)) {
			g->kw[i] += missing;
			return;
		}
}

void
study_flow(struct study_run *s, double hours)
{
	struct study_guard *g = s->guard;
	double rest = set_powers(s, &g->without_kw);

	if (g->is_cut)
		g->without_kw = 0;
	rest = set_batteries(s, hours, rest);
	for (unsigned k = 0; k < g->district.set.battery_count; k++)
		if (!g->is_here[g->battery[k]])
			make_up(s, g->battery[k]);
	if (is_island(g)) {
		balance(s, hours, rest);
		for (unsigned i = 0; i < s->now.asset_count; i++)
			if (g->is_here[i] && asset_of(s, i)->kind == ASSET_GRID)
				g->kw[i] = 0;
		g->meter_kw = 0;
	} else
		set_grid(s, rest);
}

static double
until(double kwh, double level, double rate_kw)
{
	double left = (level - kwh) / rate_kw * 3600;

	return left > 0 ? left : (double)INFINITY;
}

double
study_flow_lasts(const struct study_run *s)
{
	const struct study_guard *g = s->guard;
	double least = (double)INFINITY;

	for (unsigned k = 0; k < g->district.set.battery_count; k++) {
		unsigned i = g->battery[k];
		const struct asset_battery *b = g->district.set.battery[k].asset;
		double kw = g->kw[i], kwh = g->energy_kwh[i], pct = b->energy_kwh * s->state[i].health / 100;
		if (kw > 0) {
			least = fmin(least, until(kwh, b->soc_min_pct * pct, -kw / b->efficiency_discharge));
			least = fmin(least, until(kwh, b->reserve_pct * pct, -kw / b->efficiency_discharge));
		} else if (kw < 0)
			least = fmin(least, until(kwh, b->soc_max_pct * pct, -kw * b->efficiency_charge));
	}
	return least;
}

void
study_flow_go(struct study_run *s, double hours)
{
	struct study_guard *g = s->guard;

	for (unsigned k = 0; k < g->district.set.battery_count; k++) {
		unsigned i = g->battery[k];
		const struct asset_battery *b = g->district.set.battery[k].asset;
		double low = fmin(g->energy_kwh[i], b->soc_min_pct / 100 * b->energy_kwh * s->state[i].health);
		double high = fmax(g->energy_kwh[i], b->soc_max_pct / 100 * b->energy_kwh * s->state[i].health);
		double kept = fmax(0, 1 - b->standby_pct_per_day / 100 * hours / 24), kw = g->kw[i];
		double after = low + (g->energy_kwh[i] - low) * kept -
		    hours * (kw > 0 ? kw / b->efficiency_discharge : kw * b->efficiency_charge);
		g->energy_kwh[i] = fmin(high, fmax(low, after));
	}
	g->counter_kwh += fmax(0, g->kw[g->grid]) * hours;
	g->now_us += (int64_t)llround(hours * 3600e6);
}
