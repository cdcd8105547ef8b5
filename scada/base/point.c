/* SPDX-License-Identifier: Apache-2.0 */
/*
 * point.c - the words of kinds, quality, reasons and roles, and the rules for names.
 */
#include "config.h"

#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/point.h"

struct quality_row {
	const char *letters;
	enum validity validity;
	const char *word, *text;
};

/* Indexed by bit: the rows of the list stand in the order of their bits. */
#define ROW(id, bit, letters, validity, word, text) [bit] = { letters, validity, word, text },
static const struct quality_row quality_rows[] = { QUALITY_LIST(ROW) };
#undef ROW

/* First row that is set; NULL = good. */
static const struct quality_row *
first_row(uint16_t quality)
{
	quality &= Q_ALL;
	return quality ? &quality_rows[__builtin_ctz(quality)] : NULL;
}

enum validity
quality_validity(uint16_t quality)
{
	enum validity worst = V_GOOD;
	for (unsigned bit = 0; bit < ARRAY_LEN(quality_rows); bit++)
		if ((quality >> bit & 1) && quality_rows[bit].validity > worst)
			worst = quality_rows[bit].validity;
	return worst;
}

const char *
quality_letters(uint16_t quality)
{
	const struct quality_row *r = first_row(quality);
	return r ? r->letters : "";
}

const char *
quality_text(uint16_t quality)
{
	const struct quality_row *r = first_row(quality);
	return r ? r->text : "good";
}

const char *
validity_word(enum validity v)
{
	switch (v) {
	case V_GOOD: return "good";
	case V_UNCERTAIN: return "uncertain";
	case V_BAD: break;
	}
	return "bad";
}

const char *
quality_flag_word(unsigned bit)
{
	return bit < ARRAY_LEN(quality_rows) ? quality_rows[bit].word : NULL;
}

#define WORD(id, word, help) word,
static const char *const kind_words[] = { POINT_KIND_LIST(WORD) };
#undef WORD

const char *
point_kind_word(enum point_kind k)
{
	return (unsigned)k < KIND_COUNT ? kind_words[k] : "unknown";
}

bool
point_kind_from_word(const char *word, enum point_kind *out)
{
	for (unsigned k = 0; k < KIND_COUNT; k++)
		if (strcmp(word, kind_words[k]) == 0) {
			*out = (enum point_kind)k;
			return true;
		}
	return false;
}

const char *
addcause_text(int number)
{
	switch (number) {
#define CASE(id, n, text) \
	case n: return text;
		ADDCAUSE_LIST(CASE)
#undef CASE
	default: return "unknown";
	}
}

#define WORD(id, word) word,
static const char *const role_words[] = { ROLE_LIST(WORD) };
#undef WORD

const char *
role_word(enum role r)
{
	return (unsigned)r < ROLE_COUNT ? role_words[r] : "unknown";
}

bool
role_from_word(const char *word, enum role *out)
{
	for (unsigned r = 0; r < ROLE_COUNT; r++)
		if (strcmp(word, role_words[r]) == 0) {
			*out = (enum role)r;
			return true;
		}
	return false;
}

/* Parts joined by dots; the number of them, 0 = not valid. Below POINT_NAME_MAX bytes. */
static unsigned
count_parts(const char *s)
{
	unsigned parts = 0;
	size_t total = 0;

	for (;;) {
		size_t len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		total += len + 1;
		if (len == 0 || total > POINT_NAME_MAX)
			return 0;
		parts++;
		if (s[len] == '\0')
			return parts;
		if (s[len] != '.')
			return 0;
		s += len + 1;
	}
}

bool
point_name_is_valid(const char *name)
{
	return name[0] >= 'A' && name[0] <= 'Z' && count_parts(name) >= 2;
}

bool
point_tag_is_valid(const char *tag)
{
	return count_parts(tag) >= 1;
}
