/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.h - text in lines of so many cells, broken where a reader would: after blanks and the parts of a tag, between Japanese
 * characters but never before what closes. Nothing is lost; what came from outside is made inert.
 */
#ifndef CHISAN_WRAP_H
#define CHISAN_WRAP_H

#include <stdbool.h>
#include <stddef.h>

struct wrap {
	char *text;       /* inert */
	const char *rest; /* of it */
	int cells;
};
void wrap_begin(struct wrap *w, const char *text, int cells);
bool wrap_next(struct wrap *w, char *line, size_t size); /* false: there is no more */
void wrap_end(struct wrap *w);

unsigned wrap_count(const char *text, int cells); /* lines */
int wrap_word(const char *text);                  /* cells of its longest part that has no break in it */
/* Line `line` (from 0); "" beyond the last. */
void wrap_line(const char *text, int cells, unsigned line, char *out, size_t size);

#endif
