/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_private.h - what the files of the writing side share: a track for each point that ever was recorded, the devices and since
 * when they are being looked at, the statements, and what a transaction will have changed once it is durable.
 *
 *   history.c put | history_commit.c commit | history_load.c start | history_site.c keys | history_run.c runs into chunks | history_scan.c
 *   scans | history_pile.c samples of a stretch | history_roll.c what a day amounts to | history_tidy.c housekeeping
 */
#ifndef CHISAN_HISTORY_PRIVATE_H
#define CHISAN_HISTORY_PRIVATE_H

#include "scada/store/history.h"
#include "scada/store/series.h"
#include "scada/store/tail.h"

#define DAY_MS      (INT64_C(24) * 3600 * 1000)
#define NO_TRACK    UINT32_MAX
#define META_ROLLED "rolled" /* and the level: ms up to which rolls are made */
#define META_LATE   "late"   /* newest row of `late` that rolls were made again for */

/* clang-format off */
/* _(id, sql) */
#define HISTORY_SQL_LIST(_) \
	_(H_TAIL_PUT, "INSERT INTO tail VALUES (?, ?)") \
	_(H_TAIL_DROP, "DELETE FROM tail WHERE seq < ?") \
	_(H_BLOCK_PUT, "INSERT OR REPLACE INTO block VALUES (?, ?)") \
	_(H_BLOCK_GET, "SELECT data FROM block WHERE id = ?") \
	_(H_BLOCK_DROP, "DELETE FROM block WHERE id = ?") \
	_(H_CHUNK_PUT, "INSERT OR REPLACE INTO chunk VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)") \
	_(H_CHUNK_DROP, "DELETE FROM chunk WHERE point = ? AND t0 = ? AND seq = ?") \
	_(H_CHUNK_SEQ, "SELECT max(seq) FROM chunk WHERE point = ? AND t0 = ?") \
	_(H_CHUNK_FLOOR, "SELECT t1 FROM chunk WHERE point = ? AND seq = 0 AND open = 0 ORDER BY t0 DESC LIMIT 1") \
	_(H_CHUNKS_IN, "SELECT t0, t1, open, block, last, last_quality FROM chunk WHERE point = ? AND t0 >= ? AND t0 < ? ORDER BY t0, seq") \
	_(H_CHUNK_BEFORE, "SELECT t0, block FROM chunk WHERE point = ? AND t0 < ? ORDER BY t0 DESC, seq DESC LIMIT 1") \
	_(H_CHUNK_AFTER, "SELECT min(t0) FROM chunk WHERE point = ? AND t0 > ? AND min IS NOT NULL") \
	_(H_RUNS_BACK, "SELECT t0, seq, t1, open, block FROM chunk WHERE point = ? AND t0 < ? AND min IS NOT NULL " \
	               "ORDER BY t0 DESC, seq DESC") \
	_(H_CHUNK_ANY, "SELECT EXISTS (SELECT 1 FROM chunk)") \
	_(H_CHUNK_FIRST, "SELECT min(t0) FROM chunk WHERE point = ?") \
	_(H_CHUNKS_OLD, "SELECT t0, seq, block, t1 FROM chunk WHERE point = ? AND t0 < ? AND open = 0 ORDER BY t0 LIMIT ?") \
	_(H_SCAN_PUT, "INSERT INTO scan VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET t1 = max(t1, excluded.t1)") \
	_(H_SCANS_IN, "SELECT t0, t1 FROM scan WHERE device = ?1 AND t0 < ?3 AND t0 >= coalesce(" \
	              "(SELECT max(t0) FROM scan WHERE device = ?1 AND t0 <= ?2), ?2) ORDER BY t0") \
	_(H_SCAN_BEFORE, "SELECT t0, t1 FROM scan WHERE device = ? AND t0 <= ? ORDER BY t0 DESC LIMIT 1") \
	_(H_SCAN_AFTER, "SELECT min(t0) FROM scan WHERE device = ? AND t0 > ?") \
	_(H_DEVICES_OF, "SELECT since, device FROM point_device WHERE point = ? ORDER BY since") \
	_(H_GAP_PUT, "INSERT INTO gap (t0, t1, lost, why) VALUES (?, ?, ?, ?)") \
	_(H_LATE_PUT, "INSERT INTO late (point, t0, t1) VALUES (?, ?, ?)") \
	_(H_LATE_NEXT, "SELECT id, point, t0, t1 FROM late WHERE id > ? ORDER BY id LIMIT 1") \
	_(H_ROLL_PUT, "INSERT OR REPLACE INTO roll VALUES (?, ?, ?, ?)") \
	_(H_ROLL_GET, "SELECT data FROM roll WHERE point = ? AND level = ? AND t0 = ?") \
	_(H_ROLLS_OLD, "DELETE FROM roll WHERE point = ? AND level = ? AND t0 < ?") \
	_(H_META_PUT, "INSERT OR REPLACE INTO meta VALUES (?, ?)") \
	_(H_META_GET, "SELECT value FROM meta WHERE key = ?")
