/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_proof.c - the proof of the chain, in steps: each hash computed anew, each checkpoint's signature, the order, the end.
 * The first thing that does not fit is named; what comes after it proves nothing.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/record.h"
#include "scada/base/str.h"
#include "scada/store/journal_chain.h"

#define KEY_HEX (2 * crypto_sign_PUBLICKEYBYTES + 1)

struct journal_proof {
	struct db *db;
	sqlite3_stmt *st;
	uint8_t hash[JOURNAL_HASH];
	uint64_t seq, entries, bad;
	uint64_t signed_seq; /* of the newest checkpoint that holds */
	uint32_t checkpoints;
	bool has_trusted, is_known_given;
	char key[KEY_HEX];     /* that signs now, as the journal names it; "" = none yet */
	char trusted[KEY_HEX]; /* the first one, if the caller knows it */
	uint64_t known_seq;
	char known_hash[2 * JOURNAL_HASH + 1];
	char text[512];
};

static bool
broken(struct journal_proof *p, uint64_t seq, const char *what)
{
	p->bad = seq;
	str_printf(p->text, sizeof(p->text), "entry %llu: %s", (unsigned long long)seq, what);
	return false;
}

struct journal_proof *
journal_prove(struct db *db, const uint8_t *public_key, const char *known)
{
	struct journal_proof *p = xcalloc(1, sizeof(*p));
	const char *space = known != NULL ? strchr(known, ' ') : NULL;
	char number[24];
	int64_t seq;

	p->db = db;
	p->has_trusted = public_key != NULL;
	if (public_key != NULL)
		(void)sodium_bin2hex(p->trusted, sizeof(p->trusted), public_key, crypto_sign_PUBLICKEYBYTES);
	if (space != NULL && (size_t)(space - known) < sizeof(number)) {
		str_printf(number, sizeof(number), "%.*s", (int)(space - known), known);
		p->is_known_given =
		    str_to_i64(number, 1, INT64_MAX, &seq) && str_copy(p->known_hash, sizeof(p->known_hash), space + 1);
		p->known_seq = p->is_known_given ? (uint64_t)seq : 0;
	}
	p->st = db_prepare(db,
	    "SELECT j.seq, j.us, kind, reason, uid, token, point, user, terminal, text, before, after, j.hash, c.hash, "
	    "c.key, c.signature "
	    "FROM journal j LEFT JOIN checkpoint c ON c.seq = j.seq ORDER BY j.seq");
	return p;
}

void
journal_prove_end(struct journal_proof *p)
{
	if (p == NULL)
		return;
	sqlite3_finalize(p->st);
	free(p);
}

static const char *
text_of(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
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
	journal_signed(seq, p->hash, message);
	if (crypto_sign_verify_detached(
	        sqlite3_column_blob(p->st, 15), message, sizeof(message), sqlite3_column_blob(p->st, 14)) != 0)
		return broken(p, seq, "the signature of its checkpoint is false");
	p->checkpoints++;
	p->signed_seq = seq;
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

static bool
check_entry(struct journal_proof *p)
{
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

	if (m.seq != p->seq + 1)
		return broken(p, p->seq + 1, "it was removed");
	if (sqlite3_column_int64(p->st, 2) > UINT16_MAX || sqlite3_column_int64(p->st, 3) > UINT16_MAX ||
	    sqlite3_column_int64(p->st, 4) > UINT32_MAX)
		return broken(p, m.seq, "it was changed: a number in it is impossible");
	journal_chain(p->hash, &m, (uint64_t)sqlite3_column_int64(p->st, 5), next);
	if (sqlite3_column_bytes(p->st, 12) != JOURNAL_HASH ||
	    memcmp(sqlite3_column_blob(p->st, 12), next, JOURNAL_HASH) != 0)
		return broken(p, m.seq, "it was changed, or it stands in the place of another");
	memcpy(p->hash, next, JOURNAL_HASH);
	p->seq = m.seq;
	p->entries++;
	return check_key(p, &m) && check_signature(p, m.seq) && check_known(p);
}

/* After the last entry: what was signed beyond it is gone. */
static bool
check_end(struct journal_proof *p)
{
	sqlite3_stmt *st = db_prepare(p->db, "SELECT max(seq) FROM checkpoint");
	uint64_t last = 0;

	if (st != NULL && sqlite3_step(st) == SQLITE_ROW)
		last = (uint64_t)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	if (last > p->seq)
		return broken(p, p->seq + 1, "it and what followed were cut off: a later checkpoint was signed");
	if (p->is_known_given && p->known_seq > p->seq)
		return broken(
		    p, p->seq + 1, "it and what followed were cut off: a later checkpoint was seen elsewhere");
	str_printf(p->text, sizeof(p->text),
	    "the chain is whole: %llu entries, %u signed checkpoints; entries after %llu are not covered by a "
	    "signature yet",
	    (unsigned long long)p->entries, p->checkpoints, (unsigned long long)p->signed_seq);
	return true;
}

enum err
journal_prove_step(struct journal_proof *p, uint32_t most, struct msg_verified *out, bool *done)
{
	int code = SQLITE_ROW;

	*done = false;
	if (p->st == NULL)
		return p->db->why;
	while (p->bad == 0 && most-- > 0 && (code = sqlite3_step(p->st)) == SQLITE_ROW)
		if (!check_entry(p))
			break;
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return db_note(p->db, code, "the journal cannot be read");
	if (p->bad == 0 && code == SQLITE_DONE) {
		*done = true;
		(void)check_end(p);
	}
	if (p->bad != 0)
		*done = true;
	*out = (struct msg_verified){
		.state = !*done ? 2 : p->bad == 0,
		.entries = p->entries,
		.first_bad = p->bad,
		.checkpoints = p->checkpoints,
		.text = p->text,
	};
	return OK;
}
