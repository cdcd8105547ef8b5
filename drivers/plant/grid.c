/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.c - the utility, the receiving breaker and meter that closes the balance; and what a bus does when it stands alone:
 * sources that can follow do so, else the frequency falls, feeders are shed, and in the end the bus is dead.
 */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "drivers/plant/plant.h"

struct grid {
	struct model m;
	struct wander frequency_w, voltage_w, phase_w[3];
	double utility, breaker, bus_tie, sync;
	double f_utility, line_kv;
	double s_kva, pf, v[3], i[3], transformer_c, pulse;
	double ry27, ry51, ry59, ry64, ry67, ry67p, ry95h, ry95l;
	double q_import;
	double back_s; /* since the utility came back */
};

static const struct signal signals[] = {
	{ "s", offsetof(struct grid, s_kva), "kVA" },
	{ "pf", offsetof(struct grid, pf), "%" },
	{ "v_rs", offsetof(struct grid, v[0]), "V" },
	{ "v_st", offsetof(struct grid, v[1]), "V" },
	{ "v_tr", offsetof(struct grid, v[2]), "V" },
	{ "v", offsetof(struct grid, v[0]), "V" },
	{ "i_r", offsetof(struct grid, i[0]), "A" },
	{ "i_s", offsetof(struct grid, i[1]), "A" },
	{ "i_t", offsetof(struct grid, i[2]), "A" },
	{ "breaker", offsetof(struct grid, breaker), "" },
	{ "bus_tie", offsetof(struct grid, bus_tie), "" },
	{ "sync", offsetof(struct grid, sync), "" },
	{ "line_kv", offsetof(struct grid, line_kv), "kV" },
	{ "temperature", offsetof(struct grid, transformer_c), "degC" },
	{ "pulse", offsetof(struct grid, pulse), "" },
	{ "utility", offsetof(struct grid, utility), "" },
	{ "ry27", offsetof(struct grid, ry27), "" },
	{ "ry51", offsetof(struct grid, ry51), "" },
	{ "ry59", offsetof(struct grid, ry59), "" },
	{ "ry64", offsetof(struct grid, ry64), "" },
	{ "ry67", offsetof(struct grid, ry67), "" },
	{ "ry67p", offsetof(struct grid, ry67p), "" },
	{ "ry95h", offsetof(struct grid, ry95h), "" },
	{ "ry95l", offsetof(struct grid, ry95l), "" },
	{ NULL, 0, NULL },
};

#define PULSE_S         5 /* length of the contact at each half hour */
#define SHED_AFTER_S    1.0
#define DEAD_AFTER_S    3.0
#define RESTORE_EVERY_S 10

static const struct asset_grid *
given(const struct model *m)
{
	return m->asset->parameters;
}

static double
nominal_hz(const struct model *m)
{
	double f = given(m)->frequency_hz;
	return isfinite(f) && f > 0 ? f : 50;
}

static double
nominal_v(const struct model *m)
{
	double v = given(m)->voltage_v;
	return isfinite(v) && v > 0 ? v : 6600;
}

static void
init(struct model *m, struct world *w)
{
	struct grid *g = (struct grid *)m;
	(void)w;
	wander_init(&g->frequency_w, &m->rng, 0.018, 40);
	wander_init(&g->voltage_w, &m->rng, 0.005, 1500);
	for (int k = 0; k < 3; k++)
		wander_init(&g->phase_w[k], &m->rng, 0.0012, 300);
	g->utility = g->breaker = g->bus_tie = g->sync = 1;
	g->transformer_c = 45;
	m->run = 1;
	g->back_s = 1e6;
}

