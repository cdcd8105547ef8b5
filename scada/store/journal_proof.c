/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_proof.c - the proof of the chain, in steps: each hash computed anew, each checkpoint's signature, the order, the end.
 * The first thing that does not fit is named; what comes after it proves nothing.  A step sees one moment of the database, and between
 * steps nothing of it is held: what is there stays, and what comes meanwhile is proved too.
 */
#include "config.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal_chain.h"

#define KEY_HEX (2 * crypto_sign_PUBLICKEYBYTES + 1)

struct journal_proof {
	struct db *db;
	sqlite3_stmt *st, *gap;
	uint8_t hash[JOURNAL_HASH];
	uint64_t seq, entries, bad;
	uint64_t signed_seq; /* of the newest checkpoint that holds */
	uint32_t checkpoints;
	uint64_t unvouched; /* first entry after which another key signs than the first one; 0 = none */
	bool has_trusted, is_known_given, is_known_bad;
	char key[KEY_HEX];     /* that signs now, as the journal names it; "" = none yet */
	char trusted[KEY_HEX]; /* the first one, if the caller knows it */
	uint64_t known_seq;
	char known_hash[2 * JOURNAL_HASH + 1];
	enum err trouble;       /* while the checkpoints of a gap were read */
	uint64_t unsigned_jump; /* the first one that no checkpoint covers; 0 = none */
	unsigned jumps;
	char jumped[160]; /* where, in words */
	char text[1024];
};

static bool
broken(struct journal_proof *p, uint64_t seq, const char *what)
{
	p->bad = seq;
	str_printf(p->text, sizeof(p->text), "entry %llu: %s", (unsigned long long)seq, what);
	return false;
}

/* "SEQ HASH", as the system log has it. */
static bool
read_known(struct journal_proof *p, const char *known)
{
	size_t digits = strcspn(known, " ");
	char number[24];
	int64_t seq;

	if (digits >= sizeof(number) || known[digits] != ' ')
		return false;
	str_printf(number, sizeof(number), "%.*s", (int)digits, known);
	if (!str_to_i64(number, 1, INT64_MAX, &seq) ||
	    !str_copy(p->known_hash, sizeof(p->known_hash), known + digits + 1))
		return false;
	p->known_seq = (uint64_t)seq;
	return strspn(p->known_hash, "0123456789abcdef") == sizeof(p->known_hash) - 1;
}

struct journal_proof *
journal_prove(struct db *db, const uint8_t *public_key, const char *known)
{
	struct journal_proof *p = xcalloc(1, sizeof(*p));

	p->db = db;
	p->has_trusted = public_key != NULL;
	if (public_key != NULL)
		(void)sodium_bin2hex(p->trusted, sizeof(p->trusted), public_key, crypto_sign_PUBLICKEYBYTES);
	p->is_known_given = known != NULL;
	p->is_known_bad = known != NULL && !read_known(p, known);
	p->st = db_prepare(db,
	    "SELECT j.seq, j.us, kind, reason, uid, token, point, user, terminal, text, before, after, j.hash, c.hash, "
	    "c.key, c.signature, c.us "
	    "FROM journal j LEFT JOIN checkpoint c ON c.seq = j.seq WHERE j.seq > ?1 ORDER BY j.seq");
	p->gap = db_prepare(db, "SELECT min(seq) FROM checkpoint WHERE seq > ?1 AND seq < ?2");
	return p;
}

void
journal_prove_end(struct journal_proof *p)
{
	if (p == NULL)
		return;
	sqlite3_finalize(p->st);
	sqlite3_finalize(p->gap);
	free(p);
}

static const char *
text_of(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
}

static bool
is_number(sqlite3_stmt *st, int column, int64_t most)
{
	int64_t v = sqlite3_column_int64(st, column);

	return v >= 0 && v <= most;
}

