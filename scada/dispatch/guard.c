/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.c - the one-second guard: base, limits of the connection, sharing, steps; in the order of guard.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/dispatch/guard_private.h"
#include "scada/dispatch/rules.h"

#define DEAD_KW      0.5 /* what differs less from the plan is the plan */
#define RULES_DEAD   2.0
#define REFILL       0.8
#define BACK_PCT_S   0.02 /* a source held down is let go so fast, of its rating: slower than batteries follow */
#define CHANGE_MAX_S 5    /* after a pause ramps go on as if it were no longer */

#define WORD(id, name, help) name,
#define HELP(id, name, help) help,
static const char *const reason_names[] = { GUARD_REASON_LIST(WORD) };
static const char *const reason_helps[] = { GUARD_REASON_LIST(HELP) };

const char *
guard_reason_name(enum guard_reason r)
{
	return r < GUARD_REASONS ? reason_names[r] : "";
}

const char *
guard_reason_help(enum guard_reason r)
{
	return r < GUARD_REASONS ? reason_helps[r] : "";
}

bool
guard_init(struct guard *g, const struct guard_settings *set, char *why, size_t size)
{
	memset(g, 0, sizeof(*g));
	g->total_kw = g->grid_kw = g->follow_kw = g->meter_kw = (double)NAN;
	for (unsigned i = 0; i < GUARD_BATTERIES_MAX; i++)
		g->kw[i] = (double)NAN;
	for (unsigned i = 0; i < GUARD_SOURCES_MAX; i++)
		g->source_kw[i] = (double)NAN;
	if (set->battery_count > GUARD_BATTERIES_MAX || set->source_count > GUARD_SOURCES_MAX) {
		snprintf(why, size, "guard: at most %d batteries and %d sources; it does not run", GUARD_BATTERIES_MAX,
		    GUARD_SOURCES_MAX);
		return false;
	}
	if (!(set->export_max_kw >= 0) || !(set->ramp_pct_per_s > 0 && set->ramp_pct_per_s <= 100)) {
		snprintf(
		    why, size, "guard: export_max_kw must be 0 or more and ramp_pct_per_s 0 to 100; it does not run");
		return false;
	}
	g->set = *set;
	return demand_init(&g->demand, &set->demand, why, size);
}

/* Net export of this half hour so far. */
static void
count_slot(struct guard *g, const struct guard_turn *t)
{
	int64_t slot = t->in->demand.utc.us / (DEMAND_WINDOW_S * US_PER_S);
	if (slot != g->slot) {
		g->slot_kwh = 0;
		g->follow_kw = (double)NAN;
	}
	g->slot = slot;
	if (isfinite(t->power_kw))
		g->grid_kw = t->power_kw;
	g->slot_kwh -= or_zero(g->grid_kw) * t->dt_s / 3600;
	if (t->in->has_made && !(fabs(g->slot_kwh - t->in->made_kwh) <= GUARD_MADE_KWH))
		g->slot_kwh = t->in->made_kwh;
}

/* In the last minute the power stands as it was: a rest over so short a time would make it jump. */
static double
follow(struct guard *g, const struct guard_turn *t)
{
	double gone_s = (double)(t->in->demand.utc.us % (DEMAND_WINDOW_S * US_PER_S)) / 1e6,
	       left_s = DEMAND_WINDOW_S - gone_s;
	if (left_s > 60 || !isfinite(g->follow_kw))
		g->follow_kw = (t->in->filed_kw * 0.5 - g->slot_kwh) * 3600 / (left_s > 60 ? left_s : 60);
	return t->battery_kw - t->given_kw + g->follow_kw + g->grid_kw;
}

static double
planned(const struct guard *g, const struct guard_turn *t)
{
	double sum = 0;
	for (unsigned i = 0; i < g->set.battery_count; i++) {
		const struct guard_battery_in *b = &t->in->battery[i];
		if (!g->set.battery[i].is_elsewhere && !isfinite(b->held_kw) && !b->is_forming)
			sum += b->plan_kw; /* of one that is out too: the others take it */
	}
	return sum;
}

static double
rules(const struct guard *g, struct guard_turn *t, enum rules_kind kind)
{
	double target = g->set.demand.target_kw > 0 ? g->set.demand.target_kw : g->set.demand.import_max_kw;
	t->why = kind == RULES_PEAK ? WHY_PEAK : WHY_SURPLUS;
	/* Those that are not free are in the meter's figure already. */
	return rules_total(
	    kind, g->grid_kw, t->battery_kw - t->given_kw, g->total_kw, target, REFILL * target, RULES_DEAD);
}

