/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_chain.h - what exactly is hashed and signed, so that anybody can prove the chain with other tools.
 *
 *   h(0) = 32 bytes of zero
 *   h(n) = BLAKE2b-256 of  h(n-1) | seq u64 | time i64 us | kind u16 | reason u16 | uid u32 | token u64
 *          | point | user | terminal | text | before | after
 *   numbers in network order, each string as its length u32 and its bytes
 *   a checkpoint signs (Ed25519)  "chisan checkpoint 1" | seq u64 | its time i64 us | h(seq)
 *
 * Sequences have no gaps, with one exception: a database that is older than what the key folder remembers (a backup was
 * put back, or a new one was begun) goes on beyond all that were ever given, and its first entry there says so: kind
 * JOURNAL_STORE, reason 255, uid UINT32_MAX, token 0, the text below, before = the last sequence that is there in decimal
 * (0 = none), after = its own sequence, all else "". Its hash stands on the last entry that is there.
 */
#ifndef CHISAN_JOURNAL_CHAIN_H
#define CHISAN_JOURNAL_CHAIN_H

#include "scada/base/msg.h"
#include "scada/store/journal.h"

#define JOURNAL_JUMP_TEXT    "the record goes on after a restore or a new begin"
#define JOURNAL_SIGNED_BYTES (19 + 8 + 8 + JOURNAL_HASH)

/* next may be the same as last. m->hash is not looked at. */
void journal_chain(
    const uint8_t last[JOURNAL_HASH], const struct msg_journal *m, uint64_t token, uint8_t next[JOURNAL_HASH]);
void journal_signed(uint64_t seq, int64_t us, const uint8_t hash[JOURNAL_HASH], uint8_t out[JOURNAL_SIGNED_BYTES]);
/* Does m declare that sequences go on at its own after last_seq (0 = it is the first entry of all)? */
bool journal_is_jump(const struct msg_journal *m, uint64_t last_seq);

#endif
