/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duty_call.c - which duty is called now, with which lines, and what becomes of it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scada/base/mem.h"
#include "scada/base/str.h"
#include "scada/base/text.h"
#include "scada/notify/duty_private.h"

#define HOUR_US   (3600 * US_PER_S)
#define MINUTE_US (60 * US_PER_S)

struct line {
	struct watched *w;
	bool is_over;
	struct mono due;
};

/* ---- what is due */

/* A duty that cannot be told does not hold the chain up: the next one takes its place. */
static int64_t
after_of(const struct duty *d, uint32_t step)
{
	int64_t after = d->steps[step].duty->after_us;
	for (uint32_t i = step; i > 0 && d->steps[i - 1].is_failing; i--)
		if (d->steps[i - 1].duty->after_us < after)
			after = d->steps[i - 1].duty->after_us;
	return after;
}

/* When this alarm is due for the step; false: it is not its affair. */
static bool
line_of(const struct duty *d, uint32_t step, int64_t after, struct watched *w, struct line *out)
{
	uint64_t bit = UINT64_C(1) << step;
	if ((w->over & bit) != 0) {
		*out = (struct line){ w, true, w->over_since };
		return true;
	}
	if (!watched_escalates(w) || (w->told & bit) != 0 || !step_takes(&d->steps[step], w->priority, w->area))
		return false;
	*out = (struct line){ w, false, mono_add(w->since, after) };
	return true;
}

static uint32_t
lines_in_hour(const struct step *s, struct mono mono)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < s->told_count; i++)
		if (mono_diff_us(mono, s->told[i].at) < HOUR_US)
			n += s->told[i].lines;
	return n;
}

/* When the hour has room again: its oldest lines are an hour old. */
static struct mono
room_at(const struct step *s, struct mono mono)
{
	struct mono at = mono;
	bool has = false;
	for (unsigned i = 0; i < s->told_count; i++)
		if (s->told[i].lines > 0 && mono_diff_us(mono, s->told[i].at) < HOUR_US &&
		    (!has || mono_diff_us(at, s->told[i].at) > 0)) {
			at = s->told[i].at;
			has = true;
		}
	return has ? mono_add(at, HOUR_US) : mono;
}

static struct mono
later(struct mono a, struct mono b)
{
	return mono_diff_us(a, b) >= 0 ? a : b;
}

struct outlook {        /* of one step */
	struct mono at; /* the call may be made from here on */
	uint32_t count; /* lines that are due now */
	bool has_any;   /* something is due, now or later */
	bool is_off;    /* and the duty is not on: to be looked at again in the next minute */
};

/* From when on a call may be made for what is due first at `first`. */
static struct mono
call_at(const struct duty *d, const struct step *s, struct mono first, bool has_new)
{
	const struct site_notify *n = d->notify;
	struct mono at = mono_add(first, n->group_us);
	if (s->tries > 0)
		return later(at, s->retry_at);
	if (s->last.us != 0)
		return later(at, mono_add(s->last, n->least_gap_us));
	/* All was there at the start: a program that dies again and again must not ring each time. */
	return has_new ? at : later(at, mono_add(d->started, n->least_gap_us));
}

static struct outlook
look(const struct duty *d, uint32_t step, struct utc now, struct mono mono)
{
	const struct step *s = &d->steps[step];
	struct outlook o = { .has_any = false };
	struct {
		bool has, has_new;
		struct mono first;
	} kinds[2] = { { .has =
		             false } }; /* 0: priority 1, which has its line whatever the hour has had; 1: the others */
	int64_t after = after_of(d, step);
	if (s->is_calling)
		return o;
	for (struct watched *w = d->alarms; w != NULL; w = w->hh.next) {
		struct line l;
		if (!line_of(d, step, after, w, &l))
			continue;
		bool is_other = w->priority != 1;
		if (!kinds[is_other].has || mono_diff_us(kinds[is_other].first, l.due) > 0)
			kinds[is_other].first = l.due;
		kinds[is_other].has = true;
		kinds[is_other].has_new |= !w->is_old;
		o.count += mono_diff_us(l.due, mono) <= 0;
	}
	bool has_new = kinds[0].has_new || kinds[1].has_new;
	for (int k = 0; k < 2; k++) {
		if (!kinds[k].has)
			continue;
		struct mono at = call_at(d, s, kinds[k].first, has_new);
		if (k == 1 && lines_in_hour(s, mono) >= (uint32_t)d->notify->most_an_hour)
			at = later(at, room_at(s, mono));
		if (!o.has_any || mono_diff_us(o.at, at) > 0)
			o.at = at;
		o.has_any = true;
	}
	o.is_off = o.has_any && !duty_is_on(&s->duty->times, now);
	return o;
}

