/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - the forecast of a consumer: the usual course of its days (load_usual.c), and what weather and present level (load_learn.c) change
 * about it.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/forecast/load.h"
#include "scada/forecast/load_private.h"

#define WEEK  7
#define ABOVE 0.25 /* so much above the greatest value of the past a forecast may be */

const char *
load_basis_word(enum load_basis b)
{
#define LOAD_WORD(id, word, help) [id] = word,
	static const char *const words[] = { LOAD_BASIS_LIST(LOAD_WORD) };
#undef LOAD_WORD
	return (unsigned)b < LOAD_BASES ? words[b] : "unknown";
}

const char *
load_basis_help(enum load_basis b)
{
#define LOAD_HELP(id, word, help) [id] = help,
	static const char *const helps[] = { LOAD_BASIS_LIST(LOAD_HELP) };
#undef LOAD_HELP
	return (unsigned)b < LOAD_BASES ? helps[b] : "";
}

static const char *
ask_fault(const struct load_ask *ask)
{
	const char *fault = past_fault(ask->past);
	if (fault != NULL)
		return fault;
	if (ask->temperature != NULL &&
	    (past_fault(ask->temperature) != NULL || ask->temperature->step_us != ask->past->step_us))
		return "its temperatures do not have the steps that it has";
	if (ask->from.us % ask->past->step_us != 0)
		return "the forecast does not begin with a step";
	if (ask->count == 0 || ask->count > FORECAST_STEPS_MAX)
		return "a forecast is of 1 to 600 steps";
	return NULL;
}

/* ---- learning */

enum err
load_learn(const struct load_ask *ask, struct load_model **m, struct load_answer *a, char *why, size_t size)
{
	const char *fault = ask_fault(ask);
	*m = NULL;
	*a = (struct load_answer){ .basis = LOAD_NONE };
	if (fault != NULL) {
		str_printf(why, size, "no forecast of %s: %s", ask->name, fault);
		return ERR_USAGE;
	}
	struct load_model *w = load_model_new(ask);
	*a = (struct load_answer){
		.days = w->days, .dropped = w->dropped, .known_until = past_known_before(ask->past, ask->from)
	};
	if (w->known == 0) {
		str_printf(why, size,
		    "no forecast of %s: no value of the last %d days is known; record it for a day at least, or give a "
		    "forecast as a file",
		    ask->name, LOAD_LOOK_BACK);
		load_free(w);
		return ERR_NOT_FOUND;
	}
	w->basis = w->known < w->v.slots ? LOAD_FLAT : w->days < WEEK ? LOAD_PLAIN : LOAD_SIMILAR;
	w->first = w->basis == LOAD_SIMILAR ? w->today - LOAD_TRAIN_DAYS : w->today;
	load_find_usual(w);
	if (w->basis == LOAD_SIMILAR) {
		load_learn_weather(w);
		load_learn_level(w);
	}
	a->basis = w->basis;
	a->has_weather = w->has_weather;
	w->ask.past = w->ask.temperature = NULL; /* the caller's */
	w->ask.now = NULL;
	*m = w;
	return OK;
}

/* ---- the answer */

/* Cleaning looks at whole days; of what came since, only what cannot be true by its size is left out. */
static bool
can_be(const struct load_model *w, double v)
{
	double wide = w->high - w->low;
	return !(w->ask.while_on && v < w->off) && v >= w->low - wide && v <= w->high + wide && (v != 0 || w->low <= 0);
}

/* What has become known since it was learned, up to `from`. */
static void
follow(struct load_model *w, const struct past *past, struct utc from)
{
	size_t first = load_place(w, w->ask.from), now = load_place(w, from);
	for (size_t at = first; at < now; at++)
		w->v.v[at] = (double)NAN;
	for (struct utc t = w->ask.from; t.us < from.us; t.us += past->step_us) {
		double v = past_at(past, t);
		size_t at = load_place(w, t);
		if (at < now && can_be(w, v))
			w->v.v[at] = v;
	}
	if (w->basis == LOAD_SIMILAR && now > first)
		load_find_rest(w, first, now);
}

static void
follow_weather(struct load_model *w, const struct past *temperature, struct utc until)
{
	static double (*const degrees[LOAD_WEATHERS])(double celsius) = { load_heating_c, load_cooling_c };
	for (struct utc t = w->ask.from; w->has_weather && t.us < until.us; t.us += temperature->step_us)
		for (unsigned i = 0; i < LOAD_WEATHERS; i++)
			w->weather[i].v[load_place(w, t)] = degrees[i](past_at(temperature, t));
}

static void
fill_steps(const struct load_model *w, struct utc from, unsigned count, double *v)
{
	double low = w->low < 0 ? w->low - ABOVE * (w->high - w->low) : 0, high = w->high + ABOVE * fabs(w->high);
	size_t now = load_place(w, from);
	for (unsigned i = 0; i < count; i++) {
		size_t at = load_place(w, utc_add(from, (int64_t)i * w->step_us));
		double is = w->basis == LOAD_FLAT ? w->mean : w->usual[at];
		if (w->basis == LOAD_SIMILAR) /* a clock that was set back shows `at` again: as now */
			is += load_weather(w, at) + load_level(w, now, at > now ? at : now);
		v[i] = fmin(fmax(is, low), high);
	}
}

enum err
load_foresee(struct load_model *m, const struct past *past, const struct past *temperature, struct utc from, double *v)
{
	int64_t since = utc_diff_us(from, m->ask.from);
	if (past->step_us != m->step_us || past_fault(past) != NULL || since < 0 || since % m->step_us != 0 ||
	    since > LOAD_SPARE_DAYS * (int64_t)m->v.slots * m->step_us)
		return ERR_USAGE;
	if (m->has_weather &&
	    (temperature == NULL || past_fault(temperature) != NULL || temperature->step_us != m->step_us))
		return ERR_USAGE;
	follow_weather(m, temperature, utc_add(from, (int64_t)m->ask.count * m->step_us));
	follow(m, past, from);
	fill_steps(m, from, m->ask.count, v);
	return OK;
}

/* The first step as it is measured, if that can be true, and the others from what it tells. */
static void
fill_from_now(struct load_model *m, const struct load_ask *ask, double *v)
{
	const struct past now = { .start = ask->from, .step_us = m->step_us, .count = 1, .v = ask->now };

	if (!can_be(m, *ask->now)) {
		fill_steps(m, ask->from, ask->count, v);
		return;
	}
	v[0] = *ask->now;
	if (ask->count == 1)
		return;
	m->ask.count = ask->count - 1;
	load_foresee(m, &now, ask->temperature, utc_add(ask->from, m->step_us), v + 1);
}

enum err
load_forecast(const struct load_ask *ask, double *v, struct load_answer *a, char *why, size_t size)
{
	struct load_model *m;
	for (unsigned i = 0; i < ask->count && i < FORECAST_STEPS_MAX; i++)
		v[i] = (double)NAN;
	enum err fault = load_learn(ask, &m, a, why, size);
	if (fault != OK)
		return fault;
	if (ask->now != NULL && isfinite(*ask->now))
		fill_from_now(m, ask, v);
	else
		fill_steps(m, ask->from, ask->count, v);
	load_free(m);
	return OK;
}
