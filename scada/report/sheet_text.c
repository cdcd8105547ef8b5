/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet_text.c - a sheet as pages of text: no line wider than 132 cells, columns right to the cell also in Japanese, widths as
 * wcwidth() says. Columns that do not fit go on to a further block, rows to a further page with their heads again.
 * The layout runs twice: once to count the pages, once to write them.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/base/wire.h"
#include "scada/report/calendar.h"
#include "scada/report/sheet.h"
#include "scada/report/wrap.h"

#define COLUMN_LEAST  9  /* cells, with the gap before it */
#define COLUMN_TIGHT  8  /* if that saves a page */
#define COLUMN_MOST   14 /* a column is not made wider than this when there is room */
#define COLUMN_WORD   18 /* but for the longest word of its title */
#define BLOCK_COLUMNS 64
#define FOLD_GAP      4
#define HEAD_LINES    3
#define FOOT_LINES    3 /* rule, legend, and one left for the confirmation */
#define TITLE_LINES   4
#define LINE_BYTES    1024 /* 132 cells of at most 4 bytes and 4 marks each would be more; such a line is cut */

struct pages {
	struct wbuf out;
	const struct sheet *sheet;
	const struct sheet_head *head;
	bool is_ja, is_counting;
	unsigned page, page_count;
	unsigned line;  /* of the page's body */
	bool wants_gap; /* a blank line before the next table, unless it begins a page */
};

/* Where the columns of a block stand. */
struct block {
	const struct sheet_table *table;
	unsigned first, count;     /* columns */
	int label;                 /* cells of the row labels */
	int widths[BLOCK_COLUMNS]; /* with the gap before each */
	int marks[BLOCK_COLUMNS];  /* cells kept for marks */
	int total;
};

/* ---- lines */

static void
put(struct pages *p, const char *text)
{
	size_t n = strlen(text);
	if (!p->is_counting && n > 0)
		memcpy(wbuf_grow(&p->out, n), text, n);
}

/* Without the blanks at its end. */
static void
put_line(struct pages *p, const char *text)
{
	char line[LINE_BYTES];
	str_copy(line, sizeof(line), text);
	size_t n = strlen(line);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n] = '\0';
	put(p, line);
	put(p, "\n");
	p->line++;
}

static void
put_rule(struct pages *p, char c, int cells)
{
	char line[SHEET_CELLS + 1];
	memset(line, c, (size_t)cells);
	line[cells] = '\0';
	put_line(p, line);
}

/* Left and right at the two ends of a line; the left one is cut if need be. */
static void
put_ends(struct pages *p, const char *left, const char *right)
{
	char line[LINE_BYTES];
	int w = text_width(right);
	text_fit(line, sizeof(line), left, SHEET_CELLS - w, false);
	str_append(line, sizeof(line), right);
	put_line(p, line);
}

static void
put_wrapped(struct pages *p, const char *text, int indent)
{
	char line[LINE_BYTES], whole[LINE_BYTES + 8];
	struct wrap w;
	wrap_begin(&w, text, SHEET_CELLS - indent);
	for (int i = 0; wrap_next(&w, line, sizeof(line)); i++) {
		str_printf(whole, sizeof(whole), "%*s%s", i > 0 ? indent : 0, "", line);
		put_line(p, whole);
	}
	wrap_end(&w);
}

/* ---- pages */

static void
begin_page(struct pages *p)
{
	char left[512], right[160], at[32], period[96];
	const struct sheet_head *h = p->head;
	p->page++;
	p->line = 0;
	str_printf(left, sizeof(left), "%s  %s", sheet_pick(h->title, p->is_ja), sheet_pick(h->site, p->is_ja));
	str_printf(right, sizeof(right), "%s %u/%u", p->is_ja ? "頁" : "page", p->page, p->page_count);
	put_ends(p, left, right);
	str_copy(period, sizeof(period), sheet_pick(p->sheet->subtitle, p->is_ja));
	/* A label that is a time says nothing that the period does not say better. */
	const char *label = strchr(h->label, 'T') == NULL ? h->label : "";
	str_printf(left, sizeof(left), "%s%s%s%s%s", label, period[0] != '\0' && label[0] != '\0' ? " " : "", period,
	    h->is_final ? "" : "  ",
	    h->is_final    ? ""
	        : p->is_ja ? "(途中)"
	                   : "(not over yet)");
	str_printf(right, sizeof(right), "%s %s", p->is_ja ? "作成" : "made",
	    calendar_text(at, sizeof(at), h->made, "%Y-%m-%d %H:%M:%S %Z"));
	put_ends(p, left, right);
	put_rule(p, '=', SHEET_CELLS);
	p->line = 0;
}

