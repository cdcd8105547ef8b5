/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_act.c - what persons do to alarms.  Every check before anything is changed; each refusal says why, and who was first.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/str.h"

struct asked {
	struct alarms *a;
	uint32_t n;
	const struct alarm_request *r;
	const struct actor *by;
	int *addcause;
	char *why;
	size_t size;
};

static const enum alarm_event event_of[ALARM_ACT_COUNT] = {
	[ALARM_ACT_ACK] = EVENT_ACK,
	[ALARM_ACT_RESET] = EVENT_RESET,
	[ALARM_ACT_SHELVE] = EVENT_SHELVE,
	[ALARM_ACT_UNSHELVE] = EVENT_UNSHELVE,
	[ALARM_ACT_OOS] = EVENT_OUT,
	[ALARM_ACT_RETURN] = EVENT_BACK,
	[ALARM_ACT_COMMENT] = EVENT_COMMENT,
	[ALARM_ACT_TEST] = EVENT_TEST,
	[ALARM_ACT_LIMIT] = EVENT_LIMIT,
	[ALARM_ACT_SILENCE] = ALARM_EVENT_COUNT,
};

static bool refuse(const struct asked *q, int addcause, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static bool
refuse(const struct asked *q, int addcause, const char *fmt, ...)
{
	va_list ap;

	*q->addcause = addcause;
	va_start(ap, fmt);
	vsnprintf(q->why, q->size, fmt, ap);
	va_end(ap);
	return false;
}

/* ---- checks, in their order */

static bool
may_person(const struct asked *q)
{
	const char *area = q->a->defs[q->n].area;
	enum role least = alarm_act_role(q->r->act);

	if (q->by->role < least)
		return refuse(q, AC_NO_AUTHORITY, "%s asks for the role %s; yours is %s", alarm_act_word(q->r->act),
		    role_word(least), role_word(q->by->role));
	if (!actor_has_area(q->by, area))
		return refuse(q, AC_NO_AUTHORITY, "it belongs to the area %s; yours are %s", area, q->by->areas);
	return true;
}

/* A person acts on what stood on the screen; when that is over, another one is not meant. */
static bool
is_what_was_seen(const struct asked *q)
{
	const struct alarm *m = &q->a->alarms[q->n];
	char at[32];

	if (q->r->seen == 0 || q->r->seen == m->occurrence ||
	    (q->r->act != ALARM_ACT_ACK && q->r->act != ALARM_ACT_RESET))
		return true;
	if (q->r->seen == m->closed && m->acked_by != NULL && q->r->act == ALARM_ACT_ACK)
		return refuse(q, AC_POSITION_REACHED, "it is acknowledged already, by %s at %s, and over", m->acked_by,
		    utc_said(at, sizeof(at), m->acked));
	return refuse(q, AC_INCONSISTENT,
	    m->occurrence != 0 ? "what you saw is over, and it was raised again since; look at it again"
	                       : "what you saw is over; it is normal");
}

static int64_t
shelf_max_us(const struct alarms *a, uint32_t n)
{
	const struct alarm_def *d = &a->defs[n];

	if (d->limit != NULL && d->limit->shelve_max_us > 0)
		return d->limit->shelve_max_us;
	return a->by_priority[d->priority - 1].shelve_max_us;
}

static bool
is_shelf_sound(const struct asked *q)
{
	int64_t most = shelf_max_us(q->a, q->n), wanted = utc_diff_us(q->r->until, q->a->now);
	char text[32];

	if (q->r->until.us == 0)
		return true;
	if (wanted <= 0)
		return refuse(q, AC_INCONSISTENT, "the end of the shelf lies in the past; give one within %s from now",
		    str_duration(text, sizeof(text), most));
	if (wanted > most)
		return refuse(q, AC_INCONSISTENT, "it may be shelved for %s at most; give an earlier end",
		    str_duration(text, sizeof(text), most));
	return true;
}

static bool
is_sound(const struct asked *q)
{
	const struct alarm_request *r = q->r;
	bool is_worded = r->act == ALARM_ACT_SHELVE || r->act == ALARM_ACT_OOS || r->act == ALARM_ACT_LIMIT ||
	    r->act == ALARM_ACT_COMMENT;

	if (strlen(r->reason) >= ALARM_REASON)
		return refuse(q, AC_INCONSISTENT, "the text has %zu bytes; at most %d are kept", strlen(r->reason),
		    ALARM_REASON - 1);
	if (is_worded && r->reason[strspn(r->reason, " ")] == '\0')
		return refuse(q, AC_INCONSISTENT, "%s",
		    r->act == ALARM_ACT_OOS           ? "give the number of the work order"
		        : r->act == ALARM_ACT_COMMENT ? "the remark is empty"
		                                      : "give a reason");
	if (r->act == ALARM_ACT_SHELVE)
		return is_shelf_sound(q);
	if (r->act == ALARM_ACT_OOS && utc_diff_us(r->until, q->a->now) <= 0)
		return refuse(q, AC_INCONSISTENT, "give the expected end of the work, in the future");
	if (r->act == ALARM_ACT_LIMIT)
		return limit_may_be(q->a, q->n, r->limit, q->addcause, q->why, q->size);
	return true;
}

/* The machine's sentence, and who was there first. */
static bool
may_machine(const struct asked *q)
{
	const struct alarm *m = &q->a->alarms[q->n];
	struct alarm_step s = machine_step(m->bits, q->a->defs[q->n].flags, event_of[q->r->act], q->r->until.us == 0);
	enum alarm_state state = alarm_state_of(m->bits);
	const char *who = NULL;
	struct utc when = { 0 };
	char at[32], tail[128] = "";

	if (s.outcome != OUTCOME_REFUSED)
		return true;
	if (q->r->act == ALARM_ACT_ACK && (state == ALARM_ACKED || state == ALARM_LATAK)) {
		who = m->acked_by;
		when = m->acked;
	} else if (state == ALARM_SHLVD) {
		who = m->shelf.by;
	} else if (state == ALARM_OOSRV) {
		who = m->out.by;
	}
	if (who != NULL && when.us != 0)
		str_printf(tail, sizeof(tail), ": by %s at %s", who, utc_said(at, sizeof(at), when));
	else if (who != NULL)
		str_printf(tail, sizeof(tail), " (%s did it)", who);
	bool is_there = (q->r->act == ALARM_ACT_ACK && when.us != 0) ||
	    (q->r->act == ALARM_ACT_SHELVE && state == ALARM_SHLVD) ||
	    (q->r->act == ALARM_ACT_OOS && state == ALARM_OOSRV);
	return refuse(q, is_there ? AC_POSITION_REACHED : AC_INVALID_POSITION, "%s%s", s.sentence, tail);
}

bool
alarms_needs_two(const struct alarms *a, uint32_t n, enum alarm_act act)
{
	if (n >= a->count)
		return false;
	return (act == ALARM_ACT_SHELVE && a->defs[n].priority == 1) ||
	    (act == ALARM_ACT_LIMIT && limit_is_guarded(a, n));
}

const char *
act_alone_words(const struct alarms *a, uint32_t n, const struct alarm_request *r)
{
	return r->is_emergency && !r->is_approved && alarms_needs_two(a, n, r->act) ? ", alone, in a declared emergency"
	                                                                            : "";
}

static bool
may_alone(const struct asked *q)
{
	const struct alarm_request *r = q->r;

	if (r->is_dry || r->is_approved || r->is_emergency || !alarms_needs_two(q->a, q->n, r->act))
		return true;
	return refuse(q, AC_NO_AUTHORITY, "%s of this alarm takes a second person, or the declaration of an emergency",
	    alarm_act_word(r->act));
}

/* ---- doing it */

static void
hold(struct held *h, const struct alarm_request *r, struct utc until, const struct actor *by)
{
	h->until = until;
	replace_text(&h->by, by->user);
	replace_text(&h->reason, r->reason);
}

static void
shelve(const struct asked *q, struct occasion *o, char *words, size_t size)
{
	struct alarms *a = q->a;
	struct alarm *m = &a->alarms[q->n];
	bool is_one_shot = q->r->until.us == 0;
	int64_t length = is_one_shot ? shelf_max_us(a, q->n) : utc_diff_us(q->r->until, a->now);
	char at[32];

	hold(&m->shelf, q->r, utc_add(a->now, length), q->by);
	str_printf(words, size, "%suntil %s%s%s%s: %s", is_one_shot ? "until it returns, at latest " : "",
	    utc_said(at, sizeof(at), m->shelf.until), q->r->approved_by[0] != '\0' ? ", approved by " : "",
	    q->r->approved_by, act_alone_words(a, q->n, q->r), q->r->reason);
	o->is_one_shot = is_one_shot;
	m->due[TIMER_SHELF] = a->mono.us + length;
	due_again(a, q->n);
	step(a, q->n, EVENT_SHELVE, o);
}

static void
act(const struct asked *q)
{
	struct alarms *a = q->a;
	struct alarm *m = &a->alarms[q->n];
	const struct alarm_request *r = q->r;
	char words[WORDS_MAX], at[32];
	struct occasion o = { .time = a->now, .by = q->by, .words = words };

	str_copy(words, sizeof(words), r->reason);
	if ((r->act == ALARM_ACT_COMMENT || r->act == ALARM_ACT_ACK || r->act == ALARM_ACT_RESET) &&
	    r->reason[strspn(r->reason, " ")] != '\0')
		comment_set(m, r->reason, q->by->user, a->now);
	switch (r->act) {
	case ALARM_ACT_SHELVE: shelve(q, &o, words, sizeof(words)); return;
	case ALARM_ACT_OOS:
		hold(&m->out, r, r->until, q->by);
		str_printf(
		    words, sizeof(words), "expected until %s: %s", utc_said(at, sizeof(at), r->until), r->reason);
		break;
	case ALARM_ACT_TEST:
		str_printf(words, sizeof(words), "TEST%s%s", r->reason[0] != '\0' ? ": " : "", r->reason);
		m->raised = a->defs[q->n].point != POINT_NONE ? a->values[a->defs[q->n].point]
		                                              : (struct value){ .v = (double)NAN };
		due_set(a, q->n, TIMER_TEST, a->mono.us + TEST_US);
		break;
	case ALARM_ACT_LIMIT: limit_move(a, q->n, r->limit, r, q->by); return;
	default: break;
	}
	step(a, q->n, event_of[r->act], &o);
}

/* An alarm comes of it, for the duty list; whoever acknowledges it has confirmed it with the person. */
void
alarms_alone(struct alarms *a, const struct actor *by, enum alarm_act what, const uint32_t *first, uint32_t count,
    struct utc now, struct mono mono)
{
	char words[WORDS_MAX], more[32];
	uint32_t named = 0;

	str_printf(words, sizeof(words), "%s did alone: %s", by->user, alarm_act_word(what));
	if (count > 1) {
		str_printf(more, sizeof(more), " of %u alarms:", count);
		str_append(words, sizeof(words), more);
	}
	while (named < count && named < ALARMS_ALONE_NAMED &&
	    (named == 0 || strlen(words) + strlen(a->defs[first[named]].name) + sizeof(more) < sizeof(words))) {
		str_append(words, sizeof(words), named == 0 ? " " : ", ");
		str_append(words, sizeof(words), a->defs[first[named++]].name);
	}
	if (named < count) {
		str_printf(more, sizeof(more), " and %u more", count - named);
		str_append(words, sizeof(words), more);
	}
	alarms_own(a, OWN_EMERGENCY, true, words, now, mono);
}

bool
alarms_act(struct alarms *a, uint32_t n, const struct alarm_request *r, const struct actor *by, struct utc now,
    struct mono mono, int *addcause, char *why, size_t size)
{
	struct asked q = { a, n, r, by, addcause, why, size };

	*addcause = AC_NONE;
	why[0] = '\0';
	if (!a->has_begun)
		return refuse(&q, AC_BLOCKED_HEALTH,
		    "the server has only just started; alarms are not known yet, try again in a second");
	time_set(a, now, mono);
	if (r->act == ALARM_ACT_SILENCE) {
		*addcause = AC_INVALID_POSITION;
		return r->is_dry || alarms_silence(a, by, now, why, size);
	}
	if (n >= a->count || (unsigned)r->act >= ALARM_ACT_COUNT)
		return refuse(&q, AC_NOT_SUPPORTED, "there is no such alarm");
	/* In the order in which a person can do something about it. */
	if (!may_person(&q) || !is_what_was_seen(&q) || !may_machine(&q) || !is_sound(&q) || !may_alone(&q))
		return false;
	*addcause = AC_NONE;
	why[0] = '\0';
	if (r->is_dry) {
		if (!r->is_approved && alarms_needs_two(a, n, r->act))
			str_copy(why, size, "a second person has to say yes");
		return true;
	}
	act(&q);
	if (r->act == ALARM_ACT_ACK && n == a->first_own + OWN_EMERGENCY)
		alarms_own(a, OWN_EMERGENCY, false, "confirmed", now, mono);
	horn_tell(a);
	return true;
}
