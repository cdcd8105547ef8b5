/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_usual.c - the past of a consumer by day and slot, and the usual course of its days and of those to come.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/forecast/load_private.h"

#define AGE_DAYS  10.0 /* in which a day's weight halves, */
#define AGE_LEAST 0.05 /* but not below: the same season of last year tells something */
#define OTHER_DAY 0.5  /* what a weekday tells about another that is like it */
enum { WEEKS_LEAST = 4 };
#define OFF  0.05
#define CLIP 1.5 /* deviations beyond which a day counts as there: one odd day in four weeks moves little */

/* ---- the past */

static void
count_known(struct load_model *w)
{
	double sum = 0;
	w->known = w->days = 0;
	w->low = (double)INFINITY;
	w->high = -(double)INFINITY;
	for (unsigned row = 0; row <= w->today; row++) {
		unsigned here = 0;
		for (unsigned s = 0; s < w->v.slots; s++) {
			double v = w->v.v[(size_t)row * w->v.slots + s];
			if (isnan(v))
				continue;
			here++;
			sum += v;
			w->low = fmin(w->low, v);
			w->high = fmax(w->high, v);
		}
		w->known += here;
		w->days += here * 2 >= w->v.slots;
	}
	w->mean = w->known > 0 ? sum / w->known : (double)NAN;
}

static void
leave_out_off(struct load_model *w)
{
	for (size_t at = 0; at < (size_t)w->v.days * w->v.slots; at++)
		if (w->v.v[at] < OFF * w->high)
			w->v.v[at] = (double)NAN;
	w->off = OFF * w->high;
	count_known(w);
}

/* Rows for the days to come, not known. */
static void
add_rows(struct grid *g, unsigned rows)
{
	size_t had = (size_t)g->days * g->slots, n = (size_t)rows * g->slots;
	g->v = xrecallocarray(g->v, had, n, sizeof(*g->v));
	for (size_t at = had; at < n; at++)
		g->v[at] = (double)NAN;
	g->days = rows;
}

static void
make_weather(struct load_model *w)
{
	static double (*const degrees[LOAD_WEATHERS])(double celsius) = { load_heating_c, load_cooling_c };
	const struct load_ask *ask = &w->ask;
	size_t n = (size_t)w->rows * w->v.slots;
	if (ask->temperature == NULL)
		return;
	/* A moment before the end of the last row. */
	struct utc last =
	    utc_add(ask->from, (int64_t)(ask->count + LOAD_SPARE_DAYS * w->v.slots) * ask->past->step_us - 1);
	for (unsigned i = 0; i < LOAD_WEATHERS; i++) {
		grid_make(&w->weather[i], ask->temperature, last, w->rows);
		for (size_t at = 0; at < n; at++)
			w->weather[i].v[at] = degrees[i](w->weather[i].v[at]);
		w->usual_weather[i] = xcalloc(n, sizeof(double));
	}
}

struct load_model *
load_model_new(const struct load_ask *ask)
{
	int64_t last;
	unsigned slot;
	struct load_model *w = xcalloc(1, sizeof(*w));
	*w = (struct load_model){ .ask = *ask, .step_us = ask->past->step_us, .today = LOAD_LOOK_BACK - 1 };
	grid_make(&w->v, ask->past, ask->from, LOAD_LOOK_BACK);
	w->dropped = grid_clean(&w->v);
	count_known(w);
	if (ask->while_on)
		leave_out_off(w);
	unsigned steps = ask->count + LOAD_SPARE_DAYS * w->v.slots;
	grid_place(utc_add(ask->from, (int64_t)(steps - 1) * ask->past->step_us), w->v.slots, &last, &slot);
	w->rows = (unsigned)(last - w->v.first) + 1;
	add_rows(&w->v, w->rows);
	w->kind = xcalloc(w->rows, sizeof(*w->kind));
	for (unsigned row = 0; row < w->rows; row++)
		w->kind[row] = day_kind_of(&ask->tables, w->v.first + row);
	w->weights = xcalloc(w->rows, sizeof(*w->weights));
	w->usual = xcalloc((size_t)w->rows * w->v.slots, sizeof(*w->usual));
	make_weather(w);
	return w;
}

void
load_free(struct load_model *w)
{
	if (w == NULL)
		return;
	for (unsigned i = 0; i < LOAD_WEATHERS; i++) {
		grid_done(&w->weather[i]);
		free(w->usual_weather[i]);
	}
	free(w->counts);
	free(w->sums);
	free(w->rest);
	free(w->usual);
	free(w->weights);
	free(w->kind);
	grid_done(&w->v);
	free(w);
}

size_t
load_place(const struct load_model *w, struct utc t)
{
	int64_t day;
	unsigned slot;
	grid_place(t, w->v.slots, &day, &slot);
	return (size_t)(day - w->v.first) * w->v.slots + slot;
}

/* ---- weekdays */

/*
 * Whether two weekdays are of one sort the last weeks tell: a pool that is closed on Mondays knows no Sunday.  A day that is off by D beside a
 * spread of s from week to week is worth s^2 / (s^2 + D^2) of one that is not (least squared error); squared, as days that are off are so together.
 */
