/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system.h - chisand's own figures as ordinary points: devices of protocol internal.
 */
#ifndef CHISAN_SYSTEM_H
#define CHISAN_SYSTEM_H

#include <ev.h>
#include <sys/types.h>

#include "scada/core/table.h"

/* clang-format off */
/* _(id, word in the site file, unit, help) */
#define FIGURE_LIST(_) \
	_(FIGURE_CPU,      "cpu",           "%",  "share of one processor core that chisand and its helpers use") \
	_(FIGURE_MEMORY,   "memory",        "%",  "share of the machine's memory that chisand and its helpers hold; in MB or kB if that is the point's unit") \
	_(FIGURE_SESSIONS, "sessions",      "",   "clients that are connected") \
	_(FIGURE_OVERRUNS, "scan-overruns", "",   "polls of the last minute that began later than half their period") \
	_(FIGURE_LAG,      "loop-lag",      "ms", "longest turn of chisand's loop in the last second")
/* clang-format on */
#define FIGURE_ENUM(id, word, unit, help) id,
enum figure { FIGURE_LIST(FIGURE_ENUM) FIGURE_COUNT };
#undef FIGURE_ENUM

struct system_ops {
	/* Fills in sessions, polls that were late in all, and the processes of the helpers; their number is returned. */
	size_t (*ask)(double *sessions, double *late, pid_t pids[], size_t max, void *arg);
	/* Samples were put into the table. */
	void (*touched)(void *arg);
};

struct system;

struct system *system_new(struct ev_loop *loop, const struct system_ops *ops, void *arg);
void system_free(struct system *s);
void system_site(struct system *s, struct table *t);

#endif
