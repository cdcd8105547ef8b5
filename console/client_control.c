/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client_control.c - outputs, tags, commands and approvals as chisand tells them. Each list is bounded: what listens on a socket
 * may be anything.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "console/client_control.h"
#include "console/client_private.h"
#include "scada/base/actor.h"
#include "scada/base/str.h"

static void
drop(const char **s)
{
	free((void *)(uintptr_t)*s);
	*s = NULL;
}

static void
own(const char **s)
{
	*s = xstrdup(*s);
}

static void
output_done(struct msg_output *m)
{
	drop(&m->user);
	drop(&m->reason);
	drop(&m->clamp);
	drop(&m->selected_by);
}

static void
tag_done(struct msg_tag_state *m)
{
	drop(&m->text);
	drop(&m->permit);
	drop(&m->owner);
}

static void
command_done(struct msg_command_state *m)
{
	drop(&m->point);
	drop(&m->user);
	drop(&m->text);
}

static void
approval_done(struct msg_approval *m)
{
	drop(&m->area);
	drop(&m->user);
	drop(&m->what);
	drop(&m->by);
	drop(&m->outcome);
}

struct client_control *
client_control_new(uint32_t points)
{
	struct client_control *k = xcalloc(1, sizeof *k);

	k->points = points;
	k->outputs = xcalloc((size_t)points + 1, sizeof *k->outputs);
	k->tags_of = xcalloc((size_t)points + 1, sizeof *k->tags_of);
	k->planned = xcalloc((size_t)points + 1, sizeof *k->planned);
	for (uint32_t i = 0; i <= points; i++)
		k->planned[i] = POINT_NONE;
	return k;
}

void
client_control_free(struct client_control *k)
{
	if (k == NULL)
		return;
	for (uint32_t i = 0; i < k->points; i++) {
		if (k->outputs[i] != NULL)
			output_done(k->outputs[i]);
		free(k->outputs[i]);
	}
	for (uint32_t i = 0; i < k->tag_count; i++)
		tag_done(&k->tags[i]);
	for (uint32_t i = 0; i < k->command_count; i++)
		command_done(&k->commands[i]);
	for (uint32_t i = 0; i < k->approval_count; i++)
		approval_done(&k->approvals[i]);
	client_dispatch_done(&k->dispatch);
	client_sequences_done(&k->sequences);
	approval_done(&k->decided);
	free(k->outputs);
	free(k->tags_of);
	free(k->planned);
	free(k->tags);
	free(k->commands);
	free(k->approvals);
	free(k);
}

/* ---- what comes */

static bool
is_overridden(const struct msg_output *m)
{
	return m != NULL && !isnan(m->slot_operator);
}

static enum err
take_output(struct client_control *k, struct rbuf *r, uint64_t *number)
{
	struct msg_output m;

	if (!msg_output_get(r, &m) || m.point >= k->points || m.slot > SLOT_COUNT)
		return ERR_FRAME;
	struct msg_output *o = k->outputs[m.point];
	k->overrides -= is_overridden(o);
	if (o == NULL)
		o = k->outputs[m.point] = xcalloc(1, sizeof *o);
	else
		output_done(o);
	*o = m;
	own(&o->user);
	own(&o->reason);
	own(&o->clamp);
	own(&o->selected_by);
	k->overrides += is_overridden(o);
	*number = m.point;
	return OK;
}

/* Room for one more of `size` bytes at `at`; the rest moves up. */
static void *
make_room(void *list, uint32_t *count, uint32_t *room, uint32_t at, size_t size)
{
	if (*count == *room) {
		uint32_t more = *room == 0 ? 16 : *room * 2;
		list = xrecallocarray(list, *room, more, size);
		*room = more;
	}
	memmove((char *)list + (at + 1) * size, (char *)list + at * size, (*count - at) * size);
	++*count;
	return list;
}

static void
take_away(void *list, uint32_t *count, uint32_t at, size_t size)
{
	memmove((char *)list + at * size, (char *)list + (at + 1) * size, (*count - at - 1) * size);
	--*count;
}

static enum err
take_tag(struct client_control *k, struct rbuf *r, uint64_t *number)
{
	struct msg_tag_state m;
	uint32_t at = 0;

	if (!msg_tag_state_get(r, &m) || m.point >= k->points || m.kind >= TAG_KIND_COUNT || m.tag == 0)
		return ERR_FRAME;
	*number = m.tag;
	while (at < k->tag_count && k->tags[at].tag < m.tag)
		at++;
	if (at < k->tag_count && k->tags[at].tag == m.tag) { /* another text, another end, or it is gone */
		k->tags_of[k->tags[at].point]--;
		tag_done(&k->tags[at]);
		take_away(k->tags, &k->tag_count, at, sizeof *k->tags);
	}
	if (!m.on)
		return OK;
	if (k->tag_count >= CLIENT_TAGS_MAX)
		return ERR_TOO_BIG;
	k->tags = make_room(k->tags, &k->tag_count, &k->tag_room, at, sizeof *k->tags);
	own(&m.text);
	own(&m.permit);
	own(&m.owner);
	k->tags[at] = m;
	k->tags_of[m.point]++;
	return OK;
}

