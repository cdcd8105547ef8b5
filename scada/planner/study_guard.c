/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_guard.c - a step gone through in ticks by the guard: what it is given to measure, what it wants, and what it did.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/planner/study_flow.h"

#define WINDOW_US (1800 * US_PER_S)
#define SECOND_H  (1.0 / 3600)
#define LEAST_KW  1e-3
#define FELT_KW   0.5 /* as the guard's own: what differs less does not differ */
/* Each second is looked at so long after something changed: ramps, then the gaps that the guard keeps between steps of loads. */
#define BUSY_US    (2 * US_PER_S)
#define SHED_US    ((DEMAND_SHED_GAP_S + 2) * US_PER_S)
#define EPOCH_US   (INT64_C(86400) * US_PER_S) /* of the monotonic clock at the first step */
#define EVER       ((struct utc){ INT64_MAX })
#define FIRST_NONE (-1)

static const struct asset *
asset_of(const struct study_run *s, unsigned i)
{
	return s->state[i].asset;
}

/* ---- life */

static unsigned
number_of(const struct study_run *s, const struct asset *a)
{
	return (unsigned)(a - (const struct asset *)s->d->energy->assets.v);
}

static double *
of_assets(const struct study_run *s, double v)
{
	unsigned n = s->d->energy->assets.n;
	double *list = arena_alloc(s->arena, (n + 1) * sizeof(*list));

	for (unsigned i = 0; i < n; i++)
		list[i] = v;
	return list;
}

static void
bind_assets(struct study_run *s)
{
	struct study_guard *g = s->guard;
	const struct district *d = &g->district;
	unsigned n = s->d->energy->assets.n;

	g->grid = number_of(s, d->grid);
	g->is_here = arena_alloc(s->arena, (n + 1) * sizeof(*g->is_here));
	for (unsigned i = 0; i < n; i++)
		g->is_here[i] = asset_of(s, i)->bus != NULL && strcmp(asset_of(s, i)->bus, d->grid->bus) == 0;
	for (unsigned k = 0; k < d->set.battery_count; k++) {
		g->battery[k] = number_of(s, d->battery[k]);
		g->has_forming =
		    g->has_forming || (!d->set.battery[k].is_elsewhere && d->set.battery[k].asset->can_form_grid);
	}
	for (unsigned k = 0; k < d->set.source_count; k++)
		g->source[k] = number_of(s, d->source[k]);
	for (unsigned k = 0; k < d->set.demand.step_count; k++) {
		g->load[k] = number_of(s, d->step[k].load);
		g->done->shed[k] = (struct study_shed){ .load = d->step[k].load, .level = d->step[k].level };
	}
	g->done->shed_count = d->set.demand.step_count;
}

/* Ticks, rows of the file and half hours end together. */
static bool
fits(const struct study_run *s)
{
	int64_t tick = s->asked->guard.tick_us, row = s->d->step_us / s->d->every;
	char a[32], b[32];

	if (tick >= US_PER_S && tick <= STUDY_TICK_MAX_US && tick % US_PER_S == 0 && WINDOW_US % tick == 0 &&
	    row % tick == 0 && s->d->start.us % US_PER_S == 0)
		return true;
	snprintf(s->why, s->size,
	    "the guard's ticks of %s do not fit into rows of %s; whole seconds, up to 5m, of which half an hour and a "
	    "row are "
	    "a multiple, would be right",
	    str_duration(a, sizeof(a), tick), str_duration(b, sizeof(b), row));
	return false;
}

static bool
cannot(struct study_run *s, const char *why)
{
	bool has_section = s->d->energy->dispatch != NULL;

	snprintf(s->why, s->size, "the guard cannot work here: %s%s", why,
	    has_section ? "" : "; one, as dispatch: {target_kw: 500}, would be right");
	return false;
}

bool
study_guard_begin(struct study_run *s)
{
	struct study_guarded *done = &s->r->guard;
	char why[200];

	*done = (struct study_guarded){
		.target_kw = (double)NAN, .with = { .kw = (double)NAN }, .without = { .kw = (double)NAN }
	};
	if (s->asked->guard.tick_us == 0)
		return true;
	struct study_guard *g = s->guard = arena_alloc(s->arena, sizeof(*g));
	g->done = done;
	if (!district_make_bare(s->d->energy, &g->district, why, sizeof(why)))
		return cannot(s, why);
	if (!isnan(s->asked->guard.target_kw))
		g->district.set.demand.target_kw = s->asked->guard.target_kw;
	if (!guard_init(&g->guard, &g->district.set, why, sizeof(why)))
		return cannot(s, why);
	if (!fits(s))
		return false;
	if (g->district.set.demand.target_kw > 0)
		done->target_kw = g->district.set.demand.target_kw;
	bind_assets(s);
	grid_begin(&g->watch);
	g->watch.state = GRID_THERE;
	g->kw = of_assets(s, 0);
	g->asked_kw = of_assets(s, 0);
	g->energy_kwh = of_assets(s, 0);
	g->told_kw = of_assets(s, 0);
	g->cap_kw = of_assets(s, (double)NAN);
	g->window = FIRST_NONE;
	study_slice_init(s);
	return true;
}

