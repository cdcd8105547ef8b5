/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecasting.c - each series with its score: foretold, noted, scored.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/forecast/band.h"
#include "scada/forecast/load.h"
#include "scada/forecast/pv.h"
#include "scada/planner/forecasting.h"

#define DAY_US         (INT64_C(86400) * US_PER_S)
#define SCORED_DAYS    4  /* forecasts reach 48 h ahead: what is older was scored */
#define HINDCAST_DAYS  14 /* of the past that are forecast again */
#define HINDCAST_EVERY 12 /* half hours */
#define HINDCAST_LEAST 7  /* days that the record must have */
#define DAY_STEPS      48

struct series {
	const char *point;
	const struct asset *asset;
	enum forecast_kind kind;
	struct score score;
	struct utc saved; /* 0 = not since the start */
	bool is_changed, is_hindcast;
	/* of the forecast that was made last; made 0: none yet */
	enum given_state given;
	const char *basis;
	double mean;
	struct utc made;
};
struct forecasting {
	const struct site *site;
	struct day_tables tables;
	struct series *series;
	uint32_t count;
	const struct given *given;
	struct utc written;
	int64_t max_age_us;
};

struct forecasting *
forecasting_new(void)
{
	return xcalloc(1, sizeof(struct forecasting));
}

void
forecasting_free(struct forecasting *f)
{
	if (f == NULL)
		return;
	free(f->series);
	free(f);
}

static struct series *
find(struct forecasting *f, const char *point)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (strcmp(f->series[i].point, point) == 0)
			return &f->series[i];
	return NULL;
}

static void
add(struct forecasting *f, const struct asset *a, const char *role, enum forecast_kind kind)
{
	const char *point = asset_point(a, role);
	struct series *s;

	if (point == NULL || find(f, point) != NULL)
		return;
	s = &f->series[f->count++];
	*s = (struct series){ .point = point, .asset = a, .kind = kind, .basis = "none", .mean = (double)NAN };
	score_init(&s->score, FORECASTING_STEP_US);
}

void
forecasting_site(struct forecasting *f, const struct site *s)
{
	f->site = s;
	free(f->series);
	f->series = NULL;
	f->count = 0;
	if (s == NULL || s->energy == NULL)
		return;
	const struct asset *list = s->energy->assets.v;
	f->tables = (struct day_tables){ &s->holidays, &s->terms };
	f->series = xcalloc((size_t)s->energy->assets.n * 2 + 1, sizeof(*f->series));
	for (uint32_t i = 0; i < s->energy->assets.n; i++) {
		if (list[i].kind == ASSET_LOAD) {
			add(f, &list[i], "p", FORECAST_LOAD);
			add(f, &list[i], "steam", FORECAST_HEAT);
		} else if (list[i].kind == ASSET_PV) {
			add(f, &list[i], "p", FORECAST_SUN);
		}
	}
}

void
forecasting_restore(struct forecasting *f, const char *point, const uint8_t *blob, size_t len)
{
	struct series *s = find(f, point);

	if (s != NULL)
		(void)score_restore(&s->score, FORECASTING_STEP_US, blob, len);
}

void
forecasting_given(struct forecasting *f, const struct given *g, struct utc written, int64_t max_age_us)
{
	f->given = g;
	f->written = written;
	f->max_age_us = max_age_us;
}

const enum series_kind forecasting_market[] = { SERIES_PRICE_IMPORT, SERIES_PRICE_EXPORT, SERIES_CO2, SERIES_COUNT };

