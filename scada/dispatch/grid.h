/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid.h - is the utility's grid there? From relay and measurement together, never from one of them. Pure: state in a struct.
 *
 * Witnesses that it is gone   relay  the breaker at the receiving point is open, or its protection has tripped
 *                             line   less than 20 % of the rated voltage on the utility's side; without such a point: the bus more
 *                                    than 10 % off its voltage or 2 % off its frequency
 *                             power  less than 0.5 % of the connection's limit flows, either way
 * Lost      relay or line, and one other, for GRID_LOST_S.  There: no witness but power, for GRID_BACK_S; power alone is a quiet hour.
 * Doubt     relay or line alone for GRID_DOUBT_S: the state stays, and somebody has to look.
 * Not known witnesses say nothing. Neither relay nor line known: the state stays, and becomes unknown after GRID_BLIND_S.
 */
#ifndef CHISAN_DISPATCH_GRID_H
#define CHISAN_DISPATCH_GRID_H

#include "scada/base/mode.h"

/* A dip that protection rides through is shorter; a bit less than two of the ticks in which it is looked at. */
#define GRID_LOST_S 0.45
enum { GRID_BACK_S = 10, GRID_DOUBT_S = 3, GRID_BLIND_S = 60 };

struct grid_settings {
	double limit_kw;                              /* of the connection, above 0 */
	double voltage_v, frequency_hz, line_voltage; /* rated; line_voltage in the unit of line_v */
};
struct grid_input {     /* NaN = not good, or no such point */
	double breaker; /* 0 = open */
	double trip;    /* not 0 = tripped */
	double line_v, bus_v, frequency_hz, power_kw;
};
struct grid_watch {
	enum grid_state state;
	bool is_doubtful;
	int64_t gone_us, back_us, doubt_us, known_us; /* mono, since when; 0 = not */
};

void grid_begin(struct grid_watch *g);
/* True: the state has changed. */
bool grid_step(struct grid_watch *g, const struct grid_settings *set, const struct grid_input *in, struct mono mono);

#endif
