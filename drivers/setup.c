/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup.c - frames of the configuration into structs. Nothing is believed: numbers, ranges, lengths and doubles of numbers
 * are checked here although chisan-site checked them before.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/setup.h"
#include "drivers/frame.h"

#define GAP_MAX_US  (10 * US_PER_S)
#define TIME_MAX_US (3600 * US_PER_S)
#define PULSE_MAX   (60 * US_PER_S)

struct setup *
setup_new(uint16_t generation)
{
	struct setup *c = xcalloc(1, sizeof(*c));

	c->arena = arena_new();
	c->generation = generation;
	return c;
}

void
setup_free(struct setup *c)
{
	if (c == NULL)
		return;
	arena_free(c->arena);
	free(c->links);
	free(c->devices);
	free(c->items);
	free(c->outputs);
	free(c->link_index);
	free(c->device_index);
	free(c->item_index);
	free(c->output_index);
	free(c);
}

enum err
setup_refuse(struct setup *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return ERR_CONFIG;
}

/* Room for one more. */
static void *
grown(void *array, uint32_t count, uint32_t *cap, size_t size)
{
	uint32_t more = *cap == 0 ? 16 : *cap * 2;

	if (count < *cap)
		return array;
	array = xrecallocarray(array, *cap, more, size);
	*cap = more;
	return array;
}

/* Remembers that number stands at index; false: it does already stand somewhere. */
static bool
remember(uint32_t **index, uint32_t *numbers, uint32_t number, uint32_t at)
{
	if (number >= *numbers) {
		uint32_t more = number + number / 2 + 16;

		*index = xrecallocarray(*index, *numbers, more, sizeof(**index));
		for (uint32_t i = *numbers; i < more; i++)
			(*index)[i] = UINT32_MAX;
		*numbers = more;
	}
	if ((*index)[number] != UINT32_MAX)
		return false;
	(*index)[number] = at;
	return true;
}

static uint32_t
recall(const uint32_t *index, uint32_t numbers, uint32_t number)
{
	return number < numbers ? index[number] : UINT32_MAX;
}

/* Numeric addresses only: a name would have to be resolved, and that can wait for ever. */
static bool
parse_address(const char *host, uint16_t port, struct sockaddr_storage *out, socklen_t *len)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		*len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		*len = sizeof(*v6);
		return true;
	}
	return false;
}

/* A serial line: the path is its name, and there is no port. */
static enum err
read_line(struct setup *c, struct cfg_link *l, const struct msg_field_link *m)
{
	if (m->host[0] != '/' || strlen(m->host) >= SERIAL_PATH_MAX || m->port != 0)
		return setup_refuse(c, "link %u: \"%.64s\" is no path of a serial line", m->link, m->host);
	l->name = arena_strdup(c->arena, m->host);
	return OK;
}

static enum err
read_endpoint(struct setup *c, struct cfg_link *l, const struct msg_field_link *m)
{
	l->driver = driver_find(m->transport);
	if (l->driver == NULL)
		return setup_refuse(c, "link %u: no driver speaks transport %u", m->link, m->transport);
	if (m->port == 0)
		return setup_refuse(
		    c, "link %u: number, port %u or gap %u us out of range", m->link, m->port, m->gap_us);
	if (!parse_address(m->host, m->port, &l->addr, &l->addr_len))
		return setup_refuse(
		    c, "link %u: \"%.64s\" is no numeric address; names are not resolved here", m->link, m->host);
	l->name = arena_printf(c->arena, strchr(m->host, ':') != NULL ? "[%s]:%u" : "%s:%u", m->host, m->port);
	return OK;
}

enum err
setup_link(struct setup *c, const struct msg_field_link *m)
{
	struct cfg_link l = { .number = m->link, .connections = m->connections, .gap_us = m->gap_us };
	enum err e;

	if (m->link >= DEVICE_MAX || m->gap_us > GAP_MAX_US)
		return setup_refuse(
		    c, "link %u: number, port %u or gap %u us out of range", m->link, m->port, m->gap_us);
	e = m->transport == TRANSPORT_MODBUS_RTU ? read_line(c, &l, m) : read_endpoint(c, &l, m);
	if (e != OK)
		return e;
	if (!remember(&c->link_index, &c->link_numbers, m->link, c->link_count))
		return setup_refuse(c, "link %u stands twice", m->link);
	c->links = grown(c->links, c->link_count, &c->link_cap, sizeof(l));
	c->links[c->link_count++] = l;
	return OK;
}

