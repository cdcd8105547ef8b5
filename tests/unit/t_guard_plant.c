/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_guard_plant.c - the guard against the simulated district of the shipped site, in simulated time, with faults by seed and plans that nobody
 * would make: in no second is a limit exceeded for longer than the guard allows, whatever is wanted, tripped, lost or not measured.
 *
 * What is looked at each second, where dispatch works by itself and the receiving point is measured:
 *   import, export   beyond the limit for no longer than LIMIT_S, unless the batteries stand at their own limits; export then for no longer than
 *                    the sources need by their ramps, and they are told to come down
 *   half hour        no whole one above its target, unless every step of the loads was shed and the batteries had nothing to give
 *   batteries        what is wanted is within their rating and changes no faster than the ramp; nothing is given below the reserve or taken above
 *                    the band for longer than LIMIT_S
 *   elsewhere        a battery behind a connection of its own is told to give no more than its load takes
 *   manual           nothing is wanted of anything
 *
 * Limits differ from seed to seed, so that each is reached in one of them, and plans lean to one side for some time, so that batteries get full and
 * empty. Most of the time is to be looked at: what dispatch does not work by itself in ends after some minutes.
 *
 * CHISAN_GUARD_HOURS=168 makes it a week a seed; the tests run some hours.
 */
#include "config.h"

#include <string.h>

#include "drivers/plant/plant.h"
#include "scada/base/str.h"
#include "scada/dispatch/district.h"
#include "scada/site/site_load.h"
#include "tests/unit/t.h"

#define LIMIT_S  40 /* a full swing at 10 %/s and 5 s, and as long again for what the plant does by itself */
#define SOURCE_S 1800
#define SLACK_KW 8.0 /* between what is wanted and what a plant does in the same second */
#define HOURS    6
#define CALM_S   30 /* after a change of mode, meter or grid */

struct rig {
	struct site *site;
	struct world *w;
	struct district d;
	struct guard g;
	struct guard_input in;
	struct guard_output out, before;
	struct rng dice;
	int64_t us, begun_us, calm_us, plan_us, next_us, heal_us;
	enum guard_mode mode;
	bool is_meter_bad, has_plan, is_held[GUARD_BATTERIES_MAX], has_feeder[GUARD_BATTERIES_MAX];
	double plan_kw[GUARD_BATTERIES_MAX], held_kw[GUARD_BATTERIES_MAX];
	unsigned import_s, export_s, source_s, below_s[GUARD_BATTERIES_MAX], above_s[GUARD_BATTERIES_MAX],
	    back_s[GUARD_BATTERIES_MAX];
	unsigned most_shed; /* of this half hour */
	bool was_dry;       /* in this half hour the batteries had nothing to give at some time */
	double lean_kw;     /* of the plans: batteries get full and empty */
	unsigned faults, windows, judged_s;
	char last[80];
};

/* ---- the site, with limits that are felt */

/* Where the half hour is kept the connection's own limit is hardly felt: seed by seed the one or the other. */
static const struct limits {
	double import_kw, export_kw, target_kw;
	bool lacks_turbine; /* at the begin: what is drawn is near the limit of import, and batteries decide */
} limits[] = {
	{ 900, 300, (double)NAN, true },
	{ 2000, 300, 500, false },
	{ 1000, 100, (double)NAN, true },
	{ 2000, 600, 300, false },
};

static void
begin(struct rig *r, uint64_t seed)
{
	char folder[1024], why[200];
	const char *top = getenv("top_srcdir");

	memset(r, 0, sizeof(*r));
	(void)str_printf(folder, sizeof(folder), "%s/layouts/musashino", top != NULL ? top : ".");
	ck_assert_int_eq(site_load(folder, NULL, NULL, &r->site), OK);
	ck_assert(clock_set_zone(r->site->timezone));
	ck_assert_msg(district_make(r->site->energy, &r->d, why, sizeof(why)), "%s", why);
	const struct limits *l = &limits[seed % ARRAY_LEN(limits)];
	r->d.set.demand.import_max_kw = l->import_kw;
	r->d.set.demand.target_kw = l->target_kw;
	r->d.set.demand.has_pulse = false;
	r->d.set.export_max_kw = l->export_kw;
	ck_assert_msg(guard_init(&r->g, &r->d.set, why, sizeof(why)), "%s", why);
	r->us = INT64_C(1795392000) * US_PER_S + (int64_t)(seed % 300) * 86400 * US_PER_S;
	r->begun_us = r->us;
	r->w = world_new(r->site->energy, (struct utc){ r->us }, seed);
	rng_init(&r->dice, seed, "faults");
	if (l->lacks_turbine)
		world_trip(r->w, "STG", true);
	r->next_us = r->us + 120 * US_PER_S;
	r->lean_kw = 120;
	for (unsigned i = 0; i < GUARD_BATTERIES_MAX; i++)
		r->out.battery[i].kw = (double)NAN;
}

