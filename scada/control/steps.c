/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.c - what a person asks of an output, step by step: check, select, operate, cancel, release, extend, undo.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/control/control_private.h"

#define REFUSED_A_MINUTE 30 /* that are journalled */

/* One request on its way through a step. */
struct step {
	struct control *c;
	const struct msg_command *m;
	const struct actor *by;
	struct request *r;
	void *asker;
	uint32_t sequence;
	struct output *o; /* NULL = none */
	struct utc now;
	struct mono mono;
};

/* A refusal is worth an entry, but nobody may fill the journal with them. */
static void
note_refusal(struct step *s, int addcause, const char *text)
{
	struct control *c = s->c;
	struct person by;
	char words[CONTROL_TEXT + 64], value[96] = "";

	if (c->refused_since.us == 0 || mono_diff_us(s->mono, c->refused_since) >= 60 * US_PER_S) {
		c->refused_since = s->mono;
		c->refused = 0;
	}
	if (c->refused++ >= REFUSED_A_MINUTE)
		return;
	person_from(&by, s->by);
	str_printf(words, sizeof(words), "%s refused: %s", command_step_word(s->m->step), text);
	if (s->o != NULL)
		control_say(s->o, s->m->value, value, sizeof(value));
	control_note(c, JOURNAL_COMMAND, &by, s->o != NULL ? s->o->p->name : "", addcause, words, "", value, NULL);
}

