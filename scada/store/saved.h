/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saved.h - the state that a restart must not lose: one blob a kind and name, written with the journal entry that caused it.
 */
#ifndef CHISAN_SAVED_H
#define CHISAN_SAVED_H

#include "scada/base/msg.h"
#include "scada/store/db.h"

/* The list of W_JOURNAL_ADD, inside the open transaction. ERR_FRAME: the list is bad, nothing of it counts. */
enum err saved_put(struct db *db, const struct msg_bytes *states, struct utc now);
bool saved_is_list(const struct msg_bytes *states);
/* One of them; m->time is not looked at. */
enum err saved_put_one(struct db *db, const struct msg_store_state *m, struct utc now);
/* Calls each() for all of them. */
enum err saved_each(
    struct db *db, void (*each)(const struct msg_store_state *m, void *arg), void *arg, uint32_t *count);

#endif
