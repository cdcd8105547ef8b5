/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_bind.c - which column of the file is which series of the site; prices of its tariffs; averaged to the study's step.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/forecast/past.h"
#include "scada/planner/study.h"

struct binding {
	const struct site *site;
	struct columns *c;
	struct study_data *d;
	unsigned every; /* rows of the file in one step */
};

/* About the site's words, not a cell: said at the first line. */
static void say(struct binding *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
say(struct binding *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	csv_vsay(&b->c->said, 1, 1, fmt, ap);
	va_end(ap);
}

static bool
may_be_empty(enum series_kind k)
{
	return k == SERIES_FIXED_KW || k == SERIES_FILED_KW;
}

/* What problem_check() would say in the middle of a run, here with its line. NULL = fine. */
static const char *
wrong(enum series_kind k, double v)
{
	switch (k) {
	case SERIES_AVAILABLE: return v == 0 || v == 1 ? NULL : "0 or 1";
	case SERIES_FIXED_KW:
	case SERIES_FILED_KW: return isnan(v) || fabs(v) <= 1e7 ? NULL : "-1e7 to 1e7 kW, or nothing";
	case SERIES_PRICE_IMPORT:
	case SERIES_PRICE_EXPORT:
	case SERIES_PRICE_SHORT:
	case SERIES_PRICE_SURPLUS: return fabs(v) <= 1e6 ? NULL : "-1e6 to 1e6";
	case SERIES_FUEL_PRICE: return v >= 0 && v <= 1e6 ? NULL : "0 to 1e6";
	case SERIES_CO2: return v >= 0 && v <= 100 ? NULL : "0 to 100 kg";
	case SERIES_HEAT:
	case SERIES_STEAM: return v >= 0 && v <= 1e4 ? NULL : "0 to 1e4 t/h";
	default: return v >= 0 && v <= 1e7 ? NULL : "0 to 1e7 kW";
	}
}

static double *
average(const struct binding *b, enum series_kind k, const double *raw)
{
	double *v = arena_alloc(b->d->arena, b->d->rows * sizeof(*v));

	for (unsigned t = 0; t < b->d->rows; t++) {
		double sum = 0, least = HUGE_VAL;
		for (unsigned i = 0; i < b->every; i++) {
			sum += raw[t * b->every + i];
			least = fmin(least, raw[t * b->every + i]);
		}
		/* Out of service for a part of a step is out for all of it. */
		v[t] = k == SERIES_AVAILABLE ? least : sum / b->every;
	}
	return v;
}

/* The guard goes by the file's rows where a step is of several. Of a forecast none are kept: it does not know them. */
static void
keep_fine(const struct binding *b, const struct asset *a, enum series_kind k, const double *raw)
{
	struct study_data *d = b->d;
	size_t size = (size_t)d->rows * b->every * sizeof(*raw);

	if (b->every == 1 || d->was != NULL || (k != SERIES_LOAD_KW && k != SERIES_PV_KW))
		return;
	if (d->fine == NULL)
		d->fine = arena_alloc(d->arena, (d->energy->assets.n + 1) * sizeof(*d->fine));
	double **fine = &d->fine[a - (const struct asset *)d->energy->assets.v][k];
	*fine = arena_alloc(d->arena, size);
	memcpy(*fine, raw, size);
}

static double *
take_series(struct binding *b, const struct asset *a, const struct asset_data *from)
{
	char hint[400];
	enum series_kind k = (enum series_kind)from->series;
	int column = columns_find(b->c, from->column);
	unsigned before = b->c->said.count;

	if (column < 0) {
		say(b, "there is no column \"%s\", which the site file wants as %s of %s; %s", from->column,
		    series_name(k), a->name, columns_hint(b->c, from->column, hint, sizeof(hint)));
		return NULL;
	}
	double *raw = xcalloc(b->c->rows, sizeof(*raw)), *v = NULL;
	bool is_sound = columns_take(b->c, (unsigned)column, may_be_empty(k), raw);
	for (unsigned i = 0; is_sound && i < b->c->rows; i++) {
		raw[i] = raw[i] * from->scale + from->offset;
		const char *right = wrong(k, raw[i]);
		if (right != NULL)
			columns_say(b->c, i, (unsigned)column, "%s of %s is %g (column x %g + %g); %s would be right",
			    series_name(k), a->name, raw[i], from->scale, from->offset, right);
	}
	if (b->c->said.count == before) {
		v = average(b, k, raw);
		keep_fine(b, a, k, raw);
	}
	free(raw);
	return v;
}

/* What a study cannot do without. */
static void
check_needed(struct binding *b, const struct asset *a, double *const series[SERIES_COUNT])
{
	bool is_load = a->kind == ASSET_LOAD && a->bus != NULL, is_heat = a->kind == ASSET_LOAD && a->heat_bus != NULL;
	const struct asset_load *l = a->parameters;

	if (is_load && series[SERIES_LOAD_KW] == NULL && !(is_heat && l->peak_kw == 0))
		say(b,
		    "the load %s has no column; data: [{series: load_kw, column: ...}] in the site file would be right",
		    a->name);
	if (is_heat && !is_load && series[SERIES_HEAT] == NULL)
		say(b,
		    "the load %s has no column; data: [{series: heat_t_per_h, column: ...}] in the site file would be "
		    "right",
		    a->name);
	if (a->kind == ASSET_PV && series[SERIES_PV_KW] == NULL)
		say(b, "%s has no column; data: [{series: pv_kw, column: ...}] in the site file would be right",
		    a->name);
	if (series[SERIES_FILED_KW] != NULL && b->d->step_us < 1800 * US_PER_S)
		say(b, "filed_kw of %s is of half hours; steps of 30m or 1h (--step) would be right", a->name);
	const double *low = series[SERIES_PRICE_SURPLUS], *high = series[SERIES_PRICE_SHORT];
	for (unsigned t = 0; a->kind == ASSET_GRID && (low != NULL || high != NULL) && t < b->d->rows; t++)
		if ((low != NULL ? low[t] : 0) > (high != NULL ? high[t] : 0)) {
			say(b,
			    "price_surplus of %s is above its price_short in row %u; the same or less would be right",
			    a->name, t * b->every + 2);
			return;
		}
}

static double *
constant(const struct binding *b, double kw)
{
	double *v = arena_alloc(b->d->arena, b->d->rows * sizeof(*v));

	for (unsigned t = 0; t < b->d->rows; t++)
		v[t] = kw;
	return v;
}

/* The tariff's price of each step where the site has one and no column says otherwise. */
static double *
tariff_prices(struct binding *b)
{
	double *v = arena_alloc(b->d->arena, b->d->rows * sizeof(*v));
	char day[DATE_TEXT_MAX];

	for (unsigned t = 0; t < b->d->rows; t++) {
		const struct study_place *at = &b->d->place[t];
		const struct tariff *tariff = tariff_find(&b->site->tariffs, at->day);
		v[t] = tariff == NULL ? (double)NAN
		                      : tariff_energy_price(tariff, at->day, at->minute,
		                            holiday_find(&b->site->holidays, at->day) != NULL);
		if (isfinite(v[t]))
			continue;
		say(b,
		    "%s of the site's tariffs holds on %s at minute %u of the day; one for each step, or a column for "
		    "price_import, would be right",
		    tariff == NULL ? "none" : "no band", date_text(day, sizeof(day), at->day), at->minute);
		return NULL;
	}
	return v;
}

static void
bind_asset(struct binding *b, const struct asset *a, double *series[SERIES_COUNT])
{
	const struct asset_data *list = a->data.v;
	unsigned before = b->c->said.count;

	for (uint32_t i = 0; i < a->data.n; i++)
		series[list[i].series] = take_series(b, a, &list[i]);
	if (b->c->said.count != before)
		return;
	check_needed(b, a, (double *const *)series);
	if (a->kind == ASSET_LOAD && a->bus != NULL && series[SERIES_LOAD_KW] == NULL)
		series[SERIES_LOAD_KW] = constant(b, 0);
	if (a->kind == ASSET_GRID && series[SERIES_PRICE_IMPORT] == NULL && b->site->tariffs.n > 0)
		series[SERIES_PRICE_IMPORT] = tariff_prices(b);
}

/* Series of all assets from one file; NULL: faults were said. */
static double *(*bind_all(struct binding *b))[SERIES_COUNT]
{
	const struct asset *list = b->d->energy->assets.v;
	double *(*all)[SERIES_COUNT] = arena_alloc(b->d->arena, (b->d->energy->assets.n + 1) * sizeof(*all));

	for (uint32_t i = 0; i < b->d->energy->assets.n; i++)
		bind_asset(b, &list[i], all[i]);
	return b->c->said.count == 0 ? all : NULL;
}

static void
place_steps(struct study_data *d)
{
	d->place = arena_alloc(d->arena, d->rows * sizeof(*d->place));
	for (unsigned t = 0; t < d->rows; t++) {
		int64_t year;
		unsigned month, mday;
		grid_place(utc_add(d->start, (int64_t)t * d->step_us), 1440, &d->place[t].day, &d->place[t].minute);
		date_civil(d->place[t].day, &year, &month, &mday);
		d->place[t].month = (int32_t)(12 * year + month - 1);
	}
}

/* Rows from..to as numbers of steps. */
static void
find_span(struct binding *b, struct utc from, struct utc to)
{
	struct study_data *d = b->d;
	char begin[32], end[32];
	int64_t last = d->start.us + (int64_t)d->rows * d->step_us;

	d->first = 0;
	d->end = d->rows;
	if (from.us >= last)
		d->first = d->rows;
	else if (from.us > d->start.us)
		d->first = (unsigned)((from.us - d->start.us + d->step_us - 1) / d->step_us);
	if (to.us != 0 && to.us < last)
		d->end = to.us <= d->start.us ? 0 : (unsigned)((to.us - d->start.us) / d->step_us);
	if (d->first >= d->end)
		say(b,
		    "--from and --to leave no step of the file, which reaches from %s to %s; a time within would be "
		    "right",
		    utc_iso(begin, sizeof(begin), d->start), utc_iso(end, sizeof(end), (struct utc){ last }));
}

static bool
check_forecast(struct binding *b, const struct columns *f)
{
	if (f->start.us == b->c->start.us && f->step_us == b->c->step_us && f->rows == b->c->rows)
		return true;
	say(b, "the forecast %s has other steps (%u rows); the same times as the data (%u rows) would be right",
	    f->name, f->rows, b->c->rows);
	return false;
}

static bool
set_steps(struct binding *b, int64_t step_us)
{
	char own[32], asked[32];

	b->every = step_us == 0 ? 1 : (unsigned)(step_us / b->c->step_us);
	b->d->step_us = (int64_t)b->every * b->c->step_us;
	if (b->every == 0 || (step_us != 0 && b->d->step_us != step_us) || b->d->step_us > 3600 * US_PER_S) {
		say(b, "steps of %s out of rows of %s; a multiple, at most 1h, would be right",
		    str_duration(asked, sizeof(asked), step_us), str_duration(own, sizeof(own), b->c->step_us));
		return false;
	}
	b->d->rows = b->c->rows / b->every;
	b->d->every = b->every;
	b->d->hours = (double)b->d->step_us / 3.6e9;
	b->d->start = b->c->start;
	if (b->d->rows == 0)
		say(b, "%u rows are less than one step; more would be right", b->c->rows);
	return b->d->rows > 0;
}

bool
study_bind(const struct site *site, struct columns *c, struct columns *forecast, int64_t step_us, struct utc from,
    struct utc to, struct study_data *d)
{
	struct binding b = { .site = site, .c = c, .d = d };

	*d = (struct study_data){ .arena = arena_new(), .site = site, .energy = site->energy };
	if (site->energy == NULL)
		say(&b, "the site has no energy section; buses and assets there would be right");
	else if (site->energy->assets.n > PROBLEM_ASSETS_MAX)
		say(&b, "the site has %u assets; at most %d would be right", site->energy->assets.n,
		    PROBLEM_ASSETS_MAX);
	else if (set_steps(&b, step_us) && (forecast == NULL || check_forecast(&b, forecast))) {
		place_steps(d);
		find_span(&b, from, to);
		d->was = bind_all(&b);
		if (d->was != NULL && forecast != NULL) {
			b.c = forecast;
			d->foreseen = bind_all(&b);
		}
	}
	if (d->was != NULL && (forecast == NULL || d->foreseen != NULL))
		return true;
	study_data_done(d);
	return false;
}

void
study_data_done(struct study_data *d)
{
	arena_free(d->arena);
	*d = (struct study_data){ 0 };
}
