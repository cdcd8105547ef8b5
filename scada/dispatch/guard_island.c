/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_island.c - the guard where the utility's grid is not there: which loads go, and what batteries that do not form the grid are told.
 */
#include "config.h"

#include "scada/dispatch/guard_private.h"

static void
shed(struct guard *g, struct guard_turn *t)
{
	double high = 0, least = (double)INFINITY, given = 0;
	int64_t now = t->in->demand.mono.us, since = now - g->island_us;
	for (unsigned i = 0; i < g->set.battery_count; i++) {
		struct share_battery s = guard_share_of(g, t, i);
		struct share_part p;
		if (g->set.battery[i].is_elsewhere)
			continue;
		s.ramp_kw = (double)NAN;
		share_limits(&s, &p);
		if (p.high_by == SHARE_OUT)
			continue;
		high += p.high_kw;
		given += or_zero(t->in->battery[i].power_kw);
		least = fmin(least, s.soc_pct - s.floor_pct);
	}
	if (least < 5)
		g->island_shed = g->set.demand.step_count;
	else if (given > 0.9 * high && since >= GUARD_ISLAND_GAP_S * US_PER_S &&
	    g->island_shed < g->set.demand.step_count)
		g->island_shed++;
	else if (given < 0.7 * high && least > 10 && since >= GUARD_ISLAND_BACK_S * US_PER_S && g->island_shed > 0)
		g->island_shed--;
	else
		return;
	g->island_us = now;
}

/* As if those that form the grid were among them: their own part is theirs to find. */
static void
share_island(struct guard *g, struct guard_turn *t)
{
	struct share_battery s[GUARD_BATTERIES_MAX];
	struct share_part p[GUARD_BATTERIES_MAX];
	unsigned index[GUARD_BATTERIES_MAX], n = 0;
	for (unsigned i = 0; i < g->set.battery_count; i++)
		if (!g->set.battery[i].is_elsewhere && !isfinite(t->in->battery[i].held_kw)) {
			index[n] = i;
			s[n++] = guard_share_of(g, t, i);
		}
	double total = 0;
	for (unsigned k = 0; k < n; k++)
		total += or_zero(t->in->battery[index[k]].power_kw);
	t->out->total_kw = total;
	t->out->short_kw = share_among(s, n, total, p);
	for (unsigned k = 0; k < n; k++) {
		bool is_forming = t->in->battery[index[k]].is_forming;
		g->kw[index[k]] = is_forming ? (double)NAN : p[k].kw;
		if (!is_forming && p[k].bound != SHARE_OUT)
			t->out->battery[index[k]] =
			    (struct guard_want){ p[k].kw, guard_bound_reason(p[k].bound, WHY_ISLAND) };
	}
}

void
guard_restore_island(struct guard *g, unsigned shed)
{
	g->island_kept = shed < g->set.demand.step_count ? shed : g->set.demand.step_count;
}

unsigned
guard_island_steps(const struct guard *g)
{
	return g->island_kept > g->island_shed ? g->island_kept : g->island_shed;
}

/* A grid that is lost is known to be only after a second: what was shed does not come back on what the island has, for that. */
void
guard_keep_island(struct guard *g, struct guard_turn *t)
{
	if (t->in->demand.mono.us - g->kept_us >= GUARD_ISLAND_KEEP_S * US_PER_S)
		g->island_kept = 0;
	if (g->island_kept <= t->out->shed)
		return;
	t->out->shed = g->island_kept;
	t->out->shed_reason = WHY_ISLAND;
}

void
guard_island(struct guard *g, struct guard_turn *t)
{
	if (g->island_kept > g->island_shed) {
		g->island_shed = g->island_kept;
		g->island_us = t->in->demand.mono.us;
	}
	g->island_kept = 0;
	shed(g, t);
	share_island(g, t);
	g->total_kw = (double)NAN;
	t->out->shed = g->island_shed;
	t->out->shed_reason = t->out->shed > 0 ? WHY_ISLAND : WHY_NONE;
}
