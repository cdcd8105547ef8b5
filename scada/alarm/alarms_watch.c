/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_watch.c - samples to answers, answers to crossings.  A sample that changes nothing costs two comparisons: each point keeps the
 * band in which no test of it answers otherwise.  A crossing waits for the end of the turn, when it is known what is suppressed.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

/* ---- crossings */

struct utc
plausible(const struct alarms *a, struct utc t)
{
	return utc_is_plausible(t) ? t : a->now;
}

static struct value
value_of(const struct alarms *a, uint32_t n)
{
	static const struct value none = { .v = (double)NAN };
	point_id id = a->defs[n].point;
	return id != POINT_NONE ? a->values[id] : none;
}

/* The answer holds, its delay is over: the machine is told at the end of the turn. */
static void
cross(struct alarms *a, uint32_t n, bool on, int64_t time_us)
{
	struct test *t = &a->tests[n];

	if (a->queue_len == a->queue_cap)
		queue_run(a); /* a point that alternates within one turn: nothing is lost, only told a little early */
	if (time_us < t->last_us)
		time_us = t->last_us; /* the source's clock was set back: its own order stays */
	t->settled = on;
	t->last_us = time_us;
	if (a->queue_len > 0 && a->queue[a->queue_len - 1].time_us > time_us)
		a->is_sorted = false;
	a->queue[a->queue_len++] = (struct crossing){ time_us, value_of(a, n), n, a->seq++, on };
}

void
test_delay_over(struct alarms *a, uint32_t n)
{
	struct test *t = &a->tests[n];

	due_set(a, n, TIMER_DELAY, NEVER);
	if (t->answer != t->settled)
		cross(a, n, t->answer, t->changed_us + (t->answer ? t->on_delay_us : t->off_delay_us));
}

static void
answer(struct alarms *a, uint32_t n, bool on, struct utc source)
{
	struct test *t = &a->tests[n];

	if (on == t->answer)
		return;
	if (a->alarms[n].due[TIMER_DELAY] <= a->mono.us)
		test_delay_over(a, n); /* it was over before this sample came */
	t->answer = on;
	t->changed_us = plausible(a, source).us;
	int64_t delay = on ? t->on_delay_us : t->off_delay_us;
	if (on == t->settled)
		due_set(a, n, TIMER_DELAY, NEVER);
	else if (delay > 0)
		due_set(a, n, TIMER_DELAY, a->mono.us + delay);
	else
		cross(a, n, on, t->changed_us);
}

/* ---- tests */

/* Bad inputs hold a delay too; the time that is known counts when they are good again. */
void
test_hold(struct alarms *a, uint32_t n, bool is_bad)
{
	struct test *t = &a->tests[n];
	struct alarm *m = &a->alarms[n];

	if (t->is_held == is_bad)
		return;
	t->is_held = is_bad;
	if (is_bad) {
		if (m->due[TIMER_DELAY] <= a->mono.us)
			test_delay_over(a, n);
		t->left_us = m->due[TIMER_DELAY] == NEVER ? NEVER : m->due[TIMER_DELAY] - a->mono.us;
		due_set(a, n, TIMER_DELAY, NEVER);
		if (t->rule.trace != NULL)
			t->rule.trace->count = 0;
	} else if (t->left_us != NEVER) {
		int64_t delay = t->answer ? t->on_delay_us : t->off_delay_us;
		due_set(a, n, TIMER_DELAY, a->mono.us + t->left_us);
		t->changed_us = a->now.us + t->left_us - delay;
		t->left_us = NEVER;
	}
	struct occasion o = { .time = a->now,
		.words = is_bad ? "its inputs are bad: held as it is" : "its inputs are good again" };
	o.is_silent = !alarm_is_listed(alarm_state_of(m->bits));
	step(a, n, is_bad ? EVENT_BAD : EVENT_GOOD, &o);
}

static bool
is_unusable(const struct alarm_kind *k, const struct value *v)
{
	return (v->quality & k->holds) != 0 || ((k->holds & Q_NEVER_READ) && !isfinite(v->v));
}

static bool
device_answers(const struct alarms *a, uint32_t d)
{
	return d >= a->devices || !a->device[d].is_told || a->device[d].state == DEVICE_UP;
}

void
test_evaluate(struct alarms *a, uint32_t n, struct utc source)
{
	struct test *t = &a->tests[n];
	const struct alarm_kind *k = t->kind;
	struct alarm_input in = { .is_given = t->is_given };

	if (a->defs[n].type == ALARM_CALC && cond_is_bad(a, n)) {
		test_hold(a, n, true);
		return;
	}
	if (k->holds != 0) {
		in.value = &a->values[a->defs[n].point];
		in.other = t->other != POINT_NONE ? &a->values[t->other] : NULL;
		if (k->has_other && in.other == NULL)
			return; /* the point that it is compared with is not there; the checks refuse that */
		if ((k->needs_device && !device_answers(a, a->defs[n].device)) || is_unusable(k, in.value) ||
		    (in.other != NULL && is_unusable(k, in.other))) {
			test_hold(a, n, true);
			return;
		}
	}
	if (t->is_held)
		test_hold(a, n, false);
	answer(a, n, k->test(&t->rule, &in, t->answer), source);
}

