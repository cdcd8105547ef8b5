/* SPDX-License-Identifier: Apache-2.0 */
/*
 * el_setup.c - frames of the configuration into structs; nothing is believed.
 */
#include "config.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/el_setup.h"
#include "scada/base/str.h"

#define TIME_MAX_US (3600 * US_PER_S)
#define ZONE_MAX_US (26 * 3600 * US_PER_S)

struct el_setup *
el_setup_new(void)
{
	struct el_setup *c = xcalloc(1, sizeof(*c));

	c->arena = arena_new();
	return c;
}

void
el_setup_free(struct el_setup *c)
{
	if (c == NULL)
		return;
	arena_free(c->arena);
	free(c->ports);
	free(c->devices);
	free(c->items);
	free(c);
}

static enum err refuse(struct el_setup *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static enum err
refuse(struct el_setup *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return ERR_CONFIG;
}

/* ---- addresses */

bool
el_address_take(const char *text, uint16_t port, struct el_address *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const char *zone = strchr(text, '%');
	char bare[64];

	memset(out, 0, sizeof(*out));
	if (!str_printf(bare, sizeof(bare), "%.*s", zone != NULL ? (int)(zone - text) : (int)strlen(text), text))
		return false;
	if (zone != NULL && (zone[1] == '\0' || !str_copy(out->zone, sizeof(out->zone), zone + 1)))
		return false;
	if (zone == NULL && inet_pton(AF_INET, bare, &v4.sin_addr) == 1) {
		memcpy(&out->addr, &v4, sizeof(v4));
		out->len = sizeof(v4);
		return true;
	}
	if (inet_pton(AF_INET6, bare, &v6.sin6_addr) != 1)
		return false;
	memcpy(&out->addr, &v6, sizeof(v6));
	out->len = sizeof(v6);
	return true;
}

bool
el_address_is_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		    ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr, &((const struct sockaddr_in6 *)b)->sin6_addr,
	           sizeof(struct in6_addr)) == 0;
}

/* ---- nodes */

static void *
grown(void *list, uint32_t count, uint32_t *cap, size_t size)
{
	uint32_t more = *cap == 0 ? 16 : *cap * 2;

	if (count < *cap)
		return list;
	list = xrecallocarray(list, *cap, more, size);
	*cap = more;
	return list;
}

/* One socket a pair of own address and port. UINT32_MAX: the address is none. */
static uint32_t
port_of(struct el_setup *c, const char *own, uint16_t port)
{
	struct el_cfg_port p = { .port = port };

	for (uint32_t i = 0; i < c->port_count; i++)
		if (c->ports[i].port == port && strcmp(c->ports[i].text, own) == 0)
			return i;
	if (!el_address_take(own, port, &p.own))
		return UINT32_MAX;
	p.text = arena_strdup(c->arena, own);
	c->ports = grown(c->ports, c->port_count, &c->port_cap, sizeof(p));
	c->ports[c->port_count] = p;
	return c->port_count++;
}

