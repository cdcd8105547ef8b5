/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec.c - a run of samples: version, count, times, qualities, values. Values are decimals with what is missing to them in
 * units of the last place, or, if that is shorter, what is different in their bits.
 */
#include "config.h"

#include <assert.h>

#include "scada/store/codec.h"
#include "scada/store/column.h"
#include "scada/store/decimal.h"

#define CHUNK_VERSION 1
#define COUNT_BITS    12
#define PROBES        16
#define NEAR          8 /* units of the last place */

/* ---- values as decimals */

/* False: some of them need a correction. */
static bool
scale_all(struct form f, const struct sample *s, size_t n, int64_t *x, uint64_t *correction)
{
	int64_t before = 0;
	uint64_t any = 0;

	for (size_t i = 0; i < n; i++) {
		x[i] = before = scale(f.decimals, s[i].v, before);
		correction[i] = bits_of(s[i].v) - bits_of(unscale(f, before));
		any |= correction[i];
	}
	return any == 0;
}

/* How well a form fits some of the values. */
static unsigned
fitness(struct form f, const struct sample *s, size_t n)
{
	size_t count = n < PROBES ? n : PROBES;
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		double v = s[i * n / count].v;
		uint64_t off = column_fold(bits_of(v) - bits_of(unscale(f, scale(f.decimals, v, 0))));

		sum += off == 0 ? 4 : off <= 2 * NEAR ? 3 : 0;
	}
	return sum;
}

static struct form
best_form(const struct sample *s, size_t n, unsigned decimals)
{
	struct form best = { SCALING_QUOTIENT, decimals };
	unsigned most = fitness(best, s, n);

	for (unsigned kind = 0; kind < SCALING_NONE; kind++)
		for (unsigned d = 0; d <= DECIMALS_MOST; d++) {
			struct form f = { (enum scaling)kind, d };
			unsigned fit = fitness(f, s, n);

			if (fit > most) {
				most = fit;
				best = f;
			}
		}
	return best;
}

static void
put_decimals(struct bits_out *w, struct form f, const int64_t *x, const uint64_t *correction, size_t n, bool is_exact)
{
	bits_put(w, f.scaling | f.decimals << 2, 6);
	numbers_put(w, x, n);
	bits_put(w, !is_exact, 1);
	if (!is_exact) {
		uint64_t folded[COLUMN_MOST];

		for (size_t i = 0; i < n; i++)
			folded[i] = column_fold(correction[i]);
		column_put(w, folded, n);
	}
}

/* ---- values as bits: 0 = the same; 10 = differs where the one before did; 11 = differs elsewhere */

static void
put_wide(struct bits_out *w, uint64_t v, unsigned n)
{
	unsigned low = n < 32 ? n : 32;

	bits_put(w, v & ((UINT64_C(1) << low) - 1), low);
	if (n > low)
		bits_put(w, v >> low, n - low);
}

static void
put_patterns(struct bits_out *w, const struct sample *s, size_t n)
{
	uint64_t before = 0;
	unsigned low = 0, width = 0;

	bits_put(w, SCALING_NONE, 6);
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = bits_of(s[i].v), x = bits ^ before;

		before = bits;
		if (x == 0) {
			bits_put(w, 0, 1);
			continue;
		}
		unsigned new_low = (unsigned)__builtin_ctzll(x),
		         new_width = 64 - new_low - (unsigned)__builtin_clzll(x);

		if (width != 0 && new_low >= low && new_low + new_width <= low + width && width < new_width + 13) {
			bits_put(w, 1, 2);
		} else {
			low = new_low;
			width = new_width;
			bits_put(w, 3 | low << 2 | (width - 1) << 8, 14);
		}
		put_wide(w, x >> low, width);
	}
}

static bool
get_patterns(struct bits_in *r, struct sample *out, size_t n)
{
	uint64_t bits = 0;
	unsigned low = 0, width = 0;

	for (size_t i = 0; i < n; i++) {
		if (bits_get(r, 1) != 0) {
			if (bits_get(r, 1) != 0) {
				low = (unsigned)bits_get(r, 6);
				width = (unsigned)bits_get(r, 6) + 1;
			}
			if (width == 0 || low + width > 64)
				return false;
			uint64_t x = bits_get(r, width < 32 ? width : 32);
			if (width > 32)
				x |= bits_get(r, width - 32) << 32;
			bits ^= x << low;
		}
		out[i].v = value_of(bits);
	}
	return r->pos <= r->len * 8;
}

/* ---- values */

static void
put_values(struct bits_out *w, const struct sample *s, size_t n, int decimals)
{
	int64_t x[COLUMN_MOST];
	uint64_t correction[COLUMN_MOST];
	struct form f = { SCALING_QUOTIENT, decimals_within(decimals) };
	struct bits_out start = *w;

	if (scale_all(f, s, n, x, correction)) {
		put_decimals(w, f, x, correction, n, true);
		return;
	}
	f = best_form(s, n, f.decimals);
	bool is_exact = scale_all(f, s, n, x, correction);
	put_decimals(w, f, x, correction, n, is_exact);
	size_t as_decimals = (size_t)(w->p - start.p);

	*w = start;
	put_patterns(w, s, n);
	if ((size_t)(w->p - start.p) > as_decimals) {
		*w = start;
		put_decimals(w, f, x, correction, n, is_exact);
	}
}

