/* SPDX-License-Identifier: Apache-2.0 */
/*
 * solver.h - Clp behind a door: an lp in, a checked solution out.  Warm from the basis before, and from that basis shifted by steps.
 */
#ifndef CHISAN_SOLVER_H
#define CHISAN_SOLVER_H

#include "scada/dispatch/lp.h"

enum solve_end {
	SOLVE_OPTIMAL,
	SOLVE_FEASIBLE, /* ended by its deadline, what there is has been checked */
	SOLVE_INFEASIBLE,
	SOLVE_UNBOUNDED, /* an error of the model */
	SOLVE_TIME,      /* ended by its deadline with nothing */
	SOLVE_DEARER,    /* only within solver and search: nothing is cheaper than what is there already */
	SOLVE_BROKEN,    /* refused by lp_check(), or the solver's answer violates what it was given */
};

struct solution {
	enum solve_end end;
	double cost;
	double *x;        /* of columns */
	double *dual;     /* of rows: what a unit more of the right-hand side costs */
	double *reduced;  /* of columns */
	double violation; /* as lp_violation() */
	unsigned solves;  /* linear programmes */
	double seconds;
	char why[200];
};

struct solver;
struct solver *solver_new(void);
void solver_free(struct solver *s); /* NULL is fine */
/*
 * The linear relaxation (binaries between 0 and 1, or as their bounds say). shift: so many steps have gone since the lp before, which had
 * as many; its basis is shifted and used, also where a step has other columns now (by their labels). An lp of other steps starts cold.
 * seconds: deadline.
 */
void solver_relax(struct solver *s, const struct lp *lp, unsigned shift, double seconds, struct solution *out);
/* With the binaries decided (commit.c): the relaxation, the commitment before, shifted, then better while there is time; gap as reached. */
void solver_commit(
    struct solver *s, const struct lp *lp, unsigned shift, double seconds, struct solution *out, double *gap);
/* Called with each plan that solver_commit() finds, the first as soon as it is there; it borrows `found`. NULL: nobody. */
typedef void solver_hear(void *whom, const struct solution *found);
void solver_on_incumbent(struct solver *s, solver_hear *hear, void *whom);
/*
 * Asked many times a second while solver_commit() works, so it is to be quick. True: it ends soon, as if its time were over, and
 * solver_has_yielded() says so until the next one. NULL: nobody is asked.
 */
typedef bool solver_yields(void *whom);
void solver_yield_to(struct solver *s, solver_yields *yields, void *whom);
bool solver_has_yielded(const struct solver *s);
/*
 * After solver_commit() of `from`, which found this: an lp with its columns and rows in the same places and some behind them, in which what
 * was found is allowed (dispatch_plan_prefer). False: nothing better in that time; out is to be freed nonetheless.
 */
bool solver_calm(const struct solver *s, const struct lp *from, const struct solution *found, const struct lp *calm,
    double seconds, struct solution *out);
/* A commitment that costs at most so much more than the best is kept if it was the one before. 0: none is. */
void solver_stick(struct solver *s, double money);
/* Frees the arrays. Each call above overwrites *out without looking at it: free what it held before. */
void solution_done(struct solution *s);

#endif
