/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sunspec.c - names of points into places, and what their types mean.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/sunspec_private.h"
#include "scada/base/text.h"

#define NAMES_MAX 160 /* more than the longest model has */

static const struct sunspec_model *const tables[] = { sunspec_inverter, sunspec_meter, sunspec_der, sunspec_battery };

const struct sunspec_model *
sunspec_row(size_t i)
{
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (const struct sunspec_model *m = tables[t]; m->from != 0; m++)
			if (i-- == 0)
				return m;
	return NULL;
}

const struct sunspec_model *
sunspec_model(uint16_t number)
{
	const struct sunspec_model *m;

	for (size_t i = 0; (m = sunspec_row(i)) != NULL; i++)
		if (number >= m->from && number <= m->to)
			return m;
	return NULL;
}

static const struct sunspec_point *
find(const struct sunspec_point *list, uint16_t count, const char *name)
{
	for (uint16_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

/* ---- text into places */

static bool refuse(char *message, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static bool
refuse(char *message, size_t size, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_put_safe(message, size, text, -1);
	return false;
}

/* The nearest name of a list, for "did you mean". NULL = none is near. */
static const char *
nearest(const struct sunspec_point *list, uint16_t count, const char *name)
{
	const char *names[NAMES_MAX + 1] = { NULL };

	for (uint16_t i = 0; i < count && i < NAMES_MAX; i++)
		names[i] = list[i].name;
	return str_nearest(name, names);
}

static bool
say_unknown(const struct sunspec_place *p, const char *name, char *message, size_t size)
{
	const struct sunspec_model *m = p->layout;
	const char *near =
	    p->repeat > 0 ? nearest(m->repeated, m->repeated_count, name) : nearest(m->points, m->count, name);

	if (near != NULL)
		return refuse(message, size, "model %u has no point '%.40s'; did you mean %s", p->model, name, near);
	if (p->repeat == 0 && m->group != NULL && find(m->repeated, m->repeated_count, name) != NULL)
		return refuse(message, size,
		    "'%.40s' of model %u stands in a block that is repeated; write %u.%s[1].%.40s", name, p->model,
		    p->model, m->group, name);
	return refuse(message, size, "model %u has no point '%.40s'; it begins with %s", p->model, name,
	    p->repeat > 0 ? m->repeated[0].name : m->points[0].name);
}

/* "module[2].DCW" behind the dot; *rest is the point's name. */
static bool
parse_repeat(struct sunspec_place *p, const char *text, const char **rest, char *message, size_t size)
{
	const char *open = strchr(text, '['), *close = open != NULL ? strchr(open, ']') : NULL;
	char digits[8];
	int64_t n;

	*rest = text;
	if (open == NULL)
		return true;
	if (p->layout->group == NULL)
		return refuse(message, size, "model %u has no block that is repeated; write %u.%s", p->model, p->model,
		    p->layout->points[0].name);
	if (strlen(p->layout->group) != (size_t)(open - text) ||
	    strncmp(text, p->layout->group, (size_t)(open - text)) != 0)
		return refuse(message, size, "the repeated block of model %u is called %s; write %u.%s[1].%s", p->model,
		    p->layout->group, p->model, p->layout->group, p->layout->repeated[0].name);
	if (close == NULL || close[1] != '.' || (size_t)(close - open) > sizeof(digits))
		return refuse(message, size, "'%.40s' has no number between [ and ]; write %s[1].%s", text,
		    p->layout->group, p->layout->repeated[0].name);
	memcpy(digits, open + 1, (size_t)(close - open) - 1);
	digits[close - open - 1] = '\0';
	if (!str_to_i64(digits, 1, SUNSPEC_REPEAT_MAX, &n))
		return refuse(
		    message, size, "'%s' is no number of a block; they count from 1 to %d", digits, SUNSPEC_REPEAT_MAX);
	p->repeat = (uint16_t)n;
	*rest = close + 2;
	return true;
}

bool
sunspec_parse(const char *text, struct sunspec_place *out, char *message, size_t size)
{
	const char *dot = strchr(text, '.'), *name;
	char digits[8];
	int64_t number;

	*out = (struct sunspec_place){ 0 };
	if (dot == NULL || (size_t)(dot - text) >= sizeof(digits))
		return refuse(
		    message, size, "'%.40s' names no point of a model; write 701.W or 160.module[1].DCW", text);
	memcpy(digits, text, (size_t)(dot - text));
	digits[dot - text] = '\0';
	if (!str_to_i64(digits, 1, SUNSPEC_END - 1, &number))
		return refuse(message, size, "'%s' is no number of a model; write 701.W or 160.module[1].DCW", digits);
	out->model = (uint16_t)number;
	out->layout = sunspec_model(out->model);
	if (out->layout == NULL)
		return refuse(message, size,
		    "model %u is not among those that are known here (chisan-site(5) lists them); write table: and "
		    "address:",
		    out->model);
	if (!parse_repeat(out, dot + 1, &name, message, size))
		return false;
	out->point = out->repeat > 0 ? find(out->layout->repeated, out->layout->repeated_count, name)
	                             : find(out->layout->points, out->layout->count, name);
	return out->point != NULL || say_unknown(out, name, message, size);
}

const char *
sunspec_text(const struct sunspec_place *p, char *buf, size_t size)
{
	if (p->repeat > 0)
		str_printf(buf, size, "%u.%s[%u].%s", p->model, p->layout->group, p->repeat, p->point->name);
	else
		str_printf(buf, size, "%u.%s", p->model, p->point->name);
	return buf;
}

/* ---- places into registers */

uint32_t
sunspec_offset(const struct sunspec_place *p)
{
	uint32_t block = p->repeat > 0 ? p->layout->fixed + (uint32_t)(p->repeat - 1) * p->layout->block : 0;

	return block + p->point->offset;
}

int32_t
sunspec_factor_offset(const struct sunspec_place *p)
{
	const struct sunspec_point *sf = NULL;

	if (p->point->sf != NULL)
		sf = find(p->layout->points, p->layout->count, p->point->sf);
	return sf != NULL ? sf->offset : -1;
}

enum raw_type
sunspec_raw_type(const struct sunspec_point *p)
{
#define RAW_OF(id, word, raw, registers) raw,
	static const enum raw_type types[] = { SUNSPEC_TYPE_LIST(RAW_OF) };
#undef RAW_OF
	return types[p->type];
}

const char *
sunspec_type_word(const struct sunspec_point *p)
{
#define WORD_OF(id, word, raw, registers) word,
	static const char *const words[] = { SUNSPEC_TYPE_LIST(WORD_OF) };
#undef WORD_OF
	return words[p->type];
}

bool
sunspec_invalid(const struct sunspec_point *p, double *raw)
{
	switch ((enum sunspec_type)p->type) {
	case SS_U16:
	case SS_ENUM16:
	case SS_BITS16: *raw = 65535; return true;
	case SS_I16:
	case SS_SF: *raw = -32768; return true;
	case SS_U32:
	case SS_BITS32: *raw = 4294967295.0; return true;
	case SS_I32: *raw = -2147483648.0; return true;
	case SS_U64: *raw = ldexp(1, 64); return true; /* all ones, as the nearest double */
	case SS_ACC32:
	case SS_ACC64: *raw = 0; return true;
	case SS_F32: *raw = (double)NAN; return true;
	case SS_STRING:
	case SS_TYPE_COUNT: break;
	}
	return false;
}

uint32_t
sunspec_repeats(const struct sunspec_model *m, uint16_t length)
{
	uint32_t all = (uint32_t)length + 2;

	return m->block == 0 || all <= m->fixed ? 0 : (all - m->fixed) / m->block;
}

void
sunspec_string(const uint8_t *registers, unsigned count, char *buf, size_t size)
{
	size_t n = 0;

	while (n < 2 * (size_t)count && n + 1 < size && registers[n] != '\0')
		n++;
	memcpy(buf, registers, n);
	while (n > 0 && buf[n - 1] == ' ')
		n--;
	buf[n] = '\0';
}
