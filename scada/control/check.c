/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - may this be done?  One function a check, in the order of CHECK_LIST.  Each says what it looked at, what it found and, where
 * it is not passed, what would be right; so the dry run reads like the dialog.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/control/control_private.h"

static enum check_verdict say(struct ask *a, enum check_verdict v, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum check_verdict
say(struct ask *a, enum check_verdict v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->text, sizeof(a->text), fmt, ap);
	va_end(ap);
	return v;
}

static enum check_verdict
check_point(struct ask *a)
{
	char safe[POINT_NAME_MAX];

	if (a->o == NULL && a->c->site != NULL && site_find_point(a->c->site, a->point) != POINT_NONE) {
		text_put_safe(safe, sizeof(safe), a->point, -1);
		return say(a, CHECK_NOT_PASSED,
		    "%s is no output; a setpoint or command with a place to write it is needed", safe);
	}
	if (a->o == NULL) {
		text_put_safe(safe, sizeof(safe), a->point, -1);
		return say(a, CHECK_NOT_PASSED, "there is no point %s; look at the names with: chisan points", safe);
	}
	return say(a, CHECK_PASSED, "%s is a %s", a->o->p->name, point_kind_word((enum point_kind)a->o->p->def->kind));
}

static enum check_verdict
check_role(struct ask *a)
{
	enum role least = command_step_role(STEP_OPERATE);

	if (a->by->role < least || a->by->role >= ROLE_PEER)
		return say(a, CHECK_NOT_PASSED, "%s is %s; at least %s is needed", a->by->user, role_word(a->by->role),
		    role_word(least));
	return say(a, CHECK_PASSED, "%s is %s", a->by->user, role_word(a->by->role));
}

static enum check_verdict
check_area(struct ask *a)
{
	const char *area = output_area(a->c, a->o);

	if (!actor_has_area(a->by, area))
		return say(
		    a, CHECK_NOT_PASSED, "it stands in area %s; %s answers for: %s", area, a->by->user, a->by->areas);
	return say(a, CHECK_PASSED, "area %s", area[0] != '\0' ? area : "of everybody");
}

static enum check_verdict
check_local(struct ask *a)
{
	switch (condition_ask(a->c, &a->o->local, a->now)) {
	case IS_TRUE:
		return say(a, CHECK_NOT_PASSED,
		    "the plant is in local (%s); somebody at the plant has to switch it to remote", a->o->local.text);
	case IS_BAD:
		return say(a, CHECK_NOT_PASSED, "nobody knows whether the plant is in local: %s has no good inputs",
		    a->o->local.text);
	case IS_FALSE: return say(a, CHECK_PASSED, "the plant is in remote");
	default: return say(a, CHECK_PASSED, "the site file names no local switch");
	}
}

static enum check_verdict
check_tag(struct ask *a)
{
	const char *name = a->o->p->name;
	const struct tag *inhibit = tag_first(a->c, name, TAG_INHIBIT), *own = tag_first(a->c, name, TAG_AUTHORITY),
	                 *caution = tag_first(a->c, name, TAG_CAUTION);

	if (inhibit != NULL)
		return say(a, CHECK_NOT_PASSED,
		    "tag %llu of %s inhibits it: %s; every such tag has to be removed first",
		    (unsigned long long)inhibit->id, inhibit->owner.user, inhibit->text);
	if (own != NULL && a->by == NULL)
		return say(a, CHECK_NOT_PASSED, "tag %llu of %s leaves it to operators: %s",
		    (unsigned long long)own->id, own->owner.user, own->text);
	if (caution != NULL)
		return say(a, CHECK_WARNS, "caution, tag %llu of %s: %s", (unsigned long long)caution->id,
		    caution->owner.user, caution->text);
	return say(a, CHECK_PASSED, "no tag inhibits it");
}

static enum check_verdict
check_mode(struct ask *a)
{
	switch (condition_ask(a->c, &a->o->mode, a->now)) {
	case IS_FALSE:
		return say(
		    a, CHECK_NOT_PASSED, "its mode does not permit it; this has to be true: %s", a->o->mode.text);
	case IS_BAD:
		return say(a, CHECK_NOT_PASSED, "its mode is not known; this has no good inputs: %s", a->o->mode.text);
	case IS_TRUE: return say(a, CHECK_PASSED, "its mode permits it");
	default: return say(a, CHECK_PASSED, "it depends on no mode");
	}
}

