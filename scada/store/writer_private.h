/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_private.h - what the files of the writer share.  Frames are only taken in and put in line; one step of work a turn of the
 * loop makes them durable: entries first, then batches.
 *
 *   waits for the site --open--> OPEN --trouble--> CLOSED --back-off--> OPEN        (writer_life.c)
 */
#ifndef CHISAN_WRITER_PRIVATE_H
#define CHISAN_WRITER_PRIVATE_H

#include "scada/base/conn.h"
#include "scada/base/msg.h"
#include "scada/site/site.h"
#include "scada/store/data.h"
#include "scada/store/history.h"
#include "scada/store/journal.h"
#include "scada/store/writer.h"

#define WRITER_BUSY_MS 200 /* another program holds the database: an act waits no longer */

/* Frames that wait for a transaction, in order of arrival: type u16, sequence u32, length u32, body. */
struct queue {
	struct wbuf bytes;
	uint32_t count;
	bool is_urgent;    /* a person waits for one of them */
	struct mono since; /* the oldest */
};

struct health {
	enum store_state state, told;
	char text[400], told_text[400];
	enum store_state behind; /* what it is when storing works: renewed, meddled, or well */
	char behind_text[400];
	struct mono behind_until, told_at, slow_until, measured_at;
	double growth;                /* bytes a day; NaN = not known yet */
	int64_t first_ms, first_size; /* when running began */
	uint8_t chain;                /* as W_STORE_HEALTH has it */
};

struct writer {
	struct ev_loop *loop;
	struct conn *conn;
	struct data_folders folders;
	struct data_place place; /* of the folder of the database */
	struct db db;
	struct journal *journal;
	struct history *history;
	char broken[200]; /* where the chain was found broken at the opening; "" = nowhere */
	bool is_open, was_open, was_told, is_greeted, has_ended;
	bool is_at_work; /* the loop turns for a sign of life only */
	ev_prepare step; /* work before the loop sleeps */
	ev_timer tick, soon;

	/* the site */
	struct site *site;
	struct msg_store_site coming; /* pieces of it come in */
	struct wbuf tree;
	bool is_coming;
	uint64_t boot;
	struct site *next; /* came while something took long: taken when that is done; NULL = none */

	/* entries, states, reports */
	struct queue queue;
	struct wbuf answers; /* of the transaction that is open: type, reply-to, length, body */
	uint32_t answer_count;
	size_t item; /* of the queue, that is worked on */

	/* batches */
	uint64_t last, expected, acked,
	    refused;      /* accepted since opening; first one that may come, 0 = any; answered; not wanted */
	uint32_t batches; /* put, not yet durable */
	struct mono batch_since, batch_done;
	struct utc batch_came;

	/* trouble */
	double backoff_s;
	struct mono retry_at; /* 0 = not waiting */
	enum err mark_err;    /* of the key folder's mark, as it was said */
	bool waits_for_space; /* the transaction failed and is tried each second */
	bool is_nameless;     /* file or log was deleted and is not saved yet: nothing more is committed into it */
	int64_t data_version;
	struct mono looked_at, checkpointed_at, renewed_at, suspected_at;
	int log_pages;
	struct db_walk walk;
	struct wbuf salvaged; /* states of a damaged database, as W_JOURNAL_ADD lists them */

	struct health health;
	struct wbuf out;
};

/* writer.c */
void writer_send(struct writer *w, uint16_t type, uint32_t reply_to);
void writer_end(struct writer *w);    /* leaves the loop: chisand starts us again */
void writer_stay_alive(void *writer); /* for db_when_long */

/* writer_entries.c: one transaction for all that waits */
void queue_put(struct queue *q, const struct frame *f, bool is_urgent);
/* Drops what chisand sends again by itself after W_STORE_READY: entries. States and reports stay. */
void queue_keep_unasked(struct queue *q);
enum err writer_commit_entries(struct writer *w, struct utc now);
/* A checkpoint without entries, if it is time (or must). */
enum err writer_checkpoint(struct writer *w, struct utc now, bool must);
/* An entry that the store makes itself, with the next transaction; told to chisand without being asked. */
void writer_journal(struct writer *w, struct utc now, const char *text, const char *before, const char *after);

/* writer_report.c: within a transaction. ERR_REFUSED, ERR_NOT_FOUND: text says why, nothing was changed. */
enum err writer_file_report(struct writer *w, const struct msg_report_file *m, struct utc now);
enum err writer_sign_report(struct writer *w, uint32_t reply_to, const struct msg_report_sign *m,
    const struct msg_journal_add *entry, char *text, size_t size);
void writer_answer_entry(struct writer *w, uint32_t reply_to, const struct msg_journal *entry);

/* writer_life.c */
void writer_open(struct writer *w, struct utc now);
void writer_close(struct writer *w);
void writer_close_for_now(struct writer *w);           /* opened again at the next tick */
void writer_trouble(struct writer *w, struct utc now); /* the last failure of w->db decides what happens */
void writer_retry(struct writer *w, struct utc now);   /* opens again when it is time */
void writer_reopen(struct writer *w, struct utc now);
/* Another folder stands where ours was: the sandbox does not let us in. Then the process ends, and the next one enters that. */
bool writer_is_elsewhere(struct writer *w);
enum err writer_mark(struct writer *w, bool must); /* the key folder remembers the newest entry */

/* writer_look.c: each second */
void writer_look(
    struct writer *w, struct utc now); /* still the same files? does anybody else write? the log, housekeeping */
/* If so, it is said, and the journal goes on from its end as it is now. Also within a transaction that has added nothing yet. */
enum err writer_look_for_others(struct writer *w, struct utc now);

/* writer_health.c */
void health_set(struct writer *w, enum store_state state, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What is to be known for an hour, also when storing works. */
void health_behind(struct writer *w, enum store_state state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void health_took(struct writer *w, int64_t us);    /* a commit was done in that time: all is well, or slow */
void health_stalled(struct writer *w, int64_t us); /* whatever else took so long */
/* If something changed, and every few seconds (is_tick). */
void health_tell(struct writer *w, struct utc now, bool is_tick);

#endif
