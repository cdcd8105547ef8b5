/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say.c - printing for people: locale, safe text, tables.
 */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "console/say.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

#define CELL_MAX 1024 /* bytes of one cell of a table */

static bool is_ascii;
static int output_errno; /* of the first write to stdout that failed */

static const char *
first_set(const char *a, const char *b)
{
	static const char *const all = "LC_ALL";
	const char *v = getenv(all);

	if (v == NULL || v[0] == '\0')
		v = getenv(a);
	if (v == NULL || v[0] == '\0')
		v = getenv(b);
	return v != NULL && v[0] != '\0' ? v : NULL;
}

void
say_init(void)
{
	bool is_named = first_set("LC_CTYPE", "LANG") != NULL;
	bool has_locale = setlocale(LC_CTYPE, "") != NULL;

	is_ascii = false;
	output_errno = 0;
	if (has_locale && strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
		return;
	/* A locale that is named and installed, and is not UTF-8, means its terminal; one that is not installed means nothing. */
	is_ascii = is_named && has_locale;
	setlocale(LC_CTYPE, "C.UTF-8"); /* for the widths */
}

void
say_set_ascii(bool ascii)
{
	is_ascii = is_ascii || ascii;
}

bool
say_is_ascii(void)
{
	return is_ascii;
}

bool
say_locale_is_japanese(void)
{
	const char *v = first_set("LC_MESSAGES", "LANG");

	return v != NULL && strncmp(v, "ja", 2) == 0;
}

/* One '?' for each cell of what is not ASCII, so that tables stay aligned. */
static void
put_ascii(FILE *out, const char *text)
{
	size_t len = strlen(text), used;
	uint32_t cp;

	for (; (used = text_next(text, len, &cp)) > 0; text += used, len -= used) {
		if (cp < 0x80)
			putc((int)cp, out);
		else
			for (int i = text_char_width(cp); i > 0; i--)
				putc('?', out);
	}
}

static void
put(FILE *out, const char *text)
{
	if (is_ascii)
		put_ascii(out, text);
	else
		fputs(text, out);
	if (out == stdout && output_errno == 0 && ferror(out))
		output_errno = errno == 0 ? EIO : errno;
}

void
say_text(const char *text)
{
	put(stdout, text);
}

int
say_flush(void)
{
	if (output_errno == 0 && fflush(stdout) != 0)
		output_errno = errno == 0 ? EIO : errno;
	return output_errno;
}

void
say(const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	put(stdout, text);
}

void
say_error(const char *fmt, ...)
{
	char text[1024], safe[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	text_put_safe(safe, sizeof safe, text, -1);
	fflush(stdout);
	fputs("chisan: ", stderr);
	put(stderr, safe);
	putc('\n', stderr);
}

int
say_terminal_width(void)
{
	struct winsize ws;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_col < 20)
		return 0;
	return ws.ws_col;
}

/* ---- tables */

struct say_table {
	const struct say_column *columns;
	unsigned count;
	char **cells;
	size_t n, room;
	int width[SAY_COLUMNS_MAX];
};

struct say_table *
say_table_new(const struct say_column *columns, unsigned count)
{
	struct say_table *t = xcalloc(1, sizeof *t);

	t->columns = columns;
	t->count = count;
	for (unsigned i = 0; i < count; i++)
		t->width[i] = columns[i].head == NULL ? 0 : text_width(columns[i].head);
	return t;
}

void
say_table_cell(struct say_table *t, const char *text)
{
	char safe[CELL_MAX];
	unsigned column = (unsigned)(t->n % t->count);
	int width = text_put_safe(safe, sizeof safe, text, -1), max = t->columns[column].max;

	if (t->n == t->room) {
		size_t more = t->room == 0 ? 256 : t->room * 2;
		t->cells = xrecallocarray(t->cells, t->room, more, sizeof *t->cells);
		t->room = more;
	}
	t->cells[t->n++] = xstrdup(safe);
	if (max > 0 && width > max)
		width = max;
	if (width > t->width[column])
		t->width[column] = width;
}

/* get(t, i) gives the text of column i. The last column is not padded, but cut at the terminal's edge. */
static void
print_row(const struct say_table *t, char *const *cells, int terminal)
{
	char fitted[CELL_MAX * 2];
	int used = 0;

	for (unsigned i = 0; i < t->count; i++) {
		const char *text = cells == NULL ? t->columns[i].head : cells[i];
		int room = terminal > used ? terminal - used : 1;

		if (i + 1 == t->count && !t->columns[i].right) {
			if (terminal > 0 && text_width(text) > room)
				text_fit(fitted, sizeof fitted, text, room, false);
			else
				str_copy(fitted, sizeof fitted, text);
		} else {
			text_fit(fitted, sizeof fitted, text, t->width[i], t->columns[i].right);
		}
		put(stdout, fitted);
		used += t->width[i] + 1;
		if (i + 1 < t->count)
			put(stdout, " ");
	}
	put(stdout, "\n");
}

void
say_table_print(struct say_table *t)
{
	int terminal = say_terminal_width();

	if (t->columns[0].head != NULL)
		print_row(t, NULL, terminal);
	for (size_t i = 0; i + t->count <= t->n; i += t->count)
		print_row(t, &t->cells[i], terminal);
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}