/* ---- lines */

static int
compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	if (x->w->priority != y->w->priority)
		return x->w->priority < y->w->priority ? -1 : 1;
	if (x->w->raised.us != y->w->raised.us)
		return x->w->raised.us < y->w->raised.us ? -1 : 1;
	return strcmp(x->w->name, y->w->name);
}

/* "P1 GRID.RY.51.STATE1 2026-11-25T02:13:45+0900 UNACK Overcurrent relay 51 operated: Do not close 52R" */
static void
write_line(char *buf, const struct line *l)
{
	char time[40], safe[DUTY_LINE_MAX];
	const struct watched *w = l->w;
	utc_civil(time, sizeof(time), w->raised, "%Y-%m-%dT%H:%M:%S%z");
	const char *by = l->is_over ? w->by : "";
	const char *sep = l->is_over ? (by[0] != '\0' ? ", by " : "") : w->response[0] != '\0' ? ": " : "";
	const char *tail = l->is_over ? by : w->response;
	str_printf(safe, sizeof(safe), "P%u %s %s %s %s%s%s%s", w->priority, w->name, time, alarm_state_word(w->state),
	    w->is_test ? "TEST: " : "", w->text, sep, tail);
	text_put_safe(buf, DUTY_LINE_MAX - 1, safe, -1);
	str_append(buf, DUTY_LINE_MAX, "\n");
}

static void
mark(struct line *l, uint64_t bit)
{
	if (l->is_over) {
		l->w->over_calling |= bit;
		l->w->over &= ~bit;
	} else {
		l->w->calling |= bit;
		l->w->told |= bit; /* for as long as the call is under way */
	}
}

static void
write_more(const struct duty *d, char *buf, uint32_t more)
{
	if (d->is_ja)
		str_printf(buf, DUTY_LINE_MAX, "ほか%" PRIu32 "件 (chisan alarms で確認)\n", more);
	else
		str_printf(buf, DUTY_LINE_MAX, "and %" PRIu32 " more: see chisan alarms\n", more);
}

static void
make_call(struct duty *d, uint32_t step, const struct outlook *o, struct mono mono, struct duty_call *out)
{
	struct step *s = &d->steps[step];
	struct line *lines = xcalloc((size_t)o->count + 1, sizeof(*lines));
	uint32_t n = 0, hour = lines_in_hour(s, mono), most = (uint32_t)d->notify->most_an_hour;
	uint32_t room = hour < most ? most - hour : 0;
	int64_t after = after_of(d, step);
	for (struct watched *w = d->alarms; w != NULL && n < o->count; w = w->hh.next) {
		struct line l;
		if (line_of(d, step, after, w, &l) && mono_diff_us(l.due, mono) <= 0)
			lines[n++] = l;
	}
	qsort(lines, n, sizeof(*lines), compare_lines);
	*out = (struct duty_call){ .duty = step, .name = s->duty->name };
	out->address = s->duty->address != NULL ? s->duty->address : "";
	free(s->lines);
	s->lines = xcalloc((size_t)(n < DUTY_LINES_MAX ? n : DUTY_LINES_MAX) + 2, DUTY_LINE_MAX);
	size_t len = 0;
	for (uint32_t i = 0; i < n; i++) {
		mark(&lines[i], UINT64_C(1) << step);
		bool has_line = out->count < DUTY_LINES_MAX && (out->count < room || lines[i].w->priority == 1);
		if (!has_line) {
			out->more++;
			continue;
		}
		write_line(s->lines + len, &lines[i]);
		len += strlen(s->lines + len);
		if (out->count++ < 3) {
			str_append(out->names, sizeof(out->names), out->names[0] != '\0' ? ", " : "");
			str_append(out->names, sizeof(out->names), lines[i].w->name);
		}
	}
	if (out->more > 0)
		write_more(d, s->lines + len, out->more);
	out->lines = s->lines;
	s->called = out->count;
	s->is_calling = true;
	free(lines);
}

