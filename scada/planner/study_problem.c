/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_problem.c - the study's data as problems: the horizon as it is foreseen, and the step alone as it was.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/planner/study_private.h"

#define WINDOW_US (1800 * US_PER_S)
#define OUTAGE_GUESS_H \
	4.0 /* who cannot know takes an outage to last as long as reserves cover, or so long, and foresees none */

/*
 * Goals that have a price in the site file are a matter of money; the others are kept wherever it can be done.  Of what is not served: the
 * dearest load's, so that what names none itself (a plant's own use) goes last; NaN where a load names none.
 */
static double
lost_price(const struct energy *e)
{
	const struct asset *list = e->assets.v;
	double dearest = (double)NAN;

	for (uint32_t i = 0; i < e->assets.n; i++) {
		if (list[i].kind != ASSET_LOAD || list[i].bus == NULL)
			continue;
		double own = ((const struct asset_load *)list[i].parameters)->lost_load_cost_per_kwh;
		if (own <= 0)
			return (double)NAN;
		dearest = fmax(own, isnan(dearest) ? 0 : dearest);
	}
	return dearest;
}

static struct problem
problem_of(const struct study_run *s)
{
	const struct energy *e = s->d->energy;

	return (struct problem){ .energy = e,
		.hours = s->hours,
		.window = s->windows,
		.month = s->months,
		.assets = arena_alloc(s->arena, (e->assets.n + 1) * sizeof(struct problem_asset)),
		.asset_count = e->assets.n,
		.co2_price_per_kg = e->co2_price_per_kg,
		.curtail_price = isnan(e->curtail_cost_per_kwh) ? 0 : e->curtail_cost_per_kwh,
		.contract_price = s->d->site->tariffs.n > 0 ? 0 : (double)NAN,
		.over_price = e->over_cost_per_kwh,
		.lost_price = lost_price(e),
		.heat_lost_price = e->heat_lost_cost_per_t,
		.outage_h = (double)e->outage_us / 3.6e9,
		.reserve_price = (double)NAN,
		.end_value = (double)NAN };
}

static void
begin_state(struct study_run *s)
{
	const struct asset *list = s->d->energy->assets.v;

	s->state = arena_alloc(s->arena, (s->d->energy->assets.n + 1) * sizeof(*s->state));
	for (uint32_t i = 0; i < s->d->energy->assets.n; i++) {
		struct problem_asset *a = &s->state[i];
		*a = (struct problem_asset){
			.asset = &list[i], .power_kw = (double)NAN, .in_state_h = 1e4, .health = 1
		};
		if (list[i].kind == ASSET_BATTERY) {
			const struct asset_battery *b = list[i].parameters;
			a->energy_kwh = b->energy_kwh * fmax(b->soc_min_pct, b->reserve_pct) / 100;
		}
		if (list[i].kind == ASSET_GTC)
			a->power_kw = 0;
	}
}

/* Critical loads, and the sun that helps them. */
static bool
is_reserved_for(const struct asset *a)
{
	return a->kind == ASSET_PV ||
	    (a->kind == ASSET_LOAD && ((const struct asset_load *)a->parameters)->is_critical);
}

void
study_problem_init(struct study_run *s)
{
	const struct asset *list = s->d->energy->assets.v;
	unsigned n = s->d->energy->assets.n;

	s->hours = arena_alloc(s->arena, s->horizon * sizeof(*s->hours));
	s->windows = arena_alloc(s->arena, s->horizon * sizeof(*s->windows));
	s->months = arena_alloc(s->arena, s->horizon * sizeof(*s->months));
	s->buffer = arena_alloc(s->arena, (n + 1) * sizeof(*s->buffer));
	s->promises = arena_alloc(s->arena, (s->d->energy->buses.n + 1) * sizeof(*s->promises));
	s->held = arena_alloc(s->arena, (n + 1) * sizeof(*s->held));
	s->careful = arena_alloc(s->arena, (n + 1) * sizeof(*s->careful));
	s->heat_high = arena_alloc(s->arena, (s->horizon + 1) * sizeof(*s->heat_high));
	if (s->asked->forecast == STUDY_LEARNED)
		study_foresee_init(s);
	for (unsigned i = 0; i < n; i++) {
		s->held[i] = arena_alloc(s->arena, s->horizon * sizeof(double));
		for (int k = 0; s->asked->forecast != STUDY_PERFECT && k < SERIES_COUNT; k++)
			if (s->d->was[i][k] != NULL)
				s->buffer[i][k] = arena_alloc(s->arena, (s->horizon + 1) * sizeof(double));
		if (s->models != NULL && is_reserved_for(&list[i]) && s->d->energy->outage_us > 0)
			s->careful[i] = arena_alloc(s->arena, (s->horizon + 1) * sizeof(double));
	}
	for (unsigned t = 0; t < s->horizon; t++)
		s->hours[t] = s->d->hours;
	begin_state(s);
	s->wide = problem_of(s);
	s->now = problem_of(s);
	s->now.month_count = 0; /* the demand charge is reckoned over the month, by study_sums.c */
	s->now.outage_h = 0;
	if (s->asked->forecast == STUDY_LEARNED)
		study_unsure_init(s);
}

