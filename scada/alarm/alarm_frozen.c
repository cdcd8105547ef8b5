/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_frozen.c - FROZEN: has not changed by one bit.  Where the point has a time for that (frozen), its pipeline watches and says so
 * in the cause; else sample is compared with sample here, and the alarm's own delay is the time.
 */
#include "config.h"

#include <string.h>

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	struct alarm_trace *t = r->trace;
	double v = in->value->v;

	if (r->is_watched)
		return in->value->cause == ERR_FROZEN;
	if (t->count > 0 && t->at[0].us == in->value->time.us)
		return was_on; /* the same sample looked at again */
	bool is_same = t->count > 0 && memcmp(&t->at[0].v, &v, sizeof(v)) == 0;
	t->at[0].us = in->value->time.us;
	t->at[0].v = v;
	t->count = 1;
	return is_same;
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	char v[64];

	(void)r;
	kind_number(v, sizeof(v), in->value->v, c);
	str_printf(buf, size, is_on ? "value %s does not change by one bit" : "value %s, it changes again", v);
}

static const char *const opts[] = { "delay", NULL };
const struct alarm_kind alarm_frozen = {
	.name = "frozen",
	.help = "has not changed by one bit",
	.types = 1u << ALARM_FROZEN,
	.opts = opts,
	.holds = KIND_HOLDS_NUMBER,
	.has_trace = true,
	.test = test,
	.say = say,
};
