/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind.c - kinds of days from the site's tables, and their likeness.
 */
#include "config.h"

#include <math.h>

#include "scada/forecast/kind.h"
#include "scada/model/tariff.h"

/* What a day tells about another of each sort; rows and columns: working day, Saturday, Sunday, holiday. */
enum sort { SORT_WORK, SORT_SATURDAY, SORT_SUNDAY, SORT_HOLIDAY, SORTS };
static const double sorts[SORTS][SORTS] = {
	{ 0.5, 0.01, 0.002, 0.002 },
	{ 0.01, 1, 0.2, 0.2 },
	{ 0.002, 0.2, 1, 0.7 },
	{ 0.002, 0.2, 0.7, 1 },
};
#define OTHER_TERM 0.02

struct day_kind
day_kind_of(const struct day_tables *t, int64_t day)
{
	struct day_kind k = { .day = day, .weekday = date_weekday(day) };
	k.is_holiday = t->holidays != NULL && holiday_find(t->holidays, day) != NULL;
	if (t->terms != NULL && terms_reach(t->terms, day))
		k.term = term_find(t->terms, day) != NULL ? TERM_ON : TERM_OFF;
	return k;
}

bool
day_is_off(const struct day_kind *k)
{
	return k->is_holiday || k->weekday == 0 || k->weekday == 6;
}

static enum sort
sort_of(const struct day_kind *k)
{
	if (k->is_holiday)
		return SORT_HOLIDAY;
	return k->weekday == 0 ? SORT_SUNDAY : k->weekday == 6 ? SORT_SATURDAY : SORT_WORK;
}

unsigned
day_season_distance(int64_t a, int64_t b)
{
	int64_t year;
	unsigned month, mday;
	date_civil(a, &year, &month, &mday);
	int64_t in_a = a - date_days(year, 1, 1);
	date_civil(b, &year, &month, &mday);
	int64_t apart = in_a - (b - date_days(year, 1, 1));
	apart = apart < 0 ? -apart : apart;
	return (unsigned)(apart > 182 ? 365 - (apart > 365 ? 365 : apart) : apart);
}

double
day_likeness(const struct day_kind *a, const struct day_kind *b, bool follows_terms)
{
	enum sort of_a = sort_of(a), of_b = sort_of(b);
	double like = sorts[of_a][of_b];
	if (of_a == SORT_WORK && of_b == SORT_WORK && a->weekday == b->weekday)
		like = 1;
	if (follows_terms && a->term != TERM_UNKNOWN && b->term != TERM_UNKNOWN && a->term != b->term)
		like *= OTHER_TERM;
	double apart = day_season_distance(a->day, b->day) / 28.0;
	return like * exp2(-apart * apart);
}
