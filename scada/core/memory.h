/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - chisand's side of the memory put together: record, journal, what persons hold, sums, questions for the past.
 *
 *   start   1 store and reader are started   2 what was saved is restored   3 ready(): the field may begin, at latest after 1 s
 *   turn    1 changed values into the record   2 events into the journal
 *   stop    1 sums, the last batch and the last entry are sent   2 memory_is_idle(): all of it is durable
 */
#ifndef CHISAN_MEMORY_H
#define CHISAN_MEMORY_H

#include "scada/core/alarming.h"
#include "scada/core/calc.h"
#include "scada/core/logbook.h"
#include "scada/core/sequencing.h"
#include "scada/core/session.h"
#include "scada/core/supervise.h"
#include "scada/core/system.h"
#include "scada/core/wheeling.h"

#define MEMORY_START_S 1.0 /* that the store has to give back what was saved, before the field begins without it */

struct memory;

struct memory_ops {
	void (*ready)(void *arg); /* once: the field may begin */
	void (*scan)(point_id id, bool on, void *arg);
	void (*touched)(void *arg); /* the table was changed */
	/* Something saved that is not the memory's own. False: nobody's. */
	bool (*restore)(const struct msg_store_state *state, void *arg);
	void (*renewed)(void *
	        arg); /* the store may be another one than before, or has missed something: all that is held is to be saved again */
	/* It is recorded, or not; each change. */
	void (*health)(bool is_recording, const char *words, void *arg);
	/* The chain of the journal is broken, or was meddled with; and is whole again. */
	void (*chain)(bool is_broken, const char *words, void *arg);
	/* As of acts_ops. */
	uint64_t (*second)(const struct actor *by, enum role least, const char *area, const char *what,
	    approval_fn *decided, void *decided_arg, void *arg);
};

struct memory *memory_new(struct ev_loop *loop, struct publish *p, const struct memory_ops *ops, void *arg);
void memory_free(struct memory *m); /* NULL is fine */

/*
 * A new configuration. What is held is applied to the table, so call it before anybody is shown the table; the old one must still
 * be there. NULL: none any more.
 */
void memory_site(struct memory *m, struct table *t, struct calc *c, uint16_t generation, const uint64_t hash[4]);
/* The store was started. is_missing: it could not be; then nobody waits for it. */
void memory_begin(struct memory *m, bool is_missing);

/* Of HELPER_STORE and HELPER_READER what they say; of all helpers that they are there and gone. */
void memory_up(struct memory *m, const struct supervise *s, enum helper_id id, struct conn *c);
void memory_down(
    struct memory *m, enum helper_id id, enum err why); /* after memory_finish it is as it should be: no entry */
enum err memory_frame(struct memory *m, enum helper_id id, const struct frame *f);

/* At the end of a turn, after the calculations. */
void memory_turn(struct memory *m, struct utc now, struct mono mono);
/* A value of earlier that a device remembers. */
void memory_late(struct memory *m, point_id id, struct utc time, double v, struct utc now, struct mono mono);
/* Until when samples of an earlier run are stored; 0 = none, or nobody has said yet. */
struct utc memory_known(const struct memory *m);
void memory_tick(struct memory *m, struct utc now, struct mono mono); /* a few times a second */
/* What the field program says of a device. */
void memory_device(struct memory *m, const struct msg_device_state *state, struct utc now, struct mono mono);

/* Acts and questions of clients; after memory_finish they are refused. False: it is none. */
bool memory_request(struct memory *m, struct session *s, const struct frame *f);
void memory_forget(struct memory *m, struct session *s);

/* Alarms for the acts of persons; borrowed; NULL: none. memory_alarm_entry: what alarming's op `act` gives. */
void memory_alarms(struct memory *m, struct alarming *alarming);
/* A helper's questions about the record, as a client's. False: it is none. And what it asked is called back. */
bool memory_ask(struct memory *m, struct conn *c, const struct frame *f);
void memory_forget_conn(struct memory *m, const struct conn *c);
void memory_dispatch(struct memory *m, struct dispatching *d); /* the same for dispatch */
void memory_sequences(struct memory *m, struct sequencing *q);
void memory_wheel(struct memory *m, struct wheeling *w);
void memory_alarm_entry(struct memory *m, const struct msg_journal_add *entry);
/* Saved with the next batch, without an entry. False: no store. */
bool memory_save(struct memory *m, const struct msg_store_state *state);

void memory_facts(const struct memory *m, struct system_facts *out, struct utc now, struct mono mono);
struct logbook *memory_log(struct memory *m);

void memory_finish(struct memory *m, struct utc now, struct mono mono);
bool memory_is_idle(const struct memory *m);

#endif
