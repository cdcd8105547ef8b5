/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_step.c - the machine applied to one alarm: its occurrence, marks, timers, place in its group, the horn, and who is told.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

void
replace_text(char **at, const char *text)
{
	free(*at);
	*at = text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
}

void
comment_set(struct alarm *m, const char *comment, const char *by, struct utc at)
{
	bool is_there = comment[0] != '\0';

	replace_text(&m->comment, comment);
	replace_text(&m->comment_by, is_there ? by : NULL);
	m->commented = is_there ? at : (struct utc){ 0 };
}

bool
bits_are_open(unsigned bits)
{
	return (bits & (ALARM_COND | ALARM_LATCH)) != 0 || (bits & ALARM_IS_ACKED) == 0;
}

/* ---- counts */

void
count_bits(struct alarms *a, uint32_t n, unsigned bits, unsigned marks, bool is_added)
{
	struct alarm_counts *c = &a->counts;
	enum alarm_state s = alarm_state_of(bits);
	unsigned p = a->defs[n].priority - 1u;
	uint32_t by = is_added ? 1u : UINT32_MAX; /* minus one */

	if (alarm_is_unacked(s))
		c->unacked[p] += by;
	if (s == ALARM_UNACK || s == ALARM_ACKED)
		c->active[p] += by;
	if (s == ALARM_SHLVD)
		c->shelved += by;
	if (s == ALARM_DSUPR)
		c->suppressed += by;
	if (s == ALARM_OOSRV)
		c->out += by;
	if (marks & ALARM_CHATTERS)
		c->chattering += by;
	if ((marks & ALARM_IS_OLD) && alarm_is_listed(s))
		c->old += by;
}

static void
set(struct alarms *a, uint32_t n, unsigned bits, unsigned marks)
{
	struct alarm *m = &a->alarms[n];

	count_bits(a, n, m->bits, m->marks, false);
	m->bits = bits;
	m->marks = marks;
	count_bits(a, n, bits, marks, true);
}

void
mark_set(struct alarms *a, uint32_t n, unsigned mark, bool on)
{
	struct alarm *m = &a->alarms[n];
	set(a, n, m->bits, on ? m->marks | mark : m->marks & ~mark);
}

/* ---- telling */

void
step_told(struct alarms *a, uint32_t n, enum alarm_event e, unsigned before, uint64_t occurrence, bool is_close,
    const struct occasion *o)
{
	struct alarm *m = &a->alarms[n];
	struct alarm_move move = { .event = e,
		.before = alarm_state_of(before),
		.after = alarm_state_of(m->bits),
		.bits_before = before,
		.occurrence = occurrence,
		.is_close = is_close,
		.time = o->time };
	bool is_test = (m->marks & ALARM_IS_TEST) != 0 && strncmp(o->words, "TEST", 4) != 0;

	str_printf(
	    move.words, sizeof(move.words), "%s%s", is_test ? (o->words[0] != '\0' ? "TEST: " : "TEST") : "", o->words);
	a->ops->moved(n, &move, o->by, a->arg);
}

/* ---- what belongs to a transition */

/* Never used again, also after a restore of an old backup: the clock goes on, and so does the count. */
static uint64_t
next_occurrence(struct alarms *a)
{
	uint64_t ms = a->now.us > 0 ? (uint64_t)(a->now.us / US_PER_MS) : 0;

	a->last_occurrence = a->last_occurrence + 1 > ms ? a->last_occurrence + 1 : ms;
	return a->last_occurrence;
}

static void
open_occurrence(struct alarms *a, uint32_t n)
{
	struct alarm *m = &a->alarms[n];

	m->occurrence = next_occurrence(a);
	m->repeats = 0;
	m->acked = (struct utc){ 0 };
	set(a, n, m->bits, m->marks & ~(unsigned)(ALARM_FLEETING | ALARM_IS_TEST | ALARM_IS_OLD));
	replace_text(&m->acked_by, NULL);
	comment_set(m, "", "", (struct utc){ 0 });
}

/* Raised so often within the window: it chatters, until it was quiet for one window. */
static void
count_chatter(struct alarms *a, uint32_t n)
{
	uint32_t of = (uint32_t)a->how.chatter_count;
	int64_t *oldest = &a->raises[(size_t)n * of + a->raise_next[n]];

	*oldest = a->mono.us;
	a->raise_next[n] = (uint8_t)((a->raise_next[n] + 1u) % of);
	oldest = &a->raises[(size_t)n * of + a->raise_next[n]];
	if (a->mono.us - *oldest <= a->how.chatter_window_us)
		mark_set(a, n, ALARM_CHATTERS, true);
	if (a->alarms[n].marks & ALARM_CHATTERS)
		due_set(a, n, TIMER_CHATTER, a->mono.us + a->how.chatter_window_us);
}

static int64_t
realarm_us(const struct alarms *a, uint32_t n)
{
	const struct alarm_def *d = &a->defs[n];
	if (d->limit != NULL && d->limit->realarm_us > 0)
		return d->limit->realarm_us;
	return a->by_priority[d->priority - 1].realarm_us;
}

