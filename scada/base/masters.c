/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters.c - listening, admitting, and one small machine a connection: read, have it answered, send, wait for a turn.
 */
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/masters.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define BACKLOG        16
#define ACCEPTS_A_TURN 16
#define RETRY_S        3.0 /* after an address could not be listened on, and when descriptors are out */
#define SAY_REFUSED_US (10 * US_PER_S)

struct master {
	TAILQ_ENTRY(master) entry;
	struct masters *all;
	uint64_t number;
	int fd;
	ev_io io;
	ev_timer timer; /* the next of its deadlines */
	char host[64];
	size_t in_len, out_len, out_sent;
	struct mono asked; /* when its last request was whole, or it came */
	struct mono began; /* first byte of what is not whole yet; 0 = nothing */
	struct mono moved; /* output last went on */
	int64_t credit_us; /* of requests; one costs a second over the rate */
	struct mono credit_at;
	bool is_waiting; /* its reply is to follow: nothing is read, and no time of its own runs */
	uint8_t in[ADU_MAX], out[ADU_MAX];
};

struct masters {
	struct ev_loop *loop;
	const struct masters_ops *ops;
	void *arg;
	bool is_used; /* there are rules */
	struct masters_rules rules;
	char *host, *admitted, *what; /* of the rules */
	int fd;                       /* -1 = not listening */
	char at_host[64];             /* where it listens */
	uint16_t at_port;
	ev_io accepting;
	ev_timer retry;
	enum err logged;
	TAILQ_HEAD(, master) each;
	unsigned count;
	uint64_t numbers; /* given so far */
	struct mono refused_at;
	unsigned refused;
};

/* ---- one master */

static void
master_free(struct master *m)
{
	struct masters *s = m->all;

	if (m->is_waiting && s->ops->gone != NULL)
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

static void
arm(struct master *m, struct mono now)
{
	int64_t at = m->asked.us + m->all->rules.idle_ms * US_PER_MS;
	int events = 0;

	ev_io_stop(m->all->loop, &m->io);
	ev_timer_stop(m->all->loop, &m->timer);
	if (m->is_waiting)
		return;
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
		arm(m, now);
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

/* ---- admitting */

static void
host_text(const struct sockaddr_storage *a, char *buf, size_t size)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	const void *addr = a->ss_family == AF_INET ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
	                                           : (const void *)&v6->sin6_addr;
	int family = a->ss_family;

	/* an IPv4 master at a socket of IPv6 is the same master */
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		family = AF_INET;
		addr = &v6->sin6_addr.s6_addr[12];
	}
	if (inet_ntop(family, addr, buf, (socklen_t)size) == NULL)
		str_copy(buf, size, "?");
}

static unsigned
count_of(const struct masters *s, const char *host)
{
	const struct master *m;
	unsigned n = 0;

	TAILQ_FOREACH(m, &s->each, entry)
		n += strcmp(m->host, host) == 0;
	return n;
}

static void
refuse(struct masters *s, int fd, const char *host, const char *why, struct mono now)
{
	close(fd);
	s->refused++;
	if (s->refused_at.us != 0 && mono_diff_us(now, s->refused_at) < SAY_REFUSED_US)
		return;
	log_notice("%s was refused: %s (%u refused since the last word of it)", host, why, s->refused);
	s->refused_at = now;
	s->refused = 0;
}

static void
admit(struct masters *s, int fd, const struct sockaddr_storage *from, struct mono now)
{
	int one = 1;
	struct master *m;
	char host[64];

	host_text(from, host, sizeof(host));
	if (!masters_admit(s->admitted, host)) {
		refuse(s, fd, host, "it is not among masters: of the site file", now);
		return;
	}
	if (count_of(s, host) >= s->rules.a_master || s->count >= s->rules.connections) {
		refuse(s, fd, host, "it has too many connections, or all are taken", now);
		return;
	}
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
	arm(m, now);
}

