/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.c - the door itself: what comes in, and the order of a turn.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/control/control_private.h"

struct control *
control_new(const struct control_ops *ops, void *arg)
{
	struct control *c = xcalloc(1, sizeof(*c));

	c->ops = ops;
	c->arg = arg;
	TAILQ_INIT(&c->commands);
	TAILQ_INIT(&c->ended);
	TAILQ_INIT(&c->tags);
	TAILQ_INIT(&c->removed);
	TAILQ_INIT(&c->approvals);
	TAILQ_INIT(&c->open);
	TAILQ_INIT(&c->done);
	TAILQ_INIT(&c->orphans);
	TAILQ_INIT(&c->acts);
	return c;
}

void
control_free(struct control *c)
{
	struct orphan *n;
	struct act *a;

	if (c == NULL)
		return;
	while ((n = TAILQ_FIRST(&c->orphans)) != NULL) {
		TAILQ_REMOVE(&c->orphans, n, entry);
		free(n);
	}
	while ((a = TAILQ_FIRST(&c->acts)) != NULL) {
		TAILQ_REMOVE(&c->acts, a, entry);
		free(a);
	}
	command_free_all(c);
	tag_free_all(c);
	approval_free_all(c);
	request_free_all(c);
	outputs_free(c->outputs, c->output_count);
	free(c->by_point);
	free(c->devices);
	free(c);
}

/* ---- ids: never used again, also after a restore of an old backup */

uint64_t
control_id(struct control *c, struct utc now)
{
	uint64_t at = now.us > 0 ? (uint64_t)now.us / 1000 : 0;

	c->last_id = c->last_id + 1 > at ? c->last_id + 1 : at;
	return c->last_id;
}

void
control_seen_id(struct control *c, uint64_t id)
{
	if (id > c->last_id)
		c->last_id = id;
}

void
control_begin(struct control *c, struct utc now, struct mono mono)
{
	control_adopt_names(c);
	c->has_begun = true;
	save_begin(c, now, mono);
	control_settle(c, now, mono);
}

/* ---- acts that are done at once */

void
control_act(struct control *c, struct request *r, struct control_entry *e, const char *text, struct utc now)
{
	struct act *a = xcalloc(1, sizeof(*a));

	a->id = control_id(c, now);
	a->request = r;
	str_copy(a->point, sizeof(a->point), e->point);
	str_copy(a->text, sizeof(a->text), text);
	TAILQ_INSERT_TAIL(&c->acts, a, entry);
	e->token = r->token;
	c->ops->intent(a->id, e, c->arg);
}

/* The refused entry carried the state: what a restart reads has to be what is. */
static void
save_again(struct control *c, const char *point)
{
	const struct output *o = output_find(c, point);
	struct wbuf states = { .len = 0 };

	if (o == NULL)
		return;
	save_override(point, &o->slots[SLOT_OPERATOR], isnan(o->slots[SLOT_OPERATOR].value), &states);
	control_note(
	    c, JOURNAL_OVERRIDE, NULL, point, -1, "as it is, after an entry that was refused", "", "", &states);
	wbuf_done(&states);
}

static bool
act_recorded(struct control *c, uint64_t id, bool is_durable, enum err refused, const char *text)
{
	struct act *a;

	TAILQ_FOREACH(a, &c->acts, entry)
		if (a->id == id)
			break;
	if (a == NULL)
		return false;
	if (refused != OK)
		save_again(c, a->point);
	if (refused != OK)
		request_end(c, a->request, refused, -1, RESULT_NOT_RECORDED,
		    "%s; but the journal refuses its entry: %s", a->text,
		    text != NULL && text[0] != '\0' ? text : err_text(refused));
	else
		request_end(
		    c, a->request, OK, -1, is_durable ? (enum result_detail)0 : RESULT_NOT_RECORDED, "%s", a->text);
	TAILQ_REMOVE(&c->acts, a, entry);
	free(a);
	return true;
}

/* ---- what comes in */

void
control_recorded(struct control *c, uint64_t id, bool is_durable, enum err refused, const char *text, struct utc now,
    struct mono mono)
{
	struct command *k = command_find(c, id);

