/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_kit.h - a small site, a history in a folder of its own, and a reader that shares nothing with the one of the store but
 * the codecs: all samples of a point from chunks and tail, in order of time.
 */
#ifndef CHISAN_HISTORY_KIT_H
#define CHISAN_HISTORY_KIT_H

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/history.h"
#include "scada/store/tail.h"
#include "tests/unit/folder.h"
#include "tests/unit/t.h"

#define HK_POINTS  24
#define HK_DEVICES 3
#define HK_START   INT64_C(1795392000000) /* 2026-11-23T00:00:00Z */

struct hk {
	struct db db;
	struct history *h;
	struct site site;
	struct site_point points[HK_POINTS];
	struct site_point_def defs[HK_POINTS];
	struct site_node nodes[HK_DEVICES];
	struct site_device devices[HK_DEVICES];
	struct site_counter counter;
	char names[HK_POINTS][16], device_names[HK_DEVICES][8];
	uint64_t boot, batch;
};

/* Kinds as in the plant: every fourth point is a counter. Points are dealt to devices in turn. */
static inline void
hk_site(struct hk *k, uint32_t count)
{
	k->counter = (struct site_counter){ .modulus = 1000000 };
	k->site =
	    (struct site){ .points = k->points, .point_count = count, .nodes = k->nodes, .node_count = HK_DEVICES };
	for (unsigned i = 0; i < HK_DEVICES; i++) {
		str_printf(k->device_names[i], sizeof(k->device_names[i]), "D%u", i);
		k->devices[i].name = k->device_names[i];
		k->nodes[i].device = &k->devices[i];
	}
	for (uint32_t i = 0; i < count; i++) {
		str_printf(k->names[i], sizeof(k->names[i]), "D%u.P%u", (unsigned)(i % HK_DEVICES), (unsigned)i);
		k->defs[i] = (struct site_point_def){
			.tag = k->names[i], .unit = "kW", .kind = i % 4 == 3 ? KIND_COUNTER : KIND_ANALOG
		};
		if (i % 4 == 3)
			k->defs[i].counter = &k->counter;
		k->points[i] = (struct site_point){
			.name = k->names[i], .def = &k->defs[i], .device = i % HK_DEVICES, .decimals = 1
		};
	}
}

static inline void
hk_must(struct hk *k, enum err e)
{
	ck_assert_msg(e == OK, "%s: %s", err_word(e), k->db.text);
}

static inline void
hk_open(struct hk *k, int64_t now)
{
	hk_must(k, db_open(&k->db, folder, true));
	hk_must(k, db_exec(&k->db, "PRAGMA synchronous = OFF")); /* power does not fail here; the disk is slow */
	k->h = history_open(&k->db);
	ck_assert_msg(k->h != NULL, "%s", k->db.text);
	hk_must(k, history_site(k->h, &k->site, now));
}

static inline void
hk_close(struct hk *k)
{
	history_close(k->h);
	db_close(&k->db);
	k->h = NULL;
}

/* All devices were looked at. */
static inline void
hk_scan(struct hk *k, int64_t from, int64_t to)
{
	for (uint32_t i = 0; i < HK_DEVICES; i++)
		history_scan(k->h, i, from, to, 3000);
}

static inline void
hk_commit(struct hk *k, int64_t now)
{
	hk_must(k, history_commit(k->h, now, k->boot, ++k->batch));
}

