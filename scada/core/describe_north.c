/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe_north.c - what the site serves to others by Modbus, and which links it lends them, in the words of the pipe.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/core/describe.h"

/* In the one form in which addresses of masters are compared. */
static void
put_masters(const struct key_words *all, char *buf, size_t size)
{
	char host[64], message[300];

	buf[0] = '\0';
	for (uint32_t i = 0; i < all->n; i++) {
		if (!site_host_parse(all->v[i], host, sizeof(host), message, sizeof(message)))
			continue; /* the check has told */
		str_append(buf, size, buf[0] != '\0' ? " " : "");
		str_append(buf, size, host);
	}
}

bool
describe_field_proxy(const struct site *s, uint32_t link, struct wbuf *b)
{
	const struct site_link *l = s->conns[link].manners;
	const struct site_proxy *p = l != NULL ? l->proxy : NULL;
	const struct site_proxy_write *w = p != NULL ? p->write.v : NULL;
	struct wbuf writes = { .len = 0 };
	char host[64], masters[64 * 48], message[300];
	uint16_t port;

	if (p == NULL || !site_address_parse(p->listen, host, sizeof(host), &port, message, sizeof(message)))
		return false;
	put_masters(&p->masters, masters, sizeof(masters));
	for (uint32_t i = 0; i < p->write.n; i++) {
		w_u8(&writes, (uint8_t)w[i].unit);
		w_u8(&writes, (uint8_t)w[i].table);
		w_u16(&writes, (uint16_t)w[i].from);
		w_u16(&writes, (uint16_t)w[i].to);
		w_u8(&writes, w[i].past_control);
	}
	wbuf_reset(b);
	msg_field_proxy_put(b,
	    &(struct msg_field_proxy){ .link = link,
	        .host = host,
	        .port = port,
	        .clients = (uint16_t)p->clients,
	        .idle_ms = (uint32_t)(p->idle_us / US_PER_MS),
	        .writes_a_minute = (uint16_t)p->writes_a_minute,
	        .masters = masters,
	        .writes = { writes.data, writes.len } });
	wbuf_done(&writes);
	return true;
}

bool
describe_north(const struct site *s, struct wbuf *b)
{
	const struct site_north *n = s->north;
	struct wbuf points = { .len = 0 }, setpoints = { .len = 0 };
	char host[64], masters[64 * 48], message[300];
	uint16_t port;

	if (n == NULL || !site_address_parse(n->listen, host, sizeof(host), &port, message, sizeof(message)))
		return false;
	put_masters(&n->masters, masters, sizeof(masters));
	const struct site_north_point *p = n->points.v;
	for (uint32_t i = 0; i < n->points.n; i++) {
		w_u32(&points, site_find_point(s, p[i].point));
		w_u16(&points, (uint16_t)p[i].address);
	}
	const struct site_north_setpoint *sp = n->setpoints.v;
	for (uint32_t i = 0; i < n->setpoints.n; i++) {
		w_u32(&setpoints, site_find_point(s, sp[i].point));
		w_u16(&setpoints, (uint16_t)sp[i].address);
		w_u32(&setpoints, (uint32_t)(sp[i].for_us / US_PER_S));
		w_str(&setpoints, sp[i].reason);
	}
	wbuf_reset(b);
	msg_north_put(b,
	    &(struct msg_north){ .host = host,
	        .port = port,
	        .unit = (uint8_t)n->unit,
	        .is_low_first = n->word_order == WORDS_LOW_FIRST,
	        .connections = (uint16_t)n->connections,
	        .a_master = (uint16_t)n->a_master,
	        .rate = (uint32_t)n->rate,
	        .idle_ms = (uint32_t)(n->idle_us / US_PER_MS),
	        .masters = masters,
	        .points = { points.data, points.len },
	        .setpoints = { setpoints.data, setpoints.len } });
	wbuf_done(&points);
	wbuf_done(&setpoints);
	return true;
}
