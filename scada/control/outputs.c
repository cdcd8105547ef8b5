/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outputs.c - outputs as the site file makes them, their conditions, and what goes over into a new configuration: by name, or by the name
 * that a point had before.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/control/control_private.h"

static const struct site_output defaults = {
	.default_value = (double)NAN,
	.safe_value = (double)NAN,
	.retries = 2,
	.drift = (double)NAN,
	.drift_delay_us = 30 * US_PER_S,
	.drift_priority = 3,
};

void
outputs_free(struct output *outputs, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct output *o = &outputs[i];
		struct condition *all[] = { &o->local, &o->mode, &o->needs, &o->lo, &o->hi, &o->tag, &o->interlock,
			&o->done, &o->failed, &o->shown };
		for (size_t n = 0; n < ARRAY_LEN(all); n++)
			expr_free(all[n]->e);
	}
	free(outputs);
}

struct output *
output_of(const struct control *c, point_id id)
{
	if (c->site == NULL || id >= c->site->point_count || c->by_point[id] == UINT32_MAX)
		return NULL;
	return &c->outputs[c->by_point[id]];
}

struct output *
output_find(const struct control *c, const char *name)
{
	return c->site != NULL ? output_of(c, site_find_point(c->site, name)) : NULL;
}

bool
output_is_setpoint(const struct output *o)
{
	return o->p->def->kind == KIND_SETPOINT;
}

enum device_state
output_device(const struct control *c, const struct output *o)
{
	return o->p->device < c->site->node_count ? c->devices[o->p->device] : DEVICE_OFF;
}

const char *
output_area(const struct control *c, const struct output *o)
{
	const struct site_device *d = c->site->nodes[o->p->device].device;

	return d != NULL && d->area != NULL ? d->area : "";
}

static point_id
find_name(const char *name, void *arg)
{
	return site_find_point(arg, name);
}

static void
find_glob(const char *pattern, void (*each)(point_id id, void *each_arg), void *each_arg, void *arg)
{
	const struct site *s = arg;

	for (point_id id = 0; id < s->point_count; id++)
		if (str_glob(pattern, s->points[id].name))
			each(id, each_arg);
}

static void
parse(struct condition *x, const char *text, struct site *s)
{
	struct expr_names names = { .find = find_name, .glob = find_glob, .arg = s };
	char message[200];
	size_t at;

	x->text = text;
	x->v = (struct value){ .v = (double)NAN, .quality = Q_NEVER_READ };
	x->known = IS_ABSENT;
	if (text == NULL)
		return;
	x->e = expr_parse(
	    text, &names, message, sizeof(message), &at); /* NULL: chisan-site has told; here it is bad for ever */
}

static void
make_output(struct output *o, const struct site *site, point_id id)
{
	struct site *s = (struct site *)(uintptr_t)site; /* the names' argument is not const */
	const struct site_point_def *d = site->points[id].def;

	*o = (struct output){ .id = id, .p = &site->points[id], .o = d->output != NULL ? d->output : &defaults };
	parse(&o->local, o->o->local, s);
	parse(&o->mode, o->o->mode_when, s);
	parse(&o->needs, o->o->needs, s);
	parse(&o->lo, o->o->protect_lo, s);
	parse(&o->hi, o->o->protect_hi, s);
	parse(&o->tag, o->o->tag_when, s);
	parse(&o->interlock, d->interlock, s);
	parse(&o->done, d->check_back != NULL ? d->check_back->done_when : NULL, s);
	parse(&o->failed, d->check_back != NULL ? d->check_back->failed_when : NULL, s);
	parse(&o->shown, d->check_back != NULL ? d->check_back->shown_by : NULL, s);
	for (int i = 0; i < SLOT_COUNT; i++)
		slot_clear(&o->slots[i]);
	slot_clear(&o->before_unknown);
	o->winner = SLOT_COUNT;
	o->wanted = o->target = o->position = o->written = o->write_value = (double)NAN;
	o->clamp_lo = o->clamp_hi = (double)NAN;
	o->returning = RETURN_LOST; /* until its device is there */
	if (d->kind == KIND_SETPOINT) {
		o->slots[SLOT_DEFAULT].value = o->o->default_value;
		o->slots[SLOT_DEFAULT].by.uid = UINT32_MAX;
	}
	o->is_dirty = true;
}

static bool
is_output(const struct site_point *p)
{
	return (p->def->kind == KIND_SETPOINT || p->def->kind == KIND_COMMAND) && p->def->write != NULL &&
	    p->def->expression == NULL && p->device != DEVICE_NONE;
}

/* ---- a new configuration: what is held goes over by name, or by the name that it had before */

