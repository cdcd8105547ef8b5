/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.c - device identification, bytes to texts. A device may say anything.
 */
#include "config.h"

#include <string.h>

#include "drivers/identity.h"
#include "scada/base/text.h"

#define EXCEPTION 0x80
#define CRC_BYTES 2
#define HEAD      6 /* bytes of the body before the first text */

void
identity_put(uint8_t out[IDENTIFY_PDU])
{
	static const uint8_t pdu[IDENTIFY_PDU] = { FC_IDENTIFY, IDENTIFY_TYPE, IDENTIFY_BASIC, 0 };

	memcpy(out, pdu, sizeof(pdu));
}

size_t
identity_take(const struct frame_raw *raw, struct identity_text *out, size_t most)
{
	size_t n = 0, at = HEAD;

	if (raw->function != FC_IDENTIFY || raw->len < at || raw->body[0] != IDENTIFY_TYPE)
		return 0;
	for (unsigned k = 0; k < raw->body[5] && n < most && at + 2 <= raw->len; k++) {
		size_t len = raw->body[at + 1];
		char text[256];

		if (at + 2 + len > raw->len)
			break;
		memcpy(text, raw->body + at + 2, len);
		text[len] = '\0';
		out[n].id = raw->body[at];
		text_put_safe(out[n++].text, sizeof(out->text), text, -1);
		at += 2 + len;
	}
	return n;
}

/* Bytes of the answer that begins here, with its checksum; 0: more of it is needed to know; SIZE_MAX: none begins so. */
static size_t
length_of(const uint8_t *buf, size_t len, uint8_t unit)
{
	size_t at = 2 + HEAD;

	if (buf[0] != unit || (len > 1 && (buf[1] & ~EXCEPTION) != FC_IDENTIFY) ||
	    (len > 2 && buf[1] == FC_IDENTIFY && buf[2] != IDENTIFY_TYPE))
		return SIZE_MAX;
	if (len > 1 && (buf[1] & EXCEPTION) != 0)
		return 3 + CRC_BYTES;
	for (unsigned k = 0; len >= 2 + HEAD && k < buf[7]; k++) {
		if (at + 2 > len)
			return 0;
		at += 2u + buf[at + 1];
		if (at + CRC_BYTES > RTU_MAX)
			return SIZE_MAX;
	}
	return len < 2 + HEAD ? 0 : at + CRC_BYTES;
}

enum err
identity_find(const uint8_t *buf, size_t len, uint8_t unit, struct frame_raw *out)
{
	bool is_coming = len == 0;

	for (size_t i = 0; i < len; i++) {
		size_t want = length_of(buf + i, len - i, unit);
		uint16_t crc;

		if (want == SIZE_MAX)
			continue;
		if (want == 0 || len - i < want) {
			is_coming = true;
			continue;
		}
		crc = rtu_crc(buf + i, want - CRC_BYTES);
		if (buf[i + want - 2] != (crc & 0xFF) || buf[i + want - 1] != crc >> 8)
			continue;
		*out = (struct frame_raw){
			.unit = unit, .function = buf[i + 1], .body = buf + i + 2, .len = want - 2 - CRC_BYTES
		};
		return OK;
	}
	return is_coming ? ERR_BUSY : ERR_BAD_CHECKSUM;
}
