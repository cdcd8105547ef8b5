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
#include <stdint.h>

#include "scada/base/clock.h"
#include "scada/base/err.h"

#define DB_FILE           "chisan.db"
#define DB_FOLDER         "store" /* below the data folder: the database and its log, what both stores may reach */
#define DB_KEY_FOLDER     "key"   /* below the data folder: what signs the journal; the writer's alone */
#define DB_SPOOL_FOLDER   "spool" /* below the data folder: copies on their way to a backup */
#define DB_SCHEMA         2
#define DB_APPLICATION_ID 0x43485331

#define DB_LOCK_FILE "lock" /* in the folder of the database: who holds it is the one writer */
#define DB_IDENTITY  8

struct db {
	sqlite3 *sqlite; /* NULL = closed */
	char folder[512], path[600];
	bool is_writer;
	bool is_new;      /* the file held nothing: it was begun by this opening */
	enum err why;     /* of the last failure */
	int code, system; /* of it: SQLite's extended code, errno */
	char text[256];   /* and a sentence: what could not be done, and what the system said */
	char remark[400]; /* what an operator should know of how it was opened; "" = nothing */
	bool is_spoilt;   /* an input or output error or damage was met: nothing of it is written back at the close */
	/* Of this database since it was begun or put back; how many transactions were ever made in it. */
	uint8_t identity[DB_IDENTITY];
	uint64_t commits, begun; /* begun: the one that is open, or commits */
	sqlite3_stmt *stamp;
	uint64_t inodes[3]; /* of file, log, index of the log, as they were opened */
};

enum db_trouble {
	DB_NO_TROUBLE,
	DB_IS_BUSY,      /* another process holds it */
	DB_IS_FULL,      /* no space; rolled back, nothing is lost */
	DB_IS_READ_ONLY, /* the file or its file system */
	DB_IS_FAILING,   /* input or output error */
	DB_IS_DAMAGED,
	DB_IS_REFUSING, /* the statement, or a file that is not ours */
};
enum db_trouble db_trouble(const struct db *db); /* of the last failure */

/*
 * Writer: makes the file if it is missing, WAL, synchronous=FULL; brings an older schema up to date; a log that does not belong to
 * the file is moved aside and never applied (remark).
 * ERR_VERSION: the file is of a newer Chisan, or not of Chisan at all, and is left alone. ERR_BAD_DATA: it is damaged (then db_move_aside and again).
 * ERR_IO: full, unreadable, read-only; try again later. Reader: read-only, never checkpoints; ERR_NOT_FOUND if there is none yet.
 */
enum err db_open(struct db *db, const char *folder, bool is_writer);
/* Only to read what was saved while nothing can be written: needs no space. ERR_BUSY, ERR_IO: it cannot be had so. */
enum err db_peek(struct db *db, const char *folder);
void db_close(struct db *db); /* prepared statements of others must be finalized before */
/* After a failure: closed without writing anything back, what the kernel has cached of it forgotten, so that the disk itself is read next. */
void db_abandon(struct db *db);
/* Renames the file and its companions to NAME.bad-TIME; the new name in moved. */
enum err db_move_aside(struct db *db, struct utc now, char *moved, size_t size);
/* Is the open file no longer what stands under its name? *log_too: the same of its log. */
bool db_is_deleted(const struct db *db, bool *log_too);
void db_note_files(struct db *db); /* for that: as they are now */
/* Of this process: called now and then while a copy is made. NULL = nobody waits for a sign of life. */
void db_when_long(void (*still)(void *arg), void *arg);
/* A copy of all that is committed, synced, under another name; what stood there goes. */
enum err db_copy(struct db *db, const char *path);
/* What is in the log goes to the file: as much as readers permit, or (all) everything and the log is cut. *left: pages still in the log. */
enum err db_checkpoint(struct db *db, bool all, int *left);
enum err db_sync_folder(struct db *db);

/* Several statements without results. */
enum err db_exec(struct db *db, const char *sql);
/* NULL: db->text says why. The caller finalizes. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql);
/* Notes what a step or another call returned: OK for SQLITE_OK, ROW and DONE, else what it means for us, with db->text. */
enum err db_note(struct db *db, int code, const char *what);
enum err db_say(struct db *db, enum err why, const char *what, const char *system); /* a failure of our own */
/* Every transaction of the writer begins here: it is counted, so that a foreign log is told by its count. */
enum err db_begin(struct db *db);
/*
 * Begins to read at one moment; db_rollback ends it. A reader whom the system lets only read cannot repair the log's index, and SQLite tells
 * it to be broken when it was just being written: then it is looked at again, for at most DB_LOOK_MS.
 */
#define DB_LOOK_MS 500
enum err db_begin_reading(struct db *db);
enum err db_commit(struct db *db);
void db_rollback(struct db *db);
/* Within a transaction: from here on it is another line than that of earlier copies. */
enum err db_renew_identity(struct db *db);

/* ---- versions of the schema: one step each, in a transaction, after a copy was kept as NAME.before-VERSION */
struct db_step {
	int from; /* to from + 1 */
	const char *sql;
};
enum err db_upgrade(struct db *db, const struct db_step *steps, size_t count, int from, int to);

int64_t db_data_version(struct db *db); /* changes when another connection wrote; 0 = not known */

/* Reads the next rows of all tables, over and over. ERR_BAD_DATA: there is damage. */
struct db_walk {
	unsigned table, rounds;
	sqlite3_value *key[3]; /* of the last row */
};
enum err db_walk(struct db *db, struct db_walk *walk, uint32_t most);
void db_walk_done(struct db_walk *walk); /* from the start; no memory is kept */

/* db_log.c: a name for SQLite by which the file is read without its log. */
void db_uri(const char *path, char *uri, size_t size);
/* Is the log beside db->path a continuation of the file? Moves another one aside. Nothing may have the file open. */
enum err db_judge_log(struct db *db);

#endif
