/* SPDX-License-Identifier: Apache-2.0 */
/*
 * savings.c - tables of a CSV, parted by empty lines: the head, figures, factors, tariffs.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/savings.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define FIELDS      12
#define FIELD_BYTES 256
#define VALUE_FIRST 1 /* of a row of figures: title, value, mark, value, mark, value, mark, unit, key */
#define UNIT_FIELD  7
#define KEY_FIELD   8

enum table { TABLE_HEAD, TABLE_FIGURES, TABLE_FACTORS, TABLE_TARIFFS };

struct fields {
	unsigned n;
	char text[FIELDS][FIELD_BYTES]; /* what is longer is cut */
};

void
savings_question(struct wbuf *b)
{
	rgot_question(b, rkind_find("saving"), "", RGOT_NOW, REPORT_CSV, false);
}

/* One line of RFC 4180; fields do not hold line ends here. Fields beyond the room are left out. */
static void
split(const char *line, size_t len, struct fields *f)
{
	size_t used = 0;
	bool is_quoted = false;

	f->n = 0;
	f->text[0][0] = '\0';
	for (size_t i = 0; i < len && f->n < FIELDS; i++) {
		char c = line[i];
		if (c == '"' && is_quoted && i + 1 < len && line[i + 1] == '"') {
			i++;
		} else if (c == '"') {
			is_quoted = !is_quoted;
			continue;
		} else if (c == ',' && !is_quoted) {
			used = 0;
			if (++f->n < FIELDS)
				f->text[f->n][0] = '\0';
			continue;
		}
		if (used + 1 < FIELD_BYTES) {
			f->text[f->n][used++] = c;
			f->text[f->n][used] = '\0';
		}
	}
	f->n = f->n < FIELDS ? f->n + 1 : FIELDS;
}

/* A key is a word of the program's, a dot and a name of the site's at most; heads of columns are none. */
static bool
is_key(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz_");

	return n > 0 && (s[n] == '\0' || (s[n] == '.' && s[n + 1] != '\0'));
}

/* "known least: Bought (GRID.RX.KWH_IMP); what is not known ..." in either language. */
static void
take_least(struct savings *s, const struct fields *f)
{
	static const struct {
		const char *begin, *end;
	} words[] = { { "known least: ", "; what is" }, { "把握率が最低: ", "。" } };

	for (size_t i = 0; i < ARRAY_LEN(words) && f->n == 1; i++) {
		size_t len = strlen(words[i].begin);
		const char *end = strstr(f->text[0], words[i].end);
		if (strncmp(f->text[0], words[i].begin, len) == 0 && end != NULL)
			str_printf(
			    s->least, sizeof s->least, "%.*s", (int)(end - f->text[0] - (int)len), f->text[0] + len);
	}
}

static void
take_figures(struct savings *s, const struct fields *f)
{
	struct savings_row *r = &s->rows[s->row_count];
	const char *dot;

	if (f->n != KEY_FIELD + 1) {
		take_least(s, f);
		return;
	}
	if (f->text[KEY_FIELD][0] == '\0' && f->text[VALUE_FIRST][0] != '\0' && s->spans[0][0] == '\0')
		for (int k = 0; k < SAVINGS_SPANS; k++)
			str_copy(s->spans[k], sizeof s->spans[k], f->text[VALUE_FIRST + 2 * k]);
	if (!is_key(f->text[KEY_FIELD]) || s->row_count == SAVINGS_ROWS)
		return;
	*r = (struct savings_row){ .decimals = 0 };
	str_copy(r->title, sizeof r->title, f->text[0]);
	str_copy(r->unit, sizeof r->unit, f->text[UNIT_FIELD]);
	str_copy(r->key, sizeof r->key, f->text[KEY_FIELD]);
	for (int k = 0; k < SAVINGS_SPANS; k++) {
		const char *text = f->text[VALUE_FIRST + 2 * k];
		r->is_there[k] = text[0] != '\0';
		if (!str_to_double(text, &r->v[k]))
			r->v[k] = (double)NAN;
		else if ((dot = strchr(text, '.')) != NULL)
			r->decimals = (int)strspn(dot + 1, "0123456789");
		str_copy(r->marks[k], sizeof r->marks[k], f->text[VALUE_FIRST + 2 * k + 1]);
	}
	s->row_count++;
}

