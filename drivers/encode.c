/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - numbers into registers. The order is: scale factor, finite, range, type, bits, bytes.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/encode.h"
#include "scada/base/str.h"

#define FACTOR_MAX 10 /* powers of ten that SunSpec allows */

static bool
is_float(enum raw_type t)
{
	return t == RAW_F32 || t == RAW_F64;
}

static unsigned
width_of(const struct cfg_output *o)
{
	unsigned all = raw_type_registers(o->type) * 16;

	return o->bit_hi < all ? (unsigned)o->bit_hi - o->bit_lo + 1 : all - o->bit_lo;
}

bool
encode_is_part(const struct cfg_output *o)
{
	return o->table == TABLE_HOLDING && width_of(o) < raw_type_registers(o->type) * 16;
}

/* Bits are unsigned, also in a signed type: so they are read. */
static bool
is_signed(const struct cfg_output *o)
{
	return (o->type == RAW_I16 || o->type == RAW_I32 || o->type == RAW_I64) && o->bit_lo == 0 && o->bit_hi == 63;
}

/* The whole number nearest to raw. */
static enum err
integer_of(const struct cfg_output *o, double raw, uint64_t *out, char *why, size_t size)
{
	unsigned width = width_of(o);
	double n = round(raw), low = is_signed(o) ? -ldexp(1, (int)width - 1) : 0,
	       high = ldexp(1, (int)width - (is_signed(o) ? 1 : 0)); /* the first beyond; both are exact */

	if (n < low || n >= high) {
		str_printf(why, size, "%.10g does not fit into %u %s: %.20g to %.20g", raw, width,
		    is_signed(o)     ? "bits with a sign"
		        : width == 1 ? "bit"
		                     : "bits",
		    low, width > 53 ? nextafter(high, 0) : high - 1);
		return ERR_RANGE;
	}
	*out = n < 0 ? (uint64_t)(int64_t)n : (uint64_t)n;
	return OK;
}

static enum err
float_of(const struct cfg_output *o, double raw, uint64_t *out, char *why, size_t size)
{
	double wide = raw == 0 ? 0.0 : raw; /* no -0 */
	uint32_t bits;
	float f;

	if (o->type == RAW_F64) {
		memcpy(out, &wide, sizeof(*out));
		return OK;
	}
	f = fabs(wide) < ldexp(1, 128) ? (float)wide : (float)INFINITY;
	if (!isfinite(f)) {
		str_printf(why, size, "%.10g does not fit into a float of 32 bits", raw);
		return ERR_RANGE;
	}
	memcpy(&bits, &f, sizeof(bits));
	*out = bits;
	return OK;
}

static void
put_bits(uint8_t *registers, unsigned count, enum byte_order order, uint64_t v)
{
	for (unsigned i = 0; i < count * 2; i++)
		registers[decode_place(i, count * 2, order)] = (uint8_t)(v >> (8 * (count * 2 - 1 - i)));
}

/* A coil and a single bit are on or off: anything between is a mistake and not to be rounded. */
static enum err
check_bit(double raw, char *why, size_t size)
{
	if (raw == 0 || raw == 1)
		return OK;
	str_printf(why, size, "%.10g is no state of one bit: 0 or 1", raw);
	return ERR_RANGE;
}

enum err
encode_output(
    const struct cfg_output *o, double raw, int factor, uint8_t registers[DECODE_RAW_MAX], char *why, size_t size)
{
	static const double powers[FACTOR_MAX + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10 };
	unsigned count = raw_type_registers(o->type);
	uint64_t v = 0;
	enum err e;

	raw = factor < 0 ? raw * powers[-factor] : raw / powers[factor];
	if (!isfinite(raw)) {
		str_copy(why, size, "what is no finite number cannot be written");
		return ERR_RANGE;
	}
	if (o->table == TABLE_COIL || width_of(o) == 1) {
		e = check_bit(raw, why, size);
		v = raw == 1;
	} else {
		e = is_float(o->type) ? float_of(o, raw, &v, why, size) : integer_of(o, raw, &v, why, size);
	}
	if (e != OK)
		return e;
	if (o->table == TABLE_COIL) {
		registers[0] = (uint8_t)v;
		return OK;
	}
	if (encode_is_part(o)) {
		uint64_t mask = ((UINT64_C(1) << width_of(o)) - 1) << o->bit_lo;

		v = (decode_bits(registers, count, o->order) & ~mask) | (v << o->bit_lo & mask);
	}
	put_bits(registers, count, o->order, v);
	return OK;
}

bool
encode_factor(const uint8_t *registers, int *factor)
{
	*factor = (int16_t)(uint16_t)(registers[0] << 8 | registers[1]);
	return *factor >= -FACTOR_MAX && *factor <= FACTOR_MAX;
}
