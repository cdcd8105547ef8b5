/* SPDX-License-Identifier: Apache-2.0 */
/*
 * approval.c - acts that wait for a second person: another user and another session, of the role and area asked for, within 120 s.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/control/control_private.h"

static void
describe(
    const struct approval *a, enum approval_state state, const char *by, const char *outcome, struct msg_approval *m)
{
	*m = (struct msg_approval){
		.approval = a->id,
		.state = (uint8_t)state,
		.until = a->until.us,
		.role = (uint8_t)a->least,
		.area = a->area,
		.user = a->by.user,
		.what = a->what,
		.by = by,
		.outcome = outcome,
	};
}

static void
tell(struct control *c, const struct approval *a, enum approval_state state, const char *by, const char *outcome)
{
	struct msg_approval m;

	describe(a, state, by, outcome, &m);
	c->ops->approval(&m, c->arg);
}

static struct approval *
find(const struct control *c, uint64_t id)
{
	struct approval *a;

	TAILQ_FOREACH(a, &c->approvals, entry)
		if (a->id == id)
			return a;
	return NULL;
}

static void
drop(struct control *c, struct approval *a)
{
	TAILQ_REMOVE(&c->approvals, a, entry);
	c->approval_count--;
	free(a);
}

/*
 * It is decided: off the list first, since who hears of it may ask for another. What an act of others came to is told with the decision;
 * a command tells for itself, after it.
 */
static void
decide(struct control *c, struct approval *a, enum approval_state state, const struct actor *second, const char *reason,
    struct utc now, struct mono mono)
{
	struct approval is = *a;
	char outcome[CONTROL_TEXT] = "";

	drop(c, a);
	if (state != APPROVAL_YES)
		str_copy(outcome, sizeof(outcome), reason);
	if (is.command == 0 && is.decided != NULL)
		is.decided(state, second, reason, outcome, sizeof(outcome), is.arg);
	tell(c, &is, state, second != NULL ? second->user : "", outcome);
	if (is.command != 0)
		command_approved(c, is.command, state, second, reason, now, mono);
}

static struct approval *
begin(struct control *c, const struct actor *by, enum role least, const char *area, const char *what, struct utc now,
    struct mono mono)
{
	struct approval *a;

	if (c->approval_count >= OPEN_MAX)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->id = control_id(c, now);
	person_from(&a->by, by);
	a->least = least;
	text_put_safe(a->area, sizeof(a->area), area != NULL ? area : "", -1);
	text_put_safe(a->what, sizeof(a->what), what, -1);
	a->until = utc_add(now, APPROVAL_US);
	a->deadline = mono_add(mono, APPROVAL_US);
	TAILQ_INSERT_TAIL(&c->approvals, a, entry);
	c->approval_count++;
	return a;
}

uint64_t
approval_ask(struct control *c, const struct actor *by, enum role least, const char *area, const char *what,
    approval_fn *decided, void *arg, struct utc now, struct mono mono)
{
	struct approval *a = begin(c, by, least, area, what, now, mono);

	if (a == NULL)
		return 0;
	a->decided = decided;
	a->arg = arg;
	tell(c, a, APPROVAL_PENDING, "", "");
	return a->id;
}

uint64_t
approval_for_command(
    struct control *c, const struct command *k, const struct actor *by, struct utc now, struct mono mono)
{
	char what[CONTROL_TEXT], value[96], before[96];
	struct approval *a;

	str_printf(what, sizeof(what), "%s: %s, now %s%s%s", k->o->p->name,
	    control_say(k->o, k->value, value, sizeof(value)), control_say(k->o, k->before, before, sizeof(before)),
	    k->reason[0] != '\0' ? ": " : "", k->reason);
	a = begin(c, by, command_step_role(STEP_OPERATE), output_area(c, k->o), what, now, mono);
	if (a == NULL)
		return 0;
	a->command = k->id;
	tell(c, a, APPROVAL_PENDING, "", "");
	return a->id;
}

void
approval_withdraw(struct control *c, uint64_t id)
{
	struct approval *a = find(c, id);

	if (a == NULL)
		return;
	tell(c, a, APPROVAL_WITHDRAWN, "", "who asked does not want it any more");
	drop(c, a);
}

