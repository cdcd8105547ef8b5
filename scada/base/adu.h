/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adu.h - a request of Modbus on TCP out of a stream, and the reply with the same head: MODBUS Messaging on TCP/IP V1.0b, 3.1.3. The
 * server's side, for all who serve; no socket, no clock, no memory.
 */
#ifndef CHISAN_ADU_H
#define CHISAN_ADU_H

#include <stddef.h>
#include <stdint.h>

#include "scada/base/err.h"

#define ADU_PREFIX  6   /* bytes that the length does not count */
#define ADU_HEAD    7   /* transaction, protocol, length, unit */
#define ADU_MAX     260 /* bytes of the longest request or reply */
#define ADU_PDU_MAX 253 /* and of what stands behind its head */

struct adu_request {
	uint8_t unit;
	const uint8_t *pdu; /* into the buffer: the function, and what follows */
	size_t len;         /* at least 1 */
};

/*
 * Stands a whole frame at buf? OK: *length bytes of it follow the field of the length, at least `least`: unit, function and the rest. Errors as
 * of adu_take.
 */
enum err adu_whole(const uint8_t *buf, size_t len, size_t least, size_t *length);
/* OK: *used bytes are one request. ERR_BUSY: the rest is yet to come. ERR_BAD_PROTOCOL, ERR_BAD_LENGTH: no Modbus; close. */
enum err adu_take(const uint8_t *buf, size_t len, struct adu_request *out, size_t *used);

/* Puts the head of request before the reply's pdu bytes, which stand at out + ADU_HEAD. Returns the bytes of the whole. */
size_t adu_head(uint8_t out[ADU_MAX], const uint8_t request[ADU_HEAD], size_t pdu);

#endif
