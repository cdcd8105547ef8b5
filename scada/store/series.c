/* SPDX-License-Identifier: Apache-2.0 */
/*
 * series.c - samples of one point in memory. A sample is one byte if time, tag and quality go on as before and its value is near;
 * else a byte that says what follows.
 *
 *   0..191      value is 96 units below to 95 above the one before
 *   192..223    with a second byte: 4096 below to 4095 above
 *   224 + bits  of what follows, in their order; without HAS_DELTA and HAS_PATTERN the value is the same
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/store/column.h"
#include "scada/store/decimal.h"
#include "scada/store/series.h"

enum {
	HAS_STEP = 1,    /* folded ms since the sample before */
	HAS_TAG = 2,     /* rise of the tag */
	HAS_STATUS = 4,  /* quality, cause */
	HAS_DELTA = 8,   /* scaling, folded units above the one before; with HAS_PATTERN also units of the last place */
	HAS_PATTERN = 16 /* what differs in the bits: zero bytes below, bytes, these */
};

#define NEAR_HALF   96
#define FAR_HALF    4096
#define FAR_FIRST   (2 * NEAR_HALF)
#define FLAGS_FIRST 224
#define RECORD_MOST 64 /* bytes of one sample */
#define PLACES_MOST 64 /* units of the last place that are told beside a delta */

struct item {
	struct sample sample;
	uint64_t tag;
	uint32_t order; /* of arrival */
};

/* ---- bytes */

