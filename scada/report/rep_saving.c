/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_saving.c - energy, CO2 and cost of a day, its month and its fiscal year side by side, as of now while they run: what local
 * production saved, what dispatch saved, against the target. Each row carries a key that no language changes, for programs.
 */
#include "config.h"

#include <math.h>

#include "scada/base/str.h"
#include "scada/report/operating.h"
#include "scada/report/saving.h"

/* Of a day that runs, what is younger may still be on its way to the record: it would make every figure one of a part of the day. */
#define SETTLE_US (60 * US_PER_S)

/* A row: key and figures of the three spans; of a span that has none the figure is empty. */
static void
put(struct sheet *s, const char *key, struct sheet_text title, const char *unit, int decimals,
    const struct figure f[SAVING_SPANS])
{
	sheet_row(s, title);
	for (int k = 0; k < SAVING_SPANS; k++)
		figures_cell(s, &f[k], decimals);
	sheet_words(s, T1(unit));
	sheet_words(s, T1(key));
}

static struct figure
none(void)
{
	return (struct figure){ (double)NAN, 0, true };
}

/* ---- energy */

static void
put_amount(struct sheet *s, const struct saving *v, const char *key, struct sheet_text title, int role, int kind)
{
	struct figure f[SAVING_SPANS];
	for (int k = 0; k < SAVING_SPANS; k++)
		f[k] = saving_amount(v, (enum saving_span)k, role, kind);
	if (!f[SAVING_YEAR].is_empty)
		put(s, key, title, kind == FACTOR_HEAT ? "GJ" : "kWh", kind == FACTOR_HEAT ? 1 : 0, f);
}

static void
put_lines(struct sheet *s, const struct saving *v, const char *prefix, int role)
{
	for (unsigned i = 0; i < v->uses.count; i++) {
		const struct site_use *l = &v->uses.lines[i];
		struct figure f[SAVING_SPANS];
		if (l->role != role)
			continue;
		for (int k = 0; k < SAVING_SPANS; k++)
			f[k] = v->spans[k].lines[i].amount;
		put(s, sheet_printf(s, "%s.%s", prefix, l->name), use_title(l), use_unit(&v->uses, i),
		    v->uses.quantities[i] == QUANTITY_GJ ? 1 : 0, f);
	}
}

static void
put_energy(struct sheet *s, const struct saving *v)
{
	put_amount(s, v, "bought", T2("electricity drawn", "買電電力量"), USE_PURCHASED, FACTOR_ELECTRICITY);
	put_amount(s, v, "given", T2("electricity given", "逆送電力量"), USE_SOLD, FACTOR_ELECTRICITY);
	put_amount(s, v, "made", T2("electricity made here", "地産電力量"), USE_LOCAL, FACTOR_ELECTRICITY);
	put_lines(s, v, "local", USE_LOCAL);
	put_amount(s, v, "own", T2("used by the plant itself", "所内電力量"), USE_OWN, FACTOR_ELECTRICITY);
	put_amount(s, v, "heat", T2("heat supplied", "熱供給量"), USE_LOCAL, FACTOR_HEAT);
	put_lines(s, v, "fuel", USE_FUEL);
}

/* ---- CO2 */

static struct figure
made_figure(double v, unsigned marks)
{
	return (struct figure){ v, marks, false };
}

static void
put_co2(const struct report_source *src, struct sheet *s, const struct saving *v)
{
	struct figure emitted[SAVING_SPANS], saved[SAVING_SPANS], without[SAVING_SPANS], moved[SAVING_SPANS],
	    due[SAVING_SPANS], share[SAVING_SPANS], expected[SAVING_SPANS];
	double target = src->site->reports->co2_target_t * 1000;
	for (int k = 0; k < SAVING_SPANS; k++) {
		const struct saving_period *p = &v->spans[k];
		unsigned marks;
		double kg = use_emitted_kg(&v->uses, p->lines, &marks);
		bool is_known = p->half.moved_ms >= p->half.length_ms;
		emitted[k] = made_figure(kg, marks);
		kg = use_saved_kg(&v->uses, p->lines, &marks);
		saved[k] = made_figure(kg, marks);
		without[k] = made_figure(emitted[k].v + kg, emitted[k].marks | marks);
		moved[k] = v->meters.battery_count > 0
		    ? made_figure(p->moved_kg, p->half.moved_marks | (is_known ? 0 : CELL_PARTIAL))
		    : none();
		due[k] = made_figure(saving_due(v, (enum saving_span)k, target), 0);
		share[k] = made_figure(100 * kg / due[k].v, marks);
		expected[k] = k == SAVING_YEAR ? made_figure(saving_expected(v, kg), CELL_ESTIMATED) : none();
	}
	put(s, "saved_local", T2("saved by local production", "地産による削減量"), "kg-CO2", 0, saved);
	put(s, "saved_dispatch", T2("saved by dispatch", "需給制御による削減量"), "kg-CO2", 1, moved);
	put(s, "emitted", T2("emitted (bought + fuel)", "排出量 (購入+燃料)"), "kg-CO2", 0, emitted);
	put(s, "without_local", T2("without local production", "地産なしの排出量"), "kg-CO2", 0, without);
	if (isnan(target))
		return;
	put(s, "target_due", T2("target until now", "目標 (現時点)"), "kg-CO2", 0, due);
	put(s, "target_share", T2("of the target until now", "目標比 (現時点)"), "%", 1, share);
	due[SAVING_DAY] = due[SAVING_MONTH] = none();
	due[SAVING_YEAR].v = target;
	put(s, "target", T2("target of the fiscal year", "年度目標"), "kg-CO2", 0, due);
	put(s, "expected", T2("expected by its end", "年度末見込"), "kg-CO2", 0, expected);
}