/* The first key is taken from the journal, or must be the trusted one; a later one must say which it follows. */
static bool
check_key(struct journal_proof *p, const struct msg_journal *m)
{
	if (m->kind != JOURNAL_KEY)
		return true;
	if (p->key[0] == '\0' && p->has_trusted && strcmp(m->after, p->trusted) != 0)
		return broken(p, m->seq, "it names another key than the one that is trusted");
	if (strcmp(m->before, p->key) != 0)
		return broken(p, m->seq, "it changes the key, but not from the one that was valid");
	/* a lost key cannot sign its successor: whoever can write the file could have declared this one */
	if (p->key[0] != '\0' && p->unvouched == 0)
		p->unvouched = m->seq;
	str_copy(p->key, sizeof(p->key), m->after);
	return true;
}

static bool
check_signature(struct journal_proof *p, uint64_t seq)
{
	uint8_t message[JOURNAL_SIGNED_BYTES];
	char hex[KEY_HEX];

	if (sqlite3_column_type(p->st, 13) == SQLITE_NULL)
		return true;
	if (sqlite3_column_bytes(p->st, 13) != JOURNAL_HASH ||
	    memcmp(sqlite3_column_blob(p->st, 13), p->hash, JOURNAL_HASH) != 0)
		return broken(p, seq, "the signed checkpoint tells another chain: it was written anew up to here");
	if (sqlite3_column_bytes(p->st, 14) != crypto_sign_PUBLICKEYBYTES ||
	    sqlite3_column_bytes(p->st, 15) != crypto_sign_BYTES)
		return broken(p, seq, "its checkpoint was changed");
	(void)sodium_bin2hex(hex, sizeof(hex), sqlite3_column_blob(p->st, 14), crypto_sign_PUBLICKEYBYTES);
	if (strcmp(hex, p->key) != 0)
		return broken(p, seq, "its checkpoint is signed with a key that was not valid then");
	journal_signed(seq, sqlite3_column_int64(p->st, 16), p->hash, message);
	if (crypto_sign_verify_detached(
	        sqlite3_column_blob(p->st, 15), message, sizeof(message), sqlite3_column_blob(p->st, 14)) != 0)
		return broken(p, seq, "the signature of its checkpoint is false");
	p->checkpoints++;
	p->signed_seq = seq;
	p->unsigned_jump = 0;
	return true;
}

static bool
check_known(struct journal_proof *p)
{
	char hex[2 * JOURNAL_HASH + 1];

	if (!p->is_known_given || p->seq != p->known_seq)
		return true;
	(void)sodium_bin2hex(hex, sizeof(hex), p->hash, JOURNAL_HASH);
	return strcmp(hex, p->known_hash) == 0 ||
	    broken(p, p->seq, "the checkpoint seen elsewhere tells another chain: it was written anew up to here");
}

/* ---- one entry */

/*
 * Of the file's own types: a number that became a real or a text that became bytes may read the same and is not what was written.
 * Asked before anything else, since reading a value as text changes its type.
 */
static bool
has_types(sqlite3_stmt *st)
{
	for (int column = 0; column <= 12; column++)
		if (sqlite3_column_type(st, column) !=
		    (column <= 5           ? SQLITE_INTEGER
		            : column <= 11 ? SQLITE_TEXT
		                           : SQLITE_BLOB))
			return false;
	return true;
}

static bool
check_values(struct journal_proof *p, uint64_t seq)
{
	if (!is_number(p->st, 2, UINT16_MAX) || !is_number(p->st, 3, UINT16_MAX) || !is_number(p->st, 4, UINT32_MAX))
		return broken(p, seq, "it was changed: a number in it is impossible");
	for (int column = 6; column <= 11; column++)
		if (strlen(text_of(p->st, column)) != (size_t)sqlite3_column_bytes(p->st, column))
			return broken(p, seq, "it was changed: a text in it goes on after its end");
	return true;
}