/* Before the others: what the utility offers. */
static void
step(struct model *m, struct world *w)
{
	struct grid *g = (struct grid *)m;
	struct bus_state *bus = m->bus == BUS_NONE ? NULL : &w->buses[m->bus];
	g->f_utility = nominal_hz(m) + wander_step(&g->frequency_w, &m->rng, w->dt);
	wander_step(&g->voltage_w, &m->rng, w->dt);
	for (int k = 0; k < 3; k++)
		wander_step(&g->phase_w[k], &m->rng, w->dt);
	g->back_s = g->utility > 0.5 ? g->back_s + w->dt : 0;
	if (bus == NULL)
		return;
	/*
	 * Undervoltage opens the receiving breaker: the district must not feed a dead line. It stays open until somebody closes it: the utility is
	 * asked first, and a tag on its command would mean nothing if the breaker closed by itself.
	 */
	if (g->utility < 0.5 && g->breaker > 0.5) {
		g->breaker = 0;
		g->ry27 = 1;
	}
	if (g->utility > 0.5 && g->breaker > 0.5) {
		bus->is_live = true;
		bus->short_s = 0;
	}
}

static void
meter(struct grid *g, struct world *w)
{
	struct model *m = &g->m;
	const struct asset_grid *a = given(m);
	const struct bus_state *bus = &w->buses[m->bus];
	double rated = isfinite(a->import_max_kw) && a->import_max_kw > 0 ? a->import_max_kw : 3000;
	g->s_kva = hypot(m->p_kw, m->q_kvar);
	/* Below a few kVA a meter knows no power factor. */
	g->pf = g->s_kva < 3 ? 100 : 100 * fabs(m->p_kw) / g->s_kva * (m->q_kvar < 0 ? -1 : 1);
	for (int k = 0; k < 3; k++) {
		g->v[k] = bus->is_live ? nominal_v(m) * bus->v_pu * (1 + g->phase_w[k].x) : 0;
		g->i[k] =
		    g->v[k] > 100 ? g->s_kva * 1000 / (sqrt(3) * g->v[k]) * (1 + 8 * g->phase_w[(k + 1) % 3].x) : 0;
	}
	g->line_kv = g->utility > 0.5 ? nominal_v(m) / 100 * (1 + g->voltage_w.x * 0.8) : 0;
	g->transformer_c = lag(g->transformer_c, w->weather.ta + 22 + 30 * pow(g->s_kva / rated, 2), w->dt, 3600);
	g->sync = g->utility > 0.5 && g->back_s > 10 && (!bus->is_live || fabs(bus->f_hz - g->f_utility) < 0.3);
	m->kvarh += fabs(m->q_kvar) * w->dt / 3600;
	double into = fmod(w->calendar.hour * 3600, 1800);
	g->pulse = into < PULSE_S;
	m->load = g->s_kva / rated;
	m->run = g->breaker;
}

static double
sum_of_bus(const struct world *w, uint32_t bus, bool loads)
{
	double sum = 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		if (m->bus != bus || m->kind->kind == ASSET_GRID)
			continue;
		bool is_load = m->kind->kind == ASSET_LOAD;
		if (is_load == loads)
			sum += m->p_kw;
		if (loads && m->kind->kind == ASSET_STG)
			sum += m->aux_kw;
	}
	return sum;
}

/* The least important feeder that still takes power; priority 1 is the last to go. */
static struct model *
next_to_shed(const struct world *w, uint32_t bus)
{
	struct model *worst = NULL;
	int64_t worst_priority = -1;
	for (uint32_t i = 0; i < w->model_count; i++) {
		struct model *m = w->models[i];
		if (m->bus != bus || m->kind->kind != ASSET_LOAD || m->p_kw < 0.5)
			continue;
		const struct asset_load *a = m->asset->parameters;
		if (a->priority > worst_priority) {
			worst = m;
			worst_priority = a->priority;
		}
	}
	return worst;
}

static void
bus_dies(struct world *w, uint32_t bus)
{
	w->buses[bus].is_live = false;
	w->buses[bus].short_s = 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		struct model *m = w->models[i];
		if (m->bus == bus && m->kind->kind != ASSET_GRID)
			m->p_kw = m->q_kvar = 0;
		if (m->bus == bus && m->kind->kind == ASSET_STG)
			m->aux_kw = 0;
	}
}

