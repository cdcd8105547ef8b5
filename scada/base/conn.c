/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.c - a framed connection: bounded reads, a bounded queue that is written once a turn of the loop, three deadlines.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/conn.h"
#include "scada/base/mem.h"
#include "scada/base/msg.h"

#define READ_TURN        65536 /* bytes taken from one peer before the others have their turn */
#define QUEUE_DEFAULT    (4u << 20)
#define DEADLINE_DEFAULT (10 * US_PER_S)
#define FINISH_US        US_PER_S
#define KEEP_BUFFER      65536 /* an empty buffer above this is given back */

struct conn {
	struct ev_loop *loop;
	int fd;
	const struct conn_ops *ops;
	void *arg;
	struct conn_limits limits;
	enum role role;
	uint16_t generation;
	uint32_t sequence;
	ev_io readable, writable;
	ev_prepare flush; /* never started, only fed at the least priority: what a turn queued goes out at its end */
	ev_timer deadline;
	struct wbuf in; /* the start of a frame that is not complete yet */
	struct wbuf out;
	size_t out_sent;         /* bytes of out that are gone */
	struct mono frame_since; /* when the first byte of the frame in `in` came */
	struct mono progress;    /* when the queue last shrank, or began */
	struct mono finish_since;
	uint64_t bytes_out, dropped;
	enum err doom; /* why it will be closed on return to the loop; OK = it will not */
	bool is_finishing, is_closed, is_freed;
	unsigned depth; /* callbacks and loops on the stack that still use c */
};

static void
conn_release(struct conn *c)
{
	wbuf_done(&c->in);
	wbuf_done(&c->out);
	free(c);
}

static void
hold(struct conn *c)
{
	c->depth++;
}

static void
let_go(struct conn *c)
{
	if (--c->depth == 0 && c->is_freed)
		conn_release(c);
}

static void
stop(struct conn *c)
{
	if (c->is_closed)
		return;
	c->is_closed = true;
	ev_io_stop(c->loop, &c->readable);
	ev_io_stop(c->loop, &c->writable);
	ev_clear_pending(c->loop, &c->flush);
	ev_timer_stop(c->loop, &c->deadline);
	close(c->fd);
	c->fd = -1;
}

static void
fail(struct conn *c, enum err why)
{
	if (c->is_closed)
		return;
	stop(c);
	hold(c);
	if (!c->is_freed && c->ops->closed != NULL)
		c->ops->closed(c, why, c->arg);
	let_go(c);
}

static size_t
queued(const struct conn *c)
{
	return c->out.len - c->out_sent;
}

/* The nearest of the three deadlines; false: none runs. */
static bool
next_deadline(const struct conn *c, int64_t *at)
{
	int64_t t = INT64_MAX;

	if (c->in.len > 0)
		t = c->frame_since.us + c->limits.frame_us;
	if (queued(c) > 0 && c->progress.us + c->limits.stall_us < t)
		t = c->progress.us + c->limits.stall_us;
	if (c->is_finishing && c->finish_since.us + FINISH_US < t)
		t = c->finish_since.us + FINISH_US;
	*at = t;
	return t != INT64_MAX;
}

/* A running timer is left alone: it asks again when it fires, so that a busy connection never moves it. */
static void
arm(struct conn *c)
{
	int64_t at, wait;

	if (c->is_closed || ev_is_active(&c->deadline) || !next_deadline(c, &at))
		return;
	wait = at - clock_mono().us;
	ev_timer_set(&c->deadline, wait < 0 ? 0.0 : (double)wait / 1e6 + 0.001, 0.0);
	ev_timer_start(c->loop, &c->deadline);
}

static void
deadline_cb(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct conn *c = w->data;
	struct mono now = clock_mono();

	(void)loop;
	(void)revents;
	if (c->is_finishing && mono_diff_us(now, c->finish_since) >= FINISH_US)
		fail(c, c->doom);
	else if (c->in.len > 0 && mono_diff_us(now, c->frame_since) >= c->limits.frame_us)
		fail(c, ERR_TIMEOUT);
	else if (queued(c) > 0 && mono_diff_us(now, c->progress) >= c->limits.stall_us)
		fail(c, ERR_SLOW);
	else
		arm(c);
}

/* ---- writing */

static void read_some(struct conn *c);

static void
forget_sent(struct conn *c)
{
	if (queued(c) == 0) {
		c->out.len = c->out_sent = 0;
		if (c->out.cap > KEEP_BUFFER)
			wbuf_done(&c->out);
	} else if (c->out_sent > c->out.len / 2) {
		memmove(c->out.data, c->out.data + c->out_sent, queued(c));
		c->out.len -= c->out_sent;
		c->out_sent = 0;
	}
}

/* Writes what the kernel takes. False: the connection is gone. */
static bool
write_some(struct conn *c)
{
	while (queued(c) > 0) {
		ssize_t n = send(c->fd, c->out.data + c->out_sent, queued(c), MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) {
			enum err why = errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;

			read_some(c); /* who hung up may have said why */
			fail(c, why);
			return false;
		}
		c->out_sent += (size_t)n;
		c->bytes_out += (uint64_t)n;
		c->progress = clock_mono();
	}
	forget_sent(c);
	return true;
}

