/* SPDX-License-Identifier: Apache-2.0 */
/* world.c - all models of a district from its energy section, stepped in the order in which power and steam flow. */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "drivers/plant/plant.h"

#define MODEL_EXTERN(lower, UPPER, help) extern const struct model_kind model_##lower;
ASSET_LIST(MODEL_EXTERN)
#undef MODEL_EXTERN

#define MODEL_ROW(lower, UPPER, help) [ASSET_##UPPER] = &model_##lower,
static const struct model_kind *const kinds[ASSET_KIND_COUNT] = { ASSET_LIST(MODEL_ROW) };
#undef MODEL_ROW

/*
 * 1 the utility offers  2 furnaces make steam  3 sets and boilers  4 consumers ask  5 store and dump
 * (then the header, before 6)  6 the turbine takes what is left  7 sun and batteries  (then the balance)
 */
static const int step_order[] = { ASSET_GRID, ASSET_FURNACE, ASSET_GTC, ASSET_BOILER, ASSET_LOAD, ASSET_HEATSTORE,
	ASSET_DUMP, ASSET_STG, ASSET_PV, ASSET_BATTERY };
#define HEADER_BEFORE ASSET_STG

#define M(member) offsetof(struct model, member)
const struct signal model_signals[] = {
	{ "p", M(p_kw), "kW" },
	{ "aux", M(aux_kw), "kW" },
	{ "forming", M(forming), "" },
	{ "q", M(q_kvar), "kvar" },
	{ "f", M(f_hz), "Hz" },
	{ "v_pu", M(v_pu), "" },
	{ "kwh_out", M(kwh_out), "kWh" },
	{ "kwh_in", M(kwh_in), "kWh" },
	{ "kvarh", M(kvarh), "kvarh" },
	{ "hours", M(hours), "h" },
	{ "run", M(run), "" },
	{ "effort", M(load), "" },
	{ "warm", M(warm), "" },
	{ "effort_slow", M(load_slow), "" },
	{ "trip", M(trip), "" },
	{ "minor", M(minor), "" },
	{ "remote", M(remote), "" },
	{ NULL, 0, NULL },
};
#undef M

#define W(member) offsetof(struct world, member)
const struct signal world_signals[] = {
	{ "ta", W(weather.ta), "degC" },
	{ "rh", W(weather.rh), "%" },
	{ "ws", W(weather.ws), "m/s" },
	{ "rain", W(weather.rain_mm), "mm" },
	{ "ghi", W(weather.ghi), "W/m2" },
	{ "pit", W(pit.level_t), "t" },
	{ "header_p", W(net.pressure), "MPaG" },
	{ "header_t", W(net.temperature), "degC" },
	{ "dump_valve", W(net.dump_valve), "%" },
	{ "dump_t", W(net.dump_t), "t/h" },
	{ "loss_t", W(net.loss_t), "t/h" },
	{ "extraction_t", W(net.ext_t), "t/h" },
	{ "cond_f", W(net.cond_f), "t/h" },
	{ "cond_t", W(net.cond_t), "degC" },
	{ "cond_cond", W(net.cond_cond), "uS/cm" },
	{ "tank_l", W(net.tank_l), "%" },
	{ "pump_a", W(net.pump_a), "" },
	{ "pump_b", W(net.pump_b), "" },
	{ "pump_af", W(net.pump_af), "" },
	{ "pump_bf", W(net.pump_bf), "" },
	{ "sv_lift", W(net.sv_lift), "" },
	{ "gasdet", W(net.gasdet), "" },
	{ "net_remote", W(net.remote), "" },
	{ NULL, 0, NULL },
};
#undef W

const struct model_kind *
model_kind_of(int kind)
{
	return kind >= 0 && kind < ASSET_KIND_COUNT ? kinds[kind] : NULL;
}

static const double *
find_signal(const struct signal *s, const void *base, const char *name, const char **unit)
{
	for (; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0) {
			if (unit != NULL)
				*unit = s->unit;
			return (const double *)(const void *)((const char *)base + s->offset);
		}
	return NULL;
}