static void
end(struct rig *r)
{
	world_free(r->w);
	site_free(r->site);
}

static double
dice(struct rig *r, double lo, double hi)
{
	return rng_between(&r->dice, lo, hi);
}

static double
value(const struct rig *r, const char *asset, const char *signal)
{
	const double *v = world_signal(r->w, world_find(r->w, asset), signal, NULL);

	ck_assert_msg(v != NULL, "%s has no signal %s", asset, signal);
	return *v;
}

static void
command(struct rig *r, const char *asset, const char *signal, double v)
{
	struct model *m = world_find(r->w, asset);

	ck_assert_msg(m != NULL && m->kind->command(m, r->w, signal, v), "%s %s", asset, signal);
}

/* ---- what goes wrong */

static void
new_plan(struct rig *r)
{
	r->has_plan = dice(r, 0, 1) < 0.85;
	if (dice(r, 0, 1) < 0.25)
		r->lean_kw = -r->lean_kw;
	for (unsigned i = 0; i < r->d.set.battery_count; i++) /* beyond what it can */
		r->plan_kw[i] = dice(r, 0, 1) < 0.03 ? (double)NAN : r->lean_kw + dice(r, -140, 140);
	r->plan_us = r->us + (int64_t)dice(r, 600, 3600) * US_PER_S;
}

static void
fault(struct rig *r)
{
	static const enum guard_mode modes[] = { GUARD_MANUAL, GUARD_ECONOMIC, GUARD_ECONOMIC, GUARD_ECONOMIC,
		GUARD_ECONOMIC, GUARD_FOLLOW, GUARD_PEAK, GUARD_RESPONSE };
	static const char *const assets[] = { "F1", "F2", "STG", "GTC" };
	unsigned which = (unsigned)dice(r, 0, 10), battery = (unsigned)dice(r, 0, r->d.set.battery_count - 0.001);
	const char *name = r->d.battery[battery]->name;

	r->faults++;
	switch (which) {
	case 0:
	case 1:
		r->mode = modes[(unsigned)dice(r, 0, 7.999)];
		r->calm_us = r->us + CALM_S * US_PER_S;
		str_printf(r->last, sizeof(r->last), "mode %s", guard_mode_name(r->mode));
		break;
	case 2:
		world_trip(r->w, name, value(r, name, "trip") < 0.5);
		str_printf(r->last, sizeof(r->last), "trip of %s or its end", name);
		break;
	case 3:
		r->is_meter_bad = !r->is_meter_bad;
		r->calm_us = r->us + CALM_S * US_PER_S;
		str_copy(r->last, sizeof(r->last), r->is_meter_bad ? "meter bad" : "meter good");
		break;
	case 4: {
		bool is_there = value(r, "GRID", "utility") > 0.5;
		world_utility(r->w, !is_there);
		str_copy(r->last, sizeof(r->last), is_there ? "the grid is lost" : "the grid is back");
		break;
	}
	case 5:
		new_plan(r);
		str_copy(r->last, sizeof(r->last), "another plan");
		break;
	case 6:
		r->is_held[battery] = !r->is_held[battery];
		r->held_kw[battery] = dice(r, -100, 100);
		str_printf(r->last, sizeof(r->last), "%s held or let go", name);
		break;
	case 7:
		command(r, "GTC", dice(r, 0, 1) < 0.6 ? "start" : "stop", 1);
		str_copy(r->last, sizeof(r->last), "the gas turbine is switched");
		break;
	default: {
		const char *asset = assets[(unsigned)dice(r, 0, 3.999)];
		world_trip(r->w, asset, dice(r, 0, 1) < 0.4);
		str_printf(r->last, sizeof(r->last), "trip of %s or its end", asset);
		break;
	}
	}
	r->next_us = r->us + (int64_t)dice(r, 60, 1500) * US_PER_S;
	if (r->heal_us == 0)
		r->heal_us = r->us + (int64_t)dice(r, 20, 400) * US_PER_S;
}

