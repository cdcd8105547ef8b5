/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_daily.c - the operating report of a day: a row an hour, labelled by its start; 23 or 25 where the clocks change.
 */
#include "config.h"

#include "scada/report/operating.h"

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct rows rows;
	rows_init(&rows, ROWS_HOURS, from, to, src->now.us / US_PER_MS);
	operating_subtitle(src, sheet, from);
	return operating_make(src, sheet, "daily", &rows, NULL, message, size);
}

const struct report_kind rep_daily = {
	.name = "daily",
	.title = "Daily operating report",
	.title_ja = "運転日報",
	.help = "hour by hour: energies, means, extremes with their times",
	.period = PERIOD_DAY,
	.file_prefix = "DAY",
	.files_itself = true,
	.make = make,
};
