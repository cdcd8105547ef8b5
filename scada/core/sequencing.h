/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencing.h - guided sequences: persons go through the steps of the site file one by one; each is checked against points and confirmed by
 * somebody, and all of it is journalled and saved.  Nothing is ever written to the field from here: commands stay acts of their own.
 * No I/O of its own, no clock but the time that it is given.
 *
 * A check that turns false behind a confirmed step is told, and undoes nothing. At most one run of a sequence at a time.
 */
#ifndef CHISAN_SEQUENCING_H
#define CHISAN_SEQUENCING_H

#include "scada/base/actor.h"
#include "scada/base/sequence.h"
#include "scada/core/logbook.h"
#include "scada/core/refusal.h"
#include "scada/core/table.h"

struct sequencing;

struct sequencing_ops {
	/* To the consoles: frames that are encoded already. */
	void (*publish)(const struct wbuf *frames, void *arg);
	/* Saved without an entry. */
	void (*save)(const struct msg_store_state *state, void *arg);
	/* Does this output carry an inhibit tag? */
	bool (*is_inhibited)(point_id id, void *arg);
};

struct sequencing *sequencing_new(struct logbook *l, const struct sequencing_ops *ops, void *arg);
void sequencing_free(struct sequencing *q); /* NULL is fine */

/*
 * A new table; borrowed until the next call; NULL: none any more. Runs go over by name; one whose steps are others now, or that is no longer
 * in the site file, has ended, and the journal says so.
 */
void sequencing_site(struct sequencing *q, struct table *t, uint16_t generation, struct utc now, struct mono mono);
/* STATE_SEQUENCE; false: of another kind, or not to be read. */
bool sequencing_restore(struct sequencing *q, const struct msg_store_state *state, struct utc now, struct mono mono);
void sequencing_save_all(struct sequencing *q, struct utc now);
/* Checks of runs, after points have changed and a few times a second; tells the consoles what is new. */
void sequencing_turn(struct sequencing *q, struct utc now, struct mono mono);

/* ---- what a person does (W_SEQUENCE) */
struct sequence_ask {
	enum sequence_act act;
	uint64_t run;  /* that the person saw; SEQ_BEGIN: 0 */
	unsigned step; /* from 0; that the person saw */
	char name[SEQUENCE_NAME_MAX];
};
bool sequencing_check(struct sequencing *q, const struct sequence_ask *ask, const struct actor *by, struct utc now,
    struct mono mono, struct refusal *why);
/* The entry of the journal, with what the check's inputs were and with the state as it will be. */
struct sequence_entry {
	char point[POINT_NAME_MAX], text[800], before[900], after[300];
	struct wbuf states; /* of W_JOURNAL_ADD; the caller frees */
};
void sequencing_describe(struct sequencing *q, const struct sequence_ask *ask, const struct actor *by,
    const char *reason, struct utc now, struct sequence_entry *e);
/* While the entry waits for the journal nobody else acts on this sequence. */
void sequencing_hold(struct sequencing *q, const char *name, bool on);
/* It is so from now on. */
void sequencing_set(struct sequencing *q, const struct sequence_ask *ask, const struct actor *by, const char *reason,
    struct utc now, struct mono mono);

/* ---- of a snapshot */
uint32_t sequencing_pieces(const struct sequencing *q);
void sequencing_piece(const struct sequencing *q, uint32_t i, uint16_t generation, struct wbuf *frames);

#endif
