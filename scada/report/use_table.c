/* SPDX-License-Identifier: Apache-2.0 */
/*
 * use_table.c - what the CO2 and the energy report share: energies by line for the whole period, then row by row of the calendar.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/report/use_table.h"

/* Amounts of lines over all rows; marks of a row that is missing. */
static struct use
total_of(const struct use *grid, unsigned rows, unsigned lines, unsigned line)
{
	struct use sum = use_none();
	for (unsigned r = 0; r < rows; r++) {
		const struct use *u = &grid[(size_t)r * lines + line];
		if (u->amount.is_empty)
			continue;
		sum.amount.is_empty = false;
		sum.amount.marks |= u->amount.marks | (isnan(u->amount.v) ? CELL_PARTIAL : 0);
		if (isnan(u->amount.v))
			continue;
		sum.amount.v = (isnan(sum.amount.v) ? 0 : sum.amount.v) + u->amount.v;
		sum.kg = (isnan(sum.kg) ? 0 : sum.kg) + u->kg;
		sum.gj = (isnan(sum.gj) ? 0 : sum.gj) + u->gj;
	}
	return sum;
}

static void
put_lines(struct sheet *s, const struct uses *u, const struct use *total)
{
	sheet_table(s, T2("By energy", "エネルギー別"), T2("Energy", "種類"));
	struct sheet_column *c = sheet_column(s, T2("Counts as", "区分"), NULL);
	c->is_text = true;
	c->width = 12;
	sheet_column(s, T2("Amount", "使用量"), NULL)->width = 16;
	c = sheet_column(s, T2("Unit", "単位"), NULL);
	c->is_text = true;
	c->width = 8;
	sheet_column(s, T2("Energy", "熱量"), "GJ");
	sheet_column(s, T2("CO2", "CO2"), "t-CO2");
	c = sheet_column(s, T2("Meter", "計器"), NULL);
	c->is_text = true;
	for (unsigned i = 0; i < u->count; i++) {
		const struct site_use *l = &u->lines[i];
		bool counts = l->role == USE_PURCHASED || l->role == USE_FUEL;
		sheet_row(s, use_title(l));
		sheet_words(s, use_role_text(l->role));
		figures_cell(s, &total[i].amount, 1);
		sheet_words(s, T1(use_unit(u, i)));
		if (counts)
			sheet_number(s, total[i].gj, 1, total[i].amount.marks);
		else
			sheet_empty(s);
		sheet_number(s, total[i].kg / 1000, 3, total[i].amount.marks);
		sheet_words(s, T1(l->point));
	}
}

static void
put_sums(const struct report_source *src, struct sheet *s, struct uses *u, const struct use *total, int64_t from)
{
	unsigned marks;
	double kg = use_emitted_kg(u, total, &marks), gj, saved;
	sheet_foot(s);
	sheet_row(s, T2("emission (purchased + fuel)", "排出量合計 (購入+燃料)"));
	sheet_empty(s);
	sheet_empty(s);
	sheet_empty(s);
	gj = use_energy_gj(u, total, &marks);
	sheet_number(s, gj, 1, marks);
	kg = use_emitted_kg(u, total, &marks);
	sheet_number(s, kg / 1000, 3, marks);
	sheet_empty(s);
	gj = use_energy_gj(u, total, &marks);
	sheet_row(s, T2("crude-oil equivalent", "原油換算"));
	sheet_empty(s);
	sheet_number(s, use_oil(src, u, gj, from), 2, marks);
	sheet_words(s, T1("kL"));
	sheet_empty(s);
	sheet_empty(s);
	sheet_empty(s);
	saved = use_saved_kg(u, total, &marks);
	if (isnan(saved))
		return;
	sheet_row(s, T2("saved by local production", "地産による削減量"));
	sheet_empty(s);
	sheet_empty(s);
	sheet_empty(s);
	sheet_empty(s);
	sheet_number(s, saved / 1000, 3, marks);
	sheet_empty(s);
	sheet_note(s,
	    T2("saved: local less own use and sold, at the factor of what would have been bought, less the CO2 of its "
	       "fuel; "
	       "a figure of its own, not part of the emission",
	        "削減量: (地産-所内-売電)×購入係数-燃料CO2。排出量には加減しない"));
}

