/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_yearly.c - the operating report of a fiscal year, April to March: a row a month, and what it was the year before.
 * Compared are only months that are over, with the same months of the year before.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/report/operating.h"

/* The months that are over and of which both years have a figure. */
static unsigned
pair_up(const struct figures *is, const struct figures *was, unsigned closed, bool *pairs)
{
	unsigned n = 0;
	for (unsigned i = 0; i < closed; i++) {
		pairs[i] = !isnan(is->rows[i].v) && !isnan(was->rows[i].v) && !is->rows[i].is_empty;
		n += pairs[i];
	}
	return n;
}

/* Totals of energies, means of the rest, over those months. */
static struct figure
amount(const struct figures *f, unsigned closed, const bool *pairs)
{
	struct figure v = { (double)NAN, 0, false };
	unsigned n = 0;
	for (unsigned i = 0; i < closed; i++) {
		if (!pairs[i])
			continue;
		v.v = n++ == 0 ? f->rows[i].v : v.v + f->rows[i].v;
		v.marks |= f->rows[i].marks;
	}
	if (n > 0 && !figures_add_up(f))
		v.v /= n;
	return v;
}

struct comparison {
	struct figure was, is;
	unsigned months;
};

static enum err
compare(const struct report_source *src, struct sheet *s, const struct figures *f, const struct rows *before,
    unsigned closed, struct comparison *out)
{
	bool pairs[CALENDAR_ROWS];
	struct figures *old = xcalloc(1, sizeof(*old));
	enum err e = figures_of(src, s, f->tag, f->as, before, old);
	if (e == OK) {
		out->months = pair_up(f, old, closed, pairs);
		out->was = amount(old, closed, pairs);
		out->is = amount(f, closed, pairs);
	}
	free(old);
	return e;
}

static void
put_comparison(struct sheet *s, const struct figures *f, const struct comparison *c, unsigned count, unsigned closed)
{
	bool is_short = false, has_any = false;
	for (unsigned k = 0; k < count; k++) {
		is_short |= c[k].months < closed;
		has_any |= c[k].months > 0;
	}
	if (!has_any) {
		sheet_note(s, T2("there are no figures of the year before", "前年の値なし"));
		return;
	}
	sheet_row(s, T2("year before", "前年同期"));
	for (unsigned k = 0; k < count; k++)
		figures_cell(s, &c[k].was, f[k].decimals);
	sheet_row(s, T2(" ratio %", " 前年比%"));
	for (unsigned k = 0; k < count; k++)
		sheet_number(
		    s, c[k].was.v != 0 ? 100 * c[k].is.v / c[k].was.v : (double)NAN, 1, c[k].was.marks | c[k].is.marks);
	sheet_row(s, T2(" months", " 月数"));
	for (unsigned k = 0; k < count; k++)
		sheet_number(s, c[k].months, 0, c[k].months < closed ? CELL_PARTIAL : 0);
	sheet_note(s,
	    T2(sheet_printf(s,
	           "year before and ratio: of the %u months that are over, those of which both years have a figure%s",
	           closed, is_short ? "; the year before lacks some" : ""),
	        sheet_printf(s, "前年同期・前年比: 終了した%uか月のうち両年とも値のある月%s", closed,
	            is_short ? " (前年に欠測月あり)" : "")));
}

static enum err
put_year_before(
    const struct report_source *src, struct sheet *s, const struct figures *f, unsigned count, const struct rows *r)
{
	struct rows before;
	unsigned closed = 0;
	int64_t first = calendar_month_begin(calendar_day(r->edges[0]), -12);
	while (closed < r->n && r->edges[closed + 1] <= r->now)
		closed++;
	rows_init(&before, ROWS_MONTHS, calendar_begin(first), r->edges[0], r->now);
	struct comparison *c = xcalloc(count + 1, sizeof(*c));
	enum err e = OK;
	for (unsigned k = 0; k < count && e == OK && closed > 0; k++)
		e = compare(src, s, &f[k], &before, closed, &c[k]);
	if (e == OK && closed > 0)
		put_comparison(s, f, c, count, closed);
	free(c);
	return e;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct rows rows;
	rows_init(&rows, ROWS_MONTHS, from, to, src->now.us / US_PER_MS);
	sheet->subtitle = T2("fiscal year, April to March", "年度");
	return operating_make(src, sheet, "yearly", &rows, put_year_before, message, size);
}

const struct report_kind rep_yearly = {
	.name = "yearly",
	.title = "Yearly operating report",
	.title_ja = "運転年報",
	.help = "month by month of a fiscal year, April to March, with the ratio to the year before",
	.period = PERIOD_FISCAL_YEAR,
	.file_prefix = "YEAR",
	.files_itself = true,
	.make = make,
};
