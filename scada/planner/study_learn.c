/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_learn.c - forecasts of a study from the steps that are over, with the same functions as chisand's.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "scada/forecast/load.h"
#include "scada/forecast/pv.h"
#include "scada/planner/study_private.h"

enum { LEARN_DAYS = 366 };

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

/* Where nothing is known yet: as in the step before, in the first as it turns out. */
static void
persist(const struct study_data *d, const double *was, unsigned row, unsigned count, double *v)
{
	(void)d;
	for (unsigned t = 0; t < count; t++)
		v[t] = was[row > 0 ? row - 1 : 0];
}

static enum err
learn_load(const struct study_data *d, const struct asset *a, const struct past *past, struct utc from, unsigned count,
    double *v, char *why, size_t size)
{
	const struct asset_load *l = a->parameters;
	struct load_answer answer;
	const struct load_ask ask = { .name = a->name,
		.tables = { d->site->holidays.n > 0 ? &d->site->holidays : NULL,
		    d->site->terms.n > 0 ? &d->site->terms : NULL },
		.follows_terms = l->profile == LOAD_SCHOOL,
		.past = past,
		.from = from,
		.count = count };

	return load_forecast(&ask, v, &answer, why, size);
}

static enum err
learn_sun(const struct study_data *d, const struct asset *a, const struct past *past, struct utc from, unsigned count,
    double *v, char *why, size_t size)
{
	struct pv_answer answer;
	const struct pv_ask ask = { .name = a->name,
		.plant = a->parameters,
		.rated_kw = (double)NAN,
		.latitude_deg = d->energy->latitude_deg,
		.longitude_deg = d->energy->longitude_deg,
		.past = past,
		.from = from,
		.count = count };

	return pv_forecast(&ask, v, &answer, why, size);
}

bool
study_learn(struct study_run *s, unsigned asset, enum series_kind k, unsigned count, double *v)
{
	const struct study_data *d = s->d;
	const struct asset *a = s->state[asset].asset;
	unsigned most = (unsigned)(LEARN_DAYS * INT64_C(86400) * US_PER_S / d->step_us);
	unsigned first = s->row > most ? s->row - most : 0;
	const struct past past = { .start = utc_add(d->start, (int64_t)first * d->step_us),
		.step_us = d->step_us,
		.count = s->row - first,
		.v = d->was[asset][k] + first };
	struct utc from = utc_add(d->start, (int64_t)s->row * d->step_us);

	if (past.count == 0) {
		persist(d, d->was[asset][k], s->row, count, v);
		return true;
	}
	enum err e = k == SERIES_PV_KW ? learn_sun(d, a, &past, from, count, v, s->why, s->size)
	                               : learn_load(d, a, &past, from, count, v, s->why, s->size);
	if (e == ERR_NOT_FOUND)
		persist(d, d->was[asset][k], s->row, count, v);
	return e == OK || e == ERR_NOT_FOUND;
}
