/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.h - small files of the key folder: written whole or not at all, synced; and what it remembers of the journal beyond
 * the database, so that a database that is older is noticed and no sequence is given twice.
 */
#ifndef CHISAN_KEEP_H
#define CHISAN_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "scada/store/journal.h"

#define KEEP_MARK_FILE "journal.mark"
#define KEEP_RESERVE   10000 /* sequences that may be given before the mark is written again */

/* False: errno says why; what stood there before still stands. */
bool keep_file(const char *folder, const char *name, mode_t mode, const void *data, size_t len);
/* Syncs the names in a folder, not what the files hold. False: errno says why. */
bool keep_names(const char *folder);

struct keep_mark {
	uint8_t identity[DB_IDENTITY]; /* of the database that gave them */
	uint64_t seq;                  /* an entry that was committed, and its hash; 0 = none */
	uint8_t hash[JOURNAL_HASH];
	uint64_t reserved; /* no sequence above this was ever given */
	bool must_jump;    /* a backup was put back: whatever its newest entry is, go on beyond reserved */
};
/* ERR_NOT_FOUND: there is none. ERR_BAD_DATA: it cannot be understood. ERR_IO: errno says why. */
enum err keep_mark_read(const char *folder, struct keep_mark *m);
bool keep_mark_write(const char *folder, const struct keep_mark *m);

#endif
