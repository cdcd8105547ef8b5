/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - a report before it is text or CSV: tables of cells with marks. Each text is given in English and in Japanese; the text
 * takes the reader's, the CSV the site's, so that its digest does not depend on who asked.
 *
 * Building: sheet_table, then its columns, then rows cell by cell from the left; rows after sheet_foot stand under the line.
 * A kind never prints: what a missing value looks like is decided here, once.
 */
#ifndef CHISAN_SHEET_H
#define CHISAN_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "scada/base/mem.h"
#include "scada/base/trend.h"

#define SHEET_CELLS 132 /* of a line, A4 landscape */
#define SHEET_LINES 54  /* of a page */

enum cell_mark {
	CELL_PARTIAL = 1,   /* '#': some of its time is missing */
	CELL_MANUAL = 2,    /* 'M': values entered by hand are in it */
	CELL_ESTIMATED = 4, /* 'S': substituted: spread over an outage, or a counter's reset */
	CELL_UNSURE = 8,    /* '~': values in it that are not good (stale, out of range, derived) */
};
#define CELL_MARK_COUNT 4
enum cell_form { CELL_EMPTY, CELL_MISSING, CELL_NUMBER, CELL_TEXT };

struct sheet_text { /* one meaning in two languages; ja NULL: the same */
	const char *en, *ja;
};
struct cell {
	uint8_t form, marks;
	int8_t decimals;
	double v;
	struct sheet_text text;
};
struct sheet_column {
	struct sheet_text title, as; /* as: how it comes about, below the unit; NULL = none */
	const char *tag, *unit;      /* NULL = none */
	int width; /* cells with the gap before it: of a text at most, of a number at least; 0: as it needs, the last text all that is left */
	bool is_text;
};
struct sheet_row {
	struct sheet_text label;
	const char *iso; /* its begin, for the CSV; NULL = none */
	bool is_foot;
	struct cell *cells; /* column_count of them */
	unsigned filled;
};
struct sheet_table {
	struct sheet_text title, row_title; /* of the column of labels */
	struct sheet_column *columns;
	unsigned column_count, column_room;
	struct sheet_row *rows;
	unsigned row_count, row_room;
	struct sheet_text *notes; /* below it; text only wraps, nothing is cut */
	unsigned note_count, note_room;
	bool is_folded; /* text: two halves of its rows side by side */
	bool is_foot;   /* rows that follow are */
};
struct sheet {
	struct arena *arena; /* of all texts */
	struct sheet_table *tables;
	unsigned table_count, table_room;
	struct sheet_text subtitle; /* of the period: weekday, holiday */
	bool has_signatures;        /* text: a box for two at the end */
	uint8_t marks;              /* all that were used, for the legend */
	bool has_missing;
};

struct sheet *sheet_new(void);
void sheet_free(struct sheet *s);

/* Texts are kept by the sheet's arena if made with sheet_printf; literals and the site's own are borrowed. */
const char *sheet_printf(struct sheet *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct sheet_table *sheet_table(struct sheet *s, struct sheet_text title, struct sheet_text row_title);
struct sheet_column *sheet_column(struct sheet *s, struct sheet_text title, const char *unit);
struct sheet_row *sheet_row(struct sheet *s, struct sheet_text label);
void sheet_foot(struct sheet *s);
void sheet_number(struct sheet *s, double v, int decimals, unsigned marks); /* NaN: missing */
void sheet_words(struct sheet *s, struct sheet_text text);
void sheet_empty(struct sheet *s);
void sheet_note(struct sheet *s, struct sheet_text text);

#define T2(en_, ja_) ((struct sheet_text){ (en_), (ja_) })
#define T1(same_)    ((struct sheet_text){ (same_), NULL })
const char *sheet_pick(struct sheet_text t, bool is_ja);

/* The marks of a bucket as those of a cell. */
unsigned sheet_marks(const struct bucket *b);
/* "#M" in letters; buf of at least CELL_MARK_COUNT + 1. */
const char *sheet_mark_letters(unsigned marks, char buf[8]);

/* ---- out: what stands around the tables. The caller frees. */
struct sheet_head {
	struct sheet_text site, title;
	const char *name, *label; /* "daily", "2026-11-22" */
	int64_t from, to, made;
	bool is_final;
	const char *digest; /* text: its first digits */
};
char *sheet_to_text(const struct sheet *s, const struct sheet_head *head, bool is_ja);
char *sheet_to_csv(const struct sheet *s, const struct sheet_head *head, bool is_ja);

#endif
