/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_ask.h - what an act on alarms says to chisand, the same from a page and from a command.
 */
#ifndef CHISAN_ALARM_ASK_H
#define CHISAN_ALARM_ASK_H

#include <math.h>

#include "console/client_alarms.h"

#define ALARM_SHELVE_MAX_S 28800 /* where an alarm names no longest time of its own: 8 h */

/* An alarm as it was seen. */
struct alarm_seen {
	char name[ALARM_NAME_MAX];
	uint64_t occurrence; /* 0 = whatever it is now */
};
/* Beginning as ALARM_ASK_INIT(act). */
struct alarm_ask {
	enum alarm_act act;
	bool is_dry, is_emergency;
	int64_t until;      /* utc; 0 = open */
	double limit;       /* NaN: the site file's */
	const char *reason; /* never NULL */
};
#define ALARM_ASK_INIT(what) ((struct alarm_ask){ .act = (what), .limit = (double)NAN, .reason = "" })
/* The body of W_ALARM_ACT, also for commands. */
void alarm_ask_put(
    struct wbuf *b, const struct alarm_ask *ask, uint64_t token, const struct alarm_seen *seen, unsigned n);
/* Are two persons asked for? */
bool alarm_ask_needs_two(const struct client_alarm *a, enum alarm_act act);
bool alarm_act_needs_control(enum alarm_act act);

#endif