static uint8_t *
put_varint(uint8_t *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

static uint64_t
get_varint(const uint8_t **p)
{
	uint64_t v = 0;
	unsigned shift = 0;

	for (; **p & 0x80; shift += 7)
		v |= (uint64_t)(*(*p)++ & 0x7F) << shift;
	return v | (uint64_t) * (*p)++ << shift;
}

/* ---- one sample */

static inline struct form
form_of(const struct series *s, const struct series_end *e)
{
	return (struct form){ (enum scaling)e->scaling, (unsigned)s->decimals };
}

/* The value in units, by a scaling that is exact, else by one that nearly is. False: none is near. */
static bool
find_scaling(const struct series *s, struct series_end *e, double v, int64_t *n, uint64_t *places)
{
	struct form f = form_of(s, e);

	*n = scale(f.decimals, v, INT64_MAX);
	*places = 0;
	if (*n == INT64_MAX)
		return false;
	if (bits_of(unscale(f, *n)) == e->bits)
		return true;
	for (unsigned i = 0; i < SCALING_NONE; i++) {
		f.scaling = (enum scaling)i;
		if (bits_of(unscale(f, *n)) == e->bits) {
			e->scaling = (uint8_t)i;
			return true;
		}
	}
	*places = column_fold(e->bits - bits_of(unscale(form_of(s, e), *n)));
	return *places <= 2 * PLACES_MOST;
}

static uint8_t *
put_pattern(uint8_t *p, uint64_t x)
{
	unsigned low = (unsigned)__builtin_ctzll(x) / 8, n = 8 - low - (unsigned)__builtin_clzll(x) / 8;

	*p++ = (uint8_t)(low << 4 | n);
	x >>= 8 * low;
	for (unsigned i = 0; i < n; i++)
		*p++ = (uint8_t)(x >> 8 * i);
	return p;
}

static uint64_t
get_pattern(const uint8_t **p)
{
	unsigned low = **p >> 4, n = **p & 15;
	uint64_t x = 0;

	(*p)++;
	for (unsigned i = 0; i < n; i++)
		x |= (uint64_t) * (*p)++ << 8 * (low + i);
	return x;
}

/* The value after the flags that are set so far; brings e up to it. */
static uint8_t *
put_value(const struct series *s, struct series_end *e, uint8_t *p, double v, uint8_t *flags)
{
	uint64_t before = e->bits, places;
	int64_t n;

	e->bits = bits_of(v);
	if (e->bits == before)
		return p;
	if (find_scaling(s, e, v, &n, &places)) {
		*flags |= HAS_DELTA;
		p = put_varint(p, column_fold((uint64_t)n - (uint64_t)e->scaled) << 2 | e->scaling);
		e->scaled = n;
		if (places != 0) {
			*flags |= HAS_PATTERN;
			p = put_varint(p, places);
		}
		return p;
	}
	*flags |= HAS_PATTERN;
	return put_pattern(p, e->bits ^ before);
}

/* What is new but the value, with room for the flags at the front. */
static uint8_t *
put_changes(struct series_end *e, uint8_t *p, const struct sample *x, uint64_t tag, uint8_t *flags)
{
	uint64_t step = (uint64_t)x->ms - (uint64_t)e->ms;

	if (step != e->step) {
		*flags |= HAS_STEP;
		p = put_varint(p, column_fold(step));
		e->step = step <= UINT32_MAX ? (uint32_t)step : e->step;
	}
	if (tag - e->tag != e->tag_step) {
		*flags |= HAS_TAG;
		p = put_varint(p, tag - e->tag);
		e->tag_step = tag - e->tag <= UINT8_MAX ? (uint8_t)(tag - e->tag) : e->tag_step;
	}
	if (x->quality != e->quality || x->cause != e->cause) {
		*flags |= HAS_STATUS;
		p = put_varint(p, (uint64_t)x->quality << 16 | x->cause);
		e->quality = x->quality;
		e->cause = x->cause;
	}
	e->ms = x->ms;
	e->tag = tag;
	return p;
}

/* The common case: nothing new but a value that is a decimal and near. */
static uint8_t *
put_near(const struct series *s, struct series_end *e, uint8_t *p, const struct sample *x, uint64_t tag)
{
	struct form f = form_of(s, e);
	int64_t n = scale(f.decimals, x->v, INT64_MAX);
	uint64_t above, bits = bits_of(x->v);

	if ((uint64_t)x->ms - (uint64_t)e->ms != e->step || tag - e->tag != e->tag_step || x->quality != e->quality ||
	    x->cause != e->cause || n == INT64_MAX || bits_of(unscale(f, n)) != bits)
		return NULL;
	above = (uint64_t)n - (uint64_t)e->scaled;
	if (above + NEAR_HALF < FAR_FIRST) {
		*p++ = (uint8_t)(above + NEAR_HALF);
	} else if (above + FAR_HALF < 2 * FAR_HALF) {
		above += FAR_HALF;
		*p++ = (uint8_t)(FAR_FIRST + (above >> 8));
		*p++ = (uint8_t)above;
	} else {
		return NULL;
	}
	e->ms = x->ms;
	e->tag = tag;
	e->bits = bits;
	e->scaled = n;
	return p;
}

static inline const uint8_t *
get_one(const struct series *s, struct series_end *e, const uint8_t *p)
{
	uint8_t flags = *p++;

	if (flags < FLAGS_FIRST) {
		e->scaled += flags < FAR_FIRST ? flags - NEAR_HALF : ((flags - FAR_FIRST) << 8 | *p++) - FAR_HALF;
		e->bits = bits_of(unscale(form_of(s, e), e->scaled));
		e->ms = (int64_t)((uint64_t)e->ms + e->step);
		e->tag += e->tag_step;
		return p;
	}
	uint64_t step = flags & HAS_STEP ? column_unfold(get_varint(&p)) : e->step;
	e->ms = (int64_t)((uint64_t)e->ms + step);
	e->step = step <= UINT32_MAX ? (uint32_t)step : e->step;
	uint64_t rise = flags & HAS_TAG ? get_varint(&p) : e->tag_step;
	e->tag += rise;
	e->tag_step = rise <= UINT8_MAX ? (uint8_t)rise : e->tag_step;
	if (flags & HAS_STATUS) {
		uint64_t status = get_varint(&p);

		e->quality = (uint16_t)(status >> 16);
		e->cause = (uint16_t)status;
	}
	if (flags & HAS_DELTA) {
		uint64_t delta = get_varint(&p);

		e->scaling = delta & 3;
		e->scaled = (int64_t)((uint64_t)e->scaled + column_unfold(delta >> 2));
		e->bits = bits_of(unscale(form_of(s, e), e->scaled));
		e->bits += flags & HAS_PATTERN ? column_unfold(get_varint(&p)) : 0;
	} else if (flags & HAS_PATTERN) {
		e->bits ^= get_pattern(&p);
	}
	return p;
}

static inline struct sample
sample_of(const struct series_end *e)
{
	return (struct sample){ .ms = e->ms, .v = value_of(e->bits), .quality = e->quality, .cause = e->cause };
}

/* ---- writing */

void
series_init(struct series *s, int decimals)
{
	*s = (struct series){ .decimals = (int8_t)decimals_within(decimals) };
}

void
series_done(struct series *s)
{
	free(s->data);
	*s = (struct series){ .decimals = s->decimals };
}

void
series_reset(struct series *s)
{
	*s = (struct series){ .data = s->data, .cap = s->cap, .decimals = s->decimals };
}

static void
make_room(struct series *s)
{
	if (s->cap - s->len >= RECORD_MOST)
		return;
	assert(s->cap < UINT32_MAX / 2 - RECORD_MOST);
	uint32_t cap = s->cap + s->cap / 2 + 2 * RECORD_MOST;
	uint8_t *data = xmalloc(cap);
	if (s->len > 0)
		memcpy(data, s->data, s->len);
	free(s->data);
	s->data = data;
	s->cap = cap;
}

void
series_put(struct series *s, const struct sample *x, uint64_t tag)
{
	tag = tag < s->tail.tag ? s->tail.tag : tag;
	make_room(s);
	uint8_t *start = s->data + s->len, *p = put_near(s, &s->tail, start, x, tag);
	if (p == NULL) {
		uint8_t flags = 0;

		p = put_changes(&s->tail, start + 1, x, tag, &flags);
		p = put_value(s, &s->tail, p, x->v, &flags);
		*start = FLAGS_FIRST + flags;
	}
	s->len = (uint32_t)(p - s->data);
	if (s->count == 0 || x->ms >= s->last)
		s->last = x->ms;
	else
		s->is_mixed = true;
	if (s->count == 0 || x->ms < s->first)
		s->first = x->ms;
	s->count++;
}

/* ---- reading */

/* By time, and those of one time as they were. */
static void
sort(struct sample *s, struct sample *spare, uint32_t n)
{
	uint32_t half = n / 2, a = 0, b = half;

	if (n < 2)
		return;
	sort(s, spare, half);
	sort(s + half, spare, n - half);
	if (s[half - 1].ms <= s[half].ms)
		return;
	memcpy(spare, s, half * sizeof(*s));
	for (uint32_t i = 0; a < half; i++)
		s[i] = b < n && s[b].ms < spare[a].ms ? s[b++] : spare[a++];
}

uint32_t
series_read_after(const struct series *s, uint64_t tag, struct sample *out)
{
	struct series_end e = s->head;
	const uint8_t *p = s->data;
	uint32_t n = 0;

	if (s->count > 0 && s->tail.tag <= tag)
		return 0;
	for (uint32_t i = 0; i < s->count; i++) {
		p = get_one(s, &e, p);
		if (e.tag > tag)
			out[n++] = sample_of(&e);
	}
	if (s->is_mixed && n > 1) {
		struct sample *spare = xmalloc(n * sizeof(*spare));

		sort(out, spare, n);
		free(spare);
	}
	return n;
}

uint32_t
series_read(const struct series *s, struct sample *out)
{
	struct series_end e = s->head;
	const uint8_t *p = s->data;

	for (uint32_t i = 0; i < s->count; i++) {
		p = get_one(s, &e, p);
		out[i] = sample_of(&e);
	}
	if (s->is_mixed) {
		struct sample *spare = xmalloc(s->count * sizeof(*spare));

		sort(out, spare, s->count);
		free(spare);
	}
	return s->count;
}

bool
series_newest(const struct series *s, struct sample *out)
{
	struct series_end e = s->head;
	const uint8_t *p = s->data;

	if (s->count == 0)
		return false;
	*out = sample_of(&s->tail);
	for (uint32_t i = 0; s->is_mixed && i < s->count; i++) {
		p = get_one(s, &e, p);
		if (e.ms == s->last)
			*out = sample_of(&e);
	}
	return true;
}

/* ---- taking away */

/* The bounds again, after samples went. */
static void
look_again(struct series *s)
{
	struct series_end e = s->head;
	const uint8_t *p = s->data;
	bool was_mixed = s->is_mixed;

	s->is_mixed = false;
	s->last = s->tail.ms;
	for (uint32_t i = 0; i < (was_mixed ? s->count : 1); i++) {
		p = get_one(s, &e, p);
		if (i == 0)
			s->first = s->last = e.ms;
		s->is_mixed |= e.ms < s->last;
		s->first = e.ms < s->first ? e.ms : s->first;
		s->last = e.ms > s->last ? e.ms : s->last;
	}
	if (!was_mixed)
		s->last = s->tail.ms;
}

/* The first so many by arrival; e is what the last of them left behind, p what is after it. */
static void
drop(struct series *s, uint32_t gone, const struct series_end *e, const uint8_t *p)
{
	if (gone == s->count) {
		series_reset(s);
	} else if (gone > 0) {
		s->head = *e;
		s->len -= (uint32_t)(p - s->data);
		memmove(s->data, p, s->len);
		s->count -= gone;
		look_again(s);
	}
}

void
series_forget(struct series *s, uint64_t tag)
{
	struct series_end e = s->head, next = e;
	const uint8_t *p = s->data, *after = p;
	uint32_t gone = 0;

	for (; gone < s->count; gone++) {
		after = get_one(s, &next, after);
		if (next.tag > tag)
			break;
		e = next;
		p = after;
	}
	drop(s, gone, &e, p);
}

static void
drop_first(struct series *s, uint32_t n)
{
	struct series_end e = s->head;
	const uint8_t *p = s->data;

	for (uint32_t i = 0; i < n; i++)
		p = get_one(s, &e, p);
	drop(s, n, &e, p);
}

static int
by_time(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->sample.ms != y->sample.ms)
		return x->sample.ms < y->sample.ms ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static int
by_arrival(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->order < y->order ? -1 : 1;
}

void
series_cut(struct series *s, uint32_t n)
{
	if (n >= s->count) {
		series_reset(s);
		return;
	}
	if (!s->is_mixed) {
		drop_first(s, n);
		return;
	}
	uint32_t count = s->count;
	struct item *items = xcalloc(count, sizeof(*items));
	struct series_end e = s->head;
	const uint8_t *p = s->data;

	for (uint32_t i = 0; i < count; i++) {
		p = get_one(s, &e, p);
		items[i] = (struct item){ sample_of(&e), e.tag, i };
	}
	qsort(items, count, sizeof(*items), by_time);
	qsort(items + n, count - n, sizeof(*items), by_arrival);
	series_reset(s);
	for (uint32_t i = n; i < count; i++)
		series_put(s, &items[i].sample, items[i].tag);
	free(items);
}

size_t
series_bytes(const struct series *s)
{
	return s->cap;
}
