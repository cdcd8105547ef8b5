/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_port.c - UDP sockets of one interface.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "drivers/el_port.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define ROOM      (4 << 20) /* bytes that wait in the system while we are busy: a district may announce at once */
#define A_TURN    64        /* datagrams of one socket before others have their turn */
#define GROUP_TTL 1

static bool
is_v6(const struct el_port *p)
{
	return p->own.addr.ss_family == AF_INET6;
}

static struct el_address
group_of(const struct el_port *p)
{
	struct el_address a;

	(void)el_address_take(is_v6(p) ? EL_GENERAL_GROUP_V6 : EL_GENERAL_GROUP_V4, p->port, &a);
	if (is_v6(p))
		((struct sockaddr_in6 *)&a.addr)->sin6_scope_id = p->zone;
	return a;
}

void
el_port_init(
    struct el_port *p, struct ev_loop *loop, const struct el_cfg_port *cfg, const struct el_port_ops *ops, void *arg)
{
	*p = (struct el_port){
		.loop = loop, .ops = ops, .arg = arg, .own = cfg->own, .port = cfg->port, .fd = -1, .group_fd = -1
	};
}

static void
read_cb(struct ev_loop *loop, ev_io *w, int events)
{
	struct el_port *p = w->data;
	uint8_t data[EL_FRAME_MAX + 1];

	(void)loop;
	(void)events;
	for (unsigned i = 0; i < A_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(w->fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from, &len);

		/* an error of a datagram that we sent (nobody listens there) says nothing of the others */
		if (n < 0 && errno != EINTR && errno != ECONNREFUSED && errno != EHOSTUNREACH)
			return;
		if (n <= 0)
			continue;
		p->ops->received(p, &from, data, (size_t)n, p->arg);
		if (p->fd < 0)
			return;
	}
}

static enum err
fail(struct el_port *p, const char *what, int fd)
{
	int number = errno;
	enum err e = err_from_errno(number);
	char host[INET6_ADDRSTRLEN] = "";
	const void *addr = is_v6(p) ? (const void *)&((const struct sockaddr_in6 *)&p->own.addr)->sin6_addr
	                            : (const void *)&((const struct sockaddr_in *)&p->own.addr)->sin_addr;

	(void)inet_ntop(p->own.addr.ss_family, addr, host, sizeof(host));
	str_printf(p->why, sizeof(p->why), "%s %s port %u: %s%s", what, host, p->port, strerror(number),
	    number == EADDRINUSE          ? "; another program that speaks ECHONET Lite has it"
	        : number == EADDRNOTAVAIL ? "; it is no address of this machine"
	                                  : "");
	if (fd >= 0)
		close(fd);
	return e == OK ? ERR_NOT_CONNECTED : e;
}

/* The number of the interface that the address names. */
static enum err
find_zone(struct el_port *p, int fd)
{
	struct ifreq r = { 0 };

	if (p->own.zone[0] == '\0')
		return OK;
	if (!str_copy(r.ifr_name, sizeof(r.ifr_name), p->own.zone) || ioctl(fd, SIOCGIFINDEX, &r) != 0)
		return ERR_NOT_FOUND;
	p->zone = (unsigned)r.ifr_ifindex;
	((struct sockaddr_in6 *)&p->own.addr)->sin6_scope_id = p->zone;
	return OK;
}

/* What is sent to the group leaves by this interface, and does not come back to us. */
static void
choose_interface(struct el_port *p, int fd)
{
	int none = 0, hops = GROUP_TTL;

	if (is_v6(p)) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &p->zone, sizeof(p->zone));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &hops, sizeof(hops));
	} else {
		const struct in_addr *own = &((const struct sockaddr_in *)&p->own.addr)->sin_addr;

		(void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, own, sizeof(*own));
		(void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops));
		/* only what we joined here: other interfaces have sockets of their own */
		(void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &none, sizeof(none));
	}
}

static int
join(const struct el_port *p, int fd)
{
	struct el_address group = group_of(p);

	if (is_v6(p)) {
		struct ipv6_mreq m = { .ipv6mr_interface = p->zone };

		m.ipv6mr_multiaddr = ((const struct sockaddr_in6 *)&group.addr)->sin6_addr;
		return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m));
	}
	struct ip_mreq m = { .imr_interface = ((const struct sockaddr_in *)&p->own.addr)->sin_addr };

	m.imr_multiaddr = ((const struct sockaddr_in *)&group.addr)->sin_addr;
	return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
}

