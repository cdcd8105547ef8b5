/* SPDX-License-Identifier: Apache-2.0 */
/*
 * t_expr.c - expressions: what they give, how quality travels, which faults are told, and random ones against a simple model.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/expr.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "tests/unit/t.h"

#define POINTS 300

static struct value values[POINTS];
static char names[POINTS][POINT_NAME_MAX];
static const struct utc now = { INT64_C(1795380786000000) };

static point_id
find(const char *name, void *arg)
{
	(void)arg;
	for (point_id id = 0; id < POINTS; id++)
		if (strcmp(names[id], name) == 0)
			return id;
	return POINT_NONE;
}

static void
glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	(void)arg;
	for (point_id id = 0; id < POINTS; id++)
		if (str_glob(pattern, names[id]))
			each(id, each_arg);
}

static const struct expr_names all = { .find = find, .glob = glob };

static void
setup(void)
{
	static const char *const fixed[] = { "GRID.RX.P", "WTE.STG.P", "GRID.CB.52R", "ESS1.P", "ESS2.P", "ESS3.P",
		"GTC.STATE", "ESS1.SOC" };
	for (point_id id = 0; id < POINTS; id++) {
		if (id < ARRAY_LEN(fixed))
			str_copy(names[id], sizeof(names[id]), fixed[id]);
		else
			str_printf(names[id], sizeof(names[id]), "X%u.V", (unsigned)id);
		values[id] = (struct value){ .v = id + 1, .time = now };
	}
}

static struct expr *
parse(const char *text)
{
	char message[256] = "";
	size_t at = 0;
	struct expr *e = expr_parse(text, &all, message, sizeof(message), &at);
	ck_assert_msg(e != NULL, "%s: %s at %zu", text, message, at);
	return e;
}

static struct value
eval(const char *text)
{
	struct value v = { .v = -77, .quality = Q_NEVER_READ, .time = { 5 } };
	struct expr *e = parse(text);
	expr_eval(e, values, now, 0, &v);
	expr_free(e);
	return v;
}

static const struct {
	const char *text;
	double v;
} plain[] = {
	{ "1 + 2 * 3", 7 },
	{ "(1 + 2) * 3", 9 },
	{ "10 - 4 - 3", 3 },
	{ "16 / 4 / 2", 2 },
	{ "-2 * -3", 6 },
	{ "--5", 5 },
	{ "2 - -3", 5 },
	{ "1e3 + 0.5", 1000.5 },
	{ "GRID.RX.P + WTE.STG.P", 3 },
	{ "GRID.CB.52R", 3 },
	{ "GRID.RX.P-WTE.STG.P", -1 },
	{ "1 == 1", 1 },
	{ "1 != 1", 0 },
	{ "1 < 2 and 2 < 3", 1 },
	{ "1 < 2 and 2 > 3 or 1", 1 },
	{ "0 and 1 or 1", 1 },
	{ "1 or 0 and 0", 1 },
	{ "not 0", 1 },
	{ "not 1 == 2", 1 },
	{ "not not 7", 1 },
	{ "5 and 2", 1 },
	{ "2 <= 2", 1 },
	{ "2 >= 3", 0 },
	{ "1 + 1 == 2", 1 },
	{ "if(1 > 2, 10, 20)", 20 },
	{ "if(1, 10, 20) + 1", 11 },
	{ "if(0, 1, if(1, 2, 3))", 2 },
	{ "min(3, 1, 2)", 1 },
	{ "max(3, 1, 2)", 3 },
	{ "max(7)", 7 },
	{ "sum(1, 2, 3)", 6 },
	{ "mean(1, 2, 6)", 3 },
	{ "abs(-4)", 4 },
	{ "sqrt(16)", 4 },
	{ "clamp(5, 0, 3)", 3 },
	{ "clamp(-5, 0, 3)", 0 },
	{ "clamp(2, 0, 3)", 2 },
	{ "sum(\"ESS?.P\")", 15 },
	{ "mean(\"ESS[1-2].P\", 3)", 4 },
	{ "min(\"ESS?.P\", 100)", 4 },
	{ "max(1, \"ESS?.P\")", 6 },
	{ "default(GRID.RX.P, 9)", 1 },
	{ "good(GRID.RX.P)", 1 },
	{ "  1+\t1\n", 2 },
	{ "GTC.STATE == 7 and ESS1.SOC > 3", 1 },
	{ "0 * -1", 0 },
};

START_TEST(gives_the_number)
{
	struct value v = eval(plain[_i].text);
	ck_assert_msg(
	    v.v == plain[_i].v && v.quality == 0 && v.cause == OK, "%s = %g q%x", plain[_i].text, v.v, v.quality);
	ck_assert_int_eq(v.time.us, now.us);
	ck_assert_int_eq(signbit(v.v) != 0, plain[_i].v < 0);
}
END_TEST

static const struct {
	const char *text, *message;
	size_t at;
} faulty[] = {
	{ "", "the expression stops short", 0 },
	{ "1 +", "the expression stops short", 3 },
	{ "1 2", "'2' does not belong behind", 2 },
	{ "(1", "'the end' where ')'", 2 },
	{ "1)", "')' does not belong behind", 1 },
	{ "1 = 1", "write ==", 2 },
	{ "1 && 1", "write and, or, not", 2 },
	{ "!1", "write and, or, not", 0 },
	{ "1 < 2 < 3", "two comparisons", 6 },
	{ "010", "'010' is not a number", 0 },
	{ "1.", "'1.' is not a number", 0 },
	{ "0x10", "'0x10' is not a number", 0 },
	{ "1e999", "'1e999' is not a number", 0 },
	{ "nan", "'nan' is not known", 0 },
	{ "mim(1)", "did you mean min", 0 },
	{ "5s", "a duration", 0 },
	{ "ESS1", "not the name of a point", 0 },
	{ "ESS1.", "not the name of a point", 0 },
	{ "ESS9.SOC", "no point is called ESS9.SOC", 0 },
	{ "1 + $.STATE", "'$' stands for the device", 4 },
	{ "\"ESS?.P\"", "a pattern stands for many points", 0 },
	{ "abs(\"ESS?.P\")", "a pattern stands for many points", 4 },
	{ "sum(\"NO?.P\")", "no point matches \"NO?.P\"", 4 },
	{ "sum(\"ess?.P\")", "not a pattern", 4 },
	{ "sum(\"ESS?.P)", "does not end", 4 },
	{ "sum()", "sum() without a value", 4 },
	{ "abs(1, 2)", "abs() has fewer values", 5 },
	{ "if(1, 2)", "')' where ','", 7 },
	{ "min 1", "'1' where '('", 4 },
	{ "integrate(1, 2)", "'2' is not a unit of time", 13 },
	{ "integrate(1, 0s)", "'0s' is not a unit of time", 13 },
	{ "integrate(1)", "')' where ','", 11 },
	{ "and 1", "'and' without a value", 0 },
	{ "1 ; 2", "';' has no meaning", 2 },
	{ "電", "a character that has no meaning", 0 },
	{ "1 + \x1B", "a character that has no meaning", 4 },
	{ "*", "'*' where a value", 0 },
};

START_TEST(names_the_fault_and_its_place)
{
	char message[256] = "";
	size_t at = 999;
	ck_assert(expr_parse(faulty[_i].text, &all, message, sizeof(message), &at) == NULL);
	ck_assert_msg(strstr(message, faulty[_i].message) != NULL, "%s: %s", faulty[_i].text, message);
	ck_assert_msg(at == faulty[_i].at, "%s: at %zu", faulty[_i].text, at);
}
END_TEST

START_TEST(depth_length_and_inputs_are_bounded)
{
	char text[5000], message[256];
	size_t at;

	for (int open = 20; open < 60; open++) {
		memset(text, '(', (size_t)open);
		text[open] = '1';
		memset(text + open + 1, ')', (size_t)open);
		text[2 * open + 1] = '\0';
		struct expr *e = expr_parse(text, &all, message, sizeof(message), &at);
		ck_assert_int_eq(e != NULL, open < 32);
		expr_free(e);
	}
	memset(text, '-', 4000);
	str_copy(text + 4000, 10, "1");
	ck_assert(expr_parse(text, &all, message, sizeof(message), &at) == NULL);
	memset(text, ' ', sizeof(text));
	text[0] = '1';
	text[4096] = '\0';
	struct expr *e = expr_parse(text, &all, message, sizeof(message), &at);
	ck_assert(e != NULL);
	expr_free(e);
	text[4096] = ' ';
	text[4097] = '\0';
	ck_assert(expr_parse(text, &all, message, sizeof(message), &at) == NULL);
	ck_assert(strstr(message, "longer than 4096") != NULL);
	ck_assert(expr_parse("sum(\"*\")", &all, message, sizeof(message), &at) == NULL);
	ck_assert(strstr(message, "more than 256 points") != NULL);
	ck_assert(expr_parse("1 +", &all, message, 5, NULL) == NULL);
	ck_assert_str_eq(message, "the ");
}
END_TEST

START_TEST(inputs_are_sorted_and_stand_once)
{
	struct expr *e = parse("ESS2.P + sum(\"ESS?.P\") + GRID.RX.P + ESS2.P");
	size_t n;
	const point_id *in = expr_inputs(e, &n);
	ck_assert_uint_eq(n, 4);
	ck_assert_uint_eq(in[0], 0);
	ck_assert_uint_eq(in[1], 3);
	ck_assert_uint_eq(in[2], 4);
	ck_assert_uint_eq(in[3], 5);
	ck_assert(!expr_has_state(e));
	ck_assert_uint_eq(expr_state_count(e), 0);
	expr_free(e);
	expr_free(NULL);
}
END_TEST

START_TEST(worst_quality_of_the_inputs_used)
{
	values[0].quality = Q_STALE;
	struct value v = eval("GRID.RX.P + WTE.STG.P");
	ck_assert_uint_eq(v.quality, Q_DERIVED);
	ck_assert_int_eq(v.cause, ERR_INPUT);
	ck_assert_double_eq(v.v, 3);
	values[0].quality = Q_NO_COMM; /* bad: the last number stays in use, and the result says so */
	v = eval("GRID.RX.P + WTE.STG.P");
	ck_assert_uint_eq(v.quality, Q_DERIVED);
	ck_assert_double_eq(v.v, 3);
	values[0].quality = Q_ADJUSTED;
	ck_assert_uint_eq(eval("GRID.RX.P + 1").quality, 0);
	values[0].quality = Q_SUBSTITUTED;
	v = eval("GRID.RX.P + 1");
	ck_assert_uint_eq(v.quality, Q_SUBSTITUTED);
	ck_assert_int_eq(v.cause, OK);
	values[1].quality = Q_STALE;
	ck_assert_uint_eq(eval("GRID.RX.P + WTE.STG.P").quality, Q_SUBSTITUTED | Q_DERIVED);
	ck_assert_uint_eq(eval("sum(\"ESS?.P\")").quality, 0);
	values[4].quality = Q_FAILURE;
	ck_assert_uint_eq(eval("sum(\"ESS?.P\")").quality, Q_DERIVED);
}
END_TEST

