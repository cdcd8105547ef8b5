/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_learn.c - forecasts of a study from the steps that are over, with the same functions as chisand's.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/forecast/band.h"
#include "scada/planner/study_private.h"

enum { LEARN_DAYS = 366, YOUNG_DAYS = 14, WEEK_H = 168, PAST_DAYS = 14, PAST_A_DAY = 4 };

bool
study_learn_can(const struct study_data *d, char *why, size_t size)
{
	const struct asset *list = d->energy->assets.v;
	int64_t minutes = d->step_us / (60 * US_PER_S);

	if (d->step_us != minutes * 60 * US_PER_S || (minutes != 15 && minutes != 30 && minutes != 60)) {
		snprintf(why, size, "learned forecasts of steps of %g min; --step 15m, 30m or 1h would be right",
		    (double)d->step_us / 6e7);
		return false;
	}
	if (d->start.us % d->step_us != 0) {
		snprintf(why, size, "learned forecasts want steps that begin at whole quarters of an hour");
		return false;
	}
	for (uint32_t i = 0; i < d->energy->assets.n; i++)
		if (list[i].kind == ASSET_PV && (isnan(d->energy->latitude_deg) || isnan(d->energy->longitude_deg))) {
			snprintf(why, size,
			    "learned forecasts of %s want to know where it is; latitude_deg and longitude_deg of the "
			    "site's energy section would be right",
			    list[i].name);
			return false;
		}
	return true;
}

/* Where nothing is known yet: as in the step before, in the first as it turns out; a furnace makes what it is built for. */
static void
persist(const struct study_run *s, unsigned asset, enum series_kind k, unsigned from, double *v)
{
	const struct asset_furnace *f = s->state[asset].asset->parameters;
	double is = k == SERIES_STEAM ? f->steam_t_per_h : s->past[asset][k][from > 0 ? from - 1 : 0];

	for (unsigned t = 0; t < s->horizon; t++)
		v[t] = is;
}

/* Whether a furnace burns is its schedule, and known; how much steam it makes is not. */
static void
follow_schedule(const struct study_run *s, unsigned asset, unsigned from, double *v)
{
	const double *was = s->d->was[asset][SERIES_STEAM];

	for (unsigned t = 0; t < s->horizon; t++)
		if (from + t >= s->d->rows || !(was[from + t] > 0))
			v[t] = 0;
}

static enum err
learn_load(struct study_run *s, const struct asset *a, const struct past *past, struct utc from, struct load_model **m)
{
	const struct study_data *d = s->d;
	const struct asset_load *l = a->kind == ASSET_LOAD ? a->parameters : NULL;
	struct load_answer answer;
	const struct load_ask ask = { .name = a->name,
		.tables = { d->site->holidays.n > 0 ? &d->site->holidays : NULL,
		    d->site->terms.n > 0 ? &d->site->terms : NULL },
		.follows_terms = l != NULL && l->profile == LOAD_SCHOOL,
		.while_on = a->kind == ASSET_FURNACE,
		.past = past,
		.from = from,
		.count = s->horizon };

	return load_learn(&ask, m, &answer, s->why, s->size);
}

static enum err
learn_sun(struct study_run *s, const struct asset *a, const struct past *past, struct utc from, struct pv_model **m)
{
	struct pv_answer answer;
	const struct pv_ask ask = { .name = a->name,
		.plant = a->parameters,
		.rated_kw = (double)NAN,
		.latitude_deg = s->d->energy->latitude_deg,
		.longitude_deg = s->d->energy->longitude_deg,
		.past = past,
		.from = from,
		.count = s->horizon };

	return pv_learn(&ask, m, &answer, s->why, s->size);
}

void
study_learn_done(struct study_run *s)
{
	for (unsigned i = 0; s->models != NULL && i < s->d->energy->assets.n; i++)
		for (int k = 0; k < SERIES_COUNT; k++) {
			load_free(s->models[i][k].load);
			pv_free(s->models[i][k].sun);
			free(s->models[i][k].score);
		}
}

/*
 * Outages an hour, as the steps before this one had them; as if one had been seen in a week before the first.  What is not stored when one
 * begins is not served in it: so many times the price of what is not served is what a reserve is worth.
 */
double
study_outages_per_hour(const struct study_run *s)
{
	const struct study_data *d = s->d;
	double count = 1, hours = WEEK_H;

	for (unsigned i = 0; i < d->energy->assets.n; i++) {
		const double *there = d->was[i][SERIES_AVAILABLE];
		if (s->state[i].asset->kind != ASSET_GRID || there == NULL)
			continue;
		for (unsigned row = 1; row < s->row; row++) {
			count += there[row - 1] > 0 && !(there[row] > 0);
			hours += there[row - 1] > 0 ? d->hours : 0;
		}
	}
	return count / hours;
}

/* Learned anew when a day has gone; in the first days, while each hour tells something, with each step. */
static bool
is_stale(const struct study_run *s, const struct study_model *m, unsigned from)
{
	unsigned day = (unsigned)(INT64_C(86400) * US_PER_S / s->d->step_us);

	return (m->load == NULL && m->sun == NULL) || from >= m->row + (from > YOUNG_DAYS * day ? day : 1);
}

