/* SPDX-License-Identifier: Apache-2.0 */
/*
 * use.c - energies and their CO2, heat and crude oil.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/report/use.h"

enum err
uses_open(const struct report_source *src, struct uses *u, char *message, size_t size)
{
	const struct site_reports *r = src->site->reports;
	*u = (struct uses){ .lines = r != NULL ? r->energy.v : NULL, .count = r != NULL ? r->energy.n : 0 };
	if (u->count == 0) {
		str_printf(message, size,
		    "the site file names no energies to count; write reports: energy: and factors: (chisan-site(5))");
		return ERR_NOT_FOUND;
	}
	u->points = xcalloc(u->count, sizeof(*u->points));
	u->quantities = xcalloc(u->count, sizeof(*u->quantities));
	u->scales = xcalloc(u->count, sizeof(*u->scales));
	for (unsigned i = 0; i < u->count; i++) {
		bool is_rate;
		enum err e = query_find(src->query, u->lines[i].point, &u->points[i]);
		point_id id = site_find_point(src->site, u->lines[i].point);
		const char *unit = id != POINT_NONE ? src->site->points[id].def->unit : NULL;
		if (e == ERR_NOT_FOUND)
			u->points[i].key = 0;
		else if (e != OK)
			return e;
		u->scales[i] = 1;
		(void)quantity_of_unit(unit, &u->quantities[i], &u->scales[i], &is_rate);
	}
	return OK;
}

void
uses_close(struct uses *u)
{
	free(u->points);
	free(u->quantities);
	free(u->scales);
}

static void
remember(struct uses *u, const struct factor *f, bool is_converted)
{
	for (unsigned i = 0; i < u->used_count; i++)
		if (u->used[i].factor == f) {
			u->used[i].is_converted |= is_converted;
			return;
		}
	if (u->used_count < ARRAY_LEN(u->used))
		u->used[u->used_count++] = (struct used_factor){ f, is_converted };
}

/* What one unit of line i amounts to on the day; NaN: no row. *until: the day on which that may change. */
static double
factor_on(
    const struct report_source *src, struct uses *u, unsigned i, enum factor_what what, int64_t day, int64_t *until)
{
	const struct site_use *l = &u->lines[i];
	/* The heat of an energy is its kind's, whoever sells it. */
	struct factor_want want = { l->kind, what == FACTOR_CO2_KG ? l->basis : -1, what,
		what == FACTOR_CO2_KG ? l->supplier : NULL, what == FACTOR_CO2_KG ? l->menu : NULL };
	const struct factor *f = factor_find(&src->site->factors, &want, day, until);
	if (f == NULL)
		return (double)NAN;
	remember(u, f, factor_units[f->unit].per == QUANTITY_M3 && f->volume != l->volume);
	return factor_amount(f, (enum factor_volume)l->volume);
}

enum err
use_amount(const struct report_source *src, const struct uses *u, unsigned i, int64_t from, int64_t to,
    struct figure *out, double *known_ms)
{
	struct bucket b;
	int64_t edges[2] = { from, to };
	*out = (struct figure){ (double)NAN, 0, false };
	*known_ms = 0;
	if (u->points[i].key == 0)
		return OK;
	report_still();
	enum err e = query_spans(src->query, &u->points[i], edges, 1, &b);
	if (e != OK)
		return e;
	double v = u->lines[i].as == COLUMN_INCREMENT
	    ? b.increment
	    : b.mean * (double)b.known * (double)(to - from) / (double)MS_PER_HOUR;
	*out =
	    (struct figure){ v * u->scales[i], figures_marks(src, &u->points[i], u->lines[i].as, &b, from, to), false };
	/* A counter whose readings at both ends are known leaves nothing out. */
	if (!isnan(v))
		*known_ms = (double)(to - from) * (out->marks & (CELL_PARTIAL | CELL_ESTIMATED) ? (double)b.known : 1);
	return OK;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a == DATE_NONE || (b != DATE_NONE && b < a) ? b : a;
}

struct use
use_none(void)
{
	return (struct use){ { (double)NAN, 0, true }, (double)NAN, (double)NAN, 0 };
}

double
use_factor_kg(const struct report_source *src, struct uses *u, unsigned i, int64_t day)
{
	int64_t until;
	return factor_on(src, u, i, FACTOR_CO2_KG, day, &until);
}

