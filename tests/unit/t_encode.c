/* SPDX-License-Identifier: Apache-2.0 */
/* t_encode.c - outputs: numbers into registers and back, and what of a configuration is refused. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/encode.h"
#include "tests/unit/t.h"

/* ---- encoding */

static struct cfg_output
holding(unsigned type, unsigned order, unsigned lo, unsigned hi)
{
	return (struct cfg_output){ .table = TABLE_HOLDING,
		.address = 100,
		.type = (uint8_t)type,
		.order = (uint8_t)order,
		.bit_lo = (uint8_t)lo,
		.bit_hi = (uint8_t)hi,
		.open_address = UINT32_MAX,
		.timer_address = UINT32_MAX };
}

static enum err
encode(const struct cfg_output *o, double raw, uint8_t registers[DECODE_RAW_MAX])
{
	char why[256] = "";
	enum err e = encode_output(o, raw, 0, registers, why, sizeof(why));

	ck_assert_msg((e == OK) == (why[0] == '\0'), "%.17g: %s", raw, why);
	ck_assert(e == OK || e == ERR_RANGE);
	return e;
}

static double
decode(const struct cfg_output *o, const uint8_t *registers)
{
	struct cfg_item it = { .table = o->table, .address = o->address, .type = o->type, .order = o->order };
	struct reading r = { 0 };

	it.bit_lo = o->bit_lo;
	it.bit_hi = o->bit_hi;
	decode_item(&it, registers, o->address, &r);
	ck_assert_int_eq(r.cause, OK);
	return r.value;
}

static uint64_t
random_bits(void)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static const struct {
	enum raw_type type;
	double lo, hi; /* that fit */
} types[] = {
	{ RAW_U16, 0, 65535 }, { RAW_I16, -32768, 32767 }, { RAW_U32, 0, 4294967295.0 },
	{ RAW_I32, -2147483648.0, 2147483647.0 },
	{ RAW_U64, 0, 18446744073709549568.0 },                     /* the last double below 2^64 */
	{ RAW_I64, -9223372036854775808.0, 9223372036854774784.0 }, /* and below 2^63 */
};

START_TEST(what_is_encoded_is_read_again_in_all_types_and_orders)
{
	double lo = types[_i].lo, hi = types[_i].hi;

	for (unsigned order = 0; order < ORDER_COUNT; order++) {
		struct cfg_output o = holding(types[_i].type, order, 0, 63);

		for (int i = 0; i < t_rounds(5000); i++) {
			double raw = i == 0 ? lo
			    : i == 1        ? hi
			                    : lo + (hi - lo) * ((double)(random_bits() >> 11) / 0x1p53);
			uint8_t registers[DECODE_RAW_MAX] = { 0 };

			ck_assert_int_eq(encode(&o, raw, registers), OK);
			ck_assert_msg(
			    fabs(decode(&o, registers) - raw) <= 0.5, "%.20g became %.20g", raw, decode(&o, registers));
		}
	}
}
END_TEST

START_TEST(whole_numbers_are_rounded_to_the_nearest_and_never_beyond_the_end)
{
	struct cfg_output o = holding(types[_i].type, ORDER_ABCD, 0, 63);
	double lo = types[_i].lo, hi = types[_i].hi;
	uint8_t before[DECODE_RAW_MAX], registers[DECODE_RAW_MAX];

	memset(before, 0x5A, sizeof(before));
	memcpy(registers, before, sizeof(before));
	ck_assert_int_eq(
	    encode(
	        &o, nextafter(hi, (double)INFINITY) >= hi + 1 ? nextafter(hi, (double)INFINITY) : hi + 0.5, registers),
	    ERR_RANGE);
	ck_assert_int_eq(
	    encode(&o, fabs(lo) > 1e15 ? nextafter(lo, -(double)INFINITY) : lo - 0.5, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&o, 1e300, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&o, -1e300, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&o, (double)NAN, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&o, (double)INFINITY, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&o, -(double)INFINITY, registers), ERR_RANGE);
	ck_assert_mem_eq(registers, before, sizeof(before)); /* what is refused leaves no trace */
	ck_assert_int_eq(encode(&o, 7.49, registers), OK);
	ck_assert(decode(&o, registers) == 7);
	ck_assert_int_eq(encode(&o, 7.5, registers), OK);
	ck_assert(decode(&o, registers) == 8);
	ck_assert_int_eq(encode(&o, -0.4, registers), OK);
	ck_assert(decode(&o, registers) == 0);
	if (fabs(hi) < 1e15) {
		ck_assert_int_eq(encode(&o, hi + 0.4, registers), OK);
		ck_assert(decode(&o, registers) == hi);
	}
}
END_TEST

