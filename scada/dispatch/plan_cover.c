/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_cover.c - a row that tells a solver what it could find out only by trying: where a heat bus lacks steam, a set or a boiler runs whole,
 * not a tenth of it.  It cuts nothing off that could be done: whoever runs at all covers the need, or as much of it as it can make.
 *
 * A flow cover cut: of  sum heat_i + rest >= need,  heat_i <= most_i on_i,  rest >= 0  follows  sum min(most_i, need) on_i + rest >= need.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

static const double felt_t = 1e-6; /* t/h */

/* t/h that it may give to its bus without a decision; below 0: that it takes at least. */
static double
gives_most(const struct shape *s, const struct part *a, unsigned t)
{
	switch (a->asset->kind) {
	case ASSET_STG: return turbine_heat_most(s, a, t);
	case ASSET_HEATSTORE:
		return shape_is_available(s, a, t) ? ((const struct asset_heatstore *)a->param)->discharge_t_per_h : 0;
	default: return 0;
	}
}

void
build_cover_row(struct build *b, const struct part *at, unsigned k)
{
	(void)build_row(b, at, k, -LP_INFINITY, LP_INFINITY, LP_COVER);
}

void
build_cover(struct build *b, unsigned bus)
{
	const struct shape *s = b->s;
	const struct place *v = &s->places[bus];

	if (!v->has_makers)
		return;
	unsigned row = b->t * s->step_rows + v->row + 1u + v->has_reserve + v->has_turbine;
	double need = b->lp->row_lower[shape_balance(s, (int)bus, b->t)];
	for (unsigned i = 0; i < s->p->asset_count; i++)
		if (s->parts[i].heat == (int)bus)
			need -= gives_most(s, &s->parts[i], b->t);
	if (need <= felt_t)
		return;
	b->lp->row_lower[row] = need;
	if (v->parent >= 0) /* what the bus above gives */
		lp_element(b->lp, row, b->t * s->step_columns + v->column + 1u + v->has_reserve, 1);
	for (unsigned i = 0; i < s->p->asset_count; i++)
		if (s->parts[i].heat == (int)bus && s->parts[i].ops->relieve != NULL)
			s->parts[i].ops->relieve(b, &s->parts[i], row, need);
}
