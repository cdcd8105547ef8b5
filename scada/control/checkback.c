/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkback.c - what was sent is looked for in what the device reports: done, written again, failed or, when its time is over and nobody
 * can know, unknown.  What waits for a person or the journal runs out here too.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/control/control_private.h"

/* Setpoints: the device is asked once the walk is over, not on the way. */
static bool
is_to_be_asked(struct command *k, struct mono mono)
{
	struct output *o = k->o;

	if (k->is_unanswered)
		return true;
	if (k->state != COMMAND_WAITING)
		return false;
	if (!output_is_setpoint(o) || k->has_arrived)
		return true;
	if (!walk_has_arrived(o))
		return false;
	k->has_arrived = true;
	k->after = o->accepted;
	k->deadline = mono_add(mono, command_check_back_us(o));
	return true;
}

static bool
may_repeat(const struct command *k)
{
	return output_is_setpoint(k->o) && k->tries < (unsigned)k->o->o->retries;
}

static void
again(struct control *c, struct command *k, const char *report, struct utc now, struct mono mono)
{
	char text[CONTROL_TEXT];

	k->tries++;
	str_printf(text, sizeof(text), "written again (%u of %d): %s", k->tries, (int)k->o->o->retries, report);
	command_event(c, k, EVENT_AGAIN, -1, now, mono, "%s", text);
}

static void
reported(struct control *c, struct command *k, const char *report, struct utc now, struct mono mono)
{
	struct output *o = k->o;

	if (k->is_unanswered && output_is_setpoint(o)) { /* the write was taken after all */
		k->is_unanswered = false;
		o->written = o->position = o->write_value;
		o->accepted = k->after;
		o->must_write = false;
		if (o->written != o->target) { /* and the walk goes on */
			if (k->state == COMMAND_SENT)
				command_fate(c, k, WRITE_ACCEPTED, OK, "", k->after, now, mono);
			return;
		}
	}
	if (k->is_unanswered && !output_is_setpoint(o) && !k->was_other) {
		command_event(c, k, EVENT_LOST, AC_UNKNOWN, now, mono,
		    "no answer, and it was not known how it was before: %s", report);
		return;
	}
	command_event(c, k, EVENT_REPORTED, -1, now, mono, "%s%s%s", report,
	    output_is_setpoint(o) && o->is_clamped ? "; protection holds it there: " : "",
	    output_is_setpoint(o) && o->is_clamped ? o->clamp : "");
}

/* Its time is over, and what the device reports is something else, or nothing. */
static void
run_out(struct control *c, struct command *k, enum watch_answer a, const char *report, struct utc now, struct mono mono)
{
	/* what was not answered may be carried out yet, by a device that is slow or a gateway that keeps it */
	bool is_known = !k->is_unanswered && (k->has_arrived || !output_is_setpoint(k->o));
	bool is_contrary = condition_ask(c, &k->o->failed, now) == IS_TRUE || k->o->done.text == NULL;

	if (a == WATCH_OTHER && may_repeat(k) && (k->has_arrived || k->is_unanswered))
		again(c, k, report, now, mono);
	else if (a == WATCH_OTHER && is_known && is_contrary)
		command_event(c, k, EVENT_CONTRARY, AC_DEVIATION, now, mono, "%s", report);
	else
		command_event(c, k, EVENT_RUN_OUT, AC_TIME_LIMIT, now, mono,
		    "its time is over; it may have been carried out or not: %s", report);
}

static void
look_back(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	char report[CONTROL_TEXT] = "the device has not answered";
	enum watch_answer a = WATCH_SILENT;

	if (is_to_be_asked(k, mono))
		a = watch_command(c, k, now, report, sizeof(report));
	if (a == WATCH_DONE)
		reported(c, k, report, now, mono);
	else if (a == WATCH_FAILED)
		command_event(c, k, EVENT_CONTRARY, AC_BLOCKED_PROCESS, now, mono, "%s", report);
	else if (a == WATCH_NEVER)
		command_event(c, k, EVENT_LOST, AC_UNKNOWN, now, mono, "%s%s",
		    k->is_accepted ? "the device accepted; " : "", report);
	else if (a == WATCH_OTHER && k->is_unanswered && may_repeat(k))
		again(c, k, report, now, mono);
	else if (is_due(k->deadline, mono) && k->state == COMMAND_SENT && !k->is_unanswered && k->o->write == 0 &&
	    k->tries == 0)
		command_event(c, k, EVENT_REJECTED, AC_TIME_LIMIT, now, mono,
		    "nothing was sent: what the device has was not reported in time, and it may not jump");
	else if (is_due(k->deadline, mono))
		run_out(c, k, a, report, now, mono);
}

/* An intent of before the restart: its end is unknown, and told with what the device has now. */
static void
read_back(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	char is[96];
	double v = k->o != NULL ? watch_reported(c, k->o, (struct utc){ 0 }) : (double)NAN;

	if (k->deadline.us == 0 || (k->o != NULL && isnan(v) && !is_due(k->deadline, mono)))
		return;
	if (k->o == NULL)
		str_copy(is, sizeof(is), "there is no such point any more");
	else
		control_say(k->o, v, is, sizeof(is));
	str_printf(k->text, sizeof(k->text),
	    "it was on its way when chisand ended: it may have been carried out or not; read back: %s%s", is,
	    k->o != NULL && output_is_setpoint(k->o) && k->o->slots[SLOT_OPERATOR].command == k->id
	        ? "; its override goes on by the rule on_return of the site file"
	        : "");
	k->time = now;
	command_conclude(c, k, now, mono);
}

static void
turn_one(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	if (k->is_restored) {
		read_back(c, k, now, mono);
		return;
	}
	if (k->o == NULL) { /* a new configuration has no such point */
		command_event(c, k, EVENT_CANCEL, AC_NOT_SUPPORTED, now, mono,
		    "there is no such point any more; nothing was sent");
		command_event(c, k, EVENT_LOST, AC_NOT_SUPPORTED, now, mono,
		    "there is no such point any more: it may have been carried out or not");
		return;
	}
	switch (k->state) {
	case COMMAND_SELECTED:
		if (is_due(k->deadline, mono))
			command_event(c, k, EVENT_RUN_OUT, AC_TIME_LIMIT, now, mono,
			    "not executed within 30 s; nothing was sent");
		break;
	case COMMAND_JOURNAL:
		if (is_due(k->deadline, mono))
			command_recorded(c, k, false, OK, "", now, mono);
		break;
	case COMMAND_SENT:
	case COMMAND_WAITING: look_back(c, k, now, mono); break;
	default: break;
	}
}

void
command_turn(struct control *c, struct utc now, struct mono mono)
{
	struct command *k, *next;

	for (k = TAILQ_FIRST(&c->commands); k != NULL; k = next) {
		next = TAILQ_NEXT(k, entry); /* ending one does not end another */
		turn_one(c, k, now, mono);
	}
}

void
command_due(const struct control *c, struct mono *at)
{
	const struct command *k;

	TAILQ_FOREACH(k, &c->commands, entry)
		if (k->deadline.us != 0)
			due_at(at, k->deadline);
}
