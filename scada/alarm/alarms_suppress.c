/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_suppress.c - suppression by design: expressions of the site file, and the silence of a device.
 * A result that is bad leaves what is: no suppression begins or ends on it.
 */
#include "config.h"

#include <math.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/str.h"

/* ---- conditions */

void
cond_due(struct alarms *a, uint32_t c)
{
	if (a->conds[c].is_due)
		return;
	a->conds[c].is_due = true;
	a->due_conds[a->due_cond_count++] = c;
}

/* A result is used when it is good, and when what made it doubtful is not that an input is bad or old. */
static bool
is_usable(const struct alarms *a, const struct cond *c)
{
	size_t count;

	if (!isfinite(c->result.v) || quality_validity(c->result.quality) == V_BAD)
		return false;
	if (quality_validity(c->result.quality) == V_GOOD)
		return true;
	const point_id *in = expr_inputs(c->e, &count);
	for (size_t i = 0; i < count; i++)
		if (a->values[in[i]].quality & KIND_HOLDS_NUMBER)
			return false;
	return true;
}

bool
cond_is_bad(const struct alarms *a, uint32_t n)
{
	const struct cond *c = &a->conds[a->calc_cond[n - a->first_calc]];
	return c->is_bad || c->truth == TRUTH_UNKNOWN;
}

static struct utc
newest_input(const struct alarms *a, const struct cond *c)
{
	struct utc newest = { 0 };
	size_t count;
	const point_id *in = expr_inputs(c->e, &count);

	for (size_t i = 0; i < count; i++)
		if (a->values[in[i]].time.us > newest.us)
			newest = a->values[in[i]].time;
	return newest;
}

static void
tell_bound(struct alarms *a, uint32_t c, struct utc source)
{
	for (uint32_t i = a->conds[c].first; i < a->conds[c].first + a->conds[c].count; i++) {
		uint32_t n = a->bound[i];
		if (a->suppressor[n][0] == c || a->suppressor[n][1] == c)
			suppress_settle(a, n);
		if (a->defs[n].type != ALARM_CALC || a->calc_cond[n - a->first_calc] != c)
			continue;
		a->tests[n].is_given = a->conds[c].truth == TRUTH_TRUE;
		test_evaluate(a, n, source);
	}
}

static void
run(struct alarms *a, uint32_t n)
{
	struct cond *c = &a->conds[n];
	enum truth was = c->truth;
	bool was_bad = c->is_bad;

	c->is_due = false;
	if (c->e == NULL)
		return;
	expr_eval(c->e, a->values, a->now, c->has_run ? mono_diff_us(a->mono, c->last) : 0, &c->result);
	c->last = a->mono;
	c->is_bad = !is_usable(a, c);
	if (!c->is_bad)
		c->truth = c->result.v != 0 ? TRUTH_TRUE : TRUTH_FALSE;
	if (c->truth != was || c->is_bad != was_bad || !c->has_run) {
		c->has_run = true;
		tell_bound(a, n, plausible(a, newest_input(a, c)));
	}
}

void
conds_run(struct alarms *a)
{
	for (uint32_t c = 0; c < a->cond_count; c++)
		if (a->conds[c].e != NULL && expr_has_state(a->conds[c].e))
			cond_due(a, c);
	uint32_t count = a->due_cond_count;
	a->due_cond_count = 0;
	for (uint32_t i = 0; i < count; i++)
		run(a, a->due_conds[i]);
}

/* ---- what suppresses one alarm */

static enum truth
by_expression(const struct alarms *a, uint32_t n)
{
	enum truth all = TRUTH_FALSE;

	for (int i = 0; i < 2; i++) {
		uint32_t c = a->suppressor[n][i];
		if (c == NONE || a->conds[c].e == NULL)
			continue;
		if (a->conds[c].truth == TRUTH_TRUE)
			return TRUTH_TRUE;
		if (a->conds[c].truth == TRUTH_UNKNOWN)
			all = TRUTH_UNKNOWN;
	}
	return all;
}

/* Only alarms of points are children of their device. */
static const struct machine_device *
parent(const struct alarms *a, uint32_t n)
{
	uint32_t d = a->defs[n].device;
	return n < a->first_comm && d < a->devices ? &a->device[d] : NULL;
}

const char *
suppress_text(const struct alarms *a, uint32_t n)
{
	const struct machine_device *dev = parent(a, n);

	for (int i = 0; i < 2; i++) {
		uint32_t c = a->suppressor[n][i];
		if (c != NONE && a->conds[c].truth == TRUTH_TRUE)
			return a->conds[c].text;
	}
	return dev != NULL && dev->suppresses ? dev->silence
	                                      : "what suppressed it has ended; it is looked at again in a moment";
}

