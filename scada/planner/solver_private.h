/* SPDX-License-Identifier: Apache-2.0 */
/*
 * solver_private.h - what solver.c and commit.c share, and what a test asks of them.
 */
#ifndef CHISAN_SOLVER_PRIVATE_H
#define CHISAN_SOLVER_PRIVATE_H

#include <coin/Clp_C_Interface.h>

#include "scada/base/clock.h"
#include "scada/planner/solver.h"

struct solver {
	Clp_Simplex *clp;
	struct lp
	    shape; /* counts of the lp that clp holds; its arrays: copies of the matrix and the labels, the rest NULL */
	unsigned char *status; /* basis of the last optimum: columns, then rows; NULL = none */
	bool *commitment;      /* of columns: 1 = the binary was on; NULL = none */
	double cutoff;         /* dearer than that is of no interest: SOLVE_DEARER; infinite = all is */
	bool is_trial;         /* bad news is believed at once */
	bool is_primal;        /* the basis is of something allowed: the primal simplex goes on from it */
	double stick;          /* money, solver_stick() */
	solver_hear *hear;
	void *whom;
	solver_yields *yields; /* NULL = to nobody */
	void *yields_whom;
	bool has_yielded;
};

/* Looks at the lp and makes basis and commitment fit it, shifted. False: out says what is wrong. Zeroes *out. */
bool solver_begin(struct solver *s, const struct lp *lp, unsigned shift, struct solution *out);
/* As solver_relax(), with these bounds of columns in place of the lp's. Does not look at lp_check() again. */
void solver_bounded(struct solver *s, const struct lp *lp, const double *lower, const double *upper, double seconds,
    struct solution *out);
/* Is the answer within the lp? False: why, and end is SOLVE_BROKEN. */
bool solver_within(const struct lp *lp, const double *lower, const double *upper, struct solution *out);
/* The same, and as cheap as its duals prove (only if it says optimal)? False: why, and end is SOLVE_BROKEN. */
bool solver_verify(const struct lp *lp, const double *lower, const double *upper, struct solution *out);
/*
 * What no x within the bounds can be cheaper than, by these prices of rows (weak duality: right for any prices). costs 1: of the lp; 0: of
 * one without costs, where more than 0 shows that nothing is within. sign: the prices' own.
 */
double solver_dual_bound(
    const struct lp *lp, const double *lower, const double *upper, const double *dual, double costs, double sign);
/* Is it to end before its time? Asks, and once it is true it stays so. */
bool solver_is_to_yield(struct solver *s);
/* The basis of the last optimum into *to (frees what is there), and back. */
void solver_keep_basis(const struct solver *s, const struct lp *lp, unsigned char **to);
void solver_use_basis(struct solver *s, const struct lp *lp, const unsigned char *from); /* NULL: none */
/* fit.c: basis and commitment of the lp that clp holds as those of another with as many steps, by what columns and rows are. */
void solver_fit(struct solver *s, const struct lp *lp);
/* Same counts and steps: a basis or commitment of one fits the other. */
bool solver_same_shape(const struct lp *a, const struct lp *b);
/* Moves the values of `count` per step by so many steps to the front; the last ones stay as they were. size: of one value. */
void solver_shift(void *values, unsigned steps, unsigned count, unsigned shift, size_t size);

#endif
