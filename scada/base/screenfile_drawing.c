/* SPDX-License-Identifier: Apache-2.0 */
/* screenfile_drawing.c - the drawings of a screen file: lines of cells, and the fields in them. */
#include "config.h"

#include <stdlib.h>

#include "scada/base/screenfile_private.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

void
screenfile_finish_drawing(struct reader *r)
{
	struct screen_drawing *d = r->drawing;

	if (d == NULL)
		return;
	d->field_count = r->field_count;
	d->fields = arena_alloc(r->file->arena, (r->field_count + 1) * sizeof(*d->fields));
	if (r->field_count > 0)
		memcpy(d->fields, r->fields, r->field_count * sizeof(*d->fields));
	r->field_count = 0;
	r->drawing = NULL;
}

/* --- COLUMNSxROWS */
void
screenfile_start_drawing(struct reader *r)
{
	struct screen_file *f = r->file;
	struct piece size = screenfile_trim(r->line.s + 3, reader_line_end(r)), part;
	const char *x = memchr(size.s, 'x', size.len);
	int64_t columns = 0, rows = 0;
	char buf[40];
	bool is_size;

	screenfile_finish_drawing(r);
	r->drawing_line = r->number;
	is_size = x != NULL;
	if (is_size) {
		part = (struct piece){ size.s, (size_t)(x - size.s) };
		is_size = str_to_i64(screenfile_text(&part, buf, sizeof(buf)), 1, SCREEN_COLUMNS_MAX, &columns);
		part = (struct piece){ x + 1, (size_t)(size.s + size.len - x - 1) };
		is_size = is_size && str_to_i64(screenfile_text(&part, buf, sizeof(buf)), 1, SCREEN_ROWS_MAX, &rows);
	}
	if (!is_size) {
		screenfile_fault(r, size.s, "'%s' is no size of a drawing; write --- 80x17, at most %dx%d",
		    screenfile_text(&size, buf, sizeof(buf)), SCREEN_COLUMNS_MAX, SCREEN_ROWS_MAX);
		columns = SCREEN_COLUMNS_MAX; /* so that the lines below it are checked too */
		rows = SCREEN_ROWS_MAX;
	}
	for (uint32_t i = 0; i < f->drawing_count; i++)
		if (is_size && f->drawings[i].columns == columns && f->drawings[i].rows == rows)
			screenfile_fault(r, size.s, "a second drawing of this size; one for each size");
	if (f->drawing_count == DRAWINGS_MAX) {
		screenfile_fault(r, size.s, "more than %d drawings; leave one out", DRAWINGS_MAX);
		return;
	}
	r->drawing = &f->drawings[f->drawing_count++];
	r->drawing->columns = (uint16_t)columns;
	r->drawing->rows = (uint16_t)rows;
	r->drawing->lines = arena_alloc(f->arena, (size_t)rows * sizeof(*r->drawing->lines));
	for (int64_t i = 0; i < rows; i++)
		r->drawing->lines[i] = (char *)(uintptr_t) ""; /* never written to */
}

static void
add_field(struct reader *r, const struct piece *name, uint32_t row, int column, int width)
{
	struct screen_binding *b = screenfile_find(r, name);
	char buf[40];

	if (b == NULL) {
		screenfile_fault(r, name->s, "no field '%s'; bind it above: %s = DEVICE.ITEM",
		    screenfile_text(name, buf, sizeof(buf)), buf);
		return;
	}
	r->is_drawn[b - r->bindings] = true;
	if (r->field_count == FIELDS_MAX) {
		screenfile_fault(r, name->s, "more than %d fields in a drawing; split the screen", FIELDS_MAX);
		return;
	}
	if (r->field_count == r->field_room) {
		uint32_t room = r->field_room == 0 ? 64 : 2 * r->field_room;
		r->fields = xrecallocarray(r->fields, r->field_room, room, sizeof(*r->fields));
		r->field_room = room;
	}
	r->fields[r->field_count++] = (struct screen_field){
		.binding = (uint32_t)(b - r->bindings),
		.row = (uint16_t)row,
		.column = (uint16_t)column,
		.width = (uint16_t)width,
	};
}

/* A field begins at s. Returns the character after it; NULL when it has a fault. */
static const char *
read_field(struct reader *r, const char *s, uint32_t row, int column)
{
	const char *start = s, *end = reader_line_end(r);
	struct piece name = { s + 1, 0 };

	s++;
	while (s < end && is_name_char(*s))
		s++;
	name.len = (size_t)(s - name.s);
	while (s < end && *s == '.')
		s++;
	if (s == end || *s != '}' || !screenfile_is_name(&name)) {
		screenfile_fault(r, start, "a brace that begins no field; write {name} or {name.....}");
		return NULL;
	}
	add_field(r, &name, row, column, (int)(s + 1 - start));
	return s + 1;
}

/* Box and block characters are drawn in one cell by the console, also where the terminal's font has them wide. */
static int
cell_width(uint32_t cp)
{
	return cp >= 0x2500 && cp <= 0x259F ? 1 : text_char_width(cp);
}

static void
read_drawing_row(struct reader *r, uint32_t row)
{
	struct screen_drawing *d = r->drawing;
	const char *s = r->line.s;
	char *out = arena_alloc(r->file->arena, r->line.len + 1), *o = out;
	int column = 0;
	bool is_over = false;

	while (s < reader_line_end(r)) {
		uint32_t cp;
		size_t used = text_next(s, (size_t)(reader_line_end(r) - s), &cp);
		const char *start = s;
		if (cp == '{') {
			if ((s = read_field(r, s, row, column)) == NULL)
				return;
			memset(o, ' ', (size_t)(s - start));
			o += s - start;
			column += (int)(s - start);
		} else if (cp == '}') {
			screenfile_fault(r, s, "a brace that ends no field; drawings cannot hold braces");
			return;
		} else {
			memcpy(o, s, used);
			o += used;
			s += used;
			column += cell_width(cp);
		}
		if (column > d->columns && !is_over) {
			screenfile_fault(r, start, "beyond column %u; the drawing is %ux%u", (unsigned)d->columns,
			    (unsigned)d->columns, (unsigned)d->rows);
			is_over = true;
		}
	}
	*o = '\0';
	d->lines[row] = out;
}

void
screenfile_drawing_line(struct reader *r)
{
	struct screen_drawing *d = r->drawing;
	uint32_t row = r->number - r->drawing_line - 1;

	while (r->line.len > 0 && is_blank(r->line.s[r->line.len - 1]))
		r->line.len--;
	if (r->line.len == 0)
		return;
	if (row >= d->rows) {
		screenfile_fault(r, r->line.s, "beyond row %u; the drawing is %ux%u", (unsigned)d->rows,
		    (unsigned)d->columns, (unsigned)d->rows);
		return;
	}
	read_drawing_row(r, row);
}
