/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.c - the stack machine of expr.h.  What is not known travels as NaN through numbers, comparisons and logic alike,
 * so that an input that was never read cannot become a plain 0 or 1.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "scada/base/expr_private.h"

/* What is gathered about the inputs used so far. */
enum gathered {
	SAW_SUBSTITUTED = 1,
	SAW_UNCERTAIN = 2,
	SAW_BAD = 4,
	SAW_UNREAD = 8,   /* no number at all */
	SAW_INITIAL = 16, /* and nobody has tried to read it yet */
};

#define MASK_V_GOOD(bit)                                      0
#define MASK_V_UNCERTAIN(bit)                                 (1 << (bit))
#define MASK_V_BAD(bit)                                       0
#define UNCERTAIN_BIT(id, bit, letters, validity, word, text) | MASK_##validity(bit)
static const unsigned uncertain_mask = 0 QUALITY_LIST(UNCERTAIN_BIT);
#undef MASK_V_UNCERTAIN
#undef MASK_V_BAD
#define MASK_V_UNCERTAIN(bit) 0
#define MASK_V_BAD(bit)       (1 << (bit))
static const unsigned bad_mask = 0 QUALITY_LIST(UNCERTAIN_BIT);

struct machine {
	const struct value *values;
	int64_t dt_us;
	unsigned saw;
	unsigned height, nests;
	double stack[EXPR_STACK_MAX];
	unsigned nest[EXPR_DEPTH_MAX + 1];
};

void
expr_free(struct expr *e)
{
	if (e == NULL)
		return;
	free(e->ops);
	free(e->consts);
	free(e->listed);
	free(e->inputs);
	free(e->sums);
	free(e);
}

const point_id *
expr_inputs(const struct expr *e, size_t *count)
{
	*count = e->input_count;
	return e->inputs;
}

bool
expr_has_state(const struct expr *e)
{
	return e->sum_count != 0;
}

double
expr_state(const struct expr *e, size_t i)
{
	assert(i < e->sum_count);
	return e->sums[i].value;
}

void
expr_set_state(struct expr *e, size_t i, double value)
{
	assert(i < e->sum_count);
	if (!isfinite(value))
		return;
	e->sums[i].value = value;
	e->sums[i].has_begun = true;
}

size_t
expr_state_count(const struct expr *e)
{
	return e->sum_count;
}

static double
finite_or_nan(double x)
{
	return isfinite(x) ? x : (double)NAN;
}

static double
load(struct machine *m, point_id id)
{
	const struct value *v = &m->values[id];

	if (v->quality != 0) {
		if (v->quality & bad_mask)
			m->saw |= SAW_BAD;
		else if (v->quality & uncertain_mask)
			m->saw |= SAW_UNCERTAIN;
		if (v->quality & Q_SUBSTITUTED)
			m->saw |= SAW_SUBSTITUTED;
	}
	if (isfinite(v->v))
		return v->v;
	m->saw |= SAW_UNREAD | (v->quality & Q_NEVER_READ ? SAW_INITIAL : 0);
	return (double)NAN;
}

static double
smaller(double x, double y)
{
	return isnan(x) || x < y ? x : y;
}

static double
greater(double x, double y)
{
	return isnan(x) || x > y ? x : y;
}

static double
fold(struct machine *m, const struct op *op, const point_id *listed)
{
	double x = load(m, listed[0]);

	for (unsigned i = 1; i < op->count; i++) {
		double y = load(m, listed[i]);
		x = op->code == OP_LIST_SUM   ? finite_or_nan(x + y)
		    : op->code == OP_LIST_MIN ? smaller(x, y)
		                              : greater(x, y);
	}
	return x;
}

static double
compare(enum op_code code, double x, double y)
{
	if (isnan(x) || isnan(y))
		return (double)NAN;
	switch (code) {
	case OP_EQ: return x == y;
	case OP_NE: return x != y;
	case OP_LT: return x < y;
	case OP_LE: return x <= y;
	case OP_GT: return x > y;
	default: return x >= y;
	}
}

static double
binary(enum op_code code, double x, double y)
{
	switch (code) {
	case OP_ADD: return finite_or_nan(x + y);
	case OP_SUB: return finite_or_nan(x - y);
	case OP_MUL: return finite_or_nan(x * y);
	case OP_DIV: return finite_or_nan(x / y);
	case OP_MIN: return smaller(x, y);
	case OP_MAX: return greater(x, y);
	case OP_AND: /* x is true or unknown, else it would have been skipped */
		return y == 0 ? 0 : isnan(x) || isnan(y) ? (double)NAN : 1;
	case OP_OR: /* x is false or unknown */ return !isnan(y) && y != 0 ? 1 : isnan(x) || isnan(y) ? (double)NAN : 0;
	default: return compare(code, x, y);
	}
}

static double
unary(enum op_code code, double x)
{
	switch (code) {
	case OP_NEG: return -x;
	case OP_ABS: return fabs(x);
	case OP_SQRT: return x < 0 ? (double)NAN : sqrt(x);
	default: return isnan(x) ? x : x == 0;
	}
}

