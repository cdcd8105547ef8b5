/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given.c - what is given, put over the site's own forecast where it is fresh and whole.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/forecast/given.h"

#define GIVEN_WORD(id, word, help) [id] = word,
#define GIVEN_HELP(id, word, help) [id] = help,
static const char *const words[] = { GIVEN_STATE_LIST(GIVEN_WORD) }, *const helps[] = { GIVEN_STATE_LIST(GIVEN_HELP) };
#undef GIVEN_WORD
#undef GIVEN_HELP

const char *
given_state_word(enum given_state s)
{
	return (unsigned)s < GIVEN_STATES ? words[s] : "unknown";
}

const char *
given_state_help(enum given_state s)
{
	return (unsigned)s < GIVEN_STATES ? helps[s] : "";
}

const struct given_point *
given_find(const struct given *g, const char *point)
{
	for (uint32_t i = 0; i < g->count; i++)
		if (strcmp(g->points[i].name, point) == 0)
			return &g->points[i];
	return NULL;
}

/* Mean from..to of what is given; NaN unless all of it is covered. *row: where to look first; it goes on with the time. */
static double
mean_of(const struct given_point *p, int64_t from, int64_t to, uint32_t *row)
{
	double sum = 0;
	int64_t at = from;
	while (*row + 1 < p->count && p->rows[*row + 1].time.us <= from)
		++*row;
	for (uint32_t i = *row; i < p->count && at < to; i++) {
		int64_t begin = p->rows[i].time.us, end = begin + p->step_us;
		if (begin > at || end <= at || isnan(p->rows[i].v))
			return (double)NAN;
		if (i + 1 < p->count && p->rows[i + 1].time.us < end)
			end = p->rows[i + 1].time.us;
		end = end < to ? end : to;
		sum += p->rows[i].v * (double)(end - at);
		at = end;
	}
	return at < to ? (double)NAN : sum / (double)(to - from);
}

enum given_state
given_over(const struct given *g, const struct given_ask *ask, double *v, bool *is_given)
{
	const struct given_point *p = given_find(g, ask->point);
	uint32_t row = 0;
	unsigned taken = 0;
	for (unsigned i = 0; is_given != NULL && i < ask->count; i++)
		is_given[i] = false;
	if (p == NULL)
		return GIVEN_NO_POINT;
	struct utc made = p->made_at.us != 0 ? p->made_at : ask->written_at;
	if (utc_diff_us(made, ask->now) > GIVEN_AHEAD_US)
		return GIVEN_EARLY;
	if (utc_diff_us(ask->now, made) > ask->max_age_us)
		return GIVEN_LATE;
	for (unsigned i = 0; i < ask->count; i++) {
		int64_t from = ask->from.us + (int64_t)i * ask->step_us;
		double mean = mean_of(p, from, from + ask->step_us, &row);
		if (isnan(mean))
			continue;
		v[i] = mean;
		taken++;
		if (is_given != NULL)
			is_given[i] = true;
	}
	return taken == ask->count ? GIVEN_WHOLE : taken > 0 ? GIVEN_PARTLY : GIVEN_NOTHING;
}
