/* SPDX-License-Identifier: Apache-2.0 */
/* server.c - listeners, clients and their buffers on libev; a reply that is late waits in its own timer and stalls nobody. */
#include "config.h"

#include "drivers/plant/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/plant/line.h"
#include "drivers/plant/modbus_server.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define IN_SIZE        4096 /* pipelined requests */
#define OUT_SIZE       16384
#define LATE_MAX       32 /* replies that wait, per client */
#define BACKLOG        512
#define ACCEPT_PAUSE_S 0.5

struct late { /* a reply, or a part of one, that goes out later */
	TAILQ_ENTRY(late) entry;
	ev_timer timer;
	struct client *client;
	size_t len, at;
	bool drips;
	uint8_t data[ADU_MAX];
};

struct client {
	TAILQ_ENTRY(client) entry;
	struct server *server;
	uint32_t conn;
	int fd;
	ev_io io;
	size_t in_len, out_len;
	unsigned late_count;
	TAILQ_HEAD(, late) late;
	uint8_t in[IN_SIZE];
	uint8_t out[OUT_SIZE];
};

struct listener {
	struct server *server;
	uint32_t conn;
	int fd;
	ev_io io;
	ev_timer pause; /* out of descriptors: try again a little later */
};

struct server {
	struct ev_loop *loop;
	struct district *district;
	struct listener *listeners;
	uint32_t listener_count;
	struct plant_line *lines[SERIAL_LINES_MAX];
	uint32_t line_count;
	TAILQ_HEAD(, client) clients;
	unsigned client_count;
	struct rng rng;
};

/* ---- clients */

static void
late_free(struct late *l)
{
	struct client *c = l->client;
	ev_timer_stop(c->server->loop, &l->timer);
	TAILQ_REMOVE(&c->late, l, entry);
	c->late_count--;
	free(l);
}

