/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_chunk.c - chunks from a stranger; and samples made of his bytes, which must come back to the bit, packed and in memory.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/store/series.h"

#define MOST 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read from a stranger's chunk can be packed again. */
static void
decode(const uint8_t *data, size_t size)
{
	static struct sample out[CHUNK_MOST], again[CHUNK_MOST];
	struct summary sum;
	struct wbuf b = { 0 };
	size_t n, m;

	if (chunk_decode(data, size, out, CHUNK_MOST, &n) != OK)
		return;
	chunk_encode(&b, out, n, data[0] % 10);
	if (chunk_decode(b.data, b.len, again, n, &m) != OK || m != n)
		abort();
	for (size_t i = 0; i < n; i++)
		if (again[i].ms != out[i].ms || again[i].quality != out[i].quality)
			abort();
	summary_of(&sum, out, n, n % 3 == 0 ? -1 : 65536, NULL, 0);
	if (sum.usable > n || sum.good_ms > sum.usable_ms)
		abort();
	wbuf_done(&b);
}

/* One sample of a few bytes: what changes, and by how much. */
static size_t
make(struct sample *s, const uint8_t *data, size_t size)
{
	uint8_t what = data[0];
	size_t used = 1;
	int64_t n = 0;

	for (unsigned i = 0; i < (what & 3U) * 2 + 1 && used < size; i++)
		n = (int64_t)((uint64_t)n << 8 | data[used++]);
	n = n < 0 ? -(n & INT64_MAX) / 256 : n;
	switch (what >> 2 & 3) {
	case 0: s->v = (double)n / 10; break;
	case 1: s->v = (double)((float)n / 10.0F); break;
	case 2: s->v += (double)(n % 100) / 10; break;
	default: memcpy(&s->v, &n, sizeof(n)); break;
	}
	if (what & 16 && used < size)
		s->ms += data[used++];
	else if (what & 32)
		s->ms =
		    (int64_t)((uint64_t)s->ms + ((uint64_t)n & INT64_MAX)) < s->ms ? s->ms : s->ms + (n & INT64_MAX);
	else if (s->ms < INT64_MAX - 1000)
		s->ms += 1000;
	if (what & 64 && used < size)
		s->quality = (uint16_t)(data[used++] * 37);
	if (what & 128)
		s->cause = (uint16_t)n;
	return used;
}

static bool
is_same(const struct sample *a, const struct sample *b)
{
	double x = a->v == 0 ? 0 : a->v;

	return a->ms == b->ms && a->quality == b->quality && a->cause == b->cause && memcmp(&x, &b->v, sizeof(x)) == 0;
}

static void
there_and_back(const uint8_t *data, size_t size)
{
	struct sample in[MOST], out[MOST], s = { .ms = INT64_C(1764000000000) };
	struct series series;
	struct wbuf b = { 0 };
	size_t n = 0, got, at = 1;

	series_init(&series, data[0] % 12 - 1);
	for (; at < size && n < MOST; n++) {
		at += make(&s, data + at, size - at);
		in[n] = s;
		series_put(&series, &s, n / 3);
	}
	if (n > 0) {
		chunk_encode(&b, in, n, data[0] % 12 - 1);
		if (chunk_decode(b.data, b.len, out, n, &got) != OK || got != n)
			abort();
		for (size_t i = 0; i < n; i++)
			if (!is_same(&in[i], &out[i]))
				abort();
		if (series_read(&series, out) != n)
			abort();
		for (size_t i = 0; i < n; i++)
			if (!is_same(&in[i], &out[i]))
				abort();
	}
	wbuf_done(&b);
	series_done(&series);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] == 1)
		decode(data, size);
	else
		there_and_back(data, size);
	return 0;
}
