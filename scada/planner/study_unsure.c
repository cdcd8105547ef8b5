/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_unsure.c - how far off the net export of the receiving point comes out of what was foreseen of it, by hours ahead: measured on the plans
 * before. A plan that keeps to what was filed reckons with it (unsure_kw of a problem).
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/planner/study_private.h"

#define DAY_US    (INT64_C(86400) * US_PER_S)
#define FADE_DAYS 28
/* Forecasts that are made again before the first step; and so many errors tell something. */
enum { WARM_DAYS = 10, WARM_A_DAY = 2, LEAST = 10 };

/* Is it the bus of a connection that files? What stands further down is fed by the utility. */
static bool
is_filed_of(const struct study_run *s, const char *bus)
{
	for (unsigned i = 0; i < s->d->energy->assets.n; i++)
		if (s->d->was[i][SERIES_FILED_KW] != NULL && bus != NULL && strcmp(s->state[i].asset->bus, bus) == 0)
			return true;
	return false;
}

static const struct asset *
turbine(const struct study_run *s)
{
	for (unsigned i = 0; i < s->d->energy->assets.n; i++)
		if (s->state[i].asset->kind == ASSET_STG && is_filed_of(s, s->state[i].asset->bus))
			return s->state[i].asset;
	return NULL;
}

/* kW of net export that a unit of the series makes. */
static double
factor(const struct study_run *s, const struct asset *a, enum series_kind k, const struct asset *turbine)
{
	const struct asset_stg *g = turbine != NULL ? turbine->parameters : NULL;
	bool has_turbine = g != NULL && a->heat_bus != NULL && turbine->heat_bus != NULL &&
	    strcmp(a->heat_bus, turbine->heat_bus) == 0;

	switch (k) {
	case SERIES_LOAD_KW: return is_filed_of(s, a->bus) ? -1 : 0;
	case SERIES_PV_KW: return is_filed_of(s, a->bus) ? 1 : 0;
	case SERIES_HEAT: return has_turbine ? -g->extraction_kw_per_t : 0;
	case SERIES_STEAM: return has_turbine ? g->kw_per_t : 0;
	default: return 0;
	}
}

void
study_unsure_init(struct study_run *s)
{
	struct study_unsure *u = &s->unsure;
	const struct asset *g = turbine(s);
	unsigned n = s->d->energy->assets.n;
	bool is_filed = false;

	for (unsigned i = 0; i < n; i++)
		is_filed = is_filed || s->d->was[i][SERIES_FILED_KW] != NULL;
	if (!is_filed || s->asked->ignores_filed)
		return;
	u->factor = arena_alloc(s->arena, (n + 1) * sizeof(*u->factor));
	for (unsigned i = 0; i < n; i++)
		for (int k = 0; k < SERIES_COUNT; k++)
			if (s->d->was[i][k] != NULL)
				u->factor[i][k] = factor(s, s->state[i].asset, (enum series_kind)k, g);
	u->kw = arena_alloc(s->arena, s->horizon * sizeof(*u->kw));
	u->square = arena_alloc(s->arena, s->horizon * sizeof(*u->square));
	u->count = arena_alloc(s->arena, s->horizon * sizeof(*u->count));
	u->noted = arena_alloc(s->arena, (size_t)s->horizon * s->horizon * sizeof(*u->noted));
	for (size_t i = 0; i < (size_t)s->horizon * s->horizon; i++)
		u->noted[i] = (double)NAN;
	u->scored = s->row;
}

/* ---- what was foreseen, and what was */

static void
note(struct study_run *s, bool is_seen)
{
	struct study_unsure *u = &s->unsure;

	for (unsigned t = is_seen; t < s->wide.steps; t++) {
		double kw = 0;
		for (unsigned i = 0; i < s->wide.asset_count; i++)
			for (int k = 0; k < SERIES_COUNT; k++)
				if (u->factor[i][k] != 0)
					kw += u->factor[i][k] * s->wide.assets[i].series[k][t];
		u->noted[(size_t)((s->row + t) % s->horizon) * s->horizon + t] = kw;
	}
}

static void
score(struct study_run *s, unsigned row)
{
	struct study_unsure *u = &s->unsure;
	double *noted = u->noted + (size_t)(row % s->horizon) * s->horizon, was = 0;
	double fade = 1 - (double)s->d->step_us / (FADE_DAYS * DAY_US);

	for (unsigned i = 0; i < s->wide.asset_count; i++)
		for (int k = 0; k < SERIES_COUNT; k++)
			if (u->factor[i][k] != 0)
				was += u->factor[i][k] * s->d->was[i][k][row];
	for (unsigned t = 0; t < s->horizon; t++) {
		if (isnan(noted[t]))
			continue;
		u->square[t] = fade * u->square[t] + (was - noted[t]) * (was - noted[t]);
		u->count[t] = fade * u->count[t] + 1;
		noted[t] = (double)NAN;
	}
}

/* Of steps that nothing was measured of, as of the next one before that something was. */
static void
fill(struct study_run *s)
{
	struct study_unsure *u = &s->unsure;

	for (; u->scored < s->row; u->scored++)
		score(s, u->scored);
	for (unsigned t = 0; t < s->horizon; t++)
		u->kw[t] = u->count[t] > LEAST ? sqrt(u->square[t] / u->count[t]) : t > 0 ? u->kw[t - 1] : 0;
	s->wide.unsure_kw = u->kw;
}

/* As if plans had been made in the days before the first step: from what was known then, scored with what is known at it. */
bool
study_unsure_begin(struct study_run *s, bool is_seen)
{
	unsigned first = s->row, every = (unsigned)(DAY_US / WARM_A_DAY / s->d->step_us), most = WARM_DAYS * WARM_A_DAY;

	if (s->unsure.kw == NULL || s->unsure.has_begun)
		return true;
	for (unsigned i = first / every < most ? first / every : most; i > 0; i--) {
		s->row = first - i * every;
		if (!study_problem_wide(s, is_seen))
			return false;
		note(s, is_seen);
		for (unsigned t = 0; t < every; t++)
			score(s, s->row + t);
	}
	s->row = s->unsure.scored = first;
	s->unsure.has_begun = true;
	return true;
}

void
study_unsure(struct study_run *s, bool is_seen)
{
	if (s->unsure.kw == NULL)
		return;
	fill(s);
	note(s, is_seen);
}
