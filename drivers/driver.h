/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver.h - what a protocol over a stream is to the field program: four pure functions and a row here.
 *
 * To add one: drivers/drv_x.c defines `const struct driver drv_x`, takes a row below and a line in Makefile.am. A driver
 * lays out requests and judges replies. It opens no socket, reads no clock, keeps no state and never waits: connections,
 * turns, deadlines and back-off are link.c's, and what to ask when is poll's; so a new protocol has all of them.
 * A protocol whose library blocks (serial lines: line.h) is a program of its own and not a row here.
 */
#ifndef CHISAN_DRIVER_H
#define CHISAN_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/frame.h"
#include "scada/base/msg.h"

/* clang-format off */
/* ONE ROW PER DRIVER.  _(name, transport) */
#define DRIVER_LIST(_) \
	_(modbus, TRANSPORT_MODBUS_TCP) \
	_(rtu,    TRANSPORT_MODBUS_RTU_TCP)
/* clang-format on */

#define DRIVER_REQUEST_MAX 300 /* bytes of the longest request of any driver */
#define DRIVER_REPLY_MAX   300 /* and of the longest reply */
#define DRIVER_WINDOW      16  /* requests in flight on one connection, at most */

enum request_kind { REQUEST_READ, REQUEST_WRITE, REQUEST_WRITE_MANY };

/* One transaction as the poll engine wants it. */
struct request {
	uint8_t kind; /* enum request_kind; WRITE_MANY: by the function for several, even for one */
	uint8_t unit;
	uint8_t table; /* enum mb_table */
	uint16_t address, count;
	/* Of a write: registers in network order, bits packed from the lowest. Lives until the answer. */
	const uint8_t *data;
};

/* One reply as it came from the stream, before it is held against a request. */
struct reply {
	uint16_t id;
	uint8_t unit, function;
	const uint8_t *body; /* into the receive buffer */
	size_t len;
};

/* What the device answered. */
struct answer {
	/* OK; ERR_EXC_*: it answered that it will not; ERR_BAD_COUNT, of a read: with len bytes, which are not as many as asked. */
	enum err err;
	uint8_t exception;   /* the code as it came; 0 = none */
	const uint8_t *data; /* of a read: registers in network order or packed bits; lives until return */
	size_t len;
};

struct driver {
	const char *name;
	const char *help; /* one line */
	bool
	    has_no_ids; /* replies bear no number: one request at a time, and no going on after one that was not answered */

	/* Lays out r under the number id. Returns its bytes; 0: the protocol cannot say this. Refuses all but REQUEST_READ
	 * where the driver is read-only. */
	size_t (*request)(const struct request *r, uint16_t id, uint8_t out[DRIVER_REQUEST_MAX]);

	/* Bytes came. OK: *out is one whole reply of *used bytes. ERR_BUSY: the rest is yet to come. Any other error: the
	 * stream cannot be trusted, and the connection will be closed. Must give a verdict within DRIVER_REPLY_MAX bytes. */
	enum err (*readable)(const uint8_t *buf, size_t len, struct reply *out, size_t *used);

	/* Is reply, whose id is that of r, its answer? OK: *out holds it, be it a refusal or of another size than asked. Any error: no,
	 * and the connection will be closed. */
	enum err (*match)(const struct reply *reply, const struct request *r, struct answer *out);
};

#define DRIVER_DECLARE(name, transport) extern const struct driver drv_##name;
DRIVER_LIST(DRIVER_DECLARE)
#undef DRIVER_DECLARE

/* A request in the words of Modbus: tables become functions; function 0: the table cannot be written. */
struct frame_request driver_modbus(const struct request *r);
/* The verdict of frame_check on the answer to r, and what it found, as match() says it. */
enum err driver_judge(enum err e, const struct frame_answer *a, const struct request *r, struct answer *out);

/* NULL = nobody speaks it. */
const struct driver *driver_find(unsigned transport);
/* The i-th row; NULL at the end. */
const struct driver *driver_row(size_t i);

#endif
