/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - how much a consumer will take: electric load (kW) or heat (t/h, GJ/h), from its own past. Pure; units are those of the past.
 *
 * 1 usual      for each day and slot the mean of the days before, each weighted by its likeness (kind.h; which weekdays are alike, the last
 *              eight weeks tell where they can) and its age (half of it in ten days, but never below a twentieth), what is far off clipped
 * 2 weather    where temperatures are given: what the past took more or less than usual on days colder or warmer than usual, by time of day
 * 3 level      what it takes more or less than that now, over the last day, and at the same time on the last days: how much of each
 *              is still true after so many hours is learned from the last six weeks
 * Temperatures that nobody foretells can be forecast in the same way: load_forecast() of the temperature itself.
 * Between 0 (unless it was ever below) and the greatest value of the past and a quarter more.
 */
#ifndef CHISAN_FORECAST_LOAD_H
#define CHISAN_FORECAST_LOAD_H

#include <stddef.h>

#include "scada/base/err.h"
#include "scada/forecast/kind.h"
#include "scada/forecast/past.h"

enum { FORECAST_STEPS_MAX = 600 };

/* clang-format off */
#define LOAD_BASIS_LIST(_) \
	_(LOAD_NONE,    "none",    "nothing is known of the past") \
	_(LOAD_FLAT,    "flat",    "less than a day is known: the mean of what is") \
	_(LOAD_PLAIN,   "plain",   "less than a week is known: the mean at that time of day") \
	_(LOAD_SIMILAR, "similar", "similar days, weather and present level")
/* clang-format on */
#define LOAD_ENUM(id, word, help) id,
enum load_basis { LOAD_BASIS_LIST(LOAD_ENUM) LOAD_BASES };
#undef LOAD_ENUM
const char *load_basis_word(enum load_basis b);
const char *load_basis_help(enum load_basis b);

struct load_ask {
	const char *name; /* of the point, for sentences */
	struct day_tables tables;
	bool follows_terms; /* a school */
	bool
	    while_on; /* what a furnace makes while it burns: steps below a twentieth of its most are off, and tell nothing */
	const struct past *past;
	const struct past
	    *temperature; /* degC, of the past and as far ahead as it is foreseen; steps as of the past; NULL = none */
	/* Mean so far of the first step, which is under way: it stands for it and tells the level of the others. NULL, NaN: not measured */
	const double *now;
	struct utc from; /* first step; what the past knows from here on is not looked at */
	unsigned count;  /* steps of the past's length, 1..FORECAST_STEPS_MAX */
};
struct load_answer {
	enum load_basis basis;
	unsigned days;          /* of which at least half is known */
	unsigned dropped;       /* slots that could not be true: grid_clean() */
	struct utc known_until; /* end of the newest step that was used */
	bool has_weather;       /* temperatures were of use */
};

/*
 * Fills v[0..count-1], all finite. ERR_USAGE: a past or a temperature that is none; ERR_NOT_FOUND: nothing is known. Then why is the sentence
 * and v is NaN.
 */
enum err load_forecast(const struct load_ask *ask, double *v, struct load_answer *a, char *why, size_t size);

/*
 * The same in two steps, for who forecasts often (a study, each quarter of an hour): what is learned is good for a day, and a forecast from it
 * costs a fiftieth. The past may have grown meanwhile; what came since it was learned is taken into the level. ask->now is not looked at:
 * who has it gives it as the past's last step and asks from the next one on.
 */
struct load_model;
/* Errors as above. ask->tables are borrowed until load_free(), past and temperature only during the call. */
enum err load_learn(const struct load_ask *ask, struct load_model **m, struct load_answer *a, char *why, size_t size);
/*
 * ask->count steps from `from` on, at most a day after that of learning. ERR_USAGE: it is not, or past and temperature are not as they were
 * (temperature: NULL if none was of use); v is as it was. At the instant of learning it gives what load_forecast() does.
 */
enum err load_foresee(
    struct load_model *m, const struct past *past, const struct past *temperature, struct utc from, double *v);
void load_free(struct load_model *m); /* NULL is fine */

#endif
