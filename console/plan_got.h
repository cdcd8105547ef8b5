/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_got.h - a plan as W_PLAN tells it, read with bounds; for the page and the command.
 */
#ifndef CHISAN_PLAN_GOT_H
#define CHISAN_PLAN_GOT_H

#include "scada/base/msg.h"

#define PLAN_GOT_STEPS  600
#define PLAN_GOT_ASSETS 128

/* Of steps: kW into the bus, the grid's where it is drawn, a load's where it is served. */
struct plan_got_asset {
	char name[64], kind[32]; /* safe */
	bool has_energy, has_on;
	double *kw, *shadow,
	    *energy; /* shadow: of the bound that the reason names, money a kWh; energy: kWh, GJ at the end, NaN = none, or not known */
	uint8_t *reason, *on; /* enum plan_reason; on: 1 where it has no such thing */
};
struct plan_got {
	bool is_there;
	struct msg_plan m; /* strings and bytes point into `body` */
	uint8_t *body;
	struct plan_got_asset assets[PLAN_GOT_ASSETS];
	unsigned asset_count;
	double *price; /* what a kWh more costs at the receiving point */
};

/* Of a body of W_PLAN. false: it cannot be read, and p is empty. p was zero, or done. */
bool plan_got_read(struct plan_got *p, const uint8_t *body, size_t length);
void plan_got_done(struct plan_got *p); /* and it is zero again */

struct utc plan_got_time(const struct plan_got *p, unsigned step);
/* A row of a table that begins with this step ends before that one: of an hour of the clock, or of the step alone. */
unsigned plan_got_row_end(const struct plan_got *p, unsigned step, bool by_hour);
bool plan_got_is_out(
    const struct plan_got_asset *a, unsigned from, unsigned to); /* not in service in any of these steps */
bool plan_got_is_shown(
    const struct plan_got_asset *a); /* in a table: neither loads, which stand as a sum, nor furnaces and dumps */
/* Of steps from..to - 1. */
double plan_got_mean(const double *v, unsigned from, unsigned to);
double plan_got_loads(const struct plan_got *p, unsigned from, unsigned to);
/* "-440403 (export -440403)": what it costs, and the parts that are not nothing. Raw. */
char *plan_got_costs(const struct plan_got *p, char *buf, size_t size);
/* The n-th goal that is not kept, from 0: "heat STEAM: 0.3 at 12-01 07:00". Raw. false: there is none. */
bool plan_got_relaxed(const struct plan_got *p, unsigned n, char *buf, size_t size);

#endif
