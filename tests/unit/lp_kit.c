/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lp_kit.c - lp.h for the solver's tests: columns and rows in fixed arrays, elements as they come.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/lp.h"

enum { KIT_MAX = 20000 };
struct lp_builder {
	unsigned row[KIT_MAX], column[KIT_MAX];
	double value[KIT_MAX];
};

struct lp *
lp_new(void)
{
	struct lp *lp = xcalloc(1, sizeof(*lp));
	double **arrays[] = { &lp->lower, &lp->upper, &lp->cost, &lp->row_lower, &lp->row_upper, &lp->value };

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		*arrays[i] = xcalloc(KIT_MAX, sizeof(double));
	lp->is_binary = xcalloc(KIT_MAX, sizeof(bool));
	lp->index = xcalloc(KIT_MAX, sizeof(int));
	lp->start = xcalloc(KIT_MAX, sizeof(int));
	lp->builder = xcalloc(1, sizeof(*lp->builder));
	return lp;
}

void
lp_free(struct lp *lp)
{
	if (lp == NULL)
		return;
	void *arrays[] = { lp->lower, lp->upper, lp->cost, lp->row_lower, lp->row_upper, lp->value, lp->is_binary,
		lp->index, lp->start, lp->builder, lp };
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		free(arrays[i]);
}

unsigned
lp_column(struct lp *lp, double lower, double upper, double cost, bool is_binary, struct lp_label label)
{
	(void)label;
	lp->lower[lp->columns] = lower;
	lp->upper[lp->columns] = upper;
	lp->cost[lp->columns] = cost;
	lp->is_binary[lp->columns] = is_binary;
	return lp->columns++;
}

unsigned
lp_row(struct lp *lp, double lower, double upper, struct lp_label label)
{
	(void)label;
	lp->row_lower[lp->rows] = lower;
	lp->row_upper[lp->rows] = upper;
	return lp->rows++;
}

void
lp_element(struct lp *lp, unsigned row, unsigned column, double value)
{
	lp->builder->row[lp->elements] = row;
	lp->builder->column[lp->elements] = column;
	lp->builder->value[lp->elements++] = value;
}

void
lp_finish(struct lp *lp)
{
	int n = 0;

	for (unsigned c = 0; c < lp->columns; c++) {
		lp->start[c] = n;
		for (unsigned e = 0; e < lp->elements; e++)
			if (lp->builder->column[e] == c) {
				lp->index[n] = (int)lp->builder->row[e];
				lp->value[n++] = lp->builder->value[e];
			}
	}
	lp->start[lp->columns] = n;
	free(lp->builder);
	lp->builder = NULL;
}

bool
lp_check(const struct lp *lp, char *why, size_t size)
{
	bool is_right = true;

	for (unsigned c = 0; c < lp->columns; c++)
		is_right = is_right && isfinite(lp->cost[c]) && lp->lower[c] <= lp->upper[c];
	for (unsigned r = 0; r < lp->rows; r++)
		is_right = is_right && lp->row_lower[r] <= lp->row_upper[r];
	for (unsigned e = 0; e < lp->elements; e++)
		is_right = is_right && isfinite(lp->value[e]) && lp->index[e] >= 0 && lp->index[e] < (int)lp->rows;
	if (!is_right)
		snprintf(why, size, "a figure of the lp is not finite or out of range");
	return is_right;
}

double
lp_violation(const struct lp *lp, const double *x, struct lp_label *where)
{
	double worst = 0, *sum = xcalloc(lp->rows + 1, sizeof(*sum));

	memset(where, 0, sizeof(*where));
	for (unsigned c = 0; c < lp->columns; c++) {
		worst = fmax(worst, fmax(lp->lower[c] - x[c], x[c] - lp->upper[c]));
		for (int e = lp->start[c]; e < lp->start[c + 1]; e++)
			sum[lp->index[e]] += lp->value[e] * x[c];
	}
	for (unsigned r = 0; r < lp->rows; r++)
		worst = fmax(worst, fmax(lp->row_lower[r] - sum[r], sum[r] - lp->row_upper[r]));
	free(sum);
	return worst;
}

double
lp_cost(const struct lp *lp, const double *x)
{
	double cost = lp->fixed_cost;

	for (unsigned c = 0; c < lp->columns; c++)
		cost += lp->cost[c] * x[c];
	return cost;
}
