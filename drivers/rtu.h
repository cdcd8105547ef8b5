/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtu.h - Modbus as it stands on a serial line, the bytes: unit, function, data, and a checksum of 16 bits, low byte first.
 * MODBUS over Serial Line V1.02, 2.5.1 and 6.2. No line, no clock, no memory.
 */
#ifndef CHISAN_RTU_H
#define CHISAN_RTU_H

#include "drivers/frame.h"

#define RTU_MAX  256 /* bytes of the longest frame */
#define RTU_SEEN 512 /* bytes of a line that are looked through for a reply */

uint16_t rtu_crc(const uint8_t *p, size_t len);

/* Bytes of the request in out, the checksum among them; 0: Modbus has no such request. */
size_t rtu_put(uint8_t out[RTU_MAX], const struct frame_request *r);
/* Bytes that a good reply to r has, the checksum among them. */
size_t rtu_reply_len(const struct frame_request *r);

/*
 * Takes one reply from the start of what came; its id is 0. ERR_BUSY: the rest is yet to come. ERR_BAD_FUNCTION, ERR_BAD_CHECKSUM: no
 * reply begins here.
 */
enum err rtu_take(const uint8_t *buf, size_t len, struct frame_raw *out, size_t *used);

/*
 * Looks for the reply to r in what came since it was sent: noise before it and between is passed over, and so is what another unit
 * says. OK: *out holds it. ERR_BUSY: it may still come. Any other: only what is no reply came so far; more may follow all the same.
 * out->err is ERR_BAD_COUNT if a reply of out->len bytes of data, not as many as asked, was among it, whatever is returned but OK.
 */
enum err rtu_find(const uint8_t *buf, size_t len, const struct frame_request *r, struct frame_answer *out);

#endif
