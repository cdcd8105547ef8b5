/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_rig.h - the guard and the simulated district of the shipped site in one: what instruments show of the world, and what is done of what the
 * guard wants.  Instruments fail by themselves: meter, counter, pulse, clock, what batteries report.  What is true is kept beside what is shown.
 */
#ifndef CHISAN_GUARD_RIG_H
#define CHISAN_GUARD_RIG_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drivers/plant/plant.h"
#include "scada/base/str.h"
#include "scada/dispatch/district.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

#define TRUTH_S 2048 /* more than a half hour and the longest slope */
#define SAVE_S  60   /* as chisand saves the half hour, and at each step */
#define WHOLE_S (DEMAND_WINDOW_S)

enum meter { METER_GOOD, METER_BAD, METER_FROZEN };

struct truth { /* sums since the begin, kWh */
	double drawn, net, battery, shed;
};

struct battery_view { /* of the world */
	const double *p, *soc, *soh, *temperature, *trip, *forming;
};

struct rig {
	struct site *site;
	struct world *w;
	struct district d;
	struct guard g;
	struct guard_input in;
	struct guard_output out, before;
	struct rng dice;
	struct battery_view battery[GUARD_BATTERIES_MAX];
	const double *grid_kw, *utility, *breaker, *school_kw, *source_kw[GUARD_SOURCES_MAX];
	int64_t us, begun_us, calm_us, plan_us, next_us, heal_us;
	int64_t clock_off_us, mono_off_us; /* what the guard's clocks are off the world's */
	enum guard_mode mode;
	double filed_kw, dr_kw;
	/* what the instruments show */
	enum meter meter;
	double shown_kw, counter_kwh;
	bool has_counter, is_counter_bad, is_counter_stuck, loses_pulses, has_false_pulse, is_synced;
	bool is_unread[GUARD_BATTERIES_MAX], is_held[GUARD_BATTERIES_MAX];
	double warm_c[GUARD_BATTERIES_MAX],
	    device_kw[GUARD_BATTERIES_MAX]; /* NaN: as the world has it; nothing reported */
	bool has_plan;
	double plan_kw[GUARD_BATTERIES_MAX], held_kw[GUARD_BATTERIES_MAX], lean_kw;
	/* a restart */
	struct wbuf blob;
	unsigned down_s;    /* seconds until chisand is there again */
	bool has_restarted; /* this second is the first after it */
	struct truth truth[TRUTH_S];
	/* what guard_holds.h counts */
	bool was_worked; /* in the second before dispatch worked by itself */
	unsigned import_s, export_s, source_s, lazy_s, unshed_s, bad_s, blind_s;
	int64_t acted_us, off_us[DEMAND_STEPS_MAX], excused_us, lied_us, doubt_us, frozen_us, stuck_us;
	double end_kw, grace_kw, told_kw[GUARD_BATTERIES_MAX]; /* told: in the second before */
	unsigned faults, windows, compared, judged_s, sheds, returns, shared;
	char last[80];
};

/* Each ck_assert writes to a file that it was there; these are asked a hundred times a second. */
#define must(r, condition, ...) \
	do { \
		if (!(condition)) \
			rig_fail(r, __LINE__, __VA_ARGS__); \
	} while (0)

static void __attribute__((format(printf, 3, 4))) rig_fail(const struct rig *r, int line, const char *fmt, ...)
{
	const struct demand_output *o = &r->out.demand;
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	ck_abort_msg(
	    "%d: %s, after %.3f h, %s: %s (the guard: minute %.1f%s, %.1f kWh, will be %.0f kW, floor %.0f, %u shed)",
	    line, guard_mode_name(r->in.mode), (double)(r->us - r->begun_us) / 3.6e9, r->last, what, o->elapsed_min,
	    o->is_estimated ? " estimated" : "", o->used_kwh, o->forecast_kw, o->battery_floor_kw, r->out.shed);
}

