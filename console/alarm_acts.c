/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarm_acts.c - sending acts on alarms side by side, and hearing how each ended.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "console/alarm_acts.h"
#include "console/bell.h"
#include "console/client_control.h"
#include "console/view.h"
#include "scada/base/str.h"
#include "scada/base/text.h"

void
alarm_acts_init(struct alarm_acts *a, struct console *co)
{
	*a = (struct alarm_acts){ .co = co };
	co->alarm_acts = a;
}

void
alarm_acts_done(struct alarm_acts *a)
{
	memset(a->slots, 0, sizeof a->slots); /* the client, which is freed, forgets them */
}

static void
ended(struct alarm_acts_slot *s, enum err e, int addcause, uint16_t detail, const char *text)
{
	struct console *co = s->owner->co;

	s->asked = 0;
	s->end = acts_tell(co, &s->act, e, addcause, detail, text, s->text, sizeof s->text);
	s->approval = s->end == ACT_ASKED ? act_approval(text) : 0;
	view_update(co, CHANGE_ACT, s->number);
	co->dirty |= DRAW_ALL;
	alarm_acts_decided(co); /* the decision may have come before the answer */
}

static void
answer_done(struct client *c, enum err e, int addcause, const char *text, void *arg)
{
	ended(arg, e, addcause, c->result_detail, text);
}

static const struct client_answer answer = { .done = answer_done };

/* ---- two persons */

static void
told(struct alarm_acts_slot *s, enum act_end end, const char *raw)
{
	struct console *co = s->owner->co;

	s->approval = 0;
	s->end = end;
	text_put_safe(s->text, sizeof s->text, raw, -1);
	console_message(co, end > ACT_ASKED, "%s: %s", s->act.what, s->text);
	view_update(co, CHANGE_ACT, s->number);
	co->dirty |= DRAW_ALL;
}

static void
decided(struct alarm_acts_slot *s, const struct msg_approval *m)
{
	char raw[400];

	switch ((enum approval_state)m->state) {
	case APPROVAL_YES:
		if (m->outcome[0] == '\0') {
			str_printf(raw, sizeof raw, "approved by %s and DONE", m->by);
			told(s, ACT_RECORDED, raw);
			return;
		}
		str_printf(raw, sizeof raw, "approved by %s, and REFUSED: %s", m->by, m->outcome);
		told(s, ACT_REFUSED, raw);
		return;
	case APPROVAL_NO:
		str_printf(raw, sizeof raw, "NOT DONE: %s said no: %s", m->by, m->outcome);
		told(s, ACT_REFUSED, raw);
		return;
	case APPROVAL_EXPIRED: told(s, ACT_FAILED, "NOT DONE: nobody said yes in time"); return;
	default: str_printf(raw, sizeof raw, "NOT DONE: %s", m->outcome); told(s, ACT_FAILED, raw);
	}
}

void
alarm_acts_decided(struct console *co)
{
	const struct client_control *k = co->client->control;

	if (k == NULL || k->decided.approval == 0)
		return;
	for (int i = 0; i < ALARM_ACTS; i++)
		if (co->alarm_acts->slots[i].approval == k->decided.approval)
			decided(&co->alarm_acts->slots[i], &k->decided);
}

void
alarm_acts_model(struct console *co)
{
	for (int i = 0; i < ALARM_ACTS; i++) {
		struct alarm_acts_slot *s = &co->alarm_acts->slots[i];
		if (s->approval != 0 && client_approval(co->client, s->approval) == NULL)
			told(s, ACT_UNKNOWN,
			    "UNKNOWN: it was decided while there was no link; the journal tells what became of it");
	}
}

void
alarm_acts_tick(struct console *co)
{
	struct alarm_acts *a = co->alarm_acts;

	for (int i = 0; i < ALARM_ACTS; i++) {
		struct alarm_acts_slot *s = &a->slots[i];
		if (s->asked == 0 || utc_diff_us(co->now, s->act.since) <= ACTS_LIMIT_US)
			continue;
		client_forget(co->client, &s->asked);
		ended(s, ERR_UNKNOWN, -1, 0, "no answer for 10s");
	}
}

bool
alarm_acts_allowed(struct console *co, enum alarm_act act)
{
	enum role least = alarm_act_role(act);

	if (console_is_lost(co))
		console_message(co, true, "there is no link to chisand: nothing can be done");
	else if (co->client->role < least)
		console_message(co, true, "%s needs the role %s; you are %s", alarm_act_word(act), role_word(least),
		    role_word(co->client->role));
	else if (alarm_act_needs_control(act) && !co->is_control)
		console_message(co, true, "you are in VIEW: C takes CONTROL, then %s can be done", alarm_act_word(act));
	else
		return true;
	return false;
}

/*
 * The oldest that has ended gives its place; NULL: all are under way. Those that wait for a second person give theirs last: nobody is kept
 * from acknowledging by them.
 */
static struct alarm_acts_slot *
free_slot(struct alarm_acts *a)
{
	struct alarm_acts_slot *best = NULL;

	for (int i = 0; i < ALARM_ACTS; i++) {
		struct alarm_acts_slot *s = &a->slots[i];
		if (s->asked != 0)
			continue;
		if (best == NULL || (s->approval == 0) > (best->approval == 0) ||
		    ((s->approval == 0) == (best->approval == 0) && s->number < best->number))
			best = s;
	}
	return best;
}

uint32_t
alarm_acts_send(
    struct console *co, const struct alarm_ask *ask, const struct alarm_seen *seen, unsigned n, const char *what)
{
	struct alarm_acts *a = co->alarm_acts;
	struct alarm_acts_slot *s = free_slot(a);
	struct wbuf b;

	if (s == NULL) {
		console_message(co, true, "%d acts are still under way; wait for their outcome", ALARM_ACTS);
		return 0;
	}
	*s = (struct alarm_acts_slot){ .owner = a };
	s->act = (struct acts_waiting){ .kind = JOURNAL_ACK, .since = co->now, .time = co->now, .is_alarm = true };
	str_copy(
	    s->act.alarm, sizeof s->act.alarm, n > 0 ? seen[n - 1].name : ""); /* the last one's entry comes last */
	str_copy(s->act.what, sizeof s->act.what, what);
	wbuf_init(&b);
	alarm_ask_put(&b, ask, act_token(), seen, n);
	s->asked = client_ask(co->client, W_ALARM_ACT, &b, &answer, s);
	wbuf_done(&b);
	if (s->asked == 0) {
		console_message(co, true, "not sent: there is no link to chisand");
		return 0;
	}
	s->number = ++a->last;
	return s->number;
}

const char *
alarm_acts_outcome(const struct console *co, uint32_t number, bool *has_ended, enum act_end *end)
{
	for (int i = 0; i < ALARM_ACTS; i++) {
		const struct alarm_acts_slot *s = &co->alarm_acts->slots[i];
		if (s->number != number || number == 0)
			continue;
		*has_ended = s->asked == 0;
		*end = s->end;
		return s->text;
	}
	return NULL;
}

void
alarm_acts_silence(struct console *co)
{
	const struct client_alarms *all = co->client->alarms;
	struct alarm_ask ask = ALARM_ASK_INIT(ALARM_ACT_SILENCE);

	bell_hush(co->bell); /* at once, whatever becomes of the act */
	if (all == NULL || all->horn.priority == 0)
		console_message(co, false, "nothing sounds");
	else if (alarm_acts_allowed(co, ALARM_ACT_SILENCE))
		alarm_acts_send(co, &ask, NULL, 0, "silence");
}