/*
 * Where dispatch does not work by itself, or sees nothing, nothing is looked at, and a battery that is held or tripped pushes against no limit:
 * that does not last. What became of the sources does.
 */
static void
heal(struct rig *r)
{
	bool was_blind = r->mode == GUARD_MANUAL || r->is_meter_bad || value(r, "GRID", "utility") < 0.5;

	r->heal_us = 0;
	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		r->is_held[i] = false;
		world_trip(r->w, r->d.battery[i]->name, false);
	}
	if (!was_blind)
		return;
	if (r->mode == GUARD_MANUAL)
		r->mode = GUARD_ECONOMIC;
	r->is_meter_bad = false;
	world_utility(r->w, true);
	r->calm_us = r->us + CALM_S * US_PER_S;
}

/* The utility has permitted it, the relays are reset, the check relay decides. */
static void
close_52r(struct rig *r)
{
	if (value(r, "GRID", "breaker") > 0.5 || value(r, "GRID", "utility") < 0.5)
		return;
	command(r, "GRID", "reset", 1);
	command(r, "GRID", "breaker", 1);
	if (value(r, "GRID", "breaker") > 0.5)
		r->calm_us = r->us + CALM_S * US_PER_S;
}

/* ---- a second */

static void
measure(struct rig *r, bool is_island)
{
	struct guard_input *in = &r->in;

	*in = (struct guard_input){ .demand = { .utc = { r->us },
		                        .mono = { r->us - INT64_C(1700000000) * US_PER_S },
		                        .power_kw = r->is_meter_bad ? (double)NAN : value(r, "GRID", "p"),
		                        .counter_kwh = (double)NAN,
		                        .month_max_kw = (double)NAN },
		.mode = is_island && r->mode != GUARD_MANUAL ? GUARD_ISLAND : r->mode,
		.plan_until = { r->has_plan ? r->plan_us : 0 },
		.filed_kw = r->mode == GUARD_FOLLOW ? 150 : (double)NAN,
		.dr_kw = r->mode == GUARD_RESPONSE ? 200 : (double)NAN };
	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		const char *name = r->d.battery[i]->name;
		bool is_elsewhere = r->d.set.battery[i].is_elsewhere;
		in->battery[i] = (struct guard_battery_in){ .soc_pct = value(r, name, "soc"),
			.temperature_c = value(r, name, "temperature"),
			.health = value(r, name, "soh") / 100,
			.power_kw = value(r, name, "p"),
			.device_charge_kw = (double)NAN,
			.device_discharge_kw = (double)NAN,
			.held_kw = r->is_held[i] ? r->held_kw[i] : (double)NAN,
			.plan_kw = r->has_plan ? r->plan_kw[i] : (double)NAN,
			.site_load_kw = is_elsewhere ? value(r, "SCH04", "p") : (double)NAN,
			.is_available = value(r, name, "trip") < 0.5,
			.is_forming = is_island && value(r, name, "forming") > 0.5 };
	}
	for (unsigned i = 0; i < r->d.set.source_count; i++)
		in->source_kw[i] = value(r, r->d.source[i]->name, "p");
}

/* Slot 1, 2, 3, else the device falls back. */
static void
act(struct rig *r)
{
	bool follows = r->in.mode == GUARD_ECONOMIC || r->in.mode == GUARD_FOLLOW || r->in.mode == GUARD_RESPONSE;

	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		double want = r->out.battery[i].kw;
		bool is_planned = follows && r->has_plan && r->plan_us > r->us && isfinite(r->plan_kw[i]);
		command(r, r->d.battery[i]->name, "p_sp",
		    r->is_held[i]      ? r->held_kw[i]
		        : !isnan(want) ? want
		        : is_planned   ? r->plan_kw[i]
		                       : (double)NAN);
	}
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

/* ---- what is to hold */

#define must(r, condition, fmt, ...) \
	ck_assert_msg(condition, "%s, after %.1f h, %s: " fmt, guard_mode_name((r)->in.mode), \
	    (double)((r)->us - (r)->begun_us) / 3.6e9, (r)->last, __VA_ARGS__)

