/* SPDX-License-Identifier: Apache-2.0 */
/*
 * battery.c - battery with power converter: efficiency each way, derating at the ends and by temperature, cell voltages, heat.
 * As long as nobody has ever written its setpoint it follows a simple day: charged by night, discharged by day.
 */
#include "config.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "drivers/plant/plant.h"

#define CELLS 200 /* in series: about 660 to 820 V */

struct battery {
	struct model m;
	struct wander heat_w, trickle;
	double energy_kwh, eta_c, eta_d, ohm; /* the plant's own */
	double soc, soh, p_sp, was_commanded, has_order;
	double on, standby;
	double temperature, t_max, t_min, v_dc, a_dc, cv_max, cv_min;
	double ac_v, ac_hz, available_kwh, heartbeat;
	double inverter_state, battery_state, alarms, events, local, der_mode;
	double kwh_lost, drained_kwh; /* for the balance: turned to heat, and drawn from the cells */
};

static const struct signal signals[] = {
	{ "soc", offsetof(struct battery, soc), "%" },
	{ "soh", offsetof(struct battery, soh), "%" },
	{ "p_sp", offsetof(struct battery, p_sp), "kW" },
	{ "temperature", offsetof(struct battery, t_max), "degC" },
	{ "t_min", offsetof(struct battery, t_min), "degC" },
	{ "v_dc", offsetof(struct battery, v_dc), "V" },
	{ "a_dc", offsetof(struct battery, a_dc), "A" },
	{ "cv_max", offsetof(struct battery, cv_max), "V" },
	{ "cv_min", offsetof(struct battery, cv_min), "V" },
	{ "energy", offsetof(struct battery, available_kwh), "kWh" },
	{ "heartbeat", offsetof(struct battery, heartbeat), "" },
	{ "inverter_state", offsetof(struct battery, inverter_state), "" },
	{ "state", offsetof(struct battery, battery_state), "" },
	{ "alarms", offsetof(struct battery, alarms), "" },
	{ "events", offsetof(struct battery, events), "" },
	{ "local", offsetof(struct battery, m.local_request), "" },
	{ "on", offsetof(struct battery, on), "" },
	{ "der_mode", offsetof(struct battery, der_mode), "" },
	{ "lost", offsetof(struct battery, kwh_lost), "kWh" },
	{ "drained", offsetof(struct battery, drained_kwh), "kWh" },
	{ NULL, 0, NULL },
};

static const struct asset_battery *
given(const struct model *m)
{
	return m->asset->parameters;
}

/* Where the built-in day has the state of charge: 40 % at midnight, 90 % at six, 30 % at three. */
static double
usual_soc(double hour, double lo, double hi)
{
	if (hour < 6)
		return lo + 10 + (hi - lo - 10) * hour / 6;
	if (hour < 9.5)
		return hi;
	if (hour < 15)
		return hi - (hi - lo) * (hour - 9.5) / 5.5;
	return hour < 23 ? lo : lo + 10 * (hour - 23);
}

static double
usual_kw(const struct battery *b, double hour)
{
	const struct asset_battery *a = given(&b->m);
	double lo = fmax(isfinite(a->reserve_pct) ? a->reserve_pct : 30, a->soc_min_pct), hi = a->soc_max_pct;
	double night = ramp01(hour, 22.9, 23.1) + 1 - ramp01(hour, 5.8, 6.2);
	double day = ramp01(hour, 9.4, 9.7) * (1 - ramp01(hour, 14.9, 15.2));
	double charge = clamp((hi - lo) / 100 * b->energy_kwh / 6.9 / b->eta_c, 0, a->charge_kw);
	double discharge = clamp((hi - lo) / 100 * b->energy_kwh / 5.5 * b->eta_d, 0, a->discharge_kw);
	discharge *= 1.12 - 0.24 * ramp01(hour, 11, 14);
	return discharge * day * ramp01(b->soc, lo, lo + 3) - charge * night * (1 - ramp01(b->soc, hi - 3, hi));
}

