/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.c - strict reading of numbers and durations, globs, bounded printing.
 * What C would print in the locale is wrapped in in_c_locale(), so that a comma never stands for a point.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"

#define NEAREST_MAX 48 /* longer words are not compared */

static locale_t
in_c_locale(void)
{
	static locale_t c;
	if (c == (locale_t)0)
		c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	return c != (locale_t)0 ? uselocale(c) : (locale_t)0;
}

static void
leave_c_locale(locale_t old)
{
	if (old != (locale_t)0)
		uselocale(old);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_digits(const char *s)
{
	while (is_digit(*s))
		s++;
	return s;
}

/* Digits without a leading zero before another digit; NULL = none. */
static const char *
skip_whole(const char *s)
{
	if (!is_digit(s[0]) || (s[0] == '0' && is_digit(s[1])))
		return NULL;
	return skip_digits(s);
}

bool
str_to_double(const char *s, double *out)
{
	const char *p = s;

	if (*p == '+' || *p == '-')
		p++;
	p = skip_whole(p);
	if (p == NULL)
		return false;
	if (*p == '.') {
		if (!is_digit(p[1]))
			return false;
		p = skip_digits(p + 1);
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return false;
		p = skip_digits(p);
	}
	if (*p != '\0')
		return false;

	locale_t old = in_c_locale();
	double v = strtod(s, NULL);
	leave_c_locale(old);
	if (!isfinite(v))
		return false;
	*out = v;
	return true;
}

bool
str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool is_negative = *s == '-';
	int64_t v = 0;

	if (*s == '+' || *s == '-')
		s++;
	const char *end = skip_whole(s);
	if (end == NULL || *end != '\0')
		return false;
	for (; s < end; s++) {
		int digit = *s - '0';
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, is_negative ? -digit : digit, &v))
			return false;
	}
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

/* ---- durations; largest unit first */

static const struct {
	const char *name;
	int64_t us;
} units[] = {
	{ "d", INT64_C(86400000000) },
	{ "h", INT64_C(3600000000) },
	{ "m", INT64_C(60000000) },
	{ "s", INT64_C(1000000) },
	{ "ms", INT64_C(1000) },
	{ "us", INT64_C(1) },
};

static bool
take_whole(const char **s, int64_t *out)
{
	const char *end = skip_whole(*s);
	int64_t v = 0;

	if (end == NULL)
		return false;
	for (const char *p = *s; p < end; p++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *p - '0', &v))
			return false;
	*s = end;
	*out = v;
	return true;
}

/* Index of the unit at *s, at least `from`; ARRAY_LEN = none. */
static size_t
take_unit(const char **s, size_t from)
{
	size_t len = 0;
	while ((*s)[len] >= 'a' && (*s)[len] <= 'z')
		len++;
	for (size_t i = from; i < ARRAY_LEN(units); i++)
		if (strlen(units[i].name) == len && memcmp(*s, units[i].name, len) == 0) {
			*s += len;
			return i;
		}
	return ARRAY_LEN(units);
}

bool
str_to_duration(const char *s, int64_t *us)
{
	int64_t sum = 0;
	size_t from = 0;

	do {
		int64_t n;
		if (!take_whole(&s, &n))
			return false;
		size_t i = take_unit(&s, from);
		if (i == ARRAY_LEN(units))
			return false;
		if (__builtin_mul_overflow(n, units[i].us, &n) || __builtin_add_overflow(sum, n, &sum))
			return false;
		from = i + 1;
	} while (*s != '\0');
	*us = sum;
	return true;
}

char *
str_duration(char *buf, size_t size, int64_t us)
{
	uint64_t rest = us < 0 ? -(uint64_t)us : (uint64_t)us;

	str_copy(buf, size, us < 0 ? "-" : "");
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		uint64_t n = rest / (uint64_t)units[i].us;
		rest %= (uint64_t)units[i].us;
		char part[32];
		if (n != 0 && str_printf(part, sizeof(part), "%llu%s", (unsigned long long)n, units[i].name))
			str_append(buf, size, part);
	}
	if (us == 0)
		str_copy(buf, size, "0s");
	return buf;
}

/* ---- globs */

