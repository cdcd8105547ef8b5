/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db_copy.c - what is done to a database as a whole: copied, brought to a newer schema, its log written back; and whether it is
 * still there under its name.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/str.h"
#include "scada/store/db.h"

#define COPY_PAGES 256 /* between two signs of life */

static void (*still_fn)(void *arg);
static void *still_arg;

void
db_when_long(void (*still)(void *arg), void *arg)
{
	still_fn = still;
	still_arg = arg;
}

enum err
db_sync_folder(struct db *db)
{
	int fd = open(db->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		close(fd);
	return ok ? OK : db_say(db, ERR_IO, "the folder of the database cannot be synced", strerror(why));
}

/* ---- a copy */

static enum err
sync_file(struct db *db, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		close(fd);
	return ok ? OK : db_say(db, ERR_IO, "a copy of the database cannot be synced", strerror(why));
}

static enum err
copy_pages(struct db *db, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", db->sqlite, "main");
	int code;

	if (b == NULL)
		return db_note(db, sqlite3_errcode(to), "a copy of the database cannot be begun");
	while ((code = sqlite3_backup_step(b, COPY_PAGES)) == SQLITE_OK)
		if (still_fn != NULL)
			still_fn(still_arg);
	(void)sqlite3_backup_finish(b);
	if (code == SQLITE_DONE)
		return OK;
	/* a full disk says so on the copy's side */
	(void)db_say(db, (code & 0xFF) == SQLITE_CORRUPT ? ERR_BAD_DATA : ERR_IO, "the database cannot be copied",
	    sqlite3_errstr(code));
	db->code = code;
	db->system = (code & 0xFF) == SQLITE_FULL ? ENOSPC : sqlite3_system_errno(to);
	return db->why;
}

enum err
db_copy(struct db *db, const char *path)
{
	sqlite3 *to = NULL;
	enum err e;

	(void)unlink(path);
	e = db_note(db,
	    sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, NULL),
	    "a copy of the database cannot be made");
	/* whole or not at all is for the rename that follows: no journal, one sync at the end */
	if (e == OK)
		e = db_note(db,
		    sqlite3_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL),
		    "a copy of the database cannot be made");
	if (e == OK)
		e = copy_pages(db, to);
	if (sqlite3_close(to) != SQLITE_OK && e == OK)
		e = db_say(db, ERR_FAILED, path, "the copy cannot be closed");
	if (e == OK)
		e = sync_file(db, path);
	if (e != OK)
		(void)unlink(path);
	return e;
}

/* ---- newer schemas */

static const struct db_step *
step_from(const struct db_step *steps, size_t count, int from)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].from == from && steps[i].sql != NULL)
			return &steps[i];
	return NULL;
}

static enum err
keep_before(struct db *db, int from)
{
	char part[660], kept[640];
	enum err e;

	str_printf(kept, sizeof(kept), "%s.before-%d", db->path, from);
	str_printf(part, sizeof(part), "%s.part", kept);
	if (access(kept, F_OK) == 0)
		return OK; /* of an attempt that was cut off: it is whole, and older than anything done since */
	e = db_copy(db, part);
	if (e == OK && rename(part, kept) != 0)
		e = db_say(db, ERR_IO, kept, strerror(errno));
	return e == OK ? db_sync_folder(db) : e;
}

enum err
db_upgrade(struct db *db, const struct db_step *steps, size_t count, int from, int to)
{
	char text[120];
	enum err e = OK;

	for (int v = from; v < to; v++)
		if (step_from(steps, count, v) == NULL) {
			str_printf(text, sizeof(text), "it has schema %d; nothing leads from %d to %d", from, v, v + 1);
			return db_say(db, ERR_VERSION, db->path, text);
		}
	e = keep_before(db, from);
	if (e == OK)
		e = db_begin(db);
	for (int v = from; e == OK && v < to; v++)
		e = db_exec(db, step_from(steps, count, v)->sql);
	str_printf(text, sizeof(text), "PRAGMA user_version = %d", to);
	if (e == OK)
		e = db_exec(db, text);
	if (e == OK)
		e = db_commit(db);
	if (e != OK)
		db_rollback(db);
	else
		str_printf(db->remark, sizeof(db->remark),
		    "the schema was brought from %d to %d; the database as it was is kept as %s.before-%d", from, to,
		    DB_FILE, from);
	return e;
}

/* ---- the log */

enum err
db_checkpoint(struct db *db, bool all, int *left)
{
	int pages = -1, done = -1;
	int code = sqlite3_wal_checkpoint_v2(
	    db->sqlite, NULL, all ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &pages, &done);

	*left = pages > done ? pages - done : 0;
	if ((code & 0xFF) == SQLITE_BUSY && !all)
		return OK; /* somebody reads; the next time */
	return db_note(db, code, "the log cannot be written back");
}

static uint64_t
inode_of(const char *path, const char *ending)
{
	char name[640];
	struct stat st;

	str_printf(name, sizeof(name), "%s%s", path, ending);
	return lstat(name, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

void
db_note_files(struct db *db)
{
	db->inodes[0] = inode_of(db->path, "");
	db->inodes[1] = inode_of(db->path, "-wal");
	db->inodes[2] = inode_of(db->path, "-shm");
}

bool
db_is_deleted(const struct db *db, bool *log_too)
{
	*log_too = db->inodes[1] != inode_of(db->path, "-wal") || db->inodes[2] != inode_of(db->path, "-shm");
	return db->inodes[0] != inode_of(db->path, "");
}

int64_t
db_data_version(struct db *db)
{
	sqlite3_stmt *st = db_prepare(db, "PRAGMA data_version");
	int64_t v = st != NULL && sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;

	sqlite3_finalize(st);
	return v;
}
