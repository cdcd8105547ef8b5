/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series_kit.h - random runs of samples of every kind, the same for the same seed.
 */
#ifndef CHISAN_SERIES_KIT_H
#define CHISAN_SERIES_KIT_H

#include <float.h>
#include <math.h>
#include <string.h>

#include "scada/store/codec.h"

struct kit {
	uint64_t random;
};

static inline uint64_t
kit_random(struct kit *k)
{
	k->random ^= k->random << 13;
	k->random ^= k->random >> 7;
	k->random ^= k->random << 17;
	return k->random;
}

static inline uint64_t
kit_below(struct kit *k, uint64_t n)
{
	return (kit_random(k) >> 11) % n;
}

#define KIT_VALUES 14
#define KIT_TIMES  7

static inline double
kit_value(struct kit *k, unsigned kind, double before, uint32_t i)
{
	static const double odd[] = { 0, -0.0, DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324, 9007199254740992.0,
		9007199254740993.0, -9007199254740991.0, 1e15, 1e-9, 0.1, 1.0 / 3, 4294967296.0 };
	double walk = before + (double)(int64_t)(kit_below(k, 41)) - 20;
	uint64_t bits;

	switch (kind) {
	case 0: return 42.5;
	case 1: return floor(walk) / 10;
	case 2: return (double)(int64_t)kit_below(k, 1000) / 1000;
	case 3: return (double)((float)kit_below(k, 100000) / 100.0F);
	case 4: return (double)kit_below(k, 5000) * 0.1;
	case 5: return (double)kit_below(k, 5000) * 0.1 - 40.3;
	case 6: return odd[kit_below(k, sizeof(odd) / sizeof(odd[0]))];
	case 7: return kit_below(k, 40) == 0 ? (double)NAN : (double)kit_below(k, 3000) / 10;
	case 8: return (double)(i * 7 + kit_below(k, 2)); /* a counter */
	case 9: return (double)i * 1e9 + 1e14;
	case 10: return sin((double)i / 50) * 100;
	case 11: return (double)(i / 97 & 3);
	case 12: return kit_below(k, 60) == 0 ? (double)kit_random(k) : 5;
	default:
		bits = kit_random(k);
		memcpy(&before, &bits, sizeof(before));
		return before;
	}
}

static inline int64_t
kit_time(struct kit *k, unsigned kind, int64_t before)
{
	switch (kind) {
	case 0: return before + 1000;
	case 1: return before + 1000 + (int64_t)kit_below(k, 6);
	case 2: return before + 1000 * (1 + (int64_t)(kit_below(k, 10) == 0 ? kit_below(k, 9) : 0));
	case 3: return before + (int64_t)kit_below(k, 2);
	case 4: return before;
	case 5: return before > INT64_MAX / 2 ? before + (before < INT64_MAX) : before + (int64_t)(kit_random(k) >> 3);
	default: return before + (kit_below(k, 50) == 0 ? 3600000 : 250);
	}
}

static inline void
kit_run(struct kit *k, struct sample *s, size_t n, unsigned value, unsigned time)
{
	double v = 100;
	int64_t ms = time == 5 ? INT64_MIN : INT64_C(1764000000000);
	uint16_t quality = 0, cause = 0;

	for (size_t i = 0; i < n; i++) {
		v = kit_value(k, value, value == 1 && i > 0 ? v * 10 : v, (uint32_t)i);
		ms = i == 0 ? ms : kit_time(k, time, ms);
		if (kit_below(k, 100) == 0) {
			quality = kit_below(k, 2) ? 0 : (uint16_t)kit_random(k);
			cause = (uint16_t)(quality ? kit_below(k, 30) : 0);
		}
		s[i] = (struct sample){ .ms = ms, .v = v, .quality = quality, .cause = cause };
	}
}

/* To the bit, but for -0.0 */
static inline bool
kit_is_same(const struct sample *a, const struct sample *b)
{
	double x = a->v == 0 ? 0 : a->v, y = b->v;

	return a->ms == b->ms && a->quality == b->quality && a->cause == b->cause && memcmp(&x, &y, sizeof(x)) == 0;
}

#endif
