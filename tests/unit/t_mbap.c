/* SPDX-License-Identifier: Apache-2.0 */
/* t_mbap.c - Modbus/TCP frames: what is laid out, what is waited for, what is refused. */
#include "config.h"

#include <string.h>

#include "drivers/driver.h"
#include "drivers/frame.h"
#include "tests/unit/t.h"

/* A reply to "unit 7, holding 100, 3 registers", transaction 0x1234. */
static const uint8_t good[] = { 0x12, 0x34, 0, 0, 0, 9, 7, 3, 6, 0, 1, 0, 2, 0xFF, 0xFE };
static const struct frame_request asked = { .unit = 7, .function = FC_READ_HOLDING, .address = 100, .count = 3 };

static enum err
judge(const uint8_t *bytes, size_t len, const struct frame_request *r, struct frame_answer *a)
{
	struct frame_raw f;
	size_t used;
	enum err e = frame_take(bytes, len, &f, &used);

	return e != OK ? e : frame_check(&f, r, a);
}

START_TEST(read_request_is_twelve_bytes)
{
	static const uint8_t want[] = { 0xAB, 0xCD, 0, 0, 0, 6, 7, 3, 0, 100, 0, 3 };
	uint8_t out[FRAME_MAX];

	ck_assert_uint_eq(frame_put(out, 0xABCD, &asked), sizeof(want));
	ck_assert_mem_eq(out, want, sizeof(want));
}
END_TEST

/* MODBUS Application Protocol V1.1b3: the examples of 6.5, 6.6, 6.11 and 6.12, less the unit and the head */
static const struct {
	struct frame_request r;
	uint8_t want[16];
	size_t len;
} writes[] = {
	{ { 1, FC_WRITE_COIL, 172, 1, (const uint8_t *)"\x01" }, { 0x05, 0x00, 0xAC, 0xFF, 0x00 }, 5 },
	{ { 1, FC_WRITE_COIL, 172, 1, (const uint8_t *)"\x00" }, { 0x05, 0x00, 0xAC, 0x00, 0x00 }, 5 },
	{ { 1, FC_WRITE_REGISTER, 1, 1, (const uint8_t *)"\x00\x03" }, { 0x06, 0x00, 0x01, 0x00, 0x03 }, 5 },
	{ { 1, FC_WRITE_COILS, 19, 10, (const uint8_t *)"\xCD\x01" },
	    { 0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01 }, 8 },
	{ { 1, FC_WRITE_REGISTERS, 1, 2, (const uint8_t *)"\x00\x0A\x01\x02" },
	    { 0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02 }, 10 },
};

START_TEST(write_requests_are_those_of_the_standard)
{
	uint8_t out[FRAME_MAX];

	ck_assert_uint_eq(frame_put(out, 1, &writes[_i].r), writes[_i].len + 7);
	ck_assert_mem_eq(out + 7, writes[_i].want, writes[_i].len);
	ck_assert_uint_eq(out[5], writes[_i].len + 1);
}
END_TEST

START_TEST(write_is_answered_by_its_echo_and_nothing_else)
{
	uint8_t reply[12] = { 0, 1, 0, 0, 0, 6, 1 };
	struct frame_answer a;

	memcpy(reply + 7, writes[_i].want, 5);
	ck_assert_int_eq(judge(reply, sizeof(reply), &writes[_i].r, &a), OK);
	ck_assert_int_eq(a.err, OK);
	reply[9]++; /* another address */
	ck_assert_int_ne(judge(reply, sizeof(reply), &writes[_i].r, &a), OK);
	reply[9]--;
	reply[11]++; /* another value or count */
	ck_assert_int_ne(judge(reply, sizeof(reply), &writes[_i].r, &a), OK);
	reply[11]--;
	reply[5] = 5;
	ck_assert_int_eq(judge(reply, 11, &writes[_i].r, &a), ERR_BAD_LENGTH);
}
END_TEST

