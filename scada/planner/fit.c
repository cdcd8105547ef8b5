/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fit.c - what is known of one lp for another that has other columns in a step, as when the grid goes and batteries may burn what nobody takes:
 * basis and commitment go over by what columns and rows are. What is new stands at its bound; a basis that lacks some is repaired by Clp.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/planner/solver_private.h"

enum { NONE = -1, BASIC = 1, AT_LOWER = 3 }; /* ClpSimplex::Status */

static bool
is_alike(const struct lp_label *a, const struct lp_label *b)
{
	return a->asset == b->asset && a->bus == b->bus && a->what == b->what;
}

/* Of each of `to` the place of the same in `from`; of several that are alike the first is the first's, and so on. */
static void
match(const struct lp_label *from, unsigned from_count, const struct lp_label *to, unsigned to_count, int *of)
{
	for (unsigned i = 0; i < to_count; i++) {
		unsigned before = 0;
		for (unsigned k = 0; k < i; k++)
			before += is_alike(&to[k], &to[i]);
		of[i] = NONE;
		for (unsigned k = 0; k < from_count && of[i] == NONE; k++)
			if (is_alike(&from[k], &to[i]) && before-- == 0)
				of[i] = (int)k;
	}
}

/* For each column, or row, of the new one that of the old one; count: of all, step: of a step. The caller frees. */
static int *
places(const struct lp_label *from, unsigned from_count, unsigned from_step, const struct lp_label *to,
    unsigned to_count, unsigned to_step, unsigned steps)
{
	int *of = xcalloc(to_count + 1, sizeof(*of));
	unsigned tail = steps * to_step, from_tail = steps * from_step;

	match(from, from_step, to, to_step, of);
	for (unsigned t = steps; t-- > 0;) /* the first step last: the others are made from it */
		for (unsigned k = 0; k < to_step; k++)
			of[t * to_step + k] = of[k] == NONE ? NONE : (int)(t * from_step) + of[k];
	match(from + from_tail, from_count - from_tail, to + tail, to_count - tail, of + tail);
	for (unsigned i = tail; i < to_count; i++)
		of[i] += of[i] == NONE ? 0 : (int)from_tail;
	return of;
}

void
solver_fit(struct solver *s, const struct lp *lp)
{
	const struct lp *old = &s->shape;
	unsigned char *status = s->status != NULL ? xmalloc(lp->columns + lp->rows + 1) : NULL;
	bool *commitment = s->commitment != NULL ? xcalloc(lp->columns + 1, sizeof(*commitment)) : NULL;
	int *column = places(old->column_label, old->columns, old->step_columns, lp->column_label, lp->columns,
	        lp->step_columns, lp->steps),
	    *row = places(old->row_label, old->rows, old->step_rows, lp->row_label, lp->rows, lp->step_rows, lp->steps);

	for (unsigned c = 0; c < lp->columns; c++) {
		if (status != NULL)
			status[c] = column[c] == NONE ? AT_LOWER : s->status[column[c]];
		if (commitment != NULL && column[c] != NONE)
			commitment[c] = s->commitment[column[c]];
	}
	for (unsigned r = 0; status != NULL && r < lp->rows; r++)
		status[lp->columns + r] = row[r] == NONE ? BASIC : s->status[old->columns + (unsigned)row[r]];
	free(column);
	free(row);
	free(s->status);
	free(s->commitment);
	s->status = status;
	s->commitment = commitment;
}