char *
forecasting_market_name(char *buf, size_t size, const struct asset *grid, enum series_kind k)
{
	str_printf(buf, size, "%s.%s", grid->name, series_name(k));
	for (char *c = buf + strlen(grid->name); c < buf + strlen(buf); c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	return buf;
}

bool
forecasting_market_given(const struct forecasting *f, const struct asset *grid, enum series_kind k, struct utc now,
    struct utc from, int64_t step_us, unsigned count, double *v)
{
	char name[POINT_NAME_MAX];
	struct given_ask ask = { .point = forecasting_market_name(name, sizeof(name), grid, k),
		.written_at = f->written,
		.max_age_us = f->max_age_us,
		.now = now,
		.from = from,
		.step_us = step_us,
		.count = count };
	enum given_state state = f->given == NULL ? GIVEN_NO_POINT : given_over(f->given, &ask, v, NULL);

	return state == GIVEN_WHOLE || state == GIVEN_PARTLY;
}

static bool
has_errors(const struct series *s)
{
	struct score_figures figures;

	for (unsigned lead = 0; lead < SCORE_LEADS; lead++)
		if (score_figures(&s->score, lead, &figures))
			return true;
	return false;
}

/* ---- scoring */

/* Of the sun it does not matter whether people work. */
static bool
is_off(const struct forecasting *f, const struct series *s, struct utc t, unsigned *minute)
{
	int64_t day;

	grid_place(t, 1440, &day, minute);
	struct day_kind kind = day_kind_of(&f->tables, day);
	return s->kind != FORECAST_SUN && day_is_off(&kind);
}

void
forecasting_learn(struct forecasting *f, const struct past_ask *past, struct utc now)
{
	struct utc end = { now.us - now.us % FORECASTING_STEP_US };

	for (uint32_t i = 0; i < f->count; i++) {
		struct series *s = &f->series[i];
		const struct past *p = past_ask_of(past, s->point);
		struct utc known = p == NULL ? end : past_known_until(p);

		/* what is not in the record yet is scored when it is */
		for (struct utc t = { end.us - SCORED_DAYS * DAY_US }; p != NULL && t.us < end.us && t.us < known.us;
		     t = utc_add(t, FORECASTING_STEP_US)) {
			unsigned minute;
			bool off = is_off(f, s, t, &minute);

			score_learn(&s->score, p, t, minute, off);
			s->is_changed = true;
		}
	}
}

/* ---- what the record foretells */

/* NULL: nothing; else the word of what it is made from. */
static const char *
by_load(const struct forecasting *f, const struct series *s, const struct past *past, const double *now,
    struct utc from, unsigned count, double *v, char *why, size_t size)
{
	const struct asset_load *l = s->asset->parameters;
	struct load_answer a;
	struct load_ask ask = { .name = s->point,
		.tables = f->tables,
		.follows_terms = l != NULL && l->profile == LOAD_SCHOOL,
		.past = past,
		.now = now,
		.from = from,
		.count = count };

	if (past == NULL || load_forecast(&ask, v, &a, why, size) != OK)
		return NULL;
	return load_basis_word(a.basis);
}

static const char *
by_sun(const struct forecasting *f, const struct series *s, const struct past *past, const double *now, struct utc from,
    unsigned count, double *v, char *why, size_t size)
{
	double none[1] = { (double)NAN };
	struct past nothing = { .start = from, .step_us = FORECASTING_STEP_US, .count = 1, .v = none };
	struct pv_answer a;
	struct pv_ask ask = { .name = s->asset->name,
		.plant = s->asset->parameters,
		.rated_kw = (double)NAN,
		.latitude_deg = f->site->energy->latitude_deg,
		.longitude_deg = f->site->energy->longitude_deg,
		.past = past != NULL ? past : &nothing,
		.now = now,
		.from = from,
		.count = count };

	return pv_forecast(&ask, v, &a, why, size) == OK ? pv_basis_word(a.basis) : NULL;
}

static const char *
foretell(const struct forecasting *f, const struct series *s, const struct past *past, const double *now,
    struct utc from, unsigned count, double *v, char *why, size_t size)
{
	return s->kind == FORECAST_SUN ? by_sun(f, s, past, now, from, count, v, why, size)
	                               : by_load(f, s, past, now, from, count, v, why, size);
}

struct again {
	const struct forecasting *f;
	const struct series *s;
	const struct past *past;
};

static enum err
forecast_again(void *arg, struct utc from, unsigned count, double *v)
{
	const struct again *a = arg;
	char why[200];

	return foretell(a->f, a->s, a->past, NULL, from, count, v, why, sizeof(why)) != NULL ? OK : ERR_NOT_FOUND;
}

static unsigned
known_days(const struct past *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->count; i++)
		n += isfinite(p->v[i]);
	return n / DAY_STEPS;
}

bool
forecasting_hindcast(struct forecasting *f, const struct past_ask *past, struct utc now)
{
	for (uint32_t i = 0; i < f->count; i++) {
		struct series *s = &f->series[i];
		const struct past *p = past_ask_of(past, s->point);
		struct again again = { f, s, p };

		if (p == NULL || s->is_hindcast || has_errors(s) || known_days(p) < HINDCAST_LEAST)
			continue;
		s->is_hindcast = s->is_changed = true;
		(void)score_hindcast(&s->score, p, now, HINDCAST_DAYS, HINDCAST_EVERY,
		    s->kind == FORECAST_SUN ? NULL : &f->tables, forecast_again, &again);
		return true;
	}
	return false;
}

/* ---- for a plan */

