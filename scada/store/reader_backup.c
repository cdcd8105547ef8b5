/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_backup.c - W_BACKUP_GET: a consistent copy of the whole database, made while the writer goes on.
 *
 *   1 copy     one moment of the database, some hundred pages a slice, into a file of the spool that has no name any more
 *   2 send     that file, piece by piece, as fast as the asker takes it; its size and digest stand in the outcome
 *
 * The moment is held by a read transaction of a connection of its own; as long as it is open the writer's log cannot begin anew and
 * grows. So 1 does not wait for the asker, and is given up after COPY_US; or after WAIT_US in which a lock of another program is in the way.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define SLICE_PAGES 256
#define COPY_US     (15 * 60 * US_PER_S)
#define BUSY_SOURCE \
	"the backup waits for another program that holds a lock on the database (\"fuser -v\" on the files of the " \
	"store tells which)"
#define SPARE (INT64_C(64) << 20) /* bytes that a copy leaves free, for the writer's log meanwhile */

struct copy {
	struct db db;  /* holds the moment */
	sqlite3 *made; /* the copy, while it is made */
	sqlite3_backup *work;
	int fd; /* + 1; 0 = none: the structure begins as zeros */
	struct mono began;
	bool is_whole;
	int64_t size, sent;
	crypto_generichash_state hash;
};

static enum turn
begin(struct question *q, struct rbuf *r)
{
	(void)r; /* reserved: what a body says is ignored */
	return q->reader->is_copying
	    ? question_end(q, ERR_BUSY, "another backup is being copied; ask again when it is sent")
	    : TURN_MORE;
}

/* ---- 1 copy */

static void
stop_copying(struct question *q)
{
	struct copy *c = q->own;

	if (c->work != NULL)
		(void)sqlite3_backup_finish(c->work);
	if (c->made != NULL)
		(void)sqlite3_close_v2(c->made);
	if (c->db.sqlite != NULL) {
		db_rollback(&c->db);
		db_close(&c->db);
	}
	if (c->work != NULL)
		q->reader->is_copying = false;
	c->work = NULL;
	c->made = NULL;
}

static int64_t
number(struct db *db, const char *sql)
{
	sqlite3_stmt *st = db_prepare(db, sql);
	int64_t n = st != NULL && db_note(db, sqlite3_step(st), "the size of the database cannot be read") == OK
	    ? sqlite3_column_int64(st, 0)
	    : -1;

	(void)sqlite3_finalize(st);
	return n;
}

static enum turn
check_space(struct question *q, int64_t need)
{
	struct statvfs v;
	int64_t space;

	if (statvfs(q->reader->spool, &v) != 0)
		return question_end(q, ERR_IO, "the spool %s cannot be reached: %s", q->reader->spool, strerror(errno));
	space = (int64_t)((uint64_t)v.f_bavail * v.f_frsize);
	if (space >= need + SPARE)
		return TURN_MORE;
	return question_end(q, ERR_IO,
	    "the copy needs %lld MB in %s, and %lld MB are free there; make room or move the data folder to a larger "
	    "disk",
	    (long long)((need + SPARE) >> 20) + 1, q->reader->spool, (long long)(space >> 20));
}