	if (k != NULL)
		command_recorded(c, k, is_durable, refused, text, now, mono);
	else if (!act_recorded(c, id, is_durable, refused, text))
		tag_recorded(c, id, is_durable, refused, text, now);
	control_settle(c, now, mono);
}

void
control_forget(struct control *c, const void *session, struct utc now, struct mono mono)
{
	struct command *k, *next;

	request_forget(c, session);
	approval_forget(c, session, now, mono);
	for (k = TAILQ_FIRST(&c->commands); k != NULL; k = next) {
		next = TAILQ_NEXT(k, entry);
		if (k->by.session != session || k->is_restored)
			continue;
		if (k->state == COMMAND_SELECTED || k->state == COMMAND_APPROVAL)
			command_event(
			    c, k, EVENT_CANCEL, AC_ABORT_CANCEL, now, mono, "its session has ended; nothing was sent");
		k->by.session = NULL; /* another connection may get the same address */
	}
	for (k = TAILQ_FIRST(&c->ended); k != NULL; k = TAILQ_NEXT(k, entry))
		if (k->by.session == session)
			k->by.session = NULL;
	control_settle(c, now, mono);
}

void
control_written(struct control *c, const struct msg_field_written *m, struct utc now, struct mono mono)
{
	struct output *o = output_of(c, m->point);

	if (o == NULL)
		return;
	walk_written(c, o, m, now, mono);
	control_settle(c, now, mono);
}

void
control_field_down(struct control *c, bool (*is_its)(const struct site *s, uint32_t device, void *arg), void *arg,
    struct utc now, struct mono mono)
{
	for (uint32_t i = 0; c->site != NULL && i < c->site->node_count; i++)
		if (is_its == NULL || is_its(c->site, i, arg))
			c->devices[i] = DEVICE_CONNECTING;
	for (uint32_t i = 0; i < c->output_count; i++)
		if (c->outputs[i].write != 0 && (is_its == NULL || is_its(c->site, c->outputs[i].p->device, arg)))
			walk_unanswered(c, &c->outputs[i], ERR_HELPER, now, mono);
	for (uint32_t i = 0; i < c->output_count; i++)
		if (is_its == NULL || is_its(c->site, c->outputs[i].p->device, arg))
			pulse_lost(c, &c->outputs[i]);
	control_settle(c, now, mono);
}

void
control_device(struct control *c, uint32_t device, enum device_state state, struct utc now, struct mono mono)
{
	if (c->site == NULL || device >= c->site->node_count || c->devices[device] == state)
		return;
	c->devices[device] = state;
	control_settle(c, now, mono);
}

static bool
want_setpoint(struct control *c, struct output *o, enum slot slot, double value, struct utc until, const char *reason,
    struct utc now, struct mono mono, int *addcause, char *why, size_t size)
{
	struct ask a = { .c = c,
		.o = o,
		.point = o->p->name,
		.slot = slot,
		.value = value,
		.until = until.us,
		.reason = reason,
		.now = now,
		.mono = mono };
	struct fill *f = &o->slots[slot];
	enum check failed;
	bool is_new = f->value != value;

	if (isnan(value)) {
		o->is_dirty |= !isnan(f->value);
		slot_clear(f);
		return true;
	}
	if (!check_all(&a, NULL, NULL, &failed)) {
		*addcause = a.addcause;
		str_copy(why, size, a.text);
		return false;
	}
	if (is_new)
		slot_clear(f);
	if (is_new)
		f->since = now;
	f->value = value;
	f->until = until;
	f->ends = until.us != 0 ? mono_add(mono, until.us > now.us ? until.us - now.us : 0) : (struct mono){ 0 };
	str_copy(f->reason, sizeof(f->reason), reason);
	o->is_given_up = false;
	o->is_dirty |= is_new;
	return true;
}

bool
control_want(struct control *c, enum slot slot, point_id id, double value, struct utc until, const char *reason,
    struct utc now, struct mono mono, int *addcause, char *why, size_t size)
{
	struct output *o = output_of(c, id);
	bool ok;

