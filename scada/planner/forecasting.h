/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecasting.h - the series that a plan is made from: what the record or a file foretells of each, how wrong that has been, and the band that
 * follows. Pure but for the zone: no file, no clock.
 *
 * Noted     each forecast that a plan was made with, whoever made it
 * Scored    when the half hours of it are known (score.h); a series without any errors gets them by forecasting its past, once it has a week
 * Careful   the end of the band that a reserve has to reckon with
 */
#ifndef CHISAN_FORECASTING_H
#define CHISAN_FORECASTING_H

#include "scada/base/forecast.h"
#include "scada/dispatch/problem.h"
#include "scada/forecast/given.h"
#include "scada/planner/past_ask.h"
#include "scada/site/site.h"

#define FORECASTING_STEP_US ((int64_t)PAST_ASK_STEP_S * US_PER_S)
#define FORECASTING_SAVE_US (3600 * US_PER_S) /* a score is saved at most so often */

struct forecasting;

struct forecasting *forecasting_new(void);
void forecasting_free(struct forecasting *f); /* NULL is fine */
/* Borrowed until the next call; NULL: none. What is known of errors is forgotten. */
void forecasting_site(struct forecasting *f, const struct site *s);
/* Errors as they were saved; of a series that the site does not have, or in another form: not taken. */
void forecasting_restore(struct forecasting *f, const char *point, const uint8_t *blob, size_t len);
/* What a file gives; borrowed until the next call. g NULL: nothing. */
void forecasting_given(struct forecasting *f, const struct given *g, struct utc written, int64_t max_age_us);
/* Prices and CO2 of a connection are rows of that file under such names as "GRID.PRICE_EXPORT", which points could have; in the order of their kinds, ends with COUNT. */
extern const enum series_kind forecasting_market[];
char *forecasting_market_name(char *buf, size_t size, const struct asset *grid, enum series_kind k);
/* What the file gives of it over `v`, step by step where it covers one. False: nothing that is fresh. */
bool forecasting_market_given(const struct forecasting *f, const struct asset *grid, enum series_kind k, struct utc now,
    struct utc from, int64_t step_us, unsigned count, double *v);

/* The record was read: what is over is scored. */
void forecasting_learn(struct forecasting *f, const struct past_ask *past, struct utc now);
/* Gives one series without errors those of its past; false: there is none that could have some. Takes a tenth of a second or so. */
bool forecasting_hindcast(struct forecasting *f, const struct past_ask *past, struct utc now);

struct forecasting_ask {
	const char *point, *asset; /* asset: for sentences */
	enum forecast_kind kind;
	const struct past_ask *past;
	struct utc now, from; /* from: a whole half hour */
	unsigned count;
	const double *measured; /* now, which the step under way is taken for; NULL or NaN = not measured */
	double rated_kw;        /* of the sun: most; else NaN */
};
struct forecasting_answer {
	const char *basis; /* a word: "similar", "file" ... */
	bool is_given;     /* at least one step is from the file */
	bool is_scored;    /* errors were measured of all steps: the band is of them */
};
/* Half hours, and the low and high ends of their band. False: nothing is known; why is the sentence. */
bool forecasting_make(struct forecasting *f, const struct forecasting_ask *ask, double *v, double *low, double *high,
    struct forecasting_answer *a, char *why, size_t size);

/* ---- out of here */
/* A score that has changed and was not saved for long: name and blob. False: none. */
bool forecasting_save(struct forecasting *f, struct utc now, const char **point, struct wbuf *blob);
/* `series` of W_FORECAST. */
void forecasting_tell(const struct forecasting *f, struct wbuf *series);

#endif
