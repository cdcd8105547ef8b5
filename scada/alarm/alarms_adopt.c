/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_adopt.c - over a reload: what the engine of the old configuration knows goes to the alarms of the same name; what has no
 * successor is closed, and the journal says why.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"

/* The alarm whose point was called so before; for what was saved under the old name. */
uint32_t
find_renamed(const struct alarms *a, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL)
		return ALARM_NONE;
	for (point_id id = 0; id < a->points; id++) {
		const char *was = a->site->points[id].was;
		if (was == NULL || strlen(was) != (size_t)(dot - name) || strncmp(was, name, (size_t)(dot - name)) != 0)
			continue;
		for (uint32_t n = a->watch[id].first; n < a->watch[id].first + a->watch[id].count; n++)
			if (strcmp(strrchr(a->defs[n].name, '.'), dot) == 0)
				return n;
		for (uint32_t n = a->first_drift; n < a->count; n++)
			if (a->defs[n].point == id && strcmp(strrchr(a->defs[n].name, '.'), dot) == 0)
				return n;
	}
	return ALARM_NONE;
}

static bool
is_redefined(const struct test *t, const struct test *old, double limit, double old_limit)
{
	bool is_same_limit = limit == old_limit || (isnan(limit) && isnan(old_limit));
	return !is_same_limit || t->rule.deadband != old->rule.deadband || t->rule.state != old->rule.state;
}

static void
adopt_test(struct alarms *a, uint32_t n, struct alarms *old, uint32_t o)
{
	struct test *t = &a->tests[n];
	const struct test *was = &old->tests[o];
	struct alarm *m = &a->alarms[n];
	double limit = limit_of_file(a, n), old_limit = limit_of_file(old, o);

	t->answer = was->answer;
	t->settled = was->settled;
	t->is_held = was->is_held;
	t->is_given = was->is_given;
	t->is_told = was->is_told;
	t->left_us = was->left_us;
	t->changed_us = was->changed_us;
	t->last_us = was->last_us;
	t->is_adopted = old->has_begun; /* else what was restored is looked at when it begins */
	t->is_redefined = is_redefined(t, was, limit, old_limit);
	t->before = was->rule.limit;
	if (t->rule.trace != NULL && was->rule.trace != NULL)
		*t->rule.trace = *was->rule.trace;
	if ((m->marks & ALARM_MOVED_LIMIT) && limit == m->limit_base)
		t->rule.limit = was->rule.limit;
	else
		m->marks &= ~(unsigned)ALARM_MOVED_LIMIT;
	if (n >= a->first_own && o >= old->first_own)
		str_copy(a->given[n - a->first_own], sizeof(*a->given), old->given[o - old->first_own]);
}

static void
adopt_alarm(struct alarms *a, uint32_t n, struct alarms *old, uint32_t o)
{
	struct alarm *m = &a->alarms[n], *was = &old->alarms[o];
	uint32_t of = (uint32_t)a->how.chatter_count;

	count_bits(a, n, m->bits, m->marks, false);
	*m = *was;
	was->acked_by = was->comment = was->comment_by = was->shelf.by = was->shelf.reason = was->out.by =
	    was->out.reason = NULL;
	was->limit_by = was->limit_second = was->limit_reason = NULL;
	adopt_test(a, n, old, o);
	if (strcmp(a->defs[n].group, old->defs[o].group) != 0)
		m->rank = 0;
	count_bits(a, n, m->bits, m->marks, true);
	due_again(a, n);
	if (old->how.chatter_count == a->how.chatter_count) {
		memcpy(&a->raises[(size_t)n * of], &old->raises[(size_t)o * of], of * sizeof(*a->raises));
		a->raise_next[n] = old->raise_next[o];
	}
}

