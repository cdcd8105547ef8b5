/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_holds.h - what is to hold in each second of guard and simulated district, whatever is wanted, tripped, lost or not measured.
 * Reckoned anew from what is true and from guard.h, demand.h and share.h as they are written, not with their code.
 *
 *   import, export   beyond the limit (import also: what demand response promised) for no longer than LIMIT_S, unless the batteries stand at their
 *                    own limits; export then for no longer than the sources need by their ramps, and they are told to come down
 *   half hour        the energy told is the true one; while it would end above its target and the batteries have something, that does not last
 *                    longer than the slope's span and LIMIT_S; nor LIMIT_S with steps left and the batteries at their limit. None ends
 *                    above its target then, but for what came in its last minute, in which nothing is decided any more
 *   steps            one after the other, not in the first five minutes, not before the batteries; off for their least time
 *   batteries        told within rating, what the device reports, state of charge, reserve and temperature, in the very second; never a battery
 *                    that is out or held by hand; no faster than the ramp but for these; each in proportion to its energy
 *   elsewhere        a battery behind a connection of its own is told to give no more than its load takes
 *   counter          it is not said to stand where it counts
 *   meter bad        held as it was, said after five seconds, nothing after `blind`; sources stay as they are
 *   manual           nothing is wanted of anything
 */
#ifndef CHISAN_GUARD_HOLDS_H
#define CHISAN_GUARD_HOLDS_H

#include "tests/unit/guard_rig.h"

/* A full swing of the batteries by a ramp of 10 %/s is 20 s, and guard.h says 5 s more; as long again for what the plant does by itself. */
#define LIMIT_S  45
#define SOURCE_S 1800 /* the turbine comes down by 100 kW a minute, from 2650 */
/* Between what is wanted and what a plant does in the same second: its converters lag by 0.4 s, its batteries hum by 0.45 kW each. */
#define SLACK_KW 8.0
/* The plan stands where it is nearer than this to what the guard wants (guard.h). */
#define DEAD_KW 0.5
#define PROMPT_S \
	(DEMAND_SHED_GAP_S + LIMIT_S) /* a step is tried, and the next one, and its load needs half a minute to fall */

/* ---- what a battery may */

static double
at_most(double a, double b)
{
	return a < b ? a : b;
}

static double
share01(double v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* Limits of share.h, without the ramp. gives: the most it may give; else the most it may take. */
static double
may_kw(const struct rig *r, unsigned i, bool gives)
{
	const struct asset_battery *a = r->d.set.battery[i].asset;
	const struct guard_battery_in *in = &r->in.battery[i];
	double floor_pct = r->in.mode == GUARD_ISLAND ? a->soc_min_pct : fmax(a->soc_min_pct, a->reserve_pct);
	double rated = gives ? a->discharge_kw : a->charge_kw,
	       device = gives ? in->device_discharge_kw : in->device_charge_kw;
	double off_c = fmax(a->temperature_min_c - in->temperature_c, in->temperature_c - a->temperature_max_c);
	double share = gives ? at_most(in->soc_pct / 10, in->soc_pct - floor_pct)
	                     : at_most((100 - in->soc_pct) / 10, a->soc_max_pct - in->soc_pct);

	if (!isnan(device))
		rated = at_most(rated, fmax(device, 0));
	if (!isnan(in->temperature_c))
		share = at_most(share, 1 - off_c / 10);
	return rated * share01(share);
}

static bool
is_out(const struct rig *r, unsigned i)
{
	const struct guard_battery_in *in = &r->in.battery[i];

	return !in->is_available || isnan(in->soc_pct) || isnan(in->power_kw);
}

static bool
is_free(const struct rig *r, unsigned i)
{
	return !is_out(r, i) && !r->is_held[i] && !r->in.battery[i].is_forming && !r->d.set.battery[i].is_elsewhere;
}

/* kW that the batteries could give (take) beyond what they do. */
static double
room(const struct rig *r, bool gives)
{
	double kw = 0;

	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		double p = r->in.battery[i].power_kw;
		if (is_free(r, i))
			kw += fmax(0, gives ? may_kw(r, i, true) - p : p + may_kw(r, i, false));
	}
	return kw;
}

/* ---- the connection */

static void
check_import(struct rig *r)
{
	double p = *r->grid_kw, most = r->d.set.demand.import_max_kw;

	if (r->in.mode == GUARD_RESPONSE)
		most = at_most(most, r->in.dr_kw);
	r->import_s = p > most + SLACK_KW && room(r, true) > SLACK_KW ? r->import_s + 1 : 0;
	must(r, r->import_s <= LIMIT_S, "%.0f kW are drawn of %.0f, and batteries have %.0f kW left", p, most,
	    room(r, true));
}

