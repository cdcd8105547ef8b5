/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_foresee.c - what whoever plans can know of each series: what is measured, what is published, and for the rest what was learned.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scada/planner/study_private.h"

/*
 * Minute of the day from which that of the next day is known: the spot market's prices (JEPX at ten), and what was filed (the gate at noon).
 * What is later in the horizon is learned, or not filed yet.
 */
enum { PRICES_OUT = 10 * 60, FILED_OUT = 12 * 60 };

enum way {
	WAY_KNOWN,     /* of a tariff, a contract, an operator */
	WAY_PUBLISHED, /* to the end of this day or the next */
	WAY_LEARNED,   /* from what was, and measured within its step */
	WAY_AFTER,     /* from what was; what is of this step is said after it */
	WAY_SURPRISE,  /* nobody foresees that it changes */
};

static bool
is_of_tariff(const struct asset *a)
{
	const struct asset_data *list = a->data.v;

	for (uint32_t i = 0; i < a->data.n; i++)
		if (list[i].series == SERIES_PRICE_IMPORT)
			return false;
	return true;
}

static enum way
way_of(const struct asset *a, enum series_kind k)
{
	switch (k) {
	case SERIES_AVAILABLE: return WAY_SURPRISE;
	case SERIES_LOAD_KW:
	case SERIES_HEAT:
	case SERIES_PV_KW:
	case SERIES_STEAM: return WAY_LEARNED;
	case SERIES_CO2:
	case SERIES_PRICE_SHORT:
	case SERIES_PRICE_SURPLUS: return WAY_AFTER;
	case SERIES_PRICE_IMPORT: return is_of_tariff(a) ? WAY_KNOWN : WAY_PUBLISHED;
	case SERIES_PRICE_EXPORT:
	case SERIES_FILED_KW: return WAY_PUBLISHED;
	default: return WAY_KNOWN;
	}
}

static bool
is_word(const char *at, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(name, at, n) == 0;
}

/* The words of asked->known, one after the other; NULL: no more. */
static const char *
next_word(const char *list, const char *at, size_t *n)
{
	at = at == NULL ? list : at[*n] == ',' ? at + *n + 1 : NULL;
	*n = at != NULL ? strcspn(at, ",") : 0;
	return at;
}

static bool
is_name(const struct study_data *d, const char *at, size_t n)
{
	const struct asset *list = d->energy->assets.v;

	for (uint32_t i = 0; i < d->energy->assets.n; i++)
		if (is_word(at, n, list[i].name))
			return true;
	for (int k = 0; k < SERIES_COUNT; k++)
		if (is_word(at, n, series_name((enum series_kind)k)))
			return true;
	return false;
}

bool
study_can_know(struct study_run *s)
{
	const char *list = s->asked->known, *at = NULL;
	size_t n = 0;

	if (list != NULL && (s->asked->policy != STUDY_PLAN || s->asked->forecast != STUDY_LEARNED)) {
		snprintf(s->why, s->size,
		    "--known is of plans with learned forecasts; --forecast learned, or no --known, would be right");
		return false;
	}
	while (list != NULL && (at = next_word(list, at, &n)) != NULL)
		if (!is_name(s->d, at, n)) {
			snprintf(s->why, s->size,
			    "--known names \"%.*s\", which is neither a series nor an asset of the site; words as "
			    "load_kw or HALL, with "
			    "commas, would be right",
			    (int)n, at);
			return false;
		}
	return true;
}

bool
study_is_known(const struct study_run *s, const struct asset *a, enum series_kind k)
{
	const char *list = s->asked->known, *at = NULL;
	size_t n = 0;

	while (list != NULL && (at = next_word(list, at, &n)) != NULL)
		if (is_word(at, n, a->name) || is_word(at, n, series_name(k)))
			return true;
	return false;
}

bool
study_is_seen(const struct study_run *s, unsigned asset, enum series_kind k)
{
	return way_of(s->state[asset].asset, k) != WAY_AFTER;
}

