/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - from a problem to a linear programme, and from its solution to setpoints with their reasons.  Pure; the solver is elsewhere.
 *
 * Only physics is hard.  Every goal has a slack that costs more than what it could gain, in this order: what is relaxed first stands first
 * (RELAX_LIST), unless the problem puts prices on them; a plan names each that it used, with asset, step and size.
 * docs/decisions/0016-only-physics-is-hard.md has the rest.
 */
#ifndef CHISAN_PLAN_H
#define CHISAN_PLAN_H

#include "scada/base/reason.h"
#include "scada/dispatch/lp.h"
#include "scada/dispatch/problem.h"

/* clang-format off */
#define RELAX_LIST(_) \
	_(RELAX_FILED,    "filed plan",    "the filed plan is not kept: imbalance is paid") \
	_(RELAX_CONTRACT, "contract",      "more is drawn than the contract, the demand target or what was promised allows") \
	_(RELAX_RESERVE,  "reserve",       "less is stored than an outage would need") \
	_(RELAX_OVER,     "surplus",       "more is made than anybody takes") \
	_(RELAX_HEAT,     "heat",          "heat is missing") \
	_(RELAX_LOAD,     "load",          "a load is not served, least important first") \
	_(RELAX_HELD,     "held setpoint", "what is held by hand cannot be kept within the equipment's limits")
/* clang-format on */
#define RELAX_ENUM(id, name, help) id,
enum relax { RELAX_LIST(RELAX_ENUM) RELAX_COUNT };
#undef RELAX_ENUM
const char *relax_name(enum relax r);
const char *relax_help(enum relax r);

/* clang-format off */
#define COST_LIST(_) \
	_(COST_IMPORT, "import") _(COST_EXPORT, "export") /* below zero: earned */ _(COST_DEMAND, "demand") _(COST_FUEL, "fuel") \
	_(COST_START, "start") _(COST_WEAR, "wear") _(COST_CO2, "co2") _(COST_IMBALANCE, "imbalance") _(COST_LOST, "lost_load") \
	_(COST_OVER, "curtailment")
/* clang-format on */
#define COST_ENUM(id, name) id,
enum cost_part { COST_LIST(COST_ENUM) COST_PARTS };
#undef COST_ENUM
const char *cost_name(enum cost_part c);

/*
 * The utility feeds an electric bus that hangs on another with a grid connection above it: with what the district exports in that step
 * (self-wheeling, the export's price is lost), the rest bought at the import price; never the other way, and not through the receiving
 * point.  Below no connection the parent feeds both ways, heat buses from the parent alone.
 */
struct plan_asset {
	/* Of steps: into the bus; grid: import positive; load: served; turbine: gross, what its plant takes stands beside it. */
	double *power_kw;
	double *energy;  /* at the end of each step: kWh, GJ; NULL = stores nothing */
	double *heat;    /* t/h into the heat bus: a load's is below 0, a turbine's what it takes; NULL = none */
	bool *is_on;     /* NULL = does not start and stop */
	uint8_t *reason; /* enum plan_reason */
	double *shadow;  /* of what the reason names: the currency a kWh (t of steam, kWh stored); 0 = none */
};
struct plan_relaxed {
	uint8_t what;             /* enum relax */
	int16_t asset, bus, step; /* -1 = of none; of a window: its last step */
	double size;              /* kW (of a window: mean), kWh of reserve, t/h */
};
struct plan {
	struct utc start;
	unsigned steps, asset_count, bus_count;
	double *hours;
	struct plan_asset *assets;
	/* [bus x steps + step] */
	double *price; /* what a kWh more on it would cost; 0 for heat buses */
	double
	    *reserve_kwh; /* stored above the least at the end of the step, as it comes out; NaN: bus without battery */
	double *need_kwh; /* of that what is to be there: an outage's, or the batteries' own reserve; 0 = nothing */
	double *
	    survival_h; /* from the begin of the step on: so long critical loads survive an outage, up to the horizon */
	double cost[COST_PARTS], total; /* money; weights of goals are not in it */
	double co2_kg, unserved_kwh, over_kwh;
	double peak_kw;               /* greatest window of the horizon, drawn */
	struct plan_relaxed *relaxed; /* in the order of RELAX_LIST, steps rising */
	unsigned relaxed_count;
};

/* The lp of a checked problem. Caller frees. */
struct lp *dispatch_plan_build(const struct problem *p);
struct prefer {
	double within; /* money that calm may cost, > 0; a trifle: only what costs nothing. 0: nothing is calmed */
	const struct plan *before; /* the plan before, from which nothing is to move without need; NULL: none */
	unsigned shift;            /* steps since its first one */
};
/*
 * The same lp with another goal, for x, which solves it: what runs and which goals are kept stays, and change has a
 * price, from step to step and from the plan before, at which it cannot cost more than x and `within`. Columns and rows of lp come first. Caller frees.
 */
struct lp *dispatch_plan_prefer(
    const struct problem *p, const struct lp *lp, const double *x, const struct prefer *wish);
/* From x (and duals, or NULL: reasons without shadow prices). Caller frees. */
struct plan *dispatch_plan_read(
    const struct problem *p, const struct lp *lp, const double *x, const double *dual, const double *reduced);
void dispatch_plan_free(struct plan *plan); /* NULL is fine */
/*
 * Is it true?  Every balance, bound, ramp, state of charge, up and down time, cost and relaxed goal, worked out from the problem again and
 * not from the lp.  False: why names the first. Who is handed a plan from elsewhere asks this before anything is written.
 */
bool dispatch_plan_check(const struct problem *p, const struct plan *plan, double tolerance_kw, char *why, size_t size);
/*
 * AC kWh that this battery keeps at the end of a step of what its bus needs as reserve: all of what is stored above the least where that is
 * not enough, else the same share of each. 0: it keeps nothing, or is no battery; *why: RESERVE_NONE where nothing is needed.
 */
double dispatch_plan_held(
    const struct problem *p, const struct plan *plan, unsigned asset, unsigned step, enum reserve_why *why);
/*
 * One step of a plan as a plan of its own, settled against p, a problem of one step with the same assets: what it comes to where things are
 * as p says.  Whether they can be so, dispatch_plan_check() says. Caller frees.
 */
struct plan *dispatch_plan_step(const struct problem *p, const struct plan *from, unsigned step);
/* A plan of this problem with setpoints of 0, to be filled in and settled. Caller frees. */
struct plan *dispatch_plan_blank(const struct problem *p);
/*
 * What its setpoints come to, whatever they are: money, goals that are not kept, reserve. Limits of assets are not looked at.  False: a bus
 * lacks more than the tolerance; why names it.
 */
bool dispatch_plan_settle(const struct problem *p, struct plan *plan, double tolerance_kw, char *why, size_t size);

#endif
