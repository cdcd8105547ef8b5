/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.c - from where an output is to where it shall be: walked by its ramp, never jumped, and refreshed before the device's
 * reversion timer has run for half its time.  One write at a time is under way.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/control/control_private.h"

#define RETRY_US (US_PER_S)      /* after what was not sent or not answered */
#define NEXT_US  (30 * US_PER_S) /* after what the device refused */

void
walk_restart(struct output *o)
{
	o->position = (double)NAN;
	o->is_walking = false;
	o->must_write = true;
	o->retry_at.us = 0;
}

bool
walk_has_arrived(const struct output *o)
{
	return o->write == 0 && !o->must_write && o->position == o->target && o->written == o->position;
}

bool
walk_is_free(const struct control *c, const struct output *o)
{
	return c->has_begun && !isnan(o->target) && o->block == BLOCK_NONE && o->returning == RETURN_NOT &&
	    output_device(c, o) == DEVICE_UP && (o->command == NULL || !o->command->is_unanswered) &&
	    !doubt_holds_back(o);
}

static int64_t
revert_us(const struct output *o)
{
	return o->p->def->revert != NULL ? o->p->def->revert->after_us : 0;
}

/* Two fifths: a device that takes a tenth to answer still has it within half. */
static bool
is_refresh_due(const struct output *o, struct mono mono)
{
	return revert_us(o) > 0 && (o->sent.us == 0 || mono_diff_us(mono, o->sent) >= revert_us(o) * 2 / 5);
}

static int64_t
accept_us(const struct control *c, const struct output *o)
{
	const struct site_device *d = c->site->nodes[o->p->device].device;

	return ACCEPT_US + (d != NULL && d->timeout_us > 0 ? d->timeout_us : 0);
}

/* A refresh does not wait for a write that hangs. */
static bool
is_waiting(const struct output *o, struct mono mono)
{
	if (o->write == 0)
		return false;
	return !output_is_setpoint(o) || !is_refresh_due(o, mono) ||
	    mono_diff_us(mono, o->write_sent) < revert_us(o) / 10;
}

bool
walk_send(struct control *c, struct output *o, double value, struct utc now, struct mono mono)
{
	const struct site_revert *r = o->p->def->revert;
	uint32_t timer_s = 0;
	uint64_t id = control_id(c, now);

	if (r != NULL && (r->timer_register >= 0 || r->timer_point != NULL))
		timer_s = (uint32_t)((r->after_us + US_PER_S - 1) / US_PER_S);
	o->is_dirty = true;
	if (!c->ops->send(id, o->id, value, timer_s, c->arg)) {
		o->retry_at = mono_add(mono, RETRY_US);
		return false;
	}
	o->write = id;
	o->write_command = o->command != NULL ? o->command->id : 0;
	o->write_value = value;
	o->write_sent = o->sent = mono;
	o->write_time = now;
	return true;
}

/* ---- walking */

/* Where it begins: what the device reports since the last write, else that write. NaN: it has to wait for a report. */
static double
begin_at(const struct control *c, const struct output *o)
{
	double v = watch_reported(c, o, o->accepted);

	if (!isnan(v))
		return v;
	if (!isnan(o->written))
		return o->written;
	return o->p->def->read == NULL || !(o->p->def->ramp_per_s > 0) ? o->target : (double)NAN;
}

/* True: the position moved. */
static bool
step(struct output *o, struct mono mono)
{
	double ramp = o->p->def->ramp_per_s, most, left = o->target - o->position;
	int64_t past = WALK_US;

	if (left == 0)
		return false;
	if (!(ramp > 0)) {
		o->position = o->target;
		return true;
	}
	if (o->walked.us != 0) {
		past = mono_diff_us(mono, o->walked);
		if (past < WALK_US)
			return false;
	}
	/* what was held up is not made good in one step */
	if (!o->is_walking)
		past = WALK_US;
	most = ramp * (double)(past < 2 * WALK_US ? past : 2 * WALK_US) / (double)US_PER_S;
	o->position = fabs(left) <= most ? o->target : o->position + copysign(most, left);
	o->is_walking = o->position != o->target;
	o->walked = mono;
	return true;
}

static void
not_sent(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	struct command *k = o->command;

	o->must_write = true;
	if (k != NULL && (k->state == COMMAND_SENT || k->state == COMMAND_WAITING))
		command_event(
		    c, k, EVENT_REJECTED, AC_COMM_LOSS, now, mono, "the field program does not run; nothing was sent");
}

