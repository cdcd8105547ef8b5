/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_buckets.c - buckets of time. Short ones of a time whose samples are there come from samples alone. Else time is gone through
 * once: rolls where samples are gone, and for whole half hours within long buckets; samples for what is left between them.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/base/mem.h"
#include "scada/store/query_private.h"

#define HALF_HOUR_MS (INT64_C(30) * 60 * 1000)
#define LONG_MS      (20 * 60 * 60 * 1000) /* of whole half hours, from which on rolls are quicker than the rows of runs */
#define BUCKETS_MOST 1000000

struct plan {
	struct query *q;
	const struct query_point *p;
	const int64_t *edges;
	uint32_t n, at;     /* at: the bucket in which time has arrived */
	int64_t begin;      /* since when samples are due */
	uint32_t begin_at;  /* and the bucket of that */
	int64_t kept;       /* since when samples are there */
	int64_t halves;     /* and half hours */
	struct ranges late; /* for which rolls may not say everything yet */
	struct weigh w;
	struct rolls half_hours, days;
};

static int64_t
down(int64_t ms)
{
	return ms - ms % HALF_HOUR_MS;
}

static int64_t
up(int64_t ms)
{
	return down(ms + HALF_HOUR_MS - 1);
}

static bool
is_long(const int64_t *edges, uint32_t i)
{
	return down(edges[i + 1]) - up(edges[i]) >= LONG_MS;
}

/* ---- what there is */

/*
 * The oldest run may reach back into a time of which late ones are gone already; after its end all is there. A counter is counted from
 * a reading, so that runs of nothing but bad ones do not count.
 */
static int64_t
kept_since(struct query *q, const struct query_point *p)
{
	sqlite3_stmt *st = query_st(q, SQL_KEPT, p->key, 0, 0);
	int code = sqlite3_step(st);
	int64_t since = code == SQLITE_ROW ? sqlite3_column_int64(st, 0) : INT64_MAX;
	struct sample *s;
	size_t n;

	(void)query_ended(q, st, code);
	if (since < INT64_MAX)
		return since;
	query_tail_of(q, p->key, INT64_MAX, &s, &n);
	for (size_t i = n; i-- > 0;)
		since = sample_is_usable(&s[i]) ? s[i].ms : since;
	free(s);
	return since;
}

/* The first roll of a level that has samples at all. */
static bool
first_roll(struct rolls *r, int64_t *from, int64_t *to, uint32_t *samples)
{
	for (int64_t ms = 0; ms < INT64_MAX; ms = *to) {
		const struct bucket *k = rolls_find(r, ms, from, to);

		*samples = k != NULL ? k->samples : 0;
		if (*samples > 0)
			return true;
	}
	return false;
}

/* Rolls tell of samples that are not there any more? Else they were made of what is there, and that says it better. */
static bool
is_thinned(struct plan *plan, struct rolls *r)
{
	int64_t edges[2];
	uint32_t samples;
	struct bucket k;

	if (!first_roll(r, &edges[0], &edges[1], &samples) || edges[0] < 0)
		return false;
	return query_weigh(plan->q, plan->p, edges, 1, &k) == OK && k.samples < samples;
}

static enum err
find_late(struct plan *plan)
{
	sqlite3_stmt *st =
	    query_st(plan->q, SQL_LATE, plan->p->key, plan->edges[0] - DAY_MS, plan->edges[plan->n] + DAY_MS);
	int code;

	/* a sample changes what is known from its time on: until the next one, which may be long after */
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		ranges_add(&plan->late, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) + DAY_MS);
	return query_ended(plan->q, st, code);
}

/* ---- which way */

/* Samples are there: a roll only of a whole half hour within a long bucket. NULL: until *to there is none. */
static const struct bucket *
quick_roll(struct plan *plan, int64_t ms, int64_t *from, int64_t *to)
{
	int64_t end = plan->edges[plan->at + 1], next = down(ms) + HALF_HOUR_MS;
	const struct bucket *k = NULL;

	if (!is_long(plan->edges, plan->at)) {
		*to = end;
		return NULL;
	}
	if (ms % HALF_HOUR_MS == 0 && next <= end && !ranges_touch(&plan->late, ms, next))
		k = rolls_find(&plan->half_hours, ms, from, to);
	else
		*to = next;
	if (k != NULL && *from == ms && *to == next)
		return k;
	if (k != NULL || *to < next)
		*to = next;
	return NULL;
}

/*
 * Samples are gone: whatever roll there is, days only from before the half hours begin; where half hours are not made yet, samples
 * are there. NULL: until *to there is none.
 */
static const struct bucket *
only_roll(struct plan *plan, int64_t ms, int64_t *from, int64_t *to)
{
	const struct bucket *k = rolls_find(&plan->half_hours, ms, from, to);
	int64_t until = *to < plan->kept ? *to : plan->kept;

	if (k != NULL || ms >= plan->halves) {
		*to = k != NULL ? *to : until;
		return k;
	}
	k = rolls_find(&plan->days, ms, from, to);
	if (k == NULL && until < *to)
		*to = until;
	return k;
}

