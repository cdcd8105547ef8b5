/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db_walk.c - reads every row of every table, a few at a time, so that a damaged page is found before somebody needs it.
 */
#include "config.h"

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/db.h"

static const struct {
	const char *name, *keys, *marks;
	int count;
} tables[] = {
	{ "meta", "key", "?1", 1 },
	{ "device", "id", "?1", 1 },
	{ "point", "id", "?1", 1 },
	{ "alias", "name", "?1", 1 },
	{ "point_device", "point, since", "?1, ?2", 2 },
	{ "state", "kind, name", "?1, ?2", 2 },
	{ "tail", "seq", "?1", 1 },
	{ "checkpoint", "seq", "?1", 1 },
	{ "journal", "seq", "?1", 1 },
	{ "gap", "id", "?1", 1 },
	{ "late", "id", "?1", 1 },
	{ "report", "id", "?1", 1 },
	{ "scan", "device, t0", "?1, ?2", 2 },
	{ "roll", "point, level, t0", "?1, ?2, ?3", 3 },
	{ "chunk", "point, t0, seq", "?1, ?2, ?3", 3 },
	{ "block", "id", "?1", 1 },
};

static void
forget_key(struct db_walk *walk)
{
	for (int i = 0; i < 3; i++) {
		sqlite3_value_free(walk->key[i]);
		walk->key[i] = NULL;
	}
}

static void
remember_key(struct db_walk *walk, sqlite3_stmt *st, int count)
{
	forget_key(walk);
	for (int i = 0; i < count; i++)
		walk->key[i] = sqlite3_value_dup(sqlite3_column_value(st, i));
}

static sqlite3_stmt *
prepare(struct db *db, const struct db_walk *walk, uint32_t most)
{
	char sql[300], where[100] = "";
	unsigned t = walk->table;
	sqlite3_stmt *st;

	if (walk->key[0] != NULL)
		str_printf(where, sizeof(where), "WHERE (%s) > (%s)", tables[t].keys, tables[t].marks);
	str_printf(sql, sizeof(sql), "SELECT %s, * FROM %s %s ORDER BY %s LIMIT %u", tables[t].keys, tables[t].name,
	    where, tables[t].keys, most);
	st = db_prepare(db, sql);
	for (int i = 0; st != NULL && walk->key[0] != NULL && i < tables[t].count; i++)
		(void)sqlite3_bind_value(st, i + 1, walk->key[i]);
	return st;
}

enum err
db_walk(struct db *db, struct db_walk *walk, uint32_t most)
{
	sqlite3_stmt *st = prepare(db, walk, most);
	uint32_t rows = 0;
	int code;
	enum err e;

	if (st == NULL)
		return db->why;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		rows++;
		for (int i = 0; i < sqlite3_column_count(st); i++) /* long values stand on pages of their own */
			if (sqlite3_column_type(st, i) == SQLITE_BLOB || sqlite3_column_type(st, i) == SQLITE_TEXT)
				(void)sqlite3_column_blob(st, i);
		if (rows == most)
			remember_key(walk, st, tables[walk->table].count);
	}
	e = db_note(db, code, "the database is damaged");
	sqlite3_finalize(st);
	if (e == OK && rows < most) {
		forget_key(walk);
		walk->table++;
		if (walk->table >= ARRAY_LEN(tables)) {
			walk->table = 0;
			walk->rounds++;
		}
	}
	return e;
}

void
db_walk_done(struct db_walk *walk)
{
	forget_key(walk);
	walk->table = 0;
}
