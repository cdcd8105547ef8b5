/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.h - days, hours and months in the zone of this process (clock_set_zone), as a report has rows. ms UTC.
 * A day is what the zone makes of it: 23, 24, 25 hours, also where it begins at 01:00 because midnight was left out.
 */
#ifndef CHISAN_CALENDAR_H
#define CHISAN_CALENDAR_H

#include "scada/base/clock.h"
#include "scada/base/date.h"

#define MS_PER_HOUR   INT64_C(3600000)
#define CALENDAR_ROWS 64 /* of any report by hours, half hours, days or months: 50 at most */

int64_t calendar_day(int64_t ms);     /* the date (date.h) in which it lies */
int64_t calendar_begin(int64_t date); /* first ms of the date */
/* First ms at or after the date's begin at which clocks show `minutes` of the day or more. */
int64_t calendar_at(int64_t date, int64_t minutes);
int64_t calendar_minute(int64_t ms);                 /* of the day, as clocks show it */
int64_t calendar_month_begin(int64_t date, int add); /* date of the 1st of its month, add months later */
int64_t calendar_fiscal_begin(int64_t date);         /* date of the 1st of April at or before */

/* edges[0..n] of from..to at full hours (step 60) or half hours (30) of the clocks; n returned, at most room - 1. */
unsigned calendar_steps(int64_t from, int64_t to, int64_t step, int64_t *edges, unsigned room);
unsigned calendar_days(int64_t from, int64_t to, int64_t *edges, unsigned room);
unsigned calendar_months(int64_t from, int64_t to, int64_t *edges, unsigned room);

/* "02:00"; where clocks show it twice that day "02:00a" and "02:00b". buf of at least 8. True: it is twice. */
bool calendar_hour(char *buf, size_t size, const int64_t *edges, unsigned n, unsigned i);
/* "2026-11-22T02:00:00+09:00"; buf of at least 32. */
char *calendar_iso(char *buf, size_t size, int64_t ms);
char *calendar_text(char *buf, size_t size, int64_t ms, const char *strftime_fmt);

#endif
