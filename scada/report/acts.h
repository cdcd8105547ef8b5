/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.h - entries of the journal as a table of a report.
 */
#ifndef CHISAN_ACTS_H
#define CHISAN_ACTS_H

#include "scada/report/report.h"
#include "scada/report/sheet.h"

#define ACTS_KIND(kind) (UINT64_C(1) << (kind))
#define ACTS_OPERATION \
	(ACTS_KIND(JOURNAL_ACK) | ACTS_KIND(JOURNAL_COMMAND) | ACTS_KIND(JOURNAL_OUTCOME) | \
	    ACTS_KIND(JOURNAL_OVERRIDE) | ACTS_KIND(JOURNAL_MANUAL) | ACTS_KIND(JOURNAL_SCAN) | \
	    ACTS_KIND(JOURNAL_TAG) | ACTS_KIND(JOURNAL_CONFIG))

/* Adds a table of the entries of these kinds in from..to, at most `most`; *count of them. ERR_NOT_FOUND: there is no journal. */
enum err acts_table(const struct report_source *src, struct sheet *s, struct sheet_text title, uint64_t kinds,
    int64_t from, int64_t to, unsigned *count, char *message, size_t size);

#endif
