/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system.h - chisand's own figures as ordinary points: devices of protocol internal.
 */
#ifndef CHISAN_SYSTEM_H
#define CHISAN_SYSTEM_H

#include <ev.h>
#include <sys/types.h>

#include "scada/base/figure.h"
#include "scada/core/dispatching.h"
#include "scada/core/table.h"
#include "scada/core/today.h"
#include "scada/core/wheeling.h"

/* What others know. */
struct system_facts {
	double sessions, late; /* late: polls, ever */
	struct msg_store_health health;
	double durable_s, waiting, recorded;                                    /* recorded: samples, ever */
	double unacked, rate, flood, shelved, suppressed, out, old, chattering; /* alarms */
	double overrides, tags;
	double time_off_ms; /* NaN: nobody keeps the clock */
	double restarts;    /* of helpers, since the start */
	struct dispatch_facts dispatch;
	struct wheel_facts wheel;
	struct today_figures today;
};

struct system_ops {
	/* Fills in the facts and the processes of the helpers; their number is returned. */
	size_t (*ask)(struct system_facts *facts, pid_t pids[], size_t max, void *arg);
	/* The wall clock was set by so much; NULL: nobody wants to know. */
	void (*stepped)(int64_t step_us, struct utc now, struct mono mono, void *arg);
	/* Samples were put into the table. */
	void (*touched)(void *arg);
};

struct system;

struct system *system_new(struct ev_loop *loop, const struct system_ops *ops, void *arg);
void system_free(struct system *s);
void system_site(struct system *s, struct table *t);

#endif
