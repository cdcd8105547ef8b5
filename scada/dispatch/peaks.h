/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peaks.h - the greatest half hour of this month and of the eleven before: what a demand charge is reckoned from. Pure.
 */
#ifndef CHISAN_DISPATCH_PEAKS_H
#define CHISAN_DISPATCH_PEAKS_H

#include "scada/base/wire.h"

enum { PEAKS_MONTHS = 12 };

struct peaks {
	struct {
		int32_t month; /* 12 x year + month of the year from 0; 0 = none */
		double kw;
	} of[PEAKS_MONTHS];
};

/* True: greater than all of that month before. A month more than 11 before the newest is not taken. kw not finite: nothing. */
bool peaks_note(struct peaks *p, int32_t month, double kw);
double peaks_month(const struct peaks *p, int32_t month); /* NaN = none yet */
double peaks_year(const struct peaks *p, int32_t month);  /* of it and the 11 before; NaN = none */
void peaks_put(const struct peaks *p, struct wbuf *b);
bool peaks_get(struct peaks *p, struct rbuf *r); /* false: bad bytes; then p is empty */

#endif
