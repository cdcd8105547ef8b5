/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarming.h - the alarms of chisand: the engine (scada/alarm), fed by the table, with its transitions on their way into the journal,
 * into what is saved, and to the consoles.  No I/O of its own, no clock.
 */
#ifndef CHISAN_ALARMING_H
#define CHISAN_ALARMING_H

#include "scada/alarm/alarm.h"
#include "scada/core/logbook.h"
#include "scada/core/table.h"

struct alarming;

struct alarming_ops {
	/* To the consoles: frames that are encoded already, of SUB_ALARMS. */
	void (*publish)(const struct wbuf *frames, void *arg);
	/* Saved without an entry. */
	void (*save)(const struct msg_store_state *state, void *arg);
	/* An act's entry, from within alarms_act(): who asked journals it and waits for it. NULL while nobody asks. */
	void (*act)(const struct msg_journal_add *m, void *arg);
	/* The horn contact (alarming.horn): 1 sounds, 0 not. False: it cannot be switched now; asked again by and by. */
	bool (*contact)(point_id horn, bool on, void *arg);
};

struct alarming *alarming_new(struct logbook *l, const struct alarming_ops *ops, void *arg);
void alarming_free(struct alarming *a); /* NULL is fine */

/* A new table, which is watched from now on; what is known goes over by name. Borrowed until the next call; NULL: none any more. */
void alarming_site(struct alarming *a, struct table *t, uint16_t generation, struct utc now, struct mono mono);
/* NULL before the first site. */
struct alarms *alarming_engine(struct alarming *a);

/*
 * STATE_ALARM, STATE_LIMIT, STATE_ALARMING; false: of another kind, or not to be read. What was saved under a name that a point had before
 * is saved under its new one; what is of an alarm that the site no longer has is closed, with an entry, and forgotten.
 */
bool alarming_restore(struct alarming *a, const struct msg_store_state *state, struct utc now, struct mono mono);
/* All that is not at rest is saved again, and what came to rest is forgotten: the store has a new database, or has missed something. */
void alarming_save_all(struct alarming *a, struct utc now);

void alarming_device(struct alarming *a, const struct msg_device_state *m, struct utc now, struct mono mono);
/* At the end of a turn, after the calculations. */
void alarming_turn(struct alarming *a, struct utc now, struct mono mono);
/* Changes go to the consoles; last in a turn. Of a burst a part a turn: the rest is due at once. */
void alarming_flush(struct alarming *a);
bool alarming_due(const struct alarming *a, struct mono *at);
/* Alarms of Chisan itself; also before there is a site: then it is kept for it. OWN_EMERGENCY: alarming_emergency(). */
void alarming_own(
    struct alarming *a, enum alarm_own which, bool on, const char *words, struct utc now, struct mono mono);
/* Of what is over as soon as it is told; it stays on the list until somebody acknowledges it. */
void alarming_event(struct alarming *a, enum alarm_own which, const char *words, struct utc now, struct mono mono);
/* One person acted alone: it stays until somebody acknowledges it. */
void alarming_emergency(struct alarming *a, const char *words, struct utc now, struct mono mono);

/* Of a snapshot, publish_source: first what alarms there are, then how they are, and the horn. */
uint32_t alarming_pieces(const struct alarming *a, bool is_defs);
void alarming_piece(const struct alarming *a, bool is_defs, uint32_t i, uint16_t generation, struct wbuf *frames);

#endif
