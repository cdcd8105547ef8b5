/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_imbalance.c - self-wheeling of a month by days: plan and actual of both sides, shortage and surplus, what is paid and got. Prices are
 * corrected for about two months: each that comes makes a new revision, which says what is not final.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/report/operating.h"
#include "scada/report/wheeling.h"

static void
put_columns(const struct report_source *src, struct sheet *s)
{
	const char *currency = src->site->currency != NULL ? src->site->currency : "";
	static const struct sheet_text heads[WHEEL_SIDES][4] = {
		{ { "Gen. plan", "発電計画" }, { "actual", "実績" }, { "short", "不足" }, { "over", "余剰" } },
		{ { "Demand plan", "需要計画" }, { "actual", "実績" }, { "short", "不足" }, { "over", "余剰" } },
	};
	for (int side = 0; side < WHEEL_SIDES; side++)
		for (int k = 0; k < 4; k++)
			sheet_column(s, heads[side][k], "kWh");
	sheet_column(s, T2("Paid", "支払"), currency);
	sheet_column(s, T2("Got", "受取"), currency);
	sheet_column(s, T2("Not known", "不明"), NULL);
	sheet_column(s, T2("Not final", "未確定"), NULL);
	sheet_column(s, T2("Utility's", "託送計量"), NULL);
}

/* Of sides of slots: those without a price, and those with a preliminary one; metered: those whose amount is all of the utility's meters. */
static void
put_sums(struct sheet *s, const struct wheel_sum sum[WHEEL_SIDES], unsigned metered)
{
	unsigned unknown = 0, open = 0, priced = 0;
	double bought = 0, sold = 0;
	for (int side = 0; side < WHEEL_SIDES; side++) {
		const struct wheel_sum *x = &sum[side];
		const double v[] = { x->plan, x->actual, x->shortage, x->surplus };
		for (int k = 0; k < 4; k++)
			if (x->slots > x->unknown)
				sheet_number(s, v[k], 1, x->unknown > 0 || x->marked > 0 ? CELL_PARTIAL : 0);
			else
				sheet_empty(s);
		unknown += x->unknown;
		open += x->unpriced + x->preliminary;
		priced += x->slots - x->unknown - x->unpriced;
		bought += x->bought;
		sold += x->sold;
	}
	for (int k = 0; k < 2; k++)
		if (priced > 0)
			sheet_number(s, k == 0 ? bought : sold, 0, 0);
		else
			sheet_empty(s);
	sheet_number(s, unknown, 0, 0);
	sheet_number(s, open, 0, 0);
	sheet_number(s, metered, 0, 0);
}

static enum err
put_day(const struct report_source *src, struct sheet *s, const struct rows *r, unsigned i,
    struct wheel_sum month[WHEEL_SIDES], unsigned *metered, char *message, size_t size)
{
	struct wheeled *w = xcalloc(1, sizeof(*w));
	char iso[32];
	enum err e = wheeled_read(src, s, r->edges[i], r->edges[i + 1], w, message, size);
	if (e == OK) {
		struct sheet_row *row = sheet_row(s, figures_label(s, r, i, src->site));
		row->iso = sheet_printf(s, "%s", calendar_iso(iso, sizeof(iso), r->edges[i]));
		unsigned of_day = 0;
		for (int side = 0; side < WHEEL_SIDES; side++) {
			wheel_sum_merge(&month[side], &w->sum[side]);
			for (unsigned slot = 0; slot < w->day.slots; slot++)
				of_day += wheeled_is_metered(w, (enum wheel_side)side, slot);
		}
		put_sums(s, w->sum, of_day);
		*metered += of_day;
	}
	wheeled_done(w);
	free(w);
	return e;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct wheel_sum month[WHEEL_SIDES] = { { .slots = 0 }, { .slots = 0 } };
	struct rows r;
	unsigned metered = 0;
	enum err e = OK;
	if (src->site->wheel == NULL) {
		struct wheeled none;
		e = wheeled_read(src, sheet, from, to, &none, message, size);
		wheeled_done(&none);
		return e;
	}
	rows_init(&r, ROWS_DAYS, from, to, src->now.us / US_PER_MS);
	sheet_table(sheet, T2("Plan and actual of each day", "日別の計画と実績"), T2("Day", "日"));
	put_columns(src, sheet);
	for (unsigned i = 0; e == OK && i < r.n && r.edges[i] < r.now; i++) {
		e = put_day(src, sheet, &r, i, month, &metered, message, size);
		report_still();
	}
	if (e != OK)
		return e;
	sheet_foot(sheet);
	sheet_row(sheet, T2("total", "計"));
	put_sums(sheet, month, metered);
	sheet_note(sheet,
	    wheel_sum_is_final(&month[WHEEL_GENERATION]) && wheel_sum_is_final(&month[WHEEL_DEMAND])
	        ? T2("all of it is known and final", "すべて確定")
	        : T2("not final: amounts or final prices are missing; shortage and surplus are never set off against "
	             "each other",
	              "未確定 (実績または確報単価が不足)。不足と余剰は相殺しない"));
	return OK;
}

const struct report_kind rep_imbalance = {
	.name = "imbalance",
	.title = "Self-wheeling, imbalance of the month",
	.title_ja = "自己託送 インバランス月報",
	.help = "self-wheeling of a month by days: plan, actual, shortage, surplus, what is paid and got",
	.period = PERIOD_MONTH,
	.file_prefix = "IMBALANCE",
	.files_itself = true,
	.saved_days = 100,
	.make = make,
};
