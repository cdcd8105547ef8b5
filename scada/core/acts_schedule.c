/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_schedule.c - a person adds, changes or ends an entry of dispatch's schedule.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/acts_private.h"

/* Of what there is its own kind counts, not the one that was sent. */
static bool
check_role(const struct acts *a, struct act *t, const struct msg_schedule *m)
{
	const struct schedule_entry *was =
	    m->act == SCHEDULE_ADD ? NULL : dispatching_schedule_find(a->dispatching, m->id);
	enum role least = schedule_kind_role(was != NULL ? was->kind : m->kind);

	if (t->role >= least)
		return true;
	return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY,
	    "a %s is entered, changed and ended by the role %s; yours is %s",
	    schedule_kind_word(was != NULL ? was->kind : m->kind), role_word(least), role_word(t->role));
}

static bool
read_ask(struct acts *a, struct act *t, const struct msg_schedule *m, struct utc now)
{
	struct refusal why;

	if (m->act >= SCHEDULE_ACTS || m->kind >= SCHEDULE_KINDS || strlen(m->asset) >= SCHEDULE_NAME)
		return act_refuse(t, ERR_USAGE, -1, "there is no such act, or nothing such to enter");
	if (t->areas[0] != '\0')
		return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY,
		    "dispatch concerns the whole site, and you are responsible for %s", t->areas);
	if (!check_text(t, t->reason, sizeof(t->reason), m->reason, "reason"))
		return false;
	t->schedule = (struct schedule_ask){ .act = (enum schedule_act)m->act,
		.seen = m->seen,
		.entry = { .id = m->id,
		    .kind = (enum schedule_kind)m->kind,
		    .from = { m->from },
		    .until = { m->until },
		    .value = m->value } };
	str_copy(t->schedule.entry.asset, sizeof(t->schedule.entry.asset), m->asset);
	if (a->dispatching == NULL)
		return act_refuse(t, ERR_BUSY, -1, "the site is not read yet; try again in a moment");
	if (!check_role(a, t, m))
		return false;
	if (!dispatching_schedule_check(a->dispatching, &t->schedule, now, &why))
		return act_refuse(t, why.e, why.addcause, "%s", why.text);
	return true;
}

bool
act_schedule(struct acts *a, struct act *t, const struct msg_schedule *m, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);
	struct wbuf states = { .len = 0 };
	struct schedule_said said;
	struct msg_journal_add j;

	if (!read_ask(a, t, m, now))
		return false;
	dispatching_schedule_describe(a->dispatching, &t->schedule, &by, t->reason, now, &said, &states);
	if (m->is_dry != 0) {
		str_printf(t->text, sizeof(t->text), "it would be: %s; in place of: %s", said.after, said.before);
		act_open(a, t);
		act_end(a, t);
	} else {
		act_begin_entry(t, JOURNAL_DISPATCH, &j);
		j.text = t->reason;
		j.before = said.before;
		j.after = said.after;
		j.states = (struct msg_bytes){ states.data, states.len };
		str_printf(t->text, sizeof(t->text), "%s", said.after);
		dispatching_schedule_hold(a->dispatching, true);
		act_journal(a, t, &j, mono);
	}
	wbuf_done(&states);
	return true;
}

void
act_schedule_apply(struct acts *a, struct act *t, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);

	if (a->dispatching != NULL)
		dispatching_schedule_set(
		    a->dispatching, &t->schedule, &by, t->reason, (struct utc){ t->time }, now, mono);
}

void
act_schedule_over(struct acts *a)
{
	if (a->dispatching != NULL)
		dispatching_schedule_hold(a->dispatching, false);
}
