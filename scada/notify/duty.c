/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty.c - the alarms that somebody may have to be told of, as they come and go, and the times of duty.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "scada/base/actor.h"
#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/notify/duty_private.h"

#define MINUTE_US (60 * US_PER_S)

struct duty *
duty_new(void)
{
	struct duty *d = xcalloc(1, sizeof(*d));
	d->is_first = true;
	return d;
}

void
watched_forget(struct duty *d, struct watched *w)
{
	HASH_DEL(d->alarms, w);
	free(w->name);
	free(w->area);
	free(w->text);
	free(w->response);
	free(w->by);
	free(w);
}

void
duty_free(struct duty *d)
{
	if (d == NULL)
		return;
	for (struct watched *w = d->alarms, *next; w != NULL; w = next) {
		next = w->hh.next;
		watched_forget(d, w);
	}
	for (uint32_t i = 0; i < d->step_count; i++) {
		free(d->steps[i].name);
		free(d->steps[i].lines);
	}
	free(d);
}

/* ---- times */

static bool
is_day(const struct site_duty_time *t, int weekday)
{
	return t->days == 0 || ((t->days >> weekday) & 1) != 0;
}

bool
duty_is_on(const struct key_list *times, struct utc t)
{
	char text[16];
	const struct site_duty_time *list = times->v;
	if (times->n == 0)
		return true;
	utc_civil(text, sizeof(text), t, "%u%H%M"); /* Monday is 1 */
	int weekday = text[0] - '1', before = (weekday + 6) % 7;
	int64_t minute = ((text[1] - '0') * 10 + text[2] - '0') * 60 + (text[3] - '0') * 10 + text[4] - '0';
	for (uint32_t i = 0; i < times->n; i++) {
		int64_t from = list[i].from_us / MINUTE_US, to = list[i].to_us / MINUTE_US;
		if (from < to
		        ? is_day(&list[i], weekday) && minute >= from && minute < to
		        : (is_day(&list[i], weekday) && minute >= from) || (is_day(&list[i], before) && minute < to))
			return true;
	}
	return false;
}

/* ---- the site */

bool
step_takes(const struct step *s, unsigned priority, const char *area)
{
	const struct actor a = { .areas = s->duty->areas };
	return priority <= (unsigned)s->duty->priority && actor_has_area(&a, area);
}

bool
duty_wants(const struct duty *d, unsigned priority, const char *area)
{
	for (uint32_t i = 0; i < d->step_count; i++)
		if (step_takes(&d->steps[i], priority, area))
			return true;
	return false;
}

/* Bits of the old steps become those of the new ones with the same name. */
static uint64_t
move_bits(uint64_t old, const uint32_t *now_at, uint32_t count)
{
	uint64_t bits = 0;
	for (uint32_t i = 0; i < count; i++)
		if (((old >> i) & 1) != 0 && now_at[i] < DUTY_MAX)
			bits |= UINT64_C(1) << now_at[i];
	return bits;
}

void
duty_site(struct duty *d, const struct site_notify *n, bool is_ja, struct mono mono)
{
	struct step *old = xcalloc(DUTY_MAX, sizeof(*old));
	uint32_t now_at[DUTY_MAX], old_count = d->step_count;
	memcpy(old, d->steps, sizeof(d->steps));
	memset(d->steps, 0, sizeof(d->steps));
	memset(now_at, 0xFF, sizeof(now_at));
	d->notify = n;
	d->is_ja = is_ja;
	d->step_count = n == NULL ? 0 : n->duty.n < DUTY_MAX ? n->duty.n : DUTY_MAX;
	if (d->started.us == 0)
		d->started = mono;
	for (uint32_t i = 0; i < d->step_count; i++) {
		const struct site_duty *duty = (const struct site_duty *)n->duty.v + i;
		uint32_t from = 0;
		while (from < old_count && (old[from].name == NULL || strcmp(old[from].name, duty->name) != 0))
			from++;
		if (from < old_count) {
			d->steps[i] = old[from];
			memset(&old[from], 0, sizeof(old[from]));
			now_at[from] = i;
		} else {
			d->steps[i].name = xstrdup(duty->name);
		}
		d->steps[i].duty = duty;
		/* The answer to a call under way would name another place: it is as if it had not been made. */
		d->steps[i].is_calling = false;
	}
	for (uint32_t i = 0; i < old_count; i++) {
		free(old[i].name);
		free(old[i].lines);
	}
	free(old);
	for (struct watched *w = d->alarms; w != NULL; w = w->hh.next) {
		w->told = move_bits(w->told & ~w->calling, now_at, old_count); /* rather twice than not at all */
		w->over = move_bits(w->over | w->over_calling, now_at, old_count);
		w->calling = w->over_calling = 0;
	}
}

