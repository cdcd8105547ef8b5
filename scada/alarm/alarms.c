/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms.c - the engine's life: made, begun, a turn after each batch of samples.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

struct alarms *
alarms_new(const struct site *s, const struct value *values, const struct alarms_ops *ops, void *arg)
{
	struct alarms *a = xcalloc(1, sizeof(*a));

	a->site = s;
	a->values = values;
	a->ops = ops;
	a->arg = arg;
	a->arena = arena_new();
	a->is_sorted = true;
	for (int p = 0; p < ALARM_PRIORITIES; p++)
		TAILQ_INIT(&a->horn.sounding[p]);
	TAILQ_INIT(&a->horn.waiting);
	build_alarms(a);
	build_areas(a);
	build_conditions(a);
	build_groups(a);
	for (point_id id = 0; id < a->points; id++) {
		a->watch[id].lo = (double)INFINITY; /* nothing is quiet before the begin */
		a->watch[id].hi = (double)-INFINITY;
		a->watch[id].last = (double)NAN;
	}
	for (uint32_t n = 0; n < a->count; n++)
		count_bits(a, n, a->alarms[n].bits, 0, true);
	return a;
}

void
alarms_free(struct alarms *a)
{
	if (a == NULL)
		return;
	for (uint32_t n = 0; n < a->count; n++)
		texts_free(&a->alarms[n]);
	for (uint32_t c = 0; c < a->cond_count; c++)
		expr_free(a->conds[c].e);
	free(a->area_names);
	arena_free(a->arena);
	free(a);
}

/* ---- begin */

/* The horn goes on where it was: what sounded sounds, what was silenced does not sound twice. */
static void
restore_horn(struct alarms *a)
{
	uint32_t found = 0;

	for (uint32_t n = 0; n < a->count; n++)
		if (a->alarms[n].loud != LOUD_NOT) {
			bool waits = a->alarms[n].loud == LOUD_WAITS;
			a->alarms[n].loud = LOUD_NOT;
			if (a->alarms[n].announced.us > a->horn.silenced.us)
				a->queue[found++] =
				    (struct crossing){ .time_us = a->alarms[n].announced.us, .alarm = n, .on = !waits };
		}
	horn_restore(a, a->queue, found);
}

static void
begin_alarm(struct alarms *a, uint32_t n)
{
	struct test *t = &a->tests[n];
	struct alarm *m = &a->alarms[n];
	struct occasion o = { .time = m->shelf.until, .words = "it came to its end while the server was down" };

	if (n == a->first_own + OWN_EMERGENCY && !t->is_told && !t->is_adopted)
		t->is_given = (m->bits & ALARM_COND) != 0; /* it ends when somebody acknowledges it, not by a restart */
	if (!t->is_adopted) {
		t->answer = t->settled = (m->bits & ALARM_COND) && !(m->marks & ALARM_IS_TEST);
		t->last_us = m->active.us;
		m->bits &= ~(unsigned)ALARM_DOUBTFUL;
	}
	if (!t->is_adopted)
		timers_of_state(a, n);
	if ((m->marks & ALARM_IS_TEST) && (m->bits & ALARM_COND) && m->due[TIMER_TEST] == NEVER)
		due_set(a, n, TIMER_TEST, a->mono.us + TEST_US);
	if ((m->bits & ALARM_SHELVED) && m->due[TIMER_SHELF] <= a->mono.us)
		step(a, n, EVENT_EXPIRE, &o);
}

void
alarms_begin(struct alarms *a, struct utc now, struct mono mono)
{
	if (a->has_begun)
		return;
	a->now = now;
	a->mono = mono;
	a->has_begun = true;
	a->begins_with_turn = false;
	group_recount(a);
	restore_horn(a);
	for (uint32_t c = 0; c < a->cond_count; c++)
		cond_due(a, c);
	for (uint32_t n = 0; n < a->count; n++)
		begin_alarm(a, n);
	conds_run(a); /* what is suppressed is known before anything is raised */
	for (uint32_t d = 0; d < a->devices; d++) {
		if (a->device[d].comm != NONE && !a->device[d].is_unknown)
			test_evaluate(a, a->device[d].comm, now);
		suppress_device(a, d);
	}
	for (uint32_t n = 0; n < a->count; n++)
		if (a->alarms[n].bits & ALARM_BY_DESIGN)
			suppress_settle(a, n);
	adopt_tell_names(a);
	for (uint32_t n = 0; n < a->first_comm; n++)
		if (a->tests[n].is_redefined)
			limit_redefined(a, n);
	watch_all(a);
	alarms_turn(a, now, mono);
}

bool
alarms_has_begun(const struct alarms *a)
{
	return a->has_begun || a->begins_with_turn;
}

/* ---- turns */