/* ---- cost */

static void
put_cost(const struct report_source *src, struct sheet *s, const struct saving *v)
{
	const char *currency = src->site->currency != NULL ? src->site->currency : "";
	struct figure cost[SAVING_SPANS], moved[SAVING_SPANS], base[SAVING_SPANS], base_moved[SAVING_SPANS],
	    most[SAVING_SPANS], most_without[SAVING_SPANS];
	bool has_batteries = v->meters.battery_count > 0;
	for (int k = 0; k < SAVING_SPANS; k++) {
		const struct saving_period *p = &v->spans[k];
		unsigned all = p->half.cost_ms >= p->half.length_ms ? 0 : CELL_PARTIAL;
		unsigned both = p->half.moved_marks | (p->half.moved_ms >= p->half.length_ms ? 0 : CELL_PARTIAL);
		cost[k] = made_figure(p->half.cost, p->half.marks | all);
		moved[k] = has_batteries ? made_figure(p->half.moved_cost, both) : none();
		base[k] = k != SAVING_DAY ? made_figure(p->base, p->base_marks) : none();
		base_moved[k] = has_batteries && k != SAVING_DAY
		    ? made_figure(p->base_without - p->base, p->base_marks | both)
		    : none();
		most[k] = made_figure(p->half.greatest_kw, all);
		most_without[k] = has_batteries ? made_figure(p->half.greatest_without_kw, both) : none();
	}
	if (!v->meters.has_drawn) {
		sheet_note(s,
		    T2("cost: not known; it goes by the half hours of reports: demand: (chisan-site(5))",
		        "料金: 不明 (reports: demand: の時限値による)"));
		return;
	}
	put(s, "cost", T2("cost of energy drawn", "買電電力量料金"), currency, 0, cost);
	put(s, "cost_saved", T2("cost saved by dispatch", "需給制御による削減額"), currency, 0, moved);
	put(s, "greatest", T2("greatest half hour", "最大デマンド"), "kW", 0, most);
	put(s, "greatest_without", T2("greatest without batteries", "最大デマンド (蓄電池なし)"), "kW", 0,
	    most_without);
	put(s, "base", T2("demand charge", "基本料金"), currency, 0, base);
	put(s, "base_saved", T2("demand charge saved by dispatch", "需給制御による基本料金削減額"), currency, 0,
	    base_moved);
}

/* ---- what is not known */

static void
put_known(struct sheet *s, const struct saving *v)
{
	struct figure lines[SAVING_SPANS], cost[SAVING_SPANS], moved[SAVING_SPANS];
	const struct site_use *line, *least = NULL;
	for (int k = 0; k < SAVING_SPANS; k++) {
		const struct dispatched *h = &v->spans[k].half;
		lines[k] = made_figure(100 * saving_known(v, (enum saving_span)k, &line), 0);
		least = line != NULL ? line : least;
		cost[k] = made_figure(h->length_ms > 0 ? 100 * h->cost_ms / h->length_ms : (double)NAN, 0);
		moved[k] = v->meters.battery_count > 0 && h->length_ms > 0
		    ? made_figure(100 * h->moved_ms / h->length_ms, 0)
		    : none();
	}
	put(s, "known", T2("known of the time: energies", "把握率 エネルギー"), "%", 1, lines);
	put(s, "known_cost", T2("known of the time: cost", "把握率 料金"), "%", 1, cost);
	put(s, "known_dispatch", T2("known of the time: dispatch", "把握率 需給制御"), "%", 1, moved);
	if (least != NULL)
		sheet_note(s,
		    T2(sheet_printf(s, "known least: %s (%s); what is not known is left out, not guessed",
		           least->title != NULL ? least->title : least->name, least->point),
		        sheet_printf(s, "把握率が最低: %s (%s)。不明な時間は推定せず除外",
		            least->title_ja != NULL ? least->title_ja : least->name, least->point)));
}

