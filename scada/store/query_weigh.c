/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_weigh.c - buckets from samples: what held before, runs by their rows where they lie within a bucket, else sample by sample, and
 * for counters the reading that comes after.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/store/query_private.h"

/* The first usable sample after a time. False: there is none. */
static bool
first_after(struct query *q, const struct query_point *p, int64_t ms, struct sample *out)
{
	struct runs *r = runs_open(q, p, ms + 1, query_time(INT64_MAX));
	struct piece piece;
	bool is_there = false;

	while (!is_there && runs_next(r, &piece)) {
		if (piece.is_run && piece.run.sum.usable == 0)
			continue;
		if (piece.is_run)
			runs_decode(r, &piece);
		for (size_t i = 0; !is_there && i < piece.n; i++) {
			is_there = sample_is_usable(&piece.s[i]);
			*out = piece.s[i];
		}
	}
	runs_close(r);
	return is_there;
}

struct looks {
	struct ranges seen, awake;
};

static void
look_at(struct weigh *w, const struct looks *l)
{
	w->seen = l->seen.v;
	w->seen_count = (uint32_t)l->seen.n;
	weigh_awake(w, l->awake.v, (uint32_t)l->awake.n);
}

/* Of the time of what is damaged nothing is known; its row still says how it ended. */
static void
leave_out(struct weigh *w, struct looks *l, const struct run *run)
{
	int64_t from = run->sum.from > w->now ? run->sum.from : w->now;
	struct sample last = { .ms = run->sum.to, .v = run->sum.last, .quality = run->sum.last_quality };

	ranges_cut(&l->seen, from, run->sum.to);
	ranges_cut(&l->awake, from, run->sum.to);
	look_at(w, l);
	if (last.ms >= w->edges[0] && last.ms < w->edges[w->n])
		weigh_sample(w, &last);
}

/* How many of its values were not bad is not in its row, and matters where none of them held for a time. */
static bool
says_enough(const struct summary *s)
{
	return s->usable_ms > 0 || quality_validity(s->flags) != V_BAD;
}

static enum err
weigh_all(struct query *q, const struct query_point *p, struct weigh *w, struct looks *l)
{
	/* what a counter reads at the very end belongs to the last bucket */
	struct runs *r = runs_open(q, p, w->edges[0], w->edges[w->n] + (w->modulus >= 0));
	struct piece piece;
	enum err e;

	while (runs_next(r, &piece)) {
		if (piece.is_run && says_enough(&piece.run.sum) && weigh_run(w, &piece.run.sum))
			continue;
		if (piece.is_run)
			runs_decode(r, &piece);
		if (piece.is_lost)
			leave_out(w, l, &piece.run);
		weigh_samples(w, piece.s, piece.n);
	}
	e = runs_error(r);
	runs_close(r);
	return e;
}

/* If the device was not looked at when the time was over, part of what its counter counts until the next reading belongs to it. */
static enum err
count_on(struct query *q, const struct query_point *p, struct weigh *w, struct looks *l)
{
	int64_t end = w->edges[w->n];
	struct ranges more = { 0 };
	struct sample after;
	enum err e;

	if (isnan(w->counted) || ranges_cover(&l->seen, w->counted_ms, end) || !first_after(q, p, end, &after))
		return OK;
	e = query_seen(q, p->key, end, after.ms, &more);
	for (size_t i = 0; i < more.n; i++)
		ranges_add(&l->seen, more.v[i].from, more.v[i].to);
	ranges_done(&more);
	look_at(w, l);
	weigh_sample(w, &after);
	return e;
}

/* What held before the first edge, and the newest reading of a counter if that is another one. *from: since when scans matter. */
static enum err
look_back(struct query *q, const struct query_point *p, struct sample *held, unsigned *n, int64_t *from)
{
	int64_t before = *from - 1;
	enum err e = runs_before(q, p, before, false, &held[1]);

	*n = e == OK;
	if (e != OK || p->modulus < 0)
		return e == ERR_NOT_FOUND ? OK : e;
	held[0] = held[1];
	if (!sample_is_usable(&held[1]))
		e = runs_before(q, p, before, true, &held[0]);
	*n += e == OK;
	if (e == OK)
		*from = held[0].ms;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
query_weigh(struct query *q, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out)
{
	struct sample held[2];
	struct looks l = { 0 };
	int64_t from = edges[0];
	unsigned count;
	struct weigh w;
	enum err e = look_back(q, p, held, &count, &from);

	if (e == OK)
		e = query_seen(q, p->key, from, edges[n], &l.seen);
	if (e == OK)
		e = query_awake(q, edges[0], edges[n], &l.awake);
	weigh_begin(&w, edges, n, l.seen.v, (uint32_t)l.seen.n, p->modulus, out);
	weigh_awake(&w, l.awake.v, (uint32_t)l.awake.n);
	for (unsigned i = 2 - count; i < 2; i++)
		weigh_sample(&w, &held[i]);
	if (e == OK)
		e = weigh_all(q, p, &w, &l);
	if (e == OK && p->modulus >= 0)
		e = count_on(q, p, &w, &l);
	weigh_end(&w);
	ranges_done(&l.seen);
	ranges_done(&l.awake);
	return e;
}
