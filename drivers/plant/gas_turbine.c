/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gas_turbine.c - gas turbine set with heat-recovery boiler: start sequence, ramps, part-load gas, steam with a lag.
 */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "drivers/plant/plant.h"

/* The numbers are those of the state point. */
enum state { GT_STOP, GT_READY, GT_PURGE, GT_START, GT_SYNC, GT_RUN, GT_COOLDOWN, GT_TRIP };

struct gas_turbine {
	struct model m;
	struct wander egt_w, drum, gas_pressure_w;
	double full_m3_h, idle, lag_s, start_s; /* the plant's own */
	double state, in_state_s;
	double p_sp, wants_run, follows;
	double breaker, speed, egt, gas, gas_p, gas_m3, hrb, hrb_p, hrb_l, bsready;
};

static const struct signal signals[] = {
	{ "state", offsetof(struct gas_turbine, state), "" },
	{ "p_sp", offsetof(struct gas_turbine, p_sp), "kW" },
	{ "breaker", offsetof(struct gas_turbine, breaker), "" },
	{ "speed", offsetof(struct gas_turbine, speed), "%" },
	{ "temperature", offsetof(struct gas_turbine, egt), "degC" },
	{ "gas", offsetof(struct gas_turbine, gas), "m3N/h" },
	{ "gas_p", offsetof(struct gas_turbine, gas_p), "MPaG" },
	{ "gas_m3", offsetof(struct gas_turbine, gas_m3), "m3N" },
	{ "steam", offsetof(struct gas_turbine, hrb), "t/h" },
	{ "pressure", offsetof(struct gas_turbine, hrb_p), "MPaG" },
	{ "drum", offsetof(struct gas_turbine, hrb_l), "mm" },
	{ "black_start", offsetof(struct gas_turbine, bsready), "" },
	{ NULL, 0, NULL },
};

static const struct asset_gtc *
given(const struct model *m)
{
	return m->asset->parameters;
}

static void
init(struct model *m, struct world *w)
{
	struct gas_turbine *g = (struct gas_turbine *)m;
	const struct asset_gtc *a = given(m);
	(void)w;
	wander_init(&g->egt_w, &m->rng, 3, 60);
	wander_init(&g->drum, &m->rng, 5, 45);
	wander_init(&g->gas_pressure_w, &m->rng, 0.015, 1200);
	g->full_m3_h = rng_vary(&m->rng, a->fuel_full_m3_per_h, 0);
	g->idle = rng_vary(&m->rng, a->fuel_idle_share, 0);
	g->lag_s = rng_vary(&m->rng, (double)a->heat_lag_us / 1e6, 0);
	g->start_s = rng_vary(&m->rng, (double)a->start_time_us / 1e6, 0);
	g->state = GT_READY;
	g->p_sp = a->rated_kw;
	g->gas_p = 0.5;
	g->gas_m3 = floor(rng_between(&m->rng, 2e5, 9e5));
	g->hrb_p = 0.72; /* kept warm by the header */
	g->egt = 45;
}

static void
enter(struct gas_turbine *g, enum state s)
{
	g->state = s;
	g->in_state_s = 0;
}

/*
 * 1 ready -> 2 purge (40 % of the start time) -> 3 start (45 %) -> 4 sync (15 %) -> 5 run; stop: down to minimum load, then
 * 6 cooldown (240 s) -> 0 stop (30 s) -> 1 ready.  A trip goes to 7 from everywhere and stays until it is cleared.
 */
static void
sequence(struct gas_turbine *g, const struct world *w, bool bus_live)
{
	struct model *m = &g->m;
	const struct asset_gtc *a = given(m);
	g->in_state_s += w->dt;
	if (m->trip > 0.5 && (int)g->state != GT_TRIP) {
		enter(g, GT_TRIP);
		g->wants_run = 0;
	}
	switch ((enum state)g->state) {
	case GT_STOP:
		if (g->in_state_s >= 30)
			enter(g, GT_READY);
		break;
	case GT_READY:
		if (g->wants_run > 0.5 && (bus_live || a->can_black_start))
			enter(g, GT_PURGE);
		break;
	case GT_PURGE:
	case GT_START:
	case GT_SYNC: {
		static const double share[] = { [GT_PURGE] = 0.40, [GT_START] = 0.45, [GT_SYNC] = 0.15 };
		if (g->wants_run < 0.5)
			enter(g, GT_COOLDOWN);
		else if (g->in_state_s >= share[(int)g->state] * g->start_s)
			enter(g, (enum state)g->state + 1);
		break;
	}
	case GT_RUN:
		if (g->wants_run < 0.5 && m->p_kw <= a->min_kw + 1)
			enter(g, GT_COOLDOWN);
		break;
	case GT_COOLDOWN:
		if (g->in_state_s >= 240)
			enter(g, GT_STOP);
		break;
	case GT_TRIP:
		if (m->trip < 0.5)
			enter(g, GT_COOLDOWN);
		break;
	}
	g->breaker = (int)g->state == GT_RUN;
}

