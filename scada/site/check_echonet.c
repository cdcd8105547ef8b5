/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_echonet.c - places of ECHONET Lite: properties that there are, of the kind that the point is.
 */
#include "config.h"

#include "scada/base/echonet.h"
#include "scada/site/check.h"

#define AT(member)    schema_mark(&register_schema, r, offsetof(struct site_register, member))
#define GIVEN(member) check_is_given(&register_schema, r, offsetof(struct site_register, member))
#define HAS(member)   schema_is_set(&register_schema, r, offsetof(struct site_register, member))

static void
check_kind(
    struct check *c, const struct site_point_def *d, const struct site_register *r, const struct echonet_row *row)
{
	bool is_digital = d->kind == KIND_DIGITAL || d->kind == KIND_COMMAND;

	if (is_digital && (row->scale != 1 || row->factors[0] != 0))
		fault_at(c->f, AT(property), "%s is a number in %s and has no states; write kind: %s", r->property,
		    row->unit, d->kind == KIND_COMMAND ? "setpoint" : "analog");
	if (!is_digital && row->form == EL_STATE)
		fault_at(c->f, AT(property), "%s is a code and no quantity; write kind: %s, and name its states",
		    r->property, d->kind == KIND_SETPOINT ? "command" : "digital");
	if (is_digital && (HAS(scale) || HAS(offset)))
		fault_at(c->f, HAS(scale) ? AT(scale) : AT(offset), "a %s has states, not a scale; leave it out",
		    point_kind_word((enum point_kind)d->kind));
	if (is_digital && r->invert)
		fault_at(c->f, AT(invert), "a code of ECHONET Lite has no opposite; name the states as they are");
	if (r->scale == 0)
		fault_at(c->f, AT(scale), "a scale of 0 makes every value 0; write what one %s is worth",
		    row->unit[0] != '\0' ? row->unit : "step");
}

static void
check_written(struct check *c, const struct site_register *r, const struct echonet_row *row)
{
	if ((row->flags & EL_SET) == 0)
		fault_at(c->f, AT(property), "%s cannot be written; ECHONET Lite only reads it", r->property);
	else if (row->factors[0] != 0 || row->at != 0 || row->size != echonet_form_size(row->form))
		fault_at(c->f, AT(property), "%s is written as a whole, and this is a part of it", r->property);
}

void
check_echonet(struct check *c, const struct site_point_def *d, const struct site_register *r)
{
	struct echonet_place place;
	char message[300];
	const struct {
		size_t offset;
		const char *key;
	} others[] = {
#define OTHER(member, key) { offsetof(struct site_register, member), key }
		OTHER(table, "table"),
		OTHER(address, "address"),
		OTHER(type, "type"),
		OTHER(byte_order, "byte_order"),
		OTHER(bits, "bits"),
		OTHER(bit, "bit"),
		OTHER(invalid, "invalid"),
		OTHER(scale_factor, "scale_factor"),
		OTHER(open_address, "open_address"),
		OTHER(pulse_us, "pulse"),
		OTHER(internal, "internal"),
#undef OTHER
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (check_is_given(&register_schema, r, others[i].offset)) {
			fault_at(c->f, schema_mark(&register_schema, r, others[i].offset),
			    "%s does not go with protocol: echonet, whose table knows it; write property: alone",
			    others[i].key);
			return;
		}
	if (r->property == NULL) {
		if (!GIVEN(property))
			fault_at(c->f, r->node.at,
			    "no property is named; write property: with class and property, as 028A.E3");
		return;
	}
	if (!echonet_place(r->property, &place, message, sizeof(message))) {
		fault_at(c->f, AT(property), "property: %s", message);
		return;
	}
	check_kind(c, d, r, place.row);
	if (r == d->write)
		check_written(c, r, place.row);
	if (d->revert != NULL && d->revert->timer_register >= 0)
		fault_at(
		    c->f, d->revert->node.at, "timer_register does not go with protocol: echonet; write after: alone");
}
