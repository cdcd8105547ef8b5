/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say.h - what the commands print: data on stdout, words on stderr, tables right to the cell.
 * Nothing here ever sends a control sequence, and where the locale is not UTF-8 nothing but ASCII leaves.
 */
#ifndef CHISAN_SAY_H
#define CHISAN_SAY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The one place that looks at the locale: LC_CTYPE alone is taken from it. Text is UTF-8 unless the environment names another
 * character set ("LC_ALL=C" means ASCII); if it names none, UTF-8.
 */
void say_init(void);
void say_set_ascii(bool ascii);
bool say_is_ascii(void);
bool say_locale_is_japanese(void); /* LC_ALL, LC_MESSAGES or LANG begins with "ja" */

/* To stdout, at most 8 kB. Text from outside was made safe before: by a table, text_fit() or text_put_safe(). */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void say_text(const char *text); /* of any length */
int say_flush(void);             /* 0, or errno of the first write to stdout that failed */
/* "chisan: ...\n" to stderr; the whole is made safe. */
void say_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Cells of the terminal behind stdout; 0 = no terminal. */
int say_terminal_width(void);

/* A table whose columns are as wide as they need to be. */
struct say_column {
	const char *head; /* NULL = the table has no heads */
	bool right;
	int max; /* cells; longer text is cut with '~'; 0 = as wide as it needs to be */
};
#define SAY_COLUMNS_MAX 12
struct say_table;
struct say_table *say_table_new(const struct say_column *columns, unsigned count); /* columns stay the caller's */
void say_table_cell(struct say_table *t, const char *text); /* copied and made safe; row by row */
void say_table_print(struct say_table *t);                  /* prints and frees */

#endif