static double
alike(const struct load_model *w, unsigned a, unsigned b)
{
	unsigned slots = w->v.slots, total = 0;
	double spread = 0, off = 0;

	for (unsigned s = 0; s < slots; s++) {
		double sum = 0, square = 0;
		unsigned n = 0;
		for (unsigned week = 1; week <= LOAD_WEEKS; week++) {
			unsigned row_a = w->today - 7 * week + a, row_b = w->today - 7 * week + b;
			const struct day_kind *ka = &w->kind[row_a], *kb = &w->kind[row_b];
			double d = w->v.v[(size_t)row_a * slots + s] - w->v.v[(size_t)row_b * slots + s];
			if (isnan(d) || ka->is_holiday || kb->is_holiday || ka->term != kb->term)
				continue;
			sum += d;
			square += d * d;
			n++;
		}
		if (n < WEEKS_LEAST)
			continue;
		double mean = sum / n, variance = fmax(0, square - n * mean * mean) / (n - 1);
		spread += variance / 2; /* of one day */
		off += fmax(0, mean * mean - variance / n);
		total++;
	}
	if (2 * total < slots)
		return (double)NAN;
	spread += 1e-6 * total * w->mean * w->mean + 1e-12;
	double worth = spread / (spread + off);
	return worth * worth;
}

static void
compare_weekdays(struct load_model *w)
{
	for (unsigned a = 0; a < 7; a++)
		for (unsigned b = 0; b < 7; b++) {
			unsigned of_a = w->kind[w->today - 7 + a].weekday, of_b = w->kind[w->today - 7 + b].weekday;
			w->alike[of_a][of_b] = alike(w, a, b);
		}
}

static double
likeness(const struct load_model *w, unsigned a, unsigned b)
{
	const struct day_kind *ka = &w->kind[a], *kb = &w->kind[b];
	double told = w->alike[ka->weekday][kb->weekday];

	if (ka->weekday == kb->weekday || ka->is_holiday || kb->is_holiday || isnan(told))
		return day_likeness(ka, kb, w->ask.follows_terms);
	struct day_kind same = *kb;
	same.weekday = ka->weekday;
	return OTHER_DAY * told * day_likeness(ka, &same, w->ask.follows_terms);
}

/* ---- the usual course */

/* Weighted mean of a slot over the rows before `below`, what is far off clipped. NaN: none is known. */
static double
slot_mean(const struct load_model *w, const struct grid *g, unsigned slot, unsigned below)
{
	double sum = 0, sum_w = 0, square = 0, clipped = 0;
	for (unsigned row = 0; row < below; row++) {
		double v = g->v[(size_t)row * g->slots + slot];
		if (isnan(v))
			continue;
		sum_w += w->weights[row];
		sum += w->weights[row] * v;
		square += w->weights[row] * v * v;
	}
	if (!(sum_w > 0))
		return (double)NAN;
	double mean = sum / sum_w, wide = CLIP * sqrt(fmax(square / sum_w - mean * mean, 0));
	for (unsigned row = 0; row < below; row++) {
		double v = g->v[(size_t)row * g->slots + slot];
		if (!isnan(v))
			clipped += w->weights[row] * fmin(fmax(v, mean - wide), mean + wide);
	}
	return clipped / sum_w;
}

static void
usual_day(struct load_model *w, unsigned row)
{
	unsigned below = row < w->today ? row : w->today;
	for (unsigned d = 0; d < below; d++)
		w->weights[d] = likeness(w, row, d) * fmax(exp2(-(double)(row - d) / AGE_DAYS), AGE_LEAST);
	for (unsigned s = 0; s < w->v.slots; s++) {
		size_t at = (size_t)row * w->v.slots + s;
		w->usual[at] = slot_mean(w, &w->v, s, below);
		for (unsigned i = 0; w->ask.temperature != NULL && i < LOAD_WEATHERS; i++)
			w->usual_weather[i][at] = slot_mean(w, &w->weather[i], s, below);
	}
}

/* A fire knows no time of day: the mean of all its slots is steadier than each. */
static void
level_day(double *v, unsigned n)
{
	double sum = 0;
	unsigned known = 0;

	for (unsigned i = 0; i < n; i++)
		if (!isnan(v[i]))
			sum += v[i], known++;
	for (unsigned i = 0; i < n; i++)
		v[i] = known > 0 ? sum / known : (double)NAN;
}

/* What no day tells (the hour that clocks leave out, a gap of weeks): between its neighbours, else `otherwise`. */
static void
fill_gaps(double *v, unsigned n, double otherwise)
{
	double before = (double)NAN;
	for (unsigned i = 0; i < n; i++) {
		if (!isnan(v[i])) {
			before = v[i];
			continue;
		}
		unsigned next = i;
		while (next < n && isnan(v[next]))
			next++;
		double after = next < n ? v[next] : before;
		double fill = isnan(after) ? otherwise : isnan(before) ? after : (before + after) / 2;
		while (i < next)
			v[i++] = fill;
		i--;
	}
}

void
load_find_usual(struct load_model *w)
{
	compare_weekdays(w);
	for (unsigned row = w->first; row < w->rows; row++)
		usual_day(w, row);
	for (unsigned row = w->first; w->ask.while_on && row < w->rows; row++)
		level_day(w->usual + (size_t)row * w->v.slots, w->v.slots);
	for (unsigned row = w->today; row < w->rows; row++)
		fill_gaps(w->usual + (size_t)row * w->v.slots, w->v.slots, w->mean);
}
