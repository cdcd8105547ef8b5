/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_battery.c - the battery report of a month, of the batteries of the site's energy model: throughput, cycles, efficiency,
 * state of charge, availability, temperature, and how much of the time the reserve was there.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/base/str.h"
#include "scada/report/figures.h"

#define FINE 3600 /* pieces of an hour in which a limit was crossed */

struct battery {
	const struct asset *asset;
	const struct asset_battery *p;
	struct figures out, in, soc_min, soc_max; /* by day: kWh, kWh, %, % */
	struct bucket power, soc, temperature;    /* of the whole period */
	bool has_temperature;
	double reserve_pct; /* of the time in which the state of charge is known */
};

/* Share of from..to in which the point was at least `level`, of the time in which it is known, in %; NaN: never. */
static enum err
share_at_least(
    const struct report_source *src, const struct query_point *p, int64_t from, int64_t to, double level, double *pct)
{
	double at = 0, known = 0;
	struct bucket *fine = xcalloc(FINE, sizeof(*fine)), b;
	enum err e = OK;
	for (int64_t t = from; t < to && e == OK; t += MS_PER_HOUR) {
		int64_t edges[2] = { t, t + MS_PER_HOUR < to ? t + MS_PER_HOUR : to };
		double ms = (double)(edges[1] - edges[0]);
		report_still();
		e = query_spans(src->query, p, edges, 1, &b);
		if (e != OK || isnan(b.mean))
			continue;
		if (!(b.marks & BUCKET_PARTIAL) && (b.min >= level || b.max < level)) {
			known += ms;
			at += b.min >= level ? ms : 0;
			continue;
		}
		e = query_buckets(src->query, p, edges[0], edges[1], FINE, fine);
		for (int i = 0; i < FINE && e == OK; i++)
			if (!isnan(fine[i].mean)) {
				double part = ms / FINE * (double)fine[i].known;
				known += part;
				at += fine[i].mean >= level ? part : 0;
			}
	}
	free(fine);
	*pct = known > 0 ? 100 * at / known : (double)NAN;
	return e;
}

static enum err
read_whole(
    const struct report_source *src, const char *name, const struct rows *r, struct bucket *out, struct query_point *p)
{
	int64_t end = r->edges[r->n] < r->now ? r->edges[r->n] : r->now, edges[2] = { r->edges[0], end };
	*out = (struct bucket){ .min = (double)NAN,
		.mean = (double)NAN,
		.max = (double)NAN,
		.first = (double)NAN,
		.last = (double)NAN,
		.increment = (double)NAN };
	p->key = 0;
	report_still();
	enum err e = name != NULL ? query_find(src->query, name, p) : ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		p->key = 0;
	return e == OK ? query_spans(src->query, p, edges, 1, out) : e == ERR_NOT_FOUND ? OK : e;
}

static enum err
read_figures(const struct report_source *src, struct sheet *s, const char *point, int as, const struct rows *r,
    struct figures *f)
{
	if (point != NULL)
		return figures_of(src, s, point, as, r, f);
	*f = (struct figures){ .as = as, .unit = "", .whole.v = (double)NAN };
	for (unsigned i = 0; i < r->n; i++)
		f->rows[i] = (struct figure){ (double)NAN, 0, r->edges[i] >= r->now };
	return OK;
}

static enum err
read_battery(const struct report_source *src, struct sheet *s, const struct rows *r, struct battery *b)
{
	struct query_point soc, other;
	const struct asset *a = b->asset;
	const char *soc_name = asset_point(a, "soc"), *t = asset_point(a, "temperature");
	b->has_temperature = t != NULL;
	enum err e = read_figures(src, s, asset_point(a, "e_export"), COLUMN_INCREMENT, r, &b->out);
	if (e == OK)
		e = read_figures(src, s, asset_point(a, "e_import"), COLUMN_INCREMENT, r, &b->in);
	if (e == OK)
		e = read_figures(src, s, soc_name, COLUMN_MIN, r, &b->soc_min);
	if (e == OK)
		e = read_figures(src, s, soc_name, COLUMN_MAX, r, &b->soc_max);
	if (e == OK)
		e = read_whole(src, asset_point(a, "p"), r, &b->power, &other);
	if (e == OK)
		e = read_whole(src, t, r, &b->temperature, &other);
	if (e == OK)
		e = read_whole(src, soc_name, r, &b->soc, &soc);
	int64_t end = r->edges[r->n] < r->now ? r->edges[r->n] : r->now;
	b->reserve_pct = (double)NAN;
	if (e == OK && soc.key != 0)
		e = share_at_least(src, &soc, r->edges[0], end, b->p->reserve_pct, &b->reserve_pct);
	return e;
}

