/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_usual.c - what a part usually takes.
 */
#include "config.h"

#include "scada/dispatch/wheel_usual.h"

#define SLOT_MIN 30

double
wheel_usual_kwh(const struct wheel_usual *u, const struct day_tables *tables, int64_t date, int64_t minutes)
{
	struct day_kind k = day_kind_of(tables, date);
	int64_t begin = minutes > u->from ? minutes : u->from,
	        end = minutes + SLOT_MIN < u->to ? minutes + SLOT_MIN : u->to;
	bool is_off = day_is_off(&k) || (u->follows_terms && k.term == TERM_OFF);
	double peak_h = is_off || end <= begin ? 0 : (double)(end - begin) / 60;

	return u->peak_kw * peak_h + u->base_kw * ((double)SLOT_MIN / 60 - peak_h);
}
