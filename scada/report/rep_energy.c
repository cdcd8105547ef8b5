/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_energy.c - the energy report of a fiscal year: energies month by month in their units, in GJ and in crude oil, against the
 * amount from which the law asks for a report.
 */
#include "config.h"

#include <math.h>

#include "scada/report/use_table.h"

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct rows rows;
	double oil_kl = (double)NAN;
	unsigned marks = 0;
	char letters[8];
	rows_init(&rows, ROWS_MONTHS, from, to, src->now.us / US_PER_MS);
	sheet->subtitle = T2("fiscal year, April to March", "年度");
	enum err e = use_make(src, sheet, &rows, &oil_kl, &marks, message, size);
	if (e != OK || isnan(oil_kl) || isnan(src->site->reports->oil_limit_kl))
		return e;
	double limit = src->site->reports->oil_limit_kl;
	sheet_mark_letters(marks, letters);
	sheet_note(sheet,
	    T2(sheet_printf(sheet, "crude-oil equivalent %.2f%s kL of %.0f kL (%.1f %%) from which a report is due%s",
	           oil_kl, letters, limit, 100 * oil_kl / limit, oil_kl >= limit ? ": it is due" : ""),
	        sheet_printf(sheet, "原油換算 %.2f%s kL / 報告基準 %.0f kL (%.1f %%)%s", oil_kl, letters, limit,
	            100 * oil_kl / limit, oil_kl >= limit ? " 報告対象" : "")));
	return e;
}

const struct report_kind rep_energy = {
	.name = "energy",
	.title = "Energy report",
	.title_ja = "エネルギー使用量報告書",
	.help = "energies of a fiscal year month by month, in GJ and crude-oil equivalent, with CO2",
	.period = PERIOD_FISCAL_YEAR,
	.file_prefix = "ENERGY",
	.files_itself = true,
	.make = make,
};
