/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lp.c - columns, rows and elements as they come; sorted column by column when it is finished.
 */
#include "config.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/dispatch/lp.h"

struct element {
	unsigned row, column;
	double value;
};

struct lp_builder {
	unsigned column_room, row_room, element_room;
	struct element *elements;
};

static void *
grow(void *old, unsigned used, unsigned room, size_t size)
{
	return xrecallocarray(old, used, room, size);
}

static unsigned
more(unsigned room)
{
	return room < 64 ? 64 : 2 * room;
}

struct lp *
lp_new(void)
{
	struct lp *lp = xcalloc(1, sizeof(*lp));

	lp->builder = xcalloc(1, sizeof(*lp->builder));
	return lp;
}

static void
drop_builder(struct lp *lp)
{
	if (lp->builder != NULL)
		free(lp->builder->elements);
	free(lp->builder);
	lp->builder = NULL;
}

void
lp_free(struct lp *lp)
{
	if (lp == NULL)
		return;
	drop_builder(lp);
	void *arrays[] = { lp->lower, lp->upper, lp->cost, lp->is_binary, lp->row_lower, lp->row_upper, lp->start,
		lp->index, lp->value, lp->column_label, lp->row_label };
	for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
		free(arrays[i]);
	free(lp);
}

unsigned
lp_column(struct lp *lp, double lower, double upper, double cost, bool is_binary, struct lp_label label)
{
	unsigned c = lp->columns++, room = lp->builder->column_room;

	if (c == room) {
		unsigned r = lp->builder->column_room = more(room);
		lp->lower = grow(lp->lower, room, r, sizeof(*lp->lower));
		lp->upper = grow(lp->upper, room, r, sizeof(*lp->upper));
		lp->cost = grow(lp->cost, room, r, sizeof(*lp->cost));
		lp->is_binary = grow(lp->is_binary, room, r, sizeof(*lp->is_binary));
		lp->column_label = grow(lp->column_label, room, r, sizeof(*lp->column_label));
	}
	lp->lower[c] = lower;
	lp->upper[c] = upper;
	lp->cost[c] = cost;
	lp->is_binary[c] = is_binary;
	lp->column_label[c] = label;
	return c;
}

unsigned
lp_row(struct lp *lp, double lower, double upper, struct lp_label label)
{
	unsigned n = lp->rows++, room = lp->builder->row_room;

	if (n == room) {
		unsigned r = lp->builder->row_room = more(room);
		lp->row_lower = grow(lp->row_lower, room, r, sizeof(*lp->row_lower));
		lp->row_upper = grow(lp->row_upper, room, r, sizeof(*lp->row_upper));
		lp->row_label = grow(lp->row_label, room, r, sizeof(*lp->row_label));
	}
	lp->row_lower[n] = lower;
	lp->row_upper[n] = upper;
	lp->row_label[n] = label;
	return n;
}

void
lp_element(struct lp *lp, unsigned row, unsigned column, double value)
{
	struct lp_builder *b = lp->builder;
	unsigned n = lp->elements++;

	if (n == b->element_room) {
		b->element_room = more(n);
		b->elements = grow(b->elements, n, b->element_room, sizeof(*b->elements));
	}
	b->elements[n] = (struct element){ row, column, value };
}

static int
by_row(const void *a, const void *b)
{
	const struct element *x = a, *y = b;

	return x->row < y->row ? -1 : x->row > y->row;
}

/* Column by column, each by rows, as most of them come already. The caller frees. */
static struct element *
sorted(const struct lp *lp)
{
	const struct element *e = lp->builder->elements;
	struct element *to = xcalloc(lp->elements + 1, sizeof(*to));
	unsigned *end = xcalloc(lp->columns + 1, sizeof(*end));

	for (unsigned i = 0; i < lp->elements; i++) {
		assert(e[i].row < lp->rows && e[i].column < lp->columns);
		end[e[i].column + 1]++;
	}
	for (unsigned c = 0; c < lp->columns; c++)
		end[c + 1] += end[c];
	/* What was each one's begin is then its end. */
	for (unsigned i = 0; i < lp->elements; i++)
		to[end[e[i].column]++] = e[i];
	for (unsigned c = 0, from = 0; c < lp->columns; from = end[c++]) {
		bool is_sorted = true;
		for (unsigned i = from + 1; i < end[c]; i++)
			is_sorted = is_sorted && to[i - 1].row <= to[i].row;
		if (!is_sorted)
			qsort(to + from, end[c] - from, sizeof(*to), by_row);
	}
	free(end);
	return to;
}

void
lp_finish(struct lp *lp)
{
	struct element *e = sorted(lp);
	unsigned n = 0, c = 0;

	lp->start = xcalloc(lp->columns + 1, sizeof(*lp->start));
	lp->index = xcalloc(lp->elements + 1, sizeof(*lp->index));
	lp->value = xcalloc(lp->elements + 1, sizeof(*lp->value));
	for (unsigned i = 0; i < lp->elements; i++) {
		if (i > 0 && e[i].row == e[i - 1].row && e[i].column == e[i - 1].column) {
			lp->value[n - 1] += e[i].value;
			continue;
		}
		while (c < e[i].column)
			lp->start[++c] = (int)n;
		lp->index[n] = (int)e[i].row;
		lp->value[n++] = e[i].value;
	}
	while (c < lp->columns)
		lp->start[++c] = (int)n;
	lp->elements = n;
	free(e);
	drop_builder(lp);
}

