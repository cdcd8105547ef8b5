/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_chain.h - what exactly is hashed and signed, so that anybody can prove the chain with other tools.
 *
 *   h(0) = 32 bytes of zero
 *   h(n) = BLAKE2b-256 of  h(n-1) | seq u64 | time i64 us | kind u16 | reason u16 | uid u32 | token u64
 *          | point | user | terminal | text | before | after
 *   numbers in network order, each string as its length u32 and its bytes
 *   a checkpoint signs (Ed25519)  "chisan checkpoint 1" | seq u64 | its time i64 us | h(seq)
 */
#ifndef CHISAN_JOURNAL_CHAIN_H
#define CHISAN_JOURNAL_CHAIN_H

#include "scada/base/msg.h"
#include "scada/store/journal.h"

#define JOURNAL_SIGNED_BYTES (19 + 8 + 8 + JOURNAL_HASH)

/* next may be the same as last. m->hash is not looked at. */
void journal_chain(
    const uint8_t last[JOURNAL_HASH], const struct msg_journal *m, uint64_t token, uint8_t next[JOURNAL_HASH]);
void journal_signed(uint64_t seq, int64_t us, const uint8_t hash[JOURNAL_HASH], uint8_t out[JOURNAL_SIGNED_BYTES]);

#endif