static void refuse(struct step *s, enum err e, int addcause, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
refuse(struct step *s, enum err e, int addcause, const char *fmt, ...)
{
	char text[CONTROL_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	note_refusal(s, addcause, text);
	request_end(s->c, s->r, e, addcause, (enum result_detail)0, "%s", text);
}

/* ---- the checks */

static void
tell_check(enum check which, enum check_verdict v, const struct ask *a, void *arg)
{
	const struct step *s = arg;
	struct msg_check m = {
		.check = (uint8_t)which,
		.verdict = (uint8_t)v,
		.addcause = v == CHECK_NOT_PASSED ? (uint8_t)a->addcause : 255,
		.text = a->text,
	};

	s->c->ops->check(&m, s->asker, s->sequence, s->c->arg);
}

static struct ask
ask_of(struct step *s)
{
	return (struct ask){
		.c = s->c,
		.o = s->o,
		.point = s->m->point,
		.by = s->by,
		.slot = SLOT_OPERATOR,
		.value = s->m->value,
		.until = s->m->until,
		.reason = s->m->reason,
		.now = s->now,
		.mono = s->mono,
	};
}

static enum err
err_of_check(enum check which)
{
	return which == CHECK_POINT                      ? ERR_NOT_FOUND
	    : which == CHECK_ROLE || which == CHECK_AREA ? ERR_DENIED
	                                                 : ERR_REFUSED;
}

/* False: refused. k: that is executed; NULL. */
static bool
pass_checks(struct step *s, struct ask *a)
{
	enum check failed;

	if (check_all(a, tell_check, s, &failed))
		return true;
	if (a->own == NULL)
		refuse(s, err_of_check(failed), a->addcause, "%s", a->text);
	return false;
}

static void
do_check(struct step *s)
{
	struct ask a = ask_of(s);
	enum check failed;

	if (check_all(&a, tell_check, s, &failed))
		request_end(s->c, s->r, OK, -1, (enum result_detail)0, "all checks are passed; nothing was sent");
	else
		request_end(s->c, s->r, err_of_check(failed), a.addcause, (enum result_detail)0, "%s", a.text);
}

/* Role and area, for steps that send nothing by themselves. */
static bool
pass_person(struct step *s)
{
	static const enum check asked[] = { CHECK_POINT, CHECK_ROLE, CHECK_AREA };
	struct ask a = ask_of(s);

	for (size_t i = 0; i < 3; i++)
		if (check_one(&a, asked[i]) == CHECK_NOT_PASSED) {
			refuse(s, err_of_check(asked[i]), a.addcause, "%s", a.text);
			return false;
		}
	return true;
}

/* ---- a command begins */

/* One's own selection or setpoint makes room for the next. */
static void
make_room(struct step *s)
{
	struct command *k = s->o->command;
	char value[96];

	if (k == NULL)
		return;
	control_say(s->o, s->m->value, value, sizeof(value));
	if (k->state == COMMAND_APPROVAL || k->state == COMMAND_SELECTED)
		command_event(
		    s->c, k, EVENT_CANCEL, AC_ABORT_CANCEL, s->now, s->mono, "replaced by %s; nothing was sent", value);
	else
		command_event(s->c, k, EVENT_STOPPED, AC_PARAMETER_CHANGE, s->now, s->mono,
		    "given up on its way: replaced by %s", value);
}

static struct command *
begin(struct step *s, bool needs_select)
{
	struct command *k;

	make_room(s);
	k = command_new(s->c, s->o, SLOT_OPERATOR, s->m->value, s->by, s->now);
	k->until = s->m->until;
	k->needs_select = needs_select;
	text_put_safe(k->reason, sizeof(k->reason), s->m->reason, -1);
	k->request = s->r;
	return k;
}

static void
go(struct step *s, struct command *k)
{
	command_event(s->c, k, EVENT_GO, -1, s->now, s->mono, "waits for the journal");
	command_intend(s->c, k, s->by, s->now, s->mono);
}

static void
reserve(struct control *c, struct command *k, struct utc now, struct mono mono)
{
	struct request *r = k->request;

	command_event(c, k, EVENT_RESERVE, -1, now, mono, "selected for 30 s; nothing was sent yet");
	k->request = NULL;
	request_end(c, r, OK, -1, (enum result_detail)0, "#%llu: selected for 30 s; execute it or cancel it",
	    (unsigned long long)k->id);
}

/* On by itself, or by way of a second person. */
static void
set_out(struct step *s, struct command *k)
{
	bool asks = s->o->p->def->two_person && !s->m->is_emergency;

	k->is_emergency = s->o->p->def->two_person && s->m->is_emergency;
	if (asks) {
		k->approval = approval_for_command(s->c, k, s->by, s->now, s->mono);
		if (k->approval == 0) {
			command_event(s->c, k, EVENT_REFUSE, AC_UNKNOWN, s->now, s->mono,
			    "too many acts wait for a second person; try again in a moment");
			return;
		}
		k->state_until = utc_add(s->now, APPROVAL_US);
		str_copy(k->text, sizeof(k->text), "waits for a second person, for 120 s");
		command_tell(s->c, k);
	} else if (k->needs_select) {
		reserve(s->c, k, s->now, s->mono);
	} else {
		go(s, k);
	}
}

static bool
is_full(struct step *s)
{
	if (s->c->command_count < OPEN_MAX)
		return false;
	request_end(
	    s->c, s->r, ERR_BUSY, -1, (enum result_detail)0, "too many commands are under way; try again in a moment");
	return true;
}

static void
do_select(struct step *s)
{
	struct ask a = ask_of(s);

	if (!is_full(s) && pass_checks(s, &a))
		set_out(s, begin(s, true));
}

/* The most dangerous ones are typed out. */
static bool
is_typed(struct step *s)
{
	if (!s->o->p->def->dangerous || strcmp(s->m->typed, s->o->p->name) == 0)
		return true;
	refuse(s, ERR_REFUSED, AC_INCONSISTENT, "%s is dangerous: its name has to be typed exactly to execute it; %s",
	    s->o->p->name, s->m->typed[0] != '\0' ? "something else was typed" : "nothing was typed");
	return false;
}

static void
operate_directly(struct step *s)
{
	struct ask a = ask_of(s);

	if (s->o != NULL && s->o->p->def->select_before_operate) {
		refuse(s, ERR_REFUSED, AC_NOT_SELECTED, "%s has to be selected first, then executed", s->o->p->name);
		return;
	}
	if (is_full(s) || !pass_checks(s, &a) || !is_typed(s))
		return;
	set_out(s, begin(s, false));
}

/* False: it is refused. */
static bool
may_execute(struct step *s, const struct command *k)
{
	char shall[96], is[96];

	if (k == NULL || k->is_restored || k->o == NULL) {
		refuse(s, ERR_REFUSED, AC_NOT_SELECTED,
		    "nothing of this number is selected: it ran out, was cancelled or executed; select again");
		return false;
	}
	s->o = k->o;
	if (k->by.uid != s->by->uid || k->by.session != s->by->session) {
		refuse(s, ERR_REFUSED, AC_LOCKED_BY_OTHER, "%s selected it, in another session; who selects executes",
		    k->by.user);
		return false;
	}
	if (s->m->point[0] != '\0' && strcmp(s->m->point, k->point) != 0) {
		refuse(s, ERR_REFUSED, AC_INCONSISTENT, "#%llu is a selection of %s, another point; nothing was sent",
		    (unsigned long long)k->id, k->point);
		return false;
	}
	if (k->state == COMMAND_APPROVAL && !s->m->is_emergency) {
		refuse(s, ERR_REFUSED, AC_SELECT_FAILED,
		    "it waits for a second person; who acts alone declares an emergency");
		return false;
	}
	if (k->state != COMMAND_APPROVAL && k->state != COMMAND_SELECTED) {
		refuse(s, ERR_REFUSED, AC_ALREADY_IN_EXECUTION, "it is executed already (%s)",
		    command_state_word(k->state));
		return false;
	}
	if (s->m->value != k->value) {
		refuse(s, ERR_REFUSED, AC_INCONSISTENT, "%s was selected, not %s; nothing was sent",
		    control_say(k->o, k->value, is, sizeof(is)), control_say(k->o, s->m->value, shall, sizeof(shall)));
		return false;
	}
	return is_typed(s);
}

static void
declare_emergency(struct step *s, struct command *k)
{
	struct request *selecting = k->request;
	uint64_t approval = k->approval;

	k->approval = 0;
	k->request = NULL;
	k->is_emergency = true;
	approval_withdraw(s->c, approval);
	request_end(
	    s->c, selecting, OK, -1, (enum result_detail)0, "an emergency was declared; no second person is asked");
}

static void
execute(struct step *s)
{
	struct command *k = command_find(s->c, s->m->command);
	struct ask a;

	if (!may_execute(s, k))
		return;
	if (k->state == COMMAND_APPROVAL)
		declare_emergency(s, k);
	if (s->m->reason[0] != '\0')
		text_put_safe(k->reason, sizeof(k->reason), s->m->reason, -1);
	if (s->m->until != 0)
		k->until = s->m->until;
	a = ask_of(s);
	a.own = k;
	a.point = k->point;
	a.reason = k->reason;
	a.until = k->until;
	k->request = s->r;
	if (!pass_checks(s, &a)) {
		command_event(s->c, k, EVENT_REFUSE, a.addcause, s->now, s->mono, "%s", a.text);
		return;
	}
	go(s, k);
}

static void
do_operate(struct step *s)
{
	if (s->m->command != 0)
		execute(s);
	else
		operate_directly(s);
}

void
command_approved(struct control *c, uint64_t id, enum approval_state state, const struct actor *second,
    const char *reason, struct utc now, struct mono mono)
{
	struct command *k = command_find(c, id);
	struct actor by;

	if (k == NULL || k->state != COMMAND_APPROVAL)
		return;
	k->approval = 0;
	if (second != NULL)
		text_put_safe(k->second, sizeof(k->second), second->user, -1);
	if (state == APPROVAL_EXPIRED) {
		command_event(c, k, EVENT_RUN_OUT, AC_TIME_LIMIT, now, mono, "%s; nothing was sent", reason);
		return;
	}
	if (state != APPROVAL_YES) {
		command_event(c, k, state == APPROVAL_NO ? EVENT_REFUSE : EVENT_CANCEL,
		    state == APPROVAL_NO ? AC_NO_AUTHORITY : AC_ABORT_CANCEL, now, mono, "%s%s%s; nothing was sent",
		    k->second, state == APPROVAL_NO ? " says no: " : "", reason);
		return;
	}
	if (k->needs_select) {
		reserve(c, k, now, mono);
		return;
	}
	/* two minutes may have passed since it was checked */
	struct ask a = { .c = c,
		.o = k->o,
		.point = k->point,
		.by = person_actor(&k->by, &by),
		.slot = SLOT_OPERATOR,
		.value = k->value,
		.until = k->until,
		.reason = k->reason,
		.own = k,
		.now = now,
		.mono = mono };
	enum check failed;
	if (k->o == NULL || !check_all(&a, NULL, NULL, &failed)) {
		command_event(c, k, EVENT_REFUSE, a.addcause, now, mono, "%s", a.text);
		return;
	}
	command_event(c, k, EVENT_GO, -1, now, mono, "approved by %s; waits for the journal", k->second);
	command_intend(c, k, a.by, now, mono);
}

/* ---- cancel, release, extend */

static void
do_cancel(struct step *s)
{
	struct command *k = s->m->command != 0 ? command_find(s->c, s->m->command)
	    : s->o != NULL                     ? s->o->command
	                                       : NULL;

	if (k == NULL || k->is_restored) {
		refuse(s, ERR_REFUSED, AC_NOT_SELECTED, "nothing is selected or under way there");
		return;
	}
	if (s->by->role < ROLE_OPERATOR || s->by->role >= ROLE_PEER ||
	    (k->by.uid != s->by->uid && s->by->role < ROLE_SUPERVISOR)) {
		refuse(s, ERR_DENIED, AC_NO_AUTHORITY, "it is of %s, who cancels it; or a supervisor",
		    k->by.uid == UINT32_MAX ? "chisand" : k->by.user);
		return;
	}
	if (command_next(k->state, EVENT_CANCEL) == COMMAND_STATE_COUNT) {
		refuse(s, ERR_REFUSED, AC_ALREADY_IN_EXECUTION, "it was sent already (%s) and is not taken back%s",
		    command_state_word(k->state),
		    k->o != NULL && output_is_setpoint(k->o) ? "; release the override, or set another value" : "");
		return;
	}
	command_event(
	    s->c, k, EVENT_CANCEL, AC_ABORT_CANCEL, s->now, s->mono, "cancelled by %s; nothing was sent", s->by->user);
	request_end(
	    s->c, s->r, OK, -1, (enum result_detail)0, "#%llu: cancelled; nothing was sent", (unsigned long long)k->id);
}

static bool
is_held(struct step *s)
{
	if (!pass_person(s))
		return false;
	if (!output_is_setpoint(s->o)) {
		refuse(s, ERR_REFUSED, AC_NOT_SUPPORTED, "%s is a command, which nobody holds", s->o->p->name);
		return false;
	}
	if (isnan(s->o->slots[SLOT_OPERATOR].value)) {
		refuse(s, ERR_REFUSED, AC_POSITION_REACHED, "no operator holds %s", s->o->p->name);
		return false;
	}
	return true;
}

static void
do_release(struct step *s)
{
	char reason[COMMAND_REASON], why[CONTROL_TEXT];

	if (!is_held(s))
		return;
	if (!text_from_person(reason, sizeof(reason), s->m->reason, "reason", why, sizeof(why)))
		str_copy(reason, sizeof(reason), "released");
	slot_end_override(s->c, s->o, s->by, reason, s->r, s->now, s->mono);
}

static void
do_extend(struct step *s)
{
	char before[96], after[96], text[CONTROL_TEXT], reason[COMMAND_REASON], why[CONTROL_TEXT];
	struct wbuf states = { .len = 0 };
	struct ask a = ask_of(s);
	struct fill *f;

	if (!is_held(s))
		return;
	f = &s->o->slots[SLOT_OPERATOR];
	if (s->m->reason[0] == '\0')
		a.reason = f->reason;
	if (check_one(&a, CHECK_END) == CHECK_NOT_PASSED) {
		refuse(s, ERR_REFUSED, a.addcause, "%s", a.text);
		return;
	}
	if (!text_from_person(reason, sizeof(reason), s->m->reason, "reason", why, sizeof(why)))
		str_copy(reason, sizeof(reason), "extended");
	control_say_time(f->until, before, sizeof(before));
	slot_set_end(s->o, f, s->m->until, s->now, s->mono);
	control_say_time(f->until, after, sizeof(after));
	s->o->changed = s->now;
	s->o->is_dirty = true;
	save_override(s->o->p->name, f, false, &states);
	struct control_entry e = { .kind = JOURNAL_OVERRIDE,
		.by = s->by,
		.point = s->o->p->name,
		.addcause = -1,
		.token = s->m->token,
		.text = reason,
		.before = before,
		.after = after,
		.states = &states };
	str_printf(text, sizeof(text), "%s: the override goes on until %s", s->o->p->name, after);
	control_act(s->c, s->r, &e, text, s->now);
	wbuf_done(&states);
}

/* ---- undo */

static const struct command *
last_own(const struct step *s)
{
	const struct command *k;

	TAILQ_FOREACH(k, &s->c->ended, entry)
		if (k->by.uid == s->by->uid && !k->is_restored && k->o != NULL && (s->o == NULL || k->o == s->o) &&
		    k->state != COMMAND_REFUSED && k->state != COMMAND_CANCELLED && k->state != COMMAND_EXPIRED)
			return k;
	return NULL;
}

/* A command of its own, with all checks of one; an output that is selected first is selected. */
static void
do_undo(struct step *s)
{
	const struct command *k = last_own(s);
	struct msg_command m = *s->m;
	char reason[COMMAND_REASON];

	if (k == NULL) {
		refuse(s, ERR_REFUSED, AC_NOT_SUPPORTED, "no command of %s is known here since chisand started",
		    s->by->user);
		return;
	}
	s->o = k->o;
	m.point = k->point;
	m.value = k->before;
	m.command = 0;
	str_printf(reason, sizeof(reason), "undo of #%llu%s%s", (unsigned long long)k->id,
	    s->m->reason[0] != '\0' ? ": " : "", s->m->reason);
	m.reason = reason;
	s->m = &m;
	if (output_is_setpoint(s->o) && !isnan(k->replaced.value)) {
		m.value = k->replaced.value;
		if (m.until == 0 && k->replaced.until.us > s->now.us)
			m.until = k->replaced.until.us;
	} else if (output_is_setpoint(s->o) && (k->had_lower || isnan(k->before))) {
		do_release(s); /* nobody held it: the slots below have it again */
		return;
	}
	if (isnan(m.value)) {
		refuse(s, ERR_REFUSED, AC_NOT_SUPPORTED,
		    "how %s was before is not known; give the command that is wanted", s->o->p->name);
	} else if (s->o->p->def->select_before_operate) {
		do_select(s);
	} else {
		operate_directly(s);
	}
}

void
control_command(struct control *c, const struct msg_command *m, const struct actor *by, void *asker, uint32_t sequence,
    struct utc now, struct mono mono)
{
	static void (*const steps[STEP_COUNT])(struct step * s) = {
		[STEP_CHECK] = do_check,
		[STEP_SELECT] = do_select,
		[STEP_OPERATE] = do_operate,
		[STEP_CANCEL] = do_cancel,
		[STEP_RELEASE] = do_release,
		[STEP_EXTEND] = do_extend,
		[STEP_UNDO] = do_undo,
	};
	struct step s = { .c = c, .m = m, .by = by, .asker = asker, .sequence = sequence, .now = now, .mono = mono };
	struct wbuf body = { .len = 0 };

	msg_command_put(&body, m);
	s.r = request_begin(c, W_COMMAND, m->token, &body, by, asker, sequence);
	wbuf_done(&body);
	if (s.r == NULL)
		return;
	if (m->step >= STEP_COUNT) {
		request_end(c, s.r, ERR_USAGE, -1, (enum result_detail)0, "step %u of a command is not known", m->step);
		return;
	}
	s.o = output_find(c, m->point);
	steps[m->step](&s);
	control_settle(c, now, mono);
}
