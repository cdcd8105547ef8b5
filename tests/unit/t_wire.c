/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_wire.c - the frame codec: the list of messages, heads, and the integers of bodies.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/wire.h"
#include "tests/unit/t.h"

START_TEST(numbers_and_names_are_unique)
{
	for (size_t i = 0; wire_row(i) != NULL; i++) {
		for (size_t j = i + 1; wire_row(j) != NULL; j++) {
			ck_assert_uint_ne(wire_row(i)->type, wire_row(j)->type);
			ck_assert_str_ne(wire_row(i)->name, wire_row(j)->name);
		}
		ck_assert(wire_find(wire_row(i)->type) == wire_row(i));
	}
}
END_TEST

START_TEST(every_row_is_complete)
{
	for (size_t i = 0; wire_row(i) != NULL; i++) {
		const struct wire_row *r = wire_row(i);

		ck_assert_uint_ne(r->type, 0);
		ck_assert_uint_lt(r->type, 256);
		ck_assert(strncmp(r->name, "W_", 2) == 0 && strlen(r->help) > 3);
		ck_assert_uint_le(r->min, r->max);
		ck_assert_uint_le(r->max, WIRE_BODY_MAX);
		ck_assert(r->role <= ROLE_PEER);
	}
	ck_assert(wire_row(0) != NULL);
}
END_TEST

/* A frame of the row with the shortest body, all zero. */
static size_t
make_frame(const struct wire_row *row, uint32_t length, uint8_t *out)
{
	struct frame f = { .length = length, .type = row->type, .generation = 7, .sequence = 9, .reply_to = 5 };

	wire_put_head(out, &f);
	memset(out + WIRE_HEAD, 0, length);
	return WIRE_HEAD + (size_t)length;
}

START_TEST(every_short_prefix_waits)
{
	uint8_t buf[WIRE_HEAD + 4096];

	for (size_t i = 0; wire_row(i) != NULL; i++) {
		size_t len = make_frame(wire_row(i), wire_row(i)->min, buf), used;
		struct frame f;

		for (size_t n = 0; n < len; n++) {
			ck_assert_int_eq(wire_take(buf, n, &f, &used), ERR_BUSY);
			ck_assert_uint_eq(used, 0);
		}
		ck_assert_int_eq(wire_take(buf, len, &f, &used), OK);
		ck_assert_uint_eq(used, len);
		ck_assert_uint_eq(f.length, wire_row(i)->min);
		ck_assert_uint_eq(f.type, wire_row(i)->type);
		ck_assert_uint_eq(f.generation, 7);
		ck_assert_uint_eq(f.sequence, 9);
		ck_assert_uint_eq(f.reply_to, 5);
		ck_assert(f.body == buf + WIRE_HEAD);
		/* bytes after it belong to the next frame */
		ck_assert_int_eq(wire_take(buf, len + 1, &f, &used), OK);
		ck_assert_uint_eq(used, len);
	}
}
END_TEST

START_TEST(bodies_outside_their_bounds_are_refused_at_the_head)
{
	uint8_t buf[WIRE_HEAD];

	for (size_t i = 0; wire_row(i) != NULL; i++) {
		const struct wire_row *r = wire_row(i);
		struct frame f = { .length = r->max + 1, .type = r->type };
		size_t used;

		wire_put_head(buf, &f);
		ck_assert_int_eq(wire_take(buf, sizeof(buf), &f, &used), ERR_TOO_BIG);
		if (r->min == 0)
			continue;
		f.length = r->min - 1;
		wire_put_head(buf, &f);
		ck_assert_int_eq(wire_take(buf, sizeof(buf), &f, &used), ERR_FRAME);
	}
}
END_TEST

START_TEST(hostile_lengths_are_refused)
{
	static const uint32_t lengths[] = { UINT32_MAX, UINT32_MAX - 15, INT32_MAX, 1u << 30, WIRE_BODY_MAX + 1 };
	struct frame f = { .type = W_CHANGES, .length = lengths[_i] };
	uint8_t buf[WIRE_HEAD];
	size_t used;

	wire_put_head(buf, &f);
	ck_assert_int_eq(wire_take(buf, sizeof(buf), &f, &used), ERR_TOO_BIG);
	ck_assert_uint_eq(used, 0);
}
END_TEST

