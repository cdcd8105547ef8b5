/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screenfile.c - reads a screen file: first every character, then the header, then the drawings.
 * All faults are told in one run; nothing is kept when there was one.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/point.h"
#include "scada/base/screenfile.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define FAULTS_MAX     100 /* told in one run */
#define BINDINGS_MAX   2000
#define FIELDS_MAX     4000 /* in one drawing */
#define DRAWINGS_MAX   16
#define NAME_MAX_BYTES 31 /* of a field */
#define TEXT_MAX_CELLS 16 /* of an argument of flow and symbol */
#define ARGS_MAX       8  /* words of a binding after the sign = */

struct piece { /* part of the file's text, not terminated */
	const char *s;
	size_t len;
};
struct reader {
	struct screen_file *file;
	screen_fault_fn fault;
	void *arg;
	struct piece line;      /* the one being read */
	uint32_t number;        /* of that line, from 1 */
	const char *rest, *end; /* of the file */
	unsigned faults;
	struct screen_binding *bindings;
	uint32_t binding_count, binding_room;
	struct screen_field *fields; /* of the drawing being read */
	uint32_t field_count, field_room;
	struct screen_drawing *drawing; /* NULL: still in the header */
	uint32_t drawing_line;          /* of its line --- */
	bool *is_drawn;                 /* [binding_room] */
};

/* clang-format off */
#define KIND_ROW(id, word, args, help) { word, args },
static const struct { const char *word; unsigned args; } kinds[] = { FIELD_LIST(KIND_ROW) };
#define KIND_WORD(id, word, args, help) word,
static const char *const kind_words[] = { FIELD_LIST(KIND_WORD) NULL };
static const char *const header_words[] = { "screen", "title", "title_ja", "key", NULL };
/* clang-format on */

/* The character (from 1) at which `at` stands in the line: what an editor shows as the column. */
static uint32_t
column_of(const struct piece *line, const char *at)
{
	uint32_t column = 1;
	const char *s = line->s, *end = line->s + line->len, *stop = at < end ? at : end;

	while (s < stop) {
		uint32_t cp;
		s += text_next(s, (size_t)(end - s), &cp);
		column++;
	}
	return column;
}

static void __attribute__((format(printf, 3, 4)))
fault_at(struct reader *r, const char *at, const char *fmt, ...)
{
	char text[256], safe[512];
	va_list ap;

	if (++r->faults > FAULTS_MAX)
		return;
	if (r->faults == FAULTS_MAX) {
		r->fault(r->number, 0, "too many faults; the rest is not told", r->arg);
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_put_safe(safe, sizeof(safe), text, -1);
	r->fault(r->number, at == NULL ? 0 : column_of(&r->line, at), safe, r->arg);
}

static bool
next_line(struct reader *r)
{
	const char *newline;

	if (r->rest == r->end)
		return false;
	newline = memchr(r->rest, '\n', (size_t)(r->end - r->rest));
	r->line.s = r->rest;
	r->line.len = (size_t)((newline != NULL ? newline : r->end) - r->rest);
	r->rest = newline != NULL ? newline + 1 : r->end;
	r->number++;
	return true;
}

static const char *
line_end(const struct reader *r)
{
	return r->line.s + r->line.len;
}

static bool
is_blank(char c)
{
	return c == ' ';
}

static struct piece
trimmed(const char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	while (end > s && is_blank(end[-1]))
		end--;
	return (struct piece){ s, (size_t)(end - s) };
}

static bool
piece_is(const struct piece *p, const char *word)
{
	return p->len == strlen(word) && memcmp(p->s, word, p->len) == 0;
}

/* A short terminated copy for messages and number readers. */
static const char *
piece_text(const struct piece *p, char *buf, size_t size)
{
	size_t len = p->len < size - 1 ? p->len : size - 1;

	while (len > 0 && len < p->len && ((unsigned char)p->s[len] & 0xC0) == 0x80)
		len--;
	memcpy(buf, p->s, len);
	buf[len] = '\0';
	return buf;
}

/* ---- 1. every character */

static const char *
character_fault(uint32_t cp, const char *s, size_t used)
{
	if (cp == '\t')
		return "a tab; a drawing is made of spaces";
	if (cp == '\r')
		return "a carriage return; save the file with plain LF line ends";
	if (cp == 0)
		return "a NUL byte; a screen file is UTF-8 text";
	if (cp == 0xFEFF)
		return "a byte order mark; save the file as UTF-8 without it";
	if (cp == TEXT_REPLACEMENT && used == 1)
		return "not UTF-8; save the file as UTF-8";
	if (!text_is_inert(cp))
		return (unsigned char)*s < 0x20 || cp == 0x7F
		    ? "a control character; a screen file is plain text"
		    : "an invisible or unassigned character; plain text only";
	if (text_char_width(cp) == 0)
		return "a combining mark; use the composed letter";
	return NULL;
}

static void
check_characters(struct reader *r)
{
	while (next_line(r)) {
		const char *s = r->line.s;
		while (s < line_end(r)) {
			uint32_t cp;
			size_t used = text_next(s, (size_t)(line_end(r) - s), &cp);
			const char *what = character_fault(cp, s, used);
			if (what != NULL) {
				fault_at(r, s, "%s", what);
				break; /* one a line is enough */
			}
			s += used;
		}
		if (r->faults > FAULTS_MAX)
			return;
	}
}

/* ---- 2. the header */

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool
is_name(const struct piece *p)
{
	if (p->len == 0 || p->len > NAME_MAX_BYTES || p->s[0] < 'a' || p->s[0] > 'z')
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!is_name_char(p->s[i]))
			return false;
	return true;
}

