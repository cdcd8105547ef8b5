/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.h - entries of the journal as the console keeps and shows them, and the filter by which they are asked for.
 * A stream brings all entries: what passes is looked at here by the same rules by which the store looks.
 */
#ifndef CHISAN_ENTRY_H
#define CHISAN_ENTRY_H

#include <jansson.h>

#include "scada/base/clock.h"
#include "scada/base/msg.h"
#include "scada/base/record.h"

#define ENTRY_ALL_KINDS ((UINT64_C(1) << JOURNAL_KIND_COUNT) - 1)
#define ENTRY_LINE_MAX  65536 /* bytes of entry_line(), whatever an entry holds */

/* One of our own memory: m's strings and hash point into it. */
struct entry {
	struct msg_journal m;
	size_t bytes; /* that it takes */
	char data[];
};
struct entry *entry_new(const struct msg_journal *m); /* free() frees */

/* Empty: all. */
struct entry_filter {
	int64_t from, to; /* utc; 0 = open */
	uint64_t kinds;   /* bits; 0 = all */
	char point[128], user[128], text[256];
};
bool entry_passes(const struct entry_filter *f, const struct msg_journal *m);
/* The question for it; strings are borrowed from f. */
struct msg_journal_get entry_question(const struct entry_filter *f);
/* "alarm,note"; false: bad gets the word that is no kind, near the kind that may have been meant ("" = none). */
bool entry_read_kinds(const char *words, uint64_t *kinds, char *bad, size_t size, const char **near);
/* What people do, what the plant does, what the system does: for a quick choice. */
uint64_t entry_kinds_people(void);
uint64_t entry_kinds_plant(void);
uint64_t entry_kinds_system(void);

/* "operator@pts/3", "chisand" */
void entry_who(const struct msg_journal *m, char *buf, size_t size);
/* Text, "(before -> after)" where there are values, the reason; made safe. */
void entry_what(const struct msg_journal *m, char *buf, size_t size);
/* "a1b2c3d4" or, while it is not recorded, "" */
void entry_hash(const struct msg_journal *m, char *buf, size_t size, size_t digits);
/* One line for people: sequence, hash, time, kind, point, who, text. Columns stand still while their text is short enough. */
void entry_line(const struct msg_journal *m, char *buf, size_t size);
/* One line to be heard: what matters first. */
void entry_said(const struct msg_journal *m, char *buf, size_t size);
json_t *entry_json(const struct msg_journal *m);

#endif