static const double *
view(const struct rig *r, const char *asset, const char *signal)
{
	const double *v = world_signal(r->w, world_find(r->w, asset), signal, NULL);

	ck_assert_msg(v != NULL, "%s has no signal %s", asset, signal);
	return v;
}

static void
command(struct rig *r, const char *asset, const char *signal, double v)
{
	struct model *m = world_find(r->w, asset);

	must(r, m != NULL && m->kind->command(m, r->w, signal, v), "%s %s", asset, signal);
}

static double
dice(struct rig *r, double lo, double hi)
{
	return rng_between(&r->dice, lo, hi);
}

/* ---- life */

static void
rig_views(struct rig *r)
{
	r->grid_kw = view(r, "GRID", "p");
	r->utility = view(r, "GRID", "utility");
	r->breaker = view(r, "GRID", "breaker");
	r->school_kw = view(r, "SCH04", "p");
	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		const char *name = r->d.battery[i]->name;
		r->battery[i] = (struct battery_view){ view(r, name, "p"), view(r, name, "soc"), view(r, name, "soh"),
			view(r, name, "temperature"), view(r, name, "trip"), view(r, name, "forming") };
	}
	for (unsigned i = 0; i < r->d.set.source_count; i++)
		r->source_kw[i] = view(r, r->d.source[i]->name, "p");
}

/* Settings of the site; the caller may change r->d.set before rig_start(). */
static void
rig_load(struct rig *r)
{
	char folder[1024], why[200];
	const char *top = getenv("top_srcdir");

	memset(r, 0, sizeof(*r));
	(void)str_printf(folder, sizeof(folder), "%s/layouts/musashino", top != NULL ? top : ".");
	ck_assert_int_eq(site_load(folder, NULL, NULL, &r->site), OK);
	ck_assert(clock_set_zone(r->site->timezone));
	ck_assert_msg(district_make(r->site->energy, &r->d, why, sizeof(why)), "%s", why);
	r->filed_kw = 150;
	r->dr_kw = 200;
}

static void
rig_start(struct rig *r, int64_t us, uint64_t seed)
{
	char why[200];

	world_free(r->w);
	wbuf_done(&r->blob);
	wbuf_init(&r->blob);
	ck_assert_msg(guard_init(&r->g, &r->d.set, why, sizeof(why)), "%s", why);
	r->us = r->begun_us = us;
	r->mono_off_us = -INT64_C(1700000000) * US_PER_S;
	r->w = world_new(r->site->energy, (struct utc){ us }, seed);
	rng_init(&r->dice, seed, "faults");
	rig_views(r);
	r->mode = GUARD_ECONOMIC;
	r->is_synced = true; /* the clock is right */
	memset(&r->out, 0, sizeof(r->out));
	for (unsigned i = 0; i < GUARD_BATTERIES_MAX; i++) {
		r->out.battery[i].kw = (double)NAN;
		r->warm_c[i] = r->device_kw[i] = r->told_kw[i] = (double)NAN;
	}
	for (unsigned i = 0; i < GUARD_SOURCES_MAX; i++)
		r->out.source[i].kw = (double)NAN;
}

static void
rig_end(struct rig *r)
{
	world_free(r->w);
	site_free(r->site);
	wbuf_done(&r->blob);
	free(r);
}

/* ---- what is true */

static struct truth *
truth_at(struct rig *r, int64_t us)
{
	return &r->truth[(us / US_PER_S) % TRUTH_S];
}

/* One whose state is not read is asked for its power with the others; one whose power is not read counts as 0 (demand.h). */
static bool
is_power_read(const struct rig *r, unsigned i)
{
	return !r->is_unread[i] || i % 2 == 0;
}

static double
shown_batteries_kw(const struct rig *r)
{
	double kw = 0;

	for (unsigned i = 0; i < r->d.set.battery_count; i++)
		kw += r->d.set.battery[i].is_elsewhere || !is_power_read(r, i) ? 0 : *r->battery[i].p;
	return kw;
}

