/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.c - the reading side: its statements, the moment that answers are of, points by name, late data.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/query_private.h"

#define QUERY_TEXT(id, sql) sql,
static const char *const texts[] = { QUERY_SQL_LIST(QUERY_TEXT) };
#undef QUERY_TEXT

struct query *
query_open(struct db *db)
{
	struct query *q = xcalloc(1, sizeof(*q));

	q->db = db;
	/* the rolls of a year and what lies around its edges, again and again while somebody scrolls */
	(void)db_exec(db, "PRAGMA cache_size = -16384");
	for (unsigned i = 0; i < SQL_COUNT; i++) {
		q->st[i] = db_prepare(db, texts[i]);
		if (q->st[i] == NULL) {
			query_close(q);
			return NULL;
		}
	}
	return q;
}

void
query_close(struct query *q)
{
	if (q == NULL)
		return;
	while (q->depth > 0)
		query_end(q);
	for (unsigned i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(q->st[i]);
	query_tail_done(q);
	free(q);
}

uint64_t
query_damaged(const struct query *q)
{
	return q->damaged;
}

/* ---- statements */

sqlite3_stmt *
query_st(struct query *q, enum query_sql which, int64_t a, int64_t b, int64_t c)
{
	sqlite3_stmt *st = q->st[which];
	const int64_t v[] = { a, b, c };
	int n = sqlite3_bind_parameter_count(st);

	(void)sqlite3_reset(st);
	for (int i = 0; i < n && i < 3; i++)
		(void)sqlite3_bind_int64(st, i + 1, v[i]);
	return st;
}

enum err
query_ended(struct query *q, sqlite3_stmt *st, int code)
{
	enum err e = db_note(q->db, code, "history cannot be read");

	(void)sqlite3_reset(st);
	return e;
}

int64_t
query_number(struct query *q, enum query_sql which, int64_t a, int64_t b, int64_t c)
{
	sqlite3_stmt *st = query_st(q, which, a, b, c);
	int code = sqlite3_step(st);
	int64_t n = code == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;

	(void)query_ended(q, st, code);
	return n;
}

/* ---- one moment */

enum err
query_begin(struct query *q)
{
	bool more;
	enum err e = OK;

	if (q->depth++ > 0)
		return OK;
	/* the writer's own connection may be within a transaction already: then its moment is ours */
	q->is_own = sqlite3_get_autocommit(q->db->sqlite) != 0;
	if (q->is_own)
		e = db_begin_reading(q->db);
	if (e == OK)
		e = query_tail_read(q, 0, &more);
	if (e != OK)
		query_end(q);
	return e;
}

void
query_end(struct query *q)
{
	if (q->depth == 0 || --q->depth > 0 || !q->is_own)
		return;
	q->is_own = false;
	for (unsigned i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_reset(q->st[i]); /* a statement under way would keep the moment */
	db_rollback(q->db);
}

bool
query_refresh(struct query *q, uint32_t most)
{
	bool more = false;

	if (q->depth > 0 || !sqlite3_get_autocommit(q->db->sqlite) || db_begin_reading(q->db) != OK)
		return false;
	(void)query_tail_read(q, most, &more);
	db_rollback(q->db);
	return more;
}

/* ---- points, late data */

static void
read_point(sqlite3_stmt *st, struct query_point *p)
{
	int kind = sqlite3_column_int(st, 3), decimals = sqlite3_column_int(st, 4);

	*p = (struct query_point){ .key = sqlite3_column_int64(st, 0), .modulus = sqlite3_column_double(st, 5) };
	str_copy(p->name, sizeof(p->name), (const char *)sqlite3_column_text(st, 1));
	str_copy(p->unit, sizeof(p->unit), (const char *)sqlite3_column_text(st, 2));
	p->kind = kind >= 0 && kind < KIND_COUNT ? (enum point_kind)kind : KIND_ANALOG;
	p->decimals = decimals < -8 ? -8 : decimals > 15 ? 15 : decimals;
	if (!isfinite(p->modulus))
		p->modulus = -1;
}

enum err
query_find(struct query *q, const char *name, struct query_point *p)
{
	sqlite3_stmt *st = q->st[SQL_FIND];
	enum err e;
	int code;

	*p = (struct query_point){ .modulus = -1 };
	(void)sqlite3_reset(st);
	(void)sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		read_point(st, p);
	e = query_ended(q, st, code);
	(void)sqlite3_clear_bindings(st);
	return e == OK && p->key == 0 ? ERR_NOT_FOUND : e;
}

int64_t
query_late_newest(struct query *q)
{
	return query_number(q, SQL_LATE_NEWEST, 0, 0, 0);
}

bool
query_is_late(struct query *q, int64_t after, int64_t from, int64_t to)
{
	return query_number(q, SQL_IS_LATE, after, from, to) != 0;
}

bool
query_is_changed(struct query *q, int64_t after, int64_t from, int64_t to)
{
	return query_number(q, SQL_IS_CHANGED, after, from, to) != 0;
}