static inline int64_t
hk_number(struct hk *k, const char *sql)
{
	sqlite3_stmt *st = db_prepare(&k->db, sql);
	int64_t n;

	ck_assert_msg(st != NULL, "%s", k->db.text);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* ---- what the database holds of one point */

struct hk_read {
	uint32_t key;
	int64_t row, upto;
	struct sample *s;
	uint32_t n, cap;
	uint32_t done[4096], done_count;
};

/* Which of two of one time came first is told only within a run. */
static inline bool
hk_is_after(const struct sample *a, const struct sample *b)
{
	return a->ms > b->ms || (a->ms == b->ms && a->v > b->v);
}

static inline void
hk_add(struct hk_read *r, const struct sample *s)
{
	if (r->n == r->cap) {
		uint32_t cap = r->cap * 2 + 1024;

		r->s = xrecallocarray(r->s, r->cap, cap, sizeof(*r->s));
		r->cap = cap;
	}
	uint32_t at = r->n++;
	for (; at > 0 && hk_is_after(&r->s[at - 1], s); at--)
		r->s[at] = r->s[at - 1];
	r->s[at] = *s;
}

static inline void
hk_done(void *arg, uint32_t key)
{
	struct hk_read *r = arg;

	ck_assert_uint_lt(r->done_count, 4096);
	r->done[r->done_count++] = key;
	if (key == r->key && r->row > r->upto)
		r->upto = r->row;
}

static inline void
hk_sample(void *arg, uint32_t key, const struct sample *s)
{
	struct hk_read *r = arg;

	if (key == r->key && r->row > r->upto)
		hk_add(r, s);
}

static inline void
hk_read_tail(struct hk *k, struct hk_read *r)
{
	const struct tail_each look = { .done = hk_done, .arg = r }, all = { .sample = hk_sample, .arg = r };
	struct tail_bases bases = { 0 };
	struct tail_head head;

	tail_bases_room(&bases, (uint32_t)hk_number(k, "SELECT max(id) + 1 FROM point"));
	for (int pass = 0; pass < 2; pass++) {
		sqlite3_stmt *st = db_prepare(&k->db, "SELECT seq, data FROM tail ORDER BY seq");

		while (sqlite3_step(st) == SQLITE_ROW) {
			const void *data = sqlite3_column_blob(st, 1);
			size_t len = (size_t)sqlite3_column_bytes(st, 1);

			r->row = sqlite3_column_int64(st, 0);
			r->done_count = 0;
			if (pass == 1)
				ck_assert_int_eq(tail_read(data, len, &bases, &head, &all), OK);
			ck_assert_int_eq(tail_read(data, len, &bases, &head, &look), OK);
			for (uint32_t i = 0; pass == 1 && i < r->done_count; i++)
				tail_base_reset(&bases, r->done[i]);
		}
		sqlite3_finalize(st);
	}
	tail_bases_done(&bases);
}

/* The caller frees r->s. */
static inline void
hk_read(struct hk *k, const char *name, struct hk_read *r)
{
	static struct sample s[CHUNK_MOST];
	sqlite3_stmt *st = db_prepare(&k->db, "SELECT id FROM point WHERE name = ?");
	size_t n;

	*r = (struct hk_read){ 0 };
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	r->key = (uint32_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	st = db_prepare(&k->db,
	    "SELECT b.data, c.t0, c.t1, c.n FROM chunk c JOIN block b ON b.id = c.block WHERE point = ? ORDER BY t0, "
	    "c.seq");
	sqlite3_bind_int64(st, 1, r->key);
	while (sqlite3_step(st) == SQLITE_ROW) {
		ck_assert_int_eq(
		    chunk_decode(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0), s, CHUNK_MOST, &n),
		    OK);
		ck_assert_int_eq(s[0].ms, sqlite3_column_int64(st, 1));
		ck_assert_int_eq(s[n - 1].ms, sqlite3_column_int64(st, 2));
		ck_assert_int_eq((int64_t)n, sqlite3_column_int64(st, 3));
		ck_assert_int_le(s[n - 1].ms - s[0].ms, INT64_C(86400000));
		for (size_t i = 0; i < n; i++)
			hk_add(r, &s[i]);
	}
	sqlite3_finalize(st);
	hk_read_tail(k, r);
}

static inline bool
hk_is_same(const struct sample *a, const struct sample *b)
{
	double x = a->v == 0 ? 0 : a->v, y = b->v;

	return a->ms == b->ms && a->quality == b->quality && a->cause == b->cause && memcmp(&x, &y, sizeof(x)) == 0;
}

/* Just these, in this order. */
static inline void
hk_expect(struct hk *k, uint32_t point, const struct sample *s, uint32_t n)
{
	static struct hk_read r;

	hk_read(k, k->names[point], &r);
	ck_assert_msg(r.n == n, "%s has %u samples, not %u", k->names[point], r.n, n);
	for (uint32_t i = 0; i < n; i++)
		ck_assert_msg(hk_is_same(&s[i], &r.s[i]), "sample %u of %s: %lld %a %x, not %lld %a %x", i,
		    k->names[point], (long long)r.s[i].ms, r.s[i].v, r.s[i].quality, (long long)s[i].ms, s[i].v,
		    s[i].quality);
	free(r.s);
}

#endif
