/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drv_rtu.c - Modbus RTU behind a gateway that hands the bytes of a serial line through as they are. Replies bear no number: one
 * request is under way at a time, and after one that was not answered in time the connection begins anew.
 */
#include "config.h"

#include "drivers/driver.h"
#include "drivers/rtu.h"

static size_t
rtu_request(const struct request *r, uint16_t id, uint8_t out[DRIVER_REQUEST_MAX])
{
	struct frame_request f = driver_modbus(r);

	(void)id;
	return rtu_put(out, &f);
}

static enum err
rtu_readable(const uint8_t *buf, size_t len, struct reply *out, size_t *used)
{
	struct frame_raw f;
	enum err e = rtu_take(buf, len, &f, used);

	if (e == OK)
		*out = (struct reply){ .unit = f.unit, .function = f.function, .body = f.body, .len = f.len };
	return e;
}

static enum err
rtu_match(const struct reply *reply, const struct request *r, struct answer *out)
{
	struct frame_raw f = { 0, reply->unit, reply->function, reply->body, reply->len };
	struct frame_request q = driver_modbus(r);
	struct frame_answer a;

	return driver_judge(frame_check(&f, &q, &a), &a, r, out);
}

const struct driver drv_rtu = {
	.name = "rtu",
	.help = "Modbus RTU on TCP: a gateway that hands a serial line through",
	.has_no_ids = true,
	.request = rtu_request,
	.readable = rtu_readable,
	.match = rtu_match,
};
