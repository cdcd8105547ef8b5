/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.h - what persons do that changes something here: values by hand, scans off and on, notes, confirmed reports, alarms.
 *
 *   1 the same token before? its first outcome   2 checks   3 into the journal, with the state   4 applied   5 answered
 *
 * Between 3 and 4 at most 200 ms pass (logbook.h); then it goes on, and the answer says that it is not yet recorded.
 * Roles are checked before, by the table of messages.
 */
#ifndef CHISAN_ACTS_H
#define CHISAN_ACTS_H

#include "scada/control/control.h"
#include "scada/core/alarming.h"
#include "scada/core/dispatching.h"
#include "scada/core/held.h"
#include "scada/core/logbook.h"
#include "scada/core/sequencing.h"
#include "scada/core/wheeling.h"

#define ACTS_REMEMBERED 256 /* outcomes kept for tokens that come again */
#define ACTS_OPEN       64  /* that wait for the journal at a time */
#define ACTS_NOTE       2001

struct acts_ops {
	/* addcause: -1 = none. asker: whoever asked; sequence: of its request. */
	void (*answer)(void *asker, uint32_t sequence, enum err e, int addcause, enum result_detail detail,
	    const char *text, void *arg);
	/* The table was changed. */
	void (*touched)(void *arg);
	/* A second person is asked; decided() is called once, later. The approval's number; 0: nobody can be asked. NULL: neither. */
	uint64_t (*second)(const struct actor *by, enum role least, const char *area, const char *what,
	    approval_fn *decided, void *decided_arg, void *arg);
	/* Only the outer edge reads clocks: when an entry is answered. */
	struct utc (*now)(struct mono *mono, void *arg);
};

struct acts;

struct acts *acts_new(struct logbook *l, struct held *h, const struct acts_ops *ops, void *arg);
void acts_free(struct acts *a);                  /* NULL is fine */
void acts_site(struct acts *a, struct table *t); /* borrowed until the next call; NULL: none */

/* Alarms, for W_ALARM_ACT; borrowed; NULL: none. Its op `act` is acts_alarm_entry(). */
void acts_alarms(struct acts *a, struct alarming *alarming);
void acts_alarm_entry(struct acts *a, const struct msg_journal_add *m);

/* Dispatch, for W_MODE and W_SCHEDULE; borrowed; NULL: none. */
void acts_dispatch(struct acts *a, struct dispatching *d);
void acts_sequences(struct acts *a, struct sequencing *q); /* the same for W_SEQUENCE */
void acts_wheel(struct acts *a, struct wheeling *w);       /* and for W_WHEEL */

/* W_MANUAL, W_SCAN, W_NOTE, W_REPORT_CONFIRM, W_ALARM_ACT, W_MODE, W_SEQUENCE, W_SCHEDULE. False: it is none of these. Answered now or later, always. */
bool acts_frame(
    struct acts *a, void *asker, const struct actor *who, const struct frame *f, struct utc now, struct mono mono);
/* It is gone: the act goes on, the answer goes nowhere. */
void acts_forget(struct acts *a, const void *asker);
/* A hold came to its end by itself: its entry. */
void acts_ended(struct acts *a, const struct hold *h, struct utc now, struct mono mono);

#endif