static void
step(struct model *m, struct world *w)
{
	struct gas_turbine *g = (struct gas_turbine *)m;
	const struct asset_gtc *a = given(m);
	bool bus_live = m->bus == BUS_NONE || w->buses[m->bus].is_live;
	static const double speed[] = { 0, 0, 22, 80, 100, 100, 8, 0 };

	sequence(g, w, bus_live);
	int s = (int)g->state;
	double target = g->wants_run > 0.5 ? clamp(g->p_sp, a->min_kw, a->rated_kw) : a->min_kw;
	m->p_kw = s == GT_RUN ? slew(m->p_kw, target, a->ramp_kw_per_min / 60, w->dt) : 0;
	m->run = s == GT_RUN;
	m->load = m->p_kw / a->rated_kw;
	double fired = s == GT_RUN ? g->idle + (1 - g->idle) * m->load
	    : s == GT_SYNC         ? g->idle
	    : s == GT_START        ? 0.75 * g->idle
	                           : 0;
	g->gas = lag(g->gas, g->full_m3_h * fired, w->dt, 1.5);
	g->gas_m3 += g->gas * w->dt / 3600;
	g->gas_p = 0.5 - 0.03 * m->load + wander_step(&g->gas_pressure_w, &m->rng, w->dt);
	g->speed = lag(g->speed, s == GT_RUN ? 100 * m->f_hz / 50 : speed[s], w->dt,
	    s == GT_RUN                            ? 0.5
	        : s == GT_TRIP || s == GT_COOLDOWN ? 50
	                                           : 20);
	double hot = s == GT_RUN ? 330 + 205 * m->load : s == GT_SYNC ? 330 : s == GT_START ? 300 : w->weather.ta + 15;
	g->egt = lag(g->egt, hot, w->dt, s == GT_RUN ? 12 : s >= GT_COOLDOWN ? 400 : 40);
	wander_step(&g->egt_w, &m->rng, w->dt);
	g->egt += g->breaker * (g->egt_w.x - g->egt_w.x * g->egt_w.keep);
	/* Exhaust heat is nearly linear in load: a turbine at minimum load still blows much warm air. */
	double exhaust = g->breaker > 0.5 ? 0.12 + 0.88 * m->load : 0;
	g->hrb = lag(g->hrb, a->heat_full_t_per_h * exhaust, w->dt, g->lag_s);
	w->net.hrb += g->hrb;
	g->hrb_p = lag(g->hrb_p, fmax(w->net.pressure - 0.02, 0) + 0.01 * g->hrb, w->dt, 30);
	g->hrb_l = wander_step(&g->drum, &m->rng, w->dt) + 12 * clamp(m->p_kw / a->rated_kw - m->load_slow, -1, 1);
	g->bsready = a->can_black_start && s == GT_READY && m->remote > 0.5;
}

static bool
command(struct model *m, struct world *w, const char *signal, double v)
{
	struct gas_turbine *g = (struct gas_turbine *)m;
	(void)w;
	if (strcmp(signal, "p_sp") == 0)
		g->p_sp = isnan(v) ? given(m)->rated_kw : v;
	else if (strcmp(signal, "start") == 0 && v > 0.5 && m->trip < 0.5)
		g->wants_run = 1;
	else if (strcmp(signal, "stop") == 0 && v > 0.5)
		g->wants_run = 0;
	else if (strcmp(signal, "start") != 0 && strcmp(signal, "stop") != 0)
		return false;
	return true;
}

static double
follow(struct model *m, struct world *w, double kw)
{
	struct gas_turbine *g = (struct gas_turbine *)m;
	(void)w;
	if (g->breaker < 0.5)
		return 0;
	double p = clamp(m->p_kw + kw, 0, given(m)->rated_kw), gave = p - m->p_kw;
	m->p_kw = p;
	return gave;
}

const struct model_kind model_gas_turbine = {
	.kind = ASSET_GTC,
	.size = sizeof(struct gas_turbine),
	.signals = signals,
	.init = init,
	.step = step,
	.command = command,
	.follow = follow,
};
