/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit_kit.h - sets that start and stop, as an lp: least load, starts, two steps up at least, a load with a store and a price for what is
 * missing. The same seed gives the same problem; `from` is its first step, so that from + 1 is the problem one step later.
 */
#ifndef CHISAN_UNIT_KIT_H
#define CHISAN_UNIT_KIT_H

#include "scada/dispatch/lp.h"

static double
kit_random(uint64_t a, uint64_t b)
{
	uint64_t z = a * 0x9e3779b97f4a7c15u + b * 0xbf58476d1ce4e5b9u + 0x94d049bb133111ebu;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static struct lp *
kit_units(uint64_t seed, unsigned units, unsigned steps, unsigned from)
{
	const struct lp_label none = { -1, -1, LP_NO_STEP, 0 };
	struct lp *lp = lp_new();
	unsigned step_columns = 3 * units + 2, step_rows = 4 * units + 1;

	lp->steps = steps;
	lp->step_columns = step_columns;
	lp->step_rows = step_rows;
	for (unsigned t = 0; t < steps; t++) {
		for (unsigned u = 0; u < units; u++) {
			lp_column(lp, 0, 1, 20 + 10 * kit_random(seed, 1000 + u), true, none);
			lp_column(lp, 0, 1, 100 + 300 * kit_random(seed, 2000 + u), false, none);
			lp_column(lp, 0, 1000, 1 + kit_random(seed, 3000 + u), false, none);
		}
		lp_column(lp, 0, 300, 0.01, false, none);
		lp_column(lp, 0, LP_INFINITY, 4, false, none);
	}
	for (unsigned t = 0; t < steps; t++) {
		unsigned at = t * step_columns, store = at + 3 * units;
		double load = 300 + 1200 * kit_random(seed, 4000 + from + t);
		for (unsigned u = 0; u < units; u++) {
			unsigned on = at + 3 * u, most = lp_row(lp, -LP_INFINITY, 0, none),
			         least = lp_row(lp, 0, LP_INFINITY, none), start = lp_row(lp, 0, LP_INFINITY, none),
			         up = lp_row(lp, 0, LP_INFINITY, none);
			double rated = 400 + 400 * kit_random(seed, 5000 + u);
			lp_element(lp, most, on + 2, 1);
			lp_element(lp, most, on, -rated);
			lp_element(lp, least, on + 2, 1);
			lp_element(lp, least, on, -rated / 2);
			lp_element(lp, start, on + 1, 1);
			lp_element(lp, start, on, -1);
			lp_element(lp, up, on, -1);
			if (t > 0) {
				lp_element(lp, start, on - step_columns, 1);
				lp_element(lp, up, on - step_columns, 1);
			}
			if (t + 1 < steps)
				lp_element(lp, up, on + step_columns, 1);
			else
				lp->row_lower[up] = -1;
		}
		unsigned balance = lp_row(lp, load, load, none);
		for (unsigned u = 0; u < units; u++)
			lp_element(lp, balance, at + 3 * u + 2, 1);
		lp_element(lp, balance, store + 1, 1);
		lp_element(lp, balance, store, -1);
		if (t > 0)
			lp_element(lp, balance, store - step_columns, 0.95);
	}
	lp_finish(lp);
	return lp;
}

#endif