/* Of those that have ended the oldest is forgotten first. */
static void
forget_ended(struct client_control *k)
{
	uint32_t ended = 0, at = UINT32_MAX;

	for (uint32_t i = 0; i < k->command_count; i++) {
		if (!command_state_is_end(k->commands[i].state))
			continue;
		ended++;
		if (at == UINT32_MAX || k->commands[i].time < k->commands[at].time)
			at = i;
	}
	if (ended <= CLIENT_COMMANDS_OVER)
		return;
	command_done(&k->commands[at]);
	take_away(k->commands, &k->command_count, at, sizeof *k->commands);
}

static enum err
take_command(struct client_control *k, struct rbuf *r, uint64_t *number)
{
	struct msg_command_state m;
	uint32_t at = 0;

	if (!msg_command_state_get(r, &m) || m.state >= COMMAND_STATE_COUNT)
		return ERR_FRAME;
	*number = m.command;
	if (m.command == 0)
		return OK; /* refused before it had a number: for who asked alone */
	while (at < k->command_count && k->commands[at].command < m.command)
		at++;
	if (at < k->command_count && k->commands[at].command == m.command) {
		command_done(&k->commands[at]);
	} else {
		if (k->command_count >= CLIENT_COMMANDS_MAX + CLIENT_COMMANDS_OVER)
			return ERR_TOO_BIG;
		k->commands = make_room(k->commands, &k->command_count, &k->command_room, at, sizeof *k->commands);
	}
	own(&m.point);
	own(&m.user);
	own(&m.text);
	k->commands[at] = m;
	forget_ended(k);
	return OK;
}

static enum err
take_approval(struct client_control *k, struct rbuf *r, uint64_t *number)
{
	struct msg_approval m;
	uint32_t at = 0;

	if (!msg_approval_get(r, &m) || m.state >= APPROVAL_STATE_COUNT || m.role >= ROLE_COUNT)
		return ERR_FRAME;
	*number = m.approval;
	while (at < k->approval_count && k->approvals[at].approval < m.approval)
		at++;
	if (at < k->approval_count && k->approvals[at].approval == m.approval) {
		approval_done(&k->approvals[at]);
		take_away(k->approvals, &k->approval_count, at, sizeof *k->approvals);
	}
	if (m.state == APPROVAL_PENDING && k->approval_count >= CLIENT_APPROVALS_MAX)
		return ERR_TOO_BIG;
	own(&m.area);
	own(&m.user);
	own(&m.what);
	own(&m.by);
	own(&m.outcome);
	if (m.state != APPROVAL_PENDING) {
		approval_done(&k->decided);
		k->decided = m;
		return OK;
	}
	k->approvals = make_room(k->approvals, &k->approval_count, &k->approval_room, at, sizeof *k->approvals);
	k->approvals[at] = m;
	return OK;
}

enum err
client_control_frame(struct client *c, const struct frame *f)
{
	struct client_private *p = c->private;
	struct client_model *m = p->next != NULL ? p->next : p->live;
	enum client_control_kind what;
	uint64_t number = 0;
	struct rbuf r;
	enum err e;

	if (m == NULL)
		return OK; /* an answer to what was asked before there was a model */
	if (m->point_count != m->point_max &&
	    (f->type == W_OUTPUT || f->type == W_TAG_STATE || f->type == W_DISPATCH || f->type == W_PLAN_POINTS ||
	        f->type == W_SEQUENCE_DEF || f->type == W_SEQUENCE_STATE))
		return p->what & SUB_POINTS ? ERR_FRAME : OK; /* numbers of points that are not known */
	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_OUTPUT:
		what = CONTROL_OUTPUT;
		e = take_output(m->control, &r, &number);
		break;
	case W_TAG_STATE:
		what = CONTROL_TAG;
		e = take_tag(m->control, &r, &number);
		break;
	case W_COMMAND_STATE:
		what = CONTROL_COMMAND;
		e = take_command(m->control, &r, &number);
		break;
	case W_DISPATCH:
		what = CONTROL_DISPATCH;
		e = client_dispatch_take(&m->control->dispatch, &r, m->control->points);
		break;
	case W_PLAN_POINTS:
		what = CONTROL_DISPATCH;
		e = client_plan_points_take(m->control, &r);
		break;
	case W_SCHEDULE_STATE:
		what = CONTROL_DISPATCH;
		e = client_schedule_take(&m->control->schedule, &r);
		break;
	case W_SEQUENCE_DEF:
		what = CONTROL_SEQUENCE;
		e = client_sequence_def(&m->control->sequences, &r, m->control->points);
		break;
	case W_SEQUENCE_STATE:
		what = CONTROL_SEQUENCE;
		e = client_sequence_state(&m->control->sequences, &r, &number);
		break;
	default:
		what = CONTROL_APPROVAL;
		e = take_approval(m->control, &r, &number);
		break;
	}
	if (e == OK && m == p->live && p->ops->control != NULL)
		p->ops->control(c, what, number, p->arg);
	return e;
}