/* ---- what it is given to measure */

static struct mono
mono_now(const struct study_run *s)
{
	return (struct mono){ s->guard->now_us - s->d->start.us + EPOCH_US };
}

static void
watch_grid(struct study_run *s)
{
	struct study_guard *g = s->guard;
	double there = g->is_cut ? 0 : 1;
	const struct grid_input in = { .breaker = there,
		.trip = (double)NAN,
		.line_v = there * g->district.watch.line_voltage,
		.bus_v = (double)NAN,
		.frequency_hz = (double)NAN,
		.power_kw = g->meter_kw };

	grid_step(&g->watch, &g->district.watch, &in, mono_now(s));
	g->acting = district_acting(s->asked->guard.mode, g->watch.state);
}

static double
load_of_bus(const struct study_run *s, const char *bus)
{
	double sum = 0;

	for (unsigned i = 0; i < s->now.asset_count; i++)
		if (asset_of(s, i)->kind == ASSET_LOAD && asset_of(s, i)->bus != NULL &&
		    strcmp(asset_of(s, i)->bus, bus) == 0)
			sum += s->guard->kw[i];
	return sum;
}

static void
measure_battery(const struct study_run *s, unsigned k, struct guard_battery_in *in)
{
	const struct study_guard *g = s->guard;
	unsigned i = g->battery[k];
	double full = g->district.set.battery[k].asset->energy_kwh * s->state[i].health;

	*in = (struct guard_battery_in){
		.soc_pct = 100 * g->energy_kwh[i] / full,
		.temperature_c = (double)NAN,
		.health = s->state[i].health,
		.power_kw = g->kw[i],
		.device_charge_kw = (double)NAN,
		.device_discharge_kw = (double)NAN,
		.held_kw = study_flow_is_held(s, i) ? g->base->assets[i].power_kw[0] : (double)NAN,
		.plan_kw = g->is_plan ? g->base->assets[i].power_kw[0] : (double)NAN,
		.site_load_kw =
		    g->district.set.battery[k].is_elsewhere ? load_of_bus(s, asset_of(s, i)->bus) : (double)NAN,
		.is_available = problem_at(&s->now, i, SERIES_AVAILABLE, 0) > 0,
	};
	district_complete(&g->district, k, g->acting, in);
}

static void
measure(const struct study_run *s, struct guard_input *in)
{
	const struct study_guard *g = s->guard;
	const double *filed = s->d->was[g->grid][SERIES_FILED_KW];

	*in = (struct guard_input){
		.demand = { .utc = { g->now_us },
		    .mono = mono_now(s),
		    .power_kw = g->meter_kw,
		    .counter_kwh = g->counter_kwh,
		    .month_max_kw = peaks_month(&s->peaks, s->d->place[s->row].month) },
		.mode = g->acting,
		.plan_until = g->is_plan ? EVER : (struct utc){ 0 },
		.filed_kw = filed != NULL ? filed[s->row] : (double)NAN,
		.dr_kw = (double)NAN,
	};
	for (unsigned k = 0; k < g->district.set.battery_count; k++)
		measure_battery(s, k, &in->battery[k]);
	/* A turbine with heat is not measured, so that it is not held down. */
	for (unsigned k = 0; k < g->district.set.source_count; k++)
		in->source_kw[k] = asset_of(s, g->source[k])->heat_bus == NULL ? g->kw[g->source[k]] : (double)NAN;
}

/* ---- what it wants */

