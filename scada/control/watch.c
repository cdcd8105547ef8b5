/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.c - what the device has: is a command reported, does a setpoint drift, what holds after a loss, what when inputs turn bad.
 * Only a scan that is later than a write says something about it; a value by hand says nothing about the device.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/control/control_private.h"

#define NO_REPORT (Q_BLOCKED | Q_NEVER_READ | Q_NO_COMM | Q_FAILURE | Q_STALE | Q_DERIVED | Q_SUBSTITUTED)

double
watch_reported(const struct control *c, const struct output *o, struct utc after)
{
	const struct value *v;

	if (o->p->def->read == NULL || c->values == NULL)
		return (double)NAN;
	v = &c->values[o->id];
	if ((v->quality & NO_REPORT) != 0 || isnan(v->v) || (after.us != 0 && v->time.us <= after.us))
		return (double)NAN;
	return v->v;
}

/* Half a step of a register; floats carry six digits. */
static double
resolution(const struct site_register *r)
{
	return r == NULL || r->type == RAW_F32 || r->type == RAW_F64 ? 0 : fabs(r->scale) * 0.501;
}

double
watch_tolerance(const struct output *o, double v)
{
	const struct site_point_def *d = o->p->def;
	double most = d->check_back != NULL && d->check_back->tolerance > 0 ? d->check_back->tolerance : 0;

	if (resolution(d->read) > most)
		most = resolution(d->read);
	if (resolution(d->write) > most)
		most = resolution(d->write);
	return most + 1e-6 * fabs(v);
}

double
watch_drift_limit(const struct output *o, double v)
{
	double tolerance = watch_tolerance(o, v);

	return isnan(o->o->drift) || o->o->drift < tolerance ? tolerance : o->o->drift;
}

/* ---- a command's check-back */

static enum watch_answer
ask_conditions(struct control *c, const struct command *k, struct utc now, char *text, size_t size)
{
	struct output *o = k->o;
	enum truth done = condition_ask(c, &o->done, now), failed = condition_ask(c, &o->failed, now);
	bool is_done_later = condition_is_after(c, &o->done, k->after),
	     is_failed_later = condition_is_after(c, &o->failed, k->after),
	     is_wanted = output_is_setpoint(o) || k->value != 0;

	if (done != IS_ABSENT && is_done_later && (done == IS_TRUE || done == IS_FALSE) &&
	    (done == IS_TRUE) == is_wanted) {
		str_printf(text, size, "the device reports it: %s%s", is_wanted ? "" : "no longer ", o->done.text);
		return WATCH_DONE;
	}
	if (failed == IS_TRUE && is_failed_later) {
		str_printf(text, size, "the device reports that it failed: %s", o->failed.text);
		return k->had_failed ? WATCH_OTHER : WATCH_FAILED;
	}
	if (done == IS_ABSENT || done == IS_BAD || !is_done_later) {
		str_copy(text, size, "the device has not reported since");
		return WATCH_SILENT;
	}
	str_printf(text, size, "the device does not report it: %s%s", is_wanted ? "" : "still ", o->done.text);
	return WATCH_OTHER;
}

/* The device has taken the value; does what it is for follow? */
static enum watch_answer
ask_shown(struct control *c, const struct command *k, double wanted, struct utc now, char *text, size_t size)
{
	struct output *o = k->o;
	double v = condition_number(c, &o->shown, now);
	char value[96], line[256];

	if (isnan(v) || !condition_is_after(c, &o->shown, k->after)) {
		str_printf(line, sizeof(line), "%.180s, and %.60s has not been reported since", text, o->shown.text);
		str_copy(text, size, line);
		return WATCH_SILENT;
	}
	str_printf(line, sizeof(line), "%.150s, and %.60s is %s", text, o->shown.text,
	    control_say(o, v, value, sizeof(value)));
	if (fabs(v - wanted) <= watch_tolerance(o, wanted))
		return WATCH_DONE;
	str_copy(text, size, line);
	return WATCH_OTHER;
}

static enum watch_answer
ask_value(struct control *c, const struct command *k, struct utc now, char *text, size_t size)
{
	struct output *o = k->o;
	double v = watch_reported(c, o, k->after), wanted = output_is_setpoint(o) ? o->write_value : k->value;
	char value[96];

	if (isnan(v)) {
		str_copy(text, size, "the device has not reported since");
		return WATCH_SILENT;
	}
	str_printf(text, size, "the device reports %s", control_say(o, v, value, sizeof(value)));
	if (fabs(v - wanted) > watch_tolerance(o, wanted))
		return WATCH_OTHER;
	return o->shown.text != NULL ? ask_shown(c, k, wanted, now, text, size) : WATCH_DONE;
}