START_TEST(branches_not_taken_do_not_count)
{
	values[0].quality = Q_NO_COMM;
	ck_assert_uint_eq(eval("if(1, WTE.STG.P, GRID.RX.P)").quality, 0);
	ck_assert_uint_eq(eval("if(0, WTE.STG.P, GRID.RX.P)").quality, Q_DERIVED);
	ck_assert_uint_eq(eval("if(GRID.RX.P > 0, 1, 2)").quality, Q_DERIVED);
	ck_assert_uint_eq(eval("0 and GRID.RX.P").quality, 0);
	ck_assert_uint_eq(eval("1 or GRID.RX.P").quality, 0);
	ck_assert_uint_eq(eval("1 and GRID.RX.P").quality, Q_DERIVED);
}
END_TEST

START_TEST(default_takes_over_while_bad_only)
{
	values[0].quality = Q_STALE;
	struct value v = eval("default(GRID.RX.P, 9)");
	ck_assert_double_eq(v.v, 1);
	ck_assert_uint_eq(v.quality, Q_DERIVED);
	values[0].quality = Q_NO_COMM;
	v = eval("default(GRID.RX.P, 9)");
	ck_assert_double_eq(v.v, 9);
	ck_assert_uint_eq(v.quality, 0);
	values[0] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	v = eval("default(GRID.RX.P, 9) + WTE.STG.P");
	ck_assert_double_eq(v.v, 11);
	ck_assert_uint_eq(v.quality, 0);
	values[1].quality = Q_STALE;
	ck_assert_uint_eq(eval("WTE.STG.P + default(GRID.RX.P, 9)").quality, Q_DERIVED);
	ck_assert_double_eq(eval("default(1 / 0, 4)").v, 4);
	ck_assert_double_eq(eval("default(default(GRID.RX.P, 1 / 0), 3)").v, 3);
}
END_TEST

