/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.h - the one file: opened, checked, its schema made or brought up to date, its statements prepared once.
 * Exactly one process opens it for writing; that connection alone writes and checkpoints. All errors of SQLite end here.
 */
#ifndef CHISAN_DB_H
#define CHISAN_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "scada/base/clock.h"
#include "scada/base/err.h"

#define DB_FILE           "chisan.db"
#define DB_SCHEMA         1
#define DB_APPLICATION_ID 0x43485331

struct db {
	sqlite3 *sqlite; /* NULL = closed */
	char folder[512], path[600];
	bool is_writer;
	enum err why;   /* of the last failure */
	char text[256]; /* and a sentence: what could not be done, and what the system said */
};

/*
 * Writer: makes the file if it is missing, WAL, synchronous=FULL.
 * ERR_VERSION: the file is of a newer Chisan, or not of Chisan at all, and is left alone. ERR_BAD_DATA: it is damaged (then db_move_aside and again).
 * ERR_IO: full, unreadable, read-only; try again later. Reader: read-only, never checkpoints; ERR_NOT_FOUND if there is none yet.
 */
enum err db_open(struct db *db, const char *folder, bool is_writer);
void db_close(struct db *db); /* prepared statements of others must be finalized before */
/* Renames the file and its companions to NAME.bad-TIME; the new name in moved. */
enum err db_move_aside(struct db *db, struct utc now, char *moved, size_t size);

/* Several statements without results. */
enum err db_exec(struct db *db, const char *sql);
/* NULL: db->text says why. The caller finalizes. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql);
/* Notes what a step or another call returned: OK for SQLITE_OK, ROW and DONE, else what it means for us, with db->text. */
enum err db_note(struct db *db, int code, const char *what);
enum err db_begin(struct db *db);
enum err db_commit(struct db *db);
void db_rollback(struct db *db);

#endif
