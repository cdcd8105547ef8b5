/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - Modbus on TCP, the bytes: requests laid out, replies taken from a stream and checked against their request.
 * MODBUS Messaging on TCP/IP V1.0b, 3.1.3; MODBUS Application Protocol V1.1b3, 6 and 7. No socket, no clock, no memory.
 *
 *   transaction u16 | protocol u16 = 0 | length u16 (unit and what follows) | unit u8 | function u8 | ...
 */
#ifndef CHISAN_FRAME_H
#define CHISAN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scada/base/err.h"

#define FRAME_MAX             260 /* bytes of the longest frame */
#define FRAME_HEAD            8   /* bytes before the body, the function included */
#define FRAME_READ_REGISTERS  125 /* longest blocks of the protocol */
#define FRAME_READ_BITS       2000
#define FRAME_WRITE_REGISTERS 123
#define FRAME_WRITE_BITS      1968

enum frame_function {
	FC_READ_COILS = 1,
	FC_READ_DISCRETE = 2,
	FC_READ_HOLDING = 3,
	FC_READ_INPUT = 4,
	FC_WRITE_COIL = 5,
	FC_WRITE_REGISTER = 6,
	FC_WRITE_COILS = 15,
	FC_WRITE_REGISTERS = 16,
};

struct frame_request {
	uint8_t unit, function;
	uint16_t address, count; /* count: 1 for functions 5 and 6 */
	const uint8_t *data;     /* of a write: registers in network order; bits packed from the lowest */
};

/* A frame as it came: the head is sound, nothing else was looked at. */
struct frame_raw {
	uint16_t id;
	uint8_t unit, function;
	const uint8_t *body; /* behind the function, into the receive buffer */
	size_t len;
};

/* The answer in it. */
struct frame_answer {
	enum err err;        /* OK, or ERR_EXC_*: the device answered that it will not */
	uint8_t exception;   /* its code as it came; 0 = none */
	const uint8_t *data; /* of a read: registers in network order or packed bits */
	size_t len;
};

/* Bytes of the request in out; 0: Modbus has no such request. */
size_t frame_put(uint8_t out[FRAME_MAX], uint16_t id, const struct frame_request *r);

/*
 * Takes one frame from the start of the stream. OK: *used bytes were taken. ERR_BUSY: the rest is yet to come, and what is
 * there is sound. ERR_BAD_PROTOCOL, ERR_BAD_LENGTH: this is not Modbus; close. Never reads behind buf + len.
 */
enum err frame_take(const uint8_t *buf, size_t len, struct frame_raw *out, size_t *used);

/*
 * Is this the answer to r? OK: *out holds it, be it an exception. ERR_BAD_UNIT, ERR_BAD_FUNCTION, ERR_BAD_COUNT,
 * ERR_BAD_LENGTH, ERR_FAILED (a write was echoed with another address or value): it is not; close.
 * ERR_BAD_COUNT to a read is a frame that is sound in itself, with out->len bytes of data, which are not as many as asked: what follows it
 * can be trusted. The transaction number is compared by whoever keeps the window.
 */
enum err frame_check(const struct frame_raw *f, const struct frame_request *r, struct frame_answer *out);

/* ERR_EXC_* of a code; ERR_EXC_OTHER for one that the protocol does not name. */
enum err frame_exception(uint8_t code);

#endif
