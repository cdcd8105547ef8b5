/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequencing_act.c - what persons do with a sequence: may it be, what the journal says of it, and then it is so.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/sequencing_private.h"

#define INPUTS_MAX 500

/* ---- may it be? */

static bool
check_person(const struct sequence *s, const struct actor *by, struct refusal *why)
{
	if (by->role < (enum role)s->def->role || by->role >= ROLE_PEER)
		return refusal_say(why, ERR_DENIED, AC_NO_AUTHORITY, "%s is run by the role %s; yours is %s",
		    s->def->name, role_word((enum role)s->def->role), role_word(by->role));
	if (!actor_has_area(by, s->def->area))
		return refusal_say(why, ERR_DENIED, AC_NO_AUTHORITY, "%s is of area %s; you answer for: %s",
		    s->def->name, s->def->area, by->areas);
	return true;
}

static bool
check_is_current(const struct sequence *s, const struct sequence_ask *ask, struct refusal *why)
{
	const struct run *r = &s->run;

	if (r->state != SEQ_RUNNING)
		return refusal_say(
		    why, ERR_REFUSED, AC_BLOCKED_MODE, "%s is not under way; begin it first", s->def->name);
	if (ask->run != r->id)
		return refusal_say(why, ERR_REFUSED, AC_PARAMETER_CHANGE,
		    "another run of %s is under way than the one you saw, begun by %s; look at it first", s->def->name,
		    r->user);
	if (ask->act != SEQ_ABORT && ask->step != r->now)
		return refusal_say(why, ERR_REFUSED, AC_PARAMETER_CHANGE,
		    "step %u is the current one, you meant step %u; look at it first", r->now + 1, ask->step + 1);
	return true;
}

/* The condition and what was read: whoever is refused is to see why. */
static bool
check_condition(
    struct sequencing *q, struct sequence *s, unsigned i, struct utc now, struct mono mono, struct refusal *why)
{
	const struct site_step *p = &s->steps[i];
	char inputs[INPUTS_MAX];
	const char *needed = p->check_text != NULL ? p->check_text : p->check != NULL ? p->check : "an inhibit tag";

	sequence_look(q, s, now, mono);
	sequence_say_inputs(q, s, i, inputs, sizeof(inputs));
	switch (s->checks[i].verdict) {
	case SEQ_FALSE:
		return refusal_say(why, ERR_REFUSED, AC_BLOCKED_INTERLOCKING, "step %u is not so; needed: %s; read: %s",
		    i + 1, needed, inputs);
	case SEQ_BAD:
		return refusal_say(why, ERR_REFUSED, AC_BLOCKED_PROCESS,
		    "nobody knows whether step %u is so, an input is not good; needed: %s; read: %s", i + 1, needed,
		    inputs);
	case SEQ_WAITING:
		return refusal_say(why, ERR_REFUSED, AC_BLOCKED_INTERLOCKING,
		    "step %u has been so for %lld s, and is to be so for %lld s; needed: %s; read: %s", i + 1,
		    (long long)(mono_diff_us(mono, s->checks[i].mono) / US_PER_S), (long long)(p->wait_us / US_PER_S),
		    needed, inputs);
	default: return true;
	}
}

bool
sequencing_check(struct sequencing *q, const struct sequence_ask *ask, const struct actor *by, struct utc now,
    struct mono mono, struct refusal *why)
{
	struct sequence *s = sequence_find(q, ask->name);
	char safe[SEQUENCE_NAME_MAX * 2];

	if (s == NULL) {
		text_put_safe(safe, sizeof(safe), ask->name, -1);
		return refusal_say(why, ERR_NOT_FOUND, -1, "there is no sequence %s; the site file names them", safe);
	}
	if (!check_person(s, by, why))
		return false;
	if (s->is_held)
		return refusal_say(why, ERR_BUSY, AC_ALREADY_IN_EXECUTION,
		    "another act on %s is just being recorded; look at it and try again", s->def->name);
	if (ask->act == SEQ_BEGIN && s->run.state == SEQ_RUNNING)
		return refusal_say(why, ERR_REFUSED, AC_ALREADY_IN_EXECUTION,
		    "%s is under way already, begun by %s: %s", s->def->name, s->run.user, s->run.reason);
	if (ask->act == SEQ_BEGIN)
		return true;
	if (!check_is_current(s, ask, why))
		return false;
	if (ask->act == SEQ_SKIP && !s->steps[s->run.now].skip)
		return refusal_say(why, ERR_REFUSED, AC_BLOCKED_INTERLOCKING,
		    "step %u may not be skipped; the site file does not permit it. Abort the run if it cannot be done",
		    s->run.now + 1);
	return ask->act != SEQ_CONFIRM || check_condition(q, s, s->run.now, now, mono, why);
}

/* ---- how it will be */

