/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_query.h - query.h answered from samples in memory, by the plainest arithmetic: a value holds until the next sample, as long as
 * the device was looked at. Include after t.h, in one file of a test program.
 */
#ifndef CHISAN_FAKE_QUERY_H
#define CHISAN_FAKE_QUERY_H

#include <math.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/store/journal.h"
#include "scada/store/query.h"
#include "scada/store/saved.h"

#define FAKE_POINTS 32
#define FAKE_GAPS   8

struct fake_series {
	struct query_point point;
	struct sample *s;
	size_t n, room;
	int64_t gaps[FAKE_GAPS][2]; /* not looked at */
	unsigned gap_count;
};
struct query {
	struct fake_series series[FAKE_POINTS];
	unsigned count;
	int64_t late, late_from, late_to; /* the newest row, and what it touches */
	unsigned spans;                   /* buckets asked for so far */
	int depth;                        /* of query_begin */
};

static inline struct fake_series *
fake_add(struct query *q, const char *name, const char *unit, enum point_kind kind, int decimals)
{
	struct fake_series *f = &q->series[q->count++];
	ck_assert_uint_le(q->count, FAKE_POINTS);
	memset(f, 0, sizeof(*f));
	f->point.key = q->count;
	f->point.kind = kind;
	f->point.decimals = decimals;
	f->point.modulus = kind == KIND_COUNTER ? 1e8 : -1;
	snprintf(f->point.name, sizeof(f->point.name), "%s", name);
	snprintf(f->point.unit, sizeof(f->point.unit), "%s", unit);
	return f;
}

static inline void
fake_put(struct fake_series *f, int64_t ms, double v, uint16_t quality)
{
	if (f->n == f->room) {
		size_t room = f->room * 2 + 1024;
		f->s = xrecallocarray(f->s, f->room, room, sizeof(*f->s));
		f->room = room;
	}
	f->s[f->n++] = (struct sample){ ms, v, quality, 0 };
}

static inline void
fake_done(struct query *q)
{
	for (unsigned i = 0; i < q->count; i++)
		free(q->series[i].s);
	memset(q, 0, sizeof(*q));
}

static inline const struct fake_series *
fake_series_of(const struct query *q, const struct query_point *p)
{
	return &q->series[p->key - 1];
}

/* Samples before or at ms: index + 1; 0 = none. */
static inline size_t
fake_before(const struct fake_series *f, int64_t ms)
{
	size_t lo = 0, hi = f->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (f->s[mid].ms <= ms)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static inline int64_t
fake_unseen(const struct fake_series *f, int64_t from, int64_t to)
{
	int64_t ms = 0;
	for (unsigned i = 0; i < f->gap_count; i++) {
		int64_t a = f->gaps[i][0] > from ? f->gaps[i][0] : from, b = f->gaps[i][1] < to ? f->gaps[i][1] : to;
		ms += b > a ? b - a : 0;
	}
	return ms;
}

static inline bool
fake_is_bad(const struct sample *s)
{
	return quality_validity(s->quality & Q_ALL) == V_BAD || isnan(s->v);
}

static inline double
fake_held(const struct fake_series *f, int64_t ms)
{
	size_t k = fake_before(f, ms);
	if (k == 0 || fake_is_bad(&f->s[k - 1]) || fake_unseen(f, ms, ms + 1) > 0)
		return (double)NAN;
	return f->s[k - 1].v;
}

static inline struct bucket
fake_bucket(const struct fake_series *f, int64_t from, int64_t to)
{
	const double nan = (double)NAN;
	struct bucket b = { .from = { from * 1000 },
		.min = nan,
		.mean = nan,
		.max = nan,
		.first = nan,
		.last = nan,
		.increment = nan };
	double sum = 0, usable = 0, good = 0, length = (double)(to - from);
	size_t k = fake_before(f, from);
	for (size_t i = k > 0 ? k - 1 : 0; i < f->n && f->s[i].ms < to; i++) {
		const struct sample *s = &f->s[i];
		int64_t a = s->ms > from ? s->ms : from, e = i + 1 < f->n && f->s[i + 1].ms < to ? f->s[i + 1].ms : to;
		double ms = (double)(e - a - fake_unseen(f, a, e));
		b.samples += s->ms >= from;
		if (ms <= 0)
			continue;
		b.quality |= s->quality;
		if (fake_is_bad(s))
			continue;
		sum += s->v * ms;
		usable += ms;
		good += quality_validity(s->quality & Q_ALL) == V_GOOD ? ms : 0;
		b.min = isnan(b.min) || s->v < b.min ? s->v : b.min;
		b.max = isnan(b.max) || s->v > b.max ? s->v : b.max;
	}
	if (usable > 0)
		b.mean = sum / usable;
	b.good = (float)(good / length);
	b.known = (float)(usable / length);
	b.seen = (float)((length - (double)fake_unseen(f, from, to)) / length);
	b.marks = usable < length ? BUCKET_PARTIAL : 0;
	b.first = fake_held(f, from);
	b.last = fake_held(f, to - 1);
	if (f->point.kind != KIND_COUNTER)
		return b;
	/* By how much it went on between the readings that held at the two ends; readings that are bad are passed over. */
	double was = nan;
	size_t start = fake_before(f, from);
	while (start > 0 && fake_is_bad(&f->s[start - 1]))
		start--;
	for (size_t i = start > 0 ? start - 1 : 0; i < f->n && f->s[i].ms <= to; i++) {
		bool was_reset = false;
		if (fake_is_bad(&f->s[i]))
			continue;
		if (!isnan(was) && f->s[i].ms > from && usable > 0)
			b.increment = (isnan(b.increment) ? 0 : b.increment) +
			    counter_increment(was, f->s[i].v, f->point.modulus, &was_reset);
		b.marks |= was_reset ? BUCKET_RESET : 0;
		was = f->s[i].v;
	}
	/* A pause in which it stood still, as seen afterwards. Only that: what it counted in a pause is the real one's to spread. */
	size_t before = fake_before(f, from), after = fake_before(f, to);
	if (usable <= 0 && fake_unseen(f, from, to) > 0 && before > 0 && after < f->n &&
	    f->s[before - 1].v == f->s[after].v)
		b.increment = 0;
	/* What was counted while nobody looked, at one of its ends. */
	if (!isnan(b.increment) && (isnan(b.first) || isnan(b.last)) && fake_unseen(f, from, to) > 0)
		b.marks |= BUCKET_ESTIMATED;
	return b;
}

enum err
query_find(struct query *q, const char *name, struct query_point *p)
{
	for (unsigned i = 0; i < q->count; i++)
		if (strcmp(q->series[i].point.name, name) == 0) {
			*p = q->series[i].point;
			return OK;
		}
	return ERR_NOT_FOUND;
}

enum err
query_spans(struct query *q, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out)
{
	ck_assert_int_eq(q->depth, 1); /* all of a report is of one moment */
	for (uint32_t i = 0; i < n; i++) {
		ck_assert_int_lt(edges[i], edges[i + 1]);
		q->spans++;
		out[i] = fake_bucket(fake_series_of(q, p), edges[i], edges[i + 1]);
	}
	return OK;
}

enum err
query_buckets(struct query *q, const struct query_point *p, int64_t from, int64_t to, uint32_t n, struct bucket *out)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] =
		    fake_bucket(fake_series_of(q, p), from + (to - from) * i / n, from + (to - from) * (i + 1) / n);
	return OK;
}

