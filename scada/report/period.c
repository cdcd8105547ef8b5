/* SPDX-License-Identifier: Apache-2.0 */
/*
 * period.c - what people write for a period, read strictly; and the period in which a time lies.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/report/calendar.h"
#include "scada/report/report.h"

static const char *const forms[] = { "the day as 2026-11-22", "the month as 2026-11",
	"the fiscal year as 2026, which begins in April",
	"the day as 2026-11-22, its second shift as 2026-11-22-2, or from a time on until now as 2026-11-22T2030",
	"the week as 2026-W48, which begins on Monday, a day as 2026-11-22, a month as 2026-11, or from a time on "
	"until now as "
	"2026-11-22T2030" };

static bool
refuse(const struct report_kind *k, const char *label, const char *what, char *message, size_t size)
{
	char safe[100];
	text_put_safe(safe, sizeof(safe), label, 24);
	str_printf(message, size, "'%s' is no %s; write %s", safe, what, forms[k->period]);
	return false;
}

/* "2026-11" as the date of its first day. */
static bool
month_from_text(const char *label, int64_t *date)
{
	char first[16];
	return strlen(label) == 7 && str_printf(first, sizeof(first), "%s-01", label) && date_from_text(first, date);
}

static bool
year_from_text(const char *label, int64_t *date)
{
	char first[16];
	return strlen(label) == 4 && str_printf(first, sizeof(first), "%s-04-01", label) && date_from_text(first, date);
}

/* The Monday of week 1 of a year by ISO 8601: the week of 4 January. */
static int64_t
first_monday(int64_t year)
{
	int64_t date = date_days(year, 1, 4);
	return date - (date_weekday(date) + 6) % 7;
}

/* "2026-W48" as the date of its Monday. */
static bool
week_from_text(const char *label, int64_t *monday)
{
	char year_text[8], week_text[4];
	int64_t year, week;
	if (strlen(label) != 8 || label[4] != '-' || label[5] != 'W' || label[6] < '0' || label[6] > '5')
		return false;
	str_printf(year_text, sizeof(year_text), "%.4s", label);
	str_printf(week_text, sizeof(week_text), "%s", label[6] == '0' ? label + 7 : label + 6);
	if (!str_to_i64(year_text, 2000, 2199, &year) || !str_to_i64(week_text, 1, 53, &week))
		return false;
	*monday = first_monday(year) + (week - 1) * 7;
	return *monday < first_monday(year + 1);
}

static void
week_label(int64_t date, char *label, size_t size)
{
	int64_t year;
	unsigned month, day;
	date_civil(
	    date - (date_weekday(date) + 6) % 7 + 3, &year, &month, &day); /* its Thursday says whose week it is */
	str_printf(label, size, "%04d-W%02d", (int)year, (int)((date - first_monday(year)) / 7 + 1));
}

/* "2026-11-30T0500": from then on. A time that the clocks leave out is the first one after it. */
static bool
read_since(const char *label, int64_t *from)
{
	char day[16], hour[4], minute[4];
	int64_t date, h, m;
	if (strlen(label) != 15 || label[10] != 'T')
		return false;
	str_printf(day, sizeof(day), "%.10s", label);
	str_printf(hour, sizeof(hour), "%.2s", label + 11);
	str_printf(minute, sizeof(minute), "%.2s", label + 13);
	/* Two digits each, of which the first may be zero. */
	if (hour[0] < '0' || hour[0] > '2' || minute[0] < '0' || minute[0] > '5' || !date_from_text(day, &date) ||
	    !str_to_i64(hour[0] == '0' ? hour + 1 : hour, 0, 23, &h) ||
	    !str_to_i64(minute[0] == '0' ? minute + 1 : minute, 0, 59, &m))
		return false;
	*from = calendar_at(date, h * 60 + m);
	return true;
}

static bool
read_week(const struct report_kind *k, const char *label, int64_t *from, int64_t *to, char *message, size_t size)
{
	int64_t date;
	if (week_from_text(label, &date)) {
		*from = calendar_begin(date);
		*to = calendar_begin(date + 7);
	} else if (date_from_text(label, &date)) {
		*from = calendar_begin(date);
		*to = calendar_begin(date + 1);
	} else if (month_from_text(label, &date)) {
		*from = calendar_begin(date);
		*to = calendar_begin(calendar_month_begin(date, 1));
	} else if (read_since(label, from)) {
		*to = REPORT_UNTIL_NOW;
	} else {
		return refuse(k, label, "week, day or month", message, size);
	}
	return true;
}

static const struct site_shift *
shifts_of(const struct site *site, uint32_t *n)
{
	static const struct site_shift one = { .name = "day" };
	bool has = site != NULL && site->reports != NULL && site->reports->shifts.n > 0;
	*n = has ? site->reports->shifts.n : 1;
	return has ? site->reports->shifts.v : &one;
}

/* Shift i (from 0) of the shifts that begin on the date. */
static void
shift_period(const struct site_shift *s, uint32_t n, int64_t date, uint32_t i, int64_t *from, int64_t *to)
{
	*from = calendar_at(date, s[i].from);
	*to = i + 1 < n ? calendar_at(date, s[i + 1].from) : calendar_at(date + 1, s[0].from);
}

