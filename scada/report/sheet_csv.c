/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet_csv.c - a sheet as CSV (RFC 4180, lines end with \n here): numbers as in C, each followed by a column for its marks, so that
 * a spreadsheet adds up the figures themselves. Nothing in it depends on when it was made: the same data give the same bytes.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/base/wire.h"
#include "scada/report/calendar.h"
#include "scada/report/sheet.h"

struct csv {
	struct wbuf out;
	bool is_ja, is_begun; /* is_begun: the line has a field */
};

static void
put(struct csv *c, const char *text)
{
	size_t n = strlen(text);
	if (n > 0)
		memcpy(wbuf_grow(&c->out, n), text, n);
}

static void
put_sep(struct csv *c)
{
	if (c->is_begun)
		put(c, ",");
	c->is_begun = true;
}

static void
end_line(struct csv *c)
{
	put(c, "\n");
	c->is_begun = false;
}

/* Our own: numbers, times, marks. */
static void
put_field(struct csv *c, const char *text)
{
	put_sep(c);
	put(c, text);
}

/* Text: a spreadsheet would take one that begins so for a formula (OWASP, CSV injection); a ' before it makes it text. */
static void
put_text(struct csv *c, const char *text)
{
	bool is_formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL && strcmp(text, "-") != 0;
	put_sep(c);
	if (!is_formula && strpbrk(text, ",\"\n\r") == NULL) {
		put(c, text);
		return;
	}
	put(c, is_formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		char piece[2] = { *text, '\0' };
		put(c, *text == '"' ? "\"\"" : piece);
	}
	put(c, "\"");
}

static void
put_pick(struct csv *c, struct sheet_text t)
{
	put_text(c, sheet_pick(t, c->is_ja));
}

static void
put_heads(struct csv *c, const struct sheet_table *t, bool has_iso)
{
	for (int line = 0; line < 4; line++) {
		static const struct sheet_text names[] = { { NULL, NULL }, { "tag", "タグ" }, { "unit", "単位" },
			{ "value", "種別" } };
		bool is_used = line == 0;
		for (unsigned i = 0; i < t->column_count && !is_used; i++)
			is_used = line == 1 ? t->columns[i].tag != NULL
			    : line == 2     ? t->columns[i].unit != NULL
			                    : t->columns[i].as.en != NULL;
		if (!is_used)
			continue;
		put_pick(c, line == 0 ? t->row_title : names[line]);
		if (has_iso)
			put_field(c, line == 0 ? "from" : "");
		for (unsigned i = 0; i < t->column_count; i++) {
			const struct sheet_column *k = &t->columns[i];
			if (line == 0)
				put_pick(c, k->title);
			else if (line == 3)
				put_pick(c, k->as.en != NULL ? k->as : T1(""));
			else
				put_text(c,
				    line == 1             ? (k->tag != NULL ? k->tag : "")
				        : k->unit != NULL ? k->unit
				                          : "");
			if (!k->is_text)
				put_text(c, line == 0 ? sheet_pick(T2("mark", "記号"), c->is_ja) : "");
		}
		end_line(c);
	}
}

static void
put_cell(struct csv *c, const struct cell *cell, bool is_text)
{
	char number[64], letters[8] = "";
	switch ((enum cell_form)cell->form) {
	case CELL_EMPTY: put_field(c, ""); break;
	case CELL_MISSING: put_field(c, "***"); break;
	case CELL_NUMBER:
		put_field(c, str_fixed(number, sizeof(number), cell->v, cell->decimals));
		sheet_mark_letters(cell->marks, letters);
		break;
	case CELL_TEXT: put_pick(c, cell->text); break;
	}
	if (!is_text)
		put_field(c, letters);
}

static void
put_table(struct csv *c, const struct sheet_table *t)
{
	bool has_iso = false;
	end_line(c);
	put_pick(c, t->title);
	end_line(c);
	for (unsigned i = 0; i < t->row_count; i++)
		has_iso |= t->rows[i].iso != NULL;
	if (t->column_count > 0)
		put_heads(c, t, has_iso);
	for (unsigned i = 0; i < t->row_count; i++) {
		const struct sheet_row *r = &t->rows[i];
		put_pick(c, r->label);
		if (has_iso)
			put_field(c, r->iso != NULL ? r->iso : "");
		for (unsigned k = 0; k < t->column_count; k++)
			put_cell(c, &r->cells[k], t->columns[k].is_text);
		end_line(c);
	}
	for (unsigned i = 0; i < t->note_count; i++) {
		put_pick(c, t->notes[i]);
		end_line(c);
	}
}

static void
put_pair(struct csv *c, struct sheet_text name, const char *value)
{
	put_pick(c, name);
	put_text(c, value);
	end_line(c);
}

char *
sheet_to_csv(const struct sheet *s, const struct sheet_head *head, bool is_ja)
{
	char iso[32];
	struct csv c = { .is_ja = is_ja };
	wbuf_init(&c.out);
	put_pair(&c, T2("report", "帳票"), sheet_pick(head->title, is_ja));
	put_pair(&c, T2("site", "施設"), sheet_pick(head->site, is_ja));
	put_pair(&c, T2("period", "期間"), head->label);
	put_pair(&c, T2("from", "開始"), calendar_iso(iso, sizeof(iso), head->from));
	put_pair(&c, T2("to", "終了"), calendar_iso(iso, sizeof(iso), head->to));
	put_pair(
	    &c, T2("state", "状態"), sheet_pick(head->is_final ? T2("closed", "締切") : T2("running", "途中"), is_ja));
	if (s->subtitle.en != NULL)
		put_pair(&c, T2("day", "日"), sheet_pick(s->subtitle, is_ja));
	for (unsigned i = 0; i < s->table_count; i++)
		put_table(&c, &s->tables[i]);
	char *text = xstrndup((const char *)c.out.data, c.out.len);
	wbuf_done(&c.out);
	return text;
}
