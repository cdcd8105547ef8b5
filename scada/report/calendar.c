/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.c - the zone's days by looking at its clocks. No zone known changes its offset by less than a quarter of an hour's
 * raster, so that edges are found by steps of it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scada/base/str.h"
#include "scada/report/calendar.h"

#define STEP (INT64_C(15) * 60 * 1000)

static struct tm
civil(int64_t ms)
{
	struct tm tm = { 0 };
	time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0));
	(void)localtime_r(&s, &tm);
	return tm;
}

int64_t
calendar_day(int64_t ms)
{
	struct tm tm = civil(ms);
	return date_days((int64_t)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday);
}

int64_t
calendar_minute(int64_t ms)
{
	struct tm tm = civil(ms);
	return (int64_t)tm.tm_hour * 60 + tm.tm_min;
}

int64_t
calendar_begin(int64_t date)
{
	/* Offsets reach from -12 h to +14 h; steps from a time that is surely of the day before. */
	int64_t ms = date * 24 * MS_PER_HOUR - 15 * MS_PER_HOUR;
	while (calendar_day(ms + MS_PER_HOUR) < date)
		ms += MS_PER_HOUR;
	while (calendar_day(ms) < date)
		ms += STEP;
	return ms;
}

int64_t
calendar_at(int64_t date, int64_t minutes)
{
	int64_t ms = calendar_begin(date), end = calendar_begin(date + 1);
	while (ms < end && calendar_minute(ms) < minutes)
		ms += STEP;
	/* Minutes within a quarter: back to the exact one. */
	while (ms < end && calendar_minute(ms - 60000) >= minutes && calendar_day(ms - 60000) == date)
		ms -= 60000;
	return ms;
}

int64_t
calendar_month_begin(int64_t date, int add)
{
	int64_t y;
	unsigned m, d;
	date_civil(date, &y, &m, &d);
	int64_t months = y * 12 + (int64_t)m - 1 + add;
	return date_days(months / 12, (unsigned)(months % 12) + 1, 1);
}

int64_t
calendar_fiscal_begin(int64_t date)
{
	int64_t y;
	unsigned m, d;
	date_civil(date, &y, &m, &d);
	return date_days(m >= 4 ? y : y - 1, 4, 1);
}

unsigned
calendar_steps(int64_t from, int64_t to, int64_t step, int64_t *edges, unsigned room)
{
	unsigned n = 0;
	edges[0] = from;
	for (int64_t ms = from + STEP; ms < to && n + 2 < room; ms += STEP)
		if (calendar_minute(ms) % step == 0)
			edges[++n] = ms;
	edges[++n] = to;
	return n;
}

/* begin(day, n): ms at which the n-th after the one in which a day lies begins. */
static unsigned
periods(int64_t from, int64_t to, int64_t (*begin)(int64_t day, int n), int64_t *edges, unsigned room)
{
	unsigned n = 0;
	int64_t day = calendar_day(from), ms;
	edges[0] = from;
	for (int i = 1; n + 2 < room && (ms = begin(day, i)) < to; i++)
		edges[++n] = ms;
	edges[++n] = to;
	return n;
}

static int64_t
day_after(int64_t day, int n)
{
	return calendar_begin(day + n);
}

static int64_t
month_after(int64_t day, int n)
{
	return calendar_begin(calendar_month_begin(day, n));
}

unsigned
calendar_days(int64_t from, int64_t to, int64_t *edges, unsigned room)
{
	return periods(from, to, day_after, edges, room);
}

unsigned
calendar_months(int64_t from, int64_t to, int64_t *edges, unsigned room)
{
	return periods(from, to, month_after, edges, room);
}

bool
calendar_hour(char *buf, size_t size, const int64_t *edges, unsigned n, unsigned i)
{
	int64_t minute = calendar_minute(edges[i]);
	unsigned before = 0, after = 0;
	for (unsigned k = 0; k < n; k++)
		if (k != i && calendar_minute(edges[k]) == minute)
			*(k < i ? &before : &after) += 1;
	str_printf(buf, size, "%02d:%02d%s", (int)(minute / 60), (int)(minute % 60),
	    before > 0      ? "b"
	        : after > 0 ? "a"
	                    : "");
	return before + after > 0;
}

char *
calendar_text(char *buf, size_t size, int64_t ms, const char *strftime_fmt)
{
	return utc_civil(buf, size, (struct utc){ ms * US_PER_MS }, strftime_fmt);
}

char *
calendar_iso(char *buf, size_t size, int64_t ms)
{
	char at[24], zone[8];
	calendar_text(at, sizeof(at), ms, "%Y-%m-%dT%H:%M:%S");
	calendar_text(zone, sizeof(zone), ms, "%z");
	if (strlen(zone) == 5)
		str_printf(buf, size, "%s%.3s:%s", at, zone, zone + 3);
	else
		str_copy(buf, size, at);
	return buf;
}
