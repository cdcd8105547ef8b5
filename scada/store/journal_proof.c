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
	uint64_t unvouched; /* first entry after which another key signs than the first one; 0 = none */
	bool has_trusted, is_known_given, is_known_bad;
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
	if (!is_number(p->st, 2, UINT16_MAX) || !is_number(p->st, 3, UINT16_MAX) || !is_number(p->st, 4, UINT32_MAX))
		return broken(p, m.seq, "it was changed: a number in it is impossible");
	for (int column = 6; column <= 11; column++)
		if (strlen(text_of(p->st, column)) != (size_t)sqlite3_column_bytes(p->st, column))
			return broken(p, m.seq, "it was changed: a text in it goes on after its end");
	journal_chain(p->hash, &m, (uint64_t)sqlite3_column_int64(p->st, 5), next);
	if (sqlite3_column_bytes(p->st, 12) != JOURNAL_HASH ||
	    memcmp(sqlite3_column_blob(p->st, 12), next, JOURNAL_HASH) != 0)
		return broken(p, m.seq, "it was changed, or it stands in the place of another");
	memcpy(p->hash, next, JOURNAL_HASH);
	p->seq = m.seq;
	p->entries++;
	return check_key(p, &m) && check_signature(p, m.seq) && check_known(p);
}

static void
say_whole(struct journal_proof *p)
{
	char end[160];

	str_printf(p->text, sizeof(p->text), "the chain is whole: %llu entries, %u signed checkpoints",
	    (unsigned long long)p->entries, p->checkpoints);
	if (p->signed_seq < p->seq) {
		str_printf(end, sizeof(end), "; entries after %llu are not covered by a signature yet",
		    (unsigned long long)p->signed_seq);
		str_append(p->text, sizeof(p->text), end);
	}
	if (p->unvouched != 0) {
		str_printf(end, sizeof(end),
		    "; but from entry %llu on it is signed with a key that the first one does not vouch for",
		    (unsigned long long)p->unvouched);
		str_append(p->text, sizeof(p->text), end);
	}
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

static uint8_t
state_of(const struct journal_proof *p, bool is_done)
{
	if (!is_done)
		return VERIFY_AT_WORK;
	if (p->bad != 0)
		return VERIFY_BROKEN;
	return p->unvouched != 0 ? VERIFY_UNVOUCHED : VERIFY_WHOLE;
}

enum err
journal_prove_step(struct journal_proof *p, uint32_t most, struct msg_verified *out, bool *done)
{
	int code = SQLITE_ROW;
	uint64_t last = 0;

	*done = false;
	if (p->st == NULL)
		return p->db->why;
	if (p->is_known_bad) {
		str_copy(p->db->text, sizeof(p->db->text),
		    "the checkpoint seen elsewhere cannot be read; it is written as in the system log: its number, a "
		    "space, 64 digits of 0-9 and a-f");
		return p->db->why = ERR_USAGE;
	}
	while (p->bad == 0 && most-- > 0 && (code = sqlite3_step(p->st)) == SQLITE_ROW)
		if (!check_entry(p))
			break;
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return db_note(p->db, code, "the journal cannot be read");
	if (p->bad == 0 && code == SQLITE_DONE) {
		enum err e = newest_checkpoint(p, &last);

		if (e != OK)
			return e;
		*done = true;
		check_end(p, last);
	}
	*done = *done || p->bad != 0;
	*out = (struct msg_verified){
		.state = state_of(p, *done),
		.entries = p->entries,
		.first_bad = p->bad != 0 ? p->bad
		    : *done              ? p->unvouched
		                         : 0,
		.checkpoints = p->checkpoints,
		.text = p->text,
	};
	return OK;
}
