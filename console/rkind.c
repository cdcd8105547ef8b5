/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rkind.c - labels of periods, as people write them and as the server takes them. Days are those of the site's zone.
 */
#include "config.h"

#include <string.h>

#include "console/rkind.h"
#include "console/when.h"
#include "scada/base/date.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define FIRST_MONTH 4 /* of the fiscal year */

static const struct rkind rows[] = {
#define RKIND_ROW(name, period, file, title, title_ja) { #name, period, file, title, title_ja },
	RKIND_LIST(RKIND_ROW)
};

const struct rkind *
rkind_at(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct rkind *
rkind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const char *
rkind_nearest(const char *name)
{
	const char *names[ARRAY_LEN(rows) + 1] = { NULL };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		names[i] = rows[i].name;
	return str_nearest(name, names);
}

bool
rkind_is_filed(const char *name)
{
	return strcmp(name, "shift") != 0 && strcmp(name, "saving") != 0 && strcmp(name, "imbalance") != 0;
}

const char *
rkind_example(const struct rkind *k)
{
	static const char *const examples[] = { "2026-11-22, today or yesterday", "2026-11",
		"2026, the year from April", "2026-11-22T08:30 or 08:30", "2026-W48, 2026-11-22 or 2026-11" };

	return examples[k->period];
}

static int
fiscal_year(struct when_fields f)
{
	return f.month >= FIRST_MONTH ? f.year : f.year - 1;
}

/* The week in which t lies, by ISO 8601: that of its Thursday. */
static void
week_label(struct utc t, char *label, size_t size)
{
	struct when_fields f = when_fields(t);
	int64_t date = date_days(f.year, (unsigned)f.month, (unsigned)f.day), year;
	unsigned month, day;

	date += 3 - (int64_t)(date_weekday(date) + 6) % 7;
	date_civil(date, &year, &month, &day);
	str_printf(label, size, "%04d-W%02d", (int)year, (int)((date - date_days(year, 1, 1)) / 7 + 1));
}

/* "2026-W48" as noon of its Monday. */
static bool
week_read(const char *label, struct utc *monday)
{
	int64_t year, week;
	char text[8];

	if (strlen(label) != 8 || label[4] != '-' || label[5] != 'W' || label[6] < '0' || label[6] > '5')
		return false;
	str_printf(text, sizeof text, "%.4s", label);
	if (!str_to_i64(text, 1970, 2200, &year) || !str_to_i64(label + (label[6] == '0' ? 7 : 6), 1, 53, &week))
		return false;
	int64_t date = date_days(year, 1, 4);
	int day = (int)(4 - (int64_t)(date_weekday(date) + 6) % 7 + (week - 1) * 7);
	*monday = when_civil((int)year, 1, day, 12, 0, 0);
	return true;
}

void
rkind_label(const struct rkind *k, struct utc t, char *label, size_t size)
{
	struct when_fields f = when_fields(t);

	switch (k->period) {
	case RPERIOD_DAY: str_printf(label, size, "%04d-%02d-%02d", f.year, f.month, f.day); break;
	case RPERIOD_MONTH: str_printf(label, size, "%04d-%02d", f.year, f.month); break;
	case RPERIOD_YEAR: str_printf(label, size, "%04d", fiscal_year(f)); break;
	case RPERIOD_SHIFT:
		str_printf(label, size, "%04d-%02d-%02dT%02d%02d", f.year, f.month, f.day, f.hour, f.minute);
		break;
	case RPERIOD_WEEK: week_label(t, label, size); break;
	}
}

/* A time in the last period that is over. */
static struct utc
last_closed(const struct rkind *k, struct utc now)
{
	struct when_fields f = when_fields(now);

	switch (k->period) {
	case RPERIOD_DAY: return when_civil(f.year, f.month, f.day - 1, 0, 0, 0);
	case RPERIOD_MONTH: return when_civil(f.year, f.month - 1, 1, 0, 0, 0);
	case RPERIOD_YEAR: return when_civil(fiscal_year(f) - 1, FIRST_MONTH, 1, 0, 0, 0);
	case RPERIOD_WEEK: return when_civil(f.year, f.month, f.day - 7, 12, 0, 0);
	case RPERIOD_SHIFT: break;
	}
	return now;
}

/* "", a date, or a date and the number of a shift: the site's own words for them. */
static bool
is_shift(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	int64_t number;

	if (text[0] == '\0')
		return true;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	text += sizeof form - 1;
	return text[0] == '\0' || (text[0] == '-' && str_to_i64(text + 1, 1, 99, &number));
}

/* A day or a month, as such; or a time from which on until now. */
static bool
is_part(const char *text)
{
	static const char form[] = "dddd-dd-ddTdddd";
	size_t n = strlen(text);

	for (size_t i = 0; i < n && i < sizeof form; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return n == 7 || n == 10 || n == 15;
}

bool
rkind_read(const struct rkind *k, const char *text, struct utc now, char *label, size_t size)
{
	struct utc t;
	int64_t year;

	if (k->period == RPERIOD_SHIFT && is_shift(text)) {
		str_copy(label, size, text);
		return true;
	}
	if (k->period == RPERIOD_WEEK && (week_read(text, &t) || is_part(text))) {
		str_copy(label, size, text);
		return true;
	}
	if (text[0] == '\0') {
		rkind_label(k, last_closed(k, now), label, size);
		return true;
	}
	if (strlen(text) == 4 && str_to_i64(text, 1970, 2200, &year)) { /* a fiscal year as such */
		if (k->period == RPERIOD_YEAR)
			str_copy(label, size, text);
		return k->period == RPERIOD_YEAR;
	}
	if (k->period == RPERIOD_DAY && strlen(text) == 7 && text[4] == '-')
		return false; /* a month is no day */
	if (!when_read(text, now, &t))
		return false;
	rkind_label(k, t, label, size);
	return true;
}

void
rkind_step(const struct rkind *k, char *label, size_t size, int step)
{
	char day[RKIND_LABEL];
	struct utc t;
	int64_t year;

	if (k->period == RPERIOD_YEAR) {
		if (str_to_i64(label, 1971, 2199, &year))
			str_printf(label, size, "%04d", (int)year + step);
		return;
	}
	if (k->period == RPERIOD_WEEK && week_read(label, &t)) {
		struct when_fields w = when_fields(t);

		rkind_label(k, when_civil(w.year, w.month, w.day + 7 * step, 12, 0, 0), label, size);
		return;
	}
	bool is_month = k->period == RPERIOD_MONTH || (k->period == RPERIOD_WEEK && strlen(label) == 7);
	str_printf(day, sizeof day, "%.10s", label); /* of shifts: the whole day before or after */
	if (!when_read(day, (struct utc){ 0 }, &t))
		return;
	struct when_fields f = when_fields(t);
	if (is_month)
		t = when_civil(f.year, f.month + step, 1, 0, 0, 0);
	else
		t = when_civil(f.year, f.month, f.day + step, 0, 0, 0);
	if (k->period == RPERIOD_WEEK) { /* a day or a month stays one */
		f = when_fields(t);
		str_printf(label, size, is_month ? "%04d-%02d" : "%04d-%02d-%02d", f.year, f.month, f.day);
		return;
	}
	rkind_label(k, t, label, size);
	if (k->period == RPERIOD_SHIFT)
		label[10] = '\0';
}

void
rkind_file(const struct rkind *k, const char *label, unsigned revision, bool is_csv, char *buf, size_t size)
{
	char digits[RKIND_LABEL], more[16] = "";
	size_t n = 0;

	/* After the day a shift's number, or its begin: told from the day, as the store names it. */
	for (size_t i = 0; label[i] != '\0' && n + 2 < sizeof digits; i++)
		if (i == 5 && label[i] == 'W') {
			digits[n++] = 'W'; /* of a week: told from a month */
		} else if (label[i] >= '0' && label[i] <= '9') {
			if (i == 11)
				digits[n++] = '-';
			digits[n++] = label[i];
		}
	digits[n] = '\0';
	if (revision > 1)
		str_printf(more, sizeof more, "_r%u", revision);
	str_printf(buf, size, "%s_%s%s.%s", k->file, digits, more, is_csv ? "csv" : "txt");
}
