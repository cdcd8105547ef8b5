/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scr_alarm_act.h - the dialogues of acts on one alarm that take a time, a work order, a limit or a reason.
 */
#ifndef CHISAN_SCR_ALARM_ACT_H
#define CHISAN_SCR_ALARM_ACT_H

#include "console/screen.h"
#include "scada/base/alarm.h"

/* ALARM_ACT_SHELVE ALARM_ACT_OOS ALARM_ACT_LIMIT; or the message says why it may not be done. */
void scr_alarm_act_open(struct console *co, enum alarm_act act, const char *alarm);

#endif
