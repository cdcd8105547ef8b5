/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drv_modbus.c - Modbus on TCP as a driver: tables become functions, exceptions become reasons.
 */
#include "config.h"

#include "drivers/driver.h"
#include "drivers/frame.h"

/* The function for a request; 0: the table cannot be written. */
static uint8_t
function_of(const struct request *r)
{
	static const uint8_t functions[][TABLE_COUNT] = {
		/*                      coil            discrete          holding             input */
		[REQUEST_READ] = { FC_READ_COILS, FC_READ_DISCRETE, FC_READ_HOLDING, FC_READ_INPUT },
		[REQUEST_WRITE] = { FC_WRITE_COIL, 0, FC_WRITE_REGISTER, 0 },
		[REQUEST_WRITE_MANY] = { FC_WRITE_COILS, 0, FC_WRITE_REGISTERS, 0 },
	};

	return functions[r->kind][r->table];
}

struct frame_request
driver_modbus(const struct request *r)
{
	return (struct frame_request){
		.unit = r->unit,
		.function = function_of(r),
		.address = r->address,
		.count = r->count,
		.data = r->data,
	};
}

/* A sound reply to a read that holds more or less than was asked is an answer, though a bad one: the stream is in order. */
enum err
driver_judge(enum err e, const struct frame_answer *a, const struct request *r, struct answer *out)
{
	bool is_other_size = e == ERR_BAD_COUNT && r->kind == REQUEST_READ;

	if (e != OK && !is_other_size)
		return e;
	*out = (struct answer){ .err = a->err, .exception = a->exception, .data = a->data, .len = a->len };
	if (is_other_size)
		out->err = ERR_BAD_COUNT;
	return OK;
}

static size_t
modbus_request(const struct request *r, uint16_t id, uint8_t out[DRIVER_REQUEST_MAX])
{
	struct frame_request f = driver_modbus(r);

	return frame_put(out, id, &f);
}

static enum err
modbus_readable(const uint8_t *buf, size_t len, struct reply *out, size_t *used)
{
	struct frame_raw f;
	enum err e = frame_take(buf, len, &f, used);

	if (e == OK)
		*out =
		    (struct reply){ .id = f.id, .unit = f.unit, .function = f.function, .body = f.body, .len = f.len };
	return e;
}

static enum err
modbus_match(const struct reply *reply, const struct request *r, struct answer *out)
{
	struct frame_raw f = { reply->id, reply->unit, reply->function, reply->body, reply->len };
	struct frame_request q = driver_modbus(r);
	struct frame_answer a;

	return driver_judge(frame_check(&f, &q, &a), &a, r, out);
}

const struct driver drv_modbus = {
	.name = "modbus",
	.help = "Modbus/TCP: coils, discrete inputs, holding and input registers",
	.request = modbus_request,
	.readable = modbus_readable,
	.match = modbus_match,
};