static enum check_verdict
check_interlock(struct ask *a)
{
	const char *text = a->o->p->def->interlock_text;

	if (text == NULL || text[0] == '\0')
		text = a->o->interlock.text;
	switch (condition_ask(a->c, &a->o->interlock, a->now)) {
	case IS_FALSE: return say(a, CHECK_NOT_PASSED, "its interlock is not fulfilled; needed: %s", text);
	case IS_BAD:
		return say(
		    a, CHECK_NOT_PASSED, "its interlock cannot be judged, an input is not good; needed: %s", text);
	case IS_TRUE: return say(a, CHECK_PASSED, "its interlock is fulfilled");
	default: return say(a, CHECK_PASSED, "it has no interlock");
	}
}

static enum check_verdict
check_quality(struct ask *a)
{
	const struct value *v = a->c->values != NULL ? &a->c->values[a->o->id] : NULL;
	bool is_walked = output_is_setpoint(a->o) && a->o->p->def->ramp_per_s > 0;

	if (condition_ask(a->c, &a->o->needs, a->now) == IS_BAD)
		return say(a, CHECK_NOT_PASSED, "it is judged by what is not good and fresh now: %s", a->o->needs.text);
	if (a->o->p->def->read != NULL && v != NULL && isnan(watch_reported(a->c, a->o, (struct utc){ 0 }))) {
		if (is_walked && isnan(a->o->position))
			return say(a, CHECK_NOT_PASSED,
			    "what the device has is not known (%s), and it may not jump: a good value of it is needed "
			    "first",
			    isnan(v->v) ? "never read" : quality_text(v->quality));
		return say(a, CHECK_WARNS,
		    "what the device has is not known (%s); whether it takes it may stay unknown",
		    isnan(v->v) ? "never read" : quality_text(v->quality));
	}
	return say(a, CHECK_PASSED, "what it is judged by is good");
}

static enum check_verdict
check_health(struct ask *a)
{
	enum device_state s = output_device(a->c, a->o);
	const char *device = a->c->site->nodes[a->o->p->device].device != NULL
	    ? a->c->site->nodes[a->o->p->device].device->name
	    : "its device";

	if (!a->c->has_begun)
		return say(a, CHECK_NOT_PASSED,
		    "chisand has only started and has not yet what was saved; try again in a second");
	if (s != DEVICE_UP)
		return say(a, CHECK_NOT_PASSED, "%s does not answer, its state is %s; it has to be up", device,
		    device_state_word(s));
	return say(a, CHECK_PASSED, "%s answers", device);
}

/* Somebody's override will be replaced: to be seen, not forbidden. */
static enum check_verdict
say_override(struct ask *a)
{
	const struct fill *f = &a->o->slots[SLOT_OPERATOR];
	char value[96], until[64];

	if (isnan(f->value) || a->by == NULL || f->by.uid == a->by->uid)
		return say(a, CHECK_PASSED, "nobody else has selected it, nothing is under way");
	return say(a, CHECK_WARNS, "it replaces the override of %s: %s until %s: %s", f->by.user,
	    control_say(a->o, f->value, value, sizeof(value)), control_say_time(f->until, until, sizeof(until)),
	    f->reason);
}

static enum check_verdict
check_selected(struct ask *a)
{
	const struct command *k = a->o->command;
	bool is_of_same = k != NULL && a->by != NULL && k->by.uid == a->by->uid;
	bool is_own = is_of_same && k->by.session == a->by->session;
	char value[96];

	if (k == NULL || k == a->own)
		return say_override(a);
	control_say(a->o, k->value, value, sizeof(value));
	if (k->state == COMMAND_APPROVAL || k->state == COMMAND_SELECTED) {
		if (is_own)
			return say(a, CHECK_PASSED, "your selection of %s is replaced", value);
		a->addcause = AC_ALREADY_SELECTED;
		return say(a, CHECK_NOT_PASSED,
		    "%s has selected it for %s; it has to be executed or cancelled first, or runs out",
		    k->by.uid == UINT32_MAX ? "chisand" : k->by.user, value);
	}
	if (output_is_setpoint(a->o) && is_of_same && (k->state == COMMAND_SENT || k->state == COMMAND_WAITING))
		return say(a, CHECK_PASSED, "it replaces your own command for %s, which is on its way", value);
	a->addcause = AC_ALREADY_IN_EXECUTION;
	return say(a, CHECK_NOT_PASSED, "a command of %s for %s is under way (%s); wait for its end",
	    k->by.uid == UINT32_MAX ? "chisand" : k->by.user, value, command_state_word(k->state));
}

