/* SPDX-License-Identifier: Apache-2.0 */
/* screenfile_private.h - what the three parts of the screen reader share: characters, header, drawings. */
#ifndef CHISAN_SCREENFILE_PRIVATE_H
#define CHISAN_SCREENFILE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "scada/base/screenfile.h"

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

/* at: where in the line, for the column; NULL = the whole file. */
void screenfile_fault(struct reader *r, const char *at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
struct piece screenfile_trim(const char *s, const char *end);
/* A short terminated copy for messages and number readers; cut to size. Returns buf. */
const char *screenfile_text(const struct piece *p, char *buf, size_t size);
struct screen_binding *screenfile_find(struct reader *r, const struct piece *name); /* NULL = none */
bool screenfile_is_name(const struct piece *p);

void screenfile_header_line(struct reader *r);
void screenfile_start_drawing(struct reader *r); /* the line begins with --- */
void screenfile_drawing_line(struct reader *r);
void screenfile_finish_drawing(struct reader *r);

static inline const char *
reader_line_end(const struct reader *r)
{
	return r->line.s + r->line.len;
}

static inline bool
is_blank(char c)
{
	return c == ' ';
}

static inline bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static inline bool
piece_is(const struct piece *p, const char *word)
{
	return p->len == strlen(word) && memcmp(p->s, word, p->len) == 0;
}

#endif
