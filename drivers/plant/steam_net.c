/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steam_net.c - the low-pressure header: recovery boilers, fired boilers and extraction feed it, consumers, line losses and the
 * dump valve empty it; its pressure is the integral of the difference, held by the extraction valve.
 */
#include "config.h"

#include <math.h>

#include "drivers/plant/plant.h"

#define HEADER_SET      0.75 /* MPaG */
#define STORE_T_PER_MPA 0.9  /* steam that the header and its lines hold per MPa */
#define LINE_LOSS       0.05 /* about 250 m at 2 % per 100 m */
#define DUMP_FROM       0.80

void
steam_net_init(struct world *w)
{
	struct steam_net *n = &w->net;
	rng_init(&n->rng, w->seed, "steam-net");
	wander_init(&n->level_w, &n->rng, 4, 5400);
	wander_init(&n->cond_w, &n->rng, 2.5, 3600);
	n->pressure = HEADER_SET;
	n->temperature = 178;
	n->pump_a = 1;
	n->remote = 1;
	n->tank_l = 55;
	n->cond_cond = 9;
	n->cond_t = 82;
	n->share = 1;
	n->ext_valve = 2;
}

/* What turbines on the bus can give, and what can be let down from the main header without them. */
static void
find_supply(struct world *w)
{
	struct steam_net *n = &w->net;
	double max = 0, turbines = 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		if (m->kind->kind != ASSET_STG)
			continue;
		const struct asset_stg *a = m->asset->parameters;
		turbines += m->run;
		max += m->run > 0.5 ? a->extraction_max_t_per_h : 0;
	}
	double spare = fmax(w->steam_main * 0.7, 0);
	n->ext_max = fmin(max, spare);
	n->prv_t = turbines > 0.5 ? 0 : spare;
}

void
steam_net_step(struct world *w)
{
	struct steam_net *n = &w->net;
	find_supply(w);
	double limit = n->ext_max + n->prv_t;
	/* 1. the extraction valve: proportional and integral on the pressure, never beyond what there is */
	double hunting = 0.010 * noise_at(w->seed ^ 11, w->t_s, 240) + 0.004 * noise_at(w->seed ^ 12, w->t_s, 35);
	double error = HEADER_SET + hunting - n->pressure;
	n->ext_valve = clamp(n->ext_valve + error * 1.2 * w->dt, 0, fmin(limit, 40));
	double ext = lag(n->ext_t, clamp(n->ext_valve + 25 * error, 0, limit), w->dt, 6);
	n->ext_t = fmin(ext, limit);
	/* 2. the dump valve opens above its pressure */
	n->dump_valve = lag(n->dump_valve, 100 * clamp((n->pressure - DUMP_FROM) / 0.06, 0, 1), w->dt, 5);
	double dump_most = n->dump_max > 0 ? n->dump_max : 8;
	n->dump_t = dump_most * n->dump_valve / 100 * clamp(n->pressure / HEADER_SET, 0, 1.2);
	/* 3. consumers get less when the pressure is low; the lines lose heat even so */
	n->share = clamp(n->pressure / 0.35, 0, 1);
	n->delivered = n->demand * n->share;
	n->loss_t = (LINE_LOSS * n->delivered + 0.04) * clamp(n->pressure / 0.2, 0, 1);
	double supply = n->hrb + n->fired + n->stored + n->ext_t;
	double use = n->delivered + n->loss_t + n->dump_t;
	double before = n->pressure;
	n->pressure = clamp(n->pressure + (supply - use) * w->dt / 3600 / STORE_T_PER_MPA * 4, 0, 1.1);
	/* What the clamp cut off blows through the safety valve. */
	double stored = (n->pressure - before) * 3600 * STORE_T_PER_MPA / 4 / w->dt, blown = supply - use - stored;
	n->sv_lift = blown > 0.05 && n->pressure > 1.0;
	n->error_t = n->sv_lift > 0.5 || n->pressure <= 0 ? 0 : blown;
	/* 4. saturated steam and a little more */
	double saturation = 100 * pow(10 * (n->pressure + 0.1013), 0.25) + 2;
	n->temperature =
	    lag(n->temperature, supply > 0.1 ? saturation + 5 : fmin(saturation, n->temperature), w->dt, 30);
	/* 5. condensate comes back late */
	double back = 0.875 + 0.02 * noise_at(w->seed ^ 77, w->t_s, 5400);
	n->cond_f = lag(n->cond_f, n->delivered * back, w->dt, 300);
	n->cond_t = lag(n->cond_t, 74 + 3 * clamp(n->cond_f, 0, 4) + 0.1 * w->weather.ta, w->dt, 900);
	n->cond_cond = 9 + wander_step(&n->cond_w, &n->rng, w->dt);
	n->tank_l = clamp(55 + wander_step(&n->level_w, &n->rng, w->dt), 0, 100);
	/* 6. the duty pump changes each week */
	bool second = (w->calendar.day / 7) % 2 != 0;
	n->pump_a = n->pump_af < 0.5 && (!second || n->pump_bf > 0.5);
	n->pump_b = n->pump_bf < 0.5 && n->pump_a < 0.5;
	/* Steam let down from the main header is gone for the turbine. */
	w->steam_used += n->prv_t > 0 ? n->ext_t : 0;
}
