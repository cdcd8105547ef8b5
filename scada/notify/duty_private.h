/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_private.h - what duty.c (alarms as they come) and duty_call.c (calls as they go) share.
 */
#ifndef CHISAN_DUTY_PRIVATE_H
#define CHISAN_DUTY_PRIVATE_H

#include <uthash.h>

#include "scada/notify/duty.h"

#define TOLD_KEPT 128 /* calls of the last hour that are remembered one by one */

struct watched {
	char *name, *area, *text, *response, *by; /* owned */
	unsigned priority;
	enum alarm_state state;
	uint64_t occurrence;
	struct utc raised;
	struct mono since; /* it is not acknowledged; of this occurrence */
	bool is_test, is_old, is_seen;
	uint64_t told, calling; /* by duty: it knows; it is being told */
	uint64_t over;          /* by duty: it knows, and is to be told that it is over */
	uint64_t over_calling;
	struct mono over_since;
	UT_hash_handle hh;
};

struct step { /* of the chain */
	const struct site_duty *duty;
	char *name; /* owned: by which it is found again in another site */
	bool is_calling, is_failing;
	unsigned tries;             /* that failed, one after the other */
	struct mono last, retry_at; /* last call's end; 0 = none */
	struct {
		struct mono at;
		uint32_t lines;
	} told[TOLD_KEPT];
	unsigned told_count;
	uint32_t called; /* lines of the call under way */
	char *lines;     /* of the call under way */
	char words[300]; /* how it failed last */
};

struct duty {
	const struct site_notify *notify; /* NULL = nobody */
	bool is_ja, is_first;             /* the first snapshot since the start */
	struct step steps[DUTY_MAX];
	uint32_t step_count;
	struct watched *alarms; /* by name */
	struct mono started;
	char text[400];
};

static inline bool
watched_escalates(const struct watched *w)
{
	return w->state == ALARM_UNACK || w->state == ALARM_LATUN;
}

void watched_forget(struct duty *d, struct watched *w);
void watched_forget_if_done(struct duty *d, struct watched *w);
bool step_takes(const struct step *s, unsigned priority, const char *area);

#endif