static bool
get_decimals(struct bits_in *r, struct form f, struct sample *out, size_t n)
{
	int64_t x[COLUMN_MOST];
	uint64_t correction[COLUMN_MOST];
	bool is_zero;

	if (f.decimals > DECIMALS_MOST || !numbers_get(r, x, n))
		return false;
	if (bits_get(r, 1) != 0) {
		if (!column_get(r, correction, n, &is_zero))
			return false;
		for (size_t i = 0; i < n; i++)
			out[i].v = value_of(bits_of(unscale(f, x[i])) + column_unfold(correction[i]));
	} else if (f.scaling == SCALING_QUOTIENT) {
		double divisor = power_of_10[f.decimals];

		for (size_t i = 0; i < n; i++)
			out[i].v = (double)x[i] / divisor;
	} else {
		for (size_t i = 0; i < n; i++)
			out[i].v = unscale(f, x[i]);
	}
	return true;
}

static bool
get_values(struct bits_in *r, struct sample *out, size_t n)
{
	struct form f;

	f.scaling = (enum scaling)bits_get(r, 2);
	f.decimals = (unsigned)bits_get(r, 4);
	if (f.scaling == SCALING_NONE)
		return f.decimals == 0 && get_patterns(r, out, n);
	return get_decimals(r, f, out, n);
}

/* ---- times and qualities */

static void
put_times(struct bits_out *w, const struct sample *s, size_t n)
{
	int64_t ms[COLUMN_MOST];

	for (size_t i = 0; i < n; i++) {
		ms[i] = s[i].ms;
		assert(i == 0 || ms[i] >= ms[i - 1]);
	}
	numbers_put(w, ms, n);
}

static bool
get_times(struct bits_in *r, struct sample *out, size_t n)
{
	int64_t ms[COLUMN_MOST];
	bool falls = false;

	if (!numbers_get(r, ms, n))
		return false;
	out[0].ms = ms[0];
	for (size_t i = 1; i < n; i++) {
		out[i].ms = ms[i];
		falls |= ms[i] < ms[i - 1];
	}
	return !falls;
}

static uint64_t
status_of(const struct sample *s)
{
	return (uint64_t)s->quality << 16 | s->cause;
}

/* A change is what differs in their bits. */
static void
put_statuses(struct bits_out *w, const struct sample *s, size_t n)
{
	uint64_t change[COLUMN_MOST], before = 0;

	for (size_t i = 0; i < n; i++) {
		change[i] = status_of(&s[i]) ^ before;
		before ^= change[i];
	}
	column_put(w, change, n);
}

static bool
get_statuses(struct bits_in *r, struct sample *out, size_t n)
{
	uint64_t change[COLUMN_MOST], status = 0, all = 0;
	bool is_zero;

	if (!column_get(r, change, n, &is_zero))
		return false;
	for (size_t i = 0; i < n; i++) {
		all |= change[i];
		status ^= change[i];
		out[i].quality = (uint16_t)(status >> 16);
		out[i].cause = (uint16_t)status;
	}
	return all <= UINT32_MAX;
}

/* ---- a chunk */

void
chunk_encode(struct wbuf *out, const struct sample *s, size_t n, int decimals)
{
	size_t start = out->len;
	struct bits_out w = { 0 };

	assert(n >= 1 && n <= CHUNK_MOST);
	/* times, qualities, decimals and corrections, all at their worst */
	w.p = wbuf_grow(out, 4 * COLUMN_BITS(n) / 8 + BITS_SLACK);
	bits_put(&w, CHUNK_VERSION, 8);
	bits_put(&w, n - 1, COUNT_BITS);
	put_times(&w, s, n);
	put_statuses(&w, s, n);
	put_values(&w, s, n, decimals);
	out->len = (size_t)(w.p - out->data) + (w.n != 0);
	assert(out->len - start <= CHUNK_BYTES);
}

enum err
chunk_decode(const uint8_t *data, size_t len, struct sample *out, size_t max, size_t *n)
{
	struct bits_in r = { .data = data, .len = len };

	*n = 0;
	if (len > CHUNK_BYTES || bits_get(&r, 8) != CHUNK_VERSION)
		return ERR_BAD_DATA;
	size_t count = bits_get(&r, COUNT_BITS) + 1;
	if (count > max)
		return ERR_BAD_DATA;
	if (!get_times(&r, out, count) || !get_statuses(&r, out, count) || !get_values(&r, out, count) || !bits_end(&r))
		return ERR_BAD_DATA;
	*n = count;
	return OK;
}