static uint32_t
find_device(const struct el_setup *c, uint32_t number)
{
	/* they come in order, and their items behind them in order too */
	for (uint32_t lo = 0, hi = c->device_count; lo < hi;) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (c->devices[mid].number == number)
			return mid;
		if (c->devices[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return UINT32_MAX;
}

static bool
is_time(uint32_t us)
{
	return us > 0 && us <= TIME_MAX_US;
}

/* "FE0000..." or nothing. */
static bool
take_id(const char *text, struct el_id *out)
{
	static const char digits[] = "0123456789ABCDEF0123456789abcdef";
	size_t len = strlen(text);

	if (len > 2 * EL_ID_MAX || len % 2 != 0 || strspn(text, digits) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		out->bytes[i / 2] = (uint8_t)(out->bytes[i / 2] << 4 | ((strchr(digits, text[i]) - digits) & 15));
	out->len = (uint8_t)(len / 2);
	return true;
}

enum err
el_setup_device(struct el_setup *c, const struct msg_echonet_device *m)
{
	struct el_cfg_device d = {
		.number = m->device,
		.enabled = m->enabled != 0,
		.timeout_us = m->timeout_us,
		.retry_min_us = m->retry_min_us,
		.retry_max_us = m->retry_max_us,
		.offset_us = m->offset_us,
		.since = { m->since },
	};

	if (m->device >= DEVICE_MAX || (c->device_count > 0 && c->devices[c->device_count - 1].number >= m->device))
		return refuse(c, "node %u comes out of turn", m->device);
	if (m->port == 0 || !el_address_take(m->node, m->port, &d.node))
		return refuse(c, "node %.64s: '%.60s' port %u is no address", m->name, m->node, m->port);
	d.port = port_of(c, m->own, m->port);
	if (d.port == UINT32_MAX || c->ports[d.port].own.addr.ss_family != d.node.addr.ss_family)
		return refuse(c, "node %.64s: '%.60s' is no address of ours to reach it from", m->name, m->own);
	if (!is_time(m->timeout_us) || !is_time(m->retry_min_us) || !is_time(m->retry_max_us) ||
	    m->retry_min_us > m->retry_max_us || m->offset_us < -ZONE_MAX_US || m->offset_us > ZONE_MAX_US)
		return refuse(c, "node %.64s: a time-out, back-off or offset out of range", m->name);
	if (!take_id(m->id, &d.id))
		return refuse(c, "node %.64s: '%.60s' is no identification", m->name, m->id);
	if (!take_id(m->was, &d.was))
		return refuse(c, "node %.64s: '%.60s' is no identification that it had", m->name, m->was);
	d.name = arena_strdup(c->arena, m->name);
	c->devices = grown(c->devices, c->device_count, &c->device_cap, sizeof(d));
	c->devices[c->device_count++] = d;
	return OK;
}

/* ---- properties */

static bool
is_sound(const struct msg_echonet_item *m)
{
	unsigned width = echonet_form_size(m->form);

	if (m->form >= EL_FORM_COUNT || m->object > 0xFFFFFF || (m->object & 0xFF) == 0 || m->epc < 0x80)
		return false;
	if (m->size > 0 ? m->at + width > m->size : m->at + width > 255)
		return false;
	if (!isfinite(m->scale) || m->scale == 0)
		return false;
	return (m->history == 0) == (m->day == 0) && (m->is_write == 0 || (m->factors == 0 && m->at == 0));
}

enum err
el_setup_item(struct el_setup *c, const struct msg_echonet_item *m)
{
	struct el_cfg_item it = {
		.point = m->point,
		.device = find_device(c, m->device),
		.is_write = m->is_write != 0,
		.object = m->object,
		.epc = m->epc,
		.form = m->form,
		.at = m->at,
		.size = m->size,
		.history = m->history,
		.day = m->day,
		.scale = m->scale,
		.period_us = m->period_us,
		.slow_us = m->slow_us,
		.order = c->item_count,
	};

	if (it.device == UINT32_MAX)
		return refuse(c, "point %u: there is no node %u", m->point, m->device);
	if (m->point >= POINT_MAX || c->item_count >= 2 * POINT_MAX || !is_sound(m))
		return refuse(c, "point %u: object %06X, property %02X, form %u do not go together", m->point,
		    (unsigned)m->object, m->epc, m->form);
	for (unsigned i = 0; i < ECHONET_FACTORS; i++)
		it.factors[i] = (uint8_t)(m->factors >> (24 - 8 * i));
	if (it.slow_us < it.period_us)
		it.slow_us = it.period_us;
	c->items = grown(c->items, c->item_count, &c->item_cap, sizeof(it));
	c->items[c->item_count++] = it;
	return OK;
}

static int
by_place(const void *a, const void *b)
{
	const struct el_cfg_item *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	if (x->epc != y->epc)
		return x->epc < y->epc ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

enum err
el_setup_finish(struct el_setup *c, const struct msg_echonet_start *m)
{
	if (m->devices != c->device_count || m->items != c->item_count)
		return refuse(
		    c, "%u nodes, %u properties came of %u, %u", c->device_count, c->item_count, m->devices, m->items);
	if (c->item_count > 0)
		qsort(c->items, c->item_count, sizeof(*c->items), by_place);
	for (uint32_t i = 0; i < c->item_count; i++) {
		struct el_cfg_device *d = &c->devices[c->items[i].device];

		if (d->item_count++ == 0)
			d->first_item = i;
	}
	c->is_whole = true;
	return OK;
}
