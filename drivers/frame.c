/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.c - Modbus on TCP, the bytes. Every length is compared before what it measures is touched.
 */
#include "config.h"

#include <string.h>

#include "drivers/frame.h"
#include "scada/base/adu.h"

#define LENGTH_MIN 3 /* unit, function, and a byte: the shortest reply is an exception */

static void
put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static size_t
packed_bytes(uint16_t bits)
{
	return ((size_t)bits + 7) / 8;
}

/* Longest block of a function; 0 = no such function. */
static uint16_t
longest(uint8_t function)
{
	switch (function) {
	case FC_READ_COILS:
	case FC_READ_DISCRETE: return FRAME_READ_BITS;
	case FC_READ_HOLDING:
	case FC_READ_INPUT: return FRAME_READ_REGISTERS;
	case FC_WRITE_COIL:
	case FC_WRITE_REGISTER: return 1;
	case FC_WRITE_COILS: return FRAME_WRITE_BITS;
	case FC_WRITE_REGISTERS: return FRAME_WRITE_REGISTERS;
	default: return 0;
	}
}

/* Bytes of data that a read returns or a write of several carries. */
static size_t
data_bytes(const struct frame_request *r)
{
	bool is_bits = r->function == FC_READ_COILS || r->function == FC_READ_DISCRETE || r->function == FC_WRITE_COILS;

	return is_bits ? packed_bytes(r->count) : (size_t)r->count * 2;
}

/* What functions 5 and 6 say in place of a count: 0xFF00 or 0 for a coil, the register as it is. */
static uint16_t
single_value(const struct frame_request *r)
{
	if (r->function == FC_WRITE_COIL)
		return (r->data[0] & 1) != 0 ? 0xFF00 : 0;
	return get16(r->data);
}

size_t
frame_put(uint8_t out[FRAME_MAX], uint16_t id, const struct frame_request *r)
{
	uint16_t most = longest(r->function);
	bool is_single = r->function == FC_WRITE_COIL || r->function == FC_WRITE_REGISTER;
	bool is_many = r->function == FC_WRITE_COILS || r->function == FC_WRITE_REGISTERS;
	size_t len = 12;

	if (r->count == 0 || r->count > most || (uint32_t)r->address + r->count > 65536)
		return 0;
	if ((is_single || is_many) && r->data == NULL)
		return 0;
	put16(out, id);
	put16(out + 2, 0);
	out[6] = r->unit;
	out[7] = r->function;
	put16(out + 8, r->address);
	put16(out + 10, is_single ? single_value(r) : r->count);
	if (is_many) {
		out[12] = (uint8_t)data_bytes(r);
		memcpy(out + 13, r->data, data_bytes(r));
		len = 13 + data_bytes(r);
	}
	put16(out + 4, (uint16_t)(len - ADU_PREFIX));
	return len;
}

enum err
frame_take(const uint8_t *buf, size_t len, struct frame_raw *out, size_t *used)
{
	size_t length;
	enum err e = adu_whole(buf, len, LENGTH_MIN, &length);

	*used = 0;
	if (e != OK)
		return e;
	*out = (struct frame_raw){
		.id = get16(buf),
		.unit = buf[6],
		.function = buf[7],
		.body = buf + FRAME_HEAD,
		.len = length - 2,
	};
	*used = ADU_PREFIX + length;
	return OK;
}

enum err
frame_exception(uint8_t code)
{
	switch (code) {
	case 1: return ERR_EXC_FUNCTION;
	case 2: return ERR_EXC_ADDRESS;
	case 3: return ERR_EXC_VALUE;
	case 4: return ERR_EXC_DEVICE;
	case 5: return ERR_EXC_ACK;
	case 6: return ERR_EXC_BUSY;
	case 7: return ERR_EXC_NAK;
	case 8: return ERR_EXC_PARITY;
	case 10: return ERR_EXC_GATEWAY_PATH;
	case 11: return ERR_EXC_GATEWAY_TARGET;
	default: return ERR_EXC_OTHER;
	}
}

static enum err
check_read(const struct frame_raw *f, const struct frame_request *r, struct frame_answer *out)
{
	size_t want = data_bytes(r);

	if (f->len != (size_t)f->body[0] + 1)
		return ERR_BAD_LENGTH;
	out->data = f->body + 1;
	out->len = f->body[0];
	return out->len == want ? OK : ERR_BAD_COUNT;
}

/* A write is answered by its own address and count, or value. */
static enum err
check_write(const struct frame_raw *f, const struct frame_request *r)
{
	bool is_single = r->function == FC_WRITE_COIL || r->function == FC_WRITE_REGISTER;

	if (f->len != 4)
		return ERR_BAD_LENGTH;
	if (get16(f->body) != r->address)
		return ERR_FAILED;
	if (get16(f->body + 2) != (is_single ? single_value(r) : r->count))
		return is_single ? ERR_FAILED : ERR_BAD_COUNT;
	return OK;
}

enum err
frame_check(const struct frame_raw *f, const struct frame_request *r, struct frame_answer *out)
{
	*out = (struct frame_answer){ .err = OK };
	if (f->unit != r->unit)
		return ERR_BAD_UNIT;
	if (f->function == (r->function | 0x80)) {
		if (f->len != 1)
			return ERR_BAD_LENGTH;
		out->exception = f->body[0];
		out->err = frame_exception(f->body[0]);
		return OK;
	}
	if (f->function != r->function)
		return ERR_BAD_FUNCTION;
	return r->function <= FC_READ_INPUT ? check_read(f, r, out) : check_write(f, r);
}
