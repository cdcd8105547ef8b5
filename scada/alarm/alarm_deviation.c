/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_deviation.c - DEV: farther from its setpoint or its twin than the limit.
 */
#include "config.h"

#include <math.h>

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	return fabs(in->value->v - in->other->v) > r->limit - (was_on ? r->deadband : 0);
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	char v[64], by[64], limit[64];

	kind_number(v, sizeof(v), in->value->v, c);
	kind_number(by, sizeof(by), in->value->v - in->other->v, c);
	kind_number(limit, sizeof(limit), r->limit, c);
	str_printf(buf, size,
	    is_on ? "value %s differs from %s by %s, more than %s"
	          : "value %s differs from %s by %s, no longer more than %s",
	    v, c->other, by, limit);
}

static const char *const opts[] = { "limit", "deadband", "of", NULL };
const struct alarm_kind alarm_deviation = {
	.name = "deviation",
	.help = "differs from its setpoint or twin",
	.types = 1u << ALARM_DEV,
	.opts = opts,
	.holds = KIND_HOLDS_NUMBER,
	.has_other = true,
	.test = test,
	.say = say,
};
