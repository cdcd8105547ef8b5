/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_private.h - where the columns and rows of each asset stand in the lp, and what an asset kind brings along.
 */
#ifndef CHISAN_PLAN_PRIVATE_H
#define CHISAN_PLAN_PRIVATE_H

#include "scada/base/mem.h"
#include "scada/dispatch/lp_what.h"
#include "scada/dispatch/plan.h"

/* What a step allows an asset, with what was before it taken into account. Which of them mean something, each kind says. */
struct limits {
	double low, high; /* kW; of a set: 0 or 1, must and may run */
	double up, down;  /* kW of change from the step before: never less than what is forced */
	double least;     /* kW that can be reached at all */
};

struct part { /* an asset */
	const struct problem_asset *in;
	const struct asset *asset;
	const void *param; /* asset->parameters */
	const struct asset_ops *ops;
	int bus, heat;        /* index; -1 = none */
	unsigned column, row; /* its first ones in each step */
	bool has_mode;        /* a column that decides between charge and discharge, import and export */
	bool has_ramp;
	struct limits *limits; /* of steps; NULL: its kind needs none */
	double end_value;      /* a kWh or GJ stored at the end */
};

struct place {      /* a bus */
	int parent; /* -1 = none */
	int grid;   /* asset whose utility feeds it; -1 = none */
	bool is_heat, has_reserve, has_turbine;
	bool has_makers;      /* of heat, who run or stand */
	bool is_fed;          /* by the utility, from a bus above */
	unsigned column, row; /* its first ones in each step; the first row is its balance */
};

struct weights { /* of goals, in the objective; the currency a unit */
	double filed, contract, reserve, over, heat, lost, held;
	double least; /* a kWh through a store: so that nothing goes round in a circle for nothing */
	double
	    early; /* got for a kWh stored, an hour: of two hours that cost the same the first one charges, so that ties do not flap */
};

struct shape {
	const struct problem *p;
	struct arena *arena;
	struct part *parts;
	struct place *places;
	unsigned bus_count;
	unsigned window_column, window_row, month_column, step_columns, step_rows;
	bool has_demand, has_contract;
	bool *is_island;    /* buses x steps: without the utility */
	double *at;         /* hours from the start to each step, and to the end: steps + 1 */
	double *need;       /* buses x steps: kWh that are to be stored at the end of a step */
	bool *may_be_burnt; /* buses x steps: a kWh may be worth less than 0 there */
	struct weights w;
};

struct build {
	const struct shape *s;
	struct lp *lp;
	unsigned t;
	double h; /* length of the step */
};

struct reading {
	const struct shape *s;
	const double *x, *dual, *reduced; /* the last two may be NULL */
	struct plan *plan;
};

#define SETTLE_LEAST 1e-3 /* kW, kWh, t/h: what a goal is missed by at least to be named */

struct settling { /* what a plan comes to, from its setpoints alone */
	const struct shape *s;
	struct plan *plan;
	unsigned room; /* of plan->relaxed */
	double *into;  /* of buses, in one step: made less taken, kW or t/h */
	double *fed;   /* of buses: kW from the utility through a bus above */
};

struct checking {
	const struct shape *s;
	const struct plan *plan;
	double tolerance;
	char *why;
	size_t size;
};

struct asset_ops {
	void (*limit)(const struct shape *s, struct part *a); /* before the counts; NULL = nothing to limit */
	unsigned (*columns)(const struct shape *s, const struct part *a);
	unsigned (*rows)(const struct shape *s, const struct part *a);
	void (*build)(struct build *b, const struct part *a); /* columns, rows and elements of one step */
	/* In the row of a heat bus that lacks `need` t/h without it: what it can add. NULL = nothing. */
	void (*relieve)(struct build *b, const struct part *a, unsigned row, double need);
	void (*read)(const struct reading *r, const struct part *a, struct plan_asset *out, unsigned t);
	enum plan_reason (*reason)(
	    const struct reading *r, const struct part *a, const struct plan_asset *out, unsigned t, double *shadow);
	/* Adds what the step costs and each goal that is not kept. NULL = nothing. */
	void (*settle)(struct settling *v, const struct part *a, const struct plan_asset *out, unsigned t);
	/* Limits of the asset alone. False: checking_say() was called. */
	bool (*check)(const struct checking *c, const struct part *a, const struct plan_asset *out, unsigned t);
	bool has_power, has_heat, has_energy, has_state; /* arrays of struct plan_asset */
};
extern const struct asset_ops *const asset_ops[ASSET_KIND_COUNT];

