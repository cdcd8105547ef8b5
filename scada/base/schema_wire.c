/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_wire.c - a struct that a table describes, as bytes and back.
 * A mapping is u64 of the keys that are set, then these members in order, then its variant. Nothing read is believed.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "scada/base/point.h"
#include "scada/base/schema.h"

#define DEPTH_MAX 8

/* ---- writing */

static void put_object(const struct schema *s, const void *obj, struct wbuf *b);

static uint64_t
role_index(const struct key *k, const char *role)
{
	uint64_t i = 0;
	while (k->words[i].word != NULL && strcmp(k->words[i].word, role) != 0)
		i++;
	return i;
}

static void
put_list(const struct key *k, const struct key_list *l, struct wbuf *b)
{
	w_varint(b, l->n);
	for (uint32_t i = 0; i < l->n; i++)
		put_object(k->sub, (const char *)l->v + (size_t)i * k->sub->size, b);
}

static void
put_array(const struct key *k, const void *m, struct wbuf *b)
{
	if (k->type == KEY_NUMBERS) {
		const struct key_numbers *l = m;
		w_varint(b, l->n);
		for (uint32_t i = 0; i < l->n; i++)
			w_f64(b, l->v[i]);
	} else if (k->type == KEY_NAMES) {
		const struct key_names *l = m;
		w_varint(b, l->n);
		for (uint32_t i = 0; i < l->n; i++) {
			w_zigzag(b, l->v[i].number);
			w_str(b, l->v[i].text);
		}
	} else if (k->type == KEY_PAIRS) {
		const struct key_pairs *l = m;
		w_varint(b, l->n);
		for (uint32_t i = 0; i < l->n; i++) {
			w_f64(b, l->v[i].x);
			w_f64(b, l->v[i].y);
		}
	} else if (k->type == KEY_WORDS) {
		const struct key_words *l = m;
		w_varint(b, l->n);
		for (uint32_t i = 0; i < l->n; i++)
			w_str(b, l->v[i]);
	} else {
		const struct key_points *l = m;
		w_varint(b, l->n);
		for (uint32_t i = 0; i < l->n; i++) {
			w_varint(b, role_index(k, l->v[i].role));
			w_str(b, l->v[i].point);
		}
	}
}

static void
put_member(const struct key *k, const void *obj, struct wbuf *b)
{
	const void *m = (const char *)obj + k->offset;
	switch (k->type) {
	case KEY_BOOL: w_u8(b, *(const bool *)m); break;
	case KEY_INT:
	case KEY_DATE:
	case KEY_DAYTIME:
	case KEY_DURATION: w_zigzag(b, *(const int64_t *)m); break;
	case KEY_NUMBER:
	case KEY_RATE: w_f64(b, *(const double *)m); break;
	case KEY_ENUM: w_zigzag(b, *(const int *)m); break;
	case KEY_RANGE:
		w_f64(b, ((const struct key_range *)m)->lo);
		w_f64(b, ((const struct key_range *)m)->hi);
		break;
	case KEY_NUMBERS:
	case KEY_NAMES:
	case KEY_PAIRS:
	case KEY_WORDS:
	case KEY_POINTS: put_array(k, m, b); break;
	case KEY_MAP: put_object(k->sub, *(void *const *)m, b); break;
	case KEY_LIST:
	case KEY_DICT: put_list(k, m, b); break;
	default: w_str(b, *(const char *const *)m); break;
	}
}

static void
put_object(const struct schema *s, const void *obj, struct wbuf *b)
{
	const struct node *n = obj;
	void *sub;
	w_u64(b, n->set);
	for (unsigned i = 0; i < s->key_count; i++)
		if (node_has(n, i))
			put_member(&s->keys[i], obj, b);
	const struct schema *variant = schema_variant(s, obj, &sub);
	if (variant != NULL)
		put_object(variant, sub, b);
}

void
schema_put(const struct schema *s, const void *obj, struct wbuf *b)
{
	put_object(s, obj, b);
}

/* ---- reading */

static bool get_object(const struct schema *s, void *obj, struct rbuf *r, struct arena *a, int depth);

/* A count within the key's bounds that the bytes left can hold, each element taking at least `least` of them. */
static bool
get_count(const struct key *k, struct rbuf *r, size_t least, uint32_t *n)
{
	uint64_t v = r_varint(r);
	if (k->max != 0 && ((double)v < k->min || (double)v > k->max))
		return false;
	if (r->bad || v > POINT_MAX || v > (r->len - r->pos) / least)
		return false;
	*n = (uint32_t)v;
	return true;
}

static bool
get_list(const struct key *k, struct key_list *l, struct rbuf *r, struct arena *a, int depth)
{
	uint32_t n;
	if (!get_count(k, r, 8, &n))
		return false;
	l->v = arena_alloc(a, (size_t)n * k->sub->size);
	for (l->n = 0; l->n < n; l->n++)
		if (!get_object(k->sub, (char *)l->v + (size_t)l->n * k->sub->size, r, a, depth + 1))
			return false;
	return true;
}

static bool
get_names(const struct key *k, struct key_names *l, struct rbuf *r, struct arena *a)
{
	if (!get_count(k, r, 3, &l->n))
		return false;
	l->v = arena_alloc(a, l->n * sizeof(*l->v));
	for (uint32_t i = 0; i < l->n; i++) {
		l->v[i].number = r_zigzag(r);
		l->v[i].text = arena_strdup(a, r_str(r));
		if (i > 0 && l->v[i].number <= l->v[i - 1].number)
			return false;
	}
	return !r->bad;
}

