/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.c - tables of cells as a kind of report fills them.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/base/point.h"
#include "scada/report/sheet.h"

struct sheet *
sheet_new(void)
{
	struct sheet *s = xcalloc(1, sizeof(*s));
	s->arena = arena_new();
	return s;
}

void
sheet_free(struct sheet *s)
{
	for (unsigned i = 0; s != NULL && i < s->table_count; i++) {
		free(s->tables[i].columns);
		free(s->tables[i].rows);
		free(s->tables[i].notes);
	}
	if (s != NULL) {
		free(s->tables);
		arena_free(s->arena);
	}
	free(s);
}

const char *
sheet_printf(struct sheet *s, const char *fmt, ...)
{
	char few[256];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(few, sizeof(few), fmt, ap);
	va_end(ap);
	if (n < (int)sizeof(few))
		return arena_strdup(s->arena, few);
	char *text = arena_alloc(s->arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return text;
}

const char *
sheet_pick(struct sheet_text t, bool is_ja)
{
	const char *text = is_ja && t.ja != NULL ? t.ja : t.en;
	return text != NULL ? text : t.ja != NULL ? t.ja : "";
}

/* One more element of an array that grows by half. */
#define GROW(array, count, room) \
	do { \
		if ((count) == (room)) { \
			unsigned grown = (room) + (room) / 2 + 8; \
			(array) = xrecallocarray((array), (room), grown, sizeof(*(array))); \
			(room) = grown; \
		} \
	} while (0)

static struct sheet_table *
newest(const struct sheet *s)
{
	assert(s->table_count > 0);
	return &s->tables[s->table_count - 1];
}

struct sheet_table *
sheet_table(struct sheet *s, struct sheet_text title, struct sheet_text row_title)
{
	GROW(s->tables, s->table_count, s->table_room);
	struct sheet_table *t = &s->tables[s->table_count++];
	t->title = title;
	t->row_title = row_title;
	return t;
}

struct sheet_column *
sheet_column(struct sheet *s, struct sheet_text title, const char *unit)
{
	struct sheet_table *t = newest(s);
	assert(t->row_count == 0);
	GROW(t->columns, t->column_count, t->column_room);
	struct sheet_column *c = &t->columns[t->column_count++];
	c->title = title;
	c->unit = unit;
	return c;
}

struct sheet_row *
sheet_row(struct sheet *s, struct sheet_text label)
{
	struct sheet_table *t = newest(s);
	GROW(t->rows, t->row_count, t->row_room);
	struct sheet_row *r = &t->rows[t->row_count++];
	r->label = label;
	r->is_foot = t->is_foot;
	r->cells = arena_alloc(s->arena, (t->column_count + 1) * sizeof(*r->cells));
	return r;
}

void
sheet_foot(struct sheet *s)
{
	newest(s)->is_foot = true;
}

static struct cell *
next_cell(struct sheet *s)
{
	struct sheet_table *t = newest(s);
	struct sheet_row *r = &t->rows[t->row_count - 1];
	assert(r->filled < t->column_count);
	return &r->cells[r->filled++];
}

void
sheet_number(struct sheet *s, double v, int decimals, unsigned marks)
{
	struct cell *c = next_cell(s);
	c->form = isfinite(v) ? CELL_NUMBER : CELL_MISSING;
	c->v = v;
	c->decimals = (int8_t)(decimals < 0 ? 0 : decimals);
	c->marks = isfinite(v) ? (uint8_t)marks : 0;
	s->marks |= c->marks;
	s->has_missing |= c->form == CELL_MISSING;
}

void
sheet_words(struct sheet *s, struct sheet_text text)
{
	struct cell *c = next_cell(s);
	c->form = CELL_TEXT;
	c->text = text;
}

void
sheet_empty(struct sheet *s)
{
	next_cell(s)->form = CELL_EMPTY;
}

void
sheet_note(struct sheet *s, struct sheet_text text)
{
	struct sheet_table *t = newest(s);
	GROW(t->notes, t->note_count, t->note_room);
	t->notes[t->note_count++] = text;
}

unsigned
sheet_marks(const struct bucket *b)
{
	unsigned marks = 0;
	if (b->marks & BUCKET_PARTIAL)
		marks |= CELL_PARTIAL;
	if (b->quality & Q_SUBSTITUTED)
		marks |= CELL_MANUAL;
	if (b->marks & (BUCKET_ESTIMATED | BUCKET_RESET))
		marks |= CELL_ESTIMATED;
	if (quality_validity(b->quality & Q_ALL & (uint16_t) ~(Q_BLOCKED | Q_NEVER_READ | Q_NO_COMM | Q_FAILURE)) ==
	    V_UNCERTAIN)
		marks |= CELL_UNSURE;
	return marks;
}

const char *
sheet_mark_letters(unsigned marks, char buf[8])
{
	static const char letters[CELL_MARK_COUNT] = { '#', 'M', 'S', '~' };
	size_t n = 0;
	for (unsigned i = 0; i < CELL_MARK_COUNT; i++)
		if (marks & (1u << i))
			buf[n++] = letters[i];
	buf[n] = '\0';
	return buf;
}
