/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_msg.c - every body goes there and back; no truncation of one is taken for whole.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/msg.h"
#include "tests/unit/t.h"

/* Each field gets a value of its own, from a counter, so that two that are swapped are noticed. */
static const uint8_t some_bytes[] = { 9, 8, 7, 0, 255 };
static const char *const some_words[] = { "ESS1", "電池", "", "a longer text with 123 figures in it" };
#define FILL_u8(name)    m.name = (uint8_t)(++n * 3);
#define FILL_u16(name)   m.name = (uint16_t)(++n * 257);
#define FILL_u32(name)   m.name = ++n * 0x01010101u;
#define FILL_u64(name)   m.name = ++n * UINT64_C(0x0102030405060708);
#define FILL_i64(name)   m.name = -(int64_t)++n * INT64_C(0x0102030405060708);
#define FILL_f64(name)   m.name = ++n * 1.25;
#define FILL_str(name)   m.name = some_words[++n % 4];
#define FILL_bytes(name) m.name = (struct msg_bytes){ some_bytes, ++n % 6 };
#define FILL(type, name) FILL_##type(name)

#define SAME_u8(name)  ck_assert_uint_eq(m.name, back.name);
#define SAME_u16(name) ck_assert_uint_eq(m.name, back.name);
#define SAME_u32(name) ck_assert_uint_eq(m.name, back.name);
#define SAME_u64(name) ck_assert_uint_eq(m.name, back.name);
#define SAME_i64(name) ck_assert_int_eq(m.name, back.name);
#define SAME_f64(name) ck_assert_double_eq(m.name, back.name);
#define SAME_str(name) ck_assert_str_eq(m.name, back.name);
#define SAME_bytes(name) \
	ck_assert_uint_eq(m.name.len, back.name.len); \
	ck_assert(memcmp(m.name.data, back.name.data, m.name.len) == 0);
#define SAME(type, name) SAME_##type(name)

#define CHECK_MESSAGE(lower, UPPER) \
	static void check_##lower(uint32_t n) \
	{ \
		struct msg_##lower m, back; \
		struct wbuf b; \
		struct rbuf r; \
		wbuf_init(&b); \
		MSG_##UPPER##_FIELDS(FILL) msg_##lower##_put(&b, &m); \
		rbuf_init(&r, b.data, b.len); \
		ck_assert_msg(msg_##lower##_get(&r, &back), "%s does not read back", #lower); \
		ck_assert_msg(r_done(&r), "%s leaves bytes", #lower); \
		MSG_##UPPER##_FIELDS(SAME) for (size_t len = 0; len < b.len; len++) \
		{ \
			uint8_t *part = xmalloc(len + 1); /* of its own, so that a sanitizer sees a read beyond */ \
			memcpy(part, b.data, len); \
			rbuf_init(&r, part, len); \
			ck_assert_msg(!msg_##lower##_get(&r, &back), "%s of %zu of %zu bytes is taken for whole", \
			    #lower, len, b.len); \
			free(part); \
		} \
		wbuf_done(&b); \
	}
MSG_LIST(CHECK_MESSAGE)

#define CALL_CHECK(lower, UPPER) check_##lower((uint32_t)_i);
START_TEST(every_body_reads_back_and_no_truncation_does)
{ MSG_LIST(CALL_CHECK) } END_TEST

#define LEAST_SIZE(lower, UPPER) \
	{ \
		struct msg_##lower m; \
		struct wbuf b; \
		memset(&m, 0, sizeof(m)); \
		wbuf_init(&b); \
		msg_##lower##_put(&b, &m); \
		ck_assert_msg(b.len >= wire_find(W_##UPPER)->min, \
		    "an empty W_" #UPPER " has %zu bytes, its row asks for %u", b.len, wire_find(W_##UPPER)->min); \
		ck_assert_uint_le(b.len, wire_find(W_##UPPER)->max); \
		wbuf_done(&b); \
	}
START_TEST(the_least_size_of_each_row_admits_an_empty_body)
{ MSG_LIST(LEAST_SIZE) } END_TEST

START_TEST(words_exist_for_all_enums)
{
	for (int i = 0; i < TABLE_COUNT; i++)
		ck_assert_str_ne(mb_table_word((enum mb_table)i), "unknown");
	for (int i = 0; i < RAW_COUNT; i++)
		ck_assert_str_ne(raw_type_word((enum raw_type)i), "unknown");
	for (int i = 0; i < ORDER_COUNT; i++)
		ck_assert_str_ne(byte_order_word((enum byte_order)i), "unknown");
	for (int i = 0; i < DEVICE_STATE_COUNT; i++)
		ck_assert_str_ne(device_state_word((enum device_state)i), "unknown");
	ck_assert_str_eq(mb_table_word(TABLE_COUNT), "unknown");
	ck_assert_str_eq(raw_type_word(RAW_COUNT), "unknown");
	ck_assert_str_eq(device_state_word(DEVICE_STATE_COUNT), "unknown");
}
END_TEST

START_TEST(types_take_their_registers)
{
	static const unsigned want[RAW_COUNT] = {
		[RAW_BIT] = 1,
		[RAW_U16] = 1,
		[RAW_I16] = 1,
		[RAW_U32] = 2,
		[RAW_I32] = 2,
		[RAW_U64] = 4,
		[RAW_I64] = 4,
		[RAW_F32] = 2,
		[RAW_F64] = 4,
	};

	for (int i = 0; i < RAW_COUNT; i++)
		ck_assert_uint_eq(raw_type_registers((enum raw_type)i), want[i]);
}
END_TEST

T_MAIN("msg",
    T_LOOP(every_body_reads_back_and_no_truncation_does, 0, 5) T(the_least_size_of_each_row_admits_an_empty_body)
        T(words_exist_for_all_enums) T(types_take_their_registers))