START_TEST(unknown_types_are_refused)
{
	unsigned refused = 0;

	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		struct frame f = { .type = (uint16_t)type, .length = 0 };
		uint8_t buf[WIRE_HEAD];
		size_t used;

		if (wire_find((uint16_t)type) != NULL)
			continue;
		wire_put_head(buf, &f);
		ck_assert_int_eq(wire_take(buf, sizeof(buf), &f, &used), ERR_FRAME);
		refused++;
	}
	ck_assert_uint_gt(refused, 65000);
}
END_TEST

START_TEST(head_is_in_network_order)
{
	static const uint8_t want[WIRE_HEAD] = { 0, 0, 1, 2, 0, 71, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	struct frame f = { .length = 0x0102,
		.type = W_CHANGES,
		.generation = 0x0304,
		.sequence = 0x05060708,
		.reply_to = 0x090A0B0C };
	uint8_t buf[WIRE_HEAD];

	wire_put_head(buf, &f);
	ck_assert_mem_eq(buf, want, sizeof(want));
}
END_TEST

START_TEST(numbers_survive_the_way)
{
	static const uint64_t values[] = { 0, 1, 127, 128, 300, 16383, 16384, UINT32_MAX, (uint64_t)1 << 62,
		(uint64_t)1 << 63, UINT64_MAX };
	uint64_t v = values[_i];
	struct wbuf b;
	struct rbuf r;

	wbuf_init(&b);
	w_u8(&b, (uint8_t)v);
	w_u16(&b, (uint16_t)v);
	w_u32(&b, (uint32_t)v);
	w_u64(&b, v);
	w_i64(&b, (int64_t)v);
	w_varint(&b, v);
	w_zigzag(&b, (int64_t)v);
	w_zigzag(&b, -(int64_t)(v >> 1));
	w_f64(&b, (double)v);
	rbuf_init(&r, b.data, b.len);
	ck_assert_uint_eq(r_u8(&r), (uint8_t)v);
	ck_assert_uint_eq(r_u16(&r), (uint16_t)v);
	ck_assert_uint_eq(r_u32(&r), (uint32_t)v);
	ck_assert_uint_eq(r_u64(&r), v);
	ck_assert_int_eq(r_i64(&r), (int64_t)v);
	ck_assert_uint_eq(r_varint(&r), v);
	ck_assert_int_eq(r_zigzag(&r), (int64_t)v);
	ck_assert_int_eq(r_zigzag(&r), -(int64_t)(v >> 1));
	ck_assert_double_eq(r_f64(&r), (double)v);
	ck_assert(r_done(&r));
	wbuf_done(&b);
}
END_TEST

START_TEST(small_steps_take_one_byte)
{
	struct wbuf b;

	wbuf_init(&b);
	for (int v = -64; v < 64; v++) {
		wbuf_reset(&b);
		w_zigzag(&b, v);
		ck_assert_uint_eq(b.len, 1);
	}
	wbuf_done(&b);
}
END_TEST

START_TEST(doubles_keep_every_bit)
{
	static const double values[] = { 0.0, -0.0, 1.5, -1e308, 5e-324, (double)INFINITY, -(double)INFINITY };
	struct wbuf b;
	struct rbuf r;
	double back;

	wbuf_init(&b);
	w_f64(&b, values[_i]);
	rbuf_init(&r, b.data, b.len);
	back = r_f64(&r);
	ck_assert_mem_eq(&back, &values[_i], sizeof(back));
	wbuf_done(&b);
}
END_TEST

START_TEST(overlong_varints_are_refused)
{
	static const uint8_t longer[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 };
	static const uint8_t endless[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0 };
	struct rbuf r;

	rbuf_init(&r, longer, sizeof(longer));
	ck_assert_uint_eq(r_varint(&r), 0);
	ck_assert(r.bad);
	rbuf_init(&r, endless, sizeof(endless));
	ck_assert_uint_eq(r_varint(&r), 0);
	ck_assert(r.bad);
}
END_TEST

START_TEST(a_fault_is_sticky)
{
	static const uint8_t data[] = { 1, 2, 3 };
	struct rbuf r;
	size_t len = 99;

	rbuf_init(&r, data, sizeof(data));
	ck_assert_uint_eq(r_u32(&r), 0);
	ck_assert(r.bad);
	ck_assert_uint_eq(r_u8(&r), 0);
	ck_assert_str_eq(r_str(&r), "");
	ck_assert(r_bytes(&r, &len) != NULL);
	ck_assert_uint_eq(len, 0);
	ck_assert(!r_done(&r));
}
END_TEST

START_TEST(strings_come_back_as_they_were)
{
	struct wbuf b;
	struct rbuf r;
	size_t len;

	wbuf_init(&b);
	w_str(&b, "ESS1.SOC");
	w_str(&b, "蓄電池");
	w_str(&b, NULL);
	w_bytes(&b, "\0\1\2", 3);
	w_bytes(&b, NULL, 0);
	rbuf_init(&r, b.data, b.len);
	ck_assert_str_eq(r_str(&r), "ESS1.SOC");
	ck_assert_str_eq(r_str(&r), "蓄電池");
	ck_assert_str_eq(r_str(&r), "");
	ck_assert_mem_eq(r_bytes(&r, &len), "\0\1\2", 3);
	ck_assert_uint_eq(len, 3);
	r_bytes(&r, &len);
	ck_assert_uint_eq(len, 0);
	ck_assert(r_done(&r));
	wbuf_done(&b);
}
END_TEST

START_TEST(bad_strings_are_refused)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "\3abc", 4 },                                     /* no terminator */
		{ "\3abcd", 5 },                                    /* another byte in its place */
		{ "\3a\0c\0", 5 },                                  /* a NUL inside */
		{ "\2\xC3\x28\0", 4 },                              /* no UTF-8 */
		{ "\3\xED\xA0\x80\0", 5 },                          /* a surrogate */
		{ "\2\xC0\x80\0", 4 },                              /* an overlong NUL */
		{ "\x7F", 1 },                                      /* longer than the body */
		{ "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10 }, /* length 2^64 - 1 */
		{ "", 0 },
	};
	struct rbuf r;

	rbuf_init(&r, bad[_i].bytes, bad[_i].len);
	ck_assert_str_eq(r_str(&r), "");
	ck_assert(r.bad);
}
END_TEST

