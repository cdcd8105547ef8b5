/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slot.c - who wants an output and who wins; protection between which limits; the operator's override from its beginning to its end.
 * What is then written stands in walk.c.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/control/control_private.h"

#define CLAMP_TOLD_US (60 * US_PER_S) /* at most so often, for the journal */

void
slot_clear(struct fill *f)
{
	*f = (struct fill){ .value = (double)NAN, .by.uid = UINT32_MAX };
}

int64_t
slot_longest(const struct output *o)
{
	return o->o->longest_us > 0 && o->o->longest_us < OVERRIDE_MAX_US ? o->o->longest_us : OVERRIDE_MAX_US;
}

void
slot_set_end(const struct output *o, struct fill *f, int64_t until, struct utc now, struct mono mono)
{
	int64_t length = until != 0 && utc_is_plausible(now) ? until - now.us : OVERRIDE_DEFAULT_US;

	if (length > slot_longest(o))
		length = slot_longest(o);
	if (length < 1)
		length = 1;
	f->ends = mono_add(mono, length);
	f->until = utc_add(now, length);
	f->warn_us = length / 5 < OVERRIDE_WARN_US ? length / 5 : OVERRIDE_WARN_US;
	f->is_warned = false;
}

void
slot_make_fill(const struct command *k, struct fill *f, struct utc now, struct mono mono)
{
	*f = (struct fill){ .value = k->value, .since = now, .command = k->id, .by = k->by };
	str_copy(f->reason, sizeof(f->reason), k->reason);
	slot_set_end(k->o, f, k->until, now, mono);
}

void
slot_begin_override(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	struct output *o = k->o;
	struct fill *f = &o->slots[SLOT_OPERATOR];
	char before[200], after[200], value[96], until[64], text[COMMAND_REASON + 32];

	k->replaced = *f;
	k->had_lower = !isnan(o->slots[SLOT_GUARD].value) || !isnan(o->slots[SLOT_DISPATCH].value) ||
	    !isnan(o->slots[SLOT_DEFAULT].value);
	if (isnan(f->value))
		str_copy(before, sizeof(before), "no override");
	else
		str_printf(
		    before, sizeof(before), "%s of %s", control_say(o, f->value, value, sizeof(value)), f->by.user);
	slot_make_fill(k, f, now, mono);
	str_printf(after, sizeof(after), "%s until %s", control_say(o, f->value, value, sizeof(value)),
	    control_say_time(f->until, until, sizeof(until)));
	str_printf(text, sizeof(text), "the override begins: %s", f->reason);
	control_note(c, JOURNAL_OVERRIDE, &k->by, o->p->name, -1, text, before, after, NULL);
	o->changed = now;
	o->is_given_up = false;
	o->must_write = true;
	o->is_dirty = true;
	o->retry_at.us = 0;
	watch_drift(c, o, false, "%s is set anew", o->p->name);
	if (o->returning == RETURN_READS || o->returning == RETURN_PARTED) {
		o->returning = RETURN_NOT; /* somebody has decided */
		walk_restart(o);
	}
	/* a settled output is not always where it was written to */
	if (o->position == o->target)
		walk_restart(o);
}

bool
slot_end_override(struct control *c, struct output *o, const struct actor *by, const char *why, struct request *r,
    struct utc now, struct mono mono)
{
	struct fill *f = &o->slots[SLOT_OPERATOR], was = *f;
	struct command *k = o->command;
	struct wbuf states = { .len = 0 };
	char before[200], value[96], text[CONTROL_TEXT];
	struct control_entry e = { .kind = JOURNAL_OVERRIDE,
		.by = by,
		.point = o->p->name,
		.addcause = -1,
		.text = why,
		.before = before,
		.after = "no override",
		.states = &states };

