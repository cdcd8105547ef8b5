/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term.h - school terms as dated rows: the days from the first to the last in which schools teach. Between two terms are holidays.
 */
#ifndef CHISAN_TERM_H
#define CHISAN_TERM_H

#include "scada/base/date.h"
#include "scada/base/schema.h"

#define TERM_REACH_DAYS \
	62 /* the longest holidays: so far before the first and after the last term the table still says something */

struct term {
	struct node node;
	int64_t from, to; /* first and last day */
	const char *title, *title_ja;
};
extern const struct schema term_schema;

const struct term *term_find(
    const struct key_list *terms, int64_t day); /* NULL = no school, or not known: terms_reach() */
/* Does the table say whether there is school on that day? Not where it is empty, or beyond its ends. */
bool terms_reach(const struct key_list *terms, int64_t day);

#endif