/*
 * An expression suppresses in any state; the silence of a device only what is not on the list: what is active or not acknowledged
 * stays there, marked doubtful. A device's children are not journalled one by one; its own alarm says it.
 */
void
suppress_settle(struct alarms *a, uint32_t n)
{
	struct alarm *m = &a->alarms[n];
	const struct machine_device *dev = parent(a, n);
	enum truth expression = by_expression(a, n);
	bool by_device = dev != NULL && dev->suppresses && !alarm_is_listed(alarm_state_of(m->bits));
	bool is_suppressed = (m->bits & ALARM_BY_DESIGN) != 0;
	char words[WORDS_MAX];

	if (!a->has_begun)
		return;
	if (expression == TRUTH_TRUE || by_device) {
		due_set(a, n, TIMER_RELEASE, NEVER);
		str_printf(words, sizeof(words), "while %s", suppress_text(a, n));
		struct occasion o = { .time = a->now, .words = words };
		o.is_silent = expression != TRUTH_TRUE;
		if (!is_suppressed)
			step(a, n, EVENT_SUPPRESS, &o);
	} else if (is_suppressed && expression == TRUTH_FALSE && !(dev != NULL && dev->is_unknown) &&
	    m->due[TIMER_RELEASE] == NEVER) {
		due_set(a, n, TIMER_RELEASE, a->mono.us + a->how.release_hold_us);
	}
}

void
release_over(struct alarms *a, uint32_t n)
{
	struct occasion o = { .time = a->now, .words = "what suppressed it has ended" };

	due_set(a, n, TIMER_RELEASE, NEVER);
	/* At rest before and after: as silent as it went. */
	o.is_silent = a->suppressor[n][0] == NONE && a->suppressor[n][1] == NONE && !bits_are_open(a->alarms[n].bits);
	step(a, n, EVENT_RELEASE, &o);
}

/* ---- devices */

void
suppress_device(struct alarms *a, uint32_t d)
{
	struct machine_device *dev = &a->device[d];

	for (uint32_t n = dev->first; n < dev->first + dev->count; n++)
		suppress_settle(a, n);
}

/* It is switched off in the site file: what was open is closed, for nothing will ever return it. */
static void
close_children(struct alarms *a, uint32_t d)
{
	struct machine_device *dev = &a->device[d];
	struct occasion o = { .time = a->now, .words = "its device is switched off in the site file" };

	for (uint32_t n = dev->first; n < dev->first + dev->count; n++) {
		if (!bits_are_open(a->alarms[n].bits))
			continue;
		step(a, n, EVENT_CONFIG, &o);
		a->tests[n].answer = a->tests[n].settled = false;
		due_set(a, n, TIMER_DELAY, NEVER);
	}
}

static void
set_silent(struct alarms *a, uint32_t d, bool is_silent)
{
	struct machine_device *dev = &a->device[d];

	if (dev->is_silent == is_silent)
		return;
	dev->is_silent = is_silent;
	if (is_silent) {
		due_set_device(a, d, a->mono.us + a->how.comm_grace_us);
	} else {
		due_set_device(a, d, NEVER);
		dev->suppresses = false;
	}
}

void
alarms_device_why(struct alarms *a, uint32_t d, enum err why)
{
	if (d < a->devices)
		a->device[d].is_other = why == ERR_OTHER_DEVICE;
}

void
alarms_device(struct alarms *a, uint32_t d, enum device_state state, struct utc now, struct mono mono)
{
	if (d >= a->devices)
		return;
	struct machine_device *dev = &a->device[d];
	/* Connecting again after it was up is silence; the first time, nobody knows yet. */
	bool is_silent = state == DEVICE_DOWN ||
	    (state == DEVICE_CONNECTING && dev->is_told && !dev->is_unknown && dev->state != DEVICE_OFF);

	time_set(a, now, mono);
	dev->is_unknown = state == DEVICE_CONNECTING && !is_silent;
	dev->is_told = true;
	dev->state = state;
	set_silent(a, d, is_silent);
	if (dev->comm != NONE)
		a->tests[dev->comm].is_given = is_silent;
	if (!a->has_begun)
		return;
	if (state == DEVICE_OFF)
		close_children(a, d);
	if (dev->comm != NONE && !dev->is_unknown)
		test_evaluate(a, dev->comm, now);
	for (uint32_t n = dev->first; n < dev->first + dev->count; n++)
		if (a->tests[n].kind->needs_device)
			test_evaluate(a, n, now);
	suppress_device(a, d);
}
