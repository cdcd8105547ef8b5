/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decimal.h - doubles as whole numbers of the last decimal, as far as that is exact, and back; for codec.c and series.c alone.
 * These sums are kept on disk: what they give may never change.
 */
#ifndef CHISAN_DECIMAL_H
#define CHISAN_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DECIMALS_MOST 9
#define SCALED_MOST   9007199254740992.0 /* 2^53: beyond it not every whole number is a double */

/* Kept on disk: how a whole number n at d decimals becomes a value. */
enum scaling {
	SCALING_QUOTIENT, /* n / 10^d, as it is printed */
	SCALING_PRODUCT,  /* n * 10^-d, as registers with a factor are */
	SCALING_SINGLE,   /* the first as a float and a double again */
	SCALING_NONE,     /* no decimals */
	SCALING_COUNT
};

struct form {
	enum scaling scaling;
	unsigned decimals;
};

static const double power_of_10[DECIMALS_MOST + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
static const double part_of_10[DECIMALS_MOST + 1] = { 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9 };

static inline uint64_t
bits_of(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits == UINT64_C(1) << 63 ? 0 : bits; /* -0.0 is 0 */
}

static inline double
value_of(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static inline double
unscale(struct form f, int64_t n)
{
	double v = (double)n;

	if (f.scaling == SCALING_PRODUCT)
		return v * part_of_10[f.decimals];
	v /= power_of_10[f.decimals];
	return f.scaling == SCALING_SINGLE ? (double)(float)v : v;
}

/* The whole number nearest to a value, or `instead` if there is none. */
static inline int64_t
scale(unsigned decimals, double v, int64_t instead)
{
	double x = v * power_of_10[decimals];

	if (!(x > -SCALED_MOST && x < SCALED_MOST))
		return instead;
	return (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
}

static inline unsigned
decimals_within(int decimals)
{
	return decimals < 0 ? 0 : decimals > DECIMALS_MOST ? DECIMALS_MOST : (unsigned)decimals;
}

#endif