static bool
is_screen_name(const struct piece *p)
{
	if (p->len == 0 || p->len > NAME_MAX_BYTES || p->s[0] < 'a' || p->s[0] > 'z')
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!is_name_char(p->s[i]) && p->s[i] != '-')
			return false;
	return true;
}

static struct screen_binding *
find_binding(struct reader *r, const struct piece *name)
{
	for (uint32_t i = 0; i < r->binding_count; i++)
		if (piece_is(name, r->bindings[i].name))
			return &r->bindings[i];
	return NULL;
}

/*
 * The next word of a binding: to the next space, or in quotes. False at the end of the line or at a comment.
 * A word in quotes may hold spaces and # but no quote.
 */
static bool
next_word(struct reader *r, const char **s, struct piece *word, bool *is_quoted)
{
	const char *end = line_end(r), *start;

	while (*s < end && is_blank(**s))
		(*s)++;
	if (*s == end || **s == '#')
		return false;
	*is_quoted = **s == '"';
	start = *s += *is_quoted;
	while (*s < end && (*is_quoted ? **s != '"' : !is_blank(**s)))
		(*s)++;
	*word = (struct piece){ start, (size_t)(*s - start) };
	if (*is_quoted) {
		if (*s == end)
			fault_at(r, start - 1, "a quote that does not end; write it as \"text\"");
		else
			(*s)++;
	}
	return true;
}

static void
read_header(struct reader *r, const char *colon)
{
	struct screen_file *f = r->file;
	const char *const places[] = { f->name, f->title, f->title_ja, f->key };
	const char **const members[] = { &f->name, &f->title, &f->title_ja, &f->key };
	struct piece word = trimmed(r->line.s, colon), value = trimmed(colon + 1, line_end(r));
	char buf[40];
	const char *near;
	unsigned i = 0;

	while (header_words[i] != NULL && !piece_is(&word, header_words[i]))
		i++;
	if (header_words[i] == NULL) {
		near = str_nearest(piece_text(&word, buf, sizeof(buf)), header_words);
		if (near != NULL)
			fault_at(r, word.s, "no key '%s'; did you mean '%s'?", buf, near);
		else
			fault_at(r, word.s,
			    "no key '%s'; the keys are screen, title, title_ja and key, a field is bound "
			    "with '='",
			    buf);
	} else if (places[i] != NULL)
		fault_at(r, word.s, "'%s' stands twice; once is right", header_words[i]);
	else if (value.len == 0)
		fault_at(r, line_end(r), "'%s' is empty; give it a value", header_words[i]);
	else if (i == 0 && !is_screen_name(&value))
		fault_at(r, value.s, "'%s' is no name of a screen; small letters, digits and '-', 31 at most",
		    piece_text(&value, buf, sizeof(buf)));
	else if (i == 3 && (value.len != 1 || value.s[0] <= ' '))
		fault_at(r, value.s, "'%s' is no key; one character such as 1",
		    piece_text(&value, buf, sizeof(buf)));
	else if (value.len > 200)
		fault_at(r, value.s, "'%s' is too long; 200 bytes at most", header_words[i]);
	else
		*members[i] = arena_strndup(f->arena, value.s, value.len);
}