static void
check_export(struct rig *r)
{
	double given = -*r->grid_kw, most = r->d.set.export_max_kw, lower = 0;
	bool is_over = given > most + SLACK_KW, is_told = false;

	r->export_s = is_over && room(r, false) > SLACK_KW ? r->export_s + 1 : 0;
	must(r, r->export_s <= LIMIT_S, "%.0f kW are given of %.0f, and batteries could take %.0f kW more", given, most,
	    room(r, false));
	for (unsigned i = 0; i < r->d.set.source_count; i++) {
		double least = district_source_setpoint(r->d.source[i], 0, false);
		is_told = is_told || isfinite(r->out.source[i].kw);
		lower += r->in.source_kw[i] > least + SLACK_KW ? r->in.source_kw[i] - least : 0;
	}
	r->source_s = is_over && lower > SLACK_KW ? r->source_s + 1 : 0;
	must(
	    r, r->source_s <= LIMIT_S || is_told, "%.0f kW are given of %.0f, and no source is held down", given, most);
	must(r, r->source_s <= SOURCE_S, "%.0f kW are given of %.0f, and sources could come down by %.0f kW", given,
	    most, lower);
}

/* What is held down is let go by 2 % of its rating a second: slower than batteries follow. */
static void
check_release(struct rig *r)
{
	for (unsigned i = 0; i < r->d.set.source_count; i++) {
		double was = r->before.source[i].kw, now = r->out.source[i].kw, rated = r->d.set.source_rated_kw[i];
		double to = isnan(now) ? rated : now;
		must(r, isnan(was) || r->has_restarted || to <= was + 0.02 * rated + 0.001,
		    "%s: from %.1f to %.1f kW in a second", r->d.source[i]->name, was, to);
	}
}

/* ---- batteries */

static void
check_told(struct rig *r, unsigned i)
{
	const char *name = r->d.battery[i]->name;
	double told = told_kw(r, i), want = r->out.battery[i].kw;

	if (is_out(r, i) || r->is_held[i]) {
		must(r, isnan(want), "%s: %.1f kW are wanted, and it is out or held", name, want);
		return;
	}
	must(r, !(told > may_kw(r, i, true) + DEAD_KW + 0.001),
	    "%s is told to give %.1f kW of %.1f at %.1f %%, %.0f degC", name, told, may_kw(r, i, true),
	    r->in.battery[i].soc_pct, r->in.battery[i].temperature_c);
	must(r, !(-told > may_kw(r, i, false) + DEAD_KW + 0.001),
	    "%s is told to take %.1f kW of %.1f at %.1f %%, %.0f degC", name, -told, may_kw(r, i, false),
	    r->in.battery[i].soc_pct, r->in.battery[i].temperature_c);
	if (r->d.set.battery[i].is_elsewhere)
		must(r, !(told > fmax(0, r->in.battery[i].site_load_kw) + DEAD_KW),
		    "%s is told to give %.0f kW, its site takes %.0f", name, told, r->in.battery[i].site_load_kw);
}

/* From what it was told, else from what it does. A limit is stronger: one that stands at one may have come to it at once. */
static void
check_ramp(struct rig *r, unsigned i)
{
	const struct asset_battery *a = r->d.set.battery[i].asset;
	double told = told_kw(r, i), was = r->told_kw[i], p = r->in.battery[i].power_kw;
	double ramp = fmax(a->charge_kw, a->discharge_kw) * r->d.set.ramp_pct_per_s / 100;
	double from = isnan(was) ? p : was, slack = isnan(was) ? SLACK_KW : 2 * DEAD_KW + 0.001;

	if (a->ramp_kw_per_s > 0)
		ramp = at_most(ramp, a->ramp_kw_per_s);
	if (isnan(told) || is_out(r, i) || r->has_restarted || r->d.set.battery[i].is_elsewhere)
		return;
	from = at_most(fmax(from, -may_kw(r, i, false)), may_kw(r, i, true)); /* a limit closed in */
	must(r, fabs(told - from) <= ramp + slack, "%s: from %.2f to %.2f kW in a second", r->d.battery[i]->name, from,
	    told);
}

static bool
is_bound(enum guard_reason why)
{
	return why == WHY_SOC_LOW || why == WHY_SOC_HIGH || why == WHY_POWER || why == WHY_TEMPERATURE ||
	    why == WHY_RAMP || why == WHY_REST || why == WHY_NONE || why == WHY_OUT || why == WHY_HELD;
}

