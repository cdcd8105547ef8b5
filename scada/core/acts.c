/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.c - the way of an act, from the request to its one answer.
 */
#include "config.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/core/acts_private.h"

#define REFUSED_A_MINUTE 30 /* that are journalled */
#define DIGEST           32
#define NOTE_AHEAD_US    (366 * 86400 * US_PER_S)

struct acts *
acts_new(struct logbook *l, struct held *h, const struct acts_ops *ops, void *arg)
{
	struct acts *a = xcalloc(1, sizeof(*a));

	a->log = l;
	a->held = h;
	a->ops = ops;
	a->arg = arg;
	TAILQ_INIT(&a->open);
	TAILQ_INIT(&a->done);
	return a;
}

static void
free_act(struct act *t)
{
	act_alarm_free(t);
	act_wheel_over(t->acts, t);
	free(t);
}

static void
free_all(struct act_list *list)
{
	struct act *t;

	while ((t = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, t, entry);
		free_act(t);
	}
}

void
acts_free(struct acts *a)
{
	if (a == NULL)
		return;
	free_all(&a->open);
	free_all(&a->done);
	free(a);
}

void
acts_alarms(struct acts *a, struct alarming *alarming)
{
	a->alarming = alarming;
}

void
acts_dispatch(struct acts *a, struct dispatching *d)
{
	a->dispatching = d;
}

void
acts_sequences(struct acts *a, struct sequencing *q)
{
	a->sequencing = q;
}

void
acts_wheel(struct acts *a, struct wheeling *w)
{
	a->wheeling = w;
}

void
acts_site(struct acts *a, struct table *t)
{
	a->table = t;
}

/* ---- outcomes */

bool
act_refuse(struct act *t, enum err e, int addcause, const char *fmt, ...)
{
	va_list ap;

	t->e = e;
	t->addcause = addcause;
	va_start(ap, fmt);
	vsnprintf(t->text, sizeof(t->text), fmt, ap);
	va_end(ap);
	return false;
}

static void
answer(struct acts *a, const struct act *t, void *asker, uint32_t sequence)
{
	if (asker != NULL)
		a->ops->answer(asker, sequence, t->e, t->addcause, t->detail, t->text, a->arg);
}

/* It has its outcome: told to all who wait, remembered for its token. */
static void
finish(struct acts *a, struct act *t)
{
	struct act *oldest;

	t->is_done = true;
	for (unsigned i = 0; i < t->waiter_count; i++)
		answer(a, t, t->waiters[i].asker, t->waiters[i].sequence);
	t->waiter_count = 0;
	if (t->e == ERR_BUSY) { /* nothing was decided: who tries again with the same token may be luckier */
		free_act(t);
		return;
	}
	act_alarm_free(t);
	TAILQ_INSERT_TAIL(&a->done, t, entry);
	if (++a->done_count <= ACTS_REMEMBERED)
		return;
	oldest = TAILQ_FIRST(&a->done);
	TAILQ_REMOVE(&a->done, oldest, entry);
	a->done_count--;
	free_act(oldest);
}

void
act_end(struct acts *a, struct act *t)
{
	TAILQ_REMOVE(&a->open, t, entry);
	a->open_count--;
	finish(a, t);
}

void
act_begin_entry(const struct act *t, enum journal_kind kind, struct msg_journal_add *m)
{
	*m = (struct msg_journal_add){
		.token = t->token,
		.is_act = 1,
		.time = t->time,
		.kind = (uint16_t)kind,
		.reason = 255,
		.uid = t->uid,
		.point = t->point,
		.user = t->user,
		.terminal = t->terminal,
		.text = "",
		.before = "",
		.after = "",
	};
}

static enum journal_kind
kind_of(const struct act *t)
{
	switch (t->type) {
	case W_MANUAL: return JOURNAL_MANUAL;
	case W_SCAN: return JOURNAL_SCAN;
	case W_REPORT_CONFIRM: return JOURNAL_REPORT;
	case W_ALARM_ACT: return JOURNAL_ACK;
	case W_MODE:
	case W_SCHEDULE: return JOURNAL_DISPATCH;
	case W_SEQUENCE: return JOURNAL_SEQUENCE;
	case W_WHEEL: return JOURNAL_WHEEL;
	default: return JOURNAL_NOTE;
	}
}

