/* SPDX-License-Identifier: Apache-2.0 */
/*
 * building.c - a consumer of electricity and steam: the shape of its day and week, weather, shedding, rooms, pool and hot water.
 */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "drivers/plant/plant.h"

struct building {
	struct model m;
	struct wander fast, slow, people, pool_w, chlorine_w;
	double peak, base, heat_peak;  /* the plant's own */
	double day_shift_h, day_level; /* drawn anew each day */
	int64_t day;
	double shed, shed_kw, shed_limit, set_c, switch_on, has_switch, ac_on;
	double feeder;
	double ac_kw, light_kw, pf, room_c, co2, occupancy, pool_c, chlorine, hot_water_c, chilled_c, absorber;
	double heat_t, heat_wanted, heat_gj_h, heat_gj, line_p, line_sp, line_t, valve, emergency;
};

static const struct signal signals[] = {
	{ "shed", offsetof(struct building, shed), "" },
	{ "set_c", offsetof(struct building, set_c), "degC" },
	{ "switch", offsetof(struct building, switch_on), "" },
	{ "ac_on", offsetof(struct building, ac_on), "" },
	{ "breaker", offsetof(struct building, feeder), "" },
	{ "ac", offsetof(struct building, ac_kw), "kW" },
	{ "light", offsetof(struct building, light_kw), "kW" },
	{ "pf", offsetof(struct building, pf), "%" },
	{ "temperature", offsetof(struct building, room_c), "degC" },
	{ "co2", offsetof(struct building, co2), "ppm" },
	{ "pool", offsetof(struct building, pool_c), "degC" },
	{ "chlorine", offsetof(struct building, chlorine), "mg/L" },
	{ "hot_water", offsetof(struct building, hot_water_c), "degC" },
	{ "chilled", offsetof(struct building, chilled_c), "degC" },
	{ "absorber", offsetof(struct building, absorber), "" },
	{ "steam", offsetof(struct building, heat_t), "t/h" },
	{ "heat", offsetof(struct building, heat_gj_h), "GJ/h" },
	{ "heat_gj", offsetof(struct building, heat_gj), "GJ" },
	{ "pressure", offsetof(struct building, line_p), "MPaG" },
	{ "pressure_sp", offsetof(struct building, line_sp), "MPaG" },
	{ "steam_t", offsetof(struct building, line_t), "degC" },
	{ "valve", offsetof(struct building, valve), "%" },
	{ "emergency", offsetof(struct building, emergency), "" },
	{ NULL, 0, NULL },
};

static const struct asset_load *
given(const struct model *m)
{
	return m->asset->parameters;
}

/* The day's edges in hours: comes to life from..to, goes home from..to; and what is left on a weekend. */
static const struct shape {
	double up_from, up_to, down_from, down_to, weekend;
} shapes[] = {
	[LOAD_OFFICE] = { 6.6, 9.6, 17.8, 20.0, 0.16 },
	[LOAD_GYM] = { 6.8, 9.5, 21.2, 22.9, 0.96 },
	[LOAD_SCHOOL] = { 6.9, 8.6, 16.0, 17.8, 0.10 },
	[LOAD_PUBLIC] = { 8.6, 9.8, 16.6, 17.7, 0.85 },
	[LOAD_LIGHTING] = { 0, 0, 0, 0, 1 },
	[LOAD_CONSTANT] = { 0, 0, 0, 0, 1 },
};

static double
day_shape(struct building *b, const struct world *w)
{
	const struct calendar *c = &w->calendar;
	int profile = given(&b->m)->profile;
	if (profile == LOAD_CONSTANT)
		return 1;
	if (profile == LOAD_LIGHTING)
		return b->has_switch > 0.5 ? b->switch_on : 1 - ramp01(w->weather.elevation_deg, -4, -2.5);
	const struct shape *s = &shapes[profile];
	double h = c->hour - b->day_shift_h, up = ramp01(h, s->up_from, s->up_to),
	       down = 1 - ramp01(h, s->down_from, s->down_to);
	bool weekend = c->weekday == 0 || c->weekday == 6;
	return up * down * (weekend ? s->weekend : 1) * b->day_level;
}

static void
new_day(struct building *b, const struct world *w)
{
	if (b->day == w->calendar.day)
		return;
	b->day = w->calendar.day;
	b->day_shift_h = rng_between(&b->m.rng, -0.2, 0.2);
	b->day_level = rng_between(&b->m.rng, 0.93, 1.0);
}

