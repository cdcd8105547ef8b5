/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_slice.c - what flowed within a step, settled as plans are: time in which no power changes its sign is one slice, for money is linear in
 * it; so what was drawn in one second is not offset by what was given in another.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/planner/study_flow.h"

#define WINDOW_US    (1800 * US_PER_S)
#define TOLERANCE_KW 1e-2
/* Beyond so many a step's slices are put together whatever their signs; half hours stay apart. */
enum { SLICES_MAX = PROBLEM_STEPS_MAX, SLICES_FREE = SLICES_MAX - 8 };

void
study_slice_init(struct study_run *s)
{
	struct study_guard *g = s->guard;
	unsigned n = s->d->energy->assets.n;

	g->slices = arena_alloc(s->arena, SLICES_MAX * sizeof(*g->slices));
	g->slice_hours = arena_alloc(s->arena, SLICES_MAX * sizeof(*g->slice_hours));
	g->slice_windows = arena_alloc(s->arena, SLICES_MAX * sizeof(*g->slice_windows));
	for (unsigned t = 0; t < SLICES_MAX; t++) {
		g->slices[t].kwh = arena_alloc(s->arena, (n + 1) * sizeof(double));
		g->slices[t].asked_kwh = arena_alloc(s->arena, (n + 1) * sizeof(double));
		g->slices[t].energy = arena_alloc(s->arena, (n + 1) * sizeof(double));
		g->slices[t].sign = arena_alloc(s->arena, n + 1);
	}
	g->series = arena_alloc(s->arena, (n + 1) * sizeof(*g->series));
	for (unsigned i = 0; i < n; i++)
		for (int k = 0; k < SERIES_COUNT; k++)
			if (s->d->was[i][k] != NULL)
				g->series[i][k] = arena_alloc(s->arena, SLICES_MAX * sizeof(double));
	g->problem = s->now;
	g->problem.hours = g->slice_hours;
	g->problem.window = g->slice_windows;
	g->problem.assets = arena_alloc(s->arena, (n + 1) * sizeof(*g->problem.assets));
}

static int8_t
sign_of(double kw)
{
	return (int8_t)((kw > 0) - (kw < 0));
}

static void
set_signs(const struct study_guard *g, unsigned n, int8_t *sign)
{
	for (unsigned i = 0; i < n; i++)
		sign[i] = sign_of(g->kw[i]);
	sign[n] = g->meter_kw < g->kw[g->grid];
}

void
study_slice_add(struct study_run *s, double hours)
{
	struct study_guard *g = s->guard;
	unsigned n = s->now.asset_count;
	int64_t window = g->now_us / WINDOW_US;
	int8_t sign[PROBLEM_ASSETS_MAX + 1];
	struct study_slice *last = g->slice_count > 0 ? &g->slices[g->slice_count - 1] : NULL;

	set_signs(g, n, sign);
	bool is_same = last != NULL && last->window == window &&
	    (g->slice_count >= SLICES_FREE || memcmp(last->sign, sign, n + 1) == 0);
	if (!is_same && g->slice_count < SLICES_MAX) {
		last = &g->slices[g->slice_count++];
		last->hours = 0;
		last->window = window;
		memcpy(last->sign, sign, n + 1);
		memset(last->kwh, 0, n * sizeof(*last->kwh));
		memset(last->asked_kwh, 0, n * sizeof(*last->asked_kwh));
	}
	last->hours += hours;
	for (unsigned i = 0; i < n; i++) {
		last->kwh[i] += g->kw[i] * hours;
		last->asked_kwh[i] += g->asked_kw[i] * hours;
	}
	study_flow_go(s, hours);
	memcpy(last->energy, g->energy_kwh, n * sizeof(*last->energy));
}

/* ---- the step as a problem of its slices */

static void
fill_series(struct study_run *s, unsigned i, enum series_kind k)
{
	struct study_guard *g = s->guard;
	int kind = s->state[i].asset->kind;
	bool is_own = (kind == ASSET_LOAD && k == SERIES_LOAD_KW) || (kind == ASSET_PV && k == SERIES_PV_KW);

	for (unsigned t = 0; t < g->slice_count; t++)
		g->series[i][k][t] = is_own ? g->slices[t].asked_kwh[i] / g->slices[t].hours : s->d->was[i][k][s->row];
	g->problem.assets[i].series[k] = g->series[i][k];
}

static void
fill_problem(struct study_run *s)
{
	struct study_guard *g = s->guard;
	struct problem *p = &g->problem;

	p->start = s->now.start;
	p->steps = g->slice_count;
	for (unsigned t = 0; t < g->slice_count; t++) {
		g->slice_hours[t] = g->slices[t].hours;
		g->slice_windows[t] = (unsigned)(g->slices[t].window - g->slices[0].window);
	}
	for (unsigned i = 0; i < p->asset_count; i++) {
		p->assets[i] = s->state[i];
		memset(p->assets[i].series, 0, sizeof(p->assets[i].series));
		for (int k = 0; k < SERIES_COUNT; k++)
			if (g->series[i][k] != NULL)
				fill_series(s, i, (enum series_kind)k);
	}
}

static void
fill_plan(const struct study_guard *g, const struct plan *step, struct plan *plan)
{
	for (unsigned i = 0; i < plan->asset_count; i++) {
		const struct plan_asset *from = &step->assets[i];
		struct plan_asset *to = &plan->assets[i];
		bool is_battery = g->problem.assets[i].asset->kind == ASSET_BATTERY;
		for (unsigned t = 0; t < plan->steps; t++) {
			to->power_kw[t] = g->slices[t].kwh[i] / g->slices[t].hours;
			to->reason[t] = from->reason[0];
			if (to->energy != NULL)
				to->energy[t] = is_battery ? g->slices[t].energy[i] : from->energy[0];
			if (to->heat != NULL)
				to->heat[t] = from->heat[0];
			if (to->is_on != NULL)
				to->is_on[t] = from->is_on[0];
		}
	}
}

static void
take_mean(const struct study_guard *g, const struct plan *plan, struct plan *step)
{
	for (unsigned i = 0; i < plan->asset_count; i++) {
		double kwh = 0, hours = 0;
		for (unsigned t = 0; t < plan->steps; t++) {
			kwh += g->slices[t].kwh[i];
			hours += g->slices[t].hours;
		}
		step->assets[i].power_kw[0] = kwh / hours;
		if (step->assets[i].energy != NULL)
			step->assets[i].energy[0] = plan->assets[i].energy[plan->steps - 1];
	}
	memcpy(step->cost, plan->cost, sizeof(step->cost));
	step->total = plan->total;
	step->co2_kg = plan->co2_kg;
	step->unserved_kwh = plan->unserved_kwh;
	step->over_kwh = plan->over_kwh;
}

struct plan *
study_slice_settle(struct study_run *s, struct plan *step)
{
	struct study_guard *g = s->guard;

	fill_problem(s);
	struct plan *plan = dispatch_plan_blank(&g->problem);
	fill_plan(g, step, plan);
	if (!dispatch_plan_settle(&g->problem, plan, TOLERANCE_KW, s->why, s->size)) {
		dispatch_plan_free(plan);
		return NULL;
	}
	take_mean(g, plan, step);
	return plan;
}
