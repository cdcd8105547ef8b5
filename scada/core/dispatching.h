/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatching.h - the guard in chisand: each second what is measured goes in, what is wanted of batteries, sources and loads goes to control
 * as slot 2.  Its mode and target are set by persons, journalled and saved; its figures are points and stand on the consoles.
 * No I/O of its own, no clock but the time that it is given.
 *
 * A site begins in manual: nothing is wanted of any output. An island comes by itself, in every mode but manual, and goes by itself.
 */
#ifndef CHISAN_DISPATCHING_H
#define CHISAN_DISPATCHING_H

#include "scada/base/actor.h"
#include "scada/base/command.h"
#include "scada/core/logbook.h"
#include "scada/core/plans.h"
#include "scada/core/scheduling.h"
#include "scada/core/table.h"
#include "scada/dispatch/district.h"

struct dispatching;

struct dispatching_ops {
	/* As control_want(); NaN lets go. False: why, a sentence. */
	bool (*want)(enum slot slot, point_id id, double value, struct utc until, const char *reason, char *why,
	    size_t size, void *arg);
	/* How an output is; false: there is none. */
	bool (*output)(point_id id, struct msg_output *m, void *arg);
	/* What is filed of self-wheeling: `filed` of W_PLAN_ASK. */
	void (*filed)(struct utc now, struct wbuf *b, void *arg);
	/* To the consoles: frames that are encoded already. */
	void (*publish)(const struct wbuf *frames, void *arg);
	/* What an override would do: the body of W_PREVIEW; NULL: none, `why` says it. Called once for each question that was taken. */
	void (*preview)(void *asker, uint32_t sequence, const struct wbuf *body, const char *why, void *arg);
	/* Saved without an entry. */
	void (*save)(const struct msg_store_state *state, void *arg);
};

struct dispatching *dispatching_new(struct logbook *l, const struct dispatching_ops *ops, void *arg);
void dispatching_free(struct dispatching *d); /* NULL is fine */

/* Its plans, for who speaks with chisan-planner. */
struct plans *dispatching_plans(struct dispatching *d);

/* A new table; borrowed until the next call; NULL: none any more. */
void dispatching_site(struct dispatching *d, struct table *t, uint16_t generation, const uint64_t hash[4],
    struct utc now, struct mono mono);
/* STATE_DISPATCH; false: of another kind, or not to be read. */
bool dispatching_restore(struct dispatching *d, const struct msg_store_state *state, struct utc now, struct mono mono);
void dispatching_save_all(struct dispatching *d, struct utc now, struct mono mono);
/* From here on something may be wanted: what was saved is back, devices have answered. */
void dispatching_begin(struct dispatching *d);
/* At least once a second; more often does nothing. */
void dispatching_tick(struct dispatching *d, struct utc now, struct mono mono);

/* What is filed of self-wheeling for the running half hour: mean net export in kW, and kWh of it that went out so far; NaN: not known. */
void dispatching_filed(struct dispatching *d, double filed_kw, double made_kwh);

/* ---- what a person sets (W_MODE) */
struct mode_ask {
	enum mode_what what;
	enum guard_mode mode;
	double kw;
	struct utc until;
};
/* May it be? False: addcause and a sentence. *says: what it will be then, with the state that goes into the journal's entry. */
bool dispatching_check(
    const struct dispatching *d, const struct mode_ask *ask, struct utc now, int *addcause, char *why, size_t size);
struct mode_entry {
	char before[120], after[200];
	struct wbuf states; /* of W_JOURNAL_ADD; the caller frees */
};
void dispatching_describe(const struct dispatching *d, const struct mode_ask *ask, const struct actor *by,
    const char *reason, struct utc now, struct mono mono, struct mode_entry *e);
/* It is so from now on. */
void dispatching_set(struct dispatching *d, const struct mode_ask *ask, const struct actor *by, const char *reason,
    struct utc now, struct mono mono);

/* ---- what a person enters ahead (W_SCHEDULE); as above, in the same order */
bool dispatching_schedule_check(
    const struct dispatching *d, const struct schedule_ask *ask, struct utc now, struct refusal *why);
/* An entry as it is; NULL: there is none with this id. */
const struct schedule_entry *dispatching_schedule_find(const struct dispatching *d, uint64_t id);
/* The whole schedule as it will be goes into `states` of the journal's entry. */
void dispatching_schedule_describe(const struct dispatching *d, const struct schedule_ask *ask, const struct actor *by,
    const char *reason, struct utc now, struct schedule_said *said, struct wbuf *states);
/* While that entry waits, no other act is taken. */
void dispatching_schedule_hold(struct dispatching *d, bool is_held);
/* set: the time that was described. */
void dispatching_schedule_set(struct dispatching *d, const struct schedule_ask *ask, const struct actor *by,
    const char *reason, struct utc set, struct utc now, struct mono mono);

/* ---- what is still to come (W_PLAN_AHEAD_GET): the body of W_PLAN_AHEAD. False: why there is none. */
bool dispatching_plan_ahead(
    const struct dispatching *d, const char *point, struct utc now, struct wbuf *body, char *why, size_t size);

/* ---- what an override would do (W_PREVIEW_GET) */
#define PREVIEW_WAIT_US (20 * US_PER_S) /* one that gives way to a plan, its own figures behind it */
/* False: there can be none, and why (addcause AC_NOT_SUPPORTED: never of this output; else -1); else it is answered by ops->preview within PREVIEW_WAIT_US. Who asks again gives up the first. */
bool dispatching_preview(struct dispatching *d, void *asker, uint32_t sequence, const struct msg_preview_get *m,
    struct utc now, struct mono mono, int *addcause, char *why, size_t size);
void dispatching_preview_forget(struct dispatching *d, const void *asker);
/* W_PREVIEW of chisan-planner. OK, or what is wrong with it: then its sender must go. */
enum err dispatching_preview_take(struct dispatching *d, const struct frame *f, struct utc now);
void dispatching_preview_down(struct dispatching *d, const char *why); /* all who wait are answered */

/* ---- reading */
/* Of a snapshot: how dispatch is, which points are planned, what is entered ahead; nothing without a site. */
void dispatching_piece(const struct dispatching *d, uint16_t generation, struct wbuf *frames);
/* Figures of chisand's own points (system.h); NaN = not known. */
struct dispatch_facts {
	bool is_there;
	double mode, grid, flags, now_kw, forecast_kw, target_kw, adjust_kw, stage, month_kw, year_kw, shed,
	    reserve_kwh, hours;
};
void dispatching_facts(const struct dispatching *d, struct dispatch_facts *f);

#endif
