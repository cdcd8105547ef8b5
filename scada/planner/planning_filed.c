/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_filed.c - what is filed of self-wheeling, as net export of the receiving point that a plan keeps to. A promise: how unsure it is (unsure_kw of
 * a problem) is not reckoned with, docs/how-to-wheeling.md says why.
 */
#include "config.h"

#include <math.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/dispatch/district.h"
#include "scada/planner/planning_private.h"

#define SLOT_US    (1800 * US_PER_S)
#define SLOT_BYTES (2 * sizeof(double))

/* What is left of the running half hour's: at the begin of the plan some of it went out. Too much does not come back. */
static double
rest_kw(const struct planning *p, const struct msg_plan_ask *ask, double kw)
{
	double gone_h = p->problem.window_hours, now_h = (double)(ask->now % SLOT_US) / 3.6e9;

	if (isnan(kw) || !(gone_h > 0) || !isfinite(ask->filed_kwh))
		return kw;
	return fmax(0, kw * 0.5 - ask->filed_kwh * fmin(1, gone_h / now_h)) / (0.5 - gone_h);
}

/* Of the connection at which chisand measures it; -1 = none. */
static int
receiving_point(const struct planning *p)
{
	const struct asset *grid = district_grid(p->site->energy);

	for (unsigned i = 0; i < p->problem.asset_count && grid != NULL; i++)
		if (p->problem.assets[i].asset == grid)
			return (int)i;
	return -1;
}

static double *
series(struct planning *p)
{
	return arena_alloc(p->arena, PLANNING_STEPS * sizeof(double));
}

/* Each half hour's two steps. Without a price a kWh more or less is worth what a sold one brings: only the goal counts. */
static unsigned
fill(struct planning *p, const struct msg_plan_ask *ask, unsigned grid)
{
	struct problem_asset *a = &p->problem.assets[grid];
	double *filed = series(p), *price = series(p), kw = (double)NAN, paid = (double)NAN;
	int64_t slot, read = -1, have = (int64_t)(ask->filed.len / SLOT_BYTES);
	unsigned known = 0;
	struct rbuf r;

	rbuf_init(&r, ask->filed.data, ask->filed.len);
	for (unsigned t = 0; t < PLANNING_STEPS; t++) {
		slot = (p->problem.start.us + (int64_t)t * PLANNING_STEP_S * US_PER_S) / SLOT_US - ask->now / SLOT_US;
		if (slot != read) {
			read = slot;
			kw = slot < have ? r_f64(&r) : (double)NAN;
			paid = slot < have ? r_f64(&r) : (double)NAN;
			known += !isnan(kw);
		}
		filed[t] = slot == 0 ? rest_kw(p, ask, kw) : kw;
		price[t] = isnan(paid) ? problem_at(&p->problem, grid, SERIES_PRICE_EXPORT, t) : paid;
	}
	if (known == 0)
		return 0;
	a->series[SERIES_FILED_KW] = filed;
	a->series[SERIES_PRICE_SHORT] = a->series[SERIES_PRICE_SURPLUS] = price;
	return known;
}

bool
planning_filed(struct planning *p, const struct msg_plan_ask *ask, char *why, size_t size)
{
	int grid = receiving_point(p);
	char text[64];

	if (ask->filed.len % SLOT_BYTES != 0) {
		str_copy(why, size, "what is filed of self-wheeling cannot be read");
		return false;
	}
	if (ask->filed.len == 0 || grid < 0)
		return true;
	unsigned known = fill(p, ask, (unsigned)grid);
	if (known > 0) {
		str_printf(text, sizeof(text), "; filed: %u half %s", known, known == 1 ? "hour" : "hours");
		str_append(p->basis, sizeof(p->basis), text);
	}
	return true;
}
