/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_schema.c - the tables of keys themselves, and scalars read strictly.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/site/schema_site.h"
#include "tests/unit/t.h"

/* ---- every table of the program */

static const struct schema *
table(int i)
{
	int pages = 0;
	while (schema_pages[pages].schema != NULL)
		pages++;
	return i < pages ? schema_pages[i].schema : i < pages + ASSET_KIND_COUNT ? asset_kind_schema(i - pages) : NULL;
}

START_TEST(every_key_has_a_unique_name_and_help)
{
	const struct schema *s;
	for (int t = 0; (s = table(t)) != NULL; t++) {
		ck_assert_uint_le(s->key_count, 64);
		ck_assert_uint_gt(s->key_count, 0);
		ck_assert_str_ne(s->help, "");
		for (unsigned i = 0; i < s->key_count; i++) {
			const struct key *k = &s->keys[i];
			ck_assert_msg(k->help != NULL && k->help[0] != '\0', "%s.%s has no help", s->name, k->name);
			ck_assert_msg(
			    k->offset >= sizeof(struct node) && k->offset < s->size, "%s.%s", s->name, k->name);
			for (unsigned j = 0; j < i; j++) {
				ck_assert_msg(strcmp(k->name, s->keys[j].name) != 0, "%s.%s twice", s->name, k->name);
				ck_assert_msg(
				    k->offset != s->keys[j].offset, "%s.%s shares a member", s->name, k->name);
			}
		}
	}
}
END_TEST

START_TEST(every_key_has_what_its_type_needs)
{
	const struct schema *s;
	for (int t = 0; (s = table(t)) != NULL; t++)
		for (unsigned i = 0; i < s->key_count; i++) {
			const struct key *k = &s->keys[i];
			bool has_sub = k->type == KEY_MAP || k->type == KEY_LIST || k->type == KEY_DICT;
			bool has_words = k->type == KEY_ENUM || k->type == KEY_POINTS;
			ck_assert_msg((k->sub != NULL) == has_sub, "%s.%s: sub", s->name, k->name);
			ck_assert_msg((k->words != NULL) == has_words, "%s.%s: words", s->name, k->name);
			ck_assert_msg(k->min <= k->max, "%s.%s: bounds", s->name, k->name);
			ck_assert_msg(
			    !(k->is_required && k->def != NULL), "%s.%s: required and default", s->name, k->name);
			if (k->type == KEY_DICT)
				ck_assert_str_eq(k->sub->keys[0].name, "");
			if (k->unit != NULL)
				ck_assert_msg(unit_is_known(k->unit), "%s.%s: unit %s", s->name, k->name, k->unit);
		}
}
END_TEST

START_TEST(every_default_reads)
{
	const struct schema *s;
	for (int t = 0; (s = table(t)) != NULL; t++) {
		struct arena *a = arena_new();
		ck_assert_msg(schema_defaults(s, arena_alloc(a, s->size), a), "%s", s->name);
		arena_free(a);
	}
}
END_TEST

