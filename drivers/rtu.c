/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtu.c - checksums, requests, and replies out of what a line brings.
 */
#include "config.h"

#include <string.h>

#include "drivers/rtu.h"

#define MBAP      6 /* bytes of a frame on TCP before its unit */
#define CRC_BYTES 2
#define SHORTEST  5 /* unit, function, a byte, checksum */

/* The polynomial 0xA001, reflected: MODBUS over Serial Line V1.02, 6.2.2. */
uint16_t
rtu_crc(const uint8_t *p, size_t len)
{
	uint16_t crc = 0xFFFF;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int k = 0; k < 8; k++)
			crc = (uint16_t)((crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1);
	}
	return crc;
}

size_t
rtu_put(uint8_t out[RTU_MAX], const struct frame_request *r)
{
	uint8_t tcp[FRAME_MAX];
	size_t len = frame_put(tcp, 0, r);
	uint16_t crc;

	if (len == 0)
		return 0;
	len -= MBAP;
	memcpy(out, tcp + MBAP, len);
	crc = rtu_crc(out, len);
	out[len] = (uint8_t)crc;
	out[len + 1] = (uint8_t)(crc >> 8);
	return len + CRC_BYTES;
}

/* Of a reply that begins with these bytes; 0: more of it is needed to know; SIZE_MAX: none begins so. */
static size_t
length_of(const uint8_t *buf, size_t len)
{
	if (len < 2)
		return 0;
	if ((buf[1] & 0x80) != 0)
		return SHORTEST;
	switch (buf[1]) {
	case FC_READ_COILS:
	case FC_READ_DISCRETE:
	case FC_READ_HOLDING:
	case FC_READ_INPUT: return len < 3 ? 0 : 3u + buf[2] + CRC_BYTES;
	case FC_WRITE_COIL:
	case FC_WRITE_REGISTER:
	case FC_WRITE_COILS:
	case FC_WRITE_REGISTERS: return 6 + CRC_BYTES;
	default: return SIZE_MAX;
	}
}

size_t
rtu_reply_len(const struct frame_request *r)
{
	switch (r->function) {
	case FC_READ_COILS:
	case FC_READ_DISCRETE: return 3 + ((size_t)r->count + 7) / 8 + CRC_BYTES;
	case FC_READ_HOLDING:
	case FC_READ_INPUT: return 3 + (size_t)r->count * 2 + CRC_BYTES;
	default: return 6 + CRC_BYTES;
	}
}

enum err
rtu_take(const uint8_t *buf, size_t len, struct frame_raw *out, size_t *used)
{
	size_t want = length_of(buf, len);
	uint16_t crc;

	*used = 0;
	if (want == SIZE_MAX)
		return ERR_BAD_FUNCTION;
	if (want > RTU_MAX)
		return ERR_BAD_LENGTH;
	if (want == 0 || len < want)
		return ERR_BUSY;
	crc = rtu_crc(buf, want - CRC_BYTES);
	if (buf[want - 2] != (crc & 0xFF) || buf[want - 1] != crc >> 8)
		return ERR_BAD_CHECKSUM;
	*out = (struct frame_raw){ .unit = buf[0], .function = buf[1], .body = buf + 2, .len = want - 2 - CRC_BYTES };
	*used = want;
	return OK;
}

/* Could what begins here still become the reply to r? */
static bool
may_become(const uint8_t *buf, size_t len, const struct frame_request *r)
{
	bool is_read = r->function <= FC_READ_INPUT;

	if (buf[0] != r->unit)
		return false;
	if (len < 2)
		return true;
	if (buf[1] == (r->function | 0x80))
		return true;
	return buf[1] == r->function && (!is_read || len < 3 || buf[2] + 3u + CRC_BYTES == rtu_reply_len(r));
}

enum err
rtu_find(const uint8_t *buf, size_t len, const struct frame_request *r, struct frame_answer *out)
{
	struct frame_answer one, other = { .err = OK };
	enum err worst = ERR_BAD_CHECKSUM;
	bool is_coming = len == 0;
	struct frame_raw f;
	size_t used;

	for (size_t i = 0; i < len; i++) {
		enum err e = rtu_take(buf + i, len - i, &f, &used);

		if (e == OK)
			e = frame_check(&f, r, &one);
		if (e == OK) {
			*out = one;
			return OK;
		}
		if (e == ERR_BUSY)
			is_coming |= may_become(buf + i, len - i, r);
		else if (used > 0)
			worst = e; /* whole and sound, and yet no reply to this: why, is worth more than noise */
		if (e == ERR_BAD_COUNT)
			other = (struct frame_answer){ .err = e, .len = one.len };
	}
	*out = other;
	return is_coming ? ERR_BUSY : worst;
}
