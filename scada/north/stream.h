/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - requests in a stream: MODBUS Messaging on TCP/IP V1.0b, 3.1.3. No socket, no clock, no memory.
 */
#ifndef CHISAN_NORTH_STREAM_H
#define CHISAN_NORTH_STREAM_H

#include "scada/north/map.h"

#define STREAM_HEAD    7   /* transaction, protocol, length, unit */
#define STREAM_ADU_MAX 260 /* bytes of the longest request or reply */

struct stream_request {
	uint8_t unit;
	const uint8_t *pdu; /* into the buffer */
	size_t len;         /* at least 1 */
};

/* OK: *used bytes are one request. ERR_BUSY: the rest is yet to come. ERR_BAD_PROTOCOL, ERR_BAD_LENGTH: no Modbus; close. */
enum err stream_take(const uint8_t *buf, size_t len, struct stream_request *out, size_t *used);

/* Bytes of the reply to the request at adu in out, whatever was asked. */
size_t stream_answer(const struct north_map *m, const struct north_now *now, const struct north_source *source,
    const uint8_t *adu, const struct stream_request *r, uint8_t out[STREAM_ADU_MAX]);

#endif
