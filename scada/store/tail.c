/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail.c - rows of the tail. A sample is one byte if it is of the next point, of the same time and quality, and near the one before
 * of its point; else a byte that says what follows.
 *
 *   row     version u8 | boot u64 | batch varint | ms i64 | done varint | scans varint | samples varint
 *           done: steps of keys | scans: device varint, zigzag ms - to, varint to - from | samples: ms i64, then
 *   0..191      value is 96 units below to 95 above the one before of the point
 *   192..223    with a second byte: 4096 below to 4095 above
 *   224 + bits  of what follows, in their order; without HAS_DELTA and HAS_VALUE the value is the one before
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/column.h"
#include "scada/store/decimal.h"
#include "scada/store/tail.h"

enum {
	HAS_KEY = 1,    /* zigzag step from the point before; else the next */
	HAS_TIME = 2,   /* zigzag ms from the sample before */
	HAS_STATUS = 4, /* quality << 16 | cause */
	HAS_DELTA = 8,  /* zigzag units above the value before */
	HAS_VALUE = 16  /* a form and zigzag units, or ALONE and 8 bytes */
};

#define TAIL_VERSION 1
#define NEAR_HALF    96
#define FAR_HALF     4096
#define FAR_FIRST    (2 * NEAR_HALF)
#define FLAGS_FIRST  224
#define ALONE        0xFFu
#define SAMPLE_MOST  48 /* bytes of one sample */

/* ---- bases */

void
tail_bases_room(struct tail_bases *b, uint32_t keys)
{
	if (keys <= b->cap)
		return;
	uint32_t cap = keys + keys / 4 + 64;

	b->v = xrecallocarray(b->v, b->cap, cap, sizeof(*b->v));
	b->cap = cap;
}

void
tail_bases_done(struct tail_bases *b)
{
	free(b->v);
	*b = (struct tail_bases){ 0 };
}

void
tail_base_reset(struct tail_bases *b, uint32_t key)
{
	if (key < b->cap)
		b->v[key] = (struct tail_base){ 0 };
}

static struct form
form_of(uint8_t form)
{
	return (struct form){ (enum scaling)(form >> 4), form & 15u };
}

/* ---- writing */

static uint8_t *
put_varint(uint8_t *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (uint8_t)(v | 0x80);
	*p++ = (uint8_t)v;
	return p;
}

static uint8_t *
put_step(uint8_t *p, int64_t from, int64_t to)
{
	return put_varint(p, column_fold((uint64_t)to - (uint64_t)from));
}

void
tail_out_reset(struct tail_out *t)
{
	wbuf_reset(&t->samples);
	*t = (struct tail_out){ .samples = t->samples };
}

/* A value of its own; brings the base up to it. */
static uint8_t *
put_alone(uint8_t *p, struct tail_base *b, double v, unsigned decimals)
{
	struct form f = { SCALING_QUOTIENT, decimals };
	int64_t n = scale(decimals, v, INT64_MAX);

	b->is_scaled = false;
	for (unsigned i = 0; n != INT64_MAX && i < SCALING_NONE; i++) {
		f.scaling = (enum scaling)i;
		if (bits_of(unscale(f, n)) != b->bits)
			continue;
		b->form = (uint8_t)(i << 4 | decimals);
		b->scaled = n;
		b->is_scaled = b->is_there = true;
		*p++ = b->form;
		return put_varint(p, column_fold((uint64_t)n));
	}
	*p++ = ALONE;
	for (unsigned i = 0; i < 8; i++)
		*p++ = (uint8_t)(b->bits >> 8 * i);
	return p;
}

static uint8_t *
put_value(uint8_t *p, struct tail_base *b, double v, int decimals, uint8_t *flags)
{
	uint64_t bits = bits_of(v);
	struct form f = form_of(b->form);

	if (b->is_there && b->bits == bits)
		return p;
	b->bits = bits;
	if (b->is_there && b->is_scaled) {
		int64_t n = scale(f.decimals, v, INT64_MAX);

		if (n != INT64_MAX && bits_of(unscale(f, n)) == bits) {
			*flags |= HAS_DELTA;
			p = put_step(p, b->scaled, n);
			b->scaled = n;
			return p;
		}
	}
	*flags |= HAS_VALUE;
	b->is_there = true;
	return put_alone(p, b, v, decimals_within(decimals));
}

/* The common case: units above the one before, if they are few; INT64_MAX: it is not that. */
static inline int64_t
near_delta(const struct tail_base *b, double v, int64_t *n)
{
	struct form f = form_of(b->form);

	if (!b->is_scaled)
		return INT64_MAX;
	*n = scale(f.decimals, v, INT64_MAX);
	if (*n == INT64_MAX || bits_of(unscale(f, *n)) != bits_of(v))
		return INT64_MAX;
	int64_t delta = *n - b->scaled;
	return delta >= -FAR_HALF && delta < FAR_HALF ? delta : INT64_MAX;
}

