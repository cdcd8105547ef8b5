/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filing.h - which report is to be made and filed by itself: of a period that closed, of one of the last weeks that was missed, and again
 * of one whose data came late.  Knows no clock and makes nothing itself.
 */
#ifndef CHISAN_FILING_H
#define CHISAN_FILING_H

#include "scada/report/report.h"

#define FILING_DELAY_MS  (INT64_C(10) * 60 * 1000) /* after the end of a period, for what comes late */
#define FILING_SETTLE_MS (INT64_C(10) * 60 * 1000) /* after late data were noticed, since they come in swarms */
#define FILING_AGAIN_MS \
	(INT64_C(5) * 60 * 1000) /* a report that was sent and is not filed yet, or could not be made, is tried again */
#define FILING_LATE_MS (INT64_C(60) * 60 * 1000) /* least time between two reports of a period because of late data */

struct filing;
struct filing *filing_new(void);
void filing_free(struct filing *f); /* NULL is fine */
/* Another site or another database: what was found out about the old one is forgotten. */
void filing_forget(struct filing *f);

struct filing_due {
	const struct report_kind *kind;
	char label[16];
	int64_t from, to;
	bool is_late; /* it was filed, but what came later touches it */
};
/*
 * Looks at one kind a call, the newest period first; false: nothing of it is due. Nothing is due before a first scan was recorded, of a
 * period before that, while the clock is not plausible, and longer ago than 40 days, 13 months, a fiscal year. What is made from what is saved
 * is made again as long as that is kept (saved_days), and no later.
 */
bool filing_next(
    struct filing *f, const struct site *site, struct db *db, struct query *q, struct utc now, struct filing_due *due);
/*
 * What became of it: sent (OK; late as in the report), nothing of the kind at this site (ERR_NOT_FOUND), or a failure. False: the same
 * as the last time, which needs not be said again.
 */
bool filing_done(struct filing *f, const struct filing_due *due, enum err e, int64_t late, struct utc now);

#endif