/* NaN bounds or an empty band give NaN. */
static double
clamp(double x, double lo, double hi)
{
	if (isnan(x) || isnan(lo) || isnan(hi) || lo > hi)
		return (double)NAN;
	return x < lo ? lo : x > hi ? hi : x;
}

static double
integrate(struct machine *m, struct sum *s, double x)
{
	bool is_unread = isnan(x) && !s->has_begun && (m->saw & SAW_UNREAD) != 0;

	s->has_begun |= !isnan(x);
	if (isnan(x))
		m->saw |= SAW_BAD;
	else if (m->dt_us > 0 && (m->saw & SAW_BAD) == 0) {
		double sum = s->value + x * ((double)m->dt_us / s->unit_us);
		if (isfinite(sum))
			s->value = sum;
	}
	m->saw |= m->nest[--m->nests];
	return is_unread ? (double)NAN
	                 : s->value; /* what an earlier run has summed up may still come: 0 would be a lie */
}

/* The operations that jump or gather quality; returns the place to go on. */
static uint32_t
control(struct machine *m, struct expr *e, const struct op *op, uint32_t pc)
{
	double *top = m->height != 0 ? &m->stack[m->height - 1] : NULL; /* empty at OP_NEST only */

	switch ((enum op_code)op->code) {
	case OP_AND_SHORT: return *top == 0 ? op->arg : pc;
	case OP_OR_SHORT:
		if (isnan(*top) || *top == 0)
			return pc;
		*top = 1;
		return op->arg;
	case OP_IF_UNKNOWN: return isnan(*top) ? op->arg : pc;
	case OP_IF_FALSE: m->height--; return *top == 0 ? op->arg : pc;
	case OP_JUMP: return op->arg;
	case OP_NEST:
		m->nest[m->nests++] = m->saw;
		m->saw = 0;
		return pc;
	case OP_DEFAULT:
		if (!isnan(*top) && (m->saw & SAW_BAD) == 0) {
			m->saw |= m->nest[--m->nests];
			return op->arg;
		}
		m->height--;
		m->saw = m->nest[--m->nests];
		return pc;
	case OP_GOOD:
		*top = !isnan(*top) && (m->saw & (SAW_BAD | SAW_UNCERTAIN)) == 0;
		m->saw = m->nest[--m->nests];
		return pc;
	case OP_INTEGRATE: *top = integrate(m, &e->sums[op->arg], *top); return pc;
	default: assert(!"unknown operation"); return e->op_count;
	}
}

static double
run(struct machine *m, struct expr *e)
{
	uint32_t pc = 0;

	while (pc < e->op_count) {
		const struct op *op = &e->ops[pc++];
		double *stack = m->stack;
		switch ((enum op_code)op->code) {
		case OP_CONST: stack[m->height++] = e->consts[op->arg]; break;
		case OP_LOAD: stack[m->height++] = load(m, op->arg); break;
		case OP_LIST_SUM:
		case OP_LIST_MIN:
		case OP_LIST_MAX: stack[m->height++] = fold(m, op, e->listed + op->arg); break;
		case OP_ADD:
		case OP_SUB:
		case OP_MUL:
		case OP_DIV:
		case OP_MIN:
		case OP_MAX:
		case OP_EQ:
		case OP_NE:
		case OP_LT:
		case OP_LE:
		case OP_GT:
		case OP_GE:
		case OP_AND:
		case OP_OR:
			m->height--;
			stack[m->height - 1] = binary((enum op_code)op->code, stack[m->height - 1], stack[m->height]);
			break;
		case OP_NEG:
		case OP_NOT:
		case OP_ABS:
		case OP_SQRT: stack[m->height - 1] = unary((enum op_code)op->code, stack[m->height - 1]); break;
		case OP_CLAMP:
			m->height -= 2;
			stack[m->height - 1] = clamp(stack[m->height - 1], stack[m->height], stack[m->height + 1]);
			break;
		default: pc = control(m, e, op, pc); break;
		}
	}
	assert(m->height == 1 && m->nests == 0);
	return m->stack[0];
}

void
expr_eval(struct expr *e, const struct value *values, struct utc now, int64_t dt_us, struct value *result)
{
	struct machine m;

	m.values = values;
	m.dt_us = dt_us;
	m.saw = m.height = m.nests = 0;
	double x = run(&m, e);
	if (isnan(x)) {
		/* The last number stays, with its time. What waits for its inputs has not failed. */
		result->quality = isnan(result->v) && (m.saw & SAW_INITIAL) != 0 ? Q_NEVER_READ : Q_FAILURE;
		result->cause = m.saw & SAW_UNREAD ? ERR_INPUT : ERR_MATH;
		return;
	}
	bool is_derived = (m.saw & (SAW_BAD | SAW_UNCERTAIN)) != 0;
	result->v = x + 0.0; /* -0 becomes 0 */
	result->quality = (uint16_t)((is_derived ? Q_DERIVED : 0) | (m.saw & SAW_SUBSTITUTED ? Q_SUBSTITUTED : 0));
	result->cause = is_derived ? ERR_INPUT : OK;
	result->time = now;
}
