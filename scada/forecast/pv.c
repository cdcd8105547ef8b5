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
	SPARE_DAYS = 1, /* for which what was learned is good */
};
#define AGE_DAYS 7.0  /* in which a day's weight halves */
#define HIGH_SUN 0.1  /* of peak_kw: a plant that makes exactly nothing then stands still */
#define SEEN     0.03 /* of peak_kw: below it the sky cannot be told from what the plant makes */
#define UNKNOWN  0.5  /* of a clear sky, where nothing is known */
#define RIDGE    1.0
#define BRIGHT   1.3 /* times the rating: more cannot be */
/* Of peak_kw: */
#define LIMIT_NEAR 0.02  /* how far from its limit a plant may be that is held at it */
#define LIMIT_NONE 0.005 /* a limit that is lower by less holds nothing down */

struct pv_model {
	struct pv_ask ask; /* of learning; past and irradiance are NULL after it */
	struct asset_pv plant;
	int64_t step_us;
	enum pv_basis basis;
	unsigned slots, n;
	unsigned learned, now; /* steps: the first that was not known when it was learned, that is not known now */
	double *made, *clear;  /* kW of steps; made: NaN = not known */
	double *expected;      /* factor x clear */
	double *more, *seen; /* sums of made - expected, and of clear, before that step, over steps that tell the sky */
	double rated;
	double rate; /* kW a kW of light */
	double all;  /* made of a clear sky over all that is known */
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

bool
pv_is_at_limit(double peak_kw, double made_low, double made_high, double limit_low, double limit_high)
{
	double near = LIMIT_NEAR * peak_kw;
	return limit_low < (1 - LIMIT_NONE) * peak_kw && made_high >= limit_low - near && made_low <= limit_high + near;
}

/* ---- what is known */

static struct utc
step_time(const struct pv_model *w, unsigned i)
{
	return utc_add(w->ask.from, ((int64_t)i - w->learned) * w->step_us);
}

static void
fill_clear(struct pv_model *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		w->clear[i] =
		    pv_clear_kw(&w->plant, w->ask.latitude_deg, w->ask.longitude_deg, step_time(w, i), w->step_us);
		w->made[i] = (double)NAN;
	}
}

/* What irradiance says that the plant would have made; NaN = not measured. */
static double
by_light(const struct pv_model *w, const struct past *irradiance, unsigned i)
{
	double light = irradiance != NULL ? past_at(irradiance, step_time(w, i)) : (double)NAN;
	return isnan(light) ? light : fmin(w->rate * fmax(light, 0) * w->plant.peak_kw / 1000, w->rated);
}

static double
by_plant(struct pv_model *w, const struct past *past, unsigned i)
{
	double kw = past_at(past, step_time(w, i));
	if (kw == 0 && w->clear[i] > HIGH_SUN * w->plant.peak_kw) {
		w->dropped++;
		return (double)NAN;
	}
	return kw > BRIGHT * w->rated ? (double)NAN : isnan(kw) ? kw : fmax(kw, 0);
}

/* Steps from..to: what the plant made, or irradiance says where it does not. */
static void
fill_known(struct pv_model *w, const struct past *past, const struct past *irradiance, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		w->made[i] = by_plant(w, past, i);
		if (isnan(w->made[i]))
			w->made[i] = by_light(w, irradiance, i);
	}
}

/* kW a kW of light: at which rate it made them, where both are known. */
static double
find_rate(struct pv_model *w)
{
	double made = 0, light = 0;
	for (unsigned i = 0; w->ask.irradiance != NULL && i < w->learned; i++) {
		double kw = by_plant(w, w->ask.past, i), l = past_at(w->ask.irradiance, step_time(w, i));
		if (isnan(kw) || isnan(l))
			continue;
		made += kw;
		light += fmax(l, 0) * w->plant.peak_kw / 1000;
	}
	w->dropped = 0;
	return light > 0 ? made / light : w->plant.performance_ratio;
}

