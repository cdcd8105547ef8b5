/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_private.h - one run of a study, as its files share it.
 */
#ifndef CHISAN_STUDY_PRIVATE_H
#define CHISAN_STUDY_PRIVATE_H

#include "scada/forecast/load.h"
#include "scada/forecast/pv.h"
#include "scada/forecast/score.h"
#include "scada/planner/solver.h"
#include "scada/planner/study.h"

struct study_promise { /* of a bus whose grid is away */
	bool is_away;
	double left_h; /* of what was promised when it went */
};

struct study_model { /* of one series; both NULL: nothing was learned yet */
	struct load_model *load;
	struct pv_model *sun;
	unsigned row;        /* first that was not known when it was learned */
	struct score *score; /* of who a reserve asks for; else NULL */
	unsigned scored;     /* rows before it are scored */
};

struct study_unsure {                   /* kw NULL: nothing was filed, or it is ignored, or all is known */
	double (*factor)[SERIES_COUNT]; /* of each asset: kW of net export that a unit makes */
	double *kw;                     /* of the horizon's steps: one standard deviation */
	double *square, *count;         /* of errors so many steps ahead, fading */
	double *noted;                  /* row % horizon x steps ahead: what was foreseen; NaN = nothing */
	unsigned scored;                /* rows before it were */
	bool has_begun;
};

struct study_run {
	const struct study_data *d;
	const struct study_asked *asked;
	struct study_result *r;
	struct arena *arena;
	unsigned horizon; /* steps */
	unsigned row;     /* the step that is being decided */

	/* how things stand before it: one for each asset, series are not used */
	struct problem_asset *state;
	struct peaks peaks;
	int64_t window;
	double window_kwh, window_hours;

	/* problems, filled anew for each step: the horizon, and the step alone as it was */
	struct problem wide, now;
	double *hours;
	unsigned *windows, *months;
	double *(*buffer)
	    [SERIES_COUNT]; /* of horizon values where forecasts are not what was; NULL where there is no series */
	double **held;      /* of each asset: horizon values, NaN but for the first */
	double **careful;   /* of each asset: horizon values that a reserve has to bear; NULL where it asks for none */
	double *heat_high;  /* of horizon values: the upper end of one asset's heat */
	/* of each asset, with STUDY_LEARNED; else NULL. past: what is learned from, of all rows: what was, or what it was off the market's price */
	struct study_model (*models)[SERIES_COUNT];
	const double *(*past)[SERIES_COUNT];

	struct study_unsure unsure;
	struct solver *solver, *solver_now;
	unsigned solved;                /* row that solver was asked about last */
	struct study_promise *promises; /* of buses */
	struct study_guard *guard;      /* NULL = there is none */
	struct plan *plan;
	unsigned plan_row; /* of its first step */

	char *why;
	size_t size;
};

/* ---- study_problem.c */
void study_problem_init(struct study_run *s);
/* The coming steps as they are foreseen: s->wide.  is_seen: the first of them as it was. False: s->why. */
bool study_problem_wide(struct study_run *s, bool is_seen);
void study_problem_now(struct study_run *s); /* s->now: the step alone, as it was */
/* Holds an asset in the first step of p (wide or now); NaN: as its column says, if there is one. */
void study_problem_hold(struct study_run *s, struct problem *p, unsigned asset, double kw);
double study_available(const struct study_data *d, unsigned asset, unsigned row);

/* ---- study_foresee.c */
void study_foresee_init(struct study_run *s);
/* A horizon of values from this row on, as whoever plans can know them; seen: of this row what is measured. False: s->why. */
bool study_foresee(struct study_run *s, unsigned asset, enum series_kind k, double *v, unsigned steps, bool is_seen);
bool study_is_seen(const struct study_run *s, unsigned asset,
    enum series_kind k);                  /* measured while the step is under way; else published after it */
bool study_can_know(struct study_run *s); /* false: asked->known is not what it may be; s->why */
bool study_is_known(const struct study_run *s, const struct asset *a, enum series_kind k); /* asked->known */

/* ---- study_learn.c */
bool study_learn_can(const struct study_data *d, char *why, size_t size);
/*
 * A horizon of values from row `from` on, of one series of an asset, from s->past; no row from there on is looked at. False: s->why.
 * Its errors are kept, for:
 */
bool study_learn(struct study_run *s, unsigned asset, enum series_kind k, unsigned from, double *v);
/* The careful end of the band around v, which study_learn() gave for row `from`: more of a load, less of the sun (careful_kw). As chisand's. */
void study_learn_careful(
    struct study_run *s, unsigned asset, enum series_kind k, unsigned from, const double *v, double *to);
double study_outages_per_hour(const struct study_run *s);
void study_learn_done(struct study_run *s);

/* ---- study_unsure.c */
void study_unsure_init(struct study_run *s);
/* Before the first plan: measures on the days before it. False: s->why. */
bool study_unsure_begin(struct study_run *s, bool is_seen);
/* Into s->wide, once it is filled for a plan; and notes what it foresees. */
void study_unsure(struct study_run *s, bool is_seen);

/* ---- study_policy.c */
/* Solved, read and checked; NULL: s->why. seconds: where something starts and stops. */
struct plan *study_solve(
    struct study_run *s, struct solver *solver, const struct problem *p, unsigned shift, double seconds);
/* What comes of the step; NULL: s->why. */
struct plan *study_step_rules(struct study_run *s);
struct plan *study_step_none(struct study_run *s);
struct plan *study_step_plan(struct study_run *s);

/* ---- study_outage.c */
void study_outage_step(struct study_run *s, const struct plan *plan); /* what came of the step */

/* ---- study_guard.c */
bool study_guard_begin(struct study_run *s); /* false: s->why */
/* What flows in the step that was decided, which becomes its mean. NULL: s->why. Caller frees. */
struct plan *study_guard_step(struct study_run *s, struct plan *decided);
const struct problem *study_guard_problem(const struct study_run *s);             /* that it was settled against */
const struct study_guard_stepped *study_guard_stepped(const struct study_run *s); /* NULL: no guard */
void study_guard_end(struct study_run *s);

/* ---- study_sums.c */
void study_sums_begin(struct study_run *s);
/* Adds the step, with what it was settled against, and moves the state on; returns the mean of the demand window so far, or of the greatest. */
double study_sums_step(struct study_run *s, const struct problem *p, const struct plan *plan);
void study_sums_end(struct study_run *s);
/* What a new greatest half hour costs in this month; count 0: nothing. */
struct problem_month study_month_price(const struct study_run *s, unsigned row);

#endif
