/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts_alarm.c - what persons do to alarms: applied at once, journalled alarm by alarm with the state that it changes, answered when
 * all of it is durable or its 200 ms are over.  Where two persons are asked for, the first is told so, and the act is done when a
 * second one has said yes.
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/acts_private.h"

#define ALARMS_MAX 1000 /* of one act */
#define SECOND_MAX 64   /* acts that wait for a second person at a time */

struct target {
	char name[ALARM_NAME_MAX]; /* the site may be another one when a second person has said yes */
	uint64_t seen;
};
struct alarm_ask {
	struct alarm_request request;
	char reason[ALARM_REASON];
	struct target *targets;
	uint32_t count, room;
	/* ---- how it goes */
	uint32_t done, refused, unsaid; /* unsaid: refusals that have no room in why */
	unsigned waits;                 /* entries that are not answered */
	bool is_late, is_over;
	bool is_waiting;    /* for a second person; the first was told so */
	uint64_t approval;  /* its number */
	uint64_t seq;       /* of the first entry */
	enum err not_taken; /* an entry that the store refuses for good; the act is done all the same */
	char not_taken_text[200];
	char why[TEXT_MAX - 300], second[64];
	int addcause;
};

static const struct alarm_def *
def_of(const struct acts *a, const struct target *g)
{
	uint32_t alarm = alarms_find(alarming_engine(a->alarming), g->name);

	return alarm == ALARM_NONE ? NULL : alarms_def(alarming_engine(a->alarming), alarm);
}

void
act_alarm_free(struct act *t)
{
	if (t->ask == NULL)
		return;
	free(t->ask->targets);
	free(t->ask);
	t->ask = NULL;
}

bool
act_alarm_waits(const struct act *t)
{
	return t->ask != NULL && t->ask->is_waiting;
}

void
act_alarm_say_waits(struct acts *a, const struct act *t, void *asker, uint32_t sequence)
{
	char text[160];

	str_printf(text, sizeof(text),
	    "this takes two persons: nothing is done yet; a second one has 120 s to approve it (approval %" PRIu64 ")",
	    t->ask->approval);
	if (asker != NULL)
		a->ops->answer(asker, sequence, OK, -1, RESULT_NEEDS_SECOND, text, a->arg);
}

/* ---- entries */

static void
say_refusals(struct act *t)
{
	const struct alarm_ask *k = t->ask;
	char more[64] = "", others[64] = "";

	if (k->unsaid > 0)
		str_printf(more, sizeof(more), "; and %u more", k->unsaid);
	if (k->done > 0)
		str_printf(others, sizeof(others), "; the other%s done", k->done > 1 ? "s were" : " was");
	act_refuse(t, ERR_REFUSED, k->addcause, "%s%s%s", k->why, more, others);
}

static void
end_when_over(struct acts *a, struct act *t)
{
	struct alarm_ask *k = t->ask;
	char what[TEXT_MAX - 300];

	if (!k->is_over || k->waits > 0)
		return;
	if (k->not_taken != OK) { /* it is done, and nobody will find it in the journal */
		str_copy(what, sizeof(what), k->refused > 0 ? k->why : t->text);
		act_refuse(t, k->not_taken, -1, "%s; it is done, but the journal refuses its entry: %s", what,
		    k->not_taken_text);
	} else if (k->refused > 0) {
		say_refusals(t);
	} else {
		act_say_entry(t, k->is_late ? 0 : k->seq);
	}
	t->detail = k->is_late || k->not_taken != OK ? RESULT_NOT_RECORDED : (enum result_detail)0;
	act_end(a, t);
}

static void
entry_journalled(const struct log_end *end, void *arg)
{
	struct act *t = arg;
	struct alarm_ask *k = t->ask;

	k->waits--;
	if (end->outcome == LOG_RECORDED && k->seq == 0)
		k->seq = end->m->seq;
	k->is_late |= end->outcome == LOG_LATE;
	if (end->outcome == LOG_REFUSED) {
		k->not_taken = end->e;
		str_copy(
		    k->not_taken_text, sizeof(k->not_taken_text), end->text[0] != '\0' ? end->text : err_text(end->e));
	}
	end_when_over(t->acts, t);
}

