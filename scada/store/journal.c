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
#include "scada/store/keep.h"

struct place {                 /* of the chain's end */
	uint64_t seq, checked; /* newest entry, newest checkpoint */
	uint8_t hash[JOURNAL_HASH];
	struct utc checked_at;
};

struct journal {
	struct db *db;
	char key_folder[512];
	struct place now, committed;
	uint64_t reserved; /* as the mark has it */
	uint64_t jumped;
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
	sqlite3_stmt *insert, *by_token, *sign;
	struct wbuf found; /* strings of an entry that was there: out of journal_find points at them */
};

/* ---- the key */

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

	str_printf(path, sizeof(path), "%s/%s", j->key_folder, JOURNAL_KEY_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : db_say(j->db, ERR_IO, "the journal's key", strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == (off_t)sizeof(j->secret_key)) {
		n = read(fd, j->secret_key, sizeof(j->secret_key));
		if ((st.st_mode & 0077) != 0) { /* whoever read it can sign another history */
			log_warn(
			    "%s could be read by others (mode %o): it is closed to them; if that was not meant, make "
			    "another key by moving this one away",
			    path, (unsigned)st.st_mode & 07777);
			(void)fchmod(fd, 0600);
		}
	}
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
	if (!keep_file(j->key_folder, JOURNAL_KEY_FILE, 0600, j->secret_key, sizeof(j->secret_key)) ||
	    !keep_file(j->key_folder, JOURNAL_PUBLIC_FILE, 0644, hex, strlen(hex))) {
		int why = errno;
		enum err e = db_say(j->db, ERR_IO, "the journal's key cannot be written", strerror(why));

		j->db->code = why == ENOSPC || why == EDQUOT ? SQLITE_FULL
		    : why == EROFS                           ? SQLITE_READONLY
		                                             : SQLITE_IOERR;
		return e;
	}
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

struct msg_journal_add
journal_own(struct utc now, enum journal_kind kind, const char *text, const char *before, const char *after)
{
	return (struct msg_journal_add){
		.time = now.us,
		.kind = (uint16_t)kind,
		.reason = 255,
		.uid = UINT32_MAX,
		.point = "",
		.user = "",
		.terminal = "",
		.text = text,
		.before = before,
		.after = after,
	};
}

/* An entry of the journal about itself, in a transaction of its own; renew: the database gets another identity with it. */
static enum err
add_own(struct journal *j, struct utc now, enum journal_kind kind, const char *text, const char *before,
    const char *after, bool renew)
{
	const struct msg_journal_add m = journal_own(now, kind, text, before, after);
	struct msg_journal out;
	uint8_t hash[JOURNAL_HASH], was[DB_IDENTITY];
	bool was_there;
	enum err e = db_begin(j->db);

	memcpy(was, j->db->identity, sizeof(was));
	if (e == OK && renew)
		e = db_renew_identity(j->db);
	if (e == OK)
		e = journal_add(j, &m, &out, hash, &was_there);
	if (e == OK)
		e = db_commit(j->db);
	if (e == OK) {
		journal_committed(j);
		return OK;
	}
	db_rollback(j->db);
	memcpy(j->db->identity, was, sizeof(was));
	journal_rewind(j);
	return e;
}

/* A key that the journal does not know is named in it, so that its signatures count from there on. */
static enum err
name_key(struct journal *j, struct utc now)
{
	char was[2 * sizeof(j->public_key) + 1], is[sizeof(was)];
	enum err e = named_key(j, was, sizeof(was));

	(void)sodium_bin2hex(is, sizeof(is), j->public_key, sizeof(j->public_key));
	if (e != OK || strcmp(was, is) == 0)
		return e;
	return add_own(j, now, JOURNAL_KEY,
	    was[0] == '\0' ? "the key that signs checkpoints was made" : "the key that signs checkpoints was changed",
	    was, is, false);
}

/* ---- what is remembered beyond the database */

static void
complain(const struct journal *j, const char *what)
{
	log_warn("%s/%s: %s", j->key_folder, KEEP_MARK_FILE, what);
}

/* The hash of an entry that the mark remembers, as the database has it. */
static bool
has_entry(struct journal *j, const struct keep_mark *m)
{
	sqlite3_stmt *st = db_prepare(j->db, "SELECT hash FROM journal WHERE seq = ?1");
	bool same;

	(void)sqlite3_bind_int64(st, 1, (int64_t)m->seq);
	same = st != NULL && sqlite3_step(st) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == JOURNAL_HASH &&
	    memcmp(sqlite3_column_blob(st, 0), m->hash, JOURNAL_HASH) == 0;
	sqlite3_finalize(st);
	return same;
}

/* Is this the database that gave the sequences that are remembered, with all of them? */
static bool
goes_on(struct journal *j, const struct keep_mark *m)
{
	return !m->must_jump && memcmp(m->identity, j->db->identity, DB_IDENTITY) == 0 &&
	    (m->seq == 0 || has_entry(j, m));
}

/* Declared by its first entry; the line of copies that are older ends here, so that they are told from it. */
static enum err
jump(struct journal *j, uint64_t reserved, struct utc now)
{
	uint64_t last = j->now.seq;
	char before[24], after[24];
	enum err e;

	j->jumped = (reserved > last ? reserved : last) + 1;
	str_printf(before, sizeof(before), "%llu", (unsigned long long)last);
	str_printf(after, sizeof(after), "%llu", (unsigned long long)j->jumped);
	j->now.seq = j->jumped - 1;
	e = add_own(j, now, JOURNAL_STORE, JOURNAL_JUMP_TEXT, before, after, true);
	if (e == OK)
		log_notice(
		    "the journal goes on at entry %s after entry %s: what was recorded between is not in this database",
		    after, before);
	return e;
}

static enum err
look_back(struct journal *j, struct utc now)
{
	struct keep_mark m;
	enum err e = keep_mark_read(j->key_folder, &m);

	if (e == ERR_BAD_DATA)
		complain(j, "it cannot be understood and is written anew from the database");
	else if (e == ERR_IO)
		complain(j, strerror(errno));
	if (e != OK)
		return OK;
	j->reserved = m.reserved;
	return goes_on(j, &m) ? OK : jump(j, m.reserved, now);
}

enum err
journal_mark(struct journal *j, bool must)
{
	struct keep_mark m = { .seq = j->committed.seq, .reserved = j->committed.seq + KEEP_RESERVE };

	if (!must && j->committed.seq + KEEP_RESERVE / 2 <= j->reserved)
		return OK;
	memcpy(m.identity, j->db->identity, DB_IDENTITY);
	memcpy(m.hash, j->committed.hash, JOURNAL_HASH);
	if (!keep_mark_write(j->key_folder, &m))
		return ERR_IO;
	j->reserved = m.reserved;
	return OK;
}

uint64_t
journal_jumped(const struct journal *j)
{
	return j->jumped;
}

/* ---- life */

static enum err
read_end(struct journal *j, struct utc now)
{
	sqlite3_stmt *st = db_prepare(
	    j->db, "SELECT seq, hash, (SELECT max(seq) FROM checkpoint) FROM journal ORDER BY seq DESC LIMIT 1");
	int code;
	enum err e;

	j->now = (struct place){ .checked_at = now };
	if (st == NULL)
		return j->db->why;
	code = sqlite3_step(st);
	e = db_note(j->db, code, "the journal cannot be read");
	if (code == SQLITE_ROW && sqlite3_column_bytes(st, 1) == JOURNAL_HASH) {
		j->now.seq = (uint64_t)sqlite3_column_int64(st, 0);
		memcpy(j->now.hash, sqlite3_column_blob(st, 1), JOURNAL_HASH);
		j->now.checked = (uint64_t)sqlite3_column_int64(st, 2);
	} else if (code == SQLITE_ROW) {
		e = db_say(j->db, ERR_BAD_DATA, "the journal", "its newest entry has no hash");
	}
	sqlite3_finalize(st);
	j->committed = j->now;
	return e;
}

struct journal *
journal_open(struct db *db, const char *key_folder, struct utc now)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	enum err e;

	j->db = db;
	str_copy(j->key_folder, sizeof(j->key_folder), key_folder);
	if (sodium_init() < 0)
		log_fatal("libsodium does not start");
	e = read_end(j, now);
	if (e == OK)
		e = read_key(j);
	if (e == ERR_NOT_FOUND)
		e = make_key(j);
	if (e == OK) {
		j->insert = db_prepare(
		    db, "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
		j->by_token = db_prepare(db,
		    "SELECT seq, us, kind, reason, uid, hash, point, user, terminal, text, before, after FROM journal "
		    "WHERE token = ?1 AND token <> 0 ORDER BY seq LIMIT 1");
		j->sign = db_prepare(db, "INSERT INTO checkpoint VALUES (?1, ?2, ?3, ?4, ?5)");
		e = j->insert == NULL || j->by_token == NULL || j->sign == NULL ? db->why : look_back(j, now);
	}
	if (e == OK)
		e = name_key(j, now);
	if (e == OK && journal_mark(j, true) != OK)
		complain(j, strerror(errno)); /* tried again with the next checkpoint */
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
	wbuf_done(&j->found);
	free(j);
}

/* ---- adding */

/*
 * The same act once more? What it did then (before, terminal) may read otherwise now, and a note about another time says when it was
 * written. All else must be the same: a token that comes with another act, or from another user, must not get the outcome of this one.
 */
static bool
is_same_act(const struct msg_journal_add *m, const struct msg_journal *then)
{
	return m->kind == then->kind && m->uid == then->uid && strcmp(m->point, then->point) == 0 &&
	    strcmp(m->text, then->text) == 0 && (m->kind == JOURNAL_NOTE || strcmp(m->after, then->after) == 0);
}

static void
read_found(struct journal *j, struct msg_journal *out, uint8_t hash[JOURNAL_HASH])
{
	const char **const texts[] = { &out->point, &out->user, &out->terminal, &out->text, &out->before, &out->after };
	size_t at[ARRAY_LEN(texts)];

	out->seq = (uint64_t)sqlite3_column_int64(j->by_token, 0);
	out->time = sqlite3_column_int64(j->by_token, 1);
	out->kind = (uint16_t)sqlite3_column_int(j->by_token, 2);
	out->reason = (uint16_t)sqlite3_column_int(j->by_token, 3);
	out->uid = (uint32_t)sqlite3_column_int64(j->by_token, 4);
	memcpy(hash, sqlite3_column_blob(j->by_token, 5), JOURNAL_HASH);
	wbuf_reset(&j->found);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *text = (const char *)sqlite3_column_text(j->by_token, 6 + (int)i);
		size_t len = text != NULL ? strlen(text) : 0;

		at[i] = j->found.len;
		memcpy(wbuf_grow(&j->found, len + 1), len > 0 ? text : "", len + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) /* now the buffer moves no more */
		*texts[i] = (const char *)j->found.data + at[i];
}

enum err
journal_find(struct journal *j, const struct msg_journal_add *m, struct msg_journal *out, uint8_t hash[JOURNAL_HASH],
    bool *was_there)
{
	int code;

	*was_there = false;
	if (m->token == 0)
		return OK;
	(void)sqlite3_bind_int64(j->by_token, 1, (int64_t)m->token);
	code = sqlite3_step(j->by_token);
	*was_there = code == SQLITE_ROW && sqlite3_column_bytes(j->by_token, 5) == JOURNAL_HASH;
	if (*was_there)
		read_found(j, out, hash);
	(void)sqlite3_reset(j->by_token);
	if (*was_there && !is_same_act(m, out)) {
		*was_there = false;
		return ERR_REFUSED;
	}
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
	e = journal_find(j, m, out, hash, was_there);
	if (e != OK || *was_there)
		return e;
	out->seq = j->now.seq + 1;
	journal_chain(j->now.hash, out, m->token, hash);
	e = insert(j, out, m->token, hash);
	if (e != OK)
		return e;
	j->now.seq = out->seq;
	memcpy(j->now.hash, hash, JOURNAL_HASH);
	return OK;
}

enum err
journal_look_again(struct journal *j, bool *is_other)
{
	struct place was = j->now;
	enum err e = read_end(j, was.checked_at);

	*is_other = e == OK && (j->now.seq != was.seq || memcmp(j->now.hash, was.hash, JOURNAL_HASH) != 0);
	if (e != OK)
		j->now = j->committed = was;
	return e;
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

/* A jump is signed at once: until then anybody who can write the file could have declared it. */
bool
journal_is_due(const struct journal *j, struct utc now)
{
	int64_t us = utc_diff_us(now, j->now.checked_at);

	return j->now.seq > j->now.checked &&
	    (j->now.seq - j->now.checked >= JOURNAL_CHECK_ENTRIES || us >= JOURNAL_CHECK_MS * US_PER_MS || us < 0 ||
	        j->jumped > j->now.checked);
}

enum err
journal_checkpoint(struct journal *j, struct utc now, bool must, char *line, size_t size)
{
	uint8_t message[JOURNAL_SIGNED_BYTES], signature[crypto_sign_BYTES];
	char hex[2 * JOURNAL_HASH + 1];
	enum err e;

	line[0] = '\0';
	if (!journal_is_due(j, now) && !(must && j->now.seq > j->now.checked))
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
	j->now.checked_at = now;
	(void)sodium_bin2hex(hex, sizeof(hex), j->now.hash, JOURNAL_HASH);
	str_printf(line, size, "journal checkpoint %llu %s", (unsigned long long)j->now.seq, hex);
	return OK;
}
