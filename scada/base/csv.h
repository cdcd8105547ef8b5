/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - lines and cells of CSV files for strict readers, and their faults as sentences. Pure: text in memory; nothing is guessed, and
 * nothing is taken before its length was looked at.
 */
#ifndef CHISAN_CSV_H
#define CHISAN_CSV_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* ---- faults: each a sentence for people, "plan.csv:7: ..." or with a place in the line "year.csv:7:12: ...", safe to print */

typedef void csv_fault_fn(const char *sentence, void *arg);
struct csv_faults {
	const char *name; /* of the file; borrowed */
	csv_fault_fn *say;
	void *arg;
	unsigned most;  /* that are said; the last of them says that others are not */
	unsigned count; /* that there were */
};
/* place: byte in the line, from 1; 0: of the whole line. */
void csv_say(struct csv_faults *f, unsigned line, size_t place, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void csv_vsay(struct csv_faults *f, unsigned line, size_t place, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));

/* ---- lines: end at \n or \r\n, the last one also at the end of the text */

size_t csv_begin(const char *text, size_t len); /* where the first line begins: behind a mark that spreadsheets set */
struct csv_line {
	const char *s; /* into the text, no terminator */
	size_t len, next;
};
/* The line that begins at `at`; next: where the one after it begins, len at the end. False: there is none. */
bool csv_line(const char *text, size_t len, size_t at, struct csv_line *l);

enum csv_flaw { CSV_FINE, CSV_TOO_LONG, CSV_EMPTY, CSV_ZERO, CSV_NOT_UTF8 };
/* Is it text, and at most so many bytes long? *place: of the byte that is not, from 1; of others 1. */
enum csv_flaw csv_check(const struct csv_line *l, size_t most, size_t *place);

/* ---- cells */

/* Without quotes: a comma always ends a cell. csv_cell: the k-th from 0; the line has that many. */
unsigned csv_count(const struct csv_line *l);
const char *csv_cell(const struct csv_line *l, unsigned k, size_t *len);

/* The first n cells, which the line has, each cut to size - 1 bytes, at cells + k * size. place (or NULL): where each begins, from 1. */
void csv_cells(const struct csv_line *l, unsigned n, size_t size, char *cells, size_t *place);

enum csv_cell_flaw { CSV_CELL_FINE, CSV_CELL_LONG, CSV_CELL_BEHIND, CSV_CELL_QUOTE, CSV_CELL_OPEN };
/*
 * One cell from *s, which ends at a comma or at end, into out with a terminator; *s goes to that comma, or to end. A cell that begins with a quote
 * ends with one, and a doubled quote is one of its text; CSV_CELL_BEHIND: text behind the closing quote, CSV_CELL_QUOTE: a quote in a
 * cell that does not begin with one, CSV_CELL_OPEN: no closing quote, CSV_CELL_LONG: more than size - 1 bytes (*is_open: in quotes).
 */
enum csv_cell_flaw csv_take(const char **s, const char *end, char *out, size_t size, bool *is_open);

#endif
