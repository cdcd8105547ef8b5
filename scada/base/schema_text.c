/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_text.c - one scalar of a site file: text to member and back, each refusal a sentence
 * "what was read; what would be right".
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scada/base/clock.h"
#include "scada/base/date.h"
#include "scada/base/point.h"
#include "scada/base/schema.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

struct say {
	char *message;
	size_t size;
};

static bool refuse(const struct say *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool
refuse(const struct say *s, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(s->message, s->size, fmt, ap);
	va_end(ap);
	return false;
}

/* What was read, in quotes, made safe and short. */
struct shown {
	char text[176];
};

static struct shown
show(const char *text)
{
	struct shown s;
	char safe[168];
	bool is_cut = text_width(text) > 40;
	text_put_safe(safe, sizeof(safe), text, 40);
	snprintf(s.text, sizeof(s.text), "'%s%s'", safe, is_cut ? "~" : "");
	return s;
}
#define SHOW(t) (show(t).text)

static bool
has_bounds(const struct key *k)
{
	return k->min != 0 || k->max != 0;
}

static bool
check_bounds(const struct key *k, double v, const char *unit, const struct say *s)
{
	char was[40], lo[40], hi[40];
	if (!has_bounds(k) || (v >= k->min && v <= k->max))
		return true;
	str_double(was, sizeof(was), v);
	str_double(lo, sizeof(lo), k->min);
	str_double(hi, sizeof(hi), k->max);
	const char *gap = unit[0] != '\0' ? " " : "";
	if (k->max >= SCHEMA_UNBOUNDED && v < k->min)
		return refuse(s, "%s%s%s is below %s; write %s or more", was, gap, unit, lo, lo);
	return refuse(s, "%s%s%s is %s %s; write %s to %s%s%s", was, gap, unit, v > k->max ? "above" : "below",
	    v > k->max ? hi : lo, lo, hi, gap, unit);
}

/* ---- numbers */

/* Why a text is no number, as precisely as can be said. */
static bool
refuse_number(const struct key *k, const char *text, const char *what, const struct say *s)
{
	const char *digits = text + (text[0] == '-' || text[0] == '+');
	size_t n = strspn(digits, "0123456789");
	char *comma = strchr(text, ',');
	const char *unit = k->unit != NULL ? k->unit : "";
	if (strcasecmp(digits, "nan") == 0 || strcasecmp(digits, ".nan") == 0 || strcasecmp(digits, "inf") == 0 ||
	    strcasecmp(digits, ".inf") == 0)
		return refuse(s, "%s is not a finite number; write a number, or leave the key out", SHOW(text));
	if (n > 1 && digits[0] == '0' && (digits[n] == '\0' || digits[n] == '.'))
		return refuse(s, "%s begins with a zero, which some take for octal; write %s%s", SHOW(text),
		    text[0] == '-' ? "-" : "",
		    digits + strspn(digits, "0") -
		        (digits[strspn(digits, "0")] == '.' || digits[strspn(digits, "0")] == '\0'));
	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X' || digits[1] == 'o' || digits[1] == 'b'))
		return refuse(s, "%s is not decimal; write the decimal number", SHOW(text));
	if (comma != NULL && n > 0)
		return refuse(
		    s, "%s has a comma; write a point for decimals and nothing between thousands", SHOW(text));
	if (strchr(text, '_') != NULL && n > 0)
		return refuse(s, "%s has an underscore; write the digits alone", SHOW(text));
	if (n > 0 && digits[n] == '.' && strspn(digits + n + 1, "0123456789") > 0)
		n += 1 + strspn(digits + n + 1, "0123456789");
	if (n > 0 && digits[n] != '\0' && strchr("eE+-.", digits[n]) == NULL)
		return refuse(s, "%s is more than a number; write %.*s alone%s%s", SHOW(text),
		    (int)(digits - text + (ptrdiff_t)(n < 40 ? n : 40)), text, unit[0] != '\0' ? ", the unit is " : "",
		    unit);
	if (n > 0 && digits[n] == 'e')
		return refuse(s, "%s is too large for a number; write a smaller one", SHOW(text));
	return refuse(s, "%s is not a %s; write digits as in 15 or -0.5", SHOW(text), what);
}

static bool
read_number(const struct key *k, const char *text, double *out, const struct say *s)
{
	double v;
	if (!str_to_double(text, &v) || !isfinite(v))
		return refuse_number(k, text, "number", s);
	if (v == 0)
		v = 0; /* never -0 */
	if (!check_bounds(k, v, k->unit != NULL ? k->unit : "", s))
		return false;
	*out = v;
	return true;
}

static bool
read_int(const struct key *k, const char *text, int64_t *out, const struct say *s)
{
	double d;
	int64_t v;
	if (!str_to_i64(text, INT64_MIN, INT64_MAX, &v)) {
		if (!str_to_double(text, &d))
			return refuse_number(k, text, "whole number", s);
		if (fabs(d) < 9e18)
			return refuse(s, "%s is not whole; write a whole number without point or exponent", SHOW(text));
		return refuse(s, "%s is too large; write a smaller whole number", SHOW(text));
	}
	if (has_bounds(k) && (v < (int64_t)k->min || v > (int64_t)k->max))
		return refuse(s, "%" PRId64 " is %s %" PRId64 "; write %" PRId64 " to %" PRId64, v,
		    v > (int64_t)k->max ? "above" : "below", v > (int64_t)k->max ? (int64_t)k->max : (int64_t)k->min,
		    (int64_t)k->min, (int64_t)k->max);
	*out = v;
	return true;
}

static bool
check_duration(const struct key *k, int64_t us, const struct say *s)
{
	char was[40], lo[40], hi[40];
	if (!has_bounds(k) || ((double)us >= k->min * 1e6 && (double)us <= k->max * 1e6))
		return true;
	str_duration(was, sizeof(was), us);
	str_duration(lo, sizeof(lo), (int64_t)(k->min * 1e6));
	str_duration(hi, sizeof(hi), (int64_t)(k->max * 1e6));
	bool is_above = (double)us > k->max * 1e6;
	return refuse(
	    s, "%s is %s than %s; write %s to %s", was, is_above ? "longer" : "shorter", is_above ? hi : lo, lo, hi);
}

static bool
read_duration(const struct key *k, const char *text, int64_t *out, const struct say *s)
{
	double bare;
	int64_t us;
	if (!str_to_duration(text, &us)) {
		if (str_to_double(text, &bare) && bare != 0)
			return refuse(s,
			    "%s has no unit of time; write %s"
			    "s, or with ms, m, h or d",
			    SHOW(text), text);
		return refuse(s, "%s is not a duration; write it as 500ms, 1s, 30m, 8h, 2d or 1h30m", SHOW(text));
	}
	if (us < 0)
		return refuse(s, "%s is negative; write a duration forward in time", SHOW(text));
	if (!check_duration(k, us, s))
		return false;
	*out = us;
	return true;
}

static bool
read_date(const char *text, int64_t *out, const struct say *s)
{
	if (!date_from_text(text, out))
		return refuse(s, "%s is no day of the calendar; write year, month and day as 2026-04-01", SHOW(text));
	return true;
}

static bool
read_daytime(const char *text, int64_t *out, const struct say *s)
{
	if (!daytime_from_text(text, out))
		return refuse(s, "%s is no time of day; write hours and minutes as 08:30, at most 24:00", SHOW(text));
	return true;
}

/* "150/min": per second. A bare number is refused, since nobody can tell what it is per. */
static bool
read_rate(const struct key *k, const char *text, double *out, const struct say *s)
{
	char number[48];
	double v;
	const char *slash = strchr(text, '/');
	if (slash == NULL)
		return refuse(s, "%s is not a rate; write it as 5/s, 150/min or 10/h", SHOW(text));
	double per = strcmp(slash, "/s") == 0 ? 1
	    : strcmp(slash, "/min") == 0      ? 60
	    : strcmp(slash, "/h") == 0        ? 3600
	                                      : 0;
	if (per == 0)
		return refuse(s, "%s is not a rate; after the number comes /s, /min or /h", SHOW(text));
	snprintf(number, sizeof(number), "%.*s", (int)(slash - text), text);
	if ((size_t)(slash - text) >= sizeof(number) || !str_to_double(number, &v) || !isfinite(v))
		return refuse_number(k, text, "rate", s);
	v /= per;
	if (!check_bounds(k, v, "per second", s))
		return false;
	*out = v;
	return true;
}

/* ---- words */

static const char *
nearest_word(const char *text, const struct key_word *words)
{
	const char *names[65];
	size_t n = 0;
	for (; words[n].word != NULL && n < 64; n++) {
		names[n] = words[n].word;
		if (strcasecmp(words[n].word, text) == 0)
			return words[n].word;
	}
	names[n] = NULL;
	return str_nearest(text, names);
}

static bool
read_enum(const struct key *k, const char *text, int *out, const struct say *s)
{
	char list[400] = "";
	for (const struct key_word *w = k->words; w->word != NULL; w++) {
		if (strcmp(w->word, text) == 0) {
			*out = w->value;
			return true;
		}
		if (w != k->words)
			str_append(list, sizeof(list), ", ");
		str_append(list, sizeof(list), w->word);
	}
	const char *near = nearest_word(text, k->words);
	if (near != NULL)
		return refuse(s, "%s is not one of %s; did you mean %s?", SHOW(text), list, near);
	return refuse(s, "%s is not known here; write one of %s", SHOW(text), list);
}

static bool
read_unit(const char *text, const struct say *s)
{
	if (unit_is_known(text))
		return true;
	const char *const *list = unit_list();
	for (size_t i = 0; list[i] != NULL; i++)
		if (strcasecmp(list[i], text) == 0)
			return refuse(s, "%s is not a known unit; did you mean %s?", SHOW(text), list[i]);
	const char *near = str_nearest(text, list);
	if (near != NULL)
		return refuse(s, "%s is not a known unit; did you mean %s?", SHOW(text), near);
	return refuse(s, "%s is not a known unit; chisan-site(5) lists them", SHOW(text));
}

static bool
word_is_valid(const char *t)
{
	if (t[0] < 'a' || t[0] > 'z')
		return false;
	return t[strspn(t, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && strlen(t) < POINT_NAME_MAX;
}

static bool
name_is_valid(const char *t)
{
	if (t[0] < 'A' || t[0] > 'Z')
		return false;
	return t[strspn(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0' && strlen(t) < POINT_NAME_MAX / 2;
}

/* " did you mean 'ESS1'?" when capitals are all that is missing. */
static const char *
capitals_hint(char *buf, size_t size, const char *text, bool (*is_valid)(const char *))
{
	char upper[POINT_NAME_MAX];
	if (!str_copy(upper, sizeof(upper), text))
		return "";
	for (char *p = upper; *p != '\0'; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p == '-' || *p == ' ' ? '_' : *p;
	if (!is_valid(upper))
		return "";
	snprintf(buf, size, ": did you mean %s?", upper);
	return buf;
}

static bool
read_string(const struct key *k, const char *text, const struct say *s)
{
	double max = has_bounds(k) ? k->max : 4096;
	size_t len = strlen(text);
	if (len == 0 && k->min > 0)
		return refuse(s, "the text is empty; write something, or leave the key out");
	if ((double)len > max)
		return refuse(s, "the text has %zu bytes; at most %.0f", len, max);
	if (k->type == KEY_STRING && strpbrk(text, "\r\n") != NULL)
		return refuse(s, "the text has several lines; write it in one");
	for (size_t i = 0; i < len;) {
		uint32_t cp;
		i += text_next(text + i, len - i, &cp);
		if ((cp == '\n' && k->type != KEY_STRING) || (cp == '\t' && k->type == KEY_TEXT))
			continue;
		if (!text_is_inert(cp))
			return refuse(s, "the text has the invisible character U+%04" PRIX32 "; leave it out", cp);
	}
	return true;
}

static bool
check_name(const struct key *k, const char *text, const struct say *s)
{
	char hint[POINT_NAME_MAX + 32];
	switch (k->type) {
	case KEY_NAME:
		return name_is_valid(text) ||
		    refuse(s, "%s is not a name; names begin with A to Z and have only A to Z, 0 to 9 and _%s",
		        SHOW(text), capitals_hint(hint, sizeof(hint), text, name_is_valid));
	case KEY_TAG:
		return point_tag_is_valid(text) ||
		    refuse(s, "%s is not a tag; tags have A to Z, 0 to 9 and _ in parts joined by dots%s", SHOW(text),
		        capitals_hint(hint, sizeof(hint), text, point_tag_is_valid));
	case KEY_POINT:
		return (point_name_is_valid(text) && strchr(text, '.') != NULL) ||
		    refuse(s, "%s is not a point; points are written DEVICE.ITEM%s", SHOW(text),
		        capitals_hint(hint, sizeof(hint), text, point_name_is_valid));
	case KEY_WORD:
		return word_is_valid(text) ||
		    refuse(s, "%s is not a word as wanted here; write a to z, 0 to 9 and -, beginning with a letter",
		        SHOW(text));
	default: return true;
	}
}

/* An expression may stand in several lines; it is kept as one. */
static char *
copy_expression(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	while (n > 0 && strchr(" \n", text[n - 1]) != NULL)
		n--;
	char *copy = arena_strndup(a, text, n);
	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	return copy;
}

bool
schema_scalar(const struct key *k, const char *text, void *obj, struct arena *a, char *message, size_t size)
{
	const struct say s = { message, size };
	char *m = (char *)obj + k->offset;
	switch (k->type) {
	case KEY_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return refuse(&s, "%s is neither true nor false; write true or false", SHOW(text));
		*(bool *)(void *)m = text[0] == 't';
		return true;
	case KEY_INT: return read_int(k, text, (int64_t *)(void *)m, &s);
	case KEY_NUMBER: return read_number(k, text, (double *)(void *)m, &s);
	case KEY_DURATION: return read_duration(k, text, (int64_t *)(void *)m, &s);
	case KEY_RATE: return read_rate(k, text, (double *)(void *)m, &s);
	case KEY_DATE: return read_date(text, (int64_t *)(void *)m, &s);
	case KEY_DAYTIME: return read_daytime(text, (int64_t *)(void *)m, &s);
	case KEY_ENUM: return read_enum(k, text, (int *)(void *)m, &s);
	case KEY_UNIT:
		if (!read_unit(text, &s))
			return false;
		break;
	case KEY_NAME:
	case KEY_TAG:
	case KEY_POINT:
	case KEY_WORD:
		if (!check_name(k, text, &s))
			return false;
		break;
	case KEY_STRING:
	case KEY_TEXT:
	case KEY_EXPR:
		if (!read_string(k, text, &s))
			return false;
		break;
	default:
		return refuse(
		    &s, "%s stands where a %s is wanted; see chisan-site(5)", SHOW(text), key_type_text(k->type));
	}
	*(const char **)(void *)m = k->type == KEY_EXPR ? copy_expression(a, text) : arena_strdup(a, text);
	return true;
}

bool
schema_value_ok(const struct key *k, const void *obj, char *message, size_t size)
{
	const struct say s = { message, size };
	const char *m = (const char *)obj + k->offset;
	switch (k->type) {
	case KEY_INT: {
		int64_t v;
		memcpy(&v, m, sizeof(v));
		return !has_bounds(k) || (v >= (int64_t)k->min && v <= (int64_t)k->max);
	}
	case KEY_DURATION: {
		int64_t v;
		memcpy(&v, m, sizeof(v));
		return v >= 0 && check_duration(k, v, &s);
	}
	case KEY_DATE:
	case KEY_DAYTIME: {
		int64_t v;
		memcpy(&v, m, sizeof(v));
		return k->type == KEY_DATE ? DATE_IS_OK(v) : v >= 0 && v <= 1440;
	}
	case KEY_NUMBER:
	case KEY_RATE: {
		double v;
		memcpy(&v, m, sizeof(v));
		return isfinite(v) && check_bounds(k, v, "", &s);
	}
	case KEY_ENUM: {
		int v;
		memcpy(&v, m, sizeof(v));
		for (const struct key_word *w = k->words; w->word != NULL; w++)
			if (w->value == v)
				return true;
		return false;
	}
	case KEY_UNIT:
	case KEY_NAME:
	case KEY_TAG:
	case KEY_POINT:
	case KEY_WORD:
	case KEY_STRING:
	case KEY_TEXT:
	case KEY_EXPR: {
		const char *t;
		memcpy(&t, m, sizeof(t));
		if (t == NULL)
			return false;
		return k->type == KEY_UNIT                                                ? unit_is_known(t)
		    : k->type == KEY_STRING || k->type == KEY_TEXT || k->type == KEY_EXPR ? read_string(k, t, &s)
		                                                                          : check_name(k, t, &s);
	}
	default: return true;
	}
}

/* ---- and back */

static const char *
rate_text(char *buf, size_t size, double per_s)
{
	static const struct {
		double per;
		const char *word;
	} units[] = { { 1, "/s" }, { 60, "/min" }, { 3600, "/h" } };
	char best[48] = "", t[48];
	size_t best_len = 0;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		str_double(t, sizeof(t) - 8, per_s * units[i].per);
		double back;
		if (!str_to_double(t, &back) || back / units[i].per != per_s)
			continue;
		if (best[0] != '\0' && strlen(t) >= best_len)
			continue;
		best_len = strlen(t);
		str_append(t, sizeof(t), units[i].word);
		memcpy(best, t, sizeof(best));
	}
	str_copy(buf, size, best);
	return buf;
}

static const char *
enum_text(const struct key *k, int v)
{
	for (const struct key_word *w = k->words; w->word != NULL; w++)
		if (w->value == v)
			return w->word;
	return "?";
}

const char *
schema_scalar_text(const struct key *k, const void *obj, char *buf, size_t size)
{
	const void *m = (const char *)obj + k->offset;
	switch (k->type) {
	case KEY_BOOL: return *(const bool *)m ? "true" : "false";
	case KEY_INT: str_printf(buf, size, "%" PRId64, *(const int64_t *)m); return buf;
	case KEY_NUMBER: return str_double(buf, size, *(const double *)m);
	case KEY_DURATION: return str_duration(buf, size, *(const int64_t *)m);
	case KEY_DATE: return date_text(buf, size, *(const int64_t *)m);
	case KEY_DAYTIME: return daytime_text(buf, size, *(const int64_t *)m);
	case KEY_RATE: return rate_text(buf, size, *(const double *)m);
	case KEY_ENUM: return enum_text(k, *(const int *)m);
	case KEY_STRING:
	case KEY_TEXT:
	case KEY_NAME:
	case KEY_TAG:
	case KEY_POINT:
	case KEY_WORD:
	case KEY_EXPR:
	case KEY_UNIT: {
		const char *t = *(const char *const *)m;
		return t != NULL ? t : "";
	}
	default: return "";
	}
}
