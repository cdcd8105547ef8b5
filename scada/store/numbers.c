/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbers.c - whole numbers that follow each other: divided by what divides all their steps, then told as steps, as steps of
 * steps, as rises or as distances from their middle, whichever is shorter.
 */
#include "config.h"

#include <assert.h>

#include "scada/store/column.h"

#define PROBES 15 /* for the number in the middle */

/* Kept on disk. */
enum told {
	TOLD_STEP,  /* folded distance of each step from `middle` */
	TOLD_STEP2, /* folded distance of each step from the one before; of the first from `middle` */
	TOLD_RISE,  /* steps beyond `middle`, the least one */
	TOLD_LEVEL  /* folded distance of each number from the first + `middle` */
};

static uint64_t
gcd(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t c = a % b;

		a = b;
		b = c;
	}
	return a;
}

static uint64_t
size_of(uint64_t step)
{
	return step >> 63 ? 0 - step : step;
}

/* Steps divided by their divisor, which is returned: 0 = they all are 0. */
static uint64_t
get_steps(const int64_t *x, size_t n, uint64_t *step)
{
	uint64_t divisor = 0;

	for (size_t i = 0; i + 1 < n; i++) {
		step[i] = (uint64_t)x[i + 1] - (uint64_t)x[i];
		if (divisor != 1 && step[i] != 0)
			divisor = gcd(size_of(step[i]), divisor);
	}
	if (divisor > INT64_MAX)
		divisor = 1;
	if (divisor > 1)
		for (size_t i = 0; i + 1 < n; i++)
			step[i] = (uint64_t)((int64_t)step[i] / (int64_t)divisor);
	return divisor;
}

/* The one in the middle of a few of them, so that outliers do not count. */
static uint64_t
middle_of(const uint64_t *v, size_t n)
{
	int64_t probe[PROBES];
	size_t count = n < PROBES ? n : PROBES;

	for (size_t i = 0; i < count; i++) {
		int64_t x = (int64_t)v[i * n / count];
		size_t at = i;

		for (; at > 0 && probe[at - 1] > x; at--)
			probe[at] = probe[at - 1];
		probe[at] = x;
	}
	return (uint64_t)probe[count / 2];
}

static inline unsigned
length_of(uint64_t z)
{
	return z == 0 ? 0 : 64 - (unsigned)__builtin_clzll(z);
}

struct telling {
	enum told told;
	uint64_t middle;
};

static struct telling
choose(const uint64_t *step, size_t n)
{
	uint64_t level[COLUMN_MOST], least = step[0], sum = 0, before, mid = middle_of(step, n), mid_level;
	uint64_t cost[4] = { 0 };
	struct telling t = { TOLD_STEP, mid };

	assert(n > 0);
	for (size_t i = 0; i < n; i++) {
		least = (int64_t)step[i] < (int64_t)least ? step[i] : least;
		level[i] = sum += step[i];
	}
	mid_level = middle_of(level, n);
	before = mid;
	for (size_t i = 0; i < n; i++) {
		cost[TOLD_STEP] += length_of(column_fold(step[i] - mid));
		cost[TOLD_STEP2] += length_of(column_fold(step[i] - before));
		cost[TOLD_RISE] += length_of(step[i] - least);
		cost[TOLD_LEVEL] += length_of(column_fold(level[i] - mid_level));
		before = step[i];
	}
	for (unsigned i = 1; i < 4; i++)
		if (cost[i] < cost[t.told])
			t.told = (enum told)i;
	if (t.told == TOLD_RISE)
		t.middle = least;
	else if (t.told == TOLD_LEVEL)
		t.middle = mid_level;
	return t;
}

/* In place: steps become what is told of them. */
static void
tell(uint64_t *step, size_t n, const struct telling *t)
{
	uint64_t before = t->middle, sum = 0, s;

	switch (t->told) {
	case TOLD_STEP:
		for (size_t i = 0; i < n; i++)
			step[i] = column_fold(step[i] - t->middle);
		break;
	case TOLD_STEP2:
		for (size_t i = 0; i < n; i++) {
			s = step[i];
			step[i] = column_fold(s - before);
			before = s;
		}
		break;
	case TOLD_RISE:
		for (size_t i = 0; i < n; i++)
			step[i] -= t->middle;
		break;
	case TOLD_LEVEL:
		for (size_t i = 0; i < n; i++) {
			sum += step[i];
			step[i] = column_fold(sum - t->middle);
		}
		break;
	}
}

void
numbers_put(struct bits_out *w, const int64_t *x, size_t n)
{
	uint64_t step[COLUMN_MOST], divisor;
	struct telling t;

	assert(n >= 1 && n <= COLUMN_MOST);
	bits_put_number(w, column_fold((uint64_t)x[0]));
	divisor = get_steps(x, n, step);
	bits_put_number(w, divisor);
	if (divisor == 0)
		return;
	t = choose(step, n - 1);
	tell(step, n - 1, &t);
	bits_put(w, t.told, 2);
	bits_put_number(w, column_fold(t.middle));
	column_put(w, step, n - 1);
}

static void
untell(int64_t *x, const uint64_t *z, size_t n, const struct telling *t, uint64_t divisor)
{
	uint64_t first = (uint64_t)x[0], sum = first, step = t->middle;

	switch (t->told) {
	case TOLD_STEP:
		for (size_t i = 0; i < n; i++)
			x[i + 1] = (int64_t)(sum += (column_unfold(z[i]) + t->middle) * divisor);
		break;
	case TOLD_STEP2:
		for (size_t i = 0; i < n; i++) {
			step += column_unfold(z[i]);
			x[i + 1] = (int64_t)(sum += step * divisor);
		}
		break;
	case TOLD_RISE:
		for (size_t i = 0; i < n; i++)
			x[i + 1] = (int64_t)(sum += (z[i] + t->middle) * divisor);
		break;
	case TOLD_LEVEL:
		for (size_t i = 0; i < n; i++)
			x[i + 1] = (int64_t)(first + (column_unfold(z[i]) + t->middle) * divisor);
		break;
	}
}

bool
numbers_get(struct bits_in *r, int64_t *x, size_t n)
{
	uint64_t z[COLUMN_MOST], divisor;
	struct telling t;
	bool is_zero;

	assert(n >= 1 && n <= COLUMN_MOST);
	x[0] = (int64_t)column_unfold(bits_get_number(r));
	divisor = bits_get_number(r);
	if (divisor == 0) {
		for (size_t i = 1; i < n; i++)
			x[i] = x[0];
		return r->pos <= r->len * 8;
	}
	t.told = (enum told)bits_get(r, 2);
	t.middle = column_unfold(bits_get_number(r));
	if (!column_get(r, z, n - 1, &is_zero))
		return false;
	untell(x, z, n - 1, &t, divisor);
	return true;
}
