/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_parse.c - text of an expression to a program for the stack machine, by recursive descent.
 * Every fault is one sentence with its place; the first one ends the parsing.
 */
#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/expr_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

enum token { T_END, T_NUMBER, T_NAME, T_WORD, T_STRING, T_SIGN, T_FAULT };

struct parser {
	const char *text;
	const struct expr_names *names;
	struct expr *e;
	uint32_t op_cap, const_cap, listed_cap, input_cap, sum_cap;
	unsigned depth, height; /* of the parentheses, of the stack */
	/* the token */
	enum token token;
	size_t start, end;
	char word[160]; /* its text, shortened if it is a fault anyway */
	/* the fault */
	bool failed;
	char *message;
	size_t message_size, at;
};

static bool parse_or(struct parser *p);

/* Says it and returns false, so that a parser can do both in one statement. */
static bool fault(struct parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static bool
fault(struct parser *p, size_t at, const char *fmt, ...)
{
	va_list ap;

	if (!p->failed) {
		va_start(ap, fmt);
		vsnprintf(p->message, p->message_size, fmt, ap);
		va_end(ap);
		p->at = at;
		p->failed = true;
	}
	p->token = T_FAULT;
	return false;
}

/* ---- tokens */

static bool
is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}
static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}
static bool
is_name(char c)
{
	return is_upper(c) || is_digit(c) || c == '_' || c == '.';
}

static size_t
number_end(const char *s, size_t i)
{
	while (is_digit(s[i]))
		i++;
	if (s[i] == '.')
		for (i++; is_digit(s[i]);)
			i++;
	if (s[i] == 'e' || s[i] == 'E') {
		i++;
		if (s[i] == '+' || s[i] == '-')
			i++;
	}
	/* Letters that follow belong to it: 1h, or a fault such as 0x10. */
	while (is_digit(s[i]) || is_lower(s[i]) || is_upper(s[i]))
		i++;
	return i;
}

static bool
scan_sign(struct parser *p)
{
	static const char *const two[] = { "==", "!=", "<=", ">=" };
	const char *s = p->text + p->start;

	p->token = T_SIGN;
	for (size_t i = 0; i < ARRAY_LEN(two); i++)
		if (strncmp(s, two[i], 2) == 0) {
			p->end = p->start + 2;
			return true;
		}
	p->end = p->start + 1;
	if (strchr("+-*/()<>,", *s) != NULL)
		return true;
	if (*s == '=')
		return fault(p, p->start, "a single '=' compares nothing; write ==");
	if (*s == '&' || *s == '|' || *s == '!')
		return fault(p, p->start, "'%c' is not known here; write and, or, not", *s);
	if (*s == '$')
		return fault(p, p->start, "'$' stands for the device in a profile only; write the device's name");
	if (*s > ' ' && *s < 0x7F)
		return fault(p, p->start, "'%c' has no meaning here; signs are + - * / ( ) , == != < <= > >=", *s);
	return fault(p, p->start, "a character that has no meaning here; use ASCII letters, digits and signs");
}

