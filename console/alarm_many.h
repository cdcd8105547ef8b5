/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_many.h - one act on those alarms of a list that are on the screen and that it applies to. It is asked about once, with their
 * number; what comes on the screen while one reads the question is not among them.
 */
#ifndef CHISAN_ALARM_MANY_H
#define CHISAN_ALARM_MANY_H

#include "console/alarm_acts.h"

#define ALARM_MANY_MAX GRID_ROWS_MAX

struct alarm_many {
	struct alarm_seen seen[ALARM_MANY_MAX], asked[ALARM_MANY_MAX]; /* on the screen; when the key was pressed */
	unsigned seen_count, asked_count;
};

/* While the screen is drawn: it is begun, then each alarm that the act applies to. */
void alarm_many_begin(struct alarm_many *m);
void alarm_many_add(struct alarm_many *m, const struct alarm_seen *seen);
/* The key, with answer NULL, asks; the answer "y" does it. act: ack or reset. What it answers is what a page's request() does. */
unsigned alarm_many_request(
    struct console *co, struct alarm_many *m, enum alarm_act act, enum request req, const char *answer);

#endif