static bool
read_kind(struct reader *r, const struct piece *word, enum field_kind *kind)
{
	char buf[40];
	const char *near;

	for (unsigned i = 0; i < FIELD_KIND_COUNT; i++)
		if (piece_is(word, kinds[i].word)) {
			*kind = (enum field_kind)i;
			return true;
		}
	near = str_nearest(piece_text(word, buf, sizeof(buf)), kind_words);
	if (near != NULL)
		fault_at(r, word->s, "no kind of field '%s'; did you mean '%s'?", buf, near);
	else
		fault_at(r, word->s, "no kind of field '%s'; chisan-screen(5) lists them", buf);
	return false;
}

static void
read_bounds(struct reader *r, struct screen_binding *b, const struct piece *arg)
{
	double *const bounds[] = { &b->lo, &b->hi };
	char buf[40];

	for (unsigned i = 0; i < 2; i++) {
		piece_text(&arg[i], buf, sizeof(buf));
		if (arg[i].len >= sizeof(buf) || !str_to_double(buf, bounds[i])) {
			fault_at(r, arg[i].s, "'%s' is no number; write it as 0, -180 or 4.5", buf);
			return;
		}
	}
	if (b->lo >= b->hi)
		fault_at(r, arg[0].s, "the bar ends before it begins; the smaller number stands first");
}

static void
read_texts(struct reader *r, struct screen_binding *b, const struct piece *arg, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		b->text[i] = arena_strndup(r->file->arena, arg[i].s, arg[i].len);
		if (text_width(b->text[i]) > TEXT_MAX_CELLS)
			fault_at(r, arg[i].s, "too long for a sign; %d cells at most", TEXT_MAX_CELLS);
	}
}

/* NAME = POINT [KIND [ARGUMENT...]] */
static void
read_binding(struct reader *r, const char *equals)
{
	struct screen_binding b = {
		.kind = FIELD_VALUE, .lo = (double)NAN, .hi = (double)NAN, .line = r->number
	};
	struct piece name = trimmed(r->line.s, equals), word[ARGS_MAX];
	const char *s = equals + 1;
	unsigned count = 0, args, wanted, before = r->faults;
	bool is_quoted;
	char buf[80];

	while (count < ARGS_MAX && next_word(r, &s, &word[count], &is_quoted))
		count++;
	if (!is_name(&name))
		fault_at(r, name.s,
		    "'%s' is no name of a field; small letters, digits and '_', beginning with a letter, 31 "
		    "at most",
		    piece_text(&name, buf, sizeof(buf)));
	else if (find_binding(r, &name) != NULL)
		fault_at(r, name.s, "'%s' is bound in line %u already; each field once",
		    piece_text(&name, buf, sizeof(buf)), (unsigned)find_binding(r, &name)->line);
	if (count == 0) {
		fault_at(r, equals, "no point; write NAME = DEVICE.ITEM");
		return;
	}
	if (word[0].len >= sizeof(buf) || !point_name_is_valid(piece_text(&word[0], buf, sizeof(buf))))
		fault_at(r, word[0].s, "'%s' is no name of a point; write it as ESS1.SOC",
		    piece_text(&word[0], buf, sizeof(buf)));
	if (count > 1 && !read_kind(r, &word[1], &b.kind))
		return;
	args = count > 1 ? count - 2 : 0;
	wanted = kinds[b.kind].args;
	if (args != wanted)
		fault_at(r, args > wanted ? word[2 + wanted].s : line_end(r),
		    "%u arguments of '%s'; it takes %u", args, kinds[b.kind].word, wanted);
	if (r->faults != before)
		return;
	if (b.kind == FIELD_BAR || b.kind == FIELD_LEVEL)
		read_bounds(r, &b, &word[2]);
	else
		read_texts(r, &b, &word[2], args);
	if (r->faults != before)
		return;
	if (r->binding_count == BINDINGS_MAX) {
		fault_at(r, name.s, "more than %d fields bound; split the screen", BINDINGS_MAX);
		return;
	}
	if (r->binding_count == r->binding_room) {
		uint32_t room = r->binding_room == 0 ? 64 : 2 * r->binding_room;
		r->bindings = xrecallocarray(r->bindings, r->binding_room, room, sizeof(*r->bindings));
		r->is_drawn = xrecallocarray(r->is_drawn, r->binding_room, room, sizeof(*r->is_drawn));
		r->binding_room = room;
	}
	b.name = arena_strndup(r->file->arena, name.s, name.len);
	b.point = arena_strndup(r->file->arena, word[0].s, word[0].len);
	r->bindings[r->binding_count++] = b;
}

