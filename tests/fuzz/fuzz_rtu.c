/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rtu.c - what a serial line brings, looked through for the reply to a request: whatever it is, an answer has the length that was
 * asked for and lies within what came. The first bytes choose the request; checksums are made sound where the eighth byte says so.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/rtu.h"
#include "scada/base/mem.h"

#define CHOICE 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A fuzzer does not find a checksum by itself. */
static void
make_sound(uint8_t *p, size_t len)
{
	uint16_t crc;

	if (len < 3)
		return;
	crc = rtu_crc(p, len - 2);
	p[len - 2] = (uint8_t)crc;
	p[len - 1] = (uint8_t)(crc >> 8);
}

static void
look(const uint8_t *line, size_t len, const struct request *r)
{
	struct frame_request f = driver_modbus(r);
	struct frame_answer a;
	struct frame_raw raw;
	size_t used;

	if (rtu_find(line, len, &f, &a) == OK && a.err == OK) {
		assert(a.data >= line && a.data + a.len + 2 <= line + len);
		assert(a.len + 5 == rtu_reply_len(&f));
	}
	if (rtu_take(line, len, &raw, &used) == OK)
		assert(used >= 5 && used <= len && used <= RTU_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request r = { .kind = REQUEST_READ };
	uint8_t *line;
	size_t len;

	if (size <= CHOICE)
		return 0;
	r.unit = data[0];
	r.table = data[1] % TABLE_COUNT;
	r.address = (uint16_t)(data[2] << 8);
	r.count = (uint16_t)(1 + data[3] % 125);
	len = size - CHOICE;
	line = xmalloc(len); /* its own, so that one byte too far is seen */
	memcpy(line, data + CHOICE, len);
	if (data[7] % 2 == 0)
		make_sound(line, len);
	for (size_t n = 0; n <= len; n += n < 16 ? 1 : len > 64 ? len / 8 : 8)
		look(line, n, &r);
	look(line, len, &r);
	free(line);
	return 0;
}