static void
init(struct model *m, struct world *w)
{
	struct battery *b = (struct battery *)m;
	const struct asset_battery *a = given(m);
	wander_init(&b->heat_w, &m->rng, 0.3, 1800);
	wander_init(&b->trickle, &m->rng, 0.15, 20);
	b->energy_kwh = rng_vary(&m->rng, a->energy_kwh, -1);
	b->eta_c = 1 - rng_vary(&m->rng, 1 - a->efficiency_charge, 0);
	b->eta_d = 1 - rng_vary(&m->rng, 1 - a->efficiency_discharge, 0);
	b->ohm = rng_vary(&m->rng, 0.12, 0);
	b->soh = rng_between(&m->rng, 91, 98);
	double lo = fmax(isfinite(a->reserve_pct) ? a->reserve_pct : 30, a->soc_min_pct);
	b->soc = clamp(usual_soc(w->calendar.hour, lo, a->soc_max_pct) + rng_between(&m->rng, -2, 2), a->soc_min_pct,
	    a->soc_max_pct);
	b->on = 1;
	b->temperature = 25;
	b->heartbeat = floor(rng_between(&m->rng, 1000, 60000));
	m->run = m->warm = 1;
	m->p_kw = usual_kw(b, w->calendar.hour);
}

/* Share of the rated power that the cells allow. */
static double
derating(const struct battery *b, bool discharging)
{
	const struct asset_battery *a = given(&b->m);
	double by_charge = discharging ? b->soc / 10 : (100 - b->soc) / 10;
	double by_heat = clamp(1 - (b->temperature - a->temperature_max_c) / 10, 0, 1) *
	    clamp(1 - (a->temperature_min_c - b->temperature) / 10, 0, 1);
	return clamp(by_charge, 0, 1) * by_heat;
}

/* On a consumer's own connection nothing flows back: discharge stops at what the place takes. */
static double
most_out(const struct battery *b, const struct world *w)
{
	const struct model *m = &b->m;
	double most = given(m)->discharge_kw;
	if (m->bus == BUS_NONE || w->buses[m->bus].grid != NULL)
		return most;
	double load = 0;
	for (uint32_t i = 0; i < w->model_count; i++)
		if (w->models[i]->bus == m->bus && w->models[i]->kind->kind == ASSET_LOAD)
			load += w->models[i]->p_kw;
	return fmin(most, load);
}

static double
within_limits(const struct battery *b, double kw, double dt)
{
	const struct asset_battery *a = given(&b->m);
	double out = a->discharge_kw * derating(b, true), in = a->charge_kw * derating(b, false);
	/* Not one step may go beyond empty or full. */
	out = fmin(out, b->soc / 100 * b->energy_kwh * b->eta_d * 3600 / dt);
	in = fmin(in, (100 - b->soc) / 100 * b->energy_kwh / b->eta_c * 3600 / dt);
	return clamp(kw, -in, out);
}

static void
step(struct model *m, struct world *w)
{
	struct battery *b = (struct battery *)m;
	const struct asset_battery *a = given(m);
	bool live = m->bus == BUS_NONE || w->buses[m->bus].is_live || b->m.forming > 0.5;
	bool ready = b->on > 0.5 && b->standby < 0.5 && m->trip < 0.5 && live;

	if (b->was_commanded < 0.5)
		b->p_sp = round(usual_kw(b, w->calendar.hour) * 10) / 10;
	double hum = wander_step(&b->trickle, &m->rng, w->dt);
	double most = most_out(b, w);
	double wanted = ready ? within_limits(b, fmin(b->p_sp + hum, most), w->dt) : 0;
	m->p_kw = slew(m->p_kw, lag(m->p_kw, wanted, w->dt, 0.4), a->ramp_kw_per_s, w->dt);
	m->p_kw = ready ? fmin(within_limits(b, m->p_kw, w->dt), most) : 0;
	m->q_kvar = 0;
	m->run = ready;
	m->load = fabs(m->p_kw) / fmax(a->discharge_kw, 1);
	b->heartbeat += w->dt;
}

