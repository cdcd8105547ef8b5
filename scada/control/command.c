/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.c - what becomes of a command, from its beginning to its one end: one table, and what each state does.
 * A switching command goes to the device once.  What nobody can know ends as unknown, and says what the device reports.
 */
#include "config.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/control/control_private.h"

#define CHECK_BACK_US (10 * US_PER_S) /* where the site file gives no time */
#define WALK_MOST_US  (60 * US_PER_S) /* a walk may last half as long again as its ramp says, and so long */

/* clang-format off */
/* _(state, event, next).  What is not here has no meaning: nothing changes. */
#define COMMAND_TABLE(_) \
	_(COMMAND_APPROVAL, EVENT_RESERVE,  COMMAND_SELECTED) \
	_(COMMAND_APPROVAL, EVENT_GO,       COMMAND_JOURNAL) \
	_(COMMAND_APPROVAL, EVENT_REFUSE,   COMMAND_REFUSED) \
	_(COMMAND_APPROVAL, EVENT_CANCEL,   COMMAND_CANCELLED) \
	_(COMMAND_APPROVAL, EVENT_RUN_OUT,  COMMAND_EXPIRED) \
	_(COMMAND_SELECTED, EVENT_GO,       COMMAND_JOURNAL) \
	_(COMMAND_SELECTED, EVENT_REFUSE,   COMMAND_REFUSED) \
	_(COMMAND_SELECTED, EVENT_CANCEL,   COMMAND_CANCELLED) \
	_(COMMAND_SELECTED, EVENT_RUN_OUT,  COMMAND_EXPIRED) \
	_(COMMAND_JOURNAL,  EVENT_RECORDED, COMMAND_SENT) \
	_(COMMAND_JOURNAL,  EVENT_REFUSE,   COMMAND_REFUSED) \
	_(COMMAND_JOURNAL,  EVENT_CANCEL,   COMMAND_CANCELLED) \
	_(COMMAND_SENT,     EVENT_ACCEPTED, COMMAND_WAITING) \
	_(COMMAND_SENT,     EVENT_REJECTED, COMMAND_FAILED) \
	_(COMMAND_SENT,     EVENT_REPORTED, COMMAND_DONE) \
	_(COMMAND_SENT,     EVENT_CONTRARY, COMMAND_FAILED) \
	_(COMMAND_SENT,     EVENT_AGAIN,    COMMAND_SENT) \
	_(COMMAND_SENT,     EVENT_STOPPED,  COMMAND_FAILED) \
	_(COMMAND_SENT,     EVENT_RUN_OUT,  COMMAND_UNKNOWN) \
	_(COMMAND_SENT,     EVENT_LOST,     COMMAND_UNKNOWN) \
	_(COMMAND_WAITING,  EVENT_REJECTED, COMMAND_FAILED) \
	_(COMMAND_WAITING,  EVENT_REPORTED, COMMAND_DONE) \
	_(COMMAND_WAITING,  EVENT_CONTRARY, COMMAND_FAILED) \
	_(COMMAND_WAITING,  EVENT_AGAIN,    COMMAND_SENT) \
	_(COMMAND_WAITING,  EVENT_STOPPED,  COMMAND_FAILED) \
	_(COMMAND_WAITING,  EVENT_RUN_OUT,  COMMAND_UNKNOWN) \
	_(COMMAND_WAITING,  EVENT_LOST,     COMMAND_UNKNOWN)
/* clang-format on */

static const struct {
	enum command_state state;
	enum command_event event;
	enum command_state next;
} table[] = {
#define ROW(state, event, next) { state, event, next },
	COMMAND_TABLE(ROW)
#undef ROW
};

enum command_state
command_next(enum command_state s, enum command_event e)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].state == s && table[i].event == e)
			return table[i].next;
	return COMMAND_STATE_COUNT;
}

struct command *
command_find(const struct control *c, uint64_t id)
{
	struct command *k;

	TAILQ_FOREACH(k, &c->commands, entry)
		if (k->id == id)
			return k;
	return NULL;
}