static double
base(struct guard *g, struct guard_turn *t)
{
	enum guard_mode m = t->in->mode;
	t->why = WHY_SHARED;
	if (m == GUARD_PEAK)
		return rules(g, t, RULES_PEAK);
	if (m == GUARD_FOLLOW && isfinite(t->in->filed_kw)) {
		t->why = WHY_FILED;
		return follow(g, t);
	}
	if (t->is_plan)
		return planned(g, t);
	t->out->flags |= GUARD_NO_PLAN;
	return rules(g, t, RULES_SELF);
}

static double
at_least(struct guard_turn *t, double total, double least, enum guard_reason why)
{
	if (!(least > total))
		return total;
	t->why = why;
	return least;
}

/* Export first, import after it: where both are asked for, what is drawn too much is worse. */
static double
within(struct guard *g, struct guard_turn *t, double total)
{
	/* What the free batteries would have to give for a draw of 0. */
	double zero = g->grid_kw + t->battery_kw - t->given_kw, most = zero + g->set.export_max_kw;
	if (total > most) {
		total = most;
		t->why = WHY_GRID_LIMIT;
	}
	if (t->in->mode == GUARD_RESPONSE && isfinite(t->in->dr_kw))
		total = at_least(t, total, zero - t->in->dr_kw, WHY_RESPONSE);
	total = at_least(t, total, t->out->demand.battery_floor_kw - t->given_kw, WHY_PEAK);
	/* The demand's floor may not push power out. */
	if (total > most)
		total = most;
	return at_least(t, total, zero - g->set.demand.import_max_kw, WHY_GRID_LIMIT);
}

/* What goes out beyond the limit and batteries cannot take: sources down, in their order; let go slowly as room comes back. */
static void
curtail(struct guard *g, struct guard_turn *t)
{
	double over = -g->grid_kw - g->set.export_max_kw, take = t->take_kw;
	double down = over - take, room = take - over;
	for (unsigned i = 0; i < g->set.source_count; i++) {
		double made = or_zero(t->in->source_kw[i]), rated = g->set.source_rated_kw[i], cap = g->source_kw[i];
		double can = made - g->set.source_least_kw[i];
		if (down > 0 && can > 0) {
			double by = down < can ? down : can, to = made - by;
			g->source_kw[i] = isfinite(cap) && cap < to ? cap : to;
			down -= by;
		} else if (isfinite(cap) && room > 0) {
			double back = rated * BACK_PCT_S * t->dt_s;
			back = back < room ? back : room;
			room -= back;
			g->source_kw[i] = cap + back >= rated ? (double)NAN : cap + back;
		}
	}
	if (down > 1)
		t->out->flags |= GUARD_EXPORT;
}

enum guard_reason
guard_bound_reason(enum share_bound b, enum guard_reason why)
{
	static const enum guard_reason of[] = { [SHARE_FREE] = WHY_NONE,
		[SHARE_POWER] = WHY_POWER,
		[SHARE_EMPTY] = WHY_SOC_LOW,
		[SHARE_FULL] = WHY_SOC_HIGH,
		[SHARE_TEMPERATURE] = WHY_TEMPERATURE,
		[SHARE_RAMP] = WHY_RAMP,
		[SHARE_OUT] = WHY_OUT,
		[SHARE_REST] = WHY_REST };
	return b == SHARE_FREE ? why : of[b];
}

/* The plan as it stands, where each battery can do it and it is the whole. */
static bool
plan_fits(const struct guard_turn *t, double total)
{
	double sum = 0;
	for (unsigned k = 0; k < t->count; k++) {
		struct share_part p;
		double kw = t->in->battery[t->index[k]].plan_kw;
		share_limits(&t->share[k], &p);
		if (!(kw >= p.low_kw - DEAD_KW && kw <= p.high_kw + DEAD_KW))
			return false;
		sum += kw;
	}
	return t->is_plan && fabs(sum - total) < DEAD_KW;
}

static void
give(struct guard *g, struct guard_turn *t, double total)
{
	struct share_part p[GUARD_BATTERIES_MAX];
	bool fits = !t->is_blind && plan_fits(t, total);
	t->out->total_kw = total;
	t->out->short_kw = share_among(t->share, t->count, total, p);
	g->total_kw = total - t->out->short_kw;
	bool is_ramp = false;
	for (unsigned k = 0; k < t->count; k++) {
		unsigned i = t->index[k];
		double plan_kw = t->in->battery[i].plan_kw;
		g->kw[i] = fits ? plan_kw : p[k].kw;
		g->runs[i] = g->kw[i] != 0;
		is_ramp = is_ramp || p[k].bound == SHARE_RAMP;
		if (fits)
			continue;
		t->out->battery[i] = (struct guard_want){ p[k].kw, guard_bound_reason(p[k].bound, t->why) };
	}
	if (fabs(t->out->short_kw) > 1 && !is_ramp)
		t->out->flags |= GUARD_SHORT;
	if (g->grid_kw > g->set.demand.import_max_kw && t->out->short_kw > 1 && !is_ramp)
		t->out->flags |= GUARD_IMPORT;
}

