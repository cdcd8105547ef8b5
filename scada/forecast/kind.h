/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind.h - what kind of day it is: weekday, holiday, school term, season; and how like another one it is. Pure functions of the site's tables.
 */
#ifndef CHISAN_FORECAST_KIND_H
#define CHISAN_FORECAST_KIND_H

#include "scada/model/term.h"

enum day_term {
	TERM_UNKNOWN, /* no table, or it does not reach so far */
	TERM_ON,
	TERM_OFF,
};
struct day_kind {
	int64_t day;      /* base/date.h */
	unsigned weekday; /* 0 = Sunday */
	bool is_holiday;
	enum day_term term;
};
struct day_tables { /* of the site; borrowed; NULL = none */
	const struct key_list *holidays, *terms;
};

struct day_kind day_kind_of(const struct day_tables *t, int64_t day);
/* No work: Saturday, Sunday or a holiday. */
bool day_is_off(const struct day_kind *k);
/* Days between the two in the course of the year, 0..182: 27 December and 3 January are 7 apart, whatever the year. */
unsigned day_season_distance(int64_t a, int64_t b);
/*
 * How much a day tells about another, 0..1, without its age: the same weekday tells all, another working day some, a Sunday of a working
 * day next to nothing; a holiday is like a Sunday. follows_terms: a school, whose days in term and out of it are two kinds. Seasons: half
 * at a distance of four weeks.
 */
double day_likeness(const struct day_kind *a, const struct day_kind *b, bool follows_terms);

#endif