static void
count_known(struct pv_model *w)
{
	double made = 0, clear = 0;
	for (unsigned day = 0; day < DAYS; day++) {
		bool is_seen = false;
		for (unsigned i = w->now - (day + 1) * w->slots; i < w->now - day * w->slots; i++) {
			if (isnan(w->made[i]) || w->clear[i] <= SEEN * w->plant.peak_kw)
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
factor(const struct pv_model *w, unsigned at, unsigned below)
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
	return clear > 1e-6 * w->plant.peak_kw ? made / clear : w->all;
}

static void
find_expected(struct pv_model *w)
{
	for (unsigned i = FACTOR_DAYS * w->slots; i < w->n; i++)
		if (w->clear[i] > 0)
			w->expected[i] = factor(w, i, i < w->learned ? i : w->learned) * w->clear[i];
}

/* Sums over steps that tell the sky, up to what is known now. */
static void
sum_sky(struct pv_model *w, unsigned from)
{
	for (unsigned i = from; i < w->n; i++) {
		bool tells = i < w->now && !isnan(w->made[i]) && w->clear[i] > SEEN * w->plant.peak_kw;
		w->more[i + 1] = w->more[i] + (tells ? w->made[i] - w->expected[i] : 0);
		w->seen[i + 1] = w->seen[i] + (tells ? w->clear[i] : 0);
	}
}

/* ---- the sky */

static double
sky_before(const struct pv_model *w, unsigned now, unsigned steps)
{
	unsigned from = now > steps ? now - steps : 0;
	double seen = w->seen[now] - w->seen[from];
	return seen > 0 ? (w->more[now] - w->more[from]) / seen : 0;
}

/* How much brighter than usual the last hour, three hours and day were, in shares of a clear sky, times the light at `at`. */
static void
sky_terms(const struct pv_model *w, unsigned now, unsigned at, double *x)
{
	static const unsigned hours[SKIES] = { 1, 3, 24 };
	for (unsigned i = 0; i < SKIES; i++)
		x[i] = sky_before(w, now, hours[i] * w->slots / 24) * w->clear[at];
}

static void
learn_sky(struct pv_model *w)
{
	static const double hours[KNOTS] = { 0, 0.5, 1, 2, 3, 5, 8, 12, 24, 36, 48 };
	double x[SKIES], peak = w->plant.peak_kw;
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
sky(const struct pv_model *w, unsigned at)
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

static struct pv_model *
model_new(const struct pv_ask *ask)
{
	unsigned slots = (unsigned)(INT64_C(86400) * US_PER_S / ask->past->step_us);
	struct pv_model *w = xcalloc(1, sizeof(*w));
	*w = (struct pv_model){ .ask = *ask, .plant = *ask->plant, .step_us = ask->past->step_us, .slots = slots };
	w->learned = w->now = DAYS * slots;
	w->n = w->now + ask->count + SPARE_DAYS * slots;
	w->rated = ask->rated_kw > 0 ? ask->rated_kw : ask->plant->peak_kw;
	w->made = xcalloc(w->n, sizeof(*w->made));
	w->clear = xcalloc(w->n, sizeof(*w->clear));
	w->expected = xcalloc(w->n, sizeof(*w->expected));
	w->more = xcalloc((size_t)w->n + 1, sizeof(*w->more));
	w->seen = xcalloc((size_t)w->n + 1, sizeof(*w->seen));
	fill_clear(w);
	w->rate = find_rate(w);
	fill_known(w, ask->past, ask->irradiance, 0, w->learned);
	count_known(w);
	return w;
}

void
pv_free(struct pv_model *w)
{
	if (w == NULL)
		return;
	free(w->seen);
	free(w->more);
	free(w->expected);
	free(w->clear);
	free(w->made);
	free(w);
}

enum err
pv_learn(const struct pv_ask *ask, struct pv_model **m, struct pv_answer *a, char *why, size_t size)
{
	const char *fault = ask_fault(ask);
	*m = NULL;
	*a = (struct pv_answer){ .basis = PV_CLEAR };
	if (fault != NULL) {
		str_printf(why, size, "no forecast of %s: %s", ask->name, fault);
		return ERR_USAGE;
	}
	struct pv_model *w = model_new(ask);
	w->basis = w->days == 0 ? PV_CLEAR : w->days < WEEK ? PV_FEW : PV_LEARNED;
	if (w->basis == PV_LEARNED) {
		find_expected(w);
		sum_sky(w, FACTOR_DAYS * w->slots);
		learn_sky(w);
	}
	*a = (struct pv_answer){ .basis = w->basis,
		.days = w->days,
		.dropped = w->dropped,
		.known_until = past_known_before(ask->past, ask->from) };
	w->ask.past = w->ask.irradiance = NULL; /* the caller's */
	w->ask.now = NULL;
	w->ask.plant = NULL;
	*m = w;
	return OK;
}

static void
fill_steps(const struct pv_model *w, double *kw)
{
	for (unsigned i = 0; i < w->ask.count; i++) {
		unsigned at = w->now + i;
		double v = w->basis == PV_LEARNED ? w->expected[at] + sky(w, at) : w->all * w->clear[at];
		kw[i] = w->clear[at] > 0 ? fmin(fmax(v, 0), w->rated) : 0;
	}
}

enum err
pv_foresee(struct pv_model *m, const struct past *past, const struct past *irradiance, struct utc from, double *kw)
{
	int64_t since = utc_diff_us(from, m->ask.from);
	if (past->step_us != m->step_us || past_fault(past) != NULL || since < 0 || since % m->step_us != 0 ||
	    since > SPARE_DAYS * (int64_t)m->slots * m->step_us)
		return ERR_USAGE;
	if (irradiance != NULL && (past_fault(irradiance) != NULL || irradiance->step_us != m->step_us))
		return ERR_USAGE;
	m->now = m->learned + (unsigned)(since / m->step_us);
	fill_known(m, past, irradiance, m->learned, m->now);
	if (m->basis == PV_LEARNED)
		sum_sky(m, m->learned);
	fill_steps(m, kw);
	return OK;
}

/* The first step as it is measured, if that can be true, and the others under the sky that it tells. */
static void
fill_from_now(struct pv_model *w, const struct pv_ask *ask, double *kw)
{
	const struct past now = { .start = ask->from, .step_us = w->step_us, .count = 1, .v = ask->now };
	double is = by_plant(w, &now, w->now);

	fill_steps(w, kw);
	if (isnan(is))
		return;
	kw[0] = fmin(is, w->rated);
	if (ask->count == 1)
		return;
	w->ask.count = ask->count - 1;
	pv_foresee(w, &now, NULL, utc_add(ask->from, w->step_us), kw + 1);
}

enum err
pv_forecast(const struct pv_ask *ask, double *kw, struct pv_answer *a, char *why, size_t size)
{
	struct pv_model *m;
	for (unsigned i = 0; i < ask->count && i < PV_STEPS_MAX; i++)
		kw[i] = (double)NAN;
	enum err fault = pv_learn(ask, &m, a, why, size);
	if (fault != OK)
		return fault;
	if (ask->now != NULL && isfinite(*ask->now))
		fill_from_now(m, ask, kw);
	else
		fill_steps(m, kw);
	pv_free(m);
	return OK;
}
