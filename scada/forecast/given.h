/* SPDX-License-Identifier: Apache-2.0 */
/*
 * given.h - forecasts from elsewhere, as a CSV file: strictly read, and taken before the site's own while they are fresh. Pure: text in memory.
 *
 *   point,time,value,made_at
 *   HALL.P,2026-11-23T09:00:00+09:00,412.5,2026-11-23T05:00:00Z
 *   HALL.P,2026-11-23T09:30:00+09:00,,2026-11-23T05:00:00Z        no value: not foreseen, the site's own is taken there
 *
 * The first line names the columns; made_at may be left out, then all of it was made when the file was written. Each point's rows are in
 * order of time, those of several points may stand among each other. A value is the mean from its time on, for as long as the point's rows are
 * apart at least; between rows that are further apart is a gap.
 */
#ifndef CHISAN_FORECAST_GIVEN_H
#define CHISAN_FORECAST_GIVEN_H

#include "scada/base/err.h"
#include "scada/base/point.h"
#include "scada/forecast/past.h"

enum { GIVEN_FILE_MAX = 4 * 1024 * 1024, GIVEN_POINTS_MAX = 256, GIVEN_FAULTS_MAX = 100 };

struct given_row {
	struct utc time;
	double v; /* NaN = no value */
	uint32_t line;
	uint16_t place; /* of the value in the file: its line, and its byte there, from 1 */
};
struct given_point {
	char name[POINT_NAME_MAX];
	struct utc made_at; /* 0 = when the file was written */
	int64_t step_us;    /* how long a value holds; 1 min to 3 h */
	uint32_t line;      /* of its first row */
	uint32_t count, room;
	struct given_row *rows;
};
struct given {
	uint32_t count;
	struct given_point *points;
};

/* A fault as a sentence: "loads.csv:7:33: value is \"4O0\"; ...", or of the whole line "loads.csv:7: ...". */
typedef void given_fault_fn(const char *sentence, void *arg);
/*
 * Reads a file whole and says every fault, up to GIVEN_FAULTS_MAX. OK: there was none and *g is filled, given_done() frees it. ERR_USAGE
 * otherwise: *g is empty, nothing of a faulty file is used.
 */
enum err given_read(const char *name, const char *text, size_t len, struct given *g, given_fault_fn *fault, void *arg);
void given_done(struct given *g);
const struct given_point *given_find(const struct given *g, const char *point); /* NULL = none */

/* clang-format off */
#define GIVEN_STATE_LIST(_) \
	_(GIVEN_WHOLE,   "whole",   "all steps are taken from it") \
	_(GIVEN_PARTLY,  "partly",  "it has gaps or ends early: there the site's own is taken") \
	_(GIVEN_NOTHING, "nothing", "it has no value for these steps") \
	_(GIVEN_LATE,    "late",    "it is older than it may be: the site's own is taken") \
	_(GIVEN_EARLY,   "early",   "it says that it was made in time to come: a clock is wrong, the site's own is taken") \
	_(GIVEN_NO_POINT, "none",   "it does not name the point")
/* clang-format on */
#define GIVEN_ENUM(id, word, help) id,
enum given_state { GIVEN_STATE_LIST(GIVEN_ENUM) GIVEN_STATES };
#undef GIVEN_ENUM
const char *given_state_word(enum given_state s);
const char *given_state_help(enum given_state s);

#define GIVEN_AHEAD_US (10 * 60 * US_PER_S) /* a clock may differ by so much */

struct given_ask {
	const char *point;
	struct utc written_at; /* the file; where a row does not say */
	int64_t max_age_us;    /* above 0 */
	struct utc now, from;
	int64_t step_us; /* of the steps below */
	unsigned count;
};
/*
 * Puts what is given over v, the site's own forecast: each step that it covers from end to end. What it does not cover stays. is_given (may
 * be NULL): of each step, whether it was put over.
 */
enum given_state given_over(const struct given *g, const struct given_ask *ask, double *v, bool *is_given);

#endif
