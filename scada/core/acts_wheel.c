/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_wheel.c - a person makes, changes, files or answers a plan of self-wheeling, or gives prices of imbalance or metered
 * amounts.
 */
#include "config.h"

#include <string.h>

#include "scada/base/command.h"
#include "scada/base/str.h"
#include "scada/core/acts_private.h"

static bool
read_ask(struct act *t, const struct msg_wheel *m, struct wheel_ask *ask)
{
	if (m->act >= WHEEL_ACTS)
		return act_refuse(t, ERR_USAGE, -1, "there is no such act on a plan");
	if ((m->reason[0] != '\0' || wheel_act_wants_reason(m->act)) &&
	    !check_text(t, t->reason, sizeof(t->reason), m->reason, "reason"))
		return false;
	*ask = (struct wheel_ask){ .act = (enum wheel_act)m->act,
		.date = m->date,
		.number = m->number,
		.from = m->from,
		.to = m->to,
		.kwh = m->kwh,
		.part = m->part,
		.name = m->name,
		.data = (const char *)m->data.data,
		.len = m->data.len,
		.reason = t->reason };
	return true;
}

bool
act_wheel(struct acts *a, struct act *t, const struct msg_wheel *m, struct utc now, struct mono mono)
{
	struct actor by = {
		.uid = t->uid, .role = t->role, .user = t->user, .terminal = t->terminal, .areas = t->areas
	};
	struct refusal why;
	struct wheel_entry e;
	struct wheel_ask ask;
	struct msg_journal_add j;

	if (t->areas[0] != '\0')
		return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY,
		    "a plan concerns the whole site, and you are responsible for %s", t->areas);
	if (!read_ask(t, m, &ask))
		return false;
	if (a->wheeling == NULL)
		return act_refuse(t, ERR_BUSY, -1, "the site is not read yet; try again in a moment");
	t->wheel = wheeling_try(a->wheeling, &ask, &by, now, &why);
	if (t->wheel == NULL)
		return act_refuse(t, why.e, why.addcause, "%s", why.text);
	wheeling_entry(t->wheel, &e);
	act_begin_entry(t, JOURNAL_WHEEL, &j);
	j.text = e.text;
	j.before = e.before;
	j.after = e.after;
	j.states = e.states;
	str_copy(t->text, sizeof(t->text), e.after);
	act_journal(a, t, &j, mono);
	return true;
}

void
act_wheel_apply(struct acts *a, struct act *t, struct utc now, struct mono mono)
{
	if (a->wheeling != NULL && t->wheel != NULL)
		wheeling_apply(a->wheeling, t->wheel, now, mono);
}

void
act_wheel_over(struct acts *a, struct act *t)
{
	wheeling_end(a->wheeling, t->wheel);
	t->wheel = NULL;
}
