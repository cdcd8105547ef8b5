/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.h - expressions over points, for calculated points, suppression and interlock conditions.
 *
 *   GRID.RX.P + WTE.STG.P                 + - * / and unary -, parentheses, numbers
 *   WTE.F1.RUN == 0 and GTC.STATE != 5    == != < <= > >=, and or not; true is 1
 *   if(c, a, b)  min(a, ...)  max(a, ...)  sum(a, ...)  mean(a, ...)  abs(a)  sqrt(a)  clamp(a, lo, hi)
 *   sum("ESS?.P")                         a glob in quotes stands for all points it matches (sum mean min max)
 *   default(a, b)                         b while a is bad or was never read
 *   good(a)                               1 while a's validity is good
 *   integrate(a, 1h)                      a summed over time, per unit of time given: kW to kWh; keeps its sum
 *
 * The result has the worst quality of the inputs that were used (if, default: the branch taken): an input that is bad or
 * uncertain gives Q_DERIVED with cause ERR_INPUT; substituted stays substituted; without a finite result (division by zero,
 * sqrt of a negative) Q_FAILURE with ERR_MATH. The last good result is kept then, never zero. What never had one is Q_NEVER_READ
 * with ERR_INPUT for as long as an input that it needs is; an integral begins with its first input.
 */
#ifndef CHISAN_EXPR_H
#define CHISAN_EXPR_H

#include "scada/base/point.h"

struct expr;

struct expr_names {
	/* Number of a point, or POINT_NONE. */
	point_id (*find)(const char *name, void *arg);
	/* Calls each() for every point that the glob matches, in rising order. */
	void (*glob)(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg);
	void *arg;
};

/*
 * NULL: it has a fault; *message (of size) gets "what is wrong; what would be right", *at the byte where. At most 4,096 bytes of
 * text, 256 inputs, depth 32. The caller frees with expr_free.
 */
struct expr *expr_parse(const char *text, const struct expr_names *names, char *message, size_t size, size_t *at);
void expr_free(struct expr *e);

/* The points it reads: sorted, each once. Borrowed. */
const point_id *expr_inputs(const struct expr *e, size_t *count);

/* True if it keeps a sum of its own (integrate). */
bool expr_has_state(const struct expr *e);
double expr_state(const struct expr *e, size_t i); /* i-th sum, for saving */
void expr_set_state(struct expr *e, size_t i, double value);
size_t expr_state_count(const struct expr *e);

/*
 * values: all points, by number. *result holds the last result and becomes the new one; its time is `now`, unless there is
 * no result and the last number stays with its own time (cause ERR_MATH, or ERR_INPUT when an input was never read).
 * `and`, `or` and `if` use only what decides: 0 and X is 0 whatever X is.
 * dt_us: time since the evaluation before, for integrate; 0 at the first.
 */
void expr_eval(struct expr *e, const struct value *values, struct utc now, int64_t dt_us, struct value *result);

#endif
