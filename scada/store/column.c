/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column.c - whole numbers in few bits. The parameter of the Rice code is chosen for each block of 64 from a histogram of their
 * lengths, which a few outliers do not move.
 */
#include "config.h"

#include <assert.h>

#include "scada/store/column.h"

#define BLOCK      64
#define LENGTHS    65 /* of a number: 0..64 bits */
#define K_BITS     5
#define K_MOST     31
#define ONES_MOST  20 /* then the number itself follows */
#define PEEKED     57 /* bits that bits_peek() gives at least */
#define SPARE_BITS 6  /* a new parameter must spare so much */

enum column { COLUMN_ZERO, COLUMN_SPARSE, COLUMN_DENSE };

static inline unsigned
length_of(uint64_t z)
{
	return z == 0 ? 0 : 64 - (unsigned)__builtin_clzll(z);
}

/* ---- one number */

static inline void
put_rice(struct bits_out *w, uint64_t z, unsigned k)
{
	uint64_t q = z >> k;

	if (__builtin_expect(q < ONES_MOST, 1)) {
		uint64_t ones = (UINT64_C(1) << q) - 1, rest = z & ((UINT64_C(1) << k) - 1);

		bits_put(w, ones | rest << (q + 1), (unsigned)q + 1 + k);
		return;
	}
	bits_put(w, (UINT64_C(1) << ONES_MOST) - 1, ONES_MOST);
	bits_put_number(w, z);
}

static inline uint64_t
get_rice(struct bits_in *r, unsigned k)
{
	uint64_t bits = bits_peek(r);
	unsigned q = (unsigned)__builtin_ctzll(~bits | UINT64_C(1) << ONES_MOST);

	if (__builtin_expect(q < ONES_MOST, 1)) {
		r->pos += q + 1 + k;
		return (uint64_t)q << k | (bits >> (q + 1) & ((UINT64_C(1) << k) - 1));
	}
	r->pos += ONES_MOST;
	return bits_get_number(r);
}

/* About how many bits numbers take whose lengths are so spread. */
static uint64_t
cost_of(const uint16_t lengths[LENGTHS], unsigned longest, unsigned k)
{
	uint64_t cost = 0;

	for (unsigned b = 0; b <= longest; b++) {
		if (lengths[b] == 0)
			continue;
		if (b <= k)
			cost += (uint64_t)lengths[b] * (1 + k);
		else if (b - k <= 4) /* a number of b bits is 3/4 of 2^b in the middle */
			cost += lengths[b] * (UINT64_C(1) + k) +
			    ((UINT64_C(3) * lengths[b] << (b - k)) - lengths[b] * UINT64_C(2)) / 4;
		else
			cost += (uint64_t)lengths[b] * (ONES_MOST + 7 + b);
	}
	return cost;
}

/* The best parameter; *cost is what it comes to. */
static unsigned
best_k(const uint16_t lengths[LENGTHS], unsigned longest, uint64_t *cost)
{
	unsigned best = 0, top = longest < K_MOST ? longest : K_MOST;

	*cost = UINT64_MAX;
	for (unsigned k = 0; k <= top; k++) {
		uint64_t c = cost_of(lengths, longest, k);

		if (c < *cost) {
			*cost = c;
			best = k;
		}
	}
	return best;
}

/* ---- a column */

static unsigned
count_lengths(uint16_t lengths[LENGTHS], const uint64_t *z, size_t n)
{
	uint64_t all = 0;

	memset(lengths, 0, LENGTHS * sizeof(*lengths));
	for (size_t i = 0; i < n; i++) {
		all |= z[i];
		lengths[length_of(z[i])]++;
	}
	return length_of(all);
}

static void
put_dense(struct bits_out *w, const uint64_t *z, size_t n)
{
	uint16_t lengths[LENGTHS];
	unsigned k = 0;
	uint64_t cost;

	for (size_t at = 0; at < n; at += BLOCK) {
		size_t count = n - at < BLOCK ? n - at : BLOCK;
		unsigned longest = count_lengths(lengths, z + at, count), best = best_k(lengths, longest, &cost);

		if (at == 0) {
			k = best;
			bits_put(w, k, K_BITS);
		} else if (best != k && cost + SPARE_BITS <= cost_of(lengths, longest, k)) {
			k = best;
			bits_put(w, 1 | k << 1, 1 + K_BITS);
		} else {
			bits_put(w, 0, 1);
		}
		for (size_t i = 0; i < count; i++)
			put_rice(w, z[at + i], k);
	}
}

