/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_private.h - what the files of the reader share: the database as it is now, questions and the kinds of answers.
 *
 *   frame -> answer->begin: the body is read and checked -> slices in turn: answer->step, as far as frames were granted -> W_RESULT
 *
 * A step takes a few ms and holds nothing of the database beyond its end, so that the writer's log can begin anew between any two.
 */
#ifndef CHISAN_READER_PRIVATE_H
#define CHISAN_READER_PRIVATE_H

#include <sys/queue.h>

#include "scada/base/conn.h"
#include "scada/base/msg.h"
#include "scada/report/report.h"
#include "scada/store/data.h"
#include "scada/store/filing.h"
#include "scada/store/query.h"
#include "scada/store/reader.h"

#define QUESTIONS_MAX 64
#define CREDIT_BEGIN  8               /* frames that may be under way before any is granted */
#define CREDIT_MAX    65535           /* and at most */
#define CREDIT_US     (30 * US_PER_S) /* a question that is granted nothing for so long is ended */
#define PIECE         131072          /* bytes of a backup or report in one frame */
#define SLICE_US      4000            /* what a step aims at */
#define WAIT_US       (30 * US_PER_S) /* a question that waits for somebody else so long is given up */

/* ---- the database as it is now (reader_source.c) */

struct source {
	char folder[512]; /* of the database */
	struct data_place place;
	struct db db;
	struct query *query;
	bool is_open;
	struct mono tried; /* when it was last tried to open */
	enum err why;
	char text[400]; /* why it is not open */
};
void source_init(struct source *s, const char *data_folder);
void source_close(struct source *s);
/* Opens it if that was not tried just now. Else why it cannot be read, with a sentence in s->text. */
enum err source_ready(struct source *s, struct mono now);
/*
 * Was it moved aside, replaced, or its log or the log's index? Then it must be closed, after all that began on it. Who has an index
 * open that was deleted holds locks that nobody sees: the log is written back and begun anew over what is being read. So it is looked
 * at before a step and after it; what was read between two looks that see the same files was not written over.
 */
bool source_is_gone(struct source *s);
#define SOURCE_REPLACED "the database was replaced while this was being answered; ask again"

/* ---- questions (reader_question.c) */

enum turn { TURN_MORE, TURN_DONE };

struct question {
	TAILQ_ENTRY(question) next;
	struct reader *reader;
	const struct answer *answer;
	bool is_busy; /* a step of it is under way */
	uint32_t sequence;
	unsigned credit;
	struct mono idle_since;  /* when it used up its credit */
	bool is_resting;         /* it waits for somebody else, and has no turn before the next second */
	struct mono waits_since; /* since when; 0 = it does not */
	bool is_cancelled;       /* while it was being answered */
	bool has_begun;          /* a step was made: it stands on the database that was open then */
	int64_t took_us;         /* its last step */
	uint64_t damaged;        /* what the source had met before its first step */
	enum err err;
	char text[800]; /* of its end */
	void *own;      /* answer->size bytes, zeroed */
};
TAILQ_HEAD(questions, question);

/* ONE ROW PER QUESTION.  Row `x` needs answer_x. */
/* clang-format off */
#define ANSWER_LIST(_) \
	_(trend) \
	_(history) \
	_(journal) \
	_(verify) \
	_(backup) \
	_(report) \
	_(report_list)
/* clang-format on */

struct answer {
	uint16_t type; /* of the question */
	size_t size;
	/* Reads the body and checks what can be checked without the database; on a refusal says why with question_end(). */
	enum turn (*begin)(struct question *q, struct rbuf *r);
	/* Is called with credit > 0 and an open source; sends at most `credit` frames. */
	enum turn (*step)(struct question *q);
	void (*end)(struct question *q); /* NULL: nothing to free */
};
#define ANSWER_DECLARE(name) extern const struct answer answer_##name;
ANSWER_LIST(ANSWER_DECLARE)
#undef ANSWER_DECLARE

const struct answer *answer_find(uint16_t type); /* NULL: no question */

/* The outcome and its sentence; returns TURN_DONE. */
enum turn question_end(struct question *q, enum err e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for what the database said; damage is told from other failures. */
enum turn question_failed(struct question *q, enum err e);
/*
 * Somebody else is in the way: the step is made again in a second, and after WAIT_US the question ends with ERR_BUSY. what: "the backup
 * waits for ...", it is logged once. A step that gets on sets waits_since to 0.
 */
enum turn question_wait(struct question *q, const char *what);
/* One frame of the answer; the buffer is emptied. */
void question_send(struct question *q, uint16_t type, struct wbuf *b);
/* Are from (>= 0) and to (> from) times that can be asked for? Else the question is ended. */
bool question_span(struct question *q, int64_t from_us, int64_t to_us);

/* Looks a point up by name (reader_trend.c); else the question is ended with what would be right. */
bool question_point(struct question *q, const char *name, struct query_point *p);

/* ---- the reader */

struct reader {
	struct ev_loop *loop;
	struct conn *conn;
	struct source source;
	struct questions questions;
	unsigned question_count;
	ev_idle turn;      /* while some question can go on */
	ev_timer tick;     /* each second */
	ev_timer drained;  /* while chisand does not read */
	bool must_refresh; /* the query can read ahead */
	bool is_greeted, has_ended;
	bool is_making;           /* a report: nothing that it stands on may go */
	struct mono served;       /* others, while it is made */
	struct site *site;        /* NULL = not told yet */
	struct saving_days *days; /* kept from one report to the next; of this site and database */
	uint8_t *tree;            /* of the site that is coming in */
	uint32_t tree_len, tree_got;
	struct filing *filing;
	struct mono rest_until; /* no report is made before */
	char spool[512];
	bool is_copying; /* one backup at a time is copied */
	struct wbuf out;
};

enum err reader_sandbox(const struct store_options *o); /* what the process needs from here on, and no more */
void reader_take_site(struct reader *r);                /* if one is there as a whole, and no report is being made */
/* report_make, with others served meanwhile. */
enum err reader_make(struct reader *r, const char *name, const char *label, enum report_language language,
    struct utc now, struct report *out, char *message, size_t size);
void reader_serve_others(void *reader); /* while one is made */
/* A step of filing; with a report that is due one is made and sent. */
void reader_file(struct reader *r, struct utc now, struct mono mono);

#endif
