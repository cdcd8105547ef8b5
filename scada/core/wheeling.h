/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheeling.h - self-wheeling in chisand: the plans of yesterday, today and the two days to come with their versions, the draft that persons
 * work on, what is counted against them, and what is found. Rules: dispatch/wheel.h. No I/O of its own, no clock but the time that it is given.
 *
 * Draft     made from what is foreseen, by a person or by itself at make_at, or read from a file; edited slot by slot; filed as the next version.
 *           Where a gate closes over a change that was not filed, the draft goes back to what is filed there.
 * Version   submitted when it is filed, in force when its answer is entered as accepted; never changed. Kept KEEP_DAYS for closing reports.
 * Counted   increments of the counters of the site file, by the time of their readings; over a restart too
 * Metered   amounts of slots that are over as the utility has them, or by hand, in place of what is counted; each file an entry that is kept
 * Foreseen  generation: what is counted and the power of now for the rest of the running slot, the plan's for slots to come; demand: what is
 *           counted and the parts' forecast for the rest of the slot: the plan's, else learned from the part's own counter over five weeks with the
 *           calendar, else what the site file says is usual
 */
#ifndef CHISAN_WHEELING_H
#define CHISAN_WHEELING_H

#include "scada/base/actor.h"
#include "scada/base/wheel_words.h"
#include "scada/core/logbook.h"
#include "scada/core/plans.h"
#include "scada/core/refusal.h"
#include "scada/core/table.h"

enum { WHEELING_KEEP_DAYS = 100, WHEELING_AHEAD_DAYS = 2 };

struct wheeling;

struct wheeling_ops {
	/* Saved without an entry; an empty blob: no longer. */
	void (*save)(const struct msg_store_state *state, void *arg);
	/* A plan file for the data folder, in place of one of that name. False: why. */
	bool (*file)(const char *name, const struct wbuf *text, char *why, size_t size, void *arg);
};

struct wheeling *wheeling_new(struct logbook *l, const struct plans *p, const struct wheeling_ops *ops, void *arg);
void wheeling_free(struct wheeling *w); /* NULL is fine */

/* A new table; borrowed until the next call; NULL: none any more. Plans of other parts, or of another loss, are no longer worked with. */
void wheeling_site(struct wheeling *w, struct table *t, struct utc now, struct mono mono);
/* STATE_WHEEL; false: of another kind, or not to be read. */
bool wheeling_restore(struct wheeling *w, const struct msg_store_state *state, struct utc now);
void wheeling_save_all(struct wheeling *w, struct utc now);
/* At least once a second; more often does nothing. */
void wheeling_tick(struct wheeling *w, struct utc now, struct mono mono);

/* ---- what a person does (W_WHEEL) */
struct wheel_ask {
	enum wheel_act act;
	int64_t date;
	uint32_t number;
	unsigned from, to;
	double kwh;
	const char *part, *name, *data, *reason; /* borrowed for the call of wheeling_try() */
	size_t len;
};
struct wheel_change;
/*
 * What would become of it; NULL: why not. Nothing is changed yet, but nobody else acts on this day until wheeling_end(), which frees it.
 */
struct wheel_change *wheeling_try(
    struct wheeling *w, const struct wheel_ask *ask, const struct actor *by, struct utc now, struct refusal *why);
/* The entry of the journal; borrowed from the change. states: of W_JOURNAL_ADD. */
struct wheel_entry {
	const char *text, *before, *after;
	struct msg_bytes states;
};
void wheeling_entry(const struct wheel_change *c, struct wheel_entry *e);
/* It is so from now on. */
void wheeling_apply(struct wheeling *w, struct wheel_change *c, struct utc now, struct mono mono);
void wheeling_end(struct wheeling *w, struct wheel_change *c); /* NULL is fine, of both */

/* The same of the file that the site file names; NULL: it names none. */
const char *wheeling_price_file(const struct wheeling *w);
void wheeling_take_prices(
    struct wheeling *w, const char *name, const char *text, size_t len, struct utc now, struct mono mono);

/* ---- reading */
/* W_WHEEL_DAY; ERR_NOT_FOUND: why. */
enum err wheeling_day(
    const struct wheeling *w, int64_t date, struct utc now, struct wbuf *body, char *why, size_t size);
/* W_WHEEL_FILE */
enum err wheeling_file(
    const struct wheeling *w, int64_t date, uint32_t number, struct utc now, struct wbuf *body, char *why, size_t size);
/* For the guard: net export filed for the running half hour as a mean, kW, and what of it went out so far, kWh; NaN: not known. */
void wheeling_filed(const struct wheeling *w, struct utc now, double *filed_kw, double *made_kwh);
/*
 * For the planner, `filed` of W_PLAN_ASK: from the running half hour to the last that is in force, kW and price of imbalance, published or
 * what the site file reckons with. Empty: none is in force.
 */
void wheeling_put_filed(const struct wheeling *w, struct utc now, struct wbuf *b);
/* Figures of chisand's own points (system.h); NaN = not known. */
struct wheel_facts {
	bool is_there;
	double flags, plan_kwh, made_kwh, use_kwh, imbalance_kwh;
	double made_short_kwh, use_short_kwh; /* what imbalance_kwh is made of; shortage is positive */
};
void wheeling_facts(const struct wheeling *w, struct wheel_facts *f);

#endif