static bool
read_shift(const struct site *site, const struct report_kind *k, const char *label, int64_t *from, int64_t *to,
    char *message, size_t size)
{
	char day[16];
	int64_t date, number = 0;
	uint32_t n;
	const struct site_shift *s = shifts_of(site, &n);
	size_t len = strlen(label);
	if (read_since(label, from)) {
		*to = REPORT_UNTIL_NOW;
		return true;
	}
	str_printf(day, sizeof(day), "%.10s", label);
	if (!date_from_text(day, &date) || (len > 10 && (label[10] != '-' || !str_to_i64(label + 11, 1, 99, &number))))
		return refuse(k, label, "shift", message, size);
	if (number > n) {
		str_printf(message, size, "the site has %u shift%s a day, not %" PRId64 "; write %s-1%s", n,
		    n == 1 ? "" : "s", number, day, n == 1 ? "" : " and so on");
		return false;
	}
	if (number > 0) {
		shift_period(s, n, date, (uint32_t)number - 1, from, to);
	} else {
		int64_t ignored;
		shift_period(s, n, date, 0, from, &ignored);
		shift_period(s, n, date, n - 1, &ignored, to);
	}
	return true;
}

bool
report_period_of(const struct site *site, const struct report_kind *k, const char *label, int64_t *from, int64_t *to,
    char *message, size_t size)
{
	int64_t date;
	switch (k->period) {
	case PERIOD_DAY:
		if (!date_from_text(label, &date))
			return refuse(k, label, "day", message, size);
		*from = calendar_begin(date);
		*to = calendar_begin(date + 1);
		return true;
	case PERIOD_MONTH:
		if (!month_from_text(label, &date))
			return refuse(k, label, "month", message, size);
		*from = calendar_begin(date);
		*to = calendar_begin(calendar_month_begin(date, 1));
		return true;
	case PERIOD_FISCAL_YEAR:
		if (!year_from_text(label, &date))
			return refuse(k, label, "fiscal year", message, size);
		*from = calendar_begin(date);
		*to = calendar_begin(calendar_month_begin(date, 12));
		return true;
	case PERIOD_SHIFT: return read_shift(site, k, label, from, to, message, size);
	case PERIOD_WEEK: return read_week(k, label, from, to, message, size);
	}
	return false;
}

bool
report_period(const struct report_kind *k, const char *label, int64_t *from, int64_t *to, char *message, size_t size)
{
	return report_period_of(NULL, k, label, from, to, message, size);
}

static void
label_shift(const struct site *site, int64_t ms, char *label, size_t size)
{
	char text[DATE_TEXT_MAX];
	uint32_t n;
	int64_t date = calendar_day(ms), from, to;
	const struct site_shift *s = shifts_of(site, &n);
	/* Before the first shift of the day it is the last one of the day before. */
	for (int64_t day = date - 1; day <= date; day++)
		for (uint32_t i = 0; i < n; i++) {
			shift_period(s, n, day, i, &from, &to);
			if (ms >= from && ms < to) {
				str_printf(label, size, "%.10s-%u", date_text(text, sizeof(text), day), i + 1);
				return;
			}
		}
	str_printf(label, size, "%.10s", date_text(text, sizeof(text), date));
}

void
report_label_of(const struct site *site, const struct report_kind *k, int64_t ms, char *label, size_t size)
{
	char text[DATE_TEXT_MAX];
	int64_t date = calendar_day(ms);
	date_text(text, sizeof(text), k->period == PERIOD_FISCAL_YEAR ? calendar_fiscal_begin(date) : date);
	switch (k->period) {
	case PERIOD_DAY: str_printf(label, size, "%.10s", text); break;
	case PERIOD_MONTH: str_printf(label, size, "%.7s", text); break;
	case PERIOD_FISCAL_YEAR: str_printf(label, size, "%.4s", text); break;
	case PERIOD_SHIFT: label_shift(site, ms, label, size); break;
	case PERIOD_WEEK: week_label(date, label, size); break;
	}
}

void
report_label(const struct report_kind *k, int64_t ms, char *label, size_t size)
{
	report_label_of(NULL, k, ms, label, size);
}

char *
report_file_name(
    const struct report_kind *k, const char *label, uint32_t revision, enum report_form form, char *buf, size_t size)
{
	char digits[16] = "", part[16] = "";
	size_t n = 0;
	/* A file's name takes nothing from a label but digits, the shift's number, and the letter of a week. */
	for (size_t i = 0; label[i] != '\0' && n + 1 < sizeof(digits); i++)
		if (i == 5 && label[i] == 'W')
			digits[n++] = 'W';
		else if (label[i] >= '0' && label[i] <= '9') {
			if (i == 11)
				digits[n++] = '-';
			digits[n++] = label[i];
		}
	digits[n] = '\0';
	if (revision > 1)
		str_printf(part, sizeof(part), "_r%" PRIu32, revision);
	str_printf(buf, size, "%s_%s%s.%s", k->file_prefix, digits, part, form == REPORT_TEXT ? "txt" : "csv");
	return buf;
}
