/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorder.h - chisand's end of the pipe to the writer of the store: what is said in which order, and what comes back.
 *
 *   up      W_STORE_SITE and the tree ->   <- W_STORE_STATE ... W_STORE_READY
 *   ready   W_RECORDS -> (two at a time)   <- W_STORED        W_JOURNAL_ADD ... ->   <- W_JOURNAL, W_RESULT
 *
 * A batch is sent after the site of its generation: while batches of an older one wait, so does the news of the newer site.
 */
#ifndef CHISAN_RECORDER_H
#define CHISAN_RECORDER_H

#include "scada/base/conn.h"
#include "scada/core/archive.h"
#include "scada/core/logbook.h"

struct recorder;

struct recorder_ops {
	/* What the store saved in an earlier run: all of it at its first start, before ready(). */
	void (*state)(const struct msg_store_state *m, void *arg);
	/* It takes what it is given. is_first: in this run. It may be another database than before. */
	void (*ready)(bool is_first, const struct msg_store_ready *m, void *arg);
	/* State or text of its health changed; also STORE_ABSENT. */
	void (*health)(const struct msg_store_health *m, void *arg);
	/* Only its figures did: size, space, growth, lag. May be NULL. */
	void (*figures)(const struct msg_store_health *m, void *arg);
	void (*recorded)(const struct msg_journal *m, void *arg);
};

/* boot: of this run, random. */
struct recorder *recorder_new(struct ev_loop *loop, const struct recorder_ops *ops, void *arg, uint64_t boot);
void recorder_free(struct recorder *r); /* NULL is fine */

/* A new configuration; the table is borrowed until the next call. NULL: none any more. */
void recorder_site(struct recorder *r, struct table *t, uint16_t generation, const uint64_t hash[4]);

void recorder_up(struct recorder *r, struct conn *c);
void recorder_down(struct recorder *r);
/* It has had its time to start: acts no longer wait for it. */
void recorder_late(struct recorder *r);
/* OK, or what is wrong with the frame: then its sender must go. */
enum err recorder_frame(struct recorder *r, const struct frame *f);

/* A value of earlier, at its own time. */
void recorder_late_value(struct recorder *r, point_id id, struct utc time, double v, struct utc now, struct mono mono);
/* Values changed, at the end of a turn. */
void recorder_take(struct recorder *r, const point_id *ids, uint32_t count, struct utc now, struct mono mono);
/* To be saved with the next batch; false: there is no store now. An empty blob forgets. */
bool recorder_save(struct recorder *r, const struct msg_store_state *m);
/* The end: what is gathered is closed and sent. Then ask recorder_is_idle. */
void recorder_finish(struct recorder *r);
bool recorder_is_idle(const struct recorder *r);

bool recorder_is_ready(const struct recorder *r);
struct logbook *recorder_logbook(struct recorder *r);
const struct msg_store_health *recorder_health(const struct recorder *r);
void recorder_figures(const struct recorder *r, struct archive_figures *out);

/* W_STORE_SITE and the pieces of the tree, for any of the two programs of the store. */
struct stored_site {
	struct msg_store_site head;
	struct wbuf tree;
};
void stored_site_make(
    struct stored_site *s, const struct site *site, uint16_t generation, const uint64_t hash[4], uint64_t boot);
void stored_site_send(const struct stored_site *s, struct conn *c); /* and makes the generation that of its frames */

#endif
