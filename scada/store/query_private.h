/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_private.h - what the files of the reading side share: its statements, the tail in memory, the runs of a point in order of time,
 * and when its device was looked at.  Whatever the database holds is treated as hostile.
 */
#ifndef CHISAN_QUERY_PRIVATE_H
#define CHISAN_QUERY_PRIVATE_H

#include <math.h>

#include "scada/store/query.h"
#include "scada/store/roll.h"
#include "scada/store/series.h"
#include "scada/store/tail.h"
#include "scada/store/weigh.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

/* _(id, sql) */
/* clang-format off */
#define RUN_COLUMNS "t0, t1, n, min, max, sum, mean, usable_ms, good_ms, first, last, last_quality, flags, increment, resets, block, seq"
#define QUERY_SQL_LIST(_) \
	_(SQL_FIND, "SELECT id, name, unit, kind, decimals, modulus FROM point WHERE name = ?1 UNION ALL " \
	            "SELECT p.id, p.name, p.unit, p.kind, p.decimals, p.modulus FROM alias a JOIN point p ON p.id = a.point " \
	            "WHERE a.name = ?1 LIMIT 1") \
	_(SQL_RUNS, "SELECT " RUN_COLUMNS " FROM chunk WHERE point = ?1 AND t0 >= ?2 AND t0 < ?3 AND t1 >= ?4 ORDER BY t0, seq") \
	_(SQL_RUNS_BACK, "SELECT " RUN_COLUMNS " FROM chunk WHERE point = ?1 AND t0 <= ?2 ORDER BY t0 DESC, seq DESC") \
	_(SQL_BLOCK, "SELECT data FROM block WHERE id = ?1") \
	_(SQL_DEVICES, "SELECT since, device FROM point_device WHERE point = ?1 ORDER BY since") \
	_(SQL_SCANS, "SELECT t0, t1 FROM scan WHERE device = ?1 AND t0 < ?3 AND t0 >= coalesce(" \
	             "(SELECT max(t0) FROM scan WHERE device = ?1 AND t0 <= ?2), ?2) ORDER BY t0") \
	_(SQL_KEY_MOST, "SELECT max(id) FROM point") \
	_(SQL_DECIMALS, "SELECT decimals FROM point WHERE id = ?1") \
	_(SQL_TAIL, "SELECT seq, data FROM tail WHERE seq > ?1 ORDER BY seq") \
	_(SQL_TAIL_FIRST, "SELECT min(seq) FROM tail") \
	_(SQL_ROLL, "SELECT t0, data FROM roll WHERE point = ?1 AND level = ?2 AND t0 <= ?3 ORDER BY t0 DESC LIMIT 1") \
	_(SQL_ROLL_NEXT, "SELECT min(t0) FROM roll WHERE point = ?1 AND level = ?2 AND t0 > ?3") \
	_(SQL_KEPT, "SELECT t1 FROM chunk WHERE point = ?1 AND seq = 0 AND min IS NOT NULL ORDER BY t0 LIMIT 1") \
	_(SQL_LATE, "SELECT t0, t1 FROM late WHERE id > coalesce((SELECT value FROM meta WHERE key = 'late'), 0) " \
	            "AND point IN (0, ?1) AND t1 >= ?2 AND t0 < ?3 ORDER BY t0") \
	_(SQL_LATE_NEWEST, "SELECT max(id) FROM late") \
	_(SQL_IS_LATE, "SELECT 1 FROM late WHERE id > ?1 AND t1 >= ?2 AND t0 < ?3 AND point >= 0 LIMIT 1") \
	_(SQL_IS_CHANGED, "SELECT 1 FROM late WHERE id > ?1 AND t1 >= ?2 AND t0 < ?3 LIMIT 1")
/* clang-format on */

#define QUERY_ENUM(id, sql) id,
enum query_sql { QUERY_SQL_LIST(QUERY_ENUM) SQL_COUNT };
#undef QUERY_ENUM

struct ranges {
	struct stretch *v; /* disjoint, rising */
	size_t n, cap;
};
void ranges_add(struct ranges *r, int64_t from, int64_t to); /* not before those that are there; joins what touches */
void ranges_cut(struct ranges *r, int64_t from, int64_t to); /* takes it out */
bool ranges_touch(const struct ranges *r, int64_t from, int64_t to); /* any of it */
bool ranges_cover(const struct ranges *r, int64_t from, int64_t to); /* all of it */
int64_t ranges_sum(const struct ranges *r);
void ranges_done(struct ranges *r);

