/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_end.c - at the start, the part of the chain that new entries will stand on: the newest checkpoint and what came after.
 * The whole is proved on demand (journal_proof.c).
 */
#include "config.h"

#include <sodium.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/store/journal_chain.h"

struct end {
	struct db *db;
	uint64_t seq; /* proved up to here */
	uint8_t hash[JOURNAL_HASH];
	char *text;
	size_t size;
};

static bool
bad(struct end *e, uint64_t seq, const char *what)
{
	str_printf(e->text, e->size, "entry %llu of the journal: %s", (unsigned long long)seq, what);
	return false;
}

static bool
is_blob(sqlite3_stmt *st, int column, const void *same, int len)
{
	return sqlite3_column_bytes(st, column) == len &&
	    (same == NULL || memcmp(sqlite3_column_blob(st, column), same, (size_t)len) == 0);
}

/* The newest checkpoint vouches for the entry it was made at. None yet: from the beginning. */
static enum err
from_checkpoint(struct end *e, bool *is_whole)
{
	sqlite3_stmt *st = db_prepare(e->db,
	    "SELECT c.seq, c.us, c.hash, c.key, c.signature, j.hash FROM checkpoint c LEFT JOIN journal j USING (seq) "
	    "ORDER BY c.seq DESC LIMIT 1");
	uint8_t message[JOURNAL_SIGNED_BYTES];
	bool ok = true;
	int code;

	if (st == NULL)
		return e->db->why;
	code = sqlite3_step(st);
	if (code != SQLITE_ROW)
		goto done;
	e->seq = (uint64_t)sqlite3_column_int64(st, 0);
	if (!is_blob(st, 2, NULL, JOURNAL_HASH) || !is_blob(st, 5, sqlite3_column_blob(st, 2), JOURNAL_HASH)) {
		ok = bad(e, e->seq, "it is not the one that was signed");
		goto done;
	}
	memcpy(e->hash, sqlite3_column_blob(st, 2), JOURNAL_HASH);
	journal_signed(e->seq, sqlite3_column_int64(st, 1), e->hash, message);
	if (!is_blob(st, 3, NULL, crypto_sign_PUBLICKEYBYTES) || !is_blob(st, 4, NULL, crypto_sign_BYTES) ||
	    crypto_sign_verify_detached(
	        sqlite3_column_blob(st, 4), message, sizeof(message), sqlite3_column_blob(st, 3)) != 0)
		ok = bad(e, e->seq, "the signature of its checkpoint is false");
done:
	sqlite3_finalize(st);
	*is_whole = ok;
	return db_note(e->db, code, "the checkpoints cannot be read");
}

static const char *
text_of(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
}

static bool
check(struct end *e, sqlite3_stmt *st)
{
	const struct msg_journal m = {
		.seq = (uint64_t)sqlite3_column_int64(st, 0),
		.time = sqlite3_column_int64(st, 1),
		.kind = (uint16_t)sqlite3_column_int64(st, 2),
		.reason = (uint16_t)sqlite3_column_int64(st, 3),
		.uid = (uint32_t)sqlite3_column_int64(st, 4),
		.point = text_of(st, 6),
		.user = text_of(st, 7),
		.terminal = text_of(st, 8),
		.text = text_of(st, 9),
		.before = text_of(st, 10),
		.after = text_of(st, 11),
	};

	if (m.seq != e->seq + 1 && !journal_is_jump(&m, e->seq))
		return bad(e, e->seq + 1, "it was removed");
	journal_chain(e->hash, &m, (uint64_t)sqlite3_column_int64(st, 5), e->hash);
	if (!is_blob(st, 12, e->hash, JOURNAL_HASH))
		return bad(e, m.seq, "it was changed, or it stands in the place of another");
	e->seq = m.seq;
	return true;
}

enum err
journal_check_end(struct db *db, bool *is_whole, char *text, size_t size)
{
	struct end e = { .db = db, .text = text, .size = size };
	sqlite3_stmt *st;
	int code = SQLITE_ROW;
	enum err why;

	text[0] = '\0';
	why = from_checkpoint(&e, is_whole);
	if (why != OK || !*is_whole)
		return why;
	st = db_prepare(db,
	    "SELECT seq, us, kind, reason, uid, token, point, user, terminal, text, before, after, hash FROM journal "
	    "WHERE seq > ?1 ORDER BY seq");
	if (st == NULL)
		return db->why;
	(void)sqlite3_bind_int64(st, 1, (int64_t)e.seq);
	while (*is_whole && (code = sqlite3_step(st)) == SQLITE_ROW)
		*is_whole = check(&e, st);
	sqlite3_finalize(st);
	return *is_whole ? db_note(db, code, "the journal cannot be read") : OK;
}