/* A refusal is worth an entry, but nobody may fill the journal with them. */
void
act_refused(struct acts *a, struct act *t, struct mono mono)
{
	struct msg_journal_add m;
	char text[TEXT_MAX + 16];

	if (a->refused_since.us == 0 || mono_diff_us(mono, a->refused_since) >= 60 * US_PER_S) {
		a->refused_since = mono;
		a->refused = 0;
	}
	if (t->e != ERR_USAGE && a->refused++ < REFUSED_A_MINUTE) {
		act_begin_entry(t, kind_of(t), &m);
		m.token = 0; /* the act may still be done */
		m.is_act = 0;
		m.reason = (uint16_t)(t->addcause < 0 ? 255 : t->addcause);
		m.text = text;
		str_printf(text, sizeof(text), "refused: %s", t->text);
		logbook_add(a->log, &m, mono);
	}
	finish(a, t);
}

/* ---- done */

static void
apply(struct acts *a, struct act *t)
{
	struct mono mono;
	struct utc now = a->ops->now(&mono, a->arg);

	if (t->type == W_MANUAL && t->on)
		held_put(a->held, &t->hold, now, mono);
	else if (t->type == W_MANUAL)
		held_drop(a->held, STATE_MANUAL, t->point, now, mono);
	else if (t->type == W_SCAN && !t->on)
		held_put(a->held, &t->hold, now, mono);
	else if (t->type == W_SCAN)
		held_drop(a->held, STATE_SCAN_OFF, t->point, now, mono);
	else if (t->type == W_MODE)
		act_mode_apply(a, t, now, mono);
	else if (t->type == W_SEQUENCE)
		act_sequence_apply(a, t, mono);
	else if (t->type == W_WHEEL)
		act_wheel_apply(a, t, now, mono);
	else if (t->type == W_SCHEDULE)
		act_schedule_apply(a, t, now, mono);
	else
		return;
	a->ops->touched(a->arg);
}

/* Before what was done stands where it can be looked up; consoles know these words (act.c). seq 0: not yet. */
void
act_say_entry(struct act *t, uint64_t seq)
{
	char what[TEXT_MAX];

	str_copy(what, sizeof(what), t->text);
	if (seq == 0)
		str_printf(t->text, sizeof(t->text), "not yet recorded: %s", what);
	else
		str_printf(t->text, sizeof(t->text), "recorded as entry %llu: %s", (unsigned long long)seq, what);
}

static void
journalled(const struct log_end *end, void *arg)
{
	struct act *t = arg;
	struct acts *a = t->acts;
	char at[SAY_TIME];

	TAILQ_REMOVE(&a->open, t, entry);
	a->open_count--;
	if (t->type == W_SEQUENCE)
		act_sequence_over(a, t);
	if (t->type == W_SCHEDULE)
		act_schedule_over(a);
	if (end->outcome == LOG_REFUSED) {
		act_refuse(t, end->e, -1, "%s", end->text[0] != '\0' ? end->text : err_text(end->e));
	} else if (end->outcome == LOG_LATE && t->type == W_REPORT_CONFIRM) {
		act_refuse(t, ERR_UNKNOWN, -1,
		    "storage does not answer; the confirmation waits for it. Look at the report again later");
	} else if (end->outcome == LOG_RECORDED && end->m->time != t->time) {
		str_printf(t->text, sizeof(t->text), "this was done before, at %s, and is not done again",
		    say_time((struct utc){ end->m->time }, at, sizeof(at)));
		act_say_entry(t, end->m->seq);
	} else {
		apply(a, t);
		t->detail = end->outcome == LOG_LATE ? RESULT_NOT_RECORDED : 0;
		act_say_entry(t, end->outcome == LOG_LATE ? 0 : end->m->seq);
	}
	act_wheel_over(a, t);
	finish(a, t);
}

void
act_open(struct acts *a, struct act *t)
{
	TAILQ_INSERT_TAIL(&a->open, t, entry);
	a->open_count++;
}

void
act_journal(struct acts *a, struct act *t, const struct msg_journal_add *m, struct mono mono)
{
	act_open(a, t);
	logbook_act(a->log, m, mono, journalled, t);
}

/* ---- the kinds */