static void
arrive(struct plan *plan, int64_t ms)
{
	while (plan->at < plan->n && plan->edges[plan->at + 1] <= ms)
		plan->at++;
}

/* What is due until a time, with the edges that lie in between. */
static enum err
by_samples(struct plan *plan, int64_t to)
{
	uint32_t end = plan->begin_at, n = 0;
	int64_t *edges;
	struct bucket *out;
	enum err e;

	if (plan->begin >= to)
		return OK;
	while (plan->edges[end + 1] < to)
		end++;
	edges = xcalloc(end - plan->begin_at + 2, sizeof(*edges));
	out = xcalloc(end - plan->begin_at + 1, sizeof(*out));
	edges[n++] = plan->begin;
	for (uint32_t i = plan->begin_at + 1; i <= end; i++)
		edges[n++] = plan->edges[i];
	edges[n] = to;
	e = query_weigh(plan->q, plan->p, edges, n, out);
	for (uint32_t i = 0; e == OK && i < n; i++)
		weigh_bucket(&plan->w, &out[i], edges[i], edges[i + 1]);
	free(edges);
	free(out);
	return e;
}

/* ERR_NOT_FOUND: there is no roll in it. */
static enum err
go_through(struct plan *plan)
{
	int64_t end = plan->edges[plan->n], from, to;
	enum err e = OK;

	for (int64_t ms = plan->edges[0]; e == OK && ms < end; ms = to) {
		const struct bucket *k =
		    ms < plan->kept ? only_roll(plan, ms, &from, &to) : quick_roll(plan, ms, &from, &to);

		if (k != NULL)
			e = by_samples(plan, ms);
		if (k != NULL && e == OK)
			weigh_bucket(&plan->w, k, from, to);
		arrive(plan, to);
		if (k != NULL) {
			plan->begin = to;
			plan->begin_at = plan->at;
		}
	}
	if (e == OK && plan->begin == plan->edges[0])
		return ERR_NOT_FOUND;
	return e == OK ? by_samples(plan, end) : e;
}

static enum err
by_rolls(
    struct query *q, const struct query_point *p, const int64_t *edges, uint32_t n, int64_t kept, struct bucket *out)
{
	struct plan plan = { .q = q, .p = p, .edges = edges, .n = n, .begin = edges[0], .kept = kept };
	enum err e = find_late(&plan);

	rolls_init(&plan.half_hours, q, p->key, ROLL_HALF_HOURS);
	rolls_init(&plan.days, q, p->key, ROLL_DAYS);
	if (edges[0] < kept && !is_thinned(&plan, &plan.half_hours) && !is_thinned(&plan, &plan.days))
		plan.kept = 0;
	plan.halves = query_number(q, SQL_ROLL_NEXT, p->key, ROLL_HALF_HOURS, -1);
	if (plan.halves <= 0)
		plan.halves = INT64_MAX;
	weigh_begin(&plan.w, edges, n, NULL, 0, p->modulus, out);
	if (e == OK)
		e = go_through(&plan);
	weigh_end(&plan.w);
	ranges_done(&plan.late);
	return e == ERR_NOT_FOUND ? query_weigh(q, p, edges, n, out) : e;
}

/* ---- what is asked */

static bool
are_edges(const int64_t *edges, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (edges[i] >= edges[i + 1])
			return false;
	return n > 0 && n <= BUCKETS_MOST && edges[0] >= 0 && edges[n] <= query_time(INT64_MAX);
}

static bool
has_long(const int64_t *edges, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (is_long(edges, i))
			return true;
	return false;
}

enum err
query_spans(struct query *q, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out)
{
	int64_t kept;
	enum err e;

	if (!are_edges(edges, n))
		return ERR_USAGE;
	e = query_begin(q);
	if (e != OK)
		return e;
	kept = kept_since(q, p);
	if (edges[0] >= kept && !has_long(edges, n))
		e = query_weigh(q, p, edges, n, out);
	else
		e = by_rolls(q, p, edges, n, kept, out);
	query_end(q);
	return e;
}

enum err
query_buckets(struct query *q, const struct query_point *p, int64_t from, int64_t to, uint32_t n, struct bucket *out)
{
	int64_t *edges;
	enum err e;

	if (from < 0 || from >= to || to > query_time(INT64_MAX) || n == 0 || n > BUCKETS_MOST || to - from < n)
		return ERR_USAGE;
	edges = xcalloc((size_t)n + 1, sizeof(*edges));
	/* the remainder is shared out */
	for (uint32_t i = 0; i <= n; i++)
		edges[i] = from + (to - from) / n * i + (to - from) % n * i / n;
	e = query_spans(q, p, edges, n, out);
	free(edges);
	return e;
}
