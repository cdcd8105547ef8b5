/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem.h - what a plan is asked for: the district's assets, how each stands now, and their figures over the coming steps.
 * Flat arrays, made by whoever asks (chisand, the study, a test); pure data, checked whole by problem_check() before anything reads it.
 *
 * Units: kW, kWh, t/h of steam, GJ, hours, the site's currency. Power is positive into the bus; of loads, what they take.
 */
#ifndef CHISAN_PROBLEM_H
#define CHISAN_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/clock.h"
#include "scada/base/err.h"
#include "scada/model/energy.h"

enum { PROBLEM_STEPS_MAX = 600, PROBLEM_ASSETS_MAX = 128, PROBLEM_MONTHS_MAX = 3 };

/* clang-format off */
/* What may differ from step to step. NULL: the parameter of the asset, or the default that is named here, over the whole horizon. */
#define SERIES_LIST(_) \
	_(SERIES_AVAILABLE,      "available",      "0 or 1: in service; of a grid connection: the utility's grid is there (1)") \
	_(SERIES_FIXED_KW,       "fixed_kw",       "kW held by an operator or a test; NaN: free (free)") \
	_(SERIES_LOAD_KW,        "load_kw",        "kW a load takes") \
	_(SERIES_HEAT,           "heat_t_per_h",   "t/h of steam a load takes (0)") \
	_(SERIES_PV_KW,          "pv_kw",          "kW that the sun would give") \
	_(SERIES_STEAM,          "steam_t_per_h",  "t/h that a furnace makes: its schedule (rated)") \
	_(SERIES_PRICE_IMPORT,   "price_import",   "a kWh drawn, without demand charge") \
	_(SERIES_PRICE_EXPORT,   "price_export",   "a kWh given") \
	_(SERIES_CO2,            "co2_kg_per_kwh", "kg of a kWh drawn") \
	_(SERIES_IMPORT_MAX,     "import_max_kw",  "kW, most drawn") \
	_(SERIES_EXPORT_MAX,     "export_max_kw",  "kW, most given") \
	_(SERIES_FUEL_PRICE,     "fuel_price",     "a unit of fuel") \
	_(SERIES_FILED_KW,       "filed_kw",       "kW of net export that was filed with the utility; NaN: none (none)") \
	_(SERIES_PRICE_SHORT,    "price_short",    "a kWh less than filed (0)") \
	_(SERIES_PRICE_SURPLUS,  "price_surplus",  "got for a kWh more than filed; never above price_short (0)")
/* clang-format on */
#define SERIES_ENUM(id, name, help) id,
enum series_kind { SERIES_LIST(SERIES_ENUM) SERIES_COUNT };
#undef SERIES_ENUM
const char *series_name(enum series_kind k);
int series_find(const char *name); /* -1 = no such */

struct problem_asset {
	const struct asset *asset;          /* kind and parameters; borrowed */
	const double *series[SERIES_COUNT]; /* of `steps` values; borrowed */
	const double *
	    careful_kw; /* what an outage must reckon with: more of a load, less of the sun; NULL: as the series. Borrowed */
	/* How it stands before the first step. */
	double power_kw;   /* NaN = not known: no ramp from it */
	bool is_on;        /* sets: running */
	double in_state_h; /* sets: since it started or stopped; large = long ago */
	double energy_kwh; /* battery: stored, as soc_pct of energy_kwh x health */
	double health;     /* battery: 0..1 of energy_kwh that is left */
	double heat_gj;    /* heat store: stored */
};

struct problem_month { /* a billing month that the horizon touches */
	/* Greatest half hour so far in it, with CONTRACT_MEASURED_12M of the 12 months: up to here more costs nothing. */
	double floor_kw;
	double free_kw; /* CONTRACT_AGREED: contract; 0 otherwise */
	double price;   /* a kW beyond the greater of the two, over the time it is paid for */
};

struct problem {
	const struct energy *energy; /* buses, outage, price of CO2; borrowed */
	struct utc start;
	unsigned steps;      /* 1..PROBLEM_STEPS_MAX */
	const double *hours; /* length of each step */
	/* Of each step: number of its demand window (half hour), never falling; a step longer than one is one. */
	const unsigned *window;
	const unsigned *month; /* of each step: 0..month_count-1, the same over a window; NULL if month_count is 0 */
	struct problem_month months[PROBLEM_MONTHS_MAX];
	unsigned month_count; /* 0: no demand charge */
	/*
	 * Of steps: kW promised to be drawn at most, as the mean of the window; NaN = nothing promised.  A goal of the same weight as the contract.
	 * NULL: none in any step. Wants month_count > 0.
	 */
	const double *draw_kw;
	/*
	 * Of steps: how far net export usually comes out off what is foreseen, kW, one standard deviation of the window's mean.  What was filed will
	 * then be missed on either side, and a kWh towards it is worth a part of its price only.  NULL: all is certain.
	 */
	const double *unsure_kw;
	double window_kwh;   /* already drawn in window[0] before the start, export not offset */
	double window_hours; /* already gone of it */
	struct problem_asset *assets;
	unsigned asset_count;
	/*
	 * Weights.  Those of goals may be NaN: more than what could ever be gained, in the order of RELAX_LIST.  A figure is a price as any
	 * other, and then it alone says what gives way to what: 0 makes of a goal a matter of money.
	 */
	double co2_price_per_kg;
	double curtail_price;   /* a kWh of sun that is not used */
	double filed_price;     /* a kWh more or less than filed, beside what the imbalance costs; or NaN */
	double contract_price;  /* a kWh of a window beyond the contract, beside the month's price; or NaN */
	double over_price;      /* a kWh that nobody takes (electric); a t of steam counts as 100; or NaN */
	double lost_price;      /* a kWh of a load that names none; NaN: also of those that do, at least, by priority */
	double heat_lost_price; /* a t of steam that is missing; or NaN */
	double outage_h;        /* critical loads survive an outage of this length from any step on; 0 = no reserve */
	double reserve_price;   /* a kWh below the reserve, an hour; or NaN */
	double end_value;       /* a kWh stored in a battery at the end; NaN: worked out (problem_end_value) */
};

/*
 * Finite, in range, buses that exist, what has no default is there (load_kw, pv_kw).  False: `why` says which asset, which series,
 * which step, what was read and what would be right.  Nothing else in dispatch looks again.
 */
bool problem_check(const struct problem *p, char *why, size_t size);
/* Of step t: the series where there is one, else the parameter or default. */
double problem_at(const struct problem *p, unsigned asset, enum series_kind k, unsigned t);
/*
 * What a stored kWh (heat store: GJ) is worth at the end: the cheapest way to fill it again over the horizon, through its losses; never
 * below 0.  Power costs the import price, where sun or turbine leave something over the export price, without a grid a set's fuel.
 */
double problem_end_value(const struct problem *p, unsigned asset);
/* Index of a bus of the problem by its name; -1: NULL or no such. */
int problem_bus(const struct problem *p, const char *name);
/* The connection whose utility feeds the bus, its own or of a bus above it: index of the asset; -1 = none. */
int problem_grid(const struct problem *p, int bus);
/* Is the bus without the utility in step t? */
bool problem_is_island(const struct problem *p, int bus, unsigned t);

#define STEAM_GJ_PER_T  2.7 /* heat of a t of steam where the site gives no other */
#define STEAM_KWH_PER_T 100 /* what a t of steam counts as where it is weighed against power */

#endif
