/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.h - one framed connection on a non-blocking stream socket, driven by libev.
 * Output waits in a bounded queue; a side that does not read is dropped, never waited for.
 */
#ifndef CHISAN_CONN_H
#define CHISAN_CONN_H

#include <ev.h>

#include "scada/base/wire.h"

struct conn;

struct conn_ops {
	/* A frame that passed the checks of WIRE_LIST for the peer's role. The body lives until return. */
	void (*frame)(struct conn *c, const struct frame *f, void *arg);
	/* The connection is gone; why says the reason. conn_free() may be called here. Called once. */
	void (*closed)(struct conn *c, enum err why, void *arg);
};

struct conn_limits {
	size_t queue_max; /* bytes waiting to be sent before the peer is dropped with ERR_SLOW; 0 = 4 MiB */
	int64_t stall_us; /* and time without progress; 0 = 10 s */
	int64_t frame_us; /* longest time from a frame's first byte to its last; 0 = 10 s */
};

/* Takes the descriptor. arg goes to both functions. The role is ROLE_NONE until conn_set_role(). */
struct conn *conn_new(
    struct ev_loop *loop, int fd, const struct conn_ops *ops, void *arg, const struct conn_limits *limits);
void conn_free(struct conn *c); /* closes at once; unsent output is lost; safe inside both callbacks */

/* Closes when everything queued is sent, or after a second; closed() is called with why. */
void conn_finish(struct conn *c, enum err why);

void conn_set_role(struct conn *c, enum role role); /* frames above it get W_RESULT ERR_DENIED and are not delivered */
enum role conn_role(const struct conn *c);
/* Of frames sent; WF_NUMBERS frames of another are dropped and counted. */
void conn_set_generation(struct conn *c, uint16_t generation);
uint16_t conn_generation(const struct conn *c);
/* Does a whole frame of this type wait to be read? Nothing is read or delivered; a look at the next 64 KiB. For who works long between reads. */
bool conn_has_waiting(const struct conn *c, uint16_t type);
int conn_fd(const struct conn *c);
size_t conn_queued(const struct conn *c);
uint64_t conn_bytes_out(const struct conn *c);
uint64_t conn_dropped(const struct conn *c); /* frames of another generation */

/* Queues one frame; *sequence (may be NULL) gets its number. ERR_SLOW: the peer will be dropped on return to the loop. */
enum err conn_send(struct conn *c, uint16_t type, uint32_t reply_to, const struct wbuf *body, uint32_t *sequence);
/* The same body to many: laid out once by conn_encode (appended to out; sequence 0, as it is no one's), then only queued. */
void conn_encode(struct wbuf *out, uint16_t type, uint16_t generation, const struct wbuf *body);
enum err conn_send_encoded(struct conn *c, const uint8_t *frame, size_t len);

/* W_RESULT in one line. */
void conn_result(struct conn *c, uint32_t reply_to, enum err e, int addcause, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