/* clang-format on */

#define HISTORY_ENUM(id, sql) id,
enum history_sql { HISTORY_SQL_LIST(HISTORY_ENUM) H_COUNT };
#undef HISTORY_ENUM

/* The row of a run that is written and goes on. */
struct open_row {
	int64_t t0, seq, block; /* block 0 = there is none */
};

/* Late data of one point, or of any, that no row tells of yet. */
struct late {
	int64_t from, to; /* from > to: none */
	int64_t told;     /* age of the history when a row was written last */
};

struct track {              /* a point; first what each put touches */
	uint64_t oldest;    /* row of tail with its first sample that is in no chunk at all; 0 = there is none */
	struct sample came; /* last */
	uint32_t key;
	uint32_t full;   /* samples of its next chunk */
	uint32_t device; /* of h->devices */
	int8_t decimals;
	bool is_ready, is_late, is_in_site, has_floor;
	struct series run; /* what is in no sealed chunk */
	int64_t floor;     /* ms of the newest sample in a sealed run: what is before it is late */
	int64_t written;   /* age of the history when it was written last */
	struct open_row open;
	struct late late;
	double modulus;
	char *class;
};

struct looked { /* a device */
	uint32_t key;
	bool is_there; /* it is being looked at: from..to */
	int64_t from, to;
	struct stretch dark; /* known not to have been looked at; empty if nothing is known */
};

struct wanted { /* list of tracks */
	uint32_t *v, n, cap;
};

/* What is true of a track once the transaction is durable. */
struct planned {
	uint32_t track, cut;
	struct open_row open;
	int64_t floor;
};

struct lost {
	int64_t from, to;
	uint32_t lost;
	char why[96];
};

struct tidy {
	uint32_t track;    /* whose turn it is */
	unsigned level;    /* of the rolls that are made; 0: none */
	int64_t rolled[3]; /* by level: ms up to which; INT64_MIN: not read yet */
	int64_t late;      /* row of `late` that is done; -1: not read yet */
	int64_t late_at;   /* day within the next; 0 = its first */
	unsigned late_level;
	uint32_t late_track;
	uint32_t clean_track;
	int64_t cleaned; /* now_ms when retention went through last */
	bool is_cleaning;
	char zone[64];
};

struct history {
	struct db *db;
	sqlite3_stmt *st[H_COUNT];
	struct track *tracks;
	uint32_t track_count, track_cap;
	uint32_t *by_key, by_key_cap;      /* track of a permanent key; NO_TRACK */
	uint32_t *by_number, number_count; /* of a point of the site */
	struct looked *devices;            /* the first is of the calculations */
	uint32_t device_count;
	uint32_t device_cap;
	uint32_t *device_by_key, device_by_key_cap;
	uint32_t *device_by_number, device_number_count;
	bool has_site;