START_TEST(good_asks_without_harm)
{
	values[0].quality = Q_NO_COMM;
	struct value v = eval("good(GRID.RX.P)");
	ck_assert_double_eq(v.v, 0);
	ck_assert_uint_eq(v.quality, 0);
	values[0].quality = Q_STALE;
	ck_assert_double_eq(eval("good(GRID.RX.P)").v, 0);
	values[0].quality = Q_SUBSTITUTED;
	ck_assert_double_eq(eval("good(GRID.RX.P)").v, 1);
	ck_assert_double_eq(eval("good(1 / 0)").v, 0);
	values[0] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	v = eval("if(good(GRID.RX.P), GRID.RX.P, WTE.STG.P)");
	ck_assert_double_eq(v.v, 2);
	ck_assert_uint_eq(v.quality, 0);
}
END_TEST

static const char *const impossible[] = { "1 / 0", "0 / 0", "sqrt(-1)", "1e308 * 10", "1 / (1 / 0)", "min(1 / 0, 3)",
	"1 / 0 == 1", "not (1 / 0)", "if(1 / 0, 1, 2)", "max(3, 1 / 0)", "clamp(1, 5, 2)", "clamp(1 / 0, 0, 1)",
	"1 and 1 / 0", "1 / 0 or 0", "abs(0 / 0)", "sum(\"ESS?.P\") / 0", "1e308 + 1e308", "-1e308 - 1e308" };

