/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fit.h - a small ridge regression without a constant: what to multiply each term with, so that their sum comes nearest to what was seen.
 * With little to learn from, everything shrinks towards 0.
 */
#ifndef CHISAN_FORECAST_FIT_H
#define CHISAN_FORECAST_FIT_H

enum { FIT_TERMS_MAX = 4 };
struct fit {
	unsigned n;
	double a[FIT_TERMS_MAX][FIT_TERMS_MAX], b[FIT_TERMS_MAX];
};

/* ridge, above 0: the square sum of a term that was seen without any effect. */
struct fit fit_new(unsigned n, double ridge);
void fit_add(struct fit *f, const double *x, double y, double weight);
void fit_solve(struct fit *f, double *out); /* n of them; f is used up */

#endif
