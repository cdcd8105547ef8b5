/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatched.h - the half hours of a day as they were and as they would have been without batteries: what was drawn, what it cost by the
 * tariff of its time, and what batteries moved from one time to another.
 *
 * The plant without dispatch is the same plant with its batteries idle (domain: the saving of dispatch against the same plant without
 * it). In each half hour the batteries of the receiving point's bus gave d kWh more than they took; without them that much more would
 * have been made up for there: first less would have been given to the grid, then more drawn; where they took more than they gave, first
 * less drawn, then more given. A battery on a bus of its own moves what its own connection draws.
 */
#ifndef CHISAN_DISPATCHED_H
#define CHISAN_DISPATCHED_H

#include "scada/report/demand.h"

/* kWh that would have been drawn in the half hour, of kWh that were drawn and given and of what batteries gave less what they took. */
double dispatched_drawn_without(double drawn, double given, double discharged);

struct dispatched_battery {
	const struct asset *asset;
	struct query_point out, in, power; /* key 0: none */
	double out_scale, in_scale, power_scale;
	bool is_apart; /* on another bus than the receiving point */
};
struct dispatched_meters {
	struct demand_meter drawn; /* what is drawn from the grid; key 0: not recorded */
	bool has_drawn;            /* the site names one */
	struct query_point *given; /* each line that is sold */
	const struct site_use **given_lines;
	double *given_scales;
	unsigned given_count;
	struct dispatched_battery *batteries;
	unsigned battery_count, apart_count;
};
enum err dispatched_open(const struct report_source *src, struct dispatched_meters *m);
void dispatched_close(struct dispatched_meters *m);

/* Of a day, or of so much of it as is over. Sums of half hours; what is not known is left out of them, and of the time that is known. */
struct dispatched {
	double drawn_kwh, cost; /* by the meter of demand; in the site's currency, without tax; NaN: none is known */
	double moved_kwh;       /* less drawn because of batteries on the receiving point's bus; below zero: more */
	double apart_kwh;       /* of those on other buses: given less taken */
	double moved_cost;      /* what moved_kwh would have cost at their times */
	double discharged_kwh, charged_kwh;            /* of all batteries, netted in each half hour */
	double greatest_kw, greatest_without_kw;       /* of half hours that are over */
	double length_ms, drawn_ms, cost_ms, moved_ms; /* all of it, and that of which each is known */
	bool lacks_price;
	unsigned marks, moved_marks; /* of what was drawn; of what batteries moved */
};
/* A day of the calendar, clipped at now. */
enum err dispatched_read(const struct report_source *src, const struct dispatched_meters *m, int64_t from, int64_t to,
    struct dispatched *out);
struct dispatched dispatched_none(void);
void dispatched_add(struct dispatched *sum, const struct dispatched *day);

#endif
