/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_trend.c - W_TREND_GET: buckets of up to 16 points, some time of one point a slice; a slice grows and shrinks with the time it
 * takes.  What a slice has made whole is sent.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define POINTS_MAX    16
#define BUCKETS_MAX   20000
#define WINDOW        1000  /* buckets that are under way, and most of a frame */
#define SUGGEST_NAMES 20000 /* names that are looked at for "did you mean" */

struct trend {
	int64_t from, to; /* ms */
	uint32_t buckets;
	uint32_t count, at; /* points; the one that is being answered */
	char names[POINTS_MAX][POINT_NAME_MAX];
	struct query_point points[POINTS_MAX];
	uint32_t first, sent; /* bucket that the window begins with; of it, those that were sent */
	struct spans spans;   /* of the window */
	int64_t edges[WINDOW + 1];
	struct bucket made[WINDOW];
};

static enum turn
read_points(struct question *q, struct msg_bytes points)
{
	struct trend *t = q->own;
	struct rbuf r;

	rbuf_init(&r, points.data, points.len);
	while (r.pos < r.len && !r.bad) {
		const char *name = r_str(&r);

		if (t->count == POINTS_MAX)
			return question_end(q, ERR_USAGE, "at most %d points can be asked for at a time", POINTS_MAX);
		if (!str_copy(t->names[t->count++], POINT_NAME_MAX, name))
			return question_end(q, ERR_NOT_FOUND, "a name of a point is longer than any");
	}
	if (r.bad)
		return question_end(q, ERR_FRAME, "the names of the points cannot be read");
	return t->count == 0 ? question_end(q, ERR_USAGE, "a trend is of 1 to %d points, not of none", POINTS_MAX)
	                     : TURN_MORE;
}

static enum turn
begin(struct question *q, struct rbuf *r)
{
	struct trend *t = q->own;
	struct msg_trend_get m;

	if (!msg_trend_get_get(r, &m))
		return question_end(q, ERR_FRAME, "the question for a trend cannot be read");
	if (!question_span(q, m.from, m.to))
		return TURN_DONE;
	if (m.buckets < 1 || m.buckets > BUCKETS_MAX)
		return question_end(q, ERR_USAGE, "a trend has 1 to %d buckets, not %u", BUCKETS_MAX, m.buckets);
	t->from = m.from / US_PER_MS;
	t->to = m.to / US_PER_MS;
	t->buckets = m.buckets;
	if ((t->to - t->from) / m.buckets < 1)
		return question_end(q, ERR_USAGE,
		    "a bucket is at least 1 ms long: ask for fewer than %u, or for a longer span", m.buckets);
	return read_points(q, m.points);
}

/* ---- a name that is not there */

static const char *
nearest(struct source *s, const char *name, char *out, size_t size)
{
	sqlite3_stmt *st = db_prepare(&s->db, "SELECT name FROM point LIMIT ?1");
	const char *hit = NULL;

	out[0] = '\0';
	if (st == NULL)
		return NULL;
	(void)sqlite3_bind_int(st, 1, SUGGEST_NAMES);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *const both[] = { out[0] != '\0' ? out : "", (const char *)sqlite3_column_text(st, 0),
			NULL };

		hit = str_nearest(name, out[0] != '\0' ? both : both + 1);
		if (hit != NULL && hit != out)
			str_copy(out, size, hit);
	}
	(void)sqlite3_finalize(st);
	return out[0] != '\0' ? out : NULL;
}

/* Looks a point up; else the question is ended with what would be right. */
bool
question_point(struct question *q, const char *name, struct query_point *p)
{
	struct reader *r = q->reader;
	char near[POINT_NAME_MAX];
	enum err e = query_find(r->source.query, name, p);

	if (e == OK)
		return true;
	if (e != ERR_NOT_FOUND)
		question_failed(q, e);
	else if (r->site != NULL && site_find_point(r->site, name) != POINT_NONE)
		question_end(q, e,
		    "%s is a point of this site, but nothing of it is recorded; \"history:\" in the site file says so, "
		    "or its first value has not come yet",
		    name);
	else if (nearest(&r->source, name, near, sizeof(near)) != NULL)
		question_end(q, e, "nothing is recorded of a point \"%s\"; did you mean \"%s\"?", name, near);
	else
		question_end(
		    q, e, "nothing is recorded of a point \"%s\"; \"chisan points\" lists those of the site", name);
	return false;
}

/* ---- buckets */

static int64_t
edge(const struct trend *t, uint32_t i)
{
	return t->from + (t->to - t->from) * (int64_t)i / (int64_t)t->buckets;
}

static void
begin_window(struct trend *t)
{
	uint32_t left = t->buckets - t->first, n = left < WINDOW ? left : WINDOW;

	for (uint32_t i = 0; i <= n; i++)
		t->edges[i] = edge(t, t->first + i);
	t->sent = 0;
	spans_begin(&t->spans, &t->points[t->at], t->edges, n, t->made);
}

/* Those that are made and were not sent. */
static void
send_made(struct question *q)
{
	struct trend *t = q->own;
	const struct query_point *p = &t->points[t->at];
	struct wbuf *b = &q->reader->out;

	if (t->sent == t->spans.at)
		return;
	msg_trend_put(b,
	    &(struct msg_trend){ .index = (uint8_t)t->at,
	        .first = t->first + t->sent,
	        .count = t->spans.at - t->sent,
	        .unit = p->unit,
	        .kind = (uint8_t)p->kind,
	        .decimals_plus_8 = (uint8_t)(p->decimals + 8) });
	for (; t->sent < t->spans.at; t->sent++)
		bucket_put(b, &t->made[t->sent]);
	question_send(q, W_TREND, b);
}

static enum turn
step(struct question *q)
{
	struct trend *t = q->own;
	enum err e;

	/* all names before the first bucket: who mistyped one gets no half of an answer */
	for (uint32_t i = 0; !q->has_begun && i < t->count; i++)
		if (!question_point(q, t->names[i], &t->points[i]))
			return TURN_DONE;
	if (q->has_begun)
		spans_took(&t->spans, q->took_us, SLICE_US);
	if (t->spans.at == t->spans.n)
		begin_window(t);
	e = spans_step(q->reader->source.query, &t->spans);
	if (e != OK)
		return question_failed(q, e);
	send_made(q);
	if (t->spans.at < t->spans.n)
		return TURN_MORE;
	t->first += t->spans.n;
	if (t->first < t->buckets)
		return TURN_MORE;
	t->first = 0;
	return ++t->at < t->count ? TURN_MORE : question_end(q, OK, "%s", "");
}

const struct answer answer_trend = { .type = W_TREND_GET, .size = sizeof(struct trend), .begin = begin, .step = step };
