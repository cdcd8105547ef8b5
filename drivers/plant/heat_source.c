/* SPDX-License-Identifier: Apache-2.0 */
/* heat_source.c - the small things on the header: fired boiler, heat store, dump condenser. */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "drivers/plant/plant.h"

struct boiler {
	struct model m;
	double steam, fuel, fuel_m3, p_sp, pressure;
};
struct store {
	struct model m;
	double energy_gj, capacity_gj, soc, flow;
};
struct dump {
	struct model m;
	double steam, valve;
};

static const struct signal boiler_signals[] = {
	{ "steam", offsetof(struct boiler, steam), "t/h" },
	{ "gas", offsetof(struct boiler, fuel), "m3N/h" },
	{ "gas_m3", offsetof(struct boiler, fuel_m3), "m3N" },
	{ "pressure", offsetof(struct boiler, pressure), "MPaG" },
	{ "p_sp", offsetof(struct boiler, p_sp), "t/h" },
	{ NULL, 0, NULL },
};
static const struct signal store_signals[] = {
	{ "soc", offsetof(struct store, soc), "%" },
	{ "steam", offsetof(struct store, flow), "t/h" },
	{ "energy", offsetof(struct store, energy_gj), "GJ" },
	{ NULL, 0, NULL },
};
static const struct signal dump_signals[] = {
	{ "steam", offsetof(struct dump, steam), "t/h" },
	{ "valve", offsetof(struct dump, valve), "%" },
	{ NULL, 0, NULL },
};

static void
boiler_init(struct model *m, struct world *w)
{
	struct boiler *b = (struct boiler *)m;
	(void)w;
	b->p_sp = (double)NAN;
	b->fuel_m3 = floor(rng_between(&m->rng, 1e4, 9e4));
}

static void
boiler_step(struct model *m, struct world *w)
{
	struct boiler *b = (struct boiler *)m;
	const struct asset_boiler *a = m->asset->parameters;
	bool live = (m->bus == BUS_NONE || w->buses[m->bus].is_live) && m->trip < 0.5;
	/* By itself it fires when the header is low, and stops when it is well. */
	bool wants = isnan(b->p_sp) ? (m->run > 0.5 ? w->net.pressure < 0.78 : w->net.pressure < 0.62) : b->p_sp > 0;
	m->run = live && wants;
	double target = m->run < 0.5 ? 0
	    : isnan(b->p_sp)         ? a->rated_t_per_h * clamp((0.79 - w->net.pressure) * 10, 0, 1)
	                             : b->p_sp;
	b->steam = lag(b->steam, m->run > 0.5 ? clamp(target, a->min_t_per_h, a->rated_t_per_h) : 0, w->dt, 180);
	b->fuel = isfinite(a->fuel_m3_per_t) ? b->steam * a->fuel_m3_per_t : b->steam * 75;
	b->fuel_m3 += b->fuel * w->dt / 3600;
	b->pressure = w->net.pressure + 0.01 * b->steam;
	m->load = b->steam / fmax(a->rated_t_per_h, 0.01);
	w->net.fired += b->steam;
}

static bool
boiler_command(struct model *m, struct world *w, const char *signal, double v)
{
	struct boiler *b = (struct boiler *)m;
	(void)w;
	if (strcmp(signal, "p_sp") == 0)
		b->p_sp = v;
	else if (strcmp(signal, "start") == 0 && v > 0.5)
		b->p_sp = (double)NAN;
	else if (strcmp(signal, "stop") == 0 && v > 0.5)
		b->p_sp = 0;
	else
		return false;
	return true;
}

static void
store_init(struct model *m, struct world *w)
{
	struct store *s = (struct store *)m;
	const struct asset_heatstore *a = m->asset->parameters;
	(void)w;
	s->capacity_gj = rng_vary(&m->rng, a->energy_gj, -1);
	s->energy_gj = 0.5 * s->capacity_gj;
}

static void
store_step(struct model *m, struct world *w)
{
	struct store *s = (struct store *)m;
	const struct asset_heatstore *a = m->asset->parameters;
	/* Takes what the header has too much, gives when it is low. */
	double wanted = w->net.pressure > 0.77 ? -a->charge_t_per_h * clamp((w->net.pressure - 0.77) * 30, 0, 1)
	                                       : a->discharge_t_per_h * clamp((0.72 - w->net.pressure) * 20, 0, 1);
	double room = (s->capacity_gj - s->energy_gj) / 2.43 * 3600 / w->dt, left = s->energy_gj / 2.43 * 3600 / w->dt;
	s->flow = clamp(lag(s->flow, wanted, w->dt, 20), -room, left);
	double loss = isfinite(a->loss_pct_per_h) ? a->loss_pct_per_h / 100 * s->energy_gj : 0;
	s->energy_gj = clamp(s->energy_gj - (s->flow * 2.43 + loss) * w->dt / 3600, 0, s->capacity_gj);
	s->soc = 100 * s->energy_gj / fmax(s->capacity_gj, 1e-6);
	w->net.stored += s->flow;
}

static void
dump_init(struct model *m, struct world *w)
{
	const struct asset_dump *a = m->asset->parameters;
	w->net.dump_max += a->max_t_per_h;
}

static void
dump_step(struct model *m, struct world *w)
{
	struct dump *d = (struct dump *)m;
	const struct asset_dump *a = m->asset->parameters;
	d->valve = w->net.dump_valve;
	d->steam = w->net.dump_max > 0 ? w->net.dump_t * a->max_t_per_h / w->net.dump_max : 0;
}

const struct model_kind model_boiler = {
	.kind = ASSET_BOILER,
	.size = sizeof(struct boiler),
	.signals = boiler_signals,
	.init = boiler_init,
	.step = boiler_step,
	.command = boiler_command,
};
const struct model_kind model_heat_store = {
	.kind = ASSET_HEATSTORE,
	.size = sizeof(struct store),
	.signals = store_signals,
	.init = store_init,
	.step = store_step,
};
const struct model_kind model_dump = {
	.kind = ASSET_DUMP,
	.size = sizeof(struct dump),
	.signals = dump_signals,
	.init = dump_init,
	.step = dump_step,
};