static const struct frame_request impossible[] = {
	{ .function = FC_READ_HOLDING, .count = 0 },
	{ .function = FC_READ_HOLDING, .count = 126 },
	{ .function = FC_READ_INPUT, .address = 65535, .count = 2 },
	{ .function = FC_READ_COILS, .count = 2001 },
	{ .function = FC_WRITE_REGISTERS, .count = 124, .data = (const uint8_t *)"" },
	{ .function = FC_WRITE_COILS, .count = 1969, .data = (const uint8_t *)"" },
	{ .function = FC_WRITE_REGISTER, .count = 1 },
	{ .function = FC_WRITE_REGISTER, .count = 2, .data = (const uint8_t *)"\0\0\0" },
	{ .function = 0, .count = 1 },
	{ .function = 43, .count = 1 },
};

START_TEST(requests_beyond_the_protocol_are_not_laid_out)
{
	uint8_t out[FRAME_MAX];

	ck_assert_uint_eq(frame_put(out, 1, &impossible[_i]), 0);
}
END_TEST

START_TEST(longest_requests_fit)
{
	static const uint8_t data[246];
	struct frame_request r = { .function = FC_WRITE_REGISTERS, .count = 123, .data = data };
	uint8_t out[FRAME_MAX];

	ck_assert_uint_eq(frame_put(out, 1, &r), 259);
	r = (struct frame_request){ .function = FC_WRITE_COILS, .count = 1968, .data = data };
	ck_assert_uint_eq(frame_put(out, 1, &r), 259);
}
END_TEST

START_TEST(good_reply_gives_its_registers)
{
	struct frame_raw f;
	struct frame_answer a;
	size_t used;

	ck_assert_int_eq(frame_take(good, sizeof(good), &f, &used), OK);
	ck_assert_uint_eq(used, sizeof(good));
	ck_assert_uint_eq(f.id, 0x1234);
	ck_assert_int_eq(frame_check(&f, &asked, &a), OK);
	ck_assert_int_eq(a.err, OK);
	ck_assert_uint_eq(a.len, 6);
	ck_assert_mem_eq(a.data, good + 9, 6);
}
END_TEST

START_TEST(every_short_prefix_waits)
{
	struct frame_raw f;
	size_t used;

	for (size_t n = 0; n < sizeof(good); n++) {
		uint8_t *exact = malloc(n + 1); /* one byte too far is seen by the sanitizers */

		memcpy(exact, good, n);
		ck_assert_int_eq(frame_take(exact, n, &f, &used), ERR_BUSY);
		ck_assert_uint_eq(used, 0);
		free(exact);
	}
}
END_TEST

START_TEST(two_frames_come_out_one_by_one)
{
	uint8_t both[2 * sizeof(good)];
	struct frame_raw f;
	size_t used;

	memcpy(both, good, sizeof(good));
	memcpy(both + sizeof(good), good, sizeof(good));
	both[sizeof(good) + 1] = 0x35;
	ck_assert_int_eq(frame_take(both, sizeof(both), &f, &used), OK);
	ck_assert_uint_eq(f.id, 0x1234);
	ck_assert_int_eq(frame_take(both + used, sizeof(both) - used, &f, &used), OK);
	ck_assert_uint_eq(f.id, 0x1235);
}
END_TEST

START_TEST(every_length_is_judged_from_the_head_alone)
{
	uint8_t bytes[6];
	struct frame_raw f;
	size_t used;

	memcpy(bytes, good, sizeof(bytes));
	for (unsigned length = 0; length <= 0xFFFF; length++) {
		bytes[4] = (uint8_t)(length >> 8);
		bytes[5] = (uint8_t)length;
		ck_assert_int_eq(frame_take(bytes, sizeof(bytes), &f, &used),
		    length >= 3 && length <= 254 ? ERR_BUSY : ERR_BAD_LENGTH);
	}
}
END_TEST

START_TEST(other_protocols_are_refused_at_the_fourth_byte)
{
	uint8_t bytes[4];
	struct frame_raw f;
	size_t used;

	memcpy(bytes, good, sizeof(bytes));
	for (unsigned bit = 0; bit < 16; bit++) {
		bytes[2] = (uint8_t)(0x8000u >> bit >> 8);
		bytes[3] = (uint8_t)(0x8000u >> bit);
		ck_assert_int_eq(frame_take(bytes, sizeof(bytes), &f, &used), ERR_BAD_PROTOCOL);
	}
}
END_TEST

