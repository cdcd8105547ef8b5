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
	return arena_alloc(p->arena, p->problem.steps * sizeof(double));
}

struct filed {
	int64_t have;          /* half hours from the running one on */
	double *kw, *paid_kwh; /* NaN: nothing is filed, no price is known */
};

static struct filed
read_filed(struct planning *p, const struct msg_plan_ask *ask)
{
	struct filed f = { .have = (int64_t)(ask->filed.len / SLOT_BYTES) };
	struct rbuf r;

	f.kw = arena_alloc(p->arena, ask->filed.len + 1);
	f.paid_kwh = arena_alloc(p->arena, ask->filed.len + 1);
	rbuf_init(&r, ask->filed.data, ask->filed.len);
	for (int64_t i = 0; i < f.have; i++) {
		f.kw[i] = r_f64(&r);
		f.paid_kwh[i] = r_f64(&r);
	}
	return f;
}

/* Of one step: the half hour that it is in, or the mean of those in it that are not over. */
static void
fill_step(const struct planning *p, const struct msg_plan_ask *ask, const struct filed *f, unsigned t, double *kw,
    double *paid)
{
	int64_t now = ask->now / SLOT_US, first = planning_at(p, t).us / SLOT_US,
	        last = (planning_at(p, t + 1).us - 1) / SLOT_US;
	unsigned n = 0;

	*kw = *paid = 0;
	for (int64_t i = first - now; i <= last - now; i++) {
		if (i < 0)
			continue;
		double of = i < f->have ? f->kw[i] : (double)NAN;
		*kw += i == 0 ? rest_kw(p, ask, of) : of;
		*paid += i < f->have ? f->paid_kwh[i] : (double)NAN;
		n++;
	}
	*kw = n > 0 ? *kw / n : (double)NAN;
	*paid = n > 0 ? *paid / n : (double)NAN;
}

/* Returns the half hours that are known. Without a price a kWh more or less is worth what a sold one brings: only the goal counts. */
static unsigned
fill(struct planning *p, const struct msg_plan_ask *ask, unsigned grid)
{
	struct problem_asset *a = &p->problem.assets[grid];
	double *filed = series(p), *price = series(p);
	struct filed f = read_filed(p, ask);
	int64_t end = (planning_at(p, p->problem.steps).us - 1) / SLOT_US - ask->now / SLOT_US;
	unsigned known = 0;

	for (int64_t i = 0; i < f.have && i <= end; i++)
		known += !isnan(f.kw[i]);
	for (unsigned t = 0; t < p->problem.steps; t++) {
		fill_step(p, ask, &f, t, &filed[t], &price[t]);
		if (isnan(price[t]))
			price[t] = problem_at(&p->problem, grid, SERIES_PRICE_EXPORT, t);
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
