/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_log.h - what the journal tells of alarms in a span, counted: the figures of ISA-18.2 and EEMUA 191, floods, bad actors.
 * An alarm counts each time it is annunciated: it came to be not acknowledged by the plant, by a reminder, or as a suppression ended.
 * Tests count apart. Times are ms.
 */
#ifndef CHISAN_ALARM_LOG_H
#define CHISAN_ALARM_LOG_H

#include "scada/base/alarm.h"
#include "scada/report/report.h"

#define ALARM_LOG_BACK_MS    (INT64_C(31) * 86400000) /* read before the span, for what stood at its begin */
#define ALARM_LOG_TEN_MS     INT64_C(600000)
#define ALARM_LOG_FLEETING   INT64_C(10000) /* gone within so long, and nobody acted */
#define ALARM_LOG_TOP        10
#define ALARM_LOG_FLOOD_TOP  3
#define ALARM_LOG_FLOODS_MAX 200
#define ALARM_LOG_STALE_MAX  200

struct logged { /* one alarm */
	char name[ALARM_NAME_MAX];
	unsigned priority; /* of its last entry */
	uint32_t count;    /* annunciated in the span */
	uint32_t fleeting, chatters,
	    chatter_most;    /* spells of chattering, and the most raisings within the window in one */
	uint32_t suppressed; /* times that it was, by design */
	uint32_t acks;
	int64_t ack_ms; /* all times to acknowledge */
	/* ---- while the journal is walked */
	int64_t listed, unacked, raised; /* since when; -1 = not */
	int64_t chatter_until;
	int64_t raises[100]; /* the last ones, in a ring */
	uint32_t raise_count;
	uint64_t test; /* occurrence that is a test; 0 = none */
};
struct annunciated {
	int64_t ms;
	uint32_t alarm; /* index of all */
	uint8_t priority;
};
struct flood {
	int64_t from, to; /* to -1: goes on at the end of the span */
	uint32_t peak, count;
	uint32_t top[ALARM_LOG_FLOOD_TOP], top_count[ALARM_LOG_FLOOD_TOP], tops;
};
struct stale {
	uint32_t alarm;
	int64_t from, to; /* -1: still */
};
struct alarm_log {
	int64_t from, to; /* to: clipped at now */
	struct logged *all;
	uint32_t count, room;
	struct annunciated *events; /* by time */
	uint32_t event_count, event_room;
	struct flood floods[ALARM_LOG_FLOODS_MAX];
	uint32_t flood_count; /* also of those that found no room */
	int64_t flood_ms;
	struct stale stale[ALARM_LOG_STALE_MAX];
	uint32_t stale_count;
	uint32_t repeats, reminders, advisories, tests, suppressions, shelved, out, limits;
	int64_t *ack_ms;                                           /* each time to acknowledge, sorted */
	uint32_t ack_count, ack_room, acked_returned, never, open; /* open: not acknowledged at the end */
	void *index;                                               /* by name */
};

/* ERR_NOT_FOUND: there is no journal. alarm_log_done() in any case. */
enum err alarm_log_read(
    const struct report_source *src, int64_t from, int64_t to, struct alarm_log *out, char *message, size_t size);
void alarm_log_done(struct alarm_log *l);

/* Annunciated in from..to. */
uint32_t alarm_log_between(const struct alarm_log *l, int64_t from, int64_t to);
/* Of the clock's pieces of step_ms from the span's begin on: the most in one, and the share of pieces with more than `limit`. */
uint32_t alarm_log_most(const struct alarm_log *l, int64_t step_ms, uint32_t limit, double *share);
/* Indices of all, the most frequent first; n returned, at most ALARM_LOG_TOP. */
uint32_t alarm_log_top(const struct alarm_log *l, uint32_t top[ALARM_LOG_TOP]);

#endif
