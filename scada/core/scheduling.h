/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scheduling.h - the schedule of dispatch as chisand holds it: entries that people add, change and end, checked against the energy model.
 * Pure: no I/O, no clock but the time that it is given. The journal's entry of each act carries the whole schedule as saved state.
 *
 * An entry that is over stays for a day, to be looked at, and goes by itself.  Two of the same asset never hold at the same time, nor two events, nor
 * two demand targets.
 */
#ifndef CHISAN_SCHEDULING_H
#define CHISAN_SCHEDULING_H

#include "scada/base/actor.h"
#include "scada/base/command.h"
#include "scada/base/schedule.h"
#include "scada/core/refusal.h"
#include "scada/model/energy.h"

#define SCHEDULE_KEPT_US  (86400 * US_PER_S)       /* after its end */
#define SCHEDULE_AHEAD_US (732 * 86400 * US_PER_S) /* no end lies further ahead */

struct scheduling {
	struct schedule_entry list[SCHEDULE_MAX]; /* in order of their begin */
	unsigned count;
	uint64_t last; /* greatest id that was ever given */
	bool is_held;  /* an act waits for the journal: its entry says what all of it will be */
};

struct schedule_ask { /* W_SCHEDULE */
	enum schedule_act act;
	int64_t seen;
	struct schedule_entry entry; /* change, end: its id */
};
struct schedule_said {
	char before[SCHEDULE_NAME + SCHEDULE_REASON + 200], after[SCHEDULE_NAME + SCHEDULE_REASON + 200];
};

/* May it be? False: why. energy NULL: the site has none. */
bool scheduling_check(const struct scheduling *s, const struct energy *energy, const struct schedule_ask *ask,
    struct utc now, struct refusal *why);
/* *next: how it will be, of an ask that was checked. *said: of the entry, before and after; "none" where there is none. */
void scheduling_next(const struct scheduling *s, const struct schedule_ask *ask, const struct actor *by,
    const char *reason, struct utc now, struct scheduling *next, struct schedule_said *said);

/* The saved form. False: it cannot be read, and s is as it was. */
void scheduling_put(const struct scheduling *s, struct wbuf *blob);
bool scheduling_get(struct scheduling *s, const uint8_t *data, size_t len);
/* What was over for long enough goes. True: something went. */
bool scheduling_tidy(struct scheduling *s, struct utc now);

/* The event of demand response that holds now; NULL = none. */
const struct schedule_entry *scheduling_response(const struct scheduling *s, struct utc now);
/* The demand target that holds now; NULL = none is entered. */
const struct schedule_entry *scheduling_target(const struct scheduling *s, struct utc now);
/* Is this asset entered as out of service now? */
bool scheduling_is_out(const struct scheduling *s, const char *asset, struct utc now);
/* Which entries hold now, as a number that differs when others do. */
uint64_t scheduling_phase(const struct scheduling *s, struct utc now);
/* "entry 3: F1 out 2026-12-01 08:00 to 2026-12-05 18:00: overhaul" */
void scheduling_say(const struct schedule_entry *e, char *buf, size_t size);

#endif