/* A file that only we know: opened by SQLite and by us, then without a name. */
static enum turn
open_copy(struct question *q)
{
	struct copy *c = q->own;
	char path[600];
	int code, fd;

	str_printf(path, sizeof(path), "%s/copy-%lld.db", q->reader->spool, (long long)getpid());
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return question_end(
		    q, ERR_IO, "no copy can be made in the spool %s: %s", q->reader->spool, strerror(errno));
	c->fd = fd + 1;
	code = sqlite3_open_v2(path, &c->made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
	if (code == SQLITE_OK) /* nobody needs what a crash leaves of it */
		code = sqlite3_exec(c->made, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
	(void)unlink(path);
	if (code != SQLITE_OK)
		return question_end(q, ERR_IO, "no copy can be made in the spool: %s", sqlite3_errstr(code));
	c->work = sqlite3_backup_init(c->made, "main", c->db.sqlite, "main");
	if (c->work == NULL)
		return question_end(q, ERR_IO, "the copy cannot be begun: %s", sqlite3_errmsg(c->made));
	q->reader->is_copying = true;
	return TURN_MORE;
}

static enum turn
start(struct question *q)
{
	struct copy *c = q->own;
	int64_t pages, page;
	enum err e;

	if (q->reader->is_copying)
		return begin(q, NULL);
	c->began = clock_mono();
	e = db_open(&c->db, q->reader->source.folder, false);
	if (e == OK)
		e = db_begin_reading(&c->db);
	if (e == OK) {
		pages = number(&c->db, "PRAGMA page_count");
		page = number(&c->db, "PRAGMA page_size");
		e = pages < 0 || page < 0 ? c->db.why : OK;
	}
	if (e == ERR_BUSY) {
		db_close(&c->db);
		return question_wait(q, BUSY_SOURCE);
	}
	if (e != OK)
		return question_end(q, e, "the backup cannot begin: %s", c->db.text);
	q->waits_since.us = 0;
	return check_space(q, pages * page) == TURN_DONE ? TURN_DONE : open_copy(q);
}

static enum turn
finish_copy(struct question *q)
{
	struct copy *c = q->own;
	struct stat st;

	stop_copying(q);
	if (fstat(c->fd - 1, &st) != 0)
		return question_end(q, ERR_IO, "the copy cannot be read: %s", strerror(errno));
	c->size = st.st_size;
	c->is_whole = true;
	(void)crypto_generichash_init(&c->hash, NULL, 0, crypto_generichash_BYTES);
	log_info("a backup of %lld bytes was copied in %.1f s", (long long)c->size,
	    (double)mono_diff_us(clock_mono(), c->began) / 1e6);
	return TURN_MORE;
}

static enum turn
copy(struct question *q)
{
	struct copy *c = q->own;
	int code = sqlite3_backup_step(c->work, SLICE_PAGES);

	if (code == SQLITE_DONE)
		return finish_copy(q);
	if (mono_diff_us(clock_mono(), c->began) > COPY_US)
		return question_end(q, ERR_FAILED,
		    "the copy took longer than %d minutes and was given up, since the store's log grows meanwhile: the "
		    "disk is too slow",
		    (int)(COPY_US / US_PER_S / 60));
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return question_wait(q, BUSY_SOURCE);
	q->waits_since.us = 0;
	if (code == SQLITE_OK)
		return TURN_MORE;
	return question_end(
	    q, code == SQLITE_CORRUPT ? ERR_BAD_DATA : ERR_IO, "the copy failed: %s", sqlite3_errstr(code));
}

/* ---- 2 send */

static enum turn
send(struct question *q)
{
	struct copy *c = q->own;
	struct wbuf *b = &q->reader->out;
	uint8_t digest[crypto_generichash_BYTES];
	char hex[2 * sizeof(digest) + 1];
	ssize_t n = pread(c->fd - 1, wbuf_grow(b, PIECE), PIECE, (off_t)c->sent);

	b->len = n > 0 ? (size_t)n : 0;
	if (n < 0 || (n == 0 && c->sent < c->size)) {
		wbuf_reset(b);
		return question_end(
		    q, ERR_IO, "the copy cannot be read back: %s", n < 0 ? strerror(errno) : "it is cut short");
	}
	if (n > 0) {
		(void)crypto_generichash_update(&c->hash, b->data, b->len);
		question_send(q, W_BACKUP, b);
		c->sent += n;
		return TURN_MORE;
	}
	(void)crypto_generichash_final(&c->hash, digest, sizeof(digest));
	(void)sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
	return question_end(q, OK, "backup of %lld bytes, blake2b %s", (long long)c->sent, hex);
}

static enum turn
step(struct question *q)
{
	struct copy *c = q->own;

	if (c->is_whole)
		return send(q);
	return c->work != NULL ? copy(q) : start(q);
}

static void
end(struct question *q)
{
	struct copy *c = q->own;

	stop_copying(q);
	if (c->fd > 0)
		close(c->fd - 1);
}

const struct answer answer_backup = {
	.type = W_BACKUP_GET, .size = sizeof(struct copy), .begin = begin, .step = step, .end = end
};
