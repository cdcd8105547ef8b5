/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervise.h - the helpers: started with a pipe, watched, started again with a back-off, stopped in order.
 */
#ifndef CHISAN_SUPERVISE_H
#define CHISAN_SUPERVISE_H

#include <ev.h>
#include <sys/types.h>

#include "scada/base/conn.h"
#include "scada/base/msg.h"

enum helper_flags {
	HELPER_ONCE = 1 << 0,     /* runs for one job under limits and a deadline, is not started again */
	HELPER_OPTIONAL = 1 << 1, /* its place: nothing is said if it is not installed */
	HELPER_PATIENT = 1 << 2,  /* it waits for a disk: it may be silent for a minute */
};

/* clang-format off */
/* ONE ROW PER HELPER, in the order of starting.  _(id, program, name in the log, flags, what is missing without it) */
#define HELPER_LIST(_) \
	_(HELPER_SITE,    "chisan-site",    "chisan-site",     HELPER_ONCE,     "no site can be read") \
	_(HELPER_STORE,   "chisan-store",   "chisan-store",    HELPER_PATIENT,  "nothing is recorded") \
	_(HELPER_READER,  "chisan-store",   "chisan-store -r", HELPER_PATIENT,  "no history can be asked for") \
	_(HELPER_FIELD,   "chisan-field",   "chisan-field",    0,               "no device is read") \
	_(HELPER_NOTIFY,  "chisan-notify",  "chisan-notify",   0,               "nobody on duty is told of alarms") \
	_(HELPER_PLANNER, "chisan-planner", "chisan-planner",  HELPER_OPTIONAL, "nothing is planned")
/* clang-format on */
#define HELPER_ENUM(id, program, name, flags, without) id,
enum helper_id { HELPER_LIST(HELPER_ENUM) HELPER_COUNT };
#undef HELPER_ENUM

/* Those of serial lines, one each, come behind the others: chisan-serial. */
#define HELPER_LINE(i)    ((enum helper_id)(HELPER_COUNT + (int)(i)))
#define HELPER_ALL        (HELPER_COUNT + SERIAL_LINES_MAX)
#define HELPER_IS_LINE(h) ((int)(h) >= HELPER_COUNT)

struct supervise;

struct supervise_ops {
	/* What chisand says of itself in its greeting. */
	void (*hello)(struct msg_hello *m, void *arg);
	/* It greeted and speaks our version; frames come from now on. Never for HELPER_ONCE. */
	void (*up)(enum helper_id id, struct conn *c, void *arg);
	void (*frame)(enum helper_id id, struct conn *c, const struct frame *f, void *arg);
	/* After up: its pipe has ended. HELPER_ONCE: it is gone. why: ERR_CLOSED it ended, ERR_TIMEOUT its time was over, ... */
	void (*down)(enum helper_id id, enum err why, void *arg);
	/* After supervise_stop(): none is left. */
	void (*stopped)(void *arg);
};

/* loop: the default loop, which alone is told of children. */
struct supervise *supervise_new(struct ev_loop *loop, const struct supervise_ops *ops, void *arg);
void supervise_free(struct supervise *s); /* kills what is left; NULL is fine */

/*
 * Starts it and keeps it running. ERR_NOT_FOUND: not installed. ERR_BUSY: runs already. arguments: NULL-terminated, as of the start
 * and of each one after; they must live as long as s, but those of HELPER_ONCE until return.
 */
enum err supervise_start(struct supervise *s, enum helper_id id, const char *const arguments[]);
/* It ends and is not started again, until supervise_start(); or it is started again at once, with its arguments as they are then. */
void supervise_end(struct supervise *s, enum helper_id id);
void supervise_renew(struct supervise *s, enum helper_id id);
/* It broke the rules of the pipe: killed, and started again with the back-off. */
void supervise_reject(struct supervise *s, enum helper_id id, enum err why);
/* Ends all: each pipe is closed, field first; who is not gone after 2 s is killed. */
void supervise_stop(struct supervise *s);

struct conn *supervise_conn(const struct supervise *s, enum helper_id id); /* NULL unless up */
pid_t supervise_pid(const struct supervise *s, enum helper_id id);         /* 0 = not running */
uint32_t supervise_restarts(const struct supervise *s, enum helper_id id);
const char *helper_name(enum helper_id id); /* in words: "chisan-store -r" */
const char *supervise_last_words(
    const struct supervise *s, enum helper_id id); /* how it ended last: "killed by signal 9 (Killed)"; "" */

#endif
