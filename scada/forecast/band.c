/* SPDX-License-Identifier: Apache-2.0 */
/*
 * band.c - bands around a forecast.
 */
#include "config.h"

#include <math.h>

#include "scada/forecast/band.h"

#define MINUTE_US (60.0 * US_PER_S)

static double
limited(const struct band_ask *ask, double v)
{
	v = ask->least > v ? ask->least : v;
	return ask->most < v ? ask->most : v;
}

/* The step's misses to reckon with. False: not measured. */
static bool
misses(const struct band_ask *ask, unsigned i, struct score_band *b)
{
	int64_t day;
	unsigned minute;
	if (ask->score == NULL)
		return false;
	grid_place(utc_add(ask->from, (int64_t)i * ask->step_us), 1440, &day, &minute);
	bool is_off = false;
	if (ask->tables != NULL) {
		struct day_kind kind = day_kind_of(ask->tables, day);
		is_off = day_is_off(&kind);
	}
	return score_band(ask->score, (double)(i + 1) * (double)ask->step_us / MINUTE_US, minute, is_off, b);
}

unsigned
band_fill(const struct band_ask *ask, const double *v, double *low, double *high)
{
	unsigned measured = 0;
	for (unsigned i = 0; i < ask->count; i++) {
		struct score_band b;
		bool is_measured = misses(ask, i, &b);
		measured += is_measured;
		if (!is_measured)
			b = (struct score_band){ -BAND_UNKNOWN * fabs(v[i]), 0, BAND_UNKNOWN * fabs(v[i]) };
		if (ask->is_sun && v[i] == 0)
			b = (struct score_band){ 0, 0, 0 };
		/* Both ends may lie on one side, where a forecast was always too low: the forecast itself stays in its band. */
		low[i] = fmin(v[i], limited(ask, v[i] + b.low));
		high[i] = fmax(v[i], limited(ask, v[i] + b.high));
	}
	return measured;
}