static const struct {
	size_t at;
	uint8_t value;
	enum err want;
} changes[] = {
	{ 6, 8, ERR_BAD_UNIT },
	{ 7, 4, ERR_BAD_FUNCTION },
	{ 7, 0x84, ERR_BAD_FUNCTION },
	{ 7, 0x83, ERR_BAD_LENGTH }, /* an exception of seven bytes */
	{ 8, 7, ERR_BAD_LENGTH },    /* counts more bytes than there are */
	{ 8, 4, ERR_BAD_LENGTH },
	{ 8, 0, ERR_BAD_LENGTH },
	{ 8, 255, ERR_BAD_LENGTH },
};

START_TEST(one_wrong_byte_is_named)
{
	uint8_t bytes[sizeof(good)];
	struct frame_answer a;

	memcpy(bytes, good, sizeof(good));
	bytes[changes[_i].at] = changes[_i].value;
	ck_assert_int_eq(judge(bytes, sizeof(bytes), &asked, &a), changes[_i].want);
}
END_TEST

START_TEST(another_count_than_asked_is_refused)
{
	static const uint8_t two[] = { 0x12, 0x34, 0, 0, 0, 7, 7, 3, 4, 0, 1, 0, 2 };
	static const uint8_t none[] = { 0x12, 0x34, 0, 0, 0, 3, 7, 3, 0 };
	struct frame_answer a;

	ck_assert_int_eq(judge(two, sizeof(two), &asked, &a), ERR_BAD_COUNT);
	ck_assert_uint_eq(a.len, 4);
	ck_assert_int_eq(judge(none, sizeof(none), &asked, &a), ERR_BAD_COUNT);
	ck_assert_uint_eq(a.len, 0);
}
END_TEST

/* What is sound in itself leaves the stream in order, of a read: nobody knows what a write came to whose answer counts wrongly. */
START_TEST(a_read_answered_with_another_count_is_answered_badly_and_no_broken_stream)
{
	static const uint8_t none[] = { 0 }, lies[] = { 4, 0, 1 }, written[] = { 0, 10, 0, 2 }, one[2] = { 0 };
	struct request r = { .kind = REQUEST_READ, .unit = 7, .table = TABLE_HOLDING, .address = 10, .count = 1 };
	struct reply reply = { .unit = 7, .function = FC_READ_HOLDING, .body = none, .len = 1 };
	struct answer a = { .err = OK };

	ck_assert_int_eq(drv_modbus.match(&reply, &r, &a), OK);
	ck_assert_int_eq(a.err, ERR_BAD_COUNT);
	ck_assert_uint_eq(a.len, 0);
	reply.body = lies; /* it counts four bytes, and two are there */
	reply.len = sizeof(lies);
	ck_assert_int_eq(drv_modbus.match(&reply, &r, &a), ERR_BAD_LENGTH);
	r.kind = REQUEST_WRITE_MANY;
	r.data = one;
	reply = (struct reply){ .unit = 7, .function = FC_WRITE_REGISTERS, .body = written, .len = sizeof(written) };
	ck_assert_int_eq(drv_modbus.match(&reply, &r, &a), ERR_BAD_COUNT);
}
END_TEST

START_TEST(bits_are_counted_in_bytes)
{
	static const uint8_t bits[] = { 0, 1, 0, 0, 0, 5, 7, 1, 2, 0xFF, 0x01 };
	struct frame_request r = { .unit = 7, .function = FC_READ_COILS, .count = 9 };
	struct frame_answer a;

	ck_assert_int_eq(judge(bits, sizeof(bits), &r, &a), OK);
	ck_assert_uint_eq(a.len, 2);
	r.count = 8;
	ck_assert_int_eq(judge(bits, sizeof(bits), &r, &a), ERR_BAD_COUNT);
	r.count = 17;
	ck_assert_int_eq(judge(bits, sizeof(bits), &r, &a), ERR_BAD_COUNT);
}
END_TEST

