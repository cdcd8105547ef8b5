/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.c - reading the clocks, ISO 8601 both ways, civil time in the site's zone, ages in five cells.
 */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "scada/base/clock.h"
#include "scada/base/date.h"
#include "scada/base/log.h"
#include "scada/base/str.h"

#define ZONE_DIR  "/usr/share/zoneinfo"
#define S_PER_DAY INT64_C(86400)

struct mono
clock_mono(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (struct mono){ (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000 };
}

int64_t
clock_processor_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

double
clock_off_of(const struct timex *t, int state)
{
	double us_per_unit = (t->status & STA_NANO) != 0 ? 1e-3 : 1;

	if (state < 0 || state == TIME_ERROR || (t->status & STA_UNSYNC) != 0)
		return (double)NAN;
	return fmax(fabs((double)t->offset * us_per_unit), (double)t->esterror) / 1e3;
}

double
clock_off_ms(void)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	return clock_off_of(&t, state);
}

/* The time that $CHISAN_NOW gives; 0 = it is not set. */
static struct utc
frozen(void)
{
	static bool was_read;
	static struct utc t;

	if (!was_read) {
		const char *now = getenv("CHISAN_NOW");
		was_read = true;
		if (now != NULL && now[0] != '\0' && !utc_from_iso(now, &t))
			log_warn("CHISAN_NOW is no time such as 2026-11-22T20:53:06Z; the clock runs on");
	}
	return t;
}

struct utc
clock_utc(void)
{
	struct timespec ts;
	struct utc t = frozen();

	if (t.us != 0)
		return t;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (struct utc){ (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000 };
}

bool
utc_is_plausible(struct utc t)
{
	/* 2024-01-01 to 2100-01-01 */
	return t.us >= INT64_C(1704067200) * US_PER_S && t.us < INT64_C(4102444800) * US_PER_S;
}

int64_t
clock_step_us(int64_t *offset, struct mono m, struct utc u)
{
	int64_t before = *offset, step;

	*offset = u.us - m.us;
	step = before == 0 ? 0 : *offset - before;
	return step >= US_PER_S || step <= -US_PER_S ? step : 0;
}

/* ---- ISO 8601 */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

char *
utc_iso(char *buf, size_t size, struct utc t)
{
	int64_t ms = floor_div(t.us, US_PER_MS), s = floor_div(ms, 1000), days = floor_div(s, S_PER_DAY), y;
	unsigned m, d, rest = (unsigned)(s - days * S_PER_DAY);

	date_civil(days, &y, &m, &d);
	if (t.us == 0 || y < 0 || y > 9999) {
		str_copy(buf, size, "-");
		return buf;
	}
	str_printf(buf, size, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", (int)y, m, d, rest / 3600, rest / 60 % 60,
	    rest % 60, (unsigned)(ms - s * 1000));
	return buf;
}

/* Exactly n digits. */
static bool
take_digits(const char **s, unsigned n, unsigned *out)
{
	*out = 0;
	for (unsigned i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (unsigned)(**s - '0');
	}
	return true;
}

static bool
take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* ".5" to microseconds; more than six digits are cut. */
static bool
take_fraction(const char **s, int64_t *us)
{
	int64_t step = US_PER_S / 10;

	*us = 0;
	if (!take_char(s, '.'))
		return true;
	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; (*s)++, step /= 10)
		*us += (**s - '0') * step;
	return true;
}

