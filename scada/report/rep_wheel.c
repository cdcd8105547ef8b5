/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rep_wheel.c - self-wheeling of a day, closed: 48 half hours (46 or 50 where clocks change) of plan and actual of both sides, their differences,
 * prices and yen; the versions of the plan; each part's day.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/report/operating.h"
#include "scada/report/wheeling.h"

static void
put_columns(const struct report_source *src, struct sheet *s)
{
	const char *currency = src->site->currency != NULL ? src->site->currency : "";
	sheet_column(s, T2("Gen. plan", "発電計画"), "kWh");
	sheet_column(s, T2("actual", "実績"), "kWh")->tag = src->site->wheel->export;
	sheet_column(s, T2("shortage", "不足"), "kWh");
	sheet_column(s, T2("Demand plan", "需要計画"), "kWh");
	sheet_column(s, T2("actual", "実績"), "kWh");
	sheet_column(s, T2("shortage", "不足"), "kWh");
	sheet_column(s, T2("Price", "単価"), sheet_printf(s, "%s/kWh", currency));
	sheet_column(s, T2("Kind", "種別"), NULL)->is_text = true;
	sheet_column(s, T2("To pay", "精算"), currency);
	sheet_column(s, T2("Plan", "計画"), NULL)->is_text = true;
	sheet_column(s, T2("Gen. meter", "発電計量"), NULL)->is_text = true;
	sheet_column(s, T2("Dem. meter", "需要計量"), NULL)->is_text = true;
}

static void
put_number(struct sheet *s, double v, int decimals, unsigned marks, bool is_over)
{
	if (isnan(v) && !is_over)
		sheet_empty(s);
	else
		sheet_number(s, v, decimals, marks);
}

static void
put_slot(const struct report_source *src, struct sheet *s, const struct wheeled *w, const struct rows *r, unsigned slot)
{
	bool is_over = wheel_phase(&w->day, slot, src->now) == WHEEL_OVER;
	const struct wheel_closed *made = &w->closed[WHEEL_GENERATION][slot], *used = &w->closed[WHEEL_DEMAND][slot];
	char iso[32];
	struct sheet_row *row = sheet_row(s, figures_label(s, r, slot, src->site));
	row->iso = sheet_printf(s, "%s", calendar_iso(iso, sizeof(iso), r->edges[slot]));
	for (int side = 0; side < WHEEL_SIDES; side++) {
		const struct wheel_closed *c = side == WHEEL_GENERATION ? made : used;
		const struct figure *f = side == WHEEL_GENERATION ? &w->made[slot] : &w->used[slot];
		if (isnan(c->plan))
			sheet_empty(s);
		else
			sheet_number(s, c->plan, 1, 0);
		put_number(s, c->actual, 1, f->marks, is_over);
		if (isnan(c->shortage))
			sheet_empty(s);
		else
			sheet_number(s, c->shortage, 1, f->marks);
	}
	put_number(s, made->price, 2, 0, false);
	sheet_words(s, isnan(made->price) ? T1("") : made->is_final ? T2("final", "確報") : T2("preliminary", "速報"));
	put_number(s, wheeled_yen(w, slot), 0, 0, false);
	sheet_words(s,
	    T2(wheel_standing_word(wheel_standing(&w->day, slot), false),
	        wheel_standing_word(wheel_standing(&w->day, slot), true)));
	for (int side = 0; side < WHEEL_SIDES; side++)
		sheet_words(s, is_over ? wheeled_source(w, (enum wheel_side)side, slot) : T1(""));
}

