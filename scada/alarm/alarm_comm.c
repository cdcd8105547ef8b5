/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_comm.c - COMM: a device does not answer.  Which one, and since when, the links say; the engine keeps the delay.
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
	str_printf(buf, size,
	    !is_on                    ? "%s answers again"
	        : in->is_other_device ? "another device answers in the place of %s: nothing is written to it"
	                              : "%s does not answer",
	    c->given);
}

static const char *const opts[] = { "comm_priority", "comm_delay", NULL };
const struct alarm_kind alarm_comm = {
	.name = "comm",
	.help = "a device does not answer",
	.types = 1u << ALARM_COMM,
	.opts = opts,
	.test = test,
	.say = say,
};
