/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling_private.h - the parts of wheeling: wheeling.c days and the second, wheeling_count.c what is counted and foreseen, wheeling_act.c
 * what persons do, wheeling_learn.c what parts will
 * take, wheeling_metered.c amounts that come later, wheeling_state.c what is saved, wheeling_tell.c answers.
 */
#ifndef CHISAN_WHEELING_PRIVATE_H
#define CHISAN_WHEELING_PRIVATE_H

#include <math.h>

#include "scada/base/date.h"
#include "scada/core/wheeling.h"
#include "scada/dispatch/wheel_actual.h"

enum { WHEELING_DAYS = 2 + WHEELING_AHEAD_DAYS, WHEELING_NAME = 40 };

struct wheeling_day {
	struct wheel_day d;
	struct wheel_version *draft; /* NULL = none; its number is the edit */
	unsigned edits;              /* the number of the last draft, or of the one before a change of it */
	bool is_held;                /* an act waits for the journal */
	struct wheel_meter made, used[WHEEL_PARTS_MAX];
	bool was_told_not_filed;
};
struct wheeling_counter {          /* where counting of a counter stands */
	point_id point;            /* POINT_NONE = there is none */
	char name[POINT_NAME_MAX]; /* whose total it is, over reloads and restarts; "" = none */
	struct utc at;             /* the reading that is counted; 0 = none yet */
	double total;
};
struct wheeling_kept { /* a row of the store, until it is let go */
	int64_t date;
	char name[WHEELING_NAME];
};

struct wheeling {
	struct logbook *log;
	const struct plans *plans;
	const struct wheeling_ops *ops;
	void *arg;
	struct table *table;          /* NULL = none */
	const struct site_wheel *set; /* of the table's site; NULL = no self-wheeling here */
	struct wheel_terms terms;
	char names[WHEEL_PARTS_MAX][64]; /* that terms point to */
	struct wheeling_day days[WHEELING_DAYS];
	int64_t first; /* date of days[0], yesterday; 0 = none */
	struct wheeling_counter made, used[WHEEL_PARTS_MAX];
	point_id power; /* of the receiving point, drawn is positive */
	const char *grid;
	struct wheel_price *prices;
	size_t price_count;
	struct wheeling_learned *learned; /* of each part */
	int64_t past_first;               /* half hour since 1970 in which their pasts begin */
	struct wheeling_kept *kept;
	size_t kept_count;
	struct mono second, saved_at;
	unsigned epoch; /* goes on when days are forgotten: an act that waits is then of others */
	unsigned flags;
	bool is_over; /* wheel_alarm() */
	struct wheel_facts facts;
};

/* wheeling.c */
int wheeling_index(const struct wheeling *w, int64_t date);           /* of days; -1 = not among them */
struct wheeling_day *wheeling_find(struct wheeling *w, int64_t date); /* NULL = not among them */
const struct site_wheel_part *wheeling_part(const struct wheeling *w, unsigned p);
/* The draft, else the latest version; NULL = neither. */
const struct wheel_version *wheeling_shown(const struct wheeling_day *y);
bool wheeling_is_changed(const struct wheeling_day *y, unsigned slot); /* the draft differs from what is filed */

/* wheeling_count.c */
void wheeling_bind(struct wheeling *w);
void wheeling_count(struct wheeling *w);
double wheeling_power(const struct wheeling *w); /* kW that go out now; NaN = not known */
struct wheel_foreseen {                          /* kWh of a slot at its end; NaN = not known */
	double made, used;
};
struct wheel_foreseen wheeling_foresee(
    const struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now);
/* Of a slot to come, from forecasts alone. */
double wheeling_ahead_made(const struct wheeling *w, const struct wheeling_day *y, unsigned slot, struct utc now);
double wheeling_ahead_used(
    const struct wheeling *w, const struct wheeling_day *y, unsigned part, unsigned slot, struct utc now);
double wheeling_limit(const struct wheeling *w, double made_kwh, double used_kwh); /* kWh; NaN = none */

/* wheeling_learn.c */
void wheeling_learn_begin(struct wheeling *w, struct utc now); /* other parts: nothing is known of them */
/* What of a day is whole goes into the part's past. */
void wheeling_note_past(struct wheeling *w, const struct wheel_day *d, const struct wheel_meter *m, unsigned part);
void wheeling_learn(
    struct wheeling *w, struct utc now); /* each second: a part whose forecast is not of this half hour */
double wheeling_learned(
    const struct wheeling *w, unsigned part, struct utc at); /* kWh of a half hour; NaN = not known */

/* wheeling_state.c */
void wheeling_name(char *buf, int64_t date, const char *what);          /* buf of WHEELING_NAME */
void wheeling_keep(struct wheeling *w, int64_t date, const char *name); /* there is such a row in the store */
void wheeling_version_name(char *buf, int64_t date, unsigned number);
void wheeling_save(struct wheeling *w, int64_t date, const char *name, const struct wbuf *blob, struct utc now);
void wheeling_save_version(struct wheeling *w, const struct wheeling_day *y, unsigned number, struct utc now);
void wheeling_save_draft(struct wheeling *w, const struct wheeling_day *y, struct utc now);
void wheeling_save_meters(struct wheeling *w, struct utc now);
void wheeling_save_prices(struct wheeling *w, int64_t date, struct utc now);
void wheeling_let_go(struct wheeling *w, int64_t before, struct utc now); /* rows of days before that one */

/* wheeling_metered.c: amounts that come later */
#define WHEELING_UTILITY "utility-" /* behind the day, before a number of three digits: name of an entry */
/* The entry that is asked for: its name (WHEELING_NAME), its row, and a sentence. False: why. */
bool wheeling_metered_try(struct wheeling *w, const struct wheel_ask *ask, const struct actor *by, struct utc now,
    char *name, struct wbuf *blob, char *after, size_t size, struct refusal *why);
/* A row in place of what was counted, if the day is worked with. False: not to be read. */
bool wheeling_metered_take(struct wheeling *w, int64_t date, const void *data, size_t len);

/* wheeling_act.c */
/* The first faults of a file as one sentence (csv_fault_fn); wheeling_hear_rest() when all are heard. */
struct wheeling_heard {
	char text[900];
	unsigned count;
};
void wheeling_hear(const char *sentence, void *arg);
void wheeling_hear_rest(struct wheeling_heard *h);
/* A draft of the slots whose gate is open, from what is foreseen; NULL: why. *missing: slots that nobody can foresee yet. */
struct wheel_version *wheeling_make(const struct wheeling *w, const struct wheeling_day *y, const char *author,
    struct utc now, unsigned *missing, char *why, size_t size);

#endif