START_TEST(floats_are_themselves_or_the_nearest)
{
	for (unsigned order = 0; order < ORDER_COUNT; order++) {
		struct cfg_output f32 = holding(RAW_F32, order, 0, 63), f64 = holding(RAW_F64, order, 0, 63);

		for (int i = 0; i < t_rounds(5000); i++) {
			double raw = ldexp((double)(int64_t)random_bits() / 0x1p63, (int)(random_bits() % 200) - 100);
			uint8_t registers[DECODE_RAW_MAX] = { 0 };

			ck_assert_int_eq(encode(&f64, raw, registers), OK);
			ck_assert(decode(&f64, registers) == raw);
			ck_assert_int_eq(encode(&f32, raw, registers), OK);
			ck_assert(decode(&f32, registers) == (double)(float)raw);
		}
	}
}
END_TEST

START_TEST(floats_that_do_not_fit_are_refused)
{
	struct cfg_output f32 = holding(RAW_F32, 0, 0, 63), f64 = holding(RAW_F64, 0, 0, 63);
	uint8_t registers[DECODE_RAW_MAX] = { 0 };

	ck_assert_int_eq(encode(&f32, 3.4028234e38, registers), OK);
	ck_assert_int_eq(encode(&f32, 3.4028236e38, registers), ERR_RANGE); /* it would be rounded to infinity */
	ck_assert_int_eq(encode(&f32, -1e39, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&f32, (double)NAN, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&f64, (double)NAN, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&f64, -(double)INFINITY, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&f64, 1e300, registers), OK);
	ck_assert_int_eq(encode(&f32, -0.0, registers), OK);
	ck_assert(registers[0] == 0); /* no -0 */
}
END_TEST

START_TEST(a_part_leaves_all_other_bits_as_they_were)
{
	for (int i = 0; i < t_rounds(20000); i++) {
		static const enum raw_type whole[] = { RAW_U16, RAW_I16, RAW_U32, RAW_U64 };
		enum raw_type type = whole[random_bits() % 4];
		unsigned bits = raw_type_registers(type) * 16, lo = (unsigned)(random_bits() % bits);
		unsigned hi = lo + (unsigned)(random_bits() % (bits - lo));
		struct cfg_output o = holding(type, random_bits() % ORDER_COUNT, lo, hi);
		uint64_t value = random_bits() >> (64 - (hi - lo + 1)), before = random_bits();
		uint64_t mask = (hi - lo == 63 ? UINT64_MAX : (UINT64_C(1) << (hi - lo + 1)) - 1) << lo, after;
		uint8_t registers[DECODE_RAW_MAX];

		value &= ~UINT64_C(0x7FF) | -(uint64_t)(hi - lo < 52); /* a double holds it */
		memcpy(registers, &before, sizeof(registers));
		before = decode_bits(registers, bits / 16, o.order);
		ck_assert_int_eq(encode(&o, (double)value, registers), OK);
		after = decode_bits(registers, bits / 16, o.order);
		ck_assert_uint_eq(after & mask, value << lo);
		ck_assert_uint_eq(after & ~mask, before & ~mask);
		ck_assert(decode(&o, registers) == (double)value);
		ck_assert(encode_is_part(&o) == (hi - lo + 1 < bits));
		ck_assert_int_eq(encode(&o, ldexp(1, (int)(hi - lo + 1)), registers), ERR_RANGE);
		ck_assert_int_eq(encode(&o, -1, registers), ERR_RANGE);
	}
}
END_TEST

