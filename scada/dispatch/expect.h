/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect.h - forecasts as the series of a problem: what loads, heat and photovoltaics are expected to be in each of its steps, and what to be
 * prepared for. Pure.
 *
 *   middle    the forecasts themselves: what the plan is made with
 *   careful   loads and heat at the upper end of their bands, the sun at the lower: what a reserve must bear. Each is exceeded in one of ten
 *             steps; together, and over hours, far more seldom.
 *
 * Steps of forecasts and problem may differ: a step of the problem gets the mean over its time.
 */
#ifndef CHISAN_EXPECT_H
#define CHISAN_EXPECT_H

#include "scada/dispatch/problem.h"

enum { EXPECT_MAX = 2 * PROBLEM_ASSETS_MAX }; /* series: a load may take power and heat */
enum expect_side { EXPECT_MIDDLE, EXPECT_CAREFUL, EXPECT_SIDES };

struct expect_forecast {
	const char *asset;     /* its name in the energy section */
	enum series_kind kind; /* SERIES_LOAD_KW, SERIES_HEAT of a load; SERIES_PV_KW of photovoltaics */
	struct utc from;       /* of the first step */
	int64_t step_us;
	unsigned count;
	const double *v, *low,
	    *high; /* kW, t/h; low and high as of forecast/band.h, NULL: v counts as certain. Borrowed for the call */
};
struct expect {
	unsigned count, steps;
	struct {
		unsigned asset; /* index in the problem */
		enum series_kind kind;
		double *v[EXPECT_SIDES]; /* steps values each */
	} series[EXPECT_MAX];
};

/*
 * Makes the series and puts the middle ones into p->assets; they live as long as *e. Below 0 becomes 0, above peak_kw of photovoltaics becomes
 * that. ERR_NOT_FOUND: p has no such asset; ERR_USAGE: a kind that the asset has not, or a second time the same; ERR_BAD_DATA: a forecast
 * does not reach over all steps, or is not finite. Then why says which asset, which step and what would be right, p is as it was, *e empty.
 */
enum err expect_fill(
    struct problem *p, const struct expect_forecast *list, unsigned n, struct expect *e, char *why, size_t size);
/* Puts one side's series into the problem, in place of the other's. */
void expect_use(const struct expect *e, struct problem *p, enum expect_side side);
/* One series of one side; NULL = none was given. */
const double *expect_series(const struct expect *e, unsigned asset, enum series_kind kind, enum expect_side side);
void expect_done(struct expect *e); /* the problem's pointers to it are dead then */

#endif
