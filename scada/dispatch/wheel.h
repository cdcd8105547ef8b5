/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel.h - self-wheeling (自己託送): the plan of a day in half-hour slots, its versions, and what may still be changed when.
 * Pure and given the time. kWh are of a slot, at the receiving point; a part (a school) is at its own meter, without loss.
 *
 * Rules of planned-value balancing: the day-ahead plan is filed before 12:00 of the day before, a slot may be changed until its gate, one hour
 * before its delivery. Both end at the instant itself: what comes at 12:00:00 is late, what comes at the gate is refused.
 */
#ifndef CHISAN_WHEEL_H
#define CHISAN_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/clock.h"
#include "scada/base/err.h"
#include "scada/base/wheel_words.h"
#include "scada/base/wire.h"

#define WHEEL_GATE_US    (INT64_C(3600) * US_PER_S)
#define WHEEL_STATE_FORM 1 /* of wheel_put() */

struct wheel_terms {
	unsigned part_count;                /* who takes */
	const char *parts[WHEEL_PARTS_MAX]; /* their names, distinct; borrowed */
	double loss_share;                  /* 0 to below 1: a kWh at a part is 1 + this of the demand plan */
	int64_t gate_us;                    /* a slot's gate closes so long before its delivery; 0: WHEEL_GATE_US */
};
struct wheel_plan { /* kWh; NaN: not planned, of a slot either wholly (generation and every part) or not */
	double generation[WHEEL_SLOTS_MAX];
	double part[WHEEL_PARTS_MAX][WHEEL_SLOTS_MAX];
};
struct wheel_version {
	unsigned number, base; /* from 1; base: the version it was made from, 0 = none */
	enum wheel_answer answer;
	char author[WHEEL_AUTHOR_MAX];
	struct utc submitted_at, answered_at; /* answered_at: 0 = not yet */
	struct wheel_plan plan;
};
struct wheel_day {
	int64_t date;                    /* base/date.h */
	struct utc start, file_by;       /* file_by: 12:00 of the day before, by the site's zone */
	unsigned slots;                  /* 48; 46 to 50 where clocks are set */
	const struct wheel_terms *terms; /* borrowed */
	struct wheel_version **versions; /* version n at n - 1; none is ever changed but for its answer */
	unsigned version_count;
};

/* end: the day's end in the site's zone. ERR_USAGE: no whole number of slots, or too many or few, or file_by after start. */
enum err wheel_init(struct wheel_day *d, const struct wheel_terms *terms, int64_t date, struct utc start,
    struct utc end, struct utc file_by);
void wheel_done(struct wheel_day *d);

struct utc wheel_slot_start(const struct wheel_day *d, unsigned slot);
struct utc wheel_gate(const struct wheel_day *d, unsigned slot); /* from here on it may not be changed */
int wheel_slot_at(const struct wheel_day *d, struct utc t);      /* -1: not of this day */
enum wheel_phase wheel_phase(const struct wheel_day *d, unsigned slot, struct utc now);
enum wheel_standing wheel_standing(const struct wheel_day *d, unsigned slot);

const struct wheel_version *wheel_version(const struct wheel_day *d, unsigned number); /* NULL = no such */
const struct wheel_version *wheel_latest(
    const struct wheel_day *d); /* neither rejected nor dropped; what to edit. NULL = none */
const struct wheel_version *wheel_in_force(const struct wheel_day *d); /* the last accepted. NULL = none */
const struct wheel_version *wheel_day_ahead(
    const struct wheel_day *d); /* the last accepted that was submitted in time. NULL = none */
/* kWh planned of a side; demand with loss. v NULL, or not planned: NaN. */
double wheel_planned(const struct wheel_day *d, const struct wheel_version *v, enum wheel_side side, unsigned slot);
double wheel_demand(const struct wheel_terms *t, const struct wheel_plan *p, unsigned slot);

/*
 * A new version, on top of version `base` (that of wheel_latest(), 0 if none): ERR_BUSY if another came first, ERR_REFUSED if a slot
 * differs whose gate is closed, ERR_USAGE what is no plan; ERR_TOO_BIG too many versions. Nothing is changed then, and why says it.
 * kWh are rounded to 0.001. A now before the last version's time counts as that time: a clock set back opens no gate.
 */
enum err wheel_submit(struct wheel_day *d, unsigned base, const struct wheel_plan *plan, const char *author,
    struct utc now, unsigned *number, char *why, size_t size);
/* The answer of who keeps the plans. Rejected: pending ones built on it are dropped too. ERR_NOT_FOUND, ERR_REFUSED: why. */
enum err wheel_answer(struct wheel_day *d, unsigned number, bool is_accepted, struct utc at, char *why, size_t size);

bool wheel_is_same(const struct wheel_terms *t, const struct wheel_plan *a, const struct wheel_plan *b, unsigned slot);
/* What no author may be called: empty, too long, not inert, or what a spreadsheet takes for a formula. NULL = fine, else why. */
const char *wheel_author_fault(const char *author);
/* Is a slot's plan one? Rounds it. False: why. */
bool wheel_plan_slot(const struct wheel_terms *t, struct wheel_plan *p, unsigned slot, char *why, size_t size);

/* A version as bytes, for a restart: within one record of the store. Put back in the order of their numbers. ERR_USAGE, ERR_VERSION. */
void wheel_put(struct wbuf *b, const struct wheel_day *d, const struct wheel_version *v);
enum err wheel_take(struct wheel_day *d, const void *data, size_t len);
/* The same for what is no version of the day, as a draft: into *v. Its number and base are whatever they are. */
enum err wheel_get(const struct wheel_day *d, const void *data, size_t len, struct wheel_version *v);
/*
 * Which day and whose parts the bytes are: fills *d without versions and *t, whose names point into data; d->terms is t. For who reads what
 * was kept under another site file. False: not to be read.
 */
bool wheel_head(const void *data, size_t len, struct wheel_day *d, struct wheel_terms *t);
/* Takes the last version away again, for who only tried. */
void wheel_untake(struct wheel_day *d);

#endif