START_TEST(every_exception_has_its_reason)
{
	static const enum err want[] = { ERR_EXC_OTHER, ERR_EXC_FUNCTION, ERR_EXC_ADDRESS, ERR_EXC_VALUE,
		ERR_EXC_DEVICE, ERR_EXC_ACK, ERR_EXC_BUSY, ERR_EXC_NAK, ERR_EXC_PARITY, ERR_EXC_OTHER,
		ERR_EXC_GATEWAY_PATH, ERR_EXC_GATEWAY_TARGET };
	uint8_t bytes[] = { 0, 1, 0, 0, 0, 3, 7, 0x83, 0 };
	struct frame_answer a;

	for (unsigned code = 0; code < 256; code++) {
		bytes[8] = (uint8_t)code;
		ck_assert_int_eq(judge(bytes, sizeof(bytes), &asked, &a), OK);
		ck_assert_int_eq(a.err, code < 12 ? want[code] : ERR_EXC_OTHER);
		ck_assert_uint_eq(a.exception, code);
		ck_assert(a.data == NULL);
	}
}
END_TEST

START_TEST(random_bytes_never_read_past_the_end)
{
	uint32_t x = 12345;

	for (int round = 0; round < 200000; round++) {
		uint8_t *bytes;
		size_t len;
		struct frame_answer a;

		x = x * 1664525 + 1013904223;
		len = x >> 24;
		bytes = malloc(len + 1);
		for (size_t i = 0; i < len; i++) {
			x = x * 1664525 + 1013904223;
			/* near enough to a frame that most pass the head */
			bytes[i] = i == 2 || i == 3 || i == 4 ? 0
			    : i == 5 && len > 6               ? (uint8_t)(len - 6 - x % 2)
			                                      : (uint8_t)(x >> 24);
		}
		if (len > 7 && x % 2 == 0)
			memcpy(bytes + 6, "\x07\x03", 2);
		if (judge(bytes, len, &asked, &a) == OK && a.err == OK)
			ck_assert_uint_eq(a.len, 6);
		free(bytes);
	}
}
END_TEST

START_TEST(driver_speaks_for_every_table)
{
	static const uint8_t functions[] = { 1, 2, 3, 4 };
	const struct driver *d = driver_find(TRANSPORT_MODBUS_TCP);
	uint8_t out[DRIVER_REQUEST_MAX];

	ck_assert(d == &drv_modbus);
	for (uint8_t table = 0; table < TABLE_COUNT; table++) {
		struct request r = { .kind = REQUEST_READ, .table = table, .unit = 1, .address = 5, .count = 1 };

		ck_assert_uint_eq(d->request(&r, 1, out), 12);
		ck_assert_uint_eq(out[7], functions[table]);
		r.kind = REQUEST_WRITE;
		r.data = (const uint8_t *)"\0\1";
		ck_assert_uint_eq(d->request(&r, 1, out), table == TABLE_COIL || table == TABLE_HOLDING ? 12 : 0);
		r.kind = REQUEST_WRITE_MANY;
		ck_assert_int_eq(d->request(&r, 1, out) > 0, table == TABLE_COIL || table == TABLE_HOLDING);
	}
	for (size_t i = 0; driver_row(i) != NULL; i++)
		ck_assert(driver_row(i)->name[0] != '\0' && driver_row(i)->help[0] != '\0' &&
		    driver_row(i)->request != NULL && driver_row(i)->readable != NULL && driver_row(i)->match != NULL);
	ck_assert(driver_find(TRANSPORT_COUNT) == NULL);
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))
/* clang-format off */
T_MAIN("mbap",
    T(read_request_is_twelve_bytes)
    T_LOOP(write_requests_are_those_of_the_standard, 0, N(writes))
    T_LOOP(write_is_answered_by_its_echo_and_nothing_else, 0, N(writes))
    T_LOOP(requests_beyond_the_protocol_are_not_laid_out, 0, N(impossible))
    T(longest_requests_fit)
    T(good_reply_gives_its_registers)
    T(every_short_prefix_waits)
    T(two_frames_come_out_one_by_one)
    T(every_length_is_judged_from_the_head_alone)
    T(other_protocols_are_refused_at_the_fourth_byte)
    T_LOOP(one_wrong_byte_is_named, 0, N(changes))
    T(another_count_than_asked_is_refused)
    T(a_read_answered_with_another_count_is_answered_badly_and_no_broken_stream)
    T(bits_are_counted_in_bytes)
    T(every_exception_has_its_reason)
    T(random_bytes_never_read_past_the_end)
    T(driver_speaks_for_every_table))
/* clang-format on */