enum err
query_samples(struct query *q, const struct query_point *p, int64_t from, int64_t to,
    bool (*each)(const struct sample *s, void *arg), void *arg)
{
	const struct fake_series *f = fake_series_of(q, p);
	size_t k = fake_before(f, from);
	for (size_t i = k > 0 ? k - 1 : 0; i < f->n && f->s[i].ms < to; i++)
		if (!each(&f->s[i], arg))
			break;
	return OK;
}

enum err
query_at(struct query *q, const struct query_point *p, int64_t ms, struct sample *out)
{
	const struct fake_series *f = fake_series_of(q, p);
	size_t k = fake_before(f, ms);
	if (k == 0 || fake_unseen(f, ms, ms + 1) > 0)
		return ERR_NOT_FOUND;
	*out = f->s[k - 1];
	return OK;
}

int64_t
query_seen_ms(struct query *q, const struct query_point *p, int64_t from, int64_t to)
{
	return to - from - fake_unseen(fake_series_of(q, p), from, to);
}

enum err
query_begin(struct query *q)
{
	q->depth++;
	return OK;
}

void
query_end(struct query *q)
{
	ck_assert_int_gt(q->depth, 0);
	q->depth--;
}

int64_t
query_late_newest(struct query *q)
{
	return q->late;
}

bool
query_is_late(struct query *q, int64_t after, int64_t from, int64_t to)
{
	return after < q->late && q->late_from < to && from < q->late_to;
}

bool
query_is_changed(struct query *q, int64_t after, int64_t from, int64_t to)
{
	return query_is_late(q, after, from, to);
}

/* ---- the journal and what is saved: db points to this */

struct fake_record {
	struct db db; /* first: a source's db */
	const struct msg_journal *entries;
	size_t entry_count;
	const struct msg_store_state *states;
	size_t state_count;
};

enum err
journal_read(struct db *db, const struct msg_journal_get *filter, bool (*each)(const struct msg_journal *m, void *arg),
    void *arg)
{
	const struct fake_record *r = (const struct fake_record *)(const void *)db;
	for (size_t i = 0; i < r->entry_count; i++) {
		const struct msg_journal *m = &r->entries[i];
		if (m->time < filter->from || m->time >= filter->to || !((filter->kinds >> m->kind) & 1))
			continue;
		if (!each(m, arg))
			break;
	}
	return OK;
}

enum err
saved_each(struct db *db, void (*each)(const struct msg_store_state *m, void *arg), void *arg, uint32_t *count)
{
	const struct fake_record *r = (const struct fake_record *)(const void *)db;
	for (size_t i = 0; i < r->state_count; i++)
		each(&r->states[i], arg);
	*count = (uint32_t)r->state_count;
	return OK;
}

enum err
saved_of(struct db *db, enum state_kind kind, const char *prefix,
    void (*each)(const struct msg_store_state *m, void *arg), void *arg)
{
	const struct fake_record *r = (const struct fake_record *)(const void *)db;
	size_t len = strlen(prefix);
	for (size_t i = 0; i < r->state_count; i++)
		if (r->states[i].kind == kind && strncmp(r->states[i].name, prefix, len) == 0 &&
		    r->states[i].name[len] == '/')
			each(&r->states[i], arg);
	return OK;
}

#endif
