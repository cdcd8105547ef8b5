/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_dump.c - a dump in the plan: takes heat that nobody else does.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

static unsigned
columns(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 1;
}

static unsigned
rows(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 0;
}

static double
most(const struct shape *s, const struct part *a, unsigned t)
{
	return shape_is_available(s, a, t) ? ((const struct asset_dump *)a->param)->max_t_per_h : 0;
}

static void
build(struct build *b, const struct part *a)
{
	build_into(b, a->heat, build_column(b, a, 0, 0, most(b->s, a, b->t), 0, false, LP_STEAM), -1);
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	out->heat[t] = -reading_x(r, a, t, 0);
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	*shadow = 0;
	if (!shape_is_available(r->s, a, t))
		return REASON_OUT;
	return out->heat[t] < -1e-4 ? REASON_SURPLUS : REASON_NONE;
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	return checking_within(c, a, t, "heat", out->heat[t], -most(c->s, a, t), 0);
}

const struct asset_ops asset_dump_ops = {
	.columns = columns,
	.rows = rows,
	.build = build,
	.read = read,
	.reason = reason,
	.check = check,
	.has_heat = true,
};
