/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema_sequence.c - the keys of guided sequences: what persons do step by step.
 */
#include "config.h"

#include "scada/base/sequence.h"
#include "scada/site/schema_site.h"

#define AT(member) offsetof(T, member)

/* clang-format off */
static const struct key_word runner_words[] = {
	{ "operator", ROLE_OPERATOR, "and whoever may more" },
	{ "supervisor", ROLE_SUPERVISOR, "and engineers" },
	{ "engineer", ROLE_ENGINEER, "alone" },
	{ NULL, 0, NULL },
};

#define T struct site_step
static const struct key step_keys[] = {
	{ "text", KEY_STRING, AT(text), true, .min = 1, .max = 200, .help = "what is to be done, in English" },
	{ "text_ja", KEY_STRING, AT(text_ja), .min = 1, .max = 300, .help = "in Japanese" },
	{ "check", KEY_EXPR, AT(check), .min = 1, .max = 4096, .help = "must be true, with good inputs, before it can be confirmed; absent: the person's word alone" },
	{ "check_text", KEY_STRING, AT(check_text), .min = 1, .max = 200, .help = "what check asks for, for people" },
	{ "check_text_ja", KEY_STRING, AT(check_text_ja), .min = 1, .max = 300, .help = "in Japanese" },
	{ "tagged", KEY_STRING, AT(tagged), .min = 1, .max = 63, .help = "this setpoint or command must carry an inhibit tag as well" },
	{ "point", KEY_STRING, AT(point), .min = 1, .max = 63, .help = "that it is about: what is commanded, or looked at" },
	{ "wait", KEY_DURATION, AT(wait_us), .min = 0, .max = 86400, .def = "0s", .help = "least time for which the check must hold without a break" },
	{ "lasts", KEY_BOOL, AT(lasts), .def = "true", .help = "false: what it checks may change once it is confirmed; true: screen and journal say when it is no longer so" },
	{ "skip", KEY_BOOL, AT(skip), .def = "false", .help = "true: it may be passed over, with a reason" },
	{ "danger", KEY_BOOL, AT(danger), .def = "false", .help = "true: the console wants a word typed, not a key" },
};
const struct schema sequence_step_schema = { "step", sizeof(T), step_keys, ARRAY_LEN(step_keys), "a step of a sequence", NULL, 0, 0 };
#undef T

#define T struct site_sequence
static const struct key sequence_keys[] = {
	{ "name", KEY_WORD, AT(name), true, .help = "by which it is called" },
	{ "title", KEY_STRING, AT(title), .min = 1, .max = 120, .help = "in English" },
	{ "title_ja", KEY_STRING, AT(title_ja), .min = 1, .max = 120, .help = "in Japanese" },
	{ "area", KEY_STRING, AT(area), .min = 1, .max = 63, .help = "whose people run it; absent: everybody's" },
	{ "role", KEY_ENUM, AT(role), .words = runner_words, .def = "operator", .help = "least role of whoever runs it" },
	{ "steps", KEY_LIST, AT(steps), true, .min = 1, .max = SEQUENCE_STEPS_MAX, .sub = &sequence_step_schema, .help = "in their order" },
};
const struct schema sequence_schema = { "sequence", sizeof(T), sequence_keys, ARRAY_LEN(sequence_keys), "what persons do step by step; chisand checks and keeps the record, and writes nothing to the field", NULL, 0, 0 };
#undef T
/* clang-format on */