static void
do_hold(struct acts *a, struct act *t, struct mono mono)
{
	const struct site_point *p = &table_site(a->table)->points[table_find(a->table, t->point)];
	const struct value *live = &table_values(a->table)[table_find(a->table, t->point)];
	const struct hold *known = held_find(a->held, t->hold.kind, t->point);
	char before[256], after[256], value[96], until[SAY_TIME];
	struct wbuf states = { .len = 0 };
	struct msg_journal_add m;

	act_begin_entry(t, kind_of(t), &m);
	m.text = t->hold.reason;
	m.before = say_value(p, live, before, sizeof(before));
	if (t->type == W_MANUAL && known != NULL) {
		str_append(before, sizeof(before), " of ");
		str_append(before, sizeof(before), known->user);
	}
	if (t->type == W_SCAN)
		str_copy(after, sizeof(after), t->on ? "scan on" : "scan off");
	else if (!t->on)
		str_copy(after, sizeof(after), "as measured");
	else
		str_printf(after, sizeof(after), "%s by hand%s%s", say_number(p, t->hold.value, value, sizeof(value)),
		    t->hold.until.us != 0 ? " until " : "",
		    t->hold.until.us != 0 ? say_time(t->hold.until, until, sizeof(until)) : "");
	m.after = after;
	str_printf(t->text, sizeof(t->text), "%s: %s", t->point, after);
	if (known != NULL && strcmp(known->user, t->user) != 0) {
		str_append(t->text, sizeof(t->text), "; it was held by ");
		str_append(t->text, sizeof(t->text), known->user);
		str_append(t->text, sizeof(t->text), ": ");
		str_append(t->text, sizeof(t->text), known->reason);
	}
	held_put_state(&t->hold, t->type == W_MANUAL ? !t->on : t->on, &states);
	m.states = (struct msg_bytes){ states.data, states.len };
	act_journal(a, t, &m, mono);
	wbuf_done(&states);
}

static bool
do_note(struct acts *a, struct act *t, const struct msg_note *n, struct utc now, struct mono mono)
{
	char text[ACTS_NOTE], after[96] = "", at[SAY_TIME];
	struct msg_journal_add m;

	if (n->point[0] != '\0') {
		point_id id = a->table != NULL ? table_find(a->table, n->point) : POINT_NONE;
		if (id == POINT_NONE) {
			text_put_safe(text, POINT_NAME_MAX, n->point, -1);
			return act_refuse(t, ERR_NOT_FOUND, -1, "there is no point %s", text);
		}
		str_copy(t->point, sizeof(t->point), table_site(a->table)->points[id].name);
	}
	if (n->time != 0 && (!utc_is_plausible((struct utc){ n->time }) || n->time - now.us > NOTE_AHEAD_US))
		return act_refuse(t, ERR_REFUSED, -1, "a note is about a time from 2024 on, and at most a year ahead");
	if (!check_text(t, text, sizeof(text), n->text, "note"))
		return false;
	t->time = n->time != 0 ? n->time : now.us;
	if (n->time != 0)
		str_printf(after, sizeof(after), "written at %s", say_time(now, at, sizeof(at)));
	act_begin_entry(t, JOURNAL_NOTE, &m);
	m.text = text;
	m.after = after;
	str_copy(t->text, sizeof(t->text), "noted");
	act_journal(a, t, &m, mono);
	return true;
}

static bool
do_confirm(struct acts *a, struct act *t, const struct msg_report_confirm *c, struct mono mono)
{
	char text[HELD_REASON], whole[HELD_REASON + 200], report[64], label[64], digest[2 * DIGEST + 1] = "";
	struct wbuf entry = { .len = 0 };
	struct msg_journal_add m;

	text[0] = '\0';
	if (c->digest.len != DIGEST || c->report[0] == '\0' || c->label[0] == '\0')
		return act_refuse(
		    t, ERR_USAGE, -1, "a confirmation names the report, its period, its revision and its digest");
	if (c->text[0] != '\0' && !check_text(t, text, sizeof(text), c->text, "remark"))
		return false;
	text_put_safe(report, sizeof(report), c->report, -1);
	text_put_safe(label, sizeof(label), c->label, -1);
	for (size_t i = 0; i < DIGEST; i++)
		str_printf(digest + 2 * i, 3, "%02x", c->digest.data[i]);
	str_printf(whole, sizeof(whole), "report %s of %s, revision %u: confirmed%s%s", report, label, c->revision,
	    text[0] != '\0' ? ": " : "", text);
	act_begin_entry(t, JOURNAL_REPORT, &m);
	m.text = whole;
	m.after = digest;
	msg_journal_add_put(&entry, &m);
	struct msg_report_sign sign = {
		.report = c->report,
		.label = c->label,
		.revision = c->revision,
		.digest = c->digest,
		.entry = { entry.data, entry.len },
	};
	str_copy(t->text, sizeof(t->text), "confirmed");
	act_open(a, t);
	logbook_sign(a->log, &sign, mono, journalled, t);
	wbuf_done(&entry);
	return true;
}

