/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_runs.c - a point's samples in order of time: runs that lie alone pass undecoded, those that overlap each other or the tail are
 * decoded and merged as they come up, so that memory is that of the runs at one time, however many are asked for.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/store/query_private.h"

/* Samples under way: a decoded run, or the tail. */
struct cursor {
	struct sample *s;
	size_t n, at;
	uint64_t rank; /* of equal times the lesser comes first: on time, late, tail */
};
#define RANK_LATE (UINT64_C(1) << 62)
#define RANK_TAIL (UINT64_C(1) << 63)

struct runs {
	struct query *q;
	int64_t from, to;
	sqlite3_stmt *st;
	struct run next;
	bool has_next;
	struct cursor *cursors; /* the first is the tail, the others are runs */
	size_t n, cap;
	struct sample *lone; /* of runs_decode() */
	uint64_t opened;
	enum err error;
};

/* ---- rows */

static double
number(sqlite3_stmt *st, int column)
{
	return sqlite3_column_type(st, column) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(st, column);
}

/* False: what it says of itself cannot be. */
static bool
read_run(sqlite3_stmt *st, struct run *run)
{
	struct summary *s = &run->sum;
	int64_t n = sqlite3_column_int64(st, 2), resets = sqlite3_column_int64(st, 14);

	*s = (struct summary){
		.from = sqlite3_column_int64(st, 0),
		.to = sqlite3_column_int64(st, 1),
		.n = (uint32_t)n,
		.min = number(st, 3),
		.max = number(st, 4),
		.sum = number(st, 5),
		.mean = number(st, 6),
		.usable_ms = sqlite3_column_int64(st, 7),
		.good_ms = sqlite3_column_int64(st, 8),
		.first = number(st, 9),
		.last = number(st, 10),
		.last_quality = (uint16_t)sqlite3_column_int(st, 11),
		.flags = (uint16_t)sqlite3_column_int(st, 12),
		.increment = number(st, 13),
		.resets = (uint16_t)(resets < 0 || resets > UINT16_MAX ? UINT16_MAX : resets),
	};
	s->usable = isnan(s->min) ? 0 : s->n;
	run->block = sqlite3_column_int64(st, 15);
	run->seq = sqlite3_column_int64(st, 16);
	return n >= 1 && n <= CHUNK_MOST && s->to >= s->from && s->from >= 0 && s->to - s->from <= DAY_MS &&
	    s->good_ms >= 0 && s->usable_ms >= s->good_ms && s->usable_ms <= s->to - s->from;
}

/* Its samples; NULL: they are damaged. The caller frees. */
static struct sample *
decode(struct query *q, const struct run *run)
{
	sqlite3_stmt *st = query_st(q, SQL_BLOCK, run->block, 0, 0);
	struct sample *s = xmalloc(run->sum.n * sizeof(*s));
	size_t n = 0;
	bool is_good = sqlite3_step(st) == SQLITE_ROW;

	if (is_good) {
		const uint8_t *data = sqlite3_column_blob(st, 0);
		int len = sqlite3_column_bytes(st, 0);

		is_good = data != NULL && chunk_decode(data, (size_t)len, s, run->sum.n, &n) == OK && n == run->sum.n &&
		    s[0].ms == run->sum.from && s[n - 1].ms == run->sum.to;
	}
	(void)sqlite3_reset(st);
	if (is_good)
		return s;
	q->damaged++;
	free(s);
	return NULL;
}

/* The next row that reaches into the range. */
static void
fetch(struct runs *r)
{
	int code;

	for (r->has_next = false; !r->has_next && (code = sqlite3_step(r->st)) == SQLITE_ROW;) {
		if (!read_run(r->st, &r->next))
			r->q->damaged++;
		else
			r->has_next = r->next.sum.to >= r->from;
	}
	if (!r->has_next)
		r->error = query_ended(r->q, r->st, code);
}

/* ---- cursors */

static struct cursor *
add_cursor(struct runs *r)
{
	if (r->n == r->cap) {
		size_t cap = r->cap * 2 + 4;
		struct cursor *v = xcalloc(cap, sizeof(*v));

		if (r->n > 0)
			memcpy(v, r->cursors, r->n * sizeof(*v));
		free(r->cursors);
		r->cursors = v;
		r->cap = cap;
	}
	r->cursors[r->n] = (struct cursor){ 0 };
	return &r->cursors[r->n++];
}

