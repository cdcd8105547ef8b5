/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fit.c - ridge regression by its normal equations; four terms at most, so that elimination is exact enough.
 */
#include "config.h"

#include "scada/forecast/fit.h"

struct fit
fit_new(unsigned n, double ridge)
{
	struct fit f = { .n = n };
	for (unsigned i = 0; i < n; i++)
		f.a[i][i] = ridge;
	return f;
}

void
fit_add(struct fit *f, const double *x, double y, double weight)
{
	for (unsigned i = 0; i < f->n; i++) {
		f->b[i] += weight * x[i] * y;
		for (unsigned k = 0; k < f->n; k++)
			f->a[i][k] += weight * x[i] * x[k];
	}
}

/* The ridge keeps every pivot above 0. */
void
fit_solve(struct fit *f, double *out)
{
	for (unsigned i = 0; i < f->n; i++)
		for (unsigned k = i + 1; k < f->n; k++) {
			double by = f->a[k][i] / f->a[i][i];
			for (unsigned j = i; j < f->n; j++)
				f->a[k][j] -= by * f->a[i][j];
			f->b[k] -= by * f->b[i];
		}
	for (unsigned i = f->n; i-- > 0;) {
		double sum = f->b[i];
		for (unsigned k = i + 1; k < f->n; k++)
			sum -= f->a[i][k] * out[k];
		out[i] = sum / f->a[i][i];
	}
}