static enum check_verdict
check_state_value(struct ask *a)
{
	const struct site_point_def *d = a->o->p->def;
	const struct site_register *w = d->write;
	bool is_one_way = w != NULL && w->pulse_us > 0 && w->open_address < 0;
	char value[96];

	for (uint32_t i = 0; i < d->states.n; i++)
		if ((double)d->states.v[i].number == a->value) {
			if (is_one_way && a->value == 0)
				return say(
				    a, CHECK_NOT_PASSED, "it is a pulse and ends by itself; only 1 can be given");
			return say(a, CHECK_PASSED, "%s is one of its states",
			    control_say(a->o, a->value, value, sizeof(value)));
		}
	if (d->states.n == 0 && (a->value == 1 || (a->value == 0 && !is_one_way)))
		return say(a, CHECK_PASSED, "%s", a->value == 1 ? "1: on" : "0: off");
	str_double(value, sizeof(value), a->value);
	a->addcause = AC_INVALID_POSITION;
	if (d->states.n == 0)
		return say(a, CHECK_NOT_PASSED, "%s is none of its states; %s can be given", value,
		    is_one_way ? "only 1" : "0 or 1");
	char all[256] = "", one[96];
	for (uint32_t i = 0; i < d->states.n; i++) {
		control_say(a->o, (double)d->states.v[i].number, one, sizeof(one));
		str_append(all, sizeof(all), i > 0 ? ", " : "");
		str_append(all, sizeof(all), one);
	}
	return say(a, CHECK_NOT_PASSED, "%s is none of its states; they are: %s", value, all);
}

static enum check_verdict
check_range(struct ask *a)
{
	const struct key_range *r = &a->o->p->def->range;
	char value[96], lo[96], hi[96], why[CLAMP_TEXT];
	double held;

	if (!output_is_setpoint(a->o))
		return check_state_value(a);
	control_say(a->o, a->value, value, sizeof(value));
	if (!isfinite(a->value))
		return say(a, CHECK_NOT_PASSED, "the value is no number");
	control_say(a->o, r->lo, lo, sizeof(lo));
	control_say(a->o, r->hi, hi, sizeof(hi));
	if (a->value < r->lo || a->value > r->hi)
		return say(a, CHECK_NOT_PASSED,
		    "%s is outside of what may be set, %s to %s; it is not changed by itself", value,
		    isnan(r->lo) ? "anything" : lo, isnan(r->hi) ? "anything" : hi);
	held = slot_protect(a->c, a->o, a->value, a->now, why, sizeof(why));
	if (held != a->value)
		return say(a, CHECK_WARNS, "protection would hold it at %s now: %s",
		    control_say(a->o, held, lo, sizeof(lo)), why);
	if (isnan(r->lo) && isnan(r->hi))
		return say(a, CHECK_PASSED, "%s; the site file gives no range", value);
	return say(a, CHECK_PASSED, "%s is within %s to %s", value, isnan(r->lo) ? "anything" : lo,
	    isnan(r->hi) ? "anything" : hi);
}

/* What a command asks for is there already. A pulse that nothing reports on is never there. */
bool
check_is_there(struct control *c, struct output *o, double value, struct utc now)
{
	const struct site_register *w = o->p->def->write;
	enum truth t = condition_ask(c, &o->done, now);

	if (t == IS_TRUE || t == IS_FALSE)
		return (t == IS_TRUE) == (value != 0);
	if (t == IS_BAD || (w != NULL && w->pulse_us > 0))
		return false;
	return watch_reported(c, o, (struct utc){ 0 }) == value;
}

static enum check_verdict
check_position(struct ask *a)
{
	char value[96];

	if (output_is_setpoint(a->o))
		return say(a, CHECK_PASSED, "a setpoint may be set to what it is");
	control_say(a->o, a->value, value, sizeof(value));
	if (check_is_there(a->c, a->o, a->value, a->now))
		return say(a, CHECK_NOT_PASSED, "the device reports %s already; nothing is to be done", value);
	return say(a, CHECK_PASSED, "it is not there yet");
}

static enum check_verdict
check_rate(struct ask *a)
{
	int64_t gap = a->o->o->least_gap_us, past;
	char need[32], is[32];

	if (gap <= 0)
		return say(a, CHECK_PASSED, "it may be commanded at any time");
	str_duration(need, sizeof(need), gap);
	past = mono_diff_us(a->mono, a->o->commanded);
	if (a->o->was_commanded && past < gap)
		return say(a, CHECK_NOT_PASSED, "the last command was %s ago; %s have to lie between two",
		    clock_age(is, sizeof(is), past), need);
	return say(a, CHECK_PASSED, "the last command is longer ago than %s", need);
}

