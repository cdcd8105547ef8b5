/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule_acts.h - an entry of dispatch's schedule is added, changed, ended; from the page.
 */
#ifndef CHISAN_SCHEDULE_ACTS_H
#define CHISAN_SCHEDULE_ACTS_H

#include "console/client_schedule.h"
#include "console/screen.h"

struct schedule_seen { /* the entry that is asked about, as it stood then; 0 = none */
	uint64_t id;
	int64_t set;
};
/*
 * Without an answer each is asked for in the prompt. e NULL: none is selected, and the message says so.
 * add: true: it was sent, *sent is what it will be but for id, user and set.
 */
bool schedule_acts_add(struct console *co, const char *answer, struct schedule_entry *sent);
void schedule_acts_change(
    struct console *co, const struct schedule_entry *e, struct schedule_seen *asked, const char *answer);
void schedule_acts_end(
    struct console *co, const struct schedule_entry *e, struct schedule_seen *asked, const char *answer);

#endif
