/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bits.h - single bits into bytes and out of them, the lowest bit of a byte first.
 * Reading never leaves its bytes: beyond them there are zeros, and bits_end() tells.
 */
#ifndef CHISAN_BITS_H
#define CHISAN_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BITS_AT_ONCE 56 /* that one put or get may be long */
#define BITS_SLACK   8  /* bytes that are written beyond the last bit */

static inline uint64_t
bits_order(uint64_t v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	return __builtin_bswap64(v);
#else
	return v;
#endif
}

/* ---- writing: the caller has seen to the room. A copy of the struct is a place to come back to. */
struct bits_out {
	uint8_t *p;
	uint64_t held;
	unsigned n; /* bits held, 0..7 */
};

static inline void
bits_put(struct bits_out *w, uint64_t v, unsigned n)
{
	uint64_t bytes;

	w->held |= v << w->n;
	w->n += n;
	bytes = bits_order(w->held);
	memcpy(w->p, &bytes, sizeof(bytes));
	w->p += w->n >> 3;
	w->held >>= w->n & ~7u;
	w->n &= 7;
}

/* Any number, the small ones short: 7 bits of length, then itself. */
static inline void
bits_put_number(struct bits_out *w, uint64_t v)
{
	unsigned n = v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);

	bits_put(w, n, 7);
	if (n > 32) {
		bits_put(w, v & 0xFFFFFFFFu, 32);
		bits_put(w, v >> 32, n - 32);
	} else {
		bits_put(w, v, n);
	}
}

/* ---- reading */
struct bits_in {
	const uint8_t *data;
	size_t len, pos; /* bytes; bits */
};

/* At least 57 bits that are to come. */
static inline uint64_t
bits_peek(const struct bits_in *r)
{
	size_t at = r->pos >> 3;
	uint64_t v = 0;

	if (__builtin_expect(r->len >= 8 && at <= r->len - 8, 1))
		memcpy(&v, r->data + at, sizeof(v));
	else if (at < r->len)
		memcpy(&v, r->data + at, r->len - at);
	return bits_order(v) >> (r->pos & 7);
}

static inline uint64_t
bits_get(struct bits_in *r, unsigned n)
{
	uint64_t v = bits_peek(r) & ((UINT64_C(1) << n) - 1);

	r->pos += n;
	return v;
}

static inline uint64_t
bits_get_number(struct bits_in *r)
{
	unsigned n = (unsigned)bits_get(r, 7);

	if (n <= 32)
		return bits_get(r, n);
	uint64_t low = bits_get(r, 32);
	return low | bits_get(r, n > 64 ? 32 : n - 32) << 32;
}

/* Was all read, and nothing that is not there? */
static inline bool
bits_end(const struct bits_in *r)
{
	return r->pos <= r->len * 8 && (r->pos + 7) / 8 == r->len && bits_peek(r) == 0;
}

#endif