/* Those timers that follow from the state alone; called after each transition and after a restore. */
void
timers_of_state(struct alarms *a, uint32_t n)
{
	struct alarm *m = &a->alarms[n];
	enum alarm_state s = alarm_state_of(m->bits);
	int64_t realarm = realarm_us(a, n), age = utc_diff_us(a->now, m->active);
	bool is_shown = s == ALARM_UNACK || s == ALARM_ACKED;

	due_set(a, n, TIMER_REALARM,
	    is_shown && realarm > 0 && (a->defs[n].flags & ALARM_NEEDS_ACK) ? a->mono.us + realarm : NEVER);
	if (!(m->bits & ALARM_COND) || (m->marks & ALARM_IS_OLD))
		due_set(a, n, TIMER_OLD, NEVER);
	else if (m->due[TIMER_OLD] == NEVER)
		due_set(a, n, TIMER_OLD, a->mono.us + a->how.old_us - (age > 0 ? age : 0));
	if (!(m->bits & ALARM_SHELVED))
		due_set(a, n, TIMER_SHELF, NEVER);
	if (!(m->bits & ALARM_BY_DESIGN))
		due_set(a, n, TIMER_RELEASE, NEVER);
}

static void
raised(struct alarms *a, uint32_t n, enum alarm_event e, const struct alarm_step *s, const struct occasion *o)
{
	struct alarm *m = &a->alarms[n];

	m->active = o->time;
	if (s->repeats)
		m->repeats++;
	if (e == EVENT_RAISE)
		mark_set(a, n, ALARM_IS_TEST | ALARM_FLEETING, false);
	else
		mark_set(a, n, ALARM_IS_TEST, true);
	if (s->annunciates && e == EVENT_RAISE)
		count_chatter(a, n);
}

static void
cleared(struct alarms *a, uint32_t n, unsigned before, const struct occasion *o)
{
	struct alarm *m = &a->alarms[n];

	if (alarm_state_of(before) == ALARM_UNACK && !(m->marks & ALARM_IS_TEST) &&
	    utc_diff_us(o->time, m->active) <= FLEETING_US)
		mark_set(a, n, ALARM_FLEETING, true);
	mark_set(a, n, ALARM_IS_OLD, false);
}

static void
announce(struct alarms *a, uint32_t n, enum alarm_event e, const struct occasion *o)
{
	bool is_new = e != EVENT_REALARM && e != EVENT_TEST;

	horn_annunciate(a, n, is_new);
	if (is_new)
		group_raise(a, n, e == EVENT_RAISE ? o->time.us : a->now.us);
}

static void
quality_told(struct alarms *a, uint32_t n, enum alarm_event e, unsigned before, const struct occasion *o)
{
	if (alarm_state_of(before) == ALARM_NORM)
		return; /* an alarm at rest is not on anybody's screen, and a dead line has thousands */
	if (!o->is_silent)
		step_told(a, n, e, before, a->alarms[n].occurrence, false, o);
	a->ops->changed(n, a->arg);
}

struct alarm_step
step(struct alarms *a, uint32_t n, enum alarm_event e, const struct occasion *o)
{
	struct alarm *m = &a->alarms[n];
	unsigned before = m->bits;
	struct alarm_step s = machine_step(before, a->defs[n].flags, e, o->is_one_shot);

	if (s.outcome != OUTCOME_MOVED)
		return s;
	set(a, n, s.bits, m->marks);
	if (e == EVENT_BAD || e == EVENT_GOOD) {
		quality_told(a, n, e, before, o);
		return s;
	}
	m->is_touched = true;
	m->is_acted |= o->by != NULL;
	if (e != EVENT_COMMENT && e != EVENT_LIMIT)
		m->changed = o->time;
	if (s.opens)
		open_occurrence(a, n);
	if (e == EVENT_RAISE || e == EVENT_TEST)
		raised(a, n, e, &s, o);
	else if (e == EVENT_CLEAR)
		cleared(a, n, before, o);
	if (alarm_state_of(m->bits) != ALARM_UNACK)
		horn_drop(a, n);
	if (e == EVENT_ACK) {
		m->acked = a->now;
		replace_text(&m->acked_by, o->by != NULL ? o->by->user : NULL);
	}
	if (s.annunciates) {
		m->acked = (struct utc){ 0 };
		announce(a, n, e, o);
	}
	if (e != EVENT_COMMENT && e != EVENT_LIMIT)
		timers_of_state(a, n);
	uint64_t occurrence = m->occurrence;
	if (s.closes) {
		m->closed = m->occurrence;
		m->occurrence = 0;
	}
	if (!o->is_silent)
		step_told(a, n, e, before, occurrence, s.closes, o);
	if (s.closes) {
		mark_set(a, n, ALARM_IS_TEST | ALARM_IS_OLD, false);
		due_set(a, n, TIMER_TEST, NEVER);
	}
	if (s.closes || e == EVENT_OUT)
		group_close(a, n);
	a->ops->changed(n, a->arg);
	if (!alarm_is_listed(alarm_state_of(m->bits)))
		suppress_settle(a, n); /* what stayed on the list for its device's silence may leave it now */
	return s;
}