enum err
setup_serial(struct setup *c, const struct msg_field_serial *m)
{
	uint32_t at = recall(c->link_index, c->link_numbers, m->link);

	if (at == UINT32_MAX || c->links[at].driver != NULL || c->links[at].serial.baud != 0)
		return setup_refuse(c, "link %u is no serial line, or was told already", m->link);
	if (m->baud < SERIAL_BAUD_MIN || m->baud > SERIAL_BAUD_MAX || m->parity >= SERIAL_PARITY_COUNT ||
	    m->stop_bits < 1 || m->stop_bits > 2 || m->retries > SERIAL_RETRIES_MAX ||
	    m->before_ms > SERIAL_DELAY_MAX_MS || m->after_ms > SERIAL_DELAY_MAX_MS)
		return setup_refuse(
		    c, "link %u: a baud rate of %u, or another manner of the line, is out of range", m->link, m->baud);
	c->links[at].serial = (struct cfg_serial){ .baud = m->baud,
		.parity = m->parity,
		.stop_bits = m->stop_bits,
		.retries = m->retries,
		.is_rs485 = m->is_rs485 != 0,
		.before_ms = m->before_ms,
		.after_ms = m->after_ms };
	return OK;
}

static enum err
read_forbidden(struct setup *c, struct cfg_device *d, const struct msg_bytes *b)
{
	struct rbuf r;
	struct cfg_range *ranges;

	if (b->len % 5 != 0)
		return setup_refuse(c, "device %s: forbidden ranges of %zu bytes", d->name, b->len);
	d->forbidden_count = (uint32_t)(b->len / 5);
	ranges = arena_alloc(c->arena, d->forbidden_count * sizeof(*ranges) + 1);
	rbuf_init(&r, b->data, b->len);
	for (uint32_t i = 0; i < d->forbidden_count; i++) {
		ranges[i].table = r_u8(&r);
		ranges[i].from = r_u16(&r);
		ranges[i].to = r_u16(&r);
		if (ranges[i].table >= TABLE_COUNT || ranges[i].from > ranges[i].to)
			return setup_refuse(c, "device %s: a forbidden range that is none", d->name);
	}
	d->forbidden = ranges;
	return OK;
}

static enum err
read_identity(struct setup *c, struct cfg_device *d, const struct msg_bytes *b)
{
	struct rbuf r;

	if (b->len == 0)
		return OK;
	rbuf_init(&r, b->data, b->len);
	d->identity.present = true;
	d->identity.table = r_u8(&r);
	d->identity.address = r_u16(&r);
	d->identity.mask = r_u16(&r);
	d->identity.equals = r_u16(&r);
	if (!r_done(&r) || (d->identity.table != TABLE_HOLDING && d->identity.table != TABLE_INPUT))
		return setup_refuse(c, "device %s: an identity register that is none", d->name);
	return OK;
}

/* Milliseconds to hours; 0 is no time to wait for anything. */
static bool
times_are_sound(const struct cfg_device *d)
{
	return d->connect_timeout_us > 0 && d->connect_timeout_us <= TIME_MAX_US && d->timeout_us > 0 &&
	    d->timeout_us <= TIME_MAX_US && d->retry_min_us > 0 && d->retry_min_us <= d->retry_max_us &&
	    d->retry_max_us <= TIME_MAX_US;
}

enum err
setup_device(struct setup *c, const struct msg_field_device *m)
{
	struct cfg_device d = {
		.number = m->device,
		.link = recall(c->link_index, c->link_numbers, m->link),
		.unit = m->unit,
		.outstanding = m->outstanding,
		.enabled = m->enabled != 0,
		.max_registers = m->max_registers,
		.max_bits = m->max_bits,
		.max_gap = m->max_gap,
		.connect_timeout_us = m->connect_timeout_us,
		.timeout_us = m->timeout_us,
		.retry_min_us = m->retry_min_us,
		.retry_max_us = m->retry_max_us,
		.name = arena_strdup(c->arena, m->name),
		.first_output = UINT32_MAX,
	};
	enum err e;

	if (d.link == UINT32_MAX)
		return setup_refuse(c, "device %.64s: there is no link %u", m->name, m->link);
	if (m->device >= DEVICE_MAX || d.outstanding < 1 || d.outstanding > DRIVER_WINDOW)
		return setup_refuse(c, "device %.64s: number %u or %u requests in flight out of range", m->name,
		    m->device, m->outstanding);
	if (d.max_registers < 1 || d.max_registers > FRAME_READ_REGISTERS || d.max_bits < 1 ||
	    d.max_bits > FRAME_READ_BITS)
		return setup_refuse(
		    c, "device %.64s: blocks of %u registers, %u bits", m->name, m->max_registers, m->max_bits);
	if (!times_are_sound(&d))
		return setup_refuse(c, "device %.64s: a time-out or back-off out of range", m->name);
	e = read_forbidden(c, &d, &m->forbidden);
	if (e == OK)
		e = read_identity(c, &d, &m->identity);
	if (e != OK)
		return e;
	if (!remember(&c->device_index, &c->device_numbers, m->device, c->device_count))
		return setup_refuse(c, "device %u stands twice", m->device);
	c->devices = grown(c->devices, c->device_count, &c->device_cap, sizeof(d));
	c->devices[c->device_count++] = d;
	return OK;
}

