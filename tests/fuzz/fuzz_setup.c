/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_setup.c - the configuration that chisan-field is handed, as records of type, length and body, through its checks: what
 * is accepted is whole and keeps the bounds of the protocol.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err
take(struct setup *c, uint8_t type, struct rbuf *r)
{
	struct msg_field_link link;
	struct msg_field_device device;
	struct msg_field_item item;
	struct msg_field_output output;
	struct msg_field_sunspec sunspec;
	struct msg_field_place place;
	struct msg_field_step step;
	struct msg_field_serial serial;
	struct msg_field_proxy proxy;

	if (type == 0x80)
		return msg_field_serial_get(r, &serial) ? setup_serial(c, &serial) : ERR_FRAME;
	if (type == 0x84)
		return msg_field_proxy_get(r, &proxy) ? setup_proxy(c, &proxy) : ERR_FRAME;
	if (type >= 0xF0 && type % 4 == 0)
		return msg_field_sunspec_get(r, &sunspec) ? setup_sunspec(c, &sunspec) : ERR_FRAME;
	if (type >= 0xF0 && type % 4 == 1)
		return msg_field_place_get(r, &place) ? setup_place(c, &place) : ERR_FRAME;
	if (type >= 0xF0 && type % 4 == 2)
		return msg_field_step_get(r, &step) ? setup_step(c, &step) : ERR_FRAME;
	if (type % 4 == 0)
		return msg_field_link_get(r, &link) ? setup_link(c, &link) : ERR_FRAME;
	if (type % 4 == 1)
		return msg_field_device_get(r, &device) ? setup_device(c, &device) : ERR_FRAME;
	if (type % 4 == 3)
		return msg_field_output_get(r, &output) ? setup_output(c, &output) : ERR_FRAME;
	return msg_field_item_get(r, &item) ? setup_item(c, &item) : ERR_FRAME;
}

/* A device to begin with, so that items and outputs find one. */
static void
begin(struct setup *c)
{
	struct msg_field_link l = { .host = "127.0.0.1", .port = 502 };
	struct msg_field_device d = { .unit = 1,
		.outstanding = 1,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.connect_timeout_us = 1,
		.timeout_us = 1,
		.retry_min_us = 1,
		.retry_max_us = 1,
		.name = "D" };
	enum err e = setup_link(c, &l);

	if (e == OK)
		e = setup_device(c, &d);
	assert(e == OK);
}

/* Any number at all: refused with a sentence, or it stays within the registers and is read again as it was meant. */
static void
encode(const struct cfg_output *o, double raw)
{
	uint8_t registers[DECODE_RAW_MAX + 1] = { 0 };
	char why[256] = "";
	enum err e;

	registers[DECODE_RAW_MAX] = 0xA5;
	e = encode_output(o, raw, 0, registers, why, sizeof(why));
	assert(e == OK || (e == ERR_RANGE && why[0] != '\0'));
	assert(registers[DECODE_RAW_MAX] == 0xA5);
	if (e == OK && o->table == TABLE_HOLDING && o->type != RAW_F32) {
		struct cfg_item it = { .table = o->table, .address = o->address, .type = o->type, .order = o->order };
		struct reading r = { 0 };

		it.bit_lo = o->bit_lo;
		it.bit_hi = o->bit_hi;
		decode_item(&it, registers, o->address, &r);
		assert(r.cause == OK && fabs(r.value - raw) <= fmax(0.5, fabs(raw) * 1e-15));
	}
}

static void
use_outputs(const struct setup *c, double raw)
{
	for (uint32_t i = 0; i < c->output_count; i++) {
		const struct cfg_output *o = &c->outputs[i];

		assert(setup_find_output(c, o->point) == i && o->device < c->device_count);
		assert(!o->is_echoed || (o->item < c->item_count && c->items[o->item].device == o->device));
		assert(o->table == TABLE_COIL || o->table == TABLE_HOLDING);
		encode(o, raw);
	}
}

/* What was accepted is whole, and each item is found again. */
static void
use(struct setup *c)
{
	for (uint32_t i = 0; i < c->item_count; i++)
		assert(setup_find(c, c->items[i].point) == i);
	for (uint32_t i = 0; i < c->link_count; i++) {
		const struct cfg_proxy *p = c->links[i].proxy;

		assert(p == NULL || (p->port != 0 && p->clients >= 1 && p->clients <= PROXY_CLIENTS_MAX));
		for (uint32_t k = 0; p != NULL && k < p->write_count; k++)
			assert(p->writes[k].from <= p->writes[k].to);
	}
	for (uint32_t i = 0; i < c->device_count; i++) {
		const struct cfg_device *d = &c->devices[i];

		assert(d->link < c->link_count);
		assert(d->first_item + d->item_count <= c->item_count);
		assert(d->max_registers >= 1 && d->max_registers <= 125 && d->max_bits >= 1 && d->max_bits <= 2000);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct setup *c = setup_new(1);
	size_t pos = 0;

	if (size > 0 && data[0] < 128)
		begin(c);
	while (pos + 2 <= size) {
		uint8_t type = data[pos];
		size_t len = data[pos + 1];
		struct rbuf r;

		pos += 2;
		len = len > size - pos ? size - pos : len;
		rbuf_init(&r, data + pos, len);
		if (take(c, type, &r) == ERR_CONFIG)
			assert(c->why[0] != '\0');
		pos += len;
	}
	struct msg_field_start start = { c->link_count, c->device_count, c->item_count, c->output_count };
	double raw = 0;

	memcpy(&raw, data, size < sizeof(raw) ? size : sizeof(raw));
	if (setup_finish(c, &start) == OK) {
		use(c);
		use_outputs(c, raw);
	}
	setup_free(c);
	return 0;
}
