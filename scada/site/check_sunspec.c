/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_sunspec.c - points of models: that they are there, may be what the profile makes of them, and stand where they may.
 */
#include "config.h"

#include <math.h>

#include "scada/base/sunspec.h"
#include "scada/site/check.h"

#define GIVEN(member) check_is_given(&register_schema, r, offsetof(struct site_register, member))
#define AT(member)    schema_mark(&register_schema, r, offsetof(struct site_register, member))

/* False: said why. */
static bool
find_place(struct check *c, const char *text, struct mark at, struct sunspec_place *out)
{
	char message[300];
	if (text == NULL)
		return false;
	if (!sunspec_parse(text, out, message, sizeof(message))) {
		fault_at(c->f, at, "%s", message);
		return false;
	}
	if (out->point->type == SS_STRING) {
		fault_at(c->f, at, "%s is text, not a number; chisan probe shows it", text);
		return false;
	}
	return true;
}

static void
check_keys(struct check *c, const struct site_register *r)
{
	static const struct {
		size_t offset;
		const char *name;
	} keys[] = {
		{ offsetof(struct site_register, table), "table" },
		{ offsetof(struct site_register, address), "address" },
		{ offsetof(struct site_register, type), "type" },
		{ offsetof(struct site_register, byte_order), "byte_order" },
		{ offsetof(struct site_register, scale_factor), "scale_factor" },
		{ offsetof(struct site_register, open_address), "open_address" },
		{ offsetof(struct site_register, pulse_us), "pulse" },
		{ offsetof(struct site_register, internal), "internal" },
		{ offsetof(struct site_register, property), "property" },
	};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (check_is_given(&register_schema, r, keys[i].offset))
			fault_at(c->f, schema_mark(&register_schema, r, keys[i].offset),
			    "%s beside point: the model says all of that; leave it out", keys[i].name);
}

static void
check_step(struct check *c, const struct site_beside *s)
{
	struct sunspec_place place;
	bool has_value = check_is_given(&beside_schema, s, offsetof(struct site_beside, value)),
	     has_times = check_is_given(&beside_schema, s, offsetof(struct site_beside, times));
	if (!find_place(c, s->point, AT_KEY(beside_schema, s, struct site_beside, point), &place))
		return;
	if (has_value == has_times)
		fault_at(c->f, s->node.at,
		    "%s: write one of value: (as it is) and times: (of what is written to the output)", s->point);
	else if (place.point->type == SS_F32)
		fault_at(c->f, s->node.at, "%s is a float; only whole numbers are written beside an output", s->point);
	else if (has_value && s->value != floor(s->value))
		fault_at(c->f, AT_KEY(beside_schema, s, struct site_beside, value),
		    "%.10g is written as it is and has to be whole", s->value);
}

static void
check_steps(struct check *c, const struct site_register *r, bool is_write)
{
	const struct site_beside *before = r->before.v, *after = r->after.v;
	if (!is_write && (r->before.n > 0 || r->after.n > 0))
		fault_at(c->f, r->before.n > 0 ? AT(before) : AT(after),
		    "before: and after: belong to write:; move them there");
	for (uint32_t i = 0; i < r->before.n; i++)
		check_step(c, &before[i]);
	for (uint32_t i = 0; i < r->after.n; i++)
		check_step(c, &after[i]);
}

/* True: it is a point of a model, and the other checks of a register can go on. */
bool
check_place(struct check *c, const struct site_profile *p, const struct site_register *r, bool is_write)
{
	struct sunspec_place place;
	if (p->protocol != PROTOCOL_SUNSPEC) {
		fault_at(c->f, AT(point), "point: goes with protocol: sunspec; write table: and address:");
		return false;
	}
	check_keys(c, r);
	check_steps(c, r, is_write);
	if (!find_place(c, r->point, AT(point), &place))
		return false;
	if (is_write && place.point->type == SS_F32 && (r->before.n > 0 || r->after.n > 0))
		fault_at(c->f, AT(point), "%s is a float; before: and after: go with whole numbers", r->point);
	return true;
}

/* The keys of a revert, if any; d is of the profile p. */
void
check_timer(struct check *c, const struct site_point_def *d, const struct site_profile *p)
{
	const struct site_revert *v = d->revert;
	struct sunspec_place place;
	if (v == NULL || v->timer_point == NULL)
		return;
	struct mark at = AT_KEY(revert_schema, v, struct site_revert, timer_point);
	if (p == NULL || p->protocol != PROTOCOL_SUNSPEC || d->write == NULL || d->write->point == NULL)
		fault_at(c->f, at, "timer_point goes with a write: that has a point:; write timer_register:");
	else if (v->timer_register >= 0)
		fault_at(c->f, at, "timer_point and timer_register at once; keep one of them");
	else if (find_place(c, v->timer_point, at, &place) && place.point->type != SS_U16 &&
	    place.point->type != SS_U32)
		fault_at(
		    c->f, at, "%s is no number of seconds; write a point of type uint16 or uint32", v->timer_point);
}

void
check_sunspec_profile(struct check *c, const struct site_profile *p)
{
	static const struct {
		size_t offset;
		const char *name;
	} keys[] = {
		{ offsetof(struct site_profile, manufacturer), "manufacturer" },
		{ offsetof(struct site_profile, model), "model" },
		{ offsetof(struct site_profile, heartbeat), "heartbeat" },
	};
	struct sunspec_place place;
	struct mark at = AT_KEY(profile_schema, p, struct site_profile, heartbeat);
	for (size_t i = 0; i < ARRAY_LEN(keys) && p->protocol != PROTOCOL_SUNSPEC; i++)
		if (check_is_given(&profile_schema, p, keys[i].offset))
			fault_at(c->f, schema_mark(&profile_schema, p, keys[i].offset),
			    "%s goes with protocol: sunspec; leave it out, or use identity:", keys[i].name);
	if (p->protocol != PROTOCOL_SUNSPEC)
		return;
	if (p->identity != NULL)
		fault_at(c->f, p->identity->node.at,
		    "a device of protocol sunspec says itself what it is; write manufacturer: and model: in place of "
		    "identity:");
	if (p->heartbeat != NULL && find_place(c, p->heartbeat, at, &place) && place.point->type != SS_U16 &&
	    place.point->type != SS_U32)
		fault_at(c->f, at,
		    "%s cannot be counted up; write a point of type uint16 or uint32, as 715.ControllerHb",
		    p->heartbeat);
}
