/* SPDX-License-Identifier: Apache-2.0 */
/* modbus_server.c - parses requests, hands them to the registers, builds replies and exceptions. */
#include "config.h"

#include "drivers/plant/modbus_server.h"

#include <string.h>

#include "drivers/plant/image.h"

#define WRITE_REGISTERS    123
#define WRITE_BITS         1968
#define RW_WRITE_REGISTERS 121

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

int
mb_frame_length(const uint8_t *data, size_t len)
{
	if (len >= 4 && get16(data + 2) != 0)
		return -1;
	if (len < 6)
		return 0;
	unsigned rest = get16(data + 4);
	if (rest < 2 || rest > PDU_MAX + 1)
		return -1;
	return len < 6 + rest ? 0 : (int)(6 + rest);
}

/* One request in work: its PDU, and the PDU of its answer. */
struct work {
	const struct mb_target *t;
	const uint8_t *pdu;
	size_t len;
	uint8_t *reply;
	size_t reply_len;
};

static int
read_bits(struct work *k, int table)
{
	uint16_t bits[2000];
	if (k->len != 5)
		return MB_VALUE;
	unsigned address = get16(k->pdu + 1), count = get16(k->pdu + 3);
	if (count < 1 || count > 2000 || count > k->t->max_bits)
		return MB_VALUE;
	int e = address + count > 65536 ? MB_ADDRESS : k->t->read(k->t->arg, table, address, count, bits);
	if (e != MB_OK)
		return e;
	unsigned bytes = (count + 7) / 8;
	k->reply[1] = (uint8_t)bytes;
	memset(k->reply + 2, 0, bytes);
	for (unsigned i = 0; i < count; i++)
		if (bits[i] != 0)
			k->reply[2 + i / 8] |= (uint8_t)(1u << (i % 8));
	k->reply_len = 2 + bytes;
	return MB_OK;
}

static int
read_into(struct work *k, int table, unsigned address, unsigned count)
{
	uint16_t words[125];
	if (count < 1 || count > 125 || count > k->t->max_registers)
		return MB_VALUE;
	int e = address + count > 65536 ? MB_ADDRESS : k->t->read(k->t->arg, table, address, count, words);
	if (e != MB_OK)
		return e;
	k->reply[1] = (uint8_t)(2 * count);
	for (unsigned i = 0; i < count; i++)
		put16(k->reply + 2 + 2 * i, words[i]);
	k->reply_len = 2 + 2 * (size_t)count;
	return MB_OK;
}

static int
read_registers(struct work *k, int table)
{
	return k->len != 5 ? MB_VALUE : read_into(k, table, get16(k->pdu + 1), get16(k->pdu + 3));
}

static int
write_one(struct work *k, int table)
{
	if (k->len != 5)
		return MB_VALUE;
	unsigned v = get16(k->pdu + 3);
	if (table == TABLE_COIL && v != 0 && v != 0xFF00)
		return MB_VALUE;
	uint16_t word = table == TABLE_COIL ? v != 0 : (uint16_t)v;
	int e = k->t->write(k->t->arg, table, get16(k->pdu + 1), 1, &word);
	memcpy(k->reply, k->pdu, 5);
	k->reply_len = 5;
	return e;
}

static int
write_words(struct work *k, unsigned address, unsigned count, const uint8_t *data)
{
	uint16_t words[WRITE_REGISTERS];
	for (unsigned i = 0; i < count; i++)
		words[i] = (uint16_t)get16(data + 2 * i);
	return address + count > 65536 ? MB_ADDRESS : k->t->write(k->t->arg, TABLE_HOLDING, address, count, words);
}

static int
write_many(struct work *k, int table)
{
	if (k->len < 6)
		return MB_VALUE;
	unsigned address = get16(k->pdu + 1), count = get16(k->pdu + 3), bytes = k->pdu[5];
	unsigned most = table == TABLE_COIL ? WRITE_BITS : WRITE_REGISTERS,
	         need = table == TABLE_COIL ? (count + 7) / 8 : 2 * count;
	if (count < 1 || count > most || bytes != need || k->len != 6 + (size_t)bytes)
		return MB_VALUE;
	int e;
	if (table == TABLE_COIL) {
		uint16_t bits[WRITE_BITS];
		for (unsigned i = 0; i < count; i++)
			bits[i] = k->pdu[6 + i / 8] >> (i % 8) & 1;
		e = address + count > 65536 ? MB_ADDRESS : k->t->write(k->t->arg, table, address, count, bits);
	} else {
		e = write_words(k, address, count, k->pdu + 6);
	}
	memcpy(k->reply, k->pdu, 5);
	k->reply_len = 5;
	return e;
}

static int
mask_write(struct work *k)
{
	if (k->len != 7)
		return MB_VALUE;
	unsigned address = get16(k->pdu + 1), and_mask = get16(k->pdu + 3), or_mask = get16(k->pdu + 5);
	uint16_t word;
	int e = k->t->read(k->t->arg, TABLE_HOLDING, address, 1, &word);
	if (e != MB_OK)
		return e;
	word = (uint16_t)((word & and_mask) | (or_mask & ~and_mask));
	memcpy(k->reply, k->pdu, 7);
	k->reply_len = 7;
	return k->t->write(k->t->arg, TABLE_HOLDING, address, 1, &word);
}

/* Writes first, then reads (6.17). */
static int
read_write(struct work *k)
{
	if (k->len < 10)
		return MB_VALUE;
	unsigned from = get16(k->pdu + 1), want = get16(k->pdu + 3), to = get16(k->pdu + 5), count = get16(k->pdu + 7),
	         bytes = k->pdu[9];
	if (want < 1 || want > 125 || count < 1 || count > RW_WRITE_REGISTERS || bytes != 2 * count ||
	    k->len != 10 + (size_t)bytes)
		return MB_VALUE;
	int e = write_words(k, to, count, k->pdu + 10);
	return e != MB_OK ? e : read_into(k, TABLE_HOLDING, from, want);
}

static int
run(struct work *k)
{
	switch (k->pdu[0]) {
	case 1: return read_bits(k, TABLE_COIL);
	case 2: return read_bits(k, TABLE_DISCRETE);
	case 3: return read_registers(k, TABLE_HOLDING);
	case 4: return read_registers(k, TABLE_INPUT);
	case 5: return write_one(k, TABLE_COIL);
	case 6: return write_one(k, TABLE_HOLDING);
	case 15: return write_many(k, TABLE_COIL);
	case 16: return write_many(k, TABLE_HOLDING);
	case 22: return mask_write(k);
	case 23: return read_write(k);
	default: return MB_FUNCTION;
	}
}

static size_t
head(const uint8_t *request, size_t pdu_len, uint8_t *reply)
{
	memcpy(reply, request, 4);
	put16(reply + 4, (unsigned)pdu_len + 1);
	reply[6] = request[6];
	return ADU_HEAD + pdu_len;
}

size_t
mb_exception(const uint8_t *request, int code, uint8_t reply[ADU_MAX])
{
	reply[ADU_HEAD] = request[ADU_HEAD] | 0x80;
	reply[ADU_HEAD + 1] = (uint8_t)code;
	return head(request, 2, reply);
}

size_t
mb_answer(const struct mb_target *t, const uint8_t *request, size_t len, uint8_t reply[ADU_MAX])
{
	struct work k = { .t = t, .pdu = request + ADU_HEAD, .len = len - ADU_HEAD, .reply = reply + ADU_HEAD };
	k.reply[0] = k.pdu[0];
	int e = run(&k);
	return e != MB_OK ? mb_exception(request, e, reply) : head(request, k.reply_len, reply);
}