void
acts_alarm_entry(struct acts *a, const struct msg_journal_add *m)
{
	struct act *t = a->acting;
	struct msg_journal_add j = *m;
	char after[200];
	struct mono mono;

	(void)a->ops->now(&mono, a->arg);
	if (t == NULL) {
		logbook_add(a->log, &j, mono);
		return;
	}
	j.token = t->ask->waits == 0 && t->ask->done == 0 ? t->token : 0;
	if (t->ask->second[0] != '\0') {
		str_printf(after, sizeof(after), "%s, approved by %s", m->after, t->ask->second);
		j.after = after;
	}
	t->ask->waits++;
	logbook_done(a->log, &j, mono, entry_journalled, t);
}

/* ---- doing it */

static bool
needs_two(const struct acts *a, const struct alarm_ask *k)
{
	for (uint32_t i = 0; i < k->count; i++)
		if (alarms_needs_two(alarming_engine(a->alarming),
		        alarms_find(alarming_engine(a->alarming), k->targets[i].name), k->request.act))
			return true;
	return false;
}

/* Of ten alarms one reads which of them were refused, and why each. */
static void
note_refusal(struct alarm_ask *k, const char *name, int addcause, const char *sentence)
{
	bool is_named = alarm_is_named(sentence, name);
	char why[ALARM_NAME_MAX + 400];

	str_printf(why, sizeof(why), "%s%s%s", is_named ? "" : name, is_named ? "" : ": ", sentence);
	if (k->refused++ == 0) {
		k->addcause = addcause;
		str_copy(k->why, sizeof(k->why), why);
	} else if (strlen(k->why) + strlen(why) + 3 < sizeof(k->why)) {
		str_append(k->why, sizeof(k->why), "; ");
		str_append(k->why, sizeof(k->why), why);
	} else {
		k->unsaid++;
	}
}

static void
say_done(struct act *t, bool asks_second)
{
	const struct alarm_ask *k = t->ask;
	const char *word = alarm_act_word(k->request.act);
	const char *would = !k->request.is_dry ? ""
	    : asks_second                      ? " would be done when a second person says yes"
	                                       : " would be done";

	if (k->count == 1)
		str_printf(t->text, sizeof(t->text), "%s: %s%s", k->targets[0].name, word, would);
	else
		str_printf(t->text, sizeof(t->text), "%s: %u alarms%s", word, k->done, would);
	if (k->second[0] != '\0') {
		str_append(t->text, sizeof(t->text), ", approved by ");
		str_append(t->text, sizeof(t->text), k->second);
	}
}

/* One alarm for those on duty, of however many the act was. */
struct alone {
	uint32_t count, first[ALARMS_ALONE_NAMED];
};

static void
note_done(struct alarm_ask *k, const struct alarms *engine, uint32_t alarm, struct alone *alone)
{
	k->done++;
	if (k->request.is_dry || !k->request.is_emergency || !alarms_needs_two(engine, alarm, k->request.act))
		return;
	if (alone->count < ALARMS_ALONE_NAMED)
		alone->first[alone->count] = alarm;
	alone->count++;
}