/* id, value, mark, unit, year, basis, from, supplier, source; or plan, from, supplier, contract, source. */
static void
take_source(struct savings *s, const struct fields *f, bool is_factor)
{
	unsigned *n = is_factor ? &s->factor_count : &s->tariff_count;
	struct savings_factor *list = is_factor ? s->factors : s->tariffs;

	if (f->n != (is_factor ? 9 : 5) || *n == SAVINGS_FACTORS)
		return;
	struct savings_factor *k = &list[(*n)++];
	*k = (struct savings_factor){ "", "", "", "", "" };
	str_copy(k->id, sizeof k->id, f->text[0]);
	str_copy(k->value, sizeof k->value, is_factor ? f->text[1] : "");
	str_copy(k->unit, sizeof k->unit, is_factor ? f->text[3] : "");
	str_copy(k->from, sizeof k->from, f->text[is_factor ? 6 : 1]);
	str_copy(k->source, sizeof k->source, f->text[is_factor ? 8 : 4]);
}

bool
savings_read(const char *csv, size_t len, struct savings *s)
{
	const char *end = csv + len;
	unsigned table = TABLE_HEAD, line = 0;
	struct fields f;

	*s = (struct savings){ .row_count = 0 };
	if (len >= 3 && memcmp(csv, "\xEF\xBB\xBF", 3) == 0)
		csv += 3;
	for (const char *stop; csv < end; csv = stop < end ? stop + 1 : end) {
		stop = memchr(csv, '\n', (size_t)(end - csv));
		stop = stop != NULL ? stop : end;
		size_t n = (size_t)(stop - csv);
		n -= n > 0 && csv[n - 1] == '\r';
		if (n == 0) {
			table++;
			line = 0;
			continue;
		}
		split(csv, n, &f);
		if (table == TABLE_HEAD && line == 0)
			s->is_ja = strcmp(f.text[0], "report") != 0;
		/* Two lines above the rows: what the table is, and its heads. */
		if (table == TABLE_FIGURES)
			take_figures(s, &f);
		else if ((table == TABLE_FACTORS || table == TABLE_TARIFFS) && line >= 2)
			take_source(s, &f, table == TABLE_FACTORS);
		line++;
	}
	return s->row_count > 0;
}

const struct savings_row *
savings_find(const struct savings *s, const char *key)
{
	for (unsigned i = 0; i < s->row_count; i++)
		if (strcmp(s->rows[i].key, key) == 0)
			return &s->rows[i];
	return NULL;
}

const char *
savings_title(const struct savings *s, const struct savings_row *r, bool is_ja)
{
	static const struct {
		const char *key, *en, *ja;
	} titles[] = {
		{ "saved_local", "Saved by local production", "地産による削減量" },
		{ "saved_dispatch", "Saved by dispatch", "需給制御による削減量" },
		{ "emitted", "Emitted (bought + fuel)", "排出量 (購入+燃料)" },
		{ "without_local", "Without local production", "地産なしの排出量" },
		{ "target_due", "Target until now", "目標 (現時点)" },
		{ "target_share", "Of the target until now", "目標比 (現時点)" },
		{ "target", "Target of the fiscal year", "年度目標" },
		{ "expected", "Expected by its end", "年度末見込" },
		{ "bought", "Electricity drawn", "買電電力量" },
		{ "given", "Electricity given", "逆送電力量" },
		{ "made", "Electricity made here", "地産電力量" },
		{ "own", "Used by the plant itself", "所内電力量" },
		{ "heat", "Heat supplied", "熱供給量" },
		{ "cost", "Cost of energy drawn", "買電電力量料金" },
		{ "cost_saved", "Cost saved by dispatch", "需給制御による削減額" },
		{ "greatest", "Greatest half hour", "最大デマンド" },
		{ "greatest_without", "Greatest without batteries", "最大デマンド (蓄電池なし)" },
		{ "base", "Demand charge", "基本料金" },
		{ "base_saved", "Its part saved by dispatch", "需給制御による基本料金削減額" },
		{ "known", "Known of the time: energies", "把握率 エネルギー" },
		{ "known_cost", "Known of the time: cost", "把握率 料金" },
		{ "known_dispatch", "Known of the time: dispatch", "把握率 需給制御" },
	};
	const char *dot = strchr(r->key, '.');

	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (strcmp(titles[i].key, r->key) == 0)
			return is_ja ? titles[i].ja : titles[i].en;
	return s->is_ja == is_ja || dot == NULL ? r->title : dot + 1;
}

char *
savings_number(const struct savings_row *r, int span, char *buf, size_t size)
{
	char digits[40];
	size_t n = 0;

	if (!r->is_there[span] || isnan(r->v[span])) {
		str_copy(buf, size, r->is_there[span] ? "***" : "");
		return buf;
	}
	str_fixed(digits, sizeof digits, r->v[span], r->decimals);
	size_t whole = strcspn(digits, ".");
	for (size_t i = 0; digits[i] != '\0' && n + 2 < size; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && digits[i - 1] != '-')
			buf[n++] = ',';
		buf[n++] = digits[i];
	}
	buf[n] = '\0';
	return buf;
}