/* The first sample at or after a time. */
static size_t
find(const struct sample *s, size_t n, int64_t ms)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (s[low + half].ms < ms) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

/* Leaves what lies in the range. */
static void
clip(struct cursor *c, const struct runs *r)
{
	c->at = find(c->s, c->n, r->from);
	c->n = find(c->s, c->n, r->to);
	c->at = c->at < c->n ? c->at : c->n;
}

static void
drop_finished(struct runs *r)
{
	size_t kept = 1;

	for (size_t i = 1; i < r->n; i++) {
		if (r->cursors[i].at < r->cursors[i].n)
			r->cursors[kept++] = r->cursors[i];
		else
			free(r->cursors[i].s);
	}
	r->n = kept;
}

static int64_t
time_of(const struct cursor *c)
{
	return c->at < c->n ? c->s[c->at].ms : INT64_MAX;
}

/* Which has the next sample. */
static struct cursor *
first_of(struct runs *r)
{
	struct cursor *first = &r->cursors[0];

	for (size_t i = 1; i < r->n; i++) {
		struct cursor *c = &r->cursors[i];
		int64_t a = time_of(c), b = time_of(first);

		if (a < b || (a == b && c->rank < first->rank))
			first = c;
	}
	return first;
}

/* ---- pieces */

struct runs *
runs_open(struct query *q, const struct query_point *p, int64_t from, int64_t to)
{
	struct runs *r = xcalloc(1, sizeof(*r));
	struct cursor *tail = add_cursor(r);

	r->q = q;
	r->from = from;
	r->to = to;
	tail->rank = RANK_TAIL;
	query_tail_of(q, p->key, to, &tail->s, &tail->n);
	clip(tail, r);
	r->st = query_st(q, SQL_RUNS, p->key, from - DAY_MS, to);
	(void)sqlite3_bind_int64(r->st, 4, from);
	fetch(r);
	return r;
}

void
runs_close(struct runs *r)
{
	if (r == NULL)
		return;
	(void)sqlite3_reset(r->st);
	for (size_t i = 0; i < r->n; i++)
		free(r->cursors[i].s);
	free(r->cursors);
	free(r->lone);
	free(r);
}

enum err
runs_error(const struct runs *r)
{
	return r->error;
}

/* Begins the next run as one among others. False: it is damaged, and out says so. */
static bool
open_next(struct runs *r, const struct run *run, struct piece *out)
{
	struct sample *s = decode(r->q, run);
	struct cursor *c;

	if (s == NULL) {
		*out = (struct piece){ .is_lost = true, .run = *run };
		return false;
	}
	c = add_cursor(r);
	c->s = s;
	c->n = run->sum.n;
	c->rank = r->opened++ | (run->seq > 0 ? RANK_LATE : 0);
	clip(c, r);
	return true;
}

/* As many of one cursor as come before all others. */
static void
take(struct runs *r, struct cursor *c, struct piece *out)
{
	int64_t before = r->has_next ? r->next.sum.from : INT64_MAX;
	size_t end;

	for (size_t i = 0; i < r->n; i++) {
		struct cursor *other = &r->cursors[i];
		int64_t ms = time_of(other);

		if (other == c || ms == INT64_MAX)
			continue;
		ms += other->rank > c->rank; /* at the same time this one comes first */
		before = ms < before ? ms : before;
	}
	end = c->at + find(c->s + c->at, c->n - c->at, before);
	*out = (struct piece){ .s = c->s + c->at, .n = end - c->at };
	c->at = end;
}

bool
runs_next(struct runs *r, struct piece *out)
{
	if (r->n == 0)
		return false;
	drop_finished(r);
	while (r->error == OK) {
		struct cursor *c = first_of(r);
		int64_t ms = time_of(c);
		struct run run = r->next;

		if (!r->has_next || run.sum.from > ms) {
			if (ms == INT64_MAX)
				return false;
			take(r, c, out);
			return true;
		}
		fetch(r);
		if (r->error != OK)
			break;
		if (run.sum.from >= r->from && run.sum.to < r->to && ms >= run.sum.to && r->n == 1 &&
		    (!r->has_next || r->next.sum.from >= run.sum.to)) {
			*out = (struct piece){ .is_run = true, .run = run };
			return true;
		}
		if (!open_next(r, &run, out))
			return true;
	}
	return false;
}

