/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.c - the frame codec: head, bounds, and the little integers of a body.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/text.h"
#include "scada/base/wire.h"

/* clang-format off */
#define WIRE_ROW(id, number, min, max, role, flags, help) { number, min, max, role, flags, #id, help },
static const struct wire_row rows[] = { WIRE_LIST(WIRE_ROW) };
#undef WIRE_ROW

/* Numbers are small: an index by number, 0 = no such message, else row + 1. */
#define WIRE_INDEX_MAX 256
#define WIRE_POSITION(id, number, min, max, role, flags, help) POSITION_##id,
enum wire_position { WIRE_LIST(WIRE_POSITION) };
#undef WIRE_POSITION
#define WIRE_INDEX(id, number, min, max, role, flags, help) [number] = POSITION_##id + 1,
static const uint8_t row_of[WIRE_INDEX_MAX] = { WIRE_LIST(WIRE_INDEX) };
#undef WIRE_INDEX
/* clang-format on */

const struct wire_row *
wire_find(uint16_t type)
{
	if (type >= WIRE_INDEX_MAX || row_of[type] == 0)
		return NULL;
	return &rows[row_of[type] - 1];
}

const struct wire_row *
wire_row(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

static uint16_t
load_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t
load_u64(const uint8_t *p)
{
	return (uint64_t)load_u32(p) << 32 | load_u32(p + 4);
}

static void
store_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
store_u32(uint8_t *p, uint32_t v)
{
	store_u16(p, (uint16_t)(v >> 16));
	store_u16(p + 2, (uint16_t)v);
}

enum err
wire_take(const uint8_t *buf, size_t len, struct frame *out, size_t *used)
{
	const struct wire_row *row;

	*used = 0;
	if (len < WIRE_HEAD)
		return ERR_BUSY;
	out->length = load_u32(buf);
	out->type = load_u16(buf + 4);
	out->generation = load_u16(buf + 6);
	out->sequence = load_u32(buf + 8);
	out->reply_to = load_u32(buf + 12);
	/* the head is judged before a byte of the body is waited for: a lie about the length costs nothing */
	row = wire_find(out->type);
	if (row == NULL)
		return ERR_FRAME;
	if (out->length > row->max)
		return ERR_TOO_BIG;
	if (out->length < row->min)
		return ERR_FRAME;
	if (len - WIRE_HEAD < out->length)
		return ERR_BUSY;
	out->body = buf + WIRE_HEAD;
	*used = WIRE_HEAD + (size_t)out->length;
	return OK;
}

void
wire_put_head(uint8_t out[WIRE_HEAD], const struct frame *f)
{
	store_u32(out, f->length);
	store_u16(out + 4, f->type);
	store_u16(out + 6, f->generation);
	store_u32(out + 8, f->sequence);
	store_u32(out + 12, f->reply_to);
}

/* ---- writing */

void
wbuf_init(struct wbuf *b)
{
	*b = (struct wbuf){ 0 };
}

void
wbuf_done(struct wbuf *b)
{
	free(b->data);
	*b = (struct wbuf){ 0 };
}

void
wbuf_reset(struct wbuf *b)
{
	b->len = 0;
}

uint8_t *
wbuf_grow(struct wbuf *b, size_t add)
{
	uint8_t *p;

	if (b->cap - b->len < add) {
		size_t cap = b->cap == 0 ? 256 : b->cap;

		while (cap - b->len < add) {
			assert(cap < SIZE_MAX / 4);
			cap *= 2;
		}
		/* not zeroed: what is handed out here is written at once */
		p = xmalloc(cap);
		if (b->len > 0)
			memcpy(p, b->data, b->len);
		free(b->data);
		b->data = p;
		b->cap = cap;
	}
	p = b->data == NULL ? NULL : b->data + b->len; /* nothing added to nothing */
	b->len += add;
	return p;
}

void
w_u8(struct wbuf *b, uint8_t v)
{
	*wbuf_grow(b, 1) = v;
}

void
w_u16(struct wbuf *b, uint16_t v)
{
	store_u16(wbuf_grow(b, 2), v);
}

void
w_u32(struct wbuf *b, uint32_t v)
{
	store_u32(wbuf_grow(b, 4), v);
}

void
w_u64(struct wbuf *b, uint64_t v)
{
	uint8_t *p = wbuf_grow(b, 8);

	store_u32(p, (uint32_t)(v >> 32));
	store_u32(p + 4, (uint32_t)v);
}

void
w_i64(struct wbuf *b, int64_t v)
{
	w_u64(b, (uint64_t)v);
}

void
w_f32(struct wbuf *b, double v)
{
	float f = (float)v;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	w_u32(b, bits);
}

void
w_f64(struct wbuf *b, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	w_u64(b, bits);
}

void
w_varint(struct wbuf *b, uint64_t v)
{
	uint8_t out[10];
	size_t n = 0;

	while (v >= 0x80) {
		out[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (uint8_t)v;
	memcpy(wbuf_grow(b, n), out, n);
}

void
w_zigzag(struct wbuf *b, int64_t v)
{
	w_varint(b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

void
w_str(struct wbuf *b, const char *s)
{
	size_t len = s == NULL ? 0 : strlen(s);

	w_varint(b, len);
	if (len > 0)
		memcpy(wbuf_grow(b, len), s, len);
	w_u8(b, 0);
}

void
w_bytes(struct wbuf *b, const void *p, size_t len)
{
	w_varint(b, len);
	if (len > 0)
		memcpy(wbuf_grow(b, len), p, len);
}

/* ---- reading */

void
rbuf_init(struct rbuf *r, const void *data, size_t len)
{
	*r = (struct rbuf){ .data = data, .len = len };
}

/* The next n bytes, or NULL and bad for ever. */
static const uint8_t *
take(struct rbuf *r, size_t n)
{
	const uint8_t *p;

	if (r->bad || r->len - r->pos < n) {
		r->bad = true;
		return NULL;
	}
	p = r->data + r->pos;
	r->pos += n;
	return p;
}

uint8_t
r_u8(struct rbuf *r)
{
	const uint8_t *p = take(r, 1);

	return p == NULL ? 0 : *p;
}

uint16_t
r_u16(struct rbuf *r)
{
	const uint8_t *p = take(r, 2);

	return p == NULL ? 0 : load_u16(p);
}

uint32_t
r_u32(struct rbuf *r)
{
	const uint8_t *p = take(r, 4);

	return p == NULL ? 0 : load_u32(p);
}

uint64_t
r_u64(struct rbuf *r)
{
	const uint8_t *p = take(r, 8);

	return p == NULL ? 0 : load_u64(p);
}

int64_t
r_i64(struct rbuf *r)
{
	uint64_t u = r_u64(r);
	int64_t v;

	memcpy(&v, &u, sizeof(v));
	return v;
}

double
r_f32(struct rbuf *r)
{
	uint32_t bits = r_u32(r);
	float f;

	memcpy(&f, &bits, sizeof(f));
	return (double)f;
}

double
r_f64(struct rbuf *r)
{
	uint64_t bits = r_u64(r);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

uint64_t
r_varint(struct rbuf *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		const uint8_t *p = take(r, 1);

		if (p == NULL)
			return 0;
		/* the tenth byte holds the one bit that is left of 64 */
		if (shift == 63 && *p > 1)
			break;
		v |= (uint64_t)(*p & 0x7F) << shift;
		if ((*p & 0x80) == 0)
			return v;
	}
	r->bad = true;
	return 0;
}

int64_t
r_zigzag(struct rbuf *r)
{
	uint64_t u = r_varint(r), bits = u >> 1 ^ ((u & 1) != 0 ? UINT64_MAX : 0);
	int64_t v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

const char *
r_str(struct rbuf *r)
{
	uint64_t len = r_varint(r);
	const uint8_t *p;

	if (r->bad || len >= r->len - r->pos) {
		r->bad = true;
		return "";
	}
	p = take(r, (size_t)len + 1);
	if (p == NULL || p[len] != 0 || memchr(p, 0, (size_t)len) != NULL ||
	    !text_is_utf8((const char *)p, (size_t)len, NULL)) {
		r->bad = true;
		return "";
	}
	return (const char *)p;
}

const uint8_t *
r_bytes(struct rbuf *r, size_t *len)
{
	static const uint8_t none[1];
	uint64_t n = r_varint(r);
	const uint8_t *p = NULL;

	if (!r->bad && n <= r->len - r->pos)
		p = take(r, (size_t)n);
	if (p == NULL) {
		r->bad = true;
		*len = 0;
		return none;
	}
	*len = (size_t)n;
	return p;
}

bool
r_done(const struct rbuf *r)
{
	return !r->bad && r->pos == r->len;
}
