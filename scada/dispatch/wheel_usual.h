/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wheel_usual.h - what a part of self-wheeling, as a school, usually takes, where nothing is learned of it: one power on days of work between two
 * times of the day, another at all other times. Days off: Saturday, Sunday, holidays, for a school also those between its terms. Pure.
 */
#ifndef CHISAN_WHEEL_USUAL_H
#define CHISAN_WHEEL_USUAL_H

#include "scada/forecast/kind.h"

struct wheel_usual {
	double base_kw, peak_kw;
	int64_t from, to; /* minutes of the day */
	bool follows_terms;
};
/* kWh of the half hour that begins at so many minutes of the day. Where the tables of terms do not reach there is school. */
double wheel_usual_kwh(const struct wheel_usual *u, const struct day_tables *tables, int64_t date, int64_t minutes);

#endif
