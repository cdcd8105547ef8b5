/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_co2.c - the CO2 report of a month: purchases and fuels by their factors, day by day, and what local production saved.
 */
#include "config.h"

#include "scada/report/use_table.h"

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct rows rows;
	double oil_kl;
	unsigned marks;
	rows_init(&rows, ROWS_DAYS, from, to, src->now.us / US_PER_MS);
	return use_make(src, sheet, &rows, &oil_kl, &marks, message, size);
}

const struct report_kind rep_co2 = {
	.name = "co2",
	.title = "CO2 report",
	.title_ja = "CO2排出量報告書",
	.help = "energies of a month times their factors, which it names; what local production saved",
	.period = PERIOD_MONTH,
	.file_prefix = "CO2",
	.files_itself = true,
	.make = make,
};
