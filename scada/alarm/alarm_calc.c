/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_calc.c - CALC: a condition over points of the site.  The engine evaluates its expression and holds it while that has no result.
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
	str_printf(buf, size, is_on ? "true: %s" : "no longer true: %s", c->given);
}

static const char *const opts[] = { "name", "when", "area", NULL };
const struct alarm_kind alarm_calc = {
	.name = "calc",
	.help = "a condition over points",
	.types = 1u << ALARM_CALC,
	.opts = opts,
	.test = test,
	.say = say,
};
