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
#define CLIP      1.5  /* deviations beyond which a day counts as there: one odd day in four weeks moves little */

/* ---- the past */

static void
count_known(struct load_model *w)
{
	double sum = 0;
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
		w->weights[d] = day_likeness(&w->kind[row], &w->kind[d], w->ask.follows_terms) *
		    fmax(exp2(-(double)(row - d) / AGE_DAYS), AGE_LEAST);
	for (unsigned s = 0; s < w->v.slots; s++) {
		size_t at = (size_t)row * w->v.slots + s;
		w->usual[at] = slot_mean(w, &w->v, s, below);
		for (unsigned i = 0; w->ask.temperature != NULL && i < LOAD_WEATHERS; i++)
			w->usual_weather[i][at] = slot_mean(w, &w->weather[i], s, below);
	}
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
	for (unsigned row = w->first; row < w->rows; row++)
		usual_day(w, row);
	for (unsigned row = w->today; row < w->rows; row++)
		fill_gaps(w->usual + (size_t)row * w->v.slots, w->v.slots, w->mean);
}
