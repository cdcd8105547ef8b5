/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching_plan.c - what the plan wants now, as points (site.h, struct site_planned): each second, stale while no plan holds.
 */
#include "config.h"

#include <math.h>

#include "scada/base/conn.h"
#include "scada/core/dispatching_private.h"

/* In the unit of the point; NaN: no plan holds, or it says nothing of it. */
static double
planned(const struct dispatching *d, const struct site_planned *p, struct utc now)
{
	const struct asset_battery *b = p->asset->parameters;
	double stored, health;

	switch (p->what) {
	case PLANNED_SOC: {
		const char *soh = asset_point(p->asset, "soh");

		stored = plans_stored(d->plans, p->asset->name, now);
		health = soh == NULL ? 1 : dispatch_read(d, table_find(d->table, soh)) / 100;
		health = health > 0 && health <= 1 ? health : 1;
		return b->energy_kwh > 0 ? 100 * stored / (b->energy_kwh * health) : (double)NAN;
	}
	case PLANNED_HEAT: return plans_stored(d->plans, p->asset->name, now);
	default: return plans_kw(d->plans, p->asset->name, now);
	}
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
