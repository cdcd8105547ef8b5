/* SPDX-License-Identifier: Apache-2.0 */
/* el_server.c - the nodes on their addresses: datagrams in, answers and announcements out. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drivers/plant/el_plant.h"
#include "drivers/plant/server.h"
#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define GROUP    "224.0.23.0"
#define GROUP6   "ff02::1"
#define DATAGRAM 1500
#define HEAD     12
#define HALF_US  (1800 * US_PER_S)
#define NODE     0x0EF001u
#define BATCH    64

enum { SETI = 0x60, SETC = 0x61, GET = 0x62, INF_REQ = 0x63, SETGET = 0x6E, INF = 0x73, INFC = 0x74, INFC_RES = 0x7A };

struct el_seat {
	struct el_server *server;
	struct el_home home;
	uint32_t conn;
	struct sockaddr_storage addr, group;
	socklen_t addr_len;
	int fd;
	ev_io io;
};

struct group { /* the ear of all nodes of one network */
	struct el_server *server;
	uint32_t conn;
	int fd;
	ev_io io;
};

struct el_server {
	struct ev_loop *loop;
	struct district *district;
	struct el_seat *nodes;
	struct group *groups;
	uint32_t node_count, group_count;
	int64_t half_hour;
	uint16_t tid;
	struct rng rng;
};

/* ---- frames */

static uint32_t
object_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

struct pen { /* an answer as it is written */
	uint8_t *out;
	size_t at, room;
	bool is_over, is_refused;
};

static void
put(struct pen *p, const uint8_t *data, size_t n)
{
	if (p->is_over || p->room - p->at < n) {
		p->is_over = true;
		return;
	}
	memcpy(p->out + p->at, data, n);
	p->at += n;
}

static void
put_property(struct pen *p, uint8_t epc, const uint8_t *data, unsigned len)
{
	uint8_t head[2] = { epc, (uint8_t)len };

	put(p, head, 2);
	if (len > 0)
		put(p, data, len);
}

static void
get_one(struct pen *p, struct el_home *h, uint32_t object, uint8_t epc)
{
	uint8_t bytes[EL_BYTES];
	int n = el_home_get(h, object, epc, bytes);

	put_property(p, epc, bytes, n < 0 ? 0 : (unsigned)n);
	p->is_refused |= n < 0;
}

static void
set_one(struct pen *p, struct el_home *h, uint32_t object, uint8_t epc, const uint8_t *data, unsigned len)
{
	bool is_taken = el_home_set(h, object, epc, data, len);

	put_property(p, epc, data, is_taken ? 0 : len);
	p->is_refused |= !is_taken;
}

/* One list of properties, from *at on; false: it is cut off. */
static bool
answer_list(struct pen *p, struct el_home *h, uint32_t object, bool is_set, const uint8_t *data, size_t len, size_t *at)
{
	unsigned n;

	if (*at >= len)
		return false;
	n = data[*at];
	put(p, data + (*at)++, 1);
	for (; n > 0; n--) {
		if (len - *at < 2 || len - *at - 2 < data[*at + 1])
			return false;
		if (is_set)
			set_one(p, h, object, data[*at], data + *at + 2, data[*at + 1]);
		else
			get_one(p, h, object, data[*at]);
		*at += 2u + data[*at + 1];
	}
	return true;
}

static uint8_t
service_of(uint8_t asked, bool is_refused)
{
	switch (asked) {
	case SETI: return is_refused ? 0x50 : 0;
	case SETC: return is_refused ? 0x51 : 0x71;
	case GET: return is_refused ? 0x52 : 0x72;
	case INF_REQ: return is_refused ? 0x53 : INF;
	case SETGET: return is_refused ? 0x5E : 0x7E;
	case INFC: return INFC_RES;
	default: return 0;
	}
}

size_t
el_home_answer(struct el_home *h, const uint8_t *data, size_t len, uint8_t *out, size_t room)
{
	struct pen p = { .out = out, .at = HEAD - 1, .room = room };
	uint32_t object;
	size_t at = HEAD - 1;
	uint8_t asked;

	if (len < HEAD || room < HEAD || data[0] != 0x10 || data[1] != 0x81)
		return 0;
	object = object_at(data + 7);
	asked = data[10];
	if (object >> 8 == NODE >> 8)
		object = NODE;
	else if (el_home_find(h, object) == NULL)
		return 0; /* whoever is not there says nothing */
	if (service_of(asked, true) == 0)
		return 0;
	if (!answer_list(&p, h, object, asked == SETI || asked == SETC || asked == SETGET, data, len, &at))
		return 0;
	if (asked == SETGET && !answer_list(&p, h, object, false, data, len, &at))
		return 0;
	memcpy(out, data, 4);
	memcpy(out + 4, data + 7, 3);
	if (object == NODE)
		out[6] = 1;
	memcpy(out + 7, data + 4, 3);
	out[10] = service_of(asked, p.is_refused);
	return p.is_over || at != len || out[10] == 0 ? 0 : p.at;
}

