/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_bus.c - columns and rows of a bus: its balance, what nobody takes, its reserve, and who feeds it from above.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

/* The batteries' energy above their least, as it comes out, with what is missing: at least what an outage would need. */
static void
build_reserve(struct build *b, unsigned bus, const struct part *at, unsigned k)
{
	const struct shape *s = b->s;
	double need = s->need[bus * s->p->steps + b->t];
	unsigned missing =
	    build_column(b, at, k, 0, need > 0 ? LP_INFINITY : 0, s->w.reserve * b->h, false, LP_RESERVE_SHORT);
	unsigned row = build_row(b, at, 1, need > 0 ? need : -LP_INFINITY, LP_INFINITY, LP_RESERVE);

	lp_element(b->lp, row, missing, 1);
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct asset_battery *v = a->param;
		if (a->bus != (int)bus || a->asset->kind != ASSET_BATTERY)
			continue;
		double out = v->efficiency_discharge, least = v->soc_min_pct / 100 * v->energy_kwh * a->in->health;
		lp_element(b->lp, row, shape_column(s, a, b->t, 2), out);
		if (need > 0)
			b->lp->row_lower[row] += out * least;
	}
}

/* Only furnaces make steam that a turbine can use. */
static void
build_main_steam(struct build *b, unsigned bus, const struct part *at, unsigned k)
{
	const struct shape *s = b->s;
	double steam = furnace_steam(s, (int)bus, b->t, NULL);
	unsigned row = build_row(b, at, k, -LP_INFINITY, 0, LP_MAIN_STEAM);

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		const struct asset_stg *g = a->param;
		if (a->heat != (int)bus || a->asset->kind != ASSET_STG)
			continue;
		lp_element(b->lp, row, shape_column(s, a, b->t, 0), 1 / g->kw_per_t);
		lp_element(b->lp, row, shape_column(s, a, b->t, 2), g->extraction_kw_per_t / g->kw_per_t);
		steam -= turbine_internal(s, a, b->t);
	}
	b->lp->row_upper[row] = fmax(steam, 0);
}

static void
build_feed(struct build *b, unsigned bus, const struct part *at, unsigned k)
{
	const struct shape *s = b->s;
	const struct place *v = &s->places[bus];

	if (v->is_fed) {
		unsigned g = (unsigned)v->grid;
		double most = s->is_island[bus * s->p->steps + b->t] ? 0 : LP_INFINITY;
		double price = problem_at(s->p, g, SERIES_PRICE_EXPORT, b->t) + s->w.least;
		unsigned wheel = build_column(b, at, k, 0, most, b->h * price, false, LP_WHEEL);
		unsigned bought =
		    build_column(b, at, k + 1, 0, most, b->h * import_price(s, g, b->t), false, LP_BOUGHT);
		build_into(b, (int)bus, wheel, 1);
		build_into(b, (int)bus, bought, 1);
	} else {
		unsigned link = build_column(b, at, k, v->is_heat ? 0 : -LP_INFINITY, LP_INFINITY, 0, false, LP_LINK);
		build_into(b, (int)bus, link, 1);
		build_into(b, v->parent, link, -1);
	}
}

void
build_bus(struct build *b, unsigned bus)
{
	const struct place *v = &b->s->places[bus];
	const struct part at = { .column = v->column, .row = v->row, .bus = (int)bus };
	double over = b->s->w.over * (v->is_heat ? STEAM_KWH_PER_T : 1);

	build_row(b, &at, 0, 0, 0, LP_BALANCE);
	build_into(b, (int)bus, build_column(b, &at, 0, 0, LP_INFINITY, b->h * over, false, LP_OVER), -1);
	if (v->has_reserve)
		build_reserve(b, bus, &at, 1);
	if (v->has_turbine)
		build_main_steam(b, bus, &at, 1u + v->has_reserve);
	if (v->has_makers)
		build_cover_row(b, &at, 1u + v->has_reserve + v->has_turbine);
	if (v->parent >= 0)
		build_feed(b, bus, &at, 1u + v->has_reserve);
}
