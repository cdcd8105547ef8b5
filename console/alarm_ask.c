/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_ask.c - the body of an act on alarms, and what it takes.
 */
#include "config.h"

#include "console/alarm_ask.h"

void
alarm_ask_put(struct wbuf *b, const struct alarm_ask *ask, uint64_t token, const struct alarm_seen *seen, unsigned n)
{
	struct wbuf alarms;

	wbuf_init(&alarms);
	for (unsigned i = 0; i < n; i++) {
		w_str(&alarms, seen[i].name);
		w_u64(&alarms, seen[i].occurrence);
	}
	msg_alarm_act_put(b,
	    &(struct msg_alarm_act){ .token = token,
	        .act = (uint8_t)ask->act,
	        .is_dry = ask->is_dry,
	        .is_emergency = ask->is_emergency,
	        .until = ask->until,
	        .limit = ask->limit,
	        .reason = ask->reason,
	        .alarms = { alarms.data, alarms.len } });
	wbuf_done(&alarms);
}

bool
alarm_ask_needs_two(const struct client_alarm *a, enum alarm_act act)
{
	if (act == ALARM_ACT_SHELVE)
		return a->priority == 1;
	return act == ALARM_ACT_LIMIT && (a->flags & ALARM_TWO_PERSON) != 0;
}

bool
alarm_act_needs_control(enum alarm_act act)
{
	return act != ALARM_ACT_ACK && act != ALARM_ACT_SILENCE && act != ALARM_ACT_COMMENT;
}
