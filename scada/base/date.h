/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date.h - days of the calendar as whole numbers, apart from any zone: what a table's row holds from, a holiday.
 * The proleptic Gregorian calendar; day 0 is 1970-01-01.
 */
#ifndef CHISAN_DATE_H
#define CHISAN_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_NONE     0              /* a date that is not given */
#define DATE_MIN      INT64_C(10957) /* 2000-01-01: the first that date_from_text takes */
#define DATE_MAX      INT64_C(84005) /* 2199-12-31 */
#define DATE_IS_OK(d) ((d) >= DATE_MIN && (d) <= DATE_MAX)
#define DATE_TEXT_MAX 24

int64_t date_days(int64_t year, unsigned month, unsigned day);
void date_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day);
unsigned date_month_days(int64_t year, unsigned month); /* 28 to 31 */
unsigned date_weekday(int64_t days);                    /* 0 = Sunday */

/* "2026-11-22", strictly so. False: no such day, or not in DATE_MIN..DATE_MAX. */
bool date_from_text(const char *s, int64_t *days);
char *date_text(char *buf, size_t size, int64_t days); /* buf of at least DATE_TEXT_MAX. Returns buf */

/* "08:30" into minutes of the day, 0 to 1440 ("24:00": its end). */
bool daytime_from_text(const char *s, int64_t *minutes);
char *daytime_text(char *buf, size_t size, int64_t minutes);

#endif