static void
do_all(struct acts *a, struct act *t, struct utc now, struct mono mono)
{
	struct alarm_ask *k = t->ask;
	struct alarms *engine = alarming_engine(a->alarming);
	struct actor by = act_actor(t);
	struct alone alone = { .count = 0 };
	char why[400];

	a->acting = t;
	for (uint32_t i = 0; i < k->count; i++) {
		uint32_t alarm = alarms_find(engine, k->targets[i].name);
		int addcause = -1;

		k->request.seen = k->targets[i].seen;
		if (alarm == ALARM_NONE) {
			str_printf(why, sizeof(why), "there is no alarm %s any more", k->targets[i].name);
			note_refusal(k, k->targets[i].name, addcause, why);
		} else if (alarms_act(engine, alarm, &k->request, &by, now, mono, &addcause, why, sizeof(why)))
			note_done(k, engine, alarm, &alone);
		else
			note_refusal(k, k->targets[i].name, addcause, why);
	}
	a->acting = NULL;
	if (alone.count > 0)
		alarms_alone(engine, &by, k->request.act, alone.first, alone.count, now, mono);
	say_done(t, k->request.is_dry && !k->request.is_emergency && needs_two(a, k));
	k->is_over = true;
	if (k->done > 0)
		a->ops->touched(a->arg);
}

static void
finish_now(struct acts *a, struct act *t, struct mono mono)
{
	struct alarm_ask *k = t->ask;

	if (k->request.is_dry) { /* nothing was done, and nothing is journalled */
		if (k->refused > 0) {
			k->done = 0;
			say_refusals(t);
		}
		act_end(a, t);
		return;
	}
	if (k->done == 0 && k->waits == 0) {
		TAILQ_REMOVE(&a->open, t, entry);
		a->open_count--;
		say_refusals(t);
		act_refused(a, t, mono);
		return;
	}
	end_when_over(a, t);
}

/* ---- two persons */

static void
say_what(const struct act *t, char *what, size_t size)
{
	const struct alarm_ask *k = t->ask;

	str_printf(what, size, "%s %s%s", alarm_act_word(k->request.act), k->targets[0].name,
	    k->count > 1 ? " and others" : "");
	if (k->request.act == ALARM_ACT_LIMIT) {
		char number[40];

		str_append(what, size, " to ");
		str_append(what, size,
		    isnan(k->request.limit) ? "that of the site file"
		                            : str_double(number, sizeof(number), k->request.limit));
	}
	str_append(what, size, ": ");
	str_append(what, size, k->reason);
}

static void
say_undecided(const struct act *t, enum approval_state state, const struct actor *second, const char *reason,
    char *text, size_t size)
{
	const char *word = alarm_act_word(t->ask->request.act);

	if (state == APPROVAL_NO)
		str_printf(text, size, "%s was not done: %s said no: %s", word, second->user, reason);
	else if (state == APPROVAL_EXPIRED)
		str_printf(text, size, "%s was not done: no second person said yes in time", word);
	else
		str_printf(text, size, "%s was not done: %s", word, reason);
}

/* The first person was answered long ago: who is told now is the journal, and everybody by W_APPROVAL with the outcome. */
static void
second_decided(
    enum approval_state state, const struct actor *second, const char *reason, char *outcome, size_t size, void *arg)
{
	struct act *t = arg;
	struct acts *a = t->acts;
	struct mono mono;
	struct utc now = a->ops->now(&mono, a->arg);
	struct msg_journal_add m;
	char text[400];

	t->ask->is_waiting = false;
	a->second_count--;
	a->open_count++;
	if (state == APPROVAL_YES && a->alarming != NULL && alarming_engine(a->alarming) != NULL) {
		t->ask->request.is_approved = true;
		str_copy(t->ask->second, sizeof(t->ask->second), second->user);
		t->ask->request.approved_by = t->ask->second;
		do_all(a, t, now, mono);
		if (t->ask->refused > 0) {
			say_refusals(t);
			str_copy(outcome, size, t->text);
		}
		finish_now(a, t, mono);
		return;
	}
	if (state == APPROVAL_YES)
		str_copy(outcome, size, "there are no alarms now");
	say_undecided(t, state, second, state == APPROVAL_YES ? outcome : reason, text, sizeof(text));
	act_begin_entry(t, JOURNAL_ACK, &m);
	m.token = 0;
	m.is_act = 0;
	m.time = now.us;
	m.text = text;
	logbook_add(a->log, &m, mono);
	act_refuse(t, ERR_REFUSED, AC_ABORT_CANCEL, "%s", text);
	act_end(a, t);
}