enum watch_answer
watch_command(struct control *c, const struct command *k, struct utc now, char *text, size_t size)
{
	const struct site_point_def *d = k->o->p->def;
	bool is_pulse = d->write != NULL && d->write->pulse_us > 0;
	enum watch_answer a;

	if (k->o->done.text != NULL)
		return ask_conditions(c, k, now, text, size);
	if (d->read == NULL || is_pulse) {
		str_copy(text, size,
		    "nothing reports whether it was carried out; the site file can say it (check_back: done_when)");
		a = WATCH_NEVER;
	} else {
		a = ask_value(c, k, now, text, size);
	}
	if (k->o->failed.text != NULL && a != WATCH_DONE && !k->had_failed &&
	    condition_ask(c, &k->o->failed, now) == IS_TRUE && condition_is_after(c, &k->o->failed, k->after)) {
		str_printf(text, size, "the device reports that it failed: %s", k->o->failed.text);
		return WATCH_FAILED;
	}
	return a;
}

/* ---- drift */

void
watch_drift(struct control *c, struct output *o, bool on, const char *fmt, ...)
{
	char text[CONTROL_TEXT];
	va_list ap;

	if (!on)
		o->differs.us = 0;
	if (o->drifts == on)
		return;
	o->drifts = on;
	o->is_dirty = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->ops->drift(o->id, on, text, c->arg);
}

/* NaN: it is not the time to ask: it is on its way, was lost, or has not reported since the last write. */
static double
settled(const struct control *c, const struct output *o)
{
	const struct command *k = o->command;

	if (o->winner == SLOT_COUNT || o->returning != RETURN_NOT || !walk_has_arrived(o) ||
	    (k != NULL && k->state != COMMAND_SELECTED && k->state != COMMAND_APPROVAL))
		return (double)NAN;
	return watch_reported(c, o, o->accepted);
}

static void
look_for_drift(struct control *c, struct output *o, struct mono mono)
{
	double v = settled(c, o), limit = watch_drift_limit(o, o->written);
	char is[96], shall[96];

	if (o->winner == SLOT_COUNT) {
		watch_drift(c, o, false, "%s: nobody holds it any more", o->p->name);
		return;
	}
	if (isnan(v)) {
		if (o->position != o->target)
			o->differs.us = 0; /* a refresh does not begin the time anew, another target does */
		return;
	}
	control_say(o, v, is, sizeof(is));
	control_say(o, o->written, shall, sizeof(shall));
	if (fabs(v - o->written) <= limit) {
		watch_drift(c, o, false, "%s: the device reports %s again", o->p->name, is);
		return;
	}
	if (o->differs.us == 0)
		o->differs = mono;
	if (mono_diff_us(mono, o->differs) >= o->o->drift_delay_us)
		watch_drift(c, o, true, "%s: the device reports %s; %s was written", o->p->name, is, shall);
}

/* ---- inputs that turned bad */

static void
look_at_inputs(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	bool is_bad = condition_ask(c, &o->needs, now) == IS_BAD;
	char why[CONTROL_TEXT];

	if (is_bad == o->is_input_bad)
		return;
	o->is_input_bad = is_bad;
	o->is_dirty = true;
	if (!is_bad || o->winner == SLOT_COUNT)
		return;
	str_printf(why, sizeof(why), "released by its rule: %s has no good inputs", o->needs.text);
	if (o->o->on_bad_input == BAD_INPUT_RELEASE) {
		slot_end_override(c, o, NULL, why, NULL, now, mono);
		slot_clear(&o->slots[SLOT_GUARD]);
		slot_clear(&o->slots[SLOT_DISPATCH]);
	} else if (o->winner == SLOT_OPERATOR) {
		control_note(c, JOURNAL_OVERRIDE, NULL, o->p->name, -1,
		    o->o->on_bad_input == BAD_INPUT_SAFE ? "goes to its safe value by its rule: its inputs are not good"
		                                         : "stays as it is by its rule: its inputs are not good",
		    "", o->needs.text, NULL);
	}
}

/* ---- after a loss */