/* Do table, type and bits go together, and does all of it lie inside the table? */
static bool
place_is_sound(const struct msg_field_item *m)
{
	bool is_bits = m->table == TABLE_COIL || m->table == TABLE_DISCRETE;

	if (m->table >= TABLE_COUNT || m->type >= RAW_COUNT || m->order >= ORDER_COUNT)
		return false;
	if (is_bits && (m->type != RAW_BIT || m->has_sf != 0))
		return false;
	if (m->bit_lo > m->bit_hi || m->bit_hi > 63)
		return false;
	return (uint32_t)m->address + raw_type_registers(m->type) <= 65536;
}

static enum err
read_invalid(struct setup *c, struct cfg_item *it, const struct msg_bytes *b)
{
	struct rbuf r;
	double *list;

	if (b->len % 8 != 0)
		return setup_refuse(c, "point %u: a list of invalid values of %zu bytes", it->point, b->len);
	it->invalid_count = (uint16_t)(b->len / 8);
	list = arena_alloc(c->arena, b->len + 1);
	rbuf_init(&r, b->data, b->len);
	for (uint16_t i = 0; i < it->invalid_count; i++)
		list[i] = r_f64(&r);
	it->invalid = list;
	return OK;
}

enum err
setup_item(struct setup *c, const struct msg_field_item *m)
{
	struct cfg_item it = {
		.point = m->point,
		.device = recall(c->device_index, c->device_numbers, m->device),
		.table = m->table,
		.type = m->type,
		.order = m->order,
		.bit_lo = m->bit_lo,
		.bit_hi = m->bit_hi,
		.has_sf = m->has_sf != 0,
		.address = m->address,
		.sf_address = m->sf_address,
		.period_us = m->period_us,
	};

	if (it.device == UINT32_MAX)
		return setup_refuse(c, "point %u: there is no device %u", m->point, m->device);
	if (m->point >= POINT_MAX || !place_is_sound(m))
		return setup_refuse(c, "point %u: table %u, address %u, type %u do not go together", m->point, m->table,
		    m->address, m->type);
	if (read_invalid(c, &it, &m->invalid) != OK)
		return ERR_CONFIG;
	if (!remember(&c->item_index, &c->item_numbers, m->point, c->item_count))
		return setup_refuse(c, "point %u stands twice", m->point);
	c->items = grown(c->items, c->item_count, &c->item_cap, sizeof(it));
	c->items[c->item_count++] = it;
	return OK;
}

/* Can this be written at all, and do its parts go together? */
static bool
output_is_sound(const struct msg_field_output *m)
{
	bool is_coil = m->table == TABLE_COIL;
	unsigned registers;

	if ((!is_coil && m->table != TABLE_HOLDING) || m->type >= RAW_COUNT || m->order >= ORDER_COUNT)
		return false;
	if (is_coil != (m->type == RAW_BIT) || (is_coil && m->has_sf != 0))
		return false;
	registers = raw_type_registers(m->type);
	if (m->bit_lo > m->bit_hi || m->bit_hi > 63 || (uint32_t)m->address + registers > 65536)
		return false;
	/* a part has to lie inside the number: what is beyond would be lost without a word */
	if ((m->bit_lo > 0 || m->bit_hi < 63) &&
	    (is_coil || m->type == RAW_F32 || m->type == RAW_F64 || m->bit_hi >= registers * 16 || m->has_sf != 0))
		return false;
	return !m->has_sf || m->sf_address < m->address || m->sf_address >= m->address + registers;
}

/* Only coils come in pairs and pulses; all addresses are addresses. */
static bool
coils_are_sound(const struct msg_field_output *m)
{
	bool is_coil = m->table == TABLE_COIL;

	if (m->open_address != UINT32_MAX && (!is_coil || m->open_address > 65535 || m->open_address == m->address))
		return false;
	if (m->pulse_us != 0 && (!is_coil || m->pulse_us > PULSE_MAX))
		return false;
	if ((m->left_set & ~(PULSE_COIL | PULSE_OPEN_COIL)) != 0 || (m->left_set != 0 && m->pulse_us == 0) ||
	    ((m->left_set & PULSE_OPEN_COIL) != 0 && m->open_address == UINT32_MAX))
		return false;
	return m->timer_address == UINT32_MAX || m->timer_address <= 65535;
}

