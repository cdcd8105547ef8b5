/* SPDX-License-Identifier: Apache-2.0 */
/*
 * band.h - a forecast and its measured errors together: what will be lies with 80 % between low and high, step by step. Pure.
 */
#ifndef CHISAN_FORECAST_BAND_H
#define CHISAN_FORECAST_BAND_H

#include "scada/forecast/kind.h"
#include "scada/forecast/score.h"

/* Share of the forecast up and down where no error was measured yet: wider than any of docs/how-forecasts-work.md. */
#define BAND_UNKNOWN 0.5

struct band_ask {
	const struct score *score;       /* NULL = never scored */
	const struct day_tables *tables; /* that tell days off; NULL: it does not care (the sun) */
	struct utc from;                 /* of the first step, when the forecast is made */
	int64_t step_us;
	unsigned count;
	double least, most; /* what cannot be less or more: 0 and the rating; NaN = no such limit */
	bool is_sun;        /* 0 is night, not an error: no band */
};
/* Fills low and high, least <= low <= v <= high <= most wherever v is within. Returns of how many steps errors were measured. */
unsigned band_fill(const struct band_ask *ask, const double *v, double *low, double *high);

#endif
