/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_line.c - serial lines: baud rates that there are, manners that belong to lines only, units and time-outs that fit one.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define TIMEOUT_MAX_US (2 * US_PER_S) /* a process that waits longer looks as if it hung */

static bool
is_rate(int64_t baud)
{
	static const int64_t rates[] = { 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600 };
	for (size_t i = 0; i < ARRAY_LEN(rates); i++)
		if (rates[i] == baud)
			return true;
	return false;
}

static void
check_delay(struct check *c, const struct site_link *l, size_t offset, const char *key, int64_t us)
{
	if (us % US_PER_MS != 0)
		fault_at(c->f, schema_mark(&link_schema, l, offset), "%s: the kernel counts whole ms; write 1ms or 2ms",
		    key);
	else if (us > 0 && !l->rs485)
		fault_at(c->f, schema_mark(&link_schema, l, offset),
		    "%s counts with rs485: true only; leave it out, or write that", key);
}

/* Said once: the first key that belongs to a serial line. */
static void
refuse_line_keys(struct check *c, const struct site_link *l)
{
	static const struct {
		size_t offset;
		const char *key;
	} keys[] = {
		{ offsetof(struct site_link, baud), "baud" },
		{ offsetof(struct site_link, parity), "parity" },
		{ offsetof(struct site_link, stop_bits), "stop_bits" },
		{ offsetof(struct site_link, rs485), "rs485" },
		{ offsetof(struct site_link, before_us), "rs485_before" },
		{ offsetof(struct site_link, after_us), "rs485_after" },
		{ offsetof(struct site_link, retries), "retries" },
	};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!schema_is_set(&link_schema, l, keys[i].offset))
			continue;
		fault_at(c->f, schema_mark(&link_schema, l, keys[i].offset),
		    "%s belongs to a serial line (modbus-rtu://), and this is none; leave it out", keys[i].key);
		return;
	}
}

void
check_line(struct check *c, const struct site_link *l, int transport)
{
	if (transport != TRANSPORT_MODBUS_RTU) {
		refuse_line_keys(c, l);
		return;
	}
	if (IS_SET(link_schema, l, struct site_link, connections))
		fault_at(c->f, AT_KEY(link_schema, l, struct site_link, connections),
		    "connections: a serial line has no connections; leave it out");
	if (IS_SET(link_schema, l, struct site_link, baud) && !is_rate(l->baud))
		fault_at(c->f, AT_KEY(link_schema, l, struct site_link, baud),
		    "baud: %" PRId64
		    " is no rate of serial lines; write one of 1200 2400 4800 9600 19200 38400 57600 115200 "
		    "230400 460800 921600",
		    l->baud);
	check_delay(c, l, offsetof(struct site_link, before_us), "rs485_before", l->before_us);
	check_delay(c, l, offsetof(struct site_link, after_us), "rs485_after", l->after_us);
}

void
check_line_device(struct check *c, const struct site_device *d, const char *path, unsigned unit, struct mark at,
    char *address, size_t size)
{
	if (unit < 1 || unit > 247)
		fault_at(c->f, at,
		    "link: unit %u; on a serial line a device has 1 to 247, so write that behind the path", unit);
	if (d->timeout_us > TIMEOUT_MAX_US)
		fault_at(c->f, AT_KEY(device_schema, d, struct site_device, timeout_us),
		    "timeout: on a serial line all wait for one that is silent; write 2s or less");
	str_printf(address, size, "%s/%u", path, unit);
}

/* ---- what one port speaks */

/* A link of a device or of links:, by address and port. */
struct port_use {
	char address[SITE_HOST_MAX + 8];
	int transport;
	struct mark at;
};

static void
add_port(struct port_use *list, uint32_t *n, const char *link, struct mark at)
{
	char host[SITE_HOST_MAX], message[300];
	struct port_use *u = &list[*n];
	uint16_t port;
	uint8_t unit;
	bool has_unit;

	if (link == NULL ||
	    !site_link_parse(
	        link, &u->transport, host, sizeof(host), &port, &unit, &has_unit, message, sizeof(message)) ||
	    (u->transport != TRANSPORT_MODBUS_TCP && u->transport != TRANSPORT_MODBUS_RTU_TCP))
		return;
	str_printf(u->address, sizeof(u->address), strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
	u->at = at;
	++*n;
}

static int
compare_ports(const void *a, const void *b)
{
	const struct port_use *x = a, *y = b;
	int c = strcmp(x->address, y->address);

	if (c != 0)
		return c;
	return x->at.line != y->at.line ? (x->at.line < y->at.line ? -1 : 1)
	                                : (x->at.column > y->at.column) - (x->at.column < y->at.column);
}

/* Frames of TCP and frames of a serial line cannot be told apart at one port. Said once of each. */
void
check_ports(struct check *c)
{
	const struct site_device *devices = c->s->devices.v;
	const struct site_link *links = c->s->links.v;
	static const char *const words[] = { "modbus-tcp", "modbus-rtu-tcp" };
	struct port_use *list = xcalloc((size_t)c->s->devices.n + c->s->links.n + 1, sizeof(*list));
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->s->links.n; i++)
		add_port(list, &n, links[i].link, AT_KEY(link_schema, &links[i], struct site_link, link));
	for (uint32_t i = 0; i < c->s->devices.n; i++)
		add_port(list, &n, devices[i].link, AT_KEY(device_schema, &devices[i], struct site_device, link));
	if (n > 1)
		qsort(list, n, sizeof(*list), compare_ports);
	for (uint32_t i = 1, first = 0, told = UINT32_MAX; i < n; i++) {
		if (strcmp(list[i].address, list[first].address) != 0)
			first = i;
		if (list[i].transport == list[first].transport || told == first)
			continue;
		told = first;
		fault_at(c->f, list[i].at,
		    "link: %s speaks %s here and %s in line %u, and one port speaks one of the two; write the same for "
		    "all its units",
		    list[i].address, words[list[i].transport == TRANSPORT_MODBUS_RTU_TCP],
		    words[list[first].transport == TRANSPORT_MODBUS_RTU_TCP], list[first].at.line);
	}
	free(list);
}

void
check_lines(struct check *c)
{
	const struct site *s = c->s;
	if (s->line_count <= SERIAL_LINES_MAX)
		return;
	for (uint32_t i = 0; i < s->node_count; i++) {
		const struct site_node *n = &s->nodes[i];
		if (n->conn >= s->conn_count || s->conns[n->conn].line != SERIAL_LINES_MAX)
			continue;
		fault_at(c->f, AT_KEY(device_schema, n->device, struct site_device, link),
		    "link: this is serial line %d, and each has a process of its own; %d are the most",
		    SERIAL_LINES_MAX + 1, SERIAL_LINES_MAX);
		return;
	}
}
