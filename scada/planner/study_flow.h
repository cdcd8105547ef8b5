/* SPDX-License-Identifier: Apache-2.0 */
/*
 * study_flow.h - the guard's part of a run, as its files share it: study_guard.c the guard, study_flow.c powers, study_slice.c what is settled.
 */
#ifndef CHISAN_STUDY_FLOW_H
#define CHISAN_STUDY_FLOW_H

#include "scada/planner/study_private.h"

struct study_slice { /* a time in which nothing changes its sign: money is linear in it */
	double hours;
	int64_t window;    /* half hours since 1970 */
	double *kwh;       /* of assets, as power_kw of a plan */
	double *asked_kwh; /* of loads and photovoltaics, what their series says */
	double *energy;    /* of batteries, at its end */
	int8_t *sign;      /* of assets; one more: is more given than the connection takes? */
};

struct study_guard {
	struct district district;
	struct guard guard;
	struct guard_output out;
	struct grid_watch watch;
	enum guard_mode acting;
	struct study_guarded *done;
	unsigned grid; /* the receiving point's connection */
	unsigned battery[GUARD_BATTERIES_MAX], source[GUARD_SOURCES_MAX],
	    load[DEMAND_STEPS_MAX]; /* assets of the district */
	bool *is_here;              /* of assets: on the receiving point's bus */
	bool has_forming;           /* a battery there says that it can form a grid; else all are taken to */

	/* ---- of the step */
	const struct plan *base; /* as it was decided */
	double base_grid_kw;     /* what flows through the connection then, less what nobody takes */
	bool is_cut, is_plan;    /* is_cut: the utility's grid is away */
	bool needs_sun;          /* whatever is planned: from some second of it on */

	/* ---- now; arrays of assets */
	int64_t now_us, fine;               /* fine: row of the file, where steps are of several */
	double *kw, *asked_kw, *energy_kwh; /* as of a plan; asked: of loads and the sun */
	double *told_kw;                    /* batteries */
	double *cap_kw;                     /* sources; NaN = none */
	double meter_kw, without_kw, counter_kwh;
	unsigned shed;
	double shed_kw[DEMAND_STEPS_MAX];
	int64_t busy_us; /* until then each second is looked at */
	int64_t window;
	double window_kwh, window_without_kwh, window_h;
	struct study_guard_stepped step;

	struct study_slice *slices;
	unsigned slice_count;
	double *slice_hours;
	unsigned *slice_windows;
	double *(*series)[SERIES_COUNT]; /* of slices; NULL where there is none */
	struct problem problem;          /* of the slices */
};

/* ---- study_flow.c */
bool study_flow_is_held(const struct study_run *s, unsigned asset);    /* by a column */
bool study_flow_balances(const struct study_run *s, unsigned battery); /* an island, now */
/* Powers at this time by what was told last, for `hours` from now on: kw, meter_kw, without_kw, shed_kw. */
void study_flow(struct study_run *s, double hours);
/* Seconds for which that can go on: until a battery meets its end, or the floor that the guard keeps. */
double study_flow_lasts(const struct study_run *s);
void study_flow_go(struct study_run *s, double hours); /* moves what is stored, and the time */

/* ---- study_slice.c */
void study_slice_init(struct study_run *s);
void study_slice_add(struct study_run *s, double hours); /* what flows goes on for so long, and is noted */
/* All slices of the step settled; the step's plan becomes their mean. NULL: s->why. Caller frees. */
struct plan *study_slice_settle(struct study_run *s, struct plan *step);

#endif