void
command_describe(const struct command *k, struct msg_command_state *m)
{
	*m = (struct msg_command_state){
		.command = k->id,
		.state = (uint8_t)k->state,
		.slot = (uint8_t)k->slot,
		.addcause = (uint8_t)(k->addcause < 0 ? 255 : k->addcause),
		.is_recorded = k->is_recorded,
		.value = k->value,
		.before = k->before,
		.time = k->time.us,
		.until = k->state_until.us,
		.point = k->point,
		.user = k->by.user,
		.text = k->text,
	};
}

void
command_tell(struct control *c, const struct command *k)
{
	const struct request *r = k->request;
	struct msg_command_state m;

	command_describe(k, &m);
	if (r != NULL && r->waiter_count > 0 && r->waiters[0].asker != NULL)
		c->ops->command(&m, r->waiters[0].asker, r->waiters[0].sequence, c->arg);
	else
		c->ops->command(&m, NULL, 0, c->arg);
	if (k->o != NULL)
		k->o->is_dirty = true;
}

/* ---- its end */

static enum err
err_of(enum command_state s)
{
	switch (s) {
	case COMMAND_DONE: return OK;
	case COMMAND_FAILED: return ERR_FAILED;
	case COMMAND_UNKNOWN: return ERR_UNKNOWN;
	default: return ERR_REFUSED;
	}
}

static void
remember(struct control *c, struct command *k)
{
	struct command *oldest;

	TAILQ_REMOVE(&c->commands, k, entry);
	c->command_count--;
	TAILQ_INSERT_HEAD(&c->ended, k, entry);
	if (++c->ended_count <= REMEMBERED)
		return;
	oldest = TAILQ_LAST(&c->ended, command_list);
	TAILQ_REMOVE(&c->ended, oldest, entry);
	c->ended_count--;
	free(oldest);
}

/* What the device did not take is not held: back to what was before, or to the slots below. */
static void
take_back_override(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	struct output *o = k->o;
	struct fill *f = &o->slots[SLOT_OPERATOR];
	char before[96], after[96];

	if (k->is_accepted || k->slot != SLOT_OPERATOR || isnan(f->value) || f->command != k->id)
		return;
	control_say(o, f->value, before, sizeof(before));
	*f = k->replaced;
	if (is_due(f->ends, mono))
		slot_clear(f);
	o->changed = now;
	walk_restart(o);
	control_note(c, JOURNAL_OVERRIDE, NULL, o->p->name, k->addcause,
	    "the device does not take it: the override ends", before,
	    isnan(f->value) ? "no override" : control_say(o, f->value, after, sizeof(after)), NULL);
}

static void
outcome(struct control *c, struct command *k)
{
	struct wbuf states = { .len = 0 };
	char text[CONTROL_TEXT + 96], before[96] = "", value[96] = "", second[128] = "";

	if (k->second[0] != '\0')
		str_printf(second, sizeof(second), "; second person: %s", k->second);
	str_printf(text, sizeof(text), "#%llu %s: %s%s", (unsigned long long)k->id, command_state_word(k->state),
	    k->text, second);
	save_command(k, true, &states);
	if (k->o != NULL) {
		control_say(k->o, k->before, before, sizeof(before));
		control_say(k->o, k->value, value, sizeof(value));
		if (pulse_is_one(k->o))
			save_pulse(k->o->p->name, pulse_coils(k->o), &states);
		/* the intent saved its override with it: what holds now is the truth */
		if (output_is_setpoint(k->o) && k->slot == SLOT_OPERATOR && !k->is_restored) {
			const struct fill *f = &k->o->slots[SLOT_OPERATOR];
			save_override(k->o->p->name, f, isnan(f->value), &states);
		}
	}
	control_note(c, JOURNAL_OUTCOME, &k->by, k->point, k->addcause, text, before, value, &states);
	wbuf_done(&states);
}

