/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db.c - opening, judging and moving the file; transactions, each with its number.  SQLite of Debian 12 can damage a database
 * when a second process checkpoints: the writer alone does, readers never.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/base/wire.h"
#include "scada/store/db.h"
#include "scada/store/schema.h"

#define DB_MODE 0640
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
	case SQLITE_NOMEM: return ERR_TOO_BIG;
	default: return ERR_FAILED;
	}
}

enum err
db_say(struct db *db, enum err why, const char *what, const char *system)
{
	db->why = why;
	db->code = SQLITE_ERROR;
	str_printf(db->text, sizeof(db->text), "%s: %s", what, system);
	return why;
}

/* SQLite tells a page that the disk cannot read as a damaged one; the error of the read is still known to its file. */
static bool
is_unreadable(struct db *db)
{
	sqlite3_file *log = NULL;
	int system = 0;

	if (db->sqlite == NULL)
		return false;
	(void)sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_LAST_ERRNO, &system);
	if (system == EIO || system == ENXIO)
		return true;
	(void)sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log != NULL && log->pMethods != NULL)
		(void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system);
	return system == EIO || system == ENXIO;
}

enum err
db_note(struct db *db, int code, const char *what)
{
	enum err e = meaning_of(code);
	char detail[200];

	if (e == OK)
		return OK;
	if ((code & 0xFF) == SQLITE_CORRUPT && is_unreadable(db)) {
		(void)db_say(db, ERR_IO, what, "a page cannot be read: input or output error");
		db->code = SQLITE_IOERR_CORRUPTFS;
		db->system = EIO;
		db->is_spoilt = true;
		return ERR_IO;
	}
	/* of a damaged file it may have any bytes in it */
	(void)text_put_safe(detail, sizeof(detail),
	    db->sqlite != NULL && code != SQLITE_NOMEM ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code), -1);
	(void)db_say(db, e, what, detail);
	db->code = code;
	db->system = db->sqlite != NULL ? sqlite3_system_errno(db->sqlite) : 0;
	if ((code & 0xFF) == SQLITE_FULL) /* SQLite wipes it */
		db->system = ENOSPC;
	db->is_spoilt |= db_trouble(db) == DB_IS_FAILING || db_trouble(db) == DB_IS_DAMAGED;
	return e;
}

