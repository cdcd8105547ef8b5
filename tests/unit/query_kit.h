/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_kit.h - a database filled row by row, as the writer would leave it: one point, read through devices, with runs as wanted.
 */
#ifndef CHISAN_QUERY_KIT_H
#define CHISAN_QUERY_KIT_H

#include "scada/base/str.h"
#include "scada/store/codec.h"
#include "scada/store/query.h"
#include "tests/unit/folder.h"
#include "tests/unit/series_kit.h"
#include "tests/unit/t.h"

#define T0    INT64_C(1795000000000)
#define POINT 7

static struct db db;
static struct query *q;
static struct query_point point;
static int64_t blocks;
static struct stretch kit_unseen[64]; /* when no device is looked at */
static size_t kit_unseen_count;

static inline void
must(enum err e)
{
	ck_assert_msg(e == OK, "%s: %s", err_word(e), db.text);
}

static inline void
run_sql(const char *sql, int64_t a, int64_t b, int64_t c)
{
	sqlite3_stmt *st = db_prepare(&db, sql);
	const int64_t v[] = { a, b, c };

	ck_assert_msg(st != NULL, "%s: %s", sql, db.text);
	for (int i = 0; i < sqlite3_bind_parameter_count(st); i++)
		sqlite3_bind_int64(st, i + 1, v[i]);
	must(db_note(&db, sqlite3_step(st), sql));
	sqlite3_finalize(st);
}

static inline void
kit_point(enum point_kind kind, double modulus)
{
	sqlite3_stmt *st = db_prepare(&db, "INSERT INTO point VALUES (?1, 'ESS1.SOC', ?2, 1, 'kW', ?3, 'default')");

	ck_assert(st != NULL);
	sqlite3_bind_int64(st, 1, POINT);
	sqlite3_bind_int(st, 2, (int)kind);
	sqlite3_bind_double(st, 3, modulus);
	must(db_note(&db, sqlite3_step(st), "point"));
	sqlite3_finalize(st);
	must(query_find(q, "ESS1.SOC", &point));
}

static inline void
kit_open(enum point_kind kind, double modulus)
{
	folder_make();
	must(db_open(&db, folder, true));
	must(db_exec(&db, "PRAGMA synchronous = OFF"));
	q = query_open(&db);
	ck_assert_msg(q != NULL, "%s", db.text);
	blocks = 0;
	kit_unseen_count = 0;
	kit_point(kind, modulus);
	run_sql("INSERT INTO point_device VALUES (?1, 0, 1)", POINT, 0, 0);
}

static inline void
kit_close(void)
{
	query_close(q);
	q = NULL;
	db_close(&db);
	folder_remove();
}

static inline void
bind_number(sqlite3_stmt *st, int i, double v)
{
	if (isnan(v))
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_double(st, i, v);
}

/* sum: what the row says of the run. */
static inline void
kit_row(const struct summary *sum, int64_t seq, bool is_open, int64_t block)
{
	sqlite3_stmt *st = db_prepare(&db,
	    "INSERT INTO chunk VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
	    "?18, ?19)");
	const int64_t whole[] = { POINT, sum->from, seq, sum->to, sum->n };
	const double real[] = { sum->min, sum->max, sum->sum, sum->mean };

	ck_assert_msg(st != NULL, "%s", db.text);
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(st, i + 1, whole[i]);
	for (int i = 0; i < 4; i++)
		bind_number(st, i + 6, real[i]);
	sqlite3_bind_int64(st, 10, sum->usable_ms);
	sqlite3_bind_int64(st, 11, sum->good_ms);
	bind_number(st, 12, sum->first);
	bind_number(st, 13, sum->last);
	sqlite3_bind_int(st, 14, sum->last_quality);
	sqlite3_bind_int(st, 15, sum->flags);
	bind_number(st, 16, sum->increment);
	sqlite3_bind_int(st, 17, sum->resets);
	sqlite3_bind_int(st, 18, is_open);
	sqlite3_bind_int64(st, 19, block);
	must(db_note(&db, sqlite3_step(st), "chunk"));
	sqlite3_finalize(st);
}

static inline int64_t
kit_block(const struct sample *s, size_t n)
{
	sqlite3_stmt *st = db_prepare(&db, "INSERT INTO block VALUES (?1, ?2)");
	struct wbuf b = { 0 };

	ck_assert(st != NULL);
	chunk_encode(&b, s, n, 1);
	sqlite3_bind_int64(st, 1, ++blocks);
	sqlite3_bind_blob64(st, 2, b.data, b.len, SQLITE_STATIC);
	must(db_note(&db, sqlite3_step(st), "block"));
	sqlite3_finalize(st);
	wbuf_done(&b);
	return blocks;
}

static inline void
kit_chunk(const struct sample *s, size_t n, int64_t seq)
{
	struct summary sum;

	summary_of(&sum, s, n, point.modulus, kit_unseen, kit_unseen_count);
	kit_row(&sum, seq, false, kit_block(s, n));
}

static inline void
kit_scan(int64_t device, int64_t from, int64_t to)
{
	run_sql("INSERT INTO scan VALUES (?1, ?2, ?3)", device, from, to);
}

#endif
