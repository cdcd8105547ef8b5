/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_monthly.c - the operating report of a month: a row a day of the zone.
 */
#include "config.h"

#include "scada/report/operating.h"

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct rows rows;
	rows_init(&rows, ROWS_DAYS, from, to, src->now.us / US_PER_MS);
	return operating_make(src, sheet, "monthly", &rows, NULL, message, size);
}

const struct report_kind rep_monthly = {
	.name = "monthly",
	.title = "Monthly operating report",
	.title_ja = "運転月報",
	.help = "day by day: energies, means, extremes with their times",
	.period = PERIOD_MONTH,
	.file_prefix = "MONTH",
	.files_itself = true,
	.make = make,
};