static void
flush_out(struct conn *c)
{
	if (c->doom != OK && !c->is_finishing) {
		fail(c, c->doom);
		return;
	}
	if (!write_some(c))
		return;
	if (queued(c) > 0) {
		ev_io_start(c->loop, &c->writable);
		arm(c);
		return;
	}
	ev_io_stop(c->loop, &c->writable);
	if (c->is_finishing)
		fail(c, c->doom);
}

static void
writable_cb(struct ev_loop *loop, ev_io *w, int revents)
{
	struct conn *c = w->data;

	(void)loop;
	(void)revents;
	hold(c);
	flush_out(c);
	let_go(c);
}

static void
flush_cb(struct ev_loop *loop, ev_prepare *w, int revents)
{
	struct conn *c = w->data;

	(void)loop;
	(void)revents;
	if (c->doom == OK && ev_is_active(&c->writable))
		return; /* the kernel is full; it says when it is not */
	hold(c);
	flush_out(c);
	let_go(c);
}

/* Room in the queue for len bytes, or the end of this peer. */
static enum err
queue_room(struct conn *c, size_t len)
{
	if (c->is_closed || c->is_freed || c->is_finishing)
		return ERR_CLOSED;
	if (c->doom != OK)
		return c->doom;
	if (queued(c) == 0)
		c->progress = clock_mono();
	ev_feed_event(c->loop, &c->flush, EV_CUSTOM);
	if (queued(c) + len > c->limits.queue_max) {
		c->doom = ERR_SLOW;
		return ERR_SLOW;
	}
	return OK;
}

enum err
conn_send(struct conn *c, uint16_t type, uint32_t reply_to, const struct wbuf *body, uint32_t *sequence)
{
	const struct wire_row *row = wire_find(type);
	size_t len = body == NULL ? 0 : body->len;
	struct frame f = { .type = type, .generation = c->generation, .reply_to = reply_to };
	enum err e;

	assert(row != NULL);
	if (len > row->max || len < row->min)
		return ERR_TOO_BIG;
	e = queue_room(c, WIRE_HEAD + len);
	if (e != OK)
		return e;
	if (++c->sequence == 0) /* 0 means: no request */
		c->sequence = 1;
	f.length = (uint32_t)len;
	f.sequence = c->sequence;
	wire_put_head(wbuf_grow(&c->out, WIRE_HEAD), &f);
	if (len > 0)
		memcpy(wbuf_grow(&c->out, len), body->data, len);
	if (sequence != NULL)
		*sequence = f.sequence;
	return OK;
}

void
conn_encode(struct wbuf *out, uint16_t type, uint16_t generation, const struct wbuf *body)
{
	const struct wire_row *row = wire_find(type);
	size_t len = body == NULL ? 0 : body->len;
	struct frame f = { .length = (uint32_t)len, .type = type, .generation = generation };

	assert(row != NULL && len >= row->min && len <= row->max);
	wire_put_head(wbuf_grow(out, WIRE_HEAD), &f);
	if (len > 0)
		memcpy(wbuf_grow(out, len), body->data, len);
}

enum err
conn_send_encoded(struct conn *c, const uint8_t *frame, size_t len)
{
	enum err e = queue_room(c, len);

	if (e == OK && len > 0) /* nothing at all is fine: a snapshot has pieces that have gone meanwhile */
		memcpy(wbuf_grow(&c->out, len), frame, len);
	return e;
}

void
conn_result(struct conn *c, uint32_t reply_to, enum err e, int addcause, const char *fmt, ...)
{
	char text[1024];
	struct wbuf b;
	struct msg_result m = {
		.err = (uint16_t)e, .addcause = (uint8_t)(addcause < 0 ? 255 : addcause), .text = text
	};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wbuf_init(&b);
	msg_result_put(&b, &m);
	conn_send(c, W_RESULT, reply_to, &b, NULL);
	wbuf_done(&b);
}

/* ---- reading */

static void
deliver(struct conn *c, const struct frame *f)
{
	const struct wire_row *row = wire_find(f->type);

	if (row->role > c->role) {
		conn_result(c, f->sequence, ERR_DENIED, AC_NO_AUTHORITY, "%s needs the role %s; you are %s", row->name,
		    role_word(row->role), role_word(c->role));
		return;
	}
	if ((row->flags & WF_NUMBERS) != 0 && f->generation != c->generation) {
		c->dropped++;
		if ((row->flags & WF_REQUEST) != 0)
			conn_result(c, f->sequence, ERR_GENERATION, AC_NONE, "%s", err_text(ERR_GENERATION));
		return;
	}
	if (c->ops->frame != NULL)
		c->ops->frame(c, f, c->arg);
}