/* As chisand: the guard's word, else the plan's. What a column holds stays; in an island the others do what the step's balance gave them. */
static void
tell(struct study_run *s)
{
	struct study_guard *g = s->guard;
	bool follows = g->is_plan && district_follows_plan(g->acting),
	     is_island = g->is_cut || g->acting == GUARD_ISLAND;

	for (unsigned k = 0; k < g->district.set.battery_count; k++) {
		unsigned i = g->battery[k];
		double want = g->out.battery[k].kw, base = g->base->assets[i].power_kw[0];
		bool is_base = follows || is_island || study_flow_is_held(s, i);
		g->told_kw[i] = isfinite(want) ? want : is_base ? base : 0;
	}
	for (unsigned k = 0; k < g->district.set.source_count; k++) {
		double want = g->out.source[k].kw;
		g->cap_kw[g->source[k]] =
		    isfinite(want) ? district_source_setpoint(asset_of(s, g->source[k]), want, false) : (double)NAN;
	}
	g->shed = g->out.shed;
}

/* Or is under way: a slow ramp is so for minutes, in small steps. */
static bool
has_changed(const struct study_run *s, const double *before)
{
	const struct study_guard *g = s->guard;

	for (unsigned i = 0; i < s->now.asset_count; i++)
		if (fabs(g->kw[i] - before[i]) >= (asset_of(s, i)->kind == ASSET_PV ? LEAST_KW : FELT_KW))
			return true;
	for (unsigned k = 0; k < g->district.set.battery_count; k++)
		if (g->out.battery[k].reason == WHY_RAMP)
			return true;
	return false;
}

/* The guard's second. */
static void
look(struct study_run *s)
{
	struct study_guard *g = s->guard;
	double before[PROBLEM_ASSETS_MAX];
	struct guard_input in;
	unsigned shed = g->shed;

	g->fine = (int64_t)s->row * s->d->every + (g->now_us - s->now.start.us) / (s->d->step_us / s->d->every);
	study_flow(s, SECOND_H);
	memcpy(before, g->kw, s->now.asset_count * sizeof(*before));
	watch_grid(s);
	measure(s, &in);
	guard_step(&g->guard, &in, &g->out);
	g->needs_sun = g->needs_sun || district_needs_sun(&g->guard, &g->out, g->acting);
	tell(s);
	study_flow(s, SECOND_H);
	if (has_changed(s, before) || g->is_cut != (g->watch.state == GRID_LOST))
		g->busy_us = g->now_us + BUSY_US;
	if (g->shed != shed)
		g->busy_us = g->now_us + SHED_US;
}

/* ---- what it did */

static bool
is_limit(enum guard_reason r)
{
	return r == WHY_GRID_LIMIT || r == WHY_SOC_LOW || r == WHY_SOC_HIGH || r == WHY_POWER || r == WHY_RAMP ||
	    r == WHY_NO_RETURN || r == WHY_CURTAILED;
}

static void
note_reasons(struct study_guard *g, double seconds)
{
	bool is_so[GUARD_REASONS] = { false }, is_limited = false;

	for (unsigned k = 0; k < g->district.set.battery_count; k++)
		is_so[g->out.battery[k].reason] |= isfinite(g->out.battery[k].kw);
	for (unsigned k = 0; k < g->district.set.source_count; k++)
		is_so[g->out.source[k].reason] |= isfinite(g->out.source[k].kw);
	for (int r = WHY_NONE + 1; r < GUARD_REASONS; r++)
		if (is_so[r]) {
			g->done->reason_s[r] += seconds;
			is_limited = is_limited || is_limit((enum guard_reason)r);
		}
	g->done->limited_s += is_limited ? seconds : 0;
	g->step.limited_s += is_limited ? seconds : 0;
}

static void
close_peak(struct study_peak *p, double kw, double target_kw, int64_t window)
{
	p->above += kw > target_kw + FELT_KW;
	if (kw <= p->kw + LEAST_KW) /* of equals the first */
		return;
	p->kw = kw;
	p->at = (struct utc){ window * WINDOW_US };
}

static void
close_window(struct study_guard *g)
{
	if (g->window == FIRST_NONE)
		return;
	g->done->half_hours++;
	close_peak(&g->done->with, g->window_kwh / g->window_h, g->done->target_kw, g->window);
	close_peak(&g->done->without, g->window_without_kwh / g->window_h, g->done->target_kw, g->window);
}