void
runs_decode(struct runs *r, struct piece *piece)
{
	free(r->lone);
	r->lone = decode(r->q, &piece->run);
	piece->is_run = false;
	piece->is_lost = r->lone == NULL;
	piece->s = r->lone;
	piece->n = r->lone != NULL ? piece->run.sum.n : 0;
}

/* ---- what held before */

struct held {
	struct sample s;
	bool is_there, is_late, is_lost;
};

/* The newest of these at or before ms. False: none. */
static bool
newest(const struct sample *s, size_t n, int64_t ms, bool only_usable, struct sample *out)
{
	size_t i = ms < INT64_MAX ? find(s, n, ms + 1) : n;

	while (i > 0 && only_usable && !sample_is_usable(&s[i - 1]))
		i--;
	if (i == 0)
		return false;
	*out = s[i - 1];
	return true;
}

/* Looks into one run for something newer. False: what held then is lost. */
static bool
look_into(struct query *q, const struct run *run, int64_t ms, bool only_usable, struct held *best)
{
	bool is_late = run->seq > 0, is_there;
	int64_t end = run->sum.to < ms ? run->sum.to : ms;
	struct sample *s, found;

	if (best->is_there && (end < best->s.ms || (end == best->s.ms && best->is_late && !is_late)))
		return true;
	if (only_usable && run->sum.usable == 0)
		return true;
	s = decode(q, run);
	if (s != NULL) {
		is_there = newest(s, run->sum.n, ms, only_usable, &found);
		free(s);
	} else {
		/* its row still says how it ended */
		found = (struct sample){ .ms = run->sum.to, .v = run->sum.last, .quality = run->sum.last_quality };
		is_there = newest(&found, 1, ms, only_usable, &found);
		if (!is_there && run->sum.to > ms)
			return false;
	}
	if (is_there && (!best->is_there || found.ms > best->s.ms || (found.ms == best->s.ms && is_late))) {
		best->s = found;
		best->is_there = true;
		best->is_late = is_late;
	}
	return true;
}

static void
look_in_tail(struct query *q, int64_t point, int64_t ms, bool only_usable, struct held *best)
{
	struct sample *s;
	size_t n;

	query_tail_of(q, point, ms + 1, &s, &n);
	best->is_there = best->is_late = newest(s, n, ms, only_usable, &best->s);
	free(s);
}

/* Goes through rows until there is something, or all of them. *looked: the run that was looked into last. */
static enum err
look_through(struct query *q, sqlite3_stmt *st, int64_t ms, bool only_usable, bool is_any_enough, struct held *best,
    int64_t *looked)
{
	int code = SQLITE_DONE;
	struct run run;

	while (!best->is_lost && !(is_any_enough && best->is_there) && (code = sqlite3_step(st)) == SQLITE_ROW) {
		if (!read_run(st, &run))
			q->damaged++;
		else if (run.block != *looked)
			best->is_lost = !look_into(q, &run, ms, only_usable, best);
		if (best->is_there && is_any_enough)
			*looked = run.block;
	}
	return query_ended(q, st, code);
}

enum err
runs_before(struct query *q, const struct query_point *p, int64_t ms, bool only_usable, struct sample *out)
{
	struct held best = { .is_there = false };
	int64_t looked = -1;
	enum err e = OK;

	look_in_tail(q, p->key, ms, only_usable, &best);
	if (!best.is_there)
		e = look_through(q, query_st(q, SQL_RUNS_BACK, p->key, ms, 0), ms, only_usable, true, &best, &looked);
	/* no run is longer than a day: those that begin earlier end earlier */
	if (e == OK && best.is_there && !best.is_lost) {
		sqlite3_stmt *st = query_st(q, SQL_RUNS, p->key, best.s.ms - DAY_MS, ms + 1);

		(void)sqlite3_bind_int64(st, 4, best.s.ms);
		e = look_through(q, st, ms, only_usable, false, &best, &looked);
	}
	*out = best.s;
	return e != OK ? e : best.is_there && !best.is_lost ? OK : ERR_NOT_FOUND;
}
