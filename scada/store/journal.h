/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the append-only record: each entry's hash stands on the one before (journal_chain.h),
 * and signed checkpoints (Ed25519) of (seq, h) every 1,000 entries or 5 minutes, also sent to the system log.
 */
#ifndef CHISAN_JOURNAL_H
#define CHISAN_JOURNAL_H

#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/store/db.h"

#define JOURNAL_HASH 32
#define JOURNAL_TEXT_MAX \
	8192 /* bytes of each text of an entry, as it is told; a longer one is recorded whole and told cut */
#define JOURNAL_CHECK_ENTRIES 1000
#define JOURNAL_CHECK_MS      (5 * 60 * 1000)
#define JOURNAL_KEY_FILE      "journal.key" /* in the key folder, mode 0600: the secret key */
#define JOURNAL_PUBLIC_FILE   "journal.pub"

struct journal;

/*
 * Makes the key at the first start and journals it; so it does when the file is gone or another. If the key folder remembers entries
 * that the database lacks (a backup was put back, a new one begun), sequences go on beyond all of them, and an entry says so
 * (journal_chain.h). NULL: db->text says why.
 */
struct journal *journal_open(struct db *db, const char *key_folder, struct utc now);
void journal_close(struct journal *j); /* wipes the key; NULL is fine */
uint64_t journal_jumped(
    const struct journal *j); /* sequence of the entry that journal_open declared a jump with; 0 = none */

/* An entry that the store makes itself: nobody's, of no point. Strings are borrowed. */
struct msg_journal_add journal_own(
    struct utc now, enum journal_kind kind, const char *text, const char *before, const char *after);

/*
 * Adds an entry inside the transaction that is open. out (strings borrowed from m) gets its sequence and hash. A token that was
 * there before adds nothing and gives that entry: *was_there; its strings live until the next call. ERR_REFUSED: it was there with
 * another act, or of another user; JOURNAL_TAKEN is the sentence. Takes effect with db_commit; after a rollback call journal_rewind.
 */
#define JOURNAL_TAKEN \
	"its token is that of another entry of the journal, so it cannot be told whether it was done; nothing is " \
	"done now: " \
	"send it again with a token of its own"
enum err journal_add(struct journal *j, const struct msg_journal_add *m, struct msg_journal *out,
    uint8_t hash[JOURNAL_HASH], bool *was_there);
/* What journal_add would find for its token; *was_there false: nothing, and out is as it was. */
enum err journal_find(struct journal *j, const struct msg_journal_add *m, struct msg_journal *out,
    uint8_t hash[JOURNAL_HASH], bool *was_there);
/*
 * As a frame carries it: texts beyond JOURNAL_TEXT_MAX, or what is no UTF-8, are made to fit; an entry of a foreign hand may hold
 * anything. The strings are those of the entry or in room.
 */
struct journal_room {
	char texts[6][JOURNAL_TEXT_MAX + 1];
};
struct msg_journal journal_fit(const struct msg_journal *entry, struct journal_room *room);
void journal_rewind(struct journal *j);
/* Before anything is added in a transaction, when another program wrote: new entries stand on what is there now. */
enum err journal_look_again(struct journal *j, bool *is_other);
void journal_committed(struct journal *j);
uint64_t journal_newest(const struct journal *j);
/* The key folder is to remember the newest committed entry: done if it must, or if too many came since. ERR_IO: errno says why. */
enum err journal_mark(struct journal *j, bool must);

/* Signs a checkpoint if it is time (or must): one row, and one line for the system log in line (else ""). */
enum err journal_checkpoint(struct journal *j, struct utc now, bool must, char *line, size_t size);
bool journal_is_due(const struct journal *j, struct utc now); /* is it time? Also when no entry comes any more */

/* Is the chain whole from the newest checkpoint on, which must hold? If not, text says where it breaks. For the start: some ms. */
enum err journal_check_end(struct db *db, bool *is_whole, char *text, size_t size);

/* ---- reading: any connection */

/* Calls each() for entries that pass the filter, in order of sequence; it returns false to stop. Strings live until it returns. */
enum err journal_read(struct db *db, const struct msg_journal_get *filter,
    bool (*each)(const struct msg_journal *m, void *arg), void *arg);
/*
 * The same in steps, between which nothing of the database is held. A step looks at about so many rows; when each() returned false, the
 * next one goes on behind that entry. *done: there are no more. The strings of the filter are copied.
 */
struct journal_scan;
struct journal_scan *journal_scan_new(struct db *db, const struct msg_journal_get *filter);
enum err journal_scan_step(
    struct journal_scan *s, uint32_t rows, bool (*each)(const struct msg_journal *m, void *arg), void *arg, bool *done);
void journal_scan_free(struct journal_scan *s); /* NULL is fine */

/*
 * Proof in steps. public_key: 32 bytes trusted by the caller, or NULL: the first one that the journal itself names. known: a
 * checkpoint seen elsewhere (the system log), "SEQ HASH"; NULL = none: then a journal cut off at its end can only be told by checkpoints.
 * A key that was lost cannot sign the next one: after such a change the outcome is VERIFY_UNVOUCHED, and a person must judge. So it is
 * while a declared jump is not covered by a signature.
 */
struct journal_proof;
struct journal_proof *journal_prove(struct db *db, const uint8_t *public_key, const char *known);
/* At most `most` entries; *done when the outcome is final. The text names the first entry that was changed, removed, moved or cut off. */
enum err journal_prove_step(struct journal_proof *p, uint32_t most, struct msg_verified *out, bool *done);
void journal_prove_end(struct journal_proof *p);

#endif