static void
forget(struct study_model *m)
{
	load_free(m->load);
	pv_free(m->sun);
	m->load = NULL;
	m->sun = NULL;
}

/* The rows that are over since the last time, against what was foreseen of them. */
static void
score_rows(const struct study_data *d, struct study_model *m, const struct day_tables *tables, unsigned from,
    const double *was)
{
	for (; m->scored < from; m->scored++) {
		unsigned most = (unsigned)(WEEK_H * INT64_C(3600) * US_PER_S / d->step_us) + 1;
		unsigned first = m->scored > most ? m->scored - most : 0;
		struct utc step = utc_add(d->start, (int64_t)m->scored * d->step_us);
		const struct past past = { .start = utc_add(d->start, (int64_t)first * d->step_us),
			.step_us = d->step_us,
			.count = m->scored + 1 - first,
			.v = was + first };
		struct day_kind kind = day_kind_of(tables, d->place[m->scored].day);

		score_learn(
		    m->score, &past, step, d->place[m->scored].minute, tables->holidays != NULL && day_is_off(&kind));
	}
}

/* A series gets its errors at once, as chisand's do: from forecasts as they would have been made in the days before, from the oldest on. */
static void
score_past(struct study_run *s, struct study_model *m, unsigned asset, enum series_kind k, unsigned from,
    const struct day_tables *tables)
{
	const struct study_data *d = s->d;
	unsigned every = (unsigned)(INT64_C(86400) * US_PER_S / d->step_us) / PAST_A_DAY;
	double *v = xcalloc(s->horizon + 1, sizeof(*v));

	m->scored = from - (from / every < PAST_DAYS * PAST_A_DAY ? from / every : PAST_DAYS * PAST_A_DAY) * every;
	forget(m);
	for (unsigned at = m->scored; at < from; at += every) {
		score_rows(d, m, tables, at, d->was[asset][k]);
		if (study_learn(s, asset, k, at, v))
			score_note(m->score, utc_add(d->start, (int64_t)at * d->step_us), v, s->horizon);
	}
	forget(m); /* what it knows is of the past */
	(void)study_learn(s, asset, k, from, v);
	free(v);
}

void
study_learn_careful(struct study_run *s, unsigned asset, enum series_kind k, unsigned from, const double *v, double *to)
{
	const struct study_data *d = s->d;
	struct study_model *m = &s->models[asset][k];
	struct day_tables tables = { &d->site->holidays, &d->site->terms };
	bool is_sun = k == SERIES_PV_KW;
	double *other = xcalloc(s->horizon + 1, sizeof(*other));

	if (m->score == NULL) {
		m->score = xcalloc(1, sizeof(*m->score));
		score_init(m->score, d->step_us);
		m->scored = from;
		if (k == SERIES_HEAT)
			score_past(s, m, asset, k, from, &tables);
	}
	score_rows(d, m, is_sun ? &(struct day_tables){ NULL, NULL } : &tables, from, d->was[asset][k]);
	const struct band_ask ask = { .score = m->score,
		.tables = is_sun ? NULL : &tables,
		.from = utc_add(d->start, (int64_t)from * d->step_us),
		.step_us = d->step_us,
		.count = s->horizon,
		.least = 0,
		.most = is_sun ? ((const struct asset_pv *)s->state[asset].asset->parameters)->peak_kw : (double)NAN,
		.is_sun = is_sun };
	(void)band_fill(&ask, v, is_sun ? to : other, is_sun ? other : to);
	score_note(m->score, ask.from, v, s->horizon);
	free(other);
}

bool
study_learn(struct study_run *s, unsigned asset, enum series_kind k, unsigned from, double *v)
{
	const struct study_data *d = s->d;
	const struct asset *a = s->state[asset].asset;
	struct study_model *m = &s->models[asset][k];
	unsigned most = (unsigned)(LEARN_DAYS * INT64_C(86400) * US_PER_S / d->step_us);
	unsigned first = from > most ? from - most : 0;
	const struct past past = { .start = utc_add(d->start, (int64_t)first * d->step_us),
		.step_us = d->step_us,
		.count = from - first,
		.v = s->past[asset][k] + first };
	struct utc at = utc_add(d->start, (int64_t)from * d->step_us);
	enum err e = OK;

	if (past.count == 0)
		e = ERR_NOT_FOUND;
	else if (is_stale(s, m, from)) {
		forget(m);
		m->row = from;
		e = k == SERIES_PV_KW ? learn_sun(s, a, &past, at, &m->sun) : learn_load(s, a, &past, at, &m->load);
	}
	if (e == OK)
		e = k == SERIES_PV_KW ? pv_foresee(m->sun, &past, NULL, at, v)
		                      : load_foresee(m->load, &past, NULL, at, v);
	if (e == ERR_NOT_FOUND)
		persist(s, asset, k, from, v);
	if (k == SERIES_STEAM)
		follow_schedule(s, asset, from, v);
	return e == OK || e == ERR_NOT_FOUND;
}