/* *until: the day from which on another row may hold. */
static void
add_part(const struct report_source *src, struct uses *u, unsigned i, int64_t day, const struct figure *part,
    double known_ms, struct use *sum, int64_t *until)
{
	int role = u->lines[i].role;
	bool counts = role != USE_OWN && role != USE_SOLD;
	int64_t until_gj = DATE_NONE;
	double gj = (double)NAN, kg = factor_on(src, u, i, FACTOR_CO2_KG, day, until);
	if (counts && role != USE_LOCAL && !u->is_co2_alone)
		gj = factor_on(src, u, i, FACTOR_GJ, day, &until_gj);
	*until = sooner(*until, until_gj);
	if (part == NULL)
		return;
	sum->amount.is_empty = false;
	if (isnan(part->v)) {
		sum->amount.marks |= CELL_PARTIAL;
		return;
	}
	u->lacks_factor |= isnan(kg) && counts;
	sum->amount.marks |= part->marks;
	sum->amount.v = (isnan(sum->amount.v) ? 0 : sum->amount.v) + part->v;
	sum->kg = (isnan(sum->kg) ? 0 : sum->kg) + part->v * kg;
	sum->gj = (isnan(sum->gj) ? 0 : sum->gj) + part->v * gj;
	sum->known_ms += known_ms;
}

void
use_add_day(const struct report_source *src, struct uses *u, unsigned i, int64_t day, const struct figure *amount,
    double known_ms, struct use *sum)
{
	int64_t until;
	add_part(src, u, i, day, amount, known_ms, sum, &until);
}

enum err
use_read(const struct report_source *src, struct uses *u, unsigned i, int64_t from, int64_t to, struct use *out)
{
	int64_t now = src->now.us / US_PER_MS, end;
	bool is_running = to > now;
	*out = use_none();
	if (from >= now)
		return OK;
	out->amount.is_empty = false;
	to = is_running ? now : to;
	for (; from < to; from = end) {
		struct figure part;
		double known_ms;
		int64_t until, day = calendar_day(from);
		add_part(src, u, i, day, NULL, 0, out, &until);
		end = until == DATE_NONE ? to : calendar_begin(until);
		end = end < to ? end : to;
		enum err e = use_amount(src, u, i, from, end, &part, &known_ms);
		if (e != OK)
			return e;
		use_add_day(src, u, i, day, &part, known_ms, out);
	}
	out->amount.marks |= is_running ? CELL_PARTIAL : 0;
	return OK;
}

enum err
use_marks(const struct report_source *src, const struct uses *u, unsigned i, int64_t from, int64_t to, unsigned *marks)
{
	struct figure whole;
	double known_ms;
	int64_t now = src->now.us / US_PER_MS;
	enum err e = use_amount(src, u, i, from, to < now ? to : now, &whole, &known_ms);
	if (e == OK && !isnan(whole.v))
		*marks = whole.marks | (to > now ? CELL_PARTIAL : 0);
	return e;
}

double
use_oil(const struct report_source *src, struct uses *u, double gj, int64_t from)
{
	int64_t until;
	const struct factor_want want = { FACTOR_ENERGY, -1, FACTOR_OIL_KL, NULL, NULL };
	const struct factor *f = factor_find(&src->site->factors, &want, calendar_day(from), &until);
	if (f == NULL)
		return (double)NAN;
	remember(u, f, false);
	return gj * factor_amount(f, VOLUME_NORMAL);
}

/* ---- what it adds up to. A line that is missing, or has no factor, leaves the rest and a mark. */

static double
add_up(const struct uses *u, const struct use *of, unsigned *marks, const double sign[USE_ROLE_COUNT], bool wants_gj)
{
	double sum = (double)NAN;
	*marks = 0;
	for (unsigned i = 0; i < u->count; i++) {
		double v = wants_gj ? of[i].gj : of[i].kg, s = sign[u->lines[i].role];
		if (s == 0 || of[i].amount.is_empty)
			continue;
		*marks |= of[i].amount.marks | (isnan(v) ? CELL_PARTIAL : 0);
		if (!isnan(v))
			sum = (isnan(sum) ? 0 : sum) + s * v;
	}
	return sum;
}

