/* SPDX-License-Identifier: Apache-2.0 */
/*
 * savings.h - the report of CO2 and cost so far, read back from its CSV: rows by their keys, which no language changes.
 */
#ifndef CHISAN_SAVINGS_H
#define CHISAN_SAVINGS_H

#include "console/rgot.h"

#define SAVINGS_SPANS   3 /* day, month, fiscal year */
#define SAVINGS_ROWS    160
#define SAVINGS_FACTORS 32

struct savings_row {
	char key[72], title[128]; /* title: in the language of the site's files */
	char unit[16];
	double v[SAVINGS_SPANS]; /* NaN: not known, or not there */
	bool is_there[SAVINGS_SPANS];
	char marks[SAVINGS_SPANS][8];
	int decimals;
};
struct savings_factor { /* of a factor: id, value, unit, from, source; of a tariff value and unit are empty */
	char id[64], value[24], unit[24], from[16], source[200];
};
struct savings {
	char spans[SAVINGS_SPANS][16]; /* "2026-11-22" "2026-11" "2026" */
	bool is_ja;                    /* titles are in Japanese */
	struct savings_row rows[SAVINGS_ROWS];
	unsigned row_count;
	struct savings_factor factors[SAVINGS_FACTORS], tariffs[SAVINGS_FACTORS];
	unsigned factor_count, tariff_count;
	char least[200]; /* the line that is known least, and its meter; "" = all is known */
};

/* The question for it as of now. */
void savings_question(struct wbuf *b);
/* False: it is none. Rows beyond the room are left out. */
bool savings_read(const char *csv, size_t len, struct savings *s);
const struct savings_row *savings_find(const struct savings *s, const char *key); /* NULL = not there */
/* What a row is called: by its key; that of a site's own line by the site's title, if that is in the reader's language. Raw text. */
const char *savings_title(const struct savings *s, const struct savings_row *r, bool is_ja);
/* "1,234.5" without its marks, "***" not known, "" not there; buf of at least 48. */
char *savings_number(const struct savings_row *r, int span, char *buf, size_t size);

#endif
