/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_mode.c - a person sets the mode of dispatch, or its demand target.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/acts_private.h"

static bool
read_ask(struct acts *a, struct act *t, const struct msg_mode *m, struct utc now)
{
	char why[300];
	int addcause = -1;

	if (m->what >= MODE_WHAT_COUNT || m->mode >= GUARD_MODES)
		return act_refuse(t, ERR_USAGE, -1, "there is no such mode, or nothing such to set");
	if (t->role < mode_what_role(m->what))
		return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY, "the %s is set by the role %s; yours is %s",
		    mode_what_word(m->what), role_word(mode_what_role(m->what)), role_word(t->role));
	/* stopping it is open to every operator */
	if (t->areas[0] != '\0' && !(m->what == MODE_SET && m->mode == GUARD_MANUAL))
		return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY,
		    "dispatch concerns the whole site, and you are responsible for %s", t->areas);
	if (!check_text(t, t->reason, sizeof(t->reason), m->reason, "reason"))
		return false;
	t->mode = (struct mode_ask){
		.what = (enum mode_what)m->what, .mode = (enum guard_mode)m->mode, .kw = m->kw, .until = { m->until }
	};
	if (a->dispatching == NULL)
		return act_refuse(t, ERR_BUSY, -1, "the site is not read yet; try again in a moment");
	if (!dispatching_check(a->dispatching, &t->mode, now, &addcause, why, sizeof(why)))
		return act_refuse(t, ERR_REFUSED, addcause, "%s", why);
	return true;
}

bool
act_mode(struct acts *a, struct act *t, const struct msg_mode *m, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);
	struct mode_entry e;
	struct msg_journal_add j;

	if (!read_ask(a, t, m, now))
		return false;
	dispatching_describe(a->dispatching, &t->mode, &by, t->reason, now, mono, &e);
	if (m->is_dry != 0) {
		str_printf(t->text, sizeof(t->text), "%s would be set, in place of: %s", e.after, e.before);
		act_open(a, t);
		act_end(a, t);
	} else {
		act_begin_entry(t, JOURNAL_DISPATCH, &j);
		j.text = t->reason;
		j.before = e.before;
		j.after = e.after;
		j.states = (struct msg_bytes){ e.states.data, e.states.len };
		str_printf(t->text, sizeof(t->text), "%s", e.after);
		act_journal(a, t, &j, mono);
	}
	wbuf_done(&e.states);
	return true;
}

void
act_mode_apply(struct acts *a, struct act *t, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);

	if (a->dispatching != NULL)
		dispatching_set(a->dispatching, &t->mode, &by, t->reason, now, mono);
}
