/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_modbus.c - what a device sends, in pieces as they come, through framing, matching and decoding. The first bytes choose
 * the request and the item; the rest is the stream.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/decode.h"
#include "drivers/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An item that lies in the answer, with its scale factor. */
static void
decode_some(const uint8_t *choice, const struct request *r, const struct answer *a)
{
	static const double invalid[] = { 65535, -32768, 4294967295.0 };
	struct cfg_item it = { .table = r->table, .invalid = invalid, .invalid_count = 3 };
	struct reading out = { .value = 1 };
	uint32_t registers;

	it.type = (uint8_t)(r->table <= TABLE_DISCRETE ? RAW_BIT : choice[0] % RAW_COUNT);
	it.order = choice[1] % ORDER_COUNT;
	it.bit_lo = choice[2] % 64;
	it.bit_hi = (uint8_t)(it.bit_lo + choice[3] % (64 - it.bit_lo));
	registers = raw_type_registers(it.type);
	if (registers > r->count)
		return;
	it.address = (uint16_t)(r->address + choice[4] % (r->count - registers + 1));
	it.has_sf = r->table > TABLE_DISCRETE && choice[5] % 2 == 0;
	it.sf_address = (uint16_t)(r->address + choice[6] % r->count);
	decode_item(&it, a->data, r->address, &out);
	assert(isfinite(out.value));
	assert(out.cause != OK || out.value != 0 || !signbit(out.value));
	assert(out.raw_len <= DECODE_RAW_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request r = { .kind = REQUEST_READ };
	uint8_t *stream;
	size_t len, pos = 0, used;

	if (size < 16)
		return 0;
	r.unit = data[0];
	r.table = data[1] % TABLE_COUNT;
	r.address = (uint16_t)(data[2] << 8 | data[3]);
	r.count = (uint16_t)(1 + data[4] % (r.table <= TABLE_DISCRETE ? 255 : 125));
	if ((uint32_t)r.address + r.count > 65536)
		r.address = (uint16_t)(65536 - r.count);
	len = size - 16;
	stream = malloc(len + 1); /* its own, so that one byte too far is seen */
	memcpy(stream, data + 16, len);
	while (pos < len) {
		struct reply reply;
		struct answer a;
		enum err e = drv_modbus.readable(stream + pos, len - pos, &reply, &used);

		if (e != OK) {
			assert(used == 0 && (e != ERR_BUSY || len - pos < DRIVER_REPLY_MAX));
			break;
		}
		assert(used > 0 && used <= len - pos && used <= DRIVER_REPLY_MAX);
		for (size_t shorter = 0; shorter < used; shorter++) {
			struct reply part;
			size_t none;

			assert(drv_modbus.readable(stream + pos, shorter, &part, &none) == ERR_BUSY);
		}
		if (drv_modbus.match(&reply, &r, &a) == OK && a.err == OK)
			decode_some(data + 5, &r, &a);
		pos += used;
	}
	free(stream);
	return 0;
}