/* ---- prices of imbalance: what they are off the market's, which is better known than they are */

static double
paid_for_export(const struct study_data *d, unsigned asset, unsigned row)
{
	const struct asset *list = d->energy->assets.v;
	const double *v = d->was[asset][SERIES_PRICE_EXPORT];

	return v != NULL ? v[row] : ((const struct asset_grid *)list[asset].parameters)->price_export;
}

static void
find_spread(struct study_run *s, unsigned i, enum series_kind k)
{
	const struct study_data *d = s->d;
	double *v, sign = k == SERIES_PRICE_SHORT ? 1 : -1;

	if (d->was[i][k] == NULL)
		return;
	v = arena_alloc(s->arena, d->rows * sizeof(*v));
	for (unsigned row = 0; row < d->rows; row++)
		v[row] = sign * (d->was[i][k][row] - paid_for_export(d, i, row));
	s->past[i][k] = v;
}

/* The surplus price never above the other. */
static void
add_spread(struct study_run *s, unsigned i, enum series_kind k, double *v, unsigned steps)
{
	const double *dear = s->wide.assets[i].series[SERIES_PRICE_SHORT];
	double sign = k == SERIES_PRICE_SHORT ? 1 : -1;

	for (unsigned t = 0; t < steps; t++) {
		v[t] = problem_at(&s->wide, i, SERIES_PRICE_EXPORT, t) + sign * v[t];
		if (k == SERIES_PRICE_SURPLUS && dear != NULL)
			v[t] = fmin(v[t], dear[t]);
	}
}

void
study_foresee_init(struct study_run *s)
{
	unsigned n = s->d->energy->assets.n;

	s->models = arena_alloc(s->arena, (n + 1) * sizeof(*s->models));
	s->past = arena_alloc(s->arena, (n + 1) * sizeof(*s->past));
	for (unsigned i = 0; i < n; i++) {
		memcpy(s->past[i], s->d->was[i], sizeof(s->past[i]));
		find_spread(s, i, SERIES_PRICE_SHORT);
		find_spread(s, i, SERIES_PRICE_SURPLUS);
	}
}

/* ---- what is published */

static unsigned
published(const struct study_run *s, enum series_kind k, unsigned steps)
{
	const struct study_place *at = s->d->place + s->row;
	unsigned out = k == SERIES_FILED_KW ? FILED_OUT : PRICES_OUT, t = 0;
	int64_t last = at->day + (at->minute >= out);

	while (t < steps && at[t].day <= last)
		t++;
	return t;
}

static bool
fill_published(struct study_run *s, unsigned i, enum series_kind k, double *v, unsigned steps)
{
	unsigned n = published(s, k, steps);

	if (k == SERIES_FILED_KW)
		for (unsigned t = n; t < steps; t++)
			v[t] = (double)NAN;
	else if (n < steps && !study_learn(s, i, k, s->row, v))
		return false;
	memcpy(v, s->d->was[i][k] + s->row, n * sizeof(*v));
	return true;
}

bool
study_foresee(struct study_run *s, unsigned i, enum series_kind k, double *v, unsigned steps, bool is_seen)
{
	const struct asset *a = s->state[i].asset;
	enum way way = study_is_known(s, a, k) ? WAY_KNOWN : way_of(a, k);

	switch (way) {
	case WAY_LEARNED: return study_learn(s, i, k, s->row + is_seen, v + is_seen);
	case WAY_PUBLISHED: return fill_published(s, i, k, v, steps);
	case WAY_AFTER:
		if (!study_learn(s, i, k, s->row, v))
			return false;
		if (k != SERIES_CO2)
			add_spread(s, i, k, v, steps);
		return true;
	case WAY_SURPRISE:
		for (unsigned t = 0; t < steps; t++)
			v[t] = 1;
		return true;
	default: memcpy(v, s->d->was[i][k] + s->row, steps * sizeof(*v));
	}
	return true;
}
