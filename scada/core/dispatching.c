/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching.c - the second: grid, mode, guard, wants.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/core/dispatching_private.h"

#define SECOND_US  (990 * US_PER_MS)
#define WANT_US    (30 * US_PER_S) /* a wish that is not said again for so long is over */
#define RUNS_KW    1.0
#define PEAK_SHARE 0.995 /* a limit above that is none */
#define SAVE_US    (60 * US_PER_S)

/* ---- the grid and the mode */

/* True: it was lost just now. */
static bool
watch_grid(struct dispatching *d, struct utc now, struct mono mono)
{
	struct grid_input in = {
		.breaker = dispatch_read(d, d->breaker),
		.trip = dispatch_read(d, d->trip),
		.line_v = dispatch_read(d, d->line_v),
		.bus_v = dispatch_read(d, d->bus_v),
		.frequency_hz = dispatch_read(d, d->frequency),
		.power_kw = dispatch_read(d, d->meter),
	};
	enum grid_state was = d->watch.state;

	if (!grid_step(&d->watch, &d->district.watch, &in, mono) ||
	    (was == GRID_UNKNOWN && d->watch.state == GRID_THERE))
		return false;
	logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
	    d->watch.state == GRID_LOST        ? "the utility's grid is lost"
	        : d->watch.state == GRID_THERE ? "the utility's grid is back"
	                                       : "it is not known any more whether the utility's grid is there");
	return d->watch.state == GRID_LOST;
}

/* An event of demand response ends by itself. */
static void
end_response(struct dispatching *d, struct utc now, struct mono mono)
{
	struct chosen *c = &d->chosen;

	if (c->mode != GUARD_RESPONSE || c->until.us == 0 || now.us < c->until.us)
		return;
	c->mode = c->before == GUARD_RESPONSE ? GUARD_MANUAL : c->before;
	c->since = now;
	c->until = (struct utc){ 0 };
	c->response_kw = (double)NAN;
	logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL, "demand response is over; mode %s again",
	    guard_mode_name(c->mode));
	dispatch_save(d, now, mono);
}

static void
choose_acting(struct dispatching *d, struct utc now, struct mono mono)
{
	enum guard_mode was = d->acting;

	double kw;
	struct utc until;

	d->acting =
	    district_acting(dispatch_response(d, now, &kw, &until) ? GUARD_RESPONSE : d->chosen.mode, d->watch.state);
	if (d->acting != was && (d->acting == GUARD_ISLAND || was == GUARD_ISLAND))
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL, "dispatch works as %s now, %s before",
		    guard_mode_name(d->acting), guard_mode_name(was));
}

/* ---- what is wanted */

static void
want(struct dispatching *d, enum slot slot, struct wanting *w, double value, const char *reason, struct utc now,
    struct mono mono)
{
	char why[WHY_MAX], text[96];
	bool lets_go = !isfinite(value);

	if (w->point == POINT_NONE || (lets_go && !isfinite(w->value) && w->refused[0] == '\0'))
		return;
	str_printf(text, sizeof(text), "%s", reason);
	bool ok = d->ops->want(
	    slot, w->point, value, lets_go ? (struct utc){ 0 } : utc_add(now, WANT_US), text, why, sizeof(why), d->arg);
	w->value = ok || lets_go ? value : (double)NAN;
	w->reason = reason;
	if (ok && !lets_go)
		w->said[0] = '\0';
	if (ok || lets_go) {
		w->refused[0] = '\0';
		return;
	}
	if (strcmp(w->said, why) != 0)
		log_warn("%s wants %s of %s: %s", slot == SLOT_GUARD ? "the guard" : "the plan", reason,
		    table_site(d->table)->points[w->point].name, why);
	str_copy(w->refused, sizeof(w->refused), why);
	str_copy(w->said, sizeof(w->said), why);
	w->refused_at = mono;
}

static void
let_all_go(struct dispatching *d, struct utc now, struct mono mono)
{
	for (unsigned i = 0; i < d->district.set.battery_count; i++) {
		want(d, SLOT_GUARD, &d->battery[i].want, (double)NAN, "", now, mono);
		want(d, SLOT_DISPATCH, &d->battery[i].plan, (double)NAN, "", now, mono);
	}
	for (unsigned i = 0; i < d->district.set.source_count; i++) {
		want(d, SLOT_GUARD, &d->source[i].want, (double)NAN, "", now, mono);
		want(d, SLOT_DISPATCH, &d->source[i].plan, (double)NAN, "", now, mono);
	}
	for (unsigned i = 0; i < d->load_count; i++)
		want(d, SLOT_GUARD, &d->load[i].want, (double)NAN, "", now, mono);
}

static void
want_sources(struct dispatching *d, struct utc now, struct mono mono)
{
	for (unsigned i = 0; i < d->district.set.source_count; i++) {
		const struct guard_want *g = &d->out.source[i];
		struct bound_source *s = &d->source[i];
		double value = isfinite(g->kw) ? district_source_setpoint(d->district.source[i], g->kw, s->is_percent)
		                               : (double)NAN;

		if (d->district.source[i]->kind == ASSET_PV && s->plan.value < value) /* of two caps the lower */
			value = (double)NAN;
		want(d, SLOT_GUARD, &s->want, value, guard_reason_name(g->reason), now, mono);
	}
}

