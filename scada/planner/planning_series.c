/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_series.c - what is expected of each asset in each step: loads, heat, sun, steam, prices.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/mode.h"
#include "scada/base/str.h"
#include "scada/forecast/load.h"
#include "scada/forecast/pv.h"
#include "scada/planner/planning_private.h"

#define HALF_US    (PAST_ASK_STEP_S * US_PER_S)
#define HALF_HOURS (PLANNING_HORIZON_S / PAST_ASK_STEP_S + 1)

struct filling {
	struct planning *p;
	const struct msg_plan_ask *ask;
	const struct past_ask *past;
	struct utc from; /* of forecasts: the half hour in which the plan begins */
	unsigned learned, plain, flat, held, given;
	char market[100]; /* series of connections that the file gives */
	char *why;
	size_t size;
};

static const struct asset *
asset_of(const struct filling *f, uint32_t i)
{
	return f->p->problem.assets[i].asset;
}

/* Half hours as steps of the problem: the one that a step is in, or the mean of those in it. */
static double *
steps_of(struct filling *f, const double *half_hours)
{
	const struct planning *p = f->p;
	double *v = arena_alloc(p->arena, p->problem.steps * sizeof(*v));

	for (unsigned t = 0; t < p->problem.steps; t++) {
		int64_t first = (planning_at(p, t).us - f->from.us) / HALF_US,
		        last = (planning_at(p, t + 1).us - 1 - f->from.us) / HALF_US;
		double x = 0;

		for (int64_t i = first; i <= last; i++)
			x += half_hours[i] / (double)(last - first + 1);
		v[t] = x > 0 ? x : 0;
	}
	return v;
}

static void
put_constant(struct filling *f, uint32_t i, enum series_kind kind, double x)
{
	double *v = arena_alloc(f->p->arena, f->p->problem.steps * sizeof(*v));

	for (unsigned t = 0; t < f->p->problem.steps; t++)
		v[t] = x > 0 ? x : 0;
	f->p->problem.assets[i].series[kind] = v;
}

/* What is expected of a point, and what a reserve has to reckon with. False: nothing is known; f->why has the sentence. */
static bool
expect_point(struct filling *f, uint32_t i, enum series_kind kind, const char *point, const double *measured,
    double rated_kw, struct forecasting_answer *a)
{
	struct problem_asset *to = &f->p->problem.assets[i];
	double v[HALF_HOURS], low[HALF_HOURS], high[HALF_HOURS];
	struct forecasting_ask ask = { .point = point,
		.now = { f->ask->now },
		.from = f->from,
		.count = HALF_HOURS,
		.past = f->past,
		.measured = measured,
		.rated_kw = rated_kw };

	if (!forecasting_make(f->p->forecasting, &ask, v, low, high, a, f->why, f->size))
		return false;
	to->series[kind] = steps_of(f, v);
	if (kind == SERIES_LOAD_KW)
		to->careful_kw = steps_of(f, high);
	else if (kind == SERIES_PV_KW)
		to->careful_kw = steps_of(f, low);
	else if (kind == SERIES_HEAT && a->is_scored)
		f->p->heat_high[i] = steps_of(f, high);
	f->given += a->is_given;
	return true;
}

/* now: what is measured, which the step under way is taken for, and all where nothing is known of the past; NaN = not measured. */
static bool
expect_load(struct filling *f, uint32_t i, enum series_kind kind, const char *point, double now)
{
	struct forecasting_answer a;

	if (expect_point(f, i, kind, point, &now, (double)NAN, &a)) {
		f->learned += strcmp(a.basis, load_basis_word(LOAD_SIMILAR)) == 0;
		f->plain += strcmp(a.basis, load_basis_word(LOAD_PLAIN)) == 0;
		f->flat += strcmp(a.basis, load_basis_word(LOAD_FLAT)) == 0;
		return true;
	}
	if (isfinite(now)) {
		f->held++;
		put_constant(f, i, kind, now);
		return true;
	}
	str_printf(f->why, f->size, "%s: nothing is known of what it takes: neither a past nor a measurement (%s)",
	    asset_of(f, i)->name, point != NULL ? point : "no point");
	return false;
}

