/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_demand.c - the demand report of a day: 48 half hours (46 or 50 where clocks change) of target, actual, overshoot and the
 * month's greatest so far; below them what the tariff makes of it.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/report/demand.h"
#include "scada/report/operating.h"

struct day {
	struct rows rows;
	struct demand_meter meter;
	struct figure actual[CALENDAR_ROWS], before; /* before: the greatest of the month until this day */
	int64_t before_at, month_begin;
	struct figure greatest; /* of the month, up to the end of this day */
	int64_t greatest_at;
	double target;
};

static enum err
read_day(const struct report_source *src, int64_t from, int64_t to, struct day *d)
{
	int64_t now = src->now.us / US_PER_MS;
	rows_init(&d->rows, ROWS_HALF_HOURS, from, to, now);
	d->target = src->site->reports->demand->target_kw;
	d->month_begin = calendar_begin(calendar_month_begin(calendar_day(from), 0));
	enum err e = demand_open(src, &d->meter);
	if (e == OK)
		e = demand_read(src, &d->meter, d->rows.edges, d->rows.n, d->actual);
	if (e == OK)
		e = demand_greatest(src, &d->meter, d->month_begin, from, &d->before, &d->before_at);
	return e;
}

static void
put_rows(const struct report_source *src, struct sheet *s, struct day *d)
{
	char iso[32];
	int64_t now = src->now.us / US_PER_MS;
	d->greatest = d->before;
	d->greatest_at = d->before_at;
	for (unsigned i = 0; i < d->rows.n; i++) {
		struct figure *f = &d->actual[i];
		struct sheet_row *row = sheet_row(s, figures_label(s, &d->rows, i, src->site));
		row->iso = sheet_printf(s, "%s", calendar_iso(iso, sizeof(iso), d->rows.edges[i]));
		bool is_over = !f->is_empty && f->v > d->target, is_closed = d->rows.edges[i + 1] <= now;
		if (!f->is_empty && !isnan(f->v) && is_closed && !(d->greatest.v >= f->v)) {
			d->greatest = *f;
			d->greatest_at = d->rows.edges[i];
		}
		sheet_number(s, d->target, 0, 0);
		figures_cell(s, f, 1);
		if (is_over)
			sheet_number(s, f->v - d->target, 1, f->marks);
		else
			sheet_empty(s);
		if (f->is_empty)
			sheet_empty(s);
		else
			sheet_number(s, d->greatest.v, 1, d->greatest.marks);
	}
}

static void
put_foot_row(struct sheet *s, struct sheet_text label, double target, const struct figure *v, double over)
{
	sheet_row(s, label);
	if (isnan(target))
		sheet_empty(s);
	else
		sheet_number(s, target, 0, 0);
	figures_cell(s, v, 1);
	if (isnan(over))
		sheet_empty(s);
	else
		sheet_number(s, over, 1, v->marks);
	sheet_empty(s);
}

static void
put_foot(struct sheet *s, const struct day *d)
{
	char at[32];
	struct figure most = { (double)NAN, 0, false }, energy = { (double)NAN, 0, false }, mean = energy;
	int64_t when = 0, ms = 0;
	unsigned over = 0;
	bool is_partial = false;
	for (unsigned i = 0; i < d->rows.n; i++) {
		const struct figure *f = &d->actual[i];
		int64_t length = d->rows.edges[i + 1] - d->rows.edges[i];
		is_partial |= !f->is_empty && isnan(f->v);
		if (f->is_empty || isnan(f->v))
			continue;
		over += f->v > d->target;
		if (isnan(most.v) || f->v > most.v) {
			most = *f;
			when = d->rows.edges[i];
		}
		if (d->rows.edges[i + 1] > d->rows.now)
			length = d->rows.now - d->rows.edges[i];
		energy.v = (isnan(energy.v) ? 0 : energy.v) + f->v * (double)length / (double)MS_PER_HOUR;
		energy.marks |= f->marks;
		ms += length;
	}
	energy.marks |= is_partial ? CELL_PARTIAL : 0;
	mean.marks = energy.marks;
	mean.v = ms > 0 ? energy.v / ((double)ms / (double)MS_PER_HOUR) : (double)NAN;
	sheet_foot(s);
	put_foot_row(s, T2("max", "最大"), d->target, &most, most.v > d->target ? most.v - d->target : (double)NAN);
	put_foot_row(s, T2("mean", "平均"), (double)NAN, &mean, (double)NAN);
	const char *time = when != 0 && most.v > 0 ? calendar_text(at, sizeof(at), when, "%H:%M") : "-";
	sheet_note(s,
	    T2(sheet_printf(s, "greatest half hour of the day from %s; %u above the target", time, over),
	        sheet_printf(s, "日最大の時限 %s～、目標超過 %u 回", time, over)));
	if (energy.v == 0)
		sheet_note(s, T2("nothing was drawn", "受電なし"));
	else if (!isnan(energy.v))
		sheet_note(s,
		    T2(sheet_printf(s, "drawn: %.1f kWh; load factor %.1f %%", energy.v, 100 * mean.v / most.v),
		        sheet_printf(s, "受電電力量 %.1f kWh、負荷率 %.1f %%", energy.v, 100 * mean.v / most.v)));
	if (d->greatest_at != 0 && d->greatest.v > 0) {
		calendar_text(at, sizeof(at), d->greatest_at, "%Y-%m-%d %H:%M");
		sheet_note(s,
		    T2(sheet_printf(s, "greatest of the month so far: %.1f kW, %s", d->greatest.v, at),
		        sheet_printf(s, "月最大 %.1f kW (%s～)", d->greatest.v, at)));
	}
}