/* kW that the batteries could give (take) beyond what they do, as the guard may have it. */
static double
room(const struct rig *r, bool gives)
{
	double kw = 0;

	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		const struct asset_battery *b = r->d.set.battery[i].asset;
		const struct guard_battery_in *in = &r->in.battery[i];
		struct share_part part;
		struct share_battery s = { .energy_kwh = b->energy_kwh,
			.charge_kw = b->charge_kw,
			.discharge_kw = b->discharge_kw,
			.device_charge_kw = (double)NAN,
			.device_discharge_kw = (double)NAN,
			.soc_pct = in->soc_pct,
			.temperature_c = in->temperature_c,
			.health = in->health,
			.floor_pct = fmax(b->soc_min_pct, b->reserve_pct),
			.ceiling_pct = b->soc_max_pct,
			.temperature_min_c = b->temperature_min_c,
			.temperature_max_c = b->temperature_max_c,
			.ramp_kw = (double)NAN,
			.now_kw = in->power_kw,
			.is_available = in->is_available };
		if (r->d.set.battery[i].is_elsewhere || r->is_held[i])
			continue;
		share_limits(&s, &part);
		kw += fmax(0, gives ? part.high_kw - in->power_kw : in->power_kw - part.low_kw);
	}
	return kw;
}

static void
check_connection(struct rig *r)
{
	double p = r->in.demand.power_kw, import = r->d.set.demand.import_max_kw, export = r->d.set.export_max_kw;
	bool is_told = false;

	r->import_s = p > import + SLACK_KW && room(r, true) > SLACK_KW ? r->import_s + 1 : 0;
	must(r, r->import_s <= LIMIT_S, "%.0f kW are drawn of %.0f, and batteries have %.0f kW left", p, import,
	    room(r, true));
	r->export_s = -p > export + SLACK_KW && room(r, false) > SLACK_KW ? r->export_s + 1 : 0;
	must(r, r->export_s <= LIMIT_S, "%.0f kW are given of %.0f, and batteries could take %.0f kW more", -p, export,
	    room(r, false));
	double lower = 0;
	for (unsigned i = 0; i < r->d.set.source_count; i++) {
		const struct asset *a = r->d.source[i];
		double least = district_source_setpoint(a, 0, false);
		is_told = is_told || isfinite(r->out.source[i].kw);
		lower += r->in.source_kw[i] > least + SLACK_KW ? r->in.source_kw[i] - least : 0;
	}
	r->source_s = -p > export + SLACK_KW && lower > SLACK_KW ? r->source_s + 1 : 0;
	must(r, r->source_s <= LIMIT_S || is_told, "%.0f kW are given of %.0f, and no source is held down", -p, export);
	must(r, r->source_s <= SOURCE_S, "%.0f kW are given of %.0f, and sources could come down by %.0f kW", -p,
	    export, lower);
}

/* Nothing is given below the reserve, nothing taken above the band; one by one, also behind a connection of its own. */
static void
check_band(struct rig *r, unsigned i)
{
	const struct asset_battery *b = r->d.set.battery[i].asset;
	const struct guard_battery_in *in = &r->in.battery[i];
	const char *name = r->d.battery[i]->name;
	bool is_free = !r->is_held[i] && in->is_available;

	r->below_s[i] =
	    is_free && in->soc_pct < b->reserve_pct - 0.5 && in->power_kw > SLACK_KW ? r->below_s[i] + 1 : 0;
	must(r, r->below_s[i] <= LIMIT_S, "%s gives %.0f kW at %.1f %%, its reserve is %.0f %%", name, in->power_kw,
	    in->soc_pct, b->reserve_pct);
	r->above_s[i] =
	    is_free && in->soc_pct > b->soc_max_pct + 0.5 && in->power_kw < -SLACK_KW ? r->above_s[i] + 1 : 0;
	must(r, r->above_s[i] <= LIMIT_S, "%s takes %.0f kW at %.1f %%, its most is %.0f %%", name, -in->power_kw,
	    in->soc_pct, b->soc_max_pct);
}

