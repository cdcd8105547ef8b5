/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_plan.c - what the plan wants now, as points (site.h, struct site_planned): each second, stale while no plan holds.
 */
#include "config.h"

#include <math.h>

#include "scada/base/conn.h"
#include "scada/base/str.h"
#include "scada/core/dispatching_private.h"

/* From the plan's figure to the unit of the point. */
static double
factor_of(const struct dispatching *d, const struct site_planned *p)
{
	const struct asset_battery *b = p->asset->parameters;
	const char *soh = asset_point(p->asset, "soh");

	if (p->what != PLANNED_SOC)
		return 1;
	double health = soh == NULL ? 1 : dispatch_read(d, table_find(d->table, soh)) / 100;
	health = health > 0 && health <= 1 ? health : 1;
	return b->energy_kwh > 0 ? 100 / (b->energy_kwh * health) : (double)NAN;
}

static bool
is_stored(const struct site_planned *p)
{
	return p->what == PLANNED_SOC || p->what == PLANNED_HEAT;
}

/* In the unit of the point; NaN: no plan holds, or it says nothing of it. */
static double
planned(const struct dispatching *d, const struct site_planned *p, struct utc now)
{
	return is_stored(p) ? plans_stored(d->plans, p->asset->name, now) * factor_of(d, p)
	                    : plans_kw(d->plans, p->asset->name, now);
}

bool
dispatching_plan_ahead(
    const struct dispatching *d, const char *point, struct utc now, struct wbuf *body, char *why, size_t size)
{
	const struct site *s = d->table != NULL ? table_site(d->table) : NULL;
	point_id id = s != NULL ? table_find(d->table, point) : POINT_NONE;
	const struct site_planned *p = NULL;
	struct msg_plan_ahead m = { .made = plans_made(d->plans).us };
	struct wbuf values = { .len = 0 };
	struct utc start;

	for (uint32_t i = 0; id != POINT_NONE && i < s->planned_count; i++)
		if (s->planned[i].point == id)
			p = &s->planned[i];
	if (p == NULL) {
		str_copy(why, size, "this point says of nothing what is planned");
		return false;
	}
	m.is_level = is_stored(p);
	if (plans_put_steps(d->plans, p->asset->name, is_stored(p), factor_of(d, p), now, &values, &start, &m.step_s,
	        &m.before) == 0) {
		str_printf(why, size, "there is no plan: %s", plans_text(d->plans));
		return false;
	}
	m.start = start.us;
	m.values = (struct msg_bytes){ values.data, values.len };
	msg_plan_ahead_put(body, &m);
	wbuf_done(&values);
	return true;
}

void
dispatch_put_planned(struct dispatching *d, struct utc now, struct mono mono)
{
	const struct site *s = table_site(d->table);

	for (uint32_t i = 0; i < s->planned_count; i++) {
		double v = planned(d, &s->planned[i], now);

		table_sample(d->table, s->planned[i].point, v, isfinite(v) ? OK : ERR_NO_SAMPLE, now, now, mono);
	}
}

void
dispatch_tell_planned(const struct dispatching *d, uint16_t generation, struct wbuf *frames)
{
	const struct site *s = table_site(d->table);
	struct wbuf pairs = { .len = 0 }, body = { .len = 0 };

	for (uint32_t i = 0; i < s->planned_count; i++) {
		const char *actual = s->planned[i].actual;
		point_id id = actual == NULL ? POINT_NONE : table_find(d->table, actual);

		if (id == POINT_NONE)
			continue;
		w_u32(&pairs, s->planned[i].point);
		w_u32(&pairs, id);
	}
	msg_plan_points_put(&body, &(struct msg_plan_points){ .pairs = { pairs.data, pairs.len } });
	conn_encode(frames, W_PLAN_POINTS, generation, &body);
	wbuf_done(&pairs);
	wbuf_done(&body);
}