START_TEST(without_a_result_the_last_number_stays)
{
	struct value v = eval(impossible[_i]);
	ck_assert_msg(v.quality == Q_FAILURE && v.cause == ERR_MATH, "%s", impossible[_i]);
	ck_assert_double_eq(v.v, -77);
	ck_assert_int_eq(v.time.us, 5);
}
END_TEST

START_TEST(what_was_never_read_is_not_zero)
{
	static const char *const texts[] = { "GRID.RX.P", "GRID.RX.P + 1", "GRID.RX.P == 0", "GRID.RX.P != 0",
		"not GRID.RX.P", "GRID.RX.P < 1", "max(GRID.RX.P, 1)", "min(1, GRID.RX.P)", "sum(\"GRID.*\")",
		"if(GRID.RX.P, 1, 2)", "1 and GRID.RX.P", "GRID.RX.P or 0" };
	values[0] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct value v = eval(texts[i]);
		ck_assert_msg(v.quality == Q_FAILURE && v.cause == ERR_INPUT, "%s", texts[i]);
		ck_assert_double_eq(v.v, -77);
	}
	ck_assert_double_eq(eval("GRID.RX.P and 0").v, 0);
	ck_assert_double_eq(eval("GRID.RX.P or 1").v, 1);
}
END_TEST

START_TEST(integrates_over_time)
{
	struct expr *e = parse("integrate(GRID.RX.P, 1h)");
	struct value v = { .v = 0 };

	values[0].v = 60;
	ck_assert(expr_has_state(e));
	expr_eval(e, values, now, 0, &v);
	ck_assert_double_eq(v.v, 0);
	for (int i = 0; i < 60; i++)
		expr_eval(e, values, now, 60 * US_PER_S, &v);
	ck_assert_double_eq_tol(v.v, 60, 1e-9);
	/* A bad input adds nothing and is told. */
	values[0].quality = Q_NO_COMM;
	expr_eval(e, values, now, 3600 * US_PER_S, &v);
	ck_assert_double_eq_tol(v.v, 60, 1e-9);
	ck_assert_uint_eq(v.quality, Q_DERIVED);
	values[0] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	expr_eval(e, values, now, 3600 * US_PER_S, &v);
	ck_assert_double_eq_tol(v.v, 60, 1e-9);
	ck_assert_uint_eq(v.quality, Q_DERIVED);
	values[0] = (struct value){ .v = -30 };
	expr_eval(e, values, now, 3600 * US_PER_S, &v);
	ck_assert_double_eq_tol(v.v, 30, 1e-9);
	ck_assert_uint_eq(v.quality, 0);
	expr_eval(e, values, now, -5, &v); /* time does not run backwards */
	ck_assert_double_eq_tol(v.v, 30, 1e-9);
	expr_free(e);
}
END_TEST