/* Takes all complete frames of data; the rest is kept in c->in. False: the connection is gone. */
static bool
take_frames(struct conn *c, const uint8_t *data, size_t len)
{
	size_t pos = 0, used;
	bool is_own = data == c->in.data; /* else a buffer of the caller */

	while (pos < len) {
		struct frame f;
		enum err e = wire_take(data + pos, len - pos, &f, &used);

		if (e == ERR_BUSY)
			break;
		if (e != OK) {
			fail(c, e);
			return false;
		}
		deliver(c, &f);
		if (c->is_closed || c->is_freed)
			return false;
		pos += used;
		if (c->is_finishing)
			pos = len;
	}
	if (pos > 0 || !is_own)
		c->frame_since = clock_mono();
	if (is_own) {
		if (pos > 0 && pos < len)
			memmove(c->in.data, c->in.data + pos, len - pos);
		c->in.len = len - pos;
	} else if (pos < len) {
		memcpy(wbuf_grow(&c->in, len - pos), data + pos, len - pos);
	}
	if (c->in.len == 0 && c->in.cap > KEEP_BUFFER)
		wbuf_done(&c->in);
	return true;
}

static void
read_some(struct conn *c)
{
	static uint8_t scratch[READ_TURN]; /* no frame lives in it beyond this call */
	ssize_t n = recv(c->fd, scratch, sizeof(scratch), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		fail(c, c->is_finishing ? c->doom : n == 0 || errno == ECONNRESET ? ERR_CLOSED : ERR_IO);
		return;
	}
	if (c->is_finishing)
		return; /* read so that the peer is not reset while it still reads our last words */
	if (c->in.len > 0) {
		memcpy(wbuf_grow(&c->in, (size_t)n), scratch, (size_t)n);
		if (!take_frames(c, c->in.data, c->in.len))
			return;
	} else if (!take_frames(c, scratch, (size_t)n)) {
		return;
	}
	arm(c);
}

bool
conn_has_waiting(const struct conn *c, uint16_t type)
{
	static uint8_t scratch[READ_TURN];
	struct wbuf all = { .len = 0 };
	ssize_t n = recv(c->fd, scratch, sizeof(scratch), MSG_DONTWAIT | MSG_PEEK);
	const uint8_t *data = scratch;
	size_t len = n > 0 ? (size_t)n : 0, pos = 0, used;
	bool is_there = false;
	struct frame f;

	if (len > 0 && c->in.len > 0) { /* behind the start of one */
		memcpy(wbuf_grow(&all, c->in.len), c->in.data, c->in.len);
		memcpy(wbuf_grow(&all, len), scratch, len);
		data = all.data;
		len = all.len;
	}
	for (; !is_there && wire_take(data + pos, len - pos, &f, &used) == OK; pos += used)
		is_there = f.type == type;
	wbuf_done(&all);
	return is_there;
}

static void
readable_cb(struct ev_loop *loop, ev_io *w, int revents)
{
	struct conn *c = w->data;

	(void)loop;
	(void)revents;
	hold(c);
	read_some(c);
	let_go(c);
}

/* ---- life */

struct conn *
conn_new(struct ev_loop *loop, int fd, const struct conn_ops *ops, void *arg, const struct conn_limits *limits)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	c->loop = loop;
	c->fd = fd;
	c->ops = ops;
	c->arg = arg;
	if (limits != NULL)
		c->limits = *limits;
	if (c->limits.queue_max == 0)
		c->limits.queue_max = QUEUE_DEFAULT;
	if (c->limits.stall_us == 0)
		c->limits.stall_us = DEADLINE_DEFAULT;
	if (c->limits.frame_us == 0)
		c->limits.frame_us = DEADLINE_DEFAULT;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	ev_io_init(&c->readable, readable_cb, fd, EV_READ);
	ev_io_init(&c->writable, writable_cb, fd, EV_WRITE);
	ev_prepare_init(&c->flush, flush_cb);
	ev_set_priority(&c->flush, EV_MINPRI);
	ev_timer_init(&c->deadline, deadline_cb, 0.0, 0.0);
	c->readable.data = c->writable.data = c->flush.data = c->deadline.data = c;
	ev_io_start(loop, &c->readable);
	return c;
}

void
conn_free(struct conn *c)
{
	if (c == NULL || c->is_freed)
		return;
	stop(c);
	c->is_freed = true;
	if (c->depth == 0)
		conn_release(c);
}

void
conn_finish(struct conn *c, enum err why)
{
	if (c->is_closed || c->is_finishing)
		return;
	c->is_finishing = true;
	c->finish_since = clock_mono();
	if (c->doom == OK)
		c->doom = why;
	c->in.len = 0;
	ev_feed_event(c->loop, &c->flush, EV_CUSTOM);
	ev_timer_stop(c->loop, &c->deadline);
	arm(c);
}

void
conn_set_role(struct conn *c, enum role role)
{
	c->role = role;
}

enum role
conn_role(const struct conn *c)
{
	return c->role;
}

void
conn_set_generation(struct conn *c, uint16_t generation)
{
	c->generation = generation;
}

uint16_t
conn_generation(const struct conn *c)
{
	return c->generation;
}

int
conn_fd(const struct conn *c)
{
	return c->fd;
}

size_t
conn_queued(const struct conn *c)
{
	return queued(c);
}

uint64_t
conn_bytes_out(const struct conn *c)
{
	return c->bytes_out;
}

uint64_t
conn_dropped(const struct conn *c)
{
	return c->dropped;
}