static bool
expect_consumer(struct filling *f, uint32_t i)
{
	const struct asset *a = asset_of(f, i);
	const struct asset_load *l = a->parameters;
	const char *p = asset_point(a, "p"), *steam = asset_point(a, "steam");

	if (p == NULL && l->peak_kw > 0) /* nobody measures it: what the site says of its night is certain */
		put_constant(f, i, SERIES_LOAD_KW, l->base_kw);
	else if (p == NULL)
		put_constant(f, i, SERIES_LOAD_KW, 0);
	else if (!expect_load(f, i, SERIES_LOAD_KW, p, f->p->now[i].power_kw))
		return false;
	if (a->heat_bus == NULL)
		return true;
	if (steam == NULL) {
		put_constant(f, i, SERIES_HEAT, 0);
		return true;
	}
	return expect_load(f, i, SERIES_HEAT, steam, f->p->now[i].level);
}

/* What it makes while it burns; as long as nobody says when it will not, it does. */
static void
expect_steam(struct filling *f, uint32_t i)
{
	const struct planning_asset *n = &f->p->now[i];
	const char *point = asset_point(asset_of(f, i), "steam");
	double v[HALF_HOURS];
	char why[200];
	struct load_answer answer;
	const struct load_ask ask = { .name = point,
		.tables = { &f->p->site->holidays, &f->p->site->terms },
		.while_on = true,
		.past = past_ask_of(f->past, point),
		.now = &n->level,
		.from = f->from,
		.count = HALF_HOURS };

	if (!n->is_available || !isfinite(n->level))
		return;
	if (n->level > 0 && ask.past != NULL && load_forecast(&ask, v, &answer, why, sizeof(why)) == OK &&
	    answer.basis == LOAD_SIMILAR)
		f->p->problem.assets[i].series[SERIES_STEAM] = steps_of(f, v);
	else
		put_constant(f, i, SERIES_STEAM, n->level);
}

static bool
expect_unmeasured_sun(struct filling *f, uint32_t i)
{
	const struct asset *a = asset_of(f, i);
	double v[HALF_HOURS], none[1] = { (double)NAN };
	struct past nothing = { .start = f->from, .step_us = HALF_US, .count = 1, .v = none };
	struct pv_answer answer;
	struct pv_ask ask = {
		.name = a->name,
		.plant = a->parameters,
		.rated_kw = (double)NAN,
		.latitude_deg = f->p->site->energy->latitude_deg,
		.longitude_deg = f->p->site->energy->longitude_deg,
		.past = &nothing,
		.now = &f->p->now[i].power_kw,
		.from = f->from,
		.count = HALF_HOURS,
	};

	if (pv_forecast(&ask, v, &answer, f->why, f->size) != OK)
		return false;
	f->p->problem.assets[i].series[SERIES_PV_KW] = steps_of(f, v);
	return true;
}

/* Its power is NaN while it is held down. */
static bool
expect_sun(struct filling *f, uint32_t i)
{
	const struct asset *a = asset_of(f, i);
	const struct asset_pv *plant = a->parameters;
	const char *point = asset_point(a, "p");
	struct forecasting_answer answer;

	if (point == NULL) /* nobody measures it: a clear sky times a half */
		return expect_unmeasured_sun(f, i);
	return expect_point(f, i, SERIES_PV_KW, point, &f->p->now[i].power_kw, plant->peak_kw, &answer);
}

/* NaN: no tariff holds then, or it has no price for it. */
static double
price_at(const struct site *s, struct utc at)
{
	const struct tariff *tariff;
	char text[16];
	int64_t day, minute;

	(void)utc_civil(text, sizeof(text), at, "%Y-%m-%d");
	if (!date_from_text(text, &day) || (tariff = tariff_find(&s->tariffs, day)) == NULL)
		return (double)NAN;
	(void)utc_civil(text, sizeof(text), at, "%H:%M");
	if (!daytime_from_text(text, &minute))
		return (double)NAN;
	return tariff_energy_price(tariff, day, minute, holiday_find(&s->holidays, day) != NULL);
}

/* Bands change with half hours: of a longer step the mean. */
static void
expect_tariff(struct filling *f, uint32_t i)
{
	const struct planning *p = f->p;
	double *v = arena_alloc(p->arena, p->problem.steps * sizeof(*v));

	for (unsigned t = 0; t < p->problem.steps; t++) {
		double sum = 0;
		unsigned n = 0;

		for (struct utc at = planning_at(p, t); at.us < planning_at(p, t + 1).us; at.us += HALF_US, n++)
			sum += price_at(p->site, at);
		v[t] = sum / n;
		if (!isfinite(v[t])) /* the connection's own price holds */
			return;
	}
	f->p->problem.assets[i].series[SERIES_PRICE_IMPORT] = v;
}