	struct tail_bases bases;
	struct tail_out out;
	uint64_t row;     /* of tail, that is being filled */
	uint64_t dropped; /* rows below are deleted */
	uint64_t tail_bytes;
	int64_t block;    /* newest id */
	int64_t settled;  /* age from which the clock is believed again, after a jump */
	int64_t age, now; /* ms that went by between commits, whatever the clock says; of the last commit */
	uint64_t boot, batch;
	int64_t newest, newest_durable; /* ms of samples */
	int64_t received;               /* the oldest since the last commit; INT64_MAX: none */
	bool is_damaged;                /* the tail could not be read: all begins anew with the next row */

	struct wanted ready, late; /* to be written; with late data to be told */
	uint32_t aging;            /* whose age is looked at next */
	struct late late_all;
	struct scan_row {
		uint32_t device;
		int64_t from, to;
	} * over; /* scans that ended, in no row yet */
	uint32_t over_count, over_cap;
	struct lost *losses;
	uint32_t loss_count, loss_cap;

	/* of the transaction */
	struct planned *plan;
	uint32_t plan_count, plan_cap;
	int64_t plan_block;
	uint32_t *done, done_cap;
	struct tail_scan *scans;
	uint32_t scans_cap;
	struct wbuf bytes;
	struct sample *samples;
	uint32_t sample_cap;
	struct stretch *unseen;
	uint32_t unseen_count, unseen_cap;

	struct tidy tidy;
};

/* Room for one more; new parts are zeroed. */
void *history_room(void *list, uint32_t count, uint32_t *cap, size_t size);
sqlite3_stmt *history_st(struct history *h, enum history_sql which);
/* One step of a statement that gives no rows. */
enum err history_run(struct history *h, sqlite3_stmt *st, const char *what);
/* The number that a statement gives, `none` if it gives none; e: NULL, or set if it fails. */
int64_t history_number(struct history *h, sqlite3_stmt *st, int64_t none, enum err *e);
int64_t history_meta(struct history *h, const char *key, int64_t none);
enum err history_meta_put(struct history *h, const char *key, int64_t value);

/* The track of a permanent key, made if there is none. */
uint32_t history_track(struct history *h, uint32_t key, int decimals, double modulus);
uint32_t history_device(struct history *h, uint32_t key);
struct sample *history_samples(struct history *h, uint32_t n); /* room for so many, one buffer for all */
void history_want(struct wanted *w, uint32_t track);

/* history_load.c */
enum err history_load(struct history *h);

/* history_run.c: writes all that a track holds; the last run goes on if it is not sealed. */
enum err history_write(struct history *h, uint32_t track, bool is_sealed);
void history_planned(struct history *h); /* the transaction is durable */

/* history_scan.c */
bool history_was_seen(struct history *h, uint32_t device, int64_t ms);
bool history_ever_seen(struct history *h, uint32_t device, int64_t before_ms);
/* What of from..to was not looked at: h->unseen. */
enum err history_unseen(struct history *h, uint32_t device, int64_t from, int64_t to);
enum err history_put_scans(struct history *h);

void history_extend_late(struct late *l, int64_t from, int64_t to);
void history_note_late(struct history *h, uint32_t track, int64_t from, int64_t to);

/* history_pile.c */
struct pile {
	struct sample *s; /* of from..to, both included, in order; the caller frees */
	uint32_t n, cap;
	struct sample before; /* the newest before; ms INT64_MIN: none */
	struct sample base;   /* of a counter, the newest usable one before: mostly the same; ms INT64_MIN: none */
	struct sample after;  /* of a counter, the first usable one after; ms INT64_MAX: none */
	int64_t from, to;
	bool is_sorted;
};
enum err pile_collect(struct history *h, const struct track *t, int64_t from, int64_t to, struct pile *p);

/* history_roll.c: a day's half hours, a day of the zone in its month's row. *weight: samples that were read are added. */
enum err history_roll_day(struct history *h, uint32_t track, int64_t day, uint32_t *weight);
enum err history_roll_zone_day(struct history *h, uint32_t track, int64_t day, uint32_t *weight);

#endif
