/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_private.h - between the files of the guard: guard_look.c what is measured, guard_island.c without the grid, guard.c all else.
 */
#ifndef CHISAN_GUARD_PRIVATE_H
#define CHISAN_GUARD_PRIVATE_H

#include "scada/dispatch/guard.h"

struct guard_turn { /* what one second works with */
	const struct guard_input *in;
	struct guard_output *out;
	double dt_s;
	struct share_battery share[GUARD_BATTERIES_MAX];
	unsigned index[GUARD_BATTERIES_MAX], count; /* the free ones */
	double battery_kw, given_kw; /* measured: all at the receiving point; of those that are not free */
	double power_kw;             /* at the receiving point; NaN: bad, or frozen */
	double room_kw, take_kw;     /* discharge and charge that is left to the free ones, without ramp */
	bool is_plan, is_blind;
	enum guard_reason why;
};

static inline double
or_zero(double v)
{
	return isfinite(v) ? v : 0;
}

/* Not in service, or what it reports is not good. */
bool guard_is_out(const struct guard_battery_in *b);
/* Battery i as the sharing takes it: with its floor in this mode, and its ramp over this turn. */
struct share_battery guard_share_of(const struct guard *g, const struct guard_turn *t, unsigned i);
/* Why a part is as it is; `why` where nothing holds it back. */
enum guard_reason guard_bound_reason(enum share_bound b, enum guard_reason why);

/* In this order: the batteries, then the meter and the demand controller. */
void guard_look(struct guard *g, struct guard_turn *t);
void guard_watch_demand(struct guard *g, struct guard_turn *t);

/* Steps and batteries of an island. */
void guard_island(struct guard *g, struct guard_turn *t);
/* With the grid: nothing, but for what was shed before a restart. */
void guard_keep_island(struct guard *g, struct guard_turn *t);

#endif
