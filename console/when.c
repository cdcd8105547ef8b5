/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when.c - civil time to utc and back. A form is a row of a table; the first that fits the whole text counts.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "console/when.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

struct utc
when_civil(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_hour = hour,
		.tm_min = minute,
		.tm_sec = second,
		.tm_isdst = -1 };

	return (struct utc){ (int64_t)mktime(&tm) * US_PER_S };
}

struct when_fields
when_fields(struct utc t)
{
	time_t s = (time_t)(t.us / US_PER_S - (t.us % US_PER_S < 0));
	struct tm tm = { 0 };

	if (localtime_r(&s, &tm) == NULL)
		return (struct when_fields){ .year = 1970, .month = 1, .day = 1 };
	return (struct when_fields){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec };
}

/* Digits where the form has a letter, else its own character; a number for each run of letters. */
static bool
fits(const char *form, const char *text, int *numbers)
{
	int n = -1;
	char last = '\0';

	for (; *form != '\0'; last = *form++, text++) {
		if (*form >= 'a' && *form <= 'z') {
			if (*text < '0' || *text > '9')
				return false;
			if (*form != last)
				numbers[++n] = 0;
			numbers[n] = numbers[n] * 10 + (*text - '0');
		} else if (*text != *form) {
			return false;
		}
	}
	return *text == '\0';
}

static bool
is_possible(int month, int day, int hour, int minute, int second)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && second <= 59 &&
	    (hour < 24 || minute + second == 0);
}

static bool
read_civil(const char *text, struct utc now, struct utc *out)
{
	static const char *const forms[] = { "yyyy-mm", "yyyy-mm-dd", "yyyy-mm-dd hh:ii", "yyyy-mm-dd hh:ii:ss",
		"yyyy-mm-ddThh:ii", "yyyy-mm-ddThh:ii:ss" };
	struct when_fields f = when_fields(now);
	int n[6] = { 0, 1, 1, 0, 0, 0 };

	if (fits("hh:ii", text, n) || fits("hh:ii:ss", text, n)) {
		int second = strlen(text) > 5 ? n[2] : 0;
		if (!is_possible(1, 1, n[0], n[1], second))
			return false;
		*out = when_civil(f.year, f.month, f.day, n[0], n[1], second);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		int m[6] = { 0, 1, 1, 0, 0, 0 };
		if (!fits(forms[i], text, m))
			continue;
		if (m[0] < 1970 || m[0] > 2200 || !is_possible(m[1], m[2], m[3], m[4], m[5]))
			return false;
		*out = when_civil(m[0], m[1], m[2], m[3], m[4], m[5]);
		f = when_fields(*out);
		return m[3] == 24 || (f.month == m[1] && f.day == m[2]); /* there is no 31 February */
	}
	return false;
}

static bool
read_ago(const char *text, struct utc now, struct utc *out)
{
	char word[64];
	int64_t us;

	if (!str_copy(word, sizeof word, text + (text[0] == '-')))
		return false;
	size_t len = strlen(word);
	if (len > 4 && strcmp(word + len - 4, " ago") == 0)
		word[len - 4] = '\0';
	if (!str_to_duration(word, &us) || us < 0 || us > now.us)
		return false;
	*out = utc_add(now, -us);
	return true;
}

bool
when_read(const char *text, struct utc now, struct utc *out)
{
	struct when_fields f = when_fields(now);

	if (strcmp(text, "now") == 0)
		*out = now;
	else if (strcmp(text, "today") == 0)
		*out = when_civil(f.year, f.month, f.day, 0, 0, 0);
	else if (strcmp(text, "yesterday") == 0)
		*out = when_civil(f.year, f.month, f.day - 1, 0, 0, 0);
	else
		return read_ago(text, now, out) || read_civil(text, now, out) || utc_from_iso(text, out);
	return true;
}