static void
put_foot(struct sheet *s, const struct wheeled *w)
{
	const struct wheel_sum *made = &w->sum[WHEEL_GENERATION], *used = &w->sum[WHEEL_DEMAND];
	bool is_known[WHEEL_SIDES] = { made->slots > made->unknown, used->slots > used->unknown };
	sheet_foot(s);
	sheet_row(s, T2("total", "計"));
	for (int side = 0; side < WHEEL_SIDES; side++) {
		const struct wheel_sum *x = &w->sum[side];
		for (int k = 0; k < 3; k++)
			if (is_known[side])
				sheet_number(s, k == 0 ? x->plan : k == 1 ? x->actual : x->shortage - x->surplus, 1, 0);
			else
				sheet_empty(s);
	}
	sheet_empty(s);
	sheet_words(s, T1(""));
	if (made->unpriced + used->unpriced < made->slots - made->unknown + used->slots - used->unknown)
		sheet_number(s, made->bought - made->sold + used->bought - used->sold, 0, 0);
	else
		sheet_empty(s);
	for (int i = 0; i < 3; i++)
		sheet_words(s, T1(""));
	sheet_note(
	    s, T2("total: of the half hours in which plan and actual are known", "計: 計画・実績とも既知のコマ"));
	static const struct sheet_text sides[WHEEL_SIDES] = { { "generation", "発電" }, { "demand", "需要" } };
	for (int side = 0; side < WHEEL_SIDES; side++) {
		const struct wheel_sum *x = &w->sum[side];
		sheet_note(s,
		    T2(sheet_printf(s,
		           "%s: shortage %.1f kWh, surplus %.1f kWh, never set off; paid %.0f, got %.0f; of %u slots "
		           "that are over "
		           "%u are not known, %u without a price, %u preliminary",
		           sides[side].en, x->shortage, x->surplus, x->bought, x->sold, x->slots, x->unknown,
		           x->unpriced, x->preliminary),
		        sheet_printf(s,
		            "%s: 不足 %.1f kWh、余剰 %.1f kWh (相殺せず)。支払 %.0f、受取 %.0f。終了%uコマ中 "
		            "不明%u、単価なし%u、速報%u",
		            sides[side].ja, x->shortage, x->surplus, x->bought, x->sold, x->slots, x->unknown,
		            x->unpriced, x->preliminary)));
	}
}

/* ---- the plan's versions */

static void
put_versions(struct sheet *s, const struct wheeled *w)
{
	char text[32];
	sheet_table(s, T2("Versions of the plan", "計画の版"), T2("Version", "版"));
	static const struct sheet_text heads[] = { { "Author", "作成者" }, { "Submitted", "提出" },
		{ "Answered", "回答" }, { "Answer", "結果" }, { "From version", "元の版" } };
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		sheet_column(s, heads[i], NULL)->is_text = true;
	for (unsigned n = 1; n <= w->day.version_count; n++) {
		const struct wheel_version *v = wheel_version(&w->day, n);
		sheet_row(s, T1(sheet_printf(s, "%u%s", n, v == wheel_in_force(&w->day) ? " *" : "")));
		sheet_words(s, T1(sheet_printf(s, "%s", v->author)));
		sheet_words(
		    s, T1(sheet_printf(s, "%s", utc_civil(text, sizeof(text), v->submitted_at, "%Y-%m-%d %H:%M:%S"))));
		sheet_words(
		    s, T1(sheet_printf(s, "%s", utc_civil(text, sizeof(text), v->answered_at, "%Y-%m-%d %H:%M:%S"))));
		sheet_words(s, T2(wheel_answer_word(v->answer, false), wheel_answer_word(v->answer, true)));
		sheet_words(s, T1(v->base > 0 ? sheet_printf(s, "%u", v->base) : "-"));
	}
	if (w->day.version_count == 0)
		sheet_note(s, T2("nothing was filed for this day", "この日の計画は未提出"));
	else
		sheet_note(s, T2("*: in force", "*: 有効な版"));
}

/* ---- amounts that were entered */

static void
put_entries(struct sheet *s, const struct wheeled *w)
{
	char text[32];
	if (w->entry_count == 0)
		return;
	sheet_table(s, T2("Amounts that were entered", "計量値の入力"), T2("Entry", "番号"));
	sheet_column(s, T2("Utility", "託送計量"), NULL);
	sheet_column(s, T2("By hand", "手入力"), NULL);
	static const struct sheet_text heads[] = { { "Author", "入力者" }, { "Entered", "入力時刻" },
		{ "File", "ファイル" }, { "Reason", "理由" } };
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		sheet_column(s, heads[i], NULL)->is_text = true;
	for (unsigned i = 0; i < w->entry_count; i++) {
		const struct wheel_metered *e = w->entries[i];
		unsigned utility = 0;
		for (unsigned k = 0; k < e->count; k++)
			utility += e->rows[k].is_utility;
		sheet_row(s, T1(sheet_printf(s, "%u", i + 1)));
		sheet_number(s, utility, 0, 0);
		sheet_number(s, e->count - utility, 0, 0);
		sheet_words(s, T1(sheet_printf(s, "%s", e->author)));
		sheet_words(s, T1(sheet_printf(s, "%s", utc_civil(text, sizeof(text), e->at, "%Y-%m-%d %H:%M:%S"))));
		sheet_words(s, T1(sheet_printf(s, "%s", e->file)));
		sheet_words(s, T1(sheet_printf(s, "%s", e->reason)));
	}
	sheet_note(s,
	    T2("of a slot that stands in several the last one counts; what none names is our own count",
	        "重複は後の入力が有効。入力のないコマは自計"));
}

