/* SPDX-License-Identifier: Apache-2.0 */
/* t_decode.c - registers into numbers: every type in every order, against a table, libmodbus and a slow definition. */
#include "config.h"

#include <math.h>
#include <string.h>
#ifdef WITH_LIBMODBUS
#include <modbus/modbus.h>
#endif

#include "drivers/decode.h"
#include "tests/unit/t.h"

static struct cfg_item
holding(enum raw_type type, enum byte_order order)
{
	return (struct cfg_item){ .table = TABLE_HOLDING, .address = 100, .type = type, .order = order, .bit_hi = 63 };
}

static struct reading
decode(const struct cfg_item *it, const uint8_t *bytes)
{
	struct reading r = { .value = 12345 };

	decode_item(it, bytes, 100, &r);
	return r;
}

static const struct {
	enum raw_type type;
	enum byte_order order;
	uint8_t bytes[8];
	double want;
} values[] = {
	{ RAW_U16, ORDER_ABCD, { 0x12, 0x34 }, 0x1234 },
	{ RAW_U16, ORDER_CDAB, { 0x12, 0x34 }, 0x1234 },
	{ RAW_U16, ORDER_BADC, { 0x12, 0x34 }, 0x3412 },
	{ RAW_U16, ORDER_DCBA, { 0x12, 0x34 }, 0x3412 },
	{ RAW_U16, ORDER_ABCD, { 0xFF, 0xFF }, 65535 },
	{ RAW_I16, ORDER_ABCD, { 0xFF, 0xFE }, -2 },
	{ RAW_I16, ORDER_ABCD, { 0x80, 0x00 }, -32768 },
	{ RAW_U32, ORDER_ABCD, { 0x12, 0x34, 0x56, 0x78 }, 0x12345678 },
	{ RAW_U32, ORDER_CDAB, { 0x56, 0x78, 0x12, 0x34 }, 0x12345678 },
	{ RAW_U32, ORDER_BADC, { 0x34, 0x12, 0x78, 0x56 }, 0x12345678 },
	{ RAW_U32, ORDER_DCBA, { 0x78, 0x56, 0x34, 0x12 }, 0x12345678 },
	{ RAW_I32, ORDER_ABCD, { 0xFF, 0xFF, 0xFF, 0xFD }, -3 },
	{ RAW_I32, ORDER_CDAB, { 0x00, 0x00, 0x80, 0x00 }, -2147483648.0 },
	{ RAW_U32, ORDER_ABCD, { 0xFF, 0xFF, 0xFF, 0xFF }, 4294967295.0 },
	{ RAW_F32, ORDER_ABCD, { 0x42, 0xF6, 0xE6, 0x66 }, (double)123.45f },
	{ RAW_F32, ORDER_CDAB, { 0xE6, 0x66, 0x42, 0xF6 }, (double)123.45f },
	{ RAW_F32, ORDER_BADC, { 0xF6, 0x42, 0x66, 0xE6 }, (double)123.45f },
	{ RAW_F32, ORDER_DCBA, { 0x66, 0xE6, 0xF6, 0x42 }, (double)123.45f },
	{ RAW_F32, ORDER_ABCD, { 0xC0, 0x00, 0x00, 0x00 }, -2 },
	{ RAW_U64, ORDER_ABCD, { 0, 0, 0, 1, 0, 0, 0, 2 }, 4294967298.0 },
	{ RAW_U64, ORDER_CDAB, { 0, 2, 0, 0, 0, 1, 0, 0 }, 4294967298.0 },
	{ RAW_U64, ORDER_BADC, { 0, 0, 1, 0, 0, 0, 2, 0 }, 4294967298.0 },
	{ RAW_U64, ORDER_DCBA, { 2, 0, 0, 0, 1, 0, 0, 0 }, 4294967298.0 },
	{ RAW_I64, ORDER_ABCD, { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFB }, -5 },
	{ RAW_I64, ORDER_DCBA, { 0xFB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, -5 },
	{ RAW_F64, ORDER_ABCD, { 0x40, 0x5E, 0xDD, 0x2F, 0x1A, 0x9F, 0xBE, 0x77 }, 123.456 },
	{ RAW_F64, ORDER_CDAB, { 0xBE, 0x77, 0x1A, 0x9F, 0xDD, 0x2F, 0x40, 0x5E }, 123.456 },
	{ RAW_F64, ORDER_BADC, { 0x5E, 0x40, 0x2F, 0xDD, 0x9F, 0x1A, 0x77, 0xBE }, 123.456 },
	{ RAW_F64, ORDER_DCBA, { 0x77, 0xBE, 0x9F, 0x1A, 0x2F, 0xDD, 0x5E, 0x40 }, 123.456 },
};

START_TEST(every_type_in_every_order)
{
	struct cfg_item it = holding(values[_i].type, values[_i].order);
	struct reading r = decode(&it, values[_i].bytes);

	ck_assert_int_eq(r.cause, OK);
	ck_assert_msg(r.value == values[_i].want, "%.17g is not %.17g", r.value, values[_i].want);
	ck_assert_uint_eq(r.raw_len, raw_type_registers(values[_i].type) * 2);
	ck_assert_mem_eq(r.raw, values[_i].bytes, r.raw_len);
}
END_TEST

/* Orders by their definition: CDAB turns the registers about, BADC the bytes in each, DCBA both. */
START_TEST(orders_are_register_and_byte_swaps)
{
	for (unsigned registers = 1; registers <= 4; registers *= 2) {
		for (unsigned order = 0; order < ORDER_COUNT; order++) {
			uint8_t wire[8];
			uint64_t want = 0;

			for (unsigned i = 0; i < registers * 2; i++) {
				unsigned reg = i / 2, byte = i % 2;

				if (order == ORDER_CDAB || order == ORDER_DCBA)
					reg = registers - 1 - reg;
				if (order == ORDER_BADC || order == ORDER_DCBA)
					byte = 1 - byte;
				wire[reg * 2 + byte] = (uint8_t)(0xA0 + i);
				want = want << 8 | (0xA0 + i);
			}
			ck_assert_uint_eq(decode_bits(wire, registers, order), want);
		}
	}
}
END_TEST

#ifdef WITH_LIBMODBUS
START_TEST(floats_are_those_of_libmodbus)
{
	uint32_t x = 99;

	for (int i = 0; i < 100000; i++) {
		uint16_t regs[2];
		uint8_t wire[4];
		float theirs[4];

		x = x * 1664525 + 1013904223;
		regs[0] = (uint16_t)(x >> 16);
		x = x * 1664525 + 1013904223;
		regs[1] = (uint16_t)(x >> 16);
		for (int k = 0; k < 2; k++) {
			wire[2 * k] = (uint8_t)(regs[k] >> 8);
			wire[2 * k + 1] = (uint8_t)regs[k];
		}
		theirs[ORDER_ABCD] = modbus_get_float_abcd(regs);
		theirs[ORDER_CDAB] = modbus_get_float_cdab(regs);
		theirs[ORDER_BADC] = modbus_get_float_badc(regs);
		theirs[ORDER_DCBA] = modbus_get_float_dcba(regs);
		for (unsigned order = 0; order < ORDER_COUNT; order++) {
			struct cfg_item it = holding(RAW_F32, order);
			struct reading r = decode(&it, wire);

			if (isfinite(theirs[order]))
				ck_assert(r.cause == OK && r.value == (double)theirs[order]);
			else
				ck_assert_int_eq(r.cause, ERR_NOT_A_NUMBER);
		}
	}
}
END_TEST

START_TEST(integers_are_those_of_libmodbus)
{
	static const uint8_t wire[] = { 0x71, 0x23, 0x45, 0x67, 0x09, 0xAB, 0xCD, 0xEF };
	uint16_t regs[] = { 0x7123, 0x4567, 0x09AB, 0xCDEF };
	struct cfg_item i32 = holding(RAW_I32, ORDER_ABCD), i64 = holding(RAW_I64, ORDER_ABCD);

	ck_assert(decode(&i32, wire).value == (double)(int32_t)MODBUS_GET_INT32_FROM_INT16(regs, 0));
	ck_assert(decode(&i64, wire).value == (double)(int64_t)MODBUS_GET_INT64_FROM_INT16(regs, 0));
}
END_TEST
#define LIBMODBUS_TESTS T_LONG(floats_are_those_of_libmodbus) T(integers_are_those_of_libmodbus)
#else
#define LIBMODBUS_TESTS
#endif

/* D31 */
/* clang-format off */
static const struct {
	uint8_t bytes[4];
	enum err want;
} odd_floats[] = {
	{ { 0x7F, 0xC0, 0x00, 0x00 }, ERR_NOT_A_NUMBER }, /* NaN */
	{ { 0xFF, 0xC0, 0x00, 0x01 }, ERR_NOT_A_NUMBER },
	{ { 0x7F, 0x80, 0x00, 0x01 }, ERR_NOT_A_NUMBER }, /* signalling */
	{ { 0x7F, 0x80, 0x00, 0x00 }, ERR_NOT_A_NUMBER }, /* infinity */
	{ { 0xFF, 0x80, 0x00, 0x00 }, ERR_NOT_A_NUMBER }, /* minus infinity */
	{ { 0x80, 0x00, 0x00, 0x00 }, OK },               /* -0 */
	{ { 0x00, 0x00, 0x00, 0x01 }, OK },               /* denormal */
};
/* clang-format on */

START_TEST(what_is_no_number_is_no_value)
{
	struct cfg_item it = holding(RAW_F32, ORDER_ABCD);
	struct reading r = decode(&it, odd_floats[_i].bytes);

	ck_assert_int_eq(r.cause, odd_floats[_i].want);
	if (r.cause == OK)
		ck_assert(isfinite(r.value) && !signbit(r.value));
	else
		ck_assert(r.value == 12345); /* the last good one stays */
}
END_TEST

/* D32 */
/* clang-format off */
static const struct {
	enum raw_type type;
	uint8_t bytes[8];
	double invalid;
	bool is_invalid;
} sentinels[] = {
	{ RAW_I16, { 0x80, 0x00 }, -32768, true },
	{ RAW_I16, { 0x80, 0x00 }, 32768, true }, /* 0x8000 as people write it */
	{ RAW_I16, { 0x80, 0x01 }, -32768, false },
	{ RAW_U16, { 0xFF, 0xFF }, 65535, true },
	{ RAW_U16, { 0xFF, 0xFF }, -1, false },
	{ RAW_I16, { 0xFF, 0xFF }, 65535, true },
	{ RAW_U32, { 0xFF, 0xFF, 0xFF, 0xFF }, 4294967295.0, true },
	{ RAW_I32, { 0x7F, 0xFF, 0xFF, 0xFF }, 2147483647.0, true },
	{ RAW_I32, { 0x80, 0x00, 0x00, 0x00 }, 2147483648.0, true },
	{ RAW_U64, { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, 18446744073709551616.0, true },
	{ RAW_I64, { 0x80 }, -9223372036854775808.0, true },
	{ RAW_F32, { 0xC6, 0x1C, 0x3C, 0x00 }, -9999, true },
	{ RAW_F32, { 0x00, 0x00, 0x00, 0x07 }, 7, false }, /* the bits of a float are no integer */
};
/* clang-format on */

START_TEST(sentinels_mean_not_implemented)
{
	struct cfg_item it = holding(sentinels[_i].type, ORDER_ABCD);
	double list[] = { 11111, sentinels[_i].invalid };

	it.invalid = list;
	it.invalid_count = 2;
	ck_assert_int_eq(decode(&it, sentinels[_i].bytes).cause, sentinels[_i].is_invalid ? ERR_NOT_IMPLEMENTED : OK);
}
END_TEST

START_TEST(bit_fields_are_cut_out)
{
	static const uint8_t bytes[] = { 0xA5, 0x3C, 0xFF, 0x00 };
	struct cfg_item it = holding(RAW_U16, ORDER_ABCD);

	for (unsigned lo = 0; lo < 16; lo++) {
		for (unsigned hi = lo; hi < 16; hi++) {
			it.bit_lo = (uint8_t)lo;
			it.bit_hi = (uint8_t)hi;
			ck_assert(decode(&it, bytes).value == (double)(0xA53C >> lo & ((1 << (hi - lo + 1)) - 1)));
		}
	}
	it = holding(RAW_I32, ORDER_ABCD); /* a part is counted from 0, whatever the type */
	it.bit_lo = 24;
	it.bit_hi = 31;
	ck_assert(decode(&it, bytes).value == 0xA5);
	it = holding(RAW_BIT, ORDER_ABCD);
	it.bit_lo = it.bit_hi = 2;
	ck_assert(decode(&it, bytes).value == 1);
	it.bit_lo = it.bit_hi = 6;
	ck_assert(decode(&it, bytes).value == 0);
	it = holding(RAW_U64, ORDER_ABCD);
	it.bit_hi = 63;
	ck_assert(decode(&it, (const uint8_t *)"\x80\0\0\0\0\0\0\0").value == 9223372036854775808.0);
}
END_TEST

START_TEST(coils_are_single_bits)
{
	static const uint8_t bits[] = { 0x05, 0x80, 0x01 };
	struct cfg_item it = { .table = TABLE_DISCRETE, .type = RAW_BIT, .bit_hi = 63 };
	static const unsigned set[] = { 0, 2, 15, 16 };

	for (unsigned i = 0; i < 24; i++) {
		bool want = false;
		struct reading r;

		for (unsigned k = 0; k < 4; k++)
			want = want || set[k] == i;
		it.address = (uint16_t)(100 + i);
		r = decode(&it, bits);
		ck_assert(r.value == (want ? 1 : 0));
		ck_assert_uint_eq(r.raw_len, 1);
		ck_assert_uint_eq(r.raw[0], want);
	}
}
END_TEST

static const struct {
	int16_t sf;
	double want;
	enum err cause;
} factors[] = {
	{ 0, 1234, OK }, { -1, 123.4, OK }, { -2, 12.34, OK }, { 3, 1234000, OK }, { 10, 12340000000000.0, OK },
	{ -10, 1234e-10, OK }, { 11, 0, ERR_SCALE_FACTOR }, { -11, 0, ERR_SCALE_FACTOR },
	{ INT16_MIN, 0, ERR_SCALE_FACTOR }, /* SunSpec: not implemented */
};

START_TEST(scale_factor_is_read_with_its_value)
{
	uint8_t bytes[] = { 0x04, 0xD2, 0, 0, (uint8_t)((uint16_t)factors[_i].sf >> 8), (uint8_t)factors[_i].sf };
	struct cfg_item it = holding(RAW_U16, ORDER_ABCD);
	struct reading r;

	it.has_sf = true;
	it.sf_address = 102;
	r = decode(&it, bytes);
	ck_assert_int_eq(r.cause, factors[_i].cause);
	if (r.cause == OK)
		ck_assert_msg(r.value == factors[_i].want, "%.17g is not %.17g", r.value, factors[_i].want);
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))
/* clang-format off */
T_MAIN("decode",
    T_LOOP(every_type_in_every_order, 0, N(values))
    T(orders_are_register_and_byte_swaps)
    LIBMODBUS_TESTS
    T_LOOP(what_is_no_number_is_no_value, 0, N(odd_floats))
    T_LOOP(sentinels_mean_not_implemented, 0, N(sentinels))
    T(bit_fields_are_cut_out)
    T(coils_are_single_bits)
    T_LOOP(scale_factor_is_read_with_its_value, 0, N(factors)))
/* clang-format on */