void
approval_forget(struct control *c, const void *session, struct utc now, struct mono mono)
{
	struct approval *a;
	bool again = true;

	while (again) { /* who hears of one may change the list */
		again = false;
		TAILQ_FOREACH(a, &c->approvals, entry)
			if (a->by.session == session) {
				decide(c, a, APPROVAL_WITHDRAWN, NULL, "who asked has gone", now, mono);
				again = true;
				break;
			}
	}
}

/* NULL: it may be this person. */
static const char *
refusal(const struct approval *a, const struct actor *by, char *buf, size_t size)
{
	if (by->uid == a->by.uid) {
		str_printf(buf, size, "%s asked for it; another person has to approve", a->by.user);
		return buf;
	}
	if (by->session == a->by.session)
		return "it was asked for from this session; approve it from another one";
	if (by->role < a->least || by->role >= ROLE_PEER) {
		str_printf(buf, size, "%s is %s; at least %s is needed to approve it", by->user, role_word(by->role),
		    role_word(a->least));
		return buf;
	}
	if (!actor_has_area(by, a->area)) {
		str_printf(buf, size, "it stands in area %s; %s answers for: %s", a->area, by->user, by->areas);
		return buf;
	}
	return NULL;
}

void
control_approve(struct control *c, const struct msg_approve *m, const struct actor *by, void *asker, uint32_t sequence,
    struct utc now, struct mono mono)
{
	char text[CONTROL_TEXT], reason[COMMAND_REASON] = "", what[CONTROL_TEXT];
	struct wbuf body = { .len = 0 };
	struct approval *a = find(c, m->approval);
	struct request *r;
	const char *no;

	msg_approve_put(&body, m);
	r = request_begin(c, W_APPROVE, m->token, &body, by, asker, sequence);
	wbuf_done(&body);
	if (r == NULL)
		return;
	if (a == NULL) {
		request_end(c, r, ERR_NOT_FOUND, -1, (enum result_detail)0,
		    "nothing of this number waits: it was decided, withdrawn, or its 120 s are over");
		return;
	}
	if ((no = refusal(a, by, text, sizeof(text))) != NULL) {
		request_end(c, r, ERR_DENIED, AC_NO_AUTHORITY, (enum result_detail)0, "%s", no);
		return;
	}
	if ((m->reason[0] != '\0' || !m->yes) &&
	    !text_from_person(reason, sizeof(reason), m->reason, "reason", text, sizeof(text))) {
		request_end(c, r, ERR_REFUSED, AC_INCONSISTENT, (enum result_detail)0, "%s", text);
		return;
	}
	str_copy(what, sizeof(what), a->what);
	request_end(c, r, OK, -1, (enum result_detail)0, "%s: %s", m->yes ? "approved" : "refused", what);
	decide(c, a, m->yes ? APPROVAL_YES : APPROVAL_NO, by, reason, now, mono);
	control_settle(c, now, mono);
}

void
approval_turn(struct control *c, struct utc now, struct mono mono)
{
	struct approval *a;

	while ((a = TAILQ_FIRST(&c->approvals)) != NULL && is_due(a->deadline, mono)) /* all last as long */
		decide(c, a, APPROVAL_EXPIRED, NULL, "nobody answered within 120 s", now, mono);
}

void
approval_due(const struct control *c, struct mono *at)
{
	const struct approval *a = TAILQ_FIRST(&c->approvals);

	if (a != NULL)
		due_at(at, a->deadline);
}

void
approval_free_all(struct control *c)
{
	struct approval *a;

	while ((a = TAILQ_FIRST(&c->approvals)) != NULL)
		drop(c, a);
}

void
control_each_approval(const struct control *c, void (*each)(const struct msg_approval *m, void *arg), void *arg)
{
	const struct approval *a;
	struct msg_approval m;

	TAILQ_FOREACH(a, &c->approvals, entry) {
		describe(a, APPROVAL_PENDING, "", "", &m);
		each(&m, arg);
	}
}
