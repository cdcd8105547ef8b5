/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters.c - one small machine a connection: read, have it answered, send, wait for a turn.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/masters_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

void
master_free(struct master *m)
{
	struct masters *s = m->all;

	if (s->ops->gone != NULL)
		s->ops->gone(m, s->arg);
	ev_io_stop(s->loop, &m->io);
	ev_timer_stop(s->loop, &m->timer);
	close(m->fd);
	TAILQ_REMOVE(&s->each, m, entry);
	s->count--;
	free(m);
}

static int64_t
cost_us(const struct master *m)
{
	return US_PER_S / m->all->rules.rate;
}

/* A second's worth of requests may be saved up. */
static void
earn(struct master *m, struct mono now)
{
	m->credit_us += mono_diff_us(now, m->credit_at);
	m->credit_at = now;
	if (m->credit_us > US_PER_S)
		m->credit_us = US_PER_S;
}

static bool
has_turn(const struct master *m)
{
	return m->credit_us >= cost_us(m);
}

/* Is a request there that only waits for its turn? */
static bool
waits_for_turn(const struct master *m)
{
	return m->out_len == 0 && m->in_len > 0 && m->began.us == 0;
}

void
master_arm(struct master *m, struct mono now)
{
	int64_t at = m->asked.us + m->all->rules.idle_ms * US_PER_MS;
	int events = 0;

	ev_io_stop(m->all->loop, &m->io);
	ev_timer_stop(m->all->loop, &m->timer);
	if (m->is_waiting) { /* no time of its own runs; what it sends waits, and that it has gone is seen */
		if (m->in_len == sizeof(m->in))
			return;
		ev_io_set(&m->io, m->fd, EV_READ);
		ev_io_start(m->all->loop, &m->io);
		return;
	}
	if (m->out_len > 0) {
		at = m->moved.us + MASTERS_STALL_US;
		events = EV_WRITE;
	} else if (waits_for_turn(m)) {
		at = now.us + cost_us(m) - m->credit_us;
	} else {
		events = EV_READ;
		if (m->began.us != 0 && m->began.us + MASTERS_HALF_US < at)
			at = m->began.us + MASTERS_HALF_US;
	}
	ev_io_set(&m->io, m->fd, events);
	if (events != 0)
		ev_io_start(m->all->loop, &m->io);
	ev_now_update(m->all->loop);
	ev_timer_set(&m->timer, at > now.us ? (double)(at - now.us) / 1e6 : 0.0, 0.0);
	ev_timer_start(m->all->loop, &m->timer);
}

/* False: it is gone. */
static bool
flush(struct master *m, struct mono now)
{
	while (m->out_sent < m->out_len) {
		ssize_t n = send(m->fd, m->out + m->out_sent, m->out_len - m->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0) {
			m->out_sent += (size_t)n;
			m->moved = now;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return true;
		} else if (errno != EINTR) {
			master_free(m);
			return false;
		}
	}
	m->out_len = m->out_sent = 0;
	return true;
}

/* Has the request at the front of its buffer answered, now or later. */
static void
ask_one(struct master *m, const struct adu_request *r, size_t used, struct mono now)
{
	struct masters *s = m->all;

	m->out_len = s->ops->request(m, m->in, r, m->out, s->arg);
	m->is_waiting = m->out_len == 0;
	m->moved = m->asked = now;
	m->credit_us -= cost_us(m);
	m->in_len -= used;
	memmove(m->in, m->in + used, m->in_len);
}

/* Answers what is whole and has its turn; false: it is gone. */
static bool
serve(struct master *m, struct mono now)
{
	struct adu_request r;
	size_t used;

	earn(m, now);
	while (m->out_len == 0 && !m->is_waiting) {
		enum err e = m->in_len > 0 ? adu_take(m->in, m->in_len, &r, &used) : ERR_BUSY;

		if (e == ERR_BUSY) {
			if (m->in_len == 0)
				m->began.us = 0;
			else if (m->began.us == 0)
				m->began = now;
			return true;
		}
		if (e != OK) {
			log_info("%s sent what is no Modbus (%s); its connection is closed", m->host, err_word(e));
			master_free(m);
			return false;
		}
		m->began.us = 0;
		if (!has_turn(m))
			return true;
		ask_one(m, &r, used, now);
		if (!flush(m, now))
			return false;
	}
	return true;
}

static void
go_on(struct master *m, struct mono now)
{
	if (serve(m, now))
		master_arm(m, now);
}

static void
master_event(struct ev_loop *loop, ev_io *w, int events)
{
	struct master *m = w->data;
	struct mono now = clock_mono();

	(void)loop;
	if ((events & EV_READ) != 0) {
		ssize_t n = recv(m->fd, m->in + m->in_len, sizeof(m->in) - m->in_len, MSG_DONTWAIT);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
			master_free(m);
			return;
		}
		m->in_len += n > 0 ? (size_t)n : 0;
	}
	if (flush(m, now))
		go_on(m, now);
}

static void
master_timer(struct ev_loop *loop, ev_timer *w, int events)
{
	struct master *m = w->data;
	struct mono now = clock_mono();
	int64_t idle_us = m->all->rules.idle_ms * US_PER_MS;
	const char *why = NULL;

	(void)loop;
	(void)events;
	if (m->out_len > 0 && mono_diff_us(now, m->moved) >= MASTERS_STALL_US)
		why = "takes no reply";
	else if (m->began.us != 0 && mono_diff_us(now, m->began) >= MASTERS_HALF_US)
		why = "does not finish its request";
	else if (m->out_len == 0 && !waits_for_turn(m) && mono_diff_us(now, m->asked) >= idle_us)
		why = "asks nothing any more";
	if (why != NULL) {
		log_info("%s %s; its connection is closed", m->host, why);
		master_free(m);
		return;
	}
	go_on(m, now);
}

/* ---- a new one */

void
master_new(struct masters *s, int fd, const char *host, struct mono now)
{
	struct master *m;
	int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	m = xcalloc(1, sizeof(*m));
	m->all = s;
	m->number = ++s->numbers;
	m->fd = fd;
	str_copy(m->host, sizeof(m->host), host);
	m->asked = m->credit_at = now;
	m->credit_us = US_PER_S;
	ev_io_init(&m->io, master_event, fd, EV_READ);
	ev_init(&m->timer, master_timer);
	m->io.data = m->timer.data = m;
	TAILQ_INSERT_TAIL(&s->each, m, entry);
	s->count++;
	log_info("%s connected", host);
	master_arm(m, now);
}

/* ---- replies that come later */

void
masters_reply(struct master *m, const uint8_t *adu, size_t len)
{
	struct mono now = clock_mono();

	assert(m->is_waiting && len > 0 && len <= sizeof(m->out));
	memcpy(m->out, adu, len);
	m->out_len = len;
	m->is_waiting = false;
	m->moved = m->asked = now;
	if (flush(m, now))
		go_on(m, now);
}

const char *
master_host(const struct master *m)
{
	return m->host;
}

uint64_t
master_number(const struct master *m)
{
	return m->number;
}
