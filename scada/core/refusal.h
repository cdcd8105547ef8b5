/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal.h - why something that was asked for is not done: of entries of the schedule, steps of a sequence, a day of wheeling.
 */
#ifndef CHISAN_REFUSAL_H
#define CHISAN_REFUSAL_H

#include <stdbool.h>

#include "scada/base/err.h"

struct refusal {
	enum err e;
	int addcause; /* enum addcause; -1 = none */
	char text[1000];
};
/* Fills it. Always false, so that a check can end with it. */
bool refusal_say(struct refusal *r, enum err e, int addcause, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
