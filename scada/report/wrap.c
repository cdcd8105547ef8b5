/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap.c - where lines of a report break.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/report/wrap.h"

/* May a line be broken after this character, before the rest? Never within a date. */
static bool
breaks_after(uint32_t cp, const char *rest)
{
	return cp == ' ' || cp == '.' || cp == '_' || cp == '/' || cp == ',' || cp == ')' ||
	    (cp == '-' && (*rest < '0' || *rest > '9')) || text_char_width(cp) == 2;
}

/* What never begins a line in Japanese. */
static bool
is_closing(const char *s)
{
	static const char *const marks[] = { "、", "。", "，", "．", "）", "」", "』", "】", "・", "ー", ")", "," };
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (strncmp(s, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

void
wrap_begin(struct wrap *w, const char *text, int cells)
{
	/* The worst: every byte is none, and U+FFFD takes three. */
	size_t size = 3 * strlen(text) + 1;
	*w = (struct wrap){ .text = xmalloc(size), .cells = cells };
	text_put_safe(w->text, size, text, -1);
	w->rest = w->text;
}

void
wrap_end(struct wrap *w)
{
	free(w->text);
}

bool
wrap_next(struct wrap *w, char *line, size_t size)
{
	const char *s = w->rest, *best = NULL, *blank = NULL;
	int used = 0;
	while (*s == ' ')
		s++;
	const char *start = s;
	size_t len = strlen(s);
	if (len == 0)
		return false;
	while (len > 0) {
		uint32_t cp;
		size_t n = text_next(s, len, &cp);
		int cell = text_char_width(cp);
		if (used + cell > w->cells && s > start)
			break;
		used += cell;
		s += n;
		len -= n;
		if (breaks_after(cp, s) && !is_closing(s))
			best = s;
		/* Between Japanese characters it may be anywhere; a blank in the right half is where a reader would. */
		if (cp == ' ' && 2 * used >= w->cells)
			blank = s;
	}
	if (len > 0 && best != NULL && *s != ' ')
		s = blank != NULL ? blank : best;
	str_printf(line, size, "%.*s", (int)(s - start), start);
	w->rest = s;
	return true;
}

int
wrap_word(const char *text)
{
	struct wrap w;
	int most = 0, used = 0;
	wrap_begin(&w, text, 0);
	for (size_t len = strlen(w.rest); len > 0;) {
		uint32_t cp;
		size_t n = text_next(w.rest, len, &cp);
		w.rest += n;
		len -= n;
		/* The blank at which a line ends takes no room. */
		used += cp == ' ' ? 0 : text_char_width(cp);
		most = used > most ? used : most;
		if (breaks_after(cp, w.rest) && !is_closing(w.rest))
			used = 0;
	}
	wrap_end(&w);
	return most;
}

unsigned
wrap_count(const char *text, int cells)
{
	char line[1024];
	struct wrap w;
	unsigned n = 0;
	wrap_begin(&w, text, cells);
	while (wrap_next(&w, line, sizeof(line)))
		n++;
	wrap_end(&w);
	return n;
}

void
wrap_line(const char *text, int cells, unsigned line, char *out, size_t size)
{
	struct wrap w;
	wrap_begin(&w, text, cells);
	for (unsigned i = 0; i <= line; i++)
		if (!wrap_next(&w, out, size)) {
			out[0] = '\0';
			break;
		}
	wrap_end(&w);
}