/* The clock was set: a shelf ends after as long as was said, so its end has another name now, also on disk. */
static void
clock_set(struct alarms *a, int64_t by_us)
{
	char words[WORDS_MAX], at[32];

	for (uint32_t n = 0; n < a->count; n++) {
		struct alarm *m = &a->alarms[n];
		if (!(m->bits & ALARM_SHELVED))
			continue;
		m->shelf.until = utc_add(m->shelf.until, by_us);
		str_printf(words, sizeof(words), "the clock was set; the shelf ends at %s",
		    utc_said(at, sizeof(at), m->shelf.until));
		struct occasion o = { .time = a->now, .words = words };
		step(a, n, EVENT_COMMENT, &o);
	}
}

void
time_set(struct alarms *a, struct utc now, struct mono mono)
{
	int64_t by = utc_diff_us(now, a->now) - mono_diff_us(mono, a->mono);

	a->now = now;
	a->mono = mono;
	if (a->has_begun && (by >= CLOCK_JUMP || by <= -CLOCK_JUMP))
		clock_set(a, by);
}

static bool
is_over(struct alarms *a, uint32_t n, enum timer t)
{
	if (a->alarms[n].due[t] > a->mono.us)
		return false;
	due_set(a, n, t, NEVER);
	return true;
}

static void
fire(struct alarms *a, uint32_t n)
{
	struct occasion now = { .time = a->now, .words = "" }, shelf = now, test = now;

	shelf.words = "its time on the shelf is over";
	test.words = "TEST: ends by itself";
	if (a->alarms[n].due[TIMER_DELAY] <= a->mono.us)
		test_delay_over(a, n);
	if (is_over(a, n, TIMER_SHELF))
		step(a, n, EVENT_EXPIRE, &shelf);
	if (is_over(a, n, TIMER_RELEASE))
		release_over(a, n);
	if (is_over(a, n, TIMER_REALARM)) {
		now.words = "still active";
		step(a, n, EVENT_REALARM, &now);
	}
	if (is_over(a, n, TIMER_TEST) && (a->alarms[n].marks & ALARM_IS_TEST))
		step(a, n, EVENT_CLEAR, &test);
	if (is_over(a, n, TIMER_OLD)) {
		mark_set(a, n, ALARM_IS_OLD, (a->alarms[n].bits & ALARM_COND) != 0);
		a->ops->changed(n, a->arg);
	}
	if (is_over(a, n, TIMER_CHATTER)) {
		mark_set(a, n, ALARM_CHATTERS, false);
		a->ops->changed(n, a->arg);
	}
}

static void
fire_device(struct alarms *a, uint32_t d)
{
	due_set_device(a, d, NEVER);
	a->device[d].suppresses = a->device[d].is_silent;
	suppress_device(a, d);
}

void
alarms_turn(struct alarms *a, struct utc now, struct mono mono)
{
	uint32_t id;

	if (!a->has_begun && a->begins_with_turn)
		alarms_begin(a, now, mono);
	if (!a->has_begun)
		return;
	time_set(a, now, mono);
	conds_run(a);
	while (due_take(a, &id))
		if (id < a->count)
			fire(a, id);
		else
			fire_device(a, id - a->count);
	queue_run(a);
	horn_turn(a);
	horn_tell(a);
	if (a->is_dirty && mono_diff_us(mono, a->saved) >= SAVE_GAP_US) {
		a->is_dirty = false;
		a->saved = mono;
		a->ops->save(a->arg);
	}
}

bool
alarms_due(const struct alarms *a, struct mono *at)
{
	int64_t due = horn_due(a);

	if (a->heap_len > 0 && a->heap_key[a->heap[0]] < due)
		due = a->heap_key[a->heap[0]];
	if (a->queue_len > 0 || a->due_cond_count > 0 || a->horn.is_changed || a->begins_with_turn)
		due = a->mono.us;
	if (due == NEVER || (!a->has_begun && !a->begins_with_turn))
		return false;
	at->us = due;
	return true;
}

/* ---- what others find */

static void
given(struct alarms *a, uint32_t n, bool on, const char *words, struct utc now, struct mono mono)
{
	struct test *t = &a->tests[n];

	time_set(a, now, mono);
	t->is_given = on;
	t->is_told = true;
	if (on != t->answer || on)
		str_copy(a->given[n - a->first_own], sizeof(*a->given), words);
	if (a->has_begun)
		test_evaluate(a, n, now);
}

void
alarms_own(struct alarms *a, enum alarm_own which, bool on, const char *words, struct utc now, struct mono mono)
{
	uint32_t n = a->first_own + (uint32_t)which;

	if (on && ((which == OWN_STORE && a->site_tells_store) || (which == OWN_JOURNAL && a->site_tells_journal))) {
		on = false;
		words = "the site file has alarms of its own for it";
	}
	/* A second person who acts alone while the first is not confirmed yet is announced too. */
	if (which == OWN_EMERGENCY && on && a->has_begun && a->tests[n].answer) {
		given(a, n, false, "again", now, mono);
		queue_run(a);
	}
	given(a, n, on, words, now, mono);
}

void
alarms_drift(struct alarms *a, point_id output, bool on, const char *words, struct utc now, struct mono mono)
{
	for (uint32_t n = a->first_drift; n < a->count; n++)
		if (a->defs[n].point == output)
			given(a, n, on, words, now, mono);
}
