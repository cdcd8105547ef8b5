/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peaks.c - twelve months in a ring by their number.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/dispatch/peaks.h"

#define MONTH_MAX (12 * 2200)

static unsigned
place(int32_t month)
{
	return (unsigned)(month % PEAKS_MONTHS);
}

bool
peaks_note(struct peaks *p, int32_t month, double kw)
{
	if (!isfinite(kw) || month <= 0 || month >= MONTH_MAX)
		return false;
	unsigned i = place(month);
	if (p->of[i].month > month)
		return false; /* a clock that was set back over a year */
	bool is_new = p->of[i].month != month || kw > p->of[i].kw;
	if (is_new) {
		p->of[i].month = month;
		p->of[i].kw = kw;
	}
	return is_new;
}

double
peaks_month(const struct peaks *p, int32_t month)
{
	if (month <= 0 || p->of[place(month)].month != month)
		return (double)NAN;
	return p->of[place(month)].kw;
}

double
peaks_year(const struct peaks *p, int32_t month)
{
	double most = (double)NAN;

	for (int32_t m = month - PEAKS_MONTHS + 1; m <= month; m++)
		most = fmax(most, peaks_month(p, m));
	return most;
}

void
peaks_put(const struct peaks *p, struct wbuf *b)
{
	for (unsigned i = 0; i < PEAKS_MONTHS; i++) {
		w_u32(b, (uint32_t)p->of[i].month);
		w_f64(b, p->of[i].kw);
	}
}

bool
peaks_get(struct peaks *p, struct rbuf *r)
{
	struct peaks read;

	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < PEAKS_MONTHS; i++) {
		uint32_t month = r_u32(r);
		double kw = r_f64(r);

		if (r->bad || month >= MONTH_MAX || (month != 0 && (place((int32_t)month) != i || !isfinite(kw))))
			return false;
		read.of[i].month = (int32_t)month;
		read.of[i].kw = kw;
	}
	*p = read;
	return true;
}