static bool
take_offset(const char **s, int64_t *seconds)
{
	unsigned h, m;

	*seconds = 0;
	if (take_char(s, 'Z'))
		return true;
	int sign = **s == '-' ? -1 : 1;
	if (!take_char(s, '+') && !take_char(s, '-'))
		return false;
	if (!take_digits(s, 2, &h) || !take_char(s, ':') || !take_digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*seconds = sign * (int64_t)(h * 3600 + m * 60);
	return true;
}

bool
utc_from_iso(const char *s, struct utc *out)
{
	unsigned y, mo, d, h, mi, sec;
	int64_t us, offset;

	if (!take_digits(&s, 4, &y) || !take_char(&s, '-') || !take_digits(&s, 2, &mo) || !take_char(&s, '-') ||
	    !take_digits(&s, 2, &d) || !take_char(&s, 'T') || !take_digits(&s, 2, &h) || !take_char(&s, ':') ||
	    !take_digits(&s, 2, &mi) || !take_char(&s, ':') || !take_digits(&s, 2, &sec))
		return false;
	if (mo < 1 || mo > 12 || d < 1 || d > date_month_days(y, mo) || h > 23 || mi > 59 || sec > 59)
		return false;
	if (!take_fraction(&s, &us) || !take_offset(&s, &offset) || *s != '\0')
		return false;
	int64_t seconds = date_days((int64_t)y, mo, d) * S_PER_DAY + (int64_t)(h * 3600 + mi * 60 + sec) - offset;
	out->us = seconds * US_PER_S + us;
	return true;
}

/* ---- civil time */

bool
clock_zone_exists(const char *zone)
{
	char path[160], magic[4] = "";
	struct stat st;

	if (zone[0] == '\0' || zone[0] == '/' || zone[0] == '.' || strstr(zone, "..") != NULL)
		return false;
	if (zone[strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/")] != '\0')
		return false;
	if (!str_printf(path, sizeof(path), ZONE_DIR "/%s", zone))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool exists = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) && memcmp(magic, "TZif", sizeof(magic)) == 0;
	close(fd);
	return exists;
}

bool
clock_set_zone(const char *zone)
{
	if (!clock_zone_exists(zone) || setenv("TZ", zone, 1) != 0)
		return false;
	tzset();
	return true;
}

int64_t
utc_zone_offset_us(struct utc t)
{
	time_t s = (time_t)floor_div(t.us, US_PER_S);
	struct tm tm;

	return localtime_r(&s, &tm) == NULL ? 0 : (int64_t)tm.tm_gmtoff * US_PER_S;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the caller's format is the point of this function */
char *
utc_civil(char *buf, size_t size, struct utc t, const char *strftime_fmt)
{
	time_t s = (time_t)floor_div(t.us, US_PER_S);
	struct tm tm;

	if (t.us == 0 || localtime_r(&s, &tm) == NULL || strftime(buf, size, strftime_fmt, &tm) == 0)
		str_copy(buf, size, "-");
	return buf;
}

struct utc
utc_of_date(int64_t date, int64_t minutes)
{
	struct tm tm = { .tm_isdst = -1, .tm_hour = (int)(minutes / 60), .tm_min = (int)(minutes % 60) };
	int64_t year;
	unsigned month, day;

	date_civil(date, &year, &month, &day);
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	return (struct utc){ (int64_t)mktime(&tm) * US_PER_S };
}

int64_t
utc_date(struct utc t, int64_t *minutes)
{
	time_t s = (time_t)floor_div(t.us, US_PER_S);
	struct tm tm = { 0 };

	(void)localtime_r(&s, &tm);
	if (minutes != NULL)
		*minutes = (int64_t)tm.tm_hour * 60 + tm.tm_min;
	return date_days((int64_t)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1, (unsigned)tm.tm_mday);
}

char *
utc_said(char *buf, size_t size, struct utc t)
{
	return utc_civil(buf, size, t, "%Y-%m-%d %H:%M:%S %Z");
}
#pragma GCC diagnostic pop

char *
clock_age(char *buf, size_t size, int64_t us)
{
	int64_t s = us < 0 ? 0 : us / US_PER_S, tenths = us < 0 ? 0 : us / (US_PER_S / 10);

	if (s < 10)
		str_printf(buf, size, "%d.%ds", (int)s, (int)(tenths % 10));
	else if (s < 60)
		str_printf(buf, size, "%ds", (int)s);
	else if (s < 3600)
		str_printf(buf, size, "%dm", (int)(s / 60));
	else if (s < S_PER_DAY)
		str_printf(buf, size, "%dh", (int)(s / 3600));
	else if (s / S_PER_DAY <= 9999)
		str_printf(buf, size, "%dd", (int)(s / S_PER_DAY));
	else
		str_copy(buf, size, ">9999");
	return buf;
}