static bool
has_former(const struct world *w, uint32_t bus)
{
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		if (m->bus != bus || m->run < 0.5)
			continue;
		if (m->kind->kind == ASSET_GTC || m->kind->kind == ASSET_STG)
			return true;
		if (m->kind->kind == ASSET_BATTERY && m->forming > 0.5)
			return true;
	}
	return false;
}

/* Loads see the voltage sag: what is missing is taken from all alike, so that the balance holds in every step. */
static void
brown_out(struct world *w, uint32_t bus, double missing)
{
	double loads = sum_of_bus(w, bus, true), keep = loads > 0 ? clamp((loads - missing) / loads, 0, 1) : 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		struct model *m = w->models[i];
		if (m->bus != bus)
			continue;
		if (m->kind->kind == ASSET_LOAD)
			m->p_kw *= keep;
		if (m->kind->kind == ASSET_STG)
			m->aux_kw *= keep;
	}
}

static void
island(struct world *w, uint32_t bus, struct grid *g)
{
	struct bus_state *b = &w->buses[bus];
	static const int order[] = { ASSET_BATTERY, ASSET_GTC, ASSET_STG, ASSET_PV };

	if (!has_former(w, bus)) {
		if (b->is_live)
			bus_dies(w, bus);
		b->v_pu = b->f_hz = 0;
		return;
	}
	if (!b->is_live)
		b->short_s = 0;
	b->is_live = true;
	double need = sum_of_bus(w, bus, true) - sum_of_bus(w, bus, false), before = need;
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (uint32_t i = 0; i < w->model_count; i++) {
			struct model *m = w->models[i];
			if (m->bus == bus && m->kind->kind == order[k] && m->kind->follow != NULL && fabs(need) > 1e-9)
				need -= m->kind->follow(m, w, need);
		}
	double nominal = g != NULL ? nominal_hz(&g->m) : 50, size = fmax(sum_of_bus(w, bus, true), 50);
	/* Governors answer the whole change late, and what nobody covers pulls the frequency down. */
	double target = nominal - 0.6 * clamp(before / size, -0.5, 0.5) - 4 * clamp(need / size, -0.5, 0.5) +
	    0.06 * noise_at(w->seed ^ bus, w->t_s, 12);
	b->f_hz = lag(b->f_hz > 40 ? b->f_hz : nominal, target, w->dt, 1.5);
	b->v_pu = lag(b->v_pu > 0.5 ? b->v_pu : 1, 1 - 0.08 * clamp(need / size, 0, 0.5), w->dt, 0.5);
	if (need > 1) {
		brown_out(w, bus, need);
		b->short_s += w->dt;
		struct model *m = b->short_s > SHED_AFTER_S ? next_to_shed(w, bus) : NULL;
		if (m != NULL) {
			m->kind->command(m, w, "breaker", 0);
			m->is_shed = true;
			b->restore_s = RESTORE_EVERY_S;
			b->short_s = 0;
			if (g != NULL)
				g->ry95l = 1;
		} else if (b->short_s > DEAD_AFTER_S) {
			bus_dies(w, bus);
		}
	} else if (need > 0) {
		brown_out(w, bus, need);
		b->short_s = 0;
	} else {
		b->short_s = 0;
	}
}

/* Voltage regulators share what consumers and motors take; without a set a capacitor bank does. Returns what is left. */
static double
share_kvar(struct world *w, uint32_t bus)
{
	double kvar = 0, kw = 0;
	for (uint32_t i = 0; i < w->model_count; i++) {
		const struct model *m = w->models[i];
		if (m->bus != bus)
			continue;
		kvar += m->kind->kind == ASSET_LOAD ? m->q_kvar : m->kind->kind == ASSET_STG ? 0.5 * m->aux_kw : 0;
		kw += m->kind->kind == ASSET_STG || m->kind->kind == ASSET_GTC ? m->p_kw : 0;
	}
	double taken = 0;
	for (uint32_t i = 0; kw > 1 && i < w->model_count; i++) {
		struct model *m = w->models[i];
		if (m->bus != bus || (m->kind->kind != ASSET_STG && m->kind->kind != ASSET_GTC))
			continue;
		m->q_kvar = clamp(0.95 * kvar * m->p_kw / kw, 0, 0.6 * m->p_kw);
		taken += m->q_kvar;
	}
	return kvar - (kw > 1 ? taken : 0.7 * kvar);
}