static double
shed_sum(const struct rig *r, unsigned shed)
{
	double kw = 0;

	for (unsigned i = 0; i < shed; i++)
		kw += r->d.set.demand.step_kw[i];
	return kw;
}

static void
note_truth(struct rig *r)
{
	struct truth was = *truth_at(r, r->us - US_PER_S), *t = truth_at(r, r->us);
	double p = *r->grid_kw;

	/* What no connection can carry is no energy but a lie (demand.h). */
	if (p > 1.2 * r->d.set.demand.import_max_kw)
		r->lied_us = r->us;
	t->drawn = was.drawn + (p > 0 ? p : 0) / 3600;
	t->net = was.net - p / 3600;
	t->battery = was.battery + shown_batteries_kw(r) / 3600;
	t->shed = was.shed + shed_sum(r, r->out.shed) / 3600;
	r->counter_kwh += r->is_counter_stuck ? 0 : t->drawn - was.drawn;
	if (r->meter == METER_FROZEN)
		r->frozen_us = r->us;
	if (r->is_counter_stuck)
		r->stuck_us = r->us;
}

/* Where this half hour began: by the utility's pulses as they should come, or by the guard's clock. */
static int64_t
window_start(const struct rig *r)
{
	int64_t off = r->d.set.demand.has_pulse ? 0 : r->clock_off_us;

	return r->us - (r->us + off) % (WHOLE_S * US_PER_S);
}

/* ---- what is shown */

static double
shown_power(struct rig *r)
{
	if (r->meter == METER_GOOD)
		r->shown_kw = *r->grid_kw;
	return r->meter == METER_BAD ? (double)NAN : r->shown_kw;
}

static double
shown_counter(const struct rig *r)
{
	double size = r->d.set.demand.counter_size_kwh, kwh = r->counter_kwh;

	if (!r->has_counter || r->is_counter_bad || r->meter == METER_BAD)
		return (double)NAN;
	kwh = floor(kwh * 100) / 100;
	return size > 0 ? kwh - size * floor(kwh / size) : kwh;
}

static bool
shown_pulse(struct rig *r)
{
	bool is_false = r->has_false_pulse;

	r->has_false_pulse = false;
	if (r->us % (WHOLE_S * US_PER_S) == 0)
		r->is_synced = !r->loses_pulses;
	return is_false || (r->us % (WHOLE_S * US_PER_S) == 0 && !r->loses_pulses);
}

static void
measure(struct rig *r)
{
	struct guard_input *in = &r->in;
	bool is_island = *r->breaker < 0.5;

	/* Not measured all the time: what is told of this half hour may be an estimate, and of the next where the clock moved. */
	if (r->has_restarted || r->meter != METER_GOOD || r->is_counter_bad || r->us == r->begun_us + US_PER_S)
		r->doubt_us = r->us + 2 * WHOLE_S * US_PER_S;
	*in = (struct guard_input){ .demand = { .utc = { r->us + r->clock_off_us },
		                        .mono = { r->us + r->mono_off_us },
		                        .power_kw = shown_power(r),
		                        .counter_kwh = shown_counter(r),
		                        .pulse = shown_pulse(r),
		                        .month_max_kw = (double)NAN },
		.mode = is_island && r->mode != GUARD_MANUAL ? GUARD_ISLAND : r->mode,
		.plan_until = { r->has_plan ? r->plan_us + r->clock_off_us : 0 },
		.filed_kw = r->mode == GUARD_FOLLOW ? r->filed_kw : (double)NAN,
		.dr_kw = r->mode == GUARD_RESPONSE ? r->dr_kw : (double)NAN };
	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		const struct battery_view *b = &r->battery[i];
		in->battery[i] =
		    (struct guard_battery_in){ .soc_pct =
			                           r->is_unread[i] && is_power_read(r, i) ? (double)NAN : *b->soc,
			    .temperature_c = isnan(r->warm_c[i]) ? *b->temperature : r->warm_c[i],
			    .health = *b->soh / 100,
			    .power_kw = is_power_read(r, i) ? *b->p : (double)NAN,
			    .device_charge_kw = r->device_kw[i],
			    .device_discharge_kw = r->device_kw[i],
			    .held_kw = r->is_held[i] ? r->held_kw[i] : (double)NAN,
			    .plan_kw = r->has_plan ? r->plan_kw[i] : (double)NAN,
			    .site_load_kw = r->d.set.battery[i].is_elsewhere ? *r->school_kw : (double)NAN,
			    .is_available = *b->trip < 0.5,
			    .is_forming = is_island && *b->forming > 0.5 };
	}
	for (unsigned i = 0; i < r->d.set.source_count; i++)
		in->source_kw[i] = *r->source_kw[i];
}