START_TEST(sums_are_saved_and_restored)
{
	struct expr *e = parse("integrate(ESS1.P, 1s) - integrate(ESS2.P, 1s)");
	struct value v = { .v = 0 };
	ck_assert_uint_eq(expr_state_count(e), 2);
	expr_set_state(e, 0, 100);
	expr_set_state(e, 1, 40);
	expr_set_state(e, 1, (double)NAN);
	expr_eval(e, values, now, US_PER_S, &v);
	ck_assert_double_eq_tol(v.v, 104 - 45, 1e-9);
	ck_assert_double_eq_tol(expr_state(e, 0), 104, 1e-9);
	ck_assert_double_eq_tol(expr_state(e, 1), 45, 1e-9);
	expr_free(e);
}
END_TEST

/* ---- random expressions against a model that walks the tree */

enum { SUBST = 1, UNCERTAIN = 2, BAD = 4, UNREAD = 8 };

struct model {
	double v; /* NaN: not known */
	unsigned saw;
};

static unsigned seed;
static char made[4096];

static unsigned
dice(unsigned sides)
{
	return (unsigned)rand_r(&seed) % sides;
}

static void put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
put(const char *fmt, ...)
{
	size_t len = strlen(made);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(made + len, sizeof(made) - len, fmt, ap);
	va_end(ap);
}

static double
known(double v)
{
	return isfinite(v) ? v : (double)NAN;
}

/* Writes a random expression behind `made` and says what it should give; is_used: this part is evaluated. */
static struct model
grow(int depth)
{
	struct model a, b, c;

	switch (depth > 0 ? dice(14) : dice(2)) {
	case 0: {
		int n = (int)dice(4);
		put("%d", n);
		return (struct model){ n, 0 };
	}
	case 1: {
		point_id id = dice(8);
		put("%s", names[id]);
		const struct value *v = &values[id];
		unsigned saw = v->quality & Q_SUBSTITUTED ? SUBST : 0;
		saw |= quality_validity(v->quality) == V_BAD      ? BAD
		    : quality_validity(v->quality) == V_UNCERTAIN ? UNCERTAIN
		                                                  : 0;
		return (struct model){ v->v, saw | (isnan(v->v) ? UNREAD : 0) };
	}
	case 2:
	case 3: {
		static const char *const ops[] = { "+", "-", "*", "/" };
		unsigned op = dice(4);
		put("(");
		a = grow(depth - 1);
		put(" %s ", ops[op]);
		b = grow(depth - 1);
		put(")");
		double v = op == 0 ? a.v + b.v : op == 1 ? a.v - b.v : op == 2 ? a.v * b.v : a.v / b.v;
		return (struct model){ known(v), a.saw | b.saw };
	}
	case 4:
	case 5: {
		static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };
		unsigned op = dice(6);
		put("(");
		a = grow(depth - 1);
		put(" %s ", ops[op]);
		b = grow(depth - 1);
		put(")");
		bool r[] = { a.v == b.v, a.v != b.v, a.v<b.v, a.v <= b.v, a.v> b.v, a.v >= b.v };
		return (struct model){ isnan(a.v) || isnan(b.v) ? (double)NAN : r[op], a.saw | b.saw };
	}
	case 6:
	case 7: {
		bool is_and = dice(2);
		put("(");
		a = grow(depth - 1);
		put(is_and ? " and " : " or ");
		b = grow(depth - 1);
		put(")");
		double decides = is_and ? 0 : 1;
		if (!isnan(a.v) && (a.v != 0) == (decides != 0))
			return (struct model){ decides, a.saw };
		if (!isnan(b.v) && (b.v != 0) == (decides != 0))
			return (struct model){ decides, a.saw | b.saw };
		return (struct model){ isnan(a.v) || isnan(b.v) ? (double)NAN : 1 - decides, a.saw | b.saw };
	}
	case 8:
		put("(not ");
		a = grow(depth - 1);
		put(")");
		return (struct model){ isnan(a.v) ? a.v : a.v == 0, a.saw };
	case 9:
		put("if(");
		a = grow(depth - 1);
		put(", ");
		b = grow(depth - 1);
		put(", ");
		c = grow(depth - 1);
		put(")");
		if (isnan(a.v))
			return a;
		return (struct model){ a.v != 0 ? b.v : c.v, a.saw | (a.v != 0 ? b.saw : c.saw) };
	case 10:
		put("default(");
		a = grow(depth - 1);
		put(", ");
		b = grow(depth - 1);
		put(")");
		return isnan(a.v) || (a.saw & BAD) ? b : a;
	case 11:
		put("good(");
		a = grow(depth - 1);
		put(")");
		return (struct model){ !isnan(a.v) && !(a.saw & (BAD | UNCERTAIN)), 0 };
	case 12: {
		bool is_min = dice(2);
		put(is_min ? "min(" : "max(");
		a = grow(depth - 1);
		put(", ");
		b = grow(depth - 1);
		put(")");
		double v = is_min ? fmin(a.v, b.v) : fmax(a.v, b.v);
		return (struct model){ isnan(a.v) || isnan(b.v) ? (double)NAN : v, a.saw | b.saw };
	}
	default:
		put("(-");
		a = grow(depth - 1);
		put(")");
		return (struct model){ -a.v, a.saw };
	}
}