/* By name; mostly they stand in the same order. */
static void
adopt_devices(struct alarms *a, const struct alarms *old)
{
	uint32_t at = 0;

	for (uint32_t d = 0; d < a->devices; d++) {
		const char *name = a->site->nodes[d].device->name;
		for (uint32_t tries = 0; tries < old->devices; tries++, at++) {
			const struct machine_device *was = &old->device[at %= old->devices];
			if (strcmp(old->site->nodes[at].device->name, name) != 0)
				continue;
			a->device[d].state = was->state;
			a->device[d].is_told = was->is_told;
			a->device[d].is_unknown = was->is_unknown;
			a->device[d].is_silent = was->is_silent;
			a->device[d].suppresses = was->suppresses;
			due_set_device(a, d, was->grace);
			at++;
			break;
		}
	}
}

static bool
is_known(const struct alarms *a, uint32_t n)
{
	return is_saved(a, n) || (a->alarms[n].marks & ALARM_MOVED_LIMIT) != 0;
}

/* The alarm is not there any more, or not under this name; told with the old numbers, by the old engine, which forgets it. */
static void
leave(struct alarms *old, uint32_t o, const char *words, bool is_close)
{
	struct alarm *m = &old->alarms[o];
	unsigned before = m->bits;
	uint64_t occurrence = m->occurrence;
	struct occasion gone = { .time = old->now, .words = words };

	comment_set(m, "", "", (struct utc){ 0 });
	m->bits = ALARM_IS_ACKED;
	m->marks = 0;
	m->rank = 0;
	m->occurrence = 0;
	step_told(old, o, EVENT_CONFIG, before, occurrence, is_close && occurrence != 0, &gone);
}

/* So that it is saved under its new name. */
void
adopt_tell_names(struct alarms *a)
{
	char words[WORDS_MAX];

	for (uint32_t n = 0; n < a->count; n++) {
		const struct alarm_def *d = &a->defs[n];
		if (!a->tests[n].is_renamed)
			continue;
		a->tests[n].is_renamed = false;
		if (!is_known(a, n))
			continue;
		str_printf(words, sizeof(words), "its name was %s%s before", a->site->points[d->point].was,
		    strrchr(d->name, '.'));
		struct occasion o = { .time = a->now, .words = words };
		step_told(a, n, EVENT_CONFIG, a->alarms[n].bits, a->alarms[n].occurrence, false, &o);
	}
}

static void
adopt_whole(struct alarms *a, struct alarms *old)
{
	a->last_occurrence = old->last_occurrence;
	a->horn.silenced = old->horn.silenced;
	a->horn.next = old->horn.next;
	str_copy(a->horn.silenced_by, sizeof(a->horn.silenced_by), old->horn.silenced_by);
	flood_adopt(a, old);
	a->saved = old->saved;
	a->is_dirty = old->is_dirty;
	a->begins_with_turn = alarms_has_begun(old);
}

void
alarms_adopt(struct alarms *a, struct alarms *old, struct utc now, struct mono mono)
{
	char words[WORDS_MAX];
	bool *has_heir = xcalloc(old->count + 1u, sizeof(*has_heir));

	time_set(old, now, mono);
	queue_run(old);
	a->now = now;
	a->mono = mono;
	for (uint32_t n = 0; n < a->count; n++) {
		uint32_t o = alarms_find_before(old, a, n);
		if (o == ALARM_NONE || has_heir[o])
			continue;
		has_heir[o] = true;
		bool was_known = is_known(old, o);
		adopt_alarm(a, n, old, o);
		if (strcmp(a->defs[n].name, old->defs[o].name) == 0)
			continue;
		str_printf(words, sizeof(words), "its name is %s now", a->defs[n].name);
		a->tests[n].is_renamed = true;
		if (was_known)
			leave(old, o, words, false);
	}
	adopt_devices(a, old);
	adopt_whole(a, old);
	for (uint32_t o = 0; o < old->count; o++)
		if (!has_heir[o] && is_known(old, o))
			leave(old, o, "it is no longer in the site file", true);
	free(has_heir);
}
