/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pv.c - the forecast of a photovoltaic plant. Steps are counted in UTC: the sun does not know of summer time.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/sun.h"
#include "scada/forecast/fit.h"
#include "scada/forecast/pv.h"

enum {
	TRAIN_DAYS = 28, /* that the sky is learned from */
	FACTOR_DAYS = 28,
	DAYS = TRAIN_DAYS + FACTOR_DAYS,
	SKIES = 3,
	KNOTS = 11,
	SAMPLES = 4, /* of the sun in a step */
	WEEK = 7,
};
#define AGE_DAYS 7.0  /* in which a day's weight halves */
#define HIGH_SUN 0.1  /* of peak_kw: a plant that makes exactly nothing then stands still */
#define SEEN     0.03 /* of peak_kw: below it the sky cannot be told from what the plant makes */
#define UNKNOWN  0.5  /* of a clear sky, where nothing is known */
#define RIDGE    1.0
#define BRIGHT   1.3 /* times the rating: more cannot be */

struct pv_work {
	const struct pv_ask *ask;
	unsigned slots, now, n; /* now: index of the first step of the forecast */
	double *made, *clear;   /* kW of steps; made: NaN = not known */
	double *expected;       /* factor x clear */
	double *more, *seen; /* sums of made - expected, and of clear, before that step, over steps that tell the sky */
	double rated, all;   /* all: made of a clear sky over all that is known */
	unsigned days, dropped;
	unsigned knots, knot[KNOTS];
	double by_sky[KNOTS][SKIES];
};

const char *
pv_basis_word(enum pv_basis b)
{
#define PV_WORD(id, word, help) [id] = word,
	static const char *const words[] = { PV_BASIS_LIST(PV_WORD) };
#undef PV_WORD
	return (unsigned)b < PV_BASES ? words[b] : "unknown";
}

const char *
pv_basis_help(enum pv_basis b)
{
#define PV_HELP(id, word, help) [id] = help,
	static const char *const helps[] = { PV_BASIS_LIST(PV_HELP) };
#undef PV_HELP
	return (unsigned)b < PV_BASES ? helps[b] : "";
}

double
pv_clear_kw(const struct asset_pv *plant, double latitude_deg, double longitude_deg, struct utc t, int64_t step_us)
{
	double sum = 0;
	for (int i = 0; i < SAMPLES; i++) {
		struct utc at = utc_add(t, step_us * (2 * i + 1) / (2 * SAMPLES));
		sum += sun_clear_w_per_m2(sun_elevation_deg(at, latitude_deg, longitude_deg));
	}
	return plant->peak_kw * plant->performance_ratio * sum / SAMPLES / 1000;
}

/* ---- what is known */

static struct utc
step_time(const struct pv_work *w, unsigned i)
{
	return utc_add(w->ask->from, ((int64_t)i - w->now) * w->ask->past->step_us);
}

static void
fill_known(struct pv_work *w)
{
	const struct pv_ask *ask = w->ask;
	for (unsigned i = 0; i < w->n; i++) {
		struct utc t = step_time(w, i);
		w->clear[i] = pv_clear_kw(ask->plant, ask->latitude_deg, ask->longitude_deg, t, ask->past->step_us);
		double kw = i < w->now ? past_at(ask->past, t) : (double)NAN;
		if (kw == 0 && w->clear[i] > HIGH_SUN * ask->plant->peak_kw) {
			kw = (double)NAN;
			w->dropped++;
		}
		w->made[i] = kw > BRIGHT * w->rated ? (double)NAN : isnan(kw) ? kw : fmax(kw, 0);
	}
}

/* Irradiance tells what the plant would have made, where it does not: at the rate at which it did, where both are known. */
static void
fill_from_irradiance(struct pv_work *w)
{
	const struct pv_ask *ask = w->ask;
	double made = 0, light = 0;
	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < w->now; i++) {
			double l = fmax(past_at(ask->irradiance, step_time(w, i)), 0) * ask->plant->peak_kw / 1000;
			if (isnan(past_at(ask->irradiance, step_time(w, i))))
				continue;
			if (pass == 0 && !isnan(w->made[i])) {
				made += w->made[i];
				light += l;
			} else if (pass == 1 && isnan(w->made[i])) {
				double rate = light > 0 ? made / light : ask->plant->performance_ratio;
				w->made[i] = fmin(rate * l, w->rated);
			}
		}
}