static void
put_calendar(const struct report_source *src, struct sheet *s, struct uses *u, const struct use *grid,
    const struct use *total, const struct rows *r)
{
	char iso[32];
	sheet_table(s, r->by == ROWS_DAYS ? T2("By day", "日別") : T2("By month", "月別"),
	    r->by == ROWS_DAYS ? T2("Day", "日") : T2("Month", "月"));
	for (unsigned i = 0; i < u->count; i++) {
		struct sheet_column *c = sheet_column(s, use_title(&u->lines[i]), use_unit(u, i));
		c->as = use_role_text(u->lines[i].role);
	}
	sheet_column(s, T2("Energy used", "熱量"), "GJ");
	sheet_column(s, T2("Crude oil", "原油換算"), "kL");
	sheet_column(s, T2("Emission", "排出量"), "t-CO2");
	sheet_column(s, T2("Saved", "削減量"), "t-CO2");
	for (unsigned k = 0; k <= r->n; k++) {
		const struct use *row = k < r->n ? &grid[(size_t)k * u->count] : total;
		int64_t from = k < r->n ? r->edges[k] : r->edges[0];
		bool is_empty = k < r->n && r->edges[k] >= r->now;
		unsigned marks;
		if (k == r->n)
			sheet_foot(s);
		struct sheet_row *line =
		    sheet_row(s, k < r->n ? figures_label(s, r, k, src->site) : T2("total", "合計"));
		if (k < r->n)
			line->iso = sheet_printf(s, "%s", calendar_iso(iso, sizeof(iso), from));
		for (unsigned i = 0; i < u->count; i++)
			figures_cell(s, &row[i].amount, 1);
		for (int column = 0; column < 4; column++) {
			double v = column < 2 ? use_energy_gj(u, row, &marks)
			    : column == 2     ? use_emitted_kg(u, row, &marks) / 1000
			                      : use_saved_kg(u, row, &marks) / 1000;
			if (column == 1)
				v = use_oil(src, u, v, from);
			if (is_empty || (column == 3 && isnan(v) && marks == 0))
				sheet_empty(s);
			else
				sheet_number(s, v, column == 0 ? 1 : 3, marks);
		}
	}
}

enum err
use_make(const struct report_source *src, struct sheet *s, const struct rows *r, double *oil_kl, unsigned *marks,
    char *message, size_t size)
{
	struct uses u;
	struct use *grid = NULL, *total = NULL;
	enum err e = uses_open(src, &u, message, size);
	if (e == ERR_NOT_FOUND)
		return e;
	grid = xcalloc((size_t)r->n * u.count, sizeof(*grid));
	total = xcalloc(u.count, sizeof(*total));
	for (unsigned k = 0; k < r->n * u.count && e == OK; k++)
		e = use_read(src, &u, k % u.count, r->edges[k / u.count], r->edges[k / u.count + 1], &grid[k]);
	if (e != OK) {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
		goto done;
	}
	for (unsigned i = 0; i < u.count && e == OK; i++) {
		total[i] = total_of(grid, r->n, u.count, i);
		if (u.lines[i].as == COLUMN_INCREMENT && !total[i].amount.is_empty)
			e = use_marks(src, &u, i, r->edges[0], r->edges[r->n], &total[i].amount.marks);
	}
	if (e != OK) {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
		goto done;
	}
	put_lines(s, &u, total);
	put_sums(src, s, &u, total, r->edges[0]);
	put_calendar(src, s, &u, grid, total, r);
	use_factor_table(s, &u);
	*oil_kl = use_oil(src, &u, use_energy_gj(&u, total, marks), r->edges[0]);
done:
	free(grid);
	free(total);
	uses_close(&u);
	return e;
}