/* Behind a connection of its own: the plan, and nothing may flow back. */
static void
elsewhere(struct guard *g, struct guard_turn *t, unsigned i)
{
	const struct guard_battery_in *b = &t->in->battery[i];
	struct share_battery s = guard_share_of(g, t, i);
	struct share_part p;
	double most = b->site_load_kw > 0 ? b->site_load_kw : 0, kw = t->is_plan ? or_zero(b->plan_kw) : 0;
	share_limits(&s, &p);
	if (p.high_by == SHARE_OUT || isfinite(b->held_kw))
		return;
	enum guard_reason why = kw > p.high_kw ? guard_bound_reason(p.high_by, 0)
	    : kw < p.low_kw                    ? guard_bound_reason(p.low_by, 0)
	                                       : WHY_SURPLUS;
	double got = kw > p.high_kw ? p.high_kw : kw < p.low_kw ? p.low_kw : kw;
	if (got > most) { /* stronger than a ramp */
		got = most;
		why = WHY_NO_RETURN;
	}
	g->kw[i] = got;
	if (!t->is_plan || !isfinite(b->plan_kw) || fabs(got - b->plan_kw) >= DEAD_KW)
		t->out->battery[i] = (struct guard_want){ got, why };
}

static void
blind(struct guard *g, struct guard_turn *t)
{
	bool is_long = (double)(t->in->demand.mono.us - g->good_us) > g->set.demand.blind_s * (double)US_PER_S;
	t->why = WHY_BLIND;
	give(g, t, is_long ? 0 : or_zero(g->total_kw));
}

static void
say_rest(struct guard *g, struct guard_turn *t)
{
	for (unsigned i = 0; i < g->set.battery_count; i++) {
		const struct guard_battery_in *b = &t->in->battery[i];
		bool is_out = guard_is_out(b);
		if (isfinite(b->held_kw) || is_out) {
			t->out->battery[i] = (struct guard_want){ (double)NAN, is_out ? WHY_OUT : WHY_HELD };
			g->kw[i] = (double)NAN;
		}
	}
	for (unsigned i = 0; i < g->set.source_count; i++)
		if (isfinite(g->source_kw[i]))
			t->out->source[i] = (struct guard_want){ g->source_kw[i], WHY_CURTAILED };
}

static void
rest_at_manual(struct guard *g)
{
	g->total_kw = (double)NAN;
	g->island_shed = g->island_kept = 0;
	for (unsigned i = 0; i < GUARD_BATTERIES_MAX; i++)
		g->kw[i] = (double)NAN;
	for (unsigned i = 0; i < GUARD_SOURCES_MAX; i++)
		g->source_kw[i] = (double)NAN;
}

void
guard_step(struct guard *g, const struct guard_input *in, struct guard_output *out)
{
	struct guard_turn t = { .in = in, .out = out };
	int64_t now = in->demand.mono.us;
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < GUARD_BATTERIES_MAX; i++)
		out->battery[i].kw = (double)NAN;
	for (unsigned i = 0; i < GUARD_SOURCES_MAX; i++)
		out->source[i].kw = (double)NAN;
	if (!g->is_begun)
		g->last_us = g->good_us = g->kept_us = now;
	t.dt_s = (double)(now - g->last_us) / 1e6;
	t.dt_s = !g->is_begun ? 1 : t.dt_s < 0 ? 0 : t.dt_s > CHANGE_MAX_S ? CHANGE_MAX_S : t.dt_s;
	g->is_begun = true;
	g->last_us = now;
	guard_look(g, &t);
	guard_watch_demand(g, &t);
	count_slot(g, &t);
	if (in->mode == GUARD_MANUAL) {
		rest_at_manual(g);
		return;
	}
	if (in->mode == GUARD_ISLAND) {
		guard_island(g, &t);
		say_rest(g, &t);
		return;
	}
	g->island_shed = 0;
	if (t.is_blind || !isfinite(t.power_kw))
		blind(g, &t);
	else {
		curtail(g, &t);
		give(g, &t, within(g, &t, base(g, &t)));
	}
	for (unsigned i = 0; i < g->set.battery_count; i++)
		if (g->set.battery[i].is_elsewhere)
			elsewhere(g, &t, i);
	out->shed = out->demand.shed;
	out->shed_reason = out->shed > 0 ? WHY_PEAK : WHY_NONE;
	guard_keep_island(g, &t);
	say_rest(g, &t);
}
