/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_make.c - a report is made in one piece, which may take seconds.  In between others are served: pings, and slices of questions
 * that are no reports.  They see the moment of the report.  What would pull the ground from under it waits until it is made: another
 * site, another database, its own cancellation.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/store/reader_private.h"

#define SERVE_US (20 * US_PER_MS) /* of others at a time, at most: the report must come to an end too */

void
reader_serve_others(void *reader)
{
	struct reader *r = reader;
	struct mono now = clock_mono();

	if (r->has_ended || mono_diff_us(now, r->served) < SLICE_US)
		return;
	do
		ev_run(r->loop, EVRUN_NOWAIT);
	while (!r->has_ended && ev_is_active(&r->turn) && mono_diff_us(clock_mono(), now) < SERVE_US);
	r->served = clock_mono();
}

enum err
reader_make(struct reader *r, const char *name, const char *label, enum report_language language, struct utc now,
    struct report *out, char *message, size_t size)
{
	const struct report_source src = {
		.site = r->site, .query = r->source.query, .db = &r->source.db, .now = now, .days = r->days
	};
	enum err e;

	r->is_making = true;
	r->served = clock_mono();
	report_when_long(reader_serve_others, r);
	e = report_make(&src, name, label, language, out, message, size);
	report_when_long(NULL, NULL);
	r->is_making = false;
	if (e == OK && source_is_gone(&r->source)) {
		report_done(out);
		str_copy(message, size, SOURCE_REPLACED);
		e = ERR_BUSY;
	}
	reader_take_site(r);
	return e;
}
