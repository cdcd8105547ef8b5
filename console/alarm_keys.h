/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_keys.h - what keys do to one alarm, the same in the list and on its page: acknowledge, shelve, reset, remark, and the ways to its
 * point, trend and drawing.
 */
#ifndef CHISAN_ALARM_KEYS_H
#define CHISAN_ALARM_KEYS_H

#include "console/alarm_acts.h"

#define ALARM_READ_S 0.3 /* nobody has read what stands for less */

void alarm_keys_ack(struct console *co, const struct alarm_seen *seen);
/* Why there is nothing to reset, in a sentence without its name; NULL: it is latched, acknowledged, and its cause is gone. */
const char *alarm_why_no_reset(const struct client_alarm *a);
/* seen: as it was drawn. What it answers is what a page's request() does. */
unsigned alarm_keys_request(
    struct console *co, const struct alarm_seen *seen, uint32_t alarm, enum request req, const char *argument);

#endif
