/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_heat.c - the heat report of a month: heat of each consumer, what was lost on the way, condensate that came back, surplus
 * that was dumped. Loss and return are counted only where both sides are in the same unit.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/report/operating.h"

enum group { SUPPLIED, CONSUMERS, RETURNED, DUMPED, GROUP_COUNT };
struct heat {
	struct figures *f; /* of all groups in order, then what is made of them */
	unsigned first[GROUP_COUNT + 1], count;
	struct rows rows;
};

/* The sum of a group's columns that are in the unit, in row i; *any: there is one. */
static struct figure
sum_group(const struct heat *h, enum group g, const char *unit, unsigned i, bool *any)
{
	struct figure sum = { (double)NAN, 0, false };
	bool is_missing = false;
	*any = false;
	for (unsigned k = h->first[g]; k < h->first[g + 1]; k++) {
		const struct figure *v = &h->f[k].rows[i];
		if (!figures_add_up(&h->f[k]) || h->f[k].unit == NULL || strcmp(h->f[k].unit, unit) != 0)
			continue;
		*any = true;
		sum.is_empty |= v->is_empty;
		sum.marks |= v->marks;
		is_missing |= isnan(v->v);
		sum.v = isnan(sum.v) ? v->v : sum.v + v->v;
	}
	/* A difference of sums of which one part is missing is no difference. */
	if (is_missing)
		sum.v = (double)NAN;
	return sum;
}

/* left - right, or 100 * left / right, row by row; false: one of them has nothing in the unit. */
static bool
combine(struct heat *h, enum group left, enum group right, const char *unit, bool is_ratio, struct sheet_text title)
{
	struct figures *out = &h->f[h->count];
	bool has_left = false, has_right = false;
	*out = (struct figures){ .title = title,
		.unit = is_ratio ? "%" : unit,
		.decimals = 1,
		.as = is_ratio ? COLUMN_MEAN : COLUMN_ENERGY };
	struct figure sums[2] = { { 0, 0, false }, { 0, 0, false } };
	for (unsigned i = 0; i < h->rows.n; i++) {
		struct figure a = sum_group(h, left, unit, i, &has_left), b = sum_group(h, right, unit, i, &has_right);
		double v = is_ratio ? (b.v > 0 ? 100 * a.v / b.v : (double)NAN) : a.v - b.v;
		out->rows[i] = (struct figure){ v, a.marks | b.marks, a.is_empty || b.is_empty };
		if (out->rows[i].is_empty)
			continue;
		if (isnan(a.v) || isnan(b.v)) {
			sums[0].marks |= CELL_PARTIAL;
			continue;
		}
		sums[0].v += a.v;
		sums[1].v += b.v;
		sums[0].marks |= a.marks | b.marks;
	}
	/* Of the whole: a ratio of sums, not a mean of ratios. */
	out->whole.v = is_ratio && sums[1].v > 0 ? 100 * sums[0].v / sums[1].v : (double)NAN;
	out->whole.marks = sums[0].marks;
	if (!has_left || !has_right)
		return false;
	h->count++;
	return true;
}

static enum err
read_groups(const struct report_source *src, struct sheet *s, const struct site_heat *heat, struct heat *h)
{
	const struct key_list *lists[GROUP_COUNT] = { &heat->supplied, &heat->consumers, &heat->returned,
		&heat->dumped };
	enum err e = OK;
	for (int g = 0; g < GROUP_COUNT && e == OK; g++) {
		const struct site_column *columns = lists[g]->v;
		h->first[g] = h->count;
		for (uint32_t i = 0; i < lists[g]->n && e == OK; i++)
			e = figures_read(src, s, &columns[i], &h->rows, &h->f[h->count++]);
	}
	h->first[GROUP_COUNT] = h->count;
	return e;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	const struct site_heat *heat = src->site->reports != NULL ? src->site->reports->heat : NULL;
	struct heat h = { .count = 0 };
	if (heat == NULL) {
		str_printf(
		    message, size, "the site file names no heat consumers; write reports: heat: (chisan-site(5))");
		return ERR_NOT_FOUND;
	}
	rows_init(&h.rows, ROWS_DAYS, from, to, src->now.us / US_PER_MS);
	h.f =
	    xcalloc((size_t)heat->supplied.n + heat->consumers.n + heat->returned.n + heat->dumped.n + 4, sizeof(*h.f));
	enum err e = read_groups(src, sheet, heat, &h);
	if (e == OK) {
		static const struct sheet_text loss = { "Loss", "損失" }, back = { "Returned", "復水回収率" };
		combine(&h, SUPPLIED, CONSUMERS, "GJ", false, loss);
		combine(&h, SUPPLIED, CONSUMERS, "t", false, loss);
		if (!combine(&h, RETURNED, SUPPLIED, "t", true, back))
			combine(&h, RETURNED, CONSUMERS, "t", true, back);
		sheet_table(sheet, T2("Heat by day", "熱供給 日別"), T2("Day", "日"));
		figures_table(src, sheet, h.f, h.count, &h.rows);
		sheet_note(sheet,
		    T2("loss: supplied less consumers; returned: condensate of what was supplied, its mean that of the "
		       "sums",
		        "損失: 供給-需要家計、復水回収率: 復水/供給蒸気 (平均は合計の比)"));
	} else {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
	}
	free(h.f);
	return e;
}

const struct report_kind rep_heat = {
	.name = "heat",
	.title = "Heat report",
	.title_ja = "熱供給報告書",
	.help = "heat of each consumer day by day, loss, condensate that came back, what was dumped",
	.period = PERIOD_MONTH,
	.file_prefix = "HEAT",
	.files_itself = true,
	.make = make,
};
