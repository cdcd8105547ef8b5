/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulses.c - coils that are set for a moment. The field program clears them; if it dies in the middle the next one is told which may be
 * set, and clears them as soon as the device is there. Only those: a coil that somebody else has set is none of ours.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/control/control_private.h"

bool
pulse_is_one(const struct output *o)
{
	return !output_is_setpoint(o) && o->p->def->write != NULL && o->p->def->write->pulse_us > 0;
}

uint8_t
pulse_coil(const struct output *o, double value)
{
	if (!pulse_is_one(o))
		return 0;
	return value != 0 || o->p->def->write->open_address < 0 ? PULSE_COIL : PULSE_OPEN_COIL;
}

uint8_t
pulse_coils(const struct output *o)
{
	return o->coils | (o->write != 0 ? pulse_coil(o, o->write_value) : 0);
}

static void
note(struct control *c, const struct output *o, const char *text)
{
	control_note(c, JOURNAL_SYSTEM, NULL, o->p->name, -1, text, "", "", NULL);
}

void
pulse_lost(struct control *c, struct output *o)
{
	if (pulse_coils(o) == 0 || o->is_cut_off)
		return;
	o->is_cut_off = true;
	note(c, o,
	    "the field program ended in the middle of a pulse: its coil may be set, and is cleared when the device is "
	    "back");
}

uint8_t
control_left_set(struct control *c, point_id id)
{
	const struct output *o = output_of(c, id);

	c->is_field_told = true;
	return o != NULL ? o->coils : 0;
}

void
control_pulse(struct control *c, const struct msg_field_pulse *m)
{
	struct output *o = output_of(c, m->point);
	struct wbuf states = { .len = 0 };

	if (o == NULL || !pulse_is_one(o))
		return;
	if (m->refused != 0)
		note(c, o, "the device refuses to have the coil of a pulse cleared: it stays set");
	else if (o->is_cut_off && m->coils == 0)
		note(c, o, "the coil of a pulse that was cut off has been cleared");
	o->is_cut_off &= m->coils != 0;
	if (o->coils == m->coils)
		return;
	o->coils = m->coils;
	save_pulse(o->p->name, pulse_coils(o), &states);
	c->ops->save(&states, c->arg);
	wbuf_done(&states);
}