/* ---- alarms */

static void
set_text(char **to, const char *from)
{
	if (*to != NULL && strcmp(*to, from) == 0)
		return;
	free(*to);
	*to = xstrdup(from);
}

/* It is over for those who were told and want to know. */
static void
tell_over(struct duty *d, struct watched *w, struct mono mono)
{
	for (uint32_t i = 0; i < d->step_count; i++) {
		uint64_t bit = UINT64_C(1) << i;
		if ((w->told & bit) == 0 || !d->steps[i].duty->returns)
			continue;
		w->over |= bit;
		w->told &= ~bit; /* should it come again, it is news */
		w->over_since = mono;
	}
}

void
watched_forget_if_done(struct duty *d, struct watched *w)
{
	if (w->state == ALARM_NORM && w->over == 0 && w->calling == 0 && w->over_calling == 0)
		watched_forget(d, w);
}

static struct watched *
find_or_make(struct duty *d, const struct duty_news *n)
{
	struct watched *w;
	HASH_FIND_STR(d->alarms, n->name, w);
	if (w != NULL || n->state == ALARM_NORM)
		return w;
	w = xcalloc(1, sizeof(*w));
	w->name = xstrdup(n->name);
	HASH_ADD_KEYPTR(hh, d->alarms, w->name, strlen(w->name), w);
	return w;
}

void
duty_take(struct duty *d, const struct duty_news *n, struct utc now, struct mono mono)
{
	struct watched *w = find_or_make(d, n);
	if (w == NULL)
		return;
	bool was = watched_escalates(w);
	bool is_new = w->occurrence != n->occurrence && n->occurrence != 0;
	set_text(&w->area, n->area);
	set_text(&w->text, n->text);
	set_text(&w->response, n->response);
	set_text(&w->by, n->by);
	w->priority = n->priority;
	w->is_test = n->is_test;
	w->raised = n->raised;
	w->state = n->state;
	w->is_seen = true;
	if (is_new) {
		w->told = 0;
		w->since.us = 0;
		w->is_old = d->is_first;
		w->occurrence = n->occurrence;
	}
	if (watched_escalates(w)) {
		w->over = 0;
		if (w->since.us == 0) {
			/* How long it has been there already; a clock that was set makes it young, never older than it is. */
			int64_t age = utc_diff_us(now, n->raised);
			w->since = mono_add(mono, w->is_old && age > 0 && n->raised.us > 0 ? -age : 0);
		}
	} else if (was) {
		tell_over(d, w, mono);
	}
	if (!watched_escalates(w) && w->state != ALARM_RTNUN) {
		w->told = 0; /* somebody knows, or it was suppressed; should it sound again, all are told again */
		w->since.us = 0;
		w->is_old = false;
	}
	watched_forget_if_done(d, w);
}

void
duty_begin(struct duty *d)
{
	for (struct watched *w = d->alarms; w != NULL; w = w->hh.next)
		w->is_seen = false;
}

void
duty_end(struct duty *d, struct utc now, struct mono mono)
{
	for (struct watched *w = d->alarms, *next; w != NULL; w = next) {
		next = w->hh.next;
		if (w->is_seen)
			continue;
		const struct duty_news n = { w->name, w->area, w->text, w->response, w->priority, ALARM_NORM, 0,
			w->raised, w->is_test, "" };
		duty_take(d, &n, now, mono);
	}
	d->is_first = false;
}
