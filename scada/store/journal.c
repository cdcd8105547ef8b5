/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.c - adding entries and signing checkpoints.  What is in memory moves on with an entry and comes back with a rollback.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scada/base/log.h"
#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal.h"
#include "scada/store/journal_chain.h"

struct place {                 /* of the chain's end */
	uint64_t seq, checked; /* newest entry, newest checkpoint */
	uint8_t hash[JOURNAL_HASH];
};

struct journal {
	struct db *db;
	struct place now, committed;
	struct utc checked_at;
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
	sqlite3_stmt *insert, *by_token, *sign;
};

static enum err
refuse(struct db *db, enum err why, const char *what, const char *system)
{
	db->why = why;
	str_printf(db->text, sizeof(db->text), "%s: %s", what, system);
	return why;
}

/* ---- the key */

static bool
write_whole(int fd, const void *data, size_t len)
{
	return write(fd, data, len) == (ssize_t)len && fsync(fd) == 0;
}

static bool
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Under another name first: a crash leaves no half of a key. */
static bool
write_file(const struct db *db, const char *name, mode_t mode, const void *data, size_t len)
{
	char path[640], part[660];
	bool ok;
	int fd;

	str_printf(path, sizeof(path), "%s/%s", db->folder, name);
	str_printf(part, sizeof(part), "%s.part", path);
	(void)unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return false;
	ok = write_whole(fd, data, len);
	close(fd);
	return ok && rename(part, path) == 0 && sync_folder(db->folder);
}

