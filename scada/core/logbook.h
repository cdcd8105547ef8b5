/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logbook.h - entries on their way into the journal: in order, each until the store has answered it.  An act waits at most 200 ms for
 * that; then it goes on, marked as not yet recorded.  While no store runs entries wait here and stand in the system log.  No clock.
 */
#ifndef CHISAN_LOGBOOK_H
#define CHISAN_LOGBOOK_H

#include "scada/base/msg.h"
#include "scada/base/record.h"

#define LOGBOOK_BYTES \
	(32u \
	    << 20) /* that entries which wait may take; beyond, the oldest that are no acts go, and an entry says how many */
#define LOGBOOK_FILES \
	(4u << 20) /* bytes of reports that wait to be filed; beyond, the oldest go: they are made again */
#define LOGBOOK_ACT_US  (200 * US_PER_MS) /* that an act waits */
#define LOGBOOK_SIGN_US (5 * US_PER_S)    /* that a confirmation waits: it may still be refused */
#define LOGBOOK_NO_UID  UINT32_MAX

struct logbook;

/* How an entry ended for who waits for it; called once. m lives until return. */
enum log_outcome {
	LOG_RECORDED, /* durable; m says as what */
	LOG_LATE,     /* the wait is over: it goes on, and the entry still waits for the store */
	LOG_REFUSED,  /* the store refuses it for good: e and text */
};
struct log_end {
	enum log_outcome outcome;
	const struct msg_journal *m;
	enum err e;
	const char *text;
};
typedef void (*log_done_fn)(const struct log_end *end, void *arg);

struct logbook_ops {
	/* To the writer of the store; false: it cannot be sent now. */
	bool (*send)(uint16_t type, const struct wbuf *body, uint32_t *sequence, void *arg);
	/* An entry is durable: for the consoles. */
	void (*recorded)(const struct msg_journal *m, void *arg);
	/* Somebody waits from now on: logbook_due has changed. May be NULL. */
	void (*waits)(void *arg);
};

/* seed: from a random source; tokens of entries are made of it. */
struct logbook *logbook_new(const struct logbook_ops *ops, void *arg, uint64_t seed);
void logbook_free(struct logbook *l); /* nobody who waits is called any more; NULL is fine */

/* Copied. A token is made if it has none. Not is_act: nobody waits. */
void logbook_add(struct logbook *l, const struct msg_journal_add *m, struct mono now);
/* An act: done() is called, not before return, and at latest when logbook_tick finds its time over. */
void logbook_act(struct logbook *l, const struct msg_journal_add *m, struct mono now, log_done_fn done, void *arg);
/* The same for what is done already: if its token turns out to be that of another entry, it gets one of our own. */
void logbook_done(struct logbook *l, const struct msg_journal_add *m, struct mono now, log_done_fn done, void *arg);
/* A confirmation: what W_REPORT_SIGN carries, with such an entry inside. LOG_LATE: the outcome is not known. */
void logbook_sign(struct logbook *l, const struct msg_report_sign *m, struct mono now, log_done_fn done, void *arg);
/* A report to be filed: the body of W_REPORT_FILE, in its place among the entries. */
void logbook_file(struct logbook *l, const uint8_t *body, size_t len);

/* Chisand's own entry in one line: no user, no act. point may be NULL. */
void logbook_say(struct logbook *l, struct utc now, struct mono mono, enum journal_kind kind, const char *point,
    const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* The store takes entries from now on; what it has not answered is sent again. */
void logbook_ready(struct logbook *l);
/* No store. is_awaited: it is about to be there, acts may wait for it; else they go on at once. */
void logbook_down(struct logbook *l, bool is_awaited, struct mono now);
/* W_JOURNAL or W_RESULT of the writer. False: it answers nothing of ours, or cannot be read. */
bool logbook_answer(struct logbook *l, const struct frame *f);
/* Ends waits that are over, sends what can be sent. */
void logbook_tick(struct logbook *l, struct mono now);
/* When the next wait is over; false: nobody waits. */
bool logbook_due(const struct logbook *l, struct mono *at);

uint32_t logbook_waiting(const struct logbook *l); /* entries that are not durable */
uint64_t logbook_lost(
    const struct logbook *l);              /* that found no room, ever; with them went the states that they carried */
uint64_t logbook_token(struct logbook *l); /* a new one, never 0 */

#endif
