/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_wire.c - a stream of frames from a stranger: heads, then every body by its reader.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Strings that a reader gives out must be strings, bytes must lie in the body. */
static void
touch_str(const char *s)
{
	volatile size_t n = strlen(s);

	(void)n;
}

static void
touch_bytes(struct msg_bytes b)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < b.len; i++)
		sum = (uint8_t)(sum + b.data[i]);
}

#define USE_u8(name)
#define USE_u16(name)
#define USE_u32(name)
#define USE_u64(name)
#define USE_i64(name)
#define USE_f64(name)
#define USE_str(name)   touch_str(m.name);
#define USE_bytes(name) touch_bytes(m.name);
#define USE(type, name) USE_##type(name)

/* What was read and is written again reads the same. */
#define READ_BODY(lower, UPPER) \
	case W_##UPPER: { \
		struct msg_##lower m; \
		struct wbuf again; \
		struct rbuf r; \
		rbuf_init(&r, f->body, f->length); \
		if (!msg_##lower##_get(&r, &m)) \
			break; \
		MSG_##UPPER##_FIELDS(USE) wbuf_init(&again); \
		msg_##lower##_put(&again, &m); \
		rbuf_init(&r, again.data, again.len); \
		if (!msg_##lower##_get(&r, &m) || !r_done(&r)) \
			abort(); \
		wbuf_done(&again); \
		break; \
	}

static void
read_body(const struct frame *f)
{
	switch (f->type) {
		MSG_LIST(READ_BODY)
	default: break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t pos = 0, used;
	struct frame f;

	while (wire_take(data + pos, size - pos, &f, &used) == OK) {
		if (used < WIRE_HEAD || used > size - pos || f.body + f.length > data + size)
			abort();
		read_body(&f);
		pos += used;
	}
	return 0;
}