/* ---- requests */

/* Has it the token of that act? Another user's acts are no concern here: the journal tells them apart. */
static bool
has_token_of(const struct act *of, const struct act *t)
{
	return t->token == of->token && t->uid == of->uid;
}

/* False: the token is there, but with another request; then it is answered. */
static bool
is_same(struct acts *a, const struct act *of, const struct act *t, void *asker, uint32_t sequence)
{
	if (t->type == of->type && memcmp(t->request, of->request, sizeof(of->request)) == 0)
		return true;
	a->ops->answer(asker, sequence, ERR_REFUSED, -1, (enum result_detail)0,
	    "its token is that of another act of yours, and nothing is done: send it again with a token of its own",
	    a->arg);
	return false;
}

static bool
is_repeated(struct acts *a, const struct act *of, void *asker, uint32_t sequence)
{
	struct act *t;

	if (of->token == 0)
		return false;
	TAILQ_FOREACH(t, &a->done, entry)
		if (has_token_of(of, t)) {
			if (is_same(a, of, t, asker, sequence))
				answer(a, t, asker, sequence);
			return true;
		}
	TAILQ_FOREACH(t, &a->open, entry) {
		if (!has_token_of(of, t))
			continue;
		if (!is_same(a, of, t, asker, sequence))
			return true;
		if (act_alarm_waits(t)) {
			act_alarm_say_waits(a, t, asker, sequence);
			return true;
		}
		if (t->waiter_count == WAITERS_MAX) {
			a->ops->answer(asker, sequence, ERR_BUSY, AC_ALREADY_IN_EXECUTION, (enum result_detail)0,
			    "this is being done already", a->arg);
			return true;
		}
		t->waiters[t->waiter_count].asker = asker;
		t->waiters[t->waiter_count++].sequence = sequence;
		return true;
	}
	return false;
}

union request {
	struct msg_manual manual;
	struct msg_scan scan;
	struct msg_note note;
	struct msg_report_confirm confirm;
	struct msg_alarm_act alarm;
	struct msg_mode mode;
	struct msg_sequence sequence;
	struct msg_wheel wheel;
	struct msg_schedule schedule;
};

/* False: its body is bad. */
static bool
read_request(const struct frame *f, union request *m, uint64_t *token)
{
	struct rbuf r;
	bool ok;

	rbuf_init(&r, f->body, f->length);
	switch (f->type) {
	case W_MANUAL:
		ok = msg_manual_get(&r, &m->manual);
		*token = ok ? m->manual.token : 0;
		break;
	case W_SCAN:
		ok = msg_scan_get(&r, &m->scan);
		*token = ok ? m->scan.token : 0;
		break;
	case W_NOTE:
		ok = msg_note_get(&r, &m->note);
		*token = ok ? m->note.token : 0;
		break;
	case W_ALARM_ACT:
		ok = msg_alarm_act_get(&r, &m->alarm);
		*token = ok ? m->alarm.token : 0;
		break;
	case W_MODE:
		ok = msg_mode_get(&r, &m->mode);
		*token = ok ? m->mode.token : 0;
		break;
	case W_SEQUENCE:
		ok = msg_sequence_get(&r, &m->sequence);
		*token = ok ? m->sequence.token : 0;
		break;
	case W_WHEEL:
		ok = msg_wheel_get(&r, &m->wheel);
		*token = ok ? m->wheel.token : 0;
		break;
	case W_SCHEDULE:
		ok = msg_schedule_get(&r, &m->schedule);
		*token = ok ? m->schedule.token : 0;
		break;
	default:
		ok = msg_report_confirm_get(&r, &m->confirm);
		*token = ok ? m->confirm.token : 0;
		break;
	}
	return ok && r_done(&r);
}

