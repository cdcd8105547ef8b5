/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_tail.c - the tail in memory, a series a point: its rows hold all points of a second, and a question is about one of them.
 * Each row is read once, as it comes; a row that says that a point's samples are in chunks empties its series.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/query_private.h"

struct reading {
	struct query *q;
	uint64_t row;
	uint32_t samples;
};

static void
forget_all(struct tail *t)
{
	for (uint32_t i = 0; i < t->cap; i++) {
		if (t->points[i] != NULL)
			series_done(t->points[i]);
		free(t->points[i]);
	}
	free(t->points);
	free(t->scan);
	free(t->done);
	tail_bases_done(&t->bases);
	*t = (struct tail){ 0 };
}

/* ---- rows */

/* For every point that there is; what a row says of others counts for nothing. */
static void
make_room(struct query *q)
{
	struct tail *t = &q->tail;
	int64_t most = query_number(q, SQL_KEY_MOST, 0, 0, 0);
	uint32_t cap = most < 0 ? 1 : most >= TAIL_KEY_MOST ? TAIL_KEY_MOST : (uint32_t)most + 1;

	if (cap <= t->cap)
		return;
	t->points = xrecallocarray(t->points, t->cap, cap, sizeof(struct series *));
	t->cap = cap;
	tail_bases_room(&t->bases, cap);
}

static void
on_done(void *arg, uint32_t key)
{
	struct reading *r = arg;
	struct tail *t = &r->q->tail;

	if (t->done_count == t->done_cap) {
		uint32_t cap = t->done_cap * 2 + 64;

		t->done = xrecallocarray(t->done, t->done_cap, cap, sizeof(*t->done));
		t->done_cap = cap;
	}
	t->done[t->done_count++] = key;
	if (key < t->cap && t->points[key] != NULL)
		series_reset(t->points[key]);
}

static void
on_sample(void *arg, uint32_t key, const struct sample *s)
{
	struct reading *r = arg;
	struct tail *t = &r->q->tail;

	r->samples++;
	if (key >= t->cap)
		return;
	if (t->points[key] == NULL) {
		t->points[key] = xmalloc(sizeof(struct series));
		series_init(t->points[key], (int)query_number(r->q, SQL_DECIMALS, key, 0, 0));
	}
	series_put(t->points[key], s, r->row);
}

static void
on_scan(void *arg, const struct tail_scan *s)
{
	struct reading *r = arg;
	struct tail *t = &r->q->tail;

	if (t->scans == t->scans_cap) {
		uint32_t cap = t->scans_cap * 2 + 16;

		t->scan = xrecallocarray(t->scan, t->scans_cap, cap, sizeof(*t->scan));
		t->scans_cap = cap;
	}
	t->scan[t->scans++] = *s;
}

/* Those that are in chunks, with what this row itself has of them: it was told after them, and is left out here. */
static void
drop_done(struct tail *t)
{
	for (uint32_t i = 0; i < t->done_count; i++) {
		uint32_t key = t->done[i];

		if (key < t->cap && t->points[key] != NULL)
			series_done(t->points[key]);
		tail_base_reset(&t->bases, key);
	}
	t->done_count = 0;
}

static void
read_row(struct reading *r, const void *data, size_t len)
{
	const struct tail_each each = { .done = on_done, .scan = on_scan, .sample = on_sample, .arg = r };
	struct tail *t = &r->q->tail;
	struct tail_head head;

	t->scans = 0; /* each row has the present ones of all devices */
	if (tail_read(data, len, &t->bases, &head, &each) != OK)
		r->q->damaged++; /* what was told before counts */
	drop_done(t);
	t->newest = (int64_t)r->row;
}

/* ---- keeping up */

enum err
query_tail_read(struct query *q, uint32_t most, bool *more)
{
	struct reading r = { .q = q };
	int64_t oldest = query_number(q, SQL_TAIL_FIRST, 0, 0, 0);
	sqlite3_stmt *st;
	int code;

	*more = false;
	/* what went while nobody looked may have said that points are in chunks: all anew, from the oldest that is there */
	if (oldest > q->tail.newest + 1 || oldest <= 0)
		forget_all(&q->tail);
	make_room(q);
	st = query_st(q, SQL_TAIL, q->tail.newest, 0, 0);
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		int len = sqlite3_column_bytes(st, 1);

		r.row = (uint64_t)sqlite3_column_int64(st, 0);
		read_row(&r, sqlite3_column_blob(st, 1), (size_t)len);
		if (most > 0 && r.samples >= most) {
			*more = true;
			break;
		}
	}
	return query_ended(q, st, code);
}

void
query_tail_of(struct query *q, int64_t point, int64_t before, struct sample **out, size_t *n)
{
	const struct series *s = point > 0 && point < q->tail.cap ? q->tail.points[point] : NULL;

	*out = NULL;
	*n = 0;
	if (s == NULL || s->count == 0 || s->first >= before)
		return;
	*out = xmalloc(s->count * sizeof(**out));
	*n = series_read(s, *out);
}

void
query_tail_scan(const struct query *q, int64_t device, struct stretch *out)
{
	*out = (struct stretch){ 0, 0 };
	for (uint32_t i = 0; i < q->tail.scans; i++)
		if (q->tail.scan[i].device == device)
			*out = (struct stretch){ q->tail.scan[i].from, q->tail.scan[i].to };
}

void
query_tail_done(struct query *q)
{
	forget_all(&q->tail);
}
