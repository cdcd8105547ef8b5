/* SPDX-License-Identifier: Apache-2.0 */
/*
 * put_back.c - the copy is proved, not the backup: what was read once may be read otherwise the next time.  Order:
 *
 *   1 copy and sync   2 prove the copy   3 the key folder remembers that sequences must jump   4 a second name for the old one,
 *   its log written back   5 rename over it, sync
 *
 * Killed anywhere there is a whole database in place: the old one or the new one.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/store/data.h"
#include "scada/store/keep.h"
#include "scada/store/put_back.h"

#define COPY_BYTES (1u << 20)
#define RESTORING  "chisan.restoring" /* a folder of its own below store/: db_open wants one */

struct put_back {
	struct data_folders folders;
	char folder[600], copy[640];
	int source, source_log; /* -1 = none */
	struct db db;
	bool is_forced;
};

static bool
wrong(const char *what, const char *why)
{
	fprintf(stderr, "chisan-store: %s: %s\n", what, why);
	return false;
}

/* ---- 1 copy */

static bool
copy_bytes(int from, int to)
{
	char *buffer = xmalloc(COPY_BYTES);
	ssize_t n;
	bool ok = true;

	while (ok && (n = read(from, buffer, COPY_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		ok = n > 0;
		for (ssize_t done = 0; ok && done < n;) {
			ssize_t m = write(to, buffer + done, (size_t)(n - done));

			ok = m > 0 || (m < 0 && errno == EINTR);
			done += m > 0 ? m : 0;
		}
	}
	free(buffer);
	return ok && fsync(to) == 0;
}

/* The backup, and a log that was copied with it by hand. */
static bool
open_sources(struct put_back *p, const char *file)
{
	char log[4096];
	struct stat st;

	str_printf(log, sizeof(log), "%s-wal", file);
	p->source = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (p->source < 0 || fstat(p->source, &st) != 0)
		return wrong(file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return wrong(file, "it is no regular file");
	if (st.st_size == 0)
		return wrong(file, "it is empty, and no backup; nothing was changed");
	p->source_log = open(log, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return p->source_log >= 0 || errno == ENOENT || wrong(log, strerror(errno));
}

/*
 * Who restores is mostly root, and the store is not: what root makes in its folders the store could not write, nor read the key folder's
 * mark. So the rest is done as the owner of the folders.
 */
static bool
become_owner(const struct put_back *p)
{
	struct stat st;

	if (geteuid() != 0 || (stat(p->folders.store, &st) != 0 && stat(p->folders.data, &st) != 0) || st.st_uid == 0)
		return true;
	return (setgroups(1, &st.st_gid) == 0 && setresgid(st.st_gid, st.st_gid, st.st_gid) == 0 &&
	           setresuid(st.st_uid, st.st_uid, st.st_uid) == 0) ||
	    wrong("the owner of the data folder's identity cannot be taken", strerror(errno));
}

static bool
copy_file(int from, const char *to)
{
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	bool ok = (out >= 0 && copy_bytes(from, out)) || wrong(to, strerror(errno));

	if (out >= 0)
		close(out);
	return ok;
}

static void
clear(struct put_back *p)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	char name[700];

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		str_printf(name, sizeof(name), "%s%s", p->copy, endings[i]);
		(void)unlink(name);
	}
	(void)rmdir(p->folder);
}

static bool
copy_all(struct put_back *p)
{
	char log[700];

	str_printf(p->folder, sizeof(p->folder), "%s/%s", p->folders.store, RESTORING);
	str_printf(p->copy, sizeof(p->copy), "%s/%s", p->folder, DB_FILE);
	str_printf(log, sizeof(log), "%s-wal", p->copy);
	clear(p);
	if (mkdir(p->folder, 0700) != 0 && errno != EEXIST)
		return wrong(p->folder, strerror(errno));
	return copy_file(p->source, p->copy) && (p->source_log < 0 || copy_file(p->source_log, log));
}

/* ---- 2 prove */

static bool
prove_pages(struct put_back *p)
{
	sqlite3_stmt *st = db_prepare(&p->db, "PRAGMA integrity_check(5)");
	bool ok = st != NULL;
	int code;

	while (ok && (code = sqlite3_step(st)) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(st, 0);

		if (line == NULL || strcmp(line, "ok") != 0)
			ok = wrong("the backup is damaged", line != NULL ? line : "no reason is given");
	}
	if (st == NULL || (ok && code != SQLITE_DONE))
		ok = wrong("the backup cannot be read", p->db.text);
	sqlite3_finalize(st);
	return ok;
}

/* The public key that this site trusts; false: it has none yet. */
static bool
read_public_key(const struct put_back *p, uint8_t key[crypto_sign_PUBLICKEYBYTES])
{
	char path[640], hex[2 * crypto_sign_PUBLICKEYBYTES + 2];
	size_t n = 0;
	ssize_t len;
	int fd;

	str_printf(path, sizeof(path), "%s/%s", p->folders.key, JOURNAL_PUBLIC_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	len = read(fd, hex, sizeof(hex));
	close(fd);
	return len > 0 && sodium_hex2bin(key, crypto_sign_PUBLICKEYBYTES, hex, (size_t)len, "\n", &n, NULL) == 0 &&
	    n == crypto_sign_PUBLICKEYBYTES;
}

static bool
prove_chain(struct put_back *p)
{
	struct journal_proof *proof = journal_prove(&p->db, NULL, NULL);
	struct msg_verified m = { .state = VERIFY_BROKEN };
	char text[600] = "";
	bool done = false;
	enum err e = OK;

	while (e == OK && !done)
		e = journal_prove_step(proof, 10000, &m, &done);
	str_copy(text, sizeof(text), e == OK ? m.text : p->db.text);
	journal_prove_end(proof);
	if (e == OK && m.state != VERIFY_BROKEN) {
		printf("journal: whole, %llu entries, %u signed checkpoint%s%s%s\n", (unsigned long long)m.entries,
		    m.checkpoints, m.checkpoints == 1 ? "" : "s", text[0] != '\0' ? "; " : "", text);
		return true;
	}
	if (p->is_forced) {
		fprintf(stderr, "chisan-store: the chain of its journal is broken: %s; put back all the same\n", text);
		return true;
	}
	wrong("the chain of its journal is broken", text);
	fputs("Nothing was changed. With --force it is put back all the same.\n", stderr);
	return false;
}

/* Is it a backup of this site's? A key that the site does not know is said, not refused: a new machine has none. */
static void
compare_keys(struct put_back *p)
{
	uint8_t key[crypto_sign_PUBLICKEYBYTES];
	sqlite3_stmt *st;

	if (!read_public_key(p, key))
		return;
	st = db_prepare(&p->db, "SELECT key FROM checkpoint ORDER BY seq DESC LIMIT 1");
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW &&
	    (sqlite3_column_bytes(st, 0) != sizeof(key) || memcmp(sqlite3_column_blob(st, 0), key, sizeof(key)) != 0))
		puts("note: its newest checkpoint is signed with another key than the one in the key folder");
	sqlite3_finalize(st);
}

static bool
prove(struct put_back *p)
{
	int left;
	bool ok;

	if (db_open(&p->db, p->folder, true) != OK)
		return wrong("the backup", p->db.text);
	if (p->db.remark[0] != '\0')
		printf("note: %s\n", p->db.remark);
	if (p->db.is_new)
		wrong("the backup", "it holds no tables, and is no backup; nothing was changed");
	ok = !p->db.is_new && prove_pages(p) && prove_chain(p);
	if (ok)
		compare_keys(p);
	/* one file that holds all: no log must follow it */
	if (ok &&
	    (db_exec(&p->db, "PRAGMA wal_checkpoint(TRUNCATE)") != OK || db_checkpoint(&p->db, true, &left) != OK))
		ok = wrong("the copy", p->db.text);
	db_close(&p->db);
	return ok;
}

/* ---- 3 the key folder */

/*
 * What the database that goes had given; without it the mark must do. Opened for writing, so that its log goes into the file and
 * it can be kept as one; if that fails, file and log are kept as they are.
 */
static uint64_t
newest_of_old(struct put_back *p)
{
	struct db old;
	uint64_t seq = 0;
	sqlite3_stmt *st;
	char path[700];

	str_printf(path, sizeof(path), "%s/%s", p->folders.store, DB_FILE);
	if (access(path, F_OK) != 0 || db_open(&old, p->folders.store, true) != OK)
		return 0;
	st = db_prepare(&old, "SELECT max(seq) FROM journal");
	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		seq = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	db_close(&old);
	return seq;
}

static bool
remember(struct put_back *p)
{
	uint64_t newest = newest_of_old(p);
	struct keep_mark m;
	enum err e = keep_mark_read(p->folders.key, &m);

	if (e == ERR_IO)
		return wrong(p->folders.key, strerror(errno));
	if (newest + KEEP_RESERVE > m.reserved)
		m.reserved = newest + KEEP_RESERVE;
	m.must_jump = true;
	return keep_mark_write(p->folders.key, &m) || wrong(p->folders.key, strerror(errno));
}

/* ---- 4 and 5 */

static bool
put_aside(struct put_back *p, const char *stamp)
{
	static const char *const endings[] = { "-wal", "-shm" };
	char from[700], to[760];

	str_printf(from, sizeof(from), "%s/%s", p->folders.store, DB_FILE);
	str_printf(to, sizeof(to), "%s.before-restore-%s", from, stamp);
	if (link(from, to) == 0)
		printf("the database that was there is kept as %s\n", to);
	else if (errno != ENOENT)
		return wrong(to, strerror(errno));
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		str_printf(from, sizeof(from), "%s/%s%s", p->folders.store, DB_FILE, endings[i]);
		str_printf(to, sizeof(to), "%s/%s.before-restore-%s%s", p->folders.store, DB_FILE, stamp, endings[i]);
		if (rename(from, to) != 0 && errno != ENOENT)
			return wrong(from, strerror(errno));
	}
	return true;
}

static bool
put_in_place(struct put_back *p)
{
	char path[700], stamp[40];
	int fd;
	bool ok;

	utc_iso(stamp, sizeof(stamp), clock_utc());
	for (char *c = stamp; *c != '\0'; c++)
		if (*c == ':')
			*c = '-';
	str_printf(path, sizeof(path), "%s/%s", p->folders.store, DB_FILE);
	if (!put_aside(p, stamp))
		return false;
	if (rename(p->copy, path) != 0)
		return wrong(path, strerror(errno));
	fd = open(p->folders.store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return ok || wrong(p->folders.store, strerror(errno));
}

static bool
prepare(struct put_back *p, const char *file, int *lock)
{
	char text[800];

	if (!open_sources(p, file) || !become_owner(p))
		return false;
	if (data_make(&p->folders, text, sizeof(text)))
		*lock = data_lock(&p->folders, text, sizeof(text));
	return *lock >= 0 || wrong("nothing was changed", text);
}

int
put_back(const struct store_options *o, const char *file, bool is_forced)
{
	struct put_back p = { .source = -1, .source_log = -1, .is_forced = is_forced };
	int lock = -1;
	bool ok;

	if (!data_names(&p.folders, o->data_folder) || strlen(file) > 4000) {
		wrong(o->data_folder, "the name is too long");
		return EXIT_FAILURE;
	}
	ok = prepare(&p, file, &lock);
	if (ok) {
		ok = copy_all(&p) && prove(&p) && remember(&p) && put_in_place(&p);
		clear(&p);
	}
	if (p.source >= 0)
		close(p.source);
	if (p.source_log >= 0)
		close(p.source_log);
	if (lock >= 0)
		close(lock);
	if (ok)
		puts("The backup is in place. Start chisand; the journal goes on with an entry that says so.");
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