static bool say(char *why, size_t size, const char *what, unsigned number, struct lp_label at, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

static bool
say(char *why, size_t size, const char *what, unsigned number, struct lp_label at, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(why, size, "%s %u (asset %d, bus %d, step %d, what %u): ", what, number, at.asset, at.bus,
	    at.step, at.what);

	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < size)
		vsnprintf(why + n, size - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

/* NULL: fine. An infinite bound is +-LP_INFINITY on its own side; beyond it solvers differ in what they take for infinite. */
static const char *
bounds_fault(double lower, double upper)
{
	if (isnan(lower) || isnan(upper))
		return "a bound must be a number";
	if (fabs(lower) > LP_INFINITY || fabs(upper) > LP_INFINITY)
		return "no bound may be beyond 1e30, which stands for infinite";
	if (lower > upper)
		return "the lower bound must not be above the upper one";
	if (lower >= LP_INFINITY || upper <= -LP_INFINITY)
		return "a lower bound must be below 1e30, an upper one above -1e30";
	return NULL;
}

static bool
check_column(const struct lp *lp, unsigned c, char *why, size_t size)
{
	const char *fault = bounds_fault(lp->lower[c], lp->upper[c]);
	struct lp_label at = lp->column_label[c];

	if (fault != NULL)
		return say(why, size, "column", c, at, "bounds %g and %g; %s", lp->lower[c], lp->upper[c], fault);
	if (!isfinite(lp->cost[c]))
		return say(why, size, "column", c, at, "cost %g; it must be finite", lp->cost[c]);
	if (lp->is_binary[c] && (lp->lower[c] < 0 || lp->upper[c] > 1))
		return say(
		    why, size, "column", c, at, "bounds %g and %g; one that is 0 or 1", lp->lower[c], lp->upper[c]);
	if (lp->start[c] > lp->start[c + 1] || lp->start[c] < 0 || (unsigned)lp->start[c + 1] > lp->elements)
		return say(why, size, "column", c, at, "its elements are %d to %d; there are %u", lp->start[c],
		    lp->start[c + 1], lp->elements);
	for (int e = lp->start[c]; e < lp->start[c + 1]; e++) {
		if (lp->index[e] < 0 || (unsigned)lp->index[e] >= lp->rows)
			return say(why, size, "column", c, at, "an element in row %d; the rows are 0 to %u",
			    lp->index[e], lp->rows > 0 ? lp->rows - 1 : 0);
		if (!isfinite(lp->value[e]))
			return say(why, size, "column", c, at, "element %g in row %d; it must be finite", lp->value[e],
			    lp->index[e]);
	}
	return true;
}

bool
lp_check(const struct lp *lp, char *why, size_t size)
{
	struct lp_label whole = { -1, -1, LP_NO_STEP, 0 };

	if (lp->builder != NULL)
		return say(why, size, "lp", 0, whole, "it is not finished");
	if (lp->step_columns > 0 && lp->steps > lp->columns / lp->step_columns)
		return say(why, size, "lp", 0, whole, "%u steps of %u columns; there are %u", lp->steps,
		    lp->step_columns, lp->columns);
	if (lp->step_rows > 0 && lp->steps > lp->rows / lp->step_rows)
		return say(
		    why, size, "lp", 0, whole, "%u steps of %u rows; there are %u", lp->steps, lp->step_rows, lp->rows);
	if (!isfinite(lp->fixed_cost))
		return say(why, size, "lp", 0, whole, "fixed cost %g; it must be finite", lp->fixed_cost);
	for (unsigned c = 0; c < lp->columns; c++)
		if (!check_column(lp, c, why, size))
			return false;
	for (unsigned r = 0; r < lp->rows; r++) {
		const char *fault = bounds_fault(lp->row_lower[r], lp->row_upper[r]);
		if (fault != NULL)
			return say(why, size, "row", r, lp->row_label[r], "bounds %g and %g; %s", lp->row_lower[r],
			    lp->row_upper[r], fault);
	}
	return true;
}

/* What is not a number violates all there is. */
static void
worse(double lower, double upper, double x, struct lp_label label, double *worst, struct lp_label *where)
{
	double off = isnan(x) ? HUGE_VAL : fmax(lower - x, x - upper);

	if (off > *worst) {
		*worst = off;
		*where = label;
	}
}

double
lp_violation(const struct lp *lp, const double *x, struct lp_label *where)
{
	double worst = 0, *sum = xcalloc(lp->rows + 1, sizeof(*sum));

	*where = (struct lp_label){ -1, -1, LP_NO_STEP, 0 };
	for (unsigned c = 0; c < lp->columns; c++) {
		worse(lp->lower[c], lp->upper[c], x[c], lp->column_label[c], &worst, where);
		for (int e = lp->start[c]; e < lp->start[c + 1]; e++)
			sum[lp->index[e]] += lp->value[e] * x[c];
	}
	for (unsigned r = 0; r < lp->rows; r++)
		worse(lp->row_lower[r], lp->row_upper[r], sum[r], lp->row_label[r], &worst, where);
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