static void
count_known(struct pv_work *w)
{
	double made = 0, clear = 0;
	for (unsigned day = 0; day < DAYS; day++) {
		bool is_seen = false;
		for (unsigned i = w->now - (day + 1) * w->slots; i < w->now - day * w->slots; i++) {
			if (isnan(w->made[i]) || w->clear[i] <= SEEN * w->ask->plant->peak_kw)
				continue;
			is_seen = true;
			made += w->made[i];
			clear += w->clear[i];
		}
		w->days += is_seen;
	}
	w->all = clear > 0 ? made / clear : UNKNOWN;
}

/* ---- the factor */

/* What was made of a clear sky at that time of day on the days before, also a step earlier and later; its days end before `below`. */
static double
factor(const struct pv_work *w, unsigned at, unsigned below)
{
	double made = 0, clear = 0;
	for (unsigned d = 1; d <= FACTOR_DAYS + 2; d++) {
		double weight = exp2(-(double)d / AGE_DAYS);
		for (int side = -1; side <= 1; side++) {
			int64_t i = (int64_t)at - (int64_t)d * w->slots + side;
			if (i < 0 || i >= (int64_t)below || isnan(w->made[i]))
				continue;
			made += weight * (side == 0 ? 1 : 0.5) * w->made[i];
			clear += weight * (side == 0 ? 1 : 0.5) * w->clear[i];
		}
	}
	return clear > 1e-6 * w->ask->plant->peak_kw ? made / clear : w->all;
}

static void
find_expected(struct pv_work *w)
{
	for (unsigned i = FACTOR_DAYS * w->slots; i < w->n; i++)
		if (w->clear[i] > 0)
			w->expected[i] = factor(w, i, i < w->now ? i : w->now) * w->clear[i];
	for (unsigned i = 0; i < w->n; i++) {
		bool tells = i >= FACTOR_DAYS * w->slots && i < w->now && !isnan(w->made[i]) &&
		    w->clear[i] > SEEN * w->ask->plant->peak_kw;
		w->more[i + 1] = w->more[i] + (tells ? w->made[i] - w->expected[i] : 0);
		w->seen[i + 1] = w->seen[i] + (tells ? w->clear[i] : 0);
	}
}

/* ---- the sky */

static double
sky_before(const struct pv_work *w, unsigned now, unsigned steps)
{
	unsigned from = now > steps ? now - steps : 0;
	double seen = w->seen[now] - w->seen[from];
	return seen > 0 ? (w->more[now] - w->more[from]) / seen : 0;
}

/* How much brighter than usual the last hour, three hours and day were, in shares of a clear sky, times the light at `at`. */
static void
sky_terms(const struct pv_work *w, unsigned now, unsigned at, double *x)
{
	static const unsigned hours[SKIES] = { 1, 3, 24 };
	for (unsigned i = 0; i < SKIES; i++)
		x[i] = sky_before(w, now, hours[i] * w->slots / 24) * w->clear[at];
}

static void
learn_sky(struct pv_work *w)
{
	static const double hours[KNOTS] = { 0, 0.5, 1, 2, 3, 5, 8, 12, 24, 36, 48 };
	double x[SKIES], peak = w->ask->plant->peak_kw;
	for (unsigned k = 0; k < KNOTS; k++) {
		unsigned knot = (unsigned)(hours[k] * w->slots / 24);
		if (w->knots == 0 || w->knot[w->knots - 1] < knot)
			w->knot[w->knots++] = knot;
	}
	for (unsigned k = 0; k < w->knots; k++) {
		struct fit f = fit_new(SKIES, RIDGE);
		for (unsigned at = FACTOR_DAYS * w->slots + w->knot[k]; at < w->now; at++) {
			if (isnan(w->made[at]) || w->clear[at] <= 0)
				continue;
			sky_terms(w, at - w->knot[k], at, x);
			for (unsigned i = 0; i < SKIES; i++)
				x[i] /= peak;
			fit_add(&f, x, (w->made[at] - w->expected[at]) / peak, 1);
		}
		fit_solve(&f, w->by_sky[k]);
	}
}