START_TEST(one_bit_is_on_or_off_and_nothing_between)
{
	struct cfg_output coil = { .table = TABLE_COIL, .type = RAW_BIT, .bit_hi = 63 },
	                  bit = holding(RAW_U16, 0, 3, 3);
	uint8_t registers[DECODE_RAW_MAX] = { 0 };

	ck_assert_int_eq(encode(&coil, 1, registers), OK);
	ck_assert_uint_eq(registers[0], 1);
	ck_assert_int_eq(encode(&coil, 0, registers), OK);
	ck_assert_uint_eq(registers[0], 0);
	ck_assert_int_eq(encode(&coil, 0.4, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&coil, 2, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&coil, -1, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&bit, 0.9, registers), ERR_RANGE);
	ck_assert_int_eq(encode(&bit, 1, registers), OK);
	ck_assert_uint_eq(registers[1], 8);
}
END_TEST

START_TEST(a_scale_factor_is_undone)
{
	struct cfg_output o = holding(RAW_I16, 0, 0, 63);
	uint8_t registers[DECODE_RAW_MAX] = { 0 };
	static const uint8_t minus_two[] = { 0xFF, 0xFE }, eleven[] = { 0, 11 }, none[] = { 0x80, 0 };
	char why[256];
	int factor;

	ck_assert(encode_factor(minus_two, &factor) && factor == -2);
	ck_assert(!encode_factor(eleven, &factor));
	ck_assert(!encode_factor(none, &factor)); /* SunSpec's "not implemented" */
	ck_assert_int_eq(encode_output(&o, 12.34, -2, registers, why, sizeof(why)), OK);
	ck_assert(decode(&o, registers) == 1234);
	ck_assert_int_eq(encode_output(&o, 123000, 3, registers, why, sizeof(why)), OK);
	ck_assert(decode(&o, registers) == 123);
	ck_assert_int_eq(encode_output(&o, 400, -2, registers, why, sizeof(why)), ERR_RANGE);
}
END_TEST

static struct setup *
made_setup(void)
{
	struct msg_field_link l = { .host = "127.0.0.1", .port = 502 };
	struct msg_field_device d = { .unit = 1,
		.outstanding = 1,
		.enabled = 1,
		.max_registers = 125,
		.max_bits = 2000,
		.connect_timeout_us = 1000000,
		.timeout_us = 500000,
		.retry_min_us = 1000000,
		.retry_max_us = 4000000,
		.name = "ESS1" };
	struct setup *c = setup_new(1);

	ck_assert_int_eq(setup_link(c, &l), OK);
	ck_assert_int_eq(setup_device(c, &d), OK);
	return c;
}

/* ---- what the setup refuses */

static const struct {
	const char *what;
	struct msg_field_output m;
} hostile[] = {
	{ "a table that cannot be written", { .table = TABLE_INPUT, .type = RAW_U16, .bit_hi = 63 } },
	{ "no such table", { .table = 9, .type = RAW_U16, .bit_hi = 63 } },
	{ "no such type", { .table = TABLE_HOLDING, .type = RAW_COUNT, .bit_hi = 63 } },
	{ "no such order", { .table = TABLE_HOLDING, .type = RAW_U16, .order = ORDER_COUNT, .bit_hi = 63 } },
	{ "a coil of 16 bits", { .table = TABLE_COIL, .type = RAW_U16, .bit_hi = 63 } },
	{ "a register of one", { .table = TABLE_HOLDING, .type = RAW_BIT, .bit_hi = 63 } },
	{ "beyond the end", { .table = TABLE_HOLDING, .type = RAW_U32, .address = 65535, .bit_hi = 63 } },
	{ "bits beyond the type", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_lo = 8, .bit_hi = 16 } },
	{ "bits the wrong way round", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_lo = 5, .bit_hi = 4 } },
	{ "bits of a float", { .table = TABLE_HOLDING, .type = RAW_F32, .bit_lo = 0, .bit_hi = 3 } },
	{ "bits of a coil", { .table = TABLE_COIL, .type = RAW_BIT, .bit_lo = 1, .bit_hi = 1 } },
	{ "bit 200", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_lo = 0, .bit_hi = 200 } },
	{ "a second register", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_hi = 63, .open_address = 5 } },
	{ "a second coil that is the first",
	    { .table = TABLE_COIL, .type = RAW_BIT, .address = 5, .bit_hi = 63, .open_address = 5 } },
	{ "a second coil that is none", { .table = TABLE_COIL, .type = RAW_BIT, .bit_hi = 63, .open_address = 65536 } },
	{ "a pulse of a register", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_hi = 63, .pulse_us = 5 } },
	{ "a pulse of an hour", { .table = TABLE_COIL, .type = RAW_BIT, .bit_hi = 63, .pulse_us = 3600000000u } },
	{ "a timer that is none", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_hi = 63, .timer_address = 65536 } },
	{ "a factor of a coil", { .table = TABLE_COIL, .type = RAW_BIT, .bit_hi = 63, .has_sf = 1, .sf_address = 5 } },
	{ "a factor within", { .table = TABLE_HOLDING, .type = RAW_U32, .bit_hi = 63, .has_sf = 1, .sf_address = 1 } },
	{ "no such device", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_hi = 63, .device = 1 } },
	{ "no such point", { .table = TABLE_HOLDING, .type = RAW_U16, .bit_hi = 63, .point = POINT_MAX } },
};