START_TEST(units_are_ascii_and_stand_once)
{
	const char *const *u = unit_list();
	for (size_t i = 0; u[i] != NULL; i++) {
		ck_assert_uint_eq(
		    strspn(u[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%/().-"), strlen(u[i]));
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(u[i], u[j]);
	}
	ck_assert(unit_is_known("kPa(a)"));
	ck_assert(!unit_is_known("kw"));
	ck_assert(!unit_is_known(""));
}
END_TEST

/* ---- scalars */

struct thing {
	struct node node;
	const char *text, *name, *tag, *point, *word, *expr, *unit;
	bool flag;
	int64_t whole, duration;
	double number, rate;
	int choice;
	struct key_range range;
};
#define AT(m) offsetof(struct thing, m)
static const struct key_word choices[] = { { "one", 1, "" }, { "two", 2, "" }, { NULL, 0, NULL } };
static const struct key thing_keys[] = {
	{ "text", KEY_STRING, AT(text), .min = 1, .max = 10, .help = "x" },
	{ "name", KEY_NAME, AT(name), .help = "x" },
	{ "tag", KEY_TAG, AT(tag), .help = "x" },
	{ "point", KEY_POINT, AT(point), .help = "x" },
	{ "word", KEY_WORD, AT(word), .help = "x" },
	{ "expr", KEY_EXPR, AT(expr), .min = 1, .max = 100, .help = "x" },
	{ "unit", KEY_UNIT, AT(unit), .help = "x" },
	{ "flag", KEY_BOOL, AT(flag), .help = "x" },
	{ "whole", KEY_INT, AT(whole), .min = -5, .max = 65535, .help = "x" },
	{ "duration", KEY_DURATION, AT(duration), .min = 0.1, .max = 60, .help = "x" },
	{ "number", KEY_NUMBER, AT(number), .min = -1.5, .max = 1e6, .help = "x" },
	{ "rate", KEY_RATE, AT(rate), .help = "x" },
	{ "choice", KEY_ENUM, AT(choice), .words = choices, .help = "x" },
	{ "range", KEY_RANGE, AT(range), .help = "x" },
};
static const struct schema thing_schema = { "thing", sizeof(struct thing), thing_keys, ARRAY_LEN(thing_keys), "x", NULL,
	0, 0 };

static const struct {
	const char *key, *text;
	const char *back; /* as printed again; NULL = refused */
	const char *says; /* part of the refusal */
} scalars[] = {
	{ "text", "hello", "hello", NULL },
	{ "text", "", NULL, "empty" },
	{ "text", "12345678901", NULL, "at most 10" },
	{ "text", "a\nb", NULL, "several lines" },
	{ "text", "a\x1b[2J", NULL, "U+001B" },
	{ "text",
	    "a\xe2\x80\xae"
	    "b",
	    NULL, "U+202E" },
	{ "name", "ESS1", "ESS1", NULL },
	{ "name", "ess1", NULL, "did you mean ESS1?" },
	{ "name", "1ESS", NULL, "begin with A to Z" },
	{ "name", "ESS.P", NULL, "not a name" },
	{ "name", "\x1b[2J", NULL, "not a name" },
	{ "tag", "52R", "52R", NULL },
	{ "tag", "CB.52R", "CB.52R", NULL },
	{ "tag", "CB..52R", NULL, "not a tag" },
	{ "point", "ESS1.P", "ESS1.P", NULL },
	{ "point", "ESS1", NULL, "DEVICE.ITEM" },
	{ "word", "gas-turbine", "gas-turbine", NULL },
	{ "word", "../etc/passwd", NULL, "a to z" },
	{ "word", "Gas", NULL, "a to z" },
	{ "expr", "A.B +\n  1 \n", "A.B +   1", NULL },
	{ "unit", "kW", "kW", NULL },
	{ "unit", "KW", NULL, "did you mean kW?" },
	{ "unit", "parsec", NULL, "chisan-site(5)" },
	{ "flag", "true", "true", NULL },
	{ "flag", "yes", NULL, "true or false" },
	{ "flag", "True", NULL, "true or false" },
	{ "whole", "0", "0", NULL },
	{ "whole", "-5", "-5", NULL },
	{ "whole", "65535", "65535", NULL },
	{ "whole", "65536", NULL, "65536 is above 65535; write -5 to 65535" },
	{ "whole", "-6", NULL, "below" },
	{ "whole", "010", NULL, "write 10" },
	{ "whole", "00", NULL, "write 0" },
	{ "whole", "0x10", NULL, "decimal" },
	{ "whole", "1.0", NULL, "not whole" },
	{ "whole", "9223372036854775808", NULL, "too large" },
	{ "whole", "nan", NULL, "finite" },
	{ "whole", "5 ", NULL, "5" },
	{ "whole", "1,000", NULL, "comma" },
	{ "whole", "1_000", NULL, "underscore" },
	{ "duration", "1s", "1s", NULL },
	{ "duration", "1500ms", "1s500ms", NULL },
	{ "duration", "1", NULL, "no unit of time" },
	{ "duration", "2m", NULL, "longer than 1m" },
	{ "duration", "99ms", NULL, "shorter than 100ms" },
	{ "duration", "soon", NULL, "not a duration" },
	{ "number", "0.1", "0.1", NULL },
	{ "number", "-0", "0", NULL },
	{ "number", "1e3", "1000", NULL },
	{ "number", "-1.6", NULL, "below" },
	{ "number", ".nan", NULL, "finite" },
	{ "number", "-inf", NULL, "finite" },
	{ "number", "1e999", NULL, "too large" },
	{ "number", "00.5", NULL, "write 0.5" },
	{ "number", "5kW", NULL, "write 5 alone" },
	{ "number", "", NULL, "not a number" },
	{ "rate", "150/min", "2.5/s", NULL },
	{ "rate", "10/h", "10/h", NULL },
	{ "rate", "1/min", "1/min", NULL },
	{ "rate", "5", NULL, "5/s, 150/min or 10/h" },
	{ "rate", "5/d", NULL, "/s, /min or /h" },
	{ "rate", "x/s", NULL, "not a rate" },
	{ "choice", "two", "two", NULL },
	{ "choice", "Two", NULL, "did you mean two?" },
	{ "choice", "seven", NULL, "one, two" },
	{ "range", "5", NULL, "[low, high]" },
};

START_TEST(scalars_read_strictly)
{
	char message[400] = "", buf[64];
	struct thing thing = { 0 };
	struct arena *a = arena_new();
	ck_assert(schema_defaults(&thing_schema, &thing, a));
	int i = schema_find(&thing_schema, scalars[_i].key, strlen(scalars[_i].key));
	ck_assert_int_ge(i, 0);
	const struct key *k = &thing_keys[i];
	bool ok = schema_scalar(k, scalars[_i].text, &thing, a, message, sizeof(message));
	if (scalars[_i].back != NULL) {
		ck_assert_msg(ok, "%s: %s", scalars[_i].text, message);
		ck_assert_str_eq(schema_scalar_text(k, &thing, buf, sizeof(buf)), scalars[_i].back);
		ck_assert(schema_value_ok(k, &thing, message, sizeof(message)));
	} else {
		ck_assert_msg(!ok, "%s was taken", scalars[_i].text);
		ck_assert_msg(
		    strstr(message, scalars[_i].says) != NULL, "'%s' does not say '%s'", message, scalars[_i].says);
		ck_assert_msg(strchr(message, '\x1b') == NULL, "an escape in the message");
	}
	arena_free(a);
}
END_TEST

START_TEST(absent_numbers_are_not_numbers)
{
	struct thing thing = { 0 };
	struct arena *a = arena_new();
	ck_assert(schema_defaults(&thing_schema, &thing, a));
	ck_assert(isnan(thing.number) && isnan(thing.rate) && isnan(thing.range.lo) && isnan(thing.range.hi));
	ck_assert(!schema_is_set(&thing_schema, &thing, AT(number)));
	arena_free(a);
}
END_TEST

START_TEST(what_is_set_travels_and_what_is_not_does_not)
{
	struct thing thing = { 0 }, back = { 0 };
	struct wbuf b;
	struct rbuf r;
	struct arena *a = arena_new();
	char message[200];
	wbuf_init(&b);
	ck_assert(schema_defaults(&thing_schema, &thing, a));
	ck_assert(schema_scalar(&thing_keys[8], "7", &thing, a, message, sizeof(message)));
	ck_assert(schema_scalar(&thing_keys[0], "seven", &thing, a, message, sizeof(message)));
	ck_assert(schema_scalar(&thing_keys[10], "9", &thing, a, message, sizeof(message)));
	thing.node.set = 1u << 8 | 1u << 0; /* not the number */
	schema_put(&thing_schema, &thing, &b);
	rbuf_init(&r, b.data, b.len);
	ck_assert(schema_get(&thing_schema, &back, &r, a));
	ck_assert(r_done(&r));
	ck_assert_int_eq(back.whole, 7);
	ck_assert_str_eq(back.text, "seven");
	ck_assert(isnan(back.number));
	ck_assert_uint_eq(back.node.set, thing.node.set);
	wbuf_done(&b);
	arena_free(a);
}
END_TEST

START_TEST(bytes_outside_the_bounds_are_refused)
{
	struct thing thing = { 0 }, back = { 0 };
	struct wbuf b;
	struct rbuf r;
	struct arena *a = arena_new();
	wbuf_init(&b);
	thing.whole = 65536;
	thing.node.set = 1u << 8;
	schema_put(&thing_schema, &thing, &b);
	rbuf_init(&r, b.data, b.len);
	ck_assert(!schema_get(&thing_schema, &back, &r, a));
	wbuf_reset(&b);
	w_u64(&b, UINT64_C(1) << 63); /* a key that no table has */
	rbuf_init(&r, b.data, b.len);
	ck_assert(!schema_get(&thing_schema, &back, &r, a));
	wbuf_reset(&b);
	thing.choice = 7;
	thing.node.set = 1u << 12;
	schema_put(&thing_schema, &thing, &b);
	rbuf_init(&r, b.data, b.len);
	ck_assert(!schema_get(&thing_schema, &back, &r, a));
	wbuf_done(&b);
	arena_free(a);
}
END_TEST

T_MAIN("schema",
    T(every_key_has_a_unique_name_and_help) T(every_key_has_what_its_type_needs) T(every_default_reads)
        T(units_are_ascii_and_stand_once) T_LOOP(scalars_read_strictly, 0, (int)ARRAY_LEN(scalars))
            T(absent_numbers_are_not_numbers) T(what_is_set_travels_and_what_is_not_does_not)
                T(bytes_outside_the_bounds_are_refused))
