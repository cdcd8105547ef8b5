/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_seen.c - when a point's device was looked at: through which device it was read then, and when that was scanned.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/query_private.h"

/* ---- ranges */

static void
put(struct ranges *r, int64_t from, int64_t to)
{
	if (r->n == r->cap) {
		size_t cap = r->cap * 2 + 8;
		struct stretch *v = xcalloc(cap, sizeof(*v));

		if (r->n > 0)
			memcpy(v, r->v, r->n * sizeof(*v));
		free(r->v);
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n++] = (struct stretch){ from, to };
}

void
ranges_add(struct ranges *r, int64_t from, int64_t to)
{
	struct stretch *last = r->n > 0 ? &r->v[r->n - 1] : NULL;

	if (from >= to)
		return;
	if (last == NULL || from > last->to)
		put(r, from, to);
	else if (to > last->to)
		last->to = to;
}

void
ranges_cut(struct ranges *r, int64_t from, int64_t to)
{
	size_t n = r->n, kept = 0;

	if (from >= to)
		return;
	for (size_t i = 0; i < n; i++) {
		struct stretch v = r->v[i];

		if (v.from < from && v.to > to) { /* the only one that is cut in two */
			put(r, 0, 0);
			memmove(&r->v[i + 2], &r->v[i + 1], (n - i - 1) * sizeof(v));
			r->v[i] = (struct stretch){ v.from, from };
			r->v[i + 1] = (struct stretch){ to, v.to };
			return;
		}
		if (v.from >= from && v.to <= to)
			continue;
		if (v.from < from && v.to > from)
			v.to = from;
		if (v.from < to && v.to > to)
			v.from = to;
		r->v[kept++] = v;
	}
	r->n = kept;
}

/* The first that ends after a time. */
static size_t
first_after(const struct ranges *r, int64_t ms)
{
	size_t low = 0, n = r->n;

	while (n > 0) {
		size_t half = n / 2;

		if (r->v[low + half].to <= ms) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

bool
ranges_touch(const struct ranges *r, int64_t from, int64_t to)
{
	size_t i = first_after(r, from);

	return i < r->n && r->v[i].from < to;
}

bool
ranges_cover(const struct ranges *r, int64_t from, int64_t to)
{
	size_t i = first_after(r, from);

	return from >= to || (i < r->n && r->v[i].from <= from && r->v[i].to >= to);
}

int64_t
ranges_sum(const struct ranges *r)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->n; i++)
		sum += r->v[i].to - r->v[i].from;
	return sum;
}

void
ranges_done(struct ranges *r)
{
	free(r->v);
	*r = (struct ranges){ 0 };
}

/* ---- scans */

struct reading { /* through one device */
	int64_t since, device;
};

static enum err
add_scans(struct query *q, int64_t device, int64_t from, int64_t to, struct ranges *out)
{
	struct stretch now;
	sqlite3_stmt *st = query_st(q, SQL_SCANS, device, from, to);
	int code;

	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t t0 = sqlite3_column_int64(st, 0), t1 = sqlite3_column_int64(st, 1);

		ranges_add(out, t0 > from ? t0 : from, t1 < to ? t1 : to);
	}
	query_tail_scan(q, device, &now); /* is not in the table yet */
	ranges_add(out, now.from > from ? now.from : from, now.to < to ? now.to : to);
	return query_ended(q, st, code);
}

enum err
query_seen(struct query *q, int64_t point, int64_t from, int64_t to, struct ranges *out)
{
	struct reading now = { INT64_MAX, 0 };
	enum err e = OK;
	int code;

	*out = (struct ranges){ 0 };
	/* each row ends the one before; the statement of the scans is another one, so both can be under way */
	sqlite3_stmt *st = query_st(q, SQL_DEVICES, point, 0, 0);
	while (e == OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
		struct reading next = { sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) };
		int64_t begin = now.since > from ? now.since : from, end = next.since < to ? next.since : to;

		if (begin < end)
			e = add_scans(q, now.device, begin, end, out);
		now = next;
	}
	if (e != OK) {
		(void)sqlite3_reset(st);
		return e;
	}
	e = query_ended(q, st, code);
	if (e == OK && now.since < to)
		e = add_scans(q, now.device, now.since > from ? now.since : from, to, out);
	return e;
}

enum err
query_awake(struct query *q, int64_t from, int64_t to, struct ranges *out)
{
	*out = (struct ranges){ 0 };
	return add_scans(q, 0, from, to, out);
}

int64_t
query_seen_ms(struct query *q, const struct query_point *p, int64_t from, int64_t to)
{
	struct ranges seen = { 0 };
	int64_t sum;

	from = query_time(from);
	to = query_time(to);
	if (from >= to || query_begin(q) != OK)
		return 0;
	(void)query_seen(q, p->key, from, to, &seen);
	sum = ranges_sum(&seen);
	ranges_done(&seen);
	query_end(q);
	return sum;
}

/* The end of a scan was looked at as well: that is when its last sample came. */
bool
query_is_seen(struct query *q, const struct query_point *p, int64_t ms)
{
	struct ranges seen = { 0 };
	bool is_seen;

	(void)query_seen(q, p->key, ms - 1, ms + 1, &seen);
	is_seen = seen.n > 0;
	ranges_done(&seen);
	return is_seen;
}