START_TEST(hostile_outputs_are_refused)
{
	struct msg_field_output m = hostile[_i].m;
	struct setup *c = made_setup();

	if (m.open_address == 0)
		m.open_address = UINT32_MAX;
	if (m.timer_address == 0)
		m.timer_address = UINT32_MAX;
	ck_assert_msg(setup_output(c, &m) == ERR_CONFIG, "%s", hostile[_i].what);
	ck_assert_uint_gt(strlen(c->why), 10);
	ck_assert_uint_eq(c->output_count, 0);
	setup_free(c);
}
END_TEST

START_TEST(outputs_are_counted_stand_once_and_are_read_back_by_their_own_device)
{
	struct msg_field_output m = { .table = TABLE_COIL,
		.type = RAW_BIT,
		.bit_hi = 63,
		.open_address = UINT32_MAX,
		.timer_address = UINT32_MAX };
	struct msg_field_start start = { 1, 1, 0, 1 };
	struct setup *c = made_setup();

	ck_assert_int_eq(setup_output(c, &m), OK);
	ck_assert_int_eq(setup_output(c, &m), ERR_CONFIG);
	ck_assert_int_eq(setup_finish(c, &start), OK);
	ck_assert_uint_eq(setup_find_output(c, 0), 0);
	ck_assert_uint_eq(setup_find_output(c, 1), UINT32_MAX);
	start.outputs = 2;
	ck_assert_int_eq(setup_finish(c, &start), ERR_CONFIG);
	setup_free(c);
	c = made_setup();
	m.is_echoed = 1;
	ck_assert_int_eq(setup_output(c, &m), OK);
	start.outputs = 1;
	ck_assert_int_eq(setup_finish(c, &start), ERR_CONFIG); /* and there is no such item */
	ck_assert(strstr(c->why, "read back") != NULL);
	setup_free(c);
}
END_TEST

/* clang-format off */
T_MAIN("encode",
    T_LOOP(what_is_encoded_is_read_again_in_all_types_and_orders, 0, 2)
    T_LONG_LOOP(what_is_encoded_is_read_again_in_all_types_and_orders, 2, (int)ARRAY_LEN(types))
    T_LOOP(whole_numbers_are_rounded_to_the_nearest_and_never_beyond_the_end, 0, 2)
    T_LONG_LOOP(whole_numbers_are_rounded_to_the_nearest_and_never_beyond_the_end, 2, (int)ARRAY_LEN(types))
    T(floats_are_themselves_or_the_nearest)
    T(floats_that_do_not_fit_are_refused)
    T(a_part_leaves_all_other_bits_as_they_were)
    T(one_bit_is_on_or_off_and_nothing_between)
    T(a_scale_factor_is_undone)
    T_LOOP(hostile_outputs_are_refused, 0, (int)ARRAY_LEN(hostile))
    T(outputs_are_counted_stand_once_and_are_read_back_by_their_own_device))
/* clang-format on */