const double *
world_signal(const struct world *w, const struct model *m, const char *name, const char **unit)
{
	if (m == NULL)
		return find_signal(world_signals, w, name, unit);
	const double *v = find_signal(m->kind->signals, m, name, unit);
	return v != NULL ? v : find_signal(model_signals, m, name, unit);
}

struct model *
world_find(const struct world *w, const char *asset)
{
	for (uint32_t i = 0; i < w->model_count; i++)
		if (strcmp(w->models[i]->asset->name, asset) == 0)
			return w->models[i];
	return NULL;
}

struct model *
world_first(const struct world *w, int kind)
{
	for (uint32_t i = 0; i < w->model_count; i++)
		if (w->models[i]->kind->kind == kind)
			return w->models[i];
	return NULL;
}

static uint32_t
find_bus(const struct world *w, const char *name)
{
	for (uint32_t i = 0; name != NULL && i < w->bus_count; i++)
		if (strcmp(w->buses[i].def->name, name) == 0 && w->buses[i].def->carrier == CARRIER_ELECTRICITY)
			return i;
	return BUS_NONE;
}

/* About the mean power of an asset: its counters look as if it had run some years. */
static double
usual_power(const struct asset *a)
{
	switch (a->kind) {
	case ASSET_GRID: return 0.15 * ((const struct asset_grid *)a->parameters)->import_max_kw;
	case ASSET_STG: return 0.6 * ((const struct asset_stg *)a->parameters)->rated_kw;
	case ASSET_GTC: return 0.06 * ((const struct asset_gtc *)a->parameters)->rated_kw;
	case ASSET_PV: return 0.12 * ((const struct asset_pv *)a->parameters)->peak_kw;
	case ASSET_BATTERY: return 0.04 * ((const struct asset_battery *)a->parameters)->discharge_kw;
	case ASSET_LOAD: return 0.5 * ((const struct asset_load *)a->parameters)->peak_kw;
	default: return 1;
	}
}

static void
add_model(struct world *w, const struct asset *a)
{
	const struct model_kind *k = kinds[a->kind];
	if (a->parameters == NULL)
		return;
	struct model *m = arena_alloc(w->arena, k->size);
	m->kind = k;
	m->asset = a;
	m->bus = find_bus(w, a->bus);
	m->remote = 1;
	m->v_pu = 1;
	m->f_hz = 50;
	rng_init(&m->rng, w->seed, a->name);
	m->rng_key = noise_key(w->seed, a->name);
	m->hours = floor(rng_between(&m->rng, 8000, 25000));
	m->kwh_out = floor(usual_power(a) * m->hours);
	m->kwh_in = floor(m->kwh_out * (a->kind == ASSET_BATTERY ? 1.17 : a->kind == ASSET_GRID ? 2.5 : 0));
	m->kvarh = floor(m->kwh_out * 0.3);
	m->hours *= a->kind == ASSET_GTC ? 0.07 : 1;
	if (a->kind == ASSET_GRID && m->bus != BUS_NONE)
		w->buses[m->bus].grid = m;
	w->models[w->model_count++] = m;
}

static void
add_buses(struct world *w)
{
	const struct energy *e = w->energy;
	w->bus_count = e->buses.n;
	w->buses = arena_alloc(w->arena, sizeof(*w->buses) * (e->buses.n + 1));
	for (uint32_t i = 0; i < e->buses.n; i++)
		w->buses[i] = (struct bus_state){
			.def = (const struct bus *)e->buses.v + i, .is_live = true, .f_hz = 50, .v_pu = 1
		};
}

static void
one_step(struct world *w)
{
	weather_step(w);
	struct steam_net *n = &w->net;
	n->demand = n->hrb = n->fired = n->stored = 0;
	w->steam_main = w->steam_used = w->furnaces_running = 0;
	bool header_done = false;
	for (uint32_t i = 0; i < w->model_count; i++) {
		struct model *m = w->models[i];
		bool after =
		    m->kind->kind == HEADER_BEFORE || m->kind->kind == ASSET_PV || m->kind->kind == ASSET_BATTERY;
		if (after && !header_done) {
			steam_net_step(w);
			header_done = true;
		}
		m->kind->step(m, w);
	}
	if (!header_done)
		steam_net_step(w);
	grid_close(w);
}

