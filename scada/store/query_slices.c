/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_slices.c - buckets a slice at a time.  A slice is of whole buckets; one that is longer than a part is made of parts, whole days
 * of the zone where that can be, so that rolls of days fit into them.
 */
#include "config.h"

#include "scada/store/query_private.h"

#define PART_MS     (4 * DAY_MS)
#define PARTS_MOST  16
#define LENGTH_MIN  INT64_C(1)
#define LENGTH_MAX  (64 * DAY_MS)
#define LENGTH_FROM DAY_MS

void
spans_begin(struct spans *s, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out)
{
	s->p = p;
	s->edges = edges;
	s->out = out;
	s->n = n;
	s->at = 0;
	s->ms = edges[0];
	if (s->length < LENGTH_MIN)
		s->length = LENGTH_FROM;
}

void
spans_took(struct spans *s, int64_t took_us, int64_t aim_us)
{
	if (took_us < aim_us / 2)
		s->length = s->length < LENGTH_MAX / 2 ? s->length * 2 : LENGTH_MAX;
	else if (took_us > aim_us * 3 / 2 && s->length > LENGTH_MIN)
		s->length /= 2;
}

static bool
is_long(const struct spans *s, uint32_t i)
{
	return !s->is_whole && s->edges[i + 1] - s->edges[i] > PART_MS;
}

/* Where the part that begins at a time ends. */
static int64_t
part_end(int64_t ms, int64_t to)
{
	int64_t end = roll_day_of(ms + PART_MS);

	end = end > ms ? end : ms + PART_MS;
	return end < to ? end : to;
}

/* Some more of one bucket. */
static enum err
make_parts(struct query *q, struct spans *s)
{
	int64_t to = s->edges[s->at + 1], edges[PARTS_MOST + 1] = { s->ms };
	struct bucket parts[PARTS_MOST];
	uint32_t n = 0;
	enum err e;

	do {
		edges[n + 1] = part_end(edges[n], to);
		n++;
	} while (n < PARTS_MOST && edges[n] < to && edges[n] - s->ms < s->length);
	e = query_spans(q, s->p, edges, n, parts);
	if (e != OK)
		return e;
	if (s->ms == s->edges[s->at])
		weigh_begin(&s->w, &s->edges[s->at], 1, NULL, 0, s->p->modulus, &s->out[s->at]);
	for (uint32_t i = 0; i < n; i++)
		weigh_bucket(&s->w, &parts[i], edges[i], edges[i + 1]);
	s->ms = edges[n];
	if (s->ms == to) {
		weigh_end(&s->w);
		s->at++;
	}
	return OK;
}

enum err
spans_step(struct query *q, struct spans *s)
{
	uint32_t end = s->at + 1;
	enum err e;

	if (s->at >= s->n)
		return OK;
	if (is_long(s, s->at))
		return make_parts(q, s);
	while (end < s->n && !is_long(s, end) && s->edges[end + 1] - s->ms <= s->length)
		end++;
	e = query_spans(q, s->p, &s->edges[s->at], end - s->at, &s->out[s->at]);
	if (e == OK) {
		s->at = end;
		s->ms = s->edges[end];
	}
	return e;
}