static const struct site_point *
point_named(const struct site *s, const char *name)
{
	point_id id = site_find_point(s, name);

	if (id != POINT_NONE)
		return &s->points[id];
	for (id = 0; id < s->point_count; id++)
		if (s->points[id].was != NULL && strcmp(s->points[id].was, name) == 0)
			return &s->points[id];
	return NULL;
}

/* The same condition still: what was known of it last. */
static void
keep_known(struct condition *to, const struct condition *from)
{
	if (to->text != NULL && from->text != NULL && strcmp(to->text, from->text) == 0)
		to->known = from->known;
}

static void
move_over(struct output *to, const struct output *from)
{
	for (int s = 0; s < SLOT_DEFAULT; s++)
		to->slots[s] = from->slots[s];
	to->before_unknown = from->before_unknown;
	if (pulse_is_one(to) && pulse_is_one(from) && to->p->def->write->address == from->p->def->write->address &&
	    to->p->def->write->open_address == from->p->def->write->open_address) {
		to->coils = from->coils;
		to->is_cut_off = from->is_cut_off;
	}
	to->changed = from->changed;
	to->written = from->written;
	to->accepted = from->accepted;
	to->sent = from->sent;
	to->walked = from->walked;
	to->commanded = from->commanded;
	to->was_commanded = from->was_commanded;
	to->is_given_up = from->is_given_up;
	to->drifts = from->drifts;
	keep_known(&to->local, &from->local);
	keep_known(&to->mode, &from->mode);
	keep_known(&to->interlock, &from->interlock);
	to->clamp_lo = from->clamp_lo;
	to->clamp_hi = from->clamp_hi;
}

static void
rename_override(struct control *c, const char *old_name, struct output *o)
{
	struct wbuf states = { .len = 0 };

	save_override(old_name, &o->slots[SLOT_OPERATOR], true, &states);
	save_override(o->p->name, &o->slots[SLOT_OPERATOR], false, &states);
	control_note(c, JOURNAL_OVERRIDE, NULL, o->p->name, -1, "the point of the override has another name now",
	    old_name, o->p->name, &states);
	wbuf_done(&states);
}

static void
put_orphan(struct control *c, const char *point, const struct fill *f)
{
	struct orphan *n = xcalloc(1, sizeof(*n));

	str_copy(n->point, sizeof(n->point), point);
	n->fill = *f;
	TAILQ_INSERT_TAIL(&c->orphans, n, entry);
}

static void
adopt_orphans(struct control *c)
{
	struct orphan *n, *next;

	for (n = TAILQ_FIRST(&c->orphans); n != NULL; n = next) {
		next = TAILQ_NEXT(n, entry);
		const struct site_point *p = point_named(c->site, n->point);
		struct output *o = p != NULL ? output_find(c, p->name) : NULL;
		if (o == NULL)
			continue;
		if (o->changed.us < n->fill.since.us && output_is_setpoint(o)) {
			o->slots[SLOT_OPERATOR] = n->fill;
			o->changed = n->fill.since;
			if (strcmp(n->point, o->p->name) != 0)
				rename_override(c, n->point, o);
		}
		TAILQ_REMOVE(&c->orphans, n, entry);
		free(n);
	}
}

static void
move_outputs(struct control *c, const struct output *old, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct site_point *p = point_named(c->site, old[i].p->name);
		struct output *o = p != NULL ? output_find(c, p->name) : NULL;

		if (o != NULL && output_is_setpoint(o) == output_is_setpoint(&old[i])) {
			move_over(o, &old[i]);
			if (!isnan(o->slots[SLOT_OPERATOR].value) && strcmp(o->p->name, old[i].p->name) != 0)
				rename_override(c, old[i].p->name, o);
		} else if (!isnan(old[i].slots[SLOT_OPERATOR].value)) {
			put_orphan(c, old[i].p->name, &old[i].slots[SLOT_OPERATOR]);
		}
	}
}

static void
move_commands(struct control *c, struct command_list *list, bool are_open)
{
	struct command *k;

	TAILQ_FOREACH(k, list, entry) {
		const struct site_point *p = point_named(c->site, k->point);
		k->o = p != NULL ? output_find(c, p->name) : NULL;
		if (k->o == NULL)
			continue;
		str_copy(k->point, sizeof(k->point), k->o->p->name);
		if (are_open && !k->is_restored)
			k->o->command = k;
	}
}

static void
move_tags(struct control *c)
{
	struct tag *t;

	TAILQ_FOREACH(t, &c->tags, entry) {
		const struct site_point *p = point_named(c->site, t->point);
		struct wbuf states = { .len = 0 };
		char was[POINT_NAME_MAX];
		if (p == NULL || strcmp(p->name, t->point) == 0)
			continue;
		str_copy(was, sizeof(was), t->point);
		str_copy(t->point, sizeof(t->point), p->name);
		save_tag(t, false, &states);
		control_note(c, JOURNAL_TAG, NULL, t->point, -1, "the point of the tag has another name now", was,
		    t->point, &states);
		wbuf_done(&states);
	}
}

