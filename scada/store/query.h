/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.h - reading history: from chunks, from the tail that is not in chunks yet, from rolls where samples are gone.
 * All times are ms UTC, ranges half open. A value holds until the next sample, as long as its device was looked at.
 */
#ifndef CHISAN_QUERY_H
#define CHISAN_QUERY_H

#include "scada/base/trend.h"
#include "scada/store/codec.h"
#include "scada/store/db.h"

struct query;

/* db: opened for reading, or the writer's own in tests. NULL: db->text says why. */
struct query *query_open(struct db *db);
void query_close(struct query *q); /* NULL is fine */

struct query_point {
	int64_t key; /* permanent; 0 = there is no such point */
	char name[POINT_NAME_MAX], unit[32];
	enum point_kind kind;
	int decimals;
	double modulus; /* < 0: no counter */
};
/* By its name or an earlier one. ERR_NOT_FOUND. */
enum err query_find(struct query *q, const char *name, struct query_point *p);

/* n buckets of equal length over from..to; uses summaries of whole chunks, and rolls for spans without samples. */
enum err query_buckets(
    struct query *q, const struct query_point *p, int64_t from, int64_t to, uint32_t n, struct bucket *out);
/* The same for edges[0..n], n + 1 rising times: hours of a day, days of a month, as a calendar has them. */
enum err query_spans(
    struct query *q, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out);
/* Samples in order of time, the one that held at `from` first; each() returns false to stop. */
enum err query_samples(struct query *q, const struct query_point *p, int64_t from, int64_t to,
    bool (*each)(const struct sample *s, void *arg), void *arg);
/* What held at a time. ERR_NOT_FOUND: nothing is known, or it was not looked at. */
enum err query_at(struct query *q, const struct query_point *p, int64_t ms, struct sample *out);
/* ms of from..to in which the point's device was looked at. */
int64_t query_seen_ms(struct query *q, const struct query_point *p, int64_t from, int64_t to);

/* The newest row of late data; and whether any of id > after touches from..to. */
int64_t query_late_newest(struct query *q);
bool query_is_late(struct query *q, int64_t after, int64_t from, int64_t to);

#endif
