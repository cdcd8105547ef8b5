/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_ask.c - how the district stands, for who plans it; and when that is told.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/core/dispatching_private.h"
#include "scada/forecast/pv.h"

#define RUNS_SHARE 0.01 /* of the rating: below it a set stands */

static double
read_role(const struct dispatching *d, const struct asset *a, const char *role)
{
	const char *name = asset_point(a, role);

	return name == NULL ? (double)NAN : dispatch_read(d, table_find(d->table, name));
}

static bool
is_off(double v)
{
	return isfinite(v) && fabs(v) < 0.5;
}

static bool
is_tripped(const struct dispatching *d, const struct asset *a)
{
	double trip = read_role(d, a, "trip");

	return isfinite(trip) && fabs(trip) >= 0.5;
}

/* What its own points say; who has none of them runs if it makes something. */
static bool
is_running(const struct dispatching *d, const struct asset *a, double p)
{
	double run = read_role(d, a, "run"), breaker = read_role(d, a, "breaker");
	double rated = a->kind == ASSET_GTC ? ((const struct asset_gtc *)a->parameters)->rated_kw
	                                    : ((const struct asset_stg *)a->parameters)->rated_kw;

	return !is_off(run) && !is_off(breaker) && p > RUNS_SHARE * rated;
}

static unsigned
battery_of(const struct dispatching *d, const struct asset *a)
{
	unsigned i = 0;

	while (i < d->district.set.battery_count && d->district.battery[i] != a)
		i++;
	return i;
}

static bool
is_in_percent(const struct dispatching *d, const struct asset *a)
{
	const char *name = asset_point(a, "p_sp");
	point_id id = name == NULL ? POINT_NONE : table_find(d->table, name);
	const char *unit = id == POINT_NONE ? NULL : table_site(d->table)->points[id].def->unit;

	return unit != NULL && strcmp(unit, "%") == 0;
}

double
dispatch_setpoint_kw(const struct dispatching *d, const struct asset *a, double value)
{
	for (unsigned i = 0; i < d->district.set.source_count; i++)
		if (d->district.source[i] == a && d->source[i].is_percent)
			return value / 100 * d->district.set.source_rated_kw[i];
	return a->kind == ASSET_PV && is_in_percent(d, a)
	    ? value / 100 * ((const struct asset_pv *)a->parameters)->peak_kw
	    : value;
}

static double
held_of(const struct dispatching *d, const struct asset *a)
{
	const char *name = asset_point(a, "p_sp");
	point_id id = name == NULL ? POINT_NONE : table_find(d->table, name);
	struct msg_output o;

	return id != POINT_NONE && d->ops->output(id, &o, d->arg) ? dispatch_setpoint_kw(d, a, o.slot_operator)
	                                                          : (double)NAN;
}

static bool
is_guarded(const struct dispatching *d, const struct asset *a)
{
	for (unsigned i = 0; i < d->district.set.source_count; i++)
		if (d->district.source[i] == a)
			return isfinite(d->out.source[i].kw);
	return false;
}

/* kW that its limit lets through: what its device reports, or where it is sent, whichever is less; NaN = nothing is known of it. */
static double
limit_of(const struct dispatching *d, const struct asset *a)
{
	const char *name = asset_point(a, "p_sp");
	point_id id = name == NULL ? POINT_NONE : table_find(d->table, name);
	struct msg_output o;

	if (id == POINT_NONE)
		return (double)NAN;
	double sent = d->ops->output(id, &o, d->arg) ? o.target : (double)NAN;
	return dispatch_setpoint_kw(d, a, fmin(dispatch_read(d, id), sent));
}

/* Whoever holds it down, guard, plan or a person, also until the device itself has let go: what it makes then is not what the sun gives. */
static double
sun_of(const struct dispatching *d, const struct asset *a)
{
	double kw = read_role(d, a, "p"), limit = limit_of(d, a),
	       peak = ((const struct asset_pv *)a->parameters)->peak_kw;

	return is_guarded(d, a) || pv_is_at_limit(peak, kw, kw, limit, limit) ? (double)NAN : kw;
}

struct standing {
	bool is_available, is_on;
	double power_kw, level, health, held_kw;
};