bool
duty_next(struct duty *d, struct utc now, struct mono mono, struct duty_call *out)
{
	for (uint32_t i = 0; i < d->step_count; i++) {
		struct outlook o = look(d, i, now, mono);
		if (o.count == 0 || o.is_off || mono_diff_us(o.at, mono) > 0)
			continue;
		make_call(d, i, &o, mono, out);
		return true;
	}
	return false;
}

/* ---- how it went */

static void
count_lines(struct step *s, struct mono mono)
{
	if (s->told_count == TOLD_KEPT) { /* the oldest two are one */
		s->told[1].lines += s->told[0].lines;
		memmove(&s->told[0], &s->told[1], (TOLD_KEPT - 1) * sizeof(s->told[0]));
		s->told_count--;
	}
	s->told[s->told_count].at = mono;
	s->told[s->told_count++].lines = s->called;
}

static void
settle(struct duty *d, uint64_t bit, bool is_ok)
{
	for (struct watched *w = d->alarms, *next; w != NULL; w = next) {
		next = w->hh.next;
		if (((w->calling | w->over_calling) & bit) == 0)
			continue;
		if ((w->calling & bit) != 0 && !is_ok) { /* who does not know of it need not know of its end */
			w->told &= ~bit;
			w->over &= ~bit;
		}
		if ((w->over_calling & bit) != 0 && !is_ok && !watched_escalates(w))
			w->over |= bit;
		w->calling &= ~bit;
		w->over_calling &= ~bit;
		watched_forget_if_done(d, w);
	}
}

void
duty_done(struct duty *d, uint32_t duty, bool is_ok, const char *words, struct mono mono)
{
	if (duty >= d->step_count || !d->steps[duty].is_calling)
		return;
	struct step *s = &d->steps[duty];
	s->is_calling = false;
	settle(d, UINT64_C(1) << duty, is_ok);
	if (is_ok) {
		s->tries = 0;
		s->is_failing = false;
		s->words[0] = '\0';
		s->last = mono;
		count_lines(s, mono);
		return;
	}
	int64_t pause = DUTY_RETRY_US;
	for (unsigned i = 0; i < s->tries && pause < DUTY_RETRY_MOST; i++)
		pause *= 2;
	s->retry_at = mono_add(mono, pause < DUTY_RETRY_MOST ? pause : DUTY_RETRY_MOST);
	s->tries++;
	text_put_safe(s->words, sizeof(s->words), words, -1);
	s->is_failing = s->tries > (unsigned)d->notify->retries;
}

bool
duty_due(struct duty *d, struct utc now, struct mono mono, struct mono *at)
{
	bool has = false;
	for (uint32_t i = 0; i < d->step_count; i++) {
		struct outlook o = look(d, i, now, mono);
		if (!o.has_any)
			continue;
		struct mono t = later(o.at, mono);
		if (o.is_off) { /* on duty from some minute on */
			struct mono minute = mono_add(mono, MINUTE_US - now.us % MINUTE_US);
			t = later(t, minute);
		}
		if (!has || mono_diff_us(*at, t) > 0)
			*at = t;
		has = true;
	}
	return has;
}

enum notify_state
duty_state(struct duty *d, const char **text)
{
	*text = "";
	if (d->step_count == 0)
		return NOTIFY_IDLE;
	for (uint32_t i = 0; i < d->step_count; i++) {
		if (!d->steps[i].is_failing)
			continue;
		str_printf(
		    d->text, sizeof(d->text), "%.64s cannot be told: %s", d->steps[i].duty->name, d->steps[i].words);
		*text = d->text;
		return NOTIFY_FAILING;
	}
	return NOTIFY_WELL;
}
