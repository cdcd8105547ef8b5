/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_rolls.c - rows of table roll, one at a time, as a question goes forward through them.
 */
#include "config.h"

#include "scada/store/query_private.h"

void
rolls_init(struct rolls *r, struct query *q, int64_t point, int64_t level)
{
	r->q = q;
	r->point = point;
	r->level = level;
	r->n = 0;
	r->from = r->to = 0;
}

/* The newest row that begins at or before a time. */
static void
read_row(struct rolls *r, int64_t ms)
{
	sqlite3_stmt *st = query_st(r->q, SQL_ROLL, r->point, r->level, ms);

	r->n = 0;
	if (sqlite3_step(st) == SQLITE_ROW) {
		int len = sqlite3_column_bytes(st, 1);

		if (roll_get(sqlite3_column_blob(st, 1), (size_t)len, r->edges, r->buckets, &r->n) != OK) {
			r->q->damaged++;
			r->n = 0;
		}
	}
	(void)sqlite3_reset(st);
}

static void
load(struct rolls *r, int64_t ms)
{
	read_row(r, ms);
	if (r->n > 0 && r->edges[0] <= ms && ms < r->edges[r->n]) {
		r->from = r->edges[0];
		r->to = r->edges[r->n];
		return;
	}
	/* it ends before: nothing until the next one */
	r->n = 0;
	r->from = ms;
	r->to = query_number(r->q, SQL_ROLL_NEXT, r->point, r->level, ms);
	if (r->to <= ms)
		r->to = INT64_MAX;
}

const struct bucket *
rolls_find(struct rolls *r, int64_t ms, int64_t *from, int64_t *to)
{
	uint32_t low = 0, high;

	if (ms < r->from || ms >= r->to)
		load(r, ms);
	*from = r->from;
	*to = r->to;
	if (r->n == 0)
		return NULL;
	for (high = r->n; high - low > 1;) {
		uint32_t half = (low + high) / 2;

		if (r->edges[half] <= ms)
			low = half;
		else
			high = half;
	}
	*from = r->edges[low];
	*to = r->edges[low + 1];
	return &r->buckets[low];
}