static void
put_summary_row(struct sheet *s, const struct battery *b, unsigned rows)
{
	struct figure out = figures_sum(&b->out, rows), in = figures_sum(&b->in, rows);
	/* What is in it at the end more than at the begin was charged for later. */
	double stored = (b->soc.last - b->soc.first) / 100 * b->p->energy_kwh * b->p->efficiency_discharge;
	double trip = in.v > 0 ? 100 * (out.v + (isnan(stored) ? 0 : stored)) / in.v : (double)NAN;
	unsigned both = out.marks | in.marks, soc = sheet_marks(&b->soc), t = sheet_marks(&b->temperature);
	sheet_row(
	    s, (struct sheet_text){ b->asset->title != NULL ? b->asset->title : b->asset->name, b->asset->title_ja });
	figures_cell(s, &out, 1);
	figures_cell(s, &in, 1);
	sheet_number(s, out.v + in.v, 1, both);
	sheet_number(s, out.v / b->p->energy_kwh, 2, out.marks);
	sheet_number(s, trip, 1, both);
	sheet_number(s, b->soc.min, 1, soc);
	sheet_number(s, b->soc.mean, 1, soc);
	sheet_number(s, b->soc.max, 1, soc);
	sheet_number(s, 100 * (double)b->power.good, 2, sheet_marks(&b->power) & ~(unsigned)CELL_PARTIAL);
	for (int i = 0; i < 2; i++)
		if (b->has_temperature)
			sheet_number(s, i == 0 ? b->temperature.max : b->temperature.mean, 1, t);
		else
			sheet_empty(s);
	sheet_number(s, b->p->reserve_pct, 0, 0);
	sheet_number(s, b->reserve_pct, 2, soc);
}

static void
put_summary(struct sheet *s, const struct battery *list, unsigned n, unsigned rows)
{
	static const struct {
		struct sheet_text title;
		const char *unit;
	} heads[] = {
		{ { "Discharged", "放電" }, "kWh" },
		{ { "Charged", "充電" }, "kWh" },
		{ { "Through-put", "処理量" }, "kWh" },
		{ { "Cycles", "サイクル" }, NULL },
		{ { "Round trip", "効率" }, "%" },
		{ { "SoC min", "SoC最小" }, "%" },
		{ { "SoC mean", "SoC平均" }, "%" },
		{ { "SoC max", "SoC最大" }, "%" },
		{ { "Available", "稼働率" }, "%" },
		{ { "Temp. max", "温度最高" }, "degC" },
		{ { "Temp. mean", "温度平均" }, "degC" },
		{ { "Reserve", "備蓄下限" }, "%" },
		{ { "Reserve kept", "備蓄遵守" }, "%" },
	};
	sheet_table(s, T2("Batteries", "蓄電池一覧"), T2("Battery", "蓄電池"));
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		sheet_column(s, heads[i].title, heads[i].unit);
	for (unsigned i = 0; i < n; i++)
		put_summary_row(s, &list[i], rows);
	sheet_note(s,
	    T2("cycles: discharged / rated energy; round trip: discharged and what is stored more at the end, of what "
	       "was charged",
	        "サイクル: 放電量/定格容量、効率: (放電量+期末増加分)/充電量"));
	sheet_note(s,
	    T2("available: share of the time in which its power was read with good quality; reserve kept: share of the "
	       "known time "
	       "with a state of charge of at least the reserve",
	        "稼働率: 有効電力を正常に取得できた時間の割合、備蓄遵守: 充電率が備蓄下限以上だった時間の割合"));
}

static enum err
put_days(const struct report_source *src, struct sheet *s, const struct battery *list, unsigned n, const struct rows *r)
{
	struct figures *f = xcalloc(4 * (size_t)n, sizeof(*f));
	for (unsigned i = 0; i < n; i++) {
		const struct battery *b = &list[i];
		f[4 * i] = b->out;
		f[4 * i + 1] = b->in;
		f[4 * i + 2] = b->soc_min;
		f[4 * i + 3] = b->soc_max;
		static const struct sheet_text titles[] = { { "discharged", "放電" }, { "charged", "充電" },
			{ "SoC min", "SoC最小" }, { "SoC max", "SoC最大" } };
		for (unsigned k = 0; k < 4; k++) {
			struct figures *one = &f[4 * i + k];
			one->decimals = 1;
			one->title = T2(sheet_printf(s, "%s %s", b->asset->name, titles[k].en),
			    sheet_printf(s, "%s %s", b->asset->name, titles[k].ja));
		}
	}
	sheet_table(s, T2("By day", "日別"), T2("Day", "日"));
	figures_table(src, s, f, 4 * n, r);
	free(f);
	return OK;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	const struct energy *energy = src->site->energy;
	const struct asset *assets = energy != NULL ? energy->assets.v : NULL;
	struct rows r;
	unsigned n = 0;
	enum err e = OK;
	struct battery *list = xcalloc(energy != NULL ? energy->assets.n + 1 : 1, sizeof(*list));
	rows_init(&r, ROWS_DAYS, from, to, src->now.us / US_PER_MS);
	for (uint32_t i = 0; energy != NULL && i < energy->assets.n && e == OK; i++) {
		if (assets[i].kind != ASSET_BATTERY)
			continue;
		list[n] = (struct battery){ .asset = &assets[i], .p = assets[i].parameters };
		e = read_battery(src, sheet, &r, &list[n++]);
	}
	if (e != OK) {
		str_printf(message, size, "history cannot be read: %s", err_text(e));
	} else if (n == 0) {
		str_printf(message, size, "the site has no battery; write it as an asset in energy: (chisan-site(5))");
		e = ERR_NOT_FOUND;
	} else {
		put_summary(sheet, list, n, r.n);
		e = put_days(src, sheet, list, n, &r);
	}
	free(list);
	return e;
}

const struct report_kind rep_battery = {
	.name = "battery",
	.title = "Battery report",
	.title_ja = "蓄電池報告書",
	.help = "cycles, throughput, efficiency, states of charge, availability, temperature, reserve",
	.period = PERIOD_MONTH,
	.file_prefix = "BATTERY",
	.files_itself = true,
	.make = make,
};
