/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save.c - what a restart must not lose, as bytes: overrides, tags, intents without outcome.  Each blob begins with its version.
 * What was saved and cannot be read is left alone: a newer program may read it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/control/control_private.h"

#define FORM           1
#define FORM_FILL      2               /* of overrides; 1 did not say whether the outcome is unknown */
#define READ_BACK_US   (30 * US_PER_S) /* in which an intent of before the restart is read back */
#define NAME_OF_NUMBER 24

/* ---- writing */

static void
put_state(enum state_kind kind, const char *name, const struct wbuf *blob, struct wbuf *states)
{
	w_u8(states, (uint8_t)kind);
	w_str(states, name);
	w_bytes(states, blob->data, blob->len);
}

static void
put_person(const struct person *p, struct wbuf *b)
{
	w_u32(b, p->uid);
	w_str(b, p->user);
	w_str(b, p->terminal);
}

static void
put_fill(const struct fill *f, struct wbuf *b)
{
	w_u8(b, FORM_FILL);
	w_f64(b, f->value);
	w_i64(b, f->since.us);
	w_i64(b, f->until.us);
	w_i64(b, f->warn_us);
	w_u64(b, f->command);
	put_person(&f->by, b);
	w_str(b, f->reason);
	w_u8(b, f->is_unknown);
}

void
save_override(const char *point, const struct fill *f, bool forget, struct wbuf *states)
{
	struct wbuf b = { .len = 0 };

	if (!forget)
		put_fill(f, &b);
	put_state(STATE_OVERRIDE, point, &b, states);
	wbuf_done(&b);
}

void
save_command(const struct command *k, bool forget, struct wbuf *states)
{
	struct wbuf b = { .len = 0 };
	char name[NAME_OF_NUMBER];

	if (!forget) {
		w_u8(&b, FORM);
		w_str(&b, k->point);
		w_u8(&b, (uint8_t)k->slot);
		w_f64(&b, k->value);
		w_f64(&b, k->before);
		w_i64(&b, k->time.us);
		put_person(&k->by, &b);
		w_str(&b, k->second);
		w_str(&b, k->reason);
	}
	str_printf(name, sizeof(name), "%llu", (unsigned long long)k->id);
	put_state(STATE_COMMAND, name, &b, states);
	wbuf_done(&b);
}

void
save_pulse(const char *point, uint8_t coils, struct wbuf *states)
{
	struct wbuf b = { .len = 0 };

	if (coils != 0) {
		w_u8(&b, FORM);
		w_u8(&b, coils);
	}
	put_state(STATE_PULSE, point, &b, states);
	wbuf_done(&b);
}

void
save_tag(const struct tag *t, bool forget, struct wbuf *states)
{
	struct wbuf b = { .len = 0 };
	char name[NAME_OF_NUMBER];

	if (!forget) {
		w_u8(&b, FORM);
		w_u8(&b, (uint8_t)t->kind);
		w_str(&b, t->point);
		w_i64(&b, t->since.us);
		w_i64(&b, t->until.us);
		put_person(&t->owner, &b);
		w_str(&b, t->text);
		w_str(&b, t->permit);
	}
	str_printf(name, sizeof(name), "%llu", (unsigned long long)t->id);
	put_state(STATE_TAG, name, &b, states);
	wbuf_done(&b);
}

void
control_put_states(const struct control *c, struct wbuf *states)
{
	const struct command *k;
	const struct orphan *n;
	const struct tag *t;

	for (uint32_t i = 0; i < c->output_count; i++)
		if (!isnan(c->outputs[i].slots[SLOT_OPERATOR].value))
			save_override(c->outputs[i].p->name, &c->outputs[i].slots[SLOT_OPERATOR], false, states);
	for (uint32_t i = 0; i < c->output_count; i++)
		if (pulse_coils(&c->outputs[i]) != 0)
			save_pulse(c->outputs[i].p->name, pulse_coils(&c->outputs[i]), states);
	TAILQ_FOREACH(n, &c->orphans, entry)
		save_override(n->point, &n->fill, false, states);
	TAILQ_FOREACH(t, &c->tags, entry)
		save_tag(t, false, states);
	TAILQ_FOREACH(k, &c->commands, entry)
		if (k->state == COMMAND_JOURNAL || k->state == COMMAND_SENT || k->state == COMMAND_WAITING)
			save_command(k, false, states);
}