static double
sky(const struct pv_work *w, unsigned at)
{
	double x[SKIES], sum = 0;
	unsigned k = 0, lead = at - w->now;
	sky_terms(w, w->now, at, x);
	while (k + 1 < w->knots && w->knot[k + 1] <= lead)
		k++;
	unsigned next = k + 1 < w->knots ? k + 1 : k;
	double part = next > k ? (double)(lead - w->knot[k]) / (w->knot[next] - w->knot[k]) : 0;
	for (unsigned i = 0; i < SKIES; i++)
		sum += x[i] * (w->by_sky[k][i] + part * (w->by_sky[next][i] - w->by_sky[k][i]));
	return sum;
}

/* ---- the answer */

static const char *
ask_fault(const struct pv_ask *ask)
{
	const char *fault = past_fault(ask->past);
	if (fault != NULL)
		return fault;
	if (ask->irradiance != NULL &&
	    (past_fault(ask->irradiance) != NULL || ask->irradiance->step_us != ask->past->step_us))
		return "its irradiance does not have the steps that it has";
	if (ask->from.us % ask->past->step_us != 0)
		return "the forecast does not begin with a step";
	if (ask->count == 0 || ask->count > PV_STEPS_MAX)
		return "a forecast is of 1 to 600 steps";
	if (!(ask->plant->peak_kw > 0 && ask->plant->peak_kw <= PAST_MOST) ||
	    !(ask->plant->performance_ratio > 0 && ask->plant->performance_ratio <= 1))
		return "its plant has no peak_kw above 0 and performance_ratio up to 1";
	if (!(fabs(ask->latitude_deg) <= 90 && fabs(ask->longitude_deg) <= 180))
		return "nobody knows where it stands; write latitude_deg and longitude_deg into energy:";
	return NULL;
}

static void
make_work(struct pv_work *w, const struct pv_ask *ask)
{
	unsigned slots = (unsigned)(INT64_C(86400) * US_PER_S / ask->past->step_us);
	*w = (struct pv_work){ .ask = ask, .slots = slots, .now = DAYS * slots };
	w->n = w->now + ask->count;
	w->rated = ask->rated_kw > 0 ? ask->rated_kw : ask->plant->peak_kw;
	w->made = xcalloc(w->n, sizeof(*w->made));
	w->clear = xcalloc(w->n, sizeof(*w->clear));
	w->expected = xcalloc(w->n, sizeof(*w->expected));
	w->more = xcalloc((size_t)w->n + 1, sizeof(*w->more));
	w->seen = xcalloc((size_t)w->n + 1, sizeof(*w->seen));
	fill_known(w);
	if (ask->irradiance != NULL)
		fill_from_irradiance(w);
	count_known(w);
}

static void
free_work(struct pv_work *w)
{
	free(w->seen);
	free(w->more);
	free(w->expected);
	free(w->clear);
	free(w->made);
}

enum err
pv_forecast(const struct pv_ask *ask, double *kw, struct pv_answer *a, char *why, size_t size)
{
	struct pv_work w;
	const char *fault = ask_fault(ask);
	*a = (struct pv_answer){ .basis = PV_CLEAR };
	for (unsigned i = 0; i < ask->count && i < PV_STEPS_MAX; i++)
		kw[i] = (double)NAN;
	if (fault != NULL) {
		str_printf(why, size, "no forecast of %s: %s", ask->name, fault);
		return ERR_USAGE;
	}
	make_work(&w, ask);
	*a = (struct pv_answer){
		.days = w.days, .dropped = w.dropped, .known_until = past_known_before(ask->past, ask->from)
	};
	a->basis = w.days == 0 ? PV_CLEAR : w.days < WEEK ? PV_FEW : PV_LEARNED;
	if (a->basis == PV_LEARNED) {
		find_expected(&w);
		learn_sky(&w);
	}
	for (unsigned i = 0; i < ask->count; i++) {
		unsigned at = w.now + i;
		double v = a->basis == PV_LEARNED ? w.expected[at] + sky(&w, at) : w.all * w.clear[at];
		kw[i] = w.clear[at] > 0 ? fmin(fmax(v, 0), w.rated) : 0;
	}
	free_work(&w);
	return OK;
}
