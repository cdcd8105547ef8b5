/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score.h - how good forecasts of one series have been: its errors by lead time and time of day, in fixed memory. Pure; state in a struct.
 *
 * A forecast is noted when it is made, and scored step by step as the past becomes known. Lead time: from the beginning of the forecast to
 * the end of the step; so with half hours the first step has a lead of 30 min, and the lead of 1 h is the second.
 * miss = what was - what had been foreseen: above 0 it was more. The last SCORE_KEPT of each lead, each three hours of the day, and working
 * days and others are kept, for their quantiles; bias and mean errors are of the last four weeks or so, older ones fade.
 */
#ifndef CHISAN_FORECAST_SCORE_H
#define CHISAN_FORECAST_SCORE_H

#include "scada/base/err.h"
#include "scada/base/wire.h"
#include "scada/forecast/kind.h"
#include "scada/forecast/past.h"

enum {
	SCORE_LEADS = 5,  /* 1, 3, 12, 24, 48 h */
	SCORE_BLOCKS = 8, /* of the day, three hours each */
	SCORE_SORTS = 2,  /* working days, others */
	SCORE_KEPT = 96,
	SCORE_LEAST =
	    24, /* misses that give quantiles of their own; with less, those of all days, else of the whole day */
	SCORE_AHEAD = 200,      /* steps that a noted forecast may be ahead */
	SCORE_SIZE_MAX = 40000, /* bytes of score_save() */
};
extern const unsigned score_lead_min[SCORE_LEADS]; /* minutes, rising */

struct score_cell {
	uint16_t count, next; /* kept; where the next goes */
	float miss[SCORE_KEPT];
	float
	    wide; /* times which the quantiles have to be as wide to hold what they promise: errors grow and shrink with the season */
};
struct score_sums { /* fading; n: how many they stand for */
	double n, miss, error;
	double day_n, day_error,
	    day_own; /* where the same time of the day before is known: its error, and the forecast's own */
	double week_n, week_error, week_own;
};
struct score_noted {
	int64_t step; /* number of the step since 1970; 0 = none */
	float v;
};
struct score { /* hands off: ask score_figures() and score_band() */
	int64_t step_us;
	struct score_cell cell[SCORE_LEADS][SCORE_SORTS][SCORE_BLOCKS];
	struct score_sums sums[SCORE_LEADS];
	struct score_noted noted[SCORE_LEADS][SCORE_AHEAD];
};

void score_init(struct score *s, int64_t step_us); /* 15, 30 or 60 minutes, as of struct past */
/* A forecast that begins at `from`. What is not finite, or beyond PAST_MOST, is not noted; made again in the same step, the later counts. */
void score_note(struct score *s, struct utc from, const double *v, unsigned count);
/*
 * The step that begins then is over: scores what was noted of it against the past; not, where the past does not know it. minute: of the
 * civil day, at which it begins; is_off: no working day (false throughout, for what does not care). Each step once.
 */
void score_learn(struct score *s, const struct past *past, struct utc step, unsigned minute, bool is_off);

struct score_figures {
	unsigned count;    /* forecasts that bias and errors stand for */
	double bias;       /* mean of foreseen - was: above 0 too much was foreseen */
	double error;      /* mean of |foreseen - was| */
	double day_error;  /* that of "as at that time on the last day that was known"; NaN = not known */
	double week_error; /* that of "as a week before" */
	double day_skill,
	    week_skill;           /* 1 - error / theirs, over the same steps: 1 perfect, 0 no better; NaN = not known */
	double low, middle, high; /* 10, 50, 90 % of the misses are below */
};
/* Of a lead, 0..SCORE_LEADS-1. False: nothing is scored yet; all NaN. */
bool score_figures(const struct score *s, unsigned lead, struct score_figures *f);

/*
 * The misses to reckon with, `lead_min` minutes ahead at that minute of the civil day: what will be lies with 80 % between forecast + low
 * and forecast + high. Between leads a straight line. False: not enough was scored (SCORE_LEAST at a lead); all NaN.
 */
struct score_band {
	double low, middle, high;
};
bool score_band(const struct score *s, double lead_min, unsigned minute, bool is_off, struct score_band *b);

/*
 * Fills the score from the past as if forecasts had been made all along, each `every` steps over the last `days` days before `until`, so that a
 * new series, or a new way to forecast it, has its errors at once. tables: that tell days off; NULL: none. Returns how many were made.
 */
typedef enum err score_forecast_fn(void *arg, struct utc from, unsigned count, double *v);
unsigned score_hindcast(struct score *s, const struct past *past, struct utc until, unsigned days, unsigned every,
    const struct day_tables *tables, score_forecast_fn *forecast, void *arg);

/* For a restart. False: no score, of another form or step: *s is as after score_init(). */
void score_save(const struct score *s, struct wbuf *out);
bool score_restore(struct score *s, int64_t step_us, const uint8_t *blob, size_t len);

#endif