/* ---- sockets */

static void
send_to(const struct el_seat *n, const uint8_t *data, size_t len, const struct sockaddr_storage *to)
{
	(void)sendto(n->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)to, n->addr_len);
}

static size_t
spoil(struct el_seat *n, uint8_t *reply, size_t len)
{
	switch (n->home.image->wrong & 0xFF) {
	case WRONG_TRANSACTION: reply[3] ^= 0x55; break;
	case WRONG_PROTOCOL: reply[1] = 0x82; break;
	case WRONG_UNIT: reply[6] ^= 0x11; break;
	case WRONG_FUNCTION: reply[10] ^= 0x06; break;
	case WRONG_LENGTH: reply[11]++; break;
	case WRONG_GARBAGE:
		for (size_t i = 0; i < len; i++)
			reply[i] = (uint8_t)rng_next(&n->server->rng);
		break;
	default: len /= 2; break;
	}
	return len;
}

static void
take(struct el_seat *n, const uint8_t *data, size_t len, const struct sockaddr_storage *from)
{
	uint8_t reply[DATAGRAM];
	struct image *im = n->home.image;
	size_t m;

	if (im->fault == FAULT_SILENT || im->fault == FAULT_RESET || district_sleeps(n->server->district, im))
		return;
	im->requests++;
	m = el_home_answer(&n->home, data, len, reply, sizeof(reply));
	if (m == 0)
		return;
	if (im->fault == FAULT_WRONG)
		m = spoil(n, reply, m);
	send_to(n, reply, m, reply[10] == INF ? &n->group : from);
	if (im->fault == FAULT_WRONG && im->wrong == WRONG_TWICE)
		send_to(n, reply, m, from);
}

static void
on_node(struct ev_loop *loop, ev_io *io, int events)
{
	struct el_seat *n = io->data;
	uint8_t data[DATAGRAM];

	(void)loop;
	(void)events;
	for (int i = 0; i < BATCH; i++) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(n->fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);

		if (len < 0 && errno != ECONNREFUSED)
			return;
		if (len > 0)
			take(n, data, (size_t)len, &from);
	}
}

/* What goes to all is answered by each, but for what comes from a node of ours. */
static void
on_group(struct ev_loop *loop, ev_io *io, int events)
{
	struct group *g = io->data;
	struct el_server *s = g->server;
	uint8_t data[DATAGRAM];

	(void)loop;
	(void)events;
	for (int i = 0; i < BATCH; i++) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(g->fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);

		if (len < 0)
			return;
		for (uint32_t k = 0; k < s->node_count && len > HEAD && data[10] != INF; k++)
			if (s->nodes[k].conn == g->conn)
				take(&s->nodes[k], data, (size_t)len, &from);
	}
}

