/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms_horn.c - what sounds.  An alarm sounds from its announcement until it is acknowledged, returns, is suppressed or
 * somebody silences.  In a flood those below priority 1 that it covers wait for the next horn, so that people can think.
 */
#include "config.h"

#include <stdlib.h>

#include "scada/alarm/alarms_private.h"
#include "scada/base/str.h"

/* ---- what sounds */

static struct alarm_ring *
ring_of(struct alarms *a, const struct alarm *m)
{
	return m->loud == LOUD_WAITS ? &a->horn.waiting : &a->horn.sounding[a->defs[m - a->alarms].priority - 1];
}

static bool
is_sounding(const struct alarms *a)
{
	for (int p = 0; p < ALARM_PRIORITIES; p++)
		if (!TAILQ_EMPTY(&a->horn.sounding[p]))
			return true;
	return false;
}

void
horn_drop(struct alarms *a, uint32_t n)
{
	struct alarm *m = &a->alarms[n];

	if (m->loud == LOUD_NOT)
		return;
	TAILQ_REMOVE(ring_of(a, m), m, ring);
	a->horn.is_changed |= m->loud == LOUD_SOUNDS;
	m->loud = LOUD_NOT;
	if (!is_sounding(a))
		a->horn.since = (struct utc){ 0 };
}

static void
put(struct alarms *a, uint32_t n, enum loud loud)
{
	struct alarm *m = &a->alarms[n];

	horn_drop(a, n);
	if (loud == LOUD_SOUNDS) {
		if (!is_sounding(a))
			a->horn.since = a->now;
		a->horn.next = mono_add(a->mono, a->how.flood_horn_us);
		a->horn.is_changed = true;
	}
	m->loud = loud;
	TAILQ_INSERT_TAIL(ring_of(a, m), m, ring);
}

void
horn_annunciate(struct alarms *a, uint32_t n, bool counts)
{
	struct alarm *m = &a->alarms[n];

	m->announced = a->now;
	if (counts)
		flood_count(a, n);
	bool waits = flood_covers(a, n) && a->defs[n].priority > 1 && mono_diff_us(a->horn.next, a->mono) > 0;
	if (waits && m->loud == LOUD_SOUNDS)
		return; /* it does already */
	put(a, n, waits ? LOUD_WAITS : LOUD_SOUNDS);
}

void
horn_turn(struct alarms *a)
{
	bool is_time = !a->flood.is_on || mono_diff_us(a->horn.next, a->mono) <= 0;
	struct alarm *m, *next;

	flood_turn(a);
	if (!is_time && !a->is_eased)
		return;
	for (m = TAILQ_FIRST(&a->horn.waiting); m != NULL; m = next) {
		uint32_t n = (uint32_t)(m - a->alarms);
		next = TAILQ_NEXT(m, ring);
		if (is_time || !flood_covers(a, n)) /* its area's flood is over, while another one goes on */
			put(a, n, LOUD_SOUNDS);
	}
	a->is_eased = false;
}

int64_t
horn_due(const struct alarms *a)
{
	int64_t at = flood_due(a);

	if (!TAILQ_EMPTY(&a->horn.waiting) && a->horn.next.us < at)
		at = a->horn.next.us;
	return at;
}

void
horn_tell(struct alarms *a)
{
	if (!a->horn.is_changed)
		return;
	a->horn.is_changed = false;
	a->ops->horn(a->arg);
}

static int
compare(const void *x, const void *y)
{
	const struct crossing *p = x, *q = y;

	if (p->time_us != q->time_us)
		return p->time_us < q->time_us ? -1 : 1;
	return p->alarm < q->alarm ? -1 : p->alarm > q->alarm;
}

void
horn_restore(struct alarms *a, struct crossing *list, uint32_t count)
{
	struct mono next = a->horn.next; /* kept over a reload */

	qsort(list, count, sizeof(*list), compare);
	for (uint32_t i = 0; i < count; i++)
		put(a, list[i].alarm, list[i].on ? LOUD_SOUNDS : LOUD_WAITS);
	if (is_sounding(a))
		a->horn.since = (struct utc){ list[0].time_us };
	if (next.us != 0)
		a->horn.next = next;
}

bool
alarms_silence(struct alarms *a, const struct actor *by, struct utc now, char *why, size_t size)
{
	struct alarm *m;
	bool was_loud = false;

	if (by->role < alarm_act_role(ALARM_ACT_SILENCE)) {
		str_printf(why, size, "silencing asks for the role %s; yours is %s",
		    role_word(alarm_act_role(ALARM_ACT_SILENCE)), role_word(by->role));
		return false;
	}
	for (int p = 0; p < ALARM_PRIORITIES; p++)
		while ((m = TAILQ_FIRST(&a->horn.sounding[p])) != NULL) {
			horn_drop(a, (uint32_t)(m - a->alarms));
			was_loud = true;
		}
	while ((m = TAILQ_FIRST(&a->horn.waiting)) != NULL)
		horn_drop(a, (uint32_t)(m - a->alarms)); /* they came before; the person has the list before the eyes */
	if (!was_loud) {
		char at[32];
		if (a->horn.silenced.us != 0)
			str_printf(why, size, "nothing sounds; %s silenced it at %s", a->horn.silenced_by,
			    utc_said(at, sizeof(at), a->horn.silenced));
		else
			str_copy(why, size, "nothing sounds");
		return false;
	}
	str_copy(a->horn.silenced_by, sizeof(a->horn.silenced_by), by->user);
	a->horn.silenced = now;
	a->horn.is_changed = true;
	a->ops->save(a->arg);
	horn_tell(a);
	return true;
}

void
alarms_tell_horn(const struct alarms *a, struct msg_horn *m)
{
	*m = (struct msg_horn){ .alarm = ALARM_NONE,
		.since = a->horn.since.us,
		.is_flood = a->flood.is_on,
		.flood_since = a->flood.since.us,
		.rate = a->flood.sum,
		.window_s = (uint32_t)(a->how.flood_window_us / US_PER_S),
		.silenced_by = a->horn.silenced_by,
		.silenced = a->horn.silenced.us };
	for (int p = 0; p < ALARM_PRIORITIES && m->priority == 0; p++)
		if (!TAILQ_EMPTY(&a->horn.sounding[p])) {
			const struct alarm *newest = TAILQ_LAST(&a->horn.sounding[p], alarm_ring);
			m->priority = (uint8_t)(p + 1);
			m->alarm = (uint32_t)(newest - a->alarms);
		}
}