/* Returns of how many steps errors were measured. */
static unsigned
put_band(const struct forecasting *f, const struct series *s, const struct forecasting_ask *ask, const double *v,
    double *low, double *high)
{
	struct band_ask band = { .score = &s->score,
		.tables = s->kind == FORECAST_SUN ? NULL : &f->tables,
		.from = ask->from,
		.step_us = FORECASTING_STEP_US,
		.count = ask->count,
		.least = 0,
		.most = ask->rated_kw,
		.is_sun = s->kind == FORECAST_SUN };

	return band_fill(&band, v, low, high);
}

bool
forecasting_make(struct forecasting *f, const struct forecasting_ask *ask, double *v, double *low, double *high,
    struct forecasting_answer *a, char *why, size_t size)
{
	struct series *s = find(f, ask->point);
	struct given_ask given = { .point = ask->point,
		.written_at = f->written,
		.max_age_us = f->max_age_us,
		.now = ask->now,
		.from = ask->from,
		.step_us = FORECASTING_STEP_US,
		.count = ask->count };

	if (s == NULL) {
		str_printf(why, size, "%s: no series is foretold of it", ask->point);
		return false;
	}
	const char *basis =
	    foretell(f, s, past_ask_of(ask->past, ask->point), ask->measured, ask->from, ask->count, v, why, size);
	for (unsigned i = 0; basis == NULL && i < ask->count; i++)
		v[i] = (double)NAN;
	s->given = f->given == NULL ? GIVEN_NO_POINT : given_over(f->given, &given, v, NULL);
	/* a file alone is enough where it says all */
	if (basis == NULL && s->given != GIVEN_WHOLE)
		return false;
	a->is_given = s->given == GIVEN_WHOLE || s->given == GIVEN_PARTLY;
	a->basis = s->given == GIVEN_WHOLE ? forecast_given_word(FORECAST_GIVEN) : basis;
	for (unsigned i = 0; i < ask->count;
	     i++) /* no load gives, no sun takes; who says so has a meter the wrong way */
		v[i] = fmin(fmax(v[i], 0), isnan(ask->rated_kw) ? PAST_MOST : ask->rated_kw);
	s->basis = a->basis;
	s->made = ask->now;
	s->mean = 0;
	for (unsigned i = 0; i < ask->count && i < DAY_STEPS; i++)
		s->mean += v[i] / (ask->count < DAY_STEPS ? ask->count : DAY_STEPS);
	a->is_scored = put_band(f, s, ask, v, low, high) == ask->count;
	score_note(&s->score, ask->from, v, ask->count);
	s->is_changed = true;
	return true;
}

/* ---- out of here */

bool
forecasting_save(struct forecasting *f, struct utc now, const char **point, struct wbuf *blob)
{
	for (uint32_t i = 0; i < f->count; i++) {
		struct series *s = &f->series[i];

		/* a clock that was set back must not stop it */
		if (!s->is_changed || (s->saved.us != 0 && llabs(now.us - s->saved.us) < FORECASTING_SAVE_US))
			continue;
		s->is_changed = false;
		s->saved = now;
		*point = s->point;
		score_save(&s->score, blob);
		return true;
	}
	return false;
}

static void
put_leads(const struct score *score, struct wbuf *b)
{
	w_u8(b, SCORE_LEADS);
	for (unsigned lead = 0; lead < SCORE_LEADS; lead++) {
		struct score_figures x;

		(void)score_figures(score, lead, &x);
		w_u16(b, (uint16_t)score_lead_min[lead]);
		w_u32(b, x.count);
		w_f64(b, x.error);
		w_f64(b, x.bias);
		w_f64(b, x.low);
		w_f64(b, x.high);
	}
}

/* Hours that the errors an hour ahead stand for. */
static double
hours_of(const struct score *score)
{
	struct score_figures x;

	return score_figures(score, 0, &x) ? x.count * (double)PAST_ASK_STEP_S / 3600 : 0;
}

void
forecasting_tell(const struct forecasting *f, struct wbuf *b)
{
	for (uint32_t i = 0; i < f->count; i++) {
		const struct series *s = &f->series[i];

		if (s->made.us == 0)
			continue;
		w_str(b, s->point);
		w_u8(b, (uint8_t)s->kind);
		w_u8(b,
		    s->given == GIVEN_WHOLE        ? FORECAST_GIVEN
		        : s->given == GIVEN_PARTLY ? FORECAST_PARTLY
		                                   : FORECAST_OWN);
		w_str(b, s->basis);
		w_f64(b, s->mean);
		w_f64(b, hours_of(&s->score));
		put_leads(&s->score, b);
	}
}