/* The tail in memory. */
struct tail {
	struct series **points; /* by key; NULL = nothing yet */
	uint32_t cap;
	struct tail_bases bases;
	struct tail_scan *scan; /* present ones, of the newest row */
	uint32_t scans, scans_cap;
	uint32_t *done; /* of the row that is being read */
	uint32_t done_count, done_cap;
	int64_t newest; /* row that was read last */
};

struct query {
	struct db *db;
	sqlite3_stmt *st[SQL_COUNT];
	unsigned depth;
	bool is_own; /* the transaction was begun here */
	uint64_t damaged;
	struct tail tail;
};

/* A statement with its first parameters bound; the rest of them are not. */
sqlite3_stmt *query_st(struct query *q, enum query_sql which, int64_t a, int64_t b, int64_t c);
/* A single number; 0: there is none. */
int64_t query_number(struct query *q, enum query_sql which, int64_t a, int64_t b, int64_t c);
/* What ended the rows of a statement, which is reset. */
enum err query_ended(struct query *q, sqlite3_stmt *st, int code);

/* When the device that the point was read through was looked at, clipped to from..to. The caller's ranges_done(). */
enum err query_seen(struct query *q, int64_t point, int64_t from, int64_t to, struct ranges *out);
/* When Chisan itself was awake: device 0 was looked at. */
enum err query_awake(struct query *q, int64_t from, int64_t to, struct ranges *out);

bool query_is_seen(struct query *q, const struct query_point *p, int64_t ms);

/* Later times do not fit into us. */
#define QUERY_TIME_MOST (INT64_MAX / US_PER_MS / 2)
/* A time that may be reckoned with: the others lie before and after everything. */
static inline int64_t
query_time(int64_t ms)
{
	return ms < 0 ? 0 : ms > QUERY_TIME_MOST ? QUERY_TIME_MOST : ms;
}

/* ---- the tail */

/* Brings the tail in memory to what the open transaction sees; at most about so many samples, 0 = all. *more: there is more. */
enum err query_tail_read(struct query *q, uint32_t most, bool *more);
void query_tail_done(struct query *q);
/* Those of a point that are not in chunks, in order of time, if any is before a time; the caller frees. */
void query_tail_of(struct query *q, int64_t point, int64_t before, struct sample **out, size_t *n);
/* The present stretch in which a device is looked at; 0, 0: none. */
void query_tail_scan(const struct query *q, int64_t device, struct stretch *out);

/* ---- runs */

static inline bool
sample_is_usable(const struct sample *s)
{
	return quality_validity(s->quality) != V_BAD && isfinite(s->v);
}

/* A row of table chunk. */
struct run {
	struct summary sum;
	int64_t block, seq;
};

/*
 * What a point has in from..to, piece by piece in order of time. A piece is a run that lies alone and wholly in there, not decoded yet, or
 * samples in order, or a stretch whose samples are damaged: then is_lost, and run says how it ended.
 */
struct piece {
	bool is_run, is_lost;
	struct run run;         /* if is_run or is_lost */
	const struct sample *s; /* valid until the next call */
	size_t n;
};
struct runs; /* one at a time */
struct runs *runs_open(struct query *q, const struct query_point *p, int64_t from, int64_t to);
void runs_close(struct runs *r);
/* False: no more, or it failed: runs_error(). */
bool runs_next(struct runs *r, struct piece *out);
/* The samples of the run that runs_next just gave, or what was lost. */
void runs_decode(struct runs *r, struct piece *piece);
enum err runs_error(const struct runs *r);

/* The newest sample at or before a time, or the newest that is not bad. ERR_NOT_FOUND: there is none, or it is lost. */
enum err runs_before(struct query *q, const struct query_point *p, int64_t ms, bool only_usable, struct sample *out);

/* ---- rolls */

/* The row of one level that was looked at last; when there was none, how far that is so. */
struct rolls {
	struct query *q;
	int64_t point, level;
	int64_t from, to; /* the row speaks of, or is missing in */
	int64_t edges[ROLL_MOST + 1];
	struct bucket buckets[ROLL_MOST];
	uint32_t n; /* 0 = missing */
};
void rolls_init(struct rolls *r, struct query *q, int64_t point, int64_t level);
/* The bucket in which a time lies; NULL: there is none. Either way *from..*to is what the answer is true of. */
const struct bucket *rolls_find(struct rolls *r, int64_t ms, int64_t *from, int64_t *to);

/* ---- buckets */

/* From samples alone. */
enum err query_weigh(
    struct query *q, const struct query_point *p, const int64_t *edges, uint32_t n, struct bucket *out);

#endif