static enum check_verdict
check_end(struct ask *a)
{
	char safe[COMMAND_REASON], why[200], longest[32], until[64];
	int64_t most = slot_longest(a->o);

	if (!output_is_setpoint(a->o)) {
		if (a->reason[0] != '\0' &&
		    !text_from_person(safe, sizeof(safe), a->reason, "reason", why, sizeof(why)))
			return say(a, CHECK_NOT_PASSED, "%s", why);
		return say(a, CHECK_PASSED, "a command has no end");
	}
	str_duration(longest, sizeof(longest), most);
	if (!text_from_person(safe, sizeof(safe), a->reason, "reason", why, sizeof(why)))
		return say(a, CHECK_NOT_PASSED, "%s", why);
	if (a->until == 0)
		return say(a, CHECK_PASSED, "it ends in %s",
		    str_duration(until, sizeof(until), most < OVERRIDE_DEFAULT_US ? most : OVERRIDE_DEFAULT_US));
	if (!utc_is_plausible(a->now))
		return say(a, CHECK_NOT_PASSED,
		    "the clock of the server is wrong; leave the end out, it lasts for %s then",
		    str_duration(until, sizeof(until), most < OVERRIDE_DEFAULT_US ? most : OVERRIDE_DEFAULT_US));
	if (a->until <= a->now.us)
		return say(a, CHECK_NOT_PASSED, "it would have ended already; the time here is %s",
		    control_say_time(a->now, until, sizeof(until)));
	if (a->until - a->now.us > most)
		return say(a, CHECK_NOT_PASSED, "it would last longer than %s from now, which is the longest", longest);
	return say(a, CHECK_PASSED, "it ends at %s", control_say_time((struct utc){ a->until }, until, sizeof(until)));
}

/* ---- all of them.  by_itself: made also for what chisand wants itself: a setpoint of guard or plan, a command of its own */
static const struct {
	enum check_verdict (*ask)(struct ask *a);
	bool for_setpoint, for_command;
} checks[CHECK_COUNT] = {
	/* check            function            by itself: setpoint  command */
	[CHECK_POINT] = { check_point, true, true },
	[CHECK_ROLE] = { check_role, false, false },
	[CHECK_AREA] = { check_area, false, false },
	[CHECK_LOCAL] = { check_local, true, true },
	[CHECK_TAG] = { check_tag, true, true },
	[CHECK_MODE] = { check_mode, true, true },
	[CHECK_INTERLOCK] = { check_interlock, true, true },
	[CHECK_QUALITY] = { check_quality, true, true },
	[CHECK_HEALTH] = { check_health, false, true },
	[CHECK_SELECTED] = { check_selected, false, true },
	[CHECK_RANGE] = { check_range, true, true },
	[CHECK_POSITION] = { check_position, false, false },
	[CHECK_RATE] = { check_rate, false, true },
	[CHECK_END] = { check_end, false, false },
};

enum check_verdict
check_one(struct ask *a, enum check which)
{
	a->addcause = (int)check_addcause(which);
	a->text[0] = '\0';
	return checks[which].ask(a);
}

static bool
is_made(const struct ask *a, enum check which)
{
	if (a->by != NULL)
		return true;
	return a->o != NULL && output_is_setpoint(a->o) ? checks[which].for_setpoint : checks[which].for_command;
}

bool
check_all(struct ask *a, void (*each)(enum check which, enum check_verdict v, const struct ask *a, void *arg),
    void *arg, enum check *failed)
{
	char text[CONTROL_TEXT] = "";
	int addcause = -1;
	bool is_passed = true;

	for (int i = 0; i < CHECK_COUNT && (a->o != NULL || i == CHECK_POINT); i++) {
		if (!is_made(a, (enum check)i))
			continue;
		enum check_verdict v = check_one(a, (enum check)i);
		if (each != NULL)
			each((enum check)i, v, a, arg);
		if (v != CHECK_NOT_PASSED || !is_passed)
			continue;
		is_passed = false;
		*failed = (enum check)i;
		addcause = a->addcause;
		str_copy(text, sizeof(text), a->text);
	}
	a->addcause = addcause;
	str_copy(a->text, sizeof(a->text), text);
	return is_passed;
}