static void
step_on(const struct sequence *s, struct run *r, enum sequence_mark mark, const struct actor *by, const char *reason,
    struct utc now)
{
	struct step_done *d = &r->steps[r->now];

	d->mark = mark;
	d->at = now;
	str_copy(d->by, sizeof(d->by), by->user);
	str_copy(d->reason, sizeof(d->reason), reason);
	if (++r->now < s->count)
		return;
	r->state = SEQ_DONE;
	r->ended = now;
	str_copy(r->end_user, sizeof(r->end_user), by->user);
	r->end_reason[0] = '\0';
}

static void
begin(struct run *r, const struct actor *by, const char *reason, struct utc now)
{
	uint64_t id = r->id >= (uint64_t)now.us ? r->id + 1 : (uint64_t)now.us;

	memset(r, 0, sizeof(*r));
	r->state = SEQ_RUNNING;
	r->id = id;
	r->since = now;
	str_copy(r->user, sizeof(r->user), by->user);
	str_copy(r->reason, sizeof(r->reason), reason);
}

static void
step_run(const struct sequence *s, struct run *r, const struct sequence_ask *ask, const struct actor *by,
    const char *reason, struct utc now)
{
	switch (ask->act) {
	case SEQ_BEGIN: begin(r, by, reason, now); break;
	case SEQ_CONFIRM: step_on(s, r, SEQ_CONFIRMED, by, reason, now); break;
	case SEQ_SKIP: step_on(s, r, SEQ_SKIPPED, by, reason, now); break;
	default:
		r->state = SEQ_ABORTED;
		r->ended = now;
		str_copy(r->end_user, sizeof(r->end_user), by->user);
		str_copy(r->end_reason, sizeof(r->end_reason), reason);
		break;
	}
}

static void
describe_step(struct sequencing *q, const struct sequence *s, const struct sequence_ask *ask, const char *reason,
    struct sequence_entry *e)
{
	char step[300], inputs[INPUTS_MAX];
	const char *word = ask->act == SEQ_CONFIRM ? "confirmed" : "skipped";

	sequence_say_step(s, s->run.now, step, sizeof(step));
	str_printf(e->text, sizeof(e->text), "%s: %s: %s%s%s", s->def->name, word, step, reason[0] != '\0' ? "; " : "",
	    reason);
	sequence_say_inputs(q, s, s->run.now, inputs, sizeof(inputs));
	str_printf(e->before, sizeof(e->before), "%s", inputs[0] != '\0' ? inputs : "nothing to read: a person's word");
	if (s->steps[s->run.now].point != NULL)
		str_copy(e->point, sizeof(e->point), s->steps[s->run.now].point);
}

void
sequencing_describe(struct sequencing *q, const struct sequence_ask *ask, const struct actor *by, const char *reason,
    struct utc now, struct sequence_entry *e)
{
	struct sequence *s = sequence_find(q, ask->name);
	struct run next = s->run;
	struct wbuf blob = { .len = 0 };
	char step[300];

	memset(e, 0, sizeof(*e));
	step_run(s, &next, ask, by, reason, now);
	sequence_say_step(s, s->run.now, step, sizeof(step));
	if (ask->act == SEQ_BEGIN)
		str_printf(e->text, sizeof(e->text), "%s: begun: %s", s->def->name, reason);
	else if (ask->act == SEQ_ABORT)
		str_printf(e->text, sizeof(e->text), "%s: aborted at %s; %s", s->def->name, step, reason);
	else
		describe_step(q, s, ask, reason, e);
	if (next.state == SEQ_RUNNING)
		sequence_say_step(s, next.now, e->after, sizeof(e->after));
	else
		str_copy(e->after, sizeof(e->after), sequence_state_word(next.state));
	sequence_put_state(s, &next, &blob);
	w_u8(&e->states, STATE_SEQUENCE);
	w_str(&e->states, s->def->name);
	w_bytes(&e->states, blob.data, blob.len);
	wbuf_done(&blob);
}

void
sequencing_hold(struct sequencing *q, const char *name, bool on)
{
	struct sequence *s = sequence_find(q, name);

	if (s != NULL)
		s->is_held = on;
}

void
sequencing_set(struct sequencing *q, const struct sequence_ask *ask, const struct actor *by, const char *reason,
    struct utc now, struct mono mono)
{
	struct sequence *s = sequence_find(q, ask->name);
	bool is_as_seen;

	if (s == NULL)
		return;
	/* a new site file may have come while the entry was written */
	is_as_seen = ask->act == SEQ_BEGIN ? s->run.state != SEQ_RUNNING
	                                   : s->run.state == SEQ_RUNNING && s->run.id == ask->run &&
	        (ask->act == SEQ_ABORT || s->run.now == ask->step);
	if (!is_as_seen)
		return;
	step_run(s, &s->run, ask, by, reason, now);
	s->is_changed = true;
	sequencing_turn(q, now, mono);
}
