/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_own.c - SYSTEM: something of Chisan itself, as its parts report it.
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
	str_copy(buf, size, c->given[0] != '\0' ? c->given : is_on ? "" : "it is well again");
}

static const char *const opts[] = { NULL };
const struct alarm_kind alarm_own = {
	.name = "own",
	.help = "something of Chisan itself",
	.types = 1u << ALARM_SYSTEM,
	.opts = opts,
	.test = test,
	.say = say,
};