/* "2,536,500 JPY": yen have no parts. */
static const char *
money_text(struct sheet *s, double v, const char *currency)
{
	char digits[64], out[96];
	size_t n = 0;
	str_fixed(digits, sizeof(digits), v, strcmp(currency, "JPY") == 0 ? 0 : 2);
	size_t whole = strcspn(digits, ".");
	for (size_t i = 0; digits[i] != '\0' && n + 2 < sizeof(out); i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && digits[i - 1] != '-')
			out[n++] = ',';
		out[n++] = digits[i];
	}
	out[n] = '\0';
	return sheet_printf(s, "%s %s", out, currency);
}

/* What is billed. A measured contract looks at the eleven months before; an agreed one at what was agreed. */
static enum err
note_tariff(const struct report_source *src, struct sheet *s, const struct day *d)
{
	char from[DATE_TEXT_MAX];
	double months[12];
	struct figure f;
	int64_t at, date = calendar_day(d->rows.edges[0]);
	const struct tariff *t = tariff_find(&src->site->tariffs, date);
	enum err e = OK;
	if (t == NULL)
		return OK;
	for (int i = 0; i < 11 && t->contract == CONTRACT_MEASURED_12M && e == OK; i++) {
		int64_t begin = calendar_begin(calendar_month_begin(date, i - 11));
		e = demand_greatest(src, &d->meter, begin, calendar_begin(calendar_month_begin(date, i - 10)), &f, &at);
		months[i] = f.v;
	}
	months[11] = d->greatest.v;
	const double *list = t->contract == CONTRACT_MEASURED_12M ? months : &months[11];
	size_t n = t->contract == CONTRACT_MEASURED_12M ? 12 : 1;
	double kw = tariff_billing_kw(t, list, n), charge = tariff_month_charge(t, list, n);
	date_text(from, sizeof(from), t->from);
	const char *currency = src->site->currency != NULL ? src->site->currency : "";
	sheet_note(s,
	    T2(sheet_printf(s, "tariff: %s, from %s, %s; source: %s", t->plan, from,
	           t->contract == CONTRACT_AGREED ? "agreed contract" : "measured, 12 months", t->source),
	        sheet_printf(s, "料金: %s (%s～) %s、出典: %s", t->plan, from,
	            t->contract == CONTRACT_AGREED ? "協議制" : "実量制 (12か月)", t->source)));
	if (!isnan(charge))
		sheet_note(s,
		    T2(sheet_printf(s, "contract %.0f kW, power factor %.0f %%: base charge %s a month without tax%s",
		           kw, t->power_factor_pct, money_text(s, charge, currency),
		           d->greatest.v > kw ? ", with what exceeds the contract" : ""),
		        sheet_printf(s, "契約電力 %.0f kW、力率 %.0f %%: 基本料金 %s/月 (税別)%s", kw,
		            t->power_factor_pct, money_text(s, charge, currency),
		            d->greatest.v > kw ? "、契約超過金を含む" : "")));
	return e;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct day d;
	if (src->site->reports == NULL || src->site->reports->demand == NULL) {
		str_printf(message, size,
		    "the site file names no meter for the demand report; write reports: demand: (chisan-site(5))");
		return ERR_NOT_FOUND;
	}
	enum err e = read_day(src, from, to, &d);
	if (e != OK) {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
		return e;
	}
	operating_subtitle(src, sheet, from);
	struct sheet_table *t = sheet_table(sheet,
	    T2(sheet_printf(sheet, "Demand of each half hour, from %s", d.meter.name),
	        sheet_printf(sheet, "30分デマンド (%s)", d.meter.name)),
	    T2("From", "時限"));
	t->is_folded = true;
	sheet_column(sheet, T2("Target", "目標"), "kW");
	sheet_column(sheet, T2("Actual", "実績"), "kW")->tag = d.meter.name;
	sheet_column(sheet, T2("Over", "超過"), "kW");
	sheet_column(sheet, T2("Month's max so far", "月最大"), "kW");
	put_rows(src, sheet, &d);
	put_foot(sheet, &d);
	if (d.meter.point.key == 0)
		sheet_note(sheet,
		    T2(sheet_printf(sheet, "%s: nothing of it was recorded", d.meter.name),
		        sheet_printf(sheet, "%s: 記録なし", d.meter.name)));
	e = note_tariff(src, sheet, &d);
	if (e != OK)
		str_printf(message, size, "history cannot be read: %s", err_text(e));
	return e;
}

const struct report_kind rep_demand = {
	.name = "demand",
	.title = "Demand report",
	.title_ja = "デマンド日報",
	.help = "48 half hours of a day: target, actual, overshoot, the month's greatest; what is billed",
	.period = PERIOD_DAY,
	.file_prefix = "DEMAND",
	.files_itself = true,
	.make = make,
};