static bool
scan_string(struct parser *p)
{
	const char *from = p->text + p->start + 1;
	size_t len = strcspn(from, "\"");

	if (from[len] != '"')
		return fault(p, p->start, "the quotation does not end; write a second \"");
	if (len == 0 || len >= sizeof(p->word) || strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*?[]!-") != len)
		return fault(p, p->start, "not a pattern for points; write such as \"ESS?.P\" with * ? [1-4]");
	memcpy(p->word, from, len);
	p->word[len] = '\0';
	p->end = p->start + len + 2;
	p->token = T_STRING;
	return true;
}

/* Reads the next token into p; false at a fault. */
static bool
next(struct parser *p)
{
	const char *s = p->text;
	size_t i = p->end;

	if (p->failed)
		return false;
	i += strspn(s + i, " \t\r\n");
	p->start = i;
	if (s[i] == '\0') {
		p->end = i;
		p->token = T_END;
		str_copy(p->word, sizeof(p->word), "the end");
		return true;
	}
	if (s[i] == '"')
		return scan_string(p);
	if (is_digit(s[i])) {
		p->token = T_NUMBER;
		i = number_end(s, i);
	} else if (is_upper(s[i])) {
		p->token = T_NAME;
		while (is_name(s[i]))
			i++;
	} else if (is_lower(s[i])) {
		p->token = T_WORD;
		while (is_lower(s[i]) || is_digit(s[i]))
			i++;
	} else {
		if (!scan_sign(p))
			return false;
		i = p->end;
	}
	p->end = i;
	size_t len = i - p->start;
	if (len >= sizeof(p->word))
		return fault(p, p->start, "a word of %zu characters; names have at most %d", len, POINT_NAME_MAX - 1);
	memcpy(p->word, s + p->start, len);
	p->word[len] = '\0';
	return true;
}

static bool
is_sign(const struct parser *p, const char *sign)
{
	return p->token == T_SIGN && strcmp(p->word, sign) == 0;
}

static bool
is_word(const struct parser *p, const char *word)
{
	return p->token == T_WORD && strcmp(p->word, word) == 0;
}

static bool
expect(struct parser *p, const char *sign, const char *where)
{
	if (p->failed)
		return false;
	if (!is_sign(p, sign))
		return fault(p, p->start, "'%s' where '%s' should stand %s", p->word, sign, where);
	return next(p);
}

/* ---- the program */

/* Room for one more in an array that grows by doubling; the old one belongs to the caller and is replaced. */
static void *
room(void *array, uint32_t count, uint32_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	uint32_t wider = *cap ? *cap * 2 : 8;
	array = xrecallocarray(array, *cap, wider, size);
	*cap = wider;
	return array;
}

/* Appends; returns its place, for a jump that is patched later. grows: by how much the stack does. */
static uint32_t
emit(struct parser *p, enum op_code code, uint32_t arg, uint16_t count, int grows)
{
	struct expr *e = p->e;

	e->ops = room(e->ops, e->op_count, &p->op_cap, sizeof(*e->ops));
	e->ops[e->op_count] = (struct op){ .code = (uint8_t)code, .count = count, .arg = arg };
	p->height = (unsigned)((int)p->height + grows);
	if (p->height > EXPR_STACK_MAX)
		fault(p, p->start, "the expression is nested too deeply; use a calculated point for a part of it");
	return e->op_count++;
}

static void
land(struct parser *p, uint32_t jump)
{
	p->e->ops[jump].arg = p->e->op_count;
}

static void
emit_const(struct parser *p, double v)
{
	struct expr *e = p->e;
	e->consts = room(e->consts, e->const_count, &p->const_cap, sizeof(*e->consts));
	e->consts[e->const_count++] = v;
	emit(p, OP_CONST, e->const_count - 1, 0, 1);
}

/* Adds id to the sorted inputs. */
static bool
add_input(struct parser *p, point_id id)
{
	struct expr *e = p->e;
	uint32_t lo = 0, hi = e->input_count;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (e->inputs[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < e->input_count && e->inputs[lo] == id)
		return true;
	if (e->input_count == EXPR_INPUTS_MAX)
		return fault(p, p->start,
		    "more than %d points in one expression; use calculated points for parts of it", EXPR_INPUTS_MAX);
	e->inputs = room(e->inputs, e->input_count, &p->input_cap, sizeof(*e->inputs));
	memmove(e->inputs + lo + 1, e->inputs + lo, (e->input_count - lo) * sizeof(*e->inputs));
	e->inputs[lo] = id;
	e->input_count++;
	return true;
}

/* ---- primaries */

static bool
parse_number(struct parser *p)
{
	double v;
	int64_t us;

	if (str_to_duration(p->word, &us))
		return fault(p, p->start,
		    "a duration, '%s', where a number should stand; durations stand in integrate() only", p->word);
	if (!str_to_double(p->word, &v))
		return fault(p, p->start, "'%s' is not a number; write such as 10, 0.5 or 1e3", p->word);
	emit_const(p, v);
	return next(p);
}

static bool
parse_name(struct parser *p)
{
	if (!point_name_is_valid(p->word))
		return fault(p, p->start, "'%s' is not the name of a point; write DEVICE.ITEM as in ESS1.SOC", p->word);
	point_id id = p->names->find(p->word, p->names->arg);
	if (id == POINT_NONE)
		return fault(p, p->start, "no point is called %s; check device and tag", p->word);
	if (!add_input(p, id))
		return false;
	emit(p, OP_LOAD, id, 0, 1);
	return next(p);
}

static void
add_listed(point_id id, void *arg)
{
	struct parser *p = arg;
	struct expr *e = p->e;

	if (p->failed || !add_input(p, id))
		return;
	if (e->listed_count == EXPR_LISTED_MAX) {
		fault(p, p->start, "the patterns stand for more than %d points; use calculated points for parts",
		    EXPR_LISTED_MAX);
		return;
	}
	e->listed = room(e->listed, e->listed_count, &p->listed_cap, sizeof(*e->listed));
	e->listed[e->listed_count++] = id;
}

/* A pattern as argument of a function over many; *count grows by its points. */
static bool
parse_pattern(struct parser *p, enum op_code list_op, uint32_t *count)
{
	struct expr *e = p->e;
	uint32_t first = e->listed_count;

	p->names->glob(p->word, add_listed, p, p->names->arg);
	if (p->failed)
		return false;
	if (e->listed_count == first)
		return fault(p, p->start, "no point matches \"%s\"; check device and tag", p->word);
	*count += e->listed_count - first;
	emit(p, list_op, first, (uint16_t)(e->listed_count - first), 1);
	return next(p);
}

/* ---- functions */

static bool
parse_comma(struct parser *p)
{
	return expect(p, ",", "between the values of a function");
}

static bool
parse_unary_function(struct parser *p, enum op_code op)
{
	if (!parse_or(p))
		return false;
	emit(p, op, 0, 0, 0);
	return true;
}

static bool
parse_many(struct parser *p, enum op_code list_op, enum op_code op, bool is_mean)
{
	uint32_t count = 0;

	for (bool is_first = true;; is_first = false) {
		if (p->token == T_STRING) {
			if (!parse_pattern(p, list_op, &count))
				return false;
		} else {
			if (!parse_or(p))
				return false;
			count++;
		}
		if (!is_first)
			emit(p, op, 0, 0, -1);
		if (!is_sign(p, ","))
			break;
		if (!next(p))
			return false;
	}
	if (is_mean) {
		emit_const(p, count);
		emit(p, OP_DIV, 0, 0, -1);
	}
	return true;
}

static bool
parse_if(struct parser *p)
{
	if (!parse_or(p) || !parse_comma(p))
		return false;
	uint32_t unknown = emit(p, OP_IF_UNKNOWN, 0, 0, 0);
	uint32_t otherwise = emit(p, OP_IF_FALSE, 0, 0, -1);
	if (!parse_or(p) || !parse_comma(p))
		return false;
	uint32_t end = emit(p, OP_JUMP, 0, 0, -1);
	land(p, otherwise);
	if (!parse_or(p))
		return false;
	land(p, unknown);
	land(p, end);
	return true;
}

static bool
parse_default(struct parser *p)
{
	emit(p, OP_NEST, 0, 0, 0);
	if (!parse_or(p) || !parse_comma(p))
		return false;
	uint32_t end = emit(p, OP_DEFAULT, 0, 0, -1);
	if (!parse_or(p))
		return false;
	land(p, end);
	return true;
}

static bool
parse_good(struct parser *p)
{
	emit(p, OP_NEST, 0, 0, 0);
	return parse_unary_function(p, OP_GOOD);
}

static bool
parse_clamp(struct parser *p)
{
	if (!parse_or(p) || !parse_comma(p) || !parse_or(p) || !parse_comma(p) || !parse_or(p))
		return false;
	emit(p, OP_CLAMP, 0, 0, -2);
	return true;
}

static bool
parse_integrate(struct parser *p)
{
	struct expr *e = p->e;
	int64_t us;

	emit(p, OP_NEST, 0, 0, 0);
	if (!parse_or(p) || !parse_comma(p))
		return false;
	if (p->token != T_NUMBER || !str_to_duration(p->word, &us) || us == 0)
		return fault(p, p->start, "'%s' is not a unit of time; write integrate(value, 1h)", p->word);
	e->sums = room(e->sums, e->sum_count, &p->sum_cap, sizeof(*e->sums));
	e->sums[e->sum_count++] = (struct sum){ .value = 0, .unit_us = (double)us };
	emit(p, OP_INTEGRATE, e->sum_count - 1, 0, 0);
	return next(p);
}

static bool
parse_arguments(struct parser *p, const char *name)
{
	if (strcmp(name, "sum") == 0)
		return parse_many(p, OP_LIST_SUM, OP_ADD, false);
	if (strcmp(name, "mean") == 0)
		return parse_many(p, OP_LIST_SUM, OP_ADD, true);
	if (strcmp(name, "min") == 0)
		return parse_many(p, OP_LIST_MIN, OP_MIN, false);
	if (strcmp(name, "max") == 0)
		return parse_many(p, OP_LIST_MAX, OP_MAX, false);
	if (strcmp(name, "abs") == 0)
		return parse_unary_function(p, OP_ABS);
	if (strcmp(name, "sqrt") == 0)
		return parse_unary_function(p, OP_SQRT);
	if (strcmp(name, "good") == 0)
		return parse_good(p);
	if (strcmp(name, "if") == 0)
		return parse_if(p);
	if (strcmp(name, "default") == 0)
		return parse_default(p);
	if (strcmp(name, "clamp") == 0)
		return parse_clamp(p);
	assert(strcmp(name, "integrate") == 0);
	return parse_integrate(p);
}

static bool
parse_function(struct parser *p)
{
	static const char *const names[] = { "if", "min", "max", "sum", "mean", "abs", "sqrt", "clamp", "default",
		"good", "integrate", NULL };
	char name[sizeof(p->word)];
	size_t i, at = p->start;

	str_copy(name, sizeof(name), p->word);
	for (i = 0; names[i] != NULL && strcmp(names[i], name) != 0; i++)
		;
	if (names[i] == NULL) {
		const char *near = str_nearest(name, names);
		return fault(p, at, "'%s' is not known; %s%s", name,
		    near ? "did you mean "
		         : "points are written in capitals, functions are "
		           "if min max sum mean abs sqrt clamp default good integrate",
		    near ? near : "");
	}
	if (!next(p) || !expect(p, "(", "behind a function's name"))
		return false;
	if (is_sign(p, ")"))
		return fault(p, p->start, "%s() without a value; give at least one", name);
	if (!parse_arguments(p, name))
		return false;
	if (is_sign(p, ","))
		return fault(p, p->start, "%s() has fewer values than these; the ',' is one too many", name);
	return expect(p, ")", "at the end of the values");
}

/* ---- operators, loosest last */

static bool
parse_primary(struct parser *p)
{
	switch (p->token) {
	case T_NUMBER: return parse_number(p);
	case T_NAME: return parse_name(p);
	case T_STRING:
		return fault(p, p->start, "a pattern stands for many points; put it into sum() mean() min() or max()");
	case T_WORD:
		if (is_word(p, "and") || is_word(p, "or"))
			return fault(p, p->start, "'%s' without a value before it; write a %s b", p->word, p->word);
		return parse_function(p);
	case T_END: return fault(p, p->start, "the expression stops short; a value should follow");
	case T_SIGN: break;
	case T_FAULT: return false;
	}
	if (!is_sign(p, "("))
		return fault(p, p->start, "'%s' where a value should stand", p->word);
	return next(p) && parse_or(p) && expect(p, ")", "to close the parenthesis");
}

static bool
too_deep(struct parser *p)
{
	if (++p->depth <= EXPR_DEPTH_MAX)
		return false;
	return !fault(
	    p, p->start, "nested deeper than %d levels; use a calculated point for a part of it", EXPR_DEPTH_MAX);
}

static bool
parse_unary(struct parser *p)
{
	if (too_deep(p))
		return false;
	bool is_negative = is_sign(p, "-");
	bool done = is_negative ? next(p) && parse_unary(p) : parse_primary(p);
	if (done && is_negative)
		emit(p, OP_NEG, 0, 0, 0);
	p->depth--;
	return done;
}

static bool
parse_product(struct parser *p)
{
	if (!parse_unary(p))
		return false;
	while (is_sign(p, "*") || is_sign(p, "/")) {
		enum op_code op = is_sign(p, "*") ? OP_MUL : OP_DIV;
		if (!next(p) || !parse_unary(p))
			return false;
		emit(p, op, 0, 0, -1);
	}
	return !p->failed;
}

static bool
parse_sum(struct parser *p)
{
	if (!parse_product(p))
		return false;
	while (is_sign(p, "+") || is_sign(p, "-")) {
		enum op_code op = is_sign(p, "+") ? OP_ADD : OP_SUB;
		if (!next(p) || !parse_product(p))
			return false;
		emit(p, op, 0, 0, -1);
	}
	return !p->failed;
}

/* The comparison at the token; false = none. */
static bool
find_comparison(const struct parser *p, enum op_code *op)
{
	static const struct {
		const char *sign;
		enum op_code op;
	} rows[] = { { "==", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE }, { ">", OP_GT },
		{ ">=", OP_GE } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_sign(p, rows[i].sign)) {
			*op = rows[i].op;
			return true;
		}
	return false;
}

static bool
parse_comparison(struct parser *p)
{
	enum op_code op, again;

	if (!parse_sum(p))
		return false;
	if (!find_comparison(p, &op))
		return !p->failed;
	if (!next(p) || !parse_sum(p))
		return false;
	emit(p, op, 0, 0, -1);
	if (find_comparison(p, &again))
		return fault(p, p->start, "two comparisons in a row; write a < b and b < c");
	return !p->failed;
}

static bool
parse_not(struct parser *p)
{
	if (!is_word(p, "not"))
		return parse_comparison(p);
	if (too_deep(p) || !next(p) || !parse_not(p))
		return false;
	emit(p, OP_NOT, 0, 0, 0);
	p->depth--;
	return true;
}

static bool
parse_and(struct parser *p)
{
	if (!parse_not(p))
		return false;
	while (is_word(p, "and")) {
		uint32_t end = emit(p, OP_AND_SHORT, 0, 0, 0);
		if (!next(p) || !parse_not(p))
			return false;
		emit(p, OP_AND, 0, 0, -1);
		land(p, end);
	}
	return !p->failed;
}

static bool
parse_or(struct parser *p)
{
	if (!parse_and(p))
		return false;
	while (is_word(p, "or")) {
		uint32_t end = emit(p, OP_OR_SHORT, 0, 0, 0);
		if (!next(p) || !parse_and(p))
			return false;
		emit(p, OP_OR, 0, 0, -1);
		land(p, end);
	}
	return !p->failed;
}

static bool
parse_all(struct parser *p)
{
	size_t len = strnlen(p->text, EXPR_TEXT_MAX + 1);

	if (len > EXPR_TEXT_MAX)
		return fault(p, EXPR_TEXT_MAX,
		    "the expression is longer than %d characters; use calculated points for parts of it",
		    EXPR_TEXT_MAX);
	if (!next(p) || !parse_or(p))
		return false;
	if (p->token != T_END)
		return fault(p, p->start,
		    "'%s' does not belong behind a whole expression; an operator is missing before it, or it is "
		    "one too many",
		    p->word);
	assert(p->height == 1);
	return true;
}

struct expr *
expr_parse(const char *text, const struct expr_names *names, char *message, size_t size, size_t *at)
{
	struct parser p = { .text = text, .names = names, .message = message, .message_size = size };

	p.e = xcalloc(1, sizeof(*p.e));
	if (parse_all(&p) && !p.failed)
		return p.e;
	if (at != NULL)
		*at = p.at;
	expr_free(p.e);
	return NULL;
}