	if (isnan(f->value))
		return false;
	str_printf(before, sizeof(before), "%s of %s", control_say(o, was.value, value, sizeof(value)), was.by.user);
	slot_clear(f);
	o->changed = now;
	o->is_dirty = true;
	save_override(o->p->name, f, true, &states);
	str_printf(text, sizeof(text), "%s: the override of %s has ended", o->p->name, before);
	if (r != NULL)
		control_act(c, r, &e, text, now);
	else
		c->ops->journal(&e, c->arg);
	wbuf_done(&states);
	if (k != NULL && k->id == was.command && (k->state == COMMAND_SENT || k->state == COMMAND_WAITING))
		command_event(c, k, EVENT_STOPPED, AC_ABORT_CANCEL, now, mono, "given up on its way: %s", why);
	return true;
}

static void
expire(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	struct fill *f = &o->slots[SLOT_OPERATOR];

	if (!isnan(f->value) && is_due(f->ends, mono))
		slot_end_override(c, o, NULL, "the end of the override has come", NULL, now, mono);
	else if (!isnan(f->value) && !f->is_warned && is_due(mono_add(f->ends, -f->warn_us), mono))
		f->is_warned = o->is_dirty = true;
	for (int s = SLOT_GUARD; s < SLOT_DEFAULT; s++)
		if (!isnan(o->slots[s].value) && is_due(o->slots[s].ends, mono)) {
			slot_clear(&o->slots[s]);
			o->is_dirty = true;
		}
}

/* ---- what keeps an output from being written, whoever wins */

enum block
slot_block(struct control *c, struct output *o, struct utc now, char *why, size_t size)
{
	const char *text = o->p->def->interlock_text;
	const struct tag *t;

	/* a condition that cannot be judged any more changes nothing of what is; a new command it refuses (check.c) */
	if (o->tag_inhibits) {
		t = tag_first(c, o->p->name, TAG_INHIBIT);
		str_printf(why, size, "tag %llu of %s inhibits it", t != NULL ? (unsigned long long)t->id : 0,
		    t != NULL ? t->owner.user : "");
		return BLOCK_TAG;
	}
	enum truth local = condition_held(c, &o->local, now), mode = condition_held(c, &o->mode, now),
	           lock = condition_held(c, &o->interlock, now);
	if (local == IS_TRUE || local == IS_BAD) {
		str_copy(why, size,
		    local == IS_TRUE ? "the plant is in local" : "whether the plant is in local is not known yet");
		return BLOCK_LOCAL;
	}
	if (mode == IS_FALSE || mode == IS_BAD) {
		str_printf(why, size, "its mode does not permit it, or is not known yet: %s", o->mode.text);
		return BLOCK_MODE;
	}
	if (lock == IS_FALSE || lock == IS_BAD) {
		str_printf(why, size, "its interlock is not fulfilled, or not known yet: %s",
		    text != NULL ? text : o->interlock.text);
		return BLOCK_INTERLOCK;
	}
	why[0] = '\0';
	return BLOCK_NONE;
}

enum addcause
slot_block_addcause(enum block b)
{
	switch (b) {
	case BLOCK_TAG: return AC_BLOCKED_COMMAND;
	case BLOCK_LOCAL: return AC_BLOCKED_HIERARCHY;
	case BLOCK_MODE: return AC_BLOCKED_MODE;
	case BLOCK_INTERLOCK: return AC_BLOCKED_INTERLOCKING;
	default: return AC_COMM_LOSS;
	}
}

/* ---- protection */

static double
limit_of(const struct control *c, struct condition *x, double *known, struct utc now)
{
	double v = condition_number(c, x, now);

	if (!isnan(v))
		*known = v; /* an input that turns bad leaves the limit where it was */
	return *known;
}

