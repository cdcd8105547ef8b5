/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_state.c - STATE: a digital point is in a state; BIT: a bit of a field of bits is set.
 */
#include "config.h"

#include <math.h>

#include "scada/alarm/kind.h"
#include "scada/base/str.h"

static bool
has_bit(double v, uint32_t bit)
{
	return bit < 53 && v >= 0 && v < 9007199254740992.0 && ((uint64_t)v >> bit & 1) != 0;
}

static bool
test(const struct alarm_rule *r, const struct alarm_input *in, bool was_on)
{
	(void)was_on;
	return r->type == ALARM_BIT ? has_bit(in->value->v, r->state) : in->value->v == (double)r->state;
}

static void
quiet(const struct alarm_rule *r, double v, bool is_on, double *lo, double *hi)
{
	double state = (double)r->state;

	if (r->type == ALARM_BIT || is_on) {
		*lo = fmax(*lo, v);
		*hi = fmin(*hi, v);
	} else if (v < state) {
		*hi = fmin(*hi, nextafter(state, (double)-INFINITY));
	} else {
		*lo = fmax(*lo, nextafter(state, (double)INFINITY));
	}
}

static const char *
name_of(const struct key_names *names, double number)
{
	for (uint32_t i = 0; i < names->n; i++)
		if ((double)names->v[i].number == number)
			return names->v[i].text;
	return "";
}

static void
say(const struct alarm_rule *r, const struct alarm_input *in, const struct alarm_context *c, bool is_on, char *buf,
    size_t size)
{
	static const struct key_names none = { NULL, 0 };
	const struct key_names *states = c->def != NULL ? &c->def->states : &none;
	const struct key_names *bits = c->def != NULL ? &c->def->bits : &none;
	double v = in->value->v;

	if (r->type == ALARM_BIT)
		str_printf(buf, size, "bit %u %s is %s", r->state, name_of(bits, r->state), is_on ? "set" : "clear");
	else
		str_printf(buf, size, "state %.0f %s", v, name_of(states, v));
}

static const char *const opts[] = { "state", NULL };
const struct alarm_kind alarm_state = {
	.name = "state",
	.help = "a digital point in a state, a bit that is set",
	.types = 1u << ALARM_DIGITAL | 1u << ALARM_BIT,
	.opts = opts,
	.holds = KIND_HOLDS_NUMBER,
	.test = test,
	.quiet = quiet,
	.say = say,
};
