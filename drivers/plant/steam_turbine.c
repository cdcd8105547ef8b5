/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steam_turbine.c - extraction condensing turbine: power = k_c (main - internal) - k_e extraction, a cap from outside, ramps;
 * also the works' own consumption.  What the cap leaves over goes round the turbine to the condenser.
 */
#include "config.h"

#include <math.h>
#include <stddef.h>

#include "drivers/plant/plant.h"

struct turbine {
	struct model m;
	struct wander aux_w, vacuum_w;
	double k_condense, k_extract, internal, aux_one, aux_two, aux_none; /* the plant's own, off the site file's */
	double p_sp;                                                        /* cap, kW */
	double steam, extraction, bypass;
	double wait_s; /* until it may go on the bus again */
	double breaker, speed, p_in, ext_p, vacuum;
};

static const struct signal signals[] = {
	{ "p_sp", offsetof(struct turbine, p_sp), "kW" },
	{ "steam", offsetof(struct turbine, steam), "t/h" },
	{ "extraction", offsetof(struct turbine, extraction), "t/h" },
	{ "breaker", offsetof(struct turbine, breaker), "" },
	{ "speed", offsetof(struct turbine, speed), "rpm" },
	{ "pressure", offsetof(struct turbine, p_in), "MPaG" },
	{ "ext_p", offsetof(struct turbine, ext_p), "MPaG" },
	{ "vacuum", offsetof(struct turbine, vacuum), "kPa" },
	{ "bypass", offsetof(struct turbine, bypass), "t/h" },
	{ NULL, 0, NULL },
};

#define SPEED_RPM 8000 /* behind a gearbox */

static const struct asset_stg *
given(const struct model *m)
{
	return m->asset->parameters;
}

/* The steam that the works use themselves: deaerator, air heater, soot blowers; with the furnaces. */
static double
internal_steam(const struct turbine *t, const struct world *w)
{
	double share = w->furnace_steam_rated > 0 ? w->steam_main / w->furnace_steam_rated : 0;
	return t->internal * clamp(share, 0, 1);
}

static void
init(struct model *m, struct world *w)
{
	struct turbine *t = (struct turbine *)m;
	const struct asset_stg *a = given(m);
	wander_init(&t->aux_w, &m->rng, 0.02, 600);
	wander_init(&t->vacuum_w, &m->rng, 0.4, 900);
	t->k_condense = rng_vary(&m->rng, a->kw_per_t, -1);
	t->k_extract = rng_vary(&m->rng, a->extraction_kw_per_t, 0);
	t->internal = rng_vary(&m->rng, a->internal_steam_t_per_h, 0);
	t->aux_one = rng_vary(&m->rng, a->aux_kw_one, 0);
	t->aux_two = rng_vary(&m->rng, a->aux_kw_two, 0);
	t->aux_none = 0.3 * t->aux_one;
	t->p_sp = a->rated_kw;
	t->breaker = 1;
	t->p_in = 3.85;
	t->vacuum = 9;
	t->ext_p = 0.8;
	t->speed = SPEED_RPM;
	m->run = m->warm = 1;
	m->load = m->load_slow = 0.85;
	m->p_kw =
	    clamp(t->k_condense * (w->furnace_steam_rated * 0.92 - t->internal) - t->k_extract * 2, 0, a->rated_kw);
}

/* 0 stopped or tripped, then rolling up, then on the bus. */
static void
sequence(struct turbine *t, const struct world *w, bool has_steam, bool bus_live)
{
	struct model *m = &t->m;
	bool may = m->trip < 0.5 && has_steam && bus_live;
	if (t->breaker > 0.5 && !may) {
		t->breaker = 0;
		t->wait_s = 900;
	} else if (t->breaker < 0.5 && may) {
		t->wait_s -= w->dt;
		t->breaker = t->wait_s <= 0;
	}
	double target = t->breaker > 0.5 ? SPEED_RPM * m->f_hz / 50
	    : may                        ? SPEED_RPM * clamp(1 - t->wait_s / 900, 0, 1)
	                                 : 0;
	t->speed = lag(t->speed, target, w->dt, t->breaker > 0.5 ? 0.2 : 120);
	m->run = t->breaker;
}

