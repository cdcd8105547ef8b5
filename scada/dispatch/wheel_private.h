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

/* An empty version at the end; the caller fills it. */
struct wheel_version *wheel_add(struct wheel_day *d);

#endif