/* Of a connection: the tariff that holds, else what the site says of it; a fresh file goes before both, also of what is given and of CO2. */
static void
expect_market(struct filling *f, uint32_t i)
{
	const struct planning *p = f->p;
	struct problem_asset *a = &f->p->problem.assets[i];

	expect_tariff(f, i);
	for (const enum series_kind *k = forecasting_market; *k != SERIES_COUNT; k++) {
		double *v = arena_alloc(p->arena, p->problem.steps * sizeof(*v));

		for (unsigned t = 0; t < p->problem.steps; t++)
			v[t] = problem_at(&p->problem, i, *k, t);
		if (!forecasting_market_given(p->forecasting, a->asset, *k, (struct utc){ f->ask->now },
		        p->problem.start, p->step_us, p->problem.steps, v))
			continue;
		a->series[*k] = v;
		str_append(f->market, sizeof(f->market), f->market[0] != '\0' ? ", " : "");
		str_append(f->market, sizeof(f->market), series_name(*k));
	}
}

static void
say_basis(struct filling *f)
{
	char *b = f->p->basis;
	size_t size = sizeof(f->p->basis);

	const struct {
		unsigned count;
		const char *how;
	} parts[] = { { f->learned, "from similar days" }, { f->plain, "plain" }, { f->flat, "flat" },
		{ f->held, "as they are now" }, { f->given, "from the file that is given" } };
	unsigned told = 0;

	str_copy(b, size, "forecasts:");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i].count > 0)
			str_printf(b + strlen(b), size - strlen(b), "%s %u %s", told++ > 0 ? "," : "", parts[i].count,
			    parts[i].how);
	if (told == 0)
		str_append(b, size, " none");
	if (f->market[0] != '\0')
		str_printf(b + strlen(b), size - strlen(b), "; from the file: %s", f->market);
	if (f->ask->grid == GRID_LOST)
		str_append(b, size, "; the grid is lost");
}

bool
planning_fill(struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, char *why, size_t size)
{
	struct filling f = { .p = p, .ask = ask, .past = past, .why = why, .size = size };

	p->heat_high = arena_alloc(p->arena, (p->problem.asset_count + 1) * sizeof(*p->heat_high));
	f.from.us = p->problem.start.us - p->problem.start.us % HALF_US;
	for (uint32_t i = 0; i < p->problem.asset_count; i++) {
		bool ok = true;

		switch (asset_of(&f, i)->kind) {
		case ASSET_LOAD: ok = expect_consumer(&f, i); break;
		case ASSET_PV: ok = expect_sun(&f, i); break;
		case ASSET_FURNACE: expect_steam(&f, i); break;
		case ASSET_GRID: expect_market(&f, i); break;
		default: break;
		}
		if (!ok)
			return false;
	}
	say_basis(&f);
	return true;
}

/* ---- where a furnace stands */

static bool
is_scarce(const struct planning *p, const char *heat_bus, unsigned t)
{
	for (uint32_t i = 0; i < p->problem.asset_count; i++) {
		const struct asset *a = p->problem.assets[i].asset;

		if (a->kind == ASSET_FURNACE && a->heat_bus != NULL && strcmp(a->heat_bus, heat_bus) == 0 &&
		    !(problem_at(&p->problem, i, SERIES_AVAILABLE, t) > 0 &&
		        problem_at(&p->problem, i, SERIES_STEAM, t) > 0))
			return true;
	}
	return false;
}

/*
 * What is missing there makes a set start again or is not served; what is too much costs a bit of gas. While all burn there is enough, and the
 * forecast itself tells best what is given to the grid. The half hour under way is measured.
 */
void
planning_heat(struct planning *p)
{
	int64_t begin = p->problem.start.us / HALF_US;

	for (uint32_t i = 0; i < p->problem.asset_count; i++) {
		struct problem_asset *a = &p->problem.assets[i];
		double *v;

		if (p->heat_high[i] == NULL || a->asset->heat_bus == NULL)
			continue;
		v = arena_alloc(p->arena, p->problem.steps * sizeof(*v));
		for (unsigned t = 0; t < p->problem.steps; t++) {
			bool is_now = planning_at(p, t).us / HALF_US == begin;
			v[t] = !is_now && is_scarce(p, a->asset->heat_bus, t) ? p->heat_high[i][t]
			                                                      : a->series[SERIES_HEAT][t];
		}
		a->series[SERIES_HEAT] = v;
	}
}