/* ---- reading: a blob is as hostile as any other bytes */

static void
get_person(struct rbuf *r, struct person *p)
{
	*p = (struct person){ .uid = r_u32(r), .role = ROLE_OPERATOR };
	text_put_safe(p->user, sizeof(p->user), r_str(r), -1);
	text_put_safe(p->terminal, sizeof(p->terminal), r_str(r), -1);
}

static bool
get_fill(struct rbuf *r, struct fill *f)
{
	unsigned form = r_u8(r);

	*f = (struct fill){ .value = r_f64(r), .unknown_value = (double)NAN, .unknown_goal = (double)NAN };
	f->since.us = r_i64(r);
	f->until.us = r_i64(r);
	f->warn_us = r_i64(r);
	f->command = r_u64(r);
	get_person(r, &f->by);
	text_put_safe(f->reason, sizeof(f->reason), r_str(r), -1);
	f->is_unknown = form == FORM_FILL && r_u8(r) != 0;
	return (form == FORM || form == FORM_FILL) && r_done(r) && isfinite(f->value) && f->until.us > f->since.us &&
	    f->until.us - f->since.us <= 366 * 86400 * US_PER_S;
}

static void
adopt_orphan(struct control *c, const char *point, const struct fill *f)
{
	struct orphan *n;

	TAILQ_FOREACH(n, &c->orphans, entry)
		if (strcmp(n->point, point) == 0)
			break;
	if (n == NULL) {
		n = xcalloc(1, sizeof(*n));
		str_copy(n->point, sizeof(n->point), point);
		TAILQ_INSERT_TAIL(&c->orphans, n, entry);
	} else if (n->fill.since.us > f->since.us) {
		return;
	}
	n->fill = *f;
}

static bool
restore_override(struct control *c, const char *name, struct rbuf *r, struct utc now, struct mono mono)
{
	struct output *o = output_find(c, name);
	struct fill f, *slot;
	int64_t left;

	if (!get_fill(r, &f) || strlen(name) >= POINT_NAME_MAX)
		return false;
	control_seen_id(c, f.command);
	/* with a clock that is wrong nobody knows how much of it is over: it ends as late as it could */
	left = utc_is_plausible(now) ? utc_diff_us(f.until, now) : utc_diff_us(f.until, f.since);
	if (left > utc_diff_us(f.until, f.since))
		left = utc_diff_us(f.until, f.since); /* it was set in what is the future now: the clock was wrong */
	f.ends = mono_add(mono, left > 0 ? left : 0);
	if (o == NULL) {
		adopt_orphan(c, name, &f);
		return true;
	}
	slot = &o->slots[SLOT_OPERATOR];
	if (o->changed.us >= f.since.us)
		return true; /* somebody acted since */
	*slot = f;
	o->changed = f.since;
	o->is_dirty = true;
	o->returning = RETURN_LOST; /* what the device has now is looked at by its rule */
	walk_restart(o);
	return true;
}

static bool
restore_tag(struct control *c, uint64_t id, struct rbuf *r)
{
	struct tag *t, *known;

	TAILQ_FOREACH(known, &c->tags, entry)
		if (known->id == id)
			return true;
	TAILQ_FOREACH(known, &c->removed, entry)
		if (known->id == id)
			return true; /* what the store says is older */
	t = xcalloc(1, sizeof(*t));
	bool is_known = r_u8(r) == FORM;
	unsigned kind = r_u8(r);
	const char *point = r_str(r);
	bool fits = strlen(point) < sizeof(t->point);

	t->id = id;
	t->kind = (enum tag_kind)kind;
	str_copy(t->point, sizeof(t->point), point);
	t->since.us = r_i64(r);
	t->until.us = r_i64(r);
	get_person(r, &t->owner);
	text_put_safe(t->text, sizeof(t->text), r_str(r), -1);
	text_put_safe(t->permit, sizeof(t->permit), r_str(r), -1);
	if (!is_known || !r_done(r) || kind >= TAG_KIND_COUNT || !fits) {
		free(t);
		return false;
	}
	TAILQ_INSERT_TAIL(&c->tags, t, entry);
	tag_apply(c, t->point);
	if (c->has_begun) {
		struct msg_tag_state m;
		tag_describe(c, t, true, &m);
		c->ops->tag(&m, c->arg);
	}
	return true;
}

