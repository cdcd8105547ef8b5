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

static bool
meets(const struct site_proxy_write *w, int64_t from, int64_t registers)
{
	return from <= w->to && from + registers > w->from;
}

static bool
is_at(const struct site_register *r, const struct site_proxy_write *w)
{
	bool is_bit = r->table == TABLE_COIL;
	return r->table == w->table &&
	    meets(w, r->address, is_bit ? 1 : raw_type_registers((enum raw_type)check_type_of(r)));
}

/* What of a point control writes in this range, as the words before its name; NULL: nothing that the profile says an address of. */
static const char *
written_at(const struct site_point_def *d, const struct site_proxy_write *w)
{
	const struct site_register *r = d->write;
	if (r == NULL || r->property != NULL)
		return NULL;
	if (r->point == NULL && is_at(r, w))
		return "";
	if (r->point == NULL && r->open_address >= 0 && r->table == w->table && meets(w, r->open_address, 1))
		return "the second coil of ";
	if (d->revert != NULL && d->revert->timer_register >= 0 && w->table == TABLE_HOLDING &&
	    meets(w, d->revert->timer_register, 1))
		return "the reversion timer of ";
	return NULL;
}

/* Does it say how an output is, in a register of its own? */
static bool
is_read_back_at(const struct site_point_def *d, const struct site_proxy_write *w)
{
	const struct site_register *r = d->read;
	return d->write != NULL && r != NULL && r->point == NULL && r->property == NULL && is_at(r, w);
}

/* The first of each kind: a range may hold many. */
static void
warn_of(struct check *c, const struct site_node *n, const struct site_proxy_write *w, bool *is_told, bool *is_read_told)
{
	struct mark at = AT_KEY(proxy_write_schema, w, struct site_proxy_write, from);
	for (uint32_t i = 0; i < n->count; i++) {
		const struct site_point *p = &c->s->points[n->first + i];
		const char *what = written_at(p->def, w);
		if (what != NULL && !*is_told) {
			warn_at(c->f, at,
			    "%s%s is written in this range, and other masters will not be let there; leave it out, or "
			    "write "
			    "past_control: true if they may pass every check",
			    what, p->name);
			*is_told = true;
		} else if (what == NULL && !*is_read_told && is_read_back_at(p->def, w)) {
			warn_at(c->f, at,
			    "%s is read back from this range, and what other masters write there is taken for the "
			    "device's own "
			    "answer; leave it out, or write past_control: true if that is meant",
			    p->name);
			*is_read_told = true;
		}
	}
}

static void
check_write(struct check *c, const struct site_proxy_write *w, const struct site_conn *conn)
{
	const struct site_node *n = conn != NULL ? node_of(c, conn, w->unit) : NULL;
	if (w->from > w->to)
		fault_at(c->f, AT_KEY(proxy_write_schema, w, struct site_proxy_write, from),
		    "from: %" PRId64 " is above to: %" PRId64 "; write the lower address first", w->from, w->to);
	if (conn == NULL || !IS_SET(proxy_write_schema, w, struct site_proxy_write, unit))
		return;
	if (n == NULL) {
		fault_at(c->f, AT_KEY(proxy_write_schema, w, struct site_proxy_write, unit),
		    "unit: no device of this link has unit %" PRId64 "; write that behind the slash of its link",
		    w->unit);
		return;
	}
	bool is_told = w->past_control, is_read_told = w->past_control;
	for (uint32_t i = 0; i < c->s->node_count; i++) /* two devices of the site may be one unit */
		if (c->s->nodes[i].conn == n->conn && c->s->nodes[i].unit == n->unit)
			warn_of(c, &c->s->nodes[i], w, &is_told, &is_read_told);
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