void
command_conclude(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	struct output *o = k->o;
	struct request *r = k->request;

	k->deadline.us = 0;
	k->state_until.us = 0;
	if (o != NULL && o->command == k)
		o->command = NULL;
	if (k->approval != 0)
		approval_withdraw(c, k->approval);
	k->approval = 0;
	if (k->state == COMMAND_FAILED && o != NULL && output_is_setpoint(o))
		take_back_override(c, k, now, mono);
	if (k->state == COMMAND_UNKNOWN && o != NULL && output_is_setpoint(o))
		doubt_begin(k, now);
	outcome(c, k);
	command_tell(c, k);
	k->request = NULL;
	remember(c, k);
	request_end(c, r, err_of(k->state), k->addcause,
	    k->is_recorded || k->state == COMMAND_REFUSED ? (enum result_detail)0 : RESULT_NOT_RECORDED, "%s", k->text);
	/* Bad inputs leave the tag too: rather one that a person removes than none. */
	if (k->state == COMMAND_DONE && o != NULL && o->o->tag_after != NULL &&
	    condition_ask(c, &o->tag, now) != IS_FALSE)
		tag_by_itself(
		    c, o->o->tag_after, "set after a command; remove it when the work is over", o->p->name, now);
}

/* ---- on its way */

int64_t
command_check_back_us(const struct output *o)
{
	const struct site_check_back *b = o->p->def->check_back;

	return b != NULL && b->time_us > 0 ? b->time_us : CHECK_BACK_US;
}

static int64_t
accept_us(const struct control *c, const struct output *o)
{
	const struct site_device *d = c->site->nodes[o->p->device].device;

	return ACCEPT_US + RETURN_WAIT_US + (d != NULL && d->timeout_us > 0 ? d->timeout_us : 0);
}

static int64_t
walk_us(const struct output *o)
{
	double ramp = o->p->def->ramp_per_s, way = fabs(o->target - o->position);

	return WALK_MOST_US + (ramp > 0 && isfinite(way) ? (int64_t)(1.5e6 * way / ramp) : 0);
}

/* What is known of the output before: so a report after is known to be of this command. */
static void
look_before(struct control *c, struct command *k, struct utc now)
{
	struct output *o = k->o;

	k->before = watch_reported(c, o, (struct utc){ 0 });
	if (!output_is_setpoint(o) && o->done.text != NULL) {
		enum truth t = condition_ask(c, &o->done, now);
		k->before = t == IS_TRUE ? 1 : t == IS_FALSE ? 0 : (double)NAN;
	} else if (!output_is_setpoint(o) && o->p->def->write->pulse_us > 0) {
		k->before = (double)NAN; /* its coil says nothing */
	}
}

static void
send_command(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	struct output *o = k->o;

	k->deadline = mono_add(mono, accept_us(c, o));
	k->after = now;
	k->is_accepted = k->has_arrived = k->is_unanswered = false;
	if (output_is_setpoint(o))
		return; /* walk.c writes */
	k->was_other = !isnan(k->before) && !check_is_there(c, o, k->value, now);
	k->had_failed = condition_ask(c, &o->failed, now) == IS_TRUE;
	if (!walk_send(c, o, k->value, now, mono))
		command_event(
		    c, k, EVENT_REJECTED, AC_COMM_LOSS, now, mono, "the field program does not run; nothing was sent");
}

static void
enter_sent(struct control *c, struct command *k, enum command_event e, struct utc now, struct mono mono)
{
	struct output *o = k->o;

	o->commanded = mono;
	o->was_commanded = true;
	if (output_is_setpoint(o) && e == EVENT_RECORDED && k->slot == SLOT_OPERATOR)
		slot_begin_override(c, k, now, mono);
	else if (e == EVENT_AGAIN)
		walk_restart(o);
	send_command(c, k, now, mono);
}

void
command_event(struct control *c, struct command *k, enum command_event e, int addcause, struct utc now,
    struct mono mono, const char *fmt, ...)
{
	enum command_state next = command_next(k->state, e);
	va_list ap;

	if (next == COMMAND_STATE_COUNT)
		return;
	va_start(ap, fmt);
	vsnprintf(k->text, sizeof(k->text), fmt, ap);
	va_end(ap);
	k->state = next;
	k->addcause = addcause;
	k->time = now;
	k->state_until.us = 0;
	if (command_state_is_end(next)) {
		command_conclude(c, k, now, mono);
		return;
	}
	if (next == COMMAND_SELECTED) {
		k->deadline = mono_add(mono, SELECT_US);
		k->state_until = utc_add(now, SELECT_US);
	} else if (next == COMMAND_JOURNAL) {
		k->deadline = mono_add(mono, JOURNAL_WAIT_US);
	}
	command_tell(c, k);
	if (next == COMMAND_SENT)
		enter_sent(c, k, e, now, mono);
}