static void
accept_cb(struct ev_loop *loop, ev_io *w, int events)
{
	struct masters *s = w->data;

	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
		socklen_t len = sizeof(from);
		int fd = accept4(w->fd, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			admit(s, fd, &from, clock_mono());
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			ev_io_stop(loop, w); /* for a while: whoever waits in the queue is not lost */
			ev_timer_set(&s->retry, RETRY_S, 0.0);
			ev_timer_start(loop, &s->retry);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

/* ---- listening */

static socklen_t
address_of(const struct masters_rules *r, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, r->host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(r->port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, r->host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(r->port);
		return sizeof(*v6);
	}
	return 0;
}

/* errno; 0: it listens. */
static int
try_listen(struct masters *s)
{
	struct sockaddr_storage a;
	socklen_t len = address_of(&s->rules, &a);
	int one = 1, error;
	int fd = len == 0 ? -1 : socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	if (len == 0)
		return EADDRNOTAVAIL;
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, BACKLOG) == 0) {
		s->fd = fd;
		return 0;
	}
	error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

static const char *
advice(int error)
{
	switch (error) {
	case EADDRINUSE: return "; another program listens there";
	case EADDRNOTAVAIL: return "; this machine has no such address";
	case EACCES:
	case EPERM: return "; a port below 1024 wants CAP_NET_BIND_SERVICE";
	default: return "";
	}
}

static void
start_listening(struct masters *s)
{
	int error = try_listen(s);

	if (error != 0) {
		log_once(&s->logged, ERR_IO, "cannot listen on %s, port %u: %s%s; it is tried again", s->host,
		    s->rules.port, strerror(error), advice(error));
		ev_timer_set(&s->retry, RETRY_S, 0.0);
		ev_timer_start(s->loop, &s->retry);
		return;
	}
	s->logged = OK;
	str_copy(s->at_host, sizeof(s->at_host), s->host);
	s->at_port = s->rules.port;
	log_notice("%s at %s, port %u", s->what, s->at_host, s->at_port);
	ev_io_set(&s->accepting, s->fd, EV_READ);
	ev_io_start(s->loop, &s->accepting);
}

static void
stop_listening(struct masters *s)
{
	ev_timer_stop(s->loop, &s->retry);
	ev_io_stop(s->loop, &s->accepting);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void
retry_cb(struct ev_loop *loop, ev_timer *w, int events)
{
	struct masters *s = w->data;

	(void)events;
	if (!s->is_used)
		return;
	if (s->fd < 0)
		start_listening(s);
	else
		ev_io_start(loop, &s->accepting);
}

static void
keep_rules(struct masters *s, const struct masters_rules *r)
{
	char *old[] = { s->host, s->admitted, s->what };

	s->is_used = r != NULL;
	s->rules = r != NULL ? *r : (struct masters_rules){ .rate = 1 };
	s->host = r != NULL ? xstrdup(r->host) : NULL;
	s->admitted = r != NULL ? xstrdup(r->admitted) : NULL;
	s->what = r != NULL ? xstrdup(r->what) : NULL;
	s->rules.host = s->host;
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		free(old[i]);
}

void
masters_use(struct masters *s, const struct masters_rules *r)
{
	struct master *at, *next;

	keep_rules(s, r);
	if (r == NULL || s->fd < 0 || strcmp(s->host, s->at_host) != 0 || r->port != s->at_port)
		stop_listening(s);
	for (at = TAILQ_FIRST(&s->each); at != NULL; at = next) {
		next = TAILQ_NEXT(at, entry);
		if (s->fd < 0 || !masters_admit(s->admitted, at->host))
			master_free(at);
		else
			arm(at, clock_mono()); /* rate and idle time may be others */
	}
	if (r != NULL && s->fd < 0)
		start_listening(s);
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

unsigned
masters_count(const struct masters *s)
{
	return s->count;
}

bool
masters_admit(const char *admitted, const char *host)
{
	size_t len = strlen(host);

	if (admitted[0] == '\0')
		return true;
	for (const char *p = admitted; *p != '\0';) {
		size_t word = strcspn(p, " ");

		if (word == len && strncmp(p, host, len) == 0)
			return true;
		p += word + strspn(p + word, " ");
	}
	return false;
}

/* ---- life */

struct masters *
masters_new(struct ev_loop *loop, const struct masters_ops *ops, void *arg)
{
	struct masters *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->ops = ops;
	s->arg = arg;
	s->fd = -1;
	keep_rules(s, NULL);
	TAILQ_INIT(&s->each);
	ev_init(&s->accepting, accept_cb);
	ev_init(&s->retry, retry_cb);
	s->accepting.data = s->retry.data = s;
	return s;
}

void
masters_free(struct masters *s)
{
	struct master *m;

	if (s == NULL)
		return;
	while ((m = TAILQ_FIRST(&s->each)) != NULL)
		master_free(m);
	stop_listening(s);
	keep_rules(s, NULL);
	free(s);
}