static void
want_steps(struct dispatching *d, struct utc now, struct mono mono)
{
	unsigned shed = d->out.shed;
	const char *reason = guard_reason_name(d->out.shed_reason);

	for (unsigned i = 0; i < d->load_count; i++) {
		struct bound_load *l = &d->load[i];
		unsigned level = district_level(&d->district, l->asset, shed);

		want(d, SLOT_GUARD, &l->want, level > 0 ? (double)level : (double)NAN, reason, now, mono);
	}
	if (shed != d->shed)
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
		    "%u of %u steps of loads are shed, %u before%s%s", shed, d->district.set.demand.step_count, d->shed,
		    shed > d->shed ? ": " : "", shed > d->shed ? guard_reason_help(d->out.shed_reason) : "");
	d->shed = shed;
}

/* A limit that is over is set to the peak until its device reports that: one that is only let go stays for its time of reversion. */
static double
planned_sun(const struct dispatching *d, unsigned i, struct utc now)
{
	const struct asset *a = d->district.source[i];
	const struct wanting *w = &d->source[i].plan;
	double grid_kw = plans_kw(d->plans, d->district.grid->name, now),
	       peak = district_source_setpoint(a, (double)INFINITY, d->source[i].is_percent);
	bool is_needed = d->sun_needed.us == plans_made(d->plans).us;

	if (!is_needed && plans_is_curtailed(d->plans, a->name, now) &&
	    district_holds_sun(grid_kw, d->district.set.export_max_kw))
		return district_source_setpoint(a, plans_kw(d->plans, a->name, now), d->source[i].is_percent);
	return isfinite(w->value) && dispatch_read(d, w->point) < PEAK_SHARE * peak ? peak : (double)NAN;
}

/* A turbine runs as it is planned once it runs; to start a set is an operator's act. */
static double
planned_source(const struct dispatching *d, unsigned i, struct utc now)
{
	const struct asset *a = d->district.source[i];
	double kw = plans_kw(d->plans, a->name, now);

	if (a->kind == ASSET_PV)
		return planned_sun(d, i, now);
	if (!isfinite(kw) || (a->kind != ASSET_GTC && a->kind != ASSET_STG) ||
	    !(dispatch_read(d, d->source[i].p) > RUNS_KW) || !(kw > RUNS_KW))
		return (double)NAN;
	return district_source_setpoint(a, kw, d->source[i].is_percent);
}

/* Slot 3, below the guard: where the guard wants nothing else, this is done. */
static void
want_plan(struct dispatching *d, struct utc now, struct mono mono)
{
	bool is_followed = district_follows_plan(d->acting) && plans_until(d->plans).us > now.us;

	if (district_needs_sun(&d->guard, &d->out, d->acting)) /* until the next plan, which knows of it */
		d->sun_needed = plans_made(d->plans);
	for (unsigned i = 0; i < d->district.set.battery_count; i++)
		want(d, SLOT_DISPATCH, &d->battery[i].plan,
		    is_followed ? plans_kw(d->plans, d->district.battery[i]->name, now) : (double)NAN,
		    plans_reason(d->plans, d->district.battery[i]->name, now), now, mono);
	for (unsigned i = 0; i < d->district.set.source_count; i++)
		want(d, SLOT_DISPATCH, &d->source[i].plan, is_followed ? planned_source(d, i, now) : (double)NAN,
		    plans_reason(d->plans, d->district.source[i]->name, now), now, mono);
}

static void
want_all(struct dispatching *d, struct utc now, struct mono mono)
{
	want_plan(d, now, mono);
	for (unsigned i = 0; i < d->district.set.battery_count; i++) {
		const struct guard_want *g = &d->out.battery[i];

		want(d, SLOT_GUARD, &d->battery[i].want, g->kw, guard_reason_name(g->reason), now, mono);
	}
	want_sources(d, now, mono);
	want_steps(d, now, mono);
}

/* ---- the second */

static void
note_window(struct dispatching *d, struct utc now, struct mono mono)
{
	const struct demand_output *o = &d->out.demand;
	struct utc within = utc_add(now, -DEMAND_WINDOW_S * US_PER_S / 2);

	if (!o->window_closed || !o->closed_is_whole)
		return;
	int32_t month = dispatch_month(within);
	double before = peaks_month(&d->peaks, month);
	if (!peaks_note(&d->peaks, month, o->closed_kw))
		return;
	if (isfinite(before))
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
		    "a new greatest half hour of the month: %.0f kW, %.0f before", o->closed_kw, before);
	dispatch_save(d, now, mono);
}

