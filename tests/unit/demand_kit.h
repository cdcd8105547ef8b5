/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demand_kit.h - the demand controller second by second: what is drawn, and what a meter with a counter of 0.01 kWh shows of it. Include after t.h.
 */
#ifndef CHISAN_DEMAND_KIT_H
#define CHISAN_DEMAND_KIT_H

#include <math.h>
#include <stdio.h>

#include "scada/dispatch/demand.h"
#include "tests/unit/t.h"

#define MIDNIGHT INT64_C(1795964400) /* 2026-11-30 00:00 in Tokyo */

static struct demand demand;
static struct demand_settings set;
static struct demand_input in;
static struct demand_output out;
static double counter;                /* what the meter counts, kWh, unrounded */
static bool counts, measures, stands; /* stands: with good quality */
static unsigned poll_s;               /* the counter is read so often */

static inline void
begin_at(int64_t second)
{
	char why[200];
	set = (struct demand_settings){ .target_kw = 1450,
		.import_max_kw = 4000,
		.counter_step_kwh = 0.01,
		.slope_s = 60,
		.min_off_s = 300,
		.blind_s = 300,
		.step_count = 3,
		.step_kw = { 40, 60, 80 } };
	in = (struct demand_input){ .utc = { (MIDNIGHT + second) * US_PER_S },
		.mono = { 1000 * US_PER_S },
		.power_kw = 0,
		.counter_kwh = (double)NAN,
		.month_max_kw = (double)NAN };
	counter = 5000;
	counts = true;
	stands = false;
	poll_s = 1;
	measures = true;
	ck_assert(demand_init(&demand, &set, why, sizeof(why)));
}

static inline void
again(void)
{
	char why[200];
	ck_assert(demand_init(&demand, &set, why, sizeof(why)));
}

/* One second in which so much is drawn. */
static inline void
second(double kw)
{
	in.utc.us += US_PER_S;
	in.mono.us += US_PER_S;
	counter += (kw > 0 ? kw : 0) / 3600;
	in.power_kw = measures ? kw : (double)NAN;
	if (!counts)
		in.counter_kwh = (double)NAN;
	else if (isnan(in.counter_kwh) || (!stands && in.mono.us / US_PER_S % poll_s == 0))
		in.counter_kwh = floor(counter * 100) / 100;
	demand_step(&demand, &in, &out);
	in.pulse = false;
}

static inline void
run(double kw, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++)
		second(kw);
}

#endif
