/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saved.h - the state that a restart must not lose: one blob a kind and name, written with the journal entry that caused it.
 */
#ifndef CHISAN_SAVED_H
#define CHISAN_SAVED_H

#include "scada/base/msg.h"
#include "scada/base/record.h"
#include "scada/store/db.h"

/*
 * Reports are made from some of it too: where a row of prices or of amounts from the utility's meters changes, its day is noted in table late, with
 * one of these in place of a point. What is written again as it was is no change.
 */
enum { LATE_PRICES = -1, LATE_METERED = -2 };

/* The list of W_JOURNAL_ADD, inside the open transaction. ERR_FRAME: the list is bad, nothing of it counts. */
enum err saved_put(struct db *db, const struct msg_bytes *states, struct utc now);
bool saved_is_list(const struct msg_bytes *states);
/* One of them; m->time is not looked at. */
enum err saved_put_one(struct db *db, const struct msg_store_state *m, struct utc now);
/* Of one kind those whose name is the prefix, a '/' and more, in the order of their names. */
enum err saved_of(struct db *db, enum state_kind kind, const char *prefix,
    void (*each)(const struct msg_store_state *m, void *arg), void *arg);
/* Calls each() for all of them. */
enum err saved_each(
    struct db *db, void (*each)(const struct msg_store_state *m, void *arg), void *arg, uint32_t *count);

#endif