double
study_available(const struct study_data *d, unsigned asset, unsigned row)
{
	return d->was[asset][SERIES_AVAILABLE] != NULL ? d->was[asset][SERIES_AVAILABLE][row] : 1;
}

static void
copy_state(const struct study_run *s, struct problem *p)
{
	for (unsigned i = 0; i < p->asset_count; i++) {
		p->assets[i] = s->state[i];
		memset(p->assets[i].series, 0, sizeof(p->assets[i].series));
	}
}

static int64_t
window_of(const struct study_data *d, unsigned row)
{
	return d->step_us >= WINDOW_US ? (int64_t)row : (d->start.us + (int64_t)row * d->step_us) / WINDOW_US;
}

static void
fill_windows(struct study_run *s, struct problem *p)
{
	int64_t first = window_of(s->d, s->row);
	unsigned count = 0;

	for (unsigned t = 0; t < p->steps; t++) {
		unsigned row = s->row + t;
		s->windows[t] = (unsigned)(window_of(s->d, row) - first);
		bool same = t > 0 && s->windows[t] == s->windows[t - 1];
		if (t == 0 || (!same && s->d->place[row].month != s->d->place[row - 1].month)) {
			if (count == PROBLEM_MONTHS_MAX)
				count--; /* a horizon of months: the last counts as one */
			p->months[count++] = study_month_price(s, row);
		}
		s->months[t] = count - 1;
	}
	p->month_count = p->months[0].price > 0 || p->months[0].free_kw > 0 ? count : 0;
	p->window_kwh = s->window == first ? s->window_kwh : 0;
	p->window_hours = s->window == first ? s->window_hours : 0;
}

/* Whether something is there is seen at once; of what nobody foresaw it is not known how long it lasts. */
static void
see(const struct study_run *s, double is_there, double *v, unsigned steps)
{
	const struct energy *e = s->d->energy;
	double guess_h = e->outage_us > 0 ? (double)e->outage_us / 3.6e9 : OUTAGE_GUESS_H;
	bool is_foreseen = v[0] == is_there;

	v[0] = is_there;
	for (unsigned t = 1; !is_foreseen && t < steps && t * s->d->hours < guess_h; t++)
		v[t] = is_there;
}

/* What is measured already is certain. */
static void
fill_careful(struct study_run *s, unsigned i, enum series_kind k, const double *v, bool is_seen)
{
	if (s->careful[i] == NULL || (k != SERIES_LOAD_KW && k != SERIES_PV_KW) ||
	    study_is_known(s, s->state[i].asset, k))
		return;
	study_learn_careful(s, i, k, s->row + is_seen, v + is_seen, s->careful[i] + is_seen);
	if (is_seen)
		s->careful[i][0] = v[0];
	s->wide.assets[i].careful_kw = s->careful[i];
}

static bool
fill_foreseen(struct study_run *s, unsigned i, enum series_kind k, unsigned steps, bool is_seen)
{
	double *v = s->buffer[i][k];

	if (s->asked->forecast == STUDY_FILE)
		memcpy(v, s->d->foreseen[i][k] + s->row, steps * sizeof(*v));
	else if (!study_foresee(s, i, k, v, steps, is_seen))
		return false;
	if (k == SERIES_AVAILABLE)
		see(s, s->d->was[i][k][s->row], v, steps);
	else if (is_seen && study_is_seen(s, i, k))
		v[0] = s->d->was[i][k][s->row];
	fill_careful(s, i, k, v, is_seen);
	s->wide.assets[i].series[k] = v;
	return true;
}