	*addcause = -1;
	why[0] = '\0';
	if (o == NULL || (slot != SLOT_GUARD && slot != SLOT_DISPATCH)) {
		*addcause = AC_NOT_SUPPORTED;
		str_copy(why, size, o == NULL ? "it is no output" : "only guard and dispatch want by themselves");
		return false;
	}
	if (output_is_setpoint(o))
		ok = want_setpoint(c, o, slot, value, until, reason, now, mono, addcause, why, size);
	else
		ok = command_want(c, o, slot, value, reason, now, mono, addcause, why, size);
	if (o->is_dirty) /* who says the same again each second costs nothing */
		control_settle(c, now, mono);
	return ok;
}

/* ---- a turn */

static void
end_orphans(struct control *c, struct mono mono)
{
	struct orphan *n, *next;

	for (n = TAILQ_FIRST(&c->orphans); n != NULL; n = next) {
		struct wbuf states = { .len = 0 };
		next = TAILQ_NEXT(n, entry);
		if (!is_due(n->fill.ends, mono))
			continue;
		save_override(n->point, &n->fill, true, &states);
		control_note(c, JOURNAL_OVERRIDE, NULL, n->point, -1,
		    "the end of the override has come; there is no such output in this configuration", "",
		    "no override", &states);
		wbuf_done(&states);
		TAILQ_REMOVE(&c->orphans, n, entry);
		free(n);
	}
}

/* Nobody wants anything of it, nothing is on its way: only whether it is in local is looked at. */
static bool
is_idle(const struct output *o)
{
	for (int s = 0; s < SLOT_COUNT; s++)
		if (!isnan(o->slots[s].value))
			return false;
	return o->winner == SLOT_COUNT && o->command == NULL && o->write == 0 && !o->drifts;
}

static void
look_at_local(struct control *c, struct output *o, struct utc now)
{
	bool was = o->is_local;

	o->is_local = condition_held(c, &o->local, now) == IS_TRUE;
	o->is_dirty |= was != o->is_local;
}

static void
turn_setpoint(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	double was[SLOT_DEFAULT];

	slot_settle(c, o, now, mono);
	for (int s = 0; s < SLOT_DEFAULT; s++)
		was[s] = o->slots[s].value;
	watch_turn(c, o, now, mono);
	for (int s = 0; s < SLOT_DEFAULT; s++)
		if (isnan(was[s]) != isnan(o->slots[s].value)) { /* released by a rule just now */
			slot_settle(c, o, now, mono);
			break;
		}
	walk_turn(c, o, now, mono);
}

static void
turn_output(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	enum block was = o->block;
	char why[CLAMP_TEXT];

	if (is_idle(o)) {
		o->block = BLOCK_NONE; /* asked when somebody wants something */
		o->returning = c->has_begun && output_device(c, o) == DEVICE_UP ? RETURN_NOT : RETURN_LOST;
		walk_restart(o);
		look_at_local(c, o, now);
		return;
	}
	o->block = slot_block(c, o, now, why, sizeof(why));
	o->is_dirty |= was != o->block;
	look_at_local(c, o, now);
	if (output_is_setpoint(o))
		turn_setpoint(c, o, now, mono);
	else
		walk_turn(c, o, now, mono); /* its time-out alone */
}

void
control_settle(struct control *c, struct utc now, struct mono mono)
{
	if (c->site == NULL)
		return;
	command_turn(c, now, mono);
	for (uint32_t i = 0; i < c->output_count; i++)
		turn_output(c, &c->outputs[i], now, mono);
	for (uint32_t i = 0; i < c->output_count; i++)
		if (c->outputs[i].is_dirty) {
			c->outputs[i].is_dirty = false;
			c->ops->output(c->outputs[i].id, c->arg);
		}
}

void
control_turn(struct control *c, struct utc now, struct mono mono)
{
	approval_turn(c, now, mono);
	tag_turn(c, now);
	if (c->has_begun)
		end_orphans(c, mono);
	control_settle(c, now, mono);
}

bool
control_due(const struct control *c, struct mono *at)
{
	const struct orphan *n;

	at->us = 0;
	approval_due(c, at);
	command_due(c, at);
	for (uint32_t i = 0; i < c->output_count; i++) {
		slot_due(&c->outputs[i], at);
		watch_due(c, &c->outputs[i], at);
		walk_due(c, &c->outputs[i], at);
	}
	TAILQ_FOREACH(n, &c->orphans, entry)
		due_at(at, n->fill.ends);
	return at->us != 0;
}