/* ---- reading */

const struct msg_output *
client_output(const struct client *c, point_id id)
{
	return c->control != NULL && id < c->control->points ? c->control->outputs[id] : NULL;
}

bool
client_is_output(const struct client *c, point_id id)
{
	return id < c->point_count && ((c->points[id].output & OUT_WRITABLE) != 0 || client_output(c, id) != NULL);
}

bool
client_is_overridden(const struct client *c, point_id id)
{
	return is_overridden(client_output(c, id));
}

unsigned
client_tags_of(const struct client *c, point_id id)
{
	return c->control != NULL && id < c->control->points ? c->control->tags_of[id] : 0;
}

const struct msg_tag_state *
client_tag_of(const struct client *c, point_id id, unsigned i)
{
	const struct client_control *k = c->control;

	if (i >= client_tags_of(c, id))
		return NULL;
	for (unsigned kind = 0; kind < TAG_KIND_COUNT; kind++)
		for (uint32_t n = 0; n < k->tag_count; n++)
			if (k->tags[n].point == id && k->tags[n].kind == kind && i-- == 0)
				return &k->tags[n];
	return NULL;
}

const struct msg_tag_state *
client_tag(const struct client *c, uint64_t tag)
{
	for (uint32_t i = 0; c->control != NULL && i < c->control->tag_count; i++)
		if (c->control->tags[i].tag == tag)
			return &c->control->tags[i];
	return NULL;
}

const struct msg_command_state *
client_command(const struct client *c, uint64_t command)
{
	for (uint32_t i = 0; c->control != NULL && command != 0 && i < c->control->command_count; i++)
		if (c->control->commands[i].command == command)
			return &c->control->commands[i];
	return NULL;
}

const struct msg_command_state *
client_last_done(const struct client *c, const char *point, const char *user)
{
	const struct msg_command_state *last = NULL;

	for (uint32_t i = 0; c->control != NULL && i < c->control->command_count; i++) {
		const struct msg_command_state *m = &c->control->commands[i];
		if (m->state == COMMAND_DONE && m->slot == SLOT_OPERATOR && strcmp(m->point, point) == 0 &&
		    strcmp(m->user, user) == 0)
			last = m;
	}
	return last;
}

point_id
client_ends_soon(const struct client *c)
{
	const struct client_control *k = c->control;
	point_id first = POINT_NONE;

	for (uint32_t i = 0; k != NULL && k->overrides > 0 && i < k->points; i++) {
		const struct msg_output *o = k->outputs[i];
		if (is_overridden(o) && (o->flags & OUTPUT_ENDS_SOON) && o->until != 0 &&
		    (first == POINT_NONE || o->until < k->outputs[first]->until))
			first = i;
	}
	return first;
}

bool
client_has_area(const struct client *c, const char *area)
{
	struct actor a = { .role = c->role, .user = c->user, .terminal = "", .areas = c->areas };

	return actor_has_area(&a, area);
}

const struct msg_approval *
client_approval(const struct client *c, uint64_t approval)
{
	for (uint32_t i = 0; c->control != NULL && i < c->control->approval_count; i++)
		if (c->control->approvals[i].approval == approval)
			return &c->control->approvals[i];
	return NULL;
}

bool
client_may_approve(const struct client *c, const struct msg_approval *a)
{
	return strcmp(a->user, c->user) != 0 && c->role >= a->role && c->role >= ROLE_OPERATOR &&
	    client_has_area(c, a->area);
}

const char *
client_marks(const struct client *c, point_id id, uint16_t quality, char *buf, size_t size)
{
	const struct msg_output *o = client_output(c, id);

	str_copy(buf, size, quality_letters(quality));
	if (is_overridden(o))
		str_append(buf, size, "V");
	if (client_tags_of(c, id) > 0)
		str_append(buf, size, "T");
	if (o != NULL && (o->flags & OUTPUT_LOCAL))
		str_append(buf, size, "L");
	str_append(buf, size, client_alarms_letters(c->alarms, id));
	return buf;
}
