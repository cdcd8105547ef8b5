/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_build.c - the lp of a problem: step by step, in each step the buses, the demand window, then the assets; the months behind.
 */
#include "config.h"

#include <assert.h>

#include "scada/dispatch/plan_private.h"

static struct lp_label
label_of(const struct build *b, const struct part *a, enum lp_what what)
{
	bool is_asset = a->asset != NULL;

	return (struct lp_label){ .asset = (int16_t)(is_asset ? (int)shape_number(b->s, a) : -1),
		.bus = (int16_t)a->bus,
		.step = (int16_t)b->t,
		.what = (uint8_t)what };
}

unsigned
build_column(struct build *b, const struct part *a, unsigned k, double lower, double upper, double cost, bool is_binary,
    enum lp_what what)
{
	unsigned c = lp_column(b->lp, lower, upper, cost, is_binary, label_of(b, a, what));

	assert(c == shape_column(b->s, a, b->t, k));
	return c;
}

unsigned
build_row(struct build *b, const struct part *a, unsigned k, double lower, double upper, enum lp_what what)
{
	unsigned r = lp_row(b->lp, lower, upper, label_of(b, a, what));

	assert(r == shape_row(b->s, a, b->t, k));
	return r;
}

void
build_into(struct build *b, int bus, unsigned column, double value)
{
	if (bus >= 0 && value != 0)
		lp_element(b->lp, shape_balance(b->s, bus, b->t), column, value);
}

void
build_taken(struct build *b, int bus, double value)
{
	if (bus < 0)
		return;
	unsigned row = shape_balance(b->s, bus, b->t);
	b->lp->row_lower[row] += value;
	b->lp->row_upper[row] += value;
}

struct lp *
dispatch_plan_build(const struct problem *p)
{
	struct shape *s = shape_new(p);
	struct build b = { .s = s, .lp = lp_new() };

	b.lp->steps = p->steps;
	b.lp->step_columns = s->step_columns;
	b.lp->step_rows = s->step_rows;
	for (b.t = 0; b.t < p->steps; b.t++) {
		b.h = p->hours[b.t];
		for (unsigned i = 0; i < s->bus_count; i++)
			build_bus(&b, i);
		build_demand(&b);
		for (unsigned i = 0; i < p->asset_count; i++)
			s->parts[i].ops->build(&b, &s->parts[i]);
		for (unsigned i = 0; i < s->bus_count; i++)
			build_cover(&b, i);
		assert(b.lp->columns == (b.t + 1) * s->step_columns && b.lp->rows == (b.t + 1) * s->step_rows);
	}
	build_months(&b);
	lp_finish(b.lp);
	shape_free(s);
	return b.lp;
}