/* ---- the parts */

static void
put_parts(const struct report_source *src, struct sheet *s, const struct wheeled *w)
{
	const struct wheel_version *v = wheel_in_force(&w->day);
	const struct site_wheel_part *parts = src->site->wheel->parts.v;
	sheet_table(s, T2("What each took, without loss", "需要家別 (損失を含まず)"), T2("Part", "需要家"));
	sheet_column(s, T2("Plan", "計画"), "kWh");
	sheet_column(s, T2("Actual", "実績"), "kWh");
	sheet_column(s, T2("More than planned", "計画超過"), "kWh");
	for (unsigned p = 0; p < w->terms.part_count; p++) {
		double plan = v != NULL ? 0 : (double)NAN;
		struct sheet_text label = T1(sheet_printf(s, "%s", w->terms.parts[p]));
		for (uint32_t i = 0; i < src->site->wheel->parts.n; i++)
			if (strcmp(parts[i].name, w->terms.parts[p]) == 0 && parts[i].title != NULL)
				label = T2(sheet_printf(s, "%s %s", parts[i].name, parts[i].title),
				    sheet_printf(s, "%s %s", parts[i].name,
				        parts[i].title_ja != NULL ? parts[i].title_ja : parts[i].title));
		for (unsigned slot = 0; v != NULL && slot < w->day.slots; slot++)
			plan += isnan(v->plan.part[p][slot]) ? 0 : v->plan.part[p][slot];
		sheet_row(s, label);
		put_number(s, plan, 1, 0, false);
		sheet_number(s, w->by_part[p].v, 1, w->by_part[p].marks);
		put_number(s, w->by_part[p].v - plan, 1, w->by_part[p].marks, false);
	}
	if (w->unmetered > 0)
		sheet_note(s,
		    T2(sheet_printf(s, "%u of %u parts have no counter here: the demand is that of the others",
		           w->unmetered, w->terms.part_count),
		        sheet_printf(
		            s, "%u/%u 需要家は計量なし。需要実績は残りの合計", w->unmetered, w->terms.part_count)));
}

static enum err
make(const struct report_source *src, struct sheet *sheet, int64_t from, int64_t to, char *message, size_t size)
{
	struct wheeled *w = xcalloc(1, sizeof(*w));
	struct rows r;
	enum err e = wheeled_read(src, sheet, from, to, w, message, size);
	if (e == OK) {
		rows_init(&r, ROWS_HALF_HOURS, from, to, src->now.us / US_PER_MS);
		operating_subtitle(src, sheet, from);
		sheet_table(sheet, T2("Plan and actual of each half hour", "30分毎の計画と実績"), T2("From", "時限"));
		put_columns(src, sheet);
		for (unsigned slot = 0; slot < w->day.slots; slot++)
			put_slot(src, sheet, w, &r, slot);
		put_foot(sheet, w);
		put_versions(sheet, w);
		put_entries(sheet, w);
		put_parts(src, sheet, w);
	}
	wheeled_done(w);
	free(w);
	return e;
}

const struct report_kind rep_wheel = {
	.name = "wheel",
	.title = "Self-wheeling, plan and actual",
	.title_ja = "自己託送 計画/実績",
	.help =
	    "48 half hours of a day: plan and actual of generation and demand, imbalance, price; versions; each part",
	.period = PERIOD_DAY,
	.file_prefix = "WHEEL",
	.files_itself = true,
	.saved_days = 100,
	.make = make,
};