static void
settle_model(struct world *w, struct model *m)
{
	if (m->kind->settle != NULL)
		m->kind->settle(m, w);
	double kwh = m->p_kw * w->dt / 3600;
	m->kwh_out += kwh > 0 ? kwh : 0;
	m->kwh_in += kwh < 0 ? -kwh : 0;
	m->hours += m->run * w->dt / 3600;
	m->warm = lag(m->warm, m->run, w->dt, 600);
	m->load_slow = lag(m->load_slow, m->load, w->dt, 900);
	m->remote = m->local_request < 0.5;
}

/* Lorries bring waste on working days, as much as the furnaces burn in a week. */
static void
pit_step(struct world *w)
{
	const struct calendar *c = &w->calendar;
	if (w->pit.capacity_t <= 0 || c->weekday == 0 || c->weekday == 6)
		return;
	double open = ramp01(c->hour, 8.4, 9.2) * (1 - ramp01(c->hour, 15.2, 16.2));
	double per_day = w->pit.capacity_t / 6 * 7 / 5, fill = w->pit.level_t / w->pit.capacity_t;
	w->pit.level_t += open * per_day / 6.9 * clamp(2.2 - 2 * fill, 0, 1.4) * w->dt / 3600;
}

void
world_step(struct world *w, double dt_s)
{
	assert(dt_s > 0 && dt_s <= STEP_MAX_S);
	w->dt = dt_s;
	w->t_s += dt_s;
	w->now.us += (int64_t)llround(dt_s * 1e6);
	calendar_update(&w->calendar, w->now);
	pit_step(w);
	one_step(w);
	for (uint32_t i = 0; i < w->model_count; i++)
		settle_model(w, w->models[i]);
}

/* Two hours before the start bring lags and controls to rest; batteries and counters begin at the start. */
static void
warm_up(struct world *w)
{
	for (int i = 0; i < 1440; i++) {
		w->dt = 5;
		w->now.us += 5 * US_PER_S;
		calendar_update(&w->calendar, w->now);
		one_step(w);
		for (uint32_t k = 0; k < w->model_count; k++) {
			struct model *m = w->models[k];
			double kept[] = { m->kwh_out, m->kwh_in, m->kvarh, m->hours };
			if (m->kind->kind != ASSET_BATTERY)
				settle_model(w, m);
			m->kwh_out = kept[0], m->kwh_in = kept[1], m->kvarh = kept[2], m->hours = kept[3];
		}
	}
}

struct world *
world_new(const struct energy *e, struct utc start, uint64_t seed)
{
	struct arena *arena = arena_new();
	struct world *w = arena_alloc(arena, sizeof(*w));
	*w = (struct world){ .arena = arena, .energy = e, .seed = seed, .now = start, .dt = 1 };
	calendar_update(&w->calendar, start);
	weather_init(w);
	weather_step(w);
	steam_net_init(w);
	if (e != NULL) {
		add_buses(w);
		w->models = arena_alloc(arena, sizeof(struct model *) * (e->assets.n + 1));
		for (size_t k = 0; k < ARRAY_LEN(step_order); k++)
			for (uint32_t i = 0; i < e->assets.n; i++) {
				const struct asset *a = (const struct asset *)e->assets.v + i;
				if (a->kind == step_order[k])
					add_model(w, a);
			}
	}
	for (uint32_t i = 0; i < w->model_count; i++)
		w->models[i]->kind->init(w->models[i], w);
	w->now = utc_add(start, -7200 * US_PER_S);
	calendar_update(&w->calendar, w->now);
	warm_up(w);
	world_step(w, 0.1);
	return w;
}

void
world_free(struct world *w)
{
	if (w != NULL)
		arena_free(w->arena);
}

bool
world_trip(struct world *w, const char *asset, bool is_on)
{
	struct model *m = world_find(w, asset);
	if (m == NULL)
		return false;
	m->trip = is_on;
	return true;
}

bool
world_utility(struct world *w, bool is_live)
{
	bool found = false;
	for (uint32_t i = 0; i < w->model_count; i++)
		if (w->models[i]->kind->kind == ASSET_GRID)
			found |= w->models[i]->kind->command(w->models[i], w, "utility", is_live);
	return found;
}