static void
end_page(struct pages *p)
{
	char right[80];
	put_rule(p, '-', SHEET_CELLS);
	str_printf(right, sizeof(right), "digest %s", p->head->digest);
	put_ends(p,
	    p->is_ja ? "*** 欠測  # 一部欠測  M 手入力あり  S 推定値あり  ~ 不確かな値あり"
	             : "*** missing  # partly missing  M entered by hand  S estimated  ~ not all of good quality",
	    right);
}

/* Room for so many lines, else a new page. */
static void
need(struct pages *p, unsigned lines)
{
	bool has_gap = p->wants_gap && p->line > 0;
	p->wants_gap = false;
	if (p->page > 0 && p->line + lines + has_gap <= SHEET_LINES - HEAD_LINES - FOOT_LINES) {
		if (has_gap)
			put_line(p, "");
		return;
	}
	if (p->page > 0) {
		end_page(p);
		put(p, "\f");
	}
	begin_page(p);
}

/* ---- columns */

static int
cell_width(const struct cell *c, bool is_ja)
{
	char number[64];
	switch ((enum cell_form)c->form) {
	case CELL_NUMBER: return text_width(str_fixed(number, sizeof(number), c->v, c->decimals));
	case CELL_MISSING: return 3;
	case CELL_TEXT: return text_width(sheet_pick(c->text, is_ja));
	default: return 0;
	}
}

/* Cells that a column wants, at least so many, and how many of them are for marks. */
static int
column_width(const struct sheet_table *t, unsigned column, int least, bool is_ja, int *marks)
{
	char letters[8];
	const struct sheet_column *k = &t->columns[column];
	int most = 0;
	*marks = k->is_text ? 0 : 1;
	for (unsigned i = 0; i < t->row_count; i++) {
		const struct cell *c = &t->rows[i].cells[column];
		int m = (int)strlen(sheet_mark_letters(c->marks, letters)), w = cell_width(c, is_ja);
		*marks = m > *marks ? m : *marks;
		/* A text among numbers ends where the marks do. */
		w -= c->form == CELL_TEXT && !k->is_text ? 1 : 0;
		most = w > most ? w : most;
	}
	int w = 1 + most + *marks, unit = k->unit != NULL ? 1 + text_width(k->unit) : 0;
	int as = 1 + text_width(sheet_pick(k->as, is_ja)), title = 1 + text_width(sheet_pick(k->title, is_ja));
	w = w > unit ? w : unit;
	w = w > as ? w : as;
	if (k->is_text) {
		int room = k->width > 0 ? k->width : 24;
		w = 1 + (w > title ? w : title); /* a text is told from the next by two blanks */
		return w < room ? w : room;
	}
	least = k->width > least ? k->width : least;
	return w > least ? w : least;
}

static int
label_width(const struct sheet_table *t, bool is_ja)
{
	int most = text_width(sheet_pick(t->row_title, is_ja));
	for (unsigned i = 0; i < t->row_count; i++) {
		int w = text_width(sheet_pick(t->rows[i].label, is_ja));
		most = w > most ? w : most;
	}
	return most < 40 ? most : 40;
}

/* How many columns from `first` on `cells` hold, at least one. */
static unsigned
count_fitting(const struct sheet_table *t, unsigned first, int cells, int least, bool is_ja)
{
	unsigned n = 0;
	int marks, total = label_width(t, is_ja);
	while (first + n < t->column_count && n < BLOCK_COLUMNS) {
		total += column_width(t, first + n, least, is_ja, &marks);
		if (n > 0 && total > cells)
			break;
		n++;
	}
	return n;
}

static unsigned
count_blocks(const struct sheet_table *t, int cells, int least, bool is_ja)
{
	unsigned n = 0, first = 0;
	do {
		first += count_fitting(t, first, cells, least, is_ja);
		n++;
	} while (first < t->column_count);
	return n;
}

