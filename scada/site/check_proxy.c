/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_proxy.c - links[].proxy: where it listens and for whom, that nobody else listens there, that what may be written belongs to a
 * device of the link.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/site/check.h"

/* An address at which this machine listens, or is to. */
struct listener {
	char host[64];
	uint16_t port;
	const char *whose;
};

static bool
is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static bool
is_any(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* Two programs cannot both listen there. */
static bool
is_same(const struct listener *l, const char *host, uint16_t port)
{
	return l->port == port && (strcmp(l->host, host) == 0 || is_any(l->host) || is_any(host));
}

/* The connection of a link; NULL: told already, or no device has it. */
static const struct site_conn *
conn_of(const struct check *c, const struct site_link *l)
{
	for (uint32_t i = 0; i < c->s->conn_count; i++)
		if (c->s->conns[i].manners == l)
			return &c->s->conns[i];
	return NULL;
}

/* NULL: no enabled or disabled device of the link has this unit. */
static const struct site_node *
node_of(const struct check *c, const struct site_conn *conn, int64_t unit)
{
	for (uint32_t i = 0; i < c->s->node_count; i++)
		if (c->s->nodes[i].conn == (uint32_t)(conn - c->s->conns) && c->s->nodes[i].unit == unit)
			return &c->s->nodes[i];
	return NULL;
}

static void
check_who(struct check *c, const struct site_proxy *p, const char *host)
{
	char one[64], message[300];
	for (uint32_t i = 0; i < p->masters.n; i++)
		if (!site_host_parse(p->masters.v[i], one, sizeof(one), message, sizeof(message)))
			fault_at(c->f, AT_KEY(proxy_schema, p, struct site_proxy, masters), "masters: %s", message);
	if (p->masters.n == 0 && !is_loopback(host))
		fault_at(c->f, AT_KEY(proxy_schema, p, struct site_proxy, listen),
		    "listen: %s can be reached from other machines, and Modbus asks for no password; name those that "
		    "may "
		    "connect, as masters: [192.0.2.7], or write 127.0.0.1",
		    host);
}

static void
check_where(struct check *c, const struct site_proxy *p, const char *host, uint16_t port, struct listener *all,
    uint32_t *count, const char *whose)
{
	struct mark at = AT_KEY(proxy_schema, p, struct site_proxy, listen);
	for (uint32_t i = 0; i < c->s->conn_count; i++) {
		const struct site_conn *conn = &c->s->conns[i];
		if (conn->transport != TRANSPORT_ECHONET && conn->port == port && strcmp(conn->host, host) == 0)
			fault_at(c->f, at, "listen: a device is at %s:%u; write another port, as 1502", host, port);
	}
	for (uint32_t i = 0; i < *count; i++) {
		if (!is_same(&all[i], host, port))
			continue;
		fault_at(
		    c->f, at, "listen: %s:%u is taken already by %s; write another port", host, port, all[i].whose);
		return;
	}
	all[*count].port = port;
	all[*count].whose = whose;
	str_copy(all[(*count)++].host, sizeof(all[0].host), host);
}

/* What is written here for a point of the site; NULL: nothing that the profile says an address of. */
static const struct site_point *
point_at(const struct check *c, const struct site_node *n, const struct site_proxy_write *w)
{
	for (uint32_t i = 0; i < n->count; i++) {
		const struct site_point *p = &c->s->points[n->first + i];
		const struct site_register *r = p->def->write;
		if (r == NULL || r->point != NULL || r->property != NULL || r->table != w->table)
			continue;
		int64_t last =
		    r->address + (r->table == TABLE_COIL ? 1 : raw_type_registers((enum raw_type)check_type_of(r))) - 1;
		if (r->address <= w->to && last >= w->from)
			return p;
	}
	return NULL;
}

static void
check_write(struct check *c, const struct site_proxy_write *w, const struct site_conn *conn)
{
	const struct site_node *n = conn != NULL ? node_of(c, conn, w->unit) : NULL;
	struct mark at = AT_KEY(proxy_write_schema, w, struct site_proxy_write, from);
	if (w->from > w->to)
		fault_at(c->f, at, "from: %" PRId64 " is above to: %" PRId64 "; write the lower address first", w->from,
		    w->to);
	if (conn == NULL || !IS_SET(proxy_write_schema, w, struct site_proxy_write, unit))
		return;
	if (n == NULL) {
		fault_at(c->f, AT_KEY(proxy_write_schema, w, struct site_proxy_write, unit),
		    "unit: no device of this link has unit %" PRId64 "; write that behind the slash of its link",
		    w->unit);
		return;
	}
	const struct site_point *p = w->past_control ? NULL : point_at(c, n, w);
	if (p != NULL)
		warn_at(c->f, at,
		    "%s is written in this range, and other masters will not be let there; leave it out, or write "
		    "past_control: true if they may pass every check",
		    p->name);
}

static void
check_proxy(struct check *c, const struct site_link *l, struct listener *all, uint32_t *count)
{
	const struct site_proxy *p = l->proxy;
	const struct site_conn *conn = conn_of(c, l);
	const struct site_proxy_write *w = p->write.v;
	char host[64], message[300];
	uint16_t port;
	if (p->listen != NULL && !site_address_parse(p->listen, host, sizeof(host), &port, message, sizeof(message))) {
		fault_at(c->f, AT_KEY(proxy_schema, p, struct site_proxy, listen), "listen: %s", message);
	} else if (p->listen != NULL) {
		check_who(c, p, host);
		check_where(c, p, host, port, all, count, l->link != NULL ? l->link : "another proxy");
	}
	for (uint32_t i = 0; i < p->write.n; i++)
		check_write(c, &w[i], conn);
}

void
check_proxies(struct check *c)
{
	const struct site_link *links = c->s->links.v;
	struct listener *all = xcalloc((size_t)c->s->links.n + 1, sizeof(*all));
	const struct site_north *n = c->s->north;
	char message[300];
	uint32_t count = 0;
	if (n != NULL && n->listen != NULL &&
	    site_address_parse(n->listen, all[0].host, sizeof(all[0].host), &all[0].port, message, sizeof(message)))
		all[count++].whose = "north:";
	for (uint32_t i = 0; i < c->s->links.n; i++)
		if (links[i].proxy != NULL)
			check_proxy(c, &links[i], all, &count);
	free(all);
}
