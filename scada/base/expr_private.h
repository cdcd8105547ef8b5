/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr_private.h - what the parser and the evaluator of expr.h share: a program for a small stack machine.
 * Jumps go forward only, so a program ends after at most op_count steps.
 */
#ifndef CHISAN_EXPR_PRIVATE_H
#define CHISAN_EXPR_PRIVATE_H

#include "scada/base/expr.h"

#define EXPR_TEXT_MAX   4096
#define EXPR_INPUTS_MAX 256
#define EXPR_DEPTH_MAX  32
#define EXPR_LISTED_MAX 4096 /* points in all globs together */
#define EXPR_STACK_MAX  160  /* a level holds at most five numbers at a time: or, and, comparison, sum, product */

/* clang-format off */
enum op_code {
	OP_CONST,      /* ( -- x )      arg: number in consts */
	OP_LOAD,       /* ( -- x )      arg: point */
	OP_LIST_SUM,   /* ( -- x )      arg: first in listed, count: how many */
	OP_LIST_MIN,
	OP_LIST_MAX,
	OP_ADD,        /* ( x y -- z ) */
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MIN,
	OP_MAX,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_AND,
	OP_OR,
	OP_NEG,        /* ( x -- y ) */
	OP_NOT,
	OP_ABS,
	OP_SQRT,
	OP_CLAMP,      /* ( x lo hi -- y ) */
	OP_AND_SHORT,  /* ( x -- x )    false: 0, jump to arg */
	OP_OR_SHORT,   /* ( x -- x )    true: 1, jump to arg */
	OP_IF_UNKNOWN, /* ( x -- x )    not a number: jump to arg */
	OP_IF_FALSE,   /* ( x -- )      false: jump to arg */
	OP_JUMP,       /* ( -- ) */
	OP_NEST,       /* ( -- )        quality of what follows is gathered apart */
	OP_DEFAULT,    /* ( x -- x|- )  ends the nest: usable: jump to arg, else drop x and its quality */
	OP_GOOD,       /* ( x -- y )    ends the nest: 1 or 0, quality forgotten */
	OP_INTEGRATE,  /* ( x -- y )    ends the nest; arg: number in sums */
};
/* clang-format on */

struct op {
	uint8_t code; /* enum op_code */
	uint16_t count;
	uint32_t arg;
};

struct sum {
	double value;
	double unit_us;
	bool has_begun; /* it had an input, or was given: else its 0 means nothing */
};

struct expr {
	struct op *ops;
	double *consts;
	point_id *listed; /* of the globs, one after the other */
	point_id *inputs; /* sorted, each once */
	struct sum *sums;
	uint32_t op_count, const_count, listed_count, input_count, sum_count;
};

#endif
