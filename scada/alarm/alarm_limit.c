/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_limit.c - HH, H, L, LL: beyond a limit, and gone when it is a deadband back.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

static bool
is_upper(const struct alarm_rule *r)
{
	return r->type == ALARM_H || r->type == ALARM_HH;
}

/* While it is on, the limit has moved back by the deadband. */
static double
edge(const struct alarm_rule *r, bool is_on)
{
	double back = is_on ? r->deadband : 0;
	return is_upper(r) ? r->limit - back : r->limit + back;
}

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	double v = in->value->v;
	return is_upper(r) ? v > edge(r, was_on) : v < edge(r, was_on);
}

static void
quiet(const struct alarm_rule *r, double v, bool is_on, double *lo, double *hi)
{
	double at = edge(r, is_on);

	(void)v;
	if (is_upper(r) != is_on) { /* below an upper one, above a lower one that is on: up to the edge and with it */
		at = is_on ? nextafter(at, (double)-INFINITY) : at;
		*hi = fmin(*hi, at);
	} else {
		at = is_on ? nextafter(at, (double)INFINITY) : at;
		*lo = fmax(*lo, at);
	}
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	char v[64], limit[64];
	const char *side = is_upper(r) ? "above" : "below";

	kind_number(limit, sizeof(limit), r->limit, c);
	kind_number(v, sizeof(v), in->value->v, c);
	if (strcmp(v, limit) == 0 && in->value->v != r->limit) { /* rounded to the same: "90 above 90" says nothing */
		struct alarm_context finer = *c;
		finer.decimals = (int8_t)(c->decimals < 0 ? 2 : c->decimals + 2);
		kind_number(v, sizeof(v), in->value->v, &finer);
	}
	str_printf(buf, size, is_on ? "value %s %s %s" : "value %s, no longer %s %s", v, side, limit);
}

static const char *const opts[] = { "limit", "deadband", NULL };
const struct alarm_kind alarm_limit = {
	.name = "limit",
	.help = "a value beyond a limit, with a deadband",
	.types = 1u << ALARM_LL | 1u << ALARM_L | 1u << ALARM_H | 1u << ALARM_HH,
	.opts = opts,
	.holds = KIND_HOLDS_NUMBER,
	.test = test,
	.quiet = quiet,
	.say = say,
};