/* Those that nothing holds back carry in proportion to energy times health times the percents they have for it; the sum is the whole. */
static void
check_share(struct rig *r)
{
	double sum = 0, level = (double)NAN, total = r->out.total_kw;
	bool is_whole = true;

	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		const struct asset_battery *a = r->d.set.battery[i].asset;
		const struct guard_battery_in *in = &r->in.battery[i];
		double want = r->out.battery[i].kw;
		if (!is_free(r, i))
			continue;
		is_whole = is_whole && !isnan(want);
		sum += want;
		if (isnan(want) || is_bound(r->out.battery[i].reason) || fabs(total) < 30)
			continue;
		double pct =
		    total < 0 ? a->soc_max_pct - in->soc_pct : in->soc_pct - fmax(a->soc_min_pct, a->reserve_pct);
		double own = want / (a->energy_kwh * in->health * fmax(pct, 0.1));
		must(r, isnan(level) || fabs(own - level) <= 0.001 * fabs(level),
		    "%s carries %.1f kW at %.1f %%: not its part of %.0f", r->d.battery[i]->name, want, in->soc_pct,
		    total);
		r->shared += !isnan(level);
		level = own;
	}
	must(r, !is_whole || fabs(sum + r->out.short_kw - total) < 0.01, "%.2f kW are wanted of %.2f, %.2f are short",
	    sum, total, r->out.short_kw);
}

/* ---- the half hour */

struct outlook {                                                  /* of this half hour by what is true */
	double elapsed_s, left_s, used_kwh, forecast_kw, need_kw; /* need: what must go now beyond what was done */
	bool is_seen;                                             /* from its begin */
};

static struct outlook
look_out(struct rig *r)
{
	int64_t start = window_start(r), span_us = (int64_t)r->d.set.demand.slope_s * US_PER_S;
	const struct truth *now = truth_at(r, r->us), *slope = truth_at(r, r->us - span_us);
	double per_h = 3600 / (double)r->d.set.demand.slope_s, target = r->d.set.demand.target_kw;
	struct outlook o = { .elapsed_s = (double)(r->us - start) / 1e6,
		.is_seen = start - span_us >= r->begun_us,
		.used_kwh = now->drawn - truth_at(r, start)->drawn };

	o.left_s = WHOLE_S - o.elapsed_s;
	o.forecast_kw = (o.used_kwh + (now->drawn - slope->drawn) * per_h * o.left_s / 3600) * 2;
	double undone = shown_batteries_kw(r) - (now->battery - slope->battery) * per_h + shed_sum(r, r->before.shed) -
	    (now->shed - slope->shed) * per_h;
	o.need_kw = (o.forecast_kw - target) * WHOLE_S / fmax(o.left_s, 60) - undone;
	return o;
}

/* Nothing may be left undone for long while the half hour would end above its target. */
static void
check_effort(struct rig *r, const struct outlook *o)
{
	unsigned count = r->d.set.demand.step_count;
	/* Where nothing is drawn any more nothing is left to be done. */
	bool is_over = o->forecast_kw > r->d.set.demand.target_kw + SLACK_KW && o->left_s > DEMAND_HOLD_S &&
	    *r->grid_kw > SLACK_KW;
	double left = room(r, true);

	r->lazy_s = is_over && o->need_kw > 2 * SLACK_KW && left > SLACK_KW ? r->lazy_s + 1 : 0;
	must(r, r->lazy_s <= r->d.set.demand.slope_s + LIMIT_S,
	    "the half hour will be %.0f kW with %.1f kWh, its target is %.0f, and batteries have %.0f kW left",
	    o->forecast_kw, o->used_kwh, r->d.set.demand.target_kw, left);
	bool wants_step =
	    is_over && o->need_kw > left + 2 * SLACK_KW && o->elapsed_s > DEMAND_MASK_S && r->out.shed < count;
	r->unshed_s = wants_step && r->out.shed <= r->before.shed ? r->unshed_s + 1 : 0;
	must(r, r->unshed_s <= PROMPT_S,
	    "the half hour will be %.0f kW, its target is %.0f, and %u of %u steps are shed", o->forecast_kw,
	    r->d.set.demand.target_kw, r->out.shed, count);
	/* All was done, or came when it could not be done any more: not to be kept then. */
	if (is_over && left < SLACK_KW && (r->out.shed == count || o->left_s < PROMPT_S * count))
		r->excused_us = r->us + (int64_t)o->left_s * US_PER_S;
}

