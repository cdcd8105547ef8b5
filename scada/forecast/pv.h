/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pv.h - how much the sun will give: a clear sky's light on the plant, times what this plant made of it at that time of day in the last
 * weeks, corrected by the sky of the last hours. Pure. kW, W/m2.
 *
 * 1 clear    kW under a clear sky: peak_kw x performance_ratio x W/m2 / 1000 on the level, mean of each step (base/sun.h)
 * 2 factor   what was made of it at the same time of day, each day by its age (half in a week); shade, tilt and usual cloud are in it
 * 3 sky      how much brighter or darker than that the last hour and the last day were; how much of it is still true after so many
 *            hours is learned from the last four weeks
 * Never below 0 nor above rated_kw; 0 where the sun is below the horizon during the whole step.
 */
#ifndef CHISAN_FORECAST_PV_H
#define CHISAN_FORECAST_PV_H

#include <stddef.h>

#include "scada/base/err.h"
#include "scada/forecast/past.h"
#include "scada/model/energy.h"

enum { PV_STEPS_MAX = 600 };

/* clang-format off */
#define PV_BASIS_LIST(_) \
	_(PV_CLEAR,   "clear sky", "nothing is known of the past: a clear sky times a half") \
	_(PV_FEW,     "few days",  "less than a week is known: the mean of what was made of a clear sky") \
	_(PV_LEARNED, "learned",   "by time of day, and the sky of the last hours")
/* clang-format on */
#define PV_ENUM(id, word, help) id,
enum pv_basis { PV_BASIS_LIST(PV_ENUM) PV_BASES };
#undef PV_ENUM
const char *pv_basis_word(enum pv_basis b);
const char *pv_basis_help(enum pv_basis b);

struct pv_ask {
	const char *name;                   /* for sentences */
	const struct asset_pv *plant;       /* peak_kw, performance_ratio */
	double rated_kw;                    /* the inverters' most; NaN = peak_kw */
	double latitude_deg, longitude_deg; /* north, east positive */
	const struct past *past; /* kW made. Steps in which the plant was held down or stood still must be NaN */
	const struct past
	    *irradiance;   /* W/m2 on the level, measured; NULL = none. Tells the sky where the plant cannot */
	const double *now; /* as of load.h; NULL or NaN while the plant is held down */
	struct utc from;   /* first step; what is known from here on is not looked at */
	unsigned count;    /* steps of the past's length, 1..PV_STEPS_MAX */
};
struct pv_answer {
	enum pv_basis basis;
	unsigned days;          /* in which something is known of daylight */
	unsigned dropped;       /* steps of exactly 0 under a high sun: the plant stood still, or its meter did */
	struct utc known_until; /* end of the newest step that was used */
};

/* kW of a clear sky on the level, mean of the step that begins then; 0 by night. */
double pv_clear_kw(
    const struct asset_pv *plant, double latitude_deg, double longitude_deg, struct utc t, int64_t step_us);

/*
 * Did its limit hold the plant down? Of a step, or of now (low = high), the least and the most that it made and that its limit let through, kW.
 * One at or above the peak is none, and so is one that it makes more than: its device does not keep it. NaN: not known, false.
 */
bool pv_is_at_limit(double peak_kw, double made_low, double made_high, double limit_low, double limit_high);

/* Fills kw[0..count-1]. ERR_USAGE: a past, a plant or a place that is none; then why is the sentence and kw is NaN. */
enum err pv_forecast(const struct pv_ask *ask, double *kw, struct pv_answer *a, char *why, size_t size);

/* The same in two steps, as of load.h: what is learned is good for a day, what came since counts. */
struct pv_model;
enum err pv_learn(const struct pv_ask *ask, struct pv_model **m, struct pv_answer *a, char *why, size_t size);
/* ask->count steps from `from` on, at most a day after that of learning. ERR_USAGE: it is not, or other steps; kw is as it was. */
enum err pv_foresee(
    struct pv_model *m, const struct past *past, const struct past *irradiance, struct utc from, double *kw);
void pv_free(struct pv_model *m); /* NULL is fine */

#endif
