/* SPDX-License-Identifier: Apache-2.0 */
/*
 * furnace.c - waste furnace with boiler: waste of wandering quality, combustion control that leans against it, steam with a lag.
 */
#include "config.h"

#include <math.h>
#include <stddef.h>

#include "drivers/plant/plant.h"

struct furnace {
	struct model m;
	struct wander quality, feed, drum, flame, pressure_w;
	double rated_waste, yield, lag_s; /* t/h; t steam per t waste; s */
	double set_steam;                 /* t/h that the combustion control holds */
	double trim;                      /* of the feed, by that control */
	double progress;                  /* 0 cold .. 1 at full fire */
	double waste, steam, pressure, temperature, t_comb, drum_level, o2;
};

static const struct signal signals[] = {
	{ "load", offsetof(struct furnace, waste), "t/h" },
	{ "steam", offsetof(struct furnace, steam), "t/h" },
	{ "pressure", offsetof(struct furnace, pressure), "MPaG" },
	{ "temperature", offsetof(struct furnace, t_comb), "degC" },
	{ "steam_t", offsetof(struct furnace, temperature), "degC" },
	{ "drum", offsetof(struct furnace, drum_level), "mm" },
	{ "o2", offsetof(struct furnace, o2), "%" },
	{ NULL, 0, NULL },
};

static const struct asset_furnace *
given(const struct model *m)
{
	return m->asset->parameters;
}

static void
init(struct model *m, struct world *w)
{
	struct furnace *f = (struct furnace *)m;
	const struct asset_furnace *a = given(m);
	double noise = isfinite(a->quality_noise_pct) ? a->quality_noise_pct / 100 : 0.08;
	/* The noise of the site file is what the eye sees: two deviations. */
	wander_init(&f->quality, &m->rng, noise / 2, (double)a->quality_correlation_us / 1e6);
	wander_init(&f->feed, &m->rng, 0.012, 900);
	wander_init(&f->drum, &m->rng, 8, 40);
	wander_init(&f->flame, &m->rng, 9, 90);
	wander_init(&f->pressure_w, &m->rng, 0.02, 120);
	f->rated_waste = a->waste_t_per_h;
	f->yield = rng_vary(&m->rng, a->steam_t_per_h / a->waste_t_per_h, -1);
	f->lag_s = rng_vary(&m->rng, (double)a->lag_us / 1e6, 0);
	f->set_steam = f->rated_waste * f->yield * 0.97;
	f->progress = 1;
	f->waste = f->rated_waste * 0.97;
	f->steam = f->set_steam * (1 + f->quality.x * 0.5);
	f->o2 = 6.5;
	f->t_comb = 920;
	f->pressure = a->steam_pressure_mpa * 0.985;
	f->temperature = a->steam_temperature_c - 2;
	m->run = 1;
	m->load = m->load_slow = 0.97;
	m->warm = 1;
	w->furnace_steam_rated += a->steam_t_per_h;
	w->pit.capacity_t += a->waste_t_per_h * 24 * 6;
	w->pit.level_t = w->pit.capacity_t * 0.62;
}

static void
step(struct model *m, struct world *w)
{
	struct furnace *f = (struct furnace *)m;
	const struct asset_furnace *a = given(m);
	double q = 1 + wander_step(&f->quality, &m->rng, w->dt);
	bool powered = m->bus == BUS_NONE || w->buses[m->bus].is_live;
	bool on = m->trip < 0.5 && powered && w->pit.level_t > 1;

	m->run = on;
	/* A cold start takes about two hours, a stop of the feed three minutes. */
	f->progress = slew(f->progress, on, on ? 1.0 / 7200 : 1.0 / 180, w->dt);
	/* The control sees the steam late, so it takes out about half of the noise. */
	f->trim = clamp(f->trim + (f->set_steam - f->steam) / f->set_steam * w->dt / (3 * f->lag_s), -0.08, 0.05);
	double wanted = f->rated_waste * (0.97 + f->trim + wander_step(&f->feed, &m->rng, w->dt));
	f->waste = lag(f->waste, on ? clamp(wanted, 0, f->rated_waste * 1.035) * f->progress : 0, w->dt, 60);
	f->steam = lag(f->steam, clamp(f->waste * q * f->yield, 0, a->steam_t_per_h * 1.015), w->dt, f->lag_s);
	m->load = f->waste / f->rated_waste;
	double heat = m->load * q;
	f->t_comb = lag(f->t_comb,
	    f->progress > 0.01 ? 650 + 285 * heat + wander_step(&f->flame, &m->rng, w->dt) : w->weather.ta + 60, w->dt,
	    on ? 45 : 1800);
	f->o2 =
	    lag(f->o2, f->progress > 0.05 ? clamp(6.3 + 9 * (1 - q) + 4 * (1 - m->load), 4.2, 9.8) : 20.9, w->dt, 20);
	double hot = clamp(f->steam / a->steam_t_per_h * 1.6, 0, 1);
	f->pressure = lag(f->pressure,
	    hot * (a->steam_pressure_mpa * 0.985) + (hot > 0.5 ? wander_step(&f->pressure_w, &m->rng, w->dt) : 0),
	    w->dt, 300);
	f->temperature = lag(f->temperature,
	    hot > 0.1 ? a->steam_temperature_c * (0.9 + 0.1 * hot) - 3 + 20 * (q - 1) : w->weather.ta + 20, w->dt,
	    hot > 0.1 ? 240 : 7200);
	f->drum_level = wander_step(&f->drum, &m->rng, w->dt) + 25 * (heat - m->load) - 6 * (1 - m->run);
	w->steam_main += f->steam;
	w->furnaces_running += m->run;
	w->pit.level_t = clamp(w->pit.level_t - f->waste * w->dt / 3600, 0, w->pit.capacity_t);
}

const struct model_kind model_furnace = {
	.kind = ASSET_FURNACE,
	.size = sizeof(struct furnace),
	.signals = signals,
	.init = init,
	.step = step,
};
