/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.c - registers into numbers. The order is: bytes, type, not-implemented, bits, finite, scale factor.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "drivers/decode.h"

#define SF_LIMIT 10 /* powers of ten that SunSpec allows */

/*
 * Where the i-th most significant byte stands, by order, for n bytes:
 *   ABCD  as it comes                  CDAB  registers from the last, bytes as they come
 *   BADC  bytes of each register swapped  DCBA  all from the last
 */
unsigned
decode_place(unsigned i, unsigned n, enum byte_order order)
{
	switch (order) {
	case ORDER_CDAB: return (n - 2 - (i & ~1u)) + (i & 1u);
	case ORDER_BADC: return i ^ 1u;
	case ORDER_DCBA: return n - 1 - i;
	default: return i;
	}
}

uint64_t
decode_bits(const uint8_t *registers, unsigned count, enum byte_order order)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < count * 2; i++)
		v = v << 8 | registers[decode_place(i, count * 2, order)];
	return v;
}

/* Two's complement of the low bits of v. */
static int64_t
sign_extend(uint64_t v, unsigned bits)
{
	uint64_t sign = UINT64_C(1) << (bits - 1);

	return (int64_t)((v ^ sign) - sign);
}

static double
float_of(uint64_t v, bool is_double)
{
	uint32_t narrow = (uint32_t)v;
	float f;
	double d;

	if (is_double) {
		memcpy(&d, &v, sizeof(d));
		return d;
	}
	memcpy(&f, &narrow, sizeof(f));
	return (double)f;
}

static bool
is_float(enum raw_type t)
{
	return t == RAW_F32 || t == RAW_F64;
}

static bool
is_signed(enum raw_type t)
{
	return t == RAW_I16 || t == RAW_I32 || t == RAW_I64;
}

/* The number that the raw bits are by their type alone. */
static double
number_of(enum raw_type type, uint64_t v)
{
	if (is_float(type))
		return float_of(v, type == RAW_F64);
	if (is_signed(type))
		return (double)sign_extend(v, raw_type_registers(type) * 16);
	return (double)v;
}

/* 0x8000 may be written as 32768 or as -32768: both are meant. */
static bool
is_invalid(const struct cfg_item *it, uint64_t v)
{
	double as_type = number_of(it->type, v);

	for (uint16_t i = 0; i < it->invalid_count; i++) {
		double bad = it->invalid[i];

		if (bad == as_type || (isnan(bad) && isnan(as_type)))
			return true;
		if (!is_float(it->type) && bad == (double)v)
			return true;
	}
	return false;
}

static bool
has_part(const struct cfg_item *it)
{
	return it->bit_lo > 0 || it->bit_hi < 63;
}

static uint64_t
part_of(uint64_t v, unsigned lo, unsigned hi)
{
	unsigned width = hi - lo + 1;

	v >>= lo;
	return width >= 64 ? v : v & ((UINT64_C(1) << width) - 1);
}

/* False: the scale factor is not there or makes no sense. */
static bool
apply_scale_factor(const struct cfg_item *it, const uint8_t *data, uint16_t first, double *value)
{
	static const double powers[SF_LIMIT + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10 };
	const uint8_t *p = data + (size_t)(it->sf_address - first) * 2;
	int64_t sf = sign_extend((uint64_t)(p[0] << 8 | p[1]), 16);

	if (sf < -SF_LIMIT || sf > SF_LIMIT)
		return false;
	/* divided, not multiplied by a fraction: 1234 at -1 is 123.4 to the last bit */
	*value = sf < 0 ? *value / powers[-sf] : *value * powers[sf];
	return true;
}

static enum err
value_of(const struct cfg_item *it, uint64_t v, const uint8_t *data, uint16_t first, double *out)
{
	double value;

	if (is_invalid(it, v))
		return ERR_NOT_IMPLEMENTED;
	if (it->type == RAW_BIT)
		value = (double)(it->table == TABLE_COIL || it->table == TABLE_DISCRETE ? v : v >> it->bit_lo & 1);
	else if (has_part(it) && !is_float(it->type))
		value = (double)part_of(v, it->bit_lo, it->bit_hi);
	else
		value = number_of(it->type, v);
	if (!isfinite(value))
		return ERR_NOT_A_NUMBER;
	if (it->has_sf && !apply_scale_factor(it, data, first, &value))
		return ERR_SCALE_FACTOR;
	*out = value == 0 ? 0.0 : value; /* -0 would differ from 0 in archives that compare bits */
	return OK;
}

void
decode_item(const struct cfg_item *it, const uint8_t *data, uint16_t first, struct reading *out)
{
	unsigned registers = raw_type_registers(it->type);
	unsigned at = (unsigned)it->address - first;
	uint64_t v;

	assert(it->address >= first);
	if (it->table == TABLE_COIL || it->table == TABLE_DISCRETE) {
		v = data[at / 8] >> (at % 8) & 1;
		out->raw[0] = (uint8_t)v;
		out->raw_len = 1;
	} else {
		out->raw_len = (uint8_t)(registers * 2);
		memcpy(out->raw, data + (size_t)at * 2, out->raw_len);
		v = decode_bits(out->raw, registers, it->order);
	}
	out->cause = (uint16_t)value_of(it, v, data, first, &out->value);
}