enum db_trouble
db_trouble(const struct db *db)
{
	switch (db->code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return DB_NO_TROUBLE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return DB_IS_BUSY;
	case SQLITE_FULL: return DB_IS_FULL;
	case SQLITE_READONLY:
	case SQLITE_PERM: return DB_IS_READ_ONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return DB_IS_DAMAGED;
	case SQLITE_IOERR:
		/* whatever the reason: what was not synced may be lost, and the kernel takes it for clean */
		if (db->code == SQLITE_IOERR_FSYNC || db->code == SQLITE_IOERR_DIR_FSYNC)
			return DB_IS_FAILING;
		/* fall through */
	case SQLITE_CANTOPEN:
		return db->system == EROFS || db->system == EACCES ? DB_IS_READ_ONLY
		    : db->system == ENOSPC || db->system == EDQUOT ? DB_IS_FULL
		                                                   : DB_IS_FAILING;
	default: break;
	}
	return db->why == ERR_BAD_DATA ? DB_IS_DAMAGED : db->why == ERR_IO ? DB_IS_FAILING : DB_IS_REFUSING;
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

/* "chisanDB", identity, number of the transaction: found by its first letters in a page of the log too (db_log.c). */
static enum err
put_stamp(struct db *db, uint64_t number)
{
	uint8_t stamp[8 + DB_IDENTITY + 8];
	enum err e;

	memcpy(stamp, "chisanDB", 8);
	memcpy(stamp + 8, db->identity, DB_IDENTITY);
	for (unsigned i = 0; i < 8; i++)
		stamp[8 + DB_IDENTITY + i] = (uint8_t)(number >> (56 - 8 * i));
	if (db->stamp == NULL)
		db->stamp = db_prepare(db, "INSERT OR REPLACE INTO meta VALUES ('stamp', ?1)");
	if (db->stamp == NULL)
		return db->why;
	(void)sqlite3_bind_blob(db->stamp, 1, stamp, sizeof(stamp), SQLITE_STATIC);
	e = db_note(db, sqlite3_step(db->stamp), "a transaction cannot be counted");
	(void)sqlite3_reset(db->stamp);
	(void)sqlite3_clear_bindings(db->stamp);
	return e;
}

enum err
db_begin(struct db *db)
{
	enum err e = db_exec(db, "BEGIN IMMEDIATE");

	if (e == OK && db->is_writer) {
		db->begun = db->commits + 1;
		e = put_stamp(db, db->begun);
		if (e != OK)
			db_rollback(db);
	}
	return e;
}

enum err
db_begin_reading(struct db *db)
{
	enum err e = OK;

	for (int ms = 0; ms < DB_LOOK_MS; ms++) {
		e = db_exec(db, "BEGIN");
		if (e == OK)
			e = db_exec(
			    db, "PRAGMA schema_version"); /* the first read: from here on nothing changes for us */
		if (e == OK)
			return OK;
		db_rollback(db);
		if (db->code != SQLITE_READONLY_RECOVERY && db->code != SQLITE_READONLY_CANTLOCK)
			return e;
		(void)sqlite3_sleep(1);
	}
	return e;
}

enum err
db_commit(struct db *db)
{
	enum err e = db_exec(db, "COMMIT");

	if (e == OK)
		db->commits = db->begun;
	return e;
}

void
db_rollback(struct db *db)
{
	/* a failed commit may have rolled back by itself: then there is nothing to do, and db->text keeps the first reason */
	if (db->sqlite != NULL && !sqlite3_get_autocommit(db->sqlite))
		(void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	db->begun = db->commits;
}

enum err
db_renew_identity(struct db *db)
{
	sqlite3_randomness(DB_IDENTITY, db->identity);
	return put_stamp(db, db->begun);
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
	enum err e = db_exec(db, "BEGIN IMMEDIATE"); /* there is nothing to count it in yet */

	for (size_t i = 0; e == OK && i < ARRAY_LEN(schema_sql); i++)
		e = db_exec(db, schema_sql[i]);
	str_printf(
	    sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d", DB_APPLICATION_ID, DB_SCHEMA);
	if (e == OK)
		e = db_exec(db, sql);
	db->begun = 1;
	if (e == OK)
		e = db_renew_identity(db);
	if (e == OK)
		e = db_commit(db);
	if (e != OK)
		db_rollback(db);
	return e;
}

static enum err
say_newer(struct db *db, int64_t version)
{
	char text[160];

	str_printf(text, sizeof(text),
	    "it was written by a newer Chisan (schema %d, this one knows %d) and is left alone", (int)version,
	    DB_SCHEMA);
	return db_say(db, ERR_VERSION, db->path, text);
}

/* Whose file is it, and of which version? */
static enum err
judge(struct db *db, int *of)
{
	int64_t application, version, things;
	enum err e = pragma_number(db, "PRAGMA application_id", &application);

	if (e == OK)
		e = pragma_number(db, "PRAGMA user_version", &version);
	if (e == OK)
		e = pragma_number(db, "SELECT count(*) FROM sqlite_schema", &things);
	if (e != OK)
		return e;
	*of = DB_SCHEMA;
	db->is_new =
	    application == 0 && version == 0 && things == 0; /* a head alone: killed before there were tables */
	if (db->is_new)
		return db->is_writer ? OK : db_say(db, ERR_NOT_FOUND, db->path, "it is empty yet");
	if (application != DB_APPLICATION_ID)
		return db_say(db, ERR_VERSION, db->path, "this is a database, but not one of Chisan; it is left alone");
	if (version > DB_SCHEMA)
		return say_newer(db, version);
	*of = (int)version;
	if (version < 1)
		return db_say(db, ERR_BAD_DATA, db->path, "it has a version that never was");
	if (version < DB_SCHEMA && !db->is_writer)
		return db_say(db, ERR_VERSION, db->path, "its schema is older; the writer brings it up to date first");
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
		return db_say(db, ERR_BAD_DATA, db->path, "tables are missing");
	return e;
}

/* Who it is and how many transactions it has seen. A database without a stamp gets one. */
static enum err
read_stamp(struct db *db)
{
	sqlite3_stmt *st = db_prepare(db, "SELECT value FROM meta WHERE key = 'stamp'");
	const uint8_t *p;
	int code;

	if (st == NULL)
		return db->why;
	code = sqlite3_step(st);
	p = code == SQLITE_ROW ? sqlite3_column_blob(st, 0) : NULL;
	db->commits = 0;
	if (p != NULL && sqlite3_column_bytes(st, 0) == 8 + DB_IDENTITY + 8) {
		memcpy(db->identity, p + 8, DB_IDENTITY);
		for (unsigned i = 0; i < 8; i++)
			db->commits = db->commits << 8 | p[8 + DB_IDENTITY + i];
	}
	sqlite3_finalize(st);
	db->begun = db->commits;
	if (db->commits > 0 || !db->is_writer || db_note(db, code, "the database cannot be read") != OK)
		return db_note(db, code, "the database cannot be read");
	if (db_begin(db) == OK && db_renew_identity(db) == OK && db_commit(db) == OK)
		return OK;
	db_rollback(db);
	return db->why;
}

/* ---- life */

/* ONE ROW A VERSION that was shipped: what brings it to the next. */
static const struct db_step upgrades[] = {
	{ 1, "ALTER TABLE report ADD COLUMN why INTEGER NOT NULL DEFAULT 0" },
};

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
	int of = DB_SCHEMA;
	enum err e;

	(void)sqlite3_busy_timeout(db->sqlite, BUSY_MS);
	(void)sqlite3_extended_result_codes(db->sqlite, 1);
	(void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* db_close decides */
	if (db->is_writer && sqlite3_db_readonly(db->sqlite, "main") == 1) {
		(void)db_say(db, ERR_IO, db->path, "the file or its file system cannot be written");
		db->code = SQLITE_READONLY;
		return ERR_IO;
	}
	e = judge(db, &of);
	if (e == OK)
		e = db_exec(db, db->is_writer ? writer : reader);
	if (e == OK && db->is_new)
		e = make_schema(db);
	if (e == OK && of < DB_SCHEMA)
		e = db_upgrade(db, upgrades, ARRAY_LEN(upgrades), of, DB_SCHEMA);
	if (e == OK)
		e = look_for_damage(db);
	return e == OK ? read_stamp(db) : e;
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
	str_printf(
	    db->remark, sizeof(db->remark), "the database was gone, its log was not: the log is kept as %s", kept);
	return rename(wal, kept) == 0
	    ? OK
	    : db_say(db, ERR_IO, "the log of a database that is gone cannot be moved aside", strerror(errno));
}

/*
 * A reader cannot make the log's index: without a writer it sees nothing, not even of which version the database is. That is
 * looked up in the file's head (SQLite file format, 1.3: user version at 60, application id at 68).
 */
static enum err
explain_closed(struct db *db)
{
	uint8_t head[72] = { 0 };
	int fd = open(db->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	struct rbuf r;
	uint32_t version;

	if (fd >= 0)
		close(fd);
	rbuf_init(&r, head + 60, 12);
	version = r_u32(&r);
	(void)r_u32(&r);
	if (n == (ssize_t)sizeof(head) && r_u32(&r) == DB_APPLICATION_ID && version > DB_SCHEMA)
		return say_newer(db, version);
	return db_say(db, ERR_IO, db->path, "the writer of the store has not opened it yet");
}

/*
 * What is recorded says who did what: others than the group have no business with it. Made here, since SQLite's own mode is wider; its
 * log takes the mode of the file. Nothing may have the file open: closing it would give up SQLite's locks. What fails here, SQLite says.
 */
static void
guard(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, DB_MODE);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0777 & ~DB_MODE) != 0)
		(void)fchmod(fd, st.st_mode & DB_MODE);
	close(fd);
}

enum err
db_open(struct db *db, const char *folder, bool is_writer)
{
	int flags = is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	bool log_too = false;
	struct stat st;
	enum err e;

	*db = (struct db){ .is_writer = is_writer };
	if (!str_copy(db->folder, sizeof(db->folder), folder) ||
	    !str_printf(db->path, sizeof(db->path), "%s/%s", folder, DB_FILE))
		return db_say(db, ERR_USAGE, "the data folder", "its name is too long");
	if (lstat(db->path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return db_say(db, ERR_VERSION, db->path, "it is no regular file and is left alone");
	} else if (errno != ENOENT) {
		return db_say(db, ERR_IO, db->path, strerror(errno));
	} else if (!is_writer) {
		return db_say(db, ERR_NOT_FOUND, db->path, "there is none yet");
	} else if (keep_orphan(db) != OK) {
		return db->why;
	}
	if (is_writer && db_judge_log(db) != OK)
		return db->why;
	if (is_writer)
		guard(db->path);
	db_note_files(db);
	/* a connection belongs to one thread: no locks for each column that is read */
	e = db_note(db,
	    sqlite3_open_v2(db->path, &db->sqlite, flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL),
	    "the database cannot be opened");
	if (e == OK)
		e = set_up(db);
	if (e != OK && !is_writer && (db->code & 0xff) == SQLITE_READONLY)
		e = explain_closed(db);
	/* else it could have opened the old index, and taken the new one for it ever after: db_is_deleted would see nothing */
	if (e == OK && !is_writer && (db_is_deleted(db, &log_too) || log_too))
		e = db_say(db, ERR_BUSY, db->path, "the writer opened it anew at just this time");
	if (e != OK)
		db_close(db);
	else
		db_note_files(db);
	return e;
}

/*
 * With a log beside it and no space for the log's index: the index is held in memory, which needs the file alone to itself.
 * Without a log: as it is, also where nothing can be written.
 */
enum err
db_peek(struct db *db, const char *folder)
{
	char uri[sizeof(db->path) * 3 + 32], wal[620];
	struct stat st;
	bool has_log;
	int of;
	enum err e;

	*db = (struct db){ .is_writer = false };
	if (!str_copy(db->folder, sizeof(db->folder), folder) ||
	    !str_printf(db->path, sizeof(db->path), "%s/%s", folder, DB_FILE))
		return db_say(db, ERR_USAGE, "the data folder", "its name is too long");
	str_printf(wal, sizeof(wal), "%s-wal", db->path);
	has_log = stat(wal, &st) == 0 && st.st_size > 0;
	db_uri(db->path, uri, sizeof(uri));
	e = db_note(db,
	    has_log ? sqlite3_open_v2(db->path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL)
	            : sqlite3_open_v2(uri, &db->sqlite, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
	    "the database cannot be opened");
	if (e == OK) {
		(void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		e = db_exec(db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON");
	}
	if (e == OK)
		e = judge(db, &of);
	if (e != OK)
		db_close(db);
	return e;
}

static void
close_file(struct db *db, bool write_back)
{
	if (db->sqlite == NULL)
		return;
	sqlite3_finalize(db->stamp);
	db->stamp = NULL;
	if (write_back)
		(void)sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	(void)sqlite3_close_v2(db->sqlite);
	db->sqlite = NULL;
}

void
db_close(struct db *db)
{
	close_file(db, db->is_writer && !db->is_spoilt);
}

static void
forget_cached(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

void
db_abandon(struct db *db)
{
	char path[640];

	close_file(db, false);
	forget_cached(db->path);
	str_printf(path, sizeof(path), "%s-wal", db->path);
	forget_cached(path);
	/* what the log holds is to be found by reading it, not by what was believed of it before */
	str_printf(path, sizeof(path), "%s-shm", db->path);
	(void)unlink(path);
}

/* ---- a damaged one */

enum err
db_move_aside(struct db *db, struct utc now, char *moved, size_t size)
{
	static const char *const companions[] = { "-wal", "-shm" };
	char stamp[40], from[640], to[700];
	int tries = 0;

	close_file(db, false);
	utc_iso(stamp, sizeof(stamp), now);
	for (char *c = stamp; *c != '\0'; c++)
		if (*c == ':')
			*c = '-';
	do /* a name that was there before is not taken again */
		str_printf(moved, size, tries == 0 ? "%s.bad-%s" : "%s.bad-%s.%d", db->path, stamp, tries);
	while (access(moved, F_OK) == 0 && ++tries < 1000);
	if (rename(db->path, moved) != 0 && errno != ENOENT)
		return db_say(db, ERR_IO, "the damaged database cannot be moved aside", strerror(errno));
	for (size_t i = 0; i < ARRAY_LEN(companions); i++) {
		str_printf(from, sizeof(from), "%s%s", db->path, companions[i]);
		str_printf(to, sizeof(to), "%s%s", moved, companions[i]);
		/* the log of another database must never be applied to the new one */
		if (rename(from, to) != 0 && errno != ENOENT)
			return db_say(
			    db, ERR_IO, "the log of the damaged database cannot be moved aside", strerror(errno));
	}
	return OK;
}