double
slot_protect(struct control *c, struct output *o, double v, struct utc now, char *why, size_t size)
{
	const struct key_range *range = &o->p->def->range;
	const char *text = o->o->protect_text, *which = "";
	double lo = limit_of(c, &o->lo, &o->clamp_lo, now), hi = limit_of(c, &o->hi, &o->clamp_hi, now), out = v;
	char value[96];

	if (out < lo) {
		out = lo;
		which = "at least";
	}
	if (out > hi) { /* where the two cross, the upper one holds */
		out = hi;
		which = "at most";
	}
	if (out < range->lo)
		out = range->lo;
	if (out > range->hi)
		out = range->hi;
	str_printf(why, size, "%s %s%s%s", which, control_say(o, out, value, sizeof(value)), text != NULL ? ": " : "",
	    text != NULL ? text : "");
	return out;
}

static void
tell_clamp(struct control *c, struct output *o, bool is_clamped, struct mono mono)
{
	char value[96], before[128];

	if (is_clamped == o->is_clamped)
		return;
	o->is_clamped = is_clamped;
	o->is_dirty = true;
	if (o->winner != SLOT_OPERATOR || (o->clamp_told.us != 0 && mono_diff_us(mono, o->clamp_told) < CLAMP_TOLD_US))
		return;
	o->clamp_told = mono;
	str_printf(before, sizeof(before), "wanted %s", control_say(o, o->wanted, value, sizeof(value)));
	control_note(c, JOURNAL_OVERRIDE, NULL, o->p->name, -1,
	    is_clamped ? "protection holds the override" : "protection lets the override go", before,
	    is_clamped ? o->clamp : control_say(o, o->target, value, sizeof(value)), NULL);
}

/* ---- who wins */

static enum slot
winner_of(const struct output *o)
{
	for (int s = 0; s < SLOT_COUNT; s++) {
		if (isnan(o->slots[s].value) || (s != SLOT_OPERATOR && o->tag_reserves))
			continue;
		if (s == SLOT_DEFAULT && o->is_given_up)
			continue;
		return (enum slot)s;
	}
	return SLOT_COUNT;
}

/* Between the limits of protection, or where bad inputs send it. NaN: it is not written. */
static double
target_of(struct control *c, struct output *o, struct utc now)
{
	if (!o->is_input_bad || o->o->on_bad_input == BAD_INPUT_RELEASE)
		return slot_protect(c, o, o->wanted, now, o->clamp, sizeof(o->clamp));
	str_printf(o->clamp, sizeof(o->clamp), "%s: %s has no good inputs",
	    o->o->on_bad_input == BAD_INPUT_SAFE ? "its safe value" : "it stays as it is", o->needs.text);
	return o->o->on_bad_input == BAD_INPUT_SAFE && !isnan(o->o->safe_value) ? o->o->safe_value : o->position;
}

void
slot_settle(struct control *c, struct output *o, struct utc now, struct mono mono)
{
	enum slot was = o->winner;
	double target = o->target;

	expire(c, o, now, mono);
	o->winner = winner_of(o);
	o->wanted = o->winner == SLOT_COUNT ? (double)NAN : o->slots[o->winner].value;
	if (was == SLOT_COUNT && o->winner != SLOT_COUNT)
		walk_restart(o);
	o->target = (double)NAN;
	if (o->winner == SLOT_COUNT)
		o->clamp[0] = '\0';
	else
		o->target = target_of(c, o, now);
	tell_clamp(c, o, o->winner != SLOT_COUNT && o->target != o->wanted, mono);
	if (was != o->winner || (o->target != target && !(isnan(o->target) && isnan(target))))
		o->is_dirty = true;
}

void
slot_due(const struct output *o, struct mono *at)
{
	const struct fill *f = &o->slots[SLOT_OPERATOR];

	if (!isnan(f->value)) {
		due_at(at, f->ends);
		if (!f->is_warned)
			due_at(at, mono_add(f->ends, -f->warn_us));
	}
	for (int s = SLOT_GUARD; s < SLOT_DEFAULT; s++)
		if (!isnan(o->slots[s].value) && o->slots[s].ends.us != 0)
			due_at(at, o->slots[s].ends);
}