static struct standing
stand(const struct dispatching *d, const struct asset *a)
{
	struct standing s = {
		.is_available = true,
		.power_kw = read_role(d, a, "p"),
		.level = (double)NAN,
		.health = 1,
		.held_kw = (double)NAN,
	};
	const struct asset_battery *b = a->parameters;
	double health = read_role(d, a, "soh") / 100;

	switch (a->kind) {
	case ASSET_BATTERY: {
		unsigned i = battery_of(d, a);
		double soc = read_role(d, a, "soc");

		s.health = health > 0 && health <= 1 ? health : 1;
		s.level = isfinite(soc) ? b->energy_kwh * s.health * soc / 100 : (double)NAN;
		s.is_available = i < d->district.set.battery_count && d->battery[i].want.refused[0] == '\0' &&
		    d->battery[i].want.point != POINT_NONE && isfinite(s.level) && !is_tripped(d, a);
		s.held_kw = held_of(d, a);
		break;
	}
	case ASSET_GTC:
	case ASSET_STG:
		s.is_available = !is_tripped(d, a);
		s.is_on = isfinite(s.power_kw) && is_running(d, a, s.power_kw);
		s.held_kw = s.is_on ? held_of(d, a) : (double)NAN;
		break;
	case ASSET_FURNACE:
		s.is_available = !is_off(read_role(d, a, "run")) && !is_tripped(d, a);
		s.level = read_role(d, a, "steam");
		break;
	case ASSET_PV:
		s.power_kw = sun_of(d, a);
		s.held_kw = held_of(d, a);
		break;
	case ASSET_LOAD: s.level = read_role(d, a, "steam"); break;
	case ASSET_HEATSTORE: s.level = read_role(d, a, "heat"); break;
	default: break;
	}
	return s;
}

/* FNV-1a: only whether it is the same as a second ago is of interest. */
static void
digest(uint64_t *h, const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++)
		*h = (*h ^ b[i]) * UINT64_C(0x100000001b3);
}

static void
put_assets(const struct dispatching *d, struct wbuf *b, uint64_t *given)
{
	const struct asset *list = d->district.energy->assets.v;
	uint8_t acting = (uint8_t)((d->acting == GUARD_MANUAL) | (d->acting == GUARD_FOLLOW) << 1),
	        grid = d->watch.state == GRID_LOST;

	*given = UINT64_C(0xcbf29ce484222325);
	digest(given, &acting, 1);
	digest(given, &grid, 1);
	for (uint32_t i = 0; i < d->district.energy->assets.n; i++) {
		struct standing s = stand(d, &list[i]);
		uint8_t flags = (uint8_t)(s.is_available | s.is_on << 1);
		double held = isfinite(s.held_kw) ? s.held_kw : -1e30;

		digest(given, &flags, 1);
		digest(given, &held, sizeof(held));
		w_u8(b, s.is_available);
		w_u8(b, s.is_on);
		w_f64(b, s.power_kw);
		w_f64(b, (double)NAN);
		w_f64(b, s.level);
		w_f64(b, s.health);
		w_f64(b, s.held_kw);
	}
}

struct blobs {
	struct wbuf assets, schedule, filed;
};

static void
blobs_done(struct blobs *b)
{
	wbuf_done(&b->assets);
	wbuf_done(&b->schedule);
	wbuf_done(&b->filed);
}

/* Adds the schedule and, in the mode that keeps to it, what is filed; borrows the blobs. */
static struct msg_plan_ask
ask_of(const struct dispatching *d, struct utc now, struct blobs *b)
{
	const struct demand_output *o = &d->out.demand;
	int32_t month = dispatch_month(now);

	dispatch_put_schedule(d, &b->schedule);
	if (d->acting == GUARD_FOLLOW)
		d->ops->filed(now, &b->filed, d->arg);
	return (struct msg_plan_ask){ .now = now.us,
		.grid = (uint8_t)d->watch.state,
		.month_kw = peaks_month(&d->peaks, month),
		.year_kw = peaks_year(&d->peaks, month),
		.target_kw = dispatch_target(d, &d->chosen),
		.window_kwh = o->is_known ? o->used_kwh : (double)NAN,
		.window_min = o->is_known ? o->elapsed_min : (double)NAN,
		.assets = { b->assets.data, b->assets.len },
		.schedule = { b->schedule.data, b->schedule.len },
		.filed_kwh = d->made_kwh,
		.filed = { b->filed.data, b->filed.len } };
}

void
dispatch_put_ask(const struct dispatching *d, struct utc now, struct wbuf *body)
{
	struct blobs b = { .assets = { .len = 0 } };
	uint64_t given;

	put_assets(d, &b.assets, &given);
	struct msg_plan_ask m = ask_of(d, now, &b);
	msg_plan_ask_put(body, &m);
	blobs_done(&b);
}

void
dispatch_ask(struct dispatching *d, struct utc now, struct mono mono)
{
	struct blobs b = { .assets = { .len = 0 } };
	uint64_t given, phase = scheduling_phase(&d->schedule, now);
	double target_kw = dispatch_target(d, &d->chosen);

	put_assets(d, &b.assets, &given);
	digest(&given, &phase, sizeof(phase));
	digest(&given, &target_kw, sizeof(target_kw));
	if (plans_is_due(d->plans, given != d->given, d->wait_count > 0, mono)) {
		struct msg_plan_ask m = ask_of(d, now, &b);
		d->given = given;
		plans_ask(d->plans, &m, mono);
	}
	blobs_done(&b);
}
