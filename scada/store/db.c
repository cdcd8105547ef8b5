/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.c - opening, judging and moving the file.  SQLite of Debian 12 can damage a database when a second process checkpoints:
 * the writer alone does, readers never.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/db.h"
#include "scada/store/schema.h"

#define BUSY_MS 2000 /* another process recovers the log at its start; never longer */

/* ---- errors */

static enum err
meaning_of(int code)
{
	switch (code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_BAD_DATA;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ERR_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM: return ERR_IO;
	case SQLITE_CONSTRAINT: return ERR_REFUSED;
	case SQLITE_NOMEM: return ERR_TOO_BIG;
	default: return ERR_FAILED;
	}
}

static enum err
say(struct db *db, enum err why, const char *what, const char *system)
{
	db->why = why;
	str_printf(db->text, sizeof(db->text), "%s: %s", what, system);
	return why;
}

enum err
db_note(struct db *db, int code, const char *what)
{
	enum err e = meaning_of(code);

	if (e == OK)
		return OK;
	return say(db, e, what,
	    db->sqlite != NULL && code != SQLITE_NOMEM ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code));
}

/* ---- statements */

enum err
db_exec(struct db *db, const char *sql)
{
	return db_note(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL), "the database refuses a statement");
}

sqlite3_stmt *
db_prepare(struct db *db, const char *sql)
{
	sqlite3_stmt *st = NULL;

	if (db_note(db, sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL),
	        "a statement cannot be prepared") != OK)
		return NULL;
	return st;
}

enum err
db_begin(struct db *db)
{
	return db_exec(db, "BEGIN IMMEDIATE");
}

enum err
db_commit(struct db *db)
{
	return db_exec(db, "COMMIT");
}

