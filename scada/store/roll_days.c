/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roll_days.c - days and months as the calendar of the process's zone has them, which rolls of days keep to.
 */
#include "config.h"

#include <time.h>

#include "scada/store/roll.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static int64_t
day_number(const struct tm *tm) /* rises with the calendar's days */
{
	return ((int64_t)tm->tm_year * 12 + tm->tm_mon) * 32 + tm->tm_mday;
}

static bool
civil(int64_t ms, struct tm *tm)
{
	time_t s = (time_t)(ms / 1000);

	return ms >= 0 && localtime_r(&s, tm) != NULL;
}

/* The first second of a calendar's day that is known to begin in from..to: a zone may skip midnight, and shift at any time. */
static int64_t
first_of(int64_t day, int64_t from, int64_t to)
{
	struct tm tm;

	for (from /= 1000, to /= 1000; from < to;) {
		int64_t mid = from + (to - from) / 2;

		if (civil(mid * 1000, &tm) && day_number(&tm) >= day)
			to = mid;
		else
			from = mid + 1;
	}
	return to * 1000;
}

int64_t
roll_day_of(int64_t ms)
{
	struct tm tm;

	return civil(ms, &tm) ? first_of(day_number(&tm), ms - 2 * DAY_MS, ms) : ms - ms % DAY_MS;
}

int64_t
roll_day_after(int64_t day)
{
	struct tm tm;
	int64_t now = civil(day, &tm) ? day_number(&tm) : 0;

	return first_of(now + 1, day, day + 2 * DAY_MS); /* the first that is later, whatever month it is in */
}

uint32_t
roll_month_of(int64_t day, int64_t edges[ROLL_MOST + 1])
{
	struct tm tm;
	uint32_t n = 0;
	int64_t at = day;

	if (civil(day, &tm))
		at = first_of(day_number(&tm) - tm.tm_mday + 1, day - 33 * DAY_MS, day);
	for (; at <= day && n < ROLL_MOST; at = roll_day_after(at))
		edges[n++] = at;
	edges[n] = at;
	return n;
}
