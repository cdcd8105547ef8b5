/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asset_furnace.c - a furnace in the plan: steam as its schedule says, nothing to decide.
 */
#include "config.h"

#include <math.h>

#include "scada/dispatch/plan_private.h"

static double
steam_of(const struct shape *s, const struct part *a, unsigned t)
{
	return shape_is_available(s, a, t) ? shape_at(s, a, SERIES_STEAM, t) : 0;
}

double
furnace_steam(const struct shape *s, int heat, unsigned t, unsigned *burning)
{
	double steam = 0;

	if (burning != NULL)
		*burning = 0;
	for (unsigned i = 0; i < s->p->asset_count; i++) {
		const struct part *a = &s->parts[i];
		if (a->asset->kind != ASSET_FURNACE || a->heat != heat)
			continue;
		steam += steam_of(s, a, t);
		if (burning != NULL && steam_of(s, a, t) > 0)
			++*burning;
	}
	return steam;
}

static unsigned
none(const struct shape *s, const struct part *a)
{
	(void)s;
	(void)a;
	return 0;
}

static void
build(struct build *b, const struct part *a)
{
	build_taken(b, a->heat, -steam_of(b->s, a, b->t));
}

static void
read(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t)
{
	out->heat[t] = steam_of(r->s, a, t);
}

static enum plan_reason
reason(const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow)
{
	(void)out;
	*shadow = 0;
	return shape_is_available(r->s, a, t) ? REASON_SCHEDULE : REASON_OUT;
}

static bool
check(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t)
{
	double steam = steam_of(c->s, a, t);

	return checking_within(c, a, t, "steam", out->heat[t], steam, steam);
}

const struct asset_ops asset_furnace_ops = {
	.columns = none,
	.rows = none,
	.build = build,
	.read = read,
	.reason = reason,
	.check = check,
	.has_heat = true,
};
