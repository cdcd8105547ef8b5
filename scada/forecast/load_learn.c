/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_learn.c - what weather and present level say about the coming hours, learned from the last six weeks.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/forecast/fit.h"
#include "scada/forecast/load_private.h"

/* As if so many slots had shown no effect: what is true of the next hours is so of the same times of many days, and less is needed to believe it. */
#define RIDGE      20.0
#define RIDGE_LEAD 3.0  /* and one more for each hour ahead */
#define FAR        4.0  /* what is further off than so many deviations counts as there */
#define SCALE_LOW  0.2  /* of the mean deviation: the least scale of a slot, so that a quiet night does not shout */
#define HEATED_C   15.0 /* below it buildings are heated, */
#define COOLED_C   20.0 /* above it cooled */

static double
within(double v, double limit)
{
	return fmin(fmax(v, -limit), limit);
}

/* ---- weather */

/* Degrees more of heating or cooling than on the days that usual comes from. False: not known. */
static bool
weather_terms(const struct load_model *w, size_t at, double *x)
{
	for (unsigned i = 0; i < LOAD_WEATHERS; i++) {
		x[i] = w->weather[i].v[at] - w->usual_weather[i][at];
		if (isnan(x[i]))
			return false;
	}
	return true;
}

void
load_learn_weather(struct load_model *w)
{
	struct fit fits[2][LOAD_BLOCKS];
	double x[LOAD_WEATHERS];
	if (w->ask.temperature == NULL)
		return;
	for (unsigned off = 0; off < 2; off++)
		for (unsigned b = 0; b < LOAD_BLOCKS; b++)
			fits[off][b] = fit_new(LOAD_WEATHERS, RIDGE);
	for (size_t at = (size_t)w->first * w->v.slots; at < (size_t)(w->today + 1) * w->v.slots; at++) {
		double y = w->v.v[at] - w->usual[at];
		if (isnan(y) || !weather_terms(w, at, x))
			continue;
		fit_add(&fits[day_is_off(&w->kind[at / w->v.slots])][load_block(w, at)], x, y, 1);
		w->has_weather = true;
	}
	for (unsigned off = 0; off < 2; off++)
		for (unsigned b = 0; b < LOAD_BLOCKS; b++)
			fit_solve(&fits[off][b], w->by_weather[off][b]);
}

double
load_weather(const struct load_model *w, size_t at)
{
	double x[LOAD_WEATHERS], sum = 0;
	if (!w->has_weather || !weather_terms(w, at, x))
		return 0;
	for (unsigned i = 0; i < LOAD_WEATHERS; i++)
		sum += w->by_weather[day_is_off(&w->kind[at / w->v.slots])][load_block(w, at)][i] * x[i];
	return sum;
}

double
load_heating_c(double celsius)
{
	return isnan(celsius) ? celsius : fmax(HEATED_C - celsius, 0);
}

double
load_cooling_c(double celsius)
{
	return isnan(celsius) ? celsius : fmax(celsius - COOLED_C, 0);
}

/* ---- level */

static void
find_scale(struct load_model *w)
{
	unsigned slots = w->v.slots, all_n = 0;
	double all = 0;
	for (unsigned s = 0; s < slots; s++) {
		double square = 0;
		unsigned n = 0;
		for (unsigned row = w->first; row <= w->today; row++) {
			double r = w->rest[(size_t)row * slots + s];
			if (!isnan(r))
				square += r * r, n++;
		}
		w->scale[s] = n > 0 ? sqrt(square / n) : 0;
		all += square;
		all_n += n;
	}
	all = all > 0 ? sqrt(all / all_n) : 1;
	for (unsigned s = 0; s < slots; s++)
		w->scale[s] = fmax(w->scale[s], SCALE_LOW * all);
}

void
load_find_rest(struct load_model *w, size_t from, size_t to)
{
	for (size_t at = from; at < to; at++) {
		double r = w->v.v[at] - w->usual[at] - load_weather(w, at);
		w->rest[at] = isnan(r) ? r : within(r / w->scale[at % w->v.slots], FAR);
		w->sums[at + 1] = w->sums[at] + (isnan(r) ? 0 : w->rest[at]);
		w->counts[at + 1] = w->counts[at] + !isnan(r);
	}
}