START_TEST(bytes_longer_than_the_body_are_refused)
{
	static const uint8_t data[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0 };
	struct rbuf r;
	size_t len;

	rbuf_init(&r, data, sizeof(data));
	ck_assert(r_bytes(&r, &len) != NULL);
	ck_assert_uint_eq(len, 0);
	ck_assert(r.bad);
}
END_TEST

START_TEST(a_buffer_grows_and_keeps_what_is_in_it)
{
	struct wbuf b;
	struct rbuf r;

	wbuf_init(&b);
	for (uint32_t i = 0; i < 100000; i++)
		w_u32(&b, i);
	rbuf_init(&r, b.data, b.len);
	for (uint32_t i = 0; i < 100000; i++)
		ck_assert_uint_eq(r_u32(&r), i);
	ck_assert(r_done(&r));
	wbuf_reset(&b);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_ge(b.cap, 400000);
	wbuf_done(&b);
	ck_assert(b.data == NULL);
}
END_TEST

START_TEST(nothing_added_to_nothing_is_nothing)
{
	struct wbuf b;

	wbuf_init(&b);
	wbuf_grow(&b, 0);
	w_bytes(&b, NULL, 0);
	ck_assert_uint_eq(b.len, 1); /* its length */
	wbuf_done(&b);
}
END_TEST

T_MAIN("wire",
    T(nothing_added_to_nothing_is_nothing) T(numbers_and_names_are_unique) T(every_row_is_complete)
        T(every_short_prefix_waits) T(bodies_outside_their_bounds_are_refused_at_the_head)
            T_LOOP(hostile_lengths_are_refused, 0, 5) T(unknown_types_are_refused) T(head_is_in_network_order)
                T_LOOP(numbers_survive_the_way, 0, 11) T(small_steps_take_one_byte) T_LOOP(doubles_keep_every_bit, 0, 7)
                    T(overlong_varints_are_refused) T(a_fault_is_sticky) T(strings_come_back_as_they_were)
                        T_LOOP(bad_strings_are_refused, 0, 9) T(bytes_longer_than_the_body_are_refused)
                            T(a_buffer_grows_and_keeps_what_is_in_it))