void
command_recorded(struct control *c, struct command *k, bool is_durable, enum err refused, const char *text,
    struct utc now, struct mono mono)
{
	if (k->state != COMMAND_JOURNAL) {
		if (is_durable && !k->is_recorded) {
			k->is_recorded = true;
			command_tell(c, k);
		}
		return;
	}
	if (refused != OK) {
		command_event(c, k, EVENT_REFUSE, AC_UNKNOWN, now, mono, "the journal refuses it, nothing was sent: %s",
		    text != NULL && text[0] != '\0' ? text : err_text(refused));
		return;
	}
	k->is_recorded = is_durable;
	/* what held when it was asked for may not hold any more */
	char why[CLAMP_TEXT];
	enum block b = k->o != NULL ? slot_block(c, k->o, now, why, sizeof(why)) : BLOCK_NONE;
	if (k->o == NULL)
		command_event(c, k, EVENT_REFUSE, AC_NOT_SUPPORTED, now, mono,
		    "there is no such point any more; nothing was sent");
	else if (b != BLOCK_NONE)
		command_event(c, k, EVENT_REFUSE, (int)slot_block_addcause(b), now, mono, "%s; nothing was sent", why);
	else
		command_event(c, k, EVENT_RECORDED, -1, now, mono, "on its way");
}

static enum addcause
addcause_of(enum err e)
{
	switch (e) {
	case ERR_EXC_FUNCTION:
	case ERR_EXC_ADDRESS:
	case ERR_DISABLED: return AC_NOT_SUPPORTED;
	case ERR_EXC_VALUE:
	case ERR_RANGE: return AC_INCONSISTENT;
	case ERR_NOT_CONNECTED: return AC_COMM_LOSS;
	default: return AC_BLOCKED_HEALTH;
	}
}

/* Nobody knows whether the device has it: it is read back, and not written again before. */
static void
unanswered(struct control *c, struct command *k, enum err e, struct utc time, struct utc now, struct mono mono)
{
	k->is_unanswered = true;
	k->after = time;
	k->deadline = mono_add(mono, command_check_back_us(k->o));
	str_printf(k->text, sizeof(k->text), "no answer (%s); it is read back", err_text(e));
	if (watch_command(c, k, now, k->text, sizeof(k->text)) == WATCH_NEVER)
		command_event(c, k, EVENT_LOST, AC_COMM_LOSS, now, mono,
		    "no answer (%s), and nothing reports it: it may have been carried out or not", err_text(e));
	else
		command_tell(c, k);
}

void
command_fate(struct control *c, struct command *k, enum write_fate fate, enum err e, const char *detail,
    struct utc time, struct utc now, struct mono mono)
{
	if (k->state != COMMAND_SENT && k->state != COMMAND_WAITING)
		return;
	if (fate == WRITE_UNKNOWN) {
		unanswered(c, k, e, time, now, mono);
		return;
	}
	if (fate == WRITE_REFUSED) {
		bool is_said = detail != NULL && detail[0] != '\0'; /* a whole sentence of the field program */

		command_event(c, k, EVENT_REJECTED, (int)addcause_of(e), now, mono, "%s%s",
		    is_said                                                             ? ""
		        : e == ERR_NOT_CONNECTED || e == ERR_DISABLED || e == ERR_RANGE ? "nothing was sent: "
		                                                                        : "the device refuses it: ",
		    is_said ? detail : err_text(e));
		return;
	}
	k->is_accepted = true;
	k->is_unanswered = false;
	k->after = time;
	if (k->state != COMMAND_SENT)
		return;
	k->deadline = mono_add(mono, output_is_setpoint(k->o) ? walk_us(k->o) : command_check_back_us(k->o));
	command_event(c, k, EVENT_ACCEPTED, -1, now, mono, "the device accepted; its report is awaited");
}

/* ---- how it begins */

struct command *
command_new(struct control *c, struct output *o, enum slot slot, double value, const struct actor *by, struct utc now)
{
	struct command *k = xcalloc(1, sizeof(*k));

	k->id = control_id(c, now);
	k->state = COMMAND_APPROVAL; /* the first of the table; the caller goes on from here at once */
	k->slot = slot;
	k->o = o;
	k->value = value + 0.0; /* no -0 */
	k->addcause = -1;
	k->time = now;
	str_copy(k->point, sizeof(k->point), o->p->name);
	person_from(&k->by, by);
	slot_clear(&k->replaced);
	look_before(c, k, now);
	TAILQ_INSERT_TAIL(&c->commands, k, entry);
	c->command_count++;
	o->command = k;
	o->is_dirty = true;
	return k;
}

