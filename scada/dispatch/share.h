/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share.h - one total power among batteries: each in proportion to the energy it has for it, none beyond its limits. Pure, no memory of its own.
 *
 * Limits    charge and discharge rating and what the device itself reports, times the least of
 *             state of charge   discharge: 1 from 10 % up, to 0 at 0 %; charge: 1 up to 90 %, to 0 at 100 %
 *             band              to 0 over the last 1 % before the floor (discharge) and the ceiling (charge); beyond it 0
 *             temperature       1 within its range, to 0 over 10 K outside; a battery that reports none: 1
 *           Out, or its state of charge not known: 0. Then the ramp from what it does now; a limit is stronger than a ramp.
 * Share     in proportion to the energy above the floor (discharge) or below the ceiling (charge), times health: they meet at one state of
 *           charge. What is beyond a limit is shared among the others, so that the sum is exact, or all stand at their limits.
 * Minimum   a battery whose part would be below min_kw (0.7 of it once it runs) stands still and the others carry it, where they can.
 *           The weakest goes first, one that runs counts 10 % more, of equals the later in order: ties do not flap. The last carries what
 *           there is.
 */
#ifndef CHISAN_SHARE_H
#define CHISAN_SHARE_H

#include <stdbool.h>

enum { SHARE_MAX = 64 };

struct share_battery {
	double energy_kwh, charge_kw, discharge_kw;   /* rated */
	double device_charge_kw, device_discharge_kw; /* what it reports it can; NaN = nothing */
	double soc_pct, temperature_c, health;        /* NaN: out; no derating; 1 */
	double floor_pct, ceiling_pct;
	double temperature_min_c, temperature_max_c;
	double min_kw, ramp_kw; /* ramp: most change in this call; NaN = none */
	double now_kw;          /* from which it ramps; NaN = no ramp */
	bool is_available, is_running;
};
enum share_bound {
	SHARE_FREE,
	SHARE_POWER,
	SHARE_EMPTY,
	SHARE_FULL,
	SHARE_TEMPERATURE,
	SHARE_RAMP,
	SHARE_OUT,
	SHARE_REST
};
struct share_part {
	double kw;                               /* discharge positive */
	double low_kw, high_kw;                  /* its limits in this call */
	enum share_bound low_by, high_by, bound; /* bound: what holds it now */
};

void share_limits(const struct share_battery *b, struct share_part *part);
/* Returns what could not be given: total_kw less the sum of the parts; 0 where it is within the limits. n at most SHARE_MAX. */
double share_among(const struct share_battery *b, unsigned n, double total_kw, struct share_part *parts);

#endif