/* Feeders that low frequency opened close one after the other. */
static void
restore(struct world *w, uint32_t bus)
{
	struct bus_state *b = &w->buses[bus];
	b->restore_s -= w->dt;
	for (uint32_t i = 0; b->restore_s <= 0 && i < w->model_count; i++) {
		struct model *m = w->models[i];
		if (m->bus != bus || !m->is_shed)
			continue;
		m->is_shed = false;
		m->kind->command(m, w, "breaker", 1);
		b->restore_s = RESTORE_EVERY_S;
	}
}

static void
close_bus(struct world *w, uint32_t bus)
{
	struct bus_state *b = &w->buses[bus];
	struct grid *g = (struct grid *)b->grid;
	bool connected = g == NULL ? true : g->utility > 0.5 && g->breaker > 0.5;

	b->unmetered_kw = 0;
	if (!connected)
		island(w, bus, g);
	double kvar = share_kvar(w, bus);
	double short_kw = sum_of_bus(w, bus, true) - sum_of_bus(w, bus, false);
	if (g != NULL) {
		g->m.p_kw = connected ? short_kw : 0;
		g->m.q_kvar = connected ? kvar : 0;
	} else {
		b->unmetered_kw = short_kw;
	}
	if (connected) {
		restore(w, bus);
		b->is_live = true;
		b->f_hz = g != NULL                                ? g->f_utility
		    : w->bus_count > 0 && w->buses[0].grid != NULL ? ((struct grid *)w->buses[0].grid)->f_utility
		                                                   : 50;
		b->v_pu =
		    g != NULL ? 1 + g->voltage_w.x - 0.006 * g->m.p_kw / fmax(given(&g->m)->import_max_kw, 1000) : 1;
	}
	b->error_kw = short_kw - (g != NULL ? g->m.p_kw : b->unmetered_kw);
	if (g != NULL)
		meter(g, w);
}

void
grid_close(struct world *w)
{
	for (uint32_t i = 0; i < w->bus_count; i++)
		if (w->buses[i].def->carrier == CARRIER_ELECTRICITY)
			close_bus(w, i);
	for (uint32_t i = 0; i < w->model_count; i++) {
		struct model *m = w->models[i];
		m->f_hz = m->bus == BUS_NONE ? 50 : w->buses[m->bus].f_hz;
		m->v_pu = m->bus == BUS_NONE ? 1 : w->buses[m->bus].v_pu;
	}
}

/* 95L is that of the feeders. */
static bool
is_locked_out(const struct grid *g)
{
	return g->ry27 + g->ry51 + g->ry59 + g->ry64 + g->ry67 + g->ry67p + g->ry95h > 0.5;
}

static bool
command(struct model *m, struct world *w, const char *signal, double v)
{
	struct grid *g = (struct grid *)m;
	if (strcmp(signal, "breaker") == 0) {
		/* The check relay permits closing on a dead bus or in step, and no latched relay is in the way; else it is not obeyed. */
		if (v > 0.5 && (g->sync < 0.5 || is_locked_out(g)))
			return true;
		g->breaker = v > 0.5;
	} else if (strcmp(signal, "bus_tie") == 0) {
		g->bus_tie = v > 0.5;
	} else if (strcmp(signal, "utility") == 0) {
		g->utility = v > 0.5;
	} else if (strcmp(signal, "reset") == 0) {
		g->ry27 = g->ry51 = g->ry59 = g->ry64 = g->ry67 = g->ry67p = g->ry95h = g->ry95l = 0;
	} else {
		return false;
	}
	(void)w;
	return true;
}

const struct model_kind model_grid = {
	.kind = ASSET_GRID,
	.size = sizeof(struct grid),
	.signals = signals,
	.init = init,
	.step = step,
	.command = command,
};
