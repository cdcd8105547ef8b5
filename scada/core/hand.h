/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hand.h - the operator's hand in chisand: the one door to the field (scada/control) between sessions, journal, store, consoles and the
 * field program.  No I/O of its own, no clock but the time that it is given.
 */
#ifndef CHISAN_HAND_H
#define CHISAN_HAND_H

#include "scada/control/control.h"
#include "scada/core/logbook.h"
#include "scada/core/table.h"

struct hand;

struct hand_ops {
	/* To the field program: value in the point's unit. As links_write(): ERR_HELPER is that it does not run. */
	enum err (*send)(
	    uint64_t write, point_id id, double value, uint32_t timer_s, char *why, size_t size, void *arg);
	/* To who asked: an answer (W_COMMAND_STATE, W_CHECK) or the result. */
	void (*frame)(void *asker, uint32_t sequence, uint16_t type, const struct wbuf *body, void *arg);
	/* To the consoles: frames that are encoded already, of SUB_CONTROL. */
	void (*publish)(const struct wbuf *frames, void *arg);
	/* Saved without an entry. */
	void (*save)(const struct msg_store_state *state, void *arg);
	void (*drift)(point_id id, bool on, const char *words, void *arg);
	void (*emergency)(const struct actor *by, const char *words, void *arg);
	/* What is to be done by and by has changed: hand_due. */
	void (*touched)(void *arg);
	struct utc (*now)(struct mono *mono, void *arg);
};

struct hand *hand_new(struct logbook *l, const struct hand_ops *ops, void *arg);
void hand_free(struct hand *h); /* NULL is fine */

void hand_site(struct hand *h, struct table *t, uint16_t generation, struct utc now, struct mono mono);
struct control *hand_control(struct hand *h);
/* STATE_OVERRIDE, STATE_TAG, STATE_COMMAND. */
bool hand_restore(struct hand *h, const struct msg_store_state *state, struct utc now, struct mono mono);
/* All that is held is saved again: the store has a new database. */
void hand_save_all(struct hand *h, struct utc now);

/* W_COMMAND, W_TAG, W_APPROVE. False: it is none of these. Answered now or later, always. */
bool hand_frame(
    struct hand *h, void *asker, const struct actor *by, const struct frame *f, struct utc now, struct mono mono);
/* A horn contact, guard or plan: chisand's own wish. False: it cannot be; logged, but not again and again. */
bool hand_want(
    struct hand *h, enum slot slot, point_id id, double value, const char *reason, struct utc now, struct mono mono);
/* The same until a time, without a word in the log. False: why, a sentence. */
bool hand_wish(struct hand *h, enum slot slot, point_id id, double value, struct utc until, const char *reason,
    struct utc now, struct mono mono, char *why, size_t size);
void hand_forget(struct hand *h, const void *asker, struct utc now, struct mono mono);
void hand_turn(struct hand *h, struct utc now, struct mono mono);
void hand_flush(struct hand *h);
bool hand_due(const struct hand *h, struct mono *at);

/* Of a snapshot: publish_source. */
uint32_t hand_pieces(const struct hand *h);
void hand_piece(const struct hand *h, uint32_t i, uint16_t generation, struct wbuf *frames);

#endif