static bool
restore_command(struct control *c, uint64_t id, struct rbuf *r, struct mono mono)
{
	struct command *k;

	TAILQ_FOREACH(k, &c->ended, entry)
		if (k->id == id)
			return true;
	if (command_find(c, id) != NULL)
		return true; /* it is of this run */
	k = xcalloc(1, sizeof(*k));
	bool is_known = r_u8(r) == FORM;
	const char *point = r_str(r);
	bool fits = strlen(point) < sizeof(k->point);

	k->id = id;
	str_copy(k->point, sizeof(k->point), point);
	unsigned slot = r_u8(r);
	k->slot = (enum slot)slot;
	k->value = r_f64(r);
	k->before = r_f64(r);
	k->time.us = r_i64(r);
	get_person(r, &k->by);
	text_put_safe(k->second, sizeof(k->second), r_str(r), -1);
	text_put_safe(k->reason, sizeof(k->reason), r_str(r), -1);
	if (!is_known || !r_done(r) || slot >= SLOT_COUNT || !fits) {
		free(k);
		return false;
	}
	k->state = COMMAND_UNKNOWN;
	k->is_restored = true;
	k->is_recorded = true;
	k->addcause = AC_UNKNOWN;
	k->o = output_find(c, k->point);
	if (c->has_begun)
		k->deadline = mono_add(mono, READ_BACK_US);
	str_copy(k->text, sizeof(k->text),
	    "it was on its way when chisand ended: it may have been carried out or not; it is read back");
	TAILQ_INSERT_TAIL(&c->commands, k, entry);
	c->command_count++;
	if (c->has_begun)
		command_tell(c, k);
	return true;
}

/* Of a point that this site does not have, nobody knows the coil any more: it is left as it is. */
static bool
restore_pulse(struct control *c, const char *name, struct rbuf *r)
{
	struct output *o = output_find(c, name);
	unsigned form = r_u8(r), coils = r_u8(r);

	if (form != FORM || !r_done(r) || coils == 0 || (coils & ~(unsigned)(PULSE_COIL | PULSE_OPEN_COIL)) != 0)
		return false;
	if (o == NULL || !pulse_is_one(o))
		return true;
	o->coils |=
	    (uint8_t)(coils & (o->p->def->write->open_address >= 0 ? PULSE_COIL | PULSE_OPEN_COIL : PULSE_COIL));
	o->is_cut_off = o->coils != 0 && !c->is_field_told;
	control_note(c, JOURNAL_SYSTEM, NULL, o->p->name, -1,
	    c->is_field_told
	        ? "chisand ended in the middle of a pulse, and what was saved of it came late: its coil may be left set"
	        : "chisand ended in the middle of a pulse: its coil may be set, and is cleared when the device is back",
	    "", "", NULL);
	return true;
}

bool
control_restore(struct control *c, enum state_kind kind, const char *name, const uint8_t *blob, size_t len,
    struct utc saved, struct utc now, struct mono mono)
{
	int64_t id = 0;
	struct rbuf r;
	bool ok;

	(void)saved; /* each form has the time of its act */
	if (len == 0)
		return true; /* it was forgotten */
	rbuf_init(&r, blob, len);
	if (kind == STATE_OVERRIDE) {
		ok = restore_override(c, name, &r, now, mono);
	} else if (kind == STATE_PULSE) {
		ok = restore_pulse(c, name, &r);
	} else if ((kind != STATE_TAG && kind != STATE_COMMAND) || !str_to_i64(name, 1, INT64_MAX, &id)) {
		return false;
	} else {
		control_seen_id(c, (uint64_t)id);
		ok = kind == STATE_TAG ? restore_tag(c, (uint64_t)id, &r) : restore_command(c, (uint64_t)id, &r, mono);
	}
	if (c->has_begun)
		control_adopt_names(c);
	return ok;
}

void
save_begin(struct control *c, struct utc now, struct mono mono)
{
	struct command *k;

	(void)now;
	TAILQ_FOREACH(k, &c->commands, entry)
		if (k->is_restored)
			k->deadline = mono_add(mono, READ_BACK_US);
}
