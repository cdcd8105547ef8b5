/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column.h - many whole numbers in few bits: what is between them, Rice coded, or only those that are not 0.
 * All arithmetic is modulo 2^64, so that any numbers go in and come out.
 */
#ifndef CHISAN_COLUMN_H
#define CHISAN_COLUMN_H

#include "scada/store/bits.h"

#define COLUMN_MOST    4096           /* numbers */
#define COLUMN_BITS(n) ((n)*92 + 512) /* at most written for n numbers */

/* Numbers that are small, many of them 0. */
void column_put(struct bits_out *w, const uint64_t *z, size_t n);
/* False: these bits are no column. *is_zero: all are 0. */
bool column_get(struct bits_in *r, uint64_t *z, size_t n, bool *is_zero);

/* Numbers that follow each other: values or times. n >= 1. */
void numbers_put(struct bits_out *w, const int64_t *x, size_t n);
bool numbers_get(struct bits_in *r, int64_t *x, size_t n);

static inline uint64_t
column_fold(uint64_t v) /* 0 -1 1 -2 2 as 0 1 2 3 4 */
{
	return v << 1 ^ (0 - (v >> 63));
}

static inline uint64_t
column_unfold(uint64_t z)
{
	return z >> 1 ^ (0 - (z & 1));
}

#endif
