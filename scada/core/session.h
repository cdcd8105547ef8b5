/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - the clients: who they are, how many there may be, and what they ask.  Each is judged before a verb is read.
 */
#ifndef CHISAN_SESSION_H
#define CHISAN_SESSION_H

#include <ev.h>

#include "scada/core/access.h"
#include "scada/base/actor.h"
#include "scada/core/publish.h"

#define SESSIONS_MAX      256 /* in all */
#define SESSIONS_A_USER   128 /* of one uid */
#define SESSIONS_RESERVED 16  /* the last slots: for operators and above */
#define SESSION_RAW_MAX   16  /* questions for registers that one may have open */

struct sessions;

struct session {
	TAILQ_ENTRY(session) entry;
	struct sessions *all;
	struct conn *conn;
	ev_timer greeting; /* until it has greeted; then until it has stayed */
	struct peer peer;
	enum role role;
	char user[64], terminal[96];
	char areas[256]; /* of responsibility; "" = all */
	bool has_greeted, has_stayed;
	unsigned raw_open;
	struct session_dump {
		bool is_open;
		uint32_t sequence;
		char of[64];              /* the device's name */
		uint64_t shown, left_out; /* frames */
		uint32_t owed;            /* of those left out it has yet to be told of so many */
	} dump;
	struct feed feed;
};

struct sessions_ops {
	void (*hello)(struct msg_hello *m, void *arg);
	void (*subscribe)(struct session *s, unsigned what, void *arg);
	/* sequence: answer with W_RAW or W_RESULT and this as reply-to, and take one from raw_open */
	void (*raw_get)(struct session *s, uint32_t sequence, point_id point, void *arg);
	void (*gone)(struct session *s, void *arg);
	/* Another frame that its role permits. False: a client does not send this; it is sent away. NULL: none is permitted. */
	bool (*request)(struct session *s, const struct frame *f, void *arg);
	/* It has stayed for ten seconds. left: one that had stayed; why is ERR_CLOSED if it went by itself. Each may be NULL. */
	void (*came)(struct session *s, void *arg);
	void (*left)(struct session *s, enum err why, void *arg);
	/* Somebody was not let in; not more often than every ten seconds. count: since the last word of it. */
	void (*refused)(long uid, long pid, const char *text, uint32_t count, void *arg);
};

/* fd: listening, stays the caller's. Nobody is accepted before sessions_site(). */
struct sessions *sessions_new(struct ev_loop *loop, int fd, const struct sessions_ops *ops, void *arg);
void sessions_free(struct sessions *s);
/* Judges everybody anew: who is no longer known is sent away. The site is borrowed until the next call. */
void sessions_site(struct sessions *s, const struct site *site);
/* Says goodbye to all; conns end by themselves. */
void sessions_bye(struct sessions *s, enum err why, const char *text);
uint32_t sessions_count(const struct sessions *s);
/* Who it is, for what it asks; strings are the session's. */
struct actor session_actor(const struct session *s);

/* Is there room for one more of this uid and role? NULL: yes; else the sentence for it. Pure. */
const char *sessions_refuse(uint32_t total, uint32_t of_user, enum role role);

#endif
