/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meter_watch.h - power and counter of the receiving point against each other: which of them stands still with good quality while the other says
 * that something is drawn. Pure: state in a struct, time given; once a second.
 *
 * Counter   It is learned how great its steps are and how soon one follows the other. It stands when power has drawn more than two steps without one
 *           coming, and none came for STAND_S, or three times as long as it waits where that is longer; more than 2 % of the connection's limit
 *           was drawn all the time, and power moved at least each STAND_S. Before two steps nothing is known of it: then it is 20 kWh and
 *           UNKNOWN_S. It counts again when its steps are a quarter of what power says or more, for STAND_S: pulses get lost, and that is no
 *           standing still.
 * Power     It stands when it has not changed by one bit since STAND_S before a step of the counter, and in STAND_S or more after it the counter
 *           counted more than power says: by a quarter, two steps and 5 % of the limit. Until it changes. A counter that counts less says
 *           nothing: that may be lost pulses.
 * Nothing is concluded over a pause of the watch, a value that is not good, a counter that goes back or leaps; the clock does not matter.
 */
#ifndef CHISAN_METER_WATCH_H
#define CHISAN_METER_WATCH_H

#include <stdbool.h>

#include "scada/base/clock.h"

enum { METER_WATCH_STAND_S = 60, METER_WATCH_UNKNOWN_S = 2400, METER_WATCH_QUICK_S = 5 };

struct meter_watch_settings {
	double limit_kw; /* what the connection can carry, above 0 */
	double step_kwh; /* of the counter's last digit; its steps may be greater */
	double size_kwh; /* at which the counter begins at 0 again; 0 = does not */
};
struct meter_watch { /* hands off but for the first four */
	bool counter_stands, power_stands;
	double step_kwh;   /* the least of its last steps; 0 = none was seen yet */
	int64_t period_us; /* the least time between two of them; 0 = not known yet */
	/* since the counter's last step, or since it is read */
	int64_t last_us, rise_us, due_us; /* due: a step has to come; 0 = not yet */
	double drawn_kwh, run_kwh;        /* by power: all; without a break above 1 % */
	bool is_whole;                    /* power was good all the time */
	double counter_kwh, power_kw;     /* in the second before; NaN = not good */
	int64_t honest_us;                /* since then the counter goes with power again; 0 = it does not */
	int64_t power_us, from_us; /* power is as it is since then; steps are compared since then, 0 = none yet */
	double rise_kwh, said_kwh; /* of the counter and by power, in these steps */
};

void meter_watch_begin(struct meter_watch *w);
/* power_kw, counter_kwh: as they are shown; NaN = not good. */
void meter_watch_step(
    struct meter_watch *w, const struct meter_watch_settings *s, struct mono now, double power_kw, double counter_kwh);
/* Its steps come as quickly as a half hour needs them. */
bool meter_watch_is_quick(const struct meter_watch *w);

#endif
