/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_sequence.c - a person begins a guided sequence, confirms or skips a step of it, or aborts it.
 */
#include "config.h"

#include <string.h>

#include "scada/base/str.h"
#include "scada/core/acts_private.h"

static bool
read_ask(struct acts *a, struct act *t, const struct msg_sequence *m, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);
	struct refusal why;

	if (m->act >= SEQ_ACT_COUNT || strlen(m->name) >= sizeof(t->sequence.name))
		return act_refuse(t, ERR_USAGE, -1, "there is no such act, or no such name of a sequence");
	t->sequence = (struct sequence_ask){ .act = (enum sequence_act)m->act, .run = m->run, .step = m->step };
	str_copy(t->sequence.name, sizeof(t->sequence.name), m->name);
	if ((m->reason[0] != '\0' || sequence_act_wants_reason(m->act)) &&
	    !check_text(t, t->reason, sizeof(t->reason), m->reason, "reason"))
		return false;
	if (a->sequencing == NULL)
		return act_refuse(t, ERR_BUSY, -1, "the site is not read yet; try again in a moment");
	if (!sequencing_check(a->sequencing, &t->sequence, &by, now, mono, &why))
		return act_refuse(t, why.e, why.addcause, "%s", why.text);
	return true;
}

bool
act_sequence(struct acts *a, struct act *t, const struct msg_sequence *m, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);
	struct sequence_entry e;
	struct msg_journal_add j;

	if (!read_ask(a, t, m, now, mono))
		return false;
	sequencing_describe(a->sequencing, &t->sequence, &by, t->reason, now, &e);
	act_begin_entry(t, JOURNAL_SEQUENCE, &j);
	j.point = e.point;
	j.text = e.text;
	j.before = e.before;
	j.after = e.after;
	j.states = (struct msg_bytes){ e.states.data, e.states.len };
	str_printf(t->text, sizeof(t->text), "%s: %s", t->sequence.name, e.after);
	sequencing_hold(a->sequencing, t->sequence.name, true);
	act_journal(a, t, &j, mono);
	wbuf_done(&e.states);
	return true;
}

void
act_sequence_apply(struct acts *a, struct act *t, struct mono mono)
{
	struct actor by = act_actor(t);

	/* at the time that its entry and the saved state have */
	if (a->sequencing != NULL)
		sequencing_set(a->sequencing, &t->sequence, &by, t->reason, (struct utc){ t->time }, mono);
}

void
act_sequence_over(struct acts *a, const struct act *t)
{
	if (a->sequencing != NULL)
		sequencing_hold(a->sequencing, t->sequence.name, false);
}