static void
start(struct acts *a, struct act *t, const union request *m, struct utc now, struct mono mono)
{
	bool ok = true;

	if (a->open_count >= ACTS_OPEN)
		ok = act_refuse(t, ERR_BUSY, -1, "too many acts wait for the journal; try again in a moment");
	else if (t->type == W_NOTE)
		ok = do_note(a, t, &m->note, now, mono);
	else if (t->type == W_REPORT_CONFIRM)
		ok = do_confirm(a, t, &m->confirm, mono);
	else if (t->type == W_MODE)
		ok = act_mode(a, t, &m->mode, now, mono);
	else if (t->type == W_SEQUENCE)
		ok = act_sequence(a, t, &m->sequence, now, mono);
	else if (t->type == W_WHEEL)
		ok = act_wheel(a, t, &m->wheel, now, mono);
	else if (t->type == W_SCHEDULE)
		ok = act_schedule(a, t, &m->schedule, now, mono);
	else if (t->type == W_ALARM_ACT)
		act_alarm(a, t, &m->alarm, now, mono);
	else {
		ok = t->type == W_MANUAL ? check_manual(a, t, &m->manual, now) : check_scan(a, t, &m->scan, now);
		if (ok)
			do_hold(a, t, mono);
	}
	if (!ok)
		act_refused(a, t, mono);
}

bool
acts_frame(
    struct acts *a, void *asker, const struct actor *who, const struct frame *f, struct utc now, struct mono mono)
{
	union request m;
	struct act *t;
	uint64_t token = 0;

	if (f->type != W_MANUAL && f->type != W_SCAN && f->type != W_NOTE && f->type != W_REPORT_CONFIRM &&
	    f->type != W_ALARM_ACT && f->type != W_MODE && f->type != W_SEQUENCE && f->type != W_WHEEL &&
	    f->type != W_SCHEDULE)
		return false;
	if (!read_request(f, &m, &token)) {
		a->ops->answer(
		    asker, f->sequence, ERR_USAGE, -1, (enum result_detail)0, "the request cannot be read", a->arg);
		return true;
	}
	t = xcalloc(1, sizeof(*t));
	t->acts = a;
	t->type = f->type;
	t->token = token;
	(void)crypto_generichash((uint8_t *)t->request, sizeof(t->request), f->body, f->length, NULL, 0);
	t->uid = who->uid;
	t->role = who->role;
	t->session = who->session;
	str_copy(t->areas, sizeof(t->areas), who->areas != NULL ? who->areas : "");
	t->addcause = -1;
	t->time = now.us;
	str_copy(t->user, sizeof(t->user), who->user);
	str_copy(t->terminal, sizeof(t->terminal), who->terminal);
	if (is_repeated(a, t, asker, f->sequence)) {
		free(t);
		return true;
	}
	t->waiters[0].asker = asker;
	t->waiters[0].sequence = f->sequence;
	t->waiter_count = 1;
	start(a, t, &m, now, mono);
	return true;
}

void
acts_forget(struct acts *a, const void *asker)
{
	struct act *t;

	TAILQ_FOREACH(t, &a->open, entry) {
		for (unsigned i = 0; i < t->waiter_count; i++)
			if (t->waiters[i].asker == asker)
				t->waiters[i].asker = NULL;
		if (t->session == asker)
			t->session = NULL; /* another one may get the same address */
	}
}

void
acts_ended(struct acts *a, const struct hold *h, struct utc now, struct mono mono)
{
	struct wbuf states = { .len = 0 };
	char text[160];
	struct msg_journal_add m = {
		.time = now.us,
		.kind = JOURNAL_MANUAL,
		.reason = 255,
		.uid = LOGBOOK_NO_UID,
		.point = h->name,
		.user = "",
		.terminal = "",
		.text = text,
		.before = "",
		.after = "as measured",
	};

	str_printf(text, sizeof(text), "the value by hand of %s came to its end", h->user);
	held_put_state(h, true, &states);
	m.states = (struct msg_bytes){ states.data, states.len };
	logbook_add(a->log, &m, mono);
	a->ops->touched(a->arg);
	wbuf_done(&states);
}
