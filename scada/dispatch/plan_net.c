/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_net.c - how much a connection can draw or give in a step at all.  Where giving brings more than taking costs, a relaxation does both at once,
 * up to the connection's limits, and sees money that nobody can earn: the narrower the limits, the less of it.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { ON, START, ABOVE };     /* of asset_gas_turbine.c */
enum { IMPORT, EXPORT, MODE }; /* of asset_grid.c */

/* The bus that it is one with: up to where the utility feeds it. */
static int
root(const struct shape *s, int bus)
{
	while (bus >= 0 && !s->places[bus].is_fed && s->places[bus].parent >= 0)
		bus = s->places[bus].parent;
	return bus;
}

static double
there(const struct shape *s, const struct part *a, enum series_kind k, unsigned t)
{
	return shape_is_available(s, a, t) ? fmax(0, shape_at(s, a, k, t)) : 0;
}

static double
asked_kw(const struct shape *s, const struct part *a, unsigned t)
{
	double held = shape_at(s, a, SERIES_FIXED_KW, t);

	if (!shape_is_available(s, a, t))
		return 0;
	return fmax(0, isnan(held) ? shape_at(s, a, SERIES_LOAD_KW, t) : held);
}

/* kW that an asset can give and take at most; a set's are left out. */
static void
reach(const struct shape *s, const struct part *a, unsigned t, double *give, double *take)
{
	switch (a->asset->kind) {
	case ASSET_STG:
		*give += a->limits[t].high - turbine_aux_kw(s, a, t);
		*take += turbine_aux_kw(s, a, t) - a->limits[t].low;
		break;
	case ASSET_PV: *give += there(s, a, SERIES_PV_KW, t); break;
	case ASSET_BATTERY:
		*give += a->limits[t].high;
		*take -= a->limits[t].low;
		break;
	case ASSET_LOAD:
		*give -= asked_kw(s, a, t);
		*take += asked_kw(s, a, t);
		break;
	case ASSET_GRID: /* another one */
		*give += there(s, a, SERIES_IMPORT_MAX, t);
		*take += there(s, a, SERIES_EXPORT_MAX, t);
		break;
	default: break;
	}
}

struct net {
	double give_kw, take_kw,
	    sets_kw; /* without sets (give below 0: something is lacking); what they are rated at */
};

static struct net
net_of(const struct shape *s, const struct part *grid, unsigned t)
{
	struct net n = { 0 };
	int bus = root(s, grid->bus);

	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a == grid || a->bus < 0 || root(s, a->bus) != bus)
			continue;
		if (a->asset->kind == ASSET_GTC)
			n.sets_kw += a->limits[t].high > 0 ? ((const struct asset_gtc *)a->param)->rated_kw : 0;
		else
			reach(s, a, t, &n.give_kw, &n.take_kw);
	}
	return n;
}

/* Drawn is what is taken, or wasted: import <= take mode + over. */
void
build_drawn(struct build *b, const struct part *grid, unsigned row)
{
	const struct shape *s = b->s;
	struct net n = net_of(s, grid, b->t);
	int bus = root(s, grid->bus);

	b->lp->row_upper[row] = 0;
	lp_element(b->lp, row, shape_column(s, grid, b->t, IMPORT), 1);
	lp_element(b->lp, row, shape_column(s, grid, b->t, MODE), -fmax(0, n.take_kw));
	for (unsigned i = 0; i < s->bus_count; i++)
		if (!s->places[i].is_heat && root(s, (int)i) == bus)
			lp_element(b->lp, row, b->t * s->step_columns + s->places[i].column, -1);
}

/*
 * Given is what sets make beyond what is lacking without them, or comes from loads that are not served:
 *   export <= (give + sets + lost)+ <= give+ + share sets + lost,  share: 1, or what of their rating is beyond what is lacking.
 */
void
build_given(struct build *b, const struct part *grid, unsigned row)
{
	const struct shape *s = b->s;
	struct net all = net_of(s, grid, b->t), *n = &all;
	double share = n->give_kw >= 0 ? 1 : n->sets_kw > 0 ? fmax(0, n->give_kw + n->sets_kw) / n->sets_kw : 0;
	int bus = root(s, grid->bus);

	b->lp->row_upper[row] = fmax(0, n->give_kw);
	lp_element(b->lp, row, shape_column(s, grid, b->t, EXPORT), 1);
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->bus < 0 || root(s, a->bus) != bus)
			continue;
		if (a->asset->kind == ASSET_GTC && share > 0) {
			lp_element(b->lp, row, shape_column(s, a, b->t, ON),
			    -share * ((const struct asset_gtc *)a->param)->min_kw);
			lp_element(b->lp, row, shape_column(s, a, b->t, ABOVE), -share);
		} else if (a->asset->kind == ASSET_LOAD || a->asset->kind == ASSET_STG) {
			lp_element(b->lp, row, shape_column(s, a, b->t, a->asset->kind == ASSET_STG), -1);
		}
	}
}
