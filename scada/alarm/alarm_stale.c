/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_stale.c - STALE: not renewed, or never read, though its device answers.  A silent device is the communication alarm's matter.
 */
#include "config.h"

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	(void)r;
	(void)was_on;
	return (in->value->quality & (Q_STALE | Q_NEVER_READ)) != 0;
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	char since[32];

	(void)r;
	(void)c;
	if (!is_on)
		str_copy(buf, size, "renewed again");
	else if (in->value->time.us == 0)
		str_copy(buf, size, "never read, though the device answers");
	else
		str_printf(buf, size, "not renewed since %s, though the device answers",
		    utc_said(since, sizeof(since), in->value->time));
}

static const char *const opts[] = { NULL };
const struct alarm_kind alarm_stale = {
	.name = "stale",
	.help = "not renewed, though its device answers",
	.types = 1u << ALARM_STALE,
	.opts = opts,
	.holds = Q_BLOCKED | Q_NO_COMM,
	.needs_device = true,
	.test = test,
	.say = say,
};
