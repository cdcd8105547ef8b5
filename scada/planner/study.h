/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study.h - planner, rules and guard's limits in simulated time over given series: what a site would have cost.
 *
 * Each step is decided with what was known before it, then settled with what was: grid, curtailment, heat and what is not served take up the
 * difference.  Nothing here knows a protocol or a clock; two runs of the same data differ only where a solver ran out of time.
 *
 *   plan    48 h ahead, least cost; replanned each step or seldom
 *   rules   batteries take what would be given away and give what would be drawn (rules.h, share.h); sets start where something would be missing
 *   none    batteries stand still, sets start where something would be missing
 *
 * With a guard (study_guard.h) each step is gone through in seconds by it, and what then flowed is what is settled.
 * Money is without tax.  Demand charges are of the month, by the part of it that was studied.
 */
#ifndef CHISAN_STUDY_H
#define CHISAN_STUDY_H

#include "scada/base/wire.h"
#include "scada/dispatch/peaks.h"
#include "scada/dispatch/plan.h"
#include "scada/planner/columns.h"
#include "scada/planner/study_guard.h"
#include "scada/site/site.h"

enum study_policy { STUDY_PLAN, STUDY_RULES, STUDY_NONE, STUDY_POLICIES };
enum study_forecast { STUDY_PERFECT, STUDY_LEARNED, STUDY_FILE, STUDY_FORECASTS };
extern const char *const study_policy_words[];   /* "plan", ...; ends with NULL */
extern const char *const study_forecast_words[]; /* "perfect", "learned", "file" */

enum { STUDY_MONTHS_MAX = 30 };

struct study_asked {
	enum study_policy policy;
	enum study_forecast forecast;
	int64_t horizon_us, replan_us; /* replan_us 0: each step */
	double solver_s;               /* for one plan, where sets start and stop */
	/* Names of series and assets, with commas, that are as they will be though others are learned; NULL: none. Says what they are worth. */
	const char *known;
	struct study_guard_asked guard;
	/* As if nothing had been filed: for energy alone. What imbalance would have come to beside it is in the sums, and not in the total. */
	bool ignores_filed;
};

struct study_place {     /* of a step */
	int64_t day;     /* base/date.h */
	unsigned minute; /* of the civil day, at its begin */
	int32_t month;   /* 12 x year + month from 0, as of peaks.h */
};

/* Series of all rows of the file, aggregated to the study's step; those before `first` are the past that forecasts learn from. */
struct study_data {
	struct arena *arena;
	const struct site *site; /* borrowed, as all below it */
	const struct energy *energy;
	struct utc start;
	int64_t step_us;
	double hours;
	unsigned rows, first, end; /* studied: first .. end - 1 */
	unsigned every;            /* rows of the file in a step */
	struct study_place *place;
	double *(*was)[SERIES_COUNT];      /* of each asset: NULL = its parameter */
	double *(*foreseen)[SERIES_COUNT]; /* of a forecast file; NULL = none */
	double *(*fine)[SERIES_COUNT];     /* loads and the sun, of rows of the file; NULL where a step is one */
};

struct study_sums {
	double hours, cost[COST_PARTS], total, co2_kg, unserved_kwh, over_kwh, curtailed_kwh, heat_lost_t, import_kwh,
	    export_kwh, peak_kw;
	double beside; /* with ignores_filed: what the total would be more, had what was filed been settled */
};
struct study_month {
	int32_t month; /* as of peaks.h */
	struct study_sums sums;
};
struct study_asset {
	const struct asset *asset;
	double made_kwh, taken_kwh, heat_made_t, heat_taken_t, most_kw, on_h;
	unsigned starts;
	double stored_begin, stored_end; /* kWh, GJ */
};
struct study_result {
	struct study_sums sums;
	struct study_month months[STUDY_MONTHS_MAX];
	unsigned month_count, steps;
	struct study_asset *assets;
	unsigned asset_count;
	/* Buses with critical loads whose grid was away; hours of it, and those of them that the plan had promised when it went. */
	unsigned outages;
	double outage_h, promised_h;
	double broken_kwh, beyond_kwh; /* that critical loads went without: within the promise, and after */
	unsigned plans, plans_failed, plans_cut, realised; /* realised: steps settled anew with what came */
	double solve_s, solve_most_s, gap_most;
	char failed[300]; /* why the first plan that failed did */
	struct study_guarded guard;
};

/* One row of the trace, after each step. plan: of one step; guard NULL: there is none. */
typedef void study_step_fn(const struct study_data *d, unsigned row, const struct problem *p, const struct plan *plan,
    double demand_kw, const struct study_guard_stepped *guard, void *arg);

/* ---- study_bind.c */
/*
 * Series of the site's assets from the columns that its `data` names, tariffs among them. Every fault is said through the columns' own
 * fault function. False: there was one. step_us 0: the file's. from, to: 0 = all. `forecast` may be NULL.
 */
bool study_bind(const struct site *site, struct columns *c, struct columns *forecast, int64_t step_us, struct utc from,
    struct utc to, struct study_data *d);
void study_data_done(struct study_data *d);

/* ---- study_run.c */
/* False: why says what cannot be studied so (nothing was run), or what went wrong in which step. */
bool study_run(const struct study_data *d, const struct study_asked *asked, study_step_fn *step, void *arg,
    struct study_result *r, char *why, size_t size);
void study_result_done(struct study_result *r);

#endif
