/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term.c - the keys of school terms, and which one a day is in.
 */
#include "config.h"

#include "scada/model/term.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
#define T struct term
static const struct key term_keys[] = {
	{ "from", KEY_DATE, AT(from), true, .help = "first day of school" },
	{ "to", KEY_DATE, AT(to), true, .help = "last day of school" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 80, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 80, .help = "in Japanese" },
};
const struct schema term_schema = { "term", sizeof(T), term_keys, ARRAY_LEN(term_keys), "days in which schools teach; between terms are holidays", NULL, 0, 0 };
#undef T
/* clang-format on */

const struct term *
term_find(const struct key_list *terms, int64_t day)
{
	const struct term *list = terms->v;
	for (uint32_t i = 0; i < terms->n; i++)
		if (list[i].from <= day && day <= list[i].to)
			return &list[i];
	return NULL;
}

bool
terms_reach(const struct key_list *terms, int64_t day)
{
	const struct term *list = terms->v;
	bool is_after = false, is_before = false;
	for (uint32_t i = 0; i < terms->n; i++) {
		is_after |= day >= list[i].from - TERM_REACH_DAYS;
		is_before |= day <= list[i].to + TERM_REACH_DAYS;
	}
	return is_after && is_before;
}
