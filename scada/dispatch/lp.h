/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lp.h - a linear programme with some columns that are 0 or 1, as it is built up and given to a solver.  No solver in here.
 *
 * minimise  sum cost x   with  row_lower <= A x <= row_upper,  lower <= x <= upper.
 * The columns of step t stand at t * step_columns + k, its rows at t * step_rows + j, in the same order in each step; those that belong to
 * no step (peaks, ends) stand behind.  So the basis of a plan that is one step older fits after a shift.
 */
#ifndef CHISAN_LP_H
#define CHISAN_LP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_INFINITY 1e30 /* of bounds and rows: no bound; nothing is beyond it */

enum { LP_NO_STEP = -1 };

struct lp_label {      /* what a column or row is, for reasons and messages */
	int16_t asset; /* index in the problem; -1 = none */
	int16_t bus;   /* index of the bus; -1 = none */
	int16_t step;  /* LP_NO_STEP = none */
	uint8_t what;  /* enum lp_what of lp_what.h */
};

struct lp {
	unsigned columns, rows, elements;
	unsigned steps, step_columns, step_rows; /* set by who builds it; 0: no steps, nothing to shift */
	double *lower, *upper, *cost;            /* of columns */
	bool *is_binary;
	double *row_lower, *row_upper;
	/* Column by column, rows rising: those of column c are start[c] .. start[c + 1] - 1. Set by lp_finish(). */
	int *start, *index;
	double *value;
	struct lp_label *column_label, *row_label;
	double fixed_cost;          /* that no column carries */
	struct lp_builder *builder; /* until lp_finish() */
};

struct lp *lp_new(void);
void lp_free(struct lp *lp); /* NULL is fine */
/* Numbers of the new column or row. */
unsigned lp_column(struct lp *lp, double lower, double upper, double cost, bool is_binary, struct lp_label label);
unsigned lp_row(struct lp *lp, double lower, double upper, struct lp_label label);
/* Twice the same: added up. Row and column may be made later, before lp_finish(), which asserts that they are there. */
void lp_element(struct lp *lp, unsigned row, unsigned column, double value);
void lp_finish(struct lp *lp); /* sorts; after it nothing is added, costs, bounds and values may change */
/*
 * False: not finished, something is not finite, an index is beyond, bounds cross, a binary goes beyond 0 and 1; why names it by its
 * label.  Solvers abort on these or call them optimal.
 */
bool lp_check(const struct lp *lp, char *why, size_t size);
/* The greatest violation of a bound or row by x, and which (label); 0 = none, infinite: x or a row's sum is not a number. */
double lp_violation(const struct lp *lp, const double *x, struct lp_label *where);
double lp_cost(const struct lp *lp, const double *x);

#endif
