/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_look.c - what the guard finds in a second: batteries and what is left of them, the reserve, a meter that stands still, the half hour.
 */
#include "config.h"

#include "scada/dispatch/guard_private.h"

#define RESERVE_SLACK 0.001 /* of the reserve: batteries stand at it, and an alarm may not come and go */
#define FROZEN_KW     20    /* batteries that change by so much move every meter */

bool
guard_is_out(const struct guard_battery_in *b)
{
	return !b->is_available || !isfinite(b->soc_pct) || !isfinite(b->power_kw);
}

struct share_battery
guard_share_of(const struct guard *g, const struct guard_turn *t, unsigned i)
{
	const struct asset_battery *a = g->set.battery[i].asset;
	const struct guard_battery_in *b = &t->in->battery[i];
	double rated = a->charge_kw > a->discharge_kw ? a->charge_kw : a->discharge_kw;
	double ramp = rated * g->set.ramp_pct_per_s / 100, floor_pct = a->soc_min_pct;
	if (t->in->mode != GUARD_ISLAND && a->reserve_pct > floor_pct)
		floor_pct = a->reserve_pct;
	if (a->ramp_kw_per_s > 0 && a->ramp_kw_per_s < ramp)
		ramp = a->ramp_kw_per_s;
	return (struct share_battery){ .energy_kwh = a->energy_kwh,
		.charge_kw = a->charge_kw,
		.discharge_kw = a->discharge_kw,
		.device_charge_kw = b->device_charge_kw,
		.device_discharge_kw = b->device_discharge_kw,
		.soc_pct = b->soc_pct,
		.temperature_c = b->temperature_c,
		.health = b->health,
		.floor_pct = floor_pct,
		.ceiling_pct = a->soc_max_pct,
		.temperature_min_c = a->temperature_min_c,
		.temperature_max_c = a->temperature_max_c,
		.min_kw = g->set.battery[i].min_kw,
		.ramp_kw = ramp * t->dt_s,
		.now_kw = isfinite(g->kw[i]) ? g->kw[i] : b->power_kw,
		.is_available = b->is_available,
		.is_running = g->runs[i] };
}

/* AC kWh between the least state of charge and this one. */
static double
kwh_up_to(const struct asset_battery *a, double soc_pct, double health)
{
	double share = (soc_pct - a->soc_min_pct) / 100;
	return share > 0 ? share * a->energy_kwh * (health > 0 && health <= 1 ? health : 1) * a->efficiency_discharge
	                 : 0;
}

static void
reserve(struct guard *g, struct guard_turn *t, unsigned i)
{
	const struct asset_battery *a = g->set.battery[i].asset;
	const struct guard_battery_in *b = &t->in->battery[i];
	double stored = kwh_up_to(a, b->soc_pct, b->health), kept = kwh_up_to(a, a->reserve_pct, b->health);
	if (!g->set.battery[i].is_elsewhere) {
		t->out->stored_kwh += stored;
		t->out->kept_kwh += kept;
	} else if (stored < kept - RESERVE_SLACK * kept) {
		t->out->flags |= GUARD_RESERVE;
	}
}

void
guard_look(struct guard *g, struct guard_turn *t)
{
	t->is_plan = t->in->plan_until.us > t->in->demand.utc.us;
	for (unsigned i = 0; i < g->set.battery_count; i++) {
		const struct guard_battery_in *b = &t->in->battery[i];
		bool is_out = guard_is_out(b);
		if (is_out)
			t->out->flags |= GUARD_BATTERY_OUT;
		else
			reserve(g, t, i);
		t->is_plan = t->is_plan && (isfinite(b->plan_kw) || g->set.battery[i].is_elsewhere);
		if (g->set.battery[i].is_elsewhere)
			continue;
		t->battery_kw += or_zero(b->power_kw);
		if (is_out || isfinite(b->held_kw) || b->is_forming) {
			t->given_kw += or_zero(b->power_kw);
			continue;
		}
		struct share_battery s = guard_share_of(g, t, i);
		struct share_part ever;
		t->share[t->count] = s;
		s.ramp_kw = (double)NAN;
		share_limits(&s, &ever);
		t->room_kw += ever.high_kw > b->power_kw ? ever.high_kw - b->power_kw : 0;
		t->take_kw += ever.low_kw < b->power_kw ? b->power_kw - ever.low_kw : 0;
		t->index[t->count++] = i;
	}
	if (t->out->stored_kwh < t->out->kept_kwh * (1 - RESERVE_SLACK))
		t->out->flags |= GUARD_RESERVE;
}

/*
 * A value that is good and stands still while batteries move, or its own counter counts, is not measured.  What was wanted since it moved last was made
 * of a dead value: the total is held as it was then.  At exactly 0 batteries prove nothing: so a meter reads behind an open breaker.
 */
static void
watch_meter(struct guard *g, struct guard_turn *t)
{
	const struct demand_input *d = &t->in->demand;
	bool counter_tells = g->is_belied || g->is_frozen;
	t->power_kw = d->power_kw;
	if (d->power_kw != g->meter_kw || (d->power_kw == 0 && !counter_tells) || t->in->mode == GUARD_ISLAND) {
		g->meter_kw = d->power_kw;
		g->meter_counter_kwh = d->counter_kwh;
		g->meter_battery_kw = t->battery_kw;
		g->meter_total_kw = g->total_kw;
		g->meter_us = d->mono.us;
		g->is_frozen = false;
		return;
	}
	bool batteries_tell = d->mono.us - g->meter_us >= GUARD_FROZEN_S * US_PER_S &&
	    fabs(t->battery_kw - g->meter_battery_kw) >= FROZEN_KW;
	if (!g->is_frozen && (batteries_tell || counter_tells)) {
		g->is_frozen = true;
		g->good_us = g->meter_us;
	}
	if (g->is_frozen) { /* each second: on the way there ramps hold */
		g->total_kw = g->meter_total_kw;
		t->power_kw = (double)NAN;
	}
}

void
guard_watch_demand(struct guard *g, struct guard_turn *t)
{
	struct demand_input d = t->in->demand;
	watch_meter(g, t);
	d.power_kw = t->power_kw;
	if (g->is_frozen && d.counter_kwh == g->meter_counter_kwh)
		d.counter_kwh = (double)NAN; /* as dead as the power beside it */
	d.battery_kw = t->battery_kw;
	d.battery_more_kw = t->room_kw;
	d.only_watches = t->in->mode == GUARD_MANUAL || t->in->mode == GUARD_ISLAND;
	if (d.only_watches)
		d.battery_more_kw = 0;
	demand_step(&g->demand, &d, &t->out->demand);
	g->is_belied = t->out->demand.power_stands;
	if (t->out->demand.counter_stands)
		t->out->flags |= GUARD_COUNTER_STANDS;
	if (isfinite(d.power_kw))
		g->good_us = d.mono.us;
	t->is_blind = d.mono.us - g->good_us > DEMAND_PATIENCE_S * US_PER_S && t->in->mode != GUARD_ISLAND;
	if (t->is_blind)
		t->out->flags |= GUARD_METER_BAD;
}
