/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_private.h - what the files of load share: what was learned of one series.
 */
#ifndef CHISAN_FORECAST_LOAD_PRIVATE_H
#define CHISAN_FORECAST_LOAD_PRIVATE_H

#include "scada/forecast/load.h"

enum {
	LOAD_LOOK_BACK = 365, /* days that may be similar */
	LOAD_TRAIN_DAYS = 42, /* that weather and level are learned from */
	LOAD_WEEKS = 8,       /* in which weekdays are compared */
	LOAD_SPARE_DAYS = 1,  /* for which what was learned is good, beyond the steps that are asked for */
	LOAD_BLOCKS = 4,      /* of the day, each learned for itself */
	LOAD_WEATHERS = 2,    /* degrees below and above what needs neither heating nor cooling */
	LOAD_LEVELS = 4,
	LOAD_KNOTS = 12, /* lead times at which the level is learned; between them a straight line */
};

struct load_model {
	struct load_ask ask; /* of learning; past and temperature are NULL after it */
	int64_t step_us;
	struct grid v; /* rows: LOAD_LOOK_BACK days, the last of them today, then those to come, not known */
	struct grid weather[LOAD_WEATHERS]; /* the same rows; v NULL: none */
	unsigned rows, today;
	enum load_basis basis;
	unsigned first; /* row from which on usual[] is made */
	struct day_kind *kind;
	double *weights;    /* scratch: of each row */
	double alike[7][7]; /* of weekdays, 0..1, as the last weeks show it; NaN: too few to tell */
	double *usual;      /* rows x slots, NaN before `first` or where no day before tells */
	double *usual_weather[LOAD_WEATHERS];
	/* of what is known */
	unsigned known, days, dropped;
	double mean, low, high;
	double off; /* while_on: below it it was off */
	/* learned */
	double by_weather[2][LOAD_BLOCKS][LOAD_WEATHERS]; /* on working days, on others */
	double *rest;                                     /* v - usual - weather, in scale[]; NaN = not known */
	double *sums;                                     /* of rest before that slot */
	unsigned *counts;
	double scale[PAST_SLOTS_MAX]; /* how far it usually is from usual, at that time of day */
	unsigned knots, knot[LOAD_KNOTS];
	double by_level[LOAD_KNOTS][LOAD_BLOCKS][LOAD_LEVELS];
	bool has_weather;
};

static inline unsigned
load_block(const struct load_model *w, size_t at)
{
	return (unsigned)(at % w->v.slots) * LOAD_BLOCKS / w->v.slots;
}

/* Degrees that need heating, cooling; NaN stays. */
double load_heating_c(double celsius);
double load_cooling_c(double celsius);
/* load_usual.c: the past and the usual course of its days; filled but for what is learned. Free with load_free(). */
struct load_model *load_model_new(const struct load_ask *ask);
void load_find_usual(struct load_model *w);
/* Where a time stands in the grids; w->rows x slots or more: beyond them. */
size_t load_place(const struct load_model *w, struct utc t);

/* load_learn.c */
void load_learn_weather(struct load_model *w);
double load_weather(
    const struct load_model *w, size_t at); /* of a slot: more than usual; 0 where temperatures are not known */
void load_learn_level(struct load_model *w);
void load_find_rest(struct load_model *w, size_t from, size_t to); /* of slots, from what is known now */
/* More than usual at slot `at`, seen from slot `now` on (now is the first that is not known). */
double load_level(const struct load_model *w, size_t now, size_t at);

#endif