/* What is left over: first to titles whose words would be broken, then to all alike. */
static void
share_out(struct block *b, int cells, bool is_ja)
{
	for (int round = 0; round < 2; round++)
		for (bool grew = true; grew;) {
			grew = false;
			for (unsigned i = 0; i < b->count && b->total < cells; i++) {
				const struct sheet_column *k = &b->table->columns[b->first + i];
				int word = 1 + wrap_word(sheet_pick(k->title, is_ja));
				int most = round > 0 ? COLUMN_MOST : word < COLUMN_WORD ? word : COLUMN_WORD;
				if (b->widths[i] >= most || k->is_text ||
				    (round > 0 && b->total + (int)b->count > cells))
					continue;
				b->widths[i]++;
				b->total++;
				grew = true;
			}
		}
}

/* At most so many columns from `first` on, as `cells` hold. */
static void
fill_block(
    struct block *b, const struct sheet_table *t, unsigned first, unsigned most, int cells, int least, bool is_ja)
{
	*b = (struct block){ .table = t, .first = first, .label = label_width(t, is_ja) };
	b->count = count_fitting(t, first, cells, least, is_ja);
	b->count = b->count < most ? b->count : most;
	b->total = b->label;
	for (unsigned i = 0; i < b->count; i++) {
		int w = column_width(t, first + i, least, is_ja, &b->marks[i]);
		b->widths[i] = b->total + w > cells ? cells - b->total : w;
		b->total += b->widths[i];
	}
	/* The last text takes what is left; else all grow. */
	for (unsigned i = b->count; i-- > 0;)
		if (t->columns[first + i].is_text && t->columns[first + i].width == 0) {
			b->widths[i] += cells - b->total;
			b->total = cells;
			return;
		}
	share_out(b, cells, is_ja);
}

static void
append_fit(char *line, size_t size, const char *text, int cells, bool right)
{
	char part[LINE_BYTES];
	text_fit(part, sizeof(part), text, cells, right);
	str_append(line, size, part);
}

enum head_line { HEAD_TITLE, HEAD_TAG, HEAD_UNIT, HEAD_AS, HEAD_COUNT };

static const char *
head_text(const struct sheet_column *k, enum head_line what, bool is_ja)
{
	switch (what) {
	case HEAD_TITLE: return sheet_pick(k->title, is_ja);
	case HEAD_TAG: return k->tag != NULL ? k->tag : "";
	case HEAD_UNIT: return k->unit != NULL ? k->unit : "";
	default: return sheet_pick(k->as, is_ja);
	}
}

static unsigned
head_lines(const struct block *b, enum head_line what, bool is_ja)
{
	unsigned most = 0;
	for (unsigned i = 0; i < b->count; i++) {
		unsigned n = wrap_count(head_text(&b->table->columns[b->first + i], what, is_ja), b->widths[i] - 1);
		most = n > most ? n : most;
	}
	return most < TITLE_LINES ? most : TITLE_LINES;
}

/* Line `line` of one row of heads. */
static void
head_line(const struct block *b, enum head_line what, unsigned line, bool is_ja, char *out, size_t size)
{
	char part[LINE_BYTES];
	const char *label = what == HEAD_TITLE && line == 0 ? sheet_pick(b->table->row_title, is_ja) : "";
	out[0] = '\0';
	append_fit(out, size, label, b->label, false);
	for (unsigned i = 0; i < b->count; i++) {
		const struct sheet_column *k = &b->table->columns[b->first + i];
		const char *text = head_text(k, what, is_ja);
		wrap_line(text, b->widths[i] - 1, line, part, sizeof(part));
		if (line + 1 == TITLE_LINES && wrap_count(text, b->widths[i] - 1) > TITLE_LINES)
			str_append(part, sizeof(part), "~"); /* text_fit cuts what is too much */
		str_append(out, size, " ");
		append_fit(out, size, part, b->widths[i] - 1, !k->is_text);
	}
}

static unsigned
row_lines(const struct block *b, const struct sheet_row *r, bool is_ja)
{
	unsigned most = 1;
	for (unsigned i = 0; i < b->count; i++) {
		const struct cell *c = &r->cells[b->first + i];
		if (c->form != CELL_TEXT || !b->table->columns[b->first + i].is_text)
			continue;
		unsigned n = wrap_count(sheet_pick(c->text, is_ja), b->widths[i] - 1);
		most = n > most ? n : most;
	}
	return most;
}

