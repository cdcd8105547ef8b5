/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel.h - self-wheeling (自己託送): the plan of a day in half-hour slots, its versions, and what may still be changed when.
 * Pure and given the time. kWh are of a slot, at the receiving point; a part (a school) is at its own meter, without loss.
 *
 * Rules of planned-value balancing: the day-ahead plan is filed before 12:00 of the day before, a slot may be changed until one hour
 * before its delivery. Both end at the instant itself: what comes at 12:00:00 is late, what comes at the gate is refused.
 */
#ifndef CHISAN_WHEEL_H
#define CHISAN_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/clock.h"
#include "scada/base/err.h"
#include "scada/base/wire.h"

enum { WHEEL_SLOTS_MAX = 50, WHEEL_PARTS_MAX = 32, WHEEL_VERSIONS_MAX = 500, WHEEL_AUTHOR_MAX = 64 };
#define WHEEL_SLOT_US    (INT64_C(1800) * US_PER_S)
#define WHEEL_GATE_US    (INT64_C(3600) * US_PER_S)
#define WHEEL_KWH_MAX    1e6
#define WHEEL_STATE_FORM 1 /* of wheel_put() */

enum wheel_side { WHEEL_GENERATION, WHEEL_DEMAND, WHEEL_SIDES };

/* clang-format off */
/* What the clock says of a slot. _(id, word, in Japanese, help) */
#define WHEEL_PHASE_LIST(_) \
	_(WHEEL_AHEAD,   "ahead",   "提出前", "before the day-ahead filing time: everything may be changed") \
	_(WHEEL_OPEN,    "open",    "変更可", "filing time is over, the gate is open: a change is a change of the filed plan") \
	_(WHEEL_CLOSED,  "closed",  "締切",   "the gate is closed: what is filed holds") \
	_(WHEEL_RUNNING, "running", "受渡中", "in delivery") \
	_(WHEEL_OVER,    "over",    "終了",   "delivered")
/* What became of its plan. */
#define WHEEL_STANDING_LIST(_) \
	_(WHEEL_NONE,      "none",      "計画なし", "nobody planned it") \
	_(WHEEL_SUBMITTED, "submitted", "提出済",   "submitted, the answer is awaited") \
	_(WHEEL_FILED,     "filed",     "受理",     "accepted as the day-ahead plan has it") \
	_(WHEEL_CHANGED,   "changed",   "変更受理", "accepted, other than the day-ahead plan") \
	_(WHEEL_LATE,      "late",      "遅延受理", "accepted, but there was no day-ahead plan in time")
/* How a version is. */
#define WHEEL_ANSWER_LIST(_) \
	_(WHEEL_PENDING,   "pending",   "回答待ち", "the answer is awaited") \
	_(WHEEL_ACCEPTED,  "accepted",  "受理",     "accepted") \
	_(WHEEL_REJECTED,  "rejected",  "不受理",   "refused by who keeps the plans") \
	_(WHEEL_DROPPED,   "dropped",   "取下げ",   "built on a version that was rejected, or another was accepted over it")
/* clang-format on */
#define WHEEL_ENUM(id, word, ja, help) id,
enum wheel_phase { WHEEL_PHASE_LIST(WHEEL_ENUM) WHEEL_PHASES };
enum wheel_standing { WHEEL_STANDING_LIST(WHEEL_ENUM) WHEEL_STANDINGS };
enum wheel_answer { WHEEL_ANSWER_LIST(WHEEL_ENUM) WHEEL_ANSWERS };
#undef WHEEL_ENUM
const char *wheel_phase_word(enum wheel_phase p, bool is_ja);
const char *wheel_standing_word(enum wheel_standing s, bool is_ja);
const char *wheel_answer_word(enum wheel_answer a, bool is_ja);

struct wheel_terms {
	unsigned part_count;                /* who takes */
	const char *parts[WHEEL_PARTS_MAX]; /* their names, distinct; borrowed */
	double loss_share;                  /* 0 to below 1: a kWh at a part is 1 + this of the demand plan */
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

/* A version as bytes, for a restart: within one record of the store. Put back in the order of their numbers. ERR_USAGE, ERR_VERSION. */
void wheel_put(struct wbuf *b, const struct wheel_day *d, const struct wheel_version *v);
enum err wheel_take(struct wheel_day *d, const void *data, size_t len);

#endif
