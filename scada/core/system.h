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
	_(FIGURE_CPU,      "cpu",             "%",  "share of one processor core that chisand and its helpers use") \
	_(FIGURE_MEMORY,   "memory",          "%",  "share of the machine's memory that chisand and its helpers hold; in MB or kB if that is the point's unit") \
	_(FIGURE_SESSIONS, "sessions",        "",   "clients that are connected") \
	_(FIGURE_OVERRUNS, "scan-overruns",   "",   "polls of the last minute that began later than half their period") \
	_(FIGURE_LAG,      "loop-lag",        "ms", "longest turn of chisand's loop in the last second") \
	_(FIGURE_STORE,    "store-state",     "",   "how the store is, as enum store_state: 0 well, 1 slow, 2 full, 3 failing, 4 read-only, 5 renewed, 6 meddled, 7 absent") \
	_(FIGURE_FREE,     "disk-free",       "GB", "space free on the store's file system; in % of the whole if that is the point's unit") \
	_(FIGURE_DAYS,     "disk-days",       "d",  "days until it is full at the growth of the last days; 9999 if it does not grow; never read until the growth is known") \
	_(FIGURE_HISTORY,  "history-size",    "GB", "size of the database with its log; in MB if that is the point's unit") \
	_(FIGURE_DURABLE,  "store-lag",       "s",  "age of the oldest samples that are not yet durable") \
	_(FIGURE_WAITING,  "journal-waiting", "",   "entries of the journal that are not yet durable") \
	_(FIGURE_RECORDED, "recorded",        "/s", "samples taken into the record in the last second") \
	_(FIGURE_UNACKED,  "alarms-unacknowledged", "", "alarms that nobody has acknowledged yet") \
	_(FIGURE_RATE,     "alarm-rate",      "",   "alarms announced within the window in which a flood is looked for, 10 minutes by default") \
	_(FIGURE_FLOOD,    "alarm-flood",     "",   "1 while there is a flood of alarms, else 0") \
	_(FIGURE_SHELVED,  "alarms-shelved",  "",   "alarms on the shelf") \
	_(FIGURE_SUPPRESSED, "alarms-suppressed", "", "alarms that are suppressed by design now") \
	_(FIGURE_OUT,      "alarms-out",      "",   "alarms that are out of service") \
	_(FIGURE_OLD,      "alarms-old",      "",   "alarms that have been active for more than a day") \
	_(FIGURE_CHATTERING, "alarms-chattering", "", "alarms that come and go again and again") \
	_(FIGURE_OVERRIDES, "overrides",      "",   "outputs that an operator holds") \
	_(FIGURE_TAGS,     "tags",            "",   "tags that hang somewhere")
/* clang-format on */
#define FIGURE_ENUM(id, word, unit, help) id,
enum figure { FIGURE_LIST(FIGURE_ENUM) FIGURE_COUNT };
#undef FIGURE_ENUM

/* What others know. */
struct system_facts {
	double sessions, late; /* late: polls, ever */
	struct msg_store_health health;
	double durable_s, waiting, recorded;                                    /* recorded: samples, ever */
	double unacked, rate, flood, shelved, suppressed, out, old, chattering; /* alarms */
	double overrides, tags;
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
