/* SPDX-License-Identifier: Apache-2.0 */
/*
 * screenfile.c - reads a screen file: first every character, then the header, then the drawings.
 * All faults are told in one run; nothing is kept when there was one.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "scada/base/screenfile_private.h"
#include "scada/base/text.h"

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

void
screenfile_fault(struct reader *r, const char *at, const char *fmt, ...)
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

struct piece
screenfile_trim(const char *s, const char *end)
{
	while (s < end && is_blank(*s))
		s++;
	while (end > s && is_blank(end[-1]))
		end--;
	return (struct piece){ s, (size_t)(end - s) };
}

const char *
screenfile_text(const struct piece *p, char *buf, size_t size)
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
		return (unsigned char)*s < 0x20 || cp == 0x7F ? "a control character; a screen file is plain text"
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
		while (s < reader_line_end(r)) {
			uint32_t cp;
			size_t used = text_next(s, (size_t)(reader_line_end(r) - s), &cp);
			const char *what = character_fault(cp, s, used);
			if (what != NULL) {
				screenfile_fault(r, s, "%s", what);
				break; /* one a line is enough */
			}
			s += used;
		}
		if (r->faults > FAULTS_MAX)
			return;
	}
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
		screenfile_fault(r, NULL, "no 'screen:'; the name of the screen, as screen: overview");
	if (f->title == NULL)
		screenfile_fault(r, NULL, "no 'title:'; what stands above the screen");
	if (f->drawing_count == 0)
		screenfile_fault(r, NULL, "no drawing; begin one with the line --- 80x17");
	for (uint32_t i = 0; i < r->binding_count && f->drawing_count > 0; i++)
		if (!r->is_drawn[i]) {
			r->number = r->bindings[i].line;
			screenfile_fault(r, NULL, "'%s' is in no drawing; draw it as {%s....} or leave it out",
			    r->bindings[i].name, r->bindings[i].name);
		}
}

static void
read_all(struct reader *r, const char *text, size_t len)
{
	bool in_header = true;

	if (len > SCREEN_FILE_MAX) {
		screenfile_fault(r, NULL, "the file is larger than %d bytes; split the screen", SCREEN_FILE_MAX);
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
			screenfile_start_drawing(r);
		} else if (in_header)
			screenfile_header_line(r);
		else if (r->drawing != NULL)
			screenfile_drawing_line(r);
	}
	screenfile_finish_drawing(r);
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