/* After the balance of the bus is closed: what the power did to the cells. */
static void
settle_cells(struct battery *b, const struct world *w)
{
	const struct asset_battery *a = given(&b->m);
	double h = w->dt / 3600, p = b->m.p_kw;
	double cells = p > 0 ? p / b->eta_d : p * b->eta_c; /* kW out of the cells */
	double idle = b->soc > 0.01 ? a->standby_pct_per_day / 100 * b->energy_kwh / 24 : 0;
	b->soc = clamp(b->soc - (cells + idle) * h / b->energy_kwh * 100, 0, 100);
	b->drained_kwh += (cells + idle) * h;
	b->kwh_lost += (cells - p + idle) * h;
	double room = 22 + 0.15 * (w->weather.ta - 15);
	double heat = (cells - p) * 0.75; /* degrees at rest for that loss */
	b->temperature = lag(b->temperature, room + clamp(heat, 0, 18), w->dt, 2400);
	wander_step(&b->heat_w, &b->m.rng, w->dt);
	b->t_max = b->temperature + 1.6 + b->heat_w.x * 0.4;
	b->t_min = b->temperature - 1.2 + b->heat_w.x * 0.3;
	double s = b->soc / 100, amps = b->v_dc > 1 ? cells * 1000 / b->v_dc : 0;
	double open = 3.30 + 0.62 * s + 0.10 * s * s - 0.16 * exp(-s * 16);
	double cell = open - amps * b->ohm / CELLS;
	b->v_dc = cell * CELLS;
	b->a_dc = b->m.run > 0.5 ? amps : 0;
	b->cv_max = cell + 0.007 + 0.006 * fabs(s - 0.5);
	b->cv_min = cell - 0.009 - 0.010 * fabs(s - 0.5);
	b->available_kwh = b->energy_kwh * s;
}

static void
show(struct battery *b)
{
	struct model *m = &b->m;
	double limit = fabs(b->p_sp) > 2 && fabs(m->p_kw) < 0.9 * fabs(b->p_sp);
	/* SunSpec 701.InvSt: 0 off, 3 running, 4 throttled, 6 fault, 7 standby; 802.State: 1 disconnected, 3 connected, 5 SoC protection, 99 fault */
	b->inverter_state = m->trip > 0.5      ? 6
	    : b->on < 0.5                      ? 0
	    : b->standby > 0.5 || m->run < 0.5 ? 7
	    : limit > 0.5 && fabs(m->p_kw) > 1 ? 4
	                                       : 3;
	b->battery_state = m->trip > 0.5                                   ? 99
	    : b->on < 0.5                                                  ? 1
	    : (b->soc < 2 && b->p_sp > 1) || (b->soc > 99 && b->p_sp < -1) ? 5
	                                                                   : 3;
	b->alarms = m->trip > 0.5 ? 1 : 0;
	b->events = (m->trip > 0.5 ? 1 << 25 : 0) + (b->soc < 5 ? 1 << 14 : 0) + (b->soc > 96 ? 1 << 16 : 0) +
	    (b->t_max > 45 ? 1 << 2 : 0);
	b->der_mode = b->m.forming > 0.5 ? 2 : 1;
}

static void
settle(struct model *m, struct world *w)
{
	settle_cells((struct battery *)m, w);
	show((struct battery *)m);
}

static bool
command(struct model *m, struct world *w, const char *signal, double v)
{
	struct battery *b = (struct battery *)m;
	const struct asset_battery *a = given(m);
	(void)w;
	if (strcmp(signal, "p_sp") == 0) {
		b->was_commanded = 1;
		b->p_sp = clamp(isnan(v) ? 0 : v, -a->charge_kw, a->discharge_kw);
	} else if (strcmp(signal, "on") == 0) {
		/* SunSpec 715.OpCtl: 0 stop, 1 start, 2 enter standby, 3 exit standby */
		b->on = v == 0 ? 0 : v == 1 ? 1 : b->on;
		b->standby = v == 2 ? 1 : v == 3 || v == 1 ? 0 : b->standby;
	} else if (strcmp(signal, "forming") == 0) {
		b->m.forming = v > 0.5 && a->can_form_grid;
	} else if (strcmp(signal, "reset") == 0) {
		m->trip = v > 0.5 ? 0 : m->trip;
	} else {
		return false;
	}
	return true;
}

static double
follow(struct model *m, struct world *w, double kw)
{
	struct battery *b = (struct battery *)m;
	if (m->run < 0.5)
		return 0;
	/* One that does not form the island at least stops what makes it worse. */
	if (m->forming < 0.5 && kw * m->p_kw >= 0)
		return 0;
	if (b->m.forming < 0.5)
		kw = fabs(kw) > fabs(m->p_kw) ? -m->p_kw : kw;
	double p = within_limits(b, m->p_kw + kw, w->dt), gave = p - m->p_kw;
	m->p_kw = p;
	return gave;
}

const struct model_kind model_battery = {
	.kind = ASSET_BATTERY,
	.size = sizeof(struct battery),
	.signals = signals,
	.init = init,
	.step = step,
	.command = command,
	.follow = follow,
	.settle = settle,
};