/* A declared jump explains what is not there, but not what was signed or seen there. */
static bool
check_jump(struct journal_proof *p, const struct msg_journal *m)
{
	int64_t was_signed;
	char one[80];
	int code;

	(void)sqlite3_bind_int64(p->gap, 1, (int64_t)p->seq);
	(void)sqlite3_bind_int64(p->gap, 2, (int64_t)m->seq);
	code = sqlite3_step(p->gap);
	was_signed = code == SQLITE_ROW ? sqlite3_column_int64(p->gap, 0) : 0;
	(void)sqlite3_reset(p->gap);
	if (code != SQLITE_ROW) {
		p->trouble = db_note(p->db, code, "the checkpoints cannot be read");
		return false;
	}
	if (was_signed != 0)
		return broken(p, p->seq + 1,
		    "it was removed: a checkpoint behind it was signed, whatever the jump after it says");
	if (p->is_known_given && p->known_seq > p->seq && p->known_seq < m->seq)
		return broken(p, p->seq + 1,
		    "it and what followed are not there, as a jump after it declares, but the checkpoint seen "
		    "elsewhere lies "
		    "among them");
	str_printf(one, sizeof(one), "%s%llu after %llu", p->jumps == 0 ? "" : ", ", (unsigned long long)m->seq,
	    (unsigned long long)p->seq);
	if (strlen(p->jumped) + strlen(one) < sizeof(p->jumped))
		(void)str_append(p->jumped, sizeof(p->jumped), one);
	p->jumps++;
	if (p->unsigned_jump == 0)
		p->unsigned_jump = m->seq;
	return true;
}

static bool
check_place(struct journal_proof *p, const struct msg_journal *m)
{
	if (m->seq == p->seq + 1)
		return true;
	if (journal_is_jump(m, p->seq))
		return check_jump(p, m);
	if (m->kind == JOURNAL_STORE && strcmp(m->text, JOURNAL_JUMP_TEXT) == 0)
		return broken(p, p->seq + 1, "it was removed: the jump after it begins at another entry");
	return broken(p, p->seq + 1, "it was removed");
}

static bool
check_entry(struct journal_proof *p)
{
	bool is_typed = has_types(p->st);
	const struct msg_journal m = {
		.seq = (uint64_t)sqlite3_column_int64(p->st, 0),
		.time = sqlite3_column_int64(p->st, 1),
		.kind = (uint16_t)sqlite3_column_int64(p->st, 2),
		.reason = (uint16_t)sqlite3_column_int64(p->st, 3),
		.uid = (uint32_t)sqlite3_column_int64(p->st, 4),
		.point = text_of(p->st, 6),
		.user = text_of(p->st, 7),
		.terminal = text_of(p->st, 8),
		.text = text_of(p->st, 9),
		.before = text_of(p->st, 10),
		.after = text_of(p->st, 11),
	};
	uint8_t next[JOURNAL_HASH];

	if (!check_place(p, &m))
		return false;
	if (!is_typed)
		return broken(p, m.seq, "it was changed: a value in it is of another type");
	if (!check_values(p, m.seq))
		return false;
	journal_chain(p->hash, &m, (uint64_t)sqlite3_column_int64(p->st, 5), next);
	if (sqlite3_column_bytes(p->st, 12) != JOURNAL_HASH ||
	    memcmp(sqlite3_column_blob(p->st, 12), next, JOURNAL_HASH) != 0)
		return broken(p, m.seq, "it was changed, or it stands in the place of another");
	memcpy(p->hash, next, JOURNAL_HASH);
	p->seq = m.seq;
	p->entries++;
	return check_key(p, &m) && check_signature(p, m.seq) && check_known(p);
}

/* ---- the outcome */

static void __attribute__((format(printf, 2, 3))) say_more(struct journal_proof *p, const char *fmt, ...)
{
	char more[320];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	if (p->text[0] != '\0')
		str_append(p->text, sizeof(p->text), "; ");
	str_append(p->text, sizeof(p->text), more);
}

/* What there is to say beyond the counts, which stand in fields of their own. */
static void
say_whole(struct journal_proof *p)
{
	p->text[0] = '\0';
	if (p->signed_seq == 0 && p->seq > 0)
		say_more(p, "no entry is covered by a signature yet");
	else if (p->signed_seq < p->seq)
		say_more(p, "entries after %llu are not covered by a signature yet", (unsigned long long)p->signed_seq);
	if (p->jumps != 0)
		say_more(p,
		    "%u time%s the record went on at a later number, as it declares, after a restore or a new begin: "
		    "at entry %s%s",
		    p->jumps, p->jumps == 1 ? "" : "s", p->jumped,
		    strlen(p->jumped) + 80 > sizeof(p->jumped) ? " ..." : "");
	if (p->unsigned_jump != 0)
		say_more(p,
		    "no signature covers the jump at entry %llu yet: whoever can write the file could have declared "
		    "it, and "
		    "removed what was before it",
		    (unsigned long long)p->unsigned_jump);
	if (p->unvouched != 0)
		say_more(p, "from entry %llu on it is signed with a key that the first one does not vouch for",
		    (unsigned long long)p->unvouched);
}

