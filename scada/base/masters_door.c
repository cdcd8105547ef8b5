/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masters_door.c - listening, and who is admitted.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/masters_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define BACKLOG        16
#define ACCEPTS_A_TURN 16
#define RETRY_S        3.0 /* after an address could not be listened on, and when descriptors are out */
#define SAY_REFUSED_US (10 * US_PER_S)

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
	s->turned_away++;
	if (s->refused_at.us != 0 && mono_diff_us(now, s->refused_at) < SAY_REFUSED_US)
		return;
	log_notice("%s was refused: %s (%u refused since the last word of it)", host, why, s->refused);
	s->refused_at = now;
	s->refused = 0;
}

static void
admit(struct masters *s, int fd, const struct sockaddr_storage *from, struct mono now)
{
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
	master_new(s, fd, host, now);
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
			master_arm(at, clock_mono()); /* rate and idle time may be others */
	}
	if (r != NULL && s->fd < 0)
		start_listening(s);
}

unsigned
masters_count(const struct masters *s)
{
	return s->count;
}

uint64_t
masters_turned_away(const struct masters *s)
{
	return s->turned_away;
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