static void
step(struct model *m, struct world *w)
{
	struct turbine *t = (struct turbine *)m;
	const struct asset_stg *a = given(m);
	double available = w->steam_main - w->steam_used - internal_steam(t, w);
	bool bus_live = m->bus == BUS_NONE || w->buses[m->bus].is_live;

	sequence(t, w, w->steam_main > 0.2 * w->furnace_steam_rated, bus_live);
	t->steam = t->breaker > 0.5 ? clamp(available, 0, 1e6) : 0;
	t->extraction = t->breaker > 0.5 ? fmin(w->net.ext_t, t->steam) : 0;
	double possible = clamp(t->k_condense * t->steam - t->k_extract * t->extraction, 0, a->rated_kw * 1.01);
	double cap = clamp(t->p_sp, a->min_kw, a->rated_kw);
	double wanted = fmin(possible, cap);
	/* The cap moves by the ramp; steam that fails takes the power down as fast as it goes. */
	double p = t->breaker < 0.5 ? 0 : slew(m->p_kw, wanted, a->ramp_kw_per_min / 60, w->dt);
	if (possible < p)
		p = lag(m->p_kw, possible, w->dt, 8);
	m->p_kw = fmin(p, a->rated_kw * 1.01);
	t->bypass = clamp((possible - m->p_kw) / t->k_condense, 0, 1e6);
	m->load = m->p_kw / a->rated_kw;
	w->steam_used += t->steam;

	double n = clamp(w->furnaces_running, 0, 2);
	double aux =
	    n < 1 ? t->aux_none + n * (t->aux_one - t->aux_none) : t->aux_one + (n - 1) * (t->aux_two - t->aux_one);
	aux *= (1 + wander_step(&t->aux_w, &m->rng, w->dt)) *
	    (0.93 + 0.07 * clamp(w->steam_main / fmax(w->furnace_steam_rated, 1), 0, 1.1));
	m->aux_kw = bus_live ? slew(m->aux_kw > 0 ? m->aux_kw : aux, aux, 3, w->dt) : 0;
	double main_share = clamp(w->steam_main / fmax(w->furnace_steam_rated, 1) * 2.5, 0, 1);
	double breath = 0.02 * noise_at(m->rng_key, w->t_s, 210) + 0.006 * noise_at(m->rng_key + 1, w->t_s, 30);
	t->p_in = lag(t->p_in, main_share * (3.87 + breath), w->dt, 20);
	t->vacuum = lag(t->vacuum,
	    m->run > 0.5 ? 6.2 + 3.5 * m->load + 0.12 * (w->weather.ta - 15) + wander_step(&t->vacuum_w, &m->rng, w->dt)
	                 : 101,
	    w->dt, 90);
	t->ext_p = lag(
	    t->ext_p, m->run > 0.5 ? w->net.pressure + 0.03 + 0.008 * t->extraction : w->net.pressure * 0.2, w->dt, 10);
}

static bool
command(struct model *m, struct world *w, const char *signal, double v)
{
	struct turbine *t = (struct turbine *)m;
	(void)w;
	if (signal[0] != 'p' || signal[1] != '_')
		return false;
	t->p_sp = isnan(v) ? given(m)->rated_kw : v;
	return true;
}

static double
follow(struct model *m, struct world *w, double kw)
{
	struct turbine *t = (struct turbine *)m;
	const struct asset_stg *a = given(m);
	(void)w;
	if (t->breaker < 0.5)
		return 0;
	/* Down through the bypass, up to what the steam gives. */
	double most = clamp(t->k_condense * t->steam - t->k_extract * t->extraction, 0, a->rated_kw);
	double p = clamp(m->p_kw + kw, 0, fmax(most, m->p_kw));
	double given_kw = p - m->p_kw;
	m->p_kw = p;
	t->bypass = clamp((most - p) / t->k_condense, 0, 1e6);
	return given_kw;
}

const struct model_kind model_steam_turbine = {
	.kind = ASSET_STG,
	.size = sizeof(struct turbine),
	.signals = signals,
	.init = init,
	.step = step,
	.command = command,
	.follow = follow,
};
