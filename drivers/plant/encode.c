/* SPDX-License-Identifier: Apache-2.0 */
/* encode.c - value to registers and back, by the plant's own code: an error in the driver's decoder must not find its twin here. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "drivers/plant/image.h"

#define KEY_BYTE_ORDER 3 /* row of register_schema */

int
image_order(const struct site_register *r, const struct site_profile *p)
{
	return node_has(&r->node, KEY_BYTE_ORDER) ? r->byte_order : p->byte_order;
}

static double
nearest_x(const struct key_pairs *c, double y)
{
	/* The curve read backwards; curves rise or fall, so the first segment that holds y is the one. */
	for (uint32_t i = 1; i < c->n; i++) {
		double y0 = c->v[i - 1].y, y1 = c->v[i].y;
		if ((y >= fmin(y0, y1) && y <= fmax(y0, y1)) || i + 1 == c->n)
			return y1 == y0 ? c->v[i].x
			                : c->v[i - 1].x + (c->v[i].x - c->v[i - 1].x) * (y - y0) / (y1 - y0);
	}
	return y;
}

static double
to_raw(const struct site_point_def *d, const struct site_register *r, int factor, double v)
{
	if (d->counter != NULL && d->counter->modulus > 0)
		v = fmod(v, d->counter->modulus);
	if (d->square_root)
		v = v * v;
	if (d->curve.n > 1)
		v = nearest_x(&d->curve, v);
	bool digital = d->kind == KIND_DIGITAL || d->kind == KIND_COMMAND;
	if (r->invert)
		v = digital ? !(v > 0.5) : -v;
	double scale = r->scale != 0 && isfinite(r->scale) ? r->scale : 1, offset = isfinite(r->offset) ? r->offset : 0;
	return (v - offset) / (scale * pow(10, factor));
}

static unsigned
field(const struct site_register *r, unsigned *lo)
{
	static const unsigned width[RAW_COUNT] = { 1, 16, 16, 32, 32, 64, 64, 32, 64 };
	unsigned all = width[r->type];
	*lo = 0;
	if (r->bit >= 0 && r->bit < (int64_t)all) {
		*lo = (unsigned)r->bit;
		return 1;
	}
	if (isfinite(r->bits.lo) && isfinite(r->bits.hi) && r->bits.hi < all && r->bits.hi >= r->bits.lo &&
	    r->bits.lo >= 0) {
		*lo = (unsigned)r->bits.lo;
		return (unsigned)(r->bits.hi - r->bits.lo) + 1;
	}
	return all;
}

static uint64_t
mask_of(unsigned bits)
{
	return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* Whole numbers that do not fit stop at the end of the type: a register never wraps by overflow, only a counter does. */
static uint64_t
to_integer(const struct site_point_def *d, const struct site_register *r, double raw, unsigned bits)
{
	bool is_signed = r->type == RAW_I16 || r->type == RAW_I32 || r->type == RAW_I64;
	if (isnan(raw))
		return 0;
	raw = d->kind == KIND_COUNTER ? floor(raw + 1e-6) : round(raw);
	if (d->kind == KIND_COUNTER && !is_signed)
		raw = fmod(raw, ldexp(1, (int)bits));
	if (is_signed) {
		double top = ldexp(1, (int)bits - 1);
		int64_t n = raw >= top ? (int64_t)mask_of(bits - 1)
		    : raw < -top       ? -(int64_t)mask_of(bits - 1) - 1
		                       : (int64_t)raw;
		return (uint64_t)n & mask_of(bits);
	}
	return raw <= 0 ? 0 : raw >= ldexp(1, (int)bits) ? mask_of(bits) : (uint64_t)raw;
}

/* A: most significant byte of the number. Words change places as a whole number of four does: DCBA is all reversed. */
static void
put_words(uint64_t n, unsigned words, int order, uint16_t *out)
{
	for (unsigned i = 0; i < words; i++) {
		bool low_first = order == ORDER_CDAB || order == ORDER_DCBA;
		unsigned place = low_first ? i : words - 1 - i;
		uint16_t w = (uint16_t)(n >> (16 * place));
		if (order == ORDER_BADC || order == ORDER_DCBA)
			w = (uint16_t)(w << 8 | w >> 8);
		out[i] = w;
	}
}

static uint64_t
get_words(unsigned words, int order, const uint16_t *in)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < words; i++) {
		bool low_first = order == ORDER_CDAB || order == ORDER_DCBA;
		unsigned place = low_first ? i : words - 1 - i;
		uint16_t w = in[i];
		if (order == ORDER_BADC || order == ORDER_DCBA)
			w = (uint16_t)(w << 8 | w >> 8);
		n |= (uint64_t)w << (16 * place);
	}
	return n;
}

void
image_encode(
    const struct site_point_def *d, const struct site_register *r, int order, int factor, double value, uint16_t *words)
{
	double raw = to_raw(d, r, factor, value);
	unsigned n = raw_type_registers((enum raw_type)r->type), lo, bits = field(r, &lo);
	if (r->type == RAW_BIT) {
		words[0] = raw > 0.5;
		return;
	}
	if (r->type == RAW_F32) {
		float f = (float)raw;
		uint32_t u;
		memcpy(&u, &f, sizeof(u));
		put_words(u, n, order, words);
		return;
	}
	if (r->type == RAW_F64) {
		uint64_t u;
		memcpy(&u, &raw, sizeof(u));
		put_words(u, n, order, words);
		return;
	}
	uint64_t old = get_words(n, order, words), mask = mask_of(bits) << lo;
	put_words((old & ~mask) | (to_integer(d, r, raw, bits) << lo & mask), n, order, words);
}

double
image_decode(
    const struct site_point_def *d, const struct site_register *r, int order, int factor, const uint16_t *words)
{
	unsigned n = raw_type_registers((enum raw_type)r->type), lo, bits = field(r, &lo);
	double raw;
	if (r->type == RAW_BIT) {
		raw = words[0] != 0;
	} else if (r->type == RAW_F32) {
		uint32_t u = (uint32_t)get_words(n, order, words);
		float f;
		memcpy(&f, &u, sizeof(f));
		raw = (double)f;
	} else if (r->type == RAW_F64) {
		uint64_t u = get_words(n, order, words);
		memcpy(&raw, &u, sizeof(raw));
	} else {
		uint64_t u = get_words(n, order, words) >> lo & mask_of(bits);
		bool is_signed = r->type == RAW_I16 || r->type == RAW_I32 || r->type == RAW_I64;
		if (is_signed && (u >> (bits - 1) & 1) != 0)
			raw = -(double)(mask_of(bits) - u) - 1;
		else
			raw = (double)u;
	}
	double scale = r->scale != 0 && isfinite(r->scale) ? r->scale : 1, offset = isfinite(r->offset) ? r->offset : 0;
	double v = raw * scale * pow(10, factor) + offset;
	bool digital = d->kind == KIND_DIGITAL || d->kind == KIND_COMMAND;
	return !r->invert ? v : digital ? !(v > 0.5) : -v;
}