void
test_say(const struct alarms *a, uint32_t n, const struct value *v, bool is_on, char *buf, size_t size)
{
	const struct alarm_def *d = &a->defs[n];
	const struct test *t = &a->tests[n];
	struct alarm_context c = { .decimals = 2, .given = "", .other = "" };
	struct alarm_input in = { .value = v, .is_given = t->is_given };

	if (d->point != POINT_NONE) {
		c.def = a->site->points[d->point].def;
		c.decimals = a->site->points[d->point].decimals;
	}
	if (t->other != POINT_NONE) {
		c.other = a->site->points[t->other].name;
		c.other_def = a->site->points[t->other].def;
		in.other = &a->values[t->other];
	}
	if (n >= a->first_own)
		c.given = a->given[n - a->first_own];
	else if (n >= a->first_calc)
		c.given = d->limit->when != NULL ? d->limit->when : "";
	else if (n >= a->first_comm)
		c.given = a->site->nodes[d->device].device->name;
	in.is_other_device = n >= a->first_comm && n < a->first_calc && a->device[d->device].is_other;
	t->kind->say(&t->rule, &in, &c, is_on, buf, size);
}

/* ---- points */

void
watch_again(struct alarms *a, point_id id)
{
	struct watch *w = &a->watch[id];
	double v = a->values[id].v;

	w->lo = (double)-INFINITY;
	w->hi = (double)INFINITY;
	if (w->has_followers || !isfinite(v))
		w->lo = w->hi = v;
	for (uint32_t n = w->first; n < w->first + w->count; n++) {
		const struct test *t = &a->tests[n];
		if (t->is_held)
			continue; /* nothing new before the quality is another one */
		if (t->kind->quiet != NULL)
			t->kind->quiet(&t->rule, v, t->answer, &w->lo, &w->hi);
		else if (t->kind->holds & Q_NEVER_READ)
			w->lo = (double)INFINITY;
	}
}

static void
look(struct alarms *a, point_id id, const struct value *v)
{
	struct watch *w = &a->watch[id];
	bool is_other = v->quality != w->quality || v->v != w->last;

	for (uint32_t n = w->first; n < w->first + w->count; n++)
		test_evaluate(a, n, v->time);
	if (is_other && w->has_followers)
		for (uint32_t i = a->follow_first[id]; i < a->follow_first[id + 1]; i++) {
			uint32_t f = a->followers[i];
			if (f & FOLLOW_TEST)
				test_evaluate(a, f & ~FOLLOW_TEST, v->time);
			else
				cond_due(a, f);
		}
	w->quality = v->quality;
	w->last = v->v;
	watch_again(a, id);
}

void
alarms_sample(struct alarms *a, point_id id, const struct value *v, struct mono mono)
{
	const struct watch *w = &a->watch[id];

	if (v->quality == w->quality && v->v >= w->lo && v->v <= w->hi)
		return;
	if (!a->has_begun || id >= a->points)
		return;
	if (mono.us > a->mono.us) {
		a->now = utc_add(a->now, mono_diff_us(mono, a->mono));
		a->mono = mono;
	}
	look(a, id, v);
}

void
watch_all(struct alarms *a)
{
	for (point_id id = 0; id < a->points; id++)
		look(a, id, &a->values[id]);
	for (uint32_t n = a->first_own; n < a->count; n++)
		test_evaluate(a, n, a->now);
}

/* ---- the end of a turn */

static int
compare(const void *x, const void *y)
{
	const struct crossing *p = x, *q = y;

	if (p->time_us != q->time_us)
		return p->time_us < q->time_us ? -1 : 1;
	return p->seq < q->seq ? -1 : p->seq > q->seq;
}

static void
tell_machine(struct alarms *a, const struct crossing *c)
{
	struct alarm *m = &a->alarms[c->alarm];
	char words[WORDS_MAX];
	struct occasion o = { .time = { c->time_us }, .words = words };

	if (c->on && (m->marks & ALARM_IS_TEST)) {
		struct occasion end = { .time = o.time, .words = "TEST: ended by a real alarm" };
		step(a, c->alarm, EVENT_CLEAR, &end);
		mark_set(a, c->alarm, ALARM_IS_TEST, false);
		due_set(a, c->alarm, TIMER_TEST, NEVER);
	}
	test_say(a, c->alarm, &c->value, c->on, words, sizeof(words));
	m->raised = c->on ? c->value : m->raised;
	step(a, c->alarm, c->on ? EVENT_RAISE : EVENT_CLEAR, &o);
}

/* By source time, then in the order in which they came. */
void
queue_run(struct alarms *a)
{
	if (!a->is_sorted)
		qsort(a->queue, a->queue_len, sizeof(*a->queue), compare);
	for (uint32_t i = 0; i < a->queue_len; i++)
		tell_machine(a, &a->queue[i]);
	a->queue_len = 0;
	a->is_sorted = true;
}
