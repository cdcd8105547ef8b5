/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_modbus.c - what a device sends, in pieces as they come, through framing, matching and decoding. The first bytes choose
 * the request and the item; the rest is the stream. The same stream is also what another master sends to a link that is lent.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/decode.h"
#include "drivers/driver.h"
#include "drivers/proxy_rules.h"

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

/* One device, unit 1: 100..199 and the coils below 50 may be written, an output of ours is at 150..151. */
static struct poll *
lent(void)
{
	static const struct cfg_proxy_write writes[] = { { 1, TABLE_HOLDING, 100, 199, false },
		{ 1, TABLE_COIL, 0, 49, false } };
	static const struct cfg_proxy proxy = { .writes = writes, .write_count = 2 };
	static struct cfg_link link = { .proxy = &proxy };
	static struct cfg_range forbidden = { TABLE_HOLDING, 300, 309 };
	static struct cfg_device cfg = { .unit = 1, .forbidden = &forbidden, .forbidden_count = 1 };
	static struct cfg_output output = { .table = TABLE_HOLDING,
		.type = RAW_U32,
		.address = 150,
		.open_address = UINT32_MAX,
		.timer_address = UINT32_MAX };
	static struct setup setup = { .links = &link, .link_count = 1, .outputs = &output, .output_count = 1 };
	static struct device device = { .cfg = &cfg };
	static struct poll poll = { .config = &setup, .devices = &device, .device_count = 1 };

	return &poll;
}

/* What passes can be laid out by every driver, and writes nowhere but where it may; whatever is answered fits into a reply. */
static void
pass(const struct adu_request *asked)
{
	static const uint8_t data[250] = { 0 };
	uint8_t coil[1], out[DRIVER_REQUEST_MAX], pdu[ADU_PDU_MAX];
	struct answer a = { .data = data };
	struct request r = { 0 };
	struct device *d;
	uint8_t code = proxy_judge(lent(), 0, asked, &d, &r, coil);

	if (code != 0) {
		assert(proxy_exception(asked->pdu[0], code, pdu) == 2);
		return;
	}
	assert(d != NULL && r.unit == 1 && r.count > 0);
	assert(drv_modbus.request(&r, 1, out) > 0 && drv_rtu.request(&r, 1, out) > 0);
	for (uint32_t i = r.address; r.kind != REQUEST_READ && i < (uint32_t)r.address + r.count; i++)
		assert(r.table == TABLE_COIL ? i < 50 : i >= 100 && i < 200 && i != 150 && i != 151);
	for (uint32_t i = r.address; r.table == TABLE_HOLDING && i < (uint32_t)r.address + r.count; i++)
		assert(i < 300 || i > 309);
	a.len = r.table <= TABLE_DISCRETE ? (r.count + 7u) / 8 : r.count * 2u;
	assert(proxy_answer(asked->pdu, &r, &a, pdu) <= ADU_PDU_MAX);
}

static void
ask(const uint8_t *stream, size_t len)
{
	struct adu_request r;
	size_t used;

	for (size_t pos = 0; pos < len && adu_take(stream + pos, len - pos, &r, &used) == OK; pos += used) {
		assert(used > ADU_HEAD && used <= len - pos && used <= ADU_MAX);
		pass(&r);
	}
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
	ask(stream, len);
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
