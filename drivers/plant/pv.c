/* SPDX-License-Identifier: Apache-2.0 */
/* pv.c - photovoltaics: irradiance, cell temperature with a lag, output limit, inverter state. */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "drivers/plant/plant.h"

struct pv {
	struct model m;
	struct wander shade, panel;
	double peak_kw, ratio, coefficient; /* the plant's own */
	double limit_pct, cell_c, ghi, v_dc, cabinet_c, state, events, start_s;
};

static const struct signal signals[] = {
	{ "limit", offsetof(struct pv, limit_pct), "%" },
	{ "p_sp", offsetof(struct pv, limit_pct), "%" },
	{ "ghi", offsetof(struct pv, ghi), "W/m2" },
	{ "cell", offsetof(struct pv, cell_c), "degC" },
	{ "v_dc", offsetof(struct pv, v_dc), "V" },
	{ "temperature", offsetof(struct pv, cabinet_c), "degC" },
	{ "state", offsetof(struct pv, state), "" },
	{ "events", offsetof(struct pv, events), "" },
	{ NULL, 0, NULL },
};

static const struct asset_pv *
given(const struct model *m)
{
	return m->asset->parameters;
}

static void
init(struct model *m, struct world *w)
{
	struct pv *s = (struct pv *)m;
	const struct asset_pv *a = given(m);
	wander_init(&s->shade, &m->rng, 0.05, 90);
	wander_init(&s->panel, &m->rng, 4, 600);
	s->peak_kw = rng_vary(&m->rng, a->peak_kw, -1);
	s->ratio = rng_vary(&m->rng, a->performance_ratio, 0);
	s->coefficient = rng_vary(&m->rng, fabs(a->temperature_coefficient_per_k), 0);
	s->limit_pct = 100;
	s->cell_c = s->cabinet_c = w->weather.ta;
}

static void
step(struct model *m, struct world *w)
{
	struct pv *s = (struct pv *)m;
	const struct asset_pv *a = given(m);
	bool live = m->bus == BUS_NONE || w->buses[m->bus].is_live;
	/* Each roof has its own bit of the cloud. */
	s->ghi = w->weather.ghi * (1 + wander_step(&s->shade, &m->rng, w->dt) * clamp(w->weather.cloud * 2, 0, 1));
	s->cell_c = lag(s->cell_c, w->weather.ta + 0.03 * s->ghi, w->dt, 300);
	bool light = s->ghi > 12;
	s->start_s = light && live && m->trip < 0.5 ? s->start_s + w->dt : 0;
	bool on = s->start_s >= 60;
	double possible = s->peak_kw * s->ghi / 1000 * s->ratio * (1 - s->coefficient * (s->cell_c - 25));
	double limit = a->peak_kw * s->limit_pct / 100, target = on ? clamp(fmin(possible, limit), 0, a->peak_kw) : 0;
	m->p_kw = on ? lag(m->p_kw, target, w->dt, 2) : 0;
	m->run = on;
	m->load = m->p_kw / a->peak_kw;
	double open = 560 - 1.6 * (s->cell_c - 25) + wander_step(&s->panel, &m->rng, w->dt);
	s->v_dc = lag(s->v_dc, light ? open * (0.86 + 0.06 * (1 - m->load)) * clamp(s->ghi / 25, 0, 1) : 0, w->dt, 20);
	s->cabinet_c = lag(s->cabinet_c, w->weather.ta + 4 + 22 * m->load, w->dt, 900);
	/* SunSpec 103.St: 1 off, 2 sleeping, 3 starting, 4 MPPT, 5 throttled, 7 fault */
	s->state = m->trip > 0.5 ? 7 : !live ? 1 : !light ? 2 : !on ? 3 : possible > limit + 0.01 ? 5 : 4;
	s->events = m->trip > 0.5 ? 1 : 0;
}

static bool
command(struct model *m, struct world *w, const char *signal, double v)
{
	(void)w;
	if (strcmp(signal, "limit") != 0 && strcmp(signal, "p_sp") != 0)
		return false;
	((struct pv *)m)->limit_pct = isnan(v) ? 100 : clamp(v, 0, 100);
	return true;
}

static double
follow(struct model *m, struct world *w, double kw)
{
	(void)w;
	if (kw > 0 || m->run < 0.5)
		return 0;
	/* Inverters see the frequency rise and give less. */
	double p = clamp(m->p_kw + kw, 0, m->p_kw), gave = p - m->p_kw;
	m->p_kw = p;
	return gave;
}

const struct model_kind model_pv = {
	.kind = ASSET_PV,
	.size = sizeof(struct pv),
	.signals = signals,
	.init = init,
	.step = step,
	.command = command,
	.follow = follow,
};