/* ---- what is done: slot 1, 2, 3, else the device falls back */

static bool
is_planned(const struct rig *r, unsigned i)
{
	bool follows = r->in.mode == GUARD_ECONOMIC || r->in.mode == GUARD_FOLLOW || r->in.mode == GUARD_RESPONSE;

	return follows && r->has_plan && r->plan_us > r->us && isfinite(r->plan_kw[i]);
}

/* What battery i is told by dispatch; NaN = nothing, or a person holds it. */
static double
told_kw(const struct rig *r, unsigned i)
{
	if (r->is_held[i])
		return (double)NAN;
	return !isnan(r->out.battery[i].kw) ? r->out.battery[i].kw : is_planned(r, i) ? r->plan_kw[i] : (double)NAN;
}

static void
act(struct rig *r)
{
	for (unsigned i = 0; i < r->d.set.battery_count; i++)
		command(r, r->d.battery[i]->name, "p_sp", r->is_held[i] ? r->held_kw[i] : told_kw(r, i));
	for (unsigned i = 0; i < r->d.set.source_count; i++) {
		const struct asset *a = r->d.source[i];
		double want = r->out.source[i].kw;
		command(r, a->name, "p_sp",
		    isnan(want) ? (a->kind == ASSET_PV ? 100 : (double)NAN)
		                : district_source_setpoint(a, want, a->kind == ASSET_PV));
	}
	for (unsigned i = 0; i < r->d.set.demand.step_count; i++) {
		const struct asset *load = r->d.step[i].load;
		command(r, load->name, "shed", district_level(&r->d, load, r->out.shed));
	}
}

/* ---- a second */

static void
save(struct rig *r)
{
	if (r->us % (SAVE_S * US_PER_S) != 0 && r->out.shed == r->before.shed)
		return;
	wbuf_reset(&r->blob);
	demand_save(&r->g.demand, r->in.demand.utc, r->in.demand.mono, &r->blob);
}

/* The guard is begun anew on a machine that was booted an hour ago, with the half hour as it was saved. */
static void
restart(struct rig *r)
{
	char why[200];

	ck_assert_msg(guard_init(&r->g, &r->d.set, why, sizeof(why)), "%s", why);
	r->mono_off_us = 3600 * US_PER_S - r->us;
	r->has_restarted = true;
	r->is_synced = false;
	if (r->blob.len > 0)
		(void)demand_restore(&r->g.demand, r->blob.data, r->blob.len, (struct utc){ r->us + r->clock_off_us },
		    (struct mono){ r->us + r->mono_off_us });
}

/* False: chisand is down, and devices go on with what they were told. */
static bool
rig_second(struct rig *r)
{
	r->us += US_PER_S;
	world_step(r->w, 1);
	note_truth(r);
	r->has_restarted = false;
	if (r->down_s > 0) {
		if (--r->down_s > 0)
			return false;
		restart(r);
	}
	measure(r);
	r->before = r->out;
	guard_step(&r->g, &r->in, &r->out);
	act(r);
	save(r);
	return true;
}

#endif