static void
read_header_line(struct reader *r)
{
	struct piece line = trimmed(r->line.s, line_end(r));
	const char *s = line.s;

	if (line.len == 0 || line.s[0] == '#')
		return;
	while (s < line.s + line.len && *s != ':' && *s != '=')
		s++;
	if (s == line.s + line.len)
		fault_at(r, line.s,
		    "neither a key nor a field; write 'key: value', 'field = POINT' or '--- 80x17'");
	else if (*s == ':')
		read_header(r, s);
	else
		read_binding(r, s);
}

/* ---- 3. the drawings */

static void
finish_drawing(struct reader *r)
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
static void
start_drawing(struct reader *r)
{
	struct screen_file *f = r->file;
	struct piece size = trimmed(r->line.s + 3, line_end(r)), part;
	const char *x = memchr(size.s, 'x', size.len);
	int64_t columns = 0, rows = 0;
	char buf[40];
	bool is_size;

	finish_drawing(r);
	r->drawing_line = r->number;
	is_size = x != NULL;
	if (is_size) {
		part = (struct piece){ size.s, (size_t)(x - size.s) };
		is_size = str_to_i64(piece_text(&part, buf, sizeof(buf)), 1, SCREEN_COLUMNS_MAX, &columns);
		part = (struct piece){ x + 1, (size_t)(size.s + size.len - x - 1) };
		is_size =
		    is_size && str_to_i64(piece_text(&part, buf, sizeof(buf)), 1, SCREEN_ROWS_MAX, &rows);
	}
	if (!is_size) {
		fault_at(r, size.s, "'%s' is no size of a drawing; write --- 80x17, at most %dx%d",
		    piece_text(&size, buf, sizeof(buf)), SCREEN_COLUMNS_MAX, SCREEN_ROWS_MAX);
		columns = SCREEN_COLUMNS_MAX; /* so that the lines below it are checked too */
		rows = SCREEN_ROWS_MAX;
	}
	for (uint32_t i = 0; i < f->drawing_count; i++)
		if (is_size && f->drawings[i].columns == columns && f->drawings[i].rows == rows)
			fault_at(r, size.s, "a second drawing of this size; one for each size");
	if (f->drawing_count == DRAWINGS_MAX) {
		fault_at(r, size.s, "more than %d drawings; leave one out", DRAWINGS_MAX);
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
	struct screen_binding *b = find_binding(r, name);
	char buf[40];

	if (b == NULL) {
		fault_at(r, name->s, "no field '%s'; bind it above: %s = DEVICE.ITEM",
		    piece_text(name, buf, sizeof(buf)), buf);
		return;
	}
	r->is_drawn[b - r->bindings] = true;
	if (r->field_count == FIELDS_MAX) {
		fault_at(r, name->s, "more than %d fields in a drawing; split the screen", FIELDS_MAX);
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
	const char *start = s, *end = line_end(r);
	struct piece name = { s + 1, 0 };

	s++;
	while (s < end && is_name_char(*s))
		s++;
	name.len = (size_t)(s - name.s);
	while (s < end && *s == '.')
		s++;
	if (s == end || *s != '}' || !is_name(&name)) {
		fault_at(r, start, "a brace that begins no field; write {name} or {name.....}");
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

	while (s < line_end(r)) {
		uint32_t cp;
		size_t used = text_next(s, (size_t)(line_end(r) - s), &cp);
		const char *start = s;
		if (cp == '{') {
			if ((s = read_field(r, s, row, column)) == NULL)
				return;
			memset(o, ' ', (size_t)(s - start));
			o += s - start;
			column += (int)(s - start);
		} else if (cp == '}') {
			fault_at(r, s, "a brace that ends no field; drawings cannot hold braces");
			return;
		} else {
			memcpy(o, s, used);
			o += used;
			s += used;
			column += cell_width(cp);
		}
		if (column > d->columns && !is_over) {
			fault_at(r, start, "beyond column %u; the drawing is %ux%u", (unsigned)d->columns,
			    (unsigned)d->columns, (unsigned)d->rows);
			is_over = true;
		}
	}
	*o = '\0';
	d->lines[row] = out;
}

static void
read_drawing_line(struct reader *r)
{
	struct screen_drawing *d = r->drawing;
	uint32_t row = r->number - r->drawing_line - 1;

	while (r->line.len > 0 && is_blank(r->line.s[r->line.len - 1]))
		r->line.len--;
	if (r->line.len == 0)
		return;
	if (row >= d->rows) {
		fault_at(r, r->line.s, "beyond row %u; the drawing is %ux%u", (unsigned)d->rows,
		    (unsigned)d->columns, (unsigned)d->rows);
		return;
	}
	read_drawing_row(r, row);
}

/* ---- the whole */

static int
compare_drawings(const void *a, const void *b)
{
	const struct screen_drawing *x = a, *y = b;
	long area_x = (long)x->columns * x->rows, area_y = (long)y->columns * y->rows;

	if (area_x != area_y)
		return area_x < area_y ? -1 : 1;
	return (x->columns > y->columns) - (x->columns < y->columns);
}

static void
check_whole(struct reader *r)
{
	struct screen_file *f = r->file;

	r->number = 1;
	if (f->name == NULL)
		fault_at(r, NULL, "no 'screen:'; the name of the screen, as screen: overview");
	if (f->title == NULL)
		fault_at(r, NULL, "no 'title:'; what stands above the screen");
	if (f->drawing_count == 0)
		fault_at(r, NULL, "no drawing; begin one with the line --- 80x17");
	for (uint32_t i = 0; i < r->binding_count && f->drawing_count > 0; i++)
		if (!r->is_drawn[i]) {
			r->number = r->bindings[i].line;
			fault_at(r, NULL, "'%s' is in no drawing; draw it as {%s....} or leave it out",
			    r->bindings[i].name, r->bindings[i].name);
		}
}

static void
read_all(struct reader *r, const char *text, size_t len)
{
	bool in_header = true;

	if (len > SCREEN_FILE_MAX) {
		fault_at(r, NULL, "the file is larger than %d bytes; split the screen", SCREEN_FILE_MAX);
		return;
	}
	r->rest = text;
	r->end = text + len;
	check_characters(r);
	if (r->faults > 0)
		return;
	r->rest = text;
	r->number = 0;
	while (next_line(r)) {
		if (r->line.len >= 3 && memcmp(r->line.s, "---", 3) == 0) {
			in_header = false;
			start_drawing(r);
		} else if (in_header)
			read_header_line(r);
		else if (r->drawing != NULL)
			read_drawing_line(r);
	}
	finish_drawing(r);
	check_whole(r);
}

struct screen_file *
screen_file_parse(const char *text, size_t len, screen_fault_fn fault, void *arg)
{
	struct arena *a = arena_new();
	struct screen_file *f = arena_alloc(a, sizeof(*f));
	struct reader r = { .file = f, .fault = fault, .arg = arg };

	f->arena = a;
	f->drawings = arena_alloc(a, DRAWINGS_MAX * sizeof(*f->drawings));
	read_all(&r, text, len);
	f->bindings = arena_alloc(a, (r.binding_count + 1) * sizeof(*f->bindings));
	f->binding_count = r.binding_count;
	if (r.binding_count > 0)
		memcpy(f->bindings, r.bindings, r.binding_count * sizeof(*f->bindings));
	qsort(f->drawings, f->drawing_count, sizeof(*f->drawings), compare_drawings);
	free(r.bindings);
	free(r.is_drawn);
	free(r.fields);
	if (r.faults > 0) {
		screen_file_free(f);
		return NULL;
	}
	return f;
}

void
screen_file_free(struct screen_file *f)
{
	if (f != NULL)
		arena_free(f->arena); /* f stands in it */
}

const struct screen_drawing *
screen_file_fit(const struct screen_file *f, int columns, int rows)
{
	for (uint32_t i = f->drawing_count; i-- > 0;)
		if (f->drawings[i].columns <= columns && f->drawings[i].rows <= rows)
			return &f->drawings[i];
	return NULL;
}