/* ---- shape: plan_shape.c, plan_weights.c, plan_reserve.c, plan_worth.c */
struct shape *shape_new(const struct problem *p);
void shape_free(struct shape *s);
struct weights weights_of(const struct shape *s);
double weights_lost(const struct shape *s, const struct part *a, unsigned t); /* a kWh of this load in this step */
void reserve_needs(struct shape *s);
void worth_mark(struct shape *s); /* may_be_burnt, and has_mode of the assets it concerns */
/* Index of an asset's column and row k of step t, of a bus's, of a window's. */
unsigned shape_column(const struct shape *s, const struct part *a, unsigned t, unsigned k);
unsigned shape_row(const struct shape *s, const struct part *a, unsigned t, unsigned k);
unsigned shape_balance(const struct shape *s, int bus, unsigned t);
unsigned shape_number(const struct shape *s, const struct part *a); /* of the asset in the problem */
double shape_at(const struct shape *s, const struct part *a, enum series_kind k, unsigned t);
bool shape_is_available(const struct shape *s, const struct part *a, unsigned t);
bool shape_window_ends(const struct problem *p, unsigned t);
unsigned shape_window_begin(const struct problem *p, unsigned t); /* first step of the window of t */
double shape_window_hours(const struct problem *p, unsigned t);   /* of the window that ends in step t */
double shape_window_most(const struct problem *p, unsigned t); /* kW of the contract or the promise; infinite = none */
double shape_window_before(const struct problem *p, unsigned t); /* kWh drawn in it before the horizon */
/*
 * Narrows low and high to what is held, as fast as the ramp lets it get there, so that there is always a way.  Then the ramp: it widens
 * up and down where the limits force a greater change than `kw_per_h` allows, from what is known before the first step on (NaN: nothing).
 */
void limits_hold(const struct shape *s, struct part *a, double kw_per_h, double before);
void limits_ramp(const struct shape *s, struct part *a, double kw_per_h, double before);
/* t/h of the furnaces on a heat bus, and how many burn. */
double furnace_steam(const struct shape *s, int heat, unsigned t, unsigned *burning);
/* What a turbine's plant takes in step t: kW, t/h of steam. */
double turbine_aux_kw(const struct shape *s, const struct part *a, unsigned t);
double turbine_internal(const struct shape *s, const struct part *a, unsigned t);
/* t/h that it leaves to its heat bus at most, less what goes into it: below 0 where it only takes. */
double turbine_heat_most(const struct shape *s, const struct part *a, unsigned t);
double battery_low_kwh(const struct part *a);
double battery_high_kwh(const struct part *a);
/* Fuel of a set or boiler in a step at this power (t/h), with its price; kg of CO2 in *co2. */
double set_fuel_cost(const struct shape *s, const struct part *a, unsigned t, bool is_on, double kw, double *co2);
double boiler_fuel_cost(const struct shape *s, const struct part *a, unsigned t, double steam, double *co2);
/* A kWh drawn in step t with its CO2. */
double import_price(const struct shape *s, unsigned grid, unsigned t);

/* ---- building: plan_build.c */
unsigned build_column(struct build *b, const struct part *a, unsigned k, double lower, double upper, double cost,
    bool is_binary, enum lp_what what);
unsigned build_row(struct build *b, const struct part *a, unsigned k, double lower, double upper, enum lp_what what);
void build_into(struct build *b, int bus, unsigned column, double value); /* into the balance; bus -1: nowhere */
void build_taken(struct build *b, int bus, double value);                 /* taken from it, fixed */
void build_bus(struct build *b, unsigned bus);                            /* plan_bus.c */
void build_cover_row(struct build *b, const struct part *at, unsigned k); /* plan_cover.c: empty, in its place */
void build_cover(struct build *b, unsigned bus);                          /* when all assets of the step are built */
void build_demand(struct build *b);                                       /* plan_demand.c */
void build_months(struct build *b);

/* plan_net.c: rows of a connection that goes one way or the other: no more is drawn than taken, no more given than made. */
void build_drawn(struct build *b, const struct part *grid, unsigned row);
void build_given(struct build *b, const struct part *grid, unsigned row);

/* ---- reading: plan_read.c */
struct plan *plan_new(const struct shape *s); /* all 0, nothing relaxed; dispatch_plan_free() */
double reading_x(const struct reading *r, const struct part *a, unsigned t, unsigned k);
double reading_dual(const struct reading *r, const struct part *a, unsigned t, unsigned k); /* a kWh; 0 without duals */
double reading_price(
    const struct reading *r, int bus, unsigned t); /* of its balance, a kWh or t; 0 without duals, -1: no bus */
double reading_reduced(
    const struct reading *r, const struct part *a, unsigned t, unsigned k); /* of a bound, a kWh; >= 0 */
/* What binds a kWh that the asset gives or keeps in a step beside the price; REASON_NONE: nothing does. */
enum plan_reason reading_common(const struct reading *r, const struct part *a, unsigned t, bool gives, double *shadow);
unsigned grid_filed_row(const struct part *a); /* which of its rows */

/* ---- settling: plan_settle.c, plan_market.c, plan_reserve.c */
/* Costs, relaxed goals, reserve, peak from the setpoints. False: more is taken on a bus than made, by more than the tolerance (why). */
bool plan_settle(const struct shape *s, struct plan *plan, double tolerance, char *why, size_t size);
void settle_relax(struct settling *v, enum relax what, int asset, int bus, unsigned step, double size);
void settle_market(struct settling *v, unsigned t); /* one step of import, export and what is filed */
void settle_demand(struct settling *v);             /* all windows */
void plan_survive(const struct shape *s, struct plan *plan);

/* ---- checking: plan_check.c */
bool checking_say(const struct checking *c, const struct part *a, unsigned t, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Is v within low and high? `what` names it. */
bool checking_within(
    const struct checking *c, const struct part *a, unsigned t, const char *what, double v, double low, double high);

#endif