enum err
setup_output(struct setup *c, const struct msg_field_output *m)
{
	struct cfg_output o = {
		.point = m->point,
		.device = recall(c->device_index, c->device_numbers, m->device),
		.item = UINT32_MAX,
		.table = m->table,
		.type = m->type,
		.order = m->order,
		.bit_lo = m->bit_lo,
		.bit_hi = m->bit_hi,
		.has_sf = m->has_sf != 0,
		.is_echoed = m->is_echoed != 0,
		.address = m->address,
		.sf_address = m->sf_address,
		.open_address = m->open_address,
		.timer_address = m->timer_address,
		.pulse_us = m->pulse_us,
		.left_set = m->left_set,
		.timer_registers = 1,
	};

	if (o.device == UINT32_MAX)
		return setup_refuse(c, "output %u: there is no device %u", m->point, m->device);
	if (m->point >= POINT_MAX || !output_is_sound(m))
		return setup_refuse(c, "output %u: table %u, address %u, type %u, bits %u to %u do not go together",
		    m->point, m->table, m->address, m->type, m->bit_lo, m->bit_hi);
	if (!coils_are_sound(m))
		return setup_refuse(c, "output %u: second coil %u, pulse of %u us or timer %u is not one", m->point,
		    m->open_address, m->pulse_us, m->timer_address);
	if (!remember(&c->output_index, &c->output_numbers, m->point, c->output_count))
		return setup_refuse(c, "output %u stands twice", m->point);
	if (c->devices[o.device].first_output == UINT32_MAX)
		c->devices[o.device].first_output = c->output_count;
	c->outputs = grown(c->outputs, c->output_count, &c->output_cap, sizeof(o));
	c->outputs[c->output_count++] = o;
	return OK;
}

/* Counting sort by device: stable and without a comparison. */
static void
sort_items(struct setup *c)
{
	struct cfg_item *sorted = xcalloc(c->item_cap > 0 ? c->item_cap : 1, sizeof(*sorted));
	uint32_t at = 0;

	for (uint32_t i = 0; i < c->item_count; i++)
		c->devices[c->items[i].device].item_count++;
	for (uint32_t i = 0; i < c->device_count; i++) {
		c->devices[i].first_item = at;
		at += c->devices[i].item_count;
		c->devices[i].item_count = 0;
	}
	for (uint32_t i = 0; i < c->item_count; i++) {
		struct cfg_device *d = &c->devices[c->items[i].device];
		uint32_t to = d->first_item + d->item_count++;

		sorted[to] = c->items[i];
		c->item_index[sorted[to].point] = to;
	}
	free(c->items);
	c->items = sorted;
}

/* What is read back is an item of the same device. */
static enum err
find_echoes(struct setup *c)
{
	for (uint32_t i = 0; i < c->output_count; i++) {
		struct cfg_output *o = &c->outputs[i];

		if (!o->is_echoed)
			continue;
		o->item = setup_find(c, o->point);
		if (o->item == UINT32_MAX || c->items[o->item].device != o->device)
			return setup_refuse(
			    c, "output %u is to be read back, and the device does not read it", o->point);
	}
	return OK;
}

enum err
setup_finish(struct setup *c, const struct msg_field_start *m)
{
	if (m->links != c->link_count || m->devices != c->device_count || m->items != c->item_count ||
	    m->outputs != c->output_count)
		return setup_refuse(c, "%u links, %u devices, %u points, %u outputs came of %u, %u, %u, %u",
		    c->link_count, c->device_count, c->item_count, c->output_count, m->links, m->devices, m->items,
		    m->outputs);
	sort_items(c);
	return find_echoes(c);
}

uint32_t
setup_find_link(const struct setup *c, uint32_t number)
{
	return recall(c->link_index, c->link_numbers, number);
}

uint32_t
setup_find_device(const struct setup *c, uint32_t number)
{
	return recall(c->device_index, c->device_numbers, number);
}

uint32_t
setup_find(const struct setup *c, point_id point)
{
	return recall(c->item_index, c->item_numbers, point);
}

uint32_t
setup_find_output(const struct setup *c, point_id point)
{
	return recall(c->output_index, c->output_numbers, point);
}
