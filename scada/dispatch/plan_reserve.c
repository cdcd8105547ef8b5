/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_reserve.c - what must be stored at the end of each step, so that an outage that begins then is survived by the critical loads.
 * In an island nothing is held back. Sets that start without the grid carry what they can once they have started; the sun is not counted
 * on. Where a problem has careful figures, loads and sun are those: more than is expected of the loads, less of the sun.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/dispatch/plan_private.h"

static double
careful_kw(const struct shape *s, unsigned i, enum series_kind k, unsigned t)
{
	const double *careful = s->p->assets[i].careful_kw;

	return careful != NULL ? careful[t] : shape_at(s, &s->parts[i], k, t);
}

static double
critical_kw(const struct shape *s, unsigned bus, unsigned t)
{
	double kw = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->bus == (int)bus && a->asset->kind == ASSET_LOAD &&
		    ((const struct asset_load *)a->param)->is_critical && shape_is_available(s, a, t))
			kw += careful_kw(s, i, SERIES_LOAD_KW, t);
	}
	return kw;
}

/* kW that sets carry in step t, so many hours after the grid went. */
static double
started_kw(const struct shape *s, unsigned bus, unsigned t, double after_h)
{
	double kw = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct asset_gtc *g = a->param;
		if (a->bus == (int)bus && a->asset->kind == ASSET_GTC && g->can_black_start &&
		    shape_is_available(s, a, t) && after_h >= (double)g->start_time_us / 3.6e9 - 1e-9)
			kw += g->rated_kw;
	}
	return kw;
}

/* The time until the next set has started; at most `hours`. */
static double
until_change(const struct shape *s, unsigned bus, double after_h, double hours)
{
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->bus != (int)bus || a->asset->kind != ASSET_GTC)
			continue;
		double start_h = (double)((const struct asset_gtc *)a->param)->start_time_us / 3.6e9;
		if (start_h > after_h + 1e-9)
			hours = fmin(hours, start_h - after_h);
	}
	return hours;
}

/* What a battery on the bus loses in an hour of standing, at most, of what is above its least. */
static double
standing(const struct shape *s, unsigned bus)
{
	double most = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->bus == (int)bus && a->asset->kind == ASSET_BATTERY)
			most = fmax(most, ((const struct asset_battery *)a->param)->standby_pct_per_day / 2400);
	}
	return most;
}

/* kWh that storage must give in an outage from the begin of step t on; behind the horizon it goes on as in the last step. */
static double
outage_kwh(const struct shape *s, unsigned bus, const double *critical, unsigned t)
{
	double kwh = 0, gone = 0, last = s->p->steps - 1, in_step = 0;

	while (gone < s->p->outage_h - 1e-9) {
		double left = t < last ? s->p->hours[t] - in_step : HUGE_VAL;
		double h = until_change(s, bus, gone, fmin(left, s->p->outage_h - gone));
		kwh += h * fmax(0, critical[t] - started_kw(s, bus, t, gone));
		gone += h;
		in_step += h;
		if (t < last && in_step >= s->p->hours[t] - 1e-9) {
			t++;
			in_step = 0;
		}
	}
	/* It loses no more than this of what it has, whenever it is taken. */
	return kwh / fmax(0.1, 1 - standing(s, bus) * s->p->outage_h);
}

/* What the batteries' own reserve amounts to. */
static double
own_kwh(const struct shape *s, unsigned bus)
{
	double kwh = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct asset_battery *b = a->param;
		if (a->bus == (int)bus && a->asset->kind == ASSET_BATTERY)
			kwh += fmax(0, b->reserve_pct - b->soc_min_pct) / 100 * b->energy_kwh * a->in->health *
			    b->efficiency_discharge;
	}
	return kwh;
}

void
reserve_needs(struct shape *s)
{
	unsigned steps = s->p->steps;
	double *critical = xcalloc(steps, sizeof(*critical));

	s->need = arena_alloc(s->arena, s->bus_count * steps * sizeof(*s->need));
	for (unsigned b = 0; b < s->bus_count; b++) {
		if (!s->places[b].has_reserve)
			continue;
		double own = own_kwh(s, b);
		for (unsigned t = 0; t < steps; t++)
			critical[t] = critical_kw(s, b, t);
		for (unsigned t = 0; t < steps; t++)
			if (!s->is_island[b * steps + t])
				s->need[b * steps + t] =
				    fmax(own, outage_kwh(s, b, critical, t + 1 < steps ? t + 1 : t));
	}
	free(critical);
}

static double
sun_kw(const struct shape *s, unsigned bus, unsigned t)
{
	double kw = 0;

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->bus == (int)bus && a->asset->kind == ASSET_PV && shape_is_available(s, a, t))
			kw += careful_kw(s, i, SERIES_PV_KW, t);
	}
	return kw;
}

/* Of the batteries on a bus: kW they give; kWh above their least at the begin of step t, as they come out. */
static double
stored_kwh(const struct shape *s, const struct plan *plan, unsigned bus, unsigned t, double *give_kw)
{
	double kwh = 0;

	*give_kw = 0;
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct asset_battery *b = a->param;
		if (a->bus != (int)bus || a->asset->kind != ASSET_BATTERY || !shape_is_available(s, a, t))
			continue;
		double stored = t == 0 ? a->in->energy_kwh : plan->assets[i].energy[t - 1];
		kwh += fmax(0, stored - b->soc_min_pct / 100 * b->energy_kwh * a->in->health) * b->efficiency_discharge;
		*give_kw += b->discharge_kw;
	}
	return kwh;
}

/* Hours from the begin of step t on. What sun and sets make beyond the critical loads is not stored: who knows. */
static double
survived(const struct shape *s, const struct plan *plan, unsigned bus, const double *short_kw, unsigned t)
{
	double give, gone = 0, kwh = stored_kwh(s, plan, bus, t, &give), loss = standing(s, bus);

	for (double in_step = 0; t < s->p->steps;) {
		double h = until_change(s, bus, gone, s->p->hours[t] - in_step);
		double kw = short_kw[t] - started_kw(s, bus, t, gone);
		kwh *= 1 - fmin(1, loss * h);
		if (kw > give + 1e-9)
			return gone;
		if (kw > 0 && kw * h > kwh)
			return gone + kwh / kw;
		kwh -= fmax(0, kw) * h;
		gone += h;
		in_step += h;
		if (in_step >= s->p->hours[t] - 1e-9) {
			t++;
			in_step = 0;
		}
	}
	return gone;
}

void
plan_survive(const struct shape *s, struct plan *plan)
{
	unsigned steps = s->p->steps;
	double *short_kw = xcalloc(steps, sizeof(*short_kw));

	for (unsigned b = 0; b < s->bus_count; b++) {
		for (unsigned t = 0; t < steps; t++)
			short_kw[t] = critical_kw(s, b, t) - sun_kw(s, b, t);
		for (unsigned t = 0; t < steps && !s->places[b].is_heat; t++)
			plan->survival_h[b * steps + t] = survived(s, plan, b, short_kw, t);
	}
	free(short_kw);
}