/* The intent, with all that a restart has to know of it. */
void
command_intend(struct control *c, struct command *k, const struct actor *by, struct utc now, struct mono mono)
{
	struct wbuf states = { .len = 0 };
	char text[CONTROL_TEXT], before[96], after[200], value[96], until[64];
	struct output *o = k->o;
	struct fill f;

	str_printf(text, sizeof(text), "#%llu %s%s%s%s%s%s", (unsigned long long)k->id,
	    k->reason[0] != '\0' ? k->reason : "given", k->second[0] != '\0' ? "; second person: " : "", k->second,
	    k->is_emergency ? "; alone, in a declared emergency" : "", by == NULL ? ", by " : "",
	    by == NULL ? slot_word((unsigned)k->slot) : "");
	control_say(o, k->before, before, sizeof(before));
	control_say(o, k->value, value, sizeof(value));
	str_copy(after, sizeof(after), value);
	save_command(k, false, &states);
	if (pulse_coil(o, k->value) != 0) /* should nobody be there to clear it, somebody will know */
		save_pulse(o->p->name, pulse_coils(o) | pulse_coil(o, k->value), &states);
	if (output_is_setpoint(o) && k->slot == SLOT_OPERATOR) {
		slot_make_fill(k, &f, now, mono);
		str_printf(after, sizeof(after), "%s until %s", value, control_say_time(f.until, until, sizeof(until)));
		save_override(o->p->name, &f, false, &states);
	}
	struct control_entry e = {
		.kind = JOURNAL_COMMAND,
		.by = by,
		.point = o->p->name,
		.addcause = -1,
		.token = k->request != NULL ? k->request->token : 0,
		.text = text,
		.before = before,
		.after = after,
		.states = &states,
	};
	if (k->is_emergency)
		c->ops->emergency(by, text, c->arg);
	if (by != NULL)
		c->ops->intent(k->id, &e, c->arg);
	else
		c->ops->journal(&e, c->arg);
	wbuf_done(&states);
}

/* A command of chisand's own: guard and plan do not wait for the journal. */
bool
command_want(struct control *c, struct output *o, enum slot slot, double value, const char *reason, struct utc now,
    struct mono mono, int *addcause, char *why, size_t size)
{
	struct ask a = { .c = c,
		.o = o,
		.point = o->p->name,
		.slot = slot,
		.value = value,
		.reason = reason,
		.now = now,
		.mono = mono };
	struct fill *f = &o->slots[slot];
	enum check failed;
	struct command *k;

	if (isnan(value)) { /* nothing is written: a switch stays where it is */
		slot_clear(f);
		return true;
	}
	if (f->value == value || check_is_there(c, o, value, now)) {
		f->value = value;
		return true;
	}
	if (!check_all(&a, NULL, NULL, &failed)) {
		*addcause = a.addcause;
		str_copy(why, size, a.text);
		return false;
	}
	f->value = value; /* once: what became of it is in the journal, and it is not given again by itself */
	k = command_new(c, o, slot, value, NULL, now);
	str_copy(k->reason, sizeof(k->reason), reason);
	command_event(c, k, EVENT_GO, -1, now, mono, "given by %s", slot_word(slot));
	command_intend(c, k, NULL, now, mono);
	command_recorded(c, k, true, OK, "", now, mono);
	return true;
}

void
command_free_all(struct control *c)
{
	struct command_list *lists[] = { &c->commands, &c->ended };
	struct command *k;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		while ((k = TAILQ_FIRST(lists[i])) != NULL) {
			TAILQ_REMOVE(lists[i], k, entry);
			free(k);
		}
}

void
control_each_command(const struct control *c, void (*each)(const struct msg_command_state *m, void *arg), void *arg)
{
	const struct command *k;
	struct msg_command_state m;

	TAILQ_FOREACH(k, &c->commands, entry) {
		command_describe(k, &m);
		each(&m, arg);
	}
}
