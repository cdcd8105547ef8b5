/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_private.h - a search over what runs, as commit.c (the order of things), moves.c (what is tried) and branch.c (the proof) share it.
 */
#ifndef CHISAN_COMMIT_PRIVATE_H
#define CHISAN_COMMIT_PRIVATE_H

#include "scada/planner/solver_private.h"

#define COMMIT_WHOLE  1e-6 /* so near to 0 or 1 is decided */
#define COMMIT_PROVEN 1e-6 /* relative: so near to the bound is the optimum */

enum { COMMIT_TRIED = 4096 };

struct search {
	struct solver *s;
	const struct lp *lp;
	double *lower, *upper;  /* bounds of columns as they are tried */
	bool *on, *best_on;     /* of columns */
	unsigned shift;         /* steps since the commitment before */
	const double *relaxed;  /* x of the relaxation; NULL = not yet solved */
	struct solution best;   /* x NULL = none yet */
	struct solution before; /* what the commitment before comes to, if it is not the best; x NULL = none */
	unsigned char *before_basis;
	bool is_before; /* the best is the commitment before */
	unsigned char *best_basis;
	double bound; /* nothing is cheaper */
	struct mono begin;
	double seconds;
	unsigned solves;
	unsigned most_solves; /* branching ends with so many */
	bool is_cut;          /* the search ended before it had seen all */
	/* ---- what was tried, so that nothing is tried twice */
	uint64_t tried[COMMIT_TRIED];
	unsigned tried_count;
};

/* commit.c */
bool commit_is_over(const struct search *h); /* no time left, or nothing better is possible */
void commit_solve(
    struct search *h, struct solution *out); /* within h->lower and h->upper; nothing dearer than the best */
/* Takes what is better than the best and says so; what is not is freed. True: it was better. */
bool commit_keep(struct search *h, struct solution *found);
/* The lp with the binaries as h->on, within their bounds. True: better than the best. */
bool commit_try(struct search *h);
bool commit_is_mode(
    const struct lp *lp, unsigned column); /* of what goes one way or the other: follows from the rest */
bool commit_is_decision(const struct lp *lp, unsigned column); /* binary, and both are possible */

/* moves.c */
void moves_first(
    struct search *h); /* what is quick, from the relaxation: until there is something, and a little beyond */
bool moves_improve(struct search *h); /* one round around the best; true: something was better */

/* windows.c */
void windows_improve(struct search *h); /* parts of the best decided anew, until the time is over */

/* branch.c */
/* Within h->lower and h->upper, for so many linear programmes at most: finds what is better, proves nothing. */
void branch_within(struct search *h, unsigned solves);
void branch_prove(struct search *h); /* depth first, until the time is over: best, bound and is_cut */

#endif
