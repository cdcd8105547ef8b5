/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.c - lines and cells of CSV files, and faults as sentences.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/csv.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

/* ---- faults */

void
csv_vsay(struct csv_faults *f, unsigned line, size_t place, const char *fmt, va_list ap)
{
	char message[500], sentence[800], safe[900];

	f->count++;
	if (f->count > f->most)
		return;
	vsnprintf(message, sizeof(message), fmt, ap);
	if (f->count == f->most)
		str_copy(message, sizeof(message), "so many faults; the others are not said");
	if (place > 0)
		str_printf(sentence, sizeof(sentence), "%s:%u:%zu: %s", f->name, line, place, message);
	else
		str_printf(sentence, sizeof(sentence), "%s:%u: %s", f->name, line, message);
	text_put_safe(safe, sizeof(safe), sentence, -1);
	f->say(safe, f->arg);
}

void
csv_say(struct csv_faults *f, unsigned line, size_t place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	csv_vsay(f, line, place, fmt, ap);
	va_end(ap);
}

/* ---- lines */

size_t
csv_begin(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

bool
csv_line(const char *text, size_t len, size_t at, struct csv_line *l)
{
	if (at >= len)
		return false;
	const char *end = memchr(text + at, '\n', len - at);
	size_t stop = end != NULL ? (size_t)(end - text) : len;

	*l = (struct csv_line){ text + at, stop - at, end != NULL ? stop + 1 : len };
	if (l->len > 0 && l->s[l->len - 1] == '\r')
		l->len--;
	return true;
}

enum csv_flaw
csv_check(const struct csv_line *l, size_t most, size_t *place)
{
	size_t bad;

	*place = 1;
	if (l->len > most)
		return CSV_TOO_LONG;
	if (l->len == 0)
		return CSV_EMPTY;
	if (memchr(l->s, '\0', l->len) != NULL)
		return CSV_ZERO;
	if (text_is_utf8(l->s, l->len, &bad))
		return CSV_FINE;
	*place = bad + 1;
	return CSV_NOT_UTF8;
}

/* ---- cells */

unsigned
csv_count(const struct csv_line *l)
{
	const char *s = l->s, *end = l->s + l->len;
	unsigned n = 1;

	while ((s = memchr(s, ',', (size_t)(end - s))) != NULL) {
		s++;
		n++;
	}
	return n;
}

const char *
csv_cell(const struct csv_line *l, unsigned k, size_t *len)
{
	const char *s = l->s, *end = l->s + l->len, *comma;

	for (; k > 0 && (comma = memchr(s, ',', (size_t)(end - s))) != NULL; k--)
		s = comma + 1;
	comma = memchr(s, ',', (size_t)(end - s));
	*len = (size_t)((comma != NULL ? comma : end) - s);
	return s;
}

void
csv_cells(const struct csv_line *l, unsigned n, size_t size, char *cells, size_t *place)
{
	for (unsigned k = 0; k < n; k++) {
		size_t len;
		const char *s = csv_cell(l, k, &len);

		str_printf(cells + k * size, size, "%.*s", (int)(len < size ? len : size - 1), s);
		if (place != NULL)
			place[k] = (size_t)(s - l->s) + 1;
	}
}

enum csv_cell_flaw
csv_take(const char **s, const char *end, char *out, size_t size, bool *is_open)
{
	bool is_quoted = *s < end && **s == '"';
	size_t used = 0;

	*is_open = is_quoted;
	if (is_quoted)
		(*s)++;
	for (; *s < end && (*is_open || **s != ','); (*s)++) {
		if (is_quoted && !*is_open)
			return CSV_CELL_BEHIND;
		if (*is_open && **s == '"') {
			if (*s + 1 == end || (*s)[1] != '"') {
				*is_open = false;
				continue;
			}
			(*s)++;
		} else if (!is_quoted && **s == '"') {
			return CSV_CELL_QUOTE;
		}
		if (used + 1 >= size)
			return CSV_CELL_LONG;
		out[used++] = **s;
	}
	out[used] = '\0';
	return *is_open ? CSV_CELL_OPEN : CSV_CELL_FINE;
}
