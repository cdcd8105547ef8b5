/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_setup.c - the configuration that chisan-field is handed, as records of type, length and body, through its checks: what
 * is accepted is whole and keeps the bounds of the protocol.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/setup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err
take(struct setup *c, uint8_t type, struct rbuf *r)
{
	struct msg_field_link link;
	struct msg_field_device device;
	struct msg_field_item item;

	if (type % 3 == 0)
		return msg_field_link_get(r, &link) ? setup_link(c, &link) : ERR_FRAME;
	if (type % 3 == 1)
		return msg_field_device_get(r, &device) ? setup_device(c, &device) : ERR_FRAME;
	return msg_field_item_get(r, &item) ? setup_item(c, &item) : ERR_FRAME;
}

/* What was accepted is whole, and each item is found again. */
static void
use(struct setup *c)
{
	for (uint32_t i = 0; i < c->item_count; i++)
		assert(setup_find(c, c->items[i].point) == i);
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
	struct msg_field_start start = { c->link_count, c->device_count, c->item_count };
	if (setup_finish(c, &start) == OK)
		use(c);
	setup_free(c);
	return 0;
}