static void
check_steps(struct rig *r, const struct outlook *o, bool is_ours)
{
	unsigned now = r->out.shed, was = r->before.shed;
	double target = r->d.set.demand.target_kw, min_off_us = r->d.set.demand.min_off_s * 1e6;

	if (now == was || r->has_restarted || !r->was_worked)
		return;
	must(r, now == was + 1 || now + 1 == was, "%u steps are shed, %u before", now, was);
	must(r, r->us - r->acted_us >= DEMAND_SHED_GAP_S * US_PER_S, "the next step after %.0f s",
	    (double)(r->us - r->acted_us) / 1e6);
	r->acted_us = r->us;
	if (now > was) {
		r->sheds++;
		r->off_us[was] = r->us;
		must(r, r->bad_s <= DEMAND_PATIENCE_S, "a step is shed, and nothing is measured since %u s", r->bad_s);
		must(r, !is_ours || o->elapsed_s >= DEMAND_MASK_S - 2, "a step is shed after %.0f s", o->elapsed_s);
		must(r, !is_ours || at_most(o->need_kw, *r->grid_kw) > room(r, true) - 2 * SLACK_KW,
		    "a step is shed after %.0f s at %.0f kW, and batteries have %.0f kW left for %.0f", o->elapsed_s,
		    o->forecast_kw, room(r, true), o->need_kw);
		return;
	}
	r->returns++;
	must(r, (double)(r->us - r->off_us[now]) >= min_off_us, "step %u is given back after %.0f s", now,
	    (double)(r->us - r->off_us[now]) / 1e6);
	must(r, r->bad_s <= DEMAND_PATIENCE_S || r->bad_s > r->d.set.demand.blind_s,
	    "step %u is given back, and nothing is measured since %u s", now, r->bad_s);
	if (!is_ours)
		return;
	/* With the step back: what it gives has been missing in the slope since it was shed. */
	double back = r->d.set.demand.step_kw[now] * o->left_s / WHOLE_S;
	must(r, o->forecast_kw + back <= target + SLACK_KW || o->need_kw < -back,
	    "step %u is given back at %.0f kW of %.0f", now, o->forecast_kw + back, target);
	must(r, o->elapsed_s < DEMAND_MASK_S || o->forecast_kw < DEMAND_RELEASE * target + SLACK_KW || o->need_kw < 0,
	    "step %u is given back at %.0f kW of %.0f", now, o->forecast_kw, target);
}

/* After a restart the clock says where the half hour begins, until a pulse comes. */
static bool
is_timed(const struct rig *r)
{
	return !r->d.set.demand.has_pulse || r->is_synced || r->clock_off_us == 0;
}

/* A half hour as it is told and as it was. Where windows begin in the clock's seconds and pulses come in whole ones: 1 s of what is drawn. */
static void
check_closed(struct rig *r, bool is_ours)
{
	const struct demand_output *o = &r->out.demand;
	double target = r->d.set.demand.target_kw;

	if (!is_ours || o->is_estimated || !is_timed(r))
		r->excused_us = fmax((double)r->excused_us, (double)(window_start(r) + (WHOLE_S + 1) * US_PER_S));
	if (!o->window_closed)
		return;
	int64_t end = window_start(r), begin = end - WHOLE_S * US_PER_S;
	double drawn = truth_at(r, end)->drawn - truth_at(r, begin)->drawn, true_kw = drawn * 2;
	/* A meter that is frozen is found when batteries move; a counter beside it counts on. */
	bool is_dead = r->frozen_us > begin && !r->has_counter;
	if (o->closed_is_whole && r->lied_us < begin && is_timed(r) && !is_dead) {
		r->compared++;
		must(r, fabs(o->closed_kw - true_kw) <= 2 + 0.005 * true_kw, "a half hour of %.1f kW is told as %.1f",
		    true_kw, o->closed_kw);
		must(r, begin >= r->begun_us, "a half hour is told as whole, and its begin was not seen");
	}
	if (isnan(target) || r->us <= r->excused_us || begin < r->begun_us)
		return;
	r->windows++;
	must(r, true_kw <= target + SLACK_KW + r->grace_kw,
	    "a half hour of %.0f kW, its target is %.0f (%.0f came at its end)", true_kw, target, r->grace_kw);
}