static void
client_free(struct client *c, bool with_reset)
{
	struct server *s = c->server;
	while (!TAILQ_EMPTY(&c->late))
		late_free(TAILQ_FIRST(&c->late));
	ev_io_stop(s->loop, &c->io);
	if (with_reset) {
		struct linger now = { .l_onoff = 1, .l_linger = 0 };
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	close(c->fd);
	TAILQ_REMOVE(&s->clients, c, entry);
	s->client_count--;
	free(c);
}

static void
watch(struct client *c)
{
	/* While replies pile up nothing more is read: the client's own window stops it. */
	int events =
	    (c->out_len < OUT_SIZE / 2 && c->late_count < LATE_MAX ? EV_READ : 0) | (c->out_len > 0 ? EV_WRITE : 0);
	ev_io_stop(c->server->loop, &c->io);
	ev_io_set(&c->io, c->fd, events);
	if (events != 0)
		ev_io_start(c->server->loop, &c->io);
}

/* false: the client is gone. */
static bool
flush(struct client *c)
{
	size_t sent = 0;
	while (sent < c->out_len) {
		ssize_t n = send(c->fd, c->out + sent, c->out_len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) {
			client_free(c, false);
			return false;
		}
		sent += (size_t)n;
	}
	memmove(c->out, c->out + sent, c->out_len - sent);
	c->out_len -= sent;
	return true;
}

static void
queue(struct client *c, const uint8_t *data, size_t len)
{
	if (c->out_len + len > OUT_SIZE)
		return;
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
}

static bool handle_input(struct client *c);

/* Requests that wait because output was full are taken as soon as it is not; c may be gone afterwards. */
static void
pump(struct client *c)
{
	size_t before;
	do {
		before = c->in_len;
		if (!handle_input(c) || !flush(c))
			return;
	} while (c->in_len < before);
	watch(c);
}

static void
on_late(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct late *l = timer->data;
	struct client *c = l->client;
	(void)loop;
	(void)events;
	size_t n = l->drips ? 1 : l->len;
	queue(c, l->data + l->at, n);
	l->at += n;
	if (l->at >= l->len)
		late_free(l);
	pump(c);
}

static void
queue_late(struct client *c, const uint8_t *data, size_t len, double after_s, double every_s)
{
	if (c->late_count >= LATE_MAX)
		return;
	struct late *l = xcalloc(1, sizeof(*l));
	l->client = c;
	l->len = len;
	l->drips = every_s > 0;
	memcpy(l->data, data, len);
	ev_timer_init(&l->timer, on_late, after_s, every_s);
	l->timer.data = l;
	TAILQ_INSERT_TAIL(&c->late, l, entry);
	c->late_count++;
	ev_timer_start(c->server->loop, &l->timer);
}

/* ---- misbehaviour */

static void
answer_wrongly(struct client *c, const struct image *im, const uint8_t *request, uint8_t *reply, size_t len)
{
	int kind = im->wrong & 0xFF;
	switch (kind) {
	case WRONG_TRANSACTION: reply[1] ^= 0x55; break;
	case WRONG_PROTOCOL: reply[3] = 7; break;
	case WRONG_UNIT: reply[6] ^= 0x11; break;
	case WRONG_FUNCTION: reply[7] ^= 0x06; break;
	case WRONG_NUMBER:
		/* One register less, and all lengths say so. */
		if (len > ADU_HEAD + 4 && reply[8] > 2) {
			reply[8] = (uint8_t)(reply[8] - 2);
			reply[5] = (uint8_t)(reply[5] - 2);
			len -= 2;
		}
		break;
	case WRONG_LENGTH: reply[4] = 0x20; break;
	case WRONG_HALF: len /= 2; break;
	case WRONG_DRIP: queue_late(c, reply, len, 0.02, 0.02); return;
	case WRONG_TWICE: queue(c, reply, len); break;
	case WRONG_GARBAGE:
		for (size_t i = 0; i < len; i++)
			reply[i] = (uint8_t)rng_next(&c->server->rng);
		break;
	default: len = mb_exception(request, im->wrong >> 8, reply); break;
	}
	queue(c, reply, len);
}

static int
image_read_fn(void *arg, int table, unsigned address, unsigned count, uint16_t *out)
{
	return image_read(arg, table, address, count, out);
}

static int
image_write_fn(void *arg, int table, unsigned address, unsigned count, const uint16_t *in)
{
	return image_write(arg, table, address, count, in);
}

/* false: the client is gone. */
static bool
answer(struct client *c, const uint8_t *request, size_t len)
{
	struct district *d = c->server->district;
	bool is_gateway;
	struct image *im = district_unit(d, c->conn, request[6], &is_gateway);
	uint8_t reply[ADU_MAX];
	if (im == NULL) {
		/* Nobody on the bus answers to it; numbers that no bus can have lead nowhere. */
		size_t n = mb_exception(request, request[6] >= 1 && request[6] <= 247 ? MB_TARGET : MB_PATH, reply);
		queue(c, reply, n);
		return true;
	}
	im->requests++;
	if (im->fault == FAULT_SILENT || district_sleeps(d, im))
		return true;
	bool hangs_up = im->fault == FAULT_WRONG && im->wrong == WRONG_HANGUP;
	if (im->fault == FAULT_RESET || hangs_up) {
		client_free(c, !hangs_up);
		return false;
	}
	const struct site_profile *p = im->node->profile;
	struct mb_target t = { .read = image_read_fn,
		.write = image_write_fn,
		.max_registers = (unsigned)p->max_registers,
		.max_bits = (unsigned)p->max_bits,
		.arg = im };
	size_t n = mb_answer(&t, request, len, reply);
	if (im->fault == FAULT_SLOW)
		queue_late(c, reply, n, im->slow_s, 0);
	else if (im->fault == FAULT_WRONG)
		answer_wrongly(c, im, request, reply, n);
	else
		queue(c, reply, n);
	return true;
}

/* false: the client is gone. */
static bool
handle_input(struct client *c)
{
	size_t at = 0;
	while (at < c->in_len && c->out_len < OUT_SIZE / 2 && c->late_count < LATE_MAX) {
		int n = mb_frame_length(c->in + at, c->in_len - at);
		if (n < 0) {
			client_free(c, false);
			return false;
		}
		if (n == 0)
			break;
		if (!answer(c, c->in + at, (size_t)n))
			return false;
		at += (size_t)n;
	}
	memmove(c->in, c->in + at, c->in_len - at);
	c->in_len -= at;
	return true;
}

static void
on_client(struct ev_loop *loop, ev_io *io, int events)
{
	struct client *c = io->data;
	(void)loop;
	if ((events & EV_READ) != 0 && c->in_len < IN_SIZE) {
		ssize_t n = recv(c->fd, c->in + c->in_len, IN_SIZE - c->in_len, 0);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
			client_free(c, false);
			return;
		}
		c->in_len += n > 0 ? (size_t)n : 0;
	}
	pump(c);
}

static void
on_connect(struct ev_loop *loop, ev_io *io, int events)
{
	struct listener *l = io->data;
	struct server *s = l->server;
	(void)events;
	for (int k = 0; k < 64; k++) {
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
			ev_io_stop(loop, &l->io);
			ev_timer_start(loop, &l->pause);
		}
		if (fd < 0)
			return;
		int on = 1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		struct client *c = xcalloc(1, sizeof(*c));
		c->server = s;
		c->conn = l->conn;
		c->fd = fd;
		TAILQ_INIT(&c->late);
		ev_io_init(&c->io, on_client, fd, EV_READ);
		c->io.data = c;
		ev_io_start(loop, &c->io);
		TAILQ_INSERT_TAIL(&s->clients, c, entry);
		s->client_count++;
	}
}