static bool
set_address(struct sockaddr_storage *ss, socklen_t *len, const char *text, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		memcpy(ss, &v4, sizeof(v4));
		*len = sizeof(v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		return false;
	memcpy(ss, &v6, sizeof(v6));
	*len = sizeof(v6);
	return true;
}

static bool
open_node(struct el_seat *n, const struct site_conn *c, char *message, size_t size)
{
	const char *text = n->home.image->node->node;
	socklen_t group_len;
	int room = 1 << 20;

	n->fd = -1;
	if (!set_address(&n->addr, &n->addr_len, text, c->port) ||
	    !set_address(&n->group, &group_len, n->addr.ss_family == AF_INET ? GROUP : GROUP6, c->port)) {
		str_printf(message, size, "%s is no address that a node can have", text);
		return false;
	}
	n->fd = socket(n->addr.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (n->fd < 0 || bind(n->fd, (struct sockaddr *)&n->addr, n->addr_len) != 0) {
		int e = errno;

		str_printf(message, size, "cannot be a node at %s port %u: %s%s", text, (unsigned)c->port, strerror(e),
		    e == EADDRINUSE ? "; another chisan-plant or node runs there" : "");
		return false;
	}
	(void)setsockopt(n->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (n->addr.ss_family == AF_INET)
		(void)setsockopt(n->fd, IPPROTO_IP, IP_MULTICAST_IF, &((struct sockaddr_in *)&n->addr)->sin_addr,
		    sizeof(struct in_addr));
	ev_io_init(&n->io, on_node, n->fd, EV_READ);
	n->io.data = n;
	ev_io_start(n->server->loop, &n->io);
	return true;
}

/* Where a network takes no groups its nodes are asked one by one: no reason to end. */
static void
open_group(struct el_server *s, const struct el_seat *first)
{
	struct group *g = &s->groups[s->group_count];
	const struct in_addr *own = &((const struct sockaddr_in *)&first->addr)->sin_addr;
	struct ip_mreq m = { .imr_interface = *own };
	int on = 1, none = 0;

	if (first->addr.ss_family != AF_INET)
		return;
	*g = (struct group){ .server = s, .conn = first->conn };
	m.imr_multiaddr = ((const struct sockaddr_in *)&first->group)->sin_addr;
	g->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (g->fd < 0 || setsockopt(g->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    setsockopt(g->fd, IPPROTO_IP, IP_MULTICAST_ALL, &none, sizeof(none)) != 0 ||
	    bind(g->fd, (const struct sockaddr *)&first->group, first->addr_len) != 0 ||
	    setsockopt(g->fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)) != 0) {
		log_notice("nodes hear nothing that goes to all: %s", strerror(errno));
		if (g->fd >= 0)
			close(g->fd);
		return;
	}
	ev_io_init(&g->io, on_group, g->fd, EV_READ);
	g->io.data = g;
	ev_io_start(s->loop, &g->io);
	s->group_count++;
}

/* ---- what nodes say by themselves */

static void
announce(struct el_seat *n, uint32_t object, const uint8_t *epcs, unsigned count)
{
	uint8_t out[DATAGRAM] = { 0x10, 0x81, 0, 0, 0, 0, 0, NODE >> 16, (NODE >> 8) & 0xFF, 1, INF, (uint8_t)count };
	struct pen p = { .out = out, .at = HEAD, .room = sizeof(out) };

	n->server->tid++;
	out[2] = (uint8_t)(n->server->tid >> 8);
	out[3] = (uint8_t)n->server->tid;
	out[4] = (uint8_t)(object >> 16);
	out[5] = (uint8_t)(object >> 8);
	out[6] = (uint8_t)object;
	for (unsigned i = 0; i < count; i++)
		get_one(&p, &n->home, object, epcs[i]);
	if (!p.is_over && !p.is_refused && n->home.image->fault != FAULT_SILENT)
		send_to(n, out, p.at, &n->group);
}

void
el_server_tick(struct el_server *s)
{
	static const uint8_t fixed_time[] = { 0xC3, 0xE3 };
	int64_t k = s->district->world->now.us / HALF_US;

	if (k == s->half_hour)
		return;
	s->half_hour = k;
	for (uint32_t i = 0; i < s->node_count; i++)
		for (uint32_t t = 0; t < s->nodes[i].home.thing_count; t++)
			if (s->nodes[i].home.things[t].meter != NULL)
				announce(&s->nodes[i], s->nodes[i].home.things[t].object, fixed_time, 2);
}

/* ---- life */

struct el_server *
el_server_new(struct ev_loop *loop, struct district *d, char *message, size_t size)
{
	static const uint8_t instances[] = { 0xD5 };
	struct el_server *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->district = d;
	s->nodes = xcalloc(d->image_count + 1, sizeof(*s->nodes));
	s->groups = xcalloc(d->image_count + 1, sizeof(*s->groups));
	s->half_hour = d->world->now.us / HALF_US;
	rng_init(&s->rng, d->world->seed, "echonet");
	for (uint32_t i = 0; i < d->image_count; i++) {
		struct image *im = &d->images[i];
		struct el_seat *n = &s->nodes[s->node_count];
		bool is_new = true;

		if (im->node->profile->protocol != PROTOCOL_ECHONET)
			continue;
		*n = (struct el_seat){ .server = s, .conn = im->node->conn, .fd = -1 };
		el_home_init(&n->home, im, d->arena, d->world->seed);
		s->node_count++;
		if (!open_node(n, &d->site->conns[n->conn], message, size)) {
			el_server_free(s);
			return NULL;
		}
		for (uint32_t k = 0; k + 1 < s->node_count; k++)
			is_new &= s->nodes[k].conn != n->conn;
		if (is_new)
			open_group(s, n);
	}
	for (uint32_t i = 0; i < s->node_count; i++)
		announce(&s->nodes[i], NODE, instances, 1);
	return s;
}

void
el_server_free(struct el_server *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; i < s->node_count; i++) {
		ev_io_stop(s->loop, &s->nodes[i].io);
		if (s->nodes[i].fd >= 0)
			close(s->nodes[i].fd);
	}
	for (uint32_t i = 0; i < s->group_count; i++) {
		ev_io_stop(s->loop, &s->groups[i].io);
		close(s->groups[i].fd);
	}
	free(s->nodes);
	free(s->groups);
	free(s);
}

uint32_t
el_server_nodes(const struct el_server *s)
{
	return s->node_count;
}
