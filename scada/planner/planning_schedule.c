/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning_schedule.c - what people entered ahead, and the demand target that stands, into the series of the problem. An entry counts in every
 * step that it touches.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/schedule.h"
#include "scada/base/str.h"
#include "scada/planner/planning_private.h"

static bool
touches(const struct planning *p, const struct schedule_entry *e, unsigned step)
{
	return e->from.us < planning_at(p, step + 1).us && e->until.us > planning_at(p, step).us;
}

/* The series to be written: as it is, or of one value. */
static double *
writable(struct planning *p, uint32_t asset, enum series_kind kind, double otherwise)
{
	struct problem_asset *a = &p->problem.assets[asset];
	double *v = arena_alloc(p->arena, p->problem.steps * sizeof(*v));

	for (unsigned t = 0; t < p->problem.steps; t++)
		v[t] = a->series[kind] != NULL ? a->series[kind][t] : otherwise;
	a->series[kind] = v;
	return v;
}

/*
 * What stands still now because of the entry is back behind its end. A battery keeps what it has, one whose charge is not known stays out; nothing
 * is held of what is out.
 */
static void
take_out(struct planning *p, const struct schedule_entry *e, uint32_t i, struct utc now)
{
	bool is_battery = p->problem.assets[i].asset->kind == ASSET_BATTERY;
	bool returns = !p->now[i].is_available && schedule_holds(e, now);
	bool is_held = is_battery || p->problem.assets[i].series[SERIES_FIXED_KW] != NULL;
	double *held = is_held ? writable(p, i, SERIES_FIXED_KW, (double)NAN) : NULL,
	       *there = is_battery ? NULL : writable(p, i, SERIES_AVAILABLE, 1);

	for (unsigned t = 0; t < p->problem.steps; t++) {
		bool is_out = touches(p, e, t), is_back = returns && !is_out && planning_at(p, t).us >= e->until.us;

		if (held != NULL && (is_out || is_back))
			held[t] = is_out && is_battery ? 0 : (double)NAN;
		if (there != NULL && (is_out || is_back))
			there[t] = is_back;
	}
}

static void
make_steam(struct planning *p, const struct schedule_entry *e, uint32_t i)
{
	const struct asset_furnace *f = p->problem.assets[i].asset->parameters;
	double *steam = writable(p, i, SERIES_STEAM, f->steam_t_per_h), *there = writable(p, i, SERIES_AVAILABLE, 1);

	for (unsigned t = 0; t < p->problem.steps; t++)
		if (touches(p, e, t)) {
			steam[t] = e->value;
			there[t] = 1;
		}
}

static void
promise(struct planning *p, const double *draw)
{
	p->problem.draw_kw = draw;
	if (p->problem.month_count == 0) /* something to count half hours in, at no price */
		p->problem.month_count = 2;
}

static void
draw_less(struct planning *p, const struct schedule_entry *e, double *draw)
{
	for (unsigned t = 0; t < p->problem.steps; t++)
		if (touches(p, e, t) && !(draw[t] <= e->value))
			draw[t] = e->value;
	promise(p, draw);
}

/* Entries of assets that the site has no longer are left alone. */
static int
asset_of(const struct planning *p, const char *name)
{
	for (uint32_t i = 0; i < p->problem.asset_count; i++)
		if (strcmp(p->problem.assets[i].asset->name, name) == 0)
			return (int)i;
	return -1;
}

static void
enter(struct planning *p, const struct schedule_entry *e, struct utc now)
{
	int i = e->asset[0] != '\0' ? asset_of(p, e->asset) : -1;

	if (i >= 0 && e->kind == SCHEDULE_OUT)
		take_out(p, e, (uint32_t)i, now);
	else if (i >= 0 && e->kind == SCHEDULE_STEAM && p->problem.assets[i].asset->kind == ASSET_FURNACE)
		make_steam(p, e, (uint32_t)i);
}

/* An entry's target takes the place of the one that stands, also where it is more; of an event of demand response the lower draw is kept. */
static void
limit_demand(struct planning *p, const struct msg_plan_ask *ask, const struct schedule_entry *list, unsigned count)
{
	double *draw = arena_alloc(p->arena, p->problem.steps * sizeof(*draw));
	char text[64], kw[32];

	for (unsigned t = 0; t < p->problem.steps; t++)
		draw[t] = (double)NAN;
	for (unsigned i = 0; i < count; i++)
		if (list[i].kind == SCHEDULE_TARGET)
			draw_less(p, &list[i], draw);
	if (isfinite(ask->target_kw) && ask->target_kw > 0) {
		for (unsigned t = 0; t < p->problem.steps; t++)
			draw[t] = isnan(draw[t]) ? ask->target_kw : draw[t];
		promise(p, draw);
		str_printf(text, sizeof(text), "; demand target: %s kW", str_fixed(kw, sizeof(kw), ask->target_kw, 0));
		str_append(p->basis, sizeof(p->basis), text);
	}
	for (unsigned i = 0; i < count; i++)
		if (list[i].kind == SCHEDULE_RESPONSE)
			draw_less(p, &list[i], draw);
}

bool
planning_schedule(struct planning *p, const struct msg_plan_ask *ask, char *why, size_t size)
{
	struct schedule_entry *list = arena_alloc(p->arena, SCHEDULE_MAX * sizeof(*list));
	unsigned count, used = 0;
	char text[64];

	if (!schedule_get_all(ask->schedule.data, ask->schedule.len, list, &count)) {
		str_copy(why, size, "the schedule cannot be read");
		return false;
	}
	for (unsigned i = 0; i < count; i++) {
		if (list[i].until.us <= ask->now || list[i].from.us >= planning_at(p, p->problem.steps).us)
			continue;
		list[used] = list[i];
		enter(p, &list[used++], (struct utc){ ask->now });
	}
	if (used > 0) {
		str_printf(text, sizeof(text), "; schedule: %u %s", used, used == 1 ? "entry" : "entries");
		str_append(p->basis, sizeof(p->basis), text);
	}
	limit_demand(p, ask, list, used);
	return true;
}