void
db_rollback(struct db *db)
{
	/* a failed commit may have rolled back by itself: then there is nothing to do, and db->text keeps the first reason */
	if (db->sqlite != NULL && !sqlite3_get_autocommit(db->sqlite))
		(void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

static enum err
pragma_number(struct db *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *st = db_prepare(db, sql);
	enum err e;

	if (st == NULL)
		return db->why;
	e = db_note(db, sqlite3_step(st), "the database cannot be read");
	*out = e == OK ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	return e;
}

/* ---- the schema */

static enum err
make_schema(struct db *db)
{
	char sql[96];
	enum err e = db_begin(db);

	for (size_t i = 0; e == OK && i < ARRAY_LEN(schema_sql); i++)
		e = db_exec(db, schema_sql[i]);
	str_printf(
	    sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d", DB_APPLICATION_ID, DB_SCHEMA);
	if (e == OK)
		e = db_exec(db, sql);
	if (e == OK)
		e = db_commit(db);
	if (e != OK)
		db_rollback(db);
	return e;
}

/* Whose file is it, and of which version? *is_new: it is empty. */
static enum err
judge(struct db *db, bool *is_new)
{
	int64_t application, version, pages;
	enum err e = pragma_number(db, "PRAGMA application_id", &application);
	char text[160];

	if (e == OK)
		e = pragma_number(db, "PRAGMA user_version", &version);
	if (e == OK)
		e = pragma_number(db, "PRAGMA page_count", &pages);
	if (e != OK)
		return e;
	*is_new = application == 0 && version == 0 && pages == 0;
	if (*is_new)
		return db->is_writer ? OK : say(db, ERR_NOT_FOUND, db->path, "it is empty yet");
	if (application != DB_APPLICATION_ID)
		return say(db, ERR_VERSION, db->path, "this is a database, but not one of Chisan; it is left alone");
	if (version > DB_SCHEMA) {
		str_printf(text, sizeof(text),
		    "it was written by a newer Chisan (schema %d, this one knows %d) and is left alone", (int)version,
		    DB_SCHEMA);
		return say(db, ERR_VERSION, db->path, text);
	}
	if (version < DB_SCHEMA)
		return say(db, ERR_BAD_DATA, db->path, "it has a version that never was");
	return OK;
}

/* The first pages and the list of tables; the whole is proved elsewhere, in steps. */
static enum err
look_for_damage(struct db *db)
{
	int64_t tables;
	enum err e = pragma_number(
	    db, "SELECT count(*) FROM sqlite_schema WHERE name IN ('chunk', 'tail', 'journal', 'state')", &tables);

	if (e == OK && tables != 4)
		return say(db, ERR_BAD_DATA, db->path, "tables are missing");
	return e;
}

/* ---- life */

static enum err
set_up(struct db *db)
{
	static const char writer[] =
	    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
	    "PRAGMA recursive_triggers = ON"; /* REPLACE deletes past the triggers otherwise */
	static const char reader[] =
	    "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY;"
	    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
	bool is_new = false;
	enum err e;

	(void)sqlite3_busy_timeout(db->sqlite, BUSY_MS);
	(void)sqlite3_extended_result_codes(db->sqlite, 1);
	(void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	e = judge(db, &is_new);
	if (e == OK)
		e = db_exec(db, db->is_writer ? writer : reader);
	if (e == OK && is_new)
		e = make_schema(db);
	return e == OK ? look_for_damage(db) : e;
}

/* The file is gone and its log is not: SQLite would delete the log, and with it what was committed last. */
static enum err
keep_orphan(struct db *db)
{
	char wal[620], kept[660];
	int n = 0;

	str_printf(wal, sizeof(wal), "%s-wal", db->path);
	if (access(wal, F_OK) != 0)
		return OK;
	do
		str_printf(kept, sizeof(kept), "%s.orphan.%d", wal, ++n);
	while (access(kept, F_OK) == 0 && n < 1000);
	return rename(wal, kept) == 0
	    ? OK
	    : say(db, ERR_IO, "the log of a database that is gone cannot be moved aside", strerror(errno));
}

enum err
db_open(struct db *db, const char *folder, bool is_writer)
{
	int flags = is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	struct stat st;
	enum err e;

	*db = (struct db){ .is_writer = is_writer };
	if (!str_copy(db->folder, sizeof(db->folder), folder) ||
	    !str_printf(db->path, sizeof(db->path), "%s/%s", folder, DB_FILE))
		return say(db, ERR_USAGE, "the data folder", "its name is too long");
	if (lstat(db->path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return say(db, ERR_VERSION, db->path, "it is no regular file and is left alone");
	} else if (errno != ENOENT) {
		return say(db, ERR_IO, db->path, strerror(errno));
	} else if (!is_writer) {
		return say(db, ERR_NOT_FOUND, db->path, "there is none yet");
	} else if (keep_orphan(db) != OK) {
		return db->why;
	}
	e = db_note(db, sqlite3_open_v2(db->path, &db->sqlite, flags | SQLITE_OPEN_NOFOLLOW, NULL),
	    "the database cannot be opened");
	if (e == OK)
		e = set_up(db);
	if (e != OK)
		db_close(db);
	return e;
}

void
db_close(struct db *db)
{
	if (db->sqlite != NULL)
		(void)sqlite3_close_v2(db->sqlite);
	db->sqlite = NULL;
}

/* ---- a damaged one */

enum err
db_move_aside(struct db *db, struct utc now, char *moved, size_t size)
{
	static const char *const companions[] = { "-wal", "-shm" };
	char stamp[40], from[640], to[700];
	int tries = 0;

	db_close(db);
	utc_iso(stamp, sizeof(stamp), now);
	for (char *c = stamp; *c != '\0'; c++)
		if (*c == ':')
			*c = '-';
	do /* a name that was there before is not taken again */
		str_printf(moved, size, tries == 0 ? "%s.bad-%s" : "%s.bad-%s.%d", db->path, stamp, tries);
	while (access(moved, F_OK) == 0 && ++tries < 1000);
	if (rename(db->path, moved) != 0 && errno != ENOENT)
		return say(db, ERR_IO, "the damaged database cannot be moved aside", strerror(errno));
	for (size_t i = 0; i < ARRAY_LEN(companions); i++) {
		str_printf(from, sizeof(from), "%s%s", db->path, companions[i]);
		str_printf(to, sizeof(to), "%s%s", moved, companions[i]);
		/* the log of another database must never be applied to the new one */
		if (rename(from, to) != 0 && errno != ENOENT)
			return say(
			    db, ERR_IO, "the log of the damaged database cannot be moved aside", strerror(errno));
	}
	return OK;
}
