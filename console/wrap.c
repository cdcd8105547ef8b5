/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.c - where a line ends.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "console/wrap.h"
#include "scada/base/text.h"

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
