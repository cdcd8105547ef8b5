/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doubt.c - an override whose command ended as unknown: nobody knows whether the device has it. It is neither kept nor dropped in
 * silence. Until the device reports, it is shown as unknown and not written again; then the override stands, or is given up.
 */
#include "config.h"

#include "scada/base/str.h"
#include "scada/control/control_private.h"

bool
doubt_is_on(const struct output *o)
{
	return o->winner == SLOT_OPERATOR && o->slots[SLOT_OPERATOR].is_unknown;
}

/* Protection that moves the target is not kept from it: that is another value than the one which nobody knows of. */
bool
doubt_holds_back(const struct output *o)
{
	const struct fill *f = &o->slots[SLOT_OPERATOR];

	return doubt_is_on(o) && (isnan(f->unknown_goal) || o->target == f->unknown_goal);
}

void
doubt_begin(struct command *k, struct utc now)
{
	struct output *o = k->o;
	struct fill *f = &o->slots[SLOT_OPERATOR];

	if (k->slot != SLOT_OPERATOR || k->is_restored || f->command != k->id || isnan(f->value) ||
	    (k->is_accepted && !k->is_unanswered))
		return;
	f->is_unknown = true;
	f->unknown_since = now;
	f->unknown_value = o->write_value;
	f->unknown_goal = o->target;
	o->before_unknown = k->replaced;
	str_append(k->text, sizeof(k->text),
	    o->p->def->read != NULL ? "; what the device reports next decides whether the override stands"
	                            : "; the override is not written again: set it anew or release it");
	o->is_dirty = true;
}

static void
note(struct control *c, struct output *o, const char *text, const char *before, const char *after)
{
	const struct fill *f = &o->slots[SLOT_OPERATOR];
	struct wbuf states = { .len = 0 };

	save_override(o->p->name, f, isnan(f->value), &states);
	control_note(c, JOURNAL_OVERRIDE, NULL, o->p->name, -1, text, before, after, &states);
	wbuf_done(&states);
	o->is_dirty = true;
}

void
doubt_confirm(struct control *c, struct output *o, const char *report)
{
	struct fill *f = &o->slots[SLOT_OPERATOR];
	char text[CONTROL_TEXT], value[96];

	if (!doubt_is_on(o))
		return;
	f->is_unknown = false;
	str_printf(text, sizeof(text), "confirmed later, #%llu: %s; the override of %s stands",
	    (unsigned long long)f->command, report, f->by.user);
	note(c, o, text, "unknown", control_say(o, f->value, value, sizeof(value)));
}

static void
stands(struct control *c, struct output *o, double v, const char *report, struct utc now)
{
	o->returning = RETURN_NOT;
	o->written = o->position = v;
	o->accepted = now;
	o->must_write = false;
	o->retry_at.us = 0;
	doubt_confirm(c, o, report);
	watch_drift(c, o, false, "%s: %s, as it shall be", o->p->name, report);
}

/* Back to what the operators' slot held before, or to the slots below. */
static void
give_up(struct control *c, struct output *o, const char *report, struct utc now, struct mono mono)
{
	struct fill *f = &o->slots[SLOT_OPERATOR], was = *f;
	char text[CONTROL_TEXT], before[200], after[200], value[96];

	*f = o->before_unknown;
	if (isnan(f->value) || is_due(f->ends, mono))
		slot_clear(f);
	o->changed = now;
	walk_restart(o);
	str_printf(text, sizeof(text), "given up, #%llu: its outcome was unknown, and %s",
	    (unsigned long long)was.command, report);
	str_printf(before, sizeof(before), "%s of %s", control_say(o, was.value, value, sizeof(value)), was.by.user);
	if (isnan(f->value))
		str_copy(after, sizeof(after), "no override");
	else
		str_printf(after, sizeof(after), "%s of %s, as before", control_say(o, f->value, value, sizeof(value)),
		    f->by.user);
	note(c, o, text, before, after);
	slot_settle(c, o, now, mono);
}

void
doubt_turn(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	struct fill *f = &o->slots[SLOT_OPERATOR];
	const struct command *k = o->command;
	double v, wanted = isnan(f->unknown_value) ? o->target : f->unknown_value;
	char report[128], value[96];

	if (doubt_is_on(o) && isnan(f->unknown_goal))
		f->unknown_goal = o->target; /* of before a restart: what protection moves from now on is written */
	if (!doubt_is_on(o) || !c->has_begun || o->write != 0 || output_device(c, o) != DEVICE_UP ||
	    (k != NULL && k->state != COMMAND_SELECTED && k->state != COMMAND_APPROVAL))
		return;
	v = watch_reported(c, o, f->unknown_since);
	if (isnan(v))
		return;
	str_printf(report, sizeof(report), "the device reports %s", control_say(o, v, value, sizeof(value)));
	if (fabs(v - wanted) <= watch_tolerance(o, wanted))
		stands(c, o, wanted, report, now);
	else
		give_up(c, o, report, now, mono);
}