static bool
is_of_one_area(struct acts *a, struct act *t)
{
	const char *area = def_of(a, &t->ask->targets[0])->area;

	for (uint32_t i = 1; i < t->ask->count; i++)
		if (strcmp(def_of(a, &t->ask->targets[i])->area, area) != 0)
			return act_refuse(t, ERR_REFUSED, AC_INCONSISTENT,
			    "this takes two persons, and these alarms are of several areas; send them area by area");
	return true;
}

/* Whoever asks may leave meanwhile: nothing of it is bound to a session. */
static void
ask_second(struct acts *a, struct act *t, struct mono mono)
{
	struct alarm_ask *k = t->ask;
	struct actor by = act_actor(t);
	enum role least = k->request.act == ALARM_ACT_LIMIT ? ROLE_SUPERVISOR : ROLE_OPERATOR;
	char what[400];
	bool ok = is_of_one_area(a, t);

	k->approval = 0;
	by.session = NULL;
	say_what(t, what, sizeof(what));
	if (ok && a->second_count >= SECOND_MAX)
		ok = act_refuse(t, ERR_BUSY, -1, "too many acts wait for a second person; try again in a moment");
	else if (ok && a->ops->second != NULL)
		k->approval =
		    a->ops->second(&by, least, def_of(a, &k->targets[0])->area, what, second_decided, t, a->arg);
	if (ok && k->approval == 0)
		ok = act_refuse(
		    t, ERR_REFUSED, AC_NO_AUTHORITY, "this takes two persons, and a second one cannot be asked now");
	if (!ok) {
		TAILQ_REMOVE(&a->open, t, entry);
		a->open_count--;
		act_refused(a, t, mono);
		return;
	}
	k->is_waiting = true;
	a->open_count--; /* it does not wait for the journal */
	a->second_count++;
	for (unsigned i = 0; i < t->waiter_count; i++)
		act_alarm_say_waits(a, t, t->waiters[i].asker, t->waiters[i].sequence);
	t->waiter_count = 0;
}

/* ---- the request */

static bool
read_targets(struct acts *a, struct act *t, const struct msg_alarm_act *m)
{
	struct alarm_ask *k = t->ask;
	struct rbuf r;
	char safe[ALARM_NAME_MAX];

	rbuf_init(&r, m->alarms.data, m->alarms.len);
	while (r.pos < r.len && !r.bad) {
		const char *name = r_str(&r);
		uint64_t seen = r_u64(&r);
		uint32_t alarm = r.bad ? ALARM_NONE : alarms_find(alarming_engine(a->alarming), name);

		if (r.bad)
			break;
		if (k->count == ALARMS_MAX)
			return act_refuse(
			    t, ERR_REFUSED, -1, "more than %u alarms in one act; send them in parts", ALARMS_MAX);
		text_put_safe(safe, sizeof(safe), name, -1);
		if (alarm == ALARM_NONE)
			return act_refuse(
			    t, ERR_NOT_FOUND, -1, "there is no alarm %s; chisan alarms --all lists them", safe);
		if (k->count == k->room) {
			k->targets = xrecallocarray(k->targets, k->room, k->room * 2 + 4, sizeof(*k->targets));
			k->room = k->room * 2 + 4;
		}
		str_copy(
		    k->targets[k->count].name, ALARM_NAME_MAX, alarms_def(alarming_engine(a->alarming), alarm)->name);
		k->targets[k->count++].seen = seen;
	}
	if (r.bad)
		return act_refuse(t, ERR_USAGE, -1, "the list of alarms cannot be read");
	if (k->count == 0)
		return act_refuse(t, ERR_USAGE, -1, "no alarm is named; name one, as ESS1.SOC.L");
	if (k->request.act == ALARM_ACT_LIMIT && k->count > 1)
		return act_refuse(t, ERR_USAGE, -1, "a limit is of one alarm; name one");
	return true;
}

