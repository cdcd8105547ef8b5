/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_outage.c - outages, and whether what was promised is kept: when the grid goes, the plan says how long the critical loads of each bus will
 * live (survival_h); what they go without within that time is counted apart.
 */
#include "config.h"

#include <math.h>

#include "scada/planner/study_private.h"

static bool
is_critical(const struct asset *a)
{
	return a->kind == ASSET_LOAD && a->bus != NULL && ((const struct asset_load *)a->parameters)->is_critical;
}

/* kW of critical loads on a bus, and what of it is not served. */
static double
critical_kw(const struct study_run *s, int bus, const struct plan *plan, double *lost)
{
	double kw = 0;

	*lost = 0;
	for (unsigned i = 0; i < s->now.asset_count; i++) {
		const struct asset *a = s->state[i].asset;
		if (!is_critical(a) || problem_bus(&s->now, a->bus) != bus)
			continue;
		double asked = problem_at(&s->now, i, SERIES_AVAILABLE, 0) * problem_at(&s->now, i, SERIES_LOAD_KW, 0);
		kw += asked;
		*lost += fmax(0, asked - plan->assets[i].power_kw[0]);
	}
	return kw;
}

/*
 * Hours that the plan in force gives this bus from the begin of this row on, at most those that reserves are to cover: what is stored beyond
 * that serves other loads, too. 0: there is none.
 */
static double
promised(const struct study_run *s, unsigned bus)
{
	const struct plan *plan = s->plan;

	if (plan == NULL || s->row < s->plan_row || s->row >= s->plan_row + plan->steps)
		return 0;
	return fmin(
	    (double)s->d->energy->outage_us / 3.6e9, plan->survival_h[bus * plan->steps + (s->row - s->plan_row)]);
}

void
study_outage_step(struct study_run *s, const struct plan *plan)
{
	double h = s->d->hours, lost;

	for (unsigned b = 0; b < s->d->energy->buses.n; b++) {
		struct study_promise *m = &s->promises[b];
		bool is_away = problem_grid(&s->now, (int)b) >= 0 && problem_is_island(&s->now, (int)b, 0) &&
		    critical_kw(s, (int)b, plan, &lost) > 0;
		if (!is_away) {
			m->is_away = false;
			continue;
		}
		if (!m->is_away) {
			*m = (struct study_promise){ .is_away = true, .left_h = promised(s, b) };
			s->r->outages++;
		}
		bool is_promised = m->left_h >= h - 1e-6;
		s->r->outage_h += h;
		s->r->promised_h += is_promised ? h : 0;
		*(is_promised ? &s->r->broken_kwh : &s->r->beyond_kwh) += lost * h;
		m->left_h -= h;
	}
}
