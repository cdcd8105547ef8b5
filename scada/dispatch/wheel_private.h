/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_private.h - what the files of wheel share.
 */
#ifndef CHISAN_WHEEL_PRIVATE_H
#define CHISAN_WHEEL_PRIVATE_H

#include <math.h>

#include "scada/dispatch/wheel.h"

/* kWh are kept to 0.001; two that are not planned are the same. */
static inline bool
wheel_is_equal(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 0.0005;
}
bool wheel_is_same(const struct wheel_terms *t, const struct wheel_plan *a, const struct wheel_plan *b, unsigned slot);

/* What no author may be called: empty, too long, not inert, or what a spreadsheet takes for a formula. NULL = fine, else why. */
const char *wheel_author_fault(const char *author);
/* Is a slot's plan one? Rounds it. False: why. */
bool wheel_plan_slot(const struct wheel_terms *t, struct wheel_plan *p, unsigned slot, char *why, size_t size);
/* An empty version at the end; the caller fills it. */
struct wheel_version *wheel_add(struct wheel_day *d);

#endif