/* After the last entry: what was signed beyond it is gone. */
static void
check_end(struct journal_proof *p, uint64_t last_signed)
{
	if (last_signed > p->seq)
		broken(p, p->seq + 1, "it and what followed were cut off: a later checkpoint was signed");
	else if (p->is_known_given && p->known_seq > p->seq)
		broken(p, p->seq + 1, "it and what followed were cut off: a later checkpoint was seen elsewhere");
	else
		say_whole(p);
}

static enum err
newest_checkpoint(struct journal_proof *p, uint64_t *seq)
{
	sqlite3_stmt *st = db_prepare(p->db, "SELECT max(seq) FROM checkpoint");
	int code;

	if (st == NULL)
		return p->db->why;
	code = sqlite3_step(st);
	*seq = code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	return db_note(p->db, code, "the checkpoints cannot be read");
}

/* The first entry from which on nothing vouches for the chain; 0 = none. */
static uint64_t
first_unvouched(const struct journal_proof *p)
{
	return p->unvouched == 0 || (p->unsigned_jump != 0 && p->unsigned_jump < p->unvouched) ? p->unsigned_jump
	                                                                                       : p->unvouched;
}

static uint8_t
state_of(const struct journal_proof *p, bool is_done)
{
	if (!is_done)
		return VERIFY_AT_WORK;
	if (p->bad != 0)
		return VERIFY_BROKEN;
	return first_unvouched(p) != 0 ? VERIFY_UNVOUCHED : VERIFY_WHOLE;
}

/* Entries of one moment of the database, and at the end the checkpoints of the same moment. */
static enum err
look_on(struct journal_proof *p, uint32_t most, bool *done)
{
	int code = SQLITE_ROW;
	uint64_t last = 0;
	enum err e;

	p->trouble = OK;
	(void)sqlite3_bind_int64(p->st, 1, (int64_t)p->seq);
	while (p->bad == 0 && most-- > 0 && (code = sqlite3_step(p->st)) == SQLITE_ROW)
		if (!check_entry(p))
			break;
	e = p->trouble != OK ? p->trouble : db_note(p->db, code, "the journal cannot be read");
	if (e == OK && p->bad == 0 && code == SQLITE_DONE) {
		e = newest_checkpoint(p, &last);
		*done = e == OK;
		if (e == OK)
			check_end(p, last);
	}
	if (e == ERR_BAD_DATA) { /* that is an outcome: something happened to the file */
		(void)broken(
		    p, p->seq + 1, "it cannot be read, or its checkpoint: what holds them in the file is damaged");
		e = OK;
	}
	(void)sqlite3_reset(p->st);
	*done = *done || p->bad != 0;
	return e;
}

enum err
journal_prove_step(struct journal_proof *p, uint32_t most, struct msg_verified *out, bool *done)
{
	bool is_own;
	enum err e;

	*done = false;
	if (p->st == NULL || p->gap == NULL)
		return p->db->why;
	if (p->is_known_bad) {
		str_copy(p->db->text, sizeof(p->db->text),
		    "the checkpoint seen elsewhere cannot be read; it is written as in the system log: its number, a "
		    "space, 64 digits of 0-9 and a-f");
		return p->db->why = ERR_USAGE;
	}
	is_own = sqlite3_get_autocommit(p->db->sqlite) != 0;
	e = is_own ? db_begin_reading(p->db) : OK;
	if (e == OK)
		e = look_on(p, most, done);
	if (is_own)
		db_rollback(p->db);
	if (e != OK)
		return e;
	*out = (struct msg_verified){
		.state = state_of(p, *done),
		.entries = p->entries,
		.first_bad = p->bad != 0 ? p->bad
		    : *done              ? first_unvouched(p)
		                         : 0,
		.checkpoints = p->checkpoints,
		.text = p->text,
	};
	return OK;
}
