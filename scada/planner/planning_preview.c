/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_preview.c - what an override would do: the same plan with it and without it, and the figures in which they differ.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/planner/planning_private.h"

#define MISSED_LEAST 0.5 /* kW, kWh, t/h: less is no difference */
#define DAY_US \
	(24 * 3600 * US_PER_S) /* outages that begin later are the next plan's: towards the horizon the hours run out */

struct figures {
	double cost, co2_kg, soc_pct, hours, peak_kw;
	int64_t soc_at;
	char soc_of[64];
	double missed[RELAX_COUNT]; /* sizes of the steps together */
};

static void
read_batteries(const struct planning *p, const struct plan *plan, struct figures *f)
{
	for (unsigned i = 0; i < plan->asset_count; i++) {
		const struct problem_asset *a = &p->problem.assets[i];
		const struct asset_battery *b = a->asset->parameters;

		for (unsigned t = 0; a->asset->kind == ASSET_BATTERY && t < plan->steps; t++) {
			double pct = 100 * plan->assets[i].energy[t] / (b->energy_kwh * a->health);
			if (plan->assets[i].reason[t] == REASON_OUT || pct >= f->soc_pct)
				continue;
			f->soc_pct = pct;
			f->soc_at = planning_at(p, t + 1).us;
			str_copy(f->soc_of, sizeof(f->soc_of), a->asset->name);
		}
	}
	if (f->soc_at == 0)
		f->soc_pct = (double)NAN;
}

/* What is stored less at the end than at the begin is paid for later, what is stored more is earned: else to empty a battery would be cheap. */
static double
spent(const struct planning *p, const struct plan *plan)
{
	double money = 0;

	for (unsigned i = 0; i < plan->asset_count; i++) {
		const struct problem_asset *a = &p->problem.assets[i];
		double before = a->asset->kind == ASSET_BATTERY ? a->energy_kwh : a->heat_gj;

		if (plan->assets[i].energy != NULL)
			money += (before - plan->assets[i].energy[plan->steps - 1]) * problem_end_value(&p->problem, i);
	}
	return money;
}

/* Of the bus of the first connection. */
static void
read_hours(const struct planning *p, const struct plan *plan, struct figures *f)
{
	int bus = -1;

	for (unsigned i = 0; i < plan->asset_count && bus < 0; i++)
		if (p->problem.assets[i].asset->kind == ASSET_GRID)
			bus = problem_bus(&p->problem, p->problem.assets[i].asset->bus);
	for (unsigned t = 0; bus >= 0 && t < plan->steps && t * p->step_us < DAY_US; t++)
		f->hours = fmin(f->hours, plan->survival_h[(unsigned)bus * plan->steps + t]);
	if (isinf(f->hours))
		f->hours = (double)NAN;
}

/* False: why. */
static bool
make(struct planning *p, const struct msg_plan_ask *ask, const struct past_ask *past, struct figures *f, char *why,
    size_t size)
{
	struct solution found = { .end = SOLVE_BROKEN };
	struct plan *plan = NULL;
	double gap;

	p->gave_way = false;
	*f = (struct figures){ .soc_pct = (double)INFINITY, .hours = (double)INFINITY };
	if (planning_pose(p, ask, past, why, size))
		plan = planning_solve(p, PREVIEW_SECONDS, &found, &gap, why, size);
	if (p->gave_way) {
		dispatch_plan_free(plan);
		plan = NULL;
	}
	if (plan != NULL) {
		f->cost = plan->total + spent(p, plan);
		f->co2_kg = plan->co2_kg;
		f->peak_kw = plan->peak_kw;
		read_batteries(p, plan, f);
		read_hours(p, plan, f);
		for (unsigned i = 0; i < plan->relaxed_count; i++)
			f->missed[plan->relaxed[i].what] += fabs(plan->relaxed[i].size);
	}
	solution_done(&found);
	bool ok = plan != NULL;
	dispatch_plan_free(plan);
	return ok;
}

static void
put(const struct planning *p, const struct msg_plan_preview *m, const struct figures *with,
    const struct figures *without, struct wbuf *out)
{
	char missed[300] = "";

	for (unsigned i = 0; i < RELAX_COUNT; i++) {
		if (!(with->missed[i] > without->missed[i] * 1.01 + MISSED_LEAST))
			continue;
		str_append(missed, sizeof(missed), missed[0] != '\0' ? ", " : "");
		str_append(missed, sizeof(missed), relax_name((enum relax)i));
	}
	msg_preview_put(out,
	    &(struct msg_preview){ .serial = m->serial,
	        .is_good = 1,
	        .from = p->problem.start.us,
	        .until = planning_at(p, p->problem.steps).us,
	        .cost_with = with->cost,
	        .cost_without = without->cost,
	        .co2_with = with->co2_kg,
	        .co2_without = without->co2_kg,
	        .soc_with = with->soc_pct,
	        .soc_without = without->soc_pct,
	        .soc_at_with = with->soc_at,
	        .soc_at_without = without->soc_at,
	        .hours_with = with->hours,
	        .hours_without = without->hours,
	        .peak_with = with->peak_kw,
	        .peak_without = without->peak_kw,
	        .soc_of_with = with->soc_of,
	        .soc_of_without = without->soc_of,
	        .missed = missed,
	        .text = p->basis });
}

static void
put_none(const struct msg_plan_preview *m, const char *why, struct wbuf *out)
{
	msg_preview_put(out,
	    &(struct msg_preview){
	        .serial = m->serial, .soc_of_with = "", .soc_of_without = "", .missed = "", .text = why });
}

void
planning_preview_yields(struct planning *p, planning_yields *yields, void *whom)
{
	solver_yield_to(p->aside, yields, whom);
}

bool
planning_preview(struct planning *p, const struct msg_plan_preview *m, const struct past_ask *past, struct wbuf *out)
{
	struct figures with, without;
	struct msg_plan_ask ask;
	char why[400];
	struct rbuf r;

	rbuf_init(&r, m->ask.data, m->ask.len);
	if (!msg_plan_ask_get(&r, &ask) || !r_done(&r) || !isfinite(m->kw) || p->site == NULL ||
	    p->site->energy == NULL || m->asset >= p->site->energy->assets.n) {
		put_none(m, "the question cannot be read", out);
		return true;
	}
	p->arena = arena_new();
	p->gave_way = false;
	bool ok = planning_stand(p, &ask, why, sizeof(why));
	if (ok) {
		p->now[m->asset].held_kw = m->kw;
		p->now[m->asset].held_until = m->until;
		ok = make(p, &ask, past, &with, why, sizeof(why));
	}
	if (ok) { /* the held one first: what it found is a start for the free one */
		p->now[m->asset].held_kw = (double)NAN;
		ok = make(p, &ask, past, &without, why, sizeof(why));
	}
	if (ok)
		put(p, m, &with, &without, out);
	else if (!p->gave_way)
		put_none(m, why, out);
	arena_free(p->arena);
	p->arena = NULL;
	return !p->gave_way;
}