void
walk_turn(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	double was;
	bool moved;

	if (o->write != 0 && mono_diff_us(mono, o->write_sent) >= accept_us(c, o))
		walk_unanswered(c, o, ERR_TIMEOUT, now, mono);
	if (!walk_is_free(c, o) || is_waiting(o, mono) || mono.us < o->retry_at.us)
		return;
	if (isnan(o->position))
		o->position = begin_at(c, o);
	if (isnan(o->position))
		return;
	was = o->position;
	moved = step(o, mono);
	if (!moved && !o->must_write && !is_refresh_due(o, mono))
		return;
	if (!moved && o->must_write && o->position != o->target && o->written == o->position &&
	    !is_refresh_due(o, mono))
		return; /* the next step writes */
	if (walk_send(c, o, o->position, now, mono))
		return;
	o->position = was;
	o->is_walking = false;
	not_sent(c, o, now, mono);
}

void
walk_due(const struct control *c, const struct output *o, struct mono *at)
{
	struct mono next = { 0 };

	if (o->write != 0)
		due_at(at, mono_add(o->write_sent, accept_us(c, o)));
	if (!walk_is_free(c, o) || isnan(o->position))
		return;
	if (revert_us(o) > 0 && o->sent.us != 0)
		due_at(&next, mono_add(o->sent, revert_us(o) * 2 / 5));
	if (o->write != 0) { /* a refresh beside a write that hangs */
		if (next.us != 0 && next.us < o->write_sent.us + revert_us(o) / 10)
			next.us = o->write_sent.us + revert_us(o) / 10;
	} else if (o->position != o->target || o->must_write) {
		due_at(&next, o->walked.us != 0 ? mono_add(o->walked, WALK_US) : mono_add(o->sent, WALK_US));
	}
	if (next.us != 0 && next.us < o->retry_at.us)
		next = o->retry_at;
	if (next.us != 0)
		due_at(at, next);
}

/* ---- what became of a write */

static bool
is_refused(enum err e)
{
	return (e >= ERR_EXC_FUNCTION && e <= ERR_EXC_OTHER) || e == ERR_NOT_CONNECTED || e == ERR_RANGE ||
	    e == ERR_DISABLED || e == ERR_BUSY;
}

/* The command that the write was for, if it is still on its way. */
static struct command *
command_of(const struct output *o)
{
	struct command *k = o->command;

	return k != NULL && k->id == o->write_command && (k->state == COMMAND_SENT || k->state == COMMAND_WAITING)
	    ? k
	    : NULL;
}

static void
accepted(struct control *c, struct output *o, const struct msg_field_written *m, struct utc now, struct mono mono)
{
	o->written = o->write_value;
	o->accepted.us = m->time > o->write_time.us ? m->time : o->write_time.us;
	if (o->written == o->position || !output_is_setpoint(o))
		o->must_write = false;
	if (command_of(o) == NULL)
		doubt_confirm(c, o, "the device takes what protection lets go");
	if (command_of(o) != NULL)
		command_fate(c, o->command, WRITE_ACCEPTED, OK, m->detail, o->accepted, now, mono);
}

static void
refused(struct control *c, struct output *o, const struct msg_field_written *m, struct utc now, struct mono mono)
{
	enum err e = (enum err)m->err;
	struct command *k = command_of(o);

	walk_restart(o);
	o->retry_at = mono_add(mono, e == ERR_NOT_CONNECTED ? RETRY_US : NEXT_US);
	if (k != NULL) {
		command_fate(c, k, WRITE_REFUSED, e, m->detail, o->write_time, now, mono);
		return;
	}
	if (!output_is_setpoint(o) || e == ERR_NOT_CONNECTED)
		return; /* the device's state tells */
	watch_drift(c, o, true, "%s: the device does not take what is wanted: %s", o->p->name,
	    m->detail[0] != '\0' ? m->detail : err_text(e));
}

void
walk_unanswered(struct control *c, struct output *o, enum err e, struct utc now, struct mono mono)
{
	struct command *k = command_of(o);

	o->coils = pulse_coils(o); /* it may have been set */
	o->write = 0;
	o->is_dirty = true;
	o->must_write = true;
	o->retry_at = mono_add(mono, revert_us(o) > 0 ? RETRY_US : NEXT_US);
	if (k != NULL)
		command_fate(c, k, WRITE_UNKNOWN, e, "", o->write_time, now, mono);
}

void
walk_written(struct control *c, struct output *o, const struct msg_field_written *m, struct utc now, struct mono mono)
{
	enum err e = (enum err)m->err;

	if (o->write == 0 || m->write != o->write)
		return; /* given up already, or superseded by a refresh: it decides nothing any more */
	if (e != OK && e != ERR_EXC_ACK && !is_refused(e)) {
		walk_unanswered(c, o, e, now, mono);
		return;
	}
	if (!is_refused(e))
		o->coils = pulse_coils(o); /* until the field program says otherwise */
	o->write = 0;
	o->is_dirty = true;
	if (e == OK || e == ERR_EXC_ACK)
		accepted(c, o, m, now, mono);
	else
		refused(c, o, m, now, mono);
}