static void
find_all_rest(struct load_model *w)
{
	size_t n = (size_t)w->rows * w->v.slots, first = (size_t)w->first * w->v.slots;
	w->rest = xcalloc(n, sizeof(*w->rest));
	w->sums = xcalloc(n + 1, sizeof(*w->sums));
	w->counts = xcalloc(n + 1, sizeof(*w->counts));
	for (size_t at = 0; at < n; at++)
		w->rest[at] = at < first ? (double)NAN : w->v.v[at] - w->usual[at] - load_weather(w, at);
	find_scale(w);
	load_find_rest(w, first, n);
}

/* Mean of the last n slots before now; 0 if less than `least` are known. */
static double
mean_before(const struct load_model *w, size_t now, size_t n, unsigned least)
{
	size_t from = now > n ? now - n : 0;
	unsigned known = w->counts[now] - w->counts[from];
	return known >= least && known > 0 ? (w->sums[now] - w->sums[from]) / known : 0;
}

/* What is known at `now` of the level that will be at `at`: of the last hour, the last day, the last and the last four such times of day. */
static void
level_terms(const struct load_model *w, size_t now, size_t at, double *x)
{
	unsigned slots = w->v.slots, known = 0;
	double sum = 0;
	x[0] = mean_before(w, now, slots / 24, 1);
	x[1] = mean_before(w, now, slots, slots / 4);
	x[2] = 0;
	at -= (at - now) / slots * slots + slots; /* the last such time of day that is over */
	for (unsigned i = 0; i < 4; i++, at -= slots) {
		double r = w->rest[at];
		if (isnan(r))
			continue;
		sum += r;
		known++;
		if (i == 0)
			x[2] = r;
	}
	x[3] = known > 0 ? sum / known : 0;
}

void
load_learn_level(struct load_model *w)
{
	static const double hours[LOAD_KNOTS] = { 0, 0.5, 1, 2, 3, 5, 8, 12, 23, 24, 36, 48 };
	unsigned slots = w->v.slots;
	double x[LOAD_LEVELS];
	find_all_rest(w);
	for (unsigned k = 0; k < LOAD_KNOTS; k++) {
		unsigned knot = (unsigned)(hours[k] * slots / 24);
		if (w->knots == 0 || w->knot[w->knots - 1] < knot)
			w->knot[w->knots++] = knot;
	}
	for (unsigned k = 0; k < w->knots; k++) {
		struct fit fits[LOAD_BLOCKS];
		for (unsigned b = 0; b < LOAD_BLOCKS; b++)
			fits[b] = fit_new(LOAD_LEVELS, fmin(RIDGE, RIDGE_LEAD + hours[k]));
		for (size_t at = (size_t)(w->first + 1) * slots + w->knot[k]; at < (size_t)(w->today + 1) * slots;
		     at++) {
			if (isnan(w->rest[at]))
				continue;
			level_terms(w, at - w->knot[k], at, x);
			fit_add(&fits[load_block(w, at)], x, w->rest[at], 1);
		}
		for (unsigned b = 0; b < LOAD_BLOCKS; b++)
			fit_solve(&fits[b], w->by_level[k][b]);
	}
}

double
load_level(const struct load_model *w, size_t now, size_t at)
{
	double x[LOAD_LEVELS], sum = 0;
	unsigned k = 0, lead = (unsigned)(at - now), b = load_block(w, at);
	level_terms(w, now, at, x);
	while (k + 1 < w->knots && w->knot[k + 1] <= lead)
		k++;
	unsigned next = k + 1 < w->knots ? k + 1 : k;
	double part = next > k ? (double)(lead - w->knot[k]) / (w->knot[next] - w->knot[k]) : 0;
	for (unsigned i = 0; i < LOAD_LEVELS; i++)
		sum += x[i] * (w->by_level[k][b][i] + part * (w->by_level[next][b][i] - w->by_level[k][b][i]));
	return sum * w->scale[at % w->v.slots];
}