void
control_adopt_names(struct control *c)
{
	struct command *k;

	if (c->site == NULL)
		return;
	adopt_orphans(c);
	move_tags(c);
	tag_apply_all(c);
	TAILQ_FOREACH(k, &c->commands, entry) {
		const struct site_point *p = k->o == NULL ? point_named(c->site, k->point) : NULL;
		if (p == NULL)
			continue;
		k->o = output_find(c, p->name);
		str_copy(k->point, sizeof(k->point), p->name);
	}
}

static enum device_state *
move_devices(const struct control *c, const struct site *s)
{
	enum device_state *out = xcalloc(s->node_count + 1, sizeof(*out));

	for (uint32_t i = 0; i < s->node_count; i++)
		out[i] = DEVICE_CONNECTING; /* the field program begins anew too */
	(void)c;
	return out;
}

/* A write under way belongs to the old configuration: its answer will not come. */
static void
drop_writes(struct control *c, struct utc now, struct mono mono)
{
	for (uint32_t i = 0; i < c->output_count; i++)
		if (c->outputs[i].write != 0)
			walk_unanswered(c, &c->outputs[i], ERR_GENERATION, now, mono);
}

static void
build(struct control *c, const struct site *s)
{
	c->by_point = xcalloc(s->point_count + 1, sizeof(*c->by_point));
	c->output_count = 0;
	for (point_id id = 0; id < s->point_count; id++)
		c->by_point[id] = is_output(&s->points[id]) ? c->output_count++ : UINT32_MAX;
	c->outputs = xcalloc(c->output_count, sizeof(*c->outputs));
	for (point_id id = 0; id < s->point_count; id++)
		if (c->by_point[id] != UINT32_MAX)
			make_output(&c->outputs[c->by_point[id]], s, id);
}

static void
leave(struct control *c)
{
	struct command *k;

	for (uint32_t i = 0; i < c->output_count; i++)
		if (!isnan(c->outputs[i].slots[SLOT_OPERATOR].value))
			put_orphan(c, c->outputs[i].p->name, &c->outputs[i].slots[SLOT_OPERATOR]);
	TAILQ_FOREACH(k, &c->commands, entry)
		k->o = NULL;
	TAILQ_FOREACH(k, &c->ended, entry)
		k->o = NULL;
}

void
control_site(struct control *c, const struct site *s, const struct value *values, struct utc now, struct mono mono)
{
	struct output *old = c->outputs;
	uint32_t old_count = c->output_count;
	enum device_state *devices;

	if (c->site != NULL)
		drop_writes(c, now, mono);
	if (s == NULL)
		leave(c);
	devices = s != NULL ? move_devices(c, s) : NULL;
	free(c->by_point);
	free(c->devices);
	c->by_point = NULL;
	c->devices = devices;
	c->outputs = NULL;
	c->output_count = 0;
	c->site = s;
	c->values = values;
	if (s != NULL) {
		build(c, s);
		move_outputs(c, old, old_count);
		adopt_orphans(c);
		move_commands(c, &c->commands, true);
		move_commands(c, &c->ended, false);
		move_tags(c);
		tag_apply_all(c);
	}
	outputs_free(old, old_count);
}

/* ---- conditions */

static bool
evaluate(const struct control *c, struct condition *x, struct utc now)
{
	if (x->e == NULL || c->values == NULL)
		return false;
	expr_eval(x->e, c->values, now, 0, &x->v);
	return quality_validity(x->v.quality) == V_GOOD && isfinite(x->v.v);
}

enum truth
condition_ask(const struct control *c, struct condition *x, struct utc now)
{
	if (x->text == NULL)
		return IS_ABSENT;
	if (!evaluate(c, x, now))
		return IS_BAD;
	x->known = x->v.v != 0 ? IS_TRUE : IS_FALSE;
	return x->known;
}

enum truth
condition_held(const struct control *c, struct condition *x, struct utc now)
{
	enum truth t = condition_ask(c, x, now);

	return t == IS_BAD && x->known != IS_ABSENT ? x->known : t;
}

double
condition_number(const struct control *c, struct condition *x, struct utc now)
{
	return x->text != NULL && evaluate(c, x, now) ? x->v.v : (double)NAN;
}

bool
condition_is_after(const struct control *c, const struct condition *x, struct utc t)
{
	size_t count = 0;
	const point_id *in = x->e != NULL ? expr_inputs(x->e, &count) : NULL;

	for (size_t i = 0; i < count; i++)
		if (c->values[in[i]].time.us <= t.us || (c->values[in[i]].quality & Q_SUBSTITUTED) != 0)
			return false;
	return count > 0;
}
