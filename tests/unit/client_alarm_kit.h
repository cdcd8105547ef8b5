/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_alarm_kit.h - alarms of a client without a connection: frames as chisand sends them, given to the model. Include after t.h.
 */
#ifndef CHISAN_CLIENT_ALARM_KIT_H
#define CHISAN_CLIENT_ALARM_KIT_H

#include <string.h>

#include "console/client.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

#define KIT_NOW (INT64_C(1795000000) * US_PER_S)

static inline struct msg_alarm_def
kit_def(uint32_t number, const char *name, unsigned priority)
{
	return (struct msg_alarm_def){ .alarm = number,
		.point = POINT_NONE,
		.device = DEVICE_NONE,
		.type = ALARM_CALC,
		.priority = (uint8_t)priority,
		.flags = ALARM_NEEDS_ACK | ALARM_MAY_SHELVE,
		.limit = (double)NAN,
		.deadband = (double)NAN,
		.name = name,
		.area = "",
		.class = "",
		.group = "",
		.text = "",
		.text_ja = "",
		.response = "",
		.response_ja = "",
		.consequence = "",
		.consequence_ja = "",
		.cause = "",
		.screen = "" };
}

static inline struct msg_alarm
kit_state(uint32_t alarm, enum alarm_state state, int64_t active)
{
	return (struct msg_alarm){ .alarm = alarm,
		.state = (uint8_t)state,
		.bits = ALARM_IS_ACKED,
		.occurrence = 1,
		.active = active,
		.changed = active,
		.value = (double)NAN,
		.by = "",
		.reason = "",
		.comment = "",
		.comment_by = "" };
}

static inline enum err
kit_take(struct client_alarms *a, uint16_t type, struct wbuf *b)
{
	struct frame f = { .type = type, .length = (uint32_t)b->len, .body = b->data };
	uint32_t alarm;
	enum err e = client_alarms_take(a, &f, &alarm);

	wbuf_reset(b);
	return e;
}

static inline enum err
kit_define(struct client_alarms *a, const struct msg_alarm_def *d)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_alarm_def_put(&b, d);
	enum err e = kit_take(a, W_ALARM_DEF, &b);
	wbuf_done(&b);
	return e;
}

static inline enum err
kit_set(struct client_alarms *a, const struct msg_alarm *m)
{
	struct wbuf b;

	wbuf_init(&b);
	msg_alarm_put(&b, m);
	enum err e = kit_take(a, W_ALARM, &b);
	wbuf_done(&b);
	return e;
}

static inline void
kit_go(struct client_alarms *a, uint32_t alarm, enum alarm_state state, int64_t active)
{
	struct msg_alarm m = kit_state(alarm, state, active);

	ck_assert_int_eq(kit_set(a, &m), OK);
}

#endif