static void
note(struct study_run *s, double seconds)
{
	struct study_guard *g = s->guard;
	double h = seconds / 3600, in = g->meter_kw - problem_at(&s->now, g->grid, SERIES_IMPORT_MAX, 0),
	       out = -g->meter_kw - problem_at(&s->now, g->grid, SERIES_EXPORT_MAX, 0);

	if (g->now_us / WINDOW_US != g->window) {
		close_window(g);
		g->window = g->now_us / WINDOW_US;
		g->window_kwh = g->window_without_kwh = g->window_h = 0;
	}
	g->window_h += h;
	g->window_kwh += h * fmax(0, g->kw[g->grid]);
	g->window_without_kwh += h * fmax(0, g->without_kw);
	g->done->seconds += seconds;
	g->done->island_s += g->acting == GUARD_ISLAND ? seconds : 0;
	g->done->import_over_s += in > FELT_KW ? seconds : 0;
	g->done->import_over_kwh += in > FELT_KW ? h * in : 0;
	g->done->export_over_s += out > FELT_KW ? seconds : 0;
	g->done->export_over_kwh += out > FELT_KW ? h * out : 0;
	for (unsigned k = 0; k < g->done->shed_count; k++) {
		g->done->shed[k].kwh += h * g->shed_kw[k];
		g->step.shed_kwh += h * g->shed_kw[k];
		g->done->shed[k].seconds += k < g->shed ? seconds : 0;
	}
	note_reasons(g, seconds);
	int64_t end_us = g->now_us + (int64_t)(seconds * 1e6);
	if (end_us / WINDOW_US != g->window || end_us == s->now.start.us + s->d->step_us)
		g->step.without_kw = fmax(g->step.without_kw, g->window_without_kwh / g->window_h);
}

/* ---- the step */

/* Limits of the connection may be series; one of 0 is none that the controller could reckon with. */
static void
set_limits(struct study_run *s)
{
	struct study_guard *g = s->guard;
	struct demand_settings set = g->guard.demand.set;
	double in = problem_at(&s->now, g->grid, SERIES_IMPORT_MAX, 0);
	char why[160];

	g->guard.set.export_max_kw = problem_at(&s->now, g->grid, SERIES_EXPORT_MAX, 0);
	g->guard.set.demand.import_max_kw = in;
	if (!(in > 0) || in == set.import_max_kw)
		return;
	set.import_max_kw = in;
	(void)demand_set(&g->guard.demand, &set, why, sizeof(why));
}

static void
begin_step(struct study_run *s, const struct plan *decided)
{
	struct study_guard *g = s->guard;
	int bus = problem_bus(&s->now, g->district.grid->bus);

	study_problem_now(s);
	g->base = decided;
	g->base_grid_kw = 0;
	g->is_cut = problem_is_island(&s->now, bus, 0);
	g->is_plan = s->asked->policy != STUDY_RULES;
	g->needs_sun = false;
	g->now_us = s->now.start.us;
	g->slice_count = 0;
	g->step = (struct study_guard_stepped){ 0 };
	for (unsigned i = 0; i < decided->asset_count; i++) {
		g->energy_kwh[i] = s->state[i].energy_kwh;
		if (g->is_here[i] && asset_of(s, i)->kind == ASSET_GRID)
			g->base_grid_kw += decided->assets[i].power_kw[0];
	}
	for (unsigned r = 0; r < decided->relaxed_count; r++)
		if (decided->relaxed[r].what == RELAX_OVER && decided->relaxed[r].bus == bus)
			g->base_grid_kw -= decided->relaxed[r].size;
	set_limits(s);
}

/* Seconds that it stands: to the last of the tick, where nothing is under way. */
static double
stands(const struct study_run *s, int64_t end_us)
{
	const struct study_guard *g = s->guard;
	int64_t half = (g->now_us / WINDOW_US + 1) * WINDOW_US;
	double left = (double)((end_us < half ? end_us : half) - g->now_us) / 1e6;

	return g->now_us < g->busy_us ? 1 : fmax(1, fmin(left - 1, floor(study_flow_lasts(s))));
}

struct plan *
study_guard_step(struct study_run *s, struct plan *decided)
{
	struct study_guard *g = s->guard;

	begin_step(s, decided);
	int64_t end = g->now_us + s->d->step_us;
	while (g->now_us < end) {
		int64_t tick = g->now_us - s->now.start.us;
		look(s);
		double seconds =
		    stands(s, s->now.start.us + (tick / s->asked->guard.tick_us + 1) * s->asked->guard.tick_us);
		note(s, seconds);
		study_slice_add(s, seconds / 3600);
	}
	return study_slice_settle(s, decided);
}

const struct study_guard_stepped *
study_guard_stepped(const struct study_run *s)
{
	return s->guard != NULL ? &s->guard->step : NULL;
}

const struct problem *
study_guard_problem(const struct study_run *s)
{
	return &s->guard->problem;
}

void
study_guard_end(struct study_run *s)
{
	if (s->guard != NULL)
		close_window(s->guard);
}
