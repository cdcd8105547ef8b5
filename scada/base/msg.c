/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msg.c - writers and readers of all bodies, made from the lists of their fields.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/base/msg.h"

static void
w_bytes_field(struct wbuf *b, struct msg_bytes v)
{
	w_bytes(b, v.data, v.len);
}

static struct msg_bytes
r_bytes_field(struct rbuf *r)
{
	struct msg_bytes v;

	v.data = r_bytes(r, &v.len);
	return v;
}

/* clang-format off */
#define PUT_u8(name) w_u8(b, m->name);
#define PUT_u16(name) w_u16(b, m->name);
#define PUT_u32(name) w_u32(b, m->name);
#define PUT_u64(name) w_u64(b, m->name);
#define PUT_i64(name) w_i64(b, m->name);
#define PUT_f64(name) w_f64(b, m->name);
#define PUT_str(name) w_str(b, m->name);
#define PUT_bytes(name) w_bytes_field(b, m->name);
#define PUT(type, name) PUT_##type(name)

#define GET_u8(name) m->name = r_u8(r);
#define GET_u16(name) m->name = r_u16(r);
#define GET_u32(name) m->name = r_u32(r);
#define GET_u64(name) m->name = r_u64(r);
#define GET_i64(name) m->name = r_i64(r);
#define GET_f64(name) m->name = r_f64(r);
#define GET_str(name) m->name = r_str(r);
#define GET_bytes(name) m->name = r_bytes_field(r);
#define GET(type, name) GET_##type(name)

#define MSG_DEFINE(lower, UPPER) \
	void \
	msg_##lower##_put(struct wbuf *b, const struct msg_##lower *m) \
	{ \
		MSG_##UPPER##_FIELDS(PUT) \
	} \
	bool \
	msg_##lower##_get(struct rbuf *r, struct msg_##lower *m) \
	{ \
		MSG_##UPPER##_FIELDS(GET) \
		return !r->bad; \
	}
MSG_LIST(MSG_DEFINE)
MSG_DEFINE(dump_line, DUMP_LINE)
/* clang-format on */

static const char *
word_of(const char *const words[], size_t count, unsigned i)
{
	return i < count ? words[i] : "unknown";
}

const char *
mb_table_word(enum mb_table t)
{
	static const char *const words[] = { "coil", "discrete", "holding", "input" };

	_Static_assert(ARRAY_LEN(words) == TABLE_COUNT, "a word for each table");
	return word_of(words, ARRAY_LEN(words), (unsigned)t);
}

const char *
raw_type_word(enum raw_type t)
{
	static const char *const words[] = { "bit", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64" };

	_Static_assert(ARRAY_LEN(words) == RAW_COUNT, "a word for each type");
	return word_of(words, ARRAY_LEN(words), (unsigned)t);
}

unsigned
raw_type_registers(enum raw_type t)
{
	switch (t) {
	case RAW_U32:
	case RAW_I32:
	case RAW_F32: return 2;
	case RAW_U64:
	case RAW_I64:
	case RAW_F64: return 4;
	default: return 1;
	}
}

/* 64 bits do not roll over in a meter's life; floats do not roll over. */
double
raw_type_modulus(enum raw_type t)
{
	switch (t) {
	case RAW_U16: return 65536.0;
	case RAW_I16: return 32768.0;
	case RAW_U32: return 4294967296.0;
	case RAW_I32: return 2147483648.0;
	default: return 0;
	}
}

const char *
byte_order_word(enum byte_order o)
{
	static const char *const words[] = { "ABCD", "CDAB", "BADC", "DCBA" };

	_Static_assert(ARRAY_LEN(words) == ORDER_COUNT, "a word for each order");
	return word_of(words, ARRAY_LEN(words), (unsigned)o);
}

const char *
store_state_word(unsigned s)
{
	static const char *const words[] = { "well", "slow", "full", "failing", "read-only", "renewed", "meddled",
		"absent" };

	_Static_assert(ARRAY_LEN(words) == STORE_STATE_COUNT, "a word for each state");
	return word_of(words, ARRAY_LEN(words), s);
}

const char *
device_state_word(enum device_state s)
{
	static const char *const words[] = { "off", "connecting", "up", "down" };

	_Static_assert(ARRAY_LEN(words) == DEVICE_STATE_COUNT, "a word for each state");
	return word_of(words, ARRAY_LEN(words), (unsigned)s);
}
