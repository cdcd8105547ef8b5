/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_drift.c - DRIFT: a device keeps another value than was written to it, as control finds out after its own delay.
 */
#include "config.h"

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	(void)r;
	(void)was_on;
	return in->is_given;
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	(void)r;
	(void)in;
	str_copy(buf, size, c->given[0] != '\0' ? c->given : is_on ? "" : "the device keeps it again");
}

static const char *const opts[] = { "drift", "drift_delay", "drift_priority", NULL };
const struct alarm_kind alarm_drift = {
	.name = "drift",
	.help = "a device does not keep its setpoint",
	.types = 1u << ALARM_DRIFT,
	.opts = opts,
	.test = test,
	.say = say,
};