static void
append_cell(
    const struct block *b, const struct sheet_row *r, unsigned i, unsigned line, bool is_ja, char *out, size_t size)
{
	char part[LINE_BYTES] = "", letters[8] = "";
	const struct cell *c = &r->cells[b->first + i];
	bool is_text = b->table->columns[b->first + i].is_text;
	int room = b->widths[i] - 1;
	str_append(out, size, " ");
	if (c->form == CELL_TEXT && is_text) {
		wrap_line(sheet_pick(c->text, is_ja), room, line, part, sizeof(part));
		append_fit(out, size, part, room, false);
		return;
	}
	if (line == 0 && c->form == CELL_TEXT) {
		append_fit(out, size, sheet_pick(c->text, is_ja), room, true);
		return;
	}
	if (line == 0 && c->form == CELL_NUMBER)
		str_fixed(part, sizeof(part), c->v, c->decimals);
	else if (line == 0 && c->form == CELL_MISSING)
		str_copy(part, sizeof(part), "***");
	append_fit(out, size, part, room - b->marks[i], true);
	append_fit(out, size, line == 0 ? sheet_mark_letters(c->marks, letters) : "", b->marks[i], false);
}

static void
row_line(const struct block *b, const struct sheet_row *r, unsigned line, bool is_ja, char *out, size_t size)
{
	out[0] = '\0';
	append_fit(out, size, line == 0 ? sheet_pick(r->label, is_ja) : "", b->label, false);
	for (unsigned i = 0; i < b->count; i++)
		append_cell(b, r, i, line, is_ja, out, size);
}

/* ---- blocks */

static unsigned
count_heads(const struct block *b, bool is_ja)
{
	unsigned n = 2; /* title and rule */
	for (int what = 0; what < HEAD_COUNT; what++)
		n += head_lines(b, (enum head_line)what, is_ja);
	return n;
}

static void
put_heads(struct pages *p, const struct block *b, bool is_again)
{
	char line[LINE_BYTES], title[400];
	str_printf(title, sizeof(title), "%s%s", sheet_pick(b->table->title, p->is_ja),
	    is_again || b->first > 0 ? p->is_ja ? " (続き)" : " (continued)" : "");
	put_wrapped(p, title, 0);
	for (int what = 0; what < HEAD_COUNT; what++)
		for (unsigned i = 0; i < head_lines(b, (enum head_line)what, p->is_ja); i++) {
			head_line(b, (enum head_line)what, i, p->is_ja, line, sizeof(line));
			put_line(p, line);
		}
	put_rule(p, '-', b->total);
}

static void
put_block(struct pages *p, const struct block *b)
{
	char line[LINE_BYTES];
	const struct sheet_table *t = b->table;
	unsigned heads = count_heads(b, p->is_ja), whole = heads + 1;
	bool is_foot = false;
	for (unsigned i = 0; i < t->row_count; i++)
		whole += row_lines(b, &t->rows[i], p->is_ja);
	/* A block that a page can hold stands on one. */
	bool fits = whole <= SHEET_LINES - HEAD_LINES - FOOT_LINES;
	need(p, fits ? whole : heads + 4);
	put_heads(p, b, false);
	for (unsigned i = 0; i < t->row_count; i++) {
		unsigned lines = row_lines(b, &t->rows[i], p->is_ja), page = p->page;
		need(p, lines + (t->rows[i].is_foot && !is_foot));
		if (p->page != page)
			put_heads(p, b, true);
		if (t->rows[i].is_foot && !is_foot)
			put_rule(p, '-', b->total);
		is_foot = t->rows[i].is_foot;
		for (unsigned k = 0; k < lines; k++) {
			row_line(b, &t->rows[i], k, p->is_ja, line, sizeof(line));
			put_line(p, line);
		}
	}
}

