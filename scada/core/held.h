/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held.h - what persons hold against the field: values by hand and scans that are off, by the name of the point, so that they outlive
 * reloads and restarts.  Here they are kept and applied to the table; acts.c decides about them.  No I/O, no clock.
 */
#ifndef CHISAN_HELD_H
#define CHISAN_HELD_H

#include <sys/queue.h>

#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/core/table.h"

#define HELD_REASON 201 /* bytes of a reason with the terminator */

struct hold {
	TAILQ_ENTRY(hold) entry;
	enum state_kind kind; /* STATE_MANUAL, STATE_SCAN_OFF */
	char name[POINT_NAME_MAX];
	double value;     /* manual */
	struct utc time;  /* of the act */
	struct utc until; /* manual: ends by itself; 0 = it does not */
	struct mono ends; /* the same on the clock that nobody sets; 0 = not known yet, the wall clock is wrong */
	char user[64], reason[HELD_REASON];
	bool is_over; /* ended in this run: what an old state says of it is over too */
	bool
	    is_unfit; /* there is no such point in this site, or it can no longer be held so: kept, not applied; told once */
};

struct held_ops {
	/* The scan of a point went off or on: for the field program. */
	void (*scan)(point_id id, bool on, void *arg);
	/* The end of a hold has come: it was dropped from the table. h lives until return. */
	void (*ended)(const struct hold *h, void *arg);
	/* A point was renamed: h is to be saved, and the old name forgotten. */
	void (*renamed)(const struct hold *h, const char *old_name, void *arg);
	/* The site has changed, and it holds nothing any more: why, in a sentence. It is kept, for a site that it fits again. */
	void (*unfit)(const struct hold *h, const char *why, void *arg);
};

struct held *held_new(const struct held_ops *ops, void *arg);
void held_free(struct held *h); /* NULL is fine */

/* A new table: all that is held is applied to it. Borrowed until the next call; NULL: none. */
void held_site(struct held *h, struct table *t, struct mono now);

/* Begins or replaces one, and applies it; h->name is a point's. ends follows from until and the two clocks. */
void held_put(struct held *h, const struct hold *given, struct utc now, struct mono mono);
/* Ends one. False: there was none. */
bool held_drop(struct held *h, enum state_kind kind, const char *name, struct utc now, struct mono mono);
const struct hold *held_find(const struct held *h, enum state_kind kind, const char *name); /* NULL = none */
const struct hold *held_next(const struct held *h, const struct hold *before); /* NULL: the first; of all that hold */

/* What the store saved: merged, the newer act wins. False: it cannot be read, or is of another kind. */
bool held_restore(struct held *h, const struct msg_store_state *m, struct utc now, struct mono mono);
/* Ends what has come to its end. */
void held_tick(struct held *h, struct utc now, struct mono mono);

/* What W_STORE_STATE and the states of an entry carry: appended. */
void held_put_blob(const struct hold *h, struct wbuf *b);
/* One of the list of states of W_JOURNAL_ADD. forget: the blob is empty. */
void held_put_state(const struct hold *h, bool forget, struct wbuf *states);

#endif
