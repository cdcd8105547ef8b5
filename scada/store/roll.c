/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roll.c - buckets as columns, each coded as a chunk: what does not change takes a few bytes.
 *
 *   row  version u8 | for each column: length varint, chunk of n + 1
 *        the first column has the edges as times, the quality and the marks as quality and cause; in the others time is 0, 1, 2 ...
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/store/codec.h"
#include "scada/store/decimal.h"
#include "scada/store/roll.h"

#define ROLL_VERSION  1
#define MEAN_DECIMALS 3 /* more than the point's */
#define PARTS         4 /* decimals of shares that are no thirds of something */

enum column {
	COLUMN_MEAN,
	COLUMN_MIN,
	COLUMN_MAX,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMN_INCREMENT,
	COLUMN_GOOD,
	COLUMN_KNOWN,
	COLUMN_SEEN,
	COLUMN_SAMPLES,
	COLUMNS
};

static bool
is_decimal(double v, unsigned decimals)
{
	struct form f = { SCALING_QUOTIENT, decimals };
	int64_t n = scale(decimals, v, INT64_MAX);

	return n != INT64_MAX && bits_of(unscale(f, n)) == bits_of(v);
}

/* Only where the point keeps to its resolution is a mean worth no more than a thousandth of it. */
static double
round_mean(const struct bucket *k, int decimals)
{
	struct form f = { SCALING_QUOTIENT, decimals_within(decimals + MEAN_DECIMALS) };
	int64_t n = scale(f.decimals, k->mean, INT64_MAX);

	if (n == INT64_MAX || !is_decimal(k->min, decimals_within(decimals)) ||
	    !is_decimal(k->max, decimals_within(decimals)))
		return k->mean;
	return unscale(f, n);
}

/* Sums of a day's steps are decimals but for their last bits. */
static double
round_sum(double v, int decimals)
{
	struct form f = { SCALING_QUOTIENT, decimals_within(decimals) };
	int64_t n = scale(f.decimals, v, INT64_MAX);

	if (n == INT64_MAX)
		return v;
	double rounded = unscale(f, n);
	return fabs(rounded - v) <= 1e-9 * fabs(v) ? rounded : v;
}

static double
get_column(const struct bucket *k, enum column c, int decimals)
{
	switch (c) {
	case COLUMN_MEAN: return round_mean(k, decimals);
	case COLUMN_MIN: return k->min;
	case COLUMN_MAX: return k->max;
	case COLUMN_FIRST: return k->first;
	case COLUMN_LAST: return k->last;
	case COLUMN_INCREMENT: return round_sum(k->increment, decimals);
	case COLUMN_GOOD: return (double)k->good;
	case COLUMN_KNOWN: return (double)k->known;
	case COLUMN_SEEN: return (double)k->seen;
	case COLUMN_SAMPLES: return k->samples;
	case COLUMNS: break;
	}
	return 0;
}

static void
set_column(struct bucket *k, enum column c, double v)
{
	switch (c) {
	case COLUMN_MEAN: k->mean = v; break;
	case COLUMN_MIN: k->min = v; break;
	case COLUMN_MAX: k->max = v; break;
	case COLUMN_FIRST: k->first = v; break;
	case COLUMN_LAST: k->last = v; break;
	case COLUMN_INCREMENT: k->increment = v; break;
	case COLUMN_GOOD: k->good = v >= 0 && v <= 1 ? (float)v : 0; break;
	case COLUMN_KNOWN: k->known = v >= 0 && v <= 1 ? (float)v : 0; break;
	case COLUMN_SEEN: k->seen = v >= 0 && v <= 1 ? (float)v : 0; break;
	case COLUMN_SAMPLES: k->samples = v >= 0 && v <= UINT32_MAX ? (uint32_t)v : 0; break;
	case COLUMNS: break;
	}
}

static int
decimals_of(enum column c, int decimals)
{
	switch (c) {
	case COLUMN_MEAN: return decimals + MEAN_DECIMALS;
	case COLUMN_GOOD:
	case COLUMN_KNOWN:
	case COLUMN_SEEN: return PARTS;
	case COLUMN_SAMPLES: return 0;
	default: return decimals;
	}
}

void
roll_put(struct wbuf *out, const int64_t *edges, const struct bucket *k, uint32_t n, int decimals)
{
	struct sample s[ROLL_MOST + 1];
	struct wbuf chunk;

	wbuf_init(&chunk);
	w_u8(out, ROLL_VERSION);
	for (unsigned c = 0; c < COLUMNS; c++) {
		for (uint32_t i = 0; i <= n; i++) {
			const struct bucket *b = &k[i < n ? i : n - 1]; /* the last stands twice, for its end */

			s[i] = (struct sample){ .ms = c == 0 ? edges[i] : i,
				.v = get_column(b, (enum column)c, decimals),
				.quality = c == 0 ? b->quality : 0,
				.cause = c == 0 ? b->marks : 0 };
		}
		wbuf_reset(&chunk);
		chunk_encode(&chunk, s, n + 1, decimals_of((enum column)c, decimals));
		w_bytes(out, chunk.data, chunk.len);
	}
	wbuf_done(&chunk);
}

static bool
take_edges(const struct sample *s, uint32_t n, int64_t *edges, struct bucket *out)
{
	for (uint32_t i = 0; i <= n; i++) {
		if (s[i].ms > INT64_MAX / US_PER_MS || s[i].ms < INT64_MIN / US_PER_MS ||
		    (i > 0 && s[i].ms <= s[i - 1].ms))
			return false;
		edges[i] = s[i].ms;
		if (i < n)
			out[i] = (struct bucket){
				.from = { s[i].ms * US_PER_MS }, .quality = s[i].quality, .marks = (uint8_t)s[i].cause
			};
	}
	return true;
}

enum err
roll_get(const void *data, size_t len, int64_t *edges, struct bucket *out, uint32_t *n)
{
	struct sample s[ROLL_MOST + 1];
	struct rbuf r;

	*n = 0;
	rbuf_init(&r, data, len);
	if (r_u8(&r) != ROLL_VERSION)
		return ERR_BAD_DATA;
	for (unsigned c = 0; c < COLUMNS; c++) {
		size_t chunk_len, count;
		const uint8_t *chunk = r_bytes(&r, &chunk_len);

		if (r.bad || chunk_decode(chunk, chunk_len, s, ROLL_MOST + 1, &count) != OK || count < 2)
			return ERR_BAD_DATA;
		if (c == 0)
			*n = (uint32_t)count - 1;
		if (count != *n + 1u || (c == 0 && !take_edges(s, *n, edges, out)))
			return ERR_BAD_DATA;
		for (uint32_t i = 0; i < *n; i++)
			set_column(&out[i], (enum column)c, s[i].v);
	}
	return r_done(&r) ? OK : ERR_BAD_DATA;
}