static uint8_t *
put_near(uint8_t *p, int64_t delta)
{
	if (delta >= -NEAR_HALF && delta < NEAR_HALF) {
		*p++ = (uint8_t)(delta + NEAR_HALF);
	} else {
		*p++ = (uint8_t)(FAR_FIRST + ((delta + FAR_HALF) >> 8));
		*p++ = (uint8_t)(delta + FAR_HALF);
	}
	return p;
}

static uint8_t *
put_any(uint8_t *p, struct tail_out *t, struct tail_base *b, uint32_t key, const struct sample *s, int decimals)
{
	uint8_t *start = p++, flags = 0;

	if (key != t->key + 1) {
		flags |= HAS_KEY;
		p = put_step(p, t->key, key);
	}
	if (s->ms != t->ms) {
		flags |= HAS_TIME;
		p = put_step(p, t->ms, s->ms);
	}
	if (s->quality != t->quality || s->cause != t->cause) {
		flags |= HAS_STATUS;
		p = put_varint(p, (uint64_t)s->quality << 16 | s->cause);
	}
	p = put_value(p, b, s->v, decimals, &flags);
	*start = FLAGS_FIRST + flags;
	return p;
}

void
tail_put(struct tail_out *t, struct tail_bases *b, uint32_t key, const struct sample *s, int decimals)
{
	struct tail_base *base = &b->v[key];
	struct wbuf *w = &t->samples;
	int64_t n;

	if (t->count++ == 0)
		t->first_ms = t->ms = s->ms;
	if (w->cap - w->len < SAMPLE_MOST) {
		(void)wbuf_grow(w, SAMPLE_MOST);
		w->len -= SAMPLE_MOST;
	}
	uint8_t *p = w->data + w->len;
	int64_t delta = near_delta(base, s->v, &n);
	if (delta != INT64_MAX && key == t->key + 1 && s->ms == t->ms && s->quality == t->quality &&
	    s->cause == t->cause) {
		p = put_near(p, delta);
		base->scaled = n;
		base->bits = bits_of(s->v);
	} else {
		p = put_any(p, t, base, key, s, decimals);
		t->ms = s->ms;
		t->quality = s->quality;
		t->cause = s->cause;
	}
	t->key = key;
	w->len = (size_t)(p - w->data);
}

void
tail_row(struct wbuf *out, const struct tail_out *t, struct tail_head *head, const uint32_t *done, uint32_t done_count,
    const struct tail_scan *scans, uint32_t scan_count)
{
	uint32_t key = 0;

	head->done = done_count;
	head->scans = scan_count;
	head->samples = t->count;
	w_u8(out, TAIL_VERSION);
	w_u64(out, head->boot);
	w_varint(out, head->batch);
	w_i64(out, head->ms);
	w_varint(out, done_count);
	w_varint(out, scan_count);
	w_varint(out, t->count);
	for (uint32_t i = 0; i < done_count; i++) {
		w_varint(out, done[i] - key);
		key = done[i];
	}
	for (uint32_t i = 0; i < scan_count; i++) {
		w_varint(out, scans[i].device);
		w_zigzag(out, (int64_t)((uint64_t)head->ms - (uint64_t)scans[i].to));
		w_varint(out, (uint64_t)scans[i].to - (uint64_t)scans[i].from);
	}
	if (t->count == 0)
		return;
	w_i64(out, t->first_ms);
	memcpy(wbuf_grow(out, t->samples.len), t->samples.data, t->samples.len);
}

/* ---- reading */

struct in {
	const uint8_t *p, *end;
	bool bad;
};

static uint8_t
get_u8(struct in *in)
{
	if (in->p < in->end)
		return *in->p++;
	in->bad = true;
	return 0;
}

static uint64_t
get_varint(struct in *in)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b = get_u8(in);

		v |= (uint64_t)(b & 0x7F) << shift;
		if (b < 0x80)
			return v;
	}
	in->bad = true;
	return 0;
}

static int64_t
get_step(struct in *in, int64_t from)
{
	return (int64_t)((uint64_t)from + column_unfold(get_varint(in)));
}

static void
get_alone(struct in *in, struct tail_base *b)
{
	uint8_t form = get_u8(in);

	b->is_there = true;
	b->is_scaled = form != ALONE;
	if (form == ALONE) {
		b->bits = 0;
		for (unsigned i = 0; i < 8; i++)
			b->bits |= (uint64_t)get_u8(in) << 8 * i;
		return;
	}
	struct form f = form_of(form);

	in->bad |= f.scaling >= SCALING_NONE || f.decimals > DECIMALS_MOST;
	if (in->bad)
		return;
	b->form = form;
	b->scaled = (int64_t)column_unfold(get_varint(in));
	b->bits = bits_of(unscale(f, b->scaled));
}