static void
shuffle_values(void)
{
	static const uint16_t qualities[] = { 0, 0, 0, 0, Q_STALE, Q_NO_COMM, Q_SUBSTITUTED,
		Q_SUBSTITUTED | Q_OUT_OF_RANGE };
	for (point_id id = 0; id < 8; id++) {
		values[id].v = (double)dice(5) - 1;
		values[id].quality = qualities[dice(ARRAY_LEN(qualities))];
		if (dice(12) == 0)
			values[id] = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	}
}

START_TEST(random_expressions_agree_with_the_model)
{
	unsigned known_results = 0;
	seed = 20261122;
	for (int i = 0; i < 20000; i++) {
		shuffle_values();
		made[0] = '\0';
		struct model want = grow((int)dice(5));
		if (strlen(made) >= 4000)
			continue;
		struct value v = eval(made);
		if (isnan(want.v)) {
			ck_assert_msg(v.quality == Q_FAILURE && v.v == -77, "%s = %g q%x", made, v.v, v.quality);
			ck_assert_msg(v.cause == (want.saw & UNREAD ? ERR_INPUT : ERR_MATH), "%s: %d", made, v.cause);
			continue;
		}
		unsigned q = (want.saw & (BAD | UNCERTAIN) ? Q_DERIVED : 0) | (want.saw & SUBST ? Q_SUBSTITUTED : 0);
		ck_assert_msg(
		    v.v == want.v && v.quality == q, "%s = %g q%x, not %g q%x", made, v.v, v.quality, want.v, q);
		known_results++;
	}
	ck_assert_uint_gt(known_results, 5000);
}
END_TEST

START_TEST(random_bytes_never_crash_the_parser)
{
	static const char *const pieces[] = { "if(", "sum(", "default(", "good(", "integrate(", ",", ")", "(", "1",
		"2h", "ESS1.P", "\"ESS?.P\"", "and ", "or ", "not ", "==", "<", "+", "-", "*", "/", " ", "\"", "$",
		"\xFF" };
	char text[400], message[200];
	unsigned parsed = 0;
	seed = 4;
	for (int i = 0; i < 100000; i++) {
		size_t at;
		text[0] = '\0';
		for (int n = (int)dice(12); n >= 0; n--)
			str_append(text, sizeof(text), pieces[dice(ARRAY_LEN(pieces))]);
		struct expr *e = expr_parse(text, &all, message, sizeof(message), &at);
		if (e == NULL) {
			ck_assert_uint_le(at, strlen(text));
			continue;
		}
		struct value v = { .v = 0 };
		expr_eval(e, values, now, 1000, &v);
		ck_assert(isfinite(v.v));
		expr_free(e);
		parsed++;
	}
	ck_assert_uint_gt(parsed, 100);
}
END_TEST

T_MAIN("expr",
    T_FIXTURE(setup, NULL) T_LOOP(gives_the_number, 0, (int)ARRAY_LEN(plain)) T_LOOP(names_the_fault_and_its_place, 0,
        (int)ARRAY_LEN(faulty)) T(depth_length_and_inputs_are_bounded) T(inputs_are_sorted_and_stand_once)
        T(worst_quality_of_the_inputs_used) T(branches_not_taken_do_not_count) T(default_takes_over_while_bad_only)
            T(good_asks_without_harm) T_LOOP(without_a_result_the_last_number_stays, 0, (int)ARRAY_LEN(impossible))
                T(what_was_never_read_is_not_zero) T(integrates_over_time) T(sums_are_saved_and_restored)
                    T_LONG(random_expressions_agree_with_the_model) T_LONG(random_bytes_never_crash_the_parser))