/* Matches one byte against the set at p ("[a-z]"); *next is behind it. A set that does not end is a plain '['. */
static bool
match_set(const char *p, char c, const char **next)
{
	const char *q = p + 1;
	bool is_negated = *q == '!' || *q == '^', hit = false;

	if (is_negated)
		q++;
	const char *first = q;
	while (*q != '\0' && (*q != ']' || q == first)) {
		unsigned char lo = (unsigned char)*q, hi = lo;
		if (q[1] == '-' && q[2] != '\0' && q[2] != ']') {
			hi = (unsigned char)q[2];
			q += 2;
		}
		q++;
		if ((unsigned char)c >= lo && (unsigned char)c <= hi)
			hit = true;
	}
	if (*q != ']') {
		*next = p + 1;
		return c == '[';
	}
	*next = q + 1;
	return hit != is_negated;
}

bool
str_glob(const char *pattern, const char *s)
{
	/* The last star is the only one to go back to, so the time is bounded by the product of the lengths. */
	const char *star = NULL, *star_s = NULL;

	for (;;) {
		const char *next = pattern + 1;
		if (*pattern == '*') {
			star = pattern = next;
			star_s = s;
			continue;
		}
		if (*s == '\0' && *pattern == '\0')
			return true;
		bool hit = *s != '\0' && *pattern != '\0' &&
		    (*pattern == '?' || (*pattern == '[' ? match_set(pattern, *s, &next) : *pattern == *s));
		if (hit) {
			pattern = next;
			s++;
		} else if (star != NULL && *star_s != '\0') {
			pattern = star;
			s = ++star_s;
		} else {
			return false;
		}
	}
}

/* ---- printing */

bool
str_printf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;

	locale_t old = in_c_locale();
	va_start(ap, fmt);
	int n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	leave_c_locale(old);
	return n >= 0 && (size_t)n < size;
}

bool
str_copy(char *buf, size_t size, const char *s)
{
	if (size == 0)
		return false;
	size_t len = strnlen(s, size);
	bool fits = len < size;
	if (!fits)
		len = size - 1;
	memmove(buf, s, len);
	buf[len] = '\0';
	return fits;
}

bool
str_append(char *buf, size_t size, const char *s)
{
	size_t len = strnlen(buf, size);
	return len < size && str_copy(buf + len, size - len, s);
}

static bool
print_special(char *buf, size_t size, double v)
{
	if (isfinite(v))
		return false;
	str_copy(buf, size, isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
	return true;
}

char *
str_double(char *buf, size_t size, double v)
{
	if (print_special(buf, size, v))
		return buf;
	/* 15 digits drop their trailing zeros, so what reads back from them is already the shortest. */
	locale_t old = in_c_locale();
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, size, "%.*g", digits, v);
		double back = strtod(buf, NULL);
		if (memcmp(&back, &v, sizeof(v)) == 0)
			break;
	}
	leave_c_locale(old);
	return buf;
}

char *
str_fixed(char *buf, size_t size, double v, int decimals)
{
	if (print_special(buf, size, v))
		return buf;
	if (decimals < 0) {
		double step = pow(10, decimals < -18 ? 18 : -decimals);
		double rounded = round(v / step) * step;
		v = isfinite(rounded) ? rounded : v;
		decimals = 0;
	}
	if (decimals > 17)
		decimals = 17;
	if (fabs(v) >= 1e18) {
		str_printf(buf, size, "%.6e", v);
		return buf;
	}
	str_printf(buf, size, "%.*f", decimals, v);
	if (buf[0] == '-' && buf[strspn(buf, "-0.")] == '\0')
		memmove(buf, buf + 1, strlen(buf));
	return buf;
}

/* ---- "did you mean" */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

/* Insertions, deletions, changes and swaps of neighbours that make b from a, whatever the case. */
static unsigned
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned d[NEAREST_MAX + 1][NEAREST_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++)
		for (size_t j = 1; j <= b_len; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[a_len][b_len];
}

const char *
str_nearest(const char *word, const char *const *names)
{
	size_t len = strnlen(word, NEAREST_MAX + 1);
	const char *nearest = NULL;
	unsigned best = (unsigned)(len < 3 ? 1 : len < 6 ? 2 : len / 3) + 1;

	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	for (; *names != NULL; names++) {
		size_t name_len = strnlen(*names, NEAREST_MAX + 1);
		if (name_len > NEAREST_MAX)
			continue;
		unsigned d = distance(word, len, *names, name_len);
		if (d < best && d < name_len) {
			best = d;
			nearest = *names;
		}
	}
	return nearest;
}