/* ERR_NOT_FOUND: there is none, or it is damaged: then a new one is made. */
static enum err
read_key(struct journal *j)
{
	char path[640];
	uint8_t seed[crypto_sign_SEEDBYTES], made[crypto_sign_SECRETKEYBYTES];
	struct stat st;
	ssize_t n = -1;
	bool is_whole;
	int fd;

	str_printf(path, sizeof(path), "%s/%s", j->db->folder, JOURNAL_KEY_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : refuse(j->db, ERR_IO, "the journal's key", strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == (off_t)sizeof(j->secret_key))
		n = read(fd, j->secret_key, sizeof(j->secret_key));
	close(fd);
	if (n != (ssize_t)sizeof(j->secret_key))
		return ERR_NOT_FOUND;
	/* the file holds the seed and what was made of it: a flipped bit in either would sign what nobody can prove */
	(void)crypto_sign_ed25519_sk_to_seed(seed, j->secret_key);
	(void)crypto_sign_seed_keypair(j->public_key, made, seed);
	is_whole = sodium_memcmp(made, j->secret_key, sizeof(made)) == 0;
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(made, sizeof(made));
	return is_whole ? OK : ERR_NOT_FOUND;
}

static enum err
make_key(struct journal *j)
{
	char hex[2 * sizeof(j->public_key) + 2];

	(void)crypto_sign_keypair(j->public_key, j->secret_key);
	(void)sodium_bin2hex(hex, sizeof(hex) - 1, j->public_key, sizeof(j->public_key));
	(void)str_append(hex, sizeof(hex), "\n");
	if (!write_file(j->db, JOURNAL_KEY_FILE, 0600, j->secret_key, sizeof(j->secret_key)) ||
	    !write_file(j->db, JOURNAL_PUBLIC_FILE, 0644, hex, strlen(hex)))
		return refuse(j->db, ERR_IO, "the journal's key cannot be written", strerror(errno));
	return OK;
}

/* The key that the journal named last; "" = none yet. */
static enum err
named_key(struct journal *j, char *hex, size_t size)
{
	sqlite3_stmt *st = db_prepare(j->db, "SELECT after FROM journal WHERE kind = ?1 ORDER BY seq DESC LIMIT 1");
	int code;

	hex[0] = '\0';
	if (st == NULL)
		return j->db->why;
	(void)sqlite3_bind_int(st, 1, JOURNAL_KEY);
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		str_copy(hex, size, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return db_note(j->db, code, "the journal cannot be read");
}

/* A key that the journal does not know is named in it, so that its signatures count from there on. */
static enum err
name_key(struct journal *j, struct utc now)
{
	char was[2 * sizeof(j->public_key) + 1], is[sizeof(was)];
	struct msg_journal out;
	uint8_t hash[JOURNAL_HASH];
	bool was_there;
	enum err e = named_key(j, was, sizeof(was));

	(void)sodium_bin2hex(is, sizeof(is), j->public_key, sizeof(j->public_key));
	if (e != OK || strcmp(was, is) == 0)
		return e;
	const struct msg_journal_add m = {
		.time = now.us,
		.kind = JOURNAL_KEY,
		.reason = 255,
		.uid = UINT32_MAX,
		.point = "",
		.user = "",
		.terminal = "",
		.text = was[0] == '\0' ? "the key that signs checkpoints was made"
		                       : "the key that signs checkpoints was changed",
		.before = was,
		.after = is,
	};
	e = db_begin(j->db);
	if (e == OK)
		e = journal_add(j, &m, &out, hash, &was_there);
	if (e == OK)
		e = db_commit(j->db);
	if (e == OK) {
		journal_committed(j);
	} else {
		db_rollback(j->db);
		journal_rewind(j);
	}
	return e;
}

/* ---- life */

static enum err
read_end(struct journal *j)
{
	sqlite3_stmt *st = db_prepare(
	    j->db, "SELECT seq, hash, (SELECT max(seq) FROM checkpoint) FROM journal ORDER BY seq DESC LIMIT 1");
	int code;
	enum err e;

	if (st == NULL)
		return j->db->why;
	code = sqlite3_step(st);
	e = db_note(j->db, code, "the journal cannot be read");
	if (code == SQLITE_ROW && sqlite3_column_bytes(st, 1) == JOURNAL_HASH) {
		j->now.seq = (uint64_t)sqlite3_column_int64(st, 0);
		memcpy(j->now.hash, sqlite3_column_blob(st, 1), JOURNAL_HASH);
		j->now.checked = (uint64_t)sqlite3_column_int64(st, 2);
	} else if (code == SQLITE_ROW) {
		e = refuse(j->db, ERR_BAD_DATA, "the journal", "its newest entry has no hash");
	}
	sqlite3_finalize(st);
	j->committed = j->now;
	return e;
}

struct journal *
journal_open(struct db *db, struct utc now)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	enum err e;

	j->db = db;
	j->checked_at = now;
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	e = read_end(j);
	if (e == OK)
		e = read_key(j);
	if (e == ERR_NOT_FOUND)
		e = make_key(j);
	if (e == OK) {
		j->insert = db_prepare(
		    db, "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
		j->by_token = db_prepare(db,
		    "SELECT seq, us, kind, reason, uid, hash FROM journal WHERE token = ?1 AND token <> 0 ORDER BY seq "
		    "LIMIT 1");
		j->sign = db_prepare(db, "INSERT INTO checkpoint VALUES (?1, ?2, ?3, ?4, ?5)");
		e = j->insert == NULL || j->by_token == NULL || j->sign == NULL ? db->why : name_key(j, now);
	}
	if (e == OK)
		return j;
	journal_close(j);
	return NULL;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	sqlite3_finalize(j->insert);
	sqlite3_finalize(j->by_token);
	sqlite3_finalize(j->sign);
	sodium_memzero(j->secret_key, sizeof(j->secret_key));
	free(j);
}

/* ---- adding */

/* The entry that an act's token made before. The strings are those of the act, which was the same. */
static enum err
find_token(struct journal *j, uint64_t token, struct msg_journal *out, uint8_t hash[JOURNAL_HASH], bool *was_there)
{
	int code;

	(void)sqlite3_bind_int64(j->by_token, 1, (int64_t)token);
	code = sqlite3_step(j->by_token);
	*was_there = code == SQLITE_ROW && sqlite3_column_bytes(j->by_token, 5) == JOURNAL_HASH;
	if (*was_there) {
		out->seq = (uint64_t)sqlite3_column_int64(j->by_token, 0);
		out->time = sqlite3_column_int64(j->by_token, 1);
		memcpy(hash, sqlite3_column_blob(j->by_token, 5), JOURNAL_HASH);
	}
	(void)sqlite3_reset(j->by_token);
	return db_note(j->db, code, "the journal cannot be read");
}

static enum err
insert(struct journal *j, const struct msg_journal *m, uint64_t token, const uint8_t hash[JOURNAL_HASH])
{
	const char *const texts[] = { m->point, m->user, m->terminal, m->text, m->before, m->after };
	sqlite3_stmt *st = j->insert;
	enum err e;

	(void)sqlite3_bind_int64(st, 1, (int64_t)m->seq);
	(void)sqlite3_bind_int64(st, 2, m->time);
	(void)sqlite3_bind_int(st, 3, m->kind);
	(void)sqlite3_bind_int(st, 4, m->reason);
	(void)sqlite3_bind_int64(st, 5, m->uid);
	(void)sqlite3_bind_int64(st, 6, (int64_t)token);
	for (int i = 0; i < (int)ARRAY_LEN(texts); i++)
		(void)sqlite3_bind_text(st, 7 + i, texts[i], -1, SQLITE_STATIC);
	(void)sqlite3_bind_blob(st, 13, hash, JOURNAL_HASH, SQLITE_STATIC);
	e = db_note(j->db, sqlite3_step(st), "an entry cannot be added to the journal");
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	return e;
}

enum err
journal_add(struct journal *j, const struct msg_journal_add *m, struct msg_journal *out, uint8_t hash[JOURNAL_HASH],
    bool *was_there)
{
	enum err e;

	*out = (struct msg_journal){
		.time = m->time,
		.kind = m->kind,
		.reason = m->reason,
		.uid = m->uid,
		.point = m->point,
		.user = m->user,
		.terminal = m->terminal,
		.text = m->text,
		.before = m->before,
		.after = m->after,
		.hash = { hash, JOURNAL_HASH },
	};
	*was_there = false;
	if (m->token != 0) {
		e = find_token(j, m->token, out, hash, was_there);
		if (e != OK || *was_there)
			return e;
	}
	out->seq = j->now.seq + 1;
	journal_chain(j->now.hash, out, m->token, hash);
	e = insert(j, out, m->token, hash);
	if (e != OK)
		return e;
	j->now.seq = out->seq;
	memcpy(j->now.hash, hash, JOURNAL_HASH);
	return OK;
}

void
journal_rewind(struct journal *j)
{
	j->now = j->committed;
}

void
journal_committed(struct journal *j)
{
	j->committed = j->now;
}

uint64_t
journal_newest(const struct journal *j)
{
	return j->now.seq;
}

/* ---- checkpoints */

enum err
journal_checkpoint(struct journal *j, struct utc now, bool must, char *line, size_t size)
{
	uint8_t message[JOURNAL_SIGNED_BYTES], signature[crypto_sign_BYTES];
	char hex[2 * JOURNAL_HASH + 1];
	bool is_time = j->now.seq - j->now.checked >= JOURNAL_CHECK_ENTRIES ||
	    utc_diff_us(now, j->checked_at) >= JOURNAL_CHECK_MS * US_PER_MS || utc_diff_us(now, j->checked_at) < 0;
	enum err e;

	line[0] = '\0';
	if (j->now.seq <= j->now.checked || !(must || is_time))
		return OK;
	journal_signed(j->now.seq, now.us, j->now.hash, message);
	(void)crypto_sign_detached(signature, NULL, message, sizeof(message), j->secret_key);
	(void)sqlite3_bind_int64(j->sign, 1, (int64_t)j->now.seq);
	(void)sqlite3_bind_int64(j->sign, 2, now.us);
	(void)sqlite3_bind_blob(j->sign, 3, j->now.hash, JOURNAL_HASH, SQLITE_STATIC);
	(void)sqlite3_bind_blob(j->sign, 4, j->public_key, sizeof(j->public_key), SQLITE_STATIC);
	(void)sqlite3_bind_blob(j->sign, 5, signature, sizeof(signature), SQLITE_STATIC);
	e = db_note(j->db, sqlite3_step(j->sign), "a checkpoint of the journal cannot be written");
	(void)sqlite3_reset(j->sign);
	if (e != OK)
		return e;
	j->now.checked = j->now.seq;
	j->checked_at = now;
	(void)sodium_bin2hex(hex, sizeof(hex), j->now.hash, JOURNAL_HASH);
	str_printf(line, size, "journal checkpoint %llu %s", (unsigned long long)j->now.seq, hex);
	return OK;
}