/* Left and right half of the rows beside each other; then the foot on the left. */
static void
put_folded(struct pages *p, const struct block *b)
{
	char left[LINE_BYTES], right[LINE_BYTES];
	const struct sheet_table *t = b->table;
	unsigned body = 0;
	while (body < t->row_count && !t->rows[body].is_foot)
		body++;
	unsigned half = (body + 1) / 2;
	need(p, count_heads(b, p->is_ja) + half + 1 + t->row_count - body);
	put_wrapped(p, sheet_pick(t->title, p->is_ja), 0);
	for (int what = 0; what < HEAD_COUNT; what++)
		for (unsigned i = 0; i < head_lines(b, (enum head_line)what, p->is_ja); i++) {
			head_line(b, (enum head_line)what, i, p->is_ja, left, sizeof(left));
			str_copy(right, sizeof(right), left);
			str_append(left, sizeof(left), "  | ");
			str_append(left, sizeof(left), right);
			put_line(p, left);
		}
	put_rule(p, '-', b->total * 2 + FOLD_GAP);
	for (unsigned i = 0; i < half; i++) {
		row_line(b, &t->rows[i], 0, p->is_ja, left, sizeof(left));
		str_append(left, sizeof(left), "  | ");
		if (half + i < body) {
			row_line(b, &t->rows[half + i], 0, p->is_ja, right, sizeof(right));
			str_append(left, sizeof(left), right);
		}
		put_line(p, left);
	}
	put_rule(p, '-', b->total * 2 + FOLD_GAP);
	for (unsigned i = body; i < t->row_count; i++) {
		row_line(b, &t->rows[i], 0, p->is_ja, left, sizeof(left));
		put_line(p, left);
	}
}

static void
put_table(struct pages *p, const struct sheet_table *t)
{
	struct block b;
	int cells = t->is_folded ? (SHEET_CELLS - FOLD_GAP) / 2 : SHEET_CELLS, least = COLUMN_LEAST;
	unsigned blocks = count_blocks(t, cells, least, p->is_ja), first = 0;
	if (blocks > 1 && count_blocks(t, cells, COLUMN_TIGHT, p->is_ja) < blocks) {
		least = COLUMN_TIGHT;
		blocks = count_blocks(t, cells, least, p->is_ja);
	}
	if (t->row_count == 0) {
		p->wants_gap = true;
		need(p, 2 + t->note_count);
		put_wrapped(p, sheet_pick(t->title, p->is_ja), 0);
		blocks = 0;
	}
	/* Blocks of about as many columns each: a last page with a single one helps nobody. */
	while (blocks > 0) {
		unsigned left = t->column_count - first;
		fill_block(&b, t, first, blocks > 1 ? (left + blocks - 1) / blocks : left, cells, least, p->is_ja);
		p->wants_gap = true;
		if (t->is_folded)
			put_folded(p, &b);
		else
			put_block(p, &b);
		first += b.count;
		blocks = first == t->column_count || b.count == 0 ? 0 : blocks - (blocks > 1);
	}
	for (unsigned i = 0; i < t->note_count; i++) {
		const char *note = sheet_pick(t->notes[i], p->is_ja);
		need(p, wrap_count(note, SHEET_CELLS - 4));
		put_wrapped(p, note, 2);
	}
}

static void
put_signatures(struct pages *p)
{
	need(p, 7);
	put_line(p, "");
	put_line(p,
	    p->is_ja
	        ? "引継者 (署名・日時)                                             引受者 (署名・日時)"
	        : "Handed over by (signature, time)                                Taken over by (signature, time)");
	put_line(p, "");
	put_line(p, "");
	put_line(p,
	    "________________________________________________________        "
	    "________________________________________________________");
}

static void
lay_out(struct pages *p)
{
	p->page = p->line = 0;
	p->wants_gap = false;
	for (unsigned i = 0; i < p->sheet->table_count; i++)
		put_table(p, &p->sheet->tables[i]);
	need(p, 0);
	if (p->sheet->has_signatures)
		put_signatures(p);
	end_page(p);
}

char *
sheet_to_text(const struct sheet *s, const struct sheet_head *head, bool is_ja)
{
	struct pages p = { .sheet = s, .head = head, .is_ja = is_ja, .is_counting = true };
	wbuf_init(&p.out);
	lay_out(&p);
	p.page_count = p.page;
	p.is_counting = false;
	lay_out(&p);
	char *text = xstrndup((const char *)p.out.data, p.out.len);
	wbuf_done(&p.out);
	return text;
}
