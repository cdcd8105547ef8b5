/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.c - where a line ends, and the lines of a sentence on a grid.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "console/wrap.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define TEXT_MAX 1200 /* of a sentence, made safe */

size_t
wrap_line(const char *text, int cells, size_t *skip)
{
	size_t len = strlen(text), at = 0, space = 0, used;
	uint32_t cp;
	int width = 0;

	*skip = 0;
	while ((used = text_next(text + at, len - at, &cp)) > 0) {
		if (cp == '\n') {
			*skip = 1;
			return at;
		}
		if (width + text_char_width(cp) > cells)
			break;
		if (cp == ' ')
			space = at;
		width += text_char_width(cp);
		at += used;
	}
	if (at == len)
		return at;
	if (text[at] == ' ') { /* the line ends with a word */
		*skip = 1;
		return at;
	}
	if (space > at / 3) {
		*skip = 1;
		return space;
	}
	return at;
}

int
wrap_rows(const char *raw, int cells, int most)
{
	char safe[TEXT_MAX];
	size_t skip;
	int rows = 0;

	cells = cells < 2 ? 2 : cells;
	text_put_safe(safe, sizeof safe, raw, -1);
	for (const char *rest = safe; rows < most && *rest != '\0'; rows++) {
		size_t n = wrap_line(rest, cells, &skip);
		rest += n + skip;
	}
	return rows < 1 ? 1 : rows;
}

int
wrap_put(struct grid *g, int row, int rows, int column, int cells, enum look look, const char *raw)
{
	char safe[TEXT_MAX], line[TEXT_MAX];
	int used = 0;
	size_t skip;

	cells = cells < 2 ? 2 : cells;
	text_put_safe(safe, sizeof safe, raw, -1);
	for (const char *rest = safe; used < rows && *rest != '\0'; used++) {
		size_t n = wrap_line(rest, cells, &skip);

		str_copy(line, sizeof line, rest);
		if (used + 1 < rows)
			line[n] = '\0';
		grid_fit(g, row + used, column, cells, look, line, false);
		rest += n + skip;
	}
	return used;
}