static void
on_pause(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct listener *l = timer->data;
	(void)events;
	ev_timer_set(timer, ACCEPT_PAUSE_S, 0);
	ev_io_start(loop, &l->io);
}

/* ---- listeners */

static socklen_t
address_of(const struct site_conn *conn, struct sockaddr_storage *ss)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;
	const char *host = strcmp(conn->host, "localhost") == 0 ? "127.0.0.1" : conn->host;
	char bare[64];
	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(conn->port);
		return sizeof(*v4);
	}
	size_t n = strlen(host);
	str_printf(bare, sizeof(bare), "%.*s", host[0] == '[' && n > 2 ? (int)n - 2 : (int)n,
	    host[0] == '[' ? host + 1 : host);
	if (inet_pton(AF_INET6, bare, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(conn->port);
	return sizeof(*v6);
}

static int
listen_on(const struct site_conn *conn, char *message, size_t size)
{
	struct sockaddr_storage ss;
	socklen_t len = address_of(conn, &ss);
	int on = 1, fd = len == 0 ? -1 : socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (len == 0) {
		str_printf(message, size,
		    "%s is no address that can be listened on; give a numeric address of this machine", conn->host);
		return -1;
	}
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&ss, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int e = errno;
	str_printf(message, size, "cannot listen on %s:%u: %s%s", conn->host, (unsigned)conn->port, strerror(e),
	    e == EADDRINUSE          ? "; another chisan-plant or device server runs there"
	        : e == EADDRNOTAVAIL ? "; the site's devices are not on this machine"
	                             : "");
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
serve_line(struct server *s, uint32_t conn, char *message, size_t size)
{
	if (s->district->site->conns[conn].transport != TRANSPORT_MODBUS_RTU) {
		str_printf(message, size,
		    "%s:%u: a gateway that hands RTU through is not simulated; write modbus-tcp://",
		    s->district->site->conns[conn].host, (unsigned)s->district->site->conns[conn].port);
		return false;
	}
	s->lines[s->line_count] = plant_line_new(s->loop, s->district, conn, message, size);
	return s->lines[s->line_count++] != NULL;
}

struct server *
server_new(struct ev_loop *loop, struct district *d, char *message, size_t size)
{
	struct server *s = xcalloc(1, sizeof(*s));
	s->loop = loop;
	s->district = d;
	s->listeners = xcalloc(d->site->conn_count + 1, sizeof(*s->listeners));
	TAILQ_INIT(&s->clients);
	rng_init(&s->rng, d->world->seed, "server");
	for (uint32_t i = 0; i < d->site->conn_count; i++) {
		if (d->by_conn[i] == NULL)
			continue;
		if (d->site->conns[i].transport != TRANSPORT_MODBUS_TCP) {
			if (!serve_line(s, i, message, size)) {
				server_free(s);
				return NULL;
			}
			continue;
		}
		struct listener *l = &s->listeners[s->listener_count];
		l->server = s;
		l->conn = i;
		l->fd = listen_on(&d->site->conns[i], message, size);
		if (l->fd < 0) {
			server_free(s);
			return NULL;
		}
		s->listener_count++;
		ev_io_init(&l->io, on_connect, l->fd, EV_READ);
		l->io.data = l;
		ev_timer_init(&l->pause, on_pause, ACCEPT_PAUSE_S, 0);
		l->pause.data = l;
		ev_io_start(loop, &l->io);
	}
	return s;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	while (!TAILQ_EMPTY(&s->clients))
		client_free(TAILQ_FIRST(&s->clients), false);
	for (uint32_t i = 0; i < s->listener_count; i++) {
		ev_io_stop(s->loop, &s->listeners[i].io);
		ev_timer_stop(s->loop, &s->listeners[i].pause);
		close(s->listeners[i].fd);
	}
	for (uint32_t i = 0; i < s->line_count; i++)
		plant_line_free(s->lines[i]);
	free(s->listeners);
	free(s);
}

unsigned
server_clients(const struct server *s)
{
	return s->client_count;
}

const char *
server_where(const struct server *s, char *buf, size_t size)
{
	if (s->listener_count == 0) {
		str_copy(buf, size, s->line_count > 0 ? "a serial line" : "no address");
		return buf;
	}
	const struct site_conn *c = &s->district->site->conns[s->listeners[0].conn];
	if (s->listener_count == 1)
		str_printf(buf, size, "%s:%u", c->host, (unsigned)c->port);
	else
		str_printf(buf, size, "%s:%u and %u more", c->host, (unsigned)c->port, s->listener_count - 1);
	return buf;
}
