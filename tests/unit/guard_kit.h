/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_kit.h - a small district in simulated time around the guard: one load, one source, three batteries at the receiving point and one at a school.
 * The plant does in the next second what is wanted in this one. Include after t.h; everything is static.
 */
#ifndef CHISAN_GUARD_KIT_H
#define CHISAN_GUARD_KIT_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scada/dispatch/guard.h"
#include "tests/unit/t.h"

#define MIDNIGHT INT64_C(1795964400) /* 2026-11-30 00:00 in Tokyo */

static const double none = (double)NAN;
static struct guard guard;
static struct guard_settings set;
static struct guard_input in;
static struct guard_output out;
static struct asset_battery ess;
/* The district: what is drawn by all, what the source would make, batteries as they are. */
static double load_kw, sun_kw, soc[4], power[4], grid_kw, frozen_kw; /* frozen_kw: what the meter shows; NaN: what is */
static double stuck_kw[4];          /* it does that, whatever it is told; NaN: it obeys */
static bool meter_ok, is_unread[4]; /* its power is not read */

static inline void
begin(enum guard_mode mode)
{
	char why[200];
	memset(&in, 0, sizeof(in));
	ess = (struct asset_battery){ .energy_kwh = 405,
		.charge_kw = 180,
		.discharge_kw = 180,
		.efficiency_charge = 0.94,
		.efficiency_discharge = 0.94,
		.soc_min_pct = 10,
		.soc_max_pct = 90,
		.reserve_pct = 30,
		.temperature_min_c = 5,
		.temperature_max_c = 45 };
	set = (struct guard_settings){ .demand = { .target_kw = 1450,
		                           .import_max_kw = 2000,
		                           .slope_s = 60,
		                           .min_off_s = 300,
		                           .blind_s = 300,
		                           .step_count = 3,
		                           .step_kw = { 40, 60, 80 } },
		.export_max_kw = 500,
		.ramp_pct_per_s = 10,
		.battery_count = 4,
		.source_count = 1,
		.source_rated_kw = { 3000 } };
	for (unsigned i = 0; i < 4; i++) {
		set.battery[i] = (struct guard_battery_set){ &ess, 0, i == 3 };
		in.battery[i] = (struct guard_battery_in){ 60, 25, 1, 0, none, none, none, 0, 30, true, false };
		soc[i] = 60;
		power[i] = 0;
		stuck_kw[i] = none;
		is_unread[i] = false;
	}
	in.demand = (struct demand_input){
		.utc = { MIDNIGHT * US_PER_S }, .mono = { 5000 * US_PER_S }, .counter_kwh = none, .month_max_kw = none
	};
	in.plan_until.us = INT64_MAX;
	in.mode = mode;
	in.filed_kw = in.dr_kw = none;
	load_kw = 600;
	sun_kw = 0;
	meter_ok = true;
	frozen_kw = none;
	out = (struct guard_output){ .source[0].kw = none };
	ck_assert(guard_init(&guard, &set, why, sizeof(why)));
}

static inline void
plan(double kw)
{
	for (unsigned i = 0; i < 3; i++)
		in.battery[i].plan_kw = kw;
}

static inline void
second(void)
{
	double sum = 0, shed = 0, made = sun_kw;
	in.demand.utc.us += US_PER_S;
	in.demand.mono.us += US_PER_S;
	for (unsigned i = 0; i < out.shed; i++)
		shed += set.demand.step_kw[i];
	if (isfinite(out.source[0].kw) && out.source[0].kw < made)
		made = out.source[0].kw;
	for (unsigned i = 0; i < 4; i++) {
		soc[i] -= power[i] / 405 / 36 * (power[i] > 0 ? 1 / 0.94 : 0.94);
		sum += i < 3 ? power[i] : 0;
	}
	grid_kw = load_kw - shed - made - sum;
	in.demand.power_kw = !meter_ok ? none : isfinite(frozen_kw) ? frozen_kw : grid_kw;
	in.source_kw[0] = made;
	for (unsigned i = 0; i < 4; i++) {
		in.battery[i].power_kw = is_unread[i] ? none : power[i];
		in.battery[i].soc_pct = soc[i];
	}
	guard_step(&guard, &in, &out);
	for (unsigned i = 0; i < 4; i++) {
		const struct guard_battery_in *b = &in.battery[i];
		double plan_kw = in.plan_until.us > in.demand.utc.us ? b->plan_kw : 0;
		power[i] = isfinite(stuck_kw[i])  ? stuck_kw[i]
		    : !b->is_available            ? 0
		    : isfinite(b->held_kw)        ? b->held_kw
		    : isfinite(out.battery[i].kw) ? out.battery[i].kw
		    : in.mode == GUARD_MANUAL     ? 0
		                                  : plan_kw;
	}
}

/* Settings as they were changed, from the begin. */
static inline void
again(void)
{
	char why[200];

	ck_assert_msg(guard_init(&guard, &set, why, sizeof(why)), "%s", why);
}

static inline void
run(unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++)
		second();
}

static inline double
sum3(void)
{
	return power[0] + power[1] + power[2];
}

#endif