/* What is on its way by steps cannot go on; what waits for its report only, waits. */
static void
stop_on_its_way(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	struct command *k = o->command;
	char at[96], why[CLAMP_TEXT];

	if (k == NULL || (k->state != COMMAND_SENT && k->state != COMMAND_WAITING) || k->is_unanswered ||
	    k->has_arrived || o->write != 0)
		return;
	if (slot_block(c, o, now, why, sizeof(why)) == BLOCK_NONE)
		str_copy(why, sizeof(why), "the device does not answer");
	control_say(o, k->is_accepted ? o->written : k->before, at, sizeof(at));
	command_event(c, k, EVENT_STOPPED, (int)slot_block_addcause(o->block), now, mono,
	    "stopped on its way at %s: %s", at, why);
}

static void
lose(struct output *o)
{
	o->returning = RETURN_LOST;
	o->differs.us = 0;
	o->is_dirty = true;
	walk_restart(o);
}

static void
give_up(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	static const char why[] = "given up by its rule after a loss of communication: nobody holds it here";

	if (!slot_end_override(c, o, NULL, why, NULL, now, mono))
		control_note(c, JOURNAL_OVERRIDE, NULL, o->p->name, -1, why, "", "", NULL);
	slot_clear(&o->slots[SLOT_GUARD]);
	slot_clear(&o->slots[SLOT_DISPATCH]);
	o->is_given_up = o->is_dirty = true;
	o->returning = RETURN_NOT;
}

/* v: what the device has now; NaN = it does not say. */
static void
decide(struct control *c, struct output *o, double v, struct utc now, struct mono mono)
{
	char is[96], shall[96];

	o->is_dirty = true;
	if (o->o->on_return == RETURN_GIVE_UP) {
		give_up(c, o, now, mono);
		return;
	}
	if (o->o->on_return == RETURN_ASSERT) {
		o->returning = RETURN_NOT;
		walk_restart(o);
		return;
	}
	control_say(o, o->target, shall, sizeof(shall));
	if (!isnan(v) && fabs(v - o->target) <= watch_drift_limit(o, o->target)) {
		o->returning = RETURN_NOT;
		o->position = o->written = o->target;
		o->must_write = false;
		watch_drift(c, o, false, "%s: the device reports %s, as it shall be", o->p->name,
		    control_say(o, v, is, sizeof(is)));
		return;
	}
	/* What it was told last, on its way to the target or before another one was wanted: nobody else has moved it, and it goes on from there. */
	if (!isnan(v) && output_is_setpoint(o) && fabs(v - o->written) <= watch_drift_limit(o, o->written)) {
		o->returning = RETURN_NOT;
		walk_restart(o);
		watch_drift(c, o, false, "%s: the device reports %s, which was written last", o->p->name,
		    control_say(o, v, is, sizeof(is)));
		return;
	}
	o->returning = RETURN_PARTED;
	watch_drift(c, o, true, "%s: after a loss the device reports %s, and %s is wanted: set it anew or release it",
	    o->p->name, control_say(o, v, is, sizeof(is)), shall);
}

static void
look_after_loss(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	bool is_cut = !c->has_begun || output_device(c, o) != DEVICE_UP || o->block != BLOCK_NONE;
	double v;

	if (is_cut) {
		stop_on_its_way(c, o, now, mono);
		if (o->returning != RETURN_LOST)
			lose(o);
		return;
	}
	if (o->returning == RETURN_NOT)
		return;
	if (o->winner == SLOT_COUNT) {
		o->returning = RETURN_NOT;
		walk_restart(o);
		o->is_dirty = true;
		return;
	}
	if (doubt_is_on(o) && o->o->on_return != RETURN_GIVE_UP) {
		o->returning = RETURN_LOST; /* no rule asserts what nobody knows of: doubt.c reads it back */
		return;
	}
	if (o->returning == RETURN_LOST) {
		o->returning = RETURN_READS;
		o->return_at = mono;
		o->return_time = now;
	}
	v = watch_reported(c, o, o->return_time);
	if (o->returning == RETURN_PARTED && isnan(v))
		return;
	if (!isnan(v) || o->p->def->read == NULL || mono_diff_us(mono, o->return_at) >= RETURN_WAIT_US)
		decide(c, o, v, now, mono);
}

void
watch_turn(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	look_at_inputs(c, o, now, mono);
	doubt_turn(c, o, now, mono);
	look_after_loss(c, o, now, mono);
	look_for_drift(c, o, mono);
}

void
watch_due(const struct control *c, const struct output *o, struct mono *at)
{
	if (o->returning == RETURN_READS)
		due_at(at, mono_add(o->return_at, RETURN_WAIT_US));
	if (o->differs.us != 0 && !o->drifts && !isnan(settled(c, o)))
		due_at(at, mono_add(o->differs, o->o->drift_delay_us));
}
