/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the append-only record: each entry's hash stands on the one before (journal_chain.h),
 * and signed checkpoints (Ed25519) of (seq, h) every 1,000 entries or 5 minutes, also sent to the system log.
 */
#ifndef CHISAN_JOURNAL_H
#define CHISAN_JOURNAL_H

#include "scada/base/msg.h"
#include "scada/store/db.h"

#define JOURNAL_HASH          32
#define JOURNAL_CHECK_ENTRIES 1000
#define JOURNAL_CHECK_MS      (5 * 60 * 1000)
#define JOURNAL_KEY_FILE      "journal.key" /* in the data folder, mode 0600: the secret key */
#define JOURNAL_PUBLIC_FILE   "journal.pub"

struct journal;

/* Makes the key at the first start and journals it; so it does when the file is gone or another. NULL: db->text says why. */
struct journal *journal_open(struct db *db, struct utc now);
void journal_close(struct journal *j); /* wipes the key; NULL is fine */

/*
 * Adds an entry inside the transaction that is open. out (strings borrowed from m) gets its sequence and hash. A token that was
 * there before adds nothing and gives that entry: *was_there. Takes effect with db_commit; after a rollback call journal_rewind.
 */
enum err journal_add(struct journal *j, const struct msg_journal_add *m, struct msg_journal *out,
    uint8_t hash[JOURNAL_HASH], bool *was_there);
void journal_rewind(struct journal *j);
void journal_committed(struct journal *j);
uint64_t journal_newest(const struct journal *j);

/* Signs a checkpoint if it is time (or must): one row, and one line for the system log in line (else ""). */
enum err journal_checkpoint(struct journal *j, struct utc now, bool must, char *line, size_t size);

/* ---- reading: any connection */

/* Calls each() for entries that pass the filter; each returns false to stop. Strings live until it returns. */
enum err journal_read(struct db *db, const struct msg_journal_get *filter,
    bool (*each)(const struct msg_journal *m, void *arg), void *arg);

/*
 * Proof in steps. public_key: 32 bytes trusted by the caller, or NULL: the first one that the journal itself names. known: a
 * checkpoint seen elsewhere (the system log), "SEQ HASH"; NULL = none: then a journal cut off at its end can only be told by checkpoints.
 * A key that was lost cannot sign the next one: after such a change the outcome is VERIFY_UNVOUCHED, and a person must judge.
 */
struct journal_proof;
struct journal_proof *journal_prove(struct db *db, const uint8_t *public_key, const char *known);
/* At most `most` entries; *done when the outcome is final. The text names the first entry that was changed, removed, moved or cut off. */
enum err journal_prove_step(struct journal_proof *p, uint32_t most, struct msg_verified *out, bool *done);
void journal_prove_end(struct journal_proof *p);

#endif