static void
init(struct model *m, struct world *w)
{
	struct building *b = (struct building *)m;
	const struct asset_load *a = given(m);
	wander_init(&b->fast, &m->rng, 0.012, 90);
	wander_init(&b->slow, &m->rng, 0.03, 3600);
	wander_init(&b->people, &m->rng, 0.12, 2400);
	wander_init(&b->pool_w, &m->rng, 0.12, 7200);
	wander_init(&b->chlorine_w, &m->rng, 0.05, 5400);
	b->peak = rng_vary(&m->rng, a->peak_kw, -1);
	b->base = fmin(rng_vary(&m->rng, isfinite(a->base_kw) ? a->base_kw : 0.2 * a->peak_kw, 0), b->peak);
	b->heat_peak = rng_vary(&m->rng, isfinite(a->heat_peak_t_per_h) ? a->heat_peak_t_per_h : 0, -1);
	b->day = -1;
	new_day(b, w);
	b->feeder = b->ac_on = b->switch_on = 1;
	b->set_c = w->weather.ta > 20 ? 26 : 22;
	b->room_c = 22;
	b->co2 = 550;
	b->pool_c = 30;
	b->chlorine = 0.7;
	b->hot_water_c = 63;
	b->chilled_c = 8;
	b->line_sp = 0.6;
	b->line_t = 165;
	b->heat_gj = floor(rng_between(&m->rng, 1e4, 6e4));
	m->run = m->warm = 1;
	double s = day_shape(b, w);
	m->p_kw = b->base + (b->peak - b->base) * s;
	b->occupancy = s;
}

static double
shed_wanted(const struct building *b)
{
	const struct asset_load *a = given(&b->m);
	unsigned level = (unsigned)clamp(b->shed, 0, 3);
	if (level == 0)
		return 0;
	double whole = a->shed_kw.n == 0 ? 0.08 * level * b->peak
	                                 : a->shed_kw.v[(level <= a->shed_kw.n ? level : a->shed_kw.n) - 1];
	return whole * clamp(b->m.p_kw / fmax(b->peak, 0.1) * 1.1, 0, 1);
}

static void
electric(struct building *b, struct world *w)
{
	struct model *m = &b->m;
	int profile = given(m)->profile;
	bool live = (m->bus == BUS_NONE || w->buses[m->bus].is_live) && b->feeder > 0.5;
	double s = day_shape(b, w), ta = w->weather.ta;
	double weather =
	    profile == LOAD_LIGHTING || profile == LOAD_CONSTANT ? 0 : clamp(fabs(ta - 19) / 60, 0, 0.16) - 0.05;
	double ac = 1 + weather + (b->set_c < ta ? 0.012 * (26 - b->set_c) : 0.012 * (b->set_c - 22)) * s;
	double share = clamp(0.36 + weather + 0.004 * (26 - b->set_c), 0.15, 0.6) * (b->ac_on > 0.5 ? 1 : 0.1);
	double lights = (profile == LOAD_OFFICE ? 0.33 : 0.23) * (1 - 0.6 * (share - 0.36));
	bool is_dark = b->switch_on < 0.5 && profile != LOAD_LIGHTING; /* of which the shape of the day is the switch */
	double wanted = (b->base + (b->peak - b->base) * s * (b->ac_on > 0.5 ? ac : 0.75)) *
	    (is_dark ? 1 - lights : 1) *
	    (1 + wander_step(&b->fast, &m->rng, w->dt) + wander_step(&b->slow, &m->rng, w->dt));
	b->shed_kw = lag(b->shed_kw, shed_wanted(b), w->dt, 30);
	wanted = clamp(wanted - b->shed_kw, 0, 1.06 * b->peak);
	/* Motors come back at once and the rest in a minute. */
	m->p_kw = live ? slew(m->p_kw, wanted, fmax(b->peak / 60, 0.05), w->dt) : 0;
	m->run = live;
	m->load = m->p_kw / fmax(b->peak, 0.1);
	b->pf = 93 + 4 * m->load + 0.8 * b->slow.x / 0.03;
	b->pf = clamp(b->pf, 80, 99.5);
	m->q_kvar = m->p_kw * tan(acos(b->pf / 100));
	b->ac_kw = m->p_kw * share;
	b->light_kw = is_dark ? 0 : m->p_kw * lights;
	if (profile == LOAD_LIGHTING && b->has_switch < 0.5)
		b->switch_on = s > 0.5;
}