static void
put_notes(struct sheet *s, const struct saving *v, bool is_running)
{
	if (is_running)
		sheet_note(s,
		    T2("counted until a minute before it was made: what is younger may still be on its way to the "
		       "record",
		        "作成の1分前まで集計 (以降の値は記録途中の場合あり)"));
	sheet_note(s,
	    T2("saved by local production: (local - own - sold) x factor of what is bought, heat x factor of a boiler, "
	       "less the CO2 of fuel; without it: emitted + saved",
	        "地産削減量: (地産-所内-売電)×購入係数+熱×ボイラ係数-燃料CO2、地産なし: 排出量+削減量"));
	sheet_note(s,
	    T2("saved by dispatch: against the same plant with its batteries idle: kWh less drawn in each half hour x "
	       "factor "
	       "and price of its time; what is charged now and given later counts when it is given. Never added to the "
	       "other",
	        "需給制御削減量: 蓄電池停止時との差。時限毎の買電減少量×その時の係数・単価。地産削減量には加算しない"));
	if (v->meters.apart_count > 0)
		sheet_note(s,
		    T2("batteries on buses of their own count in CO2; their money is not this contract's",
		        "別系統の蓄電池はCO2のみ計上 (料金は別契約)"));
	sheet_note(s,
	    T2("cost without tax; energy by the tariff of each half hour; demand charge of each month begun; what is "
	       "given "
	       "to the grid is not valued",
	        "料金は税別。電力量料金は時限毎の単価、基本料金は開始した各月分。逆送は評価しない"));
}

static void
put_tariffs(const struct report_source *src, struct sheet *s, const struct saving *v)
{
	const struct tariff *list = src->site->tariffs.v, *last = NULL;
	char text[DATE_TEXT_MAX];
	if (src->site->tariffs.n == 0)
		return;
	sheet_table(s, T2("Tariffs used", "適用した料金"), T2("Plan", "料金メニュー"));
	static const struct sheet_text heads[] = { { "From", "適用" }, { "Supplier", "事業者" }, { "Contract", "契約" },
		{ "Source", "出典" } };
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		sheet_column(s, heads[i], NULL)->is_text = true;
	/* Those that held on some day of the fiscal year, in their order. */
	for (int64_t day = calendar_day(v->spans[SAVING_YEAR].from); day <= calendar_day(v->spans[SAVING_DAY].from);
	     day++) {
		const struct tariff *t = tariff_find(&src->site->tariffs, day);
		if (t == NULL || t == last)
			continue;
		last = t;
		sheet_row(s, T1(list[t - list].plan));
		sheet_words(s, T1(sheet_printf(s, "%s", date_text(text, sizeof(text), t->from))));
		sheet_words(s, T1(t->supplier != NULL ? t->supplier : ""));
		sheet_words(s,
		    t->contract == CONTRACT_AGREED ? T2(sheet_printf(s, "agreed, %.0f kW", t->contract_kw),
		                                         sheet_printf(s, "協議制 %.0f kW", t->contract_kw))
		                                   : T2("measured, 12 months", "実量制 (12か月)"));
		sheet_words(s, T1(t->source));
	}
}

static void
put_columns(struct sheet *s, const struct saving *v)
{
	static const struct sheet_text titles[SAVING_SPANS] = { { "Day", "日" }, { "Month", "月" },
		{ "Fiscal year", "年度" } };
	static const char *const forms[SAVING_SPANS] = { "%Y-%m-%d", "%Y-%m", "%Y" };
	char text[24];
	sheet_table(s, T2("Energy, CO2 and cost", "エネルギー・CO2・料金"), T2("Item", "項目"));
	for (int k = 0; k < SAVING_SPANS; k++) {
		struct sheet_column *c = sheet_column(s, titles[k], NULL);
		c->tag = sheet_printf(s, "%s", calendar_text(text, sizeof(text), v->spans[k].from, forms[k]));
		c->width = 16;
	}
	struct sheet_column *c = sheet_column(s, T2("Unit", "単位"), NULL);
	c->is_text = true;
	c->width = 10;
	c = sheet_column(s, T2("Key", "キー"), NULL);
	c->is_text = true;
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct saving v;
	struct report_source until = *src;
	bool is_running = to > src->now.us / US_PER_MS;
	enum err e;
	until.now.us -= is_running ? SETTLE_US : 0;
	if (src->site->reports == NULL) {
		str_printf(message, size,
		    "the site file names no energies to count; write reports: energy: and factors: (chisan-site(5))");
		return ERR_NOT_FOUND;
	}
	e = saving_read(&until, from, to, &v, message, size);
	if (e == OK) {
		operating_subtitle(src, sheet, from);
		put_columns(sheet, &v);
		put_co2(src, sheet, &v);
		put_energy(sheet, &v);
		put_cost(src, sheet, &v);
		put_known(sheet, &v);
		put_notes(sheet, &v, is_running);
		use_factor_table(sheet, &v.uses);
		put_tariffs(src, sheet, &v);
	}
	saving_done(&v);
	return e;
}

const struct report_kind rep_saving = {
	.name = "saving",
	.title = "CO2 and cost so far",
	.title_ja = "CO2・料金実績",
	.help =
	    "energy, CO2 and cost of a day, its month and its fiscal year; what local production and dispatch saved",
	.period = PERIOD_DAY,
	.file_prefix = "SAVING",
	.files_itself = false, /* the CO2 report of the month is what is filed */
	.make = make,
};
