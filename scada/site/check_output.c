/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_output.c - output: of one setpoint or command: keys that do not go together, values that it may not have.
 */
#include "config.h"

#include <math.h>

#include "scada/base/str.h"
#include "scada/site/check.h"

#define AT(member)    schema_mark(&output_schema, o, offsetof(struct site_output, member))
#define GIVEN(member) check_is_given(&output_schema, o, offsetof(struct site_output, member))
#define HAS(member)   schema_is_set(&output_schema, o, offsetof(struct site_output, member))

/* default and safe are written to the device as they are: they must be what a person may set too. */
static void
check_value(struct check *c, const struct site_point_def *d, struct mark at, const char *key, double v)
{
	char was[40], lo[40], hi[40];
	if (isnan(v))
		return;
	str_double(was, sizeof(was), v);
	if (d->kind == KIND_COMMAND) {
		bool is_state = d->states.n == 0 && (v == 0 || v == 1);
		for (uint32_t i = 0; i < d->states.n; i++)
			is_state |= (double)d->states.v[i].number == v;
		if (!is_state)
			fault_at(c->f, at, "%s: the command has no state %s; write the number of one of its states",
			    key, was);
		return;
	}
	if (schema_is_set(&point_schema, d, offsetof(struct site_point_def, range)) &&
	    (v < d->range.lo || v > d->range.hi))
		fault_at(c->f, at, "%s: %s is outside the range [%s, %s] of the setpoint; write a value within", key,
		    was, str_double(lo, sizeof(lo), d->range.lo), str_double(hi, sizeof(hi), d->range.hi));
}

static void
check_bad_input(struct check *c, const struct site_output *o)
{
	bool is_safe = HAS(on_bad_input) && o->on_bad_input == BAD_INPUT_SAFE;
	if (is_safe && !GIVEN(safe_value))
		fault_at(c->f, AT(on_bad_input), "on_bad_input: safe without a safe value; write safe: with the value");
	if (!is_safe && HAS(safe_value))
		warn_at(c->f, AT(safe_value),
		    "safe is used with on_bad_input: safe alone; write that too, or leave it out");
	if (HAS(on_bad_input) && o->on_bad_input != BAD_INPUT_HOLD && !GIVEN(needs))
		warn_at(c->f, AT(on_bad_input),
		    "on_bad_input has no input to judge by; write needs: with the points whose quality counts");
}

static void
check_tag(struct check *c, const struct site_output *o)
{
	if (HAS(tag_when) && !GIVEN(tag_after))
		fault_at(c->f, AT(tag_when),
		    "tag_when without tag_after; write tag_after: with the output that gets the tag");
}

static void
check_setpoint_keys(struct check *c, const struct site_point_def *d, const struct site_output *o)
{
	const struct {
		size_t offset;
		const char *key;
	} rules[] = {
		{ offsetof(struct site_output, protect_lo), "protect_min" },
		{ offsetof(struct site_output, protect_hi), "protect_max" },
		{ offsetof(struct site_output, retries), "retries" },
		{ offsetof(struct site_output, drift), "drift" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rules) && d->kind == KIND_COMMAND; i++)
		if (schema_is_set(&output_schema, o, rules[i].offset))
			fault_at(c->f, schema_mark(&output_schema, o, rules[i].offset),
			    "%s belongs to a setpoint, and this is a command; leave it out", rules[i].key);
	if (HAS(protect_text) && !GIVEN(protect_lo) && !GIVEN(protect_hi))
		fault_at(
		    c->f, AT(protect_text), "a text without protection; write protect_min: or protect_max: with it");
	if (d->kind == KIND_SETPOINT && HAS(drift) && d->read == NULL)
		fault_at(c->f, AT(drift),
		    "drift without read: nobody knows what the device has; say where the setpoint is read back");
}

void
check_output(struct check *c, const struct site_point_def *d)
{
	const struct site_output *o = d->output;
	check_value(c, d, AT(default_value), "default", o->default_value);
	check_value(c, d, AT(safe_value), "safe", o->safe_value);
	check_bad_input(c, o);
	check_setpoint_keys(c, d, o);
	check_tag(c, o);
	if (!o->light)
		return;
	const char *why = d->dangerous ? "dangerous" : d->two_person ? "two_person" : NULL;
	if (why == NULL && d->select_before_operate)
		why = "select_before_operate";
	if (why == NULL && o->confirm != NULL)
		why = "confirm";
	if (why != NULL)
		fault_at(
		    c->f, AT(light), "light is operated without a question, and %s asks one; keep one of the two", why);
}