static void
rooms(struct building *b, struct world *w)
{
	struct model *m = &b->m;
	double s = day_shape(b, w), ta = w->weather.ta;
	b->occupancy = lag(b->occupancy, s * (1 + wander_step(&b->people, &m->rng, w->dt)), w->dt, 900);
	bool conditioned = s > 0.15 && m->run > 0.5 && b->ac_on > 0.5;
	double drift = 0.86 * 22 + 0.14 * ta,
	       target = conditioned ? b->set_c + 0.5 * b->people.x / 0.12 * 0.6 : clamp(drift, 12, 31);
	b->room_c = lag(b->room_c, target, w->dt, conditioned ? 1800 : 9 * 3600);
	b->co2 = lag(b->co2, 430 + 430 * clamp(b->occupancy, 0, 1.3), w->dt, 1500);
	double met = b->heat_wanted > 0.001 ? w->net.share : 1;
	b->pool_c = lag(
	    b->pool_c, 30 + 0.5 * b->pool_w.x / 0.12 * 0.25 - 6 * (1 - met), w->dt, met > 0.9 ? 5 * 3600 : 20 * 3600);
	wander_step(&b->pool_w, &m->rng, w->dt);
	b->chlorine = clamp(0.72 + wander_step(&b->chlorine_w, &m->rng, w->dt) - 0.06 * b->occupancy, 0.42, 0.98);
	b->hot_water_c = lag(b->hot_water_c, met > 0.9 ? 64 - 2 * b->occupancy + b->pool_w.x * 4 : 20, w->dt,
	    met > 0.9 ? 1800 : 6 * 3600);
	b->absorber = conditioned && ta > 22 && b->heat_peak > 0;
	b->chilled_c =
	    lag(b->chilled_c, (b->absorber > 0.5 ? 7.2 : 9.1) + 0.5 * noise_at(m->rng_key, w->t_s, 900), w->dt, 600);
}

static void
heat(struct building *b, struct world *w)
{
	struct model *m = &b->m;
	if (b->heat_peak <= 0)
		return;
	double ta = w->weather.ta, s = day_shape(b, w);
	double season = fmax(clamp((17 - ta) / 16, 0, 1), b->absorber * clamp((ta - 20) / 12, 0, 1));
	/* A pool and its showers take heat all the year. */
	double constant = given(m)->profile == LOAD_GYM ? 0.32 + 0.22 * s : 0.06 * s;
	double wanted =
	    b->heat_peak * clamp(constant + (0.25 + 0.75 * s) * season * 0.8, 0.02, 1) * (1 + b->slow.x * 2);
	b->heat_wanted = lag(b->heat_wanted, wanted * (m->run > 0.5 ? 1 : 0.3), w->dt, 420);
	w->net.demand += b->heat_wanted;
	b->heat_t = b->heat_wanted * w->net.share;
	/* Steam of the header less condensate at 80 degrees. */
	b->heat_gj_h = b->heat_t * 2.43;
	b->line_p = lag(b->line_p,
	    fmin(b->line_sp, fmax(w->net.pressure - 0.02 - 0.02 * b->heat_t, 0)) + 0.004 * b->fast.x / 0.012, w->dt,
	    12);
	b->line_t = lag(b->line_t, 100 * pow(10 * (fmax(b->line_p, 0) + 0.1013), 0.25) + 6, w->dt, 200);
	b->valve = lag(b->valve,
	    clamp(100 * b->heat_t / b->heat_peak * 0.72 * sqrt(0.75 / fmax(w->net.pressure, 0.1)) +
	            6 * (b->line_sp - 0.6) / 0.2,
	        0, 100),
	    w->dt, 15);
}

static void
step(struct model *m, struct world *w)
{
	struct building *b = (struct building *)m;
	new_day(b, w);
	electric(b, w);
	rooms(b, w);
	heat(b, w);
}

static void
settle(struct model *m, struct world *w)
{
	struct building *b = (struct building *)m;
	b->heat_gj += b->heat_gj_h * w->dt / 3600;
}

static bool
command(struct model *m, struct world *w, const char *signal, double v)
{
	struct building *b = (struct building *)m;
	(void)w;
	if (strcmp(signal, "shed") == 0)
		b->shed = isnan(v) ? 0 : clamp(v, 0, 3);
	else if (strcmp(signal, "set_c") == 0)
		b->set_c = isnan(v) ? 24 : v;
	else if (strcmp(signal, "pressure_sp") == 0)
		b->line_sp = isnan(v) ? 0.6 : v;
	else if (strcmp(signal, "switch") == 0 && given(m)->profile == LOAD_LIGHTING)
		b->switch_on = v > 0.5, b->has_switch = 1;
	else if (strcmp(signal, "switch") == 0)
		b->switch_on = v > 0.5;
	else if (strcmp(signal, "ac_on") == 0)
		b->ac_on = v > 0.5;
	else if (strcmp(signal, "breaker") == 0)
		b->feeder = v > 0.5;
	else
		return false;
	return true;
}

const struct model_kind model_load = {
	.kind = ASSET_LOAD,
	.size = sizeof(struct building),
	.signals = signals,
	.init = init,
	.step = step,
	.command = command,
	.settle = settle,
};
