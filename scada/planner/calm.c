/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calm.c - the second solve: an lp of dispatch_plan_prefer(), from where the first one ended. What was found is within it, so the primal simplex
 * begins at a vertex that is allowed, and what it has when its time is over can be used.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/planner/solver_private.h"

enum { BASIC = 1, AT_LOWER = 3, FIXED = 5 }; /* ClpSimplex::Status */

/* Of an added row that ties two added columns to columns that were there, the one that takes up the difference is in the basis. */
static void
begin_rows(const struct lp *from, const double *x, const struct lp *calm, unsigned char *status)
{
	unsigned char *rows = status + calm->columns;
	double *sum = xcalloc(calm->rows + 1, sizeof(*sum));

	for (unsigned c = 0; c < from->columns; c++)
		for (int e = calm->start[c]; e < calm->start[c + 1]; e++)
			sum[calm->index[e]] += calm->value[e] * x[c];
	for (unsigned c = from->columns; c < calm->columns; c++) {
		int e = calm->start[c];
		if (calm->start[c + 1] - e != 1)
			continue;
		unsigned r = (unsigned)calm->index[e];
		double wanted = calm->row_lower[r] - sum[r];
		if (r < from->rows || calm->row_lower[r] != calm->row_upper[r] || rows[r] != BASIC ||
		    wanted / calm->value[e] < 0)
			continue;
		status[c] = BASIC;
		rows[r] = FIXED;
	}
	free(sum);
}

bool
solver_calm(const struct solver *s, const struct lp *from, const struct solution *found, const struct lp *calm,
    double seconds, struct solution *out)
{
	struct solver *own = solver_new();

	if (!solver_begin(own, calm, 0, out)) {
		solver_free(own);
		return false;
	}
	if (s->status != NULL) {
		own->status = xmalloc(calm->columns + calm->rows);
		memset(own->status, AT_LOWER, calm->columns);
		memset(own->status + calm->columns, BASIC, calm->rows);
		memcpy(own->status, s->status, from->columns);
		memcpy(own->status + calm->columns, s->status + from->columns, from->rows);
		begin_rows(from, found->x, calm, own->status);
	}
	own->is_primal = true;
	solver_bounded(own, calm, calm->lower, calm->upper, seconds, out);
	solver_free(own);
	return out->end == SOLVE_OPTIMAL || out->end == SOLVE_FEASIBLE;
}
