/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date.c - days by count from 0000-03-01 (Hinnant, chrono-compatible algorithms), and their one written form.
 */
#include "config.h"

#include <inttypes.h>

#include "scada/base/date.h"
#include "scada/base/str.h"

int64_t
date_days(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void
date_civil(int64_t days, int64_t *y, unsigned *m, unsigned *d)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*y = yoe + era * 400 + (*m <= 2);
}

unsigned
date_month_days(int64_t y, unsigned m)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return days[m - 1] + (m == 2 && is_leap);
}

unsigned
date_weekday(int64_t days)
{
	return (unsigned)(((days + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

/* Exactly n digits, then the character `end`. */
static bool
take(const char **s, unsigned n, char end, unsigned *out)
{
	*out = 0;
	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (unsigned)(**s - '0');
	}
	if (**s != end)
		return false;
	*s += end != '\0';
	return true;
}

bool
date_from_text(const char *s, int64_t *days)
{
	unsigned y, m, d;
	if (!take(&s, 4, '-', &y) || !take(&s, 2, '-', &m) || !take(&s, 2, '\0', &d))
		return false;
	if (m < 1 || m > 12 || d < 1 || d > date_month_days(y, m))
		return false;
	*days = date_days(y, m, d);
	return DATE_IS_OK(*days);
}

char *
date_text(char *buf, size_t size, int64_t days)
{
	int64_t y;
	unsigned m, d;
	date_civil(days, &y, &m, &d);
	str_printf(buf, size, "%04" PRId64 "-%02u-%02u", y, m, d);
	return buf;
}

bool
daytime_from_text(const char *s, int64_t *minutes)
{
	unsigned h, m;
	if (!take(&s, 2, ':', &h) || !take(&s, 2, '\0', &m) || m > 59)
		return false;
	*minutes = (int64_t)h * 60 + m;
	return *minutes <= 1440;
}

char *
daytime_text(char *buf, size_t size, int64_t minutes)
{
	str_printf(buf, size, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
	return buf;
}
