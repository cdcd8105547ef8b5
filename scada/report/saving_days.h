/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saving_days.h - what was metered on each day, kept for days that are over, so that a fiscal year as of now reads no more than today.
 * Kept are amounts, and half hours by the site's tariffs; what amounts are in CO2 is reckoned each time. Who changes the site or the
 * database forgets all.
 */
#ifndef CHISAN_SAVING_DAYS_H
#define CHISAN_SAVING_DAYS_H

#include "scada/report/dispatched.h"
#include "scada/report/use.h"

struct saving_day {
	int64_t date, from, to;
	bool is_kept;
	int64_t late;           /* newest row of late data when it was read */
	unsigned count;         /* lines of reports: energy: */
	struct figure *amounts; /* of each */
	double *known_ms;
	struct dispatched half;
};

struct saving_days *saving_days_new(void);
void saving_days_free(struct saving_days *d); /* NULL is fine */
void saving_days_forget(struct saving_days *d);
/*
 * The day, from what is kept in src->days or from history. scratch: holds it if it cannot be kept; begins as zero, saving_day_done()
 * at last. *out is valid until the next call.
 */
enum err saving_day_read(const struct report_source *src, const struct uses *u, const struct dispatched_meters *m,
    int64_t date, struct saving_day *scratch, const struct saving_day **out);
void saving_day_done(struct saving_day *d);

#endif
