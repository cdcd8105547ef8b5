/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_demand.c - the half hours: what is drawn in each, against the month's peak so far, the contract and what was promised.  A row in every step, which
 * binds where a window ends, so that the lp keeps its shape while the windows move through it.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

enum { WINDOW, CONTRACT };

static void
drawn(struct build *b, unsigned row)
{
	const struct shape *s = b->s;

	for (unsigned t = shape_window_begin(s->p, b->t); t <= b->t; t++)
		for (unsigned i = 0; i < s->p->asset_count; i++)
			if (s->parts[i].asset->kind == ASSET_GRID)
				lp_element(b->lp, row, shape_column(s, &s->parts[i], t, 0), s->p->hours[t]);
}

void
build_demand(struct build *b)
{
	const struct shape *s = b->s;
	const struct part at = { .column = s->window_column, .row = s->window_row, .bus = -1 };
	bool ends = shape_window_ends(s->p, b->t);

	if (!s->has_demand)
		return;
	const struct problem_month *m = &s->p->months[s->p->month[b->t]];
	double hours = shape_window_hours(s->p, b->t), before = shape_window_before(s->p, b->t);
	double most = ends ? hours * fmax(m->floor_kw, m->free_kw) - before : LP_INFINITY;
	unsigned row = build_row(b, &at, WINDOW, -LP_INFINITY, most, LP_WINDOW);
	if (ends) {
		drawn(b, row);
		lp_element(b->lp, row, s->month_column + s->p->month[b->t], -hours);
	}
	if (!s->has_contract)
		return;
	double goal = shape_window_most(s->p, b->t);
	ends = ends && isfinite(goal);
	unsigned excess = build_column(b, &at, 0, 0, ends ? LP_INFINITY : 0, s->w.contract, false, LP_EXCESS);
	row = build_row(b, &at, CONTRACT, -LP_INFINITY, ends ? hours * goal - before : LP_INFINITY, LP_CONTRACT);
	if (ends)
		drawn(b, row);
	lp_element(b->lp, row, excess, -1);
}

void
build_months(struct build *b)
{
	const struct lp_label label = { -1, -1, LP_NO_STEP, LP_PEAK };

	for (unsigned m = 0; m < b->s->p->month_count; m++)
		lp_column(b->lp, 0, LP_INFINITY, b->s->p->months[m].price, false, label);
}