/* Does a furnace that makes steam for this bus stand? */
static bool
is_scarce(const struct study_run *s, const char *heat_bus, unsigned t)
{
	for (unsigned i = 0; i < s->wide.asset_count; i++) {
		const struct asset *a = s->state[i].asset;
		const double *steam = s->wide.assets[i].series[SERIES_STEAM];
		if (a->kind == ASSET_FURNACE && steam != NULL && !(steam[t] > 0) && a->heat_bus != NULL &&
		    heat_bus != NULL && strcmp(a->heat_bus, heat_bus) == 0)
			return true;
	}
	return false;
}

/*
 * While a furnace stands heat is planned with the upper end of its band: where some is missing a set has to start again, or it goes without; what is
 * too much costs a bit of gas. While all burn there is enough, and the forecast itself tells best what is given to the grid.
 */
static void
careful_heat(struct study_run *s, bool is_seen)
{
	for (unsigned i = 0; i < s->wide.asset_count; i++) {
		const struct asset *a = s->state[i].asset;
		if (s->buffer[i][SERIES_HEAT] == NULL || s->models == NULL || study_is_known(s, a, SERIES_HEAT))
			continue;
		double *v = s->buffer[i][SERIES_HEAT], *high = s->heat_high;
		study_learn_careful(s, i, SERIES_HEAT, s->row + is_seen, v + is_seen, high + is_seen);
		for (unsigned t = is_seen; t < s->wide.steps; t++)
			if (is_scarce(s, a->heat_bus, t))
				v[t] = high[t];
	}
}

static bool
counts(const struct study_run *s, unsigned asset, int k)
{
	return s->d->was[asset][k] != NULL && !(k == SERIES_FILED_KW && s->asked->ignores_filed);
}

bool
study_problem_wide(struct study_run *s, bool is_seen)
{
	unsigned left = s->d->end - s->row;
	struct problem *p = &s->wide;

	p->steps = s->horizon < left ? s->horizon : left;
	p->start = utc_add(s->d->start, (int64_t)s->row * s->d->step_us);
	/* Where what is not served has a price, a reserve without one would weigh more, and be held back in the outage that it is for. */
	p->reserve_price =
	    p->outage_h > 0 && !isnan(p->lost_price) ? study_outages_per_hour(s) * p->lost_price : (double)NAN;
	copy_state(s, p);
	fill_windows(s, p);
	for (unsigned i = 0; i < p->asset_count; i++)
		for (int k = 0; k < SERIES_COUNT; k++) {
			if (!counts(s, i, k))
				continue;
			if (s->asked->forecast == STUDY_PERFECT)
				p->assets[i].series[k] = s->d->was[i][k] + s->row;
			else if (!fill_foreseen(s, i, k, p->steps, is_seen))
				return false;
		}
	careful_heat(s, is_seen);
	return true;
}

void
study_problem_now(struct study_run *s)
{
	struct problem *p = &s->now;

	p->steps = 1;
	p->start = utc_add(s->d->start, (int64_t)s->row * s->d->step_us);
	copy_state(s, p);
	s->windows[0] = 0;
	for (unsigned i = 0; i < p->asset_count; i++)
		for (int k = 0; k < SERIES_COUNT; k++)
			if (counts(s, i, k))
				p->assets[i].series[k] = s->d->was[i][k] + s->row;
}

void
study_problem_hold(struct study_run *s, struct problem *p, unsigned asset, double kw)
{
	const double *own = s->d->was[asset][SERIES_FIXED_KW];
	double *v = s->held[asset];

	if (own != NULL && !isnan(own[s->row]))
		return; /* the column's hold is stronger */
	for (unsigned t = 0; t < p->steps; t++)
		v[t] = t > 0 && own != NULL ? own[s->row + t] : (double)NAN;
	v[0] = kw;
	p->assets[asset].series[SERIES_FIXED_KW] = v;
}
