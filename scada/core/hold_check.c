/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hold_check.c - kinds of points, ranges and states.
 */
#include "config.h"

#include <math.h>

#include "scada/base/str.h"
#include "scada/core/hold_check.h"
#include "scada/core/say_value.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: beyond, not every whole number is a double */

static bool
is_internal(const struct site *s, const struct site_point *p)
{
	return p->device != DEVICE_NONE && s->nodes[p->device].profile != NULL &&
	    s->nodes[p->device].profile->protocol == PROTOCOL_INTERNAL;
}

bool
hold_fits_point(const struct site *s, const struct site_point *p, enum state_kind kind, char *why, size_t size)
{
	bool is_output = p->def->kind == KIND_SETPOINT || p->def->kind == KIND_COMMAND;

	if (kind == STATE_SCAN_OFF && (p->def->expression != NULL || p->def->read == NULL || is_internal(s, p))) {
		str_printf(why, size, "%s is not read from a device; it has no scan", p->name);
		return false;
	}
	if (kind == STATE_MANUAL && is_output) {
		str_printf(why, size,
		    "%s is an output; what stands there is what the device has, and is not replaced by hand", p->name);
		return false;
	}
	if (kind == STATE_MANUAL && is_internal(s, p)) {
		str_printf(why, size, "%s is chisand's own figure; it is not replaced by hand", p->name);
		return false;
	}
	return true;
}

/* ---- a value */

static void
say_states(const struct site_point *p, double v, char *why, size_t size)
{
	char number[32], list[256] = "", one[96];

	for (uint32_t i = 0; i < p->def->states.n; i++) {
		str_printf(one, sizeof(one), "%s%d %s", i == 0 ? "" : ", ", (int)p->def->states.v[i].number,
		    p->def->states.v[i].text);
		if (!str_append(list, sizeof(list), one))
			break;
	}
	str_printf(why, size, "%s has no state %s; it has %s", p->name, str_double(number, sizeof(number), v), list);
}

static bool
is_state(const struct site_point *p, double v, char *why, size_t size)
{
	char number[32];

	if (p->def->states.n > 0 && p->def->bits.n == 0) {
		for (uint32_t i = 0; i < p->def->states.n; i++)
			if ((double)p->def->states.v[i].number == v)
				return true;
		say_states(p, v, why, size);
		return false;
	}
	if (v >= 0 && v == floor(v) && v <= WHOLE_MAX)
		return true;
	str_printf(why, size, "%s takes whole numbers from 0, not %s", p->name, str_double(number, sizeof(number), v));
	return false;
}

static bool
is_in_range(const struct site_point *p, double v, char *why, size_t size)
{
	const struct key_range *r = &p->def->range;
	char lo[96], hi[96], given[96];

	if ((isnan(r->lo) || v >= r->lo) && (isnan(r->hi) || v <= r->hi))
		return true;
	say_number(p, v, given, sizeof(given));
	if (isnan(r->lo) || isnan(r->hi))
		str_printf(why, size, "%s is outside the range of %s: %s %s", given, p->name,
		    isnan(r->lo) ? "at most" : "at least", say_number(p, isnan(r->lo) ? r->hi : r->lo, lo, sizeof(lo)));
	else
		str_printf(why, size, "%s is outside the range of %s: %s to %s", given, p->name,
		    say_number(p, r->lo, lo, sizeof(lo)), say_number(p, r->hi, hi, sizeof(hi)));
	return false;
}

bool
hold_fits_value(const struct site_point *p, double v, int *addcause, char *why, size_t size)
{
	*addcause = p->def->kind == KIND_DIGITAL && isfinite(v) ? AC_INVALID_POSITION : AC_INCONSISTENT;
	if (!isfinite(v)) {
		str_copy(why, size, "a value by hand is a finite number");
		return false;
	}
	if (p->def->kind == KIND_DIGITAL)
		return is_state(p, v, why, size);
	if (p->def->kind == KIND_COUNTER && v < 0) {
		str_printf(why, size, "%s is a counter; it is never below 0", p->name);
		return false;
	}
	return is_in_range(p, v, why, size);
}