static void
add_delta(struct tail_base *b, uint64_t delta)
{
	b->scaled = (int64_t)((uint64_t)b->scaled + delta);
	b->bits = bits_of(unscale(form_of(b->form), b->scaled));
}

/* What the sample before left behind. */
struct at {
	int64_t ms;
	int64_t key;
	uint16_t quality, cause;
};

/* NULL: these bytes are no sample. A base that a deleted row would have set is just wrong, and so is what is told from it: it counts for nothing. */
static const struct tail_base *
get_sample(struct in *in, struct tail_bases *bases, struct at *at)
{
	uint8_t flags = get_u8(in);
	bool is_near = flags < FLAGS_FIRST;

	at->key = is_near || !(flags & HAS_KEY) ? at->key + 1 : get_step(in, at->key);
	if (at->key <= 0 || at->key >= bases->cap || in->bad)
		return NULL;
	struct tail_base *b = &bases->v[at->key];

	if (flags < FAR_FIRST) {
		add_delta(b, (uint64_t)flags - NEAR_HALF);
		return b;
	}
	if (is_near) {
		add_delta(b, ((uint64_t)(flags - FAR_FIRST) << 8 | get_u8(in)) - FAR_HALF);
		return in->bad ? NULL : b;
	}
	if (flags & HAS_TIME)
		at->ms = get_step(in, at->ms);
	if (flags & HAS_STATUS) {
		uint64_t status = get_varint(in);

		at->quality = (uint16_t)(status >> 16);
		at->cause = (uint16_t)status;
		in->bad |= status > UINT32_MAX;
	}
	if (flags & HAS_VALUE)
		get_alone(in, b);
	else if (flags & HAS_DELTA)
		add_delta(b, column_unfold(get_varint(in)));
	return in->bad ? NULL : b;
}

static enum err
read_samples(struct rbuf *r, struct tail_bases *b, uint32_t count, const struct tail_each *each)
{
	struct at at = { .ms = r_i64(r) };
	struct in in = { r->data + r->pos, r->data + r->len, r->bad };

	for (uint32_t i = 0; i < count; i++) {
		const struct tail_base *base = get_sample(&in, b, &at);

		if (base == NULL)
			return ERR_BAD_DATA;
		struct sample s = { .ms = at.ms, .v = value_of(base->bits), .quality = at.quality, .cause = at.cause };
		each->sample(each->arg, (uint32_t)at.key, &s);
	}
	return in.p == in.end ? OK : ERR_BAD_DATA;
}

static void
read_lists(struct rbuf *r, const struct tail_head *head, const struct tail_each *each)
{
	uint64_t key = 0;

	for (uint32_t i = 0; i < head->done && !r->bad; i++) {
		uint64_t step = r_varint(r);

		key += step;
		r->bad |= step >= TAIL_KEY_MOST || key >= TAIL_KEY_MOST;
		if (!r->bad && each->done != NULL)
			each->done(each->arg, (uint32_t)key);
	}
	for (uint32_t i = 0; i < head->scans && !r->bad; i++) {
		struct tail_scan s;
		uint64_t device = r_varint(r);

		s.to = (int64_t)((uint64_t)head->ms - (uint64_t)r_zigzag(r));
		uint64_t length = r_varint(r);
		s.from = (int64_t)((uint64_t)s.to - length);
		s.device = (uint32_t)device;
		r->bad |= device >= TAIL_KEY_MOST || length > INT64_MAX || s.from > s.to;
		if (!r->bad && each->scan != NULL)
			each->scan(each->arg, &s);
	}
}

enum err
tail_read(const void *data, size_t len, struct tail_bases *b, struct tail_head *head, const struct tail_each *each)
{
	struct rbuf r;
	uint64_t counts[3];

	rbuf_init(&r, data, len);
	uint8_t version = r_u8(&r);
	*head = (struct tail_head){ .boot = r_u64(&r) };
	head->batch = r_varint(&r);
	head->ms = r_i64(&r);
	for (unsigned i = 0; i < 3; i++) {
		counts[i] = r_varint(&r);
		r.bad |= counts[i] > len; /* each takes a byte at least */
	}
	if (r.bad || version != TAIL_VERSION)
		return ERR_BAD_DATA;
	head->done = (uint32_t)counts[0];
	head->scans = (uint32_t)counts[1];
	head->samples = (uint32_t)counts[2];
	read_lists(&r, head, each);
	if (r.bad)
		return ERR_BAD_DATA;
	if (each->sample == NULL)
		return OK;
	if (head->samples == 0)
		return r_done(&r) ? OK : ERR_BAD_DATA;
	return read_samples(&r, b, head->samples, each);
}
