/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db_log.c - does the log beside the file belong to it?  SQLite applies any log that is whole in itself, also one that was left
 * behind when another file was put in the place of its own.  Every transaction carries the identity of its database and its
 * number: the first one in the log must follow what the file holds, the last one must not be older.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/db.h"

#define LOG_HEAD    32
#define FRAME_HEAD  24
#define STAMP_BYTES (8 + DB_IDENTITY + 8)

/* SQLite file format, 1.6: the first byte of a page */
#define PAGE_INDEX_INNER 0x02
#define PAGE_INDEX       0x0A

struct stamp {
	uint8_t identity[DB_IDENTITY];
	uint64_t number; /* 0 = none */
};

/* What a log holds, as far as it is whole. */
struct log {
	int fd;
	uint32_t page_size, sum[2], salt[2];
	bool is_big_endian; /* how its checksums count */
	struct stamp first, last;
	bool has_base; /* a transaction in it is of the file's own identity */
	uint32_t transactions;
};

static uint32_t
big_32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t
little_32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* SQLite file format, 4.2: sums of pairs of words. */
static void
add_sum(struct log *l, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 8 <= len; i += 8) {
		l->sum[0] += (l->is_big_endian ? big_32(p + i) : little_32(p + i)) + l->sum[1];
		l->sum[1] += (l->is_big_endian ? big_32(p + i + 4) : little_32(p + i + 4)) + l->sum[0];
	}
}

static struct stamp
stamp_of(const uint8_t *p)
{
	struct stamp s = { .number = 0 };

	memcpy(s.identity, p + 8, DB_IDENTITY);
	for (unsigned i = 0; i < 8; i++)
		s.number = s.number << 8 | p[8 + DB_IDENTITY + i];
	return s;
}

/*
 * The record of table meta that holds the stamp: its head says a text of five bytes and a blob of 24. It counts only where a page of
 * an index (as WITHOUT ROWID is kept) has a cell, since anybody may write the same bytes into a text of the journal.
 */
static const uint8_t *
stamp_in(const uint8_t *page, size_t len, size_t cell)
{
	static const uint8_t record[] = "\x20\x03\x17\x3Cstampchisan"
	                                "DB";
	const size_t head = sizeof(record) - 1;

	cell += page[0] == PAGE_INDEX_INNER ? 4 : 0; /* the page below it */
	if (cell + head - 8 + STAMP_BYTES > len || memcmp(page + cell, record, head) != 0)
		return NULL;
	return page + cell + head - 8;
}

static void
find_stamp(const uint8_t *page, size_t len, struct stamp *out)
{
	size_t cells = (size_t)page[3] << 8 | page[4], at = page[0] == PAGE_INDEX_INNER ? 12 : 8;

	if (page[0] != PAGE_INDEX && page[0] != PAGE_INDEX_INNER)
		return;
	for (size_t i = 0; i < cells && at + 2 <= len; i++, at += 2) {
		const uint8_t *p = stamp_in(page, len, (size_t)page[at] << 8 | page[at + 1]);

		if (p != NULL)
			*out = stamp_of(p);
	}
}

static bool
read_at(int fd, uint8_t *out, size_t len, off_t at)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, out + done, len - done, at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* False: SQLite would find nothing in it either. */
static bool
read_head(struct log *l)
{
	uint8_t head[LOG_HEAD];
	uint32_t magic;

	if (!read_at(l->fd, head, sizeof(head), 0))
		return false;
	magic = big_32(head);
	l->is_big_endian = (magic & 1) != 0;
	l->page_size = big_32(head + 8);
	l->salt[0] = big_32(head + 16);
	l->salt[1] = big_32(head + 20);
	l->sum[0] = l->sum[1] = 0;
	add_sum(l, head, 24);
	return (magic & ~1u) == 0x377F0682u && l->page_size >= 512 && l->page_size <= 65536 &&
	    (l->page_size & (l->page_size - 1)) == 0 && l->sum[0] == big_32(head + 24) &&
	    l->sum[1] == big_32(head + 28);
}

