/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.h - device identification of Modbus, the basic texts: MODBUS Application Protocol V1.1b3, 6.21. No wire, no clock, no memory.
 *
 *   43 | 14 | code 1 | conformity | more | next | count | (number, length, text)...
 */
#ifndef CHISAN_IDENTITY_H
#define CHISAN_IDENTITY_H

#include "drivers/rtu.h"
#include "drivers/sunspec.h"

#define FC_IDENTIFY    43
#define IDENTIFY_TYPE  14
#define IDENTIFY_BASIC 1
#define IDENTIFY_PDU   4 /* bytes of the question, its function among them */

struct identity_text {
	uint8_t id; /* 0 maker, 1 product, 2 revision */
	char text[SUNSPEC_TEXT + 1];
};

/* The question, its function first. */
void identity_put(uint8_t out[IDENTIFY_PDU]);
/* The texts in an answer, made safe; returns how many there are. 0: it is no such answer, or a refusal. */
size_t identity_take(const struct frame_raw *raw, struct identity_text *out, size_t most);

/*
 * Looks for the answer of unit, a refusal too, in what a line brought: noise before it is passed over. OK: *out holds it. ERR_BUSY: it may
 * still come. ERR_BAD_CHECKSUM: only what is no such answer came so far.
 */
enum err identity_find(const uint8_t *buf, size_t len, uint8_t unit, struct frame_raw *out);

#endif