/* Which of the receiving point's two values is not believed any more, though both are good. */
static void
say_meter(struct dispatching *d, struct utc now, struct mono mono)
{
	const struct demand_output *o = &d->out.demand;

	if (o->counter_stands != d->counter_stood)
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
		    o->counter_stands
		        ? "the receiving point's counter stands still while power is drawn: the half hour goes by power"
		        : "the receiving point's counter counts again");
	if (o->power_stands && !d->power_stood)
		logbook_say(d->log, now, mono, JOURNAL_DISPATCH, NULL,
		    "the receiving point's power stands still at %.0f kW while its counter counts: it is not believed "
		    "until it moves",
		    d->power_kw);
	d->counter_stood = o->counter_stands;
	d->power_stood = o->power_stands;
}

void
dispatching_tick(struct dispatching *d, struct utc now, struct mono mono)
{
	struct guard_input in;

	if (d->wait_count > 0)
		dispatch_preview_second(d, now, mono);
	if (d->table == NULL || !d->has_begun)
		return;
	/* Looked at in each tick: what the grid's loss asks for does not wait for the next second. */
	bool is_lost = d->is_there && watch_grid(d, now, mono);
	if (!is_lost && d->second.us != 0 && mono_diff_us(mono, d->second) < SECOND_US)
		return;
	d->second = mono;
	if (d->is_there) {
		end_response(d, now, mono);
		dispatch_schedule_second(d, now, mono);
		choose_acting(d, now, mono);
		dispatch_ask(d, now, mono);
		dispatch_measure(d, now, mono, &in);
		guard_step(&d->guard, &in, &d->out);
		if (d->watch.is_doubtful)
			d->out.flags |= GUARD_GRID_DOUBT;
		if (d->acting == GUARD_MANUAL) {
			d->shed = 0;
			let_all_go(d, now, mono);
		} else {
			want_all(d, now, mono);
		}
		say_meter(d, now, mono);
		note_window(d, now, mono);
		dispatch_put_planned(d, now, mono);
		dispatch_reckon(d);
		/* A step and its least time off at once: steps go and come ten seconds apart, so seldom that no disk feels it. */
		if (mono_diff_us(mono, d->saved_at) >= SAVE_US || d->out.demand.shed != d->saved_shed ||
		    guard_island_steps(&d->guard) != d->saved_island)
			dispatch_save(d, now, mono);
	}
	dispatch_tell(d, now);
}

/* ---- life */

void
dispatching_begin(struct dispatching *d)
{
	d->has_begun = true;
}

static void
make(struct dispatching *d, struct utc now, struct mono mono)
{
	struct wbuf blob = { .len = 0 };
	bool was_there = d->is_there;
	unsigned island = was_there ? guard_island_steps(&d->guard) : 0;

	if (was_there) /* the half hour goes on over a reload */
		demand_save(&d->guard.demand, now, mono, &blob);
	memset(&d->out, 0, sizeof(d->out));
	d->is_there = district_make(table_site(d->table)->energy, &d->district, d->missing, sizeof(d->missing));
	if (d->is_there) {
		dispatch_bind(d);
		dispatch_apply_target(d);
		d->is_there = guard_init(&d->guard, &d->district.set, d->missing, sizeof(d->missing));
	}
	if (d->is_there)
		guard_restore_island(&d->guard, island);
	if (d->is_there && blob.len > 0)
		(void)demand_restore(&d->guard.demand, blob.data, blob.len, now, mono);
	if (!d->is_there && table_site(d->table)->energy != NULL && table_site(d->table)->energy->dispatch != NULL)
		log_warn("dispatch does not work: %s", d->missing);
	wbuf_done(&blob);
}

void
dispatching_filed(struct dispatching *d, double filed_kw, double made_kwh)
{
	d->filed_kw = filed_kw;
	d->made_kwh = made_kwh;
}

struct plans *
dispatching_plans(struct dispatching *d)
{
	return d->plans;
}

void
dispatching_site(struct dispatching *d, struct table *t, uint16_t generation, const uint64_t hash[4], struct utc now,
    struct mono mono)
{
	dispatching_preview_down(d, "the site was just read anew; ask again");
	d->table = t;
	d->generation = generation;
	d->second.us = 0;
	wbuf_reset(&d->told);
	if (t != NULL)
		make(d, now, mono);
	else
		d->is_there = d->schedule.is_held = false; /* whoever waits for the journal finds no dispatch */
	plans_site(d->plans, d->is_there ? table_site(t) : NULL, generation, hash);
}

struct dispatching *
dispatching_new(struct logbook *l, const struct dispatching_ops *ops, void *arg)
{
	struct dispatching *d = xcalloc(1, sizeof(*d));

	d->log = l;
	d->plans = plans_new(l);
	d->ops = ops;
	d->arg = arg;
	d->chosen.target_kw = d->chosen.response_kw = d->scheduled_kw = (double)NAN;
	d->reserve_kwh = d->hours = d->power_kw = (double)NAN;
	d->filed_kw = d->made_kwh = (double)NAN;
	grid_begin(&d->watch);
	return d;
}

void
dispatching_free(struct dispatching *d)
{
	if (d == NULL)
		return;
	plans_free(d->plans);
	wbuf_done(&d->body);
	wbuf_done(&d->told);
	free(d);
}
