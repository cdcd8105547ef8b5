/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell.c - how outputs are, for consoles and for the figures of the top line.
 */
#include "config.h"

#include <string.h>

#include "scada/control/control_private.h"

static uint16_t
flags_of(const struct output *o)
{
	const struct fill *f = &o->slots[SLOT_OPERATOR];
	const struct command *k = o->command;
	bool is_selected = k != NULL && (k->state == COMMAND_SELECTED || k->state == COMMAND_APPROVAL);
	unsigned flags = 0;

	flags |= o->is_clamped ? OUTPUT_CLAMPED : 0;
	flags |= o->winner != SLOT_COUNT && !isnan(o->position) && o->position != o->target ? OUTPUT_RAMPING : 0;
	flags |= o->drifts ? OUTPUT_DRIFTS : 0;
	flags |= is_selected ? OUTPUT_SELECTED : 0;
	flags |= k != NULL && !is_selected ? OUTPUT_UNDER_WAY : 0;
	flags |= o->is_given_up ? OUTPUT_GIVEN_UP : 0;
	flags |= !isnan(f->value) && f->is_warned ? OUTPUT_ENDS_SOON : 0;
	flags |= f->is_unknown ? OUTPUT_UNKNOWN : 0;
	flags |= o->is_local ? OUTPUT_LOCAL : 0;
	return (uint16_t)flags;
}

bool
control_tell_output(const struct control *c, point_id id, struct msg_output *m)
{
	const struct output *o = output_of(c, id);
	const struct fill *f;

	if (o == NULL)
		return false;
	f = o->winner != SLOT_COUNT ? &o->slots[o->winner] : NULL;
	*m = (struct msg_output){
		.point = id,
		.slot = (uint8_t)o->winner,
		.flags = flags_of(o),
		.wanted = o->wanted,
		.target = o->target,
		.written = o->written,
		.slot_operator = o->slots[SLOT_OPERATOR].value,
		.slot_guard = o->slots[SLOT_GUARD].value,
		.slot_dispatch = o->slots[SLOT_DISPATCH].value,
		.slot_default = o->slots[SLOT_DEFAULT].value,
		.since = f != NULL ? f->since.us : 0,
		.until = f != NULL ? f->until.us : 0,
		.command = o->command != NULL ? o->command->id : 0,
		.user = f != NULL ? f->by.user : "",
		.reason = f != NULL ? f->reason : "",
		.clamp = o->is_clamped ? o->clamp : "",
		.selected_by = o->command != NULL ? o->command->by.user : "",
	};
	return true;
}

static bool
is_at_rest(const struct output *o)
{
	for (int s = 0; s < SLOT_COUNT; s++)
		if (!isnan(o->slots[s].value))
			return false;
	return flags_of(o) == 0 && isnan(o->written);
}

void
control_each_output(const struct control *c, void (*each)(const struct msg_output *m, void *arg), void *arg)
{
	struct msg_output m;

	for (uint32_t i = 0; i < c->output_count; i++)
		if (!is_at_rest(&c->outputs[i]) && control_tell_output(c, c->outputs[i].id, &m))
			each(&m, arg);
}

void
control_counts(const struct control *c, struct control_counts *out)
{
	const struct tag *t;

	*out = (struct control_counts){ .under_way = c->command_count };
	for (uint32_t i = 0; i < c->output_count; i++) {
		out->overrides += !isnan(c->outputs[i].slots[SLOT_OPERATOR].value);
		out->clamped += c->outputs[i].is_clamped;
		out->drifting += c->outputs[i].drifts;
	}
	TAILQ_FOREACH(t, &c->tags, entry)
		out->tags++;
}