/* One page; false: the log ends here. */
static bool
read_frame(struct log *l, uint8_t *frame, off_t at)
{
	if (!read_at(l->fd, frame, FRAME_HEAD + l->page_size, at))
		return false;
	if (big_32(frame) == 0 || big_32(frame + 8) != l->salt[0] || big_32(frame + 12) != l->salt[1])
		return false;
	add_sum(l, frame, 8);
	add_sum(l, frame + FRAME_HEAD, l->page_size);
	return l->sum[0] == big_32(frame + 16) && l->sum[1] == big_32(frame + 20);
}

static void
read_log(struct log *l, const struct stamp *base)
{
	struct stamp open = { .number = 0 };
	uint8_t *frame = xmalloc(FRAME_HEAD + l->page_size);

	for (off_t at = LOG_HEAD; read_frame(l, frame, at); at += FRAME_HEAD + (off_t)l->page_size) {
		find_stamp(frame + FRAME_HEAD, l->page_size, &open);
		if (big_32(frame + 4) == 0)
			continue;
		l->transactions++; /* this page was its last */
		if (l->first.number == 0)
			l->first = open;
		if (open.number != 0)
			l->last = open;
		l->has_base |= open.number != 0 && memcmp(open.identity, base->identity, DB_IDENTITY) == 0;
	}
	free(frame);
}

void
db_uri(const char *path, char *uri, size_t size)
{
	size_t n = 5;

	str_copy(uri, size, "file:");
	for (const char *c = path; *c != '\0' && n + 4 < size; c++)
		n += (size_t)snprintf(uri + n, size - n, strchr("%?#", *c) != NULL ? "%%%02X" : "%c", *c);
	str_append(uri, size, "?immutable=1");
}

/* What the file holds without its log. False: it cannot be read, or has no tables yet. */
static bool
read_base(struct db *db, struct stamp *out)
{
	char uri[sizeof(db->path) * 3 + 32];
	sqlite3 *base = NULL;
	sqlite3_stmt *st = NULL;

	*out = (struct stamp){ .number = 0 };
	db_uri(db->path, uri, sizeof(uri));
	if (sqlite3_open_v2(uri, &base, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(base, "SELECT value FROM meta WHERE key = 'stamp'", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == STAMP_BYTES)
		*out = stamp_of(sqlite3_column_blob(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(base);
	return out->number != 0;
}

static const char *
foreign(const struct log *l, const struct stamp *base, bool has_base)
{
	if (l->transactions == 0)
		return NULL; /* nothing in it counts */
	if (l->last.number == 0)
		return "nothing in it says of which database it is";
	if (!has_base) /* tables come with the first transaction */
		return l->first.number == 1
		    ? NULL
		    : "the file beside it is empty or damaged, and it does not begin with the first transaction";
	if (!l->has_base)
		return "it is of another database";
	if (l->first.number > base->number + 1)
		return "transactions between the file and it are missing";
	if (l->last.number < base->number)
		return "it is older than the file";
	return NULL;
}

static enum err
set_aside(struct db *db, const char *wal, const char *why)
{
	char kept[660], shm[620];
	int n = 0;

	do
		str_printf(kept, sizeof(kept), "%s.foreign.%d", wal, ++n);
	while (access(kept, F_OK) == 0 && n < 1000);
	str_printf(shm, sizeof(shm), "%s-shm", db->path);
	if (rename(wal, kept) != 0)
		return db_say(
		    db, ERR_IO, "a log that does not belong to the database cannot be moved aside", strerror(errno));
	(void)unlink(shm);
	str_printf(db->remark, sizeof(db->remark), "the log beside the database was not applied and is kept as %s: %s",
	    kept, why);
	return OK;
}

enum err
db_judge_log(struct db *db)
{
	struct log l = { .fd = -1 };
	struct stamp base;
	char wal[620];
	const char *why;
	bool has_base;

	str_printf(wal, sizeof(wal), "%s-wal", db->path);
	l.fd = open(wal, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (l.fd < 0)
		return OK; /* none, or SQLite says it better */
	has_base = read_base(db, &base);
	if (read_head(&l))
		read_log(&l, &base);
	close(l.fd);
	why = foreign(&l, &base, has_base);
	return why == NULL ? OK : set_aside(db, wal, why);
}