double
use_saved_kg(const struct uses *u, const struct use *of, unsigned *marks)
{
	static const double sign[USE_ROLE_COUNT] = {
		[USE_LOCAL] = 1, [USE_OWN] = -1, [USE_SOLD] = -1, [USE_FUEL] = -1
	};
	bool has_local = false;
	for (unsigned i = 0; i < u->count; i++)
		has_local |= u->lines[i].role == USE_LOCAL;
	*marks = 0;
	return has_local ? add_up(u, of, marks, sign, false) : (double)NAN;
}

double
use_emitted_kg(const struct uses *u, const struct use *of, unsigned *marks)
{
	static const double sign[USE_ROLE_COUNT] = { [USE_PURCHASED] = 1, [USE_FUEL] = 1 };
	return add_up(u, of, marks, sign, false);
}

double
use_energy_gj(const struct uses *u, const struct use *of, unsigned *marks)
{
	static const double sign[USE_ROLE_COUNT] = { [USE_PURCHASED] = 1, [USE_FUEL] = 1 };
	return add_up(u, of, marks, sign, true);
}

/* ---- words */

const char *
use_unit(const struct uses *u, unsigned i)
{
	bool is_normal = u->quantities[i] == QUANTITY_M3 && u->lines[i].volume == VOLUME_NORMAL;
	return is_normal ? "m3N" : quantity_unit(u->quantities[i]);
}

struct sheet_text
use_title(const struct site_use *line)
{
	return (struct sheet_text){ line->title != NULL ? line->title : line->name, line->title_ja };
}

struct sheet_text
use_role_text(int role)
{
	static const struct sheet_text texts[USE_ROLE_COUNT] = { { "purchased", "購入" }, { "fuel", "燃料" },
		{ "local", "地産" }, { "own use", "所内" }, { "sold", "売電" } };
	return texts[role];
}

void
use_factor_table(struct sheet *s, const struct uses *u)
{
	char text[48];
	sheet_table(s, T2("Factors used", "使用した係数"), T2("Factor", "係数"));
	sheet_column(s, T2("Value", "値"), NULL)->width = 9;
	static const struct sheet_text heads[] = { { "Unit", "単位" }, { "Year", "年度" }, { "Basis", "区分" },
		{ "From", "適用" }, { "Supplier, menu", "事業者・メニュー" }, { "Source", "出典" } };
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		sheet_column(s, heads[i], NULL)->is_text = true;
	for (unsigned i = 0; i < u->used_count; i++) {
		const struct factor *f = u->used[i].factor;
		static const char *const basis_ja[] = { "未調整", "基礎", "調整後" };
		sheet_row(s, T1(f->id));
		str_double(text, sizeof(text), f->value);
		sheet_words(s, T1(sheet_printf(s, "%s", text)));
		sheet_words(s, T1(factor_units[f->unit].word));
		sheet_words(s, T1(f->fiscal_year != 0 ? sheet_printf(s, "%d", (int)f->fiscal_year) : ""));
		if (factor_units[f->unit].per == QUANTITY_M3)
			sheet_words(s,
			    T1(sheet_printf(s, "%s%s", factor_volume_words[f->volume].word,
			        u->used[i].is_converted ? ", converted" : "")));
		else if (f->kind == FACTOR_ELECTRICITY && factor_units[f->unit].what == FACTOR_CO2_KG)
			sheet_words(s, T2(factor_basis_words[f->basis].word, basis_ja[f->basis]));
		else
			sheet_words(s, T1(""));
		sheet_words(s, T1(sheet_printf(s, "%s", date_text(text, sizeof(text), f->from))));
		sheet_words(s,
		    T1(sheet_printf(s, "%s%s%s", f->supplier != NULL ? f->supplier : "", f->menu != NULL ? ", " : "",
		        f->menu != NULL ? f->menu : "")));
		sheet_words(s, T1(f->source));
	}
	for (unsigned i = 0; i < u->used_count; i++)
		if (u->used[i].is_converted) {
			sheet_note(s,
			    T2("converted: m3N x 1.106 = m3 at 25 degC and 1 bar (298.15/273.15 x 101.325/100)",
			        "converted: m3N × 1.106 = m3 (25度・1bar換算、298.15/273.15×101.325/100)"));
			break;
		}
	if (u->lacks_factor)
		sheet_note(s,
		    T2("*** where factors: of the site has no row for the kind, supplier, basis and day",
		        "*** は係数表に該当行なし (種別・事業者・区分・日付)"));
}