static int
socket_for(const struct el_port *p)
{
	int room = ROOM, fd = socket(p->own.addr.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

static void
watch(struct el_port *p, ev_io *io, int fd)
{
	ev_io_init(io, read_cb, fd, EV_READ);
	io->data = p;
	ev_io_start(p->loop, io);
}

/* A socket of its own: one that is bound to our address gets nothing that goes to the group. */
static void
open_group(struct el_port *p)
{
	struct el_address group = group_of(p);
	int on = 1, fd = socket_for(p);

	if (fd < 0)
		return;
	choose_interface(p, fd);
	/* other programs on this machine listen to the group too */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&group.addr, group.len) != 0 || join(p, fd) != 0) {
		log_notice("ECHONET Lite: nothing that goes to all will be heard: %s", strerror(errno));
		close(fd);
		return;
	}
	p->group_fd = fd;
	watch(p, &p->group_io, fd);
}

static bool
is_any(const struct el_port *p)
{
	static const struct in6_addr any6 = IN6ADDR_ANY_INIT;

	if (is_v6(p))
		return memcmp(&((const struct sockaddr_in6 *)&p->own.addr)->sin6_addr, &any6, sizeof(any6)) == 0;
	return ((const struct sockaddr_in *)&p->own.addr)->sin_addr.s_addr == INADDR_ANY;
}

enum err
el_port_open(struct el_port *p)
{
	int fd = socket_for(p);

	if (fd < 0)
		return fail(p, "no socket for", fd);
	if (find_zone(p, fd) != OK)
		return fail(p, "no such interface:", fd);
	choose_interface(p, fd);
	if (bind(fd, (struct sockaddr *)&p->own.addr, p->own.len) != 0)
		return fail(p, "cannot use", fd);
	p->fd = fd;
	watch(p, &p->io, fd);
	if (!is_any(p))
		open_group(p);
	else if (join(p, fd) != 0)
		log_notice("ECHONET Lite: nothing that goes to all will be heard: %s", strerror(errno));
	return OK;
}

void
el_port_close(struct el_port *p)
{
	if (p->fd >= 0) {
		ev_io_stop(p->loop, &p->io);
		close(p->fd);
	}
	if (p->group_fd >= 0) {
		ev_io_stop(p->loop, &p->group_io);
		close(p->group_fd);
	}
	p->fd = p->group_fd = -1;
}

static enum err
send_now(const struct el_port *p, const struct el_address *to, const uint8_t *data, size_t len)
{
	struct sockaddr_storage addr = to->addr;
	ssize_t n;

	if (p->fd < 0)
		return ERR_NOT_CONNECTED;
	if (is_v6(p) && ((struct sockaddr_in6 *)&addr)->sin6_scope_id == 0)
		((struct sockaddr_in6 *)&addr)->sin6_scope_id = p->zone;
	/* a queue that is full, or nobody at the other end of the datagram before, is as a datagram that was lost */
	n = sendto(p->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&addr, to->len);
	if (n < 0 && errno == ECONNREFUSED)
		n = sendto(p->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&addr, to->len);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ECONNREFUSED))
		return OK;
	return n < 0 ? err_from_errno(errno) : OK;
}

enum err
el_port_send(struct el_port *p, const struct el_address *to, const uint8_t *data, size_t len)
{
	enum err e = send_now(p, to, data, len);

	if (p->ops->sent != NULL)
		p->ops->sent(p, &to->addr, data, len, e, p->arg);
	return e;
}

enum err
el_port_reply(struct el_port *p, const struct sockaddr_storage *from, const uint8_t *data, size_t len)
{
	struct el_address to = { .addr = *from, .len = p->own.len };

	if (is_v6(p))
		((struct sockaddr_in6 *)&to.addr)->sin6_port = htons(p->port);
	else
		((struct sockaddr_in *)&to.addr)->sin_port = htons(p->port);
	return el_port_send(p, &to, data, len);
}

enum err
el_port_send_group(struct el_port *p, const uint8_t *data, size_t len)
{
	struct el_address group = group_of(p);

	return el_port_send(p, &group, data, len);
}