static void
check_half_hour(struct rig *r, bool is_ours)
{
	struct outlook o = look_out(r);

	check_closed(r, is_ours);
	bool is_estimated = r->out.demand.is_estimated;
	must(r, !is_estimated || r->us < r->doubt_us, "the half hour is told as estimated, and all of it was measured");
	if (!(r->d.set.demand.target_kw > 0) || !o.is_seen)
		return;
	is_ours = is_ours && !is_estimated && is_timed(r); /* it cannot know better */
	if (r->in.mode != GUARD_MANUAL && r->in.mode != GUARD_ISLAND)
		check_steps(r, &o, is_ours);
	if (is_ours) {
		check_effort(r, &o);
		/* what is drawn more from here on than the slope says: nothing is decided any more */
		if (o.left_s == DEMAND_HOLD_S)
			r->end_kw = o.forecast_kw;
		if (o.left_s < DEMAND_HOLD_S)
			r->grace_kw = fmax(0, o.forecast_kw - r->end_kw);
	} else {
		r->lazy_s = r->unshed_s = 0;
	}
}

/* ---- the meter bad, manual */

static void
check_blind(struct rig *r)
{
	const struct guard_output *o = &r->out, *b = &r->before;
	bool is_bad = isnan(r->in.demand.power_kw), is_island = r->in.mode == GUARD_ISLAND;
	bool is_worked = r->in.mode != GUARD_MANUAL && !is_island && !r->has_restarted;

	r->bad_s = is_bad && isnan(r->in.demand.counter_kwh) && !r->has_restarted ? r->bad_s + 1 : 0;
	r->blind_s = is_bad && is_worked ? r->blind_s + 1 : 0;
	if (is_worked)
		must(r,
		    (r->blind_s <= DEMAND_PATIENCE_S) == !(o->flags & GUARD_METER_BAD) || r->us < r->calm_us ||
		        r->meter == METER_FROZEN,
		    "the meter is bad since %u s, and flags are %#x", r->blind_s, o->flags);
	if (r->blind_s < 2)
		return;
	for (unsigned i = 0; i < r->d.set.source_count; i++)
		must(r, o->source[i].kw == b->source[i].kw || (isnan(o->source[i].kw) && isnan(b->source[i].kw)),
		    "%s: %.0f kW, %.0f before, and the meter is bad", r->d.source[i]->name, o->source[i].kw,
		    b->source[i].kw);
	if (r->blind_s <= r->d.set.demand.blind_s)
		must(r, fabs(o->total_kw - (b->total_kw - b->short_kw)) < 0.01, "%.1f kW, held are %.1f", o->total_kw,
		    b->total_kw - b->short_kw);
	else if (r->blind_s > r->d.set.demand.blind_s + 2)
		must(r, fabs(o->total_kw) < 0.01, "%.1f kW after %u s without a meter", o->total_kw, r->blind_s);
}

static void
check_manual(struct rig *r)
{
	for (unsigned i = 0; i < r->d.set.battery_count; i++)
		must(r, isnan(r->out.battery[i].kw), "%s: %.1f kW are wanted", r->d.battery[i]->name,
		    r->out.battery[i].kw);
	for (unsigned i = 0; i < r->d.set.source_count; i++)
		must(
		    r, isnan(r->out.source[i].kw), "%s: %.1f kW are wanted", r->d.source[i]->name, r->out.source[i].kw);
	must(r, r->out.shed == 0, "%u steps are shed", r->out.shed);
}

/* After each second in which the guard has run. */
static void
rig_holds(struct rig *r)
{
	bool is_worked = r->in.mode != GUARD_MANUAL && r->in.mode != GUARD_ISLAND;
	bool is_seen = is_worked && r->meter == METER_GOOD, is_ours = is_seen && r->us >= r->calm_us;

	if (r->in.mode == GUARD_MANUAL)
		check_manual(r);
	if (r->in.mode != GUARD_MANUAL)
		for (unsigned i = 0; i < r->d.set.battery_count; i++)
			check_told(r, i);
	if (is_worked) {
		for (unsigned i = 0; i < r->d.set.battery_count; i++)
			check_ramp(r, i);
		check_share(r);
		check_release(r);
	}
	check_blind(r);
	must(r, !(r->out.flags & GUARD_COUNTER_STANDS) || r->stuck_us > r->us - 120 * US_PER_S,
	    "the counter is said to stand, and it counts");
	check_half_hour(r, is_seen && !r->has_restarted);
	if (is_ours) {
		r->judged_s++;
		check_import(r);
		check_export(r);
	} else {
		r->import_s = r->export_s = r->source_s = 0;
	}
	r->was_worked = is_worked;
	for (unsigned i = 0; i < r->d.set.battery_count; i++)
		r->told_kw[i] = is_out(r, i) ? (double)NAN : told_kw(r, i);
}

#endif