static void
check_batteries(struct rig *r)
{
	for (unsigned i = 0; i < r->d.set.battery_count; i++) {
		const struct asset_battery *b = r->d.set.battery[i].asset;
		const struct guard_battery_in *in = &r->in.battery[i];
		const char *name = r->d.battery[i]->name;
		double want = r->out.battery[i].kw, was = r->before.battery[i].kw;
		double ramp = fmax(b->charge_kw, b->discharge_kw) * r->d.set.ramp_pct_per_s / 100;

		if (!isnan(want))
			must(r, want <= b->discharge_kw + 0.01 && want >= -b->charge_kw - 0.01,
			    "%s: %.1f kW are wanted", name, want);
		check_band(r, i);
		if (r->d.set.battery[i].is_elsewhere) {
			double told = !isnan(want) ? want : r->has_plan && r->plan_us > r->us ? in->plan_kw : 0;
			bool is_much =
			    told > fmax(0, in->site_load_kw) + SLACK_KW && !r->is_held[i] && in->is_available;
			r->back_s[i] = is_much ? r->back_s[i] + 1 : 0;
			must(r, r->back_s[i] <= 1, "%s is told to give %.0f kW, its site takes %.0f", name, told,
			    in->site_load_kw);
			continue;
		}
		if (!isnan(want) && !isnan(was) && in->is_available)
			must(r, fabs(want - was) <= ramp + 0.01, "%s: from %.3f to %.3f kW in a second", name, was,
			    want);
	}
}

/* A half hour of which all seconds were dispatch's. */
static void
check_window(struct rig *r, bool is_ours)
{
	const struct demand_output *o = &r->out.demand;
	double target_kw = r->d.set.demand.target_kw;

	if (!is_ours)
		r->most_shed = r->d.set.demand.step_count; /* not judged */
	r->most_shed = r->out.shed > r->most_shed ? r->out.shed : r->most_shed;
	r->was_dry = r->was_dry || room(r, true) < SLACK_KW;
	if (!o->window_closed)
		return;
	bool has_all = r->most_shed == r->d.set.demand.step_count && r->was_dry;
	if (o->closed_is_whole && r->most_shed < r->d.set.demand.step_count)
		r->windows++;
	must(r,
	    has_all || !is_ours || !o->closed_is_whole || r->most_shed == r->d.set.demand.step_count ||
	        o->closed_kw <= target_kw + 5 || isnan(target_kw),
	    "a half hour of %.0f kW, its target is %.0f; %u of %u steps were shed", o->closed_kw, target_kw,
	    r->most_shed, r->d.set.demand.step_count);
	r->most_shed = is_ours ? r->out.shed : r->d.set.demand.step_count;
	r->was_dry = false;
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

static void
second(struct rig *r)
{
	r->us += US_PER_S;
	if (r->us >= r->next_us)
		fault(r);
	if (r->heal_us != 0 && r->us >= r->heal_us)
		heal(r);
	if (r->us % (60 * US_PER_S) == 0)
		close_52r(r);
	world_step(r->w, 1);
	bool is_island = value(r, "GRID", "breaker") < 0.5;
	if (is_island)
		r->calm_us = r->us + CALM_S * US_PER_S;
	measure(r, is_island);
	r->before = r->out;
	guard_step(&r->g, &r->in, &r->out);
	act(r);
	bool is_ours =
	    r->in.mode != GUARD_MANUAL && r->in.mode != GUARD_ISLAND && !r->is_meter_bad && r->us >= r->calm_us;
	if (r->in.mode == GUARD_MANUAL)
		check_manual(r);
	check_window(r, is_ours);
	if (is_ours) {
		r->judged_s++;
		check_connection(r);
		check_batteries(r);
	} else {
		r->import_s = r->export_s = r->source_s = 0;
		memset(r->below_s, 0, sizeof(r->below_s));
		memset(r->above_s, 0, sizeof(r->above_s));
		memset(r->back_s, 0, sizeof(r->back_s));
	}
}

START_TEST(no_limit_is_exceeded_for_longer_than_the_guard_allows)
{
	const char *more = getenv("CHISAN_GUARD_HOURS");
	int64_t hours = HOURS;
	struct rig *r = calloc(1, sizeof(*r));

	if (more != NULL)
		ck_assert(str_to_i64(more, 1, 24 * 366, &hours));
	begin(r, (uint64_t)_i + 1);
	r->mode = GUARD_ECONOMIC;
	new_plan(r);
	for (int64_t s = 0; s < hours * 3600; s++)
		second(r);
	ck_assert_uint_gt(r->faults, 5); /* something has happened, and most of it was looked at */
	ck_assert_msg(r->judged_s > hours * 1800, "looked at in %u s of %lld h", r->judged_s, (long long)hours);
	ck_assert_uint_gt(r->windows, 0);
	end(r);
	free(r);
}
END_TEST

T_MAIN(
    "guard_plant", T_TIMEOUT(7200) T_LONG_LOOP(no_limit_is_exceeded_for_longer_than_the_guard_allows, 0, t_rounds(4)))