static bool
check_areas(struct acts *a, struct act *t)
{
	struct actor by = act_actor(t);

	for (uint32_t i = 0; i < t->ask->count; i++) {
		const struct alarm_def *d = def_of(a, &t->ask->targets[i]);

		if (!actor_has_area(&by, d->area))
			return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY, "%s is of area %s, which is not yours (%s)",
			    d->name, d->area, t->areas);
	}
	return true;
}

static bool
wants_reason(enum alarm_act act)
{
	return act == ALARM_ACT_SHELVE || act == ALARM_ACT_OOS || act == ALARM_ACT_COMMENT || act == ALARM_ACT_LIMIT;
}

static bool
read_ask(struct acts *a, struct act *t, const struct msg_alarm_act *m)
{
	struct alarm_ask *k = t->ask;

	if (a->alarming == NULL || alarming_engine(a->alarming) == NULL)
		return act_refuse(
		    t, ERR_BUSY, -1, "there are no alarms before the site is read; try again in a moment");
	if (m->act >= ALARM_ACT_COUNT)
		return act_refuse(t, ERR_USAGE, -1, "there is no such act on alarms");
	if (t->role < alarm_act_role(m->act))
		return act_refuse(t, ERR_DENIED, AC_NO_AUTHORITY, "%s takes the role %s; yours is %s",
		    alarm_act_word(m->act), role_word(alarm_act_role(m->act)), role_word(t->role));
	if ((wants_reason((enum alarm_act)m->act) || m->reason[0] != '\0') &&
	    !check_text(t, k->reason, sizeof(k->reason), m->reason, m->act == ALARM_ACT_COMMENT ? "comment" : "reason"))
		return false;
	k->request = (struct alarm_request){
		.act = (enum alarm_act)m->act,
		.is_dry = m->is_dry != 0,
		.is_emergency = m->is_emergency != 0,
		.until = { m->until },
		.limit = m->limit,
		.reason = k->reason,
		.approved_by = "",
	};
	return true;
}

static void
do_silence(struct acts *a, struct act *t, struct utc now, struct mono mono)
{
	struct actor by = act_actor(t);
	struct msg_journal_add m;
	char why[200];

	if (t->ask->request.is_dry) {
		act_open(a, t);
		str_copy(t->text, sizeof(t->text), "silence would be done");
		act_end(a, t);
		return;
	}
	if (!alarms_silence(alarming_engine(a->alarming), &by, now, why, sizeof(why))) {
		act_refuse(t, ERR_REFUSED, -1, "%s", why);
		act_refused(a, t, mono);
		return;
	}
	act_begin_entry(t, JOURNAL_ACK, &m);
	m.text = "the horn was silenced";
	str_copy(t->text, sizeof(t->text), "silenced, until the next new alarm");
	act_open(a, t);
	t->ask->waits = 1;
	t->ask->done = 1;
	t->ask->is_over = true;
	a->ops->touched(a->arg);
	logbook_done(a->log, &m, mono, entry_journalled, t);
}

void
act_alarm(struct acts *a, struct act *t, const struct msg_alarm_act *m, struct utc now, struct mono mono)
{
	t->ask = xcalloc(1, sizeof(*t->ask));
	t->ask->addcause = -1;
	if (!read_ask(a, t, m)) {
		act_refused(a, t, mono);
		return;
	}
	if (m->act == ALARM_ACT_SILENCE) {
		do_silence(a, t, now, mono);
		return;
	}
	if (!read_targets(a, t, m) || !check_areas(a, t)) {
		act_refused(a, t, mono);
		return;
	}
	act_open(a, t);
	if (!t->ask->request.is_dry && !t->ask->request.is_emergency && needs_two(a, t->ask)) {
		ask_second(a, t, mono);
		return;
	}
	do_all(a, t, now, mono);
	finish_now(a, t, mono);
}
