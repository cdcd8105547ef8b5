/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup_proxy.c - the frame about a link that is lent into a struct; nothing is believed here either.
 */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>

#include "drivers/setup.h"

#define WRITE_BYTES 7 /* unit u8, table u8, from u16, to u16, past_control u8 */
#define IDLE_MAX_MS (24 * 3600 * 1000)

static bool
is_numeric(const char *host)
{
	uint8_t address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* NULL: one is none. */
static const struct cfg_proxy_write *
read_writes(struct setup *c, const struct msg_bytes *b, uint32_t *count)
{
	struct cfg_proxy_write *w;
	struct rbuf r;

	*count = (uint32_t)(b->len / WRITE_BYTES);
	w = arena_alloc(c->arena, *count * sizeof(*w) + 1);
	rbuf_init(&r, b->data, b->len);
	for (uint32_t i = 0; i < *count; i++) {
		w[i].unit = r_u8(&r);
		w[i].table = r_u8(&r);
		w[i].from = r_u16(&r);
		w[i].to = r_u16(&r);
		w[i].past_control = r_u8(&r) != 0;
		if ((w[i].table != TABLE_COIL && w[i].table != TABLE_HOLDING) || w[i].from > w[i].to)
			return NULL;
	}
	return r_done(&r) ? w : NULL;
}

enum err
setup_proxy(struct setup *c, const struct msg_field_proxy *m)
{
	uint32_t at = setup_find_link(c, m->link);
	struct cfg_proxy *p;

	if (at == UINT32_MAX || c->links[at].proxy != NULL)
		return setup_refuse(c, "proxy: there is no link %u, or it has one already", m->link);
	if (!is_numeric(m->host) || m->port == 0 || m->clients == 0 || m->clients > PROXY_CLIENTS_MAX ||
	    m->idle_ms == 0 || m->idle_ms > IDLE_MAX_MS || m->writes_a_minute == 0)
		return setup_refuse(c,
		    "link %u: a proxy at \"%.64s\", port %u, or another manner of it, is out of range", m->link,
		    m->host, m->port);
	p = arena_alloc(c->arena, sizeof(*p));
	*p = (struct cfg_proxy){
		.host = arena_strdup(c->arena, m->host),
		.masters = arena_strdup(c->arena, m->masters),
		.port = m->port,
		.clients = m->clients,
		.writes_a_minute = m->writes_a_minute,
		.idle_ms = m->idle_ms,
	};
	p->writes = read_writes(c, &m->writes, &p->write_count);
	if (p->writes == NULL)
		return setup_refuse(c, "link %u: what may be written through its proxy is no list of ranges", m->link);
	c->links[at].proxy = p;
	return OK;
}