/* One block: what was peeked serves for as many numbers as it surely holds. */
static inline void
get_block(struct bits_in *r, uint64_t *z, size_t n, unsigned k)
{
	const uint64_t mask = (UINT64_C(1) << k) - 1;
	const unsigned need = ONES_MOST + 1 + k;
	uint64_t bits = bits_peek(r);
	unsigned left = PEEKED;

	for (size_t i = 0; i < n; i++) {
		if (left < need) {
			r->pos += PEEKED - left;
			bits = bits_peek(r);
			left = PEEKED;
		}
		unsigned q = (unsigned)__builtin_ctzll(~bits | UINT64_C(1) << ONES_MOST);
		if (__builtin_expect(q == ONES_MOST, 0)) {
			r->pos += PEEKED - left + ONES_MOST;
			z[i] = bits_get_number(r);
			bits = bits_peek(r);
			left = PEEKED;
			continue;
		}
		bits >>= q + 1;
		z[i] = (uint64_t)q << k | (bits & mask);
		bits >>= k;
		left -= q + 1 + k;
	}
	r->pos += PEEKED - left;
}

static bool
get_dense(struct bits_in *r, uint64_t *z, size_t n)
{
	struct bits_in in = *r; /* a copy, so that it lives in registers */
	unsigned k = 0;

	for (size_t at = 0; at < n; at += BLOCK) {
		if (at == 0 || bits_get(&in, 1) == 1)
			k = (unsigned)bits_get(&in, K_BITS);
		get_block(&in, z + at, n - at < BLOCK ? n - at : BLOCK, k);
	}
	*r = in;
	return r->pos <= r->len * 8;
}

/* Of those that are not 0: how many numbers are before each, and itself. */
static void
put_sparse(struct bits_out *w, const uint64_t *z, size_t n, size_t set)
{
	uint16_t lengths[LENGTHS] = { 0 };
	unsigned longest = 0, k_gap = 0, k;
	size_t last = 0;
	uint64_t cost;

	for (size_t i = 0; i < n; i++) {
		if (z[i] == 0)
			continue;
		unsigned b = length_of(z[i] - 1);

		lengths[b]++;
		longest = b > longest ? b : longest;
	}
	k = best_k(lengths, longest, &cost);
	while (k_gap < 12 && (set << (k_gap + 1)) * 3 < n * 4) /* about the logarithm of the mean */
		k_gap++;
	bits_put(w, set | k_gap << 13 | k << (13 + K_BITS), 13 + 2 * K_BITS);
	for (size_t i = 0; i < n; i++) {
		if (z[i] == 0)
			continue;
		put_rice(w, i - last, k_gap);
		put_rice(w, z[i] - 1, k);
		last = i + 1;
	}
}

static bool
get_sparse(struct bits_in *r, uint64_t *z, size_t n)
{
	size_t set = bits_get(r, 13), at = 0;
	unsigned k_gap = (unsigned)bits_get(r, K_BITS), k = (unsigned)bits_get(r, K_BITS);

	memset(z, 0, n * sizeof(*z));
	if (set > n)
		return false;
	for (size_t i = 0; i < set; i++) {
		uint64_t gap = get_rice(r, k_gap);

		if (gap >= n - at)
			return false;
		at += gap;
		z[at++] = get_rice(r, k) + 1;
		if (at == n && i + 1 < set)
			return false;
	}
	return r->pos <= r->len * 8;
}

void
column_put(struct bits_out *w, const uint64_t *z, size_t n)
{
	uint64_t long_sum = 0, dense, sparse;
	size_t set = 0;

	assert(n <= COLUMN_MOST);
	for (size_t i = 0; i < n; i++) {
		set += z[i] != 0;
		long_sum += length_of(z[i]);
	}
	if (set == 0) {
		bits_put(w, COLUMN_ZERO, 2);
		return;
	}
	dense = n + long_sum;
	sparse = set * (UINT64_C(2) + length_of(n / set)) + long_sum;
	if (sparse < dense) {
		bits_put(w, COLUMN_SPARSE, 2);
		put_sparse(w, z, n, set);
	} else {
		bits_put(w, COLUMN_DENSE, 2);
		put_dense(w, z, n);
	}
}

bool
column_get(struct bits_in *r, uint64_t *z, size_t n, bool *is_zero)
{
	enum column kind = (enum column)bits_get(r, 2);

	assert(n <= COLUMN_MOST);
	*is_zero = kind == COLUMN_ZERO;
	switch (kind) {
	case COLUMN_ZERO: memset(z, 0, n * sizeof(*z)); return r->pos <= r->len * 8;
	case COLUMN_SPARSE: return get_sparse(r, z, n);
	case COLUMN_DENSE: return get_dense(r, z, n);
	}
	return false;
}