static bool
get_points(const struct key *k, struct key_points *l, struct rbuf *r, struct arena *a)
{
	uint64_t words = 0;
	while (k->words[words].word != NULL)
		words++;
	if (!get_count(k, r, 3, &l->n))
		return false;
	l->v = arena_alloc(a, l->n * sizeof(*l->v));
	for (uint32_t i = 0; i < l->n; i++) {
		uint64_t w = r_varint(r);
		if (w >= words)
			return false;
		l->v[i].role = k->words[w].word;
		l->v[i].point = arena_strdup(a, r_str(r));
		if (!point_name_is_valid(l->v[i].point))
			return false;
	}
	return !r->bad;
}

static bool
get_numbers(const struct key *k, struct key_numbers *l, struct rbuf *r, struct arena *a)
{
	if (!get_count(k, r, 8, &l->n))
		return false;
	l->v = arena_alloc(a, l->n * sizeof(*l->v));
	for (uint32_t i = 0; i < l->n; i++)
		if (!isfinite(l->v[i] = r_f64(r)))
			return false;
	return !r->bad;
}

static bool
get_pairs(const struct key *k, struct key_pairs *l, struct rbuf *r, struct arena *a)
{
	if (!get_count(k, r, 16, &l->n))
		return false;
	l->v = arena_alloc(a, l->n * sizeof(*l->v));
	for (uint32_t i = 0; i < l->n; i++) {
		l->v[i].x = r_f64(r);
		l->v[i].y = r_f64(r);
		if (!isfinite(l->v[i].x) || !isfinite(l->v[i].y))
			return false;
	}
	return !r->bad;
}

static bool
get_words(const struct key *k, struct key_words *l, struct rbuf *r, struct arena *a)
{
	if (!get_count(k, r, 2, &l->n))
		return false;
	l->v = arena_alloc(a, l->n * sizeof(*l->v));
	for (uint32_t i = 0; i < l->n; i++)
		l->v[i] = arena_strdup(a, r_str(r));
	return !r->bad;
}

static bool
get_scalar(const struct key *k, void *obj, struct rbuf *r, struct arena *a)
{
	char message[200];
	void *m = (char *)obj + k->offset;
	int64_t v;
	switch (k->type) {
	case KEY_BOOL:
		v = r_u8(r);
		*(bool *)m = v == 1;
		if (v > 1)
			return false;
		break;
	case KEY_INT:
	case KEY_DATE:
	case KEY_DAYTIME:
	case KEY_DURATION: *(int64_t *)m = r_zigzag(r); break;
	case KEY_NUMBER:
	case KEY_RATE: *(double *)m = r_f64(r); break;
	case KEY_ENUM:
		v = r_zigzag(r);
		if (v < 0 || v > 255)
			return false;
		*(int *)m = (int)v;
		break;
	default: *(const char **)m = arena_strdup(a, r_str(r)); break;
	}
	return !r->bad && schema_value_ok(k, obj, message, sizeof(message));
}

static bool
get_member(const struct key *k, void *obj, struct rbuf *r, struct arena *a, int depth)
{
	void *m = (char *)obj + k->offset;
	switch (k->type) {
	case KEY_RANGE: {
		struct key_range *range = m;
		range->lo = r_f64(r);
		range->hi = r_f64(r);
		return !r->bad && isfinite(range->lo) && isfinite(range->hi);
	}
	case KEY_NUMBERS: return get_numbers(k, m, r, a);
	case KEY_NAMES: return get_names(k, m, r, a);
	case KEY_PAIRS: return get_pairs(k, m, r, a);
	case KEY_WORDS: return get_words(k, m, r, a);
	case KEY_POINTS: return get_points(k, m, r, a);
	case KEY_MAP: {
		void *sub = arena_alloc(a, k->sub->size);
		*(void **)m = sub;
		return get_object(k->sub, sub, r, a, depth + 1);
	}
	case KEY_LIST:
	case KEY_DICT: return get_list(k, m, r, a, depth);
	default: return get_scalar(k, obj, r, a);
	}
}

static bool
get_object(const struct schema *s, void *obj, struct rbuf *r, struct arena *a, int depth)
{
	struct node *n = obj;
	void *sub;
	if (depth > DEPTH_MAX)
		return false;
	bool ok = schema_defaults(s, obj, a);
	assert(ok);
	uint64_t set = r_u64(r);
	if (r->bad || (s->key_count < 64 && set >> s->key_count != 0))
		return false;
	for (unsigned i = 0; i < s->key_count; i++) {
		if (!((set >> i) & 1)) {
			if (s->keys[i].is_required)
				return false;
			continue;
		}
		n->set |= UINT64_C(1) << i;
		if (!get_member(&s->keys[i], obj, r, a, depth))
			return false;
	}
	const struct schema *variant = schema_variant(s, obj, &sub);
	if (variant == NULL)
		return !r->bad;
	sub = arena_alloc(a, variant->size);
	memcpy((char *)obj + s->variant_offset, &sub, sizeof(sub));
	return get_object(variant, sub, r, a, depth + 1);
}

bool
schema_get(const struct schema *s, void *obj, struct rbuf *r, struct arena *a)
{
	return get_object(s, obj, r, a, 0);
}
