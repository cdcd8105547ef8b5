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
#include "scada/store/weigh.h"

struct query;

/* db: opened for reading, or the writer's own in tests. NULL: db->text says why. */
struct query *query_open(struct db *db);
void query_close(struct query *q); /* NULL is fine */

/*
 * All answers between these two are of one moment; without them each answer is of its own. May be nested. While one is open the log of
 * the database cannot begin anew: keep it to a slice of a question. A question that is cut by time into several neither loses nor
 * counts a sample twice.
 */
enum err query_begin(struct query *q);
void query_end(struct query *q);
/* Reads what came since, so that the next question does not have to; at most about so many samples. True: there is more. */
bool query_refresh(struct query *q, uint32_t most);
/* Runs and rows left out so far because they are damaged; rises. */
uint64_t query_damaged(const struct query *q);

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
/*
 * The same a slice at a time, where others must not wait for years of a fine resolution. Buckets are the same to the bit, but for those
 * longer than some days, whose shares are true to some ms. at: buckets that are made; n: all are. The rest is left alone.
 */
struct spans {
	bool is_whole; /* set before spans_begin: no bucket is made in parts, all are the same to the bit */
	uint32_t at, n;
	const struct query_point *p;
	const int64_t *edges;
	struct bucket *out;
	int64_t ms, length; /* up to which time all is made; of time in a slice */
	struct weigh w;     /* of the bucket that is made in parts */
};
/* p, edges and out are the caller's until the last slice. */
void spans_begin(struct spans *s, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out);
enum err spans_step(struct query *q, struct spans *s);
/* The last slice took so long, and should take about `aim`: the next is longer or shorter, also those of what is begun anew. */
void spans_took(struct spans *s, int64_t took_us, int64_t aim_us);
/*
 * Samples in order of time, of equal ones late ones last; the one that held at `from` first, unless there are some of that time itself.
 * each() returns false to stop; a question that stopped at a sample whose time is none of those before goes on from that time.
 */
enum err query_samples(struct query *q, const struct query_point *p, int64_t from, int64_t to,
    bool (*each)(const struct sample *s, void *arg), void *arg);
/* What held at a time. ERR_NOT_FOUND: nothing is known, or it was not looked at. */
enum err query_at(struct query *q, const struct query_point *p, int64_t ms, struct sample *out);
/* ms of from..to in which the point's device was looked at. */
int64_t query_seen_ms(struct query *q, const struct query_point *p, int64_t from, int64_t to);

/* The newest row of late data; and whether any of id > after touches from..to: samples, or also what else reports are made from (saved.h). */
int64_t query_late_newest(struct query *q);
bool query_is_late(struct query *q, int64_t after, int64_t from, int64_t to);
bool query_is_changed(struct query *q, int64_t after, int64_t from, int64_t to);

#endif
